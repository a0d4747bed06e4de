"""Along a balanced flow the loss falls at the rate of the preconditioner, but not always strictly."""
from verify.statement import *

covers("K-38", "K-39", "K-40", "K-41", "K-42")

N = nat("N", at_least=1)
k = nat("k", between=(1, N))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end)
We, L, P_W = net.end, ell(net.end), preconditioner(net)
G = grad(ell, We)
flow = gradient_flow(net, ell)
start_balanced = balanced(net, at=0)

matrix_chain = printed(of="K-39", flow=flow, then=D(L) == G @ D(We), expect=ILL_SORTED)
vector_chain = printed(of="K-40", flow=flow, then=D(L) == dot(vec(G), D(vec(We))))
frobenius_chain = corrected(of="K-39", flow=flow, then=D(L) == trace(G.T @ D(We)))
by_preconditioner = printed(of="K-41", flow=flow, balanced=start_balanced, then=D(L) == -dot(vec(G), P_W @ vec(G)))
falls = printed(of="K-42", flow=flow, balanced=start_balanced, then=D(L) <= 0)
negative = printed(
    of="K-42",
    consequence="caution",
    flow=flow,
    balanced=start_balanced,
    then=D(L) < 0,
    expect=REFUTED,
    reading="some negative number",
)
without_balance = corrected(
    of=("K-41", "K-42"),
    flow=flow,
    then=D(L) == -total(k, 1, N, frobenius(net.gradients(ell)[k])**2),
)

Phi = matrix("Phi", like=We)
deep, shallow = half_square(Phi, name="deep"), half_square(Phi, name="shallow")
same_fall = printed(of="K-38", flow=gradient_flow(net, deep), shallow_falls=shallow(We) <= start(shallow(We)),
                    then=deep(We) <= start(deep(We)))

with proof(same_fall) as p:
    p.conclude(by.algebra(p.shallow_falls))
with proof(vector_chain) as p:
    p.conclude(by.algebra())
with proof(frobenius_chain) as p:
    p.conclude(by.algebra())
with proof(by_preconditioner) as p:
    moved = p.have(D(vec(We)) == -P_W @ vec(G), by.lemma("end_to_end_preconditioner.balanced_flow"))
    p.conclude(by.algebra(by.within(vec(G).T, moved)))
with proof(falls) as p:
    p.conclude(by.algebra(p.flow, by.total(k, 1, N, by.trace(by.gram(net.gradients(ell)[k])))))
with proof(without_balance) as p:
    p.conclude(by.algebra(p.flow))

negative.fails_at(N=2, widths=(1, 1, 1), W=[[[0]], [[0]]], ell=[[1]])
nonclaim("A loss that never grows need not tend to its minimum.")

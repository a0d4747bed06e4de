"""Differences of squared layer norms are constant under flow; under descent they move by an exact amount."""
from verify.statement import *

covers("K-11", "K-19", "K-23")

N = nat("N", at_least=2)
k, j = nat("k", between=(1, N)), nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end)
eta, rate = real("eta", positive=True), real("rate", positive=True)
rho = reals("rho", count=N, positive=True)
W, G = net.layers, net.gradients(ell)
descent = gradient_descent(net, ell, step=eta)
flow = gradient_flow(net, ell)
difference = frobenius(W[j + 1])**2 - frobenius(W[j])**2

update = printed(of="K-11", descent=descent, then=after(W[k]) == W[k] - eta * G[k])
quotient = printed(of="K-11", descent=descent, then=(after(W[k]) - W[k]) / eta == -G[k])
exactly_constant = printed(
    of="K-23",
    consequence="caution",
    descent=descent,
    then=after(difference) == difference,
    expect=REFUTED,
)
constant = corrected(of="K-23", flow=flow, then=difference == start(difference))
moved = corrected(of="K-23", descent=descent,
                  then=after(difference) - difference == eta**2 * (frobenius(G[j + 1])**2 - frobenius(G[j])**2))
one_rate = corrected(of="K-19", flow=gradient_flow(net, ell, rates=rho), equal=forall(k, rho[k] == rate),
                     then=D(vec(net.end)) == -rate * total(k, 1, N, kron(net.below(k).T @ net.below(k), net.above(k)
                                                                         @ net.above(k).T)) @ vec(grad(ell, net.end)))

a, b, n = nat("a", at_least=1), nat("b", at_least=1), nat("n", at_least=1)
A, B, S = curve("A", n, a), curve("B", b, n), curve("S", b, a)  # neighbouring layers; S: gradient of what they produce
lam = real("lam", nonnegative=True)
imbalance = B.T @ B - A @ A.T
weight_decay = corrected(of="K-19", time=clock(), flow_a=D(A) == -B.T @ S - lam * A, flow_b=D(B) == -S @ A.T - lam * B,
                         then=imbalance == start(imbalance) * exp(-2 * lam * t))

with proof(update) as p:
    p.conclude(by.algebra(p.descent))
with proof(quotient) as p:
    one = p.have(eta * (1 / eta) == 1, by.algebra(by.inverse(eta)))
    p.conclude(by.algebra(p.descent, by.scaled(G[k], one)))
with proof(constant) as p:
    still = p.have(D(difference) == 0, by.algebra(p.flow))
    p.conclude(by.constant(still))
with proof(moved) as p:
    p.conclude(by.algebra(p.descent))
with proof(one_rate) as p:
    p.conclude(by.algebra(p.flow, p.equal))

with proof(weight_decay) as p:
    grown = exp(2 * lam * t) * imbalance
    still = p.have(D(grown) == 0, by.algebra(p.flow_a, p.flow_b))
    kept = p.have(grown == start(grown), by.constant(still))
    p.conclude(by.algebra(by.scaled(exp(-2 * lam * t), kept)))

exactly_constant.fails_at(N=2, j=1, widths=(2, 1, 1), W=[[[1, 0]], [[1]]], ell=[[1, -1]], eta=1, iterate=0)
nonclaim("With momentum, or with layers at different rates, these quantities move also under flow.")

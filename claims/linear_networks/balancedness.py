"""Balancedness is conserved by gradient flow; descent breaks it by an exact amount."""
from verify.statement import *

covers("K-24", "C-21")

N = nat("N", at_least=2)
j = nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end, smooth="C1")
eta, rho = real("eta", positive=True), reals("rho", count=N, positive=True)
W, G = net.layers, net.gradients(ell)

gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T
descent = gradient_descent(net, ell, step=eta)
flow = gradient_flow(net, ell, rates=rho)

as_printed = printed(of="K-24", consequence="hypothesis", descent=descent, balanced=start(gap) == 0, then=gap == 0,
                     expect=REFUTED)

preserved = printed(of="C-21", flow=gradient_flow(net, ell), balanced=start(gap) == 0, then=gap == 0)

swap = lemma(then=W[j + 1].T @ G[j + 1] == G[j] @ W[j].T)
conserved = corrected(flow=flow, equal_rates=rho[j] == rho[j + 1], then=gap == start(gap))
drift = corrected(descent=descent,
                  then=after(gap) - gap == eta**2 * (G[j + 1].T @ G[j + 1] - G[j] @ G[j].T))

with proof(swap) as p:
    p.conclude(by.algebra())
with proof(conserved) as p:
    still = p.have(D(gap) == 0, by.algebra(p.flow, p.equal_rates))
    p.conclude(by.constant(still))
with proof(preserved) as p:
    kept = p.have(gap == start(gap), by.lemma(conserved, rho=1))
    p.conclude(by.algebra(kept, p.balanced))
with proof(drift) as p:
    p.conclude(by.algebra(p.descent))

as_printed.fails_at(N=2, j=1, widths=(2, 1, 1), W=[[[Q(3, 5), Q(4, 5)]], [[1]]], ell=[[0, 1]], eta=1)
nonclaim("An unbalanced start stays exactly as unbalanced: this is no attraction to balancedness.")
figure(drift, x=eta, y=frobenius(after(gap) - gap), scale="log-log")

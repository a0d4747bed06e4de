"""The end-to-end matrix of a linear network moves by a positive semidefinite preconditioner."""
from verify.statement import *

covers("C-22", "C-23")

N = nat("N", at_least=1)
k = nat("k", between=(1, N))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end, smooth="C1")
W, We, L = net.layers, net.end, ell(net.end)
flow = gradient_flow(net, ell)
A, B = net.below, net.above                           # products of the layers below and above layer k
Q = total(k, 1, N, kron(A(k).T @ A(k), B(k) @ B(k).T))

end_to_end = corrected(flow=flow, then=D(vec(We)) == -Q @ vec(grad(ell, We)))
semidefinite = corrected(then=psd(Q))
monotone = corrected(flow=flow, then=L <= start(L))

with proof(end_to_end) as p:
    p.conclude(by.algebra(p.flow))
with proof(semidefinite) as p:
    p.conclude(by.psd())
with proof(monotone) as p:
    falls = p.have(D(L) <= 0, by.algebra(p.flow, by.total(k, 1, N, by.trace(by.gram(net.gradients(ell)[k])))))
    p.conclude(by.antitone(falls))

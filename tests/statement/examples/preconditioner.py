"""The end-to-end matrix moves by a positive semidefinite preconditioner."""

from verify.statement import *

covers("C-22", "C-23", "C-25", "C-26")

N = nat("N", at_least=1)
j = nat("j", between=(1, N))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end, smooth="C1")
W, We, L = net.layers, net.end, ell(net.end)
flow = gradient_flow(net, ell)
k = nat("k", between=(1, N))
Q_net = total(k, 1, N, kron(net.below(k).T @ net.below(k), net.above(k) @ net.above(k).T))

end_to_end = corrected(flow=flow, then=D(vec(We)) == -Q_net @ vec(grad(ell, We)))
semidefinite = corrected(then=psd(Q_net))
end_to_end_balanced = printed(
    flow=flow, balanced=balanced(net, at=0), then=vec(D(We)) == -preconditioner(net) @ vec(ell.gradient(We))
)
as_roots = corrected(balanced=balanced(net), then=Q_net == preconditioner(net))
monotone = corrected(flow=flow, then=start(L) >= L)
floor = root(1 / (1 + frobenius(one_sided_inverse(We)) ** 2), N) ** (N - 1)
definite = printed(
    full_rank=rank(We) == minimum(net.rows, net.cols),
    then=pd(preconditioner(net), witness=floor),
)

with proof(semidefinite) as p:
    p.conclude(by.gram())
definite.fails_at(N=2, widths=(1, 1, 1), W=[[[0]], [[1]]])

"""Balanced flow with deficiency margin c decays at rate 2 c^(2(N-1)/N)."""
from verify.statement import *

covers("C-28", "K-57")

N, c = nat("N", at_least=1), real("c", positive=True)
net = linear_network("W", depth=N)
Phi = matrix("Phi", like=net.end)
ell, We, W = half_square(Phi), net.end, net.layers
L, b = ell(We), root(c, N)                            # c^(2(N-1)/N) is b**(2*(N-1)): index exponents only
flow = gradient_flow(net, ell)
margin = frobenius(We - Phi) <= sigma_min(Phi) - c

margin_bound = lemma(margin=margin, then=sigma_min(We) >= c)
rate = corrected(flow=flow, balanced=balanced(net, at=0), margin=start(margin),
                 then=L <= start(L) * exp(-2 * b**(2 * (N - 1)) * t))

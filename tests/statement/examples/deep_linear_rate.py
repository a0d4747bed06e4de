"""Balanced flow with deficiency margin c decays at rate 2 c^(2(N-1)/N)."""

from verify.statement import *

covers("C-28", "K-57")

N, c = nat("N", at_least=1), real("c", positive=True)
net = linear_network("W", depth=N)
Phi = matrix("Phi", like=net.end)
ell, We = half_square(Phi), net.end
L, b = ell(We), root(c, N)
flow = gradient_flow(net, ell)
margin = frobenius(We - Phi) <= sigma_min(Phi) - c

margin_bound = lemma(margin=margin, then=sigma_min(We) >= c)
rate = corrected(
    flow=flow,
    balanced=balanced(net, at=0),
    margin=start(margin),
    then=start(L) * exp(-2 * b ** (2 * (N - 1)) * t) >= L,
)
square_rate = corrected(
    flow=flow,
    balanced=balanced(net, at=0),
    margin=start(margin),
    square=net.rows == net.cols,
    then=start(L) * exp(-2 * N * b ** (2 * (N - 1)) * t) >= L,
)

with proof(margin_bound) as p:
    s = p.let(sigma_min(Phi))
    p.cases(s > c, s == c)
    p.conclude(by.gram(weights={"a": (s - c) / s}), by.lemma("frobenius_dominates"))
with proof(rate) as p:
    kept = p.have(margin, by.lemma("loss_never_increases"))
    full = p.have(sigma_min(We) >= c, by.lemma(margin_bound, kept))
    floor = p.have(psd(preconditioner(net) - b ** (2 * (N - 1)) * I), by.lemma("preconditioner_floor", full))
    decay = p.have(D(L) <= -2 * b ** (2 * (N - 1)) * L, by.lemma("end_to_end_dynamics"), by.congruence(floor))
    p.conclude(by.gronwall(decay))

square_rate.tight_at(N=1)
rate.breaks_without("margin", claim="monotone_is_not_convergence")
check(rate, trajectories=dict(depth=(1, 2, 3), horizon=5))

"""Balanced flow with deficiency margin c decays at rate 2 c^(2(N-1)/N); here c = b^N."""

from verify.statement import *

covers("C-28", "K-57", "K-58")

N, b = nat("N", at_least=1), real("b", positive=True)
c = b**N  # the margin, so that c^(2(N-1)/N) is b^(2(N-1))
k, j = nat("k", between=(1, N)), nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
Phi = matrix("Phi", like=net.end)
ell, We, W = half_square(Phi), net.end, net.layers
L = ell(We)
flow = gradient_flow(net, ell)
E, s = We - Phi, sigma_min(Phi)
margin = frobenius(E) <= s - c

rate = corrected(
    of=("C-28", "K-57", "K-58"),
    flow=flow,
    balanced=balanced(net, at=0),
    margin=start(margin),
    then=start(L) * exp(-2 * b ** (2 * (N - 1)) * t) >= L,
)


floor_rate = printed(
    flow=flow,
    balanced=balanced(net, at=0),
    floor=sigma_min(We) >= c,
    then=start(L) * exp(-2 * b ** (2 * (N - 1)) * t) >= L,
    reading="the least singular value stays above c: for gradient flow and the square loss",
)

gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T
square = trace(net.gradients(ell)[k].T @ net.gradients(ell)[k])


def balanced_throughout(p):
    still = p.have(gap == start(gap), by.lemma("balancedness.conserved", rho=1))
    p.have(W[j + 1].T @ W[j + 1] == W[j] @ W[j].T, by.algebra(still, p.balanced))


with proof(floor_rate, case="wide") as p:
    balanced_throughout(p)
    low = p.have(
        psd(net.above(1) @ net.above(1).T - b ** (2 * (N - 1)) * I), by.lemma("balanced_floor.over_first", b=b)
    )
    slope = p.have(
        D(L) <= -2 * b ** (2 * (N - 1)) * L,
        by.algebra(p.flow, by.split(k, 1, 1, N, square), by.total(k, 2, N, square), by.trace(by.congruence(E, low))),
    )
    p.conclude(by.gronwall(slope))
with proof(floor_rate, case="tall") as p:
    balanced_throughout(p)
    low = p.have(
        psd(net.below(N).T @ net.below(N) - b ** (2 * (N - 1)) * I), by.lemma("balanced_floor.under_last", b=b)
    )
    slope = p.have(
        D(L) <= -2 * b ** (2 * (N - 1)) * L,
        by.algebra(
            p.flow, by.split(k, 1, N - 1, N, square), by.total(k, 1, N - 1, square), by.trace(by.congruence(E.T, low))
        ),
    )
    p.conclude(by.gronwall(slope))
with proof(rate) as p:  # the loss does not grow, so the margin stays, and with it the least singular value
    kept = p.have(start(L) >= L, by.lemma("end_to_end_preconditioner.monotone"))
    p.have(margin, by.algebra(p.margin, kept))
    p.have(c > 0, by.positive())
    p.have(sigma_min(We) >= c, by.lemma("margin_means_full_rank.full_rank", W=We, c=c))
    p.conclude(by.lemma(floor_rate))

# Layers of very different size: the flow starts inside the margin, but its tangent kernel is too small.
rate.breaks_without("balanced", N=2, widths=(2, 1, 1), W=[[[10, 0]], [[Q(1, 10)]]], Phi=[[1, Q(3, 4)]],
                    b=Q(1, 2), sigma_min_Phi=Q(5, 4))
rate.breaks_without("balanced", N=2, widths=(1, 1, 2), W=[[[Q(1, 10)]], [[10], [0]]], Phi=[[1], [Q(3, 4)]],
                    b=Q(1, 2), sigma_min_Phi=Q(5, 4))
figure(rate)
nonclaim("Nothing is said about flows that start outside the margin.")

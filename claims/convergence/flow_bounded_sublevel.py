"""Balanced flow converges like 1/t on a convex loss, and exponentially on a steep one, while the rank is bounded."""

from verify.statement import *

covers("C-28")

N, b, R = nat("N", at_least=1), real("b", nonnegative=True), real("R")
c = b**N  # the floor of the singular values, so that c^(2 (N - 1) / N) is b^(2 (N - 1))
k, j = nat("k", between=(1, N)), nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end)
W, We = net.layers, net.end
L, G = ell(We), grad(ell, We)
V, v = matrix("V", like=We), real("v")  # a minimizer and the loss at it, or any point and a bound of the loss there
mu = b ** (2 * (N - 1))  # c^(2 (N - 1) / N)
square = trace(net.gradients(ell)[k].T @ net.gradients(ell)[k])

sublinear = corrected(
    of="C-28",
    flow=gradient_flow(net, ell),
    balanced=balanced(net, at=0),
    full=sigma_min(We) >= c,
    convex=v >= L + trace(G.T @ (V - We)),
    near=frobenius(We - V) ** 2 <= R**2,
    then=mu * t * (L - v) <= R**2,
)
alpha = real("alpha", positive=True)
polyak = corrected(  # the inequality of Polyak and Lojasiewicz; alpha = 1 for half the squared distance
    flow=gradient_flow(net, ell),
    balanced=balanced(net, at=0),
    full=sigma_min(We) >= c,
    steep=frobenius(G) ** 2 >= 2 * alpha * (L - v),
    then=L - v <= (start(L) - v) * exp(-2 * alpha * mu * t),
)


def rate(p, slope):
    """The derivative of t (R^2 - mu t g) is at least |mu t G - X|^2, and R^2 - mu t g is R^2 at the start."""
    g, X = L - v, We - V
    along = p.have(trace(G.T @ X) >= g, by.algebra(p.convex))
    room = R**2 - mu * t * g
    grows = p.have(
        D(-t * room) <= 0,
        by.algebra(by.times(mu * t * t, slope), by.times(2 * mu * t, along), by.trace(by.gram(mu * t * G - X)), p.near),
    )
    later = p.have(-t * room <= start(-t * room), by.antitone(grows))
    p.conclude(
        by.cases(
            -t,
            at_least_zero=(by.scaled(mu * g, by.anti(t, CASE)), by.square(R)),
            negative=(by.times(1 / t, later), by.scaled(room, by.inverse(t))),
        )
    )


def still_balanced(p):
    gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T
    still = p.have(gap == start(gap), by.lemma("balancedness.conserved", rho=1))
    p.have(W[j + 1].T @ W[j + 1] == W[j] @ W[j].T, by.algebra(still, p.balanced))


def wide_slope(p):
    still_balanced(p)
    floor = p.have(psd(net.above(1) @ net.above(1).T - mu * I), by.lemma("balanced_floor.over_first", b=b))
    return p.have(
        D(L) <= -mu * frobenius(G) ** 2,
        by.algebra(p.flow, by.split(k, 1, 1, N, square), by.total(k, 2, N, square), by.trace(by.congruence(G, floor))),
    )


def tall_slope(p):
    still_balanced(p)
    floor = p.have(psd(net.below(N).T @ net.below(N) - mu * I), by.lemma("balanced_floor.under_last", b=b))
    return p.have(
        D(L) <= -mu * frobenius(G) ** 2,
        by.algebra(
            p.flow, by.split(k, 1, N - 1, N, square), by.total(k, 1, N - 1, square), by.trace(by.congruence(G.T, floor))
        ),
    )


def decay(p, slope):
    falls = p.have(D(L - v) <= -2 * alpha * mu * (L - v), by.algebra(slope, by.times(mu, p.steep)))
    p.conclude(by.gronwall(falls))


with proof(sublinear, case="wide") as p:
    rate(p, wide_slope(p))
with proof(sublinear, case="tall") as p:
    rate(p, tall_slope(p))
with proof(polyak, case="wide") as p:
    decay(p, wide_slope(p))
with proof(polyak, case="tall") as p:
    decay(p, tall_slope(p))

check(polyak, trials=4, search=0, necessity=2, mutants=False, trajectories=0)
nonclaim("Bounds of rank and distance hold on a bounded sublevel set that contains no singular matrix.")

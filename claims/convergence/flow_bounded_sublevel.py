"""Balanced flow converges like 1/t on a convex loss, and exponentially on a steep one, while the rank is bounded."""

from verify.statement import *

covers("C-28")

N, c, R = nat("N", at_least=1), real("c", positive=True), real("R")
k, j = nat("k", between=(1, N)), nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end)
W, We = net.layers, net.end
L, G, b = ell(We), grad(ell, We), root(c, N)
V, v = matrix("V", like=We), real("v")  # a minimizer, and the loss at it
mu = b ** (2 * (N - 1))  # c^(2 (N - 1) / N)
square = trace(net.gradients(ell)[k].T @ net.gradients(ell)[k])

sublinear = corrected(
    of="C-28",
    flow=gradient_flow(net, ell),
    balanced=balanced(net, at=0),
    full=sigma_min(We) >= c,
    convex=v >= L + trace(G.T @ (V - We)),
    minimum=v <= L,
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
    g, X, i = L - v, We - V, 1 / R**2
    eps = 1 - R**2 * i  # 1 for R = 0, else 0
    p.have(b >= 0, by.lemma("base:real-root", x=c))
    p.have(g >= 0, by.algebra(p.minimum))
    along = p.have(trace(G.T @ X) >= g, by.algebra(p.convex))
    zero = by.anti(by.square(R), CASE)
    none = p.have(
        R**2 * eps == 0,
        by.cases(-(R**2), at_least_zero=(by.scaled(eps, zero),), negative=(by.scaled(R**2, by.inverse(R**2)),)),
    )
    p.have(eps >= 0, by.cases(-(R**2), at_least_zero=(by.times(CASE, i),), negative=(by.inverse(R**2),)))
    part = p.have(frobenius(eps * X) ** 2 <= 0, by.algebra(by.times(by.square(eps), p.near), by.scaled(eps, none)))
    flat = p.have(
        trace((eps * X).T @ (eps * X)) == 0, by.algebra(by.anti(by.trace(by.gram(eps * X)), part))
    )
    resting = p.have(eps * g <= 0, by.algebra(by.times(eps, along), by.trace(by.within(G.T, by.vanish(eps * X, flat)))))
    gone = p.have(
        i * eps == 0,
        by.cases(
            -(R**2),
            at_least_zero=(by.scaled(eps, by.same("inv", zero, R**2, 0)),),
            negative=(by.scaled(i, by.inverse(R**2)),),
        ),
    )
    young = p.have(
        R**4 * frobenius(G) ** 2 >= R**2 * g**2,
        by.algebra(by.trace(by.gram(R**2 * G - g * X)), by.times(2 * R**2 * g, along), by.times(g * g, p.near)),
    )
    low = p.have(
        frobenius(G) ** 2 >= g**2 * i,
        by.algebra(
            by.times(i * i, young),
            by.times(eps, by.trace(by.gram(G))),
            by.scaled(frobenius(G) ** 2 * i, none),
            by.scaled(g**2, gone),
        ),
    )
    p.conclude(
        by.comparison(
            -mu * g * i,
            start=(R * R,),
            slope=(by.times(mu * t, slope), by.times(mu * mu * t, low), by.times(mu, resting)),
        )
    )


def still_balanced(p):
    gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T
    still = p.have(gap == start(gap), by.lemma("balancedness.conserved", rho=1))
    p.have(W[j + 1].T @ W[j + 1] == W[j] @ W[j].T, by.algebra(still, p.balanced))


def floor_of_root(p, gram, unit):
    """The floor of a Gram matrix of the end-to-end matrix in terms of the root b of c."""
    is_root = p.have(b**N == c, by.lemma("base:real-root", x=c))
    p.have(psd(gram - b ** (2 * N) * I), by.algebra(p.full, by.scaled(unit, by.power(is_root, 2))))


def wide_slope(p):
    still_balanced(p)
    floor_of_root(p, We @ We.T, net.above(N))
    floor = p.have(psd(net.above(1) @ net.above(1).T - mu * I), by.lemma("balanced_floor.over_first", b=b))
    return p.have(
        D(L) <= -mu * frobenius(G) ** 2,
        by.algebra(p.flow, by.split(k, 1, 1, N, square), by.total(k, 2, N, square), by.trace(by.congruence(G, floor))),
    )


def tall_slope(p):
    still_balanced(p)
    floor_of_root(p, We.T @ We, net.below(1))
    floor = p.have(psd(net.below(N).T @ net.below(N) - mu * I), by.lemma("balanced_floor.under_last", b=b))
    return p.have(
        D(L) <= -mu * frobenius(G) ** 2,
        by.algebra(
            p.flow, by.split(k, 1, N - 1, N, square), by.total(k, 1, N - 1, square), by.trace(by.congruence(G.T, floor))
        ),
    )


def decay(p, slope):
    p.have(b >= 0, by.lemma("base:real-root", x=c))
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

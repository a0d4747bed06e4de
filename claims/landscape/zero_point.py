"""Three or more layers have a critical point at zero with vanishing second variation: a saddle that is not strict."""

from verify.statement import *

covers("C-09")

N = nat("N", at_least=3)
j = nat("j", between=(1, N))
net = linear_network("W", depth=N)
Phi = matrix("Phi", like=net.end)
ell = half_square(Phi)
W = net.layers
s, r = real("s", open=(0, 1)), real("r")
c, x, phi = real("c", nonnegative=True), chosen("x"), real("phi")
k, h, d = nat("k", at_least=1), nat("h", at_least=1), nat("d", at_least=1)
A, B, Y = matrix("A", k, h), matrix("B", h, d), matrix("Y", k, d)


def value(scale, depth, end):
    """The loss at `scale` times each of `depth` layers, whose product is `end`."""
    return frobenius(scale**depth * end - Phi) ** 2 / 2


size = frobenius(net.end) ** 2
slope = trace(net.end.T @ Phi)  # minus the derivative of the loss of one layer at 0
change = value(s, N, net.end) - frobenius(Phi) ** 2 / 2

critical = printed(at_zero=forall(j, W[j] == 0), then=net.gradients(ell)[j] == 0)
not_strict = printed(slope=absolute(slope) <= c, then=absolute(change) <= s**3 * (c + size / 2))
goes_down = corrected(ahead=s**N * size < 2 * slope, then=change < 0)
goes_up = corrected(behind=slope < 0, then=change > 0)
always_a_saddle = printed(
    consequence="hypothesis",
    target=phi == 0,
    then=(x**3 - phi) ** 2 < phi**2,
    expect=REFUTED,
    reading="whatever the target, some product x^3 of three scalar layers is better than zero",
)
strict_for_two = corrected(
    ahead=r**2 * frobenius(A @ B) ** 2 <= trace((A @ B).T @ Y),
    then=frobenius(r**2 * A @ B - Y) ** 2 <= frobenius(Y) ** 2 - r**2 * trace((A @ B).T @ Y),
)

with proof(critical) as p:
    E = net.end - Phi
    lower = (net.above(j).T @ E @ net.chain(j - 2, 1).T) @ p.at_zero(j - 1).T
    upper = p.at_zero(j + 1).T @ (net.chain(N, j + 2).T @ E @ net.below(j).T)
    p.conclude(by.algebra(by.index_case(j, 2, lower, upper)))
with proof(not_strict) as p:
    positive, small = p.hypothesis("s.above"), p.hypothesis("s.below")
    p.have(s <= 1, by.algebra(small))
    rest = p.have(s ** (N - 3) <= 1, by.lemma("psd_power_bound.below_one", b=s, k=N - 3))
    power = p.have(s**N <= s**3, by.algebra(by.times(s**3, rest)))
    one = p.have(s**N <= 1, by.lemma("psd_power_bound.below_one", b=s, k=N))
    twice = p.have(s ** (2 * N) <= s**3, by.algebra(by.times(s**N, one), power))
    both_ways = by.times(c, power), by.times(size, twice), by.times(size, s ** (2 * N))
    p.conclude(by.algebra(*both_ways, by.times(s**N, p.hypothesis("slope.1")), by.times(s**N, p.hypothesis("slope.2"))))
with proof(goes_down) as p:
    p.conclude(by.algebra(by.times(s**N, p.ahead)))
with proof(goes_up) as p:
    p.conclude(by.algebra(by.times(s**N, p.behind), by.times(s ** (2 * N), size)))
always_a_saddle.fails_at(phi=0)
with refutation(always_a_saddle) as p:
    p.conclude(by.algebra(by.square(x**3)))
with proof(strict_for_two) as p:
    p.conclude(by.algebra(by.times(r**2, p.ahead)))

nonclaim("With one layer zero is not critical; biases or an activation that is not 0 at 0 also take the point away.")

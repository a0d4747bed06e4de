"""A non-convex loss may have one minimum only; minima are not unique when the inputs leave a direction free."""

from verify.statement import *

covers("C-05")

k, d, n = nat("k", at_least=1), nat("d", at_least=1), nat("n", at_least=1)
W, V, X, Y = matrix("W", k, d), matrix("V", k, d), matrix("X", d, n), matrix("Y", k, n)
s, x = real("s"), chosen("x")


def f(x):
    """Not convex between 1/2 and 1, with the only minimum 0 at 0."""
    return x**4 - 3 * x**3 + 3 * x**2


def loss(M):
    return frobenius(M @ X - Y) ** 2


non_convex = printed(
    consequence="hypothesis",
    non_convex=f(Q(3, 4)) > (f(Q(1, 2)) + f(Q(1))) / 2,
    other=x**2 > 0,
    then=f(x) <= f(0 * x),
    expect=REFUTED,
    reading="a loss that is not convex has more than one minimum: another point x is as good as 0",
)
free_direction = corrected(free=V @ X == 0, then=loss(W + s * V) == loss(W))

non_convex.fails_at()
with refutation(non_convex) as p:
    p.conclude(by.algebra(by.times(p.other, by.square(x - Q(3, 2))), by.times(Q(3, 4), p.other)))
with proof(free_direction) as p:
    gap = W @ X - Y
    p.conclude(by.algebra(by.scaled(2 * s, by.trace(gap.T @ p.free)), by.scaled(s**2, by.trace((V @ X).T @ p.free))))

nonclaim("The free direction exists whenever there are fewer samples than input dimensions, for convex losses as well.")

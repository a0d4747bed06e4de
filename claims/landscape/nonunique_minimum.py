"""A non-convex loss may have one minimum only; minima are not unique when the inputs leave a direction free."""

from verify.statement import *

covers("C-05")

k, d, n = nat("k", at_least=1), nat("d", at_least=1), nat("n", at_least=1)
W, V, X, Y = matrix("W", k, d), matrix("V", k, d), matrix("X", d, n), matrix("Y", k, n)
s, x = real("s"), chosen("x")


def f(x):
    """Not convex between -1/2 and -3/8, with the only minimum 0 at 0."""
    return x**4 + Q(7, 4) * x**3 + x**2


def loss(M):
    return frobenius(M @ X - Y) ** 2


non_convex = printed(
    non_convex=f(Q(-7, 16)) > (f(Q(-1, 2)) + f(Q(-3, 8))) / 2,
    other=x**2 > 0,
    then=f(x) <= f(0 * x),
    expect=REFUTED,
    reading="not convex, so another point x has a value as small as the minimum",
)
free_direction = corrected(free=V @ X == 0, then=loss(W + s * V) == loss(W))

non_convex.fails_at()
with refutation(non_convex) as p:
    p.conclude(by.algebra(by.times(p.other, by.square(x + Q(7, 8))), by.times(Q(15, 64), p.other)))
with proof(free_direction) as p:
    gap = W @ X - Y
    p.conclude(by.algebra(by.scaled(2 * s, by.trace(gap.T @ p.free)), by.scaled(s**2, by.trace((V @ X).T @ p.free))))

nonclaim("The free direction exists whenever there are fewer samples than input dimensions, for convex losses as well.")

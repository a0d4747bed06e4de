"""Data that is not whitened: descent is as slow as the weakest direction of the inputs, whatever the margin."""

from verify.statement import *

covers("C-35")

A, B = chosen("A", positive=True), chosen("B", positive=True)
eps, eta = real("eps", positive=True), real("eta", positive=True)
x, y, v = real("x"), real("y"), real("v")


def loss(x, y):
    """One layer (x, y), target (1, 1), inputs with second moments 1 and eps."""
    return (x - 1) ** 2 + eps * (y - 1) ** 2


margin = lemma(weak=eps <= Q(1, 4), singular=x**2 + y**2 <= Q(1, 4), then=loss(1 + 0 * x, 0 * y) <= loss(x, y))
any_data = printed(
    consequence="hypothesis",
    weak=eps <= Q(1, 4),
    rate=eta <= A * Q(1, 2) ** 4,
    step=v == y - 2 * eta * eps * (y - 1),
    then=(v - 1) ** 2 <= exp(-B * Q(1, 2) ** 2 * eta) * (y - 1) ** 2,
    expect=REFUTED,
    reading="from the layer (1, 0), with margin c = 1/2: the second coordinate, the only one that errs",
)
weakest = corrected(
    small=2 * eta * eps <= 1,
    step=v == y - 2 * eta * eps * (y - 1),
    then=(v - 1) ** 2 <= exp(-4 * eps * eta) * (y - 1) ** 2,
)

z = A * B / 64
i, m = 1 / (32 * (1 + z) + 4 * B), 1 / (1 + z)
any_data.fails_at(eps=B * i, eta=A / 16, y=0, v=2 * A / 16 * B * i)
with refutation(any_data) as p:  # (1 - 2 eta eps)^2 >= 1 - 16 z i > 1 / (1 + z) >= exp(-z)
    D_i = p.have(i * (32 * (1 + z) + 4 * B) == 1, by.algebra(by.inverse(32 * (1 + z) + 4 * B)))
    D_m = p.have(m * (1 + z) == 1, by.algebra(by.inverse(1 + z)))
    p.have(eps <= Q(1, 4), by.algebra(D_i, 8 * i * (1 + z)))
    small = p.have(exp(-z) <= m, by.algebra(by.times(m * exp(-z), by.tangent(z)), by.scaled(exp(-z), D_m)))
    apart = p.have(m - 16 * i == m * i * (16 * (1 + z) + 4 * B), by.algebra(by.scaled(m, D_i), by.scaled(16 * i, D_m)))
    p.conclude(
        by.algebra(z * m * i * (16 * (1 + z) + 4 * B), by.scaled(z, apart), small, D_m, by.square(A * B * i / 8))
    )
with proof(margin) as p:  # x <= 1/2
    half = p.have(x <= Q(1, 2), by.algebra(p.singular, by.square(y), by.square(x - Q(1, 2))))
    far = p.have((x - 1) ** 2 >= Q(1, 4), by.algebra(by.square(x - Q(1, 2)), half))
    p.conclude(by.algebra(far, p.weak, by.times(eps, by.square(y - 1))))
with proof(weakest) as p:
    left = p.have(1 - 2 * eta * eps >= 0, by.algebra(p.small))
    bound = p.have(1 - 2 * eta * eps <= exp(-2 * eta * eps), by.algebra(by.tangent(-2 * eta * eps)))
    square = p.have(
        (1 - 2 * eta * eps) ** 2 <= exp(-4 * eta * eps),
        by.algebra(by.times(left, bound), by.times(exp(-2 * eta * eps), bound)),
    )
    p.conclude(by.algebra(p.step, by.times(by.square(y - 1), square)))

nonclaim("With whitened inputs the weakest direction is as strong as the others, and the bound does not change.")

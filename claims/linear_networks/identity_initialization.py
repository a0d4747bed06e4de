"""Two scalar layers from the identity: descent reaches a positive target at a linear rate and never a negative one."""

from verify.statement import *

covers("C-15")

lam, phi, eta = real("lam", at_least=1), real("phi", positive=True), real("eta", positive=True)
w, v = real("w"), real("v", nonnegative=True)  # both layers, now and after a step
x, y = real("x"), real("y")

reaches = printed(
    inside=both(w >= 1, w**2 <= lam),
    small=2 * eta * lam <= Q(1, 2),
    step=v == w + eta * w * (lam - w**2),
    then=both(lam - v**2 >= 0, v >= 1, lam - v**2 <= (1 - 2 * eta) * (lam - w**2)),
)
never_negative = corrected(
    inside=both(x >= 0, x <= 1),
    small=eta * (1 + phi) <= 1,
    step=y == x - eta * x * (x**2 + phi),
    then=both(y >= 0, y <= 1, (y**2 + phi) ** 2 >= phi**2),
)
any_data = printed(
    consequence="caution",
    inside=both(x >= 0, x <= 1),
    small=eta * (1 + phi) <= 1,
    step=y == x - eta * x * (x**2 + phi),
    then=(y**2 + phi) ** 2 < phi**2,
    expect=REFUTED,
    reading="a negative target -phi: descent gets below the loss of the zero network",
)

with proof(reaches) as p:
    low, high = p.hypothesis("inside.1"), p.hypothesis("inside.2")
    d = lam - w**2
    p.have(d >= 0, by.algebra(high))
    p.have(w >= 0, by.algebra(low))
    square = p.have(w**2 - 1 >= 0, by.algebra(by.times(low, low), by.times(2, low)))
    error = p.have(lam - v**2 == d * (1 - 2 * eta * w**2 - eta**2 * w**2 * d), by.algebra(p.step))
    p.have(lam >= 0, by.algebra(p.hypothesis("lam.at_least")))
    small = p.have(1 - 2 * eta * lam - Q(1, 2) >= 0, by.algebra(p.small))
    quarter = p.have(
        Q(1, 16) - eta**2 * lam**2 >= 0, by.algebra(by.times(Q(1, 4), small, small), by.times(small, eta * lam))
    )
    part = p.have(
        eta**2 * w**2 * d <= eta**2 * lam**2, by.algebra(by.times(eta**2 * lam, high), by.times(eta**2 * w**2, w * w))
    )
    factor = p.have(
        1 - 2 * eta * w**2 - eta**2 * w**2 * d >= 0, by.algebra(small, by.times(2 * eta, high), part, quarter)
    )
    p.conclude(
        by.algebra(error, by.times(d, factor)),
        by.algebra(p.step, low, eta * w * d),
        by.algebra(error, by.times(2 * eta * d, square), eta**2 * w**2 * d * d),
    )
with proof(never_negative) as p:
    low, high = p.hypothesis("inside.1"), p.hypothesis("inside.2")
    factor = p.have(1 - eta * (x**2 + phi) >= 0, by.algebra(p.small, by.times(eta, high), by.times(eta, low, high)))
    up = p.have(y >= 0, by.algebra(p.step, by.times(low, factor)))
    p.conclude(
        by.algebra(up),
        by.algebra(p.step, high, by.times(eta, low, x**2 + phi)),
        by.algebra(by.square(y**2), by.times(phi, by.square(y))),
    )

any_data.fails_at(phi=1, eta=Q(1, 4), x=1, y=Q(1, 2))
nonclaim("Deeper and wider residual networks split into such scalar ones when the target is symmetric.")

"""One layer: descent contracts the squared distance by (1 - 2 eta)^2 in a step, whatever the margin."""

from verify.statement import *

covers("C-33", "C-34")

A, B = chosen("A", positive=True), chosen("B", positive=True)
phi, c, eta = real("phi", positive=True), real("c", positive=True), real("eta", positive=True)
w, v = real("w"), real("v")  # an iterate and the next one
k = nat("k")
margin = absolute(w - phi) <= phi - c
step = v == w - 2 * eta * (w - phi)  # the loss (w - phi)^2, as on the slides

at_start = printed(
    of="C-34",
    consequence="constant",
    margin=margin,
    rate=eta <= A * c**4,
    then=(w - phi) ** 2 <= exp(-B * c**2 * eta * 0),
    expect=REFUTED,
    reading="the loss is at most exp(-Omega(c^2 eta t)) at t = 0",
)
ratio = corrected(step=step, then=(v - phi) ** 2 == (1 - 2 * eta) ** 2 * (w - phi) ** 2)
rate = corrected(margin=margin, small=eta <= Q(1, 2), step=step, then=(v - phi) ** 2 <= exp(-4 * eta) * (w - phi) ** 2)
target_known = printed(
    of="C-33",
    margin=margin,
    small=eta <= Q(1, 2),
    step=step,
    reading="the bound times the loss at the start, with a constant that knows the target",
    then=(v - phi) ** 2 <= exp(-4 * (c / phi) ** 2 * eta) * (w - phi) ** 2,
)

absolute_rate = printed(
    margin=margin,
    rate=eta <= A * c**4,
    step=step,
    then=(v - phi) ** 2 <= exp(-B * c**2 * eta) * (w - phi) ** 2,
    expect=REFUTED,
    reading="the bound times the loss at the start, with constants that are the same for all targets",
)
N = nat("N", at_least=1)
b, R = real("b", positive=True), real("R", positive=True)  # the N-th roots of the margin and of the size of the target
powers = dict(order=b <= R)
step_exponent = corrected(
    **powers,
    step=6144 * N**3 * R ** (6 * N - 2) * eta <= b ** (4 * N),
    then=6144 * N**3 * R ** (6 * N - 4) * eta <= b ** (4 * N - 2),
)
rate_exponent = corrected(**powers, then=eta * b ** (2 * N) / R**2 <= eta * b ** (2 * (N - 1)))

at_start.fails_at(phi=4, c=1, w=1, eta=A)
with refutation(at_start) as p:
    p.conclude(by.algebra())
with proof(ratio) as p:
    p.conclude(by.algebra(p.step))
with proof(rate) as p:
    left = p.have(1 - 2 * eta >= 0, by.algebra(p.small))
    bound = p.have(1 - 2 * eta <= exp(-2 * eta), by.algebra(by.tangent(-2 * eta)))
    square = p.have(
        (1 - 2 * eta) ** 2 <= exp(-4 * eta), by.algebra(by.times(left, bound), by.times(exp(-2 * eta), bound))
    )
    p.conclude(by.algebra(p.step, by.times(by.square(w - phi), square)))
with proof(target_known) as p:
    best = p.have((v - phi) ** 2 <= exp(-4 * eta) * (w - phi) ** 2, by.lemma(rate))
    part = c / phi
    one = p.have(phi * (1 / phi) == 1, by.algebra(by.inverse(phi)))
    below = p.have(c <= phi, by.algebra(p.hypothesis("margin.1"), p.hypothesis("margin.2")))
    less = p.have(part <= 1, by.algebra(by.times(1 / phi, below), one))
    gap = p.have(4 * eta * (1 - part**2) >= 0, by.algebra(by.times(4 * eta, less), by.times(4 * eta * part, less)))
    slower = p.have(
        exp(-4 * eta) <= exp(-4 * part**2 * eta),
        by.algebra(by.times(exp(-4 * eta), by.tangent(4 * eta * (1 - part**2))), by.times(exp(-4 * eta), gap)),
    )
    p.conclude(by.algebra(best, by.times(by.square(w - phi), slower)))

K = 1 + 16 / B + 1 / A
absolute_rate.fails_at(phi=2 * K, c=K, w=K, eta=Q(1, 4), v=3 * K / 2)
with refutation(absolute_rate) as p:  # (v - phi)^2 is a quarter, and B K^2 / 4 >= 4
    one, two = p.have(A * (1 / A) == 1, by.algebra(by.inverse(A))), p.have(B * (1 / B) == 1, by.algebra(by.inverse(B)))
    low = p.have(K - 1 >= 0, by.algebra(16 / B, 1 / A))
    square = p.have(K**2 - K >= 0, by.algebra(by.times(low, low), low))
    fourth = p.have(K**4 - K >= 0, by.algebra(by.times(square, square), by.times(2, K, square), square))
    p.have(Q(1, 4) <= A * K**4, by.algebra(by.times(A, fourth), A, 16 * A / B, one))
    large = p.have(B * K**2 / 4 >= 4, by.algebra(by.times(B / 4, square), B / 4, B / 4 / A, two))
    x = B * K**2 / 4
    small = p.have(5 * exp(-x) <= 1, by.algebra(by.times(exp(-x), by.tangent(x)), by.times(exp(-x), large)))
    p.conclude(by.algebra(by.times(K * K / 5, small), by.times(K, K)))
with proof(step_exponent) as p:
    more = p.have(R**2 - b**2 >= 0, by.algebra(by.times(R + b, p.order)))
    whole = p.have(
        R**2 * (b ** (4 * N - 2) - 6144 * N**3 * R ** (6 * N - 4) * eta) >= 0,
        by.algebra(p.step, by.times(b ** (4 * N - 2), more)),
    )
    unit = p.have(R * (1 / R) == 1, by.algebra(by.inverse(R)))
    one = p.have(R**2 * (1 / R) ** 2 == 1, by.algebra(by.power(unit, 2)))
    p.conclude(
        by.algebra(
            by.times(by.square(1 / R), whole),
            by.scaled(b ** (4 * N - 2) - 6144 * N**3 * R ** (6 * N - 4) * eta, one),
        )
    )
with proof(rate_exponent) as p:
    more = p.have(R**2 - b**2 >= 0, by.algebra(by.times(R + b, p.order)))
    unit = p.have(R * (1 / R) == 1, by.algebra(by.inverse(R)))
    one = p.have(R**2 * (1 / R) ** 2 == 1, by.algebra(by.power(unit, 2)))
    p.conclude(
        by.algebra(by.times(eta * b ** (2 * (N - 1)) * (1 / R) ** 2, more), by.scaled(eta * b ** (2 * (N - 1)), one))
    )

nonclaim("With several layers the rate does depend on the margin.")

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
    margin=margin,
    rate=eta <= A * c**4,
    then=(w - phi) ** 2 <= exp(-B * c**2 * eta * 0),
    expect=REFUTED,
    reading="the loss is at most exp(-Omega(c^2 eta t)) at t = 0",
)
ratio = corrected(step=step, then=(v - phi) ** 2 == (1 - 2 * eta) ** 2 * (w - phi) ** 2)
rate = corrected(margin=margin, small=eta <= Q(1, 2), step=step, then=(v - phi) ** 2 <= exp(-4 * eta) * (w - phi) ** 2)
target_known = printed(
    margin=margin,
    small=eta <= Q(1, 2),
    step=step,
    reading="the bound times the loss at the start, with a constant that knows the target",
    then=(v - phi) ** 2 <= exp(-4 * (c / phi) ** 2 * eta) * (w - phi) ** 2,
)

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

nonclaim("With several layers the rate does depend on the margin.")

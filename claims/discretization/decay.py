"""Descent on a quadratic follows its flow within k eta^2 for steps up to 1, and leaves it for steps above 2."""

from verify.statement import *

covers("K-12", "K-80")

k = nat("k")
eta, beta = real("eta", positive=True), real("beta", positive=True)

any_step = printed(
    of="K-80",
    consequence="caution",
    then=((1 - eta * beta) ** 2) ** k <= 1,
    expect=REFUTED,
    reading="descent with any step stays near the flow, which falls from 1: step eta, curvature beta",
)
below = corrected(of="K-12", step=eta <= 1, then=(1 - eta) ** k <= exp(-eta * k))
within = corrected(of=("K-12", "K-80"), step=eta <= 1, then=exp(-eta * k) - (1 - eta) ** k <= k * eta**2)
stable = corrected(of="K-80", step=eta * beta <= 2, then=((1 - eta * beta) ** 2) ** k <= 1)

with proof(below) as p:
    p.have(1 - eta >= 0, by.algebra(p.step))
    p.have(1 - eta <= exp(-eta), by.algebra(by.tangent(-eta)))
    p.conclude(by.lemma("powers.monotone", a=1 - eta, b=exp(-eta)))
with proof(within) as p:  # exp(-x) (1 + x) <= 1 <= 1 + x^3 = (1 + x) (1 - x + x^2)
    x, u = eta, exp(-eta)
    p.have(1 - x >= 0, by.algebra(p.step))
    p.have(1 - x <= u, by.algebra(by.tangent(-x)))
    p.have(u <= 1, by.algebra(by.times(u, by.tangent(x)), u * x))
    scaled = p.have((1 + x) * (1 - x + x**2 - u) >= 0, by.algebra(by.times(u, by.tangent(x)), x**3))
    local = p.have(
        u - (1 - x) <= x**2, by.algebra(by.times(1 / (1 + x), scaled), by.scaled(1 - x + x**2 - u, by.inverse(1 + x)))
    )
    far = p.have(u**k - (1 - x) ** k <= k * (u - (1 - x)), by.lemma("powers.close", a=1 - x, b=u))
    p.conclude(by.algebra(far, by.times(by.natural(k), local)))
with proof(stable) as p:
    x = eta * beta
    square = p.have((1 - x) ** 2 <= 1, by.algebra(by.times(x, p.step)))
    p.have((1 - x) ** 2 >= 0, by.algebra(by.square(1 - x)))
    each = p.have(((1 - x) ** 2) ** k <= 1, by.lemma("psd_power_bound.below_one", b=(1 - x) ** 2))
    p.conclude(by.algebra(each))

within.breaks_without("step", k=3, eta=10)
any_step.fails_at(k=1, eta=3, beta=1)
nonclaim("For several curvatures the largest one decides; beyond quadratics the gap may grow exponentially in time.")

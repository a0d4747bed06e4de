"""Descent follows the flow with an error of the order of the step size, and is not the flow at any step size."""

from verify.statement import *

covers("C-17")

k, q = nat("k"), nat("q")
x = real("x", closed=(0, 1))  # step size times curvature
eta, lam = real("eta", positive=True), real("lam", positive=True)
a, b, z = real("a", closed=(0, 1)), real("b", nonnegative=True), real("z", nonnegative=True)

same = printed(
    consequence="caution",
    then=(1 - x) ** k >= exp(-x * k), expect=REFUTED, reading="descent on a quadratic is the flow at times k eta"
)
powers = lemma(order=b <= a, then=a**k - b**k <= k * (a - b))
one_step = lemma(then=exp(-z) - (1 - z) <= z**2)
close = corrected(small=eta * lam <= 1, then=exp(-eta * lam) ** k - (1 - eta * lam) ** k <= k * (eta * lam) ** 2)

with proof(powers) as p:
    p.have(a >= 0, by.algebra(p.hypothesis("a.above")))
    at_most = p.have(b <= 1, by.algebra(p.order, p.hypothesis("a.below")))
    ordered = p.have(a**q - b**q >= 0, by.lemma("powers.monotone", a=b, b=a, k=q))
    small = p.have(b**q <= 1, by.lemma("psd_power_bound.below_one", b=b, k=q))
    every = p.have(
        a**q - b**q <= q * (a - b),
        by.induction(q, step=(IH, by.times(p.hypothesis("a.below"), ordered(q)), by.times(p.order, small(q)))),
    )
    p.conclude(by.algebra(every(k)))
with proof(one_step) as p:  # e^-z (1 + z) <= 1 <= (1 - z + z^2)(1 + z)
    part = 1 / (1 + z)
    one = p.have(part * (1 + z) == 1, by.algebra(by.inverse(1 + z)))
    low = p.have(exp(-z) <= part, by.algebra(by.times(part * exp(-z), by.tangent(z)), by.scaled(exp(-z), one)))
    p.conclude(by.algebra(low, by.scaled(1 - z + z**2, one), part * z**3))
with proof(close) as p:
    y = eta * lam
    p.have(1 - y >= 0, by.algebra(p.small))
    p.have(exp(-y) <= 1, by.algebra(by.times(exp(-y), by.tangent(y)), exp(-y) * y))
    p.have(exp(-y) >= 0, by.positive())
    p.have(1 - y <= exp(-y), by.algebra(by.tangent(-y)))
    gap = p.have(exp(-y) - (1 - y) <= y**2, by.lemma(one_step, z=y))
    best = p.have(exp(-y) ** k - (1 - y) ** k <= k * (exp(-y) - (1 - y)), by.lemma(powers, a=exp(-y), b=1 - y))
    p.conclude(by.algebra(best, by.times(k, gap)))

same.fails_at(k=1, x=1)
with refutation(same) as p:
    p.conclude(by.algebra(exp(-x)))
nonclaim("For losses that are not quadratic the constant also grows with the curvature along the way.")

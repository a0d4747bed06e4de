"""Gradient flow on a strongly convex loss converges to the only minimizer, exponentially fast."""

from verify.statement import *

covers("D-08")

p = nat("p", at_least=1)
theta, G, L = curve("theta", p, 1), curve("G", p, 1), curve("L")  # parameters, gradient and loss along the flow
a, b, mu = vector("a", p), vector("b", p), real("mu", positive=True)
low, other = real("v"), real("w")  # the losses at a and b

unique = printed(
    growth=other >= low + mu / 2 * frobenius(b - a) ** 2,
    both_minimal=other <= low,
    then=b == a,
    reading="a minimizer a of a strongly convex loss, and another b",
)
rate = corrected(
    time=clock(),
    flow=D(theta) == -G,
    convex=low >= L + dot(G, a - theta) + mu / 2 * frobenius(theta - a) ** 2,
    minimal=L >= low + mu / 2 * frobenius(theta - a) ** 2,
    then=frobenius(theta - a) ** 2 <= start(frobenius(theta - a) ** 2) * exp(-2 * mu * t),
)

with proof(unique) as s:
    small = s.have(
        frobenius(b - a) ** 2 <= 0,
        by.algebra(
            by.times(2 / mu, s.growth),
            by.times(2 / mu, s.both_minimal),
            by.scaled(frobenius(b - a) ** 2, by.inverse(mu)),
        ),
    )
    none = s.have(trace((b - a).T @ (b - a)) == 0, by.algebra(by.anti(by.trace(by.gram(b - a)), small)))
    s.conclude(by.algebra(by.vanish(b - a, none)))
with proof(rate) as s:
    F = frobenius(theta - a) ** 2
    slope = s.have(
        D(F) <= -2 * mu * F,
        by.algebra(by.scaled(2, by.trace(by.within((theta - a).T, s.flow))), s.convex, s.minimal),
    )
    s.conclude(by.gronwall(slope))

nonclaim("Existence of the minimizer: a strongly convex continuous loss is coercive.")

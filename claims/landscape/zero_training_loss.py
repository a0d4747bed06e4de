"""Predictions of zero loss are unique where they exist; contradicting labels and exponential losses have none."""

from verify.statement import *

covers("D-09", "D-10")

n, p = nat("n", at_least=1), nat("p", at_least=1)
u, y = vector("u", n), vector("y", n)
w, v = chosen("w"), real("v")
Phi, theta, h = matrix("Phi", n, p), vector("theta", p), vector("h", p)

fitted = printed(
    of="D-09",
    consequence="hypothesis",
    then=w**2 + (w - 1) ** 2 <= 0,
    expect=REFUTED,
    reading="some parameters have zero loss: one input twice, with labels 0 and 1, and any prediction w for it",
)
free_parameters = corrected(of="D-09", fitted=Phi @ theta == y, free=Phi @ h == 0 * y, then=Phi @ (theta + h) == y)
unique_prediction = printed(of="D-10", zero=frobenius(u - y) ** 2 <= 0, then=u == y)
any_loss = printed(
    of="D-10",
    consequence="hypothesis",
    then=exp(-w) <= exp(-v), expect=REFUTED, reading="a best prediction w exists for every loss: here exp(-u)"
)

with proof(free_parameters) as s:
    s.conclude(by.algebra(s.fitted, s.free))
with proof(unique_prediction) as s:
    none = s.have(trace((u - y).T @ (u - y)) == 0, by.algebra(by.anti(by.trace(by.gram(u - y)), s.zero)))
    s.conclude(by.algebra(by.vanish(u - y, none)))
fitted.fails_at()
with refutation(fitted) as s:
    s.conclude(by.algebra(by.square(w - Q(1, 2))))
any_loss.fails_at(v=w + 1)
with refutation(any_loss) as s:
    s.conclude(by.algebra(by.times(exp(-w - 1), by.tangent(1)), exp(-w - 1)))

nonclaim("That the predictions reach the labels is a statement on the dynamics, not on the minimizer.")

"""The square loss and the logistic loss are convex in the prediction and non-negative."""

from verify.statement import *

covers("K-37")

n = nat("n", at_least=1)
x, z, y = vector("x", n), vector("z", n), vector("y", n)
s, a, b = real("s", closed=(0, 1)), real("a"), real("b")


def logistic(m):
    """The log-loss of a label 1 at the logit m."""
    return log(1 + exp(-m))


square_convex = printed(
    then=frobenius((1 - s) * x + s * z - y) ** 2 <= (1 - s) * frobenius(x - y) ** 2 + s * frobenius(z - y) ** 2
)
logistic_convex = printed(then=logistic((a + b) / 2) <= (logistic(a) + logistic(b)) / 2)
logistic_positive = printed(then=logistic(a) > 0)
logistic_zero = printed(consequence="caution", then=logistic(a) <= 0, expect=REFUTED, reading="the loss attains zero")

with proof(square_convex) as p:
    p.conclude(by.algebra(by.times(p.hypothesis("s.above"), p.hypothesis("s.below"), by.trace(by.gram(x - z)))))
with proof(logistic_convex) as p:  # (1 + uv)^2 <= (1 + u^2)(1 + v^2) with u^2 = exp(-a), v^2 = exp(-b)
    u, v = exp(-a / 2), exp(-b / 2)
    order = p.have((1 + u * v) ** 2 <= (1 + u**2) * (1 + v**2), by.algebra(by.square(u - v)))
    logs = p.have(
        log((1 + u * v) ** 2) <= log((1 + u**2) * (1 + v**2)),
        by.lemma("logarithm.increasing", x=(1 + u * v) ** 2, y=(1 + u**2) * (1 + v**2)),
    )
    left = p.have(
        log((1 + u * v) * (1 + u * v)) == log(1 + u * v) + log(1 + u * v),
        by.lemma("logarithm.of_product", x=1 + u * v, y=1 + u * v),
    )
    right = p.have(
        log((1 + u**2) * (1 + v**2)) == log(1 + u**2) + log(1 + v**2),
        by.lemma("logarithm.of_product", x=1 + u**2, y=1 + v**2),
    )
    p.conclude(by.algebra(logs, left, right))
with proof(logistic_positive) as p:  # log w >= 1 - 1/w for w = 1 + exp(-a)
    w = 1 + exp(-a)
    whole = p.have(exp(-log(w)) * w == 1, by.algebra(by.scaled(exp(-log(w)), by.explog(w))))
    part = p.have(exp(-log(w)) == 1 / w, by.algebra(by.scaled(1 / w, whole), by.scaled(exp(-log(w)), by.inverse(w))))
    p.conclude(by.algebra(by.tangent(-log(w)), part, by.inverse(w), 1 / w * exp(-a)))

logistic_zero.fails_at(a=0)
with refutation(logistic_zero) as p:
    p.conclude(by.algebra(by.tangent(-log(2))))
nonclaim("Convexity in the prediction says nothing about convexity in the weights of several layers.")

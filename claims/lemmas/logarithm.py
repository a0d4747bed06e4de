"""The logarithm is increasing and turns products into sums."""

from verify.statement import *

x, y = real("x", positive=True), real("y", positive=True)
a, b = real("a"), real("b")

exponential = lemma(order=a <= b, then=exp(a) <= exp(b))
increasing = lemma(order=x <= y, then=log(x) <= log(y))
of_product = lemma(then=log(x * y) == log(x) + log(y))

with proof(exponential) as p:
    p.conclude(by.algebra(by.times(exp(a), by.tangent(b - a)), by.times(exp(a), p.order)))
with proof(increasing) as p:
    u, v = log(x), log(y)
    ratio = p.have(exp(u - v) * y == x, by.algebra(by.scaled(exp(u - v), by.explog(y)), by.explog(x)))
    below = p.have(
        exp(u - v) <= 1,
        by.algebra(
            by.scaled(1 / y, ratio), by.times(1 / y, p.order), by.scaled(exp(u - v), by.inverse(y)), by.inverse(y)
        ),
    )
    p.conclude(by.algebra(by.tangent(u - v), below))
with proof(of_product) as p:
    whole = p.have(
        exp(log(x) + log(y)) == x * y, by.algebra(by.scaled(exp(log(x)), by.explog(y)), by.scaled(y, by.explog(x)))
    )
    p.conclude(by.algebra(by.same("log", whole), by.logexp(log(x) + log(y))))

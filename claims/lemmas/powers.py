"""Powers of non-negative numbers keep their order, and powers of numbers up to 1 their distance."""
from verify.statement import *

k, i = nat("k"), nat("i")
a, b = real("a", nonnegative=True), real("b")

monotone = lemma(order=a <= b, then=a**k <= b**k)
close = lemma(order=a <= b, small=b <= 1, then=b**k - a**k <= k * (b - a))

with proof(monotone) as p:
    p.have(b >= 0, by.algebra(p.order, a))
    every = p.have(a**i <= b**i, by.induction(i, step=(b * IH, by.times(a**i, p.order))))
    p.conclude(by.algebra(every(k)))
with proof(close) as p:
    p.have(b >= 0, by.algebra(p.order, a))
    gap = p.have(b - a >= 0, by.algebra(p.order))
    p.have(a <= 1, by.algebra(p.order, p.small))
    ones = p.have(a**i <= 1, by.lemma("psd_power_bound.below_one", b=a, k=i))
    every = p.have(b**i - a**i <= i * (b - a), by.induction(
        i, step=(b * IH, by.times(gap, ones(i)), by.times(by.natural(i), gap, p.small))))
    p.conclude(by.algebra(every(k)))

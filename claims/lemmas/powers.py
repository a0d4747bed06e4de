"""Powers of non-negative numbers keep their order."""
from verify.statement import *

k, i = nat("k"), nat("i")
a, b = real("a", nonnegative=True), real("b")

monotone = lemma(order=a <= b, then=a**k <= b**k)

with proof(monotone) as p:
    p.have(b >= 0, by.algebra(p.order, a))
    every = p.have(a**i <= b**i, by.induction(i, step=(b * IH, by.times(a**i, p.order))))
    p.conclude(by.algebra(every(k)))

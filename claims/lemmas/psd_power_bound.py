"""Powers keep lower bounds: S >= a I with a >= 0 gives S^k >= a^k I."""
from verify.statement import *

n, k = nat("n"), nat("k")
S, a, b = matrix("S", n, n, symmetric=True), real("a", nonnegative=True), real("b", nonnegative=True)

matrices = lemma(floor=psd(S - a * I), then=psd(S**k - a**k * I))
below_one = lemma(small=b <= 1, then=b**k <= 1)

i = nat("i", at_least=0)
with proof(matrices) as p:
    all_powers = p.have(psd(S**i - a**i * I), by.induction(
        i, stride=2, base=p.floor,
        step=(by.congruence(S, IH), by.times(a**i, by.gram(S - a * I)), by.times(2 * a * a**i, p.floor))))
    p.conclude(by.algebra(all_powers(k)))
with proof(below_one) as p:
    all_powers = p.have(b**i <= 1, by.induction(i, step=(b * IH, p.small)))
    p.conclude(by.algebra(all_powers(k)))

"""A mean of variables in [0, 1] exceeds s with probability at most its expectation over s."""

from verify.statement import *

covers("D-67")

m = nat("m", at_least=1)
F = iid("F", count=m, law=bounded(0, 1))  # whether a unit is near the kink
s, r = real("s", positive=True), index("r", m)
share = mean(F)

markov = corrected(then=1 - P(share <= s) <= E(share) / s)

with proof(markov) as p:
    low = p.have(share >= 0, by.algebra(by.total(r, 1, m, by.times(1 / m, p.hypothesis("F.above")(r)))))
    on = indicator(s - share >= 0)
    each = p.have(s * (1 - on) <= share, by.algebra(by.below(s - share), by.times(low, on)))
    p.conclude(
        by.algebra(by.times(1 / s, by.expectation(each)), by.scaled(1 - P(share <= s), by.inverse(s))),
    )

nonclaim("The units move together; the bound is for a radius that is fixed in advance, not for the movement itself.")

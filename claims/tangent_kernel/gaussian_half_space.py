"""A Gaussian vector lies in a half-space through the origin with probability 1/2, and its projection has variance 1."""

from verify.statement import *

covers("D-63")

d, m = nat("d", at_least=1), nat("m", at_least=1)
r = index("r", m)
x, g, w = unit_vector("x", d), iid("g", law=gaussian(d)), iid("w", count=m, law=gaussian(d))
phi, zero = iid("phi", law=angle), Q(0)

half = printed(then=E(indicator(dot(w[r], x) >= 0)) == Q(1, 2))
single = lemma(then=E(indicator(dot(g, x) >= 0)) == Q(1, 2))
variance = printed(then=E(dot(g, x) ** 2) == 1)
fourth = printed(then=E(dot(g, x) ** 4) == 3)



def sector_of_angle_zero(p, column):
    p.letter(phi)
    unit = p.hypothesis("x.unit")
    same = p.have(cos(zero) == dot(x, x), by.algebra(unit))
    ahead = indicator(cos(phi) >= 0)
    turned = p.have(
        E(indicator(dot(column, x) >= 0)) == E(ahead), by.polar(column, x, x, phi, zero, using=(unit, unit, same))
    )
    p.have(zero >= 0, by.algebra())
    p.have(zero <= pi, by.algebra(pi))
    area = p.have(E(ahead) == pi / (2 * pi), by.lemma("orthant_probability.share", turn=zero))
    p.conclude(by.algebra(turned, area, by.scaled(Q(1, 2), by.inverse(pi))))


with proof(half) as p:
    sector_of_angle_zero(p, w[r])
with proof(single) as p:
    sector_of_angle_zero(p, g)
with proof(variance) as p:
    p.conclude(by.lemma("random_imbalance.second_moment"))
with proof(fourth) as p:
    p.conclude(by.lemma("random_imbalance.fourth_moment"))

nonclaim("The law of the projection is recorded by these three numbers only.")

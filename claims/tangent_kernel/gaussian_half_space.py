"""A Gaussian vector lies in a half-space through the origin with probability 1/2, and its projection has variance 1."""

from verify.statement import *

covers("D-63")

d, m = nat("d", at_least=1), nat("m", at_least=1)
r = index("r", m)
x, g, w = unit_vector("x", d), iid("g", law=gaussian(d)), iid("w", count=m, law=gaussian(d))
phi, zero = iid("phi", law=angle), Q(0)

half = printed(then=E(indicator(dot(w[r], x) >= 0)) == Q(1, 2))
variance = printed(then=E(dot(g, x) ** 2) == 1)
fourth = printed(then=E(dot(g, x) ** 4) == 3)

with proof(half) as p:
    p.letter(phi)
    unit = p.hypothesis("x.unit")
    same = p.have(cos(zero) == dot(x, x), by.algebra(unit))
    side = indicator(dot(w[r], x) >= 0)
    turned = p.have(E(side) == E(indicator(cos(phi) >= 0)), by.polar(w[r], x, x, phi, zero, using=(unit, unit, same)))
    sector = indicator(both(phi >= -pi / 2, phi <= pi / 2))
    end_a = indicator(both(phi >= -pi / 2, phi <= -pi / 2))
    signs = (pi / 2 - phi, phi + pi / 2, -(phi + 3 * pi / 2), cos(phi))
    inside = p.have(indicator(cos(phi) >= 0) >= sector, by.signs(*signs))
    outside = p.have(indicator(cos(phi) >= 0) <= sector + end_a, by.signs(*signs))
    area = p.have(E(sector) == pi / (2 * pi), by.sector(phi, -pi / 2, pi / 2))
    null = p.have(E(end_a) == 0, by.sector(phi, -pi / 2, -pi / 2))
    low = p.have(
        E(indicator(cos(phi) >= 0)) >= Q(1, 2),
        by.algebra(by.expectation(inside), area, by.scaled(Q(1, 2), by.inverse(pi))),
    )
    high = p.have(
        E(indicator(cos(phi) >= 0)) <= Q(1, 2),
        by.algebra(by.expectation(outside), area, null, by.scaled(Q(1, 2), by.inverse(pi))),
    )
    p.conclude(by.algebra(turned, by.anti(low, high)))
with proof(variance) as p:
    p.conclude(by.lemma("random_imbalance.second_moment"))
with proof(fourth) as p:
    p.conclude(by.lemma("random_imbalance.fourth_moment"))

nonclaim("The law of the projection is recorded by these three numbers only.")

"""Angles and their cosines: order, arcs and chords between 0 and pi.

Means over a sector of a uniform angle take the place of integrals.
"""

from verify.statement import *

a, b, rho = real("a"), real("b"), real("rho")
phi = iid("phi", law=angle)


def sin(u):
    return cos(u - pi / 2)


order = lemma(
    a_low=a >= 0, a_high=a <= pi, b_low=b >= 0, b_high=b <= pi, falls=cos(a) >= cos(b), then=b >= a
)
arc = lemma(low=a >= 0, order=a <= b, high=b <= pi / 2, then=sin(a) * (b - a) <= cos(a) - cos(b))
flat = lemma(low=a >= 0, high=a <= pi, then=1 - cos(a) <= a**2 / 2)
steep = lemma(low=a >= 0, high=a <= pi / 2, then=a <= 2 * sin(a))
reflected = lemma(low=rho >= -1, high=rho <= 1, then=acos(-rho) == pi - acos(rho))

with proof(order) as p:  # cos b - cos a = 2 sin((a + b) / 2) sin((a - b) / 2) would be positive
    down = by.times(2, by.sign(sin((a + b) / 2), strict=1), by.sign(sin((a - b) / 2), strict=1))
    p.conclude(by.cases(b - a, at_least_zero=CASE, negative=by.absurd(b - a, by.plus(p.falls, down))))
with proof(arc) as p:  # the sine is at least sin a on the arc, and its mean there is a difference of cosines
    p.letter(phi)
    on = indicator(both(phi >= a, phi <= b))
    one = p.have(on * cos((phi + a) / 2) >= 0, by.signs(phi - a, b - phi, cos((phi + a) / 2)))
    two = p.have(on * sin((phi - a) / 2) >= 0, by.signs(phi - a, b - phi, sin((phi - a) / 2)))
    rises = p.have(on * (sin(phi) - sin(a)) >= 0, by.algebra(by.times(2, one, two)))
    mean = p.have(
        E(on * (sin(phi) - sin(a))) == (cos(a) - cos(b) - sin(a) * (b - a)) / (2 * pi),
        by.sector(phi, a, b, primitive=-cos(phi) - sin(a) * phi),
    )
    gap = cos(a) - cos(b) - sin(a) * (b - a)
    p.conclude(
        by.algebra(by.times(2 * pi, by.expectation(rises)), by.scaled(2 * pi, mean), by.scaled(gap, by.inverse(pi)))
    )
with proof(flat) as p:  # sin(a / 2) <= a / 2, and 1 - cos a = 2 sin(a / 2)^2
    p.letter(phi)
    on = indicator(both(phi >= 0, phi <= a / 2))
    mean = p.have(
        E(on * (1 - cos(phi))) == (a / 2 - sin(a / 2)) / (2 * pi),
        by.sector(phi, 0, a / 2, primitive=phi - sin(phi)),
    )
    whole = p.have(on * (1 - cos(phi)) >= 0, by.algebra(by.times(2, on, by.square(sin(phi / 2)))))
    gap = a / 2 - sin(a / 2)
    less = p.have(
        gap >= 0,
        by.algebra(by.times(2 * pi, by.expectation(whole)), by.scaled(2 * pi, mean), by.scaled(gap, by.inverse(pi))),
    )
    p.have(sin(a / 2) >= 0, by.algebra(by.sign(sin(a / 2))))
    p.conclude(by.algebra(by.times(2, less, a / 2 + sin(a / 2))))
with proof(steep) as p:  # sin x - x cos x has the derivative x sin x, and a / 2 (1 + cos a) <= sin a
    p.letter(phi)
    x = a / 2
    on = indicator(both(phi >= 0, phi <= x))
    mean = p.have(
        E(on * phi * sin(phi)) == (sin(x) - x * cos(x)) / (2 * pi),
        by.sector(phi, 0, x, primitive=sin(phi) - phi * cos(phi)),
    )
    one = p.have(on * phi >= 0, by.signs(phi, x - phi))
    two = p.have(on * sin(phi) >= 0, by.signs(phi, x - phi, sin(phi)))
    whole = p.have(on * phi * sin(phi) >= 0, by.algebra(by.times(one, two)))
    gap = sin(x) - x * cos(x)
    more = p.have(
        gap >= 0,
        by.algebra(by.times(2 * pi, by.expectation(whole)), by.scaled(2 * pi, mean), by.scaled(gap, by.inverse(pi))),
    )
    p.have(cos(x) >= 0, by.algebra(by.sign(cos(x))))
    p.have(cos(a) >= 0, by.algebra(by.sign(cos(a))))
    p.conclude(by.algebra(by.times(4 * cos(x), more), by.times(a, cos(a))))
with proof(reflected) as p:
    here, there = acos(rho), acos(-rho)
    p.have(-rho >= -1, by.algebra(p.high))
    p.have(-rho <= 1, by.algebra(p.low))
    cosines = []
    for angle_, x in ((here, rho), (there, -rho)):
        p.have(angle_ >= 0, by.lemma("base:arccos", x=x))
        p.have(angle_ <= pi, by.lemma("base:arccos", x=x))
        cosines.append(p.have(cos(angle_) == x, by.lemma("base:arccos", x=x)))
    p.have(pi - here >= 0, by.algebra(by.sign(pi - here)))
    p.have(pi - here <= pi, by.algebra(by.sign(here)))
    p.have(cos(there) >= cos(pi - here), by.algebra(*cosines))
    p.have(cos(pi - here) >= cos(there), by.algebra(*cosines))
    up = p.have(pi - here >= there, by.lemma(order, a=there, b=pi - here))
    down = p.have(there >= pi - here, by.lemma(order, a=pi - here, b=there))
    p.conclude(by.algebra(by.anti(up, down)))

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
flat = lemma(then=1 - cos(a) <= a**2 / 2)
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
with proof(flat) as p:  # sin x <= x for 0 <= x <= pi / 2, and 1 - cos 2x = 2 sin(x)^2; further away a^2 >= pi^2 >= 4
    p.letter(phi)

    def short(x):
        """sin x <= x, from the facts that x is between 0 and pi."""
        on = indicator(both(phi >= 0, phi <= x))
        mean = p.have(
            E(on * (1 - cos(phi))) == (x - sin(x)) / (2 * pi), by.sector(phi, 0, x, primitive=phi - sin(phi))
        )
        whole = p.have(on * (1 - cos(phi)) >= 0, by.algebra(by.times(2, on, by.square(sin(phi / 2)))))
        return p.have(
            x - sin(x) >= 0,
            by.algebra(
                by.times(2 * pi, by.expectation(whole)), by.scaled(2 * pi, mean), by.scaled(x - sin(x), by.inverse(pi))
            ),
        )

    half_turn = short(pi / 2)  # pi >= 2
    gap, halves = a**2 / 2 - 1 + cos(a), []
    for u in (a, -a):
        side, near = indicator(u >= 0), indicator(u <= pi)
        on = side * near
        x = on * u / 2
        p.have(x >= 0, by.algebra(by.times(Q(1, 2), near, by.reaches(u))))
        rest = by.times(Q(1, 2), side, by.reaches(pi - u)), by.times(pi / 2, by.at_most_one(on))
        p.have(x <= pi / 2, by.algebra(*rest))
        less = short(x)
        p.have(sin(x) >= 0, by.algebra(by.sign(sin(x))))
        there = p.have(1 - cos(2 * x) <= (2 * x) ** 2 / 2, by.algebra(by.times(2, less, x + sin(x))))
        most = by.at_most_one(on)
        full, none = by.anti(most, by.times(2, CASE, most)), by.anti(on, by.times(2, CASE, on))
        close = p.have(
            on * gap >= 0,
            by.cases(
                on - Q(1, 2),
                at_least_zero=(by.times(on, there), by.scaled(on, by.same("cos", by.scaled(u, full), u, 2 * x))),
                negative=by.scaled(gap, none),
            ),
        )
        far = p.have(
            (1 - near) * (a**2 / 2 - 2) >= 0,
            by.cases(
                pi - u,
                at_least_zero=by.scaled(a**2 / 2 - 2, by.decided(pi - u)),
                negative=(
                    by.scaled(a**2 / 2 - 2, by.decided(pi - u)),
                    by.times(Q(1, 2), CASE, CASE),
                    by.times(pi, CASE),
                    by.times(2, half_turn, half_turn),
                    by.times(4, half_turn),
                ),
            ),
        )
        rest = by.times(side, far), by.times(2, side, by.at_most_one(near), by.square(cos(a / 2)))
        halves.append(p.have(side * gap >= 0, by.algebra(close, *rest)))
    p.conclude(
        by.cases(
            a,
            at_least_zero=(halves[0], by.scaled(gap, by.decided(a))),
            negative=(halves[1], by.scaled(gap, by.decided(-a))),
        )
    )
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

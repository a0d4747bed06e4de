"""A Gaussian projection lies within R of zero with probability at most 2 R / sqrt(2 pi)."""

from verify.statement import *

covers("D-62")

d, m = nat("d", at_least=1), nat("m", at_least=1)
r = index("r", m)
g, w, x = iid("g", law=gaussian(d)), iid("w", count=m, law=gaussian(d)), unit_vector("x", d)
R = real("R", nonnegative=True)
z = dot(g, x)  # for d = 1 and x = 1 the Gaussian variable itself

small_ball = printed(then=P(both(z > -R, z < R)) <= 2 * R / sqrt(2 * pi))
closed = corrected(then=P(both(z >= -R, z <= R)) <= 2 * R / sqrt(2 * pi))
one_unit = corrected(then=P(both(dot(w[r], x) >= -R, dot(w[r], x) <= R)) <= 2 * R / sqrt(2 * pi))


def mass(p, g, z):
    """P(|z| <= R) = 2 R bell + E z^2 over |z| <= R, where z^2 <= R |z|, and the mean of |z| is 2 (1 - bell)."""
    unit, bell = p.hypothesis("x.unit"), exp(-(R**2) / 2)
    inside, right, left = (indicator(both(z >= a, z <= b)) for a, b in ((-R, R), (0, R), (-R, 0)))
    spread = p.have(
        E(inside * (1 - z**2)) == 2 * R * bell / sqrt(2 * pi), by.interval(g, x, -R, R, primitive=z, using=(unit, R))
    )
    up = p.have(E(right * -z) == (bell - 1) / sqrt(2 * pi), by.interval(g, x, 0, R, primitive=1, using=(unit, R)))
    down = p.have(E(left * -z) == (1 - bell) / sqrt(2 * pi), by.interval(g, x, -R, 0, primitive=1, using=(unit, R)))
    halves = p.have(inside * z**2 == right * z**2 + left * z**2, by.signs(z, -z, R - z, z + R))
    square = p.have(
        inside * z**2 <= R * (right * z - left * z),
        by.algebra(
            halves, by.times(by.reaches(z), by.reaches(R - z)), by.times(by.reaches(-z), by.reaches(z + R))
        ),
    )
    p.conclude(by.algebra(spread, by.expectation(square), by.scaled(R, up), by.scaled(R, down)))


with proof(closed) as p:
    mass(p, g, z)
with proof(one_unit) as p:
    mass(p, w[r], dot(w[r], x))
with proof(small_ball) as p:
    wide = p.have(P(both(z >= -R, z <= R)) <= 2 * R / sqrt(2 * pi), by.lemma(closed))
    outside = (1 - indicator(z <= -R)) * (1 - indicator(z >= R))
    inside = p.have(outside <= indicator(both(z >= -R, z <= R)), by.signs(z + R, R - z, -z - R, z - R))
    p.conclude(by.algebra(wide, by.expectation(inside)))

small_ball.tight_at(d=1, R=0, x=[[1]])
check(one_unit, trials=4, search=0, necessity=0, necessity_more=0, mutants=False)
nonclaim("A variable of another variance has another density at zero.")

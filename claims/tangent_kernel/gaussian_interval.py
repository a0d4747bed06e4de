"""A Gaussian projection lies within R of zero with probability at most 2 R / sqrt(2 pi)."""

from verify.statement import *

covers("D-62", "D-63", "D-66")

d, m = nat("d", at_least=1), nat("m", at_least=1)
r = index("r", m)
g, w, x = iid("g", law=gaussian(d)), iid("w", count=m, law=gaussian(d)), unit_vector("x", d)
R = real("R", nonnegative=True)
z = dot(g, x)  # for d = 1 and x = 1 the Gaussian variable itself

small_ball = printed(of="D-62", then=P(both(z > -R, z < R)) <= 2 * R / sqrt(2 * pi))
closed = corrected(of="D-62", then=P(both(z >= -R, z <= R)) <= 2 * R / sqrt(2 * pi))
one_unit = corrected(of="D-66", then=P(both(dot(w[r], x) >= -R, dot(w[r], x) <= R)) <= 2 * R / sqrt(2 * pi))
one_side = lemma(then=P(both(z >= 0, z <= R)) <= R / sqrt(2 * pi))
a, b = real("a"), real("b")
density = corrected(  # with a null event z = 0 this is the normal law: z mu(dz) = z bell(z) dz
    of="D-63",
    ends=a <= b, then=E(z * indicator(both(z >= a, z <= b))) == (exp(-(a**2) / 2) - exp(-(b**2) / 2)) / sqrt(2 * pi)
)
fixed_radius = corrected(of="D-66", then=P(both(dot(w[r], x) > -R, dot(w[r], x) < R)) <= 2 * R / sqrt(2 * pi))
h = real("h", positive=True)
Delta = 2 * (relu(z) + relu(-z)) * indicator(both(z >= -h, z <= h))  # a movement that depends on the weight
moving_radius = printed(
    of="D-66",
    consequence="hypothesis",
    then=P(both(z > -Delta, z < Delta)) <= 2 * E(Delta) / sqrt(2 * pi),
    expect=REFUTED,
    reading="the radius is the movement of the unit, here twice its distance from the kink if that is at most h",
)


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
        by.algebra(halves, by.times(by.reaches(z), by.reaches(R - z)), by.times(by.reaches(-z), by.reaches(z + R))),
    )
    p.conclude(by.algebra(spread, by.expectation(square), by.scaled(R, up), by.scaled(R, down)))


with proof(closed) as p:
    mass(p, g, z)
with proof(one_unit) as p:
    mass(p, w[r], dot(w[r], x))
with proof(one_side) as p:
    bell, inside = exp(-(R**2) / 2), indicator(both(z >= 0, z <= R))
    unit = p.hypothesis("x.unit")
    spread = p.have(
        E(inside * (1 - z**2)) == R * bell / sqrt(2 * pi), by.interval(g, x, 0, R, primitive=z, using=(unit, R))
    )
    up = p.have(E(inside * -z) == (bell - 1) / sqrt(2 * pi), by.interval(g, x, 0, R, primitive=1, using=(unit, R)))
    square = by.times(by.reaches(z), by.reaches(R - z))
    p.conclude(by.algebra(spread, by.expectation(square), by.scaled(R, up)))
with proof(small_ball) as p:
    wide = p.have(P(both(z >= -R, z <= R)) <= 2 * R / sqrt(2 * pi), by.lemma(closed))
    outside = (1 - indicator(z <= -R)) * (1 - indicator(z >= R))
    inside = p.have(outside <= indicator(both(z >= -R, z <= R)), by.signs(z + R, R - z, -z - R, z - R))
    p.conclude(by.algebra(wide, by.expectation(inside)))
with proof(density) as p:
    event = indicator(both(z >= a, z <= b))
    mass_ = p.have(
        E(event * -z) == (exp(-(b**2) / 2) - exp(-(a**2) / 2)) / sqrt(2 * pi),
        by.interval(g, x, a, b, primitive=1, using=(p.hypothesis("x.unit"), p.ends)),
    )
    p.conclude(by.algebra(mass_))
with proof(fixed_radius) as p:
    k = dot(w[r], x)
    wide = p.have(P(both(k >= -R, k <= R)) <= 2 * R / sqrt(2 * pi), by.lemma(one_unit))
    outside = (1 - indicator(k <= -R)) * (1 - indicator(k >= R))
    inside = p.have(outside <= indicator(both(k >= -R, k <= R)), by.signs(k + R, R - k, -k - R, k - R))
    p.conclude(by.algebra(wide, by.expectation(inside)))

q = sqrt(2 * pi)
short = q / (1 + q) / 4
k, c = real("k"), real("c", positive=True)
root_positive = lemma(then=q > 0)
gap = lemma(small=4 * k * (1 + c) == c, then=2 * k * (1 - k**2 / 2) / c > 4 * k**2 / c**2)

with proof(root_positive) as p:  # q^2 = 2 pi >= (2 pi / (1 + pi))^2
    floor, one = 2 * pi / (1 + pi), by.inverse(1 + pi)
    p.have(2 * pi >= 0, by.positive())
    root = p.have(q**2 == 2 * pi, by.lemma("base:real-root", x=2 * pi, N=2))
    p.have(q >= 0, by.lemma("base:real-root", x=2 * pi, N=2))
    p.have(floor >= 0, by.positive())
    p.have(
        q**2 >= floor**2,
        by.algebra(
            root,
            by.times(2 * pi * (1 + pi**2), by.square(1 / (1 + pi))),
            by.scaled(2 * pi * ((1 + pi) / (1 + pi) + 1), one),
        ),
    )
    above = p.have(q >= floor, by.lemma("base:real-root-monotone", x=q, a=floor, N=2))
    p.conclude(by.algebra(above, floor))
with proof(gap) as p:  # k = c / (4 (1 + c)) lies between 0 and 1
    quarter = by.scaled(Q(1, 4) / (1 + c), p.small), by.scaled(k, by.inverse(1 + c))
    p.have(k > 0, by.algebra(*quarter, Q(1, 4) * c / (1 + c)))
    low = p.have(k < 1, by.algebra(*quarter, by.scaled(Q(1, 4), by.inverse(1 + c)), Q(1, 4) / (1 + c)))
    p.conclude(
        by.algebra(
            by.scaled(k / c**2, p.small),
            by.scaled(k / c - 4 * k**2 / c, by.inverse(c)),
            by.times(k / c, low),
            by.times(k * k / c, low),
            k * k / c,
        )
    )

moving_radius.fails_at(d=1, x=identity(1), h=short, g=gaussian(1))
with refutation(moving_radius) as p:
    p.have(q > 0, by.lemma(root_positive))
    unit = p.have(dot(x, x) == 1, by.algebra())
    one = p.have(short + 1 / (1 + q) / 4 == Q(1, 4), by.algebra(by.scaled(Q(1, 4), by.inverse(1 + q))))
    p.have(short > 0, by.positive())
    low = p.have(short < 1, by.algebra(one, 1 / (1 + q) / 4))
    p.have(4 * short * (1 + q) == q, by.algebra(by.scaled(q, by.inverse(1 + q))))
    bell = exp(-(short**2) / 2)
    inside, right, left = (indicator(both(z >= a, z <= b)) for a, b in ((-h, h), (0, h), (-h, 0)))
    spread = p.have(
        E(inside * (1 - z**2)) == 2 * h * bell / q, by.interval(g, x, -h, h, primitive=z, using=(unit, short))
    )
    up = p.have(E(right * -z) == (bell - 1) / q, by.interval(g, x, 0, h, primitive=1, using=(unit, short)))
    down = p.have(E(left * -z) == (1 - bell) / q, by.interval(g, x, -h, 0, primitive=1, using=(unit, short)))
    size = p.have(Delta == 2 * (right * z - left * z), by.signs(z, -z, h - z, z + h))
    zero = indicator(both(z >= 0, z <= 0))
    none = p.have(E(zero) <= 0, by.lemma(closed, R=0, x=x))
    event = (1 - indicator(z <= -Delta)) * (1 - indicator(z >= Delta))
    length = right * z - left * z
    p.have(length >= 0, by.signs(z, -z, h - z, z + h))
    missed = []
    for side, u in ((indicator(z <= -Delta), z), (indicator(z >= Delta), -z)):
        far = p.have(inside * length * (2 * length + u) >= inside * z**2, by.signs(z, -z, h - z, z + h))
        never = p.have(
            side * inside * z**2 <= 0,
            by.algebra(
                by.times(side, far),
                by.times(inside, length, by.reaches(-Delta - u)),
                by.scaled(side * inside * length, size),
            ),
        )
        for v in (z, -z):
            off = side * inside * (1 - indicator(v >= 0))
            cases = by.cases(
                v,
                at_least_zero=(by.scaled(side * inside, by.decided(v)),),
                negative=(
                    by.times(by.square(1 / v), 1 - indicator(v >= 0), never),
                    by.scaled(off * (v / v + 1), by.inverse(v)),
                ),
            )
            missed.append(p.have(off <= 0, cases))
        on_both = by.times(zero, by.at_most_one(side * inside))
        at_zero = by.algebra(missed[-2], by.times(indicator(z >= 0), missed[-1]), on_both)
        missed.append(p.have(side * inside <= zero, at_zero))
    below, above = indicator(z <= -Delta), indicator(z >= Delta)
    caught = p.have(
        event >= inside - 2 * zero,
        by.algebra(
            missed[2],
            by.times(1 - below, missed[5]),
            by.times(below, zero),
            by.times(by.at_most_one(inside), 1 - below, 1 - above),
        ),
    )
    much = p.have(
        E(event) >= 2 * h * bell / q,
        by.algebra(by.expectation(caught), none, spread, by.expectation(inside * z**2)),
    )
    mean_size = p.have(E(Delta) == 4 * (1 - bell) / q, by.algebra(by.expectation(size), up, down))
    near_one = p.have(bell >= 1 - h**2 / 2, by.algebra(by.tangent(-(short**2) / 2)))
    room = p.have(2 * h * (1 - h**2 / 2) / q > 4 * h**2 / q**2, by.lemma(gap, k=short, c=q))
    p.conclude(by.algebra(much, by.scaled(2 / q, mean_size), by.times(2 * short / q + 8 / q**2, near_one), room))

small_ball.tight_at(d=1, R=0, x=[[1]])
nonclaim("A variable of another variance has another density at zero.")

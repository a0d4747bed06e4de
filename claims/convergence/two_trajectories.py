"""One loss, two starts of gradient flow: one reaches the minimum, one falls for ever and stays away from it."""
from verify.statement import *

covers("C-11")

a, b, c = curve("a"), curve("b"), curve("c")
error = a * b * c - 1                                 # three scalar layers, target 1
loss = error**2 / 2
flow = dict(time=clock(), flow_a=D(a) == -b * c * error, flow_b=D(b) == -a * c * error, flow_c=D(c) == -a * b * error)
same_sign = both(start(a) == Q(1, 2), start(b) == Q(1, 2), start(c) == Q(1, 2))
one_negative = both(start(a) == -Q(1, 2), start(b) == Q(1, 2), start(c) == Q(1, 2))

falls = lemma(**flow, then=loss <= start(loss))
reaches = printed(**flow, start=same_sign, then=loss <= start(loss) * exp(-3 * t / 8))
stays_away = printed(**flow, start=one_negative, then=loss > Q(1, 2))
falling_is_reaching = printed(
    consequence="contrary",
    **flow,
    then=loss <= start(loss) * exp(-3 * t / 8),
    expect=REFUTED,
    reading="the start does not matter",
)


def equal(p, x, y, rate):
    """x = y from (x - y)' = rate (x - y)."""
    moves = (p.flow_a, p.flow_b, p.flow_c)
    up = p.have(x >= y, by.comparison(rate, slope=moves, start=(p.start,)))
    down = p.have(y >= x, by.comparison(rate, slope=moves, start=(p.start,)))
    return p.have(x == y, by.algebra(by.anti(up, down)))


with proof(falls) as p:
    slope = p.have(D(loss) <= 0, by.algebra(p.flow_a, p.flow_b, p.flow_c, by.square(b * c * error),
                                            by.square(a * c * error), by.square(a * b * error)))
    p.conclude(by.antitone(slope))
with proof(reaches) as p:
    ab, bc = equal(p, a, b, c * error), equal(p, b, c, a * error)
    one = p.have(b * c == a**2, by.algebra(by.scaled(c, ab), by.scaled(a, ab), by.scaled(a, bc)))
    two = p.have(a * c == a**2, by.algebra(by.scaled(a, ab), by.scaled(a, bc)))
    three = p.have(a * b == a**2, by.algebra(by.scaled(a, ab)))
    cube = p.have(error == a**3 - 1, by.algebra(by.scaled(a, one)))
    rest = 1 + a + a**2
    p.have(a <= 1, by.comparison(-(a**2) * rest, start=(p.start,), slope=(
        p.flow_a, by.scaled(error, one), by.scaled(a**2, cube))))
    p.have(rest >= 0, by.algebra(by.square(a + Q(1, 2))))
    rises = p.have(D(a) >= 0, by.algebra(p.flow_a, by.scaled(error, one), by.scaled(a**2, cube), a**2 * (1 - a) * rest))
    later = p.have(a >= start(a), by.antitone(rises))
    half = p.have(a - Q(1, 2) >= 0, by.algebra(later, p.start))
    quarter = p.have(a**2 - Q(1, 4) >= 0, by.algebra(by.square(a - Q(1, 2)), half))
    fourth = p.have(a**4 - Q(1, 16) >= 0, by.algebra(by.square(a**2 - Q(1, 4)), quarter))
    slope = p.have(D(loss) <= -Q(3, 8) * loss, by.algebra(
        p.flow_a, p.flow_b, p.flow_c, by.times(by.square(error), fourth),
        *(by.scaled(error**2 * (x + a**2), same) for x, same in ((b * c, one), (a * c, two), (a * b, three)))))
    p.conclude(by.gronwall(slope))
with proof(stays_away) as p:
    bc, ab = equal(p, b, c, a * error), equal(p, -a, b, -c * error)
    p.have(b > 0, by.comparison(c * error, slope=(p.flow_b, by.scaled(c * error, ab)), start=(p.start,)))
    cube = p.have(a * b * c == -(b**3), by.algebra(by.scaled(b * c, ab), by.scaled(b**2, bc)))
    p.conclude(by.algebra(by.square(a * b * c), cube, b**3))

nonclaim("The second start is special: three layers of equal size and a negative product; almost all others escape.")

"""A kernel entry changes by at most the share of units whose sign changes; far from the kink no sign changes."""

from verify.statement import *

covers("D-58", "D-59", "D-60", "D-65")

m, d = nat("m", at_least=1), nat("d", at_least=1)
r = index("r", m)
x, z = vector("x", d), vector("z", d)
v, w = vectors("v", count=m, dim=d), vectors("w", count=m, dim=d)  # weights at the start and later
rho = dot(x, z)
R, a, b, c = real("R", nonnegative=True), real("a"), real("b"), real("c")


def on(k):
    return indicator(k >= 0)


def flip(k, l):
    """Whether two numbers lie on different sides of the kink."""
    return on(k) + on(l) - 2 * on(k) * on(l)


later, first = (on(dot(g[r], x)) * on(dot(g[r], z)) for g in (w, v))
change = rho * mean(r, later - first)
flips = mean(r, flip(dot(w[r], x), dot(v[r], x))) + mean(r, flip(dot(w[r], z), dot(v[r], z)))
unit = dict(unit_x=dot(x, x) == 1, unit_z=dot(z, z) == 1)
ball = dict(short_x=dot(x, x) <= 1, short_z=dot(z, z) <= 1)

difference = printed(of="D-58", then=rho * mean(r, later) - rho * mean(r, first) == change)
signed = printed(of="D-59", consequence="constant", **unit, then=change <= rho * flips, expect=REFUTED)
upper = corrected(of="D-59", **ball, then=change <= flips)
lower = corrected(of="D-59", **ball, then=-change <= flips)
path = printed(
    of="D-60",
    consequence="notation",
    then=flip(a, b) + flip(b, c) == flip(a, c), expect=REFUTED, reading="two instants count all changes between them"
)
at_least = corrected(of="D-60", then=flip(a, b) + flip(b, c) >= flip(a, c))
far = printed(
    of="D-65",
    consequence="strictness",
    moved=(b - a) ** 2 <= R**2,
    far=a**2 >= R**2,
    then=on(a) == on(b),
    expect=REFUTED,
)
farther = corrected(of="D-65", moved=(b - a) ** 2 <= R**2, far=a**2 > R**2, then=on(a) == on(b))


def bound(p, sign):
    p.have(rho <= 1, by.algebra(p.short_x, p.short_z, by.trace(by.gram(x - z))))
    p.have(rho >= -1, by.algebra(p.short_x, p.short_z, by.trace(by.gram(x + z))))
    fx, fz = (flip(dot(w[r], k), dot(v[r], k)) for k in (x, z))
    part = (dot(w[r], x), dot(v[r], x), dot(w[r], z), dot(v[r], z))
    up = p.have(fx + fz + (later - first) >= 0, by.signs(*part))
    down = p.have(fx + fz - (later - first) >= 0, by.signs(*part))
    one, two = (by.times(1 / (2 * m), 1 + k * rho, by.total(r, 1, m, f)) for k, f in ((-sign, up), (sign, down)))
    p.conclude(by.algebra(one, two))


with proof(difference) as p:
    p.conclude(by.algebra())
with proof(upper) as p:
    bound(p, 1)
with proof(lower) as p:
    bound(p, -1)
with proof(at_least) as p:
    p.conclude(by.signs(a, b, c))
with proof(farther) as p:
    p.have(a * b > 0, by.algebra(by.times(Q(1, 2), p.moved), by.times(Q(1, 2), p.far), by.square(b)))
    one, two = (
        p.have(
            on(k) * (1 - on(l)) <= 0,
            by.algebra(
                by.times(1 / (a * b), by.reaches(k), by.below(l)), by.scaled(on(k) * (1 - on(l)), by.inverse(a * b))
            ),
        )
        for k, l in ((a, b), (b, a))
    )
    p.conclude(by.algebra(by.anti(on(a) * (1 - on(b)), one), by.scaled(-1, by.anti(on(b) * (1 - on(a)), two))))

signed.fails_at(m=1, d=2, x=[[1], [0]], z=[[Q(-3, 5)], [Q(4, 5)]], v=[[[-1], [-1]]], w=[[[1], [1]]])
path.fails_at(a=1, b=-1, c=1)
far.fails_at(a=-1, b=0, R=1)
nonclaim("How many units are near the kink is a matter of the Gaussian density.")

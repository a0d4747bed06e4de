"""Two half-spaces of a Gaussian vector meet with probability (pi - angle) / (2 pi).

This is the tangent kernel in closed form.
"""

from verify.statement import *

covers("D-47", "D-53")

d = nat("d", at_least=1)
x, z, g = vector("x", d), vector("z", d), iid("g", law=gaussian(d))
rho = dot(x, z)
unit = dict(unit_x=dot(x, x) == 1, unit_z=dot(z, z) == 1)
active = both(dot(g, x) >= 0, dot(g, z) >= 0)

probability = printed(**unit, then=P(active) == (pi - acos(rho)) / (2 * pi))
kernel = printed(**unit, then=E(rho * indicator(active)) == rho * (pi - acos(rho)) / (2 * pi))

theta = acos(rho)
phi = iid("phi", law=angle)  # the direction of the Gaussian vector in the plane of x and z
turn, tau, e = real("turn"), real("tau"), iid("e", law=gaussian(1))

share = lemma(low=turn >= 0, high=turn <= pi,
              then=E(indicator(both(cos(phi) >= 0, cos(phi - turn) >= 0))) == (pi - turn) / (2 * pi))
tilted = dot(g, cos(tau) * z) + dot(e, sin(tau) * identity(1))   # z is turned by tau into a further dimension
smooth = lemma(**unit, then=P(both(dot(g, x) >= 0, tilted >= 0)) == (pi - acos(rho * cos(tau))) / (2 * pi))


def angle_between(p):
    """theta = acos(x . z) lies in [0, pi] and has the cosine x . z, because |x - z|^2 and |x + z|^2 are >= 0."""
    p.have(rho >= -1, by.algebra(p.unit_x, p.unit_z, by.trace(by.gram(x + z))))
    p.have(rho <= 1, by.algebra(p.unit_x, p.unit_z, by.trace(by.gram(x - z))))
    p.have(theta >= 0, by.lemma("base:arccos", x=rho))
    p.have(theta <= pi, by.lemma("base:arccos", x=rho))
    return p.have(cos(theta) == rho, by.lemma("base:arccos", x=rho))


with proof(share) as p:
    in_plane = indicator(both(cos(phi) >= 0, cos(phi - turn) >= 0))
    sector = indicator(both(phi >= turn - pi / 2, phi <= pi / 2))
    end = indicator(both(phi >= -pi / 2, phi <= -pi / 2))
    signs = (pi / 2 - phi, phi - turn + pi / 2, -(phi - turn + 3 * pi / 2), phi + pi / 2, cos(phi), cos(phi - turn))
    inside = p.have(in_plane >= sector, by.signs(*signs))
    outside = p.have(in_plane <= sector + end, by.signs(*signs))
    area = p.have(E(sector) == (pi - turn) / (2 * pi), by.sector(phi, turn - pi / 2, pi / 2))
    null = p.have(E(end) == 0, by.sector(phi, -pi / 2, -pi / 2))
    low = p.have(E(in_plane) >= (pi - turn) / (2 * pi), by.algebra(by.expectation(inside), area))
    high = p.have(E(in_plane) <= (pi - turn) / (2 * pi), by.algebra(by.expectation(outside), area, null))
    p.conclude(by.algebra(by.anti(low, high)))
with proof(probability) as p:
    p.letter(phi)
    cosine = angle_between(p)
    in_plane = indicator(both(cos(phi) >= 0, cos(phi - theta) >= 0))
    turned = p.have(P(active) == E(in_plane), by.polar(g, x, z, phi, theta, using=(p.unit_x, p.unit_z, cosine)))
    p.conclude(by.algebra(turned, p.have(E(in_plane) == (pi - theta) / (2 * pi), by.lemma(share, turn=theta))))
with proof(smooth) as p:
    p.letter(phi)
    c = cos(tau)
    p.have(rho >= -1, by.algebra(p.unit_x, p.unit_z, by.trace(by.gram(x + z))))
    p.have(rho <= 1, by.algebra(p.unit_x, p.unit_z, by.trace(by.gram(x - z))))
    one = p.have(1 - c * rho >= 0, by.algebra(
        by.times(Q(1, 2), by.trace(by.gram(c * x - z))), by.times(Q(1, 2), by.square(sin(tau))), p.unit_x, p.unit_z,
        by.scaled(c**2, p.unit_x)))
    two = p.have(1 + c * rho >= 0, by.algebra(
        by.times(Q(1, 2), by.trace(by.gram(c * x + z))), by.times(Q(1, 2), by.square(sin(tau))), p.unit_x, p.unit_z,
        by.scaled(c**2, p.unit_x)))
    now = acos(rho * c)
    p.have(rho * c >= -1, by.algebra(two))
    p.have(rho * c <= 1, by.algebra(one))
    p.have(now >= 0, by.lemma("base:arccos", x=rho * c))
    p.have(now <= pi, by.lemma("base:arccos", x=rho * c))
    cosine = p.have(cos(now) == rho * c, by.lemma("base:arccos", x=rho * c))
    in_plane = indicator(both(cos(phi) >= 0, cos(phi - now) >= 0))
    further = (e, 0 * identity(1), sin(tau) * identity(1))
    turned = p.have(
        P(both(dot(g, x) >= 0, tilted >= 0)) == E(in_plane),
        by.polar(g, x, c * z, phi, now, also=(further,), first=dot(g, x), second=tilted,
                 using=(p.unit_x, by.scaled(c**2, p.unit_z), cosine)))
    p.conclude(by.algebra(turned, p.have(E(in_plane) == (pi - now) / (2 * pi), by.lemma(share, turn=now))))
with proof(kernel) as p:
    half_spaces = p.use(probability)
    p.conclude(by.algebra(by.scaled(rho, half_spaces)))

for s in ("0", "1e-16", "1/10", "1/5", "1/3", "1/2", "2/3", "1", "3/2", "2", "3", "5", "10", "1e16"):
    s = Q(s)                                          # rational points of the circle, two within 1e-31 of the ends
    probability.holds_at(d=2, x=[[1], [0]], z=[[(1 - s**2) / (1 + s**2)], [2 * s / (1 + s**2)]])
probability.holds_at(d=2, x=[[1], [0]], z=[[-1], [0]])
figure(probability, x=rho)
nonclaim("Vectors of other lengths: the angle needs the cosine, not the inner product.")

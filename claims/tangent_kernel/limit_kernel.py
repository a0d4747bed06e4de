"""At the start the mean kernel is the limit kernel at every width; later it is not."""

from verify.statement import *

covers("D-37")

m, d = nat("m", at_least=1), nat("d", at_least=1)
r = index("r", m)
x, z = vector("x", d), vector("z", d)
w, v = iid("w", count=m, law=gaussian(d)), vectors("v", count=m, dim=d)
rho = dot(x, z)
unit = dict(unit_x=dot(x, x) == 1, unit_z=dot(z, z) == 1)


def entry(weights):
    return rho * mean(r, indicator(both(dot(weights[r], x) >= 0, dot(weights[r], z) >= 0)))


one_unit = lemma(
    **unit, then=E(indicator(both(dot(w[r], x) >= 0, dot(w[r], z) >= 0))) == (pi - acos(rho)) / (2 * pi)
)
at_start = corrected(**unit, then=E(entry(w)) == rho * (pi - acos(rho)) / (2 * pi))
any_time = printed(
    consequence="notation",
    same=z == x,
    unit=dot(x, x) == 1,
    then=entry(v) == Q(1, 2),
    expect=REFUTED,
    reading="at trained weights, for one input",
)

theta = acos(rho)
phi = iid("phi", law=angle)

with proof(one_unit) as p:
    p.letter(phi)
    p.have(rho >= -1, by.algebra(p.unit_x, p.unit_z, by.trace(by.gram(x + z))))
    p.have(rho <= 1, by.algebra(p.unit_x, p.unit_z, by.trace(by.gram(x - z))))
    p.have(theta >= 0, by.lemma("base:arccos", x=rho))
    p.have(theta <= pi, by.lemma("base:arccos", x=rho))
    cosine = p.have(cos(theta) == rho, by.lemma("base:arccos", x=rho))
    in_plane = indicator(both(cos(phi) >= 0, cos(phi - theta) >= 0))
    active = E(indicator(both(dot(w[r], x) >= 0, dot(w[r], z) >= 0)))
    turned = p.have(active == E(in_plane), by.polar(w[r], x, z, phi, theta, using=(p.unit_x, p.unit_z, cosine)))
    share = p.have(E(in_plane) == (pi - theta) / (2 * pi), by.lemma("orthant_probability.share", turn=theta))
    p.conclude(by.algebra(turned, share))
with proof(at_start) as p:
    active = E(indicator(both(dot(w[r], x) >= 0, dot(w[r], z) >= 0)))
    each = p.have(active == (pi - acos(rho)) / (2 * pi), by.lemma(one_unit))
    p.conclude(by.algebra(by.scaled(rho / m, by.total(r, 1, m, each))))

any_time.fails_at(m=1, d=1, x=[[1]], z=[[1]], v=[[[-1]]])
nonclaim("The kernel itself, not only its mean, tends to the limit kernel: see the width for concentration.")

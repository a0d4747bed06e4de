"""The tangent kernel of a two-layer ReLU network when both layers are trained, in closed form."""
from verify.statement import *

covers("D-53")

d = nat("d", at_least=1)
x, z, g = vector("x", d), vector("z", d), iid("g", law=gaussian(d))
rho = dot(x, z)
unit = dict(unit_x=dot(x, x) == 1, unit_z=dot(z, z) == 1)
active = indicator(both(dot(g, x) >= 0, dot(g, z) >= 0))
outer = (sqrt(1 - rho**2) + rho * (pi - acos(rho))) / (2 * pi)

second_layer = lemma(**unit, then=E(relu(dot(g, x)) * relu(dot(g, z))) == outer)
both_layers = corrected(**unit, then=E(relu(dot(g, x)) * relu(dot(g, z)) + rho * active)
                        == (sqrt(1 - rho**2) + 2 * rho * (pi - acos(rho))) / (2 * pi))

theta = acos(rho)
phi = iid("phi", law=angle)
u, v = cos(phi), cos(phi - theta)
with proof(second_layer) as p:
    p.letter(phi)
    p.have(rho >= -1, by.algebra(p.unit_x, p.unit_z, by.trace(by.gram(x + z))))
    p.have(rho <= 1, by.algebra(p.unit_x, p.unit_z, by.trace(by.gram(x - z))))
    p.have(theta >= 0, by.lemma("base:arccos", x=rho))
    p.have(theta <= pi, by.lemma("base:arccos", x=rho))
    cosine = p.have(cos(theta) == rho, by.lemma("base:arccos", x=rho))
    sector = indicator(both(phi >= theta - pi / 2, phi <= pi / 2))
    turned = p.have(E(relu(dot(g, x)) * relu(dot(g, z))) == 2 * E(relu(u) * relu(v)),
                    by.polar(g, x, z, phi, theta, using=(p.unit_x, p.unit_z, cosine)))
    strict = p.have(u * indicator(u >= 0) == u * (1 - indicator(-u >= 0)), by.signs(u, -u))
    signs = (pi / 2 - phi, phi - theta + pi / 2, -(phi - theta + 3 * pi / 2), phi + pi / 2, u, -u, v)
    same = p.have(u * (1 - indicator(-u >= 0)) * relu(v) == u * v * sector, by.signs(*signs))
    whole = p.have(relu(u) * relu(v) == u * v * sector, by.algebra(by.scaled(relu(v), strict), same))
    area = p.have(E(u * v * sector) == ((pi - theta) * cos(theta) + sin(theta)) / (4 * pi), by.sector(
        phi, theta - pi / 2, pi / 2, primitive=(phi * cos(theta) + sin(2 * phi - theta) / 2) / 2))
    s, r = sin(theta), sqrt(1 - rho**2)
    p.have(s >= 0, by.algebra(by.sign(s)))
    square = p.have(s**2 == 1 - rho**2, by.algebra(by.power(cosine, 2)))
    p.have(1 - rho**2 >= 0, by.algebra(by.square(s), square))
    p.have(r >= 0, by.lemma("base:real-root", x=1 - rho**2, N=2))
    root_squared = p.have(r**2 == 1 - rho**2, by.lemma("base:real-root", x=1 - rho**2, N=2))
    p.have(s**2 >= r**2, by.algebra(square, root_squared))
    p.have(r**2 >= s**2, by.algebra(square, root_squared))
    one = p.have(s >= r, by.lemma("base:real-root-monotone", x=s, a=r, N=2))
    two = p.have(r >= s, by.lemma("base:real-root-monotone", x=r, a=s, N=2))
    p.conclude(by.algebra(turned, by.expectation(whole), area, by.scaled((pi - theta) / (2 * pi), cosine),
                          by.scaled(1 / (2 * pi), by.anti(one, two))))
with proof(both_layers) as p:
    first = p.have(E(rho * active) == rho * (pi - acos(rho)) / (2 * pi), by.lemma("orthant_probability.kernel"))
    p.conclude(by.algebra(first, p.use(second_layer)))

nonclaim("The output weights are random signs; a bias or another activation has another kernel.")

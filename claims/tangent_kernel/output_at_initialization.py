"""Outputs at random initialization: mean zero and variance 1/2 at every width, but Gaussian at none that is small."""

from verify.statement import *

covers("K-60", "K-71", "K-72")

m, d, n = nat("m", at_least=1), nat("d", at_least=1), nat("n", at_least=1)
i, q = index("i", m), index("q", m)
x, u = unit_vector("x", d), vector("u", n)
a, w = iid("a", count=m, law=rademacher), iid("w", count=m, law=gaussian(d))
feature = relu(dot(w[i], x))
summand = a[i] * feature  # the contribution of unit r to the output
unscaled = total(i, 1, m, summand)

vector_of_predictions = printed(
    of="K-60",
    then=u == unscaled,
    expect=ILL_SORTED,
    reading="the vector of predictions is a number",
)
centred = corrected(of="K-71", then=E(unscaled) == 0)
variance = corrected(of="K-71", then=E(unscaled**2) == m * Q(1, 2))
normalized = corrected(of="K-71", then=E(unscaled**2) / m == Q(1, 2))
not_gaussian = corrected(
    of="K-71",
    then=E(summand**4) == 6 * E(summand**2) ** 2,
)  # a centred Gaussian variable has 3 here
g, z = iid("g", law=gaussian(d)), unit_vector("z", d)
rho = dot(x, z)
next_layer = corrected(
    of="K-72",
    then=E(relu(dot(g, x)) * relu(dot(g, z))) == (sqrt(1 - rho**2) + rho * (pi - acos(rho))) / (2 * pi)
)
second = lemma(then=E(feature**2) == Q(1, 2))
fourth = lemma(then=E(feature**4) == Q(3, 2))

phi, zero = iid("phi", law=angle), Q(0)
half_circle = indicator(both(phi >= -pi / 2, phi <= pi / 2))


def moment(p, order, factor, primitive, value):
    """E relu(g.x)^order = factor E cos^order over half a circle."""
    p.letter(phi)
    same = p.have(cos(zero) == dot(x, x), by.algebra(p.hypothesis("x.unit")))
    turned = p.have(
        E(feature**order) == factor * E(relu(cos(phi)) ** order),
        by.polar(w[i], x, x, phi, zero, using=(p.hypothesis("x.unit"), p.hypothesis("x.unit"), same)),
    )
    strict = p.have(
        cos(phi) ** order * indicator(cos(phi) >= 0) == cos(phi) ** order * half_circle,
        by.signs(pi / 2 - phi, phi + pi / 2, cos(phi), -cos(phi)),
    )
    area = p.have(
        E(cos(phi) ** order * half_circle) == pi * value / pi, by.sector(phi, -pi / 2, pi / 2, primitive=primitive)
    )
    p.conclude(by.algebra(turned, by.expectation(strict), area, by.scaled(value, by.inverse(pi))))


with proof(next_layer) as p:
    p.conclude(by.lemma("both_layers.second_layer"))
with proof(second) as p:
    moment(p, 2, 2, phi / 2 + sin(2 * phi) / 4, Q(1, 4))
with proof(fourth) as p:
    moment(p, 4, 8, 3 * phi / 8 + sin(2 * phi) / 4 + sin(4 * phi) / 32, Q(3, 16))


def coin_moment(p, order, value):
    """E (a_i f_i)^order = E a_i^order E f_i^order."""
    apart = p.have(E(summand**order) == E(a[i] ** order) * E(feature**order), by.factor(a[i] ** order, feature**order))
    coin = p.have(E(a[i] ** order) == value, by.finite(a[i], a[i] ** order))
    return p.have(E(summand**order) == value * E(feature**order), by.algebra(apart, by.scaled(E(feature**order), coin)))


with proof(centred) as p:
    none = coin_moment(p, 1, 0)
    p.conclude(by.algebra(by.total(i, 1, m, none(i))))
with proof(not_gaussian) as p:
    two, four = coin_moment(p, 2, 1), coin_moment(p, 4, 1)
    half = p.have(E(summand**2) == Q(1, 2), by.algebra(two, second))
    p.conclude(by.algebra(four, fourth, by.power(half, 2)))
with proof(variance) as p:
    two = coin_moment(p, 2, 1)
    diagonal = p.have(E(summand**2) == Q(1, 2), by.algebra(two, second))
    below, above = nat("b", between=(1, i - 1)), nat("c", between=(i + 1, m))

    def cross(k):
        """E (a_i f_i a_k f_k) = 0 for a unit k that is not i."""
        there = a[k] * relu(dot(w[k], x))
        mean = p.have(E(a[k]) == 0, by.finite(a[k], a[k]))
        one = p.have(E(there) == E(a[k]) * E(relu(dot(w[k], x))), by.factor(a[k], relu(dot(w[k], x))))
        apart = p.have(E(summand * there) == E(summand) * E(there), by.factor(summand, there))
        return p.have(
            E(summand * there) == 0,
            by.algebra(apart, by.scaled(E(summand), one), by.scaled(E(summand) * E(relu(dot(w[k], x))), mean)),
        )

    low, high = cross(below), cross(above)
    pair = E(summand * a[q] * relu(dot(w[q], x)))
    p.conclude(
        by.algebra(
            by.total(i, 1, m, by.split(q, 1, i - 1, m, pair)),
            by.total(i, 1, m, by.split(q, i, i, m, pair)),
            by.total(i, 1, m, by.total(below, 1, i - 1, low)),
            by.total(i, 1, m, by.total(above, i + 1, m, high)),
            by.total(i, 1, m, diagonal),
        )
    )
with proof(normalized) as p:
    p.conclude(by.algebra(by.scaled(1 / m, p.use(variance))))

nonclaim(
    "Convergence in law is not stated; the central limit theorem gives it, and the fourth moment shows the distance."
)

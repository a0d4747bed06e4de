"""Small layers are nearly balanced in absolute terms; Gaussian layers are not in relative terms, however small."""

from verify.statement import *

covers("K-22")

N, n, d = nat("N", at_least=2), nat("n", at_least=1), nat("d", at_least=1)
a, b = nat("a", at_least=1), nat("b", at_least=1)
A, B = matrix("A", n, a), matrix("B", b, n)  # neighbouring layers, A below B
s = real("s", nonnegative=True)
x, g, h = unit_vector("x", d), iid("g", law=gaussian(d)), iid("h", law=gaussian(d))
below, above = s * dot(g, x), s * dot(h, x)  # two scalar Gaussian layers of standard deviation s
imbalance = above**2 - below**2

absolute_bound = corrected(
    small_a=frobenius(A) ** 2 <= s, small_b=frobenius(B) ** 2 <= s, then=frobenius(B.T @ B - A @ A.T) ** 2 <= 2 * s**2
)
nearly = printed(
    consequence="caution",
    then=E(imbalance**2) <= E(below**4) / 4,
    expect=REFUTED,
    reading="zero-mean Gaussian layers are balanced up to half of their size, in mean square",
)
scalar_layers = corrected(then=E(imbalance**2) == 4 * s**4)
second_moment = lemma(then=E(dot(g, x) ** 2) == 1)
fourth_moment = lemma(then=E(dot(g, x) ** 4) == 3)

phi, zero = iid("phi", law=angle), Q(0)
circle = indicator(both(phi >= -pi, phi <= pi))


def moment(p, order, factor, primitive, value):
    """E (g.x)^order = factor E cos^order over the circle."""
    p.letter(phi)
    same = p.have(cos(zero) == dot(x, x), by.algebra(p.hypothesis("x.unit")))
    turned = p.have(
        E(dot(g, x) ** order) == factor * E(cos(phi) ** order),
        by.polar(g, x, x, phi, zero, using=(p.hypothesis("x.unit"), p.hypothesis("x.unit"), same)),
    )
    whole = p.have(cos(phi) ** order == cos(phi) ** order * circle, by.signs(phi + pi, pi - phi))
    area = p.have(E(cos(phi) ** order * circle) == pi * value / pi, by.sector(phi, -pi, pi, primitive=primitive))
    p.conclude(by.algebra(turned, by.expectation(whole), area, by.scaled(value, by.inverse(pi))))


with proof(second_moment) as p:
    moment(p, 2, 2, phi / 2 + sin(2 * phi) / 4, Q(1, 2))
with proof(fourth_moment) as p:
    moment(p, 4, 8, 3 * phi / 8 + sin(2 * phi) / 4 + sin(4 * phi) / 32, Q(3, 8))
with proof(scalar_layers) as p:
    apart = p.have(
        E(dot(g, x) ** 2 * dot(h, x) ** 2) == E(dot(g, x) ** 2) * E(dot(h, x) ** 2),
        by.factor(dot(g, x) ** 2, dot(h, x) ** 2),
    )
    (two_g, two_h), (four_g, four_h) = (
        [p.have(E(dot(w, x) ** n) == value, by.lemma(moment_, g=name)) for w, name in ((g, "g"), (h, "h"))]
        for n, value, moment_ in ((2, 1, second_moment), (4, 3, fourth_moment))
    )
    mixed = p.have(
        E(dot(g, x) ** 2 * dot(h, x) ** 2) == 1, by.algebra(apart, by.scaled(E(dot(h, x) ** 2), two_g), two_h)
    )
    p.conclude(by.algebra(*(by.scaled(s**4, f) for f in (four_g, four_h, mixed))))
with proof(absolute_bound) as p:

    def fourth_power(M, small):
        return by.trace(by.gram(M), by.dominate(by.gram(M))), by.times(small, s + frobenius(M) ** 2)

    p.conclude(
        by.algebra(*fourth_power(A.T, p.small_a), *fourth_power(B, p.small_b), by.trace(by.gram(B), by.gram(A.T)))
    )

nonclaim("Wider layers are as far from balance, relative to their size; the mean is computed for layers of size one.")

"""Antipodal pairs of inputs with linearly dependent directions make the limit kernel singular."""

from verify.statement import *

covers("D-40")

p, d = nat("p", at_least=1), nat("d", at_least=1)
k, l, h = index("k", p), index("l", p), nat("h", between=(1, p))
z, c, g = unit_vectors("z", count=p, dim=d), reals("c", count=p), iid("g", law=gaussian(d))


def on(s):
    return indicator(s >= 0)


def limit(rho):
    """The limit kernel of two unit inputs with this inner product."""
    return rho * (pi - acos(rho)) / (2 * pi)


def pair(k):
    """Gradients of a unit at the inputs z_k and -z_k, with coefficients 1 and -1."""
    return on(dot(g, z[k])) * z[k] - on(-dot(g, z[k])) * -z[k]


features = total(k, c[k] * pair(k))
dependent = dict(dependent=total(k, c[k] * z[k]) == 0 * z[1])
at_kink = lemma(then=E(on(dot(g, z[k])) * on(-dot(g, z[k])) * on(dot(g, z[l])) * on(-dot(g, z[l]))) == 0)
singular = corrected(**dependent, then=E(frobenius(features) ** 2) == 0)
null_vector = corrected(  # the row of z_h; that of -z_h is its negative
    **dependent, then=total(l, c[l] * (limit(dot(z[h], z[l])) - limit(-dot(z[h], z[l])))) == 0
)

with proof(at_kink) as q:
    one, two = (on(dot(g, z[i])) * on(-dot(g, z[i])) for i in (k, l))
    ball = q.have(E(one) <= 0, by.lemma("gaussian_interval.closed", x=z[k], R=0))
    low = q.have(E(one * two) >= 0, by.positive())
    high = q.have(E(one * two) <= 0, by.algebra(ball, by.expectation(by.times(one, by.at_most_one(two)))))
    q.conclude(by.algebra(by.anti(low, high)))
with proof(singular) as q:
    null = {i: on(dot(g, z[i])) * on(-dot(g, z[i])) for i in (k, l)}
    whole = {
        i: q.have(on(dot(g, z[i])) + on(-dot(g, z[i])) == 1 + null[i], by.signs(dot(g, z[i]), -dot(g, z[i])))
        for i in (k, l)
    }
    rest = total(k, c[k] * null[k] * z[k])
    left = q.have(features == rest, by.algebra(by.total(k, 1, p, by.scaled(c[k] * z[k], whole[k])), q.dependent))
    pairs = q.use(at_kink)
    each = by.scaled(c[k] * c[l] * dot(z[k], z[l]), pairs)
    q.conclude(
        by.algebra(
            by.expectation(by.trace(by.within(features.T, left))),
            by.expectation(by.trace(by.within(rest.T, left))),
            by.total(k, 1, p, by.total(l, 1, p, each)),
        )
    )
with proof(null_vector) as q:  # the kernel at rho minus that at -rho is rho / 2
    unit, rho = q.hypothesis("z.unit"), dot(z[h], z[l])
    less = by.times(Q(1, 2), by.trace(by.gram(z[h] - z[l])))
    more = by.times(Q(1, 2), by.trace(by.gram(z[h] + z[l])))
    q.have(rho <= 1, by.algebra(less, unit(h), unit(l)))
    q.have(rho >= -1, by.algebra(more, unit(h), unit(l)))
    turned = q.have(acos(-rho) == pi - acos(rho), by.lemma("cosine.reflected", rho=rho))
    q.conclude(
        by.algebra(
            by.total(l, 1, p, by.scaled(c[l] * rho / (2 * pi), turned)),
            by.total(l, 1, p, by.scaled(c[l] * rho, by.inverse(pi))),
            by.trace(by.within(z[h].T, q.dependent)),
        )
    )

singular.holds_at(p=2, d=1, z=[[[1]], [[1]]], c=[1, -1])
null_vector.holds_at(p=2, d=1, h=1, z=[[[1]], [[1]]], c=[1, -1])
nonclaim("That null vectors have a zero resultant and vanish on every line is the claim on the null space.")

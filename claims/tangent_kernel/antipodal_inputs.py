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
def at_kink_of(a):
    """1 if a unit is at its kink at the input z_a."""
    return on(dot(g, z[a])) * on(-dot(g, z[a]))


def row(sign):
    """The row of the input z_h, or of -z_h, of the kernel, times the coefficients."""
    return E(dot(on(sign * dot(g, z[h])) * (sign * z[h]), features))


at_kink = lemma(then=E(at_kink_of(k)) == 0)
singular = corrected(**dependent, then=both(row(1) == 0, row(-1) == 0))
null_vector = corrected(  # the row of z_h; that of -z_h is its negative
    **dependent, then=total(l, c[l] * (limit(dot(z[h], z[l])) - limit(-dot(z[h], z[l])))) == 0
)

with proof(at_kink) as q:
    low = q.have(E(at_kink_of(k)) >= 0, by.positive())
    high = q.have(E(at_kink_of(k)) <= 0, by.lemma("gaussian_interval.closed", x=z[k], R=0))
    q.conclude(by.algebra(by.anti(low, high)))
with proof(singular) as q:
    null = at_kink_of(k)
    whole = q.have(on(dot(g, z[k])) + on(-dot(g, z[k])) == 1 + null, by.signs(dot(g, z[k]), -dot(g, z[k])))
    rest = total(k, c[k] * null * z[k])
    left = q.have(features == rest, by.algebra(by.total(k, 1, p, by.scaled(c[k] * z[k], whole)), q.dependent))
    never, rows = q.use(at_kink)(k), []
    for s in (1, -1):
        side = on(s * dot(g, z[h]))
        low = q.have(E(side * null) >= 0, by.positive())
        high = q.have(E(side * null) <= 0, by.algebra(never, by.expectation(by.times(null, by.at_most_one(side)))))
        pair = by.scaled(s * c[k] * dot(z[h], z[k]), by.anti(low, high))
        rows.append(by.algebra(by.expectation(by.trace(by.within(s * side * z[h].T, left))), by.total(k, 1, p, pair)))
    q.conclude(*rows)
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

singular.holds_at(p=2, d=1, h=1, z=[[[1]], [[1]]], c=[1, -1])
null_vector.holds_at(p=2, d=1, h=1, z=[[[1]], [[1]]], c=[1, -1])
nonclaim("That null vectors have a zero resultant and vanish on every line is the claim on the null space.")

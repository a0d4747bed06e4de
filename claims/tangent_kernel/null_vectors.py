"""Coefficients whose resultant is 0 and that sum to 0 on every line are null vectors of the tangent kernel.

Apart from a multiple of the inner product, the kernel depends on an input only through its line.
"""

from verify.statement import *

covers("D-40")

n, d = nat("n", at_least=1), nat("d", at_least=1)
i, l, h, q = index("i", n), index("l", n), index("h", n), index("q", n)
k, one, two = nat("k", between=(1, n)), nat("one", between=(1, n)), nat("two", between=(1, n))
x, c = unit_vectors("x", count=n, dim=d), reals("c", count=n)


def rho(a, b):
    return dot(x[a], x[b])


def on_one_line(a, b):
    """1 if the two inputs are equal or antipodal."""
    return indicator(rho(a, b) ** 2 >= 1)


def even(a):
    """The kernel of x_a and x_k without a quarter of the inner product."""
    return rho(a, k) * (pi / 2 - acos(rho(a, k))) / (2 * pi)


def count(a):
    """The number of inputs on the line of x_a."""
    return total(q, on_one_line(a, q))


agree = lemma(then=on_one_line(one, two) * (even(one) / count(one) - even(two) / count(two)) == 0)
null = corrected(
    resultant=total(i, c[i] * x[i]) == 0 * x[k],
    lines=forall(h, total(i, c[i] * on_one_line(i, h)) == 0),
    then=total(i, c[i] * (rho(i, k) * (pi - acos(rho(i, k))) / (2 * pi))) == 0,
)


def cosine(p, a, b, u, v):
    less = p.have(1 - rho(a, b) >= 0, by.algebra(by.times(Q(1, 2), by.trace(by.gram(x[a] - x[b]))), u, v))
    more = p.have(1 + rho(a, b) >= 0, by.algebra(by.times(Q(1, 2), by.trace(by.gram(x[a] + x[b]))), u, v))
    return less, more


with proof(agree) as p:
    unit = p.hypothesis("x.unit")
    less, more = cosine(p, one, two, unit(one), unit(two))
    l_k, m_k = cosine(p, two, k, unit(two), unit(k))
    p.have(rho(two, k) >= -1, by.algebra(m_k))
    p.have(rho(two, k) <= 1, by.algebra(l_k))
    turned = p.have(acos(-rho(two, k)) == pi - acos(rho(two, k)), by.lemma("cosine.reflected", rho=rho(two, k)))
    same, side = on_one_line(one, two), indicator(rho(one, two) >= 0)
    reach, gap = by.reaches(rho(one, two) ** 2 - 1), even(one) / count(one) - even(two) / count(two)
    parts = []
    for sign, part, other in ((1, side, 1 - side), (-1, 1 - side, side)):
        on = same * part
        apart = x[one] - sign * x[two]
        turn = by.times(same, by.reaches(rho(one, two)), less) if sign == 1 else (
            by.times(same, by.below(rho(one, two)), more))
        none = p.have(
            trace((on * apart).T @ (on * apart)) <= 0,
            by.algebra(by.times(2, part, reach), by.times(2, turn), by.scaled(on, unit(one)), by.scaled(on, unit(two))),
        )
        zero = p.have(
            on * apart == 0 * x[one],
            by.algebra(by.vanish(on * apart, by.anti(by.trace(by.gram(on * apart)), none))),
        )
        most = p.have(1 - on >= 0, by.algebra(by.times(1 - same, 1), by.times(same, other)))
        full = by.anti(most, by.times(2, CASE, most))
        equal = by.plus(zero, by.scaled(apart, full))
        at_k, at_q = (by.trace(by.within(x[z].T, equal)) for z in (k, q))
        squares = by.scaled(rho(one, q) + sign * rho(two, q), at_q)
        counts = by.total(q, 1, n, by.same("ind", squares, rho(one, q) ** 2 - 1, rho(two, q) ** 2 - 1))
        angles = by.same("acos", at_k, rho(one, k), sign * rho(two, k))
        weight = 1 / (2 * pi) / count(two)
        parts.append(p.have(
            on * gap == 0,
            by.cases(
                on - Q(1, 2),
                at_least_zero=(
                    by.scaled(on * even(one), by.same("inv", counts, count(one), count(two))),
                    by.scaled(on * weight * (pi / 2 - acos(rho(one, k))), at_k),
                    by.scaled(-on * weight * sign * rho(two, k), angles),
                    by.scaled(on * weight * rho(two, k), turned),
                ),
                negative=by.scaled(gap, by.anti(on, by.times(2, CASE, on))),
            ),
        ))
    p.conclude(by.algebra(*parts))
with proof(null) as p:
    unit, m = p.hypothesis("x.unit"), on_one_line(i, l)
    itself = p.have(rho(i, i) ** 2 - 1 == 0, by.algebra(by.scaled(rho(i, i) + 1, unit(i))))
    mine = p.have(on_one_line(i, i) == 1, by.algebra(by.same("ind", itself)))
    at = on_one_line(i, q)
    before, after_ = total(q, 1, i - 1, at), total(q, i + 1, n, at)
    p.have(before >= 0, by.positive())
    p.have(after_ >= 0, by.positive())
    parts = (by.split(q, 1, i, n, at), by.split(q, 1, i - 1, i, at))
    some = p.have(count(i) >= 1, by.algebra(*parts, mine, before, after_))
    p.have(count(i) > 0, by.algebra(some))
    pairs = p.have(m * (even(i) / count(i) - even(l) / count(l)) == 0, by.lemma(agree, one=i, two=l))
    whole = by.total(i, 1, n, by.scaled(c[i] * even(i), by.inverse(count(i))))
    moved = by.total(i, 1, n, by.total(l, 1, n, by.scaled(c[i], pairs)))
    gone = by.total(h, 1, n, by.scaled(even(h) / count(h), p.lines(h)))
    rest = p.have(total(i, c[i] * even(i)) == 0, by.algebra(whole, moved, gone))
    quarter = by.trace(by.within(x[k].T / 4, p.resultant))
    p.conclude(by.algebra(rest, quarter, by.total(i, 1, n, by.scaled(c[i] * rho(i, k) / 4, by.inverse(pi)))))

null.holds_at(n=2, d=1, k=1, x=[[[1]], [[1]]], c=[1, -1])
null.breaks_without("lines", n=2, d=1, k=1, x=[[[1]], [[-1]]], c=[1, 1])
null.breaks_without("resultant", n=2, d=1, k=1, x=[[[1]], [[-1]]], c=[1, -1])
nonclaim("That there are no others: see the null space.")

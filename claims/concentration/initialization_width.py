"""How wide a two-layer ReLU network must be so that it starts well with probability at least 1 - delta."""

from verify.statement import *

covers("D-44", "D-50", "D-54", "D-66", "D-67", "D-68", "D-70")

n, m, d = nat("n", at_least=1), nat("m", at_least=1), nat("d", at_least=1)
i, l, r = index("i", n), index("l", n), index("r", m)
x, one, two = unit_vectors("x", count=n, dim=d), unit_vector("one", d), unit_vector("two", d)
w, a = iid("w", count=m, law=gaussian(d)), iid("a", count=m, law=rademacher)
y, B = reals("y", count=n), real("B")
lam0, eps, delta = real("lam_0", positive=True), real("eps"), real("delta")
R, s, rho = real("R", nonnegative=True), real("s", positive=True), real("rho")


def on(k):
    return indicator(k >= 0)


def active(r):
    return on(dot(w[r], one)) * on(dot(w[r], two))


def near(r):
    """Whether a unit is within R of its kink at an input."""
    return on(R**2 - dot(w[r], one) ** 2)


def other(r):
    return on(R**2 - dot(w[r], two) ** 2)


angle_share = (pi - acos(dot(one, two))) / (2 * pi)
active_spread = lemma(then=E(total(r, active(r) - angle_share) ** 2) == m * angle_share * (1 - angle_share))
near_mean = corrected(then=E(near(r)) <= 2 * R / sqrt(2 * pi))
pair = corrected(then=1 - P(mean(r, near(r)) + mean(r, other(r)) <= s) <= 4 * R / (s * sqrt(2 * pi)))
near_spread = lemma(then=E(total(r, near(r) - E(near(r))) ** 2) == total(r, E(near(r)) * (1 - E(near(r)))))
markov = corrected(then=1 - P(mean(r, near(r)) <= s) <= 2 * R / (s * sqrt(2 * pi)))


def spread(p, f, centre, each):
    """The variance of a sum of m independent indicators is the sum of their variances."""
    q = index("q", m)
    below, above = nat("b", between=(1, r - 1)), nat("c", between=(r + 1, m))
    g = {k: f(k) - centre(k) for k in (r, q, below, above)}
    none = p.have(E(g[r]) == 0, by.algebra(each))
    square = p.have(E(g[r] ** 2) == centre(r) * (1 - centre(r)), by.algebra(by.scaled(1 - 2 * centre(r), each)))

    def cross(k):
        apart = p.have(E(g[r] * g[k]) == E(g[r]) * E(g[k]), by.factor(g[r], g[k]))
        return p.have(E(g[r] * g[k]) == 0, by.algebra(apart, by.scaled(E(g[k]), none(r))))

    low, high = cross(below), cross(above)
    pair = E(g[r] * g[q])
    p.conclude(
        by.algebra(
            by.total(r, 1, m, by.split(q, 1, r - 1, m, pair)),
            by.total(r, 1, m, by.split(q, r, r, m, pair)),
            by.total(r, 1, m, by.total(below, 1, r - 1, low)),
            by.total(r, 1, m, by.total(above, r + 1, m, high)),
            by.total(r, 1, m, square),
        )
    )


with proof(active_spread) as p:
    each = p.have(E(active(r)) == angle_share, by.lemma("limit_kernel.one_unit", x=one, z=two))
    spread(p, active, lambda k: angle_share, each)
with proof(near_spread) as p:
    spread(p, near, lambda k: E(near(k)), p.have(E(near(r)) == E(near(r)), by.algebra()))

with proof(near_mean) as p:
    ball = p.have(
        P(both(dot(w[r], one) >= -R, dot(w[r], one) <= R)) <= 2 * R / sqrt(2 * pi),
        by.lemma("gaussian_interval.one_unit", x=one),
    )
    low, high = on(dot(w[r], one) + R), on(R - dot(w[r], one))
    k = dot(w[r], one)
    empty = []
    for c in (k, -k):  # near the kink, c + R is not negative: R^2 - c^2 = 2 R (c + R) - (c + R)^2
        side, gap = near(r) * (1 - on(c + R)), c + R
        none = p.have(
            side * gap**2 <= 0,
            by.algebra(
                by.times(1 - on(gap), by.reaches(R**2 - k**2)), by.times(2 * R, near(r), by.below(gap))
            ),
        )
        cases = by.cases(
            gap,
            at_least_zero=(by.scaled(near(r), by.decided(gap)),),
            negative=(by.times(by.square(1 / gap), none), by.scaled(side * (gap / gap + 1), by.inverse(gap))),
        )
        empty.append(p.have(side <= 0, cases))
    inside = p.have(
        near(r) <= low * high, by.algebra(empty[0], by.times(low, empty[1]), by.times(low, high, 1 - near(r)))
    )
    p.conclude(by.algebra(ball, by.expectation(inside)))
with proof(markov) as p:
    share, high = mean(r, near(r)), 2 * R / sqrt(2 * pi)
    low = p.have(share >= 0, by.positive())
    ball = p.have(E(near(r)) <= high, by.lemma(near_mean))
    each = p.have(s * (1 - on(s - share)) <= share, by.algebra(by.below(s - share), by.times(low, on(s - share))))
    p.conclude(
        by.algebra(
            by.times(1 / s, by.expectation(each)),
            by.scaled(1 - P(share <= s), by.inverse(s)),
            by.times(1 / (s * m), by.total(r, 1, m, ball)),
        )
    )
with proof(pair) as p:
    shares, high = mean(r, near(r)) + mean(r, other(r)), 2 * R / sqrt(2 * pi)
    low = p.have(shares >= 0, by.positive())
    first = p.have(E(near(r)) <= high, by.lemma(near_mean))
    second = p.have(E(other(r)) <= high, by.lemma(near_mean, one=two))
    each = p.have(s * (1 - on(s - shares)) <= shares, by.algebra(by.below(s - shares), by.times(low, on(s - shares))))
    p.conclude(
        by.algebra(
            by.times(1 / s, by.expectation(each)),
            by.scaled(1 - P(shares <= s), by.inverse(s)),
            *(by.times(1 / (s * m), by.total(r, 1, m, k)) for k in (first, second)),
        )
    )


def entry(i, l):
    """The kernel of two inputs at the start, minus the limit kernel."""
    rho = dot(x[i], x[l])
    return rho * mean(r, on(dot(w[r], x[i])) * on(dot(w[r], x[l]))) - rho * (pi - acos(rho)) / (2 * pi)


def share(i):
    return mean(r, on(R**2 - dot(w[r], x[i]) ** 2))


close, few = lam0 / (4 * n), eps / (2 * n)
wide_kernel = dict(width=m * delta * lam0**2 >= 12 * n**4)
near_limit = corrected(**wide_kernel, then=1 - P(forall(i, l, absolute(entry(i, l)) <= close)) <= delta / 3)


def chebyshev(p, g, eta):
    """eta^2 1{|g| > eta} <= g^2."""
    up, down = on(eta - g), on(eta + g)
    return p.have(
        eta**2 * (1 - up * down) <= g**2,
        by.algebra(
            by.times(1 - up, by.square(g - eta)),
            by.times(2 * eta, by.below(eta - g)),
            by.times(up, 1 - down, by.square(g + eta)),
            by.times(2 * eta, up, by.below(eta + g)),
            by.times(up, down, by.square(g)),
        ),
    )


with proof(near_limit) as p:
    cosine, g = dot(x[i], x[l]), entry(i, l)
    unit = p.hypothesis("x.unit")
    above = p.have(cosine <= 1, by.algebra(unit(i), unit(l), by.trace(by.gram(x[i] - x[l]))))
    below = p.have(cosine >= -1, by.algebra(unit(i), unit(l), by.trace(by.gram(x[i] + x[l]))))
    square = p.have(cosine**2 <= 1, by.algebra(by.times(above, below)))
    p.have(dot(x[i], x[i]) == 1, by.algebra(unit(i)))
    p.have(dot(x[l], x[l]) == 1, by.algebra(unit(l)))
    angle_share = (pi - acos(cosine)) / (2 * pi)
    both_active = on(dot(w[r], x[i])) * on(dot(w[r], x[l]))
    exact = p.have(
        E(total(r, both_active - angle_share) ** 2) == m * angle_share * (1 - angle_share),
        by.lemma(active_spread, one=x[i], two=x[l]),
    )
    whole = p.have(
        E(total(r, both_active - angle_share) ** 2) <= m * Q(1, 4),
        by.algebra(exact, by.times(m, by.square(angle_share - Q(1, 2)))),
    )
    variance = p.have(
        E(g**2) <= 1 / (4 * m), by.algebra(by.times(cosine**2 / m**2, whole), by.times(1 / (4 * m), square))
    )
    far = chebyshev(p, g, close)
    ok = on(close - g) * on(close + g)
    one_entry = p.have(
        1 - E(ok) <= 4 * n**2 / (m * lam0**2),
        by.algebra(
            by.times(16 * n**2 / lam0**2, by.expectation(far)),
            by.times(16 * n**2 / lam0**2, variance),
            by.scaled((1 - E(ok)) * (lam0 / lam0 + 1), by.inverse(lam0)),
        ),
    )
    small = p.have(
        4 * n**4 / (m * lam0**2) <= delta / 3,
        by.algebra(
            by.times(1 / (3 * m * lam0**2), p.width), by.scaled(delta * (lam0 / lam0 + 1) / 3, by.inverse(lam0))
        ),
    )
    p.conclude(
        by.algebra(
            by.expectation(by.union(i, 1, n, product(l, 1, n, ok))),
            by.expectation(by.total(i, 1, n, by.union(l, 1, n, ok))),
            by.total(i, 1, n, by.total(l, 1, n, one_entry)),
            small,
        )
    )

wide_units = dict(width=m * delta * eps**2 >= 12 * n**3, radius=2 * R / sqrt(2 * pi) <= eps / (4 * n))
few_near = corrected(**wide_units, then=1 - P(forall(i, share(i) <= few)) <= delta / 3)

with proof(few_near) as p:  # eps > 0: it is at least the radius, and the width would not do for eps = 0
    p.have(n**3 > 0, by.positive())
    p.have(sqrt(2 * pi) > 0, by.lemma("gaussian_interval.root_positive"))
    low = p.have(eps >= 0, by.algebra(by.times(4 * n, p.radius), by.scaled(eps, by.inverse(n)), n * R / sqrt(2 * pi)))
    none = by.plus(p.width, by.times(12, n**3), by.scaled(-m * delta * eps, by.anti(low, CASE)))
    p.have(eps > 0, by.cases(-eps, at_least_zero=(by.absurd(eps - 1, none),), negative=(CASE,)))
    near_i = on(R**2 - dot(w[r], x[i]) ** 2)
    half, average = eps / (4 * n), mean(r, E(near_i))
    ball = p.have(E(near_i) <= 2 * R / sqrt(2 * pi), by.lemma(near_mean, one=x[i]))
    rare = p.have(average <= half, by.algebra(by.times(1 / m, by.total(r, 1, m, ball)), p.radius))
    exact = p.have(
        E(total(r, near_i - E(near_i)) ** 2) == total(r, E(near_i) * (1 - E(near_i))), by.lemma(near_spread, one=x[i])
    )
    whole = p.have(
        E(total(r, near_i - E(near_i)) ** 2) <= m * Q(1, 4),
        by.algebra(exact, by.total(r, 1, m, by.square(E(near_i) - Q(1, 2)))),
    )
    h, ok = share(i) - average, on(few - share(i))
    variance = p.have(E(h**2) <= 1 / (4 * m), by.algebra(by.times(1 / m**2, whole)))
    far = p.have(
        half**2 * (1 - ok) <= h**2,
        by.algebra(
            by.times(1 - ok, by.square(h - half)),
            by.times(2 * half, by.below(few - share(i))),
            by.times(2 * half, 1 - ok, rare),
            by.times(ok, by.square(h)),
        ),
    )
    one_input = p.have(
        1 - E(ok) <= 4 * n**2 / (m * eps**2),
        by.algebra(
            by.times(16 * n**2 / eps**2, by.expectation(far)),
            by.times(16 * n**2 / eps**2, variance),
            by.scaled((1 - E(ok)) * (eps / eps + 1), by.inverse(eps)),
        ),
    )
    small = p.have(
        4 * n**3 / (m * eps**2) <= delta / 3,
        by.algebra(
            by.times(1 / (3 * m * eps**2), p.width), by.scaled(delta * (eps / eps + 1) / 3, by.inverse(eps))
        ),
    )
    p.conclude(by.algebra(by.expectation(by.union(i, 1, n, ok)), by.total(i, 1, n, one_input), small))


def output(i):
    return total(r, a[r] * relu(dot(w[r], x[i]))) / sqrt(m)


def residual():
    return total(i, (output(i) - y[i]) ** 2)


labels = dict(labels=forall(i, absolute(y[i]) <= B), size=delta * rho**2 >= 3 * n * (Q(1, 2) + B**2))
mean_residual = corrected(then=E(residual()) == n * Q(1, 2) + total(i, y[i] ** 2))
small_residual = corrected(**labels, then=1 - P(residual() <= rho**2) <= delta / 3)

with proof(mean_residual) as p:
    p.have(m >= 0, by.algebra(by.natural(m)))
    root_of_m = p.have(sqrt(m) ** 2 == m, by.lemma("base:real-root", x=m, N=2))
    summed = total(r, a[r] * relu(dot(w[r], x[i])))
    centred = p.have(E(summed) == 0, by.lemma("output_at_initialization.centred", x=x[i]))
    variance = p.have(E(summed**2) == m * Q(1, 2), by.lemma("output_at_initialization.variance", x=x[i]))
    one_input = p.have(
        E((output(i) - y[i]) ** 2) == Q(1, 2) + y[i] ** 2,
        by.algebra(
            by.scaled(2 * y[i] / sqrt(m), centred),
            by.scaled(1 / sqrt(m) ** 2, variance),
            by.scaled(m * Q(1, 2), by.same("inv", root_of_m)),
        ),
    )
    p.conclude(by.algebra(by.total(i, 1, n, one_input)))
with proof(small_residual) as p:
    each = p.have(
        y[i] ** 2 <= B**2, by.algebra(by.times(p.hypothesis("labels.1")(i), p.hypothesis("labels.2")(i)))
    )
    ok = on(rho**2 - residual())
    p.have(residual() >= 0, by.positive())
    far = p.have(
        rho**2 * (1 - ok) <= residual(), by.algebra(by.below(rho**2 - residual()), by.times(residual(), ok))
    )
    average = p.use(mean_residual)
    floor, square = p.have(3 * n * (Q(1, 2) + B**2) > 0, by.positive()), p.have(rho**2 >= 0, by.positive())
    none = by.plus(p.size, floor, by.scaled(-delta, by.anti(square, CASE)))
    p.have(rho**2 > 0, by.cases(-(rho**2), at_least_zero=(by.absurd(rho**2 - 1, none),), negative=(CASE,)))
    bounded_ = p.have(
        rho**2 * (1 - E(ok)) <= n * (Q(1, 2) + B**2),
        by.algebra(by.expectation(far), average, by.total(i, 1, n, each)),
    )
    p.conclude(
        by.algebra(
            by.times(1 / rho**2, bounded_),
            by.times(1 / (3 * rho**2), p.size),
            by.scaled(1 - E(ok) - delta / 3, by.inverse(rho**2)),
        )
    )

good = forall(i, l, absolute(entry(i, l)) <= close), residual() <= rho**2, forall(i, share(i) <= few)
wide = dict(
    kernel_width=m * delta * lam0**2 >= 12 * n**4,
    unit_width=m * delta * eps**2 >= 12 * n**3,
    radius=2 * R / sqrt(2 * pi) <= eps / (4 * n),
)
good_start = corrected(**wide, **labels, then=P(both(*good)) >= 1 - delta)

with proof(good_start) as p:
    up, low = on(close - entry(i, l)), on(close + entry(i, l))
    kernel, fits, units = product(i, product(l, up * low)), on(rho**2 - residual()), product(i, on(few - share(i)))
    one_event = p.have(1 - P(good[0]) <= delta / 3, by.lemma(near_limit))
    two_events = p.have(1 - P(good[1]) <= delta / 3, by.lemma(small_residual))
    three_events = p.have(1 - P(good[2]) <= delta / 3, by.lemma(few_near))
    p.conclude(
        by.algebra(
            one_event,
            two_events,
            three_events,
            by.expectation(by.times(by.at_most_one(kernel), by.at_most_one(fits))),
            by.expectation(by.times(by.at_most_one(kernel * fits), by.at_most_one(units))),
        )
    )

one_input, nine = dict(n=1, m=20, d=1, x=[[1]]), Q(9, 10)
near_limit.holds_at(**one_input, delta=nine, lam_0=nine)
few_near.holds_at(**one_input, delta=nine, eps=nine, R=0)
small_residual.holds_at(n=1, m=1, d=1, x=[[1]], delta=nine, y=[0], B=0, rho=2)
good_start.holds_at(**one_input, delta=nine, lam_0=nine, eps=nine, R=0, y=[0], B=0, rho=2)
nonclaim("The constants come from second moments; exponential tails give logarithms of delta in some of them.")

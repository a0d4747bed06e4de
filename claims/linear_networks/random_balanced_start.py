"""One output: a balanced start of length rho has a margin if and only if it points close enough to the target.

A Gaussian start of small variance has a margin with a probability as near to 1/2 as wished, in every dimension.
"""

from verify.statement import *

covers("C-38")

n = nat("n", at_least=1)
u, Phi = unit_vector("u", n), vector("Phi", n)
rho, phi = real("rho", positive=True), real("phi", positive=True)
coin = iid("coin", law=rademacher)

inside = corrected(aligned=2 * dot(u, Phi) > rho, then=frobenius(rho * u - Phi) ** 2 < frobenius(Phi) ** 2)
only_if = corrected(closer=frobenius(rho * u - Phi) ** 2 < frobenius(Phi) ** 2, then=2 * dot(u, Phi) > rho)
too_long = corrected(long=rho**2 >= 4 * frobenius(Phi) ** 2, then=frobenius(rho * u - Phi) ** 2 >= frobenius(Phi) ** 2)
any_scale = printed(
    consequence="hypothesis",
    aligned=dot(u, Phi) > 0,
    then=frobenius(rho * u - Phi) ** 2 < frobenius(Phi) ** 2,
    expect=REFUTED,
    reading="every second start has a margin, whatever its scale",
)
one_input = corrected(short=rho < 2 * phi, then=P(2 * coin * phi > rho) == Q(1, 2))

i, j = index("i", n), index("j", n)
g, e = iid("g", law=gaussian(n)), vectors("e", count=n, dim=n)
s, tau, K = real("s", positive=True), real("tau"), real("K", positive=True)
threshold = real("tau", positive=True)
any_s, any_phi = real("s"), real("phi")
W, q, z = s * g, frobenius(g) ** 2, dot(g, u)  # the end-to-end matrix at the start, for the target phi u
margin = s * tau / 2
has_margin = frobenius(W - phi * u) ** 2 <= (phi - margin) ** 2
basis = total(i, e[i] @ e[i].T) == I

length = lemma(basis=basis, then=E(q) == n)
not_long = lemma(basis=basis, then=P(q <= K * n) >= 1 - 1 / K)
aligned_often = lemma(then=P(z >= threshold) >= Q(1, 2) - threshold / sqrt(2 * pi))
constant_probability = corrected(
    basis=basis, scale=s * K * n <= tau * phi, then=P(has_margin) >= Q(1, 2) - tau / sqrt(2 * pi) - 1 / K
)
distance = frobenius(any_s * g - any_phi * u) ** 2
at_most_half = corrected(then=P(distance < any_phi**2) <= Q(1, 2))

with proof(inside) as p:
    p.conclude(by.algebra(by.times(rho, p.aligned), by.scaled(rho**2, p.hypothesis("u.unit"))))
with proof(only_if) as p:
    part = p.have(rho * (2 * dot(u, Phi) - rho) > 0, by.algebra(p.closer, by.scaled(rho**2, p.hypothesis("u.unit"))))
    one = by.inverse(rho)
    p.conclude(by.algebra(by.times(1 / rho, part), by.scaled(2 * dot(u, Phi) - rho, one)))
with proof(too_long) as p:
    x = dot(u, Phi)
    cauchy = p.have(
        frobenius(Phi) ** 2 >= x**2,
        by.algebra(
            by.trace(by.congruence(u, by.dominate(by.gram(Phi.T)))),
            by.trace(by.within(u.T @ Phi, by.single(Phi.T @ u))),
            by.scaled(frobenius(Phi) ** 2, p.hypothesis("u.unit")),
        ),
    )
    p.conclude(by.algebra(by.square(rho - 2 * x), p.long, cauchy, by.scaled(rho**2, p.hypothesis("u.unit"))))
with proof(one_input) as p:
    event = indicator(2 * coin * phi > rho)
    values = p.have(
        P(2 * coin * phi > rho) == (indicator(2 * phi > rho) + indicator(-2 * phi > rho)) / 2, by.finite(coin, event)
    )
    yes = p.have(indicator(2 * phi > rho) == 1, by.signs(rho - 2 * phi))
    no = p.have(indicator(-2 * phi > rho) == 0, by.signs(rho + 2 * phi))
    p.conclude(by.algebra(values, yes, no))

with proof(length) as p:
    square, rest = dot(e[i], e[j]) ** 2, 1 - dot(e[i], e[i])
    own = p.have(
        total(i, square) == dot(e[j], e[j]),
        by.algebra(
            by.trace(by.within(e[j].T, p.basis, e[j])),
            by.total(i, 1, n, by.trace(by.within(e[j].T @ e[i], by.single(e[i].T @ e[j])))),
        ),
    )
    fits = p.have(
        dot(e[j], e[j]) >= dot(e[j], e[j]) ** 2,
        by.algebra(
            own,
            *(by.total(i, low, high, by.square(dot(e[i], e[j]))) for low, high in ((1, j - 1), (j + 1, n))),
            *(by.split(i, low, mid, n, square) for low, mid in ((1, j - 1), (j, j))),
        ),
    )
    short = p.have(1 - dot(e[j], e[j]) >= 0, by.algebra(fits, by.square(1 - dot(e[j], e[j]))))
    whole = p.have(total(i, rest) == 0, by.algebra(by.trace(p.basis)))
    unit = p.have(
        dot(e[j], e[j]) >= 1,
        by.algebra(
            whole,
            *(by.total(i, low, high, short(i)) for low, high in ((1, j - 1), (j + 1, n))),
            *(by.split(i, low, mid, n, rest) for low, mid in ((1, j - 1), (j, j))),
        ),
    )
    p.have(dot(e[j], e[j]) == 1, by.algebra(by.anti(unit, short)))
    each = p.have(E(dot(g, e[i]) ** 2) == 1, by.lemma("gaussian_half_space.variance", x=e[i]))
    parts = p.have(
        q == total(i, dot(g, e[i]) ** 2),
        by.algebra(
            by.trace(by.within(g.T, p.basis, g)),
            by.total(i, 1, n, by.trace(by.within(g.T @ e[i], by.single(e[i].T @ g)))),
        ),
    )
    p.conclude(by.algebra(by.expectation(parts), by.total(i, 1, n, each)))
with proof(not_long) as p:
    short = indicator(q <= K * n)
    mean_ = p.have(E(q) == n, by.lemma(length))
    far = p.have(K * n * (1 - short) <= q, by.algebra(by.below(K * n - q), by.times(short, by.trace(by.gram(g)))))
    p.conclude(
        by.algebra(
            by.times(1 / (K * n), by.expectation(far)),
            by.scaled(1 / (K * n), mean_),
            by.scaled(1 - E(short), by.inverse(K)),
        )
    )
with proof(aligned_often) as p:
    x = threshold
    half = p.have(E(indicator(z >= 0)) == Q(1, 2), by.lemma("gaussian_half_space.single", x=u))
    thin = p.have(P(both(z >= 0, z <= x)) <= x / sqrt(2 * pi), by.lemma("gaussian_interval.one_side", x=u, R=x))
    apart = p.have(indicator(z >= 0) <= indicator(both(z >= 0, z <= x)) + indicator(z >= x), by.signs(z, x - z, z - x))
    p.conclude(by.algebra(half, thin, by.expectation(apart)))
with proof(constant_probability) as p:
    a, b, c = indicator(z >= tau), indicator(q <= K * n), indicator(has_margin)
    short = p.have(E(b) >= 1 - 1 / K, by.lemma(not_long))
    p.have(tau > 0, by.algebra(by.times(1 / phi, p.scale), by.scaled(tau, by.inverse(phi)), s * K * n / phi))
    turned = p.have(E(a) >= Q(1, 2) - tau / sqrt(2 * pi), by.lemma(aligned_often))
    gap = (phi - margin) ** 2 - frobenius(W - phi * u) ** 2
    missed = a * b * (1 - c)
    none = p.have(
        s**2 * tau**2 / 4 * missed <= 0,
        by.algebra(
            by.times(a * b, by.below(gap)),
            by.times(2 * s * phi * b * (1 - c), by.reaches(z - tau)),
            by.times(s**2 * a * (1 - c), by.reaches(K * n - q)),
            by.times(s * missed, p.scale),
            by.scaled(phi**2 * missed, p.hypothesis("u.unit")),
        ),
    )
    size = s**2 * tau**2 / 4
    p.have(size > 0, by.positive())
    never = p.have(missed <= 0, by.algebra(by.times(1 / size, none), by.scaled(missed, by.inverse(size))))
    caught = p.have(c >= a + b - 1, by.algebra(never, by.times(1 - a, 1 - b), by.times(c, by.at_most_one(a * b))))
    p.conclude(by.algebra(short, turned, by.expectation(caught)))
with proof(at_most_half) as p:
    p.have(dot(-u, -u) == 1, by.algebra(p.hypothesis("u.unit")))
    ahead = p.have(E(indicator(z >= 0)) == Q(1, 2), by.lemma("gaussian_half_space.single", x=u))
    behind = p.have(E(indicator(-z >= 0)) == Q(1, 2), by.lemma("gaussian_half_space.single", x=-u))
    a = any_s * any_phi
    out = 1 - indicator(distance >= any_phi**2)  # where it is 1, the start is nearer to the target than zero is
    forward = 1 - indicator(-a * z >= 0)
    gap = p.have(
        distance - any_phi**2 >= -2 * a * z,
        by.algebra(by.scaled(any_phi**2, p.hypothesis("u.unit")), by.times(by.square(any_s), by.trace(by.gram(g)))),
    )
    only = p.have(
        out <= forward,
        by.cases(
            -a * z,
            at_least_zero=(by.decided(-a * z), by.decided(distance - any_phi**2)),
            negative=(by.decided(-a * z), indicator(distance >= any_phi**2)),
        ),
    )
    sides = []
    for sign, reach, side in ((indicator(a >= 0), by.reaches(a), -z), (1 - indicator(a >= 0), by.below(a), z)):
        wrong = sign * indicator(side >= 0)
        never = p.have(
            wrong * forward <= 0,
            by.cases(
                -a * z,
                at_least_zero=(by.scaled(wrong, by.decided(-a * z)),),
                negative=(
                    by.times(1 / (a * z), forward, reach, by.reaches(side)),
                    by.scaled(wrong * forward, by.inverse(a * z)),
                ),
            ),
        )
        room = by.times(sign, 1 - indicator(side >= 0), indicator(-a * z >= 0))
        sides.append(p.have(sign * forward <= sign * (1 - indicator(side >= 0)), by.algebra(never, room)))
    p.conclude(
        by.algebra(
            by.expectation(by.plus(only, *sides)),
            by.scaled(indicator(a >= 0), behind),
            by.scaled(1 - indicator(a >= 0), ahead),
        )
    )

any_scale.fails_at(n=1, u=[[1]], Phi=[[1]], rho=2)
constant_probability.holds_at(n=1, e=[[[1]]], u=[[1]], phi=1, s=Q(1, 8), tau=Q(1, 2), K=4)
nonclaim(
    "The exact probability, an incomplete beta function of rho / (2 |Phi|), is not derived: only that no start "
    "does better than 1/2, and that small ones come as near to it as wished."
)

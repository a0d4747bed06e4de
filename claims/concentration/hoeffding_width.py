"""How many bounded samples, how much width: explicit constants behind the printed Omega."""

from verify.statement import *

covers("D-45", "D-46", "D-48", "D-49", "D-50", "K-75")

n, m, d = nat("n", at_least=1), nat("m", at_least=1), nat("d", at_least=1)
eps, delta = real("eps", positive=True), real("delta", open=(0, 1))
small_eps, any_eps = real("eps", open=(0, 1)), real("eps")  # as printed; a bound that is met is not negative
Z = iid("Z", count=n, law=bounded(-1, 1))
k = index("k", n)
excess = mean(Z) - E(mean(Z))
close = absolute(excess) <= eps
close_printed = absolute(excess) <= small_eps

as_printed = printed(
    of="D-45",
    consequence="constant",
    size=at_least_order(n, log(1 / delta) / small_eps**2, uniform_except=()),
    then=P(close_printed) >= 1 - delta,
    expect=REFUTED,
)
upper = lemma(then=1 - P(excess <= eps) <= exp(-n * eps**2 / 2))
lower = lemma(then=1 - P(-excess <= eps) <= exp(-n * eps**2 / 2))
samples = corrected(of="D-45", size=n >= 2 * log(2 / delta) / eps**2, then=P(close) >= 1 - delta)

x, w = unit_vectors("x", count=n, dim=d), iid("w", count=m, law=gaussian(d))
i, r, q = index("i", n), index("r", m), nat("q", between=(0, n))
l, c = nat("l", between=(1, i)), index("l", n)  # the matrix is symmetric: entries on and below the diagonal
active = indicator(both(dot(w[r], x[i]) >= 0, dot(w[r], x[l]) >= 0))
rho = dot(x[i], x[l])
entry = rho * mean(r, active) - E(rho * mean(r, active))

entry_above = lemma(then=1 - P(entry <= eps) <= exp(-2 * m * eps**2))
entry_below = lemma(then=1 - P(-entry <= eps) <= exp(-2 * m * eps**2))
entries = corrected(
    of=("D-46", "D-48", "K-75"),
    width=m >= log(n * (n + 1) / delta) / (2 * eps**2), then=P(forall(i, l, absolute(entry) <= eps)) >= 1 - delta
)

rho_c, v = dot(x[i], x[c]), vectors("v", count=m, dim=d)  # any outcome v of the weights
H = kernel_matrix(i, c, rho_c * mean(r, indicator(both(dot(v[r], x[i]) >= 0, dot(v[r], x[c]) >= 0))), name="H")
H_star = kernel_matrix(i, c, rho_c * (pi - acos(rho_c)) / (2 * pi), name="H^*")
near = forall(i, c, absolute(H[i, c] - H_star[i, c]) <= any_eps)
loose_norm = printed(of="D-49", near=near, then=frobenius(H - H_star) <= n**2 * any_eps)
norm_bound = corrected(of=("D-49", "D-50"), near=near, then=frobenius(H - H_star) <= n * any_eps)


def tail(p, sign):
    """Chernoff's bound with the factor eps, independence, and Hoeffding's lemma for each sample."""
    part = sign * eps * (Z[k] - E(Z[k]))
    each = p.have(E(exp(part)) <= exp(eps**2 / 2), by.lemma("axiom:hoeffding-lemma", Z=Z[k], a=-1, b=1, s=sign * eps))
    apart = p.have(E(product(k, exp(part))) == product(k, E(exp(part))), by.independent(k, 1, n, exp(part)))
    all_k = by.products(k, 1, n, E(exp(part)), each)
    x = eps - sign * excess
    p.conclude(
        by.algebra(
            by.expectation(by.chernoff(x, n * eps)),
            by.scaled(exp(-n * eps**2), apart),
            by.times(exp(-n * eps**2), all_k),
        )
    )


with proof(upper) as p:
    tail(p, 1)
with proof(lower) as p:
    tail(p, -1)

hidden = as_printed.hidden("size")  # for every hidden constant c: one fair coin, eps = 1/2
half = 1 / (4 * hidden)  # log(1 / delta) at the instance
as_printed.fails_at(n=1, Z=rademacher, eps=Q(1, 2), delta=exp(-half))
with refutation(as_printed) as p:
    below = p.have(1 - delta > 0, by.algebra(by.times(delta, by.tangent(half)), delta * half))
    p.have(
        n >= hidden * log(1 / delta) / small_eps**2,
        by.algebra(by.scaled(4 * hidden, by.logexp(half)), by.inverse(hidden)),
    )
    centred = p.have(E(mean(Z)) == 0, by.finite(Z[1], mean(Z)))
    right = p.have(small_eps - excess == small_eps - mean(Z), by.algebra(centred))
    left = p.have(small_eps + excess == small_eps + mean(Z), by.algebra(centred))
    never = p.have(
        E(indicator(mean(Z) <= small_eps) * indicator(-mean(Z) <= small_eps)) == 0,
        by.finite(Z[1], indicator(mean(Z) <= small_eps) * indicator(-mean(Z) <= small_eps)),
    )
    p.conclude(
        by.algebra(
            below,
            never,
            by.expectation(by.scaled(indicator(-excess <= small_eps), by.same("ind", right))),
            by.expectation(by.scaled(indicator(mean(Z) <= small_eps), by.same("ind", left))),
        )
    )
with proof(samples) as p:
    u, v = n * eps**2 / 2, log(2 / delta)
    gap = p.have(u >= v, by.algebra(by.times(eps**2 / 2, p.size), by.scaled(v, by.inverse(eps**2))))
    small = p.have(
        2 * exp(-u) <= delta,
        by.algebra(
            by.times(exp(-u), by.tangent(u - v)),
            by.times(exp(-u), gap),
            by.scaled(exp(-v) * delta / 2, by.explog(2 / delta)),
            by.scaled(exp(-v), by.inverse(delta)),
        ),
    )
    either_side = by.expectation((1 - indicator(excess <= eps)) * (1 - indicator(-excess <= eps)))
    p.conclude(by.algebra(either_side, upper, lower, small))


def entry_tail(p, sign):
    """As for the samples, with the factor 4 eps: each term is rho times a variable in [0, 1], and rho^2 <= 1."""
    part = sign * 4 * eps * rho * (active - E(active))
    above = p.have(
        rho <= 1, by.algebra(p.hypothesis("x.unit")(i), p.hypothesis("x.unit")(l), by.trace(by.gram(x[i] - x[l])))
    )
    below = p.have(
        rho >= -1, by.algebra(p.hypothesis("x.unit")(i), p.hypothesis("x.unit")(l), by.trace(by.gram(x[i] + x[l])))
    )
    square = p.have(rho**2 <= 1, by.algebra(by.times(above, below)))
    p.have(active >= 0, by.positive())
    p.have(active <= 1, by.algebra(by.at_most_one(active)))
    lemma_r = p.have(
        E(exp(part)) <= exp(2 * eps**2 * rho**2),
        by.lemma("axiom:hoeffding-lemma", Z=active, a=0, b=1, s=sign * 4 * eps * rho),
    )
    each = p.have(
        E(exp(part)) <= exp(2 * eps**2),
        by.algebra(
            lemma_r,
            by.times(exp(2 * eps**2 * rho**2), by.tangent(2 * eps**2 * (1 - rho**2))),
            by.times(exp(2 * eps**2 * rho**2) * 2 * eps**2, square),
        ),
    )
    apart = p.have(E(product(r, exp(part))) == product(r, E(exp(part))), by.independent(r, 1, m, exp(part)))
    p.conclude(
        by.algebra(
            by.expectation(by.chernoff(eps - sign * entry, 4 * m * eps)),
            by.scaled(exp(-4 * m * eps**2), apart),
            by.times(exp(-4 * m * eps**2), by.products(r, 1, m, E(exp(part)), each)),
        )
    )


with proof(entry_above) as p:
    entry_tail(p, 1)
with proof(entry_below) as p:
    entry_tail(p, -1)
with proof(entries) as p:
    sum_to_q = p.have(total(i, 1, q, i) == q * (q + 1) / 2, by.induction(q, step=(IH, by.split(i, 1, q, q + 1, i))))
    up, low = indicator(entry <= eps), indicator(-entry <= eps)
    u, v = 2 * m * eps**2, log(n * (n + 1) / delta)
    gap = p.have(u >= v, by.algebra(by.times(2 * eps**2, p.width), by.scaled(v, by.inverse(2 * eps**2))))
    small = p.have(
        n * (n + 1) * exp(-u) <= delta,
        by.algebra(
            by.times(n * (n + 1) * exp(-u), by.tangent(u - v)),
            by.times(n * (n + 1) * exp(-u), gap),
            by.scaled(exp(-v) * delta, by.explog(n * (n + 1) / delta)),
            by.scaled(n * (n + 1) * exp(-v), by.inverse(delta)),
        ),
    )
    one = p.have(
        1 - E(up * low) <= 2 * exp(-u), by.algebra(by.expectation((1 - up) * (1 - low)), entry_above, entry_below)
    )
    p.conclude(
        by.algebra(
            by.expectation(by.union(i, 1, n, product(l, 1, i, up * low))),
            by.expectation(by.total(i, 1, n, by.union(l, 1, i, up * low))),
            by.total(i, 1, n, by.total(l, 1, i, one)),
            by.scaled(2 * exp(-u), sum_to_q(n)),
            small,
        )
    )
with proof(norm_bound) as p:
    up, low = p.hypothesis("near.1"), p.hypothesis("near.2")
    p.have(any_eps >= 0, by.algebra(by.times(Q(1, 2), up(1, 1)), by.times(Q(1, 2), low(1, 1))))
    p.conclude(
        by.positive(),
        by.algebra(
            by.total(i, 1, n, by.total(c, 1, n, by.times(up(i, c), low(i, c))))
        ),
    )
with proof(loose_norm) as p:
    up, low = p.hypothesis("near.1"), p.hypothesis("near.2")
    p.have(any_eps >= 0, by.algebra(by.times(Q(1, 2), up(1, 1)), by.times(Q(1, 2), low(1, 1))))
    p.conclude(
        by.positive(),
        by.algebra(
            by.times(by.natural(n - 1), (n + 1) * n**2 * any_eps**2),
            by.total(i, 1, n, by.total(c, 1, n, by.times(up(i, c), low(i, c)))),
        ),
    )

check(samples, exact_tails=5000)
figure(entries, kind="sample", rho=Q(1, 2), n=2, delta=Q(1, 10))
nonclaim("H at a later time is not an average of independent variables.")

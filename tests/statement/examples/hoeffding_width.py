"""How many bounded samples, how much width: explicit constants behind the printed Omega."""

from verify.statement import *

covers("D-45", "D-46", "D-48", "D-49", "D-50")

n, m, d = nat("n", at_least=1), nat("m", at_least=1), nat("d", at_least=1)
eps, delta = real("eps", open=(0, 1)), real("delta", open=(0, 1))
Z = iid("Z", count=n, law=bounded(-1, 1))
x, w = unit_vectors("x", count=n, dim=d), iid("w", count=m, law=gaussian(d))
i, l, r = index("i", n), index("l", n), index("r", m)
H = kernel_matrix(dot(x[i], x[l]) * mean(r, indicator(both(dot(w[r], x[i]) >= 0, dot(w[r], x[l]) >= 0))), name="H")
close = absolute(mean(Z) - E(mean(Z))) <= eps
near = forall(i, l, absolute(H[i, l] - E(H[i, l])) <= eps)

as_printed = printed(
    size=at_least_order(n, log(1 / delta) / eps**2, uniform_except=()),
    then=P(close) >= 1 - delta,
    expect=REFUTED,
)
loose_norm = printed(near=near, then=frobenius(H - E(H)) <= n**2 * eps)
samples = corrected(size=n >= 2 * log(2 / delta) / eps**2, then=P(close) >= 1 - delta)
entries = corrected(width=m >= log(n * (n + 1) / delta) / (2 * eps**2), then=P(near) >= 1 - delta)
norm_bound = corrected(near=near, then=frobenius(H - E(H)) <= n * eps)

c = as_printed.hidden("size")
as_printed.fails_at(n=1, Z=rademacher, eps=Q(1, 2), delta=1 - minimum(Q(1, 2), 1 / (8 * c)))
with refutation(as_printed) as p:
    p.have(4 * c * log(1 / delta) <= 1, by.cases(c <= Q(1, 4), c > Q(1, 4)), by.monotone(log))
    p.conclude(by.evaluate())
with proof(samples) as p:
    tail = p.have(P(negation(close)) <= 2 * exp(-n * eps**2 / 2), by.hoeffding(Z))
    p.conclude(by.complement(tail), by.monotone(exp))
with proof(entries) as p:
    one = p.have(P(absolute(H[i, l] - E(H[i, l])) > eps) <= 2 * exp(-2 * m * eps**2), by.hoeffding(r))
    p.conclude(by.union(one, over=(i <= l)), by.monotone(exp))

norm_bound.tight_at(n=2, m=1, eps=Q(1, 2), x="equal")
samples.breaks_without("independent", Z="copies of one coin")
check(samples, exact_tails=dict(law="binomial", up_to=5000), digits=(50, 200))
nonclaim("H at a later time is not an average of independent variables.")

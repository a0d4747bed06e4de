"""A constant ratio of losses gives a geometric sequence; a geometric bound gives no ratio."""
from verify.statement import *

covers("K-46", "K-47", "K-48", "K-50")

n = nat("n", at_least=2)
k, i, q = nat("k", between=(1, n)), nat("i", between=(1, n - 1)), nat("q", between=(1, n))
L = reals("L", count=n, positive=True)
mu, eps = real("mu", open=(0, 1)), real("eps", open=(0, 1))
any_L, any_mu = reals("L", count=n), real("mu")  # a sequence with a constant ratio may have any sign
factor = real("mu", nonnegative=True)

now, later = real("a", positive=True), real("b", positive=True)
ratio_is_mu = forall(i, absolute(L[i + 1] / L[i] - mu) <= eps)
bound = forall(q, L[q] <= L[1] * mu**(q - 1))

nearly = printed(of="K-47", ratio=absolute(later / now - mu) <= eps, then=absolute(later - mu * now) <= eps * now)
unrolled = printed(
    of="K-48",
    consequence="hypothesis",
    ratio=ratio_is_mu,
    then=L[k] == L[1] * mu**(k - 1),
    expect=REFUTED,
    reading="the ratio is within eps of mu from the first step on",
)
exact_ratio = corrected(
    of="K-48", ratio=forall(i, any_L[i + 1] == any_mu * any_L[i]), then=any_L[k] == any_L[1] * any_mu**(k - 1)
)
at_most = corrected(
    of=("K-48", "K-50"), ratio=forall(i, any_L[i + 1] <= factor * any_L[i]), then=any_L[k] <= any_L[1] * factor**(k - 1)
)
bound_is_rate = printed(of="K-50", consequence="conclusion", bound=bound, then=L[i + 1] <= mu * L[i], expect=REFUTED,
                        reading="a bound L(t) <= L(0) mu^t proves a linear rate in the sense of ratios")

with proof(nearly) as p:
    one = p.have(now * (1 / now) == 1, by.algebra(by.inverse(now)))
    p.conclude(by.algebra(by.times(now, p.hypothesis("ratio.1")), by.scaled(later, one)),
               by.algebra(by.times(now, p.hypothesis("ratio.2")), by.scaled(later, one)))
r = nat("r", between=(1, n))
with proof(exact_ratio) as p:
    closed = any_L[r] == any_L[1] * any_mu**(r - 1)
    every = p.have(closed, by.induction(r, step=(by.scaled(any_mu, IH), p.ratio(r))))
    p.conclude(by.algebra(every(k)))
with proof(at_most) as p:
    bound_r = any_L[r] <= any_L[1] * factor**(r - 1)
    every = p.have(bound_r, by.induction(r, step=(by.times(factor, IH), p.ratio(r))))
    p.conclude(by.algebra(every(k)))

unrolled.fails_at(n=2, k=2, L=[1, Q(1, 2)], mu=Q(1, 4), eps=Q(1, 2))
bound_is_rate.fails_at(n=3, i=2, L=[1, Q(1, 4), Q(1, 4)], mu=Q(1, 2))
exact_ratio.holds_at(n=3, k=3, L=[1, Q(1, 2), Q(1, 4)], mu=Q(1, 2))
nonclaim("The printed rate is a limit of ratios; here the ratio is within eps of mu, with any eps.")

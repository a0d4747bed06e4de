"""Population risk splits into approximation, estimation and training error; only the first has a fixed trend."""

from verify.statement import *

covers("C-01", "C-02", "C-04", "C-06")

K = nat("K", at_least=1)  # all predictors; the first M and the first M + A are classes
M = nat("M", between=(1, K))
A, n = nat("A", between=(0, K - M)), nat("n", at_least=1)
R, S = reals("R", count=K), reals("S", count=K)  # population and empirical risk
i, j, l = nat("i", between=(1, K)), nat("j", between=(1, M)), nat("l", between=(1, M + A))
f = nat("f", between=(1, K))  # ground truth
h, s, b = (nat(x, between=(1, M)) for x in "hsb")  # optimal, empirically optimal and returned hypothesis
h2, s2 = nat("h_2", between=(1, M + A)), nat("s_2", between=(1, M + A))
truth = forall(i, R[f] <= R[i])
best, trained = forall(j, R[h] <= R[j]), forall(j, S[s] <= S[j])
best2, trained2 = forall(l, R[h2] <= R[l]), forall(l, S[s2] <= S[l])

Z = iid("Z", count=n, law=bounded(0, 1))  # the losses of one fixed hypothesis on the sample
k = index("k", n)
m, v = chosen("m"), real("v")

unbiased = printed(of="C-01", then=E(mean(Z)) == E(Z[1]))
minimizer_exists = printed(
    of="C-01",
    consequence="hypothesis",
    then=exp(-m) <= exp(-v),
    expect=REFUTED,
    reading="the empirical loss has a minimizer; h(x) = v x, sample (1, 1), loss exp(-y h(x))",
)
decomposition = printed(of="C-02", then=R[b] - R[f] == (R[h] - R[f]) + (R[s] - R[h]) + (R[b] - R[s]))
approximation = corrected(of="C-02", truth=truth, then=R[h] - R[f] >= 0)
estimation = corrected(of="C-02", best=best, then=R[s] - R[h] >= 0)
training = printed(
    of="C-02",
    consequence="caution",
    best=best, trained=trained, then=R[b] - R[s] >= 0, expect=REFUTED, reading="the third error is not negative either"
)
approximation_falls = printed(of="C-04", best=best, best2=best2, then=R[h2] - R[f] <= R[h] - R[f])
estimation_grows = printed(
    of="C-04",
    consequence="hypothesis",
    best=best,
    trained=trained,
    best2=best2,
    trained2=trained2,
    then=R[s2] - R[h2] >= R[s] - R[h],
    expect=REFUTED,
    reading="expanding the class raises it",
)
estimation_falls = printed(
    of="C-06",
    consequence="hypothesis",
    best=best,
    trained=trained,
    best2=best2,
    trained2=trained2,
    then=R[s2] - R[h2] <= R[s] - R[h],
    expect=REFUTED,
    reading="expanding the class lowers it",
)

with proof(unbiased) as p:
    same = p.have(E(Z[k]) == E(Z[1]), by.identical(k, Z[k], k, 1))
    p.conclude(by.algebra(by.scaled(1 / n, by.total(k, 1, n, same))))
minimizer_exists.fails_at(v=m + 1)
with refutation(minimizer_exists) as p:  # exp(-m) = e exp(-m - 1) >= 2 exp(-m - 1)
    p.conclude(by.algebra(by.times(exp(-m - 1), by.tangent(1)), exp(-m - 1)))
with proof(decomposition) as p:
    p.conclude(by.algebra())
with proof(approximation) as p:
    p.conclude(by.algebra(p.truth(h)))
with proof(estimation) as p:
    p.conclude(by.algebra(p.best(s)))
with proof(approximation_falls) as p:
    p.conclude(by.algebra(p.best2(h)))

training.fails_at(K=2, M=2, h=1, s=2, b=1, R=[0, 1], S=[1, 0], A=0)
estimation_grows.fails_at(K=3, M=2, A=1, h=1, s=2, h_2=3, s_2=3, R=[Q(1, 2), Q(3, 5), 0], S=[Q(9, 20), Q(2, 5), 0])
estimation_falls.fails_at(K=2, M=1, A=1, h=1, s=1, h_2=1, s_2=2, R=[Q(1, 2), Q(3, 5)], S=[Q(9, 20), Q(2, 5)])
nonclaim("Bounds on the estimation error that hold for all hypotheses at once do grow with the class.")

"""Kernel regression weighs the kernel by coefficients of its own, not by multiples of the labels."""

from verify.statement import *

covers("K-70")

n = nat("n", at_least=1)
K, k = matrix("K", n, n, symmetric=True), vector("k", n)
y, alpha, beta = vector("y", n), vector("alpha", n), vector("beta", n)
e = unit_vector("e", n)
lam = real("lam", positive=True)

label_times_weight = printed(
    fits=K @ beta == y,
    no_label=dot(e, y) == 0,
    then=dot(e, beta) == 0,
    expect=REFUTED,
    reading="the coefficient of an example is a multiple of its label, for regression",
)
prediction = corrected(fits=K @ beta == y, weights=K @ alpha == k, then=dot(beta, k) == dot(alpha, y))
unique = corrected(definite=psd(K - lam * I), fits=K @ beta == y, also=K @ alpha == y, then=alpha == beta)

with proof(prediction) as p:
    p.conclude(by.algebra(by.trace(alpha.T @ p.fits), by.trace(beta.T @ p.weights)))
with proof(unique) as p:
    gap = alpha - beta
    none = p.have(K @ gap == 0, by.algebra(p.fits, p.also))
    small = p.have(
        lam * frobenius(gap) ** 2 <= 0,
        by.algebra(by.trace(by.congruence(gap, p.definite)), by.trace(by.within(gap.T, none))),
    )
    one = p.have(lam * (1 / lam) == 1, by.algebra(by.inverse(lam)))
    low = p.have(frobenius(gap) ** 2 <= 0, by.algebra(by.times(1 / lam, small), by.scaled(frobenius(gap) ** 2, one)))
    zero = p.have(trace(gap.T @ gap) == 0, by.algebra(by.anti(by.trace(by.gram(gap)), low)))
    p.conclude(by.algebra(by.vanish(gap, zero)))

label_times_weight.fails_at(
    n=2, K=[[2, 1], [1, 2]], y=[[0], [3]], beta=[[-1], [2]], e=[[1], [0]]
)
nonclaim(
    "For classifiers with labels 1 and -1 every coefficient is a multiple of its label; the bias changes nothing here."
)

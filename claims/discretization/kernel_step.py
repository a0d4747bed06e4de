"""Descent on a linear model contracts the residual for steps up to n over the largest eigenvalue."""

from verify.statement import *

covers("D-05")

n, p = nat("n", at_least=1), nat("p", at_least=1)
J, r = matrix("J", n, p), vector("r", n)
lam, beta, eta = real("lam", positive=True), real("beta", positive=True), real("eta", positive=True)
H = J @ J.T
after_step = r - eta * H @ r / n

any_step = printed(
    consequence="hypothesis",
    then=frobenius(after_step) ** 2 <= frobenius(r) ** 2,
    expect=REFUTED,
    reading="any finite step",
)
small_step = corrected(
    low=lam_min(H) >= lam,
    high=psd(beta * I - J.T @ J),
    step=eta * beta <= n,
    then=frobenius(after_step) ** 2 <= (1 - eta * lam / n) * frobenius(r) ** 2,
)

with proof(small_step) as s:
    g = J.T @ r
    k = eta / n
    shorter = s.have(eta * beta / n <= 1, by.algebra(by.times(1 / n, s.step)))
    s.conclude(
        by.algebra(
            by.times(k**2, by.trace(by.congruence(g, s.high))),
            by.times(k, shorter, by.trace(by.gram(g))),
            by.times(k, by.trace(by.congruence(r, s.low))),
        )
    )

any_step.fails_at(n=1, p=1, J=[[1]], r=[[1]], eta=3)
nonclaim("Networks need a smaller step, because their kernel moves.")

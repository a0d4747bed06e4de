"""A kernel bound is not enough beyond the square loss; the Polyak-Lojasiewicz inequality is."""

from verify.statement import *

covers("D-19", "D-22")

n, p = nat("n", at_least=1), nat("p", at_least=1)
u, J, theta = curve("u", n, 1), curve("J", n, p), curve("theta", p, 1)
H = J @ J.T
lam0, mu, e, c = real("lam_0", positive=True), real("mu", positive=True), real("e"), real("c", positive=True)
g, L, x, F = curve("g", n, 1), curve("L"), curve("x"), curve("F")
double_well = (x**2 - 1) ** 2 / 4

any_loss = printed(
    of="D-19",
    consequence="hypothesis",
    time=clock(),
    flow=D(x) == -x * (x**2 - 1),
    floor=double_well >= e,
    then=e <= 0,
    expect=REFUTED,
    reading="f = theta, so H = 1, and the loss (u^2 - 1)^2 / 4: a number that stays below it is at most 0",
)
polyak = corrected(
    of="D-19",
    time=clock(),
    flow=D(theta) == -J.T @ g / n,
    chain=D(u) == J @ D(theta),
    loss=D(L) == dot(g, D(u)) / n,
    steep=frobenius(g) ** 2 >= 2 * mu * n * L,
    kernel=lam_min(H) >= lam0,
    then=L <= start(L) * exp(-2 * mu * lam0 * t / n),
)
constant_factor = printed(of="D-22", time=clock(), falls=D(F) <= -c * F, then=F <= start(F) * exp(-c * t))
moving_factor = printed(
    of="D-22",
    consequence="caution",
    time=clock(),
    falls=D(F) == -exp(-t) * F,
    start=start(F) == 1,
    floor=F >= e,
    then=e <= 0,
    expect=REFUTED,
    reading="a negative factor that depends on time is enough",
)
stays_away = corrected(of="D-22", time=clock(), falls=D(F) == -exp(-t) * F, start=start(F) == 1, then=F >= exp(-1))

with proof(polyak) as s:
    slope = s.have(
        D(L) <= -2 * mu * lam0 / n * L,
        by.algebra(
            s.loss,
            by.scaled(1 / n, by.trace(by.within(g.T, s.chain))),
            by.scaled(1 / n, by.trace(by.within(g.T @ J, s.flow))),
            by.times(1 / n**2, by.trace(by.congruence(g, s.kernel))),
            by.times(lam0 / n**2, s.steep),
        ),
    )
    s.conclude(by.gronwall(slope))
with proof(constant_factor) as s:
    s.conclude(by.gronwall(s.falls))
with proof(stays_away) as s:
    k = exp(-t)
    still = s.have(D(F * exp(-k)) == 0, by.algebra(by.scaled(exp(-k), s.falls)))
    kept = s.have(F * exp(-k) == start(F) * exp(-1), by.constant(still))
    same = s.have(F * exp(-k) == exp(-1), by.algebra(kept, by.scaled(exp(-1), s.start)))
    more = s.have(exp(k) >= 1, by.algebra(by.tangent(k), k))
    s.conclude(by.algebra(by.scaled(exp(k), same), by.times(exp(-1), more)))

any_loss.fails_at(x=0, e=Q(1, 8))                     # the flow rests at x = 0, where the loss is 1/4
moving_factor.fails_at(F=1, e=Q(1, 3))                # F stays above exp(-1), see `stays_away`
nonclaim("Convex losses without a minimizer, such as the logistic loss, have no such constant mu.")

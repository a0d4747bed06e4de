"""One output: a balanced start of length rho has a margin if and only if it points close enough to the target."""

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
    aligned=dot(u, Phi) > 0,
    then=frobenius(rho * u - Phi) ** 2 < frobenius(Phi) ** 2,
    expect=REFUTED,
    reading="every second start has a margin, whatever its scale",
)
one_input = corrected(short=rho < 2 * phi, then=P(2 * coin * phi > rho) == Q(1, 2))

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

any_scale.fails_at(n=1, u=[[1]], Phi=[[1]], rho=2)
nonclaim("The probability in higher dimension, an incomplete beta function of rho / (2 |Phi|), is not derived.")

"""A kernel that moves slowly stays positive definite, the residual decays, and the path of the parameters is short."""

from verify.statement import *

covers("K-76", "K-77", "K-78", "K-81")

n, p = nat("n", at_least=1), nat("p", at_least=1)
model = differentiable_model("u", outputs=n, parameters=p)
u, J, H, theta = model.output, model.jacobian, model.gram, model.parameters
y, z, K = vector("y", n), unit_vector("z", p), matrix("K", n, n, symmetric=True)
flow = gradient_flow(model, half_square(y))
kappa, lip = real("kappa", positive=True), real("lip")
mu, rho = real("mu", positive=True), real("rho", positive=True)
r, s = curve("r"), curve("s")  # the norm of the residual; a bound on the path of the parameters


def slowly(kappa, mu):
    """The least eigenvalue of the kernel falls by at most lip for each unit of the path, from 2 mu."""
    return dict(
        norm=r**2 == frobenius(u - y) ** 2,
        unfinished=r > 0,
        path=D(s) == kappa * r,
        start=start(s) == 0,
        kernel=psd(H - (2 * mu - lip * s) * I),
        wide=lip * kappa * start(r) <= mu**2,
    )


any_kappa, any_mu = real("kappa"), real("mu")  # of any sign: only the product of kappa and lip matters

weights_are_kernel = printed(
    of="K-76",
    flow=flow,
    then=theta == K,
    expect=ILL_SORTED,
    reading="the weights stay near the kernel",
)
decays = corrected(of="K-78", flow=flow, **slowly(any_kappa, any_mu), then=r <= start(r) * exp(-any_mu * t))
stays_definite = corrected(of="K-76", flow=flow, **slowly(any_kappa, any_mu), then=psd(H - any_mu * I))
short_path = corrected(of="K-77", flow=flow, **slowly(kappa, mu), then=s <= kappa * start(r) / mu * (1 - exp(-mu * t)))
movement = corrected(
    of="K-77",
    flow=flow,
    bound=psd(kappa**2 * I - J @ J.T),
    decay=frobenius(u - y) ** 2 <= rho**2 * exp(-2 * mu * t),
    then=dot(z, theta) - start(dot(z, theta)) <= kappa * rho / mu * (1 - exp(-mu * t)),
)

v, K0, delta = curve("v", n, 1), matrix("K_0", n, n, symmetric=True), real("delta")
E, gap = H - K0, u - v  # v: outputs of the linearized model, whose kernel is K_0
near_linear = corrected(
    of="K-81",
    flow=flow,
    linear=D(v) == K0 @ (y - v),
    same_start=start(v) == start(u),
    semidefinite=psd(K0),
    close=psd(delta**2 * I - E @ E),
    decay=frobenius(u - y) ** 2 <= rho**2 * exp(-2 * mu * t),
    then=frobenius(gap) ** 2 <= (delta * rho / mu) ** 2 * (exp(1 - exp(-mu * t)) - 1),
)


def floor(q):
    """Where mu > 0, r' <= -(2 mu - lip s) r keeps mu - lip s >= (lip kappa / mu) r, so that 2 mu - lip s >= mu."""
    kappa, mu = any_kappa, any_mu
    push, low = lip * kappa, 2 * mu - lip * s
    down, up = indicator(mu <= 0), 1 - indicator(mu <= 0)
    on, off = indicator(push >= 0), 1 - indicator(push >= 0)
    mu_up, push_on = by.below(-mu), by.reaches(push)  # up mu >= 0, on push >= 0
    one = q.have(
        up * mu * (1 / mu) == up,
        by.cases(
            -mu,
            at_least_zero=(by.scaled(mu * (1 / mu) - 1, by.decided(-mu)),),
            negative=(by.scaled(up, by.inverse(mu)),),
        ),
    )
    part = q.have(
        up * (1 / mu) >= 0,
        by.cases(-mu, at_least_zero=(by.scaled(1 / mu, by.decided(-mu)),), negative=(up * (1 / mu),)),
    )
    c = up * on * push / mu
    q.have(c >= 0, by.algebra(by.times(part, push_on)))
    over = q.have(r * (1 / r) == 1, by.algebra(by.inverse(r)))

    def falling(rate, floor_of_kernel):
        energy = q.have(
            r * D(r) + rate * r**2 <= 0,
            by.algebra(
                by.derivative(q.norm),
                q.flow,
                q.hypothesis("u.chain"),
                by.trace(by.congruence(u - y, floor_of_kernel)),
                by.scaled(rate, q.norm),
            ),
        )
        return q.have(D(r) <= -rate * r, by.algebra(by.times(1 / r, energy), by.scaled(D(r) + rate * r, over)))

    falls, at_least = falling(low, q.kernel), falling(0 * mu, by.gram(J.T))
    barrier = q.have(
        up * (mu - on * lip * s) - c * r >= 0,
        by.comparison(
            c * r,
            slope=(q.path, by.times(c, falls), by.square(c * r), by.scaled(on * push * r, one)),
            start=(by.times(on, part, q.wide), by.times(off, mu_up), by.scaled(on * mu, one), q.start),
        ),
    )
    helps = q.have(D(off * lip * s) <= 0, by.algebra(q.path, by.times(r, by.below(push))))
    later = q.have(off * lip * s <= start(off * lip * s), by.antitone(helps))
    slack = q.have(
        up * (mu - lip * s) >= 0,
        by.algebra(barrier, by.times(c, r), by.times(up, later), by.scaled(up * off * lip, q.start)),
    )
    slope = q.have(
        D(r) <= -mu * r,
        by.algebra(by.times(up, falls), by.times(slack, r), by.times(down, at_least), by.times(r, by.reaches(-mu))),
    )
    return slope, slack


with proof(stays_definite) as q:
    _, slack = floor(q)
    up, unit = 1 - indicator(any_mu <= 0), by.gram(identity(n))
    q.conclude(
        by.algebra(
            by.times(up, q.kernel),
            by.times(slack, unit),
            by.times(indicator(any_mu <= 0), by.gram(J.T)),
            by.times(by.reaches(-any_mu), unit),
        )
    )
with proof(decays) as q:
    slope, _ = floor(q)
    q.conclude(by.gronwall(slope))
with proof(short_path) as q:
    small = q.have(r <= start(r) * exp(-mu * t), by.lemma(decays))
    one = q.have(mu * (1 / mu) == 1, by.algebra(by.inverse(mu)))
    limit = kappa * start(r) / mu * (1 - exp(-mu * t))
    slope = q.have(
        D(s - limit) <= 0, by.algebra(q.path, by.times(kappa, small), by.scaled(kappa * start(r) * exp(-mu * t), one))
    )
    later = q.have(s - limit <= start(s), by.antitone(slope))
    q.conclude(by.algebra(later, q.start))
with proof(movement) as q:
    size, force = kappa * rho * exp(-mu * t), J.T @ (u - y)
    one = q.have(size * (1 / size) == 1, by.algebra(by.inverse(size)))
    unit = q.have(mu * (1 / mu) == 1, by.algebra(by.inverse(mu)))
    small = q.have(
        frobenius(force) ** 2 <= size**2,
        by.algebra(by.trace(by.congruence(u - y, q.bound)), by.times(kappa**2, q.decay)),
    )
    cauchy = q.have(
        2 * size * dot(z, force) + 2 * size**2 >= 0,
        by.algebra(by.trace(by.gram(size * z + force)), small, by.scaled(size**2, q.hypothesis("z.unit"))),
    )
    push = q.have(
        dot(z, force) + size >= 0, by.algebra(by.times(1 / (2 * size), cauchy), by.scaled(dot(z, force) + size, one))
    )
    limit = kappa * rho / mu * (1 - exp(-mu * t))
    slope = q.have(D(dot(z, theta) - limit) <= 0, by.algebra(q.flow, push, by.scaled(size, unit)))
    later = q.have(dot(z, theta) - limit <= start(dot(z, theta)), by.antitone(slope))
    q.conclude(by.algebra(later))
with proof(near_linear) as q:  # gap' = -K_0 gap - E (u - y)
    w, rate, c = E @ (u - y), mu * exp(-mu * t), delta * rho / mu
    unit = q.have(mu * (1 / mu) == 1, by.algebra(by.inverse(mu)))
    small = q.have(
        frobenius(w) ** 2 <= delta**2 * rho**2 * exp(-2 * mu * t),
        by.algebra(by.trace(by.congruence(u - y, q.close)), by.times(delta**2, q.decay)),
    )
    push = q.have(
        rate * frobenius(gap) ** 2 + 2 * dot(gap, w) + c**2 * rate >= 0,
        by.algebra(
            by.times(exp(mu * t) / mu, by.trace(by.gram(rate * gap + w))),
            by.times(exp(mu * t) / mu, small),
            by.scaled(rate * frobenius(gap) ** 2, unit),
            by.scaled(2 * dot(gap, w), unit),
            by.scaled(delta**2 * rho**2 * exp(-mu * t) / mu, unit),
        ),
    )
    q.conclude(
        by.comparison(
            rate,
            start=(q.same_start,),
            slope=(q.flow, q.hypothesis("u.chain"), q.linear, push, by.trace(by.congruence(gap, q.semidefinite))),
        )
    )

nonclaim("How fast the kernel of a two-layer network moves is in `smooth_activation`; its start is another claim.")

"""With a smooth activation a wide two-layer network keeps its kernel, and flow fits the labels at a linear rate.

A unit moves by at most the path `s`, so its slopes change by at most beta s and the kernel by at most 2 n beta s. What
is left of the definiteness keeps the residual falling, and a residual that falls keeps the path short.
"""

from verify.statement import *

covers("K-76", "K-77", "K-78", "K-81")

n, m, d = nat("n", at_least=1), nat("m", at_least=1), nat("d", at_least=1)
i, l, r = index("i", n), index("l", n), index("r", m)
x, e = unit_vectors("x", count=n, dim=d), vectors("e", count=n, dim=n)  # inputs; the standard basis of the outputs
p_now, p_first = vectors("p", count=m, dim=n), vectors("q", count=m, dim=n)  # slopes of the units at the inputs
kappa, g, b = real("kappa", nonnegative=True), vector("g", n), real("b", positive=True)
z, c, f = unit_vector("z", d), vector("c", n), real("f")


def entry(slopes, i, l):
    """The kernel of two inputs."""
    return dot(x[i], x[l]) * mean(r, dot(e[i], slopes[r]) * dot(e[l], slopes[r]))


def gram(slopes):
    """The kernel of the inputs as a matrix."""
    return total(i, total(l, entry(slopes, i, l) * (e[i] @ e[l].T)))


def force(slope, residual):
    return total(l, dot(e[l], residual) * dot(e[l], slope) * x[l])


def features(slope):
    """The inputs as columns, times the slopes of one unit."""
    return total(i, dot(e[i], slope) * (x[i] @ e[i].T))


def flat(slopes):
    """No slope is steeper than 1."""
    return forall(r, i, absolute(dot(e[i], slopes[r])) <= 1)


basis = psd(I - total(i, e[i] @ e[i].T))  # all that is needed of a basis: the inequality of Bessel
change = entry(p_now, i, l) - entry(p_first, i, l)
entries = corrected(
    of="K-76",
    now=flat(p_now),
    first=flat(p_first),
    near=forall(r, i, absolute(dot(e[i], p_now[r]) - dot(e[i], p_first[r])) <= kappa),
    then=absolute(change) <= 2 * kappa,
)
any_kappa = real("kappa")
modulus = corrected(
    of="K-76",
    basis=basis,
    changed=forall(i, l, absolute(change) <= 2 * any_kappa),
    then=psd(gram(p_now) - gram(p_first) + 2 * n * any_kappa * I),
)
squeezed = lemma(square=f**2 <= b**2, then=absolute(f) <= b)
M = matrix("M", n, n, symmetric=True)
reach = real("b")
between = lemma(
    below=psd(reach * I + M), above=psd(reach * I - M), then=frobenius(M @ c) ** 2 <= reach**2 * frobenius(c) ** 2
)
speed = lemma(
    basis=basis,
    flat=forall(i, absolute(dot(e[i], g)) <= 1),
    then=frobenius(force(g, c)) ** 2 <= n * frobenius(c) ** 2,
)

w, slopes, u = curves("w", count=m, dim=d), curves("v", count=m, dim=n), curve("u", n, 1)
a, y = reals("a", count=m), vector("y", n)
beta, h, mu = real("beta", positive=True), real("h", positive=True), real("mu", positive=True)
rho, s = curve("rho"), curve("s")  # the norm of the residual; a bound on the path of a unit
residual = u - y
units = dict(  # whatever the predictions are
    time=clock(),
    basis=basis,
    signs=forall(r, a[r] ** 2 == 1),
    flow=forall(r, D(w[r]) == -(a[r] / sqrt(m)) * force(slopes[r], residual)),
    flat=flat(slopes),
    norm=rho**2 == frobenius(residual) ** 2,
    unfinished=rho > 0,
    ratio=m * h**2 == n,
    path=D(s) == h * rho,
    start=start(s) == 0,
)
training = dict(**units, predictions=D(u) == -gram(slopes) @ residual)
bends = curves("k", count=m, dim=n)  # second derivatives of the activation of the units at the inputs
smooth = dict(
    chain=forall(r, i, D(dot(e[i], slopes[r])) == dot(e[i], bends[r]) * dot(x[i], D(w[r]))),
    smooth=forall(r, i, dot(e[i], bends[r]) ** 2 <= beta**2),
)
any_mu = real("mu")


def wide(mu):
    return dict(kernel=start(psd(gram(slopes) - 2 * mu * I)), wide=2 * n * beta * h * start(rho) <= mu**2)


unit_speed = lemma(**units, then=absolute(dot(z, D(w[r]))) <= h * rho)
unit_path = corrected(of="K-77", **units, then=absolute(dot(z, w[r]) - start(dot(z, w[r]))) <= s)
slopes_stay = lemma(**units, **smooth, then=absolute(dot(e[i], slopes[r]) - start(dot(e[i], slopes[r]))) <= beta * s)
moved = gram(slopes) - start(gram(slopes))
kernel_moves = lemma(**units, **smooth, then=both(psd(moved + 2 * n * beta * s * I), psd(2 * n * beta * s * I - moved)))
moving = dict(**training, **smooth, **wide(any_mu))
stays_definite = corrected(of="K-76", **moving, then=lam_min(gram(slopes)) >= any_mu)
decays = corrected(of="K-78", **moving, then=rho <= start(rho) * exp(-any_mu * t))
short_path = corrected(of="K-77", **training, **smooth, **wide(mu), then=s <= h * start(rho) / mu * (1 - exp(-mu * t)))
u_lin, K_0, F = curve("o", n, 1), matrix("K_0", n, n, symmetric=True), curve("F", n, n)  # the linearized network
rho_0, bound = real("rho_0", positive=True), b * real("rho_0", positive=True) / mu
perturbed = lemma(
    time=clock(),
    moves=D(u) == -(K_0 + F) @ residual,
    linear=D(u_lin) == K_0 @ (y - u_lin),
    same_start=start(u_lin) == start(u),
    semidefinite=psd(K_0),
    push=frobenius(F @ residual) ** 2 <= (b * rho_0 * exp(-mu * t)) ** 2,
    then=frobenius(u - u_lin) ** 2 <= bound**2 * (exp(1 - exp(-mu * t)) - 1),
)
delta = 2 * n * beta * h * start(rho) / mu  # how far the kernel moves at most
near_linear = corrected(
    of="K-81",
    **training,
    **smooth,
    **wide(mu),
    linear=D(u_lin) == start(gram(slopes)) @ (y - u_lin),
    same_start=start(u_lin) == start(u),
    then=frobenius(u - u_lin) ** 2 <= (delta * start(rho) / mu) ** 2 * (exp(1 - exp(-mu * t)) - 1),
)

with proof(entries) as p:
    now, first = (lambda k: dot(e[k], p_now[r])), (lambda k: dot(e[k], p_first[r]))

    def bounds(fact, k):
        return p.hypothesis(f"{fact}.1")(r, k), p.hypothesis(f"{fact}.2")(r, k)

    def bilinear(near_up, near_down, flat_up, flat_down, k):
        """kappa -+ delta v >= 0 from |delta| <= kappa and |v| <= 1."""
        if k > 0:
            return by.times(Q(1, 2), near_up, flat_down), by.times(Q(1, 2), near_down, flat_up)
        return by.times(Q(1, 2), near_up, flat_up), by.times(Q(1, 2), near_down, flat_down)

    sides = []
    for k in (1, -1):
        parts = (
            *bilinear(*bounds("near", i), *bounds("now", l), k),
            *bilinear(*bounds("near", l), *bounds("first", i), k),
        )
        sides.append(p.have(k * (now(i) * now(l) - first(i) * first(l)) <= 2 * kappa, by.algebra(*parts)))
    inner = mean(r, now(i) * now(l) - first(i) * first(l))
    top, bottom = (
        p.have(k * inner <= 2 * kappa, by.algebra(by.total(r, 1, m, by.times(1 / m, side(r)))))
        for k, side in zip((1, -1), sides, strict=True)
    )
    rho_ = dot(x[i], x[l])
    unit = p.hypothesis("x.unit")
    at_most = p.have(rho_ <= 1, by.algebra(unit(i), unit(l), by.trace(by.gram(x[i] - x[l]))))
    at_least = p.have(rho_ >= -1, by.algebra(unit(i), unit(l), by.trace(by.gram(x[i] + x[l]))))
    p.conclude(
        by.algebra(by.times(Q(1, 2), top, at_least), by.times(Q(1, 2), bottom, at_most)),
        by.algebra(by.times(Q(1, 2), top, at_most), by.times(Q(1, 2), bottom, at_least)),
    )
with proof(modulus) as p:
    up, down = p.hypothesis("changed.1"), p.hypothesis("changed.2")
    p.have(any_kappa >= 0, by.algebra(by.times(Q(1, 4), up(1, 1)), by.times(Q(1, 4), down(1, 1))))
    pairs = [
        by.total(i, 1, n, by.total(l, 1, n, by.times(Q(1, 4), fact(i, l), by.gram((e[i] + k * e[l]).T))))
        for k, fact in ((1, down), (-1, up))
    ]
    p.conclude(by.algebra(*pairs, by.times(2 * n, any_kappa, p.basis)))
with proof(squeezed) as p:
    one = by.inverse(b)
    p.conclude(
        *(
            by.algebra(
                by.times(1 / (2 * b), by.plus(p.square, by.square(b - k * f))), by.scaled(b, one), by.scaled(f, one)
            )
            for k in (1, -1)
        )
    )
with proof(between) as p:
    whole = p.have(2 * n * reach >= 0, by.algebra(by.trace(p.below), by.trace(p.above)))
    p.have(reach >= 0, by.algebra(by.times(1 / n / 2, whole)))
    small = p.have(frobenius(M) ** 2 <= n * reach**2, by.algebra(by.trace(p.below, p.above)))
    rough = p.have(
        frobenius(M @ c) ** 2 <= n * reach**2 * frobenius(c) ** 2,
        by.algebra(by.trace(by.congruence(c, by.dominate(by.gram(M)))), by.times(by.trace(by.gram(c)), small)),
    )
    p.conclude(
        by.cases(
            -reach,
            at_least_zero=(
                rough,
                by.times(n, by.trace(by.gram(c)), reach, CASE),
                by.times(by.square(reach), by.trace(by.gram(c))),
            ),
            negative=(
                by.times(1 / (2 * reach), by.trace(by.congruence((reach * identity(n) - M) @ c, p.below))),
                by.times(1 / (2 * reach), by.trace(by.congruence((reach * identity(n) + M) @ c, p.above))),
                by.scaled(reach**2 * frobenius(c) ** 2 - frobenius(M @ c) ** 2, by.inverse(reach)),
            ),
        )
    )
with proof(speed) as p:
    one, two = (dot(e[k], c) * dot(e[k], g) * x[k] for k in (i, l))
    unit = p.hypothesis("x.unit")
    below = p.have(dot(e[i], g) ** 2 <= 1, by.algebra(by.times(p.hypothesis("flat.1")(i), p.hypothesis("flat.2")(i))))
    p.conclude(
        by.algebra(
            by.total(i, 1, n, by.total(l, 1, n, by.times(Q(1, 2), by.trace(by.gram(one - two))))),
            by.total(i, 1, n, by.scaled(n * dot(e[i], c) ** 2 * dot(e[i], g) ** 2, unit(i))),
            by.total(i, 1, n, by.times(n * dot(e[i], c) ** 2, below(i))),
            by.times(n, by.trace(by.congruence(c, p.basis))),
            by.total(i, 1, n, by.scaled(n, by.trace(by.within(c.T @ e[i], by.single(e[i].T @ c))))),
        )
    )
with proof(unit_speed) as p:
    p.have(m >= 0, by.algebra(by.natural(m)))
    root_of_m = p.have(sqrt(m) ** 2 == m, by.lemma("base:real-root", x=m, N=2))
    pull, slope = force(slopes[r], residual), dot(z, D(w[r]))
    along = p.have(
        dot(z, pull) ** 2 <= frobenius(pull) ** 2,
        by.algebra(by.trace(by.gram(pull - dot(z, pull) * z)), by.scaled(dot(z, pull) ** 2, p.hypothesis("z.unit"))),
    )
    for k, name in ((1, "flat.1"), (-1, "flat.2")):
        p.have(k * dot(e[i], slopes[r]) <= 1, by.algebra(p.hypothesis(name)(r, i)))
    strength = p.have(frobenius(pull) ** 2 <= n * frobenius(residual) ** 2, by.lemma(speed, g=slopes[r], c=residual))
    moves = p.have(slope == -(a[r] / sqrt(m)) * dot(z, pull), by.algebra(by.trace(by.within(z.T, p.flow(r)))))
    square = p.have(
        slope**2 == dot(z, pull) ** 2 / m,
        by.algebra(
            by.power(moves, 2),
            by.scaled(dot(z, pull) ** 2 / sqrt(m) ** 2, p.signs(r)),
            by.scaled(dot(z, pull) ** 2, by.same("inv", root_of_m)),
        ),
    )
    p.have(h * rho > 0, by.positive())
    p.have(
        slope**2 <= (h * rho) ** 2,
        by.algebra(
            square,
            by.times(1 / m, along),
            by.times(1 / m, strength),
            by.scaled(n / m, p.norm),
            by.scaled(rho**2 / m, p.ratio),
        ),
    )
    p.conclude(by.lemma(squeezed, f=slope, b=h * rho), by.lemma(squeezed, f=slope, b=h * rho))


def along_path(p, moving, factor, bounds):
    """|moving - its start| <= factor s, from |its derivative| <= factor h rho."""
    later = []
    for k, bound in zip((1, -1), bounds, strict=True):
        falls = p.have(D(k * moving - factor * s) <= 0, by.algebra(bound, by.scaled(factor, p.path)))
        later.append(p.have(k * moving - factor * s <= start(k * moving - factor * s), by.antitone(falls)))
    p.conclude(*(by.algebra(k, by.scaled(factor, p.start)) for k in later))


with proof(unit_path) as p:
    up = p.have(dot(z, D(w[r])) <= h * rho, by.lemma(unit_speed))
    down = p.have(-dot(z, D(w[r])) <= h * rho, by.lemma(unit_speed))
    along_path(p, dot(z, w[r]), 1, (up, down))
with proof(slopes_stay) as p:
    slope, moves = D(dot(e[i], slopes[r])), dot(x[i], D(w[r]))
    up = p.have(moves <= h * rho, by.lemma(unit_speed, z=x[i]))
    down = p.have(-moves <= h * rho, by.lemma(unit_speed, z=x[i]))
    p.have(beta * h * rho > 0, by.positive())
    square = p.have(slope**2 == dot(e[i], bends[r]) ** 2 * moves**2, by.algebra(by.power(p.chain(r, i), 2)))
    far = p.have(moves**2 <= (h * rho) ** 2, by.algebra(by.times(up, down)))
    p.have(
        slope**2 <= (beta * h * rho) ** 2,
        by.algebra(square, by.times(by.square(moves), p.smooth(r, i)), by.times(beta**2, far)),
    )
    bounds = [p.have(k * slope <= beta * h * rho, by.lemma(squeezed, f=slope, b=beta * h * rho)) for k in (1, -1)]
    along_path(p, dot(e[i], slopes[r]), beta, bounds)
with proof(kernel_moves) as p:
    longer = p.have(D(-s) <= 0, by.algebra(p.path, by.times(h, p.unfinished)))
    later = p.have(-s <= start(-s), by.antitone(longer))
    p.have(beta * s >= 0, by.algebra(by.times(beta, later), by.scaled(beta, p.start)))
    for k, name in ((1, "flat.1"), (-1, "flat.2")):
        here = p.have(k * dot(e[i], slopes[r]) <= 1, by.algebra(p.hypothesis(name)(r, i)))
        p.have(k * start(dot(e[i], slopes[r])) <= 1, by.start(here))
    gap = dot(e[i], slopes[r]) - start(dot(e[i], slopes[r]))
    change = entry(slopes, i, l) - start(entry(slopes, i, l))
    for k in (1, -1):
        p.have(k * gap <= beta * s, by.lemma(slopes_stay))
    for k in (1, -1):
        p.have(k * change <= 2 * beta * s, by.lemma(entries, p=slopes, q=start(slopes), kappa=beta * s))
    p.conclude(
        by.lemma(modulus, p=slopes, q=start(slopes), kappa=beta * s),
        by.lemma(modulus, p=start(slopes), q=slopes, kappa=beta * s),
    )


def barrier(p):
    """Where mu > 0, rho' <= -(2 mu - 2 n beta s) rho keeps mu - 2 n beta s >= (2 n beta h / mu) rho."""
    mu, lip = any_mu, 2 * n * beta
    down, up = indicator(mu <= 0), 1 - indicator(mu <= 0)
    by.below(-mu)  # up mu >= 0
    stays = p.have(psd(moved + 2 * n * beta * s * I), by.lemma(kernel_moves))
    low = p.have(psd(gram(slopes) - (2 * mu - lip * s) * I), by.algebra(stays, p.kernel))
    pair = dot(e[i], slopes[r]) * dot(e[l], slopes[r]) / m
    inner = by.scaled(pair, by.within(e[i], by.single(x[i].T @ x[l]), e[l].T))
    some = p.have(
        psd(gram(slopes)),
        by.algebra(
            by.total(r, 1, m, by.times(1 / m, by.gram(features(slopes[r])))),
            by.total(r, 1, m, by.total(i, 1, n, by.total(l, 1, n, inner))),
        ),
    )
    over = p.have(rho * (1 / rho) == 1, by.algebra(by.inverse(rho)))
    one = p.have(
        up * mu * (1 / mu) == up,
        by.cases(
            -mu,
            at_least_zero=(by.scaled(mu * (1 / mu) - 1, by.decided(-mu)),),
            negative=(by.scaled(up, by.inverse(mu)),),
        ),
    )
    part = p.have(
        up * (1 / mu) >= 0,
        by.cases(-mu, at_least_zero=(by.scaled(1 / mu, by.decided(-mu)),), negative=(up * (1 / mu),)),
    )
    k = up * lip * h / mu
    p.have(k >= 0, by.algebra(by.times(part, lip * h)))

    def falling(rate, floor_of_kernel):
        energy = p.have(
            rho * D(rho) + rate * rho**2 <= 0,
            by.algebra(
                by.scaled(Q(1, 2), by.derivative(p.norm)),
                by.trace(by.within(residual.T, p.predictions)),
                by.trace(by.congruence(residual, floor_of_kernel)),
                by.scaled(rate, p.norm),
            ),
        )
        return p.have(
            D(rho) <= -rate * rho, by.algebra(by.times(1 / rho, energy), by.scaled(D(rho) + rate * rho, over))
        )

    falls, at_least = falling(2 * mu - lip * s, low), falling(0 * mu, some)
    kept = p.have(
        up * (mu - lip * s) - k * rho >= 0,
        by.comparison(
            k * rho,
            slope=(p.path, by.times(k, falls), by.square(k * rho), by.scaled(lip * h * rho, one)),
            start=(by.times(part, p.wide), by.scaled(mu, one), p.start),
        ),
    )
    slack = p.have(up * (mu - lip * s) >= 0, by.algebra(kept, by.times(k, rho)))
    slope = p.have(
        D(rho) <= -mu * rho,
        by.algebra(by.times(up, falls), by.times(slack, rho), by.times(down, at_least), by.times(rho, by.reaches(-mu))),
    )
    return low, some, slack, slope


with proof(stays_definite) as p:
    low, some, slack, _ = barrier(p)
    down, unit = indicator(any_mu <= 0), by.gram(identity(n))
    p.conclude(
        by.algebra(
            by.times(1 - down, low), by.times(slack, unit), by.times(down, some), by.times(by.reaches(-any_mu), unit)
        )
    )
with proof(decays) as p:
    _, _, _, slope = barrier(p)
    p.conclude(by.gronwall(slope))
with proof(short_path) as p:
    small = p.have(rho <= start(rho) * exp(-mu * t), by.lemma(decays))
    one = p.have(mu * (1 / mu) == 1, by.algebra(by.inverse(mu)))
    limit = h * start(rho) / mu * (1 - exp(-mu * t))
    slope = p.have(
        D(s - limit) <= 0, by.algebra(p.path, by.times(h, small), by.scaled(h * start(rho) * exp(-mu * t), one))
    )
    later = p.have(s - limit <= start(s), by.antitone(slope))
    p.conclude(by.algebra(later, p.start))

with proof(perturbed) as p:  # (u - o)' = -K_0 (u - o) - F (u - y)
    one, rate = p.have(mu * (1 / mu) == 1, by.algebra(by.inverse(mu))), mu * exp(-mu * t)
    gap, push = u - u_lin, F @ residual
    pair = p.have(
        rate * frobenius(gap) ** 2 + 2 * dot(gap, push) + bound**2 * rate >= 0,
        by.algebra(
            by.times(exp(mu * t) / mu, by.trace(by.gram(rate * gap + push))),
            by.times(exp(mu * t) / mu, p.push),
            by.scaled(rate * frobenius(gap) ** 2, one),
            by.scaled(2 * dot(gap, push), one),
            by.scaled(b**2 * rho_0**2 * exp(-mu * t) / mu, one),
        ),
    )
    p.conclude(
        by.comparison(
            rate,
            start=(p.same_start,),
            slope=(p.moves, p.linear, pair, by.trace(by.congruence(gap, p.semidefinite))),
        )
    )
with proof(near_linear) as p:
    small = p.have(rho <= start(rho) * exp(-mu * t), by.lemma(decays))
    path = p.have(s <= h * start(rho) / mu * (1 - exp(-mu * t)), by.lemma(short_path))
    p.have(start(rho) > 0, by.start(p.unfinished))
    p.have(delta > 0, by.positive())
    short = p.have(2 * n * beta * s <= delta, by.algebra(by.times(2 * n * beta, path), delta * exp(-mu * t)))
    lower = p.have(psd(moved + 2 * n * beta * s * I), by.lemma(kernel_moves))
    upper = p.have(psd(2 * n * beta * s * I - moved), by.lemma(kernel_moves))
    room = by.times(short, by.gram(identity(n)))
    p.have(psd(delta * I + moved), by.algebra(lower, room))
    p.have(psd(delta * I - moved), by.algebra(upper, room))
    p.have(rho >= 0, by.algebra(p.unfinished))
    size = p.have(
        rho**2 <= start(rho) ** 2 * exp(-2 * mu * t),
        by.algebra(by.times(rho, small), by.times(start(rho) * exp(-mu * t), small)),
    )
    weak = p.have(
        frobenius(moved @ residual) ** 2 <= delta**2 * frobenius(residual) ** 2,
        by.lemma(between, M=moved, b=delta, c=residual),
    )
    p.have(
        frobenius(moved @ residual) ** 2 <= (delta * start(rho) * exp(-mu * t)) ** 2,
        by.algebra(weak, by.scaled(delta**2, p.norm), by.times(delta**2, size)),
    )
    p.have(psd(start(gram(slopes))), by.algebra(p.kernel, by.times(2 * mu, by.gram(identity(n)))))
    p.have(D(u) == -(start(gram(slopes)) + moved) @ residual, by.algebra(p.predictions))
    p.conclude(by.lemma(perturbed, K_0=start(gram(slopes)), F=moved, b=delta, rho_0=start(rho)))

at_start = dict(
    n=1, m=1, d=1, x=[[1]], e=[[1]], v=[[1]], w=[[0]], a=[1], u=[[Q(1, 10)]], y=[[0]],
    rho=Q(1, 10), s=0, h=1, mu=Q(1, 4), beta=Q(1, 4), k=[[0]],
)  # fmt: skip
stays_definite.holds_at(**at_start)
decays.holds_at(**at_start)
short_path.holds_at(**at_start)
near_linear.holds_at(**at_start, o=[[Q(1, 10)]])
nonclaim("That the kernel is definite at the start with high probability is another claim, and so is its limit.")

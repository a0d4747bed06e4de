"""The conditions on the start of descent: balance up to delta, and a deficiency margin: a ball around the target."""

from verify.statement import *

covers("C-29", "C-30", "C-31")

N = nat("N", at_least=2)
k, d, n = nat("k", at_least=1), nat("d", at_least=1), nat("n", at_least=1)
j = nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
U = net.layers
gap = U[j + 1].T @ U[j + 1] - U[j] @ U[j].T
delta, c, s = real("delta"), real("c", positive=True), real("s", nonnegative=True)
M = matrix("M", n, n, symmetric=True)
W, V, Phi = matrix("W", k, d), matrix("V", k, d), matrix("Phi", k, d)
u = unit_vector("u", k)  # a direction of the outputs; for inputs, transpose everything
gamma, signed = real("gamma"), real("sigma")
x, y, q = real("x"), real("y"), chosen("q", positive=True)
w, phi = real("w"), real("phi", nonnegative=True)
floor = psd(Phi @ Phi.T - s**2 * I)  # s is at most the least singular value of Phi

zero_norm = printed(of="C-29", norms=frobenius(gap) ** 2 == 0, then=gap == 0)
zero_balanced = printed(of="C-30", norms=frobenius(gap) <= 0 * delta, then=gap == 0)
in_the_order = corrected(of="C-30", norm=frobenius(M) <= delta, then=both(psd(delta * I - M), psd(delta * I + M)))
singular = printed(of="C-29", singular=V.T @ u == 0, floor=psd(V @ V.T - s**2 * I), then=s**2 <= 0)
as_infimum = printed(
    of="C-29",
    consequence="caution",
    then=x**2 >= q * (x**2 + y**2),
    expect=REFUTED,
    reading="sigma_min(W) is the infimum of |W z| over unit z, and W = (1 0) is not singular",
)
ball_is_margin = corrected(
    of="C-31",
    floor=floor,
    ball=frobenius(W - Phi) <= s - c,
    weak=frobenius(V.T @ u) ** 2 <= c**2,
    then=frobenius(W - Phi) ** 2 <= frobenius(V - Phi) ** 2,
)


def nearest(margin, length=s):
    """That V is Phi, of this length in the direction u, with the length `margin` there instead."""
    return V == Phi - (1 - margin / length) * u @ u.T @ Phi


least = frobenius(Phi.T @ u) ** 2 == s**2
margin_is_ball = corrected(
    of="C-31",
    least=frobenius(Phi.T @ u) ** 2 == signed**2,
    nearest=nearest(gamma, signed),
    margin=frobenius(W - Phi) ** 2 <= frobenius(V - Phi) ** 2,
    then=frobenius(W - Phi) ** 2 <= (signed - gamma) ** 2,
)
nearest_is_weak = lemma(least=least, above=s > c, nearest=nearest(c), then=frobenius(V.T @ u) ** 2 == c**2)
discrete_form = printed(
    of="C-31",
    consequence="caution",
    margin=absolute(w - phi) <= maximum(phi - c, 0),
    then=(w - phi) ** 2 < phi**2,
    expect=REFUTED,
    reading="a margin c makes the loss smaller than at every singular matrix, here at 0",
)
below_singular = corrected(of="C-31", margin=absolute(w - phi) <= phi - c, then=(w - phi) ** 2 < phi**2)

with proof(zero_norm) as p:
    zero = p.have(trace(gap.T @ gap) == 0, by.algebra(p.norms))
    p.conclude(by.algebra(by.vanish(gap, zero)))
with proof(zero_balanced) as p:
    zero = p.have(trace(gap.T @ gap) == 0, by.algebra(by.anti(by.trace(by.gram(gap)), p.hypothesis("norms.2"))))
    p.conclude(by.algebra(by.vanish(gap, zero)))
with proof(in_the_order) as p:  # 2 delta (delta I - M) = (delta I - M)^2 + (delta^2 I - M^2)
    square = p.have(
        psd(delta**2 * I - M @ M),
        by.algebra(by.times(p.hypothesis("norm.2"), by.gram(0 * M + I)), by.dominate(by.gram(M))),
    )
    half = 1 / (2 * delta)
    one = by.inverse(2 * delta)
    zero = by.anti(p.hypothesis("norm.1"), CASE)  # the case delta = 0
    none = by.vanish(M, by.anti(by.trace(by.gram(M)), by.plus(p.hypothesis("norm.2"), by.scaled(-delta, zero))))
    p.conclude(
        *(
            by.cases(
                -delta,
                at_least_zero=(by.scaled(identity(n), zero), none),
                negative=(by.times(half, square), by.times(half, by.gram(part)), by.scaled(part, one)),
            )
            for part in (delta * I - M, delta * I + M)
        )
    )
with proof(singular) as p:
    p.conclude(
        by.algebra(
            by.trace(by.congruence(u, p.floor)), by.trace(V @ p.singular @ u.T), by.scaled(s**2, p.hypothesis("u.unit"))
        )
    )
as_infimum.fails_at(x=0, y=1)
with refutation(as_infimum) as p:
    p.conclude(by.algebra(q))
with proof(ball_is_margin) as p:  # c s |a - b|^2 = |c a - s b|^2 + (s - c) (c |a|^2 - s |b|^2)
    a, b, unit = Phi.T @ u, V.T @ u, p.hypothesis("u.unit")
    r = p.have(s - c >= 0, by.algebra(p.hypothesis("ball.1")))
    p.have(s > 0, by.algebra(r, p.hypothesis("c.positive")))
    long = p.have(frobenius(a) ** 2 >= s**2, by.algebra(by.trace(by.congruence(u, p.floor)), by.scaled(s**2, unit)))
    apart = p.have(
        c * s * frobenius(a - b) ** 2 >= c * s * (s - c) ** 2,
        by.algebra(by.trace(by.gram(c * a - s * b)), by.times(s - c, c, long), by.times(s - c, s, p.weak)),
    )
    whole = p.have(
        frobenius(V - Phi) ** 2 >= frobenius(a - b) ** 2,
        by.algebra(
            by.trace(by.congruence(u, by.dominate(by.gram((V - Phi).T)))), by.scaled(frobenius(V - Phi) ** 2, unit)
        ),
    )
    one = by.inverse(c * s)
    p.conclude(
        by.algebra(
            by.times(1 / (c * s), apart),
            by.scaled(frobenius(a - b) ** 2, one),
            by.scaled((s - c) ** 2, one),
            whole,
            p.hypothesis("ball.2"),
        )
    )
with proof(margin_is_ball) as p:
    part, unit = (1 - gamma / signed) ** 2, p.hypothesis("u.unit")
    size = p.have(
        frobenius(V - Phi) ** 2 == part * signed**2,
        by.algebra(
            p.nearest,
            by.scaled(part, by.trace(by.within(Phi @ Phi.T @ u, by.single(u.T @ u), u.T))),
            by.scaled(part * frobenius(Phi.T @ u) ** 2, unit),
            by.scaled(part, p.least),
        ),
    )
    gap, sides = (signed - gamma) ** 2 - frobenius(W - Phi) ** 2, []
    for x in (signed, -signed):  # x is 0 or its inverse is one; where it is negative, nothing is said
        on = indicator(x >= 0)
        inner = by.times(on, p.margin), by.scaled(on, size)
        none = by.anti(by.reaches(x), by.times(on, CASE))  # on x = 0 where x <= 0
        rest = -2 * gamma * signed + gamma**2 + gamma**2 * signed * (1 / signed)
        sides.append(
            p.have(
                on * gap >= 0,
                by.cases(
                    -x,
                    at_least_zero=(*inner, by.scaled(part * x, none), by.times(on, by.square(signed - gamma))),
                    negative=(*inner, by.scaled(on * rest, by.inverse(signed))),
                ),
            )
        )
    p.conclude(
        by.cases(
            signed,
            at_least_zero=(sides[0], by.scaled(gap, by.decided(signed))),
            negative=(sides[1], by.scaled(gap, by.decided(-signed))),
        )
    )
with proof(nearest_is_weak) as p:
    p.have(s > 0, by.algebra(p.above, c))
    one = p.have(s * (1 / s) == 1, by.algebra(by.inverse(s)))
    part, unit = 1 - c / s, p.hypothesis("u.unit")
    image = p.have(
        V.T @ u == c / s * Phi.T @ u,
        by.algebra(
            p.nearest, by.scaled(part, by.within(Phi.T @ u, by.single(u.T @ u))), by.scaled(part * Phi.T @ u, unit)
        ),
    )
    p.conclude(
        by.algebra(
            by.trace((V.T @ u).T @ image),
            by.scaled(c / s, by.trace((Phi.T @ u).T @ image)),
            by.scaled((c / s) ** 2, p.least),
            by.scaled(c**2 * (s * (1 / s) + 1), one),
        )
    )
with proof(below_singular) as p:
    right, left = p.hypothesis("margin.1"), p.hypothesis("margin.2")
    p.conclude(by.algebra(by.times(right, left), by.times(c, right), by.times(c, left), c * c))

ball_is_margin.tight_at(k=1, d=1, Phi=[[1]], W=[[Q(3, 2)]], V=[[Q(1, 2)]], u=[[1]], s=1, c=Q(1, 2))
discrete_form.fails_at(w=0, phi=0, c=1)
nonclaim("For a loss that is not a squared distance the margin is no ball.")

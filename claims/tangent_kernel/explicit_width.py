"""One explicit width is enough for the width theorem: m > (384 / pi) (1/2 + B^2) n^4 / (delta lam_0^2 eps^2)."""

from verify.statement import *

covers("D-50", "D-69", "D-70")

n, m = nat("n", at_least=1), nat("m", at_least=1)
lam0, eps, delta, B = real("lam_0"), real("eps"), real("delta"), real("B")
g = iid("g", law=gaussian(1))
q = sqrt(2 * pi)
R, rho_squared = q * eps / (8 * n), 3 * n * (Q(1, 2) + B**2) / delta
width = dict(width=m * pi * delta * lam0**2 * eps**2 > 384 * (Q(1, 2) + B**2) * n**4)

r, first, now = index("r", m), reals("first", count=m), reals("now", count=m)  # projections of the weights on an input
change = mean(r, indicator(now[r] >= 0)) - mean(r, indicator(first[r] >= 0))

as_printed = printed(
    of="D-69",
    consequence="notation",
    accuracy=both(eps > 0, eps < 1),
    size=at_most_order(m, n**6 / eps**2),
    then=-change <= eps,
    expect=REFUTED,
    reading="a width of the order n^6 / eps^2 at most; the kernel of one input, before and after any training",
)
inverse_root = lemma(then=1 / q >= Q(3, 16))
pi_bound = lemma(then=pi <= 16)
near_kernel = corrected(of="D-50", **width, accuracy=eps**2 <= 1, then=m * delta * lam0**2 >= 12 * n**4)
few_units = corrected(
    of=("D-69", "D-70"),
    **width,
    margin=lam0**2 <= 1,
    then=both(m * delta * eps**2 >= 12 * n**3, 2 * R / q == eps / (4 * n)),
)
short_path = corrected(of=("D-69", "D-70"), **width, then=m * lam0**2 * R**2 > 4 * n * rho_squared)

with proof(inverse_root) as p:  # 3/4 <= P(|z| <= 2) <= 4 / q for a standard normal z
    p.letter(g)
    one = identity(1)
    z = dot(g, one)
    up, down = indicator(z >= -2), indicator(z <= 2)
    ball = p.have(P(both(z >= -2, z <= 2)) <= 4 / q, by.lemma("gaussian_interval.closed", d=1, R=2, x=one))
    square = p.have(E(z**2) == 1, by.lemma("gaussian_half_space.variance", d=1, x=one))
    far = p.have(
        4 * (1 - up * down) <= z**2,
        by.algebra(
            by.times(1 - up, by.square(z + 2)),
            by.times(4, by.below(z + 2)),
            by.times(up, 1 - down, by.square(z - 2)),
            by.times(4, up, by.below(2 - z)),
            by.times(up, down, by.square(z)),
        ),
    )
    p.conclude(by.algebra(ball, square, by.times(Q(1, 4), by.expectation(far))))
with proof(pi_bound) as p:
    small = p.use(inverse_root)
    p.have(q > 0, by.lemma("gaussian_interval.root_positive"))
    p.have(2 * pi >= 0, by.positive())
    root = p.have(q**2 == 2 * pi, by.lemma("base:real-root", x=2 * pi, N=2))
    size = p.have(q <= Q(16, 3), by.algebra(by.times(Q(16, 3), q, small), by.scaled(Q(16, 3), by.inverse(q))))
    p.conclude(by.algebra(root, by.times(q, size), size))


def positive(p):
    """delta > 0, because every other factor of the width condition is non-negative."""
    p.have(m >= 0, by.algebra(by.natural(m)))
    floor = p.have(384 * (Q(1, 2) + B**2) * n**4 >= 0, by.positive())
    none = by.plus(p.width, floor, by.times(m * pi * lam0**2 * eps**2, CASE))
    p.have(delta > 0, by.cases(-delta, at_least_zero=(by.absurd(delta - 1, none),), negative=(CASE,)))


with proof(near_kernel) as p:
    positive(p)
    size = p.use(pi_bound)
    scale = m * delta * lam0**2
    p.conclude(
        by.algebra(
            by.times(Q(1, 16), p.width),
            by.times(24 * n**4, by.square(B)),
            by.times(scale / 16, size),
            by.times(scale * pi / 16, p.accuracy),
        )
    )
with proof(few_units) as p:
    positive(p)
    size = p.use(pi_bound)
    scale = m * delta * eps**2
    p.have(q > 0, by.lemma("gaussian_interval.root_positive"))
    p.conclude(
        by.algebra(
            by.times(Q(1, 16), p.width),
            by.times(24 * n**4, by.square(B)),
            by.times(scale / 16, size),
            by.times(scale * pi / 16, p.margin),
            by.times(12 * n**3, by.natural(n - 1)),
        ),
        by.algebra(by.scaled(eps / (4 * n), by.inverse(q))),
    )
with proof(short_path) as p:
    positive(p)
    p.have(2 * pi >= 0, by.positive())
    root = p.have(q**2 == 2 * pi, by.lemma("base:real-root", x=2 * pi, N=2))
    p.conclude(
        by.algebra(
            by.times(1 / (32 * n**2 * delta), p.width),
            by.scaled(m * lam0**2 * eps**2 / (64 * n**2), root),
            by.scaled(m * pi * lam0**2 * eps**2 / (32 * n**2), by.inverse(delta)),
        )
    )

hidden = as_printed.hidden("size")  # for every hidden constant: one unit, which changes its sign
tiny = exp(-1 / hidden)
as_printed.fails_at(n=1, m=1, first=(r, Q(1)), now=(r, Q(-1)), eps=tiny)
with refutation(as_printed) as p:
    p.have(tiny > 0, by.positive())
    small = p.have(1 - tiny > 0, by.algebra(by.times(tiny, by.tangent(1 / hidden)), tiny / hidden))
    p.have(
        m <= hidden * n**6 / tiny**2,
        by.algebra(by.times(hidden, by.tangent(2 / hidden)), by.scaled(2, by.inverse(hidden)), hidden),
    )
    p.conclude(by.algebra(small))
nonclaim("The constant 384 / pi is that of this proof; the smallest sufficient width is not known.")
some = dict(n=1, m=2000, lam_0=Q(1, 2), eps=Q(1, 2), delta=Q(1, 2), B=0)
near_kernel.holds_at(**some)
few_units.holds_at(**some)
short_path.holds_at(**some)

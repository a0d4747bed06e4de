"""A hidden layer of width one misses the identity of R^d by at least d - 1."""

from verify.statement import *

covers("K-04")

N, d = nat("N", at_least=1), nat("d", at_least=1)
net = linear_network("W", depth=N)
a, b = vector("a", net.cols), vector("b", net.cols)
s = real("s")
u, v = vector("u", d), vector("v", d)  # the two layers of a network of widths d, 1, d

only_linear = printed(then=net.end @ (a + s * b) == net.end @ a + s * net.end @ b)
a1, a2, b1, b2 = (chosen(name) for name in ("a_1", "a_2", "b_1", "b_2"))  # two layers of widths 2, 1, 2
same_expressiveness = printed(
    consequence="hypothesis",
    then=(a1 * b1 - 1) ** 2 + (a1 * b2) ** 2 + (a2 * b1) ** 2 + (a2 * b2 - 1) ** 2 <= 0,
    expect=REFUTED,
    reading="more layers express every linear map, here two layers of widths 2, 1, 2 the identity of the plane",
)
bottleneck = corrected(then=frobenius(u @ v.T - I) ** 2 >= d - 1)

with proof(only_linear) as p:
    p.conclude(by.algebra())
with proof(bottleneck) as p:
    cauchy = p.have(
        frobenius(u) ** 2 * frobenius(v) ** 2 >= dot(u, v) ** 2,
        by.algebra(
            by.trace(by.congruence(u, by.dominate(by.gram(v.T)))), by.trace(by.within(u.T @ v, by.single(v.T @ u)))
        ),
    )
    p.conclude(by.algebra(by.square(dot(u, v) - 1), cauchy, by.trace(by.within(u, by.single(v.T @ v), u.T))))

same_expressiveness.fails_at()
with refutation(same_expressiveness) as p:            # the sum is at least 1
    p.conclude(by.algebra(by.square(a1 * b1 + a2 * b2 - 1), by.square(a1 * b2 - a2 * b1)))
bottleneck.tight_at(d=2, u=[[1], [0]], v=[[1], [0]])
nonclaim(
    "With every hidden layer at least as wide as the narrower end nothing is lost; the printed text does not say so."
)

"""Balance at the start: exact for orthogonal layers, small but not small enough for small layers."""

from verify.statement import *

covers("C-19", "C-20")

N = nat("N", at_least=2)
n = nat("n", at_least=1)
j, i = nat("j", between=(1, N - 1)), nat("i", between=(1, N))
net = linear_network("W", depth=N)
W = net.layers
U = matrices("U", n, n, count=N)
s, eps = real("s"), real("eps", positive=True)
C = chosen("C", positive=True)
a, b = real("a"), real("b")  # two scalar layers
gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T

identity = printed(of="C-20", identity=forall(i, U[i] == I), then=U[j + 1].T @ U[j + 1] == U[j] @ U[j].T)
rectangular = printed(
    of="C-20",
    consequence="caution",
    identity=forall(i, W[i] == I),
    then=gap == 0,
    expect=ILL_SORTED,
    reading="layers of any widths that start at the identity",
)
orthogonal = corrected(of="C-20", rows=forall(i, W[i] @ W[i].T == I), cols=forall(i, W[i].T @ W[i] == I), then=gap == 0)
small = corrected(of="C-19", small=forall(i, frobenius(W[i]) ** 2 <= s**2), then=frobenius(gap) ** 2 <= 2 * s**4)
small_enough = printed(
    of="C-19",
    consequence="caution",
    small=both(a**2 <= eps**2, b**2 <= eps**2),
    tiny=eps <= 1,
    margin=a * b > 0,
    then=absolute(a**2 - b**2) <= C * (a * b) ** 2,
    expect=REFUTED,
    reading="near zero the imbalance is O(c^2), as descent asks for, with c <= |a b|",
)

with proof(identity) as p:
    p.conclude(by.algebra(p.identity))
with proof(orthogonal) as p:
    p.conclude(by.algebra(p.rows(j), p.cols(j + 1)))
with proof(small) as p:
    up, down = frobenius(W[j + 1]) ** 2, frobenius(W[j]) ** 2
    P, R = W[j + 1].T @ W[j + 1], W[j] @ W[j].T
    p.conclude(
        by.algebra(
            by.trace(by.gram(W[j + 1]), by.gram(W[j].T)),
            by.trace(by.gram(W[j + 1]), by.dominate(by.gram(W[j + 1]))),
            by.trace(by.gram(W[j].T), by.dominate(by.gram(W[j].T))),
            by.times(p.small(j), p.small(j)),
            by.times(up, p.small(j + 1)),
            by.times(s**2, p.small(j + 1)),
            by.times(down, p.small(j)),
            by.times(s**2, p.small(j)),
        )
    )
small.tight_at(N=2, j=1, widths=(1, 2, 1), W=[[[1], [0]], [[0, 1]]], s=1)

x = 1 / (1 + C)
small_enough.fails_at(eps=x, a=x, b=x / 2)
with refutation(small_enough) as p:  # 3/4 x^2 > C x^4 / 4, because C x = 1 - x
    one = p.have(x * (1 + C) == 1, by.algebra(by.inverse(1 + C)))
    p.have(eps <= 1, by.algebra(one, x * C))
    p.have(a**2 <= eps**2, by.algebra())
    p.have(b**2 <= eps**2, by.algebra(by.square(x)))
    p.have(a * b > 0, by.algebra(x * x))
    p.conclude(by.algebra(by.scaled(x**3, one), by.scaled(x**2, one), x * x, x * x * C * x, by.square(x**2)))

nonclaim("The imbalance of a small start is as large, relative to the layers, as that of a large one.")

"""Balanced neighbours share singular subspaces and non-zero singular values, not chosen singular vectors."""

from verify.statement import *

covers("K-26", "K-27", "K-28", "K-29", "K-30", "K-31")

N = nat("N", at_least=2)
j, m = nat("j", between=(1, N - 1)), nat("m")
net = linear_network("W", depth=N)
W = net.layers
u = vector("u", net.width(j))
sigma, tau, g = real("sigma"), real("tau"), real("g", positive=True)

a, b, c, n = nat("a", at_least=1), nat("b", at_least=1), nat("c", at_least=1), nat("n", at_least=1)
U1, S1, V1 = matrix("U", b, b), matrix("S", b, a), matrix("V", a, a)
U2, S2, V2 = matrix("P", c, c), matrix("T", c, b), matrix("Q", b, b)
first, second = U1 @ S1 @ V1.T, U2 @ S2 @ V2.T  # two neighbouring layers
orthonormal = dict(U1=U1.T @ U1 == I, V1=V1.T @ V1 == I, U2=U2.T @ U2 == I, V2=V2.T @ V2 == I)
R, A = matrix("R", n, n), matrix("A", n, n, symmetric=True)
x, z = unit_vector("x", n), unit_vector("z", n)
p1, p2, s = real("p"), real("q"), real("s")  # two scalar layers and the gradient of the loss

substituted = printed(
    of="K-26",
    **orthonormal, balanced=second.T @ second == first @ first.T, then=V2 @ S2.T @ S2 @ V2.T == U1 @ S1 @ S1.T @ U1.T
)
by_itself = printed(of="K-27", consequence="notation", orthonormal=R.T @ R == I, then=R @ R == I, expect=REFUTED)
transposed = corrected(of="K-27", orthonormal=R.T @ R == I, then=R @ R.T == I)
same_values = printed(
    of="K-28",
    consequence="conclusion",
    balanced=balanced(net),
    floor=psd(W[j + 1] @ W[j + 1].T - g * I),
    then=psd(W[j] @ W[j].T - g * I),
    expect=REFUTED,
    reading="singular values with zeros: a floor for one layer is one for the layer below",
)
power_sums = corrected(
    of="K-28",
    balanced=balanced(net),
    then=trace((W[j + 1].T @ W[j + 1]) ** m) == trace((W[j] @ W[j].T) ** m),
)
up_to_scalar = printed(
    of=("K-29", "K-30"),
    consequence="hypothesis",
    first=A @ x == sigma * x,
    second=A @ z == sigma * z,
    then=dot(x, z) ** 2 == 1,
    expect=REFUTED,
)
simple_value = corrected(
    of="K-29",
    second=A @ z == sigma * z,
    simple=psd((A - sigma * I) @ (A - sigma * I) - g * (I - x @ x.T)),
    then=dot(x, z) ** 2 == 1,
)
other_value = corrected(
    of="K-29",
    first=A @ x == sigma * x,
    second=A @ z == tau * z,
    different=sigma != tau,
    then=dot(x, z) == 0,
)
shared = corrected(
    of=("K-30", "K-31"),
    balanced=balanced(net), left=W[j] @ W[j].T @ u == sigma * u, then=W[j + 1].T @ W[j + 1] @ u == sigma * u
)
one_direction = printed(
    of="K-31",
    consequence="conclusion",
    balanced=p1**2 == p2**2,
    then=(-p2 * s) * (-p1 * s) >= 0,
    expect=REFUTED,
    reading="two balanced scalar layers move in the same direction",
)

with proof(substituted) as p:
    p.conclude(by.algebra(p.balanced, by.within(V2 @ S2.T, p.U2, S2 @ V2.T), by.within(U1 @ S1, p.V1, S1.T @ U1.T)))
with proof(transposed) as p:
    gap = I - R @ R.T
    none = p.have(
        trace((R @ R.T - I).T @ (R @ R.T - I)) == 0,
        by.algebra(by.trace(by.within(R, p.orthonormal, R.T)), by.trace(p.orthonormal)),
    )
    p.conclude(by.algebra(by.vanish(R @ R.T - I, none)))
with proof(power_sums) as p:
    p.conclude(by.algebra(by.trace(by.power(p.balanced(j), m))))
with proof(simple_value) as p:
    one, B = p.have(g * (1 / g) == 1, by.algebra(by.inverse(g))), A - sigma * I
    square = by.trace(by.within(z.T @ x, by.single(x.T @ z)))
    low = p.have(
        dot(x, z) ** 2 >= 1,
        by.algebra(
            by.times(1 / g, by.trace(by.congruence(z, p.simple))),
            by.scaled(1 / g, by.trace(by.within(z.T @ B, p.second))),
            square,
            by.scaled(g / g, square),
            by.scaled(1 - dot(x, z) ** 2, one),
            by.scaled(g / g, p.hypothesis("z.unit")),
        ),
    )
    high = p.have(
        dot(x, z) ** 2 <= 1,
        by.algebra(
            by.trace(by.congruence(z, by.dominate(by.gram(x.T)))),
            square,
            by.scaled(frobenius(z) ** 2, p.hypothesis("x.unit")),
            p.hypothesis("z.unit"),
        ),
    )
    p.conclude(by.algebra(by.anti(low, high)))
with proof(other_value) as p:
    one = p.have((sigma - tau) * (1 / (sigma - tau)) == 1, by.algebra(by.inverse(sigma - tau)))
    product_ = p.have(
        (sigma - tau) * dot(x, z) == 0,
        by.algebra(by.trace(by.within(z.T, p.first)), by.trace(by.within(x.T, p.second))),
    )
    p.conclude(by.algebra(by.scaled(1 / (sigma - tau), product_), by.scaled(dot(x, z), one)))
with proof(shared) as p:
    p.conclude(by.algebra(p.balanced(j) @ u, p.left))

by_itself.fails_at(n=2, R=[[0, -1], [1, 0]])
same_values.fails_at(N=2, j=1, widths=(2, 2, 1), W=[[[1, 0], [0, 0]], [[1, 0]]], g=1)
up_to_scalar.fails_at(n=2, A=[[1, 0], [0, 1]], x=[[1], [0]], z=[[0], [1]], sigma=1)
one_direction.fails_at(p=1, q=-1, s=1)
nonclaim("That decompositions with common vectors can be chosen for all layers at once is not stated here.")

"""One layer has a convex loss, two layers do not."""

from verify.statement import *

covers("K-05", "K-06", "K-13")

k, h, d, n = nat("k", at_least=1), nat("h", at_least=1), nat("d", at_least=1), nat("n", at_least=1)
X, Y = matrix("X", d, n), matrix("Y", k, n)
U, V, W = matrix("U", k, d), matrix("V", k, d), matrix("W", k, d)
A, B = matrix("A", k, h), matrix("B", h, d)
C, D_ = matrix("C", k, h), matrix("D", h, d)
s = real("s", closed=(0, 1))


def loss(M):
    """Half the squared error of the linear model M on the inputs X with labels Y."""
    return frobenius(M @ X - Y) ** 2 / 2


one_hidden_layer = printed(
    of="K-13",
    consequence="notation",
    then=loss(((A + C) / 2) @ ((B + D_) / 2)) <= (loss(A @ B) + loss(C @ D_)) / 2, expect=REFUTED
)
no_hidden_layer = corrected(of=("K-06", "K-13"), then=loss((1 - s) * U + s * V) <= (1 - s) * loss(U) + s * loss(V))
closed_form = printed(of="K-06", normal=W @ X @ X.T == Y @ X.T, then=loss(W) <= loss(V))
all_solutions = corrected(of="K-06", normal=W @ X @ X.T == Y @ X.T, equal=loss(V) <= loss(W), then=V @ X == W @ X)
c = real("c", positive=True)
many_minima = printed(
    of="K-05",
    then=loss((c * A) @ (1 / c * B)) == loss(A @ B),
    reading="many minima: one layer times c and the other divided by c have the same loss",
)
convex_only_if_zero_is_optimal = corrected(
    of="K-05",
    convex=loss(((A - A) / 2) @ ((B + B) / 2)) <= (loss(A @ B) + loss((-A) @ B)) / 2,
    other=loss((-A) @ B) <= loss(A @ B),
    then=loss(0 * A @ B) <= loss(A @ B),
)
saddle_at_zero = corrected(
    of="K-05",
    small=s * frobenius(A @ B @ X) ** 2 <= trace(A @ B @ X @ Y.T), then=loss((s * A) @ B) <= loss(0 * A @ B)
)

with proof(no_hidden_layer) as p:
    gap = (U - V) @ X
    p.conclude(by.algebra(by.times(p.hypothesis("s.above"), p.hypothesis("s.below"), by.trace(by.gram(gap)))))
with proof(closed_form) as p:
    gap = (V - W) @ X
    p.conclude(by.algebra(by.trace(by.gram(gap)), by.trace(p.normal @ (V - W).T)))
with proof(all_solutions) as p:
    gap = (V - W) @ X
    low = p.have(frobenius(gap) ** 2 <= 0, by.algebra(p.equal, by.trace(p.normal @ (V - W).T)))
    none = p.have(trace(gap.T @ gap) == 0, by.algebra(by.anti(by.trace(by.gram(gap)), low)))
    p.conclude(by.algebra(by.vanish(gap, none)))
with proof(many_minima) as p:
    one = p.have(c * (1 / c) == 1, by.algebra(by.inverse(c)))
    fit, size = trace(A @ B @ X @ Y.T), frobenius(A @ B @ X) ** 2
    p.conclude(by.algebra(by.scaled(-fit, one), by.scaled(size / 2, by.power(one, 2))))
with proof(convex_only_if_zero_is_optimal) as p:
    p.conclude(by.algebra(p.convex, p.other))
with proof(saddle_at_zero) as p:
    p.conclude(
        by.algebra(
            by.times(p.hypothesis("s.above"), p.small),
            by.times(p.hypothesis("s.above"), p.hypothesis("s.above"), by.trace(by.gram(A @ B @ X))),
        )
    )

one_hidden_layer.fails_at(k=1, h=1, d=1, n=1, X=[[1]], Y=[[1]], A=[[1]], B=[[1]], C=[[-1]], D=[[-1]])
nonclaim("With the target 0 every critical point of two scalar layers is a global minimum: there is no saddle then.")

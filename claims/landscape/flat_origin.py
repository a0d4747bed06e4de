"""At zero, three layers leave the loss flat to second order; two layers have a direction of descent."""

from verify.statement import *

covers("K-01")

a, b, c, d = nat("a", at_least=1), nat("b", at_least=1), nat("c", at_least=1), nat("d", at_least=1)
U, V, W, Phi = matrix("U", d, c), matrix("V", c, b), matrix("W", b, a), matrix("Phi", d, a)
A, B = matrix("A", d, b), matrix("B", b, a)
s = real("s")


def loss(M):
    """Half the squared distance of the end-to-end matrix to the target."""
    return frobenius(M - Phi) ** 2 / 2


three_matrices = printed(
    then=loss((s * U) @ (s * V) @ (s * W)) - loss(0 * U @ V @ W)
    == s**3 * (s**3 * frobenius(U @ V @ W) ** 2 / 2 - trace(Phi.T @ U @ V @ W)),
    reading="three weight matrices: no term of second order, so no strict saddle",
)
one_hidden_layer = printed(
    consequence="caution",
    small=s**2 * frobenius(A @ B) ** 2 <= trace(Phi.T @ A @ B),
    then=loss((s * A) @ (s * B)) >= loss(0 * A @ B),
    expect=REFUTED,
    reading="one hidden layer: no direction of descent of second order",
)
descends = corrected(
    small=s**2 * frobenius(A @ B) ** 2 <= trace(Phi.T @ A @ B),
    then=loss((s * A) @ (s * B)) <= loss(0 * A @ B) - s**2 * trace(Phi.T @ A @ B) / 2,
)
flat_for_zero_target = corrected(zero=Phi == 0, then=loss((s * A) @ (s * B)) >= loss(0 * A @ B))

with proof(three_matrices) as p:
    p.conclude(by.algebra())
with proof(descends) as p:
    p.conclude(by.algebra(by.times(by.square(s), p.small)))
with proof(flat_for_zero_target) as p:
    p.conclude(
        by.algebra(by.scaled(s**2, by.trace(p.zero.T @ (A @ B))), by.times(by.square(s**2), by.trace(by.gram(A @ B))))
    )

one_hidden_layer.fails_at(a=1, b=1, d=1, A=[[1]], B=[[1]], Phi=[[1]], s=Q(1, 2))
nonclaim("Strict-saddle theorems do not apply to three layers; that alone does not show that descent fails.")

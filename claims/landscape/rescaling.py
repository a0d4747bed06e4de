"""Rescaling two layers gives infinitely many minima, and shows that the loss is not convex."""
from verify.statement import *

covers("K-07", "K-08", "K-09")

k, h, d = nat("k", at_least=1), nat("h", at_least=1), nat("d", at_least=1)
A, B, Phi = matrix("A", k, h), matrix("B", h, d), matrix("Phi", k, d)
c, b = real("c", nonzero=True), real("b")


def loss(product):
    """Half the squared distance to the target; a minimum of it is a minimum over all factors."""
    return frobenius(product - Phi)**2 / 2


another = printed(of="K-08", then=loss((A / c) @ (c * B)) == loss(A @ B))
infinitely_many = printed(of="K-07", nonzero=frobenius(B)**2 > 0, equal=b * B == c * B, then=b == c)
flat_between = printed(of="K-09", then=loss(((A + A / c) / 2) @ ((B + c * B) / 2)) == loss(A @ B), expect=REFUTED,
                       reading="the loss does not change between two rescaled minima")
half_way = corrected(of="K-09", then=((A + A / c) / 2) @ ((B + c * B) / 2) == (2 + c + 1 / c) / 4 * A @ B)
zero_would_be_minimal = corrected(
    of="K-09",
    convex=loss(((A - A) / 2) @ ((B - B) / 2)) <= (loss(A @ B) + loss((-A) @ (-B))) / 2,
    then=loss(0 * A @ B) <= loss(A @ B))

with proof(another) as p:
    one = p.have(c * (1 / c) == 1, by.algebra(by.inverse(c)))
    same = p.have((A / c) @ (c * B) == A @ B, by.algebra(by.scaled(A @ B, one)))
    gap = A @ B - Phi
    p.conclude(by.algebra(by.scaled(frobenius(A @ B)**2 * (1 + c / c) / 2, one),
                          by.scaled(trace(A @ B @ Phi.T), one)))
with proof(half_way) as p:
    one = p.have(c * (1 / c) == 1, by.algebra(by.inverse(c)))
    p.conclude(by.algebra(by.scaled(A @ B, one)))
with proof(infinitely_many) as p:
    size = frobenius(B)**2
    one = p.have(size * (1 / size) == 1, by.algebra(by.inverse(size)))
    p.conclude(by.algebra(by.scaled(b - c, one), by.scaled(1 / size, by.trace(B.T @ p.equal))))
with proof(zero_would_be_minimal) as p:
    p.conclude(by.algebra(p.convex))

flat_between.fails_at(k=1, h=1, d=1, A=[[1]], B=[[1]], Phi=[[1]], c=-1)
nonclaim("A loss without a minimum, such as the logistic loss of separable data, has no minima to rescale.")

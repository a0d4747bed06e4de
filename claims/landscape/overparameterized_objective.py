"""The loss of a product of layers: its gradient in a layer, and where it is not convex."""

from verify.statement import *

covers("C-13", "C-14")

N = nat("N", at_least=1)
j = nat("j", between=(1, N))
k, h, d, r = nat("k", at_least=1), nat("h", at_least=1), nat("d", at_least=1), nat("r", at_least=1)
net = linear_network("W", depth=N)
ell = function("ell", on=net.end)
C, B, A = matrix("C", k, r), matrix("B", r, h), matrix("A", h, d)  # two layers, and the product of those above
X, Y, Phi = matrix("X", k, d), matrix("Y", k, d), matrix("Phi", k, d)


def loss(product):
    return frobenius(product - Phi) ** 2 / 2


def middle(x, y):
    return (x + y) / 2


mirror = loss(C @ (-B) @ (-A))  # the same product, two layers negated
half_way = loss(C @ middle(B, -B) @ middle(A, -A))

gradient = printed(of="C-13", then=net.gradients(ell)[j] == net.above(j).T @ grad(ell, net.end) @ net.below(j).T)
one_layer_convex = lemma(then=loss(middle(X, Y)) <= (loss(X) + loss(Y)) / 2)
stays_convex = printed(
    of="C-14",
    consequence="contrary",
    then=half_way <= (loss(C @ B @ A) + mirror) / 2,
    expect=REFUTED,
    reading="the objective in the layers is convex, as the loss is",
)
not_convex = corrected(
    of="C-14",
    better=loss(C @ B @ A) < loss(0 * C @ B @ A),
    then=half_way > (loss(C @ B @ A) + mirror) / 2,
)

with proof(gradient) as p:
    p.conclude(by.algebra())
with proof(one_layer_convex) as p:
    p.conclude(by.algebra(by.trace(by.gram(X - Y))))
with proof(not_convex) as p:
    p.conclude(by.algebra(p.better))

stays_convex.fails_at(k=1, r=1, h=1, d=1, C=[[1]], B=[[1]], A=[[1]], Phi=[[1]])
nonclaim("A loss that is constant on the products of the given widths stays constant, and so convex.")

"""The loss of a product of layers: its minimum, its convexity, and its gradient in a layer."""
from verify.statement import *

covers("C-13", "C-14")

N = nat("N", at_least=2)
j = nat("j", between=(1, N))
k, h, d = nat("k", at_least=1), nat("h", at_least=1), nat("d", at_least=1)
net = linear_network("W", depth=N)
ell = function("ell", on=net.end)
Phi = matrix("Phi", like=net.end)
phi = half_square(Phi, name="phi")
B, A, M = matrix("B", k, h), matrix("A", h, d), matrix("M", k, d)
L, at_zero = real("L"), real("L_0")                   # a loss at B A and at 0
s = real("s")


def square(M, target):
    return frobenius(M - target)**2 / 2


gradient = printed(then=net.gradients(ell)[j] == net.above(j).T @ grad(ell, net.end) @ net.below(j).T)
convex = printed(then=square(((A - A) / 2).T @ ((A - A) / 2), (A.T @ A)) <= square(A.T @ A, A.T @ A), expect=REFUTED,
                 reading="convex: the loss half-way between (A^T, A) and (-A^T, -A) is at most the mean of both, target A^T A")
not_convex = corrected(better=square(net.end, Phi) < square(0 * net.end, Phi),
                       then=square(((1 - 1) / Q(2))**2 * net.end, Phi) > (square(net.end, Phi) + square((-1)**2 * net.end, Phi)) / 2)

"""Linear layers compute one matrix: any matrix if the lower layers lose nothing, not any through a bottleneck."""

from verify.statement import *

covers("C-12")

N = nat("N", at_least=2)
net = linear_network("W", depth=N)
W, below = net.layers, net.below(N)  # all layers but the last
x = vector("x", net.cols)
R, Phi = matrix("R", like=below.T), matrix("Phi", like=net.end)
a, b, c, d = (chosen(letter) for letter in "abcd")  # two layers of widths 2, 1, 2: (a, b) and (c, d)

linear = printed(then=net.end @ x == W[N] @ (below @ x))
all_reached = corrected(lower=R @ below == I, last=W[N] == Phi @ R, then=net.end == Phi)
same_expressiveness = printed(
    consequence="caution",
    then=(a * c - 1) ** 2 + (a * d) ** 2 + (b * c) ** 2 + (b * d - 1) ** 2 < 1,
    expect=REFUTED,
    reading="two layers of widths 2, 1, 2 come closer than 1 to the identity",
)

with proof(linear) as p:
    p.conclude(by.algebra())
with proof(all_reached) as p:
    p.conclude(by.algebra(p.last @ below, Phi @ p.lower))
same_expressiveness.fails_at()
with refutation(same_expressiveness) as p:
    p.conclude(by.algebra(by.square(a * c + b * d - 1), by.square(a * d - b * c)))

nonclaim("The set of functions is the same; speed and bias of training are not.")

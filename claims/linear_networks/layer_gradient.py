"""The gradient in a layer is the end-to-end gradient between the transposed neighbouring products."""
from verify.statement import *

covers("K-15", "K-16", "K-17")

N = nat("N", at_least=1)
j = nat("j", between=(1, N))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end)
G = grad(ell, net.end)

all_layers = printed(of="K-16", then=net.gradients(ell)[j] == net.above(j).T @ G @ net.below(j).T)

three = linear_network("V", depth=3, widths="e")
V, loss = three.layers, function("loss", on=three.end)
middle = three.gradients(loss)[2]
G3 = grad(loss, three.end)
three_layers = printed(of="K-17", then=middle == V[3].T @ G3 @ V[1].T)
in_words = printed(of="K-17", reading="the rule in words, which multiplies by the layers themselves",
                   then=middle == V[3] @ G3 @ V[1], expect=ILL_SORTED)
n = nat("n", at_least=1)
A, B, S = matrix("A", n, n), matrix("B", n, n), matrix("S", n, n)
square_layers = printed(
    of="K-17",
    consequence="notation",
    reading="the rule in words, for square layers",
    then=A @ S @ B == A.T @ S @ B.T,
    expect=REFUTED,
)
transposed = corrected(of="K-17", then=middle == V[3].T @ G3 @ V[1].T)

Phi, M = matrix("Phi", like=net.end), matrix("M", like=net.end)
deep, shallow = half_square(Phi, name="deep"), half_square(Phi, name="shallow")
same_loss = printed(of="K-15", factors=M == net.end, then=deep(net.end) == shallow(M))

with proof(all_layers) as p:
    p.conclude(by.algebra())
with proof(three_layers) as p:
    p.conclude(by.algebra())
with proof(transposed) as p:
    p.conclude(by.algebra())
with proof(same_loss) as p:
    p.conclude(by.algebra(p.factors))

nonclaim("Which matrices factor through the given widths is another claim: those of rank at most every width.")

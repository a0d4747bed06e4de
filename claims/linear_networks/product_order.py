"""The end-to-end matrix is the product of the layers with the last one first."""
from verify.statement import *

covers("K-14")

N = nat("N", at_least=2)
net, two = linear_network("W", depth=N), linear_network("V", depth=2, widths="e")
n = nat("n", at_least=1)
A, B = matrix("A", n, n), matrix("B", n, n)
x = vector("x", net.cols)

ascending = printed(then=two.end == two.layers[1] @ two.layers[2], expect=ILL_SORTED,
                    reading="a product that runs upwards, for two layers")
any_order = printed(
    consequence="caution",
    then=A @ B == B @ A,
    expect=REFUTED,
    reading="the order does not matter, for square layers",
)
last_first = corrected(then=net.end == net.layers[N] @ net.chain(N - 1, 2) @ net.layers[1])

with proof(last_first) as p:
    p.conclude(by.algebra())

any_order.fails_at(n=2, A=[[0, 1], [0, 0]], B=[[0, 0], [1, 0]])
nonclaim("Equation (5) of the same text needs its products upwards: they are products of transposes.")

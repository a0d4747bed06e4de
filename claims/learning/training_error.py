"""Zero training error says nothing about the error elsewhere."""

from verify.statement import *

covers("D-01")

B, c = (
    chosen("B"),
    real("c"),
)  # the model c (x - 1), one sample at x = 1 with label 0, a test point at x = 0 with label 0

generalizes = printed(
    fitted=(c * (1 - 1)) ** 2 <= 0,
    then=(c * (0 - 1)) ** 2 <= B,
    expect=REFUTED,
    reading="a model that fits its sample has a test error below some bound B",
)

n = nat("n", at_least=1)
u, v, y = vector("u", n), vector("v", n), vector("y", n)
global_minimum = corrected(fitted=frobenius(u - y) ** 2 <= 0, then=frobenius(u - y) ** 2 <= frobenius(v - y) ** 2)

with proof(global_minimum) as p:
    p.conclude(by.algebra(p.fitted, by.trace(by.gram(v - y))))

generalizes.fails_at(c=B + 1)
with refutation(generalizes) as p:
    p.have((c * (1 - 1)) ** 2 <= 0, by.algebra())
    p.conclude(by.algebra(by.square(B + Q(1, 2))))

nonclaim("Bounds on the test error need a property of the model or of the algorithm.")

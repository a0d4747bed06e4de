"""The limit kernel of two inputs is positive definite unless they are parallel."""

from verify.statement import *

covers("D-40")

rho = real("rho", open=(-1, 1))  # the inner product of two unit inputs
theta = acos(rho)

determinant = corrected(then=(rho * (pi - acos(rho)) / (2 * pi)) ** 2 < Q(1, 4))

with proof(determinant) as p:
    above, below = p.hypothesis("rho.above"), p.hypothesis("rho.below")
    p.have(theta >= 0, by.lemma("base:arccos", x=rho))
    p.have(pi - theta >= 0, by.lemma("base:arccos", x=rho))
    inner = p.have(1 - rho**2 > 0, by.algebra(by.times(above, below)))
    square = p.have(
        pi**2 - (rho * (pi - theta)) ** 2 > 0,
        by.algebra(
            by.times(by.square(rho), theta, pi), by.times(by.square(rho), theta, pi - theta), by.times(pi**2, inner)
        ),
    )
    p.conclude(
        by.algebra(
            by.times(1 / (4 * pi**2), square),
            by.scaled(Q(1, 4), by.inverse(pi)),
            by.scaled(pi / (4 * pi), by.inverse(pi)),
        )
    )

nonclaim("For more inputs: parallel inputs, but not a single antipodal pair, can make the kernel singular.")

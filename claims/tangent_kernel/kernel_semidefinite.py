"""The infinite-width tangent kernel of unit inputs is positive semidefinite."""
from verify.statement import *

covers("D-53")

n, d = nat("n", at_least=1), nat("d", at_least=1)
i, l = index("i", n), index("l", n)
x, c = unit_vectors("x", count=n, dim=d), reals("c", count=n)
g = iid("g", law=gaussian(d))
rho = dot(x[i], x[l])
H_star = rho * (pi - acos(rho)) / (2 * pi)            # the entry (i, l)

semidefinite = corrected(then=total(i, total(l, c[i] * c[l] * H_star)) >= 0)

with proof(semidefinite) as p:
    p.letter(g)
    active = indicator(both(dot(g, x[i]) >= 0, dot(g, x[l]) >= 0))
    entry = p.have(E(rho * active) == H_star, by.lemma("orthant_probability.kernel", x=x[i], z=x[l]))
    features = total(i, c[i] * indicator(dot(g, x[i]) >= 0) * x[i])
    p.conclude(by.algebra(by.expectation(by.trace(by.gram(features))),
                          by.total(i, 1, n, by.total(l, 1, n, by.scaled(c[i] * c[l], entry)))))

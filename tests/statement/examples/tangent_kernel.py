"""The infinite-width tangent kernel of unit inputs in closed form."""

from verify.statement import *

covers("D-53", "D-47")

d = nat("d", at_least=1)
x1, x2 = unit_vector("x1", d), unit_vector("x2", d)
g = iid("g", law=gaussian(d))
rho = dot(x1, x2)
active = both(dot(g, x1) >= 0, dot(g, x2) >= 0)

orthant = printed(then=P(active) == (pi - acos(rho)) / (2 * pi))
kernel = printed(then=E(rho * indicator(active)) == rho * (pi - acos(rho)) / (2 * pi))
both_layers = corrected(
    then=E(relu(dot(g, x1)) * relu(dot(g, x2))) == (sqrt(1 - rho**2) + rho * (pi - acos(rho))) / (2 * pi)
)

n = nat("n", at_least=1)
i, l = index("i", n), index("l", n)
x, v = unit_vectors("x", count=n, dim=d), reals("v", count=n)
angle = dot(x[i], x[l])
semidefinite = corrected(
    then=total(i, total(l, v[i] * v[l] * (angle * (pi - acos(angle)) / (2 * pi)))) >= 0,
)
z1, z2 = vector("z1", d), vector("z2", d)
any_norm = printed(
    then=E(dot(z1, z2) * indicator(both(dot(g, z1) >= 0, dot(g, z2) >= 0)))
    == dot(z1, z2) * (pi - acos(dot(z1, z2))) / (2 * pi),
    expect=REFUTED,
)
any_norm.fails_at(d=1, z1=[2], z2=[2])

"""One sample with a negative label: no unit starts on the right side with probability exactly (3/4)^m."""

from verify.statement import *

covers("D-03")

m, d = nat("m", at_least=1), nat("d", at_least=1)
r = index("r", m)
x = unit_vector("x", d)
w, a = iid("w", count=m, law=gaussian(d)), iid("a", count=m, law=rademacher)
c, z = reals("c", count=m, nonnegative=True), reals("z", count=m)

active = indicator(dot(w[r], x) >= 0)
negative = (1 - a[r]) / 2  # 1 if the output weight is -1

none_right = corrected(then=E(product(r, 1 - negative * active)) == Q(3, 4) ** m)
unreachable = corrected(then=total(r, c[r] * relu(z[r])) + 1 >= 1)

with proof(none_right) as p:
    side = p.have(E(active) == Q(1, 2), by.lemma("gaussian_half_space.half"))
    coin = p.have(E(negative) == Q(1, 2), by.finite(a[r], negative))
    apart = p.have(E(negative * active) == E(negative) * E(active), by.factor(negative, active))
    fails = 1 - negative * active
    each = p.have(E(fails) == Q(3, 4), by.algebra(apart, by.scaled(E(active), coin), by.scaled(Q(1, 2), side)))
    p.have(E(fails) >= 0, by.algebra(each))
    high = p.have(E(fails) <= Q(3, 4), by.algebra(each))
    low = p.have(E(fails) >= Q(3, 4), by.algebra(each))
    whole = p.have(E(product(r, fails)) == product(r, E(fails)), by.independent(r, 1, m, fails))
    above = p.have(product(r, E(fails)) <= Q(3, 4) ** m, by.algebra(by.products(r, 1, m, E(fails), high)))
    below = p.have(product(r, E(fails)) >= Q(3, 4) ** m, by.algebra(by.products(r, 1, m, Q(3, 4), low)))
    p.conclude(by.algebra(whole, by.anti(above, below)))
with proof(unreachable) as p:
    p.conclude(by.algebra(by.total(r, 1, m, by.times(p.hypothesis("c.nonnegative")(r), by.reaches(z[r])))))

nonclaim("That a network without such a unit never fits the label is the claim on the flow of one sample.")

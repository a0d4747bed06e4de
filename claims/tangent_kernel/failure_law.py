"""One sample: no unit starts on the sample with an output weight of the label's sign with probability exactly (3/4)^m.

Such starts are those that never fit the label, by the claim on the flow of one sample, which has the same formula as
its hypothesis: gradient flow fails with probability (3/4)^m and succeeds with probability 1 - (3/4)^m.
"""

from verify.statement import *

covers("D-03", "D-39")

m, d = nat("m", at_least=1), nat("d", at_least=1)
r = index("r", m)
x = unit_vector("x", d)
w, a = iid("w", count=m, law=gaussian(d)), iid("a", count=m, law=rademacher)
sign = real("sign")  # of the label

active = indicator(dot(w[r], x) >= 0)
right = (1 + sign * a[r]) / 2  # 1 if the output weight has the sign of the label; its mean does not depend on it
miss = 1 - right * active
label = dict(label=sign**2 == 1)

one_unit = lemma(then=E(miss) == Q(3, 4))
event = lemma(**label, then=miss**2 == miss)
fails = corrected(then=E(product(r, miss)) == Q(3, 4) ** m)
succeeds = corrected(then=E(1 - product(r, miss)) == 1 - Q(3, 4) ** m)
certain = printed(
    consequence="hypothesis",
    **label,
    then=E(product(r, miss)) <= 0,
    expect=REFUTED,
    reading="training cannot fail: with one sample some unit always starts on its side, with the sign of its label",
)

with proof(one_unit) as p:
    side = p.have(E(active) == Q(1, 2), by.lemma("gaussian_half_space.half"))
    coin = p.have(E(right) == Q(1, 2), by.finite(a[r], right))
    apart = p.have(E(right * active) == E(right) * E(active), by.factor(right, active))
    p.conclude(by.algebra(apart, by.scaled(E(active), coin), by.scaled(Q(1, 2), side)))
with proof(event) as p:
    up = p.have(a[r] ** 2 <= 1, by.algebra(by.law(a[r], 1 - a[r] ** 2)))
    low = p.have(a[r] ** 2 >= 1, by.algebra(by.law(a[r], a[r] ** 2 - 1)))
    one = p.have(a[r] ** 2 == 1, by.algebra(by.anti(low, up)))
    p.conclude(by.algebra(by.scaled(active / 4, p.label), by.scaled(sign**2 * active / 4, one)))
with proof(fails) as p:
    each = p.have(E(miss) == Q(3, 4), by.lemma(one_unit))
    p.have(E(miss) >= 0, by.algebra(each))
    high = p.have(E(miss) <= Q(3, 4), by.algebra(each))
    low = p.have(E(miss) >= Q(3, 4), by.algebra(each))
    whole = p.have(E(product(r, miss)) == product(r, E(miss)), by.independent(r, 1, m, miss))
    above = p.have(product(r, E(miss)) <= Q(3, 4) ** m, by.algebra(by.products(r, 1, m, E(miss), high)))
    below = p.have(product(r, E(miss)) >= Q(3, 4) ** m, by.algebra(by.products(r, 1, m, Q(3, 4), low)))
    p.conclude(by.algebra(whole, by.anti(above, below)))
with proof(succeeds) as p:
    rest = p.have(E(product(r, miss)) == Q(3, 4) ** m, by.lemma(fails))
    p.conclude(by.algebra(rest))

certain.fails_at(m=1, d=1, x=[[1]], sign=-1)
with refutation(certain) as p:
    p.conclude(by.algebra(by.lemma(fails)))

nonclaim(
    "The product is 1 where no unit is useful and 0 elsewhere (`event`). What follows for the flow is read from two "
    "statements with one formula: random weights and a flow cannot stand in one statement."
)

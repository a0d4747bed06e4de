"""One sample: units that start off the data, or with the wrong sign, never fit it under gradient flow.

With the exact probability (3/4)^m of such a start, this is a lower bound for the probability of failure at every width.
"""

from verify.statement import *

covers("D-03")

m, d = nat("m", at_least=1), nat("d", at_least=1)
r, q = index("r", m), index("q", m)
x, y = unit_vector("x", d), real("y")
w, a = curves("w", count=m, dim=d), reals("a", count=m)  # trained weights, fixed output weights
kappa = real("kappa", positive=True)  # the factor of the output, 1 / sqrt(m) in the notes


def pre(k):
    return dot(w[k], x)


def on(k):
    return indicator(pre(k) >= 0)


u = kappa * total(q, a[q] * relu(pre(q)))
first = start(on(r))
alive = first - (1 - first) * pre(r)  # positive while a unit that starts off the sample stays off
flow = forall(r, D(w[r]) == -(u - y) * kappa * a[r] * on(r) * x)
training = dict(time=clock(), flow=flow)

while_off = lemma(**training, stays=forall(r, alive > 0), then=forall(r, alive >= start(alive)))
stays_off = corrected(**training, then=forall(r, (1 - first) * on(r) == 0))
no_fit = corrected(
    **training,
    fails=forall(r, first * a[r] * y <= 0),
    then=(u - y) ** 2 >= y**2,
)


def never(p, positive):
    """The unit is off: 1{z >= 0} (1 - first) alive <= 0, and alive is positive."""
    less = p.have(
        on(r) * (1 - first) <= 0,
        by.algebra(
            by.times(1 / alive, (1 - first), by.reaches(pre(r))), by.scaled(on(r) * (1 - first), by.inverse(alive))
        ),
    )
    return p.have(on(r) * (1 - first) == 0, by.algebra(by.anti(on(r) * (1 - first), less)))


with proof(while_off) as p:
    positive = p.have(alive > 0, by.algebra(p.stays(r)))
    off = never(p, positive)
    slope = p.have(
        D(alive) == 0, by.algebra(p.flow, by.scaled((u - y) * kappa * a[r] * dot(x, x), off))
    )
    same = p.have(alive == start(alive), by.constant(slope))
    p.conclude(by.algebra(same))
with proof(stays_off) as p:
    z = start(pre(r))
    begins = p.have(
        start(alive) > 0,
        by.cases(
            z, at_least_zero=(by.scaled(1 + z, by.decided(z)),), negative=(CASE, by.scaled(1 + z, by.decided(z)))
        ),
    )
    positive = p.have(alive > 0, by.continuation(while_off, start=begins, margin=begins))
    p.conclude(by.algebra(never(p, positive)))
with proof(no_fit) as p:
    off = p.have((1 - first) * on(r) == 0, by.lemma(stays_off))
    p.have(on(r) * pre(r) >= 0, by.algebra(by.reaches(pre(r))))
    each = by.plus(
        by.times(kappa, by.reaches(pre(r)), p.fails(r)), by.scaled(-kappa * a[r] * y * pre(r), off)
    )
    wrong = p.have(u * y <= 0, by.algebra(by.total(r, 1, m, each)))
    p.conclude(by.algebra(by.times(2, wrong), by.square(u)))

no_fit.holds_at(m=1, d=1, x=[[1]], y=-1, a=[1], kappa=1, w=[[[-1]]])
nonclaim("That every other start is fitted: the converse, with which the probability of failure is exactly (3/4)^m.")

"""A ReLU unit can reach its kink in finite time, and with the printed derivative it cannot rest there."""

from verify.statement import *

covers("D-07")

w = curve("w")  # one unit, input 1, output weight 1, label -1, under half the squared error
moving = dict(time=clock(), flow=D(w) == -(w + 1), start=start(w) == 1)

rests = printed(
    consequence="hypothesis",
    time=clock(),
    kink=w == 0,
    then=D(w) == -indicator(w >= 0) * (relu(w) + 1),
    expect=REFUTED,
    reading="the flow exists beyond its arrival at the kink, where only rest is possible",
)
arrives = corrected(**moving, then=w == 2 * exp(-t) - 1)

with proof(arrives) as p:
    still = p.have(D(exp(t) * (w + 1)) == 0, by.algebra(by.scaled(exp(t), p.flow)))
    kept = p.have(exp(t) * (w + 1) == start(w) + 1, by.constant(still))
    p.conclude(by.algebra(by.scaled(exp(-t), kept), by.scaled(exp(-t), p.start)))

rests.fails_at(w=0)
with refutation(rests) as p:
    p.conclude(by.algebra())
nonclaim("With a selection of the subgradient in place of the indicator rest is a solution.")

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

held = dict(time=clock(), flow=D(w) == -indicator(w >= 0) * (relu(w) + 1))
active_until = corrected(**held, start=start(w) == 1, active=w >= 0, then=exp(t) <= 2)
no_way_below = corrected(**held, below=w < 0, then=w == start(w))

with proof(active_until) as p:
    on = p.have(indicator(w >= 0) == 1, by.algebra(by.decided(w)))
    still = p.have(
        D(exp(t) * (w + 1)) == 0,
        by.algebra(by.scaled(exp(t), p.flow), by.scaled(exp(t) * (w * indicator(w >= 0) + w + 1), on)),
    )
    kept = p.have(exp(t) * (w + 1) == start(w) + 1, by.constant(still))
    p.conclude(by.algebra(kept, p.start, by.times(exp(t), p.active)))
with proof(no_way_below) as p:
    off = p.have(indicator(w >= 0) == 0, by.algebra(by.decided(w)))
    still = p.have(D(w) == 0, by.algebra(p.flow, by.scaled(w * indicator(w >= 0) + 1, off)))
    p.conclude(by.constant(still))
with proof(arrives) as p:
    still = p.have(D(exp(t) * (w + 1)) == 0, by.algebra(by.scaled(exp(t), p.flow)))
    kept = p.have(exp(t) * (w + 1) == start(w) + 1, by.constant(still))
    p.conclude(by.algebra(by.scaled(exp(-t), kept), by.scaled(exp(-t), p.start)))

rests.fails_at(w=0)
with refutation(rests) as p:
    p.conclude(by.algebra())
nonclaim(
    "So the printed flow has no solution beyond time log 2: until then the unit is on, at its kink it would have to "
    "move down, and below the kink nothing moves, so that it cannot have come from there. The three statements are "
    "joined by these words."
)
nonclaim("With a selection of the subgradient in place of the indicator rest is a solution.")

"""Training one ReLU unit on one sample: convex if the label is out of its reach, else not."""

from verify.statement import *

covers("D-34")

v, w, y = real("v"), real("w"), real("y")


def loss(k, label):
    return (relu(k) - label) ** 2 / 2


middle = (v + w) / 2
left, right = chosen("a"), chosen("b")
convex = printed(
    consequence="contrary",
    then=loss(middle, 1) <= (loss(v, 1) + loss(w, 1)) / 2,
    expect=REFUTED,
    reading="the problem is convex; one unit, label 1",
)
still_not_convex = printed(
    consequence="hypothesis",
    then=loss((left + right) / 2, -1) > (loss(left, -1) + loss(right, -1)) / 2,
    expect=REFUTED,
    reading="the problem is not convex, whatever the data: one unit, label -1, some weights a and b",
)
exception = corrected(y=y <= 0, then=loss(middle, y) <= (loss(v, y) + loss(w, y)) / 2)

with proof(exception) as p:
    a, b, c = relu(v), relu(w), relu(middle)
    low = p.have(c >= 0, by.algebra(by.reaches(middle)))
    on = indicator(middle >= 0)
    less = p.have(
        (a + b) / 2 - c >= 0,
        by.algebra(
            *(by.times((1 - on) / 2, by.reaches(k)) for k in (v, w)), *(by.times(on / 2, by.below(k)) for k in (v, w))
        ),
    )
    p.conclude(
        by.algebra(
            by.times(Q(1, 8), by.square(a - b)), by.times(Q(1, 2), less, less), by.times(less, low), by.times(less, p.y)
        )
    )

convex.fails_at(v=-1, w=1)
still_not_convex.fails_at()
with refutation(still_not_convex) as p:
    label = Q(-1)
    flat = p.have(
        loss((left + right) / 2, label) <= (loss(left, label) + loss(right, label)) / 2,
        by.lemma(exception, v=left, w=right, y=label),
    )
    p.conclude(by.algebra(flat))

nonclaim("With several units and both signs the loss is not convex, whatever the label.")

"""One sample: gradient flow fits the label if and only if a unit of the right sign starts on the sample.

With the exact probability (3/4)^m that no unit starts so, this is the law of failure at every width.
"""

from verify.statement import *

covers("D-03")

m, d = nat("m", at_least=1), nat("d", at_least=1)
r, q = index("r", m), index("q", m)
x = vector("x", d)  # the sample, of any length
sign, size = real("sign"), real("size")
kappa = real("kappa")  # the factor of the output, 1 / sqrt(m) in the notes
w, a = curves("w", count=m, dim=d), reals("a", count=m)  # trained weights, fixed output weights
y = sign * size  # the label
f = curve("f")  # the output, where it has a derivative


def pre(k):
    return dot(w[k], x)


def on(k):
    return indicator(pre(k) >= 0)


def right(k):
    """1 if the output weight has the sign of the label, else 0."""
    return (1 + sign * a[k]) / 2


def miss(k):
    """0 if the unit starts on the sample with the right sign, else 1: the same formula as in the law of failure."""
    return 1 - right(k) * start(on(k))


u = kappa * total(q, a[q] * relu(pre(q)))
first = start(on(r))
alive = first - (1 - first) * pre(r)  # positive while a unit that starts off the sample stays off
signs = dict(label=sign**2 == 1, weights=forall(r, a[r] ** 2 == 1))
domains = dict(factor=kappa >= 0, magnitude=size >= 0)
resting = dict(time=clock(), rests=forall(r, (1 - on(r)) * D(pre(r)) == 0))  # of gradient flow no more is needed here

while_off = lemma(
    **resting, stays=forall(r, alive > 0), then=both(forall(r, alive >= start(alive)), forall(r, alive <= start(alive)))
)
stays_off = corrected(**resting, then=forall(r, (1 - first) * on(r) == 0))
none_useful = lemma(time=clock(), **signs, fails=product(r, miss(r)) == 1, then=first * right(r) == 0)
no_fit = corrected(
    **signs,
    **domains,
    time=clock(),
    flow=forall(r, D(w[r]) == -(u - y) * kappa * a[r] * on(r) * x),
    fails=product(r, miss(r)) == 1,
    then=(u - y) ** 2 >= y**2,
)

gap = sign * (f - y)  # negative while the label is not reached, positive beyond it
pace = kappa**2 * dot(x, x)  # what a unit that is on adds to the speed of the output
speed = pace * total(q, on(q))
output = dict(time=clock(), output=D(f) == -speed * (f - y))
value = dict(value=f == kappa * total(q, a[q] * relu(pre(q))))
succeeds = dict(succeeds=product(r, miss(r)) == 0)
useful = total(q, right(q) * on(q))  # the number of units of the right sign that are on
useful_first = total(q, right(q) * start(on(q)))
fitted = (f - y) ** 2 <= start((f - y) ** 2) * exp(-2 * pace * t)
most = pace * m

some_useful = lemma(time=clock(), **signs, then=useful_first >= 1 - product(r, miss(r)))
at_most_all = lemma(time=clock(), then=speed <= most)
falls, slow = D((f - y) ** 2) <= 0, D(gap) ** 2 <= (most * gap) ** 2  # what the sign of the gap needs of its motion
pulled = lemma(**output, then=both(falls, slow))
while_below = lemma(time=clock(), slow=slow, stays=-gap > 0, then=-gap >= start(-gap) * exp(-most * t))
while_above = lemma(time=clock(), slow=slow, stays=gap > 0, then=gap >= start(gap) * exp(-most * t))
below = corrected(time=clock(), slow=slow, begins=start(gap) < 0, then=gap < 0)
above = corrected(time=clock(), slow=slow, begins=start(gap) > 0, then=gap > 0)
kept_below = corrected(
    time=clock(), **signs, grows=forall(r, right(r) * D(pre(r)) >= 0), **succeeds, then=useful >= 1
)
kept_above = corrected(time=clock(), **signs, **domains, **value, beyond=gap > 0, then=useful >= 1)
decay = lemma(**output, some=total(q, on(q)) >= 1, then=fitted)
fits_from_below = corrected(
    **signs,
    factor=kappa >= 0,
    **output,
    units=forall(r, D(w[r]) == -(f - y) * kappa * a[r] * on(r) * x),
    begins=start(gap) < 0,
    **succeeds,
    then=both(useful >= 1, fitted),
)
fits_from_above = corrected(
    **signs, **domains, **value, **output, begins=start(gap) > 0, then=both(useful >= 1, fitted)
)
T = nat("T", at_least=1)
i, z = nat("i", between=(1, T)), nat("j", between=(1, T - 1))
e, tau = reals("e", count=T), reals("tau", count=T)  # squared gaps where intervals begin, and their lengths
rate = 2 * pace
one_after_the_other = lemma(
    each=forall(z, e[z + 1] <= e[z] * exp(-rate * tau[z])),
    then=e[T] <= e[1] * exp(-rate * total(z, 1, T - 1, tau[z])),
)
stays_fitted = corrected(time=clock(), falls=falls, begins=start(f) == y, then=f == y)


def never(p, positive):
    """The unit is off: 1{z >= 0} (1 - first) alive <= 0, and alive is positive."""
    less = p.have(
        on(r) * (1 - first) <= 0,
        by.algebra(
            by.times(1 / alive, (1 - first), by.reaches(pre(r))), by.scaled(on(r) * (1 - first), by.inverse(alive))
        ),
    )
    return p.have(on(r) * (1 - first) == 0, by.algebra(by.anti(on(r) * (1 - first), less)))


def shares(p, k):
    """0 <= right <= 1, and right is its own square."""
    low = p.have(
        right(k) >= 0,
        by.algebra(
            by.times(Q(1, 4), by.square(1 + sign * a[k])),
            by.scaled(Q(-1, 4), p.label),
            by.scaled(-(sign**2) / 4, p.weights(k)),
        ),
    )
    high = p.have(
        right(k) <= 1,
        by.algebra(
            by.times(Q(1, 4), by.square(1 - sign * a[k])),
            by.scaled(Q(-1, 4), p.label),
            by.scaled(-(sign**2) / 4, p.weights(k)),
        ),
    )
    return low, high


with proof(while_off) as p:
    positive = p.have(alive > 0, by.algebra(p.stays(r)))
    off = never(p, positive)
    slope = p.have(
        D(alive) == 0, by.algebra(by.scaled(1 - first, p.rests(r)), by.scaled(D(pre(r)), off))
    )
    same = p.have(alive == start(alive), by.constant(slope))
    p.conclude(by.algebra(same))
with proof(stays_off) as p:
    z = start(pre(r))
    begins = p.have(
        start(alive) > 0,
        by.cases(z, at_least_zero=(by.scaled(1 + z, by.decided(z)),), negative=(CASE, by.scaled(1 + z, by.decided(z)))),
    )
    positive = p.have(alive > 0, by.continuation(while_off, start=begins, margin=begins))
    p.conclude(by.algebra(never(p, positive)))
with proof(none_useful) as p:
    q, l = nat("p", between=(1, r - 1)), nat("l", between=(r + 1, m))
    k = index("k", m)
    low, high = shares(p, k)
    each = p.have(miss(k) >= 0, by.algebra(by.times(high, start(on(k))), 1 - start(on(k))))
    under = p.have(miss(k) <= 1, by.algebra(by.times(low, start(on(k)))))
    before, after_ = product(q, 1, r - 1, miss(q)), product(l, r + 1, m, miss(l))
    p.have(miss(q) >= 0, by.algebra(each(q)))
    p.have(miss(l) >= 0, by.algebra(each(l)))
    first_part = p.have(before <= 1, by.algebra(by.products(q, 1, r - 1, miss(q), under(q))))
    rest = p.have(after_ <= 1, by.algebra(by.products(l, r + 1, m, miss(l), under(l))))
    there = p.have(after_ >= 0, by.positive())
    whole = p.have(
        product(k, miss(k)) == before * miss(r) * after_,
        by.algebra(
            by.split_product(k, 1, r - 1, m, miss(k)),
            by.scaled(before, by.split_product(k, r, r, m, miss(k))),
        ),
    )
    most_ = p.have(
        first * right(r) <= 0, by.algebra(whole, p.fails, by.times(each(r), rest), by.times(each(r), there, first_part))
    )
    p.conclude(by.algebra(by.anti(by.times(low(r), first), most_)))
with proof(no_fit) as p:
    p.have((1 - on(r)) * D(pre(r)) == 0, by.algebra(p.flow))
    off = p.have((1 - first) * on(r) == 0, by.lemma(stays_off))
    none = p.have(first * right(r) == 0, by.lemma(none_useful))
    p.have(on(r) * pre(r) >= 0, by.algebra(by.reaches(pre(r))))
    each = by.plus(
        by.times(kappa * size, first, by.reaches(pre(r))),
        by.scaled(-2 * kappa * size * on(r) * pre(r), none),
        by.scaled(-kappa * a[r] * y * pre(r), off),
    )
    wrong = p.have(u * y <= 0, by.algebra(by.total(r, 1, m, each)))
    p.conclude(by.algebra(by.times(2, wrong), by.square(u)))
with proof(some_useful) as p:
    low, high = shares(p, r)
    p.have(miss(r) >= 0, by.algebra(by.times(high, first), 1 - first))
    p.have(miss(r) <= 1, by.algebra(by.times(low, first)))
    p.conclude(by.algebra(by.union(r, 1, m, miss(r))))
with proof(at_most_all) as p:
    p.conclude(by.algebra(by.total(q, 1, m, by.times(pace, 1 - on(q)))))


def keeps_its_sign(p, side):
    """side' >= - most side while side is positive, since |side'| <= most |side|."""
    down = D(side) + most * side
    p.have(
        down >= 0,
        by.cases(
            down,
            at_least_zero=(CASE,),
            negative=(by.absurd(down, by.plus(by.times(CASE, by.plus(CASE, by.times(2, most, p.stays))), p.slow)),),
        ),
    )
    grows = p.have(D(-exp(most * t) * side) <= 0, by.algebra(by.times(exp(most * t), down)))
    kept = p.have(-exp(most * t) * side <= start(-side), by.antitone(grows))
    p.conclude(by.algebra(by.times(exp(-most * t), kept)))


with proof(pulled) as p:
    least = p.have(speed <= most, by.lemma(at_most_all))
    p.conclude(
        by.algebra(by.scaled(2 * (f - y), p.output), by.times(2, by.square(f - y), speed)),
        by.algebra(by.scaled(sign**2, by.power(p.output, 2)), by.times(by.square(gap), least, most + speed)),
    )
with proof(while_below) as p:
    keeps_its_sign(p, -gap)
with proof(while_above) as p:
    keeps_its_sign(p, gap)
with proof(below) as p:
    begins = p.have(start(-gap) > 0, by.algebra(p.begins))
    room = p.have(start(-gap) * exp(-most * t) > 0, by.algebra(by.times(begins, exp(-most * t))))
    kept = p.have(-gap > 0, by.continuation(while_below, start=begins, margin=room))
    p.conclude(by.algebra(kept))
with proof(above) as p:
    room = p.have(start(gap) * exp(-most * t) > 0, by.algebra(by.times(p.begins, exp(-most * t))))
    kept = p.have(gap > 0, by.continuation(while_above, start=p.begins, margin=room))
    p.conclude(by.algebra(kept))
with proof(kept_below) as p:  # below the label the units of the right sign grow, so that they stay on
    low, high = shares(p, r)
    grows = p.have(D(-right(r) * pre(r)) <= 0, by.algebra(p.grows(r)))
    farther = p.have(-right(r) * pre(r) <= start(-right(r) * pre(r)), by.antitone(grows))
    z, begun = pre(r), start(on(r))
    ahead = p.have(right(r) * begun * z >= 0, by.algebra(by.times(begun, farther), by.times(low, by.reaches(start(z)))))
    each = p.have(
        right(r) * on(r) >= right(r) * begun,
        by.cases(
            z,
            at_least_zero=(by.scaled(right(r), by.decided(z)), by.times(low, 1 - begun)),
            negative=(
                by.scaled(right(r), by.decided(z)),
                by.times(1 / (-z), ahead),
                by.scaled(right(r) * begun, by.inverse(-z)),
            ),
        ),
    )
    some = p.have(useful_first >= 1 - product(r, miss(r)), by.lemma(some_useful))
    p.conclude(by.algebra(some, p.succeeds, by.total(r, 1, m, each)))
with proof(kept_above) as p:  # beyond the label the output has its sign, so that some unit of this sign is on
    low, high = shares(p, r)
    k, l, j = index("k", m), nat("l", between=(r + 1, m)), nat("j", between=(1, r - 1))
    here = right(r) * on(r)
    p.have(here >= 0, by.algebra(by.times(low, on(r))))
    p.have(here <= 1, by.algebra(by.times(high, on(r)), 1 - on(r)))
    none = product(k, 1 - right(k) * on(k))
    before, after_ = product(j, 1, r - 1, 1 - right(j) * on(j)), product(l, r + 1, m, 1 - right(l) * on(l))
    whole = p.have(
        none == before * (1 - here) * after_,
        by.algebra(
            by.split_product(k, 1, r - 1, m, 1 - right(k) * on(k)),
            by.scaled(before, by.split_product(k, r, r, m, 1 - right(k) * on(k))),
        ),
    )
    square = p.have(
        right(r) ** 2 == right(r), by.algebra(by.scaled(Q(1, 4), p.label), by.scaled(sign**2 / 4, p.weights(r)))
    )
    gone = p.have(none * here == 0, by.algebra(by.scaled(here, whole), by.scaled(-before * after_ * on(r), square)))
    p.have(none >= 0, by.positive())
    total_ = p.have(
        none * sign * f <= 0,
        by.algebra(
            by.scaled(none * sign, p.value),
            by.total(
                r,
                1,
                m,
                by.plus(by.times(kappa, none, by.reaches(pre(r))), by.scaled(-2 * kappa * pre(r), gone)),
            ),
        ),
    )
    out = p.have(gap + size > 0, by.algebra(p.beyond, p.magnitude))
    nobody = p.have(
        none <= 0,
        by.algebra(
            by.times(1 / (gap + size), total_),
            by.scaled(none, by.inverse(gap + size)),
            by.scaled(none * size / (gap + size), p.label),
        ),
    )
    p.conclude(by.algebra(by.union(r, 1, m, 1 - here), nobody))
with proof(decay) as p:
    enough = p.have(speed >= pace, by.algebra(by.times(pace, p.some)))
    slope = p.have(
        D((f - y) ** 2) <= -2 * pace * (f - y) ** 2,
        by.algebra(by.scaled(2 * (f - y), p.output), by.times(2, by.square(f - y), enough)),
    )
    p.conclude(by.gronwall(slope))


def concludes(p, useful_):
    """With a unit of the right sign that is on the residual decays."""
    shares(p, r)
    p.have(total(r, on(r)) >= 1, by.algebra(useful_, by.total(r, 1, m, by.times(on(r), 1 - right(r)))))
    p.conclude(by.algebra(useful_), by.lemma(decay))


with proof(fits_from_below) as p:
    low, high = shares(p, r)
    p.have(slow, by.lemma(pulled))
    short = p.have(gap < 0, by.lemma(below))
    p.have(
        right(r) * D(pre(r)) >= 0,
        by.algebra(
            p.units,
            by.times(kappa, dot(x, x), low, on(r), short),
            by.scaled(sign * kappa * dot(x, x) * (f - y) * on(r) * Q(1, 2), p.weights(r)),
            by.scaled(kappa * dot(x, x) * (f - y) * on(r) * a[r] * Q(1, 2), p.label),
        ),
    )
    concludes(p, p.have(useful >= 1, by.lemma(kept_below)))
with proof(fits_from_above) as p:
    p.have(slow, by.lemma(pulled))
    p.have(gap > 0, by.lemma(above))
    concludes(p, p.have(useful >= 1, by.lemma(kept_above)))
with proof(one_after_the_other) as p:
    h, l, step = nat("h", between=(1, i - 1)), nat("l", between=(1, i)), exp(-rate * tau[i])
    past = total(h, 1, i - 1, tau[h])
    longer = by.scaled(-rate, by.split(l, 1, i - 1, i, tau[l]))
    whole = by.same("exp", longer, -rate * total(l, 1, i, tau[l]), -rate * (past + tau[i]))
    every = p.have(
        e[i] <= e[1] * exp(-rate * past),
        by.induction(i, step=(by.times(step, IH), p.each(i), by.scaled(e[1], whole))),
    )
    p.conclude(by.algebra(every(T)))
with proof(stays_fitted) as p:
    small = p.have((f - y) ** 2 <= start((f - y) ** 2), by.antitone(p.falls))
    one = p.have(start((f - y) ** 2) == 0, by.algebra(by.scaled(start(f) - y, p.begins)))
    none = by.anti(by.square(f - y), by.plus(small, -one))
    zero = p.have((f - y) * identity(1) == 0 * identity(1), by.algebra(by.vanish((f - y) * identity(1), none)))
    p.conclude(by.algebra(by.trace(zero)))

unit = dict(m=1, d=1, x=[[1]], sign=-1, size=1, kappa=1)
no_fit.holds_at(**unit, a=[1], w=[[[-1]]])
no_fit.breaks_without("fails", **unit, a=[-1], w=[[[1]]])
fits_from_below.breaks_without("succeeds", **unit, a=[1], w=[[[-1]]], f=0)
running = dict(**unit, a=[-1])
fits_from_below.holds_at(**running, w=[[[Q(1, 2)]]], f=Q(-1, 2))
fits_from_above.holds_at(**running, w=[[[2]]], f=-2)
stays_fitted.holds_at(**running, w=[[[1]]], f=-1)
nonclaim(
    "An equation of motion at every time: an interval ends where a unit leaves the sample, since the output has no "
    "derivative there. Units never come back and the gap keeps its sign, so there are at most m such times, and on "
    "each interval the hypotheses hold again (`kept_below`, `kept_above`). `one_after_the_other` then bounds the whole "
    "flow. That a flow is put together so is said here and not in a certificate."
)
nonclaim("That a solution exists until the next unit leaves the sample.")

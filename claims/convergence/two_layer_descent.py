"""Two layers of any size: descent from nearly balanced weights with a margin contracts the loss in every step.

The descent theorem for two layers, with better constants than the published ones, which imply them (`constants`). What
a step adds to the imbalance is at most a multiple of what it takes from the loss, so a step keeps the conditions. For
the induction a step is applied to weights that are the start wherever the conditions fail (`one_step`).
"""

from verify.statement import *

covers("C-32", "C-39", "K-49")

k, h, d = nat("k", at_least=1), nat("h", at_least=1), nat("d", at_least=1)
A, B, E = matrix("A", k, h), matrix("B", h, d), matrix("E", k, d)  # the layers, and the error of their product
Phi = A @ B - E  # the target
A2, B2 = matrix("A_2", k, h), matrix("B_2", h, d)  # after a step of descent
c, r, phi = real("c", positive=True), real("r", positive=True), real("phi", positive=True)
delta, omega, b = real("delta", positive=True), real("omega", positive=True), real("b", positive=True)
eta = real("eta", positive=True)
any_c, any_eta = real("c"), real("eta")
M = matrix("M", h, h, symmetric=True)


def imbalance(X, Y):
    return X.T @ X - Y @ Y.T


def error(X, Y):
    return X @ Y - Phi


def inner(X, Y):
    return trace(X.T @ Y)


S, X, W, gap = A @ A.T, B.T @ B, A @ B, imbalance(A, B)
loss = frobenius(E) ** 2  # twice the loss
target = dict(floor=psd(Phi @ Phi.T - (r + c) ** 2 * I), size=frobenius(Phi) ** 2 <= phi**2)
state = dict(near=loss <= r**2, balance=frobenius(gap) ** 2 <= delta**2)
rates = dict(room=phi + r + c / 4 <= b, slow=16 * eta * b**2 <= c)


def step_of(eta):
    return dict(step_A=A2 == A - eta * E @ B.T, step_B=B2 == B - eta * A.T @ E)


step = step_of(eta)

below = lemma(size=frobenius(M) ** 2 <= delta**2, then=psd(delta * I - M))
full = lemma(floor=target["floor"], near=state["near"], then=psd(W @ W.T - c**2 * I))
bounded_end = lemma(size=target["size"], near=state["near"], then=frobenius(W) ** 2 <= (phi + r) ** 2)
floor = lemma(full=psd(W @ W.T - any_c**2 * I), balance=state["balance"], then=psd(S - (any_c - delta / 2) * I))
end_and_gap = dict(end=frobenius(W) ** 2 <= omega**2, balance=state["balance"], room=omega + delta <= b)
ceiling = lemma(**end_and_gap, then=both(psd(b * I - S), psd(b**2 * I - S @ S)))
contracts = corrected(
    **target, **state, **rates, **step, small=4 * delta <= c, then=frobenius(error(A2, B2)) ** 2 <= (1 - eta * c) * loss
)
cap = real("b")
drifts = lemma(  # steps of any size and sign, whatever the target is
    balance=state["balance"],
    left=psd(cap * I - S),
    right=psd(cap * I - X),
    **step_of(any_eta),
    then=frobenius(imbalance(A2, B2)) ** 2 <= (delta + 2 * any_eta**2 * cap * loss) ** 2,
)

begin = real("begin")  # the loss at the start, doubled


def allowed(e):
    """The imbalance that is allowed when the loss has fallen to e."""
    return delta + 2 * eta * b / c * (begin - e)


later, later_gap = frobenius(error(A2, B2)) ** 2, imbalance(A2, B2)
small = dict(small=8 * delta <= c, drift=16 * eta * b * r**2 <= c**2)
keeps = corrected(
    **target,
    **rates,
    **step,
    **small,
    begin=begin <= r**2,
    fallen=loss <= begin,
    balance=frobenius(gap) ** 2 <= allowed(loss) ** 2,
    then=both(later <= (1 - eta * c) * loss, frobenius(later_gap) ** 2 <= allowed(later) ** 2),
)

A_0, B_0 = matrix("A_0", k, h), matrix("B_0", h, d)  # the start
A_1, B_1 = matrix("A_1", k, h), matrix("B_1", h, d)  # and the first step from it
goal = matrix("Phi", k, d)


def miss(X, Y):
    return X @ Y - goal


e_0, e_1, e_2, m_1, m_2 = (real(name) for name in ("e_0", "e_1", "e_2", "m_1", "m_2"))  # doubled losses, imbalances


def good(first, now, m):
    """1 while the loss has not risen and the imbalance is within what is allowed, else 0."""
    spent = first - now
    return indicator(spent >= 0) * indicator((delta + 2 * eta * b / c * spent) ** 2 - m >= 0)


x, share = real("x"), real("share")
switch = lemma(most=share <= 1, product=share * x >= 0, then=share <= indicator(x >= 0))
wanted = dict(floor=psd(goal @ goal.T - (r + c) ** 2 * I), size=frobenius(goal) ** 2 <= phi**2)
one_step = lemma(
    **wanted,
    **rates,
    **small,
    step_A=A2 == A - eta * miss(A, B) @ B.T,
    step_B=B2 == B - eta * A.T @ miss(A, B),
    near=e_0 <= r**2,
    balance=frobenius(imbalance(A_0, B_0)) ** 2 <= delta**2,
    first_A=A_1 == A_0 - eta * miss(A_0, B_0) @ B_0.T,
    first_B=B_1 == B_0 - eta * A_0.T @ miss(A_0, B_0),
    loss_0=e_0 == frobenius(miss(A_0, B_0)) ** 2,
    loss_1=e_1 == frobenius(miss(A, B)) ** 2,
    loss_2=e_2 == frobenius(miss(A2, B2)) ** 2,
    imbalance_1=m_1 == frobenius(gap) ** 2,
    imbalance_2=m_2 == frobenius(later_gap) ** 2,
    then=both(good(e_0, e_1, m_1) * ((1 - eta * c) * e_1 - e_2) >= 0, good(e_0, e_2, m_2) >= good(e_0, e_1, m_1)),
)

T = nat("T", at_least=1)
i, j = nat("i", between=(1, T)), nat("j", between=(1, T - 1))
As, Bs = matrices("L", k, h, count=T), matrices("R", h, d, count=T)  # the layers at the iterates
losses, squares_ = reals("e", count=T), reals("m", count=T)  # doubled losses and squared imbalances there
factor = real("q")
geometric = lemma(
    factor=factor >= 0,
    fall=forall(j, losses[j + 1] <= factor * losses[j]),
    then=losses[T] <= factor ** (T - 1) * losses[1],
)
for_ever = corrected(
    **wanted,
    **rates,
    **small,
    step_A=forall(j, As[j + 1] == As[j] - eta * miss(As[j], Bs[j]) @ Bs[j].T),
    step_B=forall(j, Bs[j + 1] == Bs[j] - eta * As[j].T @ miss(As[j], Bs[j])),
    loss=forall(i, losses[i] == frobenius(miss(As[i], Bs[i])) ** 2),
    imbalance=forall(i, squares_[i] == frobenius(imbalance(As[i], Bs[i])) ** 2),
    near=losses[1] <= r**2,
    balance=squares_[1] <= delta**2,
    then=losses[T] <= (1 - eta * c) ** (T - 1) * losses[1],
)

constants = corrected(  # those of the published theorem, for b = 3 phi
    order=c <= phi,
    margin=r <= phi - c,
    balance=2048 * phi * delta <= c**2,
    step=49152 * phi**4 * any_eta <= c**3,
    then=both(
        8 * delta <= c,
        16 * any_eta * (3 * phi) ** 2 <= c,
        16 * any_eta * (3 * phi) * r**2 <= c**2,
        phi + r + c / 4 <= 3 * phi,
    ),
)

with proof(below) as p:
    ball = p.have(
        psd(delta**2 * I - M @ M), by.algebra(by.dominate(by.gram(M)), by.times(p.size, by.gram(identity(h))))
    )
    p.conclude(
        by.algebra(
            by.times(1 / (2 * delta), ball),
            by.times(1 / (2 * delta), by.gram(delta * identity(h) - M)),
            by.scaled(delta * identity(h) - M, by.inverse(delta)),
        )
    )
with proof(full) as p:
    unit, s = identity(k), r + c
    ball = p.have(psd(r**2 * unit - E @ E.T), by.algebra(by.times(p.near, by.gram(unit)), by.dominate(by.gram(E.T))))
    parts = by.plus(by.times(c * r, p.floor), by.times(c * s, ball), by.gram((r * Phi + s * E).T))
    p.have(r * s > 0, by.positive())
    p.conclude(by.algebra(by.times(1 / (r * s), parts), by.scaled(W @ W.T - c**2 * unit, by.inverse(r * s))))
with proof(bounded_end) as p:
    p.have(r * phi > 0, by.positive())
    cross = p.have(
        r * phi * (r * phi - inner(Phi, E)) >= 0,
        by.algebra(
            by.times(Q(1, 2), by.trace(by.gram(r * Phi - phi * E))),
            by.times(r**2 / 2, p.size),
            by.times(phi**2 / 2, p.near),
        ),
    )
    less = p.have(
        inner(Phi, E) <= r * phi,
        by.algebra(by.times(1 / (r * phi), cross), by.scaled(r * phi - inner(Phi, E), by.inverse(r * phi))),
    )
    p.conclude(by.algebra(p.size, p.near, by.times(2, less)))
with proof(floor) as p:
    p.have(frobenius(-gap) ** 2 <= delta**2, by.algebra(p.balance))
    up = p.have(psd(delta * I + gap), by.lemma(below, M=-gap))
    more, size = S + delta / 2 * I, any_c * (2 * indicator(any_c >= 0) - 1)
    p.have(psd(more), by.algebra(by.gram(A.T), by.times(delta / 2, by.gram(identity(k)))))
    p.have(size >= 0, by.algebra(by.reaches(any_c), by.below(any_c)))
    p.have(
        psd(more**2 - size**2 * I),
        by.algebra(p.full, by.congruence(A.T, up), by.times(delta**2 / 4, by.gram(identity(k)))),
    )
    root_ = p.have(psd(more - size * I), by.lemma("base:psd-root-monotone", A=more, a=size, N=2))
    p.conclude(by.algebra(root_, by.times(2, by.below(any_c), by.gram(identity(k)))))
with proof(ceiling) as p:
    unit, m = identity(k), omega + delta
    down = p.have(psd(delta * I - gap), by.lemma(below, M=gap))
    end = p.have(psd(omega**2 * unit - W @ W.T), by.algebra(by.dominate(by.gram(W.T)), by.times(p.end, by.gram(unit))))
    q, Z = omega + delta / 2, S - delta / 2 * unit
    p.have(q > 0, by.positive())
    square = p.have(
        psd(q**2 * unit - Z @ Z), by.algebra(end, by.congruence(A.T, down), by.times(omega * delta, by.gram(unit)))
    )
    top = p.have(
        psd(m * unit - S),
        by.algebra(
            by.times(Q(1, 2), 1 / q, square),
            by.times(Q(1, 2), 1 / q, by.gram(q * unit - Z)),
            by.scaled(m * unit - S, by.inverse(q)),
        ),
    )
    more = p.have(b**2 - omega**2 - delta * m >= 0, by.algebra(by.times(b + m, p.room), by.times(omega, delta)))
    p.conclude(
        by.algebra(top, by.times(p.room, by.gram(unit))),
        by.algebra(end, by.congruence(A.T, down), by.times(delta, top), by.times(more, by.gram(unit))),
    )


def bounds(p, delta, small):
    """Bounds of W, A A^T and B^T B, where the imbalance is at most delta."""
    omega, twisted = phi + r, dict(A=B.T, B=A.T)
    p.have(omega > 0, by.positive())
    end = p.have(frobenius(W) ** 2 <= omega**2, by.lemma(bounded_end))
    p.have(frobenius(B.T @ A.T) ** 2 <= omega**2, by.algebra(end))
    p.have(frobenius(imbalance(B.T, A.T)) ** 2 <= delta**2, by.algebra(p.balance))
    p.have(omega + delta <= b, by.algebra(p.room, by.times(Q(1, 4), small)))
    sizes = dict(omega=omega, delta=delta)
    S1, S2 = (p.have(f, by.lemma(ceiling, **sizes)) for f in (psd(b * I - S), psd(b**2 * I - S @ S)))
    X1, X2 = (p.have(f, by.lemma(ceiling, **sizes, **twisted)) for f in (psd(b * I - X), psd(b**2 * I - X @ X)))
    return end, S1, S2, X1, X2


with proof(contracts) as p:
    end, S1, S2, X1, X2 = bounds(p, delta, p.small)
    wide = p.have(psd(W @ W.T - c**2 * I), by.lemma(full))
    low = p.have(psd(S - (c - delta / 2) * I), by.lemma(floor))
    pull, Y = S @ E + E @ X, E @ W.T @ E
    strong = p.have(
        inner(E, pull) >= Q(7, 8) * c * loss,
        by.algebra(
            by.trace(by.congruence(E, low)),
            by.trace(by.gram(B @ E.T)),
            by.times(Q(1, 8), p.small, by.trace(by.gram(E))),
        ),
    )
    p.have(loss >= 0, by.positive())
    one = p.have(frobenius(S @ E) ** 2 <= b**2 * loss, by.algebra(by.trace(by.congruence(E, S2))))
    two = p.have(frobenius(E @ X) ** 2 <= b**2 * loss, by.algebra(by.trace(by.congruence(E.T, X2))))
    size_ = p.have(
        frobenius(pull) ** 2 <= 4 * b**2 * loss,
        by.algebra(by.times(2, one), by.times(2, two), by.trace(by.gram(S @ E - E @ X))),
    )
    radius = p.have(b >= r, by.algebra(p.room, phi, by.times(Q(1, 4), c)))
    inside = p.have(loss <= b**2, by.algebra(p.near, by.times(b + r, radius)))
    omega = phi + r
    top = p.have(b >= omega, by.algebra(p.room, by.times(Q(1, 4), c)))
    end_b = p.have(frobenius(W) ** 2 <= b**2, by.algebra(end, by.times(b + omega, top)))
    part = p.have(
        frobenius(W.T @ E) ** 2 <= b**2 * loss,
        by.algebra(by.trace(by.congruence(E, by.dominate(by.gram(W.T)))), by.times(loss, end_b)),
    )
    cubic = p.have(
        frobenius(Y) ** 2 <= b**4 * loss,
        by.algebra(
            by.trace(by.congruence(W.T @ E, by.dominate(by.gram(E)))),
            by.times(by.trace(by.gram(W.T @ E)), inside),
            by.times(b**2, part),
        ),
    )
    along = p.have(
        b**2 * (b**2 * loss - inner(E, Y)) >= 0,
        by.algebra(by.times(Q(1, 2), by.trace(by.gram(b**2 * E - Y))), by.times(Q(1, 2), cubic)),
    )
    p.have(b**2 > 0, by.positive())
    side = p.have(
        inner(E, Y) <= b**2 * loss,
        by.algebra(by.times(1 / b**2, along), by.scaled((b**2 * loss - inner(E, Y)), by.inverse(b**2))),
    )
    margin_ = p.have(b >= c / 4, by.algebra(p.room, phi, r))
    slow_b = p.have(b * (b - 4 * eta * b**2) >= 0, by.algebra(by.times(b / 4, p.slow), by.times(b, margin_)))
    p.have(b > 0, by.positive())
    tiny = p.have(
        4 * eta * b <= 1,
        by.algebra(by.times(1 / b**2, slow_b), by.scaled(1 - 4 * eta * b, by.inverse(b**2))),
    )
    tiny_2 = p.have(16 * eta**2 * b**2 <= 1, by.algebra(by.times(4 * eta * b + 1, tiny)))
    p.conclude(
        by.algebra(
            p.step_A,
            p.step_B,
            by.times(2 * eta, strong),
            by.times(2 * eta**2, side),
            by.times(eta**2, by.trace(by.gram(pull + eta * Y))),
            by.times(2 * eta**2, size_),
            by.times(2 * eta**4, cubic),
            by.times(eta**2 * b**2, by.trace(by.gram(E)), tiny_2),
            by.times(eta, by.trace(by.gram(E)), p.slow),
            by.times(eta**2 * b**2, by.trace(by.gram(E))),
        )
    )
with proof(drifts) as p:
    positive = p.have(k * cap >= 0, by.algebra(by.trace(p.left), by.trace(by.gram(A.T))))
    p.have(cap >= 0, by.algebra(by.times(1 / k, positive)))
    P, Q_ = B @ E.T @ E @ B.T, A.T @ E @ E.T @ A
    p.have(frobenius(-gap) ** 2 <= delta**2, by.algebra(p.balance))
    up = p.have(psd(delta * I - gap), by.lemma(below, M=gap))
    down = p.have(psd(delta * I + gap), by.lemma(below, M=-gap))
    first = p.have(trace(P) <= cap * loss, by.algebra(by.trace(by.congruence(E.T, p.right))))
    second = p.have(trace(Q_) <= cap * loss, by.algebra(by.trace(by.congruence(E, p.left))))
    p.have(trace(P) >= 0, by.algebra(by.trace(by.gram(E @ B.T))))
    p.have(trace(Q_) >= 0, by.algebra(by.trace(by.gram(E.T @ A))))
    p.have(cap * loss >= 0, by.positive())
    squares = []
    for Z, half, bound in ((P, E @ B.T, first), (Q_, E.T @ A, second)):
        own = p.have(
            frobenius(Z) ** 2 <= trace(Z) ** 2, by.algebra(by.trace(by.gram(half), by.dominate(by.gram(half))))
        )
        squares.append(
            p.have(frobenius(Z) ** 2 <= cap**2 * loss**2, by.algebra(own, by.times(cap * loss + trace(Z), bound)))
        )
    apart = p.have(
        frobenius(P - Q_) ** 2 <= 2 * cap**2 * loss**2,
        by.algebra(*squares, by.times(2, by.trace(by.gram(E @ B.T), by.gram(E.T @ A)))),
    )
    along = p.have(
        inner(gap, P - Q_) <= 2 * delta * cap * loss,
        by.algebra(
            by.trace(by.congruence(B @ E.T, up)),
            by.trace(by.congruence(A.T @ E, down)),
            by.times(delta, first),
            by.times(delta, second),
        ),
    )
    p.conclude(
        by.algebra(
            p.step_A,
            p.step_B,
            p.balance,
            by.times(2 * any_eta**2, along),
            by.times(any_eta**4, apart),
            by.times(2 * any_eta**4, by.square(cap * loss)),
        )
    )
with proof(keeps) as p:
    now = allowed(loss)
    one = p.have(c * (1 / c) == 1, by.algebra(by.inverse(c)))
    p.have(begin - loss >= 0, by.algebra(p.fallen))
    p.have(loss >= 0, by.positive())
    p.have(loss <= r**2, by.algebra(p.begin, p.fallen))
    p.have(now > 0, by.algebra(by.times(2 * eta * b / c, p.fallen), p.hypothesis("delta.positive")))
    thin = p.have(
        4 * now <= c,
        by.algebra(
            by.times(Q(1, 2), p.small),
            by.times(8 * eta * b / c, p.begin),
            by.times(8 * eta * b / c, loss),
            by.times(1 / c / 2, p.drift),
            by.scaled(c / 2, one),
        ),
    )
    falls = p.have(later <= (1 - eta * c) * loss, by.lemma(contracts, delta=now))
    bounds(p, now, thin)
    turns = p.have(frobenius(later_gap) ** 2 <= (now + 2 * eta**2 * b * loss) ** 2, by.lemma(drifts, delta=now))
    more = p.have(
        allowed(later) >= now + 2 * eta**2 * b * loss,
        by.algebra(by.times(2 * eta * b / c, falls), by.scaled(2 * eta**2 * b * loss, one)),
    )
    p.have(now + 2 * eta**2 * b * loss >= 0, by.positive())
    p.have(allowed(later) >= 0, by.algebra(more, now, 2 * eta**2 * b * loss))
    sum_ = allowed(later) + now + 2 * eta**2 * b * loss
    p.have(sum_ >= 0, by.algebra(by.plus(more), by.times(2, now), by.times(4, eta**2 * b * loss)))
    p.conclude(
        by.algebra(falls),
        by.algebra(turns, by.times(more, sum_)),
    )
with proof(one_step) as p:  # the step, applied to weights that are the start wherever the conditions fail
    g = good(e_0, e_1, m_1)
    mixed = {
        "A": g * A + (1 - g) * A_0,
        "B": g * B + (1 - g) * B_0,
        "A_2": g * A2 + (1 - g) * A_1,
        "B_2": g * B2 + (1 - g) * B_1,
    }
    V, U, V2, U2 = mixed.values()
    mixed["E"] = miss(V, U)
    value, other = frobenius(miss(V, U)) ** 2, imbalance(V, U)
    fall, fall_2 = e_0 - e_1, e_0 - e_2
    room_ = (delta + 2 * eta * b / c * fall) ** 2 - m_1
    room_2 = (delta + 2 * eta * b / c * fall_2) ** 2 - m_2
    lower, level = indicator(fall >= 0), indicator(room_ >= 0)
    p.have(V2 == V - eta * miss(V, U) @ U.T, by.algebra(by.scaled(g, p.step_A), by.scaled(1 - g, p.first_A)))
    p.have(U2 == U - eta * V.T @ miss(V, U), by.algebra(by.scaled(g, p.step_B), by.scaled(1 - g, p.first_B)))
    value_is = p.have(value == g * e_1 + (1 - g) * e_0, by.algebra(by.scaled(g, p.loss_1), by.scaled(1 - g, p.loss_0)))
    other_is = p.have(
        frobenius(other) ** 2 == g * m_1 + (1 - g) * frobenius(imbalance(A_0, B_0)) ** 2,
        by.algebra(by.scaled(g, p.imbalance_1)),
    )
    p.have(value <= e_0, by.algebra(value_is, by.times(level, by.reaches(fall))))
    value_2, other_2 = frobenius(miss(V2, U2)) ** 2, imbalance(V2, U2)
    two_is = p.have(g * value_2 == g * e_2, by.algebra(by.scaled(g, p.loss_2)))
    gap_is = p.have(g * frobenius(other_2) ** 2 == g * m_2, by.algebra(by.scaled(g, p.imbalance_2)))
    spent = e_0 - value
    spent_is = p.have(spent == g * fall, by.algebra(value_is))
    ratio = 2 * eta * b / c
    p.have(
        frobenius(other) ** 2 <= (delta + ratio * spent) ** 2,
        by.algebra(
            other_is,
            by.scaled(2 * delta * ratio, spent_is),
            by.scaled(ratio**2 * (spent + g * fall), spent_is),
            by.times(lower, by.reaches(room_)),
            by.times(by.at_most_one(g), p.balance),
        ),
    )
    one = p.have(value_2 <= (1 - eta * c) * value, by.lemma(keeps, begin=e_0, **mixed))
    two = p.have(frobenius(other_2) ** 2 <= (delta + ratio * (e_0 - value_2)) ** 2, by.lemma(keeps, begin=e_0, **mixed))
    falls = p.have(
        g * ((1 - eta * c) * e_1 - e_2) >= 0,
        by.algebra(by.times(g, one), two_is, by.scaled(g * (1 - eta * c), value_is)),
    )
    p.have(e_1 >= 0, by.algebra(by.trace(by.gram(miss(A, B))), p.loss_1))
    p.have(
        g * fall_2 >= 0,
        by.algebra(falls, by.times(level, by.reaches(fall)), by.times(eta * c, g, e_1)),
    )
    p.have(
        g * room_2 >= 0,
        by.algebra(
            by.times(g, two),
            gap_is,
            by.scaled(2 * delta * ratio, two_is),
            by.scaled(ratio**2 * (2 * e_0 - value_2 - e_2), two_is),
        ),
    )
    p.have(g <= 1, by.algebra(by.at_most_one(g)))
    i1 = p.have(g <= indicator(fall_2 >= 0), by.lemma(switch, share=g, x=fall_2))
    i2 = p.have(g <= indicator(room_2 >= 0), by.lemma(switch, share=g, x=room_2))
    p.conclude(by.algebra(falls), by.algebra(by.times(indicator(room_2 >= 0), i1), by.times(g, i2)))
with proof(switch) as p:
    p.conclude(
        by.cases(
            x,
            at_least_zero=(by.decided(x), p.most),
            negative=(by.decided(x), by.times(1 / (-x), p.product), by.scaled(share, by.inverse(-x))),
        )
    )
with proof(for_ever) as p:
    g, ahead = good(losses[1], losses[i], squares_[i]), good(losses[1], losses[j + 1], squares_[j + 1])
    now = good(losses[1], losses[j], squares_[j])
    p.have(frobenius(imbalance(As[1], Bs[1])) ** 2 <= delta**2, by.algebra(p.balance, p.imbalance(1)))
    names = {"A": As[j], "B": Bs[j], "A_2": As[j + 1], "B_2": Bs[j + 1], "A_0": As[1], "B_0": Bs[1]}
    names |= {
        "A_1": As[2],
        "B_1": Bs[2],
        "e_0": losses[1],
        "e_1": losses[j],
        "e_2": losses[j + 1],
        "m_1": squares_[j],
        "m_2": squares_[j + 1],
    }
    p.have(As[j + 1] == As[j] - eta * miss(As[j], Bs[j]) @ Bs[j].T, by.algebra(p.step_A(j)))
    fall = p.have(now * ((1 - eta * c) * losses[j] - losses[j + 1]) >= 0, by.lemma(one_step, **names))
    stays = p.have(ahead >= now, by.lemma(one_step, **names))
    room_ = delta**2 - squares_[1]
    p.have(room_ >= 0, by.algebra(p.balance))
    every = p.have(
        g >= 1,
        by.induction(i, base=(by.decided(room_),), step=(IH, stays(i))),
    )
    whole = p.have(now == 1, by.algebra(by.anti(every(j), by.at_most_one(now))))
    drop = p.have(
        losses[j + 1] <= (1 - eta * c) * losses[j],
        by.algebra(fall(j), by.scaled((1 - eta * c) * losses[j] - losses[j + 1], whole(j))),
    )
    wide = p.have(b - c / 4 >= 0, by.algebra(p.room, phi, r))
    part = p.have(
        c * (1 - eta * c) >= 0,
        by.algebra(p.slow, by.times(16 * eta * b, wide), by.times(4 * eta * c, wide)),
    )
    rest = p.have(1 - eta * c >= 0, by.algebra(by.times(1 / c, part), by.scaled(1 - eta * c, by.inverse(c))))
    p.conclude(by.lemma(geometric, q=1 - eta * c))
with proof(geometric) as p:
    every = p.have(
        losses[i] <= factor ** (i - 1) * losses[1], by.induction(i, step=(by.times(p.factor, IH), p.fall(i)))
    )
    p.conclude(by.algebra(every(T)))
with proof(constants) as p:
    one = p.have(phi * (1 / phi) == 1, by.algebra(by.inverse(phi)))
    two = p.have(phi**2 * (1 / phi) ** 2 == 1, by.algebra(by.power(one, 2)))
    square = by.times(c, p.order)
    cube = by.times(c, phi + c, p.order)
    small_gap = p.have(phi * (c - 8 * delta) >= 0, by.algebra(square, by.times(Q(1, 256), p.balance), c * phi))
    slow = p.have(
        phi**2 * (c - 144 * any_eta * phi**2) >= 0, by.algebra(cube, by.times(Q(144, 49152), p.step), c * phi**2)
    )
    radius = p.have(r**2 <= phi**2, by.algebra(by.times(phi + r, by.plus(p.margin, c))))
    drift = p.have(
        phi * (c**2 - 48 * any_eta * phi * r**2) >= 0,
        by.cases(
            any_eta,
            at_least_zero=(
                by.times(48 * phi**2, CASE, radius),
                by.times(Q(48, 49152), p.step),
                by.times(c**2, p.order),
                c**2 * phi,
            ),
            negative=(by.times(48 * phi**2 * r**2, CASE), c**2 * phi),
        ),
    )
    p.conclude(
        by.algebra(by.times(1 / phi, small_gap), by.scaled(c - 8 * delta, one)),
        by.algebra(by.times(by.square(1 / phi), slow), by.scaled(c - 144 * any_eta * phi**2, two)),
        by.algebra(by.times(1 / phi, drift), by.scaled(c**2 - 48 * any_eta * phi * r**2, one)),
        by.algebra(p.margin, phi, c),
    )

scalar_layers = dict(
    k=1, h=1, d=1, A=[[Q(9, 10)]], B=[[Q(9, 10)]], E=[[Q(-19, 100)]],
    A_2=[[Q(90171, 100000)]], B_2=[[Q(90171, 100000)]], r=Q(1, 5), c=Q(3, 4), phi=1, b=2, delta=Q(1, 16), eta=Q(1, 100),
)  # fmt: skip
contracts.holds_at(**scalar_layers)
drifts.holds_at(**scalar_layers)
keeps.holds_at(**scalar_layers, begin=Q(1, 25))
w, v = Q(9, 10), Q(90171, 100000)
scalars = dict(k=1, h=1, d=1, Phi=[[1]], r=Q(1, 5), c=Q(3, 4), phi=1, b=2, delta=Q(1, 16), eta=Q(1, 100))
one_step.holds_at(
    **scalars, A=[[w]], B=[[w]], A_2=[[v]], B_2=[[v]], A_0=[[w]], B_0=[[w]], A_1=[[v]], B_1=[[v]],
    e_0=(w**2 - 1) ** 2, e_1=(w**2 - 1) ** 2, e_2=(v**2 - 1) ** 2, m_1=0, m_2=0,
)  # fmt: skip
for_ever.holds_at(**scalars, T=2, L=[[[w]], [[v]]], R=[[[w]], [[v]]], e=[(w**2 - 1) ** 2, (v**2 - 1) ** 2], m=[0, 0])
constants.holds_at(c=Q(1, 2), phi=1, r=Q(1, 2), delta=Q(1, 8192), eta=Q(1, 2**19))
nonclaim("More than two layers: there the bound is enclosed at instances, see the bound on descent.")
nonclaim("The target is at least as wide as high; for the other case transpose everything.")

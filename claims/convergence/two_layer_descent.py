"""Two layers of any size: a step of descent contracts the loss and keeps the conditions under which it does.

The descent theorem for two layers, with better constants than the published ones, which imply them. What a step adds to
the imbalance is at most a multiple of what it takes from the loss.
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
step = dict(step_A=A2 == A - eta * E @ B.T, step_B=B2 == B - eta * A.T @ E)

below = lemma(size=frobenius(M) ** 2 <= delta**2, then=psd(delta * I - M))
full = lemma(floor=target["floor"], near=state["near"], then=psd(W @ W.T - c**2 * I))
bounded_end = lemma(size=target["size"], near=state["near"], then=frobenius(W) ** 2 <= (phi + r) ** 2)
floor = lemma(full=psd(W @ W.T - c**2 * I), balance=state["balance"], then=psd(S - (c - delta / 2) * I))
end_and_gap = dict(end=frobenius(W) ** 2 <= omega**2, balance=state["balance"], room=omega + delta <= b)
ceiling = lemma(**end_and_gap, then=both(psd(b * I - S), psd(b**2 * I - S @ S)))
contracts = corrected(
    **target, **state, **rates, **step, small=4 * delta <= c, then=frobenius(error(A2, B2)) ** 2 <= (1 - eta * c) * loss
)
drifts = lemma(
    **target, **state, **rates, **step, small=4 * delta <= c,
    then=frobenius(imbalance(A2, B2)) ** 2 <= (delta + 2 * eta**2 * b * loss) ** 2,
)  # fmt: skip

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

constants = corrected(  # those of the published theorem, for b = 3 phi
    order=c <= phi,
    margin=r <= phi - c,
    balance=2048 * phi * delta <= c**2,
    step=49152 * phi**4 * eta <= c**3,
    then=both(
        8 * delta <= c, 16 * eta * (3 * phi) ** 2 <= c, 16 * eta * (3 * phi) * r**2 <= c**2, phi + r + c / 4 <= 3 * phi
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
    more = S + delta / 2 * I
    p.have(psd(more), by.algebra(by.gram(A.T), by.times(delta / 2, by.gram(identity(k)))))
    p.have(c >= 0, by.positive())
    p.have(
        psd(more**2 - c**2 * I),
        by.algebra(p.full, by.congruence(A.T, up), by.times(delta**2 / 4, by.gram(identity(k)))),
    )
    root_ = p.have(psd(more - c * I), by.lemma("base:psd-root-monotone", A=more, a=c, N=2))
    p.conclude(by.algebra(root_))
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


def bounds(p):
    """Bounds of W, A A^T and B^T B."""
    omega = phi + r
    p.have(omega > 0, by.positive())
    end = p.have(frobenius(W) ** 2 <= omega**2, by.lemma(bounded_end))
    p.have(frobenius(B.T @ A.T) ** 2 <= omega**2, by.algebra(end))
    p.have(frobenius(imbalance(B.T, A.T)) ** 2 <= delta**2, by.algebra(p.balance))
    p.have(omega + delta <= b, by.algebra(p.room, by.times(Q(1, 4), p.small)))
    S1, S2 = (p.have(f, by.lemma(ceiling, omega=omega)) for f in (psd(b * I - S), psd(b**2 * I - S @ S)))
    X1, X2 = (p.have(f, by.lemma(ceiling, omega=omega, A=B.T, B=A.T)) for f in (psd(b * I - X), psd(b**2 * I - X @ X)))
    return end, S1, S2, X1, X2


with proof(contracts) as p:
    end, S1, S2, X1, X2 = bounds(p)
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
    end, S1, S2, X1, X2 = bounds(p)
    P, Q_ = B @ E.T @ E @ B.T, A.T @ E @ E.T @ A
    p.have(frobenius(-gap) ** 2 <= delta**2, by.algebra(p.balance))
    up = p.have(psd(delta * I - gap), by.lemma(below, M=gap))
    down = p.have(psd(delta * I + gap), by.lemma(below, M=-gap))
    first = p.have(trace(P) <= b * loss, by.algebra(by.trace(by.congruence(E.T, X1))))
    second = p.have(trace(Q_) <= b * loss, by.algebra(by.trace(by.congruence(E, S1))))
    p.have(trace(P) >= 0, by.algebra(by.trace(by.gram(E @ B.T))))
    p.have(trace(Q_) >= 0, by.algebra(by.trace(by.gram(E.T @ A))))
    p.have(b * loss >= 0, by.positive())
    squares = []
    for Z, half, bound in ((P, E @ B.T, first), (Q_, E.T @ A, second)):
        own = p.have(
            frobenius(Z) ** 2 <= trace(Z) ** 2, by.algebra(by.trace(by.gram(half), by.dominate(by.gram(half))))
        )
        squares.append(
            p.have(frobenius(Z) ** 2 <= b**2 * loss**2, by.algebra(own, by.times(b * loss + trace(Z), bound)))
        )
    apart = p.have(
        frobenius(P - Q_) ** 2 <= 2 * b**2 * loss**2,
        by.algebra(*squares, by.times(2, by.trace(by.gram(E @ B.T), by.gram(E.T @ A)))),
    )
    along = p.have(
        inner(gap, P - Q_) <= 2 * delta * b * loss,
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
            by.times(2 * eta**2, along),
            by.times(eta**4, apart),
            by.times(2 * eta**4, by.square(b * loss)),
        )
    )
with proof(keeps) as p:
    now = allowed(loss)
    one = p.have(c * (1 / c) == 1, by.algebra(by.inverse(c)))
    p.have(begin - loss >= 0, by.algebra(p.fallen))
    p.have(loss >= 0, by.positive())
    p.have(loss <= r**2, by.algebra(p.begin, p.fallen))
    p.have(now > 0, by.algebra(by.times(2 * eta * b / c, p.fallen), p.hypothesis("delta.positive")))
    p.have(
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
with proof(constants) as p:
    one = p.have(phi * (1 / phi) == 1, by.algebra(by.inverse(phi)))
    two = p.have(phi**2 * (1 / phi) ** 2 == 1, by.algebra(by.power(one, 2)))
    square = by.times(c, p.order)
    cube = by.times(c, phi + c, p.order)
    small_gap = p.have(phi * (c - 8 * delta) >= 0, by.algebra(square, by.times(Q(1, 256), p.balance), c * phi))
    slow = p.have(phi**2 * (c - 144 * eta * phi**2) >= 0, by.algebra(cube, by.times(Q(144, 49152), p.step), c * phi**2))
    radius = p.have(r**2 <= phi**2, by.algebra(by.times(phi + r, by.plus(p.margin, c))))
    drift = p.have(
        phi * (c**2 - 48 * eta * phi * r**2) >= 0,
        by.algebra(
            by.times(48 * eta * phi**2, radius), by.times(Q(48, 49152), p.step), by.times(c**2, p.order), c**2 * phi
        ),
    )
    p.conclude(
        by.algebra(by.times(1 / phi, small_gap), by.scaled(c - 8 * delta, one)),
        by.algebra(by.times(by.square(1 / phi), slow), by.scaled(c - 144 * eta * phi**2, two)),
        by.algebra(by.times(1 / phi, drift), by.scaled(c**2 - 48 * eta * phi * r**2, one)),
        by.algebra(p.margin, phi, c),
    )

light = dict(trials=2, max_size=1, search=0, necessity=0, mutants=False, enclosed=1, work=2_000)
check(below, **light)
check(full, **light)
check(bounded_end, **light)
check(floor, **light)
check(ceiling, **light)
check(contracts, **light)
check(drifts, **light)
check(keeps, **light)
check(constants, **light)
scalar_layers = dict(
    k=1, h=1, d=1, A=[[Q(9, 10)]], B=[[Q(9, 10)]], E=[[Q(-19, 100)]],
    A_2=[[Q(90171, 100000)]], B_2=[[Q(90171, 100000)]], r=Q(1, 5), c=Q(3, 4), phi=1, b=2, delta=Q(1, 16), eta=Q(1, 100),
)  # fmt: skip
contracts.holds_at(**scalar_layers)
drifts.holds_at(**scalar_layers)
keeps.holds_at(**scalar_layers, begin=Q(1, 25))
constants.holds_at(c=Q(1, 2), phi=1, r=Q(1, 2), delta=Q(1, 8192), eta=Q(1, 2**19))
nonclaim(
    "A step is proved to give back its own conditions (`keeps`), so that the loss falls by the factor 1 - eta c in "
    "every step; this induction over the steps is said here and not in a certificate."
)
nonclaim("The target is at least as wide as high; for the other case transpose everything.")

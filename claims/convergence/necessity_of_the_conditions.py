"""Without margin or balance descent may stay away from the minimum or rise; neither condition is necessary."""

from verify.statement import *

covers("C-36", "C-37")

T = nat("T", at_least=1)
k, q = nat("k", between=(1, T - 1)), nat("q", between=(1, T))
u = reals("u", count=T)  # two equal scalar layers, target -1
A = chosen("A", positive=True)
eta, phi = real("eta", positive=True), real("phi", positive=True)
w, v = real("w"), real("v")
a, b, a2, b2 = (real(name) for name in ("a", "b", "a_2", "b_2"))

necessary = printed(
    of="C-36",
    consequence="caution",
    step=v == w - eta * (w - phi),
    small=eta <= 1,
    then=(w - phi) ** 2 < phi**2,
    expect=REFUTED,
    reading="one layer: descent that contracts starts with a positive margin",
)
stays_away = corrected(
    of="C-36",
    step=forall(k, u[k + 1] == u[k] - eta * u[k] * (u[k] ** 2 + 1)),
    start=u[1] == 1,
    small=eta <= Q(1, 2),
    then=(u[T] ** 2 + 1) ** 2 >= 1,
)
stays_between = lemma(
    step=forall(k, u[k + 1] == u[k] - eta * u[k] * (u[k] ** 2 + 1)),
    start=u[1] * (1 - u[1]) >= 0,
    small=eta <= Q(1, 2),
    then=u[T] * (1 - u[T]) >= 0,
)
without_balance = printed(
    of="C-37",
    consequence="contrary",
    margin=absolute(a * b - 1) <= Q(1, 2),
    rate=eta <= A * Q(1, 2) ** 4,
    step_a=a2 == a - eta * b * (a * b - 1),
    step_b=b2 == b - eta * a * (a * b - 1),
    then=(a2 * b2 - 1) ** 2 <= (a * b - 1) ** 2,
    expect=REFUTED,
    reading="two scalar layers, target 1, margin 1/2 and no balance: the loss does not rise",
)

with proof(stays_away) as p:
    p.conclude(by.algebra(by.square(u[T] ** 2), by.square(u[T])))
with proof(stays_between) as p:
    x = u[q]
    low, high = by.plus(by.square(x), IH), by.plus(by.square(1 - x), IH)
    factor = by.plus(p.small, p.small, by.times(eta, by.plus(high, IH)))
    every = p.have(
        u[q] * (1 - u[q]) >= 0,
        by.induction(
            q,
            base=p.start,
            step=(
                by.times(low, factor, high),
                by.times(by.square(x), factor, eta * (1 + x**2)),
                by.scaled(1 - u[q + 1] - x + eta * x * (x**2 + 1), p.step(q)),
            ),
        ),
    )
    p.conclude(by.algebra(every(T)))

K = 8 * (1 + 1 / A)
h = 1 / (2 * K)
without_balance.fails_at(a=K, b=h, eta=A / 16, a_2=K + A / 32 * h, b_2=h + A / 32 * K)
with refutation(without_balance) as p:
    one = p.have(A * (1 / A) == 1, by.algebra(by.inverse(A)))
    two = p.have(2 * K * h == 1, by.algebra(by.inverse(2 * K)))
    half = p.have(a * b == Q(1, 2), by.algebra(two))
    p.have(a * b - 1 <= Q(1, 2), by.algebra(half))
    p.have(-(a * b - 1) <= Q(1, 2), by.algebra(half))
    p.have(a2 == a - eta * b * (a * b - 1), by.algebra(by.scaled(eta * b, half)))
    p.have(b2 == b - eta * a * (a * b - 1), by.algebra(by.scaled(eta * a, half)))
    X = A / 32 * K**2 + A / 32 * h**2 + (A / 32) ** 2 * K * h
    p.have(X >= 0, by.positive())
    large = p.have(X >= 4, by.algebra(2 * A, 2 / A, by.scaled(4 + 2 / A, one), A / 32 * h**2, (A / 32) ** 2 * K * h))
    p.conclude(by.algebra(by.times(X, large), 2 * X, by.plus(large), by.scaled(2 * X, half)))

necessary.fails_at(w=3, phi=1, eta=Q(1, 2), v=2)
nonclaim("Balance is not necessary for convergence of the flow from a bounded sublevel set.")

"""For residuals of different size descent on p-th powers, any p > 2, is slow at any step size that does not diverge.

The discrete end-to-end dynamics of N layers arrives in two steps from the same start: enclosed on a grid of N, p and
sizes.
"""

from verify.statement import *

covers("C-43", "C-44", "C-45")

T, N = nat("T", at_least=1), nat("N", at_least=2)
c = real("c", positive=True)  # p - 2, any positive number
k, i = nat("k", between=(1, T - 1)), nat("i", between=(1, T))
e, y, eta = real("e", positive=True), real("y"), real("eta")
large = real("y", positive=True)
f = reals("f", count=T)  # residuals of the second sample at the iterates


def power(x):
    """x^c = x^(p - 2) for positive x."""
    return exp(c * log(x))


longer = lemma(order=e <= large, then=power(e) <= power(large))
diverges = corrected(large=eta * power(e) > 2, then=(e - eta * power(e) * e) ** 2 > e**2)
slow = corrected(
    stable=eta * power(e) <= 2,
    step=forall(k, f[k + 1] == f[k] - eta * power(f[k]) * f[k]),
    before=forall(k, f[k] > 0),
    start=f[1] == y,
    then=f[T] * power(e) >= y * power(e) - 2 * (T - 1) * power(y) * y,
)
needs = corrected(
    slow=f[T] * power(e) >= large * power(e) - 2 * (T - 1) * power(large) * large,
    reached=f[T] <= large / 2,
    then=4 * (T - 1) * power(large) >= power(e),
)

# the discrete end-to-end dynamics for targets (Y, 1) and N layers, from the weights (s^N, 0); Y = v^N
v, s = real("v"), real("s", nonzero=True)
far = v**N - s**N
bottom = N * s ** (2 * (N - 1)) * power(far)  # the step size is its inverse
lands = corrected(below=s**N < v**N, then=s**N + N * s ** (2 * (N - 1)) * power(far) * far / bottom == v**N)

Y = v**N
tuned = 2 * v ** (2 * (N - 1)) / (N * power(Y))  # s^(2 (N - 1)), so that the second step has the right size
gap = Y - root(tuned, 2 * (N - 1)) ** N
step = 1 / (N * tuned * power(gap))
first = step * tuned  # the second weight after one step; the first weight is Y
n2 = Y**2 + first**2
push = step * root(n2, N) ** (N - 1) * power(1 - first) * (1 - first)
arrives = corrected(
    expect=ENCLOSED,
    large=v**N >= 16,
    then=both(
        absolute(1 - first - push * (1 + (N - 1) * first**2 / n2)) <= Q(1, 2),
        absolute(push * (N - 1) * first * Y / n2) <= Q(1, 2),
    ),
)

# descent over two balanced layers, p = 4, targets (h^2, 1), product (h^-6, 0) at first
any_h, h = real("h"), real("h", at_least=2)


def pace(x):
    """The step size by which the first layer arrives; the layers are then x and (x, pace / x^3)."""
    return (x**4 - 1) / (x**2 - 1 / x**6) ** 3


rate = pace(h)
error = 1 - rate / h**2
upper = h + rate * error**3 * rate / h**3  # the layers after two steps
lower = rate / h**3 + rate * error**3 * h
layers_land = corrected(
    then=1 / any_h**3 + pace(any_h) * (any_h**2 - 1 / any_h**6) ** 3 / any_h**3 == any_h, expect=ENCLOSED
)
layers_arrive = corrected(
    then=both(absolute(1 - upper * lower) <= Q(1, 2), absolute(h**2 - upper * h) <= Q(1, 2)), expect=ENCLOSED
)

with proof(longer) as p:
    order = p.have(log(e) <= log(large), by.lemma("logarithm.increasing", x=e, y=large))
    scaled = p.have(c * log(e) <= c * log(large), by.algebra(by.times(c, order)))
    p.conclude(by.lemma("logarithm.exponential", a=c * log(e), b=c * log(large)))
with proof(diverges) as p:
    x = eta * power(e)
    p.have(x > 0, by.algebra(p.large))
    p.conclude(by.algebra(by.times(e * e, x, p.large)))
with proof(slow) as p:
    x, rate = f[k], eta * power(e)
    above = p.have(x > 0, by.algebra(p.before))
    p.have((i - 1) * y >= 0, by.induction(i, step=(IH, p.before(1), p.start)))
    below_y = by.induction(i, base=by.scaled(eta, p.start), step=(
        IH, by.scaled(eta, p.step(i)), by.times(by.square(eta), power(f[i]), p.before(i))))
    below = p.have(eta * (y - f[i]) >= 0, below_y)
    p.have(forall(k, y > 0), by.algebra(p.before(1), p.start))
    ratio = p.have(exp(log(x) - log(y)) == x / y, by.algebra(by.scaled(exp(-log(y)), by.explog(x)),
                   by.scaled(x * exp(-log(y)) / y, by.explog(y)), by.scaled(x * exp(-log(y)), by.inverse(y))))
    logs = p.have(log(y) - log(x) >= 1 - x / y, by.algebra(by.tangent(log(x) - log(y)), ratio))
    grows = p.have(
        rate * power(x) * x <= 2 * power(y) * y,
        by.cases(
            eta,
            at_least_zero=(
                by.times(power(y), y, p.stable),
                by.times(power(e) * power(y), below(k)),
                by.times(CASE, power(e) * power(x) * x, by.tangent(c * (log(y) - log(x)))),
                by.times(CASE, power(e) * power(x) * x * c, logs),
                by.times(power(e) * power(x) * x * c / y, below(k)),
                by.scaled(rate * power(x) * x * c, by.inverse(y)),
            ),
            negative=(by.times(CASE, power(e) * power(x), above), power(y) * y),
        ),
    )
    every = p.have(
        f[i] * power(e) >= y * power(e) - 2 * (i - 1) * power(y) * y,
        by.induction(
            i,
            base=by.scaled(power(e), p.start),
            step=(IH, by.scaled(power(e), p.step(i)), grows(i)),
        ),
    )
    p.conclude(by.algebra(every(T)))
with proof(needs) as p:
    half = by.times(power(e), p.reached)
    whole = p.have(large * (4 * (T - 1) * power(large) - power(e)) >= 0, by.algebra(p.slow, by.times(2, half)))
    p.conclude(
        by.algebra(by.times(1 / large, whole), by.scaled(4 * (T - 1) * power(large) - power(e), by.inverse(large)))
    )
with proof(lands) as p:
    unit = p.have(s * (1 / s) == 1, by.algebra(by.inverse(s)))
    one = by.power(unit, 2 * (N - 1))
    p.conclude(by.algebra(by.scaled(far, one), by.scaled(far, by.inverse(power(far))), by.scaled(far, by.inverse(N))))

for depth, roots in ((2, (4, 10, 100)), (3, (3, 10)), (4, (2, 3)), (5, (2, 3))):
    for root_ in roots:
        for exponent in (Q(1, 2), 1, 2, 4):
            arrives.holds_at(N=depth, v=root_, c=exponent)
light = dict(trials=4, search=0, necessity=0, mutants=False)
check(arrives, layers_land, layers_arrive, **light)
needs.holds_at(c=1, T=2, e=1, y=1, f=[1, Q(1, 2)])
nonclaim("That the end-to-end dynamics stays close to the minimum after it has come close is not shown.")

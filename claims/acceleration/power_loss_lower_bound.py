"""For residuals of different size descent on p-th powers, any p > 2, is slow at any step size that does not diverge.

The discrete end-to-end dynamics of N layers arrives in two steps from the same start: enclosed on a grid of N, p and
sizes.
"""

from verify.statement import *

covers("C-43", "C-44", "C-45")

T, N = nat("T", at_least=1), nat("N", at_least=2)
c = real("c", positive=True)  # p - 2, any positive number
k, i = nat("k", between=(1, T - 1)), nat("i", between=(1, T))
e, y, eta = real("e", positive=True), real("y", positive=True), real("eta", positive=True)
f = reals("f", count=T)  # residuals of the second sample at the iterates


def power(x):
    """x^c = x^(p - 2) for positive x."""
    return exp(c * log(x))


longer = lemma(order=e <= y, then=power(e) <= power(y))
diverges = corrected(large=eta * power(e) > 2, then=(e - eta * power(e) * e) ** 2 > e**2)
slow = corrected(
    stable=eta * power(e) <= 2,
    step=forall(k, f[k + 1] == f[k] - eta * power(f[k]) * f[k]),
    between=forall(k, both(f[k] > 0, f[k] <= y)),
    start=f[1] == y,
    then=f[T] * power(e) >= y * power(e) - 2 * (T - 1) * power(y) * y,
)
needs = corrected(
    slow=f[T] * power(e) >= y * power(e) - 2 * (T - 1) * power(y) * y,
    reached=f[T] <= y / 2,
    then=4 * (T - 1) * power(y) >= power(e),
)

# the discrete end-to-end dynamics for targets (Y, 1) and N layers, from the weights (s^N, 0); Y = v^N
v, s = real("v", positive=True), real("s", positive=True)
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
    below=root(tuned, 2 * (N - 1)) < v,
    large=v**N >= 16,
    then=both(
        absolute(1 - first - push * (1 + (N - 1) * first**2 / n2)) <= Q(1, 2),
        absolute(push * (N - 1) * first * Y / n2) <= Q(1, 2),
    ),
)

h = real("h", at_least=2)  # descent over two balanced layers, p = 4, targets (h^2, 1), product (h^-6, 0) at first
excess = h**4 - 1
rate = excess / (h**2 - 1 / h**6) ** 3  # after one step the layers are h and (h, rate / h^3)
error = 1 - rate / h**2
upper = h + rate * error**3 * rate / h**3  # the layers after two steps
lower = rate / h**3 + rate * error**3 * h
layers_land = corrected(then=1 / h**3 + rate * (h**2 - 1 / h**6) ** 3 / h**3 == h, expect=ENCLOSED)
layers_arrive = corrected(
    then=both(absolute(1 - upper * lower) <= Q(1, 2), absolute(h**2 - upper * h) <= Q(1, 2)), expect=ENCLOSED
)

with proof(longer) as p:
    order = p.have(log(e) <= log(y), by.lemma("logarithm.increasing", x=e, y=y))
    scaled = p.have(c * log(e) <= c * log(y), by.algebra(by.times(c, order)))
    p.conclude(by.lemma("logarithm.exponential", a=c * log(e), b=c * log(y)))
with proof(diverges) as p:
    x = eta * power(e)
    p.conclude(by.algebra(by.times(e * e, x, p.large)))
with proof(slow) as p:
    x = f[k]
    above, under = p.hypothesis("between.1")(k), p.hypothesis("between.2")(k)
    p.have(f[k] > 0, by.algebra(above))
    p.have(f[k] <= y, by.algebra(under))
    less = p.have(power(x) <= power(y), by.lemma(longer, e=x, y=y))
    every = p.have(
        f[i] >= y - (i - 1) * eta * power(y) * y,
        by.induction(
            i,
            base=by.scaled(1, p.start),
            step=(
                IH,
                p.step(i),
                by.times(eta * power(y), p.hypothesis("between.2")(i)),
                by.times(eta, p.hypothesis("between.1")(i), less(i)),
            ),
        ),
    )
    rest = by.times(by.natural(T - 1), power(y) * y, p.stable)
    p.conclude(by.algebra(by.times(power(e), every(T)), rest))
with proof(needs) as p:
    half = by.times(power(e), p.reached)
    whole = p.have(y * (4 * (T - 1) * power(y) - power(e)) >= 0, by.algebra(p.slow, by.times(2, half)))
    p.conclude(
        by.algebra(by.times(1 / y, whole), by.scaled(4 * (T - 1) * power(y) - power(e), by.inverse(y)))
    )
with proof(lands) as p:
    p.have(bottom > 0, by.positive())
    p.conclude(by.algebra(by.scaled(far, by.inverse(bottom))))

for depth, roots in ((2, (4, 10, 100)), (3, (3, 10)), (4, (2, 3)), (5, (2, 3))):
    for root_ in roots:
        for exponent in (Q(1, 2), 1, 2, 4):
            arrives.holds_at(N=depth, v=root_, c=exponent)
light = dict(trials=4, search=0, necessity=0, mutants=False)
check(arrives, layers_land, layers_arrive, **light)
needs.holds_at(c=1, T=2, e=1, y=1, f=[1, Q(1, 2)])
nonclaim("That the end-to-end dynamics stays close to the minimum after it has come close is not shown.")

"""For residuals of different size descent on p-th powers, p > 2, is slow at any step size that does not diverge."""

from verify.statement import *

covers("C-43", "C-44", "C-45")

q, T = nat("q", at_least=1), nat("T", at_least=1)  # p = q + 2
k, i = nat("k", between=(1, T - 1)), nat("i", between=(1, T))
e, y, eta = real("e", positive=True), real("y", positive=True), real("eta", positive=True)
f = reals("f", count=T)  # residuals of the second sample at the iterates
Y = real("Y", at_least=10)

diverges = corrected(large=eta * e**q > 2, then=(e - eta * e**q * e) ** 2 > e**2)
slow = corrected(
    stable=eta * e**q <= 2,
    step=forall(k, f[k + 1] == f[k] - eta * f[k] ** q * f[k]),
    between=forall(i, both(f[i] >= 0, f[i] <= y)),
    start=f[1] == y,
    then=f[T] * e**q >= y * e**q - 2 * (T - 1) * y**q * y,
)
needs = corrected(
    slow=f[T] * e**q >= y * e**q - 2 * (T - 1) * y**q * y, reached=f[T] <= y / 2, then=4 * (T - 1) * y**q >= e**q
)

r = 1 / (2 * Y)  # p = 4, two layers, targets (Y, 1), from the weights (r, 0)
step = Y * (1 / (Y - r)) ** 2
first = step * r  # the second weight after one step; the first weight is Y
n = sqrt(Y**2 + first**2)
lands = corrected(then=r + step * 2 * r * (Y - r) ** 3 == Y)
arrives = corrected(
    expect=ENCLOSED,
    then=both(
        absolute(1 - first - step * n * (1 + first**2 / n**2) * (1 - first) ** 3) <= Q(1, 2),
        absolute(step / n * first * Y * (1 - first) ** 3) <= Q(1, 2),
    ),
)

h = real("h", at_least=2)  # descent over two balanced layers, p = 4, targets (h^2, 1), product (h^-6, 0) at first
size = h**4 - 1
rate = size / (h**2 - 1 / h**6) ** 3  # after one step the layers are h and (h, rate / h^3)
error = 1 - rate / h**2
upper = h + rate * error**3 * rate / h**3  # the layers after two steps
lower = rate / h**3 + rate * error**3 * h
layers_land = corrected(then=1 / h**3 + rate * (h**2 - 1 / h**6) ** 3 / h**3 == h, expect=ENCLOSED)
layers_arrive = corrected(
    then=both(absolute(1 - upper * lower) <= Q(1, 2), absolute(h**2 - upper * h) <= Q(1, 2)), expect=ENCLOSED
)

with proof(diverges) as p:
    x = eta * e**q
    p.conclude(by.algebra(by.times(e * e, x, p.large)))
with proof(slow) as p:
    x = f[i]
    above, below = p.hypothesis("between.1")(i), p.hypothesis("between.2")(i)
    power = p.have(x**q <= y**q, by.lemma("powers.monotone", a=x, b=y, k=q))
    every = p.have(
        f[i] >= y - (i - 1) * eta * y**q * y,
        by.induction(
            i,
            base=by.scaled(1, p.start),
            step=(IH, p.step(i), by.times(eta * y**q, below), by.times(eta, above, power(i))),
        ),
    )
    rest = by.times(by.natural(T - 1), y**q * y, p.stable)
    p.conclude(by.algebra(by.times(e**q, every(T)), rest))
with proof(needs) as p:
    p.have(e**q >= 0, by.positive())
    half = by.times(e**q, p.reached)
    whole = p.have(y * (4 * (T - 1) * y**q - e**q) >= 0, by.algebra(p.slow, by.times(2, half)))
    p.conclude(by.algebra(by.times(1 / y, whole), by.scaled(4 * (T - 1) * y**q - e**q, by.inverse(y))))
with proof(lands) as p:
    p.have(2 * Y > 0, by.algebra(p.hypothesis("Y.at_least")))
    half = p.have(r * (2 * Y) == 1, by.algebra(by.inverse(2 * Y)))
    p.have(Y - r > 0, by.algebra(p.hypothesis("Y.at_least"), by.times(r, p.hypothesis("Y.at_least")), half))
    one = p.have((Y - r) * (1 / (Y - r)) == 1, by.algebra(by.inverse(Y - r)))
    g = 1 / (Y - r)
    p.conclude(by.algebra(by.scaled((Y - r) ** 3 * g**2, half), by.scaled((Y - r) * ((Y - r) * g + 1), one)))

needs.holds_at(q=1, T=2, e=1, y=1, f=[1, Q(1, 2)])
nonclaim("That the end-to-end dynamics stays close to the minimum after it has come close is not shown.")

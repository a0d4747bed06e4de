"""The loss of the p-th powers of the residuals is convex for p >= 1, and not for p = 1/2."""

from verify.statement import *

covers("C-42")

p_, q, n = nat("p", at_least=1), nat("q", at_least=1), nat("n", at_least=1)
i = index("i", n)
a, b = reals("a", count=n, nonnegative=True), reals("b", count=n, nonnegative=True)
x, y, m = real("x"), real("y"), real("m", nonnegative=True)

ordered = lemma(sum=x + y >= 0, then=(x - y) * (x**p_ - y**p_) >= 0)
one_residual = lemma(middle=2 * m == x + y, then=m**p_ <= (x**p_ + y**p_) / 2)
convex = printed(then=total(i, ((a[i] + b[i]) / 2) ** p_) <= (total(i, a[i] ** p_) + total(i, b[i] ** p_)) / 2)
u, v = real("x", nonnegative=True), real("y", nonnegative=True)
root_loss = printed(
    consequence="caution",
    then=root((u + v) / 2, 2) <= (root(u, 2) + root(v, 2)) / 2,
    expect=REFUTED,
    reading="p = 1/2",
)

with proof(ordered) as p:
    first = indicator(x >= y)  # the larger one is not negative, and its square is the larger square
    side = 2 * first - 1
    apart = p.have(side * (x - y) >= 0, by.algebra(by.reaches(x - y), by.below(x - y)))
    tops = [
        p.have(first * x >= 0, by.algebra(by.times(first / 2, p.sum), by.times(Q(1, 2), by.reaches(x - y)))),
        p.have((1 - first) * y >= 0, by.algebra(by.times((1 - first) / 2, p.sum), by.times(Q(1, 2), by.below(x - y)))),
    ]
    x_q, y_q = (
        p.have(which * z**q >= 0, by.induction(q, base=top, step=(by.times(top, IH),)))
        for which, z, top in ((first, x, tops[0]), (1 - first, y, tops[1]))
    )
    squares = p.have(
        side * (x ** (2 * q) - y ** (2 * q)) >= 0,
        by.induction(
            q,
            base=by.times(p.sum, apart),
            step=((x**2 + y**2) / 2 * IH, by.times(x ** (2 * q) / 2 + y ** (2 * q) / 2, p.sum, apart)),
        ),
    )
    gap = side * (x**q - y**q)
    never = by.plus(squares(q), by.times(CASE, CASE), by.times(2, CASE, by.plus(x_q(q), y_q(q))))
    every = p.have(gap >= 0, by.cases(gap, at_least_zero=(CASE,), negative=(by.absurd(gap, never),)))
    p.conclude(by.algebra(by.times(apart, every(p_))))
with proof(one_residual) as p:
    p.have(x + y >= 0, by.algebra(p.middle, m))
    order = p.have((x - y) * (x**q - y**q) >= 0, by.lemma(ordered, p=q))
    every = p.have(
        m**q <= (x**q + y**q) / 2,
        by.induction(q, base=p.middle, step=(m * IH, order(q), by.scaled(x**q / 4 + y**q / 4, p.middle))),
    )
    p.conclude(by.algebra(every(p_)))
with proof(convex) as p:
    p.have(2 * ((a[i] + b[i]) / 2) == a[i] + b[i], by.algebra())
    each = p.have(
        ((a[i] + b[i]) / 2) ** p_ <= (a[i] ** p_ + b[i] ** p_) / 2,
        by.lemma(one_residual, x=a[i], y=b[i], m=(a[i] + b[i]) / 2),
    )
    p.conclude(by.algebra(by.total(i, 1, n, each)))

root_loss.fails_at(x=0, y=1)
nonclaim("Residuals enter by their absolute values; powers that are not whole numbers are not treated.")

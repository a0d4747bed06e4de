"""The loss of the p-th powers of the residuals is convex for p >= 1, and not for p = 1/2."""

from verify.statement import *

covers("C-42")

p_, q, n = nat("p", at_least=1), nat("q", at_least=1), nat("n", at_least=1)
i = index("i", n)
a, b = reals("a", count=n, nonnegative=True), reals("b", count=n, nonnegative=True)
x, y, m = (real(letter, nonnegative=True) for letter in "xym")

ordered = lemma(then=(x - y) * (x**p_ - y**p_) >= 0)
one_residual = lemma(middle=2 * m == x + y, then=m**p_ <= (x**p_ + y**p_) / 2)
convex = printed(then=total(i, ((a[i] + b[i]) / 2) ** p_) <= (total(i, a[i] ** p_) + total(i, b[i] ** p_)) / 2)
root_loss = printed(
    consequence="caution",
    then=root((x + y) / 2, 2) <= (root(x, 2) + root(y, 2)) / 2,
    expect=REFUTED,
    reading="p = 1/2",
)

with proof(ordered) as p:
    every = p.have(
        (x - y) * (x**q - y**q) >= 0,
        by.induction(
            q, base=by.square(x - y), step=((x + y) / 2 * IH, by.times(x**q / 2 + y**q / 2, by.square(x - y)))
        ),
    )
    p.conclude(by.algebra(every(p_)))
with proof(one_residual) as p:
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

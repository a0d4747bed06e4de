"""From a contraction factor to the number of steps: logarithmic in the accuracy."""

from verify.statement import *

covers("C-39", "K-03", "K-51", "K-52", "K-53", "K-54")

k = nat("k")
x, any_x = real("x", positive=True), real("z")
L0, eps = real("L_0", positive=True), real("eps", positive=True)
any_L0 = real("L_0")


def steps(accuracy, at_first=L0):
    """The number of steps that the bound at_first exp(-x t) <= accuracy asks for."""
    return log(at_first / accuracy) / x


tangent = printed(of="K-51", range=both(any_x > 0, any_x < 1), then=1 - any_x <= exp(-any_x))
everywhere = corrected(of="K-51", then=1 - any_x <= exp(-any_x))
loose_power = printed(
    of="K-52",
    consequence="hypothesis",
    then=L0 * (1 - x) ** k <= L0 * exp(-x * k), expect=REFUTED, reading="x = eta c^(2(N-1)/N) of any size"
)
power = corrected(of="K-52", step=x <= 1, then=L0 * (1 - x) ** k <= L0 * exp(-x * k))
logarithms = printed(of="K-53", reached=L0 * exp(-x * k) <= eps, then=log(L0 * exp(-x * k)) <= log(eps))
needed = printed(of="K-54", reached=L0 * exp(-x * k) <= eps, then=k >= steps(eps))
enough = corrected(of=("K-54", "C-39"), count=k >= steps(eps, any_L0), then=any_L0 * exp(-x * k) <= eps)
linear_in_accuracy = printed(
    of="K-03",
    consequence="caution",
    then=steps(eps / 2) == steps(eps) / 2, expect=REFUTED, reading="T is a linear function of the accuracy"
)
halving = corrected(of="K-03", then=steps(eps / 2) == steps(eps) + log(2) / x)

with proof(tangent) as p:
    p.conclude(by.algebra(by.tangent(-any_x)))
with proof(everywhere) as p:
    p.conclude(by.algebra(by.tangent(-any_x)))
with proof(power) as p:
    p.have(1 - x >= 0, by.algebra(p.step))
    p.have(1 - x <= exp(-x), by.algebra(by.tangent(-x)))
    each = p.have((1 - x) ** k <= exp(-x) ** k, by.lemma("powers.monotone", a=1 - x, b=exp(-x)))
    p.conclude(by.algebra(by.times(L0, each)))
with proof(logarithms) as p:
    p.conclude(by.lemma("logarithm.increasing", x=L0 * exp(-x * k), y=eps))
with proof(needed) as p:
    below = p.have(log(L0 * exp(-x * k)) <= log(eps), by.lemma(logarithms))
    sum_ = p.have(
        log(L0 * exp(-x * k)) == log(L0) + log(exp(-x * k)), by.lemma("logarithm.of_product", x=L0, y=exp(-x * k))
    )
    split = p.have(
        log((L0 / eps) * eps) == log(L0 / eps) + log(eps), by.lemma("logarithm.of_product", x=L0 / eps, y=eps)
    )
    whole = p.have(L0 / eps * eps == L0, by.algebra(by.scaled(L0, by.inverse(eps))))
    one = p.have(x * (1 / x) == 1, by.algebra(by.inverse(x)))
    exponent = p.have(
        x * k - log(L0 / eps) >= 0, by.algebra(below, sum_, by.logexp(-x * k), by.same("log", whole), split)
    )
    p.conclude(by.algebra(by.times(1 / x, exponent), by.scaled(k, one)))
with proof(enough) as p:
    first, one = any_L0, by.inverse(x)
    v = log(first / eps)
    p.have(x * k >= v, by.algebra(by.times(x, p.count), by.scaled(v, one)))
    small = p.have(exp(-x * k) <= exp(-v), by.lemma("logarithm.exponential", a=-x * k, b=-v))
    p.conclude(
        by.cases(
            -first,
            at_least_zero=(by.times(CASE, exp(-x * k)), eps),
            negative=(
                by.times(CASE, small),
                by.scaled(exp(-v) * eps, by.explog(first / eps)),
                by.scaled(first * exp(-v), by.inverse(eps)),
            ),
        )
    )
with proof(halving) as p:
    split = p.have(log((L0 / eps) * 2) == log(L0 / eps) + log(2), by.lemma("logarithm.of_product", x=L0 / eps, y=2))
    p.conclude(by.algebra(by.scaled(1 / x, split)))

loose_power.fails_at(k=2, x=4, L_0=1)
with refutation(loose_power) as p:
    p.conclude(by.algebra(by.times(exp(-8), by.tangent(8))))
linear_in_accuracy.fails_at(L_0=1, eps=1, x=1)
with refutation(linear_in_accuracy) as p:  # log 2 >= 1/2, against half of log 1
    p.conclude(by.algebra(by.tangent(-log(2)), by.scaled(exp(-log(2)) / 2, by.explog(2))))
everywhere.tight_at(z=0)
nonclaim("These are facts about the bound; the loss may be far below it.")

"""The null space of the infinite-width tangent kernel, for any unit inputs.

A vector c is in it if and only if sum c_i x_i = 0 and, on every line through the origin, the c_i of the inputs on that
line sum to 0. So repeated inputs make the kernel singular, one antipodal pair does not, and antipodal pairs in linearly
dependent directions do. A coefficient of an input that is alone on its line is 0.
"""

from verify.statement import *

covers("D-40")

n, d = nat("n", at_least=1), nat("d", at_least=1)
i, i0, l, k = index("i", n), index("i0", n), index("l", n), nat("k", between=(1, n))
x, c = unit_vectors("x", count=n, dim=d), reals("c", count=n)
tau = real("tau", positive=True)
g, e = iid("g", law=gaussian(d)), iid("e", law=gaussian(1))


def rho(a, b):
    return dot(x[a], x[b])


def on_one_line(a, b):
    """1 if the two inputs are equal or antipodal."""
    return indicator(rho(a, b) ** 2 >= 1)


energy = total(i, total(l, c[i] * c[l] * (rho(i, l) * (pi - acos(rho(i, l))) / (2 * pi))))
resultant = total(i, c[i] * x[i])
line = total(i, c[i] * on_one_line(i, k))

at_least = lemma(then=energy >= trace(resultant.T @ resultant) / 4)


def turned(a, by_angle=tau):
    """What the turn changes in the row of x_k, at x_a."""
    return rho(a, k) * (acos(rho(a, k) * cos(by_angle)) - acos(rho(a, k)))


def change(by_angle):
    """What the turn changes in the row of x_k times c."""
    return total(i, c[i] * turned(i, by_angle))


still = lemma(null=energy == 0, then=change(tau) == 0)
size = total(i, (1 + c[i] ** 2) / (1 - rho(i, k) ** 2)) / 4
squeezed = lemma(short=tau <= pi / 2, then=absolute(change(tau) - tau * line) <= tau**2 * size)
no_resultant = corrected(null=energy == 0, then=resultant == 0)
no_excess = lemma(null=energy == 0, then=line <= 0)
no_line = corrected(null=energy == 0, then=line == 0)
a, b = nat("a", between=(1, k - 1)), nat("b", between=(k + 1, n))
own_line = corrected(null=energy == 0, alone=total(i, on_one_line(i, k)) <= 1, then=c[k] == 0)


def on(a):
    return indicator(dot(g, x[a]) >= 0)


with proof(at_least) as p:
    p.letter(g)
    half = p.have(E(on(i)) == Q(1, 2), by.lemma("gaussian_half_space.single", x=x[i]))
    both_on = E(rho(i, l) * indicator(both(dot(g, x[i]) >= 0, dot(g, x[l]) >= 0)))
    entry = p.have(
        both_on == rho(i, l) * (pi - acos(rho(i, l))) / (2 * pi), by.lemma("orthant_probability.kernel", x=x[i], z=x[l])
    )
    features = total(i, c[i] * on(i) * x[i]) - resultant / 2
    p.conclude(
        by.algebra(
            by.expectation(by.trace(by.gram(features))),
            by.total(i, 1, n, by.total(l, 1, n, by.scaled(c[i] * c[l], entry))),
            by.total(i, 1, n, by.scaled(c[i] * trace(total(l, c[l] * x[l]).T @ x[i]), half)),
        )
    )
with proof(no_resultant) as p:
    none = p.have(trace(resultant.T @ resultant) <= 0, by.algebra(by.times(4, at_least), by.scaled(4, p.null)))
    p.conclude(by.algebra(by.vanish(resultant, by.anti(by.trace(by.gram(resultant)), none))))
with proof(still) as p:  # features plus a multiple of (1{g.z >= 0} - 1{g.x_k >= 0}) x_k, where z is x_k turned by tau
    p.letter(g)
    p.letter(e)
    z = x[k]
    here = indicator(dot(g, z) >= 0)
    there = indicator(dot(g, cos(tau) * z) + dot(e, sin(tau) * identity(1)) >= 0)
    now = p.have(
        E(on(i) * there) == (pi - acos(rho(i, k) * cos(tau))) / (2 * pi),
        by.lemma("orthant_probability.smooth", x=x[i], z=x[k]),
    )
    first = p.have(
        E(on(i) * here) == (pi - acos(rho(i, k))) / (2 * pi),
        by.lemma("orthant_probability.probability", x=x[i], z=x[k]),
    )
    pair = E(rho(i, l) * indicator(both(dot(g, x[i]) >= 0, dot(g, x[l]) >= 0)))
    entry = p.have(
        pair == rho(i, l) * (pi - acos(rho(i, l))) / (2 * pi), by.lemma("orthant_probability.kernel", x=x[i], z=x[l])
    )
    s, again = (total(j, c[j] * turned(j)) / (2 * pi) for j in (i, l))
    test = there - here
    features = total(i, c[i] * on(i) * x[i]) + s * test * z
    unit = p.hypothesis("x.unit")(k)
    most = p.have(test**2 <= 1, by.algebra(by.times(1 - here, 1 - there), by.times(here, there)))
    twice = p.have(
        s**2 <= 0,
        by.algebra(
            by.expectation(by.trace(by.gram(features))),
            by.total(i, 1, n, by.total(l, 1, n, by.scaled(c[i] * c[l], entry))),
            p.null,
            by.scaled(s**2 * E(test**2), unit),
            by.times(s**2, by.expectation(most)),
            by.total(i, 1, n, by.scaled(2 * again * c[i] * rho(i, k), now)),
            by.total(i, 1, n, by.scaled(-2 * again * c[i] * rho(i, k), first)),
        ),
    )
    zero = p.have(s * identity(1) == 0 * identity(1), by.algebra(
        by.vanish(s * identity(1), by.anti(by.square(s), twice))))
    p.conclude(by.algebra(by.scaled(2 * pi, by.trace(zero)), by.scaled(change(tau), by.inverse(pi))))
with proof(squeezed) as p:  # only inputs on the line of x_k change by a multiple of tau, the others by one of tau^2
    u, v = p.hypothesis("x.unit")(i), p.hypothesis("x.unit")(k)
    p.have(rho(i, k) >= -1, by.algebra(by.times(Q(1, 2), by.trace(by.gram(x[i] + x[k]))), u, v))
    p.have(rho(i, k) <= 1, by.algebra(by.times(Q(1, 2), by.trace(by.gram(x[i] - x[k]))), u, v))
    sharp, bound = on_one_line(i, k) * tau, tau**2 / (1 - rho(i, k) ** 2) / 2
    high = p.have(turned(i) - sharp <= bound, by.lemma("kernel_kink.kink", rho=rho(i, k)))
    low = p.have(sharp - turned(i) <= bound, by.lemma("kernel_kink.kink", rho=rho(i, k)))
    plus, minus = by.square(1 + c[i]), by.square(1 - c[i])
    p.conclude(
        *(
            by.algebra(by.total(i, 1, n, by.plus(by.times(Q(1, 4), plus, one), by.times(Q(1, 4), minus, two))))
            for one, two in ((high, low), (low, high))
        )
    )
with proof(no_excess) as p:  # with a turn that is small against the sum, should the sum be positive
    u, v = p.hypothesis("x.unit")(i), p.hypothesis("x.unit")(k)
    less = by.algebra(by.times(Q(1, 2), by.trace(by.gram(x[i] - x[k]))), u, v)
    more = by.algebra(by.times(Q(1, 2), by.trace(by.gram(x[i] + x[k]))), u, v)
    below, above = p.have(1 - rho(i, k) >= 0, less), p.have(1 + rho(i, k) >= 0, more)
    rest = p.have(1 - rho(i, k) ** 2 >= 0, by.algebra(by.times(below, above)))
    room = p.have(size >= 0, by.algebra(by.total(i, 1, n, by.times(Q(1, 4), 1 + c[i] ** 2, 1 / (1 - rho(i, k) ** 2)))))
    q, mark = pi / 2, line * indicator(line >= 0) + indicator(-line >= 0)  # the sum if it is > 0, positive in any case
    there = p.have(
        mark > 0,
        by.cases(
            -line,
            at_least_zero=(by.decided(-line), by.reaches(line)),
            negative=(by.scaled(line, by.decided(line)), CASE, indicator(-line >= 0)),
        ),
    )
    flat = p.have(1 - cos(q) <= q**2 / 2, by.lemma("cosine.flat", a=q))
    wide = p.have(  # q^2 >= 2
        q >= 1, by.algebra(by.times(2 / (q + 1), flat), by.scaled(q - 1, by.inverse(q + 1)), 1 / (q + 1))
    )
    bottom = mark + 1 + size
    p.have(bottom > 0, by.algebra(there, room))
    turn = mark / bottom
    p.have(turn > 0, by.algebra(by.times(there, 1 / bottom)))
    p.have(turn <= q, by.algebra(wide, by.times(1 / bottom, 1 + size), by.inverse(bottom)))
    none = p.have(change(turn) == 0, by.lemma(still, tau=turn))
    bound = p.have(turn * line - change(turn) <= turn**2 * size, by.lemma(squeezed, tau=turn))
    near = p.have(
        line <= turn * size,
        by.algebra(
            by.times(1 / turn, bound), by.scaled(1 / turn, none), by.scaled(turn * size - line, by.inverse(turn))
        ),
    )
    clear = p.have(
        line * bottom <= size * mark,
        by.algebra(by.times(bottom, near), by.scaled(size * mark, by.inverse(bottom))),
    )
    slack = line - size  # times mark - line, which is 0 where the sum is positive
    never = by.plus(
        clear,
        CASE,
        by.times(CASE, CASE),
        by.scaled(slack * line, by.decided(line)),
        by.scaled(slack, by.decided(-line)),
    )
    p.conclude(by.cases(-line, at_least_zero=CASE, negative=by.absurd(line, never)))
with proof(no_line) as p:
    above = p.have(line <= 0, by.lemma(no_excess))
    below = p.have(-line <= 0, by.lemma(no_excess, c=-c[i0]))  # i0 is what the image calls the index of c
    p.conclude(by.algebra(by.anti(above, below)))

with proof(own_line) as p:
    whole = p.have(line == 0, by.lemma(no_line))
    unit = p.have(rho(k, k) == 1, by.algebra(p.hypothesis("x.unit")(k)))
    p.have(rho(k, k) ** 2 - 1 >= 0, by.algebra(by.power(unit, 2)))
    mine = p.have(on_one_line(k, k) == 1, by.algebra(by.decided(rho(k, k) ** 2 - 1)))
    alike = on_one_line(i, k)

    def parts(term):
        return by.split(i, 1, k - 1, n, term), by.split(i, k, k, n, term)

    def none(at, low, high, others):  # an indicator is at most the sum of all but that of x_k
        inner = by.split(i, low, at - 1, high, alike), by.split(i, at, at, high, alike)
        rest = total(i, low, at - 1, alike), total(i, at + 1, high, alike), others
        most = p.have(on_one_line(at, k) <= 0, by.algebra(p.alone, *parts(alike), mine, *inner, *rest))
        return p.have(on_one_line(at, k) == 0, by.algebra(by.anti(on_one_line(at, k), most)))

    before, after_ = none(a, 1, k - 1, total(i, k + 1, n, alike)), none(b, k + 1, n, total(i, 1, k - 1, alike))
    p.conclude(
        by.algebra(
            whole,
            *parts(c[i] * alike),
            by.total(a, 1, k - 1, by.scaled(c[a], before)),
            by.total(b, k + 1, n, by.scaled(c[b], after_)),
            by.scaled(c[k], mine),
        )
    )

check(own_line, trials=2, search=0, necessity=0, mutants=False)
pair = [[[1], [0]], [[-1], [0]]]
repeated = [[[1], [0]], [[1], [0]]]
no_line.holds_at(n=2, d=2, k=1, x=repeated, c=[1, -1])
no_resultant.holds_at(n=2, d=2, x=repeated, c=[1, -1])
no_line.breaks_without("null", n=2, d=2, k=1, x=pair, c=[1, 0])
own_line.holds_at(n=1, d=1, k=1, x=[[[1]]], c=[0])
no_resultant.breaks_without("null", n=2, d=2, x=pair, c=[1, 0])
nonclaim("The other direction, that such coefficients are null vectors, is the claim on null vectors.")
nonclaim("How small the least eigenvalue is when inputs are nearly parallel.")

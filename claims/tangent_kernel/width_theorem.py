"""A wide two-layer ReLU network keeps its kernel, so gradient flow fits the labels at a linear rate for ever.

Continuity induction: while no projection of a weight on an input has moved by R, few units have changed their sign, the
kernel is definite, the residual decays, and no projection moves by more than b < R.
"""

from verify.statement import *

covers("D-39", "D-44", "D-54", "D-64", "D-68", "D-69", "D-70")

n, m, d = nat("n", at_least=1), nat("m", at_least=1), nat("d", at_least=1)
i, l, r = index("i", n), index("l", n), index("r", m)
x, e = vectors("x", count=n, dim=d), vectors("e", count=n, dim=n)  # inputs; the standard basis of the outputs
v, v_now, q = vectors("v", count=m, dim=d), vectors("v_now", count=m, dim=d), vector("q", n)
w, u, a, y = curves("w", count=m, dim=d), curve("u", n, 1), reals("a", count=m), vector("y", n)
K = matrix("K", n, n, symmetric=True)  # the limit kernel
lam0, eps = real("lam_0"), real("eps")
R, b, rho = real("R"), real("b"), real("rho")  # only their squares matter
z, g, now, first = vector("z", d), vector("g", d), real("now"), real("first")
inputs, direction = dict(inputs=forall(i, dot(x[i], x[i]) <= 1)), dict(direction=dot(z, z) <= 1)


def on(k):
    return indicator(k >= 0)


def entry(weights, i, l):
    """The kernel of two inputs."""
    return dot(x[i], x[l]) * mean(r, on(dot(weights[r], x[i])) * on(dot(weights[r], x[l])))


def gram(weights):
    """The kernel of the inputs as a matrix."""
    return total(i, total(l, entry(weights, i, l) * (e[i] @ e[l].T)))


def share(weights, i):
    """The share of units within R of the kink at an input."""
    return mean(r, on(R**2 - dot(weights[r], x[i]) ** 2))


def force(weight, residual):
    return total(l, dot(e[l], residual) * on(dot(weight, x[l])) * x[l])


basis = total(i, e[i] @ e[i].T) == I
limit = dict(kernel=lam_min(K) >= lam0, small=eps <= lam0 / 4)
kept = lemma(
    moved=(now - first) ** 2 < R**2,
    then=on(now) + on(first) - 2 * on(now) * on(first) <= on(R**2 - first**2),
)
with proof(kept) as p:
    gap, near = first**2 - R**2, on(R**2 - first**2)
    over = p.have(2 * now * first >= gap, by.algebra(p.moved, by.square(now)))
    apart = [
        p.have(
            on(j) * (1 - on(k)) * gap <= 0,
            by.algebra(by.times(2, by.reaches(j), by.below(k)), by.times(on(j) * (1 - on(k)), over)),
        )
        for j, k in ((now, first), (first, now))
    ]
    p.conclude(
        by.cases(
            -gap,
            at_least_zero=(by.decided(-gap), (1 - on(now)) * (1 - on(first)), on(now) * on(first)),
            negative=(
                by.decided(-gap),
                *(by.times(1 / gap, k) for k in apart),
                by.scaled(on(now) + on(first) - 2 * on(now) * on(first), by.inverse(gap)),
            ),
        )
    )

near_start = forall(r, i, (dot(v_now[r], x[i]) - dot(v[r], x[i])) ** 2 < R**2)
few = forall(i, share(v, i) <= eps / (2 * n))
changed = entry(v_now, i, l) - entry(v, i, l)
by_shares = corrected(**inputs, moved=near_start, then=absolute(changed) <= share(v, i) + share(v, l))
entries = lemma(**inputs, moved=near_start, few=few, then=absolute(changed) <= eps / n)
definite = lemma(
    basis=basis,
    **limit,
    near=forall(i, l, absolute(entry(v, i, l) - dot(e[i], K @ e[l])) <= lam0 / (4 * n)),
    changed=forall(i, l, absolute(changed) <= eps / n),
    then=psd(gram(v_now) - lam0 / 2 * I),
)


def flip(k):
    """Whether a unit has another sign at an input than at the start."""
    return on(dot(v_now[r], x[k])) + on(dot(v[r], x[k])) - 2 * on(dot(v_now[r], x[k])) * on(dot(v[r], x[k]))


with proof(by_shares) as p:
    near = []
    for k in (i, l):
        p.have((dot(v_now[r], x[k]) - dot(v[r], x[k])) ** 2 < R**2, by.algebra(p.moved(r, k)))
        same = by.lemma(kept, now=dot(v_now[r], x[k]), first=dot(v[r], x[k]))
        near.append(p.have(flip(k) <= on(R**2 - dot(v[r], x[k]) ** 2), same))
    flips = mean(r, flip(i)) + mean(r, flip(l))
    later = dot(x[i], x[l]) * mean(
        r, on(dot(v_now[r], x[i])) * on(dot(v_now[r], x[l])) - on(dot(v[r], x[i])) * on(dot(v[r], x[l]))
    )
    for k in (i, l):
        p.have(dot(x[k], x[k]) <= 1, by.algebra(p.inputs(k)))
    up = p.have(later <= flips, by.lemma("sign_changes.upper", x=x[i], z=x[l], w=v_now))
    down = p.have(-later <= flips, by.lemma("sign_changes.lower", x=x[i], z=x[l], w=v_now))
    counted = [by.times(1 / m, by.total(r, 1, m, k)) for k in near]
    p.conclude(by.algebra(up, *counted), by.algebra(down, *counted))
with proof(entries) as p:
    up = p.have(changed <= share(v, i) + share(v, l), by.lemma(by_shares))
    down = p.have(-changed <= share(v, i) + share(v, l), by.lemma(by_shares))
    p.conclude(by.algebra(up, p.few(i), p.few(l)), by.algebra(down, p.few(i), p.few(l)))
with proof(definite) as p:
    gap = entry(v_now, i, l) - dot(e[i], K @ e[l])
    bound = lam0 / (2 * n)
    up = p.have(
        gap <= bound, by.algebra(p.hypothesis("near.1"), p.hypothesis("changed.1"), by.times(1 / n, p.small))
    )
    down = p.have(
        -gap <= bound, by.algebra(p.hypothesis("near.2"), p.hypothesis("changed.2"), by.times(1 / n, p.small))
    )
    pairs = [
        by.total(i, 1, n, by.total(l, 1, n, by.times(Q(1, 4), fact, by.gram((e[i] + k * e[l]).T))))
        for k, fact in ((1, down), (-1, up))
    ]
    p.conclude(
        by.algebra(
            p.kernel,
            *pairs,
            by.total(i, 1, n, by.total(l, 1, n, by.within(e[i], by.single(e[i].T @ K @ e[l]), e[l].T))),
            by.within(total(i, e[i] @ e[i].T) @ K, p.basis),
            p.basis @ K,
            by.scaled(lam0, p.basis),
        )
    )

speed = lemma(**inputs, basis=basis, then=frobenius(force(g, q)) ** 2 <= n * frobenius(q) ** 2)
with proof(speed) as p:
    one, two = (dot(e[k], q) * on(dot(g, x[k])) * x[k] for k in (i, l))
    p.conclude(
        by.algebra(
            by.total(i, 1, n, by.total(l, 1, n, by.times(Q(1, 2), by.trace(by.gram(one - two))))),
            by.total(i, 1, n, by.times(n * dot(e[i], q) ** 2, on(dot(g, x[i])), p.inputs(i))),
            by.total(i, 1, n, by.times(n * dot(e[i], q) ** 2, by.at_most_one(on(dot(g, x[i]))))),
            by.scaled(n, by.trace(by.within(q.T, p.basis, q))),
            by.total(i, 1, n, by.scaled(n, by.trace(by.within(q.T @ e[i], by.single(e[i].T @ q))))),
        )
    )

residual = u - y
training = dict(
    time=clock(),
    **inputs,
    signs=forall(r, a[r] ** 2 == 1),
    flow=forall(r, D(w[r]) == -(a[r] / (n * sqrt(m))) * force(w[r], residual)),
    predictions=D(u) == -gram(w) @ residual / n,
    basis=basis,
)
rate = lam0 / (2 * n)
decays = frobenius(residual) ** 2 <= start(frobenius(residual) ** 2) * exp(-lam0 / n * t)
bounded_start = dict(residual=start(frobenius(residual) ** 2) <= rho**2, wide=m * lam0**2 * b**2 >= 4 * n * rho**2)

decay = lemma(**training, floor=psd(gram(w) - lam0 / 2 * I), then=decays)
with proof(decay) as p:
    slope = p.have(
        D(frobenius(residual) ** 2) <= -lam0 / n * frobenius(residual) ** 2,
        by.algebra(
            by.scaled(2, by.trace(by.within(residual.T, p.predictions))),
            by.times(2 / n, by.trace(by.congruence(residual, p.floor))),
        ),
    )
    p.conclude(by.gronwall(slope))

push = b * rate * exp(-rate * t)  # a bound on the speed of a weight


def moved(direction):
    """How far the projection of a weight has moved."""
    return dot(direction, w[r]) - start(dot(direction, w[r]))


slow = lemma(**training, **bounded_start, **direction, decays=decays, then=dot(z, D(w[r])) ** 2 <= push**2)
movement = lemma(time=clock(), rate=lam0 >= 0, slow=dot(z, D(w[r])) ** 2 <= push**2, then=moved(z) ** 2 <= b**2)
with proof(slow) as p:
    p.have(m >= 0, by.algebra(by.natural(m)))
    root_of_m = p.have(sqrt(m) ** 2 == m, by.lemma("base:real-root", x=m, N=2))
    pull, f = force(w[r], residual), dot(z, D(w[r]))
    along = p.have(
        dot(z, pull) ** 2 <= frobenius(pull) ** 2,
        by.algebra(
            by.trace(by.gram(pull - dot(z, pull) * z)), by.times(by.square(dot(z, pull)), p.direction)
        ),
    )
    strength = p.have(frobenius(pull) ** 2 <= n * frobenius(residual) ** 2, by.lemma(speed, g=w[r], q=residual))
    decayed = p.have(
        dot(z, pull) ** 2 <= n * rho**2 * exp(-lam0 / n * t),
        by.algebra(along, strength, by.times(n, p.decays), by.times(n * exp(-lam0 / n * t), p.residual)),
    )
    moves = p.have(f == -(a[r] / (n * sqrt(m))) * dot(z, pull), by.algebra(by.trace(by.within(z.T, p.flow(r)))))
    square = p.have(
        f**2 == dot(z, pull) ** 2 / (n**2 * m),
        by.algebra(
            by.power(moves, 2),
            by.scaled(dot(z, pull) ** 2 / (n**2 * sqrt(m) ** 2), p.signs(r)),
            by.scaled(dot(z, pull) ** 2 / n**2, by.same("inv", root_of_m)),
        ),
    )
    p.conclude(
        by.algebra(
            square,
            by.times(1 / (n**2 * m), decayed),
            by.times(exp(-lam0 / n * t) / (4 * n**2 * m), p.wide),
        )
    )
with proof(movement) as p:
    p.have(b**2 >= 0, by.algebra(by.square(b)))
    size = sqrt(b**2)
    same = p.have(size**2 == b**2, by.lemma("base:real-root", x=b**2, N=2))
    p.have(size >= 0, by.lemma("base:real-root", x=b**2, N=2))
    fast = size * rate * exp(-rate * t)
    later = []
    for k in (1, -1):
        f = k * dot(z, D(w[r]))
        slower = p.have(
            f <= fast,
            by.cases(
                fast - f,
                at_least_zero=(CASE,),
                negative=(
                    by.absurd(
                        fast - f,
                        by.plus(
                            by.times(CASE, by.plus(CASE, by.times(2, fast))),
                            p.slow,
                            by.scaled((rate * exp(-rate * t)) ** 2, same),
                        ),
                    ),
                ),
            ),
        )
        falls = p.have(D(k * dot(z, w[r]) + size * exp(-rate * t)) <= 0, by.algebra(slower))
        later.append(
            p.have(k * dot(z, w[r]) + size * exp(-rate * t) <= start(k * dot(z, w[r])) + size, by.antitone(falls))
        )
    up = p.have(moved(z) <= size, by.algebra(later[0], size * exp(-rate * t)))
    down = p.have(-moved(z) <= size, by.algebra(later[1], size * exp(-rate * t)))
    p.conclude(by.algebra(by.times(up, down), same))


conditions = dict(
    **training,
    **bounded_start,
    **limit,
    near=forall(i, l, absolute(start(entry(w, i, l)) - dot(e[i], K @ e[l])) <= lam0 / (4 * n)),
    few=forall(i, start(share(w, i)) <= eps / (2 * n)),
)
while_near = lemma(
    **conditions, stays=forall(r, i, moved(x[i]) ** 2 < R**2), then=forall(r, i, moved(x[i]) ** 2 <= b**2)
)


def not_negative(p):
    """What is nearer than lam0 / (4 n) leaves room for it."""
    gap = by.plus(p.hypothesis("near.1")(1, 1), p.hypothesis("near.2")(1, 1))
    p.have(lam0 >= 0, by.algebra(by.times(2 * n, gap)))


with proof(while_near) as p:
    p.have(absolute(entry(w, i, l) - start(entry(w, i, l))) <= eps / n, by.lemma(entries, v=start(w), v_now=w))
    p.have(psd(gram(w) - lam0 / 2 * I), by.lemma(definite, v=start(w), v_now=w))
    p.have(decays, by.lemma(decay))
    p.have(dot(x[i], D(w[r])) ** 2 <= push**2, by.lemma(slow, z=x[i]))
    not_negative(p)
    p.conclude(by.lemma(movement, z=x[i]))

for_ever = dict(**conditions, radius=b**2 < R**2)
few_sign_changes = corrected(**for_ever, then=forall(r, i, moved(x[i]) ** 2 < R**2))
kernel_stays = corrected(
    **for_ever,
    then=both(lam_min(gram(w)) >= lam0 / 2, forall(i, l, absolute(entry(w, i, l) - start(entry(w, i, l))) <= eps / n)),
)
kernel_norm = corrected(
    **for_ever, then=total(i, total(l, (entry(w, i, l) - start(entry(w, i, l))) ** 2)) <= eps**2
)
linear_rate = corrected(**for_ever, then=decays)
lazy = corrected(**for_ever, **direction, bound=b >= 0, then=absolute(moved(z)) <= b)

with proof(few_sign_changes) as p:
    p.conclude(by.continuation(while_near, start=by.plus(p.radius, by.square(b)), margin=p.radius))
with proof(kernel_stays) as p:
    p.have(moved(x[i]) ** 2 < R**2, by.lemma(few_sign_changes))
    p.have(absolute(entry(w, i, l) - start(entry(w, i, l))) <= eps / n, by.lemma(entries, v=start(w), v_now=w))
    p.conclude(
        by.lemma(definite, v=start(w), v_now=w),
        by.lemma(entries, v=start(w), v_now=w),
        by.lemma(entries, v=start(w), v_now=w),
    )
with proof(kernel_norm) as p:
    change = entry(w, i, l) - start(entry(w, i, l))
    up = p.have(change <= eps / n, by.lemma(kernel_stays))
    down = p.have(-change <= eps / n, by.lemma(kernel_stays))
    square = p.have(change**2 <= (eps / n) ** 2, by.algebra(by.times(up(i, l), down(i, l))))
    p.conclude(by.algebra(by.total(i, 1, n, by.total(l, 1, n, square(i, l)))))
with proof(linear_rate) as p:
    p.have(psd(gram(w) - lam0 / 2 * I), by.lemma(kernel_stays))
    p.conclude(by.lemma(decay))
with proof(lazy) as p:
    p.have(decays, by.lemma(linear_rate))
    p.have(dot(z, D(w[r])) ** 2 <= push**2, by.lemma(slow))
    not_negative(p)
    near = p.have(moved(z) ** 2 <= b**2, by.lemma(movement))
    both_ways = []
    for k in (1, -1):
        over = by.times(CASE, by.plus(CASE, by.times(2, p.bound)))  # (k moved - b) (k moved + b)
        both_ways.append(
            by.cases(
                b - k * moved(z),
                at_least_zero=(CASE,),
                negative=(by.absurd(b - k * moved(z), by.plus(over, near)),),
            )
        )
    p.conclude(*both_ways)

one_unit = dict(
    n=1, m=1, d=1, x=[[1]], e=[[1]], K=[[1]], lam_0=1, eps=Q(1, 4), R=1, b=Q(1, 2), rho=Q(1, 4),
    a=[1], y=[[0]], u=[[Q(1, 4)]], w=[[2]],
)  # fmt: skip
while_near.holds_at(**one_unit)
few_sign_changes.holds_at(**one_unit)
kernel_stays.holds_at(**one_unit)
kernel_norm.holds_at(**one_unit)
linear_rate.holds_at(**one_unit)
lazy.holds_at(**one_unit, r=1, z=[[1]])
nonclaim(
    "The equations of motion hold at all times here. A unit that crosses its kink has no derivative at that instant: "
    "solutions with selections of the subgradient, whose equations hold at almost all times, are not covered."
)

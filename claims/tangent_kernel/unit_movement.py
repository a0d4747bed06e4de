"""A unit moves at speed at most ||r|| / sqrt(m n); constant predictions would not move it at all."""

from verify.statement import *

covers("D-52", "D-54", "D-55", "D-56", "D-57", "D-64")

n, m, d, p = nat("n", at_least=1), nat("m", at_least=1), nat("d", at_least=1), nat("p", at_least=1)
i, l = index("i", n), index("l", n)
x, v, c = unit_vectors("x", count=n, dim=d), vector("v", d), reals("c", count=n)  # inputs, a unit, residuals
force = total(i, c[i] * indicator(dot(v, x[i]) >= 0) * x[i])
w, e, R, lam = curve("w", d, 1), unit_vector("e", d), real("R", positive=True), real("lam", positive=True)
B, s = chosen("B"), real("s", nonnegative=True)
delta, rho = real("Delta", positive=True), real("rho", nonnegative=True)
model = differentiable_model("u", outputs=n, parameters=p)
y = vector("y", n)

speed = corrected(of="D-55", then=frobenius(force) ** 2 / (m * n**2) <= total(i, c[i] ** 2) / (m * n))
path = curve("s")
integral = printed(
    of="D-55",
    time=clock(),
    length=both(D(path) ** 2 == frobenius(D(w)) ** 2, D(path) >= 0, start(path) == 0),
    then=dot(e, w - start(w)) <= path,
    reading="the distance from the start, in every direction, is at most the length of the path",
)
movement = corrected(
    of=("D-54", "D-64"),
    time=clock(),
    speed=frobenius(D(w)) ** 2 <= R**2,
    then=dot(e, w - start(w)) <= R * t,
)
movement_with_decay = corrected(
    of=("D-57", "D-64"),
    time=clock(), speed=frobenius(D(w)) ** 2 <= (R * exp(-lam * t)) ** 2, then=dot(e, w - start(w)) <= R / lam
)
all_times = printed(
    of="D-52",
    consequence="caution",
    then=R * s <= B,
    expect=REFUTED,
    reading="the bound C t / sqrt(m) is bounded in time, so that training can go on for ever",
)
width = corrected(
    of=("D-57", "D-64"),
    wide=m * n * delta**2 >= (s * rho) ** 2,
    then=(s * rho) ** 2 / (m * n) <= delta**2,
)
M, c_0, t_0 = nat("M", at_least=1), real("c_0"), real("t_0")  # of any sign
wider = printed(
    of="D-57",
    more=M >= m,
    then=(c_0 * t_0) ** 2 / M <= (c_0 * t_0) ** 2 / m,
    reading="what falls with the width is the square of the bound C t / sqrt(m)",
)
z, C = unit_vector("z", p), real("C", nonnegative=True)
printed_bound = printed(
    of="D-56",
    flow=gradient_flow(model, half_square(y, over=n)),
    constant=D(model.output) == 0 * y,
    then=dot(z, model.parameters - start(model.parameters)) <= C * t,
    reading="for every C: constant predictions mean that nothing moves",
)
constant_predictions = corrected(
    of="D-56",
    flow=gradient_flow(model, half_square(y, over=n)),
    constant=D(model.output) == 0 * y,
    then=D(model.parameters) == 0 * D(model.parameters),
)

with proof(speed) as q:
    a, b = (c[k] * indicator(dot(v, x[k]) >= 0) * x[k] for k in (i, l))
    unit = q.hypothesis("x.unit")
    k = 1 / (2 * m * n**2)
    q.conclude(
        by.algebra(
            by.total(i, 1, n, by.total(l, 1, n, by.times(k, by.trace(by.gram(a - b))))),
            by.total(i, 1, n, by.scaled(c[i] ** 2 * indicator(dot(v, x[i]) >= 0) / (m * n), unit(i))),
            by.total(i, 1, n, by.times(c[i] ** 2 / (m * n), by.at_most_one(indicator(dot(v, x[i]) >= 0)))),
        )
    )


def in_one_direction(q, bound):
    """e . w' <= bound, because |w' - bound e|^2 >= 0 and |w'| <= bound."""
    return q.have(
        dot(e, D(w)) <= bound,
        by.algebra(
            by.times(1 / (2 * bound), by.trace(by.gram(D(w) - bound * e))),
            by.times(1 / (2 * bound), q.speed),
            by.scaled(dot(e, D(w)), by.inverse(bound)),
            by.scaled(bound, by.inverse(bound)),
            by.scaled(bound**2 / (2 * bound), q.hypothesis("e.unit")),
        ),
    )


with proof(movement) as q:
    slow = in_one_direction(q, R)
    slope = q.have(D(dot(e, w) - R * t) <= 0, by.algebra(slow))
    later = q.have(dot(e, w) - R * t <= start(dot(e, w)), by.antitone(slope))
    q.conclude(by.algebra(later))
with proof(movement_with_decay) as q:
    bound = R * exp(-lam * t)
    slow = in_one_direction(q, bound)
    slope = q.have(D(dot(e, w) + bound / lam) <= 0, by.algebra(slow, by.scaled(bound, by.inverse(lam))))
    later = q.have(dot(e, w) + bound / lam <= start(dot(e, w)) + R / lam, by.antitone(slope))
    q.conclude(by.algebra(later, bound / lam))
with proof(width) as q:
    q.conclude(by.algebra(by.times(1 / (m * n), q.wide)))
with proof(wider) as q:
    q.conclude(by.algebra(by.times((c_0 * t_0) ** 2 / (m * M), q.more)))
with proof(printed_bound) as q:
    theta = model.parameters
    still = q.have(D(theta) == 0 * D(theta), by.lemma(constant_predictions))
    slope = q.have(D(dot(z, theta) - C * t) <= 0, by.algebra(by.trace(by.within(z.T, still)), C))
    later = q.have(dot(z, theta) - C * t <= start(dot(z, theta)), by.antitone(slope))
    q.conclude(by.algebra(later))
with proof(constant_predictions) as q:
    J, theta, r = model.jacobian, model.parameters, model.output - y
    still = q.have(
        trace(D(theta).T @ D(theta)) == 0,
        by.algebra(
            q.flow,
            by.scaled(1 / n, by.trace(by.within(r.T, q.hypothesis("u.chain")))),
            by.scaled(1 / n, by.trace(by.within(r.T, q.constant))),
        ),
    )
    q.conclude(by.algebra(by.vanish(D(theta), still)))

all_times.fails_at(R=1, s=B**2 + 1)
with refutation(all_times) as q:
    q.have(s >= 0, by.positive())
    q.have(R > 0, by.algebra())
    q.conclude(by.algebra(by.square(B - Q(1, 2))))
with proof(integral) as q:
    v_s, half = D(path), 1 / (2 * D(path))
    at_rest = by.anti(q.hypothesis("length.2"), CASE)  # the case of speed 0
    gone = by.anti(by.trace(by.gram(D(w))), by.plus(q.hypothesis("length.1"), by.scaled(-v_s, at_rest)))
    slow = q.have(
        dot(e, D(w)) <= D(path),
        by.cases(
            -D(path),
            at_least_zero=(at_rest, by.trace(by.within(e.T, by.vanish(D(w), gone)))),
            negative=(
                by.times(half, by.trace(by.gram(D(w) - v_s * e))),
                by.scaled(half, q.hypothesis("length.1")),
                by.scaled(half * v_s**2, q.hypothesis("e.unit")),
                by.scaled(v_s, by.inverse(v_s)),
                by.scaled(dot(e, D(w)), by.inverse(v_s)),
            ),
        ),
    )
    slope = q.have(D(dot(e, w) - path) <= 0, by.algebra(slow))
    later = q.have(dot(e, w) - path <= start(dot(e, w) - path), by.antitone(slope))
    q.conclude(by.algebra(later, q.hypothesis("length.3")))
nonclaim(
    "The bound holds in every fixed direction, hence in the direction of the movement; only bounds fall with the width."
)

"""The kernel is a function of the parameters alone, but its course in time depends on the loss."""

from verify.statement import *

covers("D-17", "D-33")

a, b = curve("a"), curve("b")  # the model theta^2 under half the squared error and under the squared error
m, d = nat("m", at_least=1), nat("d", at_least=1)
r = index("r", m)
x, v = vector("x", d), vectors("v", count=m, dim=d)
flows = dict(time=clock(), flow_a=D(a) == -2 * a * (a**2 - 1), flow_b=D(b) == -4 * b * (b**2 - 1))
diagonal = dot(x, x) * mean(r, indicator(dot(v[r], x) >= 0))

in_time = printed(
    of="D-17",
    consequence="notation",
    **flows,
    start=both(start(a) == 2, start(b) == 2),
    then=4 * a**2 <= 4 * b**2,
    expect=REFUTED,
    reading="the same kernel at the same time under two losses",
)
at_parameters = corrected(of="D-17", **flows, same=a == b, then=4 * a**2 == 4 * b**2)
w = iid("w", count=m, law=gaussian(d))
without_factor = corrected(
    of="D-33",
    unit=dot(x, x) == 1, then=E(dot(x, x) * total(r, indicator(dot(w[r], x) >= 0))) == m * Q(1, 2)
)
bounded_kernel = corrected(of="D-33", unit=dot(x, x) == 1, then=diagonal <= 1)

with proof(at_parameters) as p:
    p.conclude(by.algebra(by.scaled(4 * (a + b), p.same)))
with proof(without_factor) as p:
    half = p.have(E(indicator(dot(w[r], x) >= 0)) == Q(1, 2), by.lemma("gaussian_half_space.half"))
    count = E(total(r, indicator(dot(w[r], x) >= 0)))
    p.conclude(by.algebra(by.total(r, 1, m, half), by.scaled(count, p.unit)))
with proof(bounded_kernel) as p:
    one = indicator(dot(v[r], x) >= 0)
    p.conclude(by.algebra(by.scaled(mean(r, one), p.unit), by.total(r, 1, m, by.times(1 / m, by.at_most_one(one)))))

in_time.fails_at(a=2, b=2)
nonclaim("The factor 1 / sqrt(m) fixes the clock; another factor changes the rate of every bound.")

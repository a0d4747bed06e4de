"""A convex loss need not have a minimum: gradient flow then has nothing to converge to, or ends in finite time."""
from verify.statement import *

covers("C-28")

m, v, w0 = chosen("m"), real("v"), real("w_0", positive=True)
w = curve("w")
a, b, c = curve("a"), curve("b"), curve("c")

minimum_exists = printed(
    consequence="hypothesis",
    below_singular=exp(-w0) < exp(0 * w0),
    then=exp(-m) <= exp(-v),
    expect=REFUTED,
    reading="the corollary at ell(w) = exp(-w), one scalar layer that starts at w_0 > 0: the flow converges to a "
    "global minimum m",
)
runs_away = corrected(time=clock(), flow=D(w) == exp(-w), then=exp(w) == exp(start(w)) + t)
ends_in_time = corrected(time=clock(), flow_a=D(a) == b * c, flow_b=D(b) == a * c, flow_c=D(c) == a * b,
                         start=both(start(a) == 1, start(b) == 1, start(c) == 1), then=t < 1)

minimum_exists.fails_at(w_0=1, v=m + 1)
with refutation(minimum_exists) as p:                 # exp(-m) = e exp(-m - 1) >= 2 exp(-m - 1)
    p.have(exp(-w0) < exp(0 * w0), by.algebra(by.times(exp(-w0), by.tangent(w0)), exp(-w0)))
    p.conclude(by.algebra(by.times(exp(-m - 1), by.tangent(1)), exp(-m - 1)))
with proof(runs_away) as p:
    still = p.have(D(exp(w) - t) == 0, by.algebra(by.scaled(exp(w), p.flow)))
    same = p.have(exp(w) - t == exp(start(w)), by.constant(still))
    p.conclude(by.algebra(same))
with proof(ends_in_time) as p:                        # ell(w) = -w, three layers: all equal, a' = a^2, a (1 - t) = 1

    def equal(x, y, third):
        """(x - y)' = -third (x - y), so x = y."""
        up = p.have(x >= y, by.comparison(-third, slope=(p.flow_a, p.flow_b, p.flow_c), start=(p.start,)))
        down = p.have(y >= x, by.comparison(-third, slope=(p.flow_a, p.flow_b, p.flow_c), start=(p.start,)))
        return p.have(x == y, by.algebra(by.anti(up, down)))

    ab, bc = equal(a, b, c), equal(b, c, a)
    square = p.have(b * c == a**2, by.algebra(by.scaled(c, ab), by.scaled(a, ab), by.scaled(a, bc)))
    p.have(a > 0, by.comparison(a, slope=(p.flow_a, square), start=(p.start,)))
    low = p.have(a * (1 - t) >= 1, by.comparison(a, slope=(p.flow_a, by.scaled(1 - t, square)), start=(p.start,)))
    p.conclude(by.algebra(by.times(1 / a, low), by.scaled(1 - t, by.inverse(a)), 1 / a))

nonclaim("A loss that attains its minimum on a bounded sublevel set is another matter: there the flow converges.")

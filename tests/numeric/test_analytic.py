"""Analytic fields: coefficients, Cauchy's estimate, closed solutions, two-layer networks."""

import math
import random
from fractions import Fraction

import flint
import mpmath
import pytest

from verify.numeric import taylor
from verify.numeric.analytic import FUNCTIONS, Composition
from verify.numeric.descent import descend
from verify.numeric.enclosure import Enclosure, InvalidInput, precision
from verify.numeric.flow import OutsideDomain, StepSizeFloor, integrate_flow
from verify.numeric.lognorm import jacobian, log_norm_upper
from verify.numeric.matrices import BallMatrix, RationalMatrix
from verify.numeric.networks import kernel_flow, linear_model_flow, two_layer
from verify.numeric.tracing import trace


def column(*entries):
    return RationalMatrix.from_rows([[x] for x in entries])


def series_of(name, s):
    two = (s.exp() + (-s).exp()).inv() if hasattr(s, "inv") else 1 / (s.exp() + (-s).exp())
    return {
        "exp": lambda: s.exp(),
        "sin": lambda: s.sin(),
        "cos": lambda: s.cos(),
        "tanh": lambda: (s.exp() - (-s).exp()) * two,
        "erf": lambda: s.erf(),
        "erf_slope": lambda: (-s * s).exp() * (2 / flint.arb.pi().sqrt()),
        "reciprocal": lambda: 1 / s,
        "sqrt": lambda: s.sqrt(),
        "log": lambda: s.log(),
    }[name]()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_coefficients_against_power_series(name):
    rng = random.Random(3)
    with flint.ctx.workprec(200):
        before, flint.ctx.cap = flint.ctx.cap, 15
        try:
            inner = [flint.arb(rng.randint(1, 9)) / 7 for _ in range(15)]
            expected = list(series_of(name, flint.arb_series(inner)))
            composed = Composition(FUNCTIONS[name])
            for k, coefficient in enumerate(inner):
                found = composed.extend(coefficient)
                assert found.overlaps(expected[k]) and found.rad() < 1e-40, (name, k)
                assert not (found + flint.arb(10) ** -30).overlaps(expected[k])
        finally:
            flint.ctx.cap = before


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_and_discs(name):
    """f' matches a difference quotient on balls; a complex ball's image holds the values inside."""
    f = FUNCTIONS[name]
    with flint.ctx.workprec(300):
        x, h = flint.arb(3) / 4, flint.arb(10) ** -30
        assert abs((f.value(x + h) - f.value(x - h)) / (2 * h) - f.derivative(x)) < 1e-50
        disc = flint.acb(flint.arb(0.75, 0.25), flint.arb(0, 0.25))
        image = f.on_disc(disc)
        for point in (flint.acb(0.75, 0.2), flint.acb(0.9, -0.1), flint.acb(0.5, 0)):
            assert image.is_finite() and image.contains(f.on_disc(point))


def test_discs_that_meet_a_singularity_prove_nothing():
    around = flint.acb(flint.arb(0, 1), flint.arb(0, 1))
    for name in ("reciprocal", "sqrt", "log"):
        assert not FUNCTIONS[name].on_disc(around).is_finite()
    assert not FUNCTIONS["tanh"].on_disc(flint.acb(flint.arb(0, 0.1), flint.arb(1.5, 0.2))).is_finite()
    assert not FUNCTIONS["sqrt"].on_disc(flint.acb(flint.arb(-1, 0.1), flint.arb(0.5, 0.1))).is_finite()


def tail_by_hand(tape, centre, order, far, step):
    """Sum of the coefficients order .. far - 1 of F(p) at `step`, p of degree `order`, from a longer expansion."""
    short = taylor.expand(tape, centre, order)
    rows = [[short.coefficients[0][k][0, 0] if k <= order else flint.arb(0) for k in range(far)]]
    composed = Composition(FUNCTIONS["tanh"])
    values = [composed.extend(x) for x in rows[0]]
    return sum((abs(values[k]) * step**k for k in range(order, far)), flint.arb(0)), short


def test_cauchys_estimate_covers_the_tail():
    with flint.ctx.workprec(200):
        tape = trace(lambda s: [s[0].apply("tanh")], [(1, 1)])
        step = flint.arb("0.1")
        tail, short = tail_by_hand(tape, [flint.arb_mat(1, 1, [1])], 8, 60, step)
        bound = taylor.defect_bound(tape, short, step)
        assert tail <= bound and bound < 1e6 * tail
        assert not taylor.defect_bound(tape, short, flint.arb(50)).is_finite()


CLOSED = {
    "exp": (lambda s: [(-s[0]).apply("exp")], 0, lambda t: mpmath.log(1 + t)),
    "tanh": (lambda s: [-s[0].apply("tanh")], 1, lambda t: mpmath.asinh(mpmath.sinh(1) * mpmath.exp(-t))),
    "reciprocal": (lambda s: [s[0].apply("reciprocal")], 1, lambda t: mpmath.sqrt(1 + 2 * t)),
    "sqrt": (lambda s: [s[0].apply("sqrt")], 1, lambda t: (1 + t / 2) ** 2),
    "cos": (lambda s: [s[0].apply("cos").hadamard(s[0].apply("cos"))], 0, mpmath.atan),
    "sin": (lambda s: [s[0].apply("sin")], 1, lambda t: 2 * mpmath.atan(mpmath.tan(mpmath.mpf(1) / 2) * mpmath.exp(t))),
    "log": (
        lambda s: [-s[0].hadamard(s[0].apply("log"))], 2, lambda t: mpmath.exp(mpmath.log(2) * mpmath.exp(-t))
    ),
}  # fmt: skip


@pytest.mark.parametrize("digits", [20, 50])
@pytest.mark.parametrize("name", CLOSED)
def test_closed_solutions(name, digits):
    field, start, solution = CLOSED[name]
    run = integrate_flow(field, [column(start)], ["1/3", 3], digits)
    for time in ("1/3", "3"):
        with mpmath.workdps(digits + 40):
            t = mpmath.mpf(Fraction(time).numerator) / Fraction(time).denominator
            sign, man, exp, _ = mpmath.mpf(solution(t))._mpf_
        value = (-1 if sign else 1) * Fraction(int(man)) * Fraction(2) ** exp
        ball = run.at(time).state[0][0, 0]
        assert ball.contains(value) and ball.radius() < Fraction(1, 10 ** (digits - 4))
        assert not ball.contains(value + Fraction(1, 10 ** (digits - 6)))


def test_the_domain_is_watched():
    for field, start in (
        (lambda s: [s[0].apply("log")], -1),
        (lambda s: [s[0].apply("sqrt")], 0),
        (lambda s: [s[0].apply("reciprocal")], 0),
    ):
        with pytest.raises(OutsideDomain, match="not certainly inside its domain") as caught:
            integrate_flow(field, [column(start)], [1], 20)
        assert caught.value.time == 0
    with pytest.raises(StepSizeFloor) as floor:  # x = sqrt(1 - 2 t) ends at t = 1/2
        integrate_flow(lambda s: [-s[0].apply("reciprocal")], [column(1)], [1], 20)
    assert Fraction(49, 100) < floor.value.time < Fraction(1, 2)
    with pytest.raises(InvalidInput, match="no function"):
        integrate_flow(lambda s: [s[0].apply("relu")], [column(1)], [1], 20)
    with pytest.raises(InvalidInput, match="no function"):
        column(1).apply("relu")


def test_a_factor_of_zero_does_not_hide_the_domain():
    hidden = RationalMatrix.zero(1, 1)
    with pytest.raises(OutsideDomain):
        integrate_flow(lambda s: [s[0].apply("log").hadamard(hidden) - s[0]], [column(-1)], [1], 20)
    tape = trace(lambda s: [s[0].apply("log").hadamard(hidden)], [(1, 1)])
    around = flint.arb_mat(1, 1, [flint.arb(0, 1)])
    assert jacobian(tape, [around]) is None and not log_norm_upper(tape, [around]).is_finite()
    inside = taylor.expand(tape, [flint.arb_mat(1, 1, [1])], 12)
    assert taylor.defect_bound(tape, inside, flint.arb("0.01")).is_finite()
    moving = trace(lambda s: [s[0].apply("log").hadamard(hidden) + s[0] * 0 + column(1)], [(1, 1)])
    ahead = taylor.expand(moving, [flint.arb_mat(1, 1, [1])], 12)
    assert not taylor.defect_bound(moving, ahead, flint.arb(1)).is_finite()  # the discs reach 0


INPUTS = RationalMatrix.from_rows([["1", "1/2", "-1/3"], ["0", "1", "2/3"]])
LABELS = RationalMatrix.from_rows([["1/2", "-1/4", "1"]])
FIRST = RationalMatrix.from_rows([["1/2", "1/3"], ["-1/4", "1"]])
OUTER = RationalMatrix.from_rows([["1", "-1/2"]])
VALUE = {"tanh": math.tanh, "erf": math.erf, "quadratic": lambda z: z * z}
SLOPE = {
    "tanh": lambda z: 1 / math.cosh(z) ** 2,
    "erf": lambda z: 2 * math.exp(-z * z) / math.sqrt(math.pi),
    "quadratic": lambda z: 2 * z,
}


def by_hand(activation, both):
    """The field of a network of two units on three inputs, written out in coordinates for floats, and its start."""

    def field(state):
        w = [state[0:2], state[2:4]]
        a = state[4:] if both else [float(x) for x in OUTER.rows()[0]]
        out = [0.0] * len(state)
        for i in range(3):
            x = [float(INPUTS[0, i]), float(INPUTS[1, i])]
            z = [w[r][0] * x[0] + w[r][1] * x[1] for r in range(2)]
            residual = sum(a[r] * VALUE[activation](z[r]) for r in range(2)) - float(LABELS[0, i])
            for r in range(2):
                for c in range(2):
                    out[2 * r + c] -= residual * a[r] * SLOPE[activation](z[r]) * x[c]
                if both:
                    out[4 + r] -= residual * VALUE[activation](z[r])
        return out

    start = [float(x) for row in FIRST.rows() for x in row]
    return field, start + ([float(x) for x in OUTER.rows()[0]] if both else [])


def runge_kutta(field, state, end, steps):
    def moved(x, slope, by):
        return [a + by * b for a, b in zip(x, slope, strict=True)]

    h = end / steps
    for _ in range(steps):
        one = field(state)
        two = field(moved(state, one, h / 2))
        three = field(moved(state, two, h / 2))
        four = field(moved(state, three, h))
        for slope, weight in ((one, 1), (two, 2), (three, 2), (four, 1)):
            state = moved(state, slope, weight * h / 6)
    return state


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("activation", ["tanh", "erf", "quadratic"])
def test_two_layer_networks_against_floats(activation, both):
    net = two_layer(activation, INPUTS, LABELS, outer=None if both else OUTER)
    run = integrate_flow(net.flow, (FIRST, OUTER) if both else (FIRST,), ["1/2"], 25)
    found = [float(x.midpoint()) for m in run.at("1/2").state for row in m.rows() for x in row]
    assert found == pytest.approx(runge_kutta(*by_hand(activation, both), 0.5, 1000), rel=1e-11)
    assert run.at("1/2").error < Fraction(1, 10**22)
    with precision(30):
        before = net.loss((FIRST, OUTER) if both else (FIRST,))[0, 0]
        later = net.loss(run.at("1/2").state)[0, 0]
        assert later.certainly_lt(before)


def test_a_scale_that_is_a_ball():
    with precision(60):
        root = 1 / Enclosure.from_exact(2).sqrt()
        with_ball = two_layer("tanh", INPUTS, LABELS, outer=OUTER, scale=root)
    half = two_layer("tanh", INPUTS, LABELS, outer=OUTER, scale="1/2")
    run, other = (integrate_flow(net.flow, (FIRST,), [1], 20) for net in (with_ball, half))
    assert run.at(1).error < Fraction(1, 10**18)
    assert not run.at(1).state[0].overlaps(other.at(1).state[0])


def test_descent_goes_on_in_balls_after_an_analytic_gradient():
    net = two_layer("tanh", INPUTS, LABELS, outer=OUTER)
    run = descend(net.gradient, (FIRST,), "1/10", 20, digits=30)
    assert isinstance(run.states[20][0], BallMatrix) and run.exact_steps == 0
    exact = two_layer("quadratic", INPUTS, LABELS, outer=OUTER)
    assert isinstance(descend(exact.gradient, (FIRST,), "1/10", 3).states[3][0], RationalMatrix)


def test_linear_and_kernel_models():
    run = integrate_flow(linear_model_flow(column(1, 2), column(3)), [RationalMatrix.from_rows([[1, 0]])], [1], 20)
    with precision(40):
        decay = Enclosure.from_exact(-5).exp()
        theta = [1 + (1 - decay) * Fraction(2, 5), (1 - decay) * Fraction(4, 5)]
        for j in range(2):
            assert run.at(1).state[0][0, j].overlaps(theta[j])
    kernel = RationalMatrix.from_rows([[2, 0], [0, 1]])
    labels = RationalMatrix.from_rows([[1, -1]])
    run = integrate_flow(kernel_flow(kernel, labels), [RationalMatrix.zero(1, 2)], [1], 20)
    with precision(40):
        assert run.at(1).state[0][0, 0].overlaps(1 - Enclosure.from_exact(-2).exp())
        assert run.at(1).state[0][0, 1].overlaps(Enclosure.from_exact(-1).exp() - 1)


def test_networks_that_do_not_exist():
    empty = RationalMatrix.from_rows([], 3)
    for call in (
        lambda: two_layer("gelu", INPUTS, LABELS),
        lambda: two_layer("relu", INPUTS, LABELS).gradient((FIRST, OUTER)),
        lambda: integrate_flow(lambda s: [s[0].positive_part()], [FIRST], [1], 20),
        lambda: two_layer("tanh", empty, LABELS),
        lambda: two_layer("tanh", INPUTS, RationalMatrix.from_rows([[1, 2]])),
        lambda: two_layer("tanh", INPUTS, LABELS.T),
        lambda: two_layer("tanh", INPUTS, LABELS, outer=OUTER.T),
        lambda: two_layer("tanh", INPUTS, LABELS, outer=RationalMatrix.from_rows([[]])),
        lambda: two_layer("tanh", INPUTS, LABELS, scale=0.5),
        lambda: two_layer("tanh", INPUTS, LABELS, scale=Enclosure.from_exact(-1).log()),
        lambda: kernel_flow(RationalMatrix.from_rows([], 0), empty),
        lambda: kernel_flow(INPUTS, LABELS),
        lambda: two_layer("tanh", INPUTS, LABELS).loss((FIRST,)),
    ):
        with pytest.raises(InvalidInput):
            call()

import itertools
import random
from fractions import Fraction

import mpmath
import pytest

from verify.numeric.enclosure import Enclosure, InvalidInput, precision
from verify.numeric.flow import (
    BlowUp,
    FlowFailure,
    StepLimit,
    StepSizeFloor,
    integrate_flow,
    linear_network_trajectory,
)
from verify.numeric.matrices import BallMatrix, RationalMatrix
from verify.numeric.networks import end_to_end, linear_network_flow
from verify.numeric.tracing import trace


def column(*entries):
    return RationalMatrix.from_rows([[x] for x in entries])


def network(seed, widths):
    rng = random.Random(seed)

    def draw(rows, columns):
        return RationalMatrix.from_rows(
            [[Fraction(rng.randint(-9, 9), 10) for _ in range(columns)] for _ in range(rows)], columns
        )

    return [draw(b, a) for a, b in itertools.pairwise(widths)], draw(widths[-1], widths[0])


def certify(ball, expected, digits):
    """The ball contains the expected enclosure's value as far as both can tell, and is sharp."""
    assert ball.overlaps(expected)
    assert ball.radius() < Fraction(1, 10 ** (digits - 5))
    assert not ball.contains(expected.midpoint() + Fraction(1, 10 ** (digits - 8)))


@pytest.mark.parametrize("digits", [20, 50, 120])
def test_exponential_decay_and_growth(digits):
    for sign in (1, -1):
        run = integrate_flow(lambda s, c=sign: [s[0] * c], [column(1)], ["1/3", 1, 2], digits)
        for t in ("1/3", "1", "2"):
            with precision(digits + 20):
                certify(run.at(t).state[0][0, 0], (Enclosure.from_exact(t) * sign).exp(), digits)
        assert run.at(2).error < Fraction(1, 10 ** (digits - 2))


def test_logistic_equation():
    run = integrate_flow(lambda s: [s[0] - s[0] @ s[0]], [column("1/10")], [1, 10, 30], 40)
    for t in (1, 10, 30):
        with precision(60):
            exact = 1 / (1 + 9 * Enclosure.from_exact(-t).exp())
        certify(run.at(t).state[0][0, 0], exact, 40)


def test_rotation_keeps_a_tight_ball():
    turn = RationalMatrix.from_rows([[0, -1], [1, 0]])
    run = integrate_flow(lambda s: [turn @ s[0]], [column(1, 0)], [100], 30)
    with precision(50):
        certify(run.at(100).state[0][0, 0], Enclosure.from_exact(100).cos(), 30)
        certify(run.at(100).state[0][1, 0], Enclosure.from_exact(100).sin(), 30)
    assert run.at(100).error < Fraction(1, 10**29)


def test_hadamard_and_constants():
    # x' = 1 + x o x entrywise: x = tan t
    ones = column(1, 1)
    run = integrate_flow(lambda s: [ones + s[0].hadamard(s[0])], [column(0, 1)], ["1/2"], 30)
    with precision(50):
        half = Enclosure.from_exact("1/2")
        certify(run.at("1/2").state[0][0, 0], half.sin() / half.cos(), 30)
        shifted = half + Enclosure.pi() / 4
        certify(run.at("1/2").state[0][1, 0], shifted.sin() / shifted.cos(), 30)


def test_constant_field_and_rest():
    run = integrate_flow(lambda s: [column(2)], [column(1)], [0, 3], 20)
    assert run.at(3).state[0].contains(column(7)) and run.at(0).state[0].contains(column(1))
    rest = integrate_flow(lambda s: [s[0] * 0], [column("1/3")], [5], 20)
    assert rest.at(5).state[0].contains(column("1/3")) and rest.at(5).error < Fraction(1, 10**20)


@pytest.mark.parametrize("widths", [(1, 1), (2, 3), (1, 1, 1), (2, 1, 3), (2, 3, 2, 2), (2, 1, 2, 1, 2)])
def test_linear_networks_against_mpmath(widths):
    weights, target = network(7, widths)
    run = linear_network_trajectory(weights, target, ["1/2"], 25)
    shapes = [w.shape for w in weights]

    def unpack(flat):
        result, at = [], 0
        for rows, columns in shapes:
            result.append(mpmath.matrix(rows, columns))
            for i in range(rows):
                for j in range(columns):
                    result[-1][i, j] = flat[at]
                    at += 1
        return result

    goal = mpmath.matrix([[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in target.rows()])

    def field(_, flat):
        w = unpack(flat)
        error = w[0]
        for x in w[1:]:
            error = x * error
        error = error - goal
        out = []
        for j in range(len(w)):
            left = None
            for x in w[j + 1 :]:
                left = x if left is None else x * left
            right = None
            for x in w[:j]:
                right = x if right is None else x * right
            gradient = error if left is None else left.T * error
            gradient = gradient if right is None else gradient * right.T
            out += [-gradient[a, b] for a in range(gradient.rows) for b in range(gradient.cols)]
        return out

    with mpmath.workdps(20):
        start = [mpmath.mpf(x.numerator) / x.denominator for w in weights for row in w.rows() for x in row]
        expected = mpmath.odefun(field, 0, start)(mpmath.mpf(1) / 2)
        got = [x for w in run.at("1/2").state for row in w.rows() for x in row]
        for ball, value in zip(got, expected, strict=True):
            middle = ball.midpoint()
            assert abs(mpmath.mpf(middle.numerator) / middle.denominator - value) < mpmath.mpf(10) ** -16
    assert run.at("1/2").error < Fraction(1, 10**22)


def test_balancedness_is_conserved_within_the_proved_error():
    weights, target = network(3, (3, 2, 4, 2))
    run = linear_network_trajectory(weights, target, [2], 40)
    with precision(60):
        state = run.at(2).state
        for j in range(2):
            at_start = weights[j + 1].T @ weights[j + 1] - weights[j] @ weights[j].T
            later = state[j + 1].T @ state[j + 1] - state[j] @ state[j].T
            assert later.contains(at_start) and later.radius() < Fraction(1, 10**36)
            assert not later.contains(
                at_start + RationalMatrix.identity(at_start.shape[0]) * Fraction(1, 10**30)
            )
        before = (end_to_end(weights) - target).squared_norm()
        assert (end_to_end(state) - target).squared_norm().certainly_lt(before)


def test_more_digits_refine_fewer():
    weights, target = network(11, (2, 2, 2))
    coarse = linear_network_trajectory(weights, target, [1, 3], 20)
    fine = linear_network_trajectory(weights, target, [1, 3], 60)
    for t in (1, 3):
        for a, b in zip(coarse.at(t).state, fine.at(t).state, strict=True):
            assert a.contains(b.middle()) and not b.contains(a.middle())
        assert fine.at(t).error < Fraction(1, 10**55) < coarse.at(t).error < Fraction(1, 10**15)


def test_a_ball_of_starts():
    wide = BallMatrix.from_rows([[Enclosure.from_bounds(Fraction(9, 10), Fraction(11, 10))]])
    run = integrate_flow(lambda s: [-s[0]], [wide], [1], 20)
    with precision(40):
        scale = Enclosure.from_exact(-1).exp()
        ball = run.at(1).state[0][0, 0]
        for inside in ("0.9", "1", "1.1"):
            assert ball.contains((scale * Fraction(inside)).midpoint())
        assert run.at(1).error < Fraction(4, 100)  # contraction shrinks the ball


def test_zero_layers_stay():
    zero = RationalMatrix.zero(2, 2)
    target = RationalMatrix.identity(2)
    run = linear_network_trajectory([zero, zero, zero], target, [4], 20)
    assert all(w.contains(zero) for w in run.at(4).state)


def test_blow_up_is_reported_with_its_time():
    with pytest.raises(StepSizeFloor) as caught:
        integrate_flow(lambda s: [s[0] @ s[0]], [column(1)], [2], 30)
    failure = caught.value
    assert Fraction(99, 100) < failure.time < 1 and "blow-up" in str(failure)
    assert failure.state[0][0, 0].contains(1 / (1 - failure.time))
    assert isinstance(failure, FlowFailure)


@pytest.mark.parametrize(
    "field,start,exact",
    [
        (lambda s: [s[0] @ s[0]], [column("3")], lambda: Enclosure.from_exact("1/3")),
        (lambda s: [-s[0] @ s[0]], [column("-1/2")], lambda: Enclosure.from_exact(2)),
        (lambda s: [s[0] @ s[0] @ s[0]], [column("1")], lambda: Enclosure.from_exact("1/2")),
        (lambda s: [column(1) + s[0] @ s[0]], [column(0)], lambda: Enclosure.pi() / 2),
        (lambda s: [s[0].hadamard(s[0])], [column("1", "1/2", "-3")], lambda: Enclosure.from_exact(1)),
    ],
)
def test_blow_up_is_proved_and_enclosed(field, start, exact):
    with pytest.raises(BlowUp, match="leaves every bounded set") as caught:
        integrate_flow(field, start, [3], 25)
    low, high = caught.value.interval
    with precision(40):
        when = exact()
        assert when.certainly_ge(low - Fraction(1, 10**30)) and when.certainly_le(high + Fraction(1, 10**30))
    assert caught.value.time < low <= high < low + Fraction(1, 10**10)


def test_no_blow_up_is_claimed_without_a_proof():
    for field, start in (
        (lambda s: [s[0] * -(10**9)], [column(1)]),  # stiff
        (lambda s: [s[0] @ s[0].T @ s[0] * -(10**12)], [column(1)]),  # stiff, of degree 3
        (lambda s: [s[0].apply("exp")], [column(0)]),  # blows up at 1, but is not polynomial
        (lambda s: [s[0] @ s[0]], [RationalMatrix.from_rows([[1, 1], [0, "1/2"]])]),  # at 1, in no isolated direction
    ):
        with pytest.raises(StepSizeFloor, match="stiff") as caught:
            integrate_flow(field, start, [2], 20, floor=Fraction(1, 10**5))
        assert not isinstance(caught.value, BlowUp)


def test_step_limit():
    with pytest.raises(StepLimit) as caught:
        integrate_flow(lambda s: [s[0] @ s[0]], [column(1)], ["0.99"], 20, max_steps=3)
    assert 0 < caught.value.time < 1


def test_bad_input():
    one = [column(1)]
    for start, times in [
        (one, [0.5]),
        (one, [-1]),
        (one, [1, 1]),
        (one, [2, 1]),
        (one, ["nan"]),
        ([], [1]),
        ([1], [1]),
        ([RationalMatrix.zero(0, 2)], [1]),
    ]:
        with pytest.raises(InvalidInput):
            integrate_flow(lambda s: list(s), start, times, 20)
    with pytest.raises(InvalidInput):
        integrate_flow(lambda s: list(s), [column(1)], [1], 0)
    fields = [
        lambda s: [s[0] * 0.5],
        lambda s: [s[0] + 1.0],
        lambda s: [s[0], s[0]],
        lambda s: [s[0] @ s[0].T],
        lambda s: [s[0].T],
        lambda s: [1],
    ]
    for field in fields:
        with pytest.raises(InvalidInput):
            integrate_flow(field, [column(1, 2)], [1], 20)
    nan = BallMatrix.from_rows([[Enclosure.from_exact(0).log()]])
    with pytest.raises(InvalidInput):
        integrate_flow(lambda s: list(s), [nan], [1], 20)
    with pytest.raises(InvalidInput):
        integrate_flow(lambda s: list(s), [column(1)], [1], 20).at(2)


def test_recorded_program_shares_common_parts():
    weights, target = network(1, (3, 3, 3, 3))
    tape = trace(linear_network_flow(target), [w.shape for w in weights])
    assert sum(op.kind == "matmul" for op in tape.ops) == 6
    again = trace(lambda s: [s[0].T.T + s[0] @ s[0] - s[0] @ s[0]], [(2, 2)])
    assert sum(op.kind == "matmul" for op in again.ops) == 1 and not any(op.kind == "T" for op in again.ops)

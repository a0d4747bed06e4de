import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from verify.numeric.descent import descend, linear_network_descent
from verify.numeric.enclosure import InvalidInput, NotEvidence
from verify.numeric.matrices import BallMatrix, RationalMatrix
from verify.numeric.networks import end_to_end, linear_network_gradient


def draw(rng, rows, columns):
    return RationalMatrix.from_rows(
        [[Fraction(rng.randint(-9, 9), 10) for _ in range(columns)] for _ in range(rows)], columns
    )


def network(seed, widths):
    rng = random.Random(seed)
    weights = [draw(rng, b, a) for a, b in itertools.pairwise(widths)]
    return weights, draw(rng, widths[-1], widths[0])


def loss(weights, target):
    return (end_to_end(weights) - target).squared_norm() / 2


@pytest.mark.parametrize("widths", [(2, 3), (2, 3, 2), (3, 1, 2, 4), (1, 1, 1, 1, 1), (2, 3, 1, 2, 3)])
def test_gradient_is_the_derivative_of_the_loss(widths):
    weights, target = network(5, widths)
    gradients = linear_network_gradient(target)(tuple(weights))
    step = Fraction(1, 10**12)
    for layer, gradient in enumerate(gradients):
        assert gradient.shape == weights[layer].shape
        for i in range(gradient.shape[0]):
            for j in range(gradient.shape[1]):
                unit = [
                    [int((a, b) == (i, j)) for b in range(gradient.shape[1])]
                    for a in range(gradient.shape[0])
                ]
                bump = RationalMatrix.from_rows(unit) * step
                up = [w + bump if k == layer else w for k, w in enumerate(weights)]
                down = [w - bump if k == layer else w for k, w in enumerate(weights)]
                slope = (loss(up, target) - loss(down, target)) / (2 * step)
                assert abs(slope - gradient[i, j]) < Fraction(1, 10**15)


def test_exact_descent_and_its_drift_identity():
    weights, target = network(1, (3, 2, 4, 2))
    rate = Fraction(1, 20)
    run = linear_network_descent(weights, target, rate, 3)
    assert len(run) == 4 and run.exact_steps == 3 and run.rate == rate
    gradient = linear_network_gradient(target)
    for before, after in zip(run.states, run.states[1:], strict=False):
        slopes = gradient(before)
        for j in range(2):
            drift = (after[j + 1].T @ after[j + 1] - after[j] @ after[j].T) - (
                before[j + 1].T @ before[j + 1] - before[j] @ before[j].T
            )
            expected = (slopes[j + 1].T @ slopes[j + 1] - slopes[j] @ slopes[j].T) * (rate * rate)
            assert drift.is_equal(expected) and not drift.is_equal(RationalMatrix.zero(*drift.shape))
    assert loss(run.states[3], target) < loss(run.states[0], target)


def test_balls_take_over_and_contain_the_exact_iterates():
    weights, target = network(2, (2, 2, 2))
    exact = linear_network_descent(weights, target, "0.1", 6, bit_limit=10**9)
    mixed = linear_network_descent(weights, target, "0.1", 6, bit_limit=1000, digits=40)
    assert exact.exact_steps == 6 and 0 < mixed.exact_steps < 6
    for step, (x, y) in enumerate(zip(exact.states, mixed.states, strict=True)):
        for a, b in zip(x, y, strict=True):
            if step <= mixed.exact_steps:
                assert b.is_equal(a)
            else:
                assert isinstance(b, BallMatrix) and b.contains(a) and b.radius() < Fraction(1, 10**35)
                assert not b.contains(a + RationalMatrix.identity(2) * Fraction(1, 10**30))


def test_default_limit_against_floats():
    weights, target = network(3, (2, 2, 2))
    run = linear_network_descent(weights, target, "0.05", 40)
    assert 5 < run.exact_steps < 40
    assert sum(x.bits() for x in run.states[run.exact_steps]) > 10**6
    assert sum(x.bits() for x in run.states[run.exact_steps - 1]) <= 10**6
    w = [np.array([[float(v) for v in row] for row in x.rows()]) for x in weights]
    y = np.array([[float(v) for v in row] for row in target.rows()])
    for _ in range(40):
        e = w[1] @ w[0] - y
        w = [w[0] - 0.05 * w[1].T @ e, w[1] - 0.05 * e @ w[0].T]
    for ball, value in zip(run.states[40], w, strict=True):
        for i in range(2):
            for j in range(2):
                assert abs(float(ball[i, j].midpoint()) - value[i, j]) < 1e-12


def test_general_field():
    run = descend(lambda s: [s[0] @ s[0]], [RationalMatrix.from_rows([["1/2"]])], 1, 2)
    assert [s[0][0, 0] for s in run.states] == [Fraction(1, 2), Fraction(1, 4), Fraction(3, 16)]
    still = descend(lambda s: [s[0]], [RationalMatrix.from_rows([["1/2"]])], 1, 0)
    assert len(still) == 1


def test_bad_input():
    one = RationalMatrix.from_rows([[1]])
    for start, rate, steps in [
        ([one], 0.1, 1),
        ([one], "x", 1),
        ([one], 1, -1),
        ([one], 1, 1.0),
        ([one], 1, True),
        ([], 1, 1),
        ([one.to_balls()], 1, 1),
    ]:
        with pytest.raises(InvalidInput):
            descend(lambda s: list(s), start, rate, steps)
    with pytest.raises(InvalidInput):
        descend(lambda s: [s[0], s[0]], [one], 1, 1)
    with pytest.raises(InvalidInput):
        linear_network_descent([], one, 1, 1)
    with pytest.raises(InvalidInput):
        linear_network_gradient(one)(())


def test_lost_balls_are_no_evidence():
    nan = BallMatrix.from_rows([[1]]) * 0
    bad = BallMatrix._wrap(nan._m / 0)
    with pytest.raises(NotEvidence):
        descend(lambda s: [bad], [RationalMatrix.from_rows([[1]])], 1, 1, bit_limit=0)

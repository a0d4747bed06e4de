"""Networks of finite width: Gram matrices, exact intervals, the law of one sample."""

import random
from fractions import Fraction
from math import comb

import numpy as np
import pytest

from verify.numeric import finite_width
from verify.numeric.binomial import confidence_interval
from verify.numeric.enclosure import InvalidInput
from verify.numeric.finite_width import (
    finite_width_gram,
    finite_width_gram_exact,
    one_sample_failure,
    width_sweep,
)
from verify.numeric.matrices import RationalMatrix
from verify.numeric.relu import relu_flow
from verify.numeric.wide import tangent_kernel


def inputs(n=4, d=3):
    x = np.random.default_rng(5).standard_normal((n, d))
    return x / np.linalg.norm(x, axis=1)[:, None]


def test_gram_matrices_by_hand():
    rng = np.random.default_rng(1)
    x, w = rng.integers(-4, 5, (3, 2)).astype(float), rng.integers(-4, 5, (6, 2)).astype(float)
    by_hand = np.zeros((3, 3))
    for row in w:
        jacobian = np.array([(row @ v >= 0) * v for v in x])
        by_hand += jacobian @ jacobian.T / 6
    exact = finite_width_gram_exact(*(RationalMatrix.from_rows([[int(v) for v in r] for r in a]) for a in (x, w)))
    assert np.allclose(finite_width_gram(x, w), by_hand, rtol=1e-15)
    assert np.allclose([[float(v) for v in row] for row in exact.rows()], by_hand, rtol=1e-15)
    outer = np.maximum(x @ w.T, 0)
    assert np.allclose(finite_width_gram(x, w, second_layer=True), by_hand + outer @ outer.T / 6, rtol=1e-15)


def test_wide_networks_approach_the_limit(monkeypatch):
    monkeypatch.setattr(finite_width, "CHUNK", 4096)
    x, w = inputs(), np.random.default_rng(2).standard_normal((200_000, 3))
    for second, layers in ((False, "first"), (True, "both")):
        gap = finite_width_gram(x, w, second_layer=second) - tangent_kernel(x, layers=layers)
        assert 1e-6 < np.abs(gap).max() < 0.01


@pytest.mark.parametrize("hits,n", [(0, 7), (3, 10), (10, 10), (41, 97), (5000, 10_000)])
@pytest.mark.parametrize("error", ["1/20", "1e-6"])
def test_confidence_intervals_invert_the_tails(hits, n, error):
    low, high = confidence_interval(hits, n, error)
    bound = Fraction(error) / 2
    assert 0 <= low <= Fraction(hits, n) <= high <= 1

    def above(p, k):
        return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))

    if n > 100:
        assert high - low < Fraction(1, 10)
        return
    step = Fraction(1, 10**6)
    if hits:
        assert above(low, hits) <= bound < above(low + step, hits)
    else:
        assert low == 0
    if hits < n:
        assert 1 - above(high, hits + 1) <= bound < 1 - above(high - step, hits + 1)
    else:
        assert high == 1


def test_sweep():
    x = inputs()
    rows = width_sweep(x, [1, 16, 256, 4096], seed=3)
    assert [r.width for r in rows] == [1, 16, 256, 4096] and all(r.inside for r in rows)
    assert rows[-1].distance < rows[1].distance / 4
    assert all(low <= share <= high for r in rows for low, share, high in zip(r.low, r.share, r.high, strict=True))
    assert rows == width_sweep(x, [1, 16, 256, 4096], seed=3) != width_sweep(x, [1, 16, 256, 4096], seed=4)
    wider = width_sweep(x, [1, 16, 256, 4096], seed=3, confidence=1 - Fraction(1, 10**9))
    assert all(a <= b for r, s in zip(wider, rows, strict=True) for a, b in zip(r.low, s.low, strict=True))


def test_a_wrong_limit_is_seen(monkeypatch):
    monkeypatch.setattr(finite_width, "kappa_0", lambda x: tangent_kernel(x, layers="second") * 2)
    assert not all(r.inside for r in width_sweep(inputs(), [4096], seed=3))


def test_the_law_of_one_sample_path_by_path():
    """A flow fits its one sample exactly if a unit with the sign of y starts active; the law counts such starts."""
    rng = random.Random(7)
    one, label = RationalMatrix.from_rows([[1]]), RationalMatrix.from_rows([[-1]])
    fitted = 0
    for _ in range(14):
        m = rng.randint(1, 3)
        w = [Fraction(rng.randint(-30, 30) * 2 + 1, 40) for _ in range(m)]
        a = [rng.choice((-1, 1)) for _ in range(m)]
        helps = any(s < 0 < v for s, v in zip(a, w, strict=True))
        run = relu_flow(
            one, label, [RationalMatrix.from_rows([[v] for v in w])], [30], 15, outer=RationalMatrix.from_rows([a])
        )
        z = run.at(30).state[0].rows()
        output = sum((z[r][0].max(0) * a[r] for r in range(m)), start=z[0][0] * 0)
        miss = abs(output + 1)
        assert miss.certainly_lt(Fraction(1, 10**5)) if helps else miss.certainly_gt(Fraction(99, 100))
        fitted += helps
    assert 0 < fitted < 14


def test_the_law_counts_signs():
    for m in (1, 2, 5):
        failing = sum(comb(m, k) * 3 ** (m - k) for k in range(1))  # no unit among m has one of four equal outcomes
        assert one_sample_failure(m) == Fraction(failing, 4**m)


def test_bad_input():
    x = inputs()
    w = np.ones((3, 3))
    for a, b in ((x[0], w), (x, np.ones((3, 2))), (x, np.ones((0, 3))), (x, w * np.nan), (x.astype(int), w)):
        with pytest.raises(InvalidInput):
            finite_width_gram(a, b)
    for widths in ([], [0], [2.0], [True]):
        with pytest.raises(InvalidInput, match="widths"):
            width_sweep(x, widths, seed=1)
    for level in (0, 1, "2", 0.5):
        with pytest.raises(InvalidInput):
            width_sweep(x, [3], seed=1, confidence=level)
    with pytest.raises(InvalidInput):
        width_sweep(x[:1], [3], seed=1)
    for hits, n, error in ((4, 3, "0.1"), (-1, 3, "0.1"), (0, 0, "0.1"), (1, 3, 0), (1, 3, 1), (True, 3, "0.1")):
        with pytest.raises(InvalidInput):
            confidence_interval(hits, n, error)
    for m in (0, -1, 1.5, True):
        with pytest.raises(InvalidInput):
            one_sample_failure(m)
    empty = RationalMatrix.from_rows([], 2)
    with pytest.raises(InvalidInput):
        finite_width_gram_exact(empty, RationalMatrix.identity(2))

from fractions import Fraction
from math import comb

import mpmath
import pytest

from tests.batches import all_pass
from verify.numeric.binomial import _one_tail, deviation_tail, deviation_tail_enclosure
from verify.numeric.enclosure import Enclosure, InvalidInput, precision


def brute(n, p, eps, strict):
    return sum(
        (
            comb(n, k) * p**k * (1 - p) ** (n - k)
            for k in range(n + 1)
            if abs(Fraction(k, n) - p) > eps or (not strict and abs(Fraction(k, n) - p) == eps)
        ),
        Fraction(0),
    )


@pytest.mark.parametrize("n", [1, 2, 5, 10, 13])
@pytest.mark.parametrize("p", ["0", "1", "1/2", "1/3", "0.3"])
def test_tails_against_the_definition(n, p):
    cases = [(n, p, eps, strict) for eps in ("0", "0.1", "1/5", "1/2", "2/3", "1", "2") for strict in (True, False)]
    all_pass(cases, agrees_with_the_definition)


def agrees_with_the_definition(case):
    n, p, eps, strict = case
    exact = brute(n, Fraction(p), Fraction(eps), strict)
    assert deviation_tail(n, p, eps, strict=strict) == exact
    with precision(30):
        value = deviation_tail_enclosure(n, p, eps, strict=strict)
        assert value.contains(exact) and not value.contains(exact + Fraction(1, 10**20))


@pytest.mark.parametrize("p", ["1/2", "1/3", "37/100"])
def test_large_samples(p):
    exact = deviation_tail(5000, p, "1/50")
    with precision(50):
        value = deviation_tail_enclosure(5000, p, "1/50")
    assert value.contains(exact) and value.digits() >= 45


def test_regularised_beta_function_agrees():
    # P(X >= k) = I_p(k, n - k + 1)
    with mpmath.workdps(60):
        upper = mpmath.betainc(61, 40, 0, mpmath.mpf(1) / 2, regularized=True)
        expected = 2 * upper  # symmetric at p = 1/2
        exact = deviation_tail(100, "1/2", "0.1")
        assert abs(mpmath.mpf(exact.numerator) / exact.denominator - expected) < mpmath.mpf(10) ** -50


def test_hoeffding_bound_holds_for_a_million():
    with precision(20):
        value = deviation_tail_enclosure(10**6, "1/2", "1/500")
        assert value.certainly_gt(0) and value.certainly_lt("0.00068")  # 2 exp(-2 n eps^2) = 0.000671


@pytest.mark.parametrize(
    "arguments",
    [(10, 0.5, "0.1"), (10, "1/2", 0.1), (0, "1/2", "0.1"), (2.0, "1/2", 0), (True, "1/2", 0), (5, "3/2", 0),
     (5, "-1/2", 0), (5, "1/2", "-0.1")],
)  # fmt: skip
def test_bad_input(arguments):
    for tail in (deviation_tail, deviation_tail_enclosure):
        with pytest.raises(InvalidInput):
            tail(*arguments)


@pytest.mark.parametrize("stop_bits", [1, 3, 10])
def test_the_terms_left_out_are_bounded(stop_bits):
    p = Fraction(1, 3)
    exact = sum(comb(200, k) * p**k * (1 - p) ** (200 - k) for k in range(80, 201))
    with precision(30):
        value = Enclosure._wrap(_one_tail(200, p, 80, stop_bits))
        assert value.contains(exact) and value.radius() > exact / 10**6

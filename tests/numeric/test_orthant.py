from fractions import Fraction

import flint
import mpmath
import pytest

from verify.numeric import orthant
from verify.numeric.enclosure import Enclosure, InvalidInput, NotEvidence, precision
from verify.numeric.orthant import (
    orthant_probability,
    orthant_probability_cartesian,
    relu_product_mean,
    relu_product_mean_cartesian,
)

POINTS = [
    "0", "1/3", "-1/3", "1/2", "-1/2", "0.999", "-0.999", "0.9999999999", "1/1000000000000",
    str(1 - Fraction(1, 10**30)), str(Fraction(1, 10**30) - 1), str(1 - Fraction(1, 10**31)),
]  # fmt: skip


PROBABILITIES = (orthant_probability, orthant_probability_cartesian)
MEANS = (relu_product_mean, relu_product_mean_cartesian)


def closed_orthant(rho):
    return (mpmath.pi - mpmath.acos(rho)) / (2 * mpmath.pi)


def closed_relu(rho):
    return (mpmath.sqrt(1 - rho * rho) + rho * (mpmath.pi - mpmath.acos(rho))) / (2 * mpmath.pi)


def as_fraction(value):
    sign, man, exp, _ = value._mpf_
    return (-1 if sign else 1) * Fraction(int(man)) * Fraction(2) ** exp


@pytest.mark.parametrize("digits", [50, 200])
@pytest.mark.parametrize("text", POINTS)
@pytest.mark.parametrize("measure", PROBABILITIES + MEANS)
def test_gaussian_integrals_against_closed_forms(measure, text, digits):
    closed = closed_orthant if measure in PROBABILITIES else closed_relu
    rho = Fraction(text)
    with precision(digits):
        value = measure(text)
    with mpmath.workdps(2 * digits + 120):
        exact = as_fraction(closed(mpmath.mpf(rho.numerator) / rho.denominator))
    assert value.contains(exact)
    assert value.digits() >= digits - 1
    assert not value.contains(exact + Fraction(1, 10 ** (digits - 2)))


def test_ends_are_exact():
    for measure in PROBABILITIES + MEANS:
        assert measure(1).lower() == measure(1).upper() == Fraction(1, 2)
        assert measure(-1).lower() == measure(-1).upper() == 0


@pytest.mark.parametrize("measure", PROBABILITIES)
def test_small_probability_keeps_its_relative_accuracy(measure):
    with precision(50):
        value = measure(Fraction(1, 10**60) - 1)
        assert value.certainly_gt(0) and value.certainly_lt(Fraction(1, 10**30)) and value.digits() >= 49


def test_balls_of_correlations():
    with precision(30):
        third = orthant_probability(Enclosure.from_exact("1/3"))
        assert third.overlaps(orthant_probability("1/3")) and third.digits() > 25
        wide = orthant_probability(Enclosure.from_bounds(Fraction(-1, 2), Fraction(1, 2)))
        for inside in ("1/6", "1/4", "1/3"):
            assert wide.contains(inside)
        assert not wide.contains("0.1666") and not wide.contains("0.3334")
        above = Enclosure.from_bounds(Fraction(1, 2), 1) + Enclosure.from_bounds(0, Fraction(1, 10**6))
        with pytest.raises(InvalidInput):
            orthant_probability(above)
        top = orthant_probability(above, domain_proved=True)
        assert top.contains("1/2") and top.upper() < Fraction(51, 100)
        whole = relu_product_mean(Enclosure.from_bounds(-1, 1), domain_proved=True)
        assert whole.contains(0) and whole.contains("1/2")
        assert orthant_probability(Enclosure.from_exact(1)).contains("1/2")


@pytest.mark.parametrize("bad", [0.5, True, 2, "-1.0000001", "nan", float("nan")])
def test_bad_correlations(bad):
    for measure in PROBABILITIES + MEANS:
        with pytest.raises(InvalidInput):
            measure(bad)


def test_nan_correlation_is_no_evidence():
    with pytest.raises(NotEvidence):
        orthant_probability(Enclosure.from_exact(-1).log())
    with pytest.raises(InvalidInput):
        orthant_probability(Enclosure.from_exact(2), domain_proved=True)


@pytest.mark.parametrize("text", ["0", "1/3", "-1/3", "-0.999", "0.999"])
@pytest.mark.parametrize(
    "measure,closed", [(orthant_probability_cartesian, closed_orthant), (relu_product_mean_cartesian, closed_relu)]
)
def test_the_part_beyond_the_cut_is_bounded(measure, closed, text, monkeypatch):
    monkeypatch.setattr(orthant, "_cut_off", lambda: flint.arb(2))
    rho = Fraction(text)
    with precision(30):
        value = measure(text)
    with mpmath.workdps(60):
        exact = as_fraction(closed(mpmath.mpf(rho.numerator) / rho.denominator))
    assert value.contains(exact) and value.digits() < 10


@pytest.mark.parametrize("text", ["-1/7", "0.6", "0.9999999", str(Fraction(1, 10**12) - 1)])
def test_both_ways_agree(text):
    with precision(80):
        for rays, lines in (
            (orthant_probability, orthant_probability_cartesian),
            (relu_product_mean, relu_product_mean_cartesian),
        ):
            one, other = rays(text), lines(text)
            assert one.overlaps(other) and one.digits() > 77 < other.digits()
            assert not (one * (1 + Fraction(1, 10**70))).overlaps(other)

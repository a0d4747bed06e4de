"""Deep kernels against the recursion in many digits."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from verify.numeric.deep import (
    deep_arc_cosine,
    deep_arc_cosine_enclosure,
    deep_tangent_kernel,
    deep_tangent_kernel_enclosure,
)
from verify.numeric.enclosure import Enclosure, InvalidInput, precision
from verify.numeric.wide import tangent_kernel

ANGLES = (0.0, 1e-12, 1e-9, 1e-6, 1e-3, 0.5, 1.5, 2.5, 3.1415, np.pi - 1e-9)


def zero(rho):
    return (mpmath.pi - mpmath.acos(rho)) / mpmath.pi


def one(rho):
    return (mpmath.sqrt(1 - rho * rho) + rho * (mpmath.pi - mpmath.acos(rho))) / mpmath.pi


def by_recursion(rho, depth, order):
    tangent = rho
    for _ in range(depth):
        rho = min(rho, mpmath.mpf(1))
        after = one(rho) if order else zero(rho)
        tangent, rho = tangent * zero(rho) + after, after
    return rho, tangent


def pair(angle):
    x = np.array([1.0, 0.5, 2.0])
    z = np.cross(x, [0.0, 0.0, 1.0])
    z *= np.linalg.norm(x) / np.linalg.norm(z)
    return x, np.cos(angle) * x + np.sin(angle) * z


def exact_cosine(x, y):
    u, v = [mpmath.mpf(float(a)) for a in x], [mpmath.mpf(float(a)) for a in y]
    norms = mpmath.sqrt(mpmath.fsum(a * a for a in u)) * mpmath.sqrt(mpmath.fsum(a * a for a in v))
    return max(-1, min(1, mpmath.fsum(a * b for a, b in zip(u, v, strict=True)) / norms)), norms


@pytest.mark.parametrize("depth", [0, 1, 2, 7])
@pytest.mark.parametrize("angle", ANGLES)
def test_floats_to_the_last_digits(angle, depth):
    x, y = pair(angle)
    with mpmath.workdps(80):
        rho, norms = exact_cosine(x, y)
        for order in (0, 1):
            value = by_recursion(rho, depth, order)[0]
            found = deep_arc_cosine(x[None], y[None], depth=depth, order=order)[0, 0]
            assert abs(found - value) < 4e-15 * abs(value), order
        tangent = by_recursion(rho, depth, 1)[1]
        found = deep_tangent_kernel(x[None], y[None], depth=depth)[0, 0] / norms
        assert abs(found - tangent) < 4e-15 * abs(tangent)
        if depth:
            assert abs(found - tangent * (1 + mpmath.mpf(10) ** -12)) > 4e-15 * abs(tangent)


def test_matrices():
    x = np.random.default_rng(0).standard_normal((30, 4))
    x[3] = 2 * x[5]
    assert np.allclose(deep_tangent_kernel(x, depth=1), 2 * tangent_kernel(x), rtol=1e-14, atol=1e-14)
    for depth in (1, 4):
        gram = deep_tangent_kernel(x, depth=depth)
        assert np.allclose(gram, gram.T, rtol=1e-14) and np.linalg.eigvalsh(gram)[0] > -1e-12
        assert np.allclose(np.diag(gram), (depth + 1) * np.sum(x * x, axis=1), rtol=1e-14)
        assert np.allclose(gram[:3], deep_tangent_kernel(x[:3], x, depth=depth), rtol=1e-13)
        assert abs(deep_arc_cosine(x, depth=depth)[3, 5] - 1) < 1e-15


@pytest.mark.parametrize("text", ["0", "3/10", "-9/10", "1", "-1", str(1 - Fraction(1, 10**20))])
def test_enclosures(text):
    for depth in (0, 1, 4):
        with precision(60):
            found = deep_tangent_kernel_enclosure(text, depth=depth)
            layers = [deep_arc_cosine_enclosure(text, depth=depth, order=order) for order in (0, 1)]
        with mpmath.workdps(120), precision(110):
            rho = mpmath.mpf(Fraction(text).numerator) / Fraction(text).denominator
            expected = [by_recursion(rho, depth, 1)[1]] + [by_recursion(rho, depth, order)[0] for order in (0, 1)]
            for ball, value in zip([found, *layers], expected, strict=True):
                sign, man, exp, _ = mpmath.mpf(value)._mpf_
                exact = (-1 if sign else 1) * Fraction(int(man)) * Fraction(2) ** exp
                near = Enclosure.from_bounds(exact - Fraction(1, 10**80), exact + Fraction(1, 10**80))
                assert ball.overlaps(near) and ball.radius() < Fraction(1, 10**25)
                assert not ball.overlaps(near + Fraction(1, 10**20))


def test_bad_input():
    x = np.ones((2, 3))
    for depth in (-1, 1.0, True):
        with pytest.raises(InvalidInput, match="depth"):
            deep_tangent_kernel(x, depth=depth)
        with pytest.raises(InvalidInput, match="depth"):
            deep_tangent_kernel_enclosure(0, depth=depth)
    with pytest.raises(InvalidInput, match="order"):
        deep_arc_cosine(x, depth=1, order=2)
    for bad in (np.zeros((1, 3)), np.full((1, 3), np.nan), np.ones((2, 0)), np.ones(3)):
        with pytest.raises(InvalidInput):
            deep_tangent_kernel(bad, depth=2)
    for rho in ("1.1", 0.5, Enclosure.from_exact(2)):
        with pytest.raises(InvalidInput):
            deep_tangent_kernel_enclosure(rho, depth=0)

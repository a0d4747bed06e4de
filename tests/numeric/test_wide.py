from fractions import Fraction

import mpmath
import numpy as np
import pytest

from verify.numeric import gram
from verify.numeric.enclosure import Enclosure, InvalidInput, NotEvidence, precision
from verify.numeric.orthant import orthant_probability, relu_product_mean
from verify.numeric.wide import (
    kappa_0,
    kappa_0_enclosure,
    kappa_1,
    kappa_1_enclosure,
    supplement_angles,
    tangent_kernel,
    tangent_kernel_enclosure,
)


def reference(x, y):
    """(phi, |x||y|, x.y) of two float vectors, exactly rounded inputs, many digits."""
    u, v = [mpmath.mpf(float(a)) for a in x], [mpmath.mpf(float(a)) for a in y]
    nu, nv = mpmath.sqrt(mpmath.fsum(a * a for a in u)), mpmath.sqrt(mpmath.fsum(a * a for a in v))
    minus = mpmath.sqrt(mpmath.fsum((a * nv - b * nu) ** 2 for a, b in zip(u, v, strict=True)))
    plus = mpmath.sqrt(mpmath.fsum((a * nv + b * nu) ** 2 for a, b in zip(u, v, strict=True)))
    return 2 * mpmath.atan2(plus, minus), nu * nv, mpmath.fsum(a * b for a, b in zip(u, v, strict=True))


def pairs():
    rng = np.random.default_rng(0)
    for dimension in (2, 3, 100):
        for angle in (1e-15, 1e-9, 1e-4, 0.3, 0.451, 1.0, 1.5707963, 2.0, 2.69, 2.9, 3.1415):
            for scale in (1.0, 37.5):
                x, z = rng.standard_normal(dimension), rng.standard_normal(dimension)
                z -= x * (x @ z) / (x @ x)
                z *= np.linalg.norm(x) / np.linalg.norm(z)
                yield x, scale * (np.cos(angle) * x + np.sin(angle) * z)
                yield x, -scale * (np.cos(angle) * x + np.sin(angle) * z)


def test_kernels_to_the_last_digits():
    with mpmath.workdps(60):
        for x, y in pairs():
            phi, size, dot = reference(x, y)
            a, b = x[None, :], y[None, :]
            k0, k1 = phi / mpmath.pi, (mpmath.sin(phi) - phi * mpmath.cos(phi)) / mpmath.pi
            assert abs(kappa_0(a, b)[0, 0] - k0) <= 1e-14 * k0
            assert abs(kappa_1(a, b)[0, 0] - k1) <= 1e-14 * k1
            first, second = dot * k0 / 2, size * k1 / 2
            bound = 1e-14 * (abs(first) + abs(second)) + 1e-15 * size * k0
            assert abs(tangent_kernel(a, b)[0, 0] - first - second) <= bound
            assert abs(tangent_kernel(a, b, layers="first")[0, 0] - first) <= bound
            assert abs(tangent_kernel(a, b, layers="second")[0, 0] - second) <= bound


def test_inverse_cosine_of_a_dot_product_would_fail():
    x = np.array([[0.6, 0.8]])
    y = -np.array([[0.6 - 0.8e-9, 0.8 + 0.6e-9]])
    with mpmath.workdps(60):
        exact = float(reference(x[0], y[0])[0] / mpmath.pi)
    naive = 1 - np.arccos(np.clip(x @ y.T, -1, 1))[0, 0] / np.pi
    assert abs(naive - exact) > 1e-3 * exact and abs(kappa_0(x, y)[0, 0] - exact) < 1e-14 * exact


def test_gram_matrices():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((40, 7))
    x[3], x[4] = x[0], -2 * x[0]
    for kernel in (kappa_0, kappa_1, tangent_kernel):
        gram = kernel(x)
        assert gram.shape == (40, 40) and np.allclose(gram, gram.T, rtol=1e-14, atol=1e-15)
        assert np.linalg.eigvalsh(gram)[0] > -1e-10
        assert np.allclose(gram[:5], kernel(x[:5], x), rtol=1e-14, atol=1e-15)
    assert kappa_0(x)[0, 3] == kappa_0(x)[7, 7] == 1.0 and abs(kappa_0(x)[0, 4]) < 1e-16
    assert abs(kappa_1(x)[0, 4]) == 0.0 and abs(kappa_1(x)[0, 3] - 1) < 1e-15


def test_float_kernels_reject_bad_input():
    good = np.ones((2, 3))
    bad_rows = [np.zeros((1, 3)), np.full((1, 3), np.nan), np.full((1, 3), np.inf), np.full((1, 3), 1e200)]
    bad_shapes = [np.ones(3), np.ones((2, 3), int), np.ones((2, 0)), np.ones((2, 4))]
    for bad in bad_rows + bad_shapes:
        for kernel in (supplement_angles, kappa_0, kappa_1, tangent_kernel):
            with pytest.raises(InvalidInput):
                kernel(good, bad)
    with pytest.raises(InvalidInput):
        tangent_kernel(good, layers="third")
    with pytest.raises(InvalidInput):
        tangent_kernel_enclosure(0, layers="third")


@pytest.mark.parametrize("digits", [15, 50, 200])
@pytest.mark.parametrize(
    "text",
    ["0", "1/3", "-1/3", "1", "-1", str(1 - Fraction(1, 10**30)), str(Fraction(1, 10**30) - 1), "-0.99"],
)
def test_enclosures_against_mpmath(text, digits):
    rho = Fraction(text)
    with precision(digits):
        zero, one, both = kappa_0_enclosure(text), kappa_1_enclosure(text), tangent_kernel_enclosure(text)
    with mpmath.workdps(digits + 120):
        r = mpmath.mpf(rho.numerator) / rho.denominator
        phi = mpmath.pi - mpmath.acos(r)
        values = phi / mpmath.pi, (mpmath.sqrt(1 - r * r) + r * phi) / mpmath.pi
        for ball, value in [(zero, values[0]), (one, values[1]), (both, (r * values[0] + values[1]) / 2)]:
            sign, man, exp, _ = value._mpf_
            exact = (-1 if sign else 1) * Fraction(int(man)) * Fraction(2) ** exp
            slack = Fraction(1, 10 ** (digits + 60))  # the second opinion is rounded as well
            assert ball.contains(exact) or ball.overlaps(Enclosure.from_bounds(exact - slack, exact + slack))
            assert not ball.contains(exact + Fraction(1, 10 ** (digits - 2)))
    if rho > -1:
        assert zero.digits() >= digits - 1 and one.digits() >= digits - 1
    else:
        assert zero.upper() == one.upper() == 0


def test_enclosures_agree_with_quadrature():
    with precision(40):
        for text in ("1/3", "-0.999", "0.75"):
            assert (kappa_0_enclosure(text) / 2).overlaps(orthant_probability(text))
            assert (kappa_1_enclosure(text) / 2).overlaps(relu_product_mean(text))
            assert not (kappa_1_enclosure(text) / 2).overlaps(orthant_probability(text))


def test_enclosures_of_balls():
    around = Enclosure.from_bounds("0.9", "1.1")
    for kernel in (kappa_0_enclosure, kappa_1_enclosure, tangent_kernel_enclosure):
        with pytest.raises(InvalidInput):
            kernel(around)
        wide = kernel(around, domain_proved=True)
        for inside in ("0.91", "0.99", "1"):
            assert wide.contains(kernel(inside).midpoint())
        for bad in (0.5, 2, "-1.01", True, Enclosure.from_exact(3)):
            with pytest.raises(InvalidInput):
                kernel(bad)
        with pytest.raises(InvalidInput):
            kernel(Enclosure.from_exact(2), domain_proved=True)
        with pytest.raises(NotEvidence):
            kernel(Enclosure.from_exact(-1).log())


@pytest.mark.parametrize("cosine", [0.0, 1e-12, 0.1, 0.3, 0.4499999, 0.4500001, 0.6, 0.8999, 0.9001])
def test_the_polynomial_and_the_angle_meet(cosine):
    """Both branches are right near the cosine where one takes over from the other."""
    for c in (cosine, -cosine):
        x, y = np.array([[1.0, 0.0]]), np.array([[c, np.sqrt(1 - c * c)]])
        with mpmath.workdps(40):
            phi, size, dot = reference(x[0], y[0])
            k0, k1 = phi / mpmath.pi, (mpmath.sin(phi) - phi * mpmath.cos(phi)) / mpmath.pi
            assert abs(supplement_angles(x, y)[0, 0] - phi) < 2e-15 * phi
            assert abs(kappa_0(x, y)[0, 0] - k0) < 1e-15 * k0
            assert abs(kappa_1(x, y)[0, 0] - k1) < 3e-15 * k1
            both = (dot * k0 + size * k1) / 2
            assert abs(tangent_kernel(x, y)[0, 0] - both) < 1e-15 * (k1 + abs(dot) * k0)


@pytest.mark.parametrize("kernel", [kappa_0, kappa_1, tangent_kernel])
def test_matrices_do_not_depend_on_strips_and_pieces(monkeypatch, kernel):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((61, 5))
    x[7], x[50] = -x[3], x[3]
    whole, other = kernel(x), kernel(x[:23], x)
    assert np.array_equal(whole, whole.T)
    assert np.allclose(other, whole[:23], rtol=0, atol=4e-15)
    for strip, piece in ((7, 20), (16, 200), (60, 64_000), (61, 61)):
        monkeypatch.setattr(gram, "STRIP", strip)
        monkeypatch.setattr(gram, "PIECE", piece)
        again = kernel(x)
        assert np.allclose(again, whole, rtol=0, atol=4e-15) and np.array_equal(again, again.T)
        assert np.array_equal(np.diag(again), np.diag(whole))
        assert np.allclose(kernel(x[:23], x), other, rtol=0, atol=4e-15)


@pytest.mark.parametrize("dimension", [60, 100, 341, 400])
def test_matrix_products_of_every_size(monkeypatch, dimension):
    """Blocks of columns with a rest, and dimensions for which blocks would be too narrow."""
    rng = np.random.default_rng(dimension)
    x, y = rng.standard_normal((150, dimension)), rng.standard_normal((260, dimension))
    monkeypatch.setattr(gram, "PANEL", 100)
    unit, other = (v / np.linalg.norm(v, axis=1)[:, None] for v in (x, y))
    assert np.allclose(supplement_angles(x, y), np.pi - np.arccos(unit @ other.T), rtol=0, atol=1e-14)
    off = ~np.eye(260, dtype=bool)
    assert np.allclose(supplement_angles(y)[off], np.pi - np.arccos((other @ other.T)[off]), rtol=0, atol=1e-14)
    assert np.array_equal(np.diag(supplement_angles(y)), np.full(260, np.pi))


def test_the_same_input_gives_the_same_bytes():
    """Whichever thread takes a strip, and with pairs of every kind."""
    x = np.random.default_rng(5).standard_normal((700, 6))
    x[7], x[650] = -x[3], x[3]
    assert len({tangent_kernel(x).tobytes() for _ in range(4)}) == 1


def test_matrices_without_rows():
    none, some = np.ones((0, 3)), np.ones((2, 3))
    for x, y in ((none, None), (none, some), (some, none), (none, none)):
        assert kappa_0(x, y).shape == (len(x), len(x if y is None else y))


def test_an_error_of_the_second_thread_is_not_lost(monkeypatch):
    def broken(out, rows):
        raise MemoryError

    monkeypatch.setattr(gram, "_mirror", broken)
    with pytest.raises(MemoryError):
        kappa_0(np.eye(3))

import random
from fractions import Fraction

import mpmath
import pytest

from verify.numeric.enclosure import Enclosure, InvalidInput, NotEvidence, precision
from verify.numeric.matrices import (
    BallMatrix,
    RationalMatrix,
    is_positive_definite,
    is_psd,
    lambda_min_lower,
    ldl,
)


def draw(rng, rows, columns):
    table = [[Fraction(rng.randint(-9, 9), rng.randint(1, 5)) for _ in range(columns)] for _ in range(rows)]
    return RationalMatrix.from_rows(table, columns)


@pytest.mark.parametrize("kind", [RationalMatrix, BallMatrix])
def test_construction_is_exact_and_frozen(kind):
    for bad in ([[0.5]], [[True]], [["nan"]], [[1], [2, 3]], []):
        with pytest.raises(InvalidInput):
            kind.from_rows(bad)
    with pytest.raises(InvalidInput):
        kind(3)
    a = kind.from_rows([[1, "1/3"], ["0.1", -2]])
    assert a.shape == (2, 2)
    with pytest.raises(AttributeError):
        a._m = None
    with pytest.raises(TypeError):
        bool(a == a)
    with pytest.raises(TypeError):
        hash(a)
    with pytest.raises(InvalidInput):
        a * 0.5
    for operation in (lambda: a + 1, lambda: a @ 2, lambda: a * "1", lambda: a - 0.5):
        with pytest.raises(TypeError):
            operation()
    assert kind.from_rows([], 3).shape == (0, 3)


def test_shapes_are_checked():
    a, b = RationalMatrix.zero(2, 3), RationalMatrix.zero(2, 2)
    for operation in (
        lambda: a + b,
        lambda: a @ b,
        lambda: a.trace(),
        lambda: a.hadamard(b),
        lambda: a.power(2),
        lambda: b.power(-1),
        lambda: is_psd(a),
        lambda: ldl(a),
        lambda: a.to_balls() @ b.to_balls(),
        lambda: a.kron(b.to_balls()),
        lambda: lambda_min_lower(a.to_balls()),
        lambda: lambda_min_lower(BallMatrix.from_rows([], 0)),
    ):
        with pytest.raises(InvalidInput):
            operation()


def test_kronecker_and_vec_identity():
    rng = random.Random(1)
    a, x, b = draw(rng, 2, 3), draw(rng, 3, 4), draw(rng, 4, 5)
    left, right = (a @ x @ b).vec(), b.T.kron(a) @ x.vec()
    assert left.is_equal(right) and not left.is_equal(a.kron(b.T) @ x.vec())
    assert a.kron(b).shape == (8, 15) and a.kron(b)[3 + 2 - 0, 7] == a[1, 1] * b[1, 2]
    with precision(40):
        assert (a.to_balls() @ x @ b.to_balls()).vec().contains(left)
        assert a.to_balls().kron(b.to_balls()).contains(a.kron(b))


def test_mixed_arithmetic_and_norms():
    rng = random.Random(2)
    a, b = draw(rng, 3, 3), draw(rng, 3, 3)
    with precision(30):
        x = a.to_balls()
        for ball, exact in [
            (x + b, a + b),
            (b + x, a + b),
            (x - b, a - b),
            (b - x, b - a),
            (x @ b, a @ b),
            (b @ x, b @ a),
            (x * Fraction(1, 3), a * Fraction(1, 3)),
            (-x, -a),
            (x.T, a.T),
            (x.hadamard(b.to_balls()), a.hadamard(b)),
            (x.power(3), a @ a @ a),
            (x.power(0), RationalMatrix.identity(3)),
        ]:
            assert ball.contains(exact) and not ball.contains(
                exact + RationalMatrix.identity(3) * Fraction(1, 10**20)
            )
            assert ball.overlaps(exact.to_balls()) and ball.radius() < Fraction(1, 10**25)
        assert x.trace().contains(a.trace()) and x.squared_norm().contains(a.squared_norm())
        assert a.squared_norm() == (a.T @ a).trace() and a.power(2).is_equal(a @ a)
        assert x.middle().shape == (3, 3)


def test_psd_is_exact_at_singular_matrices():
    rng = random.Random(3)
    for rank in range(5):
        c = draw(rng, 4, rank)
        gram = c @ c.T
        assert is_psd(gram) and is_positive_definite(gram) == (gram.rank() == 4)
        lower, pivots = ldl(gram)
        diagonal = RationalMatrix.from_rows(
            [[pivots[i] if i == j else 0 for j in range(4)] for i in range(4)]
        )
        assert (lower @ diagonal @ lower.T).is_equal(gram) and all(d >= 0 for d in pivots)
        spoiled = gram - RationalMatrix.identity(4) * Fraction(1, 10**40)
        assert is_psd(spoiled) == (rank == 4)
    assert is_psd(RationalMatrix.from_rows([], 0))
    assert not is_psd(RationalMatrix.from_rows([[1, 1], [0, 1]]))
    assert not is_psd(RationalMatrix.from_rows([[0, 1], [1, 0]]))
    assert not is_psd(RationalMatrix.from_rows([[-1]]))
    with pytest.raises(InvalidInput):
        ldl(RationalMatrix.from_rows([[0, 1], [1, 5]]))
    with pytest.raises(InvalidInput):
        ldl(RationalMatrix.from_rows([[1, 2], [3, 4]]))


@pytest.mark.parametrize("digits", [15, 50])
def test_least_eigenvalue_against_mpmath(digits):
    rng = random.Random(4)
    for size in (1, 2, 5):
        a = draw(rng, size, size)
        a = a + a.T
        with precision(digits + 20):
            low = lambda_min_lower(a.to_balls(), digits=digits)
        with mpmath.workdps(digits + 30):
            table = [[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in a.rows()]
            least = min(mpmath.eigsy(mpmath.matrix(table), eigvals_only=True))
            gap = least - mpmath.mpf(low.numerator) / low.denominator
            assert 0 <= gap < mpmath.mpf(10) ** (4 - digits)
        assert is_psd(a - RationalMatrix.identity(size) * low)


def test_least_eigenvalue_of_hard_matrices():
    zero = RationalMatrix.zero(3, 3).to_balls()
    assert -Fraction(1, 10**9) < lambda_min_lower(zero) <= 0
    multiple = RationalMatrix.identity(4).to_balls()
    assert 1 - Fraction(1, 10**9) < lambda_min_lower(multiple) <= 1
    hilbert = RationalMatrix.from_rows([[Fraction(1, i + j + 1) for j in range(8)] for i in range(8)])
    with precision(60):
        assert lambda_min_lower(hilbert.to_balls(), digits=50) > 0
    wide = BallMatrix.from_rows([[Enclosure.from_bounds(1, 3), 0], [0, 5]])
    assert lambda_min_lower(wide) <= 1
    nan = BallMatrix.from_rows([[Enclosure.from_exact(0).log()]])
    with pytest.raises(NotEvidence):
        lambda_min_lower(nan)
    with pytest.raises(NotEvidence):
        nan.contains(RationalMatrix.zero(1, 1))


def test_determinant_bits_and_entries():
    a = RationalMatrix.from_rows([["1/2", 3], [4, 5]])
    assert a.determinant() == Fraction(5, 2) - 12 and a.rank() == 2 and a[0, 0] == Fraction(1, 2)
    assert a.bits() == 3 + 3 + 4 + 4 and "1/2" in repr(a)
    assert a.to_balls()[0, 1].contains(3) and "Enclosure" in repr(a.to_balls())

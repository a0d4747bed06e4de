"""Matrices of exact rationals and of enclosures: thin frozen wrappers over FLINT and Arb.

Shapes are checked in every operation (InvalidInput); sizes may be zero. Mixing the two kinds gives balls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Generic, Self, TypeVar

import flint
import numpy as np

from verify.numeric.analytic import FUNCTIONS
from verify.numeric.enclosure import (
    Enclosure,
    Exact,
    InvalidInput,
    NotEvidence,
    ball_of,
    dyadic_fraction,
    exact_fraction,
    to_arb,
)

Entry = TypeVar("Entry", Fraction, Enclosure)


class _Matrix(Generic[Entry]):
    """What both kinds share; `_m` is the FLINT matrix and is never changed."""

    __slots__ = ("_m",)
    __hash__ = None  # type: ignore[assignment]
    _m: Any

    def __init__(self, *_: object) -> None:
        raise InvalidInput(f"use {type(self).__name__}.from_rows")

    @classmethod
    def _wrap(cls, matrix: Any) -> Self:
        new = object.__new__(cls)
        object.__setattr__(new, "_m", matrix)
        return new

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a matrix cannot be changed")

    @classmethod
    def _build(cls, rows: int, columns: int, entries: list[Any]) -> Self:
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return int(self._m.nrows()), int(self._m.ncols())

    @property
    def T(self) -> Self:
        """Transpose."""
        return self._wrap(self._m.transpose())

    def __neg__(self) -> Self:
        return self._wrap(self._m * -1)

    def kron(self, other: Self) -> Self:
        """Kronecker product, (m p) x (n q) for m x n and p x q."""
        if type(other) is not type(self):
            raise InvalidInput("kron needs two matrices of the same kind")
        (m, n), (p, q) = self.shape, other.shape
        a, b = self._m.tolist(), other._m.tolist()
        entries = [x * y for row in a for other_row in b for x in row for y in other_row]
        return self._build(m * p, n * q, entries)

    def vec(self) -> Self:
        """The columns stacked into one column, (rows * columns) x 1."""
        rows, columns = self.shape
        table = self._m.tolist()
        return self._build(rows * columns, 1, [table[i][j] for j in range(columns) for i in range(rows)])

    def hadamard(self, other: Any) -> Any:
        """Entrywise product of two matrices of the same shape."""
        if not isinstance(other, _Matrix) or other.shape != self.shape:
            raise InvalidInput(f"hadamard needs the shape {self.shape}")
        if type(other) is not type(self):
            mixed: list[Any] = [self, other]
            first, second = (_balls(x) for x in mixed)
            return first.hadamard(second)
        pairs = zip(self._m.entries(), other._m.entries(), strict=True)
        return self._build(*self.shape, [x * y for x, y in pairs])

    def power(self, exponent: int) -> Self:
        """A ** exponent for a square matrix and exponent >= 0; the unit for exponent 0."""
        size = self._square()
        if isinstance(exponent, bool) or not isinstance(exponent, int) or exponent < 0:
            raise InvalidInput(f"matrix power needs a natural exponent, not {exponent!r}")
        result = self._build(size, size, [int(i == j) for i in range(size) for j in range(size)])
        for _ in range(exponent):
            result = self._wrap(result._m * self._m)
        return result

    def _square(self) -> int:
        rows, columns = self.shape
        if rows != columns:
            raise InvalidInput(f"a square matrix is needed, not {rows} x {columns}")
        return rows

    def __eq__(self, other: object) -> bool:
        raise TypeError("matrices have no ==; use is_equal or overlaps")


class RationalMatrix(_Matrix[Fraction]):
    """Exact rational matrix. Build with `from_rows`; entries are int, Fraction or exact strings."""

    __slots__ = ()

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[Exact]], columns: int | None = None) -> RationalMatrix:
        """Matrix from its rows; `columns` is needed only if there are no rows. InvalidInput for floats."""
        width = _width(rows, columns)
        return cls._build(len(rows), width, [_fmpq(exact_fraction(x)) for row in rows for x in row])

    @classmethod
    def _build(cls, rows: int, columns: int, entries: list[Any]) -> RationalMatrix:
        return cls._wrap(flint.fmpq_mat(rows, columns, entries))

    @classmethod
    def zero(cls, rows: int, columns: int) -> RationalMatrix:
        """The `rows` x `columns` matrix of zeros; either may be 0."""
        return cls._wrap(flint.fmpq_mat(rows, columns))

    @classmethod
    def identity(cls, size: int) -> RationalMatrix:
        """The `size` x `size` identity."""
        return cls._build(size, size, [int(i == j) for i in range(size) for j in range(size)])

    def __getitem__(self, place: tuple[int, int]) -> Fraction:
        return _fraction(self._m[place])

    def rows(self) -> list[list[Fraction]]:
        """The entries, row by row."""
        return [[_fraction(x) for x in row] for row in self._m.tolist()]

    def apply(self, function: str) -> BallMatrix:
        """Enclosures of an analytic function of the entries, see `BallMatrix.apply`."""
        return self.to_balls().apply(function)

    def positive_part(self) -> RationalMatrix:
        """max(x, 0) of every entry."""
        return self._build(*self.shape, [x if x > 0 else flint.fmpq(0) for x in self._m.entries()])

    def bits(self) -> int:
        """Total number of bits of all numerators and denominators."""
        return sum(int(x.p).bit_length() + int(x.q).bit_length() for row in self._m.tolist() for x in row)

    def to_balls(self) -> BallMatrix:
        """Enclosures of the entries at the current precision."""
        return BallMatrix._wrap(flint.arb_mat(self._m))

    def trace(self) -> Fraction:
        """The sum of the diagonal of a square matrix; InvalidInput for another shape."""
        return sum((self[i, i] for i in range(self._square())), Fraction(0))

    def squared_norm(self) -> Fraction:
        """Sum of the squares of the entries (Frobenius norm squared)."""
        return sum((x * x for row in self.rows() for x in row), Fraction(0))

    def rank(self) -> int:
        """The exact rank, by elimination."""
        return int(self._m.rank())

    def determinant(self) -> Fraction:
        """The exact determinant of a square matrix; InvalidInput for another shape."""
        self._square()
        return _fraction(self._m.det())

    def is_equal(self, other: RationalMatrix) -> bool:
        """Whether shape and all entries are those of `other`."""
        return self.shape == other.shape and bool(self._m == other._m)

    def is_symmetric(self) -> bool:
        """Whether the matrix is square and equals its transpose."""
        return self.shape[0] == self.shape[1] and bool(self._m == self._m.transpose())

    def __add__(self, other: RationalMatrix) -> RationalMatrix:
        return _add(self, other, 1) if isinstance(other, RationalMatrix) else NotImplemented

    def __sub__(self, other: RationalMatrix) -> RationalMatrix:
        return _add(self, other, -1) if isinstance(other, RationalMatrix) else NotImplemented

    def __matmul__(self, other: RationalMatrix) -> RationalMatrix:
        return _matmul(self, other) if isinstance(other, RationalMatrix) else NotImplemented

    def __mul__(self, other: int | Fraction) -> RationalMatrix:
        if not isinstance(other, int | Fraction | float):
            return NotImplemented
        return RationalMatrix._wrap(self._m * _fmpq(exact_fraction(other)))

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"RationalMatrix({[[str(x) for x in row] for row in self.rows()]})"


class BallMatrix(_Matrix[Enclosure]):
    """Matrix of enclosures at the current precision. Build with `from_rows` or `RationalMatrix.to_balls`."""

    __slots__ = ()

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[Enclosure | Exact]], columns: int | None = None) -> BallMatrix:
        """Matrix from its rows of enclosures or exact numbers. InvalidInput for floats. `columns` is needed only
        if there are no rows.
        """
        width = _width(rows, columns)
        return cls._build(len(rows), width, [_arb(x) for row in rows for x in row])

    @classmethod
    def _build(cls, rows: int, columns: int, entries: list[Any]) -> BallMatrix:
        return cls._wrap(flint.arb_mat(rows, columns, entries))

    def __getitem__(self, place: tuple[int, int]) -> Enclosure:
        return Enclosure._wrap(self._m[place])

    def rows(self) -> list[list[Enclosure]]:
        """The entries, row by row."""
        return [[Enclosure._wrap(x) for x in row] for row in self._m.tolist()]

    def is_finite(self) -> bool:
        """Whether no entry is NaN or has infinite radius."""
        return all(bool(x.is_finite()) for x in self._m.entries())

    def positive_part(self) -> BallMatrix:
        """max(x, 0) of every entry."""
        return self._build(*self.shape, [x.max(flint.arb(0)) for x in self._m.entries()])

    def apply(self, function: str) -> BallMatrix:
        """An analytic `function` of every entry, by its name in `analytic.FUNCTIONS`; not finite outside its
        domain. Raises InvalidInput for another name.
        """
        if function not in FUNCTIONS:
            raise InvalidInput(f"no function {function!r}; there are {', '.join(FUNCTIONS)}")
        return self._build(*self.shape, [FUNCTIONS[function].value(x) for x in self._m.entries()])

    def trace(self) -> Enclosure:
        """A ball around the trace of a square matrix; InvalidInput for another shape."""
        self._square()
        return Enclosure._wrap(self._m.trace())

    def squared_norm(self) -> Enclosure:
        """Sum of the squares of the entries (Frobenius norm squared)."""
        return Enclosure._wrap(sum((x**2 for x in self._m.entries()), flint.arb(0)))

    def contains(self, other: RationalMatrix) -> bool:
        """Whether every entry of the rational matrix `other` lies in its ball. Raises NotEvidence if not finite,
        InvalidInput if the shapes differ.
        """
        if self.shape != other.shape:
            raise InvalidInput(f"shapes {self.shape} and {other.shape} differ")
        here, there = self.rows(), other.rows()
        return all(x.contains(y) for r, s in zip(here, there, strict=True) for x, y in zip(r, s, strict=True))

    def overlaps(self, other: BallMatrix) -> bool:
        """Whether all entries overlap those of `other`. Raises NotEvidence if an entry is not finite,
        InvalidInput if the shapes differ.
        """
        if self.shape != other.shape:
            raise InvalidInput(f"shapes {self.shape} and {other.shape} differ")
        here, there = self.rows(), other.rows()
        return all(x.overlaps(y) for r, s in zip(here, there, strict=True) for x, y in zip(r, s, strict=True))

    def radius(self) -> Fraction:
        """Largest radius of an entry, exactly; 0 for an empty matrix."""
        return max((x.radius() for row in self.rows() for x in row), default=Fraction(0))

    def middle(self) -> RationalMatrix:
        """The exact middles of the entries."""
        return RationalMatrix.from_rows([[x.midpoint() for x in r] for r in self.rows()], self.shape[1])

    def __add__(self, other: BallMatrix | RationalMatrix) -> BallMatrix:
        return _add(self, _balls(other), 1) if isinstance(other, _Matrix) else NotImplemented

    def __radd__(self, other: RationalMatrix) -> BallMatrix:
        return _add(_balls(other), self, 1)

    def __sub__(self, other: BallMatrix | RationalMatrix) -> BallMatrix:
        return _add(self, _balls(other), -1) if isinstance(other, _Matrix) else NotImplemented

    def __rsub__(self, other: RationalMatrix) -> BallMatrix:
        return _add(_balls(other), self, -1)

    def __matmul__(self, other: BallMatrix | RationalMatrix) -> BallMatrix:
        return _matmul(self, _balls(other)) if isinstance(other, _Matrix) else NotImplemented

    def __rmatmul__(self, other: RationalMatrix) -> BallMatrix:
        return _matmul(_balls(other), self)

    def __mul__(self, other: Enclosure | int | Fraction) -> BallMatrix:
        if not isinstance(other, Enclosure | int | Fraction | float):
            return NotImplemented
        return BallMatrix._wrap(self._m * ball_of(other))

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"BallMatrix({self.rows()})"


def is_psd(matrix: RationalMatrix) -> bool:
    """Whether a rational matrix is symmetric and positive semidefinite; exact, singular matrices included.

    All roots of the characteristic polynomial sum c_i x^i of a symmetric n x n matrix are real, so by
    Descartes' rule of signs none is negative exactly if (-1)^(n - i) c_i >= 0 for all i.
    """
    return _signs(matrix, lambda c: bool(c >= 0))


def is_positive_definite(matrix: RationalMatrix) -> bool:
    """Whether a rational matrix is symmetric and positive definite: (-1)^(n - i) c_i > 0 for all i."""
    return _signs(matrix, lambda c: bool(c > 0))


def _signs(matrix: RationalMatrix, accept: Callable[[Any], bool]) -> bool:
    size = matrix._square()
    if not matrix.is_symmetric():
        return False
    if size == 0:
        return True
    coefficients = matrix._m.charpoly().coeffs()
    return all(accept(c if (size - i) % 2 == 0 else -c) for i, c in enumerate(coefficients))


def ldl(matrix: RationalMatrix) -> tuple[RationalMatrix, list[Fraction]]:
    """Exact L, d with A = L diag(d) L^T, L unit lower triangular, for a symmetric rational matrix A.

    Raises InvalidInput if A is not symmetric or if a zero pivot stands above a nonzero entry; the latter
    shows that A is not PSD, so every PSD matrix, singular or not, has such a factorisation, with d >= 0.
    """
    size = matrix._square()
    if not matrix.is_symmetric():
        raise InvalidInput("the matrix is not symmetric")
    work = matrix.rows()
    lower = RationalMatrix.identity(size).rows()
    pivots: list[Fraction] = []
    for k in range(size):
        pivot = work[k][k]
        pivots.append(pivot)
        if pivot == 0:
            if any(work[i][k] != 0 for i in range(k + 1, size)):
                raise InvalidInput(f"zero pivot in column {k}: the matrix is indefinite")
            continue
        for i in range(k + 1, size):
            factor = work[i][k] / pivot
            lower[i][k] = factor
            if factor:
                for j in range(k + 1, size):
                    work[i][j] -= factor * work[k][j]
    return RationalMatrix.from_rows(lower, size), pivots


def lambda_min_lower(matrix: BallMatrix, *, digits: int = 15) -> Fraction:
    """Exact rational lower bound of the least eigenvalue of every symmetric matrix inside the balls.

    The matrix is meant to be symmetric: the middle of the ball matrix is symmetrised, which changes nothing
    for the symmetric members. A guess s of the least eigenvalue and a factor C of A - s I are found
    approximately with about `digits` digits and only the residual is bounded: lambda_min >= s - ||A - s I -
    C C^T||_F, as C C^T is PSD (Weyl's inequality). Raises NotEvidence if an entry is not finite,
    InvalidInput if empty or not square.
    """
    size = matrix._square()
    if size == 0:
        raise InvalidInput("an empty matrix has no eigenvalue")
    if not matrix.is_finite():
        raise NotEvidence("an entry is not finite")
    bits = digits * 3322 // 1000 + 32
    with flint.ctx.workprec(max(bits + 16, 64)):
        symmetric = (matrix._m + matrix._m.transpose()) / 2
        middle = symmetric.mid()
        scale = sum((abs(x) for x in middle.entries()), flint.arb(0)).abs_upper() + 1
        guess = _least_eigenvalue_guess(middle, bits)
        shift = (guess - scale / (1 << (bits - 20))).mid()
        factor = _approximate_factor(middle, shift)
        unit = flint.arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
        residual = symmetric - unit * shift - factor * factor.transpose()
        bound = sum((x.abs_upper() ** 2 for x in residual.entries()), flint.arb(0)).sqrt()
        low = (shift - bound).lower()
    return dyadic_fraction(low)


def _least_eigenvalue_guess(middle: Any, bits: int) -> Any:
    """A number close to the least eigenvalue of a symmetric matrix; nothing is proved about it."""
    if bits <= 90:
        table = np.array([[float(x) for x in row] for row in middle.tolist()])
        if np.isfinite(table).all():
            return flint.arb(float(np.linalg.eigvalsh(table)[0]))
    values = flint.acb_mat(middle).eig(algorithm="approx")
    return min((v.real.mid() for v in values), key=lambda v: dyadic_fraction(v))


def _approximate_factor(middle: Any, shift: Any) -> Any:
    """Lower triangular C with C C^T close to middle - shift I; negative pivots are replaced by 0."""
    size = int(middle.nrows())
    work = middle.tolist()
    factor = [[flint.arb(0)] * size for _ in range(size)]
    for j in range(size):
        pivot = (work[j][j] - shift - sum((x * x for x in factor[j][:j]), flint.arb(0))).mid()
        if not pivot > 0:
            continue
        root = pivot.sqrt().mid()
        factor[j][j] = root
        for i in range(j + 1, size):
            dot = sum((x * y for x, y in zip(factor[i][:j], factor[j][:j], strict=True)), flint.arb(0))
            factor[i][j] = ((work[i][j] - dot) / root).mid()
    return flint.arb_mat(size, size, [x for row in factor for x in row])


def _width(rows: Sequence[Sequence[object]], columns: int | None) -> int:
    widths = {len(row) for row in rows}
    if columns is not None:
        widths.add(columns)
    if len(widths) != 1:
        raise InvalidInput("rows of unequal length" if widths else "no rows: give the number of columns")
    return int(widths.pop())


def _fmpq(value: Fraction) -> Any:
    return flint.fmpq(value.numerator, value.denominator)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _arb(value: Enclosure | Exact) -> Any:
    return value._ball if isinstance(value, Enclosure) else to_arb(exact_fraction(value))


def _balls(matrix: BallMatrix | RationalMatrix) -> BallMatrix:
    if isinstance(matrix, BallMatrix):
        return matrix
    if isinstance(matrix, RationalMatrix):
        return matrix.to_balls()
    raise InvalidInput(f"{type(matrix).__name__} is not a matrix of balls or rationals")


AnyMatrix = TypeVar("AnyMatrix", RationalMatrix, BallMatrix)


def _add(a: AnyMatrix, b: AnyMatrix, sign: int) -> AnyMatrix:
    if type(a) is not type(b):
        raise InvalidInput(f"{type(a).__name__} and {type(b).__name__} cannot be combined here")
    if a.shape != b.shape:
        raise InvalidInput(f"cannot add shapes {a.shape} and {b.shape}")
    return a._wrap(a._m + b._m if sign > 0 else a._m - b._m)


def _matmul(a: AnyMatrix, b: AnyMatrix) -> AnyMatrix:
    if type(a) is not type(b):
        raise InvalidInput(f"{type(a).__name__} and {type(b).__name__} cannot be combined here")
    if a.shape[1] != b.shape[0]:
        raise InvalidInput(f"cannot multiply shapes {a.shape} and {b.shape}")
    return a._wrap(a._m * b._m)

"""Values of kernel terms: scalars (exact rationals or enclosures) and matrices of them.

An exact matrix keeps integer numerators over one denominator, which makes products of rationals cheap; a
matrix with at least one enclosure keeps its entries. Vectors of the kernel are matrices with one column.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from verify.numeric.enclosure import Enclosure

Scalar = Fraction | Enclosure


class ShapeError(ValueError):
    """Sizes do not fit: the term has no value at this instance."""


class Unsupported(ValueError):
    """The evaluator has no rule for this term; the outcome is `unknown`, never a pass."""


ZERO, ONE = Fraction(0), Fraction(1)


@lru_cache(maxsize=4096)
def rational(text: str) -> Fraction:
    """A rational number as the kernel's language writes it; the same few are read over and over."""
    return Fraction(text)


class Mat:
    """An immutable matrix."""

    __slots__ = ("cols", "den", "ent", "num", "rows")

    def __init__(
        self, rows: int, cols: int, num: tuple[int, ...] | None, den: int, ent: tuple[Scalar, ...] | None
    ) -> None:
        self.rows, self.cols, self.num, self.den, self.ent = rows, cols, num, den, ent

    # -- construction ------------------------------------------------------------------------------------

    @staticmethod
    def exact(rows: int, cols: int, num: Iterable[int], den: int) -> Mat:
        """The `rows` x `cols` matrix with numerators `num`, row by row, over the denominator `den`, in lowest terms."""
        flat = tuple(num)
        if den != 1:
            g = math.gcd(den, *flat)
            if g != 1:
                flat, den = tuple(x // g for x in flat), den // g
        return Mat(rows, cols, flat, den, None)

    @staticmethod
    def of(rows: int, cols: int, entries: Iterable[Scalar]) -> Mat:
        """The `rows` x `cols` matrix of `entries`, row by row, exact if all are; ShapeError for another number of
        them.
        """
        flat = tuple(entries)
        if len(flat) != rows * cols:
            raise ShapeError(f"{len(flat)} entries for a {rows} x {cols} matrix")
        fractions = [x for x in flat if isinstance(x, Fraction)]
        if len(fractions) == len(flat):
            den = math.lcm(*(x.denominator for x in fractions))
            return Mat(rows, cols, tuple(x.numerator * (den // x.denominator) for x in fractions), den, None)
        return Mat(rows, cols, None, 1, flat)

    @staticmethod
    def from_rows(rows: Sequence[Sequence[Scalar | int]]) -> Mat:
        """The matrix with these `rows`, not empty; ShapeError if they differ in length."""
        if not rows or len({len(r) for r in rows}) != 1:
            raise ShapeError("rows of unequal length")
        cells = [Fraction(x) if isinstance(x, int) else x for r in rows for x in r]
        return Mat.of(len(rows), len(rows[0]), cells)

    @staticmethod
    def unit(n: int) -> Mat:
        """The n x n identity."""
        return Mat(n, n, tuple(int(i == j) for i in range(n) for j in range(n)), 1, None)

    @staticmethod
    def zero(rows: int, cols: int) -> Mat:
        """The `rows` x `cols` matrix of zeros."""
        return Mat(rows, cols, (0,) * (rows * cols), 1, None)

    @staticmethod
    def single(rows: int, cols: int, i: int, j: int) -> Mat:
        """The matrix with one 1, at (i, j)."""
        return Mat(rows, cols, tuple(int(k == i * cols + j) for k in range(rows * cols)), 1, None)

    @staticmethod
    def diagonal(entries: Sequence[Fraction], rows: int | None = None, cols: int | None = None) -> Mat:
        """The matrix with these diagonal `entries`, square unless `rows` or `cols` say otherwise."""
        r, c = rows or len(entries), cols or len(entries)
        return Mat.of(
            r, c, [entries[i] if i == j and i < len(entries) else ZERO for i in range(r) for j in range(c)]
        )

    # -- reading -----------------------------------------------------------------------------------------

    @property
    def is_exact(self) -> bool:
        """Whether all entries are rational."""
        return self.num is not None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.cols

    def entries(self) -> tuple[Scalar, ...]:
        """The entries, row by row."""
        if self.num is not None:
            return tuple(Fraction(x, self.den) for x in self.num)
        assert self.ent is not None
        return self.ent

    def at(self, i: int, j: int) -> Scalar:
        """The entry in row `i` and column `j`, counted from 0."""
        k = i * self.cols + j
        if self.num is not None:
            return Fraction(self.num[k], self.den)
        assert self.ent is not None
        return self.ent[k]

    def fractions(self) -> list[list[Fraction]]:
        """Rows of exact entries. Raises Unsupported for enclosures."""
        if self.num is None:
            raise Unsupported("exact entries asked of a matrix of enclosures")
        c = self.cols
        return [[Fraction(x, self.den) for x in self.num[i * c : i * c + c]] for i in range(self.rows)]

    def is_zero(self) -> bool:
        """True only if every entry is exactly 0."""
        return self.num is not None and not any(self.num)

    def same(self, other: Mat) -> bool:
        """True only if both are exact and equal."""
        return (
            self.shape == other.shape
            and self.num is not None
            and other.num is not None
            and self._same(other)
        )

    def _same(self, other: Mat) -> bool:
        assert self.num is not None and other.num is not None
        if self.den == other.den:
            return self.num == other.num
        return all(a * other.den == b * self.den for a, b in zip(self.num, other.num, strict=True))

    # -- arithmetic --------------------------------------------------------------------------------------

    def map(self, f: Callable[[Scalar], Scalar]) -> Mat:
        """The matrix with `f` applied to every entry."""
        return Mat.of(self.rows, self.cols, (f(x) for x in self.entries()))

    def add(self, other: Mat) -> Mat:
        """The sum with `other`; ShapeError if the shapes differ."""
        if self.shape != other.shape:
            raise ShapeError(f"sum of {self.rows} x {self.cols} and {other.rows} x {other.cols}")
        if self.num is not None and other.num is not None:
            if self.den == other.den:
                return Mat.exact(self.rows, self.cols, map(operator.add, self.num, other.num), self.den)
            den = math.lcm(self.den, other.den)
            p, q = den // self.den, den // other.den
            pairs = zip(self.num, other.num, strict=True)
            return Mat.exact(self.rows, self.cols, (a * p + b * q for a, b in pairs), den)
        return Mat.of(
            self.rows, self.cols, (a + b for a, b in zip(self.entries(), other.entries(), strict=True))
        )

    def neg(self) -> Mat:
        """The negative."""
        if self.num is not None:
            return Mat(self.rows, self.cols, tuple(map(operator.neg, self.num)), self.den, None)
        return self.map(lambda x: -x)

    def sub(self, other: Mat) -> Mat:
        """The difference from `other`; ShapeError if the shapes differ."""
        return self.add(other.neg())

    def scale(self, c: Scalar) -> Mat:
        """The matrix times the scalar `c`."""
        if self.num is not None and isinstance(c, Fraction):
            return Mat.exact(
                self.rows, self.cols, (x * c.numerator for x in self.num), self.den * c.denominator
            )
        return self.map(lambda x: scalar_product(x, c))

    def mul(self, other: Mat) -> Mat:
        """The product with `other`; ShapeError if the shapes do not fit."""
        if self.cols != other.rows:
            raise ShapeError(f"product of {self.rows} x {self.cols} and {other.rows} x {other.cols}")
        n, m, c = self.rows, self.cols, other.cols
        if self.num is not None and other.num is not None:
            a = [self.num[i * m : i * m + m] for i in range(n)]
            b = [other.num[j::c] for j in range(c)]
            out = [sum(map(operator.mul, row, col)) for row in a for col in b]
            return Mat.exact(n, c, out, self.den * other.den)
        p, q = self.entries(), other.entries()
        cells: list[Scalar] = []
        for i in range(n):
            for j in range(c):
                total: Scalar = ZERO
                for k in range(m):
                    total = total + scalar_product(p[i * m + k], q[k * c + j])
                cells.append(total)
        return Mat.of(n, c, cells)

    def t(self) -> Mat:
        """The transpose."""
        c = self.cols
        if self.num is not None:
            flat = self.num if c == 1 or self.rows == 1 else tuple(x for j in range(c) for x in self.num[j::c])
            return Mat(c, self.rows, flat, self.den, None)
        assert self.ent is not None
        return Mat(c, self.rows, None, 1, tuple(x for j in range(c) for x in self.ent[j::c]))

    def trace(self) -> Scalar:
        """The sum of the diagonal; ShapeError if the matrix is not square."""
        if self.rows != self.cols:
            raise ShapeError(f"trace of a {self.rows} x {self.cols} matrix")
        if self.num is not None:
            return Fraction(sum(self.num[:: self.cols + 1]), self.den)
        total: Scalar = ZERO
        for i in range(self.rows):
            total = total + self.at(i, i)
        return total

    def kron(self, other: Mat) -> Mat:
        """The Kronecker product with `other`: this matrix tells the block."""
        r, c = self.rows * other.rows, self.cols * other.cols
        if self.num is not None and other.num is not None:
            cells = (
                self.num[i * self.cols + j] * other.num[k * other.cols + m]
                for i in range(self.rows)
                for k in range(other.rows)
                for j in range(self.cols)
                for m in range(other.cols)
            )
            return Mat.exact(r, c, cells, self.den * other.den)
        return Mat.of(
            r,
            c,
            (
                self.at(i, j) * other.at(k, m)
                for i in range(self.rows)
                for k in range(other.rows)
                for j in range(self.cols)
                for m in range(other.cols)
            ),
        )

    def vec(self) -> Mat:
        """Stacked columns."""
        flat = self.t()
        return Mat(self.rows * self.cols, 1, flat.num, flat.den, flat.ent)

    def power(self, e: int) -> Mat:
        """The power with the exponent `e` >= 0, by repeated squaring; ShapeError if the matrix is not square."""
        if self.rows != self.cols:
            raise ShapeError(f"power of a {self.rows} x {self.cols} matrix")
        result, base = Mat.unit(self.rows), self
        while e:
            if e & 1:
                result = result.mul(base)
            e >>= 1
            if e:
                base = base.mul(base)
        return result

    def inner(self, other: Mat) -> Scalar:
        """Sum of products of entries. Raises ShapeError if shapes do not fit."""
        if self.shape != other.shape:
            raise ShapeError("inner product of matrices of unequal shape")
        if self.num is not None and other.num is not None:
            return Fraction(sum(map(int.__mul__, self.num, other.num)), self.den * other.den)
        total: Scalar = ZERO
        for a, b in zip(self.entries(), other.entries(), strict=True):
            total = total + a * b
        return total


Value = Scalar | Mat


# -- operations on values of either kind -----------------------------------------------------------------


def add(a: Value, b: Value) -> Value:
    """a + b; ShapeError for a scalar and a matrix, or shapes that differ."""
    if isinstance(a, Mat) and isinstance(b, Mat):
        return a.add(b)
    if isinstance(a, Mat) or isinstance(b, Mat):
        raise ShapeError("sum of a scalar and a matrix")
    return a + b


def mul(a: Value, b: Value) -> Value:
    """a b, with at most one factor a matrix or shapes that fit; else ShapeError."""
    if isinstance(a, Mat):
        return a.mul(b) if isinstance(b, Mat) else a.scale(b)
    if isinstance(b, Mat):
        return b.scale(a)
    return scalar_product(a, b)


def scalar_product(a: Scalar, b: Scalar) -> Scalar:
    """The product; an exact zero times a bounded ball is an exact zero."""
    if isinstance(a, Fraction):
        if a == 0 and (isinstance(b, Fraction) or b.is_finite()):
            return ZERO
    elif isinstance(b, Fraction) and b == 0 and a.is_finite():
        return ZERO
    return a * b


def neg(a: Value) -> Value:
    """-a."""
    return a.neg() if isinstance(a, Mat) else -a


def sub(a: Value, b: Value) -> Value:
    """a - b; ShapeError for a scalar and a matrix, or shapes that differ."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a - b
    return add(a, neg(b))


def transpose(a: Value) -> Value:
    """The transpose of `a`; a scalar is its own."""
    return a.t() if isinstance(a, Mat) else a


def is_exact(a: Value) -> bool:
    """Whether `a` has only rational entries."""
    return a.is_exact if isinstance(a, Mat) else isinstance(a, Fraction)


def zero_like(a: Value) -> Value:
    """Zero of the shape of `a`."""
    return Mat.zero(a.rows, a.cols) if isinstance(a, Mat) else ZERO


def ball(x: Scalar) -> Enclosure:
    """The scalar `x` as an enclosure."""
    return Enclosure.from_exact(x) if isinstance(x, Fraction) else x


def ends(x: Scalar) -> tuple[Fraction, Fraction] | None:
    """Exact ends of a scalar; None if it is not bounded."""
    if isinstance(x, Fraction):
        return x, x
    return (x.lower(), x.upper()) if x.is_finite() else None


# -- exact linear algebra --------------------------------------------------------------------------------


def psd_exact(a: Mat) -> bool:
    """Whether an exact matrix is symmetric and PSD, by symmetric elimination with integers. Raises ShapeError if
    shapes do not fit.
    """
    if a.rows != a.cols:
        raise ShapeError(f"psd of a {a.rows} x {a.cols} matrix")
    if not a.same(a.t()):
        return False
    assert a.num is not None
    n = a.rows
    m = [list(a.num[i * n : i * n + n]) for i in range(n)]
    while m:
        if any(m[i][i] < 0 for i in range(len(m))):
            return False
        k = max(range(len(m)), key=lambda i: (m[i][i] > 0, -m[i][i].bit_length()))
        p = m[k][k]
        if p == 0:
            return not any(x for row in m for x in row)
        rest = [i for i in range(len(m)) if i != k]
        m = [[p * m[i][j] - m[i][k] * m[k][j] for j in rest] for i in rest]
        g = math.gcd(*(x for row in m for x in row)) if m else 1
        if g > 1:
            m = [[x // g for x in row] for row in m]
    return True


def smallest_eigenvalue(a: Mat, steps: int = 24) -> tuple[Fraction, Fraction]:
    """Exact rational bounds of the smallest eigenvalue of a symmetric exact matrix, by bisection."""
    rows = a.fractions()
    n = a.rows
    if n == 0:
        return ZERO, ZERO  # the empty matrix is PSD
    low = min((rows[i][i] - sum((abs(rows[i][j]) for j in range(n) if j != i), ZERO)) for i in range(n))
    high = min(rows[i][i] for i in range(n))
    if low == high:
        return low, high
    for cut in (ZERO, ONE):
        if low < cut <= high:
            if psd_exact(a.sub(Mat.unit(n).scale(cut))):
                low = cut
            else:
                high = cut
    for _ in range(steps):
        if low == high:
            break
        mid = simplest_between(low + (high - low) / 4, low + (high - low) * Fraction(3, 4))
        if psd_exact(a.sub(Mat.unit(n).scale(mid))):
            low = mid
        else:
            high = mid
    return low, high


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of smallest denominator in [low, high]. Raises ValueError for arguments outside the domain."""
    if low > high:
        raise ValueError("empty interval")
    if low <= 0 <= high:
        return ZERO
    if high < 0:
        return -simplest_between(-high, -low)
    whole = low.numerator // low.denominator
    if whole == low:
        return Fraction(whole)
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / simplest_between(1 / (high - whole), 1 / (low - whole))


def integer_root(x: int, e: int) -> int | None:
    """The natural e-th root of x >= 0 if there is one."""
    if x < 2 or e == 1:
        return x
    if e == 2:
        r = math.isqrt(x)
        return r if r * r == x else None
    low, high = 1, 1 << (x.bit_length() // e + 1)
    while low < high:
        mid = (low + high + 1) >> 1
        if mid**e <= x:
            low = mid
        else:
            high = mid - 1
    return low if low**e == x else None


def fraction_root(x: Fraction, e: int) -> Fraction | None:
    """The non-negative rational e-th root of x >= 0 if there is one."""
    if x < 0 or e < 1:
        return None
    p, q = integer_root(x.numerator, e), integer_root(x.denominator, e)
    return Fraction(p, q) if p is not None and q is not None else None


def characteristic(a: Mat) -> list[Fraction]:
    """Coefficients of det(x - a), constant first (Faddeev-LeVerrier)."""
    n = a.rows
    coefficients = [ONE]
    m = Mat.zero(n, n)
    for k in range(1, n + 1):
        m = a.mul(m).add(Mat.unit(n).scale(coefficients[-1]))
        value = a.mul(m).trace()
        assert isinstance(value, Fraction)
        coefficients.append(-value / k)
    return coefficients[::-1]


def psd_root_exact(a: Mat, e: int) -> Mat | None:
    """The PSD e-th root of an exact PSD matrix if all its eigenvalues are e-th powers of rationals.

    Eigenvalues are proposed in floating point and accepted only as exact zeros of the characteristic
    polynomial; the root is the interpolating polynomial on the distinct eigenvalues, and its e-th power is
    compared with a.
    """
    n = a.rows
    if e == 1:
        return a
    poly = characteristic(a)
    roots: dict[Fraction, Fraction] = {}
    while len(poly) > 1 and poly[0] == 0:
        roots[ZERO] = ZERO
        poly = poly[1:]
    while len(poly) > 1:
        guess = _largest_root(poly)
        if guess is None or guess <= 0:
            return None
        found = None
        for bound in (10**2, 10**4, 10**7):
            r = Fraction(guess ** (1.0 / e)).limit_denominator(bound)
            if r > 0 and _horner(poly, r**e) == 0:
                found = r
                break
        if found is None:
            return None
        lam = found**e
        roots[lam] = found
        while len(poly) > 1 and _horner(poly, lam) == 0:
            poly = _deflate(poly, lam)
    result = Mat.zero(n, n)
    for lam, r in roots.items():
        if r == 0:
            continue
        part = Mat.unit(n).scale(r)
        for other in roots:
            if other != lam:
                part = part.mul(a.sub(Mat.unit(n).scale(other)).scale(1 / (lam - other)))
        result = result.add(part)
    return result if result.power(e).same(a) and psd_exact(result) else None


def psd_root(a: Mat, e: int) -> Mat:
    """The PSD e-th root of an exact PSD matrix, exact if rational, else entrywise enclosures.

    With exactly known projections where eigenvalues are rational; all others are isolated as zeros of the
    square-free characteristic polynomial, which has real zeros only, and interpolated in balls.
    """
    exact = psd_root_exact(a, e)
    if exact is not None:
        return exact
    poly = characteristic(a)
    points: list[Scalar] = []
    if poly[0] == 0:
        points.append(ZERO)
        while poly[0] == 0:
            poly = poly[1:]
    poly = _squarefree(poly)
    width = Enclosure.pi().radius() / 16
    high = 1 + max(abs(c) for c in poly[:-1]) / abs(poly[-1])
    for low, up in isolate(poly, ZERO, high, width):
        points.append(low if low == up else Enclosure.from_bounds(low, up))
    result: Mat = Mat.zero(a.rows, a.rows)
    for x in points:
        if isinstance(x, Fraction) and x == 0:
            continue
        rational = fraction_root(x, e) if isinstance(x, Fraction) else None
        root: Scalar = rational if rational is not None else (ball(x).log() / e).exp()
        part = Mat.unit(a.rows).scale(root)
        for other in points:
            if other is not x:
                part = part.mul(a.sub(Mat.unit(a.rows).scale(other))).scale(1 / (x - other))
        result = result.add(part)
    return result


def _squarefree(poly: list[Fraction]) -> list[Fraction]:
    """p / gcd(p, p')."""
    a, b = poly, _derivative(poly)
    while any(b):
        while b and b[-1] == 0:
            b = b[:-1]
        _, r = _divide(a, b)
        a, b = b, r
    lead = a[-1]
    quotient, _ = _divide(poly, [c / lead for c in a])
    return quotient


def _derivative(poly: list[Fraction]) -> list[Fraction]:
    return [i * c for i, c in enumerate(poly)][1:]


def _divide(a: list[Fraction], b: list[Fraction]) -> tuple[list[Fraction], list[Fraction]]:
    rest = list(a)
    quotient = [ZERO] * max(1, len(a) - len(b) + 1)
    for k in range(len(a) - len(b), -1, -1):
        c = rest[k + len(b) - 1] / b[-1]
        quotient[k] = c
        for i, x in enumerate(b):
            rest[k + i] -= c * x
    rest = rest[: len(b) - 1]
    while rest and rest[-1] == 0:
        rest = rest[:-1]
    return quotient, rest


def isolate(
    poly: list[Fraction], low: Fraction, high: Fraction, width: Fraction
) -> list[tuple[Fraction, Fraction]]:
    """Enclosing intervals, at most `width` long, of the zeros in [low, high] of a square-free real-rooted
    polynomial.

    Between two zeros lies a zero of the derivative, so those cut the range into pieces with one zero at most.
    """
    if len(poly) <= 1:
        return []
    if len(poly) == 2:
        zero = -poly[0] / poly[1]
        return [(zero, zero)] if low <= zero <= high else []
    cuts = [low]
    for a, b in isolate(_derivative(poly), low, high, width):
        while a != b and _horner(poly, a) * _horner(poly, b) <= 0:
            a, b = _halve(_derivative(poly), a, b)
        cuts.append(b)
    cuts.append(high)
    out: list[tuple[Fraction, Fraction]] = []
    for a, b in itertools.pairwise(cuts):
        if _horner(poly, a) == 0:
            if not out or out[-1] != (a, a):
                out.append((a, a))
            continue
        if _horner(poly, a) * _horner(poly, b) < 0:
            while b - a > width and a != b:
                a, b = _halve(poly, a, b)
            out.append((a, b))
    if _horner(poly, high) == 0 and (not out or out[-1] != (high, high)):
        out.append((high, high))
    return out


def _halve(poly: list[Fraction], a: Fraction, b: Fraction) -> tuple[Fraction, Fraction]:
    mid = (a + b) / 2
    value = _horner(poly, mid)
    if value == 0:
        return mid, mid
    return (a, mid) if value * _horner(poly, a) < 0 else (mid, b)


def _horner(poly: list[Fraction], x: Fraction) -> Fraction:
    total = ZERO
    for c in reversed(poly):
        total = total * x + c
    return total


def _deflate(poly: list[Fraction], x: Fraction) -> list[Fraction]:
    out = [poly[-1]]
    for c in reversed(poly[1:-1]):
        out.append(out[-1] * x + c)
    return out[::-1]


def _largest_root(poly: list[Fraction]) -> float | None:
    """A float near the largest zero of a polynomial with real zeros only (bisection on sign-free Newton
    steps).
    """
    high = 1 + max(abs(c) for c in poly[:-1]) / abs(poly[-1])
    # Newton from above converges monotonically to the largest zero of a real-rooted polynomial
    x, derivative = high, _derivative(poly)
    for _ in range(200):
        p, d = _horner(poly, x), _horner(derivative, x)
        if d == 0:
            break
        y = (x - p / d).limit_denominator(10**18)
        done = abs(y - x) * (len(poly) - 1) <= abs(x) * Fraction(1, 10**14) or y <= 0
        x = y
        if done:
            break
    try:
        return float(x)
    except OverflowError:
        return None

"""Exact values of terms at matrices of numbers, or of polynomials in their entries."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..errors import Budget, Reject
from ..evaluate import positive_semidefinite
from ..signature import rational
from . import dims as dm
from .terms import Json, Letters

MAX_SIZE = 64
MAX_BITS = 20_000
Value = list[list[Any]]


class Undefined(Exception):
    """A term without a value: the inverse of a singular matrix."""


class Polynomial:
    """A polynomial in commuting variables with rational coefficients: monomial (sorted names) -> coefficient."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[tuple[str, ...], Fraction]) -> None:
        self.terms = {m: c for m, c in terms.items() if c}

    def __add__(self, other: Polynomial) -> Polynomial:
        out = dict(self.terms)
        for m, c in other.terms.items():
            out[m] = out.get(m, Fraction(0)) + c
        return Polynomial(out)

    def __mul__(self, other: Polynomial) -> Polynomial:
        out: dict[tuple[str, ...], Fraction] = {}
        for m, c in self.terms.items():
            for n, k in other.terms.items():
                key = tuple(sorted(m + n))
                out[key] = out.get(key, Fraction(0)) + c * k
        return Polynomial(out)


class Evaluator:
    """Values over numbers (`Fraction`) or, with `variables`, over `Polynomial`."""

    def __init__(self, sizes: dict[str, int], values: dict[str, Value], budget: Budget, variables: bool) -> None:
        self.sizes, self.values, self.budget, self.variables = sizes, values, budget, variables
        self.memory: dict[str, Value] = {}

    def number(self, c: Fraction | int) -> Any:
        return Polynomial({(): Fraction(c)}) if self.variables else Fraction(c)

    def size(self, data: Json) -> int:
        out = 1
        for form in dm.parse(data):
            if dm.symbols((form,)) - self.sizes.keys():
                raise Reject("a dimension without a size")
            k = dm.value(form, self.sizes)
            if k < 1:
                raise Reject("a dimension is not positive")
            out *= k
        if out > MAX_SIZE:
            raise Reject(f"a dimension above {MAX_SIZE}")
        return out

    @staticmethod
    def _sized(x: Value) -> None:
        for row in x:
            for c in row:
                if type(c) is Fraction and c.numerator.bit_length() + c.denominator.bit_length() > MAX_BITS:
                    raise Reject("a number grew beyond the size limit")

    def total(self, items: list[Any]) -> Any:
        out = self.number(0)
        for x in items:
            out = out + x
        if type(out) is Fraction and out.numerator.bit_length() + out.denominator.bit_length() > MAX_BITS:
            raise Reject("a number grew beyond the size limit")
        return out

    def value(self, t: Json) -> Value:
        text = repr(t)
        if text not in self.memory:
            self.memory[text] = self._value(t)
        return self.memory[text]

    def _value(self, t: Json) -> Value:
        if type(t) is not list or not t or type(t[0]) is not str:
            raise Reject(f"term expected, not {t!r:.60}")
        head = t[0]
        self.budget.spend()
        if head == "v":
            if t[1] not in self.values:
                raise Reject(f"the letter {t[1]!r:.40} has no value")
            return self.values[t[1]]
        if head == "q":
            return [[self.number(rational(t[1]))]]
        if head == "n":
            out = 1
            for form in dm.parse(t[1]):
                out *= dm.value(form, self.sizes)
            return [[self.number(out)]]
        if head in ("+", "*"):
            result = self.value(t[1])
            for x in t[2:]:
                result = self.add(result, self.value(x)) if head == "+" else self.mul(result, self.value(x))
                self._sized(result)
            return result
        if head == "I":
            n = self.size(t[1])
            return [[self.number(int(i == k)) for k in range(n)] for i in range(n)]
        if head in ("Z", "ones"):
            entry = self.number(int(head == "ones"))
            return [[entry] * self.size(t[2]) for _ in range(self.size(t[1]))]
        if head == "pow":
            return self.power(t)
        x = self.value(t[1])
        if head == "T":
            return [list(row) for row in zip(*x, strict=True)]
        if head == "tr":
            self.square(x)
            return [[self.total([x[i][i] for i in range(len(x))])]]
        if head == "vec":
            return [[row[k]] for k in range(len(x[0])) for row in x]
        if head == "kron":
            y = self.value(t[2])
            self.budget.spend(len(x) * len(x[0]) * len(y) * len(y[0]))
            if len(x) * len(y) > MAX_SIZE or len(x[0]) * len(y[0]) > MAX_SIZE:
                raise Reject(f"a dimension above {MAX_SIZE}")
            return [[a * b for a in r for b in s] for r in x for s in y]
        if head == "had":
            y = self.value(t[2])
            self.alike(x, y)
            return [[a * b for a, b in zip(r, s, strict=True)] for r, s in zip(x, y, strict=True)]
        if head == "det":
            self.square(x)
            return [[self.determinant(x)]]
        if head == "inv":
            self.square(x)
            return self.inverse(x)
        raise Reject(f"unknown term {head!r:.40}")

    @staticmethod
    def square(x: Value) -> None:
        if len(x) != len(x[0]):
            raise Reject("a square matrix is needed")

    @staticmethod
    def alike(x: Value, y: Value) -> None:
        if len(x) != len(y) or len(x[0]) != len(y[0]):
            raise Reject("matrices of different shapes")

    def add(self, x: Value, y: Value) -> Value:
        self.alike(x, y)
        return [[a + b for a, b in zip(r, s, strict=True)] for r, s in zip(x, y, strict=True)]

    def mul(self, x: Value, y: Value) -> Value:
        for c, m in ((x, y), (y, x)):
            if len(c) == len(c[0]) == 1:
                return [[c[0][0] * a for a in row] for row in m]
        if len(x[0]) != len(y):
            raise Reject("matrices that do not compose")
        self.budget.spend(len(x) * len(y) * len(y[0]))
        columns = list(zip(*y, strict=True))
        return [[self.total([a * b for a, b in zip(row, col, strict=True)]) for col in columns] for row in x]

    def power(self, t: Json) -> Value:
        x, e = self.value(t[1]), t[2]
        self.square(x)
        k = e if type(e) is int else 1
        if type(e) is not int:
            for form in dm.parse(e):
                k *= dm.value(form, self.sizes)
        if not 0 <= k <= MAX_SIZE:
            raise Reject("an exponent outside its range")
        out = [[self.number(int(i == j)) for j in range(len(x))] for i in range(len(x))]
        for _ in range(k):
            out = self.mul(out, x)
        return out

    def determinant(self, x: Value) -> Any:
        if self.variables:
            return self._expanded(x)
        return self._eliminated(x)[0]

    def _expanded(self, x: Value) -> Any:
        """Expansion along the first row."""
        n = len(x)
        if n > 5:
            raise Reject("a determinant of polynomials of order above 5")
        if n == 1:
            return x[0][0]
        parts = []
        for k in range(n):
            minor = [row[:k] + row[k + 1 :] for row in x[1:]]
            self.budget.spend(4)
            parts.append(self.number((-1) ** k) * x[0][k] * self._expanded(minor))
        return self.total(parts)

    def _eliminated(self, x: Value) -> tuple[Fraction, Value | None]:
        """Determinant and inverse (None if singular) by Gauss-Jordan elimination."""
        n = len(x)
        a = [[*row, *(Fraction(int(i == k)) for k in range(n))] for i, row in enumerate(x)]
        det = Fraction(1)
        self.budget.spend(2 * n**3)
        for c in range(n):
            pick = next((r for r in range(c, n) if a[r][c]), None)
            if pick is None:
                return Fraction(0), None
            if pick != c:
                a[c], a[pick] = a[pick], a[c]
                det = -det
            lead = a[c][c]
            det *= lead
            a[c] = [v / lead for v in a[c]]
            for r in range(n):
                if r != c and a[r][c]:
                    f = a[r][c]
                    a[r] = [v - f * w for v, w in zip(a[r], a[c], strict=True)]
        return det, [row[n:] for row in a]

    def inverse(self, x: Value) -> Value:
        if self.variables:
            raise Reject("no inverses among polynomials")
        found = self._eliminated(x)[1]
        if found is None:
            raise Undefined
        return found


def matrix(data: Json) -> Value:
    if type(data) is not list or not data or any(type(r) is not list or len(r) != len(data[0]) or not r for r in data):
        raise Reject("a value is a list of rows of equal length")
    return [[rational(x) for x in r] for r in data]


def instance(letters: Letters, data: Json, budget: Budget) -> Evaluator:
    """The letters' values, checked against shapes and flags."""
    if type(data) is not dict or set(data) != {"dims", "letters"}:
        raise Reject("an instance has dims and letters")
    sizes, given = data["dims"], data["letters"]
    if type(sizes) is not dict or set(sizes) != set(letters.symbols) or any(
            type(k) is not int or not 1 <= k <= MAX_SIZE for k in sizes.values()):
        raise Reject("each dimension needs a small positive size")
    if type(given) is not dict or set(given) != set(letters.shapes):
        raise Reject("each letter needs a value")
    values = {name: matrix(rows) for name, rows in given.items()}
    out = Evaluator(dict(sizes), values, budget, False)
    for name, (rows, cols) in letters.shapes.items():
        x, n = values[name], [1, 1]
        for side, d in enumerate((rows, cols)):
            for form in d:
                k = dm.value(form, sizes)
                if k < 1:
                    raise Reject("a dimension is not positive")
                n[side] *= k
        if len(x) != n[0] or len(x[0]) != n[1]:
            raise Reject(f"{name} has another shape")
        t = [list(row) for row in zip(*x, strict=True)]
        one = [[Fraction(int(i == k)) for k in range(len(x))] for i in range(len(x))]
        for flag in letters.flags[name]:
            if flag in ("symmetric", "psd") and x != t:
                raise Reject(f"{name} is not symmetric")
            if flag == "psd" and not positive_semidefinite(x):
                raise Reject(f"{name} is not positive semidefinite")
            if flag == "orthogonal" and out.mul(t, x) != one:
                raise Reject(f"{name} is not orthogonal")
            if flag == "invertible" and not out.determinant(x):
                raise Reject(f"{name} is not invertible")
    return out

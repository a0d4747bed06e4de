"""Refutations of matrix items: exact values of letters at which the goal fails."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint

from .errors import Cannot, Rejected
from .matrices import Checker, Dim, dimension
from .terms import fields, number

Json = Any


class Singular(Exception):
    """An inverse that does not exist."""


class Exact:
    """Values of terms as matrices of rationals."""

    def __init__(self, sizes: Mapping[str, int], values: Mapping[str, Any], checker: Checker) -> None:
        self.sizes, self.values, self.letters = sizes, values, checker.letters

    def form(self, form: tuple[tuple[str, int], ...]) -> int:
        """The value of the linear form `form` at these sizes."""
        return sum(c * (1 if s == "1" else self.sizes[s]) for s, c in form)

    def size(self, d: Dim) -> int:
        """The value of the dimension `d`; Rejected below 1 or above 64."""
        out = 1
        for form in d:
            if self.form(form) < 1:
                raise Rejected("a dimension is not positive")
            out *= self.form(form)
        if out > 64:
            raise Rejected("a dimension above 64")
        return out

    def of(self, t: Json) -> Any:
        """The exact value of the matrix term `t`; Rejected if it has none. Raises Cannot where this checker has
        no way to tell, Singular where an inverse does not exist.
        """
        head = t[0]
        if head == "v":
            return self.values[t[1]]
        if head == "q":
            return single(number(t[1]))
        if head == "n":
            out = 1
            for form in dimension(t[1]):
                out *= self.form(form)
            return single(Fraction(out))
        if head in ("I", "Z", "ones"):
            n, k = self.size(dimension(t[1])), self.size(dimension(t[-1]))
            return flint.fmpq_mat(n, k, [int(head == "ones" or (head == "I" and i == j))
                                         for i in range(n) for j in range(k)])  # fmt: skip
        if head == "net":
            raise Cannot("networks at an instance")
        x = self.of(t[1])
        if head in ("+", "*"):
            for y in t[2:]:
                x = self.add(x, self.of(y)) if head == "+" else self.mul(x, self.of(y))
            return x
        if head == "T":
            return x.transpose()
        if head == "vec":
            columns = [x[i, j] for j in range(x.ncols()) for i in range(x.nrows())]
            return flint.fmpq_mat(len(columns), 1, columns)
        if head in ("kron", "had"):
            return self.paired(head, x, self.of(t[2]))
        if x.nrows() != x.ncols():
            raise Rejected("a square matrix is needed")
        if head == "tr":
            return single(sum((x[i, i] for i in range(x.nrows())), flint.fmpq(0)))
        if head == "det":
            return single(x.det())
        if head == "pow":
            e = t[2] if isinstance(t[2], int) else 1
            if not isinstance(t[2], int):
                for form in dimension(t[2]):
                    e *= self.form(form)
            if not 0 <= e <= 64:
                raise Rejected("an exponent outside of its range")
            return x**e
        if head == "inv":
            if x.det() == 0:
                raise Singular
            return x.inv()
        raise Rejected(f"unknown term {head!r:.40}")

    def add(self, x: Any, y: Any) -> Any:
        """x + y; Rejected if the shapes differ."""
        if (x.nrows(), x.ncols()) != (y.nrows(), y.ncols()):
            raise Rejected("matrices of different shapes")
        return x + y

    def mul(self, x: Any, y: Any) -> Any:
        """x y, where a 1 x 1 matrix scales; Rejected if the shapes do not fit."""
        for c, m in ((x, y), (y, x)):
            if c.nrows() == 1 == c.ncols():
                return m * c[0, 0]
        if x.ncols() != y.nrows():
            raise Rejected("matrices that do not compose")
        return x * y

    def paired(self, head: str, x: Any, y: Any) -> Any:
        """The Hadamard or Kronecker product of `x` and `y`, as `head` says; Rejected if shapes differ or it is
        too large.
        """
        if head == "had":
            self.add(x, y)
            return flint.fmpq_mat(x.nrows(), x.ncols(), [a * b for a, b in zip(x.entries(), y.entries(), strict=True)])
        n, k = x.nrows() * y.nrows(), x.ncols() * y.ncols()
        if max(n, k) > 64:
            raise Rejected("a dimension above 64")
        return flint.fmpq_mat(n, k, [x[i, j] * y[r, s] for i in range(x.nrows()) for r in range(y.nrows())
                                     for j in range(x.ncols()) for s in range(y.ncols())])  # fmt: skip


def single(x: Any) -> Any:
    """The 1 x 1 matrix with the entry `x`."""
    if isinstance(x, Fraction):
        x = flint.fmpq(x.numerator, x.denominator)
    return flint.fmpq_mat(1, 1, [x])


def refuted(checker: Checker, data: Json) -> dict[str, Any]:
    """The flags and hypotheses hold at the instance and the goal does not. Raises Rejected if it is contradicted
    or not well formed.
    """
    fields(data, ("dims", "letters"), what="instance")
    sizes, given, letters = data["dims"], data["letters"], checker.letters
    if not isinstance(sizes, dict) or set(sizes) != set(letters.symbols) or any(
            isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= 64 for k in sizes.values()):
        raise Rejected("each dimension needs a size from 1 to 64")
    if not isinstance(given, dict) or set(given) != set(letters.shapes):
        raise Rejected("each letter needs a value")
    at = Exact(sizes, {}, checker)
    values = {}
    for name, shape in letters.shapes.items():
        n, k = (at.size(d) for d in shape)
        rows = given[name]
        if not isinstance(rows, list) or len(rows) != n or any(not isinstance(r, list) or len(r) != k for r in rows):
            raise Rejected(f"{name} has another shape")
        flat = [number(x) for r in rows for x in r]
        values[name] = flint.fmpq_mat(n, k, [flint.fmpq(x.numerator, x.denominator) for x in flat])
    for name, flags in letters.flags.items():
        x = values[name]
        for flag in flags:
            if not has(x, flag):
                raise Rejected(f"{name} is not {flag}")
    at = Exact(sizes, values, checker)
    try:
        for t in checker.invertible:
            if at.of(t).det() == 0:
                raise Rejected("an expression declared invertible is singular")
        for k, (x, y) in enumerate(checker.hyps):
            if at.add(at.of(x), -at.of(y)) != at.of(x) * 0:
                raise Rejected(f"hypothesis {k} fails at the instance")
    except Singular:
        raise Rejected("an assumption has no value at the instance") from None
    try:
        if at.add(at.of(checker.goal[0]), -at.of(checker.goal[1])) == at.of(checker.goal[0]) * 0:
            raise Rejected("the goal holds at the instance")
    except Singular:
        return {"how": "confirmed", "fails": "undefined"}
    return {"how": "confirmed", "fails": "relation"}


def has(x: Any, flag: str) -> bool:
    """Does a matrix have the property?"""
    if flag == "orthogonal":
        return bool(x.transpose() * x == x**0)
    if flag == "invertible":
        return bool(x.det() != 0)
    return bool(x == x.transpose()) and (flag == "symmetric" or semidefinite(x))


def semidefinite(x: Any) -> bool:
    """A symmetric rational matrix is PSD if its characteristic polynomial has no negative root: signs alternate."""
    c = x.charpoly().coeffs()
    n = len(c) - 1
    return all(c[k] * (-1) ** (n - k) >= 0 for k in range(n + 1))

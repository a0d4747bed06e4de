"""Matrices over a commutative ring whose elements Python can add and multiply; reduction is the ring's."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from .errors import Ill

Scalar = Any
Reduce = Callable[[Any], Any]


class Mat:
    """An r x c matrix; r and c may be 0, so that empty sizes are sizes.

    `stack` marks stacked columns ("column") and their transpose ("row"), which are sorts of their own.
    """

    __slots__ = ("cols", "data", "rows", "stack")

    def __init__(self, rows: int, cols: int, data: list[list[Scalar]], stack: str = "") -> None:
        self.rows, self.cols, self.data, self.stack = rows, cols, data, stack

    def key(self) -> tuple[Any, ...]:
        """What identifies the matrix: its shape and entries."""
        return (self.rows, self.cols, *(x for row in self.data for x in row))

    @property
    def sort(self) -> tuple[int, int, str]:
        """Rows, columns, and whether it is a stack."""
        return self.rows, self.cols, self.stack


Value = Any  # Scalar or Mat


def unit(n: int, one: Scalar, nought: Scalar) -> Mat:
    """The n x n identity with these elements for 1 and 0."""
    return Mat(n, n, [[one if i == j else nought for j in range(n)] for i in range(n)])


def filled(rows: int, cols: int, x: Scalar) -> Mat:
    """The `rows` x `cols` matrix with `x` everywhere."""
    return Mat(rows, cols, [[x] * cols for _ in range(rows)])


def add(a: Value, b: Value, red: Reduce) -> Value:
    """The sum of `a` and `b`, reduced by `red`; Ill if the shapes differ."""
    if isinstance(a, Mat) or isinstance(b, Mat):
        if not (isinstance(a, Mat) and isinstance(b, Mat)) or a.sort != b.sort:
            raise Ill(f"a sum of {describe(a)} and {describe(b)}")
        rows = [[red(x + y) for x, y in zip(p, q, strict=True)] for p, q in zip(a.data, b.data, strict=True)]
        return Mat(a.rows, a.cols, rows, a.stack)
    return red(a + b)


def scale(x: Scalar, a: Mat, red: Reduce) -> Mat:
    """The matrix `a` times the scalar `x`, reduced by `red`."""
    return Mat(a.rows, a.cols, [[red(x * y) for y in row] for row in a.data], a.stack)


def mul(a: Value, b: Value, red: Reduce) -> Value:
    """The product of `a` and `b`, reduced by `red`; Ill if the shapes do not fit."""
    if not isinstance(a, Mat):
        return scale(a, b, red) if isinstance(b, Mat) else red(a * b)
    if not isinstance(b, Mat):
        return scale(b, a, red)
    if a.cols != b.rows or (a.stack == "column") != (b.stack == "row"):
        raise Ill(f"a product of {describe(a)} and {describe(b)}")
    columns = list(zip(*b.data, strict=True)) if b.data else [()] * b.cols
    rows = [[red(sum(map(operator.mul, row, column))) for column in columns] for row in a.data]
    if a.stack == "row" and b.stack == "column":
        return rows[0][0]
    return Mat(a.rows, b.cols, rows, "row" if a.stack == "row" else "column" if b.stack == "column" else "")


def transpose(a: Value) -> Value:
    """The transpose of `a`; a scalar is its own."""
    if not isinstance(a, Mat):
        return a
    data = [list(column) for column in zip(*a.data, strict=True)] if a.data else [[] for _ in range(a.cols)]
    return Mat(a.cols, a.rows, data, {"": "", "row": "column", "column": "row"}[a.stack])


def trace(a: Value, red: Reduce) -> Scalar:
    """The trace of `a`, reduced by `red`; Ill if it is not square."""
    if not isinstance(a, Mat) or a.rows != a.cols or a.stack:
        raise Ill(f"a trace of {describe(a)}")
    return red(sum(a.data[i][i] for i in range(a.rows)))


def kron(a: Value, b: Value, red: Reduce) -> Mat:
    """The Kronecker product of `a` and `b`, reduced by `red`; Ill for scalars and stacks."""
    if not (isinstance(a, Mat) and isinstance(b, Mat)) or a.stack or b.stack:
        raise Ill(f"a Kronecker product of {describe(a)} and {describe(b)}")
    rows = [[red(x * y) for x in p for y in q] for p in a.data for q in b.data]
    return Mat(a.rows * b.rows, a.cols * b.cols, rows)


def vec(a: Value) -> Mat:
    """The stacked columns of `a`; Ill for scalars and stacks."""
    if not isinstance(a, Mat) or a.stack:
        raise Ill("stacked columns of what is no matrix")
    stacked = [[a.data[i][j]] for j in range(a.cols) for i in range(a.rows)]
    return Mat(a.rows * a.cols, 1, stacked, "column")


def describe(a: Value) -> str:
    """`a` in words, for messages."""
    if isinstance(a, Mat) and a.stack:
        return f"a stacked {a.stack} of {max(a.rows, a.cols)} entries"
    return f"a {a.rows} x {a.cols} matrix" if isinstance(a, Mat) else "a scalar"


def size(a: Value) -> int:
    """The number of entries of `a`."""
    return a.rows * a.cols if isinstance(a, Mat) else 1

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
        return (self.rows, self.cols, *(x for row in self.data for x in row))

    @property
    def sort(self) -> tuple[int, int, str]:
        return self.rows, self.cols, self.stack


Value = Any  # Scalar or Mat


def unit(n: int, one: Scalar, nought: Scalar) -> Mat:
    return Mat(n, n, [[one if i == j else nought for j in range(n)] for i in range(n)])


def filled(rows: int, cols: int, x: Scalar) -> Mat:
    return Mat(rows, cols, [[x] * cols for _ in range(rows)])


def add(a: Value, b: Value, red: Reduce) -> Value:
    if isinstance(a, Mat) or isinstance(b, Mat):
        if not (isinstance(a, Mat) and isinstance(b, Mat)) or a.sort != b.sort:
            raise Ill(f"a sum of {describe(a)} and {describe(b)}")
        rows = [[red(x + y) for x, y in zip(p, q, strict=True)] for p, q in zip(a.data, b.data, strict=True)]
        return Mat(a.rows, a.cols, rows, a.stack)
    return red(a + b)


def scale(x: Scalar, a: Mat, red: Reduce) -> Mat:
    return Mat(a.rows, a.cols, [[red(x * y) for y in row] for row in a.data], a.stack)


def mul(a: Value, b: Value, red: Reduce) -> Value:
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
    if not isinstance(a, Mat):
        return a
    data = [list(column) for column in zip(*a.data, strict=True)] if a.data else [[] for _ in range(a.cols)]
    return Mat(a.cols, a.rows, data, {"": "", "row": "column", "column": "row"}[a.stack])


def trace(a: Value, red: Reduce) -> Scalar:
    if not isinstance(a, Mat) or a.rows != a.cols or a.stack:
        raise Ill(f"a trace of {describe(a)}")
    return red(sum(a.data[i][i] for i in range(a.rows)))


def kron(a: Value, b: Value, red: Reduce) -> Mat:
    if not (isinstance(a, Mat) and isinstance(b, Mat)) or a.stack or b.stack:
        raise Ill(f"a Kronecker product of {describe(a)} and {describe(b)}")
    rows = [[red(x * y) for x in p for y in q] for p in a.data for q in b.data]
    return Mat(a.rows * b.rows, a.cols * b.cols, rows)


def vec(a: Value) -> Mat:
    if not isinstance(a, Mat) or a.stack:
        raise Ill("stacked columns of what is no matrix")
    stacked = [[a.data[i][j]] for j in range(a.cols) for i in range(a.rows)]
    return Mat(a.rows * a.cols, 1, stacked, "column")


def describe(a: Value) -> str:
    if isinstance(a, Mat) and a.stack:
        return f"a stacked {a.stack} of {max(a.rows, a.cols)} entries"
    return f"a {a.rows} x {a.cols} matrix" if isinstance(a, Mat) else "a scalar"


def size(a: Value) -> int:
    return a.rows * a.cols if isinstance(a, Mat) else 1

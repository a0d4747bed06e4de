"""Straight-line programs: the same operation on the same constants is recorded once."""

from __future__ import annotations

from verify.numeric.matrices import RationalMatrix
from verify.numeric.tracing import trace


def test_equal_constants_are_one_constant() -> None:
    def twice(state):
        (x,) = state
        left = RationalMatrix.from_rows([[1, "1/2"], [0, 3]]) @ x
        right = RationalMatrix.from_rows([["1", "2/4"], [0, 3]]) @ x
        other = RationalMatrix.from_rows([[1, "1/2"], [0, 4]]) @ x
        return [left + right + other]

    tape = trace(twice, [(2, 2)])
    assert sorted(op.kind for op in tape.ops) == ["add", "add", "const", "const", "input", "matmul", "matmul"]


def test_constants_of_other_shapes_are_others() -> None:
    def shapes(state):
        x, y = state
        return [RationalMatrix.zero(1, 2) @ y + x, RationalMatrix.zero(2, 1) @ x + y]

    tape = trace(shapes, [(1, 1), (2, 1)])
    assert sorted(op.shape for op in tape.ops if op.kind == "const") == [(1, 2), (2, 1)]

"""Upper bounds of the logarithmic norm of a vector field over a box.

The Euclidean logarithmic norm of a matrix J is the largest eigenvalue of (J + J^T) / 2 (Dahlquist 1959;
Lozinskii 1958). If it is at most mu on a convex tube, two curves in the tube that both nearly solve x' =
F(x) drift apart no faster than exp(mu t) plus the integrated defects.
"""

from __future__ import annotations

from typing import Any

import flint
import numpy as np

from verify.numeric.analytic import FUNCTIONS
from verify.numeric.taylor import combine, constants, entrywise, factors, matrix_product
from verify.numeric.tracing import Tape


def jacobian(tape: Tape, box: list[Any]) -> list[list[Any]] | None:
    """Columns of the Jacobian over a box of raw matrices; entries of the state in order, row by row.

    None if a function of the field is not defined on the whole box.
    """
    fixed, scale = constants(tape), factors(tape)
    values: list[Any] = []
    steep: dict[int, Any] = {}
    for i, op in enumerate(tape.ops):
        if op.kind == "input":
            values.append(box[i])
        elif op.kind == "const":
            values.append(fixed[i])
        elif op.kind == "apply":
            function, argument = FUNCTIONS[op.data], values[op.args[0]].entries()
            values.append(flint.arb_mat(*op.shape, [function.value(x) for x in argument]))
            steep[i] = flint.arb_mat(*op.shape, [function.derivative(x) for x in argument])
            if not all(x.is_finite() for m in (values[i], steep[i]) for x in m.entries()):
                return None
        else:
            values.append(combine(op, values, scale.get(i)))
    columns = []
    for which in range(tape.inputs):
        rows, width = tape.ops[which].shape
        for entry in range(rows * width):
            slopes: list[Any] = [None] * len(tape.ops)
            slopes[which] = flint.arb_mat(rows, width, [int(e == entry) for e in range(rows * width)])
            for i, op in enumerate(tape.ops):
                if i in steep:
                    inner = slopes[op.args[0]]
                    slopes[i] = None if inner is None else entrywise(steep[i], inner)
                elif op.args:
                    slopes[i] = _slope(op.kind, op.args, values, slopes, scale.get(i))
            columns.append(
                [
                    x
                    for o in tape.outputs
                    for x in (
                        slopes[o].entries()
                        if slopes[o] is not None
                        else [flint.arb(0)] * (tape.ops[o].shape[0] * tape.ops[o].shape[1])
                    )
                ]
            )
    return columns


def _slope(kind: str, args: tuple[int, ...], values: list[Any], slopes: list[Any], factor: Any) -> Any:
    """Derivative of an instruction in one direction; None stands for zero."""
    first = slopes[args[0]]
    if kind == "scale":
        return None if first is None else first * factor
    if kind == "T":
        return None if first is None else first.transpose()
    second = slopes[args[1]]
    if kind == "sub" and second is not None:
        second = second * -1
    if kind in ("matmul", "hadamard"):
        times = entrywise if kind == "hadamard" else matrix_product
        first = None if first is None else times(first, values[args[1]])
        second = None if second is None else times(values[args[0]], second)
    if first is None or second is None:
        return second if first is None else first
    return first + second


def largest_eigenvalue_upper(columns: list[list[Any]]) -> Any:
    """Upper bound, a raw ball, of the largest eigenvalue of (J + J^T) / 2 for every J in the balls of
    `columns`.

    With a float guess s and a float factor C, lambda_max <= s + ||s I - S - C C^T||_F because C C^T is PSD;
    only the residual needs to be enclosed. Infinite if nothing can be shown.
    """
    size = len(columns)
    if size == 0:
        return flint.arb(0)
    entries = [(columns[j][i] + columns[i][j]) / 2 for i in range(size) for j in range(size)]
    table = np.array([float(x.mid()) for x in entries]).reshape(size, size)
    if not np.isfinite(table).all():
        return flint.arb.pos_inf()
    scale = float(np.abs(table).sum()) + 1e-300
    slack = 2.0**-44 * scale
    guess = float(np.linalg.eigvalsh(table)[-1]) + slack
    for _ in range(4):
        try:
            factor = np.linalg.cholesky(guess * np.eye(size) - table)
            break
        except np.linalg.LinAlgError:
            slack *= 64
            guess += slack
    else:
        factor = np.zeros((size, size))
    lower = flint.arb_mat(size, size, [flint.arb(x) for x in factor.ravel().tolist()])
    shift = flint.arb(guess)
    product = (lower * lower.transpose()).entries()
    total = flint.arb(0)
    for place, (x, y) in enumerate(zip(entries, product, strict=True)):
        gap = x + y
        if place % (size + 1) == 0:
            gap -= shift
        total += gap.abs_upper() ** 2
    return (shift + total.sqrt()).upper()


def log_norm_upper(tape: Tape, box: list[Any]) -> Any:
    """Upper bound of the logarithmic norm of the field over a box of raw matrices, maybe infinite."""
    columns = jacobian(tape, box)
    return flint.arb.pos_inf() if columns is None else largest_eigenvalue_upper(columns)

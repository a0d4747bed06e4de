"""Taylor polynomials of a flow with a proved bound of their defect.

For x' = F(x), F analytic, from an exact start c: coefficients p_(k+1) are the middles of F_k / (k + 1),
where F_k is the k-th coefficient of F(p), enclosed in balls. The defect p' - F(p) on [0, h] is bounded by
the coefficients below degree K, term by term, and by the tail of F(p) from degree K on. For a polynomial F
the tail is bounded in the norm sum_k ||a_k||_F h^k, which is submultiplicative for matrix and entrywise
products, so that tails follow the instructions of the field one by one. Otherwise F(p) is enclosed on a
disc |t| <= q h of the complex plane by evaluating the instructions in complex balls; if it is analytic and
at most M there, the tail is at most M q^(-K) / (1 - 1 / q) by Cauchy's estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from verify.numeric.analytic import FUNCTIONS, Composition
from verify.numeric.enclosure import to_arb
from verify.numeric.matrices import BallMatrix
from verify.numeric.tracing import Op, Tape

LOW_BITS = 53
DISCS = (4, 6, 9, 16)
"""Radii, in steps, of the discs that are tried for Cauchy's estimate."""


@dataclass
class Expansion:
    """Polynomial part of a step: `coefficients[i][k]` for state matrix i and k <= order; exact raw matrices.

    `norms[place]` are upper bounds of the Frobenius norms of the first `order` coefficients of an
    instruction, `last` the norm of the coefficient of degree `order` of each input, `gaps[k]` of the
    defect's k-th coefficient. `sizes[i][k - 1]` are upper bounds of the entries of the k-th coefficient of
    input i (only for fields with analytic functions).
    """

    order: int
    coefficients: list[list[Any]]
    norms: dict[int, list[Any]]
    last: list[Any]
    gaps: list[Any]
    sizes: list[list[list[Any]]]

    def value(self, time: Any) -> list[Any]:
        """Polynomials at a raw ball `time`, as raw matrices."""
        result = []
        for series in self.coefficients:
            total = series[-1]
            for term in reversed(series[:-1]):
                total = total * time + term
            result.append(total)
        return result


def constants(tape: Tape) -> dict[int, Any]:
    """Raw matrices of the constants at the current precision."""
    return {
        i: (op.data._m if isinstance(op.data, BallMatrix) else op.data.to_balls()._m)
        for i, op in enumerate(tape.ops)
        if op.kind == "const"
    }


def factors(tape: Tape) -> dict[int, Any]:
    """Raw balls of the scalar factors at the current precision."""
    return {i: _factor(op.data) for i, op in enumerate(tape.ops) if op.kind == "scale"}


def _factor(value: Fraction) -> Any:
    return value.numerator if value.denominator == 1 else to_arb(value)


def entrywise(a: Any, b: Any) -> Any:
    """Hadamard product of the raw matrices `a` and `b`."""
    pairs = zip(a.entries(), b.entries(), strict=True)
    return flint.arb_mat(a.nrows(), a.ncols(), [x * y for x, y in pairs])


def frobenius(matrix: Any) -> Any:
    """Upper bound of the Frobenius norm of a raw matrix, an exact raw ball."""
    return (matrix * matrix.transpose()).trace().abs_upper().sqrt().abs_upper()


def joint_norm(matrices: list[Any]) -> Any:
    """Upper bound of the Euclidean norm of all entries of several raw matrices."""
    total = flint.arb(0)
    for matrix in matrices:
        total += (matrix * matrix.transpose()).trace().abs_upper()
    return total.abs_upper().sqrt().abs_upper()


def expand(tape: Tape, centre: list[Any], order: int) -> Expansion:
    """Taylor polynomials of degree `order` through the exact raw matrices `centre`, at the current
    precision."""
    fixed, scale = constants(tape), factors(tape)
    series: list[list[Any]] = [[] for _ in tape.ops]
    for i in range(tape.inputs):
        series[i].append(centre[i])
    gaps = []
    composed = {
        i: [Composition(FUNCTIONS[op.data]) for _ in range(op.shape[0] * op.shape[1])]
        for i, op in enumerate(tape.ops)
        if op.kind == "apply"
    }
    defined = True
    for k in range(order):
        for i, op in enumerate(tape.ops):
            if op.kind == "apply":
                entries = zip(composed[i], series[op.args[0]][k].entries(), strict=True)
                series[i].append(flint.arb_mat(*op.shape, [c.extend(x) for c, x in entries]))
                defined = defined and all(x.is_finite() for x in series[i][k].entries())
            elif op.kind not in ("input", "const"):
                series[i].append(_coefficient(op, i, k, series, fixed, scale))
        slopes = [_output(series[o], fixed.get(o), k, centre[i]) for i, o in enumerate(tape.outputs)]
        gap = []
        for i, slope in enumerate(slopes):
            nxt = (slope / (k + 1)).mid()
            series[i].append(nxt)
            gap.append(nxt * (k + 1) - slope)
        with flint.ctx.workprec(LOW_BITS):
            # a factor 0 would hide that a function is not defined here
            gaps.append(joint_norm(gap) if defined else flint.arb.pos_inf())
    norms: dict[int, list[Any]] = {}
    sizes: list[list[list[Any]]] = []
    polynomial = tape.polynomial
    with flint.ctx.workprec(LOW_BITS):
        if not polynomial:
            sizes = [[[x.abs_upper() for x in m.entries()] for m in series[i][1:]] for i in range(tape.inputs)]
        for op in tape.ops:
            if polynomial and op.kind in ("matmul", "hadamard"):
                for a in op.args:
                    if a not in fixed and a not in norms:
                        norms[a] = [frobenius(m) for m in series[a][:order]]
        last = [frobenius(series[i][order]) for i in range(tape.inputs)]
    return Expansion(order, [series[i] for i in range(tape.inputs)], norms, last, gaps, sizes)


def _output(series: list[Any], constant: Any, k: int, like: Any) -> Any:
    if constant is None:
        return series[k]
    return constant if k == 0 else flint.arb_mat(like.nrows(), like.ncols())


def _coefficient(
    op: Op, place: int, k: int, series: list[list[Any]], fixed: dict[int, Any], scale: dict[int, Any]
) -> Any:
    """k-th coefficient of an instruction from those of its arguments, in balls."""
    a = op.args[0]
    if op.kind == "scale":
        term = series[a][k] if a not in fixed else fixed[a] if k == 0 else _zero_like(fixed[a])
        return term * scale[place]
    if op.kind == "T":
        term = series[a][k] if a not in fixed else fixed[a] if k == 0 else _zero_like(fixed[a])
        return term.transpose()
    b = op.args[1]
    if op.kind in ("add", "sub"):
        left = (fixed[a] if k == 0 else None) if a in fixed else series[a][k]
        right = (fixed[b] if k == 0 else None) if b in fixed else series[b][k]
        if left is None and right is None:
            return _zero(op)
        if right is None:
            return left
        if left is None:
            return right if op.kind == "add" else right * -1
        return left + right if op.kind == "add" else left - right
    times = entrywise if op.kind == "hadamard" else matrix_product
    if a in fixed and b in fixed:
        return times(fixed[a], fixed[b]) if k == 0 else _zero(op)
    if a in fixed:
        return times(fixed[a], series[b][k])
    if b in fixed:
        return times(series[a][k], fixed[b])
    pairs = zip(series[a], series[b][k::-1], strict=False)
    x, y = next(pairs)
    total = times(x, y)
    if op.kind == "hadamard":
        for x, y in pairs:
            total = total + entrywise(x, y)
    else:
        for x, y in pairs:
            total = total + x * y
    return total


def matrix_product(a: Any, b: Any) -> Any:
    """Product of the raw matrices a and `b`, as a function."""
    return a * b


def _zero_like(matrix: Any) -> Any:
    return flint.arb_mat(matrix.nrows(), matrix.ncols())


def _zero(op: Op) -> Any:
    return flint.arb_mat(*op.shape)


def defect_bound(tape: Tape, expansion: Expansion, step: Any) -> Any:
    """Upper bound of the Euclidean norm of p' - F(p) on [0, step], as an exact raw ball (maybe infinite)."""
    with flint.ctx.workprec(LOW_BITS):
        h = step.abs_upper()
        powers = [flint.arb(1)]
        for _ in range(expansion.order):
            powers.append((powers[-1] * h).abs_upper())
        total = flint.arb(0)
        for gap, power in zip(expansion.gaps, powers, strict=False):
            total += gap * power
        if not tape.polynomial:
            return (total + _cauchy_tail(tape, expansion, h)).abs_upper()
        tails = _tails(tape, expansion, powers)
        square = flint.arb(0)
        for o in tape.outputs:
            square += tails[o] ** 2
        return (total + square.sqrt()).abs_upper()


def _cauchy_tail(tape: Tape, expansion: Expansion, h: Any) -> Any:
    """Bound of sum_{k >= order} |k-th coefficient of F(p)| h^k, the least over several discs; maybe infinite."""
    best = flint.arb.pos_inf()
    for ratio in DISCS:
        radius = h * ratio
        discs = []
        for series, sizes in zip(expansion.coefficients, expansion.sizes, strict=True):
            reach = [flint.arb(0)] * len(series[0].entries())
            for row in reversed(sizes):
                reach = [((r + s) * radius).abs_upper() for r, s in zip(reach, row, strict=True)]
            discs.append(_disc_matrix(series[0], reach))
        outputs = _on_discs(tape, discs)
        if outputs is None:
            continue
        square = flint.arb(0)
        for values in outputs:
            for z in values.entries():
                square += z.abs_upper() ** 2
        tail = square.sqrt() * flint.arb(ratio) ** (1 - expansion.order) / (ratio - 1)
        if tail.is_finite() and bool(tail.abs_upper() < best):
            best = tail.abs_upper()
    return best


def _disc_matrix(middle: Any, reach: list[Any]) -> Any:
    balls = [flint.acb(c + flint.arb(0, r), flint.arb(0, r)) for c, r in zip(middle.entries(), reach, strict=True)]
    return flint.acb_mat(middle.nrows(), middle.ncols(), balls)


def _on_discs(tape: Tape, discs: list[Any]) -> list[Any] | None:
    """The outputs of a tape on complex ball matrices; None if a function is not analytic on its argument."""
    fixed, scale = constants(tape), factors(tape)
    values: list[Any] = []
    for i, op in enumerate(tape.ops):
        if op.kind == "input":
            values.append(discs[i])
        elif op.kind == "const":
            values.append(flint.acb_mat(fixed[i]))
        elif op.kind == "apply":
            images = [FUNCTIONS[op.data].on_disc(z) for z in values[op.args[0]].entries()]
            if not all(z.is_finite() for z in images):
                return None
            values.append(flint.acb_mat(*op.shape, images))
        else:
            values.append(combine(op, values, scale.get(i), flint.acb_mat))
    return [values[o] for o in tape.outputs]


def combine(op: Op, values: list[Any], factor: Any, matrix: Any = flint.arb_mat) -> Any:
    """The value of the polynomial instruction `op` at `values`, raw real or complex ball matrices (`matrix` makes
    one); `factor` is the number that a scaling multiplies by.
    """
    a = values[op.args[0]]
    if op.kind == "scale":
        return a * factor
    if op.kind == "T":
        return a.transpose()
    b = values[op.args[1]]
    if op.kind == "add":
        return a + b
    if op.kind == "sub":
        return a - b
    if op.kind == "matmul":
        return a * b
    return matrix(*op.shape, [x * y for x, y in zip(a.entries(), b.entries(), strict=True)])


def _tails(tape: Tape, expansion: Expansion, powers: list[Any]) -> list[Any]:
    """Bounds of sum_{k >= order} ||coefficient k|| h^k for every instruction."""
    order = expansion.order
    fixed, scale = constants(tape), factors(tape)
    zero = flint.arb(0)
    weighted = {
        i: [(a * w).abs_upper() for a, w in zip(norms, powers, strict=False)]
        for i, norms in expansion.norms.items()
    }
    suffix: dict[int, list[Any]] = {}
    for i, terms in weighted.items():
        sums = [zero] * (order + 1)
        for k in range(order - 1, -1, -1):
            sums[k] = (sums[k + 1] + terms[k]).abs_upper()
        suffix[i] = sums
    tails: list[Any] = []
    for i, op in enumerate(tape.ops):
        if op.kind == "input":
            tails.append((expansion.last[i] * powers[order]).abs_upper())
        elif op.kind == "const":
            tails.append(zero)
        elif op.kind == "scale":
            tails.append(abs(tails[op.args[0]] * scale[i]).abs_upper())
        elif op.kind == "T":
            tails.append(tails[op.args[0]])
        elif op.kind in ("add", "sub"):
            tails.append((tails[op.args[0]] + tails[op.args[1]]).abs_upper())
        else:
            a, b = op.args
            if a in fixed or b in fixed:
                constant, other = (a, b) if a in fixed else (b, a)
                tails.append((frobenius(fixed[constant]) * tails[other]).abs_upper())
                continue
            overflow = zero
            for j in range(1, order):
                overflow += weighted[a][j] * suffix[b][order - j]
            body_a, body_b = suffix[a][0], suffix[b][0]
            mixed = tails[a] * (body_b + tails[b]) + body_a * tails[b]
            tails.append((overflow + mixed).abs_upper())
    return tails

"""Proof that the solution of a polynomial field leaves every bounded set in finite time, with an enclosure of the time.

Let x_i be a coordinate with sign s, z = 1 / (s x_i) and w = z x, so w_i = s. With q the degree of F and F_d its part of
degree d, let P(z, w) = sum over d of z^(q-d) F_d(w). Then

    (z^(q-1))' = -(q - 1) s P_i,        w_j' = z^(1-q) (P_j - w_j s P_i).

If on a box 0 <= z <= z_0, w_j in W_j the number s P_i lies in [alpha, beta] with alpha > 0, and on each face of W_j the
velocity of w_j points inwards, the solution stays in the box, and z reaches 0 after a time between
z_0^(q-1) / ((q - 1) beta) and z_0^(q-1) / ((q - 1) alpha) (Poincare's compactification; U. Elias and H. Gingold,
J. Math. Anal. Appl. 318, 2006). A direction that does not attract from all sides of a small box is not recognised.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint

from verify.numeric.enclosure import dyadic_fraction
from verify.numeric.taylor import constants, entrywise, factors
from verify.numeric.tracing import Tape

RADII = tuple(Fraction(1, 10**k) for k in (9, 7, 5, 4, 3, 2, 1))
"""Half widths that are tried for the box of directions."""

Graded = dict[int, Any]
"""Homogeneous parts of a matrix of polynomials by degree, at a point or on a box."""


def blow_up_interval(tape: Tape, state: Sequence[Any]) -> tuple[Fraction, Fraction] | None:
    """Bounds of the time from `state` (raw ball matrices) to the blow-up, or None if none is proved.

    Only for polynomial fields of degree 2 or more; at the current precision.
    """
    if not tape.polynomial:
        return None
    entries = [x for m in state for x in m.entries()]
    if not entries or not all(x.is_finite() for x in entries):
        return None
    largest = max(range(len(entries)), key=lambda k: float(abs(entries[k]).mid()))
    leader = entries[largest]
    sign = 1 if bool(leader > 0) else -1 if bool(leader < 0) else 0
    if sign == 0:
        return None
    shapes = [(m.nrows(), m.ncols()) for m in state]
    directions = [x / (sign * leader) for x in entries]
    inverse = 1 / (sign * leader)
    for radius in RADII:
        found = _on_box(tape, shapes, directions, inverse, largest, sign, radius)
        if found is not None:
            return found
    return None


def _on_box(
    tape: Tape,
    shapes: list[tuple[int, int]],
    directions: list[Any],
    inverse: Any,
    leader: int,
    sign: int,
    radius: Fraction,
) -> tuple[Fraction, Fraction] | None:
    """The bounds from the box of this radius around the directions, or None."""
    wide = flint.arb(0, flint.arb(radius.numerator) / radius.denominator)
    box = [x + wide for x in directions]
    box[leader] = flint.arb(sign)
    z = flint.arb(0).union(inverse.abs_upper())
    degree, speeds = _at_infinity(tape, shapes, box, z)
    if degree < 2:
        return None
    growth = sign * speeds[leader]
    if not growth.is_finite() or not bool(growth > 0):
        return None
    for j, ball in enumerate(box):
        if j == leader:
            continue
        for end, outwards in ((ball.upper(), 1), (ball.lower(), -1)):
            face = list(box)
            face[j] = end
            here = _at_infinity(tape, shapes, face, z)[1]
            drift = here[j] - end * sign * here[leader]
            if not bool(outwards * drift <= 0):
                return None
    reach = inverse ** (degree - 1) / ((degree - 1) * growth)
    return dyadic_fraction(reach.lower()), dyadic_fraction(reach.upper())


def _at_infinity(
    tape: Tape, shapes: list[tuple[int, int]], directions: list[Any], z: Any
) -> tuple[int, list[Any]]:
    """The degree q and the entries of P(z, w)."""
    state, at = [], 0
    for rows, columns in shapes:
        state.append(flint.arb_mat(rows, columns, directions[at : at + rows * columns]))
        at += rows * columns
    outputs = _graded(tape, state)
    degree = max((d for parts in outputs for d in parts), default=0)
    speeds: list[Any] = []
    for parts, (rows, columns) in zip(outputs, shapes, strict=True):
        total = flint.arb_mat(rows, columns)
        for d, part in parts.items():
            total = total + part * z ** (degree - d)
        speeds += total.entries()
    return degree, speeds


def _graded(tape: Tape, state: list[Any]) -> list[Graded]:
    """Homogeneous parts of the outputs; a part that is exactly zero may be present."""
    fixed, scale = constants(tape), factors(tape)
    values: list[Graded] = []
    for i, op in enumerate(tape.ops):
        if op.kind == "input":
            values.append({1: state[i]})
        elif op.kind == "const":
            values.append({0: fixed[i]})
        elif op.kind == "scale":
            values.append({d: m * scale[i] for d, m in values[op.args[0]].items()})
        elif op.kind == "T":
            values.append({d: m.transpose() for d, m in values[op.args[0]].items()})
        else:
            a, b = (values[k] for k in op.args)
            values.append(_sum(a, b, -1 if op.kind == "sub" else 1) if op.kind in ("add", "sub") else _times(op, a, b))
    return [values[o] for o in tape.outputs]


def _sum(a: Graded, b: Graded, sign: int) -> Graded:
    out = dict(a)
    for d, m in b.items():
        out[d] = out[d] + m * sign if d in out else m * sign
    return out


def _times(op: Any, a: Graded, b: Graded) -> Graded:
    out: Graded = {}
    for d, x in a.items():
        for e, y in b.items():
            part = entrywise(x, y) if op.kind == "hadamard" else x * y
            out[d + e] = out[d + e] + part if d + e in out else part
    return out

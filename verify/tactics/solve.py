"""Exact linear combinations: write one vector as a combination of others, some with coefficients >= 0."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

Vector = Mapping[Hashable, Fraction]
MAX_SUBSETS = 4000


def eliminate(target: Vector, columns: Sequence[Vector]) -> list[Fraction] | None:
    """One solution of sum x_k columns[k] = target (free unknowns zero), or None."""
    keys = {k for v in (target, *columns) for k in v}
    n = len(columns)
    rows = [[c.get(k, Fraction(0)) for c in columns] + [target.get(k, Fraction(0))] for k in sorted(keys, key=repr)]
    pivots: list[tuple[int, int]] = []
    r = 0
    for c in range(n):
        pick = next((i for i in range(r, len(rows)) if rows[i][c]), None)
        if pick is None:
            continue
        rows[r], rows[pick] = rows[pick], rows[r]
        lead = rows[r][c]
        rows[r] = [x / lead for x in rows[r]]
        for i, row in enumerate(rows):
            if i != r and row[c]:
                f = row[c]
                rows[i] = [x - f * y for x, y in zip(row, rows[r], strict=True)]
        pivots.append((r, c))
        r += 1
    if any(row[n] for row in rows[r:]):
        return None
    out = [Fraction(0)] * n
    for i, c in pivots:
        out[c] = rows[i][n]
    return out


def combine(target: Vector, signed: Sequence[Vector], free: Sequence[Vector]) -> tuple[list[Fraction], list[Fraction]] | None:
    """target = sum a_k signed[k] + sum b_k free[k] with all a_k >= 0.

    Basic solutions suffice (Carathéodory), so subsets of the signed columns are tried, larger ones first."""
    tried = 0
    for size in range(len(signed), -1, -1):
        for subset in combinations(range(len(signed)), size):
            tried += 1
            if tried > MAX_SUBSETS:
                return None
            found = eliminate(target, [*free, *(signed[i] for i in subset)])
            if found is not None and all(x >= 0 for x in found[len(free):]):
                a = [Fraction(0)] * len(signed)
                for i, x in zip(subset, found[len(free):], strict=True):
                    a[i] = x
                return a, found[: len(free)]
    return None

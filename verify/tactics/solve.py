"""Exact linear combinations: write one vector as a combination of others, some with coefficients >= 0."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

Vector = Mapping[Any, int | Fraction]
MAX_SUBSETS = 4000
FEW_SUBSETS = 60  # then it is worth asking whether there is a solution at all


def reduce_rows(rows: list[list[Fraction]], columns: int) -> list[int]:
    """Bring the first `columns` columns of `rows` into reduced row echelon form, in place; the pivot column of
    each row.
    """
    pivots: list[int] = []
    for c in range(columns):
        r = len(pivots)
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
        pivots.append(c)
    return pivots


def eliminate(target: Vector, columns: Sequence[Vector]) -> list[Fraction] | None:
    """One solution of sum x_k columns[k] = target (free unknowns zero), or None."""
    keys = {k for v in (target, *columns) for k in v}
    n = len(columns)
    rows = [[Fraction(v.get(k, 0)) for v in (*columns, target)] for k in sorted(keys, key=repr)]
    pivots = reduce_rows(rows, n)
    if any(row[n] for row in rows[len(pivots) :]):
        return None
    out = [Fraction(0)] * n
    for i, c in enumerate(pivots):
        out[c] = rows[i][n]
    return out


def combine(
    target: Vector, signed: Sequence[Vector], free: Sequence[Vector]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """target = sum a_k signed[k] + sum b_k free[k] with all a_k >= 0.

    Basic solutions suffice (Carathéodory), so subsets of the signed columns are tried, larger ones first. After a few
    of them linear programming says whether there is any solution at all, and has one if the subsets run out."""
    tried = 0
    fallback: tuple[list[Fraction], list[Fraction]] | None = None
    for size in range(len(signed), -1, -1):
        for subset in combinations(range(len(signed)), size):
            tried += 1
            if tried == FEW_SUBSETS:
                fallback = _feasible(target, signed, free)
                if fallback is None:
                    return None
            if tried > MAX_SUBSETS:
                return fallback
            found = eliminate(target, [*free, *(signed[i] for i in subset)])
            if found is not None and all(x >= 0 for x in found[len(free) :]):
                a = [Fraction(0)] * len(signed)
                for i, x in zip(subset, found[len(free) :], strict=True):
                    a[i] = x
                return a, found[: len(free)]
    return fallback


def _feasible(
    target: Vector, signed: Sequence[Vector], free: Sequence[Vector]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """Any solution of `combine`: the free columns are eliminated, the simplex method decides about the others."""
    keys = sorted({k for v in (target, *signed, *free) for k in v}, key=repr)
    rows = [[Fraction(v.get(k, 0)) for v in (*free, *signed, target)] for k in keys]
    rest = len(reduce_rows(rows, len(free)))
    columns = [{i: row[len(free) + k] for i, row in enumerate(rows[rest:])} for k in range(len(signed) + 1)]
    found = positive_combination(columns[-1], columns[:-1], [False] * len(signed), want_strict=False)
    if found is None:
        return None
    left = dict(target)
    for x, column in zip(found, signed, strict=True):
        for k, y in column.items():
            left[k] = left.get(k, 0) - x * y
    others = eliminate(left, free)
    return None if others is None else (found, others)


def positive_combination(
    target: Vector, columns: Sequence[Vector], strict: Sequence[bool], want_strict: bool
) -> list[Fraction] | None:
    """target = sum x_k columns[k] with x >= 0 (and x_k > 0 for some strict column, if wanted), by the simplex
    method.

    Bland's rule in exact arithmetic; the objective maximises the weight on strict columns up to 1. `want_strict`
    asks for the latter.
    """
    used = _possible(target, columns)
    if len(used) < len(columns):
        part = positive_combination(target, [columns[k] for k in used], [strict[k] for k in used], want_strict)
        if part is None:
            return None
        weight = dict(zip(used, part, strict=True))
        return [weight.get(k, Fraction(0)) for k in range(len(columns))]
    keys = sorted({k for v in (target, *columns) for k in v}, key=repr)
    n, m = len(columns), len(keys)
    rows = []
    for i, k in enumerate(keys):
        row = [Fraction(c.get(k, 0)) for c in columns] + [Fraction(int(i == r)) for r in range(m)]
        rhs = Fraction(target.get(k, 0))
        if rhs < 0:
            row = [-x for x in row[:n]] + row[n:]
            rhs = -rhs
        rows.append([*row, rhs])
    basis = list(range(n, n + m))
    first = [Fraction(0)] * n + [Fraction(1)] * m
    if _simplex(rows, basis, first, n + m) != 0:
        return None
    if want_strict:
        second = [Fraction(-1) if s else Fraction(0) for s in strict] + [Fraction(10**9)] * m
        rows.append(
            [Fraction(1) if s else Fraction(0) for s in strict] + [Fraction(0)] * m + [Fraction(1), Fraction(1)]
        )
        for row in rows[:-1]:
            row.insert(n + m, Fraction(0))
        for i, b in enumerate(basis):
            f = rows[-1][b]
            if f:
                rows[-1] = [x - f * y for x, y in zip(rows[-1], rows[i], strict=True)]
        if rows[-1][-1] < 0:
            x = _read(rows[:-1], basis, n)
            return x if any(s and c for s, c in zip(strict, x, strict=True)) else None
        basis.append(n + m)
        _simplex(rows, basis, [*second, Fraction(0)], n + m + 1)
    out = _read(rows, basis, n)
    if want_strict and not any(s and c for s, c in zip(strict, out, strict=True)):
        return None
    check: dict[Hashable, Fraction] = {}
    for c, v in zip(out, columns, strict=True):
        for k, y in v.items():
            check[k] = check.get(k, Fraction(0)) + c * y
    fits = {k: y for k, y in check.items() if y} == {k: y for k, y in target.items() if y}
    return out if fits and all(c >= 0 for c in out) else None


def _possible(target: Vector, columns: Sequence[Vector]) -> list[int]:
    """Columns that may have a weight: the others have an entry that nothing cancels, whatever the weights are."""
    wanted = {k: c for k, c in target.items() if c}
    used = list(range(len(columns)))
    while True:
        signs: dict[Hashable, set[bool]] = {}
        for i in used:
            for k, c in columns[i].items():
                if c:
                    signs.setdefault(k, set()).add(c > 0)
        stuck = {k for k, found in signs.items() if k not in wanted and len(found) == 1}
        kept = [i for i in used if not any(c and k in stuck for k, c in columns[i].items())]
        if len(kept) == len(used):
            return used
        used = kept


def _read(rows: list[list[Fraction]], basis: list[int], n: int) -> list[Fraction]:
    out = [Fraction(0)] * n
    for i, b in enumerate(basis):
        if b < n:
            out[b] = rows[i][-1]
    return out


def _simplex(rows: list[list[Fraction]], basis: list[int], cost: list[Fraction], width: int) -> Fraction:
    """Minimise cost over the tableau in place; returns the minimum."""
    for _ in range(5000):
        prices = [cost[b] for b in basis]
        enter = next(
            (
                j
                for j in range(width)
                if j not in basis
                and cost[j] - sum((p * row[j] for p, row in zip(prices, rows, strict=True)), Fraction(0)) < 0
            ),
            None,
        )
        if enter is None:
            break
        ratios = [(row[-1] / row[enter], basis[i], i) for i, row in enumerate(rows) if row[enter] > 0]
        if not ratios:
            break
        _, _, i = min(ratios)
        lead = rows[i][enter]
        rows[i] = [x / lead for x in rows[i]]
        for r, row in enumerate(rows):
            if r != i and row[enter]:
                f = row[enter]
                rows[r] = [x - f * y for x, y in zip(row, rows[i], strict=True)]
        basis[i] = enter
    return sum((cost[b] * row[-1] for b, row in zip(basis, rows, strict=True)), Fraction(0))

"""Linear forms with integer coefficients in natural-number symbols, and the decision of `form >= 0`.

A form is a sorted tuple of (symbol, coefficient) pairs without zero coefficients; the constant stands under "1".
The decision is Fourier-Motzkin elimination over the rationals on the negated goal `-form - 1 >= 0`: if that is
infeasible together with the known forms, the goal holds at every integer point (Schrijver, Theory of Linear and
Integer Programming, section 12.2). Incomplete for integers, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import gcd
from typing import Any

from .errors import Reject

Lin = tuple[tuple[str, int], ...]

ONE = "1"
ZERO: Lin = ()
MAX_COEFFICIENT = 10**6
MAX_ROWS = 500


def make(items: dict[str, int]) -> Lin:
    return tuple(sorted((s, c) for s, c in items.items() if c))


def const(value: int) -> Lin:
    return ((ONE, value),) if value else ()


def var(name: str) -> Lin:
    return ((name, 1),)


@lru_cache(maxsize=50_000)
def add(a: Lin, b: Lin, scale: int = 1) -> Lin:
    out = dict(a)
    for s, c in b:
        out[s] = out.get(s, 0) + scale * c
    return make(out)


def sub(a: Lin, b: Lin) -> Lin:
    return add(a, b, -1)


def scaled(a: Lin, k: int) -> Lin:
    return make({s: c * k for s, c in a})


def value(a: Lin) -> int | None:
    """The integer value of a constant form, None if the form has symbols."""
    if not a:
        return 0
    if len(a) == 1 and a[0][0] == ONE:
        return a[0][1]
    return None


def symbols(a: Lin) -> frozenset[str]:
    return frozenset(s for s, _ in a if s != ONE)


def substitute(a: Lin, env: dict[str, Lin]) -> Lin:
    out: Lin = ()
    for s, c in a:
        image = env.get(s) if s != ONE else None
        out = add(out, image if image is not None else ((s, 1),), c)
    return out


def parse(data: Any, known: dict[str, Lin]) -> Lin:
    """Read `{"N": 1, "1": -1}`; `known` maps the symbols in scope to their forms."""
    if type(data) is not dict:
        raise Reject(f"index expression expected, an object such as {{'N': 1}}, not {data!r:.60}")
    out: Lin = ()
    for s, c in data.items():
        if type(c) is not int or c == 0 or abs(c) > MAX_COEFFICIENT:
            raise Reject(f"coefficient of {s!r} in an index expression must be a small non-zero integer, not {c!r:.30}")
        if s == ONE:
            out = add(out, const(c))
        elif s in known:
            out = add(out, known[s], c)
        else:
            raise Reject(f"unknown index symbol {s!r}")
    return out


def _primitive(row: dict[str, int]) -> Lin:
    """The row divided by the greatest common divisor of its coefficients: the same half-space."""
    common = gcd(*row.values())
    return make({s: c // common for s, c in row.items()}) if common else ()


def _contradictory(rows: Iterable[Lin]) -> bool:
    """True if the conjunction of `row >= 0` has no rational point."""
    left = {_primitive(dict(row)) for row in rows}
    while True:
        if any(row[0][1] < 0 for row in left if len(row) == 1 and row[0][0] == ONE):
            return True
        table = [dict(row) for row in sorted(left) if value(row) is None]
        if not table:
            return False
        counts: dict[str, list[int]] = {}
        for row in table:
            for s, c in row.items():
                if s != ONE:
                    counts.setdefault(s, [0, 0])[c > 0] += 1
        pick = min(sorted(counts), key=lambda s: counts[s][0] * counts[s][1] - sum(counts[s]))
        lower = [r for r in table if r.get(pick, 0) > 0]
        upper = [r for r in table if r.get(pick, 0) < 0]
        left = {_primitive(r) for r in table if pick not in r}
        if len(left) + len(lower) * len(upper) > MAX_ROWS:
            return False
        for lo in lower:
            for hi in upper:
                a, b = -hi[pick], lo[pick]
                left.add(_primitive({s: lo.get(s, 0) * a + hi.get(s, 0) * b for s in {*lo, *hi}}))


@lru_cache(maxsize=100_000)
def nonnegative(form: Lin, known: tuple[Lin, ...]) -> bool:
    """True only if `form >= 0` follows from `known >= 0` (over the integers)."""
    fixed = value(form)
    if fixed is not None and fixed >= 0:
        return True
    return _contradictory((*known, sub(scaled(form, -1), const(1))))

"""Linear forms with integer coefficients in natural-number symbols, and the decision of `form >= 0`.

A form is a sorted tuple of (symbol, coefficient) pairs without zero coefficients; the constant stands under "1".
The decision is Fourier-Motzkin elimination over the rationals on the negated goal `-form - 1 >= 0`: if that is
infeasible together with the known forms, the goal holds at every integer point (Schrijver, Theory of Linear and
Integer Programming, section 12.2). Incomplete for integers, never wrong.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
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


def _contradictory(rows: list[dict[str, Fraction]]) -> bool:
    """True if the conjunction of `row >= 0` has no rational point."""
    seen: set[tuple[tuple[str, Fraction], ...]] = set()
    while True:
        clean: list[dict[str, Fraction]] = []
        for row in rows:
            names = [s for s in row if s != ONE]
            if not names:
                if row.get(ONE, Fraction(0)) < 0:
                    return True
                continue
            lead = abs(row[min(names)])
            normal = {s: c / lead for s, c in row.items()}
            key = tuple(sorted(normal.items()))
            if key not in seen:
                seen.add(key)
                clean.append(normal)
        rows = clean
        if not rows:
            return False
        counts: dict[str, list[int]] = {}
        for row in rows:
            for s, c in row.items():
                if s != ONE:
                    counts.setdefault(s, [0, 0])[c > 0] += 1
        pick = min(sorted(counts), key=lambda s: counts[s][0] * counts[s][1] - sum(counts[s]))
        lower = [r for r in rows if r.get(pick, 0) > 0]
        upper = [r for r in rows if r.get(pick, 0) < 0]
        rows = [r for r in rows if not r.get(pick, 0)]
        if len(rows) + len(lower) * len(upper) > MAX_ROWS:
            return False
        for lo in lower:
            for hi in upper:
                new: dict[str, Fraction] = {}
                for s in {*lo, *hi}:
                    c = lo.get(s, Fraction(0)) * -hi[pick] + hi.get(s, Fraction(0)) * lo[pick]
                    if c:
                        new[s] = c
                rows.append(new)
        seen = set()


@lru_cache(maxsize=100_000)
def nonnegative(form: Lin, known: tuple[Lin, ...]) -> bool:
    """True only if `form >= 0` follows from `known >= 0` (over the integers)."""
    fixed = value(form)
    if fixed is not None and fixed >= 0:
        return True
    rows = [{s: Fraction(c) for s, c in f} for f in known]
    rows.append({s: Fraction(c) for s, c in sub(scaled(form, -1), const(1))})
    return _contradictory(rows)

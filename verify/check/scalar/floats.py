"""Approximate values, to look where to search. Nothing here counts for a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product

from verify.kernel.scalar.domain import Domain, Side
from verify.kernel.scalar.terms import Expr

Point = dict[str, float]
Value = Callable[[Point], float]


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


_OWN: dict[str, Callable[[float], float]] = {"abs": abs, "sign": _sign}


def _pow(a: float, b: float) -> float:
    return math.pow(a, b)


def compiled(e: Expr) -> Value:
    """A function of a point; NaN where the expression is not defined, infinity on overflow."""
    inner = _compile(e)

    def value(point: Point) -> float:
        try:
            return inner(point)
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return math.nan

    return value


def _compile(e: Expr) -> Value:
    head = e[0]
    if head == "q":
        try:
            number = float(e[1])
        except OverflowError:
            number = math.inf
        return lambda _: number
    if head == "pi":
        return lambda _: math.pi
    if head == "var":
        name = e[1]
        return lambda p: p[name]
    parts = [_compile(p) for p in e[1:]]
    if head == "+":
        return lambda p: math.fsum(f(p) for f in parts)
    if head == "*":
        return lambda p: math.prod(f(p) for f in parts)
    if head == "pow":
        a, b = parts
        return lambda p: _pow(a(p), b(p))
    if head in ("min", "max"):
        pick = min if head == "min" else max
        return lambda p: pick(f(p) for f in parts)
    outer: Callable[[float], float] = _OWN.get(head) or getattr(math, head)
    (g,) = parts
    return lambda p: outer(g(p))


def sized(e: Expr) -> Callable[[Point], tuple[float, float]]:
    """A function of a point: the value, and the sum of the absolute values of the terms of a sum."""
    rows = [_compile(p) for p in (e[1:] if e[0] == "+" else (e,))]

    def value(point: Point) -> tuple[float, float]:
        try:
            values = [f(point) for f in rows]
            return math.fsum(values), math.fsum(map(abs, values))
        except (OverflowError, ValueError, ZeroDivisionError):
            return math.nan, math.nan

    return value


def signs(e: Expr, x: str, row: list[float], others: Point) -> list[tuple[float, int]]:
    """Points with the sign of e, without those at which rounding decides."""
    f = sized(e)
    out = []
    for a in row:
        v, size = f({**others, x: a})
        if abs(v) > 1e-12 * size:
            out.append((a, 1 if v > 0 else -1))
    return out


def end(e: Expr | None, infinite: float) -> float:
    """The end `e` of a range as a float; `infinite` stands for an end that is missing."""
    if e is None:
        return infinite
    return compiled(e)({})


def points(side: Side, count: int, near: int = 9) -> list[float]:
    """Points of a range: even ones, and others that crowd at the ends or run to infinity."""
    a, b = end(side.lo, -math.inf), end(side.hi, math.inf)
    out: list[float] = []
    if math.isinf(a) and math.isinf(b):
        far = [10 ** (k / 4) for k in range(-24, 25)]
        out = [0.0, *far, *(-x for x in far)] + [k / 4 for k in range(-20, 21)]
    elif math.isinf(b) or math.isinf(a):
        base, s = (a, 1) if math.isinf(b) else (b, -1)
        out = [base + s * 10 ** (k / 4) for k in range(-4 * near, 41)] + [base + s * k / 8 for k in range(1, 40)]
        if not (side.lo_open if s > 0 else side.hi_open):
            out.append(base)
    else:
        w = b - a
        out = [a + w * (k + 0.5) / count for k in range(count)] + [a + w * k / 8 for k in range(1, 8)]
        for k in range(1, 2 * near + 1):
            out += [a + w * 10 ** (-k / 2), b - w * 10 ** (-k / 2)]
        if not side.lo_open:
            out.append(a)
        if not side.hi_open:
            out.append(b)
    inside = [x for x in out if (a <= x <= b) and not (x == a and side.lo_open) and not (x == b and side.hi_open)]
    return sorted(set(inside))


def grid(d: Domain, budget: int = 4000) -> list[Point]:
    """Points of the box that satisfy the hypotheses."""
    names = [n for n, _ in d.box]
    if not names:
        return [{}]
    rows = []
    for _, side in d.box:
        row = points(side, 48 if len(names) == 1 else 12)
        limit = max(3, round(budget ** (1 / len(names))))
        if len(row) > limit:
            step = (len(row) - 1) / (limit - 1)
            row = [row[round(i * step)] for i in range(limit)]
        rows.append(row)
    out = [dict(zip(names, values, strict=True)) for values in product(*rows)]
    if d.cuts:
        tests = [compiled(u) for u, _ in d.cuts]
        out = [p for p in out if all(f(p) >= 0 for f in tests)]
    return out


def lowest(f: Value, places: list[Point]) -> tuple[float, Point | None]:
    """The lowest value of `f` at `places`, and where; (inf, None) if it has none."""
    best, where = math.inf, None
    for p in places:
        v = f(p)
        if v < best:
            best, where = v, p
    return best, where


def simple(x: float, low: float, high: float) -> Fraction:
    """The binary fraction of few digits nearest to x strictly between two numbers."""
    k = 0
    while k < 60:
        q = Fraction(round(Fraction(x) * 2**k), 2**k)
        if low < q < high:
            return q
        k += 1
    return Fraction(x)


def exact(p: Mapping[str, float]) -> dict[str, Fraction]:
    """The point `p` with its floats as exact fractions."""
    return {k: Fraction(v) for k, v in p.items()}

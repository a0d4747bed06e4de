"""Exact evaluation of terms at a finite rational instance: numbers are `Fraction`, matrices lists of rows.

Functions without a rational value (exp, log, cos, acos, root, pi) and expectations are refused, so an evaluation is
either exact or not made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .checker import Json, node
from .errors import Budget, Reject
from .signature import Signature, name_of, rational

Matrix = list[list[Fraction]]
Value = Any  # Fraction or Matrix

MAX_SIZE = 60
MAX_RANGE = 4000
MAX_BITS = 20_000


@dataclass(frozen=True)
class State:
    """Values of the letters: `get(name, index, stage)`; `index` maps index symbols to naturals."""

    sig: Signature
    index: dict[str, int]
    dims: dict[str, list[int]]
    get: Callable[[str, tuple[int, ...], str], Value]
    budget: Budget


def form(data: Json, index: dict[str, int]) -> int:
    if type(data) is not dict:
        raise Reject("index expression expected")
    total = 0
    for s, c in data.items():
        if type(c) is not int or (s != "1" and s not in index):
            raise Reject(f"unknown index symbol {s!r:.40}")
        total += c * (1 if s == "1" else index[s])
    return total


def dimension(data: Json, st: State) -> int:
    if type(data) is list and len(data) == 3 and data[0] == "dim":
        i = form(data[2], st.index)
        row = st.dims[data[1]]
        low = form(st.sig.data["dims"][data[1]][0], st.index)
        if not 0 <= i - low < len(row):
            raise Reject(f"index {i} of dimension family {data[1]!r:.40} out of range")
        return row[i - low]
    d = form(data, st.index)
    if not 0 <= d <= MAX_SIZE:
        raise Reject(f"dimension {d} outside 0..{MAX_SIZE}")
    return d


def unit(n: int) -> Matrix:
    return [[Fraction(int(i == k)) for k in range(n)] for i in range(n)]


def transpose(m: Matrix, cols: int) -> Matrix:
    return [[row[k] for row in m] for k in range(cols)]


def add(a: Value, b: Value) -> Value:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    if isinstance(a, Fraction) or isinstance(b, Fraction) or len(a) != len(b) or any(
            len(x) != len(y) for x, y in zip(a, b, strict=True)):
        raise Reject("sum of values of different shapes")
    return [[x + y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]


def mul(a: Value, b: Value, st: State) -> Value:
    out = _mul(a, b, st)
    for x in (out,) if isinstance(out, Fraction) else (x for row in out for x in row):
        if x.numerator.bit_length() + x.denominator.bit_length() > MAX_BITS:
            raise Reject("a number grew beyond the size limit of exact evaluation")
    return out


def _mul(a: Value, b: Value, st: State) -> Value:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        st.budget.spend()
        return a * b
    if isinstance(a, Fraction):
        return [[a * x for x in row] for row in b]
    if isinstance(b, Fraction):
        return [[x * b for x in row] for row in a]
    if any(len(row) != len(b) for row in a):
        raise Reject("product of matrices that do not compose")
    st.budget.spend(len(a) * len(b) * (len(b[0]) if b else 1))
    cols = len(b[0]) if b else 0
    return [[sum((row[i] * b[i][k] for i in range(len(b))), Fraction(0)) for k in range(cols)] for row in a]


def trace(m: Value) -> Fraction:
    if isinstance(m, Fraction) or any(len(row) != len(m) for row in m):
        raise Reject("trace of a value that is not a square matrix")
    return sum((m[i][i] for i in range(len(m))), Fraction(0))


def value(t: Json, st: State) -> Value:
    head = node(t, "term")
    st.budget.spend()
    if head == "q":
        return rational(t[1])
    if head == "n":
        return Fraction(dimension(t[1], st))
    if head == "v":
        return st.get(t[1], tuple(form(i, st.index) for i in t[2]), t[3])
    if head == "ch":
        hi, lo = form(t[2], st.index), form(t[3], st.index)
        shape = st.sig.letter(t[1]).shape
        v = st.sig.letter(t[1]).index[0][0]
        assert shape is not None
        out: Value = unit(dimension(shape[1], replace(st, index={**st.index, v: lo})))
        for i in range(lo, hi + 1):
            out = mul(st.get(t[1], (i,), t[4]), out, st)
        return out
    if head == "one":
        return unit(dimension(t[1], st))
    if head == "zero":
        return [[Fraction(0)] * dimension(t[2], st) for _ in range(dimension(t[1], st))]
    if head in ("+", "*"):
        out = value(t[1], st)
        for x in t[2:]:
            out = add(out, value(x, st)) if head == "+" else mul(out, value(x, st), st)
        return out
    if head == "T":
        m = value(t[1], st)
        if isinstance(m, Fraction) or not m:
            raise Reject("transpose of a value that is not a non-empty matrix")
        return transpose(m, len(m[0]))
    if head == "tr":
        return trace(value(t[1], st))
    if head == "kr":
        a, b = value(t[1], st), value(t[2], st)
        st.budget.spend(sum(map(len, a)) * sum(map(len, b)))
        return [[x * y for x in r for y in s] for r in a for s in b]
    if head == "vec":
        m = value(t[1], st)
        return [[row[k]] for k in range(len(m[0])) for row in m]
    if head == "pow":
        base, e = value(t[1], st), form(t[2], st.index)
        if e < 0 or e > MAX_SIZE:
            raise Reject(f"exponent {e} outside 0..{MAX_SIZE}")
        out = Fraction(1) if isinstance(base, Fraction) else unit(len(base))
        for _ in range(e):
            out = mul(out, base, st)
        return out
    if head in ("sum", "prod"):
        return _range(t, st)
    if head == "inv":
        x = value(t[1], st)
        return Fraction(0) if x == 0 else 1 / x
    if head == "ind":
        return Fraction(int(value(t[1], st) >= 0))
    raise Reject(f"{head} has no exact value")


def _range(t: Json, st: State) -> Value:
    name_of(t[1])
    lo, hi = form(t[2], st.index), form(t[3], st.index)
    if hi - lo > MAX_RANGE:
        raise Reject("range too long to evaluate")
    values = [value(t[4], replace(st, index={**st.index, t[1]: i})) for i in range(lo, hi + 1)]
    if not values:
        if t[0] == "sum":
            raise Reject("empty sum: its shape is not known here")
        return Fraction(1)
    out: Value = values[0]
    for x in values[1:]:
        out = add(out, x) if t[0] == "sum" else mul(out, x, st)
    return out


def positive_semidefinite(m: Matrix) -> bool:
    """Exact decision by symmetric elimination: a negative pivot, or a zero pivot with a non-zero row, says no."""
    n = len(m)
    if any(m[i][k] != m[k][i] for i in range(n) for k in range(n)):
        return False
    a = [row[:] for row in m]
    for i in range(n):
        if a[i][i] < 0 or (a[i][i] == 0 and any(a[i][k] for k in range(i, n))):
            return False
        if a[i][i]:
            for r in range(i + 1, n):
                f = a[r][i] / a[i][i]
                for k in range(i, n):
                    a[r][k] -= f * a[i][k]
    return True


def holds(f: Json, st: State) -> bool:
    """Exact truth value of a formula."""
    kind = node(f, "formula")
    if kind == "psd":
        m = value(f[1], st)
        return not isinstance(m, Fraction) and positive_semidefinite(m)
    gap = add(value(f[1], st), mul(Fraction(-1), value(f[2], st), st))
    zero = gap == 0 if isinstance(gap, Fraction) else all(x == 0 for row in gap for x in row)
    if kind == "eq":
        return zero
    if kind == "ne":
        return not zero
    if not isinstance(gap, Fraction) or kind not in ("ge", "gt"):
        raise Reject("formula without an exact truth value")
    return gap >= 0 if kind == "ge" else gap > 0

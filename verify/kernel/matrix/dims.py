"""Dimensions: products of linear forms in symbols that stand for positive integers, and polynomials in them."""

from __future__ import annotations

from typing import Any

from ..errors import Reject
from ..signature import NAME

Form = tuple[tuple[str, int], ...]  # sorted (symbol, coefficient), "1" for the constant
Dim = tuple[Form, ...]  # a product; () is 1
Power = tuple[tuple[tuple[str, ...], int], ...]  # polynomial: (sorted symbols, non-zero coefficient) ..

MAX_VALUE = 10_000
MAX_FACTORS = 6
UNIT: Form = (("1", 1),)
ONE: Power = (((), 1),)


def parse(data: Any) -> Dim:
    """[{symbol: coefficient, ..}, ..]; factors that are 1 are dropped."""
    if type(data) is not list or len(data) > MAX_FACTORS:
        raise Reject("a dimension is a short list of linear forms")
    out = []
    for row in data:
        if type(row) is not dict or not row:
            raise Reject("a dimension is a list of linear forms {symbol: coefficient}")
        for s, c in row.items():
            if type(c) is not int or not c or abs(c) > MAX_VALUE or (s != "1" and not NAME.match(s)):
                raise Reject(f"no linear form: {row!r:.60}")
        form = tuple(sorted(row.items()))
        if all(c < 0 for _, c in form):
            raise Reject("a dimension that is never positive")
        if form != UNIT:
            out.append(form)
    return tuple(out)


def symbols(d: Dim) -> set[str]:
    return {s for form in d for s, _ in form if s != "1"}


def natural_number(form: Form) -> bool:
    """Is the form at least 0 for all positive values of its symbols?"""
    return all(c > 0 for s, c in form if s != "1") and sum(c for _, c in form) >= 0


def positive_number(form: Form) -> bool:
    """Is the form at least 1 for all positive values of its symbols, by its coefficients?"""
    return all(c > 0 for s, c in form if s != "1") and sum(c for _, c in form) >= 1


def value(form: Form, sizes: dict[str, int]) -> int:
    return sum(c * (1 if s == "1" else sizes[s]) for s, c in form)


def power(terms: dict[tuple[str, ...], int]) -> Power:
    return tuple(sorted((m, c) for m, c in terms.items() if c))


def polynomial(d: Dim) -> Power:
    out = ONE
    for form in d:
        out = times(out, power({() if s == "1" else (s,): c for s, c in form}))
    return out


def plus(a: Power, b: Power, scale: int = 1) -> Power:
    out = dict(a)
    for m, c in b:
        out[m] = out.get(m, 0) + scale * c
    return power(out)


def times(a: Power, b: Power) -> Power:
    out: dict[tuple[str, ...], int] = {}
    for m, c in a:
        for n, k in b:
            key = tuple(sorted(m + n))
            out[key] = out.get(key, 0) + c * k
    return power(out)


def natural(k: int) -> Power:
    return (((), k),) if k else ()


def whole(p: Power) -> int | None:
    """The value of a constant polynomial, else None."""
    if not p:
        return 0
    return p[0][1] if len(p) == 1 and p[0][0] == () else None

"""Linear forms in natural symbols, and the decision whether one is >= 0 wherever others are.

A form that is not >= 0 on the integer points of a polyhedron has a point with form <= -1. If multipliers l_i >= 0 with
sum l_i c_i + m (-1 - f) = a negative constant exist, there is none (Farkas' lemma; Schrijver, Theory of Linear and
Integer Programming, corollary 7.1e). They are searched by the simplex method with Bland's rule, in fractions, and the
combination found is added up again. Any failure to find them is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction
from typing import Any

from .errors import Rejected

Form = dict[str, int]
LIMIT = 10**6
PIVOTS = 400


def read(data: Any, symbols: Mapping[str, Any] | AbstractSet[str], what: str = "index expression") -> Form:
    """A linear form in known symbols; `"1"` is the constant. Raises Rejected if a demand is not met."""
    if not isinstance(data, dict):
        raise Rejected(f"{what} must be an object")
    for symbol, factor in data.items():
        if isinstance(factor, bool) or not isinstance(factor, int) or factor == 0 or abs(factor) > LIMIT:
            raise Rejected(f"{what}: the coefficient of {symbol!r} is no small non-zero integer")
        if symbol != "1" and symbol not in symbols:
            raise Rejected(f"{what}: unknown symbol {symbol!r}")
    return data


def plus(a: Mapping[str, int], b: Mapping[str, int], factor: int = 1) -> Form:
    """The form `a` + `factor` `b`."""
    total = dict(a)
    for symbol, c in b.items():
        value = total.get(symbol, 0) + factor * c
        if value:
            total[symbol] = value
        else:
            total.pop(symbol, None)
    return total


def shifted(a: Mapping[str, int], by: int) -> Form:
    """The form `a` plus the integer `by`."""
    return plus(a, {"1": by} if by else {})


def put(form: Mapping[str, int], images: Mapping[str, Form]) -> Form:
    """The form with symbols replaced by forms; symbols without an image stay."""
    total: Form = {}
    for symbol, c in form.items():
        total = plus(total, images.get(symbol, {symbol: 1}) if symbol != "1" else {"1": 1}, c)
    return total


def value(form: Mapping[str, int], at: Mapping[str, int]) -> int:
    """The value of `form` at the point `at`."""
    total = 0
    for symbol, c in form.items():
        total += c if symbol == "1" else c * at[symbol]
    return total


def follows(form: Form, known: Iterable[Form]) -> bool:
    """Whether form >= 0 at all integer points at which every known form is >= 0. A yes is proved."""
    if all(symbol == "1" for symbol in form) and form.get("1", 0) >= 0:
        return True
    rows = [dict(k) for k in known]
    for k in rows:
        rest = plus(form, k, -1)
        if all(symbol == "1" for symbol in rest) and rest.get("1", 0) >= 0:
            return True
    return impossible([*rows, shifted({s: -c for s, c in form.items()}, -1)])


def impossible(rows: list[Form]) -> bool:
    """Whether no rational point makes every row >= 0, shown by multipliers."""
    weights = _multipliers(rows)
    if weights is None:
        return False
    total: dict[str, Fraction] = {}
    for weight, row in zip(weights, rows, strict=True):
        if weight < 0:
            return False
        for symbol, c in row.items():
            total[symbol] = total.get(symbol, Fraction(0)) + weight * c
    return total.get("1", Fraction(0)) < 0 and not any(c for s, c in total.items() if s != "1")


def _multipliers(rows: list[Form]) -> list[Fraction] | None:
    """l >= 0 with sum l_i row_i = -1: phase one of the simplex method, or None."""
    symbols = sorted({s for row in rows for s in row} | {"1"})
    tableau: list[list[Fraction]] = []
    for symbol in symbols:
        right = Fraction(1) if symbol == "1" else Fraction(0)
        sign = -1 if symbol == "1" else 1
        tableau.append([Fraction(sign * row.get(symbol, 0)) for row in rows] + [right])
    n, m = len(rows), len(symbols)
    basis = [n + i for i in range(m)]  # artificial columns are implied: they never enter again
    cost = [sum((line[j] for line in tableau), Fraction(0)) for j in range(n + 1)]
    for _ in range(PIVOTS):
        if cost[n] == 0:
            break
        enter = next((j for j in range(n) if cost[j] > 0), None)
        if enter is None:
            return None
        # one entry of the column is positive, because the cost is the sum of the lines with artificial basis
        out = min((line[n] / line[enter], basis[i], i) for i, line in enumerate(tableau) if line[enter] > 0)[2]
        pivot = tableau[out][enter]
        tableau[out] = [x / pivot for x in tableau[out]]
        for i, line in enumerate(tableau):
            if i != out and line[enter]:
                factor = line[enter]
                tableau[i] = [x - factor * y for x, y in zip(line, tableau[out], strict=True)]
        factor = cost[enter]
        cost = [x - factor * y for x, y in zip(cost, tableau[out], strict=True)]
        basis[out] = enter
    if cost[n] != 0:
        return None
    found = [Fraction(0)] * n
    for i, column in enumerate(basis):
        if column < n:
            found[column] = tableau[i][n]
    return found

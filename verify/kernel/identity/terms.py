"""Expressions of identities: those of scalar inequalities, and I, re, im, conjugate, arg, counting functions, and

    ("sum", ("var", k), lo, hi, body)  ("integral", ("var", x), lo, hi, body)  ("limit", ("var", x), point, side, body)

An end may be ("oo",) or its negative; side is ("q", 1) from above, ("q", -1) from below, ("q", 0) from both sides.
Every bound name occurs once and is no name of a variable, so that nothing is captured.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..errors import Reject
from ..scalar import terms as t
from ..scalar.terms import Expr, number

Json = Any
EXTRA = ("re", "im", "conjugate", "arg", "gamma", "factorial", "floor", "ceiling")
BINDERS = ("sum", "product", "integral", "limit")
IMAGINARY: Expr = ("I",)
OO: Expr = ("oo",)
MINUS_OO: Expr = ("*", t.q(-1), OO)
SIDES = {"+": t.q(1), "-": t.q(-1), "+-": t.q(0)}
MAX_SUM = 200


class Reader:
    """Expressions of one item, over these variables; bound names are remembered over the whole item."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names, self.left = names, t.MAX_NODES

    def read(self, data: Json, more: frozenset[str] = frozenset()) -> Expr:
        return self._read(data, self.names | more, set())

    def _read(self, x: Json, names: frozenset[str], used: set[str]) -> Expr:
        self.left -= 1
        if self.left < 0:
            raise Reject("an expression is too large")
        if type(x) not in (list, tuple) or not x or type(x[0]) is not str:
            raise Reject("an expression is a list that begins with a word")
        head, rest = x[0], x[1:]
        if head == "q" and len(rest) == 1:
            return ("q", number(rest[0]))
        if head in ("pi", "I", "oo") and not rest:
            return (head,)
        if head == "var" and len(rest) == 1 and type(rest[0]) is str:
            if rest[0] not in names:
                raise Reject(f"the variable {rest[0]!r:.40} is not declared")
            return ("var", rest[0])
        if head in BINDERS and len(rest) == 4 and type(rest[0]) is str:
            return self._binder(head, rest, names, used)
        parts = tuple(self._read(p, names, used) for p in rest)
        if head in ("+", "*", "min", "max") and parts:
            return parts[0] if len(parts) == 1 else (head, *parts)
        if (head in ("pow", "binomial") and len(parts) == 2) or (head in (*t.UNARY, *EXTRA) and len(parts) == 1):
            return (head, *parts)
        raise Reject(f"the expression {head!r:.40} with {len(rest)} parts is not known")

    def _binder(self, head: str, rest: Any, names: frozenset[str], used: set[str]) -> Expr:
        name = rest[0]
        if name in names or name in used or not name.isidentifier():
            raise Reject(f"the bound name {name!r:.40} is used twice or is no name")
        low = self._read(rest[1], names, used)
        if head == "limit":
            if rest[2] not in SIDES:
                raise Reject("the side of a limit is +, - or +-")
            high = SIDES[rest[2]]
        else:
            high = self._read(rest[2], names, used)
        used.add(name)
        body = self._read(rest[3], names | {name}, used)
        a, b = t.value_of(low), t.value_of(high)
        if head in ("sum", "product") and a is not None and b is not None:
            if a.denominator != 1 or b.denominator != 1 or b < a or b - a > MAX_SUM:
                raise Reject("a sum or product over this range is not expanded")
            rows = [t.substitute(body, {name: t.q(k)}) for k in range(a.numerator, b.numerator + 1)]
            return t.add(*rows) if head == "sum" else t.times(*rows)
        return (head, ("var", name), low, high, body)


def heads(e: Expr) -> set[str]:
    return {e[0]}.union(*(heads(p) for p in e[1:] if isinstance(p, tuple)))


def bound(e: Expr) -> bool:
    """Does a sum, product, integral or limit occur?"""
    return bool(heads(e) & set(BINDERS))


def fraction(e: Expr) -> Fraction | None:
    return t.value_of(e)

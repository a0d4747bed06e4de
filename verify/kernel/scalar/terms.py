"""Scalar expressions: checked nested tuples, substitution, derivatives, and what has to hold where.

    ("q", Fraction)  ("var", name)  ("pi",)  ("+", a, ..)  ("*", a, ..)  ("pow", a, b)  ("min", a, b, ..)  (f, a)

In a file a number is written as text, ["q", "3/4"]. `factorial`, `binomial`, and finite `sum` and `product` with whole
numbers as bounds are read as what they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial
from typing import Any

from ..errors import Reject

Expr = tuple[Any, ...]
Json = Any
UNARY = (
    "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "erf", "erfc", "abs", "sign",
)  # fmt: skip
MAX_NODES = 20_000
MAX_DIGITS = 4_000
MAX_TERMS = 400
MAX_BITS = 100_000
_NUMBER = re.compile(r"-?[0-9]+(/[0-9]+)?\Z")
_NAME = re.compile(r"[^\W\d]\w{0,99}\Z")

ZERO: Expr = ("q", Fraction(0))
ONE: Expr = ("q", Fraction(1))
PI: Expr = ("pi",)


def q(value: Fraction | int) -> Expr:
    return ("q", Fraction(value))


def number(text: Any) -> Fraction:
    if type(text) is not str or len(text) > MAX_DIGITS or not _NUMBER.match(text) or text.endswith("/0"):
        raise Reject(f"{text!r:.40} is not a rational number")
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise Reject("a number with denominator 0") from None


def read(data: Json, names: frozenset[str]) -> Expr:
    """The expression in a file, over these variables."""
    left = [MAX_NODES]

    def walk(x: Json, bound: Mapping[str, Expr]) -> Expr:
        left[0] -= 1
        if left[0] < 0:
            raise Reject("an expression is too large")
        if type(x) not in (list, tuple) or not x or type(x[0]) is not str:
            raise Reject("an expression is a list that begins with a word")
        head, rest = x[0], x[1:]
        if head == "q" and len(rest) == 1:
            return ("q", number(rest[0]))
        if head == "var" and len(rest) == 1 and type(rest[0]) is str:
            if rest[0] in bound:
                return bound[rest[0]]
            if rest[0] not in names:
                raise Reject(f"the variable {rest[0]!r:.40} has no domain")
            return ("var", rest[0])
        if head == "pi" and not rest:
            return PI
        if head in ("+", "*", "min", "max") and rest:
            parts = tuple(walk(p, bound) for p in rest)
            return parts[0] if len(parts) == 1 else (head, *parts)
        if head == "pow" and len(rest) == 2:
            return ("pow", walk(rest[0], bound), walk(rest[1], bound))
        if head in UNARY and len(rest) == 1:
            return (head, walk(rest[0], bound))
        if head in ("factorial", "gamma", "binomial"):
            return q(_counted(head, [_whole(walk(p, bound)) for p in rest]))
        if head in ("sum", "product") and len(rest) == 4 and type(rest[0]) is str:
            lo, hi = _whole(walk(rest[1], bound)), _whole(walk(rest[2], bound))
            if hi - lo >= MAX_TERMS:
                raise Reject("a sum or product is too long")
            if hi < lo:
                raise Reject("a sum or product over an empty range")
            parts = tuple(walk(rest[3], {**bound, rest[0]: q(k)}) for k in range(lo, hi + 1))
            return parts[0] if len(parts) == 1 else ("+" if head == "sum" else "*", *parts)
        raise Reject(f"the expression {head!r:.40} with {len(rest)} parts is not known")

    return walk(data, {})


def _counted(head: str, args: list[int]) -> int:
    if head == "binomial":
        if len(args) == 2 and 0 <= args[1] <= args[0] <= 2_000:
            return comb(args[0], args[1])
    elif len(args) == 1 and (0 if head == "factorial" else 1) <= args[0] <= 500:
        return factorial(args[0] if head == "factorial" else args[0] - 1)
    raise Reject(f"{head} is for small whole numbers")


def _whole(e: Expr) -> int:
    """Value of an expression of numbers, if whole."""
    value = value_of(e)
    if value is None or value.denominator != 1 or abs(value) > 10**6:
        raise Reject("a whole number is needed")
    return value.numerator


def long(x: Fraction) -> bool:
    """Is the number too long to compute with? Sums of long fractions grow with every term."""
    return x.numerator.bit_length() + x.denominator.bit_length() > MAX_BITS


def value_of(e: Expr) -> Fraction | None:
    """The value of sums, products and whole powers of numbers, if it is not too long, else None."""
    if e[0] == "q":
        found: Fraction = e[1]
        return found
    if e[0] not in ("+", "*", "pow"):
        return None
    parts = [value_of(p) for p in e[1:]]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    if e[0] != "pow":
        out = known[0]
        for p in known[1:]:
            out = out + p if e[0] == "+" else out * p
            if long(out):
                return None
        return out
    if known[1].denominator != 1 or abs(known[1]) > 1_000 or (known[0] == 0 and known[1] < 0):
        return None
    if max(known[0].numerator.bit_length(), known[0].denominator.bit_length()) * abs(known[1]) > 100_000:
        return None
    return Fraction(known[0] ** known[1].numerator)


def to_json(e: Expr) -> Json:
    if e[0] == "q":
        return ["q", str(e[1])]
    return [to_json(p) if isinstance(p, tuple) else p for p in e]


@lru_cache(maxsize=20_000)
def free(e: Expr) -> frozenset[str]:
    if e[0] == "var":
        return frozenset((e[1],))
    if e[0] == "q":
        return frozenset()
    out: frozenset[str] = frozenset()
    for p in e[1:]:
        out |= free(p)
    return out


def substitute(e: Expr, values: Mapping[str, Expr]) -> Expr:
    if e[0] == "var":
        return values.get(e[1], e)
    if e[0] in ("q", "pi") or not (free(e) & values.keys()):
        return e
    return (e[0], *(substitute(p, values) for p in e[1:]))


def replace(e: Expr, old: Expr, new: Expr) -> Expr:
    """Every occurrence of a subexpression replaced."""
    if e == old:
        return new
    if e[0] in ("q", "pi", "var"):
        return e
    return (e[0], *(replace(p, old, new) for p in e[1:]))


# ---- building -------------------------------------------------------------------------------------------------


def add(*parts: Expr) -> Expr:
    """Sum without zeros."""
    rest = tuple(p for p in parts if p != ZERO)
    return ZERO if not rest else rest[0] if len(rest) == 1 else ("+", *rest)


def times(*parts: Expr) -> Expr:
    if ZERO in parts:
        return ZERO
    rest = tuple(p for p in parts if p != ONE)
    return ONE if not rest else rest[0] if len(rest) == 1 else ("*", *rest)


def negative(e: Expr) -> Expr:
    return q(-e[1]) if e[0] == "q" else ("*", q(-1), e)


def minus(a: Expr, b: Expr) -> Expr:
    return a if b == ZERO else negative(b) if a == ZERO else ("+", a, negative(b))


def power(a: Expr, r: Fraction | int) -> Expr:
    return a if r == 1 else ("pow", a, q(r))


# ---- derivatives ----------------------------------------------------------------------------------------------

_TWO = q(2)
_HALF_ROOT_PI: Expr = ("*", _TWO, ("pow", PI, q(Fraction(-1, 2))))


def _outer(f: str, u: Expr) -> Expr:
    """Derivative of a function of one argument, at u."""
    square = power(u, 2)
    rules: dict[str, Any] = {
        "exp": lambda: ("exp", u),
        "log": lambda: power(u, -1),
        "sin": lambda: ("cos", u),
        "cos": lambda: negative(("sin", u)),
        "tan": lambda: power(("cos", u), -2),
        "asin": lambda: power(minus(ONE, square), Fraction(-1, 2)),
        "acos": lambda: negative(power(minus(ONE, square), Fraction(-1, 2))),
        "atan": lambda: power(add(ONE, square), -1),
        "sinh": lambda: ("cosh", u),
        "cosh": lambda: ("sinh", u),
        "tanh": lambda: power(("cosh", u), -2),
        "asinh": lambda: power(add(ONE, square), Fraction(-1, 2)),
        "acosh": lambda: power(minus(square, ONE), Fraction(-1, 2)),
        "atanh": lambda: power(minus(ONE, square), -1),
        "erf": lambda: times(_HALF_ROOT_PI, ("exp", negative(square))),
        "erfc": lambda: negative(times(_HALF_ROOT_PI, ("exp", negative(square)))),
        "abs": lambda: ("sign", u),
        "sign": lambda: ZERO,
    }
    out: Expr = rules[f]()
    return out


def derivative(e: Expr, x: str) -> Expr:
    """Partial derivative where `kinks` are away; raises for min and max."""
    if x not in free(e):
        return ZERO
    head = e[0]
    if head == "var":
        return ONE
    if head == "+":
        return add(*(derivative(p, x) for p in e[1:]))
    if head == "*":
        rows = []
        for i, p in enumerate(e[1:], 1):
            if x in free(p):
                rows.append(times(*e[1:i], derivative(p, x), *e[i + 1 :]))
        return add(*rows)
    if head == "pow":
        a, b = e[1], e[2]
        r = value_of(b)
        if r is not None:
            return ZERO if r == 0 else times(q(r), power(a, r - 1), derivative(a, x))
        inner = add(times(derivative(b, x), ("log", a)), times(b, derivative(a, x), power(a, -1)))
        return times(e, inner)
    if head in ("min", "max"):
        raise Reject(f"{head} has no derivative here: split it into cases first")
    return times(_outer(head, e[1]), derivative(e[1], x))


# ---- obligations ----------------------------------------------------------------------------------------------

Need = tuple[Expr, str]  # (expression, ">=", ">" or "!="): what has to hold of it


def needs(e: Expr) -> list[Need]:
    """What has to hold for the outermost operation of e to have a real value, given that its parts have one."""
    head = e[0]
    if head == "log":
        return [(e[1], ">")]
    if head == "tan":
        return [(("cos", e[1]), "!=")]
    if head in ("asin", "acos"):
        return [(minus(ONE, e[1]), ">="), (add(ONE, e[1]), ">=")]
    if head == "acosh":
        return [(minus(e[1], ONE), ">=")]
    if head == "atanh":
        return [(minus(ONE, e[1]), ">"), (add(ONE, e[1]), ">")]
    if head == "pow":
        r = value_of(e[2])
        if r is None:
            return [(e[1], ">")]  # or a base >= 0 with an exponent >= 0: see `Domain.defined`
        if r.denominator != 1:
            return [(e[1], ">" if r < 0 else ">=")]
        return [(e[1], "!=")] if r < 0 else []
    return []


def kinks(e: Expr) -> list[Need]:
    """What has to hold besides for the outermost operation to have derivatives of every order there."""
    head = e[0]
    if head in ("asin", "acos"):
        return [(minus(ONE, e[1]), ">"), (add(ONE, e[1]), ">")]
    if head == "acosh":
        return [(minus(e[1], ONE), ">")]
    if head in ("abs", "sign"):
        return [(e[1], "!=")]
    if head == "pow":
        r = value_of(e[2])
        return [(e[1], ">")] if r is None or r.denominator != 1 else []
    return []


def parts(e: Expr) -> list[Expr]:
    """The expression and all below it, each once, innermost first."""
    seen: dict[Expr, None] = {}

    def walk(x: Expr) -> None:
        if x in seen or x[0] == "q":
            return
        for p in x[1:]:
            if isinstance(p, tuple):
                walk(p)
        seen[x] = None

    walk(e)
    return list(seen)

"""Expressions as tuples: reading, parts, substitution, formal derivatives.

("q", Fraction), ("var", name), ("pi",), ("I",), ("oo",), (head, argument, ..), and binders
("sum" | "product" | "integral", ("var", name), low, high, body), ("limit", ("var", name), point, ("q", side), body).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import comb, factorial
from typing import Any

from .errors import Rejected

Term = tuple[Any, ...]
Json = Any
REAL = {
    "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "erf", "erfc", "abs", "sign",
}  # fmt: skip
COMPLEX = REAL | {"re", "im", "conjugate", "arg", "gamma", "factorial", "floor", "ceiling"}
BINDERS = ("sum", "product", "integral", "limit")
NUMBER = re.compile(r"-?[0-9]+(/0*[1-9][0-9]*)?\Z", re.ASCII)
MOST = 20_000
MINUS: Term = ("q", Fraction(-1))


def q(x: Fraction | int) -> Term:
    """The constant `x`."""
    return ("q", Fraction(x))


def number(data: Json) -> Fraction:
    """The rational number that `data` is; Rejected if it is none."""
    if not isinstance(data, str) or len(data) > 4_000 or not NUMBER.match(data):
        raise Rejected(f"{data!r:.40} is no rational number")
    return Fraction(data)


def name(data: Json) -> str:
    """The name that `data` is; Rejected if it is none."""
    if not isinstance(data, str) or not data.isidentifier():
        raise Rejected(f"{data!r:.40} is no name")
    return data


def read(data: Json, names: frozenset[str], wide: bool = False) -> Term:
    """An expression over these variables; `wide` allows what only identities know. Raises Rejected."""
    count = [0]

    def walk(x: Json, known: Mapping[str, Term | None], used: set[str]) -> Term:
        count[0] += 1
        if count[0] > MOST:
            raise Rejected("an expression is too large")
        if not isinstance(x, list) or not x or not isinstance(x[0], str):
            raise Rejected("an expression is a list that begins with a word")
        head, rest = x[0], x[1:]
        n = len(rest)
        if head == "q" and n == 1:
            return ("q", number(rest[0]))
        if head == "pi" and n == 0:
            return ("pi",)
        if head in ("I", "oo") and n == 0 and wide:
            return (head,)
        if head == "var" and n == 1 and isinstance(rest[0], str):
            if rest[0] in known:
                value = known[rest[0]]
                return ("var", rest[0]) if value is None else value
            if rest[0] not in names:
                raise Rejected(f"the variable {rest[0]!r:.40} has no range")
            return ("var", rest[0])
        if head in BINDERS and n == 4 and (wide or head in ("sum", "product")):
            return binder(head, rest, known, used)
        parts = tuple(walk(p, known, used) for p in rest)
        if head in ("+", "*", "min", "max") and n:
            return parts[0] if n == 1 else (head, *parts)
        if head == "pow" and n == 2:
            return (head, *parts)
        if head in ("factorial", "gamma", "binomial") and not wide:
            return q(counted(head, parts))
        if (head == "binomial" and n == 2) or (head in (COMPLEX if wide else REAL) and n == 1):
            return (head, *parts)
        raise Rejected(f"{head!r:.40} with {n} parts is no expression")

    def binder(head: str, rest: list[Json], known: Mapping[str, Term | None], used: set[str]) -> Term:
        x = name(rest[0]) if wide else rest[0]
        if not isinstance(x, str) or (wide and (x in names or x in known or x in used)):
            raise Rejected("a bound name is in use")
        used.add(x)
        low = walk(rest[1], known, used)
        if head == "limit":
            if rest[2] not in ("+", "-", "+-"):
                raise Rejected("the side of a limit is +, - or +-")
            return (head, ("var", x), low, q({"+": 1, "-": -1, "+-": 0}[rest[2]]),
                    walk(rest[3], {**known, x: None}, used))  # fmt: skip
        high = walk(rest[2], known, used)
        a, b = constant(low), constant(high)
        if head != "integral" and a is not None and b is not None:
            if a.denominator != 1 or b.denominator != 1 or not a <= b <= a + 400:
                raise Rejected("a sum or product over this range is not written out")
            rows = [walk(rest[3], {**known, x: q(k)}, set(used)) for k in range(int(a), int(b) + 1)]
            return rows[0] if len(rows) == 1 else ("+" if head == "sum" else "*", *rows)
        if not wide:
            raise Rejected("the range of a sum is not of whole numbers")
        return (head, ("var", x), low, high, walk(rest[3], {**known, x: None}, used))

    return walk(data, {}, set())


def counted(head: str, parts: tuple[Term, ...]) -> int:
    """The value of the counting function `head` of `parts`; Rejected unless these are small whole numbers."""
    values = [constant(p) for p in parts]
    if any(v is None or v.denominator != 1 or not 0 <= v <= 2_000 for v in values):
        raise Rejected(f"{head} is for small whole numbers")
    whole = [int(v) for v in values if v is not None]
    if head == "binomial" and len(whole) == 2 and whole[1] <= whole[0]:
        return comb(*whole)
    if len(whole) == 1 and whole[0] <= 500 and (head == "factorial" or (head == "gamma" and whole[0] >= 1)):
        return factorial(whole[0] - (head == "gamma"))
    raise Rejected(f"{head} is for small whole numbers")


def constant(e: Term) -> Fraction | None:
    """The value of sums, products and whole powers of numbers."""
    if e[0] == "q":
        return Fraction(e[1])
    if e[0] not in ("+", "*", "pow"):
        return None
    values = [constant(p) for p in e[1:]]
    known = [v for v in values if v is not None]
    if len(known) < len(values):
        return None
    if e[0] == "+":
        return sum(known, Fraction(0))
    if e[0] == "*":
        out = Fraction(1)
        for v in known:
            out *= v
        return out
    base, n = known
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if n.denominator != 1 or abs(n) > 1_000 or bits * abs(n) > 100_000 or (base == 0 and n < 0):
        return None
    return Fraction(base ** int(n))


def free(e: Term) -> frozenset[str]:
    """The free variables of `e`."""
    if e[0] == "var":
        return frozenset((e[1],))
    inner = frozenset(x for p in e[1:] if isinstance(p, tuple) for x in free(p))
    return inner - {e[1][1]} if e[0] in BINDERS else inner


def parts(e: Term) -> Iterator[Term]:
    """All subexpressions, inner ones first."""
    for p in e[1:]:
        if isinstance(p, tuple):
            yield from parts(p)
    yield e


def holds_binder(e: Term) -> bool:
    """Whether a sum, product, integral or limit occurs in `e`."""
    return any(p[0] in BINDERS for p in parts(e))


def substitute(e: Term, values: Mapping[str, Term]) -> Term:
    """`e` with free variables replaced by `values`."""
    if e[0] == "var":
        return values.get(e[1], e)
    if e[0] in ("q", "pi", "I", "oo"):
        return e
    return (e[0], *(substitute(p, values) for p in e[1:]))


def swap(e: Term, old: Term, new: Term) -> Term:
    """Every occurrence of one expression replaced by another."""
    if e == old:
        return new
    return (e[0], *(swap(p, old, new) if isinstance(p, tuple) else p for p in e[1:]))


def plus(*xs: Term) -> Term:
    """The sum of `xs` without zeros."""
    xs = tuple(x for x in xs if x != q(0))
    return q(0) if not xs else xs[0] if len(xs) == 1 else ("+", *xs)


def times(*xs: Term) -> Term:
    """The product of `xs` without ones; 0 if a factor is 0."""
    if q(0) in xs:
        return q(0)
    xs = tuple(x for x in xs if x != q(1))
    return q(1) if not xs else xs[0] if len(xs) == 1 else ("*", *xs)


def neg(x: Term) -> Term:
    """The negative of `x`."""
    return q(-x[1]) if x[0] == "q" else ("*", MINUS, x)


def minus(x: Term, y: Term) -> Term:
    """x - y."""
    return x if y == q(0) else neg(y) if x == q(0) else ("+", x, neg(y))


def power(x: Term, r: Fraction | int) -> Term:
    """`x` to the rational power `r`."""
    return x if r == 1 else ("pow", x, q(r))


_OUTER: dict[str, Callable[[Term], Term]] = {
    "exp": lambda u: ("exp", u),
    "log": lambda u: power(u, -1),
    "sin": lambda u: ("cos", u),
    "cos": lambda u: neg(("sin", u)),
    "tan": lambda u: power(("cos", u), -2),
    "asin": lambda u: power(minus(q(1), power(u, 2)), Fraction(-1, 2)),
    "acos": lambda u: neg(power(minus(q(1), power(u, 2)), Fraction(-1, 2))),
    "atan": lambda u: power(plus(q(1), power(u, 2)), -1),
    "sinh": lambda u: ("cosh", u),
    "cosh": lambda u: ("sinh", u),
    "tanh": lambda u: power(("cosh", u), -2),
    "asinh": lambda u: power(plus(q(1), power(u, 2)), Fraction(-1, 2)),
    "acosh": lambda u: power(minus(power(u, 2), q(1)), Fraction(-1, 2)),
    "atanh": lambda u: power(minus(q(1), power(u, 2)), -1),
    "erf": lambda u: times(q(2), power(("pi",), Fraction(-1, 2)), ("exp", neg(power(u, 2)))),
    "erfc": lambda u: times(q(-2), power(("pi",), Fraction(-1, 2)), ("exp", neg(power(u, 2)))),
    "abs": lambda u: ("sign", u),
    "sign": lambda u: q(0),
}


def derivative(e: Term, x: str) -> Term:
    """The formal partial derivative. Raises Rejected for what has none."""
    if x not in free(e):
        return q(0)
    if e[0] == "var":
        return q(1)
    if e[0] == "+":
        return plus(*(derivative(p, x) for p in e[1:]))
    if e[0] == "*":
        return plus(*(times(*e[1:i], derivative(p, x), *e[i + 1 :]) for i, p in enumerate(e[1:], 1)))
    if e[0] == "pow":
        r = constant(e[2])
        if r is not None:
            return q(0) if r == 0 else times(q(r), power(e[1], r - 1), derivative(e[1], x))
        by_exponent = times(derivative(e[2], x), ("log", e[1]))
        return times(e, plus(by_exponent, times(e[2], derivative(e[1], x), power(e[1], -1))))
    if e[0] not in _OUTER:
        raise Rejected(f"{e[0]} has no formal derivative")
    return times(_OUTER[e[0]](e[1]), derivative(e[1], x))


def show(e: Term) -> str:
    """Short text for messages."""
    if e[0] in ("q", "var"):
        text = str(e[1])
    elif e[0] in ("+", "*"):
        text = "(" + f" {e[0]} ".join(show(p) for p in e[1:]) + ")"
    else:
        text = f"{e[0]}({', '.join(show(p) for p in e[1:])})" if len(e) > 1 else e[0]
    return text if len(text) <= 120 else text[:117] + "..."


def fields(data: Json, needed: tuple[str, ...], optional: tuple[str, ...] = (), what: str = "node") -> dict[str, Json]:
    """An object with these fields and no others. Raises Rejected if it is contradicted or not well formed."""
    if not isinstance(data, dict):
        raise Rejected(f"a {what} is an object")
    for key in needed:
        if key not in data:
            raise Rejected(f"a {what} lacks the field {key}")
    for key in data:
        if key not in needed and key not in optional:
            raise Rejected(f"a {what} has the unknown field {key!r:.40}")
    return data


def within(data: Json, low: int, high: int, what: str) -> int:
    """The integer that `data` is, between `low` and `high`; Rejected, naming `what`, if it is none."""
    if isinstance(data, bool) or not isinstance(data, int) or not low <= data <= high:
        raise Rejected(f"{what} is a whole number from {low} to {high}")
    return data

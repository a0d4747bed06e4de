"""Real values at points and over boxes: exact rationals while possible, else Arb's balls.

`value` raises Undefined where an expression certainly has no real value, Unsure where balls do not decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from math import isqrt
from typing import Any

import flint

from .errors import Undefined, Unsure
from .terms import Term, constant

Real = Any  # Fraction or flint.arb
LARGE = 20_000
ROOT = Fraction(1, 2)


@contextmanager
def bits(n: int) -> Iterator[None]:
    """Work with a precision of `n` bits inside the block."""
    with flint.ctx.workprec(n):
        yield


def ball(x: Real) -> Any:
    """`x` as a real ball."""
    if isinstance(x, Fraction):
        return flint.arb(flint.fmpq(x.numerator, x.denominator))
    return x


def hull(low: Real, high: Real) -> Any:
    """The interval between two numbers."""
    return ball(low).union(ball(high))


def _finite(x: Any) -> Any:
    if not x.is_finite():
        raise Unsure
    return x


def positive(x: Real) -> bool:
    """Certainly > 0."""
    return bool(x > 0)


def negative(x: Real) -> bool:
    """Whether `x` is surely < 0."""
    return bool(x < 0)


def nonnegative(x: Real) -> bool:
    """Whether `x` is surely >= 0."""
    return bool(x >= 0)


def sign(x: Real) -> int:
    """1, 0, -1; raises Unsure."""
    if positive(x):
        return 1
    if negative(x):
        return -1
    if isinstance(x, Fraction) or (x.is_exact() and x.is_zero()):
        return 0
    raise Unsure


def add(x: Real, y: Real) -> Real:
    """x + y."""
    return x + y if isinstance(x, Fraction) and isinstance(y, Fraction) else _finite(ball(x) + ball(y))


def mul(x: Real, y: Real) -> Real:
    """x y; exact zeros stay exact."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        out = x * y
        return out if out.numerator.bit_length() + out.denominator.bit_length() < LARGE else ball(out)
    if (isinstance(x, Fraction) and x == 0) or (isinstance(y, Fraction) and y == 0):
        return Fraction(0)
    return _finite(ball(x) * ball(y))


def value(e: Term, at: Mapping[str, Real]) -> Real:
    """The value of the expression `e` at the point `at`; Undefined where it surely has none, Unsure where balls
    do not decide.
    """
    head = e[0]
    if head == "q":
        return e[1]
    if head == "var":
        return at[e[1]]
    if head == "pi":
        return flint.arb.pi()
    args = [value(p, at) for p in e[1:]]
    if head in ("+", "*"):
        out = args[0]
        for y in args[1:]:
            out = add(out, y) if head == "+" else mul(out, y)
        return out
    if head in ("min", "max"):
        out = args[0]
        for y in args[1:]:
            if isinstance(out, Fraction) and isinstance(y, Fraction):
                out = min(out, y) if head == "min" else max(out, y)
            else:
                out = ball(out).min(ball(y)) if head == "min" else ball(out).max(ball(y))
        return out
    if head == "pow":
        r = constant(e[2])
        return fixed_power(args[0], r) if r is not None else general_power(args[0], args[1])
    return function(head, args[0])


def fixed_power(u: Real, r: Fraction) -> Real:
    """`u` to the rational power `r`, real; Undefined or Unsure where it has none."""
    if r == 0:
        return Fraction(1)
    if r.denominator == 1:
        n = int(r)
        if isinstance(u, Fraction):
            if u == 0 and n < 0:
                raise Undefined("a negative power of 0")
            if (u.numerator.bit_length() + u.denominator.bit_length()) * abs(n) < LARGE:
                return Fraction(u**n)
        b = ball(u)
        if n < 0 and not (b > 0 or b < 0):
            raise Unsure
        return _finite(b**n)
    if negative(u):
        raise Undefined("a root of a negative number")
    if isinstance(u, Fraction):
        if u == 0:
            if r < 0:
                raise Undefined("a negative power of 0")
            return Fraction(0)
        if r.denominator == 2 and u.numerator.bit_length() + u.denominator.bit_length() < LARGE:
            a, b = isqrt(u.numerator), isqrt(u.denominator)
            if a * a == u.numerator and b * b == u.denominator:
                return fixed_power(Fraction(a, b), Fraction(r.numerator))
    b = ball(u)
    if b > 0:
        return _finite((b.log() * ball(r)).exp())
    if r > 0 and nonnegative(b):
        top = b.upper()
        return _finite(flint.arb(0).union((top.log() * ball(r)).exp())) if top > 0 else Fraction(0)
    raise Unsure


def general_power(u: Real, v: Real) -> Real:
    """`u` to the power `v`; Undefined for a negative base, Unsure where balls do not decide."""
    if negative(u):
        raise Undefined("a power of a negative number")
    if positive(u):
        if isinstance(v, Fraction) and v == 0:
            return Fraction(1)
        return _finite((ball(v) * ball(u).log()).exp())
    s = sign(u)  # 0, or Unsure
    assert s == 0
    t = sign(v)
    if t < 0:
        raise Undefined("a negative power of 0")
    return Fraction(0 if t else 1)


_AT_ZERO = {"exp": 1, "sin": 0, "cos": 1, "tan": 0, "asin": 0, "atan": 0, "sinh": 0, "cosh": 1, "tanh": 0, "asinh": 0,
            "atanh": 0, "erf": 0, "erfc": 1}  # fmt: skip


def function(head: str, u: Real) -> Real:
    """The value of the function `head` at `u`; Undefined or Unsure where it has none."""
    exact = isinstance(u, Fraction)
    if exact and u == 0 and head in _AT_ZERO:
        return Fraction(_AT_ZERO[head])
    if exact and u == 1 and head in ("log", "acos", "acosh"):
        return Fraction(0)
    if head == "abs":
        return abs(u)
    if head == "sign":
        try:
            return Fraction(sign(u))
        except Unsure:
            return hull(Fraction(0 if nonnegative(u) else -1), Fraction(1))
    if head == "log":
        demand(u, ">")
    elif head in ("asin", "acos"):
        demand(add(Fraction(1), -u), ">=")
        demand(add(Fraction(1), u), ">=")
    elif head == "acosh":
        demand(add(u, Fraction(-1)), ">=")
    elif head == "atanh":
        demand(add(Fraction(1), -u), ">")
        demand(add(Fraction(1), u), ">")
    b = ball(u)
    if head == "tan":
        below = b.cos()
        if not (below > 0 or below < 0):
            raise Unsure
        return _finite(b.tan())
    return _finite(getattr(b, head)())


def demand(u: Real, rel: str) -> None:
    """u rel 0 is needed for a value. Raises Undefined where there is surely no value, Unsure where balls do not
    decide.
    """
    if rel == ">":
        if positive(u):
            return
        if bool(u <= 0):
            raise Undefined("an argument outside of the domain")
    else:
        if nonnegative(u):
            return
        if negative(u):
            raise Undefined("an argument outside of the domain")
    raise Unsure


def holds(u: Real, rel: str) -> bool:
    """u rel 0 for rel >=, >, !=; raises Unsure."""
    if rel == ">=" and nonnegative(u):
        return True
    if positive(u):
        return True
    if negative(u):
        return rel == "!="
    s = sign(u)
    return s == 0 and rel == ">="

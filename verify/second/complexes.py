"""Complex values at points, with principal branches: exact rationals while possible, else Arb's complex balls."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint

from . import reals
from .errors import Cannot, Undefined, Unsure
from .terms import Term, constant, substitute
from .terms import q as number

Number = Any  # Fraction or flint.acb
TERMS = 400


def ball(x: Number) -> Any:
    """`x` as a complex ball."""
    if isinstance(x, Fraction):
        return flint.acb(reals.ball(x))
    return x


def _finite(x: Any) -> Any:
    if not x.is_finite():
        raise Unsure
    return x


def real(x: Number) -> Any:
    """The number as a real one if it certainly is, else None."""
    if isinstance(x, Fraction):
        return x
    return x.real if x.imag.is_exact() and x.imag.is_zero() else None


def zero(x: Number) -> bool:
    """Raises Unsure if it is not decided."""
    if isinstance(x, Fraction):
        return x == 0
    if x.real > 0 or x.real < 0 or x.imag > 0 or x.imag < 0:
        return False
    if x.is_zero():
        return True
    raise Unsure


def differs(x: Number, y: Number) -> bool:
    """Certainly another number?"""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x != y
    try:
        return not zero(ball(x) - ball(y))
    except Unsure:
        return False


def add(x: Number, y: Number) -> Number:
    """x + y."""
    return x + y if isinstance(x, Fraction) and isinstance(y, Fraction) else _finite(ball(x) + ball(y))


def mul(x: Number, y: Number) -> Number:
    """x y; exact zeros stay exact."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x * y if x.denominator.bit_length() + y.denominator.bit_length() < 20_000 else ball(x) * ball(y)
    if (isinstance(x, Fraction) and x == 0) or (isinstance(y, Fraction) and y == 0):
        return Fraction(0)
    return _finite(ball(x) * ball(y))


def value(e: Term, at: Mapping[str, Number]) -> Number:
    """Raises Undefined, Unsure, Cannot."""
    head = e[0]
    if head == "q":
        return e[1]
    if head == "var":
        return at[e[1]]
    if head == "pi":
        return flint.acb(flint.arb.pi())
    if head == "I":
        return flint.acb(0, 1)
    if head in ("sum", "product"):
        low, high = (value(x, at) for x in e[2:4])
        if not isinstance(low, Fraction) or not isinstance(high, Fraction) or low.denominator * high.denominator != 1:
            raise Undefined("a sum between numbers that are not whole")
        if not low <= high <= low + TERMS:
            raise Cannot("a long or empty sum")
        rows = [value(e[4], {**at, e[1][1]: Fraction(k)}) for k in range(int(low), int(high) + 1)]
        out = rows[0]
        for y in rows[1:]:
            out = add(out, y) if head == "sum" else mul(out, y)
        return out
    if head in ("integral", "limit", "oo"):
        raise Cannot(f"no value of {head} at a point")
    args = [value(p, at) for p in e[1:]]
    if head in ("+", "*"):
        out = args[0]
        for y in args[1:]:
            out = add(out, y) if head == "+" else mul(out, y)
        return out
    if head == "pow":
        r = constant(e[2])
        return power(args[0], args[1] if r is None else r)
    if head == "binomial":
        return binomial(*args)
    if head in ("min", "max"):
        rows = [real(x) for x in args]
        if any(x is None for x in rows):
            raise Undefined(f"{head} of numbers that are not real") if any(_off(x) for x in args) else Unsure
        return ball_real(reals.value((head, *(("var", str(i)) for i in range(len(rows)))),
                                     {str(i): x for i, x in enumerate(rows)}))  # fmt: skip
    return function(head, args[0])


def _off(x: Number) -> bool:
    """Certainly not real?"""
    return not isinstance(x, Fraction) and bool(x.imag > 0 or x.imag < 0)


def ball_real(x: Any) -> Number:
    """A real value of Arb as a complex ball; a fraction stays one."""
    return x if isinstance(x, Fraction) else flint.acb(x)


def power(a: Number, b: Number) -> Number:
    """The principal value of `a` to the power `b`; Undefined for a negative power of 0, Unsure where balls do not
    decide.
    """
    if isinstance(b, Fraction) and b.denominator == 1:
        if b == 0:
            return Fraction(1)
        if b < 0 and zero(a):
            raise Undefined("a negative power of 0")
        if isinstance(a, Fraction) and (a.numerator.bit_length() + a.denominator.bit_length()) * abs(b) < 20_000:
            return Fraction(a ** int(b))
        return _finite(ball(a) ** int(b))
    if zero(a):
        if isinstance(b, Fraction) and b > 0:
            return Fraction(0)
        raise Undefined("a power of 0")
    r = real(a)
    if isinstance(b, Fraction) and r is not None and r > 0:
        return ball_real(reals.fixed_power(r, b))
    return function("exp", mul(b, function("log", a)))


def binomial(n: Number, k: Number) -> Number:
    """The binomial coefficient of `n` and the small whole number `k`; Cannot for another `k`."""
    if not isinstance(k, Fraction) or k.denominator != 1 or not 0 <= k <= 2 * TERMS:
        raise Cannot("binomial of this")
    out: Number = Fraction(1)
    for j in range(int(k)):
        out = mul(mul(out, add(n, Fraction(-j))), Fraction(1, j + 1))
    return out


_REAL = ("exp", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "erf", "erfc", "abs", "sign")


def function(head: str, x: Number) -> Number:
    """The principal value of the function `head` at `x`; Undefined or Unsure where it has none. Raises Cannot
    where this checker has no way to tell.
    """
    r = real(x)
    if head in ("sign", "floor", "ceiling", "erf", "erfc") and r is None:
        raise Undefined(f"{head} of a number that is not real") if _off(x) else Unsure
    if head in _REAL and r is not None:
        try:
            return ball_real(reals.function(head, r))
        except Unsure:
            if head != "tan":
                raise
    if head in ("floor", "ceiling"):
        if isinstance(r, Fraction):
            return Fraction(r.__floor__() if head == "floor" else r.__ceil__())
        raise Cannot(f"{head} of a ball")
    b = ball(x)
    if head in ("re", "im"):
        if isinstance(x, Fraction):
            return x if head == "re" else Fraction(0)
        return flint.acb(b.real if head == "re" else b.imag)
    if head == "conjugate":
        return x if isinstance(x, Fraction) else b.conjugate()
    if head == "abs":
        return flint.acb(abs(b))
    if head in ("log", "arg"):
        if zero(x):
            raise Undefined(f"{head} of 0")
        if isinstance(x, Fraction) and x == 1:
            return Fraction(0)
        return _finite(b.log()) if head == "log" else _finite(flint.acb(b.log().imag))
    if head in ("factorial", "gamma"):
        return gamma(add(x, Fraction(1)) if head == "factorial" else x)
    return _inverse(head, b)


def gamma(x: Number) -> Number:
    """The gamma function at `x`; Undefined at its poles."""
    if isinstance(x, Fraction) and x.denominator == 1:
        if x <= 0:
            raise Undefined("gamma at a pole")
        out = Fraction(1)
        for k in range(1, min(int(x), 500)):
            out *= k
        return out if x <= 500 else _finite(ball(x).gamma())
    return _finite(ball(x).gamma())


def _inverse(head: str, b: Any) -> Number:
    """Functions with poles or cuts; on a cut nothing is said."""
    one = flint.acb(1)
    if head in ("tan", "tanh"):
        below = b.cos() if head == "tan" else b.cosh()
        if zero(below):
            raise Undefined(f"{head} at a pole")
        return _finite(b.tan() if head == "tan" else b.tanh())
    if head in ("atan", "atanh") and zero(one + b * b if head == "atan" else one - b * b):
        raise Undefined(f"{head} at a pole")
    r = real(b)
    on_cut = {
        "asin": r is not None and not (r >= -1 and r <= 1),
        "acos": r is not None and not (r >= -1 and r <= 1),
        "acosh": r is not None and not r >= 1,
        "atanh": r is not None and not (r > -1 and r < 1),
        "atan": bool(b.real.contains(0)) and not (b.imag > -1 and b.imag < 1),
        "asinh": bool(b.real.contains(0)) and not (b.imag > -1 and b.imag < 1),
    }
    if head in on_cut:
        if on_cut[head]:
            raise Cannot(f"{head} on its cut")
        found = _finite(getattr(b, head)())
        straight = head in ("asin", "acos", "acosh", "atanh") and r is not None
        return flint.acb(found.real) if straight else found
    return _finite(getattr(b, head)())


def written_out(e: Term) -> Term:
    """Sums and products whose range has become numbers, as sums and products of terms."""
    if e[0] in ("sum", "product"):
        low, high = constant(e[2]), constant(e[3])
        whole = low is not None and high is not None and low.denominator * high.denominator == 1
        if whole and low is not None and high is not None and low <= high <= low + TERMS:
            rows = [written_out(substitute(e[4], {e[1][1]: number(k)})) for k in range(int(low), int(high) + 1)]
            return rows[0] if len(rows) == 1 else ("+" if e[0] == "sum" else "*", *rows)
    return (e[0], *(written_out(p) if isinstance(p, tuple) else p for p in e[1:]))

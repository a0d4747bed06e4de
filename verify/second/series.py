"""Taylor coefficients of a real expression in one variable, by Arb's power series."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import flint

from .errors import Cannot, Undefined, Unsure
from .reals import Real, ball, negative, positive, value
from .terms import Term, constant, free

LENGTH = 48


def coefficients(e: Term, x: str, at: Real, others: Mapping[str, Real], count: int) -> list[Any]:
    """The first coefficients at a point. Raises Unsure, Undefined, Cannot."""
    old = flint.ctx.cap
    flint.ctx.cap = max(count, 1)
    try:
        series = _series(e, x, ball(at), others)
        return [series[k] for k in range(count)]
    finally:
        flint.ctx.cap = old


def _series(e: Term, x: str, at: Any, others: Mapping[str, Real]) -> Any:
    if x not in free(e):
        return flint.arb_series([ball(value(e, others))])
    head = e[0]
    if head == "var":
        return flint.arb_series([at, 1])
    args = [_series(p, x, at, others) for p in e[1:]]
    if head in ("+", "*"):
        out = args[0]
        for s in args[1:]:
            out = out + s if head == "+" else out * s
        return out
    if head == "pow":
        return _power(args, constant(e[2]))
    if head in ("abs", "sign", "min", "max"):
        return _kinked(head, args)
    u = args[0]
    if head in ("exp", "sin", "cos", "atan", "erf", "tan"):
        return getattr(u, head)()
    if head == "log":
        return _log(u)
    if head in ("sinh", "cosh", "tanh"):
        up, down = u.exp(), (-u).exp()
        top, below = up - down, up + down
        return top / below if head == "tanh" else (top if head == "sinh" else below) / 2
    if head in ("asin", "acos"):
        if not (u[0] > -1 and u[0] < 1):
            raise Unsure
        return u.asin() if head == "asin" else flint.arb.pi() / 2 - u.asin()
    if head == "asinh":
        return _log(u + (1 + u * u).sqrt())
    if head == "acosh":
        return _log(u + _power([u * u - 1], Fraction(1, 2)))
    if head == "atanh":
        return (_log(1 + u) - _log(1 - u)) / 2
    if head == "erfc":
        return 1 - u.erf()
    raise Cannot(f"no series of {head}")


def _log(u: Any) -> Any:
    if not u[0] > 0:
        raise Undefined("log at a contact point") if u[0] <= 0 else Unsure
    return u.log()


def _power(args: list[Any], r: Fraction | None) -> Any:
    u = args[0]
    if r is None:
        return (args[1] * _log(u)).exp()
    if r.denominator == 1:
        n = int(r)
        out = flint.arb_series([1])
        for _ in range(min(abs(n), 400)):
            out = out * u
        if abs(n) > 400:
            raise Cannot("a large power")
        if n >= 0:
            return out
        if not (u[0] > 0 or u[0] < 0):
            raise Unsure
        return 1 / out
    return (_log(u) * ball(r)).exp()


def _kinked(head: str, args: list[Any]) -> Any:
    gap = args[0] if head in ("abs", "sign") else args[0] - args[1]
    if len(args) > 2:
        raise Cannot("no series of several arguments")
    s = 1 if positive(gap[0]) else -1 if negative(gap[0]) else 0
    if s == 0:
        raise Unsure
    if head == "abs":
        return s * args[0]
    if head == "sign":
        return flint.arb_series([s])
    return args[0] if (s > 0) == (head == "max") else args[1]

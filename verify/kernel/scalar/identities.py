"""Identities with conditions, for the rule `rewrite`: name -> what the part becomes, and what has to hold."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ..errors import Reject
from . import terms as t
from .terms import Expr, Need

Found = tuple[Expr, list[Need]]
_HALF = Fraction(1, 2)


def _head(e: Expr, *names: str) -> None:
    if e[0] not in names:
        raise Reject(f"the identity is about {' or '.join(names)}, not {e[0]}")


def _one(f: str, build: Callable[[Expr], Found]) -> Callable[[Expr], Found]:
    def rule(e: Expr) -> Found:
        _head(e, f)
        return build(e[1])

    return rule


def _choose(f: str, first: bool) -> Callable[[Expr], Found]:
    """min or max of several is the first (or last) if it bounds the others."""

    def rule(e: Expr) -> Found:
        _head(e, f)
        chosen, rest = (e[1], e[2:]) if first else (e[-1], e[1:-1])
        return chosen, [(t.minus(chosen, p) if f == "max" else t.minus(p, chosen), ">=") for p in rest]

    return rule


def _power_exp(e: Expr) -> Found:
    _head(e, "pow")
    return ("exp", t.times(e[2], ("log", e[1]))), [(e[1], ">")]


def _power_power(e: Expr) -> Found:
    """(u**a)**b = u**(a b) for u > 0."""
    _head(e, "pow")
    _head(e[1], "pow")
    return ("pow", e[1][1], t.times(e[1][2], e[2])), [(e[1][1], ">")]


def _root_square(e: Expr) -> Found:
    """(u**2)**(1/2) = abs(u)."""
    _head(e, "pow")
    _head(e[1], "pow")
    if t.value_of(e[2]) != _HALF or t.value_of(e[1][2]) != 2:
        raise Reject("not the square root of a square")
    return ("abs", e[1][1]), []


def _power_product(e: Expr) -> Found:
    """(a b ..)**r = a**r b**r .. for factors >= 0 (> 0 where the power needs it)."""
    _head(e, "pow")
    _head(e[1], "*")
    return t.times(*(("pow", p, e[2]) for p in e[1][1:])), [(p, ">") for p in e[1][1:]]


def _log_product(e: Expr) -> Found:
    _head(e, "log")
    _head(e[1], "*")
    return t.add(*(("log", p) for p in e[1][1:])), [(p, ">") for p in e[1][1:]]


def _log_power(e: Expr) -> Found:
    _head(e, "log")
    _head(e[1], "pow")
    return t.times(e[1][2], ("log", e[1][1])), [(e[1][1], ">")]


def _log_split(e: Expr) -> Found:
    """log(u**k) = k log(abs(u)) for an even whole k."""
    _head(e, "log")
    _head(e[1], "pow")
    r = t.value_of(e[1][2])
    if r is None or r.denominator != 1 or r.numerator % 2:
        raise Reject("the exponent is not even")
    return t.times(e[1][2], ("log", ("abs", e[1][1]))), [(e[1][1], "!=")]


def _twice(f: str) -> Callable[[Expr], Found]:
    """sin, cos, tan of u by those of u/2."""

    def rule(e: Expr) -> Found:
        _head(e, f)
        half = t.times(t.q(_HALF), e[1])
        s, c = ("sin", half), ("cos", half)
        if f == "sin":
            return t.times(t.q(2), s, c), []
        return t.minus(t.ONE, t.times(t.q(2), t.power(s, 2))), []

    return rule


def _ratio(e: Expr) -> Found:
    _head(e, "tan")
    return t.times(("sin", e[1]), t.power(("cos", e[1]), -1)), []


IDENTITIES: dict[str, Callable[[Expr], Found]] = {
    "abs-positive": _one("abs", lambda u: (u, [(u, ">=")])),
    "abs-negative": _one("abs", lambda u: (t.negative(u), [(t.negative(u), ">=")])),
    "sign-positive": _one("sign", lambda u: (t.ONE, [(u, ">")])),
    "sign-negative": _one("sign", lambda u: (t.q(-1), [(t.negative(u), ">")])),
    "max-first": _choose("max", True),
    "max-last": _choose("max", False),
    "min-first": _choose("min", True),
    "min-last": _choose("min", False),
    "power-exp": _power_exp,
    "power-power": _power_power,
    "power-product": _power_product,
    "root-square": _root_square,
    "log-product": _log_product,
    "log-power": _log_power,
    "log-even": _log_split,
    "sin-half": _twice("sin"),
    "cos-half": _twice("cos"),
    "tan-ratio": _ratio,
}


def rewritten(name: object, part: Expr) -> Found:
    rule = IDENTITIES.get(name) if type(name) is str else None
    if rule is None:
        raise Reject(f"unknown identity {name!r:.40}")
    return rule(part)

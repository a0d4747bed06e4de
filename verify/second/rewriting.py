"""The identities of the rule `rewrite`: what a part becomes, and what must hold."""

from __future__ import annotations

from fractions import Fraction

from .errors import Rejected
from .terms import Json, Term, constant, minus, neg, plus, power, q, times

Found = tuple[Term, list[tuple[Term, str]]]
HALF = Fraction(1, 2)


def _is(e: Term, head: str) -> Term:
    if e[0] != head:
        raise Rejected(f"the identity is about {head}, not {e[0]}")
    return e


def rewritten(name: Json, part: Term) -> Found:
    """Raises Rejected if the identity is unknown or about something else."""
    if name in ("abs-positive", "abs-negative"):
        u = _is(part, "abs")[1]
        u = u if name == "abs-positive" else neg(u)
        return u, [(u, ">=")]
    if name in ("sign-positive", "sign-negative"):
        u, s = _is(part, "sign")[1], 1 if name == "sign-positive" else -1
        return q(s), [(u if s > 0 else neg(u), ">")]
    if name in ("max-first", "max-last", "min-first", "min-last"):
        args = _is(part, name[:3])[1:]
        best, rest = (args[0], args[1:]) if name.endswith("first") else (args[-1], args[:-1])
        return best, [(minus(best, x) if name.startswith("max") else minus(x, best), ">=") for x in rest]
    if name == "power-exp":
        _, u, v = _is(part, "pow")
        return ("exp", times(v, ("log", u))), [(u, ">")]
    if name == "power-power":
        _, u, b = _is(part, "pow")
        _, w, a = _is(u, "pow")
        return ("pow", w, times(a, b)), [(w, ">")]
    if name == "root-square":
        _, u, b = _is(part, "pow")
        _, w, a = _is(u, "pow")
        if constant(b) != HALF or constant(a) != 2:
            raise Rejected("not the square root of a square")
        return ("abs", w), []
    if name == "power-product":
        _, u, r = _is(part, "pow")
        return times(*(("pow", x, r) for x in _is(u, "*")[1:])), [(x, ">") for x in u[1:]]
    if name == "log-product":
        u = _is(_is(part, "log")[1], "*")
        return plus(*(("log", x) for x in u[1:])), [(x, ">") for x in u[1:]]
    if name == "log-power":
        _, u, a = _is(_is(part, "log")[1], "pow")
        return times(a, ("log", u)), [(u, ">")]
    if name == "log-even":
        _, u, a = _is(_is(part, "log")[1], "pow")
        k = constant(a)
        if k is None or k.denominator != 1 or k % 2:
            raise Rejected("the exponent is not even")
        return times(a, ("log", ("abs", u))), [(u, "!=")]
    if name in ("sin-half", "cos-half"):
        half = times(q(HALF), _is(part, name[:3])[1])
        if name == "sin-half":
            return times(q(2), ("sin", half), ("cos", half)), []
        return minus(q(1), times(q(2), power(("sin", half), 2))), []
    if name == "tan-ratio":
        u = _is(part, "tan")[1]
        return times(("sin", u), power(("cos", u), -1)), []
    raise Rejected(f"unknown identity {name!r:.40}")

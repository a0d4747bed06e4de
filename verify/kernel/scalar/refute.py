"""Refutation at one point: the relation fails, or a side has no real value there.

Principal branches: the log of a negative number, a power of one that is not whole, asin, acos, acosh and atanh outside
of their real domains have values that are not real; log 0, 0**-1, tan at a pole and atanh at 1 have none.
"""

from __future__ import annotations

from typing import Any

from ..errors import Reject
from . import terms as t
from .domain import Domain, Enclosures
from .interval import Arithmetic
from .proof import Prover, small
from .terms import Expr

REAL, NOT_REAL, UNDEFINED = "real", "not real", "undefined"


def state(p: Prover, e: Expr) -> str:
    """Whether a constant expression has a real value; raises if that is not decided."""
    head = e[0]
    if head in ("q", "pi"):
        return REAL
    found, unknown = [], None
    for part in e[1:]:
        try:
            found.append(state(p, part))
        except Reject as error:
            unknown = error
    if UNDEFINED in found:
        return UNDEFINED
    if unknown is not None:
        raise unknown
    odd = found.count(NOT_REAL)
    if odd:
        if odd == 1 and (
            head == "+"
            or (head == "*" and all(p.constant(x) for x, s in zip(e[1:], found, strict=True) if s == REAL))
            or (head == "pow" and found[0] == NOT_REAL and t.value_of(e[2]) == -1)
        ):
            return NOT_REAL
        raise Reject("a value that is not real inside of an expression that may be real")
    return _real_arguments(p, e)


def _real_arguments(p: Prover, e: Expr) -> str:
    head = e[0]
    if head == "log":
        return (UNDEFINED, REAL, NOT_REAL)[p.constant(e[1])]
    if head == "tan":
        return REAL if p.constant(("cos", e[1])) else UNDEFINED
    if head in ("asin", "acos", "atanh"):
        s = min(p.constant(t.minus(t.ONE, e[1])), p.constant(t.add(t.ONE, e[1])))
        return REAL if s > 0 or (s == 0 and head != "atanh") else UNDEFINED if s == 0 else NOT_REAL
    if head == "acosh":
        return REAL if p.constant(t.minus(e[1], t.ONE)) >= 0 else NOT_REAL
    if head == "pow":
        base, r = p.constant(e[1]), t.value_of(e[2])
        if base > 0:
            return REAL
        if base == 0:
            return UNDEFINED if p.constant(e[2]) < 0 else REAL
        if r is None:
            raise Reject("a power of a negative number")
        return REAL if r.denominator == 1 else NOT_REAL
    return REAL


def at_point(p: Prover, d: Domain, lhs: Expr, rel: str, rhs: Expr, data: Any) -> dict[str, Any]:
    """What fails at the point, or `Reject`."""
    if type(data) is not dict or data.keys() - {"at", "bits"} or type(data.get("at")) is not dict:
        raise Reject("a refutation gives the point `at`")
    if set(data["at"]) != d.names():
        raise Reject("the point gives a value to each variable")
    bits = small(data.get("bits", 64), 16, 4000, "bits")
    values = {x: t.read(e, frozenset()) for x, e in data["at"].items()}
    for x, side in d.box:
        if state(p, values[x]) != REAL:
            raise Reject(f"the value of {x} is not real")
        for end, opened, s in ((side.lo, side.lo_open, 1), (side.hi, side.hi_open, -1)):
            if end is None:
                continue
            gap = s * p.constant(t.minus(values[x], end))
            if gap < 0 or (gap == 0 and opened):
                raise Reject(f"the value of {x} lies outside of its range")
    left, right = (t.substitute(e, values) for e in (lhs, rhs))
    states = []
    for name, side_expr in (("left", left), ("right", right)):
        try:
            states.append(state(p, side_expr))
        except Reject:
            states.append("")
        if states[-1] in (UNDEFINED, NOT_REAL):
            return {"fails": states[-1], "side": name}
    if states != [REAL, REAL]:
        raise Reject("it is not decided whether both sides have real values")
    excess = t.minus(left, right) if rel in ("<=", "<") else t.minus(right, left)
    if rel in ("<", ">") and p.normal.is_zero(p.normal.of(excess)):
        return {"fails": "relation", "margin": "0"}
    value = Enclosures(Arithmetic(bits), {}).of(excess)
    if not (value.positive() or (rel in ("<", ">") and value.nonnegative())):
        raise Reject("the relation is not seen to fail at the point")
    return {"fails": "relation", "margin": repr(value)}

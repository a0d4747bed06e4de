"""Scalar certificates at the edges of the rules: an accepted one, and what must not be accepted in its place.

Each change would be let through if one test of the kernel were left out or looser by a step; most of them state
something false."""

from __future__ import annotations

from typing import Any

import pytest

from .corpus import DELETE, change
from .scalar_twins import EVAL, HALF, POSITIVE, SEEN, UNIT, e, item, mono, row
from .test_scalar_corpus import outcome

Json = Any
VALLEY = "x**2-2*x*y+y**2+1/100"  # not seen to be positive by boxes
BOTH = row("-1", "1")


def combine(*terms: Json) -> Json:
    return {"rule": "combine", "terms": list(terms)}


def term(number: str, factors: tuple[str, ...] = (), squares: tuple[str, ...] = ()) -> Json:
    return [number, [e(f) for f in factors], [e(s) for s in squares]]


def taylor(at: str) -> Json:
    return {"rule": "taylor", "var": "x", "at": e(at), "zeros": 2, "order": 2}


def weaken(low: str, high: str, opened: str = "") -> Json:
    return {"rule": "weaken", "box": {"x": row(low, high, opened)}, "then": SEEN}


FACT = {
    "rule": "have",
    "fact": [e(f"2*({VALLEY})"), ">"],
    "proof": combine(term("2", (), ("x-y",)), term("1/50")),
    "then": SEEN,
}
CONCAVE = {"rule": "concave", "var": "x", "curve": EVAL, "low": EVAL, "high": EVAL}
POWER = {"rule": "apply", "function": "power", "a": e("x"), "b": e("2"), "exponent": "2", "then": SEEN}
GENERAL = {
    "rule": "generalize", "to": e("1-t"), "then": SEEN,
    "new": [{"name": "t", "range": row("0", "1", ")"), "value": e("x")}],
}  # fmt: skip
EITHER = {"rule": "either", "part": e("min(x-1, 3-x, 2)"), "proofs": [EVAL, EVAL, EVAL]}


def at(**point: str) -> Json:
    return {"at": {x: e(value) for x, value in point.items()}}


TWINS: dict[str, Json] = {
    "fact": item(f"0 < {VALLEY}", FACT, x=UNIT, y=UNIT),
    "even power": item("0 <= (x-y)**2", SEEN, x=BOTH, y=BOTH),
    "power of zero": item("0 <= x**y", SEEN, x=UNIT, y=UNIT),
    "positive term": item("0 < x*y**2", combine(term("1", ("x",), ("y",))), x=row("1/2", "1"), y=row("1", "2")),
    "centre below": item("0 <= (x+1)**2*(x+3)", taylor("-1"), x=UNIT),
    "centre above": item("0 <= (x-1)**2*(3-x)", taylor("1"), x=row("-1", "0")),
    "centre inside": item("0 <= (x-1)**2*(x+2)", taylor("1"), x=row("0", "2")),
    "centre inside, from above": item("0 <= (x-1)**2*(4-x)", taylor("1"), x=row("0", "2")),
    "concave": item("0 < x*(1-x)", CONCAVE, x=row("0", "1", "()")),
    "open range": item("0 < 1-x", GENERAL, x=row("0", "1", ")")),
    "larger range": item("1/2 <= x", weaken("1/2", "1"), x=row("1/2", "1")),
    "larger range above": item("x <= 1/2", weaken("0", "1/2"), x=row("0", "1/2")),
    "open ends": item("0 < x", weaken("0", "1", "("), x=row("0", "1", "(")),
    "open ends above": item("x < 1", weaken("0", "1", ")"), x=row("0", "1", ")")),
    "rising power": item("0 < x-2", POWER, x=row("3", "4")),
    "each of three": item("0 <= min(x-1, 3-x, 2)", EITHER, x=row("1", "3")),
    "arcsine": item("0 <= asin(x)+2", SEEN, x=BOTH),
    "inverse hyperbolic sine": item("asinh(x) <= x", mono("low", EVAL, EVAL), x=UNIT),
    "inverse hyperbolic cosine": item("0 <= acosh(x)", mono("low", SEEN, EVAL), x=row("1", "2")),
    "outside, no low end": item("x <= 1/2", refutation=at(x="1"), x=row(None, "1")),
    "second variable": item("x <= y", refutation=at(x="1", y="1/2"), x=UNIT, y=UNIT),
    "pole": item("tan(x) <= 5", refutation=at(x="pi/2"), x=row("0", "2")),
    "below one": item("acosh(x) <= 5", refutation=at(x="1/2"), x=HALF),
    "beyond one": item("asin(x) <= 5", refutation=at(x="2"), x=HALF),
    "at one": item("atanh(x) <= 5", refutation=at(x="1"), x=HALF),
    "multiple of a root": item("2*x**(1/2) <= 5", refutation=at(x="-1"), x=BOTH),
    "one over a root": item("(x**(1/2))**(-1) <= 5", refutation=at(x="-1"), x=BOTH),
    "log of zero": item("log(x)+1 <= 5", refutation=at(x="0"), x=HALF),
    "strictly": item("x < abs(x)", refutation=at(x="2"), x=POSITIVE),
}

SEES, EDGE, OUTSIDE, HOLDS = "not seen that", "contact point", "outside of its range", "does not hold the old one"
UNDECIDED, FAILS = "not decided whether both sides", "not seen to fail"
CHANGES: tuple[tuple[str, tuple[Any, ...], Json, str], ...] = (
    ("fact", ("proof", "fact", 1), ">=", SEES),  # weak for strict
    ("fact", ("rel",), ">", SEES),  # u < 0 from u > 0
    ("fact", ("rel",), ">=", SEES),
    ("fact", ("rhs",), e("x**2-2*x*y+y**2"), SEES),  # another expression than the fact's
    ("even power", ("rhs",), e("(x-y)**3"), SEES),
    ("even power", ("rhs",), e("(x-y)**(2/3)"), SEES),
    ("even power", ("rhs",), e("(x-y)**(-2)"), SEES),
    ("even power", ("rel",), "<", SEES),
    ("power of zero", ("vars", "y"), BOTH, SEES),
    ("power of zero", ("vars", "x"), BOTH, SEES),
    ("positive term", ("vars", "x"), UNIT, "no term is seen to be positive"),
    ("positive term", ("vars", "y"), UNIT, "no term is seen to be positive"),
    ("positive term", ("vars", "x"), BOTH, SEES),
    ("positive term", ("proof", "terms", 0, 0), "-1/2", "the number of a term is positive"),
    ("positive term", ("proof", "terms", 0, 0), "0", "the number of a term is positive"),
    ("centre below", ("rhs",), e("(x+1)**2*(x-2)"), EDGE),
    ("centre above", ("rhs",), e("(x-1)**2*(-x-2)"), EDGE),
    ("centre inside", ("rhs",), e("(x-1)**2*(x-1/2)"), EDGE),
    ("centre inside, from above", ("rhs",), e("(x-1)**2*(3/2-x)"), EDGE),
    ("centre inside", ("rel",), "<", EDGE),
    ("concave", ("vars", "x"), row("0", "1", "("), "another sign"),
    ("concave", ("vars", "x"), row("0", "1", ")"), "another sign"),
    ("concave", ("vars", "x"), UNIT, "another sign"),
    ("concave", ("rhs",), e("0*x"), "another sign"),
    ("open range", ("vars", "x"), UNIT, SEES),
    ("open range", ("vars", "x"), row("0", "3/2"), SEES),
    ("open range", ("proof", "new", 0, "range"), UNIT, SEES),
    ("larger range", ("vars", "x"), UNIT, HOLDS),
    ("larger range", ("vars", "x"), row(None, "1"), HOLDS),
    ("larger range above", ("vars", "x"), UNIT, HOLDS),
    ("larger range above", ("vars", "x"), HALF, HOLDS),
    ("open ends", ("vars", "x"), UNIT, HOLDS),
    ("open ends above", ("vars", "x"), UNIT, HOLDS),
    ("rising power", ("proof", "exponent"), "-1", "the exponent is positive"),
    ("rising power", ("proof", "exponent"), "-1/2", "the exponent is positive"),
    ("rising power", ("proof", "exponent"), "0", "the exponent is positive"),
    ("rising power", ("vars", "x"), row("-4", "4"), SEES),
    ("each of three", ("proof", "proofs", 0), DELETE, "3 proofs are needed"),
    ("each of three", ("vars", "x"), row("1", "4"), "boxes are not enough"),
    ("each of three", ("vars", "x"), row("0", "3"), "boxes are not enough"),
    ("arcsine", ("vars", "x"), row("-2", "1"), SEES),
    ("arcsine", ("vars", "x"), row("-1", "2"), SEES),
    ("inverse hyperbolic sine", ("rel",), ">=", "boxes are not enough"),
    ("inverse hyperbolic sine", ("rhs",), e("9*x/10"), "boxes are not enough"),
    ("inverse hyperbolic cosine", ("rhs",), e("-acosh(x)"), SEES),
    ("inverse hyperbolic cosine", ("rel",), "<", "another sign"),
    ("outside, no low end", ("refutation", "at", "x"), e("2"), OUTSIDE),
    ("outside, no low end", ("vars", "x"), row(None, "1", ")"), OUTSIDE),
    ("second variable", ("refutation", "at", "y"), e("-1"), OUTSIDE),
    ("second variable", ("refutation", "at", "y"), e("1"), FAILS),
    ("pole", ("refutation", "at", "x"), e("1"), FAILS),
    ("below one", ("refutation", "at", "x"), e("1"), FAILS),
    ("beyond one", ("refutation", "at", "x"), e("1"), FAILS),
    ("at one", ("refutation", "at", "x"), e("1/2"), FAILS),
    ("multiple of a root", ("lhs",), e("0*x**(1/2)"), UNDECIDED),  # 0 on the principal branch too
    ("multiple of a root", ("lhs",), e("x**(1/2)*x**(1/2)"), UNDECIDED),  # -1
    ("multiple of a root", ("lhs",), e("(x**(1/2))**2"), UNDECIDED),
    ("multiple of a root", ("lhs",), e("0*x**(1/2)*3"), UNDECIDED),
    ("one over a root", ("lhs",), e("(x**(1/2))**(-2)"), UNDECIDED),
    ("log of zero", ("refutation", "at", "x"), e("1"), FAILS),
    ("strictly", ("rel",), "<=", FAILS),
)  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_these_are_accepted(name: str) -> None:
    found = outcome(TWINS[name])
    assert found["ok"], found


@pytest.mark.parametrize("number", range(len(CHANGES)), ids=lambda n: f"{CHANGES[n][0]} {n}")
def test_those_are_not(number: int) -> None:
    name, path, new, reason = CHANGES[number]
    found = outcome(change(TWINS[name], path, new))
    assert not found["ok"], "accepted"
    assert reason in found["reason"], found

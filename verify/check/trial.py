"""Items of the kind `scalars` tried with ball arithmetic that is not the kernel's.

This is no second checker of their proofs: an accepted inequality is evaluated at sample points of its box, an accepted
refutation at its point. Only what surely contradicts the kernel is reported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from verify.numeric.enclosure import Enclosure, NotEvidence, precision

Json = Any
POINTS = 40
DIGITS = 60
INSIDE = [Fraction(x) for x in ["1/2", "1/3", "2/3", "1/10", "9/10", "1/100", "99/100", "1/1000", "999/1000"]]
BEYOND = [Fraction(x) for x in ["1/100", "1/3", "1", "5/2", "10", "40"]]
DIRECT = ("exp", "log", "sin", "cos", "atan", "erf", "erfc", "asin", "acos")


class Unknown(Exception):
    """A value that balls do not decide; it says nothing."""


@dataclass(frozen=True)
class Tried:
    """How many points agree with the kernel, how many decide nothing, and the contradiction if there is one."""

    agree: int
    unknown: int
    contradiction: str | None = None


def contradictions(path: Path) -> list[str]:
    """What is surely false among the scalar items of a certificate that the kernel accepts."""
    rows = json.loads(path.read_text(encoding="utf-8")).get("scalars", [])
    found = [(row["id"], tried(row).contradiction) for row in rows]
    return [f"{name}: {text}" for name, text in found if text is not None]


def tried(item: Mapping[str, Json]) -> Tried:
    """One item of the kind `scalars` that the kernel accepted."""
    with precision(DIGITS):
        if "refutation" in item:
            return _refuted(item)
        agree = unknown = 0
        rng = Random(str(item["id"]))
        for _ in range(POINTS if item["vars"] else 1):
            try:
                at = {name: _point(row, rng) for name, row in sorted(item["vars"].items())}
                holds = _holds(item, at)
            except (Unknown, NotEvidence, ArithmeticError, ValueError):
                unknown += 1
                continue
            if not holds:
                shown = ", ".join(f"{name} = {x}" for name, x in at.items()) or "the numbers given"
                return Tried(agree, unknown, f"accepted by the kernel, and false at {shown}")
            agree += 1
        return Tried(agree, unknown)


def _refuted(item: Mapping[str, Json]) -> Tried:
    try:
        at = {name: _value(term, {}) for name, term in item["refutation"]["at"].items()}
        holds = _holds(item, at)
    except (Unknown, NotEvidence, ArithmeticError, ValueError):
        return Tried(0, 1)
    return Tried(0, 0, "refuted by the kernel, and true at the point of the refutation") if holds else Tried(1, 0)


def _holds(item: Mapping[str, Json], at: Mapping[str, Any]) -> bool:
    gap = _value(["+", item["lhs"], ["*", ["q", "-1"], item["rhs"]]], at)
    if item["rel"] in (">=", ">"):
        gap = -gap
    if gap.certainly_lt(0):
        return True
    if gap.certainly_gt(0):
        return False
    raise Unknown("too close to call")


def _point(row: Json, rng: Random) -> Fraction:
    """A rational number inside of a range."""
    low, high = (None if end is None else _value(end, {}) for end in row[:2])
    if low is not None and high is not None:
        a, b = low.upper(), high.lower()
        if a > b:
            raise Unknown("a range of one point")
        return a + (b - a) * rng.choice(INSIDE)
    if low is not None:
        return low.upper() + rng.choice(BEYOND)
    if high is not None:
        return high.lower() - rng.choice(BEYOND)
    return rng.choice(BEYOND) * rng.choice((1, -1))


def _value(term: Json, at: Mapping[str, Any]) -> Enclosure:
    head = term[0]
    if head == "q":
        return Enclosure.from_exact(Fraction(term[1]))
    if head == "pi":
        return Enclosure.pi()
    if head == "var":
        x = at[term[1]]
        return x if isinstance(x, Enclosure) else Enclosure.from_exact(x)
    if head == "pow":
        return _power(_value(term[1], at), term[2], at)
    if head not in ("+", "*", "min", "max", "abs", "tan", "sinh", "cosh", "tanh", *DIRECT):
        raise Unknown(head)
    parts = [_value(part, at) for part in term[1:]]
    x = parts[0]
    if head in DIRECT:
        result: Enclosure = getattr(x, head)()
        return result
    if head == "abs":
        return abs(x)
    if head == "tan":
        return x.sin() / x.cos()
    if head in ("sinh", "cosh", "tanh"):
        up, down = x.exp(), (-x).exp()
        both, gap = up + down, up - down
        return gap / both if head == "tanh" else (gap if head == "sinh" else both) / 2
    for y in parts[1:]:
        x = {"+": x + y, "*": x * y}[head] if head in "+*" else x.min(y) if head == "min" else x.max(y)
    return x


def _power(base: Enclosure, exponent: Json, at: Mapping[str, Any]) -> Enclosure:
    if exponent[0] == "q" and Fraction(exponent[1]).denominator == 1 and abs(Fraction(exponent[1])) <= 1000:
        e = int(Fraction(exponent[1]))
        return base**e if e >= 0 else 1 / base ** (-e)
    if not base.certainly_gt(0):
        raise Unknown("a power of a base that may be 0 or negative")
    return (_value(exponent, at) * base.log()).exp()

"""Exponents of bounds that change with time, measured along trajectories: the quantity against the bound."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.check import short
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan
from verify.evidence.terms import Term, walk
from verify.evidence.trajectories import Along
from verify.evidence.values import ShapeError, Unsupported
from verify.numeric.enclosure import NotEvidence, precision


def kind(bound: Term) -> str | None:
    """`exponential` if time stands in an exponential of the bound, `power` if it stands elsewhere, else None."""
    if any(x[0] == "exp" and any(y[0] == "t" for y in walk(x)) for x in walk(bound)):
        return "exponential"
    return "power" if any(x[0] == "t" for x in walk(bound)) else None


def exponent(
    plan: Plan, goal: Mapping[str, Any], along: Along, *, lower: bool = False, digits: int = 30
) -> dict[str, Any] | None:
    """How fast both sides of a bound fall between two times of a trajectory, in enclosures; None if there is none.

    `exponential`: -d log / dt as a mean from the start to the last time; `power`: -d log / d log t between first and
    last time. Of all trajectories, that on which the quantity falls least beyond the bound (rises, if `lower`); its
    start is `met_at`. The sides are evaluated in balls with the proved error of the states.
    """
    formula = goal["concl"]
    if formula[0] not in ("ge", "gt") or not along.starts or goal.get("all"):
        return None
    bound, quantity = (formula[2], formula[1]) if lower else (formula[1], formula[2])
    form = kind(bound)
    per = len(along.states) // len(along.starts)
    if form is None or per < (1 if form == "exponential" else 2):
        return None
    best: tuple[Fraction, dict[str, Any]] | None = None
    with precision(digits):
        for n, start in enumerate(along.starts):
            first, last = along.states[n * per], along.states[(n + 1) * per - 1]
            begin = Evaluator(plan.sig, start if form == "exponential" else first.instance)
            end = Evaluator(plan.sig, last.instance)
            since = ["q", "0"] if form == "exponential" else ["log", ["q", str(first.time)]]
            until = ["q", str(last.time)] if form == "exponential" else ["log", ["q", str(last.time)]]
            try:
                if any(end.fact(h).status != "holds" for h in plan.static):
                    continue
                length = vl.sub(end.scalar(until, {}), begin.scalar(since, {}))
                rates = [_fall(begin, end, side, length) for side in (quantity, bound)]
            except (Unsupported, ShapeError, NotEvidence, ZeroDivisionError):
                continue
            if rates[0] is None or rates[1] is None:
                continue
            beyond = (rates[0][0] - rates[1][1]) * (-1 if lower else 1)
            if best is None or beyond < best[0]:
                measured, claimed = ([short(a, up=False), short(b, up=True)] for a, b in (rates[0], rates[1]))
                row = {"form": form, "measured": measured, "claimed": claimed, "until": str(last.time)}
                best = beyond, {**row, "met_at": start.to_json()}
    return None if best is None else best[1]


def _fall(begin: Evaluator, end: Evaluator, side: Term, length: Any) -> tuple[Fraction, Fraction] | None:
    """Ends of (log at the first time - log at the last time) / length; None if a value is not surely positive."""
    for ev in (begin, end):
        ends = vl.ends(ev.scalar(side, {}))
        if ends is None or ends[0] <= 0:
            return None
    fall = vl.ends(vl.sub(begin.scalar(["log", side], {}), end.scalar(["log", side], {})))  # type: ignore[arg-type]
    span = vl.ends(length)
    if fall is None or span is None or span[0] <= 0:
        return None
    quotients = [x / y for x in fall for y in span]
    return min(quotients), max(quotients)

"""Sharpness of inequalities: how close the two sides come on instances, and where they meet."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.check import short
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan
from verify.evidence.instance import Instance
from verify.evidence.terms import Env, Formula, Statement
from verify.evidence.trajectories import Along
from verify.evidence.values import Mat, Scalar, ShapeError, Unsupported
from verify.numeric.enclosure import NotEvidence, precision


def sharpness(
    statement: Statement, pool: Sequence[Instance], along: Along | None = None, *, digits: int = 50
) -> list[dict[str, Any]]:
    """One entry a goal that is an inequality a >= b with both sides positive somewhere.

    `Tight`: at the instance both sides are equal and not 0; in a flow, where they are equal at the start
    anyway, their derivatives are equal and not both 0 (`order` 1), and then the agreement at later times is
    given as well. Otherwise `Upper`, with the largest ratio b / a that was met: the claimed bound cannot be
    improved beyond it by search, which proves nothing about the best constant.
    """
    plan = Plan.of(statement)
    out: list[dict[str, Any]] = []
    for n, goal in enumerate(statement["goals"]):
        formula = goal["concl"]
        if formula[0] not in ("ge", "gt"):
            continue
        best: tuple[Fraction, Instance] | None = None
        tight: tuple[Instance, int] | None = None
        with precision(digits):
            for instance in pool:
                ev = Evaluator(plan.sig, instance)
                try:
                    for env in ev.environments(goal.get("all", []), {}):
                        order, ratio = _ratio(plan, ev, formula, env)
                        if order is not None and tight is None:
                            tight = instance, order
                        if ratio is not None and (best is None or ratio > best[0]):
                            best = ratio, instance
                except (Unsupported, ShapeError, NotEvidence):
                    continue
                if tight is not None:
                    break
        entry: dict[str, Any] = {"kind": "sharpness", "goal": n}
        if tight is not None:
            entry.update(status="Tight", order=tight[1], attained_at=tight[0].to_json())
            if along is not None:
                entry.update(_later(plan, n, formula, tight[0], digits))
        elif best is not None:
            entry.update(status="Upper", ratio=short(best[0], up=False), met_at=best[1].to_json())
        else:
            entry.update(status="unknown")
        out.append(entry)
    return out


def _ratio(plan: Plan, ev: Evaluator, formula: Formula, env: Env) -> tuple[int | None, Fraction | None]:
    """Order at which equality is attained, if it is, and a lower bound of b / a (or of the rates)."""
    if plan.time == "flow":
        (a, da), (b, db) = (ev.dual(formula[i], env, ev._rate) for i in (1, 2))
        if isinstance(a, Mat) or isinstance(b, Mat) or not (_zero(vl.sub(a, b)) and not _zero(a)):
            return None, None
        left, right = da or vl.ZERO, db or vl.ZERO
        if isinstance(left, Mat) or isinstance(right, Mat):
            return None, None
        if _zero(left - right) and not _zero(right):
            return 1, None
        low = vl.ends(right)
        ends = vl.ends(left)
        if ends is None or low is None or low[1] >= 0 or ends[0] >= 0:
            return None, None
        return None, -ends[1] / -low[0]
    a, b = ev.scalar(formula[1], env), ev.scalar(formula[2], env)
    first, second = vl.ends(a), vl.ends(b)
    if first is None or second is None or first[0] <= 0 or second[0] <= 0:
        return None, None
    if _zero(a - b):
        return 0, None
    return None, second[0] / first[1]


def _zero(x: Any) -> bool:
    return isinstance(x, Fraction) and x == 0


def _later(plan: Plan, n: int, formula: Formula, start: Instance, digits: int) -> dict[str, Any]:
    from verify.evidence.trajectories import follow
    from verify.numeric.flow import FlowFailure

    try:
        (state,) = follow(plan, start, [Fraction(1)], digits=digits)
        with precision(digits):
            ev = Evaluator(plan.sig, state.instance)
            verdict = ev.fact(plan.statement["goals"][n])
    except (Unsupported, FlowFailure, ShapeError, NotEvidence):
        return {}
    if verdict.digits is None:
        return {}
    return {"later": {"time": "1", "agree_digits": verdict.digits}}


def positive(x: Scalar) -> bool:
    ends = vl.ends(x)
    return ends is not None and ends[0] > 0

"""Both sides of a goal at chosen instances, enclosed at stated numbers of digits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from verify.evidence.check import outcome_of, short
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan
from verify.evidence.instance import Instance
from verify.evidence.terms import Statement
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.numeric.enclosure import Enclosure, NotEvidence, precision


def enclosures(
    statement: Statement,
    chosen: Sequence[Instance],
    *,
    digits: Sequence[int] = (50, 200),
    max_rows: int = 12,
) -> list[dict[str, Any]]:
    """One row an instance, goal and precision: status, margin, both sides if scalar, digits of agreement."""
    plan = Plan.of(statement)
    rows: list[dict[str, Any]] = []
    for instance in chosen:
        start = len(rows)
        for d in digits:
            for n, goal in enumerate(statement["goals"]):
                with precision(d):
                    row = _row(plan, instance, goal, n, d)
                if row is not None and len(rows) < max_rows:
                    rows.append(row)
        for row in rows[start:]:
            row["instance"] = instance.to_json()
    return rows


def _row(plan: Plan, instance: Instance, goal: Any, n: int, d: int) -> dict[str, Any] | None:
    ev = Evaluator(plan.sig, instance)
    formula = goal["concl"]
    try:
        env = next(iter(ev.environments(goal.get("all", []), {})), None)
        if env is None:
            return None
        outcome = outcome_of(ev.judge(formula, env), n, "here")
        row: dict[str, Any] = {
            "kind": "enclosure",
            "goal": n,
            "digits": d,
            "status": outcome.status,
            "exact": outcome.exact,
            "margin": outcome.margin(),
        }
        if env:
            row["at"] = {k: str(v) for k, v in env.items()}
        if outcome.digits is not None:
            row["agree_digits"] = min(outcome.digits, d)
        if formula[0] != "psd":
            for name, side in (("left", formula[1]), ("right", formula[2])):
                value = ev.value(side, env)
                if not isinstance(value, Mat):
                    row[name] = _text(value, d)
        return row
    except (Unsupported, ShapeError, NotEvidence):
        return None


def _text(value: Value, digits: int) -> str:
    if isinstance(value, Enclosure):
        return value.decimal(digits)
    assert isinstance(value, Fraction)
    return str(value) if len(str(value)) <= 2 * digits else short(value, up=False)

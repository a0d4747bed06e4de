"""Trials: the goals at many instances that satisfy the hypotheses. A witness: one such instance, written
down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verify.evidence.check import check
from verify.evidence.counterexample import record, revalidate, simplify, sizes
from verify.evidence.generate import Drawn, Plan, validate
from verify.evidence.instance import Instance
from verify.evidence.terms import Statement
from verify.evidence.values import Mat, ShapeError, Unsupported
from verify.numeric.enclosure import NotEvidence, precision


def trials(
    statement: Statement, drawn: Drawn, *, iterates: int = 2, max_violations: int = 3
) -> dict[str, Any]:
    """Outcome counts over a pool; `status` is `passed` only if something was settled and nothing failed.

    `exact` and `ball` count instances at which every goal holds; `agree` those where two enclosures agree
    (with the fewest digits); `unknown` is never counted as passed.
    """
    plan = Plan.of(statement)
    counts = {"exact": 0, "ball": 0, "agree": 0, "unknown": 0, "violated": 0}
    digits: int | None = None
    notes: dict[str, int] = {}
    violations: list[dict[str, Any]] = []
    for instance in drawn.instances:
        try:
            outcome = check(plan, instance, iterates=iterates)
        except (ShapeError, NotEvidence) as reason:
            counts["unknown"] += 1
            notes[str(reason)] = notes.get(str(reason), 0) + 1
            continue
        if outcome.status == "holds":
            counts["exact" if outcome.exact else "ball"] += 1
        elif outcome.status == "agrees":
            counts["agree"] += 1
            assert outcome.digits is not None
            digits = outcome.digits if digits is None else min(digits, outcome.digits)
        elif outcome.status == "unknown":
            counts["unknown"] += 1
            notes[outcome.note or "not decided"] = notes.get(outcome.note or "not decided", 0) + 1
        else:
            counts["violated"] += 1
            if len(violations) < max_violations:
                violations.append(record(statement, *simplify(plan, instance, outcome)))
    if counts["violated"]:
        status = "violated"
    elif counts["exact"] + counts["ball"] + counts["agree"] > counts["unknown"]:
        status = "passed"
    else:
        status = "unknown"
    result: dict[str, Any] = {
        "kind": "trials",
        "status": status,
        "seed": drawn.seed,
        "drawn": drawn.drawn,
        "discarded": drawn.discarded,
        "reasons": dict(drawn.reasons),
        "corners": dict(drawn.corners),
        **counts,
    }
    if digits is not None:
        result["agree_digits"] = digits
    if notes:
        result["notes"] = dict(sorted(notes.items()))
    if violations:
        result["violations"] = violations
    return result


def witness(statement: Statement, drawn: Drawn) -> dict[str, Any] | None:
    """An instance that satisfies all hypotheses, preferably one that is not degenerate; validated from its
    JSON.
    """
    if not drawn.instances:
        return None
    for instance in sorted(drawn.instances, key=_dull):
        data = {"kind": "witness", **instance.to_json()}
        if check_witness(statement, data) is None:
            return data
    return None


def _dull(instance: Instance) -> tuple[int, int]:
    """Fewest zeros first, then small."""
    zeros = sum(
        v.is_zero() if isinstance(v, Mat) else v == 0 for v in instance.letters.values() if not _ball(v)
    )
    return zeros, instance.size()[1]


def _ball(value: Any) -> bool:
    from verify.evidence.values import is_exact

    return not is_exact(value)


def check_witness(statement: Statement, data: Mapping[str, Any]) -> str | None:
    """None if the written instance certainly satisfies every hypothesis, else what is wrong."""
    plan = Plan.of(statement)
    try:
        with precision(50):
            instance = Instance.from_json(data, statement["sig"].get("nat", {}))
            return sizes(plan, instance) or validate(plan, instance)
    except (ShapeError, Unsupported, NotEvidence, ValueError, KeyError, TypeError) as reason:
        return f"not an instance: {reason}"


__all__ = ["check_witness", "revalidate", "trials", "witness"]

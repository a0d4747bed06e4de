"""Instances that a claim gives: what they leave out and the statement determines is filled in.

Nothing is believed about them: the completed instance is validated from its JSON like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verify.evidence.check import complete
from verify.evidence.generate import Discard, Plan
from verify.evidence.instance import Instance
from verify.evidence.terms import Statement
from verify.evidence.values import ShapeError, Unsupported
from verify.numeric.enclosure import NotEvidence, precision


def completed(statement: Statement, data: Mapping[str, Any]) -> dict[str, Any]:
    """The instance with first indices of dimension families and derivatives or next iterates.

    Returned as it is where it cannot be completed; validation then says what is missing.
    """
    try:
        with precision(50):
            plan = Plan.of(statement)
            instance = Instance.from_json({**data, "dims_from": _first(statement, data)}, plan.sig.get("nat", {}))
            if plan.time != "none" and not any(k[2] in ("D", "+") for k in instance.letters):
                instance = complete(plan, instance, instance.letters, "given")
    except (Discard, ShapeError, Unsupported, NotEvidence, ValueError, KeyError, TypeError, AssertionError):
        return dict(data)
    return {**data, **instance.to_json()}


def _first(statement: Statement, data: Mapping[str, Any]) -> dict[str, int]:
    """The least index of each dimension family."""
    values = data.get("values", {})
    return {
        name: sum(c if s == "1" else c * int(values[s]) for s, c in low.items())
        for name, (low, _) in statement["sig"].get("dims", {}).items()
    }

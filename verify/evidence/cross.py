"""Cross-examination: what a derivation concludes on its way, evaluated at random instances of its hypotheses.

The kernel says that a step follows; here it is tried, by evaluators that share nothing with the kernel and know no
rule. If a conclusion fails at an instance at which all hypotheses surely hold, one of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verify.evidence.check import Prepared
from verify.evidence.generate import Drawn, Fact, Plan, draw_many
from verify.evidence.rng import label_hash
from verify.evidence.values import ShapeError, Unsupported
from verify.evidence.work import metered
from verify.numeric.enclosure import NotEvidence

INSTANCES = 5
DRAWS = 25
WORK = 60_000  # evaluated terms for all steps of a theorem at one instance
REACH = 3  # an index without upper end runs over this many values beyond the first


def cross_examine(theorem: Mapping[str, Any], *, instances: int = INSTANCES, work: int = WORK) -> dict[str, Any]:
    """Counts of conclusions at instances, and violations.

    `status` is `violated`, `evaluated`, `no instance` or `not evaluable`.
    `settled` counts pairs of a step and an instance at which the step certainly holds, `agree` those where two
    enclosures of an equation agree, `unknown` the rest; `steps` counts steps settled or agreeing at least once,
    `silent` the others. `no instance` means that no random instance met the hypotheses.
    """
    statement = {"sig": {"letters": {}, **theorem["sig"]}, "hyps": theorem["hyps"], "goals": []}
    goals = [_bounded(step) for step in theorem["steps"]]
    counts = {"settled": 0, "agree": 0, "unknown": 0}
    empty = {"instances": 0, **counts, "steps": 0, "silent": len(goals), "violations": []}
    try:
        plan = Plan.of(statement)
        with metered(work * instances):
            drawn: Drawn = draw_many(plan, instances, label_hash(str(theorem["id"])), budget=DRAWS)
    except (NotEvidence, Unsupported, ShapeError) as reason:
        return {"status": "no instance", **empty, "note": str(reason)}
    if not drawn.instances:
        return {"status": "no instance", **empty}
    seen: set[int] = set()
    violations: list[dict[str, Any]] = []
    for instance in drawn.instances:
        prepared = Prepared(plan, instance, iterates=1)
        with metered(work):
            for number, goal in enumerate(goals):
                status, found = _one(prepared, goal)
                counts[{"holds": "settled", "agrees": "agree"}.get(status, "unknown")] += status != "fails"
                if status in ("holds", "agrees"):
                    seen.add(number)
                if status == "fails":
                    step = theorem["steps"][number]
                    violations.append({"step": step["id"], "rule": step["rule"], **found, **instance.to_json()})
    status = "violated" if violations else "evaluated" if seen else "not evaluable"
    tried = {"instances": len(drawn.instances), **counts}
    return {
        "status": status,
        **tried,
        "steps": len(seen),
        "silent": len(goals) - len(seen),
        "violations": sorted(violations, key=lambda v: str(v["step"]))[:3],
    }


def _one(prepared: Prepared, goal: Fact) -> tuple[str, dict[str, Any]]:
    """The worst outcome of one conclusion at one instance, over its iterates or the start of a flow."""
    try:
        outcome = prepared.check([goal])
    except (NotEvidence, Unsupported, ShapeError):
        return "unknown", {}
    return outcome.status, {"where": outcome.where, "margin": outcome.margin()}


def _bounded(step: Mapping[str, Any]) -> Fact:
    """A conclusion about infinitely many indices, for the first few of them."""
    rows: list[Sequence[Any]] = []
    for name, low, high in step["all"]:
        if high is None:
            high = {**low, "1": low.get("1", 0) + REACH}
        rows.append([name, low, high])
    return {"all": rows, "concl": step["concl"]}

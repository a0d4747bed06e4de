"""Necessity: what breaks when a hypothesis is dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from verify.evidence.consequences import Consequences
from verify.evidence.counterexample import failing, failure, record, revalidate, simplify
from verify.evidence.generate import Plan
from verify.evidence.hunt import Budget, hunt
from verify.evidence.instance import Instance
from verify.evidence.neighbours import afterwards, walk
from verify.evidence.recorded import Recorded
from verify.evidence.rng import label_hash
from verify.evidence.terms import Statement, letters
from verify.evidence.work import metered


def without(statement: Statement, hyp: str) -> dict[str, Any]:
    """The statement without one hypothesis."""
    return {**statement, "hyps": [h for h in statement["hyps"] if h["id"] != hyp]}


def necessity(
    statement: Statement,
    *,
    seed: int,
    budget: Budget | None = None,
    uses: Mapping[str, Sequence[Any]] | None = None,
    given: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    recorded: Recorded | None = None,
    pool: Sequence[Instance] = (),
    neighbours: int = 0,
) -> dict[str, dict[str, Any]]:
    """For each hypothesis `necessary` with a re-validated counterexample, `unused`, `redundant`, or `unknown`.

    `uses` says which steps of the derivation use a hypothesis (one without any is unused); redundant is what follows
    from the other hypotheses, or without which the statement is proved all the same (`by`). `given` are instances from
    the claim that break the conclusion without a hypothesis, `recorded` those of an earlier search; they are validated
    like any other. `neighbours` is the budget for steps from instances of the `pool`. Unused and unknown
    come with the attempt.
    """
    budget = budget or Budget(draws=80, shrink=60)
    out: dict[str, dict[str, Any]] = {}
    for h in statement.get("hyps", []):
        name = h["id"]
        reduced = without(statement, name)
        rejected: list[str] = []
        for data in (given or {}).get(name, []):
            wrong = revalidate(reduced, data)
            if wrong is None:
                found = {"status": "necessary", "source": "given", "counterexample": dict(data)}
                out[name] = {"kind": "necessity", **found}
                break
            rejected.append(wrong)
        if name in out:
            continue
        known = None if recorded is None else recorded.hypothesis(name)
        outcome = "" if known is None else failing(reduced, known)
        if known is not None and not isinstance(outcome, str):
            data = {**known, **failure(reduced, outcome)}
            out[name] = {"kind": "necessity", "status": "necessary", "source": "recorded", "counterexample": data}
            continue
        unused = uses is not None and name in uses and not uses[name]
        hunted = hunt(reduced, seed=seed ^ label_hash(name), budget=budget)
        if hunted.found is not None:
            entry = {"status": "necessary", "source": "search", "counterexample": dict(hunted.found)}
            out[name] = {"kind": "necessity", **entry}
            continue
        near = _near(reduced, pool, letters(h["concl"]), neighbours) if neighbours and not unused else None
        if near is not None:
            out[name] = {"kind": "necessity", "status": "necessary", "source": "search", "counterexample": near}
            continue
        by = None if unused else redundant(statement, name)
        status = "unused" if unused else "unknown" if by is None else "redundant"
        entry = {"status": status, "attempt": {**hunted.attempt(), "seed": seed, "found": 0}}
        if by is not None:
            entry["by"] = by
        if rejected or hunted.rejected:
            entry["rejected"] = [*rejected, *hunted.rejected]
        out[name] = {"kind": "necessity", **entry}
    return out


def _near(
    reduced: Statement, pool: Sequence[Instance], first: Collection[str], work: int
) -> dict[str, Any] | None:
    """A counterexample near instances of the pool, validated from its JSON, or None."""
    plan = Plan.of(reduced)
    starts = sorted(pool, key=lambda i: i.size())
    with metered(work):
        chosen = [*starts[:2], *starts[len(starts) // 2 : len(starts) // 2 + 2]]
        found = walk(plan, chosen, first).found or afterwards(plan, chosen)
    if found is None:
        return None
    data = record(reduced, *(simplify(plan, *found) if not found[1].where.startswith("time ") else found))
    return data if revalidate(reduced, data) is None else None


def redundant(statement: Statement, name: str) -> str | None:
    """Why the kernel says that a hypothesis may be dropped, or None."""
    reduced = without(statement, name)
    asked = Consequences(statement)
    fate = asked.of_hypothesis(reduced, name) or asked.theorem(reduced)
    return None if fate is None else fate[1]

"""Necessity: what breaks when a hypothesis is dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verify.evidence.consequences import SPARED, Consequences, read
from verify.evidence.counterexample import failing, failure, revalidate
from verify.evidence.hunt import Budget, hunt
from verify.evidence.recorded import Recorded
from verify.evidence.rng import label_hash
from verify.evidence.terms import Statement
from verify.tactics.readings import Readings

SHORT = Budget(draws=6, sizes=0, work=2_000)
"""What is spent on a counterexample that cannot be, or that a longer search did not find."""


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
    shared: Readings | None = None,
    spares: Callable[[str], bool] | None = None,
) -> dict[str, dict[str, Any]]:
    """For each hypothesis `necessary` with a re-validated counterexample, `unused`, `redundant`, or `unknown`.

    `uses` says which steps of the derivation use a hypothesis (one without any is unused); redundant is what follows
    from the other hypotheses, or without which the statement is proved all the same (`by`). `given` are instances from
    the claim that break the conclusion without a hypothesis, `recorded` those of an earlier search; they are validated
    like any other. Unused and unknown come with the attempt, which is short if a long search has found nothing.
    `shared` is what the kernel has read over the signature; `spares` tells which hypotheses the derivation only hands
    on to lemmas that do not use them.
    """
    shared = shared or read(statement)
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
        searched = recorded is not None and name in recorded.open  # and the kernel was asked
        asked, proved = not (unused or searched), uses is not None
        by = SPARED if not unused and spares is not None and spares(name) else None
        if by is None and asked and redundant(statement, name, proved=proved, shared=shared):
            by = redundant(statement, name, proved=proved)  # as whoever validates it asks
        spent = SHORT if unused or by is not None or searched else budget  # no search finds what cannot be
        hunted = hunt(reduced, seed=seed ^ label_hash(name), budget=spent)
        if hunted.found is not None:
            entry = {"status": "necessary", "source": "search", "counterexample": dict(hunted.found)}
            out[name] = {"kind": "necessity", **entry}
            continue
        status = "unused" if unused else "unknown" if by is None else "redundant"
        entry = {"status": status, "attempt": {**hunted.attempt(), "seed": seed, "found": 0}}
        if by is not None:
            entry["by"] = by
        if rejected or hunted.rejected:
            entry["rejected"] = [*rejected, *hunted.rejected]
        out[name] = {"kind": "necessity", **entry}
    return out


def redundant(
    statement: Statement, name: str, *, proved: bool = False, shared: Readings | None = None
) -> str | None:
    """Why the kernel says that a hypothesis may be dropped, or None. `proved` says that the statement is a theorem;
    `shared` is what the kernel has read over the signature."""
    reduced = without(statement, name)
    asked = Consequences(statement, shared, proved=proved)
    fate = asked.of_hypothesis(reduced, name) or asked.theorem(reduced)
    if fate is None and proved:
        fate = asked.by_cases(name)
    return None if fate is None else fate[1]

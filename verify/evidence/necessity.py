"""Necessity: what breaks when a hypothesis is dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verify.evidence.counterexample import find, record, revalidate
from verify.evidence.rng import label_hash
from verify.evidence.terms import Statement
from verify.evidence.work import metered


def without(statement: Statement, hyp: str) -> dict[str, Any]:
    """The statement without one hypothesis."""
    return {**statement, "hyps": [h for h in statement["hyps"] if h["id"] != hyp]}


def necessity(
    statement: Statement,
    *,
    seed: int,
    draws: int = 80,
    more: int = 0,
    uses: Mapping[str, Sequence[Any]] | None = None,
    given: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    work: int = 10**9,
) -> dict[str, dict[str, Any]]:
    """For each hypothesis `necessary` with a re-validated counterexample, `unused`, or `unknown` with the
    attempt.

    A hypothesis that is not settled by `draws` draws, and is used, gets `more`. `uses` says which steps of
    the derivation use a hypothesis (a hypothesis without any is unused); `given` are instances from the claim
    that break the conclusion without a hypothesis; they are validated like any other.
    """
    out: dict[str, dict[str, Any]] = {}
    for h in statement.get("hyps", []):
        name = h["id"]
        reduced = without(statement, name)
        rejected: list[str] = []
        for data in (given or {}).get(name, []):
            wrong = revalidate(reduced, data)
            if wrong is None:
                out[name] = {
                    "kind": "necessity",
                    "status": "necessary",
                    "source": "given",
                    "counterexample": dict(data),
                }
                break
            rejected.append(wrong)
        if name in out:
            continue
        unused = uses is not None and name in uses and not uses[name]
        with metered(work):
            found = find(reduced, seed=seed ^ label_hash(name), draws=draws)
            if found is None and more and not unused:
                found = find(reduced, seed=seed ^ label_hash(f"{name} again"), draws=more)
        if found is not None:
            data = record(reduced, *found)
            wrong = revalidate(reduced, data)
            if wrong is None:
                out[name] = {
                    "kind": "necessity",
                    "status": "necessary",
                    "source": "search",
                    "counterexample": data,
                }
                continue
            rejected.append(wrong)
        entry: dict[str, Any] = {"kind": "necessity", "status": "unused" if unused else "unknown"}
        entry["attempt"] = {"draws": draws if unused else draws + more, "seed": seed, "found": 0}
        if rejected:
            entry["rejected"] = rejected
        out[name] = entry
    return out

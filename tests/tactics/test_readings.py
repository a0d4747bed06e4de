"""Searches that share what was read find the same, and count nearly the same, as searches that begin with nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from verify.evidence.mutants import mutants
from verify.kernel.errors import Budget, Reject
from verify.tactics.immediate import MALFORMED, Premises, readings

STATEMENTS = json.loads((Path(__file__).parents[1] / "evidence" / "statements.json").read_text())


def told(sig: Any, hyps: Any, goal: Any, shared: Any, work: int) -> tuple[Any, int]:
    """The theorem found or None, and the operations that were left."""
    premises = Premises(sig, hyps, shared)
    found = premises.prove([{"all": goal["all"], "concl": goal["concl"]}], work=work)
    return found, premises.prover.rules.alg.budget.left


@pytest.mark.parametrize("name", sorted(STATEMENTS))
@pytest.mark.parametrize("work", [60, 8_000])
def test_sharing_changes_no_answer_and_no_count(name: str, work: int) -> None:
    statement = STATEMENTS[name]
    try:
        shared = readings(statement["sig"])
    except MALFORMED:
        pytest.skip("the kernel does not take the signature")
    asked = [(statement["hyps"], g) for g in statement["goals"]]
    asked += [(m.statement["hyps"], m.statement["goals"][0]) for m in mutants(statement)[:6]]
    for hyps, goal in [*asked, *asked[::-1]]:
        try:
            alone: Any = told(statement["sig"], hyps, goal, None, work)
        except MALFORMED as reason:
            alone = type(reason), str(reason)
        try:
            among: Any = told(statement["sig"], hyps, goal, shared, work)
        except MALFORMED as reason:
            among = type(reason), str(reason)
        assert among[0] == alone[0]
        if type(alone[1]) is int and alone[1] >= 0:  # it was no budget that ended the search
            assert among[1] == pytest.approx(alone[1], abs=(work - alone[1]) // 10)  # atoms that a checker remembers


def test_what_was_read_is_paid_for() -> None:
    statement = STATEMENTS[sorted(STATEMENTS)[0]]
    shared = readings(statement["sig"])
    left = []
    for _ in range(2):
        rules = shared.rules(Budget(10_000))
        for fact in (*statement["hyps"], *statement["goals"]):
            rules.declare(fact, dict(rules.sig.nat))
        left.append(rules.alg.budget.left)
        assert rules.memory  # nothing of it was read before by this checker
    assert left[0] == left[1] < 10_000
    poor = shared.rules(Budget(10))
    with pytest.raises(Reject, match="work budget"):
        for fact in (*statement["hyps"], *statement["goals"]):
            poor.declare(fact, dict(poor.sig.nat))

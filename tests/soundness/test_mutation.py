"""The mutation campaign notices what it should, and its committed result speaks of the kernel as it is."""

from __future__ import annotations

import json
import os
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.soundness import cases as cs
from benchmarks.soundness import mutants as mu
from benchmarks.soundness import mutation
from verify.kernel.scalar import dyadic

SIGN = next(d for d in mu.definitions("scalar.dyadic") if d.name == "scalar.dyadic.sign")
MUTANTS = mu.mutants(SIGN)


def right() -> bool:
    return [dyadic.sign((m, 0)) for m in (-2, -1, 0, 1, 2)] == [-1, -1, 0, 1, 1]


def fates(run: Callable[[], bool], together: int = 50) -> list[int]:
    case = cs.Case("c", cs.Light("c", run, ""), 0.001, frozenset())
    found: dict[str, int] = {}
    cs.judge(MUTANTS, lambda m: [(7, case)], 1, lambda m, by: found.update({m.id: by}), lambda m, by: None, together)
    return [found[m.id] for m in MUTANTS]


@pytest.mark.parametrize("together", [1, 50])
def test_a_sharp_case_notices_every_mutant_and_a_blunt_one_none(together: int) -> None:
    assert len(MUTANTS) > 5
    assert fates(right, together) == [7] * len(MUTANTS)
    assert fates(lambda: True, together) == [cs.SURVIVED] * len(MUTANTS)


def test_a_mutant_is_taken_out_again() -> None:
    undo = mu.apply(MUTANTS[0])
    assert not right()
    undo()
    assert right()


def test_a_case_that_runs_on_or_ends_the_process_has_noticed() -> None:
    def hangs() -> bool:
        while not right():
            time.process_time()
        return True

    def dies() -> bool:
        if not right():
            os._exit(3)
        return True

    assert fates(hangs) == [7] * len(MUTANTS)
    assert fates(dies) == [7] * len(MUTANTS)


def test_a_result_for_another_kernel_is_stale(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    args = Namespace(most=None, workers=1)
    monkeypatch.setattr(mu, "kernel_hash", lambda: "another")
    monkeypatch.setattr(mutation, "listed", lambda: MUTANTS)
    assert mutation.sample(args) == 1
    assert "for another kernel" in capsys.readouterr().out


def test_outcomes_belong_to_the_definition_they_were_found_for() -> None:
    by = [0] * len(MUTANTS)
    result = {"operators": mu.VERSION, "noticed_by": ["c"], "definitions": {SIGN.name: {"hash": SIGN.hash, "by": by}}}
    assert mutation.known(result, MUTANTS) == {m.id: "c" for m in MUTANTS}
    assert mutation.known({**result, "operators": 0}, MUTANTS) == {}
    result["definitions"] = {SIGN.name: {"hash": "older", "by": by}}
    assert mutation.known(result, MUTANTS) == {}


def test_what_was_not_run_is_no_success() -> None:
    found = mutation.summary({MUTANTS[0].id: "c"}, MUTANTS, "", {})
    assert found["unrun"] == len(MUTANTS) - 1 and found["killed"] == 1 and found["score"] < 0.2
    assert len(found["survivors"]) == len(MUTANTS) - 1


def test_a_proof_of_equivalence_is_for_one_text_of_the_definition() -> None:
    hashes = {SIGN.name: SIGN.hash}
    row = {MUTANTS[0].id: {"hash": SIGN.hash, "why": "."}}
    assert mutation.proved(MUTANTS[0].id, hashes, row)
    assert not mutation.proved(MUTANTS[0].id, {SIGN.name: "older"}, row)


def test_proofs_are_told_once_with_a_reason_and_in_the_file_of_their_module(tmp_path: Path) -> None:
    def told(name: str, mutant: str, why: str) -> Any:
        (tmp_path / name).write_text(
            json.dumps(
                {"reasons": {"order": "Both factors are numbers."}, "mutants": {mutant: {"hash": "h", "why": why}}}
            )
        )
        return mutation.proofs(tmp_path)

    assert told("words.json", "words.f | x", "order") == {
        "words.f | x": {"hash": "h", "why": "Both factors are numbers."}
    }
    for name, mutant, why in (
        ("words.json", "words.f | x", "because"),
        ("words.json", "rules.f | x", "order"),
    ):
        with pytest.raises(ValueError, match="told twice"):
            told(name, mutant, why)
        (tmp_path / name).unlink()


def test_a_proof_for_a_mutant_that_is_noticed_is_told_apart() -> None:
    rows = {m.id: {"hash": SIGN.hash, "why": "."} for m in MUTANTS[:2]}
    found = mutation.summary({MUTANTS[0].id: "c", MUTANTS[1].id: None}, MUTANTS, "", rows)
    assert found["equivalent"] == 1 and found["without_use"] == [MUTANTS[0].id]


def test_no_committed_proof_is_stale_or_contradicted() -> None:
    result = mutation.load(mutation.RESULT)
    assert result.get("without_use", []) == [] and result["equivalent"] == len(mutation.proofs())


def test_every_case_that_the_committed_result_names_exists() -> None:
    """Calls that others make needless are left out; what they noticed must then be said to be noticed by others."""
    result = mutation.load(mutation.RESULT)
    assert mutation.gone(result, {x.name for x in cs.light()}) == []
    assert result["unrun"] == 0


def test_a_case_that_is_gone_is_told_with_its_mutant() -> None:
    cases = ["called f 1", "called f 2", "tests/x.py::test"]
    by = [cases[k % 3] for k in range(len(MUTANTS))]
    result = mutation.summary({m.id: c for m, c in zip(MUTANTS, by, strict=True)}, MUTANTS, "", {})
    assert mutation.gone(result, {"called f 1", "called f 2"}) == []
    assert mutation.gone(result, {"called f 2"})[0] == f"{SIGN.name}, mutant 0: called f 1"
    assert len(mutation.gone(result, {"called f 2"})) == by.count("called f 1")


def test_what_compiles_to_the_same_code_is_no_mutant_and_is_not_counted_as_noticed() -> None:
    idle = mu.Mutant("idle", SIGN, SIGN.tree.lineno, (("body", 0),), lambda node: node)
    assert mu.unchanged(idle) and not any(mu.unchanged(m) for m in MUTANTS)
    found = mutation.summary({MUTANTS[0].id: "c", MUTANTS[1].id: mutation.SAME}, MUTANTS, "", {})
    assert (found["mutants"], found["killed"]) == (len(MUTANTS) - 1, 1)
    assert mutation.known(found, MUTANTS) == {MUTANTS[0].id: "c", MUTANTS[1].id: mutation.SAME}


def test_the_sample_names_a_case_that_is_gone(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    result = mutation.summary({m.id: "traced gone" for m in MUTANTS}, MUTANTS, "", {})
    monkeypatch.setattr(mutation, "load", lambda path: result)
    monkeypatch.setattr(mutation, "listed", lambda: MUTANTS)
    monkeypatch.setattr(mutation, "chosen", lambda mutant, key: True)
    monkeypatch.setattr(mutation, "collect", lambda work, only: work([]) or [])
    assert mutation.sample(Namespace(most=None, workers=1)) == 1
    assert "no such case: traced gone" in capsys.readouterr().out


def test_a_mutant_meets_the_cases_of_the_next_line_that_holds_code() -> None:
    """`elif not (` holds none; its operands stand below it."""
    m = next(m for m in mutation.listed("words.") if m.definition.module == "words")
    near, far = ((("words", m.line + k),) for k in (1, mutation.NEAR))
    cases = [cs.Case("near", None, 1.0, frozenset(near)), cs.Case("far", None, 1.0, frozenset(far))]
    assert [c.name for _, c in mutation.Plan(cases, {}).order(m)] == ["near"]
    assert mutation.Plan(cases[1:], {}).order(m) == []

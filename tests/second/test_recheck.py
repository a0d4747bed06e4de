"""`verify recheck` on certificates of problems: both checkers, and exit code 3 where they disagree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from verify.check import certificate
from verify.check.certificate import Checked
from verify.check.problem import from_json
from verify.check.second import Opinion, compare, opinion
from verify.check.settle import settle
from verify.cli import main
from verify.second import files

Json = Any
PROBLEM = {"id": "p", "family": "inequality", "vars": {"x": ["0", "1"]}, "lhs": "x", "rel": "<=", "rhs": "exp(x) - 1"}


def written(folder: Path) -> Path:
    problem = from_json({**PROBLEM})
    answer = settle(problem)
    path = folder / "p.json"
    path.write_text(certificate.canonical(certificate.certificate(problem, answer)), encoding="utf-8")
    return path


def test_agreement(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["recheck", str(written(tmp_path))])
    assert result.exit_code == 0, result.output
    assert "second checker:" in result.output


def test_disagreement_is_exit_code_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's answer is made up: it accepts exp(x) <= 1 + x."""
    item = {"id": "i", "vars": {"x": [["q", "0"], ["q", "1"], False, False]}, "lhs": ["exp", ["var", "x"]], "rel": "<=",
            "rhs": ["+", ["q", "1"], ["var", "x"]], "proof": {"rule": "eval"}}  # fmt: skip
    path = tmp_path / "false.json"
    path.write_text(json.dumps({"scalars": [item], "problem": {}, "verdict": "PROVED"}), encoding="utf-8")
    answers = {"scalars": [{"id": "i", "ok": True}]}
    monkeypatch.setattr(certificate, "is_problem_certificate", lambda _: True)
    monkeypatch.setattr(certificate, "recheck", lambda _: Checked(str(path), "PROVED", "a lie", 1, None, answers))
    result = CliRunner().invoke(main, ["recheck", str(path)])
    assert result.exit_code == 3
    assert "the checkers disagree" in result.output and "is false at" in result.output


def test_answers_are_compared_item_by_item() -> None:
    kernel = {"scalars": [{"id": n, "ok": n != "d"} for n in "abcde"]}
    rows = [{"id": "a", "ok": True, "how": "confirmed"}, {"id": "b", "ok": True, "how": "not contradicted"},
            {"id": "c", "ok": False, "reason": "no"}, {"id": "d", "ok": False, "reason": "no"}]  # fmt: skip
    found = compare(kernel, {"scalars": rows})
    assert (found.confirmed, found.tested) == (1, 1)
    assert found.disagreements == ("scalars c: the kernel accepts it; second checker: no",)
    assert found.unable == ("scalars e: no answer",)
    assert str(found) == "second checker: 1 confirmed, 1 not contradicted"
    assert compare(kernel, {"error": "no JSON"}).unable[0] == "scalars a: no JSON"


def test_a_checker_that_dies_has_no_opinion(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert opinion(path, {}, tmp_path / "nowhere") == Opinion(unable=("it gave no answer",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "object"),
        ('{"scalars": 1}', "list"),
        ('{"scalars": [], "scalars": []}', "same key twice"),
        ('{"scalars": [1.5]}', "no integer"),
        ('{"scalars": [NaN]}', "no integer"),
        ('{"scalars": [1234567890123456789]}', "too long"),
        ("[" * 500 + "]" * 500, "too deep"),
        ("{", "no JSON"),
    ],
)
def test_files_are_read_strictly(text: str, reason: str) -> None:
    assert reason in files.check(text)["error"]


def test_an_id_is_used_once_and_junk_is_rejected() -> None:
    found = files.check(json.dumps({"scalars": [1, {"id": "a"}, {"id": "a"}, {"id": []}], "tails": [None]}))
    assert [row["ok"] for row in (*found["scalars"], *found["tails"])] == [False] * 5
    assert "id of its own" in found["scalars"][2]["reason"]


def test_semidefinite_items_use_scalar_items_that_pass() -> None:
    a: Json = ["var", "a"]
    unit = {"a": [["q", "-1"], ["q", "1"], False, False]}
    fact = {"id": "f", "vars": unit, "lhs": ["+", ["q", "1"], ["*", ["q", "-1"], a, a]], "rel": ">=", "rhs": ["q", "0"],
            "proof": {"rule": "poly", "var": "a"}}  # fmt: skip
    item = {"id": "d", "statement": {"matrix": [[["q", "1"], a], [a, ["q", "1"]]], "vars": unit, "claim": "psd"},
            "proof": ["minors", [None, None, ["1", "f"]]]}  # fmt: skip
    assert files.check(json.dumps({"scalars": [fact], "semidefinite": [item]}))["semidefinite"][0]["ok"]
    false = {**fact, "proof": {"rule": "hope"}}
    found = files.check(json.dumps({"scalars": [false], "semidefinite": [item]}))["semidefinite"][0]
    assert not found["ok"] and "no proved scalar" in found["reason"]


def test_a_number_may_be_written_with_roots() -> None:
    """Balls do not know that sqrt(2)**2 is 2; a fact without an inequality is not refused for that."""
    root: Json = ["pow", ["q", "2"], ["q", "1/2"]]
    item = {"id": "d", "statement": {"matrix": [[["*", root, root]]], "vars": {}, "claim": "pd"},
            "proof": ["minors", [None]]}  # fmt: skip
    assert files.check(json.dumps({"semidefinite": [item]}))["semidefinite"][0]["ok"]
    below = {**item, "statement": {"vars": {}, "claim": "pd", "matrix": [[["*", ["q", "-1"], root, root]]]}}
    assert not files.check(json.dumps({"semidefinite": [below]}))["semidefinite"][0]["ok"]


def test_powers_of_one_with_irrational_exponents() -> None:
    item = {"id": "i", "vars": {}, "conditions": [], "lhs": ["pow", ["q", "1"], ["pi"]], "rhs": ["q", "1"],
            "proof": {"rule": "normal"}}  # fmt: skip
    assert files.check(json.dumps({"identities": [item]}))["identities"][0]["ok"]

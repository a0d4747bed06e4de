"""Scalar items tried with balls: agreement is counted, contradictions are found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.must_fail.scalar_twins import TWINS
from verify.check import certificate
from verify.check.certificate import Checked
from verify.check.trial import contradictions, tried
from verify.cli import main

X: Any = ["var", "x"]
UNIT = ["q", "0"], ["q", "1"]


def item(lhs: Any, rel: str, rhs: Any, low: Any = UNIT[0], high: Any = UNIT[1]) -> dict[str, Any]:
    return {"id": "i", "vars": {"x": [low, high, False, False]}, "lhs": lhs, "rel": rel, "rhs": rhs, "proof": {}}


def test_true_inequalities_agree() -> None:
    below = item(["+", ["q", "1"], X], "<=", ["exp", X])
    assert tried(below).agree > 30 and tried(below).contradiction is None
    assert tried(item(["tanh", X], "<", ["q", "1"], high=None)).agree > 30
    assert tried(item(["pow", X, ["q", "1/2"]], ">=", X)).contradiction is None
    assert tried(item(["pow", X, ["q", "2"]], ">", ["q", "-1"], low=None, high=None)).agree == 40


@pytest.mark.parametrize("rel", ["<", "<=", ">", ">="])
def test_a_false_inequality_is_a_contradiction(rel: str) -> None:
    pair = (["exp", X], ["+", ["q", "1"], X]) if rel[0] == "<" else (["+", ["q", "1"], X], ["exp", X])
    found = tried(item(pair[0], rel, pair[1]))
    assert found.contradiction is not None and "false at x =" in found.contradiction


def test_refutations_are_evaluated_at_their_point() -> None:
    wrong = {**item(["exp", X], "<=", ["+", ["q", "1"], X]), "refutation": {"at": {"x": ["q", "1"]}, "bits": 64}}
    assert tried(wrong).agree == 1
    true = {**item(["+", ["q", "1"], X], "<=", ["exp", X]), "refutation": {"at": {"x": ["q", "1"]}, "bits": 64}}
    assert tried(true).contradiction is not None


def test_what_is_too_close_decides_nothing() -> None:
    assert tried(item(X, "<=", X)).unknown == 40
    assert tried(item(["gamma", X], "<=", X)).unknown == 40


def test_a_contradiction_in_a_file_is_exit_code_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    false = item(["exp", X], "<=", ["+", ["q", "1"], X])
    path = tmp_path / "false.json"
    path.write_text(json.dumps({"scalars": [false], "problem": {}, "verdict": "PROVED"}))
    assert "i: accepted by the kernel, and false at x =" in contradictions(path)[0]
    monkeypatch.setattr(certificate, "is_problem_certificate", lambda _: True)
    monkeypatch.setattr(certificate, "recheck", lambda _: Checked(str(path), "PROVED", "a lie", 1, None))
    result = CliRunner().invoke(main, ["recheck", str(path)])
    assert result.exit_code == 3 and "CONTRADICTION" in result.output


@pytest.mark.parametrize("name", TWINS)
def test_accepted_items_are_not_contradicted(name: str) -> None:
    assert tried(TWINS[name]()).contradiction is None

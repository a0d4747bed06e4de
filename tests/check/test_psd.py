"""Semidefinite statements with known truth, their certificates, and what is said to a reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import verify
from verify.check.problem import from_json
from verify.check.settle import settle
from verify.cli import main

ROOT = Path(__file__).parents[2] / "benchmarks" / "check" / "corpus"
CORPUS = [json.loads(line) for line in (ROOT / "semidefinite.jsonl").read_text().splitlines()]
OPEN = {"sd-026"}  # exp(x**2) > x**2 on the whole line


@pytest.mark.parametrize("row", CORPUS, ids=lambda row: row["id"])
def test_known_statements(row):
    found = settle(from_json({**row, "hints": {"budget": "120"}}))  # a slow machine changes no verdict
    if found.verdict == "OPEN":
        assert row["id"] in OPEN and found.tried
    else:
        assert found.verdict == row["expected"], found.text()


def test_within_1e_25_of_singular():
    rows = "[[1/3, 1/3 + {}], [1/3 + {}, 1/3]]"
    assert verify.check(f"psd({rows.format('1e-25', '1e-25')})").verdict == "REFUTED"
    assert verify.check(f"pd({rows.format('-1e-25', '-1e-25')})").verdict == "PROVED"


def test_a_direction_is_given():
    found = verify.check("psd([[1, a], [a, 1]])", where="a in [0, 2]")
    assert found.verdict == "REFUTED" and found.counterexample.margin is not None
    assert "x^T M x" in found.text()


def test_a_matrix_that_is_not_symmetric_is_left_open():
    assert verify.check("psd([[1, 2], [0, 1]])").verdict == "OPEN"


def test_an_entry_without_a_value_is_not_passed_over():
    assert verify.check("psd([[1, 0*log(x)], [0*log(x), 1]])", where="x in [-1, 1]").verdict != "PROVED"


def test_the_certificate_is_rechecked(tmp_path):
    path = tmp_path / "c.json"
    runner = CliRunner()
    arguments = ["check", "psd([[1, a], [a, 1]])", "--where", "a in [-1, 1]", "--certificate", str(path)]
    done = runner.invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert runner.invoke(main, ["recheck", str(path)]).exit_code == 0
    data = json.loads(path.read_text())
    assert data["scalars"] and data["rests"][0] == "definite"

"""Matrix identities: verdicts on statements with known truth, their certificates, and what is said to a reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import verify
from verify.check.certificate import BadCertificate, canonical, content_hash, recheck
from verify.check.problem import from_json
from verify.check.settle import judge, settle
from verify.cli import main

ROOT = Path(__file__).parents[2]
CORPUS = [json.loads(line) for line in (ROOT / "benchmarks/check/corpus/matrix.jsonl").read_text().splitlines()]
OPEN = {"mx-514", "mx-519", "mx-520", "mx-529", "mx-534", "mx-553"}  # true, and not proved so far
SETTLED = [row for row in CORPUS if row["expected"] != "ILL-SORTED" and row["id"] not in OPEN]
LONG = {"mx-510"}  # half a minute of search: the benchmark settles it with all others
SAMPLE = [row for row in SETTLED[::4] if row["id"] not in LONG] + CORPUS[-2:]
BALANCED = {"where": "W2: k x h, W1: h x d", "given": "T(W2)*W2 = W1*T(W1)"}


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: row["id"])
def test_known_statements(row):
    found = settle(from_json({**row, "hints": {"budget": "120"}}))  # a slow machine changes no verdict
    assert found.verdict == row["expected"], found.text()


@pytest.mark.parametrize("row", [r for r in CORPUS if r["expected"] == "REFUTED"][::4], ids=lambda row: row["id"])
def test_a_false_statement_cannot_be_proved_by_the_certificate_of_another(row):
    good = next(r for r in CORPUS if r["expected"] == "PROVED")
    answer = settle(from_json(good))
    assert isinstance(judge(from_json(row), "PROVED", answer.certificate), str)
    assert isinstance(judge(from_json(good), "REFUTED", answer.certificate), str)


def test_the_balanced_end_to_end_matrix():
    found = verify.check("W2*W1*T(W1)*T(W2) = W2*T(W2)*W2*T(W2)", **BALANCED)
    assert found.verdict == "PROVED" and found.scope == "all dimensions"
    assert "PROVED" in found.text() and "T(W2)*W2 = W1*T(W1)" in found._repr_html_()


def test_sizes_are_unequal_where_they_must_be():
    found = verify.check("A*X = I(m)", where="A: m x n, X: n x m", given="X*A = I(n)")
    assert found.verdict == "REFUTED"
    assert found.counterexample.dims["m"] > found.counterexample.dims["n"]


def test_true_for_2_false_for_3():
    text = "(A*B - B*A)**2*C = C*(A*B - B*A)**2"
    assert verify.check(text, where="A B C: 2 x 2".replace("A B C", "A, B, C")).verdict == "PROVED"
    found = verify.check(text, where="A, B, C: n x n")
    assert found.verdict == "REFUTED" and found.counterexample.dims["n"] >= 3


def test_an_inverse_that_need_not_exist():
    found = verify.check("inv(A)*A = I(n)", where="A: n x n")
    assert found.verdict == "REFUTED" and found.counterexample.undefined
    assert verify.check("inv(A)*A = I(n)", where="A: n x n invertible").verdict == "PROVED"


def test_open_says_what_was_tried():
    given = "A*B*A*B = B*A*B*A, tr(A*B) = tr(A)"
    found = verify.check("A*B = B*A", where="A: n x n, B: n x n", given=given, budget=0.05)
    assert found.verdict in ("OPEN", "REFUTED")
    if found.verdict == "OPEN":
        assert found.tried


def test_the_certificate_is_rechecked(tmp_path):
    path = tmp_path / "c.json"
    runner = CliRunner()
    arguments = ["check", "tr(A*B) = tr(B*A)", "--where", "A: m x n, B: n x m", "--certificate", str(path)]
    assert runner.invoke(main, arguments).exit_code == 0
    done = runner.invoke(main, ["recheck", str(path)])
    assert done.exit_code == 0 and "PROVED stands" in done.output
    data = json.loads(path.read_text())
    data["verdict"] = "REFUTED"
    data["hash"] = content_hash(data)
    path.write_text(canonical(data))
    assert recheck(path).finding is not None
    assert runner.invoke(main, ["recheck", str(path)]).exit_code == 1
    data["problem"]["family"] = "frob"
    path.write_text(canonical(data))
    with pytest.raises(BadCertificate):
        recheck(path)


@pytest.mark.parametrize("part", ["problem", "matrices", "rests", "verdict", "statement"])
def test_a_changed_certificate_is_found(tmp_path, part):
    path = tmp_path / "c.json"
    verify.check("tr(A*B) = tr(B*A)", where="A: m x n, B: n x m", certificate=str(path))
    data = json.loads(path.read_text())
    if part == "problem":
        data["problem"]["rhs"] = "tr(A*B)*2"
    elif part == "matrices":
        data["matrices"][0]["statement"]["goal"][1] = ["tr", ["*", ["v", "A"], ["v", "B"]]]
    elif part == "rests":
        data["rests"] = []
    else:
        data[part] = "CONDITIONAL"
    path.write_text(canonical(data))
    assert recheck(path).finding is not None
    if part != "statement":  # the text is for readers; the rest is caught without the hash
        data["hash"] = content_hash(data)
        path.write_text(canonical(data))
        assert recheck(path).finding is not None


def test_json_and_exit_codes():
    runner = CliRunner()
    done = runner.invoke(main, ["check", "A*B = B*A", "--where", "A: n x n, B: n x n", "--json"])
    answer = json.loads(done.output)
    assert done.exit_code == 1 and answer["verdict"] == "REFUTED"
    assert set(answer) >= {"id", "verdict", "scope", "method", "footprint", "counterexample", "seconds"}
    assert answer["counterexample"]["values"]["A"]

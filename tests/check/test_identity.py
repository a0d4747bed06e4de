"""Identities, differential equations and probability: statements of known truth, and what is said to a reader."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from verify.check.problem import from_json
from verify.check.settle import judge, settle

ROOT = Path(__file__).parents[2] / "benchmarks" / "check" / "corpus"
FAMILIES = ("identity", "ode", "probability")
CORPUS = [json.loads(x) for f in FAMILIES for x in (ROOT / f"{f}.jsonl").read_text(encoding="utf-8").splitlines()]
SURE = {"id-001", "id-026", "id-041", "id-048", "id-050", "id-054", "id-076", "id-078", "id-086", "od-001", "od-007",
        "od-009", "od-011", "pr-001", "pr-020", "pr-022"}  # fmt: skip


def quick(row, seconds=30.0):
    found = from_json(row)
    return replace(found, hints=replace(found.hints, budget=seconds))


@pytest.mark.parametrize("row", CORPUS, ids=lambda row: row["id"])
def test_no_wrong_answer(row):
    found = settle(quick(row, 60.0 if row["id"] in SURE else 1.0))
    verdict = "PROVED" if found.verdict == "CONDITIONAL" else found.verdict
    assert verdict in (row["expected"], "OPEN"), found.text()
    assert verdict != "OPEN" or row["id"] not in SURE, found.text()


def identity(lhs, rhs, conditions=(), **kinds):
    return quick({"family": "identity", "vars": kinds, "conditions": list(conditions), "lhs": lhs, "rhs": rhs})


def test_a_cut_is_met_exactly():
    found = settle(identity("log(1/z)", "-log(z)", ["Ne(z, 0)"], z="complex"))
    assert found.verdict == "REFUTED"
    assert found.counterexample.values["z"].startswith("-")


def test_a_side_without_a_value():
    found = settle(identity("x/x", "1", x="real"))
    assert found.verdict == "REFUTED" and found.counterexample.undefined


def test_contradictory_conditions_prove_nothing():
    assert settle(identity("x", "x + 1", ["x > 1", "x < 0"], x="real")).verdict == "OPEN"


def test_a_condition_elsewhere_does_not_exclude_zero():
    """A hypothesis x != 1 holds where x - 1 is negative."""
    found = settle(identity("arg(x) + arg(conjugate(x))", "0", ["Ne(x, 1)"], x="nonnegative"))
    assert found.verdict != "PROVED"


def test_hoeffding_is_conditional():
    row = next(r for r in CORPUS if r["id"] == "pr-020")
    found = settle(quick(row))
    assert found.verdict == "CONDITIONAL" and "axiom hoeffding-lemma" in found.footprint


def test_a_certificate_of_another_statement_is_refused():
    mine, other = identity("sin(x)**2 + cos(x)**2", "1", x="real"), identity("sin(x)**2", "1", x="real")
    found = settle(mine)
    assert found.verdict == "PROVED"
    assert isinstance(judge(other, "PROVED", found.certificate), str)
    assert isinstance(judge(mine, "REFUTED", found.certificate), str)


def flow(**changes):
    row = {"family": "ode", "field": {"x": "-x"}, "init": {"x": "1"}, "quantity": "x",
           "claim": {"type": "bounded", "C": "1", "k": "1"}}  # fmt: skip
    return quick({**row, **changes})


def test_a_flow_certificate_is_bound_to_the_claim():
    found = settle(flow())
    assert found.verdict == "PROVED"
    for claim in ({"type": "bounded", "C": "1/2", "k": "1"}, {"type": "bounded", "C": "1", "k": "2"}):
        assert isinstance(judge(flow(claim=claim), "PROVED", found.certificate), str)
    assert isinstance(judge(flow(init={"x": "2"}), "PROVED", found.certificate), str)
    assert isinstance(judge(flow(field={"x": "x"}), "PROVED", found.certificate), str)


@pytest.mark.parametrize("quantity", ["abs(x)", "sqrt(x**2)", "max(x, -x)"])
def test_a_kink_is_left_open(quantity):
    line = {"init": None, "init_domain": {"x": ["-oo", "oo"]}}
    found = settle(flow(**line, quantity=quantity, claim={"type": "nonincreasing"}))
    assert found.verdict == "OPEN"

"""Evidence in a certificate is evaluated again; what was changed is noticed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

pytest.importorskip("verify.evidence.enclosures", reason="the evidence layer is not there")

from verify.audit.revalidation import validate
from verify.evidence import Settings, gather
from verify.evidence.consequences import SPARED

X: list[Any] = ["v", "x", [], ""]


def statement(bound: str, hypothesis: str = "1") -> dict[str, Any]:
    """x >= hypothesis implies x^2 >= bound."""
    return {
        "sig": {"time": "none", "letters": {"x": {}}},
        "hyps": [{"id": "h", "all": [], "concl": ["ge", X, ["q", hypothesis]]}],
        "goals": [{"all": [], "concl": ["ge", ["pow", X, {"1": 2}], ["q", bound]]}],
    }


TRUE, FALSE = statement("1"), statement("2")


@pytest.fixture(scope="module")
def good() -> dict[str, Any]:
    return gather(TRUE, settings=Settings(trials=12, mutants=False))


@pytest.fixture(scope="module")
def bad() -> dict[str, Any]:
    return gather(FALSE, settings=Settings(trials=12, mutants=False))


def test_true(good: dict[str, Any]) -> None:
    assert validate([TRUE], good) == {"witness": True, "counterexample": False, "enclosures": True, "problems": []}


def test_false(bad: dict[str, Any]) -> None:
    found = validate([FALSE], bad)
    assert found["counterexample"] and found["witness"] and not found["problems"]
    assert not validate([{**FALSE, "exists": ["c"]}], bad)["counterexample"]


def test_nothing() -> None:
    assert validate([TRUE], {}) == {"witness": False, "counterexample": False, "enclosures": False, "problems": []}
    assert validate([TRUE, TRUE], {})["problems"]


def where(evidence: dict[str, Any], kernel: dict[str, Any] = TRUE) -> list[str]:
    return [problem["where"] for problem in validate([kernel], evidence)["problems"]]


def test_changes_are_noticed(good: dict[str, Any], bad: dict[str, Any]) -> None:
    def changed(base: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
        data = copy.deepcopy(base)
        target = data
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = value
        return data

    assert where(changed(good, "witness", "values", "x", value="1/2")) == ["witness"]
    assert where(changed(good, "witness", "values", value={})) == ["witness"]
    assert where(changed(bad, "counterexample", "values", "x", value="3"), FALSE) == ["counterexample"]
    assert where(changed(bad, "counterexample", "margin", value=["0", "1"]), FALSE) == ["counterexample"]
    assert where(changed(good, "enclosures", 0, "left", value="7")) == ["enclosures[0]"]
    assert where(changed(good, "enclosures", 0, "status", value="fails")) == ["enclosures[0]"]
    assert where(changed(good, "enclosures", 0, "digits", value=0)) == ["enclosures[0]"]
    assert where(changed(good, "enclosures", 0, "instance", value=None)) == ["enclosures[0]"]
    broken = ("necessity", "h", "counterexample", "values", "x")
    assert where(changed(good, *broken, value="1")) == ["necessity[h]"]


def test_both_directions_need_a_witness(good: dict[str, Any]) -> None:
    both = validate([TRUE, TRUE], {**good, "others": [good]})
    assert both["witness"] and not both["problems"]
    half = {key: value for key, value in good.items() if key != "witness"}
    assert not validate([TRUE, TRUE], {**good, "others": [half]})["witness"]


def test_that_a_hypothesis_is_redundant_is_asked_again() -> None:
    """x >= 1 implies x^2 + 1 >= x; where x < 1 that is immediate, so the derivation needs its hypothesis nowhere."""
    one = ["q", "1"]
    true = {**TRUE, "goals": [{"all": [], "concl": ["ge", ["+", ["pow", X, {"1": 2}], one], X]}]}
    entry = {"status": "redundant", "by": "the derivation where it holds; where it fails, an immediate proof"}
    assert where({"necessity": {"h": entry}}, true) == []
    assert where({"necessity": {"h": {**entry, "by": "an immediate proof"}}}, true) == ["necessity[h]"]
    assert where({"necessity": {"h": entry}}) == ["necessity[h]"]  # x^2 >= 1 fails at 0


def test_that_a_derivation_spares_a_hypothesis_is_asked_again() -> None:
    entry = {"status": "redundant", "by": SPARED}
    rows = {"necessity": {"h": entry}}
    asked: list[str] = []

    def spares(name: str) -> bool:
        asked.append(name)
        return True

    assert [p["where"] for p in validate([TRUE], rows, (), [spares])["problems"]] == [] and asked == ["h"]
    assert where(rows) == ["necessity[h]"]  # no derivation
    assert [p["where"] for p in validate([TRUE], rows, (), [lambda name: False])["problems"]] == ["necessity[h]"]

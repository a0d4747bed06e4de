"""Hypotheses that contradict each other, and the same ones with a way out."""

from __future__ import annotations

from typing import Any

import pytest

from verify.kernel.replay import shelves, theorem
from verify.tactics.immediate import Premises

AT = {"i": 1}
X, Y, Z = (["v", n, [], ""] for n in "xyz")
A, NEXT = ["v", "a", [AT], ""], ["v", "a", [{"i": 1, "1": 1}], ""]
M = ["v", "M", [], ""]
ZERO, ONE = ["q", "0"], ["q", "1"]
SIG = {
    "time": "none",
    "nat": {"n": 2, "d": 0},
    "letters": {
        **{n: {} for n in "xyz"},
        "a": {"index": [["i", {"1": 1}, {"n": 1}]]},
        "M": {"shape": [{"n": 1}, {"n": 1}], "sym": True},
        "K": {"shape": [{"d": 1}, {"d": 1}], "sym": True},
    },
}
BEFORE_LAST = [["i", {"1": 1}, {"n": 1, "1": -1}]]
UP_TO_LAST = [["i", {"1": 1}, {"n": 1}]]
SQUARE = ["pow", Y, {"1": 2}]


def minus(t: Any) -> Any:
    return ["*", ["q", "-1"], t]


def contradict(*hyps: Any) -> bool:
    facts = [h if isinstance(h, tuple) else ([], h) for h in hyps]
    rows = [{"id": f"h{k}", "all": prefix, "concl": concl} for k, (prefix, concl) in enumerate(facts)]
    found = Premises(SIG, rows).contradiction()
    assert found is None or theorem(found, shelves(), {})["ok"]
    return found is not None


@pytest.mark.parametrize(
    ("impossible", "possible"),
    [
        ([["gt", ZERO, X], ["ge", X, ZERO]], [["ge", ZERO, X], ["ge", X, ZERO]]),
        ([["gt", ZERO, SQUARE]], [["ge", ZERO, SQUARE]]),
        ([["gt", ["*", X, SQUARE], ZERO], ["ge", ZERO, X]], [["gt", ["*", X, Y], ZERO], ["ge", ZERO, X]]),
        ([["gt", ["*", X, SQUARE], ONE], ["ge", ZERO, X]], [["gt", ["*", X, SQUARE], ["q", "-1"]], ["ge", ZERO, X]]),
        ([["eq", X, ZERO], ["ge", ["*", X, Y], ONE]], [["eq", X, Z], ["ge", ["*", X, Y], ONE]]),
        (
            [(UP_TO_LAST, ["gt", A, ZERO]), ["gt", ONE, X], (BEFORE_LAST, ["eq", A, ["*", X, A]])],
            [(UP_TO_LAST, ["gt", A, ZERO]), ["gt", ONE, X], (BEFORE_LAST, ["eq", NEXT, ["*", X, A]])],
        ),
        (
            [["gt", ZERO, X], ["psd", ["+", ["*", X, ["one", {"n": 1}]], M]], ["psd", minus(M)]],
            [["gt", ZERO, X], ["psd", ["+", ["*", X, ["one", {"n": 1}]], M]], ["psd", M]],
        ),
    ],
)
def test_contradictions(impossible: list[Any], possible: list[Any]) -> None:
    assert contradict(*impossible)
    assert not contradict(*possible)
    for k in range(len(impossible)):
        assert not contradict(*impossible[:k], *impossible[k + 1 :])


def test_an_empty_range_contradicts_nothing() -> None:
    empty = [["i", {"1": 1}, {"d": 1}]]  # d may be 0
    assert contradict((UP_TO_LAST, ["gt", ZERO, ONE]))
    assert not contradict((empty, ["gt", ZERO, ONE]))


def test_a_matrix_without_rows_contradicts_nothing() -> None:
    size, k = ["one", {"d": 1}], ["v", "K", [], ""]
    assert not contradict(["gt", ZERO, X], ["psd", ["+", ["*", X, size], k]], ["psd", minus(k)])

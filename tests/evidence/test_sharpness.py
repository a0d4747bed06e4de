"""Sharpness of inequalities and semidefinite bounds, on statements whose best constant is known."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction as F
from typing import Any

import pytest

from verify.evidence.exponents import kind
from verify.evidence.generate import Plan, draw_many
from verify.evidence.sharpness import bounded, sharpness
from verify.evidence.trajectories import trajectories

X, Y = ["v", "x", [], ""], ["v", "y", [], ""]
A = ["v", "A", [], ""]
ONE = ["one", {"n": 1}]


def found(
    letters: dict[str, Any], goal: Any, hyps: Sequence[Any] = (), nat: dict[str, int] | None = None
) -> dict[str, Any]:
    sig = {"time": "none", "letters": letters, **({"nat": nat} if nat else {})}
    facts = [{"id": f"h{k}", "all": [], "concl": f} for k, f in enumerate(hyps)]
    statement = {"sig": sig, "hyps": facts, "goals": [{"all": [], "concl": goal}]}
    (entry,) = sharpness(statement, draw_many(Plan.of(statement), 40, 7).instances)
    return entry


def square(x: Any) -> Any:
    return ["pow", x, {"1": 2}]


@pytest.mark.parametrize(
    ("goal", "status"),
    [
        (["ge", ["+", square(X), square(Y)], ["*", ["q", "2"], X, Y]], "Tight"),  # x = y
        (["ge", ["+", square(X), square(Y)], ["*", X, Y]], "Upper"),  # 1/2 at best
        (["ge", square(X), ["q", "0"]], "Attained"),
        (["ge", ["+", square(X), ["q", "1"]], ["q", "0"]], "Lower"),
        (["ge", ["*", ["q", "2"], X, Y], ["*", ["q", "-1"], ["+", square(X), square(Y)]]], "Tight"),  # both negative
    ],
)
def test_numbers(goal: Any, status: str) -> None:
    entry = found({"x": {}, "y": {}}, goal)
    assert entry["status"] == status
    if goal[2] == ["*", X, Y]:
        assert 0 < F(entry["ratio"]) <= F(1, 2)


@pytest.mark.parametrize(
    ("constant", "status"),
    [("1", "Tight"), ("1/4", "Lower")],
)
def test_semidefinite_bounds(constant: str, status: str) -> None:
    """A A^T >= x^2 for the least x^2; a quarter of the constant is not sharp, and the ratio says by how much."""
    gram = ["*", A, ["T", A]]
    small = ["*", ["q", f"-{constant}"], square(X), ONE]
    letters = {"x": {}, "A": {"shape": [{"n": 1}, {"n": 1}]}}
    floor = ["psd", ["+", gram, ["*", ["q", "-1"], square(X), ONE]]]
    entry = found(letters, ["psd", ["+", gram, small]], [floor], {"n": 1})
    assert entry["status"] == status
    if status == "Lower":
        assert F(1, 8) < F(entry["ratio"]) <= F(1, 4) + F(1, 10**9)


def test_a_gram_matrix_attains_zero() -> None:
    letters = {"A": {"shape": [{"n": 1}, {"n": 1}]}}
    assert found(letters, ["psd", ["*", A, ["T", A]]], nat={"n": 1})["status"] == "Attained"


def minus(x: Any) -> Any:
    return ["*", ["q", "-1"], x]


def falls(bound: Any, rate: str) -> dict[str, Any]:
    """x' = -rate x from positive starts; x <= bound."""
    sig = {"time": "flow", "letters": {"x": {"dep": "smooth"}}}
    start = ["v", "x", [], "0"]
    hyps = [
        {"id": "flow", "all": [], "concl": ["eq", ["D", X], ["*", ["q", f"-{rate}"], X]]},
        {"id": "start", "all": [], "concl": ["gt", start, ["q", "0"]]},
    ]
    return {"sig": sig, "hyps": hyps, "goals": [{"all": [], "concl": ["ge", bound, X]}]}


@pytest.mark.parametrize(("rate", "claimed"), [("2", "2"), ("3", "2")])
def test_exponents_of_exponential_bounds(rate: str, claimed: str) -> None:
    decay = ["*", ["v", "x", [], "0"], ["exp", ["*", ["q", f"-{claimed}"], ["t"]]]]
    statement = falls(decay, rate)
    plan = Plan.of(statement)
    pool = draw_many(plan, 12, 3).instances
    (entry,) = sharpness(statement, pool, trajectories(plan, pool))
    low, high = (F(x) for x in entry["exponent"]["measured"])
    assert entry["exponent"]["form"] == "exponential"
    assert low <= F(rate) <= high < low + F(1, 10**6)
    assert F(entry["exponent"]["claimed"][0]) <= F(claimed) <= F(entry["exponent"]["claimed"][1])


def test_exponents_need_time_in_the_bound() -> None:
    statement = falls(["v", "x", [], "0"], "2")
    plan = Plan.of(statement)
    pool = draw_many(plan, 12, 3).instances
    (entry,) = sharpness(statement, pool, trajectories(plan, pool))
    assert "exponent" not in entry
    assert kind(["inv", ["t"]]) == "power" and kind(minus(X)) is None


def test_which_side_is_the_bound() -> None:
    plan = Plan.of(falls(["q", "1"], "2"))
    assert bounded(plan, ["ge", ["q", "1"], X]) == "Upper"
    assert bounded(plan, ["ge", X, ["q", "1"]]) == "Lower"
    assert bounded(plan, ["ge", X, X]) == "Upper"

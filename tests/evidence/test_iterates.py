"""Long descents: exact, then in balls, and stopped when they diverge."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from verify.evidence.generate import Plan
from verify.evidence.instance import Instance
from verify.evidence.iterates import descents, run
from verify.evidence.values import Unsupported

X, Y = ["v", "x", [], ""], ["v", "x", [], "+"]


def statement(step: Any, goal: Any) -> dict[str, Any]:
    return {
        "sig": {"time": "descent", "nat": {}, "letters": {"x": {"dep": "any"}}},
        "hyps": [{"id": "step", "all": [], "concl": ["eq", Y, step]}],
        "goals": [{"all": [], "concl": goal}],
    }


def at(x: str, after: str) -> Instance:
    return Instance.from_json({"values": {"x": x, "x@+": after}}, {})


SQUARE = ["*", X, X]  # x <- x^2: the number of bits doubles


def test_exact_then_in_balls() -> None:
    plan = Plan.of(statement(SQUARE, ["ge", ["q", "1"], Y]))
    found = list(run(plan, at("1/3", "1/9"), 12, bit_limit=1000))
    assert [it.exact for it in found] == [it.bits <= 1000 and it.number < 11 for it in found]
    assert found[3].instance.letters["x", (), ""] == Fraction(1, 3**8)
    assert not found[-1].exact
    assert found[-1].instance.letters["x", (), ""].contains(Fraction(1, 3 ** (2**11)))  # type: ignore[union-attr]


def test_outcomes_along_the_way() -> None:
    plan = Plan.of(statement(SQUARE, ["ge", ["*", ["q", "1/2"], X], Y]))
    assert descents(plan, [at("1/3", "1/9")], steps=6)["holds"] == 6
    false = Plan.of(statement(SQUARE, ["ge", X, ["q", "1/50"]]))
    assert descents(false, [at("1/3", "1/9")], steps=6)["fails"] == 4


def test_divergence_and_wrong_steps_are_named() -> None:
    plan = Plan.of(statement(SQUARE, ["ge", Y, X]))
    assert descents(plan, [at("3", "9")], steps=12)["stopped"] == {"the descent diverges": 1}
    with pytest.raises(Unsupported, match="disagree"):
        list(run(plan, at("1/3", "1/8"), 2))
    implicit = Plan.of(statement(["*", X, Y], ["ge", Y, X]))
    with pytest.raises(Unsupported, match="recursions"):
        list(run(implicit, at("1", "1"), 2))

"""Searches: letters that equations give are varied, budgets end in records, attempts are told."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest

from verify.evidence.consequences import SPARED
from verify.evidence.generate import Plan, draw_many, draw_one, validate
from verify.evidence.hunt import Budget, hunt
from verify.evidence.judge import run
from verify.evidence.necessity import SHORT, necessity
from verify.evidence.screen import screen
from verify.evidence.ties import exact, ties
from verify.evidence.values import Mat
from verify.evidence.work import metered

X, Y, Z = (["v", n, [], ""] for n in "xyz")
U = ["v", "u", [], ""]
LENGTH = ["tr", ["*", ["T", U], U]]


def times(c: object, x: Any) -> Any:
    return ["*", ["q", str(c)], x]


def statement(goal: Any, *hyps: Any) -> dict[str, Any]:
    letters = {"x": {}, "y": {}, "z": {}, "u": {"shape": [{"n": 1}, {"1": 1}]}}
    return {
        "sig": {"time": "none", "nat": {"n": 2}, "letters": letters},
        "hyps": [{"id": f"h{k}", "all": [], "concl": f} for k, f in enumerate(hyps)],
        "goals": [{"all": [], "concl": goal}],
    }


TIED = [
    (["eq", Z, ["+", X, times(-1, Y)]], "z", "bare"),
    (["eq", times(3, X), ["+", Y, Z]], "x", "affine"),
    (["eq", ["pow", Z, {"1": 2}], ["pow", X, {"1": 2}]], "z", "power"),
    (["eq", LENGTH, ["q", "1"]], "u", "length"),
]


@pytest.mark.parametrize(("equation", "letter", "kind"), TIED)
def test_ties_are_computed_exactly(equation: Any, letter: str, kind: str) -> None:
    plan = Plan.of(statement(["ge", X, X], equation))
    start = next(i for i in draw_many(plan, 5, 3).instances if letter != "u" or i.letters["u", (), ""])
    order, held = ties(plan, start)
    assert [(t.key[0], t.kind) for t in order] == [(letter, kind)] and not held
    moved = {**start.letters, ("x", (), ""): F(7, 5), ("y", (), ""): F(2, 5), ("z", (), ""): F(4, 5)}
    n = start.nat["n"]
    moved["u", (), ""] = Mat.of(n, 1, [F(k + 1, 7) for k in range(n)])
    done = exact(plan, start.with_letters(moved), order)
    assert done is not None and validate(plan, done) is None


def test_two_equations_for_one_letter_hold_it_fast() -> None:
    plan = Plan.of(statement(["ge", X, X], ["eq", Z, X], ["eq", Z, Y], ["eq", ["*", X, Y], ["q", "4"]]))
    start = draw_many(plan, 1, 3).instances
    if start:
        order, held = ties(plan, start[0])
        assert not {t.key[0] for t in order} & held


def test_a_screen_varies_letters_that_an_equation_ties() -> None:
    """Every letter stands in the equation: two of them are free, and x is computed."""
    s = statement(["ge", ["q", "30"], X], ["eq", X, ["+", Y, times(2, Z)]], ["eq", LENGTH, ["q", "1"]])
    seen = screen(s, seed=2, sizes=2, batch=400)
    assert seen.found is not None
    instance, outcome = seen.found
    assert validate(Plan.of(s), instance) is None and outcome.status == "fails"


FALSE = statement(["ge", X, Y])
DEEP = statement(["ge", X, Y], ["ge", Y, ["q", "100"]], ["ge", X, ["q", "100"]])


def test_a_hunt_tells_what_it_tried() -> None:
    assert hunt(FALSE, seed=1, budget=Budget()).found is not None
    none = hunt(statement(["ge", ["*", X, X], ["q", "0"]]), seed=1, budget=Budget(draws=9, sizes=1, batch=50))
    assert none.found is None and none.attempt() == {"draws": 9, "met": 9, "screened": none.screened}
    assert none.screened > 0


@pytest.mark.parametrize("work", [0, 1, 2, 5, 20, 100])
def test_an_empty_budget_is_a_record_and_never_an_exception(work: int) -> None:
    for s in (FALSE, DEEP):
        with metered(work):
            draw_many(Plan.of(s), 4, 1)
            assert hunt(s, seed=1, budget=Budget(work=work)).attempt()["draws"] >= 0
        fates = {m["status"] for m in run(s, (), seed=1, work=work)["mutants"]}
        assert fates <= {"killed", "ill-sorted", "implied", "equivalent", "proved", "survived", "not tried"}
        found = necessity(s, seed=1, budget=Budget(work=work))
        assert all(e["status"] == "necessary" or e["attempt"] for e in found.values())
    with metered(0):
        assert hunt(DEEP, seed=1, budget=Budget()).attempt()["ended"] == "the budget of evaluations"


def test_without_budget_nothing_is_said_to_have_survived() -> None:
    found = run(FALSE, (), seed=1, work=-1)
    assert {m["status"] for m in found["mutants"]} <= {"not tried", "ill-sorted"}


def test_redundant_hypotheses_are_told_from_unknown_ones() -> None:
    s = statement(["gt", X, ["q", "0"]], ["gt", X, Y], ["gt", Y, ["q", "1"]], ["gt", X, ["q", "1"]])
    found = necessity(s, seed=1, budget=Budget(draws=12))
    assert found["h2"]["status"] == "redundant" and found["h2"]["by"] == "it follows from the other hypotheses"
    assert found["h0"]["status"] == "redundant" and found["h0"]["by"] == "an immediate proof"
    assert found["h2"]["attempt"]["draws"] == SHORT.draws  # no search finds what cannot be


def test_what_the_derivation_spares_is_not_searched_for_long() -> None:
    s = statement(["ge", X, ["q", "0"]], ["ge", X, ["q", "1"]], ["ge", Y, ["q", "1"]])
    found = necessity(s, seed=1, budget=Budget(draws=12), uses={"h0": ["a"], "h1": ["a"]}, spares="h1".__eq__)
    assert found["h1"]["status"] == "redundant" and found["h1"]["by"] == SPARED
    assert found["h1"]["attempt"]["draws"] == SHORT.draws
    assert found["h0"]["status"] == "necessary"
    found = necessity(s, seed=1, uses={"h0": ["a"], "h1": []}, spares="h1".__eq__)
    assert found["h1"]["status"] == "unused"
    wrong = necessity(s, seed=1, uses={"h0": ["a"], "h1": ["a"]}, spares="h0".__eq__)
    assert wrong["h0"]["status"] == "necessary"  # an instance is stronger than anything that is said


@pytest.mark.parametrize("corner", ["slack", "wild", None])
def test_kinds_of_draws_meet_the_hypotheses(corner: str | None) -> None:
    plan = Plan.of(statement(["ge", X, Y], ["ge", X, Y], ["ge", Y, ["q", "1"]]))
    for seed in range(10):
        instance = draw_one(plan, seed, 2, corner)
        assert validate(plan, instance) is None
        if corner == "slack" and "x: inside its range" in instance.corners:
            assert instance.letters["x", (), ""] > instance.letters["y", (), ""]  # type: ignore[operator]

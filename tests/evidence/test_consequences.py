"""What the kernel says about mutants: the same statement, a weaker one, true as well, or no statement."""

from __future__ import annotations

from typing import Any

import pytest

from verify.evidence.consequences import Consequences
from verify.evidence.counterexample import find
from verify.evidence.judge import run
from verify.evidence.mutants import mutants
from verify.evidence.necessity import redundant
from verify.kernel.errors import Reject
from verify.tactics.immediate import WORK, Premises, immediate

X, Y = ["v", "x", [], ""], ["v", "y", [], ""]
A, B = ["v", "A", [], ""], ["v", "B", [], ""]
ZERO = ["q", "0"]


def scalars(hyps: list[Any], goals: list[Any]) -> dict[str, Any]:
    return {
        "sig": {"time": "none", "letters": {"x": {}, "y": {}}},
        "hyps": [{"id": f"h{k}", "all": [], "concl": f} for k, f in enumerate(hyps)],
        "goals": [{"all": [], "concl": f} for f in goals],
    }


def matrices(goal: Any) -> dict[str, Any]:
    square = [{"n": 1}, {"n": 1}]
    return {
        "sig": {"time": "none", "nat": {"n": 1}, "letters": {"A": {"shape": square}, "B": {"shape": square}}},
        "hyps": [],
        "goals": [{"all": [], "concl": goal}],
    }


def times(c: str, x: Any) -> Any:
    return ["*", ["q", c], x]


@pytest.mark.parametrize(
    ("goal", "hyps", "found"),
    [
        (["ge", X, Y], [["ge", X, times("2", Y)], ["ge", Y, ZERO]], True),  # x >= 2y >= y
        (["ge", X, times("2", Y)], [["ge", X, Y], ["ge", Y, ZERO]], False),
        (["gt", X, ZERO], [["gt", X, Y], ["ge", Y, ZERO]], True),
        (["gt", X, ZERO], [["ge", X, Y], ["ge", Y, ZERO]], False),
        (["ge", ["*", X, Y], ZERO], [["ge", X, ZERO], ["ge", Y, ZERO]], True),
        (["ge", ["*", X, Y], ZERO], [["ge", X, ZERO]], False),
        (["ne", X, Y], [["gt", Y, X]], True),
        (["ne", X, Y], [["ge", Y, X]], False),
        (["eq", ["pow", X, {"1": 2}], ["pow", Y, {"1": 2}]], [["eq", X, Y]], True),
        (["eq", X, Y], [["eq", ["pow", X, {"1": 2}], ["pow", Y, {"1": 2}]]], False),
    ],
)
def test_immediate_proofs(goal: Any, hyps: list[Any], found: bool) -> None:
    assert (immediate(scalars(hyps, [goal])) is not None) is found


def test_transposes_under_a_trace_are_equivalent_and_others_are_not() -> None:
    s = matrices(["eq", ["tr", ["*", ["T", A], B]], ["tr", ["*", ["T", B], A]]])
    slipped = matrices(["eq", ["tr", ["*", A, ["T", B]]], ["tr", ["*", ["T", B], A]]])
    assert Consequences(s).of_goal(slipped, 0) == ("equivalent", "both directions")
    dropped = matrices(["eq", ["tr", ["*", A, B]], ["tr", ["*", ["T", B], A]]])
    assert Consequences(s).of_goal(dropped, 0) is None


def test_a_weaker_conclusion_is_implied_and_a_stronger_one_is_not() -> None:
    s = scalars([["ge", X, ZERO]], [["ge", Y, X]])
    assert Consequences(s).of_goal(scalars([["ge", X, ZERO]], [["ge", Y, times("1/2", X)]]), 0) == (
        "implied",
        "from the statement",
    )
    assert Consequences(s).of_goal(scalars([["ge", X, ZERO]], [["ge", Y, times("2", X)]]), 0) is None


def test_a_stronger_hypothesis_makes_a_weaker_statement() -> None:
    s = scalars([["ge", X, ["q", "1"]], ["ge", Y, X]], [["ge", Y, ZERO]])
    stronger = scalars([["ge", X, ["q", "2"]], ["ge", Y, X]], [["ge", Y, ZERO]])
    weaker = scalars([["ge", X, ["q", "1/2"]], ["ge", Y, X]], [["ge", Y, ZERO]])
    assert Consequences(s).of_hypothesis(stronger, "h0") == ("implied", "from the statement")
    assert Consequences(s).of_hypothesis(weaker, "h0") is None
    assert Consequences(s).theorem(weaker) == ("proved", "an immediate proof")  # the constant is not needed


def test_a_hypothesis_that_follows_from_the_others_can_be_dropped() -> None:
    s = scalars([["ge", X, Y], ["gt", Y, ZERO], ["gt", X, ZERO]], [["gt", ["*", X, Y], ZERO]])
    without = {**s, "hyps": s["hyps"][:2]}
    assert Consequences(s).of_hypothesis(without, "h2") == ("equivalent", "it follows from the other hypotheses")
    assert Consequences(s).of_hypothesis({**s, "hyps": s["hyps"][1:]}, "h0") is None


def test_what_the_kernel_does_not_take_as_a_statement() -> None:
    s = matrices(["eq", A, B])
    premises = Premises(s["sig"], [])
    for formula, taken in ((["eq", A, B], True), (["eq", A, ["tr", B]], False), (["psd", A], False)):
        assert (premises.refuses({"all": [], "concl": formula}) is None) is taken


def test_a_formula_too_long_to_be_read_is_not_called_ill_sorted() -> None:
    premises = Premises(matrices(["eq", A, B])["sig"], [])
    long = ["pow", ["+", ["tr", A], ["tr", B], ["tr", ["*", A, B]], ["q", "1"]], {"1": 60}]
    fact = {"all": [], "concl": ["eq", long, ["q", "0"]]}
    rules = premises.prover.rules
    rules.alg.budget.left = WORK
    with pytest.raises(Reject, match="budget"):
        rules.declare(fact, dict(rules.sig.nat))
    assert premises.refuses(fact) is None
    assert premises.refuses({"all": [], "concl": ["eq", ["+", ["q", "1"], A], ["q", "0"]]}) is not None


def test_premises_forget_what_was_proved_from_them() -> None:
    premises = Premises(scalars([], [])["sig"], [])
    goal = {"all": [], "concl": ["ge", ["pow", X, {"1": 2}], ZERO]}
    assert premises.prove([goal]) is not None
    assert not premises.prover.facts and not premises.prover.rules.facts and not premises.prover.steps


def test_every_mutant_of_a_small_statement_has_the_right_fate() -> None:
    """x >= 1 and y >= x: 2xy >= 2x, with equality for y = 1. Nothing is called proved that an instance breaks."""
    s = scalars([["ge", X, ["q", "1"]], ["ge", Y, X]], [["ge", times("2", ["*", X, Y]), times("2", X)]])
    found = {(m["part"], m["change"], tuple(m["path"])): m for m in run(s, (), seed=1)["mutants"]}
    assert found["goal 0", "2 becomes 4", (1, 1)]["status"] == "proved"  # as immediate as the statement is
    assert found["goal 0", "2 becomes 4", (2, 1)]["status"] == "killed"
    assert found["goal 0", "2 becomes 1", (1, 1)]["status"] == "killed"
    assert found["goal 0", "sides exchanged", ()]["status"] == "killed"
    assert found["hyp h0", "dropped", ()]["status"] == "killed"
    assert found["hyp h0", "1 becomes 2", (2,)]["status"] == "implied"
    assert {m["status"] for m in found.values()} <= {"killed", "implied", "equivalent", "proved"}


def test_no_mutant_is_both_proved_and_broken() -> None:
    s = scalars([["ge", X, ZERO], ["ge", Y, X]], [["ge", Y, ZERO]])
    proved = [m for m in mutants(s) if Consequences(s).theorem(m.statement) is not None]
    assert proved
    for mutant in proved:
        assert find(mutant.statement, seed=5, draws=60) is None, mutant.label()


ONE, SQUARE = ["q", "1"], ["pow", X, {"1": 2}]


def test_a_hypothesis_is_dropped_by_cases_only_if_the_goals_hold_where_it_fails() -> None:
    true = scalars([["ge", X, ONE]], [["ge", ["+", SQUARE, ONE], X]])  # for all x, but not at once
    assert redundant(true, "h0") is None
    assert redundant(true, "h0", proved=True) == "the derivation where it holds; where it fails, an immediate proof"
    needed = scalars([["ge", X, ONE]], [["ge", SQUARE, X]])  # false at 1/2
    assert redundant(needed, "h0", proved=True) is None


@pytest.mark.parametrize("letter", [{"dep": "smooth"}, {"law": ["gauss", {"1": 1}]}])
def test_what_moves_or_is_random_has_no_two_cases(letter: dict[str, Any]) -> None:
    s = scalars([["ge", X, ONE]], [["ge", ["+", SQUARE, ONE], X]])
    s["sig"]["letters"]["x"] = letter
    assert Consequences(s).by_cases("h0") is None


def test_a_part_that_equals_what_it_was() -> None:
    """tr(x^T w) is tr(x w^T), whatever stands around it; x^T w alone is not x w^T, nor is any other part."""
    sig = {"time": "none", "nat": {"d": 1}, "letters": {n: {"shape": [{"d": 1}, {"1": 1}]} for n in ("x", "w")}}
    x, w = ["v", "x", [], ""], ["v", "w", [], ""]

    def goal(product: object) -> dict[str, object]:
        return {"all": [], "concl": ["ge", ["ind", ["tr", product]], ["q", "1/2"]]}

    old, new = goal(["*", ["T", x], w]), goal(["*", x, ["T", w]])
    asked = Consequences({"sig": sig, "hyps": [], "goals": [old]})
    assert asked.of_part(old, new, (1, 1, 1)) == ("equivalent", "the part that is changed equals what it was")
    assert asked.of_part(old, goal(["*", ["T", x], x]), (1, 1, 1)) is None
    assert asked.of_part(old, goal(["*", ["T", w], x]), (1, 1, 1)) is not None

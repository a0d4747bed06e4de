"""Starts of flows from which the hypotheses surely go on to hold, and starts that only look like it."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest

from verify.evidence.continuation import definitions, rests, stays, steady
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan, draw_many
from verify.evidence.instance import Instance


def v(name: str, stage: str = "") -> Any:
    return ["v", name, [], stage]


def q(x: object) -> Any:
    return ["q", str(x)]


def minus(x: Any) -> Any:
    return ["*", q(-1), x]


def square(x: Any) -> Any:
    return ["pow", x, {"1": 2}]


def flow(*formulas: Any, goal: Any = None) -> dict[str, Any]:
    letters = {"c": {}, "g": {"dep": "any"}, "x": {"dep": "smooth"}, "y": {"dep": "smooth"}}
    return {
        "sig": {"time": "flow", "letters": letters},
        "hyps": [{"id": f"h{k}", "all": [], "concl": f} for k, f in enumerate(formulas)],
        "goals": [{"all": [], "concl": goal or ["ge", v("x"), v("x")]}],
    }


def at(**values: Any) -> Instance:
    letters = {}
    for name, value in values.items():
        moving = name.startswith("D")
        letters[(name[1:] if moving else name), (), "D" if moving else ""] = F(value)
    return Instance({}, {}, letters)


DECAY = ["eq", ["D", v("x")], minus(v("x"))]
LENGTH = ["eq", square(v("y")), square(v("x"))]  # y = |x|


@pytest.mark.parametrize(
    ("formulas", "start", "expected"),
    [
        ([DECAY], at(x=1, Dx=-1, y=0, Dy=5), True),  # y goes straight on
        ([DECAY, LENGTH], at(x=1, Dx=-1, y=1, Dy=-1), True),
        ([DECAY, LENGTH], at(x=1, Dx=-1, y=1, Dy=0), False),  # not the derivative of |x|
        ([DECAY, LENGTH], at(x=0, Dx=0, y=0, Dy=1), False),  # |x| has no derivative at 0
        ([DECAY, LENGTH], at(x=0, Dx=0, y=0, Dy=0), True),  # at rest
        ([DECAY, ["ge", v("x"), q(0)]], at(x=1, Dx=-1, y=0, Dy=0), True),
        ([DECAY, ["ge", v("x"), q(1)]], at(x=1, Dx=-1, y=0, Dy=0), False),  # holds at the start only
        ([DECAY, ["ge", q(1), v("x")]], at(x=1, Dx=-1, y=0, Dy=0), True),  # equal, and falling
        ([DECAY, ["ge", v("g"), q(1)]], at(x=1, Dx=-1, y=0, Dy=0, g=1), True),  # g rests
        ([DECAY, ["eq", v("g"), v("x")], ["ge", v("g"), q(1)]], at(x=1, Dx=-1, y=0, Dy=0, g=1), False),
        ([["eq", square(["D", v("x")]), q(4)]], at(x=1, Dx=2, y=0, Dy=0), True),
        ([["eq", square(["D", v("x")]), v("y")]], at(x=1, Dx=0, y=0, Dy=-1), False),  # y becomes negative
        ([["eq", ["D", v("x")], ["inv", v("y")]]], at(x=1, Dx=0, y=0, Dy=0), True),  # at rest: inv(0) = 0
        ([["eq", ["D", v("x")], ["inv", v("y")]]], at(x=1, Dx=0, y=0, Dy=1), False),  # 1/y is not continuous
        ([["eq", ["D", v("x")], ["ind", v("x")]]], at(x=0, Dx=1, y=0, Dy=0), False),
        ([["eq", ["D", v("x")], ["ind", v("x")]]], at(x=1, Dx=1, y=0, Dy=0), True),  # constant near 1
        ([["eq", ["D", v("x")], ["ind", v("y")]]], at(x=1, Dx=1, y=0, Dy=-1), False),  # jumps at once
        ([["eq", ["D", v("x")], ["ind", v("g")]], ["eq", v("g"), v("x")]], at(x=2, Dx=1, y=0, Dy=0, g=2), True),
        ([DECAY, ["ge", ["ind", v("x")], q(1)]], at(x=1, Dx=-1, y=0, Dy=0), True),
        ([DECAY, ["ge", ["ind", v("x")], q(1)]], at(x=0, Dx=0, y=0, Dy=1), False),
        ([["eq", ["D", v("x")], ["D", v("y")]], ["eq", ["D", v("y")], ["D", v("x")]]], at(x=0, Dx=1, y=0, Dy=1), False),
        ([DECAY, ["eq", ["D", v("x")], q(-1)]], at(x=1, Dx=-1, y=0, Dy=0), False),  # two motions of x
        ([DECAY, ["ge", q(0), ["D", v("x")]]], at(x=1, Dx=-1, y=0, Dy=0), True),
        ([DECAY, ["ge", q(0), ["D", v("x")]]], at(x=0, Dx=0, y=0, Dy=0), True),  # at rest
        ([["eq", square(["D", v("x")]), q(0)]], at(x=3, Dx=0, y=0, Dy=0), True),  # at rest
        ([["eq", ["D", v("x")], ["D", v("y")]], ["eq", v("g"), v("x")]], at(x=1, Dx=0, y=0, Dy=0, g=1), True),  # rests
        ([["eq", ["D", v("x")], ["*", ["t"], v("g")]], ["eq", ["D", v("y")], ["D", v("x")]], ["eq", v("x"), v("y")]],
         at(x=1, Dx=0, y=1, Dy=0, g=1), False),  # at rest only at time 0
        ([["ge", q(1), ["+", v("x"), ["t"]]]], at(x=1, Dx=0, y=0, Dy=0), False),  # at rest, but time goes on
        ([["ge", square(["D", v("x")]), q(0)], ["eq", v("x"), v("x", "0")]], at(x=1, Dx=1, y=0, Dy=0), False),
    ],
)
def test_starts(formulas: list[Any], start: Instance, expected: bool) -> None:
    plan = Plan.of(flow(*formulas))
    assert stays(plan, Evaluator(plan.sig, start)) is expected


def test_rest_needs_the_start_to_be_where_it_is() -> None:
    plan = Plan.of(flow(["eq", square(["D", v("x")]), q(0)]))
    start = at(x=1, Dx=0, y=0, Dy=0)
    assert rests(plan, Evaluator(plan.sig, start))
    for moved in ({("x", (), "0"): F(2)}, {("y", (), "D"): F(1, 10**9)}):
        assert not rests(plan, Evaluator(plan.sig, start.with_letters(moved)))
    without = Instance({}, {}, {k: x for k, x in start.letters.items() if k != ("y", (), "D")})
    assert not rests(plan, Evaluator(plan.sig, without))


def test_a_derivative_for_a_letter_that_an_equation_defines_is_refused() -> None:
    plan = Plan.of(flow(DECAY, ["eq", v("g"), v("x")]))
    start = at(x=1, Dx=-1, y=0, Dy=0, g=1)
    assert stays(plan, Evaluator(plan.sig, start))
    turned = at(x=1, Dx=-1, y=0, Dy=0, g=1, Dg=7)
    assert not stays(plan, Evaluator(plan.sig, turned))


@pytest.mark.parametrize(("nat", "expected"), [({"N": 2}, True), ({"N": 3}, False), (None, False)])
def test_a_chain_without_members_does_not_move(nat: dict[str, int] | None, expected: bool) -> None:
    """The layers 2 .. N - 1 are none for N = 2, so that a bound of their product says the same at all times."""
    square = [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]]
    layers = {"index": [["j", {"1": 1}, {"N": 1}]], "shape": square, "dep": "smooth", "chain": True}
    inner = ["ch", "W", {"N": 1, "1": -1}, {"1": 2}, ""]
    motion = ["eq", ["D", ["v", "W", [{"j": 1}], ""]], ["v", "W", [{"j": 1}], ""]]
    stated = {
        "sig": {"time": "flow", "nat": {"N": 2}, "dims": {"d": [{}, {"N": 1}]}, "letters": {"W": layers}},
        "hyps": [
            {"id": "flow", "all": [["j", {"1": 1}, {"N": 1}]], "concl": motion},
            {"id": "bounded", "all": [], "concl": ["ge", q(9), ["tr", ["*", ["T", inner], inner]]]},
        ],
        "goals": [{"all": [], "concl": ["ge", q(1), q(0)]}],
    }
    assert steady(Plan.of(stated), nat) is expected


def test_definitions_by_powers() -> None:
    found = definitions(Plan.of(flow(DECAY, LENGTH)))
    assert found is not None and (found["x"].moves, found["y"].moves, found["y"].exponent) == (True, False, 2)


def test_derivatives_follow_from_equations_without_derivatives() -> None:
    """y = |x| along the flow: its derivative is -|x|, so that it falls; mutants that deny it are rejected at once."""
    rises = flow(DECAY, LENGTH, ["gt", v("y"), q(0)], goal=["ge", v("y"), v("y", "0")])
    plan = Plan.of(rises)
    drawn = draw_many(plan, 10, 3)
    assert len(drawn.instances) == 10
    for i in drawn.instances:
        assert i.letters["y", (), "D"] == -i.letters["y", (), ""]
    from verify.evidence.check import Prepared

    assert {Prepared(plan, i).check().status for i in drawn.instances} == {"fails"}


@pytest.mark.parametrize(
    ("row", "defined"),
    [([{"j": 1}, {"k": 1}], True), ([{"k": 1}, {"j": 2}], True), ([{"j": 1, "k": 1}, {}], False)],
)
def test_a_motion_of_a_family_defines_each_member_once(row: list[Any], defined: bool) -> None:
    """x at (j + k, 0) for all j, k defines members more than once, unlike x at (j, k): such indices are refused."""
    two = {"1": 2}
    x = ["v", "x", row, ""]
    motion = {"id": "h", "all": [["j", {}, two], ["k", {}, two]], "concl": ["eq", ["D", x], minus(x)]}
    statement = {
        "sig": {
            "time": "flow",
            "letters": {"x": {"dep": "smooth", "index": [["a", {}, {"1": 4}], ["b", {}, {"1": 4}]]}},
        },
        "hyps": [motion],
        "goals": [{"all": [], "concl": ["ge", q(0), q(0)]}],
    }
    assert (definitions(Plan.of(statement)) is not None) is defined

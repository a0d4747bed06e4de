"""Hypothesis strategies from statements: sorts and corners, shrinking, discards, examples that can be pasted."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis.errors import FailedHealthCheck, Unsatisfiable
from hypothesis.strategies import fractions

from verify.evidence.check import check
from verify.evidence.counterexample import later
from verify.evidence.generate import Plan, validate
from verify.evidence.instance import Instance
from verify.evidence.strategies import from_statement
from verify.evidence.values import Mat

X = ["v", "x", [], ""]
U, V = (["v", x, [], ""] for x in "uv")
QUICK = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def scalar(goal: Any, *hyps: Any) -> dict[str, Any]:
    return {
        "sig": {"time": "none", "letters": {"x": {}}},
        "hyps": [{"id": f"h{k}", "all": [], "concl": f} for k, f in enumerate(hyps)],
        "goals": [{"all": [], "concl": goal}],
    }


VECTORS = {
    "sig": {
        "time": "none",
        "nat": {"n": 1},
        "letters": {"u": {"shape": [{"n": 1}, {"1": 1}]}, "v": {"shape": [{"n": 1}, {"1": 1}]}},
    },
    "hyps": [
        {"id": f"{x[1]}.unit", "all": [], "concl": ["eq", ["tr", ["*", ["T", x], x]], ["q", "1"]]}
        for x in (U, V)
    ],
    "goals": [{"all": [], "concl": ["ge", ["q", "1"], ["tr", ["*", ["T", U], V]]]}],
}


def test_a_counterexample_shrinks_to_the_smallest_and_can_be_pasted() -> None:
    s = scalar(["ge", ["*", X, X], X])  # false between 0 and 1
    plan = Plan.of(s)
    found = find(from_statement(s), lambda i: check(plan, i).status == "fails", settings=QUICK)
    assert found.letters["x", (), ""] in (Fraction(1, 2), Fraction(1, 3))
    again = eval(repr(found), {"Instance": Instance})
    assert again.letters == found.letters and check(plan, again).status == "fails"
    smallest = find(from_statement(s), lambda i: True, settings=QUICK)
    assert smallest.letters["x", (), ""] == 0


def test_shrinking_reaches_small_sizes() -> None:
    """Hypothesis shrinks one choice at a time, and about one search in twenty ends at a larger size."""
    found = [
        find(from_statement(VECTORS), lambda i: i.nat["n"] >= 2, settings=QUICK, random=Random(seed)).nat["n"]
        for seed in range(4)
    ]
    assert sum(n == 2 for n in found) >= 3


def test_special_positions_of_unit_vectors_are_drawn() -> None:
    seen: Counter[str] = Counter()
    plan = Plan.of(VECTORS)

    @QUICK
    @given(from_statement(VECTORS))
    def look(instance: Instance) -> None:
        assert validate(plan, instance) is None
        u, v = (instance.letters[x, (), ""] for x in "uv")
        assert isinstance(u, Mat) and isinstance(v, Mat)
        inner = u.inner(v)
        seen["equal" if inner == 1 else "antipodal" if inner == -1 else "orthogonal" if inner == 0 else "other"] += 1

    look()
    assert {"equal", "antipodal"} <= set(seen)


def test_contradictory_hypotheses_are_an_error() -> None:
    s = scalar(["ge", X, X], ["gt", X, ["q", "1"]], ["gt", ["q", "0"], X])

    @settings(max_examples=10, deadline=None, database=None)
    @given(from_statement(s))
    def look(instance: Instance) -> None:
        pass

    with pytest.raises((FailedHealthCheck, Unsatisfiable)):
        look()

N, AT_I = {"n": 1}, {"i": 1}
EVERY = [["i", {"1": 1}, N]]
LABEL = ["v", "y", [AT_I], ""]
LABELS = {
    "sig": {"time": "none", "nat": {"n": 1}, "letters": {"y": {"index": EVERY}}},
    "hyps": [{"id": "signs", "all": EVERY, "concl": ["eq", ["pow", LABEL, {"1": 2}], ["q", "1"]]}],
    "goals": [{"all": EVERY, "concl": ["eq", LABEL, ["v", "y", [{"1": 1}], ""]]}],
}


def labels(instance: Instance) -> tuple[Any, ...]:
    return tuple(instance.letters["y", (i,), ""] for i in range(1, instance.nat["n"] + 1))


def test_labels_are_signs_of_both_kinds() -> None:
    seen: Counter[tuple[Any, ...]] = Counter()

    @settings(QUICK, max_examples=120, derandomize=True)
    @given(from_statement(LABELS))
    def look(instance: Instance) -> None:
        assert all(y in (1, -1) for y in labels(instance))
        seen[labels(instance)] += 1

    look()
    assert {(1,), (-1,)} <= set(seen) and any(len(set(row)) == 2 for row in seen)


def test_two_different_labels_are_the_smallest_against_equal_labels() -> None:
    plan = Plan.of(LABELS)
    found = find(
        from_statement(LABELS), lambda i: check(plan, i).status == "fails", settings=QUICK, random=Random(3)
    )
    assert sorted(labels(found)) == [-1, 1]


def test_a_time_between_two_others_is_drawn_at_both_and_inside() -> None:
    first, second = ["v", "s", [], ""], ["v", "end", [], ""]
    between = {
        "sig": {"time": "none", "letters": {"s": {}, "end": {}}},
        "hyps": [
            {"id": "begun", "all": [], "concl": ["ge", first, ["q", "0"]]},
            {"id": "before", "all": [], "concl": ["ge", second, first]},
            {"id": "some", "all": [], "concl": ["gt", second, ["q", "0"]]},
        ],
        "goals": [{"all": [], "concl": ["ge", second, first]}],
    }
    seen: Counter[str] = Counter()

    @settings(QUICK, max_examples=60, derandomize=True)
    @given(from_statement(between))
    def look(instance: Instance) -> None:
        s, end = (instance.letters[x, (), ""] for x in ("s", "end"))
        assert isinstance(s, Fraction) and isinstance(end, Fraction) and 0 <= s <= end and end > 0
        seen["start" if s == 0 else "end" if s == end else "inside"] += 1

    look()
    assert set(seen) == {"start", "end", "inside"}


def test_a_flow_is_drawn_at_its_start_and_followed_to_any_time() -> None:
    """x' = -x from a start of at least 1 stays above x(0) / 2 until log 2 = 0.693.., and no longer."""
    flow = {
        "sig": {"time": "flow", "letters": {"x": {"dep": "smooth"}}},
        "hyps": [
            {"id": "flow", "all": [], "concl": ["eq", ["D", X], ["*", ["q", "-1"], X]]},
            {"id": "start", "all": [], "concl": ["ge", ["v", "x", [], "0"], ["q", "1"]]},
        ],
        "goals": [{"all": [], "concl": ["gt", ["*", ["q", "2"], X], ["v", "x", [], "0"]]}],
    }
    plan = Plan.of(flow)

    @settings(QUICK, max_examples=15, derandomize=True)
    @given(from_statement(flow), fractions(Fraction(1, 10), 2, max_denominator=10))
    def look(instance: Instance, time: Fraction) -> None:
        x = instance.letters["x", (), ""]
        assert isinstance(x, Fraction) and x >= 1 and instance.letters["x", (), "D"] == -x
        assert check(plan, instance).status == "holds"
        assert later(plan, instance, time).status == ("holds" if time < Fraction(69, 100) else "fails")

    look()

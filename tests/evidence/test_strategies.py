"""Hypothesis strategies from statements: sorts and corners, shrinking, discards, examples that can be pasted."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis.errors import FailedHealthCheck, Unsatisfiable

from verify.evidence.check import check
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

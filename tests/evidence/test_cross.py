"""Steps of theorems evaluated at random instances."""

from __future__ import annotations

from typing import Any

from tests.kernel.terms import alg, fact, hyp, q, step, sub, theorem, v
from tests.must_fail.twins import TWINS
from verify.evidence.cross import cross_examine

SIG = {"letters": {"x": {}, "y": {}}}
ORDER = hyp("order", ["ge", v("x"), v("y")])


def test_true_steps_are_counted() -> None:
    found = cross_examine(theorem(SIG, [ORDER], [alg("again", ["ge", v("x"), v("y")], fact("order"))]))
    assert found["status"] == "evaluated" and found["violations"] == []
    assert found["settled"] == found["instances"] and (found["steps"], found["silent"]) == (1, 0)


def test_a_false_step_is_found_whatever_its_proof_says() -> None:
    """A checker that accepts everything would accept this; the evaluation does not ask for a proof."""
    false = alg("strict", ["gt", v("x"), ["+", v("y"), q(1)]], fact("order"))
    found = cross_examine(theorem(SIG, [ORDER], [false]))
    assert found["status"] == "violated"
    violation = found["violations"][0]
    assert violation["step"] == "strict" and violation["rule"] == "alg" and "values" in violation


def test_a_false_step_in_the_middle_is_found() -> None:
    wrong = alg("wrong", ["eq", sub(v("x"), v("y")), q(0)], fact("order"))
    after = alg("after", ["ge", v("x"), v("y")], fact("order"))
    found = cross_examine(theorem(SIG, [ORDER], [wrong, after]))
    assert [violation["step"] for violation in found["violations"]][:1] == ["wrong"]


def test_hypotheses_that_no_number_meets_give_no_instance() -> None:
    empty = [hyp("low", ["ge", v("x"), q(1)]), hyp("high", ["ge", q(0), v("x")])]
    found = cross_examine(theorem({"letters": {"x": {}}}, empty, [alg("x", ["ge", v("x"), q(1)], fact("low"))]))
    assert found["status"] == "no instance" and found["silent"] == 1


def test_indices_without_end_are_tried_for_the_first_few() -> None:
    rows = [["i", {}, None]]
    true = step("all", "induct", ["ge", ["n", {"i": 1}], q(0)], rows, var="i", base=[], step=[])
    false = step("two", "induct", ["ge", q(2), ["n", {"i": 1}]], rows, var="i", base=[], step=[])
    assert cross_examine(theorem({"nat": {"n": 0}}, [], [true]))["status"] == "evaluated"
    assert cross_examine(theorem({"nat": {"n": 0}}, [], [false]))["status"] == "violated"


def test_what_cannot_be_evaluated_is_counted_as_such() -> None:
    """Nothing is known of a bounded letter beyond its law, and a budget of nothing decides nothing."""
    found: dict[str, Any] = cross_examine(theorem(SIG, [ORDER], [alg("again", ["ge", v("x"), v("y")], [])]), work=0)
    assert found["status"] in ("no instance", "not evaluable") and found["steps"] == 0


def test_no_twin_of_the_corpus_is_violated() -> None:
    for build in TWINS.values():
        for item in build()["derivation"]:
            assert cross_examine(item, instances=2)["violations"] == [], item["id"]


def test_a_matrix_of_one_entry_that_is_no_rational_number() -> None:
    """Its derivative at the start is asked for only where the entry is exactly 0."""
    sig = {"time": "flow", "letters": {"x": {"dep": "smooth"}}}
    for entry, status in ((["exp", v("x")], "evaluated"), (["*", q(-1), ["exp", v("x")]], "violated")):
        found = cross_examine(theorem(sig, [], [alg("s", ["psd", ["*", entry, ["one", {"1": 1}]]], [])]))
        assert found["status"] == status, found

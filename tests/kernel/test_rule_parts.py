"""Refusals of rules that the corpus of certificates does not meet, each next to a valid certificate."""

from __future__ import annotations

import copy
from typing import Any

from tests.must_fail.twins import ABOVE, BELOW, LAYERS, ONE, TWINS, ZERO, N, j, network
from verify.kernel import replay

from .terms import accepted, alg, goal, q, rejected, step, theorem, tr, v

Json = Any


def twin(name: str) -> Json:
    return copy.deepcopy(TWINS[name]())


def test_the_direction_of_an_interval_is_a_column() -> None:
    (data,) = twin("interval")["derivation"]
    accepted(data)
    data["steps"][0]["x"] = q(1)
    rejected(data, reason="a column of the length", step="moment")


def test_a_homogeneous_body_may_have_constants() -> None:
    (data,) = twin("polar")["derivation"]
    data["sig"]["letters"]["c"] = {}
    (turned,) = data["steps"]
    _, made, plane = turned["concl"]
    c = v("c")
    turned["concl"] = ["eq", ["E", ["*", c, made[1]]], ["*", q(2), ["E", ["*", c, plane[2][1]]]]]
    turned["body"] = ["*", c, turned["body"]]
    data["goals"] = [goal(turned["concl"])]
    accepted(data)
    turned["body"] = ["*", c, turned["body"]]
    rejected(data, reason="another conclusion")


def test_continuation_rests_on_an_inequality() -> None:
    lemma, data = twin("continued")["derivation"]
    accepted(lemma, data)
    equal = ["eq", q(0), q(0)]
    lemma["steps"].append(alg("equal", equal, ["null", q(0)]))
    lemma["goals"], lemma["qed"] = [goal(equal)], ["equal"]
    data["steps"][0]["at"] = []
    rejected(lemma, data, reason="not an inequality between scalars", step="near")


def variation(at: Json, chains: Json, concl: Json, prefix: Json, grad: Json) -> Json:
    sig = network("flow", **chains)
    sig["losses"]["L"]["at"] = at
    sig["letters"]["G"]["shape"] = grad
    return theorem(sig, [], [step("variation", "variation", concl, prefix, loss="L", letter="V")])


def test_a_variation_moves_its_own_family_only() -> None:
    still = {"index": LAYERS, "shape": [["dim", "d", ZERO], ["dim", "d", ZERO]], "chain": True}
    at = ["*", ["ch", "W", N, ONE, ""], ["ch", "U", N, ONE, ""]]
    grad = [["dim", "d", N], ["dim", "d", ZERO]]
    left = ["tr", ["*", tr(v("g", j)), v("V", j)]]
    right = ["tr", ["*", tr(v("G")), ABOVE, v("V", j), BELOW, ["ch", "U", N, ONE, ""]]]
    accepted(variation(at, {"U": still}, ["eq", left, right], LAYERS, grad))
    without = ["tr", ["*", tr(v("G")), ABOVE, v("V", j), BELOW]]
    rejected(variation(at, {"U": still}, ["eq", left, without], LAYERS, grad), reason="another conclusion")


def test_a_layer_outside_of_the_product_does_not_count() -> None:
    at = ["ch", "W", N, {"1": 2}, ""]
    grad = [["dim", "d", N], ["dim", "d", ONE]]
    prefix = [["j", ONE, ONE]]
    moved = ["tr", ["*", tr(v("g", j)), v("V", j)]]
    accepted(variation(at, {}, ["eq", moved, q(0)], prefix, grad))
    rejected(variation(at, {}, ["eq", moved, q(1)], prefix, grad), reason="another conclusion")


def test_the_failure_of_a_comparison_is_derived() -> None:
    data = twin("constant_refuted")
    assert replay.check_all([], data["refutations"])[1][0]["ok"]
    data["refutations"][0]["statement"]["goals"] = [goal(["ne", v("c"), v("x")])]
    outcome = replay.check_all([], data["refutations"])[1][0]
    assert not outcome["ok"] and "not derived, only evaluated" in outcome["reason"]

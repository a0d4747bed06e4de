"""The random models: laws that hold, and near misses that must not."""

from __future__ import annotations

import itertools
import json
from functools import cache
from typing import Any

import pytest

from tests.kernel.terms import alg, fact, hyp, q, step, sub, theorem, tr, v
from verify.crosscheck.files import Library, check
from verify.crosscheck.worlds import ROOTS, TOWER, fraction

x, y, one, half = v("x"), v("y"), q(1), q("1/2")
n = {"n": 1}
Json = Any
PI = ["pi"]


@cache
def library() -> Library:
    return Library()


def outcome(*theorems: Json) -> Json:
    return check(json.dumps({"derivation": list(theorems), "refutations": []}), library())["theorems"][-1]


def holds(left: Json, right: Json, **sig: Json) -> bool:
    """Whether the two are equal by the laws alone."""
    base = {"nat": {"n": 0}, "letters": {"x": {}, "y": {}}}
    zero = ["null", left]
    result = outcome(theorem({**base, **sig}, [], [alg("a", ["eq", left, right], zero)]))
    assert not result.get("unable"), result
    return bool(result["ok"])


def test_the_tower() -> None:
    for above, below in itertools.pairwise(TOWER):
        assert (above - 1) % below == 0
    for p in TOWER:
        assert (p - 1) % ROOTS == 0 and all(pow(a, p - 1, p) == 1 for a in (2, 3, 5, 7, 11))
        assert fraction(pow(7, -1, p) * 3 % p, p) is not None and fraction(pow(3, p // 5, p), p) is None


LAWS = [
    (["*", ["exp", x], ["exp", y]], ["exp", ["+", x, y]]),
    (["exp", ["q", "0"]], one),
    (["inv", ["exp", x]], ["exp", ["*", q(-1), x]]),
    (["inv", ["*", x, y, q(3)]], ["*", ["q", "1/3"], ["inv", x], ["inv", y]]),
    (["inv", ["inv", x]], x),
    (["inv", ["*", ["inv", x], y]], ["*", x, ["inv", y]]),
    (["inv", ["+", ["inv", x], q(0)]], x),
    (["inv", ["pow", ["inv", x], {"1": 3}]], ["pow", x, {"1": 3}]),
    (["inv", ["*", q(2), ["inv", ["*", q(3), ["inv", x]]]]], ["*", half, q(3), ["inv", x]]),
    (["inv", ["prod", "i", {"1": 1}, {"1": 2}, ["inv", x]]], ["*", x, x]),
    (["inv", ["sum", "i", {"1": 1}, {"1": 1}, ["inv", x]]], x),
    (["pow", ["inv", x], {"1": 2}], ["inv", ["pow", x, {"1": 2}]]),
    (["log", one], q(0)),
    (["ind", q(-2)], q(0)),
    (["ind", ["*", q(5), x]], ["ind", x]),
    (["pow", ["ind", x], {"1": 4}], ["ind", x]),
    (["cos", ["+", x, PI]], ["*", q(-1), ["cos", x]]),
    (["cos", ["*", q(-1), x]], ["cos", x]),
    (["cos", ["*", half, PI]], q(0)),
    (["*", ["cos", x], ["cos", y]], ["*", half, ["+", ["cos", sub(x, y)], ["cos", ["+", x, y]]]]),
    (["cos", ["+", ["*", PI, ["inv", ["*", q(2), ["inv", q(2)]]]], x]], ["cos", ["+", x, PI]]),
    (["cos", ["*", ["exp", q(0)], PI]], q(-1)),
    (["cos", ["*", ["cos", q(0)], ["ind", one], PI]], q(-1)),
    (
        ["cos", ["+", ["acos", x], ["pow", ["+", PI, x], {"1": 2}]]],
        ["cos", ["+", ["pow", ["+", x, PI], {"1": 2}], ["acos", x]]],
    ),
    (["cos", ["sum", "i", {"1": 1}, {"1": 2}, PI]], one),
    (["cos", ["*", ["prod", "i", {"1": 1}, {"1": 2}, q(1)], PI]], q(-1)),
]


@pytest.mark.parametrize("left,right", LAWS)
def test_laws_hold(left: Json, right: Json) -> None:
    assert holds(left, right)


MISSES = [
    (["exp", ["*", q(2), x]], ["exp", x]),
    (["pow", sub(["exp", x], one), {"1": 6}], q(0)),
    (["*", x, ["inv", x]], one),
    (["*", ["pow", x, {"1": 6}], ["inv", ["pow", x, {"1": 6}]]], one),
    (["*", ["pow", ["+", q(5), x], {"1": 2}], ["inv", ["pow", ["+", q(5), x], {"1": 2}]]], one),
    (["*", ["n", n], ["inv", ["n", n]]], one),
    (["inv", ["inv", ["*", x, ["inv", x]]]], one),
    (["inv", ["+", ["inv", x], ["inv", y]]], ["+", x, y]),
    (["exp", ["log", x]], x),
    (["log", ["exp", x]], x),
    (["cos", ["acos", x]], x),
    (["+", ["ind", x], ["ind", ["*", q(-1), x]]], one),
    (["ind", ["*", x, y]], ["ind", x]),
    (["cos", ["+", x, ["*", half, PI]]], ["cos", x]),
    (["cos", x], one),
    (["pow", ["root", x, {"1": 2}], {"1": 2}], x),
    (["root", ["*", x, x], {"1": 2}], x),
    (["prod", "k", {}, {"1": 30}, sub(["n", n], ["n", {"k": 1}])], q(0)),
]


@pytest.mark.parametrize("left,right", MISSES)
def test_near_misses_do_not(left: Json, right: Json) -> None:
    assert not holds(left, right)


SQUARE = {"nat": {"n": 1}, "letters": {c: {"shape": [n, n]} for c in "ABCDEF"} | {"S": {"shape": [n, n], "sym": True}}}
A, B, S = v("A"), v("B"), v("S")


def test_matrices() -> None:
    assert holds(["tr", ["*", A, B]], ["tr", ["*", B, A]], **SQUARE)
    assert holds(S, tr(S), **SQUARE)
    assert not holds(["*", A, B], ["*", B, A], **SQUARE) and not holds(A, tr(A), **SQUARE)
    assert holds(["*", tr(["vec", A]), ["vec", B]], ["tr", ["*", tr(A), B]], **SQUARE)
    assert holds(["*", ["kr", A, B], ["vec", S]], ["vec", ["*", B, S, tr(A)]], **SQUARE)
    root = ["root", A, {"1": 2}]
    assert holds(root, tr(root), **SQUARE) and not holds(["*", root, root], A, **SQUARE)


@pytest.mark.parametrize("count", [4, 6])
def test_identities_of_small_matrices_are_not_taken_for_true(count: int) -> None:
    """The standard polynomial of 2k matrices vanishes on k x k matrices, and on no larger ones."""

    def sign(p: tuple[int, ...]) -> int:
        return (-1) ** sum(p[i] > p[j] for i in range(len(p)) for j in range(i + 1, len(p)))

    parts = [["*", q(sign(p)), *(v("ABCDEF"[i]) for i in p)] for p in itertools.permutations(range(count))]
    assert not holds(["+", *parts], ["zero", n, n], **SQUARE)


def test_empty_sizes_are_sizes() -> None:
    sig = {"nat": {"n": 1}, "dims": {"d": [{}, n]}, "letters": {}}
    width = ["n", ["dim", "d", n]]
    assert not holds(["*", width, ["inv", width]], one, **sig)


FLOW = {"time": "flow", "letters": {"u": {"dep": "smooth"}, "w": {"dep": "any"}, "x": {}, "y": {}}}
u = v("u")


def test_derivatives() -> None:
    moved = ["D", u]
    assert holds(["D", ["pow", u, {"1": 3}]], ["*", q(3), ["pow", u, {"1": 2}], moved], **FLOW)
    assert holds(["D", ["exp", ["*", x, ["t"]]]], ["*", x, ["exp", ["*", x, ["t"]]]], **FLOW)
    assert holds(["D", ["cos", u]], ["*", q(-1), ["cos", sub(u, ["*", half, PI])], moved], **FLOW)
    assert holds(["D", ["sum", "i", {"1": 1}, {"1": 3}, u]], ["*", q(3), moved], **FLOW)
    assert holds(
        ["D", ["+", ["inv", x], ["cos", x], ["exp", x], ["prod", "i", {"1": 1}, {"1": 2}, x], PI]], q(0), **FLOW
    )
    assert not holds(["D", ["*", u, u]], ["*", u, moved], **FLOW)


@pytest.mark.parametrize(
    "term", [["inv", u], ["log", u], ["ind", u], ["root", u, {"1": 2}], v("w"), ["prod", "i", {"1": 1}, {"1": 2}, u]]
)
def test_what_need_not_be_differentiable_is_refused(term: Json) -> None:
    result = outcome(theorem(FLOW, [], [alg("a", ["eq", ["D", term], ["D", term]], ["null", q(0)])]))
    assert not result["ok"]


def test_matrix_derivatives() -> None:
    flow = {
        "time": "flow",
        "nat": {"n": 1},
        "letters": {"A": {"shape": [n, n], "dep": "smooth"}, "B": {"shape": [n, n]}},
    }
    moved = ["D", A]
    assert holds(["D", ["kr", A, B]], ["kr", moved, B], **flow) and holds(["D", ["kr", B, A]], ["kr", B, moved], **flow)
    assert holds(["D", ["vec", A]], ["vec", moved], **flow) and holds(["D", ["tr", A]], ["tr", moved], **flow)
    assert holds(["D", ["one", n]], ["zero", n, n], **flow) and holds(["D", B], ["zero", n, n], **flow)
    assert holds(["D", ["pow", A, {"1": 2}]], ["+", ["*", moved, A], ["*", A, moved]], **flow)


CHANCE = {"nat": {"m": 1}, "letters": {"Z": {"law": {"kind": "bounded"}}, "x": {}, "y": {}}}


def test_expectations() -> None:
    z = v("Z")
    assert holds(["E", ["+", ["*", x, z], y]], ["+", ["*", x, ["E", z]], y], **CHANCE)
    assert not holds(["E", ["*", z, z]], ["*", ["E", z], ["E", z]], **CHANCE)
    assert holds(["E", ["*", ["exp", ["+", z, x]], ["E", z]]], ["*", ["exp", x], ["E", ["exp", z]], ["E", z]], **CHANCE)
    for bad in (["log", z], ["inv", z], ["root", z, {"1": 2}]):
        assert not outcome(theorem(CHANCE, [], [alg("a", ["eq", ["E", bad], ["E", bad]], ["null", q(0)])]))["ok"]


def test_functions_nested_too_deep_are_no_opinion() -> None:
    deep: Json = x
    for _ in range(5):
        deep = ["exp", ["+", deep, y]]
    result = outcome(theorem({"letters": {"x": {}, "y": {}}}, [], [alg("a", ["eq", deep, deep], ["null", q(0)])]))
    assert not result["ok"] and result["unable"]


def test_a_scope_without_points_is_empty_or_refused() -> None:
    sig = {"nat": {"N": 1}, "letters": {"x": {}}}
    empty = [["i", {"N": 1, "1": 1}, {"N": 1}]]
    nothing = alg("a", ["eq", x, q(0)], ["null", q(0)], empty)
    assert outcome(theorem(sig, [], [nothing]))["ok"], "an empty range proves anything"
    assert not outcome(theorem(sig, [], [alg("a", ["eq", x, q(0)], ["null", q(0)], [["i", {}, {"N": 1}]])]))["ok"]
    far = {**sig, "assume": [{"N": 1, "1": -900_000}]}
    result = outcome(theorem(far, [], [alg("a", ["eq", x, x], ["null", q(0)])]))
    assert not result["ok"] and "no instance" in result["reason"]


def test_cases_on_naturals_read_each_side_in_its_own_range() -> None:
    sig = {
        "nat": {"N": 2, "i": 1},
        "assume": [{"N": 1, "i": -1}],
        "letters": {"a": {"index": [["k", {"1": 1}, {"N": 1}]]}},
    }
    early = hyp("early", ["ge", v("a", {"q": 1}), q(0)], [["q", {"1": 1}, {"1": 1}]])
    late = hyp("late", ["ge", v("a", {"q": 1}), q(0)], [["q", {"1": 2}, {"N": 1}]])
    proof = ["case", "c", ["nat", {"i": 1}, {"1": 2}], fact("late", {"i": 1}), fact("early", {"i": 1})]
    concl = ["ge", v("a", {"i": 1}), q(0)]
    assert outcome(theorem(sig, [early, late], [alg("a", concl, proof)]))["ok"]
    swapped = ["case", "c", ["nat", {"i": 1}, {"1": 2}], fact("early", {"i": 1}), fact("late", {"i": 1})]
    assert not outcome(theorem(sig, [early, late], [alg("a", concl, swapped)]))["ok"]


def test_shadowing_is_refused() -> None:
    sig = {"nat": {"N": 1}, "letters": {"x": {}}}
    twice = ["sum", "i", {}, {"N": 1}, ["sum", "i", {}, {"N": 1}, x]]
    assert "shadows" in outcome(theorem(sig, [], [alg("a", ["eq", twice, twice], ["null", q(0)])]))["reason"]


def test_too_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.crosscheck.theorems.MOST_STEPS", 1)
    rows = [alg(name, ["eq", x, x], ["null", q(0)]) for name in "ab"]
    assert "more than 1 steps" in outcome(theorem({"letters": {"x": {}}}, [], rows, "many"))["reason"]


def test_induction_needs_a_base() -> None:
    bare = step("a", "induct", ["ge", ["n", {"i": 1}], q(0)], [["i", {}, None]], var="i", base=[], step=["q", "0"])
    assert "base" in outcome(theorem({"nat": {"n": 0}}, [], [bare], "bare"))["reason"]


def test_an_inverse_of_an_inverse_behind_a_letter_of_a_lemma() -> None:
    """The lemma says inv(z) y = w; with z = inv(x) its instance says x y = w."""
    plain = {"letters": {"z": {}, "y": {}, "w": {}}}
    said = ["eq", v("w"), ["*", ["inv", v("z")], y]]
    given = hyp("h", ["eq", ["*", ["inv", v("z")], y], v("w")])
    lemma = theorem(plain, [given], [alg("s", said, ["mul", q(-1), fact("h"), None])], "lemma")

    def used(image: Json) -> Json:
        whole = {"letters": {"x": {}, "y": {}, "w": {}}}
        use = step(
            "u", "use", ["eq", v("w"), ["*", x, y]], theorem="lemma", goal=0, at=[],
            map={"letters": {"z": {"vars": [], "term": image}, **{c: {"vars": [], "term": v(c)} for c in "yw"}}},
            hyps={"h": {"vars": [], "proof": fact("h")}},
        )  # fmt: skip
        return outcome(lemma, theorem(whole, [hyp("h", ["eq", ["*", x, y], v("w")])], [use]))

    assert used(["inv", x])["ok"]
    assert not used(x)["ok"]

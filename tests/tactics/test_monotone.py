"""What follows from a bound since a part of it grows or falls with the place that is changed, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from verify.evidence.consequences import Consequences
from verify.kernel.replay import shelves, theorem
from verify.tactics.immediate import Premises

ONE_TO_N = ({"1": 1}, {"n": 1})
BUT_FIRST, BUT_LAST = ({"1": 2}, {"n": 1}), ({"1": 1}, {"n": 1, "1": -1})
AT = {"i": 1}
X, Y, Z = (["v", n, [], ""] for n in "xyz")
A, B, F = (["v", n, [AT], ""] for n in "abf")
ONE = ["q", "1"]
SIG = {
    "time": "none",
    "nat": {"n": 1},
    "letters": {
        **{n: {} for n in "xyz"},
        **{n: {"index": [["i", {"1": 1}, {"n": 1}]]} for n in "ab"},
        "f": {"index": [["i", {"1": 1}, {"n": 1}]], "law": {"kind": "bounded"}},
    },
}
HYPS = [
    {"id": "x", "all": [], "concl": ["gt", X, ["q", "0"]]},
    {"id": "a", "all": [["i", *ONE_TO_N]], "concl": ["ge", A, ["q", "0"]]},
]


def total(body: Any, ends: Any = ONE_TO_N) -> Any:
    return ["sum", "i", *ends, body]


def product(body: Any, ends: Any = ONE_TO_N) -> Any:
    return ["prod", "i", *ends, body]


def less(t: Any) -> Any:
    return ["+", ONE, ["*", ["q", "-1"], t]]


def chance(body: Any) -> Any:
    return ["E", body]


def follows(old: Any, new: Any) -> bool:
    """Whether the new formula is proved from the old one; if it is, the derivation is replayed once more."""
    premises = Premises(SIG, [*HYPS, {"id": "old", "all": [], "concl": old}])
    found = premises.near("old", {"all": [], "concl": new})
    assert found is None or theorem(found, shelves(), {})["ok"]
    return found is not None


SQUARE = ["pow", B, {"1": 2}]
FIRST = ["ind", ["v", "f", [{"1": 1}], ""]]
EVENT = ["ind", ["+", X, ["*", ["q", "-1"], F]]]


@pytest.mark.parametrize("ends", [BUT_FIRST, BUT_LAST])
@pytest.mark.parametrize(
    ("body", "wrap", "greater"),
    [  # fewer terms or factors, what stands around them, and whether that is greater (1), smaller (-1) or neither
        (total(A), lambda t: t, -1),
        (total(SQUARE), lambda t: ["*", ["q", "2"], X, t], -1),
        (total(SQUARE), lambda t: ["*", ["q", "-2"], X, t], 1),
        (total(SQUARE), lambda t: ["*", Y, t], 0),
        (total(B), lambda t: t, 0),
        (total(["*", ["q", "-1"], SQUARE]), lambda t: t, 1),
        (total(A), lambda t: ["exp", t], -1),
        (total(A), lambda t: ["pow", t, {"1": 3}], -1),
        (total(A), lambda t: ["pow", ["+", Y, t], {"1": 2}], 0),
        (total(A), lambda t: ["inv", ["+", X, t]], 1),
        (total(A), lambda t: ["inv", ["+", Y, t]], 0),
        (total(A), lambda t: ["ind", ["+", Y, t]], -1),
        (product(EVENT), chance, 1),
        (product(EVENT), lambda t: less(chance(t)), -1),
        (product(less(EVENT)), chance, 1),
        (product(A), lambda t: t, 0),
        (product(F), chance, 0),
        (total(["ind", F]), lambda t: chance(["ind", ["+", X, ["*", ["q", "-1"], t]]]), 1),
        (total(["ind", F]), lambda t: chance(["*", FIRST, ["ind", less(t)]]), 1),
        (total(F), lambda t: chance(["ind", ["+", X, ["*", ["q", "-1"], t]]]), 0),
    ],
)
def test_fewer_terms(body: Any, wrap: Any, greater: int, ends: Any) -> None:
    all_of, fewer = wrap(body), wrap([body[0], "i", *ends, body[4]])
    assert follows(["ge", all_of, Z], ["ge", fewer, Z]) is (greater > 0)
    assert follows(["ge", Z, all_of], ["ge", Z, fewer]) is (greater < 0)
    assert follows(["gt", Z, fewer], ["ge", Z, all_of]) is (greater > 0)


@pytest.mark.parametrize(
    ("old", "new", "greater"),
    [
        (["*", ["q", "2"], X], ["*", ["q", "4"], X], 1),
        (["*", ["q", "2"], Y], ["*", ["q", "4"], Y], 0),
        (["exp", ["*", ["q", "-2"], X]], ["exp", ["*", ["q", "-1"], X]], 1),
        (["exp", ["*", ["q", "-2"], ["pow", Y, {"n": 2}]]], ["exp", ["*", ["q", "-1"], ["pow", Y, {"n": 2}]]], 1),
        (["exp", ["*", ["q", "-2"], ["pow", Y, {"n": 1}]]], ["exp", ["*", ["q", "-1"], ["pow", Y, {"n": 1}]]], 0),
        (["exp", ["*", ["q", "-2"], Y]], ["exp", ["*", ["q", "-1"], Y]], 0),
        (["inv", ["*", ["q", "2"], X]], ["inv", ["*", ["q", "1"], X]], 1),
        (total(["*", ["q", "2"], A]), total(["*", ["q", "1"], A]), -1),
        (product(["+", ["q", "1"], A]), product(["+", ["q", "2"], A]), 1),
        (product(["+", ["q", "1"], B]), product(["+", ["q", "2"], B]), 0),
    ],
)
def test_other_constants(old: Any, new: Any, greater: int) -> None:
    assert follows(["ge", old, Z], ["ge", new, Z]) is (greater > 0)
    assert follows(["ge", Z, old], ["ge", Z, new]) is (greater < 0)


def test_neither_both_sides_nor_a_stronger_relation() -> None:
    assert not follows(["ge", total(A), Z], ["gt", total(A), Z])
    assert not follows(["ge", ["*", ["q", "2"], X], Z], ["gt", ["*", ["q", "4"], X], Z])
    assert not follows(["ge", ["*", ["q", "2"], X], X], ["ge", ["*", ["q", "4"], X], ["*", ["q", "3"], X]])
    assert not follows(["eq", ["*", ["q", "2"], X], X], ["eq", ["*", ["q", "4"], X], X])


def test_sums_of_semidefinite_matrices() -> None:
    square = [{"n": 1}, {"n": 1}]
    letters = {"M": {"shape": square, "sym": True}, "c": {}, "K": {"shape": square, "index": [["i", *ONE_TO_N]]}}
    k, m = ["v", "K", [AT], ""], ["v", "M", [], ""]
    hyps = [{"id": "c", "all": [], "concl": ["ge", ["v", "c", [], ""], ["q", "0"]]}]

    def semidefinite(old: Any, new: Any) -> bool:
        sig = {"time": "none", "nat": {"n": 1}, "letters": letters}
        premises = Premises(sig, [*hyps, {"id": "old", "all": [], "concl": ["psd", old]}])
        return premises.near("old", {"all": [], "concl": ["psd", new]}) is not None

    def more(c: str, sign: str = "1") -> Any:
        return ["+", m, ["*", ["q", sign], ["q", c], ["v", "c", [], ""], ["one", {"n": 1}]]]

    assert semidefinite(more("2"), more("4")) and not semidefinite(more("2"), more("1"))
    gram = ["*", ["T", k], k]
    assert semidefinite(["+", m, total(gram, BUT_LAST)], ["+", m, total(gram)])
    assert not semidefinite(["+", m, total(gram)], ["+", m, total(gram, BUT_LAST)])
    other = ["+", k, ["T", k]]
    assert not semidefinite(["+", m, total(other, BUT_LAST)], ["+", m, total(other)])


@pytest.mark.parametrize("target", [True, False])
def test_half_a_squared_distance_is_not_negative(target: bool) -> None:
    """Twice the rate is the greater claim for a loss that is at least 0; of another loss nothing is known."""
    column, w = [{"n": 1}, {"1": 1}], ["v", "w", [], ""]
    loss = {"at": w, "grad": "g", **({"target": ["v", "p", [], ""]} if target else {})}
    letters = {"w": {"shape": column, "dep": "smooth"}, "g": {"shape": column, "dep": "any"}, "p": {"shape": column}}
    sig = {"time": "flow", "nat": {"n": 1}, "letters": {**letters, "l": {"dep": "smooth"}}, "losses": {"l": loss}}

    def bound(rate: str, stage: str) -> Any:
        first = ["*", ["v", "l", [], stage], ["exp", ["*", ["q", rate], ["t"]]]]
        return {"all": [], "concl": ["ge", first, ["v", "l", [], ""]]}

    for stage in ("0", ""):
        premises = Premises(sig, [{"id": "old", **bound("-2", stage)}])
        for _ in range(2):  # nothing is left behind
            found = premises.near("old", bound("-1", stage))
            assert (found is not None) is target and (found is None or theorem(found, shelves(), {})["ok"])
        assert premises.near("old", bound("-4", stage)) is None


def test_mutants_of_goals_and_of_hypotheses() -> None:
    bound, fewer = ["ge", Z, total(A)], ["ge", Z, total(A, BUT_LAST)]
    stated = {"sig": SIG, "hyps": HYPS, "goals": [{"all": [], "concl": bound}]}
    weaker = {**stated, "goals": [{"all": [], "concl": fewer}]}
    assert Consequences(stated).of_goal(weaker, 0) == ("implied", "from the statement")
    assert Consequences(weaker).of_goal(stated, 0) is None
    goal = [{"all": [], "concl": ["ge", Z, X]}]
    needs = {"sig": SIG, "hyps": [*HYPS, {"id": "h", "all": [], "concl": fewer}], "goals": goal}
    needs_more = {**needs, "hyps": [*HYPS, {"id": "h", "all": [], "concl": bound}]}
    assert Consequences(needs).of_hypothesis(needs_more, "h") == ("implied", "from the statement")
    assert Consequences(needs_more).of_hypothesis(needs, "h") is None

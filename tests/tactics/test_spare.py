"""Hypotheses that a derivation hands on to lemmas that do not use them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from verify.kernel.replay import check_all
from verify.tactics.spare import Spare, spared

X, Y, ZERO = ["v", "x", [], ""], ["v", "y", [], ""], ["q", "0"]
SIG = {"time": "none", "letters": {"x": {}, "y": {}}}
HYPS = [
    {"id": "one", "all": [], "concl": ["ge", X, ZERO]},
    {"id": "two", "all": [], "concl": ["ge", Y, ZERO]},
    {"id": "three", "all": [], "concl": ["ge", ["+", X, Y], ZERO]},
]


def lemma(proof: Any, concl: Any) -> dict[str, Any]:
    step = {"id": "s", "rule": "alg", "all": [], "concl": concl, "proof": proof}
    goals = [{"all": [], "concl": concl}]
    return {"id": "lemma", "sig": SIG, "hyps": HYPS, "goals": goals, "steps": [step], "qed": ["s"]}


def using(name: str, known: dict[str, Any], first: str = "one") -> dict[str, Any]:
    """The lemma with its own letters, its hypotheses from those of the same names, `one` from `first`."""
    (goal,) = known["goals"]
    step = {
        "id": "s",
        "rule": "use",
        **goal,
        "theorem": known["id"],
        "map": {"nat": {}, "dims": {}, "letters": {"x": "x", "y": "y"}},
        "hyps": {h: {"vars": [], "proof": ["fact", first if h == "one" else h, []]} for h in ("one", "two", "three")},
        "goal": 0,
        "at": [],
    }
    return {"id": name, "sig": SIG, "hyps": HYPS, "goals": [goal], "steps": [step], "qed": ["s"]}


FIRST = lemma(["fact", "one", []], ["ge", X, ZERO])
BOTH = lemma(["add", ["fact", "one", []], ["fact", "two", []]], ["ge", ["+", X, Y], ZERO])


@pytest.mark.parametrize(("base", "left"), [(FIRST, {"two", "three"}), (BOTH, {"three"})])
def test_what_lemmas_do_not_use_is_spared_through_two_of_them(base: dict[str, Any], left: set[str]) -> None:
    middle = using("middle", base)
    last = using("last", middle)
    theorems = {t["id"]: t for t in (base, middle, last)}
    answers, _ = check_all(list(theorems.values()), [])
    assert all(a["ok"] for a in answers)
    assert all(used for used in answers[-1]["hyp_uses"].values())  # the kernel saw each of them used
    assert {name: spared(theorems, name) for name in theorems} == dict.fromkeys(theorems, frozenset(left))


def test_the_kernel_decides() -> None:
    """What the names of facts tell is a guess: where it does not replay, nothing is spared, nor further up."""
    wrong = copy.deepcopy(FIRST)
    wrong["steps"][0]["proof"] = ["fact", "two", []]  # no proof of x >= 0
    theorems = {t["id"]: t for t in (wrong, using("last", wrong))}
    told = Spare(theorems)
    assert told.guess("lemma") == told.guess("last") == {"one", "three"}
    assert told.of("lemma") == told.of("last") == frozenset()


def test_a_lemma_may_be_given_other_facts() -> None:
    swapped = using("last", FIRST, first="three")  # x >= 0 does not follow from x + y >= 0
    theorems = {t["id"]: t for t in (FIRST, swapped)}
    assert Spare(theorems).guess("last") == {"one", "two"} and spared(theorems, "last") == frozenset()


def test_what_is_no_derivation_spares_nothing() -> None:
    assert spared({}, "nothing") == frozenset()
    circular = using("lemma", FIRST)
    assert spared({"lemma": circular}, "lemma") == frozenset()

"""Semidefinite items of the second checker: rules and decisions; each refusal next to an item that passes."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import flint
import pytest

from tests.kernel.test_semidefinite_kind import LOG, ROOT, SQUARE, TWINS, UNIT, A, item, lemma, numbers, q
from verify.second import files, semidefinite
from verify.second.semidefinite import Facts, psd

Json = Any


def found(data: Json, **lemmas: Json) -> dict[str, Any]:
    return files.answer(copy.deepcopy(data), lambda x: semidefinite.check(x, Facts(lemmas, {})), set())


def balls(*rows: Json) -> Any:
    return [[flint.arb(flint.fmpq(Fraction(x).numerator, Fraction(x).denominator)) for x in r] for r in rows]


def test_balls_decide_what_they_can() -> None:
    assert psd(balls([2, 1], [1, 2]), True) is True
    assert psd(balls([1, 2], [2, 1]), False) is False
    root = flint.arb(2).sqrt()
    assert psd([[root, root], [root, root]], False) is None
    assert psd([[flint.arb(1), flint.arb("nan")], [flint.arb("nan"), flint.arb(1)]], False) is None
    # all minors up to order four are positive, that of order five is not
    cos = Fraction(-3, 10)
    assert psd(balls(*[[1 if i == k else cos for k in range(5)] for i in range(5)]), False) is False
    assert psd(balls(*[[1 if i == k else cos for k in range(4)] for i in range(4)]), False) is True


def test_exact_matrices() -> None:
    def rows(*lines: Json) -> Any:
        return [[Fraction(x) for x in r] for r in lines]

    assert psd(rows([0, 0], [0, 1]), False) is True and psd(rows([0, 1], [1, 1]), False) is False
    assert psd(rows([0, 0], [0, 1]), True) is False


HIDDEN_ZERO = ["+", ["*", ["pow", q(2), q("1/2")], ["pow", q(3), q("1/2")]], ["*", q(-1), ["pow", q(6), q("1/2")]]]
NOTHING = ["inv", 0]
BOX: Json = {}
ONE_ENTRY = [[q(1)]]


def single(proof: Json, claim: str = "psd", rows: Json = None, box: Json = None) -> Json:
    return item(ONE_ENTRY if rows is None else rows, claim, {"proof": proof}, BOX if box is None else box)


def refuted(rows: Json, claim: str, at: Json, because: Json, box: Json = None) -> Json:
    return item(rows, claim, {"refutation": {"at": at, "because": because}}, UNIT if box is None else box)


TWO = numbers([2, 0], [0, 2])
IRRATIONAL = {"a": [q(0), ROOT, False, False]}
GOOD: dict[str, Json] = {
    "one entry": single(["minors", [None]]),
    "two blocks": item(TWO, "psd", {"proof": ["blocks", [[[0], ["numbers"]], [[1], ["numbers"]]]]}, {}),
    "gram": item(TWO, "psd", {"proof": ["gram", [[q(2), None, [q(1), q(0)]], [q(2), None, [q(0), q(1)]]]]}, {}),
    "near": item(
        TWO,
        "pd",
        {"proof": ["near", [["2", "0"], ["0", "2"]], "1/2", [[[None, None]], [[None, None], [None, None]]]]},
        {},
    ),
    "vector": item(numbers([1, 2], [2, 1]), "not psd", {"proof": ["vector", [q(1), q(-1)], None]}, {}),
    "minor": item(numbers([1, 2], [2, 1]), "not psd", {"proof": ["minor", [0, 1], None]}, {}),
    "no value": refuted([[["log", A]]], "psd", {"a": "0"}, ["numbers"]),
    "somewhere": refuted([[A]], "not psd", {"a": "1"}, ["numbers"]),
    "positive": refuted([[A]], "pd", {"a": "0"}, ["vector", [q(1)], None]),
    "some points": item([[["log", ["+", q(2), A]]]], "psd", {"proof": ["minors", [["1", "f"]]]}),
}


@pytest.mark.parametrize("case", GOOD)
def test_items_that_are_not_contradicted(case: str) -> None:
    assert found(GOOD[case], f=lemma(LOG))["ok"], found(GOOD[case], f=lemma(LOG))


SCHUR = ["schur", 0, None, ["minors", [["1", "f"]]]]
BAD: dict[str, tuple[Json, str]] = {
    "vars": (single(["numbers"], box=[]), "vars is an object"),
    "table": (single(["numbers"], rows=[[q(1)], [q(1)]]), "a square table"),
    "claim": (single(["numbers"], "nsd"), "the claim is"),
    "fact": (single(["minors", [["1"]]]), "a fact is"),
    "lemma": (single(["minors", [["1", "g"]]]), "no proved scalar statement"),
    "other domain": (single(["minors", [["1", "f"]]]), "over another domain"),
    "proof": (single("numbers"), "begins with a word"),
    "rule": (single(["trust"]), "a proof is one of"),
    "numbers": (item([[["+", q(2), A]]], "psd", {"proof": ["numbers"]}), "is not a rational number"),
    "not a number": (item([[["+", q(2), A]]], "psd", {"proof": ["minors", [None]]}), "not a rational number"),
    "many minors": (
        item(numbers(*[[int(i == k) for k in range(7)] for i in range(7)]), "psd", {"proof": ["minors", []]}, {}),
        "too many principal minors",
    ),
    "few minors": (item(TWO, "psd", {"proof": ["minors", []]}, {}), "facts are needed"),
    "row": (item(TWO, "psd", {"proof": ["schur", 2, None, ["numbers"]]}, {}), "no such row"),
    "blocks": (item(TWO, "psd", {"proof": ["blocks", [[0, 1]]]}, {}), "rows are whole numbers"),
    "no blocks": (item(TWO, "psd", {"proof": ["blocks", {}]}, {}), "blocks are pairs"),
    "between blocks": (
        item(numbers([2, 1], [1, 2]), "psd", {"proof": ["blocks", [[[0], ["numbers"]], [[1], ["numbers"]]]]}, {}),
        "between two groups is not zero",
    ),
    "rows twice": (
        item(TWO, "psd", {"proof": ["blocks", [[[0, 0], ["numbers"]], [[1], ["numbers"]]]]}, {}),
        "each row once",
    ),
    "gram": (item(TWO, "psd", {"proof": ["gram", {}]}, {}), "a gram sum is a list"),
    "part": (item(TWO, "psd", {"proof": ["gram", [[q(1), None]]]}, {}), "a part is"),
    "vector of a part": (item(TWO, "psd", {"proof": ["gram", [[q(1), None, [q(1)]]]]}, {}), "an entry for each row"),
    "too little": (item(TWO, "psd", {"proof": ["gram", [[q(1), None, [q(1), q(0)]]]]}, {}), "do not add up"),
    "dominant": (item(TWO, "psd", {"proof": ["dominant", [], []]}, {}), "a fact and signs"),
    "sign": (
        item(TWO, "psd", {"proof": ["dominant", [[None, [2, None]], [[1, None], None]], [None, None]]}, {}),
        "a sign is",
    ),
    "near": (item(TWO, "psd", {"proof": ["near", [["2"]], "1", []]}, {}), "does not fit"),
    "near not symmetric": (
        item(TWO, "psd", {"proof": ["near", [["2", "0"], ["1", "2"]], "1", []]}, {}),
        "does not fit",
    ),
    "far": (
        item(
            TWO,
            "psd",
            {"proof": ["near", [["2", "0"], ["0", "2"]], "3/2", [[[None, None]], [[None, None], [None, None]]]]},
            {},
        ),
        "not definite enough",
    ),
    "failure": (
        item(numbers([1, 2], [2, 1]), "not psd", {"proof": ["eigenvalue", 0, None]}, {}),
        "by a vector or a minor",
    ),
    "rows of a minor": (
        item(numbers([1, 2], [2, 1]), "not psd", {"proof": ["minor", [1, 0], None]}, {}),
        "are increasing",
    ),
    "short vector": (
        item(numbers([1, 2], [2, 1]), "not psd", {"proof": ["vector", [q(1)], None]}, {}),
        "an entry for each row",
    ),
    "wrong vector": (
        item(numbers([1, 2], [2, 1]), "not psd", {"proof": ["vector", [q(1), q(1)], None]}, {}),
        "of the sign",
    ),
    "zero vector": (refuted([[A]], "pd", {"a": "0"}, ["vector", [q(0)], None]), "other than 0 is needed"),
    "undefined": (
        item([[["log", A]]], "psd", {"proof": ["numbers"]}, {"a": [q(0), q(1), False, False]}),
        "has no value",
    ),
    "undefined weight": (
        item(TWO, "psd", {"proof": ["gram", [[["pow", q(0), q(-1)], None, [q(1), q(0)]]]]}, {}),
        "has no value",
    ),
    "not symmetric": (item(numbers([1, 2], [0, 1]), "psd", {"proof": ["numbers"]}, {}), "not symmetric"),
    "not psd": (item(numbers([1, 2], [2, 1]), "psd", {"proof": ["numbers"]}, {}), "not PSD"),
    "point": (refuted([[A]], "psd", {}, ["vector", [q(1)], None]), "a value to each variable"),
    "outside": (refuted([[A]], "psd", {"a": "-2"}, ["vector", [q(1)], None]), "not in its range"),
    "irrational end": (refuted([[A]], "not psd", {"a": "1"}, ["numbers"], IRRATIONAL), "an end is not rational"),
    "point not symmetric": (refuted([[q(1), A], [q(0), q(1)]], "not psd", {"a": "1"}, ["numbers"]), "not symmetric"),
    "holds": (refuted([[A]], "psd", {"a": "1"}, ["minor", [0], None]), "of the sign"),
    "neither": ({k: v for k, v in single(["numbers"]).items() if k != "proof"}, "a proof or a refutation"),
}


@pytest.mark.parametrize("case", BAD)
def test_items_that_are_refused(case: str) -> None:
    data, reason = BAD[case]
    answer = found(data, f=lemma(SQUARE))
    assert not answer["ok"] and not answer.get("unable") and reason in answer["reason"], answer


@pytest.mark.parametrize(
    "data",
    [
        single(["numbers"], rows=[[["pow", HIDDEN_ZERO, q(-1)]]]),
        single(["gram", [[["pow", HIDDEN_ZERO, q(-1)], None, [q(1)]]]]),
        refuted([[["pow", HIDDEN_ZERO, q(-1)]]], "psd", {}, ["vector", [q(1)], None], {}),
    ],
)
def test_no_opinion_where_balls_do_not_decide(data: Json) -> None:
    assert found(data)["unable"]


def test_a_refutation_that_elimination_contradicts() -> None:
    """Every sign that was asked for holds at the point, and so does the claim: balls near 0."""
    root = ["*", ROOT, ROOT, q("1/2")]
    data = refuted([[["+", q(1), ["*", q(-1), root], q(1)]]], "pd", {}, ["vector", [q(1)], None], {})
    assert not found(data)["ok"]


def test_twins_are_there() -> None:
    assert all(found(data, **lemmas)["ok"] for data, lemmas in (TWINS["schur"], TWINS["never"]))


def test_a_claim_that_holds_at_the_point_is_not_refuted() -> None:
    """A vector whose entry balls do not tell from 0 contradicts nothing; that the matrix is PSD there does."""
    assert found(refuted([[q(-1)]], "psd", {"a": "0"}, ["vector", [HIDDEN_ZERO], None]))["ok"]
    holds = found(refuted([[q(1)]], "psd", {"a": "0"}, ["vector", [HIDDEN_ZERO], None]))
    assert not holds["ok"] and "holds at the point" in holds["reason"]

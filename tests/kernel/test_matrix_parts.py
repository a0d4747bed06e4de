"""Parts of the checker of matrix items: exact values, networks, limits on size; semidefinite items and tails, too."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.kernel.test_matrix_kind import ONE, TWO, A, B, M, N, item, mul, neg, proof, square, tr
from tests.kernel.test_semidefinite_kind import LOG, UNIT, lemma, numbers
from tests.kernel.test_semidefinite_kind import A as X
from tests.kernel.test_semidefinite_kind import item as psd_item
from tests.kernel.test_semidefinite_kind import q as number
from tests.must_fail.test_identity_corpus import TAILS
from verify.kernel import kinds
from verify.kernel.errors import Budget, Reject
from verify.kernel.matrix import evaluate, networks
from verify.kernel.matrix.terms import Letters, Reader, inverses
from verify.kernel.semidefinite import replay as psd

Json = Any
AB = square("A", "B")
SCALAR = {"shape": [[], []]}
C = ["v", "c"]


def found(data: Json, kind: str = "matrices") -> dict[str, Any]:
    (outcome,) = kinds.check_file({kind: [data]})[kind]
    return outcome


def reader(letters: Json) -> Reader:
    declared = Letters(letters)
    return Reader(declared, networks.Algebra(declared.symmetric, Budget(10**6)))


ROWS = {"A": [["1", "2"], ["3", "4"]], "B": [["0", "1"], ["1", "0"]]}


def instance(goal: Json, letters: Json = None, rows: Json = None, **more: Json) -> Json:
    at = more.pop("at", {"dims": {"n": 2}, "letters": ROWS if rows is None else rows})
    return item(AB if letters is None else letters, goal, {"instance": at}, **more)


SHORT = {"A": {"shape": [[{"n": 1, "1": -2}], N]}}
SIX, SEVEN = [{"1": 6}], [{"1": 7}]
GOOD: dict[str, Json] = {
    "numbers of dimensions": instance([["n", N], ["q", "3"]]),
    "assumptions that hold": instance([A, B], invertible=[A, B], hyps=[[mul(B, B), ONE]]),
    "symbolic power": item(
        AB, [["pow", ["q", "-2"], [{"n": 1, "1": 1}]], mul(["q", "-2"], ["pow", ["q", "-2"], N])], proof()
    ),
    "power of three": item(AB, [["pow", ["q", "3"], N], ["pow", ["q", "3"], N]], proof()),
    "difference": item(AB, [["+", A, neg(A)], ["Z", N, N]], proof()),
    "determinant": item({"A": {"shape": [TWO, TWO]}}, [["det", tr(A)], ["det", A]], {"entries": True}),
}
BAD: dict[str, tuple[Json, str]] = {
    "size": (instance([["I", [{"k": 1}]], A]), "a dimension without a size"),
    "rows": (instance([A, B], rows={"A": "1", "B": ROWS["B"]}), "a list of rows"),
    "instance": (instance([A, B], at=[]), "an instance has dims and letters"),
    "empty": (instance([A, A], letters=SHORT, rows={"A": [["1", "2"]]}), "not positive"),
    "large determinant": (
        item({"A": {"shape": [SIX, SIX]}}, [["det", A], ["det", A]], {"entries": True}),
        "order above 5",
    ),
    "large matrix": (item({"A": {"shape": [SEVEN, SEVEN]}}, [A, A], {"entries": True}), "too large to expand"),
    "shapes": (item({"A": {"shape": [TWO, TWO]}}, [A, ["tr", A]], {"entries": True}), ""),
    "power of zero": (item({**AB, "c": SCALAR}, [["pow", ["+", C, neg(C)], N], ["q", "0"]], proof()), "power of zero"),
    "large prime": (item(AB, [["pow", ["q", "10007"], N], ["pow", ["q", "10007"], N]], proof()), "large prime factor"),
    "kronecker": (
        item({"A": {"shape": [N, M]}, "B": {"shape": [N, N]}}, [B, B], proof([["1", None, ["kron-det", A, B]]])),
        "square factors",
    ),
    "parts": (item(AB, [A, A], proof([["1", None, "h0"]] * 2_001), hyps=[[A, B]]), "too many parts"),
    "steps": (
        item(AB, [A, A], proof((), *[{"id": f"s{k}", "equal": [A, A], "by": []} for k in range(401)])),
        "more than 400",
    ),
    "letter": (item({"A": {"size": N}}, [A, A], proof()), "needs a shape"),
    "labels": (item(AB, [["net", [1], [], [[A, ["i"], ["j"]]]], A], proof()), "labels of a network are texts"),
}


@pytest.mark.parametrize("case", GOOD)
def test_items(case: str) -> None:
    outcome = found(GOOD[case])
    assert outcome["ok"], outcome


@pytest.mark.parametrize("case", BAD)
def test_items_that_are_refused(case: str) -> None:
    data, reason = BAD[case]
    outcome = found(data)
    assert not outcome["ok"] and reason in outcome["reason"], outcome


def test_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    squares = mul(["+", A, B], ["+", A, neg(B)])
    product = item(AB, [["tr", squares], ["tr", ["+", mul(A, A), neg(mul(B, B))]]], proof())
    assert found(product)["ok"]
    for name, size, reason in (
        ("MAX_TERMS", 1, "too many terms"),
        ("MAX_FACTORS", 1, "too many factors"),
        ("MAX_LEAVES", 0, "too many symmetric parts"),
        ("MAX_BITS", 1, "beyond the size limit"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(networks, name, size)
            assert reason in found(product).get("reason", name)
    monkeypatch.setattr(evaluate, "MAX_BITS", 3)
    assert "beyond the size limit" in found(instance([["tr", A], ["q", "1"]]))["reason"]
    assert "beyond the size limit" in found(instance([mul(A, A), A]))["reason"]


def test_inverses_of_inverses_of_numbers() -> None:
    r = reader({"c": SCALAR, **AB})
    assert r.read(["inv", ["inv", C]]).terms == r.read(C).terms
    assert r.read(["inv", ["q", "2"]]).terms == r.read(["q", "1/2"]).terms
    assert r.read(["inv", ["inv", ["+", C, ["q", "1"]]]]).terms != r.read(C).terms
    assert r.read(["inv", ["+", C, neg(C)]]).terms == {}


def test_a_context_holds_no_context() -> None:
    r = reader(AB)
    x = r.read(A)
    assert r.filled(mul(B, ["hole"]), x).terms == r.read(mul(B, A)).terms
    r.hole = x
    with pytest.raises(Reject, match="a context inside a context"):
        r.filled(["hole"], x)


def test_nothing_is_emitted_for_zero() -> None:
    out: dict[Any, Fraction] = {}
    networks.Algebra(frozenset(), Budget(100)).emit(out, Fraction(0), {}, [], ())
    assert out == {}
    assert inverses(["net", [], [], [[["inv", A], ["i"], ["i"]]]]) == [A]


# ---- semidefinite items and tails ----------------------------------------


def test_semidefinite_items() -> None:
    two = psd_item(
        [[LOG, number(0)], [number(0), LOG]],
        "psd",
        {"proof": ["blocks", [[[0], ["minors", [["1", "f"]]]], [[1], ["minors", [["1", "f"]]]]]]},
    )
    unit = numbers(*[[int(i == k) for k in range(4)] for i in range(4)])
    minors = psd_item(unit, "pd", {"proof": ["minors", [None] * 4]}, {})
    mixed = psd_item(
        [[number(2), number(1), number(1)], [number(1), number(2), number(1)], [number(1), number(1), number(2)]],
        "pd",
        {"proof": ["minors", [None] * 3]},
        {},
    )
    full = psd_item(
        numbers([4, 1, 1, 1], [1, 4, 1, 1], [1, 1, 4, 1], [1, 1, 1, 4]), "pd", {"proof": ["minors", [None] * 4]}, {}
    )
    half = psd_item(
        [[X]],
        "psd",
        {"refutation": {"at": {"a": "-1"}, "because": ["minor", [0], None]}},
        {"a": [None, number(1), True, False]},
    )
    for data in (two, minors, mixed, full, half):
        (outcome,) = psd.check_all([data], {"f": lemma(LOG)})
        assert outcome["ok"], outcome
    assert UNIT


def test_what_is_positive_by_its_shape() -> None:
    a = ("var", "a")
    two, half = ("q", Fraction(2)), ("q", Fraction(1, 2))
    assert psd._positive(("exp", a)) and psd._positive(("pow", two, half)) and psd._total(("log", ("exp", a)))
    assert not psd._positive(a) and not psd._positive(("pow", two, a)) and not psd._total(("log", a))


def test_tails_have_a_proof_or_a_refutation() -> None:
    good = TAILS["false"]
    assert found(good, "tails")["ok"]
    bad = {k: v for k, v in good.items() if k != "refutation"}
    assert "either a proof or a refutation" in found(bad, "tails")["reason"]


def test_the_numbers_of_a_law_are_short() -> None:
    good = TAILS["false"]
    law = {**good["refutation"], "p": f"1/{1 << 5_000}"}
    assert "short" in found({**good, "refutation": law}, "tails")["reason"]

"""Matrix items of the second checker: shapes, worlds, reasons, exact instances; each refusal next to what passes."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tests.kernel.test_matrix_kind import ONE, TWO, A, B, M, N, item, mul, neg, proof, square, tr
from verify.second import files, matrices
from verify.second.errors import Rejected, Work
from verify.second.matrices import LARGE, Letters, Unfit, World

Json = Any
AB = square("A", "B")
FEW = [{"n": 1, "1": -2}]
MIXED = {"A": {"shape": [N, M]}, "B": {"shape": [N, N]}}
NET = ["net", ["i"], ["k"], [[A, ["i"], ["j"]], [B, ["j"], ["k"]]]]


def found(data: Json) -> dict[str, Any]:
    return files.answer(data, matrices.check, set())


def test_what_is_accepted_here() -> None:
    number = {"shape": [[], []]}
    for goal, letters in (
        ([["kron", mul(A, B), ONE], mul(["kron", A, ONE], ["kron", B, ONE])], AB),
        ([["vec", ["+", A, B]], ["+", ["vec", A], ["vec", B]]], AB),
        ([["had", A, B], ["had", B, A]], AB),
        ([NET, mul(A, B)], AB),
        ([["net", ["i"], ["i"], [[A, ["i"], ["i"]]]], ["had", A, ONE]], AB),
        ([["net", [], [], [[A, ["i"], ["i"]]]], ["tr", A]], AB),
        ([mul(["inv", ["n", N]], ["n", N]), ["q", "1"]], AB),
        ([["pow", ["v", "c"], N], ["pow", ["v", "c"], N]], {**AB, "c": number}),
        ([mul(["v", "c"], A), mul(A, ["v", "c"])], {**AB, "c": number}),
        ([["ones", [{"n": 1}, {"1": 1}], M], ["ones", N, M]], MIXED),
        ([mul(["q", "1/31"], ["inv", ["n", N]], ["n", N]), ["q", "1/31"]], AB),
    ):
        answer = found(item(letters, goal, proof()))
        assert answer["ok"], (goal, answer)


def statement(letters: Json, term: Json) -> Json:
    return item(letters, [term, term], proof())


SHAPES: dict[str, tuple[Json, str]] = {
    "dimension": (statement({"A": {"shape": [N, "n"]}}, A), "short list of linear forms"),
    "form": (statement({"A": {"shape": [N, [{}]]}}, A), "a linear form is an object"),
    "coefficient": (statement({"A": {"shape": [N, [{"n": True}]]}}, A), "no linear form"),
    "symbol": (statement({"A": {"shape": [N, [{"?": 1}]]}}, A), "is no symbol"),
    "negative": (statement({"A": {"shape": [N, [{"n": -1}]]}}, A), "never positive"),
    "letters": (statement([], A), "letters is an object"),
    "shape": (statement({"A": {"shape": [N]}}, A), "a shape is"),
    "not square": (statement({"A": {"shape": [N, M], "flags": ["symmetric"]}}, A), "is not square"),
    "two meanings": (statement({"n": {"shape": [N, N]}}, ["v", "n"]), "a letter and a dimension"),
    "unknown size": (statement(AB, ["I", M]), "in no shape"),
    "may be empty": (statement(AB, ["I", [{"n": 1, "1": -1}]]), "may be 0"),
    "no term": (statement(AB, "A"), "begins with a word"),
    "empty sum": (statement(AB, ["+"]), "empty sum"),
    "unknown": (statement(AB, ["conj", A]), "unknown term"),
    "hole": (statement(AB, ["hole"]), "outside of a context"),
    "summands": (statement(MIXED, ["+", A, B]), "summands of different shapes"),
    "entrywise": (statement(MIXED, ["had", A, B]), "entrywise product"),
    "determinant": (statement(MIXED, ["det", A]), "not square"),
    "large power": (statement(AB, ["pow", A, 25]), "an exponent is from"),
    "power of a matrix": (statement(AB, ["pow", A, N]), "may be negative, or of a matrix"),
    "negative power": (statement(AB, ["pow", ["tr", A], [{"n": 1, "1": -2}]]), "may be negative"),
    "network": (statement(AB, ["net", ["i"], ["i"], [[A, ["i"]]]]), "a network is"),
    "indices": (statement(AB, ["net", ["i"], ["i"], [[A, ["i"], []]]]), "another number of indices"),
    "two dimensions": (statement(MIXED, ["net", ["i"], [], [[A, ["i"], ["i"]]]]), "over two dimensions"),
    "output": (statement(AB, ["net", ["i"], ["m"], [[A, ["i"], ["j"]]]]), "without a dimension"),
    "sides": (item(MIXED, [A, B], proof()), "the sides have different shapes"),
    "equation": (item(AB, [A], proof()), "an equation is"),
    "hyps": (
        {**item(AB, [A, A], proof()), "statement": {"letters": AB, "invertible": {}, "hyps": [], "goal": [A, A]}},
        "hyps and invertible are lists",
    ),
    "invertible": (item(MIXED, [B, B], proof(), invertible=[A]), "an invertible expression is square"),
    "too large": (statement({"A": {"shape": [[{"1": 401}], N]}}, A), "too large to sample"),
    "no sizes": (statement({"A": {"shape": [[{"n": 1, "1": -90}], N]}}, A), "no sizes suit"),
}


@pytest.mark.parametrize("case", SHAPES)
def test_statements_that_are_none(case: str) -> None:
    data, reason = SHAPES[case]
    answer = found(data)
    assert not answer["ok"] and reason in answer["reason"], answer


H0 = [[A, B]]


def by(*parts: Json, **more: Json) -> Json:
    return item(AB, [A, B], proof(parts, *more.pop("steps", ())), hyps=H0, **more)


def shown(m: Json, because: Json, letters: Json = None, **more: Json) -> Json:
    """A step that says that m is invertible, with a goal that needs it."""
    steps = [{"id": "i", "invertible": m, "because": because}]
    return item(AB if letters is None else letters, [mul(["inv", m], m), mul(["inv", m], m)], proof((), *steps), **more)


GIVEN: Json = {"invertible": [["+", A, neg(A)], A]}
PROOFS: dict[str, tuple[Json, Json, str]] = {
    "by": (by(["1", None, "h0"]), item(AB, [A, B], {"proof": {"steps": [], "by": 1}}, hyps=H0), "by is a list"),
    "part": (by(["1", None, "h0"]), by(["1", "h0"]), "a part is"),
    "reference": (by(["1", None, "h0"]), by(["1", None, 3]), "no known theorem"),
    "square": (
        by(["1", None, "h0"]),
        item(MIXED, [["det", B], ["det", B]], proof([["1", None, ["det*", A, A]]])),
        "about square matrices",
    ),
    "kron-det": (
        item(
            AB,
            [["det", ["kron", A, B]], mul(["pow", ["det", A], N], ["pow", ["det", B], N])],
            proof([["1", None, ["kron-det", A, B]]]),
        ),
        by(["1", None, ["kron-det", A]]),
        "no known theorem",
    ),
    "order": (by(["1", None, "h0"]), by(["1", None, ["newton", A]]), "needs a fixed order"),
    "small order": (
        item({"A": {"shape": [TWO, TWO]}}, [["det", A], ["det", A]], proof([["0", None, ["newton", A]]])),
        item({"A": {"shape": [[{"1": 6}], [{"1": 6}]]}}, [A, A], proof([["0", None, ["newton", A]]])),
        "order of at most 5",
    ),
    "steps": (by(["1", None, "h0"]), item(AB, [A, B], {"proof": {"steps": 1, "by": []}}, hyps=H0), "steps is a list"),
    "equal": (
        by(["1", None, "s"], steps=[{"id": "s", "equal": [A, B], "by": [["1", None, "h0"]]}]),
        by(["1", None, "s"], steps=[{"id": "s", "equal": [A, tr(B)], "by": [["1", None, "h0"]]}]),
        "s: the difference",
    ),
    "id": (by(["1", None, "h0"]), by(steps=[{"equal": [A, A]}]), "a step has an id"),
    "used id": (by(["1", None, "h0"]), by(steps=[{"id": "h0", "equal": [A, A], "by": []}]), "is in use"),
    "plus": (by(["1", None, "h0"]), by(steps=[{"id": "s", "zero": A, "by": [], "plus": {}}]), "plus is a list"),
    "because": (shown(A, ["given", 1], **GIVEN), shown(A, "given"), "because is a list"),
    "natural": (shown(["n", N], ["natural"]), shown(A, ["natural"]), "not a number made of dimensions"),
    "positive natural": (
        shown(["+", ["n", N], ["q", "1"]], ["natural"]),
        shown(["+", ["n", N], ["q", "-3"]], ["natural"]),
        "not positive at sizes",
    ),
    "inverse": (
        shown(A, ["inverse", B, [["1", None, "h0"]]], hyps=[[mul(A, B), ONE]]),
        shown(A, ["inverse", ["q", "1"], []]),
        "the shape of its matrix",
    ),
    "alike": (shown(A, ["given", 1], **GIVEN), shown(["tr", A], ["given", 1], **GIVEN), "said of another expression"),
    "defined": (
        item(
            AB,
            [mul(["inv", A], B), ONE],
            proof([["1", None, "h0"]], {"id": "i", "invertible": A, "because": ["defined", 0, 0]}),
            hyps=[[mul(["inv", A], B), ONE]],
        ),
        item(AB, [mul(["inv", A], B), ONE], proof([["1", None, "h0"]]), hyps=[[mul(["inv", A], B), ONE]]),
        "not shown to exist",
    ),
    "zero": (shown(A, ["given", 1], **GIVEN), shown(["+", A, neg(A)], ["given", 0], **GIVEN), "not shown to exist"),
    "another size": (
        shown(A, ["given", 1], **GIVEN),
        item(
            MIXED,
            [mul(["inv", B], B), mul(["inv", B], B)],
            proof((), {"id": "i", "invertible": ["n", N], "because": ["natural"]}),
        ),
        "not shown to exist",
    ),
    "another matrix": (
        shown(A, ["given", 1], **GIVEN),
        item(
            AB,
            [mul(["inv", B], B), mul(["inv", B], B)],
            proof((), {"id": "i", "invertible": A, "because": ["given", 1]}),
            **GIVEN,
        ),
        "not shown to exist",
    ),
    "nothing": (
        shown(A, ["given", 1], **GIVEN),
        item(
            AB,
            [mul(["inv", A], A), mul(["inv", A], A)],
            proof((), {"id": "i", "invertible": ["+", A, neg(A)], "because": ["given", 0]}),
            **GIVEN,
        ),
        "not shown to exist",
    ),
    "few sizes": (
        item(
            {"A": {"shape": [FEW, FEW]}},
            [mul(["inv", A], A), mul(["inv", A], A)],
            proof((), {"id": "i", "invertible": A, "because": ["given", 0]}),
            invertible=[A],
        ),
        item({"A": {"shape": [FEW, FEW]}}, [mul(["inv", A], A), mul(["inv", A], A)], proof()),
        "not shown to exist",
    ),
    "number": (
        item(AB, [mul(["inv", ["n", N]], ["n", N]), ["q", "1"]], proof()),
        item(AB, [mul(["inv", ["+", ["n", N], neg(["n", N])]], ["q", "0"]), ["q", "0"]], proof()),
        "not shown to exist",
    ),
    "expansion": (
        item({"A": {"shape": [TWO, TWO]}}, [A, A], {"entries": True}),
        item(AB, [A, A], {"entries": True}),
        "needs fixed sizes",
    ),
    "expanded inverse": (
        item({"A": {"shape": [TWO, TWO]}}, [A, A], {"entries": True}),
        item({"A": {"shape": [TWO, TWO]}}, [["inv", A], ["inv", A]], {"entries": True}),
        "knows no inverses",
    ),
    "entries": (
        item({"A": {"shape": [TWO, TWO]}}, [A, A], {"entries": True}),
        item({"A": {"shape": [TWO, TWO]}}, [A, A], {"entries": 1}),
        "entries is true",
    ),
}


@pytest.mark.parametrize("case", PROOFS)
def test_proofs_and_their_neighbours(case: str) -> None:
    true, false, reason = PROOFS[case]
    assert found(true)["ok"], found(true)
    answer = found(false)
    assert not answer["ok"] and not answer.get("unable") and reason in answer["reason"], answer


def test_worlds_refuse_what_does_not_fit() -> None:
    letters = Letters(MIXED)
    world = World(letters, {"n": 2, "m": 3}, LARGE, Random(0), Work(1000))
    small = World(letters, {"n": 2, "m": 3}, 31, Random(0), Work(1000))
    with pytest.raises(Unfit):
        small.rational(Fraction(1, 62))
    with pytest.raises(Unfit):
        world.value(["pow", ["q", "2"], [{"n": 1, "1": -5}]])
    with pytest.raises(Rejected, match="different shapes"):
        world.add(world.value(A), world.value(B))
    with pytest.raises(Rejected, match="do not compose"):
        world.mul(world.value(A), world.value(B))
    assert world.mul(world.value(B), world.value(A)) == world.value(mul(B, A))


def test_how_many_letters_a_term_has() -> None:
    assert matrices.degree(NET) == 2 and matrices.degree(["pow", ["tr", A], N]) == 3 and matrices.degree(3) == 0
    assert matrices.inverses(["net", [], [], [[["inv", A], ["i"], ["i"]]]]) == [A]


# ---- exact instances -----------------------------------------------------------------------------------------------

ROWS = {"A": [["1", "2"], ["3", "4"]], "B": [["0", "1"], ["1", "0"]]}
EXACT: list[tuple[Json, Json]] = [
    (["tr", A], ["q", "5"]),
    (["det", A], ["q", "-2"]),
    (["pow", A, 2], mul(A, A)),
    (["n", N], ["q", "2"]),
    (["tr", ["kron", A, B]], ["q", "0"]),
    (["had", A, B], ["+", ["had", B, A], ["Z", N, N]]),
    (mul(tr(["vec", A]), ["vec", A]), ["q", "30"]),
    (mul(["inv", B], B), ["I", N]),
    (["ones", N, N], ["+", ["ones", N, N]]),
    (["pow", ["tr", A], N], ["q", "25"]),
    (mul(["q", "2"], A), ["+", A, A]),
    (tr(A), ["T", A]),
]


def instance(goal: Json, rows: Json = None, dims: Json = None, **more: Json) -> Json:
    letters = more.pop("letters", AB)
    at = {"dims": {"n": 2} if dims is None else dims, "letters": ROWS if rows is None else rows}
    return item(letters, goal, {"instance": at}, **more)


@pytest.mark.parametrize(("term", "value"), EXACT, ids=[x[0] + str(i) for i, (x, _) in enumerate(EXACT)])
def test_exact_values(term: Json, value: Json) -> None:
    assert "the goal holds" in found(instance([term, value]))["reason"]
    off = (
        ["+", value, value, ["I", N]]
        if Letters(AB).kind(term) == (matrices.dimension(N),) * 2
        else ["+", value, ["q", "1"]]
    )
    if Letters(AB).kind(term)[0] != Letters(AB).kind(off)[0]:
        return
    assert found(instance([term, off])) == {"id": "x", "ok": True, "how": "confirmed", "fails": "relation"}


SYMMETRIC = [["2", "1"], ["1", "2"]]
FALSE: Json = [["tr", A], ["q", "1"]]
INSTANCES: dict[str, tuple[Json, bool, str]] = {
    "not positive": (instance([["I", [{"n": 1, "1": -2}]], A]), False, "is not positive"),
    "large": (instance([["I", [{"n": 1}, {"1": 33}]], A]), False, "above 64"),
    "large product": (instance([["kron", ["I", [{"1": 33}]], A], A]), False, "above 64"),
    "network": (instance([NET, A]), True, "networks at an instance"),
    "square": (instance([["det", ["vec", A]], ["q", "1"]]), False, "a square matrix"),
    "power": (instance([["pow", ["tr", A], [{"1": 65}]], ["q", "1"]]), False, "outside of its range"),
    "unknown": (instance([["wish", A], A]), False, "unknown term"),
    "compose": (instance([mul(A, tr(["vec", A])), A]), False, "do not compose"),
    "shapes": (instance([["had", A, ["vec", A]], A]), False, "different shapes"),
    "letters": (instance(FALSE, {"A": ROWS["A"]}), False, "each letter needs a value"),
    "dims": (instance(FALSE, None, {"n": 0}), False, "each dimension needs a size"),
    "rows": (instance(FALSE, {**ROWS, "A": [["1", "2"]]}), False, "another shape"),
    "flag": (instance(FALSE, letters=square("A", "B", flags=("symmetric",))), False, "A is not symmetric"),
    "psd": (
        instance(FALSE, letters=square("A", "B", flags=("psd",)), rows={"A": SYMMETRIC, "B": ROWS["B"]}),
        False,
        "B is not psd",
    ),
    "orthogonal": (
        instance(FALSE, letters=square("A", flags=("orthogonal",)), rows={"A": SYMMETRIC}),
        False,
        "not orthogonal",
    ),
    "invertible letter": (
        instance(FALSE, letters=square("A", flags=("invertible",)), rows={"A": [["1", "1"], ["1", "1"]]}),
        False,
        "not invertible",
    ),
    "invertible": (instance(FALSE, invertible=[["+", A, neg(A)]]), False, "declared invertible is singular"),
    "hypothesis": (instance(FALSE, hyps=[[A, B]]), False, "hypothesis 0 fails"),
    "no value": (instance(FALSE, hyps=[[["inv", ["+", A, neg(A)]], A]]), False, "has no value"),
}


@pytest.mark.parametrize("case", INSTANCES)
def test_instances_that_refute_nothing(case: str) -> None:
    data, unable, reason = INSTANCES[case]
    answer = found(data)
    assert not answer["ok"] and bool(answer.get("unable")) is unable and reason in answer["reason"], answer


def test_instances_that_refute() -> None:
    flags = {**square("A", flags=("symmetric", "psd", "invertible")), **square("B", flags=("orthogonal",))}
    good = instance(
        FALSE, {"A": SYMMETRIC, "B": ROWS["B"]}, letters=flags, invertible=[A, B], hyps=[[mul(B, B), ["I", N]]]
    )
    assert found(good)["how"] == "confirmed"
    assert found(instance([mul(["inv", ["+", A, neg(A)]], A), A]))["fails"] == "undefined"

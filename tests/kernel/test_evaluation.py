"""Exact evaluation at an instance, function by function."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from verify.kernel import evaluate as ev
from verify.kernel.errors import Budget, Reject
from verify.kernel.signature import parse

from .terms import neg, q, sub, tr, v

Json = Any
F = Fraction
ONE, ZERO, N = {"1": 1}, {}, {"N": 1}
A = [[F(1), F(2)], [F(0), F(-1)]]
B = [[F(3), F(0)], [F(1, 2), F(5)]]
ROW, COLUMN = [[F(1), F(-2)]], [[F(3)], [F(4)]]


def state(work: int = 10**5, **letters: Any) -> ev.State:
    shape = [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]]
    sig = parse(
        {
            "time": "none",
            "nat": {"N": 1, "M": 0},
            "dims": {"d": [ONE, {"N": 1, "1": 1}]},
            "letters": {"W": {"index": [["j", {"1": 2}, N]], "shape": shape, "chain": True}, "x": {}, "A": {}, "B": {}},
        }
    )
    values = {"x": F(2, 3), "A": A, "B": B, "r": ROW, "c": COLUMN, **letters}

    def get(name: str, index: tuple[int, ...], stage: str) -> Any:
        found = values[name]
        return found[index] if index else found

    return ev.State(sig, {"N": 3, "M": 0}, {"d": [1, 2, 3, 2]}, get, Budget(work))


def at(t: Json, **letters: Any) -> Any:
    return ev.value(t, state(**letters))


def refused(t: Json, reason: str, **letters: Any) -> None:
    with pytest.raises(Reject, match=reason):
        at(t, **letters)


def test_index_expressions() -> None:
    assert ev.form({"N": 2, "1": -1}, {"N": 3}) == 5 and ev.form({}, {}) == 0
    for bad in ([], "N", None, {"M": 1}, {"N": "1"}, {"N": True}, {"N": 1.0}):
        with pytest.raises(Reject):
            ev.form(bad, {"N": 3})
    assert ev.form({"1": 4, "i": -1}, {"i": 4}) == 0


def test_dimensions() -> None:
    st = state()
    assert [ev.dimension(["dim", "d", {"1": i}], st) for i in (1, 2, 3, 4)] == [1, 2, 3, 2]
    for i in (0, 5, -1):
        with pytest.raises(Reject, match="out of range"):
            ev.dimension(["dim", "d", {"1": i}], st)
    assert ev.dimension(N, st) == 3 and ev.dimension({"M": 1}, st) == 0 and ev.dimension({"1": 60}, st) == 60
    for bad in ({"1": 61}, {"1": -1}, {"M": 1, "1": -1}):
        with pytest.raises(Reject, match="outside"):
            ev.dimension(bad, st)
    for bad in (["dim", "d"], ["size", "d", ONE], [], "d"):
        with pytest.raises(Reject, match="expression expected"):
            ev.dimension(bad, st)


def test_sums() -> None:
    assert ev.add(F(1), F(1, 2)) == F(3, 2)
    assert ev.add(A, B) == [[F(4), F(2)], [F(1, 2), F(4)]]
    for a, b in ((F(1), A), (A, F(1)), (A, ROW), (ROW, A), (ROW, COLUMN), (A, [[F(1), F(2)], [F(1)]])):
        with pytest.raises(Reject, match="different shapes"):
            ev.add(a, b)


def test_products() -> None:
    st = state()
    assert ev.mul(F(2), F(3, 4), st) == F(3, 2)
    assert ev.mul(F(2), ROW, st) == [[F(2), F(-4)]] == ev.mul(ROW, F(2), st)
    assert ev.mul(A, B, st) == [[F(4), F(10)], [F(-1, 2), F(-5)]]
    assert ev.mul(ROW, COLUMN, st) == [[F(-5)]]
    assert ev.mul(COLUMN, ROW, st) == [[F(3), F(-6)], [F(4), F(-8)]]
    for a, b in ((ROW, ROW), (COLUMN, A), (A, ROW), ([[F(1), F(2)], [F(1)]], COLUMN)):
        with pytest.raises(Reject, match="do not compose"):
            ev.mul(a, b, st)
    assert ev.mul([[], []], [], st) == [[], []]
    before = st.budget.left
    ev.mul(A, COLUMN, st)
    assert before - st.budget.left == 4
    ev.mul([[]], [], st)
    assert before - st.budget.left == 4
    ev.mul(F(1), F(1), st)
    assert before - st.budget.left == 5


def test_sizes_of_numbers() -> None:
    st = state()
    large = F(2 ** (ev.MAX_BITS - 2))  # with its denominator just within the limit
    assert ev.mul(large, F(1), st) == large
    for a, b in ((large, F(2)), ([[F(1), F(1)], [large, F(1)]], F(4)), ([[F(1), large * 2]], F(1))):
        with pytest.raises(Reject, match="size limit"):
            ev.mul(a, b, st)


def test_traces() -> None:
    assert ev.trace(A) == 0 and ev.trace(B) == 8 and ev.trace([]) == 0
    for bad in (F(1), ROW, COLUMN, [[F(1), F(2)], [F(1)]]):
        with pytest.raises(Reject, match="not a square matrix"):
            ev.trace(bad)


A_, B_ = v("A"), v("B")
VALUES: dict[str, tuple[Json, Any]] = {
    "rational": (["q", "-2/4"], F(-1, 2)),
    "natural": (["n", N], F(3)),
    "size": (["n", ["dim", "d", {"1": 3}]], F(3)),
    "letter": (v("x"), F(2, 3)),
    "sum": (["+", v("x"), q(1), q(2)], F(11, 3)),
    "lone sum": (["+", v("x")], F(2, 3)),
    "product": (["*", v("x"), q(3), q(2)], F(4)),
    "order": (["*", A_, B_], [[F(4), F(10)], [F(-1, 2), F(-5)]]),
    "three": (["*", A_, B_, A_], [[F(4), F(-2)], [F(-1, 2), F(4)]]),
    "unit": (["one", {"1": 2}], [[F(1), F(0)], [F(0), F(1)]]),
    "zero": (["zero", {"1": 2}, ONE], [[F(0)], [F(0)]]),
    "transpose": (tr(v("r")), [[F(1)], [F(-2)]]),
    "trace": (["tr", B_], F(8)),
    "tensor": (["kr", v("r"), v("c")], [[F(3), F(-6)], [F(4), F(-8)]]),
    "tensors": (["kr", A_, v("r")], [[F(1), F(-2), F(2), F(-4)], [F(0), F(0), F(-1), F(2)]]),
    "columns": (["vec", A_], [[F(1)], [F(0)], [F(2)], [F(-1)]]),
    "power": (["pow", v("x"), {"1": 3}], F(8, 27)),
    "no power": (["pow", v("x"), ZERO], F(1)),
    "matrix power": (["pow", B_, {"1": 2}], [[F(9), F(0)], [F(4), F(25)]]),
    "no matrix power": (["pow", A_, {"M": 1}], [[F(1), F(0)], [F(0), F(1)]]),
    "sum over": (["sum", "i", ONE, N, ["n", {"i": 2}]], F(12)),
    "product over": (["prod", "i", ONE, N, ["n", {"i": 1}]], F(6)),
    "product over none": (["prod", "i", ONE, {"M": 1}, ["n", {"i": 1}]], F(1)),
    "matrices over": (["sum", "i", ONE, {"1": 2}, ["*", ["n", {"i": 1}], v("r")]], [[F(3), F(-6)]]),
    "nested": (["sum", "i", ONE, N, ["sum", "k", ONE, {"i": 1}, ["n", {"k": 1}]]], F(10)),
    "inverse": (["inv", v("x")], F(3, 2)),
    "inverse of zero": (["inv", q(0)], F(0)),
    "event": (["ind", v("x")], F(1)),
    "event at zero": (["ind", q(0)], F(1)),
    "no event": (["ind", neg(v("x"))], F(0)),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    t, want = VALUES[name]
    assert at(t) == want


def test_chains() -> None:
    two, three = [[F(1), F(2), F(0)], [F(0), F(1), F(1)]], [[F(1)], [F(2)], [F(3)]]
    members = {(2,): [[F(1)], [F(2)]], (3,): [[F(1), F(0)], [F(0), F(1)], [F(1), F(1)]], (4,): two}
    got = at(["ch", "W", {"1": 4}, {"1": 2}, ""], W=members)
    assert got == [[F(1 + 4)], [F(2 + 3)]] and three[0] == [F(1)]
    assert at(["ch", "W", {"1": 2}, {"1": 2}, ""], W=members) == members[(2,)]
    assert at(["ch", "W", {"1": 2}, {"1": 3}, ""], W=members) == [[F(1), F(0)], [F(0), F(1)]]
    assert at(["ch", "W", ONE, {"1": 2}, ""], W=members) == [[F(1)]]


@pytest.mark.parametrize(
    ("t", "reason"),
    [
        (tr(v("x")), "non-empty matrix"),
        (tr(["zero", ZERO, ONE]), "non-empty matrix"),
        (["pow", v("x"), {"1": 61}], "outside 0..60"),
        (["pow", v("x"), {"1": -1}], "outside 0..60"),
        (["sum", "i", ONE, {"M": 1}, q(1)], "empty sum"),
        (["sum", "1", ONE, N, q(1)], "not a name"),
        (["prod", "%0", ONE, N, q(1)], "not a name"),
        (["sum", "i", ONE, {"1": 4002}, q(1)], "too long"),
        (["exp", q(0)], "no exact value"),
        (["pi"], "no exact value"),
        (["E", q(0)], "no exact value"),
        (["root", q(1), ONE], "no exact value"),
        ("x", "term expected"),
    ],
)
def test_refused(t: Json, reason: str) -> None:
    refused(t, reason)


def test_the_longest_range_and_power() -> None:
    assert at(["sum", "i", ONE, {"1": 4001}, q(1)]) == 4001
    assert at(["pow", q(1), {"1": 60}]) == 1


def test_work_is_counted() -> None:
    with pytest.raises(Reject, match="budget"):
        ev.value(["+", q(1), q(1), q(1)], state(work=3))
    assert ev.value(["+", q(1), q(1), q(1)], state(work=4)) == 3
    with pytest.raises(Reject, match="budget"):
        ev.value(["kr", v("A"), v("B")], state(work=18))
    assert len(ev.value(["kr", v("A"), v("B")], state(work=19))) == 4


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([], True),
        ([["0"]], True),
        ([["2"]], True),
        ([["-1"]], False),
        ([["1", "1"], ["1", "1"]], True),
        ([["1", "2"], ["2", "4"]], True),
        ([["1", "2"], ["2", "3"]], False),
        ([["0", "1"], ["1", "9"]], False),
        ([["0", "0"], ["0", "9"]], True),
        ([["1", "0"], ["0", "-1"]], False),
        ([["1", "2"], ["0", "5"]], False),
        ([["5", "0"], ["2", "1"]], False),
        ([["2", "-1", "0"], ["-1", "2", "-1"], ["0", "-1", "2"]], True),
        ([["1", "1", "1"], ["1", "1", "2"], ["1", "2", "1"]], False),
        ([["1", "1", "1"], ["1", "1", "1"], ["1", "1", "1"]], True),
        ([["1", "0", "1"], ["0", "0", "0"], ["1", "0", "1"]], True),
        ([["1", "0", "1"], ["0", "0", "1"], ["1", "1", "9"]], False),
        ([["4", "2", "1"], ["2", "1", "1"], ["1", "1", "9"]], False),
        ([["4", "2", "2"], ["2", "5", "3"], ["2", "3", "2"]], True),
        ([["4", "2", "2"], ["2", "5", "3"], ["2", "3", "1"]], False),
        ([["1", "0", "0", "0"], ["0", "1", "0", "1"], ["0", "0", "1", "0"], ["0", "1", "0", "1"]], True),
        ([["1", "0", "0", "0"], ["0", "1", "0", "2"], ["0", "0", "1", "0"], ["0", "2", "0", "1"]], False),
    ],
)
def test_semidefinite(rows: Json, answer: bool) -> None:
    assert ev.positive_semidefinite([[F(x) for x in row] for row in rows]) is answer


@pytest.mark.parametrize(
    ("f", "answer"),
    [
        (["eq", v("x"), q("2/3")], True),
        (["eq", v("x"), q(1)], False),
        (["ne", v("x"), q("2/3")], False),
        (["ne", v("x"), q(1)], True),
        (["ge", v("x"), q("2/3")], True),
        (["ge", v("x"), q(1)], False),
        (["gt", v("x"), q("2/3")], False),
        (["gt", v("x"), q(0)], True),
        (["eq", A_, A_], True),
        (["eq", A_, B_], False),
        (["eq", v("r"), sub(v("r"), ["*", q(0), v("r")])], True),
        (["ne", A_, A_], False),
        (["ne", A_, ["+", A_, ["*", ["ind", q(1)], ["zero", {"1": 2}, {"1": 2}]]]], False),
        (["psd", ["*", A_, tr(A_)]], True),
        (["psd", neg(["one", ONE])], False),
        (["psd", v("x")], False),
    ],
)
def test_formulas(f: Json, answer: bool) -> None:
    assert ev.holds(f, state()) is answer


@pytest.mark.parametrize(
    "f", [["ge", v("A"), v("A")], ["gt", v("r"), v("r")], ["le", q(1), q(2)], ["is", v("A"), v("A")]]
)
def test_formulas_without_a_truth_value(f: Json) -> None:
    with pytest.raises(Reject, match="without an exact truth value"):
        ev.holds(f, state())

"""What is read strictly: theorems, signatures and terms that are none, each next to one that is."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.kernel.terms import alg, fact, hyp, q, step, theorem, tr, v
from verify.crosscheck import forms, values
from verify.crosscheck.errors import Ill, Rejected
from verify.crosscheck.files import Library, check
from verify.crosscheck.values import Mat

Json = Any
LIBRARY = Library()
n, N, ONE = {"n": 1}, {"N": 1}, {"1": 1}
X, Y, A = v("x"), v("y"), v("A")
SIG: Json = {
    "nat": {"n": 1, "N": 1},
    "dims": {"d": [{}, N]},
    "letters": {
        "x": {},
        "y": {},
        "a": {"index": [["i", ONE, N]]},
        "A": {"shape": [n, n]},
        "W": {
            "index": [["j", ONE, N]],
            "shape": [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]],
            "chain": True,
        },
    },
}


def answer(*theorems: Json) -> Json:
    return check(json.dumps({"derivation": list(theorems), "refutations": []}), LIBRARY)["theorems"][-1]


def equal(term: Json, sig: Json = None, prefix: Json = ()) -> Json:
    """The theorem that a term equals itself."""
    return theorem(SIG if sig is None else sig, [], [alg("s", ["eq", term, term], ["null", term], list(prefix))])


def test_terms_that_are_some() -> None:
    for term in (
        ["+", X, Y],
        ["sum", "k", ONE, N, v("a", {"k": 1})],
        ["ch", "W", N, ONE, ""],
        ["pow", X, n],
        ["kr", A, A],
        ["one", n],
        ["root", ["*", X, X], {"1": 2}],
    ):
        assert answer(equal(term))["ok"], term


TERMS: list[tuple[Json, str]] = [
    ("x", "begins with its constructor"),
    ([], "begins with its constructor"),
    (["+"], "needs arguments"),
    (["sin", X], "unknown term"),
    (["exp", X, X], "arguments instead of"),
    (["t"], "the time of a flow"),
    (["pow", X, {"n": 1, "1": -2}], "exponent may be below 0"),
    (["root", X, {}], "exponent may be below 1"),
    (["D", X], "a time derivative"),
    (["E", X], "without random letters"),
    (["sum", "k", ONE, {"N": 1, "1": -2}, X], "may end before it begins"),
    (["sum", "k", {"1": -1}, N, X], "may be negative"),
    (["sum", "x", ONE, N, X], "x"),
    (v("a", {}), "may be below its range"),
    (v("a", {"N": 1, "1": 1}), "may be above its range"),
    (v("z"), "not in the signature"),
    (v("x", stage="0"), "no stage"),
    (["ch", "A", N, ONE, ""], "is no chain family"),
    (["ch", "W", {"N": 1, "1": 1}, ONE, ""], "leaves its range"),
    (["ch", "W", ONE, {"1": 3}, ""], ""),
    (["q", "1/0"], ""),
    (["q", 1], "a rational number is a string"),
    (["n", "n"], ""),
    (["pow", X, {"n": True}], "no small non-zero integer"),
    (["pow", X, "n"], "must be an object"),
    (["pow", X, {"m": 1}], "unknown symbol"),
    (["*", A, ["one", N]], "product of"),
    (["+", A, X], "sum of"),
    (["kr", X, A], "Kronecker product"),
    (["vec", X], "stacked columns of"),
    (["exp", A], "matrix where a scalar is needed"),
    (["pow", ["ch", "W", N, ONE, ""], {"1": 2}], "a power of"),
    (["tr", ["ch", "W", N, ONE, ""]], "a trace of"),
    (["+", ["vec", A], X], "a stacked column"),
]


@pytest.mark.parametrize(("term", "reason"), TERMS, ids=str)
def test_terms_that_are_none(term: Json, reason: str) -> None:
    found = answer(equal(term))
    assert not found["ok"] and not found.get("unable") and reason in found["reason"], found


def changed(**fields: Json) -> Json:
    data = theorem(
        SIG,
        [hyp("h", ["ge", X, q(0)]), hyp("k", ["ge", v("a", {"i": 1}), q(0)], [["i", ONE, N]])],
        [alg("s", ["ge", X, q(0)], fact("h")), alg("t", ["gt", ["+", X, q(1)], q(0)], ["add", fact("h"), ["q", "1"]])],
    )
    data = copy.deepcopy(data)
    for path, new in fields.items():
        here = data
        *way, last = path.split("_")
        for key in way:
            here = here[int(key)] if key.isdigit() else here[key]
        here[int(last) if last.isdigit() else last] = new
    return data


THEOREMS: list[tuple[dict[str, Json], str]] = [
    ({"id": ""}, "reserved or in use"),
    ({"id": "a:b"}, "reserved or in use"),
    ({"goals": []}, "needs a goal"),
    ({"qed": []}, "one fact for each goal"),
    ({"qed": ["u"]}, "there is no fact"),
    ({"qed": ["k"]}, "another prefix"),
    ({"qed": ["s"]}, "another formula"),
    ({"extra": 1}, "unknown field"),
    ({"hyps_0_id": "IH"}, "used twice or reserved"),
    ({"hyps_1_id": "h"}, "used twice or reserved"),
    ({"hyps_0_concl": []}, "begins with its relation"),
    ({"hyps_0_concl": ["lt", X, X]}, "unknown relation"),
    ({"steps_0_rule": "trust"}, "unknown rule"),
    ({"steps_0_id": "h"}, "in use"),
    ({"sig_time": "always"}, "unknown kind of time"),
    ({"sig_nat_n": -1}, "no small natural number"),
    ({"sig_letters_x": {"dep": "any"}}, "in a statement without time"),
    ({"sig_letters_A": {"shape": [n, n], "law": {"kind": "gauss"}}}, "must be a column"),
    ({"steps_0_proof": "h"}, "begins with its constructor"),
    ({"steps_0_proof": ["hope"]}, "is no proof term"),
    ({"steps_0_proof": ["fact", "h"]}, "arguments"),
    ({"steps_0_proof": ["fact", "u", []]}, "there is no fact"),
    ({"steps_0_proof": ["q", "-1"]}, "negative"),
    ({"steps_0_proof": ["sq", X]}, "another conclusion"),
    ({"steps_1_proof": ["add", fact("h"), ["q", "0"]]}, "strict"),
]


@pytest.mark.parametrize(("fields", "reason"), THEOREMS, ids=str)
def test_theorems_that_are_none(fields: Json, reason: str) -> None:
    found = answer(changed(**fields))
    assert not found["ok"] and reason in found["reason"], found


def test_the_twin_of_these() -> None:
    assert answer(changed())["ok"]


def prove(concl: Json, proof: Json, sig: Json = None, hyps: Json = ()) -> Json:
    return answer(theorem(SIG if sig is None else sig, list(hyps), [alg("s", concl, proof)]))


COIN = {"kind": "finite", "values": [["1/2", "0"], ["1/2", "2"]]}
RANDOM: Json = {
    "nat": {"n": 1},
    "letters": {"Z": {"law": COIN}, "U": {"law": {"kind": "angle"}}, "x": {}, "Y": {"law": COIN}},
}
Z, U = v("Z"), v("U")


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        (["law", "Z", [], Z], ["law", "x", [], X], "no finite law"),
        (["law", "Z", [], Z], ["law", "Z", [], ["E", Z]], "an expectation in a term"),
        (["law", "Z", [], Z], ["law", "Z", [], ["*", Z, v("Y")]], "another random letter"),
        (["law", "Z", [], Z], ["law", "Z", [], ["+", Z, q(-1)]], "at each value"),
    ],
)
def test_values_of_a_law(good: Json, bad: Json, reason: str) -> None:
    assert prove(["ge", good[3], q(0)], good, RANDOM)["ok"]
    found = prove(["ge", bad[3], q(0)], bad, RANDOM)
    assert not found["ok"] and reason in found["reason"], found


def test_angles() -> None:
    up = ["+", ["pi"], U]
    assert prove(["ge", up, q(0)], ["angle", "U", [], 1], RANDOM)["ok"]
    for bad in (["angle", "Z", [], 1], ["angle", "U", [], 2], ["angle", "U", [], True]):
        found = prove(["ge", up, q(0)], bad, RANDOM)
        assert not found["ok"] and "no uniform angle" in found["reason"], found


def test_cases_that_cannot_occur() -> None:
    low = [hyp("low", ["ge", q(-1), X]), hyp("high", ["ge", X, q(0)])]
    assert prove(["eq", q(-5), q(0)], ["absurd", q(-5), ["add", fact("low"), fact("high")]], SIG, low)["ok"]
    found = prove(["eq", q(-5), q(0)], ["absurd", q(-5), fact("high")], SIG, low)
    assert not found["ok"] and "not shown to be impossible" in found["reason"], found


def test_what_is_not_zero() -> None:
    other = [hyp("other", ["ne", X, q(0)]), hyp("same", ["eq", X, X])]
    one = ["eq", ["*", X, ["inv", X]], q(1)]
    assert prove(one, ["inv", X, ["ne", "other", []]], SIG, other)["ok"]
    found = prove(one, ["inv", X, ["ne", "same", []]], SIG, other)
    assert not found["ok"] and "not of the form" in found["reason"], found
    assert prove(["ne", ["+", X, q(5)], X], ["q", "5"], SIG)["ok"]
    found = prove(["ne", ["+", X, q(5)], X], ["q", "4"], SIG)
    assert not found["ok"] and "another conclusion" in found["reason"], found


FLOW: Json = {"time": "flow", "nat": {"n": 1}, "letters": {"x": {"dep": "smooth"}, "r": {}, "A": {"shape": [n, n]}}}


def test_derivatives_of_equations() -> None:
    equation = [hyp("e", ["eq", X, q(1)])]
    still = ["eq", ["D", X], q(0)]
    assert answer(theorem(FLOW, equation, [alg("s", still, ["D", fact("e")])]))["ok"]
    case = ["case", "c", v("r"), ["D", fact("e")], ["D", fact("e")]]
    found = answer(theorem(FLOW, equation, [alg("s", still, case)]))
    assert not found["ok"] and "inside a case on a sign" in found["reason"], found
    twice = [hyp("e", ["eq", ["D", X], q(0)])]
    found = answer(theorem(FLOW, twice, [alg("s", ["eq", ["D", X], q(0)], ["D", fact("e")])]))
    assert not found["ok"] and "a second derivative" in found["reason"], found
    plain = theorem({"letters": {"x": {}}}, equation, [alg("s", ["eq", X, X], ["D", fact("e")])])
    assert "not about a flow" in answer(plain)["reason"]


def test_matrices_of_one_entry() -> None:
    sig = {"nat": {"n": 1}, "letters": {"a": {"shape": [ONE, ONE]}, "A": {"shape": [n, n]}}}
    small, large = v("a"), v("A")
    assert prove(["eq", small, ["*", ["tr", small], ["one", ONE]]], ["single", small], sig)["ok"]
    found = prove(["eq", large, ["*", ["tr", large], ["one", n]]], ["single", large], sig)
    assert not found["ok"] and "1 x 1" in found["reason"], found


def test_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    assert forms.impossible([{"x": 1}, {"x": -1, "1": -1}])
    assert not forms.impossible([{"x": 1}])
    monkeypatch.setattr(forms, "_multipliers", lambda _: [forms.Fraction(-1), forms.Fraction(-1)])
    assert not forms.impossible([{"x": 1}, {"x": -1, "1": -1}])
    with pytest.raises(Rejected, match="must be an object"):
        forms.read([], {})


def test_values_of_matrices() -> None:
    def same(x: Any) -> Any:
        return x

    a, wide = Mat(1, 1, [[2]]), Mat(1, 2, [[1, 2]])
    stack = values.vec(wide)
    assert values.transpose(3) == 3 and values.describe(stack) == "a stacked column of 2 entries"
    for call in (
        lambda: values.mul(wide, wide, same),
        lambda: values.kron(3, a, same),
        lambda: values.vec(stack),
        lambda: values.trace(wide, same),
        lambda: values.add(a, 1, same),
    ):
        with pytest.raises(Ill):
            call()
    assert values.kron(a, wide, same).data == [[2, 4]] and tr(A) and step

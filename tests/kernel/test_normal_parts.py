"""Parts of normal forms by themselves: each refusal that certificates seldom meet, next to what passes."""

from __future__ import annotations

from typing import Any

import pytest

from verify.kernel import linear as ln
from verify.kernel import normal as nm
from verify.kernel import replay
from verify.kernel import words as wd
from verify.kernel.checker import Checker
from verify.kernel.errors import Budget, Reject
from verify.kernel.normal import SCALAR, Algebra, Poly
from verify.kernel.refute import _stages
from verify.kernel.signature import parse

from .terms import accepted, alg, fact, hyp, q, rejected, step, theorem, v

Json = Any
n, N, one = {"n": 1}, {"N": 1}, ln.const(1)
INDEXED = {"index": [["i", {"1": 1}, N]]}
SIG: Json = {
    "time": "none",
    "nat": {"n": 1, "N": 1, "m": 1},
    "dims": {"d": [{}, N]},
    "letters": {
        "x": {},
        "y": {},
        "a": INDEXED,
        "A": {"shape": [n, n]},
        "B": {"shape": [n, {"m": 1}]},
        "W": {
            "index": [["j", {"1": 1}, N]],
            "shape": [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]],
            "chain": True,
        },
    },
}
X, Y, A = v("x"), v("y"), v("A")


def algebra(sig: Json = SIG) -> Algebra:
    return Checker(parse(sig), Budget(10**6)).alg


def read(t: Json, sig: Json = SIG) -> Any:
    c = Checker(parse(sig), Budget(10**6))
    return c.read(t, c.top())


def unread(t: Json, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        read(t)


def same(a: Json, b: Json) -> None:
    sig = {k: x for k, x in SIG.items() if k != "time"}
    accepted(theorem(sig, [], [alg("same", ["eq", a, b], ["null", q(0)])]))


def test_terms_that_stay_as_they_are() -> None:
    power = ["prod", "i", {"1": 1}, N, ["pow", v("a", {"i": 1}), n]]
    same(power, power)
    total = ["inv", ["sum", "i", {"1": 1}, N, v("a", {"i": 1})]]
    same(total, total)
    same(["*", ["ind", X], ["ind", ["*", q(2), X]]], ["ind", X])


def test_terms_that_have_no_normal_form() -> None:
    unread(["*", ["pow", ["cos", X], n], ["cos", X]], "symbolic exponent")
    unread(["E", A], "a scalar is needed")
    with pytest.raises(Reject, match="expectation of something that is not a scalar"):
        algebra().expect(read(A))
    unread(["ch", "A", N, {"1": 1}, ""], "not a chain family")
    same(["*", ["cos", X], ["cos", X]], ["*", q("1/2"), ["+", q(1), ["cos", ["*", q(2), X]]]])


def test_powers_of_indicators_under_a_binder() -> None:
    a = algebra()
    (mono,) = read(["ind", X]).terms
    ((atom, _),) = mono[1]
    assert a._canon_mono(((), ((atom, ln.const(2)),), ()), {}, 0)[0] == mono


def test_parts_of_the_algebra(monkeypatch: pytest.MonkeyPatch) -> None:
    a = algebra()
    out: dict[Any, Any] = {}
    a.emit(out, (), {}, (), 0)
    assert out == {}
    with pytest.raises(Reject, match="in a circle"):
        a._canon_mono(((("u", ln.var("v")), ("v", ln.var("u"))), (), ()), {}, 0)
    assert a._canon_holder(("pi",), {}, 0) == (("pi",), 1)
    rows, cols = ("n", ln.var("n")), ("n", ln.var("m"))
    assert a.word((), rows, rows).terms
    with pytest.raises(Reject, match="two different dimensions"):
        a.word((), rows, cols)
    angle = read(X)
    assert a._mul_cos(a.rational(2), angle).terms == a.scale(a.cos(angle), 2).terms
    with pytest.raises(Reject, match="too entangled"):
        a._mul_cos(a.mul(read(Y), a.cos(angle)), angle)
    cosine = a.cos(angle)
    ((_, ((atom, _),), _),) = cosine.terms
    symbolic = Poly(SCALAR, {((), ((atom, ln.var("n")),), ()): 1})
    with pytest.raises(Reject, match="symbolic exponent"):
        a.mul(symbolic, cosine)
    with pytest.raises(Reject, match="product of tensors"):
        a._mul_body(("w", ()), ("v", ()), SCALAR)
    assert a.letter("W", (one,), "", 0).terms == a.chain("W", one, one, "").terms
    monkeypatch.setattr(nm, "MAX_HOLDERS", 0)
    small = algebra()
    assert small.mul(small.exp(angle), small.exp(read(Y))).terms == read(["exp", ["+", X, Y]]).terms
    assert len(small._holders) <= 1


def test_an_expectation_of_one_term(monkeypatch: pytest.MonkeyPatch) -> None:
    sig = {"time": "none", "letters": {"U": {"law": {"kind": "angle"}}, "x": {}}}
    assert read(["E", ["cos", v("U")]], sig).terms
    a = algebra(sig)
    p = read(["cos", v("U")], sig)
    monkeypatch.setattr(a, "mul", lambda *_: a.add(p, a.rational(1)))
    with pytest.raises(Reject, match="does not stay a monomial"):
        a.expect(p)


def test_sorts_of_factors() -> None:
    a = algebra()
    unit, word = a.one(("n", ln.var("n"))), read(A)
    assert a.factor_sort(("r", a.key(a.add(unit, word)), ln.const(2)))[0] == "m"
    with pytest.raises(Reject, match="root of a multiple of the unit"):
        a.factor_sort(("r", a.key(unit), ln.const(2)))


def test_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def chain(hi: int, lo: int) -> Any:
        return ("c", "W", "", 0, ln.const(hi), ln.const(lo), 0)

    letter = ("l", "A", (), "", 0, 0)
    assert wd.cyclic((chain(2, 1), letter, chain(4, 3))) == wd.cyclic((letter, chain(4, 1)))
    inner = ("p", (letter,), ln.var("n"))
    assert wd._power((inner,), ln.var("m")) == (("p", (inner,), ln.var("m")),)
    monkeypatch.setattr(wd, "normal", lambda w: w)  # which writes out constant powers
    square = ("p", (letter,), ln.const(2))
    assert wd._power((square,), ln.var("m")) == (("p", (letter,), ln.scaled(ln.var("m"), 2)),)


FLOW: Json = {
    "time": "flow",
    "nat": {"n": 2},
    "letters": {
        "x": {"dep": "smooth"},
        "A": {"shape": [n, n], "dep": "smooth"},
        "B": {"shape": [n, n], "dep": "smooth"},
    },
}


def test_derivatives() -> None:
    less, shifted = {"n": 1, "1": -1}, ["+", q(1), X]
    rate = ["*", ["n", n], ["pow", shifted, less], ["D", X]]
    accepted(theorem(FLOW, [], [alg("rate", ["eq", ["D", ["pow", shifted, n]], rate], ["null", q(0)])]))
    unit = ["one", n]
    left, right = ["D", ["kr", A, unit]], ["kr", ["D", A], unit]
    accepted(theorem(FLOW, [], [alg("kron", ["eq", left, right], ["null", left])]))
    rejected(
        theorem(FLOW, [], [alg("kron", ["eq", left, ["kr", unit, ["D", A]]], ["null", left])]), reason="another formula"
    )


def test_antitone_is_for_scalars() -> None:
    falls = hyp("falls", ["ge", q(0), ["D", X]])
    good = step("low", "antitone", ["ge", v("x", stage="0"), X], proof=fact("falls"))
    accepted(theorem(FLOW, [falls], [good]))
    bad = step("matrix", "antitone", ["ge", v("A", stage="0"), A], proof=fact("falls"))
    rejected(theorem(FLOW, [falls], [bad, good]), reason="for scalars", step="matrix")


def test_failures_are_derived_of_comparisons_only() -> None:
    assert _stages(["D", v("x", stage="0")]) == {"D"} and _stages(["+", X, v("x", stage="0")]) == {"now", "0"}


def test_a_theorem_is_replayed_once_in_a_process() -> None:
    seen: replay.Seen = {}
    data = theorem({"letters": {"x": {}}}, [], [alg("s", ["ge", ["*", X, X], q(0)], ["sq", X])])
    (first,), _ = replay.check_all([data], [], seen)
    assert len(seen) == 1
    (second,), _ = replay.check_all([data], [], seen)
    assert first["ok"] and second == first
    (one_more, twice), _ = replay.check_all([data, data], [], seen)
    assert one_more["ok"] and not twice["ok"]

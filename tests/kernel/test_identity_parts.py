"""Parts of the prover of identities by themselves: terms, normal forms in the plane, values, scopes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.must_fail.test_identity_corpus import LIMIT, NORMAL, ONE, REAL, TWO, ZERO, e, row, slope
from verify.kernel import kinds
from verify.kernel.errors import Budget, Reject
from verify.kernel.identity import plane as pn
from verify.kernel.identity import proof as pf
from verify.kernel.identity import terms as it
from verify.kernel.identity.enclose import Missing, Values
from verify.kernel.identity.plane import Plane
from verify.kernel.identity.proof import Identities, Work
from verify.kernel.identity.replay import NOWHERE
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.proof import Prover

Json = Any


def found(data: Json) -> dict[str, Any]:
    (outcome,) = kinds.check_file({"identities": [data]})["identities"]
    return outcome


def q(n: int | str) -> Json:
    return ["q", str(n)]


def plane() -> Plane:
    return Work(NOWHERE, Prover(Budget(10**7))).plane


def term(text: str) -> Any:
    return it.Reader(frozenset("xyz")).read(e(text))


K = ["var", "k"]


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        (["+", *[q(1)] * 50], ["+", *[q(1)] * 20_001], "too large"),
        (q(1), "x", "begins with a word"),
        (["binomial", q(4), q(2)], ["binomial", q(4)], "with 1 parts is not known"),
        (["sum", "k", q(1), q(2), K], ["sum", "x", q(1), q(2), K], "used twice or is no name"),
        (["limit", "k", q(0), "+", K], ["limit", "k", q(0), "up", K], "the side of a limit"),
        (["product", "k", q(1), q(2), K], ["product", "k", q(2), q(1), K], "not expanded"),
    ],
)
def test_expressions(good: Json, bad: Json, reason: str) -> None:
    it.Reader(frozenset("x")).read(good)
    with pytest.raises(Reject, match=reason):
        it.Reader(frozenset("x")).read(bad)


def test_constants_of_terms() -> None:
    assert it.fraction(term("1/2 + 1")) == Fraction(3, 2)


GOOD: dict[str, Json] = {
    "another ratio": row(
        "x",
        "x",
        {"rule": "split", "var": "x", "at": TWO, "below": NORMAL, "here": None, "above": NORMAL},
        [["!=", e("x+1"), ZERO], ["!=", e("2*x-4"), ZERO]],
        x="real",
    ),
    "hyperbolic": row("cosh(I*x)", "cos(x)", NORMAL, x="real"),
    "high end": row(
        "abs(x)**2",
        "x**2",
        {"rule": "split", "var": "x", "at": ZERO, "below": NORMAL, "here": None, "above": None},
        x=[None, ZERO, True, True],
    ),
    "equal condition": row("x", "x", NORMAL, [["=", e("x-1"), ZERO]], x="real"),
    "not real but analytic": row("exp(I*x)", "cos(x) + I*sin(x)", slope(ZERO), x="real"),
    "from one side": {
        **row("0", "0", {**LIMIT, "part": ["limit", "k", ZERO, "-", K], "value": ZERO}),
        "lhs": ["limit", "k", ZERO, "-", K],
    },
    "expanded": row("Sum(k, (k, 1, n))", "5", {"at": {"n": q(2)}}, n="positive_integer"),
    "product expanded": row("Product(k, (k, 1, n))", "5", {"at": {"n": q(3)}}, n="positive_integer"),
    "condition equal": row("x", "2", {"at": {"x": ONE}}, [["=", e("x"), ONE]], x="real"),
    "lighter": row(
        "x",
        "x",
        {"rule": "split", "var": "x", "at": TWO, "below": NORMAL, "here": NORMAL, "above": NORMAL},
        [[">", e("y-1/2"), ZERO], [">", e("log(y-1/2)"), q(-5)], [">", e("y+1"), ZERO]],
        x="positive",
        y="positive",
    ),
    "real zero gamma": row("gamma(3)", "3", {"at": {}}),
    "written integer": row("factorial(sqrt(4))", "3", {"at": {}}),
    "tan": row("tan(1)", "0", {"at": {}}),
    "tan of a complex number": row("tan(I)", "0", {"at": {}}),
    "tanh at a pole": row("tanh(I*pi/2)", "0", {"at": {}}),
    "not zero": row("x/2", "0", {"at": {"x": ONE}}, [["!=", e("x"), ZERO]], x="real"),
    "strictly": row("x", "0", {"at": {"x": q("1/2")}}, x=[ZERO, ONE, False, True]),
}
for _name in ("condition equal", "not zero"):
    GOOD[_name].pop("witness")
BAD: dict[str, tuple[Json, str]] = {
    "large power": (row("re(z**13)", "re(z**13)", REAL, z="complex"), ""),
    "var": (row("x", "x", {**slope(ONE), "var": 1}, x="real"), "var is a name"),
    "not a function": (row("x", "x", {"rule": "inject", "function": "log", "then": NORMAL}, x="positive"), ""),
    "inject at a point": (row("0", "0", {"rule": "inject", "function": "log", "then": NORMAL}), ""),
    "not continuous": (row("log(x*I)", "log(x*I)", slope(ONE), x="nonnegative"), ""),
    "closed range": (row("exp(I*x)", "exp(I*x)", slope(ZERO), x=[ZERO, ONE, False, False]), "is not seen to be real"),
    "complex point": (row("exp(x)", "exp(x)", slope(e("I")), x="real"), "the point is not real"),
    "condition on a part": (
        row(
            "re(z)",
            "re(z)",
            {"rule": "split", "var": "z.re", "at": ONE, "below": NORMAL, "here": NORMAL, "above": NORMAL},
            [[">", e("re(z)+im(z)"), ZERO]],
            z="complex",
        ),
        "a condition speaks of the variable",
    ),
    "condition of an identity": (
        row(
            "log(x*y)",
            "log(x)+log(y)",
            {"rule": "rewrite", "part": e("log(x*y)"), "name": "log-product", "then": NORMAL},
            [[">", e("x*y"), ZERO]],
            x="real",
            y="real",
        ),
        "is not seen",
    ),
    "no reason": (row("Limit(1/x, x, oo)", "0", {**LIMIT, "because": {"rule": "trust"}}), "a value is shown by"),
    "no value": (row("Limit(1/x, x, oo)", "1", {"at": {}}), "need a value"),
    "long sum": (row("Sum(k, (k, 1, n))", "5", {"at": {"n": q(500)}}, n="positive_integer"), "not expanded"),
    "complex condition": (row("x", "2", {"at": {"x": e("I")}}, [[">", e("x"), ZERO]], x="complex"), ""),
    "depth": (row("x", "x", NORMAL, x="real"), ""),
}


@pytest.mark.parametrize("case", GOOD)
def test_items(case: str) -> None:
    outcome = found(GOOD[case])
    assert outcome["ok"], outcome


@pytest.mark.parametrize("case", [n for n in BAD if n != "depth"])
def test_items_that_are_refused(case: str) -> None:
    data, reason = BAD[case]
    outcome = found(data)
    assert not outcome["ok"] and reason in outcome["reason"], outcome


def test_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    equal = {"rule": "equal", "part": e("x"), "value": e("x"), "proof": NORMAL, "then": NORMAL}
    data = row("x", "x", {**equal, "then": {**equal, "then": equal}}, x="real")
    assert found(data)["ok"]
    monkeypatch.setattr(pf, "MAX_DEPTH", 3)
    assert "too deep" in found(data)["reason"]


def test_scopes() -> None:
    identities = Identities(Budget(10**6), frozenset("x"))
    scope = identities._extended(NOWHERE, "x", pf.Side(None, None))
    for name in ("x", "y.re"):
        with pytest.raises(Reject, match="in use"):
            identities._extended(scope, name, pf.Side(None, None))


def test_sizes_of_normal_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    p = plane()
    with pytest.raises(Reject, match="no normal form for wish"):
        p.of(("wish", t.ONE))
    with pytest.raises(Reject, match="power of a number is too large"):
        p.power({(): Fraction(3)}, 100_000)
    with pytest.raises(Reject, match="power of a number is too large"):
        p.of(term("2**(9001/2)"))
    with pytest.raises(Reject, match="power of zero"):
        p.of(term("0**(-1/2)"))
    assert p.of(term("0**(1/2)")) == {}
    with pytest.raises(Reject, match="too high an order"):
        p.is_zero(p.of(term("(-1)**(1/1009)")))
    long = {(): Fraction(1 << 60_000)}
    with pytest.raises(Reject, match="a coefficient is too long"):
        p.mul(long, long)
    with pytest.raises(Reject, match="a coefficient is too long"):
        p.add({}, {(): Fraction(1 << 100_001)})
    many = {((k, Fraction(1)),): Fraction(1) for k in range(7)}
    monkeypatch.setattr(pn, "MAX_TERMS", 2)
    with pytest.raises(Reject, match="a normal form has too many terms"):
        p.add(many, {})
    with pytest.raises(Reject, match="a product has too many terms"):
        p.mul(many, many)


def test_forms_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    p = plane()
    x = p.of(term("sqrt(2)"))
    monkeypatch.setattr(Plane, "_cyclotomic", lambda self, form: form)
    monkeypatch.setattr(Plane, "_step", lambda self, form: form)
    with pytest.raises(Reject, match="does not come to an end"):
        p.is_zero(x)


def test_large_exponents_are_not_multiplied_out(monkeypatch: pytest.MonkeyPatch) -> None:
    p = plane()
    ((mono, _),) = p.of(term("exp(1)")).items()
    form = {((mono[0][0], Fraction(3)),): Fraction(1)}
    assert p._expand(form, mono[0][0], 1, p.const(2)) == p.const(8)
    monkeypatch.setattr(pn, "MAX_POWER", 2)
    with pytest.raises(Reject, match="too large to multiply out"):
        p._expand(form, mono[0][0], 1, p.const(2))


def test_values_at_poles_and_cuts() -> None:
    v = Values(96, plane())
    for text in ("tan(pi/2)", "atan(I)", "atanh(1)", "tanh(I*pi/2)", "gamma(0)"):
        with pytest.raises(Missing):
            v.of(term(text))
    for text in ("atan(2*I)", "atanh(2)", "asin(2)", "gamma(1/2)", "gamma(401)", "gamma(pi)"):
        with pytest.raises(Reject):
            v.of(term(text))
    assert v.of(term("gamma(sqrt(4) + 1)"))[0].positive()
    assert not v.vanishes(term("sqrt(2) - 1"), v.of(term("sqrt(2) - 1")))
    assert v.vanishes(term("sqrt(2)*sqrt(3) - sqrt(6)"), v.of(term("sqrt(2)*sqrt(3) - sqrt(6)")))
    assert v.of(term("exp(I)*exp(0-I)*2**(9001/2)"))[0].positive()
    hidden = "exp(log(2)*sqrt(2)) - 2**sqrt(2)"
    assert v.vanishes(term(hidden), v.of(term(hidden)))


def test_a_logarithm_of_a_negative_form() -> None:
    p = plane()
    form = p.of(term("sqrt(2) - 2"))
    assert p._log_rest(form, -1) != p._log_rest(form, 1)


def test_waves() -> None:
    for head in ("sin", "cos", "sinh", "cosh"):
        u, v = pf._wave(head, pf.ZERO, ("var", "x"))
        assert pf.ZERO in (u, v)
    assert pf._wave("exp", t.ONE, pf.ZERO) == (("exp", t.ONE), pf.ZERO)


def test_what_is_seen_to_be_real() -> None:
    work = Work(NOWHERE, Prover(Budget(10**6)))
    assert work._is_real(term("gamma(3)")) and work._is_real(term("sqrt(2)"))
    assert not work._is_real(("wish", t.ONE)) and not work._is_real(term("I"))


def test_a_function_that_is_not_listed_is_refused_last(monkeypatch: pytest.MonkeyPatch) -> None:
    data = row("x", "x", {"rule": "inject", "function": "log", "then": NORMAL}, x="positive")
    monkeypatch.setattr(Identities, "_shows", lambda *_: True)
    assert "the functions are" in found(data)["reason"]

"""Parts of the second checker by themselves: what is read, what has a value, what is refused and why."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import pytest

from tests.must_fail.test_identity_corpus import e
from verify.second import complexes as cx
from verify.second import domains, files, reals, rewriting, series, tails, terms
from verify.second.errors import Cannot, Rejected, Undefined, Unsure, Work

Json = Any
Term = tuple[Any, ...]
X = frozenset("x")
HALF = Fraction(1, 2)
WIDE = flint.arb(0, 2)  # [-2, 2]


@pytest.fixture(autouse=True)
def _precision() -> Any:
    with reals.bits(200):
        yield


def near(ball: Any, x: float) -> bool:
    return bool(abs(ball - flint.arb(x)) < flint.arb("1e-12"))


# ---- terms ---------------------------------------------------------------------------------------------------------

NO_TERMS: dict[str, tuple[Json, bool, str]] = {
    "not a list": ("x", False, "a list that begins with a word"),
    "no word": ([["q", "1"]], False, "a list that begins with a word"),
    "too large": (["+", *[["q", "1"]] * 20_001], False, "too large"),
    "no number": (["q", "1/0"], False, "no rational number"),
    "no range": (["var", "y"], False, "has no range"),
    "bound twice": (["sum", "x", ["q", "1"], ["q", "2"], ["q", "1"]], True, "in use"),
    "bound name": (["sum", "1x", ["q", "1"], ["q", "2"], ["q", "1"]], True, "is no name"),
    "bound number": (["sum", 3, ["q", "1"], ["q", "2"], ["q", "1"]], False, "in use"),
    "side": (["limit", "k", ["q", "0"], "left", ["var", "k"]], True, "the side of a limit"),
    "long sum": (["sum", "k", ["q", "1"], ["q", "500"], ["q", "1"]], False, "not written out"),
    "half sum": (["sum", "k", ["q", "1/2"], ["q", "2"], ["q", "1"]], False, "not written out"),
    "open sum": (["sum", "k", ["q", "1"], ["var", "x"], ["q", "1"]], False, "not of whole numbers"),
    "factorial": (["factorial", ["q", "1/2"]], False, "small whole numbers"),
    "gamma": (["gamma", ["q", "0"]], False, "small whole numbers"),
    "binomial": (["binomial", ["q", "2"], ["q", "3"]], False, "small whole numbers"),
    "imaginary": (["I"], False, "no expression"),
}


@pytest.mark.parametrize("case", NO_TERMS)
def test_what_is_no_expression(case: str) -> None:
    data, wide, reason = NO_TERMS[case]
    with pytest.raises(Rejected, match=reason):
        terms.read(data, X, wide)


def test_sums_and_counted_functions_are_written_out() -> None:
    k = ["var", "k"]
    assert terms.read(["sum", "k", ["q", "2"], ["q", "3"], k], X) == ("+", terms.q(2), terms.q(3))
    assert terms.read(["product", "k", ["q", "2"], ["q", "3"], k], X) == ("*", terms.q(2), terms.q(3))
    assert terms.read(["sum", "k", ["q", "2"], ["q", "2"], k], X) == terms.q(2)
    for data, n in (
        (["factorial", ["q", "4"]], 24),
        (["gamma", ["q", "5"]], 24),
        (["binomial", ["q", "4"], ["q", "2"]], 6),
    ):
        assert terms.read(data, X) == terms.q(n)
    inner = terms.read(["sum", "k", ["q", "1"], ["var", "x"], ["limit", "h", k, "+", ["var", "h"]]], X, True)
    assert terms.holds_binder(inner) and terms.free(inner) == X


def test_constants() -> None:
    def c(text: str) -> Fraction | None:
        return terms.constant(terms.read(e(text), X))

    assert c("2 + 3*4") == 14 and c("(1/2)**3") == Fraction(1, 8)
    assert c("x + 1") is None and c("sin(1)") is None and c("0**(-1)") is None and c("2**(1/2)") is None


def test_derivatives() -> None:
    def slope(text: str, at: Fraction) -> Any:
        return reals.ball(reals.value(terms.derivative(terms.read(e(text), X), "x"), {"x": at}))

    assert near(slope("x**x", Fraction(2)), 4 * (1 + 0.69314718055994530942))
    assert near(slope("x**0", Fraction(2)), 0) and near(slope("2", Fraction(2)), 0)
    with pytest.raises(Rejected, match="no formal derivative"):
        terms.derivative(("max", ("var", "x"), terms.q(0)), "x")


def test_fields() -> None:
    assert terms.fields({"a": 1}, ("a",)) == {"a": 1}
    for data, reason in (([], "is an object"), ({}, "lacks"), ({"a": 1, "b": 2}, "unknown field")):
        with pytest.raises(Rejected, match=reason):
            terms.fields(data, ("a",))


def test_budgets_and_sizes() -> None:
    work = Work(1)
    work.spend()
    with pytest.raises(Cannot, match="budget"):
        work.spend()


def test_a_file_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"scalars": []}'
    assert files.check(text) == {"scalars": []}
    monkeypatch.setattr(files, "MOST_BYTES", len(text) - 1)
    assert "larger than" in files.check(text)["error"]


@pytest.mark.parametrize(
    ("raised", "unable", "reason"),
    [
        (Rejected("why"), False, "why"),
        (Cannot("why"), True, "why"),
        (Unsure(), True, "do not decide"),
        (Undefined("at 0"), True, "do not decide a value at 0"),
        (RecursionError("deep"), False, "malformed: RecursionError"),
    ],
)
def test_every_way_to_fail_has_an_answer(raised: Exception, unable: bool, reason: str) -> None:
    def check(_: Any) -> dict[str, Any]:
        raise raised

    found = files.answer({"id": "a"}, check, set())
    assert not found["ok"] and bool(found.get("unable")) is unable and reason in found["reason"]
    assert files.answer({"id": "a"}, lambda _: {"how": "confirmed"}, set())["ok"]


# ---- real values ---------------------------------------------------------------------------------------------------

REALS: list[tuple[str, Any, float]] = [
    ("min(x, 1)", flint.arb(3), 1),
    ("max(x, 1)", flint.arb(3), 3),
    ("max(x, 1)", HALF, 1),
    ("x**30000", Fraction(2, 1), float("inf")),
    ("x**(-2)", flint.arb(2), 0.25),
    ("x**(1/2)", Fraction(9, 4), 1.5),
    ("x**(1/3)", Fraction(0), 0),
    ("x**x", Fraction(0), 1),
    ("x**x", Fraction(2), 4),
    ("x**x", Fraction(0), 1),
    ("x**(x-2)", Fraction(2), 1),
    ("x**(x+1)", Fraction(0), 0),
    ("2**x", HALF, 1.4142135623730950488),
    ("acos(x)", HALF, 1.0471975511965977462),
    ("acosh(x)", Fraction(2), 1.3169578969248167086),
    ("atanh(x)", HALF, 0.54930614433405484570),
    ("log(x)", Fraction(1), 0),
    ("sign(x)", flint.arb(-2), -1),
]


@pytest.mark.parametrize(("text", "x", "truth"), REALS, ids=str)
def test_real_values(text: str, x: Any, truth: float) -> None:
    found = reals.ball(reals.value(terms.read(e(text), X), {"x": x}))
    assert found > flint.arb("1e9000") if truth == float("inf") else near(found, truth)


NO_REALS: list[tuple[str, Any, type[Exception]]] = [
    ("x**(-1)", Fraction(0), Undefined),
    ("x**(-1)", WIDE, Unsure),
    ("x**(1/2)", Fraction(-1), Undefined),
    ("x**(-1/2)", Fraction(0), Undefined),
    ("x**(-1/2)", flint.arb(1, 1), Unsure),
    ("x**x", Fraction(-1), Undefined),
    ("x**(1/2)", WIDE, Unsure),
    ("x**(x-1)", Fraction(0), Undefined),
    ("x**x", WIDE, Unsure),
    ("log(x)", WIDE, Unsure),
    ("log(x)", Fraction(0), Undefined),
    ("acos(x)", Fraction(2), Undefined),
    ("acos(x)", WIDE, Unsure),
    ("acosh(x)", Fraction(0), Undefined),
    ("atanh(x)", Fraction(1), Undefined),
    ("tan(x)", WIDE, Unsure),
    ("exp(exp(x))", Fraction(10**9), Unsure),
]


@pytest.mark.parametrize(("text", "x", "kind"), NO_REALS, ids=str)
def test_places_without_a_real_value(text: str, x: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        reals.value(terms.read(e(text), X), {"x": x})


def test_values_over_boxes_enclose() -> None:
    root = reals.value(terms.read(e("x**(1/2)"), X), {"x": WIDE.nonnegative_part()})
    assert root.contains(0) and root.contains(1) and not root > 0
    assert reals.value(terms.read(e("sign(x)"), X), {"x": WIDE}).contains(-1)
    assert reals.value(terms.read(e("sign(x)"), X), {"x": WIDE.nonnegative_part()}).contains(0)
    assert reals.holds(Fraction(-1), "!=") and not reals.holds(Fraction(-1), ">=") and reals.holds(Fraction(0), ">=")


def test_an_empty_root_over_a_box_that_is_zero() -> None:
    zero = flint.arb(0)
    assert reals.fixed_power(zero, HALF) == 0


# ---- complex values ------------------------------------------------------------------------------------------------

UNIT_I = flint.acb(0, 1)
COMPLEX: list[tuple[str, Any, complex]] = [
    ("min(x, 1)", HALF, 0.5),
    ("max(x, 1)", flint.acb(3), 3),
    ("conjugate(x)", UNIT_I, -1j),
    ("conjugate(x)", HALF, 0.5),
    ("re(x)", HALF, 0.5),
    ("im(x)", HALF, 0),
    ("im(x)", UNIT_I, 1),
    ("floor(x)", Fraction(3, 2), 1),
    ("ceiling(x)", HALF, 1),
    ("factorial(x)", Fraction(4), 24),
    ("gamma(x)", Fraction(5), 24),
    ("gamma(x)", HALF, 1.7724538509055160273),
    ("gamma(x)", Fraction(1), 1),
    ("binomial(x, 2)", Fraction(4), 6),
    ("tan(x)", UNIT_I, 0.76159415595576488812j),
    ("tanh(x)", UNIT_I / 2, 0.54630248984379051326j),
    ("atan(x)", UNIT_I / 2, 0.54930614433405484570j),
    ("arg(x)", UNIT_I, 1.5707963267948966192),
    ("log(x)", Fraction(1), 0),
    ("x**(1/2)", Fraction(-4), 2j),
    ("x**(1/2)", Fraction(0), 0),
    ("abs(x)", UNIT_I * 2, 2),
    ("acosh(x)", Fraction(2), 1.3169578969248167086),
    ("asin(x)", HALF, 0.52359877559829887308),
    ("x**3", UNIT_I, -1j),
    ("sin(x)", UNIT_I, 1.1752011936438014569j),
    ("Sum(k, (k, 1, x))", Fraction(3), 6),
    ("Product(k, (k, 1, x))", Fraction(4), 24),
]


@pytest.mark.parametrize(("text", "x", "truth"), COMPLEX, ids=str)
def test_complex_values(text: str, x: Any, truth: complex) -> None:
    found = cx.ball(cx.value(terms.read(e(text), X, True), {"x": x}))
    assert near(found.real, truth.real) and near(found.imag, complex(truth).imag)


BALL = flint.acb(WIDE, WIDE)
NO_COMPLEX: list[tuple[str, Any, type[Exception]]] = [
    ("min(x, 1)", UNIT_I, Undefined),
    ("max(x, 1)", BALL, Unsure),
    ("x**(-1)", Fraction(0), Undefined),
    ("x**(-1/2)", Fraction(0), Undefined),
    ("x**I", Fraction(0), Undefined),
    ("binomial(4, x)", HALF, Cannot),
    ("erf(x)", UNIT_I, Undefined),
    ("floor(x)", BALL, Unsure),
    ("floor(x)", flint.acb(HALF.numerator), Cannot),
    ("log(x)", Fraction(0), Undefined),
    ("arg(x)", Fraction(0), Undefined),
    ("gamma(x)", Fraction(0), Undefined),
    ("factorial(x)", Fraction(-1), Undefined),
    ("atan(x)", UNIT_I, Undefined),
    ("atanh(x)", Fraction(1), Undefined),
    ("acosh(x)", HALF, Cannot),
    ("asin(x)", Fraction(2), Cannot),
    ("atan(x)", UNIT_I * 2, Cannot),
    ("Sum(k, (k, 1, x))", HALF, Undefined),
    ("Sum(k, (k, 1, x))", Fraction(0), Cannot),
    ("Limit(k, k, x)", HALF, Cannot),
    ("exp(exp(x))", Fraction(10**9), Unsure),
    ("log(x)", BALL, Unsure),
    ("tan(x)", flint.acb(flint.arb(2, 1)), Unsure),
    ("exp(exp(x))", flint.acb(10**9, 1), Unsure),
]


@pytest.mark.parametrize(("text", "x", "kind"), NO_COMPLEX, ids=str)
def test_places_without_a_complex_value(text: str, x: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        cx.value(terms.read(e(text), X, True), {"x": x})


def test_poles_are_exact_zeros_of_what_is_below() -> None:
    with pytest.raises(Undefined, match="tanh at a pole"):
        cx._inverse("tanh", _Pole())


class _Pole:
    """A number whose hyperbolic cosine is exactly 0: no ball is, all that happens there is what is asked."""

    def cosh(self) -> Any:
        return flint.acb(0)


def test_sums_are_written_out_where_their_range_is_known() -> None:
    term = terms.read(e("Sum(k, (k, 1, x))"), X, True)
    assert cx.written_out(terms.substitute(term, {"x": terms.q(2)})) == ("+", terms.q(1), terms.q(2))
    assert cx.written_out(terms.substitute(term, {"x": terms.q(1)})) == terms.q(1)
    assert cx.written_out(term) == term
    long = terms.substitute(term, {"x": terms.q(5000)})
    assert cx.written_out(long) == long


# ---- series --------------------------------------------------------------------------------------------------------

SERIES: list[tuple[str, Any, list[float]]] = [
    ("x**2 + 3*x", Fraction(1), [4, 5, 1]),
    ("2", Fraction(1), [2, 0, 0]),
    ("exp(x)", Fraction(0), [1, 1, 0.5]),
    ("log(x)", Fraction(1), [0, 1, -0.5]),
    ("sinh(x)", Fraction(0), [0, 1, 0]),
    ("cosh(x)", Fraction(0), [1, 0, 0.5]),
    ("tanh(x)", Fraction(0), [0, 1, 0]),
    ("asin(x)", Fraction(0), [0, 1, 0]),
    ("acos(x)", Fraction(0), [1.5707963267948966192, -1, 0]),
    ("asinh(x)", Fraction(0), [0, 1, 0]),
    ("acosh(x)", Fraction(2), [1.3169578969248167086, 0.57735026918962576451, -0.19245008972987525484]),
    ("atanh(x)", Fraction(0), [0, 1, 0]),
    ("erfc(x)", Fraction(0), [1, -1.1283791670955125739, 0]),
    ("x**(-1)", Fraction(1), [1, -1, 1]),
    ("x**(1/2)", Fraction(1), [1, 0.5, -0.125]),
    ("2**x", Fraction(0), [1, 0.69314718055994530942, 0.24022650695910071233]),
    ("abs(x)", Fraction(-1), [1, -1, 0]),
    ("sign(x)", Fraction(-1), [-1, 0, 0]),
    ("min(x, 2)", Fraction(1), [1, 1, 0]),
    ("max(x, 2)", Fraction(1), [2, 0, 0]),
]


@pytest.mark.parametrize(("text", "at", "truth"), SERIES, ids=str)
def test_taylor_coefficients(text: str, at: Any, truth: list[float]) -> None:
    found = series.coefficients(terms.read(e(text), X), "x", at, {}, len(truth))
    assert all(near(a, b) for a, b in zip(found, truth, strict=True))


NO_SERIES: list[tuple[str, Any, type[Exception]]] = [
    ("log(x)", Fraction(0), Undefined),
    ("log(x)", WIDE, Unsure),
    ("asin(x)", Fraction(1), Unsure),
    ("x**500", Fraction(1), Cannot),
    ("x**(-1)", Fraction(0), Unsure),
    ("max(x, 1, 2)", Fraction(0), Cannot),
    ("abs(x)", Fraction(0), Unsure),
]


@pytest.mark.parametrize(("text", "at", "kind"), NO_SERIES, ids=str)
def test_places_without_a_series(text: str, at: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        series.coefficients(terms.read(e(text), X), "x", at, {}, 3)


def test_a_function_without_a_series() -> None:
    with pytest.raises(Cannot, match="no series of floor"):
        series.coefficients(("floor", ("var", "x")), "x", HALF, {}, 2)


# ---- identities of the rule rewrite --------------------------------------------------------------------------------

REWRITES: list[tuple[str, str, Fraction]] = [
    ("abs-positive", "abs(x)", HALF),
    ("abs-negative", "abs(x)", -HALF),
    ("sign-positive", "sign(x)", HALF),
    ("sign-negative", "sign(x)", -HALF),
    ("max-first", "max(x, 0)", HALF),
    ("max-last", "max(0, x)", HALF),
    ("min-first", "min(x, 1)", HALF),
    ("min-last", "min(1, x)", HALF),
    ("power-exp", "x**(1+x)", HALF),
    ("power-power", "(x**2)**x", HALF),
    ("root-square", "(x**2)**(1/2)", -HALF),
    ("power-product", "(x*(1+x))**x", HALF),
    ("log-product", "log(x*(1+x))", HALF),
    ("log-power", "log(x**3)", HALF),
    ("log-even", "log(x**2)", -HALF),
    ("sin-half", "sin(x)", HALF),
    ("cos-half", "cos(x)", HALF),
    ("tan-ratio", "tan(x)", HALF),
]


@pytest.mark.parametrize(("name", "text", "at"), REWRITES, ids=str)
def test_identities_hold_where_their_conditions_do(name: str, text: str, at: Fraction) -> None:
    part = terms.read(e(text), X)
    new, needs = rewriting.rewritten(name, part)
    point = {"x": at}
    assert all(reals.holds(reals.value(u, point), rel) for u, rel in needs)
    gap = reals.ball(reals.value(part, point)) - reals.ball(reals.value(new, point))
    assert gap.contains(0) and gap.rad() < flint.arb("1e-30")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("log-even", "log(x**3)", "not even"),
        ("root-square", "(x**3)**(1/2)", "square root of a square"),
        ("abs-positive", "sin(x)", "about abs"),
        ("wishes", "sin(x)", "unknown identity"),
        ("sin-half", "cos(x)", "about sin"),
    ],
)
def test_identities_about_something_else(name: str, text: str, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        rewriting.rewritten(name, terms.read(e(text), X))


# ---- domains and tails ---------------------------------------------------------------------------------------------

ONE, TWO = ["q", "1"], ["q", "2"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([ONE, TWO, False], "a range is"),
        ([ONE, TWO, 0, 1], "a range is"),
        ([TWO, ONE, False, False], "empty"),
        ([ONE, ONE, True, False], "empty"),
        ([["log", ["q", "0"]], ONE, True, False], "has no value"),
    ],
)
def test_ranges(data: Json, reason: str) -> None:
    domains.read_side([ONE, TWO, False, True])
    domains.read_side([ONE, ONE, False, False])
    with pytest.raises(Rejected, match=reason):
        domains.read_side(data)


def test_places_next_to_balls() -> None:
    assert domains.middle(flint.arb(HALF.numerator) / 2) == HALF
    with pytest.raises(Unsure):
        domains.middle(flint.arb(1) * flint.arb(2) ** 200_000)


HOEFFDING = "2*exp(-2*n*t**2)"


def tail(**how: Json) -> Json:
    return {"id": "i", "range": ["0", "1"], "sides": 2, "bound": e(HOEFFDING), **how}


GOOD_LAW = {"low": "0", "high": "1", "p": "1/2", "n": 1, "t": "1/2"}


@pytest.mark.parametrize(
    ("item", "kind", "reason"),
    [
        (tail(), Rejected, "either a proof or a refutation"),
        ({**tail(refutation=GOOD_LAW), "range": ["0"]}, Rejected, "a range is"),
        ({**tail(refutation=GOOD_LAW), "bound": e("1/(n-1)")}, Rejected, "no value there"),
        ({**tail(refutation=GOOD_LAW), "bound": e("1/sin((sqrt(2)*sqrt(3)-sqrt(6))*n)")}, Cannot, "do not decide"),
        (tail(refutation=GOOD_LAW), Rejected, "does not exceed"),
        (
            {**tail(proof={"hoeffding": False, "proof": {"rule": "eval"}}), "bound": e("100+1/(n-3)")},
            Rejected,
            "no value at n",
        ),
        ({**tail(proof={"hoeffding": False, "proof": {"rule": "eval"}}), "bound": e("t")}, Rejected, "above the bound"),
    ],
)
def test_tails(item: Json, kind: type[Exception], reason: str) -> None:
    found = tails.check({**tail(refutation=GOOD_LAW), "bound": e("n/2")})
    assert found["fails"] == "relation"
    with pytest.raises(kind, match=reason):
        tails.check(item)


def test_a_bound_that_balls_do_not_decide_is_not_counted() -> None:
    bound = terms.read(e("1/sin((sqrt(2)*sqrt(3)-sqrt(6))*n)"), frozenset("nt"))
    assert tails.sampled("s", Fraction(0), Fraction(1), 2, bound) == 0
    assert tails.sampled("s", Fraction(0), Fraction(1), 2, terms.q(2)) > 0

"""Parts of the scalar prover by themselves: what is read, what is enclosed, limits on size next to what passes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.must_fail.scalar_twins import EVAL, SEEN, UNIT, e, item, row
from verify.kernel import kinds
from verify.kernel.errors import Budget, Reject
from verify.kernel.scalar import domain as dm
from verify.kernel.scalar import dyadic as dy
from verify.kernel.scalar import interval as iv
from verify.kernel.scalar import limits
from verify.kernel.scalar import normal as nm
from verify.kernel.scalar import polynomial as pl
from verify.kernel.scalar import proof as pf
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Domain, Side
from verify.kernel.scalar.interval import Arithmetic, Interval
from verify.kernel.scalar.normal import Normal

Json = Any
NAMES = frozenset("xy")
X = ("var", "x")
HALF = Fraction(1, 2)


def found(data: Json) -> dict[str, Any]:
    (outcome,) = kinds.check_file({"scalars": [data]})["scalars"]
    return outcome


def written(lhs: Json, rel: str, rhs: Json, proof: Json = None, **ranges: Json) -> Json:
    return {"id": "i", "vars": ranges, "lhs": lhs, "rel": rel, "rhs": rhs, "proof": EVAL if proof is None else proof}


def term(text: str) -> Any:
    return t.read(e(text), NAMES)


def q(n: int | str) -> Json:
    return ["q", str(n)]


K = ["var", "k"]
TERMS: dict[str, tuple[Json, Json, str]] = {
    "sum": (["sum", "k", q(1), q(3), K], ["sum", "k", q(3), q(1), K], "empty range"),
    "product": (["product", "k", q(3), q(3), K], ["product", "k", q(1), q(401), K], "too long"),
    "whole": (["sum", "k", q(1), q(2), K], ["sum", "k", q(1), ["var", "x"], K], "a whole number is needed"),
    "factorial": (["factorial", q(4)], ["factorial", q(-1)], "small whole numbers"),
    "gamma": (["gamma", q(4)], ["gamma", q(0)], "small whole numbers"),
    "binomial": (["binomial", q(4), q(2)], ["binomial", q(2), q(4)], "small whole numbers"),
    "size": (["+", *[q(1)] * 100], ["+", *[q(1)] * 20_001], "too large"),
    "list": (q(1), "x", "begins with a word"),
    "word": (["exp", q(1)], ["expo", q(1)], "is not known"),
    "number": (q("1/2"), q("1/0"), "is not a rational number"),
    "long zero": (q("1/2"), q("1/00"), "denominator 0"),
}


@pytest.mark.parametrize("case", TERMS)
def test_expressions(case: str) -> None:
    good, bad, reason = TERMS[case]
    assert found(written(good, ">", q(0), x=UNIT))["ok"]
    outcome = found(written(bad, ">", q(0), x=UNIT))
    assert not outcome["ok"] and reason in outcome["reason"], outcome


REFUTED = [
    "log(0) + 1 >= 0",
    "log(-1) + 1 >= 0",
    "2*log(-1) >= 0",
    "1/log(-1) >= 0",
    "asin(2) >= 0",
    "atanh(1) >= 0",
    "acosh(0) >= 0",
    "(-1)**(1/2) >= 0",
    "0**(-1) >= 0",
    "tan(1) <= 0",
    "asin(1/2) <= 0",
    "acosh(2) <= 0",
    "(-1)**3 >= 0",
    "pi <= 3",
]


@pytest.mark.parametrize("text", REFUTED)
def test_values_and_where_there_are_none(text: str) -> None:
    assert found(item(text, refutation={"at": {}}))["ok"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (item("log(-1)*log(-1) >= 0", refutation={"at": {}}), "not decided"),
        (item("(-1)**pi >= 0", refutation={"at": {}}), "not decided"),
        (item("x >= 1", refutation={"at": {"x": e("log(-1)")}}, x=row(None, None)), "is not real"),
        (item("x >= 1", refutation=[], x=UNIT), "gives the point"),
        (item("x >= 1", refutation={"at": {"x": q(-1)}}, x=row("0", None)), "outside of its range"),
    ],
)
def test_refutations_that_are_none(data: Json, reason: str) -> None:
    assert found(item("x >= 1", refutation={"at": {"x": q(0)}}, x=row("0", None)))["ok"]
    outcome = found(data)
    assert not outcome["ok"] and reason in outcome["reason"], outcome


def taylor(zeros: int, at: str, order: int = 2) -> Json:
    return {"rule": "taylor", "var": "x", "at": e(at), "zeros": zeros, "order": order}


def mono(end: Json, start: str = "low", slope: Json = EVAL) -> Json:
    return {"rule": "mono", "var": "x", "from": start, "slope": slope, "end": end}


LIMIT = {"rule": "limit"}
GOOD: dict[str, Json] = {
    "no taylor form": item("x - x*x + 1 > 0", {"rule": "eval", "order": 0, "boxes": 400}, x=UNIT),
    "second order": item("x*x - x + 1/2 > 0", {"rule": "eval", "order": 2, "boxes": 40}, x=UNIT),
    "from the high end": item("x**2 >= 0", taylor(2, "0"), x=row("-1", "0")),
    "odd from the high end": item("-x >= 0", taylor(1, "0"), x=row("-1", "0")),
    "from below": item("x**2 >= 0", taylor(2, "0"), x=row("1", "2")),
    "from above": item("(3 - x)**2 >= 0", taylor(2, "3"), x=row("1", "2")),
    "no contact": item("x + 1 > 0", taylor(0, "1"), x=UNIT),
    "no order": item("x + 1 > 0", taylor(0, "1", 0), x=UNIT),
    "either": item("min(x, 1) >= 0", {"rule": "either", "part": e("min(x, 1)"), "proofs": [SEEN, SEEN]}, x=UNIT),
    "limit": item("1/x >= 0", mono(LIMIT, "high"), x=row("1", None)),
    "limit of a logarithm": item("1/log(exp(x) + x) >= 0", mono(LIMIT, "high"), x=row("1", None)),
    "polynomial at a point": item("x - 1/2 > 0", {"rule": "poly", "var": "x"}, x=row("1", "1")),
    "zero polynomial": item("x - x >= 0", {"rule": "poly", "var": "x"}, x=UNIT),
    "large power": item("x**200000 >= 0", SEEN, x=UNIT),
    "same up to a factor": item(
        "x >= 0", {"rule": "have", "fact": [e("2*x"), ">="], "proof": EVAL, "then": SEEN}, x=UNIT
    ),
}
BAD: dict[str, tuple[Json, str]] = {
    "node": (item("1/x >= 0", mono("limit", "high"), x=row("1", None)), "a node of a proof is an object"),
    "limit of two": (item("y/x >= 0", mono(LIMIT, "high"), x=row("1", None), y=UNIT), "of one variable"),
    "new": (item("x >= 0", {"rule": "generalize", "new": [1], "to": e("x"), "then": EVAL}, x=UNIT), "is an object"),
    "degree": (item("x**200 + 1 > 0", {"rule": "poly", "var": "x"}, x=UNIT), "degree of a polynomial"),
    "degree of a form": (item("x**500 + 1 > 0", {"rule": "poly", "var": "x"}, x=UNIT), "not a polynomial"),
    "not seen": (item("x**200001 - x >= 0", SEEN, x=UNIT), "not seen"),
    "another fact": (
        item(
            "x**200001 - x >= 0",
            {"rule": "have", "fact": [e("x**200001 + x"), ">="], "proof": SEEN, "then": SEEN},
            x=UNIT,
        ),
        "not seen",
    ),
}


@pytest.mark.parametrize("case", GOOD)
def test_proofs(case: str) -> None:
    outcome = found(GOOD[case])
    assert outcome["ok"], outcome


@pytest.mark.parametrize("case", BAD)
def test_proofs_that_are_refused(case: str) -> None:
    data, reason = BAD[case]
    outcome = found(data)
    assert not outcome["ok"] and reason in outcome["reason"], outcome


def test_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    nested: Json = EVAL
    for _ in range(3):
        nested = {"rule": "split", "var": "x", "at": e("1/2"), "low": nested, "high": EVAL}
    data = item("x >= 0", nested, x=row("0", "1"))
    monkeypatch.setattr(pf, "MAX_DEPTH", 3)
    assert "too deep" in found(data)["reason"]


# ---- ranges and enclosures ----------------------------------------


def test_hypotheses_keep_a_variable() -> None:
    free = Domain((("x", Side(t.q(0), t.q(1), False, False)),))
    cut = free.told((X, ">="), True)
    assert free.without("x").names() == frozenset()
    for call in (lambda: cut.without("x"), lambda: cut.bare("x", Side(None, None))):
        with pytest.raises(Reject, match="a hypothesis speaks of x"):
            call()


def test_ends_are_enclosed() -> None:
    a = Arithmetic(64)
    assert dm.ends(Side(t.q(0), ("pi",), False, False), a).positive() is False
    huge = ("exp", ("exp", ("exp", t.q(1000))))
    with pytest.raises(Reject, match="not enclosed"):
        dm.ends(Side(t.q(0), huge, False, False), a)


def test_powers_and_ends_of_functions() -> None:
    a = Arithmetic(64)
    two = a.const(2)
    assert a.whole_power(two, 10).positive()
    with pytest.raises(Reject, match="an exponent is too large"):
        a.whole_power(two, 100_001)
    near = ((1 << (dy.MAX_BITS + 200)) - 1, -(dy.MAX_BITS + 200))
    with pytest.raises(Reject, match="asin too near to 1"):
        a.asin(Interval(near, near))
    assert a.asin(a.const(HALF)).positive()


def test_tan_between_two_poles() -> None:
    a = Arithmetic(64)
    assert a.tan(a.const(1)).positive()
    for low, high in ((0, 2), (0, 100)):
        with pytest.raises(Reject, match="odd multiple"):
            a.tan(Interval((low, 0), (high, 0)))


def test_tan_does_not_rest_on_cos_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two guards behind the first: they hold even where cos were enclosed wrongly, or too widely at an end."""
    a = Arithmetic(64)
    monkeypatch.setattr(Arithmetic, "cos", lambda self, _: self.const(1))
    with pytest.raises(Reject, match="odd multiple"):
        a.tan(Interval((0, 0), (100, 0)))
    monkeypatch.setattr(dy, "sine_cosine", lambda *_: (((0, 0), (1, 0)), ((-1, 0), (1, 0)), 0))
    assert a.tan(Interval((0, 0), (1, 0))).lo is None


def test_huge_and_tiny_ends_are_tamed() -> None:
    far = 17 * dy.HUGE
    assert iv._tame((1, far), (1, far)) == ((1, 16 * dy.HUGE), None)
    assert iv._tame((-1, far), (-1, far)) == (None, (-1, 16 * dy.HUGE))
    low, high = iv._tame((1, -far), (1, -far))
    assert low == dy.ZERO and high is not None and dy.fraction(high) > 0
    low, high = iv._tame((-1, -far), (-1, -far))
    assert high == dy.ZERO and low is not None and dy.fraction(low) < 0
    assert iv._tame((1, 0), None) == ((1, 0), None)


def test_the_error_function_far_out(monkeypatch: pytest.MonkeyPatch) -> None:
    a = Arithmetic(64)
    far = Interval((1000, 0), (1000, 0))
    assert a.erfc(far).nonnegative()
    assert dy.erfc_tail((10, 0), 64) is not None and dy.erfc_tail((1, 0), 64) is None
    assert dy.erfc_tail((13, -2), 1) is None  # terms get small, but not within the number of terms allowed
    with pytest.raises(Reject, match="series of erf is too long"):
        dy._erf_sum(400 << 4, 4, 0)
    monkeypatch.setattr(dy, "erfc_tail", lambda *_: None)
    with pytest.raises(Reject, match="not enclosed at this precision"):
        a.erfc(far)


# ---- normal forms ----------------------------------------


def normal() -> Normal:
    return Normal(Budget(10**7))


def test_sizes_of_normal_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    n = normal()
    assert n.of(term("(2**(1/2))**3"))
    root = n.of(term("2**(1/2)"))
    ((mono, _),) = root.items()
    with pytest.raises(Reject, match="power of a number is too large"):
        n._collect({mono[0][0]: Fraction(8003, 1)})
    assert Normal._int_power(Fraction(3), 4) == 81
    with pytest.raises(Reject, match="power of a number is too large"):
        Normal._int_power(Fraction(3), 200_000)
    with pytest.raises(Reject, match="no normal form for wish"):
        n.function("wish", root)
    assert n.function("abs", {}) == {} and n.function("sign", {}) == {} and n.function("erf", {}) == {}
    long = {(): Fraction(1 << 60_000)}
    with pytest.raises(Reject, match="a coefficient is too long"):
        n.mul(long, long)
    assert t.value_of(("*", t.q(1 << 60_000), t.q(1 << 60_000))) is None and t.value_of(("*", t.q(2), t.q(3))) == 6
    monkeypatch.setattr(nm, "MAX_TERMS", 1)
    two = n.of(term("x")) | n.of(term("y"))
    with pytest.raises(Reject, match="a normal form has too many terms"):
        n.mul(two, n.of(term("x")))
    three = {((k, 1),): Fraction(1) for k in range(8)}
    with pytest.raises(Reject, match="a product has too many terms"):
        n.mul(three, three)


def test_clearing_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    n = normal()
    assert n.is_zero(n.of(term("sin(30*x)**2 + cos(30*x)**2 - 1")))
    assert not n.is_zero(n.of(term("sin(30*x)")))
    assert n._circle_term(next(iter(n.of(term("x")))), Fraction(30))[0] == n.of(term("sin(30*x)"))
    monkeypatch.setattr(nm, "MAX_POWER", 1)
    with pytest.raises(Reject, match="too large to multiply out"):
        n.is_zero(n.of(term("sin(x)**8 + 2*cos(x)**6 - 1")))
    monkeypatch.setattr(Normal, "_step", lambda self, p: p)
    with pytest.raises(Reject, match="does not come to an end"):
        n.is_zero(n.of(term("x")))


def test_univariate_forms() -> None:
    n = normal()
    assert n.univariate(n.of(term("x**2 + 1")), "x") == [1, 0, 1]
    assert n.univariate(n.of(term("x**401")), "x") is None


def test_polynomials() -> None:
    budget = Budget(10**6)
    point: Any = (Fraction(1), False)
    assert pl.holds([Fraction(-1), Fraction(1)], point, point, ">=", budget)
    assert not pl.holds([Fraction(-1), Fraction(1)], point, point, "!=", budget)
    with pytest.raises(Reject, match="empty interval"):
        pl.holds([Fraction(-1), Fraction(1)], (Fraction(2), False), point, ">=", budget)
    # a polynomial with a double root, and one written with a zero in front: the chain stops, the zero is dropped
    assert pl.roots_inside([1, -2, 1], (Fraction(0), False), (Fraction(2), False), budget)
    assert pl.remainder([1, 2, 0], [1, 1]) == pl.remainder([1, 2], [1, 1])
    with pytest.raises(Reject, match="vanishes at too many points"):
        pl._sample([], None, None)


def test_limits_of_functions_of_what_vanishes() -> None:
    prover = pf.Prover(Budget(10**6))
    assert limits.nonnegative(prover, term("abs(1/x - 2/x**2)"), "x", None, "high")
    assert not limits.nonnegative(prover, term("0 - 1 - abs(1/x - 2/x**2)"), "x", None, "high")


def test_what_is_not_enclosed_is_not_seen() -> None:
    prover = pf.Prover(Budget(10**6))
    huge = ("exp", ("exp", ("exp", t.q(1000))))
    assert not prover.quick(Domain((("x", Side(t.q(0), huge, False, False)),)), ("+", ("sin", X), t.q(2)), ">")
    assert prover.quick(Domain((("x", Side(t.q(0), t.q(9), False, False)),)), ("+", ("sin", X), t.q(2)), ">")
    large = ("pow", ("pow", t.q(2), t.q(HALF)), t.q(9001))
    assert not prover._same(("+", X, large), ("+", X, t.q(1)))
    assert prover._same(("*", t.q(2), X), X)


def test_boxes_are_halved_at_binary_fractions(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Interval((0, 0), (1, 0))
    assert [i.hi for i in dm.halves(whole)] == [(1, -1), (1, 0)]
    monkeypatch.setattr(dm, "middle", lambda _: Fraction(1, 3))
    with pytest.raises(Reject, match="cannot be halved"):
        dm.halves(whole)

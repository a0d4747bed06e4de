"""Scalar items of the second checker: rules and decisions; each refusal next to an item that passes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.must_fail.scalar_twins import EVAL, LINE, SEEN, UNIT, e, item, row
from verify.second import files, scalars, terms
from verify.second.domains import Domain, read_side
from verify.second.errors import Rejected, Unsure
from verify.second.scalars import Checker, polynomial

Json = Any
HIDDEN_ZERO = "(sqrt(2)*sqrt(3)-sqrt(6))"  # no ball shows that it is 0


def found(data: Json) -> dict[str, Any]:
    return files.answer(data, scalars.check, set())


def mono(slope: Json = EVAL, end: Json = EVAL, start: str = "low", var: str = "x") -> Json:
    return {"rule": "mono", "var": var, "from": start, "slope": slope, "end": end}


def taylor(zeros: int, at: str = "0", **more: Json) -> Json:
    return {"rule": "taylor", "var": "x", "at": e(at), "zeros": zeros, "order": max(zeros, 2), **more}


def apply(function: str, a: str, b: str, then: Json = EVAL, **more: Json) -> Json:
    return {"rule": "apply", "function": function, "a": e(a), "b": e(b), "then": then, **more}


def combine(*rows: Json) -> Json:
    return {"rule": "combine", "terms": list(rows)}


def generalize(to: str, then: Json = EVAL, **more: Json) -> Json:
    new = more.pop("new", [{"name": "t", "range": row(None, "2"), "value": e("x"), "high": EVAL}])
    return {"rule": "generalize", "new": new, "to": e(to), "then": then, **more}


POLY = {"rule": "poly", "var": "x"}
NARROW = row("0", "1/2")
GOOD: dict[str, Json] = {
    "asin": item("asin(x) >= 0", mono(), x=NARROW),
    "acosh": item("acosh(x) >= 0", mono(), x=row("2", "3")),
    "variable power": item("x**x >= 1", mono(), x=row("1", "2")),
    "zero polynomial": item("x - x >= 0", POLY, x=UNIT),
    "constant polynomial": item("x**2 + 1 > 0", POLY, x=LINE),
    "large power": item("1 + x**500 >= 1", taylor(0), x=row("-1/2", "1/2")),
    "taylor": item("x**2 >= 0", taylor(2), x=row("-1", "1")),
    "power": item("x + 1 >= x", apply("power", "x + 1", "x", exponent="2"), x=UNIT),
    "exp": item("x + 1 >= x", apply("exp", "x + 1", "x"), x=UNIT),
    "no low end": item("2 - x >= 0", generalize("2 - t"), x=UNIT),
    "combine": item("x**2 + 1 > 0", combine(["1", [], [e("x")]], ["1", [], []]), x=UNIT),
    "wider": item("x >= 0", {"rule": "weaken", "box": {"x": row("0", None)}, "forget": True, "then": SEEN}, x=UNIT),
    "at least": item("x >= 1", refutation={"at": {"x": e("0")}}, x=UNIT),
    "undefined": item("1/x >= 1", refutation={"at": {"x": e("0")}}, x=UNIT),
}


@pytest.mark.parametrize("case", GOOD)
def test_items_that_are_not_contradicted(case: str) -> None:
    answer = found(GOOD[case])
    assert answer["ok"] or case in ("combine",), answer


BAD: dict[str, tuple[Json, str]] = {
    "kink": (item("abs(x - 22/7) + 10*x >= 0", mono(), x=row("0", "5")), "changes its sign"),
    "root between points": (item("(x - 22/7)**2 - 1/10**20 >= 0", POLY, x=row("0", "5")), "has a root near"),
    "odd contact": (item("x**2 >= 0", taylor(1), x=row("-1", "1")), "an odd power"),
    "strict contact": (item("x**2 + 1 > 0", taylor(2), x=row("-1", "1")), "zero at the point of contact"),
    "coefficient": (item("x**2 + x + 1 >= 0", taylor(2), x=row("-1", "1")), "is not zero"),
    "start": (item("x >= 0", mono(start="middle"), x=UNIT), "from the low or the high end"),
    "no high end": (
        item("x >= 0", {"rule": "concave", "var": "x", "curve": EVAL, "low": EVAL, "high": EVAL}, x=row("0", None)),
        "on a bounded range",
    ),
    "term": (item("x**2 >= 0", combine(["1", [], e("x"), []]), x=UNIT), "a term is"),
    "each vanishes": (
        item("x**2 + (1 - x)**2 > 0", combine(["1", [], [e("x")]], ["1", [], [e("1 - x")]]), x=UNIT),
        "something vanishes",
    ),
    "new": (item("2 - x >= 0", generalize("2 - t", new=[]), x=UNIT), "one to eight"),
    "drop": (item("2 - x >= 0", generalize("2 - t", drop="x"), x=UNIT), "drop is a list"),
    "exponent": (item("x + 1 >= x", apply("power", "x + 1", "x", exponent="0"), x=UNIT), "exponent is positive"),
    "function": (item("x + 1 >= x", apply("sin", "x + 1", "x"), x=UNIT), "the functions are"),
    "undefined part": (item("x >= 0", apply("exp", "1/x", "1/x - x"), x=UNIT), "no value"),
    "not polynomial": (item("(x**2 + 1)/(x + 2) > 0", POLY, x=UNIT), "not a polynomial"),
    "vars": ({**item("1 >= 0", EVAL), "vars": []}, "vars is an object"),
    "rel": ({**item("1 >= 0", EVAL), "rel": "="}, "rel is"),
    "neither": ({k: v for k, v in item("1 >= 0", EVAL).items() if k != "proof"}, "either a proof or a refutation"),
    "point": (item("x >= 1", refutation={"at": {}}, x=UNIT), "a value to each variable"),
    "outside": (item("x >= 1", refutation={"at": {"x": e("-1")}}, x=UNIT), "outside of its range"),
    "holds": (item("x >= 0", refutation={"at": {"x": e("1")}}, x=UNIT), "does not fail"),
    "narrower": (
        item("x >= 0", {"rule": "weaken", "box": {"x": row("0", "1/2")}, "then": SEEN}, x=UNIT),
        "does not hold the old",
    ),
    "unknown rule": (item("x >= 0", {"rule": "trust"}, x=UNIT), "unknown rule"),
}


@pytest.mark.parametrize("case", BAD)
def test_items_that_are_refused(case: str) -> None:
    data, reason = BAD[case]
    answer = found(data)
    assert not answer["ok"] and not answer.get("unable") and reason in answer["reason"], answer


def test_a_point_that_balls_do_not_decide() -> None:
    answer = found(item(f"1/{HIDDEN_ZERO} <= 0", refutation={"at": {}}))
    assert answer["unable"] and "do not decide" in answer["reason"]


def domain(**sides: Json) -> Domain:
    return Domain(tuple((x, read_side(side)) for x, side in sides.items()))


def term(text: str) -> Any:
    return terms.read(e(text), frozenset("xyt"))


def test_what_is_not_decided_is_counted() -> None:
    checker = Checker("s")
    checker.same(domain(x=UNIT), term("x"), term(f"x + 1/{HIDDEN_ZERO}"), "same")
    assert checker.tally.tested == 0 and checker.tally.open > 0
    checker.same(domain(x=UNIT), term("x"), term("x*x/x"), "same")
    assert checker.tally.tested > 0
    with pytest.raises(Unsure):
        checker.at(term(f"1/{HIDDEN_ZERO}"), {})


def test_numbers_that_flint_refuses_are_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    def value(*_: Any) -> Any:
        raise OverflowError

    checker = Checker("s")
    monkeypatch.setattr(scalars, "value", value)
    for call in (lambda: checker.at(term("1"), {}), lambda: checker.relation(term("1"), ">", {})):
        with pytest.raises(Unsure):
            call()


def test_boxes_without_values_show_nothing() -> None:
    checker = Checker("s")
    assert not checker.proved(domain(x=row("-2", "-1")), term("log(x)"), ">")
    assert not checker.proved(domain(x=UNIT), term("x - 2"), ">")
    assert checker.proved(domain(x=UNIT), term("x + 1"), ">")
    assert not checker.proved(domain(), term(f"1/{HIDDEN_ZERO}"), ">")


def test_signs_along_a_line_where_some_values_are_missing() -> None:
    place = domain(x=row("0", "5"), y=row("0", "5")).cut((term("x - y"), ">="))
    checker = Checker("s")
    checker._one_sign(place, term("log(x - y + 1/1000) + 20"), "x")
    with pytest.raises(Rejected, match="changes its sign"):
        checker._one_sign(place, term("log(x - y + 1/1000)"), "x")


def test_polynomials() -> None:
    assert polynomial(term("(x + 1)*(x - 1)/(x + 1)"), "x").coeffs() == [-1, 1]
    for text in ("x + y", "x*sin(x)", "x**(1/2)", "x**201", "sin(x)**2"):
        assert polynomial(term(text), "x") is None
    with pytest.raises(Rejected, match="not a polynomial"):
        polynomial(term("1/x"), "x")
    with pytest.raises(Rejected, match="is zero"):
        Checker("s")._poly(domain(x=UNIT), term("x - x"), ">", POLY)


@pytest.mark.parametrize(
    ("data", "work", "ok"),
    [
        (item("x**2 + 1 > 0", POLY, x=LINE), 100, True),
        (item("x**2 + 1 > 0", POLY, x=LINE), 30, False),
        (item(f"1/{HIDDEN_ZERO} >= 0", EVAL), 4, False),
    ],
)
def test_a_budget_that_ends(monkeypatch: pytest.MonkeyPatch, data: Json, work: int, ok: bool) -> None:
    """What was tested before the budget ended counts; if nothing was, there is no opinion."""
    monkeypatch.setattr(scalars, "WORK", work)
    answer = found(data)
    assert answer["ok"] is ok and (ok or "budget" in answer["reason"]), answer

"""Identity items of the second checker: rules, scopes, refutations; each refusal next to an item that passes."""

from __future__ import annotations

from typing import Any

import flint
import pytest

from tests.must_fail.test_identity_corpus import (
    INTEGRAL,
    LIMIT,
    LINE,
    NORMAL,
    ONE,
    POWERS,
    REAL,
    SUM,
    TWO,
    ZERO,
    e,
    row,
)
from tests.must_fail.test_identity_corpus import slope as by_slope
from verify.second import files, identities
from verify.second.errors import Rejected, Unsure
from verify.second.identities import Scope

Json = Any
HIDDEN_ZERO = "sqrt(2)*sqrt(3)-sqrt(6)"  # no ball shows that it is 0


def found(item: Json) -> dict[str, Any]:
    return files.answer(item, identities.check, set())


def split(var: str, at: Json, below: Json = NORMAL, here: Json = NORMAL, above: Json = NORMAL) -> Json:
    return {"rule": "split", "var": var, "at": at, "below": below, "here": here, "above": above}


def cases(on: str, negative: Json = NORMAL, zero: Json = NORMAL, positive: Json = NORMAL) -> Json:
    return {"rule": "cases", "on": e(on), "negative": negative, "zero": zero, "positive": positive}


def have(of: str, rel: str, proof: Json) -> Json:
    return {"rule": "have", "of": e(of), "rel": rel, "proof": proof, "then": NORMAL}


def because(node: Json, part: str | Json, value: str, **changes: Json) -> Json:
    part = e(part) if isinstance(part, str) else part
    return {**node, "part": part, "value": e(value), "because": {**node["because"], **changes}}


def witness(item: Json, **at: Json) -> Json:
    return {**item, "witness": at}


def limit(point: Json, side: str, body: Json) -> Json:
    return ["limit", "k", point, side, body]


K = ["var", "k"]
NONZERO = [["!=", e("2*x"), ZERO]]
GOOD: dict[str, Json] = {
    "second variable": row("x+y", "y+x", by_slope(ONE, var="y"), x="real", y="real"),
    "integers below": witness(row("cos(pi*n)", "(-1)**n", NORMAL, [["<=", e("n"), ZERO]], n="integer"), n=ZERO),
    "integers above": row("cos(pi*n)", "(-1)**n", NORMAL, [[">", e("n"), ZERO]], n="integer"),
    "part of a cut": row("log(asin(z)+5)", "log(asin(z)+5)", by_slope(ZERO, var="z"), z="complex"),
    "point not seen": row("x", "x", by_slope(e("asin(2)")), x="real"),
    "closed end": row("abs(x)", "x", split("x", ZERO, None, REAL, REAL), x="nonnegative"),
    "end not there": row("abs(x)", "x", split("x", ZERO, None, None, REAL), x="positive"),
    "excluded": row("x/x", "1", split("x", ZERO, NORMAL, None, NORMAL), NONZERO, x="real"),
    "real part": row("abs(re(z))**2", "re(z)**2", split("z.re", ZERO), z="complex"),
    "imaginary part": row("abs(im(z))**2", "im(z)**2", split("z.im", ZERO), z="complex"),
    "one case": row("x", "x", cases("x+1", None, None), x="positive"),
    "a cut in a case": row("x", "x", cases("asin(x)+5", None, None), x="real"),
    "have of integers": row("n", "n", have("n**2+1", "!=", {"rule": "eval"}), n="integer"),
    "have of complex numbers": row(
        "z", "z", have("abs(z)+1", ">", {"rule": "combine", "terms": [["1", [], []]]}), z="complex"
    ),
    "limits in a scalar proof": row(
        "z", "z", have("abs(z)+1", ">", {"rule": "mono", "end": {"rule": "limit"}}), z="complex"
    ),
    "cube root": row(
        "(x**3)**(1/3)",
        "x",
        {"rule": "root", "part": e("(x**3)**(1/3)"), "value": e("x"), "power": NORMAL, "then": NORMAL},
        x="positive",
    ),
    "conditions of an identity": row(
        "log(x*y)",
        "log(x)+log(y)",
        {"rule": "rewrite", "part": e("log(x*y)"), "name": "log-product", "then": NORMAL},
        x="positive",
        y="positive",
    ),
    "powers": row(
        "sqrt(x)*2", "sqrt(4*x)", {"rule": "inject", "function": "power", "exponent": "2", "then": NORMAL}, x="positive"
    ),
    "an end on a cut": row(
        "Integral(1, (x, 0, asin(a)))",
        "asin(a)",
        because(INTEGRAL, "Integral(1, (x, 0, asin(a)))", "asin(a)", function=["var", "b0"], range=LINE),
        a="real",
    ),
    "a limit on a cut": row(
        "Limit(asin(x)/asin(x), x, oo) + x - x", "1", because(LIMIT, "Limit(asin(x)/asin(x), x, oo)", "1"), x="real"
    ),
    "both sides": {**row("0", "0", because(LIMIT, limit(ZERO, "+-", K), "0")), "lhs": limit(ZERO, "+-", K)},
    "one side": {**row("0", "0", because(LIMIT, limit(ZERO, "+", K), "0")), "lhs": limit(ZERO, "+", K)},
    "minus infinity": {
        **row("0", "0", because(LIMIT, limit(["*", ["q", "-1"], ["oo"]], "+", ["exp", K]), "0")),
        "lhs": limit(["*", ["q", "-1"], ["oo"]], "+", ["exp", K]),
    },
    "a base on a cut": row(
        "Sum(binomial(n, k)*2**k, (k, 0, n))",
        "3**n",
        because(POWERS, "Sum(binomial(n, k)*2**k, (k, 0, n))", "3**n", a=e("2+asin(2)-asin(2)")),
        n="nonneg_integer",
    ),
    "values of a refutation": row(
        "Limit(1/x, x, oo)",
        "1",
        {"at": {}, "values": [{k: v for k, v in LIMIT.items() if k in ("part", "value", "because")}]},
    ),
    "a condition not decided": row("1", "0", {"at": {}}, [["!=", e("sqrt(2)*sqrt(3)"), e("sqrt(6)")]]),
    "odd": row("cos(pi*n)", "1", {"at": {"n": ["q", "3"]}}, n="odd_integer"),
}
GOOD["a condition not decided"].pop("witness")


@pytest.mark.parametrize("case", GOOD)
def test_items_that_are_not_contradicted(case: str) -> None:
    answer = found(GOOD[case])
    assert answer["ok"] or (answer.get("unable") and case == "an end on a cut"), answer


SIN = ("sin(2*z)", "2*sin(z)*cos(z)")
BAD: dict[str, tuple[Json, str]] = {
    "no variable": (row("x", "x", by_slope(ONE, var="y"), x="real"), "there is no variable"),
    "no variable to split": (row("x", "x", split("y", ZERO), x="real"), "there is no variable"),
    "sum not replaced": (
        row("Sum(k, (k, 1, n))", "n*(n+1)/2", NORMAL, n="positive_integer"),
        "replaced by their values first",
    ),
    "closed half plane": (row(*SIN, by_slope(ONE, var="z"), [[">=", e("re(z)"), ZERO]], z="complex"), "is not open"),
    "not analytic": (row("abs(z)**2", "z*conjugate(z)", by_slope(ONE, var="z"), z="complex"), "is not analytic"),
    "across the cut": (
        row("log(z+1/7)+1", "1+log(z+1/7)", by_slope(ONE, var="z"), z="complex"),
        "crosses the negative axis",
    ),
    "point without value": (row("x", "x", by_slope(e("1/0")), x="real"), "the point has no value"),
    "split outside": (row("x", "x", split("x", ["q", "-1"]), x="positive"), "not cut by the point"),
    "not excluded": (
        witness(row("x", "x", split("x", ZERO, here=None), [["!=", e("x"), ONE]], x="real"), x=TWO),
        "case here is missing",
    ),
    "zero between": (row("x", "x", cases("x-22/7", zero=None), x="real"), "the case zero occurs"),
    "both signs": (row("x", "x", have("x-22/7", "!=", {"rule": "eval"}), x="real"), "both signs occur"),
    "unknown scalar rule": (row("z", "z", have("abs(z)+1", ">", {"rule": "hope"}), z="complex"), "unknown rule"),
    "fact without value": (row("x", "x", have("1/x", ">=", {"rule": "eval"}), x="nonnegative"), "no value"),
    "unknown relation": (row("x", "x", have("x**2", "<", {"rule": "eval"}), x="real"), "the relation is"),
    "half a power": (
        row(
            "sqrt(x)",
            "sqrt(x)",
            {"rule": "inject", "function": "power", "exponent": "1/2", "then": NORMAL},
            x="positive",
        ),
        "positive whole number",
    ),
    "no root": (
        row("x", "x", {"rule": "root", "part": e("x**2"), "value": e("x"), "power": NORMAL, "then": NORMAL}, x="real"),
        "the part is a root",
    ),
    "no binder": (row("x", "x", because(LIMIT, "x", "x"), x="real"), "a value is shown by"),
    "sum by integral": (
        row(
            "Sum(k, (k, 1, n))", "n*(n+1)/2", because(INTEGRAL, "Sum(k, (k, 1, n))", "n*(n+1)/2"), n="positive_integer"
        ),
        "is for integrals",
    ),
    "parameter": (
        row(
            "Integral(exp(-a*x), (x, 0, oo))",
            "1/a",
            because(INTEGRAL, "Integral(exp(-a*x), (x, 0, oo))", "1/a", function=e("-exp(-a*b0)/a")),
            a="positive",
        ),
        "a limit with parameters",
    ),
    "undefined far away": (
        row("Limit(1/(x-4096), x, oo)", "0", because(LIMIT, "Limit(1/(x-4096), x, oo)", "0")),
        "no value near",
    ),
    "two variables": (
        row("Limit(a/x, x, oo)", "0", because(LIMIT, "Limit(a/x, x, oo)", "0"), a="real"),
        "of one variable",
    ),
    "moving point": (
        {
            **row("0", "0", because(LIMIT, limit(["var", "a"], "+", K), "0"), a="real"),
            "lhs": limit(["var", "a"], "+", K),
        },
        "a constant",
    ),
    "near": (
        row("Limit(1/x, x, oo)", "0", because(LIMIT, "Limit(1/x, x, oo)", "0", near="0")),
        "near is a positive number",
    ),
    "telescope of a product": (
        row("Product(k, (k, 1, n))", "n", because(SUM, "Product(k, (k, 1, n))", "n"), n="positive_integer"),
        "",
    ),
    "telescope from a half": (
        row("Sum(k, (k, n, n))", "n", because(SUM, "Sum(k, (k, n, n))", "n"), n="positive_integer"),
        "begin at a whole number",
    ),
    "end of a sum": (
        row(
            "Sum(k, (k, 1, abs(n)))",
            "abs(n)*(abs(n)+1)/2",
            because(SUM, "Sum(k, (k, 1, abs(n)))", "abs(n)*(abs(n)+1)/2"),
            n="positive_integer",
        ),
        "not seen to be whole",
    ),
    "binomial from 1": (
        row("Sum(k, (k, 1, n))", "n*(n+1)/2", because(POWERS, "Sum(k, (k, 1, n))", "n*(n+1)/2"), n="positive_integer"),
        "sums from 0",
    ),
    "base without value": (
        row(
            "Sum(binomial(n, k)*2**k, (k, 0, n))",
            "3**n",
            because(POWERS, "Sum(binomial(n, k)*2**k, (k, 0, n))", "3**n", a=e("1/0")),
            n="nonneg_integer",
        ),
        "a base has no value",
    ),
    "base zero": (
        row(
            "Sum(binomial(n, k)*2**k, (k, 0, n))",
            "3**n",
            because(POWERS, "Sum(binomial(n, k)*2**k, (k, 0, n))", "3**n", a=ZERO),
            n="nonneg_integer",
        ),
        "other than zero",
    ),
    "vars": ({**row("1", "1", NORMAL), "vars": []}, "vars is an object"),
    "pi": ({**row("1", "1", NORMAL), "vars": {"pi": "real"}}, "the name of a constant"),
    "conditions": ({**row("1", "1", NORMAL), "conditions": {}}, "conditions is a list"),
    "condition": ({**row("1", "1", NORMAL), "conditions": [["=>", ZERO, ZERO]]}, "a condition is"),
    "value not decided": (row("x", "0", {"at": {"x": e("1/0")}}, x="real"), "is not decided"),
    "value missing": (row("x", "0", {"at": {}}, x="real"), "a value to each variable"),
    "value outside": (row("x", "0", {"at": {"x": ["q", "-1"]}}, x="positive"), "outside of its range"),
    "not whole": (row("n", "0", {"at": {"n": ["q", "1/2"]}}, n="integer"), "is not whole"),
    "not odd": (row("n", "0", {"at": {"n": TWO}}, n="odd_integer"), "is not odd"),
    "condition without value": (
        row("x", "1", {"at": {"x": ZERO}}, [["!=", e("1/x"), ZERO]], x="real"),
        "a condition has no value",
    ),
    "condition false": (
        row("x", "1", {"at": {"x": ZERO}}, [["!=", e("x"), ZERO]], x="real"),
        "does not hold at the point",
    ),
    "neither": ({k: v for k, v in row("1", "1", NORMAL).items() if k != "proof"}, "either a proof or a refutation"),
    "values": (row("1", "0", {"at": {}, "values": {}}), "values is a list"),
    "equal": (row("1", "1", {"at": {}}), "do not differ"),
    "nothing evaluated": (row("asin(2)", "asin(2)", NORMAL), "nothing could be evaluated"),
    "sides not decided": (row(f"1/({HIDDEN_ZERO})", "0", {"at": {}}), "do not decide"),
}
for _item, _ in BAD.values():
    if "refutation" in _item:
        _item.pop("witness", None)


@pytest.mark.parametrize("case", BAD)
def test_items_that_are_refused(case: str) -> None:
    item, reason = BAD[case]
    answer = found(item)
    assert not answer["ok"] and reason in answer["reason"], answer
    assert bool(answer.get("unable")) is (case in ("nothing evaluated", "sides not decided")), answer


def test_scopes_and_numbers() -> None:
    scope = Scope().extended("x", "real", identities.LINE)
    assert scope.kind("x") == "real" and scope.names() == {"x"}
    for name in ("x", "y.re"):
        with pytest.raises(Rejected, match="in use"):
            scope.extended(name, "real", identities.LINE)
    with pytest.raises(Unsure):
        identities.real_at(flint.acb(1, flint.arb(0, 2)), "a number")
    with pytest.raises(Rejected, match="a number is not real"):
        identities.real_at(flint.acb(1, 2), "a number")
    checker = identities.Checker("s")
    for start, across in ((flint.acb(-1), True), (flint.acb(1), False)):
        assert checker.crossed(lambda _, start=start: start, identities.Fraction(0), identities.Fraction(1)) is across
    identities._known([{"rule": "limit"}, {"at": 1}])

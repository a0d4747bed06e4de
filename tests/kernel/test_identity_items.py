"""Items about identities where each condition of a rule ends: what meets it is accepted, what misses it by one thing is
refused for that reason."""

from __future__ import annotations

from typing import Any

import pytest

from tests.must_fail.test_identity_corpus import (
    INTEGRAL,
    LIMIT,
    NORMAL,
    ONE,
    REAL,
    TWO,
    ZERO,
    e,
    row,
    slope,
)

from .test_identity_parts import found, q

Json = Any
TRUST = {"rule": "trust"}
K = ["var", "k"]
MINUS = q(-1)
NOT_ZERO = ["!=", e("x"), ZERO]
LINE = [None, None, True, True]


def split(at: Json, below: Json, here: Json, above: Json, var: str = "x") -> Json:
    return {"rule": "split", "var": var, "at": at, "below": below, "here": here, "above": above}


def inject(function: str, then: Json = NORMAL, **more: Json) -> Json:
    return {"rule": "inject", "function": function, "then": then, **more}


def root(part: str, value: str, then: Json = NORMAL) -> Json:
    return {"rule": "root", "part": e(part), "value": e(value), "power": NORMAL, "then": then}


def rewrite(part: str, name: str, then: Json = NORMAL) -> Json:
    return {"rule": "rewrite", "part": e(part), "name": name, "then": then}


def have(of: str, rel: str, then: Json = NORMAL) -> Json:
    return {"rule": "have", "of": e(of), "rel": rel, "proof": {"rule": "eval"}, "then": then}


def valued(lhs: str, rhs: str, because: Json, then: Json = NORMAL, conditions: Json = (), **kinds_of: Json) -> Json:
    """The left side is a sum, integral or limit; it is replaced by the right side."""
    node = {"rule": "replace", "part": e(lhs), "value": e(rhs), "because": because, "then": then}
    return row(lhs, rhs, node, conditions, **kinds_of)


def limit(lhs: str, rhs: str, near: str = "1", **kinds_of: Json) -> Json:
    return valued(lhs, rhs, {"rule": "limit", "near": near}, **kinds_of)


def antiderivative(function: str, side: Json, **ends: Json) -> Json:
    rest = {"prime": NORMAL, "ends": NORMAL, **ends}
    return {"rule": "antiderivative", "function": e(function), "range": side, **rest}


def telescope(function: str) -> Json:
    return {"rule": "telescope", "function": e(function), "step": NORMAL, "ends": NORMAL}


def binomial(a: str, b: str, step: Json = NORMAL, **more: Json) -> Json:
    return {"rule": "binomial", "a": e(a), "b": e(b), "step": step, "ends": NORMAL, **more}


def at(point: dict[str, str], **more: Json) -> Json:
    return {"at": {name: e(value) for name, value in point.items()}, **more}


def witnessed(item: Json, **values: str) -> Json:
    return {**item, "witness": {name: e(value) for name, value in values.items()}}


def deep(count: int) -> Json:
    node: Json = NORMAL
    for _ in range(count):
        node = {"rule": "equal", "part": e("x"), "value": e("x"), "proof": NORMAL, "then": node}
    return row("x", "x", node, x="real")


def whole_plane(*conditions: Json, lhs: str = "exp(z)*exp(-z)", z: str = "1", at: str = "1") -> Json:
    return witnessed(row(lhs, "1", slope(e(at), var="z"), conditions, z="complex"), z=z)


BOX = [ZERO, ONE, False, False]
ROOT = [e("sqrt(2)"), None, True, True]
BELOW_ROOT = [None, e("sqrt(2)"), True, True]
SQUARE = "sqrt((re(z)-1)**2)"
TALL = "sqrt((im(z)-1)**2)"
VALUE = {"part": e("Limit(1/x, x, oo)"), "value": ZERO, "because": {"rule": "limit"}}
SECOND = {**VALUE, "part": ["limit", "k", ["oo"], "+", e("2/k")]}
THERE = row("Limit(1/x, x, oo)", "1", {**at({}), "values": [VALUE]})


def there(values: Json) -> Json:
    return {**THERE, "refutation": {**at({}), "values": values}}


ACCEPTED: dict[str, Json] = {
    "depth": deep(59),
    # derivative
    "analytic": row("log(2*(1+I*x))", "log(1+I*x)+log(2)", slope(ZERO), x="real"),
    "centre that is not real": whole_plane(at="I"),
    "right half plane": whole_plane([">", e("re(z)"), ZERO]),
    "left half plane": whole_plane(["<", e("re(z)"), ZERO], z="-1", at="-1"),
    "upper half plane": whole_plane([">", e("im(z)"), ZERO], z="I", at="I"),
    "lower half plane": whole_plane(["<", e("im(z)"), ZERO], z="-I", at="-I"),
    "condition on another variable": row("atan(x)+atan(1/x)+y-y", "pi/2", slope(ONE, value=REAL),
                                         [[">", e("y-1/2"), ZERO]], x="positive", y="real"),
    "not zero elsewhere": row("x*w/w", "x", slope(ONE), [["!=", e("w"), ZERO]], x="real", w="complex"),
    # split
    "at the low end": row("abs(x)", "x", split(ZERO, None, NORMAL, NORMAL), x="nonnegative"),
    "at the high end": row("abs(x)", "-x", split(ZERO, NORMAL, NORMAL, None), x=[None, ZERO, True, False]),
    "at the only point": row("x", "x", split(ONE, None, NORMAL, None), x=[ONE, ONE, False, False]),
    "at an open low end": row("x", "x", split(e("sqrt(2)"), None, None, NORMAL), x=ROOT),
    "at an open high end": row("x", "x", split(e("sqrt(2)"), NORMAL, None, None), x=BELOW_ROOT),
    "lighter": witnessed(
        row("log(2*x)+log(y-1/2)+log(w-1/2)", "log(x)+log(2)+log(y-1/2)+log(w-1/2)",
            split(ONE, slope(e("1/2")), None, slope(TWO)),
            [[">", e("x+1"), ZERO], [">", e("y-1/2"), ZERO], ["!=", e("x-1"), ZERO], [">", e("w-1/2"), ZERO]],
            x="positive", y="real", w="real"),
        x="2", y="1", w="1"),
    "lighter but not zero": witnessed(
        row("w/w+x", "1+x", split(ONE, NORMAL, NORMAL, NORMAL), [["!=", e("w"), ZERO]], x="positive", w="complex"),
        x="2", w="1"),
    "vertical line": row("abs(re(z)-1)+y", "y+" + SQUARE, split(
        ONE, rewrite(SQUARE, "root-square"), NORMAL, rewrite(SQUARE, "root-square"), "z.re"),
        z="complex", y="real"),
    "horizontal line": row("abs(im(z)-1)+y", "y+" + TALL, split(
        ONE, rewrite(TALL, "root-square"), NORMAL, rewrite(TALL, "root-square"), "z.im"),
        z="complex", y="real"),
    "condition on others": row("re(z)", "re(z)", split(ZERO, NORMAL, NORMAL, NORMAL, "z.re"),
                               [[">", e("x+y"), ZERO]], z="complex", x="real", y="real"),
    # inject
    "power one": row("x", "2*x/2", inject("power", exponent="1"), x="positive"),
    "closed arc": row("x", "2*x/2", inject("cos"), x=BOX),
    "exp": row("log(2*x)", "log(2)+log(x)", inject("exp"), x="positive"),
    "tan": row("x", "2*x/2", inject("tan"), x=BOX),
    # other steps
    "have at least": row("x", "x", have("x**2", ">="), x="real"),
    "have other": row("x/x", "1", have("x", "!="), x=[ONE, TWO, False, False]),
    "twentieth root": row("(x**20)**(1/20)", "x", root("(x**20)**(1/20)", "x"), x="positive"),
    "third root": row("(x**3)**(1/3)", "x", root("(x**3)**(1/3)", "x"), x="nonnegative"),
    "two conditions": row("log(x*y)", "log(x)+log(y)", rewrite("log(x*y)", "log-product"), x="positive",
                          y="positive"),
    # values
    "integral from below": valued("Integral(exp(x), (x, -oo, 0))", "1",
                                  antiderivative("exp(b0)", [None, ZERO, True, False], low=ZERO)),
    "limit at the low end": limit("Limit(1/x, x, -oo)", "0"),
    "limit from far": limit("Limit(1/(x+1), x, -oo)", "0"),
    "limit inside": limit("Limit(1/(x+1), x, 0, '-')", "1"),
    "limit at a gap": limit("Limit((x**2+x)/x, x, 0, '-')", "1"),
    "limit at a gap from above": limit("Limit((x**2+x)/x, x, 0, '+')", "1"),
    "limit of a root": limit("Limit(sqrt(-x), x, 0, '-')", "0"),
    "limit at open infinity": limit("Limit(log(-1/x)/x, x, -oo)", "0"),
    "limit from above": limit("Limit(abs(x)/x, x, 0, '+')", "1"),
    "limit from below": limit("Limit(abs(x)/x, x, 0, '-')", "-1"),
    # statements
    "odd": row("(-1)**n", "-1", NORMAL, n="odd_integer"),
    "odd in a condition": witnessed(row("n", "n", NORMAL, [[">=", e("n-3"), ZERO]], n="odd_integer"), n="3"),
    "twelve variables": row("x", "x", NORMAL, **{"x": "real", **{f"y{k}": "real" for k in range(11)}}),
    "equal": row("x", "x", NORMAL, [["=", e("x"), ONE]], x="real"),
    "at least": row("x", "x", NORMAL, [[">=", e("x"), ONE]], x="real"),
    "at most": row("x", "x", NORMAL, [["<=", e("x"), ONE]], x="real"),
    "less": row("x", "x", NORMAL, [["<", e("x"), TWO]], x="real"),
    "more": row("x", "x", NORMAL, [[">", e("x"), ZERO]], x="real"),
    "twenty values": there([VALUE] * 20),
    "two values": {**there([VALUE, SECOND]), "lhs": ["+", VALUE["part"], SECOND["part"]]},
    "odd point": row("n**2", "1", at({"n": "3"}), n="odd_integer"),
    "negative odd point": row("n", "1", at({"n": "-3"}), n="odd_integer"),
    "end of a range": row("x", "0", at({"x": "1"}), x=BOX),
}  # fmt: skip
REFUSED: dict[str, tuple[Json, str]] = {
    "depth": (deep(60), "a proof is too deep"),
    "rule that is a list": (row("x", "x", {"rule": [1]}, x="real"), "unknown rule"),
    "node that is a list": ({**row("x", "x", NORMAL, x="real"), "proof": []}, "unknown rule"),
    "bound on the left": (row("Limit(1/x, x, oo)", "0", NORMAL), "are replaced by their values first"),
    "bound on the right": (row("0", "Limit(1/x, x, oo)", NORMAL), "are replaced by their values first"),
    # derivative
    "second side": (row("exp(I*x)", "abs(x)", slope(ZERO), x="real"), "for the derivative of abs"),
    "across the cut": (row("log(-1+I*x)", "log(1-I*x)+I*pi", slope(ZERO), x="real"), "log is not seen to be analytic"),
    "beyond the range": (row("x", "x", slope(TWO), x=BOX), "not seen to lie in the range"),
    "before the range": (row("x", "x", slope(MINUS), x=BOX), "not seen to lie in the range"),
    "no point": (row("x", "x", slope(["pow", ZERO, MINUS], prime=TRUST), x="real"), "it is not seen that pow is def"),
    "point that is not real": (row("x", "x", slope(["I"]), x="real"), "the point is not real"),
    "second coordinate": (whole_plane([">", e("im(z)"), ZERO], z="I", at="1"), "not seen to lie in the range"),
    "first coordinate": (whole_plane([">", e("re(z)"), ZERO], z="1", at="I"), "not seen to lie in the range"),
    "point at an open end": (row("x+y", "y+x", slope(e("y")), x="positive", y="nonnegative"), "not seen to lie in"),
    "more of a slope": (row("x", "x", {**slope(ONE), "more": 1}, x="real"), "unknown field"),
    "slope of a number": (row("x", "x", {**slope(ONE), "var": 1}, x="real"), "var is a name"),
    "closed on the left": (whole_plane([">=", e("re(z)"), ZERO]), "is not open"),
    "closed on the right": (whole_plane(["<=", e("re(z)"), ZERO], z="-1"), "is not open"),
    "closed below": (whole_plane([">=", e("im(z)"), ZERO]), "is not open"),
    "closed above": (whole_plane(["<=", e("im(z)"), ZERO]), "is not open"),
    "two pieces": (row("atan(x)+atan(1/x)", "pi/2", slope(ONE, value=REAL), [[">", e("x**2-1/4"), ZERO]], x="real"),
                   "a condition speaks of the variable"),
    # split
    "no case below": (row("x", "x", split(ZERO, None, NORMAL, None), x=[None, ZERO, True, False]), "case below"),
    "no case above": (row("x", "x", split(ZERO, None, NORMAL, None), x="nonnegative"), "case above"),
    "cut below the range": (row("x", "x", split(MINUS, None, None, NORMAL), x=BOX), "not cut by the point"),
    "cut above the range": (row("x", "x", split(TWO, NORMAL, None, None), x=BOX), "not cut by the point"),
    "no case here": (row("x", "x", split(ONE, NORMAL, None, NORMAL), x="positive"), "case here"),
    "no case here, open above": (row("x", "x", split(MINUS, NORMAL, None, NORMAL), x=[None, ZERO, False, True]),
                                 "case here"),
    "no case at a closed high end": (row("x", "x", split(ZERO, NORMAL, None, None), x=[None, ZERO, True, False]),
                                     "case here"),
    "no case at a closed low end": (row("x", "x", split(ZERO, None, None, NORMAL), x="nonnegative"), "case here"),
    "one condition speaks": (row("re(z)", "re(z)", split(ZERO, NORMAL, NORMAL, NORMAL, "z.re"),
                                 [[">", e("x+y"), ZERO], [">", e("re(z)+2"), ZERO]], z="complex", x="real", y="real"),
                             "a condition speaks of the variable"),
    # inject
    "power zero": (row("x", "2*x", inject("power", exponent="0"), x="positive"), "positive whole number"),
    "power of a half": (row("x", "2*x/2", inject("power", exponent="1/2"), x="positive"), "positive whole number"),
    "no function": (row("0", "0", inject("log")), "takes no value twice"),
    "open arc": (row("x", "2*x/2", inject("tan"), x=[ZERO, e("pi/2"), False, False]), "takes no value twice"),
    # other steps
    "more of a rewriting": (row("abs(x)", "x", {**rewrite("abs(x)", "abs-positive"), "more": 1}, x="positive"),
                            "unknown field"),
    "rewriting what is not defined": (row("1/x", "1/x", rewrite("1/x", "power-exp"), x="real"),
                                      "it is not seen that pow is def"),
    "first condition": (row("log(x*y)", "log(x)+log(y)", rewrite("log(x*y)", "log-product"),
                            [NOT_ZERO, ["!=", e("y"), ZERO]], x="real", y="real"), "a condition of the identity"),
    "second condition": (row("log(x*y)", "log(x)+log(y)", rewrite("log(x*y)", "log-product"),
                             [["!=", e("y"), ZERO]], x="positive", y="real"), "a condition of the identity"),
    "second argument": (row("x**z", "x**z", rewrite("x**z", "power-exp"), x="positive", z="complex"),
                        "is not seen to be real"),
    "first root": (row("x", "x", {**root("x", "x"), "part": ["pow", e("x"), ONE]}, x="positive"), "part is a root"),
    "twenty-first root": (row("x", "x", root("(x**21)**(1/21)", "x"), x="positive"), "part is a root"),
    "root of a square": (row("x", "x", root("(x**3)**(2/3)", "x**2"), x="positive"), "part is a root"),
    "root of a logarithm": (row("x", "x", root("log(x)", "x"), x="positive"), "part is a root"),
    "third root in the half plane": (row("(z**3)**(1/3)", "z", root("(z**3)**(1/3)", "z"), [[">", e("re(z)"), ZERO]],
                                         z="complex"), "principal root"),
    "negative root": (row("sqrt(x**2)", "x", root("sqrt(x**2)", "x"), x="real"), "principal root"),
    # values
    "more of a value": (row("Limit(1/x, x, oo)", "0", {**LIMIT, "more": 1}), "unknown field"),
    "a list for a reason": (valued("Limit(1/x, x, oo)", "0", []), "a value is shown by"),
    "a rule that is a list": (valued("Limit(1/x, x, oo)", "0", {"rule": [1]}), "a value is shown by"),
    "integral of a sum": (valued("Sum(k, (k, 1, n))", "(n**2-1)/2", antiderivative("b0**2/2", [ONE, None, False, True]),
                                 n="positive_integer"), "an antiderivative is for integrals"),
    "integral with a parameter": (valued("Integral(exp(-y*x), (x, 0, oo))", "1/y", antiderivative(
        "-exp(-y*b0)/y", [ZERO, None, False, True], high=ZERO), y="positive"), "a limit with parameters"),
    "end without a value": (row("Integral(exp(-x), (x, 0, oo))", "1", {
        **INTEGRAL, "because": {**INTEGRAL["because"], "high": e("log(0-1)-log(0-1)")}}), "which log needs"),
    "more of a binomial": (valued("Sum(binomial(n, k)*2**k, (k, 0, n))", "3**n", binomial("2", "1", more=1),
                                  n="nonneg_integer"), "unknown field"),
    "binomial of nothing": (valued("Sum(binomial(n, k)*2**k, (k, 0, n))", "3**n", binomial("exp(1/x)", "1", TRUST),
                                   n="nonneg_integer", x="real"), "it is not seen that pow is def"),
    "binomial integral": (valued("Integral(binomial(n, k)*2**k, (k, 0, n))", "3**n", binomial("2", "1"),
                                 n="nonneg_integer"), "is about sums from 0"),
    "binomial from one": (valued("Sum(binomial(n, k)*2**k, (k, 1, n))", "3**n", binomial("2", "1"),
                                 n="positive_integer"), "is about sums from 0"),
    "binomial by cases": (valued("Sum(binomial(n, k)*2**k, (k, 0, n))", "3**n", binomial(
        "2", "1", split(ZERO, None, NORMAL, NORMAL, "b0")), n="nonneg_integer"), "a hypothesis speaks of"),
    "telescoping integral": (valued("Integral(k, (k, 1, n))", "n*(n+1)/2", telescope("b0*(b0-1)/2"),
                                    n="positive_integer"), "telescoping is for sums"),
    "sum from a half": (valued("Sum(k, (k, 1/2, n))", "n*(n+1)/2", telescope("b0*(b0-1)/2"), n="positive_integer"),
                        "begins at a number"),
    "sum from a variable": (valued("Sum(k, (k, m, n))", "n*(n+1)/2", telescope("b0*(b0-1)/2"), n="positive_integer",
                                   m="positive_integer"), "begins at a number"),
    "limit with a parameter": (limit("Limit(y/x, x, oo)", "0", y="real"), "a limit of a function of one variable"),
    "limit that is a variable": (limit("Limit(1/x, x, oo)", "y", y="real"), "a limit with parameters"),
    "limit of an integral": (limit("Integral(x, (x, 0, oo))", "0"), "a limit of a function of one variable"),
    "wrong limit at the low end": (limit("Limit(1/x, x, -oo)", "1"), "not seen to be this number"),
    "wrong limit from below": (limit("Limit(x, x, 1, '-')", "5"), "not seen to be this number"),
    "wrong limit from above": (limit("Limit(x, x, -1, '+')", "5"), "not seen to be this number"),
    "one side": (limit("Limit(abs(x)/x, x, 0, '+-')", "1"), "not seen to be this number"),
    "other side": (limit("Limit(abs(x)/x, x, 0, '+-')", "-1"), "not seen to be this number"),
    # statements
    "second name": (row("x", "x", NORMAL, x="real", pi="real"), "is not a name"),
    "unit as a name": (row("x", "x", NORMAL, x="real", I="real"), "is not a name"),
    "infinity as a name": (row("x", "x", NORMAL, x="real", oo="real"), "is not a name"),
    "sign as a name": ({**row("x", "x", NORMAL, x="real"), "vars": {"x": "real", "-": "real"}}, "is not a name"),
    "list of variables": ({**row("1", "1", NORMAL), "vars": []}, "vars is an object"),
    "thirteen variables": (row("x", "x", NORMAL, **{"x": "real", **{f"y{k}": "real" for k in range(12)}}),
                           "vars is an object"),
    "list of many variables": ({**row("1", "1", NORMAL), "vars": [*range(13)]}, "vars is an object"),
    "table of conditions": ({**row("1", "1", NORMAL), "conditions": {}}, "conditions is a list"),
    "condition in a tuple": (row("x", "x", NORMAL, [(">", e("x"), ZERO)], x="real"), "a condition is"),
    "short condition": (row("x", "x", NORMAL, [[">", e("x")]], x="real"), "a condition is"),
    "long condition": (row("x", "x", NORMAL, [[">", e("x"), ZERO, ZERO]], x="real"), "a condition is"),
    "unknown condition": (row("x", "x", NORMAL, [["~", e("x"), ZERO]], x="real"), "a condition is"),
    "proof and refutation": ({**row("x", "x", NORMAL, x="real"), "refutation": at({"x": "1"})}, "either a proof or"),
    "neither": ({k: v for k, v in row("x", "x", NORMAL, x="real").items() if k != "proof"}, "either a proof or"),
    "twenty-one values": (there([VALUE] * 21), "values is a list"),
    "table of values": (there({}), "values is a list"),
    "one value too few": (row("Limit(1/x, x, oo)+Limit(2/x, x, oo)", "1", {**at({}), "values": [VALUE]}),
                          "need a value"),
    "even point": (row("n**2", "1", at({"n": "4"}), n="odd_integer"), "is not such an integer"),
    "beyond the high end": (row("x", "0", at({"x": "2"}), x=BOX), "outside of its range"),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_meets_a_condition_is_accepted(case: str) -> None:
    outcome = found(ACCEPTED[case])
    assert outcome["ok"], outcome


@pytest.mark.parametrize("case", REFUSED)
def test_what_misses_it_is_refused(case: str) -> None:
    data, reason = REFUSED[case]
    outcome = found(data)
    assert not outcome["ok"], "accepted"
    assert reason in outcome["reason"], outcome


def test_rules_are_counted() -> None:
    assert found(deep(3))["rules"] == {"equal": 3, "normal": 4}

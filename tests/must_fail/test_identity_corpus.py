"""Valid certificates about identities and tails, and changes of them that are rejected for the expected reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from verify.check.expression import parse
from verify.check.identity import plain
from verify.kernel import kinds, replay
from verify.kernel.identity.proof import RULES

from .corpus import change as changed

Json = Any
NORMAL = {"rule": "normal"}
REAL = {"rule": "real"}
DELETE: Any = object()
ZERO, ONE, TWO = (["q", c] for c in "012")
LINE = [None, None, True, True]


def e(text: str) -> Json:
    return plain(parse(text), frozenset())


def row(lhs: str, rhs: str, rest: Json, conditions: Json = (), **kinds_of: Json) -> Json:
    part = {"proof": rest} if "rule" in rest else {"refutation": rest}
    if conditions:
        part["witness"] = {name: ONE for name in kinds_of}
    return {"id": "i", "vars": kinds_of, "conditions": list(conditions), "lhs": e(lhs), "rhs": e(rhs), **part}


def slope(at: Json, prime: Json = NORMAL, value: Json = NORMAL, var: str = "x") -> Json:
    return {"rule": "derivative", "var": var, "at": at, "prime": prime, "value": value}


HALF_PLANE = [[">", e("re(z)"), ZERO]]
INTEGRAL = {
    "rule": "replace", "part": e("Integral(exp(-x), (x, 0, oo))"), "value": e("0 - (-exp(-0))"), "then": NORMAL,
    "because": {"rule": "antiderivative", "function": ["*", ["q", "-1"], ["exp", ["*", ["q", "-1"], ["var", "b0"]]]],
                "range": [ZERO, None, False, True], "high": ZERO, "prime": NORMAL, "ends": NORMAL},
}  # fmt: skip
SUM = {
    "rule": "replace", "part": e("Sum(k, (k, 1, n))"), "value": e("n*(n+1)/2"), "then": NORMAL,
    "because": {"rule": "telescope", "function": e("b0*(b0-1)/2"), "step": NORMAL, "ends": NORMAL},
}  # fmt: skip
POWERS = {
    "rule": "replace", "part": e("Sum(binomial(n, k)*2**k, (k, 0, n))"), "value": e("3**n"), "then": NORMAL,
    "because": {"rule": "binomial", "a": TWO, "b": ONE, "step": NORMAL, "ends": NORMAL},
}  # fmt: skip
LIMIT = {
    "rule": "replace", "part": e("Limit(1/x, x, oo)"), "value": ZERO, "then": NORMAL,
    "because": {"rule": "limit", "near": "1"},
}  # fmt: skip
TWINS: dict[str, Json] = {
    "normal": row("sin(2*z)", "2*sin(z)*cos(z)", NORMAL, z="complex"),
    "real": row("asin(x)+acos(x)", "pi/2", REAL, x=[["q", "-1"], ONE, False, False]),
    "derivative": row("atan(x)+atan(1/x)", "pi/2", slope(ONE, value=REAL), x="positive"),
    "branch": row("log(z**2)", "2*log(z)", slope(ONE, var="z"), HALF_PLANE, z="complex"),
    "split": row("abs(x)**2", "x**2", {"rule": "split", "var": "x", "at": ZERO, "below": NORMAL, "here": NORMAL,
                                       "above": NORMAL}, x="real"),
    "cases": row("abs(x-1)**2", "(x-1)**2", {"rule": "cases", "on": e("x-1"), "negative": NORMAL, "zero": NORMAL,
                                             "positive": NORMAL}, x="real"),
    "inject": row("acos(x)", "asin(sqrt(1-x**2))", {"rule": "inject", "function": "sin", "then": REAL},
                  x=[["q", "1/4"], ["q", "3/4"], False, False]),
    "rewrite": row("sqrt(x**2)", "abs(x)", {"rule": "rewrite", "part": e("sqrt(x**2)"), "name": "root-square",
                                            "then": NORMAL}, x="real"),
    "have": row("sin(x)/sin(x)", "1", {"rule": "have", "of": e("sin(x)"), "rel": ">", "proof": {"rule": "eval"},
                                       "then": NORMAL}, x=[ONE, TWO, False, False]),
    "equal": row("log(z**2)+1", "2*log(z)+1", {"rule": "equal", "part": e("log(z**2)"), "value": e("2*log(z)"),
                                               "proof": slope(ONE, var="z"), "then": NORMAL}, HALF_PLANE, z="complex"),
    "root": row("sqrt(z**2)", "z", {"rule": "root", "part": e("sqrt(z**2)"), "value": e("z"), "power": NORMAL,
                                    "then": NORMAL}, HALF_PLANE, z="complex"),
    "integral": row("Integral(exp(-x), (x, 0, oo))", "1", INTEGRAL),
    "sum": row("Sum(k, (k, 1, n))", "n*(n+1)/2", SUM, n="positive_integer"),
    "binomial": row("Sum(binomial(n, k)*2**k, (k, 0, n))", "3**n", POWERS, n="nonneg_integer"),
    "limit": row("Limit(1/x, x, oo)", "0", LIMIT),
    "integer": row("cos(pi*n)", "(-1)**n", NORMAL, n="integer"),
    "differs": row("log(1/z)", "-log(z)", {"at": {"z": ["q", "-1"]}}, [["!=", e("z"), ZERO]], z="complex"),
    "missing": row("1/x", "1/x", {"at": {"x": ZERO}}, x="real"),
}  # fmt: skip
TWINS["differs"].pop("witness")

PROOF = ("proof",)
CHANGES: list[tuple[str, tuple[Any, ...], Json, str]] = [
    ("normal", ("rhs",), e("2*sin(z)*cos(2*z)"), "same normal form"),
    ("normal", ("lhs",), e("sin(2*z)+0/z"), "defined"),
    ("normal", ("lhs",), e("sin(2*w)"), "not declared"),
    ("normal", ("proof", "rule"), "trust", "unknown rule"),
    ("normal", ("vars", "z"), "quaternion", "unknown kind"),
    ("real", ("rhs",), e("pi/3"), "real normal form"),
    ("real", ("vars", "x", 1), TWO, "which asin needs"),
    ("real", ("rhs",), e("I*pi/2"), "real normal form"),
    ("real", ("vars", "x", 1), ["q", "-2"], "range is empty"),
    ("real", ("proof", "extra"), 1, "unknown field"),
    ("derivative", ("vars", "x"), "real", "defined"),
    ("derivative", ("rhs",), e("pi/3"), "real normal form"),
    ("derivative", ("proof", "at"), ZERO, "lie in the range"),
    ("derivative", ("proof", "at"), e("x"), "speaks of the variable"),
    ("derivative", ("rhs",), e("pi/2+x-1"), "same normal form"),
    ("derivative", ("vars", "x"), "positive_integer", "no derivative"),
    ("branch", ("conditions",), [["!=", e("z"), ZERO]], "condition speaks"),
    ("branch", ("conditions",), [[">", e("re(z)"), ["q", "-1"]]], "condition speaks"),
    ("branch", ("conditions",), [[">", e("im(z)"), ZERO]], "condition does not hold"),
    ("branch", ("conditions",), [[">=", e("re(z)"), ZERO]], "defined"),
    ("branch", ("witness", "z"), ["q", "-1"], "condition does not hold"),
    ("branch", ("rhs",), e("2*log(z)+2*pi*I"), "same normal form"),
    ("split", ("proof", "below"), None, "case below is missing"),
    ("split", ("proof", "here"), None, "case here is missing"),
    ("split", ("proof", "above"), None, "case above is missing"),
    ("split", ("rhs",), e("x**2+abs(x)-x"), "same normal form"),
    ("split", ("proof", "var"), "y", "no variable"),
    ("cases", ("proof", "negative"), None, "negative is not excluded"),
    ("cases", ("proof", "zero"), None, "zero is not excluded"),
    ("cases", ("proof", "positive"), None, "positive is not excluded"),
    ("cases", ("proof", "on"), e("I*x"), "not seen to be real"),
    ("cases", ("rhs",), e("(x-1)**2+abs(x-1)-(x-1)"), "same normal form"),
    ("inject", ("vars", "x", 0), ["q", "-1"], "takes no value twice"),
    ("inject", ("proof", "function"), "cosh", "takes no value twice"),
    ("inject", ("proof", "function"), "tan", "real normal form"),
    ("inject", ("rhs",), e("asin(sqrt(1-x**2/4))"), "real normal form"),
    ("inject", ("vars", "x", 1), TWO, "which acos needs"),
    ("rewrite", ("proof", "name"), "abs-positive", "identity is about"),
    ("rewrite", ("proof", "name"), "wishes", "unknown identity"),
    ("rewrite", ("vars", "x"), "complex", "not seen to be real"),
    ("rewrite", ("rhs",), e("x"), "same normal form"),
    ("rewrite", ("proof", "part"), e("sqrt(x**3)"), "square root of a square"),
    ("have", ("proof", "rel"), "=", "relation is"),
    ("have", ("proof", "of"), e("sin(x)-1"), "boxes are not enough"),
    ("have", ("vars", "x", 1), ["q", "4"], "boxes are not enough"),
    ("have", ("proof", "proof"), {"rule": "trust"}, "unknown rule"),
    ("have", ("proof", "of"), e("I*sin(x)"), "not seen to be real"),
    ("equal", ("proof", "value"), e("2*log(z)+1"), "same normal form"),
    ("equal", ("proof", "part"), e("log(z)"), "normal form"),
    ("equal", ("rhs",), e("2*log(z)+2"), "same normal form"),
    ("equal", ("conditions",), [["!=", e("z"), ZERO]], "condition speaks"),
    ("equal", ("proof", "proof"), NORMAL, "same normal form"),
    ("root", ("conditions",), [["!=", e("z"), ZERO]], "principal root"),
    ("root", ("conditions",), [["<", e("re(z)"), ["q", "2"]]], "principal root"),
    ("root", ("proof", "value"), e("-z"), "principal root"),
    ("root", ("proof", "value"), e("2*z"), "same normal form"),
    ("root", ("proof", "part"), e("z**2"), "part is a root"),
    ("integral", ("proof", "because", "high"), ONE, "not seen to be this number"),
    ("integral", ("proof", "because", "function"), e("exp(-b0)"), "same normal form"),
    ("integral", ("proof", "because", "range"), [ONE, None, False, True], "end of the integral"),
    ("integral", ("proof", "because", "range"), [ZERO, TWO, False, False], "infinite end"),
    ("integral", ("proof", "value"), TWO, "same normal form"),
    ("integral", ("rhs",), TWO, "same normal form"),
    ("sum", ("proof", "because", "function"), e("b0*(b0+1)/2"), "same normal form"),
    ("sum", ("vars", "n"), "integer", "have a term"),
    ("sum", ("vars", "n"), "real", "whole one"),
    ("sum", ("proof", "value"), e("n*(n+2)/2"), "same normal form"),
    ("sum", ("rhs",), e("n*(n+2)/2"), "same normal form"),
    ("binomial", ("proof", "because", "a"), ["q", "3"], "same normal form"),
    ("binomial", ("proof", "because", "b"), ZERO, "other than zero"),
    ("binomial", ("vars", "n"), "integer", "whole number >= 0"),
    ("binomial", ("vars", "n"), "nonnegative", "whole number >= 0"),
    ("binomial", ("proof", "value"), e("4**n"), "same normal form"),
    ("limit", ("proof", "value"), ONE, "not seen to be this number"),
    ("limit", ("proof", "because", "near"), "0", "positive"),
    ("limit", ("rhs",), ONE, "same normal form"),
    ("limit", ("proof", "because", "rule"), "antiderivative", "unknown field"),
    ("limit", ("proof", "part"), e("Limit(1/x, x, 0)"), "not seen to be this number"),
    ("integer", ("vars", "n"), "real", "same normal form"),
    ("integer", ("rhs",), e("(-1)**(n+1)"), "same normal form"),
    ("integer", ("lhs",), e("cos(pi*n/2)"), "same normal form"),
    ("differs", ("refutation", "at", "z"), ONE, "not seen to differ"),
    ("differs", ("refutation", "at", "z"), ZERO, "condition does not hold"),
    ("differs", ("refutation", "at"), {}, "value to each variable"),
    ("differs", ("vars", "z"), "positive", "outside of its range"),
    ("differs", ("refutation", "bits"), 3, "bits"),
    ("differs", ("vars", "z"), "1/2", "unknown kind"),
    ("missing", ("refutation", "at", "x"), ONE, "not seen to differ"),
    ("missing", ("vars", "x"), "positive", "outside of its range"),
    ("missing", ("refutation", "at", "x"), ["I"], "not real"),
    ("missing", ("refutation", "at", "x"), ["pi"], "not seen to differ"),
]


def outcome(key: str, item: Json) -> Json:
    return kinds.check_file(replay.load(json.dumps({key: [item]})))[key][0]


@pytest.mark.parametrize("name", TWINS)
def test_twins_are_accepted(name: str) -> None:
    found = outcome("identities", TWINS[name])
    assert found["ok"], found


@pytest.mark.parametrize(("twin", "path", "new", "reason"), CHANGES)
def test_changes_are_rejected(twin: str, path: tuple[Any, ...], new: Json, reason: str) -> None:
    found = outcome("identities", changed(TWINS[twin], path, new))
    assert not found["ok"], "accepted"
    assert reason in found["reason"], found


def test_every_rule_has_a_twin() -> None:
    text = json.dumps(list(TWINS.values()))
    assert all(f'"rule": "{rule}"' in text for rule in RULES)


# ---- tails -------------------------------------------------------------------------------------------------------


def tail(bound: str, rest: Json, low: str = "0", high: str = "1", sides: int = 1) -> Json:
    part = {"refutation": rest} if "p" in rest else {"proof": rest}
    return {"id": "t", "range": [low, high], "sides": sides, "bound": e(bound), **part}


HOEFFDING = {"hoeffding": True, "proof": {"rule": "eval"}}
COIN = {"low": "0", "high": "1", "p": "1/2", "n": 1, "t": "1/2"}
TAILS = {
    "one": tail("exp(-2*n*t**2)", HOEFFDING),
    "two": tail("2*exp(-n*t**2/2)", HOEFFDING, "-1", "1", 2),
    "false": tail("exp(-4*n*t**2)", COIN),
}
TAIL_CHANGES: list[tuple[str, tuple[Any, ...], Json, str]] = [
    ("one", ("sides",), 2, "boxes"),
    ("one", ("range",), ["-1", "1"], "boxes"),
    ("one", ("bound",), e("exp(-3*n*t**2)"), "boxes"),
    ("one", ("proof", "hoeffding"), False, "boxes"),
    ("one", ("range",), ["1", "0"], "empty"),
    ("one", ("proof", "hoeffding"), 1, "true or false"),
    ("two", ("bound",), e("exp(-n*t**2/2)"), "boxes"),
    ("two", ("range",), ["-2", "2"], "boxes"),
    ("two", ("sides",), 3, "sides"),
    ("false", ("refutation", "t"), "2/3", "exceed"),
    ("false", ("refutation", "p"), "3/2", "law on two points"),
    ("false", ("refutation", "high"), "2", "law on two points"),
    ("false", ("refutation", "n"), 0, "law on two points"),
    ("false", ("refutation", "t"), "0", "law on two points"),
    ("false", ("bound",), e("exp(-2*n*t**2)"), "exceed"),
]


@pytest.mark.parametrize("name", TAILS)
def test_tails_are_accepted(name: str) -> None:
    found = outcome("tails", TAILS[name])
    assert found["ok"], found
    assert found["axioms"] == ([] if name == "false" else ["hoeffding-lemma"])


@pytest.mark.parametrize(("twin", "path", "new", "reason"), TAIL_CHANGES)
def test_changed_tails_are_rejected(twin: str, path: tuple[Any, ...], new: Json, reason: str) -> None:
    found = outcome("tails", changed(TAILS[twin], path, new))
    assert not found["ok"], "accepted"
    assert reason in found["reason"], found

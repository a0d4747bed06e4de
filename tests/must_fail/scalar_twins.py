"""Valid scalar certificates, at least one for each rule; the corpus changes them in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verify.check import expression as ex

Json = Any
NAMES = ("x", "y", "t")


def e(text: str) -> Json:
    """An expression in the kernel's form."""

    def lists(p: Any) -> Json:
        return [lists(q) if isinstance(q, tuple) else q for q in p]

    return lists(ex.parse(text, NAMES))


def row(low: str | None, high: str | None, opened: str = "") -> Json:
    """A range; opened holds `(` for an open low end and `)` for an open high end."""
    lo, hi = (None if s is None else e(s) for s in (low, high))
    return [lo, hi, lo is None or "(" in opened, hi is None or ")" in opened]


def item(text: str, proof: Json = None, refutation: Json = None, **ranges: Json) -> Json:
    ((rel, lhs, rhs),) = ex.parse_relations(text, NAMES)
    rest = {"proof": proof} if refutation is None else {"refutation": refutation}

    def lists(p: Any) -> Json:
        return [lists(q) if isinstance(q, tuple) else q for q in p]

    return {"id": "claim", "vars": ranges, "lhs": lists(lhs), "rel": rel, "rhs": lists(rhs), **rest}


EVAL, SEEN, LIMIT = {"rule": "eval"}, {"rule": "seen"}, {"rule": "limit"}
LINE, UNIT, HALF, POSITIVE = row(None, None), row("0", "1"), row("0", None), row("0", None, "(")


def mono(start: str, slope: Json, end: Json) -> Json:
    return {"rule": "mono", "var": "x", "from": start, "slope": slope, "end": end}


TWINS: dict[str, Callable[[], Json]] = {
    "eval": lambda: item("exp(x) <= 3", {"rule": "eval", "order": 2, "boxes": 40, "bits": 64}, x=UNIT),
    "eval-strict": lambda: item("sin(x) < 1", EVAL, x=row("0", "3/2")),
    "eval-constant": lambda: item("0 <= cos(pi/2) + log(1)", EVAL),
    "seen": lambda: item("x/(1+x**2) <= 1", SEEN, x=UNIT),
    "seen-open": lambda: item("0 < x*exp(-x)", SEEN, x=POSITIVE),
    "poly": lambda: item("0 <= (x-1/3)**2*(x+1)", {"rule": "poly", "var": "x"}, x=row("-1", "2")),
    "poly-strict": lambda: item("0 < x**3-2", {"rule": "poly", "var": "x"}, x=row("13/10", None)),
    "taylor": lambda: item(
        "1-x <= exp(-x)", {"rule": "taylor", "var": "x", "at": e("0"), "zeros": 2, "order": 2}, x=UNIT
    ),
    "taylor-odd": lambda: item(
        "sin(x) < x", {"rule": "taylor", "var": "x", "at": e("0"), "zeros": 3, "order": 5}, x=row("0", "1", "(")
    ),
    "mono": lambda: item("1+x <= exp(x)", mono("low", EVAL, EVAL), x=HALF),
    "mono-strict": lambda: item("log(1+x) < x", mono("low", SEEN, EVAL), x=POSITIVE),
    "mono-limit": lambda: item("0 < pi/2 - atan(x)", mono("high", SEEN, LIMIT), x=LINE),
    "concave": lambda: item(
        "2*x/pi <= sin(x)", {"rule": "concave", "var": "x", "curve": EVAL, "low": EVAL, "high": EVAL},
        x=row("0", "pi/2"),
    ),
    "split": lambda: item(
        "1+x <= exp(x)",
        {"rule": "split", "var": "x", "at": e("0"), "low": mono("high", EVAL, EVAL), "high": mono("low", EVAL, EVAL)},
        x=LINE,
    ),
    "cases": lambda: item(
        "x*y <= abs(x*y)",
        {"rule": "cases", "on": e("x*y"),
         "above": {"rule": "rewrite", "identity": "abs-positive", "part": e("abs(x*y)"), "then": EVAL},
         "below": {"rule": "rewrite", "identity": "abs-negative", "part": e("abs(x*y)"),
                   "then": {"rule": "combine", "terms": [["2", [e("-(x*y)")], []]]}}},
        x=row("-1", "1"), y=row("-1", "1"),
    ),
    "have": lambda: item(
        "x <= tan(x)",
        {"rule": "have", "fact": [e("cos(x)"), ">"], "proof": mono("high", EVAL, EVAL),
         "then": mono("low", EVAL, EVAL)},
        x=row("0", "pi/2", ")"),
    ),
    "scale": lambda: item(
        "1/(1+x) <= 1", {"rule": "scale", "by": e("1+x"), "to": e("x"), "then": SEEN}, x=HALF
    ),
    "rewrite": lambda: item(
        "sqrt(x**2) <= x",
        {"rule": "rewrite", "identity": "root-square", "part": e("sqrt(x**2)"),
         "then": {"rule": "rewrite", "identity": "abs-positive", "part": e("abs(x)"), "then": EVAL}},
        x=HALF,
    ),
    "either": lambda: item(
        "abs(x) <= 1+x**2", {"rule": "either", "part": e("abs(x)"), "proofs": [SEEN, SEEN]}, x=LINE
    ),
    "combine": lambda: item(
        "2*x*y <= x**2+y**2", {"rule": "combine", "terms": [["1", [], [e("x-y")]]]}, x=LINE, y=LINE
    ),
    "combine-strict": lambda: item(
        "2*x*y < x**2+y**2+x",
        {"rule": "combine", "terms": [["1", [], [e("x-y")]], ["1", [e("x")], []]]}, x=POSITIVE, y=LINE,
    ),
    "generalize": lambda: item(
        "y-x <= y*log(y/x)",
        {"rule": "scale", "by": e("1/x"), "to": e("(y/x)*log(y/x)-y/x+1"), "then": {
            "rule": "generalize", "new": [{"name": "t", "range": POSITIVE, "value": e("y/x")}],
            "to": e("t*log(t)-t+1"), "drop": ["x", "y"],
            "then": {"rule": "split", "var": "t", "at": e("1"),
                     "low": {**mono("high", {"rule": "scale", "by": e("1"), "to": e("-log(t)"), "then": SEEN}, EVAL),
                             "var": "t"},
                     "high": {**mono("low", {"rule": "scale", "by": e("1"), "to": e("log(t)"), "then": SEEN}, EVAL),
                              "var": "t"}}}},
        x=POSITIVE, y=POSITIVE,
    ),
    "apply": lambda: item(
        "x**10 < exp(x)",
        {"rule": "apply", "function": "log", "a": e("exp(x)"), "b": e("x**10"), "then": {
            "rule": "rewrite", "identity": "log-power", "part": e("log(x**10)"), "then": {
                "rule": "scale", "by": e("1"), "to": e("x-10*log(x)"), "then": mono("low", SEEN, EVAL)}}},
        x=row("40", None),
    ),
    "weaken": lambda: item(
        "x < 1 + x**2", {"rule": "weaken", "box": {"x": row("-2", "5")}, "then": {"rule": "poly", "var": "x"}},
        x=row("0", "1", "(")
    ),
    "refutation": lambda: item("exp(x) <= 1+x+x**2/2", refutation={"at": {"x": e("1/2")}, "bits": 64}, x=UNIT),
    "refutation-equal": lambda: item("2*x/pi < sin(x)", refutation={"at": {"x": e("pi/2")}}, x=row("0", "pi/2")),
    "refutation-undefined": lambda: item("log(x) <= x", refutation={"at": {"x": e("0")}}, x=UNIT),
    "refutation-branch": lambda: item("0 <= x**(1/3)", refutation={"at": {"x": e("-1")}}, x=row("-1", "1")),
}  # fmt: skip

"""Exact tails of coins against a statement about the mean of independent bounded samples.

The statement bounds P(|mean - E mean| <= eps) from below by 1 - delta, for as many samples as a hypothesis
`n >= term in eps, delta` asks for. At the least such n the tail of a coin on {-1, 1} is a sum of binomial
terms, an exact rational, and is compared with delta as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan
from verify.evidence.instance import Instance
from verify.evidence.terms import Statement, Term, letters
from verify.evidence.values import ShapeError, Unsupported
from verify.numeric.binomial import deviation_tail
from verify.numeric.enclosure import NotEvidence, precision

EPS = tuple(Fraction(1, k) for k in (2, 4, 10, 20, 30))
DELTA = tuple(Fraction(1, k) for k in (2, 10, 100))
HEADS = (Fraction(1, 2), Fraction(1, 10))
DIGITS = 20


def exact_tails(statement: Statement, largest: int) -> list[dict[str, Any]]:
    """One row for each eps, delta and chance of +1 whose least n is at most `largest`; none for other statements.

    `tail` is rounded up to 20 significant digits; `holds` compares the exact tail with delta.
    """
    plan = Plan.of(statement)
    found = _form(plan)
    if found is None:
        return []
    count, eps_name, delta_name = found
    rows: list[dict[str, Any]] = []
    for eps in EPS:
        for delta in DELTA:
            n = _least(plan, count, {eps_name: eps, delta_name: delta})
            if n is None or not 1 <= n <= largest:
                continue
            for p in HEADS:
                # Z = 2 B - 1, so |mean Z - E mean Z| > eps says |mean B - p| > eps / 2
                tail = deviation_tail(n, p, eps / 2)
                rows.append(
                    {
                        "n": n,
                        "eps": str(eps),
                        "delta": str(delta),
                        "p": str(p),
                        "tail": decimal_above(tail, DIGITS),
                        "holds": tail <= delta,
                    }
                )
    return rows


def _form(plan: Plan) -> tuple[Term, str, str] | None:
    """The term of `n >= term`, and the names of eps and delta, if the statement is of the form above."""
    if len(plan.random) != 1 or len(plan.counts) != 1 or len(plan.statement["goals"]) != 1:
        return None
    (name,), ((n, size),) = plan.random, plan.counts
    goal, decl = plan.statement["goals"][0], plan.sig["letters"][name]
    rows = decl.get("index", [])
    if decl.get("law", {}).get("kind") != "bounded" or decl.get("shape") or goal.get("all") or len(rows) != 1:
        return None
    if rows[0][1] != {"1": 1} or rows[0][2] != {n: 1} or not _on_signs(plan, name):
        return None
    formula = goal["concl"]
    for eps in sorted(letters(formula) - {name}):
        for delta in sorted(letters(formula) - {name, eps}):
            if formula == _goal(name, n, rows[0][0], eps, delta) and letters(size["concl"]) <= {eps, delta}:
                return size["concl"][2], eps, delta
    return None


def _on_signs(plan: Plan, name: str) -> bool:
    """Whether the hypotheses about the samples are -1 <= Z_i <= 1 and nothing else."""
    bounds = []
    for h in plan.statement["hyps"]:
        if name in plan.mentions[h["id"]]:
            (symbol, *_), *more = h["all"] or [[""]]
            z = ["v", name, [{symbol: 1}], ""]
            bounds.append(not more and h["concl"] in (["ge", z, ["q", "-1"]], ["ge", ["q", "1"], z]))
    return len(bounds) == 2 and all(bounds)


def _goal(name: str, n: str, i: str, eps: str, delta: str) -> Term:
    minus: Term = ["q", "-1"]
    mean: Term = ["*", ["inv", ["n", {n: 1}]], ["sum", i, {"1": 1}, {n: 1}, ["v", name, [{i: 1}], ""]]]
    excess: Term = ["+", mean, ["*", minus, ["E", mean]]]
    e: Term = ["v", eps, [], ""]
    inside: Term = ["*", ["ind", ["+", e, ["*", minus, excess]]], ["ind", ["+", e, excess]]]
    return ["ge", ["E", inside], ["+", ["q", "1"], ["*", minus, ["v", delta, [], ""]]]]


def _least(plan: Plan, count: Term, values: Mapping[str, Fraction]) -> int | None:
    """The least natural number that is at least the term, if 50 digits settle it."""
    at = Instance({}, {}, {(name, (), ""): x for name, x in values.items()})
    try:
        with precision(50):
            value = Evaluator(plan.sig, at).scalar(count, {})
            low, high = (value, value) if isinstance(value, Fraction) else (value.lower(), value.upper())
    except (Unsupported, ShapeError, NotEvidence):
        return None
    n = -((-low).__floor__())
    return n if n == -((-high).__floor__()) else None


def decimal_above(x: Fraction, digits: int) -> str:
    """A positive rational rounded up to significant digits, such as `1.25e-3`; exact integer arithmetic only."""
    if x <= 0:
        return "0"
    place = len(str(x.numerator)) - len(str(x.denominator))  # 10^(place - 1) < x < 10^(place + 1)
    if x < Fraction(10) ** place:
        place -= 1
    scaled = -((-x * Fraction(10) ** (digits - 1 - place)).__floor__())
    if scaled == 10**digits:
        scaled, place = scaled // 10, place + 1
    text = str(scaled)
    return f"{text[0]}.{text[1:]}e{place}"

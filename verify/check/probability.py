"""Probability claims: closed numbers and formulas as inequalities or identities; tails of means by Hoeffding's bound.

An integer variable ranges over the reals of its range in a proof, which proves more; a refutation names whole numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from verify.kernel.errors import Reject
from verify.kernel.items import MALFORMED
from verify.kernel.probability import replay as kernel

from . import expression as ex
from . import identity, scalar
from .answer import Answer, Counterexample
from .expression import Expr
from .problem import Identity, Inequality, Interval, Probability, Problem
from .settle import Budget

Json = Any
LINE = Interval(ex.MINUS_INFINITY, ex.INFINITY, True, True)
RANGES = {
    "real": LINE, "integer": LINE, "positive": Interval(ex.ZERO, ex.INFINITY, True, True),
    "nonnegative": Interval(ex.ZERO, ex.INFINITY, False, True),
    "nonneg_integer": Interval(ex.ZERO, ex.INFINITY, False, True),
    "positive_integer": Interval(ex.ONE, ex.INFINITY, False, True),
}  # fmt: skip
_KEYS = ("vars", "lhs", "rel", "rhs")


def inequality(s: Probability) -> Inequality | None:
    """The claim as an inequality over reals, if its variables have ranges."""
    if s.lhs is None or s.rhs is None or s.rel in (None, "="):
        return None
    rows = []
    for name, kind in s.vars:
        if isinstance(kind, str) and kind not in RANGES:
            return None
        rows.append((name, RANGES[kind] if isinstance(kind, str) else kind))
    return Inequality(tuple(rows), s.lhs, str(s.rel), s.rhs)


def tail_statement(s: Probability) -> Json:
    """The tail bound `s` in the kernel's language; Reject if the range is not given by numbers."""
    assert s.range is not None and s.bound is not None
    ends = [ex.constant(e) for e in s.range]
    if None in ends:
        raise Reject("the ends of the range are numbers")
    return {"range": [str(e) for e in ends], "sides": s.sides, "bound": identity.plain(s.bound, frozenset())}


def stands(problem: Problem, verdict: str, certificate: Mapping[str, Json]) -> str | None:
    """Does the certificate prove or refute this very claim?"""
    s = problem.statement
    assert isinstance(s, Probability)
    rests = certificate.get("rests")
    kind = "tails" if s.kind == "iid_mean_tail" else "identities" if s.rel == "=" else "scalars"
    items = certificate.get(kind)
    if not isinstance(items, list) or len(items) != 1 or rests != [items[0]["id"]]:
        return f"one item of the kind `{kind}` is needed"
    item = items[0]
    if {"PROVED": "proof", "REFUTED": "refutation"}[verdict] not in item:
        return f"its item does not say {verdict}"
    if kind == "identities":
        assert s.lhs is not None and s.rhs is not None
        return identity.says(item, identity.compiled(Identity(s.vars, (), s.lhs, s.rhs)), verdict)
    if kind == "tails":
        said = tail_statement(s)
        return None if all(item.get(k) == v for k, v in said.items()) else "the statements differ"
    mine = inequality(s)
    if mine is None or {k: item.get(k) for k in _KEYS} != scalar.statement_json(mine):
        return "the statements differ"
    if verdict == "REFUTED":
        for name, row in s.vars:
            value = item["refutation"]["at"].get(name)
            whole = value[0] == "q" and Fraction(value[1]).denominator == 1
            if isinstance(row, str) and "integer" in row and not whole:
                return f"the value of {name} is not whole"
    return None


def settle(problem: Problem, budget: Budget) -> Answer:
    """Prove or refute the statement about probabilities in `problem` within `budget`; OPEN if neither is found."""
    s = problem.statement
    assert isinstance(s, Probability)
    if s.kind == "iid_mean_tail":
        return tails(s, budget)
    if s.rel == "=":
        assert s.lhs is not None and s.rhs is not None
        return identity.settled(identity.compiled(Identity(s.vars, (), s.lhs, s.rhs)), budget)
    mine = inequality(s)
    if mine is None:
        return Answer("OPEN", tried=("the kind of a variable has no range of reals",))
    return scalar.settled(mine, problem.hints, budget.left)


# ---- tails -------------------------------------------------------------------------------------------------------


def tails(s: Probability, budget: Budget) -> Answer:
    """Settle the tail bound `s`: Hoeffding's bound (W. Hoeffding, JASA 58, 1963), or a two-point law that breaks it."""
    statement = tail_statement(s)
    st = kernel.Statement(statement)
    found = counterexample(st, budget)
    if found is not None:
        data, outcome = found
        shown = {"P(high)": data["p"], "low": data["low"], "high": data["high"], "n": str(data["n"]), "t": data["t"]}
        reason = f"the tail of this law on two points is {outcome['tail']}, above the bound by {outcome['margin']}"
        return Answer(
            "REFUTED", scope="one law", method="exact binomial tail",
            counterexample=Counterexample(shown, None, reason),
            certificate={"tails": [{"id": "tail", **statement, "refutation": data}], "rests": ["tail"]},
        )  # fmt: skip
    low, high = Interval(ex.ONE, ex.INFINITY, False, True), Interval(ex.ZERO, ex.INFINITY, True, True)
    assert s.bound is not None
    for hoeffding in (False, True):
        below = back(st.hoeffding()) if hoeffding else ex.ONE
        claim = Inequality((("n", low), ("t", high)), below, "<=", s.bound)
        found_proof = proof(st, claim, hoeffding, budget)
        if found_proof is not None:
            item = {"id": "tail", **statement, "proof": {"hoeffding": hoeffding, "proof": found_proof}}
            because = "Hoeffding's lemma, Chernoff's bound" if hoeffding else "a probability is at most 1"
            return Answer(
                "PROVED", scope="all laws in the range", method=because,
                steps=(f"{because}: the tail is at most {ex.show(below)}", "which is at most the bound"),
                certificate={"tails": [item], "rests": ["tail"]},
            )  # fmt: skip
    tried = ("no law on two points exceeds the bound", "Hoeffding's bound is not seen to be below it")
    return Answer("OPEN", tried=tried)


def back(e: Expr) -> Expr:
    """The kernel expression `e` in the form of the parser."""
    if e[0] == "q":
        return ex.rational(e[1])
    return tuple(back(p) if isinstance(p, tuple) else p for p in e)


def proof(st: kernel.Statement, claim: Inequality, hoeffding: bool, budget: Budget) -> Json:
    """A proof node of the scalar search that the kernel accepts here, or None."""
    from verify.kernel.errors import Budget as Work
    from verify.kernel.scalar.proof import Prover

    nodes: list[Json] = [{"rule": "eval"}]
    answer = scalar.settled(claim, None, budget.left / 2)
    if answer.verdict == "PROVED" and answer.certificate is not None:
        nodes.append(answer.certificate["scalars"][0]["proof"])
    for node in nodes:
        try:
            kernel.prove(st, Prover(Work(kernel.WORK)), {"hoeffding": hoeffding, "proof": node})
            return node
        except (Reject, *MALFORMED):
            continue
    return None


def laws(st: kernel.Statement) -> Iterator[tuple[Fraction, int, Fraction]]:
    """(p, n, t): t at the values where the tail jumps."""
    width = st.high - st.low
    for n, p in itertools.product((1, 2, 3, 4, 6, 10, 20, 50), (1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 16, 17, 18, 19)):
        q = Fraction(p, 20) if p != 6 else Fraction(1, 100)
        for k in range(n + 1):
            for away in (width * (Fraction(k, n) - q),):
                for gap in (away, -away) if st.sides == 2 else (away,):
                    if gap > 0:
                        yield q, n, gap


def counterexample(st: kernel.Statement, budget: Budget) -> tuple[Json, Json] | None:
    """A two-point law at which the tail of `st` exceeds its bound, and the kernel's answer; None within `budget`."""
    for p, n, gap in laws(st):
        budget.check()
        exact = kernel.tail(st, st.low, st.high, p, n, gap)
        try:
            bound = identity.near(st.bound, {"n": complex(n), "t": complex(float(gap))}).real
        except identity.FAILS:
            continue
        if not math.isfinite(bound) or float(exact) <= bound * (1 - 1e-12):
            continue
        data = {"low": str(st.low), "high": str(st.high), "p": str(p), "n": n, "t": str(gap)}
        try:
            return data, kernel.refute(st, data)
        except (Reject, *MALFORMED):
            continue
    return None



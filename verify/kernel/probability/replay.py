"""Certificates of the kind `tails`: bounds on the tail of the mean of n independent variables of one law in [a, b].

    {"id", "range": [a, b], "sides": 1 | 2, "bound": expression in n and t,
     "proof": {"hoeffding": true | false, "proof": node}}
    the same with "refutation": {"low", "high", "p", "n", "t"}

The statement: for all whole n >= 1, real t > 0 and all such laws, P(mean - mu >= t) (one side) or
P(abs(mean - mu) >= t) (two sides) is at most the bound.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

from ..errors import Budget, Reject
from ..items import Outcome, outcomes
from ..scalar import terms as t
from ..scalar.domain import Domain, Enclosures, Side
from ..scalar.interval import Arithmetic
from ..scalar.proof import Prover, fields
from ..scalar.terms import Expr

Json = Any
WORK = 40_000_000
MAX_N = 60
MAX_LAW_BITS = 2_000


class Statement:
    def __init__(self, data: Json) -> None:
        ends = data["range"]
        if type(ends) is not list or len(ends) != 2 or data["sides"] not in (1, 2) or type(data["sides"]) is not int:
            raise Reject("a tail has a range [a, b] and one or two sides")
        self.low, self.high = (t.number(e) for e in ends)
        if self.low >= self.high:
            raise Reject("the range is empty or a point")
        self.sides: int = data["sides"]
        self.bound = t.read(data["bound"], frozenset(("n", "t")))

    def hoeffding(self) -> Expr:
        """sides * exp(-2 n t**2 / (b - a)**2)."""
        rate = t.q(Fraction(-2) / (self.high - self.low) ** 2)
        return t.times(t.q(self.sides), ("exp", t.times(rate, ("var", "n"), t.power(("var", "t"), 2))))

    def domain(self) -> Domain:
        """All real n >= 1 and t > 0, which hold all whole n."""
        return Domain((("n", Side(t.ONE, None, False, True)), ("t", Side(t.ZERO, None, True, True))))


def prove(st: Statement, p: Prover, data: Json) -> list[str]:
    """The bound is at least Hoeffding's, or at least 1; the axioms that are used."""
    fields(data, ("hoeffding", "proof"))
    if type(data["hoeffding"]) is not bool:
        raise Reject("hoeffding is true or false")
    below = st.hoeffding() if data["hoeffding"] else t.ONE
    p.prove(st.domain(), t.minus(st.bound, below), ">=", data["proof"])
    return ["hoeffding-lemma"] if data["hoeffding"] else []


def tail(st: Statement, low: Fraction, high: Fraction, p: Fraction, n: int, gap: Fraction) -> Fraction:
    """The exact tail for a law with P(high) = p and P(low) = 1 - p."""
    mean = low + p * (high - low)
    total = Fraction(0)
    for k in range(n + 1):
        away = low + (high - low) * Fraction(k, n) - mean
        if away >= gap or (st.sides == 2 and -away >= gap):
            total += comb(n, k) * p**k * (1 - p) ** (n - k)
    return total


def refute(st: Statement, data: Json) -> dict[str, str]:
    """A law on two points of the range whose tail exceeds the bound."""
    fields(data, ("low", "high", "p", "n", "t"))
    low, high, p, gap = (t.number(data[k]) for k in ("low", "high", "p", "t"))
    n = data["n"]
    if not (st.low <= low < high <= st.high and 0 <= p <= 1 and gap > 0 and type(n) is int and 1 <= n <= MAX_N):
        raise Reject("not a law on two points of the range, a whole n from 1 to 60 and t > 0")
    if any(x.numerator.bit_length() + x.denominator.bit_length() > MAX_LAW_BITS for x in (low, high, p, gap)):
        raise Reject("the numbers of a law are short: their powers are computed exactly")
    exact = tail(st, low, high, p, n, gap)
    here = t.substitute(st.bound, {"n": t.q(n), "t": t.q(gap)})
    Prover(Budget(WORK)).defined(Domain(()), here)
    excess = Enclosures(Arithmetic(128), {}).of(t.minus(t.q(exact), here))
    if not excess.positive():
        raise Reject("the tail is not seen to exceed the bound")
    return {"fails": "relation", "tail": str(exact), "margin": repr(excess)}


def check(data: Json) -> Outcome:
    fields(data, ("id", "range", "sides", "bound"), ("proof", "refutation"))
    if ("proof" in data) == ("refutation" in data):
        raise Reject("an item has either a proof or a refutation")
    st = Statement(data)
    out: Outcome = {"id": data["id"], "ok": True, "base_facts": [], "axioms": [], "oracles": [], "lemmas": []}
    if "refutation" in data:
        return {**out, "kind": "refutation", **refute(st, data["refutation"])}
    p = Prover(Budget(WORK))
    return {**out, "kind": "proof", "axioms": prove(st, p, data["proof"]), "rules": p.rules}


def check_all(items: Json) -> list[Outcome]:
    return outcomes(items, check)

"""Items about tails of means: the bound against Hoeffding's at points, and exact tails of laws on two points."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb
from random import Random
from typing import Any

from . import scalars
from .domains import Domain, Side
from .errors import Cannot, Rejected, Undefined, Unsure
from .reals import add, bits, negative, positive, value
from .terms import Json, Term, fields, minus, number, power, q, read, substitute, times, within

LAWS = 40


def exceeds(n: int, p: Fraction, low: Fraction, high: Fraction, gap: Fraction, sides: int) -> Fraction:
    """The chance that the mean of n draws, high with chance p and else low, is off its mean by `gap` or more."""
    total = Fraction(0)
    for k in range(n + 1):
        off = (high - low) * (Fraction(k, n) - p)
        if off >= gap or (sides == 2 and off <= -gap):
            total += comb(n, k) * p**k * (1 - p) ** (n - k)
    return total


def check(item: Mapping[str, Json]) -> dict[str, Any]:
    """The answer for a tail `item`; Rejected if it is not well formed or is contradicted."""
    fields(dict(item), ("id", "range", "sides", "bound"), ("proof", "refutation"), "item")
    if ("proof" in item) == ("refutation" in item):
        raise Rejected("an item has either a proof or a refutation")
    ends = item["range"]
    if not isinstance(ends, list) or len(ends) != 2:
        raise Rejected("a range is [a, b]")
    a, b = (number(x) for x in ends)
    sides = within(item["sides"], 1, 2, "sides")
    if a >= b:
        raise Rejected("the range is empty or a point")
    bound = read(item["bound"], frozenset(("n", "t")))
    if "refutation" in item:
        return refuted(item["refutation"], a, b, sides, bound)
    data = fields(item["proof"], ("hoeffding", "proof"))
    if not isinstance(data["hoeffding"], bool):
        raise Rejected("hoeffding is true or false")
    tested = sampled(str(item["id"]), a, b, sides, bound)
    below: Term = q(1)
    if data["hoeffding"]:
        rate = Fraction(-2) / (b - a) ** 2
        below = times(q(sides), ("exp", times(q(rate), ("var", "n"), power(("var", "t"), 2))))
    d = Domain((("n", Side(q(1), None, False)), ("t", Side(q(0), None))))
    found = scalars.proof(str(item["id"]), d, minus(bound, below), ">=", data["proof"])
    return {**found, "laws": tested}


def at(bound: Term, n: int, gap: Fraction) -> Any:
    """The value of `bound` for `n` draws and deviation `gap`."""
    return value(substitute(bound, {"n": q(n), "t": q(gap)}), {})


def sampled(seed: str, a: Fraction, b: Fraction, sides: int, bound: Term) -> int:
    """Laws on two points of the range whose tail is not above the bound; raises Rejected at one whose tail is."""
    rng = Random(seed)
    tested = 0
    with bits(160):
        for _ in range(LAWS):
            n = rng.choice((1, 1, 2, 3, 5, 8, 20, 40))
            p = Fraction(rng.choice((1, 8, 16, 24, 31)), 32)
            gap = (b - a) * (Fraction(rng.randrange(1, n + 1), n) if rng.random() < 0.5 else p) * (
                1 if rng.random() < 0.5 else 1 - p)  # fmt: skip
            tail = exceeds(n, p, a, b, gap, sides)
            try:
                excess = add(tail, -at(bound, n, gap))
            except Undefined as error:
                raise Rejected(f"the bound has no value at n = {n}, t = {gap} ({error})") from None
            except Unsure:
                continue
            if positive(excess):
                raise Rejected(f"the tail is above the bound at n = {n}, t = {gap}, p = {p}")
            tested += negative(excess)
    return tested


def refuted(data: Json, a: Fraction, b: Fraction, sides: int, bound: Term) -> dict[str, Any]:
    """The answer for a two-point law in `data` with range [a, b]; Rejected unless its tail surely exceeds
    `bound`. Raises Cannot where this checker has no way to tell.
    """
    fields(data, ("low", "high", "p", "n", "t"), what="refutation")
    low, high, p, gap = (number(data[k]) for k in ("low", "high", "p", "t"))
    n = within(data["n"], 1, 60, "n")
    if not (a <= low < high <= b and 0 <= p <= 1 and gap > 0):
        raise Rejected("not a law on two points of the range with t > 0")
    with bits(1024):
        try:
            excess = add(exceeds(n, p, low, high, gap, sides), -at(bound, n, gap))
        except Undefined as error:
            raise Rejected(f"the bound has no value there ({error})") from None
        except Unsure:
            raise Cannot("balls do not decide the bound") from None
        if not positive(excess):
            raise Rejected("the tail does not exceed the bound")
    return {"how": "confirmed", "fails": "relation"}

"""Estimates of an expectation at growing widths, with simultaneous intervals, against the other side of an equation.

A width is a natural number that counts independent copies of a random letter, such as the units of a network. Where
a goal says E[body] == other, the body is sampled at widths 1, 4 and 16, and the interval at each width is compared
with the other side there, exact or enclosed. Values 0 and 1 get exact binomial intervals, other values in [0, 1]
Hoeffding's; the levels add up to one confidence for all widths (union bound).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan
from verify.evidence.instance import Instance
from verify.evidence.monte_carlo import samples
from verify.evidence.terms import Statement, Term, free_symbols, index_symbols
from verify.evidence.values import ShapeError, Unsupported
from verify.numeric.binomial import confidence_interval
from verify.numeric.enclosure import NotEvidence, exact_fraction, precision

WIDTHS = (1, 4, 16)
CONFIDENCE = "0.999999"
PLACES = 6


def widths_of(plan: Plan) -> list[str]:
    """Natural symbols that count copies of random letters and nothing else."""
    found: set[str] = set()
    fixed: set[str] = set()
    for name, row in plan.sig["letters"].items():
        used = {s for bounds in row.get("index") or () for end in bounds[1:] for s in index_symbols(end)}
        used -= {"1"}
        if name in plan.random:
            found |= used
        else:
            fixed |= used
        fixed |= {s for size in row.get("shape") or () for s in index_symbols(size)}
    return sorted((found - fixed) & set(plan.sig.get("nat", {})))


def sweep(
    statement: Statement,
    instances: Sequence[Instance],
    *,
    n: int,
    seed: int,
    widths: Sequence[int] = WIDTHS,
    confidence: str = CONFIDENCE,
) -> list[dict[str, Any]]:
    """One row for each width, for the first goal, symbol and instance where all samples lie in [0, 1]; else none.

    Instances at which the samples differ from each other come first. `value` is the other side; `inside` whether its
    enclosure meets the interval.
    """
    plan = Plan.of(statement)
    constant: list[dict[str, Any]] = []
    for symbol in widths_of(plan):
        least = int(plan.sig["nat"][symbol])
        sizes = [m for m in widths if m >= least]
        for body, other in _equations(statement):
            if symbol not in free_symbols(body):
                continue
            for instance in instances:
                try:
                    rows = [_row(plan, instance, symbol, m, body, other, n, seed, (sizes, confidence)) for m in sizes]
                except (Unsupported, ShapeError, NotEvidence):
                    continue
                if any(row["estimate"] not in ("0.000000", "1.000000") for row in rows):
                    return rows
                constant = constant or rows
    return constant


def _equations(statement: Statement) -> Iterator[tuple[Term, Term]]:
    """Bodies of expectations and what they equal."""
    for goal in statement["goals"]:
        formula = goal["concl"]
        if formula[0] == "eq" and not goal.get("all"):
            for side, other in ((formula[1], formula[2]), (formula[2], formula[1])):
                if side[0] == "E":
                    yield side[1], other


def _row(
    plan: Plan,
    instance: Instance,
    symbol: str,
    width: int,
    body: Term,
    other: Term,
    n: int,
    seed: int,
    level: tuple[Sequence[int], str],
) -> dict[str, Any]:
    sizes, confidence = level
    wide = instance.with_letters({}, nat={**instance.nat, symbol: width})
    drawn = samples(plan.sig, body, wide, n=n, seed=seed)
    error = (1 - exact_fraction(confidence)) / len(sizes)
    mean = sum(drawn, vl.ZERO) / n
    if all(x in (0, 1) for x in drawn):
        low, high = confidence_interval(int(sum(drawn)), n, error)
    else:
        half = Fraction(math.ceil(math.sqrt(math.log(2 / float(error)) / (2 * n)) * 10**PLACES) + 1, 10**PLACES)
        low, high = max(vl.ZERO, mean - half), min(vl.ONE, mean + half)
    with precision(30):
        value = Evaluator(plan.sig, wide).scalar(other, {})
        ends = vl.ends(value)
    if ends is None:
        raise Unsupported("the other side has no bounded value")
    return {
        "symbol": symbol,
        "width": width,
        "n": n,
        "seed": seed,
        "confidence": confidence,
        "estimate": _decimal(mean, 0),
        "low": _decimal(low, -1),
        "high": _decimal(high, 1),
        "value": _decimal((ends[0] + ends[1]) / 2, 0),
        "inside": low <= ends[1] and ends[0] <= high,
    }


def _decimal(value: Fraction, direction: int) -> str:
    """A decimal string, rounded down, to the nearest, or up."""
    scaled = value * 10**PLACES
    whole = math.floor(scaled) if direction < 0 else math.ceil(scaled) if direction else round(scaled)
    sign, digits = "-" if whole < 0 else "", str(abs(whole)).rjust(PLACES + 1, "0")
    return f"{sign}{digits[:-PLACES]}.{digits[-PLACES:]}"

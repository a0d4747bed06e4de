"""How a conclusion fails at a counterexample, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

from . import words

Json = Any
TOLD = ("goal", "where", "exact", "margin", "note", "only_for", "source")
"""Fields of a counterexample that the sentence tells."""

_PLACES = {"here": "Here", "start": "At the start", "just after the start": "Just after the start"}
_DIGITS = 6


def sentence(data: Mapping[str, Json], negation_derived: bool) -> str:
    """`data`: a counterexample of the evidence. `negation_derived`: the certificate refutes the statement as a whole,
    which alone covers every choice of the constants that the statement says exist."""
    where = str(data.get("where") or "here")
    place = _PLACES.get(where, f"At {where}" if where.split()[0] in ("iterate", "time") else "Here")
    text = f"{place} the hypotheses hold and the conclusion fails{_amount(data)}."
    chosen = data.get("only_for")
    if chosen:
        names = words.enumerated([str(x) for x in chosen])
        text = f"One choice of {names} as an example. {text}"
        if negation_derived:
            text += " That no other choice works either is derived; the certificate holds the derivation."
    return text


def _amount(data: Mapping[str, Json]) -> str:
    margin = data.get("margin")
    if not isinstance(margin, list) or len(margin) != 2:
        return ""
    low, high = (_number(str(x)) for x in margin)
    if data.get("note") == "slope of the margin":
        return ": both sides agree at the start, and their difference moves the wrong way at once"
    if low == high == 0:
        return ", because both sides are equal"
    if high > 0 or low > high:
        return ""
    if low == high:
        return f" by {words.number(str(-high))}"
    least = Context(prec=_DIGITS, rounding=ROUND_FLOOR).divide(Decimal(-high.numerator), Decimal(high.denominator))
    return f" by more than {least.normalize():f}" if -9 < least.adjusted() < 9 else f" by more than {least.normalize()}"


def _number(text: str) -> Fraction:
    return Fraction(Decimal(text)) if "e" in text.lower() else Fraction(text)

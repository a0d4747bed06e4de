"""A claim's instances (`holds_at`, `fails_at`, ..) in the names and sizes of a kernel statement."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

Data = Mapping[str, Any]


def instance(kernel: Data, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The JSON form of an instance, or None if a value is no number, matrix or list of these.

    Nothing is believed about it: it counts only if it meets the hypotheses when it is evaluated.
    """
    sig = kernel["sig"]
    out: dict[str, Any] = {}
    nat = {name: value for name, value in values.items() if name in sig.get("nat", {})}
    for name, value in values.items():
        letter = sig.get("letters", {}).get(name)
        if name in nat:
            out[name] = str(value)
        elif letter is None:
            return None
        elif letter.get("index"):
            low = _low(letter["index"], nat)
            if low is None or not isinstance(value, tuple):
                return None
            for k, member in enumerate(value):
                out[f"{name}[{low + k}]"] = _value(letter, member)
        else:
            out[name] = _value(letter, value)
    return None if any(v is None for v in out.values()) else {"values": dict(sorted(out.items()))}


def _low(index: list[Any], nat: Mapping[str, Any]) -> int | None:
    """The first index of a family with one index."""
    if len(index) != 1:
        return None
    total = 0
    for symbol, factor in index[0][1].items():
        if symbol != "1" and symbol not in nat:
            return None
        total += factor * (1 if symbol == "1" else int(nat[symbol]))
    return total


def _value(letter: Data, value: Any) -> Any:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Fraction):
        return [[str(value)]] if letter.get("shape") else str(value)
    if isinstance(value, tuple) and letter.get("shape"):
        rows = [row if isinstance(row, tuple) else (row,) for row in value]
        if all(isinstance(x, int | Fraction) for row in rows for x in row):
            return [[str(x) for x in row] for row in rows]
    return None

"""A claim's instances (`holds_at`, `fails_at`, ..) in the names and sizes of a kernel statement."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

Data = Mapping[str, Any]


def instance(kernel: Data, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The JSON form of an instance, or None if a value is no number, matrix or list of these.

    `widths` (or the name of a dimension family) lists its sizes, the input first; a matrix given for a loss is the
    target of half the squared distance. Nothing is believed about an instance: it counts only if it meets the
    hypotheses when it is evaluated.
    """
    sig = kernel["sig"]
    out: dict[str, Any] = {}
    nat = {name: value for name, value in values.items() if name in sig.get("nat", {})}
    dims: dict[str, list[int]] = {}
    losses: dict[str, Any] = {}
    for name, value in values.items():
        letter = sig.get("letters", {}).get(name)
        families = [d for d in sig.get("dims", {}) if name in ("widths", d)]
        if name in nat:
            out[name] = str(value)
        elif families and isinstance(value, tuple) and all(_whole(x) for x in value):
            dims.update((d, [int(x) for x in value]) for d in families)
        elif name in sig.get("losses", {}):
            losses[name] = {"kind": "half_square", "target": _value({"shape": True}, value)}
            if losses[name]["target"] is None:
                return None
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
    if any(v is None for v in out.values()):
        return None
    made: dict[str, Any] = {"values": dict(sorted(out.items()))}
    if dims:
        made["dims"] = dims
    if losses:
        made["losses"] = losses
    return made


def _whole(x: Any) -> bool:
    return type(x) is int or (isinstance(x, Fraction) and x.denominator == 1)


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

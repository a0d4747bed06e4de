"""Instances: exact values for everything a kernel statement leaves open.

Letters are stored per stage: `""` now, `"0"` at the start, `"+"` at the next iterate, `"D"` the time
derivative now. The JSON form is the one of counterexamples: `{"values": {name: exact string or rows}, "dims":
{..}, "losses": {..}, "laws": {..}}` with names such as `W[1]`, `W[1]@0`, `W[1]@+` and `D W[1]`. Natural
numbers are values as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from verify.evidence.values import Mat, Scalar, Value
from verify.numeric.enclosure import Enclosure, exact_fraction

Key = tuple[str, tuple[int, ...], str]
"""Name, index values, stage."""

Law = tuple[tuple[Fraction, Fraction], ...]
"""Pairs of probability and value."""


@dataclass(frozen=True)
class Loss:
    """A differentiable function of a matrix (or scalar): half the squared distance to a target, or a
    polynomial.

    `terms` are (coefficient, ((row, column, power), ..)); a half-square keeps its target instead.
    """

    kind: str
    target: Mat | None = None
    terms: tuple[tuple[Fraction, tuple[tuple[int, int, int], ...]], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The loss as JSON: its kind, and its target or its terms with exact coefficients."""
        if self.target is not None:
            return {"kind": self.kind, "target": _value_json(self.target)}
        return {"kind": self.kind, "terms": [[str(c), [list(f) for f in fs]] for c, fs in self.terms]}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Loss:
        """The loss that `data` describes; KeyError or ValueError if it describes none."""
        if "target" in data:
            target = _value_of(data["target"])
            assert isinstance(target, Mat)
            return Loss(data["kind"], target)
        terms = tuple(
            (exact_fraction(c), tuple((int(i), int(j), int(p)) for i, j, p in fs)) for c, fs in data["terms"]
        )
        return Loss(data["kind"], None, terms)


@dataclass(frozen=True, repr=False)
class Instance:
    """Sizes, values of letters by stage, losses and laws. Its representation is an expression that makes it."""

    nat: Mapping[str, int] = field(default_factory=dict)
    dims: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    letters: Mapping[Key, Value] = field(default_factory=dict)
    losses: Mapping[str, Loss] = field(default_factory=dict)
    laws: Mapping[str, Law] = field(default_factory=dict)
    time: Scalar | None = None
    corners: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Instance.from_json({self.to_json()!r}, {sorted(self.nat)!r})"

    def with_letters(self, more: Mapping[Key, Value], **changes: Any) -> Instance:
        """The instance with `more` letters, or other values for them, and with `changes` of other fields."""
        merged = dict(self.letters)
        merged.update(more)
        fields: dict[str, Any] = {
            "nat": self.nat,
            "dims": self.dims,
            "letters": merged,
            "losses": self.losses,
            "laws": self.laws,
            "time": self.time,
            "corners": self.corners,
        }
        fields.update(changes)
        return Instance(**fields)

    def size(self) -> tuple[int, int, int]:
        """For "smallest": number of entries, then digits of all numbers, then digits of the sizes."""
        entries = bits = 0
        for key, value in self.letters.items():
            if key[2] not in ("", "+"):
                continue
            cells = value.entries() if isinstance(value, Mat) else (value,)
            entries += len(cells)
            for x in cells:
                if isinstance(x, Fraction):
                    bits += abs(x.numerator).bit_length() + x.denominator.bit_length()
                else:
                    bits += 1000
        return entries, bits, sum(self.nat.values())

    def to_json(self) -> dict[str, Any]:
        """The JSON form of counterexamples: exact strings by name, dimensions, losses, laws, time."""
        values: dict[str, Any] = {name: str(v) for name, v in self.nat.items()}
        for key, value in self.letters.items():
            values[key_text(key)] = _value_json(value)
        out: dict[str, Any] = {"values": dict(sorted(values.items()))}
        if self.dims:
            out["dims"] = {d: [row[i] for i in sorted(row)] for d, row in sorted(self.dims.items())}
            out["dims_from"] = {d: min(row) for d, row in sorted(self.dims.items()) if row}
        if self.losses:
            out["losses"] = {n: loss.to_json() for n, loss in sorted(self.losses.items())}
        if self.laws:
            out["laws"] = {n: [[str(p), str(v)] for p, v in law] for n, law in sorted(self.laws.items())}
        if self.time is not None:
            out["time"] = _value_json(self.time)
        return out

    @staticmethod
    def from_json(data: Mapping[str, Any], nat: Mapping[str, Any]) -> Instance:
        """`nat` names the natural symbols (the signature's `nat`). Raises ValueError for arguments outside the
        domain.
        """
        naturals: dict[str, int] = {}
        letters: dict[Key, Value] = {}
        for text, raw in data.get("values", {}).items():
            if text in nat:
                naturals[text] = int(raw)
            else:
                letters[key_of(text)] = _value_of(raw)
        start = data.get("dims_from", {})
        dims = {
            d: {start.get(d, 0) + i: int(v) for i, v in enumerate(r)} for d, r in data.get("dims", {}).items()
        }
        time = _value_of(data["time"]) if "time" in data else None
        if isinstance(time, Mat):
            raise ValueError("time must be a scalar")
        return Instance(
            naturals,
            dims,
            letters,
            {n: Loss.from_json(x) for n, x in data.get("losses", {}).items()},
            {
                n: tuple((exact_fraction(p), exact_fraction(v)) for p, v in law)
                for n, law in data.get("laws", {}).items()
            },
            time,
        )


def key_text(key: Key) -> str:
    """The name of a stored letter as it is written: D for derivatives, the stage after @."""
    name, index, stage = key
    base = name + (f"[{','.join(map(str, index))}]" if index else "")
    return f"D {base}" if stage == "D" else f"{base}@{stage}" if stage else base


_KEY = re.compile(r"(D )?([A-Za-z][A-Za-z0-9_.']*)(?:\[([0-9,]+)\])?(?:@([0+]))?\Z")


def key_of(text: str) -> Key:
    """The key that `key_text` writes as this text. Raises ValueError if it is none."""
    match = _KEY.match(text)
    if not match:
        raise ValueError(f"not a letter of an instance: {text!r}")
    index = tuple(int(i) for i in match[3].split(",")) if match[3] else ()
    return match[2], index, "D" if match[1] else match[4] or ""


def _scalar_json(x: Scalar) -> Any:
    if isinstance(x, Fraction):
        return str(x)
    return {"low": str(x.lower()), "high": str(x.upper())}


def _value_json(value: Value) -> Any:
    if isinstance(value, Mat):
        return [[_scalar_json(value.at(i, j)) for j in range(value.cols)] for i in range(value.rows)]
    return _scalar_json(value)


def _scalar_of(raw: Any) -> Scalar:
    if isinstance(raw, dict):
        return Enclosure.from_bounds(raw["low"], raw["high"])
    return exact_fraction(raw)


def _value_of(raw: Any) -> Value:
    if isinstance(raw, list):
        return Mat.from_rows([[_scalar_of(x) for x in row] for row in raw])
    return _scalar_of(raw)

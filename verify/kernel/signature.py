"""Signatures: which letters a statement speaks of, with their shapes, index ranges and laws."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from . import linear as ln
from .errors import Reject

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.']{0,63}\Z")
RATIONAL = re.compile(r"-?[0-9]{1,4000}(/[0-9]{1,4000})?\Z")

Dim = tuple[Any, ...]  # ("n", form) or ("d", family, form)


def name_of(text: Any) -> str:
    if type(text) is not str or not NAME.match(text):
        raise Reject(f"not a name: {text!r:.60}")
    return text


def rational(text: Any) -> Fraction:
    """A canonical rational such as "-3/4"; floats and expressions are refused."""
    if type(text) is not str or not RATIONAL.match(text):
        raise Reject(f'rational expected as a string such as "3/4", not {text!r:.60}')
    num, _, den = text.partition("/")
    if den and int(den) == 0:
        raise Reject("rational with denominator zero")
    return Fraction(int(num), int(den or "1"))


def fields(data: Any, allowed: tuple[str, ...], required: tuple[str, ...], what: str) -> dict[str, Any]:
    if type(data) is not dict:
        raise Reject(f"{what} must be an object")
    for k in data:
        if k not in allowed:
            raise Reject(f"{what} has an unknown field {k!r:.40}")
    for k in required:
        if k not in data:
            raise Reject(f"{what} lacks the field {k!r}")
    return data


@dataclass(frozen=True)
class Letter:
    index: tuple[tuple[str, Any, Any], ...]
    shape: tuple[Any, Any] | None
    sym: bool
    dep: str
    chain: bool
    law: dict[str, Any] | None
    free: bool

    @property
    def random(self) -> bool:
        return self.law is not None

    @property
    def bounded(self) -> bool:
        return self.law is not None and self.law["kind"] != "gauss"


@dataclass(frozen=True)
class Signature:
    data: dict[str, Any]
    time: str
    nat: dict[str, ln.Lin]
    known: tuple[ln.Lin, ...]
    dims: dict[str, tuple[ln.Lin, ln.Lin]]
    letters: dict[str, Letter]
    losses: dict[str, dict[str, Any]] = field(default_factory=dict)

    def letter(self, name: Any) -> Letter:
        if type(name) is not str or name not in self.letters:
            raise Reject(f"letter {name!r:.40} is not in the signature")
        return self.letters[name]

    def family(self, name: Any) -> tuple[ln.Lin, ln.Lin]:
        """Range of the index of a dimension family."""
        if type(name) is not str or name not in self.dims:
            raise Reject(f"unknown dimension family {name!r:.40}")
        return self.dims[name]


def _law(data: Any) -> dict[str, Any] | None:
    if data is None:
        return None
    fields(data, ("kind", "values"), ("kind",), "law")
    if data["kind"] not in ("gauss", "bounded", "angle", "finite"):
        raise Reject(f"unknown law {data['kind']!r:.40}")
    if data["kind"] == "finite":
        rows = data.get("values")
        if type(rows) is not list or not rows or any(type(r) is not list or len(r) != 2 for r in rows):
            raise Reject("a finite law needs a list of [probability, value] pairs")
        probs = [rational(r[0]) for r in rows]
        for r in rows:
            rational(r[1])
        if any(p < 0 for p in probs) or sum(probs) != 1:
            raise Reject("the probabilities of a finite law must be non-negative with sum 1")
    elif "values" in data:
        raise Reject("only a finite law has values")
    return dict(data)


def _letter(name: str, data: Any, time: str) -> Letter:
    fields(data, ("index", "shape", "sym", "dep", "chain", "law", "free"), (), f"letter {name}")
    index = []
    for row in data.get("index", []):
        if type(row) is not list or len(row) != 3:
            raise Reject(f"index of letter {name} must be [variable, low, high]")
        index.append((name_of(row[0]), row[1], row[2]))
    shape = data.get("shape")
    if shape is not None and (type(shape) is not list or len(shape) != 2):
        raise Reject(f"shape of letter {name} must have two entries")
    for flag in ("sym", "chain", "free"):
        if type(data.get(flag, False)) is not bool:
            raise Reject(f"{flag} of letter {name} must be true or false")
    dep, law = data.get("dep", "const"), _law(data.get("law"))
    if dep not in ("const", "smooth", "any"):
        raise Reject(f"unknown time dependence {dep!r:.40} of letter {name}")
    if dep != "const" and time == "none":
        raise Reject(f"letter {name} depends on time in a statement without time")
    if law is not None:
        if time != "none":
            raise Reject(f"letter {name} is random in a statement with time")
        if law["kind"] == "gauss" and (shape is None or shape[1] != {"1": 1}):
            raise Reject(f"Gaussian letter {name} must be a column")
        if law["kind"] != "gauss" and shape is not None:
            raise Reject(f"random letter {name} of law {law['kind']} must be a scalar")
    chain, sym, free = data.get("chain", False), data.get("sym", False), data.get("free", False)
    if chain and (shape is None or len(index) != 1 or sym or law is not None or free):
        raise Reject(f"chain family {name} needs a shape, one index, and nothing else")
    if sym and (shape is None or shape[0] != shape[1]):
        raise Reject(f"symmetric letter {name} must be square")
    if free and (shape is None or dep != "const" or law is not None):
        raise Reject(f"free letter {name} must be a constant matrix")
    return Letter(tuple(index), tuple(shape) if shape else None, sym, dep, chain, law, free)


def parse(data: Any) -> Signature:
    fields(data, ("time", "nat", "assume", "dims", "letters", "losses"), ("time",), "signature")
    time = data["time"]
    if time not in ("none", "flow", "descent"):
        raise Reject(f"unknown kind of time {time!r:.40}")
    nat: dict[str, ln.Lin] = {}
    known: list[ln.Lin] = []
    for s, least in fields(data.get("nat", {}), tuple(data.get("nat", {})), (), "nat").items():
        if type(least) is not int or least < 0 or least > ln.MAX_COEFFICIENT:
            raise Reject(f"least value of {s!r:.40} must be a natural number")
        nat[name_of(s)] = ln.var(s)
        known.append(ln.sub(ln.var(s), ln.const(least)))
    for form in data.get("assume", []):
        known.append(ln.parse(form, nat))
    dims: dict[str, tuple[ln.Lin, ln.Lin]] = {}
    for d, rng in data.get("dims", {}).items():
        if type(rng) is not list or len(rng) != 2:
            raise Reject(f"dimension family {d!r:.40} needs [low, high]")
        dims[name_of(d)] = (ln.parse(rng[0], nat), ln.parse(rng[1], nat))
    letters = {name_of(n): _letter(n, d, time) for n, d in data.get("letters", {}).items()}
    clash = (set(nat) & set(letters)) | (set(nat) & set(dims)) | (set(dims) & set(letters))
    if clash:
        raise Reject(f"name {min(clash)!r} is used twice in the signature")
    for n, letter in letters.items():
        names = [row[0] for row in letter.index]
        if len({*names}) != len(names) or {*names} & set(nat):
            raise Reject(f"an index variable of letter {n} is used twice or is a natural of the signature")
    losses: dict[str, dict[str, Any]] = {}
    used: list[str] = []
    for n, row in data.get("losses", {}).items():
        fields(row, ("at", "grad", "params", "pgrad", "target"), ("at", "grad"), f"loss {n}")
        names = [n, row["grad"], *([row["pgrad"]] if "pgrad" in row else [])]
        for x in names:
            if x not in letters:
                raise Reject(f"loss {n!r:.40} speaks of the undeclared letter {x!r:.40}")
        used += names
        if ("params" in row) != ("pgrad" in row):
            raise Reject(f"loss {n!r:.40} needs params and pgrad together")
        losses[n] = row
    if len(set(used)) != len(used):
        raise Reject("a letter is the value or gradient of two losses")
    return Signature(data, time, nat, tuple(known), dims, letters, losses)

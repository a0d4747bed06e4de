"""Certificates of the kind `scalars`: statements about real numbers over a box, each with a proof or a refutation.

    {"id", "vars": {name: [low, high, low open, high open]}, "lhs", "rel", "rhs", "proof": node}
    {"id", "vars", "lhs", "rel", "rhs", "refutation": {"at": {name: value}, "bits"}}

The statement: at every point of the box both sides have real values and lhs rel rhs.
"""

from __future__ import annotations

from typing import Any

from ..errors import Budget, Reject
from ..items import Outcome, outcomes
from . import terms as t
from .domain import Domain, Side
from .proof import Prover, fields
from .refute import at_point

Json = Any
WORK = 40_000_000  # for one item
MAX_VARS = 12


def read_box(rows: Json, p: Prover) -> tuple[tuple[str, Side], ...]:
    """The variables with their ranges; raises `Reject` if one is empty or cannot be read."""
    if type(rows) is not dict or len(rows) > MAX_VARS:
        raise Reject(f"vars is an object with at most {MAX_VARS} names")
    for name in rows:
        if not name.isidentifier():
            raise Reject(f"{name!r:.40} is not a name")
    return tuple((name, p.range(row)) for name, row in rows.items())


def statement(data: Json, p: Prover) -> tuple[Domain, t.Expr, str, t.Expr]:
    """Domain, sides and relation; raises `Reject` if a range is empty."""
    rows = data["vars"]
    box = read_box(rows, p)
    if data["rel"] not in ("<=", "<", ">=", ">"):
        raise Reject("rel is <=, <, >= or >")
    names = frozenset(rows)
    return Domain(box), t.read(data["lhs"], names), data["rel"], t.read(data["rhs"], names)


def check(data: Json) -> Outcome:
    p = Prover(Budget(WORK))
    try:
        return settled(data, p)
    except Reject as e:
        raise Reject(f"{'/'.join(p.path)}: {e}" if p.path else str(e)) from None


def settled(data: Json, p: Prover) -> Outcome:
    fields(data, ("id", "vars", "lhs", "rel", "rhs"), ("proof", "refutation"))
    if ("proof" in data) == ("refutation" in data):
        raise Reject("an item has either a proof or a refutation")
    d, lhs, rel, rhs = statement(data, p)
    out: Outcome = {"id": data["id"], "ok": True, "base_facts": [], "axioms": [], "oracles": [], "lemmas": []}
    if "refutation" in data:
        return {**out, "kind": "refutation", **at_point(p, d, lhs, rel, rhs, data["refutation"])}
    u = t.minus(rhs, lhs) if rel in ("<=", "<") else t.minus(lhs, rhs)
    p.prove(d, u, ">=" if rel in ("<=", ">=") else ">", data["proof"])
    return {**out, "kind": "proof", "rules": p.rules}


def check_all(items: Json) -> list[Outcome]:
    return outcomes(items, check)

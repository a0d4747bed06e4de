"""Certificates of the kind `scalars`: statements about real numbers over a box, each with a proof or a refutation.

    {"id", "vars": {name: [low, high, low open, high open]}, "lhs", "rel", "rhs", "proof": node}
    {"id", "vars", "lhs", "rel", "rhs", "refutation": {"at": {name: value}, "bits"}}

The statement: at every point of the box both sides have real values and lhs rel rhs.
"""

from __future__ import annotations

from typing import Any

from ..errors import Budget, Reject
from . import terms as t
from .domain import Domain, Side
from .proof import Prover, fields
from .refute import at_point

Json = Any
Outcome = dict[str, Any]
WORK = 40_000_000  # for one item
MALFORMED = (AttributeError, KeyError, IndexError, TypeError, ValueError, ArithmeticError, RecursionError,
             AssertionError, MemoryError)
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
    name = data.get("id") if type(data) is dict else None
    p = Prover(Budget(WORK))
    try:
        keys = ("id", "vars", "lhs", "rel", "rhs")
        fields(data, keys, ("proof", "refutation"))
        if type(name) is not str or ("proof" in data) == ("refutation" in data):
            raise Reject("an item has an id and either a proof or a refutation")
        d, lhs, rel, rhs = statement(data, p)
        out: Outcome = {"id": name, "ok": True, "base_facts": [], "axioms": [], "oracles": [], "lemmas": []}
        if "refutation" in data:
            return {**out, "kind": "refutation", **at_point(p, d, lhs, rel, rhs, data["refutation"])}
        u = t.minus(rhs, lhs) if rel in ("<=", "<") else t.minus(lhs, rhs)
        p.prove(d, u, ">=" if rel in ("<=", ">=") else ">", data["proof"])
        return {**out, "kind": "proof", "rules": p.rules}
    except Reject as e:
        return {"id": name, "ok": False, "reason": str(e), "where": "/".join(p.path)}
    except MALFORMED as e:
        return {"id": name, "ok": False, "reason": f"malformed: {type(e).__name__}", "where": "/".join(p.path)}


def check_all(items: Json) -> list[Outcome]:
    """Outcomes of the items; an id used twice is rejected."""
    seen: set[str] = set()
    out = []
    for data in items:
        found = check(data)
        if found["ok"] and found["id"] in seen:
            found = {"id": found["id"], "ok": False, "reason": "the id is in use", "where": ""}
        if type(found["id"]) is str:
            seen.add(found["id"])
        out.append(found)
    return out

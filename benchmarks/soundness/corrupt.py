"""Random changes of certificates, seeded: what is changed and how.

A place is the path of a node in JSON. `corrupt` makes any small change; `tamper` makes one change of a named kind.
"""

from __future__ import annotations

import copy
import random
from typing import Any

from tests.must_fail.changes import Path, is_index, nodes

Json = Any

PROOFS = ("proof", "witness", "refutation", "instance", "at", "theorem", "entries")  # what is not the statement
KINDS = ("coefficient", "transpose", "exponent", "index", "witness", "enclosure")


def get(x: Json, path: Path) -> Json:
    for k in path:
        x = x[k]
    return x


def put(x: Json, path: Path, new: Json) -> Json:
    """A copy with the node at the path replaced; everything else is shared."""
    if not path:
        return new
    x = copy.copy(x)
    x[path[0]] = put(x[path[0]], path[1:], new)
    return x


def drop(x: Json, path: Path) -> Json:
    parent = copy.copy(get(x, path[:-1]))
    del parent[path[-1]]
    return put(x, path[:-1], parent)


def other_number(text: str, rng: random.Random) -> str:
    num, _, den = text.partition("/")
    return rng.choice(
        [f"{int(num) + 1}", f"{int(num) - 1}" + (f"/{den}" if den else ""), f"{-int(num) or 2}/{den or 3}", f"{num}0"]
    )


def corrupt(theorem: Json, rng: random.Random) -> tuple[str, Json]:
    """The kind of a change, and the theorem after it; the change may come to nothing."""
    top = rng.choices(("steps", "hyps", "goals", "sig", "qed"), (80, 6, 6, 6, 2))[0]
    return _corrupt(theorem, top, [y for _, y in nodes(theorem["steps"])], rng)


def corrupt_item(item: Json, rng: random.Random) -> tuple[str, Json]:
    """The same for an item of another kind, or a refutation: half of the changes are in the proof."""
    proofs = [k for k in item if k in PROOFS]
    rest = [k for k in item if k not in PROOFS and k != "id"]
    top = rng.choice(proofs if proofs and rng.random() < 0.6 else rest)
    return _corrupt(item, top, [y for _, y in nodes(item)], rng)


def _corrupt(theorem: Json, top: str, every: list[Json], rng: random.Random) -> tuple[str, Json]:
    inside = [(p, x) for p, x in nodes(theorem[top]) if p] or [((), theorem[top])]
    path, x = rng.choice(inside)
    path = (top, *path)
    donors = [y for y in every if isinstance(y, type(x))]
    if is_index(x) and x and rng.random() < 0.6:
        k = rng.choice(list(x))
        new = {s: c for s, c in {**x, k: x[k] + rng.choice((-1, 1))}.items() if c}
        return "index", put(theorem, path, new)
    if isinstance(x, list) and len(x) > 2 and rng.random() < 0.4:
        i, k = rng.sample(range(len(x)), 2)
        new = list(x)
        new[i], new[k] = new[k], new[i]
        return "arguments exchanged", put(theorem, path, new)
    if isinstance(x, str) and x.lstrip("-").replace("/", "").isdigit():
        return "number", put(theorem, path, other_number(x, rng))
    if rng.random() < 0.1:
        return "node dropped", drop(theorem, path)
    if isinstance(x, str):
        return "token", put(theorem, path, rng.choice([y for y in donors if isinstance(y, str)] or [x]))
    return "subterm", put(theorem, path, rng.choice(donors or [x]))


# ---- one change of a named kind -----------------------------------------------------------------------------------


def places(certificate: Json, kind: str) -> list[Path]:
    """Where a certificate can be changed in this way."""
    if kind in ("witness", "enclosure"):
        key = {"witness": "witness", "enclosure": "enclosures"}[kind]
        found = []
        for i, s in enumerate(certificate["statements"]):
            home = ("statements", i, "evidence", key)
            for p, x in nodes(s["evidence"].get(key)):
                number = isinstance(x, str) and x.lstrip("-").replace("/", "").isdigit()
                if number and ("values" in p or "margin" in p):
                    found.append((*home, *p))
        return found
    found = []
    for part in ("derivation", "refutations"):
        for p, x in nodes(certificate[part]):
            head = x[0] if isinstance(x, list) and x and isinstance(x[0], str) else None
            fits = {
                "coefficient": head == "q" and len(x) == 2,
                "transpose": head in ("T", "v", "ch") and len(x) > 1,
                "exponent": head in ("pow", "root") and len(x) == 3 and is_index(x[2]),
                "index": is_index(x) and len(p) > 3 and p[2] != "sig",
            }[kind]
            if fits:
                found.append((part, *p))
    return found


def tamper(certificate: Json, kind: str, path: Path, rng: random.Random) -> Json:
    x = get(certificate, path)
    if kind == "coefficient":
        return put(certificate, (*path, 1), other_number(x[1], rng))
    if kind == "transpose":
        return put(certificate, path, x[1] if x[0] == "T" else ["T", x])
    if kind in ("exponent", "index"):
        if kind == "exponent":
            path, x = (*path, 2), x[2]
        shift = rng.choice((-1, 1))
        return put(certificate, path, {s: c for s, c in {**x, "1": x.get("1", 0) + shift}.items() if c})
    return put(certificate, path, other_number(x, rng))

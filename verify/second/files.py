"""The items of one certificate file, each by itself; scalar items are facts for semidefinite ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from . import identities, matrices, scalars, semidefinite, tails
from .errors import Cannot, Rejected, Undefined, Unsure

Json = Any
KINDS = ("scalars", "identities", "tails", "matrices", "semidefinite")
MOST_BYTES = 64 * 1024 * 1024
DEPTH = 400
MALFORMED = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError, AssertionError)


def load(text: str) -> dict[str, Json]:
    """Strict JSON: no key twice, no fractions, short integers, bounded depth. Raises Rejected."""
    if len(text) > MOST_BYTES:
        raise Rejected("the file is larger than 64 MB")
    depth = 0
    for mark in re.finditer(r'"(?:[^"\\]|\\.)*"|[\\[{]|[\\]}]', text, re.DOTALL):
        depth += (mark.group() in ("[", "{")) - (mark.group() in ("]", "}"))
        if depth > DEPTH:
            raise Rejected("brackets are nested too deep")

    def pairs(rows: list[tuple[str, Json]]) -> Json:
        if len(dict(rows)) != len(rows):
            raise Rejected("an object has the same key twice")
        return dict(rows)

    def whole(digits: str) -> int:
        if len(digits) > 18:
            raise Rejected("an integer literal is too long")
        return int(digits)

    def refuse(token: str) -> Json:
        raise Rejected(f"the number {token[:20]} is no integer")

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_int=whole, parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"no JSON: {error}") from None
    if not isinstance(data, dict):
        raise Rejected("a certificate is an object")
    return data


def answer(item: Json, check: Callable[[Mapping[str, Json]], dict[str, Any]], seen: set[str]) -> dict[str, Any]:
    """{"id", "ok", "how" | "reason", ..}; `unable` where nothing can be said."""
    name = item.get("id") if isinstance(item, dict) else None
    try:
        if not isinstance(name, str) or name in seen:
            raise Rejected("an item has an id of its own")
        seen.add(name)
        return {"id": name, "ok": True, **check(item)}
    except Rejected as error:
        return {"id": name, "ok": False, "reason": str(error)}
    except Cannot as error:
        return {"id": name, "ok": False, "unable": True, "reason": str(error)}
    except (Undefined, Unsure) as error:
        return {"id": name, "ok": False, "unable": True, "reason": f"balls do not decide a value {error}".strip()}
    except MALFORMED as error:
        return {"id": name, "ok": False, "reason": f"malformed: {type(error).__name__}: {str(error)[:80]}"}


def check(text: str) -> dict[str, Any]:
    """The answers for one file, by kind, or why it is refused as a whole."""
    try:
        data = load(text)
        rows = {kind: data[kind] for kind in KINDS if kind in data}
        if any(not isinstance(items, list) for items in rows.values()):
            raise Rejected("a kind of items is a list")
    except Rejected as error:
        return {"error": str(error)}
    out: dict[str, Any] = {}
    facts = semidefinite.Facts({}, {})
    checks: dict[str, Callable[[Mapping[str, Json]], dict[str, Any]]] = {
        "scalars": scalars.check, "identities": identities.check, "tails": tails.check, "matrices": matrices.check,
        "semidefinite": lambda item: semidefinite.check(item, facts),
    }  # fmt: skip
    for kind, items in rows.items():
        seen: set[str] = set()
        out[kind] = [answer(item, checks[kind], seen) for item in items]
        if kind == "scalars":
            found = {row["id"]: row["ok"] or bool(row.get("unable")) for row in out[kind] if isinstance(row["id"], str)}
            named = {i["id"]: i for i in items if isinstance(i, dict) and isinstance(i.get("id"), str)}
            facts = semidefinite.Facts(named, found)
    return out

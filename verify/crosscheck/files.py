"""Certificate files: theorems in order, then refutations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import compare, evaluate, facts, reading, refutations, theorems
from .errors import Rejected
from .images import Statement
from .theorems import Outcome

Json = Any


class Library:
    """Base facts and axioms, and theorems met before: one that occurs in several files is replayed once.

    A theorem is known again by its text and the texts of everything it uses.
    """

    def __init__(self) -> None:
        self.trusted = facts.statements()
        self.seen: dict[str, tuple[Outcome, Statement | None]] = {}

    def theorem(
        self, data: Json, before: Mapping[str, Statement], texts: dict[str, str]
    ) -> tuple[Outcome, Statement | None]:
        """The outcome for the theorem `data` and its statement; the same theorem is replayed once. `before` holds
        the theorems it may use, `texts` their JSON.
        """
        key = self.key(data, texts)
        if key not in self.seen:
            self.seen[key] = theorems.replay(data, before)
            evaluate.forget()
            compare.forget()
        return self.seen[key]

    def key(self, data: Json, texts: dict[str, str]) -> str:
        """What identifies a theorem together with the theorems it uses."""
        rows = data.get("steps") if isinstance(data, dict) else None
        named = [row.get("theorem") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        used = {name for name in named if isinstance(name, str)}
        name = data.get("id") if isinstance(data, dict) else None
        taken = isinstance(name, str) and name in texts
        return json.dumps([data, taken, {n: texts.get(n) for n in sorted(used)}], sort_keys=True)


def check(text: str, library: Library) -> dict[str, Any]:
    """The outcomes for one file, or why it is refused as a whole."""
    try:
        data = reading.mapping(reading.load(text), "a certificate")
        rows = [reading.items(data.get(key, []), key) for key in ("derivation", "refutations")]
    except Rejected as error:
        return {"error": str(error)}
    known: dict[str, Statement] = dict(library.trusted)
    texts: dict[str, str] = {}
    found = []
    for row in rows[0]:
        outcome, statement = library.theorem(row, known, texts)
        if statement is not None:
            known[outcome.id] = statement
            texts[outcome.id] = library.key(row, texts)
        found.append(outcome.to_json())
    refuted, ids = [], set(known)
    for row in rows[1]:
        outcome = refutations.refute(row, known)
        if outcome.id in ids:
            outcome.ok, outcome.reason = False, "its id is in use"
        ids.add(outcome.id)
        refuted.append(outcome.to_json())
        evaluate.forget()
        compare.forget()
    return {"theorems": found, "refutations": refuted}

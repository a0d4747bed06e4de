"""What the attempts to falsify base facts and axioms found, from `falsifiers.json`, which the tests keep up to date."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def results() -> dict[str, Any]:
    """By name: `{"tried": [{"holds", "violated", "unknown", "outside"}], "cases", "neighbours": {what: violated}}`.

    A tally counts worlds; a world is an instance with exact or enclosed values, `outside` if it fails a hypothesis.
    """
    file = files("verify.report") / "falsifiers.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def said(entry: Mapping[str, Any]) -> str:
    """The results for one fact in a sentence or two."""
    parts = []
    tried = {k: sum(t.get(k, 0) for t in entry["tried"]) for k in ("holds", "violated", "unknown", "outside")}
    if entry["tried"]:
        undecided = f", undecided at {tried['unknown']:,}" if tried["unknown"] else ""
        outside = f" ({tried['outside']:,} more do not meet the hypotheses)" if tried["outside"] else ""
        parts.append(f"holds at {tried['holds']:,} instances, violated at {tried['violated']:,}{undecided}{outside}")
    if entry["cases"]:
        parts.append(f"{entry['cases']} cases computed in two ways agree")
    wrong = entry["neighbours"]
    if wrong:
        least = min(wrong.values())
        parts.append(f"{len(wrong)} wrong neighbours are caught, each at {least:,} or more instances")
    return "; ".join(parts)

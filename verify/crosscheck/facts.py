"""The base facts and axioms that theorems may use, from `facts.json`; each is a statement taken on trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .errors import Work
from .images import Statement, auxiliary
from .theorems import Theory, facts

PATH = Path(__file__).with_name("facts.json")


def table() -> dict[str, dict[str, Any]]:
    """The facts by name, each with its statement."""
    found: dict[str, dict[str, Any]] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def statements() -> dict[str, Statement]:
    """By the names under which steps use them: `base:..` and `axiom:..`."""
    found = {}
    for kind, rows in table().items():
        for name, row in rows.items():
            theory = Theory(row["sig"], f"{kind}:{name}", Work(10**7))
            hyps, goals = facts(row, theory)
            found[f"{kind}:{name}"] = Statement(auxiliary(theory.sig, hyps, goals), hyps, goals)
    return found

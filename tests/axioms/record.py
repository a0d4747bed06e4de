"""Writes what the falsifiers found, for the report: `python -m tests.axioms.record`.

The tests compare what is written with what they find, so that it cannot grow old.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import verify
from verify.kernel.axioms import AXIOMS
from verify.kernel.base import BASE_FACTS

from . import test_falsifiers as tests
from .worlds import tally

FILE = Path(verify.__file__).parent / "report" / "falsifiers.json"


def found() -> dict[str, Any]:
    """For each base fact and axiom: a tally for each statement tried, and how many worlds violate each neighbour."""
    out: dict[str, Any] = {}
    for name, entry in sorted({**BASE_FACTS, **AXIOMS}.items()):
        tallies: list[dict[str, int]] = []
        tests.SEEN.append(tallies)
        test = getattr(tests, entry["falsifier"].partition("::")[2])
        cases = [mark.args[1] for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        for case in cases[0] if cases else [None]:
            test(*(() if case is None else (case,)))
        tests.SEEN.remove(tallies)
        wrong = {}
        for key, (statement, worlds, change) in sorted(tests.NEIGHBOURS.items()):
            owner, _, what = key.partition(": ")
            fact, _, part = owner.partition(", ")
            if fact == name:
                wrong[f"{part} {what}".strip()] = tally(change(statement()), worlds())["violated"]
        out[name] = {"tried": tallies, "cases": len(cases[0]) if cases else 0, "neighbours": wrong}
    return out


if __name__ == "__main__":
    FILE.write_text(json.dumps(found(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"wrote {FILE}")

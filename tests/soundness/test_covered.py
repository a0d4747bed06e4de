"""Every branch of the checkers is executed by their tests: the record says so, and it speaks of today's files."""

from __future__ import annotations

import copy
import json

from benchmarks.soundness import covered

RECORD = json.loads(covered.RECORD.read_text(encoding="utf-8"))
NAME = "verify/kernel/linear.py"


def test_every_branch_of_the_checkers_is_executed() -> None:
    assert covered.wrong(RECORD) == []


def test_a_change_a_missing_branch_or_a_lost_test_would_be_seen() -> None:
    changed, missing, fewer = (copy.deepcopy(RECORD) for _ in range(3))
    changed["kernel"]["files"][NAME]["hash"] = "0"
    missing["kernel"]["files"][NAME]["missing"] = [[3, 4]]
    fewer["kernel"]["tests"] += 10_000
    for record, words in ((changed, "has changed"), (missing, "goes 3 to 4"), (fewer, "fewer tests"), ({}, "changed")):
        assert any(words in line for line in covered.wrong(record))


def test_what_is_missing_is_recorded() -> None:
    rows = {NAME: {"missing_branches": [[3, -1], [5, 6]], "missing_lines": [6]}}
    found = covered.taken(rows, "kernel")["files"]
    assert found[NAME]["missing"] == [[3, 0], [5, 6], [6]]
    assert found["verify/kernel/words.py"]["missing"] == [["every"]]
    assert not found["verify/kernel/__init__.py"]["missing"]

"""The must-fail corpus through the second checker: twins accepted, changes rejected, and why six of them are not."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.batches import all_pass, batches
from tests.must_fail import wide_corpus  # noqa: F401  (adds its entries)
from tests.must_fail.corpus import ENTRIES, Entry, change
from tests.must_fail.twins import TWINS
from verify.crosscheck.files import Library, check

Json = Any

# What the second checker accepts although the kernel does not: each still proves its own statement.
HARMLESS = {
    # the conclusion is an identity at every natural number, so the proof term around it adds nothing
    ("numbers", ("steps", "psplit", "proof", 3)),
    ("gauss_sum", ("steps", "sum", "base")),
    ("gauss_sum", ("steps", "sum", "step", 1, 2, 3)),
    # a 1 x 1 matrix is its trace times the unit in every world, so any such term will do
    ("matrices", ("steps", "single", "proof", 2, 1)),
    # the term p stands for the letter p, at the next iterate too; the kernel asks that a letter says so
    ("descended", ("steps", "used", "map", "letters", "u")),
    # exp 0 is 1 exactly, which this evaluator knows
    ("instance_refuted", ("statement", "goals", 0, "concl", 1)),
}
PLACE = ("steps", "single", "proof", 2, 1)
PRODUCT = ["*", ["T", ["v", "y", [], ""]], ["v", "y", [], ""]]
HARMFUL = [e.new for e in ENTRIES if e.twin == "matrices" and e.path[2:] == PLACE and e.new != PRODUCT]


@cache
def library() -> Library:
    return Library()


def outcomes(certificate: Json) -> list[Json]:
    answer = check(json.dumps(certificate), library())
    assert "error" not in answer, answer
    return [*answer["theorems"], *answer["refutations"]]


@pytest.mark.parametrize("name", TWINS)
def test_twins_are_accepted(name: str) -> None:
    for result in outcomes(TWINS[name]()):
        assert result["ok"], result


def label(entry: Entry) -> str:
    return "-".join(str(x) for x in (entry.twin, *entry.path[2:]))


def is_rejected(entry: Entry) -> None:
    """Rejected, or one of those that are harmless and then accepted."""
    answer = check(json.dumps(change(TWINS[entry.twin](), entry.path, entry.new)), library())
    bad = "error" in answer or any(not r["ok"] for r in [*answer["theorems"], *answer["refutations"]])
    harmless = (entry.twin, entry.path[2:]) in HARMLESS and entry.new not in HARMFUL
    assert bad != harmless


@pytest.mark.parametrize("entries", batches(ENTRIES, label))
def test_changes_are_rejected(entries: list[Entry]) -> None:
    all_pass(entries, is_rejected, label)

"""Every twin is accepted; every change of one is rejected at the expected step for the expected reason."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.batches import all_pass, batches
from verify.kernel import replay
from verify.kernel.checker import _NONNEG, _PSD, _ZERO
from verify.kernel.rules import RULES

from . import wide_corpus  # noqa: F401  (adds its entries)
from .corpus import ENTRIES, Entry, change
from .twins import TWINS

Json = Any


def outcomes(certificate: Json) -> list[Json]:
    data = replay.load(json.dumps(certificate))
    theorems, refutations = replay.check_all(data["derivation"], data["refutations"])
    return [*theorems, *refutations]


@pytest.mark.parametrize("name", TWINS)
def test_twins_are_accepted(name: str) -> None:
    for r in outcomes(TWINS[name]()):
        assert r["ok"], r


def label(e: Entry) -> str:
    return "-".join(str(x) for x in (e.twin, *e.path[2:]))


def is_rejected(entry: Entry) -> None:
    failed = [r for r in outcomes(change(TWINS[entry.twin](), entry.path, entry.new)) if not r["ok"]]
    assert failed, "accepted"
    assert entry.reason in failed[0]["reason"], failed[0]
    assert failed[0]["step"] == entry.step, failed[0]


@pytest.mark.parametrize("entries", batches(ENTRIES, label))
def test_changes_are_rejected(entries: list[Entry]) -> None:
    all_pass(entries, is_rejected, label)


def steps(certificate: Json) -> dict[str, Json]:
    return {s["id"]: s for t in certificate["derivation"] for s in t["steps"]}


def test_every_rule_has_five_changes_and_a_twin() -> None:
    changed: Counter[str] = Counter()
    used: set[str] = set()
    kinds: Counter[str] = Counter()
    for build in TWINS.values():
        used |= {s["rule"] for s in steps(build()).values()}
    for e in ENTRIES:
        certificate = TWINS[e.twin]()
        if e.path[0] == "refutations":
            kinds[certificate["refutations"][0]["kind"]] += 1
        elif e.path[2] == "steps" and len(e.path) > 4:
            changed[steps(certificate)[e.path[3]]["rule"]] += 1
    assert used == set(RULES)
    assert {r: changed[r] for r in RULES if changed[r] < 5} == {}
    assert min(kinds["evaluate"], kinds["derive"]) >= 5
    assert len(ENTRIES) >= 150


def test_every_head_of_a_proof_term_occurs_in_a_twin() -> None:
    seen = set()

    def walk(x: Any) -> None:
        if isinstance(x, dict):
            for y in x.values():
                walk(y)
        elif isinstance(x, list) and x:
            if isinstance(x[0], str):
                seen.add(x[0])
            for y in x:
                walk(y)

    for build in TWINS.values():
        walk(build())
    missing = (
        {*_ZERO, *_NONNEG, *_PSD, "fact", "add", "mul", "T", "tr", "vec", "E", "D", "kron", "kronr", "sum"}
    ) - seen
    assert missing == set()

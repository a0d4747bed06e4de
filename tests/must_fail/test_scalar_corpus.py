"""Every scalar twin is accepted; every change of one is rejected for the expected reason."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from verify.kernel import kinds, replay
from verify.kernel.scalar.proof import RULES

from .corpus import change as changed
from .scalar_corpus import CHANGES, DELETE, Change
from .scalar_twins import TWINS

Json = Any


def outcome(item: Json) -> Json:
    data = replay.load(json.dumps({"scalars": [item]}))
    return kinds.check_file(data)["scalars"][0]


@pytest.mark.parametrize("name", TWINS)
def test_twins_are_accepted(name: str) -> None:
    found = outcome(TWINS[name]())
    assert found["ok"], found


def applied(c: Change) -> Json:
    item = TWINS[c.twin]()
    if c.new is DELETE:
        place = item
        for key in c.path[:-1]:
            place = place[key]
        return changed(item, c.path[:-1], {k: v for k, v in place.items() if k != c.path[-1]})
    return changed(item, c.path, c.new)


@pytest.mark.parametrize("c", CHANGES, ids=lambda c: "-".join(map(str, (c.twin, *c.path))))
def test_changes_are_rejected(c: Change) -> None:
    found = outcome(applied(c))
    assert not found["ok"], "accepted"
    assert c.reason in found["reason"], found
    assert not found["reason"].startswith("malformed"), found


def rules(node: Json) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(rules, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    return set().union({node["rule"]} if "rule" in node else set(), *map(rules, node.values()))


def test_every_rule_has_a_twin_and_five_changes() -> None:
    used = set().union(*(rules(build().get("proof", {})) for build in TWINS.values()))
    assert set(RULES) | {"limit"} == used
    count = Counter(c.twin.split("-")[0] for c in CHANGES)
    assert all(count[name] >= 5 for name in RULES), count


def test_an_id_is_used_once() -> None:
    item = TWINS["seen"]()
    first, second = kinds.check_file({"scalars": [item, item]})["scalars"]
    assert first["ok"] and not second["ok"]

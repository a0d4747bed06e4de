"""The kernel's answers to pinned changes of the twins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .pinned import PINNED, answer, changed
from .twins import TWINS

ROWS = json.loads(PINNED.read_text(encoding="utf-8"))
AGAIN = "; if the change is meant, run `python -m benchmarks.soundness.pin --again`"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(str(x) for x in (row["twin"], *row["path"])))
def test_the_answer_is_the_pinned_one(row: Any) -> None:
    found = json.loads(json.dumps(answer(changed(row))))
    assert found == row["answer"], AGAIN


@pytest.mark.parametrize("name", TWINS)
def test_twins_are_accepted(name: str) -> None:
    assert all(isinstance(part, dict) for part in answer(TWINS[name]())), answer(TWINS[name]())

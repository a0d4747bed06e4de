"""The kernel's answers to pinned changes of the twins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .files import FILES, answer
from .pinned import PINNED, WORK, holds, name, work

ROWS = json.loads(PINNED.read_text(encoding="utf-8"))
SPENT = json.loads(WORK.read_text(encoding="utf-8"))
AGAIN = "; if the change is meant, run `python -m benchmarks.soundness.pin --again`"


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_the_answer_is_the_pinned_one(row: Any) -> None:
    assert holds(row), AGAIN


@pytest.mark.parametrize("name", FILES)
def test_twins_are_accepted(name: str) -> None:
    assert all(isinstance(part, dict) for part in answer(FILES[name]())), answer(FILES[name]())


@pytest.mark.parametrize("name", SPENT)
def test_the_work_is_the_recorded_one(name: str) -> None:
    """Work that is not counted any more is work that no budget bounds."""
    assert work(FILES[name]()) == SPENT[name], AGAIN

"""The kernel's answers to pinned changes of the twins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.batches import all_pass, batches

from .files import FILES, answer
from .pinned import PINNED, WORK, holds, name, work

ROWS = json.loads(PINNED.read_text(encoding="utf-8"))
SPENT = json.loads(WORK.read_text(encoding="utf-8"))
AGAIN = "; if the change is meant, run `python -m benchmarks.soundness.pin --again`"


def the_answer_is_the_pinned_one(row: Any) -> None:
    assert holds(row), AGAIN


def is_accepted(twin: str) -> None:
    found = answer(FILES[twin]())
    assert all(isinstance(part, dict) for part in found), found


def the_work_is_the_recorded_one(twin: str) -> None:
    assert work(FILES[twin]()) == SPENT[twin], AGAIN


@pytest.mark.parametrize("rows", batches(ROWS, name))
def test_the_answers_are_the_pinned_ones(rows: list[Any]) -> None:
    all_pass(rows, the_answer_is_the_pinned_one, name)


@pytest.mark.parametrize("twins", batches(list(FILES)))
def test_twins_are_accepted(twins: list[str]) -> None:
    all_pass(twins, is_accepted)


@pytest.mark.parametrize("twins", batches(list(SPENT)))
def test_the_work_is_the_recorded_one(twins: list[str]) -> None:
    """Work that is not counted any more is work that no budget bounds."""
    all_pass(twins, the_work_is_the_recorded_one)

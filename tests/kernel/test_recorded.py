"""The parts of the kernel give the recorded answers."""

from __future__ import annotations

import json

import pytest

from .recorded import QUESTIONS, RECORDED, answer

ROWS = json.loads(RECORDED.read_text(encoding="utf-8"))


def test_every_question_is_recorded() -> None:
    assert list(ROWS) == list(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_answer_is_the_recorded_one(name: str) -> None:
    assert answer(name) == ROWS[name], "if the change is meant, run `python -m tests.kernel.recorded`"

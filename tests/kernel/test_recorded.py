"""The parts of the kernel give the recorded answers."""

from __future__ import annotations

import json

import pytest

from tests.batches import all_pass, batches

from .recorded import QUESTIONS, RECORDED, answer

ROWS = json.loads(RECORDED.read_text(encoding="utf-8"))


def test_every_question_is_recorded() -> None:
    assert list(ROWS) == list(QUESTIONS)


def the_answer_is_the_recorded_one(name: str) -> None:
    assert answer(name) == ROWS[name], "if the change is meant, run `python -m tests.kernel.recorded`"


@pytest.mark.parametrize("names", batches(list(QUESTIONS)))
def test_the_answers_are_the_recorded_ones(names: list[str]) -> None:
    all_pass(names, the_answer_is_the_recorded_one)

"""The sentence that says how a conclusion fails at a counterexample."""

from __future__ import annotations

from typing import Any

import pytest

from verify.report.failures import sentence
from verify.report.words import enumerated


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "Here the hypotheses hold and the conclusion fails."),
        ({"where": "start", "margin": ["-1/2", "-1/2"]}, "At the start the hypotheses hold and the conclusion fails by 1/2."),
        ({"where": "iterate 3", "margin": ["0", "0"]}, "because both sides are equal"),
        ({"margin": ["-63212056e-8", "-63212055e-8"]}, "by more than 0.63212."),
        ({"margin": ["-25/100000000000", "-2/10000000000"]}, "by more than 2E-10."),
        ({"margin": ["-1", "1"]}, "conclusion fails."),  # an enclosure that settles nothing is not quoted
        ({"where": "just after the start", "note": "slope of the margin", "margin": ["-1", "-1"]}, "moves the wrong way"),
        ({"where": "time 1/2"}, "At time 1/2"),
    ],
)
def test_the_place_and_the_amount(data: dict[str, Any], text: str) -> None:
    assert text in sentence(data, negation_derived=False)


def test_one_choice_is_not_all_choices() -> None:
    data = {"only_for": ["A", "B"], "margin": ["-3", "-3"]}
    assert sentence(data, False) == (
        "One choice of A and B as an example. Here the hypotheses hold and the conclusion fails by 3."
    )
    assert "no other choice works" in sentence(data, True)


def test_lists_in_words() -> None:
    assert [enumerated(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]

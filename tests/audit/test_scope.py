"""Scope in words."""

from __future__ import annotations

from typing import Any

import pytest

from verify.audit.scope import scope_of

ONE, N = {"1": 1}, {"N": 1}
WIDTHS = {"d": [{}, N]}
SHAPE = [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]]


def chain(top: dict[str, int]) -> dict[str, Any]:
    return {"index": [["j", ONE, top]], "shape": SHAPE, "chain": True}


@pytest.mark.parametrize(
    ("sig", "words"),
    [
        ({"letters": {"x": {}}}, "all values"),
        ({"nat": {"N": 2}, "dims": WIDTHS, "letters": {"W": chain(N)}}, "all depths, all widths"),
        (
            {
                "nat": {"N": 2, "j": 1},
                "assume": [{"N": 1, "j": -1, "1": -1}],
                "dims": WIDTHS,
                "letters": {"W": chain(N)},
            },
            "all depths, all widths",
        ),
        ({"dims": WIDTHS, "letters": {"W": chain({"1": 3})}}, "depth 3 only, all widths"),
        ({"nat": {"n": 1}, "letters": {"A": {"shape": [{"n": 1}, {"n": 1}]}}}, "all dimensions"),
        ({"letters": {"A": {"shape": [{"1": 2}, ONE]}}}, "dimension 2 only"),
        (
            {"nat": {"n": 1, "k": 0}, "letters": {"A": {"shape": [{"n": 1}, {"1": 4}]}}},
            "all dimensions, dimension 4 only, all k >= 0",
        ),
    ],
)
def test_words(sig: dict[str, Any], words: str) -> None:
    assert scope_of([{"sig": sig}]) == words
    assert scope_of([{"sig": sig}, {"sig": sig}]) == words

"""What the tests themselves use."""

from __future__ import annotations

import pytest

from tests.batches import all_pass, batches


def test_every_case_that_fails_is_named() -> None:
    def small(x: int) -> None:
        assert x < 3, "too large"

    all_pass([1, 2], small)
    with pytest.raises(AssertionError, match="2 cases fail") as found:
        all_pass([2, 3, 1, 4], small, lambda x: f"case {x}")
    named = [line for line in str(found.value).splitlines() if line.startswith("case ")]
    assert named == ["case 3: AssertionError: too large", "case 4: AssertionError: too large"]


def test_batches_lose_nothing() -> None:
    found = batches(list(range(7)), size=3)
    assert [x for p in found for x in p.values[0]] == list(range(7))
    assert [p.id for p in found] == ["0 to 2", "3 to 5", "6 to 6"]
    assert batches([]) == []

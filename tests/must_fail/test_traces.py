"""What the kernel calls, with what, and what comes of it, for the twins and for changes of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.batches import all_pass, batches

from .files import FILES
from .traces import name, read, trace

ROWS = read()


def test_every_twin_is_recorded() -> None:
    assert sorted(row[0] for row in ROWS if len(row) == 2) == sorted(FILES)


def the_trace_is_the_recorded_one(row: Any) -> None:
    assert trace(row).hash() == row[1], "if the change is meant, run `python -m tests.kernel.recorded`"


@pytest.mark.parametrize("rows", batches(ROWS, name))
def test_the_traces_are_the_recorded_ones(rows: list[Any]) -> None:
    all_pass(rows, the_trace_is_the_recorded_one, name)

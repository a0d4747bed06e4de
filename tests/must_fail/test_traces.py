"""What the kernel calls, with what, and what comes of it, for the twins and for changes of them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest

from .files import FILES
from .traces import name, read, trace

ROWS = {twin: list(rows) for twin, rows in groupby(sorted(read(), key=lambda row: str(row[0])), lambda row: row[0])}
AGAIN = "; if the change is meant, run `python -m tests.kernel.recorded`"


def test_every_twin_is_recorded() -> None:
    assert sorted(ROWS) == sorted(FILES)
    assert all(any(len(row) == 2 for row in rows) for rows in ROWS.values())


@pytest.mark.parametrize("twin", ROWS)
def test_the_trace_is_the_recorded_one(twin: str) -> None:
    wrong: list[Any] = [name(row) for row in ROWS[twin] if trace(row).hash() != row[1]]
    assert not wrong, str(wrong) + AGAIN

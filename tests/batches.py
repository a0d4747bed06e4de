"""Many small cases as few test items: an item costs more than a case that takes a millisecond."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

SIZE = 50


def batches(cases: Sequence[Any], name: Callable[[Any], str] = str, size: int = SIZE) -> list[Any]:
    """Parameters of a test that takes a list of cases; each is called by its first and last case."""
    parts = [list(cases[k : k + size]) for k in range(0, len(cases), size)]
    return [pytest.param(part, id=f"{name(part[0])} to {name(part[-1])}") for part in parts]


def all_pass(cases: Iterable[Any], test: Callable[[Any], None], name: Callable[[Any], str] = str) -> None:
    """Runs a test on every case, and fails with each case that fails and why."""
    wrong = []
    for case in cases:
        try:
            test(case)
        except Exception as error:
            wrong.append(f"{name(case)}: {type(error).__name__}: {error}")
    assert not wrong, f"{len(wrong)} cases fail:\n" + "\n".join(wrong)

"""Kinds of evidence as test items: what nothing decided is open, never passed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from verify.audit.kinds import Status, _mutants


def claim(*fates: tuple[str, ...]) -> Any:
    """A claim with one statement for each list of mutants."""
    rows = [
        SimpleNamespace(
            label=f"s{k}", expects=None, evidence={"mutants": {"mutants": [{"status": word} for word in found]}}
        )
        for k, found in enumerate(fates)
    ]
    return SimpleNamespace(statements=rows)


@pytest.mark.parametrize(
    ("fates", "status"),
    [
        ([("killed", "survived")], Status.PASSED),
        ([("survived", "survived")], Status.OPEN),
        ([("killed",), ("survived",)], Status.OPEN),
        ([()], Status.ABSENT),
        ([], Status.ABSENT),
    ],
)
def test_no_rejected_mutant_is_open(fates: list[tuple[str, ...]], status: Status) -> None:
    found = _mutants(claim(*fates))
    assert found.status is status
    assert status is not Status.OPEN or "none of" in found.lines[0]

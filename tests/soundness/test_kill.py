"""Processes of an audit are killed; the full measurement is `python -m benchmarks.soundness.kill`."""

from __future__ import annotations

import json
import os

import pytest

from benchmarks.soundness import kill


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="finds worker processes through /proc")
def test_three_kills_lose_nothing() -> None:
    rounds = kill.campaign(3, seed=7)
    assert [r for r in rounds if kill.bad(r)] == []


def test_a_lost_or_changed_certificate_would_be_seen() -> None:
    for wrong in ({"lost": 1}, {"corrupt": 1}, {"next_fails": True}):
        assert kill.bad(
            kill.Round(**{"hits": ("worker",), "code": 1, "lost": 0, "corrupt": 0, "next_fails": False, **wrong})
        )


def test_the_committed_result_is_clean() -> None:
    result = json.loads(kill.RESULT.read_text())
    assert result["killed"]["worker"] >= 100
    assert (result["lost"], result["corrupt"], result["next_run_fails"]) == (0, 0, 0)

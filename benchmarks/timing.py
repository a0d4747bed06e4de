"""Repeated timing of functions: minimum, median and maximum in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any


def seconds(run: Callable[[], Any], repeats: int) -> dict[str, float]:
    return summary([once(run) for _ in range(repeats)])


def once(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def summary(taken: list[float]) -> dict[str, float]:
    return {"min": min(taken), "median": median(taken), "max": max(taken), "runs": len(taken)}


def in_turn(
    ours: Callable[[], float], theirs: Callable[[], float], repeats: int
) -> tuple[dict[str, float], dict[str, float], float]:
    """Figures of two sides that take turns, so that both see the same machine, and the median of the ratios
    theirs / ours of neighbouring runs. Each side returns its own figure."""
    pairs = [(ours(), theirs()) for _ in range(repeats)]
    return summary([a for a, _ in pairs]), summary([b for _, b in pairs]), median(b / a for a, b in pairs)

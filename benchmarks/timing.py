"""Repeated timing of one function: minimum, median and maximum in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any


def seconds(run: Callable[[], Any], repeats: int) -> dict[str, float]:
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return {"min": min(taken), "median": median(taken), "max": max(taken), "runs": repeats}

"""Hypothesis strategies from statements, for tests: seeds and sizes that shrink towards small instances."""

from __future__ import annotations

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from verify.evidence.generate import WIDTH_CORNERS, Discard, Plan, draw_one
from verify.evidence.instance import Instance
from verify.evidence.terms import Statement
from verify.evidence.values import ShapeError


def from_statement(statement: Statement, *, max_size: int = 3) -> st.SearchStrategy[Instance]:
    """Instances that satisfy every hypothesis of a kernel statement, with derivatives or next iterates.

    Draws a size, a corner and a seed; size 0 with plain widths is the simplest. Discards go through `assume`,
    so Hypothesis reports too many of them as a health check failure.
    """
    plan = Plan.of(statement)

    @st.composite
    def instances(draw: Any) -> Instance:
        size = draw(st.integers(0, max_size))
        corner = draw(st.sampled_from(WIDTH_CORNERS))
        seed = draw(st.integers(0, 2**32 - 1))
        for attempt in range(8):
            try:
                return draw_one(plan, seed + (attempt << 40), size, corner)
            except (Discard, ShapeError):
                continue
        assume(False)
        raise AssertionError

    return instances()

"""Hypothesis strategies from statements, for tests: every choice of a draw is Hypothesis' own, so examples shrink."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeVar

from hypothesis import assume
from hypothesis import strategies as st

from verify.evidence.generate import WIDTH_CORNERS, Discard, Plan, _Draw
from verify.evidence.instance import Instance
from verify.evidence.rng import Rng
from verify.evidence.terms import Statement
from verify.evidence.values import ShapeError
from verify.numeric.enclosure import precision

T = TypeVar("T")
KINDS = (*WIDTH_CORNERS, "slack", "wild")
ATTEMPTS = 8
"""Draws for one example; an example for which all fail is discarded."""


class _Choices(Rng):
    """The generator's choices, made by Hypothesis: numbers shrink to 0, selections to the first."""

    def __init__(self, draw: Any) -> None:
        super().__init__(0)
        self._draw = draw

    def below(self, n: int) -> int:
        if n < 1:
            raise ValueError("below(n) needs n >= 1")
        return int(self._draw(st.integers(0, n - 1)))

    def between(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    def chance(self, p: int, q: int) -> bool:
        return self.below(q) >= q - p  # shrinks to "no"

    def choice(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def rational(self, size: int) -> Fraction:
        return Fraction(self.between(-1 - size, 1 + size), self.choice((1, 2, 3) if size > 1 else (1,)))


def from_statement(statement: Statement, *, max_size: int = 3) -> st.SearchStrategy[Instance]:
    """Instances that satisfy every hypothesis of a kernel statement, with derivatives or next iterates.

    Sizes, corners (widths, scalars inside their range or at its edge, special positions) and all entries are drawn by
    Hypothesis and shrink to small sizes, few corners and zeros. The representation of an instance is an expression
    that makes it, so a falsifying example can be pasted into a test. Draws that miss the hypotheses go through
    `assume`, so that too many of them are the error of Hypothesis' health check.
    """
    plan = Plan.of(statement)

    @st.composite
    def instances(draw: Any) -> Instance:
        size = draw(st.integers(0, max_size))
        corner = draw(st.sampled_from(KINDS))
        for _ in range(ATTEMPTS):
            try:
                with precision(30):
                    return _Draw(plan, _Choices(draw), size, corner).run()
            except (Discard, ShapeError):
                continue
        assume(False)
        raise AssertionError

    return instances()

"""A budget for evaluation, counted in evaluated terms, so that what is tried does not depend on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from verify.numeric.enclosure import NotEvidence


class WorkLimit(NotEvidence):
    """The budget is used up: what remains is not tried, and not counted as anything else."""


class Meter:
    """A budget of evaluated terms, counted down."""

    def __init__(self, limit: int) -> None:
        self.left = limit

    @property
    def empty(self) -> bool:
        """Whether the budget is used up."""
        return self.left < 0

    def spend(self, amount: int = 1) -> None:
        """Take `amount` from the budget; WorkLimit when it is used up."""
        self.left -= amount
        if self.left < 0:
            raise WorkLimit("the evaluation budget is used up")


_METER: ContextVar[Meter | None] = ContextVar("evaluation budget", default=None)


@contextmanager
def metered(limit: int) -> Iterator[Meter]:
    """Count evaluations inside the block, at most those that a block around it has left; they count there, too."""
    outer = _METER.get()
    meter = Meter(limit if outer is None else min(limit, outer.left))
    before = meter.left
    token = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(token)
        if outer is not None:
            outer.left -= before - meter.left


def spend(amount: int = 1) -> None:
    """Take `amount` from the budget in force, if there is one; WorkLimit when it is used up."""
    meter = _METER.get()
    if meter is not None:
        meter.spend(amount)


def exhausted() -> bool:
    """Whether there is a budget in force and it is used up."""
    meter = _METER.get()
    return meter is not None and meter.empty

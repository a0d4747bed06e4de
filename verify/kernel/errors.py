"""The one exception of the kernel, and the work budget."""

from __future__ import annotations


class Reject(Exception):
    """The input does not prove what it claims; the text says why."""


class Budget:
    """Counts term operations, so that a verdict does not depend on the machine's speed."""

    def __init__(self, limit: int, whole: Budget | None = None) -> None:
        self.left, self.whole = limit, whole

    def spend(self, amount: int = 1) -> None:
        self.left -= amount
        if self.whole is not None:
            self.whole.spend(amount)
        if self.left < 0:
            raise Reject("work budget exhausted: split the step into smaller ones")

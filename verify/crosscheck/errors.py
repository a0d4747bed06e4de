"""Every rejection has a name and a sentence."""

from __future__ import annotations


class Rejected(Exception):
    """A part of a certificate that is not accepted; the message says what and why."""


class TooMuch(Rejected):
    """The budget of counted work is used up."""


class Ill(Rejected):
    """Terms whose sizes or kinds do not fit together, found while they are evaluated."""


class Cannot(Rejected):
    """Something this checker has no way to evaluate. It says nothing about truth."""


class Work:
    """Counted work, so that hostile input ends."""

    def __init__(self, limit: int) -> None:
        self.left = limit

    def spend(self, amount: int) -> None:
        """Take `amount` from the budget; TooMuch when it is used up."""
        self.left -= amount
        if self.left < 0:
            raise TooMuch("the budget of work for this item is used up")

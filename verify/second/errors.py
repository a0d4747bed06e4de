"""What can be wrong with an item, and what this checker cannot say."""

from __future__ import annotations


class Rejected(Exception):
    """The item is false or not as the reference pages demand; the message says what and where."""


class Cannot(Exception):
    """No way to evaluate this here. It says nothing about truth."""


class Undefined(Exception):
    """An expression certainly has no value at a point."""


class Unsure(Exception):
    """Balls do not decide a sign or a domain."""


class Work:
    """Counted evaluations, so that every item ends."""

    def __init__(self, limit: int) -> None:
        self.left = limit

    def spend(self, amount: int = 1) -> None:
        """Take `amount` from the budget; Cannot when it is used up."""
        self.left -= amount
        if self.left < 0:
            raise Cannot("the budget of evaluations is used up")

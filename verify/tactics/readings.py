"""Normal forms that several searches over one signature share.

A search begins with nothing read and may count so many operations. What an earlier one has read is not worked out
again, but it is counted again, so that what a search finds does not depend on those before it. The count is exact but
for canonical forms of atoms, which a checker remembers by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from verify.kernel.checker import TEXT
from verify.kernel.errors import Budget
from verify.kernel.normal import Poly
from verify.kernel.rules import Rules
from verify.kernel.signature import Signature

Key = Any
"""Text of a term, and the scope it was read in."""

MOST = 20_000
"""Readings that are kept; if there are more, all are dropped."""


@dataclass(frozen=True)
class _Reading:
    poly: Poly
    cost: int  # operations, without those for its parts
    parts: tuple[Key, ...]  # in the order in which they were read


@dataclass
class _Open:
    key: Key
    left: int
    inside: int = 0
    parts: list[Key] = field(default_factory=list)


class Readings:
    """What was read so far over one signature."""

    def __init__(self, sig: Signature) -> None:
        self.sig = sig
        self.known: dict[Key, _Reading] = {}
        self._fresh = count()

    def rules(self, budget: Budget) -> Rules:
        """A checker that has read nothing yet. Names of its bound indices occur in no other one."""
        if len(self.known) > MOST:
            self.known.clear()
        made = Rules(self.sig, budget)
        made.alg._fresh = self._fresh
        made.memory = _Memory(self.known, budget)
        return made


class _Memory(dict[Key, Poly]):
    """What one checker has read; it takes readings of others for their price."""

    def __init__(self, known: dict[Key, _Reading], budget: Budget) -> None:
        super().__init__()
        self._known, self._budget = known, budget
        self._open: list[_Open] = []  # begun; those that a rejection ended stay until they are passed

    def get(self, key: Key, default: Any = None) -> Any:
        found = super().get(key)
        before = self._budget.left
        if found is None and key in self._known:
            self._pay(key)
            found = self[key]
        if self._open:
            inside = self._open[-1]
            inside.parts.append(key)
            inside.inside += _price(key) + before - self._budget.left
        if found is None:
            self._open.append(_Open(key, self._budget.left))
        return found

    def __setitem__(self, key: Key, poly: Poly) -> None:
        super().__setitem__(key, poly)
        while self._open:
            mine = self._open.pop()
            if mine.key == key:
                spent = mine.left - self._budget.left
                self._known[key] = _Reading(poly, spent - mine.inside, tuple(mine.parts))
                if self._open:
                    self._open[-1].inside += spent
                return

    def _pay(self, key: Key) -> None:
        reading = self._known[key]
        self._budget.spend(reading.cost)
        for part in reading.parts:
            self._budget.spend(_price(part))
            if part not in self:
                self._pay(part)
        super().__setitem__(key, reading.poly)


def _price(key: Key) -> int:
    """What a checker counts for finding a term among those it has read."""
    return len(key[0]) // TEXT

"""A seeded generator of our own: the same draws on every platform and Python, whatever PYTHONHASHSEED is.

SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


def label_hash(text: str) -> int:
    """64-bit FNV-1a of the UTF-8 bytes."""
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) & _MASK
    return h


class Rng:
    """The only mutable object of this package: a counter."""

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def next(self) -> int:
        """The next 64 bits, as an integer."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def split(self, label: str) -> Rng:
        """An independent generator for a named purpose; does not advance this one."""
        return Rng(Rng(self._state ^ label_hash(label)).next())

    def below(self, n: int) -> int:
        """Uniform on 0..n-1, without bias. Raises ValueError for arguments outside the domain."""
        if n < 1:
            raise ValueError("below(n) needs n >= 1")
        bound = (1 << 64) - (1 << 64) % n
        while True:
            x = self.next()
            if x < bound:
                return x % n

    def between(self, low: int, high: int) -> int:
        """A uniform integer between `low` and `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, p: int, q: int) -> bool:
        """True with probability p/q."""
        return self.below(q) < p

    def choice(self, items: Sequence[T]) -> T:
        """One of `items`, uniformly."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """`items` in random order (Fisher and Yates), as a new list."""
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out

    def rational(self, size: int) -> Fraction:
        """A small rational: integers, halves and thirds, growing with `size`."""
        return Fraction(self.between(-1 - size, 1 + size), self.choice((1, 1, 2, 3) if size > 1 else (1,)))

    def positive(self, size: int) -> Fraction:
        """A random positive fraction, not above `size` + 1, with a small denominator."""
        return Fraction(self.between(1, 1 + size), self.choice((1, 1, 2, 3) if size > 1 else (1,)))

    def uniform(self) -> float:
        """A double in (0, 1)."""
        return ((self.next() >> 12) + 0.5) / (1 << 52)

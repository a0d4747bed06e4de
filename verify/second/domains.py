"""Boxes with facts, and points of them: ends, places next to ends, small numbers, places anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import Any

from .errors import Rejected, Undefined, Unsure
from .reals import Real, add, bits, holds, negative, positive, value
from .terms import Json, Term, constant, free, minus, read

POINTS = 60
TRIES = 600
PRECISION = 320
SPECIAL = [Fraction(x) for x in ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "1/3")]
BEYOND = [Fraction(x) for x in ("1/1048576", "1/1000", "1/7", "1/2", "1", "5/2", "10", "41", "1000", "1000000")]
INSIDE = [Fraction(x) for x in ("1/1048576", "1/1000", "1/64", "1/8", "1/4", "1/3", "1/2", "5/8", "7/8", "999/1000",
                                "1048575/1048576")]  # fmt: skip
Fact = tuple[Term, str]


@dataclass(frozen=True)
class Side:
    """The range of a variable: its ends, None if infinite, and whether they are left out."""

    low: Term | None
    high: Term | None
    low_open: bool = True
    high_open: bool = True

    def inner(self) -> Side:
        """The range without its ends."""
        return Side(self.low, self.high)


@dataclass(frozen=True)
class Domain:
    """`cuts` are hypotheses, `facts` was proved."""

    sides: tuple[tuple[str, Side], ...]
    cuts: tuple[Fact, ...] = ()
    facts: tuple[Fact, ...] = ()

    def side(self, x: Json) -> Side:
        """The range of the variable `x`; Rejected if there is none."""
        for name, side in self.sides:
            if name == x:
                return side
        raise Rejected(f"there is no variable {x!r:.40}")

    def names(self) -> frozenset[str]:
        """The names of the variables."""
        return frozenset(name for name, _ in self.sides)

    def with_side(self, x: str, side: Side) -> Domain:
        """The domain in which `x` has the range `side`."""
        return replace(self, sides=tuple((n, side if n == x else s) for n, s in self.sides))

    def cut(self, fact: Fact) -> Domain:
        """The part of the domain in which `fact` holds."""
        return replace(self, cuts=(*self.cuts, fact))

    def bare(self, x: str) -> Domain:
        """Without what is known of x, which no hypothesis may speak of. Raises Rejected if it is contradicted or
        not well formed.
        """
        if any(x in free(u) for u, _ in self.cuts):
            raise Rejected(f"a hypothesis speaks of {x}")
        return replace(self, facts=tuple(f for f in self.facts if x not in free(f[0])))


def end(e: Term) -> Real:
    """The value of an end of a range. Raises Rejected if it is contradicted or not well formed."""
    exact = constant(e)
    try:
        return exact if exact is not None else value(e, {})
    except Undefined as error:
        raise Rejected(f"an end of a range has no value: {error}") from None


def read_side(data: Json) -> Side:
    """[low, high, low open, high open], never empty. Raises Rejected if it is contradicted or not well formed."""
    if not isinstance(data, list) or len(data) != 4 or any(not isinstance(x, bool) for x in data[2:]):
        raise Rejected("a range is [low, high, open, open]")
    low, high = (None if x is None else read(x, frozenset()) for x in data[:2])
    side = Side(low, high, low is None or data[2], high is None or data[3])
    with bits(PRECISION):
        ends = [None if x is None else end(x) for x in (low, high)]
        if low is not None and high is not None:
            gap = value(minus(high, low), {})
            if negative(gap) or (isinstance(gap, Fraction) and gap == 0 and (data[2] or data[3])):
                raise Rejected("a range is empty")
    del ends
    return side


def inside(x: Real, side: Side) -> bool:
    """Certainly in the range?"""
    for e, opened, s in ((side.low, side.low_open, 1), (side.high, side.high_open, -1)):
        if e is not None:
            gap = add(x, -end(e)) * s
            if not (positive(gap) or (not opened and isinstance(gap, Fraction) and gap == 0)):
                return False
    return True


def outside(x: Real, side: Side) -> bool:
    """Certainly not in the range?"""
    for e, opened, s in ((side.low, side.low_open, 1), (side.high, side.high_open, -1)):
        if e is not None:
            gap = add(x, -end(e)) * s
            if negative(gap) or (opened and isinstance(gap, Fraction) and gap == 0):
                return True
    return False


def middle(x: Real) -> Fraction:
    """A rational number in or next to a ball. Raises Unsure where balls do not decide."""
    if isinstance(x, Fraction):
        return x
    m, e = (int(part) for part in x.mid().man_exp())
    if abs(e) > 100_000:
        raise Unsure
    return Fraction(m) * Fraction(2) ** e


def draw(side: Side, rng: Random) -> Real:
    """A number of the range; raises Unsure if the try fails."""
    low, high = (None if e is None else end(e) for e in (side.low, side.high))
    kind = rng.randrange(10)
    if kind < 2:
        x: Real = rng.choice(SPECIAL)
        if inside(x, side):
            return x
    if kind < 4:
        closed = [x for x, opened in ((low, side.low_open), (high, side.high_open)) if x is not None and not opened]
        if closed:
            return rng.choice(closed)
    if low is not None and high is not None:
        a, b = middle(low), middle(high)
        part = rng.choice(INSIDE) if rng.random() < 0.6 else Fraction(rng.randrange(1, 2**20), 2**20)
        x = a + (b - a) * part
    elif low is not None:
        x = middle(low) + rng.choice(BEYOND) * Fraction(rng.randrange(2**10, 2**11), 2**10)
    elif high is not None:
        x = middle(high) - rng.choice(BEYOND) * Fraction(rng.randrange(2**10, 2**11), 2**10)
    else:
        x = rng.choice((1, -1)) * rng.choice(BEYOND) * Fraction(rng.randrange(2**10, 2**11), 2**10)
    if not inside(x, side):
        raise Unsure
    return x


def corner(d: Domain, number: int) -> dict[str, Real]:
    """All variables at one small number, or at the low or the high ends; raises Unsure where that is not in the box."""
    out: dict[str, Real] = {}
    for x, side in d.sides:
        if number < len(SPECIAL):
            here: Real = SPECIAL[number]
            if not inside(here, side):
                raise Unsure
        else:
            e, opened = (side.low, side.low_open) if number == len(SPECIAL) else (side.high, side.high_open)
            if e is None or opened:
                raise Unsure
            here = end(e)
        out[x] = here
    return out


def points(d: Domain, seed: str, most: int = POINTS) -> Iterator[Mapping[str, Real]]:
    """Points of the domain: in the box, and every hypothesis certainly holds."""
    rng = Random(seed)
    found = 0
    seen: set[Any] = set()
    for number in range(TRIES if d.sides else 1):
        try:
            at = corner(d, number) if number < len(SPECIAL) + 2 else {x: draw(side, rng) for x, side in d.sides}
            key = tuple(str(x) for x in at.values())
            if key in seen or not all(holds(value(u, at), rel) for u, rel in d.cuts):
                continue
        except (Undefined, Unsure):
            continue
        seen.add(key)
        yield at
        found += 1
        if found >= most:
            return


def shown(at: Mapping[str, Real]) -> str:
    """The point `at` as text."""
    return ", ".join(f"{n} = {x if isinstance(x, Fraction) else x.str(12)}" for n, x in at.items()) or "the numbers"

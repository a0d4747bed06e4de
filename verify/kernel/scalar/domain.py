"""Where a formula is claimed: a box, facts known on it, and enclosures of expressions over it.

A `Domain` is the set of points of a box at which its hypotheses hold. Facts are relations (u, rel), meaning u rel 0,
that hold at every point of the set; a hypothesis is a fact that cuts the set, any other fact was proved on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..errors import Reject
from . import dyadic as dy
from .interval import Arithmetic, Interval, meet
from .series import Intervals, Series
from .terms import Expr, Need, free, q, value_of

MINUS_ONE = q(-1)
RELATIONS = (">=", ">", "!=")


@dataclass(frozen=True)
class Side:
    """The range of one variable; an end None is infinite."""

    lo: Expr | None
    hi: Expr | None
    lo_open: bool = False
    hi_open: bool = False

    def interior(self) -> Side:
        return Side(self.lo, self.hi, True, True)


@dataclass(frozen=True)
class Domain:
    box: tuple[tuple[str, Side], ...]
    facts: tuple[Need, ...] = ()
    cuts: tuple[Need, ...] = ()  # those among the facts that are hypotheses
    defined: frozenset[Expr] = field(default_factory=frozenset)  # expressions known to be defined on it

    def side(self, x: str) -> Side:
        for name, side in self.box:
            if name == x:
                return side
        raise Reject(f"there is no variable {x!r:.40} here")

    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.box)

    def smaller(self, x: str, side: Side) -> Domain:
        """A subset: what is known stays known."""
        return replace(self, box=tuple((n, side if n == x else s) for n, s in self.box))

    def told(self, fact: Need, cut: bool = False) -> Domain:
        return replace(self, facts=(*self.facts, fact), cuts=(*self.cuts, fact) if cut else self.cuts)

    def bare(self, x: str, side: Side) -> Domain:
        """Another range for x: only what does not speak of x stays known. The hypotheses must not speak of x."""
        if any(x in free(u) for u, _ in self.cuts):
            raise Reject(f"a hypothesis speaks of {x}")
        return Domain(
            tuple((n, side if n == x else s) for n, s in self.box),
            tuple(f for f in self.facts if x not in free(f[0])),
            self.cuts,
            frozenset(e for e in self.defined if x not in free(e)),
        )

    def without(self, x: str) -> Domain:
        if any(x in free(u) for u, _ in self.cuts):
            raise Reject(f"a hypothesis speaks of {x}")
        bare = self.bare(x, self.side(x))
        return replace(bare, box=tuple((n, s) for n, s in bare.box if n != x))


class Enclosures:
    """Values of expressions over a box given by intervals; facts narrow the values of what they speak of."""

    def __init__(self, arithmetic: Arithmetic, box: Mapping[str, Interval], facts: Iterable[Need] = ()) -> None:
        self.a, self.box = arithmetic, dict(box)
        self.known: dict[Expr, Interval] = {}
        self.narrow: dict[Expr, Interval] = {}
        for u, rel in facts:
            if rel != "!=":
                half = Interval(dy.ZERO, None, rel == ">")
                if u[0] == "*" and len(u) == 3 and u[1] == MINUS_ONE:
                    u, half = u[2], Interval(None, dy.ZERO, True, rel == ">")
                self.narrow[u] = meet(self.narrow[u], half) if u in self.narrow else half

    def of(self, e: Expr) -> Interval:
        out = self.known.get(e)
        if out is None:
            out = self._of(e)
            if e in self.narrow:
                out = meet(out, self.narrow[e])
            self.known[e] = out
        return out

    def _of(self, e: Expr) -> Interval:
        head, a = e[0], self.a
        if head == "q":
            return a.const(e[1])
        if head == "var":
            return self.box[e[1]]
        if head == "pi":
            return a.pi()
        if head == "pow":
            r = value_of(e[2])
            base = self.of(e[1])
            return a.power(base, r) if r is not None else a.general_power(base, self.of(e[2]))
        args = [self.of(p) for p in e[1:]]
        if len(args) == 1:
            name = "absolute" if head == "abs" else head
            out: Interval = getattr(a, name)(args[0])
            return out
        step = {"+": a.add, "*": a.mul, "min": a.minimum, "max": a.maximum}[head]
        out = args[0]
        for p in args[1:]:
            out = step(out, p)
        return out


def ends(side: Side, a: Arithmetic) -> Interval:
    """An interval around the range of a variable."""
    empty = Enclosures(a, {})
    lo = None if side.lo is None else empty.of(side.lo)
    hi = None if side.hi is None else empty.of(side.hi)
    for e in (lo, hi):
        if e is not None and (e.lo is None or e.hi is None):
            raise Reject("an end of a range is not enclosed")
    return Interval(None if lo is None else lo.lo, None if hi is None else hi.hi, side.lo_open, side.hi_open)


def intervals(domain: Domain, a: Arithmetic) -> dict[str, Interval]:
    return {name: ends(side, a) for name, side in domain.box}


def empty(i: Interval) -> bool:
    """Certainly no value at all?"""
    if i.lo is None or i.hi is None:
        return False
    c = dy.compare(i.lo, i.hi)
    return c > 0 or (c == 0 and (i.lo_open or i.hi_open))


def says(i: Interval, rel: str) -> bool:
    """Does the enclosure show the relation to zero?"""
    if rel == ">":
        return i.positive()
    if rel == ">=":
        return i.nonnegative()
    return i.positive() or i.negative()


def contradicts(facts: Iterable[Need], e: Enclosures) -> bool:
    """Is a fact false on the whole box, so that the box holds no point of the set?"""
    for u, rel in facts:
        try:
            value = Enclosures(e.a, e.box).of(u)
        except Reject:
            continue
        if rel == "!=":
            false = value.zero()
        else:
            false = value.negative() or (rel == ">" and value.nonpositive())
        if false:
            return True
    return False


def series(e: Expr, x: str, at: Interval, order: int, around: Enclosures) -> list[Interval]:
    """Taylor coefficients in x over the interval `at`, the other variables in their intervals."""
    ring = Intervals(around.a, around.of)
    return Series(ring, order, x, at).of(e)


def middle(i: Interval) -> Fraction:
    """A point inside or at an end of an interval that has a finite end; 0 for the line."""
    if i.lo is None and i.hi is None:
        return Fraction(0)
    if i.hi is None:
        assert i.lo is not None
        lo = dy.fraction(i.lo)
        return max(lo * 2, lo + 1) if lo > -1 else lo / 2
    if i.lo is None:
        hi = dy.fraction(i.hi)
        return min(hi * 2, hi - 1) if hi < 1 else hi / 2
    return (dy.fraction(i.lo) + dy.fraction(i.hi)) / 2


def halves(i: Interval) -> tuple[Interval, Interval]:
    m = middle(i)
    d = m.denominator
    if d & (d - 1):
        raise Reject("a box cannot be halved")
    point = dy.rational(m, dy.MAX_BITS)[0]
    return Interval(i.lo, point, i.lo_open, False), Interval(point, i.hi, False, i.hi_open)

"""Several variables: boxes, slopes of one sign, sums of squares, substitutions that lose a variable."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from verify.kernel.errors import Reject
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Domain, Side
from verify.kernel.scalar.terms import Expr

from . import floats as fl

if TYPE_CHECKING:
    from .search import Search

Json = Any


def several(s: Search, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
    """A proof of `u` rel 0 on `d` by one of the ways of this module, at most `depth` nested; else None."""
    if depth <= 0:
        return None
    for share, step in ((0.4, squares), (0.4, fewer), (0.4, slopes), (0.4, ordered), (0.8, boxes)):
        s.tick()
        try:
            node = s.attempt(share, step, s, d, u, rel, depth)
        except Reject:
            node = None
        if node is not None:
            return node
    return s.logarithms(d, u, rel, depth)


def boxes(s: Search, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
    """A proof by enclosures on boxes, or None."""
    return s.boxes(d, u, rel, 1500)


def squares(s: Search, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
    """A proof by sums of squares, or None."""
    from .sos import certificate

    return certificate(s, d, u, rel)


def ordered(s: Search, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
    """A symmetric polynomial of three variables: cases by their order."""
    names = sorted(t.free(u))
    if len(names) != 3 or len(d.cuts) > 2:
        return None
    x, y, z = (("var", n) for n in names)
    if not s.n.equal(u, t.substitute(u, {names[0]: y, names[1]: x})):
        return None
    if not s.n.equal(u, t.substitute(u, {names[0]: y, names[1]: z, names[2]: x})):
        return None
    gap = (t.minus(x, y), t.minus(y, z), t.minus(x, z))[len(d.cuts)]
    above = s.goal(d.told((gap, ">="), True), u, rel, depth - 1)
    if above is None:
        return None
    below = s.goal(d.told((t.negative(gap), ">="), True), u, rel, depth - 1)
    if below is None:
        return None
    return {"rule": "cases", "on": t.to_json(gap), "above": above, "below": below}


def slopes(s: Search, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
    """A variable in which u rises or falls on the whole domain."""
    places = fl.grid(d, 300)
    order = sorted(t.free(u), key=lambda x: (x not in s.monotone_in, x))
    for x in order:
        if any(x in t.free(v) for v, _ in d.cuts):
            continue
        slope = t.derivative(u, x)
        g = fl.compiled(slope)
        signs = [v for v in map(g, places) if not math.isnan(v) and v != 0]
        wrong_up = sum(1 for v in signs if v < 0)
        wrong_down = len(signs) - wrong_up
        for start, wrong in (("low", wrong_up), ("high", wrong_down)):
            if wrong <= len(signs) // 50:
                node = s.mono(d, u, rel, depth, x, start, slope)
                if node is not None:
                    return node
    return None


def fewer(s: Search, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
    """A new variable t = y/x, y - x, x y or log y - x .. after which an old one is no longer needed."""
    names = sorted(t.free(u))
    if len(names) > 4 or d.cuts:
        return None
    for y in names:
        for x in names:
            if x == y:
                continue
            vx, vy = ("var", x), ("var", y)
            node = _merged(s, d, u, rel, depth, x, y)
            if node is not None:
                return node
            new = f"t{s.fresh}"
            s.fresh += 1
            w: Expr = ("var", new)
            tries: list[tuple[Expr, Expr]] = []
            if s.p.quick(d, vx, ">"):
                tries.append((t.times(w, vx), t.times(vy, t.power(vx, -1))))
                tries.append((t.times(w, t.power(vx, -1)), t.times(vy, vx)))
                tries.append((t.add(w, ("log", vx)), t.minus(vy, ("log", vx))))
            tries.append((t.add(w, vx), t.minus(vy, vx)))
            if s.p.quick(d, vy, ">"):
                tries.append((t.times(w, ("exp", vx)), t.times(vy, ("exp", t.negative(vx)))))
            for inside, value in tries:
                v = t.substitute(u, {y: inside})
                node = _replaced(s, d, u, rel, depth, x, y, new, value, v)
                if node is not None:
                    return node
    return None


def _merged(s: Search, d: Domain, u: Expr, rel: str, depth: int, x: str, y: str) -> Json | None:
    """u depends on x y, x + y or x - y alone."""
    new = f"t{s.fresh}"
    s.fresh += 1
    w, vx, vy = ("var", new), ("var", x), ("var", y)
    for inside, value in (
        (t.times(w, t.power(vx, -1)), t.times(vx, vy)),
        (t.minus(w, vx), t.add(vx, vy)),
        (t.add(w, vx), t.minus(vy, vx)),
    ):
        v = s.n.expression(s.n.of(t.substitute(u, {y: inside})))
        if x in t.free(v):
            continue
        side = _range(s, d, value)
        then = s.goal(Domain((*((n, q) for n, q in d.box if n != y), (new, side))), v, rel, depth - 1)
        if then is not None:
            row = {"name": new, "range": range_json(side), "value": t.to_json(value)}
            return {"rule": "generalize", "new": [row], "to": t.to_json(v), "drop": [y], "then": then}
    return None


def _replaced(
    s: Search, d: Domain, u: Expr, rel: str, depth: int, x: str, y: str, new: str, value: Expr, v: Expr
) -> Json | None:
    """y becomes a function of the new variable; taken only if x drops out up to a positive factor."""
    ranges = [f for f in map(fl.compiled(value), fl.grid(d, 400)) if math.isfinite(f)]
    if not ranges:
        return None
    side = _range(s, d, value)
    box = (*((n, q) for n, q in d.box if n != y), (new, side))
    wide = Domain(box)
    try:
        simple, _ = s.simplified(wide, v)
    except Reject:
        return None
    if x in t.free(simple):
        return None
    then = s.goal(wide, v, rel, depth - 1)
    if then is None:
        return None
    row = {"name": new, "range": range_json(side), "value": t.to_json(value)}
    return {"rule": "generalize", "new": [row], "to": t.to_json(v), "drop": [y], "then": then}


def _range(s: Search, d: Domain, value: Expr) -> Side:
    """A range for a value: its enclosure over the box where it has simple ends."""
    lo: Expr | None = None
    hi: Expr | None = None
    lo_open = hi_open = True
    for c in (Fraction(1), Fraction(0), Fraction(-1)):
        for rel in (">", ">="):
            if lo is None and s.p.quick(d, t.minus(value, t.q(c)), rel):
                lo, lo_open = t.q(c), rel == ">"
    for c in (Fraction(-1), Fraction(0), Fraction(1)):
        for rel in (">", ">="):
            if hi is None and s.p.quick(d, t.minus(t.q(c), value), rel):
                hi, hi_open = t.q(c), rel == ">"
    if lo is not None and lo == hi:
        hi, hi_open = None, True
    return Side(lo, hi, lo_open, hi_open)


def range_json(side: Side) -> Json:
    """The range `side` as kernel JSON: two ends (None if infinite), and whether each is left out."""
    lo = None if side.lo is None else t.to_json(side.lo)
    hi = None if side.hi is None else t.to_json(side.hi)
    return [lo, hi, side.lo_open, side.hi_open]

"""Search for a point at which an inequality fails or a side is not defined; the kernel decides about each point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from verify.kernel.errors import Budget, Reject
from verify.kernel.scalar import dyadic as dy
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Domain, Enclosures
from verify.kernel.scalar.interval import Arithmetic
from verify.kernel.scalar.proof import Prover
from verify.kernel.scalar.refute import at_point
from verify.kernel.scalar.terms import Expr

from . import constants as cs
from . import floats as fl
from .search import Search, _point

Json = Any
Found = tuple[dict[str, Expr], dict[str, Any]]  # the point, and what the kernel says about it
DEEP = 256


class Counter:
    """The search for a point of the box at which one inequality fails."""

    def __init__(self, s: Search, d: Domain, lhs: Expr, rel: str, rhs: Expr) -> None:
        self.s, self.d, self.lhs, self.rel, self.rhs = s, d, lhs, rel, rhs
        self.u = t.minus(rhs, lhs) if rel in ("<=", "<") else t.minus(lhs, rhs)
        self.f = fl.compiled(self.u)
        self.strict = rel in ("<", ">")
        self.lowest: tuple[float, fl.Point | None] = (math.inf, None)

    def fails(self, point: dict[str, Expr], bits: int = DEEP) -> dict[str, Any] | None:
        """The kernel's answer that the inequality fails at `point`, evaluated with `bits` bits, or None."""
        data = {"at": {x: t.to_json(e) for x, e in point.items()}, "bits": bits}
        try:
            return at_point(Prover(Budget(10**7)), self.d, self.lhs, self.rel, self.rhs, data)
        except Reject:
            return None

    def sign(self, point: dict[str, Fraction], bits: int = DEEP) -> int:
        """Sign of the margin at a rational point as far as an enclosure shows; 2 where it is not defined."""
        box = {x: _point(q) for x, q in point.items()}
        try:
            i = Enclosures(Arithmetic(bits), box).of(self.u)
        except Reject:
            return 2
        if i.zero():
            return 0
        return 1 if i.positive() else -1 if i.negative() else 0

    # ---- fast look ---------------------------------------------------------------------------------------

    def quick(self) -> Found | None:
        """Corners and a grid in floating point."""
        for corner in self.corners():
            what = self.fails(corner)
            if what:
                return corner, what
        places = fl.grid(self.d, 3000)
        values = [(self.f(p), p) for p in places]
        bad = [p for v, p in values if math.isnan(v) or v < 0 or (self.strict and v == 0)]
        known = [(v, p) for v, p in values if math.isfinite(v)]
        if known:
            self.lowest = min(known, key=lambda x: x[0])
        bad.sort(key=lambda p: sum(abs(math.log(abs(x))) if x else 0 for x in p.values()))
        for p in bad[:40]:
            found = self.point(fl.exact(p))
            if found:
                return found
        return None

    def corners(self) -> Iterator[dict[str, Expr]]:
        """Points with each variable at an end of its range or at a small number inside, ends first."""
        rows = []
        for name, side in self.d.box:
            row = [(name, e) for e, o in ((side.lo, side.lo_open), (side.hi, side.hi_open)) if e is not None and not o]
            inner = [
                (name, t.q(k)) for k in (0, 1, -1, 2, -2, Fraction(1, 2)) if self.s.inside(side, t.q(k))
            ]
            rows.append((row + inner)[:6])
        if all(rows):
            for pairs in list(product(*rows))[:300]:
                yield dict(pairs)

    def point(self, q: dict[str, Fraction]) -> Found | None:
        """The point if it refutes, made simpler where that goes on refuting."""
        at: dict[str, Expr] = {x: t.q(v) for x, v in q.items()}
        found = self.fails(at)
        if found is None:
            return None
        for x in list(at):
            for digits in (1, 2, 4, 8, 16, 64, 10**3, 10**4, 10**6, 10**9, 10**12):
                r = q[x].limit_denominator(digits)
                trial = {**at, x: t.q(r)}
                better = self.fails(trial)
                if better:
                    at, found = trial, better
                    break
        return at, found

    # ---- closer look -------------------------------------------------------------------------------------

    def deep(self) -> Found | None:
        """The long search, after corners and grid: sign changes on a line, descent, and places where a side has
        no value.
        """
        names = t.free(self.u)
        if len(names) == 1 and len(self.d.box) == 1:
            return self.line(next(iter(names))) or self.undefined()
        return self.undefined() or self.descend()

    def tested(self, x: str, rows: Iterable[Fraction]) -> Found | None:
        """The first of the values `rows` of `x` at which the inequality surely fails, or None."""
        for q in rows:
            self.s.tick()
            s = self.sign({x: q})
            if s in (-1, 2) or (s == 0 and self.strict):
                found = self.point({x: q})
                if found:
                    return found
        return None

    def line(self, x: str) -> Found | None:
        """Next to the ends, far out, and around every turning point."""
        side = self.d.side(x)
        lo = None if side.lo is None else cs.value(side.lo, 512)
        hi = None if side.hi is None else cs.value(side.hi, 512)
        width = hi - lo if lo is not None and hi is not None else Fraction(1)
        rows = []
        for end, s, other in ((lo, 1, hi), (hi, -1, lo)):
            if end is not None:
                rows += [end + s * width * Fraction(1, 10**k) for k in (1, 2, 3, 4, 6, 8, 10, 12, 16, 24)]
            if other is None:
                base = end if end is not None else Fraction(0)
                rows += [base + s * 10**k for k in range(1, 31, 2)]
                if end is None:
                    rows += [-q for q in rows[-15:]]
        found = self.tested(x, [q for q in rows if self._in(side, q)])
        if found:
            return found
        try:
            slope = t.derivative(self.u, x)
        except Reject:
            return None
        row = fl.points(side.interior(), 400)
        for (a, va), (b, vb) in pairwise(fl.signs(slope, x, row, {})):
            if va < 0 < vb:
                c = self.s.root(slope, x, a, b)
                step = Fraction(b) - Fraction(a)
                near = [c]
                for k in (2, 4, 6, 8, 10, 14):
                    near += [c - step / 10**k, c + step / 10**k]
                for q in near:
                    if self._in(side, q):
                        found = self.tested(x, [q])
                        if found:
                            return found
                if self.strict and self.s.touches(self.u, x, c):
                    for e in cs.guesses(c, self.s.known, Fraction(1, 10**15)):
                        hit = self.fails({x: e})
                        if hit:
                            return {x: e}, hit
        return None

    def _in(self, side: Any, q: Fraction) -> bool:
        return self.s.inside(side, t.q(q))

    def undefined(self) -> Found | None:
        """Zeros of denominators and of arguments of log and roots."""
        for e in (self.lhs, self.rhs):
            for p in t.parts(e):
                for need, _ in t.needs(p):
                    self.s.tick()
                    found = self._zeros(need)
                    if found:
                        return found
        return None

    def _zeros(self, need: Expr) -> Found | None:
        names = sorted(t.free(need))
        if not names:
            return None
        f = fl.compiled(need)
        middle = {n: fl.points(side, 8)[len(fl.points(side, 8)) // 2] for n, side in self.d.box}
        for x in names:
            row = fl.points(self.d.side(x), 100)
            bases = [middle] if len(self.d.box) == 1 else [middle, *fl.grid(self.d, 30)]
            for base in bases[:12]:
                values = [(a, f({**base, x: a})) for a in row]
                fixed: dict[str, Expr] = {n: t.q(Fraction(v)) for n, v in base.items() if n != x}
                w = t.substitute(need, fixed)
                for (a, va), (b, vb) in pairwise(values):
                    if va * vb > 0 or math.isnan(va) or math.isnan(vb):
                        continue
                    c = self.s.root(w, x, a, b)
                    for g in cs.guesses(c, self.s.known, Fraction(1, 10**15)):
                        point = {**fixed, x: g}
                        found = self.fails(point)
                        if found:
                            return point, found
                # a zero without a change of sign
                best = min((v, a) for a, v in values if not math.isnan(v)) if values else (1.0, 0.0)
                if abs(best[0]) < 1e-6:
                    for g in cs.guesses(Fraction(best[1]).limit_denominator(1000), self.s.known, Fraction(1, 10**6)):
                        found = self.fails({**fixed, x: g})
                        if found:
                            return {**fixed, x: g}, found
        return None

    def descend(self) -> Found | None:
        """From the lowest points of a grid downwards, one coordinate at a time with shrinking steps."""
        places = sorted(((v, i) for i, p in enumerate(fl.grid(self.d, 3000)) if math.isfinite(v := self.f(p))))
        grid = fl.grid(self.d, 3000)
        ends = {n: (fl.end(q.lo, -math.inf), fl.end(q.hi, math.inf), q) for n, q in self.d.box}
        for value, i in places[:6]:
            self.s.tick()
            p = dict(grid[i])
            best = value
            step = {n: 0.25 * (abs(x) + 0.1) for n, x in p.items()}
            for _ in range(400):
                moved = False
                for n in p:
                    low, high, q = ends[n]
                    for s in (1, -1):
                        y = min(max(p[n] + s * step[n], low), high)
                        if (y == low and q.lo_open) or (y == high and q.hi_open):
                            y = (p[n] + y) / 2
                        v = self.f({**p, n: y})
                        if v < best:
                            p[n], best, moved = y, v, True
                            step[n] *= 1.6
                            break
                    else:
                        step[n] *= 0.5
                if not moved and max(step.values()) < 1e-14:
                    break
            if best < self.lowest[0]:
                self.lowest = (best, dict(p))
            for trial in self._around(p):
                found = self.point(trial) if self.sign(trial) != 1 else None
                if found:
                    return found
        return None

    def _around(self, p: fl.Point) -> Iterator[dict[str, Fraction]]:
        exact = fl.exact(p)
        yield exact
        for digits in (1, 2, 10, 100):
            yield {n: v.limit_denominator(digits) for n, v in exact.items()}
        refined = self._newton(exact)
        if refined:
            yield refined

    def _newton(self, p: dict[str, Fraction]) -> dict[str, Fraction] | None:
        """A few steps towards a zero of the gradient, in 256 bits."""
        names = sorted(t.free(self.u))
        try:
            grads = [t.derivative(self.u, x) for x in names]
            rows = [[t.derivative(g, x) for x in names] for g in grads]
        except Reject:
            return None
        q = dict(p)
        for _ in range(8):
            try:
                e = Enclosures(Arithmetic(DEEP), {x: _point(v) for x, v in q.items()})
                g = [_middle(e.of(v)) for v in grads]
                h = [[_middle(e.of(v)) for v in row] for row in rows]
            except (Reject, TypeError):
                return None
            step = _solve(h, g)
            if step is None:
                return q
            for x, v in zip(names, step, strict=True):
                q[x] = Fraction(round((q[x] - v) * 2**200), 2**200)
        inside = all(self.s.inside(side, t.q(q[n])) for n, side in self.d.box if n in q)
        return q if inside else None


def _middle(i: Any) -> Fraction:
    return (dy.fraction(i.lo) + dy.fraction(i.hi)) / 2


def _solve(a: list[list[Fraction]], b: list[Fraction]) -> list[Fraction] | None:
    """Solution of a small linear system by elimination, rounded."""
    n = len(b)
    m = [[Fraction(round(x * 2**220), 2**220) for x in [*row, y]] for row, y in zip(a, b, strict=True)]
    for i in range(n):
        k = max(range(i, n), key=lambda r: abs(m[r][i]))
        if m[k][i] == 0:
            return None
        m[i], m[k] = m[k], m[i]
        for r in range(n):
            if r != i and m[r][i]:
                c = m[r][i] / m[i][i]
                m[r] = [x - c * y for x, y in zip(m[r], m[i], strict=True)]
    return [m[i][n] / m[i][i] for i in range(n)]

"""Identities: the statement and the assertion of every node of its proof, at points in complex balls.

No node is proved here: an item is `not contradicted`. A refutation is confirmed in balls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import flint

from . import complexes as cx
from . import rewriting, scalars
from .domains import Domain, Side, draw, end, inside, outside, read_side
from .errors import Cannot, Rejected, Undefined, Unsure, Work
from .reals import Real, add, bits, holds, negative, positive
from .reals import ball as real_ball
from .terms import (
    BINDERS,
    Json,
    Term,
    constant,
    derivative,
    fields,
    free,
    holds_binder,
    minus,
    name,
    neg,
    number,
    parts,
    plus,
    power,
    q,
    read,
    show,
    substitute,
    swap,
    times,
    within,
)

PRECISION = 420
POINTS = 40
TRIES = 400
WORK = 60_000
LINE = Side(None, None)
KINDS = {
    "real": LINE, "positive": Side(q(0), None), "nonnegative": Side(q(0), None, False), "complex": LINE,
    "integer": LINE, "odd_integer": LINE, "nonneg_integer": Side(q(0), None, False),
    "positive_integer": Side(q(1), None, False),
}  # fmt: skip
IMAGINARY: Term = ("I",)
NOT_ANALYTIC = (
    "re", "im", "conjugate", "abs", "arg", "gamma", "factorial", "sign", "erf", "erfc", "floor", "ceiling", "min",
    "max",
)  # fmt: skip
OO: Term = ("oo",)
MINUS_OO: Term = ("*", q(-1), OO)
Point = Mapping[str, cx.Number]


@dataclass(frozen=True)
class Scope:
    """Variables with their kinds, ranges of real coordinates, and conditions (u, rel) meaning u rel 0."""

    kinds: tuple[tuple[str, str], ...] = ()
    ranges: Mapping[str, Side] = field(default_factory=dict)
    hyps: tuple[tuple[Term, str], ...] = ()

    def kind(self, x: Json) -> str:
        """The kind of the variable `x`: real, complex, or integer; Rejected if there is none."""
        for n, k in self.kinds:
            if n == x:
                return k
        raise Rejected(f"there is no variable {x!r:.40}")

    def names(self) -> frozenset[str]:
        """The names of the variables."""
        return frozenset(n for n, _ in self.kinds)

    def coordinates(self, x: str) -> tuple[str, ...]:
        """The real coordinates of `x`: two if it is complex."""
        return (f"{x}.re", f"{x}.im") if self.kind(x) == "complex" else (x,)

    def speaks(self, x: str) -> bool:
        """Whether a hypothesis speaks of `x`."""
        return any(x in free(u) for u, _ in self.hyps)

    def told(self, u: Term, rel: str) -> Scope:
        """A condition; a sign of a coordinate of unlimited range becomes its range."""
        if rel in (">", ">="):
            for x, k in self.kinds:
                v: Term = ("var", x)
                for coordinate, e in ((f"{x}.re", ("re", v)), (f"{x}.im", ("im", v))) if k == "complex" else ((x, v),):
                    for form, side in ((e, Side(q(0), None, rel == ">")), (neg(e), Side(None, q(0), True, rel == ">"))):
                        if u == form and self.ranges[coordinate] == LINE:
                            return replace(self, ranges={**self.ranges, coordinate: side})
        return replace(self, hyps=(*self.hyps, (u, rel)))

    def without(self, x: str) -> Scope:
        """The scope without the variable `x`."""
        gone = self.coordinates(x)
        return replace(self, kinds=tuple(row for row in self.kinds if row[0] != x),
                       ranges={n: s for n, s in self.ranges.items() if n not in gone})  # fmt: skip

    def extended(self, x: str, kind: str, side: Side) -> Scope:
        """The scope with one more variable `x` of this `kind` and range; Rejected if the name is in use."""
        if x in self.names() or "." in x:
            raise Rejected("a bound name is in use")
        return replace(self, kinds=(*self.kinds, (x, kind)), ranges={**self.ranges, x: side})


def real_at(u: cx.Number, what: str) -> Real:
    """A real number; raises Rejected if it certainly is none, Unsure if it is not decided."""
    r = cx.real(u)
    if r is None:
        if u.imag > 0 or u.imag < 0:
            raise Rejected(f"{what} is not real")
        if u.imag.rad() > 1:
            raise Unsure
        return u.real
    return r


class Checker:
    """One identity and the points at which its proof is tested."""

    def __init__(self, seed: str) -> None:
        self.seed, self.work = seed, Work(WORK)
        self.tested = self.open = self.empty = 0

    # ---- points --------------------------------------------------------------------------------------------

    def drawn(self, s: Scope, rng: Random) -> dict[str, cx.Number]:
        """A random value for each variable of `s`."""
        out: dict[str, cx.Number] = {}
        for x, kind in s.kinds:
            if kind == "integer":
                out[x] = self.whole(s.ranges[x], rng)
                continue
            values = []
            for c in s.coordinates(x):
                side = s.ranges[c]
                zero = Fraction(0)
                values.append(zero if rng.random() < 0.25 and inside(zero, side) else draw(side, rng))
            if len(values) == 1 or (isinstance(values[1], Fraction) and values[1] == 0):
                out[x] = cx.ball_real(values[0])
            else:
                out[x] = flint.acb(real_ball(values[0]), real_ball(values[1]))
        return out

    def whole(self, side: Side, rng: Random) -> Fraction:
        """A random integer in the range `side`, near its ends. Raises Unsure where balls do not decide."""
        low, high = (None if e is None else end(e) for e in (side.low, side.high))
        if low is not None:
            x = Fraction(-((-low) // 1) if isinstance(low, Fraction) else 0) + rng.choice((0, 0, 1, 2, 3, 5, 8))
        elif high is not None:
            x = Fraction(high // 1 if isinstance(high, Fraction) else 0) - rng.choice((0, 0, 1, 2, 3, 5, 8))
        else:
            x = Fraction(rng.choice((0, 1, -1, 2, -2, 3, -3, 4, 7, -8)))
        if not inside(x, side):
            raise Unsure
        return x

    def points(self, s: Scope, seed: str, most: int = POINTS) -> Iterator[Point]:
        """At most `most` random points at which the hypotheses of `s` hold; `seed` names the choice."""
        rng = Random(f"{self.seed}|{seed}")
        found = 0
        for _ in range(TRIES if s.kinds else 1):
            try:
                at = self.drawn(s, rng)
                if not all(self.meets(u, rel, at) for u, rel in s.hyps):
                    continue
            except (Undefined, Unsure, Cannot):
                continue
            yield at
            found += 1
            if found >= most:
                return
        self.empty += not found

    def meets(self, u: Term, rel: str, at: Point) -> bool:
        """Raises Unsure if it is not decided."""
        self.work.spend()
        x = cx.value(u, at)
        if rel in ("=", "!="):
            return cx.zero(x) == (rel == "=")
        return holds(real_at(x, "a compared number"), rel)

    # ---- tests -----------------------------------------------------------------------------------------------

    def equal(self, s: Scope, a: Term, b: Term, what: str) -> None:
        """Both have values, and equal ones, at every point that is tried. Raises Rejected if it is contradicted
        or not well formed.
        """
        for at in self.points(s, show(a)):
            self.work.spend()
            try:
                x, y = cx.value(a, at), cx.value(b, at)
            except Undefined as error:
                raise Rejected(f"{what}: no value at {_shown(at)} ({error})") from None
            except (Unsure, Cannot, OverflowError, ValueError):
                self.open += 1
                continue
            if cx.differs(x, y):
                raise Rejected(f"{what}: {show(a)} is not {show(b)} at {_shown(at)}")
            self.tested += 1

    def relation(self, s: Scope, u: Term, rel: str, what: str) -> None:
        """u is real and u rel 0 at every point that is tried. Raises Rejected if it is contradicted or not well
        formed.
        """
        for at in self.points(s, show(u)):
            self.work.spend()
            try:
                good = holds(real_at(cx.value(u, at), what), rel)
            except Undefined as error:
                raise Rejected(f"{what}: no value at {_shown(at)} ({error})") from None
            except (Unsure, Cannot, OverflowError, ValueError):
                self.open += 1
                continue
            if not good:
                raise Rejected(f"{what}: {show(u)} {rel} 0 is false at {_shown(at)}")
            self.tested += 1

    def realvalued(self, s: Scope, u: Term, what: str) -> None:
        """Raise Rejected, naming `what`, if `u` has a value that is not real at a point of `s`."""
        self.relation(s, plus(power(u, 2), q(1)), ">", what)
        for at in self.points(s, show(u)):
            try:
                real_at(cx.value(u, at), what)
            except (Undefined, Unsure, Cannot, OverflowError, ValueError):
                continue

    # ---- the tree ----------------------------------------------------------------------------------------------

    def node(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        """Test the proof `node` of a = b in the scope `s`, and the nodes below; Rejected at a contradiction."""
        rule = node.get("rule") if isinstance(node, dict) else None
        method: Callable[..., None] | None = RULES.get(rule) if isinstance(rule, str) else None
        if method is None:
            raise Rejected(f"unknown rule {rule!r:.40}")
        if rule != "replace" and (holds_binder(a) or holds_binder(b)):
            raise Rejected("sums, integrals and limits are replaced by their values first")
        self.work.spend()
        self.equal(s, a, b, str(rule))
        method(self, s, a, b, node)

    def term(self, data: Json, s: Scope) -> Term:
        """The term that `data` is in the scope `s`; Rejected if it is none."""
        return read(data, s.names(), True)

    def _normal(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule",))

    def _derivative(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "var", "at", "prime", "value"))
        x = node["var"]
        kind = s.kind(x)
        if kind == "integer" or s.speaks(x):
            raise Rejected("the variable has no derivative, or a condition speaks of it")
        centre = self.term(node["at"], s)
        if x in free(centre):
            raise Rejected("the point speaks of the variable")
        sides = [s.ranges[c] for c in s.coordinates(x)]
        is_open = all((z.low is None or z.low_open) and (z.high is None or z.high_open) for z in sides)
        if kind == "complex" and not is_open:
            raise Rejected("the set of a complex variable is not open")
        self.lies(s, centre, x)
        for e in (a, b):
            self.analytic(s, e, x)
        inner = replace(s, ranges={**s.ranges, **{c: s.ranges[c].inner() for c in s.coordinates(x)}})
        self.node(inner, derivative(a, x), derivative(b, x), node["prime"])
        there = {x: centre}
        self.node(s.without(x), substitute(a, there), substitute(b, there), node["value"])

    def lies(self, s: Scope, centre: Term, x: str) -> None:
        """The point lies in the range of the variable. Raises Rejected if it is contradicted or not well formed."""
        for at in self.points(s.without(x), "centre"):
            try:
                z = cx.value(centre, at)
            except Undefined as error:
                raise Rejected(f"the point has no value ({error})") from None
            except (Unsure, Cannot):
                continue
            if s.kind(x) != "complex":
                values = [real_at(z, "the point")]
            else:
                values = [z, Fraction(0)] if isinstance(z, Fraction) else [z.real, z.imag]
            for c, v in zip(s.coordinates(x), values, strict=True):
                if outside(v, s.ranges[c]):
                    raise Rejected(f"the point does not lie in the range of {x}")

    def analytic(self, s: Scope, e: Term, x: str) -> None:
        """For a complex variable: no conjugates, and no base of a log or power crosses the negative axis. Raises
        Rejected if it is contradicted or not well formed.
        """
        if s.kind(x) != "complex":
            return
        for p in parts(e):
            if x not in free(p):
                continue
            if p[0] in NOT_ANALYTIC:
                raise Rejected(f"{p[0]} is not analytic")
            r = constant(p[2]) if p[0] == "pow" else None
            if p[0] == "log" or (p[0] == "pow" and (r is None or r.denominator != 1)):
                self.stays(s, p[1], x)

    def stays(self, s: Scope, u: Term, x: str) -> None:
        """Along segments between points of the range the values do not cross the negative axis. Raises Rejected
        if it is contradicted or not well formed.
        """
        ends = list(self.points(s, "segments", 16))
        for one, two in pairwise(ends):

            def image(f: Fraction, one: Point = one, two: Point = two) -> Any:
                z = cx.add(cx.mul(one[x], 1 - f), cx.mul(two[x], f))
                self.work.spend()
                return cx.ball(cx.value(u, {**one, x: z}))

            for k in range(16):
                try:
                    if self.crossed(image, Fraction(k, 16), Fraction(k + 1, 16)):
                        raise Rejected(f"{show(u)} crosses the negative axis: the cut is met")
                except (Undefined, Unsure, Cannot):
                    continue

    def crossed(self, image: Callable[[Fraction], Any], f: Fraction, g: Fraction) -> bool:
        """Does the imaginary part change its sign between two near points where the real part is negative?"""
        low, high = image(f), image(g)
        if low.real < 0 and low.imag.is_zero():
            return True
        for _ in range(50):
            if not ((low.imag > 0 and high.imag < 0) or (low.imag < 0 and high.imag > 0)):
                return False
            m = (f + g) / 2
            middle = image(m)
            if (middle.imag > 0) == (low.imag > 0) and (middle.imag < 0) == (low.imag < 0):
                f, low = m, middle
            else:
                g, high = m, middle
        return bool(low.real < 0 and high.real < 0)

    def _split(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "var", "at", "below", "here", "above"))
        x = node["var"]
        if not isinstance(x, str) or x not in s.ranges:
            raise Rejected(f"there is no variable {x!r:.40}")
        side, c = s.ranges[x], read(node["at"], frozenset())
        here = end(c)
        low = None if side.low is None else add(here, -end(side.low))
        high = None if side.high is None else add(end(side.high), -here)
        if any(gap is not None and negative(gap) for gap in (low, high)):
            raise Rejected("the range is not cut by the point")
        for key, gap, part in (
            ("below", low, Side(side.low, c, side.low_open, True)),
            ("above", high, Side(c, side.high, True, side.high_open)),
        ):  # fmt: skip
            if gap is not None and isinstance(gap, Fraction) and gap == 0:
                continue  # no such values
            if node[key] is None:
                raise Rejected(f"the case {key} is missing")
            self.node(replace(s, ranges={**s.ranges, x: part}), a, b, node[key])
        if node["here"] is None:
            if not outside(here, side) and not self.excluded(s, x, c):
                raise Rejected("the case here is missing")
            return
        base, _, part_name = x.partition(".")
        ranges = {n: z for n, z in s.ranges.items() if n != x}
        if part_name and base in s.names():
            other: Term = ("var", f"{base}.{'im' if part_name == 're' else 're'}")
            z = plus(c, times(IMAGINARY, other)) if part_name == "re" else plus(other, times(c, IMAGINARY))
            there = {base: z}
            kinds = tuple((other[1], "real") if n == base else (n, k) for n, k in s.kinds)
        else:
            there = {x: c}
            kinds = tuple(row for row in s.kinds if row[0] != x)
        hyps = tuple((substitute(u, there), rel) for u, rel in s.hyps)
        self.node(Scope(kinds, ranges, hyps), substitute(a, there), substitute(b, there), node["here"])

    def excluded(self, s: Scope, x: str, c: Term) -> bool:
        """Is the variable never c by a condition that is tried there?"""
        base, _, part = x.partition(".")
        v: Term = ("var", base) if base in s.names() else ("var", x)
        e = (part, v) if part and base in s.names() else v
        gap = minus(e, c)
        return any(rel == "!=" and (u == gap or (free(u) == free(gap) and self.vanish_together(s, u, gap)))
                   for u, rel in s.hyps)  # fmt: skip

    def vanish_together(self, s: Scope, u: Term, gap: Term) -> bool:
        """A constant ratio of the two at the points that are tried."""
        ratios = []
        for at in self.points(s, "ratio", 6):
            try:
                ratios.append(cx.mul(cx.value(u, at), cx.power(cx.value(gap, at), Fraction(-1))))
            except (Undefined, Unsure, Cannot):
                continue
        return len(ratios) > 1 and not any(cx.differs(r, ratios[0]) for r in ratios)

    def _cases(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "on", "negative", "zero", "positive"))
        u = self.term(node["on"], s)
        self.realvalued(s, u, "cases")
        for key, v, rel, never in (("negative", neg(u), ">", (u, ">=")), ("zero", u, "=", (u, "!=")),
                                   ("positive", u, ">", (neg(u), ">="))):  # fmt: skip
            if node[key] is None:
                self.relation(s, *never, f"the case {key}")
                if rel == "=" and self.crosses(s, u):
                    raise Rejected("the case zero occurs")
            else:
                self.node(replace(s, hyps=(*s.hyps, (v, rel))), a, b, node[key])

    def crosses(self, s: Scope, u: Term) -> bool:
        """Does u take both signs on a box of real coordinates without conditions? Then it has a zero there."""
        if s.hyps or any(k == "integer" for _, k in s.kinds):
            return False
        signs = set()
        for at in self.points(s, "signs"):
            try:
                x = real_at(cx.value(u, at), "cases")
            except (Undefined, Unsure, Cannot):
                continue
            signs |= {1} if positive(x) else {-1} if negative(x) else set()
        return len(signs) == 2

    def _have(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "of", "rel", "proof", "then"))
        u = self.term(node["of"], s)
        if node["rel"] not in (">", ">=", "!="):
            raise Rejected("the relation is >, >= or !=")
        self.realvalued(s, u, "have")
        self.relation(s, u, node["rel"], "have")
        if node["rel"] == "!=" and self.crosses(s, u):
            raise Rejected("have: both signs occur")
        if all(k != "complex" for _, k in s.kinds) and not s.hyps:
            d = Domain(tuple(s.ranges.items()))
            scalars.Checker(self.seed, self.work).node(d, u, node["rel"], node["proof"])
        else:
            _known(node["proof"])
        self.node(s, a, b, node["then"])

    def _equal(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "part", "value", "proof", "then"))
        part, value = self.term(node["part"], s), self.term(node["value"], s)
        self.node(s, part, value, node["proof"])
        self.node(s, swap(a, part, value), swap(b, part, value), node["then"])

    def _root(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "part", "value", "power", "then"))
        part, value = self.term(node["part"], s), self.term(node["value"], s)
        r = constant(part[2]) if part[0] == "pow" else None
        if r is None or r.numerator != 1 or not 2 <= r.denominator <= 20:
            raise Rejected("the part is a root")
        self.equal(s, part, value, "root")
        if r.denominator > 2:
            self.realvalued(s, value, "root")
        self.node(s, power(value, r.denominator), part[1], node["power"])
        self.node(s, swap(a, part, value), swap(b, part, value), node["then"])

    def _rewrite(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "part", "name", "then"))
        part = self.term(node["part"], s)
        new, needs = rewriting.rewritten(node["name"], part)
        for p in part[1:]:
            self.realvalued(s, p, "rewrite")
        for u, rel in needs:
            self.relation(s, u, rel, "rewrite")
        self.equal(s, part, new, "rewrite")
        self.node(s, swap(a, part, new), swap(b, part, new), node["then"])

    def _inject(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "function", "then"), ("exponent",))
        f = node["function"]
        half = times(q(Fraction(1, 2)), ("pi",))
        ranges: dict[str, tuple[Term | None, Term | None, str]] = {
            "power": (q(0), None, ">="), "sin": (neg(half), half, ">="), "cos": (q(0), ("pi",), ">="),
            "tan": (neg(half), half, ">"), "exp": (None, None, ">="),
        }  # fmt: skip
        if not isinstance(f, str) or f not in ranges:
            raise Rejected("the functions are power, sin, cos, tan and exp")
        low, high, rel = ranges[f]
        for e in (a, b):
            self.realvalued(s, e, "inject")
            for gap in ([] if low is None else [minus(e, low)]) + ([] if high is None else [minus(high, e)]):
                self.relation(s, gap, rel, "inject")
        if f == "power":
            r = number(node.get("exponent"))
            if r <= 0 or r.denominator != 1:
                raise Rejected("the exponent is a positive whole number")
            self.node(s, power(a, r), power(b, r), node["then"])
        else:
            self.node(s, (f, a), (f, b), node["then"])

    # ---- values of sums, integrals, limits -----------------------------------------------------------------

    def _replace(self, s: Scope, a: Term, b: Term, node: Json) -> None:
        fields(node, ("rule", "part", "value", "because", "then"))
        part, value = self.valued_part(s, node)
        self.node(s, swap(a, part, value), swap(b, part, value), node["then"])

    def valued_part(self, s: Scope, node: Json) -> tuple[Term, Term]:
        """The sum, integral or limit that `node` replaces and its value, with the reason tested. Raises Rejected
        if it is contradicted or not well formed.
        """
        part, value = self.term(node["part"], s), self.term(node["value"], s)
        because = node["because"]
        rule = because.get("rule") if isinstance(because, dict) else None
        method = {"antiderivative": self.antiderivative, "telescope": self.telescope, "binomial": self.binomial,
                  "limit": self.limit}.get(rule if isinstance(rule, str) else "")  # fmt: skip
        if method is None or part[0] not in BINDERS or holds_binder(value) or any(
                holds_binder(x) for x in part[2:]):
            raise Rejected("a value is shown by antiderivative, telescope, binomial or limit")
        self.equal(s, part, value, "replace")
        method(s, part, value, because)
        return part, value

    def antiderivative(self, s: Scope, part: Term, value: Term, node: Json) -> None:
        """Test that the integral `part` has this `value` by the antiderivative of `node`. Raises Rejected if it
        is contradicted or not well formed.
        """
        fields(node, ("rule", "function", "range", "prime", "ends"), ("low", "high"))
        if part[0] != "integral":
            raise Rejected("an antiderivative is for integrals")
        x, f = part[1][1], part[4]
        side = read_side(node["range"])
        wide = s.extended(x, "real", side)
        big = self.term(node["function"], wide)
        self.realvalued(wide, big, "an antiderivative")
        self.node(s.extended(x, "real", side.inner()), derivative(big, x), f, node["prime"])
        totals = []
        for e, key in ((part[3], "high"), (part[2], "low")):
            if e in (OO, MINUS_OO):
                if (side.high if e == OO else side.low) is not None:
                    raise Rejected("the range does not reach the infinite end")
                limit = read(node.get(key), frozenset())
                self.tends(big, x, None, 1 if e == OO else -1, limit, Fraction(1))
                totals.append(limit)
                continue
            for at in self.points(s, "ends"):
                try:
                    if outside(real_at(cx.value(e, at), "an end"), side):
                        raise Rejected("an end of the integral does not lie in the range")
                except (Undefined, Unsure, Cannot):
                    continue
            totals.append(substitute(big, {x: e}))
        self.node(s, value, minus(*totals), node["ends"])

    def tends(self, u: Term, x: str, point: Term | None, way: int, limit: Term, near: Fraction) -> None:
        """Values nearer and nearer to the end come nearer to the limit. Raises Rejected if it is contradicted or
        not well formed.
        """
        if free(u) - {x}:
            raise Rejected("a limit with parameters")
        gaps = []
        for k in (12, 30, 60):
            step = near * (Fraction(2) ** k if point is None else Fraction(1, 2**k)) * way
            at = step if point is None else add(end(point), step)
            try:
                got = cx.ball(cx.value(minus(u, limit), {x: cx.ball_real(at)}))
            except Undefined as error:
                raise Rejected(f"no value near the limit ({error})") from None
            except (Unsure, Cannot, OverflowError, ValueError):
                return
            gaps.append(abs(got))
        if gaps[2] > real_ball(Fraction(1, 1000)) and not gaps[2] < gaps[1] * real_ball(Fraction(9, 10)):
            raise Rejected("values near the end do not come near the limit")
        self.tested += 1

    def limit(self, s: Scope, part: Term, value: Term, node: Json) -> None:
        """Test that the limit `part` has this `value`, at points that approach it. Raises Rejected if it is
        contradicted or not well formed.
        """
        fields(node, ("rule",), ("near",))
        if part[0] != "limit" or free(part[4]) - {part[1][1]}:
            raise Rejected("a limit of a function of one variable")
        near = number(node.get("near", "1"))
        if near <= 0:
            raise Rejected("near is a positive number")
        x, point, side, body = part[1][1], part[2], constant(part[3]), part[4]
        if point in (OO, MINUS_OO):
            way = 1 if point == OO else -1
            place = Side(q(near), None) if way > 0 else Side(None, q(-near))
            self.realvalued(s.extended(x, "real", place), body, "a limit")
            return self.tends(body, x, None, way, value, near)
        if free(point):
            raise Rejected("the point of a limit is a constant")
        end(point)
        for way in (1, -1):
            if side is not None and side * way >= 0:
                place = Side(point, plus(point, q(near))) if way > 0 else Side(minus(point, q(near)), point)
                self.realvalued(s.extended(x, "real", place), body, "a limit")
                self.tends(body, x, point, way, value, near)
        return None

    def telescope(self, s: Scope, part: Term, value: Term, node: Json) -> None:
        """Test that the sum `part` has this `value` by the function that `node` names. Raises Rejected if it is
        contradicted or not well formed.
        """
        fields(node, ("rule", "function", "step", "ends"))
        start = constant(part[2])
        if part[0] != "sum" or start is None or start.denominator != 1:
            raise Rejected("telescoping is for sums that begin at a whole number")
        k = part[1][1]
        self.integral(s, part[3], start)
        wide = s.extended(k, "integer", Side(part[2], None, False))
        g = self.term(node["function"], wide)
        step = minus(substitute(g, {k: plus(("var", k), q(1))}), g)
        self.node(wide, part[4], step, node["step"])
        total = minus(substitute(g, {k: plus(part[3], q(1))}), substitute(g, {k: part[2]}))
        self.node(s, value, total, node["ends"])

    def integral(self, s: Scope, e: Term, least: Fraction) -> None:
        """A polynomial with whole coefficients in integers, never below `least`. Raises Rejected if it is
        contradicted or not well formed.
        """
        for p in parts(e):
            r = constant(p[2]) if p[0] == "pow" else None
            whole = {
                "q": p[0] == "q" and p[1].denominator == 1,
                "var": p[0] == "var" and s.kind(p[1]) == "integer",
                "pow": r is not None and r >= 0 and r.denominator == 1, "+": True, "*": True,
            }  # fmt: skip
            if not whole.get(p[0], False):
                raise Rejected("the end of the sum is not seen to be whole")
        self.relation(s, minus(e, q(least)), ">=", "the sum has a term")

    def binomial(self, s: Scope, part: Term, value: Term, node: Json) -> None:
        """Test that the sum `part` has this `value` by the binomial theorem with the terms of `node`. Raises
        Rejected if it is contradicted or not well formed.
        """
        fields(node, ("rule", "a", "b", "step", "ends"))
        if part[0] != "sum" or constant(part[2]) != 0:
            raise Rejected("the binomial theorem is about sums from 0")
        self.integral(s, part[3], Fraction(0))
        k: Term = ("var", part[1][1])
        n = part[3]
        a, b = self.term(node["a"], s), self.term(node["b"], s)
        for e in (a, b):
            for at in self.points(s, "base"):
                try:
                    if cx.zero(cx.value(e, at)):
                        raise Rejected("a and b are other than zero")
                except (Unsure, Cannot):
                    continue
                except Undefined as error:
                    raise Rejected(f"a base has no value ({error})") from None
        wide = s.extended(k[1], "integer", Side(q(0), None, False))
        wide = replace(wide, hyps=(*wide.hyps, (minus(n, k), ">=")))
        self.node(wide, part[4], times(("binomial", n, k), ("pow", a, k), ("pow", b, minus(n, k))), node["step"])
        self.node(s, value, ("pow", plus(a, b), n), node["ends"])


RULES: dict[str, Callable[..., None]] = {
    "normal": Checker._normal, "real": Checker._normal, "derivative": Checker._derivative, "split": Checker._split,
    "cases": Checker._cases, "have": Checker._have, "equal": Checker._equal, "root": Checker._root,
    "rewrite": Checker._rewrite, "inject": Checker._inject, "replace": Checker._replace,
}  # fmt: skip


def _known(node: Json) -> None:
    """Names of the rules in a scalar proof that cannot be walked here."""
    if isinstance(node, dict):
        rule = node.get("rule")
        if "rule" in node and rule != "limit" and (not isinstance(rule, str) or rule not in scalars.RULES):
            raise Rejected(f"unknown rule {rule!r:.40}")
        for x in node.values():
            _known(x)
    elif isinstance(node, list):
        for x in node:
            _known(x)


def _shown(at: Point) -> str:
    return ", ".join(f"{n} = {x if isinstance(x, Fraction) else x.str(10)}" for n, x in at.items()) or "the numbers"


class Statement:
    """An identity as an item states it."""

    def __init__(self, item: Mapping[str, Json]) -> None:
        rows = item["vars"]
        if not isinstance(rows, dict) or len(rows) > 12:
            raise Rejected("vars is an object with at most 12 names")
        if any(name(x) in ("pi", "I", "oo") for x in rows):
            raise Rejected("the name of a constant is no variable")
        names = frozenset(rows)
        self.rows = rows
        odd = [x for x, k in rows.items() if k == "odd_integer"]
        self.odd: dict[str, Term] = {x: plus(times(q(2), ("var", x)), q(1)) for x in odd}
        kinds, ranges = [], {}
        for x, k in rows.items():
            if isinstance(k, str):
                if k not in KINDS:
                    raise Rejected(f"unknown kind {k!r:.40}")
                kinds.append((x, "complex" if k == "complex" else "integer" if "integer" in k else "real"))
                for c in (f"{x}.re", f"{x}.im") if k == "complex" else (x,):
                    ranges[c] = KINDS[k]
            else:
                kinds.append((x, "real"))
                ranges[x] = read_side(k)
        self.lhs, self.rhs = (substitute(read(item[k], names, True), self.odd) for k in ("lhs", "rhs"))
        self.scope = Scope(tuple(kinds), ranges)
        self.conditions: list[tuple[Term, str]] = []
        if not isinstance(item["conditions"], list):
            raise Rejected("conditions is a list")
        for row in item["conditions"]:
            if not isinstance(row, list) or len(row) != 3 or row[0] not in ("!=", "=", "<", "<=", ">", ">="):
                raise Rejected("a condition is [relation, left, right]")
            a, b = (substitute(read(e, names, True), self.odd) for e in row[1:])
            rel = str({"<": ">", "<=": ">="}.get(row[0], row[0]))
            u = minus(b, a) if row[0] in ("<", "<=") else minus(a, b)
            self.conditions.append((u, rel))
            self.scope = self.scope.told(u, rel)

    def located(self, at: Json) -> dict[str, Term]:
        """Values of the variables that lie in their ranges and meet the conditions. Raises Rejected if it is
        contradicted or not well formed.
        """
        if not isinstance(at, dict) or set(at) != set(self.rows):
            raise Rejected("the point gives a value to each variable")
        out: dict[str, Term] = {}
        for x, data in at.items():
            e = read(data, frozenset(), True)
            try:
                z = cx.value(e, {})
            except (Undefined, Unsure) as error:
                raise Rejected(f"the value of {x} is not decided: {error}") from None
            kind = self.scope.kind(x)
            if kind != "complex":
                r = real_at(z, f"the value of {x}")
                if kind == "integer" and (not isinstance(z, Fraction) or z.denominator != 1):
                    raise Rejected(f"the value of {x} is not whole")
                base = KINDS[self.rows[x]] if isinstance(self.rows[x], str) else read_side(self.rows[x])
                if outside(r, base):
                    raise Rejected(f"the value of {x} lies outside of its range")
            if self.rows[x] == "odd_integer":
                if z.numerator % 2 == 0:
                    raise Rejected(f"the value of {x} is not odd")
                e = q((z - 1) / 2)
            out[x] = e
        checker = Checker("located")
        for u, rel in self.conditions:
            try:
                if not checker.meets(substitute(u, out), rel, {}):
                    raise Rejected("a condition does not hold at the point")
            except Undefined:
                raise Rejected("a condition has no value at the point") from None
            except Unsure:
                continue
        return out


def check(item: Mapping[str, Json]) -> dict[str, Any]:
    """The answer for an identity `item`; Rejected if it is not well formed or is contradicted. Raises Cannot
    where this checker has no way to tell.
    """
    fields(dict(item), ("id", "vars", "conditions", "lhs", "rhs"), ("proof", "witness", "refutation"), "item")
    if ("proof" in item) == ("refutation" in item):
        raise Rejected("an item has either a proof or a refutation")
    with bits(PRECISION):
        statement = Statement(item)
        if "refutation" in item:
            return refuted(statement, item["refutation"])
        if statement.conditions:
            statement.located(item.get("witness"))
        checker = Checker(str(item["id"]))
        checker.equal(statement.scope, statement.lhs, statement.rhs, "the claim")
        checker.node(statement.scope, statement.lhs, statement.rhs, item["proof"])
        if not checker.tested:
            raise Cannot("nothing could be evaluated")
    return {"how": "not contradicted", "tested": checker.tested, "open": checker.open, "unvisited": checker.empty}


def refuted(statement: Statement, data: Json) -> dict[str, Any]:
    """The answer for a refutation of `statement` by the point in `data`; Rejected unless the sides surely differ
    there. Raises Cannot where this checker has no way to tell.
    """
    fields(data, ("at",), ("bits", "values"), "refutation")
    within(data.get("bits", 96), 16, 4000, "bits")
    point = statement.located(data["at"])
    sides = [cx.written_out(substitute(e, point)) for e in (statement.lhs, statement.rhs)]
    known = data.get("values", [])
    if not isinstance(known, list) or len(known) > 20:
        raise Rejected("values is a list")
    how = "confirmed"
    for row in known:
        fields(row, ("part", "value", "because"))
        part, value = Checker("values").valued_part(Scope(), row)
        sides = [swap(e, part, value) for e in sides]
        how = "not contradicted"  # values of integrals and limits are only sampled
    with bits(2048):
        try:
            found = [cx.value(e, {}) for e in sides]
        except Undefined as error:
            return {"how": how, "fails": str(error)}
        except Unsure:
            raise Cannot("balls do not decide the values of the sides") from None
        if not cx.differs(*found):
            raise Rejected("the sides do not differ at the point")
    return {"how": how, "fails": "relation"}



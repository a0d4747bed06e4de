"""Search for proof trees of scalar inequalities. Nothing here is trusted: the kernel replays what is found."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from verify.kernel.errors import Budget, Reject
from verify.kernel.scalar import dyadic as dy
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Domain, Enclosures, Side, intervals, series
from verify.kernel.scalar.interval import Arithmetic, Interval
from verify.kernel.scalar.normal import Poly
from verify.kernel.scalar.proof import Prover
from verify.kernel.scalar.terms import Expr

from . import constants as cs
from . import floats as fl

Json = Any
J = t.to_json
SEEN = {"rule": "seen"}
EVAL = {"rule": "eval"}
LIMIT = {"rule": "limit"}


class Timeout(Exception):
    """The time for the search is used up."""


class Search:
    """One search: its budget of time, its hints, and what it has tried already."""

    def __init__(self, seconds: float, known: Iterable[Expr] = (), bits: int = 64) -> None:
        self.end = time.monotonic() + seconds
        self.p = Prover(Budget(10**15))
        self.n = self.p.normal
        self.known = tuple(known)
        self.bits = bits
        self.failed: dict[Any, int] = {}
        self.fresh = 0
        self.monotone_in: tuple[str, ...] = ()

    def tick(self) -> None:
        """Raise Timeout when the time is up."""
        if time.monotonic() > self.end:
            raise Timeout

    def attempt(self, share: float, step: Callable[..., Json | None], *args: Any) -> Json | None:
        """One way among several, with a share of the time that is left."""
        outer, now = self.end, time.monotonic()
        self.end = min(outer, now + share * (outer - now))
        try:
            return step(*args)
        except Timeout:
            if time.monotonic() > outer:
                raise
            return None
        finally:
            self.end = outer

    # ---- entry -------------------------------------------------------------------------------------------

    def goal(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """A node that shows u rel 0 on the domain, or None."""
        self.tick()
        key = (d.box, d.facts, u, rel)
        if depth < 0 or self.failed.get(key, -1) >= depth:
            return None
        try:
            node = self._goal(d, u, rel, depth)
        except Reject:
            node = None
        if node is None:
            self.failed[key] = depth
        return node

    def _goal(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        facts = self.needed(d, u, depth)
        if facts is None:
            return None
        for fact, _ in facts:
            d = d.told(fact)
        d = self.p.defined(d, u)
        node = self.core(d, u, rel, depth)
        if node is None:
            return None
        for (v, r), proof in reversed(facts):
            node = {"rule": "have", "fact": [J(v), r], "proof": proof, "then": node}
        return node

    def needed(self, d: Domain, u: Expr, depth: int, smooth: str | None = None) -> list[Any] | None:
        """Facts with proofs after which u is defined (and, for a variable, smooth)."""
        out: list[Any] = []
        for p in t.parts(u):
            needs = t.needs(p)
            if smooth is not None and smooth in t.free(p):
                needs = needs + t.kinks(p)
            for need in needs:
                if self.p._power_of_zero(d, p) and smooth is None:
                    continue
                if self.p.quick(d, *need):
                    continue
                found = self.fact(d, need, depth)
                if found is None:
                    return None
                out.append(found)
                d = d.told(found[0])
        return out

    def fact(self, d: Domain, need: t.Need, depth: int) -> Any | None:
        """The side condition `need` as a fact that holds on `d`, with its sign, or None."""
        v, rel = need
        tries = [(v, rel)] if rel != "!=" else [(v, ">"), (t.negative(v), ">")]
        for w, r in tries:
            value = fl.lowest(fl.compiled(w), fl.grid(d, 400))[0]
            if value < 0 or (r == ">" and value <= -1e-9):
                continue
            node = self.goal(d, w, r, depth - 1)
            if node is not None:
                return (w, r), node
        return None

    # ---- one goal ----------------------------------------------------------------------------------------

    def core(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """A proof that `u` rel 0 on `d` when the side conditions are met; None if none is found."""
        names = t.free(u)
        if not names:
            s = self.p.constant(u)
            return EVAL if s > 0 or (s == 0 and rel == ">=") else None
        if self.n.is_zero(self.n.of(u)):
            return EVAL if rel == ">=" else None
        if self.p.quick(d, u, rel):
            return SEEN
        if any(p[0] == "abs" for p in t.parts(u)):
            node = self.attempt(0.3, self.factored, d, u, rel, depth)
            if node is not None:
                return node
        node = self.unfold(d, u, rel, depth)
        if node is not None:
            return node
        v, by = self.simplified(d, u)
        wrap = v != u

        def wrapped(node: Json | None) -> Json | None:
            if node is None or not wrap:
                return node
            return {"rule": "scale", "by": J(by), "to": J(v), "then": node}

        if wrap:
            e = self.p.defined(d, v)
            if self.p.quick(e, v, rel):
                return wrapped(SEEN)
        if self.plain(v):
            return None
        places = fl.grid(d, 600)
        f = fl.compiled(v)
        values = [(f(p), p) for p in places]
        finite = [x for x in values if not math.isnan(x[0])]
        size = sorted(abs(x[0]) for x in finite if math.isfinite(x[0]))
        if not size:
            return None
        low, where = min(finite, key=lambda x: x[0])
        if low < 0 and self.negative(d, u, where):
            return None
        low_u = fl.lowest(fl.compiled(u), places)[0]
        if low_u > 0:
            node = self.boxes(d, u, rel, 60)
            if node is not None:
                return node
        if wrap and low > 0:
            node = wrapped(self.boxes(d, v, rel, 60))
            if node is not None:
                return node
        early = (self.circular, self.factored) if len(names) == 1 else (self.squared, self.factored)
        for step in early:
            node = self.attempt(0.35, step, d, u, rel, depth)
            if node is not None:
                return node
        node = self.attempt(0.35, self.sides, d, u, rel, depth)
        if node is not None:
            return node
        if len(names) == 1:
            (x,) = names
            swollen = wrap and len(t.parts(v)) > 3 * len(t.parts(u)) // 2 + 4
            if swollen:
                node = self.attempt(0.4, self.one, d, u, rel, depth, x)
            if node is None:
                node = wrapped(self.attempt(0.8, self.one, d, v, rel, depth, x))
            if node is None and wrap and not swollen and len(t.parts(u)) < 60:
                node = self.one(d, u, rel, min(depth, 2), x)
            return node if node is not None else self.squared(d, u, rel, depth)
        from .several import several

        return wrapped(several(self, d, v, rel, depth)) or (several(self, d, u, rel, min(depth, 2)) if wrap else None)

    def plain(self, v: Expr) -> bool:
        """A polynomial in one variable that Sturm's theorem has just failed to show."""
        names = t.free(v)
        if len(names) != 1:
            return False
        c = self.n.univariate(self.n.of(v), next(iter(names)))
        return c is not None and len(c) <= 60

    def negative(self, d: Domain, u: Expr, where: fl.Point) -> bool:
        """Is u < 0 at that point for certain?"""
        box = {k: _point(Fraction(x)) for k, x in where.items()}
        try:
            return Enclosures(Arithmetic(128), box).of(u).negative()
        except Reject:
            return False

    def sides(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """a - b as it stands, a and b positive, with exponentials or high powers: compare the logarithms."""
        if u[0] != "+" or len(u) != 3 or depth < 2 or any(p[0] == "log" for p in t.parts(u)):
            return None
        a, b = u[1], t.negative(u[2]) if u[2][0] != "*" or u[2][1] != t.q(-1) else t.times(*u[2][2:])
        if not (_steep(a) or _steep(b)) or not (self.p.quick(d, a, ">") and self.p.quick(d, b, ">")):
            return None
        if all(any(p[0] == "log" and p[1][0] == "+" for p in t.parts(self.log(e))) for e in (a, b)):
            return None
        then = self.goal(d, t.minus(self.log(a), self.log(b)), rel, depth - 1)
        if then is None:
            return None
        v = t.minus(("log", a), ("log", b))
        w = t.minus(self.log(a), self.log(b))
        if v != w:
            then = {"rule": "scale", "by": J(t.ONE), "to": J(w), "then": then}
        return {"rule": "apply", "function": "log", "a": J(a), "b": J(b), "then": then}

    def log(self, e: Expr) -> Expr:
        """log e, in its normal form where that is short."""
        out = self.n.expression(self.n.function("log", self.n.of(e)))
        plain: Expr = ("log", e)
        return out if len(t.parts(out)) <= len(t.parts(plain)) + 4 else plain

    def boxes(self, d: Domain, u: Expr, rel: str, limit: int, order: int = 2) -> Json | None:
        """A proof by enclosures on at most `limit` boxes with Taylor forms of this `order`, or None."""
        if any(d.side(x).lo is None or d.side(x).hi is None for x in t.free(u)):
            limit = min(limit, 16)
        if len(t.free(u)) > 1:
            order = 1
        if self.p._boxes(d, u, rel, Arithmetic(self.bits), order, limit):
            return {"rule": "eval", "order": order, "boxes": limit, "bits": self.bits}
        return None

    # ---- kinks -------------------------------------------------------------------------------------------

    def unfold(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """abs, sign, min, max, general powers and roots of squares replaced, where their cases are clear."""
        for p in t.parts(u):
            if p[0] == "pow" and t.value_of(p[2]) is None and t.free(p) and self.p.quick(d, p[1], ">"):
                return self._rewrite(d, u, rel, depth, "power-exp", p, [None])
            if (
                p[0] == "pow"
                and p[1][0] == "pow"
                and t.value_of(p[2]) == Fraction(1, 2)
                and t.value_of(p[1][2]) == 2
            ):
                return self._rewrite(d, u, rel, depth, "root-square", p, [None])
        kinks = [p for p in t.parts(u) if p[0] in ("abs", "max", "min") and t.free(p)]
        for p in reversed(kinks):
            node = self.attempt(0.5, self.either, d, u, rel, depth, p)
            if node is not None:
                return node
        for p in t.parts(u):
            if p[0] in ("abs", "sign", "max", "min") and t.free(p):
                return self.case(d, u, rel, depth, p)
        return None

    def _rewrite(
        self, d: Domain, u: Expr, rel: str, depth: int, name: str, part: Expr, proofs: list[Json]
    ) -> Json | None:
        from verify.kernel.scalar.identities import rewritten

        new, conditions = rewritten(name, part)
        v = t.replace(u, part, new)
        then = self.goal(d, v, rel, depth)
        if then is None:
            return None
        node: dict[str, Json] = {"rule": "rewrite", "identity": name, "part": J(part), "then": then}
        if any(p is not None for p in proofs) and conditions:
            node["conditions"] = proofs
        return node

    def case(self, d: Domain, u: Expr, rel: str, depth: int, p: Expr) -> Json | None:
        """One of abs, sign, max, min: by the sign of what decides."""
        if len(p) > 3:
            return None
        w = p[1] if len(p) == 2 else t.minus(p[1], p[2])
        names = {"abs": ("abs-positive", "abs-negative"), "sign": ("sign-positive", "sign-negative"),
                 "max": ("max-first", "max-last"), "min": ("min-last", "min-first")}[p[0]]  # fmt: skip
        strict = ">" if p[0] == "sign" else ">="
        values = [x for x in map(fl.compiled(w), fl.grid(d, 400)) if not math.isnan(x)]
        if not values:
            return None
        for name, side, ok in ((names[0], w, min(values) >= 0), (names[1], t.negative(w), max(values) <= 0)):
            if not ok:
                continue
            need = {"abs": side, "sign": side}.get(p[0])
            if need is None:
                from verify.kernel.scalar.identities import rewritten

                need = rewritten(name, p)[1][0][0]
            proof = None if self.p.quick(d, need, strict) else self.goal(d, need, strict, depth - 1)
            if proof is not None or self.p.quick(d, need, strict):
                return self._rewrite(d, u, rel, depth, name, p, [proof])
        if len(t.free(w)) == 1 and p[0] != "sign":
            (x,) = t.free(w)
            side = d.side(x)
            f = fl.compiled(w)
            row = fl.points(side, 64)
            other = {n: 0.0 for n, _ in d.box}
            for a, b in pairwise(row):
                fa, fb = f({**other, x: a}), f({**other, x: b})
                if fa * fb < 0 or (fb == 0 and b != row[-1]):
                    c = self.root(w, x, a, b)
                    for g in cs.guesses(c, self.known, Fraction(1, 10**15)):
                        if self.inside(side, g) and self.n.is_zero(self.n.of(t.substitute(w, {x: g}))):
                            return self.split(d, u, rel, depth, x, g)
                    return None
        above = self.goal(d.told((w, ">="), True), u, rel, depth - 1)
        if above is None:
            return None
        below = self.goal(d.told((t.negative(w), ">="), True), u, rel, depth - 1)
        if below is None:
            return None
        return {"rule": "cases", "on": J(w), "above": above, "below": below}

    def either(self, d: Domain, u: Expr, rel: str, depth: int, p: Expr) -> Json | None:
        """A proof by cases for `p`, an absolute value, minimum or maximum inside `u`: each branch by itself."""
        values = [p[1], t.negative(p[1])] if p[0] == "abs" else list(p[1:])
        places = fl.grid(d, 300)
        forms = [t.replace(u, p, v) for v in values]
        if any(fl.lowest(fl.compiled(w), places)[0] < -1e-9 for w in forms):
            return None
        proofs = []
        for w in forms:
            node = self.goal(d, w, rel, depth - 1)
            if node is None:
                return None
            proofs.append(node)
        return {"rule": "either", "part": J(p), "proofs": proofs}

    def guessed(self, d: Domain, u: Expr, x: str, a: float, b: float) -> Expr | None:
        """A likely constant between a and b at which u is exactly zero."""
        side = d.side(x)
        rows = [t.q(0), t.q(1), t.q(-1), t.q(Fraction(1, 2)), t.q(2), *self.known]
        for e in rows:
            v = fl.end(e, 0.0)
            if a <= v <= b and self.inside(side, e):
                try:
                    if self.n.is_zero(self.n.of(t.substitute(u, {x: e}))):
                        return e
                except Reject:
                    continue
        return None

    def rough(self, w: Expr, x: str, a: float, b: float) -> float:
        """A zero of w between a and b in floating point."""
        f = fl.compiled(w)
        up = f({x: b}) > 0
        for _ in range(60):
            mid = (a + b) / 2
            v = f({x: mid})
            if v == 0 or math.isnan(v):
                return mid
            a, b = (a, mid) if (v > 0) == up else (mid, b)
        return (a + b) / 2

    def root(self, w: Expr, x: str, a: float, b: float) -> Fraction:
        """A zero of w between a and b: bisection in floating point, then Newton's method in 256 bits."""
        c = Fraction(self.rough(w, x, a, b))
        for _ in range(4):
            try:
                row = series(w, x, _point(c), 1, Enclosures(Arithmetic(256), {}))
            except Reject:
                break
            v0, v1 = _middle(row[0]), _middle(row[1])
            if v0 is None or not v1:
                break
            c = Fraction(round((c - v0 / v1) * 2**220), 2**220)
        if a <= c <= b:
            return c
        return self.bisect(w, x, a, b)

    def bisect(self, w: Expr, x: str, a: float, b: float) -> Fraction:
        """A point near the sign change of `w` in `x` between `a` and `b`, exact when it is hit."""
        lo, hi = Fraction(a), Fraction(b)
        s = self.sign_at(w, x, lo)
        if s == 0:
            return lo
        for _ in range(64):
            mid = (lo + hi) / 2
            here = self.sign_at(w, x, mid)
            if here == 0:
                return mid
            if here == s:
                lo = mid
            else:
                hi = mid
        return (lo + hi) / 2

    def sign_at(self, w: Expr, x: str, at: Fraction) -> int:
        """The sign that `w` surely has where `x` is `at`, else 0."""
        try:
            i = Enclosures(Arithmetic(256), {x: _point(at)}).of(w)
        except Reject:
            return 0
        return 1 if i.positive() else -1 if i.negative() else 0

    def inside(self, side: Side, c: Expr) -> bool:
        """Strictly between the ends?"""
        try:
            return (side.lo is None or self.p.constant(t.minus(c, side.lo)) > 0) and (
                side.hi is None or self.p.constant(t.minus(side.hi, c)) > 0
            )
        except Reject:
            return False

    def split(self, d: Domain, u: Expr, rel: str, depth: int, x: str, c: Expr) -> Json | None:
        """A proof that treats the two sides of x = c by themselves, or None."""
        side = d.side(x)
        low = self.goal(d.smaller(x, Side(side.lo, c, side.lo_open, False)), u, rel, depth)
        if low is None:
            return None
        high = self.goal(d.smaller(x, Side(c, side.hi, False, side.hi_open)), u, rel, depth)
        if high is None:
            return None
        return {"rule": "split", "var": x, "at": J(c), "low": low, "high": high}

    # ---- simpler multiples -------------------------------------------------------------------------------

    def simplified(self, d: Domain, u: Expr) -> tuple[Expr, Expr]:
        """v and by > 0 with by u = v, without denominators and common factors of known sign."""
        p = self.n.of(u)
        by: list[Expr] = []
        sign = 1
        for _ in range(4):
            shift: dict[int, Any] = {}
            for x in {x for m in p for x, _ in m}:
                e = min(dict(m).get(x, 0) for m in p)
                if not e:
                    continue
                written = self.n._written(x, 1)
                if self.n.positive[x] or self.p.quick(d, written, ">"):
                    shift[x] = -e
                elif Fraction(e).denominator == 1 and self.n.atoms[x][0] != "prime":
                    if e % 2 == 0 and self.p.quick(d, written, "!="):
                        shift[x] = -e
                    elif self.p.quick(d, t.negative(written), ">"):
                        shift[x] = -e
                        sign = -sign
                    elif e % 2 and e > 1 and self.p.quick(d, written, "!="):
                        shift[x] = -(e - 1)
            before = p
            if shift:
                mono, f = self.n._collect(shift)
                p = self.n.mul(p, {mono: f})
                by += [self.n._written(x, e) for x, e in shift.items()]
            p = self.expanded(p)
            if p == before:
                break
        if not p:
            return u, t.ONE
        if sign < 0:
            p = self.n.scale(p, -1)
            by.append(t.q(-1))
        content = _content(p)
        p = self.n.scale(p, 1 / content)
        if content != 1:
            by.append(t.q(1 / content))
        v = self.n.expression(p)
        factor = t.times(*by)
        if not by and len(t.parts(v)) >= len(t.parts(u)):
            return u, t.ONE
        try:
            e = self.p.defined(d, factor)
            if not self.p.quick(e, factor, ">"):
                return u, t.ONE
            self.p.defined(d, v)
        except Reject:
            return u, t.ONE
        return v, factor

    def expanded(self, p: Poly) -> Poly:
        """Sums multiplied out, as long as no denominator is left that would be lost."""
        for m in p:
            for x, e in m:
                if e < 0 and self.n.atoms[x][0] not in ("exp", "prime"):
                    return self.some(p)
        return self.n.cleared(p)

    def some(self, p: Poly) -> Poly:
        """The polynomial `p` with the powers of sums inside multiplied out."""
        for _ in range(20):
            for m in p:
                hit = [x for x, e in m if e >= 1 and self.n.atoms[x][0] == "sum"]
                if hit:
                    p = self.n._expand(p, hit[0], 1, dict(self.n.atoms[hit[0]][1]))
                    break
            else:
                return p
        return p

    # ---- one variable ------------------------------------------------------------------------------------

    def one(self, d: Domain, u: Expr, rel: str, depth: int, x: str) -> Json | None:
        """A proof in the single variable `x`: reflection, roots, monotonicity, concavity, behaviour near the ends."""
        if depth <= 0:
            return None
        side = d.side(x)
        node = self.attempt(0.5, self.reflected, d, u, rel, depth, x)
        if node is not None:
            return node
        try:
            slope = t.derivative(u, x)
        except Reject:
            return None
        row = fl.points(side.interior(), 96)
        f = fl.compiled(u)
        other = {n: 0.0 for n, _ in d.box}
        signs = fl.signs(slope, x, row, other)
        free_of_cuts = not any(x in t.free(v) for v, _ in d.cuts)
        if free_of_cuts:
            for start in ("low", "high"):
                wanted = 1 if start == "low" else -1
                wrong = sum(1 for _, s in signs if s != wanted)
                if wrong == 0 or wrong <= len(signs) // 12:
                    node = self.attempt(0.6, self.mono, d, u, rel, depth, x, start, slope)
                    if node is not None:
                        return node
        if free_of_cuts and side.lo is not None and side.hi is not None:
            node = self.attempt(0.4, self.concave, d, u, rel, depth, x, slope)
            if node is not None:
                return node
        turns = [(a, b, sb) for (a, sa), (b, sb) in pairwise(signs) if sa != sb]
        node = self.attempt(0.4, self.isolated, d, u, rel, depth)
        if node is not None:
            return node
        node = self.attempt(0.7, self.turning, d, u, rel, depth, x, slope, turns[:12], f)
        if node is not None:
            return node
        node = self.attempt(0.6, self.contact_end, d, u, rel, depth, x)
        if node is not None:
            return node
        node = self.logarithms(d, u, rel, depth)
        if node is not None:
            return node
        if not turns:
            node = self.boxes(d, u, rel, 600)
        return node

    def reflected(self, d: Domain, u: Expr, rel: str, depth: int, x: str) -> Json | None:
        """A range of negative numbers as one of positive numbers."""
        side = d.side(x)
        if side.hi is None or side.lo is not None or d.cuts or self.p.constant(side.hi) > 0:
            return None
        new = f"t{self.fresh}"
        self.fresh += 1
        v = t.substitute(u, {x: t.negative(("var", new))})
        tidy = self.n.expression(self.n.of(v))
        even = t.substitute(u, {x: ("var", new)})
        if self.n.equal(even, v):
            v = even
        elif len(t.parts(tidy)) <= len(t.parts(v)):
            v = tidy
        range_ = Side(t.negative(side.hi), None, side.hi_open, True)
        box = (*((n, q) for n, q in d.box if n != x), (new, range_))
        then = self.goal(Domain(box), v, rel, depth)
        if then is None:
            return None
        low = J(t.negative(side.hi))
        row = {"name": new, "range": [low, None, side.hi_open, True], "value": J(t.negative(("var", x)))}
        return {"rule": "generalize", "new": [row], "to": J(v), "drop": [x], "then": then}

    def mono(self, d: Domain, u: Expr, rel: str, depth: int, x: str, start: str, slope: Expr) -> Json | None:
        """A proof from the end `start` of the range of `x` and the sign of `slope`, the derivative."""
        side = d.side(x)
        end, opened = (side.lo, side.lo_open) if start == "low" else (side.hi, side.hi_open)
        missing = end is None or opened
        last = self.end_node(d, u, rel if not missing else ">=", depth, x, start)
        if last is None:
            return None
        inner = d.smaller(x, side.interior())
        facts = self.needed(inner, u, depth - 1, smooth=x)
        if facts is None:
            return None
        if facts:  # shown before the rule, on the whole domain
            return self.with_facts(d, facts, u, rel, depth)
        w = t.negative(slope) if start == "high" else slope
        proof = self.goal(inner, w, ">" if rel == ">" and missing else ">=", depth - 1)
        if proof is None:
            return None
        return {"rule": "mono", "var": x, "from": start, "slope": proof, "end": last}

    def with_facts(self, d: Domain, facts: list[Any], u: Expr, rel: str, depth: int) -> Json | None:
        """A proof of `u` rel 0 on `d` after proofs of `facts`, or None."""
        proofs = []
        for fact, _ in facts:
            node = self.goal(d, fact[0], fact[1], depth - 1)
            if node is None:
                return None
            proofs.append((fact, node))
            d = d.told(fact)
        then = self.goal(d, u, rel, depth - 1)
        if then is None:
            return None
        for (v, r), proof in reversed(proofs):
            then = {"rule": "have", "fact": [J(v), r], "proof": proof, "then": then}
        return then

    def end_node(self, d: Domain, u: Expr, rel: str, depth: int, x: str, start: str) -> Json | None:
        """The value or limit at an end is >= 0."""
        side = d.side(x)
        end, opened = (side.lo, side.lo_open) if start == "low" else (side.hi, side.hi_open)
        if end is not None:
            at = t.substitute(u, {x: end})
            place = d.smaller(x, Side(end, end)) if not opened else d.bare(x, Side(end, end))
            try:
                if not t.free(at):
                    self.p.defined(Domain(()), at)
                    s = self.p.constant(at)
                    if s > 0 or (s == 0 and rel == ">="):
                        if not opened:
                            return EVAL
                        wide = Side(
                            side.lo, side.hi, side.lo_open and start != "low", side.hi_open and start != "high"
                        )
                        self.p.continuous(self.p.defined(d.bare(x, wide), u), u, x)
                        return EVAL
                    return None
                found = self.goal(place, at, rel, depth - 1)
                if found is not None:
                    return found
            except Reject:
                pass
        if end is None or opened:
            try:
                self.p._limit(d, u, x, side, start)
                return LIMIT
            except Reject:
                return None
        return None

    def concave(self, d: Domain, u: Expr, rel: str, depth: int, x: str, slope: Expr) -> Json | None:
        """A proof by concavity in `x`: it is enough to look at both ends. `slope` is the derivative."""
        side = d.side(x)
        second = t.negative(t.derivative(slope, x))
        inner = d.smaller(x, side.interior())
        value = fl.lowest(fl.compiled(second), fl.grid(inner, 100))[0]
        if value < -1e-12 or self.needed(inner, u, 0, smooth=x) != []:
            return None
        outside = side.lo_open and side.hi_open
        nodes = {}
        for name, end in (("low", side.lo), ("high", side.hi)):
            at = t.substitute(u, {x: end})  # type: ignore[dict-item]
            try:
                found = self.goal(d.bare(x, Side(end, end)), at, ">=" if outside else rel, depth - 1)
            except Reject:
                return None
            if found is None:
                return None
            nodes[name] = found
        try:
            wide = self.p.defined(d.bare(x, Side(side.lo, side.hi)), u)
            self.p.continuous(wide, u, x)
        except Reject:
            return None
        curve = self.goal(inner, second, ">" if rel == ">" and outside else ">=", depth - 1)
        if curve is None:
            return None
        return {"rule": "concave", "var": x, "curve": curve, **nodes}

    def turning(
        self, d: Domain, u: Expr, rel: str, depth: int, x: str, slope: Expr,
        turns: list[tuple[float, float, int]], f: fl.Value,
    ) -> Json | None:  # fmt: skip
        """Split where the slope changes its sign: at a contact point exactly there, else on both sides of it."""
        side = d.side(x)
        other = {n: 0.0 for n, _ in d.box}
        found: list[tuple[Fraction, bool]] = []
        sized = fl.sized(u)
        for a, b, _ in turns:
            exact = self.guessed(d, u, x, a, b)
            if exact is not None:
                return self.split(d, u, rel, depth, x, exact) if rel != ">" else None
            rough = self.rough(slope, x, a, b)
            value, size = sized({**other, x: rough})
            if abs(value) > 1e-9 * size:
                found.append((Fraction(rough), False))
                continue
            c = self.root(slope, x, a, b)
            found.append((c, self.touches(u, x, c)))
        for c, contact in found:
            if not contact:
                continue
            if rel == ">":
                return None
            for g in cs.guesses(c, self.known, Fraction(1, 10**15)):
                if self.inside(side, g) and self.n.is_zero(self.n.of(t.substitute(u, {x: g}))):
                    return self.split(d, u, rel, depth, x, g)
        if any(contact for _, contact in found) or not found:
            return None
        # no contact inside: one turning point at a time is boxed in, the rest goes on
        at = float(found[0][0])
        a, b = turns[0][0], turns[0][1]
        low, high = fl.end(side.lo, -math.inf), fl.end(side.hi, math.inf)
        value = f({**other, x: at})
        for shrink in range(4):
            left, right = at - (at - a) / 2**shrink, at + (b - at) / 2**shrink
            if len(turns) == 1 and shrink == 0:
                reach = max(abs(at), 1.0)
                left = max(at - reach / 2, (at + max(low, at - 2 * reach)) / 2)
                right = min(at + reach / 2, (at + min(high, at + 2 * reach)) / 2)
            p = t.q(fl.simple((left + at) / 2, left, at)) if left > low else None
            q = t.q(fl.simple((right + at) / 2, at, right)) if right < high else None
            if value <= 0:
                return None
            if p is not None and not self.inside(side, p):
                p = None
            if q is not None and not self.inside(side, q):
                q = None
            middle = d.smaller(
                x,
                Side(p or side.lo, q or side.hi, side.lo_open if p is None else False,
                     side.hi_open if q is None else False),
            )  # fmt: skip
            box = self.boxes(middle, u, rel, 120)
            if box is None:
                continue
            node = box
            if q is not None:
                high_node = self.goal(d.smaller(x, Side(q, side.hi, False, side.hi_open)), u, rel, depth - 1)
                if high_node is None:
                    return None
                node = {"rule": "split", "var": x, "at": J(q), "low": node, "high": high_node}
            if p is not None:
                low_node = self.goal(d.smaller(x, Side(side.lo, p, side.lo_open, False)), u, rel, depth - 1)
                if low_node is None:
                    return None
                node = {"rule": "split", "var": x, "at": J(p), "low": low_node, "high": node}
            return node
        return None

    def touches(self, u: Expr, x: str, c: Fraction) -> bool:
        """Is u zero at c as far as can be seen?"""
        try:
            i = Enclosures(Arithmetic(256), {x: _point(c)}).of(u)
        except Reject:
            return False
        if i.lo is None or i.hi is None:
            return False
        top = max(abs(dy.fraction(i.lo)), abs(dy.fraction(i.hi)))
        return top < Fraction(1, 10**20)

    def contact_end(self, d: Domain, u: Expr, rel: str, depth: int, x: str) -> Json | None:
        """Taylor's formula at an end where u is zero; the rest by other means."""
        side = d.side(x)
        for start in ("low", "high"):
            end, opened = (side.lo, side.lo_open) if start == "low" else (side.hi, side.hi_open)
            if end is None or (rel == ">" and not opened):
                continue
            try:
                if self.p.constant(t.substitute(u, {x: end})) != 0:
                    continue
            except Reject:
                continue
            node = self.near(d, u, rel, depth, x, start, end)
            if node is not None:
                return node
        return None

    def near(self, d: Domain, u: Expr, rel: str, depth: int, x: str, start: str, end: Expr) -> Json | None:
        """A proof near the end `start` of the range of `x`, which is at `end`, by the leading term of a series
        there.
        """
        from verify.kernel.scalar.series import Exact, Series

        side = d.side(x)
        try:
            rows = Series(Exact(self.n, None), 12, x, self.n.of(end)).of(u)
        except Reject:
            return None
        zeros = next((k for k, p in enumerate(rows) if not self.n.is_zero(p)), 13)
        if zeros > 12:
            return None
        a = fl.end(end, 0.0)
        other_end = fl.end(side.hi, math.inf) if start == "low" else fl.end(side.lo, -math.inf)
        reach = min(abs(other_end - a), 4.0)
        s = 1 if start == "low" else -1
        for shrink in range(9):
            whole = shrink == 0 and reach == abs(other_end - a)
            c: Expr | None
            if whole:
                c = side.hi if start == "low" else side.lo
            else:
                h = reach / 2**shrink
                c = t.q(fl.simple(a + s * h, min(a, a + 2 * s * h), max(a, a + 2 * s * h)))
                if not self.inside(side, c):
                    continue
            if start == "low":
                part = Side(side.lo, c, side.lo_open, side.hi_open if whole else False)
            else:
                part = Side(c, side.hi, side.lo_open if whole else False, side.hi_open)
            for order in (zeros, zeros + 2, zeros + 6):
                node = {"rule": "taylor", "var": x, "at": J(end), "zeros": zeros, "order": order}
                try:
                    self.p.taylor(d.smaller(x, part), u, rel, node)
                except Reject:
                    continue
                if whole:
                    return node
                assert c is not None
                if start == "low":
                    rest = Side(c, side.hi, False, side.hi_open)
                else:
                    rest = Side(side.lo, c, side.lo_open, False)
                other = self.goal(d.smaller(x, rest), u, rel, depth - 1)
                if other is None:
                    return None
                low, high = (node, other) if start == "low" else (other, node)
                return {"rule": "split", "var": x, "at": J(c), "low": low, "high": high}
        return None

    def exponentials(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """A sum with logarithms of constant factors: compare the exponentials of its two sides."""
        p = self.n.of(u)
        plus: Poly = {}
        minus: Poly = {}
        for m, c in p.items():
            (plus if c > 0 else minus)[m] = abs(c)
        logs = [m for m in p if len(m) == 1 and self.n.atoms[m[0][0]][0] == "log" and m[0][1] == 1]
        others = sum(1 for m in p for x, _ in m if self.n.atoms[x][0] == "log")
        if not any(t.free(self.n._written(m[0][0], 1)) for m in logs) or others > len(logs) or len(p) > 6:
            return None
        a, b = self.n.expression(plus), self.n.expression(minus)
        if len(p) == len(logs):
            return None
        v = t.minus(("exp", a), ("exp", b))
        w = self.n.expression(self.n.of(v))
        then = self.goal(d, w, rel, depth - 2)
        if then is None:
            return None
        then = {"rule": "scale", "by": J(t.ONE), "to": J(w), "then": then}
        return {"rule": "apply", "function": "exp", "a": J(a), "b": J(b), "then": then}

    def logarithms(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """a - b with a, b > 0: compare the logarithms; or the squares, for roots."""
        node = self.exponentials(d, u, rel, depth)
        if node is not None:
            return node
        p = self.n.of(u)
        if not 2 <= len(p) <= 8:
            return None
        plus = self.n.expression({m: c for m, c in p.items() if c > 0})
        minus = self.n.expression({m: -c for m, c in p.items() if c < 0})
        if plus == t.ZERO or minus == t.ZERO:
            return None
        if not (self.p.quick(d, plus, ">") and self.p.quick(d, minus, ">")):
            return None
        if any(self.n.atoms[x][0] == "exp" or self.n.atoms[x][0] == "pow" for m in p for x, _ in m):
            v = t.minus(("log", plus), ("log", minus))
            then = self.goal(d, v, rel, depth - 2)
            if then is not None:
                return {"rule": "apply", "function": "log", "a": J(plus), "b": J(minus), "then": then}
        return None

    def isolated(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """u = a + b f with one logarithm (atan, asin, erf) f: over b, so that the derivative is algebraic."""
        p = self.n.of(u)
        special = {x for m in p for x, _ in m if self.n.atoms[x][0] in ("log", "atan", "asin", "erf")}
        special = {x for x in special if t.free(self.n._written(x, 1))}
        if len(special) != 1:
            return None
        (f,) = special
        a: Poly = {}
        b: Poly = {}
        for m, c in p.items():
            e = dict(m).get(f, 0)
            if e not in (0, 1):
                return None
            (b if e else a)[tuple(q for q in m if q[0] != f)] = c
        factor = self.n.expression(b)
        if not t.free(factor) or not a:
            return None
        sign = 1
        if not self.p.quick(d, factor, ">"):
            sign, factor = -1, t.negative(factor)
            if not self.p.quick(d, factor, ">"):
                return None
        rest = self.n.mul(a, self.n.power(b, Fraction(-1)))
        v = self.n.expression(self.n.scale(self.n.add(rest, self.n.single(f)), sign))
        then = self.goal_of(d, v, rel, depth - 1)
        if then is None:
            return None
        return {"rule": "scale", "by": J(t.power(factor, -1)), "to": J(v), "then": then}

    def goal_of(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """The derivative of u as it stands, without a common denominator first."""
        (x,) = t.free(u)
        slope = t.derivative(u, x)
        for start in ("low", "high"):
            node = self.attempt(0.6, self.mono, d, u, rel, depth, x, start, slope)
            if node is not None:
                return node
        return None

    def circular(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """Polynomials in sin and cos as sums of squares."""
        heads = {p[0] for p in t.parts(u)}
        if len(t.free(u)) != 1 or not heads & {"sin", "cos"} or depth < 2:
            return None
        if any(self.n.atoms[x][0] not in ("sin", "cos") for m in self.n.of(u) for x, _ in m):
            return None
        from .sos import certificate

        return certificate(self, d, u, rel)

    def squared(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """Square roots on one side and the rest on the other, both >= 0: compare the squares."""
        p = self.n.of(u)
        roots: Poly = {}
        rest: Poly = {}
        for m, c in p.items():
            rooted = any(Fraction(e).denominator == 2 for x, e in m if self.n.atoms[x][0] != "prime")
            (roots if rooted else rest)[m] = c
        if not roots or not rest or len({c > 0 for c in roots.values()}) != 1 or len(p) > 8:
            return None
        a, b = (roots, rest) if next(iter(roots.values())) > 0 else (rest, roots)
        left, right = self.n.expression(a), self.n.expression(self.n.scale(b, -1))
        signs = {}
        for name, e in (("a_sign", left), ("b_sign", right)):
            d = self.p.defined(d, e)
            if not self.p.quick(d, e, ">="):
                proof = self.goal(d, e, ">=", depth - 2)
                if proof is None:
                    return None
                signs[name] = proof
        v = t.minus(t.power(left, 2), t.power(right, 2))
        then = self.goal(d, v, rel, depth - 1)
        if then is None:
            return None
        row = {"rule": "apply", "function": "power", "exponent": "2", "a": J(left), "b": J(right), **signs}
        return {**row, "then": then}

    def factored(self, d: Domain, u: Expr, rel: str, depth: int) -> Json | None:
        """u = w v with a common factor w >= 0 that may vanish: v >= 0 first."""
        p = self.n.of(u)
        if rel != ">=" or len(p) < 2:
            return None
        shared: dict[int, Any] = {}
        for x in {x for m in p for x, _ in m}:
            e = min(dict(m).get(x, 0) for m in p)
            if e > 0 and self.n.atoms[x][0] != "prime":
                shared[x] = e
        if not shared:
            return None
        w = t.times(*(self.n._written(x, e) for x, e in shared.items()))
        sign = 1 if self.p.quick(d, w, ">=") else -1 if self.p.quick(d, t.negative(w), ">=") else 0
        if not sign:
            return None
        mono, _ = self.n._collect({x: -e for x, e in shared.items()})
        v = self.n.expression(self.n.scale(self.n.mul(p, {mono: Fraction(1)}), sign))
        w = w if sign > 0 else t.negative(w)
        proof = self.goal(d, v, ">=", depth - 1)
        if proof is None:
            return None
        return {"rule": "have", "fact": [J(v), ">="], "proof": proof,
                "then": {"rule": "combine", "terms": [["1", [J(w), J(v)], []]]}}  # fmt: skip


def _point(q: Fraction) -> Interval:
    pair = dy.rational(q, 1024)
    return Interval(*pair)


def _middle(i: Interval) -> Fraction | None:
    if i.lo is None or i.hi is None:
        return None
    return (dy.fraction(i.lo) + dy.fraction(i.hi)) / 2


def _steep(e: Expr) -> bool:
    """Does a product hold an exponential, or a power other than a square or root?"""
    if e[0] == "*":
        return any(_steep(p) for p in e[1:])
    if e[0] == "pow":
        r = t.value_of(e[2])
        return r is None or abs(r) > 4 or _steep(e[1])
    return e[0] in ("exp", "cosh", "sinh") and bool(t.free(e))


def _content(p: Poly) -> Fraction:
    """Positive rational such that the coefficients over it are coprime whole numbers."""
    from math import gcd, lcm

    den = lcm(*(c.denominator for c in p.values()))
    num = gcd(*(int(c * den) for c in p.values()))
    return Fraction(num, den)


__all__ = ["EVAL", "LIMIT", "SEEN", "J", "Search", "Timeout", "intervals", "series"]

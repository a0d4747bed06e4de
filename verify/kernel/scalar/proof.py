"""Replay of proof trees for u >= 0, u > 0 and u != 0 on a domain.

`prove(domain, u, rel, node)` raises `Reject` unless the node shows: at every point of the domain, u and all its parts
have a real value, and u rel 0. Every rule is described in docs/reference/scalar-certificates.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..errors import Budget, Reject
from . import dyadic as dy
from . import limits
from . import polynomial as pl
from . import terms as t
from .domain import (
    RELATIONS,
    Domain,
    Enclosures,
    Side,
    contradicts,
    empty,
    ends,
    halves,
    intervals,
    middle,
    says,
    series,
)
from .identities import rewritten
from .interval import Arithmetic, Interval, Undefined
from .normal import Normal
from .series import Exact, Series
from .terms import Expr, Need

Json = Any
BITS = 64
MAX_DEPTH = 200
MAX_BOXES = 20_000
MAX_ORDER = 40
PASSED_ON = ("have", "cases", "split", "weaken")  # their premises, about the same expression, show that it is defined
QUICK = 24  # boxes for what is checked without being asked


def fields(data: Json, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    if type(data) is not dict:
        raise Reject("a node of a proof is an object")
    for k in data:
        if k not in required and k not in optional:
            raise Reject(f"unknown field {k!r:.40}")
    for k in required:
        if k not in data:
            raise Reject(f"the node lacks the field {k!r}")
    return data


def small(data: Json, low: int, high: int, what: str) -> int:
    if type(data) is not int or not low <= data <= high:
        raise Reject(f"{what} is a whole number from {low} to {high}")
    return data


class Prover:
    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.normal = Normal(budget)
        self.depth = 0
        self.path: list[str] = []
        self.rules: dict[str, int] = {}

    # ---- signs that are seen at once ---------------------------------------------------------------------

    def quick(self, d: Domain, u: Expr, rel: str) -> bool:
        """Is u rel 0 on the domain by a known fact, an enclosure, factors, or Sturm's theorem? u is defined there."""
        self.budget.spend(20)
        for v, known in d.facts:
            if (known == ">" or known == rel) and self._same(u, v):
                return True
            if rel == "!=" and known != ">=" and self._same(t.negative(u), v):
                return True
        a = Arithmetic(BITS)
        try:
            if says(Enclosures(a, intervals(d, a), d.facts).of(u), rel):
                return True
        except Reject:
            pass
        if self._factors(d, u, rel) or self._polynomial(d, u, rel):
            return True
        try:
            return self._boxes(d, u, rel, a, 1, QUICK)
        except Reject:
            return False

    def _same(self, u: Expr, v: Expr) -> bool:
        """Is u a positive multiple of v?"""
        if u == v:
            return True
        if t.free(u) != t.free(v):
            return False
        try:
            p, q = self.normal.of(u), self.normal.of(v)
        except Reject:
            return False
        if not p or p.keys() != q.keys():
            return False
        m = min(p)
        ratio = p[m] / q[m]
        return ratio > 0 and all(p[k] == ratio * q[k] for k in p)

    def _factors(self, d: Domain, u: Expr, rel: str) -> bool:
        if u[0] == "*":
            return self._signed(d, list(u[1:]), rel)
        r = t.value_of(u[2]) if u[0] == "pow" else None
        if r is not None and r.denominator == 1 and r.numerator % 2 == 0 and r != 0:
            return rel == ">=" or self.quick(d, u[1], "!=")
        if r is not None and r != 0:
            return self.quick(d, u[1], rel)
        return False

    def _signed(self, d: Domain, parts: list[Expr], rel: str) -> bool:
        """The sign of a product by those of its factors."""
        negative = False
        rest = []
        for p in parts:
            if p[0] == "q":
                if p[1] == 0:
                    return rel == ">="
                negative ^= p[1] < 0
            else:
                rest.append(p)
        if rel == "!=":
            return all(self.quick(d, p, rel) for p in rest)
        if len(rest) == 1:  # what is asked of the negative of a factor was asked of the product
            return not negative and self.quick(d, rest[0], rel)
        for p in rest:
            if self.quick(d, p, rel):
                continue
            if p[0] in ("*", "q") or not self.quick(d, t.negative(p), rel):
                return False
            negative = not negative
        return not negative

    def _polynomial(self, d: Domain, u: Expr, rel: str) -> bool:
        names = t.free(u)
        if len(names) != 1:
            return False
        (x,) = names
        try:
            coefficients = self.normal.univariate(self.normal.of(u), x)
        except Reject:
            return False
        if coefficients is None or len(coefficients) > 60:
            return False
        return pl.holds(coefficients, *self._rational(d.side(x)), rel, self.budget)

    def _rational(self, side: Side) -> tuple[pl.End, pl.End]:
        """Rational ends around the range of a variable; exact ends keep being open."""
        out: list[pl.End] = []
        a = Arithmetic(2 * BITS)
        box = ends(side, a)
        for e, bound, opened in ((side.lo, box.lo, side.lo_open), (side.hi, box.hi, side.hi_open)):
            if e is None or bound is None:
                out.append(None)
                continue
            exact = t.value_of(e)
            out.append((exact, opened) if exact is not None else (dy.fraction(bound), False))
        return out[0], out[1]

    def constant(self, e: Expr) -> int:
        """The sign of a constant; 0 only if it is seen to be zero by its normal form."""
        value = t.value_of(e)
        if value is not None:
            return (value > 0) - (value < 0)
        for bits in (64, 256, 1024):
            try:
                found = Enclosures(Arithmetic(bits), {}).of(e)
            except Undefined:
                continue
            if found.positive() or found.negative():
                return 1 if found.positive() else -1
            if bits == 64 and self.normal.is_zero(self.normal.of(e)):
                self.defined(Domain(()), e)
                return 0
        raise Reject("the sign of a constant is not decided")

    # ---- definedness -------------------------------------------------------------------------------------

    def defined(self, d: Domain, e: Expr) -> Domain:
        """Show that e and its parts have real values on the domain; the domain that knows it."""
        if e in d.defined:
            return d
        known = set(d.defined)
        for p in t.parts(e):
            if p in known:
                continue
            for need in t.needs(p):
                if not self._power_of_zero(d, p) and not self.quick(d, *need):
                    raise Reject(f"it is not seen that {show(need[0])} {need[1]} 0, which {p[0]} needs")
            known.add(p)
        return replace(d, defined=frozenset(known))

    def _power_of_zero(self, d: Domain, p: Expr) -> bool:
        """a**b with a variable exponent, base >= 0 and exponent >= 0."""
        if p[0] != "pow" or t.value_of(p[2]) is not None:
            return False
        return not self.quick(d, p[1], ">") and self.quick(d, p[1], ">=") and self.quick(d, p[2], ">=")

    def smooth(self, d: Domain, e: Expr, x: str) -> None:
        """Show that e has derivatives of every order in x on the domain, where it is defined."""
        for p in t.parts(e):
            if x not in t.free(p):
                continue
            if p[0] in ("min", "max"):
                pairs = [(a, b) for i, a in enumerate(p[1:], 1) for b in p[i + 1 :]]
                needed: list[Need] = [(t.minus(a, b), "!=") for a, b in pairs]
            else:
                needed = t.kinks(p)
            for need in needed:
                if not self.quick(d, *need):
                    raise Reject(f"it is not seen that {show(need[0])} {need[1]} 0, for the derivative of {p[0]}")

    def continuous(self, d: Domain, e: Expr, x: str) -> None:
        """Show that e is continuous in x on the domain, where it is defined."""
        for p in t.parts(e):
            if x not in t.free(p):
                continue
            if p[0] == "sign" and not self.quick(d, p[1], "!="):
                raise Reject("sign is not continuous at 0")
            if p[0] == "pow" and t.value_of(p[2]) is None and not (
                self.quick(d, p[1], ">") or self.quick(d, p[2], ">")
            ):
                raise Reject("a power is not continuous where base and exponent are zero")

    # ---- the tree ----------------------------------------------------------------------------------------

    def prove(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Reject("a proof is too deep")
        self.budget.spend(10)
        name = node.get("rule") if type(node) is dict else None
        rule: Callable[..., None] | None = RULES.get(name) if type(name) is str else None
        if rule is None:
            raise Reject(f"unknown rule {name!r:.40}")
        self.path.append(str(name))
        self.rules[str(name)] = self.rules.get(str(name), 0) + 1
        if name not in PASSED_ON:
            d = self.defined(d, u)
        rule(self, d, u, rel, node)
        self.path.pop()
        self.depth -= 1

    def at(self, part: str, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """Prove a premise, named in messages."""
        self.path.append(part)
        self.prove(d, u, rel, node)
        self.path.pop()

    def shown(self, part: str, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """A premise with a proof, or one that is seen at once if the node is null."""
        if node is not None:
            return self.at(part, d, u, rel, node)
        self.defined(d, u)
        if not self.quick(d, u, rel):
            raise Reject(f"{part}: it is not seen that {show(u)} {rel} 0")
        return None

    def expression(self, data: Json, d: Domain) -> Expr:
        return t.read(data, d.names())

    # ---- rules: evaluation -------------------------------------------------------------------------------

    def eval(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """Enclosures on boxes, halved until each shows the relation; for a constant, its exact sign."""
        fields(node, ("rule",), ("order", "bits", "boxes"))
        bits = small(node.get("bits", BITS), 16, 2048, "bits")
        order = small(node.get("order", 1), 0, MAX_ORDER, "order")
        boxes = small(node.get("boxes", 400), 1, MAX_BOXES, "boxes")
        if not t.free(u):
            s = self.constant(u)
            if not (s > 0 or (s == 0 and rel == ">=") or (s != 0 and rel == "!=")):
                raise Reject("the constant has another sign")
            return
        if self.normal.is_zero(self.normal.of(u)):
            if rel != ">=":
                raise Reject("it is zero")
            return
        if not self._boxes(d, u, rel, Arithmetic(bits), order, boxes):
            raise Reject(f"{boxes} boxes are not enough")

    def _boxes(self, d: Domain, u: Expr, rel: str, a: Arithmetic, order: int, limit: int) -> bool:
        stack = [intervals(d, a)]
        names = t.free(u)
        for cut, _ in d.cuts:
            names |= t.free(cut)
        count = 0
        while stack:
            box = stack.pop()
            count += 1
            self.budget.spend(20 + 5 * order)
            if count + len(stack) > limit:
                return False
            if any(empty(i) for i in box.values()) or self._leaf(d, u, rel, a, order, box):
                continue
            name = self._widest(box, names)
            if name is None:
                return False
            stack += [{**box, name: half} for half in halves(box[name])]
        return True

    @staticmethod
    def _widest(box: dict[str, Interval], names: frozenset[str]) -> str | None:
        best, width = None, Fraction(-1)
        for name in sorted(names):
            i = box[name]
            if i.lo is None or i.hi is None:
                return name
            w = dy.fraction(i.hi) - dy.fraction(i.lo)
            if w > width and w > 0:
                best, width = name, w
        return best

    def _leaf(self, d: Domain, u: Expr, rel: str, a: Arithmetic, order: int, box: dict[str, Interval]) -> bool:
        e = Enclosures(a, box, d.facts)
        try:
            if says(e.of(u), rel):
                return True
        except Reject:
            pass
        if d.facts and contradicts(d.facts, e):
            return True
        if order == 0:
            return False
        try:
            return self._centred(u, rel, e, order)
        except Reject:
            return False

    def _centred(self, u: Expr, rel: str, e: Enclosures, order: int) -> bool:
        """Mean value form (several variables) or Taylor form (one); where u is monotone, only the lower end counts.

        The points between two points of the set may lie outside of it, so facts are not used here. The slopes are
        taken over the closed box, because the base may be an end that does not belong to an open one."""
        names = sorted(t.free(u))
        a = e.a
        e = Enclosures(a, {x: Interval(i.lo, i.hi) for x, i in e.box.items()})
        if any(e.box[x].lo is None or e.box[x].hi is None for x in names):
            return False
        slopes = {x: series(u, x, e.box[x], 1, e)[1] for x in names}
        base = dict(e.box)
        for x in names:
            i = base[x]
            assert i.lo is not None and i.hi is not None
            if slopes[x].nonnegative():
                base[x] = Interval(i.lo, i.lo)
            elif slopes[x].nonpositive():
                base[x] = Interval(i.hi, i.hi)
            else:
                m = dy.rational(middle(i), dy.MAX_BITS)[0]  # exact: it is a binary fraction
                base[x] = Interval(m, m)
        moved = [x for x in names if not (slopes[x].nonnegative() or slopes[x].nonpositive())]
        if len(names) == 1 and moved and order > 1:
            x = names[0]
            low = series(u, x, base[x], order - 1, Enclosures(a, base))
            top = series(u, x, e.box[x], order, e)[order]
            return says(_horner(a, [*low, top], a.sub(e.box[x], base[x])), rel)
        total = Enclosures(a, base).of(u)
        for x in moved:
            total = a.add(total, a.mul(slopes[x], a.sub(e.box[x], base[x])))
        return says(total, rel) if rel != "!=" or len(moved) == len(names) else total.positive()

    def seen(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """What is seen at once, see `quick`."""
        fields(node, ("rule",))
        if not self.quick(d, u, rel):
            raise Reject(f"it is not seen that {show(u)} {rel} 0")

    def poly(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """A polynomial in one variable: Sturm's theorem."""
        fields(node, ("rule", "var"))
        x = node["var"]
        coefficients = self.normal.univariate(self.normal.of(u), x) if type(x) is str else None
        if coefficients is None:
            raise Reject("not a polynomial in this variable with rational coefficients")
        if not pl.holds(coefficients, *self._rational(d.side(x)), rel, self.budget):
            raise Reject("the polynomial has a root or another sign there")

    def taylor(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """u = (x - c)**zeros times a factor enclosed by Taylor's formula at c with Lagrange's remainder."""
        fields(node, ("rule", "var", "at", "zeros", "order"), ("bits",))
        x = node["var"]
        side = d.side(x)
        c = self.expression(node["at"], replace(d, box=()))
        zeros = small(node["zeros"], 0, MAX_ORDER, "zeros")
        order = small(node["order"], zeros, MAX_ORDER, "order")
        a = Arithmetic(small(node.get("bits", BITS), 16, 2048, "bits"))
        box = intervals(d, a)
        here, centre = box[x], Enclosures(a, {}).of(c)
        start = side.lo is not None and self.normal.equal(side.lo, c)
        stop = side.hi is not None and self.normal.equal(side.hi, c)
        step = a.sub(here, centre)
        if start:
            step = Interval(dy.ZERO, step.hi, side.lo_open, step.hi_open)
        if stop:
            step = Interval(step.lo, dy.ZERO, step.lo_open, side.hi_open)
        # facts hold on the set; the points between it and the centre may lie outside, so facts are not used here
        around = Enclosures(a, box)
        lo, hi = here.lo, here.hi
        if lo is not None and centre.lo is not None and dy.compare(centre.lo, lo) < 0:
            lo = centre.lo
        if hi is not None and centre.hi is not None and dy.compare(centre.hi, hi) > 0:
            hi = centre.hi
        whole = Interval(lo, hi)
        top = series(u, x, whole, order, around)[order]
        if zeros:
            exact = Series(Exact(self.normal, None), zeros - 1, x, self.normal.of(c)).of(u)
            for k, p in enumerate(exact):
                if not self.normal.is_zero(p):
                    raise Reject(f"the Taylor coefficient of order {k} is not seen to be zero")
        low = series(u, x, centre, order - 1, around)[zeros:] if order else []
        factor = _horner(a, [*low, top], step)
        even = zeros % 2 == 0
        if not even and not step.nonnegative():
            if not step.nonpositive():
                raise Reject("an odd power of x - c changes its sign")
            factor = a.neg(factor)
        away = zeros == 0 or step.positive() or step.negative()
        if not (says(factor, rel) and (rel == ">=" or away)):
            raise Reject("the factor at the contact point is not shown to have the sign")

    # ---- rules: calculus ---------------------------------------------------------------------------------

    def mono(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """u rises from the end `from` of the range of x, where it is >= 0."""
        fields(node, ("rule", "var", "from", "slope", "end"))
        x, start = node["var"], node["from"]
        if rel == "!=" or start not in ("low", "high"):
            raise Reject("this rule shows >= or >, from the low or the high end")
        side = d.side(x)
        end, opened = (side.lo, side.lo_open) if start == "low" else (side.hi, side.hi_open)
        missing = end is None or opened  # no point of the domain lies at this end
        inner = d.smaller(x, side.interior())
        if any(x in t.free(v) for v, _ in d.cuts):
            raise Reject(f"a hypothesis speaks of {x}")
        self.continuous(d, u, x)
        self.smooth(inner, u, x)
        slope = t.derivative(u, x)
        if start == "high":
            slope = t.negative(slope)
        first = rel if not missing else ">="
        strict = ">" if rel == ">" and missing else ">="
        self.at("slope", inner, slope, strict, node["slope"])
        if end is None or (type(node["end"]) is dict and node["end"].get("rule") == "limit"):
            fields(node["end"], ("rule",))
            if not missing:
                raise Reject("the end belongs to the domain: show the value there")
            self._limit(d, u, x, side, start)
            return
        if opened:
            closed = Side(side.lo, side.hi, side.lo_open and start != "low", side.hi_open and start != "high")
            wide = d.bare(x, closed)
            point = d.bare(x, Side(end, end))
            self.path.append("end")
            self.continuous(self.defined(wide, u), u, x)
            self.path.pop()
        else:
            point = d.smaller(x, Side(end, end))
        self.at("end", replace(point, defined=frozenset()), t.substitute(u, {x: end}), first, node["end"])

    def _limit(self, d: Domain, u: Expr, x: str, side: Side, start: str) -> None:
        """The limit at an end that does not belong to the domain is >= 0."""
        if t.free(u) != {x}:
            raise Reject("limits are taken of functions of one variable")
        end = side.lo if start == "low" else side.hi
        if not limits.nonnegative(self, u, x, end, start):
            raise Reject("the limit at the end is not shown to be >= 0")

    def concave(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """u is concave in x and >= 0 at both ends of the range of x."""
        fields(node, ("rule", "var", "curve", "low", "high"))
        x = node["var"]
        side = d.side(x)
        if rel == "!=" or side.lo is None or side.hi is None or any(x in t.free(v) for v, _ in d.cuts):
            raise Reject("this rule shows >= or > on a bounded range without hypotheses about it")
        wide = d.bare(x, Side(side.lo, side.hi)) if side.lo_open or side.hi_open else d
        wide = self.defined(wide, u)
        self.continuous(wide, u, x)
        inner = d.smaller(x, side.interior())
        self.smooth(inner, u, x)
        second = t.negative(t.derivative(t.derivative(u, x), x))
        outside = side.lo_open and side.hi_open
        self.at("curve", inner, second, ">" if rel == ">" and outside else ">=", node["curve"])
        for name, end in (("low", side.lo), ("high", side.hi)):
            point = d.bare(x, Side(end, end))
            self.at(name, point, t.substitute(u, {x: end}), ">=" if outside else rel, node[name])

    # ---- rules: structure --------------------------------------------------------------------------------

    def split(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """The range of x in two parts with the point in common."""
        fields(node, ("rule", "var", "at", "low", "high"))
        x = node["var"]
        side = d.side(x)
        c = self.expression(node["at"], replace(d, box=()))
        self.defined(Domain(()), c)
        if (side.lo is not None and self.constant(t.minus(c, side.lo)) < 0) or (
            side.hi is not None and self.constant(t.minus(side.hi, c)) < 0
        ):
            raise Reject("the point lies outside of the range")
        self.at("low", d.smaller(x, Side(side.lo, c, side.lo_open, False)), u, rel, node["low"])
        self.at("high", d.smaller(x, Side(c, side.hi, False, side.hi_open)), u, rel, node["high"])

    def cases(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """v >= 0 or v <= 0, each as a hypothesis."""
        fields(node, ("rule", "on", "above", "below"))
        v = self.expression(node["on"], d)
        d = self.defined(d, v)
        self.at("above", d.told((v, ">="), True), u, rel, node["above"])
        self.at("below", d.told((t.negative(v), ">="), True), u, rel, node["below"])

    def have(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """A fact with its proof, then the rest."""
        fields(node, ("rule", "fact", "proof", "then"))
        row = node["fact"]
        if type(row) is not list or len(row) != 2 or row[1] not in RELATIONS:
            raise Reject("a fact is an expression and >=, > or !=")
        v = self.expression(row[0], d)
        self.at("fact", d, v, row[1], node["proof"])
        self.at("then", self.defined(d, v).told((v, row[1])), u, rel, node["then"])

    def scale(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """p > 0 and p u = v: prove v rel 0."""
        fields(node, ("rule", "by", "to", "then"), ("positive",))
        p, v = self.expression(node["by"], d), self.expression(node["to"], d)
        d = self.defined(d, p)
        self.shown("positive", d, p, ">", node.get("positive"))
        d = self.defined(d, v)
        if not self.normal.equal(t.times(p, u), v):
            raise Reject(f"{show(p)} times the expression is not seen to be {show(v)}")
        self.at("then", d, v, rel, node["then"])

    def rewrite(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """A part replaced by what equals it by a named identity, whose conditions are shown."""
        fields(node, ("rule", "identity", "part", "then"), ("conditions",))
        part = self.expression(node["part"], d)
        new, conditions = rewritten(node["identity"], part)
        proofs = node.get("conditions", [None] * len(conditions))
        if type(proofs) is not list or len(proofs) != len(conditions):
            raise Reject(f"the identity has {len(conditions)} conditions")
        for need, proof in zip(conditions, proofs, strict=True):
            self.shown("condition", d, *need, proof)
        v = t.replace(u, part, new)
        if v == u:
            raise Reject("the part does not occur")
        self.at("then", self.defined(d, v), v, rel, node["then"])

    def either(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """abs(w) is w or -w, min and max are one of their arguments: prove u with each of them instead."""
        fields(node, ("rule", "part", "proofs"))
        part = self.expression(node["part"], d)
        if part[0] == "abs":
            values = [part[1], t.negative(part[1])]
        elif part[0] in ("min", "max"):
            values = list(part[1:])
        else:
            raise Reject("the part is abs, min or max")
        if type(node["proofs"]) is not list or len(node["proofs"]) != len(values):
            raise Reject(f"{len(values)} proofs are needed")
        for value, proof in zip(values, node["proofs"], strict=True):
            self.at("either", d, t.replace(u, part, value), rel, proof)

    def combine(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """u is a sum of products of positive numbers, facts, and squares."""
        fields(node, ("rule", "terms"))
        if type(node["terms"]) is not list or not node["terms"] or rel == "!=":
            raise Reject("the terms are a list, for >= or >")
        total: list[Expr] = []
        strict = False
        for row in node["terms"]:
            if type(row) is not list or len(row) != 3 or type(row[1]) is not list or type(row[2]) is not list:
                raise Reject("a term is a number, a list of factors, a list of squares")
            c = t.number(row[0])
            if c <= 0:
                raise Reject("the number of a term is positive")
            factors = [self.expression(x, d) for x in row[1]]
            squares = [self.expression(x, d) for x in row[2]]
            every = True
            for f in factors:
                d = self.defined(d, f)
                if not (rel == ">" and every and self.quick(d, f, ">")):
                    every = False
                    if not self.quick(d, f, ">="):
                        raise Reject(f"it is not seen that {show(f)} >= 0")
            for s in squares:
                d = self.defined(d, s)
                every = every and rel == ">" and self.quick(d, s, "!=")
            strict = strict or (every and rel == ">")
            total.append(t.times(t.q(c), *factors, *(t.power(s, 2) for s in squares)))
        if rel == ">" and not strict:
            raise Reject("no term is seen to be positive")
        if not self.normal.equal(u, t.add(*total)):
            raise Reject("the expression is not seen to be the sum of the terms")

    def generalize(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """New variables with values h(x) inside given ranges: prove v(x, new) rel 0 on all of them, where
        v(x, h(x)) = u; old variables may be dropped."""
        fields(node, ("rule", "new", "to", "then"), ("drop",))
        rows = node["new"]
        if type(rows) is not list or not 1 <= len(rows) <= 8:
            raise Reject("one to eight new variables")
        values: dict[str, Expr] = {}
        sides: list[tuple[str, Side]] = []
        for row in rows:
            if type(row) is not dict:
                raise Reject("a new variable is an object")
            fields(row, ("name", "range", "value"), ("low", "high"))
            name = row["name"]
            if type(name) is not str or name in d.names() or name in values or not name.isidentifier():
                raise Reject(f"{name!r:.40} is not a new name")
            side = self.range(row["range"])
            h = self.expression(row["value"], d)
            d = self.defined(d, h)
            if side.lo is not None:
                self.shown("low", d, t.minus(h, side.lo), ">" if side.lo_open else ">=", row.get("low"))
            if side.hi is not None:
                self.shown("high", d, t.minus(side.hi, h), ">" if side.hi_open else ">=", row.get("high"))
            values[name] = h
            sides.append((name, side))
        wide = replace(d, box=(*d.box, *sides))
        drop = node.get("drop", [])
        if type(drop) is not list:
            raise Reject("drop is a list of names")
        for x in drop:
            wide = wide.without(x)
        v = self.expression(node["to"], wide)
        back = t.substitute(v, values)
        if not self.normal.equal(u, back):  # back is defined because v is, on the larger domain
            raise Reject("the expression is not seen to be the general one at these values")
        self.at("then", self.defined(wide, v), v, rel, node["then"])

    def range(self, data: Json) -> Side:
        """[low, high, low open, high open]; an infinite end is null. Never empty."""
        if type(data) is not list or len(data) != 4 or any(type(x) is not bool for x in data[2:]):
            raise Reject("a range is [low, high, open, open]")
        lo, hi = (None if x is None else t.read(x, frozenset()) for x in data[:2])
        for e in (lo, hi):
            if e is not None:
                self.defined(Domain(()), e)
        if lo is not None and hi is not None:
            s = self.constant(t.minus(hi, lo))
            if s < 0 or (s == 0 and (data[2] or data[3])):
                raise Reject("a range is empty")
        return Side(lo, hi, lo is None or data[2], hi is None or data[3])

    def apply(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """u = a - b and g rises on the values of a and b: prove g(a) - g(b) rel 0."""
        fields(node, ("rule", "function", "a", "b", "then"), ("a_sign", "b_sign", "exponent"))
        a, b = self.expression(node["a"], d), self.expression(node["b"], d)
        d = self.defined(self.defined(d, a), b)
        if not self.normal.equal(u, t.minus(a, b)):
            raise Reject("the expression is not seen to be a - b")
        g = node["function"]
        if g == "power":
            r = t.number(node.get("exponent"))
            if r <= 0:
                raise Reject("the exponent is positive")
            image = [t.power(a, r), t.power(b, r)]
            condition = ">="
        elif g == "log":
            image, condition = [("log", a), ("log", b)], ">"
        elif g in ("exp", "atan", "sinh", "tanh", "asinh"):
            image, condition = [(g, a), (g, b)], ""
        else:
            raise Reject("the functions are log, power, exp, atan, sinh, tanh and asinh")
        if condition:
            self.shown("a", d, a, condition, node.get("a_sign"))
            self.shown("b", d, b, condition, node.get("b_sign"))
        v = t.minus(*image)
        self.at("then", self.defined(d, v), v, rel, node["then"])

    def weaken(self, d: Domain, u: Expr, rel: str, node: Json) -> None:
        """Prove more: u > 0, on a larger box, without the hypotheses."""
        fields(node, ("rule", "then"), ("box", "strict", "forget"))
        if node.get("forget"):
            d = Domain(d.box)
        for x, row in fields(node.get("box", {}), (), tuple(d.names())).items():
            old, new = d.side(x), self.range(row)
            for mine, other, mine_open, other_open, s in (
                (old.lo, new.lo, old.lo_open, new.lo_open, 1), (old.hi, new.hi, old.hi_open, new.hi_open, -1),
            ):  # fmt: skip
                if other is None:
                    continue
                gap = None if mine is None else s * self.constant(t.minus(mine, other))
                if gap is None or gap < 0 or (gap == 0 and other_open and not mine_open):
                    raise Reject("the new range does not hold the old one")
            d = d.bare(x, new)
        self.at("then", d, u, ">" if node.get("strict") else rel, node["then"])


def _horner(a: Arithmetic, coefficients: list[Interval], step: Interval) -> Interval:
    out = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        out = a.add(c, a.mul(out, step))
    return out


def show(e: Expr) -> str:
    """Short text for messages."""
    if e[0] == "q":
        text = str(e[1])
    elif e[0] in ("var", "pi"):
        text = str(e[-1])
    elif e[0] in ("+", "*"):
        text = "(" + f" {e[0]} ".join(show(p) for p in e[1:]) + ")"
    elif e[0] == "pow":
        text = f"{show(e[1])}**{show(e[2])}"
    else:
        text = f"{e[0]}({', '.join(show(p) for p in e[1:])})"
    return text if len(text) <= 160 else text[:157] + "..."


RULES: dict[str, Callable[..., None]] = {
    name: getattr(Prover, name)
    for name in (
        "eval", "seen", "poly", "taylor", "mono", "concave", "split", "cases", "have", "scale", "rewrite", "either",
        "combine", "generalize", "apply", "weaken",
    )
}  # fmt: skip

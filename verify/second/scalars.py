"""Scalar items: every node of a proof is tested at points of its domain, what can be decided is decided.

A certain contradiction rejects the item. An item is `confirmed` if subdivision in balls shows the statement itself,
else `not contradicted`: all its nodes hold wherever they were evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import flint

from . import rewriting
from .domains import Domain, Side, end, outside, points, read_side, shown
from .errors import Cannot, Rejected, Undefined, Unsure, Work
from .reals import Real, add, ball, bits, holds, hull, negative, positive, value
from .series import coefficients
from .terms import (
    Json,
    Term,
    constant,
    derivative,
    fields,
    free,
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

PRECISIONS = (160, 640)
BOXES = 400
WORK = 60_000
PASS = ("have", "cases", "split", "weaken")  # their premises are about the same expression
RELATIONS = (">=", ">", "!=")


@dataclass
class Tally:
    """How often values agreed, decided nothing, or could not be drawn."""

    tested: int = 0  # values that agree
    open: int = 0  # values that decide nothing
    empty: int = 0  # nodes without a point


class Checker:
    """One inequality and the points at which its proof is tested."""

    def __init__(self, seed: str, work: Work | None = None) -> None:
        self.seed, self.work, self.tally = seed, work or Work(WORK), Tally()
        self.formal = 0  # inside of a derivative, which may be written in another way than here

    # ---- tests at points -----------------------------------------------------------------------------------

    def at(self, e: Term, point: Mapping[str, Real]) -> Real:
        """The value at a point, with growing precision. Raises Undefined, Unsure."""
        for n in PRECISIONS:
            self.work.spend()
            with bits(n):
                try:
                    return value(e, point)
                except Unsure:
                    continue
                except (OverflowError, ValueError):
                    break
        raise Unsure

    def relation(self, e: Term, rel: str, point: Mapping[str, Real]) -> bool:
        """Whether the relation `rel` to 0 holds for `e` at `point`, with growing precision; Unsure if nothing
        decides.
        """
        for n in PRECISIONS:
            self.work.spend()
            with bits(n):
                try:
                    return holds(value(e, point), rel)
                except Unsure:
                    continue
                except (OverflowError, ValueError):
                    break
        raise Unsure

    def claim(self, d: Domain, u: Term, rel: str, what: str = "the claim") -> None:
        """u has a value and u rel 0 at every point that is tried. Raises Rejected if it is contradicted or not
        well formed.
        """
        any_point = False
        for point in points(d, f"{self.seed}|{show(u)}"):
            any_point = True
            try:
                good = self.relation(u, rel, point)
            except Undefined as error:
                raise Rejected(f"{what}: no value at {shown(point)} ({error})") from None
            except Unsure:
                self.tally.open += 1
                continue
            if not good:
                raise Rejected(f"{what}: {show(u)} {rel} 0 is false at {shown(point)}")
            self.tally.tested += 1
        self.tally.empty += not any_point

    def same(self, d: Domain, u: Term, v: Term, what: str) -> None:
        """u and v have the same value at every point that is tried. Raises Rejected if it is contradicted or not
        well formed.
        """
        for point in points(d, f"{self.seed}|{show(u)}"):
            try:
                gap = self.at(minus(u, v), point)
            except Undefined:
                continue
            except Unsure:
                self.tally.open += 1
                continue
            if positive(gap) or negative(gap):
                raise Rejected(f"{what}: {show(u)} is not {show(v)} at {shown(point)}")
            self.tally.tested += 1

    def shown(self, d: Domain, u: Term, rel: str, node: Json, what: str) -> None:
        """Test the proof `node` of `u` rel 0 on `d`, or the claim itself if there is none; `what` names it."""
        if node is None:
            self.claim(d, u, rel, what)
        else:
            self.node(d, u, rel, node)

    def smooth(self, d: Domain, e: Term, x: str, kinks: bool) -> None:
        """No kink (or jump) in x is found on the domain: a sign that changes along x, or a value at the place."""
        places: list[tuple[Term, str]] = []
        for p in parts(e):
            if x not in free(p):
                continue
            if p[0] == "sign" or (kinks and p[0] == "abs"):
                places.append((p[1], "!="))
            elif kinks and p[0] in ("min", "max"):
                places += [(minus(a, b), "!=") for i, a in enumerate(p[1:], 1) for b in p[i + 1 :]]
            elif kinks and p[0] in ("asin", "acos"):
                places.append((minus(q(1), power(p[1], 2)), ">"))
            elif kinks and p[0] == "acosh":
                places.append((minus(p[1], q(1)), ">"))
            elif p[0] == "pow" and constant(p[2]) is None:
                places.append((p[1], ">") if kinks else (plus(("abs", p[1]), ("abs", p[2])), ">"))
            elif kinks and p[0] == "pow" and (constant(p[2]) or Fraction(0)).denominator != 1:
                places.append((p[1], ">"))
        for u, rel in places:
            self.claim(d, u, rel, f"smoothness in {x}")
            if rel == "!=":
                self._one_sign(d, u, x)

    def _one_sign(self, d: Domain, u: Term, x: str) -> None:
        """By the intermediate value theorem a sign that changes along x has a zero in between."""
        others = list(points(d, f"{self.seed}|others", 4))
        for base in others:
            signs = set()
            for point in points(d, f"{self.seed}|line", 20):
                try:
                    got = self.at(u, {**base, x: point[x]})
                except (Undefined, Unsure):
                    continue
                signs |= {1} if positive(got) else {-1} if negative(got) else set()
            if len(signs) == 2:
                raise Rejected(f"{show(u)} changes its sign along {x}: there is a kink or a jump")

    # ---- decisions -------------------------------------------------------------------------------------------

    def proved(self, d: Domain, u: Term, rel: str) -> bool:
        """u rel 0 on the whole box, by values over boxes that are halved."""
        if d.cuts or any(s.low is None or s.high is None for _, s in d.sides):
            return False
        with bits(128):
            start = {}
            for x, side in d.sides:
                assert side.low is not None and side.high is not None
                start[x] = hull(end(side.low), end(side.high))
            stack, count = [start], 0
            while stack:
                box = stack.pop()
                count += 1
                self.work.spend()
                if count + len(stack) > BOXES:
                    return False
                try:
                    if holds(value(u, box), rel):
                        continue
                    return False
                except Undefined:
                    return False
                except (Unsure, OverflowError, ValueError):
                    pass
                if not box:
                    return False
                widest = max(sorted(box), key=lambda x: box[x].rad())
                b = box[widest]
                m = b.mid()
                stack += [{**box, widest: b.lower().union(m)}, {**box, widest: m.union(b.upper())}]
        return True

    # ---- the tree ----------------------------------------------------------------------------------------------

    def node(self, d: Domain, u: Term, rel: str, node: Json, depth: int = 0) -> None:
        """Test the claim of `node` at points of `d`, and the nodes below; Rejected at a contradiction."""
        rule = node.get("rule") if isinstance(node, dict) else None
        method: Callable[..., None] | None = RULES.get(rule) if isinstance(rule, str) else None
        if method is None:
            raise Rejected(f"unknown rule {rule!r:.40}")
        self.work.spend()
        if rule not in PASS:
            self.claim(d, u, rel, str(rule))
        method(self, d, u, rel, node)

    def term(self, data: Json, d: Domain) -> Term:
        """The term that `data` is over the variables of `d`; Rejected if it is none."""
        return read(data, d.names())

    def fixed(self, data: Json) -> Term:
        """A constant with a value."""
        c = read(data, frozenset())
        end(c)
        return c

    def _eval(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule",), ("order", "bits", "boxes"))
        for key, low, high in (("bits", 16, 2048), ("order", 0, 40), ("boxes", 1, 20_000)):
            within(node.get(key, low), low, high, key)

    def _seen(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule",))

    def _poly(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "var"))
        x = node["var"]
        side = d.side(x)
        p = polynomial(u, x)
        if p is None:
            return
        if not p:
            if rel != ">=":
                raise Rejected("the polynomial is zero")
            return
        with bits(256):
            low, high = (None if e is None else ball(end(e)) for e in (side.low, side.high))
            for factor, multiplicity in p.factor()[1]:
                if rel == ">=" and multiplicity % 2 == 0:
                    continue
                for root, _ in factor.complex_roots():
                    if root.imag != 0 or not root.imag.is_exact():
                        continue
                    r = root.real
                    if (low is None or r > low) and (high is None or r < high):
                        raise Rejected(f"the polynomial has a root near {r.str(10)}")

    def _taylor(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "var", "at", "zeros", "order"), ("bits",))
        x, side = node["var"], d.side(node["var"])
        c = self.fixed(node["at"])
        zeros = within(node["zeros"], 0, 40, "zeros")
        within(node["order"], zeros, 40, "order")
        within(node.get("bits", 64), 16, 2048, "bits")
        here = end(c)
        below = side.low is not None and not negative(add(end(side.low), -here))
        above = side.high is not None and not positive(add(end(side.high), -here))
        if zeros % 2 and not below and not above:
            raise Rejected("an odd power of x - c changes its sign")
        if rel != ">=" and zeros and isinstance(here, Fraction) and not outside(here, side):
            raise Rejected("the expression is zero at the point of contact")
        self.smooth(d.with_side(x, side.inner()), u, x, True)
        self.smooth(d.with_side(x, Side(c, c, False, False)), u, x, True)
        for point in points(d, f"{self.seed}|taylor", 3):
            try:
                with bits(PRECISIONS[-1]):
                    found = coefficients(u, x, here, {n: v for n, v in point.items() if n != x}, zeros)
            except (Unsure, Undefined, Cannot):
                self.tally.open += 1
                continue
            for k, a in enumerate(found):
                if positive(a) or negative(a):
                    raise Rejected(f"the Taylor coefficient of order {k} is not zero")
            self.tally.tested += 1

    def _mono(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "var", "from", "slope", "end"))
        x, start = node["var"], node["from"]
        if rel == "!=" or start not in ("low", "high"):
            raise Rejected("this rule shows >= or >, from the low or the high end")
        side = d.side(x)
        last, opened = (side.low, side.low_open) if start == "low" else (side.high, side.high_open)
        missing = last is None or opened
        bare = d.bare(x)
        inner = d.with_side(x, side.inner())
        self.smooth(d, u, x, False)
        self.smooth(inner, u, x, True)
        slope = derivative(u, x)
        self.formal += 1
        strict = ">" if rel == ">" and missing else ">="
        self.node(inner, slope if start == "low" else neg(slope), strict, node["slope"])
        self.formal -= 1
        if last is None or (isinstance(node["end"], dict) and node["end"].get("rule") == "limit"):
            fields(node["end"], ("rule",))
            if not missing or free(u) != {x}:
                raise Rejected("a limit is for an end that is not in the domain, and for one variable")
            return
        there = Side(last, last, False, False)
        point = bare.with_side(x, there) if opened else d.with_side(x, there)
        self.node(point, substitute(u, {x: last}), ">=" if missing else rel, node["end"])

    def _concave(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "var", "curve", "low", "high"))
        x, side = node["var"], d.side(node["var"])
        if rel == "!=" or side.low is None or side.high is None:
            raise Rejected("this rule shows >= or > on a bounded range")
        wide = d.bare(x).with_side(x, Side(side.low, side.high, False, False))
        self.smooth(wide, u, x, False)
        inner = d.with_side(x, side.inner())
        self.smooth(inner, u, x, True)
        both = side.low_open and side.high_open
        curve = neg(derivative(derivative(u, x), x))
        self.formal += 1
        self.node(inner, curve, ">" if rel == ">" and both else ">=", node["curve"])
        self.formal -= 1
        for key, e in (("low", side.low), ("high", side.high)):
            there = wide.with_side(x, Side(e, e, False, False))
            self.node(there, substitute(u, {x: e}), ">=" if both else rel, node[key])

    def _split(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "var", "at", "low", "high"))
        x, side = node["var"], d.side(node["var"])
        c = self.fixed(node["at"])
        here = end(c)
        if (side.low is not None and negative(add(here, -end(side.low)))) or (
            side.high is not None and positive(add(here, -end(side.high)))
        ):
            raise Rejected("the point lies outside of the range")
        self.node(d.with_side(x, Side(side.low, c, side.low_open, False)), u, rel, node["low"])
        self.node(d.with_side(x, Side(c, side.high, False, side.high_open)), u, rel, node["high"])

    def _cases(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "on", "above", "below"))
        v = self.term(node["on"], d)
        self.claim(d, plus(("abs", v), q(1)), ">", "cases")  # v has a value
        self.node(d.cut((v, ">=")), u, rel, node["above"])
        self.node(d.cut((neg(v), ">=")), u, rel, node["below"])

    def _have(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "fact", "proof", "then"))
        row = node["fact"]
        if not isinstance(row, list) or len(row) != 2 or row[1] not in RELATIONS:
            raise Rejected("a fact is an expression and >=, > or !=")
        v = self.term(row[0], d)
        self.claim(d, v, row[1], "have")
        self.node(d, v, row[1], node["proof"])
        self.node(replace(d, facts=(*d.facts, (v, row[1]))), u, rel, node["then"])

    def _scale(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "by", "to", "then"), ("positive",))
        p, v = self.term(node["by"], d), self.term(node["to"], d)
        self.shown(d, p, ">", node.get("positive"), "scale")
        self.same(d, times(p, u), v, "scale")
        self.node(d, v, rel, node["then"])

    def _rewrite(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "identity", "part", "then"), ("conditions",))
        part = self.term(node["part"], d)
        new, needs = rewriting.rewritten(node["identity"], part)
        proofs = node.get("conditions", [None] * len(needs))
        if not isinstance(proofs, list) or len(proofs) != len(needs):
            raise Rejected(f"the identity has {len(needs)} conditions")
        for (v, r), proof in zip(needs, proofs, strict=True):
            self.shown(d, v, r, proof, "condition")
        self.same(d, part, new, "rewrite")
        if not self.formal and part not in list(parts(u)):
            raise Rejected("the part does not occur")
        self.node(d, swap(u, part, new), rel, node["then"])

    def _either(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "part", "proofs"))
        part = self.term(node["part"], d)
        if part[0] not in ("abs", "min", "max"):
            raise Rejected("the part is abs, min or max")
        values = [part[1], neg(part[1])] if part[0] == "abs" else list(part[1:])
        if not isinstance(node["proofs"], list) or len(node["proofs"]) != len(values):
            raise Rejected(f"{len(values)} proofs are needed")
        for v, proof in zip(values, node["proofs"], strict=True):
            self.node(d, swap(u, part, v), rel, proof)

    def _combine(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "terms"))
        rows = node["terms"]
        if not isinstance(rows, list) or not rows or rel == "!=":
            raise Rejected("the terms are a list, for >= or >")
        total = []
        strict = rel != ">"
        for row in rows:
            if not isinstance(row, list) or len(row) != 3 or not all(isinstance(x, list) for x in row[1:]):
                raise Rejected("a term is a number, a list of factors, a list of squares")
            c = number(row[0])
            if c <= 0:
                raise Rejected("the number of a term is positive")
            factors, squares = ([self.term(x, d) for x in part] for part in row[1:])
            for f in factors:
                self.claim(d, f, ">=", "a factor")
            for f in squares:
                self.claim(d, plus(("abs", f), q(1)), ">", "a square")
            if not strict:
                strict = all(self._never_zero(d, f) for f in (*factors, *squares))
            total.append(times(q(c), *factors, *(power(s, 2) for s in squares)))
        if not strict:
            raise Rejected("in each term something vanishes somewhere")
        self.same(d, u, plus(*total), "combine")

    def _never_zero(self, d: Domain, f: Term) -> bool:
        """No zero at the points that are tried."""
        try:
            self.claim(d, f, "!=")
        except Rejected:
            return False
        return True

    def _generalize(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "new", "to", "then"), ("drop",))
        rows = node["new"]
        if not isinstance(rows, list) or not 1 <= len(rows) <= 8:
            raise Rejected("one to eight new variables")
        values: dict[str, Term] = {}
        sides: list[tuple[str, Side]] = []
        for row in rows:
            fields(row, ("name", "range", "value"), ("low", "high"))
            x, side = name(row["name"]), read_side(row["range"])
            if x in d.names() or x in values:
                raise Rejected(f"{x} is not a new name")
            h = self.term(row["value"], d)
            self.claim(d, plus(("abs", h), q(1)), ">", "a value")
            if side.low is not None:
                self.shown(d, minus(h, side.low), ">" if side.low_open else ">=", row.get("low"), "low")
            if side.high is not None:
                self.shown(d, minus(side.high, h), ">" if side.high_open else ">=", row.get("high"), "high")
            values[x] = h
            sides.append((x, side))
        wide = replace(d, sides=(*d.sides, *sides))
        drop = node.get("drop", [])
        if not isinstance(drop, list):
            raise Rejected("drop is a list of names")
        for x in drop:
            wide.side(x)
            wide = wide.bare(x)
            wide = replace(wide, sides=tuple(s for s in wide.sides if s[0] != x))
        v = self.term(node["to"], wide)
        self.same(d, u, substitute(v, values), "generalize")
        self.node(wide, v, rel, node["then"])

    def _apply(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "function", "a", "b", "then"), ("a_sign", "b_sign", "exponent"))
        a, b = self.term(node["a"], d), self.term(node["b"], d)
        self.same(d, u, minus(a, b), "apply")
        g = node["function"]
        if g == "power":
            r = number(node.get("exponent"))
            if r <= 0:
                raise Rejected("the exponent is positive")
            image = minus(power(a, r), power(b, r))
        elif g in ("log", "exp", "atan", "sinh", "tanh", "asinh"):
            image = minus((g, a), (g, b))
        else:
            raise Rejected("the functions are log, power, exp, atan, sinh, tanh and asinh")
        if g in ("power", "log"):
            for e, key in ((a, "a_sign"), (b, "b_sign")):
                self.shown(d, e, ">" if g == "log" else ">=", node.get(key), "apply")
        self.node(d, image, rel, node["then"])

    def _weaken(self, d: Domain, u: Term, rel: str, node: Json) -> None:
        fields(node, ("rule", "then"), ("box", "strict", "forget"))
        if node.get("forget"):
            d = Domain(d.sides)
        for x, row in fields(node.get("box", {}), (), tuple(d.names())).items():
            old, new = d.side(x), read_side(row)
            for mine, other, mine_open, other_open, s in (
                (old.low, new.low, old.low_open, new.low_open, 1),
                (old.high, new.high, old.high_open, new.high_open, -1),
            ):
                if other is None:
                    continue
                gap = None if mine is None else add(end(mine), -end(other)) * s
                if gap is None or negative(gap) or (gap == 0 and other_open and not mine_open):
                    raise Rejected("the new range does not hold the old one")
            d = d.bare(x).with_side(x, new)
        self.node(d, u, ">" if node.get("strict") else rel, node["then"])


RULES: dict[str, Callable[..., None]] = {
    rule: getattr(Checker, f"_{rule}")
    for rule in (
        "eval", "seen", "poly", "taylor", "mono", "concave", "split", "cases", "have", "scale", "rewrite", "either",
        "combine", "generalize", "apply", "weaken",
    )
}  # fmt: skip


def polynomial(u: Term, x: str) -> Any:
    """u as a polynomial in x over the rationals, by arithmetic of quotients; None if it is written with more.
    Raises Rejected if it is contradicted or not well formed.
    """
    one = flint.fmpq_poly([1])

    def pair(e: Term) -> tuple[Any, Any] | None:
        c = constant(e)
        if c is not None:
            return flint.fmpq_poly([flint.fmpq(c.numerator, c.denominator)]), one
        if e[0] == "var":
            return (flint.fmpq_poly([0, 1]), one) if e[1] == x else None
        if e[0] in ("+", "*"):
            rows = [pair(p) for p in e[1:]]
            out = rows[0]
            for r in rows[1:]:
                if out is None or r is None:
                    return None
                out = (out[0] * r[1] + r[0] * out[1], out[1] * r[1]) if e[0] == "+" else (out[0] * r[0], out[1] * r[1])
            return out
        if e[0] == "pow":
            n, base = constant(e[2]), pair(e[1])
            if n is None or base is None or n.denominator != 1 or abs(n) > 200:
                return None
            a, b = base if n >= 0 else (base[1], base[0])
            return (a ** abs(int(n)), b ** abs(int(n))) if b else None
        return None

    found = pair(u)
    if found is None:
        return None
    quotient, rest = divmod(found[0], found[1])
    if rest:
        raise Rejected("not a polynomial")
    return quotient


def check(item: Mapping[str, Json]) -> dict[str, Any]:
    """What is found for one scalar item. Raises Rejected, Cannot."""
    fields(dict(item), ("id", "vars", "lhs", "rel", "rhs"), ("proof", "refutation"), "item")
    if ("proof" in item) == ("refutation" in item):
        raise Rejected("an item has either a proof or a refutation")
    d, lhs, rhs, rel = statement(item)
    if "refutation" in item:
        return refuted(item["refutation"], d, lhs, rhs, rel)
    u = minus(rhs, lhs) if rel in ("<=", "<") else minus(lhs, rhs)
    return proof(str(item["id"]), d, u, ">=" if rel in ("<=", ">=") else ">", item["proof"])


def statement(item: Mapping[str, Json]) -> tuple[Domain, Term, Term, str]:
    """Domain, sides and relation of a scalar `item`; Rejected if it is not well formed."""
    rows = item["vars"]
    if not isinstance(rows, dict) or len(rows) > 12:
        raise Rejected("vars is an object with at most 12 names")
    d = Domain(tuple((name(x), read_side(row)) for x, row in rows.items()))
    if item["rel"] not in ("<=", "<", ">=", ">"):
        raise Rejected("rel is <=, <, >= or >")
    return d, read(item["lhs"], d.names()), read(item["rhs"], d.names()), item["rel"]


def proof(seed: str, d: Domain, u: Term, rel: str, node: Json) -> dict[str, Any]:
    """The answer for the proof `node` of `u` rel 0 on `d`; `seed` chooses the points. Rejected at a contradiction."""
    with bits(PRECISIONS[0]):
        checker = Checker(seed)
        checker.claim(d, u, rel)
        confirmed = checker.proved(d, u, rel)
        try:
            checker.node(d, u, rel, node)
        except Cannot:
            if not confirmed and not checker.tally.tested:
                raise
    how = "confirmed" if confirmed else "not contradicted"
    return {"how": how, "tested": checker.tally.tested, "open": checker.tally.open, "unvisited": checker.tally.empty}


def refuted(data: Json, d: Domain, lhs: Term, rhs: Term, rel: str) -> dict[str, Any]:
    """The answer for a refutation by the point in `data`; Rejected unless the inequality surely fails there.
    Raises Cannot where this checker has no way to tell.
    """
    fields(data, ("at",), ("bits",), "refutation")
    within(data.get("bits", 64), 16, 4000, "bits")
    at = data["at"]
    if not isinstance(at, dict) or set(at) != d.names():
        raise Rejected("the point gives a value to each variable")
    with bits(2048):
        point = {x: read(e, frozenset()) for x, e in at.items()}
        for x, e in point.items():
            side = d.side(x)
            at_open_end = (side.low_open and e == side.low) or (side.high_open and e == side.high)
            if at_open_end or outside(end(e), side):
                raise Rejected(f"the value of {x} lies outside of its range")
        gap = minus(substitute(lhs, point), substitute(rhs, point))
        try:
            found = value(gap, {})
        except Undefined as error:
            return {"how": "confirmed", "fails": str(error)}
        except Unsure:
            raise Cannot("balls do not decide whether the sides have values") from None
        if rel in (">=", ">"):
            found = -found
        if positive(found):
            return {"how": "confirmed", "fails": "relation"}
        if rel in ("<", ">") and not negative(found):
            exact = isinstance(found, Fraction)
            return {"how": "confirmed" if exact else "not contradicted", "fails": "both sides seem equal"}
        raise Rejected("the relation does not fail at the point")

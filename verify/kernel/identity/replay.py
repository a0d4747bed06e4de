"""Certificates of the kind `identities`.

    {"id", "vars": {name: kind | [low, high, low open, high open]}, "conditions": [[rel, a, b], ..], "lhs", "rhs",
     "proof": node, "witness": {name: value}}
    the same with "refutation": {"at": {name: value}, "bits", "values": [{part, value, because}, ..]}

A witness is a point that meets the conditions; it is needed if there are any.
The statement: at all values of the variables that meet the conditions, both sides are defined and equal. Kinds: real,
positive, nonnegative, complex, integer, nonneg_integer, positive_integer, odd_integer.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

from ..errors import Budget, Reject
from ..items import Outcome, outcomes
from ..scalar import terms as t
from ..scalar.domain import Domain, Side
from ..scalar.proof import Prover, fields, small
from ..scalar.terms import ONE, ZERO, Expr
from .enclose import Missing, Values, signed
from .proof import WORK, Identities, Scope, Work
from .terms import Reader, bound

Json = Any
MAX_VARS = 12
LINE = Side(None, None, True, True)
RANGES = {
    "real": LINE, "positive": Side(ZERO, None, True, True), "nonnegative": Side(ZERO, None, False, True),
    "integer": LINE, "nonneg_integer": Side(ZERO, None, False, True),
    "positive_integer": Side(ONE, None, False, True),
}  # fmt: skip

KINDS = (*RANGES, "complex", "odd_integer")


class Statement:
    """The reading of an item; `odd` maps odd integers n to 2 n + 1."""

    def __init__(self, data: Json, prover: Prover) -> None:
        rows = data["vars"]
        if type(rows) is not dict or len(rows) > MAX_VARS:
            raise Reject(f"vars is an object with at most {MAX_VARS} names")
        for name in rows:
            if not name.isidentifier() or name in ("pi", "I", "oo"):
                raise Reject(f"{name!r:.40} is not a name")
            if type(rows[name]) is str and rows[name] not in KINDS:
                raise Reject(f"unknown kind {rows[name]!r:.40}")
        self.rows = rows
        self.names = frozenset(rows)
        self.prover = prover
        self.reader = Reader(self.names)
        odd = {n: ("+", ("*", t.q(2), ("var", n)), ONE) for n, k in rows.items() if k == "odd_integer"}
        self.lhs, self.rhs = (t.substitute(self.reader.read(data[k]), odd) for k in ("lhs", "rhs"))
        self.conditions: list[tuple[str, Expr, Expr]] = []
        if type(data["conditions"]) is not list:
            raise Reject("conditions is a list")
        for row in data["conditions"]:
            if type(row) is not list or len(row) != 3 or row[0] not in ("!=", "<", "<=", ">", ">=", "="):
                raise Reject("a condition is [relation, left, right]")
            a, b = (t.substitute(self.reader.read(e), odd) for e in row[1:])
            self.conditions.append((row[0], a, b))

    def scope(self) -> Scope:
        kinds: list[tuple[str, str]] = []
        box: list[tuple[str, Side]] = []
        for name, row in self.rows.items():
            if row == "complex":
                kinds.append((name, "complex"))
                box += [(f"{name}.re", LINE), (f"{name}.im", LINE)]
            elif type(row) is str:
                kinds.append((name, "integer" if "integer" in row else "real"))
                box.append((name, RANGES.get(row, LINE)))
            else:
                kinds.append((name, "real"))
                box.append((name, self.prover.range(row)))
        s = Scope(tuple(kinds), Domain(tuple(box)))
        for rel, a, b in self.conditions:
            s = self._told(s, rel, a, b)
        return s

    def _told(self, s: Scope, rel: str, a: Expr, b: Expr) -> Scope:
        """A condition as a range of a coordinate if it is one, else as a fact; values without meaning are refused."""
        w = Work(s, self.prover)
        for e in (a, b):
            w.defined(e)
        if rel == "!=":
            domain = s.domain
            with suppress(Reject):  # of a complex number there is no fact about a real one
                domain = domain.told((t.minus(w.real(a), w.real(b)), "!="), True)
            return Scope(s.kinds, domain, (*s.nonzero, t.minus(a, b)))
        u = t.minus(*(w.real(e) for e in (a, b)))
        self.prover.defined(s.domain, u)
        if rel in ("<", "<="):
            u, rel = t.minus(*(w.real(e) for e in (b, a))), {"<": ">", "<=": ">="}[rel]
        for name, side in s.domain.box:
            if u == ("var", name) and side == LINE:
                return Scope(s.kinds, s.domain.smaller(name, Side(ZERO, None, rel == ">", True)), s.nonzero)
            if u == t.negative(("var", name)) and side == LINE and rel != "=":
                return Scope(s.kinds, s.domain.smaller(name, Side(None, ZERO, True, rel == ">")), s.nonzero)
        if rel == "=":
            return Scope(s.kinds, s.domain.told((u, ">="), True).told((t.negative(u), ">="), True), s.nonzero)
        return Scope(s.kinds, s.domain.told((u, rel), True), s.nonzero)


NOWHERE = Scope((), Domain(()))


def located(st: Statement, at: Json, values: Values) -> dict[str, Expr]:
    """The values of the variables at a point, which lies in their ranges and meets the conditions."""
    if type(at) is not dict or set(at) != st.names:
        raise Reject("the point gives a value to each variable")
    point: dict[str, Expr] = {}
    for name, raw in at.items():
        e = Reader(frozenset()).read(raw)
        kind = st.rows[name]
        if kind != "complex" and not values.of(e)[1].zero():
            raise Reject(f"the value of {name} is not real")
        values.of(e)
        whole = t.value_of(e)
        outside = whole is None or whole.denominator != 1 or (kind == "odd_integer" and whole.numerator % 2 == 0)
        if type(kind) is str and "integer" in kind and outside:
            raise Reject(f"the value of {name} is not such an integer")
        side = st.prover.range(kind) if type(kind) is not str else RANGES.get(kind, LINE)
        for end, opened, s in ((side.lo, side.lo_open, 1), (side.hi, side.hi_open, -1)):
            if end is not None:
                gap = s * st.prover.constant(t.minus(e, end))
                if gap < 0 or (gap == 0 and opened):
                    raise Reject(f"the value of {name} lies outside of its range")
        point[name] = t.q((whole - 1) / 2) if kind == "odd_integer" and whole is not None else e
    for rel, a, b in st.conditions:
        _holds(values, rel, t.minus(t.substitute(a, point), t.substitute(b, point)))
    return point


def refute(st: Statement, data: Json) -> dict[str, Any]:
    """At the point the conditions hold, and a side has no value or the sides differ."""
    fields(data, ("at",), ("bits", "values"))
    values = Values(small(data.get("bits", 96), 16, 4000, "bits"), Work(NOWHERE, st.prover).plane)
    point = located(st, data["at"], values)
    left, right = (expanded(t.substitute(e, point)) for e in (st.lhs, st.rhs))
    known = data.get("values", [])
    if type(known) is not list or len(known) > 20:
        raise Reject("values is a list")
    for row in known:
        fields(row, ("part", "value", "because"))
        identities = Identities(st.prover.budget, frozenset())
        part, value = identities.value(NOWHERE, row)
        left, right = t.replace(left, part, value), t.replace(right, part, value)
    if bound(left) or bound(right):
        raise Reject("sums, integrals and limits need a value")
    for name, e in (("left", left), ("right", right)):
        try:
            values.of(e)
        except Missing as error:
            return {"fails": "undefined", "side": name, "what": str(error)}
    gap_box = values.add(values.of(left), values.neg(values.of(right)))
    if not (signed(gap_box[0]) or signed(gap_box[1])):
        raise Reject("the sides are not seen to differ at the point")
    return {"fails": "relation", "margin": [repr(gap_box[0]), repr(gap_box[1])]}


def expanded(e: Expr) -> Expr:
    """Sums and products over ranges that have become numbers, written out."""
    if e[0] in ("sum", "product"):
        lo, hi = t.value_of(e[2]), t.value_of(e[3])
        if lo is None or hi is None or lo.denominator != 1 or hi.denominator != 1 or not lo <= hi <= lo + 200:
            raise Reject("a sum or product over this range is not expanded")
        rows = [expanded(t.substitute(e[4], {e[1][1]: t.q(k)})) for k in range(lo.numerator, hi.numerator + 1)]
        return t.add(*rows) if e[0] == "sum" else t.times(*rows)
    if e[0] == "binomial":
        n, k = t.value_of(e[1]), t.value_of(e[2])
        if n is not None and k is not None and k.denominator == 1 and 0 <= k <= 400:
            c = Fraction(1)
            for j in range(k.numerator):
                c = c * (n - j) / (j + 1)
            return t.q(c)
    if e[0] in ("q", "var", "pi", "I", "oo"):
        return e
    return (e[0], *(expanded(p) for p in e[1:]))


def _holds(values: Values, rel: str, gap: Expr) -> None:
    box = values.of(gap)
    zero = values.vanishes(gap, box)
    if rel == "!=":
        good = not zero
    elif rel == "=":
        good = zero
    else:
        if not box[1].zero():
            raise Reject("a condition compares numbers that are not real")
        up = rel in (">", ">=")
        good = zero if zero and rel in ("<=", ">=") else box[0].positive() if up else box[0].negative()
    if not good:
        raise Reject("a condition does not hold at the point")


def check(data: Json) -> Outcome:
    name = data["id"]
    fields(data, ("id", "vars", "conditions", "lhs", "rhs"), ("proof", "witness", "refutation"))
    if ("proof" in data) == ("refutation" in data):
        raise Reject("an item has either a proof or a refutation")
    budget = Budget(WORK)
    out: Outcome = {"id": name, "ok": True, "base_facts": [], "axioms": [], "oracles": [], "lemmas": []}
    try:
        st = Statement(data, Prover(budget))
        if "refutation" in data:
            return {**out, "kind": "refutation", **refute(st, data["refutation"])}
        identities = Identities(budget, st.names)
        if st.conditions:  # else the ranges alone show that there are such values
            located(st, data.get("witness"), Values(96, Work(NOWHERE, st.prover).plane))
        identities.prove(st.scope(), st.lhs, st.rhs, data["proof"])
    except Missing as e:
        raise Reject(f"no value: {e}") from None
    return {**out, "kind": "proof", "rules": identities.rules}


def check_all(items: Json) -> list[Outcome]:
    return outcomes(items, check)

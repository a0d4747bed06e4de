"""Checks statements about matrices of scalar expressions over a box."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from ..errors import Budget, Reject
from ..items import Outcome, outcomes
from ..scalar import terms
from ..scalar.normal import Normal
from ..scalar.proof import Prover
from ..scalar.replay import read_box
from ..signature import fields, rational
from .exact import is_pd, is_psd, symmetric

Json = Any
Poly = Any
WORK = 2_000_000
MAX_ROWS = 40
MAX_MINORS = 6
CLAIMS = ("psd", "pd", "not psd")
RULES = ("numbers", "minors", "gram", "schur", "dominant", "near", "blocks")
TOTAL = (
    "exp", "sin", "cos", "atan", "sinh", "cosh", "tanh", "asinh", "erf", "erfc", "abs", "sign", "min", "max", "+", "*",
)  # fmt: skip


class Statement:
    """{"matrix": rows of expressions, "vars": as in scalar statements, "claim": psd | pd | not psd}."""

    def __init__(self, data: Json, budget: Budget, lemmas: Mapping[str, Json]) -> None:
        keys = ("matrix", "vars", "claim")
        fields(data, keys, keys, "statement")
        self.domain, self.claim, self.budget, self.lemmas = data["vars"], data["claim"], budget, lemmas
        if self.claim not in CLAIMS:
            raise Reject("the claim is psd, pd or not psd")
        read_box(self.domain, Prover(budget))  # on an empty domain every claim would hold
        rows = data["matrix"]
        if type(rows) is not list or not 1 <= len(rows) <= MAX_ROWS or any(
                type(r) is not list or len(r) != len(rows) for r in rows):
            raise Reject("the matrix is a square table")
        names = frozenset(self.domain)
        self.entries = [[terms.read(x, names) for x in r] for r in rows]
        self.n = len(rows)
        self.normal = Normal(budget)
        self.used: set[str] = set()
        self.chosen: list[Any] = []

    def written(self, data: Json) -> Poly:
        """Normal form of a weight or vector entry; that it is real everywhere is shown at the end."""
        self.chosen.append(terms.read(data, frozenset(self.domain)))
        return self.normal.of(self.chosen[-1])

    def polys(self) -> list[list[Poly]]:
        """Normal forms of the entries, symmetric."""
        out = [[self.normal.of(x) for x in r] for r in self.entries]
        for i in range(self.n):
            for k in range(i):
                if not self.normal.is_zero(self.normal.add(out[i][k], out[k][i], -1)):
                    raise Reject("the matrix is not symmetric in normal form")
        return out

    def defined(self, entries: bool = True) -> None:
        """Each weight, vector entry and (unless a refutation says otherwise) entry of the matrix has a real value on
        the whole domain: it is total, or part of a proved scalar statement."""
        seen: set[Any] | None = None
        for x in (*self.chosen, *(x for r in self.entries if entries for x in r)):
            if _total(x):
                continue
            if seen is None:
                seen = {p for name in self.used for side in self.lemma(name)[::2] for p in terms.parts(side)}
            if not all(p in seen or _total(p) for p in terms.parts(x) if terms.needs(p)):
                raise Reject("an entry, weight or vector is not shown to have a value on the whole domain")

    # ---- scalar facts -----------------------------------------------------------------------------------

    def lemma(self, name: Json) -> tuple[Any, str, Any]:
        """Left side, relation, right side of a scalar statement that was accepted, over the same domain."""
        if type(name) is not str or name not in self.lemmas:
            raise Reject(f"no accepted scalar statement {name!r:.40}")
        domain, lhs, rel, rhs = said(self.lemmas[name])
        if domain != self.domain:
            raise Reject(f"the scalar statement {name!r:.40} is over another domain")
        self.used.add(name)
        names = frozenset(self.domain)
        return terms.read(lhs, names), rel, terms.read(rhs, names)

    def positive(self, p: Poly, fact: Json, strict: bool) -> None:
        """p >= 0 (> 0) on the domain: a rational number, or q p = left - right of a scalar statement, q > 0."""
        if fact is None:
            c = self.normal.constant(p)
            if c is None or c < 0 or (strict and c == 0):
                raise Reject("a number is not of the sign that is needed")
            return
        if type(fact) is not list or len(fact) != 2:
            raise Reject("a fact is [factor, name of a scalar statement], or null for a number")
        q = rational(fact[0])
        lhs, rel, rhs = self.lemma(fact[1])
        if q <= 0 or rel not in ("<=", "<", ">=", ">"):
            raise Reject("a fact is an inequality with a positive factor")
        if rel in ("<=", "<"):
            lhs, rhs = rhs, lhs
        if strict and rel in ("<=", ">="):
            raise Reject("a strict inequality is needed")
        gap = self.normal.add(self.normal.of(lhs), self.normal.of(rhs), -1)
        if not self.normal.is_zero(self.normal.add(self.normal.scale(gap, q), p, -1)):
            raise Reject("the scalar statement is about another expression")

    # ---- rules ------------------------------------------------------------------------------------------

    def prove(self, m: list[list[Poly]], node: Json, strict: bool) -> None:
        """M is PSD (positive definite) at every point of the domain."""
        if type(node) is not list or not node or node[0] not in RULES:
            raise Reject(f"a proof is one of {', '.join(RULES)}")
        self.budget.spend(10)
        getattr(self, f"_by_{node[0]}")(m, strict, *node[1:])

    def _by_numbers(self, m: list[list[Poly]], strict: bool) -> None:
        """All entries are rational: exact elimination."""
        rows = []
        for r in m:
            row = [self.normal.constant(p) for p in r]
            if any(x is None for x in row):
                raise Reject("an entry is not a rational number")
            rows.append([x for x in row if x is not None])
        if not (is_pd(rows) if strict else is_psd(rows)):
            raise Reject("the matrix of numbers is not " + ("positive definite" if strict else "PSD"))

    def minor(self, m: list[list[Poly]], rows: tuple[int, ...]) -> Poly:
        """Principal minor, by expansion along the first row."""
        memory: dict[tuple[int, ...], Poly] = {}
        a = self.normal

        def expand(depth: int, cols: tuple[int, ...]) -> Poly:
            if not cols:
                return a.const(1)
            if cols not in memory:
                total = a.const(0)
                for k, c in enumerate(cols):
                    entry = m[rows[depth]][c]
                    if entry:
                        total = a.add(total, a.mul(entry, expand(depth + 1, cols[:k] + cols[k + 1 :])), (-1) ** k)
                memory[cols] = total
            return memory[cols]

        return expand(0, rows)

    def _by_minors(self, m: list[list[Poly]], strict: bool, facts: Json) -> None:
        """All principal minors are >= 0; for positive definite: the leading ones are > 0."""
        n = len(m)
        if strict:
            wanted = [tuple(range(k)) for k in range(1, n + 1)]
        else:
            if n > MAX_MINORS:
                raise Reject("too many principal minors")
            wanted = [s for k in range(1, n + 1) for s in combinations(range(n), k)]
        if type(facts) is not list or len(facts) != len(wanted):
            raise Reject(f"{len(wanted)} facts are needed, one for each minor")
        for rows, fact in zip(wanted, facts, strict=True):
            self.positive(self.minor(m, rows), fact, strict)

    def _by_gram(self, m: list[list[Poly]], strict: bool, parts: Json) -> None:
        """M = sum w v v^T + rest with w >= 0 and a proof for the rest (strict for positive definite), or no rest."""
        a = self.normal
        rest = [list(r) for r in m]
        proof = None
        for part in parts:
            if part[0] == "rest":
                proof = part[1]
                continue
            w, fact, vector = part
            if type(vector) is not list or len(vector) != len(m):
                raise Reject("a vector has an entry for each row")
            weight = self.written(w)
            self.positive(weight, fact, False)
            v = [self.written(x) for x in vector]
            for i in range(len(m)):
                for k in range(len(m)):
                    if v[i] and v[k]:
                        rest[i][k] = a.add(rest[i][k], a.mul(weight, a.mul(v[i], v[k])), -1)
        if proof is not None:
            self.prove(rest, proof, strict)
        elif strict or not all(a.is_zero(p) for r in rest for p in r):
            raise Reject("the parts do not add up to the matrix" if not strict else "a strict part is missing")

    def _by_schur(self, m: list[list[Poly]], strict: bool, row: Json, fact: Json, rest: Json) -> None:
        """d = M_ii > 0, and d M' - m m^T PSD (positive definite) for the other rows."""
        n, a = len(m), self.normal
        if type(row) is not int or not 0 <= row < n or n < 2:
            raise Reject("no such row")
        d = m[row][row]
        self.positive(d, fact, True)
        left = [i for i in range(n) if i != row]
        self.prove(
            [[a.add(a.mul(d, m[i][k]), a.mul(m[i][row], m[row][k]), -1) for k in left] for i in left], rest, strict
        )

    def _by_dominant(self, m: list[list[Poly]], strict: bool, signs: Json, facts: Json) -> None:
        """M_ii - sum s_ik M_ik >= 0 and s_ik M_ik >= 0 with signs s: diagonally dominant (Gershgorin)."""
        n, a = len(m), self.normal
        if len(facts) != n or len(signs) != n:
            raise Reject("a fact and signs for each row are needed")
        for i in range(n):
            total = m[i][i]
            for k in range(n):
                if k != i:
                    sign, fact = signs[i][k]
                    if sign not in (1, -1) or type(sign) is not int:
                        raise Reject("a sign is 1 or -1")
                    self.positive(a.scale(m[i][k], sign), fact, False)
                    total = a.add(total, m[i][k], -sign)
            self.positive(total, facts[i], strict)

    def _by_blocks(self, m: list[list[Poly]], strict: bool, parts: Json) -> None:
        """The rows fall into groups without entries between them, and each group has a proof."""
        rows = [i for part in parts for i in part[0]]
        if any(type(i) is not int for i in rows) or sorted(rows) != list(range(len(m))):
            raise Reject("the groups contain each row once")
        home = {i: g for g, part in enumerate(parts) for i in part[0]}
        if any(m[i][k] and home[i] != home[k] for i in home for k in home):
            raise Reject("an entry between two groups is not zero")
        for group, proof in parts:
            self.prove([[m[i][k] for k in group] for i in group], proof, strict)

    def _by_near(self, m: list[list[Poly]], strict: bool, rows: Json, radius: Json, facts: Json) -> None:
        """Each entry is within `radius` of a rational one, and the rational matrix stays definite when n * radius is
        taken off its diagonal (the spectral norm of the difference is at most n * radius)."""
        n, a = len(m), self.normal
        r, middle = rational(radius), [[rational(x) for x in row] for row in rows]
        if r < 0 or len(middle) != n or any(len(row) != n for row in middle) or not symmetric(middle):
            raise Reject("the rational matrix does not fit")
        for i in range(n):
            for k in range(i + 1):
                below, above = facts[i][k]
                gap = a.add(m[i][k], a.const(middle[i][k]), -1)
                self.positive(a.add(a.const(r), gap), below, False)
                self.positive(a.add(a.const(r), gap, -1), above, False)
        shifted = [[middle[i][k] - (n * r if i == k else 0) for k in range(n)] for i in range(n)]
        if not (is_pd(shifted) if strict else is_psd(shifted)):
            raise Reject("the rational matrix is not definite enough")

    def negative_somewhere(self, m: list[list[Poly]], node: Json, strict: bool) -> None:
        """Everywhere on the domain M is not PSD: a form or a principal minor is negative. With `strict` False M is
        not positive definite: a principal minor, or the form of a vector other than 0, is at most 0."""
        a = self.normal
        if node[0] == "vector":
            v = [self.written(x) for x in node[1]]
            if len(v) != len(m) or (not strict and not any(a.constant(x) for x in v)):
                raise Reject("a vector with a constant entry other than 0 is needed, with an entry for each row")
            total = a.const(0)
            for i in range(len(m)):
                for k in range(len(m)):
                    if v[i] and v[k]:
                        total = a.add(total, a.mul(a.mul(v[i], v[k]), m[i][k]))
            self.positive(a.scale(total, -1), node[2], strict)
        elif node[0] == "minor":
            rows = tuple(node[1])
            if list(rows) != sorted(set(rows)) or not rows or not all(type(i) is int and 0 <= i < len(m) for i in rows):
                raise Reject("the rows of a minor are increasing")
            self.positive(a.scale(self.minor(m, rows), -1), node[2], strict)
        else:
            raise Reject("a failure is shown by a vector or a minor")

    def at(self, point: Json) -> Statement:
        """The same matrix at a rational point of the domain."""
        if type(point) is not dict or set(point) != set(self.domain):
            raise Reject("the point gives a value to each variable")
        values = {}
        for name, text in point.items():
            x = rational(text)
            low, high, open_low, open_high = self.domain[name]
            for end, is_open, side in ((low, open_low, 1), (high, open_high, -1)):
                if end is None:
                    continue
                c = terms.value_of(terms.read(end, frozenset()))
                if c is None or side * (x - c) < 0 or (x == c and is_open):
                    raise Reject("the point is not seen to lie in the domain")
            values[name] = terms.q(x)
        out = Statement.__new__(Statement)
        out.domain, out.claim, out.budget, out.lemmas = {}, self.claim, self.budget, self.lemmas
        out.entries = [[terms.substitute(x, values) for x in r] for r in self.entries]
        out.n, out.normal, out.used = self.n, self.normal, self.used
        out.chosen = []
        return out


def _total(e: Any) -> bool:
    """Does the expression have a value wherever its variables have one, by its shape?"""
    if e[0] in ("q", "var", "pi") or terms.value_of(e) is not None:
        return True
    if e[0] == "pow":
        r = terms.value_of(e[2])
        if r is not None and _positive(e[1]):
            return True
        return r is not None and r.denominator == 1 and r >= 0 and _total(e[1])
    if e[0] == "log":
        return _positive(e[1])
    return e[0] in TOTAL and all(_total(p) for p in e[1:])


def _positive(e: Any) -> bool:
    """Total, with a positive value, by its shape."""
    if e[0] in ("pi", "q"):
        return e[0] == "pi" or bool(e[1] > 0)
    if e[0] in ("exp", "cosh"):
        return _total(e[1])
    if e[0] == "pow":
        return _positive(e[1]) and terms.value_of(e[2]) is not None
    return e[0] in ("+", "*") and all(_positive(p) for p in e[1:])


def said(item: Json) -> tuple[Json, Json, str, Json]:
    """Domain, left side, relation and right side of a scalar item."""
    if "proof" not in item:
        raise Reject("a scalar statement that is refuted proves nothing here")
    return item["vars"], item["lhs"], item["rel"], item["rhs"]


def item(data: Json, lemmas: Mapping[str, Json]) -> dict[str, Any]:
    """{"id", "statement", "proof" | "refutation"}."""
    fields(data, ("id", "statement", "proof", "refutation"), ("id", "statement"), "item")
    if len(data) != 3:
        raise Reject("an item has an id, a statement, and a proof or a refutation")
    s = Statement(data["statement"], Budget(WORK), lemmas)
    out = {"id": data["id"], "ok": True, "base_facts": [], "axioms": [], "oracles": []}
    if "proof" in data:
        if s.claim == "not psd":
            s.negative_somewhere(s.polys(), data["proof"], True)
        else:
            s.prove(s.polys(), data["proof"], s.claim == "pd")
        s.defined()
        return {**out, "claims": "proved", "rests": sorted(s.used)}
    how = fields(data["refutation"], ("at", "because"), ("at", "because"), "refutation")
    here = s.at(how["at"])
    if s.claim == "not psd":
        here.prove(here.polys(), how["because"], False)
        here.defined()
    else:
        here.negative_somewhere(here.polys(), how["because"], s.claim == "psd")
        here.defined(entries=False)
    return {**out, "claims": "refuted", "rests": sorted(here.used)}


def check_all(items: list[Any], lemmas: Mapping[str, Json]) -> list[Outcome]:
    """`lemmas`: scalar items of the file that were accepted, by id."""
    return outcomes(items, lambda data: item(data, lemmas))

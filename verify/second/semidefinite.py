"""Semidefinite items: the matrix and every part of its proof at points of the box.

At a point the entries are rationals or balls. Elimination decides whether a matrix of rationals is PSD; of balls,
minors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from . import scalars
from .domains import Domain, end, outside, points, read_side, shown
from .errors import Cannot, Rejected, Undefined, Unsure
from .reals import Real, add, bits, mul, negative, nonnegative, positive, value
from .terms import Json, Term, fields, name, number, read

PRECISION = 400
POINTS = 24
SMALL = 4
Rows = list[list[Real]]
Table = list[Rows]  # the matrix at each of the points


@dataclass(frozen=True)
class Facts:
    """Scalar items of the file by id, and what their proofs were found to be."""

    items: Mapping[str, Json]
    good: Mapping[str, bool]


def psd(m: Rows, strict: bool) -> bool | None:
    """Is the symmetric matrix PSD (positive definite)? None if balls do not decide."""
    n = len(m)
    a = [list(r) for r in m]
    exact = all(isinstance(x, Fraction) for r in a for x in r)
    if not exact:
        return _balls(m, strict)
    for k in range(n):
        pivot = a[k][k]
        if pivot < 0 or (strict and pivot == 0):
            return False
        if pivot == 0:
            if any(a[i][k] != 0 for i in range(k + 1, n)):
                return False
            continue
        for i in range(k + 1, n):
            f = a[i][k] / pivot
            for j in range(k, n):
                a[i][j] -= f * a[k][j]
    return True


def _balls(m: Rows, strict: bool) -> bool | None:
    """Positive definite by elimination in balls; not PSD by a minor."""
    n = len(m)
    a = [list(r) for r in m]
    for k in range(n):
        if not positive(a[k][k]):
            break
        for i in range(k + 1, n):
            try:
                f = a[i][k] / a[k][k] if isinstance(a[k][k], Fraction) == isinstance(a[i][k], Fraction) else mul(
                    a[i][k], inverse(a[k][k]))  # fmt: skip
                for j in range(k, n):
                    a[i][j] = add(a[i][j], -mul(f, a[k][j]))
            except Unsure:
                return None
    else:
        return True
    for size in range(1, min(n, SMALL) + 1):
        for rows in combinations(range(n), size):
            d = minor(m, rows)
            if negative(d) or (strict and isinstance(d, Fraction) and d == 0):
                return False
    if negative(minor(m, tuple(range(n)))) if n <= 7 else False:
        return False
    return None


def inverse(x: Real) -> Real:
    """1 / x; Undefined at 0."""
    from .reals import fixed_power

    return fixed_power(x, Fraction(-1))


def apart(x: Real, y: Real) -> bool:
    """Certainly two numbers."""
    gap = add(x, -y)
    return positive(gap) or negative(gap)


def minor(m: Rows, rows: Sequence[int]) -> Real:
    """By expansion along the first row."""

    def expand(depth: int, cols: tuple[int, ...]) -> Real:
        if not cols:
            return Fraction(1)
        total: Real = Fraction(0)
        for k, c in enumerate(cols):
            term = mul(m[rows[depth]][c], expand(depth + 1, cols[:k] + cols[k + 1 :]))
            total = add(total, term if k % 2 == 0 else -term)
        return total

    return expand(0, tuple(rows))


class Checker:
    """One semidefinite statement, the facts it may use, and the points at which it is tested."""

    def __init__(self, data: Json, facts: Facts, seed: str) -> None:
        fields(data, ("matrix", "vars", "claim"), what="statement")
        if data["claim"] not in ("psd", "pd", "not psd"):
            raise Rejected("the claim is psd, pd or not psd")
        self.claim, self.vars, self.facts, self.seed = data["claim"], data["vars"], facts, seed
        if not isinstance(self.vars, dict):
            raise Rejected("vars is an object")
        self.domain = Domain(tuple((name(x), read_side(row)) for x, row in self.vars.items()))
        rows = data["matrix"]
        if not isinstance(rows, list) or not 1 <= len(rows) <= 40 or any(
                not isinstance(r, list) or len(r) != len(rows) for r in rows):
            raise Rejected("the matrix is a square table")
        self.entries = [[read(x, self.domain.names()) for x in r] for r in rows]
        self.tested = self.open = 0
        self.at: list[Mapping[str, Real]] = []

    # ---- values --------------------------------------------------------------------------------------------

    def values(self, e: Term, what: str) -> list[Real]:
        """At each point; raises Rejected where there is none."""
        out = []
        for point in self.at:
            try:
                out.append(value(e, point))
            except Undefined as error:
                raise Rejected(f"{what} has no value at {shown(point)} ({error})") from None
        return out

    def table(self, domain: Domain) -> Table:
        """The matrix at points of the domain where all entries can be evaluated; symmetric. Raises Cannot where
        this checker has no way to tell, Rejected if it is contradicted or not well formed.
        """
        keep: list[Mapping[str, Real]] = []
        out: Table = []
        for point in points(domain, self.seed, POINTS):
            try:
                rows = [[value(x, point) for x in r] for r in self.entries]
            except Undefined as error:
                raise Rejected(f"an entry has no value at {shown(point)} ({error})") from None
            except Unsure:
                continue
            n = len(rows)
            for i in range(n):
                for k in range(i):
                    gap = add(rows[i][k], -rows[k][i])
                    if positive(gap) or negative(gap):
                        raise Rejected(f"the matrix is not symmetric at {shown(point)}")
            keep.append(point)
            out.append(rows)
        self.at = keep
        if not out:
            raise Cannot("no point at which the matrix can be evaluated")
        return out

    def sign(self, values: list[Real], fact: Json, strict: bool) -> None:
        """The values are >= 0 (> 0): rational numbers, or a positive multiple of a scalar item. Raises Rejected
        if it is contradicted or not well formed.
        """
        if fact is None:
            if any(apart(x, values[0]) for x in values):
                raise Rejected("not a rational number")
            gaps = values
        else:
            if not isinstance(fact, list) or len(fact) != 2:
                raise Rejected("a fact is [factor, name], or null")
            q, (u, rel) = number(fact[0]), self.lemma(fact[1])
            if q <= 0:
                raise Rejected("a fact has a positive factor")
            if strict and rel == ">=":
                raise Rejected("a strict inequality is needed")
            gaps = [mul(q, x) for x in self.values(u, "a fact")]
            for x, y in zip(gaps, values, strict=True):
                if apart(x, y):
                    raise Rejected("the scalar statement is about another expression")
        for x in (*gaps, *values):
            if negative(x) or (strict and isinstance(x, Fraction) and x == 0):
                raise Rejected("a number is not of the sign that is needed")
            self.tested += nonnegative(x)

    def lemma(self, key: Json) -> tuple[Term, str]:
        """Term and relation of the scalar item `key`; Rejected unless it has a proof over the same box."""
        item = self.facts.items.get(key) if isinstance(key, str) else None
        if item is None or "proof" not in item or not self.facts.good.get(key, True):
            raise Rejected(f"no proved scalar statement {key!r:.40}")
        if item["vars"] != self.vars:
            raise Rejected("the scalar statement is over another domain")
        _, lhs, rhs, rel = scalars.statement(item)
        u = ("+", rhs, ("*", ("q", Fraction(-1)), lhs)) if rel in ("<", "<=") else (
            "+", lhs, ("*", ("q", Fraction(-1)), rhs))  # fmt: skip
        return u, ">=" if rel in ("<=", ">=") else ">"

    # ---- rules ---------------------------------------------------------------------------------------------

    def prove(self, m: Table, node: Json, strict: bool) -> None:
        """Test the proof `node` of the matrix `m`, definite if `strict`; Rejected at a contradiction."""
        if not isinstance(node, list) or not node or not isinstance(node[0], str):
            raise Rejected("a proof is a list that begins with a word")
        for rows, point in zip(m, self.at, strict=True):
            found = psd(rows, strict)
            if found is False:
                raise Rejected(f"not {'positive definite' if strict else 'PSD'} at {shown(point)}")
            self.tested += found is True
            self.open += found is None
        rule, rest = node[0], node[1:]
        arity = {"numbers": 0, "minors": 1, "schur": 3, "blocks": 1, "gram": 1, "dominant": 2, "near": 3}
        if arity.get(rule) != len(rest):
            raise Rejected(f"a proof is one of {', '.join(arity)}")
        getattr(self, f"_{rule}")(m, strict, *rest)

    def _numbers(self, m: Table, strict: bool) -> None:
        n = len(m[0])
        if any(apart(x[i][k], m[0][i][k]) for x in m for i in range(n) for k in range(n)):
            raise Rejected("an entry is not a rational number")

    def _minors(self, m: Table, strict: bool, facts: Json) -> None:
        n = len(m[0])
        if strict:
            wanted = [tuple(range(k)) for k in range(1, n + 1)]
        else:
            if n > 6:
                raise Rejected("too many principal minors")
            wanted = [s for k in range(1, n + 1) for s in combinations(range(n), k)]
        if not isinstance(facts, list) or len(facts) != len(wanted):
            raise Rejected(f"{len(wanted)} facts are needed")
        for rows, fact in zip(wanted, facts, strict=True):
            self.sign([minor(x, rows) for x in m], fact, strict)

    def _schur(self, m: Table, strict: bool, row: Json, fact: Json, rest: Json) -> None:
        n = len(m[0])
        if isinstance(row, bool) or not isinstance(row, int) or not 0 <= row < n or n < 2:
            raise Rejected("no such row")
        self.sign([x[row][row] for x in m], fact, True)
        left = [i for i in range(n) if i != row]
        self.prove([[[add(mul(x[row][row], x[i][k]), -mul(x[i][row], x[row][k])) for k in left] for i in left]
                    for x in m], rest, strict)  # fmt: skip

    def _blocks(self, m: Table, strict: bool, parts: Json) -> None:
        if not isinstance(parts, list) or any(not isinstance(p, list) or len(p) != 2 for p in parts):
            raise Rejected("blocks are pairs of rows and a proof")
        rows = [i for group, _ in parts for i in _ints(group)]
        if sorted(rows) != list(range(len(m[0]))):
            raise Rejected("the groups contain each row once")
        home = {i: g for g, (group, _) in enumerate(parts) for i in group}
        for x in m:
            for i in home:
                for k in home:
                    if home[i] != home[k] and (positive(x[i][k]) or negative(x[i][k])):
                        raise Rejected("an entry between two groups is not zero")
        for group, node in parts:
            self.prove([[[x[i][k] for k in group] for i in group] for x in m], node, strict)

    def _gram(self, m: Table, strict: bool, parts: Json) -> None:
        if not isinstance(parts, list):
            raise Rejected("a gram sum is a list")
        rest = [[list(r) for r in x] for x in m]
        node = None
        n = len(m[0])
        names = self.domain.names()
        for part in parts:
            if not isinstance(part, list) or len(part) != (2 if part[:1] == ["rest"] else 3):
                raise Rejected("a part is [weight, fact, vector] or [rest, proof]")
            if part[0] == "rest":
                node = part[1]
                continue
            if not isinstance(part[2], list) or len(part[2]) != n:
                raise Rejected("a vector has an entry for each row")
            weights = self.values(read(part[0], names), "a weight")
            self.sign(weights, part[1], False)
            vectors = [self.values(read(x, names), "a vector") for x in part[2]]
            for x, (w, *v) in zip(rest, zip(weights, *vectors, strict=True), strict=True):
                for i in range(n):
                    for k in range(n):
                        x[i][k] = add(x[i][k], -mul(w, mul(v[i], v[k])))
        if node is not None:
            self.prove(rest, node, strict)
        elif strict or any(positive(a) or negative(a) for x in rest for r in x for a in r):
            raise Rejected("the parts do not add up to the matrix")

    def _dominant(self, m: Table, strict: bool, signs: Json, facts: Json) -> None:
        n = len(m[0])
        if not isinstance(signs, list) or not isinstance(facts, list) or len(signs) != n or len(facts) != n or any(
                not isinstance(r, list) or len(r) != n for r in signs):
            raise Rejected("a fact and signs for each row are needed")
        for i in range(n):
            totals = [x[i][i] for x in m]
            for k in range(n):
                if k == i:
                    continue
                pair = signs[i][k]
                if not isinstance(pair, list) or len(pair) != 2 or pair[0] not in (1, -1) or isinstance(pair[0], bool):
                    raise Rejected("a sign is 1 or -1")
                part = [x[i][k] * pair[0] for x in m]
                self.sign(part, pair[1], False)
                totals = [add(t, -p) for t, p in zip(totals, part, strict=True)]
            self.sign(totals, facts[i], strict)

    def _near(self, m: Table, strict: bool, rows: Json, radius: Json, facts: Json) -> None:
        n, r = len(m[0]), number(radius)
        if not isinstance(rows, list) or len(rows) != n or any(not isinstance(x, list) or len(x) != n for x in rows):
            raise Rejected("the rational matrix does not fit")
        middle = [[number(x) for x in row] for row in rows]
        if r < 0 or any(middle[i][k] != middle[k][i] for i in range(n) for k in range(n)):
            raise Rejected("the rational matrix does not fit")
        for i in range(n):
            for k in range(i + 1):
                below, above = facts[i][k]
                self.sign([add(add(x[i][k], -middle[i][k]), r) for x in m], below, False)
                self.sign([add(r, -add(x[i][k], -middle[i][k])) for x in m], above, False)
        shifted: Rows = [[middle[i][k] - (n * r if i == k else 0) for k in range(n)] for i in range(n)]
        if not psd(shifted, strict):
            raise Rejected("the rational matrix is not definite enough")

    def fails(self, m: Table, node: Json, strict: bool) -> None:
        """M is not PSD (with `strict` false: not positive definite) at each point. Raises Rejected if it is
        contradicted or not well formed.
        """
        n = len(m[0])
        if not isinstance(node, list) or len(node) != 3 or node[0] not in ("vector", "minor"):
            raise Rejected("a failure is shown by a vector or a minor")
        if node[0] == "minor":
            rows = _ints(node[1])
            if not rows or rows != sorted(set(rows)) or not 0 <= rows[0] <= rows[-1] < n:
                raise Rejected("the rows of a minor are increasing")
            self.sign([-minor(x, rows) for x in m], node[2], strict)
            return
        if not isinstance(node[1], list) or len(node[1]) != n:
            raise Rejected("a vector has an entry for each row")
        vectors = [self.values(read(x, self.domain.names()), "the vector") for x in node[1]]
        fixed = [x[0] for x in vectors if all(isinstance(y, Fraction) and y == x[0] for y in x)]
        if not strict and not any(fixed):
            raise Rejected("a vector with a constant entry other than 0 is needed")
        forms = []
        for x, v in zip(m, zip(*vectors, strict=True), strict=True):
            total: Real = Fraction(0)
            for i in range(n):
                for k in range(n):
                    total = add(total, mul(mul(v[i], v[k]), x[i][k]))
            forms.append(-total)
        self.sign(forms, node[2], strict)


def _ints(data: Json) -> list[int]:
    if not isinstance(data, list) or any(isinstance(i, bool) or not isinstance(i, int) for i in data):
        raise Rejected("rows are whole numbers")
    return data


def check(item: Mapping[str, Json], facts: Facts) -> dict[str, Any]:
    """The answer for a semidefinite `item` that uses scalar `facts`; Rejected if it is not well formed or is
    contradicted. Raises Cannot where this checker has no way to tell.
    """
    fields(dict(item), ("id", "statement"), ("proof", "refutation"), "item")
    if ("proof" in item) == ("refutation" in item):
        raise Rejected("an item has a proof or a refutation")
    with bits(PRECISION):
        checker = Checker(item["statement"], facts, str(item["id"]))
        try:
            how = _checked(checker, item)
        except Unsure:
            raise Cannot("balls do not decide a value") from None
    return {"how": how, "tested": checker.tested, "open": checker.open}


def _checked(c: Checker, item: Mapping[str, Json]) -> str:
    if "proof" in item:
        m = c.table(c.domain)
        if c.claim == "not psd":
            c.fails(m, item["proof"], True)
        else:
            c.prove(m, item["proof"], c.claim == "pd")
        exact = not c.domain.sides and all(isinstance(x, Fraction) for r in m[0] for x in r)
        return "confirmed" if exact else "not contradicted"
    data = fields(item["refutation"], ("at", "because"), what="refutation")
    if not isinstance(data["at"], dict) or set(data["at"]) != c.domain.names():
        raise Rejected("the point gives a value to each variable")
    point = {x: number(text) for x, text in data["at"].items()}
    for x, here in point.items():
        side = c.domain.side(x)
        if outside(here, side):
            raise Rejected(f"the value of {x} is not in its range")
        if any(e is not None and not isinstance(end(e), Fraction) for e in (side.low, side.high)):
            raise Rejected("an end is not rational")
    try:
        m = [[[value(x, point) for x in r] for r in c.entries]]
    except Undefined:
        return "confirmed"
    c.at = [point]
    n = len(m[0])
    if any(g > 0 or g < 0 for r in range(n) for k in range(r) for g in [add(m[0][r][k], -m[0][k][r])]):
        raise Rejected("the matrix is not symmetric")
    c.domain, c.vars = Domain(()), {}
    if c.claim == "not psd":
        c.prove(m, data["because"], False)
    else:
        c.fails(m, data["because"], c.claim == "psd")
    decided = psd(m[0], c.claim == "pd")
    if decided is not None and decided == (c.claim != "not psd"):
        raise Rejected("the claim holds at the point")
    return "confirmed" if decided is not None else "not contradicted"

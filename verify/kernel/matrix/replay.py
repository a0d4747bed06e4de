"""Statements about matrices: proofs for all sizes, and refutations at an exact instance."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..errors import Budget, Reject
from ..items import Outcome, outcomes
from ..signature import fields, rational
from . import dims as dm
from .evaluate import Evaluator, Polynomial, Undefined, Value, instance
from .networks import Algebra, Net, ordered
from .terms import Json, Letters, Reader, inverses

WORK = 3_000_000  # for one statement
MAX_STEPS = 400
MAX_PARTS = 2_000


class Statement:
    """letters, invertible expressions, hypotheses [X, Y], goal [X, Y]."""

    def __init__(self, data: Json, budget: Budget, symbolic: bool = True) -> None:
        """`symbolic`: demand normal forms for all sizes; at an instance shapes are checked by evaluation."""
        keys = ("letters", "invertible", "hyps", "goal")
        fields(data, keys, keys, "statement")
        self.letters = Letters(data["letters"])
        self.algebra = Algebra(self.letters.symmetric, budget)
        self.reader = Reader(self.letters, self.algebra)
        self.symbolic = symbolic
        self.invertible = [self._term(t) for t in _list(data["invertible"], "invertible")]
        self.hyps = [self._pair(h) for h in _list(data["hyps"], "hyps")]
        self.goal = self._pair(data["goal"])

    def _term(self, t: Json) -> Json:
        if self.symbolic and not self.reader.read(t).square:
            raise Reject("an invertible expression is square")
        return t

    def _pair(self, data: Json) -> tuple[Json, Json]:
        if type(data) is not list or len(data) != 2:
            raise Reject("an equation is [left, right]")
        if self.symbolic:
            self.difference(data[0], data[1])
        return data[0], data[1]

    def difference(self, a: Json, b: Json) -> Net:
        return self.algebra.add(self.reader.read(a), self.reader.read(b), -1)


def _list(data: Json, what: str) -> list[Any]:
    if type(data) is not list:
        raise Reject(f"{what} must be a list")
    return data


class Proof:
    """Equations that follow from the hypotheses, and expressions known to be invertible."""

    def __init__(self, statement: Statement) -> None:
        self.s, self.a, self.r = statement, statement.algebra, statement.reader
        self.facts: dict[str, tuple[Net, Net]] = {}
        self.regular: list[Net] = []
        self.base: set[str] = set()
        read = self.r.read
        for k, (x, y) in enumerate(statement.hyps):
            self.facts[f"h{k}"] = read(x), read(y)
        for name, flags in statement.letters.flags.items():
            if "orthogonal" in flags:
                q = ["v", name]
                one = self.a.one(statement.letters.shapes[name][0])
                self.facts[f"{name}.l"] = read(["*", ["T", q], q]), one
                self.facts[f"{name}.r"] = read(["*", q, ["T", q]]), one

    # ---- equations -------------------------------------------------------------------------------------

    def equation(self, ref: Json) -> tuple[Net, Net]:
        """Two expressions that are equal: a hypothesis, an earlier step, or an instance of a known theorem."""
        if type(ref) is str:
            if ref not in self.facts:
                raise Reject(f"no equation {ref!r:.40} before this step")
            return self.facts[ref]
        if type(ref) is not list or not ref or ref[0] not in ("det*", "sylvester", "kron-det", "cayley", "newton"):
            raise Reject(f"no known theorem: {ref!r:.60}")
        method = getattr(self, "_law_" + ref[0].replace("*", "").replace("-", "_"))
        found: tuple[Net, Net] = method(*(self.r.read(t) for t in ref[1:]))
        return found

    def _law_det(self, x: Net, y: Net) -> tuple[Net, Net]:
        """det(XY) = det X det Y."""
        self.base.add("det-multiplicative")
        if not x.square or x.rows != y.rows or not y.square:
            raise Reject("the product rule for determinants needs two square matrices of one size")
        a = self.a
        return a.det(a.mul(x, y)), a.mul(a.det(x), a.det(y))

    def _law_sylvester(self, x: Net, y: Net) -> tuple[Net, Net]:
        """det(1 + XY) = det(1 + YX)."""
        self.base.add("det-sylvester")
        if x.cols != y.rows or x.rows != y.cols:
            raise Reject("the matrices of Sylvester's theorem do not compose both ways")
        a = self.a
        both = [a.det(a.add(a.one(p.rows), a.mul(p, q))) for p, q in ((x, y), (y, x))]
        return both[0], both[1]

    def _law_kron_det(self, x: Net, y: Net) -> tuple[Net, Net]:
        """det(X (x) Y) = det(X)^q det(Y)^p for X of order p and Y of order q."""
        self.base.add("det-kronecker")
        if not x.square or not y.square:
            raise Reject("the determinant of a Kronecker product needs square factors")
        a = self.a
        p, q = dm.polynomial(x.rows), dm.polynomial(y.rows)
        return a.det(a.kron(x, y)), a.mul(a.power(a.det(x), q), a.power(a.det(y), p))

    def _symmetric_functions(self, x: Net) -> list[Net]:
        """e_0, .., e_n of the eigenvalues of X of fixed order n, by Newton's identities from traces of powers."""
        n = dm.whole(dm.polynomial(x.rows))
        if not x.square or n is None or not 1 <= n <= 5:
            raise Reject("this needs a square matrix of a fixed order of at most 5")
        a = self.a
        powers, traces = x, []
        for _ in range(n):
            traces.append(a.trace(powers))
            powers = a.mul(powers, x)
        e = [a.rational(1)]
        for k in range(1, n + 1):
            total = a.rational(0)
            for i in range(1, k + 1):
                total = a.add(total, a.mul(e[k - i], traces[i - 1]), (-1) ** (i - 1))
            e.append(a.scale(total, Fraction(1, k)))
        return e

    def _law_newton(self, x: Net) -> tuple[Net, Net]:
        """det X as a polynomial in traces of powers, for X of a fixed order."""
        self.base.add("newton-identities")
        return self.a.det(x), self._symmetric_functions(x)[-1]

    def _law_cayley(self, x: Net) -> tuple[Net, Net]:
        """The characteristic polynomial annihilates X, for X of a fixed order."""
        self.base.add("cayley-hamilton")
        a, e = self.a, self._symmetric_functions(x)
        total, power = Net(x.rows, x.cols, {}), a.one(x.rows)
        for k in range(len(e)):
            total = a.add(total, a.mul(e[len(e) - 1 - k], power), (-1) ** (len(e) - 1 - k))
            power = a.mul(power, x)
        return total, Net(x.rows, x.cols, {})

    def combined(self, parts: Json, like: Net) -> Net:
        """sum q (C[X] - C[Y]) over [q, C, reference]; C is a term with ["hole"], or null for the hole itself."""
        if len(_list(parts, "by")) > MAX_PARTS:
            raise Reject("too many parts in one step")
        total = Net(like.rows, like.cols, {})
        for part in parts:
            if type(part) is not list or len(part) != 3:
                raise Reject("a part is [coefficient, context, equation]")
            q, context, ref = part
            x, y = self.equation(ref)
            if context is not None:
                x, y = self.r.filled(context, x), self.r.filled(context, y)
            total = self.a.add(total, self.a.add(x, y, -1), rational(q))
        return total

    def proves(self, difference: Net, parts: Json) -> None:
        rest = self.a.add(difference, self.combined(parts, difference), -1)
        if rest.terms:
            raise Reject(f"the parts do not add up to the equation: {len(rest.terms)} terms are left")

    # ---- steps -----------------------------------------------------------------------------------------

    def step(self, s: Json) -> None:
        name = s.get("id")
        if type(name) is not str or name in self.facts or name + ".l" in self.facts:
            raise Reject("a step has no id, or one that is in use")
        if "equal" in s:
            fields(s, ("id", "equal", "by"), ("id", "equal", "by"), "step")
            x, y = self.s._pair(s["equal"])
            self.proves(self.s.difference(x, y), s["by"])
            self.facts[name] = self.r.read(x), self.r.read(y)
        elif "zero" in s:
            fields(s, ("id", "zero", "psd", "plus", "by"), ("id", "zero", "by"), "step")
            self._vanishing(name, s)
        else:
            fields(s, ("id", "invertible", "because"), ("id", "invertible", "because"), "step")
            self._regular(name, s)

    def _vanishing(self, name: str, s: Json) -> None:
        """X = 0 from tr(X^T X) = 0: a sum of squares of the entries.

        With `psd`: P X = 0 from tr(X^T P X) = 0 for a letter P that is PSD, because P is R^T R for some R. With `plus`
        further terms q tr(C^T P C) that are >= 0 may stand in the sum that vanishes."""
        x = self.r.read(s["zero"])
        out = x
        if "psd" in s:
            if "psd" not in self.s.letters.flags[s["psd"]]:
                raise Reject("the letter is not declared PSD")
            out = self.a.mul(self.r.read(["v", s["psd"]]), x)
        total = self.a.trace(self.a.mul(self.a.transpose(x), out))
        for part in _list(s.get("plus", []), "plus"):
            total = self.a.add(total, self.a.trace(self._square(part)))
        self.proves(total, s["by"])
        self.facts[name] = out, Net(out.rows, out.cols, {})

    def _regular(self, name: str, s: Json) -> None:
        m = self.r.read(s["invertible"])
        why = _list(s["because"], "because")
        if not m.square or not why or getattr(self, f"_because_{why[0]}", None) is None:
            raise Reject("an expression is invertible because of: given, letter, defined, inverse, positive, natural")
        getattr(self, f"_because_{why[0]}")(m, *why[1:])
        self.regular.append(m)
        inverse, one = self.a.inv(m), self.a.one(m.rows)
        self.facts[f"{name}.l"] = self.a.mul(inverse, m), one
        self.facts[f"{name}.r"] = self.a.mul(m, inverse), one

    def _same(self, m: Net, t: Json) -> None:
        if self.a.add(m, self.r.read(t), -1).terms:
            raise Reject("this is said of another expression")

    def _because_given(self, m: Net, k: Json) -> None:
        """It is among the expressions declared invertible."""
        self._same(m, self.s.invertible[_number(k, len(self.s.invertible))])

    def _because_letter(self, m: Net, name: Json) -> None:
        if "invertible" not in self.s.letters.flags[name] and "orthogonal" not in self.s.letters.flags[name]:
            raise Reject(f"{name!r:.40} is not declared invertible")
        self._same(m, ["v", name])

    def _because_defined(self, m: Net, k: Json, n: Json) -> None:
        """A hypothesis holds only where both its sides have a value, so what it inverts is invertible there.

        k counts hypotheses and then expressions declared invertible; n the inverses in it."""
        said = [[x, y] for x, y in self.s.hyps] + [[t] for t in self.s.invertible]
        here = [m2 for t in said[_number(k, len(said))] for m2 in inverses(t)]
        self._same(m, here[_number(n, len(here))])

    def _because_natural(self, m: Net) -> None:
        """A polynomial in the dimensions with positive coefficients is positive."""
        if not m.scalar or not m.terms or any(
                c <= 0 or a[0] != "n" or any(k < 0 for _, k in e)
                for (scalars, _, _), c in m.terms.items() for a, e in scalars or ((("n",), ()),)):
            raise Reject("not a polynomial in the dimensions with positive coefficients")

    def _because_inverse(self, m: Net, t: Json, parts: Json) -> None:
        """M N = 1 for a square M: a one-sided inverse of a square matrix is its inverse."""
        self.base.add("square-inverse")
        n = self.r.read(t)
        if n.rows != m.rows or n.cols != m.cols:
            raise Reject("an inverse has the shape of its matrix")
        self.proves(self.a.add(self.a.mul(m, n), self.a.one(m.rows), -1), parts)

    def _because_positive(self, m: Net, c: Json, parts: Json) -> None:
        """M = c 1 + sum q C^T P C with c > 0, q >= 0, P absent or a letter that is PSD: positive definite."""
        self.base.add("positive-definite-invertible")
        total = self.a.scale(self.a.one(m.rows), rational(c))
        if rational(c) <= 0:
            raise Reject("the multiple of the unit must be positive")
        for part in _list(parts, "parts"):
            total = self.a.add(total, self._square(part))
        if self.a.add(total, m, -1).terms:
            raise Reject("the parts do not add up to the expression")

    def _square(self, part: Json) -> Net:
        """q C^T P C, a positive semidefinite matrix, for [q, C, P]."""
        q, c, p = part
        x = self.r.read(c)
        if rational(q) < 0 or (p is not None and "psd" not in self.s.letters.flags[p]):
            raise Reject("a positive part is q C^T P C with q >= 0 and P declared PSD")
        inner = x if p is None else self.a.mul(self.r.read(["v", p]), x)
        return self.a.scale(self.a.mul(self.a.transpose(x), inner), rational(q))

    def defined(self, t: Json) -> None:
        """Every inverse in the term is of an expression shown to be invertible."""
        for inner in inverses(t):
            m = self.r.read(inner)
            if not any(self._multiple(m, known) for known in self.regular) and not self._number(m):
                raise Reject("an inverse in the goal is not shown to exist")

    def _multiple(self, m: Net, known: Net) -> bool:
        """Equal up to a non-zero number and transposition."""
        if (m.rows, m.cols) != (known.rows, known.cols) or not m.terms or not known.terms:
            return False
        m, known, other = (self._monic(x) for x in (m, known, self.a.transpose(known)))
        return not (self.a.add(m, known, -1).terms and self.a.add(m, other, -1).terms)

    def _monic(self, m: Net) -> Net:
        return self.a.scale(m, 1 / ordered(m.terms.items())[0][1])

    @staticmethod
    def _number(m: Net) -> bool:
        """A non-zero rational multiple of a product of dimensions."""
        if not m.scalar or len(m.terms) != 1:
            return False
        ((scalars, _, _),) = m.terms
        return all(a[0] in ("n", "p", "-1") for a, _ in scalars)


def _number(k: Json, limit: int) -> int:
    if type(k) is not int or not 0 <= k < limit:
        raise Reject("no such item")
    return k


def prove(statement: Statement, data: Json) -> Proof:
    fields(data, ("steps", "by"), ("steps", "by"), "proof")
    proof = Proof(statement)
    if len(_list(data["steps"], "steps")) > MAX_STEPS:
        raise Reject(f"more than {MAX_STEPS} steps")
    for s in data["steps"]:
        proof.step(s)
    proof.proves(statement.difference(*statement.goal), data["by"])
    for side in statement.goal:
        proof.defined(side)
    return proof


def expand(statement: Statement, budget: Budget) -> None:
    """A goal about matrices of fixed sizes, as an identity of polynomials in the entries; hypotheses are not used."""
    if statement.letters.symbols:
        raise Reject("an expansion into entries needs fixed sizes")
    values: dict[str, list[list[Any]]] = {}
    for name, (rows, cols) in statement.letters.shapes.items():
        n, k = (dm.whole(dm.polynomial(d)) or 0 for d in (rows, cols))
        if n * k > 36:
            raise Reject("a matrix too large to expand")
        sym = name in statement.letters.symmetric
        values[name] = [[
            Polynomial({(f"{name}.{min(i, j)}.{max(i, j)}" if sym else f"{name}.{i}.{j}",): Fraction(1)})
            for j in range(k)] for i in range(n)]
    sides = [Evaluator({}, values, budget, True).value(t) for t in statement.goal]
    if len(sides[0]) != len(sides[1]) or len(sides[0][0]) != len(sides[1][0]):
        raise Reject("the sides have different shapes")
    if any(a.terms != b.terms for r, s in zip(*sides, strict=True) for a, b in zip(r, s, strict=True)):
        raise Reject("the sides differ as polynomials in the entries")


def refute(statement: Statement, data: Json, budget: Budget) -> str:
    """The goal fails at an instance that satisfies everything assumed."""
    at = instance(statement.letters, data, budget)
    try:
        for t in statement.invertible:
            if not at.determinant(at.value(t)):
                raise Reject("an expression declared invertible is singular at the instance")
        for k, (x, y) in enumerate(statement.hyps):
            if not _agree(at.value(x), at.value(y)):
                raise Reject(f"hypothesis {k} fails at the instance")
    except Undefined:
        raise Reject("an assumption has no value at the instance") from None
    try:
        if _agree(at.value(statement.goal[0]), at.value(statement.goal[1])):
            raise Reject("the goal holds at the instance")
    except Undefined:
        return "undefined"
    return "unequal"


def _agree(x: Value, y: Value) -> bool:
    """Are two values of one shape equal? Sides of different shapes are no equation, so they refute nothing."""
    if len(x) != len(y) or len(x[0]) != len(y[0]):
        raise Reject("the sides of an equation have different shapes")
    return x == y


def item(data: Json) -> dict[str, Any]:
    """{"id", "statement", "proof" | "entries": true | "instance"}."""
    budget = Budget(WORK)
    keys = ("id", "statement", "proof", "entries", "instance")
    fields(data, keys, ("id", "statement"), "item")
    if len(data) != 3:
        raise Reject("an item has an id, a statement, and one of proof, entries, instance")
    statement = Statement(data["statement"], budget, "proof" in data)
    out: dict[str, Any] = {"id": data["id"], "ok": True, "base_facts": [], "axioms": [], "oracles": []}
    if "proof" in data:
        proof = prove(statement, data["proof"])
        return {**out, "claims": "proved", "steps": len(data["proof"]["steps"]), "base_facts": sorted(proof.base)}
    if "instance" in data:
        return {**out, "claims": "refuted", "steps": 1, "how": refute(statement, data["instance"], budget)}
    if data["entries"] is not True:
        raise Reject("entries is true")
    expand(statement, budget)
    return {**out, "claims": "proved", "steps": 1}


def check_all(items: list[Any]) -> list[Outcome]:
    return outcomes(items, item)

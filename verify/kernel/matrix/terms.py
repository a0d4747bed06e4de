"""Terms of matrix statements to normal forms."""

from __future__ import annotations

from typing import Any

from ..errors import Reject
from ..signature import NAME, rational
from . import dims as dm
from .dims import Dim
from .networks import Algebra, Net

Json = Any
ARITY = {
    "v": 1, "q": 1, "n": 1, "pow": 2, "T": 1, "inv": 1, "tr": 1, "det": 1, "vec": 1, "kron": 2, "had": 2,
    "I": 1, "Z": 2, "ones": 2, "net": 3, "hole": 0,
}  # fmt: skip
FLAGS = ("symmetric", "orthogonal", "psd", "invertible")


class Letters:
    """Declared letters: shapes and flags."""

    def __init__(self, data: Json) -> None:
        if type(data) is not dict:
            raise Reject("letters must be an object")
        self.shapes: dict[str, tuple[Dim, Dim]] = {}
        self.flags: dict[str, tuple[str, ...]] = {}
        for name, row in data.items():
            if not NAME.match(name) or type(row) is not dict or set(row) - {"shape", "flags"} or "shape" not in row:
                raise Reject(f"letter {name!r:.40} needs a shape and may have flags")
            if type(row["shape"]) is not list or len(row["shape"]) != 2:
                raise Reject(f"the shape of {name} is [rows, columns]")
            rows, cols = (dm.parse(d) for d in row["shape"])
            flags = row.get("flags", [])
            if type(flags) is not list or any(f not in FLAGS for f in flags):
                raise Reject(f"unknown flag of {name}")
            if flags and rows != cols:
                raise Reject(f"{name} is not square and cannot be {flags[0]}")
            self.shapes[name], self.flags[name] = (rows, cols), tuple(flags)
        self.symbols = sorted({s for r, c in self.shapes.values() for s in dm.symbols(r) | dm.symbols(c)})
        self.forms = frozenset(form for r, c in self.shapes.values() for form in (*r, *c))
        if set(self.symbols) & set(self.shapes):
            raise Reject("a name is a letter and a dimension at once")
        self.symmetric = frozenset(n for n, f in self.flags.items() if {"symmetric", "psd"} & set(f))


class Reader:
    """Normal forms of terms over the letters; `hole` is what ["hole"] stands for."""

    def __init__(self, letters: Letters, algebra: Algebra) -> None:
        self.letters, self.algebra = letters, algebra
        self.memory: dict[str, Net] = {}
        self.hole: Net | None = None

    def filled(self, term: Json, hole: Net) -> Net:
        """A context with an expression in its holes."""
        if self.hole is not None:
            raise Reject("a context inside a context")
        self.hole, kept = hole, self.memory
        self.memory = {}
        try:
            return self.read(term)
        finally:
            self.hole, self.memory = None, kept

    def read(self, t: Json) -> Net:
        text = repr(t)
        known = self.memory.get(text)
        self.algebra.budget.spend(1 + len(text) // 100)
        if known is None:
            known = self.memory[text] = self._read(t)
        return known

    def dim(self, data: Json) -> Dim:
        d = dm.parse(data)
        unknown = dm.symbols(d) - set(self.letters.symbols)
        if unknown:
            raise Reject(f"the dimension {min(unknown)} is in no shape")
        return d

    def size(self, data: Json) -> Dim:
        """A dimension of a matrix: at least 1 by its coefficients, or a declared one.

        A matrix without rows would have the determinant 1 and no entries, which no normal form knows."""
        d = self.dim(data)
        for form in d:
            if form not in self.letters.forms and not dm.positive_number(form):
                raise Reject("a dimension that is not positive for all sizes and in no declared shape")
        return d

    def _read(self, t: Json) -> Net:
        if type(t) is not list or not t or type(t[0]) is not str:
            raise Reject(f"term expected, not {t!r:.60}")
        head, a = t[0], self.algebra
        if head in ("+", "*"):
            if len(t) < 2:
                raise Reject("empty sum or product")
            out = self.read(t[1])
            for x in t[2:]:
                out = a.add(out, self.read(x)) if head == "+" else a.mul(out, self.read(x))
            return out
        if head not in ARITY or len(t) - 1 != ARITY[head]:
            raise Reject(f"unknown term {head!r:.40} or wrong number of arguments")
        if head == "v":
            if type(t[1]) is not str or t[1] not in self.letters.shapes:
                raise Reject(f"the letter {t[1]!r:.40} is not declared")
            return a.letter(t[1], *self.letters.shapes[t[1]])
        if head == "q":
            return a.rational(rational(t[1]))
        if head == "n":
            return a.dimension(self.dim(t[1]))
        if head == "I":
            return a.one(self.size(t[1]))
        if head == "Z":
            return Net(self.size(t[1]), self.size(t[2]), {})
        if head == "ones":
            return a.ones(self.size(t[1]), self.size(t[2]))
        if head == "hole":
            if self.hole is None:
                raise Reject("a hole outside of a context")
            return self.hole
        if head == "net":
            return self._net(t)
        if head == "pow":
            return self._power(t)
        if head in ("kron", "had"):
            x, y = self.read(t[1]), self.read(t[2])
            return a.kron(x, y) if head == "kron" else a.had(x, y)
        x = self.read(t[1])
        return {"T": a.transpose, "inv": a.inv, "tr": a.trace, "det": a.det, "vec": a.vec}[head](x)

    def _power(self, t: Json) -> Net:
        e = t[2]
        if type(e) is int:
            if not 0 <= e <= 24:
                raise Reject("an exponent outside 0..24")
            return self.algebra.power(self.read(t[1]), dm.natural(e))
        d = self.dim(e)
        if not all(dm.natural_number(form) for form in d):
            raise Reject("an exponent that may be negative")
        return self.algebra.power(self.read(t[1]), dm.polynomial(d))

    def _net(self, t: Json) -> Net:
        """["net", row labels, column labels, [[term, row labels, column labels], ..]]."""
        lists = [t[1], t[2], t[3]]
        if any(type(x) is not list for x in lists) or any(type(r) is not list or len(r) != 3 for r in t[3]):
            raise Reject("a network is [rows, columns, [[term, rows, columns], ..]]")
        for labels in (t[1], t[2], *(x for r in t[3] for x in r[1:])):
            if type(labels) is not list or any(type(x) is not str for x in labels):
                raise Reject("labels of a network are texts")
        return self.algebra.contract([(self.read(x), r, c) for x, r, c in t[3]], t[1], t[2])


def inverses(t: Json) -> list[Json]:
    """Arguments of all inverses in a term, inner ones first."""
    if type(t) is not list or not t or t[0] in ("v", "q", "n", "I", "Z", "ones", "hole"):
        return []
    if t[0] == "net":
        return [y for row in t[3] for y in inverses(row[0])]
    found = [y for x in t[1:] for y in inverses(x)]
    return [*found, t[1]] if t[0] == "inv" else found

"""Normal forms in index notation: rational combinations of products of entries, summed over repeated indices.

A matrix expression is a sum of monomials c * s1^e1 .. * X[i, k] Y[k, j] ..: scalar atoms with exponents, and factors
whose slots carry indices. An index in the output (a row or a column index of the expression) is free, every other one
is summed over its dimension. The product shares an index, the trace closes a loop, the Kronecker product places two
pairs side by side, the entrywise product shares both indices, the unit matrix says that two output indices are the
same, and a matrix of ones is an output index without a factor. So every rule of matrix algebra that holds for all
sizes becomes equality of monomials up to the names of summed indices.

A monomial is (scalars, components, pattern):
    scalars     ((atom, exponent), ..), exponents are polynomials in the dimensions
    components  connected parts that touch the output: tuples of factors (atom, row labels, column labels); label
                -(p + 1) is the output index at position p, labels 0, 1, .. are summed within the component
    pattern     for each output position the first position with the same index
Parts that do not touch the output are scalars: atoms ("net", component). Other atoms: ("v", name) a letter, ("inv",
key) and ("inv", key, "s") the inverse of an expression (symmetric), ("det", key), ("n", symbol) a dimension,
("p", prime) and ("-1",) bases of powers with symbolic exponents. Indices of dimension 1 are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from ..errors import Budget, Reject
from . import dims as dm
from .dims import Dim, Power

Atom = tuple[Any, ...]
Factor = tuple[Atom, tuple[Any, ...], tuple[Any, ...]]
Mono = tuple[Any, ...]

MAX_TERMS = 4_000
MAX_FACTORS = 60
MAX_BITS = 20_000
MAX_LEAVES = 720
MAX_PRIME = 10_000
UNIT: Mono = ((), (), ())


class Net:
    """An expression in normal form: dimensions of its row and column indices, monomials with coefficients."""

    __slots__ = ("cols", "rows", "terms")

    def __init__(self, rows: Dim, cols: Dim, terms: dict[Mono, Fraction]) -> None:
        self.rows, self.cols, self.terms = rows, cols, terms

    @property
    def scalar(self) -> bool:
        return not self.rows and not self.cols

    @property
    def square(self) -> bool:
        return self.rows == self.cols

    def rational(self) -> Fraction | None:
        if not self.scalar or any(m != UNIT for m in self.terms):
            return None
        return self.terms.get(UNIT, Fraction(0))


def ordered(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=repr))


def key(p: Net) -> Any:
    return (p.rows, p.cols, ordered(p.terms.items()))


def from_key(k: Any) -> Net:
    return Net(k[0], k[1], dict(k[2]))


class Algebra:
    """Operations on normal forms; `symmetric` names the letters that equal their transpose."""

    def __init__(self, symmetric: frozenset[str], budget: Budget) -> None:
        self.symmetric, self.budget = symmetric, budget
        self.memory: dict[Any, tuple[Any, ...]] = {}

    # ---- canonical monomials -----------------------------------------------------------------------------

    def _flips(self, atom: Atom) -> bool:
        return (atom[0] == "v" and atom[1] in self.symmetric) or (atom[0] == "inv" and len(atom) == 3)

    def _component(self, factors: list[Factor]) -> tuple[Any, ...]:
        """Factors with summed indices (tuples) renamed 0, 1, .. in a way that does not depend on their names."""
        seen: dict[Any, int] = {}
        plain = []
        for atom, rows, cols in factors:
            new = [[i if type(i) is int else seen.setdefault(i, len(seen)) + 1_000 for i in s] for s in (rows, cols)]
            plain.append((atom, tuple(new[0]), tuple(new[1])))
        cheap = tuple(plain)
        known = self.memory.get(cheap)
        if known is None:
            known = self.memory[cheap] = self._canonical(plain, len(seen))
        self.budget.spend(1 + len(factors))
        return known

    def _canonical(self, factors: list[Factor], count: int) -> tuple[Any, ...]:
        texts = [repr(f[0]) for f in factors]
        flips = [self._flips(f[0]) for f in factors]
        colours = {i + 1_000: 0 for i in range(count)}
        leaves = 0
        best: tuple[str, tuple[Any, ...]] | None = None

        def refined(c: dict[int, int]) -> dict[int, int]:
            while True:
                marks: dict[int, list[str]] = {i: [] for i in c}
                for (_, rows, cols), text, flip in zip(factors, texts, flips, strict=True):
                    blocks = [[c.get(i, i) for i in s] for s in (rows, cols)]
                    for b, slots in enumerate((rows, cols)):
                        for p, i in enumerate(slots):
                            if i >= 1_000:
                                order = (blocks[b], blocks[1 - b]) if flip else (blocks[0], blocks[1], b)
                                marks[i].append(repr((text, order, p)))
                rank = {s: k for k, s in enumerate(sorted({repr((c[i], sorted(m))) for i, m in marks.items()}))}
                new = {i: rank[repr((c[i], sorted(m)))] for i, m in marks.items()}
                if len(set(new.values())) == len(set(c.values())):
                    return new
                c = new

        def named(c: dict[int, int]) -> tuple[Any, ...]:
            out = []
            for (atom, rows, cols), flip in zip(factors, flips, strict=True):
                a, b = (tuple(c.get(i, i) for i in s) for s in (rows, cols))
                out.append((atom, b, a) if flip and b < a else (atom, a, b))
            return ordered(out)

        stack = [refined(colours)]
        while stack:
            c = stack.pop()
            self.budget.spend(1 + len(factors))
            cells: dict[int, list[int]] = {}
            for i, k in c.items():
                cells.setdefault(k, []).append(i)
            open_cells = sorted((len(v), k) for k, v in cells.items() if len(v) > 1)
            if not open_cells:
                leaves += 1
                if leaves > MAX_LEAVES:
                    raise Reject("a product with too many symmetric parts")
                form = named(c)
                text = repr(form)
                if best is None or text < best[0]:
                    best = (text, form)
                continue
            cell = open_cells[0][1]
            for i in sorted(cells[cell]):
                stack.append(refined({j: 2 * k + (k == cell and j != i) for j, k in c.items()}))
        assert best is not None
        return best[1]

    def emit(
        self,
        out: dict[Mono, Fraction],
        c: Fraction,
        scalars: dict[Atom, Power],
        factors: list[Factor],
        free: Sequence[Any],
    ) -> None:
        """Add a raw monomial: indices are tuples; those in `free` are the output, in order."""
        if not c:
            return
        if len(factors) > MAX_FACTORS:
            raise Reject("a product with too many factors")
        first: dict[Any, int] = {}
        pattern = tuple(first.setdefault(i, p) for p, i in enumerate(free))

        def label(s: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(-first[i] - 1 if i in first else i for i in s)

        labelled: list[Factor] = [(atom, label(rows), label(cols)) for atom, rows, cols in factors]
        total = dict(scalars)
        components = []
        for group in _groups(labelled):
            part = self._component(group)
            if any(i < 0 for _, rows, cols in part for i in (*rows, *cols)):
                components.append(part)
            else:
                atom = ("net", part)
                total[atom] = dm.plus(total.get(atom, ()), dm.ONE)
        live = []
        for atom, exponent in total.items():
            e = exponent
            if atom[0] == "-1":
                e = dm.power({m: k % 2 for m, k in e})
            constant = dict(e).get((), 0)
            if atom[0] in ("p", "-1") and constant:
                base: Any = -1 if atom[0] == "-1" else atom[1]
                c *= Fraction(base) ** constant
                e = dm.plus(e, dm.natural(constant), -1)
            if e:
                live.append((atom, e))
        _sized(c)
        mono = (ordered(live), ordered(components), pattern)
        value = out.get(mono, 0) + c
        if value:
            out[mono] = _sized(Fraction(value))
            if len(out) > MAX_TERMS:
                raise Reject("an expression with too many terms")
        else:
            out.pop(mono, None)

    # ---- the one operation --------------------------------------------------------------------------------

    def contract(
        self, items: Sequence[tuple[Net, Sequence[str], Sequence[str]]], rows: Sequence[str], cols: Sequence[str],
        sizes: dict[str, dm.Form] | None = None,
    ) -> Net:  # fmt: skip
        """Multiply entries; labels that are not in the output are summed. `sizes`: labels that no item carries."""
        size: dict[str, dm.Form] = dict(sizes or {})
        for net, r, k in items:
            if len(r) != len(net.rows) or len(k) != len(net.cols):
                raise Reject("an expression gets another number of indices than it has")
            for label, form in zip((*r, *k), (*net.rows, *net.cols), strict=True):
                if size.setdefault(label, form) != form:
                    raise Reject(f"index {label!r:.40} would run over two different dimensions")
        for label in (*rows, *cols):
            if label not in size:
                raise Reject(f"output index {label!r:.40} has no dimension")
        out: dict[Mono, Fraction] = {}
        labels = [(*r, *k) for _, r, k in items]
        chosen: list[tuple[Mono, Fraction]] = []

        def walk(t: int) -> None:
            if t == len(items):
                self._joined(out, chosen, labels, (*rows, *cols), size)
                return
            for pair in items[t][0].terms.items():
                chosen.append(pair)
                walk(t + 1)
                chosen.pop()

        walk(0)
        return Net(tuple(size[x] for x in rows), tuple(size[x] for x in cols), out)

    def _joined(
        self, out: dict[Mono, Fraction], chosen: list[tuple[Mono, Fraction]], labels: list[tuple[str, ...]],
        free: tuple[str, ...], size: dict[str, dm.Form],
    ) -> None:  # fmt: skip
        self.budget.spend(2)
        parent: dict[Any, Any] = {("L", x): ("L", x) for x in size}

        def find(x: Any) -> Any:
            while parent[x] != x:
                x = parent[x]
            return x

        c = Fraction(1)
        scalars: dict[Atom, Power] = {}
        factors: list[Factor] = []
        for t, ((atoms, components, pattern), coefficient) in enumerate(chosen):
            c *= coefficient
            for atom, e in atoms:
                scalars[atom] = dm.plus(scalars.get(atom, ()), e)
            for p, q in enumerate(pattern):
                if p != q:
                    parent[find(("L", labels[t][p]))] = find(("L", labels[t][q]))
            for n, component in enumerate(components):
                for atom, rows, cols in component:
                    factors.append((atom, *(
                        tuple(("L", labels[t][-i - 1]) if i < 0 else (t, n, i) for i in s) for s in (rows, cols)
                    )))  # fmt: skip

        def rooted(s: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(find(i) if i[0] == "L" else i for i in s)

        factors = [(atom, rooted(rows), rooted(cols)) for atom, rows, cols in factors]
        output = [find(("L", x)) for x in free]
        busy = {*output, *(i for _, rows, cols in factors for i in (*rows, *cols))}
        idle: dict[Any, dm.Form] = {}
        for x, form in size.items():
            root = find(("L", x))
            if root not in busy:
                idle[root] = form
        count = dm.polynomial(tuple(idle.values()))
        for m, k in count:
            more = dict(scalars)
            for s in m:
                more[("n", s)] = dm.plus(more.get(("n", s), ()), dm.ONE)
            self.emit(out, c * k, more, factors, output)

    # ---- ring operations -----------------------------------------------------------------------------------

    def add(self, p: Net, q: Net, scale: Fraction | int = 1) -> Net:
        if p.rows != q.rows or p.cols != q.cols:
            raise Reject("sum of expressions of different shapes")
        out = dict(p.terms)
        for m, c in q.terms.items():
            total = out.get(m, Fraction(0)) + scale * c
            if total:
                out[m] = _sized(total)
            else:
                out.pop(m, None)
        self.budget.spend(1 + len(q.terms))
        return Net(p.rows, p.cols, out)

    def scale(self, p: Net, c: Fraction | int) -> Net:
        return Net(p.rows, p.cols, {m: c * x for m, x in p.terms.items()} if c else {})

    @staticmethod
    def _names(prefix: str, d: Dim) -> list[str]:
        return [f"{prefix}{k}" for k in range(len(d))]

    def mul(self, p: Net, q: Net) -> Net:
        a, b = self._names("a", p.rows), self._names("b", p.cols)
        if p.scalar or q.scalar:
            c, d = self._names("c", q.rows), self._names("d", q.cols)
            return self.contract([(p, a, b), (q, c, d)], a + c, b + d)
        if p.cols != q.rows:
            raise Reject("product of expressions whose shapes do not fit")
        d = self._names("d", q.cols)
        return self.contract([(p, a, b), (q, b, d)], a, d)

    def transpose(self, p: Net) -> Net:
        a, b = self._names("a", p.rows), self._names("b", p.cols)
        return self.contract([(p, a, b)], b, a)

    def trace(self, p: Net) -> Net:
        if not p.square:
            raise Reject("trace of an expression that is not square")
        a = self._names("a", p.rows)
        return self.contract([(p, a, a)], [], [])

    def kron(self, p: Net, q: Net) -> Net:
        a, b = self._names("a", p.rows), self._names("b", p.cols)
        c, d = self._names("c", q.rows), self._names("d", q.cols)
        return self.contract([(p, a, b), (q, c, d)], a + c, b + d)

    def had(self, p: Net, q: Net) -> Net:
        if p.rows != q.rows or p.cols != q.cols:
            raise Reject("entrywise product of expressions of different shapes")
        a, b = self._names("a", p.rows), self._names("b", p.cols)
        return self.contract([(p, a, b), (q, a, b)], a, b)

    def vec(self, p: Net) -> Net:
        a, b = self._names("a", p.rows), self._names("b", p.cols)
        return self.contract([(p, a, b)], b + a, [])

    def one(self, d: Dim) -> Net:
        a = self._names("a", d)
        return self.contract([], a, a, dict(zip(a, d, strict=True)))

    def ones(self, r: Dim, c: Dim) -> Net:
        a, b = self._names("a", r), self._names("b", c)
        return self.contract([], a, b, dict(zip(a + b, (*r, *c), strict=True)))

    def letter(self, name: str, rows: Dim, cols: Dim) -> Net:
        return self._factor(("v", name), rows, cols)

    def _factor(self, atom: Atom, rows: Dim, cols: Dim) -> Net:
        out: dict[Mono, Fraction] = {}
        a, b = [("r", k) for k in range(len(rows))], [("c", k) for k in range(len(cols))]
        self.emit(out, Fraction(1), {}, [(atom, tuple(a), tuple(b))], a + b)
        return Net(rows, cols, out)

    def rational(self, c: Fraction | int) -> Net:
        return Net((), (), {UNIT: Fraction(c)} if c else {})

    def dimension(self, d: Dim) -> Net:
        out: dict[Mono, Fraction] = {}
        for m, c in dm.polynomial(d):
            powers: dict[Atom, Power] = {}
            for s in m:
                powers[("n", s)] = dm.plus(powers.get(("n", s), ()), dm.ONE)
            self.emit(out, Fraction(c), powers, [], [])
        return Net((), (), out)

    # ---- powers, inverses, determinants ----------------------------------------------------------------------

    def _scalar(self, c: Fraction, scalars: dict[Atom, Power]) -> Net:
        out: dict[Mono, Fraction] = {}
        self.emit(out, c, scalars, [], [])
        return Net((), (), out)

    def power(self, p: Net, e: Power) -> Net:
        """p^e; e >= 0 is the caller's obligation."""
        k = dm.whole(e)
        if k is not None:
            if not p.square or not 0 <= k <= 24:
                raise Reject("power of an expression that is not square, or with a large exponent")
            out = self.one(p.rows)
            for _ in range(k):
                out = self.mul(out, p)
            return out
        if not p.scalar or len(p.terms) > 1:
            raise Reject("a symbolic exponent is for scalars that are one monomial")
        if not p.terms:
            raise Reject("power of zero with a symbolic exponent")
        ((scalars, _, _), c), = p.terms.items()
        out_scalars = {a: dm.times(x, e) for a, x in scalars}
        for atom, times in _primes(c):
            out_scalars[atom] = dm.plus(out_scalars.get(atom, ()), dm.times(e, dm.natural(times)))
        return self._scalar(Fraction(1), out_scalars)

    def _split(self, p: Net) -> tuple[Fraction, dict[Atom, Power], Net]:
        """Leading coefficient, scalar atoms of a single monomial, and what is left of p."""
        c = ordered(p.terms.items())[0][1]
        rest = self.scale(p, 1 / c)
        if len(p.terms) > 1:
            return c, {}, rest
        (scalars, components, pattern), = rest.terms
        return c, dict(scalars), Net(p.rows, p.cols, {((), components, pattern): Fraction(1)})

    def inv(self, p: Net) -> Net:
        """The inverse if there is one, else 0: a total function, multiplicative over scalars."""
        if not p.square:
            raise Reject("inverse of an expression that is not square")
        if not p.terms:
            return p
        c, scalars, rest = self._split(p)
        outer: dict[Atom, Power] = {}
        for a, e in scalars.items():
            if a[0] in ("n", "p", "-1"):
                outer[a] = dm.plus((), e, -1)
            elif a[0] == "inv":
                inner = from_key(a[1])
                (more, _, _), k = next(iter(inner.terms.items()))
                if len(inner.terms) > 1 or k != 1 or len(more) != 1 or more[0][1] != dm.ONE:
                    outer[("inv", key(self._scalar(Fraction(1), {a: dm.ONE})))] = e
                else:
                    outer[more[0][0]] = dm.plus(outer.get(more[0][0], ()), e)
            else:
                outer[("inv", key(self._scalar(Fraction(1), {a: dm.ONE})))] = e
        front = self._scalar(1 / c, outer)
        if rest.scalar:
            if rest.rational() == 1:
                return front
            return self.mul(front, self._scalar(Fraction(1), {("inv", key(rest)): dm.ONE}))
        if rest.terms == self.one(rest.rows).terms:
            return self.mul(front, rest)
        mine, other = key(rest), key(self.transpose(rest))
        if mine == other:
            return self.mul(front, self._factor(("inv", mine, "s"), rest.rows, rest.cols))
        if repr(other) < repr(mine):
            return self.mul(front, self.transpose(self._factor(("inv", other), rest.rows, rest.cols)))
        return self.mul(front, self._factor(("inv", mine), rest.rows, rest.cols))

    def det(self, p: Net) -> Net:
        """Determinant of a square expression of positive order."""
        if not p.square:
            raise Reject("determinant of an expression that is not square")
        if p.scalar:
            return p
        if not p.terms:
            return self.rational(0)
        c, scalars, rest = self._split(p)
        order = dm.polynomial(p.rows)
        front = self.power(self._scalar(c, scalars), order)
        if rest.terms == self.one(rest.rows).terms:
            return front
        mine, other = key(rest), key(self.transpose(rest))
        atom = ("det", mine if repr(mine) <= repr(other) else other)
        return self.mul(front, self._scalar(Fraction(1), {atom: dm.ONE}))


def _sized(c: Fraction) -> Fraction:
    if c.numerator.bit_length() + c.denominator.bit_length() > MAX_BITS:
        raise Reject("a coefficient grew beyond the size limit")
    return c


def _groups(factors: list[Factor]) -> list[list[Factor]]:
    """Factors that are joined by summed indices (tuples)."""
    home: dict[Any, int] = {}
    groups: dict[int, list[int]] = {}
    for n, (_, rows, cols) in enumerate(factors):
        members = [n]
        for i in {*rows, *cols}:
            if type(i) is not int and i in home:
                old = home[i]
                if old in groups:
                    members = groups.pop(old) + members
        mark = members[0]
        groups[mark] = members
        for k in members:
            for i in (*factors[k][1], *factors[k][2]):
                if type(i) is not int:
                    home[i] = mark
    return [[factors[k] for k in sorted(set(v))] for v in groups.values()]


def _primes(c: Fraction) -> list[tuple[Atom, int]]:
    """c as a product of prime powers and a sign."""
    out: list[tuple[Atom, int]] = [(("-1",), 1)] if c < 0 else []
    for n, sign in ((abs(c.numerator), 1), (c.denominator, -1)):
        p = 2
        while n > 1:
            k = 0
            while n % p == 0:
                n //= p
                k += 1
            if k:
                out.append((("p", p), sign * k))
            p += 1
            if p > MAX_PRIME and n > 1:
                raise Reject("a power with a symbolic exponent and a base with a large prime factor")
    return out

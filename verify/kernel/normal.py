"""Normal forms: rational combinations of monomials in scalars, words, Kronecker pairs and stacked columns.

A polynomial maps monomials to rational coefficients. A monomial is (binders, atoms, body):
    binders  ((v, hi), ..)  sums over 0 <= v <= hi, outermost first; names "%0", "%1", .. by nesting depth
    atoms    ((atom, exponent), ..)  commuting scalars
    body     () for a scalar, ("w", word), ("k", word, word), ("v", word) or ("cv", word)
Atoms with a polynomial inside (exp, ind, E, ..) hold it in the same canonical form, with binder names that
continue the depth of the place where they stand; opening a binder always introduces a globally fresh name "~n".
Free names in any substitution are therefore never "%" names, which rules out capture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import count, permutations
from typing import Any

from . import linear as ln
from . import words as wd
from .errors import Budget, Reject
from .signature import Signature

Atom = tuple[Any, ...]
Mono = tuple[Any, ...]
Coef = int | Fraction
Key = tuple[tuple[Mono, Coef], ...]
Sort = tuple[Any, ...]

SCALAR: Sort = ("s",)
UNIT: Mono = ((), (), ())
LIN_ONE = ln.const(1)
MAX_BITS = 200_000
MAX_PERMUTED = 4
MAX_HOLDERS = 10_000
NODES = 4  # nodes of a monomial that count as one operation


class Poly:
    """A sort and a map from monomials to non-zero coefficients."""

    __slots__ = ("sort", "terms")

    def __init__(self, sort: Sort, terms: dict[Mono, Coef]) -> None:
        self.sort, self.terms = sort, terms

    def rational(self) -> Fraction | None:
        """The value of a constant scalar polynomial, else None."""
        if self.sort != SCALAR or any(m != UNIT for m in self.terms):
            return None
        return Fraction(self.terms.get(UNIT, 0))


def rename(obj: Any, names: dict[str, str]) -> Any:
    """Rename binder names ("%k", "~n"; no user name looks like these) everywhere in a structure."""
    return _rename(obj, names) if names else obj


def _rename(obj: Any, names: dict[str, str]) -> Any:
    changed = False
    out: list[Any] = []
    for x in obj:
        if type(x) is str:
            y = names.get(x, x)
        elif type(x) is tuple:
            y = _rename(x, names)
        else:
            y = x
        changed = changed or y is not x
        out.append(y)
    if not changed:
        return obj
    if all(type(x) is tuple and len(x) == 2 and type(x[0]) is str and type(x[1]) is int for x in out):
        out.sort()
    return tuple(out)


def ordered(items: Iterable[Any]) -> tuple[Any, ...]:
    """Items in the order of their texts: the same for every run."""
    out = tuple(items)
    return out if len(out) < 2 else tuple(sorted(out, key=repr))


def tidy(c: Coef) -> Coef:
    """A coefficient in its one form: an int if it is integral, else a Fraction."""
    if type(c) is int:
        return c
    if type(c) is not Fraction:
        raise Reject("a coefficient that is not exact")
    return c.numerator if c.denominator == 1 else c


def mentions(obj: Any, name: str) -> bool:
    if type(obj) is str:
        return obj == name
    return type(obj) is tuple and any(mentions(x, name) for x in obj)


@lru_cache(maxsize=20_000)
def weight(obj: Any) -> int:
    """Number of nodes of a structure: the unit of work."""
    return 1 + sum(map(weight, obj)) if type(obj) is tuple else 1


def has_expectation(obj: Any) -> bool:
    if type(obj) is not tuple or not obj:
        return False
    return (obj[0] == "E" and len(obj) == 2) or any(has_expectation(x) for x in obj)


@lru_cache(maxsize=20_000)
def _nested(obj: Any) -> bool:
    """Does a structure hold polynomials inside atoms or roots?"""
    if type(obj) is not tuple:
        return False
    if len(obj) == 2 and type(obj[0]) is str and type(obj[1]) is int:
        return False  # a symbol of an index form with its coefficient; the symbol may have any name
    if obj and obj[0] in ("exp", "log", "inv", "cos", "acos", "ind", "root", "E", "prod", "spow", "r"):
        return True
    return any(_nested(x) for x in obj)


LetterMap = Callable[[str, tuple[ln.Lin, ...], str, int, tuple[ln.Lin, ...]], "Poly | None"]


class Algebra:
    """Arithmetic of normal forms over one signature."""

    def __init__(self, sig: Signature, budget: Budget) -> None:
        self.sig, self.budget = sig, budget
        self._fresh = count()
        self._holders: dict[Atom, tuple[Atom, int]] = {}

    def fresh(self) -> str:
        return f"~{next(self._fresh)}"

    # ---- canonical names -------------------------------------------------------------------------------

    def _canon_key(self, key: Key, names: dict[str, str], depth: int) -> Key:
        out: dict[Mono, Coef] = {}
        for mono, c in key:
            m, sign = self._canon_mono(mono, names, depth)
            out[m] = tidy(out.get(m, 0) + sign * c)
        return ordered((m, c) for m, c in out.items() if c)

    def _canon_atom(self, atom: Atom, names: dict[str, str], depth: int) -> tuple[Atom, int]:
        head = atom[0]
        if head in ("l", "n", "nd", "pi", "t"):
            return rename(atom, names), 1
        if names or depth:
            return self._canon_holder(atom, names, depth)
        known = self._holders.get(atom)
        if known is None:
            if len(self._holders) > MAX_HOLDERS:
                self._holders.clear()
            known = self._holders[atom] = self._canon_holder(atom, names, depth)
        return known

    def _canon_holder(self, atom: Atom, names: dict[str, str], depth: int) -> tuple[Atom, int]:
        """Canonical form of an atom that holds a polynomial or a word, and a sign."""
        head = atom[0]
        if head in ("exp", "log", "inv", "acos", "ind", "E", "spow"):
            key = self._canon_key(atom[1], names, depth)
            return (head, _ind_scale(key) if head == "ind" else key), 1
        if head == "root":
            return ("root", self._canon_key(atom[1], names, depth), rename(atom[2], names)), 1
        if head == "cos":
            return _cos_sign(self._canon_key(atom[1], names, depth))
        if head == "prod":
            new = f"%{depth}"
            inner = self._canon_key(atom[3], {**names, atom[1]: new}, depth + 1)
            return ("prod", new, rename(atom[2], names), inner), 1
        if head == "tr":
            self.budget.spend(len(atom[1]) ** 2 // 4)
            return ("tr", wd.cyclic(self._canon_word(atom[1], names, depth))), 1
        return rename(atom, names), 1

    def _canon_word(self, word: wd.Word, names: dict[str, str], depth: int) -> wd.Word:
        out = []
        for f in word:
            if f[0] == "r":
                out.append(("r", self._canon_key(f[1], names, depth), rename(f[2], names)))
            elif f[0] == "p":
                out.append(("p", self._canon_word(f[1], names, depth), rename(f[2], names)))
            else:
                out.append(rename(f, names))
        return tuple(out)

    def _canon_mono(self, mono: Mono, names: dict[str, str], depth: int) -> tuple[Mono, int]:
        binders, atoms, body = mono
        size = 1 + weight(mono) // NODES
        k = len(binders)
        best: tuple[str, Mono, int] | None = None
        orders = permutations(range(k)) if k <= MAX_PERMUTED else iter([tuple(range(k))])
        for order in orders:
            if any(order.index(i) > order.index(j) and mentions(binders[j][1], binders[i][0])
                   for i in range(k) for j in range(k) if i != j):
                continue
            self.budget.spend(size)
            own = {**names, **{binders[i][0]: f"%{depth + pos}" for pos, i in enumerate(order)}}
            sign = 1
            powers: dict[Atom, ln.Lin] = {}
            for a, e in atoms:
                b, s = self._canon_atom(a, own, depth + k)
                sign *= s
                powers[b] = ln.add(powers.get(b, ln.ZERO), rename(e, own))
                if b[0] == "ind" and (ln.value(powers[b]) or 0) > 1:
                    powers[b] = LIN_ONE  # 1{..}^2 = 1{..}
            new_body: Any = ()
            if body:
                new_body = (body[0], *(self._canon_word(w, own, depth + k) for w in body[1:]))
            out = (tuple((own[binders[i][0]], rename(binders[i][1], own)) for i in order),
                   ordered(powers.items()), new_body)
            if k < 2:
                return out, sign
            text = repr(out)
            if best is None or text < best[0]:
                best = (text, out, sign)
        if best is None:
            raise Reject("ranges of nested sums depend on each other in a circle")
        return best[1], best[2]

    def emit(self, out: dict[Mono, Coef], binders: tuple[Any, ...], atoms: dict[Atom, ln.Lin], body: Any,
             c: Coef) -> None:
        """Add c times a raw monomial (binder names fresh) to `out`."""
        if not c:
            return
        if c.numerator.bit_length() + c.denominator.bit_length() > MAX_BITS:
            raise Reject("a coefficient grew beyond the size limit")
        for a in [a for a in atoms if a[0] == "inv"]:
            self._cancel(atoms, a)
        live = ordered((a, e) for a, e in atoms.items() if e)
        raw = (binders, live, body)
        if binders or _nested(raw) or any(a[0] == "tr" for a, _ in live):
            raw, sign = self._canon_mono(raw, {}, 0)
            c *= sign
        else:
            self.budget.spend(1 + weight(raw) // NODES)
        total = tidy(out.get(raw, 0) + c)
        if total:
            out[raw] = total
        else:
            out.pop(raw, None)

    def _cancel(self, atoms: dict[Atom, ln.Lin], inverse: Atom) -> None:
        """n inv(n) = 1 for a natural symbol that the signature declares to be at least 1."""
        ((_, inner, body), c), *more = inverse[1]
        if more or body or c != 1 or len(inner) != 1 or inner[0][0][0] != "n" or inner[0][1] != LIN_ONE:
            return
        n, least = inner[0][0], self.sig.data.get("nat", {}).get(inner[0][0][1], 0)
        up, down = ln.value(atoms.get(n, ln.ZERO)), ln.value(atoms[inverse])
        if least >= 1 and up and down:
            common = min(up, down)
            atoms[n], atoms[inverse] = ln.const(up - common), ln.const(down - common)

    def open(self, mono: Mono) -> tuple[tuple[Any, ...], dict[Atom, ln.Lin], Any]:
        """Give the binders of a monomial fresh names."""
        binders, atoms, body = mono
        if binders:
            names = {v: self.fresh() for v, _ in binders}
            binders, atoms, body = rename(binders, names), rename(atoms, names), rename(body, names)
        return binders, dict(atoms), body

    def from_key(self, key: Key, sort: Sort = SCALAR) -> Poly:
        """The polynomial held inside an atom."""
        return Poly(sort, dict(self._canon_key(key, {}, 0)))

    @staticmethod
    def key(p: Poly) -> Key:
        return ordered(p.terms.items())

    # ---- constants and letters -------------------------------------------------------------------------

    @staticmethod
    def rational(q: Fraction | int) -> Poly:
        return Poly(SCALAR, {UNIT: tidy(q)} if q else {})

    def zero(self, sort: Sort) -> Poly:
        return Poly(sort, {})

    def atom(self, a: Atom, e: ln.Lin = LIN_ONE) -> Poly:
        out: dict[Mono, Coef] = {}
        self.emit(out, (), {a: e}, (), 1)
        return Poly(SCALAR, out)

    def natural(self, form: ln.Lin) -> Poly:
        out: dict[Mono, Coef] = {}
        for s, c in form:
            self.emit(out, (), {} if s == ln.ONE else {("n", s): LIN_ONE}, (), c)
        return Poly(SCALAR, out)

    def dimension(self, d: Any) -> Poly:
        return self.natural(d[1]) if d[0] == "n" else self.atom(("nd", d[1], d[2]))

    def one(self, d: Any) -> Poly:
        return Poly(("m", d, d), {((), (), ("w", ())): 1})

    def word(self, factors: wd.Word, rows: Any, cols: Any) -> Poly:
        w = wd.normal(factors)
        if not w and rows != cols:
            raise Reject("a product collapses to a unit of two different dimensions")
        out: dict[Mono, Coef] = {}
        self.emit(out, (), {}, ("w", w), 1)
        return Poly(("m", rows, cols), out)

    # ---- ring operations -------------------------------------------------------------------------------

    def add(self, p: Poly, q: Poly, scale: Fraction | int = 1) -> Poly:
        if p.sort != q.sort:
            raise Reject(f"sum of different sorts: {show_sort(p.sort)} and {show_sort(q.sort)}")
        out = dict(p.terms)
        for m, c in q.terms.items():
            total = tidy(out.get(m, 0) + scale * c)
            if total:
                out[m] = total
            else:
                out.pop(m, None)
        self.budget.spend(1 + len(q.terms) + len(p.terms) // NODES)
        return Poly(p.sort, out)

    def sub(self, p: Poly, q: Poly) -> Poly:
        return self.add(p, q, -1)

    def scale(self, p: Poly, c: Fraction | int) -> Poly:
        return Poly(p.sort, {m: tidy(c * x) for m, x in p.terms.items()} if c else {})

    def mul(self, p: Poly, q: Poly) -> Poly:
        sort = _product_sort(p.sort, q.sort)
        out: dict[Mono, Coef] = {}
        rest = Poly(sort, {})
        for m1, c1 in p.terms.items():
            for m2, c2 in q.terms.items():
                extra = self._mul_mono(out, m1, m2, c1 * c2, sort, p.sort)
                if extra is not None:
                    rest = self.add(rest, extra)
        return self.add(Poly(sort, out), rest)

    def _mul_mono(self, out: dict[Mono, Coef], m1: Mono, m2: Mono, c: Coef, sort: Sort,
                  left: Sort) -> Poly | None:
        self.budget.spend()
        b1, a1, x1 = self.open(m1)
        b2, a2, x2 = self.open(m2)
        atoms = dict(a1)
        for a, e in a2.items():
            atoms[a] = ln.add(atoms.get(a, ln.ZERO), e)
        exps = [a for a in atoms if a[0] == "exp"]
        if exps:
            total = self.zero(SCALAR)
            for a in exps:
                e = atoms.pop(a)
                total = self.add(total, self.mul(self.natural(e), self.from_key(a[1])))
            if total.terms:
                atoms[("exp", self.key(total))] = LIN_ONE
        for a in [a for a in atoms if a[0] == "ind"]:
            if (ln.value(atoms[a]) or 0) >= 1:
                atoms[a] = LIN_ONE
        body, factor = self._mul_body(x1, x2, left)
        waves = [(a, ln.value(e)) for a, e in atoms.items() if a[0] == "cos"]
        if factor is None and sum(n if n is not None else 99 for _, n in waves) <= 1:
            self.emit(out, b1 + b2, atoms, body, c)
            return None
        wave = factor if factor is not None else self.rational(1)
        if any(n is None for _, n in waves):
            raise Reject("power of a cosine with a symbolic exponent")
        if sum(n or 0 for _, n in waves) > 1:
            parts = [a for a, n in waves for _ in range(n or 0)]
            for a in set(parts):
                del atoms[a]
            lin = self.atom(parts[0])
            for a in parts[1:]:
                lin = self._mul_cos(lin, self.from_key(a[1]))
            wave = self.mul(wave, lin)
        # the raw monomial's binders scope over `wave` as well: bind them last
        piece: dict[Mono, Coef] = {}
        self.emit(piece, (), atoms, body, c)
        result = self.mul(Poly(sort, piece), wave) if piece else self.zero(sort)
        for v, hi in reversed(b1 + b2):
            result = self.bind(result, v, ln.ZERO, hi)
        return result

    def _mul_cos(self, p: Poly, angle: Poly) -> Poly:
        """p cos(angle) for p linear in cosines: cos a cos b = (cos(a - b) + cos(a + b)) / 2."""
        out = self.zero(SCALAR)
        for m, c in p.terms.items():
            binders, atoms, _ = self.open(m)
            cos = [a for a in atoms if a[0] == "cos"]
            if binders or len(cos) > 1 or len(atoms) > 1:
                raise Reject("product of cosines that is too entangled to linearise")
            if not cos:
                out = self.add(out, self.scale(self.cos(angle), c))
                continue
            self.budget.spend(8)
            other = self.from_key(cos[0][1])
            both = self.add(self.cos(self.sub(other, angle)), self.cos(self.add(other, angle)))
            out = self.add(out, self.scale(both, Fraction(c) / 2))
        return out

    def _mul_body(self, x: Any, y: Any, left: Sort) -> tuple[Any, Poly | None]:
        """Product of two bodies; the second entry is a scalar factor if the product is a scalar."""
        if not x or not y:
            return x or y, None
        kinds = (x[0], y[0])
        if kinds == ("w", "w"):
            return ("w", wd.normal(x[1] + y[1])), None
        if kinds == ("k", "k"):
            return ("k", wd.normal(x[1] + y[1]), wd.normal(x[2] + y[2])), None
        if kinds == ("k", "v"):
            return ("v", wd.normal(x[2] + y[1] + wd.transpose(x[1]))), None
        if kinds == ("cv", "k"):
            return ("cv", wd.normal(wd.transpose(y[2]) + x[1] + y[1])), None
        if kinds == ("cv", "v"):
            return (), self._trace_word(wd.transpose(x[1]) + y[1], left[2])
        raise Reject("product of tensors that has no normal form")

    def transpose(self, p: Poly) -> Poly:
        out: dict[Mono, Coef] = {}
        for m, c in p.terms.items():
            b, a, x = self.open(m)
            if x and x[0] == "w":
                x = ("w", wd.transpose(x[1]))
            elif x and x[0] == "k":
                x = ("k", wd.transpose(x[1]), wd.transpose(x[2]))
            elif x:
                x = ("cv" if x[0] == "v" else "v", x[1])
            self.emit(out, b, a, x, c)
        s = p.sort
        if s[0] == "m":
            s = ("m", s[2], s[1])
        elif s[0] in ("v", "cv"):
            s = ("cv" if s[0] == "v" else "v", s[1], s[2])
        elif s[0] == "k":
            s = ("k", s[2], s[1], s[4], s[3])
        return Poly(s, out)

    def _trace_word(self, w: wd.Word, dim: Any) -> Poly:
        self.budget.spend(len(w) ** 2 // 4)
        w = wd.cyclic(w)
        return self.atom(("tr", w)) if w else self.dimension(dim)

    def trace(self, p: Poly) -> Poly:
        s = p.sort
        if not ((s[0] == "m" and s[1] == s[2]) or (s[0] == "k" and s[1] == s[2] and s[3] == s[4])):
            raise Reject(f"trace of {show_sort(s)}")
        out = self.zero(SCALAR)
        for m, c in p.terms.items():
            b, a, x = self.open(m)
            piece = self.rational(1)
            if x[0] == "w":
                piece = self._trace_word(x[1], s[1])
            else:
                piece = self.mul(self._trace_word(x[1], s[1]), self._trace_word(x[2], s[3]))
            coef: dict[Mono, Coef] = {}
            self.emit(coef, (), a, (), c)
            piece = self.mul(Poly(SCALAR, coef), piece)
            for v, hi in reversed(b):
                piece = self.bind(piece, v, ln.ZERO, hi)
            out = self.add(out, piece)
        return out

    def kron(self, p: Poly, q: Poly) -> Poly:
        if p.sort[0] != "m" or q.sort[0] != "m":
            raise Reject("Kronecker product of something that is not a matrix")
        sort = ("k", p.sort[1], p.sort[2], q.sort[1], q.sort[2])
        rest = self.zero(sort)
        for m1, c1 in p.terms.items():
            for m2, c2 in q.terms.items():
                b1, a1, x1 = self.open(m1)
                b2, a2, x2 = self.open(m2)
                coef: dict[Mono, Coef] = {}
                self.emit(coef, (), a1, (), c1 * c2)
                coef2: dict[Mono, Coef] = {}
                self.emit(coef2, (), a2, (), 1)
                piece: dict[Mono, Coef] = {}
                self.emit(piece, (), {}, ("k", x1[1], x2[1]), 1)
                r = self.mul(self.mul(Poly(SCALAR, coef), Poly(SCALAR, coef2)), Poly(sort, piece))
                for v, hi in reversed(b1 + b2):
                    r = self.bind(r, v, ln.ZERO, hi)
                rest = self.add(rest, r)
        return rest

    def vec(self, p: Poly) -> Poly:
        if p.sort[0] != "m":
            raise Reject(f"vec of {show_sort(p.sort)}")
        out: dict[Mono, Coef] = {}
        for m, c in p.terms.items():
            b, a, x = self.open(m)
            self.emit(out, b, a, ("v", x[1]), c)
        return Poly(("v", p.sort[1], p.sort[2]), out)

    def power(self, p: Poly, e: ln.Lin, positive: bool = False) -> Poly:
        """p^e for a scalar or square matrix; `positive` says that e >= 1 is known."""
        fixed = ln.value(e)
        square = p.sort[0] == "m" and p.sort[1] == p.sort[2]
        if p.sort != SCALAR and not square:
            raise Reject(f"power of {show_sort(p.sort)}")
        if fixed is not None:
            if fixed < 0 or fixed > wd.MAX_EXPAND:
                raise Reject(f"constant exponent {fixed} outside 0..{wd.MAX_EXPAND}")
            out = self.rational(1) if p.sort == SCALAR else self.one(p.sort[1])
            for _ in range(fixed):
                out = self.mul(out, p)
            return out
        if not p.terms:
            if not positive:
                raise Reject("power of zero with an exponent that may be zero")
            return self.zero(p.sort)
        if len(p.terms) == 1:
            (m, c), = p.terms.items()
            binders, atoms, body = m
            if not binders and all(ln.value(x) is not None for _, x in atoms):
                result = self._rational_power(c, e)
                for a, x in atoms:
                    k = ln.value(x) or 0
                    result = self.mul(result, self._atom_power(a, ln.scaled(e, k)))
                if body:
                    result = self.mul(result, self.word((("p", body[1], e),), p.sort[1], p.sort[2]))
                return result
        if p.sort != SCALAR:
            raise Reject("symbolic power of a sum of matrices")
        return self.atom(("spow", self.key(p)), e)

    def _rational_power(self, c: Coef, e: ln.Lin) -> Poly:
        if c == 1:
            return self.rational(1)
        fixed = dict(e).get(ln.ONE, 0)
        if abs(fixed) > wd.MAX_EXPAND:
            raise Reject(f"constant exponent {fixed} is too large")
        rest = ln.sub(e, ln.const(fixed))
        return self.scale(self.atom(("spow", ((UNIT, c),)), rest), Fraction(c) ** fixed)

    def _atom_power(self, a: Atom, e: ln.Lin) -> Poly:
        if a[0] == "exp":
            return self.exp(self.mul(self.natural(e), self.from_key(a[1])))
        if a[0] == "cos":
            raise Reject("power of a cosine with a symbolic exponent")
        return self.atom(a, e)

    # ---- sums ------------------------------------------------------------------------------------------

    def bind(self, p: Poly, v: str, lo: ln.Lin, hi: ln.Lin) -> Poly:
        """The sum of p over lo <= v <= hi, for a fresh name v (hi >= lo - 1 is the caller's obligation)."""
        if mentions(p.sort, v):
            raise Reject("sum of matrices whose size depends on the index of the sum")
        length = ln.sub(hi, lo)
        fixed = ln.value(length)
        out: dict[Mono, Coef] = {}
        rest = self.zero(p.sort)
        for m, c in p.terms.items():
            if not mentions(m, v):
                rest = self.add(rest, self.mul(self.natural(ln.add(length, LIN_ONE)), Poly(p.sort, {m: c})))
            elif fixed is not None:
                if fixed < -1 or fixed > wd.MAX_EXPAND:
                    raise Reject(f"sum with {fixed + 1} terms cannot be expanded")
                for k in range(fixed + 1):
                    image = {v: ln.add(lo, ln.const(k))}
                    rest = self.add(rest, self.rebuild(Poly(p.sort, {m: c}), image))
            elif lo:
                rest = self.add(rest, self.bind(self.rebuild(Poly(p.sort, {m: c}), {v: ln.add(ln.var(v), lo)}),
                                                v, ln.ZERO, length))
            else:
                b, a, x = self.open(m)
                self.emit(out, ((v, length), *b), a, x, c)
        return self.add(Poly(p.sort, out), rest)

    def product(self, p: Poly, v: str, lo: ln.Lin, hi: ln.Lin) -> Poly:
        """The product of the scalar p over lo <= v <= hi, for a fresh name v."""
        if p.sort != SCALAR:
            raise Reject("product over an index of something that is not a scalar")
        length = ln.sub(hi, lo)
        size = ln.add(length, LIN_ONE)
        fixed = ln.value(length)
        if fixed is not None:
            if fixed < -1 or fixed > wd.MAX_EXPAND:
                raise Reject(f"product with {fixed + 1} factors cannot be expanded")
            result = self.rational(1)
            for k in range(fixed + 1):
                result = self.mul(result, self.rebuild(p, {v: ln.add(lo, ln.const(k))}))
            return result
        if lo:
            return self.product(self.rebuild(p, {v: ln.add(ln.var(v), lo)}), v, ln.ZERO, length)
        if not any(mentions(m, v) for m in p.terms):
            return self.power(p, size)
        if len(p.terms) == 1:
            (m, c), = p.terms.items()
            binders, atoms, _ = m
            if not binders and all(ln.value(x) is not None for _, x in atoms):
                result = self._rational_power(c, size)
                inner: dict[Atom, ln.Lin] = {}
                for a, x in atoms:
                    k = ln.value(x) or 0
                    if not mentions(a, v):
                        result = self.mul(result, self._atom_power(a, ln.scaled(size, k)))
                    elif a[0] == "exp":
                        result = self.mul(result, self.exp(self.bind(self.from_key(a[1]), v, ln.ZERO, length)))
                    else:
                        inner[a] = x
                if inner:
                    body: dict[Mono, Coef] = {}
                    self.emit(body, (), inner, (), 1)
                    result = self.mul(result, self.atom(("prod", v, length, self.key(Poly(SCALAR, body)))))
                return result
        return self.atom(("prod", v, length, self.key(p)))

    # ---- functions -------------------------------------------------------------------------------------

    def exp(self, p: Poly) -> Poly:
        return self.atom(("exp", self.key(p))) if p.terms else self.rational(1)

    def log(self, p: Poly) -> Poly:
        return self.rational(0) if p.rational() == 1 else self.atom(("log", self.key(p)))

    def inv(self, p: Poly) -> Poly:
        """Total inverse, inv(0) = 0; multiplicative, so it splits on monomials."""
        if not p.terms:
            return p
        if len(p.terms) == 1:
            (m, c), = p.terms.items()
            if not m[0]:
                out = self.rational(1 / Fraction(c))
                for a, e in m[1]:
                    if a[0] == "inv":
                        out = self.mul(out, self.power(self.from_key(a[1]), e))
                    elif a[0] == "exp":
                        out = self.mul(out, self.exp(self.scale(self.from_key(a[1]), -1)))
                    else:
                        out = self.mul(out, self.atom(("inv", ((((), ((a, LIN_ONE),), ()), 1),)), e))
                return out
        return self.atom(("inv", self.key(p)))

    def acos(self, p: Poly) -> Poly:
        return self.atom(("acos", self.key(p)))

    def root(self, p: Poly, e: ln.Lin) -> Poly:
        if p.sort == SCALAR:
            return self.atom(("root", self.key(p), e))
        if p.sort[0] != "m" or p.sort[1] != p.sort[2]:
            raise Reject(f"root of {show_sort(p.sort)}")
        out: dict[Mono, Coef] = {}
        self.emit(out, (), {}, ("w", (("r", self.key(p), e),)), 1)
        return Poly(p.sort, out)

    def cos(self, p: Poly) -> Poly:
        atom, sign = _cos_sign(self.key(p))
        if not atom[1]:
            return self.rational(sign)
        if atom == ("cos", ((_PI_MONO, Fraction(1, 2)),)):
            return self.rational(0)
        return self.scale(self.atom(atom), sign)

    def ind(self, p: Poly) -> Poly:
        q = p.rational()
        if q is not None:
            return self.rational(1 if q >= 0 else 0)
        return self.atom(("ind", _ind_scale(self.key(p))))

    # ---- randomness ------------------------------------------------------------------------------------

    def letters(self, obj: Any) -> set[tuple[str, tuple[ln.Lin, ...]]]:
        """Random letter instances in a structure, except inside expectations."""
        found: set[tuple[str, tuple[ln.Lin, ...]]] = set()
        if type(obj) is tuple and obj:
            if obj[0] == "E" and len(obj) == 2:
                return found
            if obj[0] == "l" and len(obj) >= 5 and type(obj[1]) is str and self.sig.letter(obj[1]).random:
                found.add((obj[1], obj[2]))
            for x in obj:
                found |= self.letters(x)
        return found

    def bounded_atom(self, a: Atom) -> bool:
        """Is the absolute value of the atom at most a constant?"""
        head = a[0]
        if not self.letters(a) or head in ("ind", "cos"):
            return True
        if head == "l":
            return self.sig.letter(a[1]).bounded
        if head in ("exp", "prod", "spow"):
            return all(self.bounded_atom(b) for m, _ in a[-1] for b, _ in m[1])
        return False

    def _integrable(self, a: Atom) -> bool:
        """Bounded, or a polynomial in Gaussian letters (all moments finite)."""
        return self.bounded_atom(a) or (a[0] == "tr" and not _nested(a[1]))

    def expect(self, p: Poly) -> Poly:
        """The expectation: linear, takes out what is not random."""
        if p.sort != SCALAR:
            raise Reject("expectation of something that is not a scalar")
        if not any(letter.random for letter in self.sig.letters.values()):
            raise Reject("expectation in a statement without random letters")
        out = self.zero(SCALAR)
        for m, c in p.terms.items():
            binders, atoms, _ = self.open(m)
            fixed, moving = self.rational(c), self.rational(1)
            for a, e in atoms.items():
                if not self.letters(a):
                    fixed = self.mul(fixed, self.atom(a, e))
                    continue
                if not self._integrable(a):
                    raise Reject(f"an expectation whose existence is not guaranteed ({a[0]} of something random)")
                if a[0] == "exp":
                    still, random = self.zero(SCALAR), self.zero(SCALAR)
                    for im, ic in self.from_key(a[1]).terms.items():
                        piece = Poly(SCALAR, {im: ic})
                        if self.letters(im):
                            random = self.add(random, piece)
                        else:
                            still = self.add(still, piece)
                    fixed, moving = self.mul(fixed, self.exp(still)), self.mul(moving, self.exp(random))
                else:
                    moving = self.mul(moving, self.atom(a, e))
            if moving.rational() is None:
                if len(moving.terms) != 1:
                    raise Reject("expectation of a product that does not stay a monomial")
                (mm, mc), = moving.terms.items()
                fixed = self.scale(self.mul(fixed, self.atom(("E", ((mm, 1),)))), mc)
            else:
                fixed = self.scale(fixed, moving.rational() or 0)
            for v, hi in reversed(binders):
                fixed = self.bind(fixed, v, ln.ZERO, hi)
            out = self.add(out, fixed)
        return out

    # ---- substitution ----------------------------------------------------------------------------------

    def rebuild(self, p: Poly, image: dict[str, ln.Lin], letters: LetterMap | None = None,
                known: tuple[ln.Lin, ...] = ()) -> Poly:
        """Substitute forms for index names and polynomials for letters, through the constructors.

        `letters(name, index, stage, d, known)` may return a replacement; `known` collects the ranges of the
        sums around the place where the letter stands."""
        out = self.zero(p.sort)
        for m, c in p.terms.items():
            binders, atoms, body = self.open(m)
            inner = known
            for v, hi in binders:
                hi = ln.substitute(hi, image)
                inner = (*inner, ln.var(v), ln.sub(hi, ln.var(v)))
            acc = self.rational(c)
            for a, e in atoms.items():
                base = self._rebuild_atom(a, image, letters, inner)
                e = ln.substitute(e, image)
                acc = self.mul(acc, self.power(base, e, ln.nonnegative(ln.sub(e, LIN_ONE), inner)))
            if body:
                acc = self.mul(acc, self._rebuild_body(body, p.sort, image, letters, inner))
            for v, hi in reversed(binders):
                acc = self.bind(acc, v, ln.ZERO, ln.substitute(hi, image))
            out = self.add(out, acc)
        return out

    def _rebuild_body(self, body: Any, sort: Sort, image: dict[str, ln.Lin], letters: LetterMap | None,
                      known: tuple[ln.Lin, ...]) -> Poly:
        if body[0] == "w":
            return self._rebuild_word(body[1], sort[1], image, letters, known)
        if body[0] == "k":
            return self.kron(self._rebuild_word(body[1], sort[1], image, letters, known),
                             self._rebuild_word(body[2], sort[3], image, letters, known))
        inner = self.vec(self._rebuild_word(body[1], sort[1], image, letters, known))
        return inner if body[0] == "v" else self.transpose(inner)

    def _rebuild_word(self, w: wd.Word, rows: Any, image: dict[str, ln.Lin], letters: LetterMap | None,
                      known: tuple[ln.Lin, ...]) -> Poly:
        if not w:
            return self.one(substitute_dim(rows, image))
        out: Poly | None = None
        for f in w:
            if f[0] == "p":
                base = self._rebuild_word(f[1], None, image, letters, known)
                e = ln.substitute(f[2], image)
                piece = self.power(base, e, ln.nonnegative(ln.sub(e, LIN_ONE), known))
            elif f[0] == "r":
                base = self.rebuild(self.from_key(f[1], self.factor_sort(f)), image, letters, known)
                piece = self.root(base, ln.substitute(f[2], image))
            else:
                piece = self._rebuild_letter(f, image, letters, known)
            out = piece if out is None else self.mul(out, piece)
        assert out is not None
        return out

    def _rebuild_letter(self, f: wd.Factor, image: dict[str, ln.Lin], letters: LetterMap | None,
                        known: tuple[ln.Lin, ...]) -> Poly:
        if f[0] == "c":
            _, name, stage, d, hi, lo, flip = f
            hi, lo = ln.substitute(hi, image), ln.substitute(lo, image)
            new: Poly | None = None
            if letters is not None and hi == lo:
                new = letters(name, (hi,), stage, d, known)
            if new is None:
                new = self.chain(name, hi, lo, stage, d)
        else:
            _, name, idx, stage, d, flip = f
            idx = tuple(ln.substitute(i, image) for i in idx)
            new = letters(name, idx, stage, d, known) if letters is not None else None
            if new is None:
                new = self.letter(name, idx, stage, d)
        return self.transpose(new) if flip == 1 else new

    def _rebuild_atom(self, a: Atom, image: dict[str, ln.Lin], letters: LetterMap | None,
                      known: tuple[ln.Lin, ...]) -> Poly:
        head = a[0]
        if head == "l":
            _, name, idx, stage, d = a
            idx = tuple(ln.substitute(i, image) for i in idx)
            new = letters(name, idx, stage, d, known) if letters is not None else None
            return new if new is not None else self.letter(name, idx, stage, d)
        if head == "n":
            return self.natural(ln.substitute(ln.var(a[1]), image))
        if head == "nd":
            return self.dimension(("d", a[1], ln.substitute(a[2], image)))
        if head in ("pi", "t"):
            return self.atom(a)
        if head == "tr":
            return self.trace(self._rebuild_word(a[1], None, image, letters, known))
        if head == "prod":
            v = self.fresh()
            hi = ln.substitute(a[2], image)
            inner = self.from_key(rename(a[3], {a[1]: v}))
            inner = self.rebuild(inner, image, letters, (*known, ln.var(v), ln.sub(hi, ln.var(v))))
            return self.product(inner, v, ln.ZERO, hi)
        if head == "root":
            return self.root(self.rebuild(self.from_key(a[1]), image, letters, known), ln.substitute(a[2], image))
        base = self.rebuild(self.from_key(a[1]), image, letters, known)
        if head == "spow":
            return base
        build = {"exp": self.exp, "log": self.log, "inv": self.inv, "cos": self.cos, "acos": self.acos,
                 "ind": self.ind, "E": self.expect}
        return build[head](base)

    # ---- letters ---------------------------------------------------------------------------------------

    def shape(self, name: str, idx: tuple[ln.Lin, ...]) -> tuple[Any, Any] | None:
        decl = self.sig.letter(name)
        if decl.shape is None:
            return None
        env = dict(self.sig.nat)
        env.update({row[0]: i for row, i in zip(decl.index, idx, strict=True)})
        return dim(decl.shape[0], env), dim(decl.shape[1], env)

    def letter(self, name: str, idx: tuple[ln.Lin, ...], stage: str, d: int) -> Poly:
        decl = self.sig.letter(name)
        if decl.chain:
            return self.chain(name, idx[0], idx[0], stage, d)
        shape = self.shape(name, idx)
        if shape is None:
            return self.atom(("l", name, idx, stage, d))
        return self.word((("l", name, idx, stage, d, "s" if decl.sym else 0),), *shape)

    def chain(self, name: str, hi: ln.Lin, lo: ln.Lin, stage: str, d: int = 0) -> Poly:
        top, bottom = self.shape(name, (hi,)), self.shape(name, (lo,))
        assert top is not None and bottom is not None
        return self.word((("c", name, stage, d, hi, lo, 0),), top[0], bottom[1])

    def factor_sort(self, f: wd.Factor) -> Sort:
        """Sort of one factor."""
        if f[0] == "c":
            top, bottom = self.shape(f[1], (f[4],)), self.shape(f[1], (f[5],))
            assert top is not None and bottom is not None
            rows, cols = top[0], bottom[1]
            return ("m", cols, rows) if f[6] else ("m", rows, cols)
        if f[0] == "l":
            shape = self.shape(f[1], f[2])
            assert shape is not None
            return ("m", shape[1], shape[0]) if f[5] == 1 else ("m", *shape)
        if f[0] == "p":
            first, last = self.factor_sort(f[1][0]), self.factor_sort(f[1][-1])
            return ("m", first[1], last[2])
        for mono, _ in f[1]:
            w = mono[2][1]
            if w:
                return ("m", self.factor_sort(w[0])[1], self.factor_sort(w[-1])[2])
        raise Reject("root of a multiple of the unit matrix: write it as a scalar root times the unit")

    # ---- derivations -----------------------------------------------------------------------------------

    def derive(self, p: Poly, rule: Callable[[str, tuple[ln.Lin, ...], str, int], Poly | None],
               chain: Callable[[str, ln.Lin, ln.Lin, str, int, tuple[ln.Lin, ...]], Poly | None],
               time: bool, known: tuple[ln.Lin, ...]) -> Poly:
        """Formal derivative: `rule` gives the derivative of a letter and `chain` of a chain (None for zero)."""
        out = self.zero(p.sort)
        for m, c in p.terms.items():
            binders, atoms, body = self.open(m)
            inner = known
            for v, hi in binders:
                inner = (*inner, ln.var(v), ln.sub(hi, ln.var(v)))
            total = self.zero(p.sort)
            items = list(atoms.items())
            for i, (a, e) in enumerate(items):
                da = self._derive_atom(a, rule, chain, time, inner)
                if not da.terms:
                    continue
                less = ln.sub(e, LIN_ONE)
                if not ln.nonnegative(less, inner):
                    raise Reject("derivative of a power whose exponent may be zero")
                piece = self.mul(self.natural(e), self.mul(self.atom(a, less) if less else self.rational(1), da))
                for k, (b, f) in enumerate(items):
                    if k != i:
                        piece = self.mul(piece, self.atom(b, f))
                if body:
                    piece = self.mul(piece, Poly(p.sort, {((), (), body): 1}))
                total = self.add(total, piece)
            if body:
                db = self._derive_body(body, p.sort, rule, chain, inner)
                for a, e in items:
                    db = self.mul(self.atom(a, e), db)
                total = self.add(total, db)
            total = self.scale(total, c)
            for v, hi in reversed(binders):
                total = self.bind(total, v, ln.ZERO, hi)
            out = self.add(out, total)
        return out

    def _derive_atom(self, a: Atom, rule: Any, chain: Any, time: bool, known: tuple[ln.Lin, ...]) -> Poly:
        head = a[0]
        if head == "l":
            return rule(a[1], a[2], a[3], a[4]) or self.zero(SCALAR)
        if head in ("n", "nd", "pi"):
            return self.zero(SCALAR)
        if head == "t":
            return self.rational(1 if time else 0)
        if head == "tr":
            first = self.factor_sort(a[1][0])
            return self.trace(self._derive_word(a[1], first[1], rule, chain, known))
        if head == "prod":
            raise Reject("derivative of a symbolic product")
        base = self.from_key(a[1])
        d = self.derive(base, rule, chain, time, known)
        if not d.terms:
            return self.zero(SCALAR)
        if head == "exp":
            return self.mul(self.atom(a), d)
        if head == "cos":
            half_pi = self.scale(self.atom(("pi",)), Fraction(1, 2))
            return self.mul(self.cos(self.add(base, half_pi)), d)
        if head == "spow":
            return d
        raise Reject(f"derivative of {head}")

    def _derive_body(self, body: Any, sort: Sort, rule: Any, chain: Any, known: tuple[ln.Lin, ...]) -> Poly:
        if body[0] == "w":
            return self._derive_word(body[1], sort[1], rule, chain, known)
        if body[0] == "k":
            p = self.word(body[1], sort[1], sort[2])
            q = self.word(body[2], sort[3], sort[4])
            return self.add(self.kron(self._derive_word(body[1], sort[1], rule, chain, known), q),
                            self.kron(p, self._derive_word(body[2], sort[3], rule, chain, known)))
        inner = self.vec(self._derive_word(body[1], sort[1], rule, chain, known))
        return inner if body[0] == "v" else self.transpose(inner)

    def _derive_word(self, w: wd.Word, rows: Any, rule: Any, chain: Any, known: tuple[ln.Lin, ...]) -> Poly:
        if not w:
            return self.zero(("m", rows, rows))
        sorts = [self.factor_sort(f) for f in w]
        total = self.zero(("m", sorts[0][1], sorts[-1][2]))
        for i, f in enumerate(w):
            d = self._derive_factor(f, sorts[i], rule, chain, known)
            if d is None:
                continue
            if i:
                d = self.mul(self.word(w[:i], sorts[0][1], sorts[i - 1][2]), d)
            if i + 1 < len(w):
                d = self.mul(d, self.word(w[i + 1 :], sorts[i + 1][1], sorts[-1][2]))
            total = self.add(total, d)
        return total

    def _derive_factor(self, f: wd.Factor, sort: Sort, rule: Any, chain: Any,
                       known: tuple[ln.Lin, ...]) -> Poly | None:
        if f[0] == "l":
            d: Poly | None = rule(f[1], f[2], f[3], f[4])
            return self.transpose(d) if d is not None and f[5] == 1 else d
        if f[0] == "c":
            d = chain(f[1], f[4], f[5], f[2], f[3], known)
            return self.transpose(d) if d is not None and f[6] == 1 else d
        if f[0] == "r":
            raise Reject("derivative of a root")
        v = self.fresh()
        e = f[2]
        base = self._derive_word(f[1], sort[1], rule, chain, known)
        if not base.terms:
            return None
        left = self.word((("p", f[1], ln.var(v)),), sort[1], sort[1])
        right = self.word((("p", f[1], ln.sub(ln.sub(e, LIN_ONE), ln.var(v))),), sort[1], sort[1])
        return self.bind(self.mul(self.mul(left, base), right), v, ln.ZERO, ln.sub(e, LIN_ONE))


_PI_MONO: Mono = ((), ((("pi",), LIN_ONE),), ())


def _negate(key: Key) -> Key:
    return tuple((m, -c) for m, c in key)


def _cos_sign(key: Key) -> tuple[Atom, int]:
    """cos of a canonical angle: multiple of pi reduced to [0, 1), leading coefficient of the rest positive.

    Returns the atom and the sign; an angle reduced to zero comes back as an empty key."""
    turn = Fraction(dict(key).get(_PI_MONO, 0))
    rest = tuple((m, c) for m, c in key if m != _PI_MONO)
    sign = 1
    if rest and rest[0][1] < 0:
        rest, turn = _negate(rest), -turn
    turn %= 2
    if turn >= 1:
        turn, sign = turn - 1, -sign
    if turn:
        rest = tuple(sorted((*rest, (_PI_MONO, tidy(turn))), key=repr))
    return ("cos", rest), sign


def _ind_scale(key: Key) -> Key:
    """1{x >= 0} only depends on x up to a positive factor."""
    lead = abs(Fraction(key[0][1]))
    return tuple((m, tidy(Fraction(c) / lead)) for m, c in key)


def show_sort(s: Sort) -> str:
    def d(x: Any) -> str:
        form = " + ".join(k if v == 1 and k != "1" else (str(v) if k == "1" else f"{v}{k}") for k, v in x[-1]) or "0"
        return form if x[0] == "n" else f"{x[1]}[{form}]"

    if s == SCALAR:
        return "a scalar"
    if s[0] == "m":
        return f"a {d(s[1])} x {d(s[2])} matrix"
    if s[0] in ("v", "cv"):
        return f"the {'stacked' if s[0] == 'v' else 'transposed stacked'} columns of a {d(s[1])} x {d(s[2])} matrix"
    return f"a tensor ({d(s[1])} x {d(s[2])}) x ({d(s[3])} x {d(s[4])})"


def _product_sort(a: Sort, b: Sort) -> Sort:
    if a == SCALAR:
        return b
    if b == SCALAR:
        return a
    if a[0] == "m" and b[0] == "m" and a[2] == b[1]:
        return ("m", a[1], b[2])
    if a[0] == "k" and b[0] == "k" and a[2] == b[1] and a[4] == b[3]:
        return ("k", a[1], b[2], a[3], b[4])
    if a[0] == "k" and b[0] == "v" and a[2] == b[2] and a[4] == b[1]:
        return ("v", a[3], a[1])
    if a[0] == "cv" and b[0] == "k" and b[1] == a[2] and b[3] == a[1]:
        return ("cv", b[4], b[2])
    if a[0] == "cv" and b[0] == "v" and a[1:] == b[1:]:
        return SCALAR
    raise Reject(f"cannot multiply {show_sort(a)} by {show_sort(b)}")


def substitute_dim(d: Any, image: dict[str, ln.Lin]) -> Any:
    return (*d[:-1], ln.substitute(d[-1], image))


def dim(data: Any, known: dict[str, ln.Lin]) -> Any:
    """Read a dimension: an index expression or ["dim", family, index expression]."""
    if type(data) is list:
        if len(data) != 3 or data[0] != "dim" or type(data[1]) is not str:
            raise Reject(f"dimension expected, not {data!r:.60}")
        return ("d", data[1], ln.parse(data[2], known))
    return ("n", ln.parse(data, known))

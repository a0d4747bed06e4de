"""Matrix items: identities are compared by values in random matrices over prime fields.

In a large field an identity that fails does so at random letters (Schwartz and Zippel), at sizes above half the degree
also one that holds for small matrices only (Amitsur and Levitzki). Small fields are for inverses: there a random matrix
is singular often enough for a missing proof that it is not to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

from .errors import Cannot, Rejected, Work
from .terms import fields, number

Json = Any
Rows = list[list[int]]
Dim = tuple[tuple[tuple[str, int], ...], ...]
LARGE = (1 << 61) - 1
SMALL = (31, 37, 41, 43)
BIG_WORLDS, SMALL_WORLDS = 4, 60
WIDEST = 6
WORK = 60_000_000
FLAGS = ("symmetric", "psd", "orthogonal", "invertible")
ARITY = {"v": 1, "q": 1, "n": 1, "pow": 2, "T": 1, "inv": 1, "tr": 1, "det": 1, "vec": 1, "kron": 2, "had": 2, "I": 1,
         "Z": 2, "ones": 2, "net": 3, "hole": 0}  # fmt: skip


class Unfit(Exception):
    """Sizes of this world do not suit: a form is not positive, or a denominator vanishes in the field."""


def dimension(data: Json) -> Dim:
    """The dimension that `data` is, a product of linear forms; Rejected if it is none."""
    if not isinstance(data, list) or len(data) > 6:
        raise Rejected("a dimension is a short list of linear forms")
    out = []
    for row in data:
        if not isinstance(row, dict) or not row:
            raise Rejected("a linear form is an object")
        for s, c in row.items():
            if isinstance(c, bool) or not isinstance(c, int) or not c or abs(c) > 10_000:
                raise Rejected("no linear form")
            if s != "1" and not (s[:1].isalpha() and all(x.isalnum() or x in "_.'" for x in s)):
                raise Rejected(f"{s!r:.40} is no symbol")
        form = tuple(sorted(row.items()))
        if all(c < 0 for _, c in form):
            raise Rejected("a dimension that is never positive")
        if form != (("1", 1),):
            out.append(form)
    return tuple(out)


def symbols(d: Dim) -> set[str]:
    """The size letters of the dimension `d`."""
    return {s for form in d for s, _ in form if s != "1"}


def at_one(form: tuple[tuple[str, int], ...]) -> int | None:
    """The least value of a form with positive coefficients of symbols."""
    return sum(c for _, c in form) if all(c > 0 for s, c in form if s != "1") else None


class Letters:
    """The declared letters with their shapes and flags."""

    def __init__(self, data: Json) -> None:
        if not isinstance(data, dict):
            raise Rejected("letters is an object")
        self.shapes: dict[str, tuple[Dim, Dim]] = {}
        self.flags: dict[str, list[str]] = {}
        for name, row in data.items():
            fields(row, ("shape",), ("flags",), "letter")
            if not isinstance(row["shape"], list) or len(row["shape"]) != 2:
                raise Rejected("a shape is [rows, columns]")
            flags = row.get("flags", [])
            if not isinstance(flags, list) or any(f not in FLAGS for f in flags):
                raise Rejected(f"an unknown flag of {name}")
            self.shapes[name] = dimension(row["shape"][0]), dimension(row["shape"][1])
            self.flags[name] = flags
            if flags and self.shapes[name][0] != self.shapes[name][1]:
                raise Rejected(f"{name} is not square")
        self.forms = {form for shape in self.shapes.values() for d in shape for form in d}
        self.symbols = sorted({s for shape in self.shapes.values() for d in shape for s in symbols(d)})
        if set(self.symbols) & set(self.shapes):
            raise Rejected("a name is a letter and a dimension")

    def known(self, data: Json) -> Dim:
        """The dimension that `data` is, in sizes of declared shapes; else Rejected."""
        d = dimension(data)
        if symbols(d) - set(self.symbols):
            raise Rejected("a dimension that is in no shape")
        return d

    def kind(self, t: Json, hole: tuple[Dim, Dim] | None = None) -> tuple[Dim, Dim]:
        """Rows and columns of a term for all sizes; raises Rejected if something does not fit."""
        if not isinstance(t, list) or not t or not isinstance(t[0], str):
            raise Rejected("a term is a list that begins with a word")
        head = t[0]
        if head in ("+", "*"):
            kinds = [self.kind(x, hole) for x in t[1:]]
            if not kinds:
                raise Rejected("an empty sum or product")
            out = kinds[0]
            for k in kinds[1:]:
                if head == "+":
                    if k != out:
                        raise Rejected("summands of different shapes")
                elif out == ((), ()):
                    out = k
                elif k != ((), ()):
                    if out[1] != k[0]:
                        raise Rejected("factors that do not fit")
                    out = out[0], k[1]
            return out
        if head not in ARITY or len(t) - 1 != ARITY[head]:
            raise Rejected(f"unknown term {head!r:.40}")
        if head == "v":
            if not isinstance(t[1], str) or t[1] not in self.shapes:
                raise Rejected("a letter that is not declared")
            return self.shapes[t[1]]
        if head == "q":
            number(t[1])
            return (), ()
        if head == "n":
            self.known(t[1])
            return (), ()
        if head in ("I", "Z", "ones"):
            dims = [self.known(d) for d in t[1:]]
            if any(f not in self.forms and (at_one(f) or 0) < 1 for d in dims for f in d):
                raise Rejected("a dimension that may be 0")
            return dims[0], dims[-1]
        if head == "hole":
            if hole is None:
                raise Rejected("a hole outside of a context")
            return hole
        if head == "net":
            return self.network(t, hole)
        rows, cols = self.kind(t[1], hole)
        if head == "T":
            return cols, rows
        if head == "vec":
            return (*cols, *rows), ()
        if head in ("kron", "had"):
            other = self.kind(t[2], hole)
            if head == "kron":
                return (*rows, *other[0]), (*cols, *other[1])
            if other != (rows, cols):
                raise Rejected("entrywise product of different shapes")
            return rows, cols
        if rows != cols:
            raise Rejected(f"{head} of a matrix that is not square")
        if head == "pow":
            if isinstance(t[2], bool) or (isinstance(t[2], int) and not 0 <= t[2] <= 24):
                raise Rejected("an exponent is from 0 to 24 or a dimension")
            if not isinstance(t[2], int) and ((rows, cols) != ((), ()) or any(
                    at_one(f) is None or (at_one(f) or 0) < 0 for f in self.known(t[2]))):
                raise Rejected("an exponent that may be negative, or of a matrix")
        return ((), ()) if head in ("tr", "det") else (rows, cols)

    def network(self, t: Json, hole: tuple[Dim, Dim] | None) -> tuple[Dim, Dim]:
        """The shape of the network `t`, in which the hole has the shape `hole`; Rejected if labels do not fit."""
        sizes: dict[str, Any] = {}
        if any(not isinstance(x, list) for x in t[1:]) or any(not isinstance(r, list) or len(r) != 3 for r in t[3]):
            raise Rejected("a network is [rows, columns, [[term, rows, columns], ..]]")
        for x, *labels in t[3]:
            for names, d in zip(labels, self.kind(x, hole), strict=True):
                if not isinstance(names, list) or len(names) != len(d):
                    raise Rejected("a part of a network has another number of indices")
                for label, form in zip(names, d, strict=True):
                    if not isinstance(label, str) or sizes.setdefault(label, form) != form:
                        raise Rejected("an index over two dimensions")
        for label in (*t[1], *t[2]):
            if not isinstance(label, str) or label not in sizes:
                raise Rejected("an output index without a dimension")
        return tuple(sizes[x] for x in t[1]), tuple(sizes[x] for x in t[2])


class World:
    """Letters as random matrices over a prime field, at chosen sizes."""

    def __init__(self, letters: Letters, sizes: Mapping[str, int], p: int, rng: Random, work: Work) -> None:
        self.letters, self.sizes, self.p, self.work = letters, sizes, p, work
        self.memory: dict[str, Rows] = {}
        self.values: dict[str, Rows] = {}
        for name, shape in letters.shapes.items():
            n, k = (self.size(d) for d in shape)
            small = p == LARGE and rng.random() < 0.3
            x = [[rng.randrange(-2, 3) % p if small else rng.randrange(p) for _ in range(k)] for _ in range(n)]
            if {"symmetric", "psd"} & set(letters.flags[name]):
                x = [[x[min(i, j)][max(i, j)] for j in range(k)] for i in range(n)]
            self.values[name] = x

    def size(self, d: Dim) -> int:
        """The value of the dimension `d` here; Unfit if it is not positive or too large. Raises Cannot where this
        checker has no way to tell.
        """
        out = 1
        for form in d:
            k = sum(c * (1 if s == "1" else self.sizes[s]) for s, c in form)
            if k < 1:
                raise Unfit
            out *= k
        if out > 400:
            raise Cannot("matrices that are too large to sample")
        return out

    def integer(self, d: Dim) -> int:
        """The value of the dimension `d` here, of any sign."""
        out = 1
        for form in d:
            out *= sum(c * (1 if s == "1" else self.sizes[s]) for s, c in form)
        return out

    def rational(self, x: Fraction) -> int:
        """The rational `x` in the field; Unfit if its denominator vanishes."""
        if x.denominator % self.p == 0:
            raise Unfit
        return x.numerator * pow(x.denominator, -1, self.p) % self.p

    def value(self, t: Json) -> Rows:
        """The value of the term `t` here, worked out once; Unfit or Rejected if it has none."""
        key = repr(t)
        if key not in self.memory:
            self.memory[key] = self._value(t)
        return self.memory[key]

    def _value(self, t: Json) -> Rows:
        head, p = t[0], self.p
        if head == "v":
            return self.values[t[1]]
        if head == "q":
            return [[self.rational(number(t[1]))]]
        if head == "n":
            return [[self.integer(dimension(t[1])) % p]]
        if head in ("I", "Z", "ones"):
            n, k = self.size(dimension(t[1])), self.size(dimension(t[-1]))
            return [[int(head == "ones" or (head == "I" and i == j)) for j in range(k)] for i in range(n)]
        if head == "net":
            return self.network(t)
        if head == "pow":
            x, e = self.value(t[1]), t[2] if isinstance(t[2], int) else self.integer(dimension(t[2]))
            if e < 0:
                raise Unfit
            out = [[int(i == j) for j in range(len(x))] for i in range(len(x))]
            for _ in range(e):
                out = self.mul(out, x)
            return out
        args = [self.value(x) for x in t[1:]]
        x = args[0]
        if head in ("+", "*"):
            for y in args[1:]:
                x = self.add(x, y) if head == "+" else self.mul(x, y)
            return x
        if head == "T":
            return [list(r) for r in zip(*x, strict=True)]
        if head == "tr":
            return [[sum(x[i][i] for i in range(len(x))) % p]]
        if head == "vec":
            return [[r[j]] for j in range(len(x[0])) for r in x]
        if head == "kron":
            self.work.spend(len(x) * len(x[0]) * len(args[1]) * len(args[1][0]))
            return [[a * b % p for a in r for b in s] for r in x for s in args[1]]
        if head == "had":
            return [[a * b % p for a, b in zip(r, s, strict=True)] for r, s in zip(x, args[1], strict=True)]
        det, inverse = self.eliminated(x)
        if head == "det":
            return [[det]]
        return inverse if inverse is not None else [[0] * len(x) for _ in x]

    def add(self, x: Rows, y: Rows, c: int = 1) -> Rows:
        """x + c y; Rejected if the shapes differ."""
        if len(x) != len(y) or len(x[0]) != len(y[0]):
            raise Rejected("matrices of different shapes")
        return [[(a + c * b) % self.p for a, b in zip(r, s, strict=True)] for r, s in zip(x, y, strict=True)]

    def mul(self, x: Rows, y: Rows) -> Rows:
        """x y, where a 1 x 1 matrix scales; Rejected if the shapes do not fit."""
        p = self.p
        for c, m in ((x, y), (y, x)):
            if len(c) == 1 == len(c[0]):
                return [[c[0][0] * a % p for a in r] for r in m]
        if len(x[0]) != len(y):
            raise Rejected("matrices that do not compose")
        self.work.spend(len(x) * len(y) * len(y[0]))
        cols = list(zip(*y, strict=True))
        return [[sum(a * b for a, b in zip(r, c, strict=True)) % p for c in cols] for r in x]

    def eliminated(self, x: Rows) -> tuple[int, Rows | None]:
        """Determinant and inverse of the square matrix `x`, the inverse None if it is singular."""
        n, p = len(x), self.p
        self.work.spend(n**3)
        a = [[*r, *(int(i == j) for j in range(n))] for i, r in enumerate(x)]
        det = 1
        for c in range(n):
            pick = next((r for r in range(c, n) if a[r][c] % p), None)
            if pick is None:
                return 0, None
            if pick != c:
                a[c], a[pick], det = a[pick], a[c], -det
            det = det * a[c][c] % p
            f = pow(a[c][c], -1, p)
            a[c] = [v * f % p for v in a[c]]
            for r in range(n):
                if r != c and a[r][c]:
                    g = a[r][c]
                    a[r] = [(v - g * w) % p for v, w in zip(a[r], a[c], strict=True)]
        return det % p, [r[n:] for r in a]

    def network(self, t: Json) -> Rows:
        """Entry by entry; indices over products of forms are split in lexicographic order."""
        parts = []
        sizes: dict[str, int] = {}
        for x, rows, cols in t[3]:
            parts.append((self.value(x), rows, cols))
            for labels, d in zip((rows, cols), self.letters.kind(x), strict=True):
                for label, form in zip(labels, d, strict=True):
                    sizes[label] = self.size((form,))
        summed = [x for x in sizes if x not in t[1] and x not in t[2]]

        def entry(at: dict[str, int]) -> int:
            total = 0
            for point in _grid([sizes[x] for x in summed]):
                here = {**at, **dict(zip(summed, point, strict=True))}
                self.work.spend(len(parts))
                c = 1
                for m, rows, cols in parts:
                    c = c * m[_place(rows, here, sizes)][_place(cols, here, sizes)] % self.p
                total += c
            return total % self.p

        out = []
        for r in _grid([sizes[x] for x in t[1]]):
            row = []
            for c in _grid([sizes[x] for x in t[2]]):
                at: dict[str, int] = {}
                fits = True
                for label, i in zip((*t[1], *t[2]), (*r, *c), strict=True):
                    fits = fits and at.setdefault(label, i) == i
                row.append(entry(at) if fits else 0)
            out.append(row)
        return out


def _grid(sizes: list[int]) -> list[tuple[int, ...]]:
    out: list[tuple[int, ...]] = [()]
    for n in sizes:
        out = [(*t, i) for t in out for i in range(n)]
    return out


def _place(labels: list[str], at: Mapping[str, int], sizes: Mapping[str, int]) -> int:
    out = 0
    for label in labels:
        out = out * sizes[label] + at[label]
    return out


def degree(t: Json) -> int:
    """How many letters a product in the term can have."""
    if not isinstance(t, list) or not t:
        return 0
    head = t[0]
    if head == "v":
        return 1
    if head == "+":
        return max((degree(x) for x in t[1:]), default=0)
    if head == "net":
        return sum(degree(r[0]) for r in t[3])
    if head == "pow":
        return degree(t[1]) * (t[2] if isinstance(t[2], int) else 3)
    return sum(degree(x) for x in t[1:]) if head in ("*", "kron", "had") else max(
        (degree(x) for x in t[1:]), default=0)  # fmt: skip


def neg(t: Json) -> Json:
    """The term for -`t`."""
    return ["*", ["q", "-1"], t]


def inverses(t: Json) -> list[Json]:
    """Arguments of inverses, inner ones first."""
    if not isinstance(t, list) or not t or t[0] in ("v", "q", "n", "I", "Z", "ones", "hole"):
        return []
    inner = [y for x in ([r[0] for r in t[3]] if t[0] == "net" else t[1:]) for y in inverses(x)]
    return [*inner, t[1]] if t[0] == "inv" else inner


def filled(context: Json, t: Json) -> Json:
    """The `context` with `t` in its hole."""
    if context == ["hole"] or context is None:
        return t
    return [filled(x, t) if isinstance(x, list) else x for x in context] if isinstance(context, list) else context


class Checker:
    """One matrix statement and the equations that are known so far."""

    def __init__(self, data: Json, seed: str) -> None:
        fields(data, ("letters", "invertible", "hyps", "goal"), what="statement")
        self.letters, self.seed, self.work = Letters(data["letters"]), seed, Work(WORK)
        if not isinstance(data["invertible"], list) or not isinstance(data["hyps"], list):
            raise Rejected("hyps and invertible are lists")
        self.invertible, self.hyps, self.goal = data["invertible"], data["hyps"], data["goal"]
        self.equations: dict[str, tuple[Json, Json]] = {}
        self.regular: list[Json] = []
        self.compared = 0

    def pair(self, data: Json) -> tuple[Json, Json]:
        """The two sides of the equation `data`; Rejected if they are not two of one shape."""
        if not isinstance(data, list) or len(data) != 2:
            raise Rejected("an equation is [left, right]")
        if self.letters.kind(data[0]) != self.letters.kind(data[1]):
            raise Rejected("the sides have different shapes")
        return data[0], data[1]

    def square(self, t: Json) -> None:
        """Raise Rejected unless `t` is square."""
        rows, cols = self.letters.kind(t)
        if rows != cols:
            raise Rejected("an invertible expression is square")

    # ---- comparisons ---------------------------------------------------------------------------------------

    def vanishes(self, t: Json, what: str) -> None:
        """The term is 0 in all worlds that are tried. Raises Cannot where this checker has no way to tell,
        Rejected if it is contradicted or not well formed.
        """
        wanted = min(max(degree(t) // 2 + 1, 2), WIDEST)
        singular = "inv" in repr(t) or "det" in repr(t)
        plan = [(LARGE, wanted)] * 2 + [(LARGE, 3)] * BIG_WORLDS
        plan += [(p, 2) for p in SMALL] * (SMALL_WORLDS // len(SMALL) if singular else 1)
        done = 0
        for turn, (p, most) in enumerate(plan):
            rng = Random(f"{self.seed}|{turn}")
            for _ in range(20):
                sizes = {s: rng.randint(1, most) if p != LARGE or turn > 1 else most for s in self.letters.symbols}
                try:
                    x = World(self.letters, sizes, p, rng, self.work).value(t)
                except Unfit:
                    continue
                if any(any(r) for r in x):
                    raise Rejected(f"{what}: the difference is not 0 at sizes {sizes}")
                done += 1
                break
        if not done:
            raise Cannot("no sizes suit")
        self.compared += 1

    def combined(self, parts: Json) -> list[Json]:
        """Left minus right of each part of a combination of equations; Rejected if one is not well formed."""
        if not isinstance(parts, list) or len(parts) > 2_000:
            raise Rejected("by is a list of parts")
        out = []
        for part in parts:
            if not isinstance(part, list) or len(part) != 3:
                raise Rejected("a part is [coefficient, context, equation]")
            c = number(part[0])
            x, y = self.equation(part[2])
            a, b = filled(part[1], x), filled(part[1], y)
            if part[1] is not None:
                self.letters.kind(part[1], self.letters.kind(x))
            out.append(["*", ["q", str(c)], ["+", a, neg(b)]])
        return out

    def proves(self, left: Json, right: Json, parts: Json, what: str) -> None:
        """Test that `left` minus `right` is the combination `parts`; Rejected, naming `what`, if not."""
        whole = ["+", left, neg(right), *(neg(x) for x in self.combined(parts))]
        self.letters.kind(whole)
        self.vanishes(whole, what)

    # ---- equations -----------------------------------------------------------------------------------------

    def equation(self, ref: Json) -> tuple[Json, Json]:
        """The sides of the equation that `ref` names; Rejected if there is none."""
        if isinstance(ref, str):
            if ref not in self.equations:
                raise Rejected(f"no equation {ref!r:.40}")
            return self.equations[ref]
        if not isinstance(ref, list) or not ref or not all(isinstance(x, list) for x in ref[1:]):
            raise Rejected("no known theorem")
        kinds = [self.letters.kind(x) for x in ref[1:]]
        rule, n = ref[0], len(ref) - 1
        if any(r != c for r, c in kinds) and rule != "sylvester":
            raise Rejected("a theorem about square matrices")
        if rule == "det*" and n == 2 and kinds[0] == kinds[1]:
            return ["det", ["*", ref[1], ref[2]]], ["*", ["det", ref[1]], ["det", ref[2]]]
        if rule == "sylvester" and n == 2 and kinds[0] == kinds[1][::-1]:
            unit = [["I", _plain(k[0])] for k in kinds]
            return ["det", ["+", unit[0], ["*", ref[1], ref[2]]]], ["det", ["+", unit[1], ["*", ref[2], ref[1]]]]
        if rule == "kron-det" and n == 2:
            x, y = (["pow", ["det", t], _plain(k[0])] for t, k in zip(ref[1:], reversed(kinds), strict=True))
            return ["det", ["kron", ref[1], ref[2]]], ["*", x, y]
        if rule in ("newton", "cayley") and n == 1:
            return self.characteristic(rule, ref[1], kinds[0][0])
        raise Rejected("no known theorem, or matrices that do not compose")

    def characteristic(self, rule: str, x: Json, d: Dim) -> tuple[Json, Json]:
        """The equation of Cayley and Hamilton, or its like called `rule`, for `x` of the fixed order `d`; else
        Rejected.
        """
        if symbols(d):
            raise Rejected("this needs a fixed order")
        n = 1
        for form in d:
            n *= sum(c for _, c in form)
        if not 1 <= n <= 5:
            raise Rejected("this needs an order of at most 5")
        e: list[Json] = [["q", "1"]]
        for k in range(1, n + 1):
            rows = [["*", ["q", str(Fraction((-1) ** (i - 1), k))], e[k - i], ["tr", ["pow", x, i]]]
                    for i in range(1, k + 1)]  # fmt: skip
            e.append(["+", *rows])
        if rule == "newton":
            return ["det", x], e[n]
        rows = [["*", ["q", str((-1) ** (n - k))], e[n - k], ["pow", x, k]] for k in range(n + 1)]
        return ["+", *rows], ["Z", _plain(d), _plain(d)]

    # ---- proofs --------------------------------------------------------------------------------------------

    def prove(self, data: Json) -> None:
        """Test the proof `data` of the goal, step by step; Rejected at a contradiction."""
        fields(data, ("steps", "by"), what="proof")
        self.pair(self.goal)
        for k, h in enumerate(self.hyps):
            self.equations[f"h{k}"] = self.pair(h)
        for t in self.invertible:
            self.square(t)
        for name, flags in self.letters.flags.items():
            if "orthogonal" in flags:
                q, one = ["v", name], ["I", _plain(self.letters.shapes[name][0])]
                self.equations[f"{name}.l"] = ["*", ["T", q], q], one
                self.equations[f"{name}.r"] = ["*", q, ["T", q]], one
        if not isinstance(data["steps"], list) or len(data["steps"]) > 400:
            raise Rejected("steps is a list")
        for s in data["steps"]:
            self.step(s)
        self.proves(self.goal[0], self.goal[1], data["by"], "the goal")
        for m in (*inverses(self.goal[0]), *inverses(self.goal[1])):
            if not self.nonsingular(m):
                raise Rejected("an inverse in the goal is not shown to exist")

    def nonsingular(self, m: Json) -> bool:
        """Up to a number and transposition among those shown, or a non-zero number times dimensions."""
        kind = self.letters.kind(m)
        if kind == ((), ()) and not any(_letters(m)):
            try:
                self.vanishes(["+", ["*", ["inv", m], m], ["q", "-1"]], "a number")
                return True
            except Rejected:
                return False
        return any(self.multiple(m, other) for known in self.regular for other in (known, ["T", known]))

    def multiple(self, m: Json, known: Json) -> bool:
        """Whether `m` is a multiple of `known` in random worlds."""
        if self.letters.kind(m) != self.letters.kind(known):
            return False
        world = None
        for turn in range(20):
            rng = Random(f"{self.seed}|ratio|{turn}")
            try:
                sizes = {s: rng.randint(1, 3) for s in self.letters.symbols}
                world = World(self.letters, sizes, LARGE, rng, self.work)
                x, y = world.value(m), world.value(known)
            except Unfit:
                continue
            pairs = [(a, b) for r, s in zip(x, y, strict=True) for a, b in zip(r, s, strict=True)]
            if any(a or b for a, b in pairs):
                a, b = next((a, b) for a, b in pairs if a or b)
                c = _small_ratio(a, b)
                if c is None:
                    return False
                try:
                    self.vanishes(["+", m, ["*", ["q", str(-c)], known]], "a multiple")
                    return True
                except Rejected:
                    return False
        return False

    def step(self, s: Json) -> None:
        """Test the step `s` and remember what it shows; Rejected at a contradiction."""
        if not isinstance(s, dict) or not isinstance(s.get("id"), str):
            raise Rejected("a step has an id")
        name = s["id"]
        if name in self.equations or f"{name}.l" in self.equations:
            raise Rejected("the id of a step is in use")
        if "equal" in s:
            fields(s, ("id", "equal", "by"), what="step")
            x, y = self.pair(s["equal"])
            self.proves(x, y, s["by"], name)
            self.equations[name] = x, y
        elif "zero" in s:
            fields(s, ("id", "zero", "by"), ("psd", "plus"), "step")
            x = s["zero"]
            out = x if "psd" not in s else ["*", ["v", self.psd(s["psd"])], x]
            total = ["tr", ["*", ["T", x], out]]
            plus = s.get("plus", [])
            if not isinstance(plus, list):
                raise Rejected("plus is a list")
            total = ["+", total, *(["tr", self.gram(part)] for part in plus)]
            self.proves(total, ["q", "0"], s["by"], name)
            self.equations[name] = out, ["*", ["q", "0"], out]
        else:
            fields(s, ("id", "invertible", "because"), what="step")
            m, why = s["invertible"], s["because"]
            self.square(m)
            self.because(m, why)
            self.regular.append(m)
            one = ["I", _plain(self.letters.kind(m)[0])]
            self.equations[f"{name}.l"] = ["*", ["inv", m], m], one
            self.equations[f"{name}.r"] = ["*", m, ["inv", m]], one

    def psd(self, name: Json) -> str:
        """The letter `name`, if it is declared PSD; else Rejected."""
        if not isinstance(name, str) or "psd" not in self.letters.flags.get(name, []):
            raise Rejected("the letter is not declared PSD")
        return name

    def gram(self, part: Json) -> Json:
        """The PSD term that `part`, [q, C, P], stands for; Rejected if it is not of this form."""
        if not isinstance(part, list) or len(part) != 3 or number(part[0]) < 0:
            raise Rejected("a positive part is [q, C, P] with q >= 0")
        c = part[1]
        inner = c if part[2] is None else ["*", ["v", self.psd(part[2])], c]
        return ["*", ["q", part[0]], ["T", c], inner]

    def because(self, m: Json, why: Json) -> None:
        """Test that `m` is invertible for the reason `why`; Rejected at a contradiction."""
        if not isinstance(why, list) or not why:
            raise Rejected("because is a list")
        rule, rest = why[0], why[1:]
        if rule == "given" and len(rest) == 1:
            self.alike(m, _pick(self.invertible, rest[0]))
        elif rule == "letter" and len(rest) == 1:
            flags = self.letters.flags.get(rest[0], []) if isinstance(rest[0], str) else []
            if not {"invertible", "orthogonal"} & set(flags):
                raise Rejected("the letter is not declared invertible")
            self.alike(m, ["v", rest[0]])
        elif rule == "defined" and len(rest) == 2:
            said = [list(h) for h in self.hyps] + [[t] for t in self.invertible]
            self.alike(m, _pick([y for t in _pick(said, rest[0]) for y in inverses(t)], rest[1]))
        elif rule == "natural" and not rest:
            if any(_letters(m)) or self.letters.kind(m) != ((), ()):
                raise Rejected("not a number made of dimensions")
            self.positive_number(m)
        elif rule == "inverse" and len(rest) == 2:
            if self.letters.kind(m) != self.letters.kind(rest[0]):
                raise Rejected("an inverse has the shape of its matrix")
            one = ["I", _plain(self.letters.kind(m)[0])]
            self.proves(["*", m, rest[0]], one, rest[1], "inverse")
        elif rule == "positive" and len(rest) == 2 and isinstance(rest[1], list):
            if number(rest[0]) <= 0:
                raise Rejected("the multiple of the unit is positive")
            one = ["I", _plain(self.letters.kind(m)[0])]
            self.alike(m, ["+", ["*", ["q", rest[0]], one], *(self.gram(part) for part in rest[1])])
        else:
            raise Rejected("an expression is invertible because of: given, letter, defined, inverse, positive, natural")

    def alike(self, m: Json, t: Json) -> None:
        """Raise Rejected unless `m` and `t` are equal in random worlds."""
        if self.letters.kind(m) != self.letters.kind(t):
            raise Rejected("this is said of another expression")
        self.vanishes(["+", m, neg(t)], "this is said of another expression")

    def positive_number(self, m: Json) -> None:
        """Positive at sampled sizes: residues that are small positive integers over small denominators. Raises
        Rejected if it is contradicted or not well formed.
        """
        rng = Random(self.seed)
        for _ in range(20):
            sizes = {s: rng.randint(1, 9) for s in self.letters.symbols}
            x = World(Letters({}), sizes, LARGE, rng, self.work).value(m)[0][0]
            c = _small_ratio(x, 1)
            if c is None or c <= 0:
                raise Rejected(f"not positive at sizes {sizes}")

    # ---- expansions and refutations --------------------------------------------------------------------------

    def expand(self) -> None:
        """Test a goal of fixed sizes entry by entry; Rejected if it fails."""
        if self.letters.symbols:
            raise Rejected("an expansion needs fixed sizes")
        if inverses(self.goal[0]) or inverses(self.goal[1]):
            raise Rejected("an expansion knows no inverses")
        left, right = self.pair(self.goal)
        self.vanishes(["+", left, neg(right)], "the goal")


def _plain(d: Dim) -> Json:
    return [dict(form) for form in d]


def _letters(t: Json) -> list[str]:
    if isinstance(t, list):
        if t[:1] == ["v"]:
            return [str(t[1])]
        return [x for y in t for x in _letters(y)]
    return []


def _pick(rows: list[Any], k: Json) -> Any:
    if isinstance(k, bool) or not isinstance(k, int) or not 0 <= k < len(rows):
        raise Rejected("no such item")
    return rows[k]


def _small_ratio(a: int, b: int) -> Fraction | None:
    """A fraction with a small numerator and denominator that is a / b in the large field."""
    if not b:
        return None
    r, old, s, before = a * pow(b, -1, LARGE) % LARGE, LARGE, 1, 0
    while r > 1 << 30:
        k = old // r
        old, r, before, s = r, old - k * r, s, before - k * s
    return Fraction(r, s) if s and r and abs(s) < 1 << 30 else None


def check(item: Mapping[str, Json]) -> dict[str, Any]:
    """The answer for a matrix `item`; Rejected if it is not well formed or is contradicted."""
    fields(dict(item), ("id", "statement"), ("proof", "entries", "instance"), "item")
    if len(item) != 3:
        raise Rejected("an item has one of proof, entries, instance")
    checker = Checker(item["statement"], str(item["id"]))
    if "proof" in item:
        checker.prove(item["proof"])
        return {"how": "not contradicted", "tested": checker.compared}
    if "entries" in item:
        if item["entries"] is not True:
            raise Rejected("entries is true")
        checker.expand()
        return {"how": "not contradicted", "tested": checker.compared}
    from .instances import refuted

    return refuted(checker, item["instance"])

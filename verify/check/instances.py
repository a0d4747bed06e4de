"""Search for exact matrices that satisfy every assumption and break the goal. The kernel evaluates what is found.

Letters are given values one after the other: solved for where a hypothesis is linear in them, else drawn from families
(integers, permutations, idempotents, copies of other letters between partial permutations, ..)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import cycle, product
from typing import Any

from verify.kernel.errors import Budget as Work
from verify.kernel.errors import Reject
from verify.kernel.evaluate import positive_semidefinite
from verify.kernel.matrix import dims as dm
from verify.kernel.matrix.evaluate import Evaluator, Undefined
from verify.kernel.matrix.evaluate import instance as checked
from verify.kernel.matrix.terms import Letters
from verify.tactics.solve import reduce_rows

from .answer import Counterexample

Json = Any
Rows = list[list[Fraction]]
MAX_ENTRIES = 40
TRIES = 12


def letters_in(t: Json) -> set[str]:
    """The letters of the matrix term `t`."""
    if type(t) is not list or not t:
        return set()
    if t[0] == "v":
        return {t[1]}
    return set().union(*(letters_in(x) for x in t[1:] if type(x) is list), set())


class Hunt:
    """Random trials, the same for the same problem."""

    def __init__(self, data: Json, name: str) -> None:
        self.data, self.rng = data, random.Random(f"{name}:{data!r}")
        self.letters = Letters(data["letters"])
        self.count = 0
        self.sizes_seen: dict[str, int] = {}
        self.hyps = [(x, y, letters_in(x) | letters_in(y)) for x, y in data["hyps"]]
        self.sizes: Iterator[dict[str, int]] | None = None

    def described(self) -> list[str]:
        """What was tried, for the answer OPEN: how many instances at which sizes, the four most frequent."""
        return [f"{n} at {k or 'fixed sizes'}" for k, n in sorted(self.sizes_seen.items(), key=lambda r: -r[1])][:4]

    def run(self, seconds: float) -> Json | None:
        """An instance (dims and letters) that refutes the statement, or None."""
        end = time.monotonic() + seconds
        if self.sizes is None:
            self.sizes = self.all_sizes()
        for sizes in self.sizes:
            for _ in range(TRIES):
                if time.monotonic() > end:
                    return None
                values = self.draw(sizes, end)
                if values is None:
                    continue
                found = self.judge(sizes, values)
                if found is not None:
                    return found
        return None

    def all_sizes(self) -> Iterator[dict[str, int]]:
        """Sizes to try, by symbol: distinct ones first, so that shapes that do not fit are noticed."""
        names = self.letters.symbols
        choices = product((1, 2, 3), repeat=len(names)) if len(names) < 6 else ()
        small = [dict(zip(names, k, strict=True)) for k in choices]
        distinct = {n: k for n, k in zip(names, cycle((2, 3, 1, 4, 5)), strict=False)}
        first = [distinct, dict.fromkeys(names, 2), dict.fromkeys(names, 3), dict.fromkeys(names, 1)]
        yield from (s for s in first if self.fits(s))
        good = [s for s in small if self.fits(s)]
        while True:
            if good:
                yield self.rng.choice(good)
            yield {n: self.rng.choice((1, 2, 2, 3, 3, 4)) for n in names}

    def fits(self, sizes: dict[str, int]) -> bool:
        """Whether `sizes` give every letter a positive shape that its flags allow and that is not too large."""
        for rows, cols in self.letters.shapes.values():
            n = 1
            for form in (*rows, *cols):
                k = dm.value(form, sizes)
                if k < 1:
                    return False
                n *= k
            if n > MAX_ENTRIES:
                return False
        return True

    # ---- one trial ---------------------------------------------------------------------------------------------

    def judge(self, sizes: dict[str, int], values: dict[str, Rows]) -> Json | None:
        """The kernel instance, if `values` of these `sizes` satisfy all hypotheses and break the goal; else None."""
        instance = {"dims": sizes, "letters": {n: [[str(x) for x in r] for r in m] for n, m in values.items()}}
        try:
            at = checked(self.letters, instance, Work(10**8))
            if any(not at.determinant(at.value(t)) for t in self.data["invertible"]):
                return None
            if any(at.value(x) != at.value(y) for x, y, _ in self.hyps):
                return None
        except (Reject, Undefined):
            return None
        self.count += 1
        label = ", ".join(f"{k} = {v}" for k, v in sizes.items())
        self.sizes_seen[label] = self.sizes_seen.get(label, 0) + 1
        try:
            x, y = (at.value(t) for t in self.data["goal"])
        except Undefined:
            return instance
        except Reject:
            return None
        return instance if x != y else None

    def shape(self, name: str, sizes: dict[str, int]) -> tuple[int, int]:
        """Rows and columns of the letter `name` at these `sizes`."""
        n = [1, 1]
        for side, d in enumerate(self.letters.shapes[name]):
            for form in d:
                n[side] *= dm.value(form, sizes)
        return n[0], n[1]

    def draw(self, sizes: dict[str, int], end: float) -> dict[str, Rows] | None:
        """Random values of these `sizes` that satisfy the hypotheses, or None; stops at the time `end`."""
        if not self.fits(sizes):
            return None
        order = list(self.letters.shapes)
        self.rng.shuffle(order)
        flagged = [n for n in order if {"orthogonal", "psd"} & set(self.letters.flags[n])]
        order = [*flagged, *(n for n in order if n not in flagged)]
        values: dict[str, Rows] = {}
        for name in order:
            known = {*values, name}
            due = [h for h in self.hyps if name in h[2] and h[2] <= known]
            found = self.solve(name, sizes, values, due, end) if due else self.free(name, sizes, values)
            if found is None:
                return None
            values[name] = found
        return values

    def free(self, name: str, sizes: dict[str, int], values: dict[str, Rows]) -> Rows | None:
        """A random value for the letter `name` with its flags, or None after eight draws."""
        for _ in range(8):
            m = self.family(name, sizes, values)
            if m is not None and self.flagged(name, m):
                return m
        return None

    def flagged(self, name: str, m: Rows) -> bool:
        """Whether the matrix `m` has the flags that the letter `name` is declared with."""
        flags = self.letters.flags[name]
        t = _transpose(m)
        if {"symmetric", "psd"} & set(flags) and m != t:
            return False
        if "psd" in flags and not positive_semidefinite(m):
            return False
        if "orthogonal" in flags and _mul(t, m) != _unit(len(m)):
            return False
        return "invertible" not in flags or _rank(m) == len(m)

    def gap(self, h: Any, sizes: dict[str, int], values: dict[str, Rows]) -> list[Fraction] | None:
        """Entries of left minus right of a hypothesis."""
        at = Evaluator(dict(sizes), values, Work(10**7), False)
        try:
            x, y = at.value(h[0]), at.value(h[1])
        except (Undefined, Reject):
            return None
        return [a - b for r, s in zip(x, y, strict=True) for a, b in zip(r, s, strict=True)]

    def solve(
        self, name: str, sizes: dict[str, int], values: dict[str, Rows], due: list[Any], end: float
    ) -> Rows | None:
        """A value of the letter at which the hypotheses hold."""
        rows, cols = self.shape(name, sizes)
        symmetric = bool({"symmetric", "psd"} & set(self.letters.flags[name]))
        spots = [(i, j) for i in range(rows) for j in range(cols) if not symmetric or i <= j]

        def build(x: list[Fraction]) -> Rows:
            m = [[Fraction(0)] * cols for _ in range(rows)]
            for (i, j), v in zip(spots, x, strict=True):
                m[i][j] = v
                if symmetric:
                    m[j][i] = v
            return m

        def residual(x: list[Fraction]) -> list[Fraction] | None:
            out: list[Fraction] = []
            for h in due:
                g = self.gap(h, sizes, {**values, name: build(x)})
                if g is None:
                    return None
                out += g
            return out

        n = len(spots)
        zero = residual([Fraction(0)] * n)
        if zero is not None:
            columns = []
            for k in range(n):
                g = residual([Fraction(int(i == k)) for i in range(n)])
                if g is None:
                    break
                columns.append([a - b for a, b in zip(g, zero, strict=True)])
            else:
                probe = [Fraction(self.rng.randint(-3, 3)) for _ in range(n)]
                predicted = [b + sum(c[r] * x for c, x in zip(columns, probe, strict=True)) for r, b in enumerate(zero)]
                if residual(probe) == predicted:
                    return self.linear(name, columns, zero, build)
        for _ in range(60):
            if time.monotonic() > end:
                return None
            m = self.family(name, sizes, values)
            if m is None or not self.flagged(name, m):
                continue
            if all(
                (g := self.gap(h, sizes, {**values, name: m})) is not None and not any(g) for h in due
            ):
                return m
        return None

    def linear(
        self, name: str, columns: list[list[Fraction]], zero: list[Fraction], build: Callable[[list[Fraction]], Rows]
    ) -> Rows | None:
        """A random solution of the affine equation with these `columns` and constant part `zero`, made a matrix
        for `name` by `build`.
        """
        found = _solution(columns, [-x for x in zero])
        if found is None:
            return None
        start, kernel = found
        for _ in range(10):
            x = list(start)
            for direction in kernel:
                c = self.rng.choice((0, 1, -1, 2, 1, -2, 3))
                x = [a + c * b for a, b in zip(x, direction, strict=True)]
            m = build(x)
            if self.flagged(name, m) and all(abs(v.numerator) < 10**6 > v.denominator for r in m for v in r):
                return m
        return None

    # ---- families of matrices ----------------------------------------------------------------------------------

    def family(self, name: str, sizes: dict[str, int], values: dict[str, Rows]) -> Rows | None:
        """A random matrix for the letter `name`, from one of the families; `values` are those of other letters."""
        r, c = self.shape(name, sizes)
        flags = set(self.letters.flags[name])
        if "orthogonal" in flags:
            return self.orthogonal(r)
        if "psd" in flags:
            g = self.integers(self.rng.randint(1, r), r)
            m = _mul(_transpose(g), g)
            if "invertible" in flags:
                m = _add(m, _unit(r))
            return self.rng.choice((m, m, _unit(r), self.diagonal(r, (0, 1, 2))))
        if "symmetric" in flags:
            g = self.integers(r, r)
            return self.rng.choice((_add(g, _transpose(g)), self.diagonal(r, (-2, -1, 0, 1, 2)), self.projection(r)))
        if "invertible" in flags:
            return self.rng.choice((self.unimodular(r), self.integers(r, c), self.diagonal(r, (1, -1, 2, 3))))
        kinds: list[Callable[[], Rows | None]] = [lambda: self.integers(r, c)] * 4
        kinds += [lambda: self.sparse(r, c), lambda: self.partial(r, c), lambda: _zeros(r, c)]
        kinds += [lambda: self.copy(r, c, values)] * 3
        if r == c:
            kinds += [
                lambda: self.idempotent(r), lambda: self.projection(r), lambda: self.nilpotent(r),
                lambda: self.orthogonal(r), lambda: self.diagonal(r, (-1, 0, 1, 2)),
                lambda: self.diagonal(r, (1, -1)), lambda: self.skew(r), lambda: self.unimodular(r),
            ]  # fmt: skip
        return self.rng.choice(kinds)()

    def integers(self, r: int, c: int) -> Rows:
        """An r x c matrix of integers between -2 and 2."""
        return [[Fraction(self.rng.randint(-2, 2)) for _ in range(c)] for _ in range(r)]

    def sparse(self, r: int, c: int) -> Rows:
        """An r x c matrix of zeros and ones, mostly zeros."""
        return [[Fraction(self.rng.choice((0, 0, 1))) for _ in range(c)] for _ in range(r)]

    def partial(self, r: int, c: int) -> Rows:
        """A signed partial permutation."""
        m = _zeros(r, c)
        rows, cols = self.rng.sample(range(r), r), self.rng.sample(range(c), c)
        for i, j in list(zip(rows, cols, strict=False))[: self.rng.randint(0, min(r, c))] or [(0, 0)]:
            m[i][j] = Fraction(self.rng.choice((1, 1, -1)))
        return m

    def full(self, r: int, c: int) -> Rows:
        """Orthonormal columns (or rows): a permutation of an embedding."""
        m = _zeros(r, c)
        rows, cols = self.rng.sample(range(r), r), self.rng.sample(range(c), c)
        for i, j in zip(rows, cols, strict=False):
            m[i][j] = Fraction(self.rng.choice((1, -1)))
        return m

    def copy(self, r: int, c: int, values: dict[str, Rows]) -> Rows | None:
        """P Y Q for another letter or its transpose, with partial permutations P and Q."""
        if not values:
            return None
        y = values[self.rng.choice(sorted(values))]
        if self.rng.random() < 0.5:
            y = _transpose(y)
        left = _unit(r) if len(y) == r and self.rng.random() < 0.6 else self.full(r, len(y))
        right = _unit(c) if len(y[0]) == c and self.rng.random() < 0.6 else self.full(len(y[0]), c)
        out = _mul(_mul(left, y), right)
        return [[-x for x in row] for row in out] if self.rng.random() < 0.2 else out

    def diagonal(self, n: int, choice: tuple[int, ...]) -> Rows:
        """A diagonal n x n matrix with entries from `choice`."""
        return [[Fraction(self.rng.choice(choice) if i == j else 0) for j in range(n)] for i in range(n)]

    def orthogonal(self, n: int) -> Rows:
        """A rational orthogonal n x n matrix: permutations, signs, and rotations by Pythagorean triples."""
        m = self.full(n, n)
        if n > 1 and self.rng.random() < 0.6:
            g = _unit(n)
            i, j = self.rng.sample(range(n), 2)
            a, b = self.rng.choice(((Fraction(3, 5), Fraction(4, 5)), (Fraction(5, 13), Fraction(12, 13))))
            g[i][i], g[i][j], g[j][i], g[j][j] = a, -b, b, a
            m = _mul(g, m)
        return m

    def unimodular(self, n: int) -> Rows:
        """An integer n x n matrix of determinant 1 or -1, by elementary operations."""
        m = _unit(n)
        for _ in range(2 * n):
            if n > 1:
                i, j = self.rng.sample(range(n), 2)
                c = self.rng.choice((1, -1, 2))
                m[i] = [x + c * y for x, y in zip(m[i], m[j], strict=True)]
        return m

    def similar(self, d: Rows) -> Rows:
        """A random matrix similar to `d`."""
        s = self.unimodular(len(d))
        inverse = Evaluator({}, {}, Work(10**6), False).inverse(s)
        return _mul(_mul(s, d), inverse)

    def idempotent(self, n: int) -> Rows:
        """A random n x n matrix P with P P = P."""
        return self.similar(self.diagonal(n, (0, 1)))

    def projection(self, n: int) -> Rows:
        """The orthogonal projection on a random line, n x n."""
        u = [Fraction(self.rng.randint(-2, 2)) for _ in range(n)]
        square = sum(x * x for x in u)
        return [[x * y / square for y in u] for x in u] if square else _zeros(n, n)

    def nilpotent(self, n: int) -> Rows:
        """A random n x n matrix of which a power is zero."""
        top = [[Fraction(self.rng.randint(-1, 2)) if j > i else Fraction(0) for j in range(n)] for i in range(n)]
        return self.similar(top) if self.rng.random() < 0.5 else top

    def skew(self, n: int) -> Rows:
        """A random n x n matrix that is the negative of its transpose."""
        g = self.integers(n, n)
        return [[g[i][j] - g[j][i] for j in range(n)] for i in range(n)]


def _zeros(r: int, c: int) -> Rows:
    return [[Fraction(0)] * c for _ in range(r)]


def _unit(n: int) -> Rows:
    return [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]


def _transpose(m: Rows) -> Rows:
    return [list(row) for row in zip(*m, strict=True)]


def _add(a: Rows, b: Rows) -> Rows:
    return [[x + y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]


def _mul(a: Rows, b: Rows) -> Rows:
    columns = list(zip(*b, strict=True))
    return [[sum((x * y for x, y in zip(r, c, strict=True)), Fraction(0)) for c in columns] for r in a]


def _rank(m: Rows) -> int:
    found = _solution([list(c) for c in zip(*m, strict=True)], [Fraction(0)] * len(m))
    assert found is not None
    return len(m[0]) - len(found[1])


def _solution(
    columns: list[list[Fraction]], target: list[Fraction]
) -> tuple[list[Fraction], list[list[Fraction]]] | None:
    """One solution of sum x_k columns[k] = target and a basis of the solutions for 0, or None."""
    n = len(columns)
    rows = [[c[i] for c in columns] + [t] for i, t in enumerate(target)]
    pivots = reduce_rows(rows, n)
    if any(row[n] for row in rows[len(pivots) :]):
        return None
    start = [Fraction(0)] * n
    for i, c in enumerate(pivots):
        start[c] = rows[i][n]
    kernel = []
    for c in (c for c in range(n) if c not in pivots):
        direction = [Fraction(int(k == c)) for k in range(n)]
        for i, p in enumerate(pivots):
            direction[p] = -rows[i][c]
        kernel.append(direction)
    return start, kernel


def describe(data: Json, instance: Json) -> Counterexample:
    """The instance for a reader, with both sides."""
    letters = Letters(data["letters"])
    at = checked(letters, instance, Work(10**8))
    values = {n: m[0][0] if len(m) == len(m[0]) == 1 else m for n, m in instance["letters"].items()}
    try:
        x, y = (at.value(t) for t in data["goal"])
    except Undefined:
        return Counterexample(
            values, reason="a side has no value: a matrix that is inverted is singular", undefined=True,
            dims=instance["dims"],
        )  # fmt: skip
    gaps = [
        (abs(a - b), i, j) for i, (r, s) in enumerate(zip(x, y, strict=True))
        for j, (a, b) in enumerate(zip(r, s, strict=True))
    ]  # fmt: skip
    gap, i, j = max(gaps, key=lambda g: (g[0], -g[1], -g[2]))
    where = "" if len(x) == len(x[0]) == 1 else f" in entry ({i + 1}, {j + 1})"
    reason = f"the left side is {x[i][j]} and the right side {y[i][j]}{where}"
    return Counterexample(values, (str(gap), str(gap)), reason, dims=instance["dims"])

"""What terms and normal forms mean, by evaluation at an instance: written apart from the kernel's rewriting."""

from __future__ import annotations

import random
from typing import Any

from mpmath import mp, mpf

Json = Any
Matrix = list[list[Any]]


class World:
    """Values of naturals, dimensions and letters. With `rate` the letters move: value + time * velocity."""

    def __init__(self, sig: Json, nat: dict[str, int], dims: dict[str, dict[int, int]], seed: int) -> None:
        self.sig, self.nat, self.dims, self.seed = sig, nat, dims, seed
        self.now = mpf(0)

    def dim(self, d: Any, env: dict[str, int]) -> int:
        """A dimension as JSON or as the kernel holds it."""
        if isinstance(d, dict):
            return self.form(tuple(d.items()), env)
        if d[0] == "dim":
            return self.dims[d[1]][self.form(tuple(d[2].items()), env)]
        return self.form(d[1], env) if d[0] == "n" else self.dims[d[1]][self.form(d[2], env)]

    @staticmethod
    def form(f: Any, env: dict[str, int]) -> int:
        items = f.items() if isinstance(f, dict) else f
        return sum(c * (1 if s == "1" else env[s]) for s, c in items)

    def letter(self, name: str, idx: tuple[int, ...], stage: str, d: int) -> Any:
        """A number or matrix, the same at every call."""
        decl = self.sig["letters"][name]
        env = {**self.nat, **{row[0]: i for row, i in zip(decl.get("index", []), idx, strict=True)}}
        for (_, lo, hi), i in zip(decl.get("index", []), idx, strict=True):
            assert self.form(lo, env) <= i <= self.form(hi, env), "index out of range"
        moving = decl.get("dep", "const") != "const"

        def number(*key: Any) -> Any:
            rng = random.Random(repr((self.seed, name, idx, *key)))
            a, b = mpf(rng.randint(-4, 4)) / 2, mpf(rng.randint(-3, 3))
            if not moving:
                return a
            return b if d else (a if stage == "0" else a + b * self.now)

        if "shape" not in decl:
            return number()
        rows, cols = (self.dim(x, env) for x in decl["shape"])
        sym = decl.get("sym")
        return [[number(*(sorted((i, k)) if sym else (i, k))) for k in range(cols)] for i in range(rows)]


def unit(n: int) -> Matrix:
    return [[mpf(int(i == k)) for k in range(n)] for i in range(n)]


class Column(list[Any]):
    """Stacked columns."""


class Row(list[Any]):
    """Their transpose: a row times a column is a number."""


def mul(a: Any, b: Any) -> Any:
    out = product(a, b)
    if isinstance(a, Row) and isinstance(b, Column):
        return out[0][0]
    kind = next((type(x) for x in (a, b) if isinstance(x, (Row, Column))), list)
    return kind(out) if isinstance(out, list) else out


def product(a: Any, b: Any) -> Any:
    if not isinstance(a, list) and not isinstance(b, list):
        return a * b
    if not isinstance(a, list):
        return [[a * x for x in r] for r in b]
    if not isinstance(b, list):
        return [[x * b for x in r] for r in a]
    assert all(len(r) == len(b) for r in a)
    return [[mp.fsum(r[i] * b[i][k] for i in range(len(b))) for k in range(len(b[0]))] for r in a]


def add(a: Any, b: Any) -> Any:
    if not isinstance(a, list):
        return a + b
    return type(a)([x + y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True))


def transpose(a: Matrix) -> Matrix:
    kind = {Row: Column, Column: Row}.get(type(a), list)
    return kind(list(r) for r in zip(*a, strict=True))


def trace(a: Matrix) -> Any:
    return mp.fsum(a[i][i] for i in range(len(a)))


def kron(a: Matrix, b: Matrix) -> Matrix:
    return [[x * y for x in r for y in s] for r in a for s in b]


def vec(a: Matrix) -> Matrix:
    return Column([row[k]] for k in range(len(a[0])) for row in a)


def apply(head: str, x: Any) -> Any:
    x = mpf(0) if abs(x) < mpf(10) ** -30 else x
    if head == "exp":
        return mp.exp(x)
    if head == "log":
        return mp.log(x) if x > 0 else mpf(0)
    if head == "inv":
        return 1 / x if x != 0 else mpf(0)
    if head == "cos":
        return mp.cos(x)
    if head == "acos":
        x = mpf(round(x)) if abs(abs(x) - 1) < mpf(10) ** -30 else x  # it jumps there: rounding must not decide
        return mp.acos(x) if -1 <= x <= 1 else mpf(0)
    assert head == "ind"
    return mpf(int(x >= 0))


def scalar(x: Any) -> Any:
    return x[0][0] if isinstance(x, list) and len(x) == 1 and len(x[0]) == 1 else x


def term(t: Json, w: World, env: dict[str, int]) -> Any:
    """The value of a JSON term."""
    head = t[0]
    if head == "q":
        num, _, den = t[1].partition("/")
        return mpf(int(num)) / int(den or 1)
    if head == "n":
        return mpf(w.dim(t[1], env))
    if head == "pi":
        return +mp.pi
    if head == "t":
        return w.now
    if head == "v":
        return w.letter(t[1], tuple(w.form(i, env) for i in t[2]), t[3], 0)
    if head == "ch":
        hi, lo = w.form(t[2], env), w.form(t[3], env)
        decl = w.sig["letters"][t[1]]
        out = unit(w.dim(decl["shape"][1], {**env, decl["index"][0][0]: lo}))
        for i in range(lo, hi + 1):
            out = mul(w.letter(t[1], (i,), t[4], 0), out)
        return out
    if head == "one":
        return unit(w.dim(t[1], env))
    if head == "zero":
        return [[mpf(0)] * w.dim(t[2], env) for _ in range(w.dim(t[1], env))]
    if head in ("+", "*"):
        out = term(t[1], w, env)
        for x in t[2:]:
            y = term(x, w, env)
            out = add(out, y) if head == "+" else mul(out, y)
        return out
    if head == "T":
        return transpose(term(t[1], w, env))
    if head == "tr":
        return trace(term(t[1], w, env))
    if head == "kr":
        return kron(term(t[1], w, env), term(t[2], w, env))
    if head == "vec":
        return vec(term(t[1], w, env))
    if head == "pow":
        return power(term(t[1], w, env), w.form(t[2], env))
    if head in ("sum", "prod"):
        values = [term(t[4], w, {**env, t[1]: i}) for i in range(w.form(t[2], env), w.form(t[3], env) + 1)]
        if not values:
            return mpf(int(head == "prod"))
        out = values[0]
        for x in values[1:]:
            out = add(out, x) if head == "sum" else out * x
        return out
    return apply(head, term(t[1], w, env))


def power(x: Any, e: int) -> Any:
    assert e >= 0
    out = unit(len(x)) if isinstance(x, list) else mpf(1)
    for _ in range(e):
        out = mul(out, x)
    return out


# ---- normal forms -------------------------------------------------------------------------------------------------


def poly(key: Any, sort: Any, w: World, env: dict[str, int]) -> Any:
    """The value of a normal form given by its (monomial, coefficient) pairs."""
    total: Any = None
    for (binders, atoms, body), c in key:
        for inner in ranges(binders, w, env):
            value: Any = mpf(c.numerator) / c.denominator
            for a, e in atoms:
                n = w.form(e, inner)
                x = atom(a, w, inner)
                value *= power(x, n) if n >= 0 else 1 / power(x, -n)
            value = mul(value, tensor(body, sort, w, inner)) if body else value
            total = value if total is None else add(total, value)
    return mpf(0) if total is None else total


def ranges(binders: Any, w: World, env: dict[str, int]) -> Any:
    if not binders:
        yield env
        return
    (v, hi), *rest = binders
    for i in range(w.form(hi, env) + 1):
        yield from ranges(rest, w, {**env, v: i})


def atom(a: Any, w: World, env: dict[str, int]) -> Any:
    head = a[0]
    if head == "l":
        return w.letter(a[1], tuple(w.form(i, env) for i in a[2]), a[3], a[4])
    if head == "n":
        return mpf(env[a[1]])
    if head == "nd":
        return mpf(w.dims[a[1]][w.form(a[2], env)])
    if head == "pi":
        return +mp.pi
    if head == "t":
        return w.now
    if head == "tr":
        return trace(word(a[1], None, w, env))
    if head == "prod":
        out = mpf(1)
        for i in range(w.form(a[2], env) + 1):
            out *= poly(a[3], None, w, {**env, a[1]: i})
        return out
    inner = poly(a[1], None, w, env)
    return inner if head == "spow" else apply(head, inner)


def tensor(body: Any, sort: Any, w: World, env: dict[str, int]) -> Any:
    if body[0] == "w":
        return word(body[1], sort[1], w, env)
    if body[0] == "k":
        return kron(word(body[1], sort[1], w, env), word(body[2], sort[3], w, env))
    column = vec(word(body[1], sort[1], w, env))
    return column if body[0] == "v" else transpose(column)


def word(factors: Any, rows: Any, w: World, env: dict[str, int]) -> Matrix:
    if not factors:
        return unit(w.dim(rows, env))
    out: Any = None
    for f in factors:
        if f[0] == "c":
            _, name, stage, d, hi, lo, flip = f
            top, bottom = w.form(hi, env), w.form(lo, env)
            decl = w.sig["letters"][name]
            x = unit(w.dim(decl["shape"][1], {**w.nat, decl["index"][0][0]: bottom}))
            assert top >= bottom - 1
            for i in range(bottom, top + 1):
                x = mul(w.letter(name, (i,), stage, d), x)
            x = transpose(x) if flip else x
        elif f[0] == "l":
            x = w.letter(f[1], tuple(w.form(i, env) for i in f[2]), f[3], f[4])
            x = transpose(x) if f[5] == 1 else x
        else:
            assert f[0] == "p"
            base = word(f[1], None, w, env)
            x = power(base, w.form(f[2], env))
        out = x if out is None else mul(out, x)
    return out


def close(a: Any, b: Any) -> bool:
    """Equal up to rounding."""
    if isinstance(a, list) != isinstance(b, list):
        zero = b if isinstance(a, list) else a  # an empty polynomial has no shape
        other = a if isinstance(a, list) else b
        return zero == 0 and all(abs(x) < mpf(10) ** -20 for r in other for x in r)
    if isinstance(a, list):
        return len(a) == len(b) and all(
            close(x, y) for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True)
        )
    return bool(abs(a - b) <= mpf(10) ** -20 * (1 + abs(a) + abs(b)))

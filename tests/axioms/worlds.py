"""Statements in kernel form, judged at worlds: exact rationals, enclosures, and paths that are polynomials in time.

Written apart from the evaluators of the package, so that a mistake there does not hide a mistake in a base fact.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from verify.numeric import BallMatrix, Enclosure, RationalMatrix, entire, integrate, is_psd, lambda_min_lower, precision
from verify.numeric.enclosure import ball_of

Json = Any
Scalar = Any  # Fraction, Enclosure, Path or Complex
Matrix = list[list[Any]]

DIGITS = 80
CLOSE = Fraction(1, 10**40)  # two enclosures agree if their difference is this close to zero


# ---- paths --------------------------------------------------------------------------------------------------------


class Path:
    """A real function on [0, 1): one polynomial before 1/2 and one from 1/2 on."""

    def __init__(self, first: Iterable[Any], second: Iterable[Any] | None = None) -> None:
        self.first = [Fraction(x) for x in first]
        self.second = self.first if second is None else [Fraction(x) for x in second]

    @staticmethod
    def of(x: Any) -> Path:
        return x if isinstance(x, Path) else Path([x])

    def __add__(self, other: Any) -> Path:
        o = Path.of(other)
        return Path(_plus(self.first, o.first), _plus(self.second, o.second))

    def __mul__(self, other: Any) -> Path:
        o = Path.of(other)
        return Path(_times(self.first, o.first), _times(self.second, o.second))

    __radd__, __rmul__ = __add__, __mul__

    def slope(self) -> Path:
        return Path(_slope(self.first), _slope(self.second))

    def at_start(self) -> Fraction:
        return self.first[0] if self.first else Fraction(0)

    def is_smooth(self) -> bool:
        half = Fraction(1, 2)
        return all(_at(f(self.first), half) == _at(f(self.second), half) for f in (list, _slope))

    def is_zero(self) -> bool:
        return not any(self.first) and not any(self.second)

    def sign(self) -> bool | None:
        """Is the function >= 0 at all times? False needs a time at which it is negative."""
        answers = [
            _sign(p, lo, lo + Fraction(1, 2)) for p, lo in ((self.first, Fraction(0)), (self.second, Fraction(1, 2)))
        ]
        return False if False in answers else None if None in answers else True


def _plus(p: list[Fraction], q: list[Fraction]) -> list[Fraction]:
    size = max(len(p), len(q))
    return [(p[k] if k < len(p) else Fraction(0)) + (q[k] if k < len(q) else Fraction(0)) for k in range(size)]


def _times(p: list[Fraction], q: list[Fraction]) -> list[Fraction]:
    out = [Fraction(0)] * max(len(p) + len(q) - 1, 0)
    for i, a in enumerate(p):
        for k, b in enumerate(q):
            out[i + k] += a * b
    return out


def _slope(p: list[Fraction]) -> list[Fraction]:
    return [k * c for k, c in enumerate(p)][1:]


def _at(p: list[Fraction], t: Fraction) -> Fraction:
    return sum((c * t**k for k, c in enumerate(p)), Fraction(0))


def _sign(p: list[Fraction], lo: Fraction, hi: Fraction, depth: int = 12) -> bool | None:
    """Sign on [lo, hi] from Bernstein coefficients, by subdivision."""
    if any(_at(p, lo + (hi - lo) * Fraction(k, 7)) < 0 for k in range(7)):
        return False
    n = len(p) - 1
    shifted: list[Fraction] = [Fraction(0)]  # p(lo + (hi - lo) s) in powers of s
    for c in reversed(p):
        shifted = _plus(_times(shifted, [lo, hi - lo]), [c])
    bernstein = [
        sum((_binom(k, i) * shifted[i] / _binom(n, i) for i in range(k + 1) if i < len(shifted)), Fraction(0))
        for k in range(n + 1)
    ]
    if all(b >= 0 for b in bernstein):
        return True
    if depth == 0:
        return None
    mid = (lo + hi) / 2
    left = _sign(p, lo, mid, depth - 1)
    return left if left is False else _both(left, _sign(p, mid, hi, depth - 1))


def _both(a: bool | None, b: bool | None) -> bool | None:
    return False if b is False else True if a and b else None


def _binom(n: int, k: int) -> int:
    out = 1
    for i in range(k):
        out = out * (n - i) // (i + 1)
    return out


# ---- complex balls, for quadrature --------------------------------------------------------------------------------


class Complex:
    """A complex ball as a scalar of a term."""

    def __init__(self, z: Any) -> None:
        self.z = z

    def __add__(self, other: Any) -> Complex:
        return Complex(self.z + _raw(other))

    def __mul__(self, other: Any) -> Complex:
        return Complex(self.z * _raw(other))

    __radd__, __rmul__ = __add__, __mul__

    def cos(self) -> Complex:
        return Complex(self.z.cos())

    def exp(self) -> Complex:
        return Complex(self.z.exp())


def _raw(x: Any) -> Any:
    return x.z if isinstance(x, Complex) else ball_of(x)


# ---- worlds -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """Values of naturals and letters (a family is a dict by index); laws of random letters; roots of matrices."""

    nat: dict[str, int] = field(default_factory=dict)
    letters: dict[str, Any] = field(default_factory=dict)
    laws: dict[str, list[tuple[Any, Any]]] = field(default_factory=dict)  # finite: probability and value
    angle: str = ""  # a uniform angle
    roots: dict[str, Any] = field(default_factory=dict)  # of the matrix letter of this name, if it is PSD


def number(x: Any) -> Enclosure:
    return x if isinstance(x, Enclosure) else Enclosure.from_exact(x)


def form(data: Json, env: dict[str, int]) -> int:
    return sum(c * (1 if s == "1" else env[s]) for s, c in data.items())


def unit(n: int) -> Matrix:
    return [[Fraction(int(i == k)) for k in range(n)] for i in range(n)]


def add(a: Any, b: Any) -> Any:
    if isinstance(a, list):
        return [[x + y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]
    return a + b


def mul(a: Any, b: Any) -> Any:
    if not isinstance(a, list) and not isinstance(b, list):
        return a * b
    if not isinstance(a, list):
        return [[a * x for x in row] for row in b]
    if not isinstance(b, list):
        return [[x * b for x in row] for row in a]
    columns = len(b[0]) if b else 0
    out = []
    for row in a:
        assert len(row) == len(b)
        out.append([sum((row[i] * b[i][k] for i in range(1, len(b))), row[0] * b[0][k]) for k in range(columns)])
    return out


def each(f: Callable[[Any], Any], a: Any) -> Any:
    return [[f(x) for x in row] for row in a] if isinstance(a, list) else f(a)


def transpose(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a, strict=True)]


def value(t: Json, w: World, env: dict[str, int] | None = None) -> Any:
    """The value of a term. Functions are total, as in the kernel."""
    env = env if env is not None else w.nat
    head = t[0]
    if head == "q":
        return Fraction(t[1])
    if head == "n":
        return Fraction(form(t[1], env))
    if head == "pi":
        return Enclosure.pi()
    if head == "t":
        return Path([0, 1])
    if head == "v":
        out = w.letters[t[1]]
        out = out[tuple(form(i, env) for i in t[2])] if t[2] else out
        return each(lambda x: x.at_start() if isinstance(x, Path) else x, out) if t[3] == "0" else out
    if head == "ch":
        hi, lo = form(t[2], env), form(t[3], env)
        product: Any = None
        for i in range(lo, hi + 1):
            layer = w.letters[t[1]][i,]
            product = layer if product is None else mul(layer, product)
        if product is None:  # the empty product: the unit of the width between the layers
            family = w.letters[t[1]]
            product = unit(len(family[lo,][0]) if (lo,) in family else len(family[hi,]))
        return product
    if head == "one":
        return unit(form(t[1], env))
    if head == "zero":
        return [[Fraction(0)] * form(t[2], env) for _ in range(form(t[1], env))]
    if head in ("+", "*"):
        out = value(t[1], w, env)
        for x in t[2:]:
            out = (add if head == "+" else mul)(out, value(x, w, env))
        return out
    if head == "T":
        return transpose(value(t[1], w, env))
    if head == "tr":
        m = value(t[1], w, env)
        return sum((m[i][i] for i in range(1, len(m))), m[0][0]) if m else Fraction(0)
    if head == "pow":
        base, e = value(t[1], w, env), form(t[2], env)
        out = unit(len(base)) if isinstance(base, list) else Fraction(1)
        for _ in range(e):
            out = mul(out, base)
        return out
    if head == "D":
        return each(lambda x: x.slope() if isinstance(x, Path) else Fraction(0), value(t[1], w, env))
    if head == "root":
        return _root(t, w, env)
    if head == "exp":
        x = value(t[1], w, env)
        return Fraction(1) if isinstance(x, Fraction) and x == 0 else (x if isinstance(x, Complex) else number(x)).exp()
    if head == "cos":
        x = value(t[1], w, env)
        return (x if isinstance(x, Complex) else number(x)).cos()
    if head == "acos":
        x = value(t[1], w, env)
        return number(x).acos() if abs(Fraction(x)) <= 1 else Fraction(0)
    if head == "inv":
        x = value(t[1], w, env)
        return (1 / x if x else Fraction(0)) if isinstance(x, Fraction) else 1 / number(x)
    if head == "E":
        return _expectation(t[1], w, env)
    raise ValueError(f"no value for {head}")


def _root(t: Json, w: World, env: dict[str, int]) -> Any:
    x, e = value(t[1], w, env), form(t[2], env)
    if isinstance(x, list):
        known = t[1][0] == "v" and e >= 1 and psd(x)
        return w.roots[t[1][1]] if known else [[Fraction(0)] * len(x) for _ in x]
    if e < 1 or x <= 0:
        return Fraction(0)
    exact = Fraction(_integer_root(x.numerator, e), _integer_root(x.denominator, e))
    return exact if exact**e == x else (number(x).log() / e).exp()


def _integer_root(n: int, e: int) -> int:
    low, high = 0, 1 << (n.bit_length() // e + 1)
    while low < high:
        mid = (low + high + 1) // 2
        low, high = (mid, high) if mid**e <= n else (low, mid - 1)
    return low


def _expectation(body: Json, w: World, env: dict[str, int]) -> Any:
    if w.angle:
        return _mean_over_circle(body, w, env)
    ((name, law),) = w.laws.items()
    total: Any = Fraction(0)
    for p, z in law:
        total = total + value(body, World(w.nat, {**w.letters, name: z}, w.laws), env) * p
    return total


def _mean_over_circle(body: Json, w: World, env: dict[str, int]) -> Enclosure:
    """E of indicators of affine functions of the angle with slope 1 or -1, times an entire function of it."""

    def at(t: Json, z: Any) -> Any:
        return value(t, World(w.nat, {**w.letters, w.angle: z}), env)

    factors = body[1:] if body[0] == "*" else [body]
    low, high = -Enclosure.pi(), Enclosure.pi()
    for factor in factors:
        if factor[0] == "ind":
            here, there = (number(at(factor[1], Fraction(k))) for k in (0, 1))
            if (there - here).certainly_gt(0):
                low = low.max(-here)
            else:
                high = high.min(here)
    if not low.certainly_le(high):
        return number(0) if low.certainly_gt(high) else (high - low).max(0) * 0
    rest = ["*", ["q", "1"], *(x for x in factors if x[0] != "ind")]

    def f(z: Any) -> Any:
        return _raw(at(rest, Complex(z))) + 0 * z

    return integrate(f, low, high, analytic=entire) / (2 * Enclosure.pi())


# ---- judgement ----------------------------------------------------------------------------------------------------


def sign(x: Scalar) -> bool | None:
    """Is x >= 0? None if it cannot be told."""
    if isinstance(x, Fraction):
        return x >= 0
    if isinstance(x, Path):
        return x.sign()
    return True if x.certainly_ge(0) else False if x.certainly_lt(0) else None


def zero(x: Scalar) -> bool | None:
    if isinstance(x, Fraction):
        return x == 0
    if isinstance(x, Path):
        return x.is_zero()
    return False if not x.contains(0) else True if x.radius() < CLOSE else None


def psd(m: Matrix) -> bool | None:
    if all(isinstance(x, Fraction) for row in m for x in row):
        return is_psd(RationalMatrix.from_rows(m, len(m)))
    return True if lambda_min_lower(BallMatrix.from_rows(m), digits=30) >= 0 else None


def holds(f: Json, w: World, env: dict[str, int]) -> bool | None:
    kind = f[0]
    if kind == "psd":
        return psd(value(f[1], w, env))
    gap = add(value(f[1], w, env), mul(Fraction(-1), value(f[2], w, env)))
    if kind == "ge":
        return sign(gap)
    if kind == "gt":
        answer = sign(mul(Fraction(-1), gap))
        return None if answer is None else not answer
    assert kind == "eq"
    answers = [zero(x) for row in (gap if isinstance(gap, list) else [[gap]]) for x in row]
    return False if False in answers else None if None in answers else True


def _all(fact: Json, w: World) -> bool | None:
    """A fact: for all indices, and almost surely."""
    envs = [dict(w.nat)]
    for v, lo, hi in fact["all"]:
        envs = [{**env, v: k} for env in envs for k in range(form(lo, env), form(hi, env) + 1)]
    worlds = [w]
    for name, law in w.laws.items():
        worlds = [World(x.nat, {**x.letters, name: z}, x.laws) for x in worlds for p, z in law if p]
    answers = [holds(fact["concl"], x, env) for x in worlds for env in envs]
    return False if False in answers else None if None in answers else True


def _admitted(sig: Json, w: World) -> bool:
    if any(w.nat[s] < least for s, least in sig.get("nat", {}).items()):
        return False
    for name, decl in sig["letters"].items():
        x = w.letters.get(name)
        if decl.get("sym") and (x is None or x != transpose(x)):
            return False
        entries = [e for row in x for e in row] if isinstance(x, list) else [x]
        if decl.get("dep") == "smooth" and not all(e.is_smooth() for e in entries if isinstance(e, Path)):
            return False
    return True


def judge(statement: Json, w: World) -> str:
    """`outside` (a hypothesis fails), `unknown`, `holds` or `violated`."""
    with precision(DIGITS):
        if not _admitted(statement["sig"], w):
            return "outside"
        given = [_all(h, w) for h in statement["hyps"]]
        if False in given:
            return "outside"
        if None in given:
            return "unknown"
        goals = [_all(g, w) for g in statement["goals"]]
    return "violated" if False in goals else "unknown" if None in goals else "holds"


def tally(statement: Json, worlds: Iterable[World]) -> Counter[str]:
    return Counter(judge(statement, w) for w in worlds)


# ---- exact matrices -----------------------------------------------------------------------------------------------


def orthogonal(n: int, rng: random.Random) -> Matrix:
    """A rational orthogonal matrix: a product of reflections."""
    q = unit(n)
    for _ in range(2):
        v = [Fraction(rng.randint(-3, 3)) for _ in range(n)]
        square = sum((x * x for x in v), Fraction(0))
        if square:
            q = mul(q, [[Fraction(int(i == k)) - 2 * v[i] * v[k] / square for k in range(n)] for i in range(n)])
    return q


def diagonal(entries: Iterable[Any]) -> Matrix:
    d = [Fraction(x) for x in entries]
    return [[d[i] if i == k else Fraction(0) for k in range(len(d))] for i in range(len(d))]


def conjugate(q: Matrix, entries: Iterable[Any]) -> Matrix:
    return mul(mul(q, diagonal(entries)), transpose(q)) if q else []

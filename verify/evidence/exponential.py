"""Exponential polynomials of time: finite sums of c t^k e^(a t) cos(b t) and c t^k e^(a t) sin(b t), a, b, c rational.

They are kept as complex sums c t^k e^(l t) with c and l in Q(i), which are linearly independent for different (k, l);
so one is 0 for all t iff no coefficient is left, and equations between them are decided exactly.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.values import Scalar, Unsupported
from verify.numeric.enclosure import Enclosure

Rate = tuple[int, Fraction, Fraction]
"""k, and the real and the imaginary part of l."""
Complex = tuple[Fraction, Fraction]

MAX_TERMS = 200
MAX_POWER = 24
HALVINGS = 10
"""How often an interval of time is halved to decide a sign."""
ORDERS = 3
"""Derivatives that are looked at where a function is 0 at the start."""


class Motion:
    """An immutable exponential polynomial that is real and not constant (constants are fractions)."""

    __slots__ = ("_slope", "terms")

    def __init__(self, terms: Mapping[Rate, Complex]) -> None:
        self.terms = terms
        self._slope: Any = None

    def is_finite(self) -> bool:
        """Always: it is bounded on every bounded interval."""
        return True

    # -- arithmetic --------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        out = dict(self.terms)
        for k, (x, y) in _terms(other).items():
            a, b = out.get(k, (vl.ZERO, vl.ZERO))
            out[k] = (a + x, b + y)
        return _made(out)

    __radd__ = __add__

    def __neg__(self) -> Any:
        return Motion({k: (-x, -y) for k, (x, y) in self.terms.items()})

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        out: dict[Rate, Complex] = {}
        for (k, a, b), (x, y) in self.terms.items():
            for (m, c, d), (u, v) in _terms(other).items():
                at = (k + m, a + c, b + d)
                p, q = out.get(at, (vl.ZERO, vl.ZERO))
                out[at] = (p + x * u - y * v, q + x * v + y * u)
        return _made(out)

    __rmul__ = __mul__

    def __pow__(self, e: int) -> Any:
        out: Any = vl.ONE
        for _ in range(e):
            out = self * out
        return out

    # -- calculus ----------------------------------------------------------------------------------------

    def slope(self) -> Any:
        """The derivative."""
        if self._slope is None:
            out: dict[Rate, Complex] = {}
            for (k, a, b), (x, y) in self.terms.items():
                p, q = out.get((k, a, b), (vl.ZERO, vl.ZERO))
                out[k, a, b] = (p + a * x - b * y, q + a * y + b * x)
                if k:
                    p, q = out.get((k - 1, a, b), (vl.ZERO, vl.ZERO))
                    out[k - 1, a, b] = (p + k * x, q + k * y)
            self._slope = _made(out)
        return self._slope

    def first(self) -> Fraction:
        """The value at time 0."""
        return sum((x for (k, _, _), (x, _) in self.terms.items() if k == 0), vl.ZERO)

    def over(self, time: Enclosure) -> Enclosure:
        """An enclosure of the values at all times of an interval."""
        total = Enclosure.from_exact(0)
        for (k, a, b), (x, y) in self.terms.items():
            wave = Enclosure.from_exact(x)
            if b:
                wave = x * (b * time).cos() - y * (b * time).sin()
            total = total + wave * time**k * ((a * time).exp() if a else 1)
        return total

    def alone(self) -> tuple[Fraction, Fraction] | None:
        """c and a if this is c e^(a t), else None."""
        if len(self.terms) != 1:
            return None
        (((k, a, b), (x, _)),) = self.terms.items()
        return None if k or b else (x, a)

    def linear(self) -> Fraction | None:
        """c if this is c t, else None."""
        if len(self.terms) != 1:
            return None
        (((k, a, b), (x, _)),) = self.terms.items()
        return x if k == 1 and a == 0 and b == 0 else None

    def __repr__(self) -> str:
        return " + ".join(f"({x} + {y} i) t^{k} exp(({a} + {b} i) t)" for (k, a, b), (x, y) in self.terms.items())


CONSTANT: Rate = (0, vl.ZERO, vl.ZERO)


def _terms(x: Any) -> Mapping[Rate, Complex]:
    if isinstance(x, Motion):
        return x.terms
    if isinstance(x, Fraction | int):
        return {CONSTANT: (Fraction(x), vl.ZERO)}
    raise Unsupported("an exact value is needed for all times")


def _made(terms: Mapping[Rate, Complex]) -> Any:
    kept = {k: c for k, c in terms.items() if c[0] or c[1]}
    if len(kept) > MAX_TERMS or any(k[0] > MAX_POWER for k in kept):
        raise Unsupported("an exponential polynomial of too many terms")
    if not kept:
        return vl.ZERO
    return kept[CONSTANT][0] if set(kept) == {CONSTANT} else Motion(kept)


TIME = Motion({(1, vl.ZERO, vl.ZERO): (vl.ONE, vl.ZERO)})


def wave(rate: Fraction, growth: Fraction = vl.ZERO, *, sine: bool = False) -> Any:
    """e^(growth t) cos(rate t), or with the sine."""
    half = Fraction(1, 2)
    if sine:
        turned = {(0, growth, rate): (vl.ZERO, -half), (0, growth, -rate): (vl.ZERO, half)}
        return _made(turned if rate else {})
    if rate == 0:
        return _made({(0, growth, vl.ZERO): (vl.ONE, vl.ZERO)})
    return _made({(0, growth, rate): (half, vl.ZERO), (0, growth, -rate): (half, vl.ZERO)})


# -- functions -------------------------------------------------------------------------------------------


def exp(x: Any) -> Any:
    """e^x; Unsupported unless x is a multiple of t, or 0."""
    if isinstance(x, Fraction) and x == 0:
        return vl.ONE
    rate = x.linear() if isinstance(x, Motion) else None
    if rate is None:
        raise Unsupported("the exponential of something else than a multiple of the time")
    return wave(vl.ZERO, rate)


def cos(x: Any) -> Any:
    """cos x; Unsupported unless x is a multiple of t, or 0."""
    if isinstance(x, Fraction) and x == 0:
        return vl.ONE
    rate = x.linear() if isinstance(x, Motion) else None
    if rate is None:
        raise Unsupported("the cosine of something else than a multiple of the time")
    return wave(rate)


def inverse(x: Any) -> Any:
    """1 / x, and 0 for 0; Unsupported unless x is one exponential."""
    if isinstance(x, Fraction):
        return 1 / x if x else vl.ZERO
    one = x.alone() if isinstance(x, Motion) else None
    if one is None:
        raise Unsupported("the inverse of a sum")
    return wave(vl.ZERO, -one[1]) * (1 / one[0])


def root(x: Any, e: int) -> Any:
    """The e-th root, 0 below 0; Unsupported unless x is one exponential and the root of its factor is rational."""
    one = (x, vl.ZERO) if isinstance(x, Fraction) else x.alone() if isinstance(x, Motion) else None
    if one is None or e < 1:
        raise Unsupported("the root of a sum")
    factor, rate = one
    found = vl.ZERO if factor < 0 else vl.fraction_root(factor, e)
    if found is None:
        raise Unsupported("a root that is not rational")
    return found * wave(vl.ZERO, rate / e)


def sign(x: Any, until: Fraction) -> int | None:
    """1, 0 or -1 if x surely has that sign at all times of [0, until]; None if that is not so, or not decided."""
    if not isinstance(x, Motion):
        return int(x > 0) - int(x < 0)
    for s in (1, -1):
        if at_least(x if s > 0 else -x, until, strict=True):
            return s
    return None


def direction(x: Any) -> str:
    """A text that is the same for functions that differ by a positive factor, and for no others. Unsupported for what
    is no exponential polynomial that moves.
    """
    if not isinstance(x, Motion):
        raise Unsupported("a direction of what does not move")
    terms = sorted(x.terms.items())
    scale = sum(abs(c) for c in terms[0][1])
    return "; ".join(f"{k}: {a / scale} {b / scale}" for k, (a, b) in terms)


def at_least(x: Any, until: Fraction, *, strict: bool = False) -> bool:
    """Whether x >= 0 (with `strict` > 0) surely holds at all times of [0, until]."""
    if not isinstance(x, Motion):
        return bool(x > 0 if strict else x >= 0)
    return _at_least(x, vl.ZERO, until, HALVINGS, ORDERS, strict)


def _at_least(x: Motion, low: Fraction, high: Fraction, halvings: int, orders: int, strict: bool) -> bool:
    found = vl.ends(x.over(Enclosure.from_bounds(low, high)))
    if found is None or found[1] < 0:
        return False
    if found[0] > 0 or (found[0] == 0 and not strict):
        return True
    if low == 0:
        start = x.first()
        if start < 0 or (start == 0 and strict):
            return False
        if start == 0 and orders:  # it is what its derivative adds
            rate = x.slope()
            if rate >= 0 if isinstance(rate, Fraction) else _at_least(rate, low, high, 0, orders - 1, False):
                return True
    if not halvings:
        return False
    middle = (low + high) / 2
    return _at_least(x, low, middle, halvings - 1, orders, strict) and _at_least(
        x, middle, high, halvings - 1, orders, strict
    )


# -- text ------------------------------------------------------------------------------------------------


def read(text: str) -> Any:
    """The exponential polynomial that a text such as `1 - 2*t*exp(-t/2)` writes. Raises ValueError if it is none."""
    try:
        return _read(ast.parse(text, mode="eval").body)
    except (SyntaxError, ZeroDivisionError, RecursionError) as reason:
        raise ValueError(f"not an exponential polynomial: {text!r}") from reason


def _read(node: ast.AST) -> Any:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return Fraction(node.value)
    if isinstance(node, ast.Name) and node.id == "t":
        return TIME
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_read(node.operand)
    if isinstance(node, ast.BinOp):
        a, b = _read(node.left), _read(node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            return a + b if isinstance(node.op, ast.Add) else a - b
        if isinstance(node.op, ast.Mult):
            return a * b
        if isinstance(node.op, ast.Div) and isinstance(b, Fraction):
            return a * (1 / b)
        if isinstance(node.op, ast.Pow) and isinstance(b, Fraction) and b.denominator == 1 and 0 <= b <= MAX_POWER:
            return a ** int(b)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        made = FUNCTIONS.get(node.func.id)
        if made is not None:
            return made(_read(node.args[0]))
    raise ValueError("an exponential polynomial is made of numbers, t, + - * / **, exp, cos and sin")


def _sin(x: Any) -> Any:
    if isinstance(x, Fraction) and x == 0:
        return vl.ZERO
    rate = x.linear() if isinstance(x, Motion) else None
    if rate is None:
        raise ValueError("the sine of something else than a multiple of the time")
    return wave(rate, sine=True)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {"exp": exp, "cos": cos, "sin": _sin}


def at(x: Any, time: Fraction) -> Scalar:
    """The value at one time, exact where it is at 0."""
    if not isinstance(x, Motion):
        exact: Fraction = x
        return exact
    return x.first() if time == 0 else x.over(Enclosure.from_exact(time))

"""Taylor coefficients of an expression by recurrences, over intervals or over exact constants.

`Series(ring, order)` computes with lists of order + 1 coefficients. The recurrences follow from the differential
equations of the functions (Moore, Kearfott and Cloud, Introduction to Interval Analysis, chapter 9). Over intervals,
coefficient k of the result encloses f^(k)(x) / k! for every x in the interval of expansion.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol

from ..errors import Reject
from .interval import Arithmetic, Interval, Undefined
from .normal import Normal, Poly
from .terms import Expr, free, value_of


class Ring(Protocol):
    def const(self, q: Fraction | int) -> Any: ...
    def add(self, a: Any, b: Any) -> Any: ...
    def mul(self, a: Any, b: Any) -> Any: ...
    def scale(self, a: Any, q: Fraction | int) -> Any: ...
    def call(self, f: str, a: Any) -> Any: ...
    def power(self, a: Any, r: Fraction) -> Any: ...
    def side(self, a: Any) -> int: ...
    def leaf(self, e: Expr) -> Any: ...


class Intervals:
    """Interval coefficients; `leaf` evaluates what does not depend on the variable."""

    def __init__(self, arithmetic: Arithmetic, leaf: Any) -> None:
        self.a, self.leaf = arithmetic, leaf

    def const(self, q: Fraction | int) -> Interval:
        return self.a.const(q)

    def add(self, a: Interval, b: Interval) -> Interval:
        return self.a.add(a, b)

    def mul(self, a: Interval, b: Interval) -> Interval:
        return self.a.mul(a, b)

    def scale(self, a: Interval, q: Fraction | int) -> Interval:
        return self.a.mul(a, self.a.const(q))

    def call(self, f: str, a: Interval) -> Interval:
        out: Interval = getattr(self.a, f)(a)
        return out

    def power(self, a: Interval, r: Fraction) -> Interval:
        return self.a.power(a, r)

    def side(self, a: Interval) -> int:
        """The sign of a quantity that is never zero."""
        if a.positive():
            return 1
        if a.negative():
            return -1
        raise Undefined("abs, min or max at a place where it may have a kink")


class Exact:
    """Normal forms as coefficients; what does not depend on the variable stays a formula."""

    def __init__(self, normal: Normal, sides: Any) -> None:
        self.n, self.sides = normal, sides

    def const(self, q: Fraction | int) -> Poly:
        return self.n.const(q)

    def add(self, a: Poly, b: Poly) -> Poly:
        return self.n.add(a, b)

    def mul(self, a: Poly, b: Poly) -> Poly:
        return self.n.mul(a, b)

    def scale(self, a: Poly, q: Fraction | int) -> Poly:
        return self.n.scale(a, q)

    def call(self, f: str, a: Poly) -> Poly:
        return self.n.function(f, a)

    def power(self, a: Poly, r: Fraction) -> Poly:
        if self.n.is_zero(a):
            a = {}
        return self.n.power(a, r)

    def side(self, a: Poly) -> int:
        c = self.n.constant(a)
        if not c:
            raise Reject("abs, min or max at a place where it may have a kink")
        return 1 if c > 0 else -1

    def leaf(self, e: Expr) -> Poly:
        return self.n.of(e)


class Series:
    def __init__(self, ring: Any, order: int, x: str, at: Any) -> None:
        self.r, self.order, self.x, self.at = ring, order, x, at
        self.known: dict[Expr, list[Any]] = {}

    def of(self, e: Expr) -> list[Any]:
        if e not in self.known:
            self.known[e] = self._of(e)
        return self.known[e]

    def _of(self, e: Expr) -> list[Any]:
        r, n = self.r, self.order
        zero = r.const(0)
        if self.x not in free(e):
            return [r.leaf(e)] + [zero] * n
        head = e[0]
        if head == "var":
            return ([self.at, r.const(1)] + [zero] * n)[: n + 1]
        if head == "pow":
            value = value_of(e[2])
            if value is not None:
                return self.power(self.of(e[1]), value)
            return self.exp(self.mul(self.of(e[2]), self.log(self.of(e[1]))))
        args = [self.of(p) for p in e[1:]]
        if head == "+":
            out = args[0]
            for p in args[1:]:
                out = [r.add(a, b) for a, b in zip(out, p, strict=True)]
            return out
        if head == "*":
            out = args[0]
            for p in args[1:]:
                out = self.mul(out, p)
            return out
        if head in ("min", "max"):
            out = args[0]
            for p in args[1:]:
                gap = r.side(r.add(out[0], r.scale(p[0], -1)))
                out = out if (gap > 0) == (head == "max") else p
            return out
        method = getattr(self, head)
        found: list[Any] = method(args[0])
        return found

    # ---- arithmetic --------------------------------------------------------------------------------------

    def scale(self, u: list[Any], q: Fraction | int) -> list[Any]:
        return [self.r.scale(a, q) for a in u]

    def plus(self, u: list[Any], q: Fraction | int) -> list[Any]:
        return [self.r.add(u[0], self.r.const(q)), *u[1:]]

    def mul(self, u: list[Any], v: list[Any]) -> list[Any]:
        r = self.r
        out = []
        for k in range(self.order + 1):
            total = r.mul(u[0], v[k])
            for i in range(1, k + 1):
                total = r.add(total, r.mul(u[i], v[k - i]))
            out.append(total)
        return out

    def power(self, u: list[Any], e: Fraction) -> list[Any]:
        """p' u = e u' p; for a whole exponent >= 0 by products, so that u may vanish."""
        r = self.r
        if e.denominator == 1 and e >= 0:
            if e > 400:
                raise Reject("an exponent is too large for a series")
            if e == 2:
                out = self.mul(u, u)
                out[0] = r.power(u[0], e)
                return out
            out = [r.const(1)] + [r.const(0)] * self.order
            base, n = u, e.numerator
            while n:
                if n & 1:
                    out = self.mul(out, base)
                n >>= 1
                if n:
                    base = self.mul(base, base)
            out[0] = r.power(u[0], e)
            return out
        inverse = r.power(u[0], Fraction(-1))
        out = [r.power(u[0], e)]
        for k in range(1, self.order + 1):
            total = r.const(0)
            for j in range(1, k + 1):
                total = r.add(total, r.scale(r.mul(u[j], out[k - j]), e * j - (k - j)))
            out.append(r.scale(r.mul(total, inverse), Fraction(1, k)))
        return out

    def _integrate(self, first: Any, slope: list[Any]) -> list[Any]:
        return [first] + [self.r.scale(slope[k - 1], Fraction(1, k)) for k in range(1, self.order + 1)]

    def _chain(self, first: Any, u: list[Any], outer: list[Any]) -> list[Any]:
        """Coefficients of g(u) from its value and the series of g'(u)."""
        inner = [self.r.scale(u[k + 1], k + 1) for k in range(self.order)] + [self.r.const(0)]
        return self._integrate(first, self.mul(outer, inner))

    # ---- functions ---------------------------------------------------------------------------------------

    def exp(self, u: list[Any]) -> list[Any]:
        r = self.r
        out = [r.call("exp", u[0])]
        for k in range(1, self.order + 1):
            total = r.const(0)
            for j in range(1, k + 1):
                total = r.add(total, r.scale(r.mul(u[j], out[k - j]), j))
            out.append(r.scale(total, Fraction(1, k)))
        return out

    def log(self, u: list[Any]) -> list[Any]:
        return self._chain(self.r.call("log", u[0]), u, self.power(u, Fraction(-1)))

    def _pair(self, u: list[Any], f: str, g: str, sign: int) -> tuple[list[Any], list[Any]]:
        """f' = g u', g' = sign f u'."""
        r = self.r
        s, c = [r.call(f, u[0])], [r.call(g, u[0])]
        for k in range(1, self.order + 1):
            x = y = r.const(0)
            for j in range(1, k + 1):
                x = r.add(x, r.scale(r.mul(u[j], c[k - j]), j))
                y = r.add(y, r.scale(r.mul(u[j], s[k - j]), j))
            s.append(r.scale(x, Fraction(1, k)))
            c.append(r.scale(y, Fraction(sign, k)))
        return s, c

    def sin(self, u: list[Any]) -> list[Any]:
        return self._pair(u, "sin", "cos", -1)[0]

    def cos(self, u: list[Any]) -> list[Any]:
        return self._pair(u, "sin", "cos", -1)[1]

    def sinh(self, u: list[Any]) -> list[Any]:
        return self._pair(u, "sinh", "cosh", 1)[0]

    def cosh(self, u: list[Any]) -> list[Any]:
        return self._pair(u, "sinh", "cosh", 1)[1]

    def tan(self, u: list[Any]) -> list[Any]:
        s, c = self._pair(u, "sin", "cos", -1)
        out = self.mul(s, self.power(c, Fraction(-1)))
        out[0] = self.r.call("tan", u[0])
        return out

    def tanh(self, u: list[Any]) -> list[Any]:
        return self._chain(self.r.call("tanh", u[0]), u, self.power(self.cosh(u), Fraction(-2)))

    def _by_square(self, f: str, u: list[Any], sign: int, offset: int, e: Fraction) -> list[Any]:
        """f' = (offset + sign u**2)**e."""
        square = self.plus(self.scale(self.power(u, Fraction(2)), sign), offset)
        return self._chain(self.r.call(f, u[0]), u, self.power(square, e))

    def asin(self, u: list[Any]) -> list[Any]:
        return self._by_square("asin", u, -1, 1, Fraction(-1, 2))

    def acos(self, u: list[Any]) -> list[Any]:
        out = self.scale(self.asin(u), -1)
        return [self.r.call("acos", u[0]), *out[1:]]

    def atan(self, u: list[Any]) -> list[Any]:
        return self._by_square("atan", u, 1, 1, Fraction(-1))

    def asinh(self, u: list[Any]) -> list[Any]:
        return self._by_square("asinh", u, 1, 1, Fraction(-1, 2))

    def acosh(self, u: list[Any]) -> list[Any]:
        return self._by_square("acosh", u, 1, -1, Fraction(-1, 2))

    def atanh(self, u: list[Any]) -> list[Any]:
        return self._by_square("atanh", u, -1, 1, Fraction(-1))

    def erf(self, u: list[Any]) -> list[Any]:
        r = self.r
        density = self.exp(self.scale(self.power(u, Fraction(2)), -1))
        factor = r.scale(r.power(r.leaf(("pi",)), Fraction(-1, 2)), 2)
        return self._chain(r.call("erf", u[0]), u, [r.mul(factor, d) for d in density])

    def erfc(self, u: list[Any]) -> list[Any]:
        out = self.scale(self.erf(u), -1)
        return [self.r.call("erfc", u[0]), *out[1:]]

    def abs(self, u: list[Any]) -> list[Any]:
        return self.scale(u, self.r.side(u[0]))

    def sign(self, u: list[Any]) -> list[Any]:
        r = self.r
        return [r.const(r.side(u[0]))] + [r.const(0)] * self.order

"""Enclosures of complex numbers given by constant expressions, principal values, and numbers that do not exist."""

from __future__ import annotations

from fractions import Fraction

from ..errors import Reject
from ..scalar import dyadic as dy
from ..scalar import terms as t
from ..scalar.interval import Arithmetic, Interval
from ..scalar.terms import Expr
from .plane import Plane
from .terms import IMAGINARY

Box = tuple[Interval, Interval]
NOUGHT = Interval(dy.ZERO, dy.ZERO)
HALF = Fraction(1, 2)


class Missing(Exception):
    """The expression has no value."""


def signed(i: Interval) -> bool:
    return i.positive() or i.negative()


class Values:
    """Rectangles around constant expressions; raises `Missing` where there certainly is no value."""

    def __init__(self, bits: int, plane: Plane) -> None:
        self.a, self.plane = Arithmetic(bits), plane
        self.known: dict[Expr, Box] = {}

    def of(self, e: Expr) -> Box:
        if e not in self.known:
            self.known[e] = self._of(e)
        return self.known[e]

    # ---- arithmetic --------------------------------------------------------------------------------------

    def real(self, q: Fraction | int) -> Box:
        return self.a.const(q), NOUGHT

    def add(self, x: Box, y: Box) -> Box:
        return self.a.add(x[0], y[0]), self.a.add(x[1], y[1])

    def neg(self, x: Box) -> Box:
        return self.a.neg(x[0]), self.a.neg(x[1])

    def mul(self, x: Box, y: Box) -> Box:
        a = self.a
        re = a.sub(a.mul(x[0], y[0]), a.mul(x[1], y[1]))
        return re, a.add(a.mul(x[0], y[1]), a.mul(x[1], y[0]))

    def square_size(self, x: Box) -> Interval:
        return self.a.add(self.a.whole_power(x[0], 2), self.a.whole_power(x[1], 2))

    def inverse(self, x: Box) -> Box:
        size = self.a.inverse(self.square_size(x))
        return self.a.mul(x[0], size), self.a.mul(self.a.neg(x[1]), size)

    def turned(self, x: Box) -> Box:
        """i x."""
        return self.a.neg(x[1]), x[0]

    def exp(self, x: Box) -> Box:
        r = self.a.exp(x[0])
        if x[1].zero():
            return r, NOUGHT
        return self.a.mul(r, self.a.cos(x[1])), self.a.mul(r, self.a.sin(x[1]))

    def arg(self, x: Box) -> Interval:
        a, (re, im) = self.a, x
        if re.positive():
            return NOUGHT if im.zero() else a.atan(a.mul(im, a.inverse(re)))
        quarter = a.mul(a.const(HALF), a.pi())
        if im.zero() and re.negative():
            return a.pi()
        if im.positive():
            return a.sub(quarter, a.atan(a.mul(re, a.inverse(im))))
        if im.negative():
            return a.sub(a.neg(quarter), a.atan(a.mul(re, a.inverse(im))))
        raise Reject("a number is not separated from the branch cut of its argument")

    def log(self, x: Box) -> Box:
        size = x[0] if x[1].zero() and x[0].positive() else None
        arg = self.arg(x)
        if size is not None:
            return self.a.log(size), arg
        return self.a.mul(self.a.const(HALF), self.a.log(self.square_size(x))), arg

    def root(self, x: Box) -> Box:
        """Square root of a number that is not zero."""
        return self.exp(self.mul(self.real(HALF), self.log(x)))

    # ---- expressions -------------------------------------------------------------------------------------

    def vanishes(self, e: Expr, value: Box) -> bool:
        """Is the number zero? Raises if that is not decided."""
        if signed(value[0]) or signed(value[1]):
            return False
        if self.plane.is_zero(self.plane.of(e)):
            return True
        raise Reject("it is not decided whether a number is zero")

    def _of(self, e: Expr) -> Box:
        found = self._value(e)
        if not found[1].zero() and not signed(found[1]):
            try:
                if self.plane.is_real(self.plane.of(e)) or self.plane.is_zero(self.plane.of(("im", e))):
                    found = (found[0], NOUGHT)
            except Reject:
                pass
        return found

    def _value(self, e: Expr) -> Box:
        head = e[0]
        if head == "q":
            return self.real(e[1])
        if head == "pi":
            return self.a.pi(), NOUGHT
        if head == "I":
            return NOUGHT, self.a.const(1)
        if head == "pow":
            return self._pow(e)
        if head not in ("+", "*") and len(e) != 2:
            raise Reject(f"no enclosure of {head}")
        args = [self.of(p) for p in e[1:]]
        if head in ("+", "*"):
            out = args[0]
            for p in args[1:]:
                out = self.add(out, p) if head == "+" else self.mul(out, p)
            return out
        method = getattr(self, f"_{head}", None)
        if method is not None:
            found: Box = method(e, args[0])
            return found
        if head in ("erf", "erfc", "floor", "ceiling", "sign") and args[0][1].zero() and hasattr(self.a, head):
            return getattr(self.a, head)(args[0][0]), NOUGHT
        raise Reject(f"no enclosure of {head} here")

    def _pow(self, e: Expr) -> Box:
        r = t.value_of(e[2])
        base = self.of(e[1])
        if r == 0:
            return self.real(1)
        if r is not None and r.denominator == 1 and 0 < r <= 10_000:
            return self._whole(base, r.numerator)
        exponent = self.of(e[2])
        if self.vanishes(e[1], base):
            if r is None:
                raise Reject("a power of zero")
            if r < 0:
                raise Missing(f"division by zero: {e[1][0]}")
            return NOUGHT, NOUGHT
        if r is not None and r.denominator == 1 and abs(r) <= 10_000:
            return self.inverse(self._whole(base, -r.numerator))
        if r is not None and base[1].zero() and base[0].positive():
            return self.a.power(base[0], r), NOUGHT
        return self.exp(self.mul(exponent, self.log(base)))

    def _whole(self, x: Box, n: int) -> Box:
        if x[1].zero():
            return self.a.whole_power(x[0], n), NOUGHT
        out = None
        while n:
            if n & 1:
                out = x if out is None else self.mul(out, x)
            n >>= 1
            x = self.mul(x, x)
        assert out is not None
        return out

    def _exp(self, e: Expr, x: Box) -> Box:
        return self.exp(x)

    def _log(self, e: Expr, x: Box) -> Box:
        if self.vanishes(e[1], x):
            raise Missing("log of zero")
        return self.log(x)

    def _arg(self, e: Expr, x: Box) -> Box:
        if self.vanishes(e[1], x):
            raise Missing("the argument of zero")
        return self.arg(x), NOUGHT

    def _re(self, e: Expr, x: Box) -> Box:
        return x[0], NOUGHT

    def _im(self, e: Expr, x: Box) -> Box:
        return x[1], NOUGHT

    def _conjugate(self, e: Expr, x: Box) -> Box:
        return x[0], self.a.neg(x[1])

    def _abs(self, e: Expr, x: Box) -> Box:
        if x[1].zero():
            return self.a.absolute(x[0]), NOUGHT
        return self.a.power(self.square_size(x), HALF), NOUGHT

    def _sinh(self, e: Expr, x: Box) -> Box:
        a = self.a
        if x[1].zero():
            return a.sinh(x[0]), NOUGHT
        return a.mul(a.sinh(x[0]), a.cos(x[1])), a.mul(a.cosh(x[0]), a.sin(x[1]))

    def _cosh(self, e: Expr, x: Box) -> Box:
        a = self.a
        if x[1].zero():
            return a.cosh(x[0]), NOUGHT
        return a.mul(a.cosh(x[0]), a.cos(x[1])), a.mul(a.sinh(x[0]), a.sin(x[1]))

    def _sin(self, e: Expr, x: Box) -> Box:
        a = self.a
        if x[1].zero():
            return a.sin(x[0]), NOUGHT
        return a.mul(a.sin(x[0]), a.cosh(x[1])), a.mul(a.cos(x[0]), a.sinh(x[1]))

    def _cos(self, e: Expr, x: Box) -> Box:
        a = self.a
        if x[1].zero():
            return a.cos(x[0]), NOUGHT
        return a.mul(a.cos(x[0]), a.cosh(x[1])), a.neg(a.mul(a.sin(x[0]), a.sinh(x[1])))

    def _quotient(self, top: str, bottom: str, e: Expr) -> Box:
        below = (bottom, e[1])
        value = self.of(below)
        if self.vanishes(below, value):
            raise Missing(f"{e[0]} at a pole")
        return self.mul(self.of((top, e[1])), self.inverse(value))

    def _tan(self, e: Expr, x: Box) -> Box:
        return self._quotient("sin", "cos", e)

    def _tanh(self, e: Expr, x: Box) -> Box:
        return self._quotient("sinh", "cosh", e)

    # ---- inverse functions, away from their cuts ---------------------------------------------------------

    def _within(self, x: Box) -> bool:
        """Is it a real number strictly between -1 and 1?"""
        one = self.a.const(1)
        return x[1].zero() and self.a.add(one, x[0]).positive() and self.a.sub(one, x[0]).positive()

    def _asin(self, e: Expr, x: Box) -> Box:
        value = t.value_of(e[1])
        if self._within(x) or (value is not None and abs(value) == 1):
            return self.a.asin(x[0]), NOUGHT
        if not signed(x[1]):
            raise Reject("asin or acos on its cut")
        rest = self.root(self.add(self.real(1), self.neg(self.mul(x, x))))
        return self.neg(self.turned(self.log(self.add(self.turned(x), rest))))

    def _acos(self, e: Expr, x: Box) -> Box:
        quarter = self.a.mul(self.a.const(HALF), self.a.pi())
        return self.add((quarter, NOUGHT), self.neg(self._asin(e, x)))

    def _atan(self, e: Expr, x: Box) -> Box:
        if x[1].zero():
            return self.a.atan(x[0]), NOUGHT
        if self.vanishes(("+", t.ONE, ("pow", e[1], t.q(2))), self.add(self.real(1), self.mul(x, x))):
            raise Missing("atan at a pole")
        if not (signed(x[0]) or self._within((x[1], NOUGHT))):
            raise Reject("atan on its cut")
        up, down = (self.log(self.add(self.real(1), w)) for w in (self.turned(x), self.neg(self.turned(x))))
        return self.mul((NOUGHT, self.a.const(HALF)), self.add(down, self.neg(up)))

    def _asinh(self, e: Expr, x: Box) -> Box:
        if x[1].zero():
            return self.a.asinh(x[0]), NOUGHT
        return self.neg(self.turned(self._asin(("asin", ("*", IMAGINARY, e[1])), self.turned(x))))

    def _acosh(self, e: Expr, x: Box) -> Box:
        parts = []
        for c in (-1, 1):
            w = t.add(e[1], t.q(c))
            value = self.add(x, self.real(c))
            parts.append((NOUGHT, NOUGHT) if self.vanishes(w, value) else self.root(value))
        return self.log(self.add(x, self.mul(*parts)))

    def _atanh(self, e: Expr, x: Box) -> Box:
        if self.vanishes(t.minus(t.ONE, ("pow", e[1], t.q(2))), self.add(self.real(1), self.neg(self.mul(x, x)))):
            raise Missing("atanh at a pole")
        if self._within(x):
            return self.a.atanh(x[0]), NOUGHT
        if not signed(x[1]):
            raise Reject("atanh on its cut")
        up, down = (self.log(self.add(self.real(1), w)) for w in (x, self.neg(x)))
        return self.mul(self.real(HALF), self.add(up, self.neg(down)))

    # ---- counting ----------------------------------------------------------------------------------------

    def _factorial(self, e: Expr, x: Box) -> Box:
        return self._gamma(("gamma", t.add(e[1], t.ONE)), x)

    def _gamma(self, e: Expr, x: Box) -> Box:
        value = t.value_of(e[1])
        if value is None:
            p = self.plane.constant(self.plane.of(e[1]))
            value = p
        if value is None or value.denominator != 1 or value > 400:
            raise Reject("gamma of a number that is not whole or large")
        if value <= 0:
            raise Missing("gamma at a pole")
        c = self.plane.constant(self.plane.of(("gamma", t.q(value))))
        assert c is not None
        return self.real(c)

"""Intervals of real numbers with binary ends, each open or closed, possibly infinite, and functions on them.

An `Interval` holds every value that an expression can take; an open end is a value that is never taken. Infinite
ends are written None and are open. All operations round outwards to the precision of the `Arithmetic` object.
"""

from __future__ import annotations

from fractions import Fraction

from ..errors import Reject
from . import dyadic as dy
from .dyadic import ONE, ZERO, Dyadic


class Undefined(Reject):
    """An operation is not shown to be defined on the whole interval."""


class Interval:
    __slots__ = ("hi", "hi_open", "lo", "lo_open")

    def __init__(self, lo: Dyadic | None, hi: Dyadic | None, lo_open: bool = False, hi_open: bool = False) -> None:
        self.lo, self.hi = lo, hi
        self.lo_open, self.hi_open = lo is None or lo_open, hi is None or hi_open

    def __repr__(self) -> str:
        a = "-oo" if self.lo is None else str(dy.fraction(self.lo))
        b = "oo" if self.hi is None else str(dy.fraction(self.hi))
        return f"{'(' if self.lo_open else '['}{a}, {b}{')' if self.hi_open else ']'}"

    def positive(self) -> bool:
        return self.lo is not None and (self.lo[0] > 0 or (self.lo[0] == 0 and self.lo_open))

    def nonnegative(self) -> bool:
        return self.lo is not None and self.lo[0] >= 0

    def negative(self) -> bool:
        return self.hi is not None and (self.hi[0] < 0 or (self.hi[0] == 0 and self.hi_open))

    def nonpositive(self) -> bool:
        return self.hi is not None and self.hi[0] <= 0

    def zero(self) -> bool:
        return self.lo is not None and self.hi is not None and self.lo[0] == 0 == self.hi[0]

    def point(self) -> bool:
        return self.lo is not None and self.hi is not None and dy.compare(self.lo, self.hi) == 0


def meet(a: Interval, b: Interval) -> Interval:
    """Common points of two intervals that both hold a value."""
    lo, lo_open = a.lo, a.lo_open
    if lo is None or (b.lo is not None and dy.compare(b.lo, lo) > 0):
        lo, lo_open = b.lo, b.lo_open
    elif b.lo is not None and dy.compare(b.lo, lo) == 0:
        lo_open = lo_open or b.lo_open
    hi, hi_open = a.hi, a.hi_open
    if hi is None or (b.hi is not None and dy.compare(b.hi, hi) < 0):
        hi, hi_open = b.hi, b.hi_open
    elif b.hi is not None and dy.compare(b.hi, hi) == 0:
        hi_open = hi_open or b.hi_open
    return Interval(lo, hi, lo_open, hi_open)


def join(a: Interval, b: Interval) -> Interval:
    """Smallest interval around both."""
    lo, lo_open = a.lo, a.lo_open
    if lo is not None:
        if b.lo is None or dy.compare(b.lo, lo) < 0:
            lo, lo_open = b.lo, b.lo_open
        elif dy.compare(b.lo, lo) == 0:
            lo_open = lo_open and b.lo_open
    hi, hi_open = a.hi, a.hi_open
    if hi is not None:
        if b.hi is None or dy.compare(b.hi, hi) > 0:
            hi, hi_open = b.hi, b.hi_open
        elif dy.compare(b.hi, hi) == 0:
            hi_open = hi_open and b.hi_open
    return Interval(lo, hi, lo_open, hi_open)


LINE = Interval(None, None)
UNIT = Interval((-1, 0), ONE)
POSITIVE = Interval(ZERO, None, True)
NONNEGATIVE = Interval(ZERO, None)
End = tuple[int, Dyadic, bool]  # (-1 | 0 | 1 for -oo | finite | oo, value, never taken)


class Arithmetic:
    """Operations on intervals with results of `bits` bits."""

    def __init__(self, bits: int) -> None:
        if not 8 <= bits <= dy.MAX_BITS:
            raise Reject(f"the precision is 8 to {dy.MAX_BITS} bits")
        self.bits = bits

    def const(self, q: Fraction | int) -> Interval:
        return Interval(*dy.rational(Fraction(q), self.bits))

    def pi(self) -> Interval:
        return Interval(*dy.pi_bounds(self.bits))

    # ---- arithmetic --------------------------------------------------------------------------------------

    def _make(self, lo: Dyadic | None, hi: Dyadic | None, lo_open: bool, hi_open: bool) -> Interval:
        if lo is not None and lo[0].bit_length() > self.bits:
            lo = dy.down(*lo, self.bits)
        if hi is not None and hi[0].bit_length() > self.bits:
            hi = dy.up(*hi, self.bits)
        return Interval(*_tame(lo, hi), lo_open, hi_open)

    def add(self, a: Interval, b: Interval) -> Interval:
        lo = None if a.lo is None or b.lo is None else self._sum(a.lo, b.lo, False)
        hi = None if a.hi is None or b.hi is None else self._sum(a.hi, b.hi, True)
        return self._make(lo, hi, a.lo_open or b.lo_open, a.hi_open or b.hi_open)

    def _sum(self, a: Dyadic, b: Dyadic, upward: bool) -> Dyadic:
        """a + b, or a bound of it when one of them is too small to matter."""
        if a[0] == 0:
            return b
        if b[0] == 0:
            return a
        x, y = a[0].bit_length() + a[1], b[0].bit_length() + b[1]
        if abs(x - y) > 4 * self.bits + a[0].bit_length() + b[0].bit_length():
            if x < y:
                a, b = b, a
            tiny = a[1] - 2 * self.bits
            if (b[0] > 0) == upward:
                b = (1 if b[0] > 0 else -1, tiny)
            else:
                return a
        return dy.add(a, b)

    def neg(self, a: Interval) -> Interval:
        lo = None if a.hi is None else (-a.hi[0], a.hi[1])
        hi = None if a.lo is None else (-a.lo[0], a.lo[1])
        return Interval(lo, hi, a.hi_open, a.lo_open)

    def sub(self, a: Interval, b: Interval) -> Interval:
        return self.add(a, self.neg(b))

    def mul(self, a: Interval, b: Interval) -> Interval:
        if a.lo is not None and b.lo is not None and a.lo[0] >= 0 and b.lo[0] >= 0:
            if (a.hi is not None and a.hi[0] == 0) or (b.hi is not None and b.hi[0] == 0):
                return Interval(ZERO, ZERO)
            first, first_open = _times(_low(a), _low(b))[1:]
            last = None if a.hi is None or b.hi is None else (a.hi[0] * b.hi[0], a.hi[1] + b.hi[1])
            return self._make(first, last, first_open, a.hi_open or b.hi_open)
        ends = [_times(x, y) for x in (_low(a), _high(a)) for y in (_low(b), _high(b))]
        low, high = ends[0], ends[0]
        for e in ends[1:]:
            c = _order(e, low)
            if c < 0 or (c == 0 and low[2] and not e[2]):
                low = e
            c = _order(e, high)
            if c > 0 or (c == 0 and high[2] and not e[2]):
                high = e
        lo = low[1] if low[0] == 0 else None
        hi = high[1] if high[0] == 0 else None
        return self._make(lo, hi, low[2], high[2])

    def inverse(self, a: Interval) -> Interval:
        if not a.positive():
            if a.negative():
                return self.neg(self.inverse(self.neg(a)))
            raise Undefined("division by a quantity that may be zero")
        assert a.lo is not None
        lo = ZERO if a.hi is None else self._quotient(a.hi, False)
        hi = None if a.lo[0] == 0 else self._quotient(a.lo, True)
        return self._make(lo, hi, a.hi_open, a.lo_open)

    def _quotient(self, a: Dyadic, upward: bool) -> Dyadic:
        m, e = a
        k = m.bit_length() + self.bits + 2
        q, r = divmod(1 << k, m)
        return (q + (1 if r and upward else 0), -e - k)

    def whole_power(self, a: Interval, n: int) -> Interval:
        if n < 0:
            return self.inverse(self.whole_power(a, -n))
        if n == 0:
            return self.const(1)
        if n > 100_000:
            raise Reject("an exponent is too large")
        if a.zero():
            return a
        if n % 2 == 0:
            a = self.absolute(a)
        elif not a.nonnegative():
            if a.nonpositive():
                return self.neg(self.whole_power(self.neg(a), n))
            low = self.whole_power(Interval(ZERO, None if a.lo is None else (-a.lo[0], a.lo[1]), False, a.lo_open), n)
            high = self.whole_power(Interval(ZERO, a.hi, False, a.hi_open), n)
            return join(self.neg(low), high)
        out, base = None, a
        while n:
            if n & 1:
                out = base if out is None else self.mul(out, base)
            n >>= 1
            if n:
                base = self.mul(base, base)
        assert out is not None
        return out

    def power(self, a: Interval, r: Fraction) -> Interval:
        """a**r for a constant r; a >= 0 if r is not whole, a > 0 if it is negative besides."""
        if r.denominator == 1:
            return self.whole_power(a, r.numerator)
        if r < 0:
            return self.inverse(self.power(a, -r))
        if not a.nonnegative():
            raise Undefined("a power that is not whole, of a quantity that may be negative")
        if r.denominator == 2:
            base = a if r.numerator == 1 else self.whole_power(a, r.numerator)
            assert base.lo is not None
            lo = dy.root(base.lo, self.bits)[0]
            hi = None if base.hi is None else dy.root(base.hi, self.bits)[1]
            return self._make(lo, hi, base.lo_open, base.hi_open)
        low, high = self._root_end(a.lo, r), self._root_end(a.hi, r)
        return self._make(ZERO if low is None else low.lo, None if high is None else high.hi, a.lo_open, a.hi_open)

    def _root_end(self, a: Dyadic | None, r: Fraction) -> Interval | None:
        if a is None:
            return None
        if a[0] == 0:
            return Interval(ZERO, ZERO)
        return self.exp(self.mul(self.const(r), self.log(Interval(a, a))))

    def general_power(self, a: Interval, b: Interval) -> Interval:
        """a**b = exp(b log a) for a > 0; 0**b = 0 for b > 0; 0**0 = 1."""
        if b.point() and b.lo is not None:
            return self.power(a, dy.fraction(b.lo))
        if a.positive():
            return self.exp(self.mul(b, self.log(a)))
        if not a.nonnegative() or not b.nonnegative():
            raise Undefined("a power with a base that may be negative or zero")
        out = Interval(ZERO, ZERO) if b.positive() else Interval(ZERO, ONE)
        if a.zero():
            return out
        return join(out, self.exp(self.mul(b, self.log(Interval(ZERO, a.hi, True, a.hi_open)))))

    def absolute(self, a: Interval) -> Interval:
        if a.nonnegative():
            return a
        if a.nonpositive():
            return self.neg(a)
        high, up = _high(a), _high(self.neg(a))
        c = _order(up, high)
        top = up if c > 0 or (c == 0 and high[2]) else high
        return Interval(ZERO, top[1] if top[0] == 0 else None, False, top[2])

    def sign(self, a: Interval) -> Interval:
        if a.positive():
            return Interval(ONE, ONE)
        if a.negative():
            return Interval((-1, 0), (-1, 0))
        if a.zero():
            return Interval(ZERO, ZERO)
        return Interval(ZERO if a.nonnegative() else (-1, 0), ZERO if a.nonpositive() else ONE)

    def maximum(self, a: Interval, b: Interval) -> Interval:
        lo, hi = _low(a), _high(a)
        c = _order(_low(b), lo)
        if c > 0 or (c == 0 and b.lo_open):
            lo = _low(b)
        c = _order(_high(b), hi)
        if c > 0 or (c == 0 and not b.hi_open):
            hi = _high(b)
        return Interval(lo[1] if lo[0] == 0 else None, hi[1] if hi[0] == 0 else None, lo[2], hi[2])

    def minimum(self, a: Interval, b: Interval) -> Interval:
        return self.neg(self.maximum(self.neg(a), self.neg(b)))

    # ---- functions that rise ------------------------------------------------------------------------------

    def exp(self, a: Interval) -> Interval:
        lo, hi, lo_open, hi_open = ZERO, None, True, True
        if a.lo is not None:
            if _large(a.lo) and a.lo[0] > 0:
                lo, lo_open = (1, dy.HUGE), True
            else:
                lo, lo_open = dy.exp(a.lo, self.bits)[0], a.lo_open or _large(a.lo)
        if a.hi is not None and not (_large(a.hi) and a.hi[0] > 0):
            hi, hi_open = dy.exp(a.hi, self.bits)[1], a.hi_open
        return Interval(lo, hi, lo_open, hi_open)

    def log(self, a: Interval) -> Interval:
        if not a.positive():
            raise Undefined("log of a quantity that may not be positive")
        lo = None if a.lo is None or a.lo[0] == 0 else dy.log(a.lo, self.bits)[0]
        hi = None if a.hi is None else dy.log(a.hi, self.bits)[1]
        return Interval(lo, hi, a.lo_open, a.hi_open)

    def atan(self, a: Interval) -> Interval:
        half = dy.pi_bounds(self.bits)[1]
        half = (half[0], half[1] - 1)
        lo = (-half[0], half[1]) if a.lo is None else dy.atan(a.lo, self.bits)[0]
        hi = half if a.hi is None else dy.atan(a.hi, self.bits)[1]
        return Interval(lo, hi, a.lo_open, a.hi_open)

    def tanh(self, a: Interval) -> Interval:
        lo, hi = self._tanh(a.lo), self._tanh(a.hi)
        return Interval((-1, 0) if lo is None else lo.lo, ONE if hi is None else hi.hi, a.lo_open, a.hi_open)

    def _tanh(self, a: Dyadic | None) -> Interval | None:
        if a is None:
            return None
        if a[0] == 0:
            return Interval(ZERO, ZERO)
        if a[0] < 0:
            out = self._tanh((-a[0], a[1]))
            assert out is not None
            return self.neg(out)
        if a[0].bit_length() + a[1] > 14:
            return Interval(dy.down(*dy.add(ONE, (-1, -self.bits)), self.bits), ONE)  # tanh a > 1 - 2 exp(-2 a)
        fine = self._finer(a)
        e = fine.exp(Interval((-a[0], a[1] + 1), (-a[0], a[1] + 1)))
        one = fine.const(1)
        out = meet(fine.mul(fine.sub(one, e), fine.inverse(fine.add(one, e))), Interval(ZERO, ONE))
        return self._make(out.lo, out.hi, False, False)

    def _finer(self, a: Dyadic) -> Arithmetic:
        """More bits for small arguments, where differences cancel."""
        return Arithmetic(min(dy.MAX_BITS, self.bits + 8 + max(0, min(-(a[0].bit_length() + a[1]), 2 * self.bits))))

    def sinh(self, a: Interval) -> Interval:
        lo, hi = self._sinh(a.lo), self._sinh(a.hi)
        return Interval(None if lo is None else lo.lo, None if hi is None else hi.hi, a.lo_open, a.hi_open)

    def _sinh(self, a: Dyadic | None) -> Interval | None:
        if a is None:
            return None
        if a[0] == 0:
            return Interval(ZERO, ZERO)
        fine = self._finer(a)
        e = fine.exp(Interval(a, a))
        out = fine.mul(fine.const(Fraction(1, 2)), fine.sub(e, fine.inverse(e)))
        return self._make(out.lo, out.hi, out.lo is None, out.hi is None)

    def cosh(self, a: Interval) -> Interval:
        a = self.absolute(a)
        lo, hi = (None if e is None else self._cosh(e) for e in (a.lo, a.hi))
        assert lo is not None
        return Interval(lo.lo, None if hi is None else hi.hi, a.lo_open, a.hi_open)

    def _cosh(self, a: Dyadic) -> Interval:
        if a[0] == 0:
            return self.const(1)
        e = self.exp(Interval(a, a))
        return self.mul(self.const(Fraction(1, 2)), self.add(e, self.inverse(e)))

    def asinh(self, a: Interval) -> Interval:
        lo, hi = self._asinh(a.lo), self._asinh(a.hi)
        return Interval(None if lo is None else lo.lo, None if hi is None else hi.hi, a.lo_open, a.hi_open)

    def _asinh(self, a: Dyadic | None) -> Interval | None:
        if a is None:
            return None
        if a[0] == 0:
            return Interval(ZERO, ZERO)
        if a[0] < 0:
            out = self._asinh((-a[0], a[1]))
            assert out is not None
            return self.neg(out)
        fine = self._finer(a)
        x = Interval(a, a)
        square = fine.add(fine.const(1), fine.mul(x, x))
        return fine.log(fine.add(x, fine.power(square, Fraction(1, 2))))

    def acosh(self, a: Interval) -> Interval:
        if a.lo is None or dy.compare(a.lo, ONE) < 0:
            raise Undefined("acosh of a quantity that may be below 1")
        lo = self._acosh(a.lo)
        hi = None if a.hi is None else self._acosh(a.hi)
        return Interval(lo.lo, None if hi is None else hi.hi, a.lo_open, a.hi_open)

    def _acosh(self, a: Dyadic) -> Interval:
        x = Interval(a, a)
        square = self.add(self.mul(x, x), self.const(-1))
        square = meet(square, NONNEGATIVE)
        return meet(self.log(meet(self.add(x, self.power(square, Fraction(1, 2))), Interval(ONE, None))), NONNEGATIVE)

    def atanh(self, a: Interval) -> Interval:
        one = self.const(1)
        up, down = self.add(one, a), self.sub(one, a)
        if not (up.positive() and down.positive()):
            raise Undefined("atanh of a quantity that may not be between -1 and 1")
        lo, hi = (None if e is None or dy.compare(_abs(e), ONE) == 0 else self._atanh(e) for e in (a.lo, a.hi))
        return Interval(None if lo is None else lo.lo, None if hi is None else hi.hi, a.lo_open, a.hi_open)

    def _atanh(self, a: Dyadic) -> Interval:
        fine = self._finer(a)
        x, one = Interval(a, a), fine.const(1)
        ratio = fine.mul(fine.add(one, x), fine.inverse(fine.sub(one, x)))
        return fine.mul(fine.const(Fraction(1, 2)), fine.log(ratio))

    def asin(self, a: Interval) -> Interval:
        if a.lo is None or a.hi is None or dy.compare(a.lo, (-1, 0)) < 0 or dy.compare(a.hi, ONE) > 0:
            raise Undefined("asin or acos of a quantity that may not be between -1 and 1")
        return Interval(self._asin(a.lo).lo, self._asin(a.hi).hi, a.lo_open, a.hi_open)

    def _asin(self, a: Dyadic) -> Interval:
        if dy.compare(_abs(a), ONE) == 0:
            half = self.mul(self.const(Fraction(1, 2)), self.pi())
            return half if a[0] > 0 else self.neg(half)
        x = Interval(a, a)
        fine = Arithmetic(min(dy.MAX_BITS, self.bits + max(0, -a[1]) + a[0].bit_length()))
        rest = fine.sub(fine.const(1), fine.mul(x, x))
        if not rest.positive():
            raise Reject("asin too near to 1")
        return self.atan(fine.mul(x, fine.inverse(fine.power(rest, Fraction(1, 2)))))

    def acos(self, a: Interval) -> Interval:
        half = self.mul(self.const(Fraction(1, 2)), self.pi())
        out = self.sub(half, self.asin(a))
        top = a.hi is not None and dy.compare(a.hi, ONE) == 0
        return meet(out, Interval(ZERO, None, top and a.hi_open))

    # ---- erf ----------------------------------------------------------------------------------------------

    def erf(self, a: Interval) -> Interval:
        lo = (-1, 0) if a.lo is None else self._erf(a.lo).lo
        hi = ONE if a.hi is None else self._erf(a.hi).hi
        return Interval(lo, hi, a.lo_open, a.hi_open)

    def erfc(self, a: Interval) -> Interval:
        lo = ZERO if a.hi is None else self._erfc(a.hi).lo
        hi = (2, 0) if a.lo is None else self._erfc(a.lo).hi
        return Interval(lo, hi, a.hi_open, a.lo_open)

    def _erf(self, a: Dyadic) -> Interval:
        if a[0] == 0:
            return Interval(ZERO, ZERO)
        if a[0] < 0:
            return self.neg(self._erf((-a[0], a[1])))
        size = a[0].bit_length() + a[1]
        if size > 8 or self._far(a):
            return self.sub(self.const(1), self._erfc(a))
        w = self.bits + 40 + 4 * max(0, size) * 4 + max(0, min(-size, 2 * self.bits))
        fine = Arithmetic(min(dy.MAX_BITS, w))
        low, high = dy.erf_series(a, w)
        x = Interval(a, a)
        out = fine.mul(Interval((low, 1 - w), (high, 1 - w)), fine.exp(fine.neg(fine.mul(x, x))))
        out = fine.mul(out, fine.inverse(fine.power(fine.pi(), Fraction(1, 2))))
        out = meet(out, Interval(ZERO, ONE))
        return self._make(out.lo, out.hi, False, False)

    def _far(self, a: Dyadic) -> bool:
        """Does the asymptotic series of erfc reach the precision at a?"""
        return 10 * dy.fraction(a) ** 2 > 8 * (self.bits + 20)

    def _erfc(self, a: Dyadic) -> Interval:
        if a[0] <= 0:
            return self.sub(self.const(1), self._erf(a))
        x = Interval(a, a)
        if a[0].bit_length() + a[1] > 8:
            if a[0].bit_length() + a[1] > 16:
                return Interval(ZERO, (1, -dy.HUGE), True)
            found = dy.erfc_tail(a, min(self.bits, 256))
        else:
            square = dy.fraction(a) ** 2
            found = dy.erfc_tail(a, self.bits) if self._far(a) else None
            if found is None:
                fine = Arithmetic(min(dy.MAX_BITS, self.bits + 20 + int(square * 3 / 2)))
                out = fine.sub(fine.const(1), fine._erf(a))
                return self._make(out.lo, out.hi, False, False)
        if found is None:
            raise Reject("erfc is not enclosed at this precision")
        factor = Interval(dy.rational(found[0], self.bits)[0], dy.rational(found[1], self.bits)[1])
        scale = self.mul(x, self.power(self.pi(), Fraction(1, 2)))
        fine = Arithmetic(self.bits + 40)
        return self.mul(self.mul(factor, self.exp(fine.neg(fine.mul(x, x)))), self.inverse(scale))

    # ---- circle -------------------------------------------------------------------------------------------

    def sin(self, a: Interval) -> Interval:
        return self._wave(a, 0)

    def cos(self, a: Interval) -> Interval:
        return self._wave(a, 1)

    def _wave(self, a: Interval, which: int) -> Interval:
        """Values at the ends, and the extreme values that lie between them.

        Quarter turns next to the ends, k pi/2: the extremes 1 of sin are at k = 1 mod 4 and -1 at k = 3 mod 4; for
        cos at 0 and 2. An extreme next to an end counts as inside unless the end is clearly on one side of it."""
        if a.lo is None or a.hi is None:
            return UNIT
        low = dy.sine_cosine(a.lo, self.bits)
        high = low if a.point() else dy.sine_cosine(a.hi, self.bits)
        k, n = low[2], high[2]
        if n - k > 5:
            return UNIT
        first, last = (low[1], high[1]) if which else (low[0], high[0])
        x, y = Interval(*first, a.lo_open, a.lo_open), Interval(*last, a.hi_open, a.hi_open)
        out = x if a.point() else join(x, y)
        if a.point():
            return out
        for q in range(k, n + 1):
            if q % 2 == which:
                continue
            top = q % 4 == 1 - which
            if (q == k and self._beyond(a.lo, q, 1)) or (q == n and self._beyond(a.hi, q, -1)):
                continue
            peak = ONE if top else (-1, 0)
            out = join(out, Interval(peak, peak))
        return out

    def _beyond(self, a: Dyadic, q: int, side: int) -> bool:
        """Is a certainly on that side of q pi/2?"""
        turn = self.mul(self.const(Fraction(q, 2)), self.pi())
        gap = self.sub(Interval(a, a), turn)
        return gap.positive() if side > 0 else gap.negative()

    def tan(self, a: Interval) -> Interval:
        """Between two poles tan rises; there cos has a sign."""
        c = self.cos(a)
        if not (c.positive() or c.negative()) or a.lo is None or a.hi is None:
            raise Undefined("tan of a quantity that may be an odd multiple of pi/2")
        if dy.compare(dy.add(a.hi, (-a.lo[0], a.lo[1])), (4, 0)) > 0:
            raise Undefined("tan of a quantity that may be an odd multiple of pi/2")
        ends = []
        for e in (a.lo, a.hi):
            sine, cosine = (Interval(*pair) for pair in dy.sine_cosine(e, self.bits)[:2])
            if not (cosine.positive() or cosine.negative()):
                ends.append(LINE)
            else:
                ends.append(self.mul(sine, self.inverse(cosine)))
        return Interval(ends[0].lo, ends[1].hi, a.lo_open, a.hi_open)


def _abs(a: Dyadic) -> Dyadic:
    return (abs(a[0]), a[1])


def _large(a: Dyadic) -> bool:
    return a[0].bit_length() + a[1] > 16


def _tame(lo: Dyadic | None, hi: Dyadic | None) -> tuple[Dyadic | None, Dyadic | None]:
    """Ends of moderate exponent: huge ones become infinite, tiny ones zero or a small bound."""
    limit = 16 * dy.HUGE
    if lo is not None and lo[0] and abs(lo[1]) > limit:
        if lo[0] > 0:
            lo = (1, limit) if lo[1] > 0 else ZERO
        else:
            lo = None if lo[1] > 0 else (-1, -limit // 2)
    if hi is not None and hi[0] and abs(hi[1]) > limit:
        if hi[0] > 0:
            hi = None if hi[1] > 0 else (1, -limit // 2)
        else:
            hi = (-1, limit) if hi[1] > 0 else ZERO
    return lo, hi


def _low(a: Interval) -> End:
    return (-1, ZERO, True) if a.lo is None else (0, a.lo, a.lo_open)


def _high(a: Interval) -> End:
    return (1, ZERO, True) if a.hi is None else (0, a.hi, a.hi_open)


def _order(a: End, b: End) -> int:
    if a[0] or b[0]:
        return (a[0] > b[0]) - (a[0] < b[0])
    return dy.compare(a[1], b[1])


def _times(a: End, b: End) -> End:
    """Product of two ends; zero is taken if one of them is a zero that is taken."""
    if (a[0] == 0 and a[1][0] == 0) or (b[0] == 0 and b[1][0] == 0):
        taken = (a[0] == 0 and a[1][0] == 0 and not a[2]) or (b[0] == 0 and b[1][0] == 0 and not b[2])
        return (0, ZERO, not taken)
    if a[0] or b[0]:
        x = a[0] or (1 if a[1][0] > 0 else -1)
        y = b[0] or (1 if b[1][0] > 0 else -1)
        return (x * y, ZERO, True)
    return (0, (a[1][0] * b[1][0], a[1][1] + b[1][1]), a[2] or b[2])

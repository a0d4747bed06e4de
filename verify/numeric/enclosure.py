"""Closed real balls: the one number type whose comparisons count as evidence.

Every `Enclosure` contains the true value of the expression it was computed from. Arithmetic is done by Arb
(F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE TC 66, 2017) at
the precision of the surrounding `precision` block.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import flint

Exact = int | Fraction | str

GUARD_BITS = 16
_EXPONENT_LIMIT = 1 << 22


class InvalidInput(TypeError):
    """The value is not exact (a float, a bool, a number that is not finite) or has the wrong shape."""


class NotEvidence(ArithmeticError):
    """A ball that is NaN or unbounded was used where only a bounded one proves anything."""


@contextmanager
def precision(digits: int) -> Iterator[None]:
    """Work with `digits` decimal digits (and a few guard bits) inside the block; restored on exit.

    Raises InvalidInput unless `digits` is an int >= 1.
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise InvalidInput(f"precision must be a positive number of digits, not {digits!r}")
    with flint.ctx.workprec(digits * 3322 // 1000 + 1 + GUARD_BITS):
        yield


def exact_fraction(value: object) -> Fraction:
    """The exact rational number that `value` gives: an int, a Fraction or a string such as `-3/4` or `0.125`.

    Raises InvalidInput for floats, bools, NaN, infinities and everything else.
    """
    if isinstance(value, bool):
        raise InvalidInput(f"{value!r} is a truth value, not a number")
    if isinstance(value, float):
        raise InvalidInput(f"float {value!r} is not exact: give an int, a Fraction or a decimal string")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError) as error:
            raise InvalidInput(f"{value!r} is not a finite rational number") from error
    raise InvalidInput(f"{type(value).__name__} is not an exact number")


def to_arb(value: Fraction) -> Any:
    """Smallest ball of the current precision around the rational number `value` (a raw Arb ball)."""
    if value.denominator == 1:
        return flint.arb(value.numerator)
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def dyadic_fraction(point: Any) -> Fraction:
    """The value of the raw Arb ball `point` of radius zero, exactly. Raises NotEvidence if it is not finite."""
    if not point.is_finite():
        raise NotEvidence("the ball is not finite")
    mantissa, exponent = point.man_exp()
    m, e = int(mantissa), int(exponent)
    if abs(e) > _EXPONENT_LIMIT:
        raise NotEvidence(f"exponent {e} is too large for an exact end point")
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


class Enclosure:
    """A closed real ball known to contain a value; a NaN or unbounded ball proves nothing.

    Built by `from_exact`, `from_bounds`, `pi` and arithmetic; operands may be Enclosure, int or Fraction.
    There is no `==`, no truth value and no conversion to float: these raise TypeError.
    Domain errors (log of a ball that reaches 0, division by a ball around 0) give a ball that is not finite.
    """

    __slots__ = ("_ball",)
    _ball: Any

    def __init__(self, *_: object) -> None:
        raise InvalidInput("use Enclosure.from_exact, Enclosure.from_bounds or Enclosure.pi")

    # -- construction ------------------------------------------------------------------------------------

    @classmethod
    def _wrap(cls, ball: Any) -> Enclosure:
        new = object.__new__(cls)
        object.__setattr__(new, "_ball", ball)
        return new

    @classmethod
    def from_exact(cls, value: Exact) -> Enclosure:
        """The ball around an exact number `value`, see `exact_fraction`."""
        return cls._wrap(to_arb(exact_fraction(value)))

    @classmethod
    def from_bounds(cls, low: Exact, high: Exact) -> Enclosure:
        """A ball that contains [low, high]. Raises InvalidInput if low > high."""
        a, b = exact_fraction(low), exact_fraction(high)
        if a > b:
            raise InvalidInput(f"empty interval [{a}, {b}]")
        return cls._wrap(to_arb(a).union(to_arb(b)) if a != b else to_arb(a))

    @classmethod
    def pi(cls) -> Enclosure:
        """A ball around pi, at the precision of the context."""
        return cls._wrap(flint.arb.pi())

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an Enclosure cannot be changed")

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (self.lower(), self.upper()))

    # -- what the ball says ------------------------------------------------------------------------------

    def is_finite(self) -> bool:
        """False for NaN and for unbounded balls."""
        return bool(self._ball.is_finite())

    def lower(self) -> Fraction:
        """Exact lower end point. Raises NotEvidence if the ball is not finite."""
        return self._ends()[0]

    def upper(self) -> Fraction:
        """Exact upper end point. Raises NotEvidence if the ball is not finite."""
        return self._ends()[1]

    def _ends(self) -> tuple[Fraction, Fraction]:
        if not self.is_finite():
            raise NotEvidence("a ball that is not finite has no end points")
        middle, radius = dyadic_fraction(self._ball.mid()), dyadic_fraction(self._ball.rad())
        return middle - radius, middle + radius

    def midpoint(self) -> Fraction:
        """Exact middle of the ball. Raises NotEvidence if the ball is not finite."""
        if not self.is_finite():
            raise NotEvidence("a ball that is not finite has no middle")
        return dyadic_fraction(self._ball.mid())

    def radius(self) -> Fraction:
        """Exact radius of the ball. Raises NotEvidence if the ball is not finite."""
        if not self.is_finite():
            raise NotEvidence("a ball that is not finite has no radius")
        return dyadic_fraction(self._ball.rad())

    def certainly_lt(self, other: Enclosure | Exact) -> bool:
        """True only if every point here is smaller than every point of `other`."""
        return self._compare(other, lambda here, there: here[1] < there[0], lambda x, y: x < y)

    def certainly_le(self, other: Enclosure | Exact) -> bool:
        """Whether every point of this ball is at most every point of `other`; False for a ball that is not finite."""
        return self._compare(other, lambda here, there: here[1] <= there[0], lambda x, y: x <= y)

    def certainly_gt(self, other: Enclosure | Exact) -> bool:
        """Whether every point of this ball is above every point of `other`; False for a ball that is not finite."""
        return self._compare(other, lambda here, there: here[0] > there[1], lambda x, y: x > y)

    def certainly_ge(self, other: Enclosure | Exact) -> bool:
        """Whether every point of this ball is at least every point of `other`; False for a ball that is not finite."""
        return self._compare(other, lambda here, there: here[0] >= there[1], lambda x, y: x >= y)

    def _compare(self, other: Enclosure | Exact, on_ends: Any, on_balls: Any) -> bool:
        if not self.is_finite():
            return False
        if isinstance(other, Enclosure):
            if not other.is_finite():
                return False
            try:
                return bool(on_ends(self._ends(), other._ends()))
            except NotEvidence:  # huge exponents: Arb's own comparison is certain as well
                return bool(on_balls(self._ball, other._ball))
        value = exact_fraction(other)
        try:
            return bool(on_ends(self._ends(), (value, value)))
        except NotEvidence:
            return bool(on_balls(self._ball, to_arb(value)))

    def overlaps(self, other: Enclosure) -> bool:
        """Whether the ball shares a point with the enclosure `other`. Raises NotEvidence if either is not finite,
        InvalidInput for a number.
        """
        if not isinstance(other, Enclosure):
            raise InvalidInput("overlaps compares two enclosures; use contains for a number")
        (a, b), (c, d) = self._ends(), other._ends()
        return a <= d and c <= b

    def contains(self, value: Exact) -> bool:
        """Whether the exact number `value` lies in the ball, decided in rationals; NotEvidence if not finite."""
        exact = exact_fraction(value)
        low, high = self._ends()
        return low <= exact <= high

    def digits(self) -> int:
        """Number of correct significant decimal digits: 0 if 0 is inside, sys.maxsize for an exact value."""
        if not self.is_finite():
            return 0
        if self._ball.is_exact():
            return sys.maxsize
        return max(0, int(self._ball.rel_accuracy_bits()) * 301 // 1000)

    def decimal(self, digits: int = 15) -> str:
        """At most `digits` decimal digits, only those that are correct up to one unit in the last place."""
        if not self.is_finite():
            return "not finite"
        return str(self._ball.str(digits, radius=False))

    def to_json(self) -> dict[str, str]:
        """`{"low", "high", "decimal"}`: exact end points and a short decimal. Raises NotEvidence."""
        low, high = self._ends()
        return {"low": str(low), "high": str(high), "decimal": self.decimal()}

    def __repr__(self) -> str:
        return f"Enclosure({self._ball.str(20)})" if self.is_finite() else "Enclosure(not finite)"

    def __bool__(self) -> bool:
        raise TypeError("an enclosure has no truth value; use certainly_lt and its companions")

    def __float__(self) -> float:
        raise TypeError("an enclosure does not become a float; use decimal()")

    __int__ = __index__ = __complex__ = __float__

    def __eq__(self, other: object) -> bool:
        raise TypeError("enclosures have no ==; use overlaps, contains or certainly_le")

    def __ne__(self, other: object) -> bool:
        raise TypeError("enclosures have no !=; use overlaps, contains or certainly_lt")

    def __lt__(self, other: object) -> bool:
        raise TypeError("enclosures are not ordered; use certainly_lt and its companions")

    __le__ = __gt__ = __ge__ = __lt__
    __hash__ = None  # type: ignore[assignment]

    # -- arithmetic --------------------------------------------------------------------------------------

    def __add__(self, other: Enclosure | int | Fraction) -> Enclosure:
        return Enclosure._wrap(self._ball + ball_of(other))

    def __radd__(self, other: int | Fraction) -> Enclosure:
        return Enclosure._wrap(ball_of(other) + self._ball)

    def __sub__(self, other: Enclosure | int | Fraction) -> Enclosure:
        return Enclosure._wrap(self._ball - ball_of(other))

    def __rsub__(self, other: int | Fraction) -> Enclosure:
        return Enclosure._wrap(ball_of(other) - self._ball)

    def __mul__(self, other: Enclosure | int | Fraction) -> Enclosure:
        return Enclosure._wrap(self._ball * ball_of(other))

    def __rmul__(self, other: int | Fraction) -> Enclosure:
        return Enclosure._wrap(ball_of(other) * self._ball)

    def __truediv__(self, other: Enclosure | int | Fraction) -> Enclosure:
        return Enclosure._wrap(self._ball / ball_of(other))

    def __rtruediv__(self, other: int | Fraction) -> Enclosure:
        return Enclosure._wrap(ball_of(other) / self._ball)

    def __neg__(self) -> Enclosure:
        return Enclosure._wrap(-self._ball)

    def __pos__(self) -> Enclosure:
        return self

    def __abs__(self) -> Enclosure:
        return Enclosure._wrap(abs(self._ball))

    def __pow__(self, exponent: int) -> Enclosure:
        """Integer powers; `x ** 0` is 1 for every x."""
        if isinstance(exponent, bool) or not isinstance(exponent, int):
            raise InvalidInput(f"exponent must be an int, not {exponent!r}")
        if exponent == 0:
            return Enclosure._wrap(flint.arb(1))
        return Enclosure._wrap(self._ball**exponent)

    # -- functions ---------------------------------------------------------------------------------------

    def exp(self) -> Enclosure:
        """A ball around the exponential of every point."""
        return Enclosure._wrap(self._ball.exp())

    def log(self) -> Enclosure:
        """Natural logarithm; not finite unless the ball is certainly positive."""
        return Enclosure._wrap(self._ball.log())

    def sqrt(self, *, domain_proved: bool = False) -> Enclosure:
        """Square root; not finite if the ball reaches below 0.

        With `domain_proved` the caller has shown that the value is >= 0, and the part below 0 is ignored.
        """
        if not self.is_finite() or bool(self._ball >= 0):
            return self._monotone(flint.arb.sqrt, rising=True)
        if domain_proved and not bool(self._ball < 0):
            return self._monotone(flint.arb.sqrt, rising=True, floor=Fraction(0))
        return Enclosure._wrap(flint.arb.nan())

    def sin(self) -> Enclosure:
        """A ball around the sine of every point."""
        return Enclosure._wrap(self._ball.sin())

    def cos(self) -> Enclosure:
        """A ball around the cosine of every point."""
        return Enclosure._wrap(self._ball.cos())

    def atan(self) -> Enclosure:
        """A ball around the inverse tangent of every point, in (-pi/2, pi/2)."""
        return Enclosure._wrap(self._ball.atan())

    def erf(self) -> Enclosure:
        """A ball around the error function, 2/sqrt(pi) times the integral of exp(-t^2) over [0, x]."""
        return Enclosure._wrap(self._ball.erf())

    def erfc(self) -> Enclosure:
        """A ball around 1 - erf, without cancellation for large arguments."""
        return Enclosure._wrap(self._ball.erfc())

    def acos(self, *, domain_proved: bool = False) -> Enclosure:
        """Inverse cosine on [-1, 1], finite at the ends; not finite if the ball leaves the domain.

        With `domain_proved` the caller has shown that the value is in [-1, 1]; the rest is ignored.
        """
        return self._on_unit_interval(flint.arb.acos, rising=False, domain_proved=domain_proved)

    def asin(self, *, domain_proved: bool = False) -> Enclosure:
        """Inverse sine on [-1, 1]; see `acos` for the domain and `domain_proved`."""
        return self._on_unit_interval(flint.arb.asin, rising=True, domain_proved=domain_proved)

    def _on_unit_interval(self, function: Any, *, rising: bool, domain_proved: bool) -> Enclosure:
        if not self.is_finite():
            return Enclosure._wrap(flint.arb.nan())
        low, high = self._ends()
        inside = low >= -1 and high <= 1
        if not inside and not (domain_proved and high >= -1 and low <= 1):
            return Enclosure._wrap(flint.arb.nan())
        return self._monotone(function, rising=rising, floor=Fraction(-1), ceiling=Fraction(1))

    def _monotone(
        self, function: Any, *, rising: bool, floor: Fraction | None = None, ceiling: Fraction | None = None
    ) -> Enclosure:
        """Image of the ball, cut to [floor, ceiling], under a monotone function: hull of the end points."""
        if not self.is_finite() or self._ball.is_exact():
            return Enclosure._wrap(function(self._ball))
        low, high = self._ends()
        low = low if floor is None else max(low, floor)
        high = high if ceiling is None else min(high, ceiling)
        # rounding an end point to a ball may leave the domain again, so work with exact dyadic end points
        bits = max(_dyadic_bits(low), _dyadic_bits(high), flint.ctx.prec)
        with flint.ctx.workprec(bits):
            left, right = to_arb(low), to_arb(high)
        first, last = function(left), function(right)
        return Enclosure._wrap(first.union(last) if rising else last.union(first))

    def min(self, other: Enclosure | int | Fraction) -> Enclosure:
        """A ball around the smaller of this number and `other`."""
        return Enclosure._wrap(self._ball.min(ball_of(other)))

    def max(self, other: Enclosure | int | Fraction) -> Enclosure:
        """A ball around the larger of this number and `other`."""
        return Enclosure._wrap(self._ball.max(ball_of(other)))

    def hull(self, other: Enclosure | int | Fraction) -> Enclosure:
        """A ball that contains this one and `other`."""
        return Enclosure._wrap(self._ball.union(ball_of(other)))


def _restore(low: Fraction, high: Fraction) -> Enclosure:
    bits = max(_dyadic_bits(low), _dyadic_bits(high), flint.ctx.prec) + 2
    with flint.ctx.workprec(bits):
        return Enclosure.from_bounds(low, high)


def _dyadic_bits(value: Fraction) -> int:
    return max(2, value.numerator.bit_length() + 2)


def ball_of(value: Enclosure | int | Fraction) -> Any:
    """The raw Arb ball of an operand. Raises InvalidInput for floats, bools and strings."""
    if isinstance(value, Enclosure):
        return value._ball
    if isinstance(value, str):
        raise InvalidInput("strings are read by Enclosure.from_exact only")
    return to_arb(exact_fraction(value))

"""Closed forms for numbers that a search has met: rational numbers, multiples of pi, roots, logarithms, powers of e."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from verify.kernel.errors import Reject
from verify.kernel.scalar import dyadic as dy
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Enclosures
from verify.kernel.scalar.interval import Arithmetic
from verify.kernel.scalar.terms import Expr


def _close(a: Fraction, b: Fraction, tolerance: Fraction) -> bool:
    return abs(a - b) <= tolerance * (1 + abs(b))


def value(e: Expr, bits: int = 128) -> Fraction | None:
    """The rational number that the expression `e` surely is within `bits` bits, or None."""
    try:
        i = Enclosures(Arithmetic(bits), {}).of(e)
    except Reject:
        return None
    if i.lo is None or i.hi is None:
        return None
    return (dy.fraction(i.lo) + dy.fraction(i.hi)) / 2


def guesses(x: Fraction, known: Iterable[Expr], tolerance: Fraction) -> Iterator[Expr]:
    """Constants near x, likely ones first; `known` are constants of the statement."""
    r = x.limit_denominator(200)
    if _close(r, x, tolerance):
        yield t.q(r)
    for e in known:
        v = value(e)
        if v is None or v == 0:
            continue
        if _close(v, x, tolerance):
            yield e
        k = (x / v).limit_denominator(24)
        if k and _close(k * v, x, tolerance):
            yield t.times(t.q(k), e)
    square = (x * x).limit_denominator(400)
    if square and _close(square, x * x, tolerance):
        root = t.power(t.q(square), Fraction(1, 2))
        yield root if x > 0 else t.negative(root)
    pi = value(t.PI)
    assert pi is not None
    for base, e in ((pi, t.PI), (1 / pi, t.power(t.PI, -1))):
        k = (x / base).limit_denominator(24)
        if k and _close(k * base, x, tolerance):
            yield t.times(t.q(k), e)
    squared = (x * x / pi).limit_denominator(48)
    if squared and _close(squared * pi, x * x, tolerance):
        root = t.power(t.times(t.q(squared), t.PI), Fraction(1, 2))
        yield root if x > 0 else t.negative(root)
    squared = (x * x * pi).limit_denominator(48)
    if squared and _close(squared / pi, x * x, tolerance):
        root = t.power(t.times(t.q(squared), t.power(t.PI, -1)), Fraction(1, 2))
        yield root if x > 0 else t.negative(root)
    up = value(("exp", t.q(x.limit_denominator(10**30)))) if abs(x) < 50 else None
    if up is not None:
        k = up.limit_denominator(200)
        if k > 0 and k != 1 and _close(k, up, tolerance * 4):
            yield ("log", t.q(k))
    if x > 0:
        down = value(("log", t.q(x.limit_denominator(10**40))))
        if down is not None:
            k = down.limit_denominator(24)
            if k and _close(k, down, tolerance * 4):
                yield ("exp", t.q(k))
    r = x.limit_denominator(20_000)
    if _close(r, x, tolerance):
        yield t.q(r)

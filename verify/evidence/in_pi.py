"""Numbers that are kept exactly in terms of pi: finite sums of rational multiples of powers of pi.

An angle such as 2 pi / 3 is no rational number, and as a ball it never cancels: that (pi - 0) / (2 pi) is 1/2 would
stay unknown. These numbers are balls that also remember their terms; sums, products and quotients by one term keep
them, and what has no pi left is a fraction again. A number whose terms have all cancelled is 0; the converse, that pi
is transcendental, is used nowhere: signs are read off the ball.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verify.numeric.enclosure import Enclosure

MAX_TERMS = 12
"""A number of more terms is a ball and nothing else."""
MAX_POWER = 12

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
ANGLES = {Fraction(-1): Fraction(1), -HALF: 2 * THIRD, Fraction(0): HALF, HALF: THIRD}
"""Cosines and their angles in multiples of pi (the angle of 1 is 0)."""


class InPi(Enclosure):
    """The sum of c pi^k over the `terms` k: c, not a rational number, and a ball around it."""

    __slots__ = ("terms",)
    terms: Mapping[int, Fraction]

    def __reduce__(self) -> tuple[Any, ...]:
        return in_pi, (dict(self.terms),)

    def __add__(self, other: Any) -> Any:
        theirs = _terms(other)
        return super().__add__(other) if theirs is None else _sum(self.terms, theirs)

    __radd__ = __add__

    def __neg__(self) -> Any:
        return in_pi({k: -c for k, c in self.terms.items()})

    def __sub__(self, other: Any) -> Any:
        theirs = _terms(other)
        return super().__sub__(other) if theirs is None else self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        theirs = _terms(other)
        if theirs is None:
            return super().__mul__(other)
        out: dict[int, Fraction] = {}
        for k, c in self.terms.items():
            for m, d in theirs.items():
                out[k + m] = out.get(k + m, Fraction(0)) + c * d
        return in_pi(out)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        inverse = _inverse(other)
        return super().__truediv__(other) if inverse is None else self * inverse

    def __rtruediv__(self, other: Any) -> Any:
        inverse = _inverse(self)
        return super().__rtruediv__(other) if inverse is None else inverse * other

    def __pow__(self, exponent: int) -> Any:
        if isinstance(exponent, bool) or not isinstance(exponent, int) or not 0 <= exponent <= MAX_POWER:
            return super().__pow__(exponent)
        out: Any = Fraction(1)
        for _ in range(exponent):
            out = self * out
        return out


def in_pi(terms: Mapping[int, Fraction]) -> Any:
    """The sum of c pi^k over `terms`: a fraction if no pi is left, else InPi, or a mere ball if it is too long."""
    kept = {k: c for k, c in terms.items() if c}
    if not kept.keys() - {0}:
        return kept.get(0, Fraction(0))
    pi, ball = Enclosure.pi(), Enclosure.from_exact(0)
    for k, c in sorted(kept.items()):
        ball = ball + c * pi**k
    if len(kept) > MAX_TERMS or any(abs(k) > MAX_POWER for k in kept):
        return ball
    new = InPi._wrap(ball._ball)
    object.__setattr__(new, "terms", kept)
    return new


def angle(cosine: Fraction) -> Any:
    """The angle in [0, pi] of a cosine if it is a rational multiple of pi that is known here, else None."""
    if cosine == 1:
        return Fraction(0)
    return in_pi({1: ANGLES[cosine]}) if cosine in ANGLES else None


def cosine(angle: object) -> Fraction | None:
    """The cosine of a multiple of pi if it is a rational number that is known here, else None."""
    if not isinstance(angle, InPi) or set(angle.terms) != {1}:
        return None
    turns = angle.terms[1] % 2
    turns = min(turns, 2 - turns)
    return Fraction(1) if turns == 0 else next((x for x, a in ANGLES.items() if a == turns), None)


def _terms(x: object) -> Mapping[int, Fraction] | None:
    if isinstance(x, InPi):
        return x.terms
    if isinstance(x, Fraction | int) and not isinstance(x, bool):
        return {0: Fraction(x)}
    return None


def _inverse(x: object) -> Any:
    """1 / x for one term, else None."""
    terms = _terms(x)
    if terms is None or len(terms) != 1:
        return None
    ((k, c),) = terms.items()
    return in_pi({-k: 1 / c}) if c else None


def _sum(a: Mapping[int, Fraction], b: Mapping[int, Fraction]) -> Any:
    out = dict(a)
    for k, c in b.items():
        out[k] = out.get(k, Fraction(0)) + c
    return in_pi(out)

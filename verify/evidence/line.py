"""Expectations over one Gaussian column that is read along one line, by the intervals on which no indicator changes.

A standard Gaussian column w, of which a term reads only forms c^T w with all c on the line of v, enters through the
number t = v^T w / |v|^2, which is normal with mean 0 and variance 1 / |v|^2. Between the roots of the arguments of its
indicators the term is a polynomial in t, and truncated moments of a normal variable follow from the error function and
the density at the ends, by integration by parts. Ends are rational: a root that is known by a ball leaves an interval
of the width of that ball, on which an indicator counts as some number between 0 and 1. A column with a single entry is
on a line whatever is read of it: then any polynomial of it may be read, such as its squared length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from verify.evidence import values as vl
from verify.evidence.instance import Key
from verify.evidence.terms import BINDERS, Env, Term, is_scalar
from verify.evidence.values import Mat, Scalar, Unsupported, Value
from verify.evidence.work import spend
from verify.numeric.enclosure import Enclosure

if TYPE_CHECKING:
    from verify.evidence.evaluate import Evaluator

MAX_DEGREE = 12
MAX_INTERVALS = 96

Polynomial = list[Scalar]
"""Coefficients of 1, t, t^2, .."""
End = Fraction | None
"""An end of an interval; None is infinite."""
Place = tuple[Term, Env]


class _Cut(Exception):
    """An indicator changes inside an interval, at these points."""

    def __init__(self, points: Sequence[Fraction]) -> None:
        super().__init__(points)
        self.points = points


@dataclass
class Line:
    """The forms of one Gaussian column `k` that are read, while all are multiples of one of them."""

    ev: Evaluator
    k: Key
    direction: Mat | None = None
    square: Fraction = vl.ZERO
    vague: bool = False  # whether an indicator was left open on the interval at hand
    _forms: dict[tuple[int, tuple[tuple[str, int], ...]], tuple[Term, Polynomial]] = field(default_factory=dict)

    def form(self, term: Term, env: Env) -> Polynomial:
        """An affine form of the column as a polynomial in t, or any polynomial of a column with one entry. Raises
        Unsupported if it points elsewhere.
        """
        from verify.evidence.expectation import degree, linear

        at = (id(term), tuple(sorted(env.items())))
        if at not in self._forms and self.ev.shape(self.k[0], self.k[1]) == (1, 1):
            self._forms[at] = (term, self._interpolated(term, env, degree(self.ev, term, self.k[0])))
        if at not in self._forms:
            constant, column = linear(self.ev, term, env, self.k)
            if not column.is_exact:
                raise Unsupported("a Gaussian form with enclosures")
            if self.direction is None and not column.is_zero():
                self.direction, square = column, column.inner(column)
                assert isinstance(square, Fraction)
                self.square = square
            slope: Scalar = vl.ZERO
            if self.direction is not None:
                slope = column.inner(self.direction)
                if slope * slope != column.inner(column) * self.square:
                    raise Unsupported("a Gaussian column that is read along several lines")
            self._forms[at] = (term, [constant, slope])  # keeps the object, so its id stays its own
        return list(self._forms[at][1])

    def _interpolated(self, term: Term, env: Env, most: int) -> Polynomial:
        """A polynomial of degree at most `most` in the only entry of the column, from its values (Newton)."""
        from verify.evidence.expectation import values_at

        if most > MAX_DEGREE:
            raise Unsupported("a random term that need not be a polynomial")
        self.direction, self.square = Mat.unit(1), vl.ONE
        points = [Fraction(x) for x in range(most + 1)]
        slopes = values_at(self.ev, term, env, self.k, [Mat.unit(1).scale(x) for x in points])
        for k in range(1, most + 1):
            for i in range(most, k - 1, -1):
                slopes[i] = (slopes[i] - slopes[i - 1]) / k
        out: Polynomial = []
        for x, slope in zip(reversed(points), reversed(slopes), strict=True):
            out = _sum([_times(out, [-x, vl.ONE]), [slope]])
        return _trimmed(out)

    def polynomial(self, term: Term, env: Env, low: End, high: End) -> Polynomial:
        """The term on the interval from `low` to `high`. Raises _Cut where it is no polynomial there, and Unsupported
        where it is none between any points.
        """
        spend()
        head = term[0]
        if head == "E" or not self.ev.touched(term):
            return [self.ev.scalar(term, env)]
        if head == "+":
            return _sum([self.polynomial(x, env, low, high) for x in term[1:]])
        if head == "*" and all(is_scalar(x, self.ev.sig) for x in term[1:]):
            return self._product([(x, env) for x in term[1:]], low, high)
        if head in BINDERS:
            places = [(term[4], {**env, term[1]: i}) for i in self.ev.range(term[2], term[3], env)]
            if head == "prod":
                return self._product(places, low, high)
            return _sum([self.polynomial(*x, low, high) for x in places])
        if head == "pow" and is_scalar(term[1], self.ev.sig):
            base = self.polynomial(term[1], env, low, high)
            out: Polynomial = [vl.ONE]
            for _ in range(self.ev.index(term[2], env)):
                out = _times(out, base)
            return out
        if head == "ind":
            return [self._indicator(self.polynomial(term[1], env, low, high), low, high)]
        if is_scalar(term, self.ev.sig):
            held = self._held(term, env)
            return self.form(term, env) if held is None else [held]
        raise Unsupported(f"{head!r} of a Gaussian column")

    def _held(self, term: Term, env: Env) -> Scalar | None:
        """The value of a letter that is random, but fixed here."""
        from verify.evidence.expectation import atoms

        return None if self.k in atoms(self.ev, term, env, inside=False) else self.ev.scalar(term, env)

    def _product(self, places: Sequence[Place], low: End, high: End) -> Polynomial:
        out: Polynomial = [vl.ONE]
        for x in places:
            out = _times(out, self.polynomial(*x, low, high))
            if not out:
                break
        return out

    def _indicator(self, p: Polynomial, low: End, high: End) -> Scalar:
        """1 if p >= 0 inside the interval (up to finitely many points), 0 if p < 0."""
        p = _trimmed(p)
        if len(p) > 3:
            raise Unsupported("an indicator of a polynomial of degree above 2 in a Gaussian form")
        top = vl.ends(p[-1]) if p else (vl.ZERO, vl.ZERO)
        if top is None or (p and top[0] <= 0 <= top[1]):
            raise Unsupported("the sign inside an indicator is not decided")
        sign = bool(not p or top[0] > 0)
        roots = _roots(p)
        inside = {x for r in roots for x in r if (low is None or low < x) and (high is None or x < high)}
        if inside:
            raise _Cut(sorted(inside))
        for first, last in roots:
            if low is not None and high is not None and first <= low and high <= last and first < last:
                if low < 0 < high:
                    raise _Cut([vl.ZERO])  # so that every power of t keeps its sign where a coefficient may vary
                self.vague = True
                return Enclosure.from_bounds(0, 1)
        larger = sum(1 for first, last in roots if high is not None and high <= first)
        return vl.ONE if sign == (larger % 2 == 0) else vl.ZERO

    def pieces(self, places: Sequence[Place]) -> list[tuple[End, End, list[Polynomial], bool]]:
        """Intervals that cover the line in order, with the polynomials that the terms are there, and whether an
        indicator is left open. Raises Unsupported where the terms are none.
        """
        out: list[tuple[End, End, list[Polynomial], bool]] = []
        left: list[tuple[End, End]] = [(None, None)]
        while left:
            low, high = left.pop()
            self.vague = False
            try:
                found = [self.polynomial(*x, low, high) for x in places]
            except _Cut as cut:
                ends = [low, *cut.points, high]
                left += reversed(list(pairwise(ends)))
                if len(left) + len(out) > MAX_INTERVALS:
                    raise Unsupported("too many intervals of a Gaussian form") from None
                continue
            out.append((low, high, [_trimmed(x) for x in found], self.vague))
        return out

    def column(self, low: End, high: End) -> Mat:
        """A column of the shape of `k` whose t is inside the interval."""
        shape = self.ev.shape(self.k[0], self.k[1])
        assert shape is not None
        if low is None:
            t = vl.ZERO if high is None else high - 1
        else:
            t = low + 1 if high is None else (low + high) / 2
        return Mat.zero(*shape) if self.direction is None else self.direction.scale(t)

    def mass(self, low: End, high: End) -> Scalar:
        """The probability of the interval from `low` to `high`, in [0, 1]."""
        if self.direction is None:
            return vl.ONE
        return moments(self.square, low, high, 0)[0]


def mean(ev: Evaluator, k: Key, places: Sequence[Place]) -> Scalar:
    """E of a product of terms over the Gaussian column `k`; other random letters have values. Raises Unsupported."""
    line = Line(ev, k)
    merged: list[tuple[End, End, Polynomial]] = []
    for low, high, factors, _ in line.pieces(places):
        whole: Polynomial = [vl.ONE]
        for p in factors:
            whole = _times(whole, p)
        if merged and _exact(whole) and _exact(merged[-1][2]) and merged[-1][2] == whole:
            low = merged.pop()[0]
        merged.append((low, high, whole))
    total: Scalar = vl.ZERO
    for low, high, p in merged:
        if not p:
            continue
        if line.direction is None:
            return p[0]
        for c, x in zip(p, moments(line.square, low, high, len(p) - 1), strict=True):
            total = total + c * x
    return total


def law(ev: Evaluator, k: Key, indicators: Sequence[Place]) -> list[tuple[Scalar, Value]]:
    """Probabilities and columns: one for every combination of values that these indicators take. Raises Unsupported."""
    line = Line(ev, k)
    found: dict[tuple[Scalar, ...], tuple[Scalar, Value]] = {}
    for low, high, values, vague in line.pieces(indicators):
        if vague:
            raise Unsupported("the sign inside an indicator is not decided")
        at = tuple(p[0] if p else vl.ZERO for p in values)
        mass = line.mass(low, high)
        found[at] = (found[at][0] + mass, found[at][1]) if at in found else (mass, line.column(low, high))
    return list(found.values())


def moments(square: Fraction, low: End, high: End, most: int) -> list[Scalar]:
    """E t^k 1{low <= t <= high} for k = 0 .. `most`, for t normal with mean 0 and variance 1 / square.

    By parts: square * E t^k 1{..} = (k - 1) E t^(k-2) 1{..} + low^(k-1) p(low) - high^(k-1) p(high), p the density.
    """
    densities = [_density(square, x) for x in (low, high)]
    out: list[Scalar] = [_mass(square, low, high)]
    for k in range(1, most + 1):
        total = (k - 1) * out[k - 2] if k > 1 else vl.ZERO
        for x, p, sign in zip((low, high), densities, (1, -1), strict=True):
            if x is not None:
                total = total + p * (sign * x ** (k - 1))
        out.append(total / square)
    return out


def _density(square: Fraction, x: End) -> Scalar:
    if x is None:
        return vl.ZERO
    scale = (Enclosure.from_exact(square) / (2 * Enclosure.pi())).sqrt()
    return scale if x == 0 else scale * Enclosure.from_exact(-square * x * x / 2).exp()


def _mass(square: Fraction, low: End, high: End) -> Scalar:
    if low is None:
        return vl.ONE if high is None else _beyond(square, -high)
    if high is None:
        return _beyond(square, low)
    if low >= 0:
        return _beyond(square, low) - _beyond(square, high)
    if high <= 0:
        return _beyond(square, -high) - _beyond(square, -low)
    return 1 - _beyond(square, high) - _beyond(square, -low)


def _beyond(square: Fraction, x: Fraction) -> Scalar:
    """P(t >= x)."""
    if x == 0:
        return Fraction(1, 2)
    root = Enclosure.from_exact(square * x * x / 2).sqrt()
    return (root if x > 0 else -root).erfc() / 2


def _trimmed(p: Polynomial) -> Polynomial:
    """Without leading coefficients that are exactly 0."""
    n = len(p)
    while n and isinstance(p[n - 1], Fraction) and p[n - 1] == 0:
        n -= 1
    return p[:n]


def _exact(p: Polynomial) -> bool:
    return all(isinstance(x, Fraction) for x in p)


def _sum(rows: Sequence[Polynomial]) -> Polynomial:
    out: Polynomial = [vl.ZERO] * max((len(p) for p in rows), default=0)
    for p in rows:
        for i, c in enumerate(p):
            out[i] = out[i] + c
    return _trimmed(out)


def _times(p: Polynomial, q: Polynomial) -> Polynomial:
    if not p or not q:
        return []
    if len(p) + len(q) - 2 > MAX_DEGREE:
        raise Unsupported("a moment of high order")
    out: Polynomial = [vl.ZERO] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            out[i + j] = out[i + j] + a * b
    return _trimmed(out)


def _roots(p: Polynomial) -> list[tuple[Fraction, Fraction]]:
    """The real roots of a polynomial of degree at most 2 whose leading coefficient is not 0, in order, each between two
    rational numbers; where the discriminant may be 0, two roots or none.
    """
    if len(p) < 2:
        return []
    if len(p) == 2:
        return [_between(-p[0] / p[1])]
    c, b, a = p
    disc = b * b - 4 * a * c
    bounds = vl.ends(disc)
    if bounds is None:
        raise Unsupported("the sign inside an indicator is not decided")
    if bounds[1] < 0:
        return []
    root = vl.fraction_root(disc, 2) if isinstance(disc, Fraction) else None
    half: Scalar
    if root is not None:
        half = root
    elif bounds[0] > 0:
        half = vl.ball(disc).sqrt()
    else:
        half = Enclosure.from_bounds(0, Enclosure.from_exact(bounds[1]).sqrt().upper())
    ordered = sorted((_between((-b - half) / (2 * a)), _between((-b + half) / (2 * a))))
    return ordered


def _between(x: Scalar) -> tuple[Fraction, Fraction]:
    bounds = vl.ends(x)
    if bounds is None:
        raise Unsupported("a root that is not bounded")
    return bounds

"""Limits of functions of one variable at an end of their range, by the size of terms at infinity.

With x = y, -y, a + 1/y or a - 1/y the end becomes y -> oo. Every atom of the normal form is compared with a scale
y**a log(y)**b exp(Q(y)), Q a sum of positive powers of y: two functions are equivalent if their quotient tends to 1.
Products and powers of equivalent functions are equivalent; a sum is equivalent to its largest terms if their
coefficients do not cancel. (N. G. de Bruijn, Asymptotic Methods in Analysis, chapter 1.)
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..errors import Reject
from . import terms as t
from .normal import Normal, Poly
from .terms import Expr

Scale = tuple[Fraction, Fraction, tuple[tuple[Fraction, Fraction], ...]]  # a, b, ((power, coefficient), ..) of Q
FLAT: Scale = (Fraction(0), Fraction(0), ())


def nonnegative(prover: Any, u: Expr, x: str, end: Expr | None, start: str) -> bool:
    """Is the limit of u at the end >= 0 (or +oo)? The variable comes from above at a low end."""
    y: Expr = ("var", x)
    if end is None:
        inside = t.negative(y) if start == "low" else y
    else:
        step = t.power(y, -1)
        inside = t.add(end, step) if start == "low" else t.minus(end, step)
    v = t.substitute(u, {x: inside})
    n = prover.normal
    return Limits(prover, n, n.atom(("var", x))).nonnegative(n.of(v))


def larger(a: Scale, b: Scale) -> int:
    """1, 0, -1 as a grows faster than b, like b, slower."""
    gap: dict[Fraction, Fraction] = {}
    for rows, s in ((a[2], 1), (b[2], -1)):
        for k, c in rows:
            gap[k] = gap.get(k, Fraction(0)) + s * c
    for k in sorted(gap, reverse=True):
        if gap[k]:
            return 1 if gap[k] > 0 else -1
    return (a[:2] > b[:2]) - (a[:2] < b[:2])


def product(a: Scale, b: Scale, e: Fraction) -> Scale:
    """a b**e."""
    rows: dict[Fraction, Fraction] = dict(a[2])
    for k, c in b[2]:
        rows[k] = rows.get(k, Fraction(0)) + e * c
    kept = tuple(sorted(((k, c) for k, c in rows.items() if c), reverse=True))
    return (a[0] + e * b[0], a[1] + e * b[1], kept)


class Limits:
    def __init__(self, prover: Any, normal: Normal, y: int) -> None:
        self.prover, self.n, self.y = prover, normal, y

    def sign(self, c: Poly) -> int:
        """Sign of a constant in normal form."""
        sign: int = self.prover.constant(self.n.expression(c))
        return sign

    def nonnegative(self, p: Poly) -> bool:
        """Terms that tend to infinity must have a positive largest part; else the sum of the limits is compared."""
        groups = self.groups(self.unfolded(p))
        top = [s for s in groups if larger(s, FLAT) > 0]
        if top:
            best = top[0]
            for s in top[1:]:
                best = s if larger(s, best) > 0 else best
            return self.sign(groups[best]) > 0  # not zero: the largest terms may cancel
        total = groups.get(FLAT, {})
        return self.n.is_zero(total) or self.sign(total) >= 0

    def unfolded(self, p: Poly) -> Poly:
        """log of a sum as the log of its largest term, if that is one term, plus log of the rest, 1 + h."""
        n = self.n
        out: Poly = {}
        for m, c in p.items():
            term: Poly = {m: c}
            for x, e in m:
                key = n.atoms[x]
                if key[0] != "log" or e != 1:
                    continue
                inner = dict(key[1])
                largest = self.largest(inner)
                if len(inner) > 1 and largest is not None:
                    lead: Poly = {largest: inner[largest]}
                    rest = n.mul(inner, n.power(lead, Fraction(-1)))
                    back = n.mul(term, n.power(n.single(x), Fraction(-1)))
                    term = n.mul(back, n.add(n.function("log", lead), n.function("log", rest)))
                    break
            out = n.add(out, term)
        return out

    def largest(self, p: Poly) -> Any:
        """The monomial, with a positive coefficient, that is larger than all others and tends to infinity; or None."""
        best, scale = None, FLAT
        count = 0
        for m in p:
            s, k = self.mono(m)
            order = larger(s, scale)
            if order > 0:
                best, scale, count = m, s, 1
                if p[m] < 0 or self.sign(k) <= 0:
                    best = None
            elif order == 0:
                count += 1
        return best if count == 1 else None

    def groups(self, p: Poly) -> dict[Scale, Poly]:
        """Coefficients of the scales of the terms."""
        out: dict[Scale, Poly] = {}
        for m, c in p.items():
            s, k = self.mono(m)
            out[s] = self.n.add(out.get(s, {}), k, c)
        return out

    def equivalent(self, p: Poly) -> tuple[Scale, Poly]:
        """Scale and coefficient of a sum, whose largest terms do not cancel."""
        groups = self.groups(p)
        best: Scale | None = None
        for s in groups:
            if best is None or larger(s, best) > 0:
                best = s
        if best is None or self.n.is_zero(groups[best]) or self.sign(groups[best]) == 0:
            raise Reject("the largest terms of a sum cancel")
        return best, groups[best]

    def mono(self, m: Any) -> tuple[Scale, Poly]:
        scale, c = FLAT, self.n.const(1)
        for atom, e in m:
            s, k = self.atom(atom)
            scale = product(scale, s, Fraction(e))
            if self.n.constant(k) != 1:
                if Fraction(e).denominator != 1 and self.sign(k) <= 0:
                    raise Reject("a root of a quantity that becomes negative")
                c = self.n.mul(c, self.n.power(k, Fraction(e)))
        return scale, c

    def atom(self, x: int) -> tuple[Scale, Poly]:
        n = self.n
        if x == self.y:
            return (Fraction(1), Fraction(0), ()), n.const(1)
        key = n.atoms[x]
        head = key[0]
        if head in ("var", "pow"):
            raise Reject("the limit of this function is not known")
        if head in ("pi", "prime"):
            return FLAT, n.single(x)
        if head == "exp":
            return self.exponential(key[1])
        if head == "sum":
            return self.equivalent(dict(key[1]))
        inner = dict(key[1])
        if head == "log":
            return self.logarithm(inner)
        if n.constant(inner) is not None or not self.moves(inner):
            return FLAT, n.single(x)
        value = self.finite(inner)
        if value is None:
            scale, c = self.equivalent(inner)
            up = self.sign(c)
            if head == "atan":
                return FLAT, n.scale(n.single(n.atom(("pi",), True)), Fraction(up, 2))
            if head == "erf":
                return FLAT, n.const(up)
            if head == "sign":
                return FLAT, n.const(up)
            if head == "abs":
                return scale, n.scale(c, up)
            raise Reject(f"{head} has no limit here")
        if head == "sign":
            raise Reject("sign at a limit")
        found = n.function(head, value)
        if n.is_zero(found) or self.sign(found) == 0:
            # the function tends to zero like its argument
            if n.is_zero(value) and head in ("sin", "asin", "atan"):
                return self.equivalent(inner)
            if n.is_zero(value) and head == "erf":
                s, c = self.equivalent(inner)
                root = n.power(n.single(n.atom(("pi",), True)), Fraction(-1, 2))
                return s, n.mul(n.scale(root, 2), c)
            if n.is_zero(value) and head == "abs":
                s, c = self.equivalent(inner)
                return s, n.scale(c, self.sign(c))
            raise Reject(f"{head} tends to zero in an unknown way")
        return FLAT, found

    def moves(self, p: Poly) -> bool:
        """Does the form depend on the variable?"""
        return any(self._moves(a) for m in p for a, _ in m)

    def _moves(self, x: int) -> bool:
        if x == self.y:
            return True
        key = self.n.atoms[x]
        if key[0] in ("var", "pi", "prime"):
            return False
        if key[0] == "exp":
            return any(self._moves(a) for a, _ in key[1])
        return any(self.moves(dict(part)) for part in key[1:])

    def finite(self, p: Poly) -> Poly | None:
        """The limit of a sum without infinite terms."""
        groups = self.groups(p)
        if any(larger(s, FLAT) > 0 for s in groups):
            return None
        return groups.get(FLAT, {})

    def exponential(self, m: Any) -> tuple[Scale, Poly]:
        """exp of a monomial: a power of y, or something with a finite limit."""
        n = self.n
        if len(m) == 1 and m[0][0] == self.y and m[0][1] > 0:
            return (Fraction(0), Fraction(0), ((Fraction(m[0][1]), Fraction(1)),)), n.const(1)
        s, c = self.mono(m)
        if larger(s, FLAT) < 0:
            return FLAT, n.const(1)
        if s == FLAT:
            return FLAT, n.function("exp", c)
        raise Reject("exp of a function that grows in an unknown way")

    def logarithm(self, p: Poly) -> tuple[Scale, Poly]:
        n = self.n
        if not self.moves(p):
            return FLAT, n.function("log", p)
        s, c = self.equivalent(p)
        if s[2]:
            k, q = s[2][0]
            return (k, Fraction(0), ()), n.const(q)
        if s[0]:
            return (Fraction(0), Fraction(1), ()), n.const(s[0])
        if s[1]:
            raise Reject("a logarithm of a logarithm")
        if n.is_zero(n.add(c, n.const(1), -1)):
            return self.equivalent(n.add(p, n.const(1), -1))  # log(1 + h) is equivalent to h
        return FLAT, n.function("log", c)

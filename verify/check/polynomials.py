"""Expressions as polynomials over atoms: sums and products multiplied out, the rest left as it is."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import expression as ex
from .expression import Expr

Poly = dict[Any, Fraction]  # sorted ((atom, exponent), ..) -> coefficient


def poly(e: Expr) -> Poly:
    """Sums and products multiplied out; what is neither is an atom with a rational exponent."""
    head = e[0]
    if head == "q":
        value = Fraction(e[1])
        return {(): value} if value else {}
    if head == "+":
        out: Poly = {}
        for p in e[1:]:
            out = plus(out, poly(p))
        return out
    if head == "*":
        out = {(): Fraction(1)}
        for p in e[1:]:
            out = times(out, poly(p))
        return out
    if head == "pow" and e[2][0] == "q":
        r = Fraction(e[2][1])
        if r.denominator == 1 and 0 <= r <= 12:
            out, base = {(): Fraction(1)}, poly(e[1])
            for _ in range(int(r)):
                out = times(out, base)
            return out
        return {((e[1], r),): Fraction(1)}
    return {((_inside(e), Fraction(1)),): Fraction(1)} if _folded(e) is None else poly(ex.rational(_folded(e) or 0))


_TOTAL = ("exp", "sin", "cos", "atan", "sinh", "cosh", "tanh", "asinh", "erf", "erfc", "abs")


def _inside(e: Expr) -> Expr:
    """The atom with its argument multiplied out, where that cannot change where it has a value."""
    return (e[0], expression(poly(e[1]))) if e[0] in _TOTAL else e


def _folded(e: Expr) -> Fraction | None:
    """abs, min, max and exp of numbers that are numbers."""
    if e[0] not in ("abs", "min", "max", "exp"):
        return None
    parts = [next(iter(p.values()), Fraction(0)) if set(p) <= {()} else None for p in map(poly, e[1:])]
    known = [x for x in parts if x is not None]
    if len(known) < len(parts):
        return None
    if e[0] == "exp":
        return Fraction(1) if not known[0] else None
    return abs(known[0]) if e[0] == "abs" else min(known) if e[0] == "min" else max(known)


def plus(a: Poly, b: Poly, c: Fraction | int = 1) -> Poly:
    """The polynomial a + c b."""
    out = dict(a)
    for m, k in b.items():
        total = out.get(m, Fraction(0)) + c * k
        if total:
            out[m] = total
        else:
            out.pop(m, None)
    return out


def times(a: Poly, b: Poly) -> Poly:
    """The product of the polynomials `a` and `b`."""
    out: Poly = {}
    for m, c in a.items():
        for n, k in b.items():
            powers: dict[Expr, Fraction] = {}
            for atom, r in (*m, *n):
                powers[atom] = powers.get(atom, Fraction(0)) + r
            front, exponent = c * k, []
            for atom in [x for x in powers if x[0] == "exp"]:
                exponent.append(ex.times(ex.rational(powers.pop(atom)), atom[1]))
            if exponent:
                inner = expression(poly(ex.add(*exponent)))
                if inner != ex.ZERO:
                    powers[("exp", inner)] = Fraction(1)
            for atom in list(powers):
                r = powers[atom]
                value = ex.constant(atom)
                if not r:
                    del powers[atom]
                elif r.denominator == 1 and value and abs(r) < 50:
                    front *= value ** int(r)
                    del powers[atom]
            mono = tuple(sorted(powers.items(), key=repr))
            out = plus(out, {mono: front})
    return out


def expression(p: Poly) -> Expr:
    """The polynomial as an expression."""
    parts = []
    for m, c in sorted(p.items(), key=lambda row: (-sum(abs(r) for _, r in row[0]), repr(row[0]))):
        factors = [a if r == 1 else ex.power(a, ex.rational(r)) for a, r in m]
        if c != 1 or not factors:
            factors.insert(0, ex.rational(c))
        parts.append(ex.times(*factors))
    return ex.add(*parts) if parts else ex.ZERO


def zero_divisor(e: Expr) -> Expr | None:
    """A subexpression that is divided by although it is zero everywhere, if there is one."""
    if e[0] == "pow" and e[2][0] == "q" and e[2][1].startswith("-") and len(str(e[1])) < 600 and not poly(e[1]):
        base: Expr = e[1]
        return base
    for part in e[1:]:
        found = zero_divisor(part) if isinstance(part, tuple) else None
        if found is not None:
            return found
    return None

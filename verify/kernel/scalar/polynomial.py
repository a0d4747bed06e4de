"""Signs of polynomials in one variable on an interval, by Sturm's theorem. Coefficients: constant first."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

from ..errors import Budget, Reject

Poly = list[int]
MAX_DEGREE = 120
End = tuple[Fraction, bool] | None  # (value, open), None for infinity


def primitive(p: list[Fraction] | list[int]) -> Poly:
    """Positive multiple with coprime whole coefficients, without leading zeros."""
    rows = [Fraction(c) for c in p]
    while rows and rows[-1] == 0:
        rows.pop()
    if not rows:
        return []
    m = lcm(*(c.denominator for c in rows))
    whole = [int(c * m) for c in rows]
    g = gcd(*whole)
    return [c // g for c in whole]


def remainder(a: Poly, b: Poly) -> Poly:
    """A positive multiple of the remainder of a by b."""
    r = list(a)
    lead = b[-1]
    while len(r) >= len(b):
        if r[-1]:
            factor, shift = r[-1], len(r) - len(b)
            scale = abs(lead)
            s = factor if lead > 0 else -factor
            r = [c * scale for c in r]
            for i, c in enumerate(b):
                r[i + shift] -= s * c
        r.pop()
        while r and r[-1] == 0:
            r.pop()
        if r:
            g = gcd(*r)
            r = [c // g for c in r]
    return r


def divide(a: Poly, b: Poly) -> Poly:
    """A multiple (up to sign, made to keep the sign of the quotient) of a / b for a multiple a of b."""
    r = [Fraction(c) for c in a]
    out = [Fraction(0)] * (len(a) - len(b) + 1)
    for k in range(len(out) - 1, -1, -1):
        out[k] = r[k + len(b) - 1] / b[-1]
        for i, c in enumerate(b):
            r[k + i] -= out[k] * c
    if any(r):
        raise Reject("the division of polynomials leaves a remainder")
    return primitive(out)


def derivative(p: Poly) -> Poly:
    return primitive([k * c for k, c in enumerate(p)][1:])


def common(a: Poly, b: Poly) -> Poly:
    while b:
        a, b = b, remainder(a, b)
    return a


def value(p: Poly, x: Fraction) -> int:
    """Sign of p(x)."""
    n, d = x.numerator, x.denominator
    out, scale = 0, 1
    for c in reversed(p):
        out = out * n + c * scale
        scale *= d
    return (out > 0) - (out < 0)


def changes(chain: list[Poly], x: Fraction | None, side: int) -> int:
    """Sign changes of the chain at x, or at infinity on that side."""
    signs = []
    for p in chain:
        if x is not None:
            s = value(p, x)
        else:
            s = 1 if p[-1] > 0 else -1
            if side < 0 and len(p) % 2 == 0:
                s = -s
        if s:
            signs.append(s)
    return sum(a != b for a, b in pairwise(signs))


def roots_inside(p: Poly, low: End, high: End, budget: Budget) -> bool:
    """Has the square-free p a root strictly between the ends?"""
    for end in (low, high):
        if end is not None and len(p) > 1 and value(p, end[0]) == 0:
            p = divide(p, primitive([-end[0], Fraction(1)]))
    if len(p) <= 1:
        return False
    chain = [p, derivative(p)]
    while len(chain[-1]) > 1:
        r = remainder(chain[-2], chain[-1])
        if not r:
            break
        budget.spend(len(r) * 4)
        chain.append([-c for c in r])
    a, b = (None if e is None else e[0] for e in (low, high))
    return changes(chain, a, -1) != changes(chain, b, 1)


def layers(p: Poly) -> tuple[Poly, Poly]:
    """Square-free polynomials with the roots of odd multiplicity, and with all roots."""
    odd: Poly = [1]
    everything: Poly = [1]
    rest, k = p, 0
    while len(rest) > 1:
        g = common(rest, derivative(rest))
        g = g if g else [1]
        here = divide(rest, g) if len(g) > 1 else rest  # roots of multiplicity > k, each once
        k += 1
        if k == 1:
            everything = here
        # roots of multiplicity exactly k: those of `here` that are not roots of g
        inside = common(here, g) if len(g) > 1 else [1]
        exact = divide(here, inside) if len(inside) > 1 else here
        if k % 2:
            odd = primitive(_product(odd, exact))
        rest = g
    return odd, everything


def _product(a: Poly, b: Poly) -> Poly:
    out = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for k, y in enumerate(b):
            out[i + k] += x * y
    return out


def holds(coefficients: list[Fraction], low: End, high: End, rel: str, budget: Budget) -> bool:
    """Is p >= 0 (> 0, != 0) on the interval? Exact."""
    p = primitive(coefficients)
    if len(p) > MAX_DEGREE:
        raise Reject("the degree of a polynomial is too high")
    if not p:
        return rel == ">="
    if len(p) == 1:
        return p[0] > 0 or (rel == "!=" and p[0] != 0)
    budget.spend(len(p) ** 2)
    if low is not None and high is not None and low[0] >= high[0]:
        if low[0] > high[0]:
            raise Reject("an empty interval")
        s = value(p, low[0])
        return s > 0 or (rel == ">=" and s == 0) or (rel == "!=" and s != 0)
    odd, everything = layers(p)
    if rel == ">=":
        if roots_inside(odd, low, high, budget):
            return False
    else:
        for end in (low, high):
            if end is not None and not end[1] and value(p, end[0]) == 0:
                return False
        if roots_inside(everything, low, high, budget):
            return False
    return rel == "!=" or _sample(p, low, high) > 0


def _sample(p: Poly, low: End, high: End) -> int:
    """Sign of p at a point inside where it is not zero."""
    if low is None or high is None:
        start = high[0] - 1 if low is None and high is not None else low[0] + 1 if low is not None else Fraction(0)
        step = Fraction(-1 if low is None else 1)
        points = [start + k * step for k in range(len(p) + 1)]
    else:
        width = high[0] - low[0]
        points = [low[0] + width * Fraction(k + 1, len(p) + 3) for k in range(len(p) + 1)]
    for x in points:
        s = value(p, x)
        if s:
            return s
    raise Reject("a polynomial vanishes at too many points")

"""Exact symmetric elimination over the rationals."""

from __future__ import annotations

from fractions import Fraction

Matrix = list[list[Fraction]]


def symmetric(m: Matrix) -> bool:
    return all(m[i][k] == m[k][i] for i in range(len(m)) for k in range(i))


def pivots(m: Matrix) -> list[Fraction] | None:
    """D of M = L D L^T without exchanges, for a symmetric M; None if a zero pivot has a non-zero entry in its row.

    Stops at the first negative pivot, which then is the last entry. M is positive semidefinite if and only if the
    result is a list without a negative entry, and positive definite if and only if all entries are positive."""
    n = len(m)
    a = [row[:] for row in m]
    out: list[Fraction] = []
    for i in range(n):
        out.append(a[i][i])
        if a[i][i] < 0:
            return out
        if a[i][i] == 0:
            if any(a[i][k] for k in range(i, n)):
                return None
            continue
        for r in range(i + 1, n):
            f = a[r][i] / a[i][i]
            if f:
                for k in range(i, n):
                    a[r][k] -= f * a[i][k]
    return out


def is_psd(m: Matrix) -> bool:
    found = pivots(m)
    return found is not None and all(d >= 0 for d in found)


def is_pd(m: Matrix) -> bool:
    found = pivots(m)
    return found is not None and len(found) == len(m) and all(d > 0 for d in found)


def form(m: Matrix, x: list[Fraction]) -> Fraction:
    """x^T M x."""
    n = range(len(m))
    return sum((x[i] * m[i][k] * x[k] for i in n for k in n), Fraction(0))

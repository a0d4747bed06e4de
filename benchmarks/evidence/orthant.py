"""Orthant probability by rigorous quadrature of the density."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from benchmarks.timing import seconds
from verify.numeric.enclosure import precision
from verify.numeric.orthant import orthant_probability

POINTS = (Fraction(1, 3), Fraction(-1, 2), Fraction(9, 10), Fraction(-999, 1000), 1 - Fraction(1, 10**30))
LIMITS = {50: 0.005, 200: 0.060}


def measure(repeats: int) -> dict[str, Any]:
    rows = []
    for digits, limit in LIMITS.items():
        for rho in POINTS:
            with precision(digits):
                taken = seconds(lambda rho=rho: orthant_probability(rho), repeats)
                ball = orthant_probability(rho)
            width = ball.upper() - ball.lower()
            rows.append(
                {
                    "digits": digits,
                    "rho": str(rho) if rho.denominator < 10**6 else "1 - 1e-30",
                    "milliseconds": round(1000 * taken["median"], 2),
                    "limit": 1000 * limit,
                    "width": f"{float(width):.1e}",
                    "holds": taken["median"] < limit and width < Fraction(1, 10 ** (digits - 1)),
                }
            )
    return {
        "what": "orthant probability by rigorous quadrature of the density",
        "rows": rows,
        "must": "50 digits in under 5 ms, 200 digits in under 60 ms",
        "holds": all(row["holds"] for row in rows),
    }

"""Exact tails for statements about the mean of independent bounded variables, at coins with values -1 and 1.

For a step size grid of (eps, delta) the smallest n that meets the hypotheses is found by bisection on their verdicts;
the probability that the mean misses its expectation by more than eps is then a rational number.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.evidence.evaluate import verdict
from verify.evidence.instance import Instance
from verify.evidence.terms import Statement, has_random
from verify.numeric.binomial import deviation_tail

GRID = ((Fraction(1, 2), Fraction(1, 10)), (Fraction(1, 5), Fraction(1, 20)), (Fraction(1, 10), Fraction(1, 100)),
        (Fraction(1, 20), Fraction(1, 2)), (Fraction(1, 20), Fraction(1, 100)))
COINS = (Fraction(1, 2), Fraction(3, 10), Fraction(1, 50))


def exact_tails(statement: Statement, up_to: int) -> list[dict[str, Any]]:
    """Rows {n, eps, delta, p, tail, holds}; `holds` compares exact rationals. Cells beyond `up_to` are left out."""
    sig = statement["sig"]
    random = {n for n, d in sig["letters"].items() if d.get("law")}
    fixed = [h for h in statement["hyps"] if not h["all"] and not any(has_random(t, random) for t in h["concl"][1:])]
    rows: list[dict[str, Any]] = []
    for eps, delta in GRID:
        def meets(n: int, eps: Fraction = eps, delta: Fraction = delta) -> bool:
            at = Instance({"n": n}, {}, {("eps", (), ""): eps, ("delta", (), ""): delta})
            return all(verdict(sig, h, at).status == "holds" for h in fixed)

        if not meets(up_to):
            continue
        low, high = 0, up_to
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if meets(middle) else (middle, high)
        for p in COINS:
            tail = deviation_tail(high, p, eps / 2)
            rows.append({"n": high, "eps": str(eps), "delta": str(delta), "p": str(p),
                         "tail": _decimal(tail), "holds": tail <= delta})
    return rows


def _decimal(x: Fraction) -> str:
    """The tail rounded up to 12 decimals, as an exact decimal string."""
    scaled = -((-x.numerator * 10**12) // x.denominator)
    return f"{scaled // 10**12}.{scaled % 10**12:012d}"

"""Exact tails of coins against the sample bound."""

from __future__ import annotations

import copy
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import verify
from verify.evidence.tails import decimal_above, exact_tails
from verify.statement.claims import load

CLAIM = load(Path(verify.__file__).parent.parent / "claims" / "concentration" / "hoeffding_width.py")


def samples() -> Any:
    return CLAIM.statement("samples").kernel()[0]


def test_rows_hold_and_match_a_direct_sum() -> None:
    rows = exact_tails(samples(), 300)
    assert rows and all(row["holds"] is True and row["n"] <= 300 for row in rows)
    row = next(r for r in rows if r["n"] == 24 and r["p"] == "1/2")
    far = [k for k in range(25) if abs(Fraction(2 * k, 24) - 1) > Fraction(row["eps"])]
    exact = sum(Fraction(comb(24, k), 2**24) for k in far)
    assert row["tail"] == decimal_above(exact, 20) and 0 <= Fraction(row["tail"]) - exact < Fraction(1, 10**20)


def test_fewer_samples_are_not_enough() -> None:
    """A tenth of the samples: some exact tail is above delta, and the row says so."""
    kernel = copy.deepcopy(samples())
    size = next(h for h in kernel["hyps"] if h["id"] == "size")["concl"]
    size[2] = ["*", ["q", "1/10"], size[2]]
    assert any(row["holds"] is False for row in exact_tails(kernel, 300))


def test_other_statements_have_none() -> None:
    other = copy.deepcopy(samples())
    other["goals"][0]["concl"][2] = ["q", "1"]
    loose = copy.deepcopy(samples())
    loose["hyps"] = [h for h in loose["hyps"] if h["id"] != "Z.below"]
    upper = CLAIM.statement("upper").kernel()[0]
    assert all(exact_tails(kernel, 300) == [] for kernel in (other, loose, upper))


def test_decimals_are_rounded_up() -> None:
    assert decimal_above(Fraction(1, 3), 3) == "3.34e-1"
    assert decimal_above(Fraction(9999, 10), 2) == "1.0e3"
    assert decimal_above(Fraction(0), 4) == "0"

"""Exact combinations: solutions are solutions, and where there is none the search ends soon."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest

from verify.tactics import solve

Vectors = list[dict[int, Fraction]]


def system(rng: random.Random, rows: int, signed: int, free: int) -> tuple[Vectors, Vectors]:
    def vector() -> dict[int, Fraction]:
        return {k: Fraction(rng.randint(-3, 3)) for k in range(rows) if rng.random() < 0.7}

    return [vector() for _ in range(signed)], [vector() for _ in range(free)]


def sums(a: list[Fraction], signed: Vectors, b: list[Fraction], free: Vectors) -> dict[int, Fraction]:
    out: dict[int, Fraction] = {}
    for x, column in zip([*a, *b], [*signed, *free], strict=True):
        for k, y in column.items():
            out[k] = out.get(k, Fraction(0)) + x * y
    return {k: v for k, v in out.items() if v}


def solvable(target: dict[int, Fraction], signed: Vectors, free: Vectors) -> bool:
    """By trying every subset."""
    for size in range(len(signed) + 1):
        for subset in combinations(range(len(signed)), size):
            found = solve.eliminate(target, [*free, *(signed[i] for i in subset)])
            if found is not None and all(x >= 0 for x in found[len(free) :]):
                return True
    return False


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("few", [1, 5, 60])
def test_a_solution_is_found_if_and_only_if_there_is_one(seed: int, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve, "FEW_SUBSETS", few)
    monkeypatch.setattr(solve, "MAX_SUBSETS", few + 1)
    rng = random.Random(seed)
    signed, free = system(rng, 4, 6, 1)
    target = {k: Fraction(rng.randint(-2, 2)) for k in range(4)}
    found = solve.combine(target, signed, free)
    assert (found is not None) is solvable(target, signed, free)
    if found is not None:
        assert all(x >= 0 for x in found[0])
        assert sums(found[0], signed, found[1], free) == {k: v for k, v in target.items() if v}


def test_where_there_is_none_the_search_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    signed, free = system(random.Random(3), 10, 14, 2)
    signed = [{**v, 10: Fraction(1)} for v in signed]  # the last entry cannot be negative
    calls: list[Any] = []
    real = solve.eliminate
    monkeypatch.setattr(solve, "eliminate", lambda *a: calls.append(a) or real(*a))
    assert solve.combine({10: Fraction(-1)}, signed, free) is None
    assert len(calls) < 2 * solve.FEW_SUBSETS

"""Widths of claims: estimates agree with what a claim says at every width, and a wrong side shows."""

import copy
from fractions import Fraction as F
from pathlib import Path

import pytest

from verify.evidence.generate import Plan
from verify.evidence.instance import Instance
from verify.evidence.sweep import sweep, widths_of
from verify.evidence.values import Mat
from verify.statement import load

CLAIMS = Path(__file__).parents[2] / "claims" / "tangent_kernel"


def kernel(name, label):
    return next(s for s in load(CLAIMS / f"{name}.py").statements if s.label == label).kernel()[0]


def at(**columns):
    return Instance(
        {"m": 1, "d": 2},
        {},
        {
            (n, (), ""): Mat.from_rows([[F(v)] for v in xs]) if isinstance(xs, tuple) else F(xs)
            for n, xs in columns.items()
        },
    )


@pytest.fixture(scope="module")
def failing():
    return kernel("failure_law", "fails")


X = at(x=("3/5", "4/5"), sign=-1)


def test_the_failure_law_at_each_width(failing):
    assert widths_of(Plan.of(failing)) == ["m"]
    rows = sweep(failing, [X], n=200, seed=3, widths=(1, 2, 8))
    assert [r["width"] for r in rows] == [1, 2, 8] and all(r["inside"] for r in rows)
    assert [F(r["value"]) for r in rows] == [F(round(F(3, 4) ** m * 10**6), 10**6) for m in (1, 2, 8)]
    assert all(F(r["low"]) <= F(r["estimate"]) <= F(r["high"]) for r in rows)
    assert rows == sweep(failing, [X], n=200, seed=3, widths=(1, 2, 8))
    assert rows != sweep(failing, [X], n=200, seed=4, widths=(1, 2, 8))


def test_a_wrong_law_is_outside(failing):
    wrong = copy.deepcopy(failing)
    goal = wrong["goals"][0]["concl"]
    goal[2] = ["q", "3/4"]  # right for one unit only
    assert [r["inside"] for r in sweep(wrong, [X], n=200, seed=3)] == [True, False, False]


def test_more_confidence_is_wider(failing):
    close, wide = (sweep(failing, [X], n=50, seed=3, confidence=c)[0] for c in ("0.9", "0.999999999"))
    assert F(wide["low"]) < F(close["low"]) < F(close["high"]) < F(wide["high"])


def test_means_over_units_get_an_interval_too():
    statement = kernel("limit_kernel", "at_start")
    rows = sweep(statement, [at(x=(1, 0), z=(1, 0)), at(x=(1, 0), z=("3/5", "4/5"))], n=60, seed=1, widths=(1, 4))
    assert len(rows) == 2 and all(r["inside"] for r in rows)
    opposite = sweep(statement, [at(x=(1, 0), z=("-3/5", "4/5"))], n=60, seed=1)
    assert opposite == []  # the samples are negative


def test_statements_without_a_width():
    assert sweep(kernel("orthant_probability", "probability"), [X], n=10, seed=1) == []
    fixed = kernel("limit_kernel", "any_time")  # its letters are counted, but not random
    assert widths_of(Plan.of(fixed)) == []

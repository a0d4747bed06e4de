"""Statements without a script: what is immediate is proved, what is false is not, and the message says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.kernel import replay
from verify.statement.claims import load
from verify.tactics import Context, TacticFailed, derive

SYMBOLS = """
x, y = real("x"), real("y")
a, b = real("a", nonnegative=True), real("b", nonnegative=True)
n, m = nat("n", at_least=1), nat("m", at_least=1)
A = matrix("A", n, m)
"""


def prove(folder: Path, statement: str) -> bool:
    path = folder / "topic" / "one.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'"""One."""\nfrom verify.statement import *\n{SYMBOLS}\ns = {statement}\n')
    claim = load(path)
    theorems, ids = derive(claim, claim.statements[0], Context(claim))
    return bool(ids) and all(outcome["ok"] for outcome in replay.check(theorems))


@pytest.mark.parametrize(
    "statement",
    [
        "corrected(then=2 * x * y <= x**2 + y**2)",
        "corrected(then=x <= (x**2 + 1) / 2)",
        "corrected(then=a * b <= ((a + b) / 2)**2)",
        "corrected(order=a <= b, then=a**2 <= b**2)",
        "corrected(then=1 - x <= exp(-x))",
        "corrected(then=psd(A.T @ A))",
        "corrected(then=psd(A @ A.T + 2 * I))",
        "corrected(then=trace(A.T @ A) == trace(A @ A.T))",
        "corrected(one=x == 1, then=x * y == y)",
    ],
)
def test_immediate_statements_need_no_script(tmp_path: Path, statement: str) -> None:
    assert prove(tmp_path, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "corrected(then=x <= x**2)",
        "corrected(then=2 * x * y < x**2 + y**2)",
        "corrected(order=x <= y, then=x**2 <= y**2)",
        "corrected(then=psd(A.T @ A - I))",
        "corrected(then=x * y == y)",
    ],
)
def test_false_statements_find_no_proof(tmp_path: Path, statement: str) -> None:
    with pytest.raises(TacticFailed, match="no proof script, and none of"):
        prove(tmp_path, statement)


def test_an_acknowledged_statement_is_not_searched(tmp_path: Path) -> None:
    with pytest.raises(TacticFailed, match=r"no proof script($|;)"):
        prove(tmp_path, "printed(then=2 * x * y <= x**2 + y**2, expect=REFUTED)")


def test_an_equation_that_replaces_nothing_is_not_used(tmp_path: Path) -> None:
    """A hypothesis offered to `by.algebra` counts as used only if the proof needs it."""
    path = tmp_path / "topic" / "one.py"
    path.parent.mkdir()
    path.write_text(
        '"""One."""\nfrom verify.statement import *\nx, y = curve("x"), curve("y")\n'
        "s = corrected(time=clock(), first=D(x) == -x, second=D(y) == x, then=D(x**2) <= 0)\n"
        "with proof(s) as p:\n    p.conclude(by.algebra(p.first, p.second, by.square(x)))\n"
    )
    claim = load(path)
    theorems, _ = derive(claim, claim.statements[0], Context(claim))
    (told,) = replay.check(theorems)
    assert told["ok"] and told["hyp_uses"]["first"] and not told["hyp_uses"]["second"]

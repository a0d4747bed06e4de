"""The script of a statement, run on a mutant of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verify.audit.engine import ENGINE
from verify.evidence.judge import Judge
from verify.evidence.mutants import Mutant, mutants
from verify.evidence.recorded import Recorded

CLAIM = '''"""A sum of squares is not negative."""
from verify.statement import *

n = nat("n", at_least=2)
i, a = index("i", n), reals("a", count=n)
squares = corrected(then=total(i, a[i] ** 2) >= 0)
silent = corrected(then=total(i, a[i] ** 2) + 1 > 0)

with proof(squares) as p:
    p.conclude(by.positive())
'''


@pytest.fixture
def asked(tmp_path: Path) -> tuple[Any, dict[str, Mutant], Callable[[], Any]]:
    path = tmp_path / "squares.py"
    path.write_text(CLAIM, encoding="utf-8")
    claim = ENGINE.load(path)
    statement, silent = claim.statements
    context = ENGINE.context(claim, tmp_path)
    ENGINE.derive(claim, statement, context)
    assert ENGINE.rescripts(claim, silent, 0, context) is None
    kernel = statement.kernel()[0]
    return kernel, {m.label(): m for m in mutants(kernel)}, lambda: ENGINE.rescripts(claim, statement, 0, context)


EXCHANGED = "relation: goal 0 at top: sides exchanged"
DOUBLED = "exponent: goal 0 at 1.4: exponent +1"
SHORTER = "index: goal 0 at 1: lower end +1"


def test_the_script_may_prove_a_mutant_and_must_not_prove_a_false_one(asked: Any) -> None:
    kernel, every, made = asked
    proves = made()
    assert proves(kernel) and proves(every[SHORTER].statement)
    assert not proves(every[EXCHANGED].statement) and not proves(every[DOUBLED].statement)


def test_a_theorem_that_says_something_else_does_not_count(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import verify.tactics

    kernel, every, made = asked
    whole = verify.tactics.anew
    monkeypatch.setattr(verify.tactics, "anew", lambda *given: whole(*given[:4], kernel))
    proves = made()
    assert proves(kernel) and not proves(every[EXCHANGED].statement) and not proves(every[SHORTER].statement)


def test_it_is_asked_about_what_is_recorded_as_settled_only(asked: Any) -> None:
    kernel, every, _ = asked
    for settled, said in ((frozenset(), None), (frozenset({DOUBLED}), "the script of the statement")):
        judge = Judge.of_kernel(
            kernel, 0, proved=True, rescripts=lambda mutant: True, recorded=Recorded(settled=settled)
        )
        fate = judge.settled(every[DOUBLED])
        assert (fate or {}).get("by") == said

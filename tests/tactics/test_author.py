"""What an ingredient of a script becomes."""

from __future__ import annotations

from pathlib import Path

from verify.audit.engine import ENGINE

CLAIM = '''"""A square that is not 0 has an inverse."""
from verify.statement import *

x = real("x")
size = x**2
nonzero = corrected(apart=size != 0, then=size * (1 / size) == 1)

with proof(nonzero) as p:
    p.conclude(by.algebra(by.inverse(size)))
'''


def test_an_inequation_is_used_where_the_sign_is_visible_but_may_be_0(tmp_path: Path) -> None:
    path = tmp_path / "squares.py"
    path.write_text(CLAIM, encoding="utf-8")
    claim = ENGINE.load(path)
    (statement,) = claim.statements
    assert ENGINE.derive(claim, statement, ENGINE.context(claim, tmp_path))[-1]["steps"]

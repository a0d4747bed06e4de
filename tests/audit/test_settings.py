"""Settings of evidence in a claim file: a wrong name says which was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.audit.engine import ENGINE
from verify.tactics import TacticFailed

CLAIM = '''"""Squares."""
from verify.statement import *

x = real("x")
square = corrected(then=x**2 >= 0)
check(square, trails=3)
'''


def test_an_unknown_setting_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "claims" / "topic" / "squares.py"
    path.parent.mkdir(parents=True)
    path.write_text(CLAIM, encoding="utf-8")
    claim = ENGINE.load(path)
    with pytest.raises(TacticFailed, match=r"no setting 'trails'.*did you mean trials"):
        ENGINE.gather(claim, claim.statements[0], 0, None, ENGINE.context(claim, tmp_path / "claims"), {})

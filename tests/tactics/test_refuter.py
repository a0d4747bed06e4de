"""Refutations by a script say what they cannot take, and what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from verify.statement.claims import load
from verify.tactics import TacticFailed, refute

FLOW = '''"""A flow that does not rest."""
from verify.statement import *

n = nat("n", at_least=1)
time = clock()
w = curve("w", n, 1)
rests = printed(time=time, flow=D(w) == -w, then=frobenius(w) ** 2 == 0, expect=REFUTED)
rests.fails_at(n=1, w=[[1]])
with refutation(rests) as p:
    p.conclude(by.algebra())
'''


def test_a_matrix_in_the_refutation_of_a_flow_is_explained(tmp_path: Path) -> None:
    folder = tmp_path / "claims" / "topic"
    folder.mkdir(parents=True)
    path = folder / "rest.py"
    path.write_text(FLOW, encoding="utf-8")
    claim = load(path)
    with pytest.raises(TacticFailed) as caught:
        refute(claim, claim.statements[0])
    assert "w is a matrix" in str(caught.value) and "next: leave out the script" in str(caught.value)

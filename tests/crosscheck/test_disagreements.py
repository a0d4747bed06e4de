"""Changed certificates over which the checkers once disagreed: both reject them now. None was a false theorem."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.must_fail.files import FILES
from verify.crosscheck.files import Library
from verify.crosscheck.files import check as theorems
from verify.kernel import kinds, replay
from verify.second.files import check as items

Json = Any
ROWS = json.loads(Path(__file__).with_name("disagreements.json").read_text(encoding="utf-8"))


def answers(file: Json, kind: str) -> tuple[Json, Json]:
    """What both checkers say of the last item."""
    text = json.dumps(file)
    second = theorems(text, Library()) if kind in ("theorems", "refutations") else items(text)
    try:
        kernel = kinds.check_file(replay.load(text))
    except replay.Reject as error:
        kernel = {kind: [{"ok": False, "reason": str(error)}]}
    return kernel[kind][-1], second[kind][-1]


@pytest.mark.parametrize("row", ROWS, ids=[f"{k} {r['from']}" for k, r in enumerate(ROWS)])
def test_both_reject_what_one_rejected(row: Json) -> None:
    kernel, second = answers(row["file"], row["kind"])
    assert not kernel["ok"] and kernel["reason"]
    assert not second["ok"] and not second.get("unable") and row["reason"] in second["reason"]


def test_matrices_may_differ() -> None:
    """`ne` is between terms of one sort, matrices too; an order is between numbers."""
    file = FILES["terms_refuted"]()
    kernel, second = answers(file, "refutations")
    assert kernel["ok"] and second["ok"], second
    hyps = file["refutations"][0]["statement"]["hyps"]
    matrices = [h for h in hyps if h["concl"][0] == "ne" and "A" in json.dumps(h)]
    assert matrices
    matrices[0]["concl"][0] = "gt"
    kernel, second = answers(file, "refutations")
    assert not kernel["ok"] and not second["ok"]

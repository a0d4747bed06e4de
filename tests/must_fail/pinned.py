"""Pinned answers: one-place changes of the twins with what the kernel says of each, chosen to notice changes of the
kernel's source. `python -m benchmarks.soundness.pin` finds and rewrites them; read the difference before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from verify.kernel import replay
from verify.kernel.errors import Budget

from . import wide_twins  # noqa: F401  (registers its twins)
from .corpus import DELETE, change
from .twins import TWINS

Json = Any
HOME = Path(__file__).parent
PINNED, WORK = HOME / "pinned.json", HOME / "work.json"
TEXT = 60  # characters of a reason that count


def answer(certificate: Json) -> list[Json]:
    """What the kernel says of each part: where and why it is rejected, or what the accepted part rests on."""
    try:
        data = replay.load(json.dumps(certificate))
        theorems, refutations = replay.check_all(data["derivation"], data["refutations"])
    except replay.Reject as e:
        return ["file", str(e)[:TEXT]]
    return [said(r) for r in (*theorems, *refutations)]


def said(r: Json) -> Json:
    if r["ok"]:
        return {
            k: r[k] for k in ("base_facts", "axioms", "lemmas", "hyp_uses", "premises", "goal", "iterate") if r.get(k)
        }
    reason = r["reason"]
    if reason.startswith("malformed"):
        reason = "malformed"  # which error Python raises is not ours to pin
    return [r["step"], reason[:TEXT]]


def changed(row: Json) -> Json:
    """The certificate of a row {"twin", "path", "new"?}; without `new` the node is dropped."""
    return change(TWINS[row["twin"]](), tuple(row["path"]), row.get("new", DELETE))


def work(certificate: Json) -> int:
    """Operations counted for a certificate."""
    spent = 0
    plain = Budget.spend

    def counting(self: Budget, amount: int = 1) -> None:
        nonlocal spent
        if self.whole is None:
            spent += amount
        plain(self, amount)

    Budget.spend = counting  # type: ignore[method-assign]
    try:
        replay.check_all(certificate["derivation"], certificate["refutations"])
    finally:
        Budget.spend = plain  # type: ignore[method-assign]
    return spent

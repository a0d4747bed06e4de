"""Pinned answers: one-place changes of the twins with what the kernel says of each, chosen to notice changes of the
kernel's source. `python -m benchmarks.soundness.pin` finds and rewrites them; read the difference before you commit it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from verify.kernel.errors import Budget

from .corpus import DELETE, change
from .files import FILES, answer

Json = Any
HOME = Path(__file__).parent
PINNED, WORK = HOME / "pinned.json", HOME / "work.json"


def changed(row: Json) -> Json:
    """The certificate of a row {"twin", "path", "new"?}; without `new` the node is dropped."""
    return change(FILES[row["twin"]](), tuple(row["path"]), row.get("new", DELETE))


def name(row: Json) -> str:
    """The twin and a hash of the change."""
    place = json.dumps([row["path"], row.get("new", "DELETE")], sort_keys=True)
    return f"{row['twin']} {hashlib.sha256(place.encode()).hexdigest()[:8]}"


def holds(row: Json) -> bool:
    return bool(json.loads(json.dumps(answer(changed(row)))) == row["answer"])


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
        answer(certificate)
    finally:
        Budget.spend = plain  # type: ignore[method-assign]
    return spent

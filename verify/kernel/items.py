"""Lists of items that stand alone: each is accepted or rejected by itself, and an id is accepted once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import Reject

Json = Any
Outcome = dict[str, Any]
MALFORMED = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError, AssertionError,
             MemoryError)  # fmt: skip
"""What a reader of input that is not as described may raise; anything else is a fault of the kernel."""


def outcomes(items: list[Json], check: Callable[[Json], Outcome]) -> list[Outcome]:
    """Outcomes of the items, in order; `check` raises `Reject` for an item that it does not accept."""
    seen: set[str] = set()
    out = []
    for data in items:
        name = data.get("id") if type(data) is dict else None
        try:
            if type(name) is not str:
                raise Reject("an item has an id")
            if name in seen:
                raise Reject("the id is in use")
            seen.add(name)
            found = check(data)
        except Reject as e:
            found = {"id": name, "ok": False, "reason": str(e)}
        except MALFORMED as e:
            found = {"id": name, "ok": False, "reason": f"malformed: {type(e).__name__}: {str(e)[:80]}"}
        out.append(found)
    return out

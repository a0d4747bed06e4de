"""The sizes a kernel statement speaks of, in words. Read off the statement itself: a theorem that states it holds
for all values of the symbols left in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Data = Mapping[str, Any]


def scope_of(kernel: Sequence[Data]) -> str:
    """For all kernel statements of one statement together."""
    return "; ".join(dict.fromkeys(_one(statement["sig"]) for statement in kernel))


def _one(sig: Data) -> str:
    nat, letters = sig.get("nat", {}), sig.get("letters", {})
    depths = [row["index"][0][2] for row in letters.values() if row.get("chain")]
    sizes = [size for row in letters.values() for size in row.get("shape", ()) if isinstance(size, Mapping)]
    words: list[str] = []
    if depths:
        fixed = sorted({form.get("1", 0) for form in depths if not _symbols(form)})
        words += ["all depths"] if not fixed else [f"depth {' and '.join(map(str, fixed))} only"]
    if sig.get("dims"):
        words.append("all widths")
    if any(map(_symbols, sizes)):
        words.append("all dimensions")
    fixed = sorted({size.get("1", 0) for size in sizes if not _symbols(size)} - {1})
    if fixed:
        words.append(f"dimension {' and '.join(map(str, fixed))} only")
    counted = {s for form in (*depths, *sizes) for s in _symbols(form)}
    indices = {s for form in sig.get("assume", ()) for s, factor in form.items() if factor < 0}
    words += [f"all {s} >= {least}" for s, least in sorted(nat.items()) if s not in counted | indices]
    return ", ".join(words) or "all values"


def _symbols(form: Data) -> list[str]:
    return [s for s in form if s != "1"]

"""Traces of the twins and of one-place changes of them, most of which are rejected.

The changes are those that notice changes of the kernel's source; `python -m benchmarks.soundness.trace` finds them.
A row is [twin, hash], [twin, hash, path] for a dropped node, or [twin, hash, path, new].
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.kernel.traced import Trace, tracer

from .corpus import DELETE, change
from .files import FILES, answer

Json = Any
TRACES = Path(__file__).with_name("traces.json")


def certificate(row: Json) -> Json:
    whole = FILES[row[0]]()
    return whole if len(row) == 2 else change(whole, tuple(row[2]), row[3] if len(row) > 3 else DELETE)


def name(row: Json) -> str:
    """The twin, and a hash of the change."""
    if len(row) == 2:
        return str(row[0])
    return f"{row[0]} {hashlib.sha256(json.dumps(row[2:], sort_keys=True).encode()).hexdigest()[:8]}"


def trace(row: Json, only: str | None = None, into: Trace | None = None) -> Trace:
    """Of all functions, or of the one named."""
    data = certificate(row)
    return tracer().of(lambda: answer(data), only, into)


def write(rows: list[Json]) -> None:
    unique = {name(row): row for row in rows}
    text = ",\n".join(json.dumps(unique[n], separators=(",", ":")) for n in sorted(unique))
    TRACES.write_text(f"[\n{text}\n]\n", encoding="utf-8")


def read() -> list[Json]:
    found: list[Json] = json.loads(TRACES.read_text(encoding="utf-8"))
    return found


def record() -> None:
    """All twins, and the changes there are, with the hashes of today."""
    rows: list[Json] = [[twin, ""] for twin in FILES]
    rows += [row for row in read() if len(row) > 2 and row[0] in FILES]
    write([[row[0], trace(row).hash(), *row[2:]] for row in rows])

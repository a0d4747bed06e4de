"""The second checker's opinion on the items of a problem's certificate that the kernel accepts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import verify

CHECKER = Path(verify.__file__).parent / "second"
SECONDS = 300.0
Json = Any


@dataclass(frozen=True)
class Opinion:
    """How many items the second checker confirms or does not contradict, where it has none, and where it disagrees."""

    confirmed: int = 0
    tested: int = 0
    unable: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{self.confirmed} confirmed"] if self.confirmed else []
        parts += [f"{self.tested} not contradicted"] if self.tested or not parts else []
        return f"second checker: {', '.join(parts)}"


def opinion(path: Path, kernel: Mapping[str, Json], checker: Path = CHECKER) -> Opinion:
    """In a process of its own. `kernel`: outcomes by kind. Of items that the kernel rejects nothing is said."""
    command = [sys.executable, "-I", str(checker), str(path.resolve())]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return Opinion(unable=(f"it gave no answer within {SECONDS:g} s",))
    except ValueError:
        return Opinion(unable=("it gave no answer",))
    return compare(kernel, answer)


def compare(kernel: Mapping[str, Json], second: Mapping[str, Json]) -> Opinion:
    """Pure: the two answers side by side."""
    confirmed = tested = 0
    unable: list[str] = []
    against: list[str] = []
    for kind, items in kernel.items():
        others = {row["id"]: row for row in second.get(kind, []) if isinstance(row.get("id"), str)}
        for item in items:
            if item.get("ok") is not True:
                continue
            name = f"{kind} {item['id']}"
            other = others.get(item["id"])
            if other is None or other.get("unable"):
                reason = second.get("error", "no answer") if other is None else other.get("reason")
                unable.append(f"{name}: {reason}")
            elif other["ok"] is not True:
                against.append(f"{name}: the kernel accepts it; second checker: {other.get('reason')}")
            else:
                confirmed += other.get("how") == "confirmed"
                tested += other.get("how") != "confirmed"
    return Opinion(confirmed, tested, tuple(unable), tuple(against))

"""The second checker's opinion next to the kernel's: agreement, disagreement, or none.

The kernel decides verdicts. Where the other one says the opposite, one of the two is wrong, and that is an error of the
program whichever it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import verify
from verify.audit.replay import FileReplay, Limits, replay

CHECKER = Path(verify.__file__).parent / "crosscheck"


@dataclass(frozen=True)
class Disagreement:
    """One theorem or refutation on which the two checkers differ, with both reasons."""

    file: str
    item: str
    kernel: str
    second: str

    def __str__(self) -> str:
        return f"{self.file}: {self.item}: the checkers disagree. Kernel: {self.kernel}. Second: {self.second}."


@dataclass(frozen=True)
class Opinion:
    """On one file: how many items both accept or both reject, which the second cannot decide, and where they differ."""

    file: str
    agreed: int
    undecided: tuple[str, ...]
    disagreements: tuple[Disagreement, ...]
    error: str | None = None  # the second checker died on the file, or refuses it while the kernel does not


def opinions(
    files: Sequence[Path],
    kernel: Sequence[Mapping[str, Any]],
    limits: Limits | None = None,
    checker: Path = CHECKER,
    workers: int = 1,
) -> list[Opinion]:
    """`kernel` are the answers for each file: {"theorems": {id: result}, "refutations": {id: result}}."""
    second = replay(files, limits, checker, workers)
    return [compare(str(path), first, other) for path, first, other in zip(files, kernel, second, strict=True)]


def compare(file: str, first: Mapping[str, Any], second: FileReplay) -> Opinion:
    """Pure: the two answers side by side."""
    answered = first.get("theorems") or first.get("refutations")
    if second.crash is not None or (second.error is not None and answered):
        return Opinion(file, 0, (), (), second.crash or f"the second checker refuses the file: {second.error}")
    agreed, undecided, differ = 0, [], []
    for kind, word in (("theorems", "theorem"), ("refutations", "refutation")):
        mine: Mapping[str, Any] = first.get(kind) or {}
        theirs: Mapping[str, Any] = getattr(second, kind)
        for name in mine.keys() | theirs.keys():
            a, b = mine.get(name), theirs.get(name)
            if b is not None and b.get("unable"):
                undecided.append(f"{word} {name}: {_said(b)}")
            elif a is not None and b is not None and (a.get("ok") is True) == (b.get("ok") is True):
                agreed += 1
            else:
                differ.append(Disagreement(file, f"{word} {name}", _said(a), _said(b)))
    return Opinion(file, agreed, tuple(sorted(undecided)), tuple(sorted(differ, key=str)))


def _said(result: Mapping[str, Any] | None) -> str:
    if result is None:
        return "no answer"
    if result.get("ok") is True:
        return "accepted"
    where = f"at step {result['step']}, " if result.get("step") else ""
    return f"rejected {where}{result.get('reason')}"

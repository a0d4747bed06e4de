"""Instances that a longer search found once, kept beside the claim: `claims/<topic>/<slug>.instances.json`.

They are hints. What is recorded for a mutant or a dropped hypothesis is validated again from its JSON whenever it is
used, and counts for nothing if it does not stand; so a record that has grown old costs time and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SUFFIX = ".instances.json"


@dataclass(frozen=True)
class Recorded:
    """For one kernel statement: instances, and the number of one for mutants (by label) and hypotheses (by name)."""

    instances: tuple[Mapping[str, Any], ...] = ()
    mutants: Mapping[str, int] = field(default_factory=dict)
    necessity: Mapping[str, int] = field(default_factory=dict)

    def mutant(self, label: str) -> Mapping[str, Any] | None:
        """The instance recorded for a mutant, or None."""
        return self._at(self.mutants.get(label))

    def hypothesis(self, name: str) -> Mapping[str, Any] | None:
        """The instance recorded against the statement without a hypothesis, or None."""
        return self._at(self.necessity.get(name))

    def _at(self, number: int | None) -> Mapping[str, Any] | None:
        return self.instances[number] if number is not None and 0 <= number < len(self.instances) else None

    def to_json(self) -> dict[str, Any]:
        """The form in which it is written."""
        return {"instances": list(self.instances), "mutants": dict(self.mutants), "necessity": dict(self.necessity)}

    @staticmethod
    def from_json(data: object) -> Recorded:
        """What can be read of a record; nothing at all if it has another form."""
        if not isinstance(data, Mapping):
            return Recorded()
        instances = data.get("instances")
        rows = tuple(x if isinstance(x, Mapping) else {} for x in instances) if isinstance(instances, list) else ()
        return Recorded(rows, _numbers(data.get("mutants")), _numbers(data.get("necessity")))


def _numbers(data: object) -> dict[str, int]:
    rows = data.items() if isinstance(data, Mapping) else ()
    return {str(k): v for k, v in rows if type(v) is int}


def beside(claim: Path) -> Path:
    """Where the instances of a claim file are."""
    return claim.with_name(claim.stem + SUFFIX)


def read(claim: Path) -> dict[str, tuple[Recorded, ...]]:
    """Records by label, one for each kernel statement; empty if there is no such file or it cannot be read."""
    try:
        data = json.loads(beside(claim).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {k: tuple(Recorded.from_json(x) for x in v) for k, v in data.items() if isinstance(v, list)}


def write(claim: Path, records: Mapping[str, tuple[Recorded, ...]]) -> None:
    """Write the records of a claim, an instance a line; a file without any is removed."""
    target = beside(claim)
    lines: list[str] = []
    for label in sorted(records):
        parts = []
        for record in records[label]:
            rows = ",\n".join("   " + _line(x) for x in record.instances)
            parts.append(
                '  {"instances": [' + (f"\n{rows}" if rows else "") + "],\n"
                f'   "mutants": {_line(record.mutants)},\n   "necessity": {_line(record.necessity)}}}'
            )
        if any(record.instances for record in records[label]):
            lines.append(f" {json.dumps(label)}: [\n" + ",\n".join(parts) + "]")
    if lines:
        target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    elif target.exists():
        target.unlink()


def _line(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

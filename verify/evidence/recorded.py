"""What a longer search found once, kept beside the claim: `claims/<topic>/<slug>.instances.json`.

These are hints. An instance against a mutant or a dropped hypothesis is validated again from its JSON whenever it is
used, and counts for nothing if it does not stand; what the kernel settled it is asked again. So a record that has grown
old costs time, or hides that a search would find something now, and nothing else.
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
    """For one kernel statement: instances, and the number of one for mutants (by label) and hypotheses (by name).

    `settled` are mutants that the kernel settled, `open` mutants and hypotheses against which a long search found
    nothing: the kernel is asked about the former at once, and no search is repeated for the latter.
    """

    instances: tuple[Mapping[str, Any], ...] = ()
    mutants: Mapping[str, int] = field(default_factory=dict)
    necessity: Mapping[str, int] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()

    def mutant(self, label: str) -> Mapping[str, Any] | None:
        """The instance recorded for a mutant, or None."""
        return self._at(self.mutants.get(label))

    def hypothesis(self, name: str) -> Mapping[str, Any] | None:
        """The instance recorded against the statement without a hypothesis, or None."""
        return self._at(self.necessity.get(name))

    def joined(self, more: Recorded) -> Recorded:
        """This record with what `more` rejects besides; what is rejected now is no longer open."""
        first = len(self.instances)
        mutants = {k: first + v for k, v in more.mutants.items()}
        necessity = {k: first + v for k, v in more.necessity.items()}
        return Recorded(
            (*self.instances, *more.instances),
            {**self.mutants, **mutants},
            {**self.necessity, **necessity},
            self.settled,
            self.open - mutants.keys() - necessity.keys(),
        )

    def _at(self, number: int | None) -> Mapping[str, Any] | None:
        return self.instances[number] if number is not None and 0 <= number < len(self.instances) else None

    def to_json(self) -> dict[str, Any]:
        """The form in which it is written."""
        return {
            "instances": list(self.instances),
            "mutants": dict(self.mutants),
            "necessity": dict(self.necessity),
            "settled": sorted(self.settled),
            "open": sorted(self.open),
        }

    @staticmethod
    def from_json(data: object) -> Recorded:
        """What can be read of a record; nothing at all if it has another form."""
        if not isinstance(data, Mapping):
            return Recorded()
        instances = data.get("instances")
        rows = tuple(x if isinstance(x, Mapping) else {} for x in instances) if isinstance(instances, list) else ()
        return Recorded(
            rows,
            _numbers(data.get("mutants")),
            _numbers(data.get("necessity")),
            _names(data.get("settled")),
            _names(data.get("open")),
        )


def _numbers(data: object) -> dict[str, int]:
    rows = data.items() if isinstance(data, Mapping) else ()
    return {str(k): v for k, v in rows if type(v) is int}


def _names(data: object) -> frozenset[str]:
    return frozenset(x for x in data if isinstance(x, str)) if isinstance(data, list) else frozenset()


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
                f'   "mutants": {_line(record.mutants)},\n   "necessity": {_line(record.necessity)},\n'
                f'   "settled": {_line(sorted(record.settled))},\n   "open": {_line(sorted(record.open))}}}'
            )
        if any(record != Recorded() for record in records[label]):
            lines.append(f" {json.dumps(label)}: [\n" + ",\n".join(parts) + "]")
    if lines:
        target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    elif target.exists():
        target.unlink()


def _line(data: object) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

"""Which certificates were made from the files that are here now.

An audit that writes certificates notes for each a hash of everything that decided it: sources of the engine, the claim
file and what is kept beside it, other claim files it read, the certificate itself. While that hash comes out again, a
search would start from the same bytes, and the certificate may be validated instead: replayed, its evidence evaluated
again, its statements compared with those of the claim file. Versions of libraries are not part of it: instances found
with another version stand by validation, not by where they came from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.audit.cache import file_hash, inputs
from verify.audit.certificate import sha256, write_atomically
from verify.audit.sources import Source


@dataclass(frozen=True)
class Kept:
    """A certificate that is current: its text, and why anything in it is missing."""

    certificate: str
    notes: Mapping[str, list[str]]


class Provenance:
    """The notes in one file. What cannot be read, or does not fit, is as if it were not there."""

    def __init__(self, path: Path, salt: str) -> None:
        self.path = path
        self._salt = salt  # engine, settings
        self._entries = _read(path)

    def current(self, source: Source, folder: Path) -> Kept | None:
        """The certificate of a claim below `folder`, if it was made from the present files; else None."""
        entry = self._entries.get(source.id)
        try:
            certificate = (folder / source.topic / f"{source.slug}.json").read_text(encoding="utf-8")
            reads, notes, known = entry["reads"], entry["notes"], entry["hash"]  # type: ignore[index]
            if known != self._hash(source, certificate, [str(name) for name in reads], notes):
                return None
        except (OSError, UnicodeDecodeError, LookupError, TypeError):
            return None
        return Kept(certificate, notes)

    def note(self, source: Source, certificate: str, notes: Mapping[str, Any], reads: Mapping[str, str | None]) -> None:
        """What a certificate was just made from; `reads` has hashes of the other files by path."""
        root = source.root.resolve()
        names = sorted(Path(name).relative_to(root).as_posix() for name in reads)
        plain = {label: list(lines) for label, lines in notes.items()}
        found = self._hash(source, certificate, names, plain)
        self._entries[source.id] = {"hash": found, "notes": plain, "reads": names}

    def forget(self, source: Source) -> None:
        """Nothing is known about a claim that could not be audited."""
        self._entries.pop(source.id, None)

    def write(self) -> None:
        """Write the notes, unless the same bytes are there."""
        text = json.dumps({"claims": self._entries}, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
        if not self.path.is_file() or self.path.read_bytes() != text.encode():
            write_atomically(self.path, text)

    def _hash(self, source: Source, certificate: str, reads: list[str], notes: Mapping[str, Any]) -> str:
        others = [f"{name} {file_hash(source.root / name)}" for name in reads]
        said = json.dumps(notes, sort_keys=True)
        return sha256("\n".join([self._salt, *inputs(source), *others, said, sha256(certificate)]))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["claims"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return dict(found) if isinstance(found, dict) else {}

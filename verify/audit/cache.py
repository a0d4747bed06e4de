"""A content-addressed cache: the same bytes need not be audited twice.

The key covers the engine's source (kernel, statement, tactics, numeric, evidence, audit), the versions of
Python and of the libraries it searches with, the settings and the claim file. An entry also lists every
other claim file that was read, with its hash. So a cached replay is a replay of the same bytes by the same
kernel. `recheck` never reads the cache.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import verify
from verify.audit.certificate import sha256, write_atomically
from verify.audit.sources import Source

ENGINE_FOLDERS = ("kernel", "statement", "tactics", "numeric", "evidence", "audit")
LIBRARIES = ("hypothesis", "mpmath", "numpy", "python-flint", "sympy")


def file_hash(path: Path) -> str | None:
    """SHA-256 of the file at `path`, or None if it cannot be read."""
    try:
        return sha256(path.read_bytes())
    except OSError:
        return None


def tree_hash(folder: Path) -> str:
    """Names and contents of everything in a folder but compiled files."""
    parts = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = Path(base) / name
            if path.suffix not in (".pyc", ".pyo"):
                parts.append(f"{path.relative_to(folder).as_posix()} {file_hash(path)}")
    return sha256("\n".join(parts))


@functools.cache
def library_versions() -> str:
    """Python, machine, and the versions of the libraries that searches depend on, in one line."""
    found = [platform.python_implementation(), platform.python_version(), platform.machine()]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} absent")
    return "; ".join(found)


def engine_hash() -> str:
    """A hash of the sources of the engine."""
    home = Path(verify.__file__).parent
    return sha256("\n".join(f"{n} {tree_hash(home / n)}" for n in ENGINE_FOLDERS))


def inputs(source: Source) -> list[str]:
    """Name, place and content of a claim file and of what is read beside it; not where its folder is."""
    path = source.path
    beside = sorted(path.parent.glob(f"{path.stem}.*.json"))  # what searches recorded about the claim
    tables = [*beside, source.root / "sources.json", *sorted((source.root / "register").glob("*.json"))]
    place = Path(os.path.relpath(path, source.root)).as_posix()
    return [source.topic, source.slug, place, *(f"{t.name} {file_hash(t)}" for t in (path, *tables))]


class Cache:
    """Entries under `folder`, one file each. A damaged or outdated entry is a miss."""

    def __init__(self, folder: Path, salt: str) -> None:
        self.folder = folder
        self._salt = salt  # engine, settings

    def key(self, source: Source) -> str:
        """The key of a claim file: the salt, its name, place and content, and what is read beside it."""
        return sha256("\n".join([self._salt, str(source.path.resolve()), *inputs(source)]))

    def get(self, key: str) -> tuple[dict[str, Any], dict[str, str | None]] | None:
        """The value under `key` and what it depends on, if the entry is whole and nothing of that changed."""
        try:
            head, _, body = self._file(key).read_text(encoding="utf-8").partition("\n")
            if sha256(body) != head:
                return None
            entry = json.loads(body)
        except (OSError, UnicodeDecodeError, ValueError):
            return None
        depends = entry.get("depends", {})
        if any(file_hash(Path(name)) != known for name, known in depends.items()):
            return None
        return entry["value"], depends

    def put(self, key: str, value: Mapping[str, Any], depends: Mapping[str, str | None]) -> None:
        """Store `value` under `key`; `depends` are hashes of the other files it was made from."""
        body = json.dumps({"depends": dict(depends), "value": value}, sort_keys=True)
        write_atomically(self._file(key), f"{sha256(body)}\n{body}")

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.json"

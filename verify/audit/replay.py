"""The kernel in processes of its own: many files, bounded time and memory, every end an outcome."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import verify

try:
    import resource
except ImportError:  # not on Windows: only the wall clock guards there
    resource = None  # type: ignore[assignment]

KERNEL = Path(verify.__file__).parent / "kernel"
GIB = 1024**3


@dataclass(frozen=True)
class Limits:
    """A safety net for one kernel process; verdicts depend on budgets, not on these."""

    seconds: float = 300.0
    memory: int = 4 * GIB


@dataclass(frozen=True)
class FileReplay:
    """What the kernel said about one file: results by id, or why there are none."""

    file: str
    theorems: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refutations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    error: str | None = None  # the kernel refuses the file as a whole
    crash: str | None = None  # the kernel died on the file


def replay(
    files: Sequence[Path], limits: Limits | None = None, kernel: Path = KERNEL, workers: int = 1
) -> list[FileReplay]:
    """Answers in the order of the files, from at most `workers` processes that share the files out among them.

    If a process dies on a file, that file is named and a new process takes the rest of its share.
    """
    limits = limits or Limits()
    parts = shares([_size(path) for path in files], workers)
    answers: dict[int, FileReplay] = {}
    with ThreadPoolExecutor(len(parts)) as pool:
        found = pool.map(lambda part: _share([files[k] for k in part], limits, kernel), parts)
        for part, replays in zip(parts, found, strict=True):
            answers.update(zip(part, replays, strict=True))
    return [answers[k] for k in range(len(files))]


def shares(sizes: Sequence[int], parts: int) -> list[list[int]]:
    """Places 0, 1, .. in at most `parts` groups of about equal size, each in order."""
    groups: list[list[int]] = [[] for _ in range(max(1, min(parts, len(sizes))))]
    loads = [0] * len(groups)
    for k in sorted(range(len(sizes)), key=lambda k: (-sizes[k], k)):
        least = loads.index(min(loads))
        groups[least].append(k)
        loads[least] += sizes[k] + 1  # a file of unknown size counts, too
    return [sorted(group) for group in groups]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _share(files: Sequence[Path], limits: Limits, kernel: Path) -> list[FileReplay]:
    """One process for all files; if it dies on a file, that file is named and a new one takes the rest."""
    done: list[FileReplay] = []
    left = list(files)
    while left:
        answers, end = _run(left, limits, kernel)
        for path, line in zip(left, answers, strict=False):
            done.append(_parse(path, line))
        left = left[len(answers) :]
        if left:
            done.append(FileReplay(str(left[0]), crash=f"the kernel {end} while it replayed {left[0]}"))
            left = left[1:]
    return done


def _run(files: Sequence[Path], limits: Limits, kernel: Path) -> tuple[list[str], str]:
    """The complete lines the kernel printed, and how it ended."""
    command = [sys.executable, "-I", "-S", str(kernel), *(str(file.resolve()) for file in files)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"LC_ALL": "C.UTF-8"},
    )
    _limit(process.pid, limits)
    began = time.monotonic()
    try:
        out, err = process.communicate(timeout=limits.seconds)
        code = process.returncode
        if code < 0:
            end = f"was killed by signal {-code} after {time.monotonic() - began:.0f} s"
        else:
            last = err.decode(errors="replace").strip().splitlines()
            end = f"stopped with code {code}" + (f" ({last[-1][:200]})" if last else "")
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
        end = f"ran out of time ({limits.seconds:g} s)"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    text = out.decode(errors="replace")
    lines = text.split("\n")[:-1]  # what follows the last newline is a torn line
    return [line for line in lines if line.strip()][: len(files)], end


def _limit(pid: int, limits: Limits) -> None:
    if resource is None or not hasattr(resource, "prlimit") or os.name != "posix":
        return
    cpu = int(limits.seconds) + 1
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (limits.memory, limits.memory))
        resource.prlimit(pid, resource.RLIMIT_CPU, (cpu, cpu))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
    except (ProcessLookupError, PermissionError, ValueError):
        return  # it has ended already, or a tighter limit holds


def _parse(path: Path, line: str) -> FileReplay:
    """One line of the kernel: {"file", "theorems": [..], "refutations": [..]} or {"file", "error"}."""
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return FileReplay(str(path), crash=f"the kernel printed something unreadable for {path}")
    if data.get("error") is not None:
        return FileReplay(str(path), error=str(data["error"]))
    theorems, refutations = _results(data.get("theorems")), _results(data.get("refutations", []))
    if theorems is None or refutations is None:
        return FileReplay(str(path), crash=f"the kernel gave no list of results for {path}")
    return FileReplay(str(path), theorems, refutations)


def _results(items: object) -> dict[str, Mapping[str, Any]] | None:
    """Results by id; a rejected entry without a usable id gets its place as a name."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return None
    found: dict[str, Mapping[str, Any]] = {}
    for number, item in enumerate(items, 1):
        name = item.get("id") if isinstance(item.get("id"), str) else f"number {number}"
        if name in found:  # two of one name: neither counts
            item = {**item, "ok": False, "reason": "its id is in use"}
        found[name] = item
    return found

"""The cases a mutant meets: the tests of the kernel and the must-fail corpus, each in a process that is thrown away.

pytest collects the cases once. A first pass without mutants records which lines of the kernel each case executes and
how long it takes; a mutant then meets, in a forked child, the cases that execute its line, the cheapest first, until
one fails. Left out are randomised tests, whose verdict is not a property of the mutant alone, and long sweeps (SWEEPS).
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from . import mutants as mu

FOLDERS = ("tests/kernel", "tests/must_fail")
SWEEPS = ("test_corruptions", "test_malformed")
FEWEST_SECONDS = 1.0  # of processor time for one case
PATIENCE = 20.0  # times the case's own time
MEMORY = 4 * 1024**3
SURVIVED, PASSED = -1, 0xFFFFFFFF


@dataclass(frozen=True)
class Case:
    name: str
    item: Any
    seconds: float
    lines: frozenset[tuple[str, int]]


@dataclass
class Book:
    """Runs `work` on the collected cases inside one pytest session."""

    work: Callable[[list[Case]], None]
    wanted: frozenset[str] | None = None  # names; None for all
    failed: list[str] = field(default_factory=list)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [
            i
            for i in items
            if not (getattr(i.obj, "is_hypothesis_test", False) or i.originalname.startswith(SWEEPS))
            and (self.wanted is None or i.nodeid in self.wanted)
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        cases = [self._first(item) for item in session.items]
        if not self.failed:
            self.work([c for c in cases if c is not None])
        return True

    def _first(self, item: Any) -> Case | None:
        lines: set[tuple[str, int]] = set()
        began = time.process_time()
        with recording(lines):
            fine = passes(item)
        if not fine:
            self.failed.append(item.nodeid)
            return None
        if lines:
            began = time.process_time()
            passes(item)
        return Case(item.nodeid, item, time.process_time() - began, frozenset(lines))


def collect(work: Callable[[list[Case]], None], wanted: frozenset[str] | None = None) -> list[str]:
    """Names of the cases that fail without any mutant; nothing else is done if there is one."""
    book = Book(work, wanted)
    sys.setrecursionlimit(20_000)
    pytest.main([*FOLDERS, "-qq", "-s", "-p", "no:cacheprovider"], plugins=[book])
    return book.failed


def passes(item: Any) -> bool:
    """Run a pytest item, or anything with a method `passes`."""
    if hasattr(item, "passes"):
        try:
            return bool(item.passes())
        except Exception:
            return False
    from _pytest.runner import runtestprotocol

    return all(not r.failed for r in runtestprotocol(item, log=False, nextitem=None))


@contextlib.contextmanager
def recording(lines: set[tuple[str, int]]) -> Iterator[None]:
    home = str(mu.HOME) + os.sep
    known: dict[str, str | None] = {}

    def module(path: str) -> str | None:
        if path not in known:
            known[path] = ".".join(Path(path[len(home) :]).with_suffix("").parts) if path.startswith(home) else None
        return known[path]

    def local(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            name = module(frame.f_code.co_filename)
            assert name is not None
            lines.add((name, frame.f_lineno))
        return local

    def whole(frame: FrameType, event: str, argument: Any) -> Any:
        return local if module(frame.f_code.co_filename) is not None else None

    mu.forget()
    sys.settrace(whole)
    try:
        yield
    finally:
        sys.settrace(None)


# ---- mutants in forked children -----------------------------------------------------------------------------------


@dataclass
class _Child:
    mutant: mu.Mutant
    pid: int
    pipe: int
    began: float
    allowed: float  # seconds on the clock: a child that sleeps costs no processor time
    last: int = PASSED


def judge(
    mutants: Sequence[mu.Mutant],
    order: Callable[[mu.Mutant], Sequence[tuple[int, Case]]],
    workers: int,
    done: Callable[[mu.Mutant, int], None],
) -> None:
    """Report for each mutant the number of the case that noticed it, or SURVIVED.

    `order` is asked for the cases of a mutant when its turn comes, so that it can learn from those before."""
    waiting = list(mutants)[::-1]
    running: list[_Child] = []
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                mutant = waiting.pop()
                cases = order(mutant)
                if cases:
                    running.append(_start(mutant, cases))
                else:
                    done(mutant, SURVIVED)
            ready, _, _ = select.select([c.pipe for c in running], [], [], 1.0)
            for c in list(running):
                if c.pipe in ready and _finished(c):
                    running.remove(c)
                    done(c.mutant, SURVIVED if c.last == PASSED else c.last)
                elif time.monotonic() - c.began > c.allowed:
                    os.kill(c.pid, signal.SIGKILL)
    finally:
        for c in running:
            os.kill(c.pid, signal.SIGKILL)
            os.waitpid(c.pid, 0)


def _start(mutant: mu.Mutant, cases: Sequence[tuple[int, Case]]) -> _Child:
    here, there = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(here)
        _child(mutant, cases, there)
    os.close(there)
    allowed = 60 + 20 * sum(max(FEWEST_SECONDS, PATIENCE * c.seconds) for _, c in cases[:20])
    return _Child(mutant, pid, here, time.monotonic(), allowed)


def _finished(c: _Child) -> bool:
    data = os.read(c.pipe, 65536)
    if data:
        c.last = struct.unpack("=I", data[-4:])[0]
        return False
    os.close(c.pipe)
    os.waitpid(c.pid, 0)
    return True


def _child(mutant: mu.Mutant, cases: Sequence[tuple[int, Case]], pipe: int) -> None:
    """Writes the number of each case before it is run, and PASSED at the end if none failed."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        if cases:
            os.write(pipe, struct.pack("=I", cases[0][0]))
        mu.apply(mutant)
        for number, case in cases:
            os.write(pipe, struct.pack("=I", number))
            signal.setitimer(signal.ITIMER_PROF, max(FEWEST_SECONDS, PATIENCE * case.seconds))
            if not passes(case.item):
                os._exit(0)
        os.write(pipe, struct.pack("=I", PASSED))
    finally:
        os._exit(0)

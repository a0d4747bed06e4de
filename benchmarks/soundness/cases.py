"""The cases a mutant meets: the tests of the kernel and the must-fail corpus, each in a process that is thrown away.

pytest collects the tests once; recorded answers of parts of the kernel, single calls, and changes of the twins, of
which there are thousands and which its tests take many at once, are run without it, one by one. A first pass without
mutants records which lines of the kernel each case executes and how long it takes (kept in .verify-cache, by the hash
of the kernel and of the case). A mutant then meets, in a forked child, the cases that execute its line, the likeliest
first, until one fails. Left out are randomised tests, whose verdict is not a property of the mutant alone, and long
sweeps (SWEEPS).
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import pickle
import resource
import select
import signal
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from tests.kernel import calls, recorded
from tests.kernel.traced import tracer
from tests.must_fail import files, pinned, test_corpus, traces

from . import mutants as mu

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".verify-cache" / "mutation"
FOLDERS = ("tests/kernel", "tests/must_fail")
SWEEPS = ("test_corruptions", "test_malformed", "test_signs_of_polynomials", "test_functions_enclose_their_values")
LISTS = ("test_every_question_is_recorded", "test_every_twin_is_recorded")
BATCHES = {"rows", "names", "twins", "entries"}  # arguments of tests that take many cases at once: see `light`
FEWEST_SECONDS = 0.2  # of processor time for one case
PATIENCE = 20.0  # times the case's own time
MEMORY = 4 * 1024**3
SILENCE = 90.0  # seconds of processor time after which a process that says nothing is ended
SURVIVED = -1

Json = Any
Lines = frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Case:
    name: str
    item: Any
    seconds: float
    lines: Lines


@dataclass(frozen=True)
class Light:
    """A case in one call; `content` is what it depends on besides the code of the tests."""

    name: str
    run: Callable[[], bool]
    content: str

    def passes(self) -> bool:
        return self.run()


def recorded_answer(name: str, want: str) -> bool:
    return recorded.answer(name) == want


def spends(name: str, want: int) -> bool:
    return pinned.work(files.FILES[name]()) == want


def leaves(row: Json) -> bool:
    return traces.trace(row).hash() == row[1]


def rejected(entry: Any) -> bool:
    test_corpus.is_rejected(entry)
    return True


def accepted(twin: str) -> bool:
    return all(isinstance(part, dict) for part in files.answer(files.FILES[twin]()))


def light() -> Iterator[Light]:
    for name, want in json.loads(recorded.RECORDED.read_text(encoding="utf-8")).items():
        yield Light(f"recorded {name}", partial(recorded_answer, name, want), want)
    for row in json.loads(pinned.PINNED.read_text(encoding="utf-8")):
        yield Light(f"pinned {pinned.name(row)}", partial(pinned.holds, row), json.dumps(row))
    for name, spent in json.loads(pinned.WORK.read_text(encoding="utf-8")).items():
        yield Light(f"work {name}", partial(spends, name, spent), str(spent))
    for row in traces.read():
        yield Light(f"traced {traces.name(row)}", partial(leaves, row), json.dumps(row))
    for twin in files.FILES:
        yield Light(f"accepted {twin}", partial(accepted, twin), "")
    labels: Counter[str] = Counter()
    for entry in test_corpus.ENTRIES:
        label = test_corpus.label(entry)
        labels[label] += 1
        yield Light(f"changed {label} ({labels[label]})", partial(rejected, entry), "")
    for row in calls.read():
        yield Light(f"called {calls.name_of(row)}", partial(calls.holds, row), json.dumps(row))


def corpus_hash(data: bool = True) -> str:
    """Of the code of the tests and, unless told otherwise, of what is recorded beside it."""
    whole = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py" if not data else "*.[pj]*")):
            if path.suffix in (".py", ".json"):
                whole.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return whole.hexdigest()


def shared(lines: Iterable[tuple[str, int]], known: dict[tuple[str, int], tuple[str, int]]) -> Lines:
    """The same lines as one object each: thousands of cases execute them."""
    return frozenset(known.setdefault(x, x) for x in lines)


class Memory:
    """Time and lines of cases, from one run to the next."""

    def __init__(self, of: str = "cases") -> None:
        self.path = CACHE / f"{of}-{mu.kernel_hash()[:20]}.pickle"
        self.code = corpus_hash(data=False)
        self.rows: dict[str, tuple[float, Lines]] = {}
        with contextlib.suppress(OSError, EOFError, pickle.UnpicklingError):
            self.rows = pickle.loads(self.path.read_bytes())
        self.known: dict[tuple[str, int], tuple[str, int]] = {}
        self.new = 0

    def key(self, name: str, content: str) -> str:
        return hashlib.sha256(f"{'' if content else self.code} {name} {content}".encode()).hexdigest()

    def put(self, key: str, seconds: float, lines: Lines) -> None:
        self.rows[key] = seconds, lines
        self.new += 1
        if self.new % 5000 == 0:
            self.save()

    def save(self) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(self.rows))
        part.replace(self.path)


def first(item: Any, name: str, content: str, memory: Memory) -> Case | None:
    """The case with its lines and its time, or None if it fails without any mutant."""
    key = memory.key(name, content)
    if key not in memory.rows:
        lines: set[tuple[str, int]] = set()
        with recording(lines):
            fine = passes(item)
        if not fine:
            return None
        began = time.process_time()
        if lines:
            passes(item)
        memory.put(key, time.process_time() - began, frozenset(lines))
    seconds, found = memory.rows[key]
    return Case(name, item, seconds, shared(found, memory.known))


def brief(item: Any, name: str) -> Case | None:
    """The same without its lines."""
    began = time.process_time()
    fine = passes(item)
    return Case(name, item, time.process_time() - began, frozenset()) if fine else None


@dataclass
class Book:
    """Runs `work` on the collected cases inside one pytest session."""

    work: Callable[[list[Case]], None]
    more: Iterable[Light] = ()
    only: Set[str | None] | None = None  # names of the cases that are wanted; their lines are not
    failed: list[str] = field(default_factory=list)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [
            i
            for i in items
            if not (getattr(i.obj, "is_hypothesis_test", False) or i.originalname.startswith((*SWEEPS, *LISTS)))
            and not BATCHES & set(i.fixturenames)
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        memory = Memory()
        cases = []
        for item, name, content in (
            *((i, i.nodeid, "") for i in session.items),
            *((x, x.name, x.content) for x in (*light(), *self.more)),
        ):
            if self.only is not None and name not in self.only:
                continue
            case = first(item, name, content, memory) if self.only is None else brief(item, name)
            if case is None:
                self.failed.append(name)
            else:
                cases.append(case)
        if self.only is None:
            memory.save()
        del memory
        if not self.failed:
            gc.collect()
            gc.freeze()  # what is shared with the children is not touched by them
            self.work(cases)
        return True


def collect(
    work: Callable[[list[Case]], None], more: Iterable[Light] = (), only: Set[str | None] | None = None
) -> list[str]:
    """Names of the cases that fail without any mutant; nothing else is done if there is one."""
    book = Book(work, more, only)
    sys.setrecursionlimit(20_000)
    pytest.main([*FOLDERS, "-qq", "-s", "-n0", "-p", "no:cacheprovider"], plugins=[book])
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
    seen: set[tuple[CodeType, int]] = set()
    ours: dict[CodeType, bool] = {}

    def local(frame: FrameType, event: str, argument: Any) -> Any:
        seen.add((frame.f_code, frame.f_lineno))
        return local

    def whole(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if code not in ours:
            ours[code] = code.co_filename.startswith(home)
        return local if ours[code] else None

    mu.forget()
    sys.settrace(whole)
    try:
        yield
    finally:
        sys.settrace(None)
        for code, line in seen:
            lines.add((".".join(Path(code.co_filename[len(home) :]).with_suffix("").parts), line))


# ---- mutants in forked children -----------------------------------------------------------------------------------

BEGINS, NOTICES, LIVES, FAULT = range(4)
RECORD = struct.Struct("=III")  # what, which mutant of the group, which case


class Slow(BaseException):
    """A case takes much longer than it did."""


@dataclass
class _Child:
    group: list[mu.Mutant]
    pid: int
    pipe: int
    heard: float  # its processor time when it said something last
    last: tuple[int, int] | None = None  # mutant and case that are running
    rest: bytes = b""


def judge(
    mutants: Sequence[mu.Mutant],
    order: Callable[[mu.Mutant], Sequence[tuple[int, Case]]],
    workers: int,
    done: Callable[[mu.Mutant, int], None],
    learn: Callable[[mu.Mutant, int], None],
    together: int = 50,
) -> None:
    """Report for each mutant the number of the case that noticed it, or SURVIVED.

    Up to `together` mutants of one definition share a process, one after the other; a mutant that ends its process has
    been noticed. `order` is asked for the cases of a mutant when its turn comes, so that it can `learn` from those
    before, in the child as in the parent."""
    tracer()  # made here, once: a child that makes it while a case runs would seem to be slow
    waiting = _groups(mutants, together)[::-1]
    running: list[_Child] = []
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                running.append(_start(waiting.pop(), order, learn))
            ready, _, _ = select.select([c.pipe for c in running], [], [], 1.0)
            for c in list(running):
                if c.pipe in ready:
                    c.heard = spent(c.pid)
                    if not _read(c, done, learn):
                        continue
                    running.remove(c)
                    if c.group:  # it ended early
                        m = c.group.pop(0)
                        by = c.last[1] if c.last is not None else SURVIVED
                        learn(m, by)
                        done(m, by)
                        waiting.append(c.group) if c.group else None
                elif spent(c.pid) - c.heard > SILENCE:
                    os.kill(c.pid, signal.SIGKILL)
    finally:
        for c in running:
            os.kill(c.pid, signal.SIGKILL)
            os.waitpid(c.pid, 0)


def _groups(mutants: Sequence[mu.Mutant], together: int) -> list[list[mu.Mutant]]:
    out: list[list[mu.Mutant]] = []
    for m in mutants:
        if out and out[-1][0].definition.name == m.definition.name and len(out[-1]) < together:
            out[-1].append(m)
        else:
            out.append([m])
    return out


def _start(group: list[mu.Mutant], order: Any, learn: Any) -> _Child:
    here, there = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(here)
        _child(group, order, learn, there)
    os.close(there)
    return _Child(list(group), pid, here, 0.0)


def spent(pid: int) -> float:
    """Processor time of a process: the clock says nothing where it waits for others."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _read(c: _Child, done: Callable[[mu.Mutant, int], None], learn: Callable[[mu.Mutant, int], None]) -> bool:
    """Take in what the child says; True when it has ended."""
    data = os.read(c.pipe, 65536)
    if not data:
        os.close(c.pipe)
        os.waitpid(c.pid, 0)
        return True
    data = c.rest + data
    whole = len(data) - len(data) % RECORD.size
    c.rest = data[whole:]
    for what, number, case in RECORD.iter_unpack(data[:whole]):
        if what == FAULT:
            raise RuntimeError(f"this mutant cannot be made: {c.group[0].id}")
        c.last = (number, case)
        if what != BEGINS:
            m, by = c.group.pop(0), case if what == NOTICES else SURVIVED
            c.last = None
            learn(m, by)
            done(m, by)
    return False


def _child(group: list[mu.Mutant], order: Any, learn: Any, pipe: int) -> None:
    """Says which case begins and how each mutant fares."""

    def slow(number: int, frame: Any) -> None:
        raise Slow

    def say(what: int, number: int, case: int) -> None:
        os.write(pipe, RECORD.pack(what, number, case))

    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.signal(signal.SIGPROF, slow)
        for k, mutant in enumerate(group):
            try:
                undo = mu.apply(mutant)
            except BaseException:
                say(FAULT, k, 0)
                raise
            by = SURVIVED
            for number, case in order(mutant):
                say(BEGINS, k, number)
                fine = False
                with contextlib.suppress(Slow):
                    signal.setitimer(signal.ITIMER_PROF, max(FEWEST_SECONDS, PATIENCE * case.seconds))
                    fine = passes(case.item)
                    signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_PROF, 0)
                if not fine:
                    by = number
                    break
            undo()
            learn(mutant, by)
            say(LIVES if by == SURVIVED else NOTICES, k, max(by, 0))
    finally:
        os._exit(0)

"""Two passes over many items in forked processes that stay: results in order, the first failure raised, progress."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Generic, TypeVar

A = TypeVar("A")  # an item
K = TypeVar("K")  # what is known of it after the first pass, which stays in its process
N = TypeVar("N")  # what the caller learns of it
S = TypeVar("S")  # what the caller makes of all of these
B = TypeVar("B")  # the result for an item
FEWEST = 24  # items for which a second process is worth its start
DIED = "a process that renders pages died"
Row = tuple[int, Any, Exception | None]  # place of an item, result, failure
Rows = queue.SimpleQueue[tuple[int, bytes | None]]  # number of a process, a row that it sent; None: it has ended


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: over the data of many claims it takes a third of the time and finds nothing."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


@dataclass(frozen=True)
class Passes(Generic[A, N, K, S, B]):
    """`first` gives what the caller learns and what stays; `meet` sees all that was learned; `second` ends an item.

    What the caller learns, what it makes of it and the results must be picklable; what stays need not be. `meanwhile`
    is what the caller does beside the second pass.
    """

    first: Callable[[A], tuple[N, K]]
    meet: Callable[[Sequence[N]], S]
    second: Callable[[A, K, S], B]
    meanwhile: Callable[[], None] = lambda: None


def relay(
    passes: Passes[A, N, K, S, B],
    items: Sequence[A],
    workers: int,
    read: Callable[[], None],
    done: Callable[[], None],
) -> list[B]:
    """`second(item, kept, meet(all learned))` for each item; `read` and `done` are called after each, in each
    pass.

    A process takes every so-manieth item and sees what the caller sees, without a copy. Where there is no fork,
    or little to do, nothing is forked. Raises ChildProcessError if a process ends early.
    """
    workers = min(workers, len(items) // FEWEST)
    if workers < 2 or not hasattr(os, "fork"):
        learned, kept = [], []
        for item in items:
            note, stays = passes.first(item)
            learned.append(note)
            kept.append(stays)
            read()
        shared = passes.meet(learned)
        passes.meanwhile()
        out = []
        for item, stays in zip(items, kept, strict=True):
            out.append(passes.second(item, stays, shared))
            done()
        return out
    children = [_child(passes, items, range(number, len(items), workers)) for number in range(workers)]
    rows: Rows = queue.SimpleQueue()
    readers = [threading.Thread(target=_read, args=(n, c.answers, rows), daemon=True) for n, c in enumerate(children)]
    for reader in readers:  # after the last fork: a thread does not survive one
        reader.start()
    try:
        notes = _gather(rows, children, read)
        told = pickle.dumps(passes.meet(notes), pickle.HIGHEST_PROTOCOL)
        for child in children:
            try:
                child.orders.write(told)
                child.orders.flush()
            except BrokenPipeError as gone:
                raise ChildProcessError(DIED) from gone
        passes.meanwhile()
        return _gather(rows, children, done)
    except BaseException:
        for child in children:
            os.kill(child.pid, signal.SIGKILL)  # not waited for yet, so the number is still its own
        raise
    finally:
        for child, reader in zip(children, readers, strict=True):
            _close(child.orders)
            reader.join()
            child.answers.close()
            os.waitpid(child.pid, 0)


@dataclass(frozen=True)
class _Child:
    pid: int
    items: range  # their places
    orders: BinaryIO
    answers: BinaryIO


def _close(pipe: BinaryIO) -> None:
    with contextlib.suppress(BrokenPipeError):  # its process is gone, which the caller has noticed
        pipe.close()


def _read(number: int, pipe: BinaryIO, rows: Rows) -> None:
    """All rows of a process as they come, then None; so no process waits while the caller is busy."""
    while (row := _receive(pipe)) is not None:
        rows.put((number, row))
    rows.put((number, None))


def _gather(rows: Rows, children: Sequence[_Child], done: Callable[[], None]) -> list[Any]:
    """The rows of one pass, in the order of the items; a failure is raised when all rows are there."""
    found: dict[int, Any] = {}
    failures: dict[int, Exception] = {}
    owed = [len(child.items) for child in children]
    while any(owed):
        number, data = rows.get()
        if data is None:
            if owed[number]:
                raise ChildProcessError(DIED)
            continue
        owed[number] -= 1
        place, value, error = pickle.loads(data)
        if error is not None:
            failures[place] = error
        else:
            found[place] = value
            done()
    if failures:
        raise failures[min(failures)]
    return [found[place] for place in sorted(found)]


def _child(passes: Passes[A, N, K, S, B], items: Sequence[A], mine: range) -> _Child:
    """Start a process that does both passes over its items and writes a row for each, each time."""
    answers, out = os.pipe()
    orders, told = os.pipe()
    pid = os.fork()
    if pid:
        os.close(out)
        os.close(orders)
        return _Child(pid, mine, os.fdopen(told, "wb"), os.fdopen(answers, "rb"))
    code = 1
    try:
        os.close(answers)
        os.close(told)
        with os.fdopen(out, "wb") as writable, os.fdopen(orders, "rb") as readable:
            kept: dict[int, K] = {}
            for place in mine:
                note: N | None = None
                error: Exception | None = None
                try:
                    note, kept[place] = passes.first(items[place])
                except Exception as failure:
                    error = failure
                _send(writable, (place, note, error))
            shared: S = pickle.load(readable)
            for place in mine:
                result: B | None = None
                error = None
                try:
                    result = passes.second(items[place], kept[place], shared)
                except Exception as failure:
                    error = failure
                _send(writable, (place, result, error))
        code = 0
    finally:
        os._exit(code)


def _send(pipe: BinaryIO, row: Row) -> None:
    """A row with its length before it."""
    data = pickle.dumps(row, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(data).to_bytes(8, "big") + data)
    pipe.flush()


def _receive(pipe: BinaryIO) -> bytes | None:
    """The next row, or None at the end; a process that dies in the middle of a row counts as one that has ended."""
    size = pipe.read(8)
    count = int.from_bytes(size, "big") if len(size) == 8 else 0
    data = pipe.read(count)
    return data if count and len(data) == count else None

"""`python -m benchmarks.soundness.calls`: single calls of the kernel's functions that notice mutants.

Calls are taken down while twins and recorded questions run (harvest.py), then changed at random: numbers moved, members
dropped, doubled, exchanged, parts replaced by parts of other calls. A call that reaches a new place in its function is
changed further. Every call runs in the unchanged kernel and in each mutant of its function whose line it executes; one
that notices a mutant is kept (tests/kernel/calls), unless others that are kept notice the same. The mutants that were
noticed before by slower cases are then tried with what is kept.

With --rows, calls that were written by hand are tried, exactly as they are; they are kept under the same conditions.

The changes are seeded by the name of the function, so that a campaign can be repeated; what it finds depends on the
time it has (--seconds for each function and --each for each of its mutants).
"""

from __future__ import annotations

import argparse
import copy
import gc
import json
import mmap
import os
import pickle
import random
import resource
import select
import signal
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.kernel import calls
from tests.kernel.traced import functions

from . import mutants as mu
from .cases import Slow, corpus_hash, spent
from .mutation import RESULT, SAME, known, listed, load, proofs, save, summary, wanted

Json = Any
Path_ = tuple[Any, ...]
ORIGINAL = 0.03  # seconds a call may take in the unchanged kernel
GIVEN = 0.1  # or there, if it was written by hand
MUTANT = 0.4  # and in a mutant
LARGEST = 6000  # characters of a call that is kept
STUCK = 6.0  # seconds of processor time without a sign of life
MEMORY = 3 * 1024**3
BEAT = struct.Struct("=qi")  # calls so far; mutant that is running, or -1
NUMBERS = (0, 1, -1, 2, 3, 7, 10**6, 10**30, -5)
TEXTS = ("", "x", "0", "1", "-1", "2", "1/2", "-3/2", "n", "+", "1/0", "01")
FRACTIONS = ("0", "1", "-1", "2", "1/2", "-1/2", "3/2", "-2", "1/3", "7")


# ---- changing a call ----------------------------------------------------------------------------------------------


def parts(x: Json, path: Path_ = ()) -> Iterator[tuple[Path_, Json]]:
    """The values inside a written form, with their places."""
    yield path, x
    if type(x) is not list:
        return
    tag = x[0]
    if tag in ("t", "l", "s", "f"):
        for i in range(1, len(x)):
            yield from parts(x[i], (*path, i))
    elif tag == "d":
        for i in range(1, len(x)):
            yield from parts(x[i][0], (*path, i, 0))
            yield from parts(x[i][1], (*path, i, 1))
    elif tag == "o":
        for name in x[2]:
            yield from parts(x[2][name], (*path, 2, name))
    elif tag == "&":
        yield from parts(x[2], (*path, 2))
    elif tag in ("m", "k"):
        yield from parts(x[1], (*path, 1))


def kind(x: Json) -> str:
    """Values of one kind may take each other's place."""
    if type(x) is not list:
        return type(x).__name__
    if x[0] == "o":
        return str(x[1])
    if x[0] in ("t", "l") and len(x) > 1:
        first = x[1]
        return f"{x[0]} {first if type(first) is str and len(first) < 6 else type(first).__name__}"
    return str(x[0])


def put(form: Json, path: Path_, new: Json) -> None:
    for step in path[:-1]:
        form = form[step]
    form[path[-1]] = new


class Changer:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.store: dict[str, list[Json]] = {}
        self.every: list[Json] = []

    def learn(self, form: Json) -> None:
        for args in form:
            for path, x in parts(args):
                if path and len(json.dumps(x)) < 600 and not (type(x) is list and x[0] in ("r", "&")):
                    row = self.store.setdefault(kind(x), [])
                    if len(row) < 400:
                        row.append(x)
                        self.every.append(x)

    def change(self, form: Json) -> Json:
        new = copy.deepcopy(form)
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            self._once(new)
        return new

    def _once(self, form: Json) -> None:
        rng = self.rng
        i = rng.randrange(len(form)) if rng.random() < 0.4 else 0
        if i != 1:
            args = form[i]
            if len(args) < 2:
                return
            k = rng.randrange(1, len(args))
            places = [(k, *p) for p, _ in parts(args[k])]
            if len(args) > 2 and rng.random() < 0.03:
                j = rng.randrange(1, len(args))
                args[j], args[k] = args[k], args[j]
                return
        else:
            places = [p for p, _ in parts(form[1]) if p]
        if not places:
            return
        path = rng.choice(places)
        if len(path) > 3 and rng.random() < 0.3:
            path = path[: rng.randrange(2, len(path))]
            if path not in places:
                return
        x: Json = form[i]
        for step in path:
            x = x[step]
        put(form[i], path, self._other(x))

    def _other(self, x: Json) -> Json:
        rng = self.rng
        draw = rng.random()
        if draw < 0.04:
            return rng.choice((None, True, False, 0, 1, "x", ["t"], ["l"], ["d"], ["q", "1/2"]))
        same = self.store.get(kind(x), ())
        if draw < 0.3 and same:
            return copy.deepcopy(rng.choice(same))
        if draw < 0.36 and self.every:
            return copy.deepcopy(rng.choice(self.every))
        if type(x) is bool:
            return not x
        if type(x) is int:
            return rng.choice((x + 1, x - 1, x + 1, x - 1, -x, 2 * x, rng.choice(NUMBERS), x + rng.randrange(-9, 10)))
        if type(x) is str:
            return rng.choice((*TEXTS, x + "x", x[:-1], "-" + x))
        if x is None:
            return copy.deepcopy(rng.choice(self.every)) if self.every else 0
        return self._inside(x)

    def _inside(self, x: Json) -> Json:
        rng = self.rng
        tag = x[0]
        if tag == "q":
            n, _, d = x[1].partition("/")
            a, b = int(n), int(d or 1)
            a, b = rng.choice(
                ((a + b, b), (a - b, b), (-a, b), (b, a or 1), (a, 2 * b), (2 * a, b), (a + 1, b), (a, b + 1))
            )
            return ["q", rng.choice(FRACTIONS) if rng.random() < 0.3 else str(calls.Fraction(a, b))]
        if tag in ("t", "l", "s", "f", "d"):
            size = len(x) - 1
            if size == 0 or rng.random() < 0.1:
                return [*x, copy.deepcopy(rng.choice(self.every))] if tag != "d" and self.every else [tag]
            k = rng.randrange(1, size + 1)
            draw = rng.random()
            if draw < 0.35:
                return [*x[:k], *x[k + 1 :]]
            if draw < 0.55 and tag != "d":
                return [*x[: k + 1], *x[k:]]
            if draw < 0.8:
                j = rng.randrange(1, size + 1)
                x[j], x[k] = x[k], x[j]
                return x
            if tag in ("t", "l") and size > 1:
                return copy.deepcopy(x[k])  # a part for the whole
            return [tag]
        if tag == "k":
            return ["k", copy.deepcopy(rng.choice(self.every))] if self.every else x
        return x


# ---- the search of one function, in a process of its own ----------------------------------------------------------


@dataclass
class Job:
    name: str
    alive: list[mu.Mutant]
    others: list[mu.Mutant]  # noticed by slower cases
    kept: list[Json]
    seeds: list[Json]
    seconds: float
    attempt: int = 0
    patience: float = ORIGINAL
    stuck: set[int] = field(default_factory=set)  # mutants that hang where no alarm is heard


class Search:
    def __init__(self, job: Job, beat: Any) -> None:
        self.job, self.beat = job, beat
        self.target = functions()[job.name]
        self.code = self.target.__code__
        self.codes = set(_codes(self.code))
        self.lines: set[int] = set()
        self.arcs: set[Any] = set()
        self.count = 0
        mutated: dict[int, CodeType] = {}
        for k, m in enumerate([*job.alive, *job.others]):
            mutated[k] = mu._compiled(m.definition, m.tree())
        self.mutated = mutated
        self.all = [*job.alive, *job.others]
        self.has = {line for c in self.codes for _, _, line in c.co_lines() if line}
        self.rng = random.Random(f"{job.name} {job.attempt}")

    def pulse(self, mutant: int) -> None:
        self.count += 1
        self.beat[: BEAT.size] = BEAT.pack(self.count, mutant)

    def plain(self, form: Json, traced: bool) -> int | None:
        """The summary in the unchanged kernel, or None if the call takes long or cannot be made."""
        self.pulse(-1)
        mu.forget()
        if traced:
            sys.settrace(self._enter)
        try:
            signal.setitimer(signal.ITIMER_PROF, self.job.patience * (3 if traced else 1))
            return calls.digest(self.job.name, form)
        except (Slow, Exception, RecursionError, MemoryError):
            return None
        finally:
            sys.settrace(None)
            signal.setitimer(signal.ITIMER_PROF, 0)

    def notices(self, k: int, form: Json, want: int) -> bool:
        self.pulse(k)
        self.target.__code__ = self.mutated[k]
        mu.forget()
        try:
            signal.setitimer(signal.ITIMER_PROF, MUTANT)
            return calls.digest(self.job.name, form) != want
        except (Slow, Exception, RecursionError, MemoryError):
            return True
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.target.__code__ = self.code

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code not in self.codes:
            return None
        before = -1

        def local(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal before
            if event == "line":
                line = frame.f_lineno
                self.lines.add(line)
                self.arcs.add((before, line))
                before = line
            elif event == "exception":
                self.arcs.add(("raises", frame.f_lineno))
            return local

        return local

    def hit(self, k: int) -> bool:
        line = self.all[k].line
        return line in self.lines or line not in self.has

    def run(self) -> dict[str, Any]:
        job = self.job
        limit = time.process_time() + job.seconds
        alive = [k for k in range(len(job.alive)) if k not in job.stuck]
        changer = Changer(self.rng)
        kept: list[tuple[Json, int]] = []
        found: dict[int, int] = {}
        seen: set[Any] = set()
        pool: list[Json] = []
        for form in job.seeds:
            changer.learn(form)

        def meet(form: Json) -> bool:
            """Try a call on all living mutants; is it worth changing further?"""
            nonlocal alive
            self.lines, self.arcs = set(), set()
            want = self.plain(form, True)
            if want is None:
                return False
            fresh = not self.arcs <= seen
            seen.update(self.arcs)
            small = len(json.dumps(form)) <= LARGEST
            if not small:
                return fresh
            dead = []
            for k in alive:
                if self.hit(k) and self.notices(k, form, want):
                    dead.append(k)
            if dead:
                if self.plain(form, False) != want:  # not the same twice
                    return False
                for k in dead:
                    found[k] = len(kept)
                kept.append((form, want))
                alive = [k for k in alive if k not in found]
            return fresh or bool(dead)

        first = [*job.kept, *sorted(job.seeds, key=lambda f: len(json.dumps(f)))]
        for number, form in enumerate(first):
            if not alive or (time.process_time() > limit and number >= len(job.kept)):
                break
            if meet(form) or (number >= len(job.kept) and len(pool) < 12):
                pool.append(form)
        tries = 0
        while alive and pool and time.process_time() < limit:
            tries += 1
            recent = pool[-8:] if self.rng.random() < 0.4 else pool
            base = self.rng.choice(recent)
            try:
                form = changer.change(base)
            except (KeyError, IndexError, TypeError, ValueError):
                continue
            if len(json.dumps(form)) < 4 * LARGEST and meet(form):
                pool.append(form)
                changer.learn(form)
        # fewer calls for the same mutants; then those that slower cases notice
        rows = sorted(
            {
                json.dumps(f): (f, w)
                for f, w in [*((f, self.plain(f, False)) for f in job.kept), *kept]
                if w is not None
            }.values(),
            key=lambda r: len(json.dumps(r[0])),
        )
        by: dict[int, int] = {}
        todo = [k for k in range(len(self.all)) if k in found or k >= len(job.alive)]
        todo = [k for k in todo if k not in job.stuck]
        if len(rows) * len(todo) > 1:
            table = {k: {i for i, (f, w) in enumerate(rows) if self.notices(k, f, w)} for k in todo}
            chosen: list[int] = []
            left = {k for k in todo if table[k]}
            while left:
                best = max(
                    range(len(rows)),
                    key=lambda i: (sum(i in table[k] for k in left) / (60 + len(json.dumps(rows[i][0]))), -i),
                )
                chosen.append(best)
                left = {k for k in left if best not in table[k]}
            for k in todo:
                for i, best in enumerate(chosen):
                    if best in table[k]:
                        by[k] = i
                        break
            rows = [rows[i] for i in chosen]
        else:
            rows = [(f, w) for f, w in rows if found]
            by = dict.fromkeys(found, 0)
        return {
            "rows": [[job.name, w, f] for f, w in rows],
            "by": {self.all[k].id: i for k, i in by.items()},
            "tries": tries,
            "alive": len(job.alive) - sum(k in by for k in range(len(job.alive))),
        }


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for c in code.co_consts:
        if isinstance(c, CodeType):
            yield from _codes(c)


def _child(job: Job, beat: Any, pipe: int) -> None:
    def slow(number: int, frame: Any) -> None:
        raise Slow

    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGPROF, slow)
        sys.setrecursionlimit(3000)
        while True:
            try:
                data = pickle.dumps(Search(job, beat).run())
                break
            except Slow:  # the alarm rang late, between two calls
                job.attempt += 1
        with os.fdopen(pipe, "wb") as out:
            out.write(data)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(0)


@dataclass
class _Running:
    job: Job
    pid: int
    pipe: int
    beat: Any
    count: int
    spent: float = 0.0  # its processor time when it was heard last
    data: bytes = b""


def _start(job: Job) -> _Running:
    beat = mmap.mmap(-1, mmap.PAGESIZE)
    here, there = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(here)
        _child(job, beat, there)
    os.close(there)
    return _Running(job, pid, here, beat, -1)


def campaign(jobs: list[Job], workers: int, done: Any) -> None:
    waiting = jobs[::-1]
    running: list[_Running] = []
    while waiting or running:
        while waiting and len(running) < workers:
            running.append(_start(waiting.pop()))
        ready, _, _ = select.select([r.pipe for r in running], [], [], 1.0)
        for r in list(running):
            if r.pipe in ready:
                data = os.read(r.pipe, 1 << 20)
                r.data += data
                if data:
                    continue
                os.close(r.pipe)
                os.waitpid(r.pid, 0)
                running.remove(r)
                if r.data:
                    done(r.job, pickle.loads(r.data))
                else:
                    _again(r, waiting)
                continue
            count, _ = BEAT.unpack(r.beat[: BEAT.size])
            if count != r.count:
                r.count, r.spent = count, spent(r.pid)
            elif spent(r.pid) - r.spent > STUCK:
                os.kill(r.pid, signal.SIGKILL)


def _again(r: _Running, waiting: list[Job]) -> None:
    """The process ended or was ended: another seed, without the mutant that ran."""
    _, mutant = BEAT.unpack(r.beat[: BEAT.size])
    if mutant >= 0:
        r.job.stuck.add(mutant)
    r.job.attempt += 1
    print(f"  {r.job.name} ended early at {mutant}", flush=True)
    if r.job.attempt < 6:
        waiting.append(r.job)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.calls", description=__doc__)
    parser.add_argument("--harvest", type=Path, action="append", default=[], help="written by harvest.py")
    parser.add_argument("--rows", type=Path, help="try these calls and no others: JSON, [[function, arguments], ..]")
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--each", type=float, default=0.15)
    parser.add_argument("--only", default="", help="only functions whose name begins with one of these")
    parser.add_argument("--attempt", type=int, default=0, help="another seed")
    parser.add_argument("--others", action="store_true", help="also mutants that other cases notice")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    began = saved = time.time()
    sys.setrecursionlimit(20_000)
    os.chdir(mu.HOME.parents[1])
    every = listed(args.only)
    outcomes = known(load(RESULT), every)
    seeds: dict[str, dict[str, Json]] = {}
    for file in args.harvest:
        for name, forms in pickle.loads(file.read_bytes()).items():
            seeds.setdefault(name, {}).update({json.dumps(f): f for f in forms})
    kept: dict[str, list[Json]] = {}
    for row in calls.read():
        kept.setdefault(row[0], []).append(row[2])
    given: dict[str, list[Json]] = {}
    for name, form in load(args.rows) if args.rows else []:
        if name not in functions():
            raise ValueError(f"{args.rows}: the kernel has no function {name}")
        given.setdefault(name, []).append(form)
    of: dict[str, list[mu.Mutant]] = {}
    for m in every:
        of.setdefault(m.definition.name, []).append(m)
    jobs = []
    for name, ms in of.items():
        if not wanted(name, args.only) or name not in functions() or (args.rows and name not in given):
            continue
        alive = [m for m in ms if outcomes.get(m.id) is None and (m.id in outcomes or not _idle(m, outcomes))]
        noticed = [(m, outcomes.get(m.id) or "") for m in ms if outcomes.get(m.id) != SAME]
        others = [m for m, by in noticed if by.startswith("" if args.others else "called ") and by]
        if not alive and not (args.others and others and kept.get(name)):
            continue
        forms = sorted(seeds.get(name, {}).values(), key=lambda f: len(json.dumps(f)))
        if args.rows:  # all of them, whatever the time, and no changes of them
            both = [*kept.get(name, []), *given[name]]
            jobs.append(Job(name, alive, others, both, [], 0.0, args.attempt, GIVEN))
            continue
        seconds = args.seconds + args.each * len(alive) if alive else 0.0
        jobs.append(Job(name, alive, others, kept.get(name, []), forms, seconds, args.attempt))
    jobs.sort(key=lambda j: (not j.seeds, -len(j.alive) / (1 + len(json.dumps(j.seeds[:1])))))
    total = sum(len(j.alive) for j in jobs)
    print(
        f"{len(jobs)} functions, {total} survivors, {sum(j.seconds for j in jobs):.0f} s to spend, "
        f"{len([j for j in jobs if not j.seeds])} without a call",
        flush=True,
    )
    gc.collect()
    gc.freeze()
    count = dead = 0

    def keep() -> None:
        rows = {calls.name_of(r): r for r in rows_of()}
        calls.write(list(rows.values()))
        save(summary(outcomes, every, corpus_hash() if not args.only else "", proofs()))

    now: dict[str, list[Json]] = {}

    def rows_of() -> Iterator[Json]:
        for row in calls.read():
            if row[0] not in now:
                yield row
        for rows in now.values():
            yield from rows

    def done(job: Job, result: dict[str, Any]) -> None:
        nonlocal count, dead, saved
        count += 1
        now[job.name] = result["rows"]
        for m in job.alive:
            if m.id in result["by"]:
                dead += 1
            elif m.id not in outcomes and mu.unchanged(m):
                outcomes[m.id] = SAME
        there = {f"called {calls.name_of(r)}" for r in result["rows"]}
        for m in job.others:
            if (outcomes.get(m.id) or "").startswith("called ") and outcomes[m.id] not in there:
                del outcomes[m.id]  # the call was left out: not run, unless another is named now
        for i, k in result["by"].items():
            outcomes[i] = f"called {calls.name_of(result['rows'][k])}"
        print(
            f"{count} {job.name}: {result['alive']} of {len(job.alive)} left, {len(result['rows'])} calls, "
            f"{result['tries']} tries, {len(job.seeds)} seeds; {dead} in all, {time.time() - began:.0f} s",
            flush=True,
        )
        if time.time() - saved > 30:
            keep()
            saved = time.time()

    campaign(jobs, args.workers, done)
    keep()
    print(f"{dead} of {total} noticed", flush=True)
    return 0


def _idle(m: mu.Mutant, outcomes: dict[str, str | None]) -> bool:
    if m.id not in outcomes and mu.unchanged(m):
        outcomes[m.id] = SAME
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())

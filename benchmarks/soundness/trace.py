"""`python -m benchmarks.soundness.trace`: mutants that survive meet the traces of the twins and of changes of them.

For each function the cases are kept that call it as no cheaper case does. A mutant meets them with its own function
traced, which costs little more than running them, then a few with every function traced. With --pool, changes of the
twins are drawn that are rejected at places, or by changes of a kind, that are not yet represented; those that notice a
mutant are added to tests/must_fail/traces.json.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import pickle
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.kernel.traced import Trace
from tests.must_fail import traces
from tests.must_fail.changes import JUNK, changes, nodes, retyped
from tests.must_fail.corpus import DELETE
from tests.must_fail.files import FILES, answer
from verify.kernel.errors import Reject

from . import mutants as mu
from .cases import CACHE, SURVIVED, Case, corpus_hash, judge
from .mutation import RESULT, SAME, known, listed, load, proofs, save, summary

Json = Any
WHOLE = 12  # cases a mutant meets with every function traced
FIRST = 2  # of them before the others
EACH = 2  # changes of one kind that are rejected at one place
NONE = frozenset[tuple[str, int]]()


class Calls(Trace):
    """Also which calls there were."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[str, set[int]] = {}

    def note(self, name: str, call: int) -> None:
        super().note(name, call)
        self.calls.setdefault(name, set()).add(call)


@dataclass(frozen=True)
class Row:
    """A case: its place in traces.json, its time, and what each function did."""

    row: Json
    seconds: float
    sums: dict[str, int]


@dataclass(frozen=True)
class Focus:
    """Passes if one function, or all if it is "", did what it does in the unchanged kernel."""

    row: Row
    name: str

    def passes(self) -> bool:
        if self.name:
            found = traces.trace(self.row.row, self.name).sums
            return found.get(self.name) == self.row.sums.get(self.name) and found["answer"] == self.row.sums["answer"]
        return traces.trace(self.row.row).sums == self.row.sums


class Shelf:
    """Rows in order of time, and for each function those that call it in a new way."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.of: dict[str, list[int]] = {}
        self.seen: dict[str, set[int]] = {}

    def add(self, row: Row, calls: dict[str, set[int]]) -> None:
        number = len(self.rows)
        self.rows.append(row)
        for name, found in calls.items():
            seen = self.seen.setdefault(name, set())
            if not found <= seen:
                seen |= found
                self.of.setdefault(name, []).append(number)


def plainly(row: Json) -> float:
    """Seconds without tracing."""
    data = traces.certificate(row)
    began = time.process_time()
    answer(data)
    return time.process_time() - began


def shelf(rows: list[Json], of: str) -> Shelf:
    """Remembered in .verify-cache."""
    key = hashlib.sha256(f"{mu.kernel_hash()} {json.dumps(rows)}".encode()).hexdigest()[:20]
    path = CACHE / f"traces-{of}-{key}.pickle"
    if path.exists():
        found: Shelf = pickle.loads(path.read_bytes())
        return found
    out = Shelf()
    timed = sorted(((plainly(row), i) for i, row in enumerate(rows)))
    for seconds, i in timed:
        calls = Calls()
        traces.trace(rows[i], None, calls)
        out.add(Row(rows[i], seconds, calls.sums), calls.calls)
    out.seen = {}
    CACHE.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(out))
    return out


# ---- the pool -----------------------------------------------------------------------------------------------------


class Sites:
    """Where rejections are made while it is installed: file and line."""

    def __init__(self) -> None:
        self.found: set[tuple[str, int]] = set()

    def __enter__(self) -> Sites:
        def made(error: Reject, *args: Any) -> None:
            frame = sys._getframe(1)
            self.found.add((frame.f_code.co_filename, frame.f_lineno))
            Exception.__init__(error, *args)

        Reject.__init__ = made  # type: ignore[method-assign,assignment]
        return self

    def __exit__(self, *_: object) -> None:
        del Reject.__init__


def kind(old: Json, new: Json) -> str:
    """Which change this is, roughly: rows of the same kind at the same place are much alike."""
    if new is DELETE:
        return f"drop {type(old).__name__}"
    size = f" {len(old)} {len(new)}" if isinstance(new, (list, str, dict)) and isinstance(old, type(new)) else ""
    return f"{type(old).__name__} {type(new).__name__}{size if len(size) < 6 else ''}"


def drawn(per_twin: int, seed: int) -> Iterator[tuple[Json, Json]]:
    """Rows and what stood at the place of the change."""
    for twin in sorted(FILES):
        rng = random.Random(f"{seed} {twin}")
        whole = FILES[twin]()
        at = {path: x for path, x in nodes(whole)}
        every = list(changes(whole))
        parts = [(p, x) for p, x in at.items() if len(p) > 1]
        picked = rng.sample(every, min(len(every), per_twin))
        for path, x in rng.sample(parts, min(len(parts), per_twin // 2)):
            same = [y for _, y in parts if type(y) is type(x) and y != x and len(json.dumps(y)) < 120]
            draw = rng.random()
            typed = list(retyped(x))
            if draw < 0.3 and typed:
                picked.append((path, rng.choice(typed)))
            else:
                picked.append((path, rng.choice(JUNK) if draw < 0.6 or not same else rng.choice(same)))
        for path, new in picked:
            if new is DELETE or new != at[path] or type(new) is not type(at[path]):
                yield [twin, "", list(path)] + ([] if new is DELETE else [new]), at[path]


def pool(per_twin: int, seed: int) -> list[Json]:
    """Few rows for each place where they are rejected, and kind of change."""
    seen: Counter[Any] = Counter()
    out = []
    began = time.time()
    for number, (row, old) in enumerate(drawn(per_twin, seed)):
        try:
            data = traces.certificate(row)
            json.dumps(data)
        except (KeyError, IndexError, TypeError, ValueError):
            continue
        with Sites() as sites:
            try:
                said = answer(data)
            except Exception as error:
                print("the kernel crashes on", json.dumps(row), repr(error))
                continue
        what = kind(old, row[3] if len(row) > 3 else DELETE)
        keys: list[Any] = [(site, what) for site in sites.found]
        keys += [(str(part)[:50], what) for part in said if isinstance(part, list)]
        if not sites.found:
            keys.append((row[0].split()[0], tuple(k for k in row[2] if isinstance(k, str))[:3], what))
        if any(seen[k] < EACH for k in keys):
            seen.update(keys)
            out.append(row)
        if number % 5000 == 4999:
            print(f"{number + 1} changes, {len(out)} kept, {time.time() - began:.0f} s", flush=True)
    return out


# ---- the campaign -------------------------------------------------------------------------------------------------


class Plan:
    """For each mutant: two cases with everything traced, many with its own function, a few with everything."""

    def __init__(self, shelf: Shelf, most: int) -> None:
        self.shelf, self.most = shelf, most
        self.useful: dict[str, Counter[int]] = {}

    def order(self, m: mu.Mutant) -> Iterator[tuple[int, Case]]:
        name = m.definition.name
        useful = self.useful.get(name, Counter())
        every = self.shelf.of.get(name, [])
        ordered = sorted((i for i in every if useful[i]), key=lambda i: -useful[i])
        ordered += [i for i in every if not useful[i]]
        ordered = ordered[: self.most]
        whole = ordered[:FIRST] + ordered[FIRST :: max(1, (len(ordered) - FIRST) // (WHOLE - FIRST))]
        for i in ordered[:FIRST]:
            yield self.case(i, "")
        for i in ordered[FIRST:]:
            yield self.case(i, name)
        for i in whole[FIRST:]:
            yield self.case(i, "")

    def case(self, i: int, name: str) -> tuple[int, Case]:
        row = self.shelf.rows[i]
        seconds = row.seconds * (1 if name else 8)
        return i, Case(traces.name(row.row), Focus(row, name), seconds, NONE)

    def learn(self, m: mu.Mutant, by: int) -> None:
        if by != SURVIVED:
            self.useful.setdefault(m.definition.name, Counter())[by] += 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.trace", description=__doc__)
    parser.add_argument("--pool", type=int, default=0, metavar="N", help="changes drawn from each twin")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=60, help="cases a mutant meets")
    parser.add_argument("--only", default="", help="only mutants of definitions whose name contains this")
    args = parser.parse_args()
    began = saved = time.time()
    sys.setrecursionlimit(20_000)
    gc.disable()
    os.chdir(mu.HOME.parents[1])
    every = listed()
    outcomes = known(load(RESULT), every) if RESULT.exists() else {}
    alive = [m for m in every if outcomes.get(m.id) is None and args.only in m.definition.name]
    rows = traces.read()
    if args.pool:
        rows = pool(args.pool, args.seed)
        print(f"{len(rows)} changes in the pool, {time.time() - began:.0f} s", flush=True)
    cases = shelf(rows, "pool" if args.pool else "traces")
    alive.sort(key=lambda m: hashlib.sha256(m.definition.name.encode()).hexdigest())  # a part is a fair sample
    print(f"{len(alive)} survivors, {len(cases.rows)} cases, {time.time() - began:.0f} s", flush=True)
    gc.collect()
    gc.freeze()
    plan = Plan(cases, args.most)
    chosen: dict[str, Json] = {}
    count = lost = 0

    def keep() -> None:
        if args.pool:
            new = [[row[0], "", *row[2:]] for row in chosen.values()]
            traces.write([*traces.read(), *([r[0], traces.trace(r).hash(), *r[2:]] for r in new)])
            chosen.clear()
        save(summary(outcomes, every, corpus_hash() if not args.only else "", proofs()))

    def done(m: mu.Mutant, by: int) -> None:
        nonlocal count, lost, saved
        count += 1
        if by == SURVIVED:
            lost += 1
            outcomes[m.id] = SAME if mu.unchanged(m) else None
        else:
            row = cases.rows[by].row
            chosen[traces.name(row)] = row
            outcomes[m.id] = f"traced {traces.name(row)}"
        if time.time() - saved > 60:
            saved = time.time()
            keep()
            print(f"{count} mutants, {lost} survive, {saved - began:.0f} s: {m.definition.name}", flush=True)

    judge(alive, lambda m: plan.order(m), 1, done, plan.learn)  # type: ignore[arg-type,return-value]
    keep()
    print(f"{count - lost} of {len(alive)} noticed, {time.time() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

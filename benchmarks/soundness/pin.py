"""`python -m benchmarks.soundness.pin`: choose changes of the twins that notice mutants of the kernel.

A pool of one-place changes of the valid twins is drawn: every node dropped, replaced by junk or by a neighbour, every
number and index moved, every pair of neighbours exchanged, every relation and head replaced. Mutants that survive the
test suite (result.json) meet the members of the pool that execute their line; a member whose answer changes is pinned.
Options: --again only rewrites the answers and the work of what is pinned, after a change that is meant.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.must_fail.corpus import DELETE, change
from tests.must_fail.pinned import PINNED, WORK, answer, changed, work
from tests.must_fail.twins import TWINS

from . import mutants as mu
from .cases import SURVIVED, Case, judge, recording
from .corrupt import is_index, nodes
from .mutation import RESULT, known, listed, load

Json = Any
JUNK: tuple[Json, ...] = (
    None,
    True,
    0,
    "x",
    "N",
    [],
    {},
    ["v"],
    [[]],
    {"1": 1},
    -1,
    10**7,
    "1/0",
    ["q", "-1"],
    ["q", "2"],
)
LONGEST = 300  # characters of a part that takes the place of another
HEADS = {
    "ge": ("gt", "eq"),
    "gt": ("ge", "ne"),
    "eq": ("ge", "ne", "psd"),
    "ne": ("eq", "gt"),
    "psd": ("eq",),
    "sum": ("prod",),
    "prod": ("sum",),
    "pow": ("root",),
    "split": ("psplit",),
    "exp": ("log", "ind"),
    "T": ("tr",),
    "+": ("*",),
    "*": ("+",),
    "ind1": ("ind0",),
    "add": ("mul",),
    "mul": ("add",),
    "inv": ("exp",),
}


def changes(certificate: Json) -> Iterator[tuple[tuple[Any, ...], Json]]:
    """Paths and new values; DELETE drops the node."""
    for path, x in nodes(certificate):
        if len(path) < 2:
            continue
        yield path, DELETE
        if is_index(x):
            for key in {*x, "1"}:
                for shift in (1, -1):
                    yield path, {s: c for s, c in {**x, key: x.get(key, 0) + shift}.items() if c}
            yield path, {}
        if isinstance(x, list):
            for i in range(len(x) - 1):
                if x[i] != x[i + 1]:
                    yield path, [*x[:i], x[i + 1], x[i], *x[i + 2 :]]
            if x:
                yield path, [*x, x[-1]]
                yield path, x[:-1]
                for head in HEADS.get(x[0], ()) if isinstance(x[0], str) else ():
                    yield path, [head, *x[1:]]
            if len(x) > 1 and x[0] in ("v", "ch"):
                yield path, ["T", x]
                yield path, [*x[:-1], "0"]
                yield path, [*x[:-1], "+"]
        if isinstance(x, dict) and not is_index(x):
            yield path, {**x, "extra": 1}
        if isinstance(x, str) and x.lstrip("-").replace("/", "").isdigit():
            yield from ((path, y) for y in ("0", "1", "-1", "2", "-" + x.lstrip("-"), "1/0"))
        if x is None or type(x) in (int, bool):
            yield from ((path, y) for y in (None, 0, 1, 2, -1, True, False))


def pool(per_twin: int, seed: int) -> list[Json]:
    """A seeded choice of changes of every twin, and a few with junk or with a part from elsewhere in the twin."""
    rows: list[Json] = []
    for name in sorted(TWINS):
        rng = random.Random(f"{seed} {name}")
        certificate = TWINS[name]()
        every = list(changes(certificate))
        parts = [(p, x) for p, x in nodes(certificate) if len(p) > 1]
        picked = rng.sample(every, min(len(every), per_twin))
        for path, x in rng.sample(parts, min(len(parts), per_twin // 2)):
            same = [y for _, y in parts if type(y) is type(x) and y != x and len(json.dumps(y)) < LONGEST]
            picked.append((path, rng.choice(JUNK) if rng.random() < 0.4 or not same else rng.choice(same)))
        seen = {json.dumps(certificate)}
        for path, new in picked:
            row = {"twin": name, "path": list(path)} | ({} if new is DELETE else {"new": new})
            try:
                text = json.dumps(change(certificate, path, new))
            except (KeyError, IndexError, TypeError, ValueError):
                continue
            if text not in seen:
                seen.add(text)
                rows.append(row)
    return rows


class Member:
    """A member of the pool in the shape of a test: it passes if the answer is the one of the unchanged kernel."""

    def __init__(self, row: Json) -> None:
        self.row = row
        self.want = json.dumps(answer(changed(row)))

    def passes(self) -> bool:
        return json.dumps(answer(changed(self.row))) == self.want


def rewrite(rows: list[Json]) -> None:
    rows = [
        {**{k: row[k] for k in ("twin", "path", "new") if k in row}, "answer": answer(changed(row))} for row in rows
    ]
    rows.sort(key=lambda row: json.dumps(row, sort_keys=True))
    PINNED.write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n", encoding="utf-8")
    counted = {name: work(TWINS[name]()) for name in sorted(TWINS)}
    WORK.write_text(json.dumps(counted, indent=1) + "\n", encoding="utf-8")


def cases(rows: list[Json], began: float) -> list[Case]:
    out = []
    for n, row in enumerate(rows):
        lines: set[tuple[str, int]] = set()
        try:
            member = Member(row)
            with recording(lines):
                start = time.process_time()
                member.passes()
        except Exception as error:
            print("the kernel crashes on", json.dumps(row), repr(error))
            continue
        out.append(Case(str(n), member, time.process_time() - start, frozenset(lines)))
        if n % 2000 == 1999:
            print(f"{n + 1} members, {time.time() - began:.0f} s", flush=True)
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.pin", description=__doc__)
    parser.add_argument("--again", action="store_true", help="only rewrite answers and work")
    parser.add_argument("--per-twin", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=150, help="members a mutant meets")
    parser.add_argument("--only", default="", help="only mutants of definitions whose name contains this")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    args = parser.parse_args()
    pinned = load(PINNED) or []
    if args.again:
        rewrite(pinned)
        return 0
    began = time.time()
    sys.setrecursionlimit(20_000)
    every = listed()
    old = known(load(RESULT), every) if RESULT.exists() else {}
    alive = [m for m in every if old.get(m.id) is None and args.only in m.definition.name]
    have = {json.dumps([r["twin"], r["path"], r.get("new", "DELETE")]) for r in pinned}
    rows = [
        r
        for r in pool(args.per_twin, args.seed)
        if json.dumps([r["twin"], r["path"], r.get("new", "DELETE")]) not in have
    ]
    members = cases([*pinned, *rows], began)
    print(f"{len(alive)} mutants, {len(members)} members, {time.time() - began:.0f} s", flush=True)
    lines: dict[tuple[str, int], list[int]] = {}
    for i, c in enumerate(members):
        for line in c.lines:
            lines.setdefault(line, []).append(i)
    chosen: dict[int, int] = {}

    def order(m: mu.Mutant) -> list[tuple[int, Case]]:
        """Pinned or chosen before, then those whose run is the most specific."""
        fits = lines.get((m.definition.module, m.line), [])
        fits = sorted(fits, key=lambda i: (i >= len(pinned), -chosen.get(i, 0), len(members[i].lines), i))
        return [(i, members[i]) for i in fits[: args.most]]

    killed = 0

    def done(m: mu.Mutant, by: int) -> None:
        nonlocal killed
        if by != SURVIVED:
            killed += 1
            chosen[by] = chosen.get(by, 0) + 1

    for start in range(0, len(alive), 100):
        judge(alive[start : start + 100], order, args.workers, done)
        print(
            f"{min(start + 100, len(alive))} mutants, {killed} noticed by {len(chosen)} members, "
            f"{time.time() - began:.0f} s",
            flush=True,
        )
        if start % 500 == 400:
            rewrite([*pinned, *(members[i].item.row for i in sorted(chosen) if i >= len(pinned))])
    rewrite([*pinned, *(members[i].item.row for i in sorted(chosen) if i >= len(pinned))])
    return 0


if __name__ == "__main__":
    sys.exit(main())

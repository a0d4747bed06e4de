"""`python -m benchmarks.soundness.pin`: choose changes of the twins that notice mutants of the kernel.

A pool of one-place changes of the valid twins is drawn: every node dropped, replaced by junk or by a neighbour, every
number and index moved, every pair of neighbours exchanged, every relation and head replaced. Mutants that survive the
test suite (result.json) meet the members of the pool that execute their line; a member whose answer changes is pinned,
and so is one that executes lines that no case does (known after a run of the campaign).
Options: --again only rewrites the answers and the work of what is pinned, after a change that is meant.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.must_fail.changes import JUNK, LONGEST, changes, nodes
from tests.must_fail.corpus import DELETE, change
from tests.must_fail.files import FILES, answer
from tests.must_fail.pinned import PINNED, WORK, changed, holds, name, work

from . import mutants as mu
from .cases import SURVIVED, Case, Light, Memory, first, judge
from .mutation import RESULT, Plan, known, listed, load, proofs, save, summary

Json = Any


def pool(per_twin: int, seed: int, only: str) -> Iterator[Json]:
    """A seeded choice of changes of every twin, and a few with junk or with a part from elsewhere in the twin."""
    for twin in sorted(FILES):
        if only not in twin:
            continue
        rng = random.Random(f"{seed} {twin}")
        certificate = FILES[twin]()
        every = list(changes(certificate))
        parts = [(p, x) for p, x in nodes(certificate) if len(p) > 1]
        picked = rng.sample(every, min(len(every), per_twin))
        for path, x in rng.sample(parts, min(len(parts), per_twin // 2)):
            same = [y for _, y in parts if type(y) is type(x) and y != x and len(json.dumps(y)) < LONGEST]
            picked.append((path, rng.choice(JUNK) if rng.random() < 0.4 or not same else rng.choice(same)))
        seen = {json.dumps(certificate)}
        for path, new in picked:
            row = {"twin": twin, "path": list(path)} | ({} if new is DELETE else {"new": new})
            try:
                text = json.dumps(change(certificate, path, new))
            except (KeyError, IndexError, TypeError, ValueError):
                continue
            if text not in seen:
                seen.add(text)
                yield row


def settled(row: Json) -> Json:
    return {**{k: row[k] for k in ("twin", "path", "new") if k in row}, "answer": answer(changed(row))}


def rewrite(rows: list[Json]) -> None:
    unique = {name(row): row for row in rows}
    PINNED.write_text("[\n" + ",\n".join(json.dumps(unique[n]) for n in sorted(unique)) + "\n]\n", encoding="utf-8")
    counted = {twin: work(FILES[twin]()) for twin in sorted(FILES)}
    WORK.write_text(json.dumps(counted, indent=1) + "\n", encoding="utf-8")


def members(rows: Iterator[Json], began: float) -> list[Case]:
    """The pool as cases: a member passes if the answer is the one of the unchanged kernel."""
    out = []
    memory = Memory("pool")
    for n, row in enumerate(rows):
        try:
            row = json.loads(json.dumps(settled(row)))
        except Exception as error:
            print("the kernel crashes on", json.dumps(row), repr(error))
            continue
        content = json.dumps(row)
        case = first(Light(f"pinned {name(row)}", lambda row=row: holds(row), content), name(row), content, memory)
        if case is None:
            print("another answer the second time:", content[:300])
        elif case.lines:
            out.append(case)
        if n % 5000 == 4999:
            print(f"{n + 1} members, {time.time() - began:.0f} s", flush=True)
    memory.save()
    return out


def reaching(cases: list[Case]) -> list[Json]:
    """Members that execute lines of the kernel that no case executes, as long as each adds some."""
    covered = set().union(*(lines for _, lines in Memory().rows.values()))
    rows = []
    for case in sorted(cases, key=lambda c: (-len(c.lines - covered), c.seconds, c.name)):
        if case.lines - covered:
            covered |= case.lines
            rows.append(json.loads(case.item.content))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.pin", description=__doc__)
    parser.add_argument("--again", action="store_true", help="only rewrite answers and work")
    parser.add_argument("--per-twin", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=150, help="members a mutant meets")
    parser.add_argument("--only", default="", help="only mutants of definitions whose name contains this")
    parser.add_argument("--twins", default="", help="only twins whose name contains this")
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    pinned = load(PINNED) or []
    if args.again:
        rewrite([settled(row) for row in pinned if row["twin"] in FILES])
        return 0
    began = saved = time.time()
    sys.setrecursionlimit(20_000)
    every = listed()
    outcomes = known(load(RESULT), every) if RESULT.exists() else {}
    alive = [m for m in every if outcomes.get(m.id, "") is None and args.only in m.definition.name]
    cases = members(pool(args.per_twin, args.seed, args.twins), began)
    print(f"{len(alive)} survivors, {len(cases)} members, {time.time() - began:.0f} s", flush=True)
    gc.collect()
    gc.freeze()
    plan = Plan(cases, {}, args.most)
    chosen: dict[str, Json] = {name(row): row for row in reaching(cases)}
    print(f"{len(chosen)} members reach other lines", flush=True)
    count = 0

    def keep() -> None:
        rewrite([*pinned, *chosen.values()])
        save(summary(outcomes, every, load(RESULT)["corpus"], proofs()))

    def done(m: mu.Mutant, by: int) -> None:
        nonlocal count, saved
        count += by != SURVIVED
        if by != SURVIVED:
            row = json.loads(cases[by].item.content)
            chosen[name(row)] = row
            outcomes[m.id] = f"pinned {name(row)}"
        if time.time() - saved > 60:
            saved = time.time()
            keep()
            print(f"{count} noticed by {len(chosen)} members, {saved - began:.0f} s: {m.definition.name}", flush=True)

    judge(alive, plan.order, args.workers, done, plan.learn)
    keep()
    print(f"{count} of {len(alive)} noticed by {len(chosen)} members, {time.time() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m benchmarks.soundness.mutation`: which mutants of the kernel the test suite notices.

The result is committed as result.json. It is keyed by the kernel's hash and, below that, by the hash of each mutated
definition, so that after a change only the mutants of what changed are run again, those that survived, and those
whose case is gone. It is saved continually; an interrupted run goes on where it was. A mutant meets the case that
noticed it last time first.

Options: --all forgets earlier results, --only TEXT restricts to definitions, --most N lets a mutant meet the N
likeliest cases only (a first look), --again reruns what survived, --sample reruns a hash-chosen twentieth against the
cases named in the committed result, and all survivors, those proved equivalent too, against the calls of their
function; it writes nothing and is a stage of continuous integration (about a minute and a half of processor time).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import sys
import time
from collections import Counter
from collections.abc import Set
from pathlib import Path
from typing import Any

from . import mutants as mu
from .cases import CACHE, SURVIVED, Case, collect, corpus_hash, judge

ROOT = Path(__file__).resolve().parents[2]
RESULT = Path(__file__).with_name("result.json")
EQUIVALENT = Path(__file__).with_name("equivalent")  # one file for each module, see `proofs`
NEEDED = 0.98
SHARE = 20  # one in so many is rerun by --sample
FEW = 3  # cases that a survivor meets there
LIGHT = ("called ", "traced ", "pinned ", "recorded ")
NAMED = (*LIGHT, "work ", "accepted ", "changed ")  # all that are run without pytest
SAVED_EVERY = 60.0  # seconds
NEAR = 4  # lines in which a condition begins
LEAST_REASON = 20  # characters: a name that stands for nothing is no reason
UNRUN = -2  # in the table of a definition: no case was met yet; counts as a survivor
UNCHANGED = -3  # the compiled code is that of the definition: not a mutant
SAME = "the same code"  # the outcome of those

Json = Any


def load(path: Path) -> Json:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def listed(only: str = "") -> list[mu.Mutant]:
    """All mutants, those of the theorem checker before those of the other kinds. Those of definitions that are not
    wanted may only have names, no change: these are remembered in .verify-cache."""
    memory = CACHE / "mutants.pickle"
    known: dict[Json, list[tuple[str, int]]] = {}
    if only and memory.exists():
        known = pickle.loads(memory.read_bytes())
    found: list[mu.Mutant] = []
    for d in mu.definitions():
        rows = None if wanted(d.name, only) else known.get((mu.VERSION, d.name, d.hash))
        made = mu.mutants(d) if rows is None else [mu.Mutant(i, d, line, (), _nothing) for i, line in rows]
        known[mu.VERSION, d.name, d.hash] = [(m.id, m.line) for m in made]
        found += made
    CACHE.mkdir(parents=True, exist_ok=True)
    memory.write_bytes(pickle.dumps(known))
    return sorted(found, key=lambda m: "." in m.definition.module)


def wanted(name: str, only: str) -> bool:
    """Does the name begin with one of the texts, which are separated by commas?"""
    return name.startswith(tuple(only.split(",")))


def _nothing(node: Any) -> Any:
    raise ValueError("this mutant has a name only")


def proofs(folder: Path = EQUIVALENT) -> Json:
    """Mutants that change nothing, each with the hash of its definition and the reason in words.

    A file is `{"reasons": {name: text}, "mutants": {id: {"hash": hash, "why": text or name}}}`: a reason that serves
    many mutants of a module is told once. ValueError for a mutant of another module, without a reason, or told twice.
    """
    out: Json = {}
    for path in sorted(folder.glob("*.json")):
        data = load(path)
        for mutant, row in data["mutants"].items():
            why = data["reasons"].get(row["why"], row["why"])
            if mutant in out or len(why) < LEAST_REASON or not mutant.startswith(path.stem + "."):
                raise ValueError(f"{path.name}: {mutant} is told twice, gives no reason or belongs to another module")
            out[mutant] = {"hash": row["hash"], "why": why}
    return out


def proved(mutant: str, hashes: dict[str, str], equivalent: Json) -> bool:
    """Is there a proof that the mutant changes nothing, written for the definition as it is now?"""
    row = equivalent.get(mutant)
    return row is not None and row["hash"] == hashes[mutant.split(" | ")[0]]


def summary(outcomes: dict[str, str | None], every: list[mu.Mutant], corpus: str, equivalent: Json) -> Json:
    """The committed result: counts, score, and for each definition the case that noticed each mutant."""
    hashes = {m.definition.name: m.definition.hash for m in every}
    alive = [m.id for m in every if outcomes.get(m.id) is None]
    same = [i for i in alive if i in outcomes and proved(i, hashes, equivalent)]
    idle_proofs = sorted(set(equivalent) - set(same))
    idle = sum(outcomes.get(m.id) == SAME for m in every)
    counted = len(every) - idle - len(same)
    killed = len(every) - idle - len(alive)
    used = sorted({x for x in outcomes.values() if x is not None and x != SAME})
    number = {SAME: UNCHANGED, **{name: i for i, name in enumerate(used)}}
    table: dict[str, Json] = {}
    for m in every:
        row = table.setdefault(m.definition.name, {"hash": m.definition.hash, "by": []})
        found = outcomes.get(m.id)
        row["by"].append(UNRUN if m.id not in outcomes else SURVIVED if found is None else number[found])
    return {
        "format": 2,
        "operators": mu.VERSION,
        "kernel": mu.kernel_hash(),
        "corpus": corpus,
        "mutants": len(every) - idle,
        "killed": killed,
        "equivalent": len(same),
        "without_use": idle_proofs,  # proofs for mutants that are noticed, or for another text of the definition
        "unrun": sum(m.id not in outcomes for m in every),
        "survivors": sorted(set(alive) - set(same)),
        "score": round(killed / counted, 4) if counted else 1.0,
        "noticed_by": used,
        "definitions": table,
    }


def save(result: Json) -> None:
    text = json.dumps(result, separators=(",", ":"), sort_keys=True)
    part = RESULT.with_suffix(".part")
    part.write_text(
        text.replace('"},"', '"},\n"').replace('},"', '},\n"').replace('","', '",\n"') + "\n", encoding="utf-8"
    )
    part.replace(RESULT)


def known(result: Json, every: list[mu.Mutant]) -> dict[str, str | None]:
    """Earlier outcomes of mutants of definitions that did not change."""
    if result.get("operators") != mu.VERSION:
        return {}
    rows: dict[str, list[mu.Mutant]] = {}
    for m in every:
        rows.setdefault(m.definition.name, []).append(m)
    out: dict[str, str | None] = {}
    for name, ms in rows.items():
        row = result["definitions"].get(name)
        if row is not None and row["hash"] == ms[0].definition.hash and len(row["by"]) == len(ms):
            for m, by in zip(ms, row["by"], strict=True):
                if by != UNRUN:
                    out[m.id] = {SURVIVED: None, UNCHANGED: SAME}[by] if by < 0 else result["noticed_by"][by]
    return out


class Plan:
    """For each mutant the cases that execute its line: the one that noticed it before, those that noticed others of
    the same definition, then the cheapest."""

    def __init__(self, cases: list[Case], first: dict[str, str | None], most: int | None = None) -> None:
        self.cases, self.first, self.most = cases, first, most
        self.names = {c.name: i for i, c in enumerate(cases)}
        self.lines: dict[tuple[str, int], list[int]] = {}
        for i in sorted(range(len(cases)), key=lambda i: cases[i].seconds):
            for line in cases[i].lines:
                self.lines.setdefault(line, []).append(i)
        self.useful: dict[str, Counter[int]] = {}

    def order(self, m: mu.Mutant) -> list[tuple[int, Case]]:
        useful = self.useful.get(m.definition.name, Counter())
        every = self.executing(m)
        found = sorted((i for i in every if useful[i]), key=lambda i: -useful[i])
        rest = [i for i in every if not useful[i]]
        if self.most is not None:  # the likeliest, and the others evenly by their cost
            found = found[: self.most // 2]
            rest = rest[:: max(1, len(rest) // (self.most - len(found)))]
        found += rest
        favourite = self.names.get(self.first.get(m.id) or "")
        if favourite is not None:
            found = [favourite, *(i for i in found if i != favourite)]
        return [(i, self.cases[i]) for i in found]

    def executing(self, m: mu.Mutant) -> list[int]:
        """Of a condition over several lines the first may hold no code: then the next that is executed counts."""
        for line in range(m.line, m.line + NEAR):
            if (m.definition.module, line) in self.lines:
                return self.lines[m.definition.module, line]
        return []

    def learn(self, m: mu.Mutant, by: int) -> None:
        if by != SURVIVED:
            self.useful.setdefault(m.definition.name, Counter())[by] += 1


def campaign(args: argparse.Namespace) -> int:
    every = listed()
    before = {} if args.all else load(RESULT)
    old = known(before, every) if before else {}
    corpus = corpus_hash()
    same_cases = bool(before) and before["corpus"] == corpus and not args.again
    outcomes: dict[str, str | None] = dict(old)
    began = saved = time.time()

    def work(cases: list[Case]) -> None:
        names = {*(c.name for c in cases), SAME}
        todo = [
            m
            for m in every
            if (args.only or "") in m.definition.name
            and (m.id not in old or not args.new)
            and (m.id not in old or not same_cases if old.get(m.id) is None else old[m.id] not in names)
        ]
        print(
            f"{len(todo)} of {len(every)} mutants against {len(cases)} cases, read in {time.time() - began:.0f} s",
            flush=True,
        )
        count = lost = 0
        plan = Plan(cases, old, args.most)

        def done(m: mu.Mutant, by: int) -> None:
            nonlocal count, lost, saved
            count += 1
            lost += by == SURVIVED
            outcomes[m.id] = None if by == SURVIVED else cases[by].name
            if time.time() - saved > SAVED_EVERY:
                saved = time.time()
                save(summary(outcomes, every, corpus if not args.most else "", proofs()))
                print(f"{count} mutants, {lost} survive, {saved - began:.0f} s: {m.definition.name}", flush=True)

        judge(todo, plan.order, args.workers, done, plan.learn)

    failed = collect(work)
    if failed:
        print("these cases fail without any mutant:", *failed, sep="\n  ")
        return 2
    # a first look is not the whole corpus: what survived it is run again
    result = summary(outcomes, every, corpus if not (args.most or args.only) else "", proofs())
    save(result)
    print(
        f"{result['mutants']} mutants, {result['killed']} noticed, {result['equivalent']} proved equivalent, "
        f"{len(result['survivors'])} survive: score {result['score']:.2%} in {time.time() - began:.0f} s"
    )
    return 0 if result["score"] >= NEEDED else 1


def chosen(mutant: str, key: str) -> bool:
    return int(hashlib.sha256(f"{key}{mutant}".encode()).hexdigest(), 16) % SHARE == 0


def sample(args: argparse.Namespace) -> int:
    """Rerun a twentieth of the noticed mutants, each against the case that noticed it, and all that survived, each
    against the calls of its function, or hash-chosen traces in which it is called."""
    every = listed()
    result = load(RESULT)
    if not result or result["kernel"] != mu.kernel_hash():
        print("result.json is for another kernel: run `python -m benchmarks.soundness.mutation`")
        return 1
    old = known(result, every)
    missing = [m.id for m in every if m.id not in old]
    if missing:
        print(f"result.json does not know {missing[0]} (and {len(missing) - 1} more)")
        return 1
    key = result["kernel"]
    picked = [m for m in every if old[m.id] not in (None, SAME) and chosen(m.id, key)]
    alive = [m for m in every if old[m.id] is None]
    called = {m.definition.name: callers(result, m.definition.name, key) for m in alive}
    needed = {old[m.id] for m in picked}.union(*called.values())
    wrong: list[str] = []

    def work(cases: list[Case]) -> None:
        named = {c.name: (i, c) for i, c in enumerate(cases)}
        wrong.extend(f"no such case: {n}" for n in sorted(str(n) for n in needed if n not in named))

        def done(m: mu.Mutant, by: int) -> None:
            if (by == SURVIVED) != (old[m.id] is None):
                wrong.append(m.id)

        def order(m: mu.Mutant) -> list[tuple[int, Case]]:
            found = old[m.id]
            return [named[n] for n in (called[m.definition.name] if found is None else [found]) if n in named]

        judge([*picked, *alive], order, args.workers, done, lambda m, by: None)

    failed = collect(work, only=needed)
    print(f"{len(picked)} noticed mutants and {len(alive)} others rerun, {len(wrong)} differ", *wrong, sep="\n  ")
    return 1 if wrong or failed else 0


def gone(result: Json, names: Set[str]) -> list[str]:
    """Mutants that were noticed by a case that there is no more, as "mutant: case"; tests by their names in pytest
    are not looked at, which the sample meets."""
    lost = {i for i, n in enumerate(result["noticed_by"]) if n.startswith(NAMED) and n not in names}
    return [
        f"{name}, mutant {k}: {result['noticed_by'][by]}"
        for name, row in result["definitions"].items()
        for k, by in enumerate(row["by"])
        if by in lost
    ]


def callers(result: Json, name: str, key: str) -> list[str]:
    """All calls that noticed other mutants of the same definition; if there are none, some of the cases that did, of
    those that are run quickly."""
    by = {result["noticed_by"][i] for i in result["definitions"][name]["by"] if i >= 0}
    called = sorted(n for n in by if n.startswith("called "))
    if called:
        return called
    traced = [n for n in by if n.startswith(LIGHT)]
    return sorted(traced, key=lambda n: hashlib.sha256(f"{key}{n}".encode()).hexdigest())[:FEW]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.mutation", description=__doc__)
    parser.add_argument("--all", action="store_true", help="forget earlier results")
    parser.add_argument("--again", action="store_true", help="also rerun what survived the same cases")
    parser.add_argument("--new", action="store_true", help="only what has no outcome yet")
    parser.add_argument("--only", help="only definitions whose name contains this; prints, and keeps other outcomes")
    parser.add_argument("--most", type=int, help="cases a mutant meets at most; for a first look")
    parser.add_argument("--sample", action="store_true", help="rerun a twentieth and all survivors, write nothing")
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    os.chdir(ROOT)
    return sample(args) if args.sample else campaign(args)


if __name__ == "__main__":
    sys.exit(main())

"""A long search for instances that reject mutants and dropped hypotheses; what it finds is kept beside the claim.

`python -m verify.audit.record FOLDER [CLAIM ..] [--work N]` writes `<slug>.instances.json` next to each claim file. An
audit validates these instances again instead of searching for them; so budgets can be large here and small there. What
was recorded before is tried first and kept if it stands. `--offer FILE` searches for nothing: it tries the instances of
FILE, to the named claims or to all that FILE speaks of.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from verify.audit.engine import ENGINE
from verify.audit.sources import Source, SourceError, discover, select
from verify.audit.verdict import states
from verify.evidence.campaign import KEPT, begun
from verify.evidence.gather import Settings
from verify.evidence.judge import Judge, selected
from verify.evidence.mutants import mutants
from verify.evidence.necessity import redundant
from verify.evidence.offers import offer
from verify.evidence.recorded import Recorded, read, write

Data = dict[str, Any]

OPEN = ("survived", "not tried")
SETTLED = ("proved", "equivalent", "implied")


def deep(work: int) -> Data:
    """Settings of a search that may spend `work` evaluated terms for all mutants and hypotheses of a statement."""
    return {
        "trials": 40,
        "enclosed": 0,
        "descents": 0,
        "samples": 2,
        "width_work": 0,
        "necessity": 12,
        "mutant_pool": 40,
        "mutant_draws": 20,
        "mutant_search": 0,
        "mutant_screens": 0,
        "mutant_work": 300_000,
        "campaign": work,
        "keep": True,
    }


def search(
    source: Source, root: Path, settings: Mapping[str, Any], labels: Collection[str] = ()
) -> Iterator[tuple[str, tuple[Recorded, ...], Data]]:
    """Label, records, and what is still open, for each statement of a claim, or for those named."""
    claim = ENGINE.load(source.path)
    context = ENGINE.context(claim, root)
    for statement in claim.statements:
        if statement.sort_error is not None or statement.expects is not None:
            continue
        kernel = statement.kernel()
        try:
            theorems = ENGINE.derive(claim, statement, context)
        except ENGINE.gives_up():
            continue
        if labels and statement.label not in labels:
            continue
        rows = []
        left: Data = {}
        for case, form in enumerate(kernel):
            theorem = next((str(t["id"]) for t in theorems if states(t, form)), None)
            evidence = ENGINE.gather(claim, statement, case, theorem, context, settings)
            rows.append(recorded(evidence))
            left[f"{source.slug}.{statement.label}" + (f" ({case + 1})" if case else "")] = {
                "necessity": [h for h, x in evidence.get("necessity", {}).items() if x["status"] == "unknown"],
                "mutants": [_label(x) for x in evidence.get("mutants", {}).get("mutants", []) if x["status"] in OPEN],
            }
        yield str(statement.label), tuple(rows), left


def offered(source: Source, root: Path, offers: Mapping[str, Sequence[Data]]) -> Iterator[tuple[str, str]]:
    """Try instances, by statement, against what is still open, and keep what they reject beside the claim.

    They speak of the first kernel statement of a label, or of case k if the label ends in ` (k)`. Yields for each what
    became of it. Raises SourceError for a statement or case that the claim does not have; then nothing is kept.
    """
    claim = ENGINE.load(source.path)
    records = dict(read(source.path))
    most = Settings().hypothesis_mutants
    for name, rows in offers.items():
        label, _, case = name.partition(" (")
        statement = next((s for s in claim.statements if s.label == label), None)
        if statement is None:
            has = ", ".join(s.label for s in claim.statements)
            raise SourceError(f"{source.slug} has no statement {label}: instances are offered to one of {has}")
        cases = statement.kernel()
        number = _case(case, len(cases))
        if number is None:
            raise SourceError(f"{source.slug}.{label} has {len(cases)} cases, and none of them is ({case}")
        kernel = cases[number]
        known = [*records.get(label, ()), *(Recorded() for _ in cases)][: len(cases)]
        here = begun(kernel, selected(mutants(kernel), Settings().seed, most))
        before = known[number]
        for text in before.mutants.keys() | before.settled:
            here.forget(text)
        here.dropped -= before.necessity.keys()
        for k, data in enumerate(rows):
            was = len(here.killed) + len(here.necessary)
            (told,) = offer(here, [data])
            found = len(here.killed) + len(here.necessary) - was
            yield f"{name}, {k + 1}", f"{found} rejected; breaks {told or 'nothing'}"
        known[number] = before.joined(here.recorded())
        records[label] = tuple(known)
    write(source.path, records)


def settle(source: Source, root: Path, labels: Collection[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """Ask the kernel, without a budget, about mutants and hypotheses that nothing on record rejects or settles, and
    keep which it settles beside the claim; an audit asks again. Yields them for each statement of a claim, or for those
    named."""
    claim = ENGINE.load(source.path)
    context = ENGINE.context(claim, root)
    records = dict(read(source.path))
    seed, most = Settings().seed, Settings().hypothesis_mutants
    for statement in claim.statements:
        label, rows = str(statement.label), []
        if statement.sort_error is not None or statement.expects is not None or (labels and label not in labels):
            continue
        try:
            theorems = ENGINE.derive(claim, statement, context)
        except ENGINE.gives_up():
            continue
        for case, kernel in enumerate(statement.kernel()):
            proved = any(states(t, kernel) for t in theorems)
            known = [*records.get(label, ()), *[Recorded()] * (case + 1)][case]
            rescripts = ENGINE.rescripts(claim, statement, case, context) if proved else None
            every = selected(mutants(kernel), seed, most)
            ask_all = Recorded(settled=frozenset(m.label() for m in every))
            asked = Judge.of_kernel(kernel, seed, proved=proved, rescripts=rescripts, recorded=ask_all)
            found = {
                m.label()
                for m in every
                if m.operator != "hypothesis"
                and m.label() not in known.mutants.keys() | known.settled
                and asked.at_once(m) is None
                and asked.settled(m) is not None
            }
            names = {str(h["id"]) for h in kernel["hyps"]} & known.open
            needless = {name for name in names if redundant(kernel, name, proved=proved) is not None}
            rows.append(replace(known, settled=known.settled | found, open=known.open - found - needless))
            yield label, sorted(found | needless)
        records[label] = tuple(rows)
        write(source.path, records)


def _case(text: str, cases: int) -> int | None:
    """The place of case `k)`, the first if nothing is said, None if there is no such case."""
    if not text:
        return 0
    digits = text.removesuffix(")")
    return int(digits) - 1 if digits.isdecimal() and 1 <= int(digits) <= cases else None


def recorded(evidence: Mapping[str, Any]) -> Recorded:
    """The instances of what was found, each once."""
    instances: dict[str, int] = {}
    rows: list[Data] = []

    def number(data: Mapping[str, Any]) -> int:
        kept = {k: data[k] for k in KEPT if k in data}
        if str(data.get("where", "")).startswith("time "):
            kept["where"] = data["where"]
        text = json.dumps(kept, sort_keys=True)
        if text not in instances:
            instances[text] = len(rows)
            rows.append(kept)
        return instances[text]

    found = {
        h: number(x["counterexample"])
        for h, x in evidence.get("necessity", {}).items()
        if x["status"] == "necessary" and x.get("source") != "given"
    }
    killed = {
        _label(x): number(x["counterexample"])
        for x in evidence.get("mutants", {}).get("mutants", [])
        if x["status"] == "killed" and "counterexample" in x and x["operator"] != "hypothesis"
    }
    fates = evidence.get("mutants", {}).get("mutants", [])
    unknown = {h for h, x in evidence.get("necessity", {}).items() if x["status"] == "unknown"}
    return Recorded(
        tuple(rows),
        killed,
        found,
        frozenset(_label(x) for x in fates if x["status"] in SETTLED and x["operator"] != "hypothesis"),
        frozenset(unknown | {_label(x) for x in fates if x["status"] == "survived" and x["operator"] != "hypothesis"}),
    )


def _label(row: Mapping[str, Any]) -> str:
    return f"{row['operator']}: {row['part']} at {'.'.join(map(str, row['path'])) or 'top'}: {row['change']}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command, with these `arguments`; the exit code is 0, or 2 if a name or a file is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("claims", nargs="*")
    parser.add_argument("--statements", nargs="*", default=(), help="search for these statements only, by label")
    parser.add_argument("--work", type=int, default=60_000, help="evaluated terms for a statement")
    parser.add_argument("--settle", action="store_true", help="do not search, ask the kernel about what is open")
    parser.add_argument("--log", type=Path, help="write what is still open here, a claim a line")
    parser.add_argument("--offer", type=Path, help="try the instances of this JSON file, {claim: {statement: [..]}}")
    options = parser.parse_args(arguments)
    try:
        return _offer(options) if options.offer is not None else _search(options)
    except SourceError as wrong:
        print(wrong, file=sys.stderr)
        return 2


def _offer(options: argparse.Namespace) -> int:
    sources = discover(options.folder)
    for source, offers in _offers(options.offer, select(sources, options.claims), sources):
        for name, said in offered(source, options.folder, offers):
            print(f"{source.slug}.{name}: {said}", file=sys.stderr, flush=True)
    return 0


def _offers(file: Path, chosen: Sequence[Source], sources: Sequence[Source]) -> list[tuple[Source, Data]]:
    """What a file offers to the chosen claims. Raises SourceError if it has another form or names no claim."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        raise SourceError(f"the instances in {file} cannot be read: {wrong}") from wrong
    claims = list(data.values()) if isinstance(data, dict) else [None]
    lists = [rows for x in claims for rows in (x.values() if isinstance(x, dict) else [None])]
    if not all(isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in lists):
        raise SourceError(f"{file} should be of the form {{claim: {{statement: [instance, ..]}}}}")
    named = [(source, offers) for slug, offers in data.items() for source in select(sources, [slug])]
    return [(source, offers) for source, offers in named if source in chosen]


def _search(options: argparse.Namespace) -> int:
    sources = discover(options.folder)
    for source in select(sources, options.claims):
        if options.settle:
            for label, names in settle(source, options.folder, options.statements):
                for name in names:
                    print(f"{source.slug}.{label}: {name}", file=sys.stderr, flush=True)
            continue
        began = time.process_time()
        records, left = dict(read(source.path)), {}
        for label, rows, still in search(source, options.folder, deep(options.work), options.statements):
            records[label] = rows
            left.update(still)
            write(source.path, records)  # after each, so that a search that is stopped leaves what it found
        killed = sum(len(r.mutants) for rows in records.values() for r in rows)
        alive = sum(len(x["mutants"]) for x in left.values())
        seconds = time.process_time() - began
        told = f"{source.slug}: {killed} rejected by an instance, {alive} open, {seconds:.0f} s"
        print(told, file=sys.stderr, flush=True)
        if options.log is not None:
            with options.log.open("a", encoding="utf-8") as out:
                out.write(json.dumps({source.slug: left}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

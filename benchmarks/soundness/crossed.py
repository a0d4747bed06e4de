"""`python -m benchmarks.soundness.crossed`: what cross-examination of the library leaves open, and why.

Every theorem of the committed certificates that a statement rests on is cross-examined (`verify.evidence.cross`) as the
audit does. A pair of a step and an instance that is not decided has a cause: what could not be evaluated, or that the
enclosures do not separate. A theorem for which no random instance meets the hypotheses is tried once more at the
witness of its statement. The counts are in crossed.json, theorem by theorem; a run goes on where the last one stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from verify.audit.pipeline import _needed
from verify.evidence import cross
from verify.evidence.check import Prepared
from verify.evidence.generate import Plan
from verify.evidence.given import completed
from verify.evidence.instance import Instance
from verify.evidence.values import ShapeError, Unsupported
from verify.evidence.work import metered
from verify.numeric.enclosure import NotEvidence

ROOT = Path(__file__).resolve().parents[2]
RESULT = Path(__file__).with_name("crossed.json")
CAUSE = 70  # characters of a reason that are kept

Json = Any


def theorems() -> Iterator[tuple[str, Json, list[Json]]]:
    """Name, theorem, and the witnesses of the statements that it is the proof of."""
    for path in sorted((ROOT / "reports" / "certificates").rglob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        by_id = {t["id"]: t for t in data["derivation"]}
        wanted = sorted({name for s in data["statements"] for name in _needed(s, by_id)})
        for name in wanted:
            found = [
                s["evidence"]["witness"]
                for s in data["statements"]
                if (s["theorems"] or [None])[0] == name and s["evidence"].get("witness")
            ]
            yield f"{path.parent.name}/{path.stem}: {name}", by_id[name], found


def examined(theorem: Json) -> Json:
    """The result of cross-examination, with the causes of what is undecided."""
    causes: Counter[str] = Counter()
    decide = cross._one

    def one(prepared: Prepared, goal: Any) -> tuple[str, dict[str, Any]]:
        try:
            status = prepared.check([goal]).status
        except (NotEvidence, Unsupported, ShapeError) as error:
            causes[f"{type(error).__name__}: {str(error)[:CAUSE]}"] += 1
            return "unknown", {}
        if status not in ("holds", "agrees", "fails"):
            causes["the enclosures do not decide"] += 1
        return decide(prepared, goal) if status == "fails" else (status, {})

    with mock.patch.object(cross, "_one", one):
        found = cross.cross_examine(theorem)
    return {**found, "causes": dict(causes)}


def at_witness(theorem: Json, witness: Json) -> Json | None:
    """How many steps hold at a witness that meets all hypotheses; None if it does not, or lacks a letter."""
    statement = {"sig": {"letters": {}, **theorem["sig"]}, "hyps": theorem["hyps"], "goals": []}
    try:
        plan = Plan.of(statement)
        instance = Instance.from_json(completed(statement, witness), plan.sig.get("nat", {}))
        prepared = Prepared(plan, instance, iterates=1)
        with metered(cross.WORK):
            if any(cross._one(prepared, cross._bounded(h))[0] not in ("holds", "agrees") for h in theorem["hyps"]):
                return None
            answers = Counter(cross._one(prepared, cross._bounded(s))[0] for s in theorem["steps"])
    except Exception as error:  # a witness is of a statement; the theorem may speak of more
        return {"note": f"{type(error).__name__}: {str(error)[:CAUSE]}"}
    return dict(answers)


def digest(theorem: Json) -> str:
    return hashlib.sha256(json.dumps(theorem, sort_keys=True).encode()).hexdigest()[:12]


def summary(rows: dict[str, Json]) -> Json:
    """Totals, the table of causes, and what is left without an instance."""
    totals: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for row in rows.values():
        for key in ("settled", "agree", "unknown", "steps", "silent"):
            totals[key] += row[key]
        totals[row["status"]] += 1
        causes.update(row["causes"])
    drawn = {name: row for name, row in rows.items() if row["instances"]}
    alone = {name: row for name, row in sorted(rows.items()) if name not in drawn}
    nothing = "no draw meets the hypotheses"
    return {
        "theorems": len(rows),
        "totals": dict(sorted(totals.items())),
        "causes": dict(sorted(causes.items(), key=lambda x: (-x[1], x[0]))),
        "silent": dict(sorted((name, row["silent"]) for name, row in drawn.items() if row["silent"])),
        "without_instance": {
            name: {"why": row.get("note", nothing), "at_the_witness": row.get("witness")} for name, row in alone.items()
        },
    }


def main() -> int:
    """Cross-examine all theorems, or as many as there is time for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.crossed", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after this time; the next run goes on")
    args = parser.parse_args()
    began = time.monotonic()
    known = json.loads(RESULT.read_text(encoding="utf-8"))["rows"] if RESULT.exists() else {}
    rows: dict[str, Json] = {}
    left = 0
    for name, theorem, witnesses in theorems():
        key = digest(theorem)
        if known.get(name, {}).get("hash") == key:
            rows[name] = known[name]
        elif time.monotonic() - began > args.seconds:
            left += 1
            continue
        else:
            found = examined(theorem)
            if found["violations"]:
                print(f"{name} IS VIOLATED: {json.dumps(found['violations'])}", flush=True)
            kept = ("status", "instances", "settled", "agree", "unknown", "steps", "silent", "causes", "note")
            rows[name] = {"hash": key, **{k: found[k] for k in kept if k in found}}
            if not found["instances"] and witnesses:
                rows[name]["witness"] = at_witness(theorem, witnesses[0])
        if len(rows) % 20 == 0:
            print(f"{len(rows)} theorems, {time.monotonic() - began:.0f} s", flush=True)
            RESULT.write_text(text(rows, left), encoding="utf-8")
    RESULT.write_text(text(rows, left), encoding="utf-8")
    print(json.dumps({**summary(rows), "left": left}, indent=1))
    return int(any(row["status"] == "violated" for row in rows.values()))


def text(rows: dict[str, Json], left: int) -> str:
    return json.dumps({"left": left, **summary(rows), "rows": rows}, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main())

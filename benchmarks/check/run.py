"""Settle the development corpus and tabulate: python benchmarks/check/run.py [--family F] [--jobs N] [--json FILE].

A verdict is right if it is the expected one (CONDITIONAL counts as PROVED), wrong if the opposite, open otherwise.
Exit code 3 if a verdict is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from verify.check.command import read_line
from verify.check.settle import settle

HERE = Path(__file__).parent
LEVELS = ("easy", "medium", "hard")
DECIDED = ("PROVED", "REFUTED")


def statements(families: list[str], pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted((HERE / "corpus").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if (not families or row["family"] in families) and pattern in row["id"]:
                yield row


def run(job: tuple[dict[str, Any], float]) -> dict[str, Any]:
    row, budget = job
    found = read_line(json.dumps(row), 0)
    began = time.perf_counter()
    answer = found
    if hasattr(found, "hints"):
        answer = settle(replace(found, hints=replace(found.hints, budget=budget)))
    seconds = time.perf_counter() - began
    verdict = answer.verdict
    return {
        **{key: row[key] for key in ("id", "family", "difficulty", "expected")},
        "verdict": verdict,
        "outcome": outcome(row["expected"], verdict),
        "seconds": round(seconds, 3),
        "note": answer.message or "; ".join(answer.tried)[:200] or answer.method,
    }


def outcome(expected: str, verdict: str) -> str:
    verdict, expected = (("PROVED" if v == "CONDITIONAL" else v) for v in (verdict, expected))
    if verdict == expected:
        return "right"
    return "wrong" if verdict in DECIDED or verdict == "ERROR" else "open"


def table(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each family and level, for each family, for true and for false ones, and for everything."""
    out = []
    families = sorted({r["family"] for r in results})
    for family in [*families, None]:
        here = [r for r in results if family in (None, r["family"])]
        for level in (*LEVELS, "true", "false", None):
            rows = [
                r
                for r in here
                if level is None
                or r["difficulty"] == level
                or (level == "true" and r["expected"] in ("PROVED", "CONDITIONAL"))
                or (level == "false" and r["expected"] == "REFUTED")
            ]
            if rows:
                count = {k: sum(r["outcome"] == k for r in rows) for k in ("right", "wrong", "open")}
                times = sorted(r["seconds"] for r in rows)
                out.append(
                    {
                        "family": family or "all",
                        "level": level or "all",
                        "statements": len(rows),
                        **count,
                        "right share": round(count["right"] / len(rows), 3),
                        "median seconds": round(median(times), 3),
                        "longest": times[-1],
                    }
                )
    return out


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--family", action="append", default=[])
    reader.add_argument("--id", default="", help="only statements whose id contains this")
    reader.add_argument("--budget", type=float, default=10.0, help="seconds for one statement")
    reader.add_argument("--jobs", type=int, default=1)
    reader.add_argument("--json", type=Path, help="write results and table to this file")
    reader.add_argument("--all", action="store_true", help="list every statement, not only those that are not right")
    given = reader.parse_args()
    jobs = [(row, given.budget) for row in statements(given.family, given.id)]
    if not jobs:
        print("no statement matches")
        return 2
    if given.jobs > 1:
        with ProcessPoolExecutor(given.jobs) as pool:
            results = list(pool.map(run, jobs))
    else:
        results = [run(job) for job in jobs]
    for r in results:
        if given.all or r["outcome"] != "right":
            print(f"{r['outcome']:5} {r['id']} {r['verdict']:8} {r['seconds']:6.2f} s  {r['note'][:110]}")
    rows = table(results)
    heads = list(rows[0])
    widths = [max(len(str(x)) for x in (h, *(r[h] for r in rows))) for h in heads]
    print("\n" + "  ".join(h.rjust(w) for h, w in zip(heads, widths, strict=True)))
    for r in rows:
        print("  ".join(str(r[h]).rjust(w) for h, w in zip(heads, widths, strict=True)))
    if given.json:
        given.json.write_text(json.dumps({"budget": given.budget, "table": rows, "results": results}, indent=1) + "\n")
    return 3 if any(r["outcome"] == "wrong" for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())

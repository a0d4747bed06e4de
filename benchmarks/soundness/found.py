"""`python -m benchmarks.soundness.found`: small certificates that searches find for the problems of benchmarks/check.

They are twins like those written by hand, with rules in other combinations, and are kept in tests/must_fail/found.json
once found: later searches may find other proofs, which the pinned changes do not speak of. Options: --budget SECONDS
for one problem.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.must_fail.files import FOUND, answer
from verify.check.problem import from_json
from verify.check.settle import settle

CORPUS = Path(__file__).resolve().parents[1] / "check" / "corpus"
KINDS = ("scalars", "identities", "tails", "matrices")
LONGEST = 5_000  # characters of an item
SLOWEST = 0.06  # seconds of its replay

Json = Any


def items(budget: str) -> Iterator[tuple[str, Json]]:
    for path in sorted(CORPUS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            try:
                problem = from_json(row)
            except ValueError:  # shapes that do not fit: there is no statement
                continue
            found = settle(replace(problem, hints=replace(problem.hints, budget=float(budget))))
            for kind in KINDS:
                for number, item in enumerate((found.certificate or {}).get(kind, [])):
                    yield f"{row['id']} {kind} {number}", {kind: [item]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.found", description=__doc__)
    parser.add_argument("--budget", default="3")
    args = parser.parse_args()
    sys.setrecursionlimit(20_000)
    kept: dict[str, Json] = json.loads(FOUND.read_text(encoding="utf-8"))
    for name, file in items(args.budget):
        if name in kept or len(json.dumps(file)) > LONGEST:
            continue
        began = time.process_time()
        said = answer(file)
        if time.process_time() - began < SLOWEST and all(isinstance(part, dict) for part in said):
            kept[name] = file
    text = ",\n".join(f"{json.dumps(n)}: {json.dumps(kept[n])}" for n in sorted(kept))
    FOUND.write_text("{\n" + text + "\n}\n", encoding="utf-8")
    print(f"{len(kept)} certificates")
    return 0


if __name__ == "__main__":
    sys.exit(main())

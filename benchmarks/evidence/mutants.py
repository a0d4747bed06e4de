"""What evidence finds over the certificates: `python -m benchmarks.evidence.mutants [FOLDER] [--write]`.

Fates of mutants by operator, in goals and in hypotheses; rates of rejection; what is known about each hypothesis; the
sharpness of bounds. Nothing is measured here that the certificates do not say; `--write` keeps it in mutants.json.

The rate is killed / (killed + survived + not tried). Counted out are mutants that are no statement (ill-sorted), that
say the same (equivalent) or less (implied), and those that are proved: there the statement is not sharp, and they are
listed under `not_sharp`. Demanded are 95 % for `OPERATORS` and for constants of goals that are marked Tight.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

OPERATORS = ("relation", "transpose", "index", "hypothesis")
GOAL = 0.95
OPEN = ("survived", "not tried")


def parts(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and evidence of each kernel statement."""
    for path in sorted(folder.rglob("*.json")):
        certificate = json.loads(path.read_text(encoding="utf-8"))
        for statement in certificate["statements"]:
            evidence = statement["evidence"]
            for k, part in enumerate([evidence, *evidence.get("others", [])] if evidence else []):
                name = f"{certificate['claim']['slug']}.{statement['label']}"
                yield name + (f" ({k + 1})" if k else ""), part


def operator(row: Mapping[str, Any], tight: set[int]) -> str:
    """The operator, apart for constants of goals that are marked Tight."""
    goal = str(row["part"]).startswith("goal ")
    if row["operator"] == "constant" and goal and int(row["part"][5:]) in tight:
        return "constant of a tight goal"
    if row["operator"] == "hypothesis":
        return "hypothesis"
    return f"{row['operator']} in a {'goal' if goal else 'hypothesis'}"


def reason(row: Mapping[str, Any]) -> str | None:
    """Why a mutant is open: no instance of it was met, the conclusion holds at all that were, or the budget ended."""
    if row["status"] == "survived":
        return "holds at all instances tried" if row.get("tried", 0) else "no instance met its hypotheses"
    return "budget" if row["status"] == "not tried" else None


def rate(tally: Mapping[str, int]) -> float | None:
    """Share of rejected mutants among those that can be rejected; None if there are none."""
    killed = tally.get("killed", 0)
    total = killed + sum(tally.get(status, 0) for status in OPEN)
    return round(killed / total, 4) if total else None


def measure(folder: Path) -> dict[str, Any]:
    """Counts and rates over all certificates of a folder, as JSON."""
    tallies: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    demanded: Counter[str] = Counter()
    necessity: Counter[str] = Counter()
    sharpness: Counter[str] = Counter()
    without_attempt: list[str] = []
    none_rejected: list[str] = []
    not_sharp: Counter[str] = Counter()
    survivors: Counter[str] = Counter()
    statements = 0
    for name, part in parts(folder):
        for hypothesis, entry in (part.get("necessity") or {}).items():
            necessity[entry["status"]] += 1
            if entry["status"] == "unknown" and not entry.get("attempt"):
                without_attempt.append(f"{name}: {hypothesis}")
        bounds = part.get("sharpness") or []
        sharpness.update(entry["status"] for entry in bounds)
        rows = (part.get("mutants") or {}).get("mutants") or []
        if not rows:
            continue
        statements += 1
        tight = {entry["goal"] for entry in bounds if entry["status"] == "Tight"}
        if not any(row["status"] == "killed" for row in rows):
            none_rejected.append(name)
        for row in rows:
            kind = operator(row, tight)
            tallies.setdefault(kind, Counter())[row["status"]] += 1
            why = reason(row)
            if why is not None:
                reasons.setdefault(kind, Counter())[why] += 1
            if row["operator"] in OPERATORS or kind == "constant of a tight goal":
                demanded[row["status"]] += 1
                if row["status"] in OPEN:
                    survivors[name] += 1
                if row["status"] == "proved":
                    not_sharp[name] += 1
    return {
        "statements": statements,
        "demanded": {"rate": rate(demanded), "goal": GOAL, **dict(sorted(demanded.items()))},
        "operators": {kind: {"rate": rate(t), **dict(sorted(t.items()))} for kind, t in sorted(tallies.items())},
        "open": {kind: dict(sorted(t.items())) for kind, t in sorted(reasons.items())},
        "necessity": dict(sorted(necessity.items())),
        "unknown_without_attempt": without_attempt,
        "sharpness": dict(sorted(sharpness.items())),
        "no_mutant_rejected": none_rejected,
        "survivors": dict(survivors.most_common()),
        "not_sharp": dict(not_sharp.most_common()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("reports/certificates"))
    parser.add_argument("--write", action="store_true", help="keep the result in mutants.json")
    options = parser.parse_args()
    found = measure(options.folder)
    for kind, tally in found["operators"].items():
        told = ", ".join(f"{status} {n}" for status, n in tally.items() if status != "rate")
        print(f"{kind:28} {tally['rate'] if tally['rate'] is not None else '-':>7}  {told}")
    for kind, tally in found["open"].items():
        print(f"open: {kind:28} " + ", ".join(f"{why} {n}" for why, n in tally.items()))
    for key in ("demanded", "necessity", "sharpness"):
        print(f"{key}: " + ", ".join(f"{k} {v}" for k, v in found[key].items()))
    for key in ("unknown_without_attempt", "no_mutant_rejected"):
        print(f"{key}: " + (", ".join(found[key]) or "none"))
    if options.write:
        target = Path(__file__).with_suffix(".json")
        target.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

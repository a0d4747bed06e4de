"""`python -m benchmarks.soundness.tampering`: one change in a certificate, its hash recomputed, and `verify recheck`.

Changed are single coefficients, transposes, exponents and indices of derivations and refutations, and single numbers
of witnesses and enclosures, at seeded random places of every committed certificate. `recheck` must report the
certificate and name the step or the piece of evidence, unless what is left still proves the claim's own statements:
then every statement keeps its verdict, checked against the claim file.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.audit.certificate import canonical, sealed
from verify.audit.recheck import recheck
from verify.audit.run import Settings
from verify.audit.sources import discover

from .corrupt import KINDS, places, tamper

ROOT = Path(__file__).resolve().parents[2]
RESULT = Path(__file__).with_name("tampering.json")

Json = Any


@dataclass(frozen=True)
class Change:
    certificate: str  # topic/slug
    kind: str
    path: tuple[Any, ...]
    text: str  # the certificate afterwards


def certificates() -> dict[str, Json]:
    home = ROOT / "reports" / "certificates"
    return {
        f"{p.parent.name}/{p.stem}": json.loads(p.read_text(encoding="utf-8")) for p in sorted(home.rglob("*.json"))
    }


def draw(each: int, seed: int, names: list[str] | None = None) -> list[Change]:
    """`each` changes of every kind in every certificate that has a place for it."""
    found = []
    for name, data in certificates().items():
        if names is not None and name not in names:
            continue
        rng = random.Random(f"{seed} {name}")
        for kind in KINDS:
            every = places(data, kind)
            for path in rng.sample(every, min(each, len(every))):
                text = canonical(sealed(tamper(data, kind, path, rng)))
                if text != canonical(data):
                    found.append(Change(name, kind, path, text))
    return found


def named(change: Change, data: Json, findings: list[Any]) -> str:
    """What the findings speak of: the place of the change, a later theorem or statement that needs it, or neither."""
    part, number, *_ = change.path
    said = " ".join(f"{f.where}: {f.what}" for f in findings)
    if part == "statements":
        return "reported" if data["statements"][number]["label"] in said else "elsewhere"
    if data[part][number]["id"] in said:
        return "reported"
    later = [t["id"] for t in data["derivation"][number + 1 :]] + [s["label"] for s in data["statements"]]
    return "reported where it is used" if any(name in said for name in later) else "elsewhere"


def outcomes(changes: list[Change], workers: int = 1) -> list[tuple[Change, str]]:
    """For each change: what `named` says, or "stands", or "unexpected verdict"."""
    originals = certificates()
    out: list[tuple[Change, str]] = []
    with tempfile.TemporaryDirectory(prefix="verify-tamper-") as name:
        folder = Path(name)
        files = []
        for number, change in enumerate(changes):
            path = folder / f"{number:05}.json"
            path.write_text(change.text, encoding="utf-8")
            files.append(path)
        settings = Settings(certificates=folder, cache=None, workers=workers)
        result = recheck(files, discover(ROOT / "claims"), settings)
        for path, change, claim in zip(files, changes, result.audit.claims, strict=True):
            findings = [f for f in result.findings if Path(f.file).name == path.name]
            if findings:
                out.append((change, named(change, originals[change.certificate], findings)))
            else:
                out.append((change, "stands" if claim.green else "unexpected verdict"))
    return out


def campaign(each: int, seed: int, workers: int, names: list[str] | None = None) -> Json:
    changes = draw(each, seed, names)
    table: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    examples: list[Json] = []
    for start in range(0, len(changes), 60):
        for change, what in outcomes(changes[start : start + 60], workers):
            table[change.kind][what] += 1
            if what != "reported":
                examples.append([change.certificate, change.kind, list(change.path), what])
        print(f"{min(start + 60, len(changes))} of {len(changes)}", flush=True)
    return {
        "seed": seed,
        "certificates": len({c.certificate for c in changes}),
        "changes": len(changes),
        "outcomes": {kind: dict(sorted(count.items())) for kind, count in table.items()},
        "not_reported_there": examples,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.tampering", description=__doc__)
    parser.add_argument("--each", type=int, default=6, help="changes of each kind in each certificate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    result = campaign(args.each, args.seed, args.workers)
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(json.dumps(result["outcomes"], indent=1))
    bad = {"elsewhere", "unexpected verdict"}
    return 1 if any(bad & set(count) for count in result["outcomes"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())

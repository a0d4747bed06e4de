"""How long the pages take: `python -m benchmarks.report.run [--claims 1000] [--workers 2]`.

The library's certificates are copied under other slugs, with other names for their letters, so that no copy profits
from formulas rendered for another. Certificates are replayed before, which is not part of the time. Writes
benchmarks/report/result.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.report import library
from verify.audit.certificate import canonical, sealed
from verify.cli import registry
from verify.report import CertificateAndVerdicts, build

_TOKEN = re.compile(r'"([A-Za-z][^"\\]*)"')
_HEADS = "q n t v T E D z pi tr ch pow sum prod vec add mul one zero fact all at concl id rule nat dims"
_WORDS = frozenset(_HEADS.split())


def letters(data: Mapping[str, Any]) -> set[str]:
    """The letters of all signatures, but for those that are words of the kernel language too."""
    found = {name for s in data["statements"] for k in s["kernel"] for name in k["sig"].get("letters", ())}
    steps = [step for t in data["derivation"] for step in t["steps"]]
    rows = [data, data["claim"], *data["statements"], *data["derivation"], *steps, *data["refutations"]]
    rows += [s["evidence"] for s in data["statements"]]
    return found - _WORDS - {key for row in rows for key in row} - _heads([s["ast"] for s in data["statements"]])


def _heads(data: Any) -> set[str]:
    """The words that stand at the front of lists, which are names of operations."""
    if isinstance(data, dict):
        data = list(data.values())
    if not isinstance(data, list):
        return set()
    return {x for x in data[:1] if isinstance(x, str)}.union(*map(_heads, data))


def copied(item: CertificateAndVerdicts, number: int) -> CertificateAndVerdicts:
    """The same claim under another name, about other letters."""
    assert item.certificate is not None
    slug = item.certificate["claim"]["slug"]
    names = {name: f"{name}{number}" for name in letters(item.certificate)}

    def renamed(match: re.Match[str]) -> str:
        text = match[1]
        if text == slug or text.startswith(f"{slug}."):
            return f'"{slug}_{number}{text[len(slug):]}"'
        base = re.match(r"(?:D )?([A-Za-z_']+)", text)
        if base and base[1] in names and text[base.end() : base.end() + 1] in ("", "[", "@"):
            return f'"{text[: base.start(1)]}{names[base[1]]}{text[base.end() :]}"'
        return match[0]

    whole = json.loads(_TOKEN.sub(renamed, json.dumps([item.certificate, item.audit, item.replay])))
    certificate = sealed(whole[0])
    return CertificateAndVerdicts(certificate, *whole[1:], item.file, canonical(certificate))


def _cpu() -> float:
    """Processor time of this process and its children."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def measure(count: int, workers: int) -> dict[str, Any]:
    """Time to build so many claims, and for comparison the library once, both after a first build."""
    items = library.items()
    copies = [copied(items[k % len(items)], k // len(items)) for k in range(count)]
    out: dict[str, Any] = {}
    for name, some in (("first", items), ("library", [copied(i, 999) for i in items]), ("many", copies)):
        with tempfile.TemporaryDirectory() as folder:
            wall, cpu = time.perf_counter(), _cpu()
            site = build(some, Path(folder) / "html", registry(), library.SOURCES, workers=workers)
            spent = {"cpu": _cpu() - cpu, "wall": time.perf_counter() - wall}
            sizes = [(site.root / f).stat().st_size for f in site.files if f.startswith("claims/")]
        out[name] = {"claims": len(some), "seconds": {k: round(s, 2) for k, s in spent.items()}, "largest": max(sizes)}
    each = {name: out[name]["seconds"]["cpu"] / out[name]["claims"] for name in ("library", "many")}
    out["ratio"] = round(each["many"] / each["library"], 2)
    out["must"] = "1,000 claims in under 30 s, each page below 300,000 bytes; ratio: time of a claim, among many to few"
    out["holds"] = out["many"]["seconds"]["wall"] < 30 * count / 1000 and out["many"]["largest"] < 300_000
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    found = measure(options.claims, options.workers)
    found["workers"] = options.workers
    found["machine"] = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    Path(__file__).with_name("result.json").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()

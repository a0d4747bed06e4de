"""`python -m benchmarks.soundness.kill`: `kill -9` at random moments of an audit.

Every round audits a small claim folder without a cache and kills up to four of its processes, each after a random
delay: seven times of ten a worker, else the server they are forked from, the kernel, or the audit itself. Afterwards
every certificate in the folder must be byte for byte the one of an undisturbed audit, or absent if there was none; the
next audit must end well with all of them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULT = Path(__file__).with_name("kill.json")
CLAIMS = ("sources.json", "lemmas")
MOST = 4  # kills in one round
AUDIT = ("-c", "from verify.cli import main; main()", "audit", "-j", "2", "--no-cache")


@dataclass(frozen=True)
class Round:
    hits: tuple[str, ...]  # what was killed: "worker", "helper" (server, kernel), "audit"
    code: int  # of the disturbed audit
    lost: int  # certificates that were there and are no longer
    corrupt: int
    next_fails: bool


def _python(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def descendants(pid: int) -> dict[int, bool]:
    """Processes started by a process, directly or not, and whether each is a worker: it leads a session of its own."""
    children: dict[int, list[tuple[int, bool]]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parts = (entry / "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(parts[1]), []).append((int(entry.name), parts[3] == entry.name))
    found: dict[int, bool] = {}
    left = [pid]
    while left:
        below = dict(children.get(left.pop(), []))
        found.update(below)
        left += below
    return found


def choose(process: subprocess.Popen[bytes], kind: str, rng: random.Random) -> int | None:
    """A process of this kind, as soon as there is one; None if the audit ends before."""
    while process.poll() is None:
        if kind == "audit":
            return process.pid
        fits = sorted(p for p, worker in descendants(process.pid).items() if worker == (kind == "worker"))
        if fits:
            return rng.choice(fits)
        time.sleep(0.005)
    return None


def certificates(folder: Path) -> dict[str, bytes]:
    home = folder / "reports" / "certificates"
    return {str(p.relative_to(home)): p.read_bytes() for p in sorted(home.rglob("*.json")) if p.name[0] != "."}


def prepare(folder: Path) -> tuple[dict[str, bytes], float]:
    """The certificates of an undisturbed audit, and how long it takes."""
    for name in CLAIMS:
        source = ROOT / "claims" / name
        target = folder / "claims" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    began = time.monotonic()
    if _python(folder, *AUDIT).wait(300) != 0:
        raise SystemExit("the undisturbed audit fails: nothing to compare with")
    return certificates(folder), time.monotonic() - began


def disturb(folder: Path, good: dict[str, bytes], length: float, rng: random.Random) -> Round:
    """One audit with kills in it, and the next one. Half of the rounds start without certificates."""
    if rng.random() < 0.5:
        shutil.rmtree(folder / "reports")
    before = certificates(folder)
    process = _python(folder, *AUDIT)
    hits = []
    kills = rng.randint(1, MOST)
    for _ in range(kills):
        time.sleep(rng.uniform(0.0, length / kills))
        kind = rng.choices(("worker", "helper", "audit"), (70, 15, 15))[0]
        target = choose(process, kind, rng)
        if target is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(target, signal.SIGKILL)
                hits.append(kind)
    code = process.wait(300)
    after = certificates(folder)
    corrupt = sum(good.get(name) != text for name, text in after.items())
    lost = len(before.keys() - after.keys())
    again = _python(folder, *AUDIT).wait(300)
    return Round(tuple(hits), code, lost, corrupt, again != 0 or certificates(folder) != good)


def campaign(kills: int, seed: int) -> list[Round]:
    """Rounds until so many workers were killed."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="verify-kill-") as name:
        folder = Path(name)
        good, length = prepare(folder)
        done: list[Round] = []
        while sum(r.hits.count("worker") for r in done) < kills:
            done.append(disturb(folder, good, length, rng))
        return done


def bad(r: Round) -> bool:
    return bool(r.lost or r.corrupt or r.next_fails)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="workers to kill")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    done = campaign(args.kills, args.seed)
    result = {
        "seed": args.seed,
        "rounds": len(done),
        "killed": dict(Counter(hit for r in done for hit in r.hits)),
        "ended_with_an_error": sum(r.code != 0 for r in done),
        "lost": sum(r.lost for r in done),
        "corrupt": sum(r.corrupt for r in done),
        "next_run_fails": sum(r.next_fails for r in done),
    }
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(json.dumps(result))
    for r in filter(bad, done):
        print(asdict(r))
    return 1 if any(map(bad, done)) else 0


if __name__ == "__main__":
    sys.exit(main())

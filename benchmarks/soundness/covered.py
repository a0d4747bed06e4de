"""`python -m benchmarks.soundness.covered`: branches of the checkers that their tests execute, in per cent.

The tests of each folder run in a process of their own, two at a time; what they executed is joined. Prints, for each
package, the share of statements and branches and every branch that is missing; ends with 1 where a package falls below
what is asked of it. `--tests` measures only these, `--least` asks for another share. Needs the package `coverage`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Path(__file__).with_name("coverage.ini")
TESTS = ("tests/kernel", "tests/must_fail", "tests/crosscheck", "tests/second")
PACKAGES = ("kernel", "crosscheck", "second")
AIM = 100.0


def coverage(data: Path, *words: str, quiet: bool = False) -> int:
    """Run the tool on one file of data; its exit code."""
    env = {**os.environ, "COVERAGE_FILE": str(data)}
    out = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        [sys.executable, "-m", "coverage", *words], cwd=ROOT, env=env, check=False, stdout=out
    ).returncode


def measured(folder: Path, tests: list[str]) -> dict[str, Any] | None:
    """The report as JSON of all tests together; None if some fail."""

    def run(number: int) -> int:
        pytest = ("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", tests[number])
        return coverage(folder / f"data.{number}", "run", "--rcfile", str(SETTINGS), *pytest)

    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(run, range(len(tests))))
    if any(codes):
        return None
    joined = folder / "joined"
    coverage(joined, "combine", *(str(folder / f"data.{k}") for k in range(len(tests))), quiet=True)
    report = folder / "report.json"
    coverage(joined, "json", "--rcfile", str(SETTINGS), "--fail-under", "0", "-o", str(report), quiet=True)
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["files"]
    return found


def shares(files: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """For each package, statements and branches executed, and all of them."""
    out = dict.fromkeys(PACKAGES, (0, 0))
    for name, row in files.items():
        package = Path(name).parts[1]
        counts = row["summary"]
        done, all_of_it = out[package]
        out[package] = (
            done + counts["covered_lines"] + counts["covered_branches"],
            all_of_it + counts["num_statements"] + counts["num_branches"],
        )
    return out


def main() -> int:
    """Measure, print what is missing, and compare with what is asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.covered", description=__doc__)
    parser.add_argument("--tests", nargs="*", default=list(TESTS))
    parser.add_argument("--least", type=float, default=AIM)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = measured(Path(folder), args.tests)
    if files is None:
        print("a test fails: nothing is measured")
        return 1
    for name, row in sorted(files.items()):
        for a, b in row["missing_branches"]:
            print(f"{name}: line {a} never goes on to {b if b > 0 else 'the end'}")
    low = False
    for package, (done, all_of_it) in shares(files).items():
        share = 100 * done / all_of_it if all_of_it else 0.0
        low = low or share < args.least
        print(f"verify/{package}: {share:.2f} % of {all_of_it} statements and branches")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())

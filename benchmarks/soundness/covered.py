"""`python -m benchmarks.soundness.covered [PACKAGE ..]`: branches of the checkers that their tests execute.

The tests of a package run under the package `coverage`, one package after the other. For every file the record
(covered.json) keeps a hash of its code and each way from line to line that no test takes; with one, this ends with 1.
Running this is slow; that the record speaks of the files as they are, and of no fewer tests, is tested
(tests/soundness/test_covered.py). `--data FILE` reads what an earlier run of `coverage` left.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .mutants import meaning

Json = Any
ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Path(__file__).with_name("coverage.ini")
RECORD = Path(__file__).with_name("covered.json")
TESTS = {
    "kernel": ("tests/kernel", "tests/must_fail", "tests/second"),
    "crosscheck": ("tests/crosscheck",),
    "second": ("tests/second",),
}


def coverage(data: Path, *words: str, quiet: bool = False) -> int:
    """Run the tool on one file of data; its exit code."""
    env = {**os.environ, "COVERAGE_FILE": str(data)}
    out = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        [sys.executable, "-m", "coverage", *words], cwd=ROOT, env=env, check=False, stdout=out
    ).returncode


def measured(folder: Path, package: str, data: Path | None) -> dict[str, Json] | None:
    """What the tool reports of the files of a package; None if a test fails."""
    if data is None:
        data = folder / package
        pytest = ("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *TESTS[package])
        if coverage(data, "run", "--rcfile", str(SETTINGS), *pytest):
            return None
    report = folder / f"{package}.json"
    words = ("json", "--rcfile", str(SETTINGS), "--fail-under", "0", "--include", f"*/verify/{package}/*")
    coverage(data, *words, "-o", str(report), quiet=True)
    found: dict[str, Json] = json.loads(report.read_text(encoding="utf-8"))["files"]
    return found


def files(package: str) -> dict[str, str]:
    """Hash of the code of every file of a package: layout, comments and docstrings do not count."""
    out = {}
    for path in sorted((ROOT / "verify" / package).rglob("*.py")):
        text = meaning(ast.parse(path.read_text(encoding="utf-8")))
        out[path.relative_to(ROOT).as_posix()] = hashlib.sha256(text.encode()).hexdigest()[:16]
    return out


def functions(package: str) -> int:
    """How many test functions there are for a package."""
    paths = [p for folder in TESTS[package] for p in sorted((ROOT / folder).rglob("test_*.py"))]
    return sum(
        isinstance(x, ast.FunctionDef) and x.name.startswith("test_")
        for p in paths
        for x in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
    )


def taken(rows: dict[str, Json], package: str) -> Json:
    """The record of a package: of each file its hash, and what is missing as [line, line] (0 for the end)."""
    hashes = files(package)
    if absent := sorted(hashes.keys() - rows.keys()):
        rows = {**rows, **{name: {"missing_branches": [], "missing_lines": ["every"]} for name in absent if code(name)}}
    return {
        "tests": functions(package),
        "files": {
            name: {
                "hash": text,
                "missing": [[a, max(b, 0)] for a, b in rows.get(name, {}).get("missing_branches", [])]
                + [[line] for line in rows.get(name, {}).get("missing_lines", [])],
            }
            for name, text in hashes.items()
        },
    }


def code(name: str) -> bool:
    """Whether a file has statements other than its docstring; what starts a process is tested as one, unmeasured."""
    return not name.endswith("/__main__.py") and len(ast.parse((ROOT / name).read_text(encoding="utf-8")).body) > 1


def wrong(record: Json) -> list[str]:
    """What the record says against the packages as they are, in words."""
    found = []
    for package in TESTS:
        again = f"run `python -m benchmarks.soundness.covered {package}`"
        row = record.get(package, {"tests": 0, "files": {}})
        for name, text in files(package).items():
            known = row["files"].get(name)
            if known is None or known["hash"] != text:
                found.append(f"{name} has changed since its branches were counted: {again}")
            else:
                found += [f"{name}: no test goes {' to '.join(map(str, x))}" for x in known["missing"]]
        if functions(package) < row["tests"]:
            found.append(f"verify/{package} has fewer tests than when its branches were counted: {again}")
    return found


def main() -> int:
    """Measure, print what is missing, and keep the record."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.covered", description=__doc__)
    parser.add_argument("packages", nargs="*", help=", ".join(TESTS))
    parser.add_argument("--data", type=Path, help="what `coverage run` left, of one package")
    args = parser.parse_args()
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    chosen = args.packages or list(TESTS)
    with tempfile.TemporaryDirectory() as folder:
        for package in chosen:
            before = files(package)
            rows = measured(Path(folder), package, args.data)
            if rows is None:
                print("a test fails: nothing is measured")
                return 1
            if files(package) != before:
                print("the package changed meanwhile: nothing is measured")
                return 1
            record[package] = taken(rows, package)
            RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    missing = wrong({k: x for k, x in record.items() if k in chosen})
    missing = [line for line in missing if any(f"verify/{k}" in line for k in chosen)]
    print("\n".join(missing) or "every branch is executed")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

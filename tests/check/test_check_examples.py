"""The file of examples is answered as it says; the commands of the pages are run by tests/docs."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from verify.cli import main

ROOT = Path(__file__).parents[2]


def test_the_file_of_examples() -> None:
    done = CliRunner().invoke(main, ["check", "--file", str(ROOT / "examples" / "problems.jsonl")])
    assert done.exit_code == 0, done.output

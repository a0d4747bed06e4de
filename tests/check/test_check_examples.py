"""The examples in the documentation are answered as they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from verify.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "check-a-statement.md").read_text(encoding="utf-8")
COMMANDS = [c for c in re.findall(r"^\$ verify (check .*)$", PAGE, re.MULTILINE) if "'...'" not in c]


def test_the_file_of_examples() -> None:
    done = CliRunner().invoke(main, ["check", "--file", str(ROOT / "examples" / "problems.jsonl")])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_page(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code == 0, done.output


def test_the_python_of_the_page() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, {})

"""Runs the code blocks of a page, in order, in one folder: what a reader would do who follows it from top to bottom.

- `console`: lines that begin with `$ ` are commands; the lines below one are output, in which `..` stands for anything;
- `sh`: a script that must succeed; lines that make a virtual environment are those of `.ci/run`, which runs them;
- `python`: run in one namespace for the page; with a title, a file that is written (as the repository has it);
- `json`, `toml`: must be read; the same for titles;
- `text`: not code. A block must say what it is.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r'^( *)```([a-z]*)(?: title="([^"]*)")?[ ]*\n(.*?)^\1```[ ]*$', re.DOTALL | re.MULTILINE)
PROGRESS = re.compile(r"^\[\d+/\d+\] .*\n", re.MULTILINE)
CLAIM = "from verify.statement import *"


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    title: str | None
    text: str

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}, line {self.line}"


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        indent, language, title, body = found.groups()
        body = re.sub(rf"^{indent}", "", body, flags=re.MULTILINE)
        yield Block(page, text[: found.start()].count("\n") + 1, language, title, body)


def run(page: Path, folder: Path, programs: Path) -> int:
    """Run the blocks of a page in a folder, with `programs` first on the path; how many there were."""
    shell = Shell(folder, programs)
    count = 0
    for block in blocks(page):
        count += 1
        if block.title is not None:
            _write(block, shell.folder)
        elif block.language == "console":
            for command, output in commands(block):
                shell.expect(block, command, output)
        elif block.language == "sh":
            for line in _joined(block.text):
                if line.startswith("python3 -m venv"):
                    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
                    assert line in script, f"{block.where}: .ci/run lacks it"
                else:
                    shell.expect(block, line, None)
        elif block.language == "python" and CLAIM not in block.text:
            shell.python(block)
        _read(block)
    return count


def _read(block: Block) -> None:
    """It is at least what it says it is."""
    try:
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "python":
            ast.parse(block.text)
    except (ValueError, SyntaxError) as error:
        raise AssertionError(f"{block.where}: no {block.language}: {error}") from None
    known = ("console", "sh", "python", "json", "toml", "text")
    assert block.language in known, f"{block.where}: {block.language or 'a block without language'}; use one of {known}"


def _write(block: Block, folder: Path) -> None:
    assert block.title is not None
    kept = ROOT / block.title
    if kept.is_file():
        assert block.text == kept.read_text(encoding="utf-8"), f"{block.where} differs from {block.title}"
    path = folder / block.title
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")


def _joined(text: str) -> list[str]:
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]


def commands(block: Block) -> list[tuple[str, str]]:
    """Each command of a console block and what is shown below it."""
    parts = re.split(r"^\$ ", block.text.replace("\\\n", " "), flags=re.MULTILINE)
    assert not parts[0].strip(), f"{block.where}: a console block begins with `$ `"
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts[1:])]


class Shell:
    """Commands one after another, each in the folder where the one before left it."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = self.home = folder
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST", "COVERAGE"))}
        self.env = {**kept, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "110", "NO_COLOR": "1"}
        self.programs = programs
        self.said: list[str] = []

    def expect(self, block: Block, command: str, output: str | None) -> None:
        """Run a command. With output shown, it must be that; without, the command must succeed."""
        note = self.home / ".left"
        text = f"{command}\ncode=$?\npwd > '{note}'\nexit $code"
        done = subprocess.run(
            ["bash", "-c", text], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=400
        )
        told = f"{block.where}: {command}\nexit code {done.returncode}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, told
        if output and output.strip():
            real = done.stdout.rstrip() + "\n" + PROGRESS.sub("", done.stderr)
            assert matches(output, real), f"{told}\nis not\n{output}"
        else:
            assert done.returncode == 0, told
        if note.is_file():
            self.folder = Path(note.read_text(encoding="utf-8").strip())
            note.unlink()

    def python(self, block: Block) -> None:
        """Run a block after all that the page ran before."""
        self.said.append(block.text)
        done = subprocess.run(
            [self.programs / "python", "-c", "\n".join(self.said)], cwd=self.folder, env=self.env,
            capture_output=True, text=True, timeout=400,
        )  # fmt: skip
        assert done.returncode == 0, f"{block.where}\n{done.stdout}{done.stderr}"


def matches(shown: str, real: str) -> bool:
    """Whether the output shown is the real one; `..` stands for anything, and trailing space does not count."""

    def plain(text: str) -> str:
        return "\n".join(line.rstrip() for line in text.strip().splitlines())

    pattern = ".*?".join(re.escape(part) for part in plain(shown).split(".."))
    return re.fullmatch(pattern, plain(real), re.DOTALL) is not None

"""Every code block of the documentation, run as `blocks.py` says."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from blocks import ROOT, Shell, blocks, commands, matches, run

ELSEWHERE = {"docs/how-to/publish-claims.md"}  # needs an environment of its own: tests/packaging
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """`verify`, `pytest` and `python` of this checkout."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, what in (("verify", "-c 'from verify.cli import main; main()'"), ("pytest", "-m pytest"), ("python", "")):
        path = folder / name
        path.write_text(f"#!/bin/sh\nPYTHONPATH='{ROOT}' exec '{sys.executable}' {what} \"$@\"\n")
        path.chmod(0o755)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a reader is: a folder with the claims and examples of the repository, and nothing else of it."""
    home = tmp_path / "home"
    for name in ("claims", "examples"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__", "reports"))
    return home


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ELSEWHERE])
def test_the_blocks_of_a_page_run(name: str, folder: Path, programs: Path) -> None:
    run(ROOT / name, folder, programs)


def test_no_fence_is_missed() -> None:
    for page in PAGES:
        fences = [line for line in page.read_text(encoding="utf-8").splitlines() if line.lstrip().startswith("```")]
        assert len(fences) == 2 * len(list(blocks(page))), page
    assert set(NAMES) >= ELSEWHERE


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("```console\n$ false\n```\n", "exit code 1"),
        ("```console\n$ echo one\ntwo\n```\n", "is not"),
        ("```console\n$ python -c 'raise ValueError'\n..\n```\n", "Traceback"),
        ("```sh\npython3 -m venv somewhere\n```\n", ".ci/run lacks it"),
        ("```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n", "AssertionError"),
        ('```json\n{"a": ..}\n```\n', "no json"),
        ("```\nx\n```\n", "a block without language"),
        ('```toml title="pyproject.toml"\nx = 1\n```\n', "differs from pyproject.toml"),
        ("```console\nverify\n```\n", "begins with"),
    ],
)
def test_what_does_not_run_is_found(
    text: str, error: str, folder: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = folder / "page.md"
    page.write_text(text)
    monkeypatch.setattr("blocks.Block.where", "page.md")
    with pytest.raises(AssertionError, match=error):
        run(page, folder, programs)


def test_commands_and_output() -> None:
    assert matches("a\n..\nd\n", "a\nb\nc\nd") and not matches("a\n..\nd\n", "a\nb\nc")
    assert not matches("a", "a\nb")
    shell = Shell(ROOT, ROOT)
    assert shell.folder == ROOT
    (block, *_) = blocks(ROOT / "docs" / "how-to" / "check-a-statement.md")
    assert commands(block)[0][0].startswith("verify check")

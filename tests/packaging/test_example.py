"""The example of a third party: installed beside `verify`, as the page that explains it says, and from its folder."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from away import ROOT
from blocks import run

EXAMPLE = ROOT / "examples" / "averaging"
PAGE = ROOT / "docs" / "how-to" / "publish-claims.md"
LEFT_OUT = shutil.ignore_patterns("reports", "build", "*.egg-info", "__pycache__", ".*")


@pytest.fixture
def ready(programs: Path) -> Path:
    """The programs, and a `pip` that takes what it needs from folders, not from an index."""
    pip = programs / "pip"
    options = "--quiet --no-deps --no-index --no-build-isolation"
    pip.write_text(
        f"#!/bin/sh\ncommand=$1; shift\n"
        f"exec '{sys.executable}' -m pip --python '{programs / 'python'}' $command {options} \"$@\"\n"
    )
    pip.chmod(0o755)
    (programs / "pytest").write_text(f"#!/bin/sh\nexec '{programs / 'python'}' -m pytest -p no:xdist \"$@\"\n")
    (programs / "pytest").chmod(0o755)
    return programs


def test_the_page_on_publishing_claims_runs(ready: Path, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "examples" / "averaging", ignore=LEFT_OUT)
    assert run(PAGE, tmp_path, ready) >= 4
    page = tmp_path / "elsewhere" / "reports" / "html" / "claims" / "averaging" / "missing_factor.html"
    assert "Notes on averages of iterates" in page.read_text(encoding="utf-8")

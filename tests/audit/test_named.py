"""A claim found by its slug, without reading the others."""

from __future__ import annotations

from pathlib import Path

from verify.audit.sources import discover, named, select

TEXT = "from verify.statement import *\n"


def write(path: Path, text: str = TEXT) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_slug_names_one_claim(tmp_path: Path) -> None:
    write(tmp_path / "flow" / "rate.py")
    write(tmp_path / "flow" / "broken.py", TEXT + "this is no Python\n")
    write(tmp_path / "flow" / "_rate.py")
    write(tmp_path / ".old" / "rate.py")
    write(tmp_path / "notes" / "rate.py", "x = 1\n")  # no claim
    assert named(tmp_path, "rate") == select(discover(tmp_path), ["rate"])[0]
    assert named(tmp_path, "broken") == select(discover(tmp_path), ["broken"])[0]
    assert named(tmp_path, "missing") is None
    assert named(tmp_path, "flow") is None and named(tmp_path, "flow/rate") is None and named(tmp_path, "*") is None
    write(tmp_path / "descent" / "rate.py")
    assert named(tmp_path, "rate") is None  # two of them: whoever asks says so

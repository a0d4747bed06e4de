"""The kernel's process: every end is an outcome that names the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from audit_fakes import KERNEL

from verify.audit.replay import FileReplay, Limits, replay


def write(folder: Path, name: str, *fakes: str) -> Path:
    path = folder / f"{name}.json"
    derivation = [{"id": f"t{k}", "fake": fake} for k, fake in enumerate(fakes)]
    path.write_text(json.dumps({"claim": {"slug": name}, "derivation": derivation, "refutations": []}))
    return path


def go(files: list[Path], **limits: float) -> list[FileReplay]:
    return replay(files, Limits(**limits), KERNEL)  # type: ignore[arg-type]


def test_results_by_theorem(tmp_path: Path) -> None:
    (one,) = go([write(tmp_path, "a", "ok", "reject")])
    assert one.theorems["t0"]["ok"] is True and one.theorems["t1"]["step"] == "s1"
    assert one.error is None and one.crash is None


def test_no_files() -> None:
    assert go([]) == []


def test_a_refused_file(tmp_path: Path) -> None:
    (one,) = go([write(tmp_path, "refused", "ok")])
    assert one.error == "unknown rules" and one.theorems == {}


@pytest.mark.parametrize(
    ("fake", "words"),
    [
        ("die", "killed by signal 9"),
        ("raise", "stopped with code 1 (RuntimeError: boom)"),
        ("torn", "stopped with code 1"),
    ],
)
def test_a_death_names_its_file_and_spares_the_others(tmp_path: Path, fake: str, words: str) -> None:
    files = [write(tmp_path, "a", "ok"), write(tmp_path, "b", fake), write(tmp_path, "c", "ok")]
    a, b, c = go(files)
    assert a.crash is None and c.crash is None and c.theorems["t0"]["ok"] is True
    assert b.crash is not None and words in b.crash and str(files[1]) in b.crash


def test_time(tmp_path: Path) -> None:
    (one,) = go([write(tmp_path, "a", "hang")], seconds=1)
    assert one.crash is not None and "ran out of time (1 s)" in one.crash


def test_memory(tmp_path: Path) -> None:
    (one,) = go([write(tmp_path, "a", "eat")], memory=512 * 1024**2)
    assert one.crash is not None and "MemoryError" in one.crash


def test_two_results_of_one_name_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"claim": {"slug": "a"}, "derivation": [{"id": "t"}, {"id": "t"}], "refutations": []}))
    (one,) = go([path])
    assert one.theorems["t"]["ok"] is False

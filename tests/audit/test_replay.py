"""The kernel's process: every end is an outcome that names the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from audit_fakes import KERNEL

from verify.audit.replay import FileReplay, Limits, replay, shares


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


def test_processes_that_share_the_files_answer_as_one_does(tmp_path: Path) -> None:
    fakes = ["ok", "die", "reject", "ok", "die", "ok", "torn"]
    files = [write(tmp_path, f"f{k}", *([fake] * (k + 1))) for k, fake in enumerate(fakes)]
    alone = replay(files, Limits(), KERNEL)
    for workers in (2, 3, 20):
        together = replay(files, Limits(), KERNEL, workers)
        assert [(f.file, f.theorems, f.error) for f in together] == [(f.file, f.theorems, f.error) for f in alone]
        assert [f.crash is None for f in together] == [f.crash is None for f in alone]


def test_shares_are_even_and_lose_nothing() -> None:
    assert shares([], 2) == [[]]
    assert shares([9, 1, 1, 1, 2], 2) == [[0], [1, 2, 3, 4]]
    assert sorted(k for part in shares([3, 0, 0, 7], 3) for k in part) == [0, 1, 2, 3]
    assert shares([1, 1], 5) == [[0], [1]]

"""Offering instances to claims from the command line: what stands is kept, what does not is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from verify.audit.engine import ENGINE
from verify.audit.record import main
from verify.evidence.necessity import necessity
from verify.evidence.recorded import beside, read

CLAIM = '''"""{title}."""
from verify.statement import *

x, y = real("x"), real("y")
bound = corrected(positive=x >= 0, enough=y >= 2 * x, then=y >= x)
'''
BELOW = {"values": {"x": "-1", "y": "-2"}}
INSIDE = {"values": {"x": "1", "y": "3"}}
TIGHT = {"values": {"x": "1", "y": "2"}}
NOWHERE = {"values": {"x": "no number"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    topic = tmp_path / "claims" / "topic"
    topic.mkdir(parents=True)
    for slug in ("bounds", "others"):
        (topic / f"{slug}.py").write_text(CLAIM.format(title=slug.capitalize()), encoding="utf-8")
    return tmp_path / "claims"


def offers(folder: Path, data: Any) -> str:
    file = folder.parent / "offers.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return str(file)


def test_what_stands_is_kept_beside_the_claim(folder: Path) -> None:
    file = offers(folder, {"bounds": {"bound": [BELOW, INSIDE, NOWHERE]}})
    command = [sys.executable, "-m", "verify.audit.record", str(folder), "bounds", "--offer", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    lines = done.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"bounds.bound, {k}" for k in (1, 2, 3)]
    assert "breaks ['bound.positive']" in lines[0] or "breaks ['positive']" in lines[0]
    assert not lines[0].split(": ")[1].startswith("0 rejected")
    assert lines[1].endswith("breaks nothing") and lines[2].split(": ")[1].startswith("0 rejected")
    path = folder / "topic" / "bounds.py"
    (record,) = read(path)["bound"]
    (dropped,) = record.necessity
    assert record.hypothesis(dropped) == BELOW
    (kernel,) = ENGINE.load(path).statements[0].kernel()
    assert necessity(kernel, seed=1, recorded=record)[dropped]["source"] == "recorded"
    assert not beside(folder / "topic" / "others.py").exists()


def test_a_second_offer_adds_to_the_first(folder: Path) -> None:
    path = folder / "topic" / "bounds.py"
    assert main([str(folder), "--offer", offers(folder, {"bounds": {"bound": [BELOW]}})]) == 0
    (first,) = read(path)["bound"]
    assert main([str(folder), "--offer", offers(folder, {"bounds": {"bound": [BELOW, TIGHT]}})]) == 0
    (second,) = read(path)["bound"]
    assert second.necessity == first.necessity and set(first.mutants) < set(second.mutants)
    assert second.instances.count(BELOW) == 1


def test_only_named_claims_are_offered_anything(folder: Path) -> None:
    file = offers(folder, {slug: {"bound": [BELOW]} for slug in ("bounds", "others")})
    assert main([str(folder), "others", "--offer", file]) == 0
    assert read(folder / "topic" / "others.py") and not beside(folder / "topic" / "bounds.py").exists()
    assert main([str(folder), "--offer", file]) == 0
    assert read(folder / "topic" / "bounds.py")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"bonds": {"bound": [BELOW]}}, "bonds"),
        ({"bounds": {"bond": [BELOW]}}, "bounds has no statement bond: instances are offered to one of bound"),
        ({"bounds": {"bound (2)": [BELOW]}}, r"bounds.bound has 1 cases, and none of them is (2)"),
        ({"bounds": {"bound (k)": [BELOW]}}, "none of them is (k)"),
        ({"bounds": [BELOW]}, "should be of the form {claim: {statement: [instance, ..]}}"),
        ({"bounds": {"bound": [1]}}, "should be of the form"),
        ([BELOW], "should be of the form"),
    ],
)
def test_wrong_names_are_told(folder: Path, capsys: pytest.CaptureFixture[str], data: Any, told: str) -> None:
    assert main([str(folder), "--offer", offers(folder, data)]) == 2
    assert told in capsys.readouterr().err
    assert not beside(folder / "topic" / "bounds.py").exists()


def test_a_file_that_is_no_json_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder.parent / "offers.json"
    assert main([str(folder), "--offer", str(file)]) == 2
    assert "offers.json cannot be read" in capsys.readouterr().err
    file.write_text("{", encoding="utf-8")
    assert main([str(folder), "--offer", str(file)]) == 2

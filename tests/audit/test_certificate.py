"""Canonical bytes, strict reading, atomic writing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from verify.audit import certificate as c

GOOD: dict[str, Any] = c.sealed(
    {
        "format": 1,
        "rules": 1,
        "claim": {"slug": "s", "topic": "t", "title": "T", "citations": [], "nonclaims": []},
        "statements": [],
        "derivation": [],
        "refutations": [],
        "figures": [],
    }
)


def test_canonical_form() -> None:
    assert c.canonical({"b": [1, "é"], "a": None}) == '{"a":null,"b":[1,"\\u00e9"]}\n'
    assert c.canonical({"a": 1, "b": 2}) == c.canonical({"b": 2, "a": 1})
    for bad in (1.0, [float("nan")], {"a": [{"b": 0.5}]}, {1: 2}):
        with pytest.raises(c.CertificateError):
            c.canonical(bad)


def test_hash() -> None:
    assert c.hash_matches(GOOD)
    assert not c.hash_matches({**GOOD, "figures": [{}]})
    assert c.parse(c.canonical(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":1,"a":2}', "occurs twice"),
        ('{"x":{"a":1,"b":2,"a":3}}', "occurs twice"),
        ("[NaN]", "not a number"),
        ("[Infinity]", "not a number"),
        ("[-Infinity]", "not a number"),
        ("[1.0]", "float"),
        ("[1e5]", "float"),
        ("[" + "9" * 5000 + "]", "digits"),
        ("[-" + "9" * 19 + "]", "digits"),
        ("[" * 600 + "]" * 600, "nested deeper"),
        ('{"a":' * 600 + "1" + "}" * 600, "nested deeper"),
        ("[" * 200_000, "nested deeper"),
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[1] 2", "not JSON"),
    ],
)
def test_strict_reading(text: str, message: str) -> None:
    with pytest.raises(c.CertificateError, match=message) as error:
        c.loads(text)
    assert "\n" not in str(error.value) and len(str(error.value)) < 200


def test_size() -> None:
    with pytest.raises(c.CertificateError, match="larger"):
        c.loads("[" + "1," * 100 + "1]", max_bytes=100)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2, "news": []}, r"newer version of verify-claims \(format 2; this version reads format 1\)"),
        ({"rules": 7}, r"rules 7; this version has rules 1\); install"),
        ({"format": 0}, "format 0 is unknown"),
        ({"format": True}, "format True is unknown"),
        ({"rules": 9}, "rules 9"),
        ({"verdict": "PROVED"}, "unknown key 'verdict'"),
        ({"claim": []}, "claim should be an object"),
        ({"derivation": {}}, "derivation should be a list"),
        ({"derivation": [{}]}, "id should be a string"),
        ({"derivation": [{"id": "a"}, {"id": "a"}]}, "two theorems are called 'a'"),
        ({"refutations": [{"id": "a"}, {"id": "a"}]}, "two refutations are called 'a'"),
        ({"statements": [{"label": "x"}]}, r"statements\[0\] lacks"),
    ],
)
def test_shape(change: dict[str, Any], message: str) -> None:
    with pytest.raises(c.CertificateError, match=message):
        c.check_shape({**GOOD, **change})


def test_a_verdict_cannot_be_smuggled_in() -> None:
    statement = {key: [] for key in c.STATEMENT_KEYS} | {"label": "x", "role": "printed", "verdict": "PROVED"}
    with pytest.raises(c.CertificateError, match="unknown key 'verdict'"):
        c.check_shape({**GOOD, "statements": [statement]})


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(c.CertificateError, match="No such file"):
        c.read(tmp_path / "none.json")
    with pytest.raises(c.CertificateError):
        c.read(tmp_path)
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    with pytest.raises(c.CertificateError, match="UTF-8"):
        c.read(tmp_path / "bytes.json")


def test_writing_is_atomic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "file.json"
    c.write_atomically(path, "old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        c.write_atomically(path, "new")
    assert path.read_text() == "old" and [p.name for p in path.parent.iterdir()] == ["file.json"]


def test_round_trip(tmp_path: Path) -> None:
    c.write_atomically(tmp_path / "x.json", c.canonical(GOOD))
    assert c.read(tmp_path / "x.json") == GOOD
    assert json.loads((tmp_path / "x.json").read_text()) == GOOD


@pytest.mark.parametrize(
    "text", ["9" * 19, "-" + "9" * 19, "[" + "9" * 19 + "]", '{"a":-' + "9" * 19 + "}", "[1," + "9" * 19 + "]"]
)
def test_large_numbers_are_refused_in_canonical_text_too(text: str) -> None:
    with pytest.raises(c.CertificateError, match="an integer of"):
        c.loads(text + "\n")
    with pytest.raises(c.CertificateError, match="an integer of"):
        c.loads(" " + text)
    assert c.loads(text.replace("9" * 19, "9" * 18)) is not None


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', "[0.5]", '{"a":1e3}', "[NaN]", "[" * 402 + "]" * 402]
)
def test_what_looks_canonical_is_refused_like_anything_else(text: str) -> None:
    for ending in ("", "\n"):
        with pytest.raises(c.CertificateError):
            c.loads(text + ending)

"""The register of documents: every id is covered, out of scope with a reason, or visibly pending."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from verify.audit.sources import SourceError, discover, register
from verify.statement.claims import read_sources

CLAIMS = Path(__file__).resolve().parents[2] / "claims"


def project(root: Path, claims: dict[str, Any], covers: str, count: int = 2) -> Path:
    (root / "register").mkdir(parents=True)
    (root / "topic").mkdir()
    (root / "sources.json").write_text(json.dumps({"sources": {"doc": {"title": "A"}}}))
    table = {"source": "doc", "prefix": "X", "count": count, "claims": claims}
    (root / "register" / "doc.json").write_text(json.dumps(table))
    (root / "topic" / "one.py").write_text(f'"""One."""\nfrom verify.statement import *\ncovers({covers})\n')
    return root


def test_what_became_of_each_id(tmp_path: Path) -> None:
    claims = {"X-01": {"at": "p. 1"}, "X-02": {"at": "p. 2", "out_of_scope": "taste"}, "X-03": {"pending": "a proof"}}
    root = project(tmp_path / "claims", claims, "'X-01'", count=3)
    found = [(e.id, e.status, e.reason, e.claims) for e in register(root, discover(root))]
    assert found == [
        ("X-01", "covered", "", ("topic/one",)),
        ("X-02", "out of scope", "taste", ()),
        ("X-03", "pending", "a proof", ()),
    ]


@pytest.mark.parametrize(
    ("claims", "covers", "words"),
    [
        ({"X-01": {"at": "p. 1"}, "X-02": {"at": "p. 2"}}, "'X-01'", "X-02 is neither covered"),
        ({"X-01": {"at": "p. 1", "pending": "a"}, "X-02": {"pending": "b"}}, "'X-01'", "and listed as pending"),
        ({"X-01": {"at": "p. 1"}, "X-02": {"at": "a", "out_of_scope": "b"}}, "'X-01', 'X-02'", "listed as out of"),
        ({"X-01": {"at": "p. 1"}, "X-02": {"at": "a", "out_of_scope": "b", "pending": "c"}}, "'X-01'", "X-02 is"),
        ({"X-01": {"at": "p. 1"}}, "'X-01'", "do not run from"),
        ({"X-01": {"at": "p. 1"}, "X-03": {"pending": "c"}}, "'X-01'", "do not run from"),
        ({"X-01": {"at": "p. 1"}, "X-02": {"at": "p. 2", "out_of_scope": " "}}, "'X-01'", "X-02 needs a place"),
        ({"X-01": {"at": "p. 1"}, "X-02": {"out_of_scope": "b"}}, "'X-01'", "X-02 needs a place"),
        ({"X-01": {"at": "p. 1"}, "X-02": {"at": "p. 2", "done": "b"}}, "'X-01'", "X-02 needs a place"),
    ],
)
def test_nothing_is_left_out(tmp_path: Path, claims: dict[str, Any], covers: str, words: str) -> None:
    root = project(tmp_path / "claims", claims, covers)
    with pytest.raises(SourceError, match=words):
        register(root, discover(root))


def test_the_library_leaves_nothing_out() -> None:
    entries = register(CLAIMS, discover(CLAIMS))
    table = read_sources(CLAIMS / "sources.json")
    assert {e.id for e in entries} == set(table["claims"]) and {e.source for e in entries} == set(table["sources"])

"""Mistakes of users: one clear message each, the documented exit code, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from verify import cli

GOOD = '"""Squares are not negative."""\nfrom verify.statement import *\nx = real("x")\ns = corrected(then=x**2 >= 0)\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    write(tmp_path, "good", GOOD)
    return tmp_path


def write(home: Path, slug: str, text: str | bytes, topic: str = "a") -> Path:
    path = home / "claims" / topic / f"{slug}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def said(code: int, *arguments: str) -> str:
    result = CliRunner().invoke(cli.main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('from verify.statement import *\nx = real("x"\n', "bad.py, line 2: syntax error: '(' was never closed"),
        (GOOD.replace("0)", "y)"), "bad.py, line 4: NameError: name 'y' is not defined; declare the symbol first"),
        (GOOD.replace("0)", "0.5)"), "bad.py, line 4: the float 0.5 is not exact; write Q(1, 2)"),
        (GOOD.replace("s = ", ""), "bad.py: the file states nothing; assign printed(..), corrected(..) or lemma(..)"),
        (GOOD.replace('"""Squares are not negative."""', ""), "bad.py, line 1: the file has no docstring"),
        (GOOD + 'covers("Z-99")\n', "bad.py, line 5: unknown claim id 'Z-99' in covers; no document is registered"),
        (GOOD + "t = lemma(then=x * corected(x) >= 0)\n", "name 'corected' is not defined; did you mean corrected?"),
        (GOOD + 'y = real("y", positiv=True)\n', "unexpected keyword argument 'positiv'; did you mean positive?"),
        (GOOD + "import nowhere_to_be_found\n", "bad.py, line 5: ModuleNotFoundError"),
        (GOOD + "raise SystemExit(0)\n", "bad.py, line 5: the file ends the process; remove the exit"),
        (GOOD.encode().replace(b"not", b"\xff"), "; save the file as UTF-8"),
    ],
)
def test_malformed_claim_files(home: Path, text: str | bytes, words: str) -> None:
    write(home, "bad", text)
    told = said(1, "audit", "-j", "1")
    assert words in told
    assert "PROVED s (corrected): all values" in told  # the others are audited all the same
    assert words in said(1, "refute", "bad")


def test_a_file_without_the_language_is_told_apart_from_one_that_is_not_there(home: Path) -> None:
    write(home, "bare", 'x = real("x")\n')
    words = "bare.py is not a claim file: it does not import verify.statement; begin it with"
    assert words in said(2, "show", "bare") and words in said(2, "audit", "bare")
    assert "there is no claim 'missing'" in said(2, "show", "missing")


def test_a_claim_of_which_nothing_is_named_is_not_lost(home: Path) -> None:
    write(home, "bad", GOOD.replace("s = corrected", "corrected") + "t = corrected(then=x**2 >= -1)\n")
    assert "a corrected statement has no name" in said(1, "audit", "bad", "-j", "1")


def test_duplicate_ids(home: Path) -> None:
    write(home, "good", GOOD, topic="b/a")
    told = said(2, "audit")
    assert "claims/a/good.py and" in told and "claims/b/a/good.py are both called a/good; rename one of them" in told


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("{", "sources.json: unreadable table of sources: Expecting property name"),
        ('{"claims": {}}', "there is no table 'sources'"),
        ('{"sources": {}, "claims": {"X-01": {"source": "nowhere", "at": "p. 1"}}}', "X-01 names no known source"),
        ('{"sources": {"d": {}}, "claims": {"X-01": {"source": "d", "at": "1"}, "X-01": {"source": "d", "at": "2"}}}',
         "X-01 is listed twice"),
        ('{"sources": {"d": {}}, "claims": {"X-01": {"source": "d", "at": "p. 1"}}}', "X-01 is neither covered"),
    ],
)  # fmt: skip
def test_tables_of_sources(home: Path, table: str, words: str) -> None:
    (home / "claims" / "sources.json").write_text(table)
    assert words in said(2, "audit", "-j", "1")


def test_places_that_cannot_be_written(home: Path) -> None:
    (home / "taken").write_text("a file where a folder is wanted")
    said(0, "audit", "-j", "1")
    for arguments in (
        ("audit", "--json", "taken/result.json"),
        ("report", "--out", "taken/html"),
        ("check", "x >= 0", "--where", "x in [0, 1]", "--certificate", "taken/c.json"),
    ):
        told = said(2, *arguments)
        assert "taken" in told and ("cannot be written" in told or "cannot be read or written" in told)
    assert "holds other files; give an empty folder or an earlier report" in said(2, "report", "--out", "claims")
    (home / "reports").rename(home / "kept")
    (home / "reports").write_text("in the way")
    told = said(2, "audit", "-j", "1")
    assert "reports cannot be written" in told and "copy the claims to a place of yours" in told
    assert "PROVED" not in told  # said before the work, not after it


def test_a_file_without_a_topic(home: Path) -> None:
    (home / "claims" / "flat.py").write_text(GOOD)
    assert "claims/flat.py has no topic; move it into a folder of its topic" in said(2, "audit", "-j", "1")


def test_an_id_that_no_document_has_is_named_before_one_that_nothing_covers(home: Path) -> None:
    table = {"sources": {"a": {"author": "A", "title": "T"}}, "claims": {"K-11": {"source": "a", "at": "p. 1"}}}
    (home / "claims" / "sources.json").write_text(json.dumps(table))
    write(home, "typo", GOOD + 'covers("K-12")\n')
    told = said(2, "audit", "-j", "1")
    assert "typo.py: covers names K-12, which no document of the register has; did you mean K-11?" in told


def test_statements_that_cannot_be_proved_say_why(home: Path) -> None:
    """A misspelt tactic, hypotheses that nothing meets, an index that may be out of range."""
    head = '"""T."""\nfrom verify.statement import *\nx, n = real("x"), nat("n")\n'
    script = "s = corrected(then=x**2 >= 0)\nwith proof(s) as p:\n    p.conclude(by.algebr())\n"
    write(home, "misspelt", head + script)
    write(home, "empty", head + "s = corrected(a=x >= 1, b=x <= 0, then=x**2 >= 5)\n")
    write(home, "index", head + 'y = reals("y", count=n)\ns = corrected(then=y[1]**2 >= 0)\n')
    told = said(1, "audit", "-j", "1")
    assert "there is no tactic 'algebr'; next: did you mean by.algebra?" in told
    assert "VACUOUS s (corrected): expected PROVED or CONDITIONAL; the hypotheses contradict each other" in told
    assert "the kernel does not read the statement" in told and "index of y above its range" in told


def test_certificates_of_a_newer_version(home: Path) -> None:
    said(0, "audit", "-j", "1")
    path = home / "reports" / "certificates" / "a" / "good.json"
    for change in ({"format": 2, "comments": []}, {"rules": 2}):
        newer = home / "reports" / "certificates" / "a" / "newer.json"
        newer.write_text(json.dumps({**json.loads(path.read_text()), **change}))
        for arguments in (("recheck",), ("recheck", str(newer)), ("report",), ("uses", "alg")):
            told = said(2, *arguments)
            assert "newer.json: made by a newer version of verify-claims" in told
            assert "pip install --upgrade verify-claims" in told
    said(0, "check", "x >= 0", "--where", "x in [0, 1]", "--certificate", "c.json")
    data = json.loads((home / "c.json").read_text())
    (home / "c.json").write_text(json.dumps({**data, "format": 2}))
    assert "c.json: format 2; this version reads format 1; install a newer version" in said(2, "recheck", "c.json")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}', "\x00"])
def test_files_that_are_no_certificates(home: Path, text: str) -> None:
    (home / "odd.json").write_text(text)
    assert "odd.json" in said(2, "recheck", "odd.json")

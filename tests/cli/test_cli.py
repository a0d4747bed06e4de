"""The command line: exit codes, errors in one line, JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from audit_fakes import write_claim
from click.testing import CliRunner, Result

from verify import cli
from verify.audit.second import CHECKER


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def good(library: Path) -> Path:
    path = write_claim(library / "claims", "a/good", {"label": "x"}, {"label": "y", "derive": "axiom"})
    path.write_text(path.read_text() + "\nif False: covers('K-24', 'C-21')\n")
    return path


def test_audit(good: Path, library: Path) -> None:
    result = run("audit")
    assert result.exit_code == 0
    assert "● PROVED       x (corrected): all values" in result.output
    assert "◐ CONDITIONAL  y (corrected): assumes hoeffding-lemma" in result.output
    assert "2 statements in 1 claim: 1 PROVED, 1 CONDITIONAL." in result.output
    assert "2 as expected, 0 open, 0 unexpected" in result.output
    assert (library / "reports" / "certificates" / "a" / "good.json").is_file()
    assert "cached" in (library / "reports" / "run.json").read_text()


@pytest.mark.parametrize("name", ["good", "a/good", "a", "claims/a/good.py", "K-24", "k-24", "c-21"])
def test_names(good: Path, name: str) -> None:
    assert run("audit", name).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["audit", "goood"], "there is no claim 'goood'; did you mean good"),
        (["audit", "K-99"], "there is no claim 'K-99'"),
        (["audit", "none.py"], "there is no file none.py"),
        (["audit", "--json", "good"], "write `verify audit good --json`"),
        (["audit", "--workers", "0"], "0 is not in the range"),
        (["show", "nothing_like_it"], "there is no claim"),
        (["show"], "Missing argument"),
        (["recheck", "none.json"], "there is no file none.json"),
        (["recheck"], "run `verify audit` first"),
        (["report"], "run `verify audit` first"),
        (["--claims", "nowhere", "audit"], "there is no claim folder nowhere"),
        (["frobnicate"], "No such command"),
    ],
)
def test_usage(good: Path, arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_no_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: Path) -> None:
    assert "holds no claim" in run("audit").output
    (library / "claims").rmdir()
    result = run("audit")
    assert result.exit_code == 2 and "no folder `claims` here or above" in result.output


def test_several_folders(good: Path, library: Path) -> None:
    write_claim(library / "more", "b/other", {"label": "z"})
    result = run("--claims", "claims", "--claims", "more", "audit")
    assert result.exit_code == 0 and "3 statements in 2 claims" in result.output
    assert (library / "reports" / "certificates" / "b" / "other.json").is_file()
    write_claim(library / "more", "a/good", {"label": "x"})
    result = run("--claims", "claims", "--claims", "more", "audit")
    assert result.exit_code == 2 and "claims/a/good.py and more/a/good.py are both called a/good" in result.output


def test_installed_claims(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_claim(tmp_path / "elsewhere", "a/good", {"label": "x"})
    monkeypatch.setattr(cli.installed, "names", lambda: ("mine",))
    monkeypatch.setattr(cli.installed, "folder", {"mine": tmp_path / "elsewhere"}.__getitem__)
    (library / "claims").rmdir()
    for arguments, said in (((), True), (("--claims", "mine"), False)):
        result = run(*arguments, "audit")
        assert result.exit_code == 0 and "1 statement in 1 claim" in result.output
        assert ("taking the installed claims: mine" in result.output) is said
    assert (library / "reports" / "certificates" / "a" / "good.json").is_file()


def test_unexpected_comes_first(good: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    write_claim(library / "claims", "b/bad", {"label": "x", "derive": "reject"}, {"label": "fine"})
    write_claim(library / "claims", "b/raises", {"label": "x"}, before="1 / 0")
    result = run("audit")
    assert result.exit_code == 1
    assert result.output.index("b/bad") < result.output.index("a/good")
    assert "? OPEN         x (corrected): expected PROVED or CONDITIONAL; the kernel rejects x" in result.output
    assert "! ERROR        raises.py, line 4: the claim file raises ZeroDivisionError" in result.output
    assert "next: verify show b/bad" in result.output
    assert "1 claim in error" in result.output


def test_contradiction(library: Path) -> None:
    write_claim(library / "claims", "a/clash", {"label": "x", "evidence": {"counterexample": {"values": {}}}})
    result = run("audit")
    assert result.exit_code == 3 and "CONTRADICTION in a/clash, x" in result.output
    assert run("recheck").exit_code == 3


def test_an_accepted_step_that_fails_is_a_contradiction(library: Path) -> None:
    write_claim(library / "claims", "a/broken", {"label": "x", "derive": "false step"})
    result = run("audit")
    assert result.exit_code == 3 and "CONTRADICTION in a/broken, x" in result.output
    result = run("recheck")
    assert result.exit_code == 3 and "the kernel accepts step s1 of theorem x" in result.output


def test_checkers_that_disagree_are_exit_code_3(good: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("audit")
    assert "Cross-examination: 2 conclusions hold" in run("recheck").output
    made = cli._settings
    monkeypatch.setattr(cli, "_settings", lambda *a, **k: replace(made(*a, **k), second=CHECKER))
    result = run("recheck")
    assert result.exit_code == 3 and "theorem x: the checkers disagree. Kernel: accepted. Second: rejected" in " ".join(
        result.output.split()
    )


def test_json(good: Path, library: Path) -> None:
    result = run("audit", "--json")
    data: dict[str, Any] = json.loads(result.stdout)
    assert run("audit", "--json", "out/audit.json").exit_code == 0
    assert json.loads(Path("out/audit.json").read_text()) == data
    (claim,) = data["claims"]
    assert claim["id"] == "a/good" and claim["slug"] == "good" and claim["topic"] == "a"
    assert [s["verdict"] for s in claim["statements"]] == ["PROVED", "CONDITIONAL"]
    wanted = {"role", "verdict", "expects", "scope", "sharpness", "base_facts", "axioms", "oracles"}
    assert wanted | {"counterexample", "evidence"} <= claim["statements"][0].keys()
    assert data["summary"]["verdicts"]["PROVED"] == 1 and data["summary"]["unexpected"] == 0


def test_show(good: Path) -> None:
    result = run("show", "K-24")
    assert result.exit_code == 0 and "x [corrected]  ● PROVED" in result.output
    assert "hoeffding-lemma" in result.output


def test_recheck(good: Path, library: Path) -> None:
    run("audit")
    result = run("recheck")
    assert result.exit_code == 0 and "1 of 1 certificates stand" in result.output
    path = library / "reports" / "certificates" / "a" / "good.json"
    path.write_text(path.read_text().replace('"fake":"ok"', '"fake":"reject"'))
    result = run("recheck", str(path))
    assert result.exit_code == 1 and "theorem x: the kernel rejects x at step s1 (rule alg): no" in result.output
    (path.parent / "torn.json").write_text('{"format": 1')
    result = run("recheck")
    assert result.exit_code == 2 and "torn.json: not JSON" in result.output and "rejects x at step s1" in result.output


def test_recheck_away_from_any_claims(good: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("audit")
    certificate = (library / "reports" / "certificates" / "a" / "good.json").rename(library / "stranger.json")
    (library / "claims").rename(library / "hidden")
    result = run("recheck", str(certificate))
    assert result.exit_code == 0 and "no claim file to compare with" in result.output


def test_a_missing_package_is_named(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ModuleNotFoundError("No module named 'flint'", name="flint")

    monkeypatch.setattr(cli, "build_report", missing)
    result = run("audit", "--report")
    assert result.exit_code == 1 and "the package python-flint is missing" in result.output


def test_axioms() -> None:
    result = run("axioms")
    assert result.exit_code == 0 and "hoeffding-lemma" in result.output and "citation" in result.output
    data = json.loads(run("axioms", "--json").stdout)
    assert set(data) == {"base_facts", "axioms"} and len(data["base_facts"]) <= 12


def test_refute_finds_and_writes_down_counterexamples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "claims" / "a").mkdir(parents=True)
    (tmp_path / "claims" / "a" / "squares.py").write_text(
        '"""Squares."""\n'
        "from verify.statement import *\n\n"
        "x, y = real('x'), real('y')\n"
        "small = corrected(then=x**2 >= x)\n"
        "means = corrected(then=x**2 + y**2 >= 2 * x * y)\n"
    )
    result = run("refute", "squares")
    assert result.exit_code == 1
    assert "small: fails" in result.output
    assert "kernel: accepted" in result.output
    assert "small.fails_at(x=Q(1, " in result.output
    assert "means: none found in 200 draws" in result.output
    assert run("refute", "squares", "--label", "means").exit_code == 0
    lines = [json.loads(line) for line in run("refute", "squares", "--json").output.splitlines()]
    assert [line["status"] for line in lines] == ["refuted", "none found"]
    wrong = run("refute", "squares", "--label", "large")
    assert wrong.exit_code == 2
    assert "has no statement 'large'; it has small, means" in wrong.output
    (tmp_path / "claims" / "a" / "broken.py").write_text("from verify.statement import *\nx = 1 / 0\n")
    broken = run("refute", "broken")
    assert broken.exit_code == 1
    assert "ZeroDivisionError" in broken.output


ISOMETRY = """'Isometries.'
from verify.statement import *

k, d = nat("k"), nat("d")
W = matrix("W", k, d)
true = corrected(unit=W.T @ W == I, then=sigma_min(W) >= 1)
false = corrected(unit=W.T @ W == I, then=sigma_min(W) >= 2)
"""


def test_refute_counts_what_the_author_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wide case of the kernel statement fails for a tall matrix, which contradicts nothing that is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "claims" / "a").mkdir(parents=True)
    (tmp_path / "claims" / "a" / "isometry.py").write_text(ISOMETRY)
    stands = run("refute", "isometry", "--label", "true")
    assert stands.exit_code == 0, stands.output
    assert "true (wide): none found" in stands.output
    assert "left out: the matrix has not the shape of this case" in stands.output
    assert run("refute", "isometry", "--label", "false").exit_code == 1


def test_new_writes_a_claim_that_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("new", "means/two_numbers")
    assert result.exit_code == 0
    assert (tmp_path / "claims" / "means" / "two_numbers.py").is_file()
    done = run("audit", "--workers", "1")
    assert done.exit_code == 0, done.output
    assert "2 as expected, 0 open, 0 unexpected" in done.output
    for name, words in (("two_numbers", "already has this name"), ("Two-Numbers", "not a name")):
        again = run("new", name)
        assert again.exit_code == 2
        assert words in again.output


PAIR = '"""{0}."""\nfrom verify.statement import *\nx, y = real("x"), real("y")\n{1}\n'


def test_explain_uses_and_diff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "claims" / "a").mkdir(parents=True)
    first = tmp_path / "claims" / "a" / "first.py"
    first.write_text(PAIR.format("First", "square = corrected(then=2 * x * y <= x**2 + y**2)"))
    assert run("audit", "--workers", "1", "--json", "old.json").exit_code == 0
    explained = run("explain", "first")
    assert explained.exit_code == 0
    assert "first.square" in explained.output
    assert "1. " in explained.output
    assert '"proof"' in run("explain", "first", "--step", "1").output
    assert run("explain", "first", "--step", "9").exit_code == 2
    assert "a/first: 1" in run("uses", "alg").output
    missing = run("uses", "alge")
    assert missing.exit_code == 2
    assert "did you mean alg" in missing.output
    first.write_text(PAIR.format("First", "square = corrected(then=x <= x**2)"))
    assert run("audit", "--workers", "1", "--json", "new.json").exit_code == 1
    changed = run("diff", "old.json", "new.json")
    assert changed.exit_code == 1
    assert "a/first: square: verdict: PROVED -> REFUTED" in changed.output
    assert run("diff", "old.json", "old.json").output == "0 changes\n"
    (tmp_path / "odd.json").write_text("[]")
    assert run("diff", "old.json", "odd.json").exit_code == 2

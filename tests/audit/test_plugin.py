"""The pytest plugin, run in a pytest of its own on a small library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from audit_fakes import settings, write_claim

from verify.audit.run import audit
from verify.audit.sources import discover

HERE = Path(__file__).parent
CONFTEST = """
import dataclasses
import audit_fakes
import verify.pytest_plugin

def settings_for(config, root):
    with open("audits", "a") as log:
        log.write("audit\\n")
    return dataclasses.replace(audit_fakes.settings(root.parent), certificates=None)

verify.pytest_plugin.settings_for = settings_for
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


@pytest.fixture
def plugin(pytestconfig: pytest.Config) -> list[str]:
    return [] if pytestconfig.pluginmanager.has_plugin("verify") else ["-p", "verify.pytest_plugin"]


def run(folder: Path, plugin: list[str], *arguments: str) -> tuple[int, str]:
    paths = [str(HERE), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTEST_ADDOPTS": "", "COLUMNS": "150"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugin, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_items_of_a_good_claim(library: Path, plugin: list[str]) -> None:
    write_claim(library / "claims", "a/good", {"label": "x"}, before="def f(): corrected(h=1, margin=2, then=3)")
    code, out = run(library, plugin, "-v", "-rs")
    assert code == 0, out
    for item in ("statement", "witness", "derivation", "replay", "footprint"):
        assert f"claims/a/good.py::{item} PASSED" in out
    for item in ("enclosure", "trials", "mutants", "necessity[h]", "necessity[margin]"):
        assert f"claims/a/good.py::{item} SKIPPED" in out
    assert (library / "audits").read_text().splitlines() == ["audit"]
    assert not (library / "reports").exists()


def test_a_failure_names_claim_step_rule_and_command(library: Path, plugin: list[str]) -> None:
    write_claim(library / "claims", "a/bad", {"label": "x", "derive": "reject"})
    code, out = run(library, plugin)
    assert code == 1
    assert "a/bad: replay" in out and "the kernel rejects x at step s1 (rule alg): no" in out
    assert "next: verify show a/bad" in out and "next: verify audit a/bad" in out
    assert "Traceback" not in out


def test_expected_open_is_a_strict_xfail(library: Path, plugin: list[str]) -> None:
    write_claim(library / "claims", "a/open", {"label": "x", "expects": "OPEN", "derive": "give up", "evidence": {}})
    write_claim(library / "claims", "a/settled", {"label": "x", "expects": "OPEN"})
    code, out = run(library, plugin, "-rxf", "-k", "statement")
    assert code == 1
    assert "1 failed, " in out and "1 xfailed" in out and "passed" not in out
    assert "open: x: nothing found" in out and "x: PROVED, expected OPEN" in out


def test_a_claim_that_raises_fails_every_item_and_no_other_claim(library: Path, plugin: list[str]) -> None:
    write_claim(library / "claims", "a/raises", {"label": "x"}, before="1 / 0")
    write_claim(library / "claims", "a/good", {"label": "x"})
    code, out = run(library, plugin, "-v")
    assert code == 1
    assert "claims/a/good.py::statement PASSED" in out and "claims/a/raises.py::witness FAILED" in out
    assert "raises.py::witness PASSED" not in out and "raises.py::trials SKIPPED" not in out


def test_collection_executes_nothing(library: Path, plugin: list[str]) -> None:
    bomb = f"open({str(library / 'boom')!r}, 'w').close()"
    write_claim(library / "claims", "a/one", {"label": "x"}, before=bomb)
    (library / "claims" / "a" / "helper.py").write_text(bomb)
    (library / "other").mkdir()
    (library / "other" / "file.py").write_text(f"from verify.statement import *\n{bomb}\n")
    code, out = run(library, plugin, "--collect-only", "-q")
    assert code == 0 and "claims/a/one.py::statement" in out
    assert "helper" not in out and "other" not in out
    assert not (library / "boom").exists()


def test_only_what_is_selected_is_audited(library: Path, plugin: list[str]) -> None:
    write_claim(library / "claims", "a/one", {"label": "x"})
    write_claim(library / "claims", "a/raises", {"label": "x"}, before="raise SystemExit")
    code, _ = run(library, plugin, "claims/a/one.py")
    assert code == 0
    code, _ = run(library, plugin, "claims/a/one.py::replay")
    assert code == 0


def test_xdist_shares_one_audit(library: Path, plugin: list[str]) -> None:
    pytest.importorskip("xdist")
    for k in range(4):
        write_claim(library / "claims", f"a/c{k}", {"label": "x", "derive": "raise" if k == 3 else "ok"})
    code, out = run(library, plugin, "-n", "2", "-q")
    assert code == 1 and "deriving x: ZeroDivisionError: oops" in out
    assert (library / "audits").read_text().splitlines() == ["audit"]


def test_current_certificates_are_validated_and_the_summary_says_so(library: Path, plugin: list[str]) -> None:
    """With the plugin's own settings but for the small engine: certificates of an audit, then a claim that changes."""
    conftest = CONFTEST.replace(
        "return dataclasses.replace(audit_fakes.settings(root.parent), certificates=None)",
        "s = audit_fakes.settings(root.parent)\n"
        "    return dataclasses.replace(original(config, root), engine=s.engine, kernel=s.kernel, cache=None)",
    ).replace("def settings_for", "original = verify.pytest_plugin.settings_for\n\n\ndef settings_for")
    (library / "conftest.py").write_text(conftest)
    one = write_claim(library / "claims", "a/one", {"label": "x"})
    write_claim(library / "claims", "a/two", {"label": "x"})
    reports = library / "reports"
    s = settings(library, certificates=reports / "certificates", provenance=reports / "provenance.json", cache=None)
    audit(discover(library / "claims"), s)
    _, out = run(library, plugin, "-q")
    assert "of 2 claims 0 audited from nothing, 2 by validating certificates" in out, out
    one.write_text(one.read_text() + "# changed\n")
    _, out = run(library, plugin, "-q")
    assert "of 2 claims 1 audited from nothing, 1 by validating certificates" in out, out
    _, out = run(library, plugin, "-q", "--verify-no-cache")
    assert "of 2 claims 2 audited from nothing, 0 by validating certificates" in out, out

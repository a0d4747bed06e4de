"""The audit of many claims with a small engine: isolation, cache, determinism."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from audit_fakes import SPEC, claims, kernel, settings, write_claim

from verify.audit import certificate as certificates
from verify.audit import run
from verify.audit.progress import Progress
from verify.audit.recheck import recheck
from verify.audit.run import Record, Settings, audit, reread
from verify.audit.sources import discover
from verify.audit.workers import Job, Net, Pool

PASSED = {"exact": 9, "ball": 0, "agree": 0, "violated": 0, "status": "passed"}
FALSE = {"label": "as_printed", "role": "printed", "expects": "REFUTED"}


PASSED = {"status": "passed", "exact": 30, "ball": 0, "agree": 0, "violated": 0}


def go(s: Settings) -> run.Audit:
    return audit(discover(claims(s)), s)


def verdicts(result: run.Audit) -> dict[str, str]:
    return {f"{c.id}:{s.label}": str(s.verdict) for c, s in result.statements()}


def test_verdicts_of_a_small_library(tmp_path: Path) -> None:
    s = settings(tmp_path)
    counter = {"counterexample": {"values": {"x": "-1"}}}
    write_claim(
        claims(s),
        "a/mixed",
        {**FALSE, "derive": "give up", "evidence": counter},
        {"label": "sorts", "role": "printed", "expects": "ILL-SORTED", "sort_error": "2 x 3 against 3 x 2"},
        {"label": "good"},
        {"label": "assuming", "derive": "axiom"},
        {"label": "refused", "derive": "reject"},
        {"label": "other", "derive": "other"},
        {"label": "unwitnessed", "evidence": {}},
        {"label": "boxed", "derive": "give up", "evidence": {"enclosures": [1], "trials": PASSED}},
        {"label": "hollow", "derive": "give up", "evidence": {"enclosures": [1]}},
        {"label": "tried", "derive": "give up", "evidence": {"trials": PASSED}},
        {"label": "open", "derive": "give up", "evidence": {}, "expects": "OPEN"},
        {"label": "empty", "derive": "vacuous", "evidence": {}},
        {
            "label": "negated",
            "role": "printed",
            "expects": "REFUTED",
            "derive": "give up",
            "evidence": {},
            "refute": "ok",
        },
    )
    result = go(s)
    assert verdicts(result) == {
        "a/mixed:as_printed": "REFUTED",
        "a/mixed:sorts": "ILL-SORTED",
        "a/mixed:good": "PROVED",
        "a/mixed:assuming": "CONDITIONAL",
        "a/mixed:refused": "OPEN",
        "a/mixed:other": "OPEN",
        "a/mixed:unwitnessed": "OPEN",
        "a/mixed:boxed": "ENCLOSED",
        "a/mixed:hollow": "OPEN",
        "a/mixed:tried": "TESTED",
        "a/mixed:open": "OPEN",
        "a/mixed:empty": "VACUOUS",
        "a/mixed:negated": "REFUTED",
    }
    reasons = {x.label: x.judgement.reason for _, x in result.statements()}
    assert "at step s1 (rule alg): no" in reasons["refused"]
    assert "nothing found; next: more" in reasons["open"]
    assert "no witness" in reasons["unwitnessed"]
    assert result.exit_code == 1
    summary = result.summary()
    assert summary["expected"] == 5 and summary["open"] == 1 and summary["unexpected"] == 7


def test_acceptance_against_a_counterexample_is_the_loudest_error(tmp_path: Path) -> None:
    s = settings(tmp_path)
    write_claim(
        claims(s), "a/clash", {"label": "x", "evidence": {"counterexample": {"values": {}}}, "expects": "REFUTED"}
    )
    result = go(s)
    assert verdicts(result) == {"a/clash:x": "ERROR"}
    assert result.exit_code == 3


def test_a_busy_machine_does_not_stop_a_claim(tmp_path: Path) -> None:
    """What counts is processor time; the clock on the wall ends only what waits for ever."""
    s = settings(tmp_path, net=Net(seconds=2, patience=4))
    write_claim(claims(s), "a/naps", {"label": "x", "derive": "nap"})
    write_claim(claims(s), "a/sleeps", {"label": "x", "derive": "sleep"})
    errors = {c.id: c.error for c in go(s).claims}
    assert errors == {"a/naps": None, "a/sleeps": "stopped after 8 s while deriving x"}


def test_one_bad_claim_takes_nothing_else_along(tmp_path: Path) -> None:
    s = settings(tmp_path, net=Net(seconds=3, memory=3 * 1024**3))
    write_claim(claims(s), "a/good", {"label": "x"})
    write_claim(claims(s), "a/raises", {"label": "x"}, before="1 / 0")
    write_claim(claims(s), "a/leaves", {"label": "x"}, before="raise SystemExit(0)")
    write_claim(claims(s), "a/loops", {"label": "x", "derive": "loop"})
    write_claim(claims(s), "a/dies", {"label": "x", "derive": "die"})
    write_claim(claims(s), "a/eats", {"label": "x", "derive": "eat"})
    write_claim(claims(s), "a/crashes", {"label": "x", "derive": "raise"}, {"label": "y"})
    write_claim(claims(s), "a/replays", {"label": "x", "derive": "torn"})
    (claims(s) / "a" / "syntax.py").write_text("from verify.statement import *\ncovers(\n")
    result = go(s)
    errors = {c.id: c.error for c in result.claims}
    assert errors["a/good"] is None and result.claims[3].id == "a/good" and result.claims[3].green
    assert errors["a/raises"] == "raises.py, line 4: the claim file raises ZeroDivisionError: division by zero"
    assert "SystemExit" in str(errors["a/leaves"])
    assert errors["a/loops"] == "stopped after 3 s of processor time while deriving x"
    assert errors["a/dies"] == "the worker died while deriving x (SIGKILL)"
    assert errors["a/syntax"] is not None and "syntax.py, line 2" in errors["a/syntax"]
    found = verdicts(result)
    assert found["a/crashes:x"] == "ERROR" and found["a/crashes:y"] == "PROVED"
    assert found["a/eats:x"] == "ERROR"
    assert all("\n" not in str(error) for error in errors.values())
    assert result.exit_code == 1
    names = {p.name for p in tmp_path.rglob("*") if p.is_file() and "reports" in p.parts}
    assert names == {"good.json", "crashes.json", "eats.json", "replays.json"}


def test_kernel_death_names_the_file_and_spares_the_rest(tmp_path: Path) -> None:
    s = settings(tmp_path)
    write_claim(claims(s), "a/first", {"label": "x"})
    write_claim(claims(s), "a/middle", {"label": "x", "derive": "torn"})
    write_claim(claims(s), "a/second", {"label": "x"})
    result = go(s)
    assert verdicts(result) == {"a/first:x": "PROVED", "a/middle:x": "ERROR", "a/second:x": "PROVED"}
    assert "middle.json" in str(result.claims[1].error)


def test_results_depend_on_neither_workers_nor_order(tmp_path: Path) -> None:
    outputs = []
    for workers, folder in ((1, tmp_path / "one"), (4, tmp_path / "four")):
        s = settings(folder, workers=workers)
        for k in range(6):
            write_claim(claims(s), f"t{k % 2}/c{k}", {"label": "x", "derive": "ok" if k else "give up"})
        sources = discover(claims(s))
        result = audit(sources if workers == 1 else sources[::-1], s)
        data = {c["id"]: {k: v for k, v in c.items() if k != "seconds"} for c in result.to_json()["claims"]}
        files = {p.name: p.read_bytes() for p in (folder / "reports").rglob("*.json")}
        outputs.append((data, files))
    assert outputs[0] == outputs[1]


def test_cache(tmp_path: Path) -> None:
    s = settings(tmp_path)
    helper = claims(s) / "a" / "table.txt"
    before = f"import pathlib; DATA = pathlib.Path({str(helper)!r}).read_text()"
    path = write_claim(claims(s), "a/one", {"label": "x"}, before=before)
    helper.write_text("1")
    write_claim(claims(s), "a/two", {"label": "x", "derive": "raise"})

    def cached() -> list[bool]:
        return [c.record.cached for c in go(s).claims]

    assert cached() == [False, False]
    assert cached() == [True, False]  # a crash is tried again
    helper.write_text("2")
    assert cached() == [False, False]  # a dependency changed
    assert cached() == [True, False]
    path.write_text(path.read_text() + "# changed\n")
    assert cached() == [False, False]
    certificate = s.certificates / "a" / "one.json"  # type: ignore[operator]
    good = certificate.read_bytes()
    certificate.write_text("{}")
    assert cached() == [True, False] and certificate.read_bytes() == good
    for entry in (tmp_path / ".verify-cache").rglob("*.json"):
        entry.write_text(entry.read_text().replace("PROVED", "x").replace("mean-value", "nothing"))
    assert cached() == [False, False]  # a damaged entry is no entry
    again = audit(discover(claims(s)), settings(tmp_path, cache=None))
    assert [c.record.cached for c in again.claims] == [False, False]


def test_a_record_survives_json(tmp_path: Path) -> None:
    s = settings(tmp_path)
    write_claim(claims(s), "a/one", {"label": "x"})
    record = go(s).claims[0].record
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


def test_reread_and_recheck(tmp_path: Path) -> None:
    s = settings(tmp_path)
    write_claim(claims(s), "a/one", {"label": "x"})
    sources = discover(claims(s))
    go(s)
    path = tmp_path / "reports" / "certificates" / "a" / "one.json"
    assert verdicts(reread([path], s)) == {"a/one:x": "PROVED"}
    assert recheck([path], sources, s).findings == ()
    original = certificates.read(path)

    def findings(**changes: object) -> list[str]:
        data = json.loads(json.dumps(original))
        for address, value in changes.items():
            *way, last = address.split("__")
            target = data
            for part in way:
                target = target[int(part) if part.isdigit() else part]
            target[int(last) if last.isdigit() else last] = value
        certificates.write_atomically(path, certificates.canonical(certificates.sealed(data)))
        return [f"{f.where}: {f.what}" for f in recheck([path], sources, s).findings]

    assert any("theorem x" in f and "step s1 (rule alg)" in f for f in findings(derivation__0__fake="reject"))
    assert any("expected PROVED or CONDITIONAL" in f for f in findings(statements__0__theorems=[]))
    assert any("differs from the claim file" in f for f in findings(statements__0__expects="OPEN"))
    wrong = {"values": {"x": "wrong"}}
    assert any("witness" in f and "hypothesis fails" in f for f in findings(statements__0__evidence__witness=wrong))
    assert any("syntax tree" in f for f in findings(statements__0__kernel=[kernel("y")]))
    assert any("title" in f for f in findings(claim__title="Another title"))
    data = {**original, "figures": [{"caption": "changed", "data": {}}]}
    certificates.write_atomically(path, certificates.canonical(data))
    assert any(f.where == "hash" for f in recheck([path], sources, s).findings)


def test_a_stranger_is_checked_against_itself(tmp_path: Path) -> None:
    s = settings(tmp_path)
    write_claim(claims(s), "a/one", {"label": "x"})
    go(s)
    path = tmp_path / "reports" / "certificates" / "a" / "one.json"
    result = recheck([path], [], s)
    assert result.findings == () and result.uncompared == (str(path),)


def test_progress_is_silent_at_first_and_goes_to_its_stream(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(3)
    progress.finish("a/one")
    assert capsys.readouterr().err == ""
    progress._began -= 5
    progress.finish("a/two")
    assert capsys.readouterr().err == "[2/3] 5 s  a/two\n"


def test_a_killed_audit_leaves_whole_files_and_the_next_one_completes(tmp_path: Path) -> None:
    s = settings(tmp_path)
    for k in range(6):
        write_claim(claims(s), f"a/c{k}", {"label": "x"})
    code = (
        "from pathlib import Path; import audit_fakes; from verify.audit.run import audit;"
        "from verify.audit.sources import discover;"
        f"s = audit_fakes.settings(Path({str(tmp_path)!r})); audit(discover(audit_fakes.claims(s)), s)"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    for delay in (0.1, 0.3, 0.6, 0.9, 1.2):
        process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths})
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in (tmp_path / "reports").rglob("*.json"):
            if not path.name.startswith("."):
                assert certificates.hash_matches(certificates.read(path))
    assert set(verdicts(go(s)).values()) == {"PROVED"}


def test_heavy_jobs_begin_first_and_results_keep_their_order() -> None:
    jobs = [Job(name, "no such task", {}, weight) for name, weight in (("a", 1), ("b", 5), ("c", 1), ("d", 5))]
    ended: list[str] = []
    found = Pool(SPEC, 1, on_done=lambda done: ended.append(done.job.name)).run(jobs)
    assert ended == ["b", "d", "a", "c"]
    assert [done.job.name for done in found] == ["a", "b", "c", "d"]
    assert all("no such task" in (done.error or "") for done in found)

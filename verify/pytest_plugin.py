"""Claims as test items: one for each claim and kind of evidence.

Files below a folder called `claims` that import `verify.statement` are collected by reading them; nothing of
them runs before the tests do. All items of one run share one audit, also under pytest-xdist. Certificates in `reports`
that were made from the very files that are here are validated; what else there is, is audited from nothing.
"""

from __future__ import annotations

import contextlib
import fnmatch
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # imported late: pytest loads this module in every project of the environment
    from verify.audit.kinds import Finding
    from verify.audit.run import ClaimResult, Settings
    from verify.audit.sources import Source

SHARED = "verify_audit_folder"


class Failure(Exception):
    """A kind of evidence that does not stand, ready to print."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and the ini setting of the plugin."""
    group = parser.getgroup("verify")
    group.addoption("--verify-no-cache", action="store_true", help="audit all claims from nothing")
    parser.addini("verify_claims", "names of the folders that hold claims", type="args", default=["claims"])


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the audits of this run."""
    config.addinivalue_line("markers", "xdist_group(name): items that pytest-xdist, if it is there, keeps together")
    config.stash[_AUDITS] = {}
    config.stash[_WANTED] = {}


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ClaimFile | None:
    """The items of `file_path`, if it is a claim file in a claim folder."""
    if file_path.suffix != ".py" or file_path.name.startswith((".", "_")):
        return None
    root = _claim_folder(file_path, parent.config)
    if root is None:
        return None
    if any(fnmatch.fnmatch(file_path.name, pattern) for pattern in parent.config.getini("python_files")):
        return None
    from verify.audit.sources import scan

    source = scan(file_path, root)
    if source is None:
        return None
    collected = ClaimFile.from_parent(parent, path=file_path)
    collected.source, collected.root = source, root
    return collected


def _claim_folder(path: Path, config: pytest.Config) -> Path | None:
    """The nearest folder above that is called `claims`, inside the project."""
    names = config.getini("verify_claims")
    for folder in path.parents:
        if folder.name in names:
            return folder
        if folder == config.rootpath:
            return None
    return None


class ClaimFile(pytest.File):
    """A claim file; its items are its kinds of evidence."""

    source: Source
    root: Path

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each kind of evidence, and one for each hypothesis that necessity was tried for."""
        from verify.audit.kinds import KINDS

        for kind in KINDS:
            if kind != "necessity":
                yield self._item(kind, None)
                continue
            for name in self.source.hypotheses:
                yield self._item(kind, name)

    def _item(self, kind: str, hypothesis: str | None) -> EvidenceItem:
        name = kind if hypothesis is None else f"{kind}[{hypothesis}]"
        item = EvidenceItem.from_parent(self, name=name)
        item.kind, item.hypothesis = kind, hypothesis
        item.source, item.root = self.source, self.root
        item.add_marker(pytest.mark.xdist_group(self.source.id))
        return item


class EvidenceItem(pytest.Item):
    """One kind of evidence of one claim."""

    source: Source
    root: Path
    kind: str
    hypothesis: str | None

    def runtest(self) -> None:
        """Pass, fail or skip by what the shared audit says of this kind of evidence."""
        from verify.audit.kinds import Status, judge_kind

        claim = _audited(self.config, self.root)[self.source.id]
        finding = judge_kind(claim, self.kind, self.hypothesis, _registry())
        if finding.status is Status.FAILED:
            raise Failure(self._message(finding))
        if finding.status is Status.OPEN:
            pytest.xfail("open: " + "; ".join(finding.lines))
        if finding.status is Status.ABSENT:
            pytest.skip("; ".join(finding.lines))

    def _message(self, finding: Finding) -> str:
        lines = [f"{self.source.id}: {self.name}", *(f"  {line}" for line in finding.lines)]
        command = "audit" if self.kind == "statement" else "show"
        return "\n".join([*lines, f"next: verify {command} {self.source.id}"])

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A failed verdict is shown as a message, without a traceback."""
        if isinstance(excinfo.value, Failure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the item stands, and its name."""
        return self.path, 0, f"{self.source.id}::{self.name}"


def pytest_collection_finish(session: pytest.Session) -> None:
    """The claims whose items will run."""
    wanted = session.config.stash[_WANTED]
    for item in session.items:
        if isinstance(item, EvidenceItem):
            wanted.setdefault(item.root, {})[item.source.id] = item.source


_Claims = dict[str, "ClaimResult"]
_AUDITS = pytest.StashKey[dict[Path, _Claims]]()
_WANTED = pytest.StashKey[dict[Path, dict[str, "Source"]]]()


def _registry() -> dict[str, Any]:
    from verify.kernel.axioms import AXIOMS
    from verify.kernel.base import BASE_FACTS

    return {**BASE_FACTS, **AXIOMS}


def settings_for(config: pytest.Config, root: Path) -> Settings:
    """Certificates stay out of the tree; the cache is that of `verify audit`, and what is current in `reports` is
    validated. For claims of an installed package (`pytest --pyargs PACKAGE`) both are in the folder where pytest runs.
    """
    from verify.audit.run import Settings

    home = root.resolve().parent
    home = home if home.is_relative_to(config.rootpath.resolve()) else config.rootpath
    workers = max(1, (os.cpu_count() or 1))
    if config.getoption("--verify-no-cache"):
        return Settings(certificates=None, cache=None, workers=workers)
    reports = home / "reports"
    return Settings(
        certificates=None,
        cache=home / ".verify-cache",
        provenance=reports / "provenance.json",
        kept=reports / "certificates",
        workers=workers,
    )


def _audited(config: pytest.Config, root: Path) -> _Claims:
    """The one audit of this run, for one claim folder."""
    audits = config.stash[_AUDITS]
    if root not in audits:
        audits[root] = _shared(config, root)
    return audits[root]


def _shared(config: pytest.Config, root: Path) -> _Claims:
    """Under xdist the first process audits, the others wait and read its records."""
    from verify.audit.certificate import sha256, write_atomically
    from verify.audit.run import ClaimResult, Record, audit

    sources = list(config.stash[_WANTED][root].values())
    folder = getattr(config, "workerinput", {}).get(SHARED)
    if folder is None:
        return {c.id: c for c in audit(sources, settings_for(config, root)).claims}
    name = sha256(str(root.resolve()))[:16]
    path = Path(folder) / f"{name}.json"
    with _lock(Path(folder) / f"{name}.lock"):
        if not path.is_file():
            done = audit(sources, settings_for(config, root))
            write_atomically(path, json.dumps([c.record.to_json() for c in done.claims]))
    records = [Record.from_json(data) for data in json.loads(path.read_text(encoding="utf-8"))]
    return {c.id: c for c in map(ClaimResult, records)}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """How the certificates of this run came about."""
    from verify.audit.run import Record

    records = [claim.record for claims in config.stash[_AUDITS].values() for claim in claims.values()]
    folder = config.stash.get(_FOLDER, None)
    for path in sorted(Path(folder).glob("*.json")) if folder is not None else ():
        records += [Record.from_json(data) for data in json.loads(path.read_text(encoding="utf-8"))]
    if records:
        kept, cached = sum(r.kept for r in records), sum(r.cached for r in records)
        made = len(records) - kept - cached
        terminalreporter.write_line(
            f"verify: of {len(records)} claims {made} audited from nothing, {kept} by validating certificates that "
            f"are current, {cached} unchanged since their last audit"
        )


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # not on Windows: every process audits for itself
        yield
        return
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist, in the controller: where its workers share the audit."""
    config = node.config
    folder = config.stash.get(_FOLDER, None)
    if folder is None:
        folder = config.stash[_FOLDER] = tempfile.mkdtemp(prefix="verify-pytest-")
    node.workerinput[SHARED] = folder


_FOLDER = pytest.StashKey[str]()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder of this run's certificates."""
    folder = config.stash.get(_FOLDER, None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)

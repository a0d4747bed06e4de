"""The audit of many claims, and the same from certificates alone.

For each claim: a record of what was established. Verdicts, counts and exit codes are pure functions
of records.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from verify.audit import cache as caching
from verify.audit import certificate as certificates
from verify.audit.agreement import differences
from verify.audit.pipeline import ENGINE
from verify.audit.progress import Progress
from verify.audit.provenance import Provenance
from verify.audit.replay import KERNEL, FileReplay, Limits, replay
from verify.audit.second import CHECKER as SECOND
from verify.audit.sources import Source
from verify.audit.verdict import Facts, Footprint, Judgement, Standing, Verdict, gather_facts, judge, standing
from verify.audit.workers import Done, Job, Net, Pool

SCHEMA = 1
EXIT_EXPECTED, EXIT_UNEXPECTED, EXIT_USAGE, EXIT_CONTRADICTION = 0, 1, 2, 3


def cores() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """How an audit runs: where it writes, with how many processes, limits and engine."""

    certificates: Path | None = Path("reports/certificates")  # None: keep them out of the tree
    cache: Path | None = Path(".verify-cache")
    provenance: Path | None = None  # what written certificates were made from is noted there
    kept: Path | None = None  # certificates below it that are current by `provenance` are validated, not made again
    workers: int = field(default_factory=cores)
    net: Net = field(default_factory=Net)
    limits: Limits = field(default_factory=Limits)
    engine: str = ENGINE
    kernel: Path = KERNEL
    second: Path | None = SECOND  # the second checker, for rechecks; None: go without
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def salt(self, *, libraries: bool = True) -> str:
        """What besides the claim decides a result: not workers or limits. `libraries`: whether their versions do."""
        parts = [caching.engine_hash(), caching.tree_hash(self.kernel), self.engine]
        versions = [caching.library_versions()] if libraries else []
        return certificates.sha256(certificates.canonical([*versions, *parts, dict(self.evidence)]))


@dataclass(frozen=True)
class Record:
    """What the processes reported about one claim. JSON throughout."""

    topic: str
    slug: str
    path: str
    certificate: str | None = None  # its text
    answers: Mapping[str, Any] = field(default_factory=dict)  # the kernel's: {"theorems": {id: result}, ..}
    checks: Sequence[Any] = ()  # for each statement, from the re-validation
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    crashes: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    seconds: float = 0.0
    cached: bool = False
    kept: bool = False  # the certificate was there and current: it was validated, not made

    def to_json(self) -> dict[str, Any]:
        """The record as the cache keeps it."""
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Record:
        """The record that `data` describes; TypeError if it describes none."""
        return Record(**data)

    @property
    def complete(self) -> bool:
        """Worth keeping: nothing crashed that might go better next time."""
        return self.error is None and not self.crashes and not any(c.get("crash") for c in self.checks)


@dataclass(frozen=True)
class StatementResult:
    """One statement with its verdict and what the verdict was made of."""

    label: str
    role: str
    expects: str | None
    facts: Facts
    judgement: Judgement
    record: Mapping[str, Any]  # from the certificate
    checks: Mapping[str, Any]

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return self.judgement.verdict

    @property
    def standing(self) -> Standing:
        """Whether the verdict is the expected one."""
        return standing(self.verdict, self.expects)

    @property
    def evidence(self) -> Mapping[str, Any]:
        """The evidence for the first kernel statement, from the certificate; `others` lists the rest."""
        found: Mapping[str, Any] = self.record["evidence"]
        return found

    @property
    def footprint(self) -> Footprint:
        """Of the verdict if it rests on a derivation, else of whatever was replayed."""
        if self.judgement.footprint != Footprint():
            return self.judgement.footprint
        return self.facts.proof or Footprint()

    def to_json(self) -> dict[str, Any]:
        """The row of `verify audit --json`."""
        counterexample = self.evidence.get("counterexample") if self.facts.counterexample else None
        return {
            "label": self.label,
            "role": self.role,
            "verdict": str(self.verdict),
            "expects": self.expects,
            "standing": str(self.standing),
            "reason": self.judgement.reason,
            "scope": self.footprint.scope,
            "sharpness": self.evidence.get("sharpness"),
            "base_facts": list(self.footprint.base_facts),
            "axioms": list(self.footprint.axioms),
            "oracles": list(self.footprint.oracles),
            "counterexample": counterexample,
            "evidence": dict(self.evidence),
        }


@dataclass(frozen=True)
class ClaimResult:
    """What an audit found about one claim, read off its record."""

    record: Record

    @property
    def id(self) -> str:
        """Topic and slug."""
        return f"{self.record.topic}/{self.record.slug}"

    @cached_property
    def certificate(self) -> Mapping[str, Any] | None:
        """The certificate, or None if there is none; CertificateError if it cannot be read."""
        return certificates.parse(self.record.certificate) if self.record.certificate is not None else None

    @property
    def error(self) -> str | None:
        """Why the claim could not be audited, or None."""
        return self.record.error

    @cached_property
    def statements(self) -> tuple[StatementResult, ...]:
        """A result for each statement of the certificate, in order; none without a certificate."""
        if self.certificate is None:
            return ()
        checks = list(self.record.checks) + [{}] * len(self.certificate["statements"])
        results = []
        for statement, check in zip(self.certificate["statements"], checks, strict=False):
            label = statement["label"]
            facts = gather_facts(
                statement,
                self.certificate,
                self.record.answers,
                check,
                crash=self.record.error or self.record.crashes.get(label),
                notes=self.record.notes.get(label, ()),
            )
            results.append(
                StatementResult(label, statement["role"], statement["expects"], facts, judge(facts), statement, check)
            )
        return tuple(results)

    @property
    def contradiction(self) -> bool:
        """Whether the kernel accepts what an instance contradicts."""
        return any(s.judgement.contradiction for s in self.statements)

    @property
    def green(self) -> bool:
        """Whether there are statements, no error, and no unexpected verdict."""
        stands = all(s.standing is not Standing.UNEXPECTED for s in self.statements)
        return self.error is None and bool(self.statements) and stands

    def to_json(self) -> dict[str, Any]:
        """The object of `verify audit --json` for the claim."""
        claim = self.certificate["claim"] if self.certificate is not None else {}
        return {
            "id": self.id,
            "slug": self.record.slug,
            "topic": self.record.topic,
            "title": claim.get("title"),
            "citations": claim.get("citations", []),
            "statements": [s.to_json() for s in self.statements],
            "error": self.error,
            "seconds": round(self.record.seconds, 3),
        }


@dataclass(frozen=True)
class Audit:
    """The results of all claims."""

    claims: tuple[ClaimResult, ...]

    def statements(self) -> Iterator[tuple[ClaimResult, StatementResult]]:
        """Every statement with its claim, in order."""
        for claim in self.claims:
            for statement in claim.statements:
                yield claim, statement

    def summary(self) -> dict[str, Any]:
        """How many claims, errors and statements there are, by verdict and by what was expected."""
        verdicts = Counter(str(s.verdict) for _, s in self.statements())
        stands = Counter(str(s.standing) for _, s in self.statements())
        return {
            "claims": len(self.claims),
            "errors": sum(c.error is not None for c in self.claims),
            "statements": sum(verdicts.values()),
            "verdicts": {str(v): verdicts[v] for v in Verdict},
            **{str(s): stands[s] for s in Standing},
            "contradictions": sum(s.judgement.contradiction for _, s in self.statements()),
        }

    @property
    def exit_code(self) -> int:
        """3 for a contradiction, 0 if every verdict is as expected, else 1."""
        if any(c.contradiction for c in self.claims):
            return EXIT_CONTRADICTION
        return EXIT_EXPECTED if all(c.green for c in self.claims) else EXIT_UNEXPECTED

    def to_json(self) -> dict[str, Any]:
        """The result of `verify audit --json`."""
        return {"schema": SCHEMA, "summary": self.summary(), "claims": [c.to_json() for c in self.claims]}


def audit(sources: Sequence[Source], settings: Settings, progress: Progress | None = None) -> Audit:
    """Every claim: from the cache if nothing changed, else produced, written, replayed and re-validated.

    With `Settings.kept`, certificates that are current are replayed and re-validated without being produced.
    """
    progress = progress or Progress(len(sources), quiet=True)
    store = caching.Cache(settings.cache, settings.salt()) if settings.cache is not None else None
    known = None
    if settings.provenance is not None:
        known = Provenance(settings.provenance, settings.salt(libraries=False))
    keys: dict[str, str] = {}
    records: dict[str, Record] = {}
    depends: dict[str, dict[str, str | None]] = {}
    for source in sources:
        if store is None:
            continue
        keys[source.id] = store.key(source)
        found = store.get(keys[source.id])
        if found is not None:
            value, depends[source.id] = found
            records[source.id] = replace(Record.from_json(value), cached=True)
            progress.finish(f"{source.id} (unchanged)")
    left = [source for source in sources if source.id not in records]
    records |= _kept(left, known, settings, progress)
    fresh = [source for source in left if source.id not in records]
    for source, (record, reads) in zip(fresh, _produce(fresh, settings, progress), strict=True):
        records[source.id], depends[source.id] = record, reads
    with _folder(settings) as folder:
        for record in records.values():
            _write(folder, record)
        checked = _check([records[s.id] for s in left], folder, settings, progress)
    for source, record in zip(left, checked, strict=True):
        records[source.id] = record
        unchanged = store is not None and store.key(source) == keys[source.id]
        if store is not None and record.complete and unchanged and not record.kept:
            store.put(keys[source.id], record.to_json(), depends[source.id])
    if known is not None and settings.certificates is not None:
        for source in sources:
            record = records[source.id]
            if record.kept:
                continue
            if record.complete and record.certificate is not None:
                known.note(source, record.certificate, record.notes, depends[source.id])
            else:
                known.forget(source)
        known.write()
    progress.close()
    return Audit(tuple(ClaimResult(records[source.id]) for source in sources))


def _kept(
    sources: Sequence[Source], known: Provenance | None, settings: Settings, progress: Progress
) -> dict[str, Record]:
    """Records of the claims whose certificates are current and say what the claim files say."""
    if known is None or settings.kept is None:
        return {}
    found = [(source, kept) for source in sources if (kept := known.current(source, settings.kept)) is not None]
    jobs = [Job(source.id, "describe", job_arguments(source, settings)) for source, _ in found]
    described = Pool(settings.engine, settings.workers, settings.net, progress.show).run(jobs)
    records = {}
    for (source, kept), done in zip(found, described, strict=True):
        if done.value is None or not _agrees(kept.certificate, done.value):
            continue
        record = Record(source.topic, source.slug, str(source.path), certificate=kept.certificate, notes=kept.notes)
        records[source.id] = replace(record, kept=True, seconds=done.seconds)
        progress.finish(f"{source.id} (certificate is current)")
    return records


def _agrees(certificate: str, said: Mapping[str, Any]) -> bool:
    try:
        return not any(differences(certificates.parse(certificate), said))
    except certificates.CertificateError:
        return False


def _produce(
    sources: Sequence[Source], settings: Settings, progress: Progress
) -> list[tuple[Record, dict[str, str | None]]]:
    jobs = [Job(source.id, "produce", job_arguments(source, settings), _size(source)) for source in sources]
    made = []
    for source, done in zip(sources, _pool(settings, progress).run(jobs), strict=True):
        record = Record(source.topic, source.slug, str(source.path), error=done.error, seconds=done.seconds)
        if done.value is not None:
            record = replace(record, **done.value)
        made.append((record, {name: caching.file_hash(Path(name)) for name in done.reads}))
    return made


def _size(source: Source) -> int:
    """A guess how much work a claim is."""
    try:
        return source.path.stat().st_size
    except OSError:
        return 0


def job_arguments(source: Source, settings: Settings) -> dict[str, Any]:
    """What the process that produces the record of `source` is told."""
    return {
        "path": str(source.path.resolve()),
        "topic": source.topic,
        "slug": source.slug,
        "root": str(source.root.resolve()),
        "settings": dict(settings.evidence),
    }


def _pool(settings: Settings, progress: Progress) -> Pool:
    def on_done(done: Done) -> None:
        progress.finish(f"{done.job.name}" + (f": {done.error}" if done.error else ""))

    return Pool(settings.engine, settings.workers, settings.net, progress.show, on_done)


@contextmanager
def _folder(settings: Settings) -> Iterator[Path]:
    """Where certificates are written; a passing folder if they are to stay out of the tree."""
    if settings.certificates is not None:
        yield settings.certificates
        return
    with tempfile.TemporaryDirectory(prefix="verify-") as name:
        yield Path(name)


def _file(folder: Path, record: Record) -> Path:
    return folder / record.topic / f"{record.slug}.json"


def _write(folder: Path, record: Record) -> None:
    """Writes the certificate unless the same bytes are there; a claim in error leaves the old file alone."""
    if record.certificate is None:
        return
    path = _file(folder, record)
    if not path.is_file() or path.read_bytes() != record.certificate.encode():
        certificates.write_atomically(path, record.certificate)


def _check(records: Sequence[Record], folder: Path, settings: Settings, progress: Progress) -> list[Record]:
    """Adds the kernel's answers and the re-validation."""
    written = [r for r in records if r.certificate is not None]
    progress.show(f"replaying {len(written)} certificates")
    replays = replay([_file(folder, r) for r in written], settings.limits, settings.kernel, settings.workers)
    added = iter(_examined(written, replays, settings, progress))
    return [next(added) if r.certificate is not None else r for r in records]


def _examined(
    records: Sequence[Record], replays: Sequence[FileReplay], settings: Settings, progress: Progress
) -> list[Record]:
    names = [f"{r.topic}/{r.slug}" for r in records]
    jobs = [
        Job(n, "examine", {"certificate": r.certificate}, len(r.certificate or ""))
        for n, r in zip(names, records, strict=True)
    ]
    examined = Pool(settings.engine, settings.workers, settings.net, progress.show).run(jobs)
    out = []
    for record, answer, done in zip(records, replays, examined, strict=True):
        error = answer.crash or (answer.error and f"the kernel refuses the certificate: {answer.error}")
        error = error or (done.error and f"re-validation: {done.error}")
        checks = done.value["statements"] if done.value is not None else []
        answers = {"theorems": dict(answer.theorems), "refutations": dict(answer.refutations)}
        seconds = record.seconds + done.seconds
        out.append(replace(record, answers=answers, checks=checks, error=error or None, seconds=seconds))
    return out


def reread(files: Sequence[Path], settings: Settings, progress: Progress | None = None) -> Audit:
    """The audit of certificates as they stand: replayed and re-validated, never from the cache.

    An unreadable file raises `CertificateError` with its name.
    """
    progress = progress or Progress(len(files), quiet=True)
    records = []
    for path in files:
        found = certificates.read_named(path)
        claim = found["claim"]
        records.append(Record(claim["topic"], claim["slug"], str(path), certificate=certificates.canonical(found)))
    replays = replay(files, settings.limits, settings.kernel, settings.workers)
    audited = _examined(records, replays, settings, progress)
    progress.close()
    return Audit(tuple(ClaimResult(record) for record in audited))

"""Certificates checked again: hashes, the kernel's replay, the evidence, and the claim files they speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.audit.agreement import differences
from verify.audit.certificate import canonical, hash_matches
from verify.audit.progress import Progress
from verify.audit.run import Audit, ClaimResult, Settings, job_arguments, reread
from verify.audit.second import Opinion, opinions
from verify.audit.sources import Source
from verify.audit.verdict import Standing, describe_failure
from verify.audit.workers import Job, Pool


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one certificate."""

    file: str
    where: str  # statement, theorem, or part of the evidence
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {self.what}"


@dataclass(frozen=True)
class Recheck:
    """What the replay of certificates gave: verdicts, what is wrong, and what the second checker thinks."""

    audit: Audit
    findings: tuple[Finding, ...]
    uncompared: tuple[str, ...]  # certificates without a claim file here
    second: tuple[Opinion, ...] = ()  # the second checker's, one for each certificate

    @property
    def disagreement(self) -> bool:
        """Whether the two checkers disagree anywhere."""
        return any(opinion.disagreements for opinion in self.second)


def recheck(
    files: Sequence[Path], sources: Sequence[Source], settings: Settings, progress: Progress | None = None
) -> Recheck:
    """`sources` are the user's own claim files; a certificate from elsewhere is checked against itself only."""
    audit = reread(files, settings, progress)
    findings: list[Finding] = []
    paths = [Path(claim.record.path) for claim in audit.claims]
    second: list[Opinion] = []
    if settings.second is not None:
        answers = [claim.record.answers for claim in audit.claims]
        second = opinions(paths, answers, settings.limits, settings.second, settings.workers)
        findings += [Finding(o.file, "second checker", o.error) for o in second if o.error is not None]
        findings += [Finding(d.file, d.item, str(d)) for o in second for d in o.disagreements]
    known = {source.id: source for source in sources}
    paired = [(c, known[c.id]) for c in audit.claims if c.id in known]
    jobs = [Job(source.id, "describe", job_arguments(source, settings)) for _, source in paired]
    described = Pool(settings.engine, settings.workers, settings.net).run(jobs)
    said = {id(claim): done for (claim, _), done in zip(paired, described, strict=True)}
    for claim in audit.claims:
        findings += _inside(claim)
        done = said.get(id(claim))
        if done is not None and done.value is None:
            findings.append(Finding(claim.record.path, "claim file", done.error or "gives nothing to compare with"))
        elif done is not None and done.value is not None:
            findings += _against_file(claim, done.value)
    uncompared = tuple(c.record.path for c in audit.claims if id(c) not in said)
    return Recheck(audit, tuple(findings), uncompared, tuple(second))


def _inside(claim: ClaimResult) -> list[Finding]:
    """What the certificate itself gets wrong."""
    file = claim.record.path
    certificate = claim.certificate
    assert certificate is not None
    found = []
    if not hash_matches(certificate):
        found.append(Finding(file, "hash", "it is not the hash of the content; the file was changed after it was made"))
    if claim.error is not None:
        found.append(Finding(file, "replay", claim.error))
    for part, kind in (("derivation", "theorems"), ("refutations", "refutations")):
        answers = claim.record.answers.get(kind) or {}
        for item in certificate[part]:
            outcome = answers.get(item["id"]) or {"reason": "the kernel gave no answer"}
            if outcome.get("ok") is not True:
                where = f"theorem {item['id']}" if part == "derivation" else f"refutation {item['id']}"
                found.append(Finding(file, where, describe_failure(item["id"], outcome)))
    for statement in claim.statements:
        where = f"statement {statement.label}"
        compiled = statement.checks.get("kernel")
        if compiled is not None and canonical(compiled) != canonical(statement.record["kernel"]):
            found.append(Finding(file, where, "its kernel form is not what its syntax tree compiles to"))
        if statement.checks.get("sort_error") != statement.record["sort_error"]:
            found.append(Finding(file, where, "its sort error is not what the sort checker says"))
        for problem in statement.checks.get("problems", ()):
            found.append(Finding(file, f"{where}, {problem.get('where')}", str(problem.get("reason"))))
        if statement.standing is Standing.UNEXPECTED:
            wanted = statement.expects or "PROVED or CONDITIONAL"
            found.append(Finding(file, where, f"{statement.verdict}, expected {wanted}: {statement.judgement.reason}"))
    return found


def _against_file(claim: ClaimResult, said: Mapping[str, Any]) -> list[Finding]:
    """Where the certificate and the claim file say different things."""
    certificate = claim.certificate
    assert certificate is not None
    advice = f"; run `verify audit {claim.id}`"
    return [Finding(claim.record.path, where, what + advice) for where, what in differences(certificate, said)]

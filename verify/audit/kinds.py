"""The kinds of evidence of a claim, each judged from the audit's result: passed, failed, open or absent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from verify.audit.run import ClaimResult, StatementResult
from verify.audit.verdict import Standing, describe_failure, trials_passed

KINDS = (
    "statement",
    "witness",
    "derivation",
    "replay",
    "enclosure",
    "trials",
    "necessity",
    "mutants",
    "footprint",
)
REJECTED = frozenset({"killed", "ill-sorted"})


class Status(Enum):
    """What became of one kind of evidence."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"  # an expected OPEN (strict), or unknown with the attempt on record: never a pass
    ABSENT = "absent"  # the claim has nothing of this kind


@dataclass(frozen=True)
class Finding:
    """The status of one kind of evidence, and what to say about it."""

    status: Status
    lines: tuple[str, ...] = ()


def judge_kind(claim: ClaimResult, kind: str, hypothesis: str | None, registry: Mapping[str, Any]) -> Finding:
    """`hypothesis` for kind necessity; `registry` holds the known base facts and axioms by name."""
    if claim.error is not None:
        return Finding(Status.FAILED, (claim.error,))
    crashes = [s.facts.crash for s in claim.statements if s.facts.crash is not None]
    if crashes and kind == "statement":
        return Finding(Status.FAILED, tuple(crashes))
    if kind == "necessity":
        return _necessity(claim, hypothesis or "")
    if kind == "footprint":
        return _footprint(claim, registry)
    return _CHECKS[kind](claim)


def _settled(claim: ClaimResult) -> list[StatementResult]:
    """The statements that are to be proved."""
    return [s for s in claim.statements if s.expects is None]


def _finding(failed: Sequence[str], passed: int, absent: str) -> Finding:
    if failed:
        return Finding(Status.FAILED, tuple(failed))
    return Finding(Status.PASSED) if passed else Finding(Status.ABSENT, (absent,))


def _statement(claim: ClaimResult) -> Finding:
    failed = []
    for s in claim.statements:
        if s.standing is Standing.UNEXPECTED:
            wanted = s.expects or "PROVED or CONDITIONAL"
            failed.append(f"{s.label}: {s.verdict}, expected {wanted}: {s.judgement.reason}")
    if failed:
        return Finding(Status.FAILED, tuple(failed))
    pending = [s for s in claim.statements if s.standing is Standing.OPEN]
    if pending:
        return Finding(Status.OPEN, tuple(f"{s.label}: {s.judgement.reason}" for s in pending))
    return Finding(Status.PASSED)


def _witness(claim: ClaimResult) -> Finding:
    failed, passed = [], 0
    for s in claim.statements:
        if s.expects is None and not s.facts.witness:
            failed.append(f"{s.label}: no instance that meets the hypotheses has been re-validated")
        elif s.expects == "REFUTED" and not (s.facts.counterexample or s.facts.refutation):
            failed.append(f"{s.label}: neither a re-validated counterexample nor a replayed refutation")
        elif s.expects in (None, "REFUTED"):
            passed += 1
        failed += _problems(s, ("witness", "counterexample", "sharpness"))
    return _finding(failed, passed, "no statement needs a witness")


def _derivation(claim: ClaimResult) -> Finding:
    wanted = _settled(claim)
    failed = []
    for s in wanted:
        if not s.record["theorems"]:
            failed.append(f"{s.label}: no derivation{_because(s)}")
    return _finding(failed, len(wanted), "no statement is to be derived")


def _replay(claim: ClaimResult) -> Finding:
    certificate = claim.certificate
    assert certificate is not None
    failed, passed = [], 0
    for part, kind in (("derivation", "theorems"), ("refutations", "refutations")):
        answers = claim.record.answers.get(kind) or {}
        for item in certificate[part]:
            outcome = answers.get(item["id"]) or {"reason": "the kernel gave no answer"}
            if outcome.get("ok") is True:
                passed += 1
            else:
                failed.append(describe_failure(item["id"], outcome))
    for s in _settled(claim):
        if s.record["theorems"] and s.facts.proof is None and not failed:
            failed.append(f"{s.label}: not proved by what was replayed{_because(s)}")
    return _finding(failed, passed, "nothing was derived")


def _enclosure(claim: ClaimResult) -> Finding:
    """Rigorous values must not contradict the conclusion; an equality can only agree to so many digits."""
    failed, passed = [], 0
    for s in _settled(claim):
        rows = [row for part in _parts(s) for row in part.get("enclosures") or () if isinstance(row, Mapping)]
        failed += _problems(s, ("enclosures",))
        for row in rows:
            if row.get("status") == "fails":
                failed.append(f"{s.label}: the conclusion fails by {row.get('margin')} at {row.get('instance')}")
        passed += any(row.get("status") in ("holds", "agrees") for row in rows)
    return _finding(failed, passed, "no enclosure is recorded")


def _trials(claim: ClaimResult) -> Finding:
    failed, passed = [], 0
    for s in _settled(claim):
        for part in _parts(s):
            found = trials_passed(part.get("trials"))
            along = part.get("trajectories")
            if found is False:
                failed.append(f"{s.label}: {part['trials'].get('violated')} trials violate the conclusion")
            if isinstance(along, Mapping) and along.get("fails") not in (0, None):
                failed.append(f"{s.label}: the conclusion fails at {along['fails']} states of trajectories")
            passed += found is True
    return _finding(failed, passed, "no trial was decided")


def _mutants(claim: ClaimResult) -> Finding:
    """Neighbours must be told apart from the statement. One that survives may be true (a weaker bound is), so the
    report lists it; that none at all is rejected means that nothing was checked: open, never a pass."""
    open_: list[str] = []
    passed = 0
    for s in _settled(claim):
        for part in _parts(s):
            mutants = part.get("mutants")
            found = [m.get("status") for m in mutants.get("mutants") or ()] if isinstance(mutants, Mapping) else []
            rejected = sum(status in REJECTED for status in found)
            if "survived" in found and not rejected:
                open_.append(
                    f"{s.label}: none of {len(found)} mutants was rejected;"
                    " give instances, or a larger budget with check(..)"
                )
            passed += rejected > 0
    return Finding(Status.OPEN, tuple(open_)) if open_ else _finding([], passed, "no mutant was made")


def _necessity(claim: ClaimResult, hypothesis: str) -> Finding:
    failed: list[str] = []
    open_: list[str] = []
    passed = 0
    for s in _settled(claim):
        for part, uses in zip(_parts(s), _uses(claim, s), strict=False):
            necessity = part.get("necessity") or {}
            names = {name for name in (*necessity, *(uses or {})) if _belongs(name, hypothesis)}
            if not names:
                continue
            broken = any(_has_instance(necessity.get(name)) for name in names)
            unused = all(
                (uses is not None and uses.get(name) == [])
                or (necessity.get(name) or {}).get("status") == "redundant"  # proved again when it was re-validated
                for name in names
            )
            if broken or unused:
                passed += 1
            else:
                tried = all((necessity.get(name) or {}).get("attempt") for name in names)
                (open_ if tried else failed).append(
                    f"{s.label}: {hypothesis} is used, and no instance breaks the conclusion without it;"
                    f" give one with {s.label}.breaks_without({hypothesis!r}, ..)"
                )
        failed += _problems(s, (f"necessity.{hypothesis}", f"necessity[{hypothesis}]"))
    if open_ and not failed:  # unknown, with the attempt on record: shown as such, never a pass
        return Finding(Status.OPEN, tuple(open_))
    return _finding(failed, passed, f"no statement to be proved has the hypothesis {hypothesis}")


def _footprint(claim: ClaimResult, registry: Mapping[str, Any]) -> Finding:
    failed, passed = [], 0
    for s in _settled(claim):
        if s.facts.proof is None:
            failed.append(f"{s.label}: nothing was replayed, so its footprint is unknown")
            continue
        passed += 1
        for kind, names in (("base fact", s.facts.proof.base_facts), ("axiom", s.facts.proof.axioms)):
            failed += [f"{s.label}: unknown {kind} {name}" for name in names if name not in registry]
    return _finding(failed, passed, "no statement is to be derived")


def _because(s: StatementResult) -> str:
    return f": {'; '.join(s.facts.notes)}" if s.facts.notes else ""


def _parts(s: StatementResult) -> list[Mapping[str, Any]]:
    """The evidence of each kernel statement."""
    return [s.evidence, *(s.evidence.get("others") or [])]


def _problems(s: StatementResult, places: tuple[str, ...]) -> list[str]:
    found = []
    for problem in s.checks.get("problems") or ():
        where = str(problem.get("where"))
        if where.startswith(places):
            found.append(f"{s.label}, {where}: {problem.get('reason')}")
    return found


def _uses(claim: ClaimResult, s: StatementResult) -> list[Mapping[str, Any] | None]:
    """For each kernel statement: the steps that use each hypothesis, from the replay."""
    answers = claim.record.answers.get("theorems") or {}
    found: list[Mapping[str, Any] | None] = []
    for name in s.record["theorems"]:
        outcome = answers.get(name) or {}
        found.append(outcome.get("hyp_uses") if outcome.get("ok") is True else None)
    return found + [None] * (len(_parts(s)) - len(found))


def _belongs(name: str, hypothesis: str) -> bool:
    """A hypothesis may unfold into several facts: margin.1, margin.2."""
    return re.fullmatch(re.escape(hypothesis) + r"(\.\d+)?", name) is not None


def _has_instance(found: object) -> bool:
    if not isinstance(found, Mapping):
        return False
    inner = found.get("counterexample") or found.get("instance") or found
    return isinstance(inner, Mapping) and isinstance(inner.get("values"), Mapping)


_CHECKS: dict[str, Callable[[ClaimResult], Finding]] = {
    "statement": _statement,
    "witness": _witness,
    "derivation": _derivation,
    "replay": _replay,
    "enclosure": _enclosure,
    "trials": _trials,
    "mutants": _mutants,
}

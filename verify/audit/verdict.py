"""The verdict: a pure function of what the checks established about one statement.

Nothing a claim says enters here except `expects`, which is compared with the verdict afterwards
and can only make an audit fail.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from verify.audit.certificate import canonical
from verify.audit.scope import scope_of

Json = Mapping[str, Any]


class Verdict(StrEnum):
    """In the order in which they are tried: the first match wins."""

    ERROR = "ERROR"
    ILL_SORTED = "ILL-SORTED"
    REFUTED = "REFUTED"
    VACUOUS = "VACUOUS"
    PROVED = "PROVED"
    CONDITIONAL = "CONDITIONAL"
    ENCLOSED = "ENCLOSED"
    TESTED = "TESTED"
    OPEN = "OPEN"


class Standing(StrEnum):
    """How a verdict compares with the expectation."""

    EXPECTED = "expected"
    OPEN = "open"  # expected to be open, and open: never counted as passed
    UNEXPECTED = "unexpected"


ENOUGH = 20  # instances that are enough for ENCLOSED without trials
EXPECTATIONS = (None, "REFUTED", "ILL-SORTED", "ENCLOSED", "TESTED", "OPEN")


@dataclass(frozen=True)
class Footprint:
    """What a replayed derivation rests on, and for which sizes it speaks."""

    base_facts: tuple[str, ...] = ()
    axioms: tuple[str, ...] = ()
    oracles: tuple[str, ...] = ()
    scope: str | None = None


@dataclass(frozen=True)
class Facts:
    """What was established about one statement. Every default is "nothing known"."""

    crash: str | None = None
    sort_error: str | None = None
    role: str = "corrected"
    has_corrected: bool = False  # the claim has a corrected statement beside this one
    proof: Footprint | None = None  # the kernel accepted a theorem equal to each kernel statement
    refutation: Footprint | None = None  # the kernel accepted the negation at an instance
    vacuity: Footprint | None = None  # the kernel derived a falsehood from the hypotheses
    counterexample: bool = False  # re-validated: hypotheses hold, conclusion fails
    witness: bool = False  # re-validated: an instance meets the hypotheses
    enclosed: bool = False
    tested: bool = False
    violated: tuple[str, ...] = ()  # steps the kernel accepted that fail at an instance of their hypotheses
    notes: tuple[str, ...] = ()  # why something is missing; shown, never weighed


@dataclass(frozen=True)
class Judgement:
    """A verdict, the reason for it, and what it rests on."""

    verdict: Verdict
    reason: str
    contradiction: bool = False
    footprint: Footprint = Footprint()


def judge(f: Facts) -> Judgement:
    """The table of verdicts, top to bottom."""
    clash = contradiction(f)
    if clash:
        return Judgement(Verdict.ERROR, clash, True)
    if f.crash is not None:
        return Judgement(Verdict.ERROR, f.crash)
    if f.sort_error is not None:
        if f.role != "printed":
            return Judgement(Verdict.ERROR, f"a {f.role} statement must be well sorted: {f.sort_error}")
        if not f.has_corrected:
            missing = "ill-sorted, and the claim has no corrected statement"
            return Judgement(Verdict.ERROR, f"{missing}: {f.sort_error}")
        return Judgement(Verdict.ILL_SORTED, f.sort_error)
    if f.counterexample:
        return Judgement(Verdict.REFUTED, "the hypotheses hold and the conclusion fails at the counterexample")
    if f.refutation is not None and not _assumes(f.refutation):
        return Judgement(Verdict.REFUTED, "the negation was replayed", footprint=f.refutation)
    if f.vacuity is not None and not _assumes(f.vacuity):
        return Judgement(Verdict.VACUOUS, "the hypotheses contradict each other", footprint=f.vacuity)
    if f.proof is not None and f.witness:
        if _assumes(f.proof):
            names = ", ".join((*f.proof.axioms, *f.proof.oracles))
            return Judgement(Verdict.CONDITIONAL, f"replayed, assuming {names}", footprint=f.proof)
        return Judgement(Verdict.PROVED, "replayed with rules and base facts only", footprint=f.proof)
    why = f.notes
    if f.proof is not None:
        missing = "no witness shows that the hypotheses can be met; next: give an instance with holds_at(..)"
        why = (f"replayed, but {missing}", *why)
    if f.enclosed:
        return Judgement(Verdict.ENCLOSED, "; ".join(("enclosed on the listed set", *why)))
    if f.tested:
        return Judgement(Verdict.TESTED, "; ".join(("only tried on instances", *why)))
    return Judgement(Verdict.OPEN, "; ".join(why) or "nothing decisive")


def _assumes(footprint: Footprint) -> bool:
    return bool(footprint.axioms or footprint.oracles)


def contradiction(f: Facts) -> str | None:
    """Two checks that cannot both be right: the kernel is unsound or an evaluator is wrong."""
    if f.violated:
        return f"contradiction: the kernel accepts {f.violated[0]}, and it fails where all hypotheses hold"
    if f.proof is not None and f.counterexample:
        return "contradiction: the kernel accepts the statement, and a re-validated counterexample refutes it"
    if f.proof is not None and f.refutation is not None:
        return "contradiction: the kernel accepts the statement and its refutation"
    met = f.witness or f.counterexample or f.refutation is not None
    if f.vacuity is not None and met:
        return "contradiction: the kernel finds the hypotheses unsatisfiable, and an instance meets them"
    return None


def standing(verdict: str, expects: str | None) -> Standing:
    """Green if the verdict equals the expectation; nothing expected means PROVED or CONDITIONAL."""
    if expects is None:
        met = verdict in (Verdict.PROVED, Verdict.CONDITIONAL)
    else:
        met = expects in EXPECTATIONS and verdict == expects
    if not met:
        return Standing.UNEXPECTED
    return Standing.OPEN if verdict == Verdict.OPEN else Standing.EXPECTED


# From a certificate's statement, the kernel's answers and the re-validation to facts.


def gather_facts(
    statement: Json,
    certificate: Json,
    answers: Json,
    checks: Json,
    *,
    crash: str | None = None,
    notes: Sequence[str] = (),
) -> Facts:
    """`answers` are the kernel's: {"theorems": {id: result}, "refutations": {id: result}}.

    `checks` come from a process that re-validated the certificate without loading the claim: `kernel` (the
    statement compiled afresh), `sort_error`, `needs` (of a counterexample, where a kernel statement says more than its
    author's), and for each kind of evidence whether it stands.
    """
    found: list[str] = [*notes, *(checks.get("notes") or ())]
    kernel = checks.get("kernel") or []
    if canonical(kernel) != canonical(statement.get("kernel")):
        found.append("the kernel statement in the certificate is not the compiled statement")
    theorems = _by_id(certificate.get("derivation"))
    replayed = answers.get("theorems") or {}
    proof = _proof(statement.get("theorems"), kernel, theorems, replayed, found)
    refutation = _refutation(statement.get("refutation"), kernel, certificate, answers, found)
    one_way = any(checks.get("needs") or ()) and checks.get("counterexample") is not True
    if refutation is not None and proof is None and one_way:
        found.append("the kernel statement is refuted, which says more than the statement; no counterexample to that")
        refutation = None
    return Facts(
        crash=checks.get("crash") if crash is None else crash,
        sort_error=checks.get("sort_error"),
        role=str(statement.get("role")),
        has_corrected=any(s.get("role") == "corrected" for s in certificate.get("statements") or ()),
        proof=proof,
        refutation=refutation,
        vacuity=_vacuity(statement.get("vacuity"), kernel, theorems, replayed),
        counterexample=checks.get("counterexample") is True,
        witness=checks.get("witness") is True,
        enclosed=checks.get("enclosures") is True and was_enclosed(statement.get("evidence") or {}),
        tested=was_tested(statement.get("evidence") or {}),
        violated=_violated(checks.get("cross") or {}, replayed),
        notes=tuple(found),
    )


def _violated(cross: Json, replayed: Json) -> tuple[str, ...]:
    """Steps of accepted theorems that do not hold at an instance, by name."""
    return tuple(
        f"step {violation['step']} of theorem {name}"
        for name, result in sorted(cross.items())
        if (replayed.get(name) or {}).get("ok") is True
        for violation in result.get("violations") or ()
    )


def was_tested(evidence: Json) -> bool:
    """Trials were drawn for every kernel statement, most were decided, and none failed."""
    parts = [evidence, *(evidence.get("others") or [])]
    return all(trials_passed(part.get("trials")) is True for part in parts)


def was_enclosed(evidence: Json) -> bool:
    """Whether the enclosures of every kernel statement are more than a few easy points: 20 instances or more, or
    trials most of which were decided. Three points at which both sides are 0 enclose nothing."""
    parts = [evidence, *(evidence.get("others") or [])]
    return all(
        _instances(part.get("enclosures")) >= ENOUGH or trials_passed(part.get("trials")) is True for part in parts
    )


def _instances(rows: object) -> int:
    found = rows if isinstance(rows, list) else []
    return len({json.dumps(row.get("instance"), sort_keys=True) for row in found if isinstance(row, Mapping)})


def trials_passed(trials: object) -> bool | None:
    """None if nothing was tried or too little was decided."""
    if not isinstance(trials, Mapping):
        return None
    counts = [trials.get(key) for key in ("exact", "ball", "agree", "violated")]
    if any(type(n) is not int or n < 0 for n in counts):
        return None
    *settled, violated = counts
    if violated or trials.get("status") == "violated":
        return False
    return True if any(settled) and trials.get("status") == "passed" else None


def _by_id(items: object) -> dict[str, Json]:
    return {item["id"]: item for item in items} if isinstance(items, list) else {}


def _proof(
    ids: object, kernel: Sequence[Json], theorems: Mapping[str, Json], outcomes: Json, notes: list[str]
) -> Footprint | None:
    """The joint footprint, if the kernel accepted one theorem for each statement, and that very statement."""
    if not isinstance(ids, list) or not ids or not kernel:
        return None
    if len(ids) != len(kernel):
        notes.append(f"{len(ids)} theorems for {len(kernel)} kernel statements")
        return None
    accepted = []
    for name, wanted in zip(ids, kernel, strict=True):
        outcome = _accepted(name, outcomes, notes)
        if outcome is None or name not in theorems:
            return None
        if not states(theorems[name], wanted):
            notes.append(f"theorem {name} states something else")
            return None
        accepted.append(outcome)
    return _joint(accepted, scope_of(kernel))


def _refutation(
    name: object, kernel: Sequence[Json], certificate: Json, answers: Json, notes: list[str]
) -> Footprint | None:
    """The footprint, if the kernel accepted a refutation of one of the kernel statements."""
    refutations = _by_id(certificate.get("refutations"))
    if not isinstance(name, str) or name not in refutations:
        return None
    outcome = _accepted(name, answers.get("refutations") or {}, notes)
    if outcome is None:
        return None
    refuted = canonical(refutations[name].get("statement"))
    if not any(canonical(statement) == refuted for statement in kernel):
        notes.append(f"{name} refutes something else")
        return None
    return _joint([outcome])


def _vacuity(ids: object, kernel: Sequence[Json], theorems: Mapping[str, Json], outcomes: Json) -> Footprint | None:
    """The footprint, if falsehoods were derived from the hypotheses of every kernel statement."""
    if not isinstance(ids, list) or not ids or len(ids) != len(kernel):
        return None
    accepted = []
    for name, wanted in zip(ids, kernel, strict=True):
        outcome = _accepted(name, outcomes, [])
        if outcome is None or name not in theorems or not contradicts(theorems[name], wanted):
            return None
        accepted.append(outcome)
    return _joint(accepted)


def _accepted(name: str, outcomes: Json, notes: list[str]) -> Json | None:
    outcome: Json | None = outcomes.get(name)
    if outcome is None:
        notes.append(f"{name} was not replayed")
        return None
    if outcome.get("ok") is not True:
        notes.append(describe_failure(name, outcome))
        return None
    return outcome


def states(theorem: Json, kernel: Json) -> bool:
    """Whether a theorem says exactly what a kernel statement says.

    The theorem may declare auxiliary letters that occur in none of its formulas. A theorem holds for all values of
    its letters, so one that occurs nowhere can be left out if it has a value at all: see `_auxiliary`.
    """
    return canonical(_plain(theorem, kernel)) == canonical(dict(kernel))


def contradicts(theorem: Json, kernel: Json) -> bool:
    """Whether a theorem derives a false relation of constants from the hypotheses of a kernel statement."""
    plain = _plain(theorem, kernel)
    same = all(canonical(plain[key]) == canonical(kernel.get(key)) for key in ("sig", "hyps"))
    return same and any(is_false(goal) for goal in theorem.get("goals") or ())


def _plain(theorem: Json, kernel: Json) -> dict[str, Any]:
    """The statement of a theorem without its auxiliary letters."""
    sig, hyps, goals = theorem.get("sig"), theorem.get("hyps"), theorem.get("goals")
    if isinstance(sig, Mapping) and isinstance(sig.get("letters"), Mapping):
        known = (kernel.get("sig") or {}).get("letters") or {}
        formulas = canonical([hyps, goals, sig.get("losses")])
        letters = {
            name: row
            for name, row in sig["letters"].items()
            if name in known or json.dumps(name) in formulas or not _auxiliary(row, known)
        }
        sig = {**sig, "letters": letters}
    return {"sig": sig, "hyps": hyps, "goals": goals}


def _auxiliary(row: object, known: Json) -> bool:
    """A letter that surely has a value: a constant number, an angle or a Gaussian column independent of everything,
    a free matrix of the same shape as a letter of the statement (a direction in which a loss is varied)."""
    if row in ({}, {"law": {"kind": "angle"}}):
        return True
    if isinstance(row, Mapping) and row.keys() == {"shape", "law"} and row["law"] == {"kind": "gauss"}:
        return True
    if not isinstance(row, Mapping) or row.get("free") is not True or not row.keys() <= {"free", "index", "shape"}:
        return False
    size = canonical([row.get("index"), row.get("shape")])
    return any(canonical([other.get("index"), other.get("shape")]) == size for other in known.values())


def is_false(goal: object) -> bool:
    """An unquantified relation between two rational numbers that does not hold."""
    match goal:
        case {"all": [], "concl": ["eq" | "ge" | "gt" as relation, ["q", str(a)], ["q", str(b)]]}:
            try:
                x, y = Fraction(a), Fraction(b)
            except (ValueError, ZeroDivisionError):
                return False
            return not {"eq": x == y, "ge": x >= y, "gt": x > y}[relation]
    return False


def describe_failure(name: str, outcome: Json) -> str:
    """Why the kernel rejects the theorem or refutation `name`, from its `outcome`."""
    step, rule = outcome.get("step"), outcome.get("rule")
    at = f" at step {step}" + (f" (rule {rule})" if rule else "") if step is not None else ""
    return f"the kernel rejects {name}{at}: {outcome.get('reason') or 'no reason given'}"


def _joint(outcomes: Sequence[Json], scope: str | None = None) -> Footprint:
    def union(key: str) -> tuple[str, ...]:
        return tuple(sorted({str(x) for outcome in outcomes for x in outcome.get(key) or ()}))

    return Footprint(union("base_facts"), union("axioms"), union("oracles"), scope)

"""What happens to one claim: load, derive, gather evidence, write down; then examine what was written.

`produce` runs the claim file and the untrusted search. `examine` runs later, in another process that has
not loaded the claim: it compiles the statement again from its syntax tree and re-validates the evidence.
The layers below come in through `Engine`, so this file imports none of them.
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from verify.audit.certificate import FORMAT, RULES, canonical, parse, sealed
from verify.audit.verdict import is_false, statement_of

Data = dict[str, Any]
Stage = Callable[[str], None]

ENGINE = "verify.audit.engine:ENGINE"


class Engine(Protocol):
    """The layers below, each as one function. Statements and theorems are kernel-level JSON."""

    def load(self, path: Path) -> Any:
        """A claim file, loaded by path in isolation."""

    def derive(self, claim: Any, statement: Any) -> list[Data]:
        """Kernel theorems, dependencies first; raises `TacticFailed(where, what, why, next)`."""

    def refutation(self, statement: Any) -> Data | None:
        """{"instance": .., "kernel": [statement, ..]} if the claim gives a refutation, compiled at its instance."""

    def hints(self, claim: Any, statement: Any) -> Any:
        """The exact data a claim adds for the evidence (fails_at, holds_at, ...)."""

    def gather(self, kernel: Data, hints: Any, settings: Mapping[str, Any]) -> Data:
        """Evidence for one kernel statement, as JSON."""

    def compile(self, ast: Any) -> Data:
        """From a syntax tree: {"kernel": [statement, ..], "sort_error": message or None}."""

    def compile_refutation(self, ast: Any, refutation: Data) -> list[Data]:
        """The kernel statements of a refutation: hypotheses and failure at its instance."""

    def validate(self, kernel: Sequence[Data], evidence: Data) -> Data:
        """Re-validation: {"witness": bool, "counterexample": bool, "enclosures": bool, "problems": [{"where", "reason"}]}."""

    def tactic_failed(self) -> type[Exception]:
        """The exception of a search that gave up."""


def engine(spec: str) -> Engine:
    module, _, name = spec.partition(":")
    found: Engine = getattr(importlib.import_module(module), name)
    return found


def one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__


def place(error: BaseException, path: Path) -> str:
    """The line of the claim file an error passed through."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{path.name}:{error.lineno}"
    lines = [
        f.lineno for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).name == path.name
    ]
    return f"{path.name}:{lines[-1]}" if lines else path.name


class ClaimError(Exception):
    """A claim that gives no certificate: what happened and where, in one line."""


def produce(
    layers: Engine, path: Path, topic: str, slug: str, settings: Mapping[str, Any], stage: Stage
) -> Data:
    """{"certificate": text, "notes": {label: [why something is missing]}, "crashes": {label: what}}."""
    stage("loading")
    claim = _load(layers, path)
    derivation: dict[str, Data] = {}
    statements, notes, crashes = [], {}, {}
    for statement in claim.statements:
        label = str(statement.label)
        record, problems, crash = _statement(layers, claim, statement, derivation, settings, stage, path)
        statements.append(record)
        if problems:
            notes[label] = problems
        if crash is not None:
            crashes[label] = crash
    stage("writing")
    certificate = sealed(
        {
            "format": FORMAT,
            "rules": RULES,
            "claim": _claim_record(claim, topic, slug),
            "statements": statements,
            "derivation": list(derivation.values()),
            "figures": list(claim.figures),
        }
    )
    text = canonical(certificate)
    parse(text)  # what is written can be read
    return {"certificate": text, "notes": notes, "crashes": crashes}


def describe(layers: Engine, path: Path, topic: str, slug: str) -> Data:
    """What the claim file itself says, in the certificate's words; for comparison in a recheck."""
    claim = _load(layers, path)
    statements = [_static(layers, statement)[0] for statement in claim.statements]
    return {"claim": _claim_record(claim, topic, slug), "statements": statements}


def _load(layers: Engine, path: Path) -> Any:
    try:
        claim = layers.load(path)
    except (Exception, SystemExit) as error:
        raise ClaimError(f"{place(error, path)}: the claim file raises {one_line(error)}") from error
    labels = [str(statement.label) for statement in claim.statements]
    if not labels:
        raise ClaimError(f"{path.name}: no statement; write printed(..), corrected(..) or lemma(..)")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise ClaimError(f"{path.name}: two statements are called {twice[0]}")
    return claim


def _claim_record(claim: Any, topic: str, slug: str) -> Data:
    return {
        "slug": slug,
        "topic": topic,
        "title": claim.title,
        "citations": [{"source": c.source, "at": c.at, "ids": list(c.ids)} for c in claim.citations],
        "nonclaims": list(claim.nonclaims),
    }


def _static(layers: Engine, statement: Any) -> tuple[Data, str | None]:
    """The part of a statement's record that needs no search, and what crashed while it was made."""
    record: Data = {
        "label": str(statement.label),
        "role": statement.role,
        "expects": statement.expects,
        "reading": statement.reading,
        "ast": None,
        "sort_error": statement.sort_error,
        "kernel": [],
        "refutation": None,
    }
    try:
        record["ast"] = statement.ast()
        if statement.sort_error is None:
            record["kernel"] = statement.kernel()
            record["refutation"] = layers.refutation(statement)
    except Exception as error:
        return record, f"{record['label']} does not compile: {one_line(error)}"
    return record, None


def _statement(
    layers: Engine,
    claim: Any,
    statement: Any,
    derivation: dict[str, Data],
    settings: Mapping[str, Any],
    stage: Stage,
    path: Path,
) -> tuple[Data, list[str], str | None]:
    record, crash = _static(layers, statement)
    record = {**record, "theorems": [], "evidence": {}}
    label, notes = record["label"], []
    if crash is not None or record["sort_error"] is not None:
        return record, [], crash
    stage(f"deriving {label}")
    try:
        _place_theorems(record, layers.derive(claim, statement), derivation)
    except layers.tactic_failed() as error:
        notes.append(explain(error))
    except Exception as error:
        crash = f"deriving {label}: {one_line(error)} ({place(error, path)})"
    stage(f"gathering evidence for {label}")
    try:
        hints = layers.hints(claim, statement)
        parts = [layers.gather(kernel, hints, settings) for kernel in record["kernel"]]
        record["evidence"] = {**parts[0], **({"others": parts[1:]} if parts[1:] else {})}
    except Exception as error:
        crash = crash or f"gathering evidence for {label}: {one_line(error)} ({place(error, path)})"
    return record, notes, crash


def explain(error: Exception) -> str:
    """A search that gave up: where, what, why, what to try next."""
    parts = [str(getattr(error, key, "") or "") for key in ("where", "what", "why", "next")]
    where, what, why, then = parts
    if not any(parts):
        return one_line(error)
    text = ": ".join(part for part in (where, what, why) if part)
    return text + (f"; try {then}" if then else "")


def _place_theorems(record: Data, theorems: Sequence[Data], derivation: dict[str, Data]) -> None:
    """Adds theorems to the claim's derivation and finds those that state the statement itself."""
    for theorem in theorems:
        known = derivation.setdefault(theorem["id"], theorem)
        if known is not theorem and canonical(known) != canonical(theorem):
            raise ValueError(f"two different theorems are called {theorem['id']}")
    by_text = {canonical(statement_of(theorem)): theorem["id"] for theorem in theorems}
    ids = [by_text.get(canonical(kernel)) for kernel in record["kernel"]]
    record["theorems"] = ids if all(ids) else []
    if record["refutation"] is not None:
        wanted = record["refutation"]["kernel"]
        found = [by_text.get(canonical(kernel)) for kernel in wanted]
        record["refutation"]["theorems"] = found if all(found) else []
    empty = [_vacuous(kernel, theorems) for kernel in record["kernel"]]
    if empty and all(empty):
        record["vacuity"] = empty


def _vacuous(kernel: Data, theorems: Sequence[Data]) -> str | None:
    for theorem in theorems:
        same = all(canonical(theorem.get(key)) == canonical(kernel.get(key)) for key in ("sig", "hyps"))
        if same and any(is_false(goal) for goal in theorem.get("goals", [])):
            return str(theorem["id"])
    return None


def examine(layers: Engine, certificate: Data, stage: Stage) -> list[Data]:
    """For each statement: compiled afresh, and which evidence stands. Needs the certificate only."""
    return [_examine(layers, statement, stage) for statement in certificate["statements"]]


def _examine(layers: Engine, statement: Data, stage: Stage) -> Data:
    label = statement["label"]
    checks: Data = {"kernel": [], "sort_error": None, "refutation": [], "problems": [], "crash": None}
    stage(f"compiling {label}")
    try:
        compiled = layers.compile(statement["ast"])
        checks["sort_error"] = compiled["sort_error"]
        checks["kernel"] = compiled["kernel"]
        if statement["refutation"] is not None:
            checks["refutation"] = layers.compile_refutation(statement["ast"], statement["refutation"])
    except Exception as error:
        checks["crash"] = f"{label} does not compile: {one_line(error)}"
        return checks
    if checks["sort_error"] is not None or not statement["evidence"]:
        return checks
    stage(f"re-validating {label}")
    try:
        found = layers.validate(checks["kernel"], statement["evidence"])
    except Exception as error:
        checks["crash"] = f"re-validating {label}: {one_line(error)}"
        return checks
    for kind in ("witness", "counterexample", "enclosures"):
        checks[kind] = found.get(kind) is True
    checks["problems"] = list(found.get("problems") or [])
    return checks

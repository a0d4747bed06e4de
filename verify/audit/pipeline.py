"""What happens to one claim: load, derive, gather evidence, write down; then examine what was written.

`produce` runs the claim file and the untrusted search. `examine` runs later, in another process that has
not loaded the claim: it compiles the statement again from its syntax tree and re-validates the evidence.
The layers below come in through `Engine`, so this file imports none of them.
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from verify.audit.certificate import FORMAT, RULES, canonical, parse, sealed
from verify.audit.verdict import contradicts, states

Data = dict[str, Any]
Stage = Callable[[str], None]

ENGINE = "verify.audit.engine:ENGINE"


class Engine(Protocol):
    """The layers below, each as one function. Statements and theorems are kernel-level JSON."""

    def load(self, path: Path) -> Any:
        """A claim file, loaded by path in isolation."""

    def context(self, claim: Any, root: Path) -> Any:
        """What `derive` shares between the statements of one claim; lemmas of other claims lie below `root`."""

    def derive(self, claim: Any, statement: Any, context: Any) -> list[Data]:
        """Kernel theorems, dependencies first; one of `gives_up` if the search finds nothing."""

    def gather(
        self, claim: Any, statement: Any, case: int, theorem: str | None, context: Any, settings: Mapping[str, Any]
    ) -> Data:
        """Evidence for one kernel statement, as JSON; `theorem` is the one that states it, if any."""

    def contradict(self, kernel: Data) -> Data | None:
        """A theorem that derives a falsehood from the hypotheses of a kernel statement, or None if none is found."""

    def refute(
        self, claim: Any, statement: Any, evidence: Sequence[Data], context: Any
    ) -> tuple[Data | None, list[Data]]:
        """A refutation for the kernel, from the claim's script or a counterexample; and theorems it may use."""

    def figures(self, claim: Any, evidence: Mapping[str, Data]) -> list[Data]:
        """Captions and data of the claim's figures; `evidence` is given by statement."""

    def compile(self, ast: Any) -> Data:
        """From a syntax tree: {"kernel": [statement, ..], "sort_error": message or None, "needs"?: [needs, ..]}.

        Needs are what must hold at an instance, besides the failure of a kernel statement, to refute the author's.
        """

    def validate(
        self,
        kernel: Sequence[Data],
        evidence: Data,
        needs: Sequence[Sequence[Data]] = (),
        spares: Sequence[Callable[[str], bool]] = (),
    ) -> Data:
        """{"witness": bool, "counterexample": bool, "enclosures": bool, "problems": [{"where", "reason"}]}.

        Every instance and enclosure is evaluated again; `witness` means one for each kernel statement. `spares` tells
        for each kernel statement which hypotheses its derivation does without.
        """

    def spare(self, theorems: Mapping[str, Data]) -> Callable[[str, str], bool]:
        """Whether a theorem, by its name, is replayed without a hypothesis, with lemmas that do without it."""

    def cross_examine(self, theorem: Data) -> Data:
        """What a theorem concludes on its way, evaluated at random instances: {"status", counts.., "violations"}."""

    def gives_up(self) -> tuple[type[Exception], ...]:
        """Exceptions that mean "not found" or "not expressible", not a crash."""


def engine(spec: str) -> Engine:
    """The engine that `spec`, `module:name`, stands for; ImportError or AttributeError if there is none."""
    module, _, name = spec.partition(":")
    found: Engine = getattr(importlib.import_module(module), name)
    return found


def one_line(error: BaseException) -> str:
    """What went wrong. Errors made for users bring their own sentence; others are named."""
    text = " ".join(str(error).split())
    if hasattr(error, "what") and hasattr(error, "next"):
        return text[:400]
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__


def place(error: BaseException, path: Path) -> str:
    """The line of the claim file an error passed through."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{path.name}, line {error.lineno}"
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).name == path.name]
    return f"{path.name}, line {lines[-1]}" if lines else path.name


class ClaimError(Exception):
    """A claim that gives no certificate: what happened and where, in one line."""


@dataclass
class _Book:
    """The certificate under construction."""

    derivation: dict[str, Data] = field(default_factory=dict)
    refutations: list[Data] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    crashes: dict[str, str] = field(default_factory=dict)

    def add(self, theorems: Sequence[Data]) -> None:
        for theorem in theorems:
            known = self.derivation.setdefault(theorem["id"], theorem)
            if known is not theorem and canonical(known) != canonical(theorem):
                raise ValueError(f"two different theorems are called {theorem['id']}")


@dataclass(frozen=True)
class Task:
    """One claim to produce, and where its folder is."""

    path: Path
    topic: str
    slug: str
    root: Path
    settings: Mapping[str, Any]


def produce(layers: Engine, task: Task, stage: Stage) -> Data:
    """{"certificate": text, "notes": {label: [why something is missing]}, "crashes": {label: what}}."""
    stage("loading")
    claim = _load(layers, task.path)
    context = layers.context(claim, task.root)
    book = _Book()
    records = [_Statement(layers, task, claim, s, context, book, stage).record() for s in claim.statements]
    stage("drawing figures")
    figures = layers.figures(claim, {r["label"]: r["evidence"] for r in records})
    stage("writing")
    certificate = {
        "format": FORMAT,
        "rules": RULES,
        "claim": _claim_record(claim, task),
        "statements": records,
        "derivation": list(book.derivation.values()),
        "refutations": book.refutations,
        "figures": figures,
    }
    text = canonical(sealed(certificate))
    parse(text)  # what is written can be read
    return {"certificate": text, "notes": book.notes, "crashes": book.crashes}


def describe(layers: Engine, task: Task) -> Data:
    """What the claim file itself says, in the certificate's words; for comparison in a recheck."""
    claim = _load(layers, task.path)
    statements = [_static(layers, statement)[0] for statement in claim.statements]
    return {"claim": _claim_record(claim, task), "statements": statements}


def _load(layers: Engine, path: Path) -> Any:
    try:
        claim = layers.load(path)
    except (Exception, SystemExit) as error:
        if hasattr(error, "what") and hasattr(error, "next"):
            raise ClaimError(one_line(error)) from error
        raise ClaimError(f"{place(error, path)}: the claim file raises {one_line(error)}") from error
    labels = [str(statement.label) for statement in claim.statements]
    if not labels:
        raise ClaimError(f"{path.name}: no statement; write printed(..), corrected(..) or lemma(..)")
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise ClaimError(f"{path.name}: two statements are called {twice[0]}")
    return claim


def _claim_record(claim: Any, task: Task) -> Data:
    return {
        "slug": task.slug,
        "topic": task.topic,
        "title": claim.title,
        "citations": [{"source": c.source, "at": c.at, "ids": list(c.ids)} for c in claim.citations],
        "nonclaims": list(claim.nonclaims),
    }


def _static(layers: Engine, statement: Any) -> tuple[Data, str | None, str | None]:
    """The part of a record that needs no search; why it has no kernel form; what crashed."""
    label = str(statement.label)
    record: Data = {
        "label": label,
        "role": statement.role,
        "expects": statement.expects,
        "reading": statement.reading,
        "ids": list(statement.ids),
        "consequence": statement.consequence,
        "ast": None,
        "sort_error": None,
        "kernel": [],
    }
    try:
        record["ast"] = statement.ast()
        compiled = layers.compile(record["ast"])
        record["sort_error"], record["kernel"] = compiled["sort_error"], compiled["kernel"]
    except layers.gives_up() as error:
        return record, one_line(error), None
    except Exception as error:
        return record, None, f"{label} does not compile: {one_line(error)}"
    return record, None, None


@dataclass
class _Statement:
    """Derivation, evidence and refutation of one statement."""

    layers: Engine
    task: Task
    claim: Any
    statement: Any
    context: Any
    book: _Book
    stage: Stage

    def record(self) -> Data:
        record, missing, crash = _static(self.layers, self.statement)
        label = record["label"]
        record = {**record, "theorems": [], "refutation": None, "evidence": {}}
        if missing is not None:
            self.book.notes[label] = [missing]
        if crash is not None:
            self.book.crashes[label] = crash
        if record["kernel"]:
            self._try(label, f"deriving {label}", lambda: self._derive(record))
            self._try(label, f"gathering evidence for {label}", lambda: self._gather(record))
            self._try(label, f"refuting {label}", lambda: self._refute(record))
            self._try(label, f"looking for a contradiction in {label}", lambda: self._contradict(record))
        return record

    def _try(self, label: str, what: str, work: Callable[[], None]) -> None:
        """What is not found is noted; anything else that goes wrong is a crash of this statement."""
        self.stage(what)
        try:
            work()
        except self.layers.gives_up() as error:
            self.book.notes.setdefault(label, []).append(one_line(error))
        except Exception as error:
            crash = f"{what}: {one_line(error)} ({place(error, self.task.path)})"
            self.book.crashes.setdefault(label, crash)

    def _derive(self, record: Data) -> None:
        theorems = self.layers.derive(self.claim, self.statement, self.context)
        self.book.add(theorems)
        proofs = [_first(theorems, kernel, states) for kernel in record["kernel"]]
        if all(proofs):
            record["theorems"] = proofs
        empty = [_first(theorems, kernel, contradicts) for kernel in record["kernel"]]
        if all(empty):
            record["vacuity"] = empty

    def _gather(self, record: Data) -> None:
        parts = []
        for case in range(len(record["kernel"])):
            theorem = record["theorems"][case] if record["theorems"] else None
            more = (theorem, self.context, self.task.settings)
            parts.append(self.layers.gather(self.claim, self.statement, case, *more))
        record["evidence"] = {**parts[0], **({"others": parts[1:]} if parts[1:] else {})}

    def _refute(self, record: Data) -> None:
        evidence = [record["evidence"], *record["evidence"].get("others", [])]
        found, theorems = self.layers.refute(self.claim, self.statement, evidence, self.context)
        if found is not None:
            self.book.add(theorems)
            name = f"{self.task.slug}.{record['label']}.refuted"
            self.book.refutations.append({**found, "id": name})
            record["refutation"] = name


    def _contradict(self, record: Data) -> None:
        """Where nothing is known that meets the hypotheses, perhaps nothing can."""
        parts = [record["evidence"], *record["evidence"].get("others", [])]
        if "vacuity" in record or any(part.get("witness") or part.get("counterexample") for part in parts):
            return
        found = [self.layers.contradict(kernel) for kernel in record["kernel"]]
        if all(found):
            names = [f"{self.task.slug}.{record['label']}.contradiction{n or ''}" for n in range(len(found))]
            self.book.add([{**theorem, "id": name} for theorem, name in zip(found, names, strict=True) if theorem])
            record["vacuity"] = names


def _first(theorems: Sequence[Data], kernel: Data, test: Callable[[Data, Data], bool]) -> str | None:
    return next((str(theorem["id"]) for theorem in theorems if test(theorem, kernel)), None)


def examine(layers: Engine, certificate: Data, stage: Stage) -> list[Data]:
    """For each statement: compiled afresh, and which evidence stands. Needs the certificate only."""
    theorems = {theorem["id"]: theorem for theorem in certificate["derivation"]}
    answers: dict[str, Data] = {}
    spare = layers.spare(theorems)
    found = []
    for statement in certificate["statements"]:
        spares = [partial(spare, str(name)) for name in statement.get("theorems") or ()]
        checks = _examine(layers, statement, stage, spares)
        checks["cross"] = {}
        for name in _needed(statement, theorems):
            stage(f"cross-examining {name}")
            if name not in answers:
                answers[name] = _crossed(layers, theorems[name])
            checks["cross"][name] = answers[name]
        found.append(checks)
    return found


def _needed(statement: Data, theorems: Mapping[str, Data]) -> list[str]:
    """The theorems a statement rests on, and those that these use."""
    left = [*(statement.get("theorems") or ()), *(statement.get("vacuity") or ())]
    found: set[str] = set()
    while left:
        name = left.pop()
        if isinstance(name, str) and name in theorems and name not in found:
            found.add(name)
            steps = theorems[name].get("steps")
            rows = steps if isinstance(steps, list) else []
            left += [step.get("theorem") for step in rows if isinstance(step, dict)]
    return sorted(found)


def _crossed(layers: Engine, theorem: Data) -> Data:
    try:
        return layers.cross_examine(theorem)
    except Exception as error:  # nothing is learnt from what cannot be evaluated
        return {"status": "not evaluable", "note": one_line(error), "violations": []}


def _examine(layers: Engine, statement: Data, stage: Stage, spares: Sequence[Callable[[str], bool]]) -> Data:
    label = statement["label"]
    checks: Data = {"kernel": [], "sort_error": None, "needs": [], "notes": [], "problems": [], "crash": None}
    stage(f"compiling {label}")
    try:
        compiled = layers.compile(statement["ast"])
        checks["sort_error"], checks["kernel"] = compiled["sort_error"], compiled["kernel"]
        checks["needs"] = compiled.get("needs") or []
    except layers.gives_up() as error:
        checks["notes"].append(one_line(error))
        return checks
    except Exception as error:
        checks["crash"] = f"{label} does not compile: {one_line(error)}"
        return checks
    if not checks["kernel"] or not statement["evidence"]:
        return checks
    stage(f"re-validating {label}")
    try:
        found = layers.validate(checks["kernel"], statement["evidence"], checks["needs"], spares)
    except Exception as error:
        checks["crash"] = f"re-validating {label}: {one_line(error)}"
        return checks
    for kind in ("witness", "counterexample", "enclosures"):
        checks[kind] = found.get(kind) is True
    checks["problems"] = list(found.get("problems") or [])
    return checks

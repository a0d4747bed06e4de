"""The real layers behind `pipeline.Engine`; each is imported when it is first used."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any

from verify.audit import hints, revalidation
from verify.audit.sources import SourceError, discover, named, select
from verify.audit.verdict import ENOUGH, states

Data = dict[str, Any]


@dataclass
class Shared:
    """What the statements of one claim share: the search's context, and what the kernel says of its theorems.

    The kernel is asked here only to learn which hypotheses are used; verdicts come from its own process.
    """

    search: Any
    library: Data
    answers: dict[str, Any] = field(default_factory=dict)
    records: dict[str, Any] | None = None
    spare: Any = None

    def spares(self, theorem: str, hypothesis: str) -> bool:
        """Whether the kernel replays a theorem without a hypothesis, with lemmas that do without it."""
        from verify.tactics.spare import Spare

        self.spare = self.spare or Spare(self.search.theorems, self.search.entries)
        return hypothesis in self.spare.guess(theorem) and hypothesis in self.spare.of(theorem)

    def recorded(self, claim: Any, label: str, case: int) -> Any:
        """Instances kept beside the claim file for one kernel statement; read once."""
        from verify.evidence import recorded

        if self.records is None:
            self.records = recorded.read(Path(claim.path)) if claim.path else {}
        rows = self.records.get(label, ())
        return rows[case] if case < len(rows) else recorded.Recorded()


class Layers:
    """The layers that real claims go through."""

    def load(self, path: Path) -> Any:
        """See `pipeline.Engine`."""
        from verify.statement.claims import load

        return load(path)

    def context(self, claim: Any, root: Path) -> Shared:
        """See `pipeline.Engine`."""
        from verify.kernel import replay
        from verify.tactics import Context, TacticFailed

        @cache
        def sources() -> Any:
            return discover(root)

        @cache
        def other(name: str) -> Any:
            direct = named(root, name)
            if direct is not None:
                return self.load(direct.path)
            try:
                (source,) = select(sources(), [name])
            except (SourceError, ValueError) as error:
                raise TacticFailed(str(error), where=f"by.lemma({name!r})") from None
            return self.load(source.path)

        return Shared(Context(claim, load=other), replay.shelves())

    def derive(self, claim: Any, statement: Any, context: Shared) -> list[Data]:
        """See `pipeline.Engine`."""
        from verify.kernel import replay
        from verify.tactics import derive

        theorems, _ = derive(claim, statement, context.search)
        for theorem in theorems:
            if theorem["id"] not in context.answers:
                context.answers[theorem["id"]] = replay.theorem(theorem, context.library, context.answers)
        return theorems

    def gather(
        self, claim: Any, statement: Any, case: int, theorem: str | None, context: Shared, settings: Mapping[str, Any]
    ) -> Data:
        """See `pipeline.Engine`; TacticFailed for a setting of evidence that does not exist."""
        from verify.evidence import Hints, Settings, gather
        from verify.tactics import TacticFailed

        kernel = statement.kernel()[case]
        given: dict[str, list[Data]] = {"holds_at": [], "fails_at": [], "tight_at": []}
        broken: dict[str, list[Data]] = {}
        for item in statement.data:
            made = hints.instance(kernel, dict(item.values))
            if made is not None and item.kind == "breaks_without":
                broken.setdefault(str(item.hypothesis), []).append(made)
            elif made is not None:
                given[item.kind].append(made)
        asked_for = [pair for check in claim.checks if check.subject is statement for pair in check.options]
        budget = {k: int(v) if isinstance(v, Fraction) and v.denominator == 1 else v for k, v in asked_for}
        asked = Hints(
            holds_at=given["holds_at"],
            fails_at=given["fails_at"],
            tight_at=given["tight_at"],
            breaks_without=broken,
            uses=context.answers.get(theorem or "", {}).get("hyp_uses"),
            reproves=None if theorem is None else _same_derivation(context, theorem),
            rescripts=None if theorem is None else self.rescripts(claim, statement, case, context),
            spares=None if theorem is None else partial(context.spares, theorem),
            expect_false=statement.expects == "REFUTED",
            recorded=context.recorded(claim, str(statement.label), case),
        )
        names = {f.name for f in fields(Settings)}
        for name in budget:
            if name not in names:
                close = difflib.get_close_matches(name, sorted(names), 1)
                raise TacticFailed(
                    f"there is no setting {name!r} of evidence",
                    where=f"check({statement.label}, ..)",
                    next=f"did you mean {close[0]}?" if close else f"the settings are {', '.join(sorted(names))}",
                )
        if statement.expects == "ENCLOSED":  # the enclosures are all there is: as many as the verdict asks for
            settings = {"enclosed": ENOUGH + 4, **settings}
        evidence: Data = gather(kernel, asked, Settings(**{**settings, **budget}))
        return evidence

    def rescripts(
        self, claim: Any, statement: Any, case: int, context: Shared
    ) -> Callable[[Mapping[str, Any]], bool] | None:
        """Whether the script of a statement, run on another one over the same signature, gives a theorem that states it
        and that the kernel replays; None if there is no script.
        """
        if statement.script is None:
            return None
        from verify.kernel import replay
        from verify.kernel.errors import Budget
        from verify.tactics import anew

        together = Budget(REPLAYS_WORK)

        def proves(mutant: Mapping[str, Any]) -> bool:
            theorem = anew(context.search, claim, statement, case, dict(mutant))
            if theorem is None or not states(theorem, mutant):
                return False
            library, answers = dict(context.library), dict(context.answers)
            return bool(replay.theorem(theorem, library, answers, Budget(REPLAY_WORK, together))["ok"])

        return proves

    def contradict(self, kernel: Data) -> Data | None:
        """See `pipeline.Engine`."""
        from verify.tactics.immediate import FALSE, immediate

        return immediate({**kernel, "goals": [FALSE]})

    def refute(
        self, claim: Any, statement: Any, evidence: Sequence[Data], context: Shared
    ) -> tuple[Data | None, list[Data]]:
        """See `pipeline.Engine`."""
        from verify.tactics import refute

        found = refute(claim, statement, evidence, context.search)
        return found, list(context.search.theorems.values())

    def figures(self, claim: Any, evidence: Mapping[str, Data]) -> list[Data]:
        """See `pipeline.Engine`."""
        from verify.audit import figures

        return figures.figures(claim, evidence)

    def compile(self, ast: Any) -> Data:
        """See `pipeline.Engine`."""
        from verify.statement.statements import from_ast

        statement = from_ast(ast)
        failure = statement.sort_error
        text = None if failure is None else f"{failure.message} (in {failure.place})"
        needs = [] if failure is not None else [compiler.needs for compiler in statement.compilers()]
        return {"kernel": statement.kernel(), "sort_error": text, "needs": needs}

    def validate(
        self,
        kernel: Sequence[Data],
        evidence: Data,
        needs: Sequence[Sequence[Data]] = (),
        spares: Sequence[Callable[[str], bool]] = (),
    ) -> Data:
        """See `pipeline.Engine`."""
        return revalidation.validate(kernel, evidence, needs, spares)

    def spare(self, theorems: Mapping[str, Data]) -> Callable[[str, str], bool]:
        """See `pipeline.Engine`."""
        from verify.kernel.errors import Reject
        from verify.tactics.spare import Spare

        told = Spare(theorems)

        def spares(theorem: str, hypothesis: str) -> bool:
            try:
                return hypothesis in told.of(theorem)
            except (Reject, TypeError, LookupError, AttributeError):  # whoever wrote it, it is no derivation
                return False

        return spares

    def cross_examine(self, theorem: Data) -> Data:
        """See `pipeline.Engine`."""
        from verify.evidence.cross import cross_examine

        return cross_examine(theorem)

    def gives_up(self) -> tuple[type[Exception], ...]:
        """See `pipeline.Engine`."""
        from verify.statement.errors import NotExpressible
        from verify.tactics import TacticFailed

        return (TacticFailed, NotExpressible)


REPLAY_WORK = 100_000
"""Budget of the kernel for one attempt to prove a mutant by the derivation of its statement."""
REPLAYS_WORK = 200_000
"""Budget of these attempts for all mutants of a statement together."""


def _same_derivation(context: Shared, theorem: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether the steps of a theorem, as they stand, prove another statement over the same signature."""
    from verify.kernel import replay
    from verify.kernel.errors import Budget

    known = context.search.theorems[theorem]
    together = Budget(REPLAYS_WORK)

    def proves(mutant: Mapping[str, Any]) -> bool:
        data = {**known, "id": f"{theorem} changed", "hyps": mutant["hyps"], "goals": mutant["goals"]}
        library, answers = dict(context.library), dict(context.answers)
        return bool(replay.theorem(data, library, answers, Budget(REPLAY_WORK, together))["ok"])

    return proves


ENGINE = Layers()

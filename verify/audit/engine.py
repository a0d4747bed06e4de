"""The real layers behind `pipeline.Engine`; each is imported when it is first used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from verify.audit.sources import SourceError, discover, select

Data = dict[str, Any]


def _layer(name: str) -> Any:
    return importlib.import_module(name)


class Layers:
    def load(self, path: Path) -> Any:
        return _layer("verify.statement").load(path)

    def context(self, claim: Any, root: Path) -> Any:
        def other(name: str) -> Any:
            try:
                (source,) = select(discover(root), [name])
            except (SourceError, ValueError) as error:
                raise _layer("verify.tactics").TacticFailed(str(error), where=f"by.lemma({name!r})") from None
            return self.load(source.path)

        return _layer("verify.tactics").Context(claim, load=other)

    def derive(self, claim: Any, statement: Any, context: Any) -> list[Data]:
        theorems, _ = _layer("verify.tactics").derive(claim, statement, context)
        return list(theorems)

    def gather(self, claim: Any, statement: Any, case: int, settings: Mapping[str, Any]) -> Data:
        kernel = statement.kernel()[case]
        evidence: Data = _layer("verify.evidence").gather(kernel, hints(claim, statement, case), settings)
        return evidence

    def refute(self, claim: Any, statement: Any, evidence: Sequence[Data], context: Any) -> Data | None:
        found: Data | None = _layer("verify.tactics").refute(claim, statement, evidence, context)
        return found

    def figures(self, claim: Any, evidence: Mapping[str, Data]) -> list[Data]:
        drawn: list[Data] = _layer("verify.evidence").figures(claim, evidence)
        return drawn

    def compile(self, ast: Any) -> Data:
        statement = _layer("verify.statement").from_ast(ast)
        failure = statement.sort_error
        text = None if failure is None else f"{failure.message} (in {failure.place})"
        return {"kernel": statement.kernel(), "sort_error": text}

    def validate(self, kernel: Sequence[Data], evidence: Data) -> Data:
        found: Data = _layer("verify.evidence").validate(kernel, evidence)
        return found

    def gives_up(self) -> tuple[type[Exception], ...]:
        return (_layer("verify.tactics").TacticFailed, _layer("verify.statement").NotExpressible)


def hints(claim: Any, statement: Any, case: int) -> Data:
    """What a claim adds to the evidence for one kernel statement: data, no code."""
    return {
        "case": case,
        "role": statement.role,
        "expects": statement.expects,
        "data": [item.json() for item in statement.data],
        "checks": [dict(check.options) for check in claim.checks if check.subject is statement],
    }


ENGINE = Layers()

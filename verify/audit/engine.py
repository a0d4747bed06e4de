"""The real layers behind `pipeline.Engine`; each is imported when it is first used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Data = dict[str, Any]


def _layer(name: str) -> Any:
    return importlib.import_module(name)


class Layers:
    def load(self, path: Path) -> Any:
        return _layer("verify.statement").load(path)

    def derive(self, claim: Any, statement: Any) -> list[Data]:
        theorems: list[Data] = _layer("verify.tactics").derive(claim, statement)
        return theorems

    def refutation(self, statement: Any) -> Data | None:
        found: Data | None = statement.refutation()
        return found

    def hints(self, claim: Any, statement: Any) -> Any:
        return {"data": statement.data, "checks": claim.checks, "role": statement.role}

    def gather(self, kernel: Data, hints: Any, settings: Mapping[str, Any]) -> Data:
        evidence: Data = _layer("verify.evidence").gather(kernel, hints, settings)
        return evidence

    def compile(self, ast: Any) -> Data:
        compiled: Data = _layer("verify.statement").compile_ast(ast)
        return compiled

    def compile_refutation(self, ast: Any, refutation: Data) -> list[Data]:
        compiled: list[Data] = _layer("verify.statement").compile_refutation(ast, refutation)
        return compiled

    def validate(self, kernel: Sequence[Data], evidence: Data) -> Data:
        found: Data = _layer("verify.evidence").validate(kernel, evidence)
        return found

    def tactic_failed(self) -> type[Exception]:
        failed: type[Exception] = _layer("verify.tactics").TacticFailed
        return failed


ENGINE = Layers()

"""Audits in a notebook: verdicts, derivations and figures that render themselves.

Statements and terms of `verify.statement` render themselves too; so does the answer of `verify.check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from verify.audit.run import Audit, ClaimResult, Settings


@dataclass(frozen=True)
class Derivation:
    """The numbered steps of a derivation, `(number, formula, rule, premises)`."""

    steps: tuple[tuple[int, str, str, tuple[str, ...]], ...]

    def __repr__(self) -> str:
        return "\n".join(f"{number}. {formula}  [{rule}]" for number, formula, rule, _ in self.steps)

    def _repr_html_(self) -> str:
        rows = []
        for number, formula, rule, premises in self.steps:
            said = f" From {', '.join(premises)}." if premises else ""
            text = f"<code>{escape(formula)}</code><br><small>{escape(rule + said)}</small>"
            rows.append(f'<li value="{number}">{text}</li>')
        return f"<ol>{''.join(rows)}</ol>"


@dataclass(frozen=True)
class Picture:
    """A figure of a claim: what it shows, and the drawing as SVG (or a paragraph that says why there is none)."""

    caption: str
    svg: str

    def __repr__(self) -> str:
        return f"figure: {self.caption}"

    def _repr_html_(self) -> str:
        return f"<figure>{self.svg}<figcaption>{escape(self.caption)}</figcaption></figure>"


@dataclass(frozen=True)
class Audited:
    """One claim after its audit. The verdicts are those of `verify audit`, computed in the same way."""

    claim: ClaimResult

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each statement, by its label; empty if the claim file raises."""
        return {s.label: str(s.verdict) for s in self.claim.statements} if self.claim.error is None else {}

    def derivation(self, label: str) -> Derivation:
        """The steps that prove a statement, with those of the lemmas it uses left out. Raises KeyError for a label
        that the claim does not have."""
        from verify.audit.inspection import lines
        from verify.report.words import rule

        statement = {s.label: s for s in self.claim.statements}[label]
        assert self.claim.certificate is not None
        wanted = set(statement.record["theorems"])
        found = lines(self.claim.certificate, self.claim.record.answers.get("theorems") or {})
        chosen = [line for line in found if line.theorem in wanted]
        return Derivation(tuple((n, x.formula, rule(x.rule), x.premises) for n, x in enumerate(chosen, 1)))

    @property
    def figures(self) -> tuple[Picture, ...]:
        """What the claim file draws. A figure that could not be drawn says why."""
        return tuple(self._figures())

    def _figures(self) -> Iterator[Picture]:
        from verify.report import FigureError
        from verify.report.figures import svg

        for figure in (self.claim.certificate or {}).get("figures", ()):
            try:
                yield Picture(figure["caption"], str(svg(figure["data"], figure["caption"])))
            except FigureError as error:
                yield Picture(figure["caption"], f"<p>{escape(str(error))}</p>")

    def __repr__(self) -> str:
        if self.claim.error is not None:
            return f"{self.claim.id}: ERROR: {self.claim.error}"
        return "\n".join([self.claim.id, *(f"    {verdict:<11}  {label}" for label, verdict in self.verdicts.items())])

    def _repr_html_(self) -> str:
        if self.claim.error is not None:
            return f"<p><b>ERROR</b> {escape(self.claim.error)}</p>"
        from verify.report.verdicts import badge

        rows = []
        for s in self.claim.statements:
            said = escape(s.judgement.reason)
            cells = (escape(s.label), _statement(s.record["ast"]), str(badge(str(s.verdict))), said)
            rows.append("<tr>" + "".join(f'<td style="text-align: left">{cell}</td>' for cell in cells) + "</tr>")
        head = "".join(f"<th>{word}</th>" for word in ("statement", "what it says", "verdict", "why"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _statement(ast: Any) -> str:
    from verify.statement.statements import from_ast

    return str(from_ast(ast)._repr_html_()) if ast else ""


def audit(path: str | Path) -> Audited:
    """Audit one claim file, as `verify audit FILE` does, without writing certificates or a cache. The file runs
    with your rights. Raises `verify.audit.sources.SourceError` if it is no claim file; a file that raises
    gives an `Audited` that says so. `path` is the file, `<topic>/<slug>.py`.
    """
    from verify.audit.run import audit as run
    from verify.audit.sources import select

    (source,) = select((), [str(path)])
    result: Audit = run([source], Settings(certificates=None, cache=None, workers=1))
    return Audited(result.claims[0])

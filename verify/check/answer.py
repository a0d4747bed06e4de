"""What `verify check` answers: verdict, reasons in words, what the verdict rests on, and the certificate."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
VERDICTS = ("PROVED", "CONDITIONAL", "REFUTED", "VACUOUS", "ILL-SORTED", "OPEN", "ERROR")
GLYPHS = dict(zip(VERDICTS, "●◐✗∅≠?!", strict=True))
COLOURS = {"PROVED": "green", "CONDITIONAL": "green", "REFUTED": "red", "OPEN": "yellow", "VACUOUS": "yellow"}
WIDTH = 100


@dataclass(frozen=True)
class Counterexample:
    """A point of the domain where the statement fails.

    `values`: name -> exact text, or rows of texts. `margin`: by how much it fails, as [low, high] of exact texts.
    `reason` is a sentence; `undefined` says that a side has no value there."""

    values: Mapping[str, Json]
    margin: tuple[str, str] | None = None
    reason: str = ""
    undefined: bool = False
    dims: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """The point as JSON: values, sizes, and by how much or why the statement fails there."""
        out: dict[str, Json] = {"values": dict(self.values)}
        if self.dims:
            out["dims"] = dict(self.dims)
        if self.margin is not None:
            out["margin"] = list(self.margin)
        if self.reason:
            out["reason"] = self.reason
        if self.undefined:
            out["undefined"] = True
        return out


@dataclass(frozen=True)
class Answer:
    """`certificate` holds what the kernel replays: lists under the names of its kinds (`derivation`, `refutations`,
    `scalars`, `matrices`, `semidefinite`, ..) and `"rests"`: the ids among them that carry the verdict."""

    verdict: str
    statement: str = ""
    scope: str = ""
    method: str = ""
    footprint: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    steps: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    advice: str = ""
    message: str = ""
    seconds: float = 0.0
    certificate: Mapping[str, Json] | None = None
    id: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"unknown verdict {self.verdict!r}")

    @property
    def settled(self) -> bool:
        """Whether the verdict is PROVED, CONDITIONAL or REFUTED."""
        return self.verdict in ("PROVED", "CONDITIONAL", "REFUTED")

    def to_json(self) -> dict[str, Json]:
        """The line of an answer file."""
        out: dict[str, Json] = {
            "id": self.id,
            "verdict": self.verdict,
            "scope": self.scope,
            "method": self.method,
            "footprint": list(self.footprint),
            "counterexample": self.counterexample.to_json() if self.counterexample else None,
            "seconds": round(self.seconds, 3),
        }
        for key in ("message", "advice"):
            if getattr(self, key):
                out[key] = getattr(self, key)
        if self.steps:
            out["steps"] = list(self.steps)
        if self.tried:
            out["tried"] = list(self.tried)
        return out

    # ---- for people ------------------------------------------------------------------------------------

    def rows(self) -> list[tuple[str, str]]:
        """Labelled lines in the order in which a reader wants them."""
        rows: list[tuple[str, str]] = []
        if self.scope:
            rows.append(("scope", self.scope))
        if self.message:
            rows.append(("why", self.message))
        c = self.counterexample
        if c is not None:
            if c.dims:
                rows.append(("sizes", ", ".join(f"{k} = {v}" for k, v in c.dims.items())))
            rows += [("where", f"{name} = {_value(v)}") for name, v in c.values.items()]
            if c.reason:
                rows.append(("fails", c.reason))
            if c.margin is not None:
                low, high = c.margin
                rows.append(("margin", low if low == high else f"between {low} and {high}"))
        if self.method:
            rows.append(("method", self.method))
        rows += [("step" if self.settled else "so far", f"{i}. {text}") for i, text in enumerate(self.steps, 1)]
        rows += [("tried", text) for text in self.tried]
        if self.advice:
            rows.append(("next", self.advice))
        if self.settled:
            rows.append(("rests on", ", ".join(self.footprint) or "the rules of the kernel alone"))
        rows.append(("time", f"{self.seconds:.2f} s"))
        return rows

    def text(self) -> str:
        """The answer as `verify check` prints it."""
        head = f"{GLYPHS[self.verdict]} {self.verdict}" + (f"  {self.statement}" if self.statement else "")
        lines = [head]
        for label, text in self.rows():
            for i, piece in enumerate(text.splitlines() or [""]):
                wrapped = [piece] if piece.startswith("  ") else textwrap.wrap(piece, WIDTH - 12) or [""]
                for k, line in enumerate(wrapped):
                    lines.append(f"{label if i == k == 0 else '':>10}  {line}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Answer {self.verdict}{': ' + self.statement if self.statement else ''}>"

    def _repr_html_(self) -> str:
        shades = {"green": "#1a7f37", "red": "#cf222e", "yellow": "#9a6700"}
        colour = shades.get(COLOURS.get(self.verdict, ""), "#57606a")
        label_style = "text-align:right;vertical-align:top;font-weight:normal;color:#57606a"
        cells = "".join(
            f'<tr><th style="{label_style}">{html.escape(label)}</th>'
            f'<td style="text-align:left;white-space:pre-wrap">{html.escape(text)}</td></tr>'
            for label, text in self.rows()
        )
        return (
            f'<div><strong style="color:{colour}">{GLYPHS[self.verdict]} {self.verdict}</strong> '
            f"<code>{html.escape(self.statement)}</code><table>{cells}</table></div>"
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self._repr_html_()}


def _value(v: Json) -> str:
    if isinstance(v, list):
        rows = [[str(x) for x in (r if isinstance(r, list) else [r])] for r in v]
        width = [max(map(len, column)) for column in zip(*rows, strict=True)]
        if len(rows) == 1:
            return "[" + ", ".join(rows[0]) + "]"
        lines = ("  ".join(x.rjust(w) for x, w in zip(r, width, strict=True)) for r in rows)
        return "\n" + "\n".join(f"  [{line}]" for line in lines)
    return str(v)

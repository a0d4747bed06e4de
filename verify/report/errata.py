"""What is wrong in a document: each printed statement that fails, what breaks it, and what is true instead.

The order is by consequence: a wrong conclusion first, then a missing hypothesis, a wrong constant, a relation that
should be strict or weak, and last a formula whose parts do not fit together. The kind is read off the two statements:
it is the least change that turns the printed one into a corrected one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .model import Citation, Claim, Statement

Json = Any

KINDS = {
    "conclusion": "The conclusion is wrong",
    "hypothesis": "A hypothesis is missing or too weak",
    "constant": "A constant is wrong",
    "strictness": "A relation is strict where it should be weak, or the other way round",
    "notation": "The formula does not fit together",
}

_STRICT = {"lt": "le", "gt": "ge", "le": "le", "ge": "ge"}
_RELATIONS = ("eq", "ne", "le", "lt", "ge", "gt")
_SETTLED = ("PROVED", "CONDITIONAL")


@dataclass(frozen=True)
class Erratum:
    """One printed statement that fails. `corrected` may be empty: then nothing true is on record yet."""

    kind: str
    claim: Claim
    printed: Statement
    corrected: tuple[Statement, ...]
    ids: tuple[str, ...]
    at: str

    @property
    def anchor(self) -> str:
        return f"{self.claim.slug}-{self.printed.anchor}"


def errata(source: str, claims: Sequence[Claim]) -> tuple[Erratum, ...]:
    """The errata of one document, by consequence, then by place."""
    found = []
    for claim in claims:
        citation = next((x for x in claim.citations if x.source == source), None)
        if citation is None:
            continue
        asts = {str(s["label"]): s.get("ast") for s in (claim.certificate or {}).get("statements") or ()}
        for printed in claim.statements:
            if printed.role == "printed" and printed.verdict in ("REFUTED", "ILL-SORTED"):
                found.append(_erratum(claim, citation, printed, asts))
    order = list(KINDS)
    return tuple(sorted(found, key=lambda e: (order.index(e.kind), e.ids, e.claim.id, e.printed.label)))


def _erratum(claim: Claim, citation: Citation, printed: Statement, asts: Mapping[str, Json]) -> Erratum:
    settled = [s for s in claim.statements if s.role == "corrected" and s.verdict in _SETTLED]
    if printed.verdict == "ILL-SORTED":
        return Erratum("notation", claim, printed, tuple(settled), citation.ids, citation.at)
    order = list(KINDS)
    ranked = sorted(settled, key=lambda s: order.index(change(asts[printed.label], asts[s.label])), reverse=True)
    kind = change(asts[printed.label], asts[ranked[0].label]) if ranked else "conclusion"
    near = tuple(s for s in settled if ranked and change(asts[printed.label], asts[s.label]) == kind)
    return Erratum(kind, claim, printed, near, citation.ids, citation.at)


def change(printed: Json, corrected: Json) -> str:
    """What differs between two statements: the first word of `KINDS` that applies, `conclusion` if in doubt."""
    if not isinstance(printed, Mapping) or not isinstance(corrected, Mapping):
        return "conclusion"
    before, after = printed.get("conclusion"), corrected.get("conclusion")
    same_hypotheses = _bare(printed.get("hypotheses")) == _bare(corrected.get("hypotheses"))
    if before == after:
        return "constant" if same_hypotheses else "hypothesis"
    if _weak(before) == _weak(after):
        return "strictness" if same_hypotheses else "hypothesis"
    if _bare(_weak(before)) == _bare(_weak(after)):
        return "constant" if same_hypotheses else "hypothesis"
    return "conclusion"


def _weak(formula: Json) -> Json:
    """The formula with every order relation weak."""
    if isinstance(formula, list):
        out = [_weak(x) for x in formula]
        return [_STRICT.get(out[0], out[0]), *out[1:]] if out and isinstance(out[0], str) else out
    if isinstance(formula, dict):
        return {k: _weak(v) for k, v in formula.items()}
    return formula


def _bare(term: Json) -> Json:
    """The term without numbers: factors and summands that are numbers go, exponents lose their value."""
    if isinstance(term, dict):
        return {k: _bare(v) for k, v in term.items()}
    if not isinstance(term, list) or not term or not isinstance(term[0], str):
        return [_bare(x) for x in term] if isinstance(term, list) else term
    head, parts = term[0], [_bare(x) for x in term[1:]]
    if head in ("num", "rational"):
        return None
    if head in ("neg", "pow") or (head in ("add", "sub", "mul", "div", "matmul") and head not in _RELATIONS):
        parts = [x for x in parts if x is not None]
        if not parts:
            return None
        if len(parts) == 1:
            return parts[0]
    return [head, *parts]

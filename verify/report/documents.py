"""One page for each document: every claim it makes, in its order, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errata import Erratum, Place, errata
from .model import Claim, ReportError, short_source
from .words import natural_order

Json = Any
STATUS = ("covered", "out of scope", "pending")


@dataclass(frozen=True)
class Row:
    """One claim of a document by its id; `claims` are the pages that audit it."""

    id: str
    at: str
    status: str
    reason: str
    claims: tuple[Claim, ...]
    says: str = ""  # the claim in our words, with its formula as printed


@dataclass(frozen=True)
class Document:
    """A source with every claim of the register, its errata, and the claim files that speak of it."""

    key: str
    short: str
    full: str
    rows: tuple[Row, ...]
    errata: tuple[Erratum, ...]
    claims: tuple[Claim, ...]

    @property
    def page(self) -> str:
        """Where its page is, from the root of the site."""
        return f"documents/{self.key}.html"

    @property
    def errata_page(self) -> str:
        """Where its errata sheet is, from the root of the site."""
        return f"documents/{self.key}-errata.html"

    @property
    def failing(self) -> int:
        """How many printed statements fail; what the document does not say is not counted."""
        return sum(len(e.failures) for e in self.errata if e.kind != "caution")

    @property
    def wrong(self) -> tuple[Erratum, ...]:
        """The errata that say something is wrong, without cautions."""
        return tuple(e for e in self.errata if e.kind != "caution")

    @property
    def coverage(self) -> dict[str, int]:
        """How many of its claims have each status."""
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in STATUS}


def documents(
    claims: Sequence[Claim],
    sources: Mapping[str, Mapping[str, Json]],
    register: Sequence[Mapping[str, Json]],
) -> tuple[Document, ...]:
    """The documents that are cited or registered.

    `register` lists `{"id", "source", "at", "status", "reason", "says"?}`; ids that only claims know are added as
    covered.
    """
    keys = sorted({x.source for c in claims for x in c.citations} | {str(e["source"]) for e in register})
    return tuple(_document(key, claims, sources, [e for e in register if e["source"] == key]) for key in keys)


def _document(
    key: str,
    claims: Sequence[Claim],
    sources: Mapping[str, Mapping[str, Json]],
    register: Sequence[Mapping[str, Json]],
) -> Document:
    if not all(c.isalnum() or c in "-_" for c in key):
        raise ReportError(f"{key[:60]!r} cannot be part of a page's address; use letters, digits, - and _")
    mine = tuple(c for c in claims if any(x.source == key for x in c.citations))
    covering: dict[str, list[Claim]] = {}
    at: dict[str, str] = {}
    for claim in mine:
        for citation in claim.citations:
            if citation.source == key:
                for item in citation.ids:
                    covering.setdefault(item, []).append(claim)
                    at.setdefault(item, citation.at)
    rows = {
        str(e["id"]): Row(
            str(e["id"]),
            str(e.get("at") or ""),
            str(e["status"]),
            str(e.get("reason") or ""),
            tuple(covering.get(str(e["id"]), ())),
            str(e.get("says") or ""),
        )
        for e in register
    }
    for item, found in covering.items():
        rows.setdefault(item, Row(item, at[item], "covered", "", tuple(found)))
    row = sources.get(key) or {}
    full = ", ".join(str(row[k]) for k in ("author", "title", "year") if row.get(k)) or key
    ordered = tuple(rows[k] for k in sorted(rows, key=natural_order))
    places = {row.id: Place(row.id, row.at, row.says) for row in ordered}
    return Document(key, short_source(key, sources), full, ordered, errata(places, mine), mine)

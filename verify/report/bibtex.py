"""BibTeX entries for a claim and for the documents it cites."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Json = Any

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def escaped(text: str) -> str:
    """Text in which TeX sees nothing but text."""
    return "".join(_SPECIAL.get(c, c) for c in " ".join(text.split()))


def entry(kind: str, key: str, fields: Sequence[tuple[str, str]]) -> str:
    """One entry; empty fields are left out."""
    rows = [f"  {name} = {{{value}}}" for name, value in fields if value]
    return f"@{kind}{{{re.sub(r'[^A-Za-z0-9:_-]', '-', key)},\n" + ",\n".join(rows) + "\n}"


def claim(slug: str, topic: str, title: str, digest: str, verdicts: Sequence[tuple[str, str]]) -> str:
    """The claim as audited: which statements have which verdicts, and the hash that names the certificate."""
    said = "; ".join(f"{label.replace('_', ' ')}: {verdict}" for label, verdict in verdicts)
    return entry("misc", f"verify:{slug}", [
        ("title", f"{{{escaped(title)}}}"),
        ("author", "{The verify maintainers}"),
        ("howpublished", escaped(f"Claim {topic}/{slug}, checked with verify")),
        ("note", escaped(said + (f". Certificate sha256 {digest}" if digest else ""))),
    ])  # fmt: skip


def document(key: str, row: Mapping[str, Json]) -> str:
    """A source, from what the table of sources says about it."""
    return entry("misc", key, [
        ("author", escaped(str(row.get("author") or ""))),
        ("title", f"{{{escaped(str(row.get('title') or key))}}}"),
        ("year", str(row.get("year") or "")),
        ("note", escaped(str(row.get("kind") or ""))),
        ("url", str(row.get("url") or "")),
    ])  # fmt: skip

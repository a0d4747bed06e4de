"""The reference pages on rules and certificates: the one text on why each rule is sound.

In a checkout they are read from `docs/reference`; a wheel carries a copy, made when it is built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

_PAGES = ("rules", "kernel-language", "certificate-format")
_ENTRY = re.compile(r"\*\*(?P<name>[a-z][a-z0-9-]*)\*\*\s+(?P<text>.*)", re.DOTALL)
_FIELDS = re.compile(r"`(?P<fields>[a-z_, ]+)`\.\s+", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """What the reference says on one rule: its fields, and its text in Markdown."""

    name: str
    fields: str
    text: str


@dataclass(frozen=True)
class Reference:
    """Pages in Markdown by name; empty if they are not installed."""

    pages: Mapping[str, str]

    def title(self, name: str) -> str:
        """The title of the page `name`."""
        found = re.search(r"^# (.*)$", self.pages[name], re.MULTILINE)
        return found[1] if found else name.replace("-", " ")

    def first(self, name: str) -> str:
        """The first paragraph of a page."""
        parts = [p for p in self.pages[name].split("\n\n") if p.strip() and not p.startswith("#")]
        return " ".join(parts[0].split()) if parts else ""

    def section(self, page: str, title: str) -> str:
        """The section under the heading of level 2 that ends with `title`, without the heading."""
        found = re.search(
            rf"^## [^\n]*{re.escape(title)}\n(.*?)(?=^## |\Z)", self.pages.get(page, ""), re.MULTILINE | re.DOTALL
        )
        return found[1].strip() if found else ""

    def entries(self, page: str, title: str) -> dict[str, Entry]:
        """The paragraphs of a section that begin with a name in bold, with those that follow up to the next name."""
        out: dict[str, Entry] = {}
        last = ""
        for part in self.section(page, title).split("\n\n"):
            found = _ENTRY.match(part)
            if found:
                last = found["name"]
                given = _FIELDS.match(found["text"])
                text = found["text"][given.end() :] if given else found["text"]
                out[last] = Entry(last, " ".join(given["fields"].split()) if given else "", text)
            elif last:
                out[last] = Entry(last, out[last].fields, f"{out[last].text}\n\n{part}")
        return out

    def page_of(self, kind: str) -> str:
        """The page that defines the items under a key of certificate files, or an empty name."""
        for name in sorted(self.pages):
            if name.endswith("-certificates") and re.search(rf"(?:keys?|list|and) `{kind}`", self.pages[name][:2000]):
                return name
        return ""


@cache
def load() -> Reference:
    """The pages of this version, which do not change while it runs."""
    bundled = files("verify.report") / "reference"
    if bundled.is_dir():
        found = {f.name: f.read_text(encoding="utf-8") for f in bundled.iterdir()}
    else:
        folder = Path(__file__).parents[2] / "docs" / "reference"
        found = {f.name: f.read_text(encoding="utf-8") for f in sorted(folder.glob("*.md"))}
    names = {name.removesuffix(".md"): text for name, text in found.items() if name.endswith(".md")}
    return Reference({n: names[n] for n in sorted(names) if n in _PAGES or n.endswith("-certificates")})

"""The pages of the whole library: links resolve, sizes are bounded, and in a browser nothing is wrong with any of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from posixpath import join, normpath

import browser as chromium
import looking
import pytest
import report_example as example

from benchmarks.report import library
from verify.cli import registry
from verify.report import Site, build
from verify.report.verdicts import NO_VERDICT


@pytest.fixture(scope="module")
def site(once: Callable[[str, Callable[[Path], Site]], Site]) -> Site:
    """The library and a claim that failed, so that there is something unexpected."""

    def made(folder: Path) -> Site:
        items = once("items", lambda folder: library.items())
        return build([*items, example.failing()], folder / "html", registry(), library.SOURCES)

    return once("library", made)


def look(browser: chromium.Browser, address: str, schemes: tuple[str, str]) -> list[str]:
    """Everything that is wrong with a page on a phone, in the colour scheme that is on and then in the other one."""
    browser.open(address)
    found = [f"console: {message}" for message in browser.console()]
    found += [f"at 360: {x}" for x in browser.run(looking.OVERFLOW)]
    browser.run(looking.OPEN_ALL)
    found += [f"at 360, all open: {x}" for x in browser.run(looking.OVERFLOW)]
    found += browser.run(looking.STRUCTURE)
    found += [f"{schemes[0]}: {x}" for x in browser.run(looking.CONTRAST)]
    browser.media(prefers_color_scheme=schemes[1])
    found += [f"{schemes[1]}: {x}" for x in browser.run(looking.CONTRAST)]
    return found


def told(wrong: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {x}" for name, mine in wrong.items() for x in mine)


def test_every_page(site: Site, tmp_path: Path) -> None:
    pages = {name: (site.root / name).read_text(encoding="utf-8") for name in site.files if name.endswith(".html")}
    assert len(pages) > 100
    ids = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in pages.items()}
    wrong: dict[str, list[str]] = {}
    for name, text in pages.items():
        for link in set(re.findall(r'\b(?:href|src)="([^"]+)"', text)):
            path, _, fragment = link.partition("#")
            target = normpath(join(name, "..", path)) if path else name
            if target not in site.files or (fragment and "=" not in fragment and fragment not in ids[target]):
                wrong.setdefault(name, []).append(f"dead link {link}")
        if name.startswith("claims/") and len(text.encode()) > 300_000:
            wrong.setdefault(name, []).append(f"{len(text.encode())} bytes")
        if NO_VERDICT in re.sub(r"(?s)<footer>.*|<symbol.*?</symbol>", "", text):
            wrong.setdefault(name, []).append("something is withheld")
        if "as-text" in text:
            wrong.setdefault(name, []).append("a formula is shown as text")
    assert not wrong, told(wrong)


EVERY = bool(os.environ.get("EVERY_PAGE"))
"""Look at every page, as continuous integration does, or at a few that together hold every kind of element."""
PARTS = 8 if EVERY else 2
"""The pages are shared out, so that the processes of a run share the work."""
ELEMENT = re.compile(r"<([a-z0-9]+)((?:\s[^<>]*)?)>")


def kinds(text: str) -> set[tuple[str, str, str]]:
    """Name, classes and role of every element of a page."""

    def value(name: str, attributes: str) -> str:
        found = re.search(rf'\b{name}="([^"]*)"', attributes)
        return found[1] if found else ""

    return {(m[1], value("class", m[2]), value("role", m[2])) for m in ELEMENT.finditer(text)}


def chosen(pages: dict[str, str]) -> list[str]:
    """A few pages, small ones rather than large ones, on which every kind of element of all pages occurs."""
    mine = {name: kinds(text) for name, text in sorted(pages.items())}
    left = set().union(*mine.values())
    found = []
    while left:
        found.append(max(mine, key=lambda name: len(mine[name] & left) / (50_000 + len(pages[name]))))
        left -= mine[found[-1]]
    return found


def test_the_pages_that_are_looked_at_hold_every_kind_of_element() -> None:
    pages = {"a": "<p>", "b": '<p><i class="x">', "c": '<p class="y" role="note">', "d": '<p><i class="x">' + 9 * "<p>"}
    assert chosen(pages) == ["b", "c"]


in_a_browser = pytest.mark.skipif(
    chromium.CHROMIUM is None or chromium.DRIVER is None,
    reason="Chromium and chromedriver are not installed: the pages are not tried in a browser",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    """A phone whose pages nobody paints: what is looked at are boxes and computed styles."""
    made = chromium.Browser(tmp_path_factory.mktemp("profile"))
    try:
        made.screen(360)
        made.hide()
        yield made
    finally:
        made.close()


@in_a_browser
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_in_a_browser(site: Site, browser: chromium.Browser, part: int) -> None:
    every = sorted(name for name in site.files if name.endswith(".html"))
    if not EVERY:
        every = chosen({name: (site.root / name).read_text(encoding="utf-8") for name in every})
    names = every[part::PARTS]
    schemes = ("light", "dark")
    browser.media(prefers_color_scheme=schemes[0])
    wrong: dict[str, list[str]] = {}
    for name in names:
        found = look(browser, (site.root / name).resolve().as_uri(), schemes)
        schemes = schemes[::-1]  # the next page begins with what is on
        if found:
            wrong[name] = found
    assert names and not wrong, told(wrong)


@in_a_browser
def test_looking_from_behind_finds_what_is_wrong(browser: chromium.Browser, tmp_path: Path) -> None:
    """Pages that are not painted are measured all the same, in both colour schemes."""
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><html lang=en><title>t</title><meta name=viewport content='width=device-width'>"
        "<style>body { color: #000; background: #fff } @media (prefers-color-scheme: dark) { body { background: #000 } }</style>"
        "<main><h1>x</h1><details><summary>more</summary><p style='width: 900px'>wide</p></details><math></math></main>"
    )
    browser.media(prefers_color_scheme="light")
    found = " ".join(look(browser, page.as_uri(), ("light", "dark")))
    assert browser.run("return document.visibilityState") == "hidden"
    assert "at 360, all open: sticks out: P" in found and "at 360: " not in found
    assert "formula without a box" in found and "not 1 footer" in found
    assert "dark: contrast 1.00: H1" in found and "light: contrast" not in found

"""The pages of the whole library: links resolve, sizes are bounded, and in a browser nothing is wrong with any of them."""

from __future__ import annotations

import re
from collections.abc import Callable
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
        return build([*library.items(), example.failing()], folder / "html", registry(), library.SOURCES)

    return once("library", made)


def look(browser: chromium.Browser, address: str) -> list[str]:
    """Everything that is wrong with a page: in the light, in the dark, and on a phone."""
    browser.open(address)
    found = [f"console: {message}" for message in browser.console()]
    found += [f"at 360: {x}" for x in browser.run(looking.OVERFLOW)]
    browser.run(looking.OPEN_ALL)
    found += [f"at 360, all open: {x}" for x in browser.run(looking.OVERFLOW)]
    found += browser.run(looking.STRUCTURE)
    found += browser.run(looking.CONTRAST)
    browser.media(prefers_color_scheme="dark")
    found += [f"in the dark: {x}" for x in browser.run(looking.CONTRAST)]
    browser.media(prefers_color_scheme="light")
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


@pytest.mark.skipif(
    chromium.CHROMIUM is None or chromium.DRIVER is None,
    reason="Chromium and chromedriver are not installed: the pages are not tried in a browser",
)
def test_every_page_in_a_browser(site: Site, tmp_path: Path) -> None:
    browser = chromium.Browser(tmp_path / "profile")
    try:
        browser.screen(360)
        browser.media(prefers_color_scheme="light")
        names = [name for name in site.files if name.endswith(".html")]
        found = {name: look(browser, (site.root / name).resolve().as_uri()) for name in names}
    finally:
        browser.close()
    wrong = {name: mine for name, mine in found.items() if mine}
    assert not wrong, told(wrong)

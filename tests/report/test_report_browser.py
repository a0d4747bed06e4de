"""The pages in a real browser: formulas have boxes, nothing overflows a phone, filters live in the address."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import browser as chromium
import looking
import pytest
import report_example as example

from verify.report import Site, build

pytestmark = pytest.mark.skipif(
    chromium.CHROMIUM is None or chromium.DRIVER is None,
    reason="Chromium and chromedriver are not installed: the pages are not tried in a browser",
)

CLAIM = "claims/linear_networks/balancedness.html"
PAGES = [
    "index.html", "trust.html", CLAIM, "claims/convergence/broken.html", "graph.html", "graph/linear_networks.html", "rules.html",
    "reference/matrix-certificates.html", "documents/kaduri-2022.html", "documents/kaduri-2022-errata.html",
]  # fmt: skip


def axe() -> Path | None:
    """The accessibility checker axe-core, as a package of the Python index carries it."""
    found = importlib.util.find_spec("axe_core_python")
    script = Path(found.origin).parent / "axe.min.js" if found is not None and found.origin else None
    return script if script is not None and script.is_file() else None


AXE = axe()


@pytest.fixture(scope="module")
def site(once: Callable[[str, Callable[[Path], Site]], Site]) -> Site:
    items = [example.balancedness(), example.hoeffding(), example.failing()]
    return once("report", lambda folder: build(items, folder / "html", example.REGISTRY, example.SOURCES))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    made = chromium.Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


def url(site: Site, page: str, fragment: str = "") -> str:
    return (site.root / page).resolve().as_uri() + fragment


def test_the_bundled_math_font_is_used(site: Site, browser: chromium.Browser) -> None:
    browser.open(url(site, CLAIM))
    loaded = browser.run("return [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert any("Audit Math" in f for f in loaded) and any("Audit Text" in f for f in loaded)


@pytest.mark.skipif(AXE is None, reason="axe-core-python is not installed: the accessibility checker does not run")
@pytest.mark.parametrize("page", PAGES)
def test_the_accessibility_checker_finds_nothing(site: Site, browser: chromium.Browser, page: str) -> None:
    assert AXE is not None
    browser.screen(1200)
    browser.open(url(site, page))
    browser.run(looking.OPEN_ALL)
    browser.run(AXE.read_text(encoding="utf-8"))
    assert browser.later(looking.AXE) == []


@pytest.mark.skipif(AXE is None, reason="axe-core-python is not installed: the accessibility checker does not run")
def test_the_accessibility_checker_would_find_something(site: Site, browser: chromium.Browser) -> None:
    assert AXE is not None
    browser.open(url(site, "trust.html"))
    browser.run("document.querySelector('main').removeAttribute('id'); document.querySelector('h1').style.color = '#ddd';"
                "document.querySelector('main').innerHTML += '<img src=\"assets/x.png\"><input>'")  # fmt: skip
    browser.run(AXE.read_text(encoding="utf-8"))
    found = " ".join(browser.later(looking.AXE))
    assert all(rule in found for rule in ("color-contrast", "image-alt", "label")), found


def test_looking_finds_what_is_wrong(site: Site, browser: chromium.Browser) -> None:
    browser.screen(360)
    browser.open(url(site, "trust.html"))
    assert [browser.run(x) for x in (looking.OVERFLOW, looking.STRUCTURE, looking.CONTRAST)] == [[], [], []]
    browser.run("document.querySelector('main').innerHTML += '<h5>x</h5><p id=twice>x</p><p id=twice style=\"color: #ccc\">pale</p>"
                "<math></math><button></button><p style=\"width: 900px\">wide</p>'")  # fmt: skip
    assert any("sticks out: P" in x for x in browser.run(looking.OVERFLOW))
    structure = " ".join(browser.run(looking.STRUCTURE))
    assert all(x in structure for x in ("heading jumps", "id twice: twice", "formula without a box", "no name: <button>"))
    assert any("pale" in x for x in browser.run(looking.CONTRAST))
    browser.screen(1200)


def test_print(site: Site, browser: chromium.Browser) -> None:
    browser.open(url(site, CLAIM))
    browser.media("print")
    try:
        shown = "const s = getComputedStyle(document.querySelector(arguments[0])); return s.display !== 'none';"
        assert [browser.run(shown, x) for x in (".bar", ".contents", "h1", "footer")] == [False, False, True, True]
        tall = "return [...document.querySelectorAll('#derivation details')].every((d) => d.getBoundingClientRect().height > 60)"
        assert browser.run(tall) is True  # what is closed on the screen is open on paper
        assert browser.run("return getComputedStyle(document.body.parentElement).backgroundColor") == "rgb(255, 255, 255)"
        assert browser.run(looking.CONTRAST) == []
    finally:
        browser.media("")


def shown(browser: chromium.Browser) -> list[str]:
    rows: list[str] = browser.run(
        "return [...document.querySelectorAll('#claim-table tbody tr')].filter(r => !r.hidden).map(r => r.querySelector('a').textContent)"
    )
    return rows


def test_filters_work_and_are_kept_in_the_address(site: Site, browser: chromium.Browser) -> None:
    browser.screen(1200)
    browser.open(url(site, "trust.html"))
    browser.open(url(site, "index.html", "#verdict=CONDITIONAL"))
    assert shown(browser) == ["How many bounded samples bring a mean within a given distance of its expectation"]
    browser.run(
        "const f = document.getElementById('filters'); f.elements.verdict.value = ''; f.elements.q.value = 'descent kaduri';"
        "f.dispatchEvent(new Event('input', {bubbles: true}));"
    )
    assert len(shown(browser)) == 1 and "q=descent+kaduri" in browser.run("return location.hash")
    assert browser.run("return document.querySelector('.tally').textContent") == "1 of 3 claims"
    browser.open(url(site, "trust.html"))
    browser.open(url(site, "index.html", "#rule=variation"))
    assert [title.split()[0] for title in shown(browser)] == ["Balancedness"]
    browser.run("location.hash = '#rule=variation&sharpness=Upper'")
    assert shown(browser) == [] and browser.run("return document.querySelector('.nothing').hidden") is False
    browser.run("location.hash = '#sharpness=Upper&topic=concentration&source=du-2022'")
    assert [title.split()[0] for title in shown(browser)] == ["How"]
    browser.run("document.querySelector('#filters button').click()")
    assert len(shown(browser)) == 3 and browser.run("return location.hash") == ""


def test_without_scripts_everything_is_there(site: Site, browser: chromium.Browser) -> None:
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(url(site, "index.html"))
        root = browser.devtools("DOM.getDocument", depth=-1)["root"]

        def ask(selector: str) -> list[Any]:
            found: list[Any] = browser.devtools("DOM.querySelectorAll", nodeId=root["nodeId"], selector=selector)[
                "nodeIds"
            ]
            return found

        assert len(ask("#claim-table tbody tr")) == 3 and len(ask("#filters[hidden]")) == 1
    finally:
        browser.devtools("Emulation.setScriptExecutionDisabled", value=False)


def test_a_link_to_a_step_opens_it(site: Site, browser: chromium.Browser) -> None:
    browser.open(url(site, CLAIM, "#s-2-s1"))
    assert browser.run("return document.querySelector('#s-2-s1 > details').open") is True


CARD = """
const panel = document.querySelector(".panel");
const lit = document.querySelectorAll(".graph .node.lit").length;
return [panel.hidden, panel.textContent.includes("Balancedness"), lit, document.activeElement.getAttribute("class")];
"""


def test_a_card_opens_on_focus_and_on_click(site: Site, browser: chromium.Browser) -> None:
    browser.open(url(site, "graph.html"))
    head = "document.querySelector('.node[data-id=\"linear_networks/balancedness\"] .head')"
    assert browser.run(CARD)[0] is True
    browser.run(f"{head}.focus()")
    assert browser.run(CARD) == [False, True, 1, "head"]
    browser.run("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))")
    assert browser.run(CARD) == [True, True, 0, "head"]
    browser.run("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp', bubbles: true}))")
    assert browser.run(CARD)[:2] == [False, False]
    browser.run(f"{head}.dispatchEvent(new MouseEvent('click', {{bubbles: true}}))")
    assert browser.run(CARD)[:3] == [False, True, 1]
    browser.run("document.querySelector('.panel .close').click()")
    assert browser.run(CARD)[0] is True


def test_wide_formulas_can_be_reached_by_keyboard(site: Site, browser: chromium.Browser) -> None:
    browser.screen(360)
    browser.open(url(site, CLAIM))
    browser.run(looking.OPEN_ALL)
    browser.run("dispatchEvent(new Event('resize'))")
    wide = browser.run(
        "return [...document.querySelectorAll('div.math')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.tabIndex)"
    )
    assert wide and set(wide) == {0}
    browser.screen(1200)

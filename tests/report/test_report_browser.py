"""The pages in a real browser: formulas have boxes, nothing overflows a phone, filters live in the address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import browser as chromium
import pytest
import report_example as example

from verify.report import Site, build

pytestmark = pytest.mark.skipif(
    chromium.CHROMIUM is None or chromium.DRIVER is None,
    reason="Chromium and chromedriver are not installed: the pages are not tried in a browser",
)

PAGES = [
    "index.html", "trust.html", "claims/linear_networks/balancedness.html", "claims/concentration/hoeffding_samples.html",
    "claims/convergence/broken.html", "graph.html", "graph/linear_networks.html",
    "rules.html", "reference/rules.html",
]  # fmt: skip

CONTRAST = """
const parse = (c) => { const p = c.match(/[\\d.]+/g).map(Number); return p.length < 4 ? [...p, 1] : p; };
const light = (c) => { const f = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > 0.5) return c; }
  return [255, 255, 255, 1]; };
const bad = [];
for (const e of document.querySelectorAll("body *")) {
  if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
  const s = getComputedStyle(e); if (!s.color.startsWith("rgb")) continue;
  const a = light(parse(s.color)), b = light(behind(e)), r = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (r < 4.5) bad.push(`${e.tagName}.${e.className} ${r.toFixed(2)}: ${e.textContent.trim().slice(0, 40)}`);
}
return [...new Set(bad)];
"""

OVERFLOW = """
const wide = document.documentElement.clientWidth;
const inScroller = (e) => { for (let p = e.parentElement; p; p = p.parentElement)
  if (/auto|scroll|hidden/.test(getComputedStyle(p).overflowX)) return true; return false; };
return [document.documentElement.scrollWidth - wide].concat([...document.querySelectorAll("main *, footer *, header *")]
  .filter((e) => e.getBoundingClientRect().right > wide + 1 && !inScroller(e) && !e.closest(".unseen, .claims thead"))
  .map((e) => e.tagName + "." + (e.getAttribute("class") || "")).slice(0, 5));
"""

OPEN_ALL = "for (const d of document.querySelectorAll('details')) d.open = true;"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    items = [example.balancedness(), example.hoeffding(), example.failing()]
    return build(items, tmp_path_factory.mktemp("report") / "html", example.REGISTRY, example.SOURCES)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    made = chromium.Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


def url(site: Site, page: str, fragment: str = "") -> str:
    return (site.root / page).resolve().as_uri() + fragment


@pytest.mark.parametrize("page", PAGES)
def test_page_renders(site: Site, browser: chromium.Browser, page: str) -> None:
    browser.screen(1200)
    browser.console()
    browser.open(url(site, page))
    assert browser.console() == []
    browser.run(OPEN_ALL)
    boxes = browser.run(
        "return [...document.querySelectorAll('math')].map((m) => { const r = m.getBoundingClientRect(); return [r.width, r.height]; })"
    )
    assert all(w > 0 and h > 0 for w, h in boxes)
    assert browser.run("return document.querySelectorAll('math merror').length") == 0
    assert (
        len(browser.run("return [...document.querySelectorAll('main, header.bar, footer, nav')].map(e => e.tagName)"))
        >= 4
    )
    unnamed = browser.run(
        "return [...document.querySelectorAll('nav,section,input,select,button')].filter(e => !e.ariaLabel && "
        "!e.getAttribute('aria-labelledby') && !e.closest('label') && !e.textContent.trim()).length"
    )
    assert unnamed == 0


def test_the_bundled_math_font_is_used(site: Site, browser: chromium.Browser) -> None:
    browser.open(url(site, PAGES[2]))
    loaded = browser.run("return [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert any("Audit Math" in f for f in loaded) and any("Audit Text" in f for f in loaded)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_overflows_a_phone(site: Site, browser: chromium.Browser, page: str) -> None:
    browser.screen(360)
    browser.open(url(site, page))
    assert browser.run(OVERFLOW) == [0]
    browser.run(OPEN_ALL)
    assert browser.run(OVERFLOW) == [0]
    browser.screen(1200)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_contrast(site: Site, browser: chromium.Browser, page: str, scheme: str) -> None:
    browser.media(prefers_color_scheme=scheme)
    browser.open(url(site, page))
    browser.run(OPEN_ALL)
    assert browser.run(CONTRAST) == []
    browser.media(prefers_color_scheme="light")


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
    browser.open(url(site, PAGES[2], "#s-2-s1"))
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
    browser.open(url(site, PAGES[2]))
    browser.run(OPEN_ALL)
    browser.run("dispatchEvent(new Event('resize'))")
    wide = browser.run(
        "return [...document.querySelectorAll('div.math')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.tabIndex)"
    )
    assert wide and set(wide) == {0}
    browser.screen(1200)

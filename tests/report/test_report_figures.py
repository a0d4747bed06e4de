"""Figures: deterministic, coloured by the page, readable without seeing."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
import report_example as example

from verify.report import figures
from verify.report.figures import FigureError


def simple(**changes: Any) -> dict[str, Any]:
    data = {
        "x": ["0", "1/2", "1"],
        "series": [
            {"label": "loss $L$", "y": ["1", "1/3", "1/10"]},
            {"label": "bound", "y": ["1", "1/2", None], "style": "bound"},
        ],
        "xlabel": "$t$",
        "ylabel": "$L(t)$",
        "scale": "log-y",
    }
    return {**data, **changes}


def test_equal_data_gives_equal_bytes() -> None:
    first = figures.svg(simple(), "Loss")
    figures._svg.cache_clear()
    assert figures.svg(simple(), "Loss") == first


@pytest.mark.parametrize("data", [simple(), example.band_figure()])
def test_svg_is_well_formed_and_self_contained(data: dict[str, Any]) -> None:
    text = str(figures.svg(data, "A <title>"))
    root = ElementTree.fromstring(text)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)
    assert "//" not in text and "metadata" not in text and "<style" not in text
    title, description = root.find("title"), root.find("desc")
    assert title is not None and title.text == "A <title>"
    assert description is not None and "Horizontal axis" in str(description.text)


def test_colours_come_from_the_page() -> None:
    text = str(figures.svg(simple(), "Loss"))
    assert "var(--ink)" in text and "var(--fig-1)" in text and "var(--fig-2)" in text
    assert not re.findall(r"#0102\w\w", text)
    assert not re.findall(r"(?:fill|stroke): #(?!ffffff)[0-9a-f]{6}", text)


def test_two_figures_share_no_id() -> None:
    one, two = (re.findall(r'\bid="([^"]+)"', str(figures.svg(simple(), t))) for t in ("One", "Two"))
    assert not set(one) & set(two)


def test_description_says_where_a_series_starts_and_ends() -> None:
    text = figures.describe(simple())
    assert "loss L: 1 at 0, 0.1 at 1." in text
    assert "bound: 1 at 0, 0.5 at 0.5." in text


@pytest.mark.parametrize(
    "data",
    [
        simple(scale="cubic"),
        simple(x=[]),
        simple(series=[]),
        simple(x=["0", "1"]),
        simple(x=["zero", "1", "2"]),
        simple(series=[{"label": "b", "band": [["0", "1"]]}]),
        simple(series=[{"label": "empty"}]),
        [],
    ],
)
def test_bad_data_is_refused(data: Any) -> None:
    with pytest.raises(FigureError):
        figures.svg(data, "x")


@pytest.mark.parametrize(
    ("label", "drawn"),
    [
        (r"$x \ge 0 \wedge y \le z$", r"$x \geq 0 \wedge y \leq z$"),
        (r"$\left\lVert u \right\rVert_{F}^{2}$", r"$\left\Vert u \right\Vert_{F}^{2}$"),
        (r"$c^{1 \text{/} N}$", r"$c^{1 / N}$"),
        (r"$\frac{a}{b}$", r"$\dfrac{a}{b}$"),
        (r"$\nosuchcommand{x} + y$", "nosuchcommandx + y"),
        ("Frobenius norm", "Frobenius norm"),
    ],
)
def test_labels_that_can_be_drawn(label: str, drawn: str) -> None:
    assert figures._drawn(label) == drawn

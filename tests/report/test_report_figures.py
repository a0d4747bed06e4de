"""Figures: deterministic, coloured by the page, readable without seeing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import report_example as example

from benchmarks.report import library
from verify.report import drawings, figures, latex, mathml, model, site
from verify.report.figures import FigureError
from verify.report.formulas import Formulas
from verify.statement.statements import from_ast


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
    root = ElementTree.fromstring(text).find("svg")
    assert root is not None
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
    assert "var(--ink," in text and "var(--fig-1," in text and "var(--fig-2," in text
    assert not re.findall(r"(?:fill|stroke):\s*#", text)  # a colour of its own only where the page has none


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


@pytest.mark.parametrize("scale", ["linear", "log-x", "log-y", "log-log"])
def test_marks_stay_inside_and_are_not_too_many(scale: str) -> None:
    for xs in (["1", "2", "3"], ["1/1000000", "1", "1000000"], ["1", "1", "1"], ["99/100", "1", "101/100"]):
        data = {"x": xs, "series": [{"label": "a", "y": xs}], "xlabel": "x", "ylabel": "y", "scale": scale}
        root = ElementTree.fromstring(str(figures.svg(data, "t"))).find("svg")
        assert root is not None
        places = [(float(t.get("x", "nan")), float(t.get("y", "nan"))) for t in root.iter("text")]
        assert 3 <= len(places) <= 18
        assert all(0 <= x <= figures.WIDTH and 0 <= y <= figures.HEIGHT for x, y in places)
        for path in root.iter("path"):
            numbers = [float(n) for n in re.findall(r"[ML](-?[\d.]+) ", path.get("d", ""))]
            assert all(0 <= n <= figures.WIDTH for n in numbers)


def test_a_value_stands_where_the_axis_says() -> None:
    axis = figures._axis([1.0, 1000.0], True, 0, 300)
    places = dict((label, x) for x, label in axis.ticks())
    assert axis.at(10.0) == pytest.approx(places["10"]) and axis.at(100.0) == pytest.approx(places["100"])
    assert axis.at(0.0) is None and axis.at(float("nan")) is None
    plain = figures._axis([-3.0, 5.0], False, 300, 0)
    marks = dict((label, y) for y, label in plain.ticks())
    assert plain.at(2.0) == pytest.approx(marks["2"]) and plain.at(-2.0) == pytest.approx(marks["−2"])


def test_rows_of_points() -> None:
    data = {
        "rows": [{"label": "one $x_{1}$", "points": ["1/4", "1/2"], "best": "1"}, {"label": "two", "points": ["1/3"]}],
        "xlabel": "ratio", "range": ["0", "1"], "marks": ["tried", "best"],
    }  # fmt: skip
    text = str(figures.svg(data, "Rows"))
    assert "2 points from 0.25 to 0.5, search found 1." in text and "<msub><mi>x</mi><mn>1</mn></msub>" in text
    with pytest.raises(FigureError):
        figures.svg({"rows": []}, "x")
    with pytest.raises(FigureError):
        figures.svg({"rows": [{"label": "a", "points": ["x"]}]}, "x")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"x \ge 0 \wedge y \le z", "<mi>x</mi><mo>≥</mo><mn>0</mn><mo>∧</mo><mi>y</mi><mo>≤</mo><mi>z</mi>"),
        (
            r"\left\lVert u \right\rVert_{F}^{2}",
            '<msubsup><mrow><mo fence="true" form="prefix">‖</mo><mi>u</mi><mo fence="true" form="postfix">‖</mo></mrow>'
            "<mi>F</mi><mn>2</mn></msubsup>",
        ),
        (r"c^{1 \text{/} N}", "<msup><mi>c</mi><mrow><mn>1</mn><mtext>/</mtext><mi>N</mi></mrow></msup>"),
        (r"\frac{a}{- b}", '<mfrac><mi>a</mi><mrow><mo form="prefix">−</mo><mi>b</mi></mrow></mfrac>'),
        ("H_{12}(0)", "<msub><mi>H</mi><mn>12</mn></msub><mrow><mo>(</mo><mn>0</mn><mo>)</mo></mrow>"),
        (r"\sum_{i = 1}^{n} x_{i}", "<munderover><mo>∑</mo>"),
    ],
)
def test_labels_are_mathml(source: str, shown: str) -> None:
    assert shown in latex.mathml(source)
    assert mathml.clean(latex.mathml(source)) == latex.mathml(source)


@pytest.mark.parametrize("source", [r"\nosuchcommand{x} + y", "a }", "{", r"\left( x", "a_", r"\frac{a}", "<b>"])
def test_a_label_that_cannot_be_read_is_text(source: str) -> None:
    if source != "<b>":
        with pytest.raises(latex.LatexError):
            latex.mathml(source)
    assert "<b>" not in latex.label(f"${source}$")


def test_the_librarys_formulas_can_be_labels() -> None:
    count = 0
    for certificate in library.certificates():
        for s in certificate["statements"]:
            if s["ast"]:
                statement = from_ast(s["ast"])
                for source in (statement.latex(), *(formula.latex() for _, formula in statement.hypotheses)):
                    assert mathml.clean(latex.mathml(source)) is not None
                    count += 1
    assert count > 1_000


def enclosed(left: str, right: str, instance: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"goal": 0, "digits": 50, "status": "holds", "left": left, "right": right, "instance": {"values": instance}, **more}


def subject(evidence: dict[str, Any], op: str = "ge", time: str = "none") -> drawings.Subject:
    kernel = [{"sig": {"time": time}, "goals": [{"all": [], "concl": [op, ["q", "1"], ["q", "0"]]}]}]
    return drawings.Subject("bound", {"kernel": kernel, "evidence": evidence}, lambda: ("a", "b"))


def test_closeness_is_the_smaller_side_over_the_larger() -> None:
    rows = [enclosed("2", "1", {"x": "1"}), enclosed("4", "1", {"x": "2"}), enclosed("5", "0", {"x": "3"})]
    sharp = [{"goal": 0, "status": "Upper", "ratio": "9/10"}]
    found = drawings.closeness([subject({"enclosures": rows, "sharpness": sharp})])
    assert found is not None
    (row,) = found["data"]["rows"]
    assert row["points"] == ["0", "0.25", "0.5"] and row["best"] == "0.9"
    assert drawings.closeness([subject({"enclosures": rows}, op="eq")]) is None  # no inequality
    assert drawings.closeness([subject({"enclosures": rows[:2]})]) is None  # too few to draw
    wrong = [*rows[:2], enclosed("1", "2", {"x": "3"})]  # a statement that fails somewhere is not drawn as one that holds
    assert drawings.closeness([subject({"enclosures": wrong})]) is None
    failing = [{**row, "status": "fails"} for row in rows]
    assert drawings.closeness([subject({"enclosures": failing})]) is None
    moving = drawings.closeness([subject({"enclosures": rows, "sharpness": sharp}, time="flow")])
    assert moving is not None and moving["data"]["rows"][0]["best"] is None  # a quotient of rates, not of the sides


def test_a_curve_needs_one_number_that_changes() -> None:
    rows = [enclosed(str(k), str(k * k), {"x": str(k), "y": "1"}) for k in range(1, 8)]
    found = drawings.curve(subject({}), {"enclosures": rows})
    assert found is not None and found["data"]["x"] == [str(k) for k in range(1, 8)]
    assert drawings.curve(subject({}), {"enclosures": [enclosed("1", "1", {"x": str(k), "y": str(k)}) for k in range(8)]}) is None


def test_every_drawing_of_the_library_can_be_drawn(once: Callable[[str, Callable[[Path], Any]], Any]) -> None:
    drawn = 0
    for item in once("items", lambda folder: library.items()):
        claim = model.claim(item, Formulas())
        for caption, svg, why in site._drawn(claim):
            assert svg is not None and not why, (claim.id, caption, why)
            drawn += 1
    assert drawn > 50

"""Figures as deterministic SVG: lines, bands and points from plain data.

    {"x": [..], "series": [{"label", "y": [..], "band": [[low, high], ..], "style": "line" | "points" | "bound"}],
     "xlabel", "ylabel", "scale": "linear" | "log-x" | "log-y" | "log-log"}

Numbers may be integers, decimals, exact strings such as "3/8", or null where a series has no value. Labels are in the
claim's symbols, with mathematics between dollar signs. The SVG takes its colours from the page, so that it follows a
dark or light theme, and it carries a title and a description for those who cannot see it.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup

Json = Any

SCALES = {
    "linear": ("linear", "linear"),
    "log-x": ("log", "linear"),
    "log-y": ("linear", "log"),
    "log-log": ("log", "log"),
}

# Placeholder colours, replaced by the variables of the style sheet.
_INK, _GRID = "#010203", "#010204"
_SERIES = ("#010211", "#010212", "#010213", "#010214", "#010215")
_VARIABLES = {_INK: "var(--ink)", _GRID: "var(--rule)"} | {c: f"var(--fig-{k})" for k, c in enumerate(_SERIES, 1)}
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.6)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)))
_MARKERS = ("o", "s", "^", "D", "v")


class FigureError(ValueError):
    """The data of a figure cannot be drawn."""


def number(value: Json) -> float:
    """A float for drawing (never for a verdict). Raises FigureError if it is none."""
    if value is None:
        return math.nan
    try:
        return float(Fraction(value)) if isinstance(value, str) else float(value)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        raise FigureError(f"{value!r} is not a number") from None


def _numbers(values: Json, length: int | None, what: str) -> list[float]:
    if not isinstance(values, list) or (length is not None and len(values) != length):
        raise FigureError(f"{what} needs a list of {length if length is not None else 'some'} numbers")
    return [number(v) for v in values]


def describe(data: Json) -> str:
    """One sentence for each series: where it starts and where it ends."""
    xs = _numbers(data.get("x"), None, "x")
    sentences = [
        f"Horizontal axis: {_plain(data.get('xlabel', 'x'))}; vertical axis: {_plain(data.get('ylabel', 'y'))}."
    ]
    for series in data.get("series", []):
        ys = series.get("y")
        band = series.get("band")
        if ys:
            values = _numbers(ys, len(xs), "y")
            known = [(x, y) for x, y in zip(xs, values, strict=True) if not math.isnan(y)]
            if known:
                (x0, y0), (x1, y1) = known[0], known[-1]
                sentences.append(f"{_plain(series.get('label', ''))}: {y0:.3g} at {x0:.3g}, {y1:.3g} at {x1:.3g}.")
        elif band:
            low, high = number(band[-1][0]), number(band[-1][1])
            sentences.append(f"{_plain(series.get('label', ''))}: a band from {low:.3g} to {high:.3g} at {xs[-1]:.3g}.")
    return " ".join(sentences)


def _plain(label: str) -> str:
    text = re.sub(r"\\(?:mathrm|operatorname|text|left|right|,|;|!)\s*", "", str(label).replace("$", ""))
    return re.sub(r"[\\{}]", "", text).strip()


_DIALECT = (
    (r"\\(ge|le|ne)(?![A-Za-z])", r"\\\1q"),
    (r"\\[lr]Vert", r"\\Vert"),
    (r"\\text\{/\}", "/"),
    (r"^\$\\frac", r"$\\dfrac"),
)
"""LaTeX that Matplotlib spells differently."""


def _drawn(label: str) -> str:
    """The label, with formulas that can be drawn as they are and others as plain text."""
    from matplotlib.mathtext import MathTextParser

    if "$" in label:
        for here, there in _DIALECT:
            label = re.sub(here, there, label)
        try:
            MathTextParser("path").parse(label)
        except ValueError:
            return _plain(label)
    return label


def svg(data: Json, title: str) -> Markup:
    """Inline SVG of a figure; equal data gives equal bytes. Raises FigureError for data that cannot be drawn."""
    if not isinstance(data, dict) or data.get("scale", "linear") not in SCALES:
        raise FigureError("a figure needs x, series and a scale out of " + ", ".join(SCALES))
    return _svg(json.dumps(data, sort_keys=True), title)


@lru_cache(maxsize=256)
def _svg(source: str, title: str) -> Markup:
    data = json.loads(source)
    description = describe(data)
    key = hashlib.sha256(json.dumps([data, title], sort_keys=True).encode()).hexdigest()[:8]
    body = _matplotlib(data, key)
    width, height = (float(v) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', body).groups())  # type: ignore[union-attr]
    inner = body[body.index(">", body.index("<svg")) + 1 : body.rindex("</svg>")]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    inner = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", inner, flags=re.DOTALL)  # it would style the whole page
    inner = re.sub(r'\bid="([^"]+)"', rf'id="f{key}-\1"', inner)
    inner = re.sub(r'(?:xlink:)?href="#([^"]+)"', rf'href="#f{key}-\1"', inner)
    inner = re.sub(r"url\(#([^)]+)\)", rf"url(#f{key}-\1)", inner)
    for colour, variable in _VARIABLES.items():
        inner = inner.replace(colour, variable)
    inner = "\n".join(line.strip() for line in inner.splitlines() if line.strip())
    return Markup(
        f'<svg class="figure" role="img" viewBox="0 0 {width:g} {height:g}" aria-labelledby="f{key}-t f{key}-d">'
        f'<title id="f{key}-t">{escape(title)}</title><desc id="f{key}-d">{escape(description)}</desc>{inner}</svg>'
    )


def _matplotlib(data: Json, key: str) -> str:
    import matplotlib  # slow to import, and only pages with figures need it
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    style = {
        "svg.hashsalt": key,
        "svg.fonttype": "path",
        "font.family": "STIXGeneral",
        "mathtext.fontset": "stix",
        "font.size": 11,
        "axes.edgecolor": _INK,
        "axes.labelcolor": _INK,
        "axes.linewidth": 0.7,
        "text.color": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "path.simplify": False,
    }
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(4.9, 3.2))
        figure.subplots_adjust(left=0.16, right=0.98, bottom=0.16, top=0.97)
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        across, up = SCALES[data.get("scale", "linear")]
        axes.set_xscale(across)
        axes.set_yscale(up)
        axes.grid(True, which="major", color=_GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(_drawn(str(data.get("xlabel", ""))))
        axes.set_ylabel(_drawn(str(data.get("ylabel", ""))))
        xs = _numbers(data.get("x"), None, "x")
        if not xs or not data.get("series"):
            raise FigureError("a figure needs at least one point and one series")
        for k, series in enumerate(data["series"]):
            colour, label = _SERIES[k % len(_SERIES)], _drawn(str(series.get("label") or "")) or None
            if not series.get("band") and not series.get("y"):
                raise FigureError("a series needs y or a band")
            if series.get("band"):
                if len(series["band"]) != len(xs):
                    raise FigureError(f"a band needs {len(xs)} pairs")
                low, high = zip(*((number(a), number(b)) for a, b in series["band"]), strict=True)
                only = label if not series.get("y") else None
                axes.fill_between(xs, low, high, color=colour, alpha=0.16, linewidth=0, label=only)
                for edge in (low, high):
                    axes.plot(xs, edge, color=colour, linewidth=0.7, alpha=0.7)
            if series.get("y"):
                ys = _numbers(series["y"], len(xs), "y")
                if series.get("style") == "points":
                    axes.plot(xs, ys, linestyle="", marker=_MARKERS[k % 5], markersize=4, color=colour, label=label)
                else:
                    bound = series.get("style") == "bound"
                    axes.plot(
                        xs, ys, color=colour, linewidth=1.2 if bound else 1.8, linestyle=_DASHES[k % 5], label=label
                    )
        if any(series.get("label") for series in data["series"]):
            legend = axes.legend(frameon=False, fontsize=10, loc="best")
            legend.set_zorder(5)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return stream.getvalue()

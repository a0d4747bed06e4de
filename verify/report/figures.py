"""Figures as deterministic SVG: lines, bands, points and rows of points from plain data.

    {"x": [..], "series": [{"label", "y": [..], "band": [[low, high], ..], "style": "line" | "points" | "bound"}],
     "xlabel", "ylabel", "scale": "linear" | "log-x" | "log-y" | "log-log"}
    {"rows": [{"label", "points": [..], "best": number or null}], "xlabel", "range": [low, high]}

Numbers may be integers, decimals, exact strings such as "3/8", or null where a series has no value. Labels are in the
claim's symbols, with mathematics between dollar signs, and stand beside the drawing as MathML. Colours are those of the
page, so that a figure follows a dark or light theme; each series has a shape or dashes of its own as well. The SVG
carries a title and a description for those who cannot see it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup

from . import latex

Json = Any

SCALES = {
    "linear": ("linear", "linear"),
    "log-x": ("log", "linear"),
    "log-y": ("linear", "log"),
    "log-log": ("log", "log"),
}
WIDTH, HEIGHT = 440, 270
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 12, 26  # room around the drawing, for the numbers at its axes
ROW = 24  # height of a row of points

_INK, _QUIET, _GRID = "var(--ink,#111)", "var(--quiet,#555)", "var(--rule,#ccc)"
_SERIES = ("#0b5fa5", "#b34700", "#00735a", "#8b2f78", "#6b5300")  # told apart by all common kinds of colour vision
_DASHES = ("", "6 3", "2 2.5", "7 2.5 1.5 2.5", "10 3")


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


@dataclass(frozen=True)
class _Series:
    label: str
    ys: list[float]  # empty: only a band
    band: list[tuple[float, float]]
    style: str


def _series(data: Json, xs: list[float]) -> list[_Series]:
    found = []
    for s in data.get("series") or ():
        ys, band = s.get("y"), s.get("band")
        if not ys and not band:
            raise FigureError("a series needs y or a band")
        if band and len(band) != len(xs):
            raise FigureError(f"a band needs {len(xs)} pairs")
        pairs = [(number(a), number(b)) for a, b in band or ()]
        made = _numbers(ys, len(xs), "y") if ys else []
        found.append(_Series(str(s.get("label") or ""), made, pairs, str(s.get("style") or "line")))
    if not xs or not found:
        raise FigureError("a figure needs at least one point and one series")
    return found


def describe(data: Json) -> str:
    """One sentence for each series or row: where it starts and where it ends."""
    if "rows" in data:
        said = [f"Horizontal axis: {latex.plain(str(data.get('xlabel', 'x')))}."]
        for row in data["rows"]:
            points = [p for p in _numbers(row["points"], None, "points") if not math.isnan(p)]
            best = number(row.get("best"))
            some = f"{len(points)} points from {min(points):.3g} to {max(points):.3g}" if points else "no points"
            found = "" if math.isnan(best) else f", search found {best:.3g}"
            said.append(f"{latex.plain(str(row.get('label', '')))}: {some}{found}.")
        return " ".join(said)
    xs = _numbers(data.get("x"), None, "x")
    axes = [latex.plain(str(data.get(name, name[0]))) for name in ("xlabel", "ylabel")]
    sentences = [f"Horizontal axis: {axes[0]}; vertical axis: {axes[1]}."]
    for s in _series(data, xs):
        known = [(x, y) for x, y in zip(xs, s.ys, strict=False) if not math.isnan(y)]
        if known:
            (x0, y0), (x1, y1) = known[0], known[-1]
            sentences.append(f"{latex.plain(s.label)}: {y0:.3g} at {x0:.3g}, {y1:.3g} at {x1:.3g}.")
        elif s.band:
            low, high = s.band[-1]
            sentences.append(f"{latex.plain(s.label)}: a band from {low:.3g} to {high:.3g} at {xs[-1]:.3g}.")
    return " ".join(sentences)


def svg(data: Json, title: str) -> Markup:
    """A figure with its labels, as HTML around inline SVG; equal data gives equal bytes.

    Raises FigureError for data that cannot be drawn.
    """
    if not isinstance(data, dict) or ("rows" not in data and data.get("scale", "linear") not in SCALES):
        raise FigureError("a figure needs x, series and a scale out of " + ", ".join(SCALES))
    return _svg(json.dumps(data, sort_keys=True), title)


@lru_cache(maxsize=256)
def _svg(source: str, title: str) -> Markup:
    data = json.loads(source)
    key = "f" + hashlib.sha256(json.dumps([data, title], sort_keys=True).encode()).hexdigest()[:8]
    words = describe(data)
    height, inner, keys = _rows(data) if "rows" in data else _plot(data)
    drawing = (
        f'<svg class="figure" role="img" viewBox="0 0 {WIDTH} {height}" aria-labelledby="{key}-t {key}-d" '
        f'font-size="13" fill="none"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(words)}</desc>{inner}</svg>'
    )
    above = f'<p class="axis">{latex.label(str(data["ylabel"]))}</p>' if data.get("ylabel") else ""
    below = f'<p class="axis x">{latex.label(str(data["xlabel"]))}</p>' if data.get("xlabel") else ""
    legend = "".join(f"<li>{sample} {latex.label(label)}</li>" for label, sample in keys if label)
    listed = f'<ul class="keys">{legend}</ul>' if legend else ""
    return Markup(f'<div class="plot">{above}{drawing}{below}{listed}</div>')


# Axes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Axis:
    """A map from numbers to places on the page, with marks."""

    log: bool
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float | None:
        """The place of a value; None for one that cannot be shown."""
        if not math.isfinite(value) or (self.log and value <= 0):
            return None
        v = math.log10(value) if self.log else value
        return self.start + (v - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """Places and labels of marks."""
        marks = _decades(self.low, self.high) if self.log else _round(self.low, self.high)
        return [(self.start + (v - self.low) / (self.high - self.low) * (self.end - self.start), t) for v, t in marks]


def _axis(values: Iterable[float], log: bool, start: float, end: float) -> _Axis:
    known = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
    if not known:
        raise FigureError("no value can be shown on a logarithmic scale" if log else "a figure needs a value")
    shown = [math.log10(v) for v in known] if log else known
    low, high = min(shown), max(shown)
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-300) or high == low:
        room = 0.5 if log else (abs(low) / 2 or 1.0)
        low, high = low - room, high + room
    else:
        room = 0.04 * (high - low)
        low = 0.0 if not log and 0 <= low < high / 4 else low - room
        high = high + room
    return _Axis(log, low, high, start, end)


def _round(low: float, high: float) -> list[tuple[float, str]]:
    """At most seven round numbers of an interval, with their labels."""
    step = 10.0 ** math.floor(math.log10((high - low) / 3))
    for factor in (1, 2, 5, 10, 20):
        if (high - low) / (step * factor) <= 6:
            step *= factor
            break
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(k * step, _minus(f"{k * step:.10g}") if k else "0") for k in range(first, last + 1)]


def _decades(low: float, high: float) -> list[tuple[float, str]]:
    """Powers of ten, not too many; for a decade or two also multiples of them, for less round numbers."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first >= 2:
        every = -(-(last - first) // 6)
        return [(float(k), _power(k)) for k in range(first, last + 1) if k % every == 0]
    marks = [(math.log10(m) + k, m, k) for k in range(first - 1, last + 2) for m in (1, 2, 3, 5, 7)]
    few = [(v, m, k) for v, m, k in marks if low <= v <= high]
    if len(few) < 3:
        return [(math.log10(v), text) for v, text in _round(10.0**low, 10.0**high) if v > 0]
    if len(few) > 6:
        few = [x for x in few if x[1] in (1, 2, 5)]
    return [(v, _minus(f"{m * 10.0**k:.3g}") if -4 < k < 5 else f"{m}·" * (m > 1) + _power(k)) for v, m, k in few]


def _power(k: int) -> str:
    if k in (0, 1, 2, 3):
        return str(10**k)
    return f'10<tspan dy="-4" font-size="10">{_minus(str(k))}</tspan>'


def _minus(text: str) -> str:
    mantissa, e, exponent = text.partition("e")
    if e:
        power = f'10<tspan dy="-4" font-size="10">{str(int(exponent)).replace("-", "−")}</tspan>'
        return f"{mantissa.replace('-', '−')}·{power}" if mantissa != "1" else power
    return text.replace("-", "−")


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<path d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}" style="stroke:{colour}"/>'


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" style="fill:{_QUIET}">{text}</text>'


def _colour(k: int) -> str:
    return f"var(--fig-{k % 5 + 1},{_SERIES[k % 5]})"


def _mark(k: int, x: float, y: float, size: float = 3.4) -> str:
    """A point in the shape and colour of a series."""
    a, b, c, d = _n(x - size), _n(x + size), _n(y - size), _n(y + size)
    shapes = (
        f"M{a} {_n(y)}A{_n(size)} {_n(size)} 0 1 0 {b} {_n(y)}A{_n(size)} {_n(size)} 0 1 0 {a} {_n(y)}Z",
        f"M{a} {c}H{b}V{d}H{a}Z",
        f"M{_n(x)} {c}L{b} {d}H{a}Z",
        f"M{_n(x)} {c}L{b} {_n(y)}L{_n(x)} {d}L{a} {_n(y)}Z",
        f"M{_n(x)} {d}L{b} {c}H{a}Z",
    )
    return shapes[k % 5]


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """Straight lines through points, with gaps where there is none."""
    out, pen = "", False
    for p in points:
        if p is None:
            pen = False
        else:
            out += f"{'L' if pen else 'M'}{_n(p[0])} {_n(p[1])}"
            pen = True
    return out


# Drawings ---------------------------------------------------------------------------------------------

Key = tuple[str, str]  # label of a series, a sample of its line or mark
Drawing = tuple[int, str, list[Key]]


def _plot(data: Json) -> Drawing:
    xs = _numbers(data.get("x"), None, "x")
    series = _series(data, xs)
    log_x, log_y = (kind == "log" for kind in SCALES[data.get("scale", "linear")])
    across = _axis(xs, log_x, LEFT, WIDTH - RIGHT)
    values = [y for s in series for y in [*s.ys, *(v for pair in s.band for v in pair)]]
    up = _axis(values, log_y, HEIGHT - BOTTOM, TOP)
    out = [*_frame(across, up, HEIGHT)]
    keys = []

    def place(x: float, y: float) -> tuple[float, float] | None:
        px, py = across.at(x), up.at(y)
        return None if px is None or py is None else (px, py)

    for k, s in enumerate(series):
        colour = _colour(k)
        if s.band:
            low = [p for x, (a, _) in zip(xs, s.band, strict=True) if (p := place(x, a))]
            high = [p for x, (_, b) in zip(xs, s.band, strict=True) if (p := place(x, b))]
            out.append(f'<path d="{_path([*low, *reversed(high)])}Z" style="fill:{colour};fill-opacity:.16"/>')
            out += [f'<path d="{_path(edge)}" style="stroke:{colour};stroke-width:.8"/>' for edge in (low, high)]
        drawn, sample = _stroke(k, s, colour)
        points = [place(x, y) for x, y in zip(xs, s.ys, strict=False)]
        out.append(drawn(points))
        keys.append((s.label, sample))
    return HEIGHT, "".join(out), keys


def _stroke(k: int, s: _Series, colour: str) -> tuple[Callable[[Sequence[tuple[float, float] | None]], str], str]:
    """How to draw a series, and a sample of it for the legend."""
    band = f'<rect y="2" width="30" height="10" style="fill:{colour};fill-opacity:.16"/>' if s.band else ""
    if s.style == "points":

        def dots(points: Sequence[tuple[float, float] | None]) -> str:
            return f'<path d="{"".join(_mark(k, *p) for p in points if p)}" style="fill:{colour}"/>'

        return dots, _sample(band + f'<path d="{_mark(k, 15, 7)}" style="fill:{colour}"/>')
    dash = f";stroke-dasharray:{_DASHES[k % 5]}" if _DASHES[k % 5] else ""
    style = f"stroke:{colour};stroke-width:{'1.3' if s.style == 'bound' else '2'}{dash}"

    def line(points: Sequence[tuple[float, float] | None]) -> str:
        return f'<path d="{_path(points)}" style="{style}"/>' if s.ys else ""

    return line, _sample(band + (f'<path d="M0 7H30" style="{style}"/>' if s.ys else ""))


def _sample(inner: str) -> str:
    size = 'viewBox="0 0 30 14" width="30" height="14"'
    return f'<svg class="sample" {size} fill="none" aria-hidden="true">{inner}</svg>'


def _frame(across: _Axis, up: _Axis, height: int) -> Iterable[str]:
    foot = height - BOTTOM
    for y, text in up.ticks():
        yield _line(LEFT, y, WIDTH - RIGHT, y, _GRID)
        yield _text(LEFT - 6, y + 4, "end", text)
    for x, text in across.ticks():
        yield _line(x, foot, x, foot + 4, _INK)
        yield _text(x, foot + 18, "middle", text)
    yield _line(LEFT, TOP, LEFT, foot, _INK)
    yield _line(LEFT, foot, WIDTH - RIGHT, foot, _INK)


def _rows(data: Json) -> Drawing:
    """Points on one line for each row, the row's number at its left; the legend says what stands in each."""
    rows = data["rows"]
    if not isinstance(rows, list) or not rows:
        raise FigureError("a figure needs at least one row")
    low, high = (number(v) for v in data.get("range") or (0, 1))
    if not low < high:
        raise FigureError("a range needs two numbers, the smaller first")
    height = TOP + ROW * len(rows) + BOTTOM
    across = _Axis(False, low, high, 30, WIDTH - RIGHT)
    foot = height - BOTTOM
    out = []
    for x, text in across.ticks():
        out += [_line(x, TOP, x, foot + 4, _GRID), _text(x, foot + 18, "middle", text)]
    out.append(_line(30, foot, WIDTH - RIGHT, foot, _INK))
    keys = []
    for k, row in enumerate(rows):
        y = TOP + ROW * k + ROW / 2
        out += [_text(20, y + 4, "end", str(k + 1)), _line(30, y, WIDTH - RIGHT, y, _GRID)]
        places = [p for v in _numbers(row.get("points"), None, "points") if (p := across.at(v)) is not None]
        out.append(f'<path d="{"".join(_mark(0, p, y) for p in places)}" style="fill:{_colour(0)};fill-opacity:.75"/>')
        best = across.at(number(row.get("best")))
        if best is not None:
            style = f"stroke:{_colour(1)};stroke-width:2"
            out.append(f'<path d="{_mark(3, best, y, 6)}" style="{style}"/>')
        keys.append((str(row.get("label") or ""), f'<span class="number">{k + 1}</span>'))
    marks = [(0, _mark(0, 15, 7), f"fill:{_colour(0)}"), (1, _mark(3, 15, 7, 5), f"stroke:{_colour(1)};stroke-width:2")]
    for k, shape, style in marks:
        said = str((data.get("marks") or ("", ""))[k])
        keys.append((said, _sample(f'<path d="{shape}" style="{style}"/>')))
    return height, "".join(out), keys

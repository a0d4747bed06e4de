"""Figures that a claim's evidence already holds the numbers for, in the form that `figures.svg` draws.

Nothing is computed here beyond quotients of recorded numbers. Numbers that are enclosed are drawn by the decimal that
the certificate gives; what is drawn is an illustration and never a reason for a verdict.
"""

from __future__ import annotations

import json
import marshal
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Json = Any
FEW = 3  # points below which a picture says less than the table
LONG = 34  # letters of a formula that still fits beside a drawing


@dataclass(frozen=True)
class Subject:
    """A statement to draw for: its name, its JSON form in the certificate, and what gives the LaTeX of the smaller and
    the larger side of its conclusion, if that is one inequality (of the left and the right side of an equation)."""

    name: str
    data: Mapping[str, Json]
    sides: Callable[[], tuple[str, str] | None]


Figure = dict[str, Json]


def drawings(subjects: Sequence[Subject]) -> Iterator[Figure]:
    """Caption and data of each figure, in a fixed order."""
    close = closeness(subjects)
    if close:
        yield close
    for s in subjects:
        for part in _parts(s.data):
            for made in (curve(s, part), widths(s, part), tails(s, part)):
                if made:
                    yield made


def _parts(data: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    evidence = data.get("evidence") or {}
    yield evidence
    yield from evidence.get("others") or ()


def _value(text: Json) -> Fraction | None:
    try:
        return Fraction(text)
    except (ValueError, TypeError, ZeroDivisionError):
        return None


def _decimal(value: Fraction) -> str:
    """Nine significant digits, in exact arithmetic: equal input, equal text."""
    return f"{float(value):.9g}"


def label(latex: str, words: str, room: int = LONG) -> str:
    """A formula for a label, or words where it would be too long."""
    seen = re.sub(r"\\(left|right|operatorname|mathrm|mathit|frac|text|,|;|!)|[{}^_\s]", "", latex)
    return f"${latex}$" if len(re.sub(r"\\[A-Za-z]+", "x", seen)) <= room else words


def _rows(part: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The enclosure with the most digits for each instance and goal, where both sides are scalars."""
    best: dict[bytes, Mapping[str, Json]] = {}
    for row in part.get("enclosures") or ():
        if row.get("status") in ("holds", "agrees") and isinstance(row.get("left"), str):
            key = marshal.dumps([row.get("goal"), row.get("instance")], 2)
            if key not in best or row.get("digits", 0) > best[key].get("digits", 0):
                best[key] = row
    return list(best.values())


def _relation(data: Mapping[str, Json], part: int, goal: Json) -> str:
    kernel = data.get("kernel") or ()
    goals = kernel[part].get("goals") or () if part < len(kernel) else ()
    return str(goals[goal]["concl"][0]) if isinstance(goal, int) and goal < len(goals) else ""


def closeness(subjects: Sequence[Subject]) -> Figure | None:
    """For each inequality the quotient of its sides, smaller over larger, at the instances that are enclosed, and the
    largest that the search for sharpness found."""
    rows: list[Json] = []
    shown: list[Subject] = []
    for s in subjects:
        points: list[Fraction] = []
        best: list[Fraction] = []
        for k, part in enumerate(_parts(s.data)):
            for row in _rows(part):
                if _relation(s.data, k, row.get("goal")) not in ("ge", "gt"):
                    continue
                left, right = _value(row["left"]), _value(row.get("right"))
                if left is not None and right is not None and left > 0 and right >= 0:
                    points.append(right / left)
            best += _found(s.data, k, part.get("sharpness"))
        if points and max(points) <= 1:
            found = _decimal(max(best)) if best else None
            rows.append({"label": s.name, "points": [_decimal(p) for p in sorted(points)], "best": found})
            shown.append(s)
    if sum(len(r["points"]) for r in rows) < FEW:
        return None
    both = [label(x, "", LONG // 2) for x in (shown[0].sides() if len(shown) == 1 else None) or ()]
    axis = " divided by ".join(both) if both and all(both) else "smaller side divided by larger side"
    any_best = any(r["best"] for r in rows)
    marks = ["at an enclosed instance", "the largest found in the search for sharpness" if any_best else ""]
    return {
        "caption": "How close to equality, which is at 1: the smaller side of each inequality divided by the larger.",
        "data": {
            "rows": rows,
            "xlabel": axis,
            "range": ["-1/50", "51/50"],
            "marks": marks,
        },
    }


def _found(data: Mapping[str, Json], part: int, sharpness: Json) -> Iterator[Fraction]:
    """Quotients of the sides that the search for sharpness met; quotients of rates at the start are something else."""
    kernel = data.get("kernel") or ()
    moving = part < len(kernel) and kernel[part].get("sig", {}).get("time", "none") != "none"
    for entry in sharpness if isinstance(sharpness, list) else ():
        if entry.get("status") == "Tight":
            yield Fraction(1)
        elif not moving or entry.get("time"):
            ratio = _value(entry.get("ratio"))
            if ratio is not None and 0 <= ratio <= 1:
                yield ratio


def curve(s: Subject, part: Mapping[str, Json]) -> Figure | None:
    """Both sides over the one number in which the enclosed instances differ."""
    rows = _rows(part)
    if len({row.get("goal") for row in rows}) != 1 or len(rows) < 2 * FEW:
        return None
    values = [(row.get("instance") or {}).get("values") or {} for row in rows]
    moving = [name for name in sorted(values[0]) if len({json.dumps(v.get(name)) for v in values}) > 1]
    if len(moving) != 1:
        return None
    found = []
    for row, v in zip(rows, values, strict=True):
        x, left, right = _value(v.get(moving[0])), _value(row["left"]), _value(row.get("right"))
        if x is None or left is None or right is None:
            return None
        found.append((x, left, right))
    found.sort()
    log_x = found[0][0] > 0 and found[-1][0] > 50 * found[0][0]
    lefts = [f[1] for f in found]
    log_y = all(v > 0 for _, *sides in found for v in sides) and max(lefts) > 50 * min(lefts)
    return {
        "caption": f"{s.name}: both sides at the enclosed instances, over the one number in which they differ.",
        "data": {
            "x": [_decimal(f[0]) for f in found],
            "xlabel": f"${moving[0]}$",
            "ylabel": "",
            "scale": ("log-log" if log_y else "log-x") if log_x else ("log-y" if log_y else "linear"),
            "series": [
                {"label": "left side", "y": [_decimal(f[1]) for f in found], "style": "points"},
                {"label": "right side", "y": [_decimal(f[2]) for f in found], "style": "line"},
            ],
        },
    }


def widths(s: Subject, part: Mapping[str, Json]) -> Figure | None:
    """Estimates at growing sizes with their simultaneous intervals, and the other side."""
    rows = part.get("widths")
    if not isinstance(rows, list) or len(rows) < FEW:
        return None
    symbol, sides = str(rows[0].get("symbol") or "size"), s.sides()
    confidence = rows[0].get("confidence")
    known = f", together with confidence {confidence}" if confidence else ""
    return {
        "caption": f"{s.name}: Monte Carlo estimates over {symbol} with intervals{known}, and the other side.",
        "data": {
            "x": [str(r["width"]) for r in rows],
            "xlabel": f"${symbol}$",
            "ylabel": label(sides[0], "") if sides else "",
            "scale": "log-x",
            "series": [
                {
                    "label": "estimate with interval",
                    "y": [r.get("estimate") for r in rows],
                    "band": [[r["low"], r["high"]] for r in rows],
                    "style": "points",
                },
                {"label": "other side", "y": [r.get("value") for r in rows], "style": "bound"},
            ],
        },
    }


def tails(s: Subject, part: Mapping[str, Json]) -> Figure | None:
    """Exact tails of a coin against the probability that is allowed, one series for each coin."""
    rows = [r for r in part.get("tails") or () if all(_value(r.get(k)) is not None for k in ("delta", "p", "tail"))]
    if len(rows) < FEW:
        return None
    allowed = sorted({Fraction(r["delta"]) for r in rows})
    coins = sorted({str(r["p"]) for r in rows}, key=Fraction, reverse=True)
    largest = {(str(r["p"]), Fraction(r["delta"])): Fraction(0) for r in rows}
    for r in rows:
        key = str(r["p"]), Fraction(r["delta"])
        largest[key] = max(largest[key], Fraction(r["tail"]))
    series: list[Json] = [{"label": "allowed", "y": [_decimal(x) for x in allowed], "style": "bound"}]
    for p in coins:
        ys = [_decimal(largest[p, x]) if (p, x) in largest else None for x in allowed]
        series.append({"label": f"largest exact tail, $p = {p}$", "y": ys, "style": "points"})
    return {
        "caption": f"{s.name}: exact tails against the probability allowed, the largest of the accuracies tried.",
        "data": {
            "x": [_decimal(x) for x in allowed],
            "xlabel": r"$\delta$",
            "ylabel": "probability",
            "scale": "log-log",
            "series": series,
        },
    }

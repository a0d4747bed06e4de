"""Figures of a claim, from its `figure(..)` lines: the sides of a conclusion evaluated over a variable.

A figure is drawn from exact or enclosed values (midpoints rounded to 12 digits), except `kind="sample"`, which is
Monte Carlo and says so. Every kind works on the kernel statement and on instances given as data.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

Data = dict[str, Any]
POINTS = 16
SEED = 20_201
DRAWS = 30
DIGITS = 16  # of a trajectory
STEPS = 15  # of the integrator, for one trajectory


def figures(claim: Any, evidence: Mapping[str, Mapping[str, Any]]) -> list[Data]:
    """Caption and data of each figure; a figure that cannot be computed says why instead of being drawn."""
    out: list[Data] = []
    for spec in claim.figures:
        options = dict(spec.options)
        statement = spec.subject
        kernel = statement.kernel()[0]
        part = evidence.get(statement.label) or {}
        if options.get("kind") == "sample":
            out.append(_sample(statement, kernel, options))
        elif kernel["sig"]["time"] == "flow":
            out.append(_flow(statement, kernel, part))
        elif kernel["sig"]["time"] == "descent":
            out.append(_descent(statement, kernel, part, options))
        else:
            out.append(_sides(statement, kernel, options))
    return [f for f in out if f]


AXIS, LEGEND = 24, 32
"""Letters of a formula beside an axis and in the legend; a longer one is named by words."""


def label(node: Any, words: str, room: int = LEGEND, *, norm: bool = False) -> str:
    """A term in the claim's own symbols (its Frobenius norm, for a matrix), or words where it would not fit."""
    text = str(node.latex())
    if norm:
        text = rf"\left\lVert {text} \right\rVert_{{F}}"
    seen = re.sub(r"\\(left|right|operatorname|mathrm|frac|,|;|!)|[{}^_\s]", "", text)
    seen = re.sub(r"\\[A-Za-z]+", "x", seen)
    return f"${text}$" if len(seen) <= room else words


def _ordered(statement: Any) -> tuple[Any, Any]:
    """The smaller and the larger side of a conclusion that is one inequality."""
    first, second = statement.conclusion.args[:2]
    return (second, first) if statement.conclusion.op in ("ge", "gt") else (first, second)


def number(value: Any) -> str:
    """Twelve significant digits of a rational or of the midpoint of an enclosure, as an exact decimal string."""
    exact = _middle(value)
    if exact == 0:
        return "0"
    places = 12 - 1 - math.floor(math.log10(abs(float(exact)) or 1e-300))
    scaled = round(exact * Fraction(10) ** places)
    return str(Fraction(scaled) / Fraction(10) ** places)


def _middle(value: Any) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(value.lower() + value.upper()) / 2


def _scalar(value: Any) -> Any:
    """A scalar, or the Frobenius norm of a matrix (as an enclosure)."""
    from verify.evidence.values import Mat
    from verify.numeric.enclosure import Enclosure

    if not isinstance(value, Mat):
        return value
    total = Enclosure.from_exact(0)
    for x in value.entries():
        total = total + x * x
    return total.sqrt()


def _starts(kernel: Data) -> Iterator[Any]:
    """Instances from a seeded generator, small ones but not the smallest case."""
    from verify.evidence.generate import Discard, Plan, draw_one
    from verify.evidence.rng import Rng
    from verify.evidence.trajectories import MAX_ENTRIES
    from verify.evidence.values import ShapeError

    plan, rng = Plan.of(kernel), Rng(SEED)
    for _ in range(DRAWS):
        try:
            found = draw_one(plan, rng.next(), 2)
        except (Discard, ShapeError):
            continue
        least = plan.sig.get("nat", {})
        if found.size()[0] <= MAX_ENTRIES and any(value > least.get(name, value) for name, value in found.nat.items()):
            yield found


def _sizes(kernel: Data, instance: Any) -> str:
    """The natural numbers and widths of an instance, for a caption."""
    parts = [f"{name} = {value}" for name, value in sorted(instance.nat.items())]
    parts += [f"widths {', '.join(str(row[i]) for i in sorted(row))}" for _, row in sorted(instance.dims.items())]
    return "; ".join(parts)


def _flow(statement: Any, kernel: Data, part: Mapping[str, Any]) -> Data:
    """Both sides of an inequality along a validated trajectory from a drawn instance at which they differ."""
    from verify.evidence.generate import Plan
    from verify.evidence.instance import Instance

    goal = kernel["goals"][0]["concl"]
    if goal[0] not in ("ge", "gt"):
        return {}
    plan = Plan.of(kernel)
    times = [Fraction(k, 8) for k in range(1, POINTS + 1)]
    for start in _starts(kernel):
        sides = _along(plan, goal, start, times)
        if sides is None:
            continue
        first, last, bound = sides[0][0], sides[0][-1], sides[1][0]
        if first < Fraction(99, 100) * bound and Fraction(1, 10**4) * first < last < Fraction(9, 10) * first:
            where = f"an instance drawn with seed {SEED} ({_sizes(kernel, start)})"
            break
    else:
        if not part.get("witness"):
            return {}
        where, start = "the witness", Instance.from_json(part["witness"], kernel["sig"].get("nat", {}))
        sides = _along(plan, goal, start, times)
    if sides is None:
        return {}
    positive = all(y > 0 for ys in sides for y in ys)
    small, large = _ordered(statement)
    return {
        "caption": f"{statement.label}: both sides along a validated trajectory from {where}.",
        "data": {
            "x": [str(t) for t in times],
            "xlabel": "$t$",
            "ylabel": label(small, "smaller side", AXIS),
            "scale": "log-y" if positive else "linear",
            "series": [
                {"label": label(small, "smaller side"), "y": [number(y) for y in sides[0]], "style": "line"},
                {"label": label(large, "bound"), "y": [number(y) for y in sides[1]], "style": "bound"},
            ],
        },
    }


def _along(plan: Any, goal: Any, start: Any, times: list[Fraction]) -> list[list[Fraction]] | None:
    """Smaller and larger side of an inequality at the times (midpoints), or None where the flow is out of reach."""
    from verify.evidence.evaluate import evaluate
    from verify.evidence.trajectories import follow
    from verify.evidence.values import ShapeError, Unsupported
    from verify.numeric.enclosure import NotEvidence, precision
    from verify.numeric.flow import FlowFailure

    try:
        states = follow(plan, start, times, digits=DIGITS, max_steps=STEPS)
        with precision(DIGITS):
            sides = ([evaluate(plan.sig, goal[n], s.instance, digits=DIGITS) for s in states] for n in (2, 1))
            return [[_middle(_scalar(y)) for y in ys] for ys in sides]
    except (Unsupported, ShapeError, NotEvidence, FlowFailure):
        return None


def _descent(statement: Any, kernel: Data, part: Mapping[str, Any], options: Mapping[str, Any]) -> Data:
    """A term at one exact step of descent and the right side of the equation, against a symbol halved again and again.

    Without `y` the term is the left side."""
    from verify.evidence.check import complete
    from verify.evidence.evaluate import Evaluator
    from verify.evidence.generate import Plan
    from verify.evidence.instance import Instance
    from verify.numeric.enclosure import precision

    goal, name = kernel["goals"][0]["concl"], repr(options["x"])
    over = statement.compiler().term(options["y"]) if "y" in options else goal[1]
    xs = [Fraction(1, 2**k) for k in range(1, 13)]
    plan = Plan.of(kernel)

    def sides(start: Instance, x: Fraction) -> list[Fraction]:
        kept = {k: v for k, v in start.letters.items() if k[2] in ("", "0")}
        moved = complete(plan, start, {**kept, (name, (), ""): x}, "figure")
        return [_middle(_scalar(Evaluator(kernel["sig"], moved).value(term, {}))) for term in (over, goal[2])]

    with precision(30):
        for start in _starts(kernel):
            if all(y > 0 for x in (xs[0], xs[-1]) for y in sides(start, x)):
                where = f"an instance drawn with seed {SEED} ({_sizes(kernel, start)})"
                break
        else:
            if not part.get("witness"):
                return {}
            start, where = Instance.from_json(part["witness"], kernel["sig"].get("nat", {})), "the witness"
        rows = [sides(start, x) for x in xs]
    left, right = statement.conclusion.args[:2]
    return {
        "caption": f"{statement.label}: norms after one exact step of descent from {where}.",
        "data": {
            "x": [str(x) for x in xs],
            "xlabel": f"${options['x'].latex()}$",
            "ylabel": label(options.get("y", left), "Frobenius norm", AXIS, norm="y" not in options),
            "scale": options.get("scale", "log-log"),
            "series": [
                {
                    "label": label(left, "left side, after one step", norm=True),
                    "y": [number(r[0]) for r in rows],
                    "style": "points",
                },
                {
                    "label": label(right, "right side", norm=True),
                    "y": [number(r[1]) for r in rows],
                    "style": "line",
                },
            ],
        },
    }


def _sides(statement: Any, kernel: Data, options: Mapping[str, Any]) -> Data:
    """Both sides of a conclusion at the instances that the claim gives with `holds_at`, over a term."""
    from verify.audit import hints
    from verify.evidence.evaluate import evaluate
    from verify.evidence.instance import Instance
    from verify.numeric.enclosure import precision

    sig, goal = kernel["sig"], kernel["goals"][0]["concl"]
    over = statement.compiler().term(options["x"])
    rows = []
    with precision(30):
        for item in statement.data:
            made = hints.instance(kernel, dict(item.values)) if item.kind == "holds_at" else None
            if made is None:
                continue
            at = Instance.from_json(made, sig.get("nat", {}))
            rows.append([_middle(_scalar(evaluate(sig, t, at, digits=40))) for t in (over, goal[1], goal[2])])
    rows.sort()
    left, right = statement.conclusion.args[:2]
    return {
        "caption": f"{statement.label}: left side (points) and right side (line), each enclosed by itself.",
        "data": {
            "x": [number(r[0]) for r in rows],
            "xlabel": f"${options['x'].latex()}$",
            "ylabel": label(left, "left side", AXIS),
            "scale": "linear",
            "series": [
                {"label": label(left, "left side"), "y": [number(r[1]) for r in rows], "style": "points"},
                {"label": label(right, "right side"), "y": [number(r[2]) for r in rows], "style": "line"},
            ],
        },
    }


def _sample(statement: Any, kernel: Data, options: Mapping[str, Any]) -> Data:
    """Monte Carlo: cosine `rho` of two unit inputs, a mean of m indicators against its expectation and a band.

    The weights are Gaussian columns in the plane of the inputs from a seeded generator; the band is the width that the
    claim proves, eps(m) = sqrt(log(n (n + 1) / delta) / (2 m))."""
    from verify.numeric.enclosure import Enclosure, precision
    from verify.numeric.wide import tangent_kernel_enclosure

    rng = random.Random(SEED)
    rho, n, delta = Fraction(options["rho"]), int(options["n"]), Fraction(options["delta"])
    cosine, sine = float(rho), math.sqrt(1 - float(rho) ** 2)
    ms = [2**k for k in range(4, 15)]
    hits, ys, low, high = 0, [], [], []
    with precision(30):
        truth = tangent_kernel_enclosure(rho, layers="first")
        size = Enclosure.from_exact(n * (n + 1) / delta).log()
        for m in range(1, ms[-1] + 1):
            a, b = rng.gauss(0, 1), rng.gauss(0, 1)
            hits += a >= 0 and cosine * a + sine * b >= 0
            if m in ms:
                eps = (size / (2 * m)).sqrt()
                ys.append(number(rho * hits / m))
                low.append(number(truth - eps))
                high.append(number(truth + eps))
        limit = number(truth)
    return {
        "caption": f"Monte Carlo with {ms[-1]} samples, seed {SEED}: one entry at width m, its limit, and the proved "
        f"band for n = {n}, delta = {options['delta']}.",
        "data": {
            "x": [str(m) for m in ms],
            "xlabel": "$m$",
            "ylabel": "$H_{12}(0)$",
            "scale": "log-x",
            "series": [
                {"label": "width m", "y": ys, "style": "points"},
                {
                    "label": "limit with band",
                    "y": [limit] * len(ms),
                    "band": [list(pair) for pair in zip(low, high, strict=True)],
                    "style": "line",
                },
            ],
        },
    }


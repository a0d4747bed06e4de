"""Figures of a claim, from its `figure(..)` lines: the sides of a conclusion evaluated over a variable.

A figure is drawn from exact or enclosed values (midpoints rounded to 12 digits), except `kind="sample"`, which is
Monte Carlo and says so. Every kind works on the kernel statement and on instances given as data.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

Data = dict[str, Any]
POINTS = 16
SEED = 20_201


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


def number(value: Any) -> str:
    """Twelve significant digits of a rational or of the midpoint of an enclosure, as an exact decimal string."""
    exact = value if isinstance(value, Fraction) else (value.lower() + value.upper()) / 2
    if exact == 0:
        return "0"
    places = 12 - 1 - math.floor(math.log10(abs(float(exact)) or 1e-300))
    scaled = round(exact * Fraction(10) ** places)
    return str(Fraction(scaled) / Fraction(10) ** places)


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


def _flow(statement: Any, kernel: Data, part: Mapping[str, Any]) -> Data:
    """Both sides of an inequality along a validated trajectory from the witness."""
    from verify.evidence.evaluate import evaluate
    from verify.evidence.generate import Plan
    from verify.evidence.instance import Instance
    from verify.evidence.trajectories import follow
    from verify.evidence.values import ShapeError, Unsupported
    from verify.numeric.enclosure import precision
    from verify.numeric.flow import FlowFailure

    goal, sig = kernel["goals"][0]["concl"], kernel["sig"]
    if goal[0] not in ("ge", "gt"):
        return {}
    times = [Fraction(k, 8) for k in range(1, POINTS + 1)]
    found: Data = {}
    for where, data in _starts(part):
        start = Instance.from_json(data, sig.get("nat", {}))
        try:
            states = follow(Plan.of(kernel), start, times, digits=30)
        except (Unsupported, FlowFailure, ShapeError):
            continue
        with precision(30):
            sides = [[number(_scalar(evaluate(sig, goal[n], s.instance, digits=30))) for s in states] for n in (2, 1)]
        moves = all(Fraction(y) > 0 for side in sides for y in side)
        found = {
            "caption": f"{statement.label}: both sides along a validated trajectory from {where}.",
            "data": {
                "x": [str(t) for t in times],
                "xlabel": "$t$",
                "ylabel": "loss",
                "scale": "log-y" if moves else "linear",
                "series": [
                    {"label": "loss", "y": sides[0], "style": "line"},
                    {"label": "bound", "y": sides[1], "style": "bound"},
                ],
            },
        }
        if moves:
            break
    return found


def _starts(part: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Instances to start from: the witness, then what the search found to be tight."""
    out = [("the witness", part["witness"])] if part.get("witness") else []
    for row in part.get("sharpness") or []:
        if isinstance(row, Mapping) and row.get("attained_at"):
            out.append(("an instance that attains the bound", row["attained_at"]))
    return out


def _descent(statement: Any, kernel: Data, part: Mapping[str, Any], options: Mapping[str, Any]) -> Data:
    """The left side of an equation at one exact step of descent, against a symbol that is halved again and again."""
    from verify.evidence.check import complete
    from verify.evidence.evaluate import Evaluator
    from verify.evidence.generate import Plan, draw_many
    from verify.evidence.instance import Instance
    from verify.numeric.enclosure import precision

    goal, name = kernel["goals"][0]["concl"], repr(options["x"])
    plan = Plan.of(kernel)
    given = [Instance.from_json(row, kernel["sig"].get("nat", {})) for _, row in _starts(part)]
    xs = [Fraction(1, 2**k) for k in range(1, 13)]
    ys: list[str] = []
    for start in [*given, *draw_many(plan, 20, SEED).instances]:
        with precision(30):
            kept = {k: v for k, v in start.letters.items() if k[2] in ("", "0")}
            moved = [complete(plan, start, {**kept, (name, (), ""): x}, "figure") for x in xs]
            ys = [number(_scalar(Evaluator(kernel["sig"], m).value(goal[1], {}))) for m in moved]
        if all(Fraction(y) > 0 for y in ys):
            break
    else:
        return {}
    return {
        "caption": f"{statement.label}: Frobenius norm of the left side after one exact step of descent.",
        "data": {
            "x": [str(x) for x in xs],
            "xlabel": f"${options['x'].latex()}$",
            "ylabel": "norm",
            "scale": "log-log",
            "series": [{"label": "exact", "y": ys, "style": "points"}],
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
            rows.append([number(_scalar(evaluate(sig, t, at, digits=30))) for t in (over, goal[1], goal[2])])
    rows.sort(key=lambda r: Fraction(r[0]))
    return {
        "caption": f"{statement.label}: left side by rigorous quadrature (points), right side in closed form (line).",
        "data": {
            "x": [r[0] for r in rows],
            "xlabel": f"${options['x'].latex()}$",
            "ylabel": "both sides",
            "scale": "linear",
            "series": [
                {"label": "quadrature", "y": [r[1] for r in rows], "style": "points"},
                {"label": "closed form", "y": [r[2] for r in rows], "style": "line"},
            ],
        },
    }


def _sample(statement: Any, kernel: Data, options: Mapping[str, Any]) -> Data:
    """Monte Carlo: cosine `rho` of two unit inputs, a mean of m indicators against its expectation and a band.

    The weights are Gaussian columns in the plane of the inputs from a seeded generator; the band is the width that the
    claim proves, eps(m) = sqrt(log(n (n + 1) / delta) / (2 m))."""
    rng = random.Random(SEED)
    rho, n, delta = float(options["rho"]), int(options["n"]), float(options["delta"])
    angle = math.acos(rho)
    truth = rho * (math.pi - angle) / (2 * math.pi)
    ms = [2**k for k in range(4, 15)]
    hits, ys, low, high = 0, [], [], []
    for m in range(1, ms[-1] + 1):
        a, b = rng.gauss(0, 1), rng.gauss(0, 1)
        hits += a >= 0 and rho * a + math.sin(angle) * b >= 0
        if m in ms:
            eps = math.sqrt(math.log(n * (n + 1) / delta) / (2 * m))
            ys.append(_decimal(rho * hits / m))
            low.append(_decimal(truth - eps))
            high.append(_decimal(truth + eps))
    return {
        "caption": f"Monte Carlo, seed {SEED}: one entry at width m, its limit, and the proved band for n = {n}, "
        f"delta = {options['delta']}.",
        "data": {
            "x": [str(m) for m in ms],
            "xlabel": "$m$",
            "ylabel": "$H_{12}(0)$",
            "scale": "log-x",
            "series": [
                {"label": "width m", "y": ys, "style": "points"},
                {
                    "label": "limit with band",
                    "y": [_decimal(truth)] * len(ms),
                    "band": [list(pair) for pair in zip(low, high, strict=True)],
                    "style": "line",
                },
            ],
        },
    }


def _decimal(x: float) -> str:
    return str(Fraction(round(x * 10**9), 10**9))

"""Monte Carlo estimates of expectations in [0, 1], with sample size, seed, interval and confidence level.

Samples are dyadic rationals, so every term is evaluated exactly at every sample; only the law of the samples
is a floating-point approximation (Box-Muller on 52-bit uniforms). The interval is Hoeffding's. An estimate is
shown next to other evidence and never settles a statement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.evaluate import Evaluator
from verify.evidence.expectation import atoms
from verify.evidence.instance import Instance, Key
from verify.evidence.rng import Rng
from verify.evidence.terms import Env, Term, key, walk
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.numeric.enclosure import NotEvidence, precision


def sample(ev: Evaluator, k: Key, rng: Rng) -> Value:
    """One value of a random letter. Raises Unsupported where there is no way to evaluate."""
    law = ev.decl[k[0]]["law"]
    if law["kind"] == "gauss":
        shape = ev.shape(k[0], k[1])
        assert shape is not None
        return Mat.of(shape[0], 1, [normal(rng) for _ in range(shape[0])])
    if law["kind"] == "angle":
        return Fraction((2 * rng.uniform() - 1) * math.pi)
    rows = (
        [(Fraction(p), Fraction(v)) for p, v in law["values"]]
        if law["kind"] == "finite"
        else list(ev.instance.laws.get(k[0], ()))
    )
    u = Fraction(rng.next(), 1 << 64)
    for p, v in rows:
        u -= p
        if u < 0:
            return v
    raise Unsupported(f"letter {k[0]} has no law here")


def normal(rng: Rng) -> Fraction:
    """One approximately standard normal number (G. E. P. Box and M. E. Muller, Ann. Math. Statist. 29, 1958), as
    the exact value of a float.
    """
    return Fraction(math.sqrt(-2 * math.log(rng.uniform())) * math.cos(2 * math.pi * rng.uniform()))


def samples(
    sig: Mapping[str, Any], body: Term, instance: Instance, *, n: int, seed: int, env: Env | None = None
) -> list[Fraction]:
    """The body at n samples of its random letters. Raises Unsupported if one of them leaves [0, 1]."""
    rng = Rng(seed)
    out: list[Fraction] = []
    with precision(30):
        ev = Evaluator(sig, instance)
        found = sorted(atoms(ev, body, env or {}))
        for _ in range(n):
            ev.over = {k: sample(ev, k, rng) for k in found}
            x = ev.scalar(body, env or {})
            if not isinstance(x, Fraction) or not 0 <= x <= 1:
                raise Unsupported("Monte Carlo intervals need values in [0, 1]")
            out.append(x)
    return out


def estimate(
    sig: Mapping[str, Any],
    body: Term,
    instance: Instance,
    *,
    n: int = 1000,
    seed: int = 1,
    confidence: str = "0.999999",
    env: Env | None = None,
) -> dict[str, Any]:
    """Interval for E[body]. Raises Unsupported if a sample of the body leaves [0, 1]."""
    mean = sum(samples(sig, body, instance, n=n, seed=seed, env=env), vl.ZERO) / n
    alpha = 1 - Fraction(confidence)
    half = Fraction(math.ceil(math.sqrt(math.log(2 / float(alpha)) / (2 * n)) * 10**6) + 1, 10**6)
    return {
        "kind": "monte_carlo",
        "n": n,
        "seed": seed,
        "confidence": confidence,
        "estimate": str(round(mean, 6)),
        "low": str(max(vl.ZERO, round(mean - half, 6))),
        "high": str(min(vl.ONE, round(mean + half, 6))),
    }


def estimates(
    statement: Mapping[str, Any], instance: Instance, *, n: int = 1000, seed: int = 1
) -> list[dict[str, Any]]:
    """Estimates of the expectations in the goals that lie in [0, 1], with the exact or enclosed value if
    known.
    """
    out: list[dict[str, Any]] = []
    seen: set[str] = set()
    sig = statement["sig"]
    for goal in statement["goals"]:
        if goal.get("all"):
            continue
        for x in walk(goal["concl"]):
            if x[0] != "E" or key(x) in seen or any(y[0] == "E" for y in walk(x[1])):
                continue
            seen.add(key(x))
            try:
                row = estimate(sig, x[1], instance, n=n, seed=seed)
            except (Unsupported, ShapeError, NotEvidence):
                continue
            with precision(30):
                try:
                    ends = vl.ends(Evaluator(sig, instance).scalar(x, {}))
                except (Unsupported, ShapeError, NotEvidence):
                    ends = None
            if ends is not None:
                row["contains_value"] = Fraction(row["low"]) <= ends[0] and ends[1] <= Fraction(row["high"])
            out.append(row)
    return out

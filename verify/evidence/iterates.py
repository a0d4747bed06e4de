"""Long runs of a descent: exact rationals, in balls with a proved radius once the rationals are too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.check import Outcome, outcome_of, recursive
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan
from verify.evidence.instance import Instance, Key
from verify.evidence.trajectories import _balls, _Field, _rational, _spread
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.numeric.descent import BIT_LIMIT
from verify.numeric.enclosure import InvalidInput, NotEvidence, precision
from verify.numeric.matrices import BallMatrix, RationalMatrix

DIVERGED = 10**30
EVALUATED = 2_000  # bits of a state up to which the goals are evaluated exactly


@dataclass(frozen=True)
class Iterate:
    """The instance at an iterate, and whether the iterate itself is exact and how long it is."""

    number: int
    instance: Instance
    exact: bool
    bits: int


def run(
    plan: Plan, start: Instance, steps: int, *, digits: int = 50, bit_limit: int = BIT_LIMIT
) -> Iterator[Iterate]:
    """Iterates 0, .., steps - 1, each with its next one.

    Raises Unsupported if the hypotheses are not recursions `next = polynomial of the current iterate`.
    """
    if not recursive(plan):
        raise Unsupported("hypotheses that are not recursions")
    field = _Field(plan, start)
    state: tuple[Any, ...] = tuple(_rational(start.letters[k]) for k in field.keys)
    with precision(digits):
        field.agrees_at_start(state)
        first = dict(zip(field.keys, state, strict=True))
        for number in range(steps):
            exact = all(isinstance(x, RationalMatrix) for x in state)
            bits = sum(x.bits() for x in state) if exact else 0
            if number and any(_beyond(x) for x in state):
                raise Unsupported("the descent diverges")
            if exact and bits > bit_limit:
                state, exact = tuple(x.to_balls() for x in state), False
            after = tuple(field(state))
            letters: dict[Key, Value] = {k: v for k, v in start.letters.items() if k[2] == "" and k not in first}
            for k, was, now, then in zip(field.keys, first.values(), state, after, strict=True):
                for stage, value in (("0", was), ("", now), ("+", then)):
                    letters[k[0], k[1], stage] = _value(value, k in field.scalars)
            done = Instance(start.nat, start.dims, letters, start.losses, start.laws, None, start.corners)
            yield Iterate(number, done, exact, bits)
            state = after


def _beyond(x: RationalMatrix | BallMatrix) -> bool:
    """Whether an entry is surely larger than `DIVERGED`."""
    balls = x.to_balls() if isinstance(x, RationalMatrix) else x
    return any(abs(e).certainly_gt(DIVERGED) for row in balls.rows() for e in row)


def _value(x: RationalMatrix | BallMatrix, scalar: bool) -> Value:
    """Exact while the numbers are short enough to be evaluated exactly, else in balls."""
    if isinstance(x, RationalMatrix) and x.bits() <= EVALUATED:
        value = Mat.from_rows([list(row) for row in x.rows()])
    else:
        value = _balls(x.to_balls() if isinstance(x, RationalMatrix) else x)
    return value.at(0, 0) if scalar else value


def descents(plan: Plan, pool: Sequence[Instance], *, count: int = 3, steps: int = 12) -> dict[str, Any]:
    """Outcomes of the goals along descents from small instances that move, as JSON."""
    counts = {"holds": 0, "agrees": 0, "unknown": 0, "fails": 0}
    stopped: dict[str, int] = {}
    starts = exact = balls = longest = 0
    agreed: int | None = None
    for instance in reversed(_spread(sorted(pool, key=lambda i: i.size()), count)):
        if starts >= count or sum(stopped.values()) > 2 * count:
            break
        if _still(instance):
            continue
        try:
            for it in run(plan, instance, steps):
                exact, balls, longest = exact + it.exact, balls + (not it.exact), max(longest, it.bits)
                for outcome in outcomes(plan, it):
                    counts[outcome.status] += 1
                    if outcome.status == "agrees" and outcome.digits is not None:
                        agreed = outcome.digits if agreed is None else min(agreed, outcome.digits)
        except (Unsupported, ShapeError, InvalidInput, NotEvidence) as reason:
            stopped[str(reason)] = stopped.get(str(reason), 0) + 1
            continue
        starts += 1
    out: dict[str, Any] = {
        "kind": "descents",
        "starts": starts,
        "iterates": steps,
        "exact_iterates": exact,
        "ball_iterates": balls,
        "longest_bits": longest,
        "stopped": dict(sorted(stopped.items())),
        **counts,
    }
    if agreed is not None:
        out["agree_digits"] = agreed
    return out


def outcomes(plan: Plan, it: Iterate, *, digits: int = 50) -> Iterator[Outcome]:
    """The outcome of each goal at the iterate `it`, with balls of `digits` digits; unknown where a hypothesis is
    not certain.
    """
    with precision(digits):
        ev = Evaluator(plan.sig, it.instance)
        unsure = next((h["id"] for h in plan.static if ev.fact(h).status != "holds"), None)
        for n, goal in enumerate(plan.statement["goals"]):
            if unsure is None:
                yield outcome_of(ev.fact(goal), n, f"iterate {it.number}")
            else:
                yield Outcome("unknown", goal=n, where=f"iterate {it.number}", note=f"{unsure} is not certain there")


def _still(instance: Instance) -> bool:
    return all(
        _same(value, instance.letters.get((k[0], k[1], "")))
        for k, value in instance.letters.items()
        if k[2] == "+"
    )


def _same(a: Value, b: Value | None) -> bool:
    if b is None:
        return False
    gap = vl.sub(a, b)
    return gap.is_zero() if isinstance(gap, Mat) else isinstance(gap, Fraction) and gap == 0

"""Letters that an equation ties to others, so that a search may vary the others and compute these.

An equation gives a letter if it is that letter alone on one side, if the letter is a number in which the equation is
affine, if it is a power of a number, or if it says how long a column is: the column is then free up to its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from verify.evidence.batch import Array, Batch
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Fact, Plan, _Draw, _Letters
from verify.evidence.instance import Instance, Key
from verify.evidence.rng import Rng
from verify.evidence.terms import Term, letters
from verify.evidence.values import Mat, Unsupported, Value

GRAIN = 2**10
"""Denominator of the slopes by which columns of a given length are rounded."""


@dataclass(frozen=True)
class Tie:
    """`kind` says how the equation gives the letter: `bare`, `affine`, `power` or `length`."""

    key: Key
    kind: str
    fact: Fact
    other: Term  # the side that does not speak of the letter (not for `affine`)
    exponent: int = 1


def ties(plan: Plan, instance: Instance) -> tuple[tuple[Tie, ...], frozenset[str]]:
    """Ties in an order in which they can be computed, and the letters that other equations hold fast."""
    facts = [h for h in (*plan.static, *(h for _, h in plan.counts)) if h["concl"][0] == "eq"]
    found: list[Tie] = []
    held: set[str] = set()
    read: set[str] = set()
    for h in facts:
        names = plan.mentions[h["id"]]
        tie = next((t for t in _options(plan, instance, h) if t.key[0] not in read | held), None)
        if tie is None or tie.key[0] in {t.key[0] for t in found}:
            held |= names
        else:
            found.append(tie)
        read |= names
    while True:
        kept = [t for t in found if t.key[0] not in held]
        if len(kept) == len(found):
            return tuple(kept), frozenset(held)
        for t in found:
            if t not in kept:
                held |= plan.mentions[t.fact["id"]]
        found = kept


def _options(plan: Plan, instance: Instance, h: Fact) -> Iterator[Tie]:
    """Ways to read an equation as one of a single letter at the present time."""
    if h.get("all"):
        return
    formula = h["concl"]
    for side, other in ((formula[1], formula[2]), (formula[2], formula[1])):
        power = 1
        bare = side
        if side[0] == "pow" and set(side[2]) == {"1"} and side[2]["1"] >= 1:
            bare, power = side[1], side[2]["1"]
        if _plain(plan, instance, bare) and bare[1] not in _all_letters(plan, other):
            shaped = plan.sig["letters"][bare[1]].get("shape") is not None
            if power == 1 or not shaped:
                yield Tie((bare[1], (), ""), "bare" if power == 1 else "power", h, other, power)
        column = _column(side)
        if column is not None and _plain(plan, instance, column) and column[1] not in _all_letters(plan, other):
            value = instance.letters[column[1], (), ""]
            if isinstance(value, Mat) and value.cols == 1 and value.rows > 1:
                yield Tie((column[1], (), ""), "length", h, other)
    for name in sorted(plan.mentions[h["id"]]):
        letter = ["v", name, [], ""]
        if _plain(plan, instance, letter) and plan.sig["letters"][name].get("shape") is None:
            yield Tie((name, (), ""), "affine", h, formula)


def _plain(plan: Plan, instance: Instance, term: Term) -> bool:
    return bool(
        term[0] == "v"
        and not term[2]
        and term[3] == ""
        and term[1] in plan.sig["letters"]
        and term[1] not in plan.derived
        and not plan.sig["letters"][term[1]].get("sym")
        and (term[1], (), "") in instance.letters
    )


def _all_letters(plan: Plan, term: Term) -> set[str]:
    """Letters of a term, through losses as well."""
    out = letters(term)
    for name, row in plan.sig.get("losses", {}).items():
        if out & {name, row["grad"], row.get("pgrad", name)}:
            out |= letters(row["at"])
    return out


def _column(side: Term) -> Term | None:
    """x if the side is the trace of x^T x."""
    if side[0] == "tr" and side[1][0] == "*" and len(side[1]) == 3 and side[1][1] == ["T", side[1][2]]:
        return side[1][2]
    return None


def follow(found: Batch, order: Sequence[Tie]) -> Batch:
    """The batch with the tied letters computed from the others. Raises Unsupported."""
    here = dict(found.letters)
    now = Batch(found.sig, found.nat, found.dims, here, found.targets, found.start, found.time)
    for tie in order:
        here[tie.key] = _value(now, here, tie)
        now = Batch(found.sig, found.nat, found.dims, here, found.targets, found.start, found.time)
    return now


def _value(now: Batch, here: dict[Key, Array], tie: Tie) -> Array:
    if tie.kind == "bare":
        return now.value(tie.other, {})
    with np.errstate(all="ignore"):
        if tie.kind == "power":
            return np.asarray(np.abs(now.value(tie.other, {})) ** (1.0 / tie.exponent))
        if tie.kind == "length":
            x = here[tie.key]
            size = np.sqrt(np.abs(now.value(tie.other, {})) / np.sum(x * x, axis=(1, 2)))
            return np.asarray(x * size.reshape(-1, 1, 1))
        gaps = []
        for at in (0.0, 1.0, 2.0):
            trial = Batch(now.sig, now.nat, now.dims, {**here, tie.key: np.array([at])}, now.targets, now.start)
            gaps.append(trial.value(tie.other[1], {}) - trial.value(tie.other[2], {}))
        if not np.allclose(gaps[2] - gaps[1], gaps[1] - gaps[0], rtol=1e-9, atol=1e-9, equal_nan=True):
            raise Unsupported("an equation that is not affine in a number")
        return np.asarray(gaps[0] / (gaps[0] - gaps[1]))


def exact(plan: Plan, instance: Instance, order: Sequence[Tie]) -> Instance | None:
    """The instance with the tied letters computed exactly; None if one has no rational value."""
    draw = _Draw(plan, Rng(0), 2, None)
    draw.nat, draw.dims = dict(instance.nat), {d: dict(r) for d, r in instance.dims.items()}
    draw.letters, draw.losses, draw.laws = _Letters(instance.letters), dict(instance.losses), dict(instance.laws)
    for tie in order:
        if tie.kind == "length":
            column = _of_length(draw.letters[tie.key], Evaluator(plan.sig, draw.instance()).value(tie.other, {}))
            if column is None:
                return None
            draw.letters[tie.key] = column
        elif tie.kind == "bare":
            draw.letters[tie.key] = draw.ev().value(tie.other, {})
        elif not draw.solve(tie.fact["concl"], {}, tie.key):
            return None
    done: Mapping[Key, Value] = draw.letters
    return Instance(
        instance.nat, instance.dims, dict(done), instance.losses, instance.laws, instance.time, instance.corners
    )


def _of_length(near: Value, square: Value) -> Mat | None:
    """A rational column near a given one whose squared length is a given square, by stereographic projection."""
    from verify.evidence import values as vl

    if not isinstance(near, Mat) or not isinstance(square, Fraction) or square < 0:
        return None
    size = vl.fraction_root(square, 2)
    if size is None or size == 0:
        return None
    cells = [x for row in near.fractions() for x in row]
    length = float(sum(x * x for x in cells)) ** 0.5
    if length == 0:
        return None
    unit = [float(x) / length for x in cells]
    pole = min(range(len(unit)), key=lambda i: unit[i])
    slopes = [Fraction(round(x / (1 - unit[pole]) * GRAIN), GRAIN) for i, x in enumerate(unit) if i != pole]
    norm = sum((s * s for s in slopes), Fraction(0))
    rest = iter(slopes)
    column = [(norm - 1) / (norm + 1) if i == pole else 2 * next(rest) / (norm + 1) for i in range(len(unit))]
    return Mat.of(len(column), 1, [size * x for x in column])

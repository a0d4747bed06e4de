"""Neighbours of an instance: one letter at a time takes another value, and what equations tie to it follows.

A mutant that differs from its statement only at a corner is not met by fresh draws, which have to satisfy every
hypothesis anew; near an instance that satisfies them the corner is one step away. Steps go to special values (0, signs,
other sizes, single entries), those of least margin are stepped from again, and all of it is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from verify.evidence.check import Outcome, complete
from verify.evidence.generate import Discard, Plan, validate
from verify.evidence.instance import Instance, Key, Loss
from verify.evidence.ties import Tie, exact, ties
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.evidence.work import WorkLimit, exhausted, spend
from verify.numeric.enclosure import NotEvidence, precision

OUT_OF_REACH = (Discard, ShapeError, Unsupported, NotEvidence, KeyError, IndexError, AssertionError, ZeroDivisionError)
"""What a change that was not thought out may end in."""

NUMBERS = tuple(Fraction(x) for x in ("0", "1", "-1", "1/2", "2", "-1/2", "1/10", "10", "1/100", "100", "-10"))
FACTORS = tuple(Fraction(x) for x in ("-1", "2", "1/2", "10", "1/10"))
MAX_CELLS = 9
"""Larger matrices are changed as a whole only."""
STEP_WORK = 20
"""What one step counts in the budget besides the terms it evaluates."""


def values(value: Value) -> Iterator[Value]:
    """Other values for a letter: special ones, multiples, and changes of one entry."""
    if not isinstance(value, Mat):
        if isinstance(value, Fraction):
            tried = {value}
            around_it = tuple(value * Fraction(n, 10) for n in (11, 9))
            near = (-value, 2 * value, value / 2, value + 1, value - 1, *around_it)
            for x in (*NUMBERS, *near):
                if x not in tried:
                    tried.add(x)
                    yield x
        return
    if not value.is_exact:
        return
    rows, cols = value.shape
    yield Mat.zero(rows, cols)
    for factor in FACTORS:
        yield value.scale(factor)
    yield Mat.of(rows, cols, [Fraction(int(i == j)) for i in range(rows) for j in range(cols)])
    if rows == cols and rows > 1:
        yield value.t()
    cells = [x for row in value.fractions() for x in row]
    if len(cells) > 1:
        yield Mat.of(rows, cols, [Fraction(k + 1) for k in range(len(cells))])
    if len(cells) <= MAX_CELLS:
        for i, x in enumerate(cells):
            for y in (x + 1, x - 1, -x, Fraction(0), Fraction(1), 3 * x + 2):
                if y != x:
                    yield Mat.of(rows, cols, [*cells[:i], y, *cells[i + 1 :]])


def around(plan: Plan, instance: Instance, first: Collection[str] = ()) -> Iterator[Instance]:
    """Neighbours that satisfy every hypothesis, those in which a letter of `first` changes before the others."""
    for near in candidates(plan, instance, first):
        if _meets(plan, near):
            yield near


def candidates(plan: Plan, instance: Instance, first: Collection[str] = ()) -> Iterator[Instance]:
    """Neighbours as equations tie their letters; whether they satisfy the other hypotheses is not asked."""
    order, held = _ties(plan, instance)
    driven = {t.key for t in order if t.kind != "length"}
    keys = [k for k in instance.letters if k[2] == "" and k[0] not in plan.derived and k not in driven]
    keys += [k for k in instance.letters if k[2] == "0" and k[0] not in plan.derived]
    keys.sort(key=lambda k: (k[0] not in first, k[0] in held, k))
    changed: list[tuple[Instance, Key | None, Value | None, str]]
    changed = [(instance, k, value, "neighbour") for k in keys for value in values(instance.letters[k])]
    for name in sorted(instance.losses):
        target = instance.losses[name].target
        for aim in values(target) if target is not None else ():
            assert isinstance(aim, Mat)
            other = replace(instance, losses={**instance.losses, name: Loss("half_square", aim)})
            changed.append((other, None, None, "neighbour"))
    if any(k[2] in ("D", "+") for k in instance.letters):  # what equations of motion leave open is drawn anew
        changed += [(instance, None, None, f"again {n}") for n in range(4)]
    for start, k, value, label in changed:
        spend(STEP_WORK)
        near = moved(plan, start, order, k, value, label)
        if near is not None:
            yield near


def tied(plan: Plan, instance: Instance) -> Instance | None:
    """The instance with the letters that equations of the plan tie computed anew; None if that fails."""
    return moved(plan, instance, _ties(plan, instance)[0], None, None, "neighbour")


def _ties(plan: Plan, instance: Instance) -> tuple[tuple[Tie, ...], frozenset[str]]:
    with precision(30):
        try:
            return ties(plan, instance)
        except WorkLimit:
            raise
        except OUT_OF_REACH:
            return (), frozenset()


def moved(
    plan: Plan, instance: Instance, order: Sequence[Tie], k: Key | None, value: Value | None, label: str
) -> Instance | None:
    """The instance with another value of one letter, and what follows from it; None if nothing does."""
    here = {j: v for j, v in instance.letters.items() if j[2] in ("", "0")}
    if k is not None and value is not None:
        here[k] = value
    try:
        with precision(30):
            left = [t for t in order if k is None or t.key != k]
            tied = exact(plan, replace(instance, letters=here), left) if left else replace(instance, letters=here)
            return None if tied is None else complete(plan, tied, tied.letters, label)
    except WorkLimit:
        raise
    except OUT_OF_REACH:
        return None


def _meets(plan: Plan, instance: Instance) -> bool:
    try:
        with precision(30):
            return validate(plan, instance) is None
    except WorkLimit:
        raise
    except OUT_OF_REACH:
        return False


TIMES = tuple(Fraction(x) for x in ("1/2", "2"))
MOTIONS = 4
"""Choices of what equations of motion leave open."""


def afterwards(plan: Plan, starts: Sequence[Instance]) -> tuple[Instance, Outcome] | None:
    """A start from which a goal of a flow fails at a later time, the first among `starts` and their free motions."""
    from verify.evidence.trajectories import check_along, follow
    from verify.numeric.flow import FlowFailure

    if plan.time != "flow":
        return None
    for start in starts:
        last: Instance | None = None
        for n in range(MOTIONS):
            try:
                if exhausted():
                    return None
                spend(50 * STEP_WORK)
                begun = moved(plan, start, (), None, None, f"later {n}")
                if begun is None or not _meets(plan, begun) or (last is not None and begun.letters == last.letters):
                    break  # the equations leave no motion open
                last = begun
                along = follow(plan, begun, TIMES)
                outcomes = check_along(plan, along)
            except WorkLimit:
                return None
            except (*OUT_OF_REACH, FlowFailure):
                continue
            failed = next((o for o in outcomes if o.status == "fails"), None)
            if failed is not None:
                return begun, failed
    return None

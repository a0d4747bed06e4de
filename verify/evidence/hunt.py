"""The search for a counterexample to one statement: draws of all kinds, then a screen; what is found is validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verify.evidence.check import Outcome, Prepared
from verify.evidence.counterexample import record, revalidate, simplify
from verify.evidence.generate import Discard, Plan, draw_one
from verify.evidence.instance import Instance
from verify.evidence.rng import Rng
from verify.evidence.screen import screen
from verify.evidence.terms import Statement
from verify.evidence.values import ShapeError, Unsupported
from verify.evidence.work import WorkLimit, exhausted, metered
from verify.numeric.enclosure import NotEvidence

CORNERS = (None, "wild", "slack")
"""Kinds of draws, in turn: scalars at the edge of their range, hypotheses about chains left alone, scalars inside."""

OUT_OF_REACH = (Discard, ShapeError, Unsupported, NotEvidence, KeyError, IndexError, AssertionError)
"""What a draw or a screen of a statement that was not written by hand may end in."""


@dataclass(frozen=True)
class Budget:
    """What the search for one counterexample may spend: draws, sizes and batches of a screen, evaluated terms."""

    draws: int = 24
    sizes: int = 2
    batch: int = 200
    work: int = 12_000
    shrink: int = 0


@dataclass(frozen=True)
class Hunted:
    """A counterexample as JSON, if one stands, and what was tried."""

    found: Mapping[str, Any] | None
    draws: int = 0
    met: int = 0
    screened: int = 0
    exhausted: bool = False
    rejected: tuple[str, ...] = ()

    def attempt(self) -> dict[str, Any]:
        """How many instances were drawn, met the hypotheses, and were screened; and whether the budget ended it."""
        out: dict[str, Any] = {"draws": self.draws, "met": self.met, "screened": self.screened}
        if self.exhausted:
            out["ended"] = "the budget of evaluations"
        return out


def hunt(statement: Statement, *, seed: int, budget: Budget, max_size: int = 3, iterates: int = 2) -> Hunted:
    """The first counterexample that stands, small draws first, or the attempt."""
    plan, rng = Plan.of(statement), Rng(seed)
    draws = met = screened = 0
    rejected: list[str] = []

    def stands(instance: Instance, outcome: Outcome) -> Mapping[str, Any] | None:
        if budget.shrink:
            instance, outcome = simplify(plan, instance, outcome, budget=budget.shrink)
        data = record(statement, instance, outcome)
        wrong = revalidate(statement, data, iterates=iterates)
        if wrong is not None:
            rejected.append(wrong)
        return data if wrong is None else None

    with metered(budget.work // 2) as drawing:
        for n in range(budget.draws):
            if exhausted():
                break
            draws += 1
            size = min(max_size, n * (max_size + 1) // budget.draws)
            try:
                instance = draw_one(plan, rng.next(), size, CORNERS[n % len(CORNERS)])
                met += 1
                outcome = Prepared(plan, instance, iterates=iterates).check()
                found = stands(instance, outcome) if outcome.status == "fails" else None
            except OUT_OF_REACH:
                continue
            if found is not None:
                return Hunted(found, draws, met)
    with metered(budget.work // 2) as screening:  # its floats are not counted, its draws and settlements are
        if budget.sizes:
            try:
                seen = screen(statement, seed=rng.next(), sizes=budget.sizes, batch=budget.batch, keep=2)
                screened = seen.instances
                found = None if seen.found is None else stands(*seen.found)
                if found is not None:
                    return Hunted(found, draws, met, screened)
            except (*OUT_OF_REACH, WorkLimit):
                pass
    ended = drawing.empty or screening.empty
    return Hunted(None, draws, met, screened, ended, tuple(dict.fromkeys(rejected))[:3])

"""Instances from elsewhere, tried against everything they can tell about a statement.

An instance, or a path with the time left open, is read once; an instance that names a later time is followed to it. If
it satisfies the hypotheses, all mutants of goals are tried at it; if it breaks one of them, the statement without that
hypothesis and the mutants of it are. Whatever is kept was validated from its JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from verify.evidence.campaign import Campaign
from verify.evidence.check import Prepared, outcome_of
from verify.evidence.counterexample import failing
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Fact, Plan
from verify.evidence.given import completed
from verify.evidence.instance import Instance
from verify.evidence.motions import Path
from verify.evidence.neighbours import OUT_OF_REACH
from verify.evidence.terms import Statement
from verify.numeric.enclosure import precision

Data = Mapping[str, Any]

PARTS = tuple(Fraction(x) for x in ("1/2", "0", "9/10", "1/4", "99/100", "1/100"))
"""Parts of the time of a path at which its conclusion is looked at."""
OPEN = (*OUT_OF_REACH, ValueError, TypeError, AttributeError)


def offer(here: Campaign, offers: Sequence[Data]) -> list[list[str] | str]:
    """Try each instance; what was found is noted in `here`. For each, the hypotheses it breaks, or what is wrong."""
    return [_path(here, data) if "motion" in data else _point(here, data) for data in offers]


def _path(here: Campaign, data: Data) -> list[str] | str:
    statement = here.statement
    plan = Plan.of(statement)
    try:
        with precision(50):
            path = Path(plan, Instance.from_json(data, statement["sig"].get("nat", {})), data["motion"])
            broken = list(path.broken(statement["hyps"]))
            if len(broken) > 1:
                return broken
            times = [path.until * part for part in PARTS]
            if "where" in data:
                times.insert(0, Fraction(str(data["where"])[5:]))
            for time in times:
                ev = Evaluator(plan.sig, path.over(time, time))
                at = {**data, "where": f"time {time}"}
                if not broken:
                    _goals(here, ev, at)
                elif here.open(broken[0]) and any(_fails(ev, g) for g in statement["goals"]):
                    _hypothesis(here, broken[0], at)
    except OPEN as reason:
        return f"{type(reason).__name__}: {reason}"
    return broken


def _point(here: Campaign, data: Data) -> list[str] | str:
    statement = here.statement
    plan = Plan.of(statement)
    broken: list[str] = []
    try:
        with precision(50):
            data = completed(statement, data)
            instance = Instance.from_json(data, statement["sig"].get("nat", {}))
            ev = Evaluator(plan.sig, instance)
            broken = [str(h["id"]) for h in statement["hyps"] if ev.fact(h).status != "holds"]
            later = str(data.get("where", "")).startswith("time ")  # of the trajectory from here
            if not broken and later:
                _later(here, data)
            elif not broken:
                here.member(Prepared(plan, instance, iterates=here.iterates))
            elif len(broken) == 1 and later:
                _hypothesis(here, broken[0], completed(here.without(broken[0]), data))
            elif len(broken) == 1 and here.open(broken[0]):
                reduced = here.without(broken[0])
                again = Instance.from_json(completed(reduced, data), statement["sig"].get("nat", {}))
                here.outsider(broken[0], Prepared(Plan.of(reduced), again, iterates=here.iterates))
    except OPEN as reason:
        return f"{type(reason).__name__}: {reason}"
    return broken


def _fails(ev: Evaluator, goal: Fact) -> bool:
    try:
        return outcome_of(ev.fact(goal), 0, "").status == "fails"
    except OPEN:
        return False


def _goals(here: Campaign, ev: Evaluator, data: Data) -> None:
    for mutant in list(here.goals):
        number = mutant.goal()
        assert number is not None
        if _fails(ev, mutant.statement["goals"][number]) and _stands(mutant.statement, data, here.iterates):
            here.killed[mutant.label()] = here.number(data)
            here.goals.remove(mutant)


def _later(here: Campaign, data: Data) -> None:
    for mutant in list(here.goals):
        if _stands(mutant.statement, data, here.iterates):
            here.killed[mutant.label()] = here.number(data)
            here.goals.remove(mutant)


def _hypothesis(here: Campaign, name: str, data: Data) -> None:
    if name in here.dropped and _stands(here.without(name), data, here.iterates):
        here.dropped.discard(name)
        here.necessary[name] = here.number(data)
    for mutant in list(here.hypotheses.get(name, [])):
        if _stands(mutant.statement, data, here.iterates):
            here.killed[mutant.label()] = here.number(data)
            here.hypotheses[name].remove(mutant)


def _stands(statement: Statement, data: Data, iterates: int) -> bool:
    return not isinstance(failing(statement, data, iterates=iterates), str)

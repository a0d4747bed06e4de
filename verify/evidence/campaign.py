"""One search for all mutants and all dropped hypotheses of a statement.

A step from an instance costs the same whether one mutant or a hundred are tried there; so every neighbour is looked at
once, and what it can tell depends on the hypotheses it breaks. If it breaks none, all mutants of goals are tried at it;
they differ in one place and share the values of all others. If it breaks one, and the conclusion with it, it is an
instance against the statement without that hypothesis and against every mutant of it that holds there. If it breaks
more, it tells nothing. An equation that ties a letter cannot be broken by a step that follows it: for each of those
there is a search of its own, in which the equation is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import Any

from verify.evidence.check import Outcome, Prepared
from verify.evidence.counterexample import failing, record
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan
from verify.evidence.instance import Instance
from verify.evidence.mutants import Mutant
from verify.evidence.neighbours import OUT_OF_REACH, afterwards, candidates, tied
from verify.evidence.recorded import Recorded
from verify.evidence.rng import Rng, label_hash
from verify.evidence.terms import Statement, letters
from verify.evidence.values import Mat
from verify.evidence.work import WorkLimit, metered
from verify.numeric.enclosure import precision

STARTS = 6
"""Instances of all sizes from which steps are made."""
SMALL = 2
"""The smallest of them have half of the budget for themselves: steps are cheap there, and corners are many."""
WIDTH = 2
"""Instances that break a hypothesis, or none, from which the next steps are made: those of least margins."""
DEPTH = 4
PATIENCE = 8
"""After so many instances in a row that reject no mutant of a goal, the mutants are tried at every eighth only."""
KEPT = ("values", "dims", "dims_from", "losses", "laws", "time", "motion")


@dataclass
class Campaign:
    """What one search has to find for a statement, and what it found."""

    statement: Statement
    iterates: int
    goals: list[Mutant]
    hypotheses: dict[str, list[Mutant]]
    dropped: set[str]
    instances: dict[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    killed: dict[str, int] = field(default_factory=dict)
    necessary: dict[str, int] = field(default_factory=dict)

    def open(self, name: str) -> bool:
        """Whether anything about a hypothesis is still to be found."""
        return name in self.dropped or bool(self.hypotheses.get(name))

    def forget(self, label: str) -> None:
        """Look no longer for an instance against a mutant."""
        for rows in (self.goals, *self.hypotheses.values()):
            rows[:] = [m for m in rows if m.label() != label]

    def recorded(self) -> Recorded:
        """What was found, as a record."""
        return Recorded(tuple(data for _, data in self.instances.values()), dict(self.killed), dict(self.necessary))

    def number(self, data: Mapping[str, Any]) -> int:
        """The number under which an instance is kept."""
        kept = {k: data[k] for k in KEPT if k in data}
        if str(data.get("where", "")).startswith("time "):
            kept["where"] = data["where"]
        return self.instances.setdefault(repr(kept), (len(self.instances), kept))[0]

    def without(self, name: str) -> Statement:
        """The statement without a hypothesis."""
        return {**self.statement, "hyps": [h for h in self.statement["hyps"] if h["id"] != name]}

    def again(self, known: Recorded) -> None:
        """What was recorded before, as far as it stands."""
        for rows in (self.goals, *self.hypotheses.values()):
            for m in list(rows):
                data = known.mutant(m.label())
                if data is not None and self._stands(m.statement, data):
                    self.killed[m.label()] = self.number(data)
                    rows.remove(m)
        for name in sorted(self.dropped):
            data = known.hypothesis(name)
            if data is not None and self._stands(self.without(name), data):
                self.necessary[name] = self.number(data)
                self.dropped.discard(name)

    def _stands(self, statement: Statement, data: Mapping[str, Any]) -> bool:
        return not isinstance(failing(statement, data, iterates=self.iterates), str)

    # -- what an instance tells --------------------------------------------------------------------------

    def member(self, prepared: Prepared) -> bool:
        """Try all mutants of goals at an instance of the statement; whether it rejects one."""
        left: list[Mutant] = []
        for mutant in self.goals:
            number = mutant.goal()
            assert number is not None
            outcome = _outcome(prepared, [mutant.statement["goals"][number]])
            if outcome is None or outcome.status != "fails" or not self.kills(mutant, prepared.instance, outcome):
                left.append(mutant)
        found = len(left) < len(self.goals)
        self.goals[:] = left
        return found

    def outsider(self, name: str, prepared: Prepared) -> Outcome | None:
        """Try the statement without a hypothesis, and mutants of it, at an instance of all other hypotheses."""
        outcome = _outcome(prepared, None)
        if outcome is None or outcome.status != "fails":
            return outcome
        self.against(name, prepared.plan.statement, prepared.instance, outcome)
        return outcome

    def against(self, name: str, reduced: Statement, instance: Instance, outcome: Outcome) -> None:
        """Note an instance at which the statement without a hypothesis fails, if it stands."""
        data = record(reduced, instance, outcome)
        if name in self.dropped and self._stands(reduced, data):
            self.dropped.discard(name)
            self.necessary[name] = self.number(data)
        self.hypotheses[name] = [
            m for m in self.hypotheses.get(name, []) if not self.kills(m, instance, outcome)
        ]

    def kills(self, mutant: Mutant, instance: Instance, outcome: Outcome) -> bool:
        """Whether `mutant` fails at `instance`, with the time that `outcome` names; if so the instance is kept."""
        data = instance.to_json()
        if outcome.where.startswith("time "):
            data["where"] = outcome.where
        if not self._stands(mutant.statement, data):
            return False
        self.killed[mutant.label()] = self.number(data)
        return True


def begun(
    statement: Statement, chosen: Sequence[Mutant], unused: Collection[str] = (), iterates: int = 2
) -> Campaign:
    """What is to be found before anything is found; hypotheses that are `unused` need no instance."""
    hypotheses: dict[str, list[Mutant]] = {}
    for m in chosen:
        name = m.hypothesis()
        if name is not None and m.operator != "hypothesis" and name not in unused:
            hypotheses.setdefault(name, []).append(m)
    dropped = {str(h["id"]) for h in statement.get("hyps", [])} - set(unused)
    return Campaign(statement, iterates, [m for m in chosen if m.goal() is not None], hypotheses, dropped)


def campaign(
    statement: Statement,
    chosen: Sequence[Mutant],
    starts: Sequence[Instance],
    *,
    known: Recorded,
    unused: Collection[str] = (),
    work: int = 60_000,
    iterates: int = 2,
    seed: int = 0,
) -> Recorded:
    """Instances against `chosen` mutants and all dropped hypotheses, from instances of the statement on.

    `work` is the number of evaluated terms for the search with all hypotheses; each equation gets a quarter of it for
    the search without it, each mutant of an equation an eighth. What is `known` is tried first. Hypotheses that are
    `unused` by a derivation need no search. Everything returned was validated from its JSON.
    """
    here = begun(statement, chosen, unused, iterates)
    plan = Plan.of(statement)
    here.again(known)
    begin = _spread([i for i in starts if _broken(plan, i) == []])
    with _within(work):
        for instance in starts:
            here.member(Prepared(plan, instance, iterates=iterates))
    for starts_at in (begin[:SMALL], begin[SMALL:]):
        with _within(work // 2):
            _search(here, plan, starts_at, Rng(seed ^ label_hash("campaign")))
    for h in statement.get("hyps", []):
        name = str(h["id"])
        if here.open(name):
            with _within(work // 4):
                _without(here, name, begin, letters(h["concl"]))
        if h["concl"][0] == "eq":
            for m in list(here.hypotheses.get(name, [])):
                with _within(work // 8):
                    _instead(here, name, m, begin)
    return here.recorded()


@contextmanager
def _within(work: int) -> Iterator[None]:
    """A part of a search, which ends where its budget ends."""
    with metered(work), suppress(WorkLimit):
        yield


def _spread(instances: Sequence[Instance]) -> list[Instance]:
    """A few instances of all sizes, small ones first."""
    ordered = sorted(instances, key=lambda i: i.size())
    if len(ordered) <= STARTS:
        return ordered
    return [ordered[k * (len(ordered) - 1) // (STARTS - 1)] for k in range(STARTS)]


def _outcome(prepared: Prepared, goals: Sequence[Any] | None) -> Outcome | None:
    try:
        return prepared.check(goals)
    except WorkLimit:
        raise
    except OUT_OF_REACH:
        return None


def _broken(plan: Plan, instance: Instance, order: Sequence[Mapping[str, Any]] | None = None) -> list[str] | None:
    """Hypotheses that do not surely hold at an instance, at most two, asked in this order; None if it is none."""
    out: list[str] = []
    ev = Evaluator(plan.sig, instance)
    ev.closed = {}
    for (name, _, _), value in instance.letters.items():
        if plan.sig["letters"].get(name, {}).get("sym") and isinstance(value, Mat) and not value.same(value.t()):
            return None
    try:
        with precision(30):
            for h in plan.statement.get("hyps", []) if order is None else order:
                if ev.fact(h).status != "holds":
                    out.append(str(h["id"]))
                    if len(out) == 2:
                        break
    except WorkLimit:
        raise
    except OUT_OF_REACH:
        return None
    return out


def _changed(start: Instance, instance: Instance) -> set[str]:
    """Letters and losses that differ between two instances of the same sizes."""
    out = {k[0] for k, value in instance.letters.items() if start.letters.get(k) is not value}
    out |= {k[0] for k in start.letters if k not in instance.letters}
    return out | {n for n, loss in instance.losses.items() if start.losses.get(n) != loss}


def _search(here: Campaign, plan: Plan, starts: Sequence[Instance], rng: Rng) -> None:
    """Steps from instances of the statement, and from those that break one hypothesis, least margins first."""
    hyps = list(plan.statement.get("hyps", []))
    plans: dict[str, Plan] = {}
    often: Counter[str] = Counter()
    seen: set[str] = set()
    front = list(starts)
    breaks: dict[int, list[str]] = {}  # by instance of the front, which keeps it
    idle = 0
    for _ in range(DEPTH):
        near: dict[str, list[tuple[Fraction, int, Instance]]] = {}
        members: list[Instance] = []
        for start, instance in ((x, i) for x in front for i in candidates(plan, x)):
            text = f"{instance.letters}{instance.losses}"
            if text in seen:
                continue
            seen.add(text)
            new = _changed(start, instance)
            known = breaks.get(id(start), [])
            asked = [h for h in hyps if h["id"] in known or plan.mentions[h["id"]] & new or plan.derived & new]
            broken = _broken(plan, instance, sorted(asked, key=lambda h: -often[str(h["id"])]))
            if broken is None:
                continue
            often.update(broken)  # what breaks often is asked first
            if not broken:
                members.append(instance)
                if idle < PATIENCE or len(members) % PATIENCE == 0:
                    idle = 0 if here.member(Prepared(plan, instance, iterates=here.iterates)) else idle + 1
            elif len(broken) == 1 and here.open(broken[0]):
                (name,) = broken
                if name not in plans:
                    plans[name] = Plan.of(here.without(name))
                outcome = here.outsider(name, Prepared(plans[name], instance, iterates=here.iterates))
                if outcome is not None and outcome.status != "fails" and outcome.low is not None:
                    near.setdefault(name, []).append((outcome.low, len(seen), instance))
        left = [(name, row[2]) for name in sorted(near) if here.open(name) for row in _least(near[name])]
        front = [i for _, i in left] + rng.shuffled(members)[:WIDTH]
        breaks = {id(i): [name] for name, i in left}


def _least(rows: Sequence[tuple[Fraction, int, Instance]]) -> list[tuple[Fraction, int, Instance]]:
    return sorted(rows, key=lambda r: r[:2])[:WIDTH]


def _without(here: Campaign, name: str, starts: Sequence[Instance], first: Collection[str]) -> None:
    """Steps that do not know one hypothesis; at last, whether the conclusion fails later on."""
    plan = Plan.of(here.without(name))
    front = list(starts)
    for _ in range(2):
        ranked: list[tuple[Fraction, int, Instance]] = []
        for number, instance in enumerate(i for start in front for i in candidates(plan, start, first)):
            if _broken(plan, instance) != []:
                continue
            outcome = here.outsider(name, Prepared(plan, instance, iterates=here.iterates))
            if not here.open(name):
                return
            if outcome is not None and outcome.low is not None:
                ranked.append((outcome.low, number, instance))
        front = [row[2] for row in _least(ranked)]
    found = afterwards(plan, starts)
    if found is not None:
        here.against(name, plan.statement, *found)


def _instead(here: Campaign, name: str, mutant: Mutant, starts: Sequence[Instance]) -> None:
    """Steps that know a changed equation instead of the one of the statement."""
    plan = Plan.of(mutant.statement)
    (changed,) = (h for h in mutant.statement["hyps"] if h["id"] == name)
    for start in starts:
        turned = tied(plan, start)
        for instance in () if turned is None else chain([turned], candidates(plan, turned, letters(changed["concl"]))):
            if _broken(plan, instance) != []:
                continue
            outcome = _outcome(Prepared(plan, instance, iterates=here.iterates), None)
            if outcome is not None and outcome.status == "fails" and here.kills(mutant, instance, outcome):
                here.hypotheses[name].remove(mutant)
                return

"""The fate of every mutant of a statement: rejected by an instance, settled by the kernel, or displayed.

The order is from cheap to dear: instances that are there already, what the kernel can prove about the mutant, then a
search of its own. Every counterexample is validated again from what is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verify.evidence.check import Outcome, Prepared, recursive, worst
from verify.evidence.consequences import REDUNDANT, Consequences, Fate
from verify.evidence.continuation import stays
from verify.evidence.counterexample import failing, failure, record, revalidate
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Fact, Plan, draw_one, validate
from verify.evidence.hunt import CORNERS, OUT_OF_REACH, Budget, hunt
from verify.evidence.instance import Instance
from verify.evidence.mutants import Mutant, mutants
from verify.evidence.recorded import Recorded
from verify.evidence.rng import Rng, label_hash
from verify.evidence.terms import Statement
from verify.evidence.trajectories import Along, check_along
from verify.evidence.trials import check_witness
from verify.evidence.values import ShapeError, Unsupported
from verify.evidence.work import WorkLimit, exhausted, metered
from verify.numeric.enclosure import NotEvidence, precision
from verify.tactics.readings import Readings

DROPPED = "transpose dropped"
FIRST = ("relation", "transpose", "index", "hypothesis")
"""Operators whose mutants are tried before the others."""


class Pool:
    """Instances of one set of hypotheses, drawn when they are asked for."""

    def __init__(
        self, statement: Statement, instances: Sequence[Instance], *, seed: int, more: int, iterates: int
    ) -> None:
        self.plan, self.iterates = Plan.of(statement), iterates
        ordered = sorted(instances, key=lambda i: i.size())
        self.ready = [Prepared(self.plan, i, iterates=iterates) for i in ordered]
        self._seeds, self._left, self._drawn = Rng(seed), more, 0

    def __iter__(self) -> Iterator[Prepared]:
        yield from self.ready

    def later(self, known: int) -> Iterator[Prepared]:
        """Those after the first `known`, drawing while the budget lasts."""
        while True:
            while known < len(self.ready):
                yield self.ready[known]
                known += 1
            if self._left <= 0 or exhausted():
                return
            self._left -= 1
            self._drawn += 1
            corner = CORNERS[self._drawn % len(CORNERS)]
            try:
                found = draw_one(self.plan, self._seeds.next(), self._drawn % 4, corner)
            except OUT_OF_REACH:
                continue
            self.ready.append(Prepared(self.plan, found, iterates=self.iterates))


@dataclass
class Judge:
    """What the mutants of one statement share."""

    statement: Statement
    pool: Pool
    seed: int
    budget: Budget
    iterates: int
    along: Along | None
    unused: Collection[str]
    contradicted: Collection[int]
    dropped: Mapping[str, Mapping[str, Any]]
    reproves: Callable[[Statement], bool] | None
    consequences: Consequences
    recorded: Recorded = field(default_factory=Recorded)
    rescripts: Callable[[Statement], bool] | None = None
    kept: dict[int, Prepared | None] = field(default_factory=dict)
    _refused: dict[str, str | None] = field(default_factory=dict)  # by label

    @classmethod
    def of_kernel(
        cls,
        statement: Statement,
        seed: int,
        *,
        proved: bool,
        rescripts: Callable[[Statement], bool] | None = None,
        recorded: Recorded | None = None,
    ) -> Judge:
        """One that knows no instance: what it says is said by the kernel. `proved` says that there is a derivation."""
        pool = Pool(statement, (), seed=seed, more=0, iterates=0)
        asked = Consequences(statement, proved=proved)
        known = recorded or Recorded()
        return cls(statement, pool, seed, Budget(), 0, None, (), (), {}, None, asked, known, rescripts)

    def inherited(self, mutant: Mutant) -> dict[str, Any] | None:
        """The fate that follows from that of its hypothesis; None if none does."""
        name = mutant.hypothesis()
        if name is not None and name in self.unused:
            return {"status": "proved", "by": "the derivation, which does not use it"}
        known = self.dropped.get(name or "", {})
        if known.get("status") == "redundant":
            same = mutant.operator == "hypothesis" and known.get("by") == REDUNDANT
            return {"status": "equivalent" if same else "proved", "by": str(known.get("by"))}
        if mutant.operator == "hypothesis" and known.get("status") == "necessary":
            return {"status": "killed", "counterexample": known["counterexample"]}
        if mutant.operator == "hypothesis" and known.get("status") == "unknown":
            attempt = known.get("attempt", {})
            return {"status": "survived", "tried": int(attempt.get("met", 0)) + int(attempt.get("screened", 0))}
        return None

    def at_once(self, mutant: Mutant) -> dict[str, Any] | None:
        """The fate that follows from what is known already, without looking at an instance; None if none does."""
        known = self.inherited(mutant)
        if known is not None:
            return known
        quick = self.dear or exhausted()  # a part is cheaper than to read it all
        if quick and mutant.operator == "transpose" and mutant.change != DROPPED:
            same = self._same_part(mutant)
            if same is not None:
                return {"status": same[0], "by": same[1]}
        wrong = self._ill_formed(mutant)
        if wrong is not None:
            return {"status": "ill-sorted", "by": wrong[:80]}
        if mutant.goal() in self.contradicted and mutant.operator == "relation" and not mutant.path:
            return {"status": "killed", "by": "the derivation and the witness"}
        return None

    def _ill_formed(self, mutant: Mutant) -> str | None:
        label = mutant.label()
        if label not in self._refused:
            said = self.consequences.ill_formed(mutant.statement, mutant.goal(), mutant.hypothesis())
            self._refused[label] = said
        return self._refused[label]

    def remembered(self, mutant: Mutant) -> dict[str, Any] | None:
        """What is recorded about the mutant, if it is so now: an instance rejects it, or the kernel settles it."""
        label = mutant.label()
        data = self.recorded.mutant(label)
        with metered(self.budget.work):
            if data is not None:
                return self._rejected(mutant, data, self.recorded.mutants[label])
            if label in self.recorded.settled:
                try:
                    return self.at_once(mutant) or self.settled(mutant)
                except WorkLimit:
                    return None
        return None

    def _rejected(self, mutant: Mutant, data: Mapping[str, Any], number: int) -> dict[str, Any] | None:
        """That a recorded instance rejects the mutant; instances of the statement are read once."""
        goal = mutant.goal()
        if goal is not None and "where" not in data:
            if number not in self.kept:
                self.kept[number] = self._read(data)
            prepared = self.kept[number]
            outcome = None if prepared is None else _outcome(prepared, [mutant.statement["goals"][goal]])
            if outcome is not None and outcome.status == "fails":
                outcome = replace(outcome, goal=goal)
                return {"status": "killed", "counterexample": {**data, **failure(mutant.statement, outcome)}}
        found = failing(mutant.statement, data, iterates=self.iterates)
        if isinstance(found, str):
            return None
        return {"status": "killed", "counterexample": {**data, **failure(mutant.statement, found)}}

    def _read(self, data: Mapping[str, Any]) -> Prepared | None:
        """A recorded instance, if it is one of the statement."""
        plan = self.pool.plan
        if check_witness(self.statement, data) is not None:
            return None
        with precision(50):
            instance = Instance.from_json(data, plan.sig.get("nat", {}))
        return Prepared(plan, instance, iterates=self.iterates)

    def fate(self, mutant: Mutant) -> dict[str, Any]:
        """Status with what belongs to it: counterexample, reason, or what was tried."""
        known = self.at_once(mutant)
        if known is not None:
            return known
        found, tried = self._pooled(mutant)
        if found is None and mutant.label() in self.recorded.open:  # searched for long, and in vain
            return {"status": "survived", "tried": tried}
        proof = self.settled(mutant) if found is None and not self.dear else None
        if proof is not None:
            return proof
        more = 0
        if found is None:
            found, more = self._searched(mutant)
        if found is not None:
            return {"status": "killed", "counterexample": found}
        return {"status": "survived", "tried": tried + more}

    # -- instances ---------------------------------------------------------------------------------------

    def _pooled(self, mutant: Mutant) -> tuple[dict[str, Any] | None, int]:
        """A counterexample among instances that are there already, and how many were tried."""
        number = mutant.goal()
        if number is None:
            return self._broken(mutant), 0
        found, tried = self._among(mutant, iter(list(self.pool)), [mutant.statement["goals"][number]])
        if found is None and self.along is not None:
            found = _later(Plan.of(mutant.statement), mutant, self.along)
        return found, tried

    def _broken(self, mutant: Mutant) -> dict[str, Any] | None:
        """What breaks the conclusion without a hypothesis may satisfy the changed one."""
        known = self.dropped.get(mutant.hypothesis() or "", {})
        data = known.get("counterexample")
        if data is None or revalidate(mutant.statement, data, iterates=self.iterates) is not None:
            return None
        return dict(data)

    def _among(
        self, mutant: Mutant, candidates: Iterator[Prepared], goals: Sequence[Fact] | None
    ) -> tuple[dict[str, Any] | None, int]:
        tried = 0
        for prepared in candidates:
            try:
                outcome = prepared.check(goals)
            except (ShapeError, NotEvidence, Unsupported):
                continue
            tried += 1
            if outcome.status == "fails":
                data = self._written(mutant, prepared)
                if data is not None:
                    return data, tried
        return None, tried

    def _written(self, mutant: Mutant, prepared: Prepared) -> dict[str, Any] | None:
        try:
            data = record(mutant.statement, prepared.instance, prepared.check(mutant.statement["goals"]))
            return data if revalidate(mutant.statement, data, iterates=self.iterates) is None else None
        except (ShapeError, NotEvidence, Unsupported):
            return None

    # -- the kernel --------------------------------------------------------------------------------------

    @property
    def dear(self) -> bool:
        """Whether instances cost more than questions to the kernel, as expectations do."""
        return bool(self.pool.plan.random)

    def settled(self, mutant: Mutant) -> dict[str, Any] | None:
        """The fate that the kernel gives, or None."""
        fate = self._asked(mutant)
        return None if fate is None else {"status": fate[0], "by": fate[1]}

    def _same_part(self, mutant: Mutant) -> Fate | None:
        number, name = mutant.goal(), mutant.hypothesis()
        if number is not None:
            old, new = self.statement["goals"][number], mutant.statement["goals"][number]
        else:
            (old,) = (h for h in self.statement["hyps"] if h["id"] == name)
            (new,) = (h for h in mutant.statement["hyps"] if h["id"] == name)
        return self.consequences.of_part(old, new, mutant.path)

    def _asked(self, mutant: Mutant) -> Fate | None:
        number, name = mutant.goal(), mutant.hypothesis()
        fate: Fate | None = self._same_part(mutant) if mutant.operator == "transpose" and not self.dear else None
        if fate is not None:
            return fate
        if number is not None:
            fate = self.consequences.of_goal(mutant.statement, number)
        elif name is not None:
            fate = self.consequences.of_hypothesis(mutant.statement, name)
        if fate is None and self.reproves is not None and self.reproves(mutant.statement):
            return "proved", "the same derivation"
        fate = fate or self.consequences.theorem(mutant.statement)
        if fate is None and name is not None and mutant.operator != "hypothesis":
            fate = self.consequences.elsewhere(mutant.statement, name)
        if fate is None and self.rescripts is not None and mutant.label() in self.recorded.settled:
            fate = ("proved", "the script of the statement") if self.rescripts(mutant.statement) else None
        return fate

    # -- search ------------------------------------------------------------------------------------------

    def _searched(self, mutant: Mutant) -> tuple[dict[str, Any] | None, int]:
        """A counterexample from new draws, then from a screen of the mutant."""
        number = mutant.goal()
        budget, tried = self.budget, 0
        if number is not None:  # new instances of the statement serve the mutants after this one, too
            with metered(budget.work):
                goal = [mutant.statement["goals"][number]]
                found, tried = self._among(mutant, self.pool.later(len(self.pool.ready)), goal)
            if found is not None:
                return found, tried
            budget = replace(budget, draws=0)
        hunted = hunt(
            mutant.statement, seed=self.seed ^ label_hash(mutant.label()), budget=budget, iterates=self.iterates
        )
        tried += hunted.met + hunted.screened
        return None if hunted.found is None else dict(hunted.found), tried


def _outcome(prepared: Prepared, goals: Sequence[Fact]) -> Outcome | None:
    try:
        return prepared.check(goals)
    except (ShapeError, NotEvidence, Unsupported):
        return None


def _later(plan: Plan, mutant: Mutant, along: Along) -> dict[str, Any] | None:
    """A counterexample at a later state of a trajectory."""
    per = len(along.states) // max(1, len(along.starts))
    for n, state in enumerate(along.states):
        try:
            outcome = worst(check_along(plan, [state]))
        except (ShapeError, NotEvidence, Unsupported):
            continue
        if outcome.status == "fails":
            data = record(mutant.statement, along.starts[n // per], outcome)
            if revalidate(mutant.statement, data) is None:
                return data
    return None


def run(
    statement: Statement,
    pool: Sequence[Instance],
    *,
    seed: int,
    budget: Budget | None = None,
    more: int = 40,
    max_hypothesis: int = 60,
    iterates: int = 2,
    keep: bool = False,
    limit: int = 24,
    work: int = 400_000,
    along: Along | None = None,
    unused: Collection[str] = (),
    proof_at: Instance | None = None,
    dropped: Mapping[str, Mapping[str, Any]] | None = None,
    reproves: Callable[[Statement], bool] | None = None,
    rescripts: Callable[[Statement], bool] | None = None,
    recorded: Recorded | None = None,
    shared: Readings | None = None,
) -> dict[str, Any]:
    """Every mutant of goals, every dropped hypothesis, and at most `max_hypothesis` other hypothesis mutants.

    `pool` are instances of the statement, of which no more than `limit` are tried first, and `more` are drawn if a
    mutant stands all of them. `unused` names hypotheses that the derivation does not use, `dropped` what is known
    about statements without one. `proof_at` is an instance of a statement that is proved: the negation of an equation
    or a strict inequality fails there. `reproves` says whether the derivation proves a mutant as it stands, `rescripts`
    whether the script of the statement does, run anew; it is asked about what is recorded as settled only.
    `recorded` is what an earlier search found, tried before all else. Mutants by the operators of `FIRST` come first,
    and once `work` is spent, what remains is *not tried*. Counterexamples are kept only with `keep`; otherwise a
    killed mutant keeps where and by which margin. `shared` is what the kernel has read over the signature.
    """
    everything = mutants(statement)
    chosen = selected(everything, seed, max_hypothesis)
    plan = Plan.of(statement)
    with precision(50):
        sound = [i for i in pool if validate(plan, i) is None]
    if len(sound) > limit:
        sound = sorted(sound, key=lambda i: i.size())[:: max(1, len(sound) // limit)][:limit]
    judge = Judge(
        statement,
        Pool(statement, sound, seed=seed, more=more, iterates=iterates),
        seed,
        budget or Budget(),
        iterates,
        along,
        unused,
        [] if proof_at is None else _denied(plan, proof_at),
        dropped or {},
        reproves,
        Consequences(statement, shared, proved=reproves is not None),
        recorded or Recorded(),
        rescripts,
    )
    order = sorted(range(len(chosen)), key=lambda n: (chosen[n].operator not in FIRST, n))
    rows: list[dict[str, Any]] = []
    kept = [judge.remembered(m) for m in chosen]  # each within a budget of its own: they are few evaluations
    with metered(work):
        asked = judge.dear and work >= 0
        first = [k or (_kernel_first(judge, m) if asked else None) for k, m in zip(kept, chosen, strict=True)]
        told = {n: first[n] or _told(judge, chosen[n], work >= 0) for n in order}
    for n, m in enumerate(chosen):
        rows.append({"operator": m.operator, "part": m.part, "path": list(m.path), "change": m.change})
        rows[-1].update(told[n] if keep else _briefly(told[n]))
    rates: dict[str, dict[str, int]] = {}
    for row in rows:
        rate = rates.setdefault(str(row["operator"]), {})
        rate[str(row["status"])] = rate.get(str(row["status"]), 0) + 1
    return {
        "kind": "mutants",
        "seed": seed,
        "total": len(everything),
        "tried": len(rows),
        "rates": dict(sorted(rates.items())),
        "mutants": rows,
    }


def _denied(plan: Plan, instance: Instance) -> list[int]:
    """Goals about something at the instance whose denial contradicts them: equations and strict relations."""
    ev = Evaluator(plan.sig, instance)
    if (plan.time == "flow" and not stays(plan, ev)) or (plan.time == "descent" and not recursive(plan)):
        return []
    return [
        n
        for n, goal in enumerate(plan.statement["goals"])
        if goal["concl"][0] in ("eq", "ne", "gt") and any(True for _ in ev.environments(goal.get("all", []), {}))
    ]


def selected(everything: Sequence[Mutant], seed: int, most: int) -> list[Mutant]:
    """All mutants of goals, all dropped hypotheses, and at most `most` other mutants of hypotheses."""
    always = [m for m in everything if m.goal() is not None or m.operator == "hypothesis"]
    others = [m for m in everything if m.goal() is None and m.operator != "hypothesis"]
    if len(others) > most:
        picked = set(Rng(seed).shuffled(list(range(len(others))))[:most])
        others = [m for i, m in enumerate(others) if i in picked]
    return always + others


def _kernel_first(judge: Judge, mutant: Mutant) -> dict[str, Any] | None:
    """What the kernel says about a mutant of a statement whose instances are dear."""
    try:
        return judge.settled(mutant) if judge.at_once(mutant) is None else None
    except WorkLimit:
        return None


def _told(judge: Judge, mutant: Mutant, budget: bool) -> dict[str, Any]:
    """The fate, or without a budget only what costs little."""
    if not budget and mutant.operator not in FIRST:
        return judge.inherited(mutant) or {"status": "not tried"}
    try:
        found = judge.at_once(mutant) if exhausted() else judge.fate(mutant)
    except WorkLimit:
        found = None
    if found is None:
        return {"status": "not tried"}
    if exhausted() and found["status"] == "survived" and mutant.operator != "hypothesis":
        return {"status": "not tried"}
    return found


def _briefly(found: Mapping[str, Any]) -> dict[str, Any]:
    """Where and by which margin a counterexample breaks a mutant, instead of the counterexample."""
    if "counterexample" not in found:
        return dict(found)
    data = found["counterexample"]
    short = {k: x for k, x in found.items() if k != "counterexample"}
    return {**short, "where": data.get("where", "here"), "margin": data.get("margin")}

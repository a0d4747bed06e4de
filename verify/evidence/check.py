"""Verdicts of the goals of a statement at an instance, in all the states an instance gives for free.

Without time there is one state. A descent gives its iterates, exactly. A flow gives its start, and to first
order the times just after it: where both sides of an equation or inequality agree at the start, the
derivative of their difference decides what holds for all small positive times. States at later times are in
`trajectories.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from verify.evidence.continuation import slope, stays
from verify.evidence.evaluate import Evaluator, Verdict
from verify.evidence.generate import Discard, Fact, Plan, _Draw, _Letters, validate
from verify.evidence.instance import Instance, Key
from verify.evidence.rng import Rng, label_hash
from verify.evidence.terms import Statement, facts, walk
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.numeric.enclosure import precision

AGREEMENT = 20
"""Digits to which two enclosures must agree to be counted as agreeing (an outcome of its own, not a pass)."""

MAX_BITS = 200
"""Iterates are followed while no number of the state is longer."""


@dataclass(frozen=True)
class Outcome:
    """What happened to the goals at one instance; `where` names the state of the worst goal."""

    status: str  # holds, agrees, fails, unknown
    low: Fraction | None = None
    high: Fraction | None = None
    exact: bool = True
    digits: int | None = None
    goal: int = 0
    where: str = "here"
    note: str = ""

    def margin(self) -> list[str] | None:
        """Lower and upper bound of the margin as short decimal strings, rounded outwards; None if there is none."""
        if self.low is None or self.high is None:
            return None
        return [short(self.low, up=False), short(self.high, up=True)]


_RANK = {"fails": 0, "unknown": 1, "agrees": 2, "holds": 3}


def short(x: Fraction, *, up: bool) -> str:
    """An exact string if that is short, else a decimal rounded outwards to 8 significant digits."""
    exact = str(x)
    if len(exact) <= 48:
        return exact
    exponent = len(str(abs(x.numerator))) - len(str(x.denominator)) - 8
    scaled = x / Fraction(10) ** exponent
    whole = -((-scaled.numerator) // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return f"{whole}e{exponent}"


def outcome_of(verdict: Verdict, goal: int, where: str) -> Outcome:
    """The outcome of goal number `goal` in the state `where`; an undecided one with enough digits in common
    `agrees`.
    """
    status = verdict.status
    if status == "unknown" and verdict.digits is not None and verdict.digits >= AGREEMENT:
        status = "agrees"
    return Outcome(
        status, verdict.low, verdict.high, verdict.exact, verdict.digits, goal, where, verdict.note
    )


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of `outcomes`: failures before anything undecided before what holds."""
    best: Outcome | None = None
    for o in outcomes:
        if best is None or _RANK[o.status] < _RANK[best.status]:
            best = o
        elif o.status == best.status:
            if o.status == "fails":
                continue
            fewer = o.status == "agrees" and (o.digits or 0) < (best.digits or 0)
            lower = o.low is not None and (best.low is None or o.low < best.low)
            if fewer or lower:
                best = o
    return best or Outcome("holds", note="no goals")


class Prepared:
    """An instance with its states and their evaluators, to check many goals at."""

    def __init__(self, plan: Plan, instance: Instance, *, iterates: int = 2) -> None:
        self.plan, self.instance, self.iterates = plan, instance, iterates
        self._states: list[tuple[str, Evaluator]] | None = None
        self._digits = 0

    def states(self) -> list[tuple[str, Evaluator]]:
        """The states of the instance, with evaluators: iterates of a descent, the start of a flow, or one."""
        if self._states is None:
            if self.plan.time == "descent":
                found = states(self.plan, self.instance, self.iterates)
                self._states = [(f"iterate {k}", Evaluator(self.plan.sig, s)) for k, s in enumerate(found)]
            else:
                where = "start" if self.plan.time == "flow" else "here"
                self._states = [(where, Evaluator(self.plan.sig, self.instance))]
        return self._states

    def outcomes(self, goals: Sequence[Fact] | None = None, *, digits: int = 50) -> Iterator[Outcome]:
        """The outcome of each of `goals` (those of the statement by default) in each state, with balls of
        `digits` digits.
        """
        wanted = self.plan.statement["goals"] if goals is None else goals
        if digits != self._digits:  # values are kept for one precision
            self._digits = digits
            for _, ev in self.states():
                ev.closed = {}
        with precision(digits):
            for where, ev in self.states():
                for n, goal in enumerate(wanted):
                    yield self._sound(outcome_of(ev.fact(goal), n, where), ev)
                    slope = first_order(self.plan, ev, goal) if where == "start" else None
                    if slope is not None:
                        yield outcome_of(slope, n, "just after the start")

    def _sound(self, outcome: Outcome, ev: Evaluator) -> Outcome:
        """A failure counts only if the hypotheses surely hold at the other times, too."""
        if outcome.status != "fails" or self.plan.time == "none":
            return outcome
        if self.plan.time == "flow" and stays(self.plan, ev):
            return outcome
        if self.plan.time == "descent" and recursive(self.plan):
            return outcome
        return replace(outcome, status="unknown", note="a hypothesis may stop to hold")

    def check(self, goals: Sequence[Fact] | None = None, *, digits: int = 50) -> Outcome:
        """The worst outcome over goals and states. ShapeError if a goal has no value at these sizes."""
        return worst(self.outcomes(goals, digits=digits))


def check(
    plan: Plan,
    instance: Instance,
    goals: Sequence[Fact] | None = None,
    *,
    iterates: int = 2,
    digits: int = 50,
) -> Outcome:
    """See `Prepared.check`."""
    return Prepared(plan, instance, iterates=iterates).check(goals, digits=digits)


# -- descent ---------------------------------------------------------------------------------------------


def states(plan: Plan, instance: Instance, iterates: int) -> Iterator[Instance]:
    """The states of a descent from the instance (iterate 0), each with its next one, while they hold."""
    yield instance
    state = instance
    for k in range(1, iterates + 1):
        if bits(state) > MAX_BITS:
            return
        try:
            state = next_iterate(plan, state, k)
        except (Discard, ShapeError):
            return
        if validate(plan, state) is not None:
            return
        yield state


def bits(instance: Instance) -> int:
    """The size of the longest fraction of `instance`, in bits."""
    return max(
        (
            x.numerator.bit_length() + x.denominator.bit_length()
            for v in instance.letters.values()
            for x in (v.entries() if isinstance(v, Mat) else (v,))
            if isinstance(x, Fraction)
        ),
        default=0,
    )


def next_iterate(plan: Plan, instance: Instance, k: int) -> Instance:
    """The state after one more step; what the hypotheses leave open is drawn from a seed fixed by k."""
    moved: dict[Key, Value] = {}
    for (name, index, stage), value in instance.letters.items():
        if stage == "":
            moved.setdefault((name, index, "0"), instance.letters.get((name, index, "0"), value))
            if (name, index, "+") not in instance.letters:
                moved[name, index, ""] = value
        elif stage == "+":
            moved[name, index, ""] = value
        elif stage == "0":
            moved[name, index, "0"] = value
    for key in [k for k in moved if k[2] == "0" and not _moves(plan, k[0])]:
        del moved[key]
    return complete(plan, instance, moved, f"iterate {k}")


def _moves(plan: Plan, name: str) -> bool:
    return bool(plan.sig["letters"][name].get("dep", "const") != "const")


def complete(plan: Plan, instance: Instance, moved: Mapping[Key, Value], label: str) -> Instance:
    """The instance with other letters and the derivatives or next iterates that follow from them."""
    draw = _Draw(plan, Rng(label_hash(label)), 2, None)
    draw.nat, draw.dims = dict(instance.nat), {d: dict(r) for d, r in instance.dims.items()}
    draw.letters, draw.losses, draw.laws = _Letters(moved), dict(instance.losses), dict(instance.laws)
    draw.dynamics()
    done = draw.instance()
    return Instance(
        done.nat, done.dims, done.letters, done.losses, done.laws, instance.time, instance.corners
    )


# -- flow ------------------------------------------------------------------------------------------------


def first_order(plan: Plan, ev: Evaluator, goal: Fact) -> Verdict | None:
    """Verdict just after the start, from the derivative, where both sides agree exactly at the start.

    `fails` says: the goal fails for all small t > 0 along every solution from this start, and the hypotheses
    hold there. None where the start alone decides or derivatives are not available.
    """
    found: Verdict | None = None
    try:
        for env in ev.environments(goal.get("all", []), {}):
            verdict = slope(ev, goal["concl"], env)
            if verdict is None:
                continue
            if verdict.status == "fails" and not stays(plan, ev):
                verdict = Verdict("unknown", note="a hypothesis may stop to hold")
            order = ("fails", "unknown", "holds")
            if found is None or order.index(verdict.status) < order.index(found.status):
                found = verdict
    except Unsupported:
        return found
    return found


def recursive(plan: Plan) -> bool:
    """Whether a descent goes on for ever from any start: facts about moving letters are recursions."""
    moving = {n for n in plan.sig["letters"] if _moves(plan, n)}
    for h in (*plan.static, *plan.dynamic):
        formula = h["concl"]
        stages = {_stage(x) for x in walk(formula) if x[0] in ("v", "ch") and x[1] in moving}
        if stages <= {"0"}:
            continue
        explicit = formula[0] in ("eq", "ne") and formula[1][0] == "v" and formula[1][3] == "+"
        if not explicit or any(_stage(x) == "+" for x in walk(formula[2]) if x[0] in ("v", "ch")):
            return False
    return True


def _stage(term: Any) -> str:
    return str(term[3] if term[0] == "v" else term[4])


def all_facts(statement: Statement) -> list[Fact]:
    """Hypotheses and goals of `statement`."""
    return list(facts(statement))

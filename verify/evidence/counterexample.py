"""Counterexamples: found by search, made small, written down exactly and validated again from what was
written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from verify.evidence.check import Outcome, check, complete, worst
from verify.evidence.generate import Discard, Fact, Plan, draw_one, validate
from verify.evidence.instance import Instance, Key
from verify.evidence.rng import Rng
from verify.evidence.terms import Statement
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.evidence.work import exhausted
from verify.numeric.enclosure import NotEvidence, precision


def fails(
    plan: Plan, instance: Instance, goals: Sequence[Fact] | None = None, *, iterates: int = 2
) -> Outcome | None:
    """The failing outcome at an instance, or None (also where a goal has no value)."""
    try:
        outcome = check(plan, instance, goals, iterates=iterates)
    except (ShapeError, NotEvidence):
        return None
    return outcome if outcome.status == "fails" else None


def first_failure(
    plan: Plan, pool: Iterable[Instance], goals: Sequence[Fact] | None = None, *, iterates: int = 2
) -> tuple[Instance, Outcome] | None:
    """The first instance of `pool` at which a goal surely fails, with the outcome; None if there is none."""
    for instance in pool:
        outcome = fails(plan, instance, goals, iterates=iterates)
        if outcome is not None:
            return instance, outcome
    return None


def find(
    statement: Statement,
    *,
    seed: int,
    draws: int = 120,
    max_size: int = 3,
    pool: Iterable[Instance] = (),
    shrink: int = 60,
) -> tuple[Instance, Outcome] | None:
    """The smallest counterexample met: from the pool, then small draws first, then simplified."""
    plan = Plan.of(statement)
    best: tuple[Instance, Outcome] | None = None

    def offer(instance: Instance) -> None:
        nonlocal best
        if best is not None and instance.size() >= best[0].size():
            return
        outcome = fails(plan, instance)
        if outcome is not None:
            best = instance, outcome

    for instance in pool:
        offer(instance)
    rng = Rng(seed)
    after = 0
    for n in range(draws):
        if exhausted():
            break
        if best is not None:
            after += 1
            if after > draws // 3:
                break
        size = 0 if best is not None and n % 2 else min(max_size, n * (max_size + 2) // draws)
        try:
            offer(draw_one(plan, rng.next(), size))
        except (Discard, ShapeError):
            continue
    if best is None:
        return None
    return simplify(plan, *best, budget=shrink)


def simplify(
    plan: Plan, instance: Instance, outcome: Outcome, *, budget: int = 60
) -> tuple[Instance, Outcome]:
    """Replace entries by 0, 1 or the nearest integer while hypotheses hold and the goal fails."""
    spent = 0
    improved = True
    while improved and spent < budget:
        improved = False
        for key in sorted(k for k in instance.letters if k[2] == ""):
            for new in _simpler(instance.letters[key]):
                if spent >= budget:
                    break
                spent += 1
                smaller = _changed(plan, instance, key, new)
                if smaller is None or smaller.size() >= instance.size():
                    continue
                result = fails(plan, smaller)
                if result is not None:
                    instance, outcome, improved = smaller, result, True
                    break
    return instance, outcome


def _simpler(value: Value) -> list[Value]:
    if not isinstance(value, Mat):
        return [x for x in (Fraction(0), Fraction(1)) if not isinstance(value, Fraction) or x != value]
    if not value.is_exact:
        return []
    out: list[Value] = [Mat.zero(*value.shape)]
    if value.rows == value.cols:
        out.append(Mat.unit(value.rows))
    cells = [x for row in value.fractions() for x in row]
    for i, x in enumerate(cells):
        for y in (Fraction(0), Fraction(1), Fraction(round(x))):
            if x != y:
                out.append(Mat.of(*value.shape, [*cells[:i], y, *cells[i + 1 :]]))
    return out


def _changed(plan: Plan, instance: Instance, key: Key, new: Value) -> Instance | None:
    moved = {k: v for k, v in instance.letters.items() if k[2] in ("", "0")}
    moved[key] = new
    try:
        with precision(30):
            changed = complete(plan, instance, moved, "simplify")
            return changed if validate(plan, changed) is None else None
    except (Discard, ShapeError, Unsupported, NotEvidence):
        return None


def record(statement: Statement, instance: Instance, outcome: Outcome) -> dict[str, Any]:
    """The counterexample as JSON."""
    data = {**instance.to_json(), **failure(statement, outcome)}
    kernel = kernel_instance(statement, instance, outcome)
    if kernel is not None:
        data["kernel"] = kernel
    return data


def failure(statement: Statement, outcome: Outcome) -> dict[str, Any]:
    """Which goal fails, where, and by how much."""
    data: dict[str, Any] = {
        "kind": "counterexample",
        "goal": outcome.goal,
        "where": outcome.where,
        "margin": outcome.margin(),
        "exact": outcome.exact,
    }
    if outcome.note:
        data["note"] = outcome.note
    if statement.get("exists"):
        data["only_for"] = list(statement["exists"])
    return data


def revalidate(statement: Statement, data: Mapping[str, Any], *, iterates: int = 2) -> str | None:
    """Check a written counterexample from its JSON alone; None if it stands, else what is wrong."""
    outcome = failing(statement, data, iterates=iterates)
    return outcome if isinstance(outcome, str) else None


def failing(statement: Statement, data: Mapping[str, Any], *, iterates: int = 2) -> Outcome | str:
    """How the conclusion fails at a written counterexample, or what is wrong with it.

    Hypotheses must certainly hold and a goal must certainly fail, in exact arithmetic or enclosures.
    """
    plan = Plan.of(statement)
    try:
        if "motion" in data:
            return _told(data, _along_a_path(plan, Instance.from_json(data, statement["sig"].get("nat", {})), data))
        with precision(50):
            instance = Instance.from_json(data, statement["sig"].get("nat", {}))
            bad = sizes(plan, instance) or validate(plan, instance)
            if bad is not None:
                return f"hypothesis {bad} does not certainly hold"
        outcome = check(plan, instance, iterates=iterates)
    except (ShapeError, NotEvidence, Unsupported, ValueError, KeyError, TypeError) as reason:
        return f"not an instance: {reason}"
    if outcome.status != "fails" and str(data.get("where", "")).startswith("time "):
        outcome = later(plan, instance, Fraction(str(data["where"])[5:]))
    if outcome.status != "fails":
        return f"the conclusion does not certainly fail ({outcome.status})"
    return _told(data, outcome)


def _along_a_path(plan: Plan, rest: Instance, data: Mapping[str, Any]) -> Outcome | str:
    from verify.evidence import motions

    return motions.failing(plan, rest, data, sizes)


def _told(data: Mapping[str, Any], outcome: Outcome | str) -> Outcome | str:
    """The outcome, if it is the one that is written down."""
    if isinstance(outcome, str):
        return outcome
    if "margin" in data and data["margin"] != outcome.margin():
        return f"the margin is {outcome.margin()}"
    if "where" in data and data["where"] != outcome.where:
        return f"the conclusion fails at {outcome.where}"
    return outcome


def later(plan: Plan, start: Instance, time: Fraction) -> Outcome:
    """The worst outcome at a later time of the trajectory from a start."""
    from verify.evidence.trajectories import check_along, follow
    from verify.numeric.flow import FlowFailure

    try:
        return worst(check_along(plan, follow(plan, start, [time])))
    except (FlowFailure, Unsupported) as reason:
        return Outcome("unknown", note=str(reason))


def sizes(plan: Plan, instance: Instance) -> str | None:
    """What is wrong with naturals, dimensions or shapes of letters."""
    from verify.evidence.evaluate import Evaluator

    for s, least in plan.sig.get("nat", {}).items():
        if instance.nat.get(s, -1) < least:
            return f"{s} >= {least}"
    for form in plan.sig.get("assume", []):
        if sum(c if s == "1" else c * instance.nat[s] for s, c in form.items()) < 0:
            return f"assumption {form}"
    if any(v < 1 for row in instance.dims.values() for v in row.values()):
        return "dimensions >= 1"
    ev = Evaluator(plan.sig, instance)
    for (name, index, _), value in instance.letters.items():
        shape = ev.shape(name, index) if name in plan.sig["letters"] else (-1, -1)
        if (value.shape if isinstance(value, Mat) else None) != shape:
            return f"shape of {name}"
    for name, law in instance.laws.items():
        if sum(p for p, _ in law) != 1 or any(p < 0 for p, _ in law):
            return f"law of {name}"
    return None


def kernel_instance(statement: Statement, instance: Instance, outcome: Outcome) -> dict[str, Any] | None:
    """The instance in the form of a kernel refutation by evaluation, where the kernel has one.

    Finite exact instances without randomness and flow only; the iterate follows from the start.
    """
    sig = statement["sig"]
    if sig.get("time") == "flow" or instance.laws or not outcome.exact:
        return None
    if any(loss.target is None for loss in instance.losses.values()):
        return None
    letters: dict[str, Any] = {}
    for name, decl in sig["letters"].items():
        keys = sorted(k for k in instance.letters if k[0] == name and k[2] == "")
        if decl.get("law"):
            return None
        if not keys:
            continue
        if len(decl.get("index", [])) > 1:
            return None
        values = [_rows(instance.letters[k]) for k in keys]
        if any(v is None for v in values):
            return None
        letters[name] = values if decl.get("index") else values[0]
    data: dict[str, Any] = {"letters": letters, "goal": outcome.goal}
    if sig.get("nat"):
        data["nat"] = {s: instance.nat[s] for s in sig["nat"]}
    if sig.get("dims"):
        data["dims"] = {d: [row[i] for i in sorted(row)] for d, row in instance.dims.items()}
    if instance.losses:
        data["losses"] = {n: {"target": _rows(x.target)} for n, x in instance.losses.items() if x.target}
    if outcome.where.startswith("iterate "):
        data["iterate"] = int(outcome.where.split()[1])
    return data


def _rows(value: Value | None) -> Any:
    if isinstance(value, Mat):
        return [[str(x) for x in row] for row in value.fractions()] if value.is_exact else None
    return str(value) if isinstance(value, Fraction) else None

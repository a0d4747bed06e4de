"""All evidence for one kernel statement, within budgets that count draws, mutants and states, not seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import Any

from verify.evidence.campaign import campaign
from verify.evidence.consequences import read
from verify.evidence.counterexample import failing, failure, find, record, revalidate
from verify.evidence.enclosures import enclosures
from verify.evidence.generate import Drawn, Plan, draw_many
from verify.evidence.given import completed
from verify.evidence.hunt import Budget
from verify.evidence.instance import Instance
from verify.evidence.iterates import descents
from verify.evidence.judge import run as run_mutants
from verify.evidence.judge import selected
from verify.evidence.monte_carlo import estimates
from verify.evidence.mutants import mutants
from verify.evidence.necessity import necessity, without
from verify.evidence.neighbours import around
from verify.evidence.recorded import Recorded
from verify.evidence.sharpness import sharpness
from verify.evidence.sweep import sweep
from verify.evidence.tails import exact_tails
from verify.evidence.terms import Statement
from verify.evidence.trajectories import trajectories, trajectory_trials
from verify.evidence.trials import check_witness, trials, witness
from verify.evidence.work import WorkLimit, metered
from verify.numeric.enclosure import precision


@dataclass(frozen=True)
class Settings:
    """Budgets. `seed` and these numbers determine the result completely."""

    seed: int = 20
    trials: int = 40
    max_size: int = 3
    search: int = 40
    necessity: int = 30
    necessity_screens: int = 1
    mutants: bool = True
    mutant_pool: int = 40
    mutant_draws: int = 40  # more instances, if a mutant stands those of the pool
    mutant_search: int = 24  # draws for a mutant of a hypothesis
    mutant_screens: int = 1
    mutant_work: int = 25_000
    hypothesis_mutants: int = 24
    digits: tuple[int, ...] = (50, 200)
    enclosed: int = 3
    trajectories: int = 5
    times: tuple[str, ...] = ("1/4", "1")
    iterates: int = 2
    descents: int = 2
    steps: int = 14
    exact_tails: int = 0  # largest sample size for exact binomial tails
    work: int = 25_000  # evaluated terms for trials, sharpness, each hypothesis
    samples: int = 300
    width_work: int = 400_000
    campaign: int = 0  # evaluated terms for one search for all mutants and hypotheses together
    keep: bool = False  # counterexamples of mutants are given in full


OUT_OF_REACH = 4
"""What budgets of searches are divided by if no draw meets the hypotheses of the statement itself."""
LARGE = 120
"""Size of formulas, in nodes, from twice of which on budgets are divided: every draw and every question costs more."""
SEARCHES = ("search", "necessity", "mutant_draws", "mutant_search", "work", "mutant_work")


@dataclass(frozen=True)
class Hints:
    """What a claim or its derivation adds, all of it data that is validated before it counts.

    Instances are in the JSON form of instances. `expect_false` asks for a counterexample first;
    `uses` lists for each hypothesis the steps that use it, which says that a derivation was replayed; `reproves`
    whether the same derivation proves a mutant, `rescripts` whether the script does if it is run on the mutant,
    `spares` whether the derivation does without a hypothesis if its lemmas do; `recorded` are instances of an earlier
    search.
    """

    holds_at: Sequence[Mapping[str, Any]] = ()
    fails_at: Sequence[Mapping[str, Any]] = ()
    tight_at: Sequence[Mapping[str, Any]] = ()
    breaks_without: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    uses: Mapping[str, Sequence[Any]] | None = None
    reproves: Callable[[Statement], bool] | None = None
    rescripts: Callable[[Statement], bool] | None = None
    spares: Callable[[str], bool] | None = None
    expect_false: bool = False
    recorded: Recorded = field(default_factory=Recorded)


def gather(
    kernel_statement: Statement, hints: Hints | None = None, settings: Settings | None = None
) -> dict[str, Any]:
    """Evidence as JSON: trials, witness, counterexample or null, trajectories, enclosures, sharpness,
    necessity, mutants.

    Keys are absent where they make no sense (no trajectories without a flow; necessity and mutants of a
    statement that is refuted). Raises nothing for a statement it cannot handle: what is out of reach is
    `unknown` there.
    """
    hints, settings = _completed(kernel_statement, hints or Hints()), settings or Settings()
    plan = Plan.of(kernel_statement)
    if not hints.expect_false:
        settings = _divided(settings, _nodes(kernel_statement) // LARGE)
    out: dict[str, Any] = {"rejected": []}
    given = _given(kernel_statement, hints, out["rejected"])
    # hypotheses that are hard to meet give fewer instances, and the trials say so; a witness is worth a longer search
    with metered(settings.work // 2 if given else 4 * settings.work):
        most = (2 if given else 3) * settings.trials
        drawn = draw_many(plan, settings.trials, settings.seed, max_size=settings.max_size, budget=most)
    if 2 * len(drawn.instances) < settings.trials:
        with metered(settings.work):
            near = given or _met(kernel_statement, hints.recorded)
            drawn = _grown(plan, near, drawn, settings.trials)
    if not drawn.instances:  # nor will draws for what is close to the statement meet the hypotheses
        settings = _divided(settings, OUT_OF_REACH)
    with metered(settings.work):
        out["trials"] = trials(kernel_statement, drawn, iterates=settings.iterates)
    out["witness"] = _witness(kernel_statement, drawn, hints)
    with metered(settings.work * (8 if hints.expect_false else 2)):
        again = drawn.instances if out["trials"]["violated"] else ()  # where all goals held, they hold
        out["counterexample"] = _counterexample(kernel_statement, again, hints, settings, out["rejected"])
    pool = [*given, *drawn.instances]
    chosen = given + _interesting(drawn, settings.enclosed)
    out["enclosures"] = enclosures(
        kernel_statement, chosen, digits=settings.digits, max_rows=12 + 2 * len(chosen) * len(kernel_statement["goals"])
    )
    if plan.random and chosen:
        with metered(settings.work):
            out["monte_carlo"] = [
                row
                for instance in chosen[:1]
                for row in estimates(kernel_statement, instance, n=settings.samples, seed=settings.seed)
            ]
        with metered(settings.width_work):
            widths = sweep(kernel_statement, chosen, n=settings.samples, seed=settings.seed)
        if widths:
            out["widths"] = widths
    along = None
    if plan.time == "flow":
        times = [Fraction(t) for t in settings.times]
        along = trajectories(plan, pool, count=settings.trajectories, times=times)
        out["trajectories"] = trajectory_trials(plan, along)
    elif plan.time == "descent":
        out["trajectories"] = descents(plan, pool, count=settings.descents, steps=settings.steps)
    if out["counterexample"] is None:
        shared = read(kernel_statement)
        if settings.campaign:
            hints = replace(hints, recorded=_campaign(kernel_statement, pool, hints, settings))
        with metered(settings.work):
            out["sharpness"] = sharpness(kernel_statement, pool, along)
        out["necessity"] = necessity(
            kernel_statement,
            seed=settings.seed,
            budget=Budget(
                settings.necessity,
                settings.necessity_screens if settings.necessity else 0,
                300,
                settings.work // 2,
                shrink=60,
            ),
            uses=hints.uses,
            given=hints.breaks_without,
            recorded=hints.recorded,
            shared=shared,
            spares=hints.spares,
        )
        out["mutants"] = run_mutants(
            kernel_statement,
            pool,
            seed=settings.seed,
            budget=Budget(draws=settings.mutant_search, sizes=settings.mutant_screens),
            more=settings.mutant_draws // (8 if _gaussian(plan) else 2 if plan.random else 1),
            max_hypothesis=settings.hypothesis_mutants // (3 if _gaussian(plan) else 1),
            iterates=settings.iterates,
            along=along,
            limit=settings.mutant_pool // (8 if _gaussian(plan) else 2 if plan.random else 1),
            work=settings.mutant_work if settings.mutants else -1,
            proof_at=_instance(kernel_statement, out["witness"]) if hints.uses is not None else None,
            dropped=out["necessity"],
            unused=[h for h, v in out["necessity"].items() if v["status"] == "unused"],
            reproves=hints.reproves,
            rescripts=hints.rescripts,
            recorded=hints.recorded,
            keep=settings.keep,
            shared=shared,
        )
    if settings.exact_tails:
        out["tails"] = exact_tails(kernel_statement, settings.exact_tails)
    if not out["rejected"]:
        del out["rejected"]
    return out


def _campaign(statement: Statement, pool: Sequence[Instance], hints: Hints, settings: Settings) -> Recorded:
    """What one search finds for everything that is chosen below, from the pool and from what was recorded on."""
    most = settings.hypothesis_mutants // (3 if _gaussian(Plan.of(statement)) else 1)
    uses = hints.uses or {}
    return campaign(
        statement,
        selected(mutants(statement), settings.seed, most),
        pool,
        known=hints.recorded,
        unused=[h["id"] for h in statement.get("hyps", []) if h["id"] in uses and not uses[h["id"]]],
        work=settings.campaign,
        iterates=settings.iterates,
        seed=settings.seed,
    )


def _divided(settings: Settings, by: int) -> Settings:
    return replace(settings, **{name: getattr(settings, name) // max(1, by) for name in SEARCHES})


def _nodes(statement: Statement) -> int:
    """Size of the formulas of a statement."""

    def count(x: Any) -> int:
        parts = x.values() if isinstance(x, Mapping) else x if isinstance(x, list) else ()
        return 1 + sum(map(count, parts))

    return sum(count(f["concl"]) for f in (*statement.get("hyps", []), *statement["goals"]))


NEAR = "near a known instance"
SEEDS = 3
"""Recorded instances whose neighbours stand in for draws that fail."""


def _met(statement: Statement, recorded: Recorded) -> list[Instance]:
    """A few recorded instances that satisfy the hypotheses, short ones first.

    Recorded paths are left out: what moves along one has no values of its own, so nothing can be drawn near it.
    """
    points = [data for data in recorded.instances if "motion" not in data]
    found: list[Instance] = []
    for data in sorted(points, key=lambda data: len(str(data)))[: 4 * SEEDS]:
        if len(found) < SEEDS and check_witness(statement, data) is None:
            with precision(50):
                found.append(Instance.from_json(data, statement["sig"].get("nat", {})))
    return found


def _grown(plan: Plan, given: Sequence[Instance], drawn: Drawn, wanted: int) -> Drawn:
    """What was drawn, and neighbours of given instances: as many from each, until the budget ends."""
    if not given:
        return drawn
    found = list(drawn.instances)
    seen = {str(i.letters) for i in (*found, *given)}
    each = -(-(wanted - len(found)) // len(given))
    for start in given:
        try:
            for instance in islice(around(plan, start), 2 * each):
                if len(found) < wanted and str(instance.letters) not in seen:
                    seen.add(str(instance.letters))
                    found.append(replace(instance, corners=(NEAR,)))
        except WorkLimit:
            break
    more = len(found) - len(drawn.instances)
    corners = {**drawn.corners, NEAR: more} if more else drawn.corners
    return replace(drawn, instances=tuple(found), drawn=drawn.drawn + more, corners=corners)


def _gaussian(plan: Plan) -> bool:
    """Whether goals about Gaussian letters need sums over sign patterns, which cost much."""
    return any(
        plan.sig["letters"][n]["law"]["kind"] == "gauss" and plan.sig["letters"][n].get("index")
        for n in plan.random
    )


def _instance(statement: Statement, data: Mapping[str, Any] | None) -> Instance | None:
    if data is None:
        return None
    with precision(50):
        return Instance.from_json(data, statement["sig"].get("nat", {}))


def _completed(statement: Statement, hints: Hints) -> Hints:
    """The instances of the claim with all that follows from them."""
    def all_of(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [completed(statement, x) for x in rows]

    broken = {
        h["id"]: [completed(without(statement, h["id"]), x) for x in hints.breaks_without[name]]
        for h in statement.get("hyps", [])
        for name in (h["id"], h["id"].rpartition(".")[0])
        if name in hints.breaks_without
    }
    return replace(
        hints,
        holds_at=all_of(hints.holds_at),
        fails_at=all_of(hints.fails_at),
        tight_at=all_of(hints.tight_at),
        breaks_without=broken,
    )


def _given(statement: Statement, hints: Hints, rejected: list[Any]) -> list[Instance]:
    """Instances from the claim that satisfy the hypotheses."""
    out: list[Instance] = []
    for data in (*hints.tight_at, *hints.holds_at):
        wrong = check_witness(statement, data)
        if wrong is not None:
            rejected.append({"instance": dict(data), "reason": wrong})
            continue
        with precision(50):
            instance = Instance.from_json(data, statement["sig"].get("nat", {}))
        out.append(instance)
    return out


def _witness(statement: Statement, drawn: Drawn, hints: Hints) -> dict[str, Any] | None:
    for data in hints.holds_at:
        if check_witness(statement, data) is None:
            return {"kind": "witness", **data}
    return witness(statement, drawn)


def _counterexample(
    statement: Statement, pool: Sequence[Instance], hints: Hints, settings: Settings, rejected: list[Any]
) -> dict[str, Any] | None:
    for data in hints.fails_at:
        outcome = failing(statement, data)
        if not isinstance(outcome, str):
            return {"source": "given", **data, **failure(statement, outcome)}
        rejected.append({"instance": dict(data), "reason": outcome})
    replayed = hints.uses is not None  # a derivation was accepted: the trials are check enough
    draws = settings.search * 3 if hints.expect_false else settings.search // (4 if replayed else 1)
    found = find(statement, seed=settings.seed + 1, draws=draws, max_size=settings.max_size, pool=pool)
    if found is None:
        return None
    data = record(statement, *found)
    wrong = revalidate(statement, data)
    if wrong is not None:
        rejected.append({"instance": data, "reason": wrong})
        return None
    return {**data, "source": "search"}


def _interesting(drawn: Drawn, count: int) -> list[Instance]:
    """Instances with different corners, larger ones first among the drawn."""
    out: list[Instance] = []
    seen: set[str] = set()
    for instance in sorted(drawn.instances, key=lambda i: (-len(i.corners), i.size())):
        fresh = set(instance.corners) - seen
        if len(out) < count and (fresh or not instance.corners):
            out.append(instance)
            seen |= set(instance.corners)
    for instance in drawn.instances:
        if len(out) >= count:
            break
        if instance not in out:
            out.append(instance)
    return out

"""Mutants: deliberately false neighbours of a statement, one operator at one position at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.evidence.check import Prepared, worst
from verify.evidence.counterexample import record, revalidate
from verify.evidence.generate import Discard, Drawn, Fact, Plan, draw_many, validate
from verify.evidence.instance import Instance
from verify.evidence.rng import Rng, label_hash
from verify.evidence.sorts import well_sorted
from verify.evidence.terms import BINDERS, Formula, Statement, Term, is_scalar, key, places, replace
from verify.evidence.trajectories import Along, check_along
from verify.evidence.values import ShapeError
from verify.evidence.work import WorkLimit, exhausted
from verify.numeric.enclosure import NotEvidence

OPERATORS = (
    "relation",
    "constant",
    "exponent",
    "transpose",
    "index",
    "sign",
    "summand",
    "stage",
    "swap",
    "hypothesis",
)


@dataclass(frozen=True)
class Mutant:
    """`part` is `goal 0` or `hyp name`; `path` leads to the changed place in the formula."""

    operator: str
    part: str
    path: tuple[int, ...]
    change: str
    statement: Statement

    def label(self) -> str:
        return f"{self.operator}: {self.part} at {'.'.join(map(str, self.path)) or 'top'}: {self.change}"


def _shift(e: Any, by: int) -> Any:
    if isinstance(e, list):
        return [e[0], e[1], _shift(e[2], by)]
    c = e.get("1", 0) + by
    rest = {s: x for s, x in e.items() if s != "1"}
    return {**rest, "1": c} if c else rest


def changes(formula: Formula, sig: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, ...], str, Formula]]:
    """Operator, place, description and result of every single change."""
    for path, x in places(formula):
        head = x[0]

        def make(new: Term, path: tuple[int, ...] = path) -> Formula:
            return replace(formula, path, new)

        if head in ("ge", "gt"):
            yield "relation", path, "sides exchanged", make([head, x[2], x[1]])
        elif head == "eq":
            yield "relation", path, "= becomes !=", make(["ne", x[1], x[2]])
        elif head == "ne":
            yield "relation", path, "!= becomes =", make(["eq", x[1], x[2]])
        elif head == "psd":
            yield "relation", path, "PSD becomes NSD", make(["psd", ["*", ["q", "-1"], x[1]]])
        elif head == "q" and x[1] not in ("0", "-1"):
            value = Fraction(x[1])
            for factor in (Fraction(2), Fraction(1, 2)):
                yield "constant", path, f"{value} becomes {value * factor}", make(["q", str(value * factor)])
        elif head == "q" and x[1] == "-1":
            yield "sign", path, "-1 becomes 1", make(["q", "1"])
        elif head in ("pow", "root"):
            for by in (1, -1):
                yield "exponent", path, f"exponent {by:+d}", make([head, x[1], _shift(x[2], by)])
        elif head == "T":
            yield "transpose", path, "transpose dropped", make(x[1])
        elif head in BINDERS:
            yield "index", path, "lower end +1", make([head, x[1], _shift(x[2], 1), *x[3:]])
            yield "index", path, "upper end -1", make([*x[:3], _shift(x[3], -1), x[4]])
        elif head == "v":
            for i, e in enumerate(x[2]):
                for by in (1, -1):
                    index = [*x[2][:i], _shift(e, by), *x[2][i + 1 :]]
                    yield "index", path, f"index {by:+d}", make([head, x[1], index, x[3]])
            yield from _swaps(x, path, sig, make)
        elif head == "ch":
            yield "index", path, "upper end -1", make([head, x[1], _shift(x[2], -1), *x[3:]])
            yield "index", path, "lower end +1", make([*x[:3], _shift(x[3], 1), x[4]])
        elif head == "kr" and key(x[1]) != key(x[2]):
            yield "swap", path, "factors exchanged", make(["kr", x[2], x[1]])
        elif head == "+" and len(x) > 2:
            for i in range(1, len(x)):
                rest = x[1:i] + x[i + 1 :]
                yield (
                    "summand",
                    path,
                    f"summand {i} dropped",
                    make(rest[0] if len(rest) == 1 else ["+", *rest]),
                )
        if head == "*":
            yield from _slips(x, path, sig, make)
        stage = x[3] if head == "v" else x[4] if head == "ch" else None
        if stage == "0":
            yield "stage", path, "start becomes now", make([*x[:-1], ""])
        if stage == "" and sig.get("time") == "flow" and sig["letters"][x[1]].get("dep", "const") != "const":
            yield "stage", path, "now becomes start", make([*x[:-1], "0"])


def _swaps(
    x: Term, path: tuple[int, ...], sig: Mapping[str, Any], make: Callable[[Term], Formula]
) -> Iterator[tuple[str, tuple[int, ...], str, Formula]]:
    mine = sig["letters"].get(x[1], {})
    for other, decl in sorted(sig["letters"].items()):
        same = all(decl.get(k) == mine.get(k) for k in ("shape", "law")) and len(
            decl.get("index", [])
        ) == len(x[2])
        if other != x[1] and same and decl.get("dep", "const") == mine.get("dep", "const"):
            yield "swap", path, f"{x[1]} becomes {other}", make([x[0], other, *x[2:]])


def _slips(
    x: Term, path: tuple[int, ...], sig: Mapping[str, Any], make: Callable[[Term], Formula]
) -> Iterator[tuple[str, tuple[int, ...], str, Formula]]:
    """A transpose moved to the neighbouring factor."""
    for i in range(1, len(x) - 1):
        a, b = x[i], x[i + 1]
        if is_scalar(a, sig) or is_scalar(b, sig):
            continue
        if (a[0] == "T") != (b[0] == "T"):
            pair = [a[1], ["T", b]] if a[0] == "T" else [["T", a], b[1]]
            yield "transpose", path, f"transpose slipped at {i}", make([*x[:i], *pair, *x[i + 2 :]])


def mutants(statement: Statement) -> list[Mutant]:
    """All mutants of all goals and hypotheses, each once."""
    out: list[Mutant] = []
    seen = {key([statement.get("hyps", []), statement["goals"]])}
    sig = statement["sig"]

    def add(operator: str, part: str, path: tuple[int, ...], change: str, hyps: Any, goals: Any) -> None:
        text = key([hyps, goals])
        if text not in seen:
            seen.add(text)
            out.append(Mutant(operator, part, path, change, {**statement, "hyps": hyps, "goals": goals}))

    hyps, goals = list(statement.get("hyps", [])), list(statement["goals"])
    for n, g in enumerate(goals):
        for operator, path, change, formula in changes(g["concl"], sig):
            changed = [*goals[:n], {**g, "concl": formula}, *goals[n + 1 :]]
            add(operator, f"goal {n}", path, change, hyps, changed)
    for n, h in enumerate(hyps):
        add("hypothesis", f"hyp {h['id']}", (), "dropped", hyps[:n] + hyps[n + 1 :], goals)
    for n, h in enumerate(hyps):
        for operator, path, change, formula in changes(h["concl"], sig):
            changed = [*hyps[:n], {**h, "concl": formula}, *hyps[n + 1 :]]
            add(operator, f"hyp {h['id']}", path, change, changed, goals)
    return out


def judge(
    mutant: Mutant,
    pool: Sequence[Prepared],
    *,
    seed: int,
    draws: int = 10,
    iterates: int = 2,
    equivalent: Callable[[Statement], bool] | None = None,
    along: Along | None = None,
) -> dict[str, Any]:
    """`killed` with a re-validated counterexample, `equivalent`, `ill-sorted` (no value anywhere) or
    `survived`.
    """
    plan = Plan.of(mutant.statement)
    entry: dict[str, Any] = {
        "operator": mutant.operator,
        "part": mutant.part,
        "path": list(mutant.path),
        "change": mutant.change,
    }
    sorted_for_all = well_sorted(mutant.statement)
    if not sorted_for_all:
        entry["ill_sorted"] = True
        if not mutant.part.startswith("goal"):
            return {**entry, "status": "ill-sorted"}
    if mutant.part.startswith("goal"):
        candidates: Sequence[Prepared] = pool
        goals: Sequence[Fact] | None = [mutant.statement["goals"][int(mutant.part.split()[1])]]
    else:
        drawn = _draws(plan, seed ^ label_hash(mutant.label()), draws)
        if drawn is None:
            return {**entry, "status": "ill-sorted"}
        candidates = [Prepared(plan, i, iterates=iterates) for i in drawn.instances]
        goals = None
    valued = 0
    for prepared in candidates:
        try:
            outcome = prepared.check(goals)
        except (ShapeError, NotEvidence):
            continue
        valued += 1
        if outcome.status == "fails":
            full = record(mutant.statement, prepared.instance, prepared.check(mutant.statement["goals"]))
            if revalidate(mutant.statement, full, iterates=iterates) is None:
                return {**entry, "status": "killed", "counterexample": full}
    if along is not None and mutant.part.startswith("goal"):
        found = _later(plan, mutant, along)
        if found is not None:
            return {**entry, "status": "killed", "counterexample": found}
    if equivalent is not None and equivalent(mutant.statement):
        return {**entry, "status": "equivalent"}
    if not sorted_for_all or (valued == 0 and mutant.part.startswith("goal")):
        return {**entry, "status": "ill-sorted"}
    return {**entry, "status": "survived", "tried": valued}


def _later(plan: Plan, mutant: Mutant, along: Along) -> dict[str, Any] | None:
    """A counterexample at a later state of a trajectory."""
    per = len(along.states) // max(1, len(along.starts))
    for n, state in enumerate(along.states):
        try:
            outcome = worst(check_along(plan, [state]))
        except (ShapeError, NotEvidence):
            continue
        if outcome.status == "fails":
            data = record(mutant.statement, along.starts[n // per], outcome)
            if revalidate(mutant.statement, data) is None:
                return data
    return None


def _draws(plan: Plan, seed: int, draws: int) -> Drawn | None:
    try:
        drawn = draw_many(plan, draws, seed, budget=2 * draws, max_size=2, min_size=1, corner="wild")
    except (Discard, ShapeError, KeyError, IndexError, AssertionError, WorkLimit):  # the last is told by `exhausted`
        return None
    if not drawn.instances and drawn.reasons and all(r.startswith("sizes:") for r in drawn.reasons):
        return None
    return drawn


def run(
    statement: Statement,
    pool: Sequence[Instance],
    *,
    seed: int,
    draws: int = 8,
    max_hypothesis: int = 60,
    iterates: int = 2,
    equivalent: Callable[[Statement], bool] | None = None,
    keep: bool = False,
    limit: int = 24,
    along: Along | None = None,
    unused: Collection[str] = (),
    proved: bool = False,
    dropped: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """All goal mutants and dropped hypotheses, and at most `max_hypothesis` other hypothesis mutants, with
    rates.

    Goals are tried at no more than `limit` instances of the pool, of all sizes.
    A mutant of a hypothesis that the derivation does not use is `proved`, as the derivation proves it too.
    `dropped` are findings about dropped hypotheses (necessity), which are not searched for again.
    With `proved` the negation of an equation is killed by the derivation (there is a witness).
    Counterexamples are kept only with `keep`; otherwise a killed mutant keeps where and by which margin.
    """
    everything = mutants(statement)
    always = [m for m in everything if m.part.startswith("goal") or m.operator == "hypothesis"]
    others = [m for m in everything if m not in always]
    if len(others) > max_hypothesis:
        picked = set(Rng(seed).shuffled(list(range(len(others))))[:max_hypothesis])
        others = [m for i, m in enumerate(others) if i in picked]
    plan = Plan.of(statement)
    sound = [i for i in pool if validate(plan, i) is None]
    if len(sound) > limit:
        sound = sorted(sound, key=lambda i: i.size())[:: max(1, len(sound) // limit)][:limit]
    ordered = [Prepared(plan, i, iterates=iterates) for i in sorted(sound, key=lambda i: i.size())]
    rows: list[dict[str, Any]] = []
    for m in always + others:
        if m.part.startswith("hyp ") and m.part[4:] in unused:
            row: dict[str, Any] = {
                "operator": m.operator,
                "part": m.part,
                "path": list(m.path),
                "change": m.change,
            }
            rows.append({**row, "status": "proved"})
            continue
        if exhausted():
            rows.append({"operator": m.operator, "part": m.part, "path": list(m.path), "change": m.change,
                         "status": "not tried"})
            continue
        known = (dropped or {}).get(m.part[4:], {}) if m.operator == "hypothesis" else {}
        if known.get("status") == "necessary":
            found = known["counterexample"]
            row = {"operator": m.operator, "part": m.part, "path": [], "change": m.change}
            where, margin = found.get("where", "here"), found.get("margin")
            rows.append({**row, "status": "killed", "where": where, "margin": margin})
            continue
        if proved and m.operator == "relation" and m.part.startswith("goal") and m.change == "= becomes !=":
            row = {"operator": m.operator, "part": m.part, "path": list(m.path), "change": m.change}
            rows.append({**row, "status": "killed", "by": "derivation"})
            continue
        result = judge(
            m,
            ordered,
            seed=seed,
            draws=draws * 3 if m.operator == "hypothesis" else draws,
            iterates=iterates,
            equivalent=equivalent,
            along=along,
        )
        if exhausted() and result["status"] != "killed":
            result = {k: result[k] for k in ("operator", "part", "path", "change")} | {"status": "not tried"}
        if not keep and "counterexample" in result:
            found = result.pop("counterexample")
            result["where"], result["margin"] = found["where"], found["margin"]
        rows.append(result)
    rates: dict[str, dict[str, int]] = {}
    for row in rows:
        rate = rates.setdefault(row["operator"], {})
        rate[row["status"]] = rate.get(row["status"], 0) + 1
    return {
        "kind": "mutants",
        "seed": seed,
        "total": len(everything),
        "tried": len(rows),
        "rates": dict(sorted(rates.items())),
        "mutants": rows,
    }

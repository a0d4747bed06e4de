"""A theorem replayed: signature, hypotheses, steps, goals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import reading, terms
from .compare import Sampler
from .errors import Cannot, Rejected, TooMuch, Work
from .images import Statement, auxiliary
from .proofs import Prover
from .rules import OPTIONAL, RULES, Step
from .signature import Fact, Scope, Signature, read, top

Json = Any
MOST_STEPS = 2000
WORK = 60_000_000  # counted operations for one theorem


@dataclass
class Outcome:
    """What is said of one theorem or refutation."""

    id: str
    ok: bool = True
    step: str | None = None
    reason: str | None = None
    unable: bool = False  # rejected because this checker cannot evaluate it, not because it is wrong
    base_facts: set[str] = field(default_factory=set)
    axioms: set[str] = field(default_factory=set)
    compared: int = 0
    short_sizes: int = 0

    def to_json(self) -> dict[str, Any]:
        """The answer as `verify.crosscheck` prints it."""
        shown: dict[str, Any] = {"id": self.id, "ok": self.ok}
        if not self.ok:
            return {**shown, "step": self.step, "reason": self.reason, "unable": self.unable}
        shown |= {"base_facts": sorted(self.base_facts), "axioms": sorted(self.axioms)}
        return {**shown, "compared": self.compared, "short_sizes": self.short_sizes}


class At(Rejected):
    """A rejection with the step it happened at."""

    def __init__(self, step: str | None, error: Rejected) -> None:
        super().__init__(str(error))
        self.step, self.error = step, error


def statement(data: Json, what: str, scope: Scope, key: str, named: bool) -> Any:
    """The facts under `key` of `data`, by id if they are `named`; Rejected if one is not well formed."""
    found: Any = {} if named else []
    for row in reading.items(data[key], key):
        if named:
            fact, _ = terms.fact(row, scope, "a hypothesis", ("id",))
            name = reading.text(row["id"], "an id")
            if name in found or name == "IH" or not name:
                raise Rejected(f"the id {name!r} of a hypothesis is used twice or reserved")
            found[name] = fact
        else:
            found.append(terms.fact(row, scope, what)[0])
    return found


class Theory:
    """A signature with its sampler, checked to be a definition."""

    def __init__(self, data: Json, seed: str, work: Work) -> None:
        self.sig = read(data)
        self.sampler = Sampler(self.sig, seed, work)
        self.prover = Prover(self.sampler)
        self.scope = top(self.sig)
        self._letters()
        self._losses()

    def _letters(self) -> None:
        """Members of a chain compose: columns of member j + 1 are the rows of member j."""
        for letter in self.sig.letters.values():
            if not letter.chain:
                continue
            v, low, high = letter.index[0]
            assert high is not None
            scope = self.scope.enter(v, low, high)
            from .forms import plus, shifted

            scope = scope.assuming(shifted(plus(high, {v: 1}, -1), -1))
            if self.sampler.points(scope, "plain", 3, (1, 3), 4):
                above: list[Any] = ["v", letter.name, [{v: 1, "1": 1}], ""]
                self.sampler.kind(["*", above, ["v", letter.name, [{v: 1}], ""]], scope)

    def _losses(self) -> None:
        sig = self.sig
        special = [x for loss in sig.losses.values() for x in (loss.value, loss.grad, loss.pgrad) if x is not None]
        if len(set(special)) != len(special):
            raise Rejected("a letter belongs to two losses")
        for loss in sig.losses.values():
            self._loss(loss, set(special))

    def _loss(self, loss: Any, special: set[str]) -> None:
        sig, what = self.sig, f"the loss {loss.value}"
        value, gradient = sig.letters[loss.value], sig.letters[loss.grad]
        for letter in (value, gradient):
            if letter.index or letter.law is not None or letter.free or letter.chain or letter.sym:
                raise Rejected(f"{what}: {letter.name} must be a plain letter")
        if value.shape is not None:
            raise Rejected(f"{what} must be a scalar")
        terms.check(loss.at, self.scope)
        shape = ["v", loss.grad, [], ""]
        self.sampler.kind(["+", loss.at, shape], self.scope)
        if terms.letters(loss.at, sig) & special:
            raise Rejected(f"{what} is taken at the value or gradient of a loss")
        if (
            terms.is_random(loss.at, sig)
            or terms.has(loss.at, "E", "D")
            or any(node[0] in ("v", "ch") and node[-1] != "" for node, _ in terms.walk(loss.at))
        ):
            raise Rejected(f"{what} must be taken at a point of now that is not random")
        moves = terms.moves(loss.at, sig)
        if loss.target is not None:
            terms.check(loss.target, self.scope)
            self.sampler.kind(["+", loss.target, shape], self.scope)
            found = terms.letters(loss.target, sig)
            if (
                terms.moves(loss.target, sig)
                or terms.is_random(loss.target, sig)
                or loss.params in found
                or found & special
            ):
                raise Rejected(f"the target of {what} must be constant and free of the parameters")
        if loss.params is not None:
            params, pgrad = sig.letters[loss.params], sig.letters[loss.pgrad]
            if (
                not params.chain
                or len(pgrad.index) != 1
                or pgrad.law is not None
                or pgrad.free
                or pgrad.chain
                or pgrad.sym
            ):
                raise Rejected(f"{what}: params must be a chain family and pgrad an indexed letter")
            v, low, high = params.index[0]
            assert high is not None
            scope = self.scope.enter(v, low, high)
            if pgrad.index[0][1:] != (low, high):
                raise Rejected(f"{what}: pgrad has another range than params")
            self.sampler.kind(["+", ["v", loss.params, [{v: 1}], ""], ["v", loss.pgrad, [{v: 1}], ""]], scope)
            if any(sig.letters[name].moves for name in terms.letters(loss.at, sig) - {loss.params}) or terms.has(
                loss.at, "t"
            ):
                raise Rejected(f"the point of {what} moves with more than its parameters")
            if moves and pgrad.dep != "any":
                raise Rejected(f"the gradients of {what} must be declared any")
        if moves and (value.dep == "const" or gradient.dep != "any"):
            raise Rejected(f"{what} moves: its value cannot be const, its gradient must be declared any")


def facts(data: Json, theory: Theory) -> tuple[dict[str, Fact], tuple[Fact, ...]]:
    """Hypotheses and goals of a statement, well formed and with sizes that fit. Raises Rejected if a demand is
    not met.
    """
    hyps = statement(data, "a hypothesis", theory.scope, "hyps", True)
    goals = tuple(statement(data, "a goal", theory.scope, "goals", False))
    for fact in (*hyps.values(), *goals):
        fits(fact, theory)
    for name, fact in hyps.items():
        for side in fact.concl[1:]:
            free = [x for x in terms.letters(side, theory.sig) if theory.sig.letters[x].free]
            if free:
                raise Rejected(f"the hypothesis {name} mentions the free letter {free[0]}")
    return hyps, goals


def fits(fact: Fact, theory: Theory) -> None:
    """The sizes in a formula fit, at the points where it can be evaluated."""
    scope = theory.scope
    for row in fact.prefix:
        scope = scope.enter(*row)
    relation = fact.concl[0]
    difference = terms.difference(fact.concl)
    try:
        if relation == "psd":
            theory.sampler.square(difference, scope, "a PSD matrix")
        elif relation in ("eq", "ne"):
            theory.sampler.kind(difference, scope)
        else:
            theory.sampler.scalar(difference, scope, "a side of an inequality")
    except Cannot:
        return  # what cannot be evaluated is refused where it is used


def name_of(data: Json) -> str:
    """The id of the theorem `data`, or a question mark."""
    name = data.get("id") if isinstance(data, dict) else None
    return name if isinstance(name, str) else "?"


def replay(data: Json, before: Mapping[str, Statement]) -> tuple[Outcome, Statement | None]:
    """One theorem, given those before it, base facts and axioms."""
    outcome = Outcome(name_of(data))
    return outcome, guarded(outcome, lambda: _replay(data, before, outcome))


def guarded(outcome: Outcome, work: Callable[[], Any]) -> Any:
    """What the work gives; every way in which it ends otherwise is written into the outcome."""
    try:
        return work()
    except At as error:
        outcome.step, outcome.reason = error.step, str(error)
        outcome.unable = isinstance(error.error, Cannot | TooMuch)
    except Rejected as error:
        outcome.reason, outcome.unable = str(error), isinstance(error, Cannot | TooMuch)
    except (RecursionError, MemoryError):
        outcome.reason, outcome.unable = "terms are nested too deep, or too large", True
    except Exception as error:  # a net: malformed data that no check above has named
        outcome.reason, outcome.unable = f"malformed: {type(error).__name__}: {error}", True
    outcome.ok = False
    return None


def _replay(data: Json, before: Mapping[str, Statement], outcome: Outcome) -> Statement:
    reading.fields(data, ("id", "sig", "hyps", "goals", "steps", "qed"), (), "a theorem")
    name = reading.text(data["id"], "an id")
    if not name or ":" in name or name in before:
        raise Rejected(f"the id {name!r} is empty, reserved or in use")
    theory = Theory(data["sig"], name, Work(WORK))
    theory.sampler.loose = loose(data, theory.sig)
    hyps, goals = facts(data, theory)
    if not goals:
        raise Rejected("a theorem needs a goal")
    known = steps(data["steps"], theory, hyps, before, outcome)
    qed = reading.items(data["qed"], "qed")
    if len(qed) != len(goals):
        raise Rejected("qed needs one fact for each goal")
    for step, goal in zip(qed, goals, strict=True):
        closes(theory, known, step, goal)
    outcome.compared, outcome.short_sizes = theory.sampler.checks, theory.sampler.short_sizes
    return Statement(auxiliary(theory.sig, hyps, goals), hyps, goals)


def loose(data: Json, sig: Signature) -> frozenset[str]:
    """Naturals that occur as numbers only: `["n", form]` and nowhere else in a theorem."""
    found: set[str] = set()

    def look(part: Json) -> None:
        if isinstance(part, dict):
            found.update(part)
            for inner in part.values():
                look(inner)
        elif isinstance(part, list) and not (part[:1] == ["n"] and len(part) == 2 and isinstance(part[1], dict)):
            for inner in part:
                look(inner)

    look(
        [
            {k: x for k, x in data["sig"].items() if k not in ("nat", "assume")},
            data["hyps"],
            data["goals"],
            data["steps"],
        ]
    )
    return frozenset(sig.nat.keys() - found)


def closes(theory: Theory, known: Mapping[str, Fact], step: Json, goal: Fact) -> None:
    """A fact proves a goal: the same prefix, the same formula, or the strict one for the weak. Raises Rejected if
    a demand is not met.
    """
    if not isinstance(step, str) or step not in known:
        raise Rejected(f"qed: there is no fact {step!r}")
    found = known[step]
    if found.prefix != goal.prefix:
        raise Rejected(f"the fact {step} has another prefix than the goal")
    a, b = found.concl[0], goal.concl[0]
    scope = theory.scope
    for row in goal.prefix:
        scope = scope.enter(*row)
    same = theory.sampler.same
    if (a != b and (a, b) != ("gt", "ge")) or not same(
        terms.difference(found.concl), terms.difference(goal.concl), scope
    ):
        raise Rejected(f"the fact {step} is another formula than the goal")


def steps(
    data: Json, theory: Theory, hyps: Mapping[str, Fact], before: Mapping[str, Statement], outcome: Outcome
) -> dict[str, Fact]:
    """The facts that hypotheses and steps give, by name; `outcome` records what they rest on. Rejected at the
    first step that does not follow. Raises At, with the step, if one is rejected.
    """
    known: dict[str, Fact] = dict(hyps)
    rows = reading.items(data, "steps")
    if len(rows) > MOST_STEPS:
        raise Rejected(f"more than {MOST_STEPS} steps")
    for row in rows:
        name = row.get("id") if isinstance(row, dict) else None
        try:
            known[_new(name, known)] = _step(row, theory, known, before, outcome)
        except Rejected as error:
            raise At(name if isinstance(name, str) else None, error) from None
    outcome.base_facts |= theory.prover.uses
    return known


def _new(name: Json, known: Mapping[str, Fact]) -> str:
    if not isinstance(name, str) or not name or name in known or name == "IH":
        raise Rejected(f"the id {name!r} of a step is in use or reserved")
    return name


def _step(
    row: Json, theory: Theory, known: Mapping[str, Fact], before: Mapping[str, Statement], outcome: Outcome
) -> Fact:
    kind = row.get("rule")
    if not isinstance(kind, str) or kind not in RULES:
        raise Rejected(f"unknown rule {str(kind)[:30]}")
    wanted, check = RULES[kind]
    reading.fields(row, ("id", "rule", "all", "concl", *wanted), OPTIONAL.get(kind, ()), f"a step of the rule {kind}")
    fact, scope = terms.fact({"all": row["all"], "concl": row["concl"]}, theory.scope, "a step")
    fits(fact, theory)
    scope = Scope(scope.sig, scope.symbols, scope.known, scope.locals, dict(known))
    check(Step(row, fact.concl, fact.prefix, scope, theory.prover, before))
    if kind == "use":
        used = row["theorem"]
        if used.startswith("base:"):
            outcome.base_facts.add(used.removeprefix("base:"))
        if used.startswith("axiom:"):
            outcome.axioms.add(used.removeprefix("axiom:"))
    return fact

"""Refutations: an exact instance at which hypotheses hold and a goal fails, or a derivation that there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from . import forms, reading, terms
from .errors import Cannot, Rejected, Work
from .evaluate import Env, free
from .images import Instance, Statement
from .rational import Exact, holds
from .signature import Fact, Signature, rational
from .theorems import WORK, At, Outcome, Theory, facts, guarded, name_of, steps
from .values import Mat

Json = Any
MOST_SIZE = 60
MOST_ITERATES = 50


def refute(data: Json, before: Mapping[str, Statement]) -> Outcome:
    """One refutation, given the theorems before it."""
    outcome = Outcome(name_of(data))
    guarded(outcome, lambda: _refute(data, before, outcome))
    return outcome


def _refute(data: Json, before: Mapping[str, Statement], outcome: Outcome) -> None:
    kind = data.get("kind") if isinstance(data, dict) else None
    if kind == "evaluate":
        evaluate(data)
    elif kind == "derive":
        derive(data, before, outcome)
    else:
        raise Rejected("unknown kind of refutation")


def statement(data: Json) -> tuple[Theory, dict[str, Fact], tuple[Fact, ...], frozenset[str]]:
    """The theory, hypotheses, goals and hidden constants of the statement `data`; Rejected if it is not well formed."""
    reading.fields(data, ("sig", "hyps", "goals"), ("exists",), "a statement")
    theory = Theory(data["sig"], "refutation", Work(WORK))
    hyps, goals = facts(data, theory)
    hidden = frozenset(reading.text(x, "a hidden constant") for x in reading.items(data.get("exists", []), "exists"))
    special = {x for loss in theory.sig.losses.values() for x in (loss.value, loss.grad, loss.pgrad)}
    for name in hidden - theory.sig.nat.keys():
        letter = theory.sig.letters.get(name)
        if letter is None or letter.index or letter.shape is not None or letter.moves or letter.law is not None:
            raise Rejected(f"the hidden constant {name} must be a natural or a plain constant scalar")
        if name in special:
            raise Rejected(f"the hidden constant {name} is the value of a loss")
    return theory, hyps, goals, hidden


# by evaluation -----------------------------------------------------------------------------------------------


def evaluate(data: Json) -> None:
    """Replay the refutation `data` by evaluation; Rejected unless the hypotheses hold and the goal fails."""
    reading.fields(data, ("id", "kind", "statement", "instance"), (), "a refutation")
    theory, hyps, goals, hidden = statement(data["statement"])
    sig = theory.sig
    if sig.time == "flow" or sig.random or hidden or any(letter.free for letter in sig.letters.values()):
        raise Rejected("no flow, no random or free letter and no hidden constant can be evaluated")
    at = reading.fields(data["instance"], (), ("nat", "dims", "letters", "losses", "iterate", "goal"), "an instance")
    source = instance(sig, at, theory.sampler.work)
    iterate = reading.whole(at.get("iterate", 0), "iterate")
    if not 0 <= iterate <= MOST_ITERATES or (iterate and sig.time != "descent"):
        raise Rejected("no such iterate")
    number = reading.whole(at.get("goal", 0), "goal")
    if not 0 <= number < len(goals):
        raise Rejected("no such goal")
    recursions = {name: hyp for name, hyp in hyps.items() if sig.time == "descent" and is_recursion(hyp, sig)}
    if sig.time == "descent":
        defined = [hyp.concl[1][1] for hyp in recursions.values()]
        if len(set(defined)) != len(defined):
            raise Rejected("two hypotheses define the same next iterate")
        for name, hyp in hyps.items():
            if name not in recursions and not still(hyp, sig):
                raise Rejected(f"the hypothesis {name} speaks of moving letters, so it may fail later")
        begin(source)
    for name, hyp in hyps.items():
        if name not in recursions and not everywhere(hyp, source):
            raise Rejected(f"the hypothesis {name} does not hold at the instance")
    for _ in range(iterate):
        source = advance(source, recursions.values(), sig)
    if sig.time == "descent":
        complete(source, recursions.values(), sig)
    if everywhere(goals[number], source):
        raise Rejected("the goal holds at the instance")


def instance(sig: Signature, at: Json, work: Work) -> Exact:
    """Values for all naturals, sizes and letters, as declared. Raises Rejected if a demand is not met."""
    nat = reading.mapping(at.get("nat", {}), "nat")
    if set(nat) != set(sig.nat):
        raise Rejected("the instance must give exactly the naturals of the statement")
    for symbol, least in sig.nat.items():
        if reading.whole(nat[symbol], symbol) < least:
            raise Rejected(f"{symbol} is below its least value")
    if any(forms.value(form, nat) < 0 for form in sig.assume):
        raise Rejected("an assumption on the naturals does not hold")
    dims: dict[str, dict[int, int]] = {}
    given = reading.mapping(at.get("dims", {}), "dims")
    if set(given) != set(sig.dims):
        raise Rejected("the instance must give exactly the families of the statement")
    for family, (low, high) in sig.dims.items():
        first, last = forms.value(low, nat), forms.value(high, nat)
        row = reading.items(given[family], family, max(last - first + 1, 0))
        dims[family] = {first + k: size(x) for k, x in enumerate(row)}
    source = Exact(sig, nat, dims, work)
    letters = reading.mapping(at.get("letters", {}), "letters")
    wanted = {name for name in sig.letters if name not in source.loss_of}
    if set(letters) != wanted:
        odd = sorted(set(letters) ^ wanted)
        raise Rejected(f"the instance must give exactly the letters of the statement; see {odd[0]}")
    for name in sorted(wanted):
        family_values(source, name, letters[name])
    targets(source, at)
    return source


def size(x: Json) -> int:
    """The dimension that `x` is; Rejected if it is too small or too large."""
    if not 1 <= reading.whole(x, "a dimension") <= MOST_SIZE:
        raise Rejected(f"a dimension is not in 1..{MOST_SIZE}")
    found: int = x
    return found


def family_values(source: Exact, name: str, data: Json) -> None:
    """Put the values `data` of the letter `name` into `source`; Rejected if they do not fit its indices."""
    letter = source.sig.letters[name]

    def fill(rows: Any, env: Env, value: Json, at: tuple[int, ...]) -> None:
        if not rows:
            source.given[name, at, ""] = matrix(source, name, at, value)
            return
        (v, low, high), *rest = rows
        first, last = source.index(low, env), source.index(high, env)
        members = reading.items(value, f"the members of {name}", max(last - first + 1, 0))
        for k, member in enumerate(members):
            fill(rest, {**env, v: first + k}, member, (*at, first + k))

    fill(letter.index, {}, data, ())


def matrix(source: Exact, name: str, at: tuple[int, ...], value: Json) -> Any:
    """The value of the letter `name` at the index `at`: a scalar, or a matrix of its shape; Rejected for another
    shape.
    """
    shape = source.shape(name, at)
    if shape is None:
        return rational(value)
    rows, cols = (size(x) for x in shape)
    data = [
        [rational(x) for x in reading.items(row, f"a row of {name}", cols)]
        for row in reading.items(value, f"the rows of {name}", rows)
    ]
    if source.sig.letters[name].sym and any(data[i][j] != data[j][i] for i in range(rows) for j in range(i)):
        raise Rejected(f"the value of {name} is not symmetric")
    return Mat(rows, cols, data)


def targets(source: Exact, at: Json) -> None:
    """Put the targets of losses that the instance `at` gives into `source`. Raises Rejected if a demand is not
    met.
    """
    given = reading.mapping(at.get("losses", {}), "losses")
    for name, row in given.items():
        if name not in source.sig.losses or source.sig.losses[name].target is not None:
            raise Rejected(f"{name} is no loss without a target")
        value = reading.fields(row, ("target",), (), f"the loss {name}")["target"]
        if isinstance(value, list):
            rows = [[rational(x) for x in reading.items(r, "a row")] for r in reading.items(value, "a target")]
            if len({len(r) for r in rows}) != 1:
                raise Rejected("the rows of a target have different lengths")
            fixed: Any = Mat(len(rows), len(rows[0]), rows)
        else:
            fixed = rational(value)
        source.targets[name] = lambda ev, fixed=fixed: fixed  # type: ignore[misc]
    for name, loss in source.sig.losses.items():
        if loss.target is not None:
            source.targets[name] = lambda ev, term=loss.target: ev.value(term, {})  # type: ignore[misc]


def environments(prefix: Any, source: Exact, env: Env | None = None) -> Iterator[Env]:
    """`env` with every value of the indices that `prefix` binds; Rejected or Cannot for a range without end."""
    env = env or {}
    if not prefix:
        yield env
        return
    (v, low, high), *rest = prefix
    if high is None:
        raise Cannot("a fact about infinitely many indices")
    first, last = source.index(low, env), source.index(high, env)
    source.work.spend(max(last - first, 0))
    for i in range(first, last + 1):
        yield from environments(rest, source, {**env, v: i})


def everywhere(fact: Fact, source: Exact) -> bool:
    """Whether `fact` holds for all values of its indices."""
    return all(holds(fact.concl, source.at(0, -1), env) for env in environments(fact.prefix, source))


def stages(term: Any) -> set[str]:
    """The stages at which letters of `term` are read."""
    return {node[-1] for node, _ in terms.walk(term) if node[0] in ("v", "ch")}


def is_recursion(hyp: Fact, sig: Signature) -> bool:
    """`x at its indices, next = t`, for a whole family, t without the start and the next iterate."""
    if hyp.concl[0] != "eq":
        return False
    left, right = hyp.concl[1], hyp.concl[2]
    if left[0] != "v" or left[3] != "+":
        return False
    letter = sig.letters[left[1]]
    special = {x for loss in sig.losses.values() for x in (loss.value, loss.grad, loss.pgrad)}
    if letter.sym or not letter.moves or letter.name in special or left[2] != [{v: 1} for v, _, _ in hyp.prefix]:
        return False
    names = {v: {w: 1} for (v, _, _), (w, _, _) in zip(letter.index, hyp.prefix, strict=True)}
    whole = [(forms.put(low, names), forms.put(high or {}, names)) for _, low, high in letter.index]
    return [(low, high) for _, low, high in hyp.prefix] == whole and stages(right) <= {""}


def still(hyp: Fact, sig: Signature) -> bool:
    """Whether a hypothesis says nothing of moving letters, except at the start."""
    return not any(terms.moves(side, sig) for side in hyp.concl[1:])


def begin(source: Exact) -> None:
    """Take the present values of moving letters as their start."""
    for (name, at, stage), value in list(source.given.items()):
        if stage == "" and source.sig.letters[name].moves:
            source.given[name, at, "0"] = value


def next_values(source: Exact, recursions: Any, sig: Signature) -> dict[Any, Any]:
    """The values of letters at the next iterate, from the `recursions` that define them. Raises Rejected if a
    demand is not met.
    """
    found = {}
    for hyp in recursions:
        for env in environments(hyp.prefix, source):
            value = source.at(0, -1).value(hyp.concl[2], env)
            at = tuple(source.index(form, env) for form in hyp.concl[1][2])
            shape = source.shape(hyp.concl[1][1], at)
            if (shape is None) == isinstance(value, Mat) or (shape and shape != (value.rows, value.cols)):
                raise Rejected("the next iterate has another size")
            found[hyp.concl[1][1], at] = value
    return found


def advance(source: Exact, recursions: Any, sig: Signature) -> Exact:
    """The instance one iterate later: what is not defined by a recursion is not known there."""
    later = Exact(sig, source.nat, source.dims, source.work)
    later.targets = source.targets
    for (name, at, stage), value in source.given.items():
        if stage == "0" or not sig.letters[name].moves:
            later.given[name, at, stage] = value
    for (name, at), value in next_values(source, recursions, sig).items():
        later.given[name, at, ""] = value
    return later


def complete(source: Exact, recursions: Any, sig: Signature) -> None:
    """Values at the next iterate, for goals that speak of it."""
    try:
        found = next_values(source, recursions, sig)
    except Cannot:
        return  # a goal that needs them says so
    for (name, at), value in found.items():
        source.given[name, at, "+"] = value


# by derivation -----------------------------------------------------------------------------------------------


def derive(data: Json, before: Mapping[str, Statement], outcome: Outcome) -> None:
    """Replay the refutation `data` by derivation; Rejected unless it proves a goal's negation at an instance.
    Raises At, with the step, if one is rejected.
    """
    reading.fields(data, ("id", "kind", "statement", "theorem", "at"), (), "a refutation")
    target, hyps, goals, hidden = statement(data["statement"])
    own = reading.fields(data["theorem"], ("sig", "hyps", "steps"), (), "the theorem of a refutation")
    theory = Theory(own["sig"], "refutation's theorem", Work(WORK))
    least = dict(theory.sig.nat)
    if any(forms.value(form, least) < 0 for form in theory.sig.assume):
        raise Rejected("the assumptions of the refutation do not hold at the least naturals")
    domain, _ = facts({"hyps": own["hyps"], "goals": []}, theory)
    allowed = [h for h in hyps.values() if not h.prefix and speaks_of(h, target.sig, hidden)]
    for name, hyp in domain.items():
        if hyp.prefix or hyp.concl not in [h.concl for h in allowed]:
            raise Rejected(f"the hypothesis {name} is not one of the statement about hidden constants alone")
    for name in hidden & target.sig.nat.keys():
        if theory.sig.nat.get(name, target.sig.nat[name] + 1) > target.sig.nat[name]:
            raise Rejected(f"the hidden natural {name} must be declared with no greater least value")
        if any(name in form for form in theory.sig.assume):
            raise Rejected(f"the hidden natural {name} stands in an assumption")
    for name in hidden - target.sig.nat.keys():
        letter = theory.sig.letters.get(name)
        if letter is None or letter.index or letter.shape is not None or letter.moves or letter.law is not None:
            raise Rejected(f"the hidden constant {name} must be a plain constant scalar of the refutation")
        if name in {x for loss in theory.sig.losses.values() for x in (loss.value, loss.grad, loss.pgrad)}:
            raise Rejected(f"the hidden constant {name} is the value of a loss")
    known = steps(own["steps"], theory, domain, before, outcome)
    at = reading.fields(data["at"], ("map", "hyps", "goal", "at", "negation"), (), "the instance of a refutation")
    scope = replace(theory.scope, facts=known)
    try:
        for name in hidden & target.sig.nat.keys():
            if reading.mapping(at["map"], "a map").get("nat", {}).get(name) != {name: 1}:
                raise Rejected(f"the hidden natural {name} must stay itself")
        case = Instance(Statement(target.sig, hyps, goals), at["map"], scope, theory.prover, hidden)
        case.hypotheses(at["hyps"])
        formula = case.goal(at["goal"], at["at"])
        relation, difference = formula[0], terms.difference(formula)
        if relation in ("ge", "gt"):
            opposite = "gt" if relation == "ge" else "ge"
            theory.prover.proves([opposite, ["q", "0"], difference], at["negation"], scope)
        elif relation == "eq":
            theory.sampler.scalar(difference, scope, "the goal")
            theory.prover.proves(["ne", difference, ["q", "0"]], at["negation"], scope)
        else:
            raise Rejected("the failure of a goal of this kind cannot be derived")
    except Rejected as error:
        raise At(None, error) from None
    outcome.base_facts |= theory.prover.uses
    outcome.compared, outcome.short_sizes = theory.sampler.checks, theory.sampler.short_sizes


def speaks_of(hyp: Fact, sig: Signature, hidden: frozenset[str]) -> bool:
    """Whether a hypothesis mentions hidden constants and nothing else that has a value to choose."""
    found: set[str] = set()
    for side in hyp.concl[1:]:
        if any(set(free(node)) - hidden or node[0] == "t" for node, _ in terms.walk(side) if node[0] != "v"):
            return False
        found |= terms.letters(side, sig)
    return found <= hidden

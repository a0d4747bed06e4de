"""Replay of theorems: signature, hypotheses, goals, steps, and the proof of each goal."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from . import evaluate as ev
from . import linear as ln
from . import refute
from .axioms import AXIOMS
from .base import BASE_FACTS
from .checker import Fact, Json
from .errors import Budget, Reject
from .normal import dim
from .rules import Rules
from .signature import Letter, Signature, fields, parse

MAX_BYTES = 64_000_000
MAX_DEPTH = 400
MAX_STEPS = 2_000
WORK = 400_000  # for one theorem
FILE_WORK = 3 * WORK  # for all theorems and refutations of a file
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


def load(text: str) -> Json:
    """JSON without floats, duplicate keys, huge integers or deep nesting."""
    if len(text) > MAX_BYTES:
        raise Reject(f"input larger than {MAX_BYTES} bytes")
    depth = peak = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        if bracket in "[{":
            depth += 1
            peak = max(peak, depth)
        else:
            depth -= 1
    if peak > MAX_DEPTH:
        raise Reject(f"input nested deeper than {MAX_DEPTH}")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        out = dict(items)
        if len(out) != len(items):
            raise Reject("an object has a key twice")
        return out

    def integer(digits: str) -> int:
        if len(digits) > 18:
            raise Reject("an integer literal is too long: numbers are given as strings")
        return int(digits)

    def refuse(token: str) -> Any:
        raise Reject(f"the number {token[:20]} is not an integer")

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_int=integer, parse_float=refuse, parse_constant=refuse)
    except ValueError as e:
        raise Reject(f"not valid JSON: {e}") from None


def _listed(data: Json, what: str) -> list[Any]:
    if type(data) is not list:
        raise Reject(f"{what} must be a list")
    return data


def _mentions(data: Any, name: str) -> bool:
    if isinstance(data, str):
        return data == name
    if isinstance(data, dict):
        return any(_mentions(k, name) or _mentions(v, name) for k, v in data.items())
    return isinstance(data, list) and any(_mentions(x, name) for x in data)


def _sound_losses(sig: Signature) -> None:
    """The point at which a loss is taken depends on its parameters and constants only.

    A loss is a definition: it may not be circular, its target is a constant matrix, and its value and gradients may
    not be declared to move less than the point does. Otherwise a signature alone would be contradictory."""
    defined = [n for name, row in sig.losses.items() for n in (name, row["grad"], row.get("pgrad")) if n is not None]
    for name, row in sig.losses.items():
        if any(_mentions(row.get(part), letter) for part in ("at", "target") for letter in defined):
            raise Reject(f"the loss {name} is taken at the value or gradient of a loss")
        if any(_mentions(row.get("target"), letter) for letter in ("t", row.get("params", "t"))):
            raise Reject(f"the target of the loss {name} is not constant")
        moving = _mentions(row["at"], "t") or any(
            decl.dep != "const" and _mentions(row["at"], letter) for letter, decl in sig.letters.items())
        for letter in (name, row["grad"], row.get("pgrad", name)):
            if sig.time != "none" and moving and (sig.letters[letter].dep == "const" or (
                    letter != name and sig.letters[letter].dep != "any")):
                raise Reject(f"{letter} is not declared to depend on time in any way, but the loss {name} moves")
        for part in ("at", "target"):
            for letter, decl in sig.letters.items():
                if part in row and _mentions(row[part], letter) and (
                        decl.free or decl.random or (decl.dep != "const" and (part == "target" or (
                            "params" in row and letter != row["params"])))):
                    raise Reject(f"the loss {name} depends on {letter} in a way that has no gradient here")
        for letter in (name, row["grad"]):
            decl = sig.letters[letter]
            if decl.index or decl.law or decl.free or decl.sym:
                raise Reject(f"{letter} must be a plain letter to be the value or gradient of a loss")
        if sig.letters[name].shape is not None:
            raise Reject(f"the loss {name} must be a scalar")
        if "pgrad" in row:
            mine, theirs = sig.letters[row["pgrad"]], sig.letters.get(row["params"])
            if theirs is None or not theirs.chain or mine.index != theirs.index or mine.shape != theirs.shape or (
                    mine.chain or mine.free or mine.law or mine.sym):
                raise Reject(f"the parameter gradient of {name} must have the index and shape of its parameters")


def _readable(decl: Letter, checker: Rules) -> None:
    """Each member of a family has a range and a shape, even if no formula speaks of it."""
    if any(high is None for _, _, high in decl.index):
        raise Reject("an index of a letter has no upper end")
    scope = checker.enter(decl.index, checker.top())
    for side in decl.shape or ():
        checker.dim(side, scope)


def statement(data: Json, whole: Budget | None = None) -> dict[str, Any]:
    """Check a statement (signature, hypotheses, goals); return its parts, the parsed signature and its checker."""
    sig = parse(data["sig"])
    checker = Rules(sig, Budget(WORK, whole))
    _sound_losses(sig)
    for family, (low, _) in sig.dims.items():
        checker.demand(low, checker.top(), f"range of the dimension {family} may start below zero")
    for name, decl in sig.letters.items():
        if decl.chain and decl.shape is not None:
            j = decl.index[0][0]
            above, below = ({**sig.nat, j: f} for f in (ln.add(ln.var(j), ln.const(1)), ln.var(j)))
            if dim(decl.shape[1], above) != dim(decl.shape[0], below):
                raise Reject(f"the members of the chain family {name} do not compose")
        _readable(decl, checker)
    for row in sig.losses.values():
        top = checker.top()
        at, grad = checker.read(row["at"], top), checker.read(["v", row["grad"], [], ""], top)
        if at.sort != grad.sort:
            raise Reject("the gradient of a loss has another shape than its argument")
        if "target" in row and checker.read(row["target"], top).sort != at.sort:
            raise Reject("the target of a loss has another shape than its argument")
    for kind in ("hyps", "goals"):
        for h in _listed(data[kind], kind):
            want = ("id", "all", "concl") if kind == "hyps" else ("all", "concl")
            fields(h, want, want, kind)
            checker.declare(h, dict(sig.nat))
    for name, decl in sig.letters.items():
        if decl.free and any(_mentions(h["concl"], name) for h in data["hyps"]):
            raise Reject(f"a hypothesis speaks of the free letter {name}")
    if not data["goals"]:
        raise Reject("a theorem needs a goal")
    exists = data.get("exists", [])
    for c in _listed(exists, "exists"):
        if type(c) is str and c in sig.nat:
            continue
        if sig.letter(c).shape is not None or sig.letter(c).dep != "const" or sig.letter(c).random or (
                sig.letter(c).index or c in sig.losses):
            raise Reject(f"{c} cannot be a hidden constant")
    names: set[str] = set()
    for h in data["hyps"]:  # a refutation takes hypotheses by their names
        if type(h["id"]) is not str or not h["id"] or h["id"] in names:
            raise Reject(f"hypothesis id {h['id']!r:.60} is missing or used twice")
        names.add(h["id"])
    return {"parsed": sig, "sig": data["sig"], "hyps": data["hyps"], "goals": data["goals"], "exists": exists,
            "rules": checker}


def entry(data: Json, whole: Budget | None = None) -> dict[str, Any]:
    """A proved theorem as later ones see it: without the letters that only its derivation speaks of.

    The theorem holds for all values of such a letter, no hypothesis or goal mentions it, and values exist. All letters
    stay if there is an expectation and no random letter would be left."""
    sig = data["sig"]
    spoken = [data["hyps"], data["goals"], sig.get("losses", {})]
    letters = {n: d for n, d in sig.get("letters", {}).items() if _mentions(spoken, n)}
    if _mentions(spoken, "E") and not any("law" in d for d in letters.values()):
        letters = sig.get("letters", {})  # an expectation of what is not random, over letters that must be there
    out = statement({"sig": {**sig, "letters": letters}, "hyps": data["hyps"], "goals": data["goals"]}, whole)
    del out["rules"]  # with everything it remembers
    return out


def _shelf(kind: str, table: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {f"{kind}:{k}": {**v["statement"], "parsed": parse(v["statement"]["sig"])} for k, v in table.items()
            if "statement" in v}


class Outcome(dict[str, Any]):
    """Result for one theorem, as it is printed."""


def _replayed(r: Rules, data: Json, where: dict[str, Any]) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Replay hypotheses and steps into `r.facts`; which facts each step used, and its counted work."""
    env = dict(r.sig.nat)
    for h in data["hyps"]:
        r.facts[h["id"]] = Fact(r.prefix(h["all"]), h["concl"], env)
    steps = _listed(data["steps"], "steps")
    if len(steps) > MAX_STEPS:
        raise Reject(f"more than {MAX_STEPS} steps")
    used: dict[str, list[str]] = {}
    work: dict[str, int] = {}
    for s in steps:
        if type(s) is not dict or type(s.get("id")) is not str or s["id"] in ("", "IH", *r.facts):
            raise Reject("a step has no id, or one that is in use")
        where.update(step=s["id"], rule=s.get("rule"))
        r.touched = set()
        before = r.alg.budget.left
        r.step(s)
        used[s["id"]], work[s["id"]] = sorted(r.touched), before - r.alg.budget.left
        r.facts[s["id"]] = Fact(r.prefix(s["all"]), s["concl"], env)
    where.update(step=None, rule=None)
    return used, work


def _footprint(r: Rules, footprints: dict[str, Outcome]) -> dict[str, list[str]]:
    base, axioms, lemmas = set(r.base), set(), set()
    for t in r.used_theorems:
        if t.startswith("base:"):
            base.add(t[5:])
        elif t.startswith("axiom:"):
            axioms.add(t[6:])
        else:
            lemmas.add(t)
            base |= set(footprints[t]["base_facts"])
            axioms |= set(footprints[t]["axioms"])
    return {"base_facts": sorted(base), "axioms": sorted(axioms), "oracles": [], "lemmas": sorted(lemmas)}


_MALFORMED = (TypeError, ValueError, LookupError, AttributeError, AssertionError, ArithmeticError, RecursionError,
              StopIteration, MemoryError)


def _failure(name: Any, where: dict[str, Any], e: Exception) -> Outcome:
    reason = str(e) if isinstance(e, Reject) else (
        "nested too deeply" if isinstance(e, RecursionError) else
        f"malformed input ({type(e).__name__}: {str(e)[:80]})")
    return Outcome(id=name if type(name) is str else None, ok=False, **where, reason=reason)


def theorem(data: Json, library: dict[str, Any], footprints: dict[str, Outcome],
            whole: Budget | None = None) -> Outcome:
    """Replay one theorem; on success add it to the library."""
    name = data.get("id") if type(data) is dict else None
    where: dict[str, Any] = {"step": None, "rule": None}
    keys = ("id", "sig", "hyps", "goals", "steps", "qed")
    try:
        fields(data, keys, keys, "theorem")
        if type(name) is not str or name in library or ":" in name:
            raise Reject(f"theorem id {name!r:.60} is missing, in use or reserved")
        parts = statement(data, whole)
        r = parts["rules"]
        r.library, r.used_theorems, r.hypotheses = library, set(), data["hyps"]
        used, work = _replayed(r, data, where)
        if len(_listed(data["qed"], "qed")) != len(data["goals"]):
            raise Reject("qed must name one fact for each goal")
        for goal, step in zip(data["goals"], data["qed"], strict=True):
            r.touched = set()
            fact = r.look(step, r.top())
            if [list(p) for p in fact.prefix] != goal["all"]:
                raise Reject("the step named in qed has another prefix than the goal")
            scope = r.enter(fact.prefix, r.top())
            (k1, p1), (k2, p2) = r.formula(fact.concl, scope), r.formula(goal["concl"], scope)
            if (k1 != k2 and (k1, k2) != ("gt", "ge")) or p1.sort != p2.sort or r.alg.sub(p1, p2).terms:
                raise Reject("the step named in qed proves another formula than the goal")
        library[name] = entry(data, whole)
    except (Reject, *_MALFORMED) as e:
        return _failure(name, where, e)
    uses = {h["id"]: [s for s, facts in used.items() if h["id"] in facts] for h in data["hyps"]}
    footprints[name] = Outcome(id=name, ok=True, steps=len(used), hyp_uses=uses, premises=used, work=work,
                               rules=sorted({s["rule"] for s in data["steps"]}), **_footprint(r, footprints))
    return footprints[name]


def refutation(data: Json, library: dict[str, Any], footprints: dict[str, Outcome],
               whole: Budget | None = None) -> Outcome:
    """Replay a proof that a statement is false."""
    name = data.get("id") if type(data) is dict else None
    where: dict[str, Any] = {"step": None, "rule": None}
    try:
        keys = ("id", "statement", "kind")
        fields(data, (*keys, "instance", "theorem", "at"), keys, "refutation")
        keys = ("sig", "hyps", "goals")
        fields(data["statement"], (*keys, "exists"), keys, "statement")
        parts = statement(data["statement"], whole)
        if data["kind"] == "evaluate":
            found = refute.by_evaluation(parts, data["instance"], Budget(WORK, whole))
            return Outcome(id=name, ok=True, steps=1, base_facts=[], axioms=[], oracles=[], lemmas=[], **found)
        if data["kind"] != "derive":
            raise Reject(f"unknown kind of refutation {data['kind']!r:.40}")
        keys = ("sig", "hyps", "steps")
        own = fields(data["theorem"], keys, keys, "theorem of a refutation")
        if any(ev.form(f, own["sig"].get("nat", {})) < 0 for f in own["sig"].get("assume", [])):
            raise Reject("the index assumptions of a refutation must hold at the least naturals")
        r = statement({**own, "goals": [{"all": [], "concl": ["ge", ["q", "0"], ["q", "0"]]}]}, whole)["rules"]
        r.library, r.used_theorems, r.hypotheses = library, set(), own["hyps"]
        used, work = _replayed(r, own, where)
        found = refute.by_derivation(parts, data["at"], r)
        return Outcome(id=name, ok=True, steps=len(used), premises=used, work=work, **found,
                       **_footprint(r, footprints))
    except (Reject, *_MALFORMED) as e:
        return _failure(name, where, e)


def shelves() -> dict[str, Any]:
    """Base facts and axioms, as theorems that can be used."""
    return {**_shelf("base", BASE_FACTS), **_shelf("axiom", AXIOMS)}


Seen = dict[str, tuple[dict[str, Any], Outcome]]


def _digest(data: Json, known: dict[str, str]) -> str:
    """Hash of a theorem and of everything it uses."""
    used = sorted({str(s.get("theorem")) for s in data["steps"] if s.get("rule") == "use"})
    text = json.dumps([data, [[n, known.get(n, "")] for n in used]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def check_all(theorems: Json, refutations: Json, seen: Seen | None = None) -> tuple[list[Outcome], list[Outcome]]:
    """Replay theorems in order (a later one may use those before it), then refutations.

    `seen` carries accepted theorems from one file to the next: the same theorem with the same lemmas, byte for byte,
    is replayed once in a process."""
    library = shelves()
    footprints: dict[str, Outcome] = {}
    whole = Budget(FILE_WORK)
    done: list[Outcome] = []
    digests: dict[str, str] = {}
    seen = {} if seen is None else seen
    for data in _listed(theorems, "derivation"):
        try:
            digest = _digest(data, digests)
        except _MALFORMED:
            digest = ""
        if digest in seen and data["id"] not in library:
            library[data["id"]], footprints[data["id"]] = seen[digest]
            outcome = footprints[data["id"]]
        else:
            outcome = theorem(data, library, footprints, whole)
            if digest and outcome["ok"]:
                seen[digest] = library[data["id"]], outcome
        if digest and outcome["ok"]:
            digests[data["id"]] = digest
        done.append(outcome)
    return done, [refutation(t, library, footprints, whole) for t in _listed(refutations, "refutations")]


def check(theorems: Json) -> list[Outcome]:
    """Replay theorems in order."""
    return check_all(theorems, [])[0]

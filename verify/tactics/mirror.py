"""A theorem at other values of its letters: with the signs of a few of them turned.

A statement whose formulas are even in x holds for x < 0 if it holds for x > 0; more generally the signs of several
letters may be turned together, such as those of a singular vector and of its singular value. That the turned formulas
are the ones that are there is what the kernel checks when the theorem is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from verify.kernel.errors import Budget, Reject
from verify.kernel.replay import WORK, entry, shelves, theorem

from .errors import TacticFailed
from .prover import Prover
from .spare import Taken

Json = Any
NAME = "statement"
TOGETHER = 2
"""Letters beside the first whose signs are turned with it."""
TRIES = 80
"""Sets of letters that are tried."""


def mirrored(stated: Json, changed: Json, letter: str) -> Json | None:
    """A derivation of `changed` from the theorem `stated`, over the same signature, in which `letter` and perhaps a
    few other letters have the opposite sign; replayed by the kernel with `stated` as a lemma. None if none is found."""
    known = {"id": NAME, "sig": stated["sig"], "hyps": stated["hyps"], "goals": stated["goals"], "steps": [], "qed": []}
    try:
        prover = Prover({k: changed[k] for k in ("sig", "hyps", "goals")}, "mirror", {NAME: known})
    except (Reject, TacticFailed):
        return None
    sig = prover.rules.library[NAME]["parsed"].data
    if letter not in sig["letters"]:
        return None
    for chosen in _sets(sig, letter):
        prover.rules.alg.budget = Budget(WORK)
        prover.steps.clear()
        try:
            qed = [_used(prover, _map(sig, chosen), k, goal) for k, goal in enumerate(changed["goals"])]
        except (Reject, TacticFailed):
            for step in prover.steps:
                prover.facts.pop(step["id"], None)
                prover.rules.facts.pop(step["id"], None)
            continue
        found = {**{k: changed[k] for k in ("sig", "hyps", "goals")}, "id": "mirror", "steps": prover.steps, "qed": qed}
        replayed = theorem(found, {**shelves(), NAME: entry(known)}, Taken())
        return found if replayed["ok"] else None
    return None


def _used(prover: Prover, mapping: Json, number: int, goal: Json) -> str:
    at = [{v: 1} for v, _, _ in goal["all"]]
    wish = f"goal {number}"
    return prover.use(wish, NAME, mapping, prefix=goal["all"], concl=goal["concl"], goal=number, at=at)


def _sets(sig: Mapping[str, Any], letter: str) -> Iterator[Sequence[str]]:
    """The letter with no other, with one, with two others whose sign can be turned."""
    fixed = {n for row in sig.get("losses", {}).values() for n in (row["grad"], row.get("pgrad"), row.get("params"))}
    fixed |= set(sig.get("losses", {})) | {letter}
    free = [
        n
        for n, d in sorted(sig["letters"].items())
        if n not in fixed and not any(d.get(k) for k in ("chain", "law", "free"))
    ]
    tries = 0
    for size in range(TOGETHER + 1):
        for others in combinations(free, size):
            if tries == TRIES:
                return
            tries += 1
            yield (letter, *others)


def _map(sig: Mapping[str, Any], chosen: Sequence[str]) -> Json:
    letters: dict[str, Any] = {}
    for n, d in sig["letters"].items():
        names = [f"i{k}" for k in range(len(d.get("index", [])))]
        image = ["*", ["q", "-1"], ["v", n, [{v: 1} for v in names], ""]]
        letters[n] = {"vars": names, "term": image} if n in chosen else n
    nat, dims = sig.get("nat", {}), sig.get("dims", {})
    return {"nat": {s: {s: 1} for s in nat}, "dims": {d: d for d in dims}, "letters": letters}

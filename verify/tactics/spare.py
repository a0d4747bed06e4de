"""Hypotheses that a derivation can spare: those it never uses, also those it only hands on to lemmas that spare them.

A lemma is often stated with the whole setting of its claim and needs a part of it. Then a theorem that uses the lemma
must prove all of its hypotheses, although the proof as a whole needs fewer. What can be left out is read off the
derivations; the theorem that is left is replayed by the kernel, with the lemmas that are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from verify.kernel.errors import Reject
from verify.kernel.replay import entry, shelves, theorem

Json = Any
UNREAD = ("id", "all", "concl", "theorem", "map")
"""Fields of a step that name no fact."""


class Spare:
    """What the theorems of one derivation can spare. Each is looked at once."""

    def __init__(self, theorems: Mapping[str, Json], entries: Mapping[str, Json] | None = None) -> None:
        """`theorems` by id, with all lemmas that they use; they are taken to be replayed. `entries` are those that were
        made before, as later theorems see them."""
        self._theorems, self._entries = theorems, entries or {}
        self._guessed: dict[str, frozenset[str]] = {}
        self._shorter: dict[str, Json] = {}
        self._library: dict[str, Json] = shelves()
        self._told: dict[str, frozenset[str]] = {}

    def guess(self, name: str) -> frozenset[str]:
        """Hypotheses of the theorem `name` that nothing it concludes goes back to, as far as names of facts tell."""
        if name not in self._guessed:
            data = self._theorems.get(name)
            self._guessed[name] = frozenset()  # a derivation that uses itself is none
            if data is not None:
                self._shorter[name], self._guessed[name] = self._shortened(data)
        return self._guessed[name]

    def of(self, name: str) -> frozenset[str]:
        """Hypotheses of the theorem `name` without which the kernel replays it, all of them left out together."""
        if name not in self._told:
            left = self.guess(name)
            data = self._theorems.get(name)
            self._told[name] = frozenset()
            if data is not None:
                short = self._shorter[name]
                lemmas = {str(s["theorem"]) for s in short["steps"] if "theorem" in s} & self._theorems.keys()
                if any(self.of(lemma) != self.guess(lemma) for lemma in lemmas):
                    left = frozenset()  # a lemma spares less than it seemed
                if left and theorem(self._mapped(short), self._library, Taken())["ok"]:
                    self._told[name] = left
                else:
                    self._library[name] = self._entries.get(name) or entry(data)
        return self._told[name]

    def _shortened(self, data: Json) -> tuple[Json, frozenset[str]]:
        """A theorem with the steps that its goals go back to and the hypotheses that those use; what was left out."""
        steps = [self._freed(s) for s in data["steps"]]
        uses = {s["id"]: set(_strings([x for k, x in s.items() if k not in UNREAD])) for s in steps}
        needed: set[str] = set()
        todo = list(data["qed"])
        while todo:
            fact = todo.pop()
            if fact not in needed:
                needed.add(fact)
                todo += uses.get(fact, ())
        hyps = [h for h in data["hyps"] if h["id"] in needed]
        short = {**data, "hyps": hyps, "steps": [s for s in steps if s["id"] in needed]}
        return short, frozenset(h["id"] for h in data["hyps"]) - needed

    def _freed(self, step: Json) -> Json:
        """A step without proofs of hypotheses that its lemma spares."""
        if "theorem" not in step:
            return step
        spared = self.guess(str(step["theorem"]))
        return {**step, "hyps": {k: x for k, x in step["hyps"].items() if k not in spared}}


    def _mapped(self, short: Json) -> Json:
        """A theorem that maps only those letters of its lemmas that these still speak of."""
        steps = []
        for s in short["steps"]:
            if "theorem" in s:
                letters = self._library[s["theorem"]]["parsed"].letters
                images = {k: x for k, x in s["map"]["letters"].items() if k in letters}
                s = {**s, "map": {**s["map"], "letters": images}}
            steps.append(s)
        return {**short, "steps": steps}


class Taken(dict[str, Any]):
    """What the kernel says of lemmas, of which only base facts and axioms are asked; here nobody reads them."""

    def __missing__(self, name: str) -> Json:
        return {"base_facts": [], "axioms": []}


def spared(theorems: Mapping[str, Json], name: str) -> frozenset[str]:
    """See `Spare.of`, for the theorem `name` of `theorems`; empty if the kernel does not take a lemma."""
    try:
        return Spare(theorems).of(name)
    except Reject:
        return frozenset()


def _strings(data: Json) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for x in data.values():
            yield from _strings(x)
    elif isinstance(data, list):
        for x in data:
            yield from _strings(x)

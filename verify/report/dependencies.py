"""Which statements and which claim files rest on which: read off the theorems that derivations use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .model import Claim, Statement

Json = Any
Key = tuple[str, str]  # id of the claim, label of the statement


@dataclass(frozen=True)
class Dependencies:
    """`below` lists, for each statement, those whose theorems its derivation uses, not counting what those use.

    `files` does the same for claim files, `axioms` for the axioms that a file uses itself. Only what is in the report
    is listed. A theorem from another file counts as that file's if both certificates state it alike.
    """

    claims: Mapping[str, Claim]
    below: Mapping[Key, tuple[Key, ...]]
    files: Mapping[str, tuple[str, ...]]
    axioms: Mapping[str, tuple[str, ...]]

    def statement(self, key: Key) -> Statement:
        """The statement with this `key`, claim id and label; StopIteration if there is none."""
        return next(s for s in self.claims[key[0]].statements if s.label == key[1])

    @cached_property
    def above(self) -> Mapping[Key, tuple[Key, ...]]:
        """The statements that use each statement."""
        return _turned(self.below)

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """The claims that use each claim."""
        return _turned(self.files)

    @cached_property
    def settled(self) -> frozenset[Key]:
        """Statements that are PROVED and rest on statements of this kind only."""
        verdicts = {(c.id, s.label): s.verdict for c in self.claims.values() for s in c.statements}
        found = {key for key, verdict in verdicts.items() if verdict == "PROVED"}
        while True:
            out = {key for key in found if any(other not in found for other in self.below.get(key, ()))}
            if not out:
                return frozenset(found)
            found -= out


def _turned(edges: Mapping[Any, Sequence[Any]]) -> dict[Any, tuple[Any, ...]]:
    out: dict[Any, list[Any]] = {key: [] for key in edges}
    for key in sorted(edges):
        for other in edges[key]:
            out.setdefault(other, []).append(key)
    return {key: tuple(users) for key, users in out.items()}


def dependencies(claims: Sequence[Claim]) -> Dependencies:
    """The dependencies among `claims`, whose ids differ."""
    files = {c.id: _File.of(c) for c in claims}
    homes: dict[str, list[_File]] = {}
    for f in files.values():
        homes.setdefault(f.claim.slug, []).append(f)

    def home(mine: _File, name: str) -> _File:
        """The file a theorem comes from: by the slug in its name, if that file states it alike."""
        for other in homes.get(name.split(".")[0], ()):
            if other is not mine and name in other.states and other.states[name] == mine.states.get(name):
                return other
        return mine

    below: dict[Key, tuple[Key, ...]] = {}
    on: dict[str, tuple[str, ...]] = {}
    axioms: dict[str, tuple[str, ...]] = {}
    for cid, f in files.items():
        for label in f.labels:
            found = {key for name in f.reached(label) for key in _owners(home(f, name), name)}
            below[cid, label] = tuple(sorted(found - {(cid, label)}))
        own = [name for name in f.uses if name in f.roots or home(f, name) is f]
        used = {u for name in own for u in f.uses[name]}
        on[cid] = tuple(sorted({home(f, u).claim.id for u in used if ":" not in u} - {cid}))
        axioms[cid] = tuple(sorted(u.removeprefix("axiom:") for u in used if u.startswith("axiom:")))
    return Dependencies({c.id: c for c in claims}, below, on, axioms)


def _owners(f: _File, name: str) -> Iterator[Key]:
    for label in f.owners.get(name, ()):
        yield f.claim.id, label


@dataclass(frozen=True)
class _File:
    claim: Claim
    labels: Mapping[str, tuple[str, ...]]  # statement -> its theorems and its refutation
    uses: Mapping[str, tuple[str, ...]]  # theorem or refutation -> what its steps use
    states: Mapping[str, Json]  # theorem -> what it states
    roots: frozenset[str]

    @staticmethod
    def of(c: Claim) -> _File:
        data: Mapping[str, Json] = c.certificate or {}
        labels = {}
        for s in data.get("statements") or ():
            refutation = [str(s["refutation"])] if isinstance(s.get("refutation"), str) else []
            labels[str(s["label"])] = (*map(str, s.get("theorems") or ()), *refutation)
        uses = {str(t["id"]): _used(t["steps"]) for t in data.get("derivation") or ()}
        states = {str(t["id"]): [t["sig"], t["hyps"], t["goals"]] for t in data.get("derivation") or ()}
        for r in data.get("refutations") or ():
            uses[str(r["id"])] = _used((r.get("theorem") or {}).get("steps") or ())
        return _File(c, labels, uses, states, frozenset(x for names in labels.values() for x in names))

    @cached_property
    def owners(self) -> dict[str, list[str]]:
        out: dict[str, list[str]] = {}
        for label, names in self.labels.items():
            for name in names:
                out.setdefault(name, []).append(label)
        return out

    def reached(self, label: str) -> set[str]:
        """Theorems that the derivation of a statement leads to, not beyond those that are other statements' own."""
        seen: set[str] = set()
        waiting = list(self.labels[label])
        while waiting:
            for name in self.uses.get(waiting.pop(), ()):
                if ":" not in name and name not in seen:
                    seen.add(name)
                    foreign = name.split(".")[0] != self.claim.slug
                    if not foreign and (name not in self.owners or label in self.owners[name]):
                        waiting.append(name)
        return seen


def _used(steps: Sequence[Mapping[str, Json]]) -> tuple[str, ...]:
    return tuple(sorted({str(s["theorem"]) for s in steps if s.get("rule") == "use"}))

"""What the kernel can say about a mutant: that it is no statement, the same one, a weaker one, or true as well.

All of it is proved by a derivation that the kernel replays, found by `verify.tactics.immediate`; what is not proved is
left open. The names:

- *ill-sorted*: the kernel does not take the mutant as a statement.
- *equivalent*: where all other facts hold, the changed formula follows from the original one and conversely. If a
  conclusion is immediate by itself any other true one is that, too; then the two must follow from each other alone.
- *implied*: the changed statement follows from the original one (a weaker conclusion or a stronger hypothesis), so no
  instance can tell that the original is too strong there.
- *proved*: the mutant is a theorem, too. The statement is not sharp at that place. Its hypotheses may contradict each
  other; or it is the statement itself with other signs of a few letters, if that is proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from verify.evidence.generate import Fact
from verify.evidence.terms import BINDERS, Statement, walk
from verify.evidence.work import spend
from verify.tactics.immediate import MALFORMED, Premises, readings
from verify.tactics.mirror import mirrored
from verify.tactics.readings import Readings

REDUNDANT = "it follows from the other hypotheses"
SPARED = "the derivation, whose lemmas do not use it either"

Fate = tuple[str, str]
"""Status, and what the kernel replayed (or refused)."""


QUESTION = 300
"""What one question to the kernel counts in the budget of evaluations."""
RANDOM_QUESTION = 1500
"""The same about a statement with random letters: normal forms of expectations cost more."""


class Consequences:
    """What follows from one statement and for its mutants; what they share is read once."""

    def __init__(self, statement: Statement, shared: Readings | None = None, *, proved: bool = False) -> None:
        """`shared` is what was read before over the signature of the statement; `proved` says that it is a theorem."""
        self.statement, self.proved = statement, proved
        self._shared = shared
        random = any("law" in letter for letter in statement["sig"].get("letters", {}).values())
        self.price = RANDOM_QUESTION if random else QUESTION

    def _follows(self, premises: Premises | None, goal: Fact) -> bool:
        spend(self.price)
        return premises is not None and premises.prove([_bare(goal)], rewriting=False) is not None

    def _near(self, premises: Premises | None, name: str, goal: Fact) -> bool:
        """Whether a formula follows from the premise that differs from it in one place."""
        spend(self.price)
        return premises is not None and premises.near(name, _bare(goal)) is not None

    @cached_property
    def shared(self) -> Readings | None:
        """What is read over the signature of the statement; None if the kernel does not take it."""
        return self._shared or read(self.statement)

    def _premises(self, statement: Statement, hyps: Sequence[Fact]) -> Premises | None:
        own = statement["sig"] == self.statement["sig"]
        if own and self.shared is None:
            return None
        try:
            return Premises(statement["sig"], list(hyps), self.shared if own else None)
        except MALFORMED:
            return None

    @cached_property
    def alone(self) -> Premises | None:
        """The hypotheses."""
        return self._premises(self.statement, self.statement["hyps"])

    @cached_property
    def claimed(self) -> Premises | None:
        """The hypotheses and the goals."""
        return self._premises(self.statement, [*self.statement["hyps"], *_claims(self.statement["goals"])])

    def ill_formed(self, mutant: Statement, number: int | None, name: str | None) -> str | None:
        """Why the kernel does not take the changed goal or hypothesis, or None."""
        if self.alone is None:
            return None
        if number is not None:
            return self.alone.refuses(mutant["goals"][number])
        changed = [h for h in mutant["hyps"] if h["id"] == name]
        return self.alone.refuses(changed[0], hypothesis=True) if changed else None

    def of_goal(self, mutant: Statement, number: int) -> Fate | None:
        """Fate of a mutant that changes one goal. Other goals are premises in both directions."""
        old, new = self.statement["goals"][number], mutant["goals"][number]
        if self._near(self.claimed, f"claim.{number}", new):
            return "implied", "from the statement"
        if not self._follows(self.claimed, new):
            return None
        changed = [*self.statement["hyps"], *_claims(mutant["goals"])]
        if not self._follows(self._premises(self.statement, changed), old):
            return "implied", "from the statement"
        others = [c for k, c in enumerate(_claims(self.statement["goals"])) if k != number]
        if not self._follows(self._premises(self.statement, [*self.statement["hyps"], *others]), old):
            return "equivalent", "both directions"
        if self._follows(self._premises(self.statement, _claims([old])), new) and self._follows(
            self._premises(self.statement, _claims([new])), old
        ):
            return "equivalent", "both directions"
        return self.theorem(mutant)

    def of_hypothesis(self, mutant: Statement, name: str) -> Fate | None:
        """Fate of a mutant that changes or drops one hypothesis."""
        (old,) = (h for h in self.statement["hyps"] if h["id"] == name)
        premises = self._premises(mutant, mutant["hyps"])
        if any(h["id"] == name for h in mutant["hyps"]) and self._near(premises, name, old):
            return "implied", "from the statement"
        if not self._follows(premises, old):
            return None
        new = [h for h in mutant["hyps"] if h["id"] == name]
        if not new:
            return "equivalent", REDUNDANT
        if self._follows(self.alone, new[0]):
            return "equivalent", "both directions"
        return "implied", "from the statement"

    @cached_property
    def bare(self) -> Premises | None:
        """No hypotheses."""
        return self._premises(self.statement, [])

    def of_part(self, old: Fact, new: Fact, path: Sequence[int]) -> Fate | None:
        """That a mutant is the same statement since a part around the changed place equals what it was.

        What surrounds the place is read by itself, for all values of the indices that are bound there: a product under
        a trace or between columns is small where the whole formula is not, so this counts nothing in the budget.
        """
        for up in range(len(path) - 1, max(0, len(path) - 1 - AROUND), -1):
            before, prefix = _part(old, path[:up])
            after, _ = _part(new, path[:up])
            if _size(before) > PART:
                return None
            asked = {"all": prefix, "concl": ["eq", before, after]}
            if self.bare is not None and self.bare.prove([asked], rewriting=False) is not None:
                return "equivalent", "the part that is changed equals what it was"
        return None

    def by_cases(self, name: str) -> Fate | None:
        """Whether the goals also hold where one hypothesis fails, so that a proved statement needs it nowhere.

        The hypothesis is one relation between quantities that are neither random nor moving: then it holds or its
        negation does, once for all. Where it holds the goals are proved already.
        """
        (old,) = (h for h in self.statement["hyps"] if h["id"] == name)
        negated = _negation(self.statement, old)
        if negated is None:
            return None
        others = [h for h in self.statement["hyps"] if h["id"] != name]

        def otherwise(formula: Any) -> Fate | None:
            mutant = {**self.statement, "hyps": [*others, {**old, "concl": formula}]}
            return self.theorem(mutant) or self.elsewhere(mutant, name)

        relation, a, b = negated
        found = [otherwise(negated)]
        if found == [None] and relation == "ge":
            found = [otherwise(["gt", a, b]), otherwise(["eq", b, a])]
        if None in found:
            return None
        reasons = dict.fromkeys(fate[1] for fate in found if fate is not None)
        return "proved", f"the derivation where it holds; where it fails, {' or '.join(reasons)}"

    def elsewhere(self, mutant: Statement, name: str) -> Fate | None:
        """Whether a changed hypothesis contradicts the others, or asks for the statement at other signs of letters."""
        (changed,) = (h for h in mutant["hyps"] if h["id"] == name)
        premises = self._premises(mutant, mutant["hyps"])
        spend(self.price)
        if premises is not None and premises.contradiction() is not None:
            return "proved", "a contradiction between the hypotheses"
        letter = _signed(changed)
        if not self.proved or letter is None:
            return None
        spend(self.price)
        if mirrored(self.statement, mutant, letter) is None:
            return None
        return "proved", "the derivation, with other signs of letters"

    def theorem(self, mutant: Statement) -> Fate | None:
        """Whether the mutant has an immediate proof of its own."""
        same = mutant["hyps"] == self.statement["hyps"]
        premises = self.alone if same else self._premises(mutant, mutant["hyps"])
        spend(self.price)
        found = premises is not None and premises.prove([_bare(g) for g in mutant["goals"]]) is not None
        return ("proved", "an immediate proof") if found else None


AROUND = 3
"""Terms around a changed place that are compared, the smallest first."""
PART = 60
"""Nodes of such a term, and no more."""


def _part(fact: Fact, path: Sequence[int]) -> tuple[Any, list[Any]]:
    """The term at a place of a fact, and the indices that are bound there with their ranges."""
    x, prefix = fact["concl"], list(fact["all"])
    for i in path:
        if x[0] in BINDERS:
            prefix.append([x[1], x[2], x[3]])
        x = x[i]
    return x, prefix


def _size(term: Any) -> int:
    """The number of nodes of a term."""
    return sum(1 for _ in walk(term))


def _signed(fact: Fact) -> str | None:
    """The letter whose sign a formula is about, if it is about nothing else."""
    formula = fact["concl"]
    if fact["all"] or formula[0] not in ("ge", "gt"):
        return None
    letters = [x for x in formula[1:] if x[0] == "v"]
    return str(letters[0][1]) if len(letters) == 1 and ["q", "0"] in formula[1:] else None


NEGATIONS = {"ge": "gt", "gt": "ge"}


def _negation(statement: Statement, fact: Fact) -> Any | None:
    """What holds where a fact fails; None if that is no single relation."""
    formula, sig = fact["concl"], statement["sig"]
    if fact["all"] or formula[0] not in ("ge", "gt", "ne"):
        return None
    for x in walk(formula):
        if x[0] in ("t", "D", "E"):
            return None
        if x[0] in ("v", "ch"):
            letter = sig["letters"].get(x[1])
            if letter is None or "law" in letter or letter.get("dep", "const") != "const":
                return None
    if formula[0] == "ne":
        return ["eq", formula[1], formula[2]]
    return [NEGATIONS[formula[0]], formula[2], formula[1]]


def _bare(fact: Fact) -> dict[str, Any]:
    return {"all": fact["all"], "concl": fact["concl"]}


def _claims(goals: Sequence[Fact]) -> list[dict[str, Any]]:
    return [{"id": f"claim.{k}", **_bare(g)} for k, g in enumerate(goals)]


def read(statement: Statement) -> Readings | None:
    """What questions about a statement share, at first empty; None if the kernel does not take its signature."""
    try:
        return readings(statement["sig"])
    except MALFORMED:
        return None

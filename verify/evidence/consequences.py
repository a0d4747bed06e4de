"""What the kernel can say about a mutant: that it is no statement, the same one, a weaker one, or true as well.

All of it is proved by a derivation that the kernel replays, found by `verify.tactics.immediate`; what is not proved is
left open. The names:

- *ill-sorted*: the kernel does not take the mutant as a statement.
- *equivalent*: where all other facts hold, the changed formula follows from the original one and conversely. If a
  conclusion is immediate by itself any other true one is that, too; then the two must follow from each other alone.
- *implied*: the changed statement follows from the original one (a weaker conclusion or a stronger hypothesis), so no
  instance can tell that the original is too strong there.
- *proved*: the mutant is a theorem, too. The statement is not sharp at that place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verify.evidence.generate import Fact
from verify.evidence.terms import Statement
from verify.tactics.immediate import formed, immediate

REDUNDANT = "it follows from the other hypotheses"

Fate = tuple[str, str]
"""Status, and what the kernel replayed (or refused)."""


def plain(statement: Statement) -> dict[str, Any]:
    return {k: statement[k] for k in ("sig", "hyps", "goals")}


def follows(statement: Statement, premises: Mapping[str, Fact], goal: Fact) -> bool:
    """Whether a fact follows by an immediate proof from the hypotheses of a statement and named other facts."""
    more = [{"id": name, "all": f["all"], "concl": f["concl"]} for name, f in premises.items()]
    question = {
        "sig": statement["sig"],
        "hyps": [*statement["hyps"], *more],
        "goals": [{"all": goal["all"], "concl": goal["concl"]}],
    }
    return immediate(question, rewriting=False) is not None


def of_goal(statement: Statement, mutant: Statement, number: int) -> Fate | None:
    """Fate of a mutant that changes one goal. Other goals are premises in both directions."""
    claims = {f"claim.{k}": g for k, g in enumerate(statement["goals"])}
    if not follows(statement, claims, mutant["goals"][number]):
        return None
    old, new = statement["goals"][number], mutant["goals"][number]
    changed = {f"claim.{k}": g for k, g in enumerate(mutant["goals"])}
    if not follows(statement, changed, old):
        return "implied", "from the statement"
    if not follows(statement, {f"claim.{k}": g for k, g in enumerate(statement["goals"]) if k != number}, old):
        return "equivalent", "both directions"
    bare = {**statement, "hyps": []}
    if follows(bare, {"claim": old}, new) and follows(bare, {"claim": new}, old):
        return "equivalent", "both directions"
    return theorem(mutant)


def of_hypothesis(statement: Statement, mutant: Statement, name: str) -> Fate | None:
    """Fate of a mutant that changes or drops one hypothesis."""
    (old,) = (h for h in statement["hyps"] if h["id"] == name)
    if not follows(mutant, {}, old):
        return None
    new = [h for h in mutant["hyps"] if h["id"] == name]
    if not new:
        return "equivalent", REDUNDANT
    return ("equivalent", "both directions") if follows(statement, {}, new[0]) else ("implied", "from the statement")


def theorem(mutant: Statement) -> Fate | None:
    """Whether the mutant has an immediate proof of its own."""
    return ("proved", "an immediate proof") if immediate(plain(mutant)) is not None else None


def ill_formed(mutant: Statement) -> str | None:
    """Why the kernel does not take the mutant as a statement, or None."""
    return formed(plain(mutant))

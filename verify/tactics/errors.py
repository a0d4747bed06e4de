"""What a tactic says when it cannot find a step."""

from __future__ import annotations


class TacticFailed(Exception):
    """A step was not found. `where` names claim, statement and step; `next` says what may help."""

    def __init__(self, what: str, *, where: str = "", why: str = "", next: str = "") -> None:
        self.what, self.where, self.why, self.next = what, where, why, next
        super().__init__(
            "; ".join(
                part for part in (f"{where}: {what}" if where else what, why, f"next: {next}" if next else "") if part
            )
        )

    def at(self, where: str) -> TacticFailed:
        """The same failure with its place `where` in front."""
        return TacticFailed(
            self.what, where=f"{where}, {self.where}" if self.where else where, why=self.why, next=self.next
        )

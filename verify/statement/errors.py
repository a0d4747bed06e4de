"""Errors that say what is wrong, where, why it matters, and what to do next."""

from __future__ import annotations


class StatementError(Exception):
    """Misuse of the statement language: raised at the line that misuses it."""

    def __init__(self, what: str, *, where: str = "", why: str = "", next: str = "") -> None:
        self.what, self.where, self.why, self.next = what, where, why, next
        super().__init__(compose(what, where, why, next))


class SortError(StatementError):
    """An expression that has no sort. Inside a statement it is kept as data and never escapes."""


class NotExpressible(StatementError):
    """A well-sorted statement that the kernel language cannot carry yet."""


class ClaimFileError(StatementError):
    """A claim file that could not be loaded."""

    def __init__(self, path: str, line: int | None, what: str, *, why: str = "", next: str = "") -> None:
        self.path, self.line = path, line
        super().__init__(what, where=path if line is None else f"{path}, line {line}", why=why, next=next)


def compose(what: str, where: str, why: str, next: str) -> str:
    """One sentence from its parts: place, what is wrong, `why` it matters, what to do `next`; empty parts are
    left out. `where` is the place.
    """
    parts = [f"{where}: {what}" if where else what]
    if why:
        parts.append(why)
    if next:
        parts.append(next)
    return "; ".join(part.rstrip(".;") for part in parts)

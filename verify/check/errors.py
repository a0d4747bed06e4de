"""Errors of input: what is wrong, at which place, and what to write instead."""

from __future__ import annotations

WINDOW = 72


class InputError(ValueError):
    """Input that cannot be understood. `text` and `at` give the place, if there is one."""

    def __init__(self, message: str, text: str | None = None, at: int = 0, where: str = "") -> None:
        super().__init__(message)
        self.message, self.text, self.at, self.where = message, text, at, where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def located(self, where: str) -> InputError:
        """The same error, said to be in a named part of the problem."""
        return type(self)(self.message, self.text, self.at, self.where or where)

    def show(self) -> str:
        """Message, and the line with a caret under the place."""
        if self.text is None:
            return str(self)
        line_start = self.text.rfind("\n", 0, self.at) + 1
        line_end = self.text.find("\n", self.at)
        line = self.text[line_start : line_end if line_end >= 0 else len(self.text)]
        column = min(self.at - line_start, len(line))
        low = max(0, min(column - WINDOW // 2, len(line) - WINDOW))
        shown = line[low : low + WINDOW].replace("\t", " ")
        before, after = ("..." if low else ""), ("..." if low + WINDOW < len(line) else "")
        caret = " " * (len(before) + column - low) + "^"
        return f"{self}\n  {before}{shown}{after}\n  {caret}"


class IllSorted(InputError):
    """A statement that is well written but has no meaning: shapes that do not fit."""

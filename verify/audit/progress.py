"""Progress on standard error, for work that takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from typing import TextIO

PATIENCE = 2.0


class Progress:
    """One live line on a terminal; elsewhere one line for each finished claim."""

    def __init__(self, total: int, stream: TextIO | None = None, quiet: bool = False) -> None:
        self.total = total
        self.done = 0
        self.quiet = quiet
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._began = time.monotonic()
        self._width = 0

    @property
    def seconds(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._began

    def show(self, what: str) -> None:
        """What is going on now."""
        if self._live and not self.quiet and self.seconds > PATIENCE:
            self._write(f"[{self.done}/{self.total}] {self.seconds:.0f} s  {what}")

    def finish(self, what: str) -> None:
        """One more is done."""
        self.done += 1
        if self._live:
            self.show(what)
        elif not self.quiet and self.seconds > PATIENCE:
            self._stream.write(f"[{self.done}/{self.total}] {self.seconds:.0f} s  {what}\n")
            self._stream.flush()

    def close(self) -> None:
        """Take the line of progress off the terminal."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0

    def _write(self, line: str) -> None:
        line = line[:100]
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = max(self._width, len(line))

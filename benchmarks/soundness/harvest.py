"""Calls of the kernel's functions as they happen while twins, recorded questions and certificates are checked."""

from __future__ import annotations

import argparse
import json
import pickle
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.kernel import recorded
from tests.kernel.calls import Unwritable, written
from tests.kernel.traced import Tracer, caches, functions
from tests.must_fail import traces
from tests.must_fail.files import answer

from .mutation import RESULT, known, listed, load, wanted

Json = Any
ROOT = Path(__file__).resolve().parents[2]
MOST = 24  # calls of one function
LONGEST = 4.0  # seconds of one source
AT = {1, 3, 15}  # which calls of a function are taken from one source


class Harvester(Tracer):
    """Writes down what functions are given."""

    def __init__(self, wanted: set[str], most: int = MOST) -> None:
        self.most = most
        self.found: dict[str, dict[str, Json]] = {}
        self.tried: Counter[str] = Counter()
        self.here: Counter[str] = Counter()
        super().__init__()
        for name in functions().keys() - wanted:
            del self.inner[name]

    def _noting(self, name: str, f: Any) -> Callable[..., Any]:
        found = self.found.setdefault(name, {})

        def noting(*args: Any, **named: Any) -> Any:
            self.here[name] += 1
            if self.here[name] in AT and len(found) < self.most and self.tried[name] < self.most + 20:
                self.tried[name] += 1
                try:
                    form = written(args, named)
                    found.setdefault(json.dumps(form), form)
                except (Unwritable, RecursionError):
                    pass
            return f(*args, **named)

        return noting

    def during(self, run: Callable[[], Any]) -> None:
        for x in caches():
            x.cache_clear()
        self.here.clear()
        full = [n for n in self.inner if len(self.found[n]) >= self.most or self.tried[n] >= self.most + 20]
        for n in full:  # no more are wanted: not slowed down
            del self.inner[n]
        with self.installed():
            try:
                signal.setitimer(signal.ITIMER_PROF, LONGEST)
                run()
            except (Exception, Long):
                pass  # a source that is rejected has been called all the same
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)


def sources(only: str) -> Iterator[Callable[[], Any]]:
    """Twins and changes of them whose names begin so, and recorded questions in between."""
    rng = random.Random(1)
    questions = rng.sample(list(recorded.QUESTIONS), len(recorded.QUESTIONS)) if not only else []
    rows = [row for row in traces.read() if wanted(row[0], only)]
    rows = sorted(rng.sample(rows, len(rows)), key=len)
    for k in range(max(len(questions), len(rows))):
        if k < len(rows):
            yield partial(_answer, rows[k])
        if k < len(questions):
            yield recorded.QUESTIONS[questions[k]]


def _answer(row: Json) -> Any:
    return answer(traces.certificate(row))


class Long(BaseException):
    """A source takes longer than LONGEST."""


def _long(number: int, frame: Any) -> None:
    raise Long


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.harvest", description=__doc__)
    parser.add_argument("file", type=Path, help="where to write")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--functions", default="", help="only functions whose name begins with one of these")
    parser.add_argument("--sources", default="", help="only twins whose name begins with one of these")
    args = parser.parse_args()
    sys.setrecursionlimit(20_000)
    signal.signal(signal.SIGPROF, _long)
    every = listed(args.functions or "-")
    outcomes = known(load(RESULT), every)
    names = {
        m.definition.name for m in every if outcomes.get(m.id) is None and wanted(m.definition.name, args.functions)
    }
    harvester = Harvester(names)
    began = time.process_time()
    number = 0
    for number, run in enumerate(sources(args.sources)):  # noqa: B007
        harvester.during(run)
        if time.process_time() - began > args.seconds or not harvester.inner:
            break
    found = {n: [x[k] for k in sorted(x, key=len)] for n, x in harvester.found.items() if x}
    args.file.write_bytes(pickle.dumps(found))
    print(
        f"{sum(map(len, found.values()))} calls of {len(found)} functions, of {len(names)}, from {number + 1} sources"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

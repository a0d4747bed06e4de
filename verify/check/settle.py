"""From a problem to an answer: the family's search, the kernel's replay, and never a verdict without the second.

A family is a module of this package with two functions:

    settle(problem, budget) -> Answer          the search; for PROVED, CONDITIONAL and REFUTED with a certificate
    stands(problem, verdict, certificate) -> str | None
                                               None if what the kernel replays in the certificate (the items named in
                                               `rests`) says exactly what the verdict says of this problem, else why not

The first is not trusted. The second is part of what a verdict rests on: it states the problem in the kernel's language.
"""

from __future__ import annotations

import importlib
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from . import expression as ex
from . import matrices as mx
from .answer import Answer
from .errors import IllSorted, InputError
from .problem import Flow, Identity, Inequality, MatrixIdentity, Probability, Problem, Semidefinite
from .syntax import deep

FAMILIES = {
    "inequality": "scalar",
    "identity": "identity",
    "matrix": "matrix",
    "psd": "psd",
    "ode": "ode",
    "probability": "probability",
}
Json = Any


class OutOfTime(BaseException):
    """The budget is used up. Not an `Exception`, so that no search swallows it."""


class Budget:
    """Wall-clock seconds for one search."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; negative when the time is up."""
        return self.end - time.monotonic()

    def check(self) -> None:
        """Raise OutOfTime when the time is up."""
        if self.left <= 0:
            raise OutOfTime


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise OutOfTime even inside a computation that does not look at the clock (in the main thread)."""
    usable = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not usable or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return

    def ring(*_: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def settle(problem: Problem) -> Answer:
    """The answer to a problem; its verdict is the kernel's, or OPEN."""
    began = time.monotonic()
    with deep():
        answer = _searched(problem)
        if answer.settled:
            answer = _replayed(problem, answer)
    return replace(
        answer, id=problem.id, statement=answer.statement or show(problem), seconds=time.monotonic() - began
    )


def _searched(problem: Problem) -> Answer:
    name = f"{__package__}.{FAMILIES[problem.family]}"
    try:
        family = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return Answer("OPEN", message=f"statements of the family {problem.family} are not settled yet: not yet built")
    budget = Budget(problem.hints.budget)
    try:
        with _alarm(budget.seconds + 0.5):
            answer: Answer = family.settle(problem, budget)
            return answer
    except OutOfTime:
        advice = f"give it more time (--budget {2 * budget.seconds:g}), a narrower domain or a hint"
        return Answer("OPEN", tried=(f"the search did not end within {budget.seconds:g} s",), advice=advice)
    except IllSorted as error:
        return Answer("ILL-SORTED", message=str(error))
    except InputError as error:
        return Answer("ERROR", message=str(error))
    except (Exception, RecursionError) as error:  # a failure of the search says nothing about the statement
        return Answer("OPEN", tried=(f"the search failed ({type(error).__name__}: {str(error)[:200]})",))


def _replayed(problem: Problem, answer: Answer) -> Answer:
    """The answer if the kernel accepts its certificate and the certificate says what the answer says."""
    outcome = judge(problem, answer.verdict, answer.certificate)
    if isinstance(outcome, str):
        return Answer("OPEN", tried=(*answer.tried, f"{answer.method or 'a search'}: {outcome}"))
    if answer.verdict == "REFUTED" and answer.counterexample is not None and answer.counterexample.undefined and (
        any(name in str(problem.source) for name in ("acot", "arccot"))
    ):
        return Answer("OPEN", tried=("a side has no value where acot(z) = atan(1/z) has none",))
    base, axioms = outcome
    verdict = "CONDITIONAL" if axioms and answer.verdict == "PROVED" else answer.verdict
    return replace(answer, verdict=verdict, footprint=(*base, *(f"axiom {a}" for a in axioms)))


def judge(problem: Problem, verdict: str, certificate: Mapping[str, Json] | None) -> str | tuple[list[str], list[str]]:
    """Base facts and axioms on which the verdict rests; or, as a text, why the certificate does not carry it."""
    from verify.kernel.errors import Reject
    from verify.kernel.kinds import check_file

    if certificate is None:
        return "the search gave a verdict without a certificate"
    family = importlib.import_module(f"{__package__}.{FAMILIES[problem.family]}")
    try:
        with deep():
            reason = family.stands(problem, "PROVED" if verdict == "CONDITIONAL" else verdict, certificate)
            if reason is not None:
                return f"the certificate states something else: {reason}"
            outcomes = check_file(dict(certificate))
    except Reject as error:
        return f"the kernel refuses the certificate: {error}"
    except (Exception, RecursionError) as error:
        return f"the certificate is malformed ({type(error).__name__}: {str(error)[:120]})"
    return carried(certificate, outcomes)


def carried(certificate: Mapping[str, Json], outcomes: Mapping[str, Json]) -> str | tuple[list[str], list[str]]:
    """Base facts and axioms of the items named in `rests`, all of which must have been accepted."""
    rests = certificate.get("rests")
    if not isinstance(rests, list) or not rests:
        return "the certificate does not say what the verdict rests on"
    by_id: dict[str, Json] = {}
    for kind, items in outcomes.items():
        for item in items:
            if item.get("ok") is not True:
                return f"the kernel rejects {item.get('id')!r} among {kind}: {item.get('reason')}"
            if str(item.get("id")) in by_id:
                return f"two items are called {item.get('id')!r}"
            by_id[str(item.get("id"))] = item
    missing = [name for name in rests if name not in by_id]
    if missing:
        return f"there is no item {missing[0]!r} in the certificate"
    base = sorted({b for name in rests for b in by_id[name].get("base_facts", ())})
    axioms = sorted({a for name in rests for k in ("axioms", "oracles") for a in by_id[name].get(k, ())})
    return base, axioms


def show(problem: Problem) -> str:
    """The statement in a line."""
    s = problem.statement
    if isinstance(s, Inequality):
        return f"{ex.show(s.lhs)} {s.rel} {ex.show(s.rhs)}" + _for(s.vars)
    if isinstance(s, Identity):
        given = "".join(f", {ex.show(a)} {op} {ex.show(b)}" for op, a, b in s.conditions)
        return f"{ex.show(s.lhs)} = {ex.show(s.rhs)}" + _for(s.vars) + given
    if isinstance(s, MatrixIdentity):
        known = [f"{mx.show(a)} = {mx.show(b)}" for a, b in s.hypotheses]
        known += [f"{name} {' '.join(words)}" for name, words in s.flags if words]
        known += [f"{mx.show(t)} invertible" for t in s.invertible]
        return f"{mx.show(s.lhs)} = {mx.show(s.rhs)}" + (f"  if {'; '.join(known)}" if known else "")
    if isinstance(s, Semidefinite):
        rows = ", ".join("[" + ", ".join(map(ex.show, r)) + "]" for r in s.rows)
        return f"{s.claim}([{rows}])" + _for(s.vars)
    if isinstance(s, Flow):
        field = ", ".join(f"{n}' = {ex.show(e)}" for n, e in s.field)
        how = s.claim[0]
        if how == "bounded":
            rate = ex.times(ex.negative(s.claim[2]), ("var", "t"))
            how = f"at most {ex.show(ex.times(s.claim[1], ('exp', rate)))} in absolute value"
        start = [f"{n} = {ex.show(v)}" for n, v in s.init or ()] + [f"{n} in {i}" for n, i in s.init_domain]
        return f"{ex.show(s.quantity)} is {how} along {field} from {', '.join(start)}"
    assert isinstance(s, Probability)
    words = f"{s.statement}: " if s.statement else ""  # only the formal part is settled
    if s.lhs is not None and s.rhs is not None:
        return f"{words}{ex.show(s.lhs)} {s.rel} {ex.show(s.rhs)}" + _for(s.vars)
    assert s.range is not None and s.bound is not None
    away = "P(mean - mu >= t)" if s.sides == 1 else "P(abs(mean - mu) >= t)"
    ends = ", ".join(map(ex.show, s.range))
    return f"{words}{away} <= {ex.show(s.bound)}  for n independent variables of one law in [{ends}]"


def _for(rows: Any) -> str:
    parts = [f"{n} {d}" if isinstance(d, str) else f"{n} in {d}" for n, d in rows]
    return "  for " + ", ".join(parts) if parts else ""

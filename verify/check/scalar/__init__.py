"""Scalar inequalities: a proof tree or a counterexample that the kernel replays, or OPEN."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from verify.kernel.errors import Budget, Reject
from verify.kernel.scalar import replay
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.proof import Prover

from .. import expression as ex
from ..answer import Answer, Counterexample
from ..problem import Inequality, Interval, Problem

Json = Any
EMPTY = "a range is empty"  # how the kernel says it
_KEYS = ("vars", "lhs", "rel", "rhs")


def expression_json(e: ex.Expr) -> Json:
    """An expression of the parser in the kernel's form."""
    return [expression_json(p) if isinstance(p, tuple) else p for p in e]


def range_json(i: Interval) -> Json:
    """The interval `i` as kernel JSON: two ends (None if infinite), and whether each is left out."""
    low = None if i.low == ex.MINUS_INFINITY else expression_json(i.low)
    high = None if i.high == ex.INFINITY else expression_json(i.high)
    return [low, high, i.open_low or low is None, i.open_high or high is None]


def statement_json(s: Inequality) -> dict[str, Json]:
    """What an inequality says, as the kernel reads it."""
    rows = {name: range_json(i) for name, i in s.vars}
    return {"vars": rows, "lhs": expression_json(s.lhs), "rel": s.rel, "rhs": expression_json(s.rhs)}


def stands(problem: Problem, verdict: str, certificate: Json) -> str | None:
    """None if the item the certificate rests on says this of the problem; else why not."""
    rests, items = certificate.get("rests"), certificate.get("scalars")
    if not isinstance(problem.statement, Inequality) or not isinstance(items, list) or len(items) != 1:
        return "it is not about one inequality"
    item = items[0]
    if rests != [item.get("id")]:
        return "it rests on something else"
    if {k: item.get(k) for k in _KEYS} != statement_json(problem.statement):
        return "the statements differ"
    wanted = {"PROVED": "proof", "REFUTED": "refutation"}.get(verdict)
    if wanted is None or wanted not in item:
        return f"it holds no {wanted}"
    return None


def settle(problem: Problem, budget: Any) -> Answer:
    """A proof or a counterexample found within the budget; OPEN with what was tried else."""
    assert isinstance(problem.statement, Inequality)
    return settled(problem.statement, problem.hints, budget.left)


def settled(s: Inequality, hints: Any, seconds: float) -> Answer:
    """The answer to the inequality `s` after at most `seconds`, with `hints` for the search."""
    from .counter import Counter
    from .report import explained, margin_text
    from .search import Search, Timeout

    began = time.monotonic()
    said = statement_json(s)
    try:
        d, lhs, rel, rhs = replay.statement({**said, "id": "claim"}, Prover(Budget(10**9)))
    except Reject as error:
        if EMPTY in str(error):
            return Answer("VACUOUS", message="the domain is empty, so the statement says nothing")
        return Answer("OPEN", tried=(f"the statement is outside of this family: {error}",))
    known = closed_parts(lhs, rhs, d)
    bits = max(32, min(2048, hints.precision)) if hints is not None and hints.precision else 64
    search = Search(seconds * 0.95, known, bits)
    if hints is not None:
        search.monotone_in = tuple(hints.monotone_in)
    counter = Counter(search, d, lhs, rel, rhs)

    def refuted(found: Any) -> Answer:
        point, what = found
        item = {**said, "id": "claim", "refutation": {"at": {x: t.to_json(e) for x, e in point.items()}, "bits": 256}}
        values = {x: ex.show(_back(e)) for x, e in point.items()}
        undefined = what["fails"] != "relation"
        if undefined:
            value = "undefined" if what["fails"] == "undefined" else "not a real number"
            reason = f"the {what['side']} side is {value}"
            example = Counterexample(values, None, reason, True)
        else:
            example = Counterexample(values, margin_text(counter.u, point), f"{rel} fails there")
        return Answer(
            "REFUTED", scope=_scope(s), method="evaluation at a point", counterexample=example,
            certificate={"scalars": [item], "rests": ["claim"]},
        )  # fmt: skip

    def proved(node: Json) -> Answer:
        item = {**said, "id": "claim", "proof": node}
        steps, method = explained(node, counter.u, rel)
        return Answer(
            "PROVED", scope=_scope(s), method=method, steps=steps, certificate={"scalars": [item], "rests": ["claim"]}
        )

    tried: list[str] = []
    target = ">" if rel in ("<", ">") else ">="
    try:
        found = counter.quick()
        if found:
            return refuted(found)
        tried.append("values at corners and on a grid")
        for depth, share in ((2, 0.12), (4, 0.45), (8, 0.95)):
            search.end = began + seconds * share
            try:
                node = hinted(search, d, counter.u, target, depth, hints)
                if node is not None:
                    return proved(node)
            except Timeout:
                tried.append(f"proof trees of depth {depth}: out of time")
            else:
                tried.append(f"proof trees of depth {depth}: none found")
            if depth == 2:
                search.end = began + seconds * 0.3
                try:
                    found = counter.deep()
                    if found:
                        return refuted(found)
                except Timeout:
                    pass
                tried.append("points near the ends, far out and around turning points")
    except Timeout:
        tried.append("the time is used up")
    low, where = counter.lowest
    if where is not None:
        place = ", ".join(f"{x} = {v:.12g}" for x, v in where.items())
        tried.append(f"smallest margin seen: about {low:.3g} at {place}")
    advice = "a narrower domain, --split at a point where both sides meet, or a larger --budget may help"
    return Answer("OPEN", scope=_scope(s), tried=tuple(tried), advice=advice)


def hinted(search: Any, d: Any, u: t.Expr, rel: str, depth: int, hints: Any) -> Json | None:
    """The search, after the splits and substitutions that the user asked for."""
    for x, value in hints.split if hints is not None else ():
        c = t.read(expression_json(value), frozenset())
        if x in d.names() and search.inside(d.side(x), c):
            return search.split(d, u, rel, depth + 1, x, c)
    for x, value in hints.substitute if hints is not None else ():
        from .substitution import substituted

        try:
            g = t.read(expression_json(value), ex.free(value))
        except Reject:
            continue
        node = substituted(search, d, u, rel, depth, x, g)
        if node is not None:
            return node
    return search.goal(d, u, rel, depth)


def closed_parts(lhs: t.Expr, rhs: t.Expr, d: Any) -> list[t.Expr]:
    """Constants that occur in a statement, without plain numbers; largest first."""
    found: dict[t.Expr, None] = {}
    for e in (lhs, rhs, *(x for _, side in d.box for x in (side.lo, side.hi) if x is not None)):
        for p in t.parts(e):
            if not t.free(p) and p[0] != "q":
                found[p] = None
    return list(found)[::-1][:12]


def _scope(s: Inequality) -> str:
    if not s.vars:
        return "a statement about constants"
    return "all " + ", ".join(f"{n} in {i}" for n, i in s.vars)


def _back(e: t.Expr) -> ex.Expr:
    """The kernel's expression in the parser's form, with quotients written out."""
    if e[0] == "q":
        return ex.rational(Fraction(e[1]))
    return (e[0], *(_back(p) if isinstance(p, tuple) else p for p in e[1:]))

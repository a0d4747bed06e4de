"""Sharpness of inequalities and semidefinite bounds: how close the two sides come on instances, and where they meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.check import short
from verify.evidence.continuation import stays
from verify.evidence.evaluate import Evaluator
from verify.evidence.exponents import exponent
from verify.evidence.generate import Plan
from verify.evidence.instance import Instance
from verify.evidence.terms import Env, Formula, Statement, Term, walk
from verify.evidence.trajectories import Along
from verify.evidence.values import Mat, ShapeError, Unsupported
from verify.numeric.enclosure import NotEvidence, precision

STEPS = 40
"""Halvings for the best constant of a semidefinite bound; beyond 2^20 it counts as without end."""


@dataclass(frozen=True)
class _Seen:
    """What one state says about a goal: that the sides meet (at an order), or their ratio."""

    met: int | None = None
    at_zero: bool = False
    ratio: Fraction | None = None


def sharpness(
    statement: Statement, pool: Sequence[Instance], along: Along | None = None, *, digits: int = 50
) -> list[dict[str, Any]]:
    """One entry a goal that is an inequality a >= b or says that a matrix P - N is PSD.

    `Tight`: at the instance both sides are equal and not 0 (P - N has a null vector that N does not take to 0), so no
    factor above 1 can stand before the smaller side. In a flow, where sides are often equal at the start anyway, the
    derivatives of both are equal there and not 0 (`order` 1); the agreement at later times is given as well.
    `Attained`: the bound is 0 and is reached. `Upper`, or `Lower` where the bound is on the smaller side (`bounded`):
    neither was met; `ratio` is a lower bound of the largest b / a (or of the rates at the start, or of the largest c
    with c P >= N), so a better constant than it is out of the question, and search did not find whether it would do.
    Bounds that change with time get the measured exponent, too (`exponents.py`).
    """
    plan = Plan.of(statement)
    out: list[dict[str, Any]] = []
    for n, goal in enumerate(statement["goals"]):
        formula = goal["concl"]
        if formula[0] not in ("ge", "gt", "psd"):
            continue
        best: tuple[Fraction, Instance] | None = None
        tight: tuple[Instance, int] | None = None
        zero: Instance | None = None
        with precision(digits):
            for instance in pool:
                for seen in _states(plan, instance, goal):
                    if seen.met is not None and seen.at_zero and zero is None:
                        zero = instance
                    elif seen.met is not None and not seen.at_zero and tight is None:
                        tight = instance, seen.met
                    if seen.ratio is not None and (best is None or seen.ratio > best[0]):
                        best = seen.ratio, instance
                if tight is not None:
                    break
        entry: dict[str, Any] = {"kind": "sharpness", "goal": n}
        if tight is not None:
            entry.update(status="Tight", order=tight[1], attained_at=tight[0].to_json())
            if along is not None:
                entry.update(_agreement(plan, n, tight[0], digits))
        elif zero is not None:
            entry.update(status="Attained", attained_at=zero.to_json())
        else:
            later = None if along is None else _along(plan, n, along, digits)
            if later is not None and (best is None or later[0] > best[0]):
                entry.update(status=bounded(plan, formula), ratio=short(later[0], up=False))
                entry.update(met_at=later[1].to_json(), time=later[2])
            elif best is not None:
                entry.update(status=bounded(plan, formula), ratio=short(best[0], up=False), met_at=best[1].to_json())
            else:
                entry.update(status="unknown", attempt={"instances": len(pool)})
        rate = None if along is None else exponent(plan, goal, along, lower=bounded(plan, formula) == "Lower")
        if rate is not None:
            entry["exponent"] = rate
        out.append(entry)
    return out


def bounded(plan: Plan, formula: Formula) -> str:
    """`Lower` if a formula bounds a quantity from below, else `Upper`.

    The bound is the side that reads fewer letters that move now; between equals, fewer matrices, then fewer letters.
    """
    if formula[0] == "psd":
        plus, minus = _signs(formula[1])
        high, low = ["+", ["q", "0"], *plus], ["+", ["q", "0"], *minus]
    else:
        high, low = formula[1], formula[2]
    return "Lower" if _weight(plan, low) < _weight(plan, high) else "Upper"


def _weight(plan: Plan, term: Term) -> tuple[int, int, int]:
    read = {(x[1], x[3] if x[0] == "v" else x[4]) for x in walk(term) if x[0] in ("v", "ch")}
    declared = [(plan.sig["letters"].get(name, {}), stage) for name, stage in sorted(read)]
    moving = sum(stage == "" and d.get("dep", "const") != "const" for d, stage in declared)
    return moving, sum(d.get("shape") is not None for d, _ in declared), len(read)


def _states(plan: Plan, instance: Instance, goal: Any) -> Iterator[_Seen]:
    ev = Evaluator(plan.sig, instance)
    try:
        environments = list(ev.environments(goal.get("all", []), {}))
    except (Unsupported, ShapeError, NotEvidence):
        return
    for env in environments:
        try:
            rates = any(x[0] == "D" for x in walk(goal["concl"]))
            found = _first_order(plan, ev, goal["concl"], env) if plan.time == "flow" and not rates else None
            yield found or _here(ev, goal["concl"], env)
        except (Unsupported, ShapeError, NotEvidence):
            continue


def _here(ev: Evaluator, formula: Formula, env: Env) -> _Seen:
    """At one state: whether the sides are equal, else their ratio."""
    if formula[0] == "psd":
        return _semidefinite(ev, formula[1], env)
    a, b = ev.scalar(formula[1], env), ev.scalar(formula[2], env)
    if _zero(a - b):  # both 0 says something only if the bound is 0
        return _Seen(0, at_zero=_zero(a)) if not _zero(a) or ["q", "0"] in formula[1:] else _Seen()
    first, second = vl.ends(a), vl.ends(b)
    if first is None or second is None:
        return _Seen()
    if first[0] > 0 and second[1] > 0:
        return _Seen(ratio=max(second[0], vl.ZERO) / first[1])
    if second[1] < 0 and first[0] < 0:  # both negative: |a| <= |b|
        return _Seen(ratio=max(-first[1], vl.ZERO) / -second[0])
    return _Seen(ratio=vl.ZERO) if first[0] > 0 or second[1] < 0 else _Seen()


def _first_order(plan: Plan, ev: Evaluator, formula: Formula, env: Env) -> _Seen | None:
    """Just after the start of a flow, where both sides agree there and a path goes on; None where they do not."""
    if formula[0] == "psd":
        return None
    (a, da), (b, db) = (ev.dual(formula[i], env, ev._rate) for i in (1, 2))
    if isinstance(a, Mat) or isinstance(b, Mat) or not _zero(a - b):
        return None
    left, right = (vl.ZERO if part is None else part for part in (da, db))
    if isinstance(left, Mat) or isinstance(right, Mat):
        return None
    if _zero(left - right):
        return _Seen() if _zero(right) else _Seen(1)  # at rest both sides stay as they are, whatever the bound says
    if not stays(plan, ev):
        return _Seen()
    ends, low = vl.ends(left), vl.ends(right)
    if ends is None or low is None:
        return _Seen()
    if low[1] < 0 and ends[0] < 0:  # both fall, b faster: how much of its rate a has
        return _Seen(ratio=max(-ends[1], vl.ZERO) / -low[0])
    if ends[0] > 0 and low[1] >= 0:  # both grow, a faster
        return _Seen(ratio=max(low[0], vl.ZERO) / ends[1])
    return _Seen(ratio=vl.ZERO)


def _semidefinite(ev: Evaluator, term: Term, env: Env) -> _Seen:
    """P - N by the signs of the summands: a common null direction of P - N, else the best constant before N."""
    plus, minus = _signs(term)
    whole = ev.matrix(term, env)
    if not whole.is_exact or whole.rows == 0:
        return _Seen()
    null = _null_vectors(whole)
    if not minus or not plus:
        return _Seen(0, at_zero=True) if null and not whole.is_zero() else _Seen(ratio=vl.ZERO)
    small = ev.matrix(minus[0] if len(minus) == 1 else ["+", *minus], env)
    if not small.is_exact or small.is_zero():
        return _Seen()
    if any(not small.mul(v).is_zero() for v in null):
        return _Seen(0)
    large = whole.add(small)
    low, high = Fraction(1), Fraction(2)
    while high < 2**20 and vl.psd_exact(large.sub(small.scale(high))):
        low, high = high, 2 * high
    if high >= 2**20:
        return _Seen(ratio=vl.ZERO)
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if vl.psd_exact(large.sub(small.scale(middle))) else (low, middle)
    return _Seen(ratio=1 / high)


def _signs(term: Term) -> tuple[list[Term], list[Term]]:
    """Summands by the sign of their leading constants, without the sign for the negative ones."""
    plus: list[Term] = []
    minus: list[Term] = []
    for x in term[1:] if term[0] == "+" else [term]:
        if x[0] == "*" and x[1][0] == "q" and Fraction(x[1][1]) < 0:
            factor = -Fraction(x[1][1])
            rest = list(x[2:]) if factor == 1 else [["q", str(factor)], *x[2:]]
            minus.append(rest[0] if len(rest) == 1 else ["*", *rest])
        else:
            plus.append(x)
    return plus, minus


def _null_vectors(a: Mat) -> list[Mat]:
    """A basis of the null space of an exact matrix."""
    rows = [list(r) for r in a.fractions()]
    n, pivots, r = a.cols, [], 0
    for c in range(n):
        pick = next((i for i in range(r, len(rows)) if rows[i][c]), None)
        if pick is None:
            continue
        rows[r], rows[pick] = rows[pick], rows[r]
        lead = rows[r][c]
        rows[r] = [x / lead for x in rows[r]]
        for i in range(len(rows)):
            if i != r and rows[i][c]:
                f = rows[i][c]
                rows[i] = [x - f * y for x, y in zip(rows[i], rows[r], strict=True)]
        pivots.append(c)
        r += 1
    out = []
    for free in (c for c in range(n) if c not in pivots):
        v = [Fraction(int(c == free)) for c in range(n)]
        for i, c in enumerate(pivots):
            v[c] = -rows[i][free]
        out.append(Mat.of(n, 1, v))
    return out


def _zero(x: Any) -> bool:
    return isinstance(x, Fraction) and x == 0


def _along(plan: Plan, n: int, along: Along, digits: int) -> tuple[Fraction, Instance, str] | None:
    """The largest ratio at later states of trajectories, with the start and the time."""
    per = len(along.states) // max(1, len(along.starts))
    best: tuple[Fraction, Instance, str] | None = None
    goal = plan.statement["goals"][n]
    with precision(digits):
        for k, state in enumerate(along.states):
            ev = Evaluator(plan.sig, state.instance)
            try:
                if any(ev.fact(h).status != "holds" for h in plan.static):
                    continue
                for env in ev.environments(goal.get("all", []), {}):
                    ratio = _here(ev, goal["concl"], env).ratio
                    if ratio is not None and (best is None or ratio > best[0]):
                        best = ratio, along.starts[k // per], str(state.time)
            except (Unsupported, ShapeError, NotEvidence):
                continue
    return best


def _agreement(plan: Plan, n: int, start: Instance, digits: int) -> dict[str, Any]:
    """Agreement of both sides one unit of time after a start at which they meet."""
    from verify.evidence.trajectories import follow
    from verify.numeric.flow import FlowFailure

    try:
        (state,) = follow(plan, start, [Fraction(1)], digits=digits)
        with precision(digits):
            ev = Evaluator(plan.sig, state.instance)
            verdict = ev.fact(plan.statement["goals"][n])
    except (Unsupported, FlowFailure, ShapeError, NotEvidence):
        return {}
    if verdict.digits is None:
        return {}
    return {"later": {"time": "1", "agree_digits": verdict.digits}}

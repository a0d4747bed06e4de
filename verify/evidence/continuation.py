"""Whether the hypotheses of a flow surely go on to hold for a while after a start.

A start with derivatives is not yet a path. Here a path is constructed from the form of the hypotheses: every letter
that moves has at most one definition,

- a motion `D x = f`, or `(D x)^e = f` where D x is not 0: a differential equation with a smooth right side;
- an equation `y^e = f` where y is not 0 (or e = 1): y is a smooth function of what stands in f;
- none: the letter is chosen to go straight on from the start (to rest, if it is not differentiable);

no definition refers to itself through others, and f is smooth there. Then a solution exists for a short time (Picard-
Lindelof, after elimination), with the derivatives of the instance. Inequalities hold for a while if they are strict at
the start, or if both sides are equal there and the derivative of their difference has the right sign.

Or the start is at rest and no hypothesis speaks of time: the path that stays there satisfies at all times what holds at
the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.evaluate import Evaluator, Verdict
from verify.evidence.generate import Fact, Plan
from verify.evidence.terms import Env, Formula, Term, children, walk
from verify.evidence.values import Mat, ShapeError, Unsupported
from verify.numeric.enclosure import NotEvidence

SMOOTH = frozenset(
    (
        *("q", "n", "pi", "t", "v", "ch", "one", "zero", "+", "*", "T", "tr", "kr", "vec"),
        *("pow", "sum", "prod", "exp", "cos", "D"),
    )
)
"""Constructors that keep a right side smooth everywhere."""

DOMAINS = frozenset(("inv", "log", "root"))
"""Constructors that are smooth where their argument is positive (inv: not 0). An indicator is where it is not 0."""


@dataclass(frozen=True)
class Definition:
    """What defines a letter: its derivative (`moves`) or itself, to the power `exponent`, equals `right`."""

    letter: str
    moves: bool
    exponent: int
    right: Term
    fact: Fact
    left: Term


def definitions(plan: Plan) -> Mapping[str, Definition] | None:
    """One definition for each letter that has one; None if the hypotheses have another form."""
    found: dict[str, Definition] = {}
    for h in (*plan.dynamic, *plan.static):
        formula = h["concl"]
        if formula[0] != "eq" or not (h in plan.dynamic or any(present(plan, x) for x in walk(formula))):
            continue
        options = [
            made
            for left, right in ((formula[1], formula[2]), (formula[2], formula[1]))
            if (made := _defined(plan, h, left, right)) is not None and made.letter not in found
        ]
        if not options:
            return None
        found[options[0].letter] = options[0]
    return found if _acyclic(plan, found) else None


def _defined(plan: Plan, h: Fact, left: Term, right: Term) -> Definition | None:
    exponent, whole = 1, left
    if left[0] == "pow" and set(left[2]) == {"1"}:
        exponent, left = left[2]["1"], left[1]
    moves = left[0] == "D"
    letter = left[1] if moves else left
    if letter[0] != "v" or letter[3] != "" or exponent < 1 or letter[1] in plan.derived:
        return None
    if (exponent > 1 or not moves) and (h.get("all") or letter[2] or not _scalar(plan, letter)):
        return None
    variables = sorted(row[0] for row in h.get("all", []))
    places = [[s for s in i if s in variables] for i in letter[2] if isinstance(i, dict)]
    if moves and (sorted(s for place in places for s in place) != variables or any(len(p) > 1 for p in places)):
        return None  # another index would speak of the same member: two definitions of one letter
    if plan.sig["letters"].get(letter[1], {}).get("dep", "const") == "const":
        return None
    return Definition(letter[1], moves, exponent, right, h, whole)


def _scalar(plan: Plan, letter: Term) -> bool:
    return plan.sig["letters"][letter[1]].get("shape") is None


def _acyclic(plan: Plan, found: Mapping[str, Definition]) -> bool:
    """Whether values and derivatives can be computed one after the other."""
    done: set[tuple[str, bool]] = set()

    def needs(name: str, moving: bool, trail: tuple[tuple[str, bool], ...]) -> bool:
        node = (name, moving)
        if node in done:
            return True
        if node in trail:
            return False
        definition = found.get(name)
        fine = True
        if definition is not None and (moving or not definition.moves):
            fine = all(needs(n, d, (*trail, node)) for n, d in _reads(plan, definition.right))
            if moving and not definition.moves:  # its derivative needs the derivatives of what it depends on
                fine = fine and all(needs(n, True, (*trail, node)) for n, _ in _reads(plan, definition.right))
        done.add(node)
        return fine

    return all(needs(name, True, ()) and needs(name, False, ()) for name in found)


def _reads(plan: Plan, term: Term) -> Iterator[tuple[str, bool]]:
    """Letters a term reads at the present time, and whether through their derivative."""

    def visit(x: Term, under: bool) -> Iterator[tuple[str, bool]]:
        if x[0] in ("v", "ch") and (x[3] if x[0] == "v" else x[4]) == "":
            for name in _behind(plan, x[1]):
                yield name, under
        for i in children(x):
            yield from visit(x[i], under or x[0] == "D")

    return visit(term, False)


def _behind(plan: Plan, name: str) -> Iterator[str]:
    """The letter itself, or what the loss is taken at whose value or gradient it is."""
    for loss, row in plan.sig.get("losses", {}).items():
        if name in (loss, row["grad"], row.get("pgrad")):
            yield from sorted({x[1] for x in walk(row["at"]) if x[0] in ("v", "ch")})
            return
    yield name


def present(plan: Plan, term: Any) -> bool:
    """Whether a term is time, or a letter at the present time that moves."""
    if term[0] == "t":
        return True
    if term[0] in ("v", "ch"):
        stage = term[3] if term[0] == "v" else term[4]
        dep = plan.sig["letters"].get(term[1], {}).get("dep", "const")
        return bool(stage == "" and dep != "const")
    return False


def moves(plan: Plan, term: Any, found: Mapping[str, Definition]) -> bool:
    """Whether a term is present and not a letter that is chosen to rest."""
    if not present(plan, term) or term[0] == "t":
        return present(plan, term)
    dep = plan.sig["letters"].get(term[1], {}).get("dep", "const")
    return dep == "smooth" or term[1] in plan.derived or term[1] in found


def explicit(plan: Plan) -> bool:
    """Whether every hypothesis about derivatives says D(letter) = term (or != term), once a letter."""
    found = definitions(plan)
    return found is not None and all(
        h["concl"][0] == "ne" or any(d.fact is h and d.exponent == 1 for d in found.values()) for h in plan.dynamic
    )


def steady(plan: Plan, nat: Mapping[str, int] | None = None) -> bool:
    """Whether no hypothesis speaks of the present state of something that moves, except the flow itself.

    Where the naturals `nat` are known, a chain without members is the identity, whatever its letters do.
    """
    found = definitions(plan) if explicit(plan) else None
    return found is not None and not any(
        moves(plan, x, found) and not _empty(x, nat or {}) for h in plan.static for x in walk(h["concl"])
    )


def _empty(term: Any, nat: Mapping[str, int]) -> bool:
    """Whether a term is a chain that surely has no members."""
    if term[0] != "ch" or any(s != "1" and s not in nat for end in term[2:4] for s in end):
        return False
    high, low = (sum(int(c) * (1 if s == "1" else nat[s]) for s, c in end.items()) for end in term[2:4])
    return high < low


def stays(plan: Plan, ev: Evaluator) -> bool:
    """Whether a path from the instance surely satisfies the hypotheses for a while."""
    try:
        if rests(plan, ev):
            return True
    except (Unsupported, ShapeError, NotEvidence):
        return False
    found = definitions(plan)
    if found is None or _turned(plan, ev, found):
        return False
    others = [h for h in (*plan.dynamic, *plan.static) if not any(d.fact is h for d in found.values())]
    try:
        return all(_local(plan, ev, d) for d in found.values()) and all(_stays(plan, ev, h, found) for h in others)
    except (Unsupported, ShapeError, NotEvidence):
        return False


def rests(plan: Plan, ev: Evaluator) -> bool:
    """Whether the path that stays at the instance satisfies the hypotheses at all times, since they hold there.

    No derivative differs from 0, no letter from its start, and no hypothesis speaks of time: each says the same at all
    times. Values and gradients of losses are functions of what rests.
    """
    if any(x[0] == "t" for h in plan.statement.get("hyps", []) for x in walk(h["concl"])):
        return False
    letters = ev.instance.letters
    for k, value in letters.items():
        if plan.sig["letters"].get(k[0], {}).get("dep", "const") == "const":
            continue
        if k[2] == "D" and not _still(value):
            return False
        now = letters.get((k[0], k[1], ""))
        if k[2] == "0" and (now is None or not _still(vl.sub(now, value))):
            return False
        smooth = plan.sig["letters"][k[0]].get("dep") == "smooth"
        if k[2] == "" and smooth and k[0] not in plan.derived and (k[0], k[1], "D") not in letters:
            return False
    return all(ev.fact(h).status == "holds" for h in plan.statement.get("hyps", []))


def _still(value: Any) -> bool:
    return value.is_zero() if isinstance(value, Mat) else isinstance(value, Fraction) and value == 0


def _turned(plan: Plan, ev: Evaluator, found: Mapping[str, Definition]) -> bool:
    """Whether the instance gives a derivative to a letter that need not have one and is not free to be chosen."""
    return any(
        k[2] == "D" and (k[0] in found or k[0] in plan.derived) and plan.sig["letters"][k[0]].get("dep") == "any"
        for k in ev.instance.letters
    )


def _local(plan: Plan, ev: Evaluator, d: Definition) -> bool:
    """Whether a definition can be solved near the instance, with a smooth right side and the given derivative."""
    if not d.moves and plan.sig["letters"][d.letter].get("dep") == "smooth":
        rate = slope(ev, d.fact["concl"], {})
        if rate is None or rate.status != "holds":
            return False
    if d.exponent > 1:
        base = ev.scalar(d.left[1], {})
        ends = vl.ends(base)
        if ends is None or ends[0] <= 0 <= ends[1]:
            return False
    return all(_smooth(plan, ev, d.right, env) for env in ev.environments(d.fact.get("all", []), {}))


def _smooth(plan: Plan, ev: Evaluator, term: Term, env: Env) -> bool:
    head = term[0]
    if not any(present(plan, x) for x in walk(term)):
        return True
    if head in DOMAINS:
        value = ev.value(term[1], env)
        ends = None if isinstance(value, Mat) else vl.ends(value)
        if ends is None or (ends[0] <= 0 and (head != "inv" or ends[1] >= 0)):
            return False
    elif head == "ind":  # constant as long as its argument, which is continuous, keeps its sign
        ends = vl.ends(ev.scalar(term[1], env))
        if ends is None or ends[0] <= 0 <= ends[1]:
            return False
    elif head not in SMOOTH:
        return False
    if head in ("sum", "prod"):
        return all(_smooth(plan, ev, term[4], {**env, term[1]: i}) for i in ev.range(term[2], term[3], env))
    return all(_smooth(plan, ev, term[i], env) for i in children(term))


def _stays(plan: Plan, ev: Evaluator, h: Fact, found: Mapping[str, Definition]) -> bool:
    formula = h["concl"]
    if h not in plan.dynamic and not any(moves(plan, x, found) for x in walk(formula)):
        return True
    return formula[0] != "eq" and all(
        _strict(plan, ev, formula, env) for env in ev.environments(h.get("all", []), {})
    )


def _strict(plan: Plan, ev: Evaluator, formula: Formula, env: Env) -> bool:
    """Whether a formula that holds at the start holds for a while, by continuity or by its derivative."""
    sides = formula[1:]
    if not all(_continuous(plan, ev, x, env) for x in sides):
        return False
    verdict = ev.judge(formula, env)
    if verdict.status == "holds" and not any(_varies(plan, x) for x in sides):
        return True
    if formula[0] == "ne":
        return verdict.status == "holds"
    if formula[0] == "psd":
        a = ev.matrix(formula[1], env)
        if not a.is_exact:
            return False
        if vl.psd_exact(a.sub(Mat.unit(a.rows).scale(Fraction(1, 10**6)))):
            return True
        if a.rows != 1 or not _null(a.at(0, 0)):
            return False
    elif verdict.low is not None and verdict.low > 0:
        return True
    rate = slope(ev, formula, env)
    return rate is not None and rate.low is not None and rate.low > 0


def _varies(plan: Plan, term: Term) -> bool:
    """Whether a side depends on what moves other than through indicators, which `_continuous` found to be constant."""
    return term[0] != "ind" and (present(plan, term) or any(_varies(plan, term[i]) for i in children(term)))


def _continuous(plan: Plan, ev: Evaluator, term: Term, env: Env) -> bool:
    """Whether a side is a continuous function of the state near the instance (a root is continuous at 0, too)."""
    if not any(x[0] in ("inv", "log", "ind", "E", "acos") for x in walk(term)):
        return True
    return _smooth(plan, ev, term, env)


def _null(x: Any) -> bool:
    """Exactly 0: an enclosure never is."""
    return isinstance(x, Fraction) and x == 0


def slope(ev: Evaluator, formula: Formula, env: Env) -> Verdict | None:
    """Verdict on the derivative of the difference of two sides that agree exactly; None if they do not, or for ne."""
    if formula[0] not in ("eq", "ge", "gt", "psd"):
        return None
    try:
        if formula[0] == "psd":
            m, dm = ev.dual(formula[1], env, ev._rate)
            if not isinstance(m, Mat) or m.rows != 1 or not _null(m.at(0, 0)):
                return None
            a: Any = m.at(0, 0)
            b: Any = vl.ZERO
            da: Any = dm.at(0, 0) if isinstance(dm, Mat) else None
            db: Any = None
        else:
            (a, da), (b, db) = (ev.dual(formula[i], env, ev._rate) for i in (1, 2))
    except (Unsupported, NotEvidence):
        return None
    gap = vl.sub(a, b)
    if not (gap.is_zero() if isinstance(gap, Mat) else _null(gap)):
        return None
    left = vl.zero_like(a) if da is None else da
    right = vl.zero_like(b) if db is None else db
    rate = vl.sub(left, right)
    cells = rate.entries() if isinstance(rate, Mat) else (rate,)
    if formula[0] == "eq":
        return _zero(cells)
    (x,) = cells
    ends = vl.ends(x)
    if ends is None:
        return None
    exact = isinstance(x, Fraction)
    if ends[0] >= 0:
        return Verdict("holds", ends[0], ends[1], exact)
    if ends[1] < 0:
        return Verdict("fails", ends[0], ends[1], exact, note="slope of the margin")
    return Verdict("unknown", ends[0], ends[1], exact)


def _zero(cells: Any) -> Verdict:
    low, high, exact = vl.ZERO, vl.ZERO, True
    for x in cells:
        ends = vl.ends(x)
        if ends is None:
            return Verdict("unknown", note="not finite")
        exact = exact and isinstance(x, Fraction)
        low = max(low, vl.ZERO if ends[0] <= 0 <= ends[1] else min(abs(ends[0]), abs(ends[1])))
        high = max(high, abs(ends[0]), abs(ends[1]))
    if high == 0:
        return Verdict("holds", vl.ZERO, vl.ZERO, exact)
    if low > 0:
        return Verdict("fails", -high, -low, exact, note="slope of the difference")
    return Verdict("unknown", -high, -low, exact)


__all__ = ["definitions", "explicit", "present", "slope", "stays", "steady"]

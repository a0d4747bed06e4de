"""Hypotheses that contradict each other: 0 > 0 as a combination of them, of their multiples and of visible signs.

Multiples are by monomials of visible sign, chosen so that a term of one fact becomes a term of another; for all values
of its indices a fact is taken at the ends of their ranges. The weights are found by linear programming.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

from verify.kernel import linear as ln
from verify.kernel.checker import Scope
from verify.kernel.errors import Reject
from verify.kernel.normal import SCALAR, Poly

from . import back
from .errors import TacticFailed
from .positivity import nonneg
from .prover import Known, Prover, rational
from .solve import positive_combination

Json = Any
INSTANCES = 3
"""Values of its indices at which one fact is taken."""
MONOMIALS = 40
"""Monomials whose signs are looked at."""
MULTIPLES = 60
"""Multiples of facts that are offered."""
TERMS = 24
"""Terms of a fact, and no more, that is looked at."""


def falsehood(p: Prover) -> Json | None:
    """A proof node of -1 >= 0 from the facts of `p`, or None."""
    scope = p.scope([])
    known = [k for k in _facts(p, scope) if len(k.poly.terms) <= TERMS]
    one = Known("ge", ["q", "1"], *p.rules.nonneg(["q", "1"], scope))
    polys = [k.poly for k in known]
    for more in ([], [*_visible(p, polys, scope), *islice(_multiples(p, known, polys, scope), MULTIPLES)]):
        node = _combined([*known, *more, one])
        if node is not None:
            return ["z", ["absurd", ["q", "-1"], node]]
    return None


def _combined(known: Sequence[Known]) -> Json | None:
    """A combination that says 0 > 0."""
    signed = [k for k in known if k.kind == "ge"]
    free = [k for k in known if k.kind == "eq"]
    turned = [{m: -c for m, c in k.poly.terms.items()} for k in free]
    columns = [*(k.poly.terms for k in signed), *(k.poly.terms for k in free), *turned]
    strict = [k.strict for k in signed] + [False] * (2 * len(free))
    weights = positive_combination({}, columns, strict, want_strict=True)
    if weights is None or not any(s and w for s, w in zip(strict, weights, strict=True)):
        return None
    n, m = len(signed), len(free)
    parts = [["mul", rational(w), k.proof] for w, k in zip(weights[:n], signed, strict=True) if w]
    for k, a, b in zip(free, weights[n : n + m], weights[n + m :], strict=True):
        if a != b:
            parts.append(["z", ["mul", rational(a - b), k.proof, None]])
    return ["add", *parts]


def _facts(p: Prover, scope: Scope) -> Iterator[Known]:
    for name, fact in p.facts.items():
        for at in islice(_ends(fact["all"]), INSTANCES):
            try:
                known = p.leaf(name, at, scope)
                if known.kind == "psd":
                    proof = ["trace", known.proof]
                    known = Known("ge", proof, *p.rules.nonneg(proof, scope))
            except (Reject, TacticFailed):
                continue
            if known.poly.sort == SCALAR:
                yield known


def _ends(prefix: Json) -> Iterator[Json]:
    """Values of the indices at the ends of their ranges and next to them, where these speak of no other index."""
    bound = {v for v, _, _ in prefix}
    choices = []
    for _, lo, hi in prefix:
        forms = [lo, {**lo, "1": lo.get("1", 0) + 1}, *([] if hi is None else [hi])]
        choices.append([{s: c for s, c in f.items() if c} for f in forms if not set(f) & bound])
    yield from (list(at) for at in product(*choices))


def _monomials(polys: Sequence[Poly]) -> list[Any]:
    return sorted({m for q in polys for m in q.terms}, key=repr)[:MONOMIALS]


def _visible(p: Prover, polys: Sequence[Poly], scope: Scope) -> Iterator[Known]:
    """Signs of the monomials."""
    for m in _monomials(polys):
        node = _sign(p, m, scope)
        if node is not None:
            yield Known("ge", node, *p.rules.nonneg(node, scope))


def _sign(p: Prover, m: Any, scope: Scope) -> Json | None:
    try:
        return nonneg(p, back.term(Poly(SCALAR, {m: 1})), scope)
    except Reject:
        return None


def _multiples(p: Prover, known: Sequence[Known], polys: Sequence[Poly], scope: Scope) -> Iterator[Known]:
    """Facts times a monomial of visible sign, or any monomial for an equation, that turns one of its terms into a
    term of a fact."""
    for k in known:
        seen: set[Any] = set()
        for first in sorted(k.poly.terms, key=repr):
            for m in _monomials(polys):
                rest = _quotient(m, first, scope)
                if rest is None or rest in seen:
                    continue
                seen.add(rest)
                try:
                    if k.kind == "eq":
                        proof = ["mul", back.term(Poly(SCALAR, {rest: 1})), k.proof, None]
                        yield Known("eq", proof, p.rules.zero(proof, scope))
                        continue
                    node = _sign(p, rest, scope)
                    if node is not None:
                        proof = ["mul", k.proof, node]
                        yield Known("ge", proof, *p.rules.nonneg(proof, scope))
                except Reject:
                    continue


def _quotient(m: Any, d: Any, scope: Scope) -> Any | None:
    """m / d for scalar monomials, if d is no sum and divides m in a way that can be seen; None for the quotient 1."""
    if d[0] or d[2]:
        return None
    left = dict(m[1])
    for atom, e in d[1]:
        if atom not in left:
            return None
        rest = ln.sub(left[atom], e)
        if not ln.nonnegative(rest, scope.known):
            return None
        if rest:
            left[atom] = rest
        else:
            del left[atom]
    atoms = tuple((a, left[a]) for a, _ in m[1] if a in left)
    return (m[0], atoms, m[2]) if atoms or m[0] or m[2] else None

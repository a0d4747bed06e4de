"""The hint --substitute x=g(t): a new variable t with x = g(t), for g with a known inverse."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from verify.kernel.errors import Reject
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Domain
from verify.kernel.scalar.terms import Expr

from .several import _range, range_json

if TYPE_CHECKING:
    from .search import Search

Json = Any
_INVERSE = {
    "exp": "log", "log": "exp", "sin": "asin", "cos": "acos", "tan": "atan", "asin": "sin", "acos": "cos",
    "atan": "tan", "sinh": "asinh", "cosh": "acosh", "tanh": "atanh", "asinh": "sinh", "acosh": "cosh", "atanh": "tanh",
}  # fmt: skip


def inverse(g: Expr, new: str, x: Expr) -> Expr | None:
    """h with g(h) = x, for g built from the new variable by sums, products, powers and functions with an inverse."""
    if g == ("var", new):
        return x
    holders = [p for p in g[1:] if isinstance(p, tuple) and new in t.free(p)]
    if len(holders) != 1:
        return None
    (inner,) = holders
    rest = [p for p in g[1:] if p is not inner]
    if g[0] == "+":
        return inverse(inner, new, t.minus(x, t.add(*rest)))
    if g[0] == "*":
        return inverse(inner, new, t.times(x, t.power(t.times(*rest), -1)))
    if g[0] == "pow" and g[1] is inner:
        r = t.value_of(g[2])
        return inverse(inner, new, t.power(x, Fraction(1) / r)) if r else None
    if g[0] in _INVERSE:
        return inverse(inner, new, (_INVERSE[g[0]], x))
    return None


def substituted(s: Search, d: Domain, u: Expr, rel: str, depth: int, x: str, g: Expr) -> Json | None:
    """The claim in the new variable, or None if the hint does not fit."""
    fresh = sorted(t.free(g) - d.names())
    if x not in d.names() or len(fresh) != 1 or x in t.free(g):
        return None
    new = fresh[0]
    h = inverse(g, new, ("var", x))
    if h is None:
        return None
    try:
        s.p.defined(d, h)
        side = _range(s, d, h)
        v = s.n.expression(s.n.of(t.substitute(u, {x: g})))
        then = s.goal(Domain((*((n, q) for n, q in d.box if n != x), (new, side))), v, rel, depth)
    except Reject:
        return None
    if then is None:
        return None
    row = {"name": new, "range": range_json(side), "value": t.to_json(h)}
    return {"rule": "generalize", "new": [row], "to": t.to_json(v), "drop": [x], "then": then}

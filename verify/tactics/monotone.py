"""Which of two terms that differ in one place is greater, with the kernel proof that says so.

A sum of non-negative terms grows with its range, a product of numbers in [0, 1] falls; what stands around the place
hands this on or turns it round: sums, products with factors of a known sign, powers, exponentials, inverses,
indicators, expectations. So a bound with fewer terms or a larger constant follows from the bound, without a search.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.kernel.checker import Scope

from .positivity import flat, nonneg, psd
from .prover import ONE, Prover, minus

Json = Any
LARGEST_POWER = 8
"""Powers of two terms that are compared factor by factor."""


def attempt(p: Prover, name: str, prefix: Json, new: Json) -> Json | None:
    """A proof node of the formula `new` from the fact `name`, both for all values of the indices in `prefix`; None if
    they do not differ in one place, or nothing is known about the difference. Raises Reject for what is no formula."""
    old, scope = p.facts[name]["concl"], p.scope(prefix)
    if p.facts[name]["all"] != prefix:
        return None
    weaker = old[0] == new[0] or (old[0], new[0]) == ("gt", "ge")
    if not weaker or old[0] not in ("ge", "gt", "psd") or old == new:
        return None
    fact = ["fact", name, [{r[0]: 1} for r in prefix]]
    if old[0] == "psd":
        gap = _psd_above(p, old[1], new[1], scope)
    elif old[2] == new[2]:
        gap = above(p, old[1], new[1], scope)
    elif old[1] == new[1]:
        gap = above(p, new[2], old[2], scope)
    else:
        gap = None
    return None if gap is None else ["add", fact, gap]


def above(p: Prover, low: Json, high: Json, scope: Scope) -> Json | None:
    """A proof node of high - low >= 0 for scalars that differ in one place, or None."""
    if low == high:
        return ["q", "0"]
    if low[0] == "q" == high[0]:
        gap = Fraction(high[1]) - Fraction(low[1])
        return ["q", str(gap)] if gap >= 0 else None
    if low[0] != high[0] or len(low) != len(high):
        return None
    if low[0] in ("sum", "prod"):
        return _ranges(p, low, high, scope)
    places = [i for i in range(1, len(low)) if low[i] != high[i]]
    rule = RULES.get(low[0])
    return None if rule is None or len(places) != 1 else rule(p, low, high, places[0], scope)


def _sum(p: Prover, low: Json, high: Json, i: int, scope: Scope) -> Json | None:
    return above(p, low[i], high[i], scope)


def _product(p: Prover, low: Json, high: Json, i: int, scope: Scope) -> Json | None:
    others = [y for k, x in enumerate(low) if k not in (0, i) for y in (flat(x) if x[0] == "*" else [x])]
    sign, weight = Fraction(1), Fraction(1)
    rest: list[Json] = []
    for x in others:
        if x[0] == "q":
            sign, weight = (-sign if Fraction(x[1]) < 0 else sign), weight * abs(Fraction(x[1]))
        else:
            rest.append(x)
    gap = above(p, low[i], high[i], scope) if sign > 0 else above(p, high[i], low[i], scope)
    factor = _nonneg(p, ["*", *rest] if len(rest) > 1 else rest[0], scope) if rest else ["q", "1"]
    if gap is None or factor is None:
        return None
    return ["mul", ["mul", ["q", str(weight)], factor], gap]


def _expectation(p: Prover, low: Json, high: Json, i: int, scope: Scope) -> Json | None:
    gap = above(p, low[1], high[1], scope)
    return None if gap is None else ["E", gap]


def _indicator(p: Prover, low: Json, high: Json, i: int, scope: Scope) -> Json | None:
    """1{y >= 0} >= 1{x >= 0} if y >= x: where x >= 0 both are 1, where x < 0 the right side is 0."""
    x, y = low[1], high[1]
    gap = above(p, x, y, scope)
    if gap is None or _has(gap, "E"):  # an expectation is not taken inside a case
        return None
    name = p.fresh("sign" + "'" * _depth(gap))
    here = ["fact", name, []]
    both = ["add", ["ind1", y, ["add", here, gap]], ["mul", ["q", "-1"], ["ind1", x, here], None]]
    neither = ["mul", ["q", "-1"], ["ind0", x, here], None]
    return ["case", name, x, ["z", both], ["add", ["ind", y], ["z", neither]]]


def _exponential(p: Prover, low: Json, high: Json, i: int, scope: Scope) -> Json | None:
    """e^y - e^x = e^x (e^(y - x) - 1 - (y - x)) + e^x (y - x)."""
    gap = above(p, low[1], high[1], scope)
    if gap is None:
        return None
    first = ["exp", low[1]]
    return ["add", ["mul", first, ["exp1", minus(high[1], low[1])]], ["mul", first, gap]]


def _inverse(p: Prover, low: Json, high: Json, i: int, scope: Scope) -> Json | None:
    """1/b - 1/a = (a - b) / (a b) for a >= b > 0."""
    a, b = low[1], high[1]
    gap, positive = above(p, b, a, scope), [_nonneg(p, x, scope) for x in (a, b)]
    if gap is None or None in positive:
        return None
    one_a, one_b = (["inv", x, node] for x, node in zip((a, b), positive, strict=True))  # a / a = 1
    both = ["mul", ["inv", positive[0]], ["inv", positive[1]]]
    exact = ["add", ["mul", ["*", ["q", "-1"], high], one_a, None], ["mul", low, one_b, None]]
    return ["add", ["mul", gap, both], ["z", exact]]


def _power(p: Prover, low: Json, high: Json, i: int, scope: Scope) -> Json | None:
    """y^n - x^n = (y - x) (y^(n-1) + .. + x^(n-1)) for y >= x >= 0."""
    if i != 1 or set(low[2]) - {"1"}:
        return None
    n, x, y = low[2].get("1", 0), low[1], high[1]
    gap = above(p, x, y, scope)
    nodes = [_nonneg(p, t, scope) for t in (x, y)]
    if gap is None or None in nodes or not 1 <= n <= LARGEST_POWER:
        return None

    def power(node: Json, e: int) -> Json:
        return ["pow", node, {"1": e}] if e else ["q", "1"]

    return ["mul", gap, ["add", *(["mul", power(nodes[1], n - 1 - k), power(nodes[0], k)] for k in range(n))]]


RULES = {
    "+": _sum,
    "*": _product,
    "E": _expectation,
    "ind": _indicator,
    "exp": _exponential,
    "inv": _inverse,
    "pow": _power,
}


def _ranges(p: Prover, low: Json, high: Json, scope: Scope) -> Json | None:
    """Two sums or products over the same range, or over ranges of which one lacks an end of the other."""
    head, v, lo, hi, body = low
    if high[1] != v:
        return None
    if high[2:4] == low[2:4]:
        _x, _lo, _hi, inner = p.rules.binder(v, lo, hi, scope)
        gap = above(p, body, high[4], inner)
        if gap is None or head == "sum":
            return None if gap is None else ["sum", v, lo, hi, gap]
        node = _nonneg(p, body, inner)
        return None if node is None else ["prodmono", v, lo, hi, node, gap]
    if high[4] != body:
        return None
    for long, short in ((low, high), (high, low)):
        cut = _cut(long, short)
        if cut is not None:
            break
    else:
        return None
    mid, end = cut
    _x, _lo, _hi, one = p.rules.binder(v, end, end, scope)
    if head == "sum" and long is high:  # the terms are >= 0
        node = _nonneg(p, body, one)
        split = ["split", v, long[2], mid, long[3], body]
        return None if node is None else ["add", ["sum", v, end, end, node], ["z", split]]
    if head == "sum":  # the terms are <= 0
        node = _nonneg(p, _negative(body), one)
        split = ["mul", ["q", "-1"], ["split", v, long[2], mid, long[3], body], None]
        return None if node is None else ["add", ["sum", v, end, end, node], ["z", split]]
    if long is high:
        return None
    rest, node = _nonneg(p, short, scope), _at_most_one(p, body, one)
    split = ["mul", ["q", "-1"], ["psplit", v, long[2], mid, long[3], body], None]
    if rest is None or node is None:
        return None
    return ["add", ["mul", rest, ["sum", v, end, end, node]], ["z", split]]


def _cut(long: Json, short: Json) -> tuple[Json, Json] | None:
    """Where the longer range is cut to get the shorter one and its end, and that end; None if it is not so."""
    if short[3] == long[3] and short[2] == _shifted(long[2], 1):
        return long[2], long[2]
    if short[2] == long[2] and short[3] == _shifted(long[3], -1):
        return short[3], long[3]
    return None


def _shifted(form: Json, by: int) -> Json:
    c = form.get("1", 0) + by
    rest = {s: x for s, x in form.items() if s != "1"}
    return {**rest, "1": c} if c else rest


def _negative(t: Json) -> Json:
    """-t, with one rational factor."""
    factors = flat(t) if t[0] == "*" else [t]
    weight = Fraction(-1)
    for x in factors:
        if x[0] == "q":
            weight *= Fraction(x[1])
    return ["*", ["q", str(weight)], *(x for x in factors if x[0] != "q")]


def _complement(t: Json) -> Json | None:
    """s if the term is written as 1 - s."""
    if t[0] == "+" and len(t) == 3 and t[1] == ONE and t[2][0] == "*" and t[2][1] == ["q", "-1"] and len(t[2]) > 2:
        return t[2][2] if len(t[2]) == 3 else ["*", *t[2][2:]]
    return None


def _nonneg(p: Prover, t: Json, scope: Scope) -> Json | None:
    """A proof node of t >= 0, also of 1 - s >= 0 for an s that is at most 1 by its shape."""
    s = _complement(t)
    node = nonneg(p, t, scope)
    if node is None and s is not None:
        return _at_most_one(p, s, scope)
    if node is None and t[0] in ("sum", "prod"):
        _x, _lo, _hi, inner = p.rules.binder(t[1], t[2], t[3], scope)
        inside = _nonneg(p, t[4], inner)
        return None if inside is None else [*t[:4], inside]
    if node is None and t[0] == "*":
        parts = [_nonneg(p, x, scope) for x in flat(t)]
        if None not in parts:
            node = parts[0]
            for part in parts[1:]:
                node = ["mul", node, part]
    return node


def _at_most_one(p: Prover, t: Json, scope: Scope) -> Json | None:
    """A proof node of 1 - t >= 0 for a t that is at most 1 by its shape: a probability, an indicator, a product."""
    s = _complement(t)
    if s is not None:
        return _nonneg(p, s, scope)
    if t[0] == "q":
        return ["q", str(1 - Fraction(t[1]))] if Fraction(t[1]) <= 1 else None
    if t[0] == "ind":
        return ["notind", t[1]]
    if t[0] == "E":
        inside = _at_most_one(p, t[1], scope)
        return None if inside is None else ["E", inside]
    if t[0] == "prod":
        _x, _lo, _hi, inner = p.rules.binder(t[1], t[2], t[3], scope)
        node, gap = _nonneg(p, t[4], inner), _at_most_one(p, t[4], inner)
        return None if node is None or gap is None else ["prodmono", *t[1:4], node, gap]
    if t[0] == "*":  # 1 - a b = 1 - a + a (1 - b)
        first, *others = flat(t)
        node, gap = _nonneg(p, first, scope), _at_most_one(p, first, scope)
        if not others:
            return gap
        rest = _at_most_one(p, others[0] if len(others) == 1 else ["*", *others], scope)
        return None if node is None or gap is None or rest is None else ["add", gap, ["mul", node, rest]]
    return None


def _psd_above(p: Prover, low: Json, high: Json, scope: Scope) -> Json | None:
    """A proof node that the matrix high - low is PSD, for two that differ in a weight or in the range of a sum."""
    if low[0] != high[0] or len(low) != len(high):
        return None
    places = [i for i in range(1, len(low)) if low[i] != high[i]]
    if low[0] == "+" and len(places) == 1:
        return _psd_above(p, low[places[0]], high[places[0]], scope)
    if low[0] == "*" and len(places) == 1:
        (i,) = places
        rest = ["*", *(x for k, x in enumerate(low) if k not in (0, i))]
        if p.rules.read(low[i], scope).sort != ("s",):
            return None
        gap, node = above(p, low[i], high[i], scope), psd(p, rest if len(rest) > 2 else rest[1], scope)
        return None if gap is None or node is None else ["scale", gap, node]
    if low[0] == "sum" and low[1] == high[1] and low[4] == high[4]:
        cut = _cut(high, low)
        if cut is None:
            return None
        _x, _lo, _hi, one = p.rules.binder(low[1], cut[1], cut[1], scope)
        node = psd(p, low[4], one)
        split = ["split", low[1], high[2], cut[0], high[3], low[4]]
        return None if node is None else ["add", ["sum", low[1], cut[1], cut[1], node], ["z", split]]
    return None


def _has(node: Json, head: str) -> bool:
    return isinstance(node, list) and (node[:1] == [head] or any(_has(x, head) for x in node))


def _depth(node: Json) -> int:
    """How many cases stand inside each other in a proof node."""
    if not isinstance(node, list):
        return 0
    inside = max((_depth(x) for x in node), default=0)
    return inside + (node[:1] == ["case"])



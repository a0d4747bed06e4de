"""Visible positivity: terms that are non-negative or PSD by their shape, with the kernel proof that says so."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.kernel.checker import Scope
from verify.kernel.errors import Reject

from .prover import Prover
from .show import dim_term

Json = Any


def nonneg(p: Prover, t: Json, scope: Scope) -> Json | None:
    """A proof node of t >= 0, or None."""
    return _by_shape(p, t, scope) or _by_fact(p, t, scope)


def _by_fact(p: Prover, t: Json, scope: Scope) -> Json | None:
    try:
        poly = p.rules.scalar(t, scope)
    except Reject:
        return None
    value = poly.rational()
    if value is not None:
        return ["q", str(value)] if value >= 0 else None
    return p.find("gt", poly, scope) or p.find("ge", poly, scope)


def _by_shape(p: Prover, t: Json, scope: Scope) -> Json | None:
    head = t[0]
    if head == "q":
        return ["q", t[1]] if Fraction(t[1]) >= 0 else None
    if head == "n":
        return ["nat", t[1]]
    if head == "pi":
        return ["pi"]
    if head == "t":
        return ["time"]
    if head in ("exp", "ind"):
        return [head, t[1]]
    if head in ("E", "inv"):
        inner = nonneg(p, t[1], scope)
        return None if inner is None else [head, inner]
    if head == "+":
        if (
            t[1:]
            and len(t) == 3
            and t[1] == ["q", "1"]
            and t[2][0] == "*"
            and t[2][1] == ["q", "-1"]
            and (len(t[2]) == 3 and t[2][2][0] == "ind")
        ):
            return ["notind", t[2][2][1]]
        parts = [nonneg(p, x, scope) for x in t[1:]]
        return None if None in parts else ["add", *parts]
    if head == "*":
        return _product(p, t[1:], scope)
    if head == "pow":
        e = t[2]
        inner = nonneg(p, t[1], scope)
        if inner is None and all(c % 2 == 0 for c in e.values()):
            return ["sq", ["pow", t[1], {s: c // 2 for s, c in e.items() if c}]]
        return None if inner is None else ["pow", inner, e]
    if head in ("sum", "prod"):
        _x, _lo, _hi, inner_scope = p.rules.binder(t[1], t[2], t[3], scope)
        inner = nonneg(p, t[4], inner_scope)
        return None if inner is None else [head, t[1], t[2], t[3], inner]
    if head == "tr":
        inner = psd(p, t[1], scope)
        return None if inner is None else ["trace", inner]
    return None


def _product(p: Prover, factors: list[Json], scope: Scope) -> Json | None:
    rest = list(factors)
    nodes: list[Json] = []
    while rest:
        x = rest.pop(0)
        node = nonneg(p, x, scope)
        if node is None:
            if x not in rest:
                return None
            rest.remove(x)
            node = ["sq", x]
        nodes.append(node)
    out = nodes[0]
    for node in nodes[1:]:
        out = ["mul", out, node]
    return out


def psd(p: Prover, t: Json, scope: Scope) -> Json | None:
    """A proof node that the matrix t is PSD, or None."""
    head = t[0]
    if head == "one":
        return ["one", t[1]]
    if head == "+":
        parts = [psd(p, x, scope) for x in t[1:]]
        return ["add", *parts] if None not in parts else _psd_fact(p, t, scope)
    if head == "kr":
        a, b = psd(p, t[1], scope), psd(p, t[2], scope)
        return None if a is None or b is None else ["kron", a, b]
    if head == "sum":
        _x, _lo, _hi, inner_scope = p.rules.binder(t[1], t[2], t[3], scope)
        inner = psd(p, t[4], inner_scope)
        return None if inner is None else ["sum", t[1], t[2], t[3], inner]
    if head == "pow":
        inner = psd(p, t[1], scope)
        return None if inner is None else ["pow", inner, t[2]]
    if head == "*":
        return _psd_product(p, t, scope) or _psd_fact(p, t, scope)
    return _psd_fact(p, t, scope)


def _psd_fact(p: Prover, t: Json, scope: Scope) -> Json | None:
    try:
        poly = p.rules.read(t, scope)
    except Reject:
        return None
    if (
        poly.sort[0] == "m"
        and poly.sort[1] == poly.sort[2]
        and not p.rules.alg.sub(poly, p.rules.alg.one(poly.sort[1])).terms
    ):
        return ["one", dim_term(poly.sort[1])]
    return p.find("psd", poly, scope)


def flat(t: Json) -> list[Json]:
    """Factors of the product `t`, nested products opened."""
    return [y for x in t[1:] for y in (flat(x) if x[0] == "*" else [x])] if t[0] == "*" else [t]


def transposed(t: Json) -> Json:
    """The transpose of the kernel term `t`, pushed into products."""
    if t[0] == "T":
        return t[1]
    if t[0] == "*":
        return ["*", *[transposed(x) for x in reversed(t[1:])]]
    return ["T", t]


def _psd_product(p: Prover, t: Json, scope: Scope) -> Json | None:
    factors = flat(t)
    scalars: list[Json] = []
    matrices: list[Json] = []
    for x in factors:
        (scalars if p.rules.read(x, scope).sort == ("s",) else matrices).append(x)
    node = None
    for k in range(1, len(matrices) // 2 + 1):
        left, right = matrices[:k], matrices[len(matrices) - k :]
        outer = ["*", *right] if k > 1 else right[0]
        back = p.rules.read(transposed(outer), scope)
        if (
            p.rules.alg.sub(back, p.rules.read(["*", *left], scope)).terms
            if back.sort == p.rules.read(["*", *left], scope).sort
            else True
        ):
            continue
        middle = matrices[k : len(matrices) - k]
        if not middle:
            node = ["gram", outer]
            break
        inner = psd(p, middle[0] if len(middle) == 1 else ["*", *middle], scope)
        if inner is not None:
            node = ["congruence", outer, inner]
            break
    if node is None and len(matrices) == 1 and scalars:
        node = psd(p, matrices[0], scope)
    if node is None:
        return None
    if scalars:
        weight = _product(p, scalars, scope)
        if weight is None:
            return None
        node = ["scale", weight, node]
    return node

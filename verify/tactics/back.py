"""Normal forms written back as kernel terms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.kernel import linear as ln
from verify.kernel.normal import Poly, rename

from .show import dim_term, zero_term

Json = Any


def term(p: Poly) -> Json:
    """A kernel term whose normal form is p (names of bound indices are b.0, b.1, ..)."""
    parts = [_monomial(rename(m, _names(m)), c, p.sort) for m, c in sorted(p.terms.items(), key=repr)]
    if not parts:
        return zero_term(p.sort)
    return parts[0] if len(parts) == 1 else ["+", *parts]


def _names(m: Any) -> dict[str, str]:
    found: set[str] = set()

    def walk(x: Any) -> None:
        if isinstance(x, str) and x.startswith("%"):
            found.add(x)
        elif isinstance(x, tuple):
            for y in x:
                walk(y)

    walk(m)
    return {x: f"b.{x[1:]}" for x in found}


def _form(f: Any) -> Json:
    return dict(f)


def _monomial(m: Any, c: int | Fraction, sort: Any) -> Json:
    binders, atoms, body = m
    factors: list[Json] = [] if c == 1 and (atoms or body) else [["q", str(c)]]
    for a, e in atoms:
        factors.append(_atom(a) if ln.value(e) == 1 else ["pow", _atom(a), _form(e)])
    if body:
        factors.append(_body(body, sort))
    out = factors[0] if len(factors) == 1 else ["*", *factors]
    for v, hi in reversed(binders):
        out = ["sum", v, {}, _form(hi), out]
    return out


def _body(body: Any, sort: Any) -> Json:
    if body[0] == "w":
        return _word(body[1], sort[1])
    if body[0] == "k":
        return ["kr", _word(body[1], sort[1]), _word(body[2], sort[3])]
    inner = ["vec", _word(body[1], sort[1])]
    return inner if body[0] == "v" else ["T", inner]


def _word(w: Any, rows: Any = None) -> Json:
    if not w:
        return ["one", dim_term(rows)]
    parts = [_factor(f) for f in w]
    return parts[0] if len(parts) == 1 else ["*", *parts]


def _factor(f: Any) -> Json:
    if f[0] == "c":
        _, name, stage, d, hi, lo, flip = f
        out: Json = ["v", name, [_form(hi)], stage] if hi == lo else ["ch", name, _form(hi), _form(lo), stage]
        out = ["D", out] if d else out
        return ["T", out] if flip else out
    if f[0] == "l":
        _, name, idx, stage, d, flip = f
        out = ["v", name, [_form(i) for i in idx], stage]
        out = ["D", out] if d else out
        return ["T", out] if flip == 1 else out
    if f[0] == "p":
        return ["pow", _word(f[1]), _form(f[2])]
    return ["root", _key(f[1]), _form(f[2])]


def _key(k: Any) -> Json:
    parts = [_monomial(m, c, None) for m, c in k]
    return parts[0] if len(parts) == 1 else ["+", *parts] if parts else ["q", "0"]


def _atom(a: Any) -> Json:
    head = a[0]
    if head == "l":
        out: Json = ["v", a[1], [_form(i) for i in a[2]], a[3]]
        return ["D", out] if a[4] else out
    if head == "n":
        return ["n", {a[1]: 1}]
    if head == "nd":
        return ["n", ["dim", a[1], _form(a[2])]]
    if head in ("pi", "t"):
        return [head]
    if head == "tr":
        return ["tr", _word(a[1])]
    if head == "prod":
        return ["prod", a[1], {}, _form(a[2]), _key(a[3])]
    if head == "spow":
        return _key(a[1])
    if head == "root":
        return ["root", _key(a[1]), _form(a[2])]
    return [head, _key(a[1])]

"""Reading kernel terms: walks, free letters, substitution, sizes. Pure functions on JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Term = Any
Formula = Any
Statement = Mapping[str, Any]
Env = Mapping[str, int]

FORMULAS = ("eq", "ge", "gt", "ne", "psd")
BINDERS = ("sum", "prod")
SCALAR_HEADS = ("q", "n", "pi", "t", "tr", "exp", "log", "inv", "cos", "acos", "ind", "E", "prod")

# positions of sub-terms (not of indices, names or bounds) by constructor
_CHILDREN: dict[str, tuple[int, ...]] = {
    "T": (1,),
    "tr": (1,),
    "kr": (1, 2),
    "vec": (1,),
    "pow": (1,),
    "root": (1,),
    "sum": (4,),
    "prod": (4,),
    "exp": (1,),
    "log": (1,),
    "inv": (1,),
    "cos": (1,),
    "acos": (1,),
    "ind": (1,),
    "E": (1,),
    "D": (1,),
    "eq": (1, 2),
    "ge": (1, 2),
    "gt": (1, 2),
    "ne": (1, 2),
    "psd": (1,),
}


def children(term: Term) -> tuple[int, ...]:
    """Positions of the sub-terms of a term or formula."""
    if term[0] in ("+", "*"):
        return tuple(range(1, len(term)))
    return _CHILDREN.get(term[0], ())


def walk(term: Term) -> Iterator[Term]:
    """The term and all its sub-terms, outermost first."""
    left = [term]
    while left:
        x = left.pop()
        yield x
        if x[0] in ("+", "*"):
            left += x[:0:-1]
        else:
            left += [x[i] for i in reversed(_CHILDREN.get(x[0], ()))]


def places(term: Term, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Term]]:
    """The subterms of `term` with their paths, itself first; `path` is where it stands."""
    yield path, term
    for i in children(term):
        yield from places(term[i], (*path, i))


def replace(term: Term, path: tuple[int, ...], new: Term) -> Term:
    """`term` with the subterm at `path` replaced by `new`."""
    if not path:
        return new
    out = list(term)
    out[path[0]] = replace(term[path[0]], path[1:], new)
    return out


def rewrite(term: Term, f: Callable[[Term], Term | None]) -> Term:
    """Bottom-up: f gives a replacement or None."""
    out = list(term)
    for i in children(term):
        out[i] = rewrite(term[i], f)
    new = f(out)
    return out if new is None else new


def key(term: Any) -> str:
    """A canonical text of any JSON value."""
    return json.dumps(term, sort_keys=True, separators=(",", ":"))


def letters(term: Term) -> set[str]:
    """Names of all letters and chain families that occur."""
    return {x[1] for x in walk(term) if x[0] in ("v", "ch")}


def facts(statement: Statement) -> Iterator[Mapping[str, Any]]:
    """The hypotheses and then the goals of `statement`."""
    yield from statement.get("hyps", [])
    yield from statement.get("goals", [])


def index_symbols(e: Any) -> set[str]:
    """Symbols of an index expression or dimension."""
    if isinstance(e, list):
        return index_symbols(e[2])
    return {s for s in e if s != "1"}


def term_indices(term: Term) -> Iterator[Any]:
    """The index expressions and dimensions written directly at this node."""
    head = term[0]
    if head == "n" or head == "one":
        yield term[1]
    elif head == "v":
        yield from term[2]
    elif head in ("ch",):
        yield from (term[2], term[3])
    elif head == "zero":
        yield from (term[1], term[2])
    elif head in ("pow", "root"):
        yield term[2]
    elif head in BINDERS:
        yield from (term[2], term[3])


def free_symbols(term: Term) -> set[str]:
    """Natural symbols and index variables that occur free."""
    out: set[str] = set()
    for e in term_indices(term):
        out |= index_symbols(e)
    for i in children(term):
        inner = free_symbols(term[i])
        if term[0] in BINDERS:
            inner.discard(term[1])
        out |= inner
    return out


def random_names(sig: Mapping[str, Any]) -> set[str]:
    """The letters of `sig` that have a law."""
    return {n for n, x in sig.get("letters", {}).items() if x.get("law")}


def has_random(term: Term, names: set[str]) -> bool:
    """Whether a random letter occurs outside every expectation."""
    if term[0] == "E":
        return False
    if term[0] == "v" and term[1] in names:
        return True
    return any(has_random(term[i], names) for i in children(term))


def minus(a: Term, b: Term) -> Term:
    """The term for `a` - `b`."""
    return ["+", a, ["*", ["q", "-1"], b]]


def stacked(term: Term) -> bool:
    """Whether a term is a column of stacked entries, by its form."""
    head = term[0]
    if head == "vec":
        return True
    if head == "sum":
        return stacked(term[4])
    if head in ("+", "D"):
        return stacked(term[1])
    return head == "*" and stacked(term[-1]) and not contracts(term)


def contracts(term: Term) -> bool:
    """Whether a product ends an inner product of stacked columns, which is a number and no 1 x 1 matrix."""
    return term[0] == "*" and stacked(term[-1]) and any(x[0] == "T" and stacked(x[1]) for x in term[1:-1])


def is_scalar(term: Term, sig: Mapping[str, Any]) -> bool:
    """Whether `term` is a scalar over the letters of `sig`."""
    head = term[0]
    if head in SCALAR_HEADS:
        return True
    if head == "v":
        return term[1] not in sig["letters"] or sig["letters"][term[1]].get("shape") is None
    if head in ("+", "T", "pow", "root", "D"):
        return is_scalar(term[1], sig)
    if head == "sum":
        return is_scalar(term[4], sig)
    if head == "*":
        return contracts(term) or all(is_scalar(x, sig) for x in term[1:])
    return False


def symmetric(term: Term, sig: Mapping[str, Any]) -> bool:
    """Whether a matrix term equals its transpose by its form (never wrongly True)."""
    return key(_canonical(term, sig, False)) == key(_canonical(term, sig, True))


def _canonical(term: Term, sig: Mapping[str, Any], turned: bool) -> Term:
    """The term, or its transpose, with transposes pushed to the letters and scalars in front."""
    head = term[0]
    if is_scalar(term, sig):
        return term
    if head == "T":
        return _canonical(term[1], sig, not turned)
    if head == "+":
        return ["+", *(sorted((_canonical(x, sig, turned) for x in term[1:]), key=key))]
    if head == "*":
        scalars = sorted((x for x in term[1:] if is_scalar(x, sig)), key=key)
        matrices = [_canonical(x, sig, turned) for x in term[1:] if not is_scalar(x, sig)]
        flat: list[Term] = []
        for x in matrices[::-1] if turned else matrices:
            flat += x[1:] if x[0] == "*" else [x]
        return ["*", *scalars, *flat]
    if head == "kr":
        return ["kr", *(_canonical(x, sig, turned) for x in term[1:])]
    if head == "sum":
        return [*term[:4], _canonical(term[4], sig, turned)]
    if head == "pow":
        return ["pow", _canonical(term[1], sig, turned), term[2]]
    if head in ("root", "one") or (head == "v" and sig["letters"].get(term[1], {}).get("sym")):
        return term
    if head == "zero" and turned:
        return ["zero", term[2], term[1]]
    return ["T", term] if turned else term

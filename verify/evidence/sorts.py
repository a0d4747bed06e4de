"""Symbolic shapes of kernel terms, to tell mutants that are ill-sorted from those that are false."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verify.evidence.terms import Formula, Statement, Term, contracts, facts, key

Dimension = tuple[str, ...]
"""Sorted factors, each the canonical text of a dimension; the empty tuple is 1."""

Shape = tuple[Dimension, Dimension]


class IllSorted(ValueError):
    """The shapes inside a term do not fit for all sizes."""


def well_sorted(statement: Statement) -> bool:
    """Whether every fact of the statement has fitting shapes whatever the sizes are."""
    try:
        for fact in facts(statement):
            check_formula(fact["concl"], statement["sig"])
    except IllSorted:
        return False
    return True


def check_formula(formula: Formula, sig: Mapping[str, Any]) -> None:
    """Raise IllSorted unless the shapes in `formula` fit, over the letters of `sig`."""
    if formula[0] == "psd":
        shape = shape_of(formula[1], sig)
        if shape is None or shape[0] != shape[1]:
            raise IllSorted("psd of something that is not a square matrix")
        return
    a, b = shape_of(formula[1], sig), shape_of(formula[2], sig)
    if a != b:
        raise IllSorted("sides of different shapes")
    if formula[0] in ("ge", "gt") and a is not None:
        raise IllSorted("an order between matrices")


def _dimension(e: Any) -> Dimension:
    if isinstance(e, dict):
        e = {s: c for s, c in e.items() if c}
        if e == {"1": 1}:
            return ()
    return (key(e),)


def _substitute(e: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(e, list):
        return [e[0], e[1], _substitute(e[2], values)]
    out: dict[str, int] = {}
    for s, c in e.items():
        for t, d in values.get(s, {s: 1}).items():
            out[t] = out.get(t, 0) + c * d
    return {s: c for s, c in out.items() if c}


def _letter(name: str, index: list[Any], sig: Mapping[str, Any]) -> Shape | None:
    decl = sig["letters"].get(name)
    if decl is None:
        raise IllSorted(f"unknown letter {name}")
    if len(index) != len(decl.get("index", [])):
        raise IllSorted(f"wrong number of indices of {name}")
    if decl.get("shape") is None:
        return None
    values = {row[0]: i for row, i in zip(decl.get("index", []), index, strict=True)}
    r, c = (_dimension(_substitute(e, values)) for e in decl["shape"])
    return r, c


def shape_of(term: Term, sig: Mapping[str, Any]) -> Shape | None:
    """Symbolic shape of a term; None for scalars. Raises IllSorted if shapes do not fit."""
    head = term[0]
    if head in ("q", "n", "pi", "t"):
        return None
    if head == "v":
        return _letter(term[1], term[2], sig)
    if head == "ch":
        hi, lo = term[2], term[3]
        below = {**lo, "1": lo.get("1", 0) - 1}
        if {s: c for s, c in below.items() if c} == {s: c for s, c in hi.items() if c}:
            unit = _letter(term[1], [lo], sig)
            assert unit is not None
            return unit[1], unit[1]
        top, bottom = _letter(term[1], [hi], sig), _letter(term[1], [lo], sig)
        assert top is not None and bottom is not None
        return top[0], bottom[1]
    if head == "one":
        return _dimension(term[1]), _dimension(term[1])
    if head == "zero":
        return _dimension(term[1]), _dimension(term[2])
    if head in ("sum", "prod"):
        return shape_of(term[4], sig)
    if head in ("D", "root", "pow"):
        inner = shape_of(term[1], sig)
        if head != "D" and inner is not None and inner[0] != inner[1]:
            raise IllSorted(f"{head} of a matrix that is not square")
        return inner
    parts = [shape_of(x, sig) for x in term[1:] if isinstance(x, list)]
    if head == "+":
        if any(p != parts[0] for p in parts):
            raise IllSorted("a sum of different shapes")
        return parts[0]
    if head == "*":
        if contracts(term):
            return None
        result: Shape | None = None
        for p in parts:
            if p is None:
                continue
            if result is not None and result[1] != p[0]:
                raise IllSorted("a product whose shapes do not fit")
            result = p if result is None else (result[0], p[1])
        return result
    if head == "kr":
        a, b = parts
        if a is None or b is None:
            raise IllSorted("a Kronecker product of scalars")
        return tuple(sorted(a[0] + b[0])), tuple(sorted(a[1] + b[1]))
    (x,) = parts
    if head == "T":
        return None if x is None else (x[1], x[0])
    if head == "tr":
        if x is None or x[0] != x[1]:
            raise IllSorted("trace of something that is not a square matrix")
        return None
    if head == "vec":
        if x is None:
            raise IllSorted("vec of a scalar")
        return tuple(sorted(x[0] + x[1])), ()
    if x is not None:
        raise IllSorted(f"{head} of a matrix")
    return None

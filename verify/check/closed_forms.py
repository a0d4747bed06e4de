"""Candidates for antiderivatives and limits, proposed by SymPy and trusted by nobody: the kernel checks each."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.kernel.scalar import terms as t

Expr = tuple[Any, ...]
_NAMES = {"abs": "Abs", "min": "Min", "max": "Max"}
_BACK = {"Abs": "abs", "Min": "min", "Max": "max"}


def to_sympy(e: Expr) -> Any:
    """The expression `e` in SymPy; KeyError for a head it does not have."""
    import sympy

    head = e[0]
    if head == "q":
        return sympy.Rational(e[1].numerator, e[1].denominator)
    if head == "var":
        return sympy.Symbol(e[1], positive=True) if not e[1].startswith("b") else sympy.Symbol(e[1], real=True)
    if head in ("pi", "I", "oo"):
        return getattr(sympy, str(head))
    args = [to_sympy(p) for p in e[1:]]
    if head == "+":
        return sympy.Add(*args)
    if head == "*":
        return sympy.Mul(*args)
    if head == "pow":
        return sympy.Pow(*args)
    return getattr(sympy, _NAMES.get(str(head), str(head)))(*args)


def from_sympy(e: Any) -> Expr:
    """Raises ValueError for what has no counterpart."""
    import sympy

    if e.is_Rational:
        return t.q(Fraction(int(e.p), int(e.q)))
    if e is sympy.pi or e is sympy.I or e is sympy.oo:
        return (str(e),)
    if e is sympy.E:
        return ("exp", t.ONE)
    if e.is_Symbol:
        return ("var", e.name)
    args = tuple(from_sympy(p) for p in e.args)
    if e.is_Add or e.is_Mul:
        return ("+" if e.is_Add else "*", *args)
    if e.is_Pow:
        return ("pow", *args)
    name = _BACK.get(type(e).__name__, type(e).__name__)
    if name in (*t.UNARY, "min", "max"):
        return (name, *args)
    raise ValueError(f"no counterpart of {name}")


def antiderivative(f: Expr, x: str) -> list[Expr]:
    """Candidates for antiderivatives of `f` in the variable `x`; none if SymPy finds none."""
    try:
        import sympy

        u, s = to_sympy(f), to_sympy(("var", x))
        out = []
        for candidate in (sympy.integrate(u, s), sympy.integrate(sympy.expand_trig(u), s)):
            e = from_sympy(candidate)
            if e not in out:
                out.append(e)
        return out
    except Exception:  # whatever a finder raises, it found nothing
        return []


def limit_value(part: Expr) -> list[Expr]:
    """Candidates for the value of the limit `part`, a finite number; none if SymPy finds none."""
    try:
        import sympy

        body, s, point = to_sympy(part[4]), to_sympy(part[1]), to_sympy(part[2])
        found = sympy.limit(body, s, point, "-" if part[3][1] < 0 else "+")
        return [] if found.has(sympy.oo, sympy.zoo, sympy.nan) else [from_sympy(found)]
    except Exception:
        return []

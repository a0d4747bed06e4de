"""Proof trees and margins in words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from verify.kernel.errors import Reject
from verify.kernel.scalar import dyadic as dy
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Enclosures
from verify.kernel.scalar.interval import Arithmetic
from verify.kernel.scalar.terms import Expr

from .. import expression as ex

Json = Any
MAX_STEPS = 40


def margin_text(u: Expr, point: dict[str, Expr]) -> tuple[str, str] | None:
    """By how much the relation fails, as two decimal bounds."""
    try:
        i = Enclosures(Arithmetic(256), {}).of(t.negative(t.substitute(u, point)))
    except Reject:
        return None
    if i.lo is None or i.hi is None:
        return None
    return _decimal(dy.fraction(i.lo), -1), _decimal(dy.fraction(i.hi), 1)


def _decimal(q: Fraction, side: int) -> str:
    """q rounded to seven digits, outwards."""
    if q == 0:
        return "0"
    digits = 0
    scale = abs(q)
    while scale < 10**6:
        scale *= 10
        digits += 1
    while scale >= 10**7:
        scale /= 10
        digits -= 1
    shifted = q * Fraction(10) ** digits
    whole = -((-shifted.numerator) // shifted.denominator) if side > 0 else shifted.numerator // shifted.denominator
    text = f"{whole}e{-digits}" if digits > 12 or digits < 0 else _plain(whole, digits)
    return text


def _plain(whole: int, digits: int) -> str:
    s = str(abs(whole)).rjust(digits + 1, "0")
    out = s if digits == 0 else f"{s[:-digits]}.{s[-digits:]}".rstrip("0").rstrip(".")
    return ("-" if whole < 0 else "") + out


def words(data: Json) -> str:
    """An expression of a certificate in the language of the parser, shortened."""
    text = ex.show(_tuple(data))
    return text if len(text) <= 90 else text[:87] + "..."


def _tuple(data: Json) -> ex.Expr:
    return tuple(_tuple(p) if isinstance(p, list) else p for p in data)


def explained(node: Json, u: Expr, rel: str) -> tuple[tuple[str, ...], str]:
    """Steps of a proof tree and its method in a few words."""
    first = f"to show: {words(t.to_json(u))} {'>' if rel in ('<', '>') else '>='} 0"
    steps: list[str] = [first]
    used: set[str] = set()

    def walk(n: Json, where: str) -> None:
        rule = n["rule"]
        used.add(rule)
        if len(steps) >= MAX_STEPS:
            return
        text = _TEXT.get(rule)
        if text is not None:
            steps.append((f"[{where}] " if where else "") + text(n))
        for part in ("fact", "proof", "slope", "curve", "end", "low", "high", "above", "below", "then"):
            sub = n.get(part)
            if isinstance(sub, dict) and sub.get("rule") != "limit":
                walk(sub, where if part == "then" else f"{where} {part}".strip() if len(where) < 24 else where)

    walk(node, "")
    method = ", ".join(name for rule, name in _METHOD if rule in used) or "enclosure"
    return tuple(steps), method


def _mono(n: Json) -> str:
    end = "its limit there" if n["end"]["rule"] == "limit" else "its value there"
    verb = "does not fall" if n["from"] == "low" else "does not rise"
    return f"it {verb} in {n['var']}, and {end} at the {n['from']} end is not negative"


def _combine(n: Json) -> str:
    rows = []
    for c, factors, squares in n["terms"][:6]:
        parts = [c] if c != "1" or not (factors or squares) else []
        parts += [f"({words(f)})" for f in factors] + [f"({words(s)})**2" for s in squares]
        rows.append("*".join(parts))
    return "it equals " + " + ".join(rows) + (" + .." if len(n["terms"]) > 6 else "")


_TEXT: dict[str, Any] = {
    "eval": lambda n: "enclosures show it" if len(n) == 1 else f"enclosures on at most {n.get('boxes', 400)} boxes",
    "seen": lambda n: "its sign is clear from an enclosure, its factors or the roots of a polynomial",
    "poly": lambda n: "Sturm's theorem",
    "taylor": lambda n: f"a zero of order {n['zeros']} at {n['var']} = {words(n['at'])}, the factor has a sign",
    "mono": _mono,
    "concave": lambda n: f"it is concave in {n['var']} and not negative at both ends",
    "split": lambda n: f"two parts, divided at {n['var']} = {words(n['at'])}",
    "cases": lambda n: f"two cases, by the sign of {words(n['on'])}",
    "have": lambda n: f"first: {words(n['fact'][0])} {n['fact'][1]} 0",
    "scale": lambda n: f"times {words(n['by'])} > 0 it is {words(n['to'])}",
    "rewrite": lambda n: f"{words(n['part'])} is rewritten ({n['identity']})",
    "combine": _combine,
    "generalize": lambda n: "with " + ", ".join(f"{r['name']} = {words(r['value'])}" for r in n["new"])
    + f" it is {words(n['to'])}",
    "apply": lambda n: f"compare {n['function']} of {words(n['a'])} and of {words(n['b'])}",
}  # fmt: skip
_METHOD = (
    ("combine", "sum of squares"), ("mono", "sign of derivatives"), ("concave", "concavity"),
    ("taylor", "Taylor's formula at a contact point"), ("generalize", "substitution"), ("apply", "monotone function"),
    ("poly", "Sturm's theorem"), ("cases", "cases"), ("split", "division of the range"), ("seen", "enclosure"),
)  # fmt: skip

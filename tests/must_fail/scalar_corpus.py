"""Changes of the valid scalar certificates that must be rejected, with a part of the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .scalar_twins import EVAL, LIMIT, SEEN, UNIT, e, mono, row

DELETE: Any = object()


@dataclass(frozen=True)
class Change:
    twin: str
    path: tuple[Any, ...]
    new: Any
    reason: str


CHANGES: list[Change] = []


def bad(twin: str, *path: Any, new: Any, reason: str) -> None:
    CHANGES.append(Change(twin, path, new, reason))


BOXES, SEE, SAME = "boxes are not enough", "not seen", "is not seen to be"
# ---- the item
bad("eval", "rel", new="==", reason="rel is")
bad("eval", "vars", "x", new=row("1", "0"), reason="empty")
bad("eval", "vars", "x", new=row("1", "1", "("), reason="empty")
bad("eval", "lhs", new=["exp", ["var", "y"]], reason="no domain")
bad("eval", "lhs", new=["q", "1/0"], reason="rational number")
bad("eval", "lhs", new=["eval", ["var", "x"]], reason="not known")
bad("eval", "proof", "rule", new="sorry", reason="unknown rule")
bad("eval", "refutation", new={"at": {"x": e("1")}}, reason="either a proof or a refutation")
bad("eval", "extra", new=1, reason="unknown field")
# ---- eval
bad("eval", "rhs", new=e("27182/10000"), reason=BOXES)
bad("eval", "proof", "boxes", new=0, reason="boxes is a whole number")
bad("eval", "proof", "order", new=1000, reason="order is a whole number")
bad("eval", "proof", "bits", new=True, reason="bits is a whole number")
bad("eval", "vars", "x", new=row("0", "2"), reason=BOXES)
bad("eval-strict", "vars", "x", new=row("0", "pi/2"), reason=BOXES)
bad("eval-strict", "vars", "x", new=row("0", "8"), reason=BOXES)
bad("eval-strict", "rhs", new=e("sin(x)"), reason="it is zero")
bad("eval-constant", "rel", new="<", reason="another sign")
bad("eval-constant", "lhs", new=e("1/10**40"), reason="another sign")
bad("eval-constant", "rhs", new=e("log(0)"), reason=SEE)
bad("eval-constant", "rhs", new=e("1/(cos(pi/2))"), reason=SEE)
bad("eval-strict", "lhs", new=e("sign(x)"), reason=BOXES)
# ---- seen
bad("seen", "vars", "x", new=row("0", None), reason=SEE)
bad("seen", "rhs", new=e("1/3"), reason=SEE)
bad("seen", "lhs", new=e("sqrt(x-1/2)"), reason=SEE)
bad("seen", "lhs", new=e("1/x"), reason=SEE)
bad("seen-open", "vars", "x", new=row("0", None), reason=SEE)
bad("seen-open", "vars", "x", new=row("-1", None), reason=SEE)
bad("seen", "lhs", new=e("2*sign(x)"), reason=SEE)
bad("seen-open", "rhs", new=e("sign(x)-x"), reason=SEE)
# ---- poly
bad("poly", "rel", new="<", reason="root or another sign")
bad("poly", "vars", "x", new=row("-2", "2"), reason="root or another sign")
bad("poly", "rhs", new=e("(x-1/3)**2*(x+1)-1/10**20"), reason="root or another sign")
bad("poly", "rhs", new=e("exp(x)"), reason="not a polynomial")
bad("poly", "proof", "var", new="y", reason="not a polynomial")
bad("poly-strict", "vars", "x", new=row("5/4", None), reason="root or another sign")
bad("poly-strict", "rhs", new=e("2-x**3"), reason="root or another sign")
# ---- taylor
bad("taylor", "proof", "zeros", new=3, reason="order")
bad("taylor", "proof", "at", new=e("1/10"), reason="not seen to be zero")
bad("taylor", "rel", new="<", reason="not shown to have the sign")
bad("taylor", "rhs", new=e("exp(-x)-x**2"), reason="not shown to have the sign")
bad("taylor", "rhs", new=e("exp(-x)-1/10**30"), reason="not seen to be zero")
bad("taylor", "lhs", new=e("1-abs(x)"), reason="kink")
bad("taylor", "rhs", new=e("exp(-x)+sqrt(x)"), reason="zero")
bad("taylor-odd", "vars", "x", new=row("-1", "1"), reason="odd power")
bad("taylor-odd", "vars", "x", new=row("0", "1"), reason="not shown to have the sign")
bad("taylor-odd", "lhs", new=e("sin(x)+x**4"), reason="not shown to have the sign")
# ---- mono
bad("mono", "vars", "x", new=row("-1", None), reason=BOXES)
bad("mono", "rel", new="<", reason="another sign")
bad("mono", "proof", "from", new="high", reason="")
bad("mono", "lhs", new=e("1+x+1/10**9"), reason="another sign")
bad("mono", "rhs", new=e("exp(x)+sign(x)"), reason="not continuous")
bad("mono", "rhs", new=e("exp(x)+abs(x-1)"), reason="derivative of abs")
bad("mono", "rhs", new=e("exp(x)+max(x,1)"), reason="derivative of max")
bad("mono", "rhs", new=e("exp(x)+1/(x-1)"), reason=SEE)
bad("mono", "proof", "end", new=LIMIT, reason="belongs to the domain")
bad("mono-strict", "vars", "x", new=row("0", None), reason="another sign")
bad("mono-strict", "vars", "x", new=row("-1/2", None, "("), reason="")
bad("mono-strict", "rhs", new=e("x-x**2"), reason=SEE)
bad("mono-limit", "lhs", new=e("1/100"), reason="limit at the end")
bad("mono-limit", "rhs", new=e("pi/2+atan(x)"), reason=SEE)
bad("mono-limit", "rhs", new=e("pi/2-atan(x)-sin(x)"), reason="")
bad("mono-limit", "proof", "from", new="low", reason=SEE)
# ---- concave
bad("concave", "rel", new="<", reason="another sign")
bad("concave", "vars", "x", new=row("0", "3"), reason="another sign")
bad("concave", "vars", "x", new=row("-1", "pi/2"), reason=BOXES)
bad("concave", "vars", "x", new=row("0", None), reason="bounded range")
bad("concave", "rhs", new=e("sin(x)+sign(x-1)"), reason="not continuous")
bad("concave", "rhs", new=e("sin(x)+abs(x-1)"), reason="derivative of abs")
bad("concave", "rhs", new=e("sin(x)+5*x*(x-pi/2)"), reason=BOXES)
# ---- split
bad("split", "proof", "at", new=e("1"), reason="")
bad("split", "vars", "x", new=row("1", None), reason="outside of the range")
bad("split", "vars", "x", new=row(None, "-1"), reason="outside of the range")
bad("split", "proof", "at", new=e("log(0)"), reason=SEE)
bad("split", "proof", "high", new=DELETE, reason="lacks the field")
bad("split", "proof", "var", new="y", reason="no variable")
# ---- cases
bad("cases", "proof", "on", new=e("x"), reason=SEE)
bad("cases", "proof", "on", new=e("-x*y"), reason=SEE)
bad("cases", "proof", "below", new={"rule": "rewrite", "identity": "abs-positive", "part": e("abs(x*y)"), "then": EVAL},
    reason=SEE)  # fmt: skip
bad("cases", "proof", "on", new=e("1/x"), reason=SEE)
bad("cases", "lhs", new=e("x*y+1/10**9"), reason="")
bad("cases", "proof", "below", "then", "terms", 0, 0, new="3", reason="sum of the terms")
bad("cases", "proof", "above", new=mono("low", EVAL, EVAL), reason="hypothesis speaks of x")
# ---- have
bad("have", "proof", "fact", 1, new="=", reason="a fact is")
bad("have", "proof", "fact", 0, new=e("cos(2*x)"), reason="")
bad("have", "proof", "fact", 0, new=e("sin(x)"), reason="")
bad("have", "vars", "x", new=row("0", "pi/2"), reason="another sign")
bad("have", "vars", "x", new=row("0", "2", ")"), reason="another sign")
bad("have", "proof", "proof", "from", new="low", reason=BOXES)
# ---- scale
bad("scale", "proof", "by", new=e("-(1+x)"), reason=SEE)
bad("scale", "proof", "by", new=e("x"), reason=SEE)
bad("scale", "proof", "to", new=e("x+1"), reason=SAME)
bad("scale", "vars", "x", new=row("-2", None), reason=SEE)
bad("scale", "rel", new="<", reason=SEE)
bad("scale", "vars", "x", new=row("-1/2", None), reason=SEE)
# ---- rewrite
bad("rewrite", "vars", "x", new=row("-1", None), reason=SEE)
bad("rewrite", "proof", "identity", new="power-power", reason=SEE)
bad("rewrite", "proof", "part", new=e("sqrt(x**4)"), reason="not the square root of a square")
bad("rewrite", "proof", "identity", new="sqrt", reason="unknown identity")
bad("rewrite", "proof", "conditions", new=[None], reason="conditions")
bad("rewrite", "proof", "then", "part", new=e("abs(x+0)"), reason="does not occur")
bad("rewrite", "proof", "then", "identity", new="abs-negative", reason=SEE)
# ---- either
bad("either", "proof", "proofs", new=[SEEN], reason="2 proofs")
bad("either", "proof", "part", new=e("x**2"), reason="abs, min or max")
bad("either", "rhs", new=e("x"), reason=SEE)
bad("either", "rhs", new=e("x**2"), reason=SEE)
bad("either", "rel", new=">", reason=SEE)
# ---- combine
bad("combine", "proof", "terms", 0, 0, new="-1", reason="positive")
bad("combine", "proof", "terms", 0, 0, new="2", reason="sum of the terms")
bad("combine", "proof", "terms", 0, 2, new=[e("x+y")], reason="sum of the terms")
bad("combine", "proof", "terms", 0, new=["1", [e("(x-y)**2-1")], []], reason=SEE)
bad("combine", "rel", new="<", reason="no term is seen to be positive")
bad("combine", "proof", "terms", new=[], reason="a list")
bad("combine-strict", "vars", "x", new=row("0", None), reason="no term is seen to be positive")
bad("combine-strict", "vars", "x", new=row(None, None), reason=SEE)
# ---- generalize
G = ("proof", "then")
bad("generalize", *G, "new", 0, "range", new=row("0", "1", "("), reason=SEE)
bad("generalize", *G, "new", 0, "range", new=row("1", None), reason=SEE)
bad("generalize", *G, "to", new=e("t*log(t)-t+2"), reason="general one")
bad("generalize", *G, "new", 0, "name", new="x", reason="not a new name")
bad("generalize", *G, "new", 0, "value", new=e("x/y"), reason="general one")
bad("generalize", *G, "to", new=e("t*log(t)-t+x/x"), reason="no domain")
bad("generalize", *G, "then", "at", new=e("2"), reason="")
# ---- apply
bad("apply", "vars", "x", new=row("30", None), reason="another sign")
bad("apply", "vars", "x", new=row("-40", None), reason=SEE)
bad("apply", "proof", "function", new="sin", reason="the functions are")
bad("apply", "proof", "b", new=e("x**9"), reason="a - b")
bad("apply", "proof", "function", new="power", reason="rational number")
bad("apply", "proof", "a_sign", new=LIMIT, reason="unknown rule")
# ---- weaken
bad("weaken", "proof", "box", "x", new=row("1/2", "5"), reason="does not hold the old one")
bad("weaken", "proof", "box", "x", new=row("0", "1", "()"), reason="does not hold the old one")
bad("weaken", "proof", "box", "x", new=row("1", "0"), reason="empty")
bad("weaken", "proof", "box", new={"y": UNIT}, reason="unknown field")
bad("weaken", "rhs", new=e("x+x**2"), reason="root or another sign")
# ---- refutations
bad("refutation", "refutation", "at", "x", new=e("0"), reason="not seen to fail")
bad("refutation", "refutation", "at", "x", new=e("2"), reason="outside of its range")
bad("refutation", "refutation", "at", new={}, reason="each variable")
bad("refutation", "vars", "x", new=row("1/2", "1", "("), reason="outside of its range")
bad("refutation", "rhs", new=e("1+x+x**2/2+x**3/3"), reason="not seen to fail")
bad("refutation-equal", "rel", new="<=", reason="not seen to fail")
bad("refutation-equal", "refutation", "at", "x", new=e("pi/3"), reason="not seen to fail")
bad("refutation-equal", "vars", "x", new=row("0", "pi/2", ")"), reason="outside of its range")
bad("refutation-undefined", "refutation", "at", "x", new=e("1/2"), reason="not seen to fail")
bad("refutation-undefined", "vars", "x", new=row("0", "1", "("), reason="outside of its range")
bad("refutation-undefined", "lhs", new=e("x**x-1"), reason="not seen to fail")
bad("refutation-undefined", "refutation", "bits", new=False, reason="bits")
bad("refutation-branch", "rhs", new=e("(x**(1/3))**3+2"), reason="not decided")
bad("refutation-branch", "rhs", new=e("abs(x**(1/3))"), reason="not decided")
bad("refutation-branch", "rhs", new=e("0*x**(1/3)"), reason="not decided")
bad("refutation-branch", "rhs", new=e("x**2"), reason="not seen to fail")

"""Short texts of normal forms, for messages."""

from __future__ import annotations

from typing import Any

from verify.kernel import linear as ln


def form(f: Any) -> str:
    """The linear form `f` as text."""
    parts: list[str] = []
    for s, c in sorted(f, key=lambda p: p[0] == ln.ONE):
        text = str(abs(c)) if s == ln.ONE else (s if abs(c) == 1 else f"{abs(c)}{s}")
        parts.append(("-" if c < 0 else "+" if parts else "") + text)
    return "".join(parts) or "0"


def factor(f: Any) -> str:
    """A factor of a word, `f`, as text: a letter or a chain, with stage, derivative and transpose."""
    if f[0] == "c":
        stage = {"": "", "0": "(0)", "+": "(+)"}[f[2]]
        name = f"{f[1]}[{form(f[4])}]" if f[4] == f[5] else f"{f[1]}[{form(f[4])}:{form(f[5])}]"
        return f"{'D' if f[3] else ''}{name}{stage}{'ᵀ' if f[6] else ''}"
    if f[0] == "l":
        index = f"[{', '.join(form(i) for i in f[2])}]" if f[2] else ""
        stage = {"": "", "0": "(0)", "+": "(+)"}[f[3]]
        return f"{'D' if f[4] else ''}{f[1]}{index}{stage}{'ᵀ' if f[5] == 1 else ''}"
    if f[0] == "p":
        return f"({word(f[1])})^({form(f[2])})"
    return f"root({key(f[1])}, {form(f[2])})"


def word(w: Any) -> str:
    """A product of matrices, `w`, as text."""
    return " ".join(factor(f) for f in w) or "I"


def atom(a: Any) -> str:
    """A scalar atom of a monomial, `a`, as text."""
    if a[0] == "l":
        return factor((*a, 0))
    if a[0] == "tr":
        return f"tr({word(a[1])})"
    if a[0] == "n":
        return str(a[1])
    if a[0] == "nd":
        return f"{a[1]}[{form(a[2])}]"
    if a[0] in ("pi", "t"):
        return str(a[0])
    if a[0] == "prod":
        return f"prod over {a[1]} <= {form(a[2])} of ({key(a[3])})"
    return f"{a[0]}({key(a[1])})"


def key(k: Any) -> str:
    """A sum of monomials that a normal form has under one key, `k`, as text."""
    return " + ".join(f"{c}·{monomial(m)}" if c != 1 else monomial(m) for m, c in k) or "0"


def monomial(m: Any) -> str:
    """A monomial `m` as text: its sums, its scalar atoms and its words."""
    binders, atoms, body = m
    parts = [f"sum over {v} <= {form(hi)}:" for v, hi in binders]
    parts += [atom(a) if ln.value(e) == 1 else f"{atom(a)}^({form(e)})" for a, e in atoms]
    if body:
        parts.append(
            {"w": "", "k": "kron ", "v": "vec ", "cv": "vecᵀ "}[body[0]] + " x ".join(word(w) for w in body[1:])
        )
    return " ".join(parts) or "1"


def dim_term(d: Any) -> Any:
    """A dimension of a normal form, `d`, as kernel JSON."""
    return dict(d[1]) if d[0] == "n" else ["dim", d[1], dict(d[2])]


def zero_term(sort: Any) -> Any:
    """A term of value zero and the given sort."""
    if sort[0] == "s":
        return ["q", "0"]
    zero = ["zero", dim_term(sort[1]), dim_term(sort[2])]
    if sort[0] == "m":
        return zero
    if sort[0] == "k":
        return ["kr", zero, ["zero", dim_term(sort[3]), dim_term(sort[4])]]
    return ["vec", zero] if sort[0] == "v" else ["T", ["vec", zero]]

# ruff: noqa: E501  (the tables are one entry a line)
"""A small layout language with three back ends: LaTeX, presentation MathML, plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape

MOST = 4_000  # small boxes that are kept; formulas are made of few different ones

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "lam": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ",
}  # fmt: skip
LATEX_NAME = {"eps": r"\varepsilon", "lam": r"\lambda", "phi": r"\varphi", "ell": r"\ell"}

# operator: LaTeX, MathML, text
OPERATORS = {
    "+": ("+", "+", " + "), "-": ("-", "−", " - "), "neg": ("-", "−", "-"), "=": ("=", "=", " = "),
    "!=": (r"\neq", "≠", " != "), "<=": (r"\le", "≤", " <= "), "<": ("<", "<", " < "), ">=": (r"\ge", "≥", " >= "),
    ">": (">", ">", " > "), "psd": (r"\succeq", "⪰", " >= "), "pd": (r"\succ", "≻", " > "), "kron": (r"\otimes", "⊗", " (x) "),
    "cdot": (r"\cdot", "⋅", " . "), "and": (r"\wedge", "∧", " and "), "or": (r"\vee", "∨", " or "),
    "not": (r"\neg", "¬", "not "), "implies": (r"\Rightarrow", "⇒", " => "), "iff": (r"\Leftrightarrow", "⇔", " <=> "),
    "forall": (r"\forall", "∀", "for all "), "nabla": (r"\nabla", "∇", "grad"), "space": ("", "\u2061", " "), "sum": (r"\sum", "∑", "sum"),
    "prod": (r"\prod", "∏", "prod"), "times": ("", "\u2062", " "), "apply": ("", "\u2061", ""), ",": (",", ",", ", "),
    ":": (r"\colon\,", ":", ": "), "in": (r"\in", "∈", " in "), "top": (r"\top", "⊤", "T"), "colon": (":", ":", ":"),
    "d": (r"\mathrm{d}", "d", "d"), "oo": (r"\infty", "∞", "oo"), "one": (r"\mathbf{1}", "\U0001d7cf", "1"),
}  # fmt: skip
FENCES = {
    "(": ("(", ")", "(", ")", "(", ")"), "[": ("[", "]", "[", "]", "[", "]"), "{": (r"\{", r"\}", "{", "}", "{", "}"),
    "|": ("|", "|", "|", "|", "|", "|"), "norm": (r"\lVert", r"\rVert", "‖", "‖", "||", "||"),
}  # fmt: skip


class Box(NamedTuple):
    """A piece of a formula: its kind (`row`, `frac`, `sup`, ..), its parts, and for leaves the text in `value`."""

    kind: str
    parts: tuple[Box, ...] = ()
    value: str = ""


@lru_cache(maxsize=MOST)
def ident(name: str) -> Box:
    """A letter by its `name`; names of Greek letters become the letters."""
    return Box("ident", value=name)


def upright(name: str) -> Box:
    """A `name` set upright, such as tr or sin."""
    return Box("upright", value=name)


def words(text: str) -> Box:
    """Plain `text` inside a formula."""
    return Box("words", value=text)


@lru_cache(maxsize=MOST)
def digits(value: str) -> Box:
    """A number, as the digits of `value`."""
    return Box("digits", value=value)


@lru_cache(maxsize=MOST)
def op(name: str) -> Box:
    """An operator or relation sign by its `name`."""
    return Box("op", value=name)


def row(*parts: Box) -> Box:
    """The `parts` next to each other; one part is itself."""
    return parts[0] if len(parts) == 1 else Box("row", parts)


def frac(a: Box, b: Box) -> Box:
    """The fraction with numerator `a` and denominator `b`."""
    return Box("frac", (a, b))


def fence(kind: str, inner: Box) -> Box:
    """`inner` between the delimiters that `kind` names."""
    return Box("fence", (inner,), kind)


def sub(base: Box, lower: Box) -> Box:
    """`base` with the index `lower`."""
    return Box("sub", (base, lower))


def sup(base: Box, upper: Box) -> Box:
    """`base` with the exponent `upper`; a base that has an index carries both at one place."""
    if base.kind == "sub":
        return Box("subsup", (*base.parts, upper))
    return Box("sup", (base, upper))


def root(inner: Box, order: Box | None = None) -> Box:
    """The root of `inner`, square unless `order` says otherwise."""
    return Box("root", (inner,) if order is None else (inner, order))


def dot(inner: Box) -> Box:
    """`inner` with a dot for the derivative in time, set over the letter and not over its index."""
    if inner.kind == "sub":
        return sub(Box("dot", (inner.parts[0],)), inner.parts[1])
    return Box("dot", (inner,))


def big(name: str, lower: Box, upper: Box, body: Box) -> Box:
    """A large operator by its `name` (sum, product, integral) with limits `lower` and `upper`, in front of `body`."""
    return Box("big", (lower, upper, body), name)


@lru_cache(maxsize=MOST)
def named(name: str) -> Box:
    """An identifier with its subscripts: x1 -> x_1, lam_0 -> lambda_0. `name` is split at the underscore and
    before a last number.
    """
    head, *rest = name.split("_")
    stem = head.rstrip("0123456789")
    if stem and stem != head:
        rest = [head[len(stem) :], *rest]
        head = stem
    base = ident(head)
    parts: list[Box] = []
    for item in rest:
        if not item:
            continue
        if parts:
            parts.append(op(","))
        parts.append(digits(item) if item.isdigit() else ident(item))
    return sub(base, row(*parts)) if parts else base


def latex(box: Box) -> str:
    """The LaTeX source of `box`, for math mode. Raises ValueError for an unknown kind."""
    k, v = box.kind, box.value
    p = [latex(x) for x in box.parts]
    if k == "ident":
        if v in LATEX_NAME:
            return LATEX_NAME[v]
        if v in GREEK:
            return "\\" + v
        return v if len(v) == 1 else rf"\mathit{{{v}}}"
    if k == "upright":
        return v if len(v) == 1 and not v.isalpha() else rf"\operatorname{{{v}}}"
    if k == "words":
        return rf"\text{{{v}}}"
    if k == "digits":
        return v
    if k == "op":
        return OPERATORS[v][0]
    if k == "row":
        return " ".join(x for x in p if x)
    if k == "frac":
        return rf"\frac{{{p[0]}}}{{{p[1]}}}"
    if k == "fence":
        left, right = FENCES[v][:2]
        return rf"\left{left} {p[0]} \right{right}"
    if k == "sub":
        return f"{p[0]}_{{{p[1]}}}"
    if k == "sup":
        base = f"{{{p[0]}}}" if box.parts[0].kind in ("sup", "subsup") else p[0]
        return f"{base}^{{{p[1]}}}"
    if k == "subsup":
        return f"{p[0]}_{{{p[1]}}}^{{{p[2]}}}"
    if k == "root":
        return rf"\sqrt{{{p[0]}}}" if len(p) == 1 else rf"\sqrt[{p[1]}]{{{p[0]}}}"
    if k == "dot":
        return rf"\dot{{{p[0]}}}"
    if k == "big":
        return rf"{OPERATORS[v][0]}_{{{p[0]}}}^{{{p[1]}}} {p[2]}"
    raise ValueError(k)


def mathml(box: Box) -> str:
    """The element for a box, in few bytes: no row of one, no row between fences that is one anyway, no attribute that
    the operator dictionary of MathML implies. Raises KeyError for an unknown kind."""
    inner = members(box)
    return _LEAVES[box.kind](box) if inner is None else f"<mrow>{inner}</mrow>"


def members(box: Box) -> str | None:
    """What stands in the row that a box is, for a place that is a row itself; None for a box that is no row."""
    k = box.kind
    if k == "row":
        return "".join(map(mathml, box.parts)) if len(box.parts) != 1 else members(box.parts[0])
    if k == "fence":
        return _fenced(box)
    if k == "big":
        lower, upper, body = map(mathml, box.parts)
        return f"<munderover><mo>{OPERATORS[box.value][1]}</mo>{lower}{upper}</munderover>{body}"
    return None


def _fenced(box: Box) -> str:
    left, right = FENCES[box.value][2:4]
    inner = box.parts[0]
    if box.value not in _IMPLIED:
        return f'<mo fence="true" form="prefix">{left}</mo>{mathml(inner)}<mo fence="true" form="postfix">{right}</mo>'
    ends = {"row": inner.parts[:1] + inner.parts[-1:], "big": inner.parts[-1:]}.get(inner.kind, ())
    plain = len(inner.parts) > 1 and ends and all(end.kind != "op" for end in ends)
    return f"<mo>{left}</mo>{members(inner) if plain else mathml(inner)}<mo>{right}</mo>"


_IMPLIED = ("(", "[", "{")
"""Fences by themselves. An operator at an end of what they hold would be read otherwise without the row around it."""


@lru_cache(maxsize=MOST)
def _ident(box: Box) -> str:
    return f"<mi>{escape(GREEK.get(box.value, box.value))}</mi>"


def _upright(box: Box) -> str:
    variant = ' mathvariant="normal"' if len(box.value) < 2 else ""
    return f"<mi{variant}>{escape(box.value)}</mi>"


def _words(box: Box) -> str:
    v = box.value  # browsers drop spaces at the ends
    v = "\u00a0" + v[1:] if v.startswith(" ") else v
    v = v[:-1] + "\u00a0" if v.endswith(" ") else v
    return f"<mtext>{escape(v)}</mtext>"


@lru_cache(maxsize=MOST)
def _op(box: Box) -> str:
    form = {"neg": ' form="prefix"', ":": ' rspace=".3em"'}  # a colon after what is bound, not in a range
    return f"<mo{form.get(box.value, '')}>{escape(OPERATORS[box.value][1])}</mo>"


def _scripts(box: Box) -> str:
    return f"<m{box.kind}>{''.join(map(mathml, box.parts))}</m{box.kind}>"


def _root(box: Box) -> str:
    if len(box.parts) > 1:
        return f"<mroot>{''.join(map(mathml, box.parts))}</mroot>"
    inner = members(box.parts[0])
    return f"<msqrt>{mathml(box.parts[0]) if inner is None else inner}</msqrt>"


_LEAVES: Mapping[str, Callable[[Box], str]] = {
    "ident": _ident,
    "upright": _upright,
    "words": _words,
    "digits": lambda box: f"<mn>{escape(box.value)}</mn>",
    "op": _op,
    "frac": lambda box: f"<mfrac>{mathml(box.parts[0])}{mathml(box.parts[1])}</mfrac>",
    "sub": _scripts,
    "sup": _scripts,
    "subsup": _scripts,
    "root": _root,
    "dot": lambda box: f'<mover accent="true">{mathml(box.parts[0])}<mo>˙</mo></mover>',
}


def text(box: Box) -> str:
    """The plain text of `box`, in one line. Raises ValueError for an unknown kind."""
    k, v = box.kind, box.value
    p = [text(x) for x in box.parts]

    def brace(item: str) -> str:
        return item if item.isalnum() else f"{{{item}}}"

    if k in ("ident", "upright", "words", "digits"):
        return v
    if k == "op":
        return OPERATORS[v][2]
    if k == "row":
        return "".join(p)
    if k == "frac":
        a, b = (x if x.replace("_", "").isalnum() else f"({x})" for x in p)
        return f"{a}/{b}"
    if k == "fence":
        left, right = FENCES[v][4:]
        return f"{left}{p[0]}{right}"
    if k == "sub":
        return f"{p[0]}_{brace(p[1])}"
    if k == "sup":
        return f"{p[0]}^{brace(p[1])}"
    if k == "subsup":
        return f"{p[0]}_{brace(p[1])}^{brace(p[2])}"
    if k == "root":
        return f"sqrt({p[0]})" if len(p) == 1 else f"root({p[0]}, {p[1]})"
    if k == "dot":
        return f"D({p[0]})"
    if k == "big":
        return f"{OPERATORS[v][2]}_{{{p[0]}}}^{{{p[1]}}} {p[2]}"
    raise ValueError(k)

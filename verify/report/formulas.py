"""The one place where the report asks for rendered mathematics.

Statements and kernel formulas are rendered by `verify.statement.render`. What comes back is parsed, and only MathML is
let through; anything else is shown as plain text and marked as such.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, TypeVar
from xml.etree import ElementTree

from markupsafe import Markup

Json = Any
T = TypeVar("T")

_ELEMENTS = frozenset(
    "math mrow mi mn mo mtext ms mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts"
    " mprescripts mtable mtr mtd mstyle mpadded mphantom menclose merror none semantics".split()
)
_ATTRIBUTES = frozenset(
    "display displaystyle scriptlevel mathvariant stretchy fence separator form lspace rspace accent accentunder"
    " minsize maxsize symmetric largeop movablelimits linethickness width height depth voffset columnalign rowalign"
    " columnspacing rowspacing columnlines rowlines columnspan rowspan notation alttext class dir intent arg".split()
)
_NAMESPACE = re.compile(r'\s+xmlns(:\w+)?="[^"]*"')


def _renderer(name: str) -> Callable[[Json], str] | None:
    try:
        module = importlib.import_module("verify.statement.render")
    except ImportError:
        return None
    found = getattr(module, name, None)
    return found if callable(found) else None


@lru_cache(maxsize=20_000)
def only_mathml(source: str) -> str | None:
    """The MathML of `source` without namespaces, or None if it holds anything else."""
    text = _NAMESPACE.sub("", source.strip())
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
    if root.tag != "math":
        return None
    for element in root.iter():
        if element.tag not in _ELEMENTS or any(name not in _ATTRIBUTES for name in element.attrib):
            return None
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _shown(source: str | None, fallback: str, block: bool) -> Markup:
    if source is not None:
        clean = only_mathml(source)
        if clean is not None:
            root = re.sub(r'^<math(?: display="\w+")?', '<math display="block"' if block else "<math", clean, count=1)
            return Markup('<div class="math">{}</div>' if block else '<span class="math">{}</span>').format(Markup(root))
    tag = "div" if block else "span"
    return Markup(f'<{tag} class="math as-text"><code>{escape(fallback)}</code></{tag}>')


@dataclass(frozen=True)
class StatementMath:
    """A statement in display: what is declared, named hypotheses, conclusion."""

    domain: tuple[Markup, ...]
    hypotheses: tuple[tuple[str, Markup], ...]
    conclusion: Markup


Pieces = tuple[list[str], dict[str, str], str]


def _rendered(ast: Json) -> Pieces:
    """MathML of the declarations, of each hypothesis and of the conclusion of a statement in JSON form."""
    statement = importlib.import_module("verify.statement.statements").from_ast(ast)
    return statement.domain_mathml(), statement.hypothesis_mathml(), statement.mathml()


class Formulas:
    """Statements (`ast`) and kernel formulas as MathML, or as text where no renderer answers."""

    def __init__(
        self, statement: Callable[[Json], Pieces] | None = None, kernel: Callable[[Json], str] | None = None
    ) -> None:
        self._statement = statement or _rendered
        self._kernel = kernel or _renderer("kernel_mathml")

    def statement(self, ast: Json) -> StatementMath:
        pieces = _ask(self._statement, ast)
        domain, hypotheses, conclusion = pieces if pieces is not None else ([], {}, None)
        data = ast if isinstance(ast, dict) else {}
        return StatementMath(
            tuple(_shown(item, "", False) for item in domain),
            tuple(
                (str(name), _shown(hypotheses.get(name), json_text(item), True))
                for name, item in data.get("hypotheses") or []
            ),
            _shown(conclusion, json_text(data.get("conclusion")), True),
        )

    def kernel(self, node: Json, block: bool = True) -> Markup:
        return _shown(_ask(self._kernel, node), kernel_text(node), block)


def json_text(node: Json) -> str:
    return json.dumps(node, sort_keys=True, ensure_ascii=True)


def _ask(renderer: Callable[[Json], T] | None, node: Json) -> T | None:
    if renderer is None:
        return None
    try:
        return renderer(node)
    except Exception:  # a formula that cannot be rendered is shown as text; the page says so
        return None


# Plain text of kernel formulas, used where no renderer is available.

_RELATIONS = {"eq": "=", "ge": ">=", "gt": ">", "ne": "!="}


def index_text(form: Json) -> str:
    """An index expression or dimension as text: {"N": 1, "1": -1} is N - 1."""
    if form is None:
        return "oo"
    if isinstance(form, list) and len(form) == 3 and form[0] == "dim":
        return f"{form[1]}[{index_text(form[2])}]"
    if not isinstance(form, dict):
        return str(form)
    out = ""
    for key in sorted(form, key=lambda k: (k == "1", k)):
        factor = form[key]
        body = str(abs(factor)) if key == "1" else (key if abs(factor) == 1 else f"{abs(factor)}{key}")
        out += (" - " if out else "-") + body if factor < 0 else (" + " if out else "") + body
    return out or "0"


def _stage(name: str, stage: str) -> str:
    return name + {"0": "(0)", "+": "(next)"}.get(stage, "")


def _term(t: Json, tight: bool = False) -> str:
    if not isinstance(t, list) or not t:
        return str(t)
    head, rest = t[0], t[1:]
    if head == "q":
        return str(rest[0])
    if head == "n":
        return f"({index_text(rest[0])})"
    if head in ("pi", "t"):
        return str(head)
    if head == "v":
        index = "".join(f"[{index_text(i)}]" for i in rest[1])
        return _stage(f"{rest[0]}{index}", rest[2] if len(rest) > 2 else "")
    if head == "ch":
        return _stage(f"{rest[0]}[{index_text(rest[1])}..{index_text(rest[2])}]", rest[3] if len(rest) > 3 else "")
    if head == "one":
        return f"I({index_text(rest[0])})"
    if head == "zero":
        return "0"
    if head == "+":
        text = " + ".join(_term(x) for x in rest).replace("+ -1 ", "- ")
        return f"({text})" if tight else text
    if head == "*":
        return " ".join(_term(x, True) for x in rest)
    if head == "T":
        return f"{_term(rest[0], True)}'"
    if head == "pow":
        return f"{_term(rest[0], True)}^({index_text(rest[1])})"
    if head in ("sum", "prod") and len(rest) == 4:
        return f"{head}({rest[0]} = {index_text(rest[1])}..{index_text(rest[2])}: {_term(rest[3])})"
    return f"{head}({', '.join(_term(x) if isinstance(x, list) else index_text(x) for x in rest)})"


def kernel_text(node: Json) -> str:
    """A kernel formula, fact or term as one line of text."""
    if isinstance(node, dict) and "concl" in node:
        ranges = [f"{v} = {index_text(lo)}..{index_text(hi)}" for v, lo, hi in node.get("all") or []]
        body = kernel_text(node["concl"])
        return f"for all {', '.join(ranges)}: {body}" if ranges else body
    if isinstance(node, list) and node:
        if node[0] in _RELATIONS and len(node) == 3:
            return f"{_term(node[1])} {_RELATIONS[node[0]]} {_term(node[2])}"
        if node[0] == "psd" and len(node) == 2:
            return f"{_term(node[1])} is symmetric and PSD"
        return _term(node)
    return index_text(node)


# Instances are data: names with exact values.

_GREEK = dict(
    alpha="α", beta="β", gamma="γ", delta="δ", eps="ε", epsilon="ε", eta="η", theta="θ", kappa="κ", lam="λ",
    mu="μ", nu="ν", xi="ξ", pi="π", rho="ρ", sigma="σ", tau="τ", phi="φ", chi="χ", psi="ψ", omega="ω", lam0="λ₀",
    Gamma="Γ", Delta="Δ", Lambda="Λ", Phi="Φ", Psi="Ψ", Sigma="Σ", Omega="Ω",
)  # fmt: skip
_INDEXED = re.compile(r"^([A-Za-z]+)(?:_\{?(\w+)\}?|\[(\w+)\]|(\d+))$")


def _name(name: str) -> str:
    match = _INDEXED.match(name)
    if name in _GREEK or match is None:
        return f"<mi>{escape(_GREEK.get(name, name))}</mi>"
    base, index = match[1], next(x for x in match.groups()[1:] if x is not None)
    tag = "mn" if index.isdigit() else "mi"
    return f"<msub><mi>{escape(_GREEK.get(base, base))}</mi><{tag}>{escape(index)}</{tag}></msub>"


_NUMBER = re.compile(r"^(-?)(\d+(?:\.\d+)?)(?:/(\d+))?$")


def _scalar(value: Json) -> str:
    text = str(value)
    match = _NUMBER.match(text)
    if match is None:
        return f"<mtext>{escape(text)}</mtext>"
    sign = "<mo>−</mo>" if match[1] else ""
    size = f"<mn>{match[2]}</mn>"
    if match[3]:
        size = f"<mfrac>{size}<mn>{match[3]}</mn></mfrac>"
    return f"<mrow>{sign}{size}</mrow>" if sign else size


def _value(value: Json) -> str:
    if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        rows = "".join("<mtr>" + "".join(f"<mtd>{_scalar(x)}</mtd>" for x in row) + "</mtr>" for row in value)
        return f"<mrow><mo>(</mo><mtable>{rows}</mtable><mo>)</mo></mrow>"
    if isinstance(value, list):
        inner = "<mo>,</mo>".join(_scalar(x) for x in value)
        return f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>"
    return _scalar(value)


def instance_rows(instance: Json) -> list[Markup]:
    """The letters of an instance, one equation each, as inline MathML."""
    rows: list[Markup] = []
    if not isinstance(instance, dict):
        return rows
    for part in ("nat", "dims", "letters", "values"):
        block = instance.get(part)
        for name in sorted(block) if isinstance(block, dict) else []:
            value = block[name]
            members = (
                [(f"{name}[{k}]", value[k]) for k in sorted(value, key=lambda k: (len(k), k))]
                if isinstance(value, dict)
                else [(name, value)]
            )
            rows += [
                Markup(f"<math><mrow>{_name(key)}<mo>=</mo>{_value(entry)}</mrow></math>") for key, entry in members
            ]
    return rows

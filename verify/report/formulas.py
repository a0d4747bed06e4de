"""The one place where the report asks for rendered mathematics.

Statements and kernel formulas are rendered by `verify.statement.render`, which escapes every name and number. What
another renderer gives back is parsed (`mathml.clean`), and only MathML is let through. Without a formula there is plain
text, marked as such.
"""

from __future__ import annotations

import importlib
import json
import marshal
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape
from typing import Any, TypeVar

from markupsafe import Markup

from . import mathml

Json = Any
T = TypeVar("T")
MOST_SEEN = 4_000


def _renderer(name: str) -> Callable[[Json], str] | None:
    try:
        module = importlib.import_module("verify.statement.render")
    except ImportError:
        return None
    found = getattr(module, name, None)
    return found if callable(found) else None


def _shown(source: str | None, fallback: Callable[[], str], block: bool) -> Markup:
    if source is not None:
        if block:
            return Markup(f'<div class="math"><math display="block">{source.split(">", 1)[1]}</div>')
        return Markup(f'<span class="math">{source}</span>')
    tag = "div" if block else "span"
    return Markup(f'<{tag} class="math as-text"><code>{escape(fallback())}</code></{tag}>')


@dataclass(frozen=True)
class StatementMath:
    """A statement in display: what is declared, named hypotheses, conclusion."""

    domain: tuple[Markup, ...]
    hypotheses: tuple[tuple[str, Markup], ...]
    conclusion: Markup


Pieces = tuple[Sequence[str | None], Mapping[str, str | None], str | None]


def _rendered(ast: Json) -> Pieces:
    """MathML of the declarations, of each hypothesis and of the conclusion of a statement in JSON form."""
    statement = _statement(ast)
    return statement.domain_mathml(), statement.hypothesis_mathml(), statement.mathml()


def _statement(ast: Json) -> Any:
    return importlib.import_module("verify.statement.statements").from_ast(ast)


def _sides(ast: Json) -> tuple[str, str] | None:
    conclusion = _statement(ast).conclusion
    if conclusion.op not in ("le", "lt", "eq", "ge", "gt"):
        return None
    first, second = (side.latex() for side in conclusion.args[:2])
    return (second, first) if conclusion.op in ("ge", "gt") else (first, second)


class Formulas:
    """Statements (`ast`) and kernel formulas as MathML, or as text where no renderer answers."""

    def __init__(
        self, statement: Callable[[Json], Pieces] | None = None, kernel: Callable[[Json], str] | None = None
    ) -> None:
        self._statement = _checked(statement) if statement else _rendered
        self._kernel = partial(_clean, kernel) if kernel else _renderer("kernel_mathml")
        self._seen: dict[tuple[bytes, bool], Markup] = {}  # a claim shows the same formula in several places

    def statement(self, ast: Json) -> StatementMath:
        """The rendered pieces of the statement with this syntax tree, or plain text where it has no rendering."""
        pieces = _ask(self._statement, ast)
        domain, hypotheses, conclusion = pieces if pieces is not None else ([], {}, None)
        data = ast if isinstance(ast, dict) else {}
        return StatementMath(
            tuple(_shown(item, str, False) for item in domain),
            tuple(
                (str(name), _shown(hypotheses.get(name), partial(json_text, item), True))
                for name, item in data.get("hypotheses") or []
            ),
            _shown(conclusion, partial(json_text, data.get("conclusion")), True),
        )

    def sides(self, ast: Json) -> tuple[str, str] | None:
        """LaTeX of the smaller and the larger side of an inequality, of the left and the right side of an equation;
        None where the conclusion is neither."""
        return _ask(_sides, ast)

    def kernel(self, node: Json, block: bool = True) -> Markup:
        """The rendered kernel formula or term `node`, as a block or in a line."""
        key = (marshal.dumps(node, 2), block)
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= MOST_SEEN:
                self._seen.clear()
            found = self._seen[key] = _shown(_ask(self._kernel, node), partial(kernel_text, node), block)
        return found


def _only(source: str | None) -> str | None:
    return mathml.clean(source) if source is not None else None


def _clean(renderer: Callable[[Json], str], node: Json) -> str | None:
    return mathml.clean(renderer(node))


def _checked(renderer: Callable[[Json], Pieces]) -> Callable[[Json], Pieces]:
    """The renderer with everything but MathML left out of what it gives."""

    def checked(ast: Json) -> Pieces:
        domain, hypotheses, conclusion = renderer(ast)
        some = {name: _only(x) for name, x in hypotheses.items()}
        return [_only(x) for x in domain], some, _only(conclusion)

    return checked


def json_text(node: Json) -> str:
    """`node` as JSON with sorted keys."""
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
    mu="μ", nu="ν", xi="ξ", pi="π", rho="ρ", sigma="σ", tau="τ", phi="φ", chi="χ", psi="ψ", omega="ω", ell="ℓ",
    lam0="λ₀",
    Gamma="Γ", Delta="Δ", Lambda="Λ", Phi="Φ", Psi="Ψ", Sigma="Σ", Omega="Ω",
)  # fmt: skip
_LETTER = re.compile(r"^(D )?([A-Za-z][A-Za-z0-9.']*?)(?:_(\w+)|\[([\w,]+)\]|(\d+))?(?:@([0+]))?$")


@lru_cache(maxsize=MOST_SEEN)
def _name(name: str) -> str:
    """A letter of an instance, such as `W[1]@0`, `D W[1]` or `eta`."""
    match = _LETTER.match(name)
    if match is None:
        return f"<mtext>{escape(name)}</mtext>"
    change, base, *indices, stage = match.groups()
    out = f"<mi>{escape(_GREEK.get(base, base))}</mi>"
    index = next((x for x in indices if x is not None), None)
    if index is not None:
        parts = [
            f"<m{'n' if x.isdigit() else 'i'}>{escape(x)}</m{'n' if x.isdigit() else 'i'}>" for x in index.split(",")
        ]
        subscript = "<mo>,</mo>".join(parts)
        out = f"<msub>{out}{subscript if len(parts) == 1 else f'<mrow>{subscript}</mrow>'}</msub>"
    if change:
        out = f'<mover accent="true">{out}<mo>˙</mo></mover>'
    if stage == "0":
        out += '<mo stretchy="false">(</mo><mn>0</mn><mo stretchy="false">)</mo>'
    return f"<msup>{out}<mo>+</mo></msup>" if stage == "+" else out


_NUMBER = re.compile(r"^(-?)(\d+(?:\.\d+)?)(?:/(\d+))?$")


def short(digits: str, keep: int = 24) -> str:
    """A long string of digits with its middle left out; the certificate has all of them."""
    return digits if len(digits) <= 2 * keep else f"{digits[:keep]}…{digits[-6:]}"


def _scalar(value: Json) -> str:
    if isinstance(value, dict) and "low" in value and "high" in value:
        low, high = _scalar(value["low"]), _scalar(value["high"])
        return f'<mrow><mo stretchy="false">[</mo>{low}<mo>,</mo>{high}<mo stretchy="false">]</mo></mrow>'
    text = value if isinstance(value, str) else str(value)
    match = _NUMBER.match(text)
    if match is None:
        return f"<mtext>{escape(text)}</mtext>"
    sign = "<mo>−</mo>" if match[1] else ""
    size = f"<mn>{short(match[2])}</mn>"
    if match[3]:
        size = f"<mfrac>{size}<mn>{short(match[3])}</mn></mfrac>"
    return f"<mrow>{sign}{size}</mrow>" if sign else size


def _value(value: Json) -> str:
    if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        if value == [[value[0][0]]]:
            return _scalar(value[0][0])
        rows = "".join("<mtr>" + "".join(f"<mtd>{_scalar(x)}</mtd>" for x in row) + "</mtr>" for row in value)
        return f"<mrow><mo>(</mo><mtable>{rows}</mtable><mo>)</mo></mrow>"
    if isinstance(value, list):
        inner = "<mo>,</mo>".join(_scalar(x) for x in value)
        return f'<mrow><mo stretchy="false">(</mo>{inner}<mo stretchy="false">)</mo></mrow>'
    return _scalar(value)


def _loss(data: Json) -> str:
    """A half square with its target, or a polynomial in the entries."""
    if isinstance(data, dict) and "target" in data:
        inner = f"<mi>X</mi><mo>−</mo>{_value(data['target'])}"
        norm = f'<mo stretchy="false">‖</mo>{inner}<mo stretchy="false">‖</mo>'
        return f"<mfrac><mn>1</mn><mn>2</mn></mfrac><msup><mrow>{norm}</mrow><mn>2</mn></msup>"
    terms = []
    for factor, powers in data.get("terms") or []:
        entries = "".join(
            f"<msubsup><mi>x</mi><mrow><mn>{i + 1}</mn><mo>,</mo><mn>{j + 1}</mn></mrow><mn>{p}</mn></msubsup>"
            for i, j, p in powers
        )
        terms.append(f"<mrow>{_scalar(factor)}{entries}</mrow>")
    return "<mo>+</mo>".join(terms) or "<mn>0</mn>"


def _law(pairs: Json) -> str:
    return "<mo>,</mo>".join(
        f"<mrow>{_scalar(v)}<mtext> with probability </mtext>{_scalar(p)}</mrow>" for p, v in pairs
    )


def _equation(name: str, value: str) -> Markup:
    return Markup(f"<math>{name}<mo>=</mo>{value}</math>")


def instance_rows(instance: Json) -> list[Markup]:
    """What an instance fixes, one equation each: sizes, losses, letters, laws, time."""
    if not isinstance(instance, dict):
        return []
    rows = []
    for name, sizes in sorted((instance.get("dims") or {}).items()):
        first = (instance.get("dims_from") or {}).get(name, 0)
        head = f'<mo stretchy="false">(</mo><msub>{_name(name)}<mn>{first}</mn></msub><mo>,</mo><mo>…</mo>'
        rows.append(_equation(f'{head}<mo stretchy="false">)</mo>', _value(sizes)))
    rows += [_equation(_name(n), _loss(loss)) for n, loss in sorted((instance.get("losses") or {}).items())]
    values = instance.get("values") or {}
    for name in sorted(values, key=lambda n: (n.startswith("D "), "@" in n, n)):
        if name not in (instance.get("losses") or {}):
            rows.append(_equation(_name(name), _value(values[name])))
    rows += [_equation(_name(n), _law(law)) for n, law in sorted((instance.get("laws") or {}).items())]
    if "time" in instance:
        rows.append(_equation("<mi>t</mi>", _scalar(instance["time"])))
    return rows

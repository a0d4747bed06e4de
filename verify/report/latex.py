"""The LaTeX that statements render to, read back as boxes, so that labels of figures can be shown as MathML.

Labels are stored in certificates as text with formulas between dollar signs. The grammar is what
`verify.statement.boxes.latex` writes; anything else raises `LatexError`, and the label is shown as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape

from markupsafe import Markup

from verify.statement import boxes
from verify.statement.boxes import Box

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|[A-Za-z]|\S")
_SPACES = ("\\,", "\\;", "\\!")
_NAMES = {f"\\{name}": name for name in boxes.GREEK} | {code: name for name, code in boxes.LATEX_NAME.items()}
_OPERATORS = {code: name for name, (code, _, _) in boxes.OPERATORS.items() if code and name != "neg"}
_OPERATORS |= {":": "colon", "\\colon": ":"}
_BIG = {"\\sum": "sum", "\\prod": "prod"}
_FENCES = {left: (kind, right) for kind, (left, right, *_) in boxes.FENCES.items()}
_BARE = {"(": ")", "[": "]"}
_TEXT: dict[str, Callable[[str], Box]] = {
    "\\operatorname": boxes.upright,
    "\\mathrm": boxes.upright,
    "\\mathit": boxes.ident,
    "\\text": boxes.words,
}


class LatexError(ValueError):
    """Not a formula in the form that statements are rendered in."""


def mathml(source: str) -> str:
    """MathML of a formula, without dollar signs. Raises LatexError."""
    box = _Reader(source).whole()
    inner = boxes.members(box)
    return f"<math>{boxes.mathml(box) if inner is None else inner}</math>"


@lru_cache(maxsize=1_000)
def label(text: str) -> Markup:
    """A label with its formulas as MathML, or as plain text where they cannot be read."""
    out = []
    for k, part in enumerate(text.split("$")):
        if k % 2 == 0:
            out.append(escape(part, quote=False))
        else:
            try:
                out.append(f'<span class="math">{mathml(part)}</span>')
            except LatexError:
                out.append(escape(plain(part), quote=False))
    return Markup("".join(out))


def plain(text: str) -> str:
    """A label without its LaTeX, for descriptions that are read aloud."""
    bare = re.sub(r"\\(?:mathrm|operatorname|text|left|right|,|;|!)(?![A-Za-z])\s*", "", text.replace("$", ""))
    return re.sub(r"[\\{}]", "", bare).strip()


class _Reader:
    def __init__(self, source: str) -> None:
        # a word in braces keeps its spaces and digits
        self._tokens = re.findall(r"(?<=\\text)\{[^{}]*\}|" + _TOKEN.pattern, source)
        self._at = 0

    def whole(self) -> Box:
        box = self._row(None)
        if self._at < len(self._tokens):
            raise LatexError(f"unexpected {self._tokens[self._at]!r}")
        return box

    def _peek(self) -> str | None:
        while self._at < len(self._tokens) and self._tokens[self._at] in _SPACES:
            self._at += 1
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> str:
        token = self._peek()
        if token is None:
            raise LatexError("the formula ends too early")
        self._at += 1
        return token

    def _expect(self, token: str) -> None:
        found = self._next()
        if found != token:
            raise LatexError(f"{token!r} was expected, not {found!r}")

    def _row(self, end: str | None) -> Box:
        parts: list[Box] = []
        while (token := self._peek()) is not None and token != end and token != "\\right":
            sign = token == "-" and (not parts or parts[-1].kind == "op")
            parts.append(self._scripted(sign))
        return boxes.row(*parts)

    def _group(self) -> Box:
        self._expect("{")
        box = self._row("}")
        self._expect("}")
        return box

    def _scripted(self, sign: bool) -> Box:
        token = self._next()
        if token in _BIG:
            self._expect("_")
            lower = self._group()
            self._expect("^")
            return boxes.big(_BIG[token], lower, self._group(), self._row("}"))
        box = boxes.op("neg") if sign else self._atom(token)
        while self._peek() in ("_", "^"):
            box = boxes.sub(box, self._group()) if self._next() == "_" else boxes.sup(box, self._group())
        return box

    def _atom(self, token: str) -> Box:
        if token == "{":
            self._at -= 1
            return self._group()
        if token == "\\left":
            return self._fence()
        if token == "\\frac":
            return boxes.frac(self._group(), self._group())
        if token == "\\sqrt" and self._peek() != "[":
            return boxes.root(self._group())
        if token == "\\dot":
            return boxes.dot(self._group())
        if token == "\\mathbf":
            self._group()
            return boxes.op("one")
        if token in _TEXT:
            return _TEXT[token](self._word())
        if token in _NAMES:
            return boxes.ident(_NAMES[token])
        if token in _OPERATORS:
            return boxes.op(_OPERATORS[token])
        if token in _BARE:
            inner = self._row(_BARE[token])
            self._expect(_BARE[token])
            return boxes.fence(token, inner)
        if token.isalpha():
            return boxes.ident(token)
        if token[0].isdigit():
            return boxes.digits(token)
        raise LatexError(f"{token!r} is not known")

    def _word(self) -> str:
        token = self._next()
        if token.startswith("{") and token.endswith("}") and len(token) > 1:
            return token[1:-1]
        word = ""
        while (part := self._next()) != "}":
            word += part
        return word

    def _fence(self) -> Box:
        left = self._next()
        if left not in _FENCES:
            raise LatexError(f"{left!r} is not a fence")
        kind, right = _FENCES[left]
        inner = self._row(None)
        self._expect("\\right")
        self._expect(right)
        return boxes.fence(kind, inner)

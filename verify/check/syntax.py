"""Text to a raw tree: tokens and operator precedence, the same for scalar and matrix formulas.

Nothing is evaluated and no name has a meaning here. A raw tree is a `Node`: its kind, its place in the text, and its
parts; `read` gives the tree of a whole text.

    num value            name text              str text
    sum (sign, node)..   prod (op, node)..      neg node       pow base exponent     fact node (postfix !)
    call name nodes keywords                    tuple nodes    list nodes
    rel node op node op node ..
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .errors import InputError

MAX_CHARS = 20_000
MAX_NESTING = 100
MAX_DIGITS = 2_000
FRAMES = 20_000
MAX_TEN = 400  # largest power of ten in a number such as 1e-8

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<num>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<op>\*\*|<=|>=|==|!=|[-+*/^()\[\],=<>!])|(?P<str>'[^'\n]*'|\"[^\"\n]*\")"
)
_SAME = {"≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "–": "-", "·": "*", "×": "*", "π": "pi", "∞": "oo"}
RELATIONS = ("<=", "<", ">=", ">", "=", "==", "!=")
_LEFT = {"+": 10, "-": 10, "*": 20, "/": 20}
_POWER = 40
_NEGATION = 30


@dataclass(frozen=True)
class Node:
    """A raw tree: its kind, its place in the text, its value, its parts, and arguments given by name."""

    kind: str
    at: int
    value: Any = None
    parts: tuple[Any, ...] = ()
    keys: dict[str, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Token:
    """A piece of the text: its kind, the text itself, and where it begins."""

    kind: str  # num, name, op, str, end
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The pieces of `text`; InputError for a character without a meaning or a text that is too long."""
    if len(text) > MAX_CHARS:
        raise InputError(f"the formula has {len(text):,} characters; the limit is {MAX_CHARS:,}".replace(",", " "))
    out: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] in _SAME:
            same = _SAME[text[at]]
            out.append(Token("name" if same.isalpha() else "op", same, at))
            at += 1
            continue
        found = _TOKEN.match(text, at)
        if found is None:
            raise InputError(f"the character {text[at]!r} has no meaning here", text, at)
        kind = str(found.lastgroup)
        if kind != "space":
            out.append(Token(kind, found.group(), at))
        at = found.end()
    out.append(Token("end", "", len(text)))
    return out


def number(text: str) -> Fraction:
    """The exact value of a literal: 0.1 is one tenth. Raises InputError if it is too long or has no value."""
    mantissa, _, ten = text.lower().partition("e")
    whole, _, digits = mantissa.partition(".")
    if len(mantissa) > MAX_DIGITS or abs(int(ten or "0")) > MAX_TEN:
        raise InputError(f"the number {text[:20]}.. is too long")
    return Fraction(int((whole + digits) or "0"), 10 ** len(digits)) * Fraction(10) ** int(ten or "0")


class Parser:
    """Precedence climbing."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.i, self.depth = text, tokens(text), 0, 0

    @property
    def now(self) -> Token:
        """The next token."""
        return self.tokens[self.i]

    def fail(self, message: str, at: int | None = None) -> InputError:
        """The error with a `message` at the place `at`, by default that of the next token."""
        return InputError(message, self.text, self.now.at if at is None else at)

    def take(self, text: str) -> bool:
        """Step over the operator `text` if it comes next; whether it did."""
        if self.now.kind == "op" and self.now.text == text:
            self.i += 1
            return True
        return False

    def expect(self, text: str, opened: Token) -> None:
        """Step over the operator `text`, which closes `opened`; InputError if something else comes next."""
        if not self.take(text):
            found = "the text ends" if self.now.kind == "end" else f"{self.now.text!r} stands here"
            raise self.fail(f"{found}, but the {opened.text!r} at {opened.at + 1} needs its {text!r}")

    def whole(self) -> Node:
        """The tree of the whole text; InputError if it is empty or something is left."""
        if self.now.kind == "end":
            raise self.fail("the formula is empty")
        node = self.formula(0)
        if self.now.kind != "end":
            raise self.fail(self.unexpected())
        return node

    def unexpected(self) -> str:
        """What to say about a token that cannot stand here."""
        t = self.now
        if t.kind in ("name", "num") or t.text == "(":
            return f"an operator is missing before {t.text!r}; write products with *"
        return f"{t.text!r} has no meaning here"

    def formula(self, least: int) -> Node:
        """An expression whose operators bind at least as strongly as `least`; 0 takes relations as well."""
        nests = least in (0, _NEGATION)
        self.depth += nests
        if self.depth > MAX_NESTING:
            raise self.fail(f"nested more than {MAX_NESTING} deep")
        start = self.now
        minus = False
        signed = False
        while self.now.kind == "op" and self.now.text in "+-":
            minus ^= self.now.text == "-"
            signed = True
            self.i += 1
        left = self.formula(_NEGATION) if signed else self.operand()
        if minus:
            left = Node("neg", start.at, None, (left,))
        closed = True  # a sum in brackets is not extended
        while self.now.kind == "op":
            op, at = self.now.text, self.now.at
            if op in ("**", "^") and least <= _POWER:
                self.i += 1
                left = Node("pow", at, None, (left, self.formula(_NEGATION)))
            elif op == "!" and least <= 50:
                self.i += 1
                left = Node("fact", at, None, (left,))
            elif op in _LEFT and _LEFT[op] >= least:
                self.i += 1
                kind = "sum" if _LEFT[op] == 10 else "prod"
                right = self.formula(_LEFT[op] + 1)
                if left.kind == kind and not closed:
                    left = Node(kind, left.at, None, (*left.parts, (op, right)))
                else:
                    left = Node(kind, at, None, ((("+" if kind == "sum" else "*"), left), (op, right)))
                closed = False
            elif op in RELATIONS and least == 0:
                self.i += 1
                right = self.formula(1)
                parts = (*left.parts, op, right) if left.kind == "rel" and not closed else (left, op, right)
                left = Node("rel", at, None, parts)
                closed = False
            else:
                break
        self.depth -= nests
        return left

    def operand(self) -> Node:
        """A number, name, call, list, or formula in parentheses; InputError for anything else."""
        t = self.now
        self.i += 1
        if t.kind == "num":
            try:
                return Node("num", t.at, number(t.text))
            except InputError as error:
                raise self.fail(error.message, t.at) from None
        if t.kind == "str":
            return Node("str", t.at, t.text[1:-1])
        if t.kind == "name":
            if not self.take("("):
                return Node("name", t.at, t.text)
            parts, keys = self.arguments(Token("op", "(", self.tokens[self.i - 1].at))
            return Node("call", t.at, t.text, parts, keys)
        if t.text == "(":
            first = self.formula(0)
            if not (self.now.kind == "op" and self.now.text == ","):
                self.expect(")", t)
                return first
            parts_list = [first]
            while self.take(","):
                if self.now.text == ")":
                    break
                parts_list.append(self.formula(0))
            self.expect(")", t)
            return Node("tuple", t.at, None, tuple(parts_list))
        if t.text == "[":
            items: list[Node] = []
            while not (self.now.kind == "op" and self.now.text == "]"):
                items.append(self.formula(0))
                if not self.take(","):
                    break
            self.expect("]", t)
            return Node("list", t.at, None, tuple(items))
        self.i -= 1
        if t.kind == "end":
            raise self.fail("the formula ends where a number, a name or a bracket should follow")
        raise self.fail(f"a number, a name or a bracket should stand here, not {t.text!r}")

    def arguments(self, opened: Token) -> tuple[tuple[Node, ...], dict[str, Node]]:
        """The arguments of a call up to its closing parenthesis, `opened` being the other one: by place, and by
        name.
        """
        parts: list[Node] = []
        keys: dict[str, Node] = {}
        while not (self.now.kind == "op" and self.now.text == ")"):
            name, after = self.now, self.tokens[min(self.i + 1, len(self.tokens) - 1)]
            if name.kind == "name" and name.text == "dir" and after.text == "=":
                self.i += 2
                keys[name.text] = self.formula(1)
            else:
                parts.append(self.formula(0))
            if not self.take(","):
                break
        self.expect(")", opened)
        return tuple(parts), keys


@contextmanager
def deep() -> Iterator[None]:
    """Room for recursion over trees as deep as the parser admits."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def read(text: str) -> Node:
    """The raw tree of a formula or expression; raises `InputError` with the place."""
    with deep():
        return Parser(text).whole()

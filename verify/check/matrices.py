"""Matrix expressions: trees as the kernel reads them, with their shapes checked while they are read.

    ("v", name)  ("q", "3/4")  ("n", dim)  ("+", a, b, ..)  ("*", a, b, ..)  ("pow", a, exponent)
    ("T", a)  ("inv", a)  ("tr", a)  ("det", a)  ("vec", a)  ("kron", a, b)  ("had", a, b)
    ("I", dim)  ("Z", dim, dim)  ("ones", dim, dim)

A dimension is a product of linear forms in the symbols of the shapes, in the order in which they were written:
`(form, ..)` with `form = ((symbol, coefficient), ..)` sorted and "1" for the constant; the number 1 is `()`. An
exponent is a natural number or a dimension. A 1x1 matrix counts as a scalar.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from .errors import IllSorted, InputError
from .syntax import Node, deep, read

Tree = tuple[Any, ...]
Form = tuple[tuple[str, int], ...]
Dim = tuple[Form, ...]
Shape = tuple[Dim, Dim]

SCALAR: Shape = ((), ())
ALIASES = {
    "transpose": "T", "trace": "tr", "Tr": "tr", "Trace": "tr", "Det": "det", "Inv": "inv", "inverse": "inv",
    "eye": "I", "Identity": "I", "zeros": "Z", "hadamard": "had", "Transpose": "T", "Vec": "vec", "Kron": "kron",
}  # fmt: skip
ARITY = {"T": 1, "inv": 1, "tr": 1, "det": 1, "vec": 1, "kron": 2, "had": 2, "I": 1, "Z": 2, "ones": 2}
MAX_POWER = 12
MINUS = ("q", "-1")


def number_dim(k: int) -> Dim:
    """The dimension that is the number `k`."""
    return () if k == 1 else ((("1", k),),)


def symbols(d: Dim) -> set[str]:
    """The size letters of the dimension `d`."""
    return {s for form in d for s, _ in form if s != "1"}


def expanded(d: Dim) -> dict[tuple[str, ...], int]:
    """The dimension as a polynomial: monomial (sorted symbols) -> coefficient."""
    out: dict[tuple[str, ...], int] = {(): 1}
    for form in d:
        new: dict[tuple[str, ...], int] = {}
        for mono, c in out.items():
            for s, k in form:
                m = mono if s == "1" else tuple(sorted((*mono, s)))
                new[m] = new.get(m, 0) + c * k
        out = {m: c for m, c in new.items() if c}
    return out


def show_dim(d: Dim) -> str:
    """The dimension `d` as text."""
    if not d:
        return "1"
    forms = []
    for form in d:
        text = " + ".join(
            (str(k) if s == "1" else s if k == 1 else f"{k}*{s}") for s, k in sorted(form, key=lambda r: r[0] == "1")
        )
        forms.append(f"({text})" if len(form) > 1 and len(d) > 1 else text.replace("+ -", "- "))
    return "*".join(forms)


def show_shape(s: Shape) -> str:
    """The shape `s` as text."""
    return "scalar" if s == SCALAR else f"{show_dim(s[0])} x {show_dim(s[1])}"


class _Dims:
    """Raw tree to dimension; any name is a symbol unless `names` is given."""

    def __init__(self, text: str, names: Collection[str] | None = None) -> None:
        self.text, self.names = text, names

    def fail(self, message: str, n: Node) -> InputError:
        return InputError(message, self.text, n.at)

    def dim(self, n: Node) -> Dim:
        if n.kind == "prod" and all(op == "*" for op, _ in n.parts):
            return tuple(form for _, part in n.parts for form in self.dim(part))
        if n.kind == "pow" and n.parts[1].kind == "num" and 0 < n.parts[1].value <= 6 and (
            n.parts[1].value.denominator == 1
        ):
            return self.dim(n.parts[0]) * int(n.parts[1].value)
        form = self.form(n)
        if form == (("1", 1),):
            return ()
        return (form,)

    def form(self, n: Node) -> Form:
        out = self.linear(n)
        form = tuple(sorted((s, c) for s, c in out.items() if c))
        if not form or (len(form) == 1 and form[0][0] == "1" and form[0][1] < 1) or all(c < 0 for _, c in form):
            raise self.fail("a dimension is a positive whole number", n)
        if sum(abs(c) for _, c in form) > 10_000:
            raise self.fail("the dimension is too large", n)
        return form

    def linear(self, n: Node) -> dict[str, int]:
        if n.kind == "num":
            if n.value.denominator != 1:
                raise self.fail("a dimension is a whole number", n)
            return {"1": int(n.value)}
        if n.kind == "name":
            if self.names is not None and n.value not in self.names:
                known = ", ".join(sorted(self.names)) or "none"
                raise self.fail(f"the dimension {n.value} does not occur in a shape (known: {known})", n)
            return {n.value: 1}
        if n.kind == "sum":
            out: dict[str, int] = {}
            for sign, part in n.parts:
                for s, c in self.linear(part).items():
                    out[s] = out.get(s, 0) + (c if sign == "+" else -c)
            return out
        if n.kind == "prod" and len(n.parts) == 2 and n.parts[1][0] == "*":
            a, b = self.linear(n.parts[0][1]), self.linear(n.parts[1][1])
            for x, y in ((a, b), (b, a)):
                if set(x) == {"1"}:
                    return {s: c * x["1"] for s, c in y.items()}
        raise self.fail("a dimension is a symbol, a whole number, or a sum or product of them", n)


def dimension(data: Any) -> Dim:
    """A dimension as it is written in a shape: a symbol, a number, m*n, n + 1. Raises InputError if it is none."""
    if type(data) is int:
        data = str(data)
    if not isinstance(data, str):
        raise InputError(f"a dimension is a symbol or a whole number, not {data!r:.40}")
    return _Dims(data).dim(read(data))


def check_names(shapes: Mapping[str, Shape]) -> None:
    """A name is a matrix or a dimension, not both, and no function. Raises InputError for a name that is taken."""
    dims = {s for shape in shapes.values() for d in shape for s in symbols(d)}
    for name in shapes:
        if name in dims:
            raise InputError(f"{name} is a matrix and a dimension at once")


class Sorts:
    """Well-formed trees over declared letters; shapes that do not fit raise `IllSorted`."""

    def __init__(self, shapes: Mapping[str, Shape], flags: Mapping[str, Sequence[str]] | None = None) -> None:
        self.shapes = shapes
        for name, words in (flags or {}).items():
            if words and shapes[name][0] != shapes[name][1]:
                raise IllSorted(f"{name} is {show_shape(shapes[name])}: only a square matrix can be {words[0]}")

    def square(self, parsed: Parsed, what: str) -> Tree:
        """The tree of `parsed`, which `what` needs to be square; IllSorted if it is not."""
        if not same(parsed.shape[0], parsed.shape[1]):
            raise IllSorted(f"{what} is square, not {show_shape(parsed.shape)}", parsed.text, 0)
        return parsed.tree

    def equation(self, a: Parsed, b: Parsed, text: str) -> tuple[Tree, Tree]:
        """The trees of `a` and `b`, sides of the equation `text`; IllSorted if their shapes differ."""
        if not (same(a.shape[0], b.shape[0]) and same(a.shape[1], b.shape[1])):
            message = f"the left side is {show_shape(a.shape)}, the right side {show_shape(b.shape)}"
            raise IllSorted(message, text, text.find("=") + 1)
        return a.tree, b.tree


def same(a: Dim, b: Dim) -> bool:
    """Equal as numbers, for all values of the symbols."""
    return a == b or expanded(a) == expanded(b)


class Parsed:
    """A matrix expression: its tree, its shape, and the text it was read from."""

    __slots__ = ("shape", "text", "tree")

    def __init__(self, tree: Tree, shape: Shape, text: str) -> None:
        self.tree, self.shape, self.text = tree, shape, text


class Reader:
    """Raw tree to matrix tree with its shape."""

    def __init__(self, text: str, shapes: Mapping[str, Shape]) -> None:
        self.text, self.shapes = text, shapes
        self.dims = {s for shape in shapes.values() for d in shape for s in symbols(d)}

    def fail(self, message: str, n: Node) -> InputError:
        """The error with a `message` about the place of node `n` in the text."""
        return InputError(message, self.text, n.at)

    def ill(self, message: str, n: Node) -> IllSorted:
        """The error with a `message` about shapes at node `n`."""
        return IllSorted(message, self.text, n.at)

    def term(self, n: Node) -> tuple[Tree, Shape]:
        """The tree and the shape of the expression at node `n`; InputError or IllSorted if there is none."""
        method = getattr(self, f"_{n.kind}", None)
        if method is None:
            raise self.fail("a matrix or a number is meant here", n)
        out: tuple[Tree, Shape] = method(n)
        return out

    def _num(self, n: Node) -> tuple[Tree, Shape]:
        return ("q", str(n.value)), SCALAR

    def _name(self, n: Node) -> tuple[Tree, Shape]:
        if n.value in self.shapes:
            return ("v", n.value), self.shapes[n.value]
        if n.value in self.dims:
            return ("n", ((((n.value, 1),),))), SCALAR
        if n.value in ARITY or n.value in ALIASES:
            raise self.fail(f"the function {n.value} needs its argument", n)
        known = ", ".join(self.shapes) or "none"
        raise self.fail(f"the matrix {n.value} has no shape (declared: {known}); say for example {n.value}: n x n", n)

    def _sum(self, n: Node) -> tuple[Tree, Shape]:
        parts: list[Tree] = []
        shape: Shape | None = None
        for sign, part in n.parts:
            tree, here = self.term(part)
            if shape is None:
                shape = here
            elif not (same(shape[0], here[0]) and same(shape[1], here[1])):
                raise self.ill(f"a {show_shape(here)} is added to a {show_shape(shape)}", part)
            parts.append(tree if sign == "+" else self.scaled(MINUS, tree))
        assert shape is not None
        return ("+", *parts), shape

    @staticmethod
    def scaled(c: Tree, tree: Tree) -> Tree:
        """`tree` times the scalar `c`; constants are multiplied."""
        if tree[0] == "q" and c[0] == "q":
            return ("q", str(Fraction(c[1]) * Fraction(tree[1])))
        return ("*", c, tree)

    def _neg(self, n: Node) -> tuple[Tree, Shape]:
        tree, shape = self.term(n.parts[0])
        return self.scaled(MINUS, tree), shape

    def _prod(self, n: Node) -> tuple[Tree, Shape]:
        tree: Tree | None = None
        shape: Shape = SCALAR
        for op, part in n.parts:
            t, s = self.term(part)
            if op == "/":
                if s != SCALAR:
                    raise self.ill(f"division by a {show_shape(s)}; write inv(..)", part)
                t = self.inverse(t)
            if tree is None:
                tree, shape = t, s
                continue
            if shape == SCALAR:
                shape = s
            elif s != SCALAR:
                if not same(shape[1], s[0]):
                    raise self.ill(f"a {show_shape(shape)} is multiplied by a {show_shape(s)}", part)
                shape = (shape[0], s[1])
            if tree[0] == "q" == t[0]:
                tree = self.scaled(tree, t)
            else:
                tree = (*tree, t) if tree[0] == "*" else ("*", tree, t)
        assert tree is not None
        return tree, shape

    @staticmethod
    def inverse(t: Tree) -> Tree:
        """The inverse of `t`; a constant other than 0 becomes a constant."""
        return ("q", str(1 / Fraction(t[1]))) if t[0] == "q" and Fraction(t[1]) else ("inv", t)

    def _pow(self, n: Node) -> tuple[Tree, Shape]:
        tree, shape = self.term(n.parts[0])
        if not same(*shape):
            raise self.ill(f"power of a {show_shape(shape)}, which is not square", n)
        value = self.whole(n.parts[1])
        if value is not None:
            if abs(value) > MAX_POWER:
                raise self.fail(f"the exponent {value} is larger than {MAX_POWER}", n.parts[1])
            return (("pow", tree, value) if value >= 0 else ("pow", ("inv", tree), -value)), shape
        minus = n.parts[1].kind == "neg"
        e = _Dims(self.text, self.dims).dim(n.parts[1].parts[0] if minus else n.parts[1])
        return ("pow", ("inv", tree) if minus else tree, e), shape

    def whole(self, n: Node) -> int | None:
        """The integer written at node `n`, or None."""
        if n.kind == "neg":
            inner = self.whole(n.parts[0])
            return None if inner is None else -inner
        return int(n.value) if n.kind == "num" and n.value.denominator == 1 else None

    def _call(self, n: Node) -> tuple[Tree, Shape]:
        name = ALIASES.get(n.value, n.value)
        if name == "Rational" and 1 <= len(n.parts) <= 2:
            a, *b = (self.term(p)[0] for p in n.parts)
            if a[0] != "q" or any(x[0] != "q" or not Fraction(x[1]) for x in b):
                raise self.fail("Rational takes whole numbers with a denominator that is not 0", n)
            return ("q", str(Fraction(a[1]) / (Fraction(b[0][1]) if b else 1))), SCALAR
        if name not in ARITY:
            if n.value in self.shapes:
                raise self.fail(f"{n.value} is a matrix, not a function; write products with *", n)
            near = get_close_matches(n.value, [*ARITY, *ALIASES], 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(ARITY)}"
            raise self.fail(f"the function {n.value} is not known for matrices{hint}", n)
        if name == "ones" and len(n.parts) == 1:
            raise self.fail("ones takes 2 arguments: ones(n, 1) is a column", n)
        if len(n.parts) != ARITY[name] or n.keys:
            raise self.fail(f"{name} takes {ARITY[name]} argument{'s'[: ARITY[name] - 1]}, not {len(n.parts)}", n)
        if name in ("I", "Z", "ones"):
            dims = [_Dims(self.text, self.dims).dim(p) for p in n.parts]
            return (name, *dims), (dims[0], dims[-1])
        terms = [self.term(p) for p in n.parts]
        trees, (shape, *more) = [t for t, _ in terms], [s for _, s in terms]
        return (name, *trees), self.result(name, shape, more, n)

    def result(self, name: str, s: Shape, more: Sequence[Shape], n: Node) -> Shape:
        """The shape of the function `name` of arguments with the shapes `s` and `more`; IllSorted if they do not
        fit at node `n`.
        """
        if name == "T":
            return s[1], s[0]
        if name in ("inv", "tr", "det"):
            if not same(*s):
                raise self.ill(f"{name} of a {show_shape(s)}, which is not square", n)
            return s if name == "inv" else SCALAR
        if name == "vec":
            return (*s[1], *s[0]), ()
        if name == "kron":
            return (*s[0], *more[0][0]), (*s[1], *more[0][1])
        if not (same(s[0], more[0][0]) and same(s[1], more[0][1])):
            raise self.ill(f"entrywise product of a {show_shape(s)} and a {show_shape(more[0])}", n)
        return s


def parse(text: Any, shapes: Mapping[str, Shape], where: str = "") -> Parsed:
    """The matrix expression `text` over letters with these `shapes`; InputError or IllSorted, with the field
    `where` it stood.
    """
    if not isinstance(text, str):
        raise InputError(f"matrix expressions are texts, not {text!r:.40}", where=where)
    try:
        with deep():
            return Parsed(*Reader(text, shapes).term(read(text)), text)
    except InputError as error:
        raise error.located(where) from None


def parse_equation(text: Any, shapes: Mapping[str, Shape], where: str = "") -> tuple[Parsed, Parsed]:
    """The two sides of X = Y. Raises InputError if it is none."""
    if not isinstance(text, str):
        raise InputError(f"equations are texts, not {text!r:.40}", where=where)
    try:
        with deep():
            n = read(text)
            if n.kind != "rel" or len(n.parts) != 3 or n.parts[1] not in ("=", "=="):
                raise InputError("an equation X = Y is meant", text, n.at)
            reader = Reader(text, shapes)
            return Parsed(*reader.term(n.parts[0]), text), Parsed(*reader.term(n.parts[2]), text)
    except InputError as error:
        raise error.located(where) from None


def show(t: Tree) -> str:
    """A matrix tree in the language of the parser."""
    return _show(t)[0]


def _at(t: Tree, level: int) -> str:
    text, have = _show(t)
    return text if have >= level else f"({text})"


def _show(t: Tree) -> tuple[str, int]:
    head = t[0]
    if head == "v":
        return t[1], 4
    if head == "q":
        return t[1], 1 if t[1].startswith("-") else 2 if "/" in t[1] else 4
    if head == "n":
        text = show_dim(t[1])
        return text, 4 if text.isalnum() else 1
    if head == "+":
        out = _at(t[1], 1)
        for x in t[2:]:
            if x[0] == "*" and x[1] == MINUS:
                out += " - " + _at(("*", *x[2:]) if len(x) > 3 else x[2], 2)
            elif x[0] == "q" and x[1].startswith("-"):
                out += " - " + x[1][1:]
            else:
                out += " + " + _at(x, 2)
        return out, 1
    if head == "*":
        if t[1] == MINUS and len(t) > 2:
            return "-" + _at(("*", *t[2:]) if len(t) > 3 else t[2], 2), 1
        return "*".join(_at(x, 2 if i == 0 else 3) for i, x in enumerate(t[1:])), 2
    if head == "pow":
        e = str(t[2]) if isinstance(t[2], int) else show_dim(t[2])
        return f"{_at(t[1], 4)}**{e if e.isalnum() else f'({e})'}", 3
    if head in ("I", "Z", "ones"):
        return f"{head}({', '.join(show_dim(d) for d in t[1:])})", 4
    return f"{head}({', '.join(show(x) for x in t[1:])})", 4

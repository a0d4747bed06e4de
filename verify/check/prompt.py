"""What is typed at the prompt, as the object of a problem file.

    statement   lhs <= rhs    lhs = rhs    psd([[1, a], [a, 1]])    pd(..)    not psd(..)
    where       x in [0, 1]    0 < x < 1    x > 0    x real    n positive_integer    W2: k x h    S: n x n symmetric
    given       T(W2)*W2 = W1*T(W1)    invertible(I(n) + A*B)    S psd    y != 0    im(z) > 0
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from . import expression as ex
from .errors import InputError
from .problem import FLAGS, KINDS, Problem, from_json
from .syntax import Node, deep, read, tokens

Json = Any
_NAME = r"[^\W\d]\w*"
_SETS = {
    "R": "real", "RR": "real", "ℝ": "real", "C": "complex", "CC": "complex", "ℂ": "complex", "Z": "integer",
    "ZZ": "integer", "ℤ": "integer", "N": "nonneg_integer", "NN": "nonneg_integer", "ℕ": "nonneg_integer",
}  # fmt: skip
_LINES = {"real": ("-oo", "oo", False), "positive": ("0", "oo", True), "nonnegative": ("0", "oo", False)}
_SHAPE = re.compile(rf"(?P<names>{_NAME}(?:\s*,\s*{_NAME})*)\s*:\s*(?P<rest>.*)\Z", re.DOTALL)
_SIZES = re.compile(r"(?P<rows>[^:]*?)\s*(?:(?<=[\s\d)])x(?=[\s\d(])|×|\bby\b)\s*(?P<rest>.*)\Z", re.DOTALL)


def pieces(text: str) -> list[str]:
    """Parts between commas (or semicolons, or the word `and`) that stand outside of brackets."""
    out, depth, start = [], 0, 0
    for found in re.finditer(r"[()\[\],;]|\band\b", text):
        c = found.group()
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif depth == 0:
            out.append(text[start : found.start()])
            start = found.end()
    out.append(text[start:])
    return [p.strip() for p in out if p.strip()]


class _Said:
    """Domains, shapes and flags collected from `where`."""

    def __init__(self) -> None:
        self.vars: dict[str, Json] = {}
        self.open: dict[str, list[bool]] = {}
        self.matrices: dict[str, list[str]] = {}
        self.flags: dict[str, list[str]] = {}

    def where(self, text: str) -> None:
        waiting: list[str] = []
        for piece in pieces(text):
            if re.fullmatch(_NAME, piece):
                waiting.append(piece)  # `x, y in [0, 1]`
                continue
            for name in waiting:
                self.one(re.sub(rf"\A{_NAME}", name, piece), text)
            waiting = []
            self.one(piece, text)
        if waiting:
            raise self.fail(text, waiting[0], f"{waiting[0]} gets no domain")

    @staticmethod
    def fail(text: str, piece: str, message: str) -> InputError:
        hint = "; write x in [0, 1], x > 0, z complex, or A: n x n"
        return InputError(message + hint, text, max(0, text.find(piece)), "where")

    def fresh(self, name: str, text: str) -> str:
        if name in self.vars or name in self.matrices:
            raise InputError(f"{name} is declared twice", text, max(0, text.find(name)), "where")
        return name

    def one(self, piece: str, text: str) -> None:
        shaped = _SHAPE.match(piece)
        if shaped:
            rest = shaped.group("rest").strip()
            sizes = _SIZES.match(rest)
            if sizes is None:
                return self.kind(shaped.group("names"), rest, piece, text)
            return self.shape(shaped.group("names"), sizes, piece, text)
        inside = re.match(rf"({_NAME})\s+(?:in|∈)\s+(.*)\Z|({_NAME})\s*∈\s*(.*)\Z", piece, re.DOTALL)
        if inside:
            name, rest = inside.group(1) or inside.group(3), (inside.group(2) or inside.group(4)).strip()
            if rest in _SETS:
                return self.kind(name, _SETS[rest], piece, text)
            return self.interval(self.fresh(name, text), rest, text)
        words = re.fullmatch(rf"({_NAME})\s+(?:is\s+)?({_NAME})", piece)
        if words:
            return self.kind(words.group(1), words.group(2), piece, text)
        return self.chain(piece, text)

    def shape(self, names: str, sizes: re.Match[str], piece: str, text: str) -> None:
        rest = sizes.group("rest").strip()
        split = re.match(r"((?:[^\s()]|\([^)]*\))+(?:\s*[-+*]\s*(?:[^\s()]|\([^)]*\))+)*)(.*)\Z", rest, re.DOTALL)
        if not sizes.group("rows").strip() or split is None:
            raise self.fail(text, piece, "a shape is rows x columns")
        flags = split.group(2).replace(",", " ").split()
        for flag in flags:
            if flag not in FLAGS:
                raise self.fail(text, flag, f"the flag {flag} is not known (known: {', '.join(FLAGS)})")
        for name in re.findall(_NAME, names):
            self.matrices[self.fresh(name, text)] = [sizes.group("rows").strip(), split.group(1).strip()]
            if flags:
                self.flags[name] = flags

    def kind(self, names: str, kind: str, piece: str, text: str) -> None:
        kind = _SETS.get(kind, kind)
        if kind not in KINDS:
            known = ", ".join(KINDS)
            raise self.fail(text, piece, f"{kind!r:.40} is neither a set of numbers ({known}) nor a shape")
        for name in re.findall(_NAME, names):
            self.vars[self.fresh(name, text)] = kind

    def interval(self, name: str, rest: str, text: str) -> None:
        found = re.fullmatch(r"([\[(\]])(.*)([\])\[])", rest, re.DOTALL)
        ends = pieces(found.group(2)) if found else []
        if found is None or len(ends) != 2:
            raise self.fail(text, rest, f"{rest!r:.40} is not an interval")
        self.vars[name] = ends
        self.open[name] = [found.group(1) != "[", found.group(3) != "]"]

    def chain(self, piece: str, text: str) -> None:
        """Bounds such as 0 < x <= 1."""
        try:
            with deep():
                n = read(piece)
        except InputError as error:
            raise error.located("where") from None
        if n.kind != "rel" or any(op in ("=", "==", "!=") for op in n.parts[1::2]):
            raise self.fail(text, piece, f"{piece!r:.40} gives no domain")
        rows = ex.parse_relations(piece)
        for op, a, b in rows:
            if op.startswith(">"):
                op, a, b = op.replace(">", "<"), b, a
            for var, end, side in ((a, b, 1), (b, a, 0)):
                if var[0] == "var" and not ex.free(end):
                    domain = self.vars.setdefault(var[1], ["-oo", "oo"])
                    opened = self.open.setdefault(var[1], [False, False])
                    if not isinstance(domain, list) or domain[side] not in ("oo", "-oo"):
                        raise InputError(f"{var[1]} is declared twice", text, 0, "where")
                    domain[side], opened[side] = ex.show(end), op == "<"
                    break
            else:
                raise self.fail(text, piece, "a bound compares a variable with a number")


def _relation(text: str) -> tuple[str, str, str]:
    with deep():
        n = read(text)
    if n.kind == "call" and n.value in ("Ne", "Eq", "Le", "Lt", "Ge", "Gt"):
        raise InputError("write the relation with its sign, as in a <= b", text, n.at)
    if n.kind != "rel":
        raise InputError("a statement has a relation: lhs <= rhs, lhs = rhs, or psd([[..], [..]])", text, len(text))
    if len(n.parts) > 3:
        second = n.at
        raise InputError("one relation at a time: settle the parts of a chain one by one", text, second)
    op = n.parts[1]
    return text[: n.at], "=" if op == "==" else op, text[n.at + len(_written(text, n.at)) :]


def _written(text: str, at: int) -> str:
    """The relation sign as it stands in the text."""
    return next((t for t in ("<=", ">=", "==", "!=") if text.startswith(t, at)), text[at])


def _definite(text: str) -> tuple[str, list[list[str]]] | None:
    """claim and rows of psd(..), pd(..), not psd(..)."""
    found = re.match(r"\s*(not\s+)?(psd|pd)\s*\(", text)
    if found is None:
        return None
    body = text[found.end() - 1 :]
    with deep():
        n = read(body)
    if n.kind != "list" or any(r.kind != "list" for r in n.parts):
        raise InputError("write the matrix as rows: psd([[1, a], [a, 1]])", text, found.end())
    if found.group(1) and found.group(2) == "pd":
        raise InputError("the claims are psd, pd and not psd", text, 0)
    claim = "not psd" if found.group(1) else found.group(2)
    return claim, [[_slice(body, x, r, k) for k, x in enumerate(r.parts)] for r in n.parts]


def _slice(text: str, item: Node, row: Node, k: int) -> str:
    """Text of the k-th entry of a row."""
    depth, start, count = 0, row.at + 1, 0
    for t in tokens(text):
        if t.at <= row.at:
            continue
        if t.text in ("(", "["):
            depth += 1
        elif t.text in (")", "]"):
            if depth == 0:
                return text[start : t.at].strip()
            depth -= 1
        elif t.text == "," and depth == 0:
            if count == k:
                return text[start : t.at].strip()
            count, start = count + 1, t.at + 1
    raise InputError("an entry of the matrix has no end", text, item.at)


def problem(
    text: str,
    where: Iterable[str] = (),
    given: Iterable[str] = (),
    *,
    split: Sequence[str] = (),
    monotone_in: Sequence[str] = (),
    substitute: Sequence[str] = (),
    precision: int | None = None,
    budget: float | None = None,
) -> Problem:
    """The problem of a statement with its domains and hypotheses; raises `InputError`."""
    said = _Said()
    for part in where:
        said.where(part)
    data: dict[str, Json] = {"id": "prompt"}
    definite = _definite(text)
    if definite:
        data |= {"family": "psd", "matrix": definite[1], "claim": definite[0], **_domains(said, given)}
    else:
        lhs, op, rhs = _relation(text)
        if op == "!=":
            raise InputError("an inequation a != b is not a statement of a known family", text, text.find("!"))
        data |= {"lhs": lhs.strip(), "rhs": rhs.strip()}
        if said.matrices:
            data |= _matrices(said, given, op, text)
        elif op == "=":
            conditions = [piece for part in given for piece in pieces(part)]
            data |= {"family": "identity", "vars": said.vars, "open": said.open, "conditions": conditions}
        else:
            data |= {"family": "inequality", "rel": op, **_domains(said, given)}
    hints: dict[str, Json] = {}
    for key, value in (("split", split), ("monotone_in", monotone_in), ("substitute", substitute)):
        if value:
            hints[key] = [piece for part in value for piece in pieces(part)]
    if precision is not None:
        hints["precision"] = precision
    if budget is not None:
        hints["budget"] = repr(budget)
    if hints:
        data["hints"] = hints
    return from_json(data)


def _domains(said: _Said, given: Iterable[str]) -> dict[str, Json]:
    for part in given:
        raise InputError("an inequality is over a box: give each variable its interval with --where", part, 0, "given")
    out: dict[str, Json] = {}
    opened = dict(said.open)
    for name, row in said.vars.items():
        if isinstance(row, str):
            if row not in _LINES:
                raise InputError(f"{name} is {row}, where a real interval is meant", where="where")
            out[name] = list(_LINES[row][:2])
            opened[name] = [_LINES[row][2], False]
        else:
            out[name] = row
    return {"vars": out, "open": opened}


def _matrices(said: _Said, given: Iterable[str], op: str, text: str) -> dict[str, Json]:
    if said.vars:
        name = next(iter(said.vars))
        message = f"in a matrix statement {name} is declared by its shape, for example {name}: 1 x 1"
        raise InputError(message, where="where")
    if op != "=":
        raise InputError("matrix statements are equations", text, text.find(op))
    hypotheses, invertible = [], []
    flags = {name: list(words) for name, words in said.flags.items()}
    for piece in (p for part in given for p in pieces(part)):
        flag = re.fullmatch(rf"({_NAME})\s+(?:is\s+)?({'|'.join(FLAGS)})", piece) or re.fullmatch(
            rf"(?P<f>{'|'.join(FLAGS)})\(\s*(?P<n>{_NAME})\s*\)", piece
        )
        call = re.fullmatch(r"invertible\s*\((.*)\)|(.*?)\s+(?:is\s+)?invertible", piece, re.DOTALL)
        if flag:
            named = flag.groupdict()
            name, word = (named["n"], named["f"]) if named else (flag.group(1), flag.group(2))
            flags.setdefault(name, []).append(word)
        elif call:
            invertible.append((call.group(1) or call.group(2)).strip())
        else:
            hypotheses.append(piece)
    return {
        "family": "matrix",
        "matrices": said.matrices,
        "flags": flags,
        "invertible": invertible,
        "hypotheses": hypotheses,
    }

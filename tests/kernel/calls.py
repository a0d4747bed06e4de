"""Single calls of the kernel's functions, written down: what is given, and a hash of what comes of it.

A call is [function, hash, arguments]. Arguments are values in a tagged form of JSON that a reader can check: numbers,
texts and truth values stand for themselves, and

    ["t", ..] tuple, ["l", ..] list, ["s", ..] set, ["f", ..] frozen set, ["d", [key, value], ..] table,
    ["q", "2/3"] fraction, ["o", "module.Class", {field: value}] object, ["&", n, value] a value with a number and
    ["r", n] the same value again, ["m", value, name] a method of a value, ["k", value] a function with this constant
    value, ["g", name] a function of the kernel, ["#", n] a counter that stands at n.

A third part of the arguments, if there is one and it is not null, is given to the function that the call returns. A
fourth part {"module.NAME": number} holds limits of the kernel that are set while the call runs, so that the place
where a limit ends is met at little cost. What objects remember only to be faster is left out.

What comes of a call is its result or its exception, and what it left in its arguments: budgets, tables, remembered
terms. `python -m benchmarks.soundness.calls` finds the calls, each of which notices a change of the kernel's source
that no other does; `python -m tests.kernel.recorded` writes the hashes again after a change that is meant.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from .traced import SILENT, caches, fields, functions, modules, word

CALLS = Path(__file__).with_name("calls")  # one file for each module
PACKAGE = "verify.kernel."
TEXT = 60  # characters of a reason that count
ADDRESS = re.compile(r" at 0x[0-9a-f]+")

MEMORIES = {"memory", "known", "narrow", "cache", "fine", "split"}  # tables of objects that only save work

Json = Any


class Unwritable(Exception):
    """A value that has no written form, or one that is too large."""


# ---- writing ------------------------------------------------------------------------------------------------------


@functools.cache
def classes() -> dict[str, type]:
    found = {}
    for name, module in modules().items():
        for key, x in vars(module).items():
            if isinstance(x, type) and x.__module__ == module.__name__:
                found[f"{name}.{key}"] = x
    return found


@functools.cache
def named() -> dict[Any, str]:
    return {f: name for name, f in functions().items()}


def state(x: Any) -> dict[str, Any]:
    """Fields of an object, whether they are slots or a table."""
    kind = type(x)
    names = vars(kind).get("__slots__")
    if names is not None:
        return {n: getattr(x, n) for n in names if hasattr(x, n)}
    return dict(vars(x))


def _forgotten(name: str, x: Any) -> Any:
    return type(x)() if name in MEMORIES and type(x) in (dict, set) else x


class Writer:
    """Values to their written form; objects that occur twice are written once."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.seen: dict[int, list[Any]] = {}  # by identity: the form, which is numbered when it is met again
        self.alive: list[Any] = []
        self.count = 0

    def of(self, x: Any) -> Json:
        self.left -= 1
        if self.left < 0:
            raise Unwritable
        kind = type(x)
        if x is None or kind in (bool, str):
            return x
        if kind is int:
            if x.bit_length() > 4000:
                raise Unwritable
            return x
        if kind is Fraction:
            if max(x.numerator.bit_length(), x.denominator.bit_length()) > 4000:
                raise Unwritable
            return ["q", str(x)]
        if kind is tuple:
            return ["t", *map(self.of, x)]
        if kind is frozenset:
            return ["f", *self._ordered(x)]
        if kind is MethodType:
            return ["m", self.of(x.__self__), x.__name__]
        if kind is FunctionType:
            return ["g", named()[x]] if x in named() else ["k", None]
        if kind is BuiltinFunctionType:
            raise Unwritable
        if kind is itertools.count:
            return ["#", int(repr(x)[6:-1])]
        if id(x) in self.seen:
            form = self.seen[id(x)]
            if form[0] != "&":
                self.count += 1
                form[:] = ["&", self.count, list(form)]
            return ["r", form[1]]
        form = self.seen[id(x)] = ["?"]
        self.alive.append(x)
        if kind is list:
            body = ["l", *map(self.of, x)]
        elif kind is dict:
            body = ["d", *([self.of(k), self.of(v)] for k, v in x.items())]
        elif kind is set:
            body = ["s", *self._ordered(x)]
        elif kind.__module__.startswith(PACKAGE):
            name = f"{kind.__module__.removeprefix(PACKAGE)}.{kind.__name__}"
            if classes().get(name) is not kind:
                raise Unwritable
            body = ["o", name, {n: self.of(_forgotten(n, v)) for n, v in state(x).items()}]
        else:
            raise Unwritable
        if form[0] == "&":
            form[2] = body
        else:
            form[:] = body
        return form

    def _ordered(self, x: Any) -> list[Json]:
        return sorted(map(self.of, x), key=json.dumps)


def written(
    args: tuple[Any, ...], given: dict[str, Any], most: int = 800, limits: dict[str, int] | None = None
) -> Json:
    """The form of a list of arguments, and of limits that are set meanwhile; raises Unwritable."""
    writer = Writer(most)
    form = [writer.of(args), writer.of(given)] if given or limits else [writer.of(args)]
    return json.loads(json.dumps([*form, None, limits] if limits else form))


# ---- reading ------------------------------------------------------------------------------------------------------


class Reader:
    """Written forms to fresh values."""

    def __init__(self) -> None:
        self.numbered: dict[int, Any] = {}

    def of(self, x: Json, number: int | None = None) -> Any:
        if type(x) is not list:
            return x
        tag = x[0]
        if tag == "t":
            return tuple([self.of(y) for y in x[1:]])
        if tag == "q":
            return Fraction(x[1])
        if tag == "&":
            return self.of(x[2], x[1])
        if tag == "r":
            return self.numbered[x[1]]
        if tag == "f":
            return frozenset([self.of(y) for y in x[1:]])
        if tag == "m":
            return getattr(self.of(x[1]), x[2])
        if tag == "g":
            return functions()[x[1]]
        if tag == "k":
            return Constant(x[1])
        if tag == "#":
            return itertools.count(x[1])
        made: Any
        if tag == "l":
            made = self._keep(number, [])
            made.extend([self.of(y) for y in x[1:]])
        elif tag == "d":
            made = self._keep(number, {})
            for k, v in x[1:]:
                key = self.of(k)
                made[key] = self.of(v)
        elif tag == "s":
            made = self._keep(number, set())
            made.update([self.of(y) for y in x[1:]])
        elif tag == "o":
            kind = classes()[x[1]]
            made = self._keep(number, object.__new__(kind))
            for n, v in x[2].items():
                object.__setattr__(made, n, self.of(v))
        else:
            raise ValueError(f"unknown tag {tag!r}")
        return made

    def _keep(self, number: int | None, x: Any) -> Any:
        if number is not None:
            self.numbered[number] = x
        return x


class Constant:
    """A function that says the same of everything."""

    def __init__(self, value: Json) -> None:
        self.value = value

    def __call__(self, *_: Any) -> Any:
        return Reader().of(self.value)


# ---- what comes of a call -----------------------------------------------------------------------------------------


class Summary:
    """A hash of a value and of all that can be reached from it: the same in every process."""

    def __init__(self) -> None:
        self.known: dict[int, int] = {}
        self.alive: list[Any] = []

    def of(self, x: Any) -> int:
        kind = type(x)
        if kind is str:
            return word(x)
        if kind is int:
            if x.bit_length() > 60:  # hashes of numbers are remainders
                return word(f"{x:x}")
            return hash((1, x)) if x >= 0 else hash((2, -x))  # hash(-1) == hash(-2)
        if x is None or kind is bool:
            return hash((3, 2 if x is None else int(x)))
        if kind is Fraction:
            return hash((4, self.of(x.numerator), self.of(x.denominator)))
        found = self.known.get(id(x))
        if found is not None:
            return found
        self.known[id(x)] = 5  # a value inside itself
        self.alive.append(x)
        if kind is tuple:
            found = hash((6, *map(self.of, x)))
        elif isinstance(x, list):
            found = hash((7, *map(self.of, x)))
        elif isinstance(x, dict):
            found = hash((8, len(x), sum(hash((self.of(k), self.of(v))) for k, v in x.items())))
        elif isinstance(x, (set, frozenset)):
            found = hash((9, len(x), sum(hash((10, self.of(y))) for y in x)))
        elif kind.__module__.startswith(PACKAGE) and not isinstance(x, type):
            names = fields(kind)
            inside = state(x) if names is None else {n: getattr(x, n, None) for n in names}
            found = hash((word(kind.__name__), *(hash((word(n), self.of(inside[n]))) for n in sorted(inside))))
        elif kind is itertools.count:
            found = word(repr(x))
        else:
            found = word(getattr(x, "__qualname__", kind.__name__) if callable(x) else kind.__name__)
        self.known[id(x)] = found
        return found


def reason(error: Exception) -> str:
    """Of exceptions of the kernel the text counts, of others the type: Python may word them otherwise."""
    if not type(error).__module__.startswith(PACKAGE):
        return type(error).__name__
    text = ADDRESS.sub("", str(error))
    return f"{type(error).__name__} {'malformed' if text.startswith('malformed') else text[:TEXT]}"


@contextlib.contextmanager
def limited(limits: dict[str, int]) -> Iterator[None]:
    """Numbers of the kernel's modules, by module and name, are these inside. What the kernel remembers was found
    under other limits: it is forgotten before and after."""
    spaces = {key: vars(modules()[key.rpartition(".")[0]]) for key in limits}
    before = {key: space[key.rpartition(".")[2]] for key, space in spaces.items()}
    if any(type(x) is not int for x in before.values()):
        raise ValueError("only limits that are whole numbers can be set")
    try:
        _set(spaces, limits)
        yield
    finally:
        _set(spaces, before)


def _set(spaces: dict[str, dict[str, Any]], values: dict[str, int]) -> None:
    for key, space in spaces.items():
        space[key.rpartition(".")[2]] = values[key]
    for x in caches() if spaces else ():
        x.cache_clear()


def run(name: str, form: Json) -> tuple[Any, ...]:
    """Result or exception, and the arguments as they are left."""
    reader = Reader()
    args = reader.of(form[0])
    given = reader.of(form[1]) if len(form) > 1 else {}
    f = functions()[name]
    with limited(form[3] if len(form) > 3 else {}):
        try:
            result = f(*args, **given)
            if len(form) > 2 and form[2] is not None:
                result = result(*reader.of(form[2]))
            return result, args, given
        except SILENT:
            raise
        except Exception as error:
            return Summary, reason(error), args, given


def digest(name: str, form: Json) -> int:
    return Summary().of(run(name, form)) & 0xFFFFFFFF


# ---- files --------------------------------------------------------------------------------------------------------


def path(name: str) -> Path:
    module = max((m for m in modules() if name.startswith(m + ".")), key=len)
    return CALLS / f"{module}.json"


def read() -> list[Json]:
    """All calls that are written down: [function, hash, form]."""
    rows: list[Json] = []
    for file in sorted(CALLS.glob("*.json")):
        rows += json.loads(file.read_text(encoding="utf-8"))
    return rows


def write(rows: list[Json]) -> None:
    files: dict[Path, list[str]] = {}
    for row in sorted(rows, key=lambda r: (r[0], json.dumps(r[2]))):
        files.setdefault(path(row[0]), []).append(json.dumps(row, separators=(",", ":")))
    CALLS.mkdir(exist_ok=True)
    for file in CALLS.glob("*.json"):
        if file not in files:
            file.unlink()
    for file, lines in files.items():
        file.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def name_of(row: Json) -> str:
    """The function, and a hash of what is given."""
    return f"{row[0]} {word(json.dumps(row[2])) & 0xFFFFFFFF:08x}"


def holds(row: Json) -> bool:
    return digest(row[0], row[2]) == row[1]


def record() -> None:
    """The hashes of today; calls of functions that are gone are left out."""
    write([[row[0], digest(row[0], row[2]), row[2]] for row in read() if row[0] in functions()])

"""One-place changes of a certificate: every node dropped, replaced by junk or by a neighbour, every number and index
moved, every pair of neighbours exchanged, every relation and head replaced, every value given another type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .corpus import DELETE

Json = Any
Path = tuple[Any, ...]


def nodes(x: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    yield path, x
    for k, y in x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, list) else ():
        yield from nodes(y, (*path, k))


def is_index(x: Json) -> bool:
    return isinstance(x, dict) and all(type(c) is int for c in x.values())


def retyped(x: Json) -> Iterator[Json]:
    """What could pass for the value, with another type."""
    if isinstance(x, list) and x:
        yield "".join(y if isinstance(y, str) and len(y) == 1 else "x" for y in x)
        yield {str(i): y for i, y in enumerate(x)}
    elif isinstance(x, dict) and x:
        yield list(x)
        yield [[k, y] for k, y in x.items()]
    elif isinstance(x, str):
        yield [x]
        yield list(x)
        if x.isdecimal():
            yield int(x)
    elif type(x) is int:
        yield str(x)
        if x in (0, 1):
            yield bool(x)


JUNK: tuple[Json, ...] = (
    None,
    True,
    0,
    "x",
    "N",
    [],
    {},
    ["v"],
    [[]],
    {"1": 1},
    -1,
    10**7,
    "1/0",
    ["q", "-1"],
    ["q", "2"],
)
LONGEST = 300  # characters of a part that takes the place of another
HEADS = {
    "ge": ("gt", "eq"),
    "gt": ("ge", "ne"),
    "eq": ("ge", "ne", "psd"),
    "ne": ("eq", "gt"),
    "psd": ("eq",),
    "sum": ("prod",),
    "prod": ("sum",),
    "pow": ("root",),
    "split": ("psplit",),
    "exp": ("log", "ind"),
    "T": ("tr",),
    "+": ("*",),
    "*": ("+",),
    "ind1": ("ind0",),
    "add": ("mul",),
    "mul": ("add",),
    "inv": ("exp",),
}


def changes(certificate: Json) -> Iterator[tuple[tuple[Any, ...], Json]]:
    """Paths and new values; DELETE drops the node."""
    for path, x in nodes(certificate):
        if len(path) < 2:
            continue
        yield path, DELETE
        if is_index(x):
            for key in {*x, "1"}:
                for shift in (1, -1):
                    yield path, {s: c for s, c in {**x, key: x.get(key, 0) + shift}.items() if c}
            yield path, {}
        if isinstance(x, list):
            for i in range(len(x) - 1):
                if x[i] != x[i + 1]:
                    yield path, [*x[:i], x[i + 1], x[i], *x[i + 2 :]]
            if x:
                yield path, [*x, x[-1]]
                yield path, x[:-1]
                for head in HEADS.get(x[0], ()) if isinstance(x[0], str) else ():
                    yield path, [head, *x[1:]]
            if len(x) > 1 and x[0] in ("v", "ch"):
                yield path, ["T", x]
                yield path, [*x[:-1], "0"]
                yield path, [*x[:-1], "+"]
        if isinstance(x, dict) and not is_index(x):
            yield path, {**x, "extra": 1}
        if isinstance(x, str) and x.lstrip("-").replace("/", "").isdigit():
            yield from ((path, y) for y in ("0", "1", "-1", "2", "-" + x.lstrip("-"), "1/0"))
        for other in retyped(x):
            yield path, other
        if x is None or type(x) in (int, bool):
            yield from ((path, y) for y in (None, 0, 1, 2, -1, True, False))



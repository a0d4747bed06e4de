"""A certificate file as data: strict JSON within limits, and objects with exactly the fields they may have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from .errors import Rejected

Json = Any
MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 400
MAX_DIGITS = 18
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.']*\Z")
RATIONAL = re.compile(r"-?[0-9]+(/0*[1-9][0-9]*)?\Z", re.ASCII)


def load(text: str) -> Json:
    """JSON without duplicate keys, fractions, large integers, NaN, or deep nesting. Raises Rejected."""
    if len(text) > MAX_BYTES:
        raise Rejected("the file is larger than 64 MB")
    depth = 0
    for mark in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        sign = mark.group()
        if sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Rejected(f"brackets are nested more than {MAX_DEPTH} deep")
        elif sign in "]}":
            depth -= 1
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_refuse, parse_constant=_refuse
        )
    except (ValueError, RecursionError) as error:
        raise Rejected(f"no JSON: {error}") from None


def _object(pairs: list[tuple[str, Json]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Rejected("an object has the same key twice")
    return found


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise Rejected("an integer literal is too long")
    return int(text)


def _refuse(text: str) -> Json:
    raise Rejected(f"the number {text[:20]} is no integer")


def fields(data: Json, needed: Iterable[str], optional: Iterable[str] = (), what: str = "object") -> dict[str, Json]:
    """An object with these fields and no others. Raises Rejected if a demand is not met."""
    if not isinstance(data, dict):
        raise Rejected(f"{what} must be an object")
    need, may = set(needed), set(optional)
    lacking, extra = need - data.keys(), data.keys() - need - may
    if lacking:
        raise Rejected(f"{what} lacks the field {min(lacking)}")
    if extra:
        raise Rejected(f"{what} has an unknown field {min(extra)}")
    return data


def items(data: Json, what: str, length: int | None = None) -> list[Json]:
    """The list that `data` is, of this `length` if one is given; Rejected, naming `what`, if it is none."""
    if not isinstance(data, list) or (length is not None and len(data) != length):
        raise Rejected(f"{what} must be a list" + ("" if length is None else f" of {length}"))
    return data


def text(data: Json, what: str) -> str:
    """The string that `data` is; Rejected, naming `what`, if it is none."""
    if not isinstance(data, str):
        raise Rejected(f"{what} must be a string")
    return data


def name(data: Json, what: str) -> str:
    """The name that `data` is; Rejected, naming `what`, if it is none."""
    if not isinstance(data, str) or not NAME.match(data):
        raise Rejected(f"{what} is not a name")
    return data


def whole(data: Json, what: str) -> int:
    """The integer that `data` is; Rejected, naming `what`, if it is none."""
    if isinstance(data, bool) or not isinstance(data, int):
        raise Rejected(f"{what} must be an integer")
    return data


def mapping(data: Json, what: str) -> dict[str, Json]:
    """The object that `data` is; Rejected, naming `what`, if it is none."""
    if not isinstance(data, dict):
        raise Rejected(f"{what} must be an object")
    return data

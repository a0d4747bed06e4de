"""Certificates as bytes: canonical JSON, hashes, atomic writing, strict reading."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

FORMAT = 1
RULES = 1

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 400
MAX_DIGITS = 18

STATEMENT_KEYS = frozenset(
    {
        "label",
        "role",
        "expects",
        "reading",
        "ast",
        "sort_error",
        "kernel",
        "theorems",
        "refutation",
        "evidence",
    }
)
CLAIM_KEYS = frozenset({"slug", "topic", "title", "citations", "nonclaims"})
TOP_KEYS = frozenset({"format", "rules", "claim", "statements", "derivation", "refutations", "figures", "hash"})


class CertificateError(Exception):
    """A certificate that cannot be read, in one line."""


def canonical(data: object) -> str:
    """Sorted keys, no spaces, ASCII, newline at the end. Floats are refused."""
    _refuse_floats(data)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False) + "\n"


def _refuse_floats(data: object) -> None:
    stack = [data]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is str or kind is int:  # nearly all, told by type because that is quick
            continue
        if isinstance(item, float):
            raise CertificateError(f"a float ({item!r}) has no place in exact data")
        if kind is list or isinstance(item, (list, tuple)):
            stack.extend(item)  # type: ignore[arg-type]
        elif kind is dict or isinstance(item, Mapping):
            for key in item:  # type: ignore[attr-defined]
                if not isinstance(key, str):
                    raise CertificateError(f"the key {key!r} is not a string")
            stack.extend(item.values())  # type: ignore[attr-defined]


def sha256(text: str | bytes) -> str:
    """SHA-256 of `text` (UTF-8) or bytes, in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def content_hash(certificate: Mapping[str, Any]) -> str:
    """The hash of everything but the hash."""
    return sha256(canonical({key: value for key, value in certificate.items() if key != "hash"}))


def sealed(certificate: Mapping[str, Any]) -> dict[str, Any]:
    """The `certificate` with the hash of its content."""
    return {**certificate, "hash": content_hash(certificate)}


def write_atomically(path: Path, text: str) -> None:
    """Readers see the old file or the new one, never a part. An OSError names the file that was to be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def loads(text: str, *, max_bytes: int = MAX_BYTES) -> Any:
    """JSON without the parts that exact data never needs and attackers like. Raises CertificateError if it is
    none.
    """
    if len(text) > max_bytes:
        raise CertificateError(f"larger than {max_bytes} bytes")
    collecting = gc.isenabled()
    gc.disable()  # what is read holds no cycles, and looking for some takes as long as reading
    try:
        data = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_no_float,
            parse_constant=_no_constant,
            parse_int=_small_int,
        )
        _check_depth(data)
    except json.JSONDecodeError as error:
        raise CertificateError(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise CertificateError(f"nested deeper than {MAX_DEPTH} levels") from None
    finally:
        if collecting:
            gc.enable()
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise CertificateError(f"the key {key[:60]!r} occurs twice in one object")
            seen.add(key)
    return out


def _no_float(token: str) -> NoReturn:
    raise CertificateError(f"{token[:40]} is a float; numbers are integers or exact strings")


def _no_constant(token: str) -> NoReturn:
    raise CertificateError(f"{token} is not a number")


def _small_int(token: str) -> int:
    if len(token) > MAX_DIGITS and len(token.lstrip("-")) > MAX_DIGITS:
        raise CertificateError(f"an integer of {len(token)} digits; large numbers are exact strings")
    return int(token)


def _check_depth(data: object) -> None:
    level, depth = [data], 0
    while level:
        if depth > MAX_DEPTH:
            raise CertificateError(f"nested deeper than {MAX_DEPTH} levels")
        below: list[object] = []
        for item in level:  # what was read has no other containers than these two
            kind = type(item)
            if kind is list:
                below.extend(item)  # type: ignore[arg-type]
            elif kind is dict:
                below.extend(item.values())  # type: ignore[attr-defined]
        level, depth = below, depth + 1


def read(path: Path) -> dict[str, Any]:
    """The certificate in a file, checked for shape but not believed. Raises CertificateError if it cannot be read
    or is none.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CertificateError(f"larger than {MAX_BYTES} bytes")
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise CertificateError(error.strerror or type(error).__name__) from None
    except UnicodeDecodeError:
        raise CertificateError("not UTF-8 text") from None
    return parse(text)


def read_named(path: Path) -> dict[str, Any]:
    """As `read`; an error says which file."""
    try:
        return read(path)
    except CertificateError as error:
        raise CertificateError(f"{path}: {error}") from None


def parse(text: str) -> dict[str, Any]:
    """The certificate written in `text`; CertificateError says what is wrong with it."""
    data = loads(text)
    check_shape(data)
    assert isinstance(data, dict)
    return data


def hash_matches(certificate: Mapping[str, Any]) -> bool:
    """Whether the hash a `certificate` carries is that of its content."""
    return bool(certificate.get("hash") == content_hash(certificate))


def check_shape(data: object) -> None:
    """The structure that readers rely on; what the pieces mean is the kernel's business. Raises CertificateError
    where it is not.
    """
    if isinstance(data, dict):  # before the keys, which another version may have changed
        check_versions(data)
    top = _object(data, "the certificate", TOP_KEYS)
    claim = _object(top["claim"], "claim", CLAIM_KEYS)
    for key in ("slug", "topic", "title"):
        _expect(isinstance(claim[key], str), f"claim.{key}", "a string")
    for i, citation in enumerate(_list(claim["citations"], "claim.citations")):
        where = f"claim.citations[{i}]"
        _object(citation, where, frozenset({"source", "at", "ids"}))
        _expect(all(isinstance(x, str) for x in _list(citation["ids"], where + ".ids")), where, "string ids")
    labels: set[str] = set()
    for i, statement in enumerate(_list(top["statements"], "statements")):
        where = f"statements[{i}]"
        _object(statement, where, STATEMENT_KEYS, optional=frozenset({"vacuity", "ids", "consequence"}))
        label = statement["label"]
        _expect(isinstance(label, str), where + ".label", "a string")
        if label in labels:
            raise CertificateError(f"two statements are called {label!r}")
        labels.add(label)
        _expect(statement["role"] in ("printed", "corrected", "lemma"), where + ".role", "a known role")
        for key in ("expects", "reading", "sort_error", "refutation"):
            _expect(
                statement[key] is None or isinstance(statement[key], str),
                f"{where}.{key}",
                "a string or null",
            )
        ids = _list(statement.get("ids", []), f"{where}.ids")
        _expect(all(isinstance(x, str) for x in ids), f"{where}.ids", "ids of a register")
        _expect(isinstance(statement.get("consequence"), str | None), f"{where}.consequence", "a string or null")
        for key in ("kernel", "theorems"):
            _list(statement[key], f"{where}.{key}")
        _expect(all(isinstance(x, str) for x in statement["theorems"]), where + ".theorems", "theorem ids")
        _expect(isinstance(statement["evidence"], dict), f"{where}.evidence", "an object")
    for part, what in (("derivation", "theorems"), ("refutations", "refutations")):
        names: set[str] = set()
        for i, item in enumerate(_list(top[part], part)):
            _expect(isinstance(item, dict), f"{part}[{i}]", "an object")
            name = item.get("id")
            _expect(isinstance(name, str), f"{part}[{i}].id", "a string")
            if name in names:
                raise CertificateError(f"two {what} are called {name!r}")
            names.add(name)
    _list(top["figures"], "figures")
    _expect(isinstance(top["hash"], str), "hash", "a string")


def check_versions(data: Mapping[str, Any]) -> None:
    """Refuses what another version made. Raises CertificateError."""
    for key, known, has in (("format", FORMAT, "reads format"), ("rules", RULES, "has rules")):
        found = data.get(key, known)
        if type(found) is int and found > known:
            raise CertificateError(
                f"made by a newer version of verify-claims ({key} {found}; this version {has} {known}); "
                "install the newer version: pip install --upgrade verify-claims"
            )
        if type(found) is not int or found != known:
            verb = "is" if key == "format" else "are"
            raise CertificateError(f"{key} {found!r} {verb} unknown; this version {has} {known}")


def _object(data: object, where: str, keys: frozenset[str], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise CertificateError(f"{where} should be an object")
    missing, extra = sorted(keys - data.keys()), sorted(data.keys() - keys - optional)
    if missing:
        raise CertificateError(f"{where} lacks {', '.join(missing)}")
    if extra:
        raise CertificateError(f"{where} has the unknown key {extra[0][:60]!r}")
    return data


def _list(data: object, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise CertificateError(f"{where} should be a list")
    return data


def _expect(ok: bool, where: str, what: str) -> None:
    if not ok:
        raise CertificateError(f"{where} should be {what}")

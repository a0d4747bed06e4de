"""Claim files: loaded by path under a unique name, in isolation from each other."""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import inspect
import json
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import ClaimFileError, StatementError
from .statements import Statement, exact, listeners
from .terms import Formula, Term


@dataclass(frozen=True)
class Citation:
    """Where a claim comes from: a key of `sources.json`, the place in that document, and ids of the register."""

    source: str
    at: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """What to draw: a statement (the two sides of its conclusion) or terms, and options."""

    subject: Any
    options: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Check:
    """Evidence settings beyond the defaults."""

    subject: Statement
    options: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Claim:
    """A claim file after it has run: its statements in order, with what is cited, drawn, and not claimed."""

    slug: str
    topic: str
    title: str
    citations: tuple[Citation, ...]
    statements: tuple[Statement, ...]
    nonclaims: tuple[str, ...]
    figures: tuple[Figure, ...]
    checks: tuple[Check, ...]
    path: str = ""
    description: str = ""

    def statement(self, label: str) -> Statement:
        """The statement with this `label`; KeyError if there is none."""
        for statement in self.statements:
            if statement.label == label:
                return statement
        raise KeyError(label)


@dataclass
class _Page:
    """What a claim file says besides its statements."""

    ids: list[str] = field(default_factory=list)
    nonclaims: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


_pages: list[_Page] = []


def _page() -> _Page:
    return _pages[-1] if _pages else _Page()


def covers(*ids: str) -> None:
    """The ids of the audited claims, as in the table of sources. Raises StatementError for what is no id, or the
    same one twice.
    """
    for item in ids:
        if not isinstance(item, str):
            raise StatementError(f"covers takes ids such as 'K-24', not {item!r}")
        if item in _page().ids:
            raise StatementError(f"covers names {item} twice")
        _page().ids.append(item)


def nonclaim(text: str) -> None:
    """What the claim does not say: `text` is a sentence. Raises StatementError for anything else."""
    if not isinstance(text, str) or not text.strip():
        raise StatementError("nonclaim takes a sentence")
    _page().nonclaims.append(" ".join(text.split()))


def figure(subject: object, **options: object) -> None:
    """A figure: the sides of a statement, or a term, `subject`, against a variable. `options` are `x`, `y`,
    `scale`, .. Raises StatementError for what cannot be drawn.
    """
    if not isinstance(subject, Statement | Term | Formula):
        raise StatementError(f"{subject!r} cannot be drawn", next="pass a statement or a term")
    _page().figures.append(Figure(subject, tuple((k, exact(v, f"figure, {k}=")) for k, v in options.items())))


def check(*subjects: object, **options: object) -> None:
    """Settings of the search for evidence, `options`, for each of the statements `subjects`. Raises StatementError
    for what is no statement.
    """
    for subject in subjects:
        if not isinstance(subject, Statement):
            raise StatementError(f"check takes statements, not {subject!r}")
        _page().checks.append(Check(subject, tuple((k, exact(v, f"check, {k}=")) for k, v in options.items())))


# Loading ---------------------------------------------------------------------------------------------------


def load(path: str | Path, sources: Mapping[str, Any] | None = None) -> Claim:
    """Execute a claim file and collect what it states. The file runs with the rights of the user. `path` is the
    file, `sources` the table its ids are looked up in. Raises ClaimFileError with the line, whatever the file
    does wrong.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise ClaimFileError(str(path), None, "there is no such file", next="check the path")
    name = "_verify_claim_" + hashlib.sha256(str(file).encode()).hexdigest()[:16]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ClaimFileError(str(path), None, "this is not a Python file", next="claim files end in .py")
    module = importlib.util.module_from_spec(spec)
    page = _Page()
    _pages.append(page)
    made: list[Statement] = []
    listeners.append(made)
    try:
        source = file.read_text(encoding="utf-8")
        code = compile(source, str(file), "exec", dont_inherit=True)
        exec(code, module.__dict__)
    except (KeyboardInterrupt, SystemExit) as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise ClaimFileError(
            str(path), _line(error, file), "the file ends the process", next="remove the exit"
        ) from error
    except ClaimFileError:
        raise
    except StatementError as error:
        raise ClaimFileError(str(path), _line(error, file), _what(error), why=error.why, next=error.next) from error
    except SyntaxError as error:
        raise ClaimFileError(str(path), error.lineno, f"syntax error: {error.msg}") from error
    except BaseException as error:
        what = f"{type(error).__name__}: {error}"
        raise ClaimFileError(str(path), _line(error, file), what, next=_advice(error)) from error
    finally:
        _pages.pop()
        listeners.pop()
        sys.modules.pop(name, None)
    claim = _claim(str(path), file, module, page, sources)
    if any(not statement.label for statement in made):
        lost = next(statement for statement in made if not statement.label)
        raise ClaimFileError(
            str(path), None, f"a {lost.role} statement has no name: {lost.conclusion!r}",
            why="it would not be audited", next="assign it to a variable of the file",
        )  # fmt: skip
    return claim


def _what(error: StatementError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what


def _advice(error: BaseException) -> str:
    if isinstance(error, ImportError) and getattr(error, "name", None):
        return f"install {error.name}, or remove the import"
    if isinstance(error, UnicodeDecodeError):
        return "save the file as UTF-8"
    if isinstance(error, NameError):
        near = _near(error)
        if near:
            return f"did you mean {near}?"
        return "declare the symbol first; claim files start with `from verify.statement import *`"
    if isinstance(error, TypeError):
        return _argument(str(error))
    return ""


def _argument(message: str) -> str:
    """For an argument that a word of the language does not have: the one that was meant, or those there are."""
    from verify import statement

    found = re.search(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'", message)
    word = getattr(statement, found[1], None) if found else None
    if found is None or not inspect.isfunction(word):
        return ""
    known = [p.name for p in inspect.signature(word).parameters.values() if p.kind is p.KEYWORD_ONLY]
    near = difflib.get_close_matches(found[2], known, 1)
    if near:
        return f"did you mean {near[0]}?"
    return f"{found[1]} takes {', '.join(known)}" if known else f"{found[1]} takes no named arguments"


def _near(error: NameError) -> str:
    """The names most like the one that is not defined, of those that are where it was used."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    known = {name for frame in frames[-1:] for name in (*frame.f_locals, *frame.f_globals) if not name.startswith("_")}
    return " or ".join(difflib.get_close_matches(str(error.name or ""), sorted(known), n=2, cutoff=0.7))


def _line(error: BaseException, file: Path) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    return lines[-1] if lines else None


def _claim(path: str, file: Path, module: ModuleType, page: _Page, sources: Mapping[str, Any] | None) -> Claim:
    doc = (module.__doc__ or "").strip()
    if not doc:
        raise ClaimFileError(path, 1, "the file has no docstring", next="its first line is the title of the claim")
    title, _, description = doc.partition("\n")
    statements: list[Statement] = []
    for label, value in vars(module).items():
        if not isinstance(value, Statement):
            continue
        if any(value is other for other in statements):
            first = next(s.label for s in statements if s is value)
            raise ClaimFileError(path, None, f"{first} and {label} are one statement", next="give it one name")
        value.seal(label)
        if unknown := [item for item in value.ids if item not in page.ids]:
            raise ClaimFileError(
                path, None, f"{label} is of {unknown[0]}, which the file does not cover",
                next=f'add "{unknown[0]}" to covers(..), or correct `of`',
            )  # fmt: skip
        statements.append(value)
    if not statements:
        raise ClaimFileError(
            path,
            None,
            "the file states nothing",
            next="assign printed(..), corrected(..) or lemma(..) to a name",
        )
    table = sources if sources is not None else find_sources(file)
    return Claim(
        slug=file.stem,
        topic=file.parent.name,
        title=title.strip().rstrip("."),
        citations=_citations(path, page.ids, table),
        statements=tuple(statements),
        nonclaims=tuple(page.nonclaims),
        figures=tuple(page.figures),
        checks=tuple(page.checks),
        path=path,
        description=" ".join(description.split()),
    )


def find_sources(file: Path) -> Mapping[str, Any]:
    """The nearest `sources.json` in the folders above a claim file; empty when there is none."""
    for folder in file.parents:
        for candidate in (folder / "sources.json", folder / "claims" / "sources.json"):
            if candidate.is_file():
                return read_sources(candidate)
    return {"sources": {}, "claims": {}}


def read_sources(path: Path) -> Mapping[str, Any]:
    """The table of sources, with the entries of `register/*.json` beside it: one file for each document. `path`
    is the table.
    """
    table = _table(path, "sources")
    sources, claims = table["sources"], dict(table.get("claims", {}))
    for key, entry in claims.items():
        if not isinstance(entry, Mapping) or entry.get("source") not in sources:
            raise _unreadable(path, f"{key} names no known source")
    for file in sorted((path.parent / "register").glob("*.json")):
        register = _table(file, "claims")
        if register.get("source") not in sources:
            raise _unreadable(file, f"{register.get('source')!r} is not in {path.name}")
        wanted = [f"{register.get('prefix')}-{k:02}" for k in range(1, int(register.get("count", 0)) + 1)]
        found = list(register["claims"])
        if found != wanted:
            odd = sorted(set(found) ^ set(wanted)) or [a for a, b in zip(found, wanted, strict=True) if a != b]
            raise _unreadable(file, f"the ids do not run from {wanted[:1]} to {wanted[-1:]}: look at {odd[:3]}")
        for key, entry in register["claims"].items():
            if key in claims:
                raise _unreadable(file, f"{key} is listed twice")
            claims[key] = {"source": register["source"], **entry}
    for key, entry in claims.items():
        unknown = set(entry) - {"source", "at", "says", "pending", "out_of_scope"}
        texts = all(isinstance(v, str) and v.strip() for v in entry.values())
        if unknown or not texts or ("at" not in entry and "pending" not in entry):
            needs = "a place `at`, and may have words for it, `says`, and a reason `out_of_scope` or `pending`"
            raise _unreadable(path, f"{key} needs {needs}")
    return {"sources": sources, "claims": claims}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON whose keys differ: a repeated one would replace what was said before."""
    out = dict(pairs)
    if len(out) < len(pairs):
        names = [key for key, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)} is listed twice")
    return out


def _table(path: Path, key: str) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except (OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(table, dict) or not all(isinstance(table.get(k, {}), dict) for k in (key, "claims")):
        raise _unreadable(path, f"there is no table {key!r}")
    if key not in table:
        raise _unreadable(path, f"there is no table {key!r}")
    return table


def _unreadable(path: Path, what: str) -> ClaimFileError:
    return ClaimFileError(
        str(path), None, f"unreadable table of sources: {what}",
        next='sources.json has {"sources": {key: ..}}, register/KEY.json has '
        '{"source": key, "prefix": "K", "count": 2, "claims": {"K-01": {"at": ".."}, ..}}',
    )  # fmt: skip


def _citations(path: str, ids: list[str], table: Mapping[str, Any]) -> tuple[Citation, ...]:
    known = table["claims"]
    grouped: dict[tuple[str, str], list[str]] = {}
    for item in ids:
        if item not in known:
            near = sorted(k for k in known if k.split("-")[0] == item.split("-")[0])[:6]
            hint = f"known ids: {', '.join(near)}" if near else "the ids are those of claims/register"
            if not known:
                hint = "no document is registered here; leave covers(..) out for claims of your own"
            raise ClaimFileError(path, _where_covered(path, item), f"unknown claim id {item!r} in covers", next=hint)
        entry = known[item]
        if "at" not in entry:
            raise ClaimFileError(path, _where_covered(path, item), f"{item} has no place yet", next="give it an `at`")
        grouped.setdefault((entry["source"], entry["at"]), []).append(item)
    return tuple(Citation(source, at, tuple(names)) for (source, at), names in grouped.items())


def _where_covered(path: str, item: str) -> int | None:
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if re.search(rf"['\"]{re.escape(item)}['\"]", line):
            return number
    return None

"""Claim files on disk: found and named without running them."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROLES = ("printed", "corrected", "lemma")
NOT_HYPOTHESES = frozenset({"then", "expect", "reading", "of", "consequence"})


class SourceError(Exception):
    """A claim that cannot be found, in one line."""


@dataclass(frozen=True)
class Source:
    """A claim file and what its text alone shows."""

    path: Path
    topic: str
    slug: str
    root: Path  # the claim folder: tables of sources, and what a claim file may read, are below it
    ids: tuple[str, ...] = ()
    hypotheses: tuple[str, ...] = ()  # names seen in printed(..), corrected(..), lemma(..)
    complete: bool = True  # false if names are also passed with **

    @property
    def id(self) -> str:
        """Topic and slug."""
        return f"{self.topic}/{self.slug}"


def scan(path: Path, root: Path | None = None) -> Source | None:
    """The source if the file is a claim: it imports verify.statement. Nothing is executed. The claim folder is the one
    above the topic unless it is given."""
    topic, slug = path.resolve().parent.name, path.stem
    root = root or path.resolve().parent.parent
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if b"verify.statement" not in content:
        return None
    try:
        tree = ast.parse(content.decode("utf-8"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Source(path, topic, slug, root)  # audited, so that the error is seen
    if not any(_imports_language(node) for node in tree.body):
        return None
    ids: list[str] = []
    names: list[str] = []
    complete = True
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id == "covers":
            ids += [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        elif node.func.id in ROLES:
            names += [k.arg for k in node.keywords if k.arg and k.arg not in NOT_HYPOTHESES]
            complete = complete and all(k.arg is not None for k in node.keywords)
    return Source(path, topic, slug, root, tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(names)), complete)


def _imports_language(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return (node.level == 0 and module == "verify.statement") or module.startswith("verify.statement.")
    if isinstance(node, ast.Import):
        return any(a.name == "verify.statement" or a.name.startswith("verify.statement.") for a in node.names)
    return False


def discover(*roots: Path) -> list[Source]:
    """Every claim below the folders, by topic and slug; hidden and private names are skipped. Raises SourceError
    for a folder or file that cannot be used.
    """
    found = []
    for root in roots:
        if not root.is_dir():
            raise SourceError(f"there is no claim folder {root}")
        for path in sorted(root.rglob("*.py")):
            if _private(path, root):
                continue
            source = scan(path, root)
            if source is not None and path.parent == root:
                place = path.with_name("TOPIC") / path.name
                raise SourceError(f"{path} has no topic; move it into a folder of its topic, such as {place}")
            if source is not None:
                found.append(source)
    seen: dict[str, Path] = {}
    for source in found:
        if source.id in seen:
            raise SourceError(f"{seen[source.id]} and {source.path} are both called {source.id}; rename one of them")
        seen[source.id] = source.path
    return sorted(found, key=lambda s: (s.topic, s.slug))


def named(root: Path, name: str) -> Source | None:
    """The one claim below a folder that has a name as its slug, without a look at the others; None if there is none or
    more than one."""
    if not name.isidentifier():
        return None
    paths = [p for p in sorted(root.rglob(f"{name}.py")) if not _private(p, root)]
    found = [source for source in (scan(path, root) for path in paths) if source is not None]
    return found[0] if len(found) == 1 else None


def _private(path: Path, root: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(root).parts)


@dataclass(frozen=True)
class Entry:
    """What became of one claim of a document."""

    id: str
    source: str
    status: str  # "covered", "out of scope" or "pending"
    reason: str = ""
    claims: tuple[str, ...] = ()  # topic/slug of the files that cover it


def register(root: Path, sources: Sequence[Source]) -> list[Entry]:
    """Every id of the register, with what became of it. Nothing is left out in silence: an id is covered by a
    claim file, out of scope with a reason, or pending with what is missing; an id with two of these is an
    error. Raises SourceError if the tables do not fit each other or the claims.
    """
    from verify.statement.claims import read_sources
    from verify.statement.errors import ClaimFileError

    path = root / "sources.json"
    if not path.is_file():
        return []
    try:
        table = read_sources(path)["claims"]
    except ClaimFileError as error:
        raise SourceError(str(error)) from error
    covering: dict[str, list[str]] = {}
    for source in sources:
        for item in source.ids:
            if item not in table and source.root.resolve() == root.resolve():
                near = difflib.get_close_matches(item, sorted(table), 2)
                hint = f"; did you mean {' or '.join(near)}?" if near else f"; {path} lists those there are"
                raise SourceError(f"{source.path}: covers names {item}, which no document of the register has{hint}")
            covering.setdefault(item, []).append(source.id)
    entries = []
    for key, row in table.items():
        claims = tuple(covering.get(key, ()))
        listed = [("out of scope", row["out_of_scope"])] if "out_of_scope" in row else []
        listed += [("pending", row["pending"])] if "pending" in row else []
        if len(listed) + bool(claims) != 1:
            words = [f"covered by {', '.join(claims)}"] if claims else []
            words += [f"listed as {status}" for status, _ in listed]
            told = " and ".join(words) or "neither covered by a claim file nor listed as out of scope or pending"
            raise SourceError(f"{key} is {told}; see the register of {row['source']}")
        status, reason = listed[0] if listed else ("covered", "")
        entries.append(Entry(key, row["source"], status, reason, claims))
    return entries


def select(sources: Sequence[Source], names: Iterable[str], roots: Sequence[Path] = ()) -> list[Source]:
    """By slug, topic/slug, topic, source id (K-24), or path; everything if there is no name.

    `roots` are the folders that `sources` were found in: a file there that has the name and is no claim is told apart
    from one that is not there.
    """
    wanted = list(names)
    if not wanted:
        return list(sources)
    chosen: dict[str, Source] = {}
    for name in wanted:
        for source in _matches(sources, name, roots):
            chosen[source.id] = source
    return sorted(chosen.values(), key=lambda s: (s.topic, s.slug))


def _matches(sources: Sequence[Source], name: str, roots: Sequence[Path]) -> list[Source]:
    path = Path(name)
    if name.endswith(".py"):
        if not path.is_file():
            raise SourceError(f"there is no file {name}")
        for source in sources:
            if source.path.resolve() == path.resolve():
                return [source]
        source_at = scan(path)
        if source_at is None:
            raise SourceError(_no_claim(path))
        return [source_at]
    plain = name.strip("/").removeprefix("claims/")
    by_slug = [s for s in sources if plain in (s.slug, s.id)]
    if len(by_slug) > 1:
        raise SourceError(f"{name} is ambiguous: {' or '.join(s.id for s in by_slug)}")
    matches = by_slug or [s for s in sources if s.topic == plain]
    matches = matches or [s for s in sources if plain.upper() in (i.upper() for i in s.ids)]
    if not matches:
        for root in roots:
            for found in sorted(root.rglob("*.py")):
                if found.stem == path.name and scan(found) is None:
                    raise SourceError(_no_claim(found))
        raise SourceError(f"there is no claim {name!r}{_nearest(sources, plain)}")
    return matches


def _no_claim(path: Path) -> str:
    return (
        f"{path} is not a claim file: it does not import verify.statement; "
        "begin it with `from verify.statement import *`"
    )


def _nearest(sources: Sequence[Source], name: str) -> str:
    known = [word for s in sources for word in (s.slug, s.id, *s.ids)]
    close = list(dict.fromkeys(difflib.get_close_matches(name, known, n=3, cutoff=0.5)))
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return "; `verify audit` lists all" if sources else "; the claim folder is empty"

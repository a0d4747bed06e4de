"""Certificates and verdicts in, a folder of static pages out."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from verify.kernel.kinds import KINDS as KINDS_OF_ITEMS

from . import export, figures, graph, model, prose, reference, rules, words
from .dependencies import Dependencies, dependencies
from .documents import documents
from .errata import KINDS
from .formulas import Formulas
from .model import CertificateAndVerdicts, Claim, ReportError, anchor
from .parallel import Passes, relay, uncollected
from .verdicts import VERDICTS, badge, sprite, verdict_class

Json = Any
Told = Callable[[str, int, int], None]
MARKER = "report.json"
MOST = 200_000  # bytes in the page of a claim, before parts of it move to pages of their own
LONGEST = 180_000  # bytes of theorems on one page of a derivation
_ASIDE = {"evidence": "evidence", "derivation": "derivation", "kernel": "checked"}
"""The parts that move, in this order, each with the macro that writes it."""
_ASSETS = files("verify.report") / "assets"


@dataclass(frozen=True)
class Site:
    """What was written: the folder, the page to open, every file in it."""

    root: Path
    index: Path
    files: tuple[str, ...]


@dataclass(frozen=True)
class Trusted:
    """A base fact, axiom or oracle, and the claims that rest on it."""

    kind: str
    name: str
    text: str
    citation: str
    falsifier: str
    tried: str
    hypotheses: tuple[Markup, ...]
    goals: tuple[Markup, ...]
    used_by: tuple[Claim, ...]

    @property
    def anchor(self) -> str:
        """Its id in the page."""
        return f"{self.kind}-{anchor(self.name)}"


def build(
    certificates: Sequence[CertificateAndVerdicts],
    out_dir: Path | str,
    registry: Mapping[str, Mapping[str, Mapping[str, Json]]] | None = None,
    sources: Mapping[str, Mapping[str, Json]] | None = None,
    formulas: Formulas | None = None,
    register: Sequence[Mapping[str, Json]] = (),
    workers: int = 1,
    progress: Told | None = None,
) -> Site:
    """Write the site into `out_dir`, which must be new, empty, or an earlier report.

    `registry` describes what derivations rest on, `{"base_facts" | "axioms" | "oracles": {name: {"text", "citation",
    "falsifier", "result", "statement"}}}`, `sources` the documents, `{key: {"author", "title", "year"}}`, and
    `register` their claims, `{"id", "source", "at", "status": "covered" | "out of scope" | "pending", "reason"}`. Equal
    input gives equal bytes, with any number of `workers` (processes). Everything is rendered before the first file is
    written. `progress` is told what has been done, how often, and of how many.
    """
    root = Path(out_dir)
    old = _earlier(root)
    with uncollected():
        pages = render(certificates, registry, sources, formulas, register, workers, progress)
    for name in sorted(pages):
        _write(root / name, pages[name])
    for name in sorted(old - set(pages)):
        (root / name).unlink(missing_ok=True)
    return Site(root, root / "index.html", tuple(sorted(pages)))


def render(
    certificates: Sequence[CertificateAndVerdicts],
    registry: Mapping[str, Mapping[str, Mapping[str, Json]]] | None = None,
    sources: Mapping[str, Mapping[str, Json]] | None = None,
    formulas: Formulas | None = None,
    register: Sequence[Mapping[str, Json]] = (),
    workers: int = 1,
    progress: Told | None = None,
) -> dict[str, bytes]:
    """Every file of the site, by its path; arguments as for `build`."""
    formulas = formulas or Formulas()
    told = _counter(progress, len(certificates))
    env = _environment()
    base = {"verdicts": VERDICTS, "total": len(certificates)}
    out: dict[str, bytes] = {}
    known: list[Claim] = []
    found: list[Dependencies] = []
    terms: list[rules.Terms] = []

    def first(item: CertificateAndVerdicts) -> tuple[tuple[Claim, rules.Terms], Claim]:
        """What the pages of many claims need, and everything."""
        claim = model.claim(item, formulas, sources)
        return (model.brief(claim), rules.terms_of(item.certificate)), claim

    def meet(briefs: Sequence[tuple[Claim, rules.Terms]]) -> Dependencies:
        whole = (replace(c, certificate=item.certificate) for (c, _), item in zip(briefs, certificates, strict=True))
        known.extend(sorted(whole, key=lambda c: c.id))
        for one, other in pairwise(known):
            if one.id == other.id:
                raise ReportError(f"two claims are called {one.id}")
        terms.extend(some for _, some in briefs)
        found.append(dependencies(known))
        return replace(found[0], claims={c.id: model.outline(c) for c in known})

    def meanwhile() -> None:
        """The pages that show many claims."""
        pages = _shared_pages(env, base, known, found[0], registry or {}, sources or {}, register, formulas)
        pages |= _rule_pages(env, base, known, terms)
        pages["junit.xml"] = export.junit(known)
        out.update({name: text.encode() for name, text in pages.items()} | dict(_assets()))

    def second(item: CertificateAndVerdicts, claim: Claim, deps: Dependencies) -> dict[str, bytes]:
        made = _claim_pages(env, {**base, "root": "../../", "fates": model.FATES, "claim": claim}, deps)
        if item.certificate is not None:
            made[f"certificates/{claim.id}.json"] = export.recorded(item.certificate, item.text)
        return {name: text.encode() for name, text in made.items()}

    passes = Passes(first, meet, second, meanwhile)
    for some in relay(passes, certificates, workers, told("read"), told("rendered")):
        out |= some
    listed = sorted([*out, MARKER])
    out[MARKER] = export.canonical(export.report(known, counts(known), listed)).encode()
    return out


def _shared_pages(
    env: jinja2.Environment,
    base: Mapping[str, Json],
    claims: Sequence[Claim],
    deps: Dependencies,
    registry: Mapping[str, Mapping[str, Mapping[str, Json]]],
    sources: Mapping[str, Mapping[str, Json]],
    register: Sequence[Mapping[str, Json]],
    formulas: Formulas,
) -> dict[str, str]:
    """The pages that show many claims."""
    papers = documents(claims, sources, register)
    tally = counts(claims)
    pages: dict[str, str] = {
        "index.html": env.get_template("index.html").render(
            **base, root="", counts=tally, documents=papers, counts_of=counts, claims=_by_urgency(claims),
            statements=sum(len(c.statements) for c in claims),
            unexpected=[c for c in claims if c.standing == "unexpected"],
            open=[c for c in claims if c.standing == "open"],
            used=[v for v in VERDICTS if tally[v.word]],
            topics=sorted({c.topic for c in claims}), rules=sorted({r for c in claims for r in c.rules}),
            sharpness=sorted({s for c in claims for s in c.sharpness}),
        ),
        "trust.html": env.get_template("trust.html").render(
            **base, root="", trusted=_trusted(claims, registry, formulas)
        ),
    }  # fmt: skip
    pages["graph.html"] = _graph_page(env, base, deps, "", "")
    for t in sorted({c.topic for c in claims}):
        pages[f"graph/{t}.html"] = _graph_page(env, base, deps, "../", t)
    for d in papers:
        pages[d.page] = env.get_template("document.html").render(**base, root="../", document=d, tally=counts(d.claims))
        pages[d.errata_page] = env.get_template("errata.html").render(**base, root="../", document=d, kinds=KINDS)
    return pages


def _counter(progress: Told | None, total: int) -> Callable[[str], Callable[[], None]]:
    """For a word, a function that reports one more claim under it."""

    def start(what: str) -> Callable[[], None]:
        count = iter(range(1, total + 1))
        return lambda: progress(what, next(count), total) if progress else None

    return start


def _claim_pages(env: jinja2.Environment, shared: Mapping[str, Json], deps: Dependencies) -> dict[str, str]:
    """The page of a claim; if it is too long, what was tried goes to a page of its own, then the derivation, then the
    kernel's reading."""
    c: Claim = shared["claim"]
    fates = shared["fates"]
    macros = {name: getattr(env.get_template(f"_{name}.html").module, macro) for name, macro in _ASIDE.items()}
    told = {  # each part is written once, whatever pages it is tried on
        "evidence": _once(lambda s: macros["evidence"](s, fates), lambda s: s.label),
        "derivation": _once(
            macros["derivation"], lambda t, statements, aside, part: (t.anchor, statements, aside, part and part.number)
        ),
        "kernel": _once(macros["kernel"], lambda s: s.label),
    }
    drawn = _drawn(c)
    template = env.get_template("claim.html")
    aside = {f"{name}_page": "" for name in _ASIDE}
    out: dict[str, str] = {}
    parts: list[Part] = []
    for name in ("", *_ASIDE):
        if name:
            aside[f"{name}_page"] = f"{name}/{c.id}.html"
            if name == "derivation":
                parts = _derivation_parts(c, told["derivation"])
            for part in parts if name == "derivation" else [None]:
                page = part.page if part else f"{name}/{c.id}.html"
                out[page] = env.get_template(f"{name}.html").render(**shared, told=told, part=part, parts=parts)
        away = {t.anchor: part.page for part in parts for t in part.theorems}
        out[c.page] = template.render(**shared, **aside, told=told, drawn=drawn, deps=deps, parts=parts, away=away)
        if len(out[c.page].encode()) <= MOST:
            break
    return out


@dataclass(frozen=True)
class Part:
    """One page of a derivation; `elsewhere` leads to the theorems on the other ones."""

    number: int
    page: str
    theorems: tuple[model.Theorem, ...]
    elsewhere: Mapping[str, str]


def _derivation_parts(c: Claim, told: Callable[..., Markup]) -> list[Part]:
    """The theorems of a claim on as few pages as their length allows, each page with whole theorems in their order."""
    chunks: list[list[model.Theorem]] = [[]]
    length = 0
    for t in c.theorems:
        size = len(told(t, f"../../{c.page}", "", None).encode())
        if chunks[-1] and length + size > LONGEST:
            chunks.append([])
            length = 0
        chunks[-1].append(t)
        length += size
    names = [f"{c.slug}.html", *(f"{c.slug}.{k}.html" for k in range(2, len(chunks) + 1))]  # no slug holds a dot
    home = {t.anchor: name for chunk, name in zip(chunks, names, strict=True) for t in chunk}
    return [
        Part(k, f"derivation/{c.topic}/{name}", tuple(chunk), {a: other for a, other in home.items() if other != name})
        for k, (chunk, name) in enumerate(zip(chunks, names, strict=True), 1)
    ]


def _once(function: Callable[..., Markup], key: Callable[..., Hashable]) -> Callable[..., Markup]:
    """The function with what it has given kept, by a key of its arguments."""
    seen: dict[Hashable, Markup] = {}

    def kept(*arguments: Json) -> Markup:
        found = key(*arguments)
        if found not in seen:
            seen[found] = function(*arguments)
        return seen[found]

    return kept


def _graph_page(env: jinja2.Environment, common: Mapping[str, Json], deps: Dependencies, root: str, topic: str) -> str:
    """The page of all files, or of one topic."""
    drawn = graph.topic(deps, topic, root) if topic else graph.whole(deps, root)
    return env.get_template("graph.html").render(
        **common, root=root, topic=topic, graph=drawn, deps=deps, pip=graph.pip, mark=graph.mark, marks=graph.marks,
        topics=sorted({c.topic for c in deps.claims.values()}),
    )  # fmt: skip


def _rule_pages(
    env: jinja2.Environment, common: Mapping[str, Json], claims: Sequence[Claim], terms: Sequence[rules.Terms]
) -> dict[str, str]:
    """The rules with their use in this report, and the reference pages behind them."""
    texts = reference.load()

    def link(root: str) -> prose.Link:
        def target(href: str) -> str | None:
            page, _, fragment = href.partition("#")
            name = page.removesuffix(".md")
            if href.startswith("#"):
                return href
            if name not in texts.pages:
                return None
            return f"{root}reference/{name}.html" + (f"#{fragment}" if fragment else "")

        return target

    used = rules.usage(claims, tuple(KINDS_OF_ITEMS), terms)
    out = {
        "rules.html": env.get_template("rules.html").render(
            **common, root="", reference=texts, usage=used, names=rules.NAMES, kinds=tuple(KINDS_OF_ITEMS),
            rules=texts.entries("rules", "Rules"), refutations=texts.entries("rules", "Refutations"),
            prose=lambda text: prose.html(text, link("")), theorems=sum(len(c.theorems) for c in claims),
        )
    }  # fmt: skip
    for name, text in texts.pages.items():
        out[f"reference/{name}.html"] = env.get_template("reference.html").render(
            **common, root="../", title=texts.title(name), body=prose.html(text, link("../"), skip_title=True)
        )
    return out


def counts(claims: Iterable[Claim]) -> dict[str, int]:
    """Statements by verdict, every verdict listed. PROVED and CONDITIONAL are never added up."""
    found = Counter(s.verdict for c in claims for s in c.statements)
    found.update(c.fallback for c in claims if not c.statements)
    return {v.word: found[v.word] for v in VERDICTS}


def _by_urgency(claims: Sequence[Claim]) -> list[Claim]:
    order = {"unexpected": 0, "open": 1, "expected": 2}
    return sorted(claims, key=lambda c: (order[c.standing], c.topic, c.slug))


def _trusted(
    claims: Sequence[Claim], registry: Mapping[str, Mapping[str, Mapping[str, Json]]], formulas: Formulas
) -> dict[str, list[Trusted]]:
    out: dict[str, list[Trusted]] = {}
    for key, kind in (("base_facts", "base"), ("axioms", "axiom"), ("oracles", "oracle")):
        known = registry.get(key) or {}
        used = {name for c in claims for name in c.footprint(key)}
        out[key] = []
        for name in sorted(used | set(known)):
            row = known.get(name) or {}
            text, citation, falsifier, result = (
                str(row.get(k) or "") for k in ("text", "citation", "falsifier", "result")
            )
            formal = row.get("statement") or {}
            given, shown = (
                tuple(formulas.kernel({"all": f["all"], "concl": f["concl"]}) for f in formal.get(part) or ())
                for part in ("hyps", "goals")
            )
            users = tuple(c for c in claims if name in c.footprint(key))
            out[key].append(Trusted(kind, name, text, citation, falsifier, result, given, shown, users))
    return out


def _drawn(c: Claim) -> list[tuple[str, Markup | None, str]]:
    """Each figure: caption, SVG or nothing, and why it could not be drawn."""
    out: list[tuple[str, Markup | None, str]] = []
    for figure in c.figures:
        try:
            out.append((figure.caption, figures.svg(figure.data, figure.caption or c.title), ""))
        except (figures.FigureError, TypeError, KeyError, ValueError, IndexError, AttributeError) as error:
            out.append((figure.caption, None, " ".join(str(error).split())[:300] or type(error).__name__))
    return out


def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.PackageLoader("verify.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    env.globals.update(badge=badge, anchor=anchor, rule_words=words.rule, sprite=sprite, verdict_class=verdict_class)
    env.filters["inner"] = lambda text: Markup(re.sub(r"^<p>|</p>$", "", str(text)))
    env.filters["plain"] = _plain
    env.filters["counted"] = _counted
    env.filters["words"] = words.label
    env.filters["powers"] = _powers
    env.filters["typeset"] = words.typeset
    for name in env.list_templates():  # once, before any process is forked
        env.get_template(name)
    return env


def _plain(text: str) -> Markup:
    """Text for between two tags, where a quotation mark needs no escape."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _powers(text: str) -> Markup:
    """Powers of ten in proper type."""
    safe = re.sub(r"\b1e(-?\d+)\b", r"10^\1", str(escape(text)))
    return Markup(re.sub(r"10\^(-?)(\d+)", lambda m: f"10<sup>{'−' if m[1] else ''}{m[2]}</sup>", safe))


def _counted(n: int, one: str, many: str | None = None) -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _assets() -> Iterable[tuple[str, bytes]]:
    for name in ("style.css", "enhance.js"):
        yield f"assets/{name}", (_ASSETS / name).read_bytes()
    for font in sorted((_ASSETS / "fonts").iterdir(), key=lambda f: f.name):
        yield f"assets/fonts/{font.name}", font.read_bytes()


def _earlier(root: Path) -> set[str]:
    """Files of an earlier report in the same folder."""
    if not root.exists():
        return set()
    if not root.is_dir():
        raise ReportError(f"{root} is not a folder")
    marker = root / MARKER
    if not marker.is_file():
        if any(root.iterdir()):
            raise ReportError(f"{root} holds other files; give an empty folder or an earlier report")
        return set()
    try:
        listed = json.loads(marker.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    parts = [(str(name), Path(str(name))) for name in listed]
    return {name for name, path in parts if not path.is_absolute() and ".." not in path.parts}


def _write(path: Path, content: bytes) -> None:
    """Readers see the old file or the new one; unchanged files are left alone."""
    try:
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror or error}") from error

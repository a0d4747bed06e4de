"""The dependency graph as SVG: files with their statements, and arrows from what is used to what uses it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from .dependencies import Dependencies
from .layout import Box, Drawing, Edge, components, curve, layered
from .model import Claim, Statement, anchor
from .verdicts import BY_WORD, NO_VERDICT, VERDICTS, glyph

WIDTH = 1180  # of a drawing, if no component is wider
NODE, LINE, PIP, ROW, PAD = 196, 17, 20, 23, 9
SPACE, GAP = 16, 76


@dataclass(frozen=True)
class Node:
    """What is drawn as one box: a claim file or an axiom, with the statements shown."""

    id: str
    anchor: str
    lines: tuple[str, ...]
    note: str  # the topic, for a file of another one
    statements: tuple[Statement, ...]
    claim: Claim | None
    rows: bool  # statements as rows with names, or as a line of marks

    @property
    def head(self) -> int:
        """The height of the title, in pixels."""
        return PAD + LINE * (len(self.lines) + bool(self.note)) + 3

    @property
    def height(self) -> int:
        """The height of the box, in pixels."""
        if self.rows:
            return self.head + ROW * len(self.statements) + (PAD if self.statements else 4)
        per = (NODE - 2 * PAD) // PIP
        return self.head + PIP * -(-len(self.statements) // per) + PAD

    def port(self, label: str) -> int:
        """The height at which the edges of a statement touch the box."""
        for k, s in enumerate(self.statements):
            if self.rows and s.label == label:
                return self.head + ROW * k + ROW // 2
        return self.height // 2


@dataclass(frozen=True)
class Graph:
    """A drawing and, in reading order, the files on it; `count` is the number of arrows."""

    svg: Markup
    claims: tuple[Claim, ...]
    count: int


def whole(deps: Dependencies, root: str) -> Graph:
    """All files, each with a mark for every statement; `root` leads from the page to the site's first folder."""
    nodes = {i: _file(c, False, "", c.in_order) for i, c in deps.claims.items()}
    nodes |= {f"axiom:{a}": _axiom(a) for names in deps.axioms.values() for a in names}
    links = [(other, "", i, "") for i, found in deps.files.items() for other in found]
    links += [(f"axiom:{a}", "", i, "") for i, names in deps.axioms.items() for a in names]
    return _graph(nodes, sorted(links), deps, root, "Dependencies among all claim files")


def topic(deps: Dependencies, name: str, root: str) -> Graph:
    """The files of a topic with their statements by name, and the statements elsewhere that they use or serve."""
    mine = {i for i, c in deps.claims.items() if c.topic == name}
    shown: dict[str, set[str]] = {}
    links = []
    for key in sorted(deps.below):
        for other in deps.below[key]:
            if key[0] in mine or other[0] in mine:
                links.append((other[0], other[1], *key))
                for i, label in (key, other):
                    shown.setdefault(i, set()).add(label)
    linked = {(a, b) for a, _, b, _ in links}
    for user in sorted(deps.files):  # files that use a theorem no statement owns
        for used in deps.files[user]:
            if (user in mine or used in mine) and (used, user) not in linked:
                links.append((used, "", user, ""))
                shown.setdefault(user, set())
                shown.setdefault(used, set())
    nodes = {}
    for i in sorted(mine | set(shown)):
        c = deps.claims[i]
        some = c.in_order if i in mine else [s for s in c.in_order if s.label in shown[i]]
        nodes[i] = _file(c, True, "" if i in mine else c.topic.replace("_", " "), some)
    for i in sorted(mine):
        for a in deps.axioms[i]:
            nodes[f"axiom:{a}"] = _axiom(a)
            links.append((f"axiom:{a}", "", i, ""))
    return _graph(nodes, links, deps, root, f"Dependencies in {name.replace('_', ' ')}")


def _file(c: Claim, rows: bool, note: str, statements: Iterable[Statement]) -> Node:
    name = textwrap.wrap(c.slug.replace("_", " "), 25)
    lines = (*name[:1], " ".join(name[1:])) if len(name) > 1 else tuple(name)
    return Node(c.id, f"card-{anchor(c.id)}", tuple(_cut(x, 26) for x in lines), note, tuple(statements), c, rows)


def _axiom(name: str) -> Node:
    return Node(f"axiom:{name}", f"axiom-{anchor(name)}", (_cut(name.replace("-", " "), 26),), "axiom", (), None, False)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


Link = tuple[str, str, str, str]  # file and statement used, file and statement that use it


def _graph(nodes: Mapping[str, Node], links: Sequence[Link], deps: Dependencies, root: str, title: str) -> Graph:
    ids = list(nodes)
    inner = [link for link in links if link[0] == link[2]]
    links = [link for link in links if link[0] != link[2]]
    edges = [Edge(a, b, nodes[a].port(x), nodes[b].port(y)) for a, x, b, y in links]
    parts = components(ids, edges)
    joined = [p for p in parts if len(p) > 1]
    single = [p[0] for p in parts if len(p) == 1]
    drawings: list[tuple[list[str], list[int], Drawing]] = []
    for part in joined:
        inside = set(part)
        mine = [k for k, e in enumerate(edges) if e.source in inside]
        boxes = [Box(i, NODE, nodes[i].height) for i in part]
        drawings.append((part, mine, layered(boxes, [edges[k] for k in mine], GAP, SPACE)))
    drawings.sort(key=lambda d: (-len(d[0]), d[0]))
    width = max([WIDTH, *(d.width for _, _, d in drawings)])

    out: list[Markup] = []
    order: list[str] = []
    places: dict[str, tuple[int, int]] = {}
    y = 0
    for (part, mine, drawing), (x, top) in zip(drawings, _shelves([d for _, _, d in drawings], width), strict=True):
        ordered = sorted(part, key=lambda i: (drawing.corners[i][0], drawing.corners[i][1]))
        order += ordered
        arrows = [
            _arrow(links[k], curve([(px + x, py + top) for px, py in path]))
            for k, path in zip(mine, drawing.paths, strict=True)
        ]
        out += arrows
        places |= {i: (drawing.corners[i][0] + x, drawing.corners[i][1] + top) for i in ordered}
        out += [_node(nodes[i], *places[i], deps, root) for i in ordered]
        y = max(y, top + drawing.height)
    if single:
        y = y + 52 if drawings else 8
        text = "Files that use no other file and are used by none"
        out.append(_text("part", 0, y, text))
        columns = (width + SPACE) // (NODE + SPACE)
        step = (width - NODE) // max(1, columns - 1)
        by_topic: dict[str, list[Node]] = {}
        for i in single:
            by_topic.setdefault(i.partition("/")[0], []).append(nodes[i])
        for name, some in by_topic.items():
            if len(by_topic) > 1:
                y += 30
                out.append(_text("note", 0, y, name.replace("_", " ")))
            y += 10
            for k in range(0, len(some), columns):
                row = some[k : k + columns]
                places |= {n.id: (at * step, y) for at, n in enumerate(row)}
                out += [_node(n, *places[n.id], deps, root) for n in row]
                order += [n.id for n in row]
                y += max(n.height for n in row) + SPACE
    out += _arcs(inner, nodes, places)
    found = [c for c in (nodes[i].claim for i in order) if c is not None]
    what = (
        f"{len(found)} files and {len(links) + len(inner)} arrows. An arrow runs from what is used to what uses it. "
        "The list below the drawing says the same in words."
    )
    svg = Markup(
        '<svg class="graph" viewBox="-6 -6 {} {}" width="{}" role="group" aria-labelledby="graph-title graph-what">'
        '<title id="graph-title">{}</title><desc id="graph-what">{}</desc>'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 .8L8 4 0 7.2z"/></marker></defs>{}</svg>'
    ).format(width + 12, y + 12, width + 12, title, what, Markup("\n").join(out))
    return Graph(svg, tuple(found), len(links) + len(inner))


def _shelves(drawings: Sequence[Drawing], width: int) -> list[tuple[int, int]]:
    """Places for drawings, next to each other as long as the width allows."""
    out = []
    x = y = tall = 0
    for d in drawings:
        if x and x + d.width > width:
            x, y, tall = 0, y + tall + 3 * SPACE, 0
        out.append((x, y))
        x += d.width + 3 * SPACE
        tall = max(tall, d.height)
    return out


def _text(kind: str, x: int, y: int, text: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, x, y, text)


def _arrow(link: Link, path: str) -> Markup:
    a, _, b, _ = link
    return Markup('<path class="edge" d="{}" data-from="{}" data-to="{}" marker-end="url(#tip)"/>').format(path, a, b)


def _arcs(inner: Sequence[Link], nodes: Mapping[str, Node], places: Mapping[str, tuple[int, int]]) -> list[Markup]:
    """Arrows between statements of one file, along its right side."""
    out = []
    for a, low, b, high in inner:
        x, y = places[a]
        start, end = y + nodes[a].port(low), y + nodes[a].port(high)
        side, far = x + NODE, x + NODE + min(44, 12 + abs(end - start) // 5)
        out.append(_arrow((a, low, b, high), f"M{side} {start}C{far} {start} {far} {end} {side} {end}"))
    return out


def said(statements: Sequence[Statement]) -> str:
    """The verdicts of some statements in words."""
    words = [f"{s.name or s.role_words} {s.verdict}" for s in statements]
    return ", ".join(words) or "no statement"


def _node(node: Node, x: int, y: int, deps: Dependencies, root: str) -> Markup:
    c = node.claim
    height = node.height
    if c is None:
        label, kind = f"Axiom {node.lines[0]}", "axiom"
    else:
        count = len(deps.files[c.id])
        label = f"{c.slug.replace('_', ' ')}: {said(node.statements)}; uses {count} file{'s' * (count != 1)}"
        kind = "other" if node.note else "file"
    texts = [_text("name", PAD, PAD + LINE * (k + 1) - 4, text) for k, text in enumerate(node.lines)]
    if node.note:
        texts.append(_text("note", PAD, PAD + LINE * (len(node.lines) + 1) - 4, node.note))
    href = f"#{node.anchor}" if c is not None else f"{root}trust.html#{node.anchor}"
    frame = Markup('<rect class="frame" width="{}" height="{}" rx="{}"/>').format(NODE, height, 3 if c else 14)
    marks = Markup("").join(_marks(node, deps, root))
    head = Markup('<a class="head" href="{}" aria-label="{}">{}{}{}</a>').format(
        href, label, frame, Markup("").join(texts), "" if node.rows else marks
    )
    return Markup('<g class="node {}" data-id="{}" transform="translate({} {})">{}{}</g>').format(
        kind, node.id, x, y, head, marks if node.rows else ""
    )


def _marks(node: Node, deps: Dependencies, root: str) -> list[Markup]:
    out = []
    per = (NODE - 2 * PAD) // PIP
    for k, s in enumerate(node.statements):
        assert node.claim is not None
        settled = (node.claim.id, s.label) in deps.settled
        if node.rows:
            y = node.head + ROW * k
            place = f' x="{PAD}" y="{y + 3}"'
            name = s.name or s.role_words
            href = f"{root}{node.claim.page}#{s.anchor}"
            hit = Markup('<rect class="hit" x="2" y="{}" width="{}" height="{}"/>').format(y, NODE - 4, ROW)
            drawn = pip(s, settled, place)
            label = f"{s.role_words} {s.name}, {s.verdict}"
            text = _text("name", PAD + 24, y + 16, _cut(name, 25))
            row = Markup('<a class="row" href="{}" aria-label="{}">{}{}{}</a>').format(href, label, hit, drawn, text)
            out.append(row)
        else:
            x, y = PAD + PIP * (k % per), node.head + PIP * (k // per)
            out.append(pip(s, settled, f' x="{x}" y="{y}"', title=True))
    return out


def pip(s: Statement, settled: bool, place: str = "", title: bool = False) -> Markup:
    """The mark of a statement; `settled` if it is proved and so is everything below.

    `place` holds attributes; with a title the mark says what it stands for.
    """
    name = Markup("<title>{} {}: {}</title>").format(s.role_words, s.name, s.verdict) if title else Markup()
    return Markup('<use href="#{}"{}>{}</use>').format(_mark_id(s.role, s.verdict, settled), Markup(place), name)


def mark(role: str, verdict: str = "", settled: bool = False) -> Markup:
    """A mark, 17 by 17: its border says what kind of statement it is, its fill and glyph the verdict, if any."""
    return Markup('<use href="#{}"/>').format(_mark_id(role, verdict, settled))


_BORDERS = {"printed": 0, "corrected": 3, "lemma": 8}  # roundness


def _mark_id(role: str, verdict: str, settled: bool) -> str:
    css = BY_WORD.get(verdict, BY_WORD[NO_VERDICT]).css if verdict else "none"
    return f"m-{role if role in _BORDERS else 'corrected'}-{css}{'-settled' if settled else ''}"


@cache
def marks() -> Markup:
    """Every mark, drawn once for each page, to be referred to from the rest of it."""
    made = []
    for role, round_ in _BORDERS.items():
        for verdict, settled in [("", False), ("PROVED", True), *((v.word, False) for v in VERDICTS)]:
            css = BY_WORD[verdict].css if verdict else "none"
            inner = glyph(BY_WORD[verdict], ' x="2.5" y="2.5" width="12" height="12"') if verdict else ""
            made.append(
                Markup('<g id="{}" class="pip v-{} {}{}"><rect width="17" height="17" rx="{}"/>{}</g>').format(
                    _mark_id(role, verdict, settled), css, role, " settled" if settled else "", round_, inner
                )
            )
    return Markup('<svg class="unseen" aria-hidden="true"><defs>{}</defs></svg>').format(Markup("").join(made))

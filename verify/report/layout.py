"""Layered drawings of directed graphs, from left to right, in exact arithmetic: equal input, equal drawing.

The four steps are those of Sugiyama, Tagawa and Toda (IEEE Trans. Syst. Man Cybern. 11, 1981): layers by longest
path, barycentres against crossings, then heights. Heights solve, one layer at a time, the least-squares problem
with minimal distances, which is isotonic regression (pool adjacent violators).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

SWEEPS = 24
Point = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A rectangle to be placed; sizes in pixels."""

    id: str
    width: int
    height: int


@dataclass(frozen=True)
class Edge:
    """From a box to another one that rests on it; ports are distances from the top of either box."""

    source: str
    target: str
    leave: int
    arrive: int


@dataclass(frozen=True)
class Drawing:
    """Upper left corners by id, the points of each edge in the order given, and the size of it all."""

    corners: Mapping[str, Point]
    paths: tuple[tuple[Point, ...], ...]
    width: int
    height: int


def backward(ids: Sequence[str], edges: Sequence[Edge]) -> frozenset[int]:
    """Numbers of edges without which the graph has no directed cycle: those that close one in a depth-first search."""
    leaving: dict[str, list[tuple[int, str]]] = {i: [] for i in ids}
    for k, e in enumerate(edges):
        leaving[e.source].append((k, e.target))
    found, state = set(), dict.fromkeys(ids, 0)  # 0 new, 1 on the stack, 2 done
    for start in ids:
        if state[start]:
            continue
        state[start] = 1
        stack = [(start, iter(leaving[start]))]
        while stack:
            here, rest = stack[-1]
            for k, other in rest:
                if state[other] == 1:
                    found.add(k)
                elif state[other] == 0:
                    state[other] = 1
                    stack.append((other, iter(leaving[other])))
                    break
            else:
                state[here] = 2
                stack.pop()
    return frozenset(found)


def layers(ids: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Length of the longest path that ends at each box, in a graph without directed cycles."""
    below: dict[str, list[str]] = {i: [] for i in ids}
    above: dict[str, list[str]] = {i: [] for i in ids}
    for e in edges:
        below[e.target].append(e.source)
        above[e.source].append(e.target)
    waiting = {i: len(below[i]) for i in ids}
    found = {i: 0 for i in ids}
    ready = [i for i in ids if not waiting[i]]
    for i in ready:  # grows while it is read
        for j in above[i]:
            found[j] = max(found[j], found[i] + 1)
            waiting[j] -= 1
            if not waiting[j]:
                ready.append(j)
    return found


def components(ids: Sequence[str], edges: Sequence[Edge]) -> list[list[str]]:
    """Connected components, each in the order of `ids`, by their first box."""
    root = {i: i for i in ids}

    def top(i: str) -> str:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for e in edges:
        root[top(e.source)] = top(e.target)
    out: dict[str, list[str]] = {}
    for i in ids:
        out.setdefault(top(i), []).append(i)
    return list(out.values())


@dataclass(frozen=True)
class _Spot:
    """A box in its layer, or a bend of the edge with this number."""

    box: str
    bend: int
    layer: int
    height: int


def layered(boxes: Sequence[Box], edges: Sequence[Edge], gap: int = 70, space: int = 14) -> Drawing:
    """Boxes in columns, what they rest on to the left; `gap` between columns, `space` between boxes of one.

    Edges that close a cycle run from right to left.
    """
    turned = backward([b.id for b in boxes], edges)
    edges = [Edge(e.target, e.source, e.arrive, e.leave) if k in turned else e for k, e in enumerate(edges)]
    level = layers([b.id for b in boxes], edges)
    spots = {b.id: _Spot(b.id, -1, level[b.id], b.height) for b in boxes}
    columns: list[list[_Spot]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for b in boxes:
        columns[level[b.id]].append(spots[b.id])
    chains: list[list[_Spot]] = []
    for k, e in enumerate(edges):
        chain = [spots[e.source]]
        for column in range(level[e.source] + 1, level[e.target]):
            bend = _Spot("", k, column, 6)
            columns[column].append(bend)
            chain.append(bend)
        chains.append([*chain, spots[e.target]])
    links = [(a, b, k, n) for k, c in enumerate(chains) for n, (a, b) in enumerate(pairwise(c))]
    columns = _ordered(columns, links)
    tops = _heights(columns, links, chains, edges, space)

    wide = [max((b.width for b in boxes if level[b.id] == k), default=0) for k in range(len(columns))]
    left = [sum(wide[:k]) + gap * k for k in range(len(columns))]
    size = {b.id: b for b in boxes}
    corners = {i: (left[level[i]], tops[spots[i]]) for i in size}
    paths = []
    for k, (e, chain) in enumerate(zip(edges, chains, strict=True)):
        x, y = corners[e.source]
        points = [(x + size[e.source].width, y + e.leave)]
        for bend in chain[1:-1]:
            y = tops[bend] + bend.height // 2
            points += [(left[bend.layer], y), (left[bend.layer] + wide[bend.layer], y)]
        x, y = corners[e.target]
        points.append((x, y + e.arrive))
        paths.append(tuple(reversed(points) if k in turned else points))
    width = max((corners[b.id][0] + b.width for b in boxes), default=0)
    height = max((tops[s] + s.height for s in tops), default=0)
    return Drawing(corners, tuple(paths), width, height)


_Link = tuple[_Spot, _Spot, int, int]


def _ordered(columns: list[list[_Spot]], links: Sequence[_Link]) -> list[list[_Spot]]:
    """The order with the fewest crossings among a fixed number of barycentre sweeps."""
    before: dict[_Spot, list[_Spot]] = {}
    after: dict[_Spot, list[_Spot]] = {}
    for a, b, _, _ in links:
        before.setdefault(b, []).append(a)
        after.setdefault(a, []).append(b)
    best, least = columns, _crossings(columns, links)
    now = [list(c) for c in columns]
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        order = range(1, len(now)) if forward else range(len(now) - 2, -1, -1)
        for k in order:
            fixed = {s: n for n, s in enumerate(now[k - 1 if forward else k + 1])}
            near = before if forward else after
            keys = {}
            for n, s in enumerate(now[k]):
                found = [fixed[x] for x in near.get(s, ()) if x in fixed]
                keys[s] = (Fraction(sum(found), len(found)) if found else Fraction(n), n)
            now[k] = sorted(now[k], key=lambda s: keys[s])
        count = _crossings(now, links)
        if count < least:
            best, least = [list(c) for c in now], count
        if not least:
            break
    return best


def _crossings(columns: Sequence[Sequence[_Spot]], links: Sequence[_Link]) -> int:
    """Pairs of links between neighbouring columns that cross."""
    place = {s: n for column in columns for n, s in enumerate(column)}
    total = 0
    for k in range(len(columns) - 1):
        ends = sorted((place[a], place[b]) for a, b, _, _ in links if a.layer == k)
        seen: list[int] = []
        for _, right in ends:
            total += sum(x > right for x in seen)
            seen.append(right)
    return total


def _heights(
    columns: Sequence[Sequence[_Spot]],
    links: Sequence[_Link],
    chains: Sequence[Sequence[_Spot]],
    edges: Sequence[Edge],
    space: int,
) -> dict[_Spot, int]:
    """The top of every spot: edges as level as the order and the distances allow."""
    pulls: dict[_Spot, list[tuple[_Spot, int, int]]] = {}
    for a, b, k, n in links:
        leave = edges[k].leave if n == 0 else a.height // 2
        arrive = edges[k].arrive if n == len(chains[k]) - 2 else b.height // 2
        pulls.setdefault(a, []).append((b, leave, arrive))
        pulls.setdefault(b, []).append((a, arrive, leave))
    tops: dict[_Spot, Fraction] = {}
    for column in columns:
        y = Fraction(0)
        for s in column:
            tops[s] = y
            y += s.height + space
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wanted = []
            for s in column:
                near = pulls.get(s)
                pulled = [tops[o] + there - here for o, here, there in near or ()]
                wanted.append(Fraction(sum(pulled)) / len(pulled) if pulled else tops[s])
            for s, y in zip(column, _spread(wanted, [s.height + space for s in column]), strict=True):
                tops[s] = Fraction(round(y * 8), 8)
    least = min(tops.values(), default=Fraction(0))
    return {s: int(y - least) for s, y in tops.items()}


def _spread(wanted: Sequence[Fraction], sizes: Sequence[int]) -> list[Fraction]:
    """Nearest positions (least squares) in this order with at least the given distances: isotonic regression."""
    offset, total = [], 0
    for size in sizes:
        offset.append(total)
        total += size
    pools: list[tuple[Fraction, int]] = []  # mean and number of members
    for w, o in zip(wanted, offset, strict=True):
        mean, count = Fraction(w - o), 1
        while pools and pools[-1][0] > mean:
            other, many = pools.pop()
            mean, count = (mean * count + other * many) / (count + many), count + many
        pools.append((mean, count))
    flat = [mean for mean, count in pools for _ in range(count)]
    return [f + o for f, o in zip(flat, offset, strict=True)]


def curve(points: Sequence[Point]) -> str:
    """The path of an edge: level at its ends and through its bends."""
    (x, y), *rest = points
    out = [f"M{x} {y}"]
    for nx, ny in rest:
        if ny == y:
            out.append(f"H{nx}")
        else:
            mid = (x + nx) // 2
            out.append(f"C{mid} {y} {mid} {ny} {nx} {ny}")
        x, y = nx, ny
    return "".join(out)

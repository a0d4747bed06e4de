"""What is wrong in a document: each printed statement that fails, what breaks it, and what is true instead.

The order is by consequence: a wrong conclusion first, then a missing hypothesis, a wrong constant, a relation that
should be strict or weak, and a slip of notation. A claim file may name the consequence; otherwise it is read off the
two statements, as the least change that turns the printed one into a corrected one. Last come cautions: statements that
the document does not make, but that are easily read into it.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .model import Claim, Statement
from .words import natural_order

Json = Any

KINDS = {
    "conclusion": "The conclusion is wrong",
    "hypothesis": "A hypothesis is missing or too weak",
    "constant": "A constant, a factor or a sign is wrong",
    "strictness": "A relation is strict where it should be weak, or the other way round",
    "notation": "A slip of notation: the formula does not fit together, or says something else than is meant",
    "caution": "Not printed, but easily read into the text",
}

_STRICT = {"lt": "le", "gt": "ge", "le": "le", "ge": "ge"}
_RELATIONS = ("eq", "ne", "le", "lt", "ge", "gt")
_HOLDS = ("PROVED", "CONDITIONAL", "ENCLOSED")


@dataclass(frozen=True)
class Place:
    """An entry of the register: where a claim stands, and what it says in our words with its formula as printed."""

    id: str
    at: str
    says: str = ""


@dataclass(frozen=True)
class Holding:
    """A statement that holds, and the claim it stands in."""

    claim: Claim
    statement: Statement

    @property
    def key(self) -> tuple[str, str]:
        """The claim's id and the statement's label."""
        return self.claim.id, self.statement.label


@dataclass(frozen=True)
class Failure:
    """A printed statement that fails, and the corrected one nearest to it (None: there is none)."""

    printed: Statement
    nearest: Holding | None


@dataclass(frozen=True)
class Erratum:
    """What fails in one place of a document in one way. `others`: what else holds there."""

    kind: str
    claim: Claim
    failures: tuple[Failure, ...]
    others: tuple[Holding, ...]
    places: tuple[Place, ...]

    @property
    def anchor(self) -> str:
        """Its id in the sheet."""
        return f"{self.claim.slug}-{self.failures[0].printed.anchor}"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the register that it accuses."""
        return tuple(place.id for place in self.places)


def errata(places: Mapping[str, Place], claims: Sequence[Claim]) -> tuple[Erratum, ...]:
    """The errata of one document, by consequence, then by place. `places`: its register."""
    standing = _Standing(claims)
    found = [erratum for claim in claims for erratum in _errata(claim, places, standing)]
    order = list(KINDS)
    return tuple(sorted(found, key=lambda e: (order.index(e.kind), natural_order(" ".join(e.ids)), e.claim.id)))


def _errata(claim: Claim, places: Mapping[str, Place], standing: _Standing) -> list[Erratum]:
    covered = _covered(claim, places)
    groups: dict[tuple[tuple[str, ...], str], list[Failure]] = {}
    for printed in claim.statements:
        mine = tuple(item for item in covered if printed.belongs(item))
        if mine and printed.fails and printed.consequence != "contrary":
            shape = standing.shape(claim, printed)
            found = standing.instead(claim, mine)
            nearest = min(found, key=lambda h: shape.distance(standing.shape(h.claim, h.statement)), default=None)
            computed = shape.change(standing.shape(nearest.claim, nearest.statement)) if nearest else "conclusion"
            kind = printed.consequence or ("notation" if printed.verdict == "ILL-SORTED" else computed)
            groups.setdefault((mine, kind), []).append(Failure(printed, nearest))
    out = []
    for (mine, kind), failures in groups.items():
        told = {h.key for f in failures if (h := f.nearest)}
        others = tuple(h for h in standing.instead(claim, mine) if h.key not in told)
        out.append(Erratum(kind, claim, tuple(failures), others, tuple(places[item] for item in mine)))
    return out


def _covered(claim: Claim, places: Mapping[str, Place]) -> tuple[str, ...]:
    return tuple(item for citation in claim.citations for item in citation.ids if item in places)


class _Standing:
    """What holds in the claims of a document, looked up by id, and the forms of statements, each made once."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._named: dict[str, dict[tuple[int, int], Holding]] = {}
        self._shapes: dict[tuple[str, str], Shape] = {}
        for k, claim in enumerate(claims):
            for n, s in enumerate(claim.statements):
                if s.role == "corrected" and s.verdict in _HOLDS:
                    for item in s.ids:
                        self._named.setdefault(item, {})[k, n] = Holding(claim, s)

    def instead(self, claim: Claim, ids: Sequence[str]) -> list[Holding]:
        """What holds in place of a failing statement of these ids: corrections that name one of them, in any claim;
        else corrections of this claim that name no id; else printed statements of this claim that stand."""
        wanted = set(ids)
        named = {place: h for item in ids for place, h in self._named.get(item, {}).items()}
        if named:
            return [named[place] for place in sorted(named)]
        holds = [s for s in claim.statements if s.verdict in _HOLDS]
        general = [s for s in holds if s.role == "corrected" and not s.ids]
        printed = [s for s in holds if s.role == "printed" and (set(s.ids) & wanted or not s.ids)]
        return [Holding(claim, s) for s in general or printed]

    def shape(self, claim: Claim, statement: Statement) -> Shape:
        key = claim.id, statement.label
        if key not in self._shapes:
            recorded = (claim.certificate or {}).get("statements") or ()
            ast = next((s.get("ast") for s in recorded if s["label"] == statement.label), None)
            self._shapes[key] = Shape(ast)
        return self._shapes[key]


class Shape:
    """A statement in the forms by which two of them are compared."""

    def __init__(self, ast: Json) -> None:
        self._known = isinstance(ast, Mapping)
        self._conclusion = ast.get("conclusion") if isinstance(ast, Mapping) else ast
        self._hypotheses = ast.get("hypotheses") if isinstance(ast, Mapping) else None

    @cached_property
    def terms(self) -> set[Hashable]:
        """The subterms of the conclusion."""
        return _subterms(self._conclusion)

    @cached_property
    def given(self) -> Json:
        """The hypotheses without their numbers."""
        return _bare(self._hypotheses)

    @cached_property
    def weak(self) -> Json:
        """The conclusion with every order relation weak."""
        return _weak(self._conclusion)

    @cached_property
    def bare(self) -> Json:
        """The same without its numbers."""
        return _bare(self.weak)

    def distance(self, corrected: Shape) -> tuple[int, float]:
        """Smaller for a less severe change, then for more terms in common."""
        common = len(self.terms & corrected.terms) / max(1, len(self.terms | corrected.terms))
        return -list(KINDS).index(self.change(corrected)), -common

    def change(self, corrected: Shape) -> str:
        """What differs between two statements: the first word of `KINDS` that applies, `conclusion` if in doubt."""
        if not self._known or not corrected._known:
            return "conclusion"
        if self.weak != corrected.weak and self.bare != corrected.bare:
            return "conclusion"
        if self.given != corrected.given:
            return "hypothesis"
        same = self._conclusion == corrected._conclusion
        return "constant" if same or self.weak != corrected.weak else "strictness"


def change(printed: Json, corrected: Json) -> str:
    """What differs between two statements in their JSON form, as a word of `KINDS`."""
    return Shape(printed).change(Shape(corrected))


def _subterms(term: Json) -> set[Hashable]:
    found: set[Hashable] = set()

    def visit(item: Json) -> Hashable:
        if not isinstance(item, list):
            return json.dumps(item, sort_keys=True) if isinstance(item, Mapping) else item
        term = tuple(map(visit, item))
        found.add(term)
        return term

    visit(term)
    return found


def _weak(formula: Json) -> Json:
    """The formula with every order relation weak."""
    if isinstance(formula, list):
        out = [_weak(x) for x in formula]
        return [_STRICT.get(out[0], out[0]), *out[1:]] if out and isinstance(out[0], str) else out
    if isinstance(formula, dict):
        return {k: _weak(v) for k, v in formula.items()}
    return formula


def _bare(term: Json) -> Json:
    """The term without numbers: factors and summands that are numbers go, exponents lose their value."""
    if isinstance(term, dict):
        return {k: _bare(v) for k, v in term.items()}
    if not isinstance(term, list) or not term or not isinstance(term[0], str):
        return [_bare(x) for x in term] if isinstance(term, list) else term
    head, parts = term[0], [_bare(x) for x in term[1:]]
    if head in ("num", "rational"):
        return None
    if head in ("neg", "pow") or (head in ("add", "sub", "mul", "div", "matmul") and head not in _RELATIONS):
        parts = [x for x in parts if x is not None]
        if not parts:
            return None
        if len(parts) == 1:
            return parts[0]
    return [head, *parts]

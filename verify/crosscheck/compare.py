"""Whether two terms are equal wherever a scope says: values in random worlds at sampled indices.

For each scope a set of *points* is drawn: a world (naturals, sizes, letters) with values of the bound symbols at which
all known forms are >= 0. A scope without points is skipped only if a combination of its forms shows that it is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from . import forms
from .errors import Ill, Rejected, Work
from .evaluate import Env, Source, Term
from .signature import Scope, Signature
from .values import Mat, Value, describe
from .worlds import TOWER, World, fraction

Points = list[tuple[World, Env]]
TRIES = 12
SEARCHES = 4000
FEW = 5
LARGE = 10**9


@dataclass(frozen=True)
class Plan:
    """How many worlds of which make. Sizes are drawn from the given range."""

    wide: int = 2  # sizes above half the degree where that is affordable
    plain: int = 5
    small: int = 5  # letters are small integers
    deep: int = 2  # larger naturals, small sizes
    light: int = 8  # sizes 1 and 2, only for terms with ind or inv
    widest: int = 7


class Sampler:
    """The worlds of one theorem."""

    def __init__(self, sig: Signature, seed: str, work: Work, plan: Plan | None = None) -> None:
        self.sig, self.seed, self.work, self.plan = sig, seed, work, plan or Plan()
        self.worlds: dict[tuple[Any, ...], World] = {}
        self.found: dict[Any, Points] = {}
        self.loose: frozenset[str] = frozenset()  # naturals that are no size, range or exponent anywhere
        self.checks = 0
        self.short_sizes = 0  # comparisons whose degree asks for sizes larger than the plan affords

    def world(self, kind: str, number: int, nat: dict[str, int], sizes: tuple[int, int]) -> World:
        """The world with this `kind`, `number`, naturals `nat` and range of `sizes`; made once."""
        at = (kind, number, tuple(sorted(nat.items())), sizes)
        if at not in self.worlds:
            self.worlds[at] = World(self.sig, nat, f"{self.seed}|{at}", self.work, sizes, small=kind == "small")
        return self.worlds[at]

    def points(self, scope: Scope, kind: str, count: int, sizes: tuple[int, int], spread: int) -> Points:
        """Up to `count` worlds of a kind with a point of the scope each."""
        at = (kind, count, sizes, scope.key())
        if at not in self.found:
            self.found[at] = list(self._search(scope, kind, count, sizes, spread))
        return self.found[at]

    def _search(
        self, scope: Scope, kind: str, count: int, sizes: tuple[int, int], spread: int
    ) -> Iterator[tuple[World, Env]]:
        rng = Random(f"{self.seed}|{kind}|{scope.key()}")
        known = [sorted(form.items()) for form in scope.known]
        for number in range(count):
            for attempt in range(SEARCHES):
                reach = spread + attempt // 400
                nat = {s: least + rng.randint(0, reach) for s, least in self.sig.nat.items()}
                if kind in ("deep", "void"):
                    nat |= {s: self.sig.nat[s] + rng.randrange(LARGE) for s in self.loose}
                for symbol in self.sized():
                    if attempt % 4 < 2:
                        nat[symbol] = max(self.sig.nat[symbol], rng.randint(*sizes))
                env = self._locals(scope, nat, rng, reach)
                if env is None:
                    continue
                at = {**nat, **env}
                if all(sum(c if s == "1" else c * at[s] for s, c in form) >= 0 for form in known):
                    yield self.world(kind, number, nat, sizes), env
                    break
            else:
                return

    def sized(self) -> list[str]:
        """Naturals that are themselves a number of rows or columns."""
        found = {
            s
            for letter in self.sig.letters.values()
            for size in letter.shape or ()
            if isinstance(size, dict)
            for s in size
        }
        return sorted(found & self.sig.nat.keys())

    def _locals(self, scope: Scope, nat: dict[str, int], rng: Random, reach: int) -> Env | None:
        env: Env = {}
        for name, low, high in scope.locals:
            at = {**nat, **env}
            first = forms.value(low, at)
            last = first + reach if high is None else forms.value(high, at)
            if last < first:
                return None
            env[name] = rng.choice((first, last, rng.randint(first, last)))
        return env

    def all_points(self, scope: Scope, term: Term | None = None) -> Points:
        """The points of `scope` at which `term` is tried; none only if the scope is surely empty. Raises Rejected
        if a demand is not met.
        """
        plan = self.plan
        found = self.points(scope, "plain", plan.plain, (1, 3), 4)
        if len(found) < plan.plain:
            if forms.impossible([dict(f) for f in scope.known]):
                return []
            if not found:
                raise Rejected("no instance of the index conditions was found to compare at")
        found = [*found, *self.points(scope, "small", plan.small, (1, 2), 2)]
        found = [*found, *self.points(scope, "empty", 1, (0, 2), 2), *self.points(scope, "void", 1, (0, 0), 2)]
        found = [*found, *self.points(scope, "deep", plan.deep, (1, 2), 12)]
        if term is not None:
            wanted = self.degree(term, scope) // 2 + 1
            if wanted > plan.widest:
                self.short_sizes += 1
            wanted = min(max(wanted, 2), plan.widest)
            found = [*found, *self.points(scope, "wide", plan.wide, (wanted, wanted + 2), 1)]
            if uses(term, "ind", "inv"):
                found = [*found, *self.points(scope, "light", plan.light, (1, 2), 2)]
        return found

    def degree(self, term: Term, scope: Scope) -> int:
        """How many matrix letters a product can have, at the least naturals found."""
        points = self.points(scope, "wide", 1, (2, 3), 0) or self.points(scope, "plain", 1, (1, 3), 4)
        return degree(term, *points[0]) if points else 0

    # comparisons
    def values(self, term: Term, scope: Scope) -> Iterator[Value]:
        """The values of `term` at the points of `scope`."""
        for world, env in self.all_points(scope, term):
            yield world.at(0, -1).value(term, env)

    def vanishes(self, term: Term, scope: Scope) -> bool:
        """Whether the term is 0 at all points."""
        self.checks += 1
        return all(is_zero(x) for x in self.values(term, scope))

    def same(self, a: Term, b: Term, scope: Scope) -> bool:
        """Whether `a` and `b` are equal at every point of `scope`."""
        return self.vanishes(["+", a, ["*", ["q", "-1"], b]], scope)

    def equal_up_to_sign(self, a: Term, b: Term, scope: Scope) -> bool:
        """Whether `a` equals `b` at every point of `scope`, or its negative at every point."""
        return self.same(a, b, scope) or self.vanishes(["+", a, b], scope)

    def constant(self, term: Term, scope: Scope) -> Fraction | None:
        """The rational number a term is at all points, if it is one. Raises Ill if sorts do not fit."""
        found: set[Fraction | None] = set()
        for x in self.values(term, scope):
            if isinstance(x, Mat):
                raise Ill("a matrix where a scalar is needed")
            found.add(fraction(x, TOWER[0]))
        return found.pop() if len(found) == 1 else None

    def kind(self, term: Term, scope: Scope) -> str:
        """`scalar` or `matrix`; also finds sizes that do not fit. A scope without points gives `unknown`. Raises
        Ill if sorts do not fit.
        """
        found = {"matrix" if isinstance(x, Mat) else "scalar" for x in self.rough(term, scope)}
        if len(found) > 1:
            raise Ill("sometimes a scalar, sometimes a matrix")
        return found.pop() if found else "unknown"

    def rough(self, term: Term, scope: Scope) -> Iterator[Value]:
        """Values at a few points, where only sizes matter."""
        for world, env in [*self.points(scope, "plain", self.plan.plain, (1, 3), 4)][:FEW]:
            yield world.at(0, -1).value(term, env)

    def scalar(self, term: Term, scope: Scope, what: str) -> None:
        """Raise Ill, naming `what`, if `term` is a matrix."""
        if self.kind(term, scope) == "matrix":
            raise Ill(f"{what} must be a scalar")

    def square(self, term: Term, scope: Scope, what: str) -> None:
        """Raise Ill, naming `what`, unless `term` is a square matrix at every point of `scope`."""
        for x in self.rough(term, scope):
            if not isinstance(x, Mat) or x.rows != x.cols or x.stack:
                raise Ill(f"{what} must be a square matrix, not {describe(x)}")


def is_zero(x: Value) -> bool:
    """Whether the value `x` is zero in all entries."""
    return not any(any(row) for row in x.data) if isinstance(x, Mat) else not x


_USES: dict[int, tuple[Term, frozenset[str]]] = {}


def uses(term: Term, *heads: str) -> bool:
    """Whether one of `heads` occurs in `term`."""
    return bool(heads_of(term) & set(heads))


def heads_of(term: Term) -> frozenset[str]:
    """The heads that occur in `term`; remembered until `forget`."""
    from .terms import children

    known = _USES.get(id(term))
    if known is None:
        found = {term[0]}.union(*(heads_of(child) for child in children(term)))
        if term[0] == "@in" and term[1] is not None:
            found |= set(term[1].heads())
        known = _USES[id(term)] = (term, frozenset(found))
    return known[1]


def forget() -> None:
    """Drop what is remembered about terms that are gone."""
    _USES.clear()


def degree(term: Term, source: Source, env: Env, most: int = 200) -> int:
    """An upper bound for the number of matrix letters in a product, at one instance; at most `most`."""
    head = term[0]
    if head in ("q", "n", "pi", "t", "one", "zero"):
        return 0
    if head == "v":
        letter = source.sig.letters[term[1]]
        return int(letter.shape is not None)
    if head == "ch":
        return max(source.index(term[2], env) - source.index(term[3], env) + 1, 0)
    if head == "+":
        return max(degree(part, source, env, most) for part in term[1:])
    if head == "*" or head == "kr":
        return min(sum(degree(part, source, env, most) for part in term[1:]), most)
    if head == "pow":
        return min(degree(term[1], source, env, most) * max(source.index(term[2], env), 0), most)
    if head in ("sum", "prod"):
        low, high = source.index(term[2], env), source.index(term[3], env)
        found = [degree(term[4], source, {**env, term[1]: i}, most) for i in range(low, min(high, low + 8) + 1)]
        return max(found, default=0) if head == "sum" else min(sum(found), most)
    if head == "root":
        return 1
    if head == "@if":
        return degree(term[2] if source.index(term[1], env) >= 0 else term[3], source, env, most)
    if head == "@in":
        inner = source if term[1] is None else source.changed(term[1], env)
        from .evaluate import bound

        return min(degree(term[3], inner, bound(term, source, env), most) + (2 if term[1] is not None else 0), most)
    return degree(term[1], source, env, most)

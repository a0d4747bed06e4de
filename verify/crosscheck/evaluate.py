"""Values of terms in a commutative ring, at one choice of naturals, sizes and letters.

A *source* gives the letters; an *evaluator* adds the ring. The same recursion serves random prime fields (`worlds.py`),
the point at which all letters vanish, and exact rationals (`rational.py`). Derivatives are tangents: every value may
carry the derivative along one direction.

Three constructors exist here that no certificate can write, because no name begins with `@`:
`["@in", change, bindings, body]` is the body read at another source and with its free index symbols bound to index
expressions (`None` keeps them); `["@unit", a]` is the unit of the size of a; `["@if", form, a, b]` is a where the form
is >= 0 and b elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from . import forms
from . import values as va
from .errors import Cannot, Ill, Work
from .values import Mat, Value

Term = list[Any]
Env = dict[str, int]
BINDERS = ("sum", "prod")
MOST_TERMS = 3000


@lru_cache(maxsize=4096)
def rational(text: str) -> Fraction:
    """A written number; the same few are read over and over."""
    return Fraction(text)


class Source:
    """Where letters come from. `change` objects wrap one source in another."""

    sig: Any
    nat: Mapping[str, int]
    work: Work

    def __init__(self) -> None:
        self._at: dict[Any, Evaluator] = {}
        self._changed: dict[Any, tuple[Any, Source]] = {}

    def at(self, level: Any, outcome: int) -> Evaluator:
        """The evaluator of this source at a `level` of the tower of rings and for one random `outcome`; made once."""
        found = self._at.get((level, outcome))
        if found is None:
            found = self._at[level, outcome] = self.make(level, outcome)
        return found

    def make(self, level: Any, outcome: int) -> Evaluator:
        """A new evaluator at this `level` and `outcome`."""
        raise NotImplementedError

    def changed(self, change: Any, env: Env) -> Source:
        """The source behind a change; kept, because the change may depend on index symbols."""
        at = (id(change), tuple(env.get(s) for s in change.symbols))
        found = self._changed.get(at)
        if found is None:  # the change is kept with it, so that its id stays its own
            found = self._changed[at] = change, change.apply(self, dict(env))
        return found[1]

    def dim(self, family: str, i: int) -> int:
        """The size with index `i` of a family of dimensions."""
        raise NotImplementedError

    def letter(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> Value:
        """The value of the letter `name` at the index `at` and `stage`, as `ev` needs it."""
        raise NotImplementedError

    def member(self, ev: Evaluator, name: str, i: int, stage: str) -> Value:
        """A letter as part of a product of a chain."""
        return self.letter(ev, name, (i,), stage)

    def meaning(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> tuple[Evaluator, Term, Env] | None:
        """The term a letter stands for here, with where to read it; None for a letter that is itself."""
        return None

    def slope(self, ev: Evaluator, name: str, at: tuple[int, ...]) -> Value | None:
        """The time derivative of a letter, None where it surely is 0. Raises Cannot if there may be none."""
        raise NotImplementedError

    def time(self, ev: Evaluator) -> tuple[Value, bool]:
        """The value of t, and whether it moves."""
        raise NotImplementedError

    def index(self, e: Any, env: Env) -> int:
        """An index expression or a dimension."""
        if isinstance(e, list):
            return self.dim(e[1], self.index(e[2], env))
        total = 0
        for symbol, c in e.items():
            if symbol == "1":
                total += c
            elif symbol in env:
                total += c * env[symbol]
            else:
                total += c * self.nat[symbol]
        return total

    def shape(self, name: str, at: tuple[int, ...]) -> tuple[int, int] | None:
        """Rows and columns of the letter `name` at the index `at`; None for a scalar."""
        letter = self.sig.letters[name]
        if letter.shape is None:
            return None
        env = dict(zip(letter.variables, at, strict=True))
        return self.index(letter.shape[0], env), self.index(letter.shape[1], env)


class Evaluator:
    """Values in one ring; results are kept for each term object and each value of its free symbols."""

    def __init__(self, source: Source, level: Any, outcome: int) -> None:
        self.source, self.level, self.outcome = source, level, outcome
        self.kept: dict[Any, tuple[Term, Value]] = {}
        self.kept_duals: dict[Any, tuple[Term, tuple[Value, Value | None]]] = {}
        self.chains: dict[Any, Value] = {}

    # the ring
    one: Any = 1
    nought: Any = 0

    def red(self, x: Any) -> Any:
        """`x` reduced to its representative in the ring."""
        raise NotImplementedError

    def number(self, x: Fraction) -> Any:
        """The rational `x` in the ring; Cannot if it has no value there."""
        raise NotImplementedError

    def function(self, head: str, x: Any, term: Term, env: Env) -> Any:
        """The value of the function `head` of `x`, the value of the argument of `term` in `env`."""
        raise NotImplementedError

    def root(self, a: Value, e: int) -> Value:
        """The root of `a` with exponent 1/2^e."""
        raise NotImplementedError

    def mean(self, term: Term, env: Env) -> Any:
        """The expectation of the scalar `term` in `env`."""
        raise NotImplementedError

    def pi(self) -> Any:
        """The value of pi in the ring."""
        raise NotImplementedError

    # terms
    def value(self, term: Term, env: Env) -> Value:
        """The value of `term` in `env`; worked out once for each choice of its free symbols. Ill or Cannot if
        there is none.
        """
        symbols = free(term)
        at = (id(term), *map(env.get, symbols)) if symbols else id(term)
        kept = self.kept.get(at)
        if kept is None:
            kept = self.kept[at] = (term, self.fresh(term, env))
        return kept[1]

    def scalar(self, term: Term, env: Env) -> Any:
        """The value of the scalar `term` in `env`; Ill for a matrix."""
        x = self.value(term, env)
        if isinstance(x, Mat):
            raise Ill(f"{term[0]} is a matrix where a scalar is needed")
        return x

    def fresh(self, term: Term, env: Env) -> Value:
        """The value of `term` in `env`, worked out; parts are remembered. Raises Ill if sorts do not fit."""
        head, source, red = term[0], self.source, self.red
        source.work.spend(1)
        if head == "@in":
            return self.inside(term, env).value(term[3], bound(term, source, env))
        if head == "v":
            return source.letter(self, term[1], tuple([source.index(i, env) for i in term[2]]), term[3])
        if head == "q":
            return self.number(rational(term[1]))
        if head == "n":
            return self.number(Fraction(source.index(term[1], env)))
        if head == "+":
            total = self.value(term[1], env)
            for part in term[2:]:
                total = va.add(total, self.value(part, env), red)
            return total
        if head == "*":
            return self.product([self.value(part, env) for part in term[1:]])
        if head == "T":
            return va.transpose(self.value(term[1], env))
        if head == "ch":
            return self.chain(term, env)
        if head == "tr":
            return va.trace(self.value(term[1], env), red)
        if head == "pow":
            return self.power(self.value(term[1], env), source.index(term[2], env))
        if head == "sum":
            return self.total(term, env)
        if head == "prod":
            return self.product(
                [self.scalar(term[4], {**env, term[1]: i}) for i in self.range(term, env)] or [self.one]
            )
        if head == "one":
            return va.unit(self.length(term[1], env), self.one, self.nought)
        if head == "zero":
            return va.filled(self.length(term[1], env), self.length(term[2], env), self.nought)
        if head == "kr":
            a, b = self.value(term[1], env), self.value(term[2], env)
            source.work.spend(va.size(a) * va.size(b))
            return va.kron(a, b, red)
        if head == "vec":
            return va.vec(self.value(term[1], env))
        if head == "root":
            return self.root(self.value(term[1], env), source.index(term[2], env))
        if head == "E":
            return self.mean(term[1], env)
        if head == "D":
            value, slope = self.dual(term[1], env)
            return slope if slope is not None else self.like(value)
        if head == "pi":
            return self.pi()
        if head == "t":
            return source.time(self)[0]
        if head == "@if":
            return self.value(term[2] if source.index(term[1], env) >= 0 else term[3], env)
        if head == "@unit":
            a = self.value(term[1], env)
            if not isinstance(a, Mat):
                raise Ill("a scalar where a square matrix is needed")
            return va.unit(a.rows, self.one, self.nought)
        return self.function(head, self.scalar(term[1], env), term, env)

    def inside(self, term: Term, env: Env) -> Evaluator:
        """The evaluator for the body of the changed `term`."""
        if term[1] is None:
            return self
        return self.source.changed(term[1], env).at(self.level, self.outcome)

    def like(self, value: Value) -> Value:
        """Zero of the shape of `value`."""
        if not isinstance(value, Mat):
            return self.nought
        return Mat(value.rows, value.cols, [[self.nought] * value.cols for _ in range(value.rows)], value.stack)

    def length(self, e: Any, env: Env) -> int:
        """The size that `e` is in `env`; Ill if it is negative."""
        n = self.source.index(e, env)
        if n < 0:
            raise Ill("a size is negative")
        self.source.work.spend(n)
        return n

    def range(self, term: Term, env: Env) -> range:
        """The indices of the sum or product `term`; Cannot if there are too many."""
        low, high = self.source.index(term[2], env), self.source.index(term[3], env)
        if high - low > MOST_TERMS:
            raise Cannot(f"a range of {high - low + 1} values")
        return range(low, high + 1)

    def product(self, parts: list[Value]) -> Value:
        """The product of the values `parts`, from left to right."""
        result = parts[0]
        for part in parts[1:]:
            if isinstance(result, Mat) and isinstance(part, Mat):
                self.source.work.spend(va.size(result) * (part.cols + 1))
            result = va.mul(result, part, self.red)
        return result

    def power(self, a: Value, e: int) -> Value:
        """`a` to the power `e`; Ill for a negative exponent or a matrix that is not square."""
        if e < 0:
            raise Ill("a negative exponent")
        if isinstance(a, Mat):
            if a.rows != a.cols:
                raise Ill(f"a power of {va.describe(a)}")
            result: Value = va.unit(a.rows, self.one, self.nought)
        else:
            result = self.one
        self.source.work.spend(va.size(a) * max(e.bit_length(), 1))
        while e:
            if e & 1:
                result = va.mul(result, a, self.red)
            a, e = va.mul(a, a, self.red) if e > 1 else a, e >> 1
        return result

    def total(self, term: Term, env: Env) -> Value:
        """The value of the sum `term`; zero of the right shape if it is empty."""
        result: Value | None = None
        for i in self.range(term, env):
            part = self.value(term[4], {**env, term[1]: i})
            result = part if result is None else va.add(result, part, self.red)
        if result is None:
            shape = sizes(term[4], self.source, {**env, term[1]: self.source.index(term[2], env)})
            return self.nought if shape is None else Mat(*shape[:2], [[self.nought] * shape[1]] * shape[0], *shape[2:])
        return result

    def chain(self, term: Term, env: Env) -> Value:
        """The value of the product of layers `term`."""
        name, high, low = term[1], self.source.index(term[2], env), self.source.index(term[3], env)
        if term[2] == term[3]:
            return self.source.letter(self, name, (high,), term[4])
        return self.links(name, high, low, term[4])

    def links(self, name: str, high: int, low: int, stage: str) -> Value:
        """The product of the layers `high` down to `low` of `name` at `stage`; Ill if it is shorter than empty."""
        if high < low - 1:
            raise Ill(f"the product of {name} from {low} to {high}")
        at = (name, high, low, stage)
        if at not in self.chains:
            if high == low - 1:
                size = chain_sizes(name, high, low, self.source)[0]
                result: Value = va.unit(size, self.one, self.nought)
            else:
                result = self.source.member(self, name, high, stage)
                if high > low:
                    result = self.product([result, self.links(name, high - 1, low, stage)])
            self.chains[at] = result
        return self.chains[at]

    # derivatives
    def dual(self, term: Term, env: Env) -> tuple[Value, Value | None]:
        """Value and derivative; the derivative is None where it is surely 0."""
        symbols = free(term)
        at = (id(term), *map(env.get, symbols)) if symbols else id(term)
        kept = self.kept_duals.get(at)
        if kept is None:
            kept = self.kept_duals[at] = (term, self.fresh_dual(term, env))
        return kept[1]

    def fresh_dual(self, term: Term, env: Env) -> tuple[Value, Value | None]:
        """The value of `term` and of its derivative in time; None stands for a derivative that is zero. Raises
        Cannot if this model has no value for it.
        """
        head, source, red = term[0], self.source, self.red
        source.work.spend(1)
        if head in ("q", "n", "pi", "one", "zero", "@unit"):
            return self.value(term, env), None
        if head == "t":
            value, moves = source.time(self)
            return value, self.one if moves else None
        if head == "v":
            at = tuple(source.index(i, env) for i in term[2])
            return self.value(term, env), source.slope(self, term[1], at) if term[3] == "" else None
        if head == "ch":
            return self.value(term, env), self.chain_slope(term, env)
        if head == "+":
            parts = [self.dual(part, env) for part in term[1:]]
            return self.value(term, env), self.gather([slope for _, slope in parts])
        if head == "*":
            return self.leibniz([self.dual(part, env) for part in term[1:]])
        if head == "prod":
            parts = [self.dual(term[4], {**env, term[1]: i}) for i in self.range(term, env)]
            if any(slope is not None for _, slope in parts):
                raise Cannot("the derivative of a product over an index")
            return self.value(term, env), None
        if head == "sum":
            slopes = [self.dual(term[4], {**env, term[1]: i})[1] for i in self.range(term, env)]
            return self.value(term, env), self.gather(slopes)
        if head in ("T", "tr", "vec"):
            slope = self.dual(term[1], env)[1]
            if slope is not None:
                slope = {"T": va.transpose, "vec": va.vec}.get(head, lambda x: va.trace(x, red))(slope)
            return self.value(term, env), slope
        if head == "kr":
            (a, da), (b, db) = self.dual(term[1], env), self.dual(term[2], env)
            left = None if da is None else va.kron(da, b, red)
            return self.value(term, env), self.gather([left, None if db is None else va.kron(a, db, red)])
        if head == "pow":
            base, e = self.dual(term[1], env), source.index(term[2], env)
            if base[1] is None or e == 0:
                return self.value(term, env), None
            return self.leibniz([base] * e)
        if head == "@in":
            if term[1] is not None and not getattr(term[1], "keeps_time", False):
                raise Cannot("a derivative of a part that is read at another instant")
            return self.inside(term, env).dual(term[3], bound(term, source, env))
        if head == "@if":
            return self.dual(term[2] if source.index(term[1], env) >= 0 else term[3], env)
        if head in ("exp", "cos"):
            slope = self.dual(term[1], env)[1]
            value = self.value(term, env)
            if slope is None:
                return value, None
            if head == "exp":
                return value, red(value * slope)
            turned = ["cos", ["+", term[1], ["*", ["q", "1/2"], ["pi"]]]]
            return value, red(self.value(turned, env) * slope)
        # log, inv, acos, ind, root, E, D: only where nothing moves
        if head == "D":
            raise Cannot("a second derivative")
        if self.dual(term[1], env)[1] is not None:
            raise Cannot(f"the derivative of {head}")
        return self.value(term, env), None

    def gather(self, slopes: list[Value | None]) -> Value | None:
        """The sum of `slopes`, of which None is zero."""
        total: Value | None = None
        for slope in slopes:
            if slope is not None:
                total = slope if total is None else va.add(total, slope, self.red)
        return total

    def leibniz(self, parts: list[tuple[Value, Value | None]]) -> tuple[Value, Value | None]:
        """The value and the derivative of a product from those of its factors `parts`."""
        value, slope = parts[0]
        for x, dx in parts[1:]:
            left = None if slope is None else self.product([slope, x])
            slope = self.gather([left, None if dx is None else self.product([value, dx])])
            value = self.product([value, x])
        return value, slope

    def chain_slope(self, term: Term, env: Env) -> Value | None:
        """The derivative of the product of layers `term`, or None if it is zero."""
        name, high, low, stage = term[1], self.source.index(term[2], env), self.source.index(term[3], env), term[4]
        if stage != "":
            return None
        slopes: list[Value | None] = []
        for k in range(low, high + 1):
            slope = self.source.slope(self, name, (k,))
            if slope is not None:
                above, below = self.links(name, high, k + 1, ""), self.links(name, k - 1, low, "")
                slopes.append(self.product([above, slope, below]))
        return self.gather(slopes)


def bound(term: Term, source: Source, env: Env) -> Env:
    """The indices in force inside of the changed `term`."""
    return env if term[2] is None else {s: source.index(e, env) for s, e in term[2].items()}


def chain_sizes(name: str, high: int, low: int, source: Source) -> tuple[int, int]:
    """Rows and columns of a product of a chain, empty ones included."""
    if high == low - 1:
        # the unit between the members low and low - 1: the columns of the one, or the rows of the other
        _, _, last = source.sig.letters[name].index[0]
        member, side = (low, 1) if low <= source.index(last, {}) else (high, 0)
        shape = source.shape(name, (member,))
        assert shape is not None
        return shape[side], shape[side]
    above, below = source.shape(name, (high,)), source.shape(name, (low,))
    assert above is not None and below is not None
    return above[0], below[1]


def sizes(term: Term, source: Source, env: Env) -> tuple[int, int, str] | None:
    """Rows, columns and `stack` of a term without its value; None for a scalar. Used where a sum is empty."""
    head = term[0]
    if head == "v":
        plain = source.shape(term[1], tuple(source.index(i, env) for i in term[2]))
        return None if plain is None else (*plain, "")
    if head == "ch":
        return *chain_sizes(term[1], source.index(term[2], env), source.index(term[3], env), source), ""
    if head == "+":
        return sizes(term[1], source, env)
    if head == "*":
        shapes = [s for s in (sizes(part, source, env) for part in term[1:]) if s is not None]
        if not shapes or (shapes[0][2] == "row" and shapes[-1][2] == "column"):
            return None
        stack = "row" if shapes[0][2] == "row" else "column" if shapes[-1][2] == "column" else ""
        return shapes[0][0], shapes[-1][1], stack
    if head == "T":
        shape = sizes(term[1], source, env)
        turned = {"": "", "row": "column", "column": "row"}
        return None if shape is None else (shape[1], shape[0], turned[shape[2]])
    if head in ("one", "zero"):
        return source.index(term[1], env), source.index(term[-1], env), ""
    if head == "kr":
        a, b = sizes(term[1], source, env), sizes(term[2], source, env)
        assert a is not None and b is not None
        return a[0] * b[0], a[1] * b[1], ""
    if head == "vec":
        a = sizes(term[1], source, env)
        assert a is not None
        return a[0] * a[1], 1, "column"
    if head in ("pow", "root", "D", "@unit"):
        return sizes(term[1], source, env)
    if head == "sum":
        return sizes(term[4], source, {**env, term[1]: source.index(term[2], env)})
    if head == "@if":
        return sizes(term[2] if source.index(term[1], env) >= 0 else term[3], source, env)
    if head == "@in":
        inner = source if term[1] is None else source.changed(term[1], env)
        return sizes(term[3], inner, bound(term, source, env))
    return None


_FREE: dict[int, tuple[Term, tuple[str, ...]]] = {}


def free(term: Term) -> tuple[str, ...]:
    """Symbols in index expressions that no binder of the term binds, naturals of the signature among them."""
    known = _FREE.get(id(term))
    if known is None:
        known = _FREE[id(term)] = (term, tuple(sorted(_symbols(term))))
    return known[1]


def forget() -> None:
    """Let go of the terms of the certificates that are done."""
    _FREE.clear()


def _of(e: Any) -> set[str]:
    if isinstance(e, list):
        return _of(e[2])
    return {s for s in e if s != "1"}


def _symbols(term: Term) -> set[str]:
    head = term[0]
    if head in ("q", "pi", "t"):
        return set()
    if head == "v":
        return set().union(*map(_of, term[2])) if term[2] else set()
    if head == "ch":
        return _of(term[2]) | _of(term[3])
    if head in ("n", "one", "zero"):
        return set().union(*map(_of, term[1:]))
    if head in BINDERS:
        return _of(term[2]) | _of(term[3]) | (set(free(term[4])) - {term[1]})
    if head in ("pow", "root"):
        return set(free(term[1])) | _of(term[2])
    if head == "@if":
        return _of(term[1]) | set(free(term[2])) | set(free(term[3]))
    if head == "@in":
        found = set(term[1].symbols) if term[1] is not None else set()
        if term[2] is None:
            return found | set(free(term[3]))
        return found.union(*map(_of, term[2].values())) if term[2] else found
    return set().union(*(free(part) for part in term[1:]))


def let(body: Term, bindings: dict[str, forms.Form]) -> Term:
    """The body with its free index symbols bound."""
    return ["@in", None, bindings, body]


def changed(change: Any, body: Term, bindings: dict[str, forms.Form] | None = None) -> Term:
    """The term that stands for `body` seen through `change`, with the bound symbols mapped by `bindings`."""
    return ["@in", change, bindings, body]

"""Random models of the language: letters are random elements of prime fields, functions obey the laws of the page.

A *world* fixes naturals, sizes and letters. Every term has a value in each of four prime fields p_0 > p_1 > p_2 > p_3
with p_{k+1} | p_k - 1. A function value at level k uses its argument at level k + 1:

- exp x = g^x with g of order p_{k+1}, so exp turns sums into products and nothing else is known of it;
- cos x = (h^x + h^-x) / 2; the part of x that is a rational multiple of pi turns by a root of unity instead;
- inv x is 1/x or, decided by chance for each factor of x, 0 as if x were 0: multiplicative, inv inv x = x where the
  inner inverse is written as a factor, right for rationals, but x inv(x) is 1 or 0;
- log, acos, root: any function of the argument; roots of matrices are symmetric; log 1 = 0;
- ind: 0 or 1, right for rationals, otherwise decided by chance, for each argument up to a positive rational factor;
- E: a weighted mean over three outcomes, so it is linear and E 1 = 1, and nothing else;
- D: the tangent along one random direction.

In a *small* world all letters are small integers, the same at all levels, and inv is the inverse: there a term can be 0
that is not 0 identically. An equation that follows from the laws holds in every world. One that does not follow fails
in a random world with high probability; `docs/reference/second-checker.md` says how high, and what is not covered.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from .errors import Cannot, Ill, Work
from .evaluate import Env, Evaluator, Source, Term, bound
from .values import Mat, Value, transpose

TOWER = (
    83710440869853682932615922279249031147521,
    2763640210005628371835116179879281,
    102615178998637623675375841,
    2305843009220156641,
)
ROOTS = 240  # every p_k - 1 is a multiple: phases of cos with a denominator up to 120 that divides it
SMALL = 1 << 24  # a residue that is a fraction of numbers below this counts as that fraction
OUTCOMES = 3
SMALL_VALUES = (-1, 0, 1, 2)


def fraction(x: int, p: int) -> Fraction | None:
    """The fraction with small numerator and denominator that x is modulo p, if there is one."""
    a, b, u, v = p, x, 0, 1
    while b >= SMALL:
        k = a // b
        a, b, u, v = b, a - k * b, v, u - k * v
    return Fraction(b, v) if 0 < abs(v) < SMALL else None


def generator(p: int, order: int, rng: Random) -> int:
    """An element of prime order, or of order ROOTS."""
    primes = (2, 3, 5) if order == ROOTS else (order,)
    while True:
        x: int = pow(rng.randrange(2, p), (p - 1) // order, p)
        if all(pow(x, order // prime, p) != 1 for prime in primes):
            return x


class Field:
    """One level of the tower in one world: the chosen generators."""

    def __init__(self, level: int, rng: Random) -> None:
        self.p = TOWER[level]
        self.turn = generator(self.p, ROOTS, rng)
        if level + 1 < len(TOWER):
            self.base = generator(self.p, TOWER[level + 1], rng)
            self.wave = generator(self.p, TOWER[level + 1], rng)
        self.half = pow(2, -1, self.p)
        weights = [rng.randrange(self.p) for _ in range(OUTCOMES - 1)]
        self.weights = [*weights, (1 - sum(weights)) % self.p]


class World(Source):
    """A random source. `sizes` are the least and largest value of a member of a family of dimensions."""

    def __init__(
        self,
        sig: Any,
        nat: Mapping[str, int],
        seed: str,
        work: Work,
        sizes: tuple[int, int] = (1, 3),
        small: bool = False,
    ) -> None:
        super().__init__()
        self.sig, self.nat, self.seed, self.work = sig, dict(nat), seed, work
        self.sizes, self.small = sizes, small
        self.fields: dict[int, Field] = {}
        self.letters: dict[Any, Value] = {}
        self.dims: dict[tuple[str, int], int] = {}
        self.oracle: dict[Any, Any] = {}
        self.signs: dict[int, int] = {}
        self.presence: dict[int, bool] = {}

    def random(self, *what: Any) -> Random:
        """A generator for the choice that `what` names: the same choice gives the same numbers."""
        return Random(f"{self.seed}|{what}")

    def make(self, level: Any, outcome: int) -> Evaluator:
        if level == "zero":
            return Vanishing(self, level, outcome)
        return Residues(self, level, outcome)

    def field(self, level: int) -> Field:
        """The prime field of this `level`; Cannot beyond the last one."""
        if level >= len(TOWER):
            raise Cannot("functions are nested too deep")
        if level not in self.fields:
            self.fields[level] = Field(level, self.random("field", level))
        return self.fields[level]

    def dim(self, family: str, i: int) -> int:
        if (family, i) not in self.dims:
            self.dims[family, i] = self.random("dim", family, i).randint(*self.sizes)
        return self.dims[family, i]

    def letter(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> Value:
        letter = self.sig.letters[name]
        if not letter.moves:
            stage = ""
        outcome = ev.outcome if letter.law is not None else -1
        return self.drawn(ev, (name, at, stage, outcome), letter)

    def drawn(self, ev: Evaluator, what: tuple[Any, ...], letter: Any) -> Value:
        """The value of a letter at `what` (name, index, stage, outcome), drawn when it is first asked for."""
        if ev.level == "zero":
            shape = self.shape(what[0], what[1])
            return Laurent({}) if shape is None else Scaled(Laurent({}))
        level = -1 if self.small else ev.level
        if (level, what) not in self.letters:
            self.letters[level, what] = self.draw(level, what, letter)
        return self.letters[level, what]

    def draw(self, level: int, what: tuple[Any, ...], letter: Any) -> Value:
        """A random value of the shape of the letter, small or uniform in the field of this `level`. Raises Ill if
        sorts do not fit.
        """
        rng = self.random(level, what)
        p = 0 if self.small else TOWER[level]
        shape = self.shape(what[0], what[1])
        if shape is None:
            return one_value(rng, p)
        rows, cols = shape
        if rows < 0 or cols < 0:
            raise Ill(f"a size of {what[0]} is negative")
        self.work.spend(rows * cols)
        drawn = Mat(rows, cols, [[one_value(rng, p) for _ in range(cols)] for _ in range(rows)])
        return symmetric(drawn) if letter.sym else drawn

    def slope(self, ev: Evaluator, name: str, at: tuple[int, ...]) -> Value | None:
        letter = self.sig.letters[name]
        if not letter.moves:
            return None
        if letter.dep == "any":
            raise Cannot(f"the letter {name} need not have a derivative")
        for loss in self.sig.losses.values():
            if name == loss.value:
                slope = ev.dual(loss.at, {})[1]
                gradient = ev.value(["v", loss.grad, [], ""], {})
                if slope is None:
                    return None
                product = ev.product([transpose(gradient), slope])
                return sum(product.data[i][i] for i in range(product.rows)) if isinstance(product, Mat) else product
        return self.drawn(ev, (name, at, "D", -1), letter)

    def time(self, ev: Evaluator) -> tuple[Value, bool]:
        if ev.level == "zero":
            return Laurent({}), True
        return one_value(self.random("t", -1 if self.small else ev.level), 0 if self.small else TOWER[ev.level]), True

    def asked(self, key: Any, make: Any) -> Any:
        """The value of the oracle for `key`, made by `make` when it is first asked for."""
        if key not in self.oracle:
            self.oracle[key] = make(self.random("oracle", key))
        return self.oracle[key]

    def there(self, x: int, p: int) -> bool:
        """Whether a residue counts as not 0: the same for x and c x, c a fraction of numbers up to 16."""
        if x not in self.presence:
            known = fraction(x, p)
            if known is not None:
                self.presence[x] = known != 0
            else:
                bit = self.random("inv", len(self.presence)).random() < 0.6
                for ratio in ratios(p):
                    self.presence.setdefault(x * ratio % p, bit)
                    self.presence.setdefault(-x * ratio % p, bit)
        return self.presence[x]

    def sign(self, x: int, p: int) -> int:
        """ind of a residue at level 0: the same for x and c x, c a positive fraction of numbers up to 16."""
        if x not in self.signs:
            known = fraction(x, p)
            if known is not None:
                self.signs[x] = int(known >= 0)
            else:
                number = len(self.signs)
                for side in (1, -1):
                    bit = int(self.random("ind", number, side).randrange(2))
                    for ratio in ratios(p):
                        self.signs.setdefault(side * x * ratio % p, bit)
        return self.signs[x]


@cache
def ratios(p: int) -> tuple[int, ...]:
    """Residues of the positive fractions of numbers up to 16."""
    found = {Fraction(a, b) for a in range(1, 17) for b in range(1, 17)}
    return tuple(c.numerator * pow(c.denominator, -1, p) % p for c in sorted(found))


def one_value(rng: Random, p: int) -> int:
    """A random element of the field with `p` elements, or a small integer if `p` is 0."""
    return rng.randrange(p) if p else rng.choice(SMALL_VALUES)


def symmetric(a: Mat) -> Mat:
    """`a` with the lower triangle copied from the upper one."""
    return Mat(a.rows, a.cols, [[a.data[min(i, j)][max(i, j)] for j in range(a.cols)] for i in range(a.rows)])


class Residues(Evaluator):
    """Values modulo p_level. The world behind a changed source is found through its `world`."""

    def __init__(self, source: Source, level: int, outcome: int) -> None:
        super().__init__(source, level, outcome)
        self.world = world_of(source)
        self.field = self.world.field(level)
        self.p = self.field.p

    def red(self, x: Any) -> Any:
        return x % self.p

    def number(self, x: Fraction) -> Any:
        if x.denominator % self.p == 0:
            raise Cannot("a rational number of this denominator")
        return x.numerator * pow(x.denominator, -1, self.p) % self.p if x.denominator != 1 else x.numerator % self.p

    def pi(self) -> Any:
        return self.world.asked(("pi", self.level), lambda rng: rng.randrange(self.p))

    def above(self) -> Evaluator:
        """The level whose values are exponents here."""
        return self.source.at(self.level + 1, self.outcome)

    def ground(self) -> Evaluator:
        """The evaluator of the same outcome in the lowest field."""
        return self.source.at(0, self.outcome)

    def function(self, head: str, x: Any, term: Term, env: Env) -> Any:
        """The value of the function `head` of `x`, the value of the argument of `term` in `env`. Raises Cannot if
        this model has no value for it.
        """
        p, field = self.p, self.field
        if head == "inv":
            return self.inverse(term[1], env)
        if head == "exp":
            self.world.field(self.level + 1)
            return pow(field.base, self.above().scalar(term[1], env), p)
        if head == "cos":
            self.world.field(self.level + 1)
            turns = half_turns(self.source.at("zero", self.outcome).scalar(term[1], env))
            steps = turns * (ROOTS // 2)
            if steps.denominator != 1:
                raise Cannot(f"the cosine of {turns} pi and more")
            above = self.above()
            rest = above.scalar(term[1], env) - above.number(turns) * above.pi()
            order = TOWER[self.level + 1]
            wave = pow(field.wave, rest % order, p) * pow(field.turn, int(steps) % ROOTS, p) % p
            return (wave + pow(wave, -1, p)) * field.half % p
        key = self.ground().scalar(term[1], env)
        if head == "ind":
            return self.world.sign(key, TOWER[0])
        if head == "log" and key == 1:
            return 0
        return self.world.asked((head, key, self.level), lambda rng: rng.randrange(p))

    def inverse(self, term: Term, env: Env) -> Any:
        """inv of a scalar by its factors: multiplicative, undone by another inv; by chance for what is no product."""
        p = self.p
        factors = self.factors(term, env)
        if factors is not None:
            found = 1
            for evaluator, part, there, e in factors:
                found = found * pow(evaluator.inverse(part, there), e, p) % p
            return found
        if term[0] == "inv":
            return self.scalar(term[1], env)
        x = self.scalar(term, env)
        known = fraction(x, p)
        if known is not None:
            return self.number(1 / known) if known else 0
        if term[0] != "exp" and not self.world.small:
            ground = self.ground()
            assert isinstance(ground, Residues)
            if not self.world.there(ground.scalar(term, env), ground.p):
                return 0
        return pow(x, -1, p)

    def factors(self, term: Term, env: Env) -> list[tuple[Residues, Term, Env, int]] | None:
        """A scalar as a product of powers of terms, each with where to read it; None if it is not written as one."""
        head = term[0]
        if head == "+":  # x + 0, as the difference of the two sides of x > 0 is written
            parts = [part for part in term[1:] if not nothing(part)]
            return [(self, parts[0], env, 1)] if len(parts) == 1 else None
        if head == "*":
            if any(isinstance(self.value(part, env), Mat) for part in term[1:]):
                return None
            return [(self, part, env, 1) for part in term[1:]]
        if head == "pow":
            return [(self, term[1], env, self.source.index(term[2], env))]
        if head in ("sum", "prod"):
            values = self.range(term, env)
            if head == "prod" or len(values) == 1:
                return [(self, term[4], {**env, term[1]: i}, 1) for i in values]
            return None
        if head == "@if":
            return [(self, term[2] if self.source.index(term[1], env) >= 0 else term[3], env, 1)]
        if head == "@in":
            inner = self.inside(term, env)
            assert isinstance(inner, Residues)
            return [(inner, term[3], bound(term, self.source, env), 1)]
        if head == "v":
            meant = self.source.meaning(self, term[1], tuple(self.source.index(i, env) for i in term[2]), term[3])
            if meant is not None:
                evaluator, image, there = meant
                assert isinstance(evaluator, Residues)
                return [(evaluator, image, there, 1)]
        return None

    def root(self, a: Value, e: int) -> Value:
        raise NotImplementedError  # replaced by fresh below, which knows the term

    def fresh(self, term: Term, env: Env) -> Value:
        """The value of `term` in `env`, worked out; parts are remembered. Raises Ill if sorts do not fit."""
        if term[0] != "root":
            return super().fresh(term, env)
        e = self.source.index(term[2], env)
        if e < 1:
            raise Ill("a root of exponent 0")
        a = self.ground().value(term[1], env)
        if not isinstance(a, Mat):
            return self.world.asked(("root", e, a, self.level), lambda rng: rng.randrange(self.p))
        if a.rows != a.cols:
            raise Ill("a root of a matrix that is not square")
        n = a.rows

        def make(rng: Random) -> Mat:
            return symmetric(Mat(n, n, [[rng.randrange(self.p) for _ in range(n)] for _ in range(n)]))

        return self.world.asked(("root", e, a.key(), self.level), make)

    def mean(self, term: Term, env: Env) -> Any:
        values = [self.source.at(self.level, outcome).scalar(term, env) for outcome in range(OUTCOMES)]
        return sum(w * x for w, x in zip(self.field.weights, values, strict=True)) % self.p


def world_of(source: Any) -> World:
    """The world behind `source`."""
    while not isinstance(source, World):
        source = source.inner
    return source


# the point where all letters vanish --------------------------------------------------------------------------


class Laurent:
    """A polynomial in pi and 1/pi with rational coefficients."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[int, Fraction]) -> None:
        self.terms = {k: c for k, c in terms.items() if c}

    def __add__(self, other: Any) -> Laurent:
        total = dict(self.terms)
        for k, c in as_laurent(other).terms.items():
            total[k] = total.get(k, Fraction(0)) + c
        return Laurent(total)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Laurent:
        total: dict[int, Fraction] = {}
        for k, c in self.terms.items():
            for m, d in as_laurent(other).terms.items():
                total[k + m] = total.get(k + m, Fraction(0)) + c * d
        return Laurent(total)

    __rmul__ = __mul__

    def rational(self) -> Fraction | None:
        """The rational number that this is, or None if powers of the variable occur."""
        return self.terms.get(0, Fraction(0)) if set(self.terms) <= {0} else None


def as_laurent(x: Any) -> Laurent:
    """`x` as a Laurent polynomial."""
    return x if isinstance(x, Laurent) else Laurent({0: Fraction(x)})


class Scaled:
    """A multiple of a unit matrix of any size: what a matrix is where all letters vanish."""

    def __init__(self, factor: Laurent) -> None:
        self.factor = factor


def half_turns(x: Any) -> Fraction:
    """The coefficient of pi."""
    return as_laurent(x).terms.get(1, Fraction(0))


class Vanishing(Evaluator):
    """Values where letters, log, acos and root are 0: a homomorphism, used for the multiple of pi in a term."""

    one, nought = Laurent({0: Fraction(1)}), Laurent({})

    def red(self, x: Any) -> Any:
        return x

    def number(self, x: Fraction) -> Any:
        return Laurent({0: x})

    def pi(self) -> Any:
        return Laurent({1: Fraction(1)})

    def fresh(self, term: Term, env: Env) -> Any:
        """The value of `term` in `env`, worked out; parts are remembered. Raises Cannot if this model has no
        value for it, Ill if sorts do not fit.
        """
        head, source = term[0], self.source
        source.work.spend(1)
        if head == "one":
            return Scaled(self.one)
        if head == "zero":
            return Scaled(self.nought)
        if head in ("root", "acos", "log", "D"):
            return self.nought
        if head == "tr":
            a = self.value(term[1], env)
            shape = sizes_of(term[1], source, env)
            if not isinstance(a, Scaled) or shape is None:
                raise Ill("a trace of a scalar")
            return a.factor * shape
        if head == "+":
            return self.joined([self.value(part, env) for part in term[1:]], lambda x, y: x + y)
        if head in ("*", "kr"):
            return self.joined([self.value(part, env) for part in term[1:]], lambda x, y: x * y)
        if head == "T":
            return self.value(term[1], env)
        if head == "pow":
            return self.joined(
                [self.value(term[1], env)] * source.index(term[2], env) or [self.one], lambda x, y: x * y
            )
        if head == "ch":
            empty = source.index(term[2], env) < source.index(term[3], env)
            return Scaled(self.one if empty else self.nought)
        if head == "sum":
            parts = [self.value(term[4], {**env, term[1]: i}) for i in self.range(term, env)]
            return self.joined(parts or [self.nought], lambda x, y: x + y)
        if head == "prod":
            return self.product([self.one, *(self.value(term[4], {**env, term[1]: i}) for i in self.range(term, env))])
        if head in ("E", "exp", "inv", "ind", "cos", "q", "n", "pi", "t", "v", "@in", "@if"):
            return super().fresh(term, env) if head != "E" else self.value(term[1], env)
        raise Cannot(f"the multiple of pi in {head}")

    def joined(self, parts: list[Any], join: Any) -> Any:
        """The values `parts` combined by `join`, as multiples of the unit matrix if one of them is."""
        factors = [x.factor if isinstance(x, Scaled) else as_laurent(x) for x in parts]
        total = factors[0]
        for factor in factors[1:]:
            total = join(total, factor)
        return Scaled(total) if any(isinstance(x, Scaled) for x in parts) else total

    def scalar(self, term: Term, env: Env) -> Any:
        x = self.value(term, env)
        if isinstance(x, Scaled):
            raise Ill("a matrix where a scalar is needed")
        return x

    def function(self, head: str, x: Any, term: Term, env: Env) -> Any:
        """The value of the function `head` of `x`, the value of the argument of `term` in `env`. Raises Cannot if
        this model has no value for it.
        """
        x = as_laurent(x)
        known = x.rational()
        if head == "exp":
            return self.one
        if head == "ind":
            return Laurent({0: Fraction(int(known is None or known >= 0))})
        if head == "inv":
            if len(x.terms) > 1:
                raise Cannot("the inverse of a polynomial in pi inside a cosine")
            return Laurent({-k: 1 / c for k, c in x.terms.items()})
        turns = half_turns(x) * 2
        if head == "cos" and turns.denominator == 1:
            return Laurent({0: Fraction((1, 0, -1, 0)[int(turns) % 4])})
        raise Cannot(f"the multiple of pi in {head}")


def nothing(term: Term) -> bool:
    """Whether a term is written as the number 0, or as a product with it."""
    if term[0] == "*":
        return any(nothing(part) for part in term[1:])
    if term[0] == "@in":
        return nothing(term[3])
    return bool(term[0] == "q" and Fraction(term[1]) == 0)


def sizes_of(term: Term, source: Source, env: Env) -> int | None:
    """The number of rows of `term`, or None for a scalar."""
    from .evaluate import sizes

    shape = sizes(term, source, env)
    return None if shape is None else shape[0]

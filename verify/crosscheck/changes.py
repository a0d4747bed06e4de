"""Sources seen differently: a letter rewritten by a fact, the start, the next iterate, one direction."""

from __future__ import annotations

from typing import Any

from .errors import Cannot, Rejected
from .evaluate import Env, Evaluator, Source, Term
from .signature import Fact
from .values import Value


class Behind(Source):
    """A source in front of another one; what it does not change it passes on."""

    def __init__(self, inner: Source) -> None:
        super().__init__()
        self.inner, self.sig, self.nat, self.work = inner, inner.sig, inner.nat, inner.work

    def make(self, level: Any, outcome: int) -> Evaluator:
        return type(self.inner.at(level, outcome))(self, level, outcome)

    def dim(self, family: str, i: int) -> int:
        return self.inner.dim(family, i)

    def letter(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> Value:
        return self.inner.letter(ev, name, at, stage)

    def member(self, ev: Evaluator, name: str, i: int, stage: str) -> Value:
        return self.inner.member(ev, name, i, stage)

    def meaning(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> tuple[Evaluator, Term, Env] | None:
        return self.inner.meaning(ev, name, at, stage)

    def slope(self, ev: Evaluator, name: str, at: tuple[int, ...]) -> Value | None:
        return self.inner.slope(ev, name, at)

    def time(self, ev: Evaluator) -> tuple[Value, bool]:
        return self.inner.time(ev)


class Change:
    """What makes a source into another one; `symbols` are the index symbols it depends on."""

    symbols: tuple[str, ...] = ()
    keeps_time = True

    def apply(self, source: Source, env: Env) -> Source:
        """The source that sees `source` through the change, with indices bound as in `env`."""
        raise NotImplementedError

    def terms(self) -> list[Term]:
        """Terms that come in with the change."""
        return []

    def heads(self) -> set[str]:
        """Heads that the change may bring into a term."""
        return set()


# rewriting ---------------------------------------------------------------------------------------------------


class Rewriting(Change):
    """A letter, or the derivative of a letter, replaced by what a fact says it is."""

    def __init__(self, fact: Fact) -> None:
        if fact.concl[0] != "eq":
            raise Rejected("rewriting needs an equation")
        left = fact.concl[1]
        self.slope = left[0] == "D" and left[1][0] == "v" and left[1][3] == ""
        letter = left[1] if self.slope else left
        if letter[0] != "v":
            raise Rejected("rewriting needs an equation whose left side is a letter or the derivative of one")
        _, self.name, self.at, self.stage = letter
        variables = [v for v, _, _ in fact.prefix]
        plain = [next(iter(form)) for form in self.at if len(form) == 1 and next(iter(form.values())) == 1]
        if any(plain.count(v) != 1 for v in variables):
            raise Rejected("rewriting needs every index of the fact as a plain index of its letter")
        if any(v in form and len(form) + form[v] != 2 for form in self.at for v in variables):
            raise Rejected("rewriting needs an index of the fact to stand alone")
        self.fact, self.right = fact, fact.concl[2]
        self.symbols = fact.outer

    def apply(self, source: Source, env: Env) -> Source:
        return Rewritten(source, self, env)

    def terms(self) -> list[Term]:
        """The terms that the change brings in."""
        return [self.right]

    def heads(self) -> set[str]:
        return set()


class Rewritten(Behind):
    """A source in which one letter, or its derivative, is read off a fact."""

    def __init__(self, inner: Source, rule: Rewriting, env: Env) -> None:
        super().__init__(inner)
        outer = {s: {s: 1} for s in rule.fact.outer} | dict(rule.fact.images)
        self.rule, self.env = rule, {s: inner.index(form, env) for s, form in outer.items()}

    def match(self, at: tuple[int, ...]) -> Env | None:
        """The indices of the fact at which its letter is this one, if they are in range."""
        env = dict(self.env)
        variables = {v for v, _, _ in self.rule.fact.prefix}
        for form, i in zip(self.rule.at, at, strict=True):
            symbol = next(iter(form), "1")
            if symbol in variables:
                env[symbol] = i
        for form, i in zip(self.rule.at, at, strict=True):
            if self.inner.index(form, env) != i:
                return None
        for v, low, high in self.rule.fact.prefix:
            if env[v] < self.inner.index(low, env) or (high is not None and env[v] > self.inner.index(high, env)):
                return None
        return env

    def right(self, ev: Evaluator, at: tuple[int, ...]) -> Value | None:
        """The value of the fact's right side at the index `at`, or None if it does not speak of that index."""
        env = self.match(at)
        if env is None:
            return None
        return self.inner.at(ev.level, ev.outcome).value(self.rule.right, env)

    def letter(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> Value:
        if not self.rule.slope and name == self.rule.name and stage == self.rule.stage:
            found = self.right(ev, at)
            if found is not None:
                return found
        return self.inner.letter(ev, name, at, stage)

    def meaning(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> tuple[Evaluator, Term, Env] | None:
        if not self.rule.slope and name == self.rule.name and stage == self.rule.stage:
            env = self.match(at)
            if env is not None:
                return self.inner.at(ev.level, ev.outcome), self.rule.right, env
        return self.inner.meaning(ev, name, at, stage)

    def slope(self, ev: Evaluator, name: str, at: tuple[int, ...]) -> Value | None:
        if self.rule.slope and name == self.rule.name:
            found = self.right(ev, at)
            if found is not None:
                return found
        return self.inner.slope(ev, name, at)


# instants ----------------------------------------------------------------------------------------------------


class Stage(Change):
    """Everything that moves is read at the start ("0") or at the next iterate ("+")."""

    keeps_time = False

    def __init__(self, stage: str) -> None:
        self.stage = stage

    def apply(self, source: Source, env: Env) -> Source:
        return Staged(source, self.stage)


START, NEXT = Stage("0"), Stage("+")


class Staged(Behind):
    """A source seen at another stage of the dynamics."""

    def __init__(self, inner: Source, stage: str) -> None:
        super().__init__(inner)
        self.stage = stage

    def shift(self, stage: str) -> str:
        """The stage that `stage` is in the source; Cannot for the next iterate of another instant."""
        if stage == "+":
            raise Cannot("a next iterate of another instant")
        return stage or self.stage

    def letter(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> Value:
        return self.inner.letter(ev, name, at, self.shift(stage))

    def member(self, ev: Evaluator, name: str, i: int, stage: str) -> Value:
        return self.inner.member(ev, name, i, self.shift(stage))

    def meaning(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> tuple[Evaluator, Term, Env] | None:
        return self.inner.meaning(ev, name, at, self.shift(stage))

    def slope(self, ev: Evaluator, name: str, at: tuple[int, ...]) -> Value | None:
        raise Cannot("a derivative at another instant")

    def time(self, ev: Evaluator) -> tuple[Value, bool]:
        return ev.nought, False


# one direction -----------------------------------------------------------------------------------------------


class Towards(Change):
    """The derivative along one member of a family: everything else stands still."""

    def __init__(self, family: str, index: str, letter: str) -> None:
        self.family, self.index, self.letter = family, index, letter
        self.symbols = (index,)

    def apply(self, source: Source, env: Env) -> Source:
        return Directed(source, self, env[self.index])


class Directed(Behind):
    """A source in which one family moves along a direction, and nothing else does."""

    def __init__(self, inner: Source, along: Towards, i: int) -> None:
        super().__init__(inner)
        self.along, self.i = along, i

    def slope(self, ev: Evaluator, name: str, at: tuple[int, ...]) -> Value | None:
        if name == self.along.family and at == (self.i,):
            return self.inner.letter(ev, self.along.letter, at, "")
        return None

    def time(self, ev: Evaluator) -> tuple[Value, bool]:
        return self.inner.time(ev)[0], False

"""Instances of a theorem: its letters read as terms of another signature, nothing substituted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import forms, reading, terms
from .changes import NEXT, START, Behind, Change
from .compare import Sampler
from .errors import Cannot, Rejected
from .evaluate import Env, Evaluator, Source, Term, changed
from .forms import Form
from .proofs import Prover
from .signature import Fact, Letter, Scope, Signature, dimension
from .values import Value

Json = Any


@dataclass(frozen=True)
class Statement:
    """Signature, hypotheses and goals: what others may use of a theorem."""

    sig: Signature
    hyps: Mapping[str, Fact]
    goals: tuple[Fact, ...]


@dataclass(frozen=True)
class Image:
    """What stands for a letter: a letter (term is None), or a term in the indices."""

    name: str | None
    variables: tuple[str, ...] = ()
    term: Term = field(default_factory=list)


class Reading(Change):
    """The theorem's letters, naturals and sizes as seen from a scope of the user."""

    keeps_time = True

    def __init__(
        self,
        sig: Signature,
        nat: Mapping[str, Any],
        dims: Mapping[str, str],
        letters: Mapping[str, Image],
        scope: Scope,
    ) -> None:
        self.sig, self.nat, self.dims, self.letters = sig, nat, dims, letters
        self.outer = {v: {v: 1} for v, _, _ in scope.locals}
        self.symbols = tuple(self.outer)

    def apply(self, source: Source, env: Env) -> Source:
        return Read(source, self, env)

    def terms(self) -> list[Term]:
        """The terms that letters are read as."""
        return [image.term for image in self.letters.values() if image.term]

    def heads(self) -> set[str]:
        return {"ind", "inv"}  # whatever the images hold: compare at the larger set of points

    def form(self, form: Form) -> Form:
        """A form of the theorem as a form of the scope. Raises Rejected where a size stands for a symbol of it."""
        for symbol in form:
            if symbol != "1" and isinstance(self.nat.get(symbol), list):
                raise Rejected(f"the layer width for {symbol} stands in an index condition")
        return forms.put(form, {s: f for s, f in self.nat.items() if not isinstance(f, list)})


class Read(Behind):
    """A source whose letters are terms of another signature."""

    def __init__(self, inner: Source, reading_: Reading, env: Env) -> None:
        super().__init__(inner)
        self.reading, self.sig = reading_, reading_.sig
        self.env = {s: env[s] for s in reading_.symbols}
        self.nat = {s: inner.index(e, self.env) for s, e in reading_.nat.items()}

    def dim(self, family: str, i: int) -> int:
        return self.inner.dim(self.reading.dims[family], i)

    def outer(self, ev: Evaluator, stage: str) -> Evaluator:
        """The user's evaluator at the stage of a letter."""
        source = self.inner
        if stage:
            source = source.changed(START if stage == "0" else NEXT, {})
        return source.at(ev.level, ev.outcome)

    def letter(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> Value:
        if stage and not self.sig.letters[name].moves:
            stage = ""
        image = self.reading.letters[name]
        outer = self.outer(ev, stage)
        if image.name is not None:
            return outer.source.letter(outer, image.name, at, "")
        return outer.value(image.term, {**self.env, **dict(zip(image.variables, at, strict=True))})

    def member(self, ev: Evaluator, name: str, i: int, stage: str) -> Value:
        return self.letter(ev, name, (i,), stage)

    def meaning(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> tuple[Evaluator, Term, Env] | None:
        if stage and not self.sig.letters[name].moves:
            stage = ""
        image, outer = self.reading.letters[name], self.outer(ev, stage)
        if image.name is not None:
            return outer.source.meaning(outer, image.name, at, "")
        return outer, image.term, {**self.env, **dict(zip(image.variables, at, strict=True))}

    def slope(self, ev: Evaluator, name: str, at: tuple[int, ...]) -> Value | None:
        letter = self.sig.letters[name]
        if not letter.moves:
            return None
        if letter.dep == "any":
            raise Cannot(f"the letter {name} need not have a derivative")
        image, outer = self.reading.letters[name], self.outer(ev, "")
        if image.name is not None:
            return outer.source.slope(outer, image.name, at)
        return outer.dual(image.term, {**self.env, **dict(zip(image.variables, at, strict=True))})[1]


def auxiliary(sig: Signature, hyps: Mapping[str, Fact], goals: tuple[Fact, ...]) -> Signature:
    """The signature without letters that no hypothesis and no goal depends on."""
    needed: set[str] = set()
    for fact in (*hyps.values(), *goals):
        for side in fact.concl[1:]:
            needed |= terms.letters(side, sig)
    while True:
        more = set(needed)
        for loss in sig.losses.values():
            if more & {loss.value, loss.grad, loss.pgrad}:
                more |= {x for x in (loss.value, loss.grad, loss.params, loss.pgrad) if x is not None}
                more |= terms.letters(loss.at, sig) | (terms.letters(loss.target, sig) if loss.target else set())
        if more == needed:
            break
        needed = more
    losses = {name: loss for name, loss in sig.losses.items() if name in needed}
    return replace(sig, letters={n: x for n, x in sig.letters.items() if n in needed}, losses=losses)


class Instance:
    """An instance of a statement in a scope, with every demand on the images checked."""

    def __init__(
        self, statement: Statement, data: Json, scope: Scope, prover: Prover, hidden: frozenset[str] = frozenset()
    ) -> None:
        self.statement, self.scope, self.prover = statement, scope, prover
        self.sampler: Sampler = prover.sampler
        sig, own = statement.sig, scope.sig
        if sig.time != "none" and sig.time != own.time:
            raise Rejected("a theorem about a flow or a descent is used where there is none")
        reading.fields(data, (), ("nat", "dims", "letters"), "a map")
        nat = {s: self.natural(s, e) for s, e in self.part(data, "nat", sig.nat).items()}
        dims = self.part(data, "dims", sig.dims)
        letters = {n: self.image(sig.letters[n], x) for n, x in self.part(data, "letters", sig.letters).items()}
        self.reading = Reading(sig, nat, dims, letters, scope)
        for symbol, least in sig.nat.items():
            if isinstance(nat[symbol], list):
                if least > 0:
                    raise Rejected(f"a layer width for {symbol} may be 0")
            elif not scope.proves(forms.shifted(nat[symbol], -least)):
                raise Rejected(f"the image of {symbol} may be below {least}")
        for form in sig.assume:
            if not scope.proves(self.reading.form(form)):
                raise Rejected("an assumption of the theorem is not met")
        for family, (low, high) in sig.dims.items():
            image = dims[family]
            if not isinstance(image, str) or image not in own.dims:
                raise Rejected(f"the image of {family} is no family of dimensions")
            first, last = own.dims[image]
            if not scope.proves(forms.plus(self.reading.form(low), first, -1)):
                raise Rejected(f"the range of {family} is larger than that of its image")
            if not scope.proves(forms.plus(last, self.reading.form(high), -1)):
                raise Rejected(f"the range of {family} is larger than that of its image")
        self.random = [letter for letter in sig.letters.values() if letter.law is not None]
        for name, letter in sig.letters.items():
            if name in hidden and letters[name].name != name:
                raise Rejected(f"the hidden constant {name} must stay itself")
            self.letter(letter, letters[name])
        self.losses()

    def part(self, data: Json, key: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The map `key` of an instance; Rejected unless it has exactly the names of `wanted`."""
        found = reading.mapping(data.get(key, {}), f"the map of {key}")
        if set(found) != set(wanted):
            odd = sorted(set(found) ^ set(wanted))
            raise Rejected(f"the map of {key} must have exactly the names of the theorem; see {odd[0]}")
        return found

    def natural(self, symbol: str, e: Json) -> Any:
        """What the natural `symbol` of the theorem is read as: an index expression that is not negative, or a
        dimension.
        """
        return dimension(e, self.scope, self.scope.sig.dims) if isinstance(e, list) else self.scope.natural(e, symbol)

    def image(self, letter: Letter, data: Json) -> Image:
        """What `letter` is read as, from `data`; Rejected if that is no letter and no term with its variables."""
        own = self.scope.sig
        if isinstance(data, str):
            if data not in own.letters:
                raise Rejected(f"the image of {letter.name} is no letter")
            return Image(data)
        reading.fields(data, ("vars", "term"), (), f"the image of {letter.name}")
        names = tuple(reading.name(v, "an index") for v in reading.items(data["vars"], "vars", len(letter.index)))
        return Image(None, names, data["term"])

    def under(self, prefix: Any, names: tuple[str, ...]) -> Scope:
        """The scope with a prefix of the theorem entered under new names. Raises Rejected if a demand is not met."""
        scope = self.scope
        seen: dict[str, Form] = {}
        for (v, low, high), name in zip(prefix, names, strict=True):
            low = forms.put(self.reading.form(low), seen)
            high = None if high is None else forms.put(self.reading.form(high), seen)
            if not scope.proves(low):
                raise Rejected("the lower end of a range may be negative")
            scope = scope.enter(name, low, high)
            seen[v] = {name: 1}
        return scope

    def letter(self, letter: Letter, image: Image) -> None:
        """Every demand on the image of one letter. Raises Rejected if a demand is not met."""
        own, sig, what = self.scope.sig, self.statement.sig, f"the image of {letter.name}"
        target = own.letters[image.name] if image.name is not None else None
        names = image.variables or tuple(f"{letter.name}.{k}'" for k in range(len(letter.index)))
        scope = self.under(letter.index, names)
        if target is not None:
            if len(target.index) != len(letter.index):
                raise Rejected(f"{what} has another number of indices")
            term: Term = ["v", image.name, [{v: 1} for v in names], ""]
        else:
            term = image.term
        terms.check(term, scope)
        self.shape(letter, term, scope, names)
        if letter.sym and not (target is not None and target.sym):
            self.prover.agree(term, ["T", term], scope, f"{what} is not symmetric")
        if letter.chain and (target is None or not target.chain):
            raise Rejected(f"{what} is no chain family")
        if letter.free and (terms.moves(term, own) or terms.is_random(term, own)):
            raise Rejected(f"{what} is not free")
        if letter.law is not None:
            self.law(letter, image, term)
        elif terms.is_random(term, own):
            raise Rejected(f"{what} is random")
        if sig.time != "none":
            self.timed(letter, image, term, scope)

    def shape(self, letter: Letter, term: Term, scope: Scope, names: tuple[str, ...]) -> None:
        """Raise Rejected or Ill unless `term` has the shape that `letter` has in the theorem."""
        # compare sizes by adding the zero of the wanted shape, read in the theorem
        if letter.shape is None:
            self.sampler.scalar(term, scope, f"the image of {letter.name}")
            return
        bindings = {v: {n: 1} for v, n in zip(letter.variables, names, strict=True)}
        wanted = changed(self.reading, ["zero", *letter.shape], bindings)
        self.sampler.kind(["+", term, wanted], scope)  # a scalar is not added to a matrix

    def law(self, letter: Letter, image: Image, term: Term) -> None:
        """Raise Rejected unless the image has the law that `letter` is declared with."""
        own = self.scope.sig
        what = f"the image of {letter.name}"
        if image.name is not None:
            target = own.letters[image.name]
            # a theorem about bounded letters holds for every bounded law
            bounded = letter.law["kind"] == "bounded" and target.law is not None and target.law["kind"] != "gauss"
            if target.law != letter.law and not bounded:
                raise Rejected(f"{what} has another law")
            if any(self.other(name) == image.name for name in (x.name for x in self.random) if name != letter.name):
                raise Rejected("two random letters have the same image")
            return
        if letter.law["kind"] != "bounded" or letter.index or len(self.random) != 1 or not terms.bounded(term, own):
            raise Rejected(f"{what} must be a random letter")

    def other(self, name: str) -> str | None:
        """The letter that `name` is read as, or None if it is a term."""
        return self.images[name].name

    @property
    def images(self) -> Mapping[str, Image]:
        """What each letter is read as."""
        return self.reading.letters

    def timed(self, letter: Letter, image: Image, term: Term, scope: Scope) -> None:
        """Raise Rejected unless the image depends on time as `letter` may."""
        own, what = self.scope.sig, f"the image of {letter.name}"
        if not letter.moves and terms.moves(term, own):
            raise Rejected(f"{what} moves, and the letter does not")
        if (
            image.name is None
            and letter.moves
            and (
                terms.has(term, "D") or any(node[0] in ("v", "ch") and node[-1] == "+" for node, _ in terms.walk(term))
            )
        ):
            raise Rejected(f"{what} cannot be read at another instant")
        if letter.dep == "smooth":
            try:
                for _ in self.sampler.rough(["D", term], scope):
                    pass
            except Cannot as error:
                raise Rejected(f"{what} need not be differentiable: {error}") from None

    def losses(self) -> None:
        """Raise Rejected unless losses are read as losses, with their gradients."""
        sig, own = self.statement.sig, self.scope.sig
        for loss in sig.losses.values():
            name = self.images[loss.value].name if loss.value in self.images else None
            target = own.losses.get(name) if name is not None else None
            if target is None:
                raise Rejected(f"the image of the loss {loss.value} is no loss")
            for key in ("grad", "params", "pgrad"):
                mine, theirs = getattr(loss, key), getattr(target, key)
                if mine is not None and (theirs is None or self.images[mine].name != theirs):
                    raise Rejected(f"the image of the loss {loss.value} has another {key}")
            self.prover.agree(
                changed(self.reading, loss.at, {}), target.at, self.scope, "the loss is taken at another point"
            )
            if loss.target is not None:
                if target.target is None:
                    raise Rejected("the image of the loss has no target")
                self.prover.agree(changed(self.reading, loss.target, {}), target.target, self.scope, "another target")

    # what follows
    def formula(self, formula: Term, bindings: dict[str, Form]) -> Term:
        """A formula of the theorem, read in the scope of the instance."""
        outer = dict(bindings)
        return [formula[0], *(changed(self.reading, side, outer) for side in formula[1:])]

    def hypotheses(self, data: Json) -> None:
        """Every hypothesis of the theorem is proved for the images. Raises Rejected if a demand is not met."""
        given = reading.mapping(data, "hyps")
        if set(given) != set(self.statement.hyps):
            odd = sorted(set(given) ^ set(self.statement.hyps))
            raise Rejected(f"hyps must prove exactly the hypotheses of the theorem; see {odd[0]}")
        for name, fact in self.statement.hyps.items():
            reading.fields(given[name], ("vars", "proof"), (), f"the proof of {name}")
            row = reading.items(given[name]["vars"], "vars", len(fact.prefix))
            names = tuple(reading.name(v, "an index") for v in row)
            scope = self.under(fact.prefix, names)
            bindings: dict[str, Form] = {v: {n: 1} for (v, _, _), n in zip(fact.prefix, names, strict=True)}
            try:
                self.prover.proves(self.formula(fact.concl, bindings), given[name]["proof"], scope)
            except Rejected as error:
                raise type(error)(f"hypothesis {name}: {error}") from None

    def goal(self, number: Json, at: Json) -> Term:
        """The formula of a goal at indices, read with the images in place. Raises Rejected if a demand is not
        met.
        """
        number = reading.whole(number, "the number of a goal")
        if not 0 <= number < len(self.statement.goals):
            raise Rejected("the theorem has no such goal")
        fact = self.statement.goals[number]
        prefix = [
            (v, self.reading.form(low), None if high is None else self.reading.form(high))
            for v, low, high in fact.prefix
        ]
        return self.formula(fact.concl, terms.arguments(at, prefix, self.scope, "the goal"))

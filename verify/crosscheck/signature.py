"""Signatures and scopes: what letters there are, and which index expressions are known to be >= 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from . import forms, reading
from .errors import Rejected
from .forms import Form

Term = list[Any]
Prefix = tuple[tuple[str, Form, Form | None], ...]


@dataclass(frozen=True)
class Letter:
    """A declared letter: its indices, shape, dependence on time, law, and flags."""

    name: str
    index: Prefix = ()
    shape: tuple[Any, Any] | None = None
    dep: str = "const"
    law: Any = None
    sym: bool = False
    chain: bool = False
    free: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its indices."""
        return tuple(v for v, _, _ in self.index)

    @property
    def moves(self) -> bool:
        """Whether it depends on time."""
        return self.dep != "const"


@dataclass(frozen=True)
class Loss:
    """A loss with the letters of its value, its gradients and its parameters."""

    value: str
    at: Term
    grad: str
    params: str | None = None
    pgrad: str | None = None
    target: Term | None = None


@dataclass(frozen=True)
class Signature:
    """The letters, naturals, dimensions, losses and assumptions of a statement."""

    time: str
    nat: Mapping[str, int]
    assume: tuple[Form, ...]
    dims: Mapping[str, tuple[Form, Form]]
    letters: Mapping[str, Letter]
    losses: Mapping[str, Loss]

    @property
    def random(self) -> bool:
        """Whether some letter has a law."""
        return any(letter.law is not None for letter in self.letters.values())

    def known(self) -> tuple[Form, ...]:
        """Forms that are >= 0 by declaration."""
        least = tuple(forms.shifted({s: 1}, -k) for s, k in self.nat.items())
        return (*least, *self.assume)


@dataclass(frozen=True)
class Fact:
    """`prefix` says which indices it takes; `outer` are symbols of the scope it was made in, kept as they are."""

    prefix: Prefix
    concl: Term
    outer: tuple[str, ...] = ()
    images: Mapping[str, Form] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """Symbols, forms that are >= 0, facts, and whether one instant and one outcome is fixed."""

    sig: Signature
    symbols: frozenset[str]
    known: tuple[Form, ...]
    locals: Prefix = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    pointwise: bool = False

    def key(self) -> tuple[Any, ...]:
        """What points of the scope depend on."""
        ranges = tuple((v, hashable(low), None if high is None else hashable(high)) for v, low, high in self.locals)
        return tuple(map(hashable, self.known)), ranges

    def proves(self, form: Form) -> bool:
        """Whether `form` is surely >= 0 here."""
        return forms.follows(form, self.known)

    def form(self, data: Any, what: str = "index expression") -> Form:
        """The linear form that `data` is; Rejected, naming `what`, if it is none."""
        return forms.read(data, self.symbols, what)

    def natural(self, data: Any, what: str) -> Form:
        """The linear form that `data` is; Rejected, naming `what`, if it may be negative."""
        form = self.form(data, what)
        if not self.proves(form):
            raise Rejected(f"{what} may be negative: {show(form)}")
        return form

    def enter(self, name: str, low: Form, high: Form | None) -> Scope:
        """With a bound symbol from low to high; the range may be empty. Raises Rejected if a demand is not met."""
        if name in self.symbols or name in self.sig.letters or name == "1":
            raise Rejected(f"the index {name} shadows another name")
        known = (*self.known, forms.plus({name: 1}, low, -1))
        if high is not None:
            known = (*known, forms.plus(high, {name: 1}, -1))
        return replace(self, symbols=self.symbols | {name}, known=known, locals=(*self.locals, (name, low, high)))

    def prefix(self, data: Any) -> tuple[Scope, Prefix]:
        """A prefix of bound symbols, read and entered."""
        scope, rows = self, []
        for item in reading.items(data, "a prefix"):
            v, low, high = reading.items(item, "a bound index", 3)
            name = reading.name(v, "a bound index")
            low = scope.natural(low, "the lower end of a range")
            high = None if high is None else scope.form(high)
            rows.append((name, low, high))
            scope = scope.enter(name, low, high)
        return scope, tuple(rows)

    def assuming(self, *extra: Form) -> Scope:
        """The scope in which the forms `extra` are known to be >= 0."""
        return replace(self, known=(*self.known, *extra))

    def having(self, name: str, fact: Fact) -> Scope:
        """The scope in which `fact` is known as `name`."""
        return replace(self, facts={**self.facts, name: fact})

    def new_name(self, name: Any) -> str:
        """A name for a fact; Rejected if it is in use."""
        if not isinstance(name, str) or not name or name in self.facts:
            raise Rejected(f"the name {name!r} of a fact is in use")
        return name


def hashable(form: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """`form` as a tuple."""
    return tuple(sorted(form.items()))


def show(form: Mapping[str, int]) -> str:
    """`form` as text."""
    return " + ".join(f"{c} {s}" if s != "1" else str(c) for s, c in sorted(form.items())) or "0"


def top(sig: Signature) -> Scope:
    """The scope of a statement over `sig`, with nothing bound."""
    return Scope(sig, frozenset(sig.nat), sig.known())


def read(data: Any) -> Signature:
    """A signature, checked as far as that needs no values. Raises Rejected if a demand is not met."""
    reading.fields(data, ("time",), ("nat", "assume", "dims", "letters", "losses"), "a signature")
    time = reading.text(data["time"], "time")
    if time not in ("none", "flow", "descent"):
        raise Rejected(f"unknown kind of time {time}")
    nat = {}
    for symbol, least in reading.mapping(data.get("nat", {}), "nat").items():
        reading.name(symbol, "a natural")
        if not 0 <= reading.whole(least, f"the least value of {symbol}") <= forms.LIMIT:
            raise Rejected(f"the least value of {symbol} is no small natural number")
        nat[symbol] = least
    assume = tuple(forms.read(f, set(nat)) for f in reading.items(data.get("assume", []), "assume"))
    empty = Signature(time, nat, assume, {}, {}, {})
    scope = top(empty)
    dims = {}
    for family, ends in reading.mapping(data.get("dims", {}), "dims").items():
        reading.name(family, "a family of dimensions")
        low, high = reading.items(ends, "the range of a family", 2)
        dims[family] = (scope.natural(low, "the range of a family"), scope.form(high))
    letters = {
        name: _letter(reading.name(name, "a letter"), row, scope, dims, time)
        for name, row in reading.mapping(data.get("letters", {}), "letters").items()
    }
    names = [*nat, *dims, *letters]
    if len(set(names)) != len(names):
        raise Rejected("a name of the signature is used twice")
    for letter in letters.values():
        if set(letter.variables) & set(names):
            raise Rejected(f"an index of {letter.name} has the name of something else")
    losses = {
        name: _loss(name, row, letters) for name, row in reading.mapping(data.get("losses", {}), "losses").items()
    }
    return Signature(time, nat, assume, dims, letters, losses)


def dimension(data: Any, scope: Scope, dims: Mapping[str, tuple[Form, Form]]) -> Any:
    """An index expression that is >= 0, or a member of a family inside its range. Raises Rejected if a demand is
    not met.
    """
    if not isinstance(data, list):
        return scope.natural(data, "a dimension")
    word, family, i = reading.items(data, "a dimension", 3)
    if word != "dim" or not isinstance(family, str) or family not in dims:
        raise Rejected("unknown dimension")
    low, high = dims[family]
    i = scope.form(i)
    if not scope.proves(forms.plus(i, low, -1)) or not scope.proves(forms.plus(high, i, -1)):
        raise Rejected(f"the dimension {family} at {show(i)} is outside its range")
    return data


def _letter(name: str, row: Any, scope: Scope, dims: Mapping[str, tuple[Form, Form]], time: str) -> Letter:
    reading.fields(row, (), ("index", "shape", "dep", "chain", "sym", "law", "free"), f"the letter {name}")
    inner, index = scope.prefix(row.get("index", []))
    if any(high is None for _, _, high in index):
        raise Rejected(f"an index of {name} has no upper end")
    shape = None
    if "shape" in row:
        r, c = reading.items(row["shape"], f"the shape of {name}", 2)
        shape = dimension(r, inner, dims), dimension(c, inner, dims)
    dep = row.get("dep", "const")
    if dep not in ("const", "smooth", "any"):
        raise Rejected(f"unknown dependence of {name}")
    if dep != "const" and time == "none":
        raise Rejected(f"{name} depends on time in a statement without time")
    for key in ("chain", "sym", "free"):
        if not isinstance(row.get(key, False), bool):
            raise Rejected(f"{key} of {name} must be true or false")
    chain, sym, free = (row.get(key, False) for key in ("chain", "sym", "free"))
    law = row.get("law")
    if sym and (shape is None or shape[0] != shape[1]):
        raise Rejected(f"{name} is symmetric but not square")
    if chain and (len(index) != 1 or shape is None or sym):
        raise Rejected(f"{name} is no chain family: one index and a shape, not symmetric")
    if free and (dep != "const" or law is not None or shape is None):
        raise Rejected(f"the free letter {name} must be a constant matrix")
    if law is not None:
        if time != "none" or chain or sym:
            raise Rejected(f"{name} cannot be random in a statement with time, a chain, or symmetric")
        _law(name, law, shape)
    return Letter(name, index, shape, dep, law, sym, chain, free)


def _law(name: str, law: Any, shape: Any) -> None:
    kind = law.get("kind") if isinstance(law, dict) else None
    reading.fields(law, ("kind", "values") if kind == "finite" else ("kind",), (), f"the law of {name}")
    if kind == "gauss":
        if shape is None or shape[1] != {"1": 1}:
            raise Rejected(f"the Gaussian letter {name} must be a column")
        return
    if kind not in ("bounded", "angle", "finite"):
        raise Rejected(f"unknown law of {name}")
    if shape is not None:
        raise Rejected(f"the random letter {name} must be a scalar")
    if kind == "finite":
        total = Fraction(0)
        for pair in reading.items(law["values"], f"the values of {name}"):
            probability, _ = (rational(x) for x in reading.items(pair, "a value with its probability", 2))
            if probability < 0:
                raise Rejected("a probability must be non-negative")
            total += probability
        if total != 1:
            raise Rejected("the probabilities must sum to 1")


def rational(data: Any) -> Fraction:
    """An integer, or two with a stroke between them. Raises Rejected if a demand is not met."""
    match = reading.RATIONAL.match(data) if isinstance(data, str) and len(data) <= 4000 else None
    if match is None:
        raise Rejected("a rational number is a string such as 3/4")
    return Fraction(data)


def _loss(name: str, row: Any, letters: Mapping[str, Letter]) -> Loss:
    reading.fields(row, ("at", "grad"), ("params", "pgrad", "target"), f"the loss {name}")
    if ("params" in row) != ("pgrad" in row):
        raise Rejected(f"the loss {name} needs params and pgrad together")
    for key in ("grad", "params", "pgrad"):
        if key in row and (not isinstance(row[key], str) or row[key] not in letters):
            raise Rejected(f"the loss {name}: {key} is no letter")
    if name not in letters:
        raise Rejected(f"the loss {name} is no letter")
    return Loss(name, row["at"], row["grad"], row.get("params"), row.get("pgrad"), row.get("target"))

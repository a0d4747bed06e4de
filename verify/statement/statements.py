"""Statements: roles, named hypotheses, conclusion, exact data, JSON form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .compile import Compiler, cases, compilers
from .definitions import Definition, used_definitions
from .errors import StatementError
from .forms import Bad
from .language import Law
from .terms import Formula, Node, Symbol, Term, build, free_symbols, same, term, walk

if TYPE_CHECKING:
    from .scripts import Script

ROLES = ("printed", "corrected", "lemma")
RESERVED = {"premise", "have", "conclude", "cases", "obtain", "let", "at", "hypothesis"}
EXPECTATIONS = ("REFUTED", "ILL-SORTED", "ENCLOSED", "TESTED", "OPEN")
CONSEQUENCES = ("conclusion", "hypothesis", "constant", "strictness", "notation", "caution", "contrary")
"""What a failing printed statement means for its document, worst first. `caution`: the document does not say it, but it
is easily read into the text. `contrary`: the document says the opposite, which its failure confirms."""


@dataclass(frozen=True)
class SortFailure:
    """Why a statement has no well-sorted reading, and the smallest expression at fault."""

    message: str
    place: str

    def json(self) -> dict[str, str]:
        """The message and the place, as a certificate keeps them."""
        return {"message": self.message, "place": self.place}


@dataclass(frozen=True)
class Data:
    """Exact data attached to a statement: fails_at, holds_at, breaks_without, tight_at."""

    kind: str
    hypothesis: str | None
    values: tuple[tuple[str, Any], ...]

    def value(self, name: str, default: Any = None) -> Any:
        """The value given for `name`, or `default`."""
        return dict(self.values).get(name, default)

    def json(self) -> dict[str, Any]:
        """The data as a certificate keeps them: exact numbers as strings, terms encoded."""
        return {
            "kind": self.kind,
            "hypothesis": self.hypothesis,
            "values": {k: data_json(v) for k, v in self.values},
        }


def exact(value: object, where: str) -> Any:
    """Exact data: numbers, strings, terms, laws, and tuples or mappings of these. Never a float. Raises
    StatementError for anything else; `where` says which argument it is. `value` is what an author wrote.
    """
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        raise StatementError(
            f"{value!r} is a float, data is exact", where=where, next="write Q(1, 2), or the string '1/2'"
        )
    if isinstance(value, Term):
        constant = rational(value)
        return value if constant is None else constant
    if isinstance(value, Law | Statement):
        return value
    if isinstance(value, list | tuple | range):
        return tuple(exact(item, where) for item in value)
    if isinstance(value, Mapping):
        return {str(key): exact(item, where) for key, item in value.items()}
    raise StatementError(f"{value!r} cannot be used as data", where=where)


def rational(item: Node) -> Fraction | None:
    """The value of a term made of numbers only."""
    if item.op == "num":
        return Fraction(str(item.args[0]))
    if item.op == "pow":
        base, exponent = (rational(x) for x in item.children())
        if base is None or exponent is None or exponent.denominator != 1 or (base == 0 and exponent < 0):
            return None
        return base**exponent.numerator
    if item.op in ("add", "sub", "mul", "div", "neg"):
        values = [rational(x) for x in item.children()]
        known = [v for v in values if v is not None]
        if len(known) != len(values):
            return None
        if item.op == "neg":
            return -known[0]
        a, b = known
        if item.op == "div":
            return a / b if b else None
        return {"add": a + b, "sub": a - b, "mul": a * b}[item.op]
    return None


def data_json(value: Any) -> Any:
    """An exact `value` as JSON: numbers as strings, terms, laws and statements by their encoding, tuples as lists."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Node):
        return {"term": encode(value)}
    if isinstance(value, Law):
        return {"law": value.kind}
    if isinstance(value, Statement):
        return {"statement": value.label}
    if isinstance(value, tuple):
        return [data_json(v) for v in value]
    if isinstance(value, dict):
        return {k: data_json(v) for k, v in value.items()}
    return value


# JSON ------------------------------------------------------------------------------------------------------


def encode(item: object) -> Any:
    """Nodes become lists, symbols references, everything else in `item` stays."""
    if isinstance(item, Node):
        return [item.op, *(encode(arg) for arg in item.args)]
    if isinstance(item, Symbol):
        return {"ref": item.name}
    if isinstance(item, tuple):
        return {"tuple": [encode(x) for x in item]}
    return item


def decode(data: Any, symbols: Mapping[str, Symbol]) -> Any:
    """The term or formula that `data` encodes over `symbols` by name; StatementError if it encodes none."""
    if isinstance(data, list):
        if not data or not isinstance(data[0], str):
            raise StatementError(f"{data!r} is not an encoded term")
        return build(data[0], tuple(decode(arg, symbols) for arg in data[1:]))
    if isinstance(data, dict):
        if set(data) == {"ref"}:
            if data["ref"] not in symbols:
                raise StatementError(f"{data['ref']!r} is not declared")
            return symbols[data["ref"]]
        if set(data) == {"tuple"}:
            return tuple(decode(x, symbols) for x in data["tuple"])
        raise StatementError(f"{data!r} is not an encoded term")
    return data


def declarations(formulas: list[Node]) -> dict[str, Symbol]:
    """All symbols in dependency order, bound ones included."""
    found: dict[str, Symbol] = {}

    def add(symbol: Symbol) -> None:
        if symbol.name in found:
            return
        for value in symbol.fields.values():
            field(value)
        found.setdefault(symbol.name, symbol)

    def field(value: object) -> None:
        if isinstance(value, Node):
            visit(value)
        elif isinstance(value, Symbol):
            add(value)
        elif isinstance(value, tuple):
            for item in value:
                field(item)

    def visit(node: Node) -> None:
        for arg in node.args:
            field(arg)

    for formula in formulas:
        visit(formula)
    return found


def canonical(data: object) -> str:
    """The canonical JSON of `data`: sorted keys, no spaces, ASCII; equal data give equal bytes."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


# Statements ------------------------------------------------------------------------------------------------


class Statement:
    """`for all symbols: hypotheses => conclusion`, with its role and what its author attached to it."""

    def __init__(
        self,
        role: str,
        hypotheses: tuple[tuple[str, Formula], ...],
        conclusion: Formula,
        *,
        expects: str | None = None,
        reading: str | None = None,
        ids: tuple[str, ...] = (),
        consequence: str | None = None,
    ) -> None:
        self.label = ""
        self.ids, self.consequence = ids, consequence
        self.role, self.hypotheses, self.conclusion = role, hypotheses, conclusion
        self.expects, self.reading = expects, reading
        self.scripts: dict[str, Script] = {}  # by case; "" for the script of every case
        self._data: list[Data] = []
        self._sealed = False
        self._compilers: list[Compiler] | None = None
        self.sort_error = self._find_sort_error()

    def __repr__(self) -> str:
        return f"<{self.role} {self.label or 'statement'}>"

    # Sorts --------------------------------------------------------------------------------------------

    def _formulas(self) -> list[tuple[str, Formula]]:
        return [*self.hypotheses, ("then", self.conclusion)]

    def _find_sort_error(self) -> SortFailure | None:
        for name, item in self._formulas():
            if isinstance(item.sort, Bad):
                return SortFailure(f"{name}: {item.sort.message}", item.sort.place)
        return self._name_conflict() or self._time_error()

    def _name_conflict(self) -> SortFailure | None:
        seen: dict[str, Symbol] = {}
        for where, item in self._formulas():
            for name, symbols in _all_symbols(item).items():
                for symbol in symbols:
                    known = seen.setdefault(name, symbol)
                    if known is not symbol and (symbol.kind == "random" or not same(known, symbol)):
                        message = f"{where}: two different symbols are called {name}; rename one of them"
                        return SortFailure(message, repr(item))
        return None

    def _time_error(self) -> SortFailure | None:
        movers = [item for _, item in self.hypotheses if item.op in ("flow", "descent", "clock")]
        if len(movers) > 1:
            return SortFailure("a statement has one flow or one descent", repr(movers[1]))
        time = "none" if not movers else "flow" if movers[0].op == "clock" else movers[0].op
        for where, item in self._formulas():
            for node in walk(item):
                if node.op in ("flow", "descent", "clock") and node is not item:
                    return SortFailure(f"{where}: a flow or a descent is a hypothesis of its own", repr(node))
                if node.op == "start" and time == "none":
                    return SortFailure(f"{where}: start(..) needs a flow or a descent among the hypotheses", repr(node))
                if node.op == "balanced" and node.args[1] == "0" and time == "none":
                    return SortFailure(f"{where}: at=0 needs a flow or a descent among the hypotheses", repr(node))
                if node.op in ("D", "time") and time != "flow":
                    return SortFailure(f"{where}: the time needs a flow among the hypotheses", repr(node))
                if node.op == "after" and time != "descent":
                    return SortFailure(f"{where}: after(..) needs a descent among the hypotheses", repr(node))
                curves = [arg.name for arg in node.args if isinstance(arg, Symbol) and arg.fields.get("moving")]
                if curves and time != "flow":
                    return SortFailure(f"{where}: the curve {curves[0]} needs clock() or a flow", repr(node))
                if node.op in ("E", "P") and time != "none":
                    return SortFailure(f"{where}: probability and time do not meet in one statement", repr(node))
        return None

    # Kernel level -------------------------------------------------------------------------------------

    def compilers(self) -> list[Compiler]:
        """One compiler for each kernel statement. Raises NotExpressible, or StatementError when ill-sorted."""
        if self.sort_error is not None:
            raise StatementError(f"ill-sorted: {self.sort_error.message}", where=self.sort_error.place)
        if self._compilers is None:
            self._compilers = compilers(self.hypotheses, self.conclusion)
        return self._compilers

    def compiler(self, case: int = 0) -> Compiler:
        """The compiler of the kernel statement with number `case`."""
        return self.compilers()[case]

    def kernel(self) -> list[dict[str, Any]]:
        """Kernel statements `{"sig", "hyps", "goals"}`; the empty list when ill-sorted.

        Where hypotheses hide constants, `"exists"` lists their letters: the claim is that some choice works.
        """
        if self.sort_error is not None:
            return []
        return [compiler.statement() for compiler in self.compilers()]

    def cases(self) -> list[str]:
        """Labels of the kernel statements: "", or "wide", "tall", "forward", .."""
        if self.sort_error is not None:
            return []
        return [case.label for case in cases(self.hypotheses, self.conclusion)]

    def definitions(self) -> tuple[Definition, ...]:
        """The defined words of this statement, with their definitions."""
        return used_definitions([item for _, item in self._formulas()])

    # Data form ----------------------------------------------------------------------------------------

    def ast(self) -> dict[str, Any]:
        """The statement as JSON, without label and proof."""
        formulas: list[Node] = [item for _, item in self._formulas()]
        symbols = [
            {"name": s.name, "kind": s.kind, "fields": {k: encode(v) for k, v in s.fields.items()}}
            for s in declarations(formulas).values()
        ]
        return {
            "role": self.role,
            "expects": self.expects,
            "reading": self.reading,
            "symbols": symbols,
            "hypotheses": [[name, encode(item)] for name, item in self.hypotheses],
            "conclusion": encode(self.conclusion),
        }

    def hash(self) -> str:
        """Of the JSON form and the definitions it uses."""
        content = {"ast": self.ast(), "definitions": [d.json() for d in self.definitions()]}
        return hashlib.sha256(canonical(content).encode("ascii")).hexdigest()

    # Rendering ----------------------------------------------------------------------------------------

    def latex(self) -> str:
        """The conclusion as LaTeX."""
        return self.conclusion.latex()

    def mathml(self) -> str:
        """The conclusion as a `math` element."""
        return self.conclusion.mathml()

    def hypothesis_latex(self) -> dict[str, str]:
        """Each hypothesis as LaTeX, by name."""
        return {name: item.latex() for name, item in self.hypotheses}

    def hypothesis_mathml(self) -> dict[str, str]:
        """Each hypothesis as a `math` element, by name."""
        return {name: item.mathml() for name, item in self.hypotheses}

    def domain_latex(self) -> list[str]:
        """The declarations of the symbols, for the sentence `for all ..`."""
        from .render import box_latex, declaration_latex, named_parts

        formulas: list[Node] = [item for _, item in self._formulas()]
        return [*map(declaration_latex, free_declarations(formulas)), *map(box_latex, named_parts(formulas))]

    def domain_mathml(self) -> list[str]:
        """What each free symbol ranges over, and the parts that have a name, as `math` elements."""
        from .render import box_mathml, declaration_mathml, named_parts

        formulas: list[Node] = [item for _, item in self._formulas()]
        return [
            *map(declaration_mathml, free_declarations(formulas)),
            *map(box_mathml, named_parts(formulas)),
        ]

    def _repr_html_(self) -> str:
        rows = [f"<p>{text}</p>" for text in self.hypothesis_mathml().values()]
        return f"{''.join(rows)}<p>&#8658; {self.mathml()}</p>"

    # What the author attaches -------------------------------------------------------------------------

    def _attach(self, kind: str, hypothesis: str | None, values: Mapping[str, object]) -> None:
        self._open(kind)
        where = f"{kind} of {self.label or self.role}"
        self._data.append(Data(kind, hypothesis, tuple((k, exact(v, f"{where}, {k}=")) for k, v in values.items())))

    def _open(self, what: str) -> None:
        if self._sealed:
            raise StatementError(f"{what} after the claim file has been read", where=self.label)

    def fails_at(self, **values: object) -> None:
        """An instance at which the hypotheses hold and the conclusion fails. `values` are exact, by name."""
        self._attach("fails_at", None, values)

    def holds_at(self, **values: object) -> None:
        """An instance at which the hypotheses hold: a witness. `values` are exact, by name."""
        self._attach("holds_at", None, values)

    def tight_at(self, **values: object) -> None:
        """An instance at which the conclusion is an equality. `values` are exact, by name."""
        self._attach("tight_at", None, values)

    def breaks_without(self, hypothesis: str, **values: object) -> None:
        """An instance that breaks the conclusion when one hypothesis is dropped. `values` are exact, by name."""
        self._attach("breaks_without", hypothesis, values)

    @property
    def data(self) -> tuple[Data, ...]:
        """Instances the author gave, in order."""
        return tuple(self._data)

    def hidden(self, hypothesis: str) -> Term:
        """The hidden constant of an order hypothesis. Raises StatementError for another hypothesis."""
        for name, item in self.hypotheses:
            if name == hypothesis and item.op in ("at_least_order", "at_most_order", "same_order"):
                return term("hidden", name)
        raise StatementError(f"{hypothesis!r} is not an order hypothesis of this statement")

    @property
    def script(self) -> Script | None:
        """The script, or one of them if cases have their own."""
        return next(iter(self.scripts.values()), None)

    def script_for(self, case: str) -> Script | None:
        """The script of the kernel statement `case` (see `cases`)."""
        return self.scripts.get(case) or self.scripts.get("")

    def set_script(self, script: Script, case: str = "") -> None:
        """Keep a `script` for one `case` of the statement; StatementError for a second one or a case it has not."""
        self._open("a proof")
        if case and case not in self.cases():
            raise StatementError(
                f"{self.label or self.role} has no case {case!r}", next=f"its cases are {self.cases()}"
            )
        if case in self.scripts:
            raise StatementError(f"{self.label or self.role} has two proofs", next="keep one")
        self.scripts[case] = script

    def seal(self, label: str) -> None:
        """Give the statement the `label` under which the claim file bound it; nothing can be added afterwards."""
        self.label, self._sealed = label, True


def free_declarations(formulas: list[Node]) -> list[Symbol]:
    """The free symbols of `formulas`, one for each name, in the order of occurrence."""
    found: dict[str, Symbol] = {}
    for formula in formulas:
        for name, symbols in free_symbols(formula).items():
            found.setdefault(name, symbols[0])
    return list(found.values())


def _all_symbols(item: Node) -> dict[str, list[Symbol]]:
    found: dict[str, list[Symbol]] = {}

    def field(value: object) -> None:
        if isinstance(value, Node):
            for arg in value.args:
                field(arg)
        elif isinstance(value, Symbol):
            known = found.setdefault(value.name, [])
            if not any(value is other for other in known):
                known.append(value)
                for inner in value.fields.values():
                    field(inner)
        elif isinstance(value, tuple):
            for inner in value:
                field(inner)

    field(item)
    return found


def from_ast(data: Mapping[str, Any]) -> Statement:
    """The statement with the JSON form `data`; anything else is a StatementError."""
    try:
        return _from_ast(data)
    except (
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        ValueError,
        AssertionError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise StatementError(f"not the JSON form of a statement: {type(error).__name__}: {error}") from error


def _from_ast(data: Mapping[str, Any]) -> Statement:
    symbols: dict[str, Symbol] = {}
    for entry in data["symbols"]:
        fields = {k: decode(v, symbols) for k, v in entry["fields"].items()}
        symbols[entry["name"]] = Symbol(entry["name"], entry["kind"], fields)
    hypotheses = tuple((name, _formula(decode(item, symbols))) for name, item in data["hypotheses"])
    conclusion = _formula(decode(data["conclusion"], symbols))
    return Statement(data["role"], hypotheses, conclusion, expects=data["expects"], reading=data["reading"])


def _formula(item: object) -> Formula:
    if not isinstance(item, Formula):
        raise StatementError(f"{item!r} is not a relation")
    return item


# Roles -----------------------------------------------------------------------------------------------------

listeners: list[list[Statement]] = []


def _make(role: str, hypotheses: Mapping[str, object], then: object, **options: Any) -> Statement:
    named = []
    for name, item in hypotheses.items():
        if not isinstance(item, Formula):
            raise StatementError(
                f"{name}={item!r} is not a relation", why="hypotheses are relations given by name",
                next=f"write {name}=a >= b, or another relation",
            )  # fmt: skip
        if name in RESERVED:
            raise StatementError(f"{name!r} cannot name a hypothesis", next="it means something in proofs; rename it")
        named.append((name, item))
    if not isinstance(then, Formula):
        raise StatementError(f"then={then!r} is not a relation")
    statement = Statement(role, tuple(named), then, **options)
    for listener in listeners:
        listener.append(statement)
    return statement


def _ids(of: object) -> tuple[str, ...]:
    """One id of a register, or several, as a tuple."""
    ids = (of,) if isinstance(of, str) else of
    if not isinstance(ids, tuple | list) or not all(isinstance(item, str) for item in ids):
        raise StatementError(
            f"of={of!r}", why="`of` names ids of a register",
            next='write of="K-24" or of=("K-24", "C-21"); a hypothesis needs another name',
        )  # fmt: skip
    return tuple(ids)


def printed(
    *,
    then: object,
    of: object = (),
    expect: str | None = None,
    reading: str | None = None,
    consequence: str | None = None,
    **hypotheses: object,
) -> Statement:
    """The statement as the document prints it: if the `hypotheses`, by name, then `then`.

    `of`: the ids of the register it renders, all that the file covers if left out. `expect`: the verdict it will
    get, REFUTED for one that is false. `reading`: how an ambiguous text is taken. `consequence`: what its failure
    means for the document, one of `CONSEQUENCES`; computed if left out. Raises StatementError for other words.
    """
    if expect is not None and expect not in EXPECTATIONS:
        raise StatementError(f"expect={expect!r}", next=f"use one of {', '.join(EXPECTATIONS)}, or leave it out")
    if consequence is not None and consequence not in CONSEQUENCES:
        raise StatementError(f"consequence={consequence!r}", next=f"use one of {', '.join(CONSEQUENCES)}")
    if consequence is not None and expect not in ("REFUTED", "ILL-SORTED"):
        raise StatementError("only a statement that is expected to fail has a consequence", next="leave it out")
    return _make("printed", hypotheses, then, expects=expect, reading=reading, ids=_ids(of), consequence=consequence)


def corrected(*, then: object, of: object = (), expect: str | None = None, **hypotheses: object) -> Statement:
    """The statement as it should be printed: if the `hypotheses`, by name, then `then`.

    `of`: the ids of the register it replaces, see `printed`. `expect` may be a weaker verdict than a proof, never
    REFUTED. Raises StatementError for that, and where something is left to be chosen.
    """
    if expect not in (None, "ENCLOSED", "TESTED", "OPEN"):
        raise StatementError("only a printed statement may be expected to fail")
    statement = _make("corrected", hypotheses, then, expects=expect, ids=_ids(of))
    for name, item in statement._formulas():
        for node in walk(item):
            if node.op in ("at_least_order", "at_most_order", "same_order"):
                raise StatementError(f"{name}: a corrected statement has no hidden constants", next="give the constant")
            if any(isinstance(arg, Symbol) and arg.fields.get("chosen") for arg in node.args):
                raise StatementError(f"{name}: a corrected statement chooses nothing", next="give the value")
    return statement


def lemma(*, then: object, **hypotheses: object) -> Statement:
    """A statement that other proofs use: if the `hypotheses`, by name, then `then`."""
    return _make("lemma", hypotheses, then)

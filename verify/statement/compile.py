"""From the author's language to the kernel language: every defined word is unfolded here, once.

`compilers(hypotheses, conclusion)` gives one compiler for each kernel statement: words defined by shape
(least singular value, full rank) have a wide and a tall case, `iff` has two directions. A compiler
also translates further terms and formulas of proof scripts into the same signature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from .errors import NotExpressible, StatementError
from .forms import ONE, Bad, Dim, Form, Matrix, Scalar, Sort, Tensor, Unit, Vec, Width
from .terms import (
    Formula,
    Node,
    Symbol,
    Term,
    end_of,
    form_of,
    free_symbols,
    member_sort,
    need_dim,
    need_index,
    need_matrix,
    same,
    walk,
)

Json = Any
Hypotheses = Sequence[tuple[str, Formula]]

MINUS: Json = ["q", "-1"]
ZERO: Json = ["q", "0"]
UNITY: Json = ["q", "1"]


@dataclass(frozen=True)
class Context:
    """Where a term is compiled: the stage of the dynamics, values of index letters, and letters that are bound."""

    stage: str = ""
    env: Mapping[str, Form] = field(default_factory=dict)
    scope: frozenset[str] = frozenset()

    def at(self, stage: str) -> Context:
        """The same context at another `stage` of the dynamics."""
        return replace(self, stage=stage)


@dataclass(frozen=True)
class Case:
    """Which kernel statement of the author's statement this is."""

    label: str
    shape: str  # "wide", "tall", "square"
    premises: tuple[tuple[str, Formula], ...]
    conclusion: Formula


def _times(*parts: Json) -> Json:
    kept = [p for p in parts if p != UNITY]
    flat: list[Json] = []
    for p in kept:
        flat.extend(p[1:] if p[0] == "*" else [p])
    return flat[0] if len(flat) == 1 else ["*", *flat] if flat else UNITY


def _minus(a: Json, b: Json) -> Json:
    if b == ZERO:
        return a
    if a == ZERO:
        return _opposite(b)
    return ["+", a, _opposite(b)]


def _opposite(a: Json) -> Json:
    if a[0] == "q":
        return ["q", str(-Fraction(a[1]))]
    return ["*", MINUS, *(a[1:] if a[0] == "*" else [a])]


def _complement(a: Json) -> Json:
    return _minus(UNITY, a)


def _square(a: Json) -> Json:
    return ["pow", a, {"1": 2}]


def _transposed(a: Json) -> Json:
    result: Json = a[1] if a[0] == "T" else ["T", a]
    return result


def cases(hypotheses: Hypotheses, conclusion: Formula) -> list[Case]:
    """The kernel statements: shapes times directions. They depend on words in `hypotheses` and conclusion."""
    result = []
    shapes = _shapes(hypotheses, conclusion)
    for shape in shapes:
        for direction, premises, goal in _directions(conclusion):
            label = " ".join(part for part in (shape if len(shapes) > 1 else "", direction) if part)
            result.append(Case(label, shape, premises, goal))
    return result


def _directions(goal: Formula) -> list[tuple[str, tuple[tuple[str, Formula], ...], Formula]]:
    if goal.op == "iff":
        a, b = goal.args
        assert isinstance(a, Formula) and isinstance(b, Formula)
        return [("forward", (("premise", a),), b), ("backward", (("premise", b),), a)]
    if goal.op == "implies":
        a, b = goal.args
        assert isinstance(a, Formula) and isinstance(b, Formula)
        return [("", (("premise", a),), b)]
    return [("", (), goal)]


def _by_shape(node: Node) -> Term | None:
    """The matrix of a word that is defined by shape."""
    if node.op in ("sigma_min", "one_sided_inverse", "rank"):
        (inner,) = node.args
        assert isinstance(inner, Term)
        return inner
    return None


def _shaped(formulas: Sequence[Node]) -> list[Matrix]:
    """The sorts, not visibly square, of matrices to which words defined by shape are applied."""
    found: list[Matrix] = []
    for formula in formulas:
        for node in walk(formula):
            inner = _by_shape(node)
            if inner is None or not isinstance(inner.sort, Matrix) or inner.sort in found:
                continue
            if inner.sort.rows != inner.sort.cols:
                found.append(inner.sort)
    return found


def _shapes(hypotheses: Hypotheses, conclusion: Formula) -> list[str]:
    found = _shaped([*(f for _, f in hypotheses), conclusion])
    if not found:
        return ["square"]
    if len(found) > 1:
        raise NotExpressible(
            "words defined by shape are applied to matrices of different shapes",
            next="state the claim for one shape at a time",
        )
    ends = {found[0].rows, found[0].cols}
    for _, formula in hypotheses:
        if formula.op == "eq":
            a, b = (x.sort for x in formula.children())
            if isinstance(a, Scalar) and isinstance(b, Scalar) and {a.dim, b.dim} == ends:
                return ["square"]
    return ["wide", "tall"]


def time_of(hypotheses: Hypotheses) -> tuple[str, Symbol | None, Symbol | None]:
    """Kind of time, the symbol that moves, its loss. It is read off `hypotheses` and conclusion."""
    found = [f for _, f in hypotheses if f.op in ("flow", "descent")]
    if not found:
        return ("flow" if any(f.op == "clock" for _, f in hypotheses) else "none"), None, None
    over, loss = found[0].args[:2]
    assert isinstance(over, Symbol) and isinstance(loss, Symbol)
    return found[0].op, over, loss


class Compiler:
    """One kernel statement and the translation of further expressions into its signature."""

    def __init__(self, hypotheses: Hypotheses, conclusion: Formula, case: Case | None = None) -> None:
        self.case = case or cases(hypotheses, conclusion)[0]
        self._named = (*hypotheses, *self.case.premises)
        self.time, self._mover, self._mover_loss = time_of(hypotheses)
        self.signature: dict[str, Json] = {
            "time": self.time, "nat": {}, "assume": [], "dims": {}, "letters": {}, "losses": {},
        }  # fmt: skip
        self._domain: list[Json] = []
        self._loss_at: dict[str, Symbol] = {}
        self._known: dict[str, Symbol] = {}
        self._auxiliary: dict[str, tuple[Symbol, dict[str, Json]]] = {}
        self._defined: list[tuple[str, Term, str]] = []  # word, argument, letter
        self._sealed = False
        self.hidden: dict[str, str] = {}  # hypothesis -> letter of its hidden constant
        self.needs: list[Json] = []  # what else holds at an instance that refutes the author's statement
        formulas = [f for _, f in self._named] + [self.case.conclusion]
        for formula in formulas:
            if isinstance(formula.sort, Bad):
                raise NotExpressible(f"the statement is ill-sorted: {formula.sort.message}", where=formula.sort.place)
        self._attach(formulas)
        shaped = _shaped(formulas)
        order: dict[str, Symbol] = {}
        for formula in [*formulas, conclusion]:
            for name, symbols in free_symbols(formula).items():
                order.setdefault(name, symbols[0])
        self._reserved = set(order)
        for symbol in order.values():  # naturals first: other declarations speak of them
            if symbol.kind == "nat":
                self._declare(symbol)
        for symbol in order.values():
            if symbol.kind != "nat":
                self._declare(symbol)
        named: list[Json] = []
        compiled: dict[str, list[Json]] = {}
        for _, formula in self.case.premises:
            self._premise(formula)
        for name, formula in sorted(self._named, key=lambda item: not _about_rank(item[1])):
            compiled[name] = self._facts(formula, Context(), "hyp", name)
        for name, _ in self._named:
            facts = compiled[name]
            for number, fact in enumerate(facts, 1):
                named.append({"id": name if len(facts) == 1 else f"{name}.{number}", **fact})
        self.goals: list[Json] = self._facts(self.case.conclusion, Context(), "goal", "")
        if shaped and self.case.shape != "square":
            ends = [self._dim(d, Context()) for d in (shaped[0].rows, shaped[0].cols)]
            self.needs.append({"shape": ends if self.case.shape == "wide" else ends[::-1]})
        self.hypotheses: list[Json] = [*self._domain, *named]
        self._sealed = True
        for key in ("assume", "dims", "losses"):
            if not self.signature[key]:
                del self.signature[key]

    # Results ------------------------------------------------------------------------------------------

    def statement(self) -> Json:
        """The kernel statement: signature, hypotheses, goals, and under `exists` the letters of hidden constants."""
        parts = {"sig": self.signature, "hyps": self.hypotheses, "goals": self.goals}
        if self.hidden:  # constants that the statement claims to exist, chosen before all else
            parts["exists"] = sorted(self.hidden.values())
        return parts

    def term(self, item: Term) -> Json:
        """A further term in this signature."""
        self._check(item)
        return self._term(item, Context(), item.sort)

    def formula(self, item: Formula) -> list[Json]:
        """The facts of a further formula; indices that the signature does not have are generalised."""
        self._check(item)
        alls: list[Json] = []
        context = Context()
        for name, symbols in free_symbols(item).items():
            symbol = symbols[0]
            if symbol.kind == "nat" and name not in self.signature["nat"]:
                lo, hi = self._range(symbol, context)
                alls.append([name, lo, hi])
                context = Context("", {**context.env, name: Form.symbol(name)}, context.scope | {name})
        facts = self._facts(item, context, "goal", "")
        return [{"all": [*alls, *fact["all"]], "concl": fact["concl"]} for fact in facts]

    def auxiliary(self, symbol: Symbol) -> dict[str, Json]:
        """Declare a letter that only a proof speaks of; returns its declaration by name. Raises StatementError if
        the statement has a letter of this name.
        """
        if self._auxiliary.get(symbol.name, (None,))[0] is symbol:
            return dict(self._auxiliary[symbol.name][1])
        if symbol.name in self._known:
            raise StatementError(f"{symbol.name} occurs in the statement already", next="give the letter another name")
        before = set(self.signature["letters"])
        self._sealed = False
        kept = dict(self.signature["letters"])
        try:
            self._declare(symbol)
            added = {k: v for k, v in self.signature["letters"].items() if k not in before}
        finally:
            self._sealed = True
            self.signature["letters"] = kept
        self._auxiliary[symbol.name] = (symbol, added)
        return added

    def index(self, item: Term) -> dict[str, int]:
        """The linear form of the index expression `item`, as JSON; StatementError if it is none."""
        return self._form(item, Context()).json()

    def _check(self, item: Node) -> None:
        if isinstance(item.sort, Bad):
            raise StatementError(f"ill-sorted: {item.sort.message}", where=item.sort.place)
        for name, symbols in free_symbols(item).items():
            for symbol in symbols:
                known = self._known.get(name)
                if known is None and symbol.kind != "nat":
                    raise StatementError(f"{name} does not occur in the statement", where=repr(item))
                if known is not None and known is not symbol and not same(known, symbol):
                    raise StatementError(f"{name} is declared differently in the statement", where=repr(item))

    # Declarations -------------------------------------------------------------------------------------

    def _attach(self, formulas: Sequence[Node]) -> None:
        """Find the network on whose end-to-end matrix each loss is taken."""

        def put(loss: object, net: object) -> None:
            if not (isinstance(loss, Symbol) and isinstance(net, Symbol) and net.kind == "network"):
                return
            other = self._loss_at.setdefault(loss.name, net)
            if other.name != net.name:
                raise NotExpressible(f"the loss {loss.name} is taken of two networks")

        for formula in formulas:
            for node in walk(formula):
                if node.op == "layer_gradient":
                    put(node.args[0], node.args[1])
                elif node.op in ("flow", "descent"):
                    put(node.args[1], node.args[0])
                elif node.op in ("loss", "loss_gradient"):
                    at = node.args[1]
                    if isinstance(at, Node) and (net := _whole(at)) is not None:
                        put(node.args[0], net)

    def _letter(self, name: str, declaration: dict[str, Json]) -> None:
        if self._sealed:
            raise StatementError(f"{name} does not occur in the statement")
        if name in self.signature["letters"] or name in self.signature["nat"]:
            raise NotExpressible(f"the generated name {name} is already taken", next="rename the symbol")
        self.signature["letters"][name] = declaration

    def _assume(self, name: str, formula: Json, alls: list[Json] | None = None) -> None:
        self._domain.append({"id": name, "all": alls or [], "concl": formula})

    def _declare(self, symbol: Symbol) -> None:
        self._known[symbol.name] = symbol
        getattr(self, f"_declare_{symbol.kind}")(symbol)

    def _declare_nat(self, symbol: Symbol) -> None:
        bounds = symbol.fields.get("between")
        if symbol.fields.get("chosen"):
            self.hidden[symbol.name] = symbol.name
        if bounds is None:
            self.signature["nat"][symbol.name] = symbol.fields["at_least"]
            return
        lo, hi = (need_dim(b) for b in bounds)
        if not isinstance(lo, Form) or not isinstance(hi, Form):
            raise NotExpressible(f"{symbol.name} is bounded by a layer width")
        least = lo.value()
        self.signature["nat"][symbol.name] = max(least, 0) if least is not None else 0
        me = Form.symbol(symbol.name)
        if least is None:
            self.signature["assume"].append((me - lo).json())
        self.signature["assume"].append((hi - me).json())

    def _fresh(self, wish: str, context: Context) -> str:
        taken = set(self.signature["nat"]) | context.scope | self._reserved
        name, number = wish, 0
        while name in taken:
            number += 1
            name = f"{wish}{number}"
        return name

    def _family(self, symbol: Symbol) -> tuple[list[Json], Json]:
        """Index declaration of a letter and the letter (at that index)."""
        count = symbol.fields.get("count")
        if count is None:
            return [], ["v", symbol.name, [], ""]
        v = self._fresh("i", Context())
        hi = need_dim(count)
        if not isinstance(hi, Form):
            raise NotExpressible(f"the family {symbol.name} is indexed up to a layer width")
        return [[v, ONE.json(), hi.json()]], ["v", symbol.name, [Form.symbol(v).json()], ""]

    def _declare_real(self, symbol: Symbol) -> None:
        index, letter = self._family(symbol)
        self._letter(symbol.name, {**({"index": index} if index else {}), **self._dep(self._moves(symbol), True)})
        if symbol.fields.get("chosen"):
            self.hidden[symbol.name] = symbol.name
        self._range_facts(symbol, letter, index)

    def _range_facts(self, symbol: Symbol, letter: Json, index: list[Json]) -> None:
        fields, name = symbol.fields, symbol.name
        if fields.get("positive"):
            self._assume(f"{name}.positive", ["gt", letter, ZERO], index)
        if fields.get("nonnegative"):
            self._assume(f"{name}.nonnegative", ["ge", letter, ZERO], index)
        if fields.get("nonzero"):
            self._assume(f"{name}.nonzero", ["ne", letter, ZERO], index)
        if "at_least" in fields:
            self._assume(f"{name}.at_least", ["ge", letter, self._term(fields["at_least"], Context())], index)
        for key, relation in (("open", "gt"), ("closed", "ge"), ("range", "ge")):
            if key in fields:
                lo, hi = (self._term(end, Context()) for end in fields[key])
                self._assume(f"{name}.above", [relation, letter, lo], index)
                self._assume(f"{name}.below", [relation, hi, letter], index)

    def _declare_matrix(self, symbol: Symbol) -> None:
        index, letter = self._family(symbol)
        declaration: dict[str, Json] = {"index": index} if index else {}
        declaration["shape"] = self._shape(member_sort(symbol, ()), Context())
        if symbol.fields.get("symmetric"):
            declaration["sym"] = True
        declaration.update(self._dep(self._moves(symbol), True))
        self._letter(symbol.name, declaration)
        if symbol.fields.get("unit"):
            self._assume(f"{symbol.name}.unit", ["eq", ["tr", ["*", ["T", letter], letter]], UNITY], index)

    def _declare_random(self, symbol: Symbol) -> None:
        index, letter = self._family(symbol)
        declaration: dict[str, Json] = {"index": index} if index else {}
        law = symbol.fields["law"]
        if law == "gauss":
            declaration["shape"] = self._shape(member_sort(symbol, ()), Context())
            declaration["law"] = {"kind": "gauss"}
        elif law == "rademacher":
            declaration["law"] = {"kind": "finite", "values": [["1/2", "-1"], ["1/2", "1"]]}
        else:
            declaration["law"] = {"kind": law}
        self._letter(symbol.name, declaration)
        self._range_facts(symbol, letter, index)

    def _moves(self, symbol: Symbol) -> bool:
        return bool(symbol.fields.get("moving")) or (self._mover is not None and symbol.name == self._mover.name)

    def _dep(self, moving: bool, smooth: bool) -> dict[str, Json]:
        if not moving:
            return {}
        return {"dep": "smooth" if smooth and self.time == "flow" else "any"}

    def _layer_declaration(self, net: Symbol, smooth: bool) -> dict[str, Json]:
        depth = need_index(net.fields["depth"])
        v = self._fresh("j", Context())
        j = Form.symbol(v)
        family = net.fields["widths"]
        return {
            "index": [[v, ONE.json(), depth.json()]],
            "shape": [Width(family, j).json(), Width(family, j - ONE).json()],
            **self._dep(self._moves(net), smooth),
        }

    def _declare_network(self, net: Symbol) -> None:
        depth, family = need_index(net.fields["depth"]), net.fields["widths"]
        if family in self.signature["dims"]:
            raise NotExpressible(f"two networks share the widths {family}", next='give one of them widths="e"')
        self.signature["dims"][family] = [{}, depth.json()]
        self._letter(net.name, {**self._layer_declaration(net, True), "chain": True})

    def _declare_loss(self, loss: Symbol) -> None:
        net = self._loss_at.get(loss.name)
        if net is None:
            return
        moving = self._moves(net)
        end, name = end_of(net), loss.name
        self._letter(name, self._dep(moving, True))
        self._letter(f"grad_{name}", {"shape": self._shape(end, Context()), **self._dep(moving, False)})
        self._letter(f"grad_{name}_{net.name}", self._layer_declaration(net, False))
        entry: dict[str, Json] = {
            "at": ["ch", net.name, need_index(net.fields["depth"]).json(), ONE.json(), ""],
            "grad": f"grad_{name}", "params": net.name, "pgrad": f"grad_{name}_{net.name}",
        }  # fmt: skip
        if loss.kind == "half_square":
            if loss.fields.get("over") is not None:
                raise NotExpressible("half_square(.., over=..) of a network", next="leave out over=")
            entry["target"] = self._term(loss.fields["target"], Context())
        self.signature["losses"][name] = entry

    _declare_function = _declare_loss
    _declare_half_square = _declare_loss

    def _declare_model(self, model: Symbol) -> None:
        fields, moving = model.fields, self._moves(model)
        n, p = (need_dim(fields[k]) for k in ("outputs", "parameters"))
        u, jacobian, theta = model.name, fields["jacobian"], fields["parameter"]
        self._letter(u, {"shape": self._shape(Matrix(n, ONE), Context()), **self._dep(moving, True)})
        self._letter(jacobian, {"shape": self._shape(Matrix(n, p), Context()), **self._dep(moving, False)})
        self._letter(theta, {"shape": self._shape(Matrix(p, ONE), Context()), **self._dep(moving, True)})
        if moving and self.time == "flow":
            moved = ["*", ["v", jacobian, [], ""], ["D", ["v", theta, [], ""]]]
            self._assume(f"{u}.chain", ["eq", ["D", ["v", u, [], ""]], moved])

    def _shape(self, sort: Sort, context: Context) -> Json:
        assert isinstance(sort, Matrix)
        return [self._dim(sort.rows, context), self._dim(sort.cols, context)]

    def _define(self, word: str, inner: Term) -> str | None:
        for known, other, letter in self._defined:
            if known == word and same(other, inner):
                return letter
        return None

    def _name_for(self, word: str, inner: Term) -> str:
        net = _whole(inner)
        if inner.op == "sym" and isinstance(inner.args[0], Symbol):
            tail = inner.args[0].name
        elif net is not None:
            tail = net.name
        else:
            tail = str(len(self._defined) + 1)
        return f"{word}_{tail}"

    def _one_letter(self, word: str, inner: Node, context: Context) -> None:
        """Refuse a word for which one letter would stand in several places with different values."""
        bound = sorted(set(free_symbols(inner)) & set(context.env))
        if bound:
            raise NotExpressible(
                f"{word} of a matrix that depends on the bound index {bound[0]}, and one letter would serve for all",
                where=repr(inner), next=f"state it for a free index {bound[0]}",
            )  # fmt: skip
        if _outcomes(inner):
            raise NotExpressible(
                f"{word} of a random matrix: one constant would serve for all outcomes", where=repr(inner),
                next="speak of its expectation, or of an event",
            )  # fmt: skip

    def _premise(self, formula: Formula) -> None:
        """A premise is a hypothesis of the kernel statement, for all times and outcomes: it must not depend on them."""
        if _outcomes(formula):
            raise NotExpressible(
                "an implication between random terms: the kernel would read its premise as almost sure",
                where=repr(formula), next="state the premise as a hypothesis, or the implication as an event in P(..)",
            )  # fmt: skip
        if self.time != "none" and self._moves_now(formula):
            raise NotExpressible(
                "an implication whose premise moves: the kernel would read it as a premise about all times",
                where=repr(formula), next="state the premise as a hypothesis, or at the start",
            )  # fmt: skip

    def _moves_now(self, node: Node) -> bool:
        """Does something moving, or the time, occur outside of start(..)?"""
        if node.op == "start" or (node.op == "balanced" and node.args[1] == "0"):
            return False
        own = [arg for arg in node.args if isinstance(arg, Symbol)]
        names = {loss for loss, net in self._loss_at.items() if self._moves(net)}
        if node.op == "time" or any(self._moves(x) or x.name in names for x in own):
            return True
        return any(self._moves_now(child) for child in node.children())

    def _is_moving(self, item: Node) -> bool:
        names = set()
        if self._mover is not None:
            names = {self._mover.name} | {loss for loss, net in self._loss_at.items() if net.name == self._mover.name}
        nodes = list(walk(item))
        symbols = [arg for node in nodes for arg in node.args if isinstance(arg, Symbol)]
        return any(node.op == "time" for node in nodes) or any(
            symbol.name in names or symbol.fields.get("moving") for symbol in symbols
        )

    def _sigma(self, inner: Term) -> str:
        """The letter of a least singular value, with what is known of it."""
        known = self._define("sigma_min", inner)
        if known is not None:
            return known
        name = self._name_for("sigma_min", inner)
        self._letter(name, {"dep": "any"} if self._is_moving(inner) else {})
        self._defined.append(("sigma_min", inner, name))
        letter: Json = ["v", name, [], ""]
        self._least(inner, name)
        self._assume(f"{name}.nonnegative", ["ge", letter, ZERO])
        tails = ("floor", "mirror")
        for tail, formula in zip(tails, self._sigma_floor(inner, letter, Context(), everything=True), strict=False):
            self._assume(f"{name}.{tail}", formula)
        return name

    def _least(self, inner: Term, name: str) -> None:
        """The letter stands for every number with a property of the least singular value; refuting needs the value."""
        if self._is_moving(inner):
            self.needs.append({"never": f"{name} stands for less than a least singular value that moves"})
            return
        x = self._term(inner, Context())
        square = _times(_transposed(x), x) if self.case.shape == "tall" else _times(x, _transposed(x))
        self.needs.append({"least": name, "of": square})

    def _sigma_floor(self, inner: Term, bound: Json, context: Context, everything: bool = False) -> list[Json]:
        """PSD forms of `every singular value of inner is at least bound`, for the shape of this case."""
        sort = need_matrix(inner)
        x = self._term(inner, context)
        square = _square(bound)
        wide = [
            "psd",
            _minus(_times(x, _transposed(x)), _times(square, ["one", self._dim(sort.rows, context)])),
        ]
        tall = [
            "psd",
            _minus(_times(_transposed(x), x), _times(square, ["one", self._dim(sort.cols, context)])),
        ]
        if self.case.shape == "tall":
            return [tall]
        return [wide, tall] if everything and self.case.shape == "square" else [wide]

    # Index expressions and dimensions -----------------------------------------------------------------

    def _form(self, item: Node, context: Context) -> Form:
        return need_index(item).substitute(context.env)

    def _dim(self, dim: Dim, context: Context) -> Json:
        return dim.substitute(context.env).json()

    def _range(self, symbol: Symbol, context: Context) -> tuple[Json, Json]:
        bounds = symbol.fields.get("between")
        if bounds is None:
            return Form.constant(symbol.fields["at_least"]).json(), None
        lo, hi = bounds
        return self._form(lo, context).json(), self._form(hi, context).json()

    def _bind(self, symbol: Symbol, context: Context) -> tuple[str, Context]:
        name = symbol.name
        if name in self.signature["nat"] or name in context.scope or name in self.signature["letters"]:
            name = self._fresh(symbol.name, context)
        env = {**context.env, symbol.name: Form.symbol(name)}
        return name, Context(context.stage, env, context.scope | {name})

    # Terms --------------------------------------------------------------------------------------------

    def _term(self, node: Node, context: Context, want: Sort | None = None) -> Json:
        if isinstance(node.sort, Unit):
            return self._unit_term(node, context, want)
        method = getattr(self, f"_t_{node.op}", None)
        if method is None:
            raise NotExpressible(f"{node.op} has no kernel form here", where=repr(node))
        return method(node, context)

    def _unit_term(self, node: Node, context: Context, want: Sort | None) -> Json:
        if want is None or isinstance(want, Unit | Scalar):
            raise NotExpressible(
                "the size of the unit matrix is open", where=repr(node), next="combine it with a matrix"
            )
        if node.op == "unit":
            return self._unit_of(want, context)
        parts: list[Json] = []
        context = {"start": self._at_start, "after": self._at_next}.get(node.op, lambda _, c: c)(node, context)
        for arg in node.children():
            parts.append(self._term(arg, context, want if isinstance(arg.sort, Unit) else None))
        if node.op == "mul":
            return _times(*parts)
        if node.op == "div":
            return _times(parts[0], ["inv", parts[1]])
        if node.op == "neg":
            return _opposite(parts[0])
        if node.op == "add":
            return ["+", *parts]
        if node.op == "sub":
            return _minus(*parts)
        if node.op in ("T", "start", "after"):
            return parts[0]
        raise NotExpressible(f"{node.op} of a unit matrix of open size", where=repr(node))

    def _unit_of(self, want: Sort, context: Context) -> Json:
        if isinstance(want, Matrix):
            return ["one", self._dim(want.rows, context)]
        if isinstance(want, Tensor):
            return [
                "kr",
                ["one", self._dim(want.left.rows, context)],
                ["one", self._dim(want.right.rows, context)],
            ]
        raise NotExpressible(f"there is no unit for {want.text()}")

    def _zero_of(self, want: Sort, context: Context) -> Json:
        if isinstance(want, Matrix):
            return ["zero", *self._shape(want, context)]
        if isinstance(want, Vec):
            zero = ["vec", ["zero", self._dim(want.rows, context), self._dim(want.cols, context)]]
            return ["T", zero] if want.row else zero
        if isinstance(want, Tensor):
            return ["kr", *(["zero", *self._shape(side, context)] for side in (want.left, want.right))]
        return ZERO

    def _args(self, node: Node, context: Context) -> list[Json]:
        return [self._term(arg, context, node.sort) for arg in node.children()]

    def _t_num(self, node: Node, context: Context) -> Json:
        return ["q", node.args[0]]

    def _symbol(self, node: Node) -> Symbol:
        symbol = node.args[0]
        assert isinstance(symbol, Symbol)
        return symbol

    def _t_sym(self, node: Node, context: Context) -> Json:
        symbol = self._symbol(node)
        if symbol.kind == "nat":
            return ["n", self._form(node, context).json()]
        return ["v", symbol.name, [], self._stage(symbol, context)]

    def _t_member(self, node: Node, context: Context) -> Json:
        indices = [self._form(i, context).json() for i in node.children()]
        return ["v", self._symbol(node).name, indices, self._stage(self._symbol(node), context)]

    def _stage(self, symbol: Symbol, context: Context) -> str:
        return context.stage if self._moves(symbol) else ""

    def _t_width(self, node: Node, context: Context) -> Json:
        assert isinstance(node.sort, Scalar) and node.sort.dim is not None
        return ["n", self._dim(node.sort.dim, context)]

    def _t_layer(self, node: Node, context: Context) -> Json:
        (j,) = node.children()
        net = self._symbol(node)
        return ["v", net.name, [self._form(j, context).json()], self._stage(net, context)]

    def _t_chain(self, node: Node, context: Context) -> Json:
        hi, lo = (self._form(i, context).json() for i in node.children())
        net = self._symbol(node)
        return ["ch", net.name, hi, lo, self._stage(net, context)]

    def _t_layer_gradient(self, node: Node, context: Context) -> Json:
        loss, net, j = node.args
        assert isinstance(loss, Symbol) and isinstance(net, Symbol) and isinstance(j, Node)
        index = [self._form(j, context).json()]
        return ["v", f"grad_{loss.name}_{net.name}", index, self._stage(net, context)]

    def _attached(self, node: Node) -> Symbol | None:
        """The network, when the loss is taken of the end-to-end matrix it is attached to."""
        at = node.args[1]
        assert isinstance(at, Node)
        net = self._loss_at.get(self._symbol(node).name)
        whole = _whole(at)
        return net if net is not None and whole is not None and whole.name == net.name else None

    def _residual(self, node: Node, context: Context) -> tuple[Json, Json]:
        loss, at = self._symbol(node), node.args[1]
        assert isinstance(at, Node)
        if loss.kind != "half_square":
            raise NotExpressible(f"{loss.name} away from the end-to-end matrix of its network", where=repr(node))
        over = loss.fields.get("over")
        scale = UNITY if over is None else ["inv", self._term(over, context)]
        return scale, _minus(self._term(at, context), self._term(loss.fields["target"], context))

    def _t_loss(self, node: Node, context: Context) -> Json:
        net = self._attached(node)
        if net is not None:
            return ["v", self._symbol(node).name, [], self._stage(net, context)]
        scale, residual = self._residual(node, context)
        at = node.args[1]
        assert isinstance(at, Node)
        return _times(["q", "1/2"], scale, self._norm_square(residual, at.sort))

    def _t_loss_gradient(self, node: Node, context: Context) -> Json:
        net = self._attached(node)
        if net is not None:
            return ["v", f"grad_{self._symbol(node).name}", [], self._stage(net, context)]
        scale, residual = self._residual(node, context)
        return _times(scale, residual)

    def _model_letter(self, node: Node, context: Context, name: str) -> Json:
        return ["v", name, [], self._stage(self._symbol(node), context)]

    def _t_output(self, node: Node, context: Context) -> Json:
        return self._model_letter(node, context, self._symbol(node).name)

    def _t_jacobian(self, node: Node, context: Context) -> Json:
        return self._model_letter(node, context, self._symbol(node).fields["jacobian"])

    def _t_parameter(self, node: Node, context: Context) -> Json:
        return self._model_letter(node, context, self._symbol(node).fields["parameter"])

    def _t_time(self, node: Node, context: Context) -> Json:
        if self.time != "flow":
            raise NotExpressible("t is the time of a flow, and there is none", where=repr(node))
        if context.stage == "0":
            return ZERO
        return ["t"]

    def _t_identity(self, node: Node, context: Context) -> Json:
        return self._unit_of(node.sort, context)

    def _t_pi(self, node: Node, context: Context) -> Json:
        return ["pi"]

    def _t_hidden(self, node: Node, context: Context) -> Json:
        name = str(node.args[0])
        letter = self.hidden.get(name)
        if letter is None:
            raise StatementError(f"the hypothesis {name} has no hidden constant")
        return ["v", letter, [], ""]

    def _at_start(self, node: Node, context: Context) -> Context:
        if self.time == "none":
            raise NotExpressible(
                "there is no time here", where=repr(node), next="add a flow or a descent to the hypotheses"
            )
        return context.at("0")

    def _at_next(self, node: Node, context: Context) -> Context:
        if self.time != "descent" or context.stage:
            raise NotExpressible("after() needs a descent, and is not nested", where=repr(node))
        return context.at("+")

    def _t_start(self, node: Node, context: Context) -> Json:
        return self._term(next(node.children()), self._at_start(node, context))

    def _t_after(self, node: Node, context: Context) -> Json:
        return self._term(next(node.children()), self._at_next(node, context))

    def _t_D(self, node: Node, context: Context) -> Json:
        if self.time != "flow" or context.stage:
            raise NotExpressible("D() is the derivative along a flow at the present time", where=repr(node))
        return ["D", self._term(next(node.children()), context)]

    def _t_add(self, node: Node, context: Context) -> Json:
        a, b = self._args(node, context)
        return ["+", *(a[1:] if a[0] == "+" else [a]), b]

    def _t_sub(self, node: Node, context: Context) -> Json:
        a, b = self._args(node, context)
        return _minus(a, b)

    def _t_neg(self, node: Node, context: Context) -> Json:
        (a,) = self._args(node, context)
        return _opposite(a)

    def _t_mul(self, node: Node, context: Context) -> Json:
        return _times(*self._args(node, context))

    def _t_div(self, node: Node, context: Context) -> Json:
        a, b = self._args(node, context)
        if b[0] == "q" and Fraction(b[1]) != 0:
            return (
                _times(["q", str(Fraction(a[1]) / Fraction(b[1]))])
                if a[0] == "q"
                else _times(["q", str(1 / Fraction(b[1]))], a)
            )
        return _times(a, ["inv", b])

    def _t_matmul(self, node: Node, context: Context) -> Json:
        a, b = node.children()
        if isinstance(a.sort, Unit):
            return _times(self._term(a, context, self._square_for(b.sort, "rows")), self._term(b, context))
        if isinstance(b.sort, Unit):
            return _times(self._term(a, context), self._term(b, context, self._square_for(a.sort, "cols")))
        x, y = self._term(a, context), self._term(b, context)
        return ["*", *(x[1:] if x[0] == "*" else [x]), *(y[1:] if y[0] == "*" else [y])]

    def _square_for(self, sort: Sort, side: str) -> Sort:
        if isinstance(sort, Matrix):
            dim = sort.rows if side == "rows" else sort.cols
            return Matrix(dim, dim)
        return sort

    def _t_T(self, node: Node, context: Context) -> Json:
        return ["T", self._term(next(node.children()), context)]

    def _t_pow(self, node: Node, context: Context) -> Json:
        base, exponent = node.children()
        if form_of(exponent) is None:
            fraction = Fraction(str(exponent.args[0]))
            rooted = ["root", self._term(base, context), {"1": fraction.denominator}]
            return self._raise(rooted, Form.constant(fraction.numerator))
        form = self._form(exponent, context)
        value = form.value()
        inner, moved = _peel(base, context)
        if inner.op in ("frobenius", "norm") and value is not None and value > 0 and value % 2 == 0:
            squared = self._squared_norm(inner, moved)
            return squared if value == 2 else ["pow", squared, {"1": value // 2}]
        return self._raise(self._term(base, context), form)

    def _raise(self, base: Json, form: Form) -> Json:
        value = form.value()
        if value is not None and value < 0:
            return ["inv", self._raise(base, -form)]
        return base if value == 1 else ["pow", base, form.json()]

    def _t_kron(self, node: Node, context: Context) -> Json:
        a, b = node.children()
        return ["kr", self._term(a, context), self._term(b, context)]

    def _t_vec(self, node: Node, context: Context) -> Json:
        return ["vec", self._term(next(node.children()), context)]

    def _t_dot(self, node: Node, context: Context) -> Json:
        a, b = (self._term(x, context) for x in node.children())
        if isinstance(next(node.children()).sort, Vec):
            return _times(["T", a], b)  # stacked columns: their product is a scalar already
        return ["tr", _times(["T", a], b)]

    def _t_trace(self, node: Node, context: Context) -> Json:
        return ["tr", self._term(next(node.children()), context)]

    def _norm_square(self, x: Json, sort: Sort) -> Json:
        if isinstance(sort, Matrix) and sort.cols != ONE:
            return ["tr", _times(x, _transposed(x))]
        return ["tr", _times(_transposed(x), x)]

    def _squared_norm(self, node: Node, context: Context) -> Json:
        """The square of frobenius(X) or norm(x)."""
        inner = next(node.children())
        if _by_entries(inner):
            sort = need_matrix(inner)
            i = self._fresh("i", context)
            l = self._fresh("l", replace(context, scope=context.scope | {i}))  # noqa: E741
            deep = replace(context, scope=context.scope | {i, l})
            entry = self._entry(inner, Form.symbol(i), Form.symbol(l), deep)
            rows = ["sum", l, ONE.json(), self._dim(sort.cols, context), _square(entry)]
            return ["sum", i, ONE.json(), self._dim(sort.rows, context), rows]
        return self._norm_square(self._term(inner, context), inner.sort)

    def _t_frobenius(self, node: Node, context: Context) -> Json:
        return ["root", self._squared_norm(node, context), {"1": 2}]

    _t_norm = _t_frobenius

    def _t_sigma_min(self, node: Node, context: Context) -> Json:
        inner = next(node.children())
        assert isinstance(inner, Term)
        self._one_letter("sigma_min", inner, context)
        letter = self._sigma(inner)
        return ["v", letter, [], context.stage if self._is_moving(inner) else ""]

    def _t_lam_min(self, node: Node, context: Context) -> Json:
        raise NotExpressible(
            "lam_min stands alone", where=repr(node), next="state it as lam_min(A) >= c, or psd(A - c*I)"
        )

    def _t_rank(self, node: Node, context: Context) -> Json:
        raise NotExpressible(
            "rank stands alone",
            where=repr(node),
            next="state full rank as rank(W) == minimum(net.rows, net.cols)",
        )

    def _t_inverse(self, node: Node, context: Context) -> Json:
        raise NotExpressible("matrix inverses are not part of the kernel language", where=repr(node))

    def _t_one_sided_inverse(self, node: Node, context: Context) -> Json:
        inner = next(node.children())
        assert isinstance(inner, Term)
        self._one_letter("one_sided_inverse", inner, context)
        letter = self._define("inverse", inner)
        if letter is None:
            raise NotExpressible(
                f"{inner!r} has no one-sided inverse here",
                next="add the hypothesis rank(W) == minimum(rows, cols)",
            )
        return ["v", letter, [], context.stage if self._is_moving(inner) else ""]

    def _t_root(self, node: Node, context: Context) -> Json:
        inner, order = node.children()
        return ["root", self._term(inner, context), self._form(order, context).json()]

    def _t_preconditioner(self, node: Node, context: Context) -> Json:
        net = self._symbol(node)
        depth = need_index(net.fields["depth"]).substitute(context.env)
        j = self._fresh("j", context)
        whole = ["ch", net.name, depth.json(), ONE.json(), self._stage(net, context)]
        right = ["pow", ["root", ["*", ["T", whole], whole], depth.json()], (Form.symbol(j) - ONE).json()]
        left = ["pow", ["root", ["*", whole, ["T", whole]], depth.json()], (depth - Form.symbol(j)).json()]
        return ["sum", j, ONE.json(), depth.json(), ["kr", right, left]]

    def _t_entries(self, node: Node, context: Context) -> Json:
        raise NotExpressible(
            "a matrix given by its entries has no letter in the kernel language", where=repr(node),
            next="speak of its entries H[i, l], of frobenius(H), or of a double total",
        )  # fmt: skip

    def _t_entry(self, node: Node, context: Context) -> Json:
        matrix, i, l = node.children()  # noqa: E741
        return self._entry(matrix, self._form(i, context), self._form(l, context), context)

    def _entry(self, node: Node, i: Form, l: Form, context: Context) -> Json:  # noqa: E741
        if node.op == "entries":
            row, col, body = node.args[:3]
            assert isinstance(row, Symbol) and isinstance(col, Symbol) and isinstance(body, Node)
            return self._term(body, replace(context, env={**context.env, row.name: i, col.name: l}))
        if node.op in ("add", "sub"):
            a, b = (self._entry(x, i, l, context) for x in node.children())
            return ["+", a, b] if node.op == "add" else _minus(a, b)
        if node.op in ("mul", "div"):
            a, b = node.children()
            if isinstance(a.sort, Scalar):
                return _times(self._term(a, context), self._entry(b, i, l, context))
            factor = self._term(b, context)
            return _times(["inv", factor] if node.op == "div" else factor, self._entry(a, i, l, context))
        if node.op == "neg":
            return _opposite(self._entry(next(node.children()), i, l, context))
        if node.op == "T":
            return self._entry(next(node.children()), l, i, context)
        if node.op == "E":
            return ["E", self._entry(next(node.children()), i, l, context)]
        raise NotExpressible("entries are available for matrices that are given by their entries", where=repr(node))

    def _scalar(self, op: str, node: Node, context: Context) -> Json:
        return [op, self._term(next(node.children()), context)]

    def _t_exp(self, node: Node, context: Context) -> Json:
        return self._scalar("exp", node, context)

    def _t_log(self, node: Node, context: Context) -> Json:
        return self._scalar("log", node, context)

    def _t_cos(self, node: Node, context: Context) -> Json:
        return self._scalar("cos", node, context)

    def _t_acos(self, node: Node, context: Context) -> Json:
        return self._scalar("acos", node, context)

    def _t_sin(self, node: Node, context: Context) -> Json:
        (x,) = self._args(node, context)
        return ["cos", ["+", x, ["*", ["q", "-1/2"], ["pi"]]]]

    def _t_sqrt(self, node: Node, context: Context) -> Json:
        return ["root", self._term(next(node.children()), context), {"1": 2}]

    def _t_absolute(self, node: Node, context: Context) -> Json:
        return ["root", _square(self._term(next(node.children()), context)), {"1": 2}]

    def _t_relu(self, node: Node, context: Context) -> Json:
        z = self._term(next(node.children()), context)
        return _times(z, ["ind", z])

    def _extreme(self, node: Node, context: Context, sign: Json) -> Json:
        a, b = self._args(node, context)
        gap = ["root", _square(_minus(a, b)), {"1": 2}]
        return ["*", ["q", "1/2"], ["+", a, b, _times(sign, gap)]]

    def _t_minimum(self, node: Node, context: Context) -> Json:
        return self._extreme(node, context, MINUS)

    def _t_maximum(self, node: Node, context: Context) -> Json:
        return self._extreme(node, context, UNITY)

    def _sum(self, tag: str, node: Node, context: Context) -> Json:
        v, lo, hi, body = node.args
        assert isinstance(v, Symbol) and isinstance(lo, Node) and isinstance(hi, Node) and isinstance(body, Node)
        name, inner = self._bind(v, context)
        return [
            tag,
            name,
            self._form(lo, context).json(),
            self._form(hi, context).json(),
            self._term(body, inner),
        ]

    def _t_total(self, node: Node, context: Context) -> Json:
        return self._sum("sum", node, context)

    def _t_product(self, node: Node, context: Context) -> Json:
        return self._sum("prod", node, context)

    def _t_mean(self, node: Node, context: Context) -> Json:
        v, body = node.args
        assert isinstance(v, Symbol) and isinstance(body, Node)
        lo, hi = self._range(v, context)
        name, inner = self._bind(v, context)
        return _times(["inv", ["n", hi]], ["sum", name, lo, hi, self._term(body, inner)])

    def _t_mean_family(self, node: Node, context: Context) -> Json:
        family = self._symbol(node)
        hi = self._form(family.fields["count"], context).json()
        i = self._fresh("i", context)
        letter = ["v", family.name, [Form.symbol(i).json()], self._stage(family, context)]
        return _times(["inv", ["n", hi]], ["sum", i, ONE.json(), hi, letter])

    def _t_E(self, node: Node, context: Context) -> Json:
        return self._scalar("E", node, context)

    def _t_P(self, node: Node, context: Context) -> Json:
        return ["E", self._event(next(node.children()), context)]

    def _t_indicator(self, node: Node, context: Context) -> Json:
        return self._event(next(node.children()), context)

    # Events -------------------------------------------------------------------------------------------

    def _event(self, node: Node, context: Context) -> Json:
        op = node.op
        if op in ("ge", "gt", "le", "lt"):
            big, small = node.children() if op in ("ge", "gt") else reversed(list(node.children()))
            return self._order_event(big, small, op in ("gt", "lt"), context)
        if op in ("eq", "ne"):
            a, b = (self._scalar_side(x, context) for x in node.children())
            both = _times(["ind", _minus(a, b)], ["ind", _minus(b, a)])
            return both if op == "eq" else _complement(both)
        if op == "between":
            a, b, c = (self._scalar_side(x, context) for x in node.children())
            return _times(["ind", _minus(b, a)], ["ind", _minus(c, b)])
        if op == "both":
            return _times(*(self._event(x, context) for x in node.children()))
        if op == "either":
            return _complement(_times(*(_complement(self._event(x, context)) for x in node.children())))
        if op == "negation":
            return _complement(self._event(next(node.children()), context))
        if op == "implies":
            a, b = (self._event(x, context) for x in node.children())
            return _complement(_times(a, _complement(b)))
        if op == "forall":
            *bound, body = node.args
            assert isinstance(body, Node)
            ranges = []
            for v in bound:
                assert isinstance(v, Symbol)
                lo, hi = self._range(v, context)
                if hi is None:
                    raise NotExpressible(f"{v.name} has no upper end, an event needs one", where=repr(node))
                name, context = self._bind(v, context)
                ranges.append((name, lo, hi))
            result = self._event(body, context)
            for name, lo, hi in reversed(ranges):
                result = ["prod", name, lo, hi, result]
            return result
        raise NotExpressible(f"{op} is not an event", where=repr(node), next="events combine polynomial relations")

    def _scalar_side(self, node: Node, context: Context) -> Json:
        if not isinstance(node.sort, Scalar):
            raise NotExpressible("events compare scalars", where=repr(node))
        return self._term(node, context)

    def _order_event(self, big: Node, small: Node, strict: bool, context: Context) -> Json:
        if big.op == "absolute" and small.op != "absolute":  # |x| >= e is the complement of |x| < e
            return _complement(self._order_event(small, big, not strict, context))
        if small.op == "absolute":
            e, x = self._term(big, context), self._term(next(small.children()), context)
            if strict:
                return _times(_complement(["ind", _minus(x, e)]), _complement(["ind", _minus(_opposite(x), e)]))
            return _times(["ind", _minus(e, x)], ["ind", ["+", e, x]])
        if small.op in ("frobenius", "norm"):
            r, squared = self._term(big, context), self._squared_norm(small, context)
            if strict:
                return _times(_complement(["ind", _opposite(r)]), _complement(["ind", _minus(squared, _square(r))]))
            return _times(["ind", r], ["ind", _minus(_square(r), squared)])
        a, b = self._term(big, context), self._term(small, context)
        if strict:
            return _complement(["ind", _opposite(a) if b == ZERO else _minus(b, a) if a != ZERO else b])
        return ["ind", _minus(a, b)]

    # Formulas -----------------------------------------------------------------------------------------

    def _facts(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        method = getattr(self, f"_f_{node.op}", None)
        if method is None:
            raise NotExpressible(
                f"{node.op} cannot stand here", where=repr(node),
                next="the kernel knows equalities, inequalities and psd under `for all`; split the statement",
            )  # fmt: skip
        result: list[Json] = method(node, context, side, name)
        return result

    @staticmethod
    def _plain(*formulas: Json) -> list[Json]:
        return [{"all": [], "concl": f} for f in formulas]

    def _f_eq(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        a, b = node.children()
        for x, y in ((a, b), (b, a)):
            if x.op == "rank":
                return self._full_rank(x, y, context, side)
            if y.op == "num" and y.args == ("0",) and not isinstance(x.sort, Scalar):
                if isinstance(x.sort, Unit):
                    raise NotExpressible("the size of the unit matrix is open", where=repr(node))
                return self._plain(["eq", self._term(x, context), self._zero_of(x.sort, context)])
        sort = b.sort if isinstance(a.sort, Unit) else a.sort
        return self._plain(["eq", self._term(a, context, sort), self._term(b, context, sort)])

    def _full_rank(self, rank: Node, value: Node, context: Context, side: str) -> list[Json]:
        inner = next(rank.children())
        assert isinstance(inner, Term)
        sort = need_matrix(inner)
        ends = {d.sort.dim for d in value.children() if isinstance(d.sort, Scalar)}
        if value.op != "minimum" or ends != {sort.rows, sort.cols}:
            raise NotExpressible(
                "only full rank is expressible", where=repr(rank), next="write rank(W) == minimum(rows, cols)"
            )
        if side == "goal":
            raise NotExpressible(
                "full rank as a conclusion needs a witness",
                where=repr(rank),
                next="state pd(..) with witness=",
            )
        self._one_letter("full rank", inner, context)
        letter = self._define("inverse", inner)
        if letter is None:
            letter = self._name_for("inverse", inner)
            shape = [self._dim(sort.cols, Context()), self._dim(sort.rows, Context())]
            self._letter(letter, {"shape": shape, **({"dep": "any"} if self._is_moving(inner) else {})})
            self._defined.append(("inverse", inner, letter))
        w = self._term(inner, context)
        v = ["v", letter, [], context.stage if self._is_moving(inner) else ""]
        right = ["eq", _times(w, v), ["one", self._dim(sort.rows, context)]]
        left = ["eq", _times(v, w), ["one", self._dim(sort.cols, context)]]
        return self._plain(*{"wide": [right], "tall": [left]}.get(self.case.shape, [right, left]))

    def _f_ne(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        a, b = (self._scalar_side(x, context) for x in node.children())
        return self._plain(["ne", a, b])

    def _f_ge(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        big, small = node.children()
        return self._order(big, small, node.op in ("gt", "lt"), context, side)

    _f_gt = _f_ge

    def _f_le(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        small, big = node.children()
        return self._order(big, small, node.op in ("gt", "lt"), context, side)

    _f_lt = _f_le

    def _order(self, big: Node, small: Node, strict: bool, context: Context, side: str) -> list[Json]:
        relation = "gt" if strict else "ge"
        low, low_context = _peel(small, context)
        high, high_context = _peel(big, context)
        if low.op == "absolute":
            e, x = self._term(big, context), self._term(next(low.children()), low_context)
            return self._plain([relation, e, x], [relation, e, _opposite(x)])
        if low.op in ("frobenius", "norm"):
            r, squared = self._term(big, context), self._squared_norm(low, low_context)
            return self._plain([relation, r, ZERO], [relation, _minus(_square(r), squared), ZERO])
        if high.op == "lam_min" and not strict:
            inner = next(high.children())
            return self._plain(["psd", self._shifted(inner, small, high_context, context)])
        if high.op == "sigma_min" and not strict and (side == "goal" or visibly_nonnegative(small)):
            inner = next(high.children())
            assert isinstance(inner, Term)
            if isinstance(inner.sort, Matrix):
                if not visibly_nonnegative(small):
                    self.needs.append({"never": "a bound on a least singular value is squared and may be negative"})
                bound = self._term(small, context)
                return self._plain(*self._sigma_floor(inner, bound, high_context, everything=side == "hyp"))
        return self._plain([relation, self._term(big, context), self._term(small, context)])

    def _shifted(self, matrix: Node, bound: Node, matrix_context: Context, context: Context) -> Json:
        """matrix - bound * unit."""
        a = self._term(matrix, matrix_context)
        return _minus(a, _times(self._term(bound, context), self._unit_of(matrix.sort, context)))

    def _f_between(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        a, b, c = node.children()
        return [*self._order(b, a, False, context, side), *self._order(c, b, False, context, side)]

    def _f_psd(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        return self._plain(["psd", self._term(next(node.children()), context)])

    def _f_pd(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        matrix, *witness = node.children()
        a = self._term(matrix, context)
        if witness:
            if side == "hyp":
                raise NotExpressible(
                    "a witness of pd is for conclusions: as a hypothesis it would say more than is shown",
                    where=repr(node), next="write psd(A - c*I) and c > 0",
                )  # fmt: skip
            c = self._term(witness[0], context)
            self.needs.append({"never": "a witness that fails does not show that there is none"})
        elif side == "hyp":
            if _outcomes(matrix):
                self._one_letter("pd", matrix, context)
            letter = f"{name}_floor"
            self._letter(letter, {"dep": "any"} if self._is_moving(matrix) else {})
            c = ["v", letter, [], context.stage if self._is_moving(matrix) else ""]
        else:
            raise NotExpressible(
                "pd as a conclusion needs a witness", where=repr(node),
                next="write pd(A, witness=c) with a term c > 0 for which A - c*I is PSD",
            )  # fmt: skip
        unit = self._unit_of(matrix.sort, context)
        return self._plain(["gt", c, ZERO], ["psd", _minus(a, _times(c, unit))])

    def _f_both(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        return [fact for item in node.children() for fact in self._facts(item, context, side, name)]

    def _f_negation(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        inner = next(node.children())
        opposite = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge", "eq": "ne", "ne": "eq"}.get(inner.op)
        special = {x.op for x in inner.children()} & {
            "absolute",
            "frobenius",
            "norm",
            "sigma_min",
            "lam_min",
            "rank",
        }
        if opposite is None or special or not all(isinstance(x.sort, Scalar) for x in inner.children()):
            raise NotExpressible("this negation is not one relation", where=repr(node), next="negate by hand")
        return self._facts(Formula(opposite, inner.args, inner.sort), context, side, name)

    def _f_forall(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        *bound, body = node.args
        assert isinstance(body, Node)
        alls: list[Json] = []
        for v in bound:
            assert isinstance(v, Symbol)
            lo, hi = self._range(v, context)
            if hi is None and side == "hyp" and any(x.op == "pd" for x in walk(body)):
                raise NotExpressible(
                    f"pd for all {v.name} without end: one constant need not serve for all of them", where=repr(body),
                    next="write psd(A - c*I) and c > 0 with a term c that depends on the index",
                )  # fmt: skip
            fresh, context = self._bind(v, context)
            alls.append([fresh, lo, hi])
        return [
            {"all": [*alls, *fact["all"]], "concl": fact["concl"]} for fact in self._facts(body, context, side, name)
        ]

    def _f_start(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        return self._facts(next(node.children()), self._at_start(node, context), side, name)

    def _f_balanced(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        net, at = self._symbol(node), node.args[1]
        if at == "0":
            if self.time == "none":
                raise NotExpressible("balanced(.., at=0) needs a flow or a descent", where=repr(node))
            context = context.at("0")
        v = self._fresh("j", context)
        j, depth = Form.symbol(v), need_index(net.fields["depth"])
        stage = self._stage(net, context)
        upper: Json = ["v", net.name, [(j + ONE).json()], stage]
        lower: Json = ["v", net.name, [j.json()], stage]
        concl = ["eq", ["*", ["T", upper], upper], ["*", lower, ["T", lower]]]
        return [{"all": [[v, ONE.json(), (depth - ONE).json()]], "concl": concl}]

    def _f_clock(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        if side == "goal":
            raise NotExpressible("the clock is a hypothesis", where=repr(node))
        return []

    def _f_flow(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        over, loss, *rates = node.args
        assert isinstance(over, Symbol) and isinstance(loss, Symbol)
        if side == "goal":
            raise NotExpressible("a flow is a hypothesis", where=repr(node))
        if over.kind == "model":
            jacobian: Json = ["v", over.fields["jacobian"], [], ""]
            residual = _minus(["v", over.name, [], ""], self._term(loss.fields["target"], context))
            scale = loss.fields.get("over")
            factor = UNITY if scale is None else ["inv", self._term(scale, context)]
            moved = ["D", ["v", over.fields["parameter"], [], ""]]
            return self._plain(["eq", moved, _opposite(_times(factor, ["T", jacobian], residual))])
        v = self._fresh("j", context)
        j: Json = [Form.symbol(v).json()]
        gradient: Json = ["v", f"grad_{loss.name}_{over.name}", j, ""]
        rate = UNITY
        if rates:
            assert isinstance(rates[0], Symbol)
            rate = ["v", rates[0].name, j, ""]
        concl = ["eq", ["D", ["v", over.name, j, ""]], _opposite(_times(rate, gradient))]
        return [{"all": [[v, ONE.json(), need_index(over.fields["depth"]).json()]], "concl": concl}]

    def _f_descent(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        over, loss, step = node.args
        assert isinstance(over, Symbol) and isinstance(loss, Symbol) and isinstance(step, Node)
        if side == "goal":
            raise NotExpressible("a descent is a hypothesis", where=repr(node))
        v = self._fresh("j", context)
        j: Json = [Form.symbol(v).json()]
        gradient: Json = ["v", f"grad_{loss.name}_{over.name}", j, ""]
        after = _minus(["v", over.name, j, ""], _times(self._term(step, context), gradient))
        concl = ["eq", ["v", over.name, j, "+"], after]
        return [{"all": [[v, ONE.json(), need_index(over.fields["depth"]).json()]], "concl": concl}]

    def _f_at_least_order(self, node: Node, context: Context, side: str, name: str) -> list[Json]:
        if side == "goal":
            raise NotExpressible("a hidden constant in a conclusion", where=repr(node), next="give the constant")
        a, b = list(node.children())[:2]
        letter = f"c_{name}"
        self._letter(letter, {})
        self.hidden[name] = letter
        c: Json = ["v", letter, [], ""]
        self._assume(f"{letter}.positive", ["gt", c, ZERO])
        big, small = self._term(a, context), _times(c, self._term(b, context))
        return self._plain(["ge", big, small] if node.op == "at_least_order" else ["ge", small, self._term(a, context)])

    _f_at_most_order = _f_at_least_order


def _about_rank(formula: Formula) -> bool:
    return formula.op == "eq" and any(x.op == "rank" for x in formula.children())


def _outcomes(node: Node) -> bool:
    """Does a random letter occur outside of expectations and probabilities?"""
    if node.op in ("E", "P"):
        return False
    if any(isinstance(arg, Symbol) and arg.kind == "random" for arg in node.args):
        return True
    return any(map(_outcomes, node.children()))


def _peel(node: Node, context: Context) -> tuple[Node, Context]:
    """See through start(..)."""
    while node.op == "start":
        node, context = next(node.children()), context.at("0")
    return node, context


def _whole(node: Node) -> Symbol | None:
    """The network whose end-to-end matrix this is."""
    if node.op == "chain":
        net, hi, lo = node.args
        assert isinstance(net, Symbol) and isinstance(hi, Node) and isinstance(lo, Node)
        if need_index(hi) == need_index(net.fields["depth"]) and need_index(lo) == ONE:
            return net
    return None


def _by_entries(node: Node) -> bool:
    if node.op == "entries":
        return True
    if node.op in ("add", "sub", "mul", "div", "neg", "T", "E"):
        return any(_by_entries(x) for x in node.children() if isinstance(x.sort, Matrix))
    return False


def visibly_nonnegative(node: Node) -> bool:
    """Non-negative by the domains of its symbols; used to choose the plain form of sigma_min(W) >= c."""
    if node.op == "num":
        return Fraction(str(node.args[0])) >= 0
    if node.op in ("sym", "member"):
        symbol = node.args[0]
        assert isinstance(symbol, Symbol)
        return symbol.kind == "nat" or bool(symbol.fields.get("positive") or symbol.fields.get("nonnegative"))
    if node.op in ("root", "exp", "frobenius", "norm", "absolute", "sigma_min", "width", "P", "sqrt", "pi"):
        return True
    if node.op in ("add", "mul", "div"):
        return all(visibly_nonnegative(x) for x in node.children())
    if node.op == "pow":
        return visibly_nonnegative(next(node.children()))
    return False


def compilers(hypotheses: Hypotheses, conclusion: Formula) -> list[Compiler]:
    """One compiler for each kernel statement that `hypotheses` and `conclusion` stand for."""
    return [Compiler(hypotheses, conclusion, case) for case in cases(hypotheses, conclusion)]

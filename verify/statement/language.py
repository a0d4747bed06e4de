"""The names a claim file uses: symbols, networks, losses, dynamics, operations."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .errors import StatementError
from .terms import Formula, Symbol, Term, as_term, form_of, formula, free_symbols, term

PROVED, REFUTED, ILL_SORTED, OPEN = "PROVED", "REFUTED", "ILL-SORTED", "OPEN"
ENCLOSED, TESTED = "ENCLOSED", "TESTED"

I = term("unit")  # noqa: E741
t = term("time")
pi = term("pi")


def identity(size: object) -> Term:
    """The unit matrix of a stated size; `I` takes its size from its surroundings."""
    return term("identity", as_term(size))


class Law:
    """The law of a random letter: data, not a term."""

    def __init__(self, kind: str, dim: Term | None = None, low: Term | None = None, high: Term | None = None) -> None:
        self.kind, self.dim, self.low, self.high = kind, dim, low, high

    def __repr__(self) -> str:
        return self.kind


rademacher = Law("rademacher")
angle = Law("angle")  # uniform on [-pi, pi]


def gaussian(dim: object = 1) -> Law:
    """The law of standard normal columns with `dim` independent entries."""
    return Law("gauss", dim=as_term(dim))


def bounded(low: object, high: object) -> Law:
    """Any law on the interval from low to high."""
    return Law("bounded", low=as_term(low), high=as_term(high))


class Family:
    """A family of letters, indexed 1..count."""

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol

    def __getitem__(self, index: object) -> Term:
        return term("member", self.symbol, as_term(index))

    def __iter__(self) -> Any:
        raise StatementError(f"{self.symbol.name} cannot be iterated over", next="use an index symbol")

    def __repr__(self) -> str:
        return f"<family {self.symbol.name}>"


class FamilyAtStart(Family):
    """The members of a family at time 0."""

    stage = "0"

    def __getitem__(self, index: object) -> Term:
        return term("start", super().__getitem__(index))


def Q(value: int | str | Fraction, denominator: int = 1) -> Term:
    """An exact rational, `value` over `denominator`: Q(1, 2), Q("0.1"). Raises StatementError for floats."""
    from .terms import number

    if isinstance(value, float) or isinstance(denominator, float):
        raise StatementError("Q takes integers or a string, never a float", next="write Q('0.1') or Q(1, 10)")
    return number(Fraction(value) / denominator)


def _bounds(lo: object, hi: object) -> tuple[Term, Term]:
    return as_term(lo), as_term(hi)


def nat(name: str, *, at_least: int = 0, between: tuple[object, object] | None = None) -> Term:
    """A natural number called `name`, at least `at_least`, or `between` two index expressions (both included).
    Raises StatementError for a bound of another kind.
    """
    fields: dict[str, Any] = {}
    if between is not None:
        fields["between"] = _bounds(*between)
    else:
        if not isinstance(at_least, int) or isinstance(at_least, bool) or at_least < 0:
            raise StatementError("at_least is a natural number", next="use between=(lo, hi) for symbolic bounds")
        fields["at_least"] = at_least
    return term("sym", Symbol(name, "nat", fields))


def index(name: str, count: object) -> Term:
    """An index called `name` that runs over 1..count."""
    return nat(name, between=(1, count))


def _real_fields(
    positive: bool, nonnegative: bool, nonzero: bool, at_least: object, open: object, closed: object
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, flag in (("positive", positive), ("nonnegative", nonnegative), ("nonzero", nonzero)):
        if flag:
            fields[key] = True
    if at_least is not None:
        fields["at_least"] = as_term(at_least)
    for key, ends in (("open", open), ("closed", closed)):
        if ends is not None:
            if not isinstance(ends, tuple) or len(ends) != 2:
                raise StatementError(f"{key}= takes a pair of ends")
            fields[key] = _bounds(*ends)
    return fields


def real(
    name: str,
    *,
    positive: bool = False,
    nonnegative: bool = False,
    nonzero: bool = False,
    at_least: object = None,
    open: tuple[object, object] | None = None,
    closed: tuple[object, object] | None = None,
) -> Term:
    """A real number called `name` with its domain: `positive`, `nonnegative`, `nonzero`, `at_least` a bound, in
    an `open` or a `closed` interval given by its ends.
    """
    return term("sym", Symbol(name, "real", _real_fields(positive, nonnegative, nonzero, at_least, open, closed)))


def chosen(name: str, *, positive: bool = False) -> Term:
    """A number called `name`, `positive` if so said, that a printed statement claims to exist, chosen before
    every other symbol.
    """
    fields: dict[str, Any] = {"chosen": True}
    if positive:
        fields["positive"] = True
    return term("sym", Symbol(name, "real", fields))


def chosen_nat(name: str, *, at_least: int = 0) -> Term:
    """A natural number called `name` and at least `at_least`, that a printed statement claims to exist, such as
    the number of steps after which it holds.
    """
    return term("sym", Symbol(name, "nat", {"at_least": at_least, "chosen": True}))


def reals(
    name: str,
    *,
    count: object,
    positive: bool = False,
    nonnegative: bool = False,
    nonzero: bool = False,
    at_least: object = None,
    open: tuple[object, object] | None = None,
    closed: tuple[object, object] | None = None,
) -> Family:
    """A family of real numbers called `name`, indexed 1..count; the domain (`positive`, `nonnegative`, `nonzero`,
    `at_least`, `open`, `closed`) as for `real`.
    """
    fields = {"count": as_term(count)}
    fields.update(_real_fields(positive, nonnegative, nonzero, at_least, open, closed))
    return Family(Symbol(name, "real", fields))


def vector(name: str, dim: object) -> Term:
    """A column called `name` with `dim` entries."""
    return term("sym", Symbol(name, "matrix", {"shape": (as_term(dim), as_term(1))}))


def vectors(name: str, *, count: object, dim: object) -> Family:
    """A family of columns called `name` with `dim` entries each, indexed 1..count."""
    return Family(Symbol(name, "matrix", {"count": as_term(count), "shape": (as_term(dim), as_term(1))}))


def unit_vector(name: str, dim: object) -> Term:
    """A column called `name` of Euclidean norm 1, with `dim` entries."""
    return term("sym", Symbol(name, "matrix", {"shape": (as_term(dim), as_term(1)), "unit": True}))


def unit_vectors(name: str, *, count: object, dim: object) -> Family:
    """A family of columns called `name` of Euclidean norm 1, with `dim` entries each, indexed 1..count."""
    fields = {"count": as_term(count), "shape": (as_term(dim), as_term(1)), "unit": True}
    return Family(Symbol(name, "matrix", fields))


def matrix(
    name: str, rows: object = None, cols: object = None, *, like: Term | None = None, symmetric: bool = False
) -> Term:
    """A constant matrix called `name` of shape `rows` x `cols`, or of the shape of the matrix `like`; `symmetric`
    needs rows = cols. Raises StatementError unless there is exactly one shape.
    """
    fields: dict[str, Any] = {}
    if like is not None:
        if rows is not None or cols is not None:
            raise StatementError("matrix takes a shape or like=, not both")
        fields["like"] = as_term(like)
    elif rows is None or cols is None:
        raise StatementError(
            f"the matrix {name} needs a shape", next="matrix(name, rows, cols) or matrix(name, like=A)"
        )
    else:
        fields["shape"] = _bounds(rows, cols)
    if symmetric:
        fields["symmetric"] = True
    return term("sym", Symbol(name, "matrix", fields))


def matrices(name: str, rows: object, cols: object, *, count: object) -> Family:
    """A family of constant matrices called `name`, each `rows` x `cols`, indexed 1..count."""
    return Family(Symbol(name, "matrix", {"count": as_term(count), "shape": _bounds(rows, cols)}))


def curve(name: str, rows: object = None, cols: object = None) -> Term:
    """A number, or a `rows` x `cols` matrix, called `name`, that moves differentiably in time; needs clock() or a
    flow. Raises StatementError for rows without columns.
    """
    if (rows is None) != (cols is None):
        raise StatementError(f"the curve {name} needs rows and columns, or neither")
    if rows is None:
        return term("sym", Symbol(name, "real", {"moving": True}))
    return term("sym", Symbol(name, "matrix", {"shape": _bounds(rows, cols), "moving": True}))


def curves(name: str, *, count: object, dim: object = None) -> Family:
    """A family of numbers, or of columns with `dim` entries, called `name` and indexed 1..count, that move
    differentiably in time.
    """
    fields: dict[str, Any] = {"count": as_term(count), "moving": True}
    if dim is None:
        return Family(Symbol(name, "real", fields))
    return Family(Symbol(name, "matrix", {**fields, "shape": (as_term(dim), as_term(1))}))


def iid(name: str, *, law: Law, count: object = None) -> Any:
    """Independent, identically distributed letters with this `law`, called `name`; without `count` a single
    random letter.
    """
    fields: dict[str, Any] = {"law": law.kind}
    if law.kind == "gauss":
        assert law.dim is not None
        fields["shape"] = (law.dim, as_term(1))
    elif law.kind == "bounded":
        fields["range"] = (law.low, law.high)
    if count is None:
        return term("sym", Symbol(name, "random", fields))
    fields["count"] = as_term(count)
    return Family(Symbol(name, "random", fields))


# Networks, losses, models ----------------------------------------------------------------------------------


class Layers(Family):
    """The layers W[1], .., W[N] of a linear network; W[j] has shape width(j) x width(j - 1)."""

    def __getitem__(self, index: object) -> Term:
        return term("layer", self.symbol, as_term(index))


class Gradients:
    """Gradients of a loss of the end-to-end matrix with respect to the layers."""

    def __init__(self, loss: Symbol, net: Symbol) -> None:
        self.loss, self.net = loss, net

    def __getitem__(self, index: object) -> Term:
        return term("layer_gradient", self.loss, self.net, as_term(index))


class Network:
    """Layers W[1], .., W[depth]; layer j has shape d[j] x d[j-1] with free widths d."""

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol
        self.depth: Term = symbol.fields["depth"]

    @property
    def layers(self) -> Layers:
        """The layers, to be taken by index: `net.layers[j]`."""
        return Layers(self.symbol)

    @property
    def end(self) -> Term:
        """The end-to-end matrix W[N] .. W[1]."""
        return self.chain(self.depth, 1)

    def chain(self, hi: object, lo: object) -> Term:
        """W[hi] .. W[lo]; the unit matrix when hi = lo - 1."""
        return term("chain", self.symbol, as_term(hi), as_term(lo))

    def above(self, j: object) -> Term:
        """The product of the layers above layer j."""
        return self.chain(self.depth, as_term(j) + 1)

    def below(self, j: object) -> Term:
        """The product of the layers below layer j."""
        return self.chain(as_term(j) - 1, 1)

    def gradients(self, loss: Loss) -> Gradients:
        """Gradients of `loss` at the end-to-end matrix with respect to each layer: entry j has the shape of layer j."""
        return Gradients(loss.symbol, self.symbol)

    def width(self, j: object) -> Term:
        """The width of layer `j`, for 0 <= j <= depth: a dimension."""
        return term("width", self.symbol, as_term(j))

    @property
    def rows(self) -> Term:
        """The number of rows of the end-to-end matrix, the width of the last layer."""
        return self.width(self.depth)

    @property
    def cols(self) -> Term:
        """The number of columns of the end-to-end matrix, the width of the input."""
        return self.width(0)

    def __repr__(self) -> str:
        return f"<network {self.symbol.name}>"


def linear_network(name: str, depth: object, *, widths: str = "d") -> Network:
    """A linear network called `name` of symbolic depth; `widths` names the family of its layer widths. Raises
    StatementError for a depth that may be 0 or is no index expression.
    """
    deep = as_term(depth)
    if deep.op == "sym":
        (symbol,) = deep.args
        assert isinstance(symbol, Symbol)
        if symbol.fields.get("at_least", 1) < 1:
            raise StatementError(f"the depth {symbol.name} may be 0", next=f'write nat("{symbol.name}", at_least=1)')
    if form_of(deep) is None:
        raise StatementError(f"{deep!r} cannot be a depth", next="use a natural symbol or a number")
    return Network(Symbol(name, "network", {"depth": deep, "widths": widths}))


class Loss:
    """A scalar function of a matrix."""

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol

    def __call__(self, at: object) -> Term:
        return term("loss", self.symbol, as_term(at))

    def gradient(self, at: object) -> Term:
        """The gradient of the loss at the matrix `at`, a matrix of the same shape."""
        return term("loss_gradient", self.symbol, as_term(at))

    def __repr__(self) -> str:
        return f"<loss {self.symbol.name}>"


def function(name: str, on: Term, smooth: str = "C1") -> Loss:
    """Any real function on the matrices of the shape of `on`, differentiable as often as `smooth` says. It is
    called `name`. Raises StatementError for another class.
    """
    if smooth not in ("C1", "C2"):
        raise StatementError(f"unknown class {smooth!r}", next="use C1 or C2")
    return Loss(Symbol(name, "function", {"on": as_term(on), "smooth": smooth}))


def half_square(target: object, *, over: object = None, name: str = "ell") -> Loss:
    """X -> 1/2 ||X - target||_F^2, divided by `over` if given; pages call it `name`."""
    fields: dict[str, Any] = {"target": as_term(target)}
    if over is not None:
        fields["over"] = as_term(over)
    return Loss(Symbol(name, "half_square", fields))


def grad(loss: Loss, at: object) -> Term:
    """The gradient of a loss at a matrix, of the shape of the matrix."""
    return loss.gradient(at)


class Model:
    """A differentiable model with finitely many outputs; along a path its outputs move by the Jacobian."""

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol

    @property
    def output(self) -> Term:
        """The vector of outputs at the current parameters."""
        return term("output", self.symbol)

    @property
    def jacobian(self) -> Term:
        """The derivative of the outputs with respect to the parameters: outputs x parameters."""
        return term("jacobian", self.symbol)

    @property
    def parameters(self) -> Term:
        """The vector of parameters."""
        return term("parameter", self.symbol)

    @property
    def gram(self) -> Term:
        """J J^T, the tangent kernel matrix of the model."""
        return self.jacobian @ self.jacobian.T

    def __repr__(self) -> str:
        return f"<model {self.symbol.name}>"


def differentiable_model(
    name: str, *, outputs: object, parameters: object, jacobian: str = "J", parameter: str = "theta"
) -> Model:
    """A model called `name`: outputs (outputs x 1), their derivative called `jacobian` (outputs x parameters),
    and parameters called `parameter` (parameters x 1).
    """
    fields: dict[str, Any] = {"outputs": as_term(outputs), "parameters": as_term(parameters)}
    fields.update(jacobian=jacobian, parameter=parameter)
    return Model(Symbol(name, "model", fields))


def gradient_flow(over: Network | Model, loss: Loss, *, rates: Family | None = None) -> Formula:
    """The parameters of the network or model `over` move against the gradient of the loss, layer j at rate
    rates[j].
    """
    extra = () if rates is None else (rates.symbol,)
    return formula("flow", over.symbol, loss.symbol, *extra)


def clock() -> Formula:
    """The time t runs on from 0; nothing moves but t and curves, whose equations of motion are hypotheses."""
    return formula("clock")


def gradient_descent(over: Network, loss: Loss, *, step: object) -> Formula:
    """The next iterate of the network `over` is the present one minus step times the gradient of the `loss`."""
    return formula("descent", over.symbol, loss.symbol, as_term(step))


def balanced(net: Network, at: int | None = None) -> Formula:
    """W[j+1]^T W[j+1] = W[j] W[j]^T for neighbouring layers of `net`; at=0 speaks of the start only. Raises
    StatementError for another time.
    """
    if at not in (None, 0):
        raise StatementError("balanced takes at=0 or no time")
    return formula("balanced", net.symbol, "now" if at is None else "0")


def preconditioner(net: Network) -> Term:
    """sum_j [W^T W]^((j-1)/N) (x) [W W^T]^((N-j)/N) for the end-to-end matrix W of `net`."""
    return term("preconditioner", net.symbol)


# Time ------------------------------------------------------------------------------------------------------


def start(item: Any) -> Any:
    """The value of `item` at time 0."""
    if isinstance(item, Formula):
        return formula("start", item)
    if isinstance(item, Family):
        return FamilyAtStart(item.symbol)
    return term("start", as_term(item))


def after(item: object) -> Term:
    """The value of `item` at the next iterate."""
    return term("after", as_term(item))


def D(item: object) -> Term:
    """The time derivative of `item` along the flow."""
    return term("D", as_term(item))


# Operations ------------------------------------------------------------------------------------------------


_SAID = {
    "absolute": "|x| of a real term; as one side of an inequality it unfolds to the two inequalities for x and -x.",
    "acos": "The arc cosine of a real term in [-1, 1], with values in [0, pi].",
    "cos": "The cosine of a real term.",
    "exp": "The exponential of a real term.",
    "frobenius": "The Frobenius norm of a matrix of any shape, the square root of tr(X X^T): a scalar.",
    "inverse": "The inverse of a square matrix, or 1/x of a scalar.",
    "lam_min": "The least eigenvalue of a symmetric matrix; lam_min(A) >= c says that A - c I is PSD.",
    "log": "The natural logarithm of a positive real term; 0 elsewhere, like all total functions.",
    "norm": "The Euclidean norm of a column: a scalar.",
    "one_sided_inverse": "The inverse that full rank gives: right of a wide matrix, left of a tall one.",
    "rank": "The rank of a matrix; known in rank(W) == minimum(rows, cols), that there is a one-sided inverse.",
    "relu": "max(z, 0) of a real term: z times the indicator of z >= 0.",
    "sigma_min": "The least singular value of a matrix: wide, tall, or square. Unfolds to W W^T or W^T W.",
    "sin": "The sine of a real term.",
    "sqrt": "The square root of a non-negative real term; 0 elsewhere.",
    "trace": "The trace of a square matrix: a scalar.",
    "vec": "The columns of a matrix stacked on each other: r x c becomes a column of length r c.",
}


def _unary(op: str) -> Callable[[object], Term]:
    def apply(item: object) -> Term:
        return term(op, as_term(item))

    apply.__name__ = op
    apply.__doc__ = _SAID[op]
    return apply


exp, log, sqrt, cos, sin, acos = (_unary(op) for op in ("exp", "log", "sqrt", "cos", "sin", "acos"))
absolute, relu, trace, vec = (_unary(op) for op in ("absolute", "relu", "trace", "vec"))
frobenius, norm, rank = (_unary(op) for op in ("frobenius", "norm", "rank"))
sigma_min, lam_min, inverse, one_sided_inverse = (
    _unary(op) for op in ("sigma_min", "lam_min", "inverse", "one_sided_inverse")
)


def kron(a: object, b: object) -> Term:
    """The Kronecker product: shapes a x b and c x d give (a c) x (b d). Horn and Johnson, section 4.2."""
    return term("kron", as_term(a), as_term(b))


def dot(a: object, b: object) -> Term:
    """The inner product a^T b of two columns of the same length: a scalar."""
    return term("dot", as_term(a), as_term(b))


def quadratic(a: object, v: object) -> Term:
    """The quadratic form v^T a v of a square matrix `a` and a column `v`."""
    return dot(v, as_term(a) @ as_term(v))


def root(a: object, order: object) -> Term:
    """The PSD root of a PSD matrix, the non-negative root of a number; the order is an index expression."""
    return term("root", as_term(a), as_term(order))


def minimum(a: object, b: object) -> Term:
    """The smaller of two real terms or sizes, `a` and `b`."""
    return term("minimum", as_term(a), as_term(b))


def maximum(a: object, b: object) -> Term:
    """The larger of two real terms or sizes, `a` and `b`."""
    return term("maximum", as_term(a), as_term(b))


def _index_symbol(item: object) -> Symbol:
    if isinstance(item, Term) and item.op == "sym":
        (symbol,) = item.args
        if isinstance(symbol, Symbol) and symbol.kind == "nat":
            return symbol
    raise StatementError(f"{item!r} is not an index symbol", next="declare it with index(name, count) or nat(name)")


def _range_of(symbol: Symbol, given: tuple[object, ...]) -> tuple[Term, Term]:
    if len(given) == 2:
        return _bounds(*given)
    if not given and symbol.fields.get("between") is not None:
        lo, hi = symbol.fields["between"]
        return lo, hi
    raise StatementError(f"the range of {symbol.name} is not known", next="write total(j, 1, N, body)")


def total(j: object, *args: object) -> Term:
    """The sum over an index: `args` are lo, hi, body, or the body alone for the declared range of j."""
    symbol = _index_symbol(j)
    *given, body = args
    lo, hi = _range_of(symbol, tuple(given))
    return term("total", symbol, lo, hi, as_term(body))


def product(j: object, *args: object) -> Term:
    """The product of scalars over the index `j`: `args` are lo, hi, body, or the body alone for the declared
    range.
    """
    symbol = _index_symbol(j)
    *given, body = args
    lo, hi = _range_of(symbol, tuple(given))
    return term("product", symbol, lo, hi, as_term(body))


def mean(over: object, body: object = None) -> Term:
    """The mean of a family, or of a body over an index. Raises StatementError for an index without a body, or a
    family with one.
    """
    if isinstance(over, Family):
        if body is not None:
            raise StatementError("mean of a family takes no body")
        return term("mean_family", over.symbol)
    if body is None:
        raise StatementError("mean needs a body", next="write mean(r, body) with an index r, or mean(Z) for a family")
    return term("mean", _index_symbol(over), as_term(body))


def kernel_matrix(*args: object, name: str = "") -> Term:
    """The matrix with the given entries; `args` are i, l, body, or the body alone. With a `name` pages show its
    entries by that name, next to what they are. Raises StatementError unless two indices are free in the body.
    """
    tail = (name,) if name else ()
    if len(args) == 3:
        return term("entries", _index_symbol(args[0]), _index_symbol(args[1]), as_term(args[2]), *tail)
    (body,) = args
    entry = as_term(body)
    free = [s for same_name in free_symbols(entry).values() for s in same_name]
    indices = [s for s in free if s.kind == "nat" and s.fields.get("between") is not None]
    if len(indices) != 2:
        names = ", ".join(s.name for s in indices) or "none"
        raise StatementError(
            f"the entry has these free indices: {names}; two are needed",
            next="write kernel_matrix(i, l, body)",
        )
    return term("entries", indices[0], indices[1], entry, *tail)


def E(item: object) -> Term:
    """The expectation of `item` over all random letters."""
    return term("E", as_term(item))


def _event(item: object) -> Formula:
    if isinstance(item, Formula):
        return item
    raise StatementError(f"{item!r} is not a relation", next="an event is built from relations: dot(g, x) >= 0")


def P(event: object) -> Term:
    """The probability of `event`, a finite Boolean combination of relations."""
    return term("P", _event(event))


def indicator(event: object) -> Term:
    """1 where `event`, a relation between real terms, holds, 0 elsewhere."""
    return term("indicator", _event(event))


# Relations -------------------------------------------------------------------------------------------------


def psd(a: object) -> Formula:
    """The matrix `a` is symmetric and positive semidefinite."""
    return formula("psd", as_term(a))


def pd(a: object, *, witness: object = None) -> Formula:
    """Symmetric and positive definite: A - c I is PSD for some c > 0; in a conclusion c is the witness."""
    return formula("pd", as_term(a), *(() if witness is None else (as_term(witness),)))


def both(*items: object) -> Formula:
    """All relations in `items` hold."""
    return formula("both", *map(_event, items))


def either(*items: object) -> Formula:
    """At least one of the relations in `items` holds."""
    return formula("either", *map(_event, items))


def negation(item: object) -> Formula:
    """The relation `item` does not hold."""
    return formula("negation", _event(item))


def implies(a: object, b: object) -> Formula:
    """If the relation `a` holds, so does `b`."""
    return formula("implies", _event(a), _event(b))


def iff(a: object, b: object) -> Formula:
    """Both relations `a` and `b` hold or neither does; as a conclusion, two kernel statements."""
    return formula("iff", _event(a), _event(b))


def forall(*args: object) -> Formula:
    """The relation holds for all values of the indices, over the ranges with which they were declared: `args` are
    the indices and then the relation. Raises StatementError without an index.
    """
    """forall(i, l, relation): for all values of the indices in their declared ranges."""
    *bound, body = args
    if not bound:
        raise StatementError("forall needs an index", next="write forall(i, relation)")
    return formula("forall", *map(_index_symbol, bound), _event(body))


def between(a: object, b: object, c: object) -> Formula:
    """a <= b <= c."""
    return formula("between", as_term(a), as_term(b), as_term(c))


def _order(op: str, a: object, b: object, uniform_except: tuple[object, ...]) -> Formula:
    if not isinstance(uniform_except, tuple):
        raise StatementError("uniform_except takes a tuple of symbols")
    return formula(op, as_term(a), as_term(b), *map(as_term, uniform_except))


def at_least_order(a: object, b: object, *, uniform_except: tuple[object, ...] = ()) -> Formula:
    """a >= c b for a hidden c > 0, chosen first; it may depend on `uniform_except` only."""
    return _order("at_least_order", a, b, uniform_except)


def at_most_order(a: object, b: object, *, uniform_except: tuple[object, ...] = ()) -> Formula:
    """a <= c b for a hidden c > 0, chosen first; it may depend on `uniform_except` only."""
    return _order("at_most_order", a, b, uniform_except)


__all__ = [
    "ENCLOSED",
    "ILL_SORTED",
    "OPEN",
    "REFUTED",
    "TESTED",
    "D",
    "E",
    "I",
    "P",
    "Q",
    "absolute",
    "acos",
    "after",
    "angle",
    "at_least_order",
    "at_most_order",
    "balanced",
    "between",
    "both",
    "bounded",
    "chosen",
    "chosen_nat",
    "clock",
    "cos",
    "curve",
    "curves",
    "differentiable_model",
    "dot",
    "either",
    "exp",
    "forall",
    "frobenius",
    "function",
    "gaussian",
    "grad",
    "gradient_descent",
    "gradient_flow",
    "half_square",
    "identity",
    "iff",
    "iid",
    "implies",
    "index",
    "indicator",
    "inverse",
    "kernel_matrix",
    "kron",
    "lam_min",
    "linear_network",
    "log",
    "matrices",
    "matrix",
    "maximum",
    "mean",
    "minimum",
    "nat",
    "negation",
    "norm",
    "one_sided_inverse",
    "pd",
    "pi",
    "preconditioner",
    "product",
    "psd",
    "quadratic",
    "rademacher",
    "rank",
    "real",
    "reals",
    "relu",
    "root",
    "sigma_min",
    "sin",
    "sqrt",
    "start",
    "t",
    "total",
    "trace",
    "unit_vector",
    "unit_vectors",
    "vec",
    "vector",
    "vectors",
]  # fmt: skip

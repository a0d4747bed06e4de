"""Terms and formulas of the author's language: immutable nodes, built and sort-checked one at a time.

Nodes hash by identity. `==`, `<=` and their relatives build relations; `same(a, b)` compares structure.
Nothing is simplified. An ill-sorted node carries a `Bad` sort with the reason and the place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Union

from .errors import SortError, StatementError
from .forms import ONE, SCALAR, TRUTH, Bad, Dim, Form, Matrix, Scalar, Sort, Tensor, Unit, Vec, Width

Arg = Union["Node", "Symbol", str, int]


class Symbol:
    """A declared name: kind and fields. Identity matters, structure is compared with `same`."""

    __slots__ = ("fields", "kind", "name")

    def __init__(self, name: str, kind: str, fields: Mapping[str, Any]) -> None:
        if not isinstance(name, str) or not name.isascii() or not name.isidentifier() or name.startswith("_"):
            raise StatementError(f"{name!r} is not a usable name", next="use letters, digits and underscores")
        self.name, self.kind = name, kind
        self.fields: dict[str, Any] = dict(fields)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"


class Node:
    """A term or formula: operation, arguments, sort."""

    __slots__ = ("args", "op", "sort")
    __hash__ = object.__hash__

    op: str
    args: tuple[Arg, ...]
    sort: Sort

    def __init__(self, op: str, args: tuple[Arg, ...], sort: Sort) -> None:
        object.__setattr__(self, "op", op)
        object.__setattr__(self, "args", args)
        object.__setattr__(self, "sort", sort)

    def __setattr__(self, name: str, value: object) -> None:
        raise StatementError("terms cannot be changed", next="build a new term")

    def __delattr__(self, name: str) -> None:
        raise StatementError("terms cannot be changed", next="build a new term")

    def __repr__(self) -> str:
        from .render import text

        return text(self)

    def _repr_html_(self) -> str:
        from .render import mathml

        return mathml(self)

    def latex(self) -> str:
        """The term or formula as LaTeX."""
        from .render import latex

        return latex(self)

    def mathml(self) -> str:
        """The term or formula as a `math` element."""
        from .render import mathml

        return mathml(self)

    def __eq__(self, other: object) -> Any:
        if isinstance(self, Formula) or isinstance(other, Formula):
            raise StatementError("relations are not compared with ==", next="use iff(a, b), or same(a, b) in Python")
        return relation("eq", self, other)

    def __ne__(self, other: object) -> Any:
        if isinstance(self, Formula) or isinstance(other, Formula):
            raise StatementError("relations are not compared with !=", next="use negation(iff(a, b)) or not same(a, b)")
        return relation("ne", self, other)

    def __bool__(self) -> bool:
        if isinstance(self, Formula):
            raise StatementError(
                f"the relation {self!r} has no truth value in Python",
                why="`==`, `<=` and `<` build relations; chains and `and` would ask for their truth",
                next="write between(a, b, c) for a chain, both(...) and either(...) for connectives, "
                "same(a, b) to compare structure",
            )
        raise StatementError(f"the term {self!r} has no truth value in Python", next="build a relation instead")

    def children(self) -> Iterator[Node]:
        """The terms and formulas directly below this one."""
        for arg in self.args:
            if isinstance(arg, Node):
                yield arg


class Term(Node):
    """An expression that denotes a number or a matrix."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __add__(self, other: object) -> Term:
        return _binary("add", self, other)

    def __radd__(self, other: object) -> Term:
        return _binary("add", other, self)

    def __sub__(self, other: object) -> Term:
        return _binary("sub", self, other)

    def __rsub__(self, other: object) -> Term:
        return _binary("sub", other, self)

    def __mul__(self, other: object) -> Term:
        return _binary("mul", self, other)

    def __rmul__(self, other: object) -> Term:
        return _binary("mul", other, self)

    def __truediv__(self, other: object) -> Term:
        return _binary("div", self, other)

    def __rtruediv__(self, other: object) -> Term:
        return _binary("div", other, self)

    def __matmul__(self, other: object) -> Term:
        return _binary("matmul", self, other)

    def __pow__(self, other: object) -> Term:
        return _binary("pow", self, other)

    def __neg__(self) -> Term:
        return term("neg", self)

    @property
    def T(self) -> Term:
        """The transpose of a matrix or vector; a scalar is ill-sorted."""
        return term("T", self)

    def __le__(self, other: object) -> Any:
        return relation("le", self, other)

    def __lt__(self, other: object) -> Any:
        return relation("lt", self, other)

    def __ge__(self, other: object) -> Any:
        return relation("ge", self, other)

    def __gt__(self, other: object) -> Any:
        return relation("gt", self, other)

    def __getitem__(self, index: object) -> Term:
        if not isinstance(index, tuple) or len(index) != 2:
            raise StatementError(f"{self!r} takes two indices", next="write H[i, l]")
        return term("entry", self, as_term(index[0]), as_term(index[1]))

    def __iter__(self) -> Iterator[Term]:
        raise StatementError(f"{self!r} cannot be iterated over", next="quantify with forall(i, ...) or total(i, ...)")

    def __float__(self) -> float:
        raise StatementError("terms have no floating-point value")


class Formula(Node):
    """A relation or a compound of relations."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __and__(self, other: object) -> Any:
        raise StatementError("`&` is not used between relations", next="write both(a, b)")

    def __or__(self, other: object) -> Any:
        raise StatementError("`|` is not used between relations", next="write either(a, b)")

    def __invert__(self) -> Any:
        raise StatementError("`~` is not used on relations", next="write negation(a)")


def number(value: int | Fraction) -> Term:
    """The rational `value` as a term."""
    fraction = Fraction(value)
    dim = Form.constant(int(fraction)) if fraction.denominator == 1 else None
    return Term("num", (str(fraction),), Scalar(dim))


def as_term(value: object) -> Term:
    """`value` as a term: a term, an integer or a fraction; StatementError for floats and anything else, as they are
    not exact.
    """
    if isinstance(value, Term):
        return value
    if isinstance(value, bool) or value is None:
        raise StatementError(f"{value!r} is not a term")
    if isinstance(value, int | Fraction):
        return number(value)
    if isinstance(value, float):
        raise StatementError(
            f"the float {value!r} is not exact", next="write Q(1, 2) for one half, Q('0.1') for a decimal"
        )
    if isinstance(value, Formula):
        raise StatementError(
            f"the relation {value!r} is not a term", next="indicator(...) turns a relation into 0 or 1"
        )
    if hasattr(value, "as_term"):
        result = value.as_term()
        assert isinstance(result, Term)
        return result
    advice = "take a member, such as W[j]" if hasattr(value, "symbol") else ""
    raise StatementError(f"{value!r} is not a term", next=advice)


def _binary(op: str, left: object, right: object) -> Term:
    for side in (left, right):
        if getattr(side, "is_fact", False):  # let the fact answer
            return NotImplemented  # type: ignore[no-any-return]
    return term(op, as_term(left), as_term(right))


def relation(op: str, left: object, right: object) -> Formula:
    """The relation `op` between `left` and `right`, which are made terms."""
    return formula(op, as_term(left), as_term(right))


def term(op: str, *args: Arg) -> Term:
    """The term that applies `op` to `args`, with its sort; a bad sort is kept, not raised."""
    return Term(op, args, _sort(op, args))


def formula(op: str, *args: Arg) -> Formula:
    """The formula that applies `op` to `args`, with its sort; a bad sort is kept, not raised."""
    return Formula(op, args, _sort(op, args))


def build(op: str, args: tuple[Arg, ...]) -> Node:
    """Rebuild a node from its operation `op` and arguments `args` (used by the JSON codec). Raises StatementError
    for an unknown operation, or a number that is not in lowest terms.
    """
    if op == "num":
        (value,) = args
        if not isinstance(value, str) or str(Fraction(value)) != value:
            raise StatementError(f"{value!r} is not a canonical rational number")
        return number(Fraction(value))
    if op not in RULES:
        raise StatementError(f"unknown operation {op!r}")
    if op == "start" and args and isinstance(args[0], Formula):
        return formula(op, *args)
    return formula(op, *args) if op in FORMULAS else term(op, *args)


def _sort(op: str, args: tuple[Arg, ...]) -> Sort:
    for arg in args:
        if isinstance(arg, Node) and isinstance(arg.sort, Bad):
            return arg.sort
    try:
        return RULES[op](*args)
    except SortError as error:
        from .render import text

        cls = Formula if op in FORMULAS else Term
        return Bad(str(error), text(cls(op, args, SCALAR)))


def same(a: object, b: object) -> bool:
    """Structural equality of `a` and `b`: terms, formulas and declarations."""
    if a is b:
        return True
    if isinstance(a, Node) and isinstance(b, Node):
        return a.op == b.op and len(a.args) == len(b.args) and all(map(same, a.args, b.args))
    if isinstance(a, Symbol) and isinstance(b, Symbol):
        return (
            a.name == b.name
            and a.kind == b.kind
            and a.fields.keys() == b.fields.keys()
            and all(same(a.fields[k], b.fields[k]) for k in a.fields)
        )
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Node | Symbol | tuple) or isinstance(b, Node | Symbol | tuple):
        return False
    return type(a) is type(b) and bool(a == b)


# Sort rules ------------------------------------------------------------------------------------------------

RULES: dict[str, Callable[..., Sort]] = {}
FORMULAS = {
    "eq", "ne", "le", "lt", "ge", "gt", "psd", "pd", "both", "either", "negation", "implies", "iff", "forall",
    "between", "balanced", "flow", "descent", "clock", "at_least_order", "at_most_order", "same_order",
}  # fmt: skip


def rule(*ops: str) -> Callable[[Callable[..., Sort]], Callable[..., Sort]]:
    """Register the decorated function as the sort rule of the operations `ops`."""
    def register(function: Callable[..., Sort]) -> Callable[..., Sort]:
        for op in ops:
            RULES[op] = function
        return function

    return register


def fail(message: str, next: str = "") -> SortError:
    """The error a sort rule raises: `message` says what does not fit, `next` what to do."""
    return SortError(message, next=next)


def need_scalar(*terms: Node) -> None:
    """Raise SortError unless all `terms` are scalars."""
    for item in terms:
        if isinstance(item.sort, Matrix) and item.sort.rows == item.sort.cols == ONE:
            raise fail(f"{item!r} is a 1 x 1 matrix, not a scalar", "write dot(x, y) for an inner product")
        if not isinstance(item.sort, Scalar):
            raise fail(f"{item!r} is {item.sort.text()}, a scalar is needed here")


def need_index(item: Node) -> Form:
    """The linear form of the index expression `item`; SortError if it is none."""
    if isinstance(item.sort, Scalar) and isinstance(item.sort.dim, Form):
        return item.sort.dim
    raise fail(
        f"{item!r} is not an index expression",
        "indices and exponents are integer combinations of natural symbols, such as 2*(N - 1)",
    )


def need_dim(item: Node) -> Dim:
    """The dimension that `item` is; SortError if it is none."""
    if isinstance(item.sort, Scalar) and item.sort.dim is not None:
        return item.sort.dim
    raise fail(f"{item!r} is not a dimension", "dimensions are natural symbols, their sums, or widths of a network")


def need_matrix(item: Node) -> Matrix:
    """The shape of the matrix `item`; SortError if it is none."""
    if isinstance(item.sort, Matrix):
        return item.sort
    raise fail(f"{item!r} is {item.sort.text()}, a matrix is needed here")


def need_formula(*items: Node) -> None:
    """Raise SortError unless all `items` are formulas."""
    for item in items:
        if not isinstance(item, Formula):
            raise fail(f"{item!r} is a term, a relation is needed here")


def form_of(item: Node) -> Form | None:
    """The linear form of `item`, or None if it is no index expression."""
    dim = item.sort.dim if isinstance(item.sort, Scalar) else None
    return dim if isinstance(dim, Form) else None


@rule("sym")
def _sym(symbol: Symbol) -> Sort:
    kind, fields = symbol.kind, symbol.fields
    if kind == "nat":
        return Scalar(Form.symbol(symbol.name))
    if "count" in fields and fields["count"] is not None:
        raise fail(f"{symbol.name} is a family", f"take a member, such as {symbol.name}[i]")
    return member_sort(symbol, ())


def member_sort(symbol: Symbol, indices: tuple[Node, ...]) -> Sort:
    """Sort of a letter, or of a member of a family."""
    if symbol.fields.get("like") is not None:
        return need_matrix(symbol.fields["like"])
    shape = symbol.fields.get("shape")
    if shape is None:
        return SCALAR
    return Matrix(need_dim(shape[0]), need_dim(shape[1]))


@rule("member")
def _member(symbol: Symbol, *indices: Node) -> Sort:
    for index in indices:
        need_index(index)
    if symbol.fields.get("count") is None:
        raise fail(f"{symbol.name} is not a family")
    if len(indices) != 1:
        raise fail(f"{symbol.name} takes one index, not {len(indices)}")
    return member_sort(symbol, indices)


def width(net: Symbol, at: Form) -> Width:
    """The width of layer `at` of the network `net`."""
    return Width(net.fields["widths"], at)


@rule("width")
def _width(net: Symbol, at: Node) -> Sort:
    return Scalar(width(net, need_index(at)))


@rule("layer")
def _layer(net: Symbol, j: Node) -> Sort:
    form = need_index(j)
    return Matrix(width(net, form), width(net, form - ONE))


@rule("chain")
def _chain(net: Symbol, hi: Node, lo: Node) -> Sort:
    return Matrix(width(net, need_index(hi)), width(net, need_index(lo) - ONE))


@rule("layer_gradient")
def _layer_gradient(loss: Symbol, net: Symbol, j: Node) -> Sort:
    _check_loss(loss, end_of(net))
    return _layer(net, j)


@rule("loss")
def _loss(loss: Symbol, at: Node) -> Sort:
    _check_loss(loss, need_matrix(at))
    return SCALAR


@rule("loss_gradient")
def _loss_gradient(loss: Symbol, at: Node) -> Sort:
    sort = need_matrix(at)
    _check_loss(loss, sort)
    return sort


def end_of(net: Symbol) -> Matrix:
    """The shape of the end-to-end matrix of the network `net`."""
    depth = net.fields["depth"]
    return Matrix(width(net, need_index(depth)), width(net, Form()))


def _check_loss(loss: Symbol, got: Matrix) -> None:
    domain: Node = loss.fields["on"] if loss.kind == "function" else loss.fields["target"]
    want = need_matrix(domain)
    if want != got:
        raise fail(f"{loss.name} is a function of {want.text()}, not of {got.text()}")


@rule("output")
def _output(model: Symbol) -> Sort:
    return Matrix(need_dim(model.fields["outputs"]), ONE)


@rule("jacobian")
def _jacobian(model: Symbol) -> Sort:
    return Matrix(need_dim(model.fields["outputs"]), need_dim(model.fields["parameters"]))


@rule("parameter")
def _parameter(model: Symbol) -> Sort:
    return Matrix(need_dim(model.fields["parameters"]), ONE)


@rule("time", "pi", "hidden")
def _constant(*_: object) -> Sort:
    return SCALAR


@rule("unit")
def _unit() -> Sort:
    return Unit()


@rule("identity")
def _identity(size: Node) -> Sort:
    dim = need_dim(size)
    return Matrix(dim, dim)


@rule("start", "after", "D")
def _moved(item: Node) -> Sort:
    return item.sort


@rule("add", "sub")
def _sum(a: Node, b: Node) -> Sort:
    return joined(a, b, "added")


def joined(a: Node, b: Node, verb: str) -> Sort:
    """The sort of `a` and `b` added or compared (`verb` says which, for the message); SortError if they do not fit."""
    x, y = a.sort, b.sort
    if isinstance(x, Scalar) and isinstance(y, Scalar):
        p, q = form_of(a), form_of(b)
        if p is None or q is None or verb != "added":
            return SCALAR
        return Scalar(p + q)
    if isinstance(x, Unit) and isinstance(y, Unit):
        return x
    for unit, other in ((x, y), (y, x)):
        if isinstance(unit, Unit) and not isinstance(other, Scalar | Vec):
            square(other)
            return other
    if x == y:
        return x
    one, two = (a, b) if isinstance(x, Scalar) else (b, a)
    if isinstance(one.sort, Scalar) and not isinstance(two.sort, Scalar):
        if isinstance(two.sort, Matrix) and two.sort.rows == two.sort.cols == ONE:
            need_scalar(two)
        raise fail(
            f"the scalar {one!r} and {two!r}, {two.sort.text()}, cannot be {verb}",
            "write c*I for a multiple of the unit",
        )
    hint = ""
    if isinstance(x, Matrix) and isinstance(y, Matrix) and x.rows == y.cols and x.cols == y.rows:
        hint = "one of them is transposed: write .T on it"
    raise fail(f"{a!r} is {x.text()} and {b!r} is {y.text()}: they cannot be {verb}", hint)


def square(sort: Sort) -> None:
    """Raise SortError unless `sort` is square."""
    if isinstance(sort, Matrix) and sort.rows == sort.cols:
        return
    if isinstance(sort, Tensor) and sort.left.rows == sort.left.cols and sort.right.rows == sort.right.cols:
        return
    if isinstance(sort, Unit):
        return
    raise fail(f"a square matrix is needed here, this is {sort.text()}")


@rule("sub")
def _difference(a: Node, b: Node) -> Sort:
    sort = joined(a, b, "added")
    p, q = form_of(a), form_of(b)
    if isinstance(sort, Scalar):
        return Scalar(p - q if p is not None and q is not None else None)
    return sort


@rule("neg")
def _negative(a: Node) -> Sort:
    if isinstance(a.sort, Scalar):
        form = form_of(a)
        return Scalar(-form if form is not None else None)
    return a.sort


@rule("mul")
def _product(a: Node, b: Node) -> Sort:
    if isinstance(a.sort, Scalar) and isinstance(b.sort, Scalar):
        p, q = form_of(a), form_of(b)
        if p is not None and q is not None:
            for known, other in ((p.value(), q), (q.value(), p)):
                if known is not None:
                    return Scalar(other.times(known))
        return SCALAR
    if isinstance(a.sort, Scalar):
        return b.sort
    if isinstance(b.sort, Scalar):
        return a.sort
    raise fail(
        f"`*` takes a scalar on one side; {a!r} and {b!r} are both matrices",
        "write A @ B for the matrix product",
    )


@rule("div")
def _quotient(a: Node, b: Node) -> Sort:
    need_scalar(b)
    return SCALAR if isinstance(a.sort, Scalar) else a.sort


@rule("matmul")
def _matmul(a: Node, b: Node) -> Sort:
    x, y = a.sort, b.sort
    if isinstance(x, Unit) and not isinstance(y, Scalar):
        return y
    if isinstance(y, Unit) and not isinstance(x, Scalar):
        return x
    if isinstance(x, Matrix) and isinstance(y, Matrix):
        if x.cols == y.rows:
            return Matrix(x.rows, y.cols)
        hint = ""
        if x.rows == y.rows:
            hint = f"{a!r} transposed would fit"
        elif x.cols == y.cols:
            hint = f"{b!r} transposed would fit"
        raise fail(
            f"{a!r} is {x.text()} and {b!r} is {y.text()}: {x.cols.text()} columns do not meet {y.rows.text()} rows",
            hint,
        )
    if isinstance(x, Tensor) and isinstance(y, Vec) and not y.row:
        if x.left.cols == y.cols and x.right.cols == y.rows:
            return Vec(x.right.rows, x.left.rows)
    elif isinstance(x, Vec) and isinstance(y, Tensor) and x.row:
        if y.left.rows == x.cols and y.right.rows == x.rows:
            return Vec(y.right.cols, y.left.cols, True)
    elif isinstance(x, Tensor) and isinstance(y, Tensor):
        if x.left.cols == y.left.rows and x.right.cols == y.right.rows:
            return Tensor(Matrix(x.left.rows, y.left.cols), Matrix(x.right.rows, y.right.cols))
    elif isinstance(x, Scalar) or isinstance(y, Scalar):
        raise fail("`@` multiplies matrices, one side is a scalar", "write * for a scalar factor")
    elif isinstance(x, Vec) and isinstance(y, Vec):
        raise fail("an inner product of stacked columns is a number", "write dot(a, b)")
    raise fail(f"{a!r} is {x.text()} and {b!r} is {y.text()}: they cannot be multiplied")


@rule("T")
def _transpose(a: Node) -> Sort:
    if isinstance(a.sort, Matrix):
        return Matrix(a.sort.cols, a.sort.rows)
    if isinstance(a.sort, Vec):
        return Vec(a.sort.rows, a.sort.cols, not a.sort.row)
    if isinstance(a.sort, Tensor):
        left, right = a.sort.left, a.sort.right
        return Tensor(Matrix(left.cols, left.rows), Matrix(right.cols, right.rows))
    if isinstance(a.sort, Unit):
        return a.sort
    raise fail(f"{a!r} is {a.sort.text()} and has no transpose")


@rule("pow")
def _power(a: Node, e: Node) -> Sort:
    if e.op == "num" and "/" in str(e.args[0]):
        need_scalar(a)
        return SCALAR
    form = need_index(e)
    if isinstance(a.sort, Scalar):
        base, exponent = form_of(a), form.value()
        value = base.value() if base is not None else None
        if value is not None and exponent is not None and 0 <= exponent <= 64:
            return Scalar(Form.constant(value**exponent))
        return SCALAR
    if isinstance(a.sort, Vec):
        raise fail("stacked columns have no powers")
    square(a.sort)
    return a.sort


@rule("kron")
def _kron(a: Node, b: Node) -> Sort:
    return Tensor(need_matrix(a), need_matrix(b))


@rule("vec")
def _vec(a: Node) -> Sort:
    sort = need_matrix(a)
    return Vec(sort.rows, sort.cols)


@rule("dot")
def _dot(a: Node, b: Node) -> Sort:
    for item in (a, b):
        column = isinstance(item.sort, Matrix) and item.sort.cols == ONE
        if not column and not (isinstance(item.sort, Vec) and not item.sort.row):
            raise fail(
                f"{item!r} is {item.sort.text()}, dot takes two columns",
                "the inner product of matrices is trace(A.T @ B)",
            )
    if a.sort != b.sort:
        raise fail(f"{a!r} is {a.sort.text()} and {b!r} is {b.sort.text()}: their lengths differ")
    return SCALAR


@rule("trace")
def _trace(a: Node) -> Sort:
    if isinstance(a.sort, Unit):
        raise fail("the size of the unit matrix is open here")
    square(a.sort)
    return SCALAR


@rule("frobenius", "sigma_min", "rank")
def _of_matrix(a: Node) -> Sort:
    if isinstance(a.sort, Vec) and not a.sort.row:
        return SCALAR
    need_matrix(a)
    return SCALAR


@rule("norm")
def _norm(a: Node) -> Sort:
    column = isinstance(a.sort, Vec) or (isinstance(a.sort, Matrix) and a.sort.cols == ONE)
    if not column:
        raise fail(f"{a!r} is {a.sort.text()}, norm takes a column", "write frobenius(A) for a matrix")
    return SCALAR


@rule("lam_min")
def _lam_min(a: Node) -> Sort:
    square(a.sort)
    return SCALAR


@rule("inverse")
def _inverse(a: Node) -> Sort:
    square(need_matrix(a))
    return a.sort


@rule("one_sided_inverse")
def _one_sided(a: Node) -> Sort:
    sort = need_matrix(a)
    return Matrix(sort.cols, sort.rows)


@rule("root")
def _root(a: Node, e: Node) -> Sort:
    form = need_index(e)
    value = form.value()
    if value is not None and value < 1:
        raise fail("a root has an order of at least 1")
    if isinstance(a.sort, Scalar):
        return SCALAR
    square(need_matrix(a))
    return a.sort


@rule("preconditioner")
def _preconditioner(net: Symbol) -> Sort:
    end = end_of(net)
    return Tensor(Matrix(end.cols, end.cols), Matrix(end.rows, end.rows))


@rule("entries")
def _entries(i: Symbol, l: Symbol, body: Node, name: str = "") -> Sort:  # noqa: E741
    need_scalar(body)
    return Matrix(upper(i), upper(l))


def upper(index: Symbol) -> Dim:
    """The dimension up to which `index` runs from 1; SortError if it does not."""
    bounds = index.fields.get("between")
    if bounds is None or form_of(bounds[0]) != ONE:
        raise fail(f"{index.name} does not run over 1, 2, ..", "declare it with index(name, count)")
    return need_dim(bounds[1])


@rule("entry")
def _entry(matrix: Node, i: Node, l: Node) -> Sort:  # noqa: E741
    need_matrix(matrix)
    need_index(i)
    need_index(l)
    return SCALAR


@rule("exp", "log", "sqrt", "cos", "sin", "acos", "absolute", "relu")
def _scalar_function(a: Node) -> Sort:
    need_scalar(a)
    return SCALAR


@rule("minimum", "maximum")
def _extreme(a: Node, b: Node) -> Sort:
    need_scalar(a, b)
    return SCALAR


def need_bound(symbol: object) -> Symbol:
    """The natural symbol that `symbol` is, to be summed or quantified over; SortError if it is none."""
    if isinstance(symbol, Symbol) and symbol.kind == "nat":
        return symbol
    raise fail(f"{symbol!r} cannot be summed or quantified over", "use a natural symbol: nat(...) or index(...)")


def _independent(v: Symbol, body: Node) -> None:
    """The terms of a sum have one shape."""
    dims: list[Dim] = []
    for part in (body.sort, *(getattr(body.sort, side, None) for side in ("left", "right"))):
        dims += [d for d in (getattr(part, "rows", None), getattr(part, "cols", None)) if d is not None]
    for dim in dims:
        form = dim if isinstance(dim, Form) else dim.at
        if v.name in dict(form.coefficients):
            raise fail(f"the shape of {body!r} depends on {v.name}: its values cannot be added")


@rule("total", "product")
def _total(v: Symbol, lo: Node, hi: Node, body: Node) -> Sort:
    need_bound(v)
    need_index(lo)
    need_dim(hi)
    _independent(v, body)
    return body.sort if not isinstance(body.sort, Scalar) else SCALAR


@rule("product")
def _scalar_product(v: Symbol, lo: Node, hi: Node, body: Node) -> Sort:
    _total(v, lo, hi, body)
    need_scalar(body)
    return SCALAR


@rule("mean")
def _mean(v: Symbol, body: Node) -> Sort:
    upper(need_bound(v))
    _independent(v, body)
    return body.sort if not isinstance(body.sort, Scalar) else SCALAR


@rule("mean_family")
def _mean_family(family: Symbol) -> Sort:
    if family.fields.get("count") is None:
        raise fail(f"{family.name} is not a family")
    return member_sort(family, ())


@rule("E")
def _expectation(a: Node) -> Sort:
    return SCALAR if isinstance(a.sort, Scalar) else a.sort


@rule("P", "indicator")
def _probability(event: Node) -> Sort:
    need_formula(event)
    return SCALAR


def _is_zero(item: Node) -> bool:
    return item.op == "num" and item.args == ("0",)


@rule("eq", "ne")
def _equation(a: Node, b: Node) -> Sort:
    for item, other in ((a, b), (b, a)):
        if _is_zero(item) and not isinstance(other.sort, Scalar):
            return TRUTH
    joined(a, b, "compared")
    return TRUTH


@rule("le", "lt", "ge", "gt")
def _order(a: Node, b: Node) -> Sort:
    for item in (a, b):
        if isinstance(item.sort, Matrix | Tensor) and not (item.sort == Matrix(ONE, ONE)):
            raise fail(
                f"{item!r} is {item.sort.text()}: matrices are not ordered by <=",
                "write psd(A - B) for the order of matrices",
            )
    need_scalar(a, b)
    return TRUTH


@rule("between")
def _between(a: Node, b: Node, c: Node) -> Sort:
    need_scalar(a, b, c)
    return TRUTH


@rule("psd")
def _psd(a: Node) -> Sort:
    square(a.sort)
    return TRUTH


@rule("pd")
def _pd(a: Node, *witness: Node) -> Sort:
    square(a.sort)
    need_scalar(*witness)
    return TRUTH


@rule("both", "either", "implies", "iff", "negation")
def _connective(*items: Node) -> Sort:
    need_formula(*items)
    return TRUTH


@rule("forall")
def _forall(*args: Any) -> Sort:
    *bound, body = args
    need_formula(body)
    for v in bound:
        symbol = need_bound(v)
        if symbol.fields.get("between") is None and symbol.fields.get("at_least") is None:
            raise fail(f"{symbol.name} has no range")
    return TRUTH


@rule("balanced")
def _balanced(net: Symbol, at: str) -> Sort:
    return TRUTH


@rule("flow")
def _flow(over: Symbol, loss: Symbol, *rates: Symbol) -> Sort:
    if over.kind == "network":
        _check_loss(loss, end_of(over))
        if rates:
            count = rates[0].fields.get("count")
            if count is None or form_of(count) != form_of(over.fields["depth"]):
                raise fail(f"{rates[0].name} does not have one rate for each layer of {over.name}")
    else:
        _check_loss(loss, Matrix(need_dim(over.fields["outputs"]), ONE))
        if loss.kind != "half_square":
            raise fail("the flow of a general model is available for half_square losses", "use half_square(y)")
        if rates:
            raise fail(f"{over.name} has no layers", "leave out rates=")
    return TRUTH


@rule("clock")
def _clock() -> Sort:
    return TRUTH


@rule("descent")
def _descent(over: Symbol, loss: Symbol, step: Node) -> Sort:
    if over.kind != "network":
        raise fail("descent is available for networks")
    _check_loss(loss, end_of(over))
    need_scalar(step)
    return TRUTH


@rule("at_least_order", "at_most_order", "same_order")
def _orders(a: Node, b: Node, *uniform: Node) -> Sort:
    need_scalar(a, b)
    return TRUTH


# Free symbols ----------------------------------------------------------------------------------------------


def bound_symbols(node: Node) -> tuple[Symbol, ...]:
    """Index symbols that this node binds in its arguments."""
    if node.op in ("total", "product", "mean", "forall", "entries"):
        return tuple(a for a in node.args if isinstance(a, Symbol))
    return ()


def free_symbols(root: Node | Symbol) -> dict[str, list[Symbol]]:
    """Free symbols by name, dependencies first; several under one name are a conflict."""
    found: dict[str, list[Symbol]] = {}

    def add(symbol: Symbol, bound: frozenset[str]) -> None:
        if symbol.kind == "nat" and symbol.name in bound:
            return
        known = found.get(symbol.name, [])
        if any(symbol is other for other in known):
            return
        for value in symbol.fields.values():
            visit_field(value, frozenset())
        found.setdefault(symbol.name, []).append(symbol)

    def visit_field(value: object, bound: frozenset[str]) -> None:
        if isinstance(value, Node):
            visit(value, bound)
        elif isinstance(value, Symbol):
            add(value, bound)
        elif isinstance(value, tuple):
            for item in value:
                visit_field(item, bound)

    def visit(node: Node, bound: frozenset[str]) -> None:
        inner = bound_symbols(node)
        if node.op in ("mean", "forall", "entries"):  # the range comes with the declaration
            for k, v in enumerate(inner):  # a range may speak of the indices bound before it
                for value in v.fields.values():
                    visit_field(value, bound | {u.name for u in inner[:k]})
        names = bound | {v.name for v in inner}
        for arg in node.args:
            if isinstance(arg, Node):
                outside = node.op in ("total", "product") and arg is not node.args[3]
                visit(arg, bound if outside else names)
            elif isinstance(arg, Symbol) and not any(arg is v for v in inner):
                add(arg, bound)

    if isinstance(root, Symbol):
        add(root, frozenset())
    else:
        visit(root, frozenset())
    return found


def walk(root: Node) -> Iterator[Node]:
    """`root` and every node below it, parents first."""
    yield root
    for child in root.children():
        yield from walk(child)

"""Problems: one statement to settle, in six families. Frozen data, checked on the way in.

`from_json` reads the object of a problem file (docs/reference/check.md); `from_prompt` reads what is typed at the
prompt. Both raise `InputError`, or `IllSorted` for a matrix statement whose shapes do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import expression as ex
from . import matrices as mx
from .errors import InputError
from .expression import Expr
from .polynomials import zero_divisor
from .syntax import deep

KINDS = (
    "real", "positive", "nonnegative", "complex", "integer", "nonneg_integer", "positive_integer", "odd_integer",
)  # fmt: skip
FLAGS = ("symmetric", "orthogonal", "psd", "invertible")
ORDER = ("<=", "<", ">=", ">")
MAX_VARS = 12
MAX_ROWS = 40
Json = Any


@dataclass(frozen=True)
class Interval:
    """Ends are constant expressions; an infinite end is open."""

    low: Expr
    high: Expr
    open_low: bool = False
    open_high: bool = False

    def __str__(self) -> str:
        left, right = "(" if self.open_low else "[", ")" if self.open_high else "]"
        return f"{left}{ex.show(self.low)}, {ex.show(self.high)}{right}"


@dataclass(frozen=True)
class Hints:
    """What a user may add to help the search. Hints never change what is claimed."""

    split: tuple[tuple[str, Expr], ...] = ()
    monotone_in: tuple[str, ...] = ()
    substitute: tuple[tuple[str, Expr], ...] = ()
    precision: int | None = None
    budget: float = 10.0


@dataclass(frozen=True)
class Inequality:
    """An inequality between expressions on a box; `rel` is one of <=, <, >=, >."""

    vars: tuple[tuple[str, Interval], ...]
    lhs: Expr
    rel: str
    rhs: Expr
    family = "inequality"


@dataclass(frozen=True)
class Identity:
    """An equation between expressions where the conditions hold; letters are real, complex, or integers."""

    vars: tuple[tuple[str, str | Interval], ...]
    conditions: tuple[tuple[str, Expr, Expr], ...]
    lhs: Expr
    rhs: Expr
    family = "identity"


@dataclass(frozen=True)
class MatrixIdentity:
    """Shapes are pairs of dimensions (linear forms); sides, hypotheses and invertible expressions are matrix trees."""

    shapes: tuple[tuple[str, mx.Shape], ...]
    flags: tuple[tuple[str, tuple[str, ...]], ...]
    invertible: tuple[mx.Tree, ...]
    hypotheses: tuple[tuple[mx.Tree, mx.Tree], ...]
    lhs: mx.Tree
    rhs: mx.Tree
    family = "matrix"


@dataclass(frozen=True)
class Semidefinite:
    """A symmetric matrix of expressions on a box, claimed to be positive semidefinite (`psd`) or definite (`pd`)."""

    rows: tuple[tuple[Expr, ...], ...]
    vars: tuple[tuple[str, Interval], ...]
    claim: str
    family = "psd"


@dataclass(frozen=True)
class Flow:
    """claim: ("conserved",), ("nonincreasing",) or ("bounded", C, k)."""

    field: tuple[tuple[str, Expr], ...]
    init: tuple[tuple[str, Expr], ...] | None
    init_domain: tuple[tuple[str, Interval], ...]
    quantity: Expr
    claim: tuple[Any, ...]
    family = "ode"


@dataclass(frozen=True)
class Probability:
    """kind "closed" or "forall": vars, lhs, rel, rhs; kind "iid_mean_tail": range, sides, bound (in n and t)."""

    statement: str
    kind: str
    vars: tuple[tuple[str, str | Interval], ...] = ()
    lhs: Expr | None = None
    rel: str | None = None
    rhs: Expr | None = None
    range: tuple[Expr, Expr] | None = None
    sides: int | None = None
    bound: Expr | None = None
    family = "probability"


Statement = Inequality | Identity | MatrixIdentity | Semidefinite | Flow | Probability


@dataclass(frozen=True)
class Problem:
    """A statement with its id, hints and the JSON object it came from (`source`, in the file format)."""

    id: str
    statement: Statement
    hints: Hints = Hints()
    expected: str | None = None
    source: Mapping[str, Json] = field(default_factory=dict, compare=False, hash=False)

    @property
    def family(self) -> str:
        """The name of the family, such as `inequality`."""
        return self.statement.family


# ---- the file format -------------------------------------------------------------------------------------------

_FIELDS = {
    "inequality": ({"vars", "lhs", "rel", "rhs"}, {"open"}),
    "identity": ({"vars", "lhs", "rhs"}, {"open", "conditions"}),
    "matrix": ({"matrices", "lhs", "rhs"}, {"flags", "invertible", "hypotheses"}),
    "psd": ({"matrix", "claim"}, {"vars", "open"}),
    "ode": ({"field", "quantity", "claim"}, {"init", "init_domain", "open"}),
    "probability": ({"formal"}, {"statement"}),
}
_ANYWHERE = {"id", "family", "expected", "hints", "why", "difficulty", "note", "source", "tags", "group", "scope"}


def from_json(data: Json, number: int = 0) -> Problem:
    """The problem in one object of a problem file. Raises InputError with the field that is wrong."""
    if not isinstance(data, dict):
        raise InputError("a problem is a JSON object")
    family = data.get("family")
    if not isinstance(family, str) or family not in _FIELDS:
        raise InputError(f"the family is one of {', '.join(_FIELDS)}, not {family!r:.40}")
    required, optional = _FIELDS[family]
    for key in sorted(required - data.keys()):
        raise InputError(f"a problem of the family {family} needs the field {key!r}")
    for key in sorted(data.keys() - required - optional - _ANYWHERE):
        raise InputError(f"the field {key!r:.40} has no meaning in the family {family}")
    statement = _READ[family](data)
    expected = data.get("expected")
    if expected is not None and not isinstance(expected, str):
        raise InputError("expected is a verdict, as text")
    ident = data.get("id", f"line-{number}" if number else "problem")
    if not isinstance(ident, str):
        raise InputError("the id is a text")
    return Problem(ident, statement, _hints(data.get("hints", {}), data), expected, data)


def _object(data: Json, what: str) -> dict[str, Json]:
    if not isinstance(data, dict):
        raise InputError(f"{what} is an object that maps names to values")
    return data


def _list(data: Json, what: str) -> list[Json]:
    if not isinstance(data, list):
        raise InputError(f"{what} is a list")
    return data


def _expr(text: Json, names: Sequence[str] | None, where: str) -> Expr:
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        raise InputError(f"numbers and expressions are texts, not {text!r:.40}", where=where)
    try:
        out = ex.parse(text, names)
        with deep():
            divisor = zero_divisor(out)
        if divisor is not None:
            raise InputError(f"division by zero everywhere: {ex.show(divisor)} is 0", text, text.find("/"))
        return out
    except InputError as error:
        raise error.located(where) from None


_NAME = re.compile(r"[^\W\d]\w*\Z")


def _check_name(name: str) -> str:
    if not _NAME.match(name):
        raise InputError(f"{name!r:.40} is not a name of a variable")
    return name


def _check_variable(name: str) -> str:
    """The name of a scalar variable, which no constant has."""
    if name in ex.CONSTANTS:
        raise InputError(f"{name} is a constant; give the variable another name")
    return _check_name(name)


def _intervals(data: Json, opens: Json, what: str = "vars", kinds: bool = False) -> tuple[tuple[str, Any], ...]:
    opened = _object(opens, "open")
    rows: list[tuple[str, Any]] = []
    items = _object(data, what)
    if len(items) > MAX_VARS:
        raise InputError(f"more than {MAX_VARS} variables")
    for name, row in items.items():
        _check_variable(name)
        if isinstance(row, str) and kinds:
            if row not in KINDS:
                raise InputError(f"the variable {name} is {row!r:.40}; known are {', '.join(KINDS)} and [low, high]")
            rows.append((name, row))
            continue
        here = opened.get(name, [False, False])
        if isinstance(row, dict) and "interval" in row:
            here = row.get("open", here)
            row = row["interval"]
        if not isinstance(row, list) or len(row) != 2:
            raise InputError(f"the domain of {name} is [low, high], not {row!r:.40}")
        if not isinstance(here, list) or len(here) != 2 or any(type(x) is not bool for x in here):
            raise InputError(f"open of {name} is a pair of true or false")
        ends = [_expr(x, (), f"domain of {name}") for x in row]
        rows.append((name, interval(name, ends[0], ends[1], here[0], here[1])))
    for name in opened.keys() - dict(rows).keys():
        raise InputError(f"open names {name}, which has no domain")
    return tuple(rows)


def interval(name: str, low: Expr, high: Expr, open_low: bool, open_high: bool) -> Interval:
    """A domain with ends in order; raises `InputError` if it is empty or its ends are not real numbers."""
    for end in (low, high):
        if ex.free(end) or ex.heads(end) & {"I"}:
            raise InputError(f"the ends of the domain of {name} are real numbers, not {ex.show(end)}")
        if "oo" in ex.heads(end) and end not in (ex.INFINITY, ex.MINUS_INFINITY):
            raise InputError(f"an infinite end of the domain of {name} is oo or -oo, not {ex.show(end)}")
    out = Interval(low, high, open_low or low == ex.MINUS_INFINITY, open_high or high == ex.INFINITY)
    a, b = ex.constant(low), ex.constant(high)
    if a is not None and b is not None:
        empty = a > b or (a == b and (open_low or open_high))
    else:
        x, y = ex.approximate(low), ex.approximate(high)
        if x is None or y is None:
            raise InputError(f"the ends of the domain of {name} have no value: [{ex.show(low)}, {ex.show(high)}]")
        empty = low == ex.INFINITY or high == ex.MINUS_INFINITY or x > y + 1e-9 * (1 + abs(y))
        empty = empty or (low == high and (open_low or open_high))
    if empty:
        raise InputError(f"the domain {out} of {name} is empty: the first end should be the smaller one")
    return out


def _real(e: Expr, what: str) -> Expr:
    found = sorted(ex.heads(e) & {"I", "conjugate", "arg", "re", "im"})
    if found:
        raise InputError(f"{what} should be real, but {found[0]} occurs in it")
    if "oo" in _loose_heads(e):
        raise InputError(f"{what} has an infinity that is neither an end of a domain nor of a sum, integral or limit")
    return e


def _loose_heads(e: Expr) -> set[str]:
    """Heads outside the ends of sums, integrals and limits."""
    if e[0] in ("sum", "product", "integral", "limit"):
        return _loose_heads(e[4])
    return {e[0]}.union(*(_loose_heads(p) for p in e[1:] if isinstance(p, tuple)))


def _inequality(data: dict[str, Json]) -> Inequality:
    rows = _intervals(data["vars"], data.get("open", {}))
    names = [name for name, _ in rows]
    if data["rel"] not in ORDER:
        raise InputError(f"rel is one of {', '.join(ORDER)}, not {data['rel']!r:.40}")
    lhs, rhs = _expr(data["lhs"], names, "lhs"), _expr(data["rhs"], names, "rhs")
    return Inequality(rows, _real(lhs, "the left side"), data["rel"], _real(rhs, "the right side"))


def _identity(data: dict[str, Json]) -> Identity:
    rows = _intervals(data["vars"], data.get("open", {}), kinds=True)
    names = [name for name, _ in rows]
    found: list[tuple[str, Expr, Expr]] = []
    for text in _list(data.get("conditions", []), "conditions"):
        try:
            found += ex.parse_relations(str(text), names)
        except InputError as error:
            raise error.located("condition") from None
    return Identity(rows, tuple(found), _expr(data["lhs"], names, "lhs"), _expr(data["rhs"], names, "rhs"))


def _matrix(data: dict[str, Json]) -> MatrixIdentity:
    shapes: dict[str, mx.Shape] = {}
    for name, row in _object(data["matrices"], "matrices").items():
        _check_name(name)
        if not isinstance(row, list) or len(row) != 2:
            raise InputError(f"the shape of {name} is [rows, columns], not {row!r:.40}")
        shapes[name] = (mx.dimension(row[0]), mx.dimension(row[1]))
    mx.check_names(shapes)
    flags: list[tuple[str, tuple[str, ...]]] = []
    for name, given in _object(data.get("flags", {}), "flags").items():
        if name not in shapes:
            raise InputError(f"flags names {name}, which has no shape")
        words = tuple([given] if isinstance(given, str) else _list(given, f"flags of {name}"))
        for word in words:
            if word not in FLAGS:
                raise InputError(f"the flag {word!r:.40} of {name} is not known; known are {', '.join(FLAGS)}")
        flags.append((name, words))
    reader = mx.Sorts(shapes, dict(flags))
    invertible = tuple(
        reader.square(mx.parse(text, shapes, "invertible"), "an invertible matrix")
        for text in _list(data.get("invertible", []), "invertible")
    )
    hypotheses = []
    for text in _list(data.get("hypotheses", []), "hypotheses"):
        a, b = mx.parse_equation(text, shapes, "hypothesis")
        hypotheses.append(reader.equation(a, b, str(text)))
    lhs, rhs = reader.equation(
        mx.parse(data["lhs"], shapes, "lhs"), mx.parse(data["rhs"], shapes, "rhs"), f"{data['lhs']} = {data['rhs']}"
    )
    return MatrixIdentity(tuple(shapes.items()), tuple(flags), invertible, tuple(hypotheses), lhs, rhs)


def _semidefinite(data: dict[str, Json]) -> Semidefinite:
    rows = _intervals(data.get("vars", {}), data.get("open", {}))
    names = [name for name, _ in rows]
    table = [_list(r, "a row of the matrix") for r in _list(data["matrix"], "matrix")]
    if not table or len(table) > MAX_ROWS or any(len(r) != len(table) for r in table):
        raise InputError(f"matrix is a square table of at most {MAX_ROWS} rows")
    if data["claim"] not in ("psd", "pd", "not psd"):
        raise InputError(f"claim is psd, pd or not psd, not {data['claim']!r:.40}")
    entries = tuple(
        tuple(_real(_expr(x, names, f"entry {i + 1},{k + 1}"), "an entry") for k, x in enumerate(r))
        for i, r in enumerate(table)
    )
    return Semidefinite(entries, rows, data["claim"])


def _flow(data: dict[str, Json]) -> Flow:
    names = [_check_variable(n) for n in _object(data["field"], "field")]
    rates = tuple((n, _real(_expr(t, names, f"field of {n}"), "a rate")) for n, t in data["field"].items())
    init = data.get("init")
    start: tuple[tuple[str, Expr], ...] | None = None
    domain: tuple[tuple[str, Interval], ...] = ()
    if init is not None:
        if set(_object(init, "init")) != set(names):
            raise InputError("init gives one value to each variable of the field")
        start = tuple((n, _expr(init[n], (), f"init of {n}")) for n in names)
        for n, value in start:
            interval(n, value, value, False, False)
    else:
        given = _object(data.get("init_domain", {}), "init_domain")
        if set(given) != set(names):
            raise InputError("without init, init_domain gives [low, high] to each variable of the field")
        domain = tuple((n, _half_line(i)) for n, i in _intervals(given, data.get("open", {}), "init_domain"))
    claim = _object(data["claim"], "claim")
    kind = claim.get("type")
    if kind not in ("conserved", "nonincreasing", "bounded"):
        raise InputError(f"the claim is conserved, nonincreasing or bounded, not {kind!r:.40}")
    parts: tuple[Any, ...] = (kind,)
    if kind == "bounded":
        if "C" not in claim or "k" not in claim:
            raise InputError("a bounded claim needs C and k: abs(quantity) <= C*exp(-k*t)")
        parts = (kind, _expr(claim["C"], names, "C"), _expr(claim["k"], names, "k"))
    return Flow(rates, start, domain, _real(_expr(data["quantity"], names, "quantity"), "the quantity"), parts)


def _half_line(i: Interval) -> Interval:
    """In a domain of starting values the end 0 of a half-line is open."""
    if i.high == ex.INFINITY and i.low == ex.ZERO:
        return replace(i, open_low=True)
    if i.low == ex.MINUS_INFINITY and i.high == ex.ZERO:
        return replace(i, open_high=True)
    return i


def _probability(data: dict[str, Json]) -> Probability:
    formal = _object(data["formal"], "formal")
    kind, words = formal.get("kind"), str(data.get("statement", ""))
    if kind == "iid_mean_tail":
        ends = _list(formal.get("range"), "range")
        if len(ends) != 2 or formal.get("sides") not in (1, 2) or "bound" not in formal:
            raise InputError("iid_mean_tail needs range [a, b], sides 1 or 2, and bound in n and t")
        a, b = (_expr(x, (), "range") for x in ends)
        return Probability(
            words, kind, range=(a, b), sides=formal["sides"], bound=_expr(formal["bound"], ("n", "t"), "bound")
        )
    if kind not in ("closed", "forall"):
        raise InputError(f"kind is closed, forall or iid_mean_tail, not {kind!r:.40}")
    rows = _intervals(formal.get("vars", {}), formal.get("open", {}), kinds=True)
    names = [name for name, _ in rows]
    if formal.get("rel") not in (*ORDER, "=", "=="):
        raise InputError(f"rel is one of {', '.join(ORDER)}, =, not {formal.get('rel')!r:.40}")
    lhs, rhs = _expr(formal.get("lhs"), names, "lhs"), _expr(formal.get("rhs"), names, "rhs")
    rel = "=" if formal["rel"] == "==" else formal["rel"]
    return Probability(words, kind, rows, _real(lhs, "the left side"), rel, _real(rhs, "the right side"))


_READ: dict[str, Any] = {
    "inequality": _inequality,
    "identity": _identity,
    "matrix": _matrix,
    "psd": _semidefinite,
    "ode": _flow,
    "probability": _probability,
}


def _hints(data: Json, problem: Mapping[str, Json]) -> Hints:
    given = _object(data, "hints")
    for key in given.keys() - {"split", "monotone_in", "substitute", "precision", "budget"}:
        raise InputError(f"the hint {key!r:.40} is not known")

    def pairs(key: str) -> tuple[tuple[str, Expr], ...]:
        out = []
        for text in _list(given.get(key, []), key):
            name, sign, value = str(text).partition("=")
            if not sign or not _NAME.match(name.strip()):
                raise InputError(f"write the hint {key} as name=value, not {text!r:.40}")
            out.append((name.strip(), _expr(value, None, f"hint {key}")))
        return tuple(out)

    precision, budget = given.get("precision"), given.get("budget", "10")
    if precision is not None and (type(precision) is not int or not 16 <= precision <= 20_000):
        raise InputError("the hint precision is a number of bits from 16 to 20000")
    seconds = ex.approximate(_expr(budget, (), "hint budget"))
    if seconds is None or not 0 < seconds <= 86_400:
        raise InputError("the hint budget is a number of seconds")
    return Hints(
        pairs("split"),
        tuple(_check_name(str(n)) for n in _list(given.get("monotone_in", []), "monotone_in")),
        pairs("substitute"),
        precision,
        seconds,
    )

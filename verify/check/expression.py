"""Scalar expressions: nested tuples of strings, parsed as data.

    ("q", "3/4")  ("var", "x")  ("pi",)  ("I",)  ("oo",)
    ("+", a, b, ..)  ("*", a, b, ..)  ("pow", a, b)  ("min", a, ..)  ("max", a, ..)  ("binomial", a, b)
    (f, a) for f in FUNCTIONS
    ("sum", k, lo, hi, body)  ("product", k, lo, hi, body)  ("integral", x, lo, hi, body)
    ("limit", x, point, "+" | "-" | "+-", body)

Subtraction, division, roots, E and the rarer functions are written with these. Numbers are exact: 0.1 is one tenth.
Nothing is simplified, except that signs and quotients of two numbers become one number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from .errors import InputError
from .syntax import Node, deep, read

Expr = tuple[Any, ...]

FUNCTIONS = (
    "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "erf", "erfc", "abs", "sign", "floor", "ceiling", "gamma", "factorial", "re", "im", "conjugate", "arg",
)  # fmt: skip
ALIASES = {
    "Abs": "abs", "ln": "log", "sgn": "sign", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arsinh": "asinh",
    "arcosh": "acosh", "artanh": "atanh", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "Max": "max", "Min": "min", "conj": "conjugate", "ceil": "ceiling", "Sum": "sum", "Product": "product",
    "Integral": "integral", "Limit": "limit", "Pow": "pow", "arccot": "acot",
}  # fmt: skip
SUGAR = (
    "sqrt", "cbrt", "root", "pow", "cot", "sec", "csc", "coth", "sech", "csch", "acot", "asec", "acsc", "acoth",
    "asech", "acsch", "Rational", "Integer", "S", "min", "max", "binomial", "sum", "product", "integral", "limit",
)  # fmt: skip
CONSTANTS = ("pi", "I", "oo", "E")
COMPLEX = ("I", "re", "im", "conjugate", "arg")
RELATIONS = ("<=", "<", ">=", ">", "=", "!=")
_WORDS = {"Ne": "!=", "Eq": "=", "Le": "<=", "Lt": "<", "Ge": ">=", "Gt": ">"}

ZERO, ONE, MINUS, HALF = ("q", "0"), ("q", "1"), ("q", "-1"), ("q", "1/2")
INFINITY: Expr = ("oo",)
MINUS_INFINITY: Expr = ("*", MINUS, INFINITY)


def rational(value: Fraction | int) -> Expr:
    """The constant `value`."""
    return ("q", str(Fraction(value)))


def constant(e: Expr) -> Fraction | None:
    """The value of a number, else None."""
    return Fraction(e[1]) if e[0] == "q" else None


def add(*parts: Expr) -> Expr:
    """The sum of `parts`; a single part is itself."""
    return parts[0] if len(parts) == 1 else ("+", *parts)


def times(*parts: Expr) -> Expr:
    """The product of `parts`; a single part is itself."""
    return parts[0] if len(parts) == 1 else ("*", *parts)


def negative(e: Expr) -> Expr:
    """The negative of `e`; a constant becomes a constant."""
    value = constant(e)
    return rational(-value) if value is not None else ("*", MINUS, e)


def power(a: Expr, b: Expr) -> Expr:
    """`a` to the power `b`."""
    return ("pow", a, b)


def inverse(e: Expr) -> Expr:
    """1 over `e`; a constant other than 0 becomes a constant."""
    value = constant(e)
    return rational(1 / value) if value else ("pow", e, MINUS)


def quotient(a: Expr, b: Expr) -> Expr:
    """`a` over `b`; constants are divided."""
    x, y = constant(a), constant(b)
    if y and x is not None:
        return rational(x / y)
    return inverse(b) if a == ONE else times(a, inverse(b))


def free(e: Expr) -> frozenset[str]:
    """Names of the variables that occur free."""
    if e[0] == "var":
        return frozenset((e[1],))
    if e[0] in ("sum", "product", "integral"):
        return free(e[2]) | free(e[3]) | (free(e[4]) - {e[1]})
    if e[0] == "limit":
        return free(e[2]) | (free(e[4]) - {e[1]})
    out: frozenset[str] = frozenset()
    for part in e[1:]:
        if isinstance(part, tuple):
            out |= free(part)
    return out


def heads(e: Expr) -> set[str]:
    """Constructors and functions that occur."""
    return {e[0]}.union(*(heads(part) for part in e[1:] if isinstance(part, tuple)))


class Reader:
    """Raw tree to expression, over the declared names (None: any name is a variable)."""

    def __init__(self, text: str, names: Collection[str] | None) -> None:
        self.text, self.names = text, names
        self.bound: list[str] = []

    def fail(self, message: str, node: Node) -> InputError:
        """The error with a `message` about the place of node `n` in the text."""
        return InputError(message, self.text, node.at)

    def expression(self, n: Node) -> Expr:
        """The expression at node `n`; InputError for what is no number."""
        method = getattr(self, f"_{n.kind}", None)
        if method is None:
            what = {"rel": "a relation", "str": "a text", "tuple": "a tuple", "list": "a list"}[n.kind]
            raise self.fail(f"{what} stands where a number is meant", n)
        out: Expr = method(n)
        return out

    def _num(self, n: Node) -> Expr:
        return rational(n.value)

    def _name(self, n: Node) -> Expr:
        name = n.value
        if name in self.bound or (self.names is not None and name in self.names):
            return ("var", name)
        if name in ("pi", "I", "oo"):
            return (name,)
        if name == "E":
            return ("exp", ONE)
        if name in FUNCTIONS or name in SUGAR or name in ALIASES:
            raise self.fail(f"the function {name} needs its argument: {name}(..)", n)
        if self.names is not None:
            known = ", ".join(self.names) or "none"
            example = f"say for example {name} in [0, 1]"
            raise self.fail(f"the variable {name} has no domain (declared: {known}); {example}", n)
        return ("var", name)

    def _sum(self, n: Node) -> Expr:
        parts = []
        for sign, part in n.parts:
            e = self.expression(part)
            parts.append(e if sign == "+" else negative(e))
        return add(*parts)

    def _prod(self, n: Node) -> Expr:
        factors: list[Expr] = []
        for op, part in n.parts:
            e = self.expression(part)
            if op == "*":
                factors.append(e)
            elif len(factors) == 1:
                factors = [quotient(factors[0], e)]
                factors = list(factors[0][1:]) if factors[0][0] == "*" else factors
            else:
                factors.append(inverse(e))
        return times(*factors)

    def _neg(self, n: Node) -> Expr:
        return negative(self.expression(n.parts[0]))

    def _pow(self, n: Node) -> Expr:
        return power(self.expression(n.parts[0]), self.expression(n.parts[1]))

    def _fact(self, n: Node) -> Expr:
        return ("factorial", self.expression(n.parts[0]))

    def _call(self, n: Node) -> Expr:
        name = ALIASES.get(n.value, n.value)
        if name in FUNCTIONS and not (name == "log" and len(n.parts) == 2):
            return (name, *self.parts(n, 1))
        method = getattr(self, f"_call_{name}", None)
        if method is None:
            raise self.unknown(n)
        out: Expr = method(n)
        return out

    def unknown(self, n: Node) -> InputError:
        """The error about a function at node `n` that is not known, with a suggestion."""
        if n.value in _WORDS:
            return self.fail("a relation stands where a number is meant", n)
        if self.names is not None and n.value in self.names:
            return self.fail(f"{n.value} is a variable, not a function; write products with *", n)
        near = get_close_matches(n.value, [*FUNCTIONS, *SUGAR, *ALIASES], 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return self.fail(f"the function {n.value} is not known{hint}", n)

    def parts(self, n: Node, *counts: int) -> list[Expr]:
        """The arguments of the function at node `n`, of which there may be as many as `counts` allows; else
        InputError.
        """
        if len(n.parts) not in counts or n.keys:
            wanted = " or ".join(map(str, counts))
            raise self.fail(f"{n.value} takes {wanted} argument{'' if counts == (1,) else 's'}, not {len(n.parts)}", n)
        return [self.expression(p) for p in n.parts]

    def _call_log(self, n: Node) -> Expr:
        x, base = self.parts(n, 2)
        return quotient(("log", x), ("log", base))

    def _call_sqrt(self, n: Node) -> Expr:
        return power(self.parts(n, 1)[0], HALF)

    def _call_cbrt(self, n: Node) -> Expr:
        return power(self.parts(n, 1)[0], ("q", "1/3"))

    def _call_root(self, n: Node) -> Expr:
        x, k = self.parts(n, 2)
        return power(x, inverse(k))

    def _call_pow(self, n: Node) -> Expr:
        return power(*self.parts(n, 2))

    def _call_cot(self, n: Node) -> Expr:
        (x,) = self.parts(n, 1)
        return quotient(("cos", x), ("sin", x))

    def _call_sec(self, n: Node) -> Expr:
        return inverse(("cos", *self.parts(n, 1)))

    def _call_csc(self, n: Node) -> Expr:
        return inverse(("sin", *self.parts(n, 1)))

    def _call_coth(self, n: Node) -> Expr:
        (x,) = self.parts(n, 1)
        return quotient(("cosh", x), ("sinh", x))

    def _call_sech(self, n: Node) -> Expr:
        return inverse(("cosh", *self.parts(n, 1)))

    def _call_csch(self, n: Node) -> Expr:
        return inverse(("sinh", *self.parts(n, 1)))

    def _of_inverse(self, function: str, n: Node) -> Expr:
        (x,) = self.parts(n, 1)
        return (function, ("pow", x, MINUS))

    def _call_acot(self, n: Node) -> Expr:
        return self._of_inverse("atan", n)

    def _call_asec(self, n: Node) -> Expr:
        return self._of_inverse("acos", n)

    def _call_acsc(self, n: Node) -> Expr:
        return self._of_inverse("asin", n)

    def _call_acoth(self, n: Node) -> Expr:
        return self._of_inverse("atanh", n)

    def _call_asech(self, n: Node) -> Expr:
        return self._of_inverse("acosh", n)

    def _call_acsch(self, n: Node) -> Expr:
        return self._of_inverse("asinh", n)

    def _call_Rational(self, n: Node) -> Expr:
        a, *b = self.parts(n, 1, 2)
        out = quotient(a, b[0]) if b else a
        if constant(out) is None:
            raise self.fail("Rational takes whole numbers with a denominator that is not 0, as in Rational(1, 3)", n)
        return out

    def _call_Integer(self, n: Node) -> Expr:
        return self._call_Rational(n)

    def _call_S(self, n: Node) -> Expr:
        return self.parts(n, 1)[0]

    def _call_min(self, n: Node) -> Expr:
        return self._several("min", n)

    def _call_max(self, n: Node) -> Expr:
        return self._several("max", n)

    def _several(self, head: str, n: Node) -> Expr:
        if not n.parts:
            raise self.fail(f"{n.value} needs at least one argument", n)
        parts = [self.expression(p) for p in n.parts]
        return parts[0] if len(parts) == 1 else (head, *parts)

    def _call_binomial(self, n: Node) -> Expr:
        return ("binomial", *self.parts(n, 2))

    def _ranged(self, head: str, n: Node) -> Expr:
        if len(n.parts) != 2 or n.parts[1].kind != "tuple" or len(n.parts[1].parts) != 3:
            raise self.fail(f"write {n.value}(body, (index, from, to))", n)
        index, lo, hi = n.parts[1].parts
        low, high = self.expression(lo), self.expression(hi)
        return (head, self.binder(index), low, high, self.inside(index.value, n.parts[0]))

    def binder(self, n: Node) -> str:
        """The name that a sum, product or integral binds, at node `n`; InputError for anything else."""
        if n.kind != "name" or n.value in CONSTANTS:
            raise self.fail("the index should be a name", n)
        return str(n.value)

    def inside(self, name: str, body: Node) -> Expr:
        """The expression at node `body` while `name` is bound."""
        self.bound.append(name)
        out = self.expression(body)
        self.bound.pop()
        return out

    def _call_sum(self, n: Node) -> Expr:
        return self._ranged("sum", n)

    def _call_product(self, n: Node) -> Expr:
        return self._ranged("product", n)

    def _call_integral(self, n: Node) -> Expr:
        return self._ranged("integral", n)

    def _call_limit(self, n: Node) -> Expr:
        if len(n.parts) not in (3, 4):
            raise self.fail(f"write {n.value}(body, variable, point) or add the direction '+', '-' or '+-'", n)
        body, x, point = n.parts[:3]
        side = n.parts[3] if len(n.parts) == 4 else n.keys.get("dir")
        if side is not None and (side.kind != "str" or side.value not in ("+", "-", "+-")):
            raise self.fail("the direction of a limit is '+', '-' or '+-'", side)
        at = self.expression(point)
        return ("limit", self.binder(x), at, "+" if side is None else side.value, self.inside(x.value, body))

    # ---- relations ---------------------------------------------------------------------------------------

    def relations(self, n: Node) -> list[tuple[str, Expr, Expr]]:
        """A relation, a chain of them, or `And(..)`, as (relation, left, right)."""
        if n.kind == "call" and n.value in _WORDS:
            a, b = self.parts(n, 2)
            return [(_WORDS[n.value], a, b)]
        if n.kind == "call" and n.value == "And":
            return [row for p in n.parts for row in self.relations(p)]
        if n.kind != "rel":
            raise self.fail("a relation such as a <= b is meant here", n)
        sides = [self.expression(p) for p in n.parts[::2]]
        signs = ["=" if op == "==" else op for op in n.parts[1::2]]
        return [(op, a, b) for op, a, b in zip(signs, sides[:-1], sides[1:], strict=True)]


def parse(text: str, names: Collection[str] | None = None) -> Expr:
    """The expression in a text over the declared variables; raises `InputError` with the place."""
    if not isinstance(text, str):
        raise InputError(f"expressions are texts, not {text!r:.40}")
    with deep():
        return Reader(text, names).expression(read(text))


def parse_relations(text: str, names: Collection[str] | None = None) -> list[tuple[str, Expr, Expr]]:
    """The relations that `text` chains, as (sign, left, right); letters must be among `names` if these are given.
    InputError for anything else.
    """
    with deep():
        return Reader(text, names).relations(read(text))


# ---- text -----------------------------------------------------------------------------------------------------

_ATOM, _POW, _PROD, _SUM = 4, 3, 2, 1


def show(e: Expr) -> str:
    """The expression in the language of the parser."""
    return _show(e)[0]


def _at(e: Expr, level: int) -> str:
    text, have = _show(e)
    return text if have >= level else f"({text})"


def _show(e: Expr) -> tuple[str, int]:
    head = e[0]
    if head == "q":
        return e[1], (_SUM if e[1].startswith("-") else _PROD if "/" in e[1] else _ATOM)
    if head in ("pi", "I", "oo"):
        return head, _ATOM
    if head == "var":
        return e[1], _ATOM
    if head == "exp" and e[1] == ONE:
        return "E", _ATOM
    if head == "+":
        out = _at(e[1], _SUM)
        for part in e[2:]:
            text = _at(part, _PROD) if not _is_negative(part) else _at(negated(part), _PROD)
            out += (" - " if _is_negative(part) else " + ") + text
        return out, _SUM
    if head == "*":
        if e[1] == MINUS and len(e) > 2:
            return "-" + _at(times(*e[2:]), _PROD), _SUM
        out = ""
        for part in e[1:]:
            if part[0] == "pow" and part[2] == MINUS and out:
                out += "/" + _at(part[1], _POW)
            elif part[0] == "q" and part[1].startswith("1/") and out:
                out += part[1][1:]
            else:
                out += ("*" if out else "") + _at(part, _PROD if not out else _POW)
        return out, _PROD
    if head == "pow":
        if e[2] == HALF:
            return f"sqrt({show(e[1])})", _ATOM
        if e[2] == MINUS:
            return "1/" + _at(e[1], _POW), _PROD
        return f"{_at(e[1], _ATOM)}**{_at(e[2], _ATOM)}", _POW
    if head in ("sum", "product", "integral"):
        return f"{head.capitalize()}({show(e[4])}, ({e[1]}, {show(e[2])}, {show(e[3])}))", _ATOM
    if head == "limit":
        return f"Limit({show(e[4])}, {e[1]}, {show(e[2])}, '{e[3]}')", _ATOM
    return f"{head}({', '.join(show(part) for part in e[1:])})", _ATOM


def _is_negative(e: Expr) -> bool:
    return (e[0] == "q" and e[1].startswith("-")) or (e[0] == "*" and _is_negative(e[1]))


def negated(e: Expr) -> Expr:
    """-e for an expression that shows a minus sign."""
    if e[0] == "q":
        return rational(-Fraction(e[1]))
    first = negated(e[1])
    return times(*e[2:]) if first == ONE else times(first, *e[2:])


# ---- approximate values, for messages only ---------------------------------------------------------------------


def approximate(e: Expr, values: Mapping[str, float] | None = None) -> float | None:
    """A float near the value, or None. Never used for a verdict."""
    import math

    values = values or {}
    names: dict[str, Any] = {
        "abs": abs, "factorial": lambda x: math.gamma(x + 1), "ceiling": math.ceil, "min": min, "max": max,
    }  # fmt: skip

    def value(x: Expr) -> float:
        head = x[0]
        if head == "q":
            return float(Fraction(x[1]))
        if head == "pi":
            return math.pi
        if head == "oo":
            return math.inf
        if head == "var":
            return values[x[1]]
        parts = [value(p) for p in x[1:]]
        if head == "+":
            return math.fsum(parts)
        if head == "*":
            return math.prod(parts)
        if head == "pow":
            return math.pow(*parts)
        return float((names.get(head) or getattr(math, head))(*parts))

    try:
        return value(e)
    except (ArithmeticError, ValueError, LookupError, AttributeError, TypeError):
        return None


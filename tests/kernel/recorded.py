"""Recorded answers of the parts of the kernel: what each function says of fixed inputs, as a hash.

That enclosures hold the true value and that equal normal forms have equal values is tested against independent
arithmetic elsewhere. Here every digit is pinned, so that no change of the kernel's source goes unnoticed: a looser
bound, another rounding, a lost case. `python -m tests.kernel.recorded` writes the hashes again after a change that
is meant.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from verify.check import expression as ex
from verify.check.expression import parse
from verify.check.identity import plain
from verify.kernel import linear as ln
from verify.kernel.errors import Budget, Reject
from verify.kernel.identity import plane as pn
from verify.kernel.identity.enclose import Missing, Values
from verify.kernel.identity.proof import Scope, Work
from verify.kernel.identity.replay import NOWHERE, expanded
from verify.kernel.identity.terms import Reader as ComplexReader
from verify.kernel.matrix import dims as dm
from verify.kernel.matrix.evaluate import Evaluator, Undefined, matrix
from verify.kernel.matrix.networks import Algebra, key
from verify.kernel.matrix.terms import Letters, Reader, inverses
from verify.kernel.probability.replay import Statement as Tail
from verify.kernel.probability.replay import tail
from verify.kernel.scalar import domain as dn
from verify.kernel.scalar import dyadic as dy
from verify.kernel.scalar import interval as iv
from verify.kernel.scalar import limits
from verify.kernel.scalar import polynomial as pl
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.identities import IDENTITIES, rewritten
from verify.kernel.scalar.interval import Arithmetic, Interval
from verify.kernel.scalar.normal import Normal, common_denominator
from verify.kernel.scalar.proof import Prover
from verify.kernel.scalar.series import Exact, Series
from verify.kernel.semidefinite.exact import form, is_pd, is_psd, pivots, symmetric

RECORDED = Path(__file__).with_name("recorded.json")
Json = Any
Question = Callable[[], Any]
QUESTIONS: dict[str, Question] = {}
CHUNK = 6  # inputs in one question
ERRORS = (Reject, Missing, Undefined, ArithmeticError, LookupError, TypeError, ValueError)


def said(ask: Question) -> Any:
    try:
        return ask()
    except ERRORS as e:
        return ["error", type(e).__name__ if not isinstance(e, Reject) else str(e)]


def text(x: Any) -> str:
    """Without the order of sets and tables, which means nothing."""
    if isinstance(x, (list, tuple)):
        return "(" + ", ".join(map(text, x)) + ")"
    if isinstance(x, dict):
        return "{" + ", ".join(sorted(f"{text(k)}: {text(v)}" for k, v in x.items())) + "}"
    if isinstance(x, (set, frozenset)):
        return "{" + ", ".join(sorted(map(text, x))) + "}"
    return f"{type(x).__name__} {x!r}"


def answer(name: str) -> str:
    return hashlib.sha256(text(QUESTIONS[name]()).encode()).hexdigest()[:16]


def ask(name: str, f: Callable[..., Any], inputs: list[tuple[Any, ...]], chunk: int = CHUNK) -> None:
    for k in range(0, len(inputs), chunk):
        part = inputs[k : k + chunk]
        QUESTIONS[f"{name} {k // chunk}"] = partial(_all, f, part)


def _all(f: Callable[..., Any], inputs: list[tuple[Any, ...]]) -> list[Any]:
    return [said(partial(f, *x)) for x in inputs]


# ---- numbers ------------------------------------------------------------------------------------------------------


def numbers(name: str, count: int) -> list[dy.Dyadic]:
    """Zero, small whole numbers, simple fractions, tiny, large and very large numbers."""
    rng = random.Random(name)
    out: list[dy.Dyadic] = [(0, 0), (1, 0), (-1, 0), (1, -1), (3, -1), (-5, 0), (7, 2), (1, -40), (-1, 20), (1, 200)]
    while len(out) < count:
        m = rng.getrandbits(rng.choice([1, 3, 10, 40, 90])) * rng.choice([1, -1])
        out.append((m, rng.choice([0, 3, -m.bit_length(), -m.bit_length() - 20, 6 - m.bit_length(), -90])))
    return out


def intervals(name: str, count: int) -> list[Interval]:
    rng = random.Random(name)
    line: list[dy.Dyadic | None] = [None, (0, 0), (1, 0), (-1, 0), (1, -1), (-1, -1), (3, 0), (1, -30), (-7, 1)]
    points = [*line, *numbers(name, 40)[10:]]
    out = []
    while len(out) < count:
        a, b = rng.choice(points), rng.choice(points if rng.random() < 0.7 else line)
        if rng.random() < 0.15:
            b = a
        if a is not None and b is not None and dy.compare(a, b) > 0:
            a, b = b, a
        point = a is not None and a == b
        out.append(Interval(a, b, not point and rng.random() < 0.3, not point and rng.random() < 0.3))
    return out


BITS = (16, 53, 130)
for _bits in BITS:
    for _f in (dy.exp, dy.log, dy.sine_cosine, dy.atan, dy.root, dy.erfc_tail):
        ask(f"{_f.__name__} {_bits}", _f, [(a, _bits) for a in numbers(_f.__name__, 36)])
    ask(f"pi {_bits}", lambda b: (dy.pi(b), dy.ln2(b), dy.pi_bounds(b)), [(_bits + k,) for k in range(3)])
    ask(f"erf_series {_bits}", dy.erf_series, [(a, _bits) for a in numbers("erf", 30) if abs(dy.fraction(a)) < 8])
    ask(
        f"rounding {_bits}",
        lambda a, b, w: (
            dy.down(*a, w),
            dy.up(*a, w),
            dy.fixed(a, w),
            dy.sign(a),
            dy.compare(a, b),
            dy.add(a, b),
            dy.rational(dy.fraction(a) / 3, w),
            dy.rational(dy.fraction(a), w),
            dy.ball(a[0], 3, w, w // 2),
        ),
        [(a, b, _bits) for a, b in zip(numbers("r", 60), numbers("r", 61)[1:], strict=True)],
    )
ask(
    "rounding far",
    lambda a, b: [x.bit_length() for x in dy.add(a, b)],
    [((1, 0), (1, 4 * dy.HUGE)), ((1, 0), (1, 4 * dy.HUGE + 1)), ((1, 4 * dy.HUGE + 1), (1, 0))],
)
ask(
    "comparing",
    dy.compare,
    [((m, e), (n, f)) for m in (-3, -2, 0, 2, 3) for n in (-4, -1, 0, 1, 6) for e, f in ((0, 0), (1, 0), (0, 1))],
    25,
)

UNARY = (
    "neg",
    "inverse",
    "absolute",
    "sign",
    "exp",
    "log",
    "atan",
    "tanh",
    "sinh",
    "cosh",
    "asinh",
    "acosh",
    "atanh",
    "asin",
    "acos",
    "erf",
    "erfc",
    "sin",
    "cos",
    "tan",
)
BINARY = ("add", "sub", "mul", "maximum", "minimum", "general_power")


def shown(i: Interval) -> Any:
    return (
        i.lo,
        i.hi,
        i.lo_open,
        i.hi_open,
        i.positive(),
        i.nonnegative(),
        i.negative(),
        i.nonpositive(),
        i.zero(),
        i.point(),
    )


for _bits in BITS:
    for _name in UNARY:
        ask(
            f"interval {_name} {_bits}",
            lambda i, f=_name, b=_bits: shown(getattr(Arithmetic(b), f)(i)),
            [(i,) for i in intervals(_name, 48)],
        )
    for _name in BINARY:
        ask(
            f"interval {_name} {_bits}",
            lambda i, j, f=_name, b=_bits: shown(getattr(Arithmetic(b), f)(i, j)),
            list(zip(intervals(_name, 72), intervals(_name + "2", 72), strict=True)),
        )
    for _n in (-3, -2, -1, 0, 1, 2, 3, 5, 8):
        ask(
            f"interval whole power {_n} {_bits}",
            lambda i, n=_n, b=_bits: shown(Arithmetic(b).whole_power(i, n)),
            [(i,) for i in intervals("power", 18)],
        )
    for _r in ("1/2", "1/3", "2/3", "-1/2", "-5/3", "7/2", "3"):
        ask(
            f"interval power {_r} {_bits}",
            lambda i, r=_r, b=_bits: shown(Arithmetic(b).power(i, Fraction(r))),
            [(i,) for i in intervals("power" + _r, 18)],
        )
ask(
    "interval sets",
    lambda i, j: (
        shown(iv.meet(i, j)),
        shown(iv.join(i, j)),
        dn.empty(i),
        dn.empty(iv.meet(i, j)),
        dn.middle(i),
        repr(i),
        [shown(h) for h in dn.halves(i)],
        [dn.says(i, r) for r in dn.RELATIONS],
    ),
    list(zip(intervals("sets", 90), intervals("sets2", 90), strict=True)),
)
ask(
    "interval const",
    lambda q, b: shown(Arithmetic(b).const(Fraction(q))),
    [(q, b) for q in ("0", "1/3", "-7/5", "12", "1/1024") for b in (7, 8, 30, 4096, 4097)],
    25,
)
ask("interval pi", lambda b: shown(Arithmetic(b).pi()), [(b,) for b in (8, 30, 200)])
HUGE_ENDS = [(s, e + k) for s in (1, -1, 3) for e in (dy.HUGE, -dy.HUGE) for k in (-40, -1, 0, 1, 40)]
for _name in (*UNARY, "whole_power"):
    ask(
        f"interval huge {_name}",
        lambda a, f=_name: shown(getattr(Arithmetic(24), f)(Interval(a, a), *([3] if f == "whole_power" else []))),
        [(a,) for a in HUGE_ENDS],
    )
for _name in BINARY:
    ask(
        f"interval huge {_name}",
        lambda a, b, f=_name: shown(getattr(Arithmetic(24), f)(Interval(a, None), Interval(min(b, (0, 0)), b))),
        [(a, b) for a in HUGE_ENDS[::3] for b in HUGE_ENDS[1::3] if b[0] > 0],
    )

# ---- expressions --------------------------------------------------------------------------------------------------

REAL = (
    "x",
    "3",
    "pi",
    "-x",
    "x+y",
    "x*y",
    "x-x",
    "2*x+3*x",
    "x/y",
    "1/x",
    "x**2",
    "x**3-1",
    "(x+1)**3",
    "(x+y)**2/(x+y)",
    "1/(x+1)-1/(x-1)",
    "x**(1/2)",
    "x**(-3/2)",
    "(x**2)**(1/2)",
    "(x**2*y)**(1/2)",
    "(4*x**2)**(1/2)",
    "12**(1/2)",
    "(-8)**(1/3)",
    "8**(-2/3)",
    "(2/9)**(1/2)",
    "(x*y)**(1/3)",
    "(x+y)**(1/2)*(x+y)**(3/2)",
    "2**x",
    "x**y",
    "2**x*2**y",
    "x**pi",
    "exp(x)",
    "exp(2*x)*exp(-x)",
    "exp(log(x))",
    "exp(2*log(x)+y)",
    "exp(x+log(2))",
    "log(x)",
    "log(x*y)",
    "log(x**2)",
    "log(12)",
    "log(1)",
    "log(2/3)+log(3)",
    "log(exp(x))",
    "log(exp(x)*y)",
    "log(x**(1/2))",
    "log(3*pi)",
    "sin(x)",
    "sin(-x)",
    "sin(2*x)",
    "sin(x+y)",
    "sin(x-pi/2)",
    "sin(3*x)",
    "sin(pi/6)",
    "sin(pi/5)",
    "sin(7*pi/4)",
    "sin(x/2)",
    "cos(x)",
    "cos(2*x)-cos(x)**2+sin(x)**2",
    "cos(pi/3)",
    "cos(pi*x)",
    "cos(x+pi)",
    "cos(2*pi/3)+sin(pi/3)",
    "sin(pi/12)",
    "cos(5*pi/12)",
    "sin(x)**2+cos(x)**2",
    "tan(x)",
    "tan(pi/4)",
    "tan(x+y)",
    "tan(x)*cos(x)",
    "sinh(x)",
    "cosh(x)",
    "cosh(x)**2-sinh(x)**2",
    "tanh(x)",
    "tanh(-x)",
    "asinh(x)",
    "asinh(-x)",
    "sinh(asinh(x))",
    "acosh(x)",
    "atanh(x)",
    "tanh(atanh(x))",
    "asin(x)",
    "asin(-x)",
    "asin(1/2)",
    "asin(1)",
    "asin(2**(1/2)/2)",
    "acos(x)",
    "acos(-x)",
    "acos(0)",
    "acos(x)+asin(x)",
    "sin(asin(x))",
    "atan(x)",
    "atan(-x)",
    "atan(1)",
    "atan(3**(1/2))",
    "atan(1/x)",
    "erf(x)",
    "erf(-x)",
    "erf(0)",
    "erfc(x)",
    "erfc(-x)",
    "erfc(x)+erf(x)",
    "abs(x)",
    "abs(-2*x)",
    "abs(x*y)",
    "abs(x)**2",
    "abs(x**2)",
    "abs(3-pi)",
    "abs(-3)",
    "abs(exp(x))",
    "sign(x)",
    "sign(-x)",
    "sign(2)",
    "sign(x)*abs(x)",
    "sign(exp(x))",
    "min(x, y)",
    "max(x, y)",
    "max(x, y)+min(x, y)",
    "max(x, 1)",
    "x*exp(-x**2)",
    "log(1+x)/(1+x**2)",
    "exp(sin(x)*y)",
    "(1+exp(x))**(-1)",
    "(x**2+1)**(1/2)-x",
    "x**2*log(x)",
    "sin(x)*exp(x)/(2+cos(x))",
    "exp(-1/x)",
    "atan(x)*erf(x)",
    "1-x+x**2/2-exp(-x)",
    "x**40",
    "x**(1/7)",
    "(1+x)**5*(1-x)**5",
    "exp(x)**3",
    "(exp(x)+1)**2",
    "log(1+exp(x))",
    "tanh(x)**2+1/cosh(x)**2",
    "pi**2/6",
    "cbrt(x)",
    "sqrt(2)*sqrt(3)-sqrt(6)",
    "sqrt(1-x**2)",
    "sqrt(x)*sqrt(x)",
    "1/sqrt(x)-sqrt(x)/x",
    "0*x",
    "x**0",
    "(x-1)*(x+1)-x**2",
    "sqrt(1+sqrt(x))",
    "abs(x)/x",
    "sin(2*atan(x))",
    "exp(pi)",
    "2*3",
    "-1/2",
    "x*2*3",
)
BOXES: tuple[dict[str, Interval], ...] = (
    {"x": Interval((1, -2), (3, -2)), "y": Interval((1, 0), (2, 0))},
    {"x": Interval((-1, 0), (1, 0)), "y": Interval((1, -3), (1, -3))},
    {"x": Interval((0, 0), None, True), "y": Interval((0, 0), (1, 0), True)},
    {"x": Interval((5, -2), (11, -3), False, True), "y": Interval(None, (-1, 0))},
)
XY = frozenset(("x", "y"))


def lists(p: Any) -> Json:
    return [lists(q) if isinstance(q, tuple) else q for q in p]


def real(source: str) -> t.Expr:
    return t.read(lists(ex.parse(source)), XY)


def normal_form(source: str) -> Any:
    n = Normal(Budget(10**5))
    p = n.of(real(source))
    return [
        n.key(p),
        n.atoms,
        n.positive,
        n.constant(p),
        n.is_zero(p),
        said(lambda: n.expression(p)),
        said(lambda: n.key(n.cleared(p))),
        said(lambda: n.univariate(p, "x")),
        common_denominator(p),
        said(lambda: n.key(n.power(p, Fraction(1, 2)))),
        said(lambda: n.key(n.power(p, Fraction(-2)))),
        said(lambda: n.key(n.general_power(p, n.of(("var", "y"))))),
        n.budget.left,
    ]


def shapes(source: str) -> Any:
    e = real(source)
    return [
        t.to_json(e),
        t.free(e),
        t.parts(e),
        t.needs(e),
        t.kinks(e),
        t.value_of(e),
        said(lambda: t.derivative(e, "x")),
        t.substitute(e, {"x": t.ONE, "y": t.q(Fraction(1, 2))}),
        t.replace(e, ("var", "x"), ("var", "y")),
        t.negative(e),
        t.add(e, e),
        t.times(e, ("var", "x")),
        t.power(e, 2),
        t.power(e, 1),
        t.minus(e, t.ONE),
        t.value_of(t.substitute(e, {"x": t.q(4), "y": t.q(Fraction(1, 2))})),
    ]


def enclosed(source: str, number: int) -> Any:
    a = Arithmetic(40)
    e = real(source)
    box = BOXES[number]
    at = Interval((3, -1), (3, -1)) if number else Interval((1, -1), (1, -1))
    with_facts = dn.Enclosures(a, box, [(real("x"), ">"), (real("-y"), ">="), (real("x-y"), "!=")])
    return [
        said(lambda: shown(dn.Enclosures(a, box).of(e))),
        said(lambda: shown(with_facts.of(e))),
        said(lambda: [shown(c) for c in dn.series(e, "x", box["x"], 2, dn.Enclosures(a, box))]),
        said(lambda: [shown(c) for c in dn.series(e, "x", at, 5, dn.Enclosures(a, {**box, "x": at}))]),
        said(lambda: dn.contradicts([(e, ">"), (e, "!=")], dn.Enclosures(a, box))),
    ]


def exact_series(source: str) -> Any:
    p = Prover(Budget(10**5))
    return [
        said(
            lambda at=at: [
                p.normal.key(c) for c in Series(Exact(p.normal, p.constant), 3, "x", p.normal.of(at)).of(real(source))
            ]
        )
        for at in (t.ZERO, t.ONE, ("var", "y"))
    ]


def side(lo: str | None, hi: str | None, opened: str = "") -> dn.Side:
    low, high = (None if s is None else real(s) for s in (lo, hi))
    return dn.Side(low, high, lo is None or "(" in opened, hi is None or ")" in opened)


DOMAINS = (
    dn.Domain((("x", side("0", "1")), ("y", side("1", None)))),
    dn.Domain((("x", side("0", None, "(")), ("y", side("0", "1", "()")))),
    dn.Domain((("x", side(None, None)), ("y", side("-1", "1")))),
    dn.Domain((("x", side("0", None)), ("y", side(None, "0", ")")))).told((real("x-1"), ">="), True),
    dn.Domain((("x", side("1", "pi")), ("y", side("1/2", "2")))).told((real("x+y"), "!=")),
)


def proved(source: str, number: int) -> Any:
    d = DOMAINS[number]
    e = real(source)

    def fresh() -> Prover:
        return Prover(Budget(10**5))

    return [
        *(said(lambda r=r: fresh().quick(d, e, r)) for r in dn.RELATIONS),
        said(lambda: sorted(map(repr, fresh().defined(d, e).defined))),
        said(lambda: fresh().smooth(d, e, "x")),
        said(lambda: fresh().continuous(d, e, "x")),
        said(lambda: limits.nonnegative(fresh(), e, "x", d.side("x").hi, "high")),
        said(lambda: limits.nonnegative(fresh(), e, "x", d.side("x").lo, "low")),
    ]


for _source in REAL:
    ask(f"normal form {_source}", normal_form, [(_source,)])
    ask(f"term {_source}", shapes, [(_source,)])
    ask(f"exact series {_source}", exact_series, [(_source,)])
    for _k in range(len(BOXES)):
        ask(f"enclosed {_k} {_source}", enclosed, [(_source, _k)])
    for _k in range(len(DOMAINS)):
        ask(f"known on {_k} {_source}", proved, [(_source, _k)])
for _k in range(0, len(REAL), 4):
    ask(
        f"sums of {_k}",
        lambda a, b: [normal_form(f"({a})*({b})"), normal_form(f"({a})-({b})"), normal_form(f"({a})/({b})")],
        list(zip(REAL[_k : _k + 4], REAL[_k + 3 :] + REAL[:4], strict=False)),
        1,
    )
    ask(
        f"constant {_k}",
        lambda s: Prover(Budget(10**5)).constant(t.substitute(real(s), {"x": t.q(Fraction(1, 3)), "y": t.q(2)})),
        [(s,) for s in REAL[_k : _k + 4]],
    )
GROWING = (
    "exp(x)-x**9",
    "log(1+exp(x))-x",
    "sqrt(x)-log(x)",
    "log(x)/x",
    "x*exp(-x)",
    "exp(-x**2)-erfc(x)",
    "pi/2-atan(x)",
    "atan(x)-pi/2",
    "1-tanh(x)",
    "tanh(x)-1",
    "x-sqrt(x**2+1)",
    "sqrt(x**2+x)-x",
    "log(x+1)-log(x)",
    "exp(x)/x**3-x",
    "log(log(x))",
    "x**2*exp(-sqrt(x))",
    "exp(x+1/x)-exp(x)",
    "1/x-1/x**2",
    "erf(x)-1",
    "exp(2*x)-exp(x)",
    "sinh(x)-x",
    "cosh(x)-exp(x)/2",
    "asinh(x)-log(x)",
    "x*log(x)-x",
    "x/(1+x)-1",
    "sin(1/x)",
    "abs(x)-x",
    "x**(1/3)-2",
    "1-cos(1/x)",
    "exp(-exp(x))",
    "exp(x**2-x)",
    "x**x",
    "atan(1/x)",
    "log(2*x)-log(x)-log(2)",
    "max(x, 1)-x",
    "1/log(x)",
    "log(x**2+1)-2*log(x)",
    "-x",
    "-exp(x)+x**3",
    "exp(x)*log(x)-exp(x)",
)
for _end in ("oo", "-oo", "0", "1", "pi"):
    for _start in ("low", "high"):
        ask(
            f"limit {_end} {_start}",
            lambda s, e=_end, h=_start: limits.nonnegative(
                Prover(Budget(10**5)), real(s), "x", None if "oo" in e else real(e), h
            ),
            [(s,) for s in GROWING],
            2,
        )
for _name in IDENTITIES:
    ask(f"identity {_name}", lambda s, n=_name: rewritten(n, real(s)), [(s,) for s in REAL], 60)
SAMPLE_POLYNOMIALS = [
    [Fraction(c) for c in row]
    for row in (
        [0],
        [1],
        [-2, 1],
        [0, 0, 1],
        [1, 0, 1],
        [-1, 0, 1],
        [2, -3, 1],
        [0, 1, -2, 1],
        [-6, 11, -6, 1],
        ["1/4", -1, 1],
        [4, 0, -5, 0, 1],
        [1, -4, 6, -4, 1],
        [0, 0, 0, -1],
        [-1, 3, -3, 1, 0],
        [2, 0, 0, 0, 0, 1],
    )
]
ENDS = (
    None,
    (Fraction(0), False),
    (Fraction(0), True),
    (Fraction(1), False),
    (Fraction(1), True),
    (Fraction(5, 2), False),
)
for _k, _p in enumerate(SAMPLE_POLYNOMIALS):
    ask(
        f"polynomial {_k}",
        lambda lo, hi, p=_p: [pl.holds(p, lo, hi, r, Budget(1000)) for r in (">=", ">", "!=")],
        [
            (lo, hi)
            for lo in ENDS
            for hi in (*ENDS[1:], (Fraction(7), True), None)
            if lo is None or hi is None or lo[0] < hi[0]
        ],
    )
    ask(
        f"polynomials {_k}",
        lambda r, p=_p: [
            pl.primitive(p),
            pl.derivative(pl.primitive(p)),
            said(lambda: pl.layers(pl.primitive(p))),
            said(lambda: pl.remainder(pl.primitive(p), pl.primitive(r))),
            said(lambda: pl.divide(pl.primitive(p), pl.primitive(r))),
            said(lambda: pl.common(pl.primitive(p), pl.primitive(r))),
            pl.value(pl.primitive(p), Fraction(3, 2)),
        ],
        [(r,) for r in SAMPLE_POLYNOMIALS],
        3,
    )

# ---- complex expressions ------------------------------------------------------------------------------------------

COMPLEX = (
    *(s for s in REAL if "cbrt" not in s),
    "z",
    "I",
    "z**2+1",
    "exp(z)",
    "exp(I*pi)",
    "exp(I*pi*n)",
    "exp(2*pi*I*n)",
    "exp(z)*exp(-z)",
    "log(z)",
    "log(-x)",
    "log(I)",
    "log(z**2)-2*log(z)",
    "sqrt(z)",
    "sqrt(-x)",
    "sqrt(-1)",
    "z**(1/3)",
    "(-1)**(1/3)",
    "z**x",
    "I**I",
    "2**z",
    "sin(z)",
    "cos(z)",
    "sin(I*x)-I*sinh(x)",
    "cos(z)**2+sin(z)**2",
    "tan(z)",
    "tanh(z)",
    "sinh(z)",
    "cosh(z)",
    "asin(z)",
    "acos(z)",
    "acos(z)+asin(z)-pi/2",
    "atan(z)",
    "asinh(z)",
    "acosh(z)",
    "atanh(z)",
    "re(z)",
    "im(z)",
    "conjugate(z)",
    "conjugate(exp(z))",
    "conjugate(log(x))",
    "z*conjugate(z)",
    "abs(z)",
    "abs(z)**2",
    "abs(x*z)",
    "abs(exp(I*x))",
    "arg(z)",
    "arg(x)",
    "arg(-1)",
    "re(z*I)+im(z)",
    "re(exp(z))",
    "im(sqrt(2))",
    "(1+I)**2",
    "(1+I)**8",
    "1/(1+I)",
    "1/z",
    "z/abs(z)",
    "(-1)**n",
    "(-1)**(2*n)",
    "cos(pi*n)",
    "sin(pi*n)",
    "sin(pi*n/2)",
    "exp(I*x)-cos(x)-I*sin(x)",
    "gamma(n+1)-factorial(n)",
    "factorial(n)",
    "factorial(5)",
    "gamma(1/2)",
    "gamma(3/2)",
    "gamma(x)",
    "gamma(x+1)-x*gamma(x)",
    "factorial(n+1)/factorial(n)-n",
    "binomial(5, 2)",
    "binomial(n, 1)",
    "binomial(n, 2)",
    "binomial(n, 0)",
    "binomial(n, n)",
    "binomial(1/2, 3)",
    "2**(n+1)-2*2**n",
    "3**n*3**(-n)",
    "(x**2)**n",
    "(1+exp(2*pi*I/3)+exp(4*pi*I/3))",
    "exp(2*pi*I/5)+exp(-2*pi*I/5)-(sqrt(5)-1)/2",
    "sqrt(3+2*sqrt(2))",
    "sqrt(2)*sqrt(z)",
    "floor(x)",
    "ceiling(5/2)",
    "erf(z)",
    "sign(z)",
    "Sum(k, (k, 1, n))",
    "Sum(k**2, (k, 1, 4))",
    "Product(k, (k, 1, 5))",
    "(z+1)*(z-1)/(z**2-1)",
    "(z+1)**(-2)*(z+1)**2",
    "sqrt(z+1)**2",
    "sqrt(x)*sqrt(y)-sqrt(x*y)",
    "log(x*y)-log(x)-log(y)",
    "log(x/3)+log(3)",
    "exp(x/3)**3",
    "(x+y)**(3/2)/(x+y)",
    "cos(2*pi/7)+cos(4*pi/7)+cos(6*pi/7)+1/2",
    "conjugate(z)**2*z**2",
    "re(conjugate(z))",
    "conjugate(sqrt(x))",
    "conjugate(gamma(x))",
    "conjugate(atan(x))",
    "abs(gamma(2))",
    "abs(-z)",
)
LINE = dn.Side(None, None, True, True)
SCOPES = (
    Scope(
        (("x", "real"), ("y", "real"), ("z", "complex"), ("n", "integer")),
        dn.Domain(
            (
                ("x", side("0", None, "(")),
                ("y", side("0", None, "(")),
                ("z.re", LINE),
                ("z.im", LINE),
                ("n", side("0", None)),
            )
        ),
        (("var", "z"),),
    ),
    Scope(
        (("x", "real"), ("y", "real"), ("z", "complex"), ("n", "integer")),
        dn.Domain(
            (
                ("x", side("-1", "1", "()")),
                ("y", LINE),
                ("z.re", side("0", None, "(")),
                ("z.im", LINE),
                ("n", side("1", None)),
            )
        ),
    ),
)
NAMES = frozenset(("x", "y", "z", "n"))


def wide(source: str) -> t.Expr:
    return ComplexReader(NAMES).read(plain(parse(source), frozenset()))


def in_the_plane(source: str, number: int) -> Any:
    e = wide(source)
    w = Work(SCOPES[number], Prover(Budget(10**6)))
    p = w.plane
    f = said(lambda: p.of(e))
    out = [
        said(lambda: w.parts(e)),
        said(lambda: w.defined(e)),
        said(lambda: w.nonzero(e)),
        said(lambda: w.off_cut(e)),
        said(lambda: w.sign(e)),
        said(lambda: w.whole(e)),
        said(lambda: w.analytic(e, "x")),
        said(lambda: w.analytic(e, "z")),
        said(lambda: expanded(e)),
    ]
    if isinstance(f, dict):
        out += [
            p.key(f),
            said(lambda: p.is_zero(f)),
            said(lambda: p.key(p.conj(f))),
            said(lambda: p.is_real(f)),
            said(lambda: p.key(p.power(f, 2))),
            said(lambda: p.key(p.power(f, -1))),
            said(lambda: p.key(p.exp(f))),
            said(lambda: p.key(p.log(None, f))),
            p.atoms,
            p.real,
            p.positive,
        ]
    return [out if isinstance(f, dict) else [out, f], p.budget.left]


POINTS = (
    {"x": "1/2", "y": "2", "z": "1/2+I", "n": "3"},
    {"x": "3", "y": "1/3", "z": "-2", "n": "0"},
    {"x": "1", "y": "-1", "z": "-1/3-I/2", "n": "2"},
    {"x": "0", "y": "1", "z": "I", "n": "1"},
)


def at_a_point(source: str, number: int) -> Any:
    point = {k: wide(v) for k, v in POINTS[number].items()}
    e = t.substitute(wide(source), point)
    values = Values(48, Work(NOWHERE, Prover(Budget(10**6))).plane)

    def value() -> Any:
        try:
            box = values.of(e)
        except Missing as error:
            return ["missing", str(error)]
        return [shown(box[0]), shown(box[1]), said(lambda: values.vanishes(e, box))]

    return said(value)


for _source in COMPLEX:
    for _k in range(len(SCOPES)):
        ask(f"plane {_k} {_source}", in_the_plane, [(_source, _k)])
    ask(f"at points {_source}", at_a_point, [(_source, k) for k in range(len(POINTS))])
ask(
    "whole numbers",
    lambda n: [
        pn.factors(n),
        pn.cyclotomic(min(n, 100)),
        Normal(Budget(9)).number_power(Fraction(n, 7), Fraction(2, 3)),
    ],
    [(n,) for n in (1, 2, 4, 6, 9, 12, 30, 97, 1009 * 1013)],
    3,
)
EQUAL = (("sin(2*x)", "2*sin(x)*cos(x)"), ("log(z**2)", "2*log(z)"), ("sqrt(x**2)", "x"), ("exp(I*pi*n)", "(-1)**n"))
ask(
    "equal",
    lambda a, b, k: Work(SCOPES[k], Prover(Budget(10**6))).plane.equal(wide(a), wide(b)),
    [(a, b, k) for a, b in EQUAL for k in (0, 1)],
)

# ---- matrices -----------------------------------------------------------------------------------------------------

N, M, TWO = [{"n": 1}], [{"m": 1}], [{"1": 2}]
LETTERS = {
    "A": {"shape": [N, N]},
    "B": {"shape": [N, N]},
    "S": {"shape": [N, N], "flags": ["symmetric"]},
    "P": {"shape": [N, N], "flags": ["psd", "invertible"]},
    "Q": {"shape": [N, N], "flags": ["orthogonal"]},
    "X": {"shape": [M, N]},
    "Y": {"shape": [N, M]},
    "u": {"shape": [N, [{"1": 1}]]},
    "c": {"shape": [[{"1": 1}], [{"1": 1}]]},
    "F": {"shape": [TWO, TWO]},
}
VALUES = {
    "A": [["1", "2"], ["0", "-1"]],
    "B": [["3", "1/2"], ["-2", "5"]],
    "S": [["2", "1"], ["1", "0"]],
    "P": [["2", "1"], ["1", "1"]],
    "Q": [["0", "1"], ["-1", "0"]],
    "X": [["1", "0"], ["2", "-1"], ["1/3", "4"]],
    "Y": [["1", "1", "0"], ["0", "2", "-3"]],
    "u": [["1"], ["-2"]],
    "c": [["3/2"]],
    "F": [["1", "2"], ["3", "4"]],
}


def v(name: str) -> Json:
    return ["v", name]


def matrix_terms() -> Iterator[Json]:
    a, b, s, p, q, x, y, u, c, f = map(v, ("A", "B", "S", "P", "Q", "X", "Y", "u", "c", "F"))
    one = ["I", N]
    neg = ["*", ["q", "-1"], a]
    yield from (a, s, ["T", a], ["T", s], ["T", ["T", a]], ["*", a, b], ["*", b, a], ["*", a, a, b], ["T", ["*", a, b]])
    yield from (["+", a, b], ["+", b, a], ["+", a, neg], ["+", a, a, s], ["*", ["+", a, b], ["+", a, neg]], neg)
    yield from (["tr", a], ["tr", ["*", a, b]], ["tr", ["*", b, a]], ["tr", ["T", a]], ["tr", ["*", ["T", a], s, a]])
    yield from (["tr", one], ["*", ["tr", a], b], ["*", ["tr", a], ["tr", b]], ["tr", ["*", x, y]], ["tr", ["*", y, x]])
    yield from (
        ["kron", a, b],
        ["kron", b, a],
        ["tr", ["kron", a, b]],
        ["kron", one, a],
        ["*", ["kron", a, x], ["kron", b, y]],
    )
    yield from (
        ["vec", a],
        ["vec", x],
        ["*", ["kron", ["T", b], a], ["vec", s]],
        ["vec", ["*", a, s, b]],
        ["T", ["vec", a]],
    )
    yield from (["had", a, b], ["had", b, a], ["had", a, one], ["had", ["T", a], s], ["tr", ["*", ["T", a], b]])
    yield from (["had", u, u], ["*", ["T", u], u], ["*", u, ["T", u]], ["*", ["T", u], s, u], ["*", c, a], ["*", c, c])
    yield from (
        ["inv", a],
        ["inv", ["T", a]],
        ["inv", ["*", a, b]],
        ["inv", ["inv", a]],
        ["*", ["inv", a], a],
        ["inv", neg],
    )
    yield from (
        ["inv", c],
        ["*", c, ["inv", c]],
        ["inv", ["*", c, a]],
        ["inv", ["kron", a, b]],
        ["inv", one],
        ["inv", ["+", one, s]],
    )
    yield from (["det", a], ["det", ["T", a]], ["det", ["*", a, b]], ["det", ["inv", a]], ["det", one], ["det", neg])
    yield from (["det", ["*", c, a]], ["det", ["kron", a, b]], ["det", f], ["det", ["*", ["q", "-2"], f]], ["det", c])
    yield from (
        ["pow", a, 0],
        ["pow", a, 1],
        ["pow", a, 3],
        ["pow", a, -2],
        ["pow", c, 2],
        ["pow", c, -1],
        ["pow", s, 2],
    )
    yield from (
        ["Z", N, M],
        ["ones", N, M],
        ["*", ["ones", M, N], u],
        ["*", ["T", ["ones", N, N]], a],
        ["I", TWO],
        ["q", "2/3"],
    )
    yield from (
        ["*", ["T", q], q],
        ["*", p, ["inv", p]],
        ["dim", {"n": 1}],
        ["n", {"n": 1}],
        ["*", x, a, y],
        ["+", a, x],
    )
    yield from (["*", x, x], ["tr", x], ["inv", x], ["det", x], ["kron", x], ["pow", x, 2], ["v", "W"], [], ["hole"], 3)
    yield from (["*", ["tr", ["*", a, ["T", a]]], ["T", u], b, u], ["*", ["kron", u, one], a], ["kron", ["T", u], u])
    yield from (
        ["*", ["q", "0"], a],
        ["+", ["had", a, a], ["*", ["q", "-1"], ["had", a, a]]],
        ["det", ["+", one, ["*", x, y]]],
    )
    yield from (
        ["det", ["+", ["I", M], ["*", x, y]]],
        ["tr", ["*", s, a]],
        ["*", ["T", ["*", a, u]], ["*", b, u]],
        ["det", ["Z", N, N]],
    )


def in_networks(term: Json) -> Any:
    letters = Letters(LETTERS)
    algebra = Algebra(letters.symmetric, Budget(10**5))
    p = Reader(letters, algebra).read(term)
    return [p.rows, p.cols, key(p), p.scalar, p.square, p.rational(), inverses(term), algebra.budget.left]


def by_values(term: Json) -> Any:
    values = {n: matrix(rows) for n, rows in VALUES.items()}
    return Evaluator({"n": 2, "m": 3}, values, Budget(10**5), False).value(term)


for _k, _term in enumerate(matrix_terms()):
    ask(f"network {_k}", in_networks, [(_term,)])
    ask(f"values {_k}", by_values, [(_term,)])
ask(
    "dims",
    lambda d: [
        dm.parse(d),
        dm.symbols(dm.parse(d)),
        dm.polynomial(dm.parse(d)),
        [dm.value(f, {"n": 2, "m": 3}) for f in dm.parse(d)],
    ],
    [
        (d,)
        for d in (
            N,
            M,
            TWO,
            [{"n": 1}, {"m": 1}],
            [{"n": 2, "1": -1}],
            [],
            [{}],
            [{"1": 1}],
            [{"1": 1}, {"n": 1}],
            {},
            [{"n": "1"}],
            [{"2n": 1}],
            [{"n": -1}],
        )
    ],
    4,
)
MATRICES = [
    [[Fraction(x) for x in r] for r in rows]
    for rows in (
        [[2, 1], [1, 1]],
        [[1, 1], [1, 1]],
        [[0, 0], [0, 1]],
        [[0, 1], [1, 0]],
        [[1, 2], [2, 1]],
        [[-1]],
        [[0]],
        [[1, 0], [1, 1]],
        [[4, 2, 1], [2, 3, 0], [1, 0, 2]],
        [[1, 1, 1], [1, 1, 1], [1, 1, 2]],
        [[1, 1, 0], [1, 1, 1], [0, 1, 1]],
    )
]
ask(
    "exact matrices",
    lambda m: [
        symmetric(m),
        said(lambda: pivots(m)),
        said(lambda: is_psd(m)),
        said(lambda: is_pd(m)),
        form(m, [Fraction(k + 1) for k in range(len(m))]),
    ],
    [(m,) for m in MATRICES],
    4,
)

# ---- tails and index expressions ----------------------------------------------------------------------------------

for _sides in (1, 2):
    ask(
        f"tail {_sides}",
        lambda p, n, gap, s=_sides: tail(
            Tail({"range": ["0", "1"], "sides": s, "bound": ["q", "1"]}),
            Fraction(0),
            Fraction(1),
            Fraction(p),
            n,
            Fraction(gap),
        ),
        [(p, n, gap) for p in ("1/2", "1/3", "3/4") for n in (1, 2, 7) for gap in ("1/10", "1/4", "1/2", "2/3")],
    )
FORMS = [
    ln.parse(f, {s: ln.var(s) for s in "ijN"})
    for f in (
        {"i": 1},
        {"i": -1, "N": 1},
        {"j": 2, "1": -3},
        {},
        {"1": 5},
        {"i": 1, "j": -1},
        {"N": 1, "j": -1, "1": -1},
        {"1": -1},
        {"i": 2, "j": 3, "N": -1, "1": 1},
    )
]
ask(
    "forms",
    lambda a, b: [
        ln.add(a, b),
        ln.sub(a, b),
        ln.add(a, b, -3),
        ln.scaled(a, 2),
        ln.value(a),
        ln.symbols(a),
        ln.substitute(a, {"i": b}),
    ],
    [(a, b) for a in FORMS for b in FORMS],
    9,
)
ask(
    "implied",
    lambda f, k: ln.nonnegative(f, k),
    [
        (f, tuple(FORMS[i] for i in range(len(FORMS)) if (m >> i) & 1))
        for f in FORMS
        for m in (0, 1, 3, 6, 7, 33, 35, 70, 103, 128, 257)
    ],
    11,
)


def record() -> None:
    """The answers, single calls, and the traces of certificates."""
    from tests.must_fail import traces

    from . import calls

    RECORDED.write_text(json.dumps({n: answer(n) for n in QUESTIONS}, indent=0) + "\n", encoding="utf-8")
    calls.record()
    traces.record()


if __name__ == "__main__":
    record()

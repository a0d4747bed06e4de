"""Wrong answers of libraries, pinned: the call, what it says, and the truth by exact arithmetic or Arb.

Each is a strict expected failure, so that a release which mends it is noticed. None of these calls stands behind a
verdict; `test_ours.py` says what is done instead. Numbers are those of the issues of sympy/sympy and mpmath/mpmath.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import flint
import mpmath
import pytest
import sympy as sp
from sympy.core.facts import InconsistentAssumptions

n = sp.Symbol("n", integer=True, positive=True)
x, k = sp.Symbol("x"), sp.Symbol("k", integer=True)
m = sp.Symbol("m", integer=True, nonnegative=True)
A, B, U, V = (sp.MatrixSymbol(name, n, n) for name in "ABUV")
W = sp.Symbol("W", commutative=False)
NEAR_ONE = 1 - sp.Rational(1, 10**7)
HYPERGEOMETRIC = sp.Sum(
    sp.sin(k / 64) * sp.binomial(51, k) * sp.binomial(77, 64 - k) / sp.binomial(128, 64), (k, 0, 64)
)  # the mean of sin(K/64) for a hypergeometric K
SLOW_METHODS = {"heurisch": False, "manual": False, "risch": False}  # they find nothing: without this it is the same
TWO = sp.Matrix([[1, 2], [3, 5]])

Hazard = tuple[str, Callable[[], Any], Any, Callable[[Any], bool]]  # name, call, wrong answer, is the answer right?


def gradient_at_two(result: Any, truth: sp.Matrix) -> bool:
    """A matrix expression in A at A = TWO, for n = 2."""
    try:
        return bool(sp.Matrix(result.subs(n, 2).subs(A, TWO).doit()) == truth)
    except (AttributeError, TypeError, ValueError):
        return False


SYMPY: list[Hazard] = [
    (
        "26585 gradient of a regularised factorisation is not zero",
        lambda: sp.diff(sp.Trace((A - U * V).T * (A - U * V)) / 2 + sp.Trace(U.T * U) / 2, U),
        0,
        lambda r: str(r) != "0",
    ),
    (
        "27406 gradient of a sum of squared norms is 2 A",
        lambda: sp.diff(sp.Trace(A.T * A) + sp.Trace(B.T * B), A),
        0,
        lambda r: gradient_at_two(r, 2 * TWO),
    ),
    (
        "23492 gradient of tr A + tr A^2 is 1 + 2 A^T",
        lambda: sp.diff(sp.Trace(A) + sp.Trace(A * A), A),
        0,
        lambda r: gradient_at_two(r, sp.eye(2) + 2 * TWO.T),
    ),
    (
        "29072 integral of |sin cos| over a period is 2",
        lambda: sp.integrate(
            sp.Abs(sp.sin(x) * sp.cos(x)).subs(x, sp.Symbol("x", real=True)), (sp.Symbol("x", real=True), 0, 2 * sp.pi)
        ),
        1,
        lambda r: r == 2,
    ),
    (
        "29792 integral of sqrt(2 - x) sqrt(1 / (2 - x)) over [0, 1] is 1",
        lambda: sp.integrate(sp.sqrt(2 - x) * sp.sqrt(1 / (2 - x)), (x, 0, 1)),
        -1,
        lambda r: r == 1,
    ),
    (
        "30404 integral of sqrt(1 - x) log(1 - x) over [0, 1] is -4/9",
        lambda: sp.integrate(sp.sqrt(1 - x) * sp.log(1 - x), (x, 0, 1), meijerg=True),
        0,
        lambda r: r == sp.Rational(-4, 9),
    ),
    (
        "22487 integral of (cos x^2 - cos x) / x^2 is finite",
        lambda: sp.Integral((sp.cos(x**2) - sp.cos(x)) / x**2, (x, -sp.oo, sp.oo)).doit(**SLOW_METHODS),
        -sp.oo,
        lambda r: r.is_finite is not False,
    ),
    (
        "30527 gradient of (tr(1 - A))^2 is 2 (tr A - n) 1",
        lambda: (sp.trace(sp.Identity(n) - A) ** 2).expand().diff(A),
        0,
        lambda r: gradient_at_two(r, 2 * (TWO.trace() - 2) * sp.eye(2)),
    ),
    ("20932 a sum of 65 positive terms is positive", lambda: HYPERGEOMETRIC.n(), 0, lambda r: r > sp.Rational(3, 10)),
    (
        "30401 sin 4x + sin 3x vanishes at pi",
        lambda: sp.solveset(sp.sin(4 * x) + sp.sin(3 * x), x, sp.S.Reals).contains(sp.pi) == True,  # noqa: E712
        False,
        lambda r: r is True,
    ),
    ("28975 limit of 2^(1/x) from below is 0", lambda: sp.limit(2 ** (1 / x), x, 0, "-"), sp.oo, lambda r: r == 0),
    (
        "28001 a product with an adjoint in it is not a power",
        lambda: sp.simplify(W * sp.adjoint(W**2) * W),
        W**4,
        lambda r: r != W**4,
    ),
    (
        "13902 sum of binom(2, k) k^2 over 0..1 is 2",
        lambda: sp.Sum(sp.binomial(2, k) * k**2, (k, 0, m)).doit().subs(m, 1),
        6,
        lambda r: r == 2,
    ),
    (
        "23086 180 acos(7823207/7823209) / pi is 0.041",
        lambda: (180 * sp.acos(sp.Rational(7823207, 7823209)) / sp.pi).evalf(2),
        0,
        lambda r: sp.Rational(4, 100) < r < sp.Rational(5, 100),
    ),
    ("24390 acos(1 - 1e-7) is positive", lambda: sp.acos(NEAR_ONE) > 0, False, lambda r: r == True),  # noqa: E712
    ("24390 1 - acos(1 - 1e-7)/pi is below 1", lambda: 1 - sp.acos(NEAR_ONE) / sp.pi < 1, False, lambda r: r == True),  # noqa: E712
    ("9102 every x solves x = x", lambda: sp.solve(x - x, x), [], lambda r: r != []),
    ("21014 x^n = 1 has n roots", lambda: sp.solve(x**n - 1, x), [1], lambda r: r != [1]),
    (
        "25554 (A^T A)^2 - A^T A A^T A is zero",
        lambda: sp.expand((A.T * A) ** 2 - A.T * A * A.T * A),
        (A.T * A) ** 2 - A.T * A * A.T * A,
        lambda r: r in (0, sp.ZeroMatrix(n, n)),
    ),
    ("rank of [x] is not known", lambda: sp.Matrix([[x]]).rank(), 1, lambda r: r != 1),
    ("[x] may have a null space", lambda: sp.Matrix([[x]]).nullspace(), [], lambda r: r != []),
    ("x / x needs x != 0", lambda: x / x, 1, lambda r: r != 1),
    (
        "A^T A need not be invertible",
        lambda: ((A.T * A).I * (A.T * A)).doit(),
        sp.Identity(n),
        lambda r: r != sp.Identity(n),
    ),
    (
        "an assumption is not checked on substitution",
        lambda: sp.sqrt(sp.Symbol("x", positive=True) ** 2).subs(sp.Symbol("x", positive=True), -1),
        -1,
        lambda r: r == 1,
    ),
    ("26566 one name, one symbol", lambda: sp.Symbol("x", positive=True) == x, False, lambda r: r is True),
    ("an unknown sign is not a negative answer", lambda: bool(x.is_positive), False, lambda r: r is not False),
    ("text is executed", lambda: sp.sympify("[].__class__.__name__"), "list", lambda r: "list" not in str(r)),
]


HAZARDS = {h[0]: h for h in SYMPY}


@cache
def answer(name: str) -> Any:
    """What SymPy says, asked once: some of the calls are slow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return HAZARDS[name][1]()


@pytest.mark.parametrize("name", HAZARDS)
def test_what_sympy_says(name: str) -> None:
    assert str(answer(name)) == str(HAZARDS[name][2])


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="wrong in SymPy")
@pytest.mark.parametrize("name", HAZARDS)
def test_sympy_is_right(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert HAZARDS[name][3](answer(name))


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="SymPy 24390: by the hash seed 0, an exception, or right")
def test_absolute_values_of_arc_cosines_near_one() -> None:
    wrong = []
    for digits in range(7, 40):
        for k in (1, 2, 3):
            try:
                if sp.Abs(sp.acos(1 - sp.Rational(k, 10**digits))) == 0:
                    wrong.append((k, digits))
            except InconsistentAssumptions:
                wrong.append((k, digits))
    assert wrong == []


# ---- mpmath -------------------------------------------------------------------------------------------------------

POINT = Fraction(-7381185261406992041057283972377929, 2**115)


def ends(interval: Any) -> tuple[Fraction, Fraction]:
    def exact(sign: int, mantissa: int, exponent: int, _: int) -> Fraction:
        return Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** int(exponent)

    low, high = interval._mpi_
    return exact(*low), exact(*high)


@pytest.mark.xfail(
    strict=True, raises=AssertionError, reason="mpmath 1181: the interval exponential is not an enclosure"
)
def test_mpmath_interval_exponential_contains_the_value() -> None:
    old = mpmath.iv.prec
    try:
        mpmath.iv.prec = 113
        low, high = ends(mpmath.iv.exp(mpmath.iv.mpf(POINT.numerator) * mpmath.iv.mpf(2) ** -115))
    finally:
        mpmath.iv.prec = old
    with flint.ctx.workprec(500):
        value = flint.arb(flint.fmpq(POINT.numerator, POINT.denominator)).exp()
        for end, fine in ((low, lambda v, e: not v < e), (high, lambda v, e: not v > e)):
            assert fine(value, flint.arb(flint.fmpq(end.numerator, end.denominator)))


# ---- python-flint -------------------------------------------------------------------------------------------------

FLINT: list[tuple[str, Callable[[], Any]]] = [
    ("a ball around 0 that is not < 0 is >= 0", lambda: (flint.arb(0, 1) < 0) or (flint.arb(0, 1) >= 0)),
    ("a ball equals itself made again", lambda: flint.arb("0.1") == flint.arb("0.1")),
    ("a ball that may be 0 is not true", lambda: not bool(flint.arb(0, 1))),
    ("not-a-number contains nothing", lambda: not flint.arb("nan").contains(5)),
    ("the float 0.1 encloses 1/10", lambda: flint.arb(0.1).contains(flint.fmpq(1, 10))),
    (
        "an integral that ignores the analytic flag encloses 14/3",
        lambda: flint.acb.integral(lambda z, _: z.sqrt(), 1, 4).real.contains(flint.fmpq(14, 3)),
    ),
]


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="how python-flint works")
@pytest.mark.parametrize("call", [c for _, c in FLINT], ids=[name for name, _ in FLINT])
def test_flint_is_what_one_expects(call: Callable[[], Any]) -> None:
    assert call()


def test_flint_with_the_flag_honoured() -> None:
    whole = flint.acb.integral(lambda z, analytic: z.sqrt(analytic=analytic), 1, 4)
    assert whole.real.overlaps(flint.arb(flint.fmpq(14, 3)))

"""Enclosures, normal forms, polynomials and limits of the scalar kernel, against independent values."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import flint
import mpmath
import pytest

from verify.check import expression as ex
from verify.kernel.errors import Budget, Reject
from verify.kernel.scalar import dyadic as dy
from verify.kernel.scalar import polynomial as pl
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Domain, Enclosures, Side, series
from verify.kernel.scalar.interval import Arithmetic, Interval
from verify.kernel.scalar.limits import nonnegative
from verify.kernel.scalar.normal import Normal
from verify.kernel.scalar.proof import Prover

FUNCTIONS = (
    "exp", "log", "sin", "cos", "tan", "atan", "asin", "acos", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "erf", "erfc",
)  # fmt: skip


def expr(text: str) -> t.Expr:
    def lists(p: object) -> object:
        return [lists(q) if isinstance(q, tuple) else q for q in p]  # type: ignore[attr-defined]

    return t.read(lists(ex.parse(text)), frozenset(ex.free(ex.parse(text))))


def random_number(rng: random.Random) -> dy.Dyadic:
    m = rng.getrandbits(rng.choice([1, 3, 10, 30])) * rng.choice([1, -1])
    return m, rng.choice([0, 3, -m.bit_length(), -m.bit_length() - 20, 6 - m.bit_length()])


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("bits", [24, 64, 200])
def test_functions_enclose_their_values(name: str, bits: int) -> None:
    rng = random.Random(f"{name} {bits}")
    a = Arithmetic(bits)
    seen = 0
    for _ in range(120):
        ends = sorted((random_number(rng), random_number(rng)), key=dy.fraction)
        try:
            found = getattr(a, name)(Interval(*ends))
        except Reject:
            continue
        with flint.ctx.workprec(1500):
            low, high = (flint.arb(m) * flint.arb(2) ** e for m, e in ends)
            for k in range(5):
                value = getattr(low + (high - low) * k / 4, name)()
                if not value.is_finite():
                    continue
                seen += 1
                if found.lo is not None:
                    assert not flint.arb(found.lo[0]) * flint.arb(2) ** found.lo[1] > value
                if found.hi is not None:
                    assert not flint.arb(found.hi[0]) * flint.arb(2) ** found.hi[1] < value
    assert seen > 8


def test_products_keep_track_of_what_is_taken() -> None:
    a = Arithmetic(32)
    zero_open, zero = Interval(dy.ZERO, dy.ONE, True), Interval(dy.ZERO, dy.ONE)
    line = Interval((5, 0), None)
    assert a.mul(zero_open, line).positive()
    assert not a.mul(zero, line).positive() and a.mul(zero, line).nonnegative()
    assert a.exp(Interval(None, None)).positive()
    assert not a.whole_power(Interval((-1, 0), dy.ONE), 2).positive()
    with pytest.raises(Reject):
        a.inverse(zero)
    assert a.inverse(zero_open).lo == (1, 0) or dy.compare(a.inverse(zero_open).lo, dy.ONE) == 0


def test_powers_of_zero() -> None:
    a = Arithmetic(32)
    zero, one = Interval(dy.ZERO, dy.ZERO), Interval(dy.ZERO, dy.ONE)
    assert a.general_power(zero, zero).point() and dy.compare(a.general_power(zero, zero).lo, dy.ONE) == 0
    both = a.general_power(one, one)
    assert both.nonnegative() and dy.compare(both.hi, dy.ONE) >= 0
    with pytest.raises(Reject):
        a.general_power(one, Interval((-1, 0), dy.ONE))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("sin(2*x)", "2*sin(x)*cos(x)"), ("cosh(x)**2 - sinh(x)**2", "1"), ("log(x**3*2)", "3*log(x)+log(2)"),
        ("1/x - 1/(x+1)", "1/(x*(x+1))"), ("tan(x)*cos(x)", "sin(x)"), ("exp(2*log(x))", "x**2"),
        ("sqrt(12)", "2*sqrt(3)"), ("cos(pi/4)*sqrt(2)", "1"), ("erfc(-x)", "1+erf(x)"), ("acos(x)+asin(x)", "pi/2"),
        ("max(x, y)+min(x, y)", "x+y"), ("abs(x)**2", "x**2"), ("atan(1)", "pi/4"), ("8**(1/3)", "2"),
    ],
)  # fmt: skip
def test_normal_forms_agree(a: str, b: str) -> None:
    assert Normal(Budget(10**6)).equal(expr(a), expr(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("sqrt(x**2)", "x"), ("log(x**2)", "2*log(x)"), ("asin(sin(x))", "x"), ("sqrt(x*y)", "sqrt(x)*sqrt(y)"),
        ("abs(x)", "x"), ("sign(x)*x", "x"), ("(x**3)**(1/3)", "x"), ("exp(x)", "1+x"), ("sin(x+1)", "sin(x)"),
    ],
)  # fmt: skip
def test_normal_forms_do_not_confuse(a: str, b: str) -> None:
    assert not Normal(Budget(10**6)).equal(expr(a), expr(b))


def test_signs_of_polynomials() -> None:
    rng = random.Random(5)
    budget = Budget(10**8)
    for _ in range(300):
        roots = [Fraction(rng.randint(-6, 6), rng.randint(1, 3)) for _ in range(rng.randint(1, 5))]
        p = [Fraction(rng.choice([1, -2]))]
        for r in roots:
            p = [b - r * a for a, b in zip([*p, Fraction(0)], [Fraction(0), *p], strict=True)]
        low, high = sorted((Fraction(rng.randint(-7, 7)), Fraction(rng.randint(-7, 7), 2)))
        if low == high:
            continue
        ends = (low, rng.random() < 0.5), (high, rng.random() < 0.5)
        inside = [r for r in roots if low < r < high] + [e for e, opened in ends if not opened and e in roots]

        def value(x: Fraction, p: list[Fraction] = p) -> Fraction:
            return sum((c * x**k for k, c in enumerate(p)), Fraction(0))

        cuts = sorted({low, high, *(r for r in roots if low < r < high)})
        signs = [value((a + b) / 2) > 0 for a, b in pairwise(cuts)]
        assert pl.holds(p, *ends, ">=", budget) == all(signs)
        assert pl.holds(p, *ends, ">", budget) == (all(signs) and not inside)


def test_series_enclose_derivatives() -> None:
    u = expr("exp(sin(x))/(1+x**2) + erf(x)*atan(x) - log(2+x)**3")
    a = Arithmetic(128)
    at = Interval((3, -2), (3, -2))
    found = series(u, "x", at, 6, Enclosures(a, {"x": at}))
    with mpmath.workdps(60):
        def f(x: mpmath.mpf) -> mpmath.mpf:
            return mpmath.exp(mpmath.sin(x)) / (1 + x**2) + mpmath.erf(x) * mpmath.atan(x) - mpmath.log(2 + x) ** 3

        for k, c in enumerate(mpmath.taylor(f, mpmath.mpf(3) / 4, 6)):
            low, high = (mpmath.mpf(m) * mpmath.mpf(2) ** e for m, e in (found[k].lo, found[k].hi))
            assert low - mpmath.mpf(10) ** -20 <= c <= high + mpmath.mpf(10) ** -20 and high - low < 1e-25


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("exp(-x**2)-erfc(x)", True), ("pi/2-atan(x)", True), ("x*exp(-x)", True), ("log(x)/x", True),
        ("exp(x)-x**9", True), ("log(1+exp(x))-x", True), ("sqrt(x)-log(x)", True), ("1/x-1", False),
        ("atan(x)-2", False), ("x**2-exp(x/10)", False), ("log(x)-x", False), ("erf(x)-1-1/10**9", False),
    ],
)  # fmt: skip
def test_limits_at_infinity(text: str, holds: bool) -> None:
    assert nonnegative(Prover(Budget(10**7)), expr(text), "x", None, "high") is holds


def test_an_open_end_is_no_base_for_slopes() -> None:
    """sign is constant on (0, 1], but its value at 0 is not the limit there."""
    p = Prover(Budget(10**6))
    d = Domain((("x", Side(t.ZERO, t.ONE, True, False)),))
    with pytest.raises(Reject):
        p.prove(d, expr("x - sign(x)"), ">=", {"rule": "eval"})
    with pytest.raises(Reject):
        p.prove(d, expr("x - sign(x)"), ">=", {"rule": "seen"})


def test_a_number_that_differs_from_another_may_be_smaller() -> None:
    """x != 1 does not exclude a box on which x < 1."""
    from verify.kernel.errors import Budget
    from verify.kernel.scalar import terms as t
    from verify.kernel.scalar.domain import Domain, Side
    from verify.kernel.scalar.proof import Prover

    x = ("var", "x")
    d = Domain((("x", Side(t.ZERO, None, False, True)),)).told((t.minus(x, t.ONE), "!="), True)
    assert not Prover(Budget(10**6)).quick(d, x, "!=")
    assert not Prover(Budget(10**6)).quick(d, x, ">")


def test_powers_of_small_fractions_are_bounded() -> None:
    """The numerator of (1/3)**1000 is 1: its denominator has to count as well."""
    from verify.kernel.scalar import terms

    once = ("pow", terms.q(Fraction(1, 3)), terms.q(1_000))
    assert terms.value_of(once) == Fraction(1, 3**1_000)
    assert terms.value_of(("pow", once, terms.q(1_000))) is None

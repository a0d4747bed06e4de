import math
import pickle
from fractions import Fraction

import flint
import mpmath
import pytest

from verify.numeric.enclosure import Enclosure, InvalidInput, NotEvidence, exact_fraction, precision


def mp_fraction(value: mpmath.mpf) -> Fraction:
    sign, man, exp, _ = value._mpf_
    q = Fraction(int(man)) * Fraction(2) ** exp
    return -q if sign else q


def nan() -> Enclosure:
    return Enclosure.from_exact(-1).log()


@pytest.mark.parametrize(
    "bad", [0.5, float("nan"), float("inf"), True, False, None, 1j, "nan", "inf", "x", "1/0", b"1"]
)
def test_only_exact_input(bad):
    with pytest.raises(InvalidInput):
        Enclosure.from_exact(bad)
    with pytest.raises(InvalidInput):
        exact_fraction(bad)


@pytest.mark.parametrize("bad", [0.5, True, "1/2"])
def test_operands_must_be_exact(bad):
    x = Enclosure.from_exact(1)
    for operation in (lambda: x + bad, lambda: bad * x, lambda: x / bad, lambda: x.max(bad)):
        with pytest.raises(InvalidInput):
            operation()


def test_constructor_is_closed():
    with pytest.raises(InvalidInput):
        Enclosure(1)
    with pytest.raises(AttributeError):
        Enclosure.from_exact(1)._ball = 3
    with pytest.raises(InvalidInput):
        Enclosure.from_bounds(2, 1)


def test_decimal_strings_are_exact():
    for text in ("0.1", "-3/7", "1e-30", "12345678901234567890.5"):
        assert Enclosure.from_exact(text).contains(text)
    tenth = Enclosure.from_exact("0.1")
    assert not tenth.contains(Fraction(1, 10) + Fraction(1, 10**12))
    assert (
        Enclosure.from_exact(Fraction(1, 2)).lower() == Enclosure.from_exact("0.5").upper() == Fraction(1, 2)
    )


@pytest.mark.parametrize(
    "use",
    [
        bool,
        float,
        int,
        complex,
        hash,
        lambda x: x == x,
        lambda x: x != 1,
        lambda x: x < 1,
        lambda x: x >= 1,
        math.sqrt,
    ],
)
def test_no_silent_conversion(use):
    with pytest.raises(TypeError):
        use(Enclosure.from_exact(1))


def test_nan_is_never_evidence():
    bad = nan()
    assert not bad.is_finite() and bad.digits() == 0
    one = Enclosure.from_exact(1)
    for x, y in ((bad, one), (one, bad), (bad, bad)):
        assert not (x.certainly_lt(y) or x.certainly_le(y) or x.certainly_gt(y) or x.certainly_ge(y))
        with pytest.raises(NotEvidence):
            x.overlaps(y)
    assert not bad.certainly_lt(5) and not bad.certainly_ge(-5)
    for use in (bad.lower, bad.upper, bad.midpoint, bad.radius, bad.to_json, lambda: bad.contains(5)):
        with pytest.raises(NotEvidence):
            use()
    unbounded = one / Enclosure.from_bounds(-1, 1)
    assert not unbounded.is_finite()
    with pytest.raises(NotEvidence):
        unbounded.contains(3)
    assert not unbounded.certainly_ge(-(10**9))


def test_comparisons_are_certain():
    a, b = Enclosure.from_bounds(0, 1), Enclosure.from_bounds(1, 2)
    assert a.certainly_lt(2) and not a.certainly_lt(1) and a.certainly_ge(Fraction(-1, 10**6))
    assert not a.certainly_gt(0) and not a.certainly_lt(0)
    assert a.overlaps(b) and not a.certainly_gt(b)
    assert b.certainly_gt(Fraction(1, 2)) and b.certainly_ge("0.5")
    assert Enclosure.from_exact(1).certainly_le(1) and Enclosure.from_exact(1).certainly_ge(1)
    assert not Enclosure.from_exact(1).certainly_lt(1)
    with pytest.raises(InvalidInput):
        a.certainly_lt(0.5)


def test_point_inside_a_third():
    with precision(50):
        third = Enclosure.from_exact(Fraction(1, 3))
        assert third.contains(Fraction(1, 3)) and third.lower() < Fraction(1, 3) < third.upper()
        assert third.digits() >= 50


FUNCTIONS = [
    ("exp", "7/3"),
    ("exp", "-20"),
    ("log", "7/3"),
    ("log", "1e-40"),
    ("sqrt", "7/3"),
    ("sin", "22/7"),
    ("cos", "11/7"),
    ("acos", "1/3"),
    ("acos", "-0.999999"),
    ("asin", "-1/3"),
    ("asin", "0.9999"),
    ("atan", "-7"),
    ("erf", "1/3"),
    ("erfc", "8"),
]


@pytest.mark.parametrize("digits", [20, 60])
@pytest.mark.parametrize("name,text", FUNCTIONS)
def test_functions_against_mpmath(name, text, digits):
    q = Fraction(text)
    with precision(digits), mpmath.workdps(digits + 30):
        ball = getattr(Enclosure.from_exact(q), name)()
        expected = mp_fraction(getattr(mpmath, name)(mpmath.mpf(q.numerator) / q.denominator))
        assert ball.contains(expected)
        assert ball.digits() >= digits - 2
        assert not ball.contains(expected * (1 + Fraction(1, 10 ** (digits - 3))))


def test_pi_and_powers():
    with precision(100), mpmath.workdps(140):
        assert Enclosure.pi().contains(mp_fraction(+mpmath.pi)) and Enclosure.pi().digits() >= 100
    x = Enclosure.from_bounds(-1, 2)
    assert (x**0).lower() == 1 and (x**2).contains(0) and (x**2).contains(4) and (x**3).contains(-1)
    assert (Enclosure.from_exact(2) ** -3).contains(Fraction(1, 8))
    for bad in (0.5, True, Fraction(1, 2)):
        with pytest.raises(InvalidInput):
            x**bad


def test_arithmetic_encloses():
    x, y = Fraction(22, 7), Fraction(-5, 3)
    a, b = Enclosure.from_exact(x), Enclosure.from_exact(y)
    for ball, value in [
        (a + b, x + y),
        (a - y, x - y),
        (x - b, x - y),
        (a * b, x * y),
        (a / b, x / y),
        (1 / b, 1 / y),
        (2 + a, x + 2),
        (2 * a, 2 * x),
        (-a, -x),
        (+a, x),
        (abs(b), abs(y)),
        (a.min(b), y),
        (a.max(b), x),
        (a.max(100), Fraction(100)),
    ]:
        assert ball.contains(value) and not ball.contains(value + Fraction(1, 10**9))
    hull = a.hull(b)
    assert hull.contains(x) and hull.contains(y) and hull.contains(0) and not hull.contains(4)


def test_inverse_cosine_at_the_ends():
    with precision(50):
        assert Enclosure.from_exact(1).acos().upper() == 0
        assert Enclosure.from_exact(-1).acos().overlaps(Enclosure.pi())
        inside = Enclosure.from_bounds(Fraction(1, 2), 1)
        crossing = Enclosure.from_exact(1) + Enclosure.from_bounds(Fraction(-1, 10**20), Fraction(1, 10**20))
        assert not crossing.acos().is_finite() and not crossing.asin().is_finite()
        image = crossing.acos(domain_proved=True)
        assert (
            image.contains(0) and image.upper() < Fraction(1, 10**9) and image.contains(Fraction(14, 10**11))
        )
        assert not image.contains(Fraction(15, 10**11))
        assert not Enclosure.from_exact(2).acos(domain_proved=True).is_finite()
        assert inside.acos(domain_proved=True).contains(1)
        half = (Enclosure.pi() / 3).upper()
        assert inside.acos(domain_proved=True).contains(half - Fraction(1, 10**10))
        tiny = Enclosure.from_exact(1 - Fraction(1, 10**60)).acos(domain_proved=True)
        assert tiny.contains(0) or tiny.certainly_gt(0)


def test_square_root_domain():
    around = Enclosure.from_bounds(-1, 4)
    assert not around.sqrt().is_finite()
    root = around.sqrt(domain_proved=True)
    assert root.contains(0) and root.contains(2) and not root.contains(3)
    assert not Enclosure.from_exact(-1).sqrt(domain_proved=True).is_finite()
    assert Enclosure.from_exact(0).sqrt().upper() == 0
    assert Enclosure.from_bounds(0, 4).sqrt(domain_proved=True).contains(2)


def test_precision_is_restored():
    before = flint.ctx.prec
    with pytest.raises(RuntimeError), precision(500):
        assert flint.ctx.prec > 1660
        raise RuntimeError
    assert flint.ctx.prec == before
    for bad in (0, -1, 2.0, True, "50"):
        with pytest.raises(InvalidInput), precision(bad):
            pass


def test_json_end_points_are_exact():
    with precision(30):
        ball = Enclosure.from_exact("1/3")
    data = ball.to_json()
    assert Fraction(data["low"]) == ball.lower() and Fraction(data["high"]) == ball.upper()
    assert data["decimal"] == "0.333333333333333"
    copy = pickle.loads(pickle.dumps(ball))
    assert copy.contains(ball.lower()) and copy.contains(ball.upper())
    assert "not finite" in repr(nan()) and "0.3333" in repr(ball)


def test_exact_digits_and_huge_exponents():
    assert Enclosure.from_exact(3).digits() > 10**9
    assert Enclosure.from_bounds(-1, 1).digits() == 0
    small = Enclosure.from_exact(-(10**8)).exp()
    assert small.certainly_gt(0) and small.certainly_lt(Fraction(1, 2)) and small.certainly_lt(Enclosure.pi())

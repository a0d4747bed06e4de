"""Numbers in terms of pi: they cancel exactly, and they are balls otherwise."""

from __future__ import annotations

import pickle
from fractions import Fraction as F

import pytest

from verify.evidence.evaluate import Evaluator
from verify.evidence.in_pi import InPi, angle, cosine, in_pi
from verify.evidence.instance import Instance
from verify.numeric.enclosure import Enclosure, InvalidInput, precision

PI = in_pi({1: F(1)})


def test_what_has_no_pi_left_is_a_fraction() -> None:
    assert type(PI - PI) is F and not PI - PI
    half, sixth = PI / (2 * PI), (PI - angle(F(-1, 2))) / (2 * PI)
    assert half == F(1, 2) and sixth == F(1, 6)
    less, three, one = (PI + 1) * (PI - 1) - PI**2, 1 / (1 / PI) * 3 / PI, PI**0
    assert less == F(-1) and three == F(3) and one == F(1)


def test_what_does_not_cancel_is_a_ball_around_it() -> None:
    x = (2 * PI - F(1, 3)) ** 2
    assert isinstance(x, InPi)
    plain = (2 * Enclosure.pi() - F(1, 3)) ** 2
    assert x.overlaps(plain) and x.certainly_gt(35) and x.certainly_lt(36)
    with pytest.raises(TypeError):
        assert x == x


@pytest.mark.parametrize("swap", [False, True])
def test_with_another_ball_it_is_a_ball(swap: bool) -> None:
    e = Enclosure.from_exact(1).exp()
    for f in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b):
        got, plain = (f(e, PI), f(e, Enclosure.pi())) if swap else (f(PI, e), f(Enclosure.pi(), e))
        assert type(got) is Enclosure and got.overlaps(plain) and got.digits() > 10


def test_division_by_more_than_one_term_and_by_zero() -> None:
    assert type(1 / (PI + 1)) is Enclosure and (1 / (PI + 1)).certainly_lt(F(1, 4))
    assert not (PI / F(0)).is_finite()
    with pytest.raises(InvalidInput):
        PI + 0.5


def test_angles_and_cosines_belong_together() -> None:
    for x in (F(-1), F(-1, 2), F(0), F(1, 2), F(1)):
        a = angle(x)
        assert (F(1) if isinstance(a, F) else cosine(a)) == x
        if isinstance(a, InPi):
            assert a.cos().contains(x) and cosine(-a) == x and cosine(a + 6 * PI) == x
    assert angle(F(3, 5)) is None
    assert cosine(PI / 5) is None and cosine(PI + 1) is None and cosine(F(0)) is None


def test_a_long_sum_is_a_mere_ball_and_pickles_keep_terms() -> None:
    assert type(in_pi({k: F(1) for k in range(-9, 9)})) is Enclosure
    assert type(in_pi({40: F(1)})) is Enclosure
    x = pickle.loads(pickle.dumps(PI / 3))
    assert isinstance(x, InPi) and x.terms == {1: F(1, 3)}


def test_the_angle_of_what_is_no_cosine_is_0() -> None:
    sig = {"time": "none", "nat": {}, "letters": {}}
    for sign in ("2", "-2"):
        x = ["*", ["q", sign], ["cos", ["q", "1"]]]  # 1.08 and -1.08, as balls
        with precision(30):
            ev = Evaluator(sig, Instance.from_json({"values": {}}, {}))
            assert ev.value(["acos", x], {}) == F(0)
            nearly = ev.value(["acos", ["*", ["q", "1/2"], x]], {})
            assert isinstance(nearly, Enclosure) and nearly.certainly_gt(0)


def test_the_evaluator_cancels_pi() -> None:
    sig = {"time": "none", "nat": {}, "letters": {"r": {}}}
    r = ["v", "r", [], ""]
    kernel = ["*", r, ["+", ["pi"], ["*", ["q", "-1"], ["acos", r]]], ["inv", ["*", ["q", "2"], ["pi"]]]]
    for value, expected in (("1", F(1, 2)), ("-1", F(0)), ("1/2", F(1, 6)), ("-1/2", F(-1, 12)), ("2", F(1))):
        with precision(30):
            ev = Evaluator(sig, Instance.from_json({"values": {"r": value}}, {}))
            assert ev.value(kernel, {}) == expected
            assert ev.judge(["eq", kernel, ["q", str(expected)]], {}).status == "holds"
            assert ev.judge(["eq", kernel, ["q", str(expected + F(1, 10**40))]], {}).status == "fails"

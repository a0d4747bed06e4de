"""Probabilities of signs of Gaussian forms that read several columns."""

import math
from fractions import Fraction as F

import pytest

from verify.evidence.evaluate import evaluate
from verify.evidence.instance import Instance
from verify.evidence.values import Unsupported, ends
from verify.numeric.enclosure import precision

ONE = {"1": 1}
COLUMN = {"shape": [{"d": 1}, ONE]}
GAUSS = {**COLUMN, "law": {"kind": "gauss"}}
COIN = {"law": {"kind": "finite", "values": [["1/2", "-1"], ["1/2", "1"]]}}
SIG = {
    "time": "none",
    "nat": {"d": 1},
    "letters": {"g": GAUSS, "h": GAUSS, "coin": COIN, "x": COLUMN, "y": COLUMN, "s": {}},
}
G, H, X, Y, S, C = (["v", n, [], ""] for n in ("g", "h", "x", "y", "s", "coin"))


def inner(a, b):
    return ["tr", ["*", ["T", a], b]]


def at(x=(1, 0), y=(0, 1), s=1):
    values = {"d": str(len(x)), "s": str(s), "x": [[str(v)] for v in x], "y": [[str(v)] for v in y]}
    return Instance.from_json({"values": values}, SIG["nat"])


def mean(body, instance):
    with precision(30):
        return evaluate(SIG, ["E", body], instance, digits=30)


def close(x, wanted):
    low, high = ends(x)
    return float(low) - 1e-12 <= wanted <= float(high) + 1e-12 and high - low < F(1, 10**9)


FIRST = ["ind", inner(G, X)]
BOTH = ["ind", ["+", inner(G, X), ["*", S, inner(H, Y)]]]


@pytest.mark.parametrize("s", ["0", "1", "-3", "1/7"])
def test_two_columns_meet_at_the_angle_of_their_coefficients(s):
    angle = math.atan2(abs(float(F(s))), 1)
    assert close(mean(["*", FIRST, BOTH], at(s=s)), (math.pi - angle) / (2 * math.pi))


def test_a_form_with_enclosures_has_an_angle():
    sine = ["cos", ["+", S, ["*", ["q", "-1/2"], ["pi"]]]]
    turned = ["ind", ["+", ["*", ["cos", S], inner(G, X)], ["*", sine, inner(H, Y)]]]
    for s in ("1", "2"):
        assert close(mean(["*", FIRST, turned], at(s=s)), (math.pi - float(s)) / (2 * math.pi))


def test_three_forms_split_space_by_their_angles():
    third = ["ind", inner(H, X)]
    assert close(mean(["*", FIRST, BOTH, third], at(y=(1, 0))), 1 / 4)
    assert mean(BOTH, at()) == F(1, 2)


def test_what_is_no_linear_form_has_no_rule():
    shifted = ["ind", ["+", inner(G, X), inner(H, Y), ["q", "1"]]]
    bilinear = ["ind", inner(G, H)]
    mixed = ["ind", ["+", inner(G, X), ["*", C, inner(H, Y)]]]
    for body in (shifted, bilinear):
        with pytest.raises(Unsupported):
            mean(body, at())
    for body in (shifted, bilinear, mixed):
        low, high = ends(mean(["*", FIRST, body], at()))
        assert low <= 0 and high >= F(1, 2)  # by the other factor alone


def test_a_form_that_may_vanish_is_not_judged():
    """exp(s) exp(-s) - 1 is a ball around 0: the form is 0 or not."""
    nothing = ["+", ["*", ["exp", S], ["exp", ["*", ["q", "-1"], S]]], ["q", "-1"]]
    tiny = ["ind", ["*", nothing, ["+", inner(G, X), inner(H, Y)]]]
    with pytest.raises(Unsupported):
        mean(tiny, at())
    assert mean(tiny, at(s=0)) == 1

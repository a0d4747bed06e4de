"""Expectations over Gaussian columns on a line and over families of letters, and bounds for products."""

import math
from fractions import Fraction as F

import pytest

from verify.evidence.evaluate import evaluate
from verify.evidence.instance import Instance
from verify.evidence.line import moments
from verify.evidence.values import Unsupported, ends
from verify.numeric.enclosure import precision

ONE = {"1": 1}
COLUMN = {"shape": [{"d": 1}, ONE]}
FAMILY = {"index": [["i", ONE, {"m": 1}]]}
SIG = {
    "time": "none",
    "nat": {"m": 1, "d": 1},
    "letters": {
        "a": {**FAMILY, "law": {"kind": "finite", "values": [["1/2", "-1"], ["1/2", "1"]]}},
        "w": {**FAMILY, **COLUMN, "law": {"kind": "gauss"}},
        "c": FAMILY,
        "R": {},
        "x": COLUMN,
        "y": COLUMN,
    },
}
R = ["v", "R", [], ""]
A, W, C = (["v", n, [{"r": 1}], ""] for n in "awc")


def inner(a, b):
    return ["tr", ["*", ["T", a], b]]


def q(x):
    return ["q", str(x)]


def minus(a, b):
    return ["+", a, ["*", q(-1), b]]


def square(a):
    return ["pow", a, {"1": 2}]


def over_units(body):
    return ["sum", "r", ONE, {"m": 1}, body]


def first(body):
    """The body for unit 1."""
    return ["sum", "r", ONE, ONE, body]


X, Y = (["v", n, [], ""] for n in "xy")
Z = inner(W, X)
INSIDE = ["*", ["ind", ["+", Z, R]], ["ind", minus(R, Z)]]
NEAR = ["ind", minus(square(R), square(Z))]


def at(m=1, x=(1,), y=None, r=1, c=()):
    values = {"m": str(m), "d": str(len(x)), "R": str(r), "x": [[str(v)] for v in x]}
    values |= {"y": [[str(v)] for v in y or x]}
    values |= {f"c[{i}]": str(v) for i, v in enumerate(c, 1)}
    return Instance.from_json({"values": values}, SIG["nat"])


def mean(body, instance):
    with precision(30):
        return evaluate(SIG, ["E", body], instance, digits=30)


def close(x, wanted, size=1e-12):
    low, high = ends(x)
    return float(low) - size <= wanted <= float(high) + size and high - low < F(1, 10**9)


def phi(x):
    return (1 + math.erf(x / math.sqrt(2))) / 2


@pytest.mark.parametrize(("x", "size"), [((1,), 1), ((F(3, 5), F(4, 5)), 1), ((1, 1), math.sqrt(2)), ((-2,), 2)])
@pytest.mark.parametrize("body", [INSIDE, NEAR])
def test_an_interval_of_a_projection_has_its_probability(x, size, body):
    assert close(mean(first(body), at(x=x)), 2 * phi(1 / size) - 1)


@pytest.mark.parametrize("k", range(5))
def test_truncated_moments_are_integrals_of_the_density(k):
    low, high, n = F(-1, 2), F(2), 4000
    with precision(30):
        found = moments(F(3), low, high, k)[k]
    step = float(high - low) / n
    points = [float(low) + (j + 0.5) * step for j in range(n)]
    wanted = sum(t**k * math.exp(-1.5 * t * t) for t in points) * step * math.sqrt(1.5 / math.pi)
    assert close(found, wanted, 1e-6)


def test_whole_and_half_lines_are_exact():
    with precision(30):
        assert moments(F(1), None, None, 4) == [1, 0, 1, 0, 3]
    assert mean(first(["ind", ["*", Z, ["+", q(1), NEAR]]]), at()) == F(1, 2)


def test_an_indicator_inside_an_indicator_moves_its_ends():
    """z > -D and z < D with D = 2 |z| 1{|z| <= R} is 0 < |z| <= R."""
    size = ["+", ["*", Z, ["ind", Z]], ["*", q(-1), Z, ["ind", ["*", q(-1), Z]]]]
    d = ["*", q(2), size, INSIDE]
    event = ["*", minus(q(1), ["ind", minus(minus(q(0), d), Z)]), minus(q(1), ["ind", minus(Z, d)])]
    assert close(mean(first(event), at(r=F(1, 4))), 2 * phi(0.25) - 1)


def test_ends_that_are_not_rational_leave_little_open():
    body = ["*", ["ind", minus(q(2), square(Z))], ["ind", minus(q(2), square(Z))], Z, Z]
    wanted = 2 * (phi(math.sqrt(2)) - 0.5) - 2 * math.sqrt(2) * math.exp(-1) / math.sqrt(2 * math.pi)
    assert close(mean(first(body), at()), wanted)


def test_a_column_on_two_lines_is_out_of_reach():
    with pytest.raises(Unsupported):
        mean(first(["*", NEAR, ["ind", ["+", q(1), inner(W, Y)]]]), at(x=(1, 0), y=(0, 1)))
    with pytest.raises(Unsupported):
        mean(first(["*", NEAR, ["exp", Z]]), at())


def test_shares_of_units_are_binomial():
    share = over_units(NEAR)
    p = 2 * phi(1) - 1
    wanted = sum(math.comb(5, k) * p**k * (1 - p) ** (5 - k) for k in range(3))
    assert close(mean(["ind", minus(q(2), share)], at(m=5)), wanted)


def test_a_centred_sum_has_the_variance_of_its_summands():
    p = 2 * phi(1) - 1
    body = square(over_units(minus(NEAR, ["E", NEAR])))
    assert close(mean(body, at(m=2)), 2 * p * (1 - p))


def test_a_coin_and_a_projection_inside_one_indicator():
    """P(|a relu(z) - 1| <= 3)."""
    out = minus(first(["*", A, Z, ["ind", Z]]), q(1))
    found = mean(["ind", minus(q(9), square(out))], at())
    assert close(found, (phi(4) + phi(2)) / 2)


ACTIVE = ["ind", Z]


@pytest.mark.parametrize(
    ("summand", "c", "wanted"),
    [
        (["*", A, ACTIVE], (), F(5, 16)),  # -1, 0, 1 with 1/4, 1/2, 1/4 each
        (["*", C, ACTIVE], (0, 1), F(1, 2)),
        (["*", C, A], (0, 1), F(1, 2)),
        (["*", ["n", {"r": 1}], A], (), F(1, 2)),
        (["*", ["n", {"r": 1}], ACTIVE], (), F(3, 4)),
        (["*", ["pow", q(2), {"r": 1}], A], (), F(1, 2)),
    ],
)
def test_members_that_differ_are_not_renumbered(summand, c, wanted):
    """P(sum of two >= 1), where a weight or another letter of the same number tells the summands apart."""
    assert mean(["ind", minus(over_units(summand), q(1))], at(m=2, c=c)) == wanted


def test_pairs_of_letters_are_renumbered_together():
    """Six units (a, w) with four values each: 84 joint values up to order, for 4096."""
    count = over_units(["*", A, ACTIVE])
    found = mean(["ind", minus(count, q(5))], at(m=6))
    steps = {0: F(1)}
    for _ in range(6):
        steps = {
            s: sum(steps.get(s - t, F(0)) * p for t, p in ((-1, F(1, 4)), (0, F(1, 2)), (1, F(1, 4))))
            for s in range(-6, 7)
        }
    assert found == sum(p for s, p in steps.items() if s >= 5)


def test_a_product_of_events_lies_between_bounds_from_each():
    """The first event has no rule, the second one has: their meet is no likelier than it."""
    hard = ["ind", minus(q(1), square(over_units(["*", Z, ["ind", Z]])))]
    easy = ["ind", minus(q(0), over_units(NEAR))]
    with pytest.raises(Unsupported):
        mean(hard, at(m=2))
    low, high = ends(mean(["*", hard, easy], at(m=2)))
    p = 2 - 2 * phi(1)
    assert low <= 0 and p * p <= high < p * p + 1e-9
    low, high = ends(mean(["*", easy, minus(q(1), easy), hard], at(m=2)))
    assert low <= 0 < high


def test_a_column_with_one_entry_may_occur_to_any_degree():
    """P(g^2 <= 3) and E g^4 1{g^2 <= 3}, with g^2 as the trace of g g^T; in two dimensions there is no rule."""
    length = ["tr", ["*", ["v", "w", [{"1": 1}], ""], ["T", ["v", "w", [{"1": 1}], ""]]]]
    event = ["ind", minus(R, length)]
    end = math.sqrt(3)
    density = math.exp(-3 / 2) / math.sqrt(2 * math.pi)
    share = math.erf(end / math.sqrt(2))
    assert close(mean(event, at(r=3)), share)
    assert close(mean(["*", event, length, length], at(r=3)), 3 * share - 2 * density * (end**3 + 3 * end))
    assert mean(event, at(r=-1)) == 0
    with pytest.raises(Unsupported):
        mean(event, at(r=3, x=(1, 0)))


def test_a_polynomial_of_a_form_that_points_elsewhere_is_no_polynomial_of_it():
    """In one dimension the direction that was seen first does not matter."""
    g = ["v", "w", [{"1": 1}], ""]
    body = ["*", ["ind", minus(inner(g, X), R)], ["tr", ["*", g, ["T", g]]]]
    wanted = 1.5 * math.exp(-1.5**2 / 2) / math.sqrt(2 * math.pi) + math.erfc(1.5 / math.sqrt(2)) / 2
    assert close(mean(body, at(x=(2,), r=3)), wanted)

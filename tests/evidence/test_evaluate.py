"""Values, derivatives, gradients, expectations and verdicts at instances."""

from fractions import Fraction as F

import pytest

from verify.evidence.evaluate import Evaluator, evaluate, verdict
from verify.evidence.instance import Instance, Loss
from verify.evidence.values import (
    Mat,
    ShapeError,
    ends,
    psd_exact,
    psd_root,
    psd_root_exact,
    smallest_eigenvalue,
)
from verify.numeric.binomial import deviation_tail
from verify.numeric.enclosure import precision

D = {"d": 1}
COLUMN = {"shape": [D, {"1": 1}]}
GAUSS = {
    "time": "none",
    "nat": {"d": 1},
    "letters": {"x": COLUMN, "y": COLUMN, "w": {**COLUMN, "law": {"kind": "gauss"}}},
}
X, Y, W = (["v", n, [], ""] for n in "xyw")


def inner(a, b):
    return ["tr", ["*", ["T", a], b]]


def q(x):
    return ["q", str(x)]


ORTHANT = ["E", ["*", ["ind", inner(W, X)], ["ind", inner(W, Y)]]]
CLOSED = ["*", ["+", ["pi"], ["*", q(-1), ["acos", inner(X, Y)]]], ["inv", ["*", q(2), ["pi"]]]]


def columns(x, y):
    n = len(x)
    rows = {"x": x, "y": y}
    return Instance({"d": n}, {}, {(k, (), ""): Mat.from_rows([[F(c)] for c in v]) for k, v in rows.items()})


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (("3/5", "4/5"), (1, 0)),
        (("3/5", "4/5"), ("-3/5", "4/5")),
        ((1, 0), (0, 1)),
        ((1,), (1,)),
        ((1,), (-1,)),
    ],
)
def test_orthant_probability_agrees_with_the_closed_form(x, y):
    for digits in (50, 200):
        found = verdict(GAUSS, {"concl": ["eq", ORTHANT, CLOSED]}, columns(x, y), digits=digits)
        assert found.status in ("unknown", "holds")
        assert found.status == "holds" or found.digits >= digits - 5


def test_orthant_probability_differs_from_a_false_formula():
    wrong = ["*", CLOSED, q("1000000000000000001/1000000000000000000")]
    assert (
        verdict(GAUSS, {"concl": ["eq", ORTHANT, wrong]}, columns(("3/5", "4/5"), (1, 0))).status == "fails"
    )


def test_special_orthants_are_exact():
    assert evaluate(GAUSS, ORTHANT, columns((1, 0), (0, 1))) == F(1, 4)
    assert evaluate(GAUSS, ORTHANT, columns((1,), (2,))) == F(1, 2)
    assert evaluate(GAUSS, ORTHANT, columns((1,), (-2,))) == 0
    assert evaluate(GAUSS, ORTHANT, columns((0,), (-2,))) == F(1, 2)


def test_gaussian_moments_are_exact():
    square = ["E", ["*", inner(W, X), inner(W, X), inner(W, Y), inner(W, Y)]]
    # E (w.x)^2 (w.y)^2 = |x|^2 |y|^2 + 2 (x.y)^2
    assert evaluate(GAUSS, square, columns((1, 2), (3, 1))) == 5 * 10 + 2 * 25


def test_rectified_products_agree_with_the_closed_form(statement):
    s = statement("tangent_kernel.both_layers")
    inst = Instance(
        {"d": 2},
        {},
        {
            ("x1", (), ""): Mat.from_rows([[F(5, 13)], [F(12, 13)]]),
            ("x2", (), ""): Mat.from_rows([[F(-3, 5)], [F(4, 5)]]),
        },
    )
    assert verdict(s["sig"], s["goals"][0], inst).digits >= 45


def coin(n, p="1/2"):
    letters = {"Z": {"index": [["i", {"1": 1}, {"n": 1}]], "law": {"kind": "bounded"}}}
    sig = {"time": "none", "nat": {"n": 1}, "letters": letters}
    return sig, Instance({"n": n}, {}, {}, {}, {"Z": ((1 - F(p), F(0)), (F(p), F(1)))})


MEAN = ["*", ["inv", ["n", {"n": 1}]], ["sum", "i", {"1": 1}, {"n": 1}, ["v", "Z", [{"i": 1}], ""]]]


@pytest.mark.parametrize(("n", "p"), [(1, "1/2"), (7, "1/2"), (30, "1/10"), (400, "1/2")])
def test_tails_of_means_are_exact_binomial_tails(n, p):
    gap = ["+", MEAN, ["*", q(-1), ["E", MEAN]]]
    inside = ["*", ["ind", ["+", q("1/5"), gap]], ["ind", ["+", q("1/5"), ["*", q(-1), gap]]]]
    sig, inst = coin(n, p)
    assert evaluate(sig, ["E", inside], inst) == 1 - deviation_tail(n, p, "1/5")


def test_interchangeable_members_are_counted_once():
    sig, inst = coin(9)
    # P(Z_1 + .. + Z_9 >= 5) through products, which cannot be convolved
    some = [
        "+",
        q(1),
        [
            "*",
            q(-1),
            ["prod", "i", {"1": 1}, {"n": 1}, ["+", q(1), ["*", q(-1), ["v", "Z", [{"i": 1}], ""]]]],
        ],
    ]
    assert evaluate(sig, ["E", some], inst) == 1 - F(1, 2**9)


def chain_instance(weights, target):
    letters = {("W", (j,), ""): Mat.from_rows(w) for j, w in enumerate(weights, 1)}
    dims = {0: len(weights[0][0])} | {j: len(w) for j, w in enumerate(weights, 1)}
    return Instance(
        {"N": len(weights), "j": 1}, {"d": dims}, letters, {"ell": Loss("half_square", Mat.from_rows(target))}
    )


def test_parameter_gradients_are_those_of_backpropagation(statement):
    sig = statement("balancedness.swap")["sig"]
    weights = [[[F(1), F(2)], [F(0), F(-1)], [F(3), F(1)]], [[F(1), F(1, 2), F(-2)]], [[F(2)], [F(5)]]]
    inst = chain_instance(weights, [[F(1), F(0)], [F(0), F(1)]])
    with precision(30):
        ev = Evaluator(sig, inst)
        error = ev.chain("W", 3, 1, "").sub(inst.losses["ell"].target)
        for j in (1, 2, 3):
            above, below = ev.chain("W", 3, j + 1, ""), ev.chain("W", j - 1, 1, "")
            assert ev.letter("grad_ell_W", (j,), "").same(above.t().mul(error).mul(below.t()))


def test_polynomial_losses_have_exact_gradients(statement):
    sig = statement("balancedness.swap")["sig"]
    inst = chain_instance([[[F(2)]], [[F(3)]]], [[F(0)]])
    quartic = Loss("polynomial", None, ((F(1, 4), ((0, 0, 4),)), (F(2), ((0, 0, 1),))))
    inst = Instance(inst.nat, inst.dims, inst.letters, {"ell": quartic})
    with precision(30):
        ev = Evaluator(sig, inst)
        assert ev.letter("ell", (), "") == F(6**4, 4) + 12
        assert ev.letter("grad_ell", (), "").fractions() == [[6**3 + 2]]
        assert ev.letter("grad_ell_W", (1,), "").fractions() == [[(6**3 + 2) * 3]]


def test_derivatives_of_products_powers_and_exponentials():
    letters = {"u": {"shape": [D, D], "dep": "smooth"}, "s": {"dep": "smooth"}}
    sig = {"time": "flow", "nat": {"d": 1}, "letters": letters}
    u, v = Mat.from_rows([[1, 2], [3, 4]]), Mat.from_rows([[0, 1], [1, 1]])
    inst = Instance(
        {"d": 2}, {}, {("u", (), ""): u, ("u", (), "D"): v, ("s", (), ""): F(0), ("s", (), "D"): F(5)}
    )
    cube = evaluate(sig, ["D", ["pow", ["v", "u", [], ""], {"1": 3}]], inst)
    assert cube.same(u.mul(u).mul(v).add(u.mul(v).mul(u)).add(v.mul(u).mul(u)))
    s = ["v", "s", [], ""]
    assert evaluate(sig, ["D", ["exp", ["*", q(3), s]]], inst) == 15
    assert evaluate(sig, ["D", ["exp", ["*", q(3), ["t"]]]], inst) == 3
    assert evaluate(sig, ["D", ["v", "u", [], "0"]], inst).is_zero()


@pytest.mark.parametrize(
    ("x", "c", "value"),
    [
        ("1/3", "-2", F(9)),
        ("4/9", "3/2", F(8, 27)),
        ("-5", "2", F(1)),  # log is 0 there
        ("7", "0", F(1)),
        ("2", "1/2", None),
        ("2", "100000", None),  # too long to be written out
    ],
)
def test_powers_by_the_logarithm_are_exact_where_they_are_rational(x, c, value):
    sig = {"time": "none", "letters": {"x": {}, "c": {}}}
    inst = Instance({}, {}, {("x", (), ""): F(x), ("c", (), ""): F(c)})
    found = evaluate(sig, ["exp", ["*", ["v", "c", [], ""], ["log", ["v", "x", [], ""]]]], inst)
    if value is not None:
        assert found == value
    else:
        split = evaluate(sig, ["log", ["v", "x", [], ""]], inst)
        with precision(50):
            assert not isinstance(found, F)
            assert (found - (split * F(c)).exp()).contains(0)


def test_psd_is_exact_at_the_boundary():
    singular = Mat.from_rows([[1, 1], [1, 1]])
    assert psd_exact(singular)
    assert not psd_exact(singular.sub(Mat.unit(2).scale(F(1, 10**40))))
    assert not psd_exact(Mat.from_rows([[0, 1], [1, 0]]))
    assert not psd_exact(Mat.from_rows([[1, 1], [0, 1]]))
    low, high = smallest_eigenvalue(Mat.from_rows([[2, 1], [1, 2]]))
    assert low <= 1 <= high and high - low < F(1, 100)


@pytest.mark.parametrize("e", [2, 3, 5])
def test_roots_of_matrices(e):
    base = Mat.from_rows([[5, 4], [4, 5]])
    assert psd_root_exact(base.power(e), e).same(base)
    rank_one = Mat.from_rows([[1, 2], [2, 4]]).scale(F(1, 5))  # a projection is its own root
    assert psd_root_exact(rank_one, e).same(rank_one)
    with precision(40):
        odd = Mat.from_rows([[2, 1, 0], [1, 3, 1], [0, 1, 1]])
        gap = psd_root(odd, e).power(e).sub(odd)
        assert all(max(map(abs, ends(x))) < F(1, 10**30) for x in gap.entries())


def test_unknown_is_not_a_pass():
    sig = {"time": "none", "letters": {}}
    square = ["pow", ["cos", ["*", q("1/4"), ["pi"]]], {"1": 2}]  # 1/2, as a ball
    same = verdict(sig, {"concl": ["eq", square, q("1/2")]}, Instance())
    assert same.status == "unknown" and same.digits > 40
    assert verdict(sig, {"concl": ["ge", square, q("1/2")]}, Instance()).status == "unknown"
    assert verdict(sig, {"concl": ["gt", square, q("1/2")]}, Instance()).status == "unknown"
    assert verdict(sig, {"concl": ["eq", square, q("49/100")]}, Instance()).status == "fails"
    assert verdict(sig, {"concl": ["eq", ["v", "a", [], ""], q(0)]}, Instance()).status == "unknown"


def test_shapes_that_do_not_fit_are_errors():
    with pytest.raises(ShapeError):
        evaluate(GAUSS, ["*", X, Y], columns((1, 2), (3, 4)))


def test_instances_survive_json(statement):
    inst = chain_instance([[[F(1), F(-2, 3)]], [[F(4)]]], [[F(1), F(0)]])
    again = Instance.from_json(inst.to_json(), statement("balancedness.swap")["sig"]["nat"])
    assert again.to_json() == inst.to_json()
    assert again.nat == inst.nat and again.dims == inst.dims


STACKED = ["vec", X]
SQUARE = ["*", ["T", STACKED], STACKED]


@pytest.mark.parametrize(
    ("term", "number"),
    [
        (SQUARE, True),
        (["*", q(-1), ["T", STACKED], STACKED], True),
        (["*", ["T", STACKED], ["+", STACKED, STACKED]], True),
        (["*", ["T", X], X], False),
        (["*", STACKED, ["T", STACKED]], False),
        (STACKED, False),
    ],
)
def test_inner_products_of_stacked_columns_are_numbers(term, number):
    instance = Instance(nat={"d": 2}, dims={}, letters={("x", (), ""): Mat.of(2, 1, [F(3), F(4)])})
    with precision(50):
        value = Evaluator(GAUSS, instance).value(term, {})
    assert isinstance(value, Mat) is not number
    if term is SQUARE:
        assert value == 25

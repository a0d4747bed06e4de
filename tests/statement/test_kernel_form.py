"""What the words of the language unfold to, spelled out."""

from __future__ import annotations

from pathlib import Path

from verify.statement import *
from verify.statement import load
from verify.statement.statements import Statement

FOLDER = Path(__file__).parent / "examples"


def statement(slug: str, label: str) -> Statement:
    return load(FOLDER / f"{slug}.py").statement(label)


def hyps(item: Statement, case: int = 0) -> dict[str, object]:
    return {h["id"]: h["concl"] for h in item.kernel()[case]["hyps"]}


def test_balancedness_signature() -> None:
    (kernel,) = statement("balancedness", "conserved").kernel()
    shape = [["dim", "d", {"j1": 1}], ["dim", "d", {"1": -1, "j1": 1}]]
    layers = [["j1", {"1": 1}, {"N": 1}]]
    assert kernel["sig"] == {
        "time": "flow",
        "nat": {"N": 2, "j": 1},
        "assume": [{"1": -1, "N": 1, "j": -1}],
        "dims": {"d": [{}, {"N": 1}]},
        "letters": {
            "W": {"index": layers, "shape": shape, "dep": "smooth", "chain": True},
            "ell": {"dep": "smooth"},
            "grad_ell": {"shape": [["dim", "d", {"N": 1}], ["dim", "d", {}]], "dep": "any"},
            "grad_ell_W": {"index": layers, "shape": shape, "dep": "any"},
            "rho": {"index": [["i", {"1": 1}, {"N": 1}]]},
        },
        "losses": {
            "ell": {
                "at": ["ch", "W", {"N": 1}, {"1": 1}, ""],
                "grad": "grad_ell",
                "params": "W",
                "pgrad": "grad_ell_W",
            }
        },
    }
    assert [h["id"] for h in kernel["hyps"]] == ["rho.positive", "flow", "equal_rates"]
    flow = kernel["hyps"][1]
    index = [{"j1": 1}]
    assert flow["all"] == layers
    moved = ["*", ["q", "-1"], ["v", "rho", index, ""], ["v", "grad_ell_W", index, ""]]
    assert flow["concl"] == ["eq", ["D", ["v", "W", index, ""]], moved]


def test_lemma_has_no_time() -> None:
    (kernel,) = statement("balancedness", "swap").kernel()
    assert kernel["sig"]["time"] == "none"
    assert all("dep" not in letter for letter in kernel["sig"]["letters"].values())
    upper, j = {"j": 1, "1": 1}, {"j": 1}
    assert kernel["goals"][0]["concl"] == [
        "eq",
        ["*", ["T", ["v", "W", [upper], ""]], ["v", "grad_ell_W", [upper], ""]],
        ["*", ["v", "grad_ell_W", [j], ""], ["T", ["v", "W", [j], ""]]],
    ]


def test_descent_moves_to_the_next_iterate() -> None:
    item = statement("balancedness", "drift")
    assert hyps(item)["descent"][1] == ["v", "W", [{"j1": 1}], "+"]
    assert item.kernel()[0]["sig"]["letters"]["W"]["dep"] == "any"
    assert '"+"' in str(item.kernel()[0]["goals"]).replace("'", '"')


def test_margin_unfolds_by_shape() -> None:
    item = statement("deep_linear_rate", "margin_bound")
    assert item.cases() == ["wide", "tall"]
    s, phi = ["v", "sigma_min_Phi", [], ""], ["v", "Phi", [], ""]
    minus_square = ["*", ["q", "-1"], ["pow", s, {"1": 2}]]
    assert hyps(item)["sigma_min_Phi.floor"] == [
        "psd",
        ["+", ["*", phi, ["T", phi]], [*minus_square, ["one", ["dim", "d", {"N": 1}]]]],
    ]
    assert hyps(item, 1)["sigma_min_Phi.floor"] == [
        "psd",
        ["+", ["*", ["T", phi], phi], [*minus_square, ["one", ["dim", "d", {}]]]],
    ]
    radius = ["+", s, ["*", ["q", "-1"], ["v", "c", [], ""]]]
    assert hyps(item)["margin.1"] == ["ge", radius, ["q", "0"]]
    gap = ["+", ["ch", "W", {"N": 1}, {"1": 1}, ""], ["*", ["q", "-1"], phi]]
    squares = ["tr", ["*", gap, ["T", gap]]]
    assert hyps(item)["margin.2"] == [
        "ge",
        ["+", ["pow", radius, {"1": 2}], ["*", ["q", "-1"], squares]],
        ["q", "0"],
    ]
    square = statement("deep_linear_rate", "square_rate")
    assert square.cases() == [""]
    assert {"sigma_min_Phi.floor", "sigma_min_Phi.mirror", "square"} <= set(hyps(square))


def test_only_what_moves_has_a_start() -> None:
    text = str(hyps(statement("deep_linear_rate", "rate")))
    assert "['ch', 'W', {'N': 1}, {'1': 1}, '0']" in text
    assert "['v', 'Phi', [], '0']" not in text and "['v', 'sigma_min_Phi', [], '0']" not in text


def test_target_of_a_half_square() -> None:
    (loss,) = statement("deep_linear_rate", "rate").kernel()[0]["sig"]["losses"].values()
    assert loss["target"] == ["v", "Phi", [], ""]


def test_positive_definite_has_a_witness_and_full_rank_an_inverse() -> None:
    item = statement("preconditioner", "definite")
    wide, tall = item.kernel()
    v = ["v", "inverse_W", [], ""]
    w = ["ch", "W", {"N": 1}, {"1": 1}, ""]
    assert wide["hyps"][0]["concl"] == ["eq", ["*", w, v], ["one", ["dim", "d", {"N": 1}]]]
    assert tall["hyps"][0]["concl"] == ["eq", ["*", v, w], ["one", ["dim", "d", {}]]]
    assert [goal["concl"][0] for goal in wide["goals"]] == ["gt", "psd"]
    unit = ["kr", ["one", ["dim", "d", {}]], ["one", ["dim", "d", {"N": 1}]]]
    assert wide["goals"][1]["concl"][1][2][-1] == unit


def test_preconditioner_and_balanced() -> None:
    (kernel,) = statement("preconditioner", "end_to_end_balanced").kernel()
    w = ["ch", "W", {"N": 1}, {"1": 1}, ""]
    right = ["pow", ["root", ["*", ["T", w], w], {"N": 1}], {"1": -1, "j1": 1}]
    left = ["pow", ["root", ["*", w, ["T", w]], {"N": 1}], {"N": 1, "j1": -1}]
    sum_ = kernel["goals"][0]["concl"][2][2]
    renamed = str(sum_).replace(f"'{sum_[1]}'", "'j1'")
    assert renamed == str(["sum", "j1", {"1": 1}, {"N": 1}, ["kr", right, left]])
    start = {h["id"]: h for h in kernel["hyps"]}["balanced"]
    assert start["all"][0][1:] == [{"1": 1}, {"1": -1, "N": 1}]
    assert "'0'" in str(start["concl"])


def test_flow_of_a_model() -> None:
    item = statement("exponential_bound", "sharp")
    u, y = ["v", "u", [], ""], ["v", "y", [], ""]
    residual = ["+", u, ["*", ["q", "-1"], y]]
    factor = ["inv", ["n", {"n": 1}]]
    assert hyps(item)["flow"] == [
        "eq",
        ["D", ["v", "theta", [], ""]],
        ["*", ["q", "-1"], factor, ["T", ["v", "J", [], ""]], residual],
    ]
    assert hyps(item)["u.chain"] == ["eq", ["D", u], ["*", ["v", "J", [], ""], ["D", ["v", "theta", [], ""]]]]
    assert hyps(item)["kernel"][0] == "psd"


def test_orthant_event() -> None:
    (kernel,) = statement("tangent_kernel", "orthant").kernel()
    g, x1, x2 = (["v", name, [], ""] for name in ("g", "x1", "x2"))
    assert kernel["sig"]["letters"]["g"] == {"shape": [{"d": 1}, {"1": 1}], "law": {"kind": "gauss"}}
    rho = ["tr", ["*", ["T", x1], x2]]
    event = ["*", *(["ind", ["tr", ["*", ["T", g], x]]] for x in (x1, x2))]
    half_turn = ["*", ["+", ["pi"], ["*", ["q", "-1"], ["acos", rho]]], ["inv", ["*", ["q", "2"], ["pi"]]]]
    assert kernel["goals"] == [{"all": [], "concl": ["eq", ["E", event], half_turn]}]
    assert [h["id"] for h in kernel["hyps"]] == ["x1.unit", "x2.unit"]


def test_hidden_constant_and_bounded_letters() -> None:
    item = statement("hoeffding_width", "as_printed")
    known = hyps(item)
    assert known["c_size.positive"] == ["gt", ["v", "c_size", [], ""], ["q", "0"]]
    assert known["size"][0] == "ge" and known["size"][2][1] == ["v", "c_size", [], ""]
    assert item.kernel()[0]["exists"] == ["c_size"]
    letter = item.kernel()[0]["sig"]["letters"]["Z"]
    assert letter == {"index": [["i", {"1": 1}, {"n": 1}]], "law": {"kind": "bounded"}}
    assert item.compiler().term(item.hidden("size")) == ["v", "c_size", [], ""]


def test_events_for_all_entries_are_products() -> None:
    (kernel,) = statement("hoeffding_width", "entries").kernel()
    event = kernel["goals"][0]["concl"][1][1]
    assert event[0] == "prod" and event[4][0] == "prod"
    (kernel,) = statement("hoeffding_width", "norm_bound").kernel()
    assert [len(h["all"]) for h in kernel["hyps"] if h["id"].startswith("near")] == [2, 2]
    squares = kernel["goals"][1]["concl"][1][2]
    assert squares[2][0] == "sum" and squares[2][4][0] == "sum"


def test_strict_events_are_complements() -> None:
    z = real("z")
    item = lemma(then=indicator(z > 0) + indicator(z <= 0) == 1)
    letter = ["v", "z", [], ""]
    minus = ["*", ["q", "-1"], letter]
    left = ["+", ["q", "1"], ["*", ["q", "-1"], ["ind", minus]]]
    assert item.kernel()[0]["goals"][0]["concl"][1] == ["+", *left[1:], ["ind", minus]]


def test_absolute_values() -> None:
    x, e = real("x"), real("e")
    item = lemma(small=absolute(x) < e, then=absolute(x) <= e)
    assert hyps(item)["small.1"] == ["gt", ["v", "e", [], ""], ["v", "x", [], ""]]
    assert hyps(item)["small.2"][2] == ["*", ["q", "-1"], ["v", "x", [], ""]]
    assert len(item.kernel()[0]["goals"]) == 2


def test_bound_indices_never_capture() -> None:
    n = nat("n", at_least=1)
    i, l, r = index("i", n), index("l", n), index("r", n)
    v = reals("v", count=n)
    h = kernel_matrix(i, l, total(r, v[i] * v[l] * v[r]))
    item = lemma(then=total(r, h[r, r]) >= 0)
    goal = item.kernel()[0]["goals"][0]["concl"][1]
    outer, inner = goal[1], goal[4][1]
    assert outer != inner
    assert goal[4][4] == ["*", *(["v", "v", [{k: 1}], ""] for k in (outer, outer, inner))]


def test_iff_has_two_directions() -> None:
    x = real("x")
    item = corrected(then=iff(x >= 1, 2 * x >= 2))
    assert item.cases() == ["forward", "backward"]
    assert [list(hyps(item, k)) for k in (0, 1)] == [["premise"], ["premise"]]


def test_script_indices_are_generalised() -> None:
    item = statement("hoeffding_width", "entries")
    assert item.script is not None
    goal = item.script.steps[0].goal
    assert goal is not None
    (fact,) = item.compiler().formula(goal)
    assert [v for v, _, _ in fact["all"]] == ["i", "l"]


def test_a_unit_matrix_of_a_stated_size() -> None:
    n = nat("n", at_least=1)
    A = matrix("A", n, n, symmetric=True)
    (kernel,) = lemma(then=psd(identity(n) - A)).kernel()
    assert kernel["goals"][0]["concl"] == ["psd", ["+", ["one", {"n": 1}], ["*", ["q", "-1"], ["v", "A", [], ""]]]]
    assert lemma(then=psd(identity(n + 1) - A)).sort_error is not None


def test_an_inner_product_of_stacked_columns_is_a_number() -> None:
    n = nat("n", at_least=1)
    A = matrix("A", n, n)
    (kernel,) = lemma(then=dot(vec(A), vec(A)) >= 0).kernel()
    stacked = ["vec", ["v", "A", [], ""]]
    assert kernel["goals"][0]["concl"][1] == ["*", ["T", stacked], stacked]


def test_members_of_a_family_of_curves_are_read_at_the_start() -> None:
    m, d = nat("m", at_least=1), nat("d", at_least=1)
    w, r, c = curves("w", count=m, dim=d), index("r", m), curves("c", count=m)
    item = corrected(time=clock(), then=dot(w[r], start(w)[r]) + mean(c) <= start(dot(w[r], w[r]) + mean(c)))
    (kernel,) = item.kernel()
    assert kernel["sig"]["letters"]["w"]["dep"] == kernel["sig"]["letters"]["c"]["dep"] == "smooth"
    now, first = ["v", "w", [{"r": 1}], ""], ["v", "w", [{"r": 1}], "0"]
    _, right, left = kernel["goals"][0]["concl"]
    assert left[1] == ["tr", ["*", ["T", now], first]] and right[1] == ["tr", ["*", ["T", first], first]]
    assert (left[2][2][4][3], right[2][2][4][3]) == ("", "0")


def test_curves_move_beside_a_flow_and_not_without_time() -> None:
    n = nat("n", at_least=1)
    model, s = differentiable_model("u", outputs=n, parameters=n), curve("s")
    flow = gradient_flow(model, half_square(vector("y", n)))
    (kernel,) = lemma(flow=flow, path=D(s) == 1, then=s >= start(s)).kernel()
    assert kernel["sig"]["letters"]["s"] == {"dep": "smooth"} and "u.chain" in {h["id"] for h in kernel["hyps"]}
    assert "clock() or a flow" in str(lemma(then=s >= 0).sort_error)

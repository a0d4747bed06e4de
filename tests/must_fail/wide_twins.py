"""More valid certificates: every term, proof term and check at least once, strict where it can be."""

from __future__ import annotations

from typing import Any

from tests.kernel.terms import alg, fact, goal, hyp, neg, q, step, sub, theorem, tr, v

from .twins import COIN, LAYERS, ONE, SQUARE, SYM, ZERO, N, j, j1, n, network, none, twin, unit

Json = Any
k, k1 = {"k": 1}, {"k": 1, "1": 1}
ALL = [["k", ZERO, N]]
half = q("1/2")
below = {"N": 1, "1": -1}
x, y, z = v("x"), v("y"), v("z")
right_angle = ["mul", ["q", "1/2"], ["pi"]]


@twin
def signs() -> Json:
    """Strict and weak inequalities by every proof term."""
    sig = {
        "nat": {"N": 1},
        "dims": {"d": [ZERO, N]},
        "letters": {"x": {}, "y": {}, "z": {}, "a": {"index": ALL}, "S": {"shape": [N, N]}},
    }
    hyps = [hyp("x", ["gt", x, q(0)]), hyp("y", ["ge", y, q(0)]), hyp("a", ["gt", v("a", k), q(0)], ALL)]
    total = ["sum", "k", ZERO, N, v("a", k)]
    many = ["prod", "k", ZERO, N, v("a", k)]
    ind = ["ind", v("a", k)]
    two_pi = ["*", q(2), ["pi"]]
    gram = ["tr", ["*", tr(v("S")), v("S")]]
    return theorem(
        sig,
        hyps,
        [
            alg("mul", ["gt", ["*", x, x], q(0)], ["mul", fact("x"), fact("x")]),
            alg("mul weak", ["ge", ["*", x, y], q(0)], ["mul", fact("x"), fact("y")]),
            alg("mul weak too", ["ge", ["*", y, x], q(0)], ["mul", fact("y"), fact("x")]),
            alg("add", ["gt", ["+", y, x], q(0)], ["add", fact("y"), fact("x")]),
            alg("add weak", ["ge", ["+", y, y, y], q(0)], ["add", fact("y"), fact("y"), fact("y")]),
            alg("add one", ["gt", x, q(0)], ["add", fact("x")]),
            alg("pow", ["gt", ["pow", x, {"N": 1, "1": 2}], q(0)], ["pow", fact("x"), {"N": 1, "1": 2}]),
            alg("pow zero", ["gt", ["pow", x, below], q(0)], ["pow", fact("x"), below]),
            alg("pow weak", ["ge", ["pow", y, N], q(0)], ["pow", fact("y"), N]),
            alg("pow of nothing", ["ge", q(0), q(0)], ["pow", ["z", ["null", x]], N]),
            alg("sum", ["gt", total, q(0)], ["sum", "k", ZERO, N, fact("a", k)]),
            alg("sum weak", ["ge", ["*", ["n", below], y], q(0)], ["sum", "k", ONE, below, fact("y")]),
            alg("sum one", ["gt", v("a", N), q(0)], ["sum", "k", N, N, fact("a", k)]),
            alg("sum empty", ["ge", ["sum", "k", ONE, below, v("a", k)], q(0)], ["sum", "k", ONE, below, fact("a", k)]),
            alg("prod", ["gt", many, q(0)], ["prod", "k", ZERO, N, fact("a", k)]),
            alg("prod weak", ["ge", ["pow", y, N], q(0)], ["prod", "k", ONE, N, fact("y")]),
            alg(
                "prodmono",
                ["ge", ["prod", "k", ZERO, N, ["+", v("a", k), y]], many],
                ["prodmono", "k", ZERO, N, fact("a", k), fact("y")],
            ),
            alg("q", ["gt", q("1/3"), q(0)], ["q", "1/3"]),
            alg("q zero", ["ge", q(0), q(0)], ["q", "0"]),
            alg("pi", ["gt", ["pi"], q(0)], ["pi"]),
            alg("nat", ["ge", ["n", below], q(0)], ["nat", below]),
            alg("nat size", ["ge", ["n", ["dim", "d", N]], q(0)], ["nat", ["dim", "d", N]]),
            alg("nat strict", ["gt", ["n", {"N": 2, "1": -1}], q(0)], ["nat", {"N": 2, "1": -1}]),
            alg("sq", ["ge", ["*", z, z], q(0)], ["sq", z]),
            alg("inv", ["gt", ["inv", x], q(0)], ["inv", fact("x")]),
            alg("inv weak", ["ge", ["inv", y], q(0)], ["inv", fact("y")]),
            alg("exp", ["gt", ["exp", z], q(0)], ["exp", z]),
            alg("exp1", ["ge", ["exp", z], ["+", q(1), z]], ["exp1", z]),
            alg("ind", ["ge", ["ind", z], q(0)], ["ind", z]),
            alg("notind", ["ge", q(1), ["ind", z]], ["notind", z]),
            alg("indx", ["ge", ["*", ["ind", z], z], q(0)], ["indx", z]),
            alg("notindx", ["ge", ["*", ["ind", z], z], z], ["notindx", z]),
            alg(
                "union",
                ["ge", ["sum", "k", ZERO, N, sub(q(1), ind)], sub(q(1), ["prod", "k", ZERO, N, ind])],
                ["union", "k", ZERO, N, ind, ["notind", v("a", k)]],
            ),
            alg("cos", ["gt", ["cos", q(0)], q(0)], ["cos", q(0), 0, right_angle, right_angle]),
            alg("cos one", ["gt", neg(["cos", ["pi"]]), q(0)], ["cos", ["pi"], 1, right_angle, right_angle]),
            alg(
                "cos back", ["gt", neg(["cos", neg(["pi"])]), q(0)], ["cos", neg(["pi"]), -1, right_angle, right_angle]
            ),
            alg("cos two", ["gt", ["cos", two_pi], q(0)], ["cos", two_pi, 2, right_angle, right_angle]),
            alg(
                "cos right",
                ["ge", ["cos", ["*", half, ["pi"]]], q(0)],
                ["cos", ["*", half, ["pi"]], 0, ["pi"], ["z", ["null", q(0)]]],
            ),
            alg(
                "cos left",
                ["ge", ["cos", neg(["*", half, ["pi"]])], q(0)],
                ["cos", neg(["*", half, ["pi"]]), 0, ["z", ["null", q(0)]], ["pi"]],
            ),
            alg(
                "case",
                ["ge", ["+", ["*", ["ind", z], z], y], q(0)],
                [
                    "case",
                    "c",
                    z,
                    ["add", ["mul", ["ind", z], fact("c")], fact("y")],
                    ["add", ["z", ["mul", z, ["ind0", z, fact("c")], None]], fact("y")],
                ],
            ),
            alg("case strict", ["gt", x, q(0)], ["case", "c", z, fact("x"), fact("x")]),
            alg("x weak", ["ge", x, q(0)], fact("x")),
            alg("case first", ["ge", x, q(0)], ["case", "c", z, fact("x"), fact("x weak")]),
            alg("case second", ["ge", x, q(0)], ["case", "c", z, fact("x weak"), fact("x")]),
            alg(
                "nat case",
                ["gt", ["n", N], q(0)],
                ["case", "c", ["nat", N, {"1": 2}], ["add", ["nat", {"N": 1, "1": -2}], ["q", "2"]], ["nat", N]],
            ),
            alg(
                "nat case equation",
                ["eq", ["n", N], ["n", N]],
                [
                    "case",
                    "c",
                    ["nat", N, {"1": 2}],
                    ["null", ["n", {"N": 1, "1": -2}]],
                    ["null", ["n", {"N": -1, "1": 1}]],
                ],
            ),
            alg("later", ["gt", v("a", below), q(0)], fact("a", below)),
            alg("ne", ["ne", x, q(0)], fact("x")),
            alg("ne back", ["ne", q(0), x], fact("x")),
            alg("zero", ["ge", q(0), q(0)], ["z", ["null", x]]),
            alg("rw", ["gt", x, q(0)], ["rw", fact("x"), []]),
            alg("trace", ["ge", gram, q(0)], ["trace", ["gram", v("S")]]),
        ],
        "signs",
        ["mul", "sum", "cos back", "ne back", "nat case"],
    )


@twin
def equations() -> Json:
    """Equations by every proof term, congruences of every function, and facts for all naturals."""
    sig = {
        "nat": {"N": 1},
        "letters": {
            "x": {},
            "y": {},
            "z": {},
            "R": {"law": {"kind": "bounded"}},
            "a": {"index": ALL},
            "c": {"index": ALL},
            "A": {"shape": [N, N]},
            "B": {"shape": [N, N]},
        },
    }
    hyps = [
        hyp("xy", ["eq", x, y]),
        hyp("x", ["gt", x, q(0)]),
        hyp("ac", ["eq", v("a", k), v("c", k)], ALL),
        hyp("AB", ["eq", v("A"), v("B")]),
        hyp("all", ["ge", ["n", {"m": 1, "1": 1}], ["*", z, ["n", {"m": 1}]]], [["m", ZERO, None]]),
        hyp("pair", ["eq", ["*", v("a", k), v("c", {"m": 1})], x], [*ALL, ["m", ZERO, k]]),
        hyp("tip", ["eq", v("a", N), y]),
    ]
    A, B = v("A"), v("B")
    functions = ("exp", "log", "inv", "cos", "acos", "ind")
    gram = ["*", tr(A), A]
    return theorem(
        sig,
        hyps,
        [
            *(alg(f, ["eq", [f, x], [f, y]], ["cong", f, x, y, fact("xy"), None]) for f in functions),
            alg("pow", ["eq", ["pow", x, N], ["pow", y, N]], ["cong", "pow", x, y, fact("xy"), N]),
            alg("root", ["eq", ["root", x, N], ["root", y, N]], ["cong", "root", x, y, fact("xy"), N]),
            alg("matrix pow", ["eq", ["pow", A, N], ["pow", B, N]], ["cong", "pow", A, B, fact("AB"), N]),
            alg("matrix root", ["eq", ["root", A, N], ["root", B, N]], ["cong", "root", A, B, fact("AB"), N]),
            alg("one", ["eq", x, y], ["add", fact("xy")]),
            alg("bare", ["eq", x, y], ["mul", None, fact("xy"), None]),
            alg("sides", ["eq", ["*", A, A, B], ["*", A, B, B]], ["mul", A, fact("AB"), B]),
            alg("T", ["eq", tr(A), tr(B)], ["T", fact("AB")]),
            alg("tr", ["eq", ["tr", A], ["tr", B]], ["tr", fact("AB")]),
            alg("vec", ["eq", ["vec", A], ["vec", B]], ["vec", fact("AB")]),
            alg("E", ["eq", ["E", x], ["E", y]], ["E", fact("xy")]),
            alg("kron", ["eq", ["kr", A, A], ["kr", B, A]], ["kron", fact("AB"), A]),
            alg("kronr", ["eq", ["kr", A, A], ["kr", A, B]], ["kronr", A, fact("AB")]),
            alg(
                "sum",
                ["eq", ["sum", "k", ONE, N, v("a", k)], ["sum", "k", ONE, N, v("c", k)]],
                ["sum", "k", ONE, N, fact("ac", k)],
            ),
            alg(
                "for all",
                ["ge", ["n", {"N": 2, "1": 2}], ["*", z, ["n", {"N": 2, "1": 1}]]],
                fact("all", {"N": 2, "1": 1}),
            ),
            alg("two indices", ["eq", ["*", v("a", N), v("c", below)], x], fact("pair", N, below)),
            alg(
                "split",
                ["eq", ["sum", "k", ZERO, N, v("a", k)], ["+", ["sum", "k", ZERO, below, v("a", k)], v("a", N)]],
                ["split", "k", ZERO, below, N, v("a", k)],
            ),
            alg(
                "split early",
                ["eq", ["sum", "k", ONE, N, v("a", k)], ["sum", "k", ONE, N, v("a", k)]],
                ["split", "k", ONE, ZERO, N, v("a", k)],
            ),
            alg(
                "psplit",
                ["eq", ["prod", "k", ZERO, N, v("a", k)], ["*", ["prod", "k", ZERO, below, v("a", k)], v("a", N)]],
                ["psplit", "k", ZERO, below, N, v("a", k)],
            ),
            alg(
                "reverse",
                ["eq", ["sum", "k", ONE, N, v("a", k)], ["sum", "k", ONE, N, v("a", {"N": 1, "k": -1, "1": 1})]],
                ["reverse", "k", ONE, N, v("a", k)],
            ),
            alg(
                "products",
                ["eq", ["prod", "k", ONE, N, v("a", k)], ["prod", "k", ONE, N, v("c", k)]],
                ["congprod", "k", ONE, N, v("a", k), v("c", k), fact("ac", k)],
            ),
            alg(
                "divided",
                ["eq", ["*", y, ["inv", y]], q(1)],
                ["inv", y, ["add", fact("x"), ["z", ["mul", q(-1), fact("xy"), None]]]],
            ),
            alg("inv of negative", ["eq", ["*", neg(x), ["inv", neg(x)]], q(1)], ["inv", neg(x), fact("x")]),
            alg("not zero", ["ne", neg(x), q(0)], fact("x")),
            alg("inv by ne", ["eq", ["*", x, ["inv", x]], q(1)], ["inv", x, ["ne", "not zero", []]]),
            alg("explog", ["eq", ["exp", ["log", x]], x], ["explog", x, fact("x")]),
            alg("logexp", ["eq", ["log", ["exp", z]], z], ["logexp", z]),
            alg("log one", ["eq", ["log", q(1)], q(0)], ["logexp", q(0)]),
            alg("ind1", ["eq", ["ind", x], q(1)], ["ind1", x, fact("x")]),
            alg("ind0", ["eq", ["ind", neg(x)], q(0)], ["ind0", neg(x), fact("x")]),
            alg("none", ["eq", ["*", z, sub(gram, gram)], ["zero", N, N]], ["null", gram]),
            alg(
                "gram",
                ["eq", sub(A, B), ["zero", N, N]],
                ["gram", sub(A, B), ["tr", ["mul", sub(tr(A), tr(B)), fact("AB"), None]]],
            ),
            alg("anti", ["eq", x, y], ["anti", ["z", fact("xy")], ["z", ["mul", q(-1), fact("xy"), None]]]),
            alg(
                "absurd",
                ["eq", z, z],
                ["case", "c", q(1), ["null", z], ["mul", q(0), ["absurd", z, ["add", fact("c"), ["q", "0"]]], None]],
            ),
            alg(
                "absurd below",
                ["eq", ["ind", q(1)], q(1)],
                ["case", "c", q(1), ["null", z], ["absurd", q(0), fact("c")]],
            ),
            alg(
                "case", ["eq", ["*", ["ind", z], ["ind", z]], ["ind", z]], ["case", "c", z, ["null", z], ["null", q(3)]]
            ),
            alg(
                "rw",
                ["eq", ["*", x, v("a", {"1": 1})], ["*", y, v("c", ONE)]],
                ["rw", ["*", x, v("a", ONE)], ["xy", "ac"]],
            ),
            alg(
                "rw at",
                ["eq", ["+", v("a", N), v("a", ZERO)], ["+", y, v("a", ZERO)]],
                ["rw", ["+", v("a", N), v("a", ZERO)], ["tip"]],
            ),
            alg(
                "rw inside",
                [
                    "eq",
                    ["sum", "k", ONE, N, ["exp", ["*", x, v("a", k)]]],
                    ["sum", "k", ONE, N, ["exp", ["*", x, v("c", k)]]],
                ],
                ["rw", ["sum", "k", ONE, N, ["exp", ["*", x, v("a", k)]]], ["ac"]],
            ),
            alg("rwz", ["eq", x, x], ["rwz", fact("xy"), ["xy"]]),
        ],
        "equations",
        ["exp", "sum", "for all", "gram", "rw inside"],
    )


@twin
def semidefinite() -> Json:
    """PSD matrices by every proof term."""
    A, P, S = v("A"), v("P"), v("S")
    sig = {"nat": {"n": 1, "N": 1}, "letters": {"A": SQUARE, "P": SYM, "S": SYM, "c": {}, "Q": {**SYM, "index": ALL}}}
    hyps = [
        hyp("P", ["psd", P]),
        hyp("c", ["ge", v("c"), q(0)]),
        hyp("Q", ["psd", v("Q", k)], ALL),
        hyp("is", ["eq", P, S]),
        hyp("root", ["eq", ["*", tr(A), A], ["zero", n, n]]),
    ]
    return theorem(
        sig,
        hyps,
        [
            alg("fact", ["psd", P], fact("P")),
            alg("one fact", ["psd", v("Q", N)], fact("Q", N)),
            alg("z", ["psd", sub(P, S)], ["z", fact("is")]),
            alg("rw", ["psd", S], ["rw", fact("P"), ["is"]]),
            alg("one", ["psd", unit], ["one", n]),
            alg("gram", ["psd", ["*", tr(A), A]], ["gram", A]),
            alg("outer", ["psd", ["*", A, tr(A)]], ["gram", tr(A)]),
            alg("congruence", ["psd", ["*", tr(A), P, A]], ["congruence", A, fact("P")]),
            alg("add", ["psd", ["+", P, unit, P]], ["add", fact("P"), ["one", n], fact("P")]),
            alg("add one", ["psd", P], ["add", fact("P")]),
            alg("scale", ["psd", ["*", v("c"), P]], ["scale", fact("c"), fact("P")]),
            alg("kron", ["psd", ["kr", P, unit]], ["kron", fact("P"), ["one", n]]),
            alg(
                "kron sum",
                ["psd", ["+", ["kr", P, unit], ["kr", unit, P]]],
                ["add", ["kron", fact("P"), ["one", n]], ["kron", ["one", n], fact("P")]],
            ),
            alg("sum", ["psd", ["sum", "k", ONE, N, v("Q", k)]], ["sum", "k", ONE, N, fact("Q", k)]),
            alg("pow", ["psd", ["pow", P, {"N": 1, "1": 2}]], ["pow", fact("P"), {"N": 1, "1": 2}]),
            alg("pow zero", ["psd", ["pow", P, below]], ["pow", fact("P"), below]),
            alg("pow of nothing", ["psd", ["zero", n, n]], ["pow", ["z", ["null", P]], N]),
            alg("dominate", ["psd", sub(["*", ["tr", P], unit], P)], ["dominate", fact("P")]),
            alg("case", ["psd", P], ["case", "k", v("c"), fact("P"), fact("P")]),
            alg("nat case", ["psd", P], ["case", "k", ["nat", N, {"1": 3}], fact("P"), fact("P")]),
            alg("trace", ["ge", ["tr", P], q(0)], ["trace", fact("P")]),
            alg("trace kron", ["ge", ["*", ["tr", P], ["tr", P]], q(0)], ["trace", ["kron", fact("P"), fact("P")]]),
            alg("trace2", ["ge", ["tr", ["*", P, v("Q", ZERO)]], q(0)], ["trace2", fact("P"), fact("Q", ZERO)]),
            alg("vanishes", ["eq", A, ["zero", n, n]], ["gram", A, ["tr", fact("root")]]),
            alg(
                "with stacked columns",
                ["eq", ["*", tr(["vec", A]), ["vec", P]], ["tr", ["*", tr(A), P]]],
                ["null", q(0)],
            ),
            alg(
                "stacked row",
                ["eq", ["*", tr(["vec", A]), ["kr", P, S]], tr(["vec", ["*", S, A, P]])],
                ["null", tr(["vec", A])],
            ),
            alg(
                "tensors",
                ["eq", ["*", ["kr", A, P], ["kr", S, A]], ["kr", ["*", A, S], ["*", P, A]]],
                ["null", ["kr", A, A]],
            ),
            alg("tensor trace", ["eq", ["tr", ["kr", A, P]], ["*", ["tr", A], ["tr", P]]], ["null", q(0)]),
        ],
        "semidefinite",
        ["sum", "kron sum", "vanishes"],
    )


@twin
def motion() -> Json:
    """Derivatives of words, chains, powers, functions and losses along a flow."""
    sig = network(
        "flow",
        s={},
        u={"dep": "smooth"},
        U={"shape": [n, n], "dep": "smooth"},
        H={"shape": [n, n], "sym": True, "dep": "smooth"},
        K={"shape": [n, n]},
        C={"index": LAYERS, "shape": [["dim", "d", j], ["dim", "d", {"j": 1, "1": -1}]], "chain": True},
    )
    sig["nat"]["n"] = 1
    u, U, H = v("u"), v("U"), v("H")
    du, dU, dH = ["D", u], ["D", U], ["D", H]
    whole = ["ch", "W", N, ONE, ""]
    layer = ["*", ["ch", "W", N, {"k": 1, "1": 1}, ""], ["D", v("W", k)], ["ch", "W", {"k": 1, "1": -1}, ONE, ""]]
    zero = ["null", q(0)]

    def same(name: str, a: Json, b: Json, t: Json = zero) -> Json:
        return alg(name, ["eq", a, b], t)

    return theorem(
        sig,
        [
            hyp("flow", ["eq", ["D", v("W", j)], neg(v("g", j))], LAYERS),
            hyp("u moves", ["eq", du, ["*", v("s"), u]]),
            hyp("gone", ["eq", v("u", stage="0"), v("s")]),
        ],
        [
            same("product", ["D", ["*", u, u]], ["*", q(2), u, du]),
            same("power", ["D", ["pow", u, {"N": 1, "1": -1}]], ["*", ["n", below], ["pow", u, {"N": 1, "1": -2}], du]),
            same("exp", ["D", ["exp", ["*", v("s"), u]]], ["*", v("s"), du, ["exp", ["*", v("s"), u]]]),
            same("cos", ["D", ["cos", u]], ["*", du, ["cos", ["+", u, ["*", half, ["pi"]]]]]),
            same("time", ["D", ["*", ["t"], u]], ["+", u, ["*", ["t"], du]]),
            same("rest", ["D", ["*", v("s"), ["pi"], ["n", N], ["n", ["dim", "d", ONE]]]], q(0)),
            same("start", ["D", v("u", stage="0")], q(0)),
            same("trace", ["D", ["tr", ["*", v("K"), U]]], ["tr", ["*", v("K"), dU]]),
            same("words", ["D", ["*", U, v("K"), U]], ["+", ["*", dU, v("K"), U], ["*", U, v("K"), dU]], ["null", U]),
            same("flipped", ["D", tr(U)], tr(dU), ["null", U]),
            same("symmetric", ["D", ["*", H, H]], ["+", ["*", dH, H], ["*", H, dH]], ["null", H]),
            same("weighted", ["D", ["*", u, U]], ["+", ["*", du, U], ["*", u, dU]], ["null", U]),
            same("tensor", ["D", ["kr", U, v("K")]], ["kr", dU, v("K")], ["null", ["kr", U, U]]),
            same("tensors", ["D", ["kr", U, U]], ["+", ["kr", dU, U], ["kr", U, dU]], ["null", ["kr", U, U]]),
            same("columns", ["D", ["vec", U]], ["vec", dU], ["null", ["vec", U]]),
            same("row", ["D", tr(["vec", U])], tr(["vec", dU]), ["null", tr(["vec", U])]),
            same(
                "matrix power",
                ["D", ["pow", U, N]],
                ["sum", "k", ZERO, below, ["*", ["pow", U, k], dU, ["pow", U, {"N": 1, "k": -1, "1": -1}]]],
                ["null", U],
            ),
            same("still power", ["D", ["pow", v("K"), N]], ["zero", n, n], ["null", U]),
            same("chain", ["D", whole], ["sum", "k", ONE, N, layer], ["null", whole]),
            same(
                "still chain",
                ["D", ["ch", "C", N, ONE, ""]],
                ["zero", ["dim", "d", N], ["dim", "d", ZERO]],
                ["null", whole],
            ),
            same(
                "flipped chain",
                ["D", tr(["ch", "W", N, {"N": 1, "1": -1}, ""])],
                tr(["+", ["*", ["D", v("W", N)], v("W", below)], ["*", v("W", N), ["D", v("W", below)]]]),
                ["null", tr(["ch", "W", N, {"N": 1, "1": -1}, ""])],
            ),
            same(
                "sum",
                ["D", ["sum", "k", ONE, N, ["tr", ["*", tr(v("W", k)), v("W", k)]]]],
                ["*", q(2), ["sum", "k", ONE, N, ["tr", ["*", tr(v("W", k)), ["D", v("W", k)]]]]],
            ),
            same("loss", ["D", v("L")], ["tr", ["*", tr(v("G")), ["D", whole]]]),
            same(
                "loss falls",
                ["D", v("L")],
                neg(
                    [
                        "sum",
                        "k",
                        ONE,
                        N,
                        [
                            "tr",
                            [
                                "*",
                                tr(v("G")),
                                ["ch", "W", N, {"k": 1, "1": 1}, ""],
                                v("g", k),
                                ["ch", "W", {"k": 1, "1": -1}, ONE, ""],
                            ],
                        ],
                    ]
                ),
                ["rw", ["D", v("L")], ["flow"]],
            ),
            same("moving fact", ["D", ["*", u, u]], ["*", q(2), v("s"), u, u], ["rw", ["D", ["*", u, u]], ["u moves"]]),
            alg("D", ["eq", ["D", ["t"]], q(1)], zero),
            alg("at the start", ["eq", v("u", stage="0"), v("s")], fact("gone")),
            step("fact at the start", "at0", ["eq", v("u", stage="0"), v("s")], fact="gone", at=[]),
            alg("waiting", ["ge", ["t"], q(0)], ["time"]),
        ],
        "motion",
        ["product", "loss falls", "chain"],
    )


@twin
def gradient() -> Json:
    """The gradient in a layer of a sum of products, some without the layer."""
    sig = network("none", Z={"shape": [["dim", "d", N], ["dim", "d", ZERO]]})
    sig["losses"]["L"]["at"] = ["+", ["*", q(2), ["ch", "W", N, ONE, ""]], v("Z")]
    above, under = ["ch", "W", N, j1, ""], ["ch", "W", {"j": 1, "1": -1}, ONE, ""]
    concl = [
        "eq",
        ["tr", ["*", tr(v("g", j)), v("V", j)]],
        ["*", q(2), ["tr", ["*", tr(v("G")), above, v("V", j), under]]],
    ]
    return theorem(sig, [], [step("turn", "variation", concl, LAYERS, loss="L", letter="V")], "gradient")


def chain_lemma() -> Json:
    """About two chains, a size, a matrix and a flow of losses: everything that a map can carry."""
    sig = network("flow", b={}, u={"dep": "smooth"}, r={"dep": "any"}, P={"shape": [{"m": 1}, {"m": 1}], "sym": True})
    del sig["letters"]["V"]
    sig["nat"]["m"] = 0
    sig["assume"] = [{"N": 1, "1": -2}]
    hyps = [
        hyp("b", ["gt", v("b"), q(0)]),
        hyp("pairs", ["ge", ["tr", ["*", tr(v("W", j)), v("W", j)]], v("b")], LAYERS),
        hyp("many", ["ge", ["n", {"k": 1}], ["*", q(0), v("b")]], [["k", ZERO, None]]),
        hyp("P", ["psd", v("P")]),
        hyp("r", ["ge", v("r"), v("u")]),
    ]
    return theorem(
        sig,
        hyps,
        [
            alg("norm", ["ge", ["tr", ["*", tr(v("W", j)), v("W", j)]], v("b")], fact("pairs", j), LAYERS),
            alg(
                "slope",
                ["eq", ["D", v("L")], ["tr", ["*", tr(v("G")), ["D", ["ch", "W", N, ONE, ""]]]]],
                ["null", q(0)],
            ),
            alg(
                "size",
                ["ge", ["*", v("b"), ["+", ["n", {"m": 1}], ["tr", v("P")]]], q(0)],
                ["mul", fact("b"), ["add", ["nat", {"m": 1}], ["trace", fact("P")]]],
            ),
            alg("later", ["ge", v("r"), v("u")], fact("r")),
            step("first", "at0", ["ge", v("r", stage="0"), v("u", stage="0")], fact="later", at=[]),
            alg(
                "products",
                ["eq", ["*", ["ch", "W", N, j1, ""], ["ch", "W", j, ONE, ""]], ["ch", "W", N, ONE, ""]],
                ["null", ["ch", "W", N, ONE, ""]],
                LAYERS,
            ),
            alg(
                "first product",
                ["eq", ["ch", "W", N, ONE, "0"], ["ch", "W", N, ONE, "0"]],
                ["null", ["ch", "W", N, ONE, ""]],
            ),
        ],
        "carried",
        ["norm", "slope", "size", "first", "products", "first product"],
    )


@twin
def carried() -> Json:
    """A theorem with dimensions, chains, losses and sizes, used for another depth."""
    sig = network("flow", c={}, y={"dep": "smooth"}, Q={"shape": [["dim", "d", ONE], ["dim", "d", ONE]], "sym": True})
    del sig["letters"]["V"]
    sig["nat"] = {"N": 3}
    hyps = [
        hyp("c", ["gt", v("c"), q(0)]),
        hyp("each", ["ge", ["tr", ["*", tr(v("W", j)), v("W", j)]], ["*", q(2), v("c")]], LAYERS),
        hyp("Q", ["psd", v("Q")]),
    ]
    image = {
        "nat": {"N": N, "m": ["dim", "d", ONE]},
        "dims": {"d": "d"},
        "letters": {
            "W": "W",
            "g": "g",
            "L": "L",
            "G": "G",
            "b": {"vars": [], "term": ["*", q(2), v("c")]},
            "P": "Q",
            "u": {"vars": [], "term": sub(v("y"), ["t"])},
            "r": {"vars": [], "term": ["+", v("y"), ["t"]]},
        },
    }
    proofs = {
        "b": none(["mul", ["q", "2"], fact("c")]),
        "pairs": {"vars": ["l"], "proof": fact("each", {"l": 1})},
        "many": {"vars": ["p"], "proof": ["nat", {"p": 1}]},
        "P": none(fact("Q")),
        "r": none(["mul", ["q", "2"], ["time"]]),
    }
    norm = ["tr", ["*", tr(v("W", N)), v("W", N)]]

    def use(name: str, number: int, concl: Json, *at: Json) -> Json:
        return step(name, "use", concl, theorem="carried", goal=number, at=list(at), map=image, hyps=proofs)

    size = ["*", q(2), v("c"), ["+", ["n", ["dim", "d", ONE]], ["tr", v("Q")]]]
    return [
        chain_lemma(),
        theorem(
            sig,
            hyps,
            [
                use("norm", 0, ["ge", norm, ["*", q(2), v("c")]], N),
                use("slope", 1, ["eq", ["D", v("L")], ["tr", ["*", tr(v("G")), ["D", ["ch", "W", N, ONE, ""]]]]]),
                use("size", 2, ["ge", size, q(0)]),
                use("first", 3, ["ge", v("y", stage="0"), v("y", stage="0")]),
                use(
                    "products",
                    4,
                    [
                        "eq",
                        ["*", ["ch", "W", N, {"1": 3}, ""], ["ch", "W", {"1": 2}, ONE, ""]],
                        ["ch", "W", N, ONE, ""],
                    ],
                    {"1": 2},
                ),
                use("first product", 5, ["eq", ["ch", "W", N, ONE, "0"], ["ch", "W", N, ONE, "0"]]),
            ],
            "user",
        ),
    ]


@twin
def chances_used() -> Json:
    """Random letters of a theorem are given other random letters, or a bounded term."""
    coin = {"law": COIN}
    pair = theorem(
        {"letters": {"S": coin, "T": coin}},
        [],
        [
            step(
                "split",
                "factor",
                ["eq", ["E", ["*", v("S"), v("T")]], ["*", ["E", v("S")], ["E", v("T")]]],
                first=v("S"),
                second=v("T"),
            )
        ],
        "pair",
    )
    range_ = theorem(
        {"letters": {"b": {"law": {"kind": "bounded"}}, "s": {}}},
        [hyp("low", ["ge", v("b"), v("s")])],
        [alg("mean", ["ge", ["E", v("b")], v("s")], ["E", fact("low")])],
        "range",
    )
    sig = {
        "nat": {"N": 1},
        "letters": {
            "X": {"index": ALL, "law": COIN},
            "Y": coin,
            "U": {"law": {"kind": "angle"}},
            "s": {},
            "w": {"shape": [n, ONE], "law": {"kind": "gauss"}},
        },
    }
    sig["nat"]["n"] = 1
    wave = ["*", ["cos", v("U")], ["ind", v("Y")]]
    return [
        pair,
        range_,
        theorem(
            sig,
            [hyp("floor", ["ge", wave, v("s")])],
            [
                step(
                    "letters",
                    "use",
                    ["eq", ["E", ["*", v("Y"), v("Z")]], ["*", ["E", v("Y")], ["E", v("Z")]]],
                    theorem="pair",
                    goal=0,
                    at=[],
                    map={"letters": {"S": "Y", "T": "Z"}},
                    hyps={},
                ),
                step(
                    "term",
                    "use",
                    ["ge", ["E", wave], v("s")],
                    theorem="range",
                    goal=0,
                    at=[],
                    map={"letters": {"b": {"vars": [], "term": wave}, "s": "s"}},
                    hyps={"low": none(fact("floor"))},
                ),
                alg("moments", ["eq", ["E", ["*", v("s"), v("Y")]], ["*", v("s"), ["E", v("Y")]]], ["null", q(0)]),
                alg(
                    "column",
                    [
                        "eq",
                        ["E", ["*", v("s"), ["tr", ["*", tr(v("w")), v("w")]]]],
                        ["*", v("s"), ["E", ["tr", ["*", v("w"), tr(v("w"))]]]],
                    ],
                    ["null", q(0)],
                ),
                alg(
                    "sum out",
                    ["eq", ["E", ["sum", "k", ZERO, N, v("X", k)]], ["sum", "k", ZERO, N, ["E", v("X", k)]]],
                    ["null", q(0)],
                ),
                alg(
                    "exp out",
                    ["eq", ["E", ["exp", ["+", v("s"), v("Y")]]], ["*", ["exp", v("s")], ["E", ["exp", v("Y")]]]],
                    ["null", q(0)],
                ),
                alg("law", ["gt", ["+", v("Y"), q(2)], q(0)], ["law", "Y", [], ["+", v("Y"), q(2)]]),
                alg("law weak", ["ge", ["+", v("Y"), q(1)], q(0)], ["law", "Y", [], ["+", v("Y"), q(1)]]),
                alg("angle", ["ge", ["+", ["pi"], v("U")], q(0)], ["angle", "U", [], 1]),
            ],
            "user",
        )
        | {"sig": {"time": "none", **sig, "letters": {**sig["letters"], "Z": coin}}},
    ]


@twin
def descended() -> Json:
    """A theorem about every iterate, used in another descent."""
    sig = {"time": "descent", "letters": {"u": {"dep": "any"}, "e": {}}}
    moves = hyp("moves", ["eq", v("u", stage="+"), sub(v("u"), v("e"))])
    first = theorem(
        sig,
        [moves],
        [alg("drop", ["eq", sub(v("u"), v("u", stage="+")), v("e")], ["mul", q(-1), fact("moves"), None])],
        "drop",
    )
    own = {"time": "descent", "letters": {"p": {"dep": "any"}, "h": {}}}
    return [
        first,
        theorem(
            own,
            [hyp("p moves", ["eq", v("p", stage="+"), sub(v("p"), ["*", q(2), v("h")])])],
            [
                step(
                    "used",
                    "use",
                    ["eq", sub(v("p"), v("p", stage="+")), ["*", q(2), v("h")]],
                    theorem="drop",
                    goal=0,
                    at=[],
                    map={"letters": {"u": "p", "e": {"vars": [], "term": ["*", q(2), v("h")]}}},
                    hyps={"moves": none(fact("p moves"))},
                )
            ],
            "user",
        ),
    ]


# ---- refutations --------------------------------------------------------------------------------------------------


def refuted(st: Json, at: Json) -> Json:
    return {"derivation": [], "refutations": [{"id": "r", "kind": "evaluate", "statement": st, "instance": at}]}


@twin
def terms_refuted() -> Json:
    """Every term with an exact value, in hypotheses that hold."""
    A, S, c = v("A"), v("S"), v("c")
    two = ["one", {"1": 2}]
    row = ["zero", ONE, {"1": 2}]
    wide = ["+", row, v("b")]
    sig = {
        "time": "none",
        "nat": {"N": 2},
        "dims": {"d": [ZERO, N]},
        "letters": {
            "A": {"shape": [{"1": 2}, {"1": 2}]},
            "S": {"shape": [{"1": 2}, {"1": 2}], "sym": True},
            "c": {},
            "x": {"index": [["k", ONE, N]]},
            "b": {"shape": [ONE, {"1": 2}]},
            "W": {"index": LAYERS, "shape": [["dim", "d", j], ["dim", "d", {"j": 1, "1": -1}]], "chain": True},
        },
    }
    holds = {
        "inverse": ["eq", ["*", A, ["+", two, neg(["+", two, neg(A)])]], ["pow", A, {"1": 2}]],
        "trace": ["eq", ["tr", A], q("5/2")],
        "transpose": ["ne", tr(A), A],
        "tensor": ["eq", ["tr", ["kr", A, S]], ["*", ["tr", A], ["tr", S]]],
        "tensor columns": ["eq", ["*", ["kr", S, A], ["vec", two]], ["vec", ["*", A, tr(S)]]],
        "psd": ["psd", S],
        "division": ["eq", ["*", c, ["inv", c]], q(1)],
        "no division": ["eq", ["inv", sub(c, c)], q(0)],
        "event": ["eq", ["+", ["ind", c], ["ind", neg(c)], ["ind", q(0)]], q(2)],
        "sum": ["eq", ["sum", "k", ONE, N, ["*", ["n", {"k": 1}], v("x", k)]], q(8)],
        "product": ["eq", ["prod", "k", ONE, N, v("x", k)], q(6)],
        "no product": ["eq", ["prod", "k", ONE, ZERO, v("x", k)], q(1)],
        "power": ["eq", ["pow", c, {"1": 3}], q("1/8")],
        "no power": ["eq", ["pow", A, ZERO], two],
        "size": ["eq", ["n", ["dim", "d", ZERO]], q(3)],
        "chain": ["eq", ["ch", "W", N, below, ""], ["*", v("W", N), v("W", below)]],
        "no chain": ["eq", ["ch", "W", ZERO, ONE, ""], ["one", ["dim", "d", ZERO]]],
        "row": ["eq", ["*", wide, tr(wide)], ["*", q(5), ["one", ONE]]],
        "strict": ["gt", c, q(0)],
    }
    st = {
        "sig": sig,
        "hyps": [
            *(hyp(name, f) for name, f in holds.items()),
            hyp("each", ["gt", v("x", k), ["n", {"k": 1, "1": -1}]], [["k", ONE, N]]),
            hyp("pairs", ["ge", v("x", {"m": 1}), v("x", k)], [["k", ONE, N], ["m", k, N]]),
        ],
        "goals": [goal(["ge", c, q(0)]), goal(["gt", c, half]), goal(["eq", A, S])],
    }
    at = {
        "nat": {"N": 2},
        "dims": {"d": [3, 2, 1]},
        "goal": 1,
        "letters": {
            "A": [["1", "2"], ["0", "3/2"]],
            "S": [["1", "1"], ["1", "1"]],
            "c": "1/2",
            "x": ["2", "3"],
            "b": [["1", "2"]],
            "W": [[["1", "0", "2"], ["-1", "1", "1/3"]], [["2", "5"]]],
        },
    }
    return refuted(st, at)


@twin
def indefinite_refuted() -> Json:
    """A symmetric matrix with non-negative diagonal is not PSD: a pivot becomes negative."""
    st = {
        "sig": {"time": "none", "letters": {"S": {"shape": [{"1": 3}, {"1": 3}], "sym": True}}},
        "hyps": [hyp("trace", ["gt", ["tr", v("S")], q(0)])],
        "goals": [goal(["psd", v("S")])],
    }
    return refuted(st, {"letters": {"S": [["1", "1", "1"], ["1", "2", "1"], ["1", "1", "1/2"]]}})


@twin
def zero_pivot_refuted() -> Json:
    """A zero on the diagonal beside a non-zero entry."""
    st = {
        "sig": {"time": "none", "letters": {"S": {"shape": [{"1": 2}, {"1": 2}], "sym": True}}},
        "hyps": [hyp("psd", ["psd", ["*", v("S"), v("S")]])],
        "goals": [goal(["psd", v("S")])],
    }
    return refuted(st, {"letters": {"S": [["0", "1"], ["1", "5"]]}})


@twin
def loss_refuted() -> Json:
    """Values and gradients of a loss with a target, and of one layer, at a later iterate."""
    sig = network("descent", eta={}, Phi={"shape": [["dim", "d", N], ["dim", "d", ZERO]]})
    del sig["letters"]["V"]
    sig["losses"]["L"]["target"] = v("Phi")
    error = sub(["ch", "W", N, ONE, "0"], v("Phi"))
    st = {
        "sig": sig,
        "hyps": [
            hyp("descent", ["eq", v("W", j, stage="+"), sub(v("W", j), ["*", v("eta"), v("g", j)])], LAYERS),
            hyp("value", ["eq", v("L", stage="0"), ["*", half, ["tr", ["*", tr(error), error]]]]),
            hyp("slope", ["eq", v("G", stage="0"), error]),
            hyp(
                "layer",
                [
                    "eq",
                    v("g", j, stage="0"),
                    ["*", tr(["ch", "W", N, j1, "0"]), v("G", stage="0"), tr(["ch", "W", {"j": 1, "1": -1}, ONE, "0"])],
                ],
                LAYERS,
            ),
        ],
        "goals": [goal(["ge", v("L", stage="0"), v("L")]), goal(["eq", v("L"), v("L", stage="+")])],
    }
    at = {
        "nat": {"N": 3},
        "dims": {"d": [1, 2, 1, 1]},
        "iterate": 1,
        "goal": 0,
        "letters": {"W": [[["1"], ["1/2"]], [["1", "2"]], [["3"]]], "eta": "1", "Phi": [["1"]]},
    }
    return refuted(st, at)


@twin
def equation_refuted() -> Json:
    """x = y fails at x = c + 1, y = c, and x > y at x = y: failures derived for arbitrary c."""
    st = {
        "sig": {"time": "none", "nat": {"N": 2}, "letters": {"x": {"index": ALL}, "y": {}, "c": {}}},
        "exists": ["c"],
        "hyps": [hyp("c", ["gt", v("c"), q(0)]), hyp("above", ["ge", v("x", k), v("y")], ALL)],
        "goals": [
            goal(["eq", v("x", k), v("y")], ALL),
            goal(["gt", v("y"), v("x", N)]),
            goal(["ge", v("y"), v("x", k)], ALL),
        ],
    }
    own = {
        "sig": {"time": "none", "nat": {"M": 2}, "assume": [{"M": 1, "1": -2}], "letters": {"c": {}}},
        "hyps": [hyp("c", ["gt", v("c"), q(0)])],
        "steps": [alg("gap", ["gt", ["+", v("c"), q(1)], v("c")], ["q", "1"])],
    }
    images = {"c": "c", "x": {"vars": ["p"], "term": ["+", v("c"), q(1)]}, "y": {"vars": [], "term": v("c")}}

    def at(number: int, index: list[Json], negation: Json) -> Json:
        return {
            "map": {"nat": {"N": {"M": 1}}, "letters": images},
            "goal": number,
            "at": index,
            "hyps": {"c": none(fact("c")), "above": {"vars": ["p"], "proof": ["q", "1"]}},
            "negation": negation,
        }

    made = [at(0, [{"1": 1}], fact("gap")), at(1, [], ["q", "1"]), at(2, [{"M": 1}], fact("gap"))]
    return {
        "derivation": [],
        "refutations": [
            {"id": f"r{number}", "kind": "derive", "statement": st, "theorem": own, "at": x}
            for number, x in enumerate(made)
        ],
    }

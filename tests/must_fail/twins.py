"""Valid certificates. Every entry of the corpus differs from one of these in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.kernel.terms import alg, fact, goal, hyp, neg, q, step, sub, theorem, tr, v

Json = Any
N, ONE, ZERO = {"N": 1}, {"1": 1}, {}
j, j1, jm = {"j": 1}, {"j": 1, "1": 1}, {"j": 1, "1": -1}
i, i1 = {"i": 1}, {"i": 1, "1": 1}
LAYERS, GAPS = [["j", ONE, N]], [["j", ONE, {"N": 1, "1": -1}]]
n = {"n": 1}
SQUARE = {"shape": [n, n]}
SYM = {"shape": [n, n], "sym": True}
unit, nought = ["one", n], ["zero", n, n]
half = q("1/2")
TWINS: dict[str, Callable[[], Json]] = {}


def twin(build: Callable[[], Json]) -> Callable[[], Json]:
    """Register a certificate; the function may return one theorem, a list, or {derivation, refutations}."""

    def certificate() -> Json:
        made = build()
        if isinstance(made, dict) and "derivation" in made:
            return made
        return {"derivation": made if isinstance(made, list) else [made], "refutations": []}

    TWINS[build.__name__] = certificate
    return build


def network(time: str, **letters: Json) -> Json:
    moves = {"flow": {"dep": "smooth"}, "descent": {"dep": "any"}, "none": {}}[time]
    loose = {"dep": "any"} if time != "none" else {}
    shape = [["dim", "d", j], ["dim", "d", jm]]
    return {
        "time": time,
        "nat": {"N": 2},
        "dims": {"d": [ZERO, N]},
        "letters": {
            "W": {"index": LAYERS, "shape": shape, "chain": True, **moves},
            "g": {"index": LAYERS, "shape": shape, **loose},
            "V": {"index": LAYERS, "shape": shape, "free": True},
            "L": {**moves},
            "G": {"shape": [["dim", "d", N], ["dim", "d", ZERO]], **loose},
            **letters,
        },
        "losses": {"L": {"at": ["ch", "W", N, ONE, ""], "grad": "G", "params": "W", "pgrad": "g"}},
    }


def gap(stage: str = "") -> Json:
    return sub(
        ["*", tr(v("W", j1, stage=stage)), v("W", j1, stage=stage)],
        ["*", v("W", j, stage=stage), tr(v("W", j, stage=stage))],
    )


ABOVE, BELOW = ["ch", "W", N, j1, ""], ["ch", "W", jm, ONE, ""]
FLOW = hyp("flow", ["eq", ["D", v("W", j)], neg(v("g", j))], LAYERS)


@twin
def balancedness() -> Json:
    variation = ["eq", ["tr", ["*", tr(v("g", j)), v("V", j)]], ["tr", ["*", tr(v("G")), ABOVE, v("V", j), BELOW]]]
    return theorem(
        network("flow"),
        [FLOW],
        [
            step("variation", "variation", variation, LAYERS, loss="L", letter="V"),
            step(
                "gradient",
                "nondegenerate",
                ["eq", v("g", j), ["*", tr(ABOVE), v("G"), tr(BELOW)]],
                LAYERS,
                letter="V",
                at=[j],
                proof=fact("variation", j),
            ),
            step("still", "constant", ["eq", gap(), gap("0")], GAPS, proof=["rw", ["D", gap()], ["flow", "gradient"]]),
        ],
        "balancedness",
    )


@twin
def telescoping() -> Json:
    w = v("W", i)
    shape = [["dim", "d", j], ["dim", "d", jm]]
    sig = {
        "nat": {"N": 1},
        "dims": {"d": [ZERO, N]},
        "letters": {"W": {"index": LAYERS, "shape": shape, "chain": True}},
    }
    balanced = hyp("balanced", ["eq", gap(), ["zero", ["dim", "d", j], ["dim", "d", j]]], GAPS)
    block = ["ch", "W", i, j1, ""]
    grow = [
        "add",
        ["mul", v("W", i1), fact("IH"), tr(v("W", i1))],
        [
            "mul",
            neg(v("W", i1)),
            ["cong", "pow", ["*", tr(v("W", i1)), v("W", i1)], ["*", w, tr(w)], fact("balanced", i), {"i": 1, "j": -1}],
            tr(v("W", i1)),
        ],
    ]
    up = step(
        "up",
        "induct",
        ["eq", ["*", block, tr(block)], ["pow", ["*", w, tr(w)], {"i": 1, "j": -1}]],
        [["j", ZERO, {"N": 1, "1": -1}], ["i", j1, N]],
        var="i",
        base=[["null", ["*", v("W", j1), tr(v("W", j1))]]],
        step=grow,
    )
    return theorem(sig, [balanced], [up], "telescoping")


@twin
def gauss_sum() -> Json:
    total = ["sum", "k", ZERO, i, ["n", {"k": 1}]]
    body = ["n", {"k": 1}]
    concl = ["eq", ["*", q(2), total], ["*", ["n", i], ["n", i1]]]
    grow = ["add", ["mul", q(2), ["split", "k", ZERO, i, i1, body], None], fact("IH")]
    return theorem(
        {}, [], [step("sum", "induct", concl, [["i", ZERO, None]], var="i", base=[["null", q(0)]], step=grow)]
    )


@twin
def two_steps() -> Json:
    """x_{i+2} = x_i with two bases: a stride of two."""
    sig = {"nat": {"N": 3}, "letters": {"x": {"index": [["k", ZERO, N]]}}}
    hyps = [
        hyp("first", ["ge", v("x", ZERO), q(0)]),
        hyp("second", ["ge", v("x", ONE), q(0)]),
        hyp("again", ["eq", v("x", {"k": 1, "1": 2}), v("x", {"k": 1})], [["k", ZERO, {"N": 1, "1": -2}]]),
    ]
    grow = ["add", fact("IH"), ["z", fact("again", i)]]
    return theorem(
        sig,
        hyps,
        [
            step(
                "all",
                "induct",
                ["ge", v("x", i), q(0)],
                [["i", ZERO, N]],
                var="i",
                base=[fact("first"), fact("second")],
                step=grow,
            )
        ],
    )


@twin
def decay() -> Json:
    """F' <= -c F gives e^(ct) F <= F(0), and F(0) >= 0 at the start."""
    sig = {"time": "flow", "letters": {"F": {"dep": "smooth"}, "c": {}, "r": {"dep": "any"}}}
    hyps = [
        hyp("rate", ["ge", neg(["*", v("c"), v("F")]), ["D", v("F")]]),
        hyp("sign", ["ge", v("F"), q(0)]),
        hyp("floor", ["gt", v("c"), q(0)]),
        hyp("rest", ["eq", v("r"), v("F")]),
    ]
    growth = ["exp", ["*", v("c"), ["t"]]]
    return theorem(
        sig,
        hyps,
        [
            step(
                "falls",
                "antitone",
                ["ge", v("F", stage="0"), ["*", growth, v("F")]],
                proof=["mul", ["exp", ["*", v("c"), ["t"]]], fact("rate")],
            ),
            step("start", "at0", ["ge", v("F", stage="0"), q(0)], fact="sign", at=[]),
            alg("lower", ["ge", ["*", ["t"], v("F")], q(0)], ["mul", ["time"], fact("sign")]),
            alg("rest is", ["ge", v("r"), q(0)], ["add", fact("sign"), ["z", fact("rest")]]),
        ],
        "decay",
        ["falls", "start", "lower", "rest is"],
    )


@twin
def kept_sign() -> Json:
    """w' = a w keeps w > 0; f' >= 2 t f keeps f >= b; a is differentiable, r is anything."""
    sig = {
        "time": "flow",
        "letters": {
            "w": {"dep": "smooth"},
            "a": {"dep": "smooth"},
            "f": {"dep": "smooth"},
            "r": {"dep": "any"},
            "b": {},
            "A": {"shape": [{"1": 1}, {"1": 1}], "dep": "smooth"},
        },
    }
    above = sub(v("f"), v("b"))
    hyps = [
        hyp("moves", ["eq", ["D", v("w")], ["*", v("a"), v("w")]]),
        hyp("jumps", ["eq", ["D", v("w")], ["*", v("r"), v("w")]]),
        hyp("first", ["gt", v("w", stage="0"), q(0)]),
        hyp("grows", ["ge", ["D", v("f")], ["*", q(2), ["t"], above]]),
        hyp("second", ["ge", v("f", stage="0"), v("b")]),
    ]
    return theorem(
        sig,
        hyps,
        [
            step(
                "positive",
                "comparison",
                ["gt", v("w"), q(0)],
                rate=v("a"),
                proof=["z", fact("moves")],
                start=fact("first"),
            ),
            step(
                "stays above",
                "comparison",
                ["ge", v("f"), v("b")],
                rate=["*", q(2), ["t"]],
                proof=fact("grows"),
                start=fact("second"),
            ),
        ],
        "kept_sign",
        ["positive", "stays above"],
    )


@twin
def continued() -> Json:
    """Two speeds that are small while the points are near each other keep them near for ever."""
    point = {"index": [["k", ONE, {"N": 1}]], "dep": "smooth"}
    k, every = {"k": 1}, [["k", ONE, N]]
    moved = sub(v("x", k), v("x", k, stage="0"))
    near, room = ["gt", v("R"), moved], ["+", v("b"), v("e")]
    lemma = {
        "id": "small_while_near",
        "sig": {"time": "flow", "nat": {"N": 1}, "letters": {"x": point, "b": {}, "e": {}}},
        "hyps": [
            hyp("slow while near", ["ge", q(0), ["D", v("x", k)]], every),
            hyp("room", ["ge", v("b"), q(0)]),
            hyp("end", ["gt", v("e"), q(0)]),
        ],
        "goals": [goal(["ge", v("b"), moved], every)],
        "steps": [
            step(
                "falls", "antitone", ["ge", v("x", k, stage="0"), v("x", k)], every, proof=fact("slow while near", k)
            ),
            alg("bound", ["ge", v("b"), moved], ["add", fact("room"), fact("falls", k)], every),
        ],
        "qed": ["bound"],
    }
    sig = {
        "time": "flow",
        "nat": {"N": 1, "M": 0},
        "letters": {
            "x": point,
            "y": {"dep": "smooth"},
            "z": {"dep": "any"},
            "R": {},
            "b": {},
            "e": {},
            "c": {"index": [["k", ONE, {"N": 1}]]},
        },
    }
    slope = ["*", sub(v("R"), moved), ["D", v("x", k)]]
    hyps = [
        hyp("slow", ["ge", q(0), slope], every),
        hyp("inside", ["ge", v("b"), q(0)]),
        hyp("end", ["gt", v("e"), q(0)]),
        hyp("radius", ["eq", v("R"), room]),
        hyp("positive", ["gt", v("R"), q(0)]),
        hyp("wide", ["gt", sub(v("R"), v("b")), q(0)]),
        hyp("weak", ["ge", sub(v("R"), v("b")), q(0)]),
        hyp("jumps", ["gt", sub(v("R"), v("z")), q(0)]),
    ]
    # the speed is at most zero, because a positive factor, known at all earlier times, can be divided by
    gap = sub(v("R"), moved)
    divided = [
        "add",
        ["mul", ["inv", fact("IH", k)], fact("slow", k)],
        ["z", ["mul", ["D", v("x", k)], ["inv", gap, fact("IH", k)], None]],
    ]
    images = {
        "x": {"vars": ["k"], "term": v("x", {"k": 1})},
        "b": {"vars": [], "term": v("b")},
        "e": {"vars": [], "term": v("e")},
    }
    return {
        "derivation": [
            lemma,
            {
                "id": "near_for_ever",
                "sig": sig,
                "hyps": hyps,
                "goals": [goal(near, every)],
                "steps": [
                    step(
                        "near",
                        "continuation",
                        near,
                        every,
                        theorem="small_while_near",
                        map={"nat": {"N": N}, "letters": images},
                        hyps={
                            "slow while near": {"vars": ["i"], "proof": _renamed(divided, "k", "i")},
                            "room": {"vars": [], "proof": fact("inside")},
                            "end": {"vars": [], "proof": fact("end")},
                        },
                        goal=0,
                        at=[k],
                        start=fact("positive"),
                        margin=fact("wide"),
                    )
                ],
                "qed": ["near"],
            },
        ],
        "refutations": [],
    }


def _renamed(data: Json, old: str, new: str) -> Json:
    """Index expressions with another symbol."""
    if isinstance(data, list):
        return [_renamed(x, old, new) for x in data]
    return {new if s == old else s: c for s, c in data.items()} if isinstance(data, dict) else data


@twin
def conserved() -> Json:
    """A quantity without derivative stays; an indexed fact at the start."""
    sig = {
        "time": "flow",
        "nat": {"N": 1},
        "letters": {
            "x": {"index": [["k", ZERO, N]], "dep": "smooth"},
            "y": {"dep": "smooth"},
            "a": {"dep": "any"},
            "c": {},
        },
    }
    hyps = [
        hyp("x moves", ["eq", ["D", v("x", {"k": 1})], v("y")], [["k", ZERO, N]]),
        hyp("y moves", ["eq", ["D", v("y")], q(0)]),
    ]
    k = {"k": 1}
    line = sub(v("x", k), ["*", ["t"], v("y")])
    return theorem(
        sig,
        hyps,
        [
            step(
                "line",
                "constant",
                ["eq", line, v("x", k, stage="0")],
                [["k", ZERO, N]],
                proof=["rw", ["D", line], ["x moves", "y moves"]],
            ),
            step("y stays", "constant", ["eq", v("y"), v("y", stage="0")], proof=fact("y moves")),
            step(
                "same",
                "constant",
                ["eq", sub(v("x", k), v("x", ZERO)), sub(v("x", k, stage="0"), v("x", ZERO, stage="0"))],
                [["k", ZERO, N]],
                proof=["add", fact("x moves", k), ["mul", q(-1), fact("x moves", ZERO), None]],
            ),
            step("slope", "at0", ["eq", v("y", stage="0"), v("y", stage="0")], fact="y stays", at=[]),
            step("line at", "at0", ["eq", v("x", N, stage="0"), v("x", N, stage="0")], fact="line", at=[N]),
            step(
                "falls",
                "antitone",
                ["ge", v("x", ZERO, stage="0"), sub(v("x", ZERO), ["*", ["t"], v("y")])],
                proof=["z", ["rw", neg(["D", sub(v("x", ZERO), ["*", ["t"], v("y")])]), ["x moves", "y moves"]]],
            ),
        ],
        "conserved",
    )


@twin
def squared_loss() -> Json:
    sig = network("flow", Phi={"shape": [["dim", "d", N], ["dim", "d", ZERO]]})
    sig["losses"]["L"]["target"] = v("Phi")
    error = sub(["ch", "W", N, ONE, ""], v("Phi"))
    value = ["eq", v("L"), ["*", half, ["tr", ["*", tr(error), error]]]]
    return theorem(
        sig,
        [],
        [
            step("value", "loss", value, loss="L", what="value"),
            step("gradient", "loss", ["eq", v("G"), error], loss="L", what="gradient"),
            alg(
                "sign",
                ["ge", v("L"), q(0)],
                ["add", ["z", fact("value")], ["mul", ["q", "1/2"], ["trace", ["gram", error]]]],
            ),
            step("start", "at0", ["ge", v("L", stage="0"), q(0)], fact="sign", at=[]),
        ],
        "squared_loss",
        ["value", "gradient", "sign", "start"],
    )


# ---- use ----------------------------------------------------------------------------------------------------------


def lemma(name: str = "lemma") -> Json:
    """a_k >= c for all k gives a_0 + a_n >= 2 c, for n >= 1."""
    sig = {"nat": {"n": 1}, "letters": {"a": {"index": [["k", ZERO, n]]}, "c": {}}}
    h = hyp("floor", ["ge", v("a", {"k": 1}), v("c")], [["k", ZERO, n]])
    return theorem(
        sig,
        [h],
        [
            alg(
                "ends",
                ["ge", ["+", v("a", ZERO), v("a", n)], ["*", q(2), v("c")]],
                ["add", fact("floor", ZERO), fact("floor", n)],
            )
        ],
        name,
    )


@twin
def lemma_used() -> Json:
    """Used along a flow, with a term as the image of the family."""
    sig = {"time": "flow", "nat": {"M": 2}, "letters": {"x": {"index": [["k", ONE, {"M": 1}]], "dep": "any"}, "b": {}}}
    M = {"M": 1}
    h = hyp("large", ["ge", v("x", {"k": 1}), v("b")], [["k", ONE, M]])
    image = {"vars": ["k"], "term": v("x", {"k": 1, "1": 1})}
    return [
        lemma(),
        theorem(
            sig,
            [h],
            [
                step(
                    "both",
                    "use",
                    ["ge", ["+", v("x", ONE), v("x", M)], ["*", q(2), v("b")]],
                    theorem="lemma",
                    goal=0,
                    at=[],
                    map={"nat": {"n": {"M": 1, "1": -1}}, "letters": {"a": image, "c": {"vars": [], "term": v("b")}}},
                    hyps={"floor": {"vars": ["k"], "proof": fact("large", {"k": 1, "1": 1})}},
                )
            ],
            "user",
        ),
    ]


def roots_sig() -> Json:
    return {"nat": {"n": 0, "N": 1}, "letters": {"S": SYM, "Y": SYM, "P": SQUARE, "a": {}, "x": {}}}


def power_map(a: Json, b: Json) -> Json:
    return {"nat": {"n": n, "N": N}, "letters": {"A": {"vars": [], "term": a}, "B": {"vars": [], "term": b}}}


def none(proof: Json) -> Json:
    return {"vars": [], "proof": proof}


@twin
def roots() -> Json:
    gram = ["*", tr(v("P")), v("P")]
    hyps = [
        hyp("S psd", ["psd", v("S")]),
        hyp("power", ["eq", ["pow", v("S"), N], gram]),
        hyp("a sign", ["ge", v("a"), q(0)]),
        hyp("x sign", ["ge", v("x"), q(0)]),
        hyp("floor", ["psd", sub(["pow", v("S"), N], ["*", ["pow", v("a"), N], unit])]),
        hyp("x floor", ["ge", ["pow", v("x"), N], ["pow", v("a"), N]]),
    ]
    root = ["root", gram, N]
    image = {"nat": {"n": n, "N": N}, "letters": {"A": {"vars": [], "term": gram}}}
    return theorem(
        roots_sig(),
        hyps,
        [
            step(
                "root psd",
                "use",
                ["psd", root],
                theorem="base:psd-root",
                goal=0,
                at=[],
                map=image,
                hyps={"psd": none(["gram", v("P")])},
            ),
            step(
                "root power",
                "use",
                ["eq", ["pow", root, N], gram],
                theorem="base:psd-root",
                goal=1,
                at=[],
                map=image,
                hyps={"psd": none(["gram", v("P")])},
            ),
            step(
                "unique",
                "use",
                ["eq", v("S"), root],
                theorem="base:psd-root-unique",
                goal=0,
                at=[],
                map=power_map(v("S"), root),
                hyps={
                    "first": none(fact("S psd")),
                    "second": none(fact("root psd")),
                    "powers": none(["add", fact("power"), ["mul", q(-1), fact("root power"), None]]),
                },
            ),
            step(
                "monotone",
                "use",
                ["psd", sub(v("S"), ["*", v("a"), unit])],
                theorem="base:psd-root-monotone",
                goal=0,
                at=[],
                map={"nat": {"n": n, "N": N}, "letters": {"A": "S", "a": "a"}},
                hyps={"psd": none(fact("S psd")), "sign": none(fact("a sign")), "powers": none(fact("floor"))},
            ),
            step(
                "numbers",
                "use",
                ["ge", v("x"), v("a")],
                theorem="base:real-root-monotone",
                goal=0,
                at=[],
                map={"nat": {"N": N}, "letters": {"x": "x", "a": "a"}},
                hyps={"first": none(fact("x sign")), "second": none(fact("a sign")), "powers": none(fact("x floor"))},
            ),
            step(
                "sign",
                "use",
                ["ge", ["root", v("x"), N], q(0)],
                theorem="base:real-root",
                goal=0,
                at=[],
                map={"nat": {"N": N}, "letters": {"x": "x"}},
                hyps={"sign": none(fact("x sign"))},
            ),
        ],
        "roots",
        ["unique", "monotone", "numbers", "sign"],
    )


@twin
def flow_lemma_used() -> Json:
    """A theorem about a flow, used in another flow: constants go to constants."""
    sig = {"time": "flow", "letters": {"u": {"dep": "smooth"}, "c": {}}}
    first = theorem(
        sig,
        [hyp("moves", ["eq", ["D", v("u")], v("c")])],
        [step("line", "constant", ["eq", sub(v("u"), ["*", v("c"), ["t"]]), v("u", stage="0")], proof=fact("moves"))],
        "line",
    )
    own = {"time": "flow", "letters": {"p": {"dep": "smooth"}, "r": {"dep": "smooth"}, "s": {}, "z": {"dep": "any"}}}
    both = ["+", v("p"), v("r")]
    return [
        first,
        theorem(
            own,
            [hyp("p moves", ["eq", ["D", v("p")], v("s")]), hyp("r moves", ["eq", ["D", v("r")], v("s")])],
            [
                step(
                    "sum",
                    "use",
                    ["eq", sub(both, ["*", q(2), v("s"), ["t"]]), ["+", v("p", stage="0"), v("r", stage="0")]],
                    theorem="line",
                    goal=0,
                    at=[],
                    map={"letters": {"u": {"vars": [], "term": both}, "c": {"vars": [], "term": ["*", q(2), v("s")]}}},
                    hyps={"moves": none(["add", fact("p moves"), fact("r moves")])},
                )
            ],
            "user",
        ),
    ]


# ---- probability --------------------------------------------------------------------------------------------------

COIN = {"kind": "finite", "values": [["1/2", "0"], ["1/4", "1"], ["1/4", "-1"]]}


def chance() -> Json:
    return {
        "nat": {"N": 1},
        "letters": {
            "Z": {"index": [["k", ZERO, N]], "law": COIN},
            "Y": {"law": COIN},
            "U": {"law": {"kind": "angle"}},
            "s": {},
            "B": {"index": [["k", ZERO, N]], "law": {"kind": "bounded"}},
            "c": {"index": [["k", ZERO, N]]},
        },
    }


@twin
def independence() -> Json:
    k = {"k": 1}
    wave = ["exp", ["*", v("s"), v("B", k)]]
    return theorem(
        chance(),
        [],
        [
            step(
                "product",
                "independent",
                ["eq", ["E", ["prod", "k", ZERO, N, wave]], ["prod", "k", ZERO, N, ["E", wave]]],
                over=["k", ZERO, N],
                body=wave,
            ),
            step(
                "pair",
                "factor",
                ["eq", ["E", ["*", v("Y"), v("Z", ZERO)]], ["*", ["E", v("Y")], ["E", v("Z", ZERO)]]],
                first=v("Y"),
                second=v("Z", ZERO),
            ),
            step(
                "members",
                "factor",
                ["eq", ["E", ["*", v("Z", N), v("Z", ZERO)]], ["*", ["E", v("Z", N)], ["E", v("Z", ZERO)]]],
                first=v("Z", N),
                second=v("Z", ZERO),
            ),
            step(
                "same",
                "identical",
                ["eq", ["E", ["exp", ["*", v("s"), v("B", N)]]], ["E", ["exp", ["*", v("s"), v("B", ZERO)]]]],
                var="k",
                body=wave,
                here=N,
                there=ZERO,
            ),
            step(
                "mean",
                "finite",
                ["eq", ["E", ["*", v("Y"), v("Y")]], half],
                letter="Y",
                at=[],
                body=["*", v("Y"), v("Y")],
            ),
            step(
                "joint",
                "finite",
                ["eq", ["E", ["*", v("Z", N), v("B", N)]], q(0)],
                letter="Z",
                at=[N],
                body=["*", v("Z", N), v("B", N)],
            ),
            alg("range", ["ge", ["+", v("Y"), q(1)], q(0)], ["law", "Y", [], ["+", v("Y"), q(1)]]),
            alg(
                "member",
                ["gt", ["+", ["*", v("Z", N), v("Z", N)], q(1)], q(0)],
                ["law", "Z", [N], ["+", ["*", v("Z", N), v("Z", N)], q(1)]],
            ),
            alg("angle", ["ge", ["pi"], v("U")], ["angle", "U", [], -1]),
            alg("mean sign", ["ge", ["E", ["*", v("Y"), v("Y")]], q(0)], ["E", ["sq", v("Y")]]),
        ],
        "independence",
        ["product", "pair", "members", "same", "mean", "joint", "range", "member", "angle", "mean sign"],
    )


@twin
def union_bound() -> Json:
    k = {"k": 1}
    event = ["ind", v("B", k)]
    bad = ["sum", "k", ZERO, N, sub(q(1), event)]
    return theorem(
        chance(),
        [],
        [
            alg(
                "union",
                ["ge", bad, sub(q(1), ["prod", "k", ZERO, N, event])],
                ["union", "k", ZERO, N, ["ind", v("B", k)], ["notind", v("B", k)]],
            ),
            alg("mean", ["ge", ["E", bad], sub(q(1), ["E", ["prod", "k", ZERO, N, event]])], ["E", fact("union")]),
            alg(
                "chernoff",
                ["ge", ["exp", v("B", N)], ["ind", v("B", N)]],
                [
                    "add",
                    ["mul", ["ind", v("B", N)], ["exp1", v("B", N)]],
                    ["indx", v("B", N)],
                    ["mul", ["notind", v("B", N)], ["exp", v("B", N)]],
                ],
            ),
        ],
        "union_bound",
        ["union", "mean", "chernoff"],
    )


@twin
def sector() -> Json:
    top = ["*", half, ["pi"]]
    u = v("U")
    event = ["*", ["ind", ["+", u, top]], ["ind", sub(top, u)]]
    proofs = [["mul", ["q", "1/2"], ["pi"]], ["pi"], ["mul", ["q", "1/2"], ["pi"]]]
    width = ["+", ["*", ["+", top, top], ["inv", ["*", q(2), ["pi"]]]]]
    sine = ["cos", sub(u, top)]
    return theorem(
        chance(),
        [],
        [
            step(
                "half",
                "sector",
                ["eq", ["E", event], width],
                letter="U",
                at=[],
                low=neg(top),
                high=top,
                primitive=u,
                proofs=proofs,
            ),
            step(
                "mean",
                "sector",
                ["eq", ["E", ["*", event, ["cos", u]]], ["*", q(2), ["inv", ["*", q(2), ["pi"]]]]],
                letter="U",
                at=[],
                low=neg(top),
                high=top,
                primitive=sine,
                proofs=proofs,
            ),
            alg(
                "sign",
                ["ge", ["*", ["ind", sub(u, q(0))], ["ind", sub(top, u)], ["cos", u]], q(0)],
                [
                    "case",
                    "c",
                    u,
                    [
                        "case",
                        "e",
                        sub(top, u),
                        [
                            "mul",
                            ["mul", ["ind", u], ["ind", sub(top, u)]],
                            ["cos", u, 0, ["add", fact("c"), ["mul", ["q", "1/2"], ["pi"]]], fact("e")],
                        ],
                        ["z", ["mul", ["*", ["ind", u], ["cos", u]], ["ind0", sub(top, u), fact("e")], None]],
                    ],
                    ["z", ["mul", ["*", ["ind", sub(top, u)], ["cos", u]], ["ind0", u, fact("c")], None]],
                ],
            ),
        ],
        "sector",
        ["half", "mean", "sign"],
    )


@twin
def interval() -> Json:
    """Mass and first moment of a standard normal variable on an interval."""
    d = {"d": 1}
    column = {"shape": [d, ONE]}
    letters = {"x": column, "y": column, "a": {}, "b": {}, "u": {}, "s": {}}
    random = {"w": {**column, "law": {"kind": "gauss"}}, "Y": {"law": COIN}}
    sig = {"nat": {"d": 1, "k": 1}, "letters": {**letters, **random}}
    unit, order = ["eq", ["tr", ["*", tr(v("x")), v("x")]], q(1)], ["ge", v("b"), v("a")]
    z = ["tr", ["*", tr(v("w")), v("x")]]
    event = ["*", ["ind", sub(z, v("a"))], ["ind", sub(v("b"), z)]]
    density = ["inv", ["root", ["*", q(2), ["pi"]], {"1": 2}]]

    def bell(t: Json) -> Json:
        return ["exp", ["*", q("-1/2"), t, t]]

    a, b = v("a"), v("b")
    moment = ["E", ["*", event, neg(z)]]
    spread = ["E", ["*", event, ["+", q(1), neg(["*", z, z])]]]
    proofs = [fact("unit"), fact("order")]
    fields = {"letter": "w", "at": [], "x": v("x"), "u": "u", "low": a, "high": b, "proofs": proofs}
    return theorem(
        sig,
        [hyp("unit", unit), hyp("order", order), hyp("other", ["eq", ["tr", ["*", tr(v("y")), v("y")]], q(1)])],
        [
            step(
                "moment",
                "interval",
                ["eq", moment, ["*", sub(bell(b), bell(a)), density]],
                primitive=q(1),
                **fields,
            ),
            step(
                "spread",
                "interval",
                ["eq", spread, ["*", sub(["*", b, bell(b)], ["*", a, bell(a)]), density]],
                primitive=v("u"),
                **fields,
            ),
        ],
        "interval",
        ["moment", "spread"],
    )


@twin
def polar() -> Json:
    d = {"d": 1}
    sig = {
        "nat": {"d": 1},
        "letters": {
            "w": {"shape": [d, ONE], "law": {"kind": "gauss"}},
            "U": {"law": {"kind": "angle"}},
            "x": {"shape": [d, ONE]},
            "y": {"shape": [d, ONE]},
            "theta": {},
            "p": {},
            "r": {},
        },
    }
    dot = {a + b: ["tr", ["*", tr(v(a)), v(b)]] for a in "xyw" for b in "xy"}
    hyps = [
        hyp("x unit", ["eq", dot["xx"], q(1)]),
        hyp("y unit", ["eq", dot["yy"], q(1)]),
        hyp("angle", ["eq", dot["xy"], ["cos", v("theta")]]),
    ]
    second = ["cos", sub(v("U"), v("theta"))]
    body = ["*", v("p"), v("r"), ["ind", v("p")]]
    made = ["*", dot["wx"], dot["wy"], ["ind", dot["wx"]]]
    plane = ["*", ["cos", v("U")], second, ["ind", ["cos", v("U")]]]
    return theorem(
        sig,
        hyps,
        [
            step(
                "turned",
                "polar",
                ["eq", ["E", made], ["*", q(2), ["E", plane]]],
                letter="w",
                at=[],
                x=v("x"),
                y=v("y"),
                angle="U",
                angle_at=[],
                theta=v("theta"),
                u="p",
                v="r",
                body=body,
                proofs=[fact("x unit"), fact("y unit"), fact("angle")],
            )
        ],
        "polar",
    )


@twin
def polar_sum() -> Json:
    """Two members of a family and a Gaussian number: E X Y = x.y + s t for unit (x, s) and (y, t)."""
    d, r, r1 = {"d": 1}, {"r": 1}, {"r": 1, "1": 1}
    gauss = {"law": {"kind": "gauss"}}
    sig = {
        "nat": {"d": 1, "m": 2},
        "letters": {
            "w": {"index": [["r", ONE, {"m": 1}]], "shape": [d, ONE], **gauss},
            "e": {"shape": [ONE, ONE], **gauss},
            "U": {"law": {"kind": "angle"}},
            **{name: {"shape": [d, ONE]} for name in ("x", "y", "z")},
            **{name: {"shape": [ONE, ONE]} for name in ("s", "t")},
            "theta": {},
            "p": {},
            "r.": {},
        },
    }
    none = ["zero", d, ONE]
    columns = [(v("w", r), v("x"), v("y")), (v("w", r1), v("z"), none), (v("e"), v("s"), v("t"))]

    def total(a: int, b: int) -> Json:
        return ["+", *(["tr", ["*", tr(c[a]), c[b]]] for c in columns)]

    hyps = [
        hyp("first unit", ["eq", total(1, 1), q(1)]),
        hyp("second unit", ["eq", total(2, 2), q(1)]),
        hyp("angle", ["eq", total(1, 2), ["cos", v("theta")]]),
    ]
    second = ["cos", sub(v("U"), v("theta"))]
    (_, x, y), *rest = columns
    return theorem(
        sig,
        hyps,
        [
            step(
                "turned",
                "polar",
                ["eq", ["E", ["*", total(0, 1), total(0, 2)]], ["*", q(2), ["E", ["*", ["cos", v("U")], second]]]],
                [["r", ONE, {"m": 1, "1": -1}]],
                letter="w",
                at=[r],
                x=x,
                y=y,
                also=[["w", [r1], *rest[0][1:]], ["e", [], *rest[1][1:]]],
                angle="U",
                angle_at=[],
                theta=v("theta"),
                u="p",
                v="r.",
                body=["*", v("p"), v("r.")],
                proofs=[fact("first unit"), fact("second unit"), fact("angle")],
            )
        ],
        "polar_sum",
    )


@twin
def hoeffding() -> Json:
    sig = {"letters": {"Y": {"law": COIN}, "s": {}}}
    centred = sub(v("Y"), ["E", v("Y")])
    images = {"Z": "Y", "a": {"vars": [], "term": q(-1)}, "b": {"vars": [], "term": q(1)}, "s": "s"}
    return theorem(
        sig,
        [],
        [
            step(
                "bound",
                "use",
                ["ge", ["exp", ["*", half, v("s"), v("s")]], ["E", ["exp", ["*", v("s"), centred]]]],
                theorem="axiom:hoeffding-lemma",
                goal=0,
                at=[],
                map={"letters": images},
                hyps={
                    "low": none(["law", "Y", [], ["+", v("Y"), q(1)]]),
                    "high": none(["law", "Y", [], sub(q(1), v("Y"))]),
                },
            )
        ],
        "hoeffding",
    )


# ---- proof terms --------------------------------------------------------------------------------------------------


@twin
def numbers() -> Json:
    x, y, z = v("x"), v("y"), v("z")
    sig = {"nat": {"N": 1}, "letters": {"x": {}, "y": {}, "z": {}, "b": {}, "a": {"index": [["k", ZERO, N]]}}}
    hyps = [
        hyp("xy", ["ge", x, y]),
        hyp("y", ["gt", y, q(0)]),
        hyp("z", ["eq", ["*", z, z], y]),
        hyp("a", ["ge", v("a", {"k": 1}), q(1)], [["k", ZERO, N]]),
        hyp("nz", ["ne", z, q(0)]),
        hyp("a is", ["eq", v("b"), v("x")]),
    ]
    total = ["sum", "k", ZERO, N, v("a", {"k": 1})]
    many = ["prod", "k", ZERO, N, v("a", {"k": 1})]
    one_off = ["add", fact("a", {"k": 1}), ["q", "1"]]
    return theorem(
        sig,
        hyps,
        [
            alg("x", ["gt", x, q(0)], ["add", fact("xy"), fact("y")]),
            alg(
                "amgm",
                ["ge", ["*", half, ["+", ["*", x, x], ["*", y, y]]], ["*", x, y]],
                ["mul", ["q", "1/2"], ["sq", sub(x, y)]],
            ),
            alg("divide", ["eq", ["*", x, ["inv", x]], q(1)], ["inv", x, fact("x")]),
            alg("divide z", ["eq", ["*", z, ["inv", z]], q(1)], ["inv", z, ["ne", "nz", []]]),
            alg("log", ["eq", ["exp", ["log", x]], x], ["explog", x, fact("x")]),
            alg("logexp", ["eq", ["log", ["exp", z]], z], ["logexp", z]),
            alg("inverse", ["gt", ["inv", x], q(0)], ["inv", fact("x")]),
            alg("tangent", ["ge", ["exp", z], ["+", q(1), z]], ["exp1", z]),
            alg("power", ["gt", ["pow", x, N], q(0)], ["pow", fact("x"), N]),
            alg("total", ["ge", total, ["n", {"N": 1, "1": 1}]], ["sum", "k", ZERO, N, fact("a", {"k": 1})]),
            alg("many", ["gt", many, q(0)], ["prod", "k", ZERO, N, one_off]),
            alg("larger", ["ge", many, q(1)], ["prodmono", "k", ZERO, N, ["q", "1"], fact("a", {"k": 1})]),
            alg(
                "split",
                ["eq", total, ["+", v("a", ZERO), ["sum", "k", ONE, N, v("a", {"k": 1})]]],
                ["split", "k", ZERO, ZERO, N, v("a", {"k": 1})],
            ),
            alg(
                "psplit",
                ["eq", many, ["*", v("a", ZERO), ["prod", "k", ONE, N, v("a", {"k": 1})]]],
                ["psplit", "k", ZERO, ZERO, N, v("a", {"k": 1})],
            ),
            alg(
                "reverse",
                ["eq", total, ["sum", "k", ZERO, N, v("a", {"N": 1, "k": -1})]],
                ["reverse", "k", ZERO, N, v("a", {"k": 1})],
            ),
            alg(
                "case",
                ["ge", ["*", ["ind", z], z], q(0)],
                ["case", "c", z, ["mul", ["ind", z], fact("c")], ["z", ["mul", z, ["ind0", z, fact("c")], None]]],
            ),
            alg("cong", ["eq", ["cos", ["*", z, z]], ["cos", y]], ["cong", "cos", ["*", z, z], y, fact("z"), None]),
            alg("yes", ["eq", ["ind", x], q(1)], ["ind1", x, fact("x")]),
            alg("anti", ["eq", ["*", z, z], y], ["anti", ["z", fact("z")], ["z", ["mul", q(-1), fact("z"), None]]]),
            alg(
                "factors",
                ["eq", ["prod", "k", ZERO, N, ["*", z, z]], ["prod", "k", ZERO, N, y]],
                ["congprod", "k", ZERO, N, ["*", z, z], y, fact("z")],
            ),
            alg("rewritten", ["eq", v("b"), x], ["add", ["rwz", fact("a is"), ["a is"]], fact("a is")]),
            alg("b", ["gt", v("b"), q(0)], ["add", fact("x"), ["z", fact("a is")]]),
            alg(
                "absurd",
                ["eq", ["ind", y], q(1)],
                [
                    "case",
                    "c",
                    y,
                    ["ind1", y, fact("c")],
                    ["absurd", sub(["ind", y], q(1)), ["add", fact("c"), fact("y")]],
                ],
            ),
            alg("rewritten sign", ["gt", x, q(0)], ["rw", fact("b"), ["a is"]]),
            alg("ne", ["ne", x, q(0)], fact("x")),
            alg("natural", ["gt", ["n", N], q(0)], ["nat", N]),
            alg("below", ["ge", q(0), ["*", sub(q(1), ["ind", z]), z]], ["notindx", z]),
        ],
        "numbers",
        ["ne", "below", "natural"],
    )


@twin
def matrices() -> Json:
    A, P, S = v("A"), v("P"), v("S")
    sig = {
        "nat": {"n": 1, "N": 1},
        "letters": {"A": SQUARE, "P": SYM, "S": SYM, "c": {}, "Q": {**SYM, "index": [["k", ZERO, N]]},
                    "x": {"shape": [n, ONE]}, "y": {"shape": [n, ONE]}},
    }
    hyps = [
        hyp("P", ["psd", P]),
        hyp("S", ["psd", S]),
        hyp("c", ["ge", v("c"), q(0)]),
        hyp("Q", ["psd", v("Q", {"k": 1})], [["k", ZERO, N]]),
        hyp("same", ["eq", ["*", tr(A), A], P]),
        hyp("zero", ["eq", ["tr", ["*", tr(A), A]], q(0)]),
        hyp("P is", ["eq", v("P"), v("S")]),
    ]
    return theorem(
        sig,
        hyps,
        [
            alg("congruence", ["psd", ["*", tr(A), P, A]], ["congruence", A, fact("P")]),
            alg(
                "sum",
                ["psd", ["+", ["*", v("c"), P], S, unit]],
                ["add", ["scale", fact("c"), fact("P")], fact("S"), ["one", n]],
            ),
            alg("rewritten", ["psd", ["*", S, S, S]], ["rw", ["congruence", S, fact("P")], ["P is"]]),
            alg("kron", ["psd", ["kr", P, S]], ["kron", fact("P"), fact("S")]),
            alg("sums", ["psd", ["sum", "k", ZERO, N, v("Q", {"k": 1})]], ["sum", "k", ZERO, N, fact("Q", {"k": 1})]),
            alg("power", ["psd", ["pow", P, N]], ["pow", fact("P"), N]),
            alg("dominate", ["psd", sub(["*", ["tr", P], unit], P)], ["dominate", fact("P")]),
            alg("trace", ["ge", ["tr", ["*", P, S]], q(0)], ["trace2", fact("P"), fact("S")]),
            alg("cyclic", ["eq", ["tr", ["*", A, P, S]], ["tr", ["*", S, A, P]]], ["null", q(0)]),
            alg("vanishes", ["eq", A, nought], ["gram", A, fact("zero")]),
            alg("stacked", ["eq", ["*", ["kr", S, A], ["vec", P]], ["vec", ["*", A, P, S]]], ["null", ["vec", P]]),
            alg("transpose", ["eq", ["*", tr(A), A], P], ["T", fact("same")]),
            alg(
                "single",
                ["eq", ["*", v("x"), tr(v("y")), v("x")], ["*", ["tr", ["*", tr(v("y")), v("x")]], v("x")]],
                ["mul", v("x"), ["single", ["*", tr(v("y")), v("x")]], None],
            ),
            alg("times", ["eq", ["*", S, tr(A), A, S], ["*", S, P, S]], ["mul", S, fact("same"), S]),
            alg("vec", ["eq", ["vec", ["*", tr(A), A]], ["vec", P]], ["vec", fact("same")]),
            alg("left", ["eq", ["kr", ["*", tr(A), A], S], ["kr", P, S]], ["kron", fact("same"), S]),
            alg("right", ["eq", ["kr", S, ["*", tr(A), A]], ["kr", S, P]], ["kronr", S, fact("same")]),
        ],
        "matrices",
        ["sum", "left", "right"],
    )


# ---- refutations --------------------------------------------------------------------------------------------------


@twin
def descent_refuted() -> Json:
    sig = network("descent", eta={})
    del sig["letters"]["V"]
    zero = ["zero", ["dim", "d", j], ["dim", "d", j]]
    st = {
        "sig": sig,
        "hyps": [
            hyp("positive", ["gt", v("eta"), q(0)]),
            hyp("descent", ["eq", v("W", j, stage="+"), sub(v("W", j), ["*", v("eta"), v("g", j)])], LAYERS),
            hyp("balanced", ["eq", gap("0"), zero], GAPS),
        ],
        "goals": [goal(["eq", gap(), zero], GAPS)],
    }
    at = {
        "nat": {"N": 2},
        "dims": {"d": [2, 1, 1]},
        "iterate": 1,
        "losses": {"L": {"target": [["0", "1"]]}},
        "letters": {"W": [[["3/5", "4/5"]], [["1"]]], "eta": "1"},
    }
    return {"derivation": [], "refutations": [{"id": "r", "kind": "evaluate", "statement": st, "instance": at}]}


@twin
def instance_refuted() -> Json:
    """x_i <= 1 for i <= N does not give a total of at most N."""
    sig = {
        "time": "none",
        "nat": {"N": 1},
        "assume": [{"N": -1, "1": 9}],
        "letters": {"x": {"index": [["k", ZERO, N]]}, "S": {"shape": [N, N], "sym": True}},
    }
    st = {
        "sig": sig,
        "hyps": [hyp("x", ["ge", q(1), v("x", {"k": 1})], [["k", ZERO, N]]), hyp("S", ["psd", v("S")])],
        "goals": [goal(["ge", ["n", N], ["sum", "k", ZERO, N, v("x", {"k": 1})]])],
    }
    at = {"nat": {"N": 1}, "letters": {"x": ["1", "1/2"], "S": [["1"]]}}
    return {"derivation": [], "refutations": [{"id": "r", "kind": "evaluate", "statement": st, "instance": at}]}


@twin
def number_refuted() -> Json:
    """No number K of steps makes x_T < 1 for all T >= K if the x_k never change: at T = K, x = 1."""
    k = {"k": 1}
    st = {
        "sig": {
            "time": "none",
            "nat": {"K": 1, "T": 1},
            "letters": {"x": {"index": [["k", ONE, {"T": 1}]]}},
        },
        "exists": ["K"],
        "hyps": [
            hyp("late", ["ge", ["n", {"T": 1}], ["n", {"K": 1}]]),
            hyp("start", ["eq", v("x", ONE), q(1)]),
        ],
        "goals": [goal(["ge", half, v("x", {"T": 1})])],
    }
    own = {"sig": {"time": "none", "nat": {"K": 1}, "letters": {}}, "hyps": [], "steps": []}
    at = {
        "map": {"nat": {"K": {"K": 1}, "T": {"K": 1}}, "letters": {"x": {"vars": ["k"], "term": ["pow", q(1), k]}}},
        "goal": 0,
        "at": [],
        "hyps": {"late": none(["q", "0"]), "start": none(["null", q(0)])},
        "negation": half,
    }
    return {"derivation": [], "refutations": [{"id": "r", "kind": "derive", "statement": st, "theorem": own, "at": at}]}


@twin
def path_refuted() -> Json:
    """x' = -x and x(0) = 1 do not give x >= 2: along exp(-t), which is at most 1."""
    x, path = v("x"), ["exp", neg(["t"])]
    st = {
        "sig": {"time": "flow", "letters": {"x": {"dep": "smooth"}, "e": {}}},
        "hyps": [
            hyp("moves", ["eq", ["D", x], neg(x)]),
            hyp("start", ["eq", v("x", stage="0"), q(1)]),
            hyp("above", ["ge", v("e"), x]),
        ],
        "goals": [goal(["ge", x, q(2)])],
    }
    below = ["mul", path_sign(), ["exp1", ["t"]]]
    small = alg("small", ["ge", q(1), path], ["add", below, ["mul", path_sign(), ["time"]]])
    own = {"sig": {"time": "flow", "letters": {}}, "hyps": [], "steps": [small]}
    at = {
        "map": {"letters": {"x": {"vars": [], "term": path}, "e": {"vars": [], "term": q(1)}}},
        "goal": 0,
        "at": [],
        "hyps": {
            "moves": none(["null", q(0)]),
            "start": none(["null", q(0)]),
            "above": none(fact("small")),
        },
        "negation": ["add", fact("small"), q(1)],
    }
    return {"derivation": [], "refutations": [{"id": "r", "kind": "derive", "statement": st, "theorem": own, "at": at}]}


def path_sign() -> Json:
    return ["exp", neg(["t"])]


@twin
def constant_refuted() -> Json:
    """No constant c > 0 has x <= c for all x: at x = c + 1."""
    st = {
        "sig": {"time": "none", "letters": {"x": {}, "c": {}}},
        "exists": ["c"],
        "hyps": [hyp("c", ["gt", v("c"), q(0)]), hyp("x", ["ge", v("x"), q(0)])],
        "goals": [goal(["ge", v("c"), v("x")])],
    }
    own = {
        "sig": {"time": "none", "letters": {"c": {}, "e": {}}},
        "hyps": [hyp("c", ["gt", v("c"), q(0)])],
        "steps": [alg("sign", ["ge", ["+", v("c"), q(1)], q(0)], ["add", fact("c"), ["q", "1"]])],
    }
    at = {
        "map": {"letters": {"c": "c", "x": {"vars": [], "term": ["+", v("c"), q(1)]}}},
        "goal": 0,
        "at": [],
        "hyps": {"c": none(fact("c")), "x": none(fact("sign"))},
        "negation": ["q", "1"],
    }
    return {"derivation": [], "refutations": [{"id": "r", "kind": "derive", "statement": st, "theorem": own, "at": at}]}

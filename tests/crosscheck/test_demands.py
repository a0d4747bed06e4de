"""What signatures, images of theorems and certificates of the library must and must not be."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.terms import alg, fact, hyp, neg, q, step, sub, theorem, tr, v
from tests.must_fail.twins import ABOVE, BELOW, LAYERS, TWINS, N, j, network
from verify.crosscheck.files import Library, check
from verify.crosscheck.signature import read

Json = Any
ROOT = Path(__file__).resolve().parents[2] / "reports" / "certificates"
FILES = [
    "convergence/kernel_lower_bound_gives_rate.json",
    "linear_networks/balanced_floor.json",
    "linear_networks/balancedness.json",
    "linear_networks/end_to_end_preconditioner.json",
    "linear_networks/preconditioner_definite.json",
]
ONE: Json = {"1": 1}
n = {"n": 1}
x, y = v("x"), v("y")


@cache
def library() -> Library:
    return Library()


def outcome(*theorems: Json) -> Json:
    return check(json.dumps({"derivation": list(theorems), "refutations": []}), library())["theorems"][-1]


@pytest.mark.parametrize("name", FILES)
def test_certificates_of_the_library(name: str) -> None:
    answer = check((ROOT / name).read_text(encoding="utf-8"), library())
    bad = [r for r in [*answer["theorems"], *answer["refutations"]] if not r["ok"]]
    assert not bad and answer["theorems"]


def sig(**letters: Json) -> Json:
    return {"time": "none", "nat": {"n": 1}, "dims": {"d": [{}, n]}, "letters": letters}


BAD = [
    ({"time": "none", "dims": {"d": [{"1": -1}, {}]}}, "may be negative"),
    (sig(a={"index": [["i", {}, None]]}), "no upper end"),
    (sig(a={"shape": [["dim", "e", {}], n]}), "unknown dimension"),
    (sig(a={"shape": [["dim", "d", {"n": 1, "1": 1}], n]}), "outside its range"),
    (sig(a={"dep": "often"}), "unknown dependence"),
    (sig(a={"sym": 1}), "true or false"),
    (sig(a={"sym": True}), "not square"),
    (sig(a={"chain": True}), "no chain family"),
    (sig(a={"free": True}), "constant matrix"),
    ({**sig(a={"law": {"kind": "angle"}}), "time": "flow"}, "cannot be random"),
    (sig(a={"law": {"kind": "often"}}), "unknown law"),
    (sig(a={"law": {"kind": "angle"}, "shape": [n, n]}), "must be a scalar"),
    (sig(a={"index": [["n", {}, n]]}), "shadows"),
    (sig(a={"index": [["a", {}, n]]}), "name of something else"),
    ({**sig(a={}), "losses": {"b": {"at": x, "grad": "a"}}}, "is no letter"),
    ({**sig(a={}), "losses": {"a": {"at": x, "grad": "b"}}}, "is no letter"),
    ({**sig(a={}), "losses": {"a": {"at": x, "grad": "a", "params": "a"}}}, "together"),
    ({**sig(d={})}, "used twice"),
]


@pytest.mark.parametrize("data,reason", BAD)
def test_signatures_that_define_nothing(data: Json, reason: str) -> None:
    with pytest.raises(Exception, match=reason):
        read(data)


def test_laws_must_be_laws() -> None:
    for values, reason in (([["-1", "0"], ["2", "1"]], "non-negative"), ([["1/2", "0"]], "sum 1|sum to 1")):
        with pytest.raises(Exception, match=reason):
            read(sig(a={"law": {"kind": "finite", "values": values}}))


def loss(**changes: Json) -> Json:
    """A signature with a loss, changed in one place; keys with a dot go into a letter."""
    made = network("flow")
    for key, value in changes.items():
        name, _, inner = key.partition("__")
        if name == "loss":
            made["losses"]["L"][inner] = value
        else:
            made["letters"].setdefault(name, {})[inner] = value
    return made


LOSSES = [
    (loss(L__shape=[n, n]), "unknown symbol"),
    (loss(L__shape=[ONE, ONE]), "must be a scalar"),
    (loss(G__dep="smooth"), "must be declared any"),
    (loss(L__dep="const"), "cannot be const"),
    (loss(g__dep="const"), "must be declared any"),
    (loss(loss__grad="L"), "two losses"),
    (loss(loss__at=v("G")), "value or gradient"),
    (loss(loss__at=["ch", "W", N, ONE, "0"]), "of now"),
    (loss(loss__at=["D", ["ch", "W", N, ONE, ""]]), "of now"),
    (loss(loss__params="g"), "chain family"),
    (loss(loss__target=["ch", "W", N, ONE, "0"]), "free of the parameters"),
    (loss(G__sym=False, G__index=[["i", {}, {}]]), "plain letter"),
    (loss(g__index=[["j", ONE, {"N": 1, "1": 1}]]), "."),
    (loss(loss__at=["*", ["exp", ["t"]], ["ch", "W", N, ONE, ""]]), "moves with more"),
]


@pytest.mark.parametrize("data,reason", LOSSES)
def test_losses_that_contradict_their_letters(data: Json, reason: str) -> None:
    found = outcome({**TWINS["balancedness"]()["derivation"][-1], "sig": {**data, "time": "flow"}})
    import re

    assert not found["ok"] and re.search(reason, found["reason"]), found


# images ------------------------------------------------------------------------------------------------------

MATRIX = {"shape": [n, n]}
LEMMAS = {
    "sym": theorem(
        {"nat": {"n": 1}, "letters": {"S": {**MATRIX, "sym": True}}},
        [],
        [alg("s", ["eq", v("S"), tr(v("S"))], ["null", v("S")])],
        "sym",
    ),
    "sizes": theorem(
        {"nat": {"n": 0}, "letters": {"A": MATRIX}},
        [],
        [alg("s", ["eq", tr(tr(v("A"))), v("A")], ["null", v("A")])],
        "sizes",
    ),
    "least": theorem(
        {"nat": {"n": 3}, "letters": {}},
        [],
        [alg("s", ["gt", ["n", n], q(2)], ["add", ["nat", {"n": 1, "1": -3}], ["q", "1"]])],
        "least",
    ),
}
LEMMAS["mean"] = theorem(
    {"letters": {"Z": {"law": {"kind": "bounded"}}, "c": {}}},
    [],
    [alg("s", ["ge", ["E", ["*", v("Z"), v("Z")]], ["*", q(0), v("c")]], ["E", ["sq", v("Z")]])],
    "mean",
)
FLOWS = theorem(
    {"time": "flow", "letters": {"u": {"dep": "smooth"}, "c": {}}},
    [hyp("m", ["eq", ["D", v("u")], v("c")])],
    [alg("s", ["eq", ["D", ["*", q(2), v("u")]], ["*", q(2), v("c")]], ["D", ["null", v("u")]])],
    "flows",
)
FLOWS["steps"][0]["proof"] = ["mul", q(2), fact("m"), None]
OWN = {
    "nat": {"m": 1, "k": 3},
    "dims": {"d": [{}, {"m": 1}]},
    "letters": {
        "A": {"shape": [{"m": 1}, {"m": 1}]},
        "B": {"shape": [["dim", "d", {}], ["dim", "d", {}]]},
        "x": {},
        "f": {"index": [["i", {}, {"m": 1}]]},
        "R": {"law": {"kind": "bounded"}},
        "C": {"law": {"kind": "finite", "values": [["1", "0"]]}},
        "w": {"shape": [{"m": 1}, ONE], "law": {"kind": "gauss"}},
    },
}
a, b, r = v("A"), v("B"), v("R")


def image(term: Json) -> Json:
    return {"vars": [], "term": term}


def used(lemma: Json, concl: Json, letters: Json, nat: Json = None, own: Json = None, hyps: Json = None) -> Json:
    made = {"letters": letters, **({"nat": nat} if nat is not None else {})}
    row = step("u", "use", concl, theorem=lemma["id"], goal=0, at=[], map=made, hyps=hyps or {})
    return outcome(lemma, theorem(own or OWN, [], [row], "user"))


def good(result: Json) -> bool:
    assert result["ok"], result
    return True


SYM = LEMMAS["sym"]
SQUARE_CONCL = ["eq", ["*", a, tr(a)], tr(["*", a, tr(a)])]


def test_images_of_symmetric_letters() -> None:
    assert good(used(SYM, SQUARE_CONCL, {"S": image(["*", a, tr(a)])}, {"n": {"m": 1}}))
    assert "not symmetric" in used(SYM, ["eq", a, tr(a)], {"S": "A"}, {"n": {"m": 1}})["reason"]
    assert "is no letter" in used(SYM, ["eq", a, tr(a)], {"S": "Q"}, {"n": {"m": 1}})["reason"]
    assert "number of indices" in used(SYM, ["eq", a, tr(a)], {"S": "f"}, {"n": {"m": 1}})["reason"]
    assert not used(SYM, ["eq", x, x], {"S": "x"}, {"n": {"m": 1}})["ok"]
    assert not used(SYM, ["eq", b, tr(b)], {"S": "B"}, {"n": {"m": 1}})["ok"]


def test_layer_widths_stand_for_naturals_that_may_be_0() -> None:
    width = ["dim", "d", {}]
    assert good(used(LEMMAS["sizes"], ["eq", tr(tr(b)), b], {"A": "B"}, {"n": width}))
    assert "may be 0" in used(SYM, ["eq", b, tr(b)], {"S": "B"}, {"n": width})["reason"]
    assert "may be below 3" in used(LEMMAS["least"], ["gt", ["n", {"m": 1}], q(2)], {}, {"n": {"m": 1}})["reason"]
    assert good(used(LEMMAS["least"], ["gt", ["n", {"k": 1}], q(2)], {}, {"n": {"k": 1}}))
    assert "another kind" in used(LEMMAS["least"], ["ge", ["n", {"k": 1}], q(2)], {}, {"n": {"k": 1}})["reason"]
    assert "exactly the names" in used(LEMMAS["least"], ["gt", q(3), q(2)], {}, {})["reason"]


def test_images_of_random_letters() -> None:
    mean = LEMMAS["mean"]

    def concl(z: Json) -> Json:
        return ["ge", ["E", ["*", z, z]], q(0)]

    assert good(used(mean, concl(r), {"Z": "R", "c": image(x)}))
    assert good(used(mean, concl(v("C")), {"Z": "C", "c": "x"}))
    shifted = ["+", r, x]
    assert good(used(mean, concl(shifted), {"Z": image(shifted), "c": "x"}))
    assert "is random" in used(mean, concl(r), {"Z": "R", "c": "R"})["reason"]
    assert not used(mean, concl(x), {"Z": "x", "c": "x"})["ok"]
    tall = ["tr", ["*", tr(v("w")), v("w")]]
    assert "must be a random letter" in used(mean, concl(tall), {"Z": image(tall), "c": "x"})["reason"]


def test_images_along_a_flow() -> None:
    own = {"time": "flow", "letters": {"p": {"dep": "smooth"}, "z": {"dep": "any"}, "s": {}}}
    p, s = v("p"), v("s")
    rows = {"m": {"vars": [], "proof": fact("h")}}

    def go(u: Json, c: Json, kind: Json = own) -> Json:
        pair = [["D", ["*", q(2), u]], ["*", q(2), c]]
        row = step(
            "u",
            "use",
            ["eq", *pair],
            theorem="flows",
            goal=0,
            at=[],
            hyps=rows,
            map={"letters": {"u": image(u), "c": image(c)}},
        )
        return outcome(FLOWS, theorem(kind, [hyp("h", ["eq", ["D", u], c])], [row], "user"))

    assert good(go(p, s)) and good(go(["*", s, p], ["*", s, s]))
    assert "moves" in go(p, v("p"))["reason"]
    assert not go(v("z"), s)["ok"] and not go(["inv", p], s)["ok"]
    assert not go(["+", p, ["*", q(0), ["D", p]]], s)["ok"]
    row = step(
        "u", "use", ["eq", x, x], theorem="flows", goal=0, at=[], hyps=rows, map={"letters": {"u": "x", "c": "x"}}
    )
    assert "where there is none" in outcome(FLOWS, theorem(OWN, [], [row], "user"))["reason"]


def lost(**changes: Json) -> Json:
    """The balancedness of one flow used in another one, with the images of the loss changed."""
    lemma = copy.deepcopy(TWINS["balancedness"]()["derivation"][-1])
    goal = lemma["goals"][0]
    own = network("flow", H={"shape": [["dim", "d", N], ["dim", "d", {}]], "dep": "any"})
    letters = {**{k: k for k in ("W", "g", "L", "G")}, **changes}
    row = step("u", "use", goal["concl"], goal["all"], theorem="balancedness", goal=0, at=[j],
               map={"nat": {"N": N}, "dims": {"d": "d"}, "letters": letters},
               hyps={"flow": {"vars": ["i"], "proof": fact("flow", {"i": 1})}})  # fmt: skip
    user = theorem(own, copy.deepcopy(lemma["hyps"]), [row], "user")
    return outcome(lemma, user)


def test_images_of_losses_are_losses() -> None:
    assert good(lost())
    assert "another grad" in lost(G="H")["reason"]
    assert not lost(L=image(["*", q(2), v("L")]))["ok"] and not lost(g=image(neg(v("g", j))))["ok"]


def test_sums_without_members_keep_their_sizes() -> None:
    """At the least naturals these sums are empty; sizes come from the body."""
    own = {
        "nat": {"n": 1, "m": 0},
        "dims": {"d": [{}, n]},
        "letters": {
            "A": MATRIX,
            "c": {},
            "W": {
                "index": [["i", ONE, n]],
                "shape": [["dim", "d", {"i": 1}], ["dim", "d", {"i": 1, "1": -1}]],
                "chain": True,
            },
        },
    }
    whole, mat = ["ch", "W", n, ONE, ""], v("A")
    width = ["dim", "d", {}]
    bodies = [
        *(
            mat,
            tr(mat),
            ["one", n],
            ["zero", n, n],
            ["kr", mat, whole],
            ["vec", mat],
            tr(["vec", mat]),
            ["pow", mat, ONE],
        ),
        *(["*", v("c"), mat, mat], ["+", mat, mat], whole, ["root", mat, ONE], ["*", tr(["vec", mat]), ["vec", mat]]),
        *(["exp", v("c")], ["sum", "i", ONE, {"m": 1}, mat], ["*", ["kr", mat, mat], ["vec", mat]]),
        *(["*", tr(["vec", mat]), ["kr", mat, mat]], ["tr", mat], ["*", tr(whole), whole, ["one", width]]),
    ]
    for body in bodies:
        total = ["sum", "k", ONE, {"m": 1}, body]
        twice = ["+", total, total]
        row = alg("a", ["eq", ["*", q(2), total], twice], ["null", total])
        assert outcome(theorem(own, [], [row]))["ok"], body


def test_rewriting_needs_a_letter_with_plain_indices() -> None:
    own = {"nat": {"n": 1}, "letters": {"x": {}, "y": {}, "a": {"index": [["k", {}, {"n": 1, "1": 1}]]}}}
    k = {"k": 1}
    rows = [["k", {}, n]]

    def rewrite(concl: Json, prefix: Json = ()) -> Json:
        goal = ["eq", x, x]
        return outcome(theorem(own, [hyp("h", concl, prefix)], [alg("a", goal, ["rw", x, ["h"]])]))

    assert good(rewrite(["eq", v("a", k), x], rows)) and good(rewrite(["eq", v("a", n), x]))
    assert "needs an equation" in rewrite(["ge", x, y])["reason"]
    assert "left side is a letter" in rewrite(["eq", ["+", x, y], x])["reason"]
    assert "plain index" in rewrite(["eq", v("a", n), x], rows)["reason"]
    assert "plain index" in rewrite(["eq", v("a", {"k": 1, "1": 1}), x], rows)["reason"]


def test_variation_of_a_network_is_the_layer_gradient() -> None:
    concl = ["eq", ["tr", ["*", tr(v("g", j)), v("V", j)]], ["tr", ["*", tr(v("G")), ABOVE, v("V", j), BELOW]]]
    row = step("v", "variation", concl, LAYERS, loss="L", letter="V")
    assert good(outcome(theorem(network("flow"), [], [row])))
    for change, reason in (
        ({"letter": "W"}, "free letter"),
        ({"loss": "M"}, "no loss"),
        ({"letter": "Q"}, "no letter"),
    ):
        assert reason in outcome(theorem(network("flow"), [], [{**row, **change}]))["reason"]
    plain = {**row, "all": [], "concl": ["eq", x, x]}
    own = network("flow", x={})
    assert not outcome(theorem(own, [], [plain]))["ok"]
    assert not outcome(theorem(own, [], [{**row, "concl": ["ge", x, x], "all": []}]))["ok"]


def test_half_squares_of_numbers() -> None:
    own = {"letters": {"L": {}, "G": {}, "p": {}, "y": {}}, "losses": {"L": {"at": v("p"), "grad": "G", "target": y}}}
    error = sub(v("p"), y)
    value = step("value", "loss", ["eq", v("L"), ["*", q("1/2"), error, error]], loss="L", what="value")
    gradient = step("gradient", "loss", ["eq", v("G"), error], loss="L", what="gradient")
    assert good(outcome(theorem(own, [], [value, gradient])))
    assert "value or gradient" in outcome(theorem(own, [], [{**value, "what": "slope"}]))["reason"]

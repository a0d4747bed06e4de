"""What the second checker refuses or answers in its corners: each refusal next to a twin that passes."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from tests.kernel.terms import alg, fact, hyp, q, step, theorem, tr, v
from tests.must_fail.twins import N, network
from verify.crosscheck import compare, evaluate, forms, refutations, rules, terms, theorems
from verify.crosscheck.changes import START, Behind, Rewriting, Towards
from verify.crosscheck.compare import Sampler
from verify.crosscheck.errors import Cannot, Ill, Rejected, Work
from verify.crosscheck.evaluate import changed
from verify.crosscheck.files import Library, check
from verify.crosscheck.images import Image, Instance, Reading, Statement
from verify.crosscheck.rational import Exact
from verify.crosscheck.signature import Fact, Scope, read
from verify.crosscheck.theorems import Theory
from verify.crosscheck.worlds import TOWER, World

Json = Any
LIBRARY = Library()
ONE, TWO, n = {"1": 1}, {"1": 2}, {"n": 1}
X, Y, Z, A, B, G, U, P = (v(name) for name in ["x", "y", "Z", "A", "B", "G", "U", "p"])
HALF_PI: Json = ["*", q("1/2"), ["pi"]]
CHAIN: Json = {
    "index": [["j", ONE, n]],
    "shape": [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]],
    "chain": True,
}
SIG: Json = {
    "nat": {"n": 1},
    "dims": {"d": [{}, n]},
    "letters": {
        "x": {},
        "y": {},
        "A": {"shape": [n, n]},
        "B": {"shape": [n, TWO]},
        "a": {"index": [["i", ONE, n]]},
        "W": CHAIN,
    },
}
FLOW: Json = {
    "time": "flow",
    "nat": {"n": 1},
    "dims": {"d": [{}, n]},
    "letters": {
        "x": {},
        "p": {"dep": "smooth"},
        "z": {"dep": "any"},
        "A": {"shape": [n, n]},
        "W": {**CHAIN, "dep": "smooth"},
    },
}
COIN: Json = {"kind": "finite", "values": [["1/2", "-1"], ["1/2", "1"]]}
CHANCE: Json = {
    "nat": {"n": 1},
    "letters": {
        "x": {},
        "y": {},
        "u": {},
        "Z": {"law": COIN},
        "R": {"law": {"kind": "bounded"}, "index": [["i", ONE, n]]},
        "T": {"law": {"kind": "bounded"}, "index": [["i", ONE, n], ["k", ONE, n]]},
        "U": {"law": {"kind": "angle"}},
        "G": {"shape": [n, ONE], "law": {"kind": "gauss"}},
        "e": {"shape": [n, ONE]},
    },
}


def answer(*theorems: Json) -> Json:
    return check(json.dumps({"derivation": list(theorems), "refutations": []}), LIBRARY)["theorems"][-1]


def refuses(found: Json, reason: str) -> None:
    assert not found["ok"] and reason in found["reason"], found


def world(sig: Json = SIG, nat: dict[str, int] | None = None) -> World:
    return World(read({"time": "none", **sig}), {"n": 2} if nat is None else nat, "seed", Work(10**7))


def value(term: Json, sig: Json = SIG, level: Any = 0, env: Json = None) -> Any:
    return world(sig).at(level, -1).value(term, env or {})


def theory(sig: Json = SIG) -> Theory:
    return Theory({"time": "none", **sig}, "seed", Work(10**7))


# values in random worlds -------------------------------------------------------------------------------------------


def test_ranges_and_products_that_are_some() -> None:
    assert value(["ch", "W", n, n, ""]).data == value(v("W", n)).data
    assert value(["sum", "k", ONE, TWO, q(1)]) == 2
    with pytest.raises(Cannot, match="a range of"):
        value(["sum", "k", {}, {"1": 3001}, q(1)])
    assert value(["@unit", A]).data == [[1, 0], [0, 1]]
    with pytest.raises(Ill, match="square matrix is needed"):
        value(["@unit", X])
    links = world().at(0, -1).links
    assert links("W", 1, 2, "").rows == links("W", 1, 1, "").cols
    with pytest.raises(Ill, match="product of W"):
        links("W", 0, 2, "")


def test_derivatives_that_are_none() -> None:
    assert value(["D", ["@if", {"n": 1, "1": -2}, P, q(1)]], FLOW) == value(["D", P], FLOW) != 0
    assert value(["D", ["@if", {"n": 1, "1": -3}, P, q(1)]], FLOW) == 0
    with pytest.raises(Cannot, match="another instant"):
        value(["D", changed(START, P)], FLOW)
    with pytest.raises(Cannot, match="second derivative"):
        value(["D", ["D", P]], FLOW)
    still = value(["D", ["ch", "W", n, ONE, "0"]], FLOW)
    assert not any(map(any, still.data)) and any(map(any, value(["D", ["ch", "W", n, ONE, ""]], FLOW).data))
    with pytest.raises(Cannot, match="a derivative at another instant"):
        value(changed(START, ["D", P]), FLOW)
    assert value(changed(START, ["t"]), FLOW) == 0 != value(["t"], FLOW)
    with pytest.raises(Cannot, match="a next iterate of another instant"):
        value(changed(START, v("p", stage="+")), FLOW)


def test_sizes_without_values() -> None:
    source = world()
    either = ["@if", {"n": 1, "1": -2}, B, A]
    assert evaluate.sizes(either, source, {}) == (2, 2, "") and evaluate.sizes(["@if", {"1": -1}, X, B], source, {})
    with pytest.raises(Ill, match="size of A is negative"):
        world(nat={"n": -1}).at(0, -1).value(A, {})


def test_the_slope_of_a_loss_that_stands_still() -> None:
    letters = {"x": {}, "p": {"dep": "smooth"}, "L": {"dep": "smooth"}, "H": {"dep": "any"}}
    sig: Json = {"time": "flow", "nat": {"n": 1}, "letters": letters, "losses": {"L": {"at": P, "grad": "H"}}}
    assert value(["D", v("L")], sig) == value(["*", v("H"), ["D", P]], sig)
    assert value(["D", v("L")], {**sig, "losses": {"L": {"at": X, "grad": "H"}}}) == 0


def test_residues_have_no_value_for() -> None:
    ev = world().at(0, -1)
    assert ev.number(Fraction(1, 2)) * 2 % TOWER[0] == 1
    with pytest.raises(Cannot, match="this denominator"):
        ev.number(Fraction(1, TOWER[0]))
    assert value(["cos", ["*", q("1/3"), ["pi"]]]) * 2 % TOWER[0] == 1
    with pytest.raises(Cannot, match="the cosine of"):
        value(["cos", ["*", q("1/7"), ["pi"]]])
    assert value(["root", A, TWO]).rows == 2
    with pytest.raises(Ill, match="exponent 0"):
        value(["root", X, {}])
    with pytest.raises(Ill, match="not square"):
        value(["root", v("W", n), TWO], nat_of_widths())


def nat_of_widths() -> Json:
    return {"nat": {"n": 1}, "letters": {"W": {"index": [["j", ONE, n]], "shape": [n, {"1": 3}]}}}


def test_inverses_by_factors() -> None:
    row = ["T", ["vec", A]]
    assert value(["inv", ["*", row, ["vec", A]]]) in (0, pow(value(["*", row, ["vec", A]]), -1, TOWER[0]))
    both = ["sum", "k", ONE, TWO, v("a", {"k": 1})]
    assert value(["inv", both]) in (0, pow(value(both), -1, TOWER[0]))
    assert value(["inv", ["sum", "k", ONE, ONE, q(2)]]) * 2 % TOWER[0] == 1
    assert value(["inv", ["@if", {"1": -1}, X, q(4)]]) * 4 % TOWER[0] == 1
    one = world()
    assert one.there(3, TOWER[0]) and not one.there(0, TOWER[0])
    assert one.sign(5, TOWER[0]) == 1 and one.sign(TOWER[0] - 5, TOWER[0]) == 0


# where all letters vanish ------------------------------------------------------------------------------------------


def test_multiples_of_pi() -> None:
    def turns(term: Json, sig: Json = SIG) -> Any:
        return value(term, sig, "zero").terms.get(1, 0)

    for term, factor in (
        (HALF_PI, Fraction(1, 2)),
        (["*", ["pi"], ["tr", ["one", n]]], 2),
        (["*", ["pi"], ["tr", ["T", ["one", n]]]], 2),
        (["*", ["pi"], ["tr", ["zero", n, n]]], 0),
        (["*", ["pi"], ["tr", ["ch", "W", n, ONE, ""]]], 0),
        (["*", ["pi"], ["tr", ["pow", ["one", n], TWO]]], 2),
        (["*", ["pi"], ["cos", ["pi"]]], -1),
        (["*", ["pi"], ["cos", HALF_PI]], 0),
        (["*", ["pi"], ["exp", X]], 1),
        (["*", ["pi"], ["ind", q(-1)]], 0),
        (["*", ["pi"], ["ind", ["pi"]]], 1),
        (["*", ["pi"], ["pi"], ["inv", ["pi"]]], 1),
        (["*", ["pi"], ["log", X]], 0),
        (["sum", "k", ONE, n, ["pi"]], 2),
        (["*", ["pi"], ["prod", "k", ONE, n, q(3)]], 9),
    ):
        assert turns(term) == factor, term
    assert value(["t"], FLOW, "zero").terms == {} and value(["*", ["E", Z], ["pi"]], CHANCE, "zero").terms == {}
    for bad, reason in (
        (["inv", ["+", ["pi"], q(1)]], "the inverse of a polynomial in pi"),
        (["cos", ["*", q("1/3"), ["pi"]]], "the multiple of pi in cos"),
        (["vec", A], "the multiple of pi in vec"),
    ):
        with pytest.raises(Cannot, match=reason):
            value(bad, SIG, "zero")
    with pytest.raises(Ill, match="a trace of a scalar"):
        value(["tr", X], SIG, "zero")
    with pytest.raises(Ill, match="where a scalar is needed"):
        world().at("zero", -1).scalar(A, {})


# comparing ---------------------------------------------------------------------------------------------------------


def test_scopes_with_few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    sig = read({"time": "none", **SIG})
    scope = Scope(sig, frozenset(["n"]), ({"n": 1, "1": -1}, {"n": 1, "1": -3}))
    monkeypatch.setattr(compare, "SEARCHES", 1)
    counts = set()
    for seed in range(40):
        sampler = Sampler(sig, str(seed), Work(10**7))
        found = len(sampler.points(scope, "plain", 5, (1, 3), 4))
        counts.add(found)
        if found:
            assert len(sampler.all_points(scope)) >= found
        else:
            with pytest.raises(Rejected, match="no instance"):
                sampler.all_points(scope)
    assert 0 in counts and counts & {1, 2, 3, 4}


def test_kinds_of_terms() -> None:
    made = theory()
    sampler, scope = made.sampler, made.scope
    assert sampler.constant(["+", X, q(2), ["*", q(-1), X]], scope) == 2 and sampler.constant(X, scope) is None
    with pytest.raises(Ill, match="where a scalar is needed"):
        sampler.constant(A, scope)
    assert sampler.kind(A, scope) == "matrix"
    with pytest.raises(Ill, match="sometimes a scalar"):
        sampler.kind(["@if", {"n": 1, "1": -3}, X, A], scope)
    sampler.square(A, scope, "it")
    for bad in (X, B, ["vec", A]):
        with pytest.raises(Ill, match="must be a square matrix"):
            sampler.square(bad, scope, "it")


def test_multipliers(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = [{"1": -1}, {"x": 1}]
    assert forms.impossible(empty) and not forms.impossible([{"1": 1}, {"x": 1}])
    assert forms.impossible([{"x": 1}, {"x": -1, "1": -1}])
    monkeypatch.setattr(forms, "PIVOTS", 1)
    assert not forms.impossible([{"x": 1}, {"x": -1, "1": -1}])


# rewriting ---------------------------------------------------------------------------------------------------------


def test_rewriting() -> None:
    j: Json = {"j": 1}

    def put(left: Json, right: Json, term: Json, prefix: Json = ()) -> Any:
        return value(changed(Rewriting(Fact(tuple(prefix), ["eq", left, right])), term), SIG)

    whole = (("j", ONE, TWO),)
    first = (("j", ONE, ONE),)
    a = v("a", j)
    assert put(a, q(5), v("a", TWO), whole) == 5
    assert put(a, q(5), v("a", TWO), first) == value(v("a", TWO))  # out of the range of the fact
    assert put(v("a", ONE), q(5), v("a", TWO)) == value(v("a", TWO))
    for term, want in ((["inv", v("a", TWO)], 5), (["inv", v("a", ONE)], 5)):
        assert put(a, q(5), term, whole) * want % TOWER[0] == 1
    assert put(a, q(5), ["inv", v("a", TWO)], first) == value(["inv", v("a", TWO)])
    assert put(a, q(5), ["inv", X], whole) == value(["inv", X])
    twice: Json = {"index": [["i", ONE, n], ["k", ONE, {"n": 1, "1": 1}]]}
    sig = {**SIG, "letters": {"b": twice}}
    assert value(changed(Rewriting(Fact(whole, ["eq", ["v", "b", [j, ONE], ""], q(5)])), v("b", TWO, ONE)), sig) == 5
    with pytest.raises(Rejected, match="stand alone"):
        Rewriting(Fact(whole, ["eq", ["v", "b", [j, {"j": 1, "1": 1}], ""], q(5)]))
    slope = Rewriting(Fact((), ["eq", ["D", P], q(5)]))
    assert value(changed(slope, ["D", P]), FLOW) == 5
    partly = Rewriting(Fact(first, ["eq", ["D", v("W", j)], ["*", q(5), v("W", j)]]))
    last = ["ch", "W", n, n, ""]
    assert value(changed(partly, ["D", last]), FLOW).data == value(["D", last], FLOW).data


# instances of theorems ---------------------------------------------------------------------------------------------

MATRIX = {"shape": [n, n]}


def user(lemma: Json, concl: Json, given: Json, sig: Json, hyps: Json = (), **fields: Json) -> Json:
    row = step("u", "use", concl, theorem=lemma["id"], goal=0, at=[], map=given, hyps=fields)
    return answer(lemma, theorem(sig, list(hyps), [row], "user"))


def test_sizes_and_ranges_of_images() -> None:
    m = {"m": 1}
    own = {"nat": {"m": 1, "k": 3}, "dims": {"d": [{}, m], "e": [ONE, m]}, "letters": {"x": {}}}
    assuming = theorem(
        {"nat": {"n": 0}, "assume": [{"n": 1, "1": -2}], "letters": {"x": {}}},
        [],
        [alg("s", ["eq", X, X], ["null", X])],
        "assuming",
    )
    refuses(user(assuming, ["eq", X, X], {"nat": {"n": ["dim", "d", {}]}, "letters": {"x": "x"}}, own), "layer width")
    refuses(user(assuming, ["eq", X, X], {"nat": {"n": m}, "letters": {"x": "x"}}, own), "an assumption of the theorem")
    assert user(assuming, ["eq", X, X], {"nat": {"n": {"k": 1}}, "letters": {"x": "x"}}, own)["ok"]
    ranged = theorem(
        {"nat": {"n": 1}, "dims": {"d": [{}, n]}, "letters": {"x": {}}}, [], [alg("s", ["eq", X, X], ["null", X])], "r"
    )
    for image, size, reason in (
        ("d", m, ""),
        ("e", m, "range of d is larger"),
        ("d", {"k": 1}, "range of d is larger"),
    ):
        found = user(ranged, ["eq", X, X], {"nat": {"n": size}, "dims": {"d": image}, "letters": {"x": "x"}}, own)
        assert found["ok"] if not reason else not found["ok"] and reason in found["reason"], found


def test_a_range_that_may_begin_below_zero() -> None:
    made = theory({"nat": {"n": 1}, "letters": {"x": {}}})
    instance = Instance(
        Statement(made.sig, {}, ()), {"nat": {"n": n}, "letters": {"x": "x"}}, made.scope, made.prover, frozenset()
    )
    assert instance.under((("i", {}, ONE),), ("i",)).symbols == {"i", "n"}
    with pytest.raises(Rejected, match="may be negative"):
        instance.under((("i", {"1": -1}, ONE),), ("i",))


def test_images_that_are_free_or_need_not_be() -> None:
    sig: Json = {"nat": {"n": 1}, "letters": {"F": {**MATRIX, "free": True}}}
    lemma = theorem(sig, [], [alg("s", ["eq", v("F"), v("F")], ["null", v("F")])], "free")
    own: Json = {"time": "flow", "nat": {"n": 1}, "letters": {"A": MATRIX, "M": {**MATRIX, "dep": "any"}, "x": {}}}
    assert user(lemma, ["eq", A, A], {"nat": {"n": n}, "letters": {"F": "A"}}, own)["ok"]
    refuses(user(lemma, ["eq", v("M"), v("M")], {"nat": {"n": n}, "letters": {"F": "M"}}, own), "is not free")
    refuses(user(lemma, ["eq", X, X], {"nat": {"n": n}, "letters": {"F": "x"}}, own), "sum of")


def test_images_that_cannot_be_read_later() -> None:
    descent: Json = {"time": "descent", "letters": {"p": {"dep": "any"}}}
    lemma = theorem(descent, [], [alg("s", ["eq", P, P], ["null", P])], "moving")
    for image, reason in ((["*", q(2), P], ""), (v("p", stage="+"), "another instant")):
        found = user(lemma, ["eq", image, image], {"letters": {"p": {"vars": [], "term": image}}}, descent)
        assert found["ok"] if not reason else not found["ok"] and reason in found["reason"], found


def test_images_read_through_a_theorem() -> None:
    """Letters behind a map: constant ones at any stage, one letter for another, and one without a derivative."""
    own, target = theory({**FLOW}), read(FLOW)
    letters = {
        "x": Image("x"),
        "p": Image("p"),
        "z": Image("z"),
        "A": Image("A"),
        "W": Image("W"),
    }
    source = Reading(target, {"n": {"n": 1}}, {"d": "d"}, letters, own.scope).apply(world(FLOW), {})
    ev = source.at(0, -1)
    plain = world(FLOW).at(0, -1)
    assert source.letter(ev, "x", (), "0") == plain.value(X, {})
    assert source.meaning(ev, "x", (), "0") is None
    assert ev.value(["inv", X], {}) == plain.value(["inv", X], {})
    assert source.slope(ev, "p", ()) == plain.value(["D", P], {}) and source.slope(ev, "x", ()) is None
    with pytest.raises(Cannot, match="need not have a derivative"):
        source.slope(ev, "z", ())


def test_losses_with_targets_as_images() -> None:
    def sig(target: Json) -> Json:
        row = {"at": P, "grad": "H", **({"target": target} if target else {})}
        return {
            "time": "flow",
            "letters": {"p": {"dep": "smooth"}, "y": {}, "x": {}, "L": {"dep": "any"}, "H": {"dep": "any"}},
            "losses": {"L": row},
        }

    given = {"letters": {name: name for name in ("p", "y", "x", "L", "H")}}
    lemma = theorem(sig(Y), [], [alg("s", ["eq", ["*", v("L"), v("H"), Y, X], q(0)], fact("h"))], "lost")
    lemma["hyps"] = [hyp("h", ["eq", ["*", v("L"), v("H"), Y, X], q(0)])]
    concl = ["eq", ["*", v("L"), v("H"), Y, X], q(0)]
    rows = {"h": {"vars": [], "proof": fact("h")}}
    assert user(lemma, concl, given, sig(Y), lemma["hyps"], **rows)["ok"]
    refuses(user(lemma, concl, given, sig(None), lemma["hyps"], **rows), "has no target")
    refuses(user(lemma, concl, given, sig(X), lemma["hyps"], **rows), "another target")


# proofs and rules --------------------------------------------------------------------------------------------------


def prove(concl: Json, proof: Json, sig: Json, hyps: Json = ()) -> Json:
    return answer(theorem(sig, list(hyps), [alg("s", concl, proof)]))


def test_means_in_proofs() -> None:
    squares: Json = ["*", Z, Z]
    assert prove(["ge", ["E", squares], q(0)], ["E", ["sq", Z]], CHANCE)["ok"]
    refuses(prove(["ge", ["*", X, X], q(0)], ["E", ["sq", X]], SIG), "without random letters")
    growing: Json = ["exp", ["tr", ["*", tr(G), G]]]
    refuses(prove(["ge", X, q(0)], ["E", ["exp", growing[1]]], CHANCE), "need not be integrable")
    given = [hyp("h", ["ge", X, q(0)]), hyp("e", ["eq", X, Y])]
    assert prove(["ge", X, q(0)], fact("h"), CHANCE, given)["ok"]
    refuses(prove(["ge", X, q(0)], fact("e"), CHANCE, given), "is no inequality")


def ruled(name: str, concl: Json, sig: Json, hyps: Json = (), prefix: Json = (), **fields: Json) -> Json:
    return answer(theorem(sig, list(hyps), [step("s", name, concl, list(prefix), **fields)]))


COINS = {"letter": "Z", "at": [], "body": ["*", Z, Z]}


def test_rules_of_time() -> None:
    now = [hyp("h", ["ge", P, q(0)]), hyp("e", ["eq", ["D", P], q(0)])]
    start: Json = v("p", stage="0")
    assert ruled("at0", ["ge", start, q(0)], FLOW, now, fact="h", at=[])["ok"]
    refuses(ruled("at0", ["ge", X, q(0)], SIG, [hyp("h", ["ge", X, q(0)])], fact="h", at=[]), "without time")
    assert ruled("constant", ["eq", P, start], FLOW, now, proof=fact("e"))["ok"]
    refuses(ruled("constant", ["eq", X, X], SIG, proof=["null", X]), "about flows")
    refuses(ruled("constant", ["eq", ["D", P], q(0)], FLOW, now, proof=fact("e")), "at the start")
    falls = {"rate": q(0), "proof": ["z", fact("e")], "start": ["z", ["null", P]]}
    assert ruled("comparison", ["ge", P, start], FLOW, now, **falls)["ok"]
    refuses(ruled("comparison", ["ge", X, X], SIG, **falls), "about flows")
    refuses(ruled("comparison", ["ge", ["D", P], q(0)], FLOW, now, **falls), "at the start")
    refuses(ruled("comparison", ["ge", P, start], FLOW, now, **{**falls, "rate": ["D", P]}), "second derivative")


def test_the_rule_continuation_refuses() -> None:
    lemma = theorem(
        {"time": "flow", "letters": {"p": {"dep": "smooth"}, "r": {"dep": "smooth"}}},
        [hyp("h", ["gt", P, q(0)]), hyp("far", ["ge", P, q(1)]), hyp("e", ["eq", v("r"), P])],
        [alg("s", ["ge", P, q(1)], fact("far")), alg("t", ["eq", v("r"), P], fact("e"))],
        "near",
    )
    lemma["goals"] = [{"all": [], "concl": ["ge", P, q(1)]}, {"all": [], "concl": ["eq", v("r"), P]}]
    lemma["qed"] = ["s", "t"]
    given = [hyp("far", ["ge", P, q(1)]), hyp("e", ["eq", P, P]), hyp("s", ["ge", v("p", stage="0"), q(1)])]
    sig: Json = {"time": "flow", "letters": {"p": {"dep": "smooth"}, "x": {}}}
    fields = {
        "theorem": "near",
        "goal": 0,
        "at": [],
        "map": {"letters": {"p": "p", "r": "p"}},
        "hyps": {
            "h": {"vars": [], "proof": fact("IH")},
            "far": {"vars": [], "proof": fact("far")},
            "e": {"vars": [], "proof": ["null", P]},
        },
        "start": ["add", fact("s"), ["q", "1"]],
        "margin": ["q", "1"],
    }

    def go(concl: Json = None, prefix: Json = (), own: Json = sig, hyps: Json = None, **changes: Json) -> Json:
        row = step("c", "continuation", concl or ["gt", P, q(0)], list(prefix), **{**fields, **changes})
        return answer(lemma, theorem(own, given if hyps is None else hyps, [row], "user"))

    assert go()["ok"], go()
    refuses(go(["gt", q(1), q(0)], own={"letters": {"x": {}}}, hyps=[]), "about flows")
    refuses(go(prefix=[["k", {}, None]]), "finitely many indices")
    refuses(go(goal=1), "no inequality")
    refuses(go(["gt", ["D", P], q(0)], start=["q", "1"]), "second derivative")
    refuses(go(margin=["q", "0"]), "positive")


def test_the_rule_variation_needs_parameters() -> None:
    sig = network("flow", V={**{key: CHAIN[key] for key in ("index", "shape")}, "free": True})
    sig["letters"]["V"]["index"] = [["j", ONE, N]]
    zero = ["eq", q(0), q(0)]
    found = ruled("variation", zero, sig, prefix=[["j", ONE, N]], loss="L", letter="V")
    assert not found["ok"] and "another conclusion" in found["reason"], found
    bare = {**sig, "losses": {"L": {k: x for k, x in sig["losses"]["L"].items() if k not in ("params", "pgrad")}}}
    refuses(ruled("variation", zero, bare, prefix=[["j", ONE, N]], loss="L", letter="V"), "has no parameters")


def test_gradients_in_layers_have_the_range_of_the_layers() -> None:
    for last, reason in ((N, ""), (ONE, "another range")):
        sig = network("flow")
        sig["letters"]["g"]["index"] = [["j", ONE, last]]
        found = answer(theorem(sig, [], [alg("s", ["eq", v("L"), v("L")], ["null", v("L")])]))
        assert found["ok"] if not reason else not found["ok"] and reason in found["reason"], found


def test_a_chain_of_one_member_has_nothing_to_compose() -> None:
    single = {"letters": {"W": {**CHAIN, "index": [["j", ONE, ONE]], "shape": [TWO, {"1": 3}]}}}
    assert theory(single).sig.letters["W"].chain
    with pytest.raises(Ill):
        theory({"letters": {"W": {**CHAIN, "index": [["j", ONE, TWO]], "shape": [TWO, {"1": 3}]}}})


def test_rules_of_chance() -> None:
    square = ["eq", ["E", ["*", Z, Z]], q(1)]
    assert ruled("finite", square, CHANCE, **COINS)["ok"]
    refuses(ruled("finite", ["ge", *square[1:]], CHANCE, **COINS), "concludes an equation")
    k: Json = {"k": 1}
    product = ["eq", ["E", ["prod", "k", ONE, n, v("R", k)]], ["prod", "k", ONE, n, ["E", v("R", k)]]]
    assert ruled("independent", product, CHANCE, over=["k", ONE, n], body=v("R", k))["ok"]
    both = ["*", ["v", "T", [k, ONE], ""], ["v", "T", [ONE, k], ""]]
    refuses(ruled("independent", product, CHANCE, over=["k", ONE, n], body=both), "two indices")
    same = {"var": "k", "body": v("R", k), "here": ONE, "there": n}
    alike = ["eq", ["E", v("R", ONE)], ["E", v("R", n)]]
    assert ruled("identical", alike, CHANCE, **same)["ok"]
    refuses(ruled("identical", alike, CHANCE, **{**same, "var": "x"}), "shadows another name")
    refuses(ruled("identical", alike, CHANCE, **{**same, "here": {"n": 1, "1": -2}}), "may be negative")


def test_rules_of_angles() -> None:
    whole: Json = {
        "letter": "U",
        "at": [],
        "low": ["*", q(-1), ["pi"]],
        "high": ["pi"],
        "primitive": U,
        "proofs": [["z", ["null", X]], ["add", ["pi"], ["pi"]], ["z", ["null", X]]],
    }
    inside = ["*", ["ind", ["+", U, ["pi"]]], ["ind", ["+", ["pi"], ["*", q(-1), U]]]]
    mass = ["eq", ["E", inside], ["*", q(2), ["pi"], ["inv", ["*", q(2), ["pi"]]]]]
    assert ruled("sector", mass, CHANCE, **whole)["ok"], ruled("sector", mass, CHANCE, **whole)
    refuses(ruled("sector", mass, CHANCE, **{**whole, "primitive": ["log", U]}), "need not be integrable")


def test_the_rule_polar_needs_an_angle_and_a_body_without_means() -> None:
    given = [hyp("unit", ["eq", ["tr", ["*", tr(v("e")), v("e")]], q(1)])]
    fields: Json = {
        "letter": "G",
        "at": [],
        "x": v("e"),
        "y": v("e"),
        "angle": "U",
        "angle_at": [],
        "theta": q(0),
        "u": "u",
        "v": "x",
        "body": q(1),
        "proofs": [fact("unit"), fact("unit"), fact("unit")],
    }
    one = ["eq", ["E", q(1)], ["E", q(1)]]
    assert ruled("polar", one, CHANCE, given, **fields)["ok"], ruled("polar", one, CHANCE, given, **fields)
    refuses(ruled("polar", one, CHANCE, given, **{**fields, "angle": "Z"}), "no uniform angle")
    refuses(ruled("polar", one, CHANCE, given, **{**fields, "body": ["E", q(1)]}), "an expectation in the body")


def test_degrees_of_homogeneity() -> None:
    u, w = v("u"), v("w")
    names = {"u", "w"}
    for term, degree in (
        (["*", u, w, X], 2),
        (["+", ["*", u, u], ["*", u, w], q(0)], 2),
        (["pow", u, {"1": 3}], 3),
        (["pow", X, n], 0),
        (["sum", "k", ONE, n, u], 1),
        (["*", u, ["ind", ["+", u, w]]], 1),
        (["+", q(0)], 0),
        (["exp", X], 0),
    ):
        assert rules.homogeneity(term, names) == degree, term
    for bad, reason in (
        (["+", u, q(1)], "not homogeneous"),
        (["pow", u, n], "symbolic power"),
        (["exp", u], "no polynomial"),
    ):
        with pytest.raises(Rejected, match=reason):
            rules.homogeneity(bad, names)


def test_short_sums_are_written_out() -> None:
    k: Json = {"k": 1}
    long = ["sum", "k", ONE, n, v("a", k)]
    assert terms.expanded(long) == long
    assert terms.expanded(["sum", "k", ONE, TWO, v("a", k)]) == ["+", q(0), v("a", ONE), v("a", TWO)]
    assert terms.expanded(["prod", "k", ONE, ONE, v("a", k)]) == ["*", q(1), v("a", ONE)]


# refutations -------------------------------------------------------------------------------------------------------


def refuted(sig: Json, goal: Json, instance: Json, hyps: Json = (), exists: Json = None) -> Json:
    statement = {"sig": {"time": "none", **sig}, "hyps": list(hyps), "goals": [{"all": [], "concl": goal}]}
    if exists is not None:
        statement["exists"] = exists
    row = {"id": "r", "kind": "evaluate", "statement": statement, "instance": instance}
    return check(json.dumps({"derivation": [], "refutations": [row]}), LIBRARY)["refutations"][0]


LOSS: Json = {
    "time": "descent",
    "letters": {"p": {"dep": "any"}, "L": {"dep": "any"}, "H": {"dep": "any"}},
    "losses": {"L": {"at": P, "grad": "H"}},
}
AT: Json = {"letters": {"p": "3"}, "losses": {"L": {"target": "1"}}}


def test_instances_that_are_none() -> None:
    one = {"nat": {"n": 1}, "dims": {"d": [{}, n]}, "letters": {"x": {}}}
    positive = ["gt", X, q(0)]
    good = {"nat": {"n": 1}, "dims": {"d": [1, 2]}, "letters": {"x": "0"}}
    assert refuted(one, positive, good)["ok"]
    refuses(refuted(one, positive, {**good, "nat": {}}), "exactly the naturals")
    refuses(refuted(one, positive, {**good, "dims": {}}), "exactly the families")
    wrong = ["ge", q(1), v("L")]
    assert refuted(LOSS, wrong, AT)["ok"]
    for target, reason in ((None, "no loss"), ([["1", "2"], ["3"]], "different lengths"), ([["1"]], "size")):
        losses = {"M": {"target": "1"}} if target is None else {"L": {"target": target}}
        refuses(refuted(LOSS, wrong, {**AT, "losses": losses}), reason)
    refuses(refuted(LOSS, wrong, AT, exists=["L"]), "must be a natural or a plain")
    still = {**LOSS, "time": "none", "letters": {"p": {}, "L": {}, "H": {}}}
    refuses(refuted(still, wrong, AT, exists=["L"]), "the value of a loss")
    endless = {"id": "h", "all": [["k", {}, None]], "concl": ["ge", ["n", {"k": 1}], q(0)]}
    assert refuted(one, positive, good, [{**endless, "all": [["k", {}, n]]}])["ok"]
    refuses(refuted(one, positive, good, [endless]), "infinitely many")


def test_recursions_that_are_none() -> None:
    letters = {"p": {"dep": "any"}, "s": {"dep": "any"}, "S": {"dep": "any", "sym": True, "shape": [ONE, ONE]}}
    sig: Json = {"time": "descent", "letters": letters}
    values = {"letters": {"p": "1", "s": "1", "S": [["1"]]}}
    goal = ["gt", P, q(1)]
    after = hyp("a", ["eq", v("p", stage="+"), ["*", q(2), P]])
    assert refuted(sig, goal, values, [after])["ok"]
    refuses(refuted(sig, goal, values, [after, {**after, "id": "b"}]), "define the same next iterate")
    refuses(refuted(sig, goal, values, [hyp("a", ["eq", v("S", stage="+"), v("S")])]), "speaks of moving letters")
    # what the next iterate of s is, nothing says; a goal about now does not need it
    unknown = hyp("a", ["eq", v("p", stage="+"), ["*", q(2), v("s")]])
    assert refuted(sig, goal, values, [unknown])["ok"]
    refuses(refuted(sig, ["gt", P, q(5)], {**values, "iterate": 2}, [unknown]), "no value")
    parsed = read(sig)
    source = Exact(parsed, {}, {}, Work(10**6))
    source.given["p", (), ""] = Fraction(1)
    two = refutations.next_values(source, [Fact((), ["eq", v("p", stage="+"), ["*", q(2), P]])], parsed)
    assert two == {("p", ()): 2}
    with pytest.raises(Rejected, match="another size"):
        refutations.next_values(source, [Fact((), ["eq", v("p", stage="+"), ["one", ONE]])], parsed)


def test_layer_gradients_are_known_at_the_whole_product() -> None:
    sig = network("descent")
    parsed = read(sig)
    source = Exact(parsed, {"N": 1}, {"d": {0: 1, 1: 1}}, Work(10**6))
    source.given["W", (1,), ""] = value(["one", ONE])
    loss = parsed.losses["L"]
    ev = source.at(0, -1)
    assert source.layer(ev, loss, value(["one", ONE]), 1).data == [[1]]
    with pytest.raises(Cannot, match="whole product"):
        source.layer(ev, loss, Fraction(1), 1)


def derived(sig: Json, goal: Json, exists: Json, own: Json, negation: Json, letters: Json = None) -> Json:
    domain = [hyp("c", ["gt", v("c"), q(0)])]
    statement = {
        "sig": {"time": "none", **sig},
        "hyps": domain,
        "goals": [{"all": [], "concl": goal}],
        "exists": exists,
    }
    row = {
        "id": "r",
        "kind": "derive",
        "statement": statement,
        "theorem": {"sig": {"time": "none", **own}, "hyps": domain, "steps": []},
        "at": {
            "map": {"letters": letters or {"c": "c"}},
            "hyps": {"c": {"vars": [], "proof": fact("c")}},
            "goal": 0,
            "at": [],
            "negation": negation,
        },
    }
    return check(json.dumps({"derivation": [], "refutations": [row]}), LIBRARY)["refutations"][0]


def test_hidden_constants_stay_arbitrary() -> None:
    plain: Json = {"letters": {"c": {}}}
    negative = ["ge", ["*", q(-1), v("c")], q(0)]
    assert derived(plain, negative, ["c"], plain, fact("c"))["ok"], derived(plain, negative, ["c"], plain, fact("c"))
    moving: Json = {"time": "flow", "letters": {"c": {"dep": "any"}}}
    refuses(derived(plain, negative, ["c"], moving, fact("c")), "plain constant scalar of the refutation")
    lost: Json = {"letters": {"c": {}, "h": {}, "x": {}}, "losses": {"c": {"at": X, "grad": "h"}}}
    refuses(derived(plain, negative, ["c"], lost, fact("c")), "the value of a loss")
    refuses(derived(plain, ["psd", ["*", v("c"), ["one", ONE]]], ["c"], plain, fact("c")), "cannot be derived")


# what stands behind a change, and what ends otherwise --------------------------------------------------------------


def test_letters_behind_a_change_are_those_before_it() -> None:
    chain: Json = ["ch", "W", n, ONE, ""]
    still = Rewriting(Fact((), ["eq", X, q(5)]))
    assert value(changed(still, chain), FLOW).data == value(chain, FLOW).data
    started = ["ch", "W", n, ONE, "0"]
    assert value(changed(START, chain), FLOW).data == value(started, FLOW).data != value(chain, FLOW).data
    along = Towards("W", "j", "A")
    for term in (X, ["t"]):
        assert value(changed(along, term), FLOW, env={"j": 1}) == value(term, FLOW)
    for term in (P, ["t"]):
        assert value(changed(along, ["D", term]), FLOW, env={"j": 1}) == 0 != value(["D", term], FLOW)
        assert value(changed(rules.Turning("x", [], ()), ["D", term]), FLOW) == 0
    assert value(changed(rules.Turning("p", [], ()), ["D", P]), FLOW) == 1
    assert value(changed(rules.Turning("p", [], ()), ["inv", X]), FLOW) == value(["inv", X], FLOW)
    assert value(changed(START, ["inv", P]), FLOW) == value(["inv", v("p", stage="0")], FLOW)
    plain = world(FLOW)
    assert Behind(plain).slope(plain.at(0, -1), "p", ()) == value(["D", P], FLOW)


def test_a_next_iterate_without_a_rational_value_is_not_needed_now() -> None:
    sig: Json = {"time": "descent", "letters": {"p": {"dep": "any"}}}
    grows = [hyp("a", ["eq", v("p", stage="+"), ["exp", P]])]
    assert refuted(sig, ["gt", P, q(1)], {"letters": {"p": "1"}}, grows)["ok"]
    refuses(refuted(sig, ["gt", q(1), v("p", stage="+")], {"letters": {"p": "1"}}, grows), "")


def test_every_way_to_end_is_written_down() -> None:
    for error, words in (
        (RecursionError(), "nested too deep"),
        (MemoryError(), "nested too deep"),
        (KeyError("x"), "malformed: KeyError"),
        (Rejected("no"), "no"),
    ):

        def ends(error: Exception = error) -> None:
            raise error

        outcome = theorems.Outcome("t")
        assert theorems.guarded(outcome, ends) is None and words in outcome.reason and not outcome.ok
    assert theorems.guarded(theorems.Outcome("t"), lambda: 3) == 3

"""Attempts to prove something false. Each was once accepted or is a neighbour of one that was."""

from __future__ import annotations

from typing import Any

import pytest

from .terms import FALSE, UNIT, alg, check, fact, goal, hyp, neg, q, refute, rejected, step, sub, theorem, tr, v

Json = Any
N, ONE = {"N": 1}, {"1": 1}
one = ["one", ONE]
never = ["ge", q(1), q(0)]


# ---- names --------------------------------------------------------------------------------------------------------


def lemma_all_equal() -> Json:
    """If a x_j = b for all j in 0..N, then a x_0 = b."""
    sig = {"nat": {"N": 0}, "letters": {"x": {"index": [["i", {}, N]]}, "a": {}, "b": {}}}
    h = hyp("each", ["eq", ["*", v("a"), v("x", {"j": 1})], v("b")], [["j", {}, N]])
    return theorem(sig, [h], [alg("first", ["eq", ["*", v("a"), v("x", {})], v("b")], fact("each", {}))], "lemma")


@pytest.mark.parametrize("name", ["1", "%0", "~4", "", 7])
def test_variable_names_in_proofs_of_hypotheses(name: Any) -> None:
    sig = {"nat": {"N": 2}, "letters": {"x": {"index": [["i", {}, N]]}, "a": {}, "b": {}}}
    h = hyp("one", ["eq", ["*", v("a"), v("x", ONE)], v("b")])
    use = step(
        "bad",
        "use",
        ["eq", ["*", v("a"), v("x", {})], v("b")],
        theorem="lemma",
        goal=0,
        at=[],
        map={
            "nat": {"N": N},
            "letters": {"x": "x", "a": {"vars": [], "term": v("a")}, "b": {"vars": [], "term": v("b")}},
        },
        hyps={"each": {"vars": [name], "proof": fact("one")}},
    )
    rejected(lemma_all_equal(), theorem(sig, [h], [use]), reason="not a name")


def test_captured_variable_in_proof_of_hypothesis() -> None:
    sig = {"nat": {"N": 2}, "letters": {"x": {"index": [["i", {}, N]]}, "y": {"index": [["i", {}, N]]}, "b": {}}}
    i = {"i": 1}
    h = hyp("dot", ["eq", ["sum", "i", {}, N, ["*", v("x", i), v("y", i)]], v("b")])
    total = ["sum", "i", {}, N, v("y", i)]
    use = step(
        "bad",
        "use",
        ["eq", ["*", total, v("x", {})], v("b")],
        theorem="lemma",
        goal=0,
        at=[],
        map={
            "nat": {"N": N},
            "letters": {"x": "x", "a": {"vars": [], "term": total}, "b": {"vars": [], "term": v("b")}},
        },
        hyps={"each": {"vars": ["%0"], "proof": fact("dot")}},
    )
    rejected(lemma_all_equal(), theorem(sig, [h], [use]), reason="not a name")


def test_theorem_ids_cannot_pose_as_base_facts() -> None:
    for name in ("base:mine", "axiom:mine"):
        rejected(theorem({}, [], [alg("s", never, ["q", "1"])], name), reason="id")


def test_index_variables_of_letters_do_not_shadow() -> None:
    sig = {"nat": {"N": 2}, "letters": {"x": {"index": [["N", {}, {"1": 3}]]}}}
    rejected(theorem(sig, [], [alg("s", never, ["q", "1"])]), reason="twice")


# ---- sums of matrices of different sizes, chains that do not compose ------------------------------------------------


def test_sum_of_matrices_of_different_sizes() -> None:
    sig = {"nat": {"N": 1}, "dims": {"d": [{}, N]}}
    bad = ["sum", "i", {}, N, ["one", ["dim", "d", {"i": 1}]]]
    rejected(
        theorem(sig, [], [alg("s", ["ge", ["tr", bad], ["tr", bad]], ["z", ["null", ["tr", bad]]])]), reason="size"
    )


def test_chain_that_does_not_compose() -> None:
    sig = {"nat": {"N": 2}, "letters": {"W": {"index": [["j", ONE, N]], "shape": [{"1": 2}, {"1": 3}], "chain": True}}}
    rejected(theorem(sig, [], [alg("s", never, ["q", "1"])]), reason="compose")


# ---- losses -------------------------------------------------------------------------------------------------------


def loss_sig(
    time: str, at: Json, target: Json | None = None, dep: str = "const", grad: str = "const", **letters: Json
) -> Json:
    row = {"at": at, "grad": "G", **({} if target is None else {"target": target})}
    return {
        "time": time,
        "letters": {"L": {"dep": dep}, "G": {"shape": UNIT, "dep": grad}, **letters},
        "losses": {"L": row},
    }


def test_loss_at_itself() -> None:
    """L = (L + 1)^2 / 2 has no real solution."""
    at = ["+", ["*", v("L"), one], one]
    gap = ["tr", ["*", tr(at), at]]
    s = [
        step("value", "loss", ["eq", v("L"), ["*", q("1/2"), gap]], loss="L", what="value"),
        alg("false", FALSE, ["add", ["sq", v("L")], ["z", ["mul", q(2), fact("value"), None]]]),
    ]
    rejected(theorem(loss_sig("none", at, ["zero", ONE, ONE]), [], s), reason="loss")


def test_loss_at_its_gradient() -> None:
    """G = (G + X) - 0 says X = 0."""
    at = ["+", v("G"), v("X")]
    s = [
        step("gradient", "loss", ["eq", v("G"), at], loss="L", what="gradient"),
        alg("bad", ["eq", v("X"), ["zero", ONE, ONE]], ["mul", q(-1), fact("gradient"), None]),
    ]
    rejected(theorem(loss_sig("none", at, ["zero", ONE, ONE], X={"shape": UNIT}), [], s), reason="loss")


def test_target_that_moves_with_the_time() -> None:
    sig = loss_sig("flow", one, ["*", ["t"], one], "smooth", "any")
    gap = sub(q(1), ["t"])
    s = [
        step("value", "loss", ["eq", v("L"), ["*", q("1/2"), gap, gap]], loss="L", what="value"),
        step("still", "constant", ["eq", v("L"), v("L", stage="0")], proof=["null", q(0)]),
        alg("slope", ["eq", ["t"], q(1)], ["mul", q(-1), ["D", fact("value")], None]),
        step("false", "at0", ["eq", q(0), q(1)], fact="slope", at=[]),
    ]
    rejected(theorem(sig, [], s), reason="loss")


@pytest.mark.parametrize(("dep", "grad"), [("const", "any"), ("smooth", "const"), ("smooth", "smooth")])
def test_loss_that_is_said_not_to_move(dep: str, grad: str) -> None:
    """at = t: L = t^2 / 2 and G = t are not constant."""
    sig = loss_sig("flow", ["*", ["t"], one], None if grad == "smooth" else ["zero", ONE, ONE], dep, grad)
    rejected(theorem(sig, [], [alg("s", never, ["q", "1"])]), reason="moves")


def test_constant_loss_of_a_moving_matrix_is_false() -> None:
    sig = loss_sig("flow", ["*", ["t"], one], ["zero", ONE, ONE], "const", "any")
    s = [
        step("value", "loss", ["eq", v("L"), ["*", q("1/2"), ["t"], ["t"]]], loss="L", what="value"),
        alg("slope", ["eq", q(0), ["t"]], ["D", fact("value")]),
        alg("false", ["eq", q(0), q(1)], ["D", fact("slope")]),
    ]
    rejected(theorem(sig, [], s), reason="moves")


def test_target_that_depends_on_the_parameters() -> None:
    w = {"index": [["j", ONE, N]], "shape": [ONE, ONE]}
    sig = {
        "nat": {"N": 1},
        "letters": {"L": {}, "G": {"shape": UNIT}, "W": {**w, "chain": True}, "g": w},
        "losses": {
            "L": {
                "at": ["ch", "W", N, ONE, ""],
                "grad": "G",
                "params": "W",
                "pgrad": "g",
                "target": ["ch", "W", N, ONE, ""],
            }
        },
    }
    rejected(theorem(sig, [], [alg("s", never, ["q", "1"])]), reason="loss")


# ---- probability --------------------------------------------------------------------------------------------------


def test_finite_law_does_not_reach_into_expectations() -> None:
    """Z - E Z is not >= 0, although it is 0 when Z is replaced by a value everywhere."""
    sig = {"letters": {"Z": {"law": {"kind": "finite", "values": [["1/2", "0"], ["1/2", "1"]]}}}}
    centred = sub(v("Z"), ["E", v("Z")])
    rejected(theorem(sig, [], [alg("bad", ["ge", centred, q(0)], ["law", "Z", [], centred])]), reason="expectation")


# ---- refutations by derivation ------------------------------------------------------------------------------------


def derive(statement: Json, own: Json, negation: Json, **more: Json) -> Json:
    return refute(
        statement,
        kind="derive",
        theorem=own,
        at={"map": {"letters": {}}, "hyps": {}, "goal": 0, "at": [], "negation": negation, **more},
    )


TRUE = {"sig": {}, "hyps": [], "goals": [goal(["ge", q(1), q(0)])]}


def test_refutation_over_an_empty_signature() -> None:
    own = {"sig": {"time": "none", "nat": {"N": 1}, "assume": [{"N": -1}]}, "hyps": [], "steps": []}
    out = derive(TRUE, own, ["add", ["nat", {"N": -1, "1": -1}], ["nat", {"N": 1}]])  # -1 > 0
    assert not out["ok"] and "assum" in out["reason"], out
    own["sig"]["assume"] = [{"N": 1, "1": -2}]
    out = derive(TRUE, own, ["q", "1"])
    assert not out["ok"] and "assum" in out["reason"], out


def with_constant(*hyps: Json, nat: Json = None) -> Json:
    return {
        "sig": {"letters": {"c": {}}, **({"nat": nat} if nat else {})},
        "hyps": list(hyps),
        "goals": [goal(["ge", v("c"), v("c")])],
        "exists": ["c"],
    }


def contradiction(*hyps: Json, sig: Json = None, proofs: Json = None, negation: Json, st: Json) -> Json:
    own = {"sig": {"time": "none", "letters": {"c": {}}, **(sig or {})}, "hyps": list(hyps), "steps": []}
    return refute(
        st,
        kind="derive",
        theorem=own,
        at={
            "map": {"letters": {"c": "c"}, **({"nat": {"N": N}} if st["sig"].get("nat") else {})},
            "hyps": proofs or {},
            "goal": 0,
            "at": [],
            "negation": negation,
        },
    )


def test_refutation_assumes_more_than_the_domain() -> None:
    """Some c has c > j for j <= 3 and c <= 10; no c has c > j for all naturals j."""
    c = ["gt", v("c"), ["n", {"j": 1}]]
    st = {**with_constant(hyp("h", c, [["j", {}, {"1": 3}]])), "goals": [goal(["ge", q(10), v("c")])]}
    own = hyp("h", c, [["j", {}, None]])
    out = contradiction(
        own, proofs={"h": {"vars": ["j"], "proof": fact("h", {"j": 1})}}, negation=fact("h", {"1": 10}), st=st
    )
    assert not out["ok"] and "assumes more" in out["reason"], out


def test_refutation_assumes_a_false_hypothesis_without_letters() -> None:
    st = with_constant(hyp("h", FALSE))
    out = contradiction(
        hyp("h", FALSE), proofs={"h": {"vars": [], "proof": fact("h")}}, negation=["add", fact("h"), ["q", "1"]], st=st
    )
    assert not out["ok"] and "assumes more" in out["reason"], out


def test_refutation_constant_is_not_a_loss() -> None:
    st = {"sig": {"letters": {"c": {}}}, "hyps": [], "goals": [goal(["eq", v("c"), v("c")])], "exists": ["c"]}
    st["goals"] = [goal(["gt", q(0), v("c")])]  # true for c = -1
    sig = {
        "letters": {"c": {}, "G": {"shape": UNIT}},
        "losses": {"c": {"at": one, "grad": "G", "target": ["zero", ONE, ONE]}},
    }
    own = {
        "sig": {"time": "none", **sig},
        "hyps": [],
        "steps": [step("value", "loss", ["eq", v("c"), q("1/2")], loss="c", what="value")],
    }
    out = refute(
        st,
        kind="derive",
        theorem=own,
        at={
            "map": {"letters": {"c": "c"}},
            "hyps": {},
            "goal": 0,
            "at": [],
            "negation": ["add", ["z", fact("value")], ["q", "1/2"]],
        },
    )
    assert not out["ok"] and "arbitrary" in out["reason"], out


def test_hidden_constant_of_a_statement_is_not_a_loss() -> None:
    st = {
        "sig": {"letters": {"c": {}, "G": {"shape": UNIT}}, "losses": {"c": {"at": one, "grad": "G"}}},
        "hyps": [],
        "goals": [goal(["eq", v("c"), v("c")])],
        "exists": ["c"],
    }
    out = refute(st, kind="evaluate", instance={"letters": {}})
    assert not out["ok"] and "hidden constant" in out["reason"], out


# ---- refutations by evaluation ------------------------------------------------------------------------------------


def descent(letters: Json, hyps: list[Json], concl: Json, **sig: Json) -> Json:
    return {"sig": {"time": "descent", "letters": letters, **sig}, "hyps": hyps, "goals": [goal(concl)]}


X, XP = v("x"), v("x", stage="+")
FALLS = hyp("falls", ["eq", XP, sub(X, q(1))])


@pytest.mark.parametrize(
    "concl", [["ge", X, q(0)], ["ge", ["+", X, q(1)], q(1)], ["psd", ["*", X, one]], ["gt", q(1), ["*", q(-1), X]]]
)
def test_evaluation_checks_hypotheses_at_every_iterate(concl: Json) -> None:
    """x >= 0 at every iterate is a hypothesis; checking it at the start only is not enough."""
    st = descent({"x": {"dep": "any"}}, [FALLS, hyp("stays", concl)], concl)
    out = refute(st, kind="evaluate", instance={"letters": {"x": "0"}, "iterate": 1})
    assert not out["ok"] and "every iterate" in out["reason"], out


def test_recursion_of_a_loss_value() -> None:
    letters = {"L": {"dep": "any"}, "G": {"shape": UNIT, "dep": "any"}, "x": {"dep": "any"}}
    still = hyp("still", ["eq", v("L", stage="+"), v("L")])
    st = descent(
        letters,
        [FALLS, still],
        ["eq", v("L"), v("L", stage="0")],
        losses={"L": {"at": ["*", X, one], "grad": "G", "target": ["zero", ONE, ONE]}},
    )
    out = refute(st, kind="evaluate", instance={"letters": {"x": "0"}, "iterate": 1})
    assert not out["ok"] and "recursion" in out["reason"], out


def test_recursion_with_a_reversed_index() -> None:
    """x_{2-j}+ = x_j + j swaps; read as x_j+ = x_j + j it would not."""
    letters = {"x": {"index": [["j", {}, {"1": 2}]], "dep": "any"}}
    h = hyp(
        "swap",
        ["eq", v("x", {"j": -1, "1": 2}, stage="+"), ["+", v("x", {"j": 1}), ["n", {"j": 1}]]],
        [["j", {}, {"1": 2}]],
    )
    st = descent(
        letters,
        [h],
        [
            "eq",
            ["+", v("x", {"1": 2}), neg(v("x", {"1": 2}, stage="0"))],
            sub(v("x", {}, stage="0"), v("x", {"1": 2}, stage="0")),
        ],
    )
    out = refute(st, kind="evaluate", instance={"letters": {"x": ["0", "0", "0"]}, "iterate": 1})
    assert not out["ok"] and "recursion" in out["reason"], out


def test_recursion_of_a_symmetric_letter() -> None:
    """H+ = H + K has no symmetric solution for this K, so the statement is vacuous, not false."""
    two = [{"1": 2}, {"1": 2}]
    st = descent(
        {"H": {"shape": two, "sym": True, "dep": "any"}, "K": {"shape": two}},
        [hyp("next", ["eq", v("H", stage="+"), ["+", v("H"), v("K")]])],
        ["ge", ["tr", v("H")], q(1)],
    )
    zero = [["0", "0"], ["0", "0"]]
    out = refute(st, kind="evaluate", instance={"letters": {"H": zero, "K": [["0", "1"], ["0", "0"]]}})
    assert not out["ok"] and "recursion" in out["reason"], out


def test_layer_gradient_of_another_product() -> None:
    w = {"index": [["j", ONE, N]], "shape": [ONE, ONE]}
    letters = {"L": {}, "G": {"shape": UNIT}, "W": {**w, "chain": True}, "U": {**w, "chain": True}, "g": w}
    for name, stage, time in (("U", "", "none"), ("W", "0", "descent")):
        moved = {k: {**x, "dep": "any"} if time == "descent" and k != "U" else x for k, x in letters.items()}
        st = {
            "sig": {
                "time": time,
                "nat": {"N": 1},
                "letters": moved,
                "losses": {
                    "L": {
                        "at": ["ch", name, N, ONE, stage],
                        "grad": "G",
                        "params": "W",
                        "pgrad": "g",
                        "target": ["zero", ONE, ONE],
                    }
                },
            },
            "hyps": [],
            "goals": [goal(["eq", v("g", ONE), ["zero", ONE, ONE]])],
        }  # true: at does not move with W
        out = refute(st, kind="evaluate", instance={"nat": {"N": 1}, "letters": {"W": [[["1"]]], "U": [[["1"]]]}})
        assert not out["ok"] and "whole product" in out["reason"], out


def test_recursion_without_a_variable_is_rejected_not_a_crash() -> None:
    st = descent(
        {"x": {"index": [["j", {}, {}]], "dep": "any"}},
        [hyp("h", ["eq", v("x", {}, stage="+"), q(0)], [["j", {}, {}]])],
        ["eq", q(0), q(1)],
    )
    out = refute(st, kind="evaluate", instance={"letters": {"x": ["0"]}})
    assert not out["ok"], out


def test_checks_are_not_vacuous() -> None:
    assert check(theorem({}, [], [alg("s", never, ["q", "1"])]))[0]["ok"]
    assert check(lemma_all_equal())[0]["ok"]

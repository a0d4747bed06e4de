"""Checks of the kernel that no certificate of the corpus reaches, one by one."""

from __future__ import annotations

import importlib
import sys
from itertools import pairwise
from typing import Any

import pytest

from verify.kernel import __main__ as command
from verify.kernel import kinds, replay
from verify.kernel import linear as ln
from verify.kernel import normal as nm
from verify.kernel import words as wd
from verify.kernel.checker import Checker
from verify.kernel.errors import Budget, Reject
from verify.kernel.signature import Signature, parse, rational

from .terms import accepted, alg, check, fact, goal, hyp, q, refute, rejected, step, sub, theorem, tr, v

Json = Any
N, ONE, ZERO, n, k, j = {"N": 1}, {"1": 1}, {}, {"n": 1}, {"k": 1}, {"j": 1}
ALL = [["k", ZERO, N]]
never = ["ge", q(1), q(0)]
SQUARE = {"shape": [n, n]}
WIDE = {"shape": [n, N]}
TRUE = alg("s", never, ["q", "1"])


def sig(**letters: Json) -> Json:
    return {"nat": {"N": 1, "n": 1}, "letters": letters}


def lone(signature: Json, reason: str) -> None:
    """A signature is rejected under a theorem that is true."""
    rejected(theorem(signature, [], [TRUE]), reason=reason)


# ---- signatures ---------------------------------------------------------------------------------------------------

SIGNATURES: dict[str, tuple[Json, str]] = {
    "index of two": ({"letters": {"x": {"index": [["k", ZERO]]}}}, "must be [variable, low, high]"),
    "index that is no list": ({"letters": {"x": {"index": ["k"]}}}, "must be [variable, low, high]"),
    "index name": ({"letters": {"x": {"index": [["1", ZERO, ONE]]}}}, "not a name"),
    "shape of one": ({"letters": {"x": {"shape": [ONE]}}}, "two entries"),
    "shape that is no list": ({"letters": {"x": {"shape": "ab"}}}, "two entries"),
    "flag": ({"letters": {"x": {"sym": 1}}}, "true or false"),
    "chain flag": ({"letters": {"x": {"chain": None}}}, "true or false"),
    "free flag": ({"letters": {"x": {"free": "yes"}}}, "true or false"),
    "dependence": ({"letters": {"x": {"dep": "sometimes"}}}, "unknown time dependence"),
    "unknown law": ({"letters": {"x": {"law": {"kind": "cauchy"}}}}, "unknown law"),
    "law without kind": ({"letters": {"x": {"law": {}}}}, "lacks the field"),
    "values of a law": ({"letters": {"x": {"law": {"kind": "angle", "values": []}}}}, "only a finite law"),
    "no values": ({"letters": {"x": {"law": {"kind": "finite"}}}}, "needs a list"),
    "empty values": ({"letters": {"x": {"law": {"kind": "finite", "values": []}}}}, "needs a list"),
    "values of one": ({"letters": {"x": {"law": {"kind": "finite", "values": [["1"]]}}}}, "needs a list"),
    "values that are no list": ({"letters": {"x": {"law": {"kind": "finite", "values": ["12"]}}}}, "needs a list"),
    "value": ({"letters": {"x": {"law": {"kind": "finite", "values": [["1", "a"]]}}}}, "rational expected"),
    "law of a scalar": ({"letters": {"x": {"law": {"kind": "gauss"}}}}, "must be a column"),
    "law of a matrix": ({"letters": {"x": {"shape": [ONE, ONE], "law": {"kind": "bounded"}}}}, "must be a scalar"),
    "chain without shape": ({"letters": {"x": {"chain": True, "index": ALL[:0]}}}, "chain family"),
    "chain without index": ({"letters": {"x": {"chain": True, "shape": [ONE, ONE]}}}, "chain family"),
    "symmetric chain": (
        {
            "nat": {"N": 1},
            "letters": {"x": {"chain": True, "sym": True, "shape": [ONE, ONE], "index": [["j", ONE, N]]}},
        },
        "chain family",
    ),
    "free chain": (
        {
            "nat": {"N": 1},
            "letters": {"x": {"chain": True, "free": True, "shape": [ONE, ONE], "index": [["j", ONE, N]]}},
        },
        "chain family",
    ),
    "random chain": (
        {
            "nat": {"N": 1},
            "letters": {"x": {"chain": True, "law": {"kind": "gauss"}, "shape": [ONE, ONE], "index": [["j", ONE, N]]}},
        },
        "chain family",
    ),
    "symmetric scalar": ({"letters": {"x": {"sym": True}}}, "must be square"),
    "symmetric and wide": ({"nat": {"n": 1}, "letters": {"x": {"sym": True, "shape": [n, ONE]}}}, "must be square"),
    "free scalar": ({"letters": {"x": {"free": True}}}, "constant matrix"),
    "free and random": (
        {"letters": {"x": {"free": True, "shape": [ONE, ONE], "law": {"kind": "gauss"}}}},
        "constant matrix",
    ),
    "free and moving": (
        {"time": "flow", "letters": {"x": {"free": True, "shape": [ONE, ONE], "dep": "any"}}},
        "constant matrix",
    ),
    "large least value": ({"nat": {"N": 10**6 + 1}}, "natural number"),
    "assumption": ({"nat": {"N": 1}, "assume": [{"M": 1}]}, "unknown index symbol"),
    "family of one": ({"dims": {"d": [ZERO]}}, "needs [low, high]"),
    "family that is no list": ({"dims": {"d": {"1": 1}}}, "needs [low, high]"),
    "family and natural": ({"nat": {"d": 1}, "dims": {"d": [ZERO, ONE]}}, "used twice"),
    "family and letter": ({"dims": {"d": [ZERO, ONE]}, "letters": {"d": {}}}, "used twice"),
    "index twice": ({"letters": {"x": {"index": [["k", ZERO, ONE], ["k", ZERO, ONE]]}}}, "used twice"),
    "loss of nobody": ({"letters": {"L": {}}, "losses": {"L": {"at": q(0), "grad": "G"}}}, "undeclared letter"),
    "loss that is undeclared": ({"losses": {"L": {"at": q(0), "grad": "G"}}}, "undeclared letter"),
    "loss with its own gradient": ({"letters": {"L": {}}, "losses": {"L": {"at": q(0), "grad": "L"}}}, "two losses"),
    "unknown field": ({"letters": {"x": {"colour": 1}}}, "unknown field"),
    "parameters alone": (
        {"letters": {"L": {}, "G": {}, "W": {}}, "losses": {"L": {"at": q(0), "grad": "G", "params": "W"}}},
        "params and pgrad together",
    ),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name: str) -> None:
    signature, reason = SIGNATURES[name]
    lone(signature, reason)


def test_a_shape_of_an_unknown_family_is_found_when_it_is_read() -> None:
    signature = {"letters": {"x": {"shape": [["dim", "e", ZERO], ONE]}}}
    bad = alg("s", ["eq", v("x"), v("x")], ["null", v("x")])
    rejected(theorem(signature, [], [bad]), reason="unknown dimension family")


def test_a_shape_outside_its_family() -> None:
    """The shape of every member lies in the family, whether a formula speaks of that member or not."""

    def declared(low: Any, high: Any) -> Any:
        letters = {"x": {"index": [["k", low, high]], "shape": [["dim", "d", k], ONE]}}
        at = v("x", ONE)
        signature = {"nat": {"N": 1}, "dims": {"d": [ONE, N]}, "letters": letters}
        return theorem(signature, [], [alg("s", ["eq", at, at], ["null", at])])

    accepted(declared(ONE, N))
    rejected(declared(ZERO, N), reason="index of the dimension d below")
    rejected(declared(ONE, {"N": 2}), reason="index of the dimension d above")
    rejected(declared(ONE, None), reason="no upper end")


def test_a_family_of_dimensions_below_zero() -> None:
    for low, reason in ((ZERO, None), ({"1": -1}, "may start below zero"), ({"N": 1, "1": -2}, "may start below zero")):
        signature = {"nat": {"N": 1}, "dims": {"d": [low, N]}}
        made = theorem(signature, [], [alg("s", ["ge", q(0), q(0)], ["z", ["null", q(0)]])])
        accepted(made) if reason is None else rejected(made, reason=reason)


def test_an_expectation_needs_random_letters() -> None:
    x = v("x")
    for law, reason in (({"law": {"kind": "bounded"}}, None), ({}, "without random letters")):
        for made in (alg("s", ["eq", ["E", x], x], ["null", q(0)]), alg("s", ["eq", x, x], ["E", ["null", x]])):
            for hyps in ([], [hyp("h", ["ge", v("Y"), x])]):
                out = theorem({"letters": {"x": {}, "Y": law}}, hyps, [made])
                accepted(out) if reason is None else rejected(out, reason=reason)


def test_empty_ids() -> None:
    step = alg("", ["ge", q(0), q(0)], ["z", ["null", q(0)]])
    rejected(theorem({}, [], [step]), reason="a step has no id")
    rejected(theorem({}, [hyp("", ["ge", q(0), q(0)])], [{**step, "id": "s"}]), reason="is missing or used twice")
    accepted(theorem({}, [hyp("h", ["ge", q(0), q(0)])], [{**step, "id": "s"}]))


def test_dimensions() -> None:
    for bad, reason in (
        (["dim", "e", ZERO], "unknown dimension family"),
        (["dim", 3, ZERO], "dimension expected"),
        (["dim", "d"], "dimension expected"),
        (["size", "d", ZERO], "dimension expected"),
        (["dim", "d", {"1": -1}], "below its range"),
        (["dim", "d", {"N": 1, "1": 1}], "above its range"),
    ):
        signature = {"nat": {"N": 1}, "dims": {"d": [ZERO, N]}}
        wrong = alg("s", ["ge", ["n", bad], q(0)], ["nat", bad])
        rejected(theorem(signature, [], [wrong]), reason=reason)


def test_rationals() -> None:
    assert rational("-6/4") == rational("-3/2") and rational("0") == 0 and rational("5") == 5
    for bad in ("", "1/", "/2", "1.5", "+1", "1/-2", " 1", "1\n", "1" * 4001, "1/" + "1" * 4001, None, 1, ["1"]):
        with pytest.raises(Reject):
            rational(bad)
    assert rational("1" * 4000) > 0


# ---- names, scopes and arities ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x", "N", "d"])
def test_prefix_variables_do_not_shadow(name: str) -> None:
    signature = {"nat": {"N": 1}, "dims": {"d": [ZERO, N]}, "letters": {"x": {}}}
    rejected(theorem(signature, [hyp("h", never, [[name, ZERO, N]])], [TRUE]), reason="shadows")


@pytest.mark.parametrize("name", ["k", "x", "N", "d"])
def test_variables_in_proofs_of_hypotheses_do_not_shadow(name: str) -> None:
    lemma = theorem({}, [hyp("h", ["ge", ["n", k], q(0)], [["k", ZERO, None]])], [TRUE], "lemma")
    signature = {"nat": {"N": 1}, "dims": {"d": [ZERO, N]}, "letters": {"x": {}}}
    fields = {"theorem": "lemma", "goal": 0, "at": [], "map": {}}
    for use, fine in ((name, False), ("fresh", True)):
        made = step("s", "use", never, ALL, hyps={"h": {"vars": [use], "proof": ["nat", {use: 1}]}}, **fields)
        if fine:
            accepted(lemma, theorem(signature, [], [made]))
        else:
            rejected(lemma, theorem(signature, [], [made]), reason="shadows")


@pytest.mark.parametrize("name", ["x", "N", "d"])
def test_bound_indices_do_not_shadow(name: str) -> None:
    signature = {"nat": {"N": 1}, "dims": {"d": [ZERO, N]}, "letters": {"x": {}}}
    for head in ("sum", "prod"):
        t = [head, name, ZERO, N, q(1)]
        rejected(theorem(signature, [], [alg("s", ["ge", t, t], ["z", ["null", t]])]), reason="shadows")


@pytest.mark.parametrize("prefix", [[["k", ZERO]], ["k"], [[["k", ZERO, N]]], {}, None, [["k", ZERO, N, N]]])
def test_prefixes(prefix: Json) -> None:
    made = {**theorem(sig(), [], [TRUE])}
    made["steps"] = [{**TRUE, "all": prefix}]
    made["goals"] = [{"all": prefix, "concl": never}]
    assert not check(made)[0]["ok"]


def test_a_prefix_starts_at_a_natural() -> None:
    rejected(theorem(sig(), [hyp("h", never, [["k", {"N": 1, "1": -2}, N]])], [TRUE]), reason="below zero")


def test_arities() -> None:
    """One argument too many or too few is a rejection for every head of a proof term."""
    x, X = v("x"), v("X")
    signature = sig(x={}, X={**SQUARE, "sym": True}, z={"law": {"kind": "angle"}})
    zeros = {
        "null": [x],
        "fact": ["e", []],
        "mul": [None, ["null", x], None],
        "T": [["null", X]],
        "tr": [["null", X]],
        "vec": [["null", X]],
        "E": [["null", x]],
        "kron": [["null", X], X],
        "kronr": [X, ["null", X]],
        "sum": ["k", ZERO, N, ["null", x]],
        "anti": [["q", "0"], ["q", "0"]],
        "rw": [x, []],
        "rwz": [["null", x], []],
        "split": ["k", ZERO, ZERO, N, x],
        "logexp": [x],
        "ind1": [q(1), ["q", "1"]],
        "gram": [X, ["null", x]],
    }
    for head, arguments in zeros.items():
        for p in ([head, *arguments, arguments[-1]], [head, *arguments[:-1]]):
            made = alg("s", ["eq", x, x], p)
            out = check(theorem(signature, [hyp("e", ["eq", x, x])], [made]))[0]
            assert not out["ok"] and ("takes" in out["reason"] or "no arguments" in out["reason"]), (p, out)
    others = {
        "q": ["1"],
        "pi": [],
        "time": [],
        "nat": [N],
        "sq": [x],
        "mul": [["q", "1"], ["q", "1"]],
        "z": [["null", x]],
        "pow": [["q", "1"], N],
        "exp": [x],
        "ind": [x],
        "E": [["q", "1"]],
        "inv": [["q", "1"]],
        "trace": [["one", n]],
        "trace2": [["one", n], ["one", n]],
        "angle": ["z", [], 1],
        "fact": ["e", []],
    }
    for head, arguments in others.items():
        for p in ([head, *arguments, x], *([[head, *arguments[:-1]]] if arguments else [])):
            out = check(theorem(signature, [hyp("e", never)], [alg("s", never, p)]))[0]
            assert not out["ok"] and "takes" in out["reason"], (p, out)
    matrices = {
        "one": [n],
        "gram": [X],
        "congruence": [X, ["one", n]],
        "scale": [["q", "1"], ["one", n]],
        "z": [["null", X]],
        "kron": [["one", n], ["one", n]],
        "pow": [["one", n], N],
        "dominate": [["one", n]],
        "rw": [["one", n], []],
    }
    for head, arguments in matrices.items():
        for p in ([head, *arguments, x], [head, *arguments[:-1]]):
            out = check(theorem(signature, [], [alg("s", ["psd", ["one", n]], p)]))[0]
            assert not out["ok"] and "takes" in out["reason"], (p, out)


def test_terms_take_their_arguments() -> None:
    x, X = v("x"), v("X")
    wrong: list[Json] = [["q"], ["q", "1", "1"], ["n"], ["n", N, N], ["pi", 1], ["v", "x", []], ["v", "x", [], "", ""]]
    wrong += [
        ["tr"],
        ["tr", X, X],
        ["T"],
        ["T", X, X],
        ["kr", X],
        ["kr", X, X, X],
        ["vec"],
        ["pow", x],
        ["pow", x, N, N],
    ]
    wrong += [["root", x], ["exp"], ["exp", x, x], ["sum", "k", ZERO, N], ["prod", "k", ZERO, N, x, x], ["one"]]
    wrong += [["one", n, n], ["zero", n], ["E"], ["ch", "X", N, ONE], ["D", x, x], ["t", 1]]
    for t in wrong:
        out = check(theorem(sig(x={}, X=SQUARE), [], [alg("s", ["eq", t, t], ["null", t])]))[0]
        assert not out["ok"] and "takes" in out["reason"], (t, out)
    for t in (["+"], ["*"]):
        rejected(theorem({}, [], [alg("s", ["eq", t, t], ["null", t])]), reason="empty")
    for t in (["+", x], ["*", x]):
        accepted(theorem(sig(x={}), [], [alg("s", ["eq", t, x], ["null", x])]))


@pytest.mark.parametrize(
    "f", [["eq", q(1)], ["eq", q(1), q(1), q(1)], ["psd"], ["psd", q(1), q(1)], ["le", q(1), q(1)], []]
)
def test_formulas(f: Json) -> None:
    assert not check(theorem({}, [hyp("h", f)], [TRUE]))[0]["ok"]


@pytest.mark.parametrize("kind", ["ge", "gt"])
def test_inequalities_are_for_scalars(kind: str) -> None:
    rejected(theorem(sig(A=SQUARE), [hyp("h", [kind, v("A"), v("A")])], [TRUE]), reason="inequality between")


def test_psd_is_for_matrices() -> None:
    rejected(theorem(sig(x={}), [hyp("h", ["psd", v("x")])], [TRUE]), reason="psd of a scalar")
    rejected(theorem(sig(A=SQUARE), [hyp("h", ["psd", ["vec", v("A")]])], [TRUE]), reason="psd of the stacked")
    rejected(theorem(sig(A=WIDE), [hyp("h", ["psd", v("A")])], [TRUE]), reason="different sorts")


# ---- proof terms --------------------------------------------------------------------------------------------------

A, S, x, y, a = v("A"), v("S"), v("x"), v("y"), v("a", k)
LETTERS = sig(A=SQUARE, S={**SQUARE, "sym": True}, x={}, y={}, a={"index": ALL}, c={"index": ALL})
HYPS = [
    hyp("x is", ["eq", x, y]),
    hyp("A is", ["eq", A, ["*", S, S]]),
    hyp("a is", ["eq", a, y], ALL),
    hyp("sum is", ["eq", ["+", x, y], q(1)]),
    hyp("twice", ["eq", v("a", {"k": 2}), y], [["k", ZERO, ZERO]]),
    hyp("S", ["psd", S]),
    hyp("up", ["ge", x, q(0)]),
    hyp("y up", ["gt", y, q(0)]),
    hyp("nz", ["ne", x, q(0)]),
]
BAD_PROOFS: dict[str, tuple[Json, Json, str]] = {
    "no sum": (["eq", q(0), q(0)], ["add"], "empty sum"),
    "no sum of signs": (["ge", q(0), q(0)], ["add"], "empty sum"),
    "no sum of matrices": (["psd", S], ["add"], "empty sum"),
    "gram of a column": (["eq", x, x], ["gram", ["vec", A], ["null", x]], "needs a matrix"),
    "gram of another trace": (["eq", A, A], ["gram", A, ["null", x]], "not about the trace"),
    "sign of a matrix": (["ge", q(0), q(0)], ["z", ["null", A]], "not scalars"),
    "psd of a scalar": (["psd", S], ["z", ["null", x]], "not a matrix"),
    "psd of a column": (["psd", S], ["z", ["null", ["vec", A]]], "different sorts"),
    "asymmetric zero": (["psd", S], ["z", fact("A is")], "not symmetric"),
    "wide zero": (["psd", S], ["z", ["null", ["zero", n, N]]], "different sorts"),
    "two cases": (["psd", S], ["case", "c", x, fact("S"), ["one", n]], "different matrices"),
    "two cases of shapes": (["psd", S], ["case", "c", x, ["one", n], ["one", N]], "different matrices"),
    "two cases of sorts": (["eq", x, x], ["case", "c", x, ["null", x], ["null", A]], "different equations"),
    "two cases of signs": (["ge", x, q(0)], ["case", "c", x, fact("up"), fact("y up")], "different inequalities"),
    "fact of another kind": (["ge", x, q(0)], fact("x is"), "not an inequality"),
    "fact that is no equation": (["eq", x, y], fact("up"), "not an equation"),
    "fact that is not psd": (["psd", S], fact("up"), "does not say"),
    "inequation as a sign": (["ge", x, q(0)], fact("nz"), "not an inequality"),
    "rewriting by a sum": (["eq", x, x], ["rw", x, ["sum is"]], "what one letter is"),
    "rewriting by a sign": (["eq", x, x], ["rw", x, ["up"]], "not an equation"),
    "rewriting without variable": (["eq", x, x], ["rw", x, ["twice"]], "carry each variable"),
    "rewriting by nothing known": (["eq", x, x], ["rw", x, ["gone"]], "no fact 'gone'"),
    "rewriting by no list": (["eq", x, x], ["rw", x, "x is"], "list of facts"),
    "name of a case": (["ge", x, q(0)], ["case", "up", x, fact("up"), fact("up")], "in use"),
    "name of a case inside": (
        ["ge", x, q(0)],
        ["case", "c", x, ["case", "c", y, fact("up"), fact("up")], fact("up")],
        "in use",
    ),
    "name of a case is no name": (["ge", x, q(0)], ["case", "1", x, fact("up"), fact("up")], "not a name"),
    "case of a matrix": (["ge", x, q(0)], ["case", "c", A, fact("up"), fact("up")], "scalar is needed"),
    "case on naturals of one": (["ge", x, q(0)], ["case", "c", ["nat", N], fact("up"), fact("up")], "takes 2"),
    "congruence with an exponent": (
        ["eq", ["exp", x], ["exp", y]],
        ["cong", "exp", x, y, fact("x is"), N],
        "no congruence",
    ),
    "congruence of nothing known": (["eq", x, y], ["cong", "E", x, y, fact("x is"), None], "no congruence"),
    "number of an interval": (["ge", ["cos", q(0)], q(0)], ["cos", q(0), "0", ["pi"], ["pi"]], "must be an integer"),
    "domination of a tensor": (["psd", ["kr", S, S]], ["dominate", ["kron", fact("S"), fact("S")]], "for matrices"),
    "inverse of an inequation of another": (["eq", y, y], ["inv", y, ["ne", "nz", []]], "does not say"),
    "inverse by a fact of another kind": (["eq", y, y], ["inv", y, ["ne", "y up", []]], "does not say"),
    "log of a weak sign": (["eq", x, x], ["explog", x, fact("up")], "not proved to be positive"),
    "log of another": (["eq", x, x], ["explog", x, fact("y up")], "not proved to be positive"),
    "absurd that is true": (["eq", x, x], ["absurd", x, ["q", "1"]], "not absurd"),
    "absurd of a letter": (["eq", x, x], ["absurd", x, fact("y up")], "not absurd"),
    "zero is not absurd": (["eq", x, x], ["absurd", x, ["z", ["null", x]]], "not absurd"),
    "factors of another sort": (["eq", x, x], ["congprod", "k", ZERO, N, A, A, ["null", A]], "scalar is needed"),
    "anti of others": (["eq", x, x], ["anti", fact("up"), fact("y up")], "do not bound the same"),
    "split too early": (["eq", x, x], ["split", "k", ONE, {"1": -1}, N, x], "first part"),
    "split too late": (["eq", x, x], ["split", "k", ONE, {"N": 1, "1": 1}, N, x], "second part"),
    "unknown equation": (["eq", x, x], ["sorry"], "unknown proof of an equation"),
    "unknown sign": (["ge", x, x], ["sorry"], "unknown proof of an inequality"),
    "unknown psd": (["psd", S], ["sorry"], "unknown proof that a matrix is PSD"),
    "a name for a proof": (["eq", x, x], "x is", "expected"),
    "a number for a proof": (["eq", x, x], [1, 2], "expected"),
    "size of nothing": (["ge", ["n", N], q(0)], ["nat", {"N": -1}], "may be negative"),
}


@pytest.mark.parametrize("name", BAD_PROOFS)
def test_proofs_that_are_rejected(name: str) -> None:
    concl, proof, reason = BAD_PROOFS[name]
    rejected(theorem(LETTERS, HYPS, [alg("s", concl, proof)]), reason=reason)


def test_rewriting_leaves_what_is_out_of_range() -> None:
    """a_k = y for k from 1 to N - 1 and a_N = x: other occurrences stay."""
    inner = hyp("inner", ["eq", a, y], [["k", ONE, {"N": 1, "1": -1}]])
    last = hyp("last", ["eq", v("a", N), x])
    late = hyp("late", ["eq", v("a", {"k": 1}), x], [["k", N, N]])
    fixed = hyp("fixed", ["eq", v("p", k, ZERO), y], ALL)
    letters = {**LETTERS, "letters": {**LETTERS["letters"], "p": {"index": [*ALL, ["m", ZERO, N]]}}}
    t = ["+", v("a", ZERO), v("a", N)]
    both = ["sum", "k", ONE, {"N": 1, "1": -1}, a]
    total = ["sum", "k", ZERO, N, a]
    two = ["+", v("p", N, ZERO), v("p", N, N), v("p", ZERO, ZERO)]
    accepted(
        theorem(
            letters,
            [inner, last, late, fixed],
            [
                alg("first", ["eq", t, t], ["rw", t, ["inner"]]),
                alg("last one", ["eq", t, ["+", v("a", ZERO), x]], ["rw", t, ["last"]]),
                alg("late one", ["eq", t, ["+", v("a", ZERO), x]], ["rw", t, ["late"]]),
                alg("inside", ["eq", both, ["*", ["n", {"N": 1, "1": -1}], y]], ["rw", both, ["inner"]]),
                alg("wider", ["eq", total, total], ["rw", total, ["inner"]]),
                alg("at one place", ["eq", two, ["+", y, v("p", N, N), y]], ["rw", two, ["fixed"]]),
            ],
        )
    )


def test_strict_conclusions_of_steps() -> None:
    """A weak fact does not prove a strict goal, a strict one proves a weak goal."""
    weak, strict = alg("w", ["ge", x, q(0)], fact("up")), alg("s", ["gt", y, q(0)], fact("y up"))
    made = theorem(LETTERS, HYPS, [weak, strict], qed=["s"])
    accepted({**made, "goals": [goal(["ge", y, q(0)])]})
    rejected({**made, "qed": ["w"], "goals": [goal(["gt", x, q(0)])]}, reason="another formula")
    rejected({**made, "qed": ["s"], "goals": [goal(["ne", y, q(0)])]}, reason="another formula")
    rejected({**made, "qed": ["s"], "goals": [goal(["eq", y, q(0)])]}, reason="another formula")
    rejected({**made, "qed": ["gone"]}, reason="no fact 'gone'")
    rejected({**made, "goals": [goal(["gt", y, ["*", q(0), A]])]}, reason="different sorts")


def test_variables_are_not_facts() -> None:
    rejected(
        theorem(
            LETTERS,
            [hyp("IH", never)],
            [step("s", "induct", never, [["i", ZERO, None]], var="i", base=[["q", "1"]], step=["q", "1"])],
        ),
        reason="IH is reserved",
    )


# ---- rules --------------------------------------------------------------------------------------------------------


def network(time: str = "none", **loss: Json) -> Json:
    w = {"index": [["j", ONE, N]], "shape": [n, n]}
    loose = {"dep": "any"} if time != "none" else {}
    return {
        "time": time,
        "nat": {"N": 1, "n": 1},
        "letters": {
            "W": {**w, "chain": True, **({"dep": "smooth"} if time == "flow" else loose)},
            "g": {**w, **loose},
            "V": {**w, "free": True},
            "F": {**SQUARE, "free": True},
            "L": {"dep": "smooth"} if time == "flow" else loose,
            "G": {**SQUARE, **loose},
            "P": SQUARE,
        },
        "losses": {"L": {"at": ["ch", "W", N, ONE, ""], "grad": "G", "params": "W", "pgrad": "g", **loss}},
    }


def turned(letter: str = "V", **fields: Json) -> Json:
    concl = [
        "eq",
        ["tr", ["*", tr(v("g", j)), v("V", j)]],
        [
            "tr",
            ["*", tr(v("G")), ["ch", "W", N, {"j": 1, "1": 1}, ""], v("V", j), ["ch", "W", {"j": 1, "1": -1}, ONE, ""]],
        ],
    ]
    return step("s", "variation", concl, [["j", ONE, N]], **{"loss": "L", "letter": letter, **fields})


def test_variation() -> None:
    accepted(theorem(network(), [], [turned()]))
    rejected(theorem(network(), [], [turned("F")]), reason="shape and range of the parameters")
    rejected(theorem(network(), [], [turned("P")]), reason="shape and range of the parameters")
    bare = network()
    del bare["losses"]["L"]["params"], bare["losses"]["L"]["pgrad"]
    rejected(theorem(bare, [], [turned()]), reason="no parameters")
    undecided = network(at=["ch", "W", {"N": 1}, {"N": 1}, ""])
    rejected(theorem(undecided, [], [turned()]), reason="not decided")
    early = network("descent", at=["ch", "W", N, ONE, "0"])
    assert not check(theorem(early, [], [turned()]))[0]["ok"]
    rejected(theorem(network(), [], [turned(letter=["V"])]), reason="not in the signature")
    rejected(theorem(network(), [], [turned(loss=["L"])]), reason="no loss")


def test_losses() -> None:
    for change, reason in (
        ({"target": v("G")}, "loss"),
        ({"target": ["one", N]}, "another shape"),
        ({"at": ["ch", "W", N, ONE, ""], "target": q(0)}, "another shape"),
        ({"at": v("L")}, "loss"),
        ({"at": v("P"), "target": v("F")}, "no gradient"),
        ({"at": v("F")}, "no gradient"),
        ({"target": v("W", ONE)}, "loss"),
    ):
        lone(network(**change), reason)
    lone(network("descent", at=v("P", stage="0")), "")
    moving = network("flow")
    moving["letters"]["P"] = {**SQUARE, "dep": "any"}
    moving["losses"]["L"]["at"] = ["+", ["ch", "W", N, ONE, ""], v("P")]
    lone(moving, "no gradient")
    for letter, decl, reason in (
        ("L", SQUARE, "must be a scalar"),
        ("L", {"law": {"kind": "bounded"}}, "plain letter"),
        ("G", {**SQUARE, "sym": True}, "plain letter"),
        ("G", {**SQUARE, "free": True}, "plain letter"),
        ("G", {**SQUARE, "index": [["q", ONE, N]]}, "plain letter"),
        ("g", SQUARE, "index and shape of its parameters"),
        ("g", {"index": [["j", ONE, N]], "shape": [n, N]}, "index and shape of its parameters"),
        ("g", {"index": [["j", ZERO, N]], "shape": [n, n]}, "index and shape of its parameters"),
        ("g", {"index": [["j", ONE, N]], "shape": [n, n], "sym": True}, "index and shape of its parameters"),
        ("g", {"index": [["j", ONE, N]], "shape": [n, n], "free": True}, "index and shape of its parameters"),
        ("g", {"index": [["j", ONE, N]], "shape": [n, n], "chain": True}, "index and shape of its parameters"),
        ("W", {"index": [["j", ONE, N]], "shape": [n, n]}, ""),
    ):
        made = network()
        made["letters"][letter] = decl
        lone(made, reason)


PROJECTIONS = {"p": {}, "r": {}, "e": {"index": ALL}, "f": SQUARE, "h": {"law": {"kind": "angle"}}}


def polar(**changes: Json) -> Json:
    d = {"d": 1}
    signature = {
        "nat": {"d": 1, "N": 1, "n": 1},
        "letters": {
            "w": {"shape": [d, ONE], "law": {"kind": "gauss"}},
            "U": {"law": {"kind": "angle"}},
            "x": {"shape": [d, ONE]},
            "y": {"shape": [d, ONE]},
            "theta": {},
            **PROJECTIONS,
        },
    }
    dot = {s + t: ["tr", ["*", tr(v(s)), v(t)]] for s in "xyw" for t in "xy"}
    hyps = [
        hyp("x unit", ["eq", dot["xx"], q(1)]),
        hyp("y unit", ["eq", dot["yy"], q(1)]),
        hyp("angle", ["eq", dot["xy"], ["cos", v("theta")]]),
    ]
    fields = {
        "letter": "w",
        "at": [],
        "x": v("x"),
        "y": v("y"),
        "angle": "U",
        "angle_at": [],
        "theta": v("theta"),
        "u": "p",
        "v": "r",
        "body": ["*", v("p"), v("r")],
        "proofs": [fact("x unit"), fact("y unit"), fact("angle")],
        **changes,
    }
    turned_ = ["cos", sub(v("U"), v("theta"))]
    concl = ["eq", ["E", ["*", dot["wx"], dot["wy"]]], ["*", q(2), ["E", ["*", ["cos", v("U")], turned_]]]]
    return theorem(signature, hyps, [step("s", "polar", concl, **fields)])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": ["+", ["*", v("p"), v("r")], ["*", v("p"), v("p"), v("p"), v("p")]]}, "not homogeneous"),
        ({"body": ["sum", "k", ZERO, N, ["*", v("p"), v("e", k)]]}, "a sum inside"),
        ({"body": v("p")}, "degrees 0, 2 and 4"),
        ({"body": ["pow", v("p"), N]}, "not visibly homogeneous"),
        ({"u": "e"}, "plain scalar letters"),
        ({"u": "f"}, "plain scalar letters"),
        ({"u": "h"}, "plain scalar letters"),
        ({"v": "h"}, "plain scalar letters"),
        ({"x": v("f")}, "length of the Gaussian"),
        ({"y": ["*", v("y"), ["one", ONE], ["one", ONE]]}, None),
        ({"y": tr(v("y"))}, "length of the Gaussian"),
        ({"theta": ["*", q(1), v("U")]}, "must not be random"),
        ({"theta": v("p")}, "occur in the directions"),
        ({"angle": "w"}, "uniform angle"),
        ({"letter": "x"}, "Gaussian column"),
        ({"angle": "theta"}, "uniform angle"),
    ],
)
def test_polar(changes: Json, reason: str | None) -> None:
    if reason is None:
        accepted(polar(**changes))
    else:
        rejected(polar(**changes), reason=reason)


def continued(**changes: Json) -> list[Json]:
    """f (f - 1) >= 0 keeps a positive f at or above 1: by a lemma without time, from f > 0 before."""
    x, f = v("x"), v("f")
    positive, apart = ["gt", x, q(0)], ["ge", ["*", x, sub(x, q(1))], q(0)]
    divided = [
        "add",
        ["mul", ["inv", fact("positive")], fact("apart")],
        ["z", ["mul", sub(q(1), x), ["inv", x, fact("positive")], None]],
    ]
    hyps = [hyp("positive", positive), hyp("apart", apart)]
    steps = [alg("above", ["ge", x, q(1)], divided), alg("itself", ["ge", x, q(0)], fact("positive"))]
    lemma = theorem(sig(x={}), hyps, steps, "lemma", ["above", "itself"])
    fields = {
        "theorem": "lemma",
        "map": {"nat": {"N": ONE, "n": ONE}, "letters": {"x": {"vars": [], "term": f}}},
        "hyps": {"positive": {"vars": [], "proof": fact("IH")}, "apart": {"vars": [], "proof": fact("apart")}},
        "goal": 0,
        "at": [],
        "start": fact("first"),
        "margin": ["q", "1"],
        **changes,
    }
    hyps = [
        hyp("first", ["gt", v("f", stage="0"), q(0)]),
        hyp("first weak", ["ge", v("f", stage="0"), q(0)]),
        hyp("apart", ["ge", ["*", f, sub(f, q(1))], q(0)]),
        hyp("falls", ["gt", v("m"), q(0)]),
    ]
    flow = {"time": "flow", "nat": {"N": 1, "n": 1}, "letters": {"f": {"dep": "smooth"}, "m": {"dep": "any"}}}
    return [lemma, theorem(flow, hyps, [step("s", "continuation", ["gt", f, q(0)], **fields)], "user")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"goal": 1, "margin": ["z", ["null", q(0)]]}, "weak inequality where a strict one"),
        ({"goal": 1, "margin": ["q", "1"]}, "another formula"),
        ({"margin": ["q", "2"]}, "another formula"),
        ({"margin": fact("falls")}, "another formula"),
        ({"start": fact("first weak")}, "weak inequality where a strict one"),
        ({"start": fact("IH")}, "no fact 'IH'"),
        ({"theorem": "user"}, "no earlier theorem"),
        ({"hyps": {}}, "proofs of the theorem's hypotheses"),
    ],
)
def test_continuation(changes: Json, reason: str | None) -> None:
    outcome = check(*continued(**changes))[-1]
    assert outcome["ok"] == (reason is None), outcome
    assert reason is None or reason in outcome["reason"], outcome


@pytest.mark.parametrize("name", ["r", "exp", "E", "k"])
def test_the_name_of_an_index_does_not_matter_for_integrability(name: str) -> None:
    at, prefix = {name: 1}, [[name, ZERO, N]]
    letters = {"w": {"index": ALL, "shape": [n, ONE], "law": {"kind": "gauss"}}}
    square = ["E", ["tr", ["*", tr(v("w", at)), v("w", at)]]]
    accepted(theorem(sig(**letters), [], [alg("s", ["eq", square, square], ["null", square], prefix)]))


def test_random_letters_with_two_indices() -> None:
    letters = {
        "C": {"index": ALL, "law": {"kind": "bounded"}},
        "B": {"index": [*ALL, ["m", ZERO, N]], "law": {"kind": "bounded"}},
    }
    body = ["*", v("B", k, ZERO), v("B", k, N)]
    wrong = step("s", "independent", never, over=["k", ZERO, N], body=body)
    rejected(theorem(sig(**letters), [], [wrong]), reason="occurs with two indices")
    wrong = step("s", "independent", never, over=["k", ZERO, N], body=v("B", k, k))
    rejected(theorem(sig(**letters), [], [wrong]), reason="not indexed by the variable")
    wrong = step("s", "factor", never, first=["prod", "k", ZERO, N, v("C", k)], second=v("C", ZERO))
    rejected(theorem(sig(**letters), [], [wrong]), reason="under a sum or product")


def test_sorts_of_expectations() -> None:
    letters = {"Y": {"law": {"kind": "finite", "values": [["1", "0"]]}}}
    wrong = step("s", "finite", never, letter="Y", at=[], body=["*", v("Y"), ["one", ONE]])
    rejected(theorem(sig(**letters), [], [wrong]), reason="scalar is needed")


def test_constant_and_antitone_read_their_conclusions() -> None:
    flow = {"time": "flow", "letters": {"u": {"dep": "smooth"}, "A": {"shape": [ONE, ONE], "dep": "smooth"}, "c": {}}}
    u, m = v("u"), v("A")
    for s, reason in (
        (step("s", "constant", ["ge", u, v("u", stage="0")], proof=["null", q(0)]), "concludes an equation"),
        (step("s", "constant", ["eq", u], proof=["null", q(0)]), "takes 2"),
        (step("s", "antitone", ["eq", v("u", stage="0"), u], proof=["q", "0"]), "weak inequality"),
        (step("s", "antitone", ["ge", v("A", stage="0"), m], proof=["q", "0"]), "inequality between"),
        (step("s", "constant", ["eq", u, v("c")], proof=["null", q(0)]), "not the value at the start"),
    ):
        rejected(theorem(flow, [], [s]), reason=reason)
    rejected(
        theorem(
            {**flow, "time": "none", "letters": {"c": {}}},
            [],
            [step("s", "constant", ["eq", v("c"), v("c")], proof=["null", q(0)])],
        ),
        reason="not about a flow",
    )


# ---- use ----------------------------------------------------------------------------------------------------------


def used(lemma_sig: Json, image: Json, reason: str | None, own: Json, hyps: Json = None) -> None:
    spoken = [
        alg(name, ["eq", t, t], ["null", t], prefix)
        for name, decl in lemma_sig.get("letters", {}).items()
        for prefix in [decl.get("index", [])]
        for t in [v(name, *({r[0]: 1} for r in prefix))]
    ]  # a letter that occurs nowhere would not be asked for
    lemma = theorem(lemma_sig, [], [TRUE, *spoken], "lemma", ["s", *(x["id"] for x in spoken)])
    made = theorem(own, [], [step("s", "use", never, theorem="lemma", goal=0, at=[], map=image, hyps=hyps or {})])
    if reason is None:
        accepted(lemma, made)
    else:
        rejected(lemma, made, reason=reason)


def test_maps() -> None:
    here = {"nat": {"N": 2, "n": 1}, "dims": {"d": [ZERO, N]}, "letters": {"x": {}, "a": {"index": ALL}, "A": SQUARE}}
    used({"nat": {"M": 2}}, {"nat": {"M": N}}, None, here)
    used({"nat": {"M": 3}}, {"nat": {"M": N}}, "below its least value", here)
    used({"nat": {"M": 0}}, {"nat": {"M": ["dim", "d", ONE]}}, None, here)
    used({"nat": {"M": 1}}, {"nat": {"M": ["dim", "d", ONE]}}, "not known of a layer width", here)
    used({"nat": {"M": 0}, "assume": [{"M": 1, "1": -2}]}, {"nat": {"M": N}}, None, here)
    used({"nat": {"M": 0}, "assume": [{"M": 1, "1": -3}]}, {"nat": {"M": N}}, "index assumption", here)
    used(
        {"nat": {"M": 0}, "assume": [{"M": 1, "1": -2}, {"M": 1, "1": -3}]}, {"nat": {"M": N}}, "index assumption", here
    )
    M = {"M": 1}
    used({"nat": {"M": 1}, "dims": {"e": [ZERO, M]}}, {"nat": {"M": N}, "dims": {"e": "d"}}, None, here)
    used(
        {"nat": {"M": 1}, "dims": {"e": [ZERO, M]}},
        {"nat": {"M": N}, "dims": {"e": "f"}},
        "unknown dimension family",
        here,
    )
    used(
        {"nat": {"M": 1}, "dims": {"e": [ZERO, {"M": 1, "1": 1}]}},
        {"nat": {"M": N}, "dims": {"e": "d"}},
        "range of e",
        here,
    )
    low = {**here, "dims": {"d": [ONE, N]}}
    used({"nat": {"M": 1}, "dims": {"e": [ZERO, M]}}, {"nat": {"M": N}, "dims": {"e": "d"}}, "range of e", low)
    used(
        {"nat": {"M": 0}, "dims": {"e": [ZERO, M]}},
        {"nat": {"M": ["dim", "d", ZERO]}, "dims": {"e": "d"}},
        "depends on a layer width",
        here,
    )
    used({"time": "flow"}, {}, "used in a statement with time", here)
    used({}, {}, None, {**here, "time": "flow"})
    used({}, {"nat": {"M": N}}, "unknown field", here)
    used({}, {"sizes": {}}, "unknown field", here)
    used({"letters": {"b": {}}}, {"letters": {"b": "A"}}, "not a scalar", here)
    used({"letters": {"b": {}}}, {"letters": {"b": {"vars": []}}}, "lacks the field", here)
    used({"letters": {"b": {}}}, {"letters": {"b": {"vars": ["k"], "term": q(1)}}}, "0 index variables", here)
    used({"letters": {"b": {}}}, {"letters": {"b": "a"}}, "takes 1 index", here)
    used({"letters": {"b": {}}}, {"letters": {"b": "gone"}}, "not in the signature", here)
    used({"letters": {"b": {}}}, {"letters": {"b": 3}}, "must be an object", here)
    family = {"nat": {"M": 0}, "letters": {"b": {"index": [["k", ZERO, {"M": 1}]]}}}
    used(family, {"nat": {"M": N}, "letters": {"b": "a"}}, None, here)
    used(family, {"nat": {"M": {"N": 1, "1": 1}}, "letters": {"b": "a"}}, "above its range", here)
    used(family, {"nat": {"M": N}, "letters": {"b": {"vars": ["1"], "term": q(1)}}}, "not a name", here)
    two = {"letters": {"b": {"index": [["k", ZERO, ONE], ["m", ZERO, {"k": 1}]]}}}
    used(two, {"letters": {"b": {"vars": ["k", "m"], "term": v("a", {"m": 1})}}}, None, here)
    used(two, {"letters": {"b": {"vars": ["k", "m"], "term": v("a", {"k": 2})}}}, None, here)
    used(
        two, {"letters": {"b": {"vars": ["k", "m"], "term": v("a", {"k": 1, "m": 1, "1": 1})}}}, "above its range", here
    )
    matrix = {"nat": {"M": 1}, "letters": {"b": {"shape": [{"M": 1}, {"M": 1}]}}}
    used(matrix, {"nat": {"M": n}, "letters": {"b": "A"}}, None, here)
    used(matrix, {"nat": {"M": N}, "letters": {"b": "A"}}, "matrix, not", here)


def test_maps_of_moving_letters() -> None:
    here = {"time": "flow", "letters": {"x": {"dep": "smooth"}, "r": {"dep": "any"}, "c": {}}}
    for dep, image, reason in (
        ("const", "x", "constant in the theorem"),
        ("const", {"vars": [], "term": v("x", stage="0")}, None),
        ("const", {"vars": [], "term": ["exp", ["+", v("x"), q(1)]]}, "constant in the theorem"),
        ("const", {"vars": [], "term": ["exp", ["t"]]}, "constant in the theorem"),
        ("smooth", "r", "not known to be differentiable"),
        ("smooth", {"vars": [], "term": ["log", v("x")]}, "derivative of log"),
        ("smooth", "c", None),
        ("any", "r", None),
        ("any", {"vars": [], "term": ["t"]}, None),
    ):
        used({"time": "flow", "letters": {"b": {"dep": dep}}}, {"letters": {"b": image}}, reason, here)
    # without time a theorem holds at every instant, whatever its letters stand for
    used({"letters": {"b": {}}}, {"letters": {"b": "r"}}, None, here)


def loss_use(mine: Json, own: Json, changes: Json, reason: str | None) -> None:
    image = {"nat": {"N": N, "n": n}, "letters": {**{name: name for name in mine["letters"]}, **changes}}
    used(mine, image, reason, own)


def test_maps_of_losses() -> None:
    plain = network()
    del plain["letters"]["V"], plain["letters"]["F"]
    target = network(target=v("P"))
    del target["letters"]["V"], target["letters"]["F"]
    loss_use(plain, plain, {}, None)
    loss_use(target, target, {}, None)
    loss_use(plain, target, {}, None)
    loss_use(target, plain, {}, "squared distance in the theorem only")
    loss_use(plain, plain, {"G": "P"}, "the grad of the loss")
    loss_use(plain, plain, {"L": {"vars": [], "term": q(1)}}, "given a loss")
    loss_use(target, target, {"P": {"vars": [], "term": ["*", q(2), v("P")]}}, "another matrix")
    double = network(at=["*", q(2), ["ch", "W", N, ONE, ""]])
    del double["letters"]["V"], double["letters"]["F"]
    loss_use(plain, double, {}, "another matrix")


# ---- refutations --------------------------------------------------------------------------------------------------


def at_instance(signature: Json, concl: Json, reason: str | None, hyps: list[Json] = (), **instance: Json) -> None:
    st = {"sig": signature, "hyps": list(hyps), "goals": [goal(concl)]}
    out = refute(st, kind="evaluate", instance={"letters": {}, **instance})
    assert (out["ok"] and reason is None) or (not out["ok"] and reason is not None and reason in out["reason"]), out


def test_instances() -> None:
    no = ["gt", q(0), q(0)]
    at_instance({}, no, None)
    at_instance({"letters": {"Y": {"law": {"kind": "angle"}}}}, no, "no finite exact instance")
    at_instance({"letters": {"V": {"shape": [ONE, ONE], "free": True}}}, no, "no finite exact instance")
    at_instance({"time": "flow"}, no, "no finite exact instance")
    at_instance({"nat": {"M": 61}}, ["gt", ["tr", ["zero", {"M": 1}, {"M": 1}]], q(0)], "outside 0..60", nat={"M": 61})
    at_instance({"nat": {"M": 60}}, ["gt", ["tr", ["zero", {"M": 1}, {"M": 1}]], q(0)], None, nat={"M": 60})
    at_instance({"nat": {"M": 0}, "dims": {"d": [ZERO, {"M": 1}]}}, no, None, nat={"M": 1}, dims={"d": [1, 60]})
    for bad in ([1], [1, 2, 3], [1, 61], [1, 0], [1, True], [1, "2"], "12"):
        at_instance(
            {"nat": {"M": 0}, "dims": {"d": [ZERO, {"M": 1}]}}, no, "small positive", nat={"M": 1}, dims={"d": bad}
        )
    two = {"shape": [{"1": 2}, ONE]}
    value = [["1"], ["2"]]
    at_instance({"letters": {"c": two}}, no, None, letters={"c": value})
    for bad in ([["1"]], [["1", "2"]], "1", [["1"], ["2"], ["3"]]):
        at_instance({"letters": {"c": two}}, no, "another shape", letters={"c": bad})
    at_instance({"letters": {"c": two}}, no, "equal length", letters={"c": [["1"], ["1", "2"]]})
    at_instance({"letters": {"c": two}}, no, "equal length", letters={"c": [["1"], "1"]})
    at_instance({"letters": {"c": {}}}, no, "another shape", letters={"c": value})
    at_instance({"letters": {"c": {}}}, no, "gives no value", letters={})
    family = {"c": {"index": [["j", ONE, {"1": 2}]]}}
    at_instance({"letters": family}, no, None, letters={"c": ["1", "2"]})
    for bad in (["1"], [], "1", {}):
        at_instance({"letters": family}, no, "gives no value", letters={"c": bad})
    at_instance({}, no, "small natural", iterate=-1)
    at_instance({}, no, "small natural", iterate=True)
    at_instance({}, no, None, iterate=50)
    at_instance({}, no, "no such goal", goal=-1)
    at_instance({}, ["gt", q(1), q(0)], "the goal holds")
    at_instance({}, ["psd", ["*", q(-1), ["one", ONE]]], None)
    at_instance({}, ["psd", ["*", q(0), ["one", ONE]]], "the goal holds")
    at_instance({}, ["ge", ["sum", "i", ZERO, ONE, ["n", {"i": 1}]], q(2)], None)
    at_instance({"nat": {"M": 0}}, ["gt", ["sum", "i", ONE, {"M": 1}, q(1)], q(0)], "empty sum", nat={"M": 0})
    at_instance({"nat": {"M": 0}}, ["gt", ["sum", "i", ONE, {"M": 1}, q(1)], q(4001)], None, nat={"M": 4001})
    at_instance({"nat": {"M": 0}}, ["gt", ["sum", "i", ONE, {"M": 1}, q(1)], q(1)], "too long", nat={"M": 4002})
    at_instance({"nat": {"M": 0}}, ["gt", ["pow", q(1), {"M": 1}], q(1)], None, nat={"M": 60})
    at_instance({"nat": {"M": 0}}, ["gt", ["pow", q(1), {"M": 1}], q(1)], "outside 0..60", nat={"M": 61})
    at_instance(
        {"nat": {"M": 0}}, ["ne", tr(["zero", {"M": 1}, ONE]), tr(["zero", {"M": 1}, ONE])], "non-empty", nat={"M": 0}
    )
    unbounded = [hyp("h", ["ge", ["n", k], q(0)], [["k", ZERO, None]])]
    at_instance({}, no, "unbounded range", hyps=unbounded)
    short = [hyp("h", ["gt", ["n", k], q(0)], [["k", ONE, ZERO]])]
    at_instance({}, no, None, hyps=short)
    family = {"letters": {"x": {"index": [["k", ONE, {"1": 2}]]}}}
    at_instance(family, ["gt", v("x", {"1": 2}), q(5)], None, letters={"x": ["9", "5"]})
    at_instance(family, ["gt", v("x", ONE), q(5)], "the goal holds", letters={"x": ["9", "5"]})
    at_instance(family, ["gt", v("x", ONE), q(5)], "gives no value", letters={"x": ["9"]})
    at_instance(family, ["gt", v("x", ONE), q(5)], "no value", letters={"x": "9"})


def test_an_iterate_needs_a_recursion() -> None:
    u, later = v("u"), v("u", stage="+")
    signature = {"time": "descent", "letters": {"u": {"dep": "any"}, "c": {}}}
    falls = hyp("falls", ["eq", later, sub(u, v("c"))])
    letters = {"u": "3", "c": "1/2"}
    at_instance(signature, ["ge", u, q(2)], None, [falls], letters=letters, iterate=3)
    at_instance(signature, ["ge", u, q(2)], "the goal holds", [falls], letters=letters, iterate=2)
    at_instance(signature, ["ge", later, q(2)], None, [falls], letters=letters, iterate=2)
    at_instance(signature, ["ge", v("u", stage="0"), q(2)], "the goal holds", [falls], letters=letters, iterate=9)
    at_instance(signature, ["ge", u, q(2)], "how u goes on", [], letters=letters, iterate=1)
    at_instance(signature, ["gt", u, q(3)], None, [], letters=letters)
    for bad in (["eq", later, sub(u, v("u", stage="0"))], ["eq", later, later]):
        at_instance(signature, ["ge", u, q(2)], "not a recursion", [hyp("falls", bad)], letters=letters, iterate=1)
    twice = [falls, hyp("again", ["eq", later, u])]
    at_instance(signature, ["ge", u, q(2)], "not a recursion", twice, letters=letters, iterate=1)
    start = hyp("start", ["ge", v("u", stage="0"), q(3)])
    at_instance(signature, ["ge", u, q(3)], None, [falls, start], letters=letters, iterate=1)
    at_instance(signature, ["ge", u, q(3)], "'start' fails", [falls, start], letters={"u": "2", "c": "1"}, iterate=1)
    still = hyp("still", ["ge", v("c"), q(0)])
    at_instance(signature, ["ge", u, q(3)], None, [falls, still], letters=letters, iterate=1)


def test_files_of_other_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Reject, match="no list"):
        kinds.check_file([])
    with pytest.raises(Reject, match="no list"):
        kinds.check_file({"refutations": []})
    with pytest.raises(Reject, match="no list"):
        kinds.check_file({"derivation": {}})
    key = next(iter(kinds.KINDS))
    with pytest.raises(Reject, match="must be a list"):
        kinds.check_file({key: {}})
    monkeypatch.setitem(kinds.KINDS, "nothing", "nothing.replay")
    with pytest.raises(Reject, match="no checker for nothing"):
        kinds.check_file({"nothing": []})
    assert kinds.check_file({"derivation": []}) == {"theorems": [], "refutations": []}


# ---- the command --------------------------------------------------------------------------------------------------


def test_the_folder_registers_itself_as_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an isolated interpreter does that is given the folder."""
    monkeypatch.setattr(command, "__package__", "")
    before = {name for name in sys.modules if name.startswith("verify_kernel")}
    try:
        assert command._package() == "verify_kernel"
        other = importlib.import_module("verify_kernel.replay")
        assert other is not replay and other.load("[1]") == [1]
    finally:
        for name in [m for m in sys.modules if m.startswith("verify_kernel") and m not in before]:
            del sys.modules[name]
    monkeypatch.setattr(command, "__package__", "verify.kernel")
    assert command._package() == "verify.kernel"


# ---- parts --------------------------------------------------------------------------------------------------------


def test_tidy() -> None:
    from fractions import Fraction

    assert nm.tidy(Fraction(4, 2)) == 2 and type(nm.tidy(Fraction(4, 2))) is int
    assert nm.tidy(Fraction(1, 2)) == Fraction(1, 2) and nm.tidy(3) == 3
    for bad in (0.5, True, "1"):
        with pytest.raises(Reject):
            nm.tidy(bad)  # type: ignore[arg-type]


def test_elimination_gives_up_in_time() -> None:
    """With 21 lower and 24 upper rows for each of several symbols it would need more rows than are allowed."""
    names = [f"y{i}" for i in range(30)]
    known = tuple(ln.make({"z": 1 if i % 2 else -1, s: 1, "1": -i}) for i, s in enumerate(names * 2))
    many = tuple(ln.make({s: 1 if i % 2 else -1, t: 1, "1": i}) for i, (s, t) in enumerate(pairwise(names)))
    assert not ln.nonnegative(ln.make({"z": -1, "1": -1}), known + many)


def test_the_budget_counts_to_the_end() -> None:
    whole = Budget(10)
    part = Budget(5, whole)
    part.spend(5)
    assert (part.left, whole.left) == (0, 5)
    with pytest.raises(Reject, match="budget"):
        part.spend()
    other = Budget(100, whole)
    other.spend(4)
    with pytest.raises(Reject, match="budget"):
        other.spend()


def test_long_words() -> None:
    letter = ("l", "A", (), "", 0, 0)
    other = ("l", "B", (), "", 0, 0)
    assert len(wd.normal((letter, other) * 200)) == 400
    with pytest.raises(Reject, match="400 factors"):
        wd.normal((letter, other) * 200 + (letter,))
    assert len(wd.normal((("p", (letter, other), ln.const(64)),))) == 128
    with pytest.raises(Reject, match="larger than 64"):
        wd.normal((("p", (letter,), ln.const(65)),))
    with pytest.raises(Reject, match="negative exponent"):
        wd.normal((("p", (letter,), ln.const(-1)),))


def test_unknown_letters() -> None:
    signature: Signature = parse({"time": "none", "letters": {"x": {}}})
    checker = Checker(signature, Budget(100))
    for bad in (None, 3, ["x"], "y"):
        with pytest.raises(Reject, match="not in the signature"):
            checker.sig.letter(bad)


def test_a_hypothesis_is_not_skipped_because_another_has_its_name() -> None:
    """A recursion defines the next iterate and is not evaluated; a second hypothesis of its name was not, either."""
    sig = {"time": "descent", "letters": {"x": {"dep": "any"}}}
    doubles = hyp("h", ["eq", v("x", stage="+"), ["*", q(2), v("x")]])
    rows = ("k", 0, None), ("k", 5, "fails at the instance"), ("h", 5, "used twice"), ("", 0, "missing")
    for name, low, reason in rows:
        start = hyp(name, ["ge", v("x", stage="0"), q(low)])
        at_instance(sig, ["ge", q(1), v("x")], reason, hyps=[doubles, start], letters={"x": "1"}, iterate=1)


def test_symbolic_powers_of_one_sum_are_kept() -> None:
    sig = {"nat": {"n": 1}, "letters": {"a": {"index": [["k", ONE, {"n": 1}]]}}}
    power: Json = ["pow", ["sum", "k", ONE, {"n": 1}, v("a", {"k": 1})], {"n": 1}]
    for other, ok in ((power, True), (["*", q(2), power], False)):
        (out,) = replay.check([theorem(sig, [], [alg("s", ["eq", power, other], ["null", power])])])
        assert out["ok"] is ok, out


def test_an_accepted_theorem_is_remembered_from_file_to_file() -> None:
    one = theorem({"letters": {"x": {}}}, [], [alg("s", ["eq", v("x"), v("x")], ["null", v("x")])])
    seen: replay.Seen = {}
    first, again = (replay.check_all([one], [], seen)[0][0] for _ in range(2))
    assert first["ok"] and again is first and len(seen) == 1
    other = theorem({"letters": {"x": {}}}, [], [alg("s", ["eq", v("x"), q(1)], ["null", v("x")])])
    assert not replay.check_all([other], [], seen)[0][0]["ok"]

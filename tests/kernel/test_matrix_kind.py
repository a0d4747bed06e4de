"""Matrix statements in the kernel: valid items, the same changed in one place, and normal forms against values."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.kernel.errors import Budget, Reject
from verify.kernel.matrix.evaluate import Evaluator, Undefined
from verify.kernel.matrix.networks import Algebra
from verify.kernel.matrix.replay import check_all
from verify.kernel.matrix.terms import Letters, Reader

N, M, TWO = [{"n": 1}], [{"m": 1}], [{"1": 2}]


def v(name: str) -> Any:
    return ["v", name]


def tr(x: Any) -> Any:
    return ["T", x]


def mul(*xs: Any) -> Any:
    return ["*", *xs]


def neg(x: Any) -> Any:
    return ["*", ["q", "-1"], x]


def square(*names: str, flags: tuple[str, ...] = ()) -> Any:
    return {n: {"shape": [N, N], "flags": list(flags)} for n in names}


def item(letters: Any, goal: Any, how: Any, hyps: Any = (), invertible: Any = ()) -> Any:
    statement = {"letters": letters, "invertible": list(invertible), "hyps": list(hyps), "goal": goal}
    return {"id": "x", "statement": statement, **how}


def proof(by: Any = (), *steps: Any) -> Any:
    return {"proof": {"steps": list(steps), "by": list(by)}}


A, B, P, Q, S = map(v, "ABPQS")
ONE, ZERO = ["I", N], ["Z", N, N]
TWINS: dict[str, Any] = {
    "transpose": item(square("A", "B"), [tr(mul(A, B)), mul(tr(B), tr(A))], proof()),
    "commuting": item(
        square("A", "B"),
        [mul(A, A, B), mul(B, A, A)],
        proof([["1", mul(A, ["hole"]), "h0"], ["1", mul(["hole"], A), "h0"]]),
        hyps=[[mul(A, B), mul(B, A)]],
    ),
    "orthogonal": item(
        {**square("A"), **square("Q", flags=("orthogonal",))},
        [["tr", mul(tr(Q), A, Q)], ["tr", A]],
        proof([["1", ["tr", mul(A, ["hole"])], "Q.r"]]),
    ),
    "inverse": item(
        square("A", flags=("invertible",)),
        [["inv", ["inv", A]], A],
        proof(
            [["-1", mul(["inv", ["inv", A]], ["hole"]), "a.l"], ["1", mul(["hole"], A), "b.l"]],
            {"id": "a", "invertible": A, "because": ["letter", "A"]},
            {"id": "b", "invertible": ["inv", A], "because": ["inverse", A, [["1", None, "a.l"]]]},
        ),
    ),
    "positive": item(
        {**square("A"), **square("P", flags=("psd",))},
        [mul(["inv", ["+", ONE, mul(tr(A), P, A)]], ["+", ONE, mul(tr(A), P, A)]), ONE],
        proof(
            [["1", None, "i.l"]],
            {"id": "i", "invertible": ["+", ONE, mul(tr(A), P, A)], "because": ["positive", "1", [["1", A, "P"]]]},
        ),
    ),
    "given": item(
        square("A", "B"),
        [mul(["inv", ["+", A, B]], ["+", A, B]), ONE],
        proof([["1", None, "i.l"]], {"id": "i", "invertible": ["+", A, B], "because": ["given", 0]}),
        invertible=[["+", A, B]],
    ),
    "two-sided": item(
        square("A", "B"),
        [mul(B, A), ONE],
        proof(
            [["1", ["hole"], "i.l"], ["1", mul(["inv", A], ["hole"], A), "h0"], ["-1", mul(["hole"], B, A), "i.l"]],
            {"id": "i", "invertible": A, "because": ["inverse", B, [["1", None, "h0"]]]},
        ),
        hyps=[[mul(A, B), ONE]],
    ),
    "vanishing": item(
        square("A"),
        [A, ZERO],
        proof([["1", None, "z"]], {"id": "z", "zero": A, "by": [["1", ["tr", ["hole"]], "h0"]]}),
        hyps=[[mul(tr(A), A), ZERO]],
    ),
    "trace": item(
        square("P", flags=("psd",)),
        [P, ZERO],
        proof([["1", None, "z"]], {"id": "z", "zero": ONE, "psd": "P", "by": [["1", None, "h0"]]}),
        hyps=[[["tr", P], ["q", "0"]]],
    ),
    "sum": item(
        square("A", "B"),
        [A, ZERO],
        proof([["1", None, "z"]],
              {"id": "z", "zero": A, "plus": [["2", B, None]], "by": [["1", ["tr", ["hole"]], "h0"]]}),
        hyps=[[["+", mul(tr(A), A), mul(["q", "2"], tr(B), B)], ZERO]],
    ),
    "determinant": item(
        square("A", "B"),
        [["det", mul(A, B)], ["det", mul(B, A)]],
        proof([["1", None, ["det*", A, B]], ["-1", None, ["det*", B, A]]]),
    ),
    "sylvester": item(
        {"A": {"shape": [M, N]}, "B": {"shape": [N, M]}},
        [["det", ["+", ["I", M], mul(A, B)]], ["det", ["+", ONE, mul(B, A)]]],
        proof([["1", None, ["sylvester", A, B]]]),
    ),
    "cayley": item(
        {"A": {"shape": [TWO, TWO]}},
        [["+", mul(A, A), neg(mul(["tr", A], A)), mul(["det", A], ["I", TWO])], ["Z", TWO, TWO]],
        proof([["1", None, ["cayley", A]], ["1", mul(["hole"], ["I", TWO]), ["newton", A]]]),
    ),
    "entries": item(
        {"A": {"shape": [TWO, TWO]}},
        [["+", mul(A, A), neg(mul(["tr", A], A)), mul(["det", A], ["I", TWO])], ["Z", TWO, TWO]],
        {"entries": True},
    ),
    "counterexample": item(
        square("A", "B"),
        [A, B],
        {"instance": {"dims": {"n": 2}, "letters": {"A": [["1", "0"], ["0", "1/2"]], "B": [["1", "0"], ["0", "2"]]}}},
        hyps=[[mul(A, B), mul(B, A)]],
    ),
    "singular": item(
        square("A"),
        [mul(["inv", A], A), ONE],
        {"instance": {"dims": {"n": 1}, "letters": {"A": [["0"]]}}},
    ),
}

S0 = ("proof", "steps", 0)
BAD: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("transpose", ("statement", "goal", 1), mul(tr(A), tr(B)), "do not add up"),
    ("transpose", ("statement", "goal", 1), mul(["T", A], ["v", "C"]), "not declared"),
    ("transpose", ("statement", "letters", "B", "shape"), [M, N], "do not fit"),
    ("transpose", ("statement", "letters", "A", "flags"), ["unitary"], "unknown flag"),
    ("transpose", ("statement", "extra"), 1, "unknown field"),
    ("transpose", ("entries",), True, "one of proof"),
    ("commuting", ("proof", "by", 0, 0), "2", "do not add up"),
    ("commuting", ("proof", "by", 0, 1), mul(B, ["hole"]), "do not add up"),
    ("commuting", ("proof", "by", 0, 2), "h1", "no equation"),
    ("commuting", ("proof", "by"), [], "do not add up"),
    ("commuting", ("statement", "hyps"), [], "no equation"),
    ("commuting", ("proof", "by", 0, 0), 1, "rational expected"),
    ("orthogonal", ("statement", "letters", "Q", "flags"), [], "no equation"),
    ("orthogonal", ("proof", "by", 0, 1), ["tr", mul(["hole"], ["v", "Q"])], "do not add up"),
    ("inverse", ("statement", "letters", "A", "flags"), [], "not declared invertible"),
    ("inverse", (*S0, "because"), ["given", 0], "no such item"),
    ("inverse", (*S0, "because"), ["defined", 0, 0], "no such item"),
    ("inverse", ("proof", "steps", 1, "because", 1), ["inv", A], "do not add up"),
    ("inverse", ("proof", "steps", 1, "because"), ["hope"], "because of"),
    ("positive", (*S0, "because", 1), "0", "must be positive"),
    ("positive", (*S0, "because", 1), "2", "do not add up"),
    ("positive", (*S0, "because", 2, 0, 0), "-1", "q >= 0"),
    ("positive", ("statement", "letters", "P", "flags"), ["symmetric"], "declared PSD"),
    ("positive", ("proof",), {"steps": [], "by": []}, "do not add up"),
    ("given", ("statement", "invertible", 0), A, "another expression"),
    ("given", ("statement", "invertible"), [], "no such item"),
    ("two-sided", ("statement", "hyps", 0, 1), ["+", ONE, ONE], "do not add up"),
    ("two-sided", ("statement", "letters", "A", "shape"), [N, M], "do not fit"),
    ("vanishing", ("statement", "hyps", 0, 0), mul(A, A), "do not add up"),
    ("vanishing", (*S0, "zero"), tr(mul(A, A)), "do not add up"),
    ("trace", ("statement", "letters", "P", "flags"), ["symmetric"], "not declared PSD"),
    ("trace", ("statement", "hyps", 0, 1), ["q", "1"], "do not add up"),
    ("sum", (*S0, "plus", 0, 0), "-2", "q >= 0"),
    ("sum", (*S0, "plus", 0, 2), "B", "declared PSD"),
    ("sum", (*S0, "plus"), [], "do not add up"),
    ("sum", ("statement", "hyps", 0, 0, 2, 1), ["q", "-2"], "do not add up"),
    ("trace", (*S0, "psd"), "Q", "malformed"),
    ("trace", (*S0, "zero"), P, "do not add up"),
    ("trace", (*S0, "invertible"), P, "unknown field"),
    ("determinant", ("proof", "by", 0, 2), ["det*", A, A], "do not add up"),
    ("determinant", ("proof", "by", 0, 2), ["det+", A, B], "no known theorem"),
    ("sylvester", ("statement", "goal", 1), ["det", ["+", ["I", M], mul(A, B), mul(A, B)]], "do not add up"),
    ("sylvester", ("proof", "by", 0, 2), ["sylvester", A, tr(A)], "do not add up"),
    ("sylvester", ("proof", "by", 0, 2), ["sylvester", A, A], "do not compose"),
    ("cayley", ("statement", "letters", "A", "shape"), [N, N], "different shapes"),
    ("cayley", ("proof", "by", 0, 2), ["cayley", mul(A, A)], "do not add up"),
    ("entries", ("statement", "goal", 0, 1), mul(A, tr(A)), "differ as polynomials"),
    ("counterexample", ("instance", "letters", "A", 0, 1), "1", "hypothesis 0 fails"),
    ("counterexample", ("instance", "letters", "A", 1, 1), "2", "the goal holds"),
    ("counterexample", ("instance", "dims", "n"), 3, "another shape"),
    ("counterexample", ("instance", "dims", "n"), 0, "positive size"),
    ("counterexample", ("instance", "letters", "A", 1, 1), "0.5", "rational expected"),
    ("counterexample", ("statement", "letters", "A", "flags"), ["orthogonal"], "not orthogonal"),
    ("counterexample", ("statement", "invertible"), [["+", A, neg(A)]], "singular at the instance"),
    ("singular", ("instance", "letters", "A", 0, 0), "3", "the goal holds"),
    ("singular", ("statement", "letters", "A", "flags"), ["invertible"], "not invertible"),
]  # fmt: skip


def changed(data: Any, path: tuple[Any, ...], new: Any) -> Any:
    out = copy.deepcopy(data)
    at = out
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return out


@pytest.mark.parametrize("name", TWINS)
def test_valid_items_are_accepted(name: str) -> None:
    (found,) = check_all([TWINS[name]])
    assert found["ok"], found


@pytest.mark.parametrize(("name", "path", "new", "reason"), BAD)
def test_changed_items_are_rejected(name: str, path: tuple[Any, ...], new: Any, reason: str) -> None:
    (found,) = check_all([changed(TWINS[name], path, new)])
    assert not found["ok"]
    assert reason in found["reason"], found["reason"]


def test_an_inverse_that_is_not_shown_to_exist_is_no_proof() -> None:
    (found,) = check_all([item(square("A"), [["inv", A], ["inv", A]], proof())])
    assert not found["ok"] and "shown to exist" in found["reason"]


@pytest.mark.parametrize("junk", [None, 1, [], "x", {}, {"id": 1}, {"id": "x", "statement": {}, "proof": {}}])
def test_malformed_items_are_rejected(junk: Any) -> None:
    (found,) = check_all([junk])
    assert found["ok"] is False and found["reason"]


# ---- normal forms mean values ------------------------------------------------------------------------------------

LETTERS = Letters({
    "A": {"shape": [N, M]}, "B": {"shape": [M, N]}, "C": {"shape": [N, N], "flags": ["invertible"]},
    "S": {"shape": [N, N], "flags": ["symmetric"]}, "x": {"shape": [N, []]}, "c": {"shape": [[], []]},
})  # fmt: skip
NN = st.deferred(lambda: st.one_of(
    st.sampled_from([v("C"), v("S"), ["I", N], ["ones", N, N], ["inv", v("C")], ["Z", N, N]]),
    st.tuples(st.sampled_from("+*"), NN, NN).map(list),
    st.tuples(st.just("had"), NN, NN).map(list),
    st.tuples(st.just("T"), NN).map(list),
    st.tuples(NM, MN).map(lambda p: ["*", *p]),
    st.tuples(SC, NN).map(lambda p: ["*", *p]),
    NN.map(lambda t: ["inv", ["T", t]]),
    st.tuples(st.just(v("x")), st.just(tr(v("x")))).map(lambda p: ["*", *p]),
))  # fmt: skip
NM = st.deferred(lambda: st.one_of(st.just(v("A")), MN.map(tr), st.tuples(NN, NM).map(lambda p: ["*", *p])))
MN = st.deferred(lambda: st.one_of(st.just(v("B")), NM.map(tr), st.tuples(MN, NN).map(lambda p: ["*", *p])))
SC = st.deferred(lambda: st.one_of(
    st.just(v("c")), NN.map(lambda t: ["tr", t]), NN.map(lambda t: ["det", t]), st.just(["n", N]),
    st.integers(-3, 3).map(lambda k: ["q", str(k)]),
    st.tuples(NN, NN).map(lambda p: ["tr", ["kron", *p]]),
    st.tuples(NM, MN).map(lambda p: ["*", tr(["vec", tr(p[1])]), ["vec", p[0]]]),
    NN.map(lambda t: ["*", tr(v("x")), t, v("x")]),
    st.tuples(SC, SC).map(lambda p: ["+", *p]),
    SC.map(lambda t: ["inv", t]),
))  # fmt: skip
VALUES = {
    "A": [[1, 2, 0], [-1, 1, 3]], "B": [[2, 1], [0, -1], [1, 1]], "C": [[2, 1], [1, 1]], "S": [[1, 3], [3, -2]],
    "x": [[2], [-3]], "c": [[5]],
}  # fmt: skip


def at_values(t: Any) -> Any:
    """The value; inverses of singular matrices are zero."""
    values = {n: [[Fraction(x) for x in r] for r in m] for n, m in VALUES.items()}

    class Total(Evaluator):
        def inverse(self, x: Any) -> Any:
            try:
                return super().inverse(x)
            except Undefined:
                return [[Fraction(0)] * len(x) for _ in x]

    return Total({"n": 2, "m": 3}, values, Budget(10**7), False).value(t)


def normal(t: Any) -> Any:
    return Reader(LETTERS, Algebra(LETTERS.symmetric, Budget(10**6))).read(t)


def back(t: Any) -> Any:
    """The normal form, written as a term again."""
    from verify.check.rewriting import Terms
    from verify.kernel.matrix.replay import Statement

    letters = {n: {"shape": [[dict(f) for f in d] for d in s], "flags": list(LETTERS.flags[n])}
               for n, s in LETTERS.shapes.items()}  # fmt: skip
    statement = Statement({"letters": letters, "invertible": [], "hyps": [], "goal": [t, t]}, Budget(10**6))
    terms = Terms(statement)
    terms.learn(t)
    return terms.net(statement.reader.read(t)), statement.reader


@given(st.one_of(SC, NN))
@settings(max_examples=120, deadline=None)
def test_equal_normal_forms_have_equal_values(t: Any) -> None:
    try:
        p = normal(t)
        term, reader = back(t)
        again = reader.read(term)
    except Reject:
        return
    assert again.terms == p.terms
    assert at_networks(term) == at_values(t)


def at_networks(t: Any) -> Any:
    """Values of terms with networks: sums over all assignments of the labels."""

    class Networks(Evaluator):
        def inverse(self, x: Any) -> Any:
            try:
                return super().inverse(x)
            except Undefined:
                return [[Fraction(0)] * len(x) for _ in x]

        def _value(self, t: Any) -> Any:
            if t[0] == "net":
                return net_value(t, self)
            return super()._value(t)

    values = {n: [[Fraction(x) for x in r] for r in m] for n, m in VALUES.items()}
    return Networks({"n": 2, "m": 3}, values, Budget(10**8), False).value(t)


def net_value(t: Any, at: Any = None) -> Any:
    from itertools import product

    _, rows, cols, items = t
    found = [(at.value(x), r, c) for x, r, c in items]
    size: dict[str, int] = {}
    for m, r, c in found:
        for label, k in [*zip(r, [len(m)], strict=False), *zip(c, [len(m[0])], strict=False)]:
            size[label] = k
    labels = list(size)
    out = [[Fraction(0)] * (size[cols[0]] if cols else 1) for _ in range(size[rows[0]] if rows else 1)]
    for choice in product(*(range(size[x]) for x in labels)):
        where = dict(zip(labels, choice, strict=True))
        value = Fraction(1)
        for m, r, c in found:
            value *= m[where[r[0]] if r else 0][where[c[0]] if c else 0]
        i, j = where[rows[0]] if rows else 0, where[cols[0]] if cols else 0
        if all(where[x] == (i, j)[k] for k, s in enumerate((rows, cols)) for x in s):
            out[i][j] += value
    return out


PAIRS = st.tuples(NN, NN)


@given(PAIRS)
@settings(max_examples=40, deadline=None)
def test_terms_with_one_normal_form_agree_at_an_instance(pair: Any) -> None:
    """Rewritten by algebra in one way or another, the value stays."""
    a, b = pair
    for x, y in (
        (tr(mul(a, b)), mul(tr(b), tr(a))),
        (["tr", mul(a, b)], ["tr", mul(b, a)]),
        (["had", a, b], ["had", b, a]),
        (["tr", ["kron", a, b]], mul(["tr", a], ["tr", b])),
        (["inv", tr(a)], tr(["inv", a])),
        (["det", mul(["q", "-2"], a)], mul(["q", "4"], ["det", a])),
    ):
        assert at_values(x) == at_values(y)
        if x[0] != "det":
            try:
                assert normal(x).terms == normal(y).terms
            except Reject:
                continue

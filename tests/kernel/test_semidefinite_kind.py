"""Semidefinite statements in the kernel: valid items, and the same items changed in one place."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.kernel.kinds import check_file
from verify.kernel.semidefinite.exact import form, is_pd, is_psd, pivots
from verify.kernel.semidefinite.replay import check_all


def q(x: Any) -> Any:
    return ["q", str(x)]


A, B = ["var", "a"], ["var", "b"]
UNIT = {"a": [q(-1), q(1), False, False]}
SQUARE = ["+", q(1), ["*", q(-1), A, A]]


def lemma(lhs: Any, rel: str = ">=", box: Any = None) -> Any:
    """An item as it is after it was accepted: this kind only reads what it says."""
    return {"id": "f", "vars": UNIT if box is None else box, "lhs": lhs, "rel": rel, "rhs": q(0), "proof": ["x"]}


def item(rows: Any, claim: str, how: Any, box: Any = None) -> Any:
    return {"id": "d", "statement": {"matrix": rows, "vars": UNIT if box is None else box, "claim": claim}, **how}


def numbers(*rows: Any) -> Any:
    return [[q(x) for x in r] for r in rows]


ROOT = ["pow", q(2), q("1/2")]
LOG = ["log", ["+", q(2), A]]
TWINS: dict[str, tuple[Any, dict[str, Any]]] = {
    "numbers": (item(numbers([2, 1], [1, 1]), "pd", {"proof": ["numbers"]}, {}), {}),
    "singular": (item(numbers([1, 1], [1, 1]), "psd", {"proof": ["numbers"]}, {}), {}),
    "minors": (item([[q(1), A], [A, q(1)]], "psd", {"proof": ["minors", [None, None, ["1", "f"]]]}),
               {"f": lemma(SQUARE)}),
    "schur": (item([[q(1), A], [A, q(1)]], "psd", {"proof": ["schur", 0, None, ["minors", [["1", "f"]]]]}),
              {"f": lemma(SQUARE)}),
    "gram": (item([[["*", A, A], A], [A, q(1)]], "psd", {"proof": ["gram", [[q(1), None, [A, q(1)]]]]}), {}),
    "rest": (item([[["+", q(1), ["*", A, A]], A], [A, q(2)]], "pd",
                  {"proof": ["gram", [[q(1), None, [A, q(1)]], ["rest", ["numbers"]]]]}), {}),
    "blocks": (item([[q(1), q(0)], [q(0), SQUARE]], "psd",
                    {"proof": ["blocks", [[[0], ["numbers"]], [[1], ["minors", [["1", "f"]]]]]]}),
               {"f": lemma(SQUARE)}),
    "dominant": (item([[q(2), A], [A, q(2)]], "pd",
                      {"proof": ["dominant", [[None, [1, ["1", "f"]]], [[1, ["1", "f"]], None]],
                                 [["1", "g"], ["1", "g"]]]}, {"a": [q(0), q(1), False, False]}),
                 {"f": lemma(A, ">=", {"a": [q(0), q(1), False, False]}),
                  "g": lemma(["+", q(2), ["*", q(-1), A]], ">", {"a": [q(0), q(1), False, False]})}),
    "near": (item([[q(2), ROOT], [ROOT, q(2)]], "pd",
                  {"proof": ["near", [["2", "7/5"], ["7/5", "2"]], "1/10",
                             [[[None, None]], [[["1", "f"], ["1", "g"]], [None, None]]]]}, {}),
             {"f": lemma(["+", ROOT, q("-13/10")], ">=", {}),
              "g": lemma(["+", q("3/2"), ["*", q(-1), ROOT]], ">=", {})}),
    "never": (item([[q(1), A], [A, q(1)]], "not psd", {"proof": ["minor", [0, 1], ["1", "f"]]},
                   {"a": [q(2), q(3), False, False]}),
              {"f": lemma(["+", ["*", A, A], q(-1)], ">", {"a": [q(2), q(3), False, False]})}),
    "point": (item([[q(1), A], [A, q(1)]], "psd",
                   {"refutation": {"at": {"a": "2"}, "because": ["vector", [q(1), q(-1)], None]}},
                   {"a": [q(0), q(2), False, False]}), {}),
    "contact": (item([[q(1), A], [A, q(1)]], "pd",
                     {"refutation": {"at": {"a": "1"}, "because": ["minor", [0, 1], None]}}), {}),
    "somewhere": (item([[q(1), A], [A, q(1)]], "not psd",
                       {"refutation": {"at": {"a": "0"}, "because": ["numbers"]}}), {}),
    "value": (item([[LOG, q(0)], [q(0), q(1)]], "psd",
                   {"proof": ["blocks", [[[0], ["minors", [["1", "f"]]]], [[1], ["numbers"]]]]}), {"f": lemma(LOG)}),
}  # fmt: skip
P = "proof"
BAD: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("numbers", ("statement", "matrix", 1, 1), q("1/2"), "not positive definite"),
    ("numbers", ("statement", "matrix", 1, 0), q(0), "not symmetric"),
    ("numbers", ("statement", "matrix", 0, 0), A, "no domain"),
    ("numbers", ("statement", "claim"), "great", "the claim is"),
    ("numbers", ("refutation",), {}, "a proof or a refutation"),
    ("numbers", (P,), ["hope"], "a proof is one of"),
    ("singular", ("statement", "claim"), "pd", "not positive definite"),
    ("singular", ("statement", "matrix", 1, 1), q("999999999999/1000000000000"), "not PSD"),
    ("minors", (P, 1, 2), ["-1", "f"], "positive factor"),
    ("minors", (P, 1, 2), ["2", "f"], "another expression"),
    ("minors", (P, 1, 2), None, "not of the sign"),
    ("minors", (P, 1, 2), ["1", "g"], "no accepted scalar"),
    ("minors", (P, 1), [None, ["1", "f"]], "3 facts are needed"),
    ("minors", ("statement", "claim"), "pd", "2 facts are needed"),
    ("minors", ("statement", "vars", "a", 1), q(2), "another domain"),
    ("minors", ("statement", "matrix", 0, 0), q(-1), "not of the sign"),
    ("schur", (P, 1), 2, "no such row"),
    ("schur", ("statement", "matrix", 0, 0), q(0), "not of the sign"),
    ("schur", ("statement", "claim"), "pd", "strict"),
    ("gram", ("statement", "matrix", 1, 1), q("1/2"), "do not add up"),
    ("gram", (P, 1, 0, 0), q(-1), "not of the sign"),
    ("gram", (P, 1, 0, 2), [A], "an entry for each row"),
    ("gram", ("statement", "claim"), "pd", "strict part is missing"),
    ("rest", ("statement", "matrix", 1, 1), q(1), "not positive definite"),
    ("blocks", ("statement", "matrix"), [[q(1), A], [A, SQUARE]], "between two groups"),
    ("blocks", (P, 1, 1, 0), [0], "each row once"),
    ("dominant", (P, 1, 0, 1, 0), -1, "another expression"),
    ("dominant", (P, 1, 0, 1, 0), 2, "a sign is"),
    ("dominant", (P, 2, 0), ["1", "f"], "strict"),
    ("near", (P, 2), "1/100", "another expression"),
    ("near", (P, 1, 0, 0), "1", "not of the sign"),
    ("near", (P, 1), [["2", "7/5"], ["1", "2"]], "does not fit"),
    ("never", (P, 1), [1, 0], "increasing"),
    ("never", (P, 1), [0], "another expression"),
    ("point", ("refutation", "at", "a"), "3", "in the domain"),
    ("point", ("refutation", "at", "a"), "1", "not of the sign"),
    ("point", ("statement", "vars", "a", 3), True, "in the domain"),
    ("point", ("refutation", "because", 1), [q(0), q(0)], "not of the sign"),
    ("contact", ("refutation", "at", "a"), "1/2", "not of the sign"),
    ("contact", ("statement", "claim"), "psd", "not of the sign"),
    ("contact", ("refutation", "because"), ["vector", [q(0), q(0)], None], "constant entry"),
    ("somewhere", ("statement", "matrix", 0, 0), q(-1), "not PSD"),
    ("somewhere", ("refutation", "at"), {}, "a value to each variable"),
    ("value", (P, 1, 0, 1, 1, 0), ["1", "g"], "no accepted scalar"),
]


def changed(data: Any, path: tuple[Any, ...], new: Any) -> Any:
    out = copy.deepcopy(data)
    at = out
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return out


@pytest.mark.parametrize("name", TWINS)
def test_valid_items_are_accepted(name: str) -> None:
    (found,) = check_all([TWINS[name][0]], TWINS[name][1])
    assert found["ok"], found


@pytest.mark.parametrize(("name", "path", "new", "reason"), BAD)
def test_changed_items_are_rejected(name: str, path: tuple[Any, ...], new: Any, reason: str) -> None:
    (found,) = check_all([changed(TWINS[name][0], path, new)], TWINS[name][1])
    assert not found["ok"]
    assert reason in found["reason"], found["reason"]


def test_an_entry_must_have_a_value() -> None:
    rows = [[["*", q(0), LOG], q(0)], [q(0), q(1)]]
    (found,) = check_all([item(rows, "psd", {"proof": ["minors", [None, None, None]]})], {})
    assert not found["ok"] and "have a value" in found["reason"]


def test_a_refuted_scalar_statement_is_no_fact() -> None:
    name = "minors"
    bad = {"f": {**{k: x for k, x in lemma(SQUARE).items() if k != "proof"}, "refutation": {}}}
    (found,) = check_all([TWINS[name][0]], bad)
    assert not found["ok"] and "refuted" in found["reason"]


def test_only_accepted_scalar_items_are_facts() -> None:
    out = check_file({"scalars": [lemma(SQUARE)], "semidefinite": [TWINS["minors"][0]]})
    assert not out["scalars"][0]["ok"] and not out["semidefinite"][0]["ok"]


entries = st.integers(-3, 3).map(Fraction)


@settings(deadline=None)
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(entries, min_size=n, max_size=n), min_size=n, max_size=n)))
def test_elimination_decides(g: list[list[Fraction]]) -> None:
    n = len(g)
    gram = [[sum((r[i] * r[k] for r in g), Fraction(0)) for k in range(n)] for i in range(n)]
    assert is_psd(gram)
    lower = [[gram[i][k] - (Fraction(1, 10**25) if i == k else 0) for k in range(n)] for i in range(n)]
    assert is_pd(gram) == is_psd(lower)
    assert pivots(gram) is not None


@settings(deadline=None)
@given(st.integers(1, 4).flatmap(lambda n: st.tuples(
    st.lists(st.lists(entries, min_size=n, max_size=n), min_size=n, max_size=n), st.booleans())))  # fmt: skip
def test_a_direction_is_found_exactly_when_the_form_is_not_definite(data: Any) -> None:
    from verify.check.psd import direction

    g, strict = data
    n = len(g)
    m = [[g[i][k] + g[k][i] for k in range(n)] for i in range(n)]
    v = direction(m, strict)
    assert (v is None) == (is_psd(m) if strict else is_pd(m))
    if v is not None:
        assert any(v) and (form(m, v) < 0 if strict else form(m, v) <= 0)


@pytest.mark.parametrize("value", [2, -1])
@pytest.mark.parametrize("way", ["gram", "refutation", "not psd"])
def test_vectors_are_real(value: int, way: str) -> None:
    """With the vector sqrt(-1) the form of (1) is -1; the twin with sqrt(2) shows something true."""
    v = ["pow", q(value), q("1/2")]
    one = {"one": {"id": "one", "vars": {}, "lhs": q(0), "rel": "<", "rhs": q(1), "proof": {"rule": "eval"}}}
    number = value if way == "gram" else -value
    claim = "not psd" if way == "not psd" else "psd"
    data: dict[str, Any] = {"id": "a", "statement": {"matrix": [[q(number)]], "vars": {}, "claim": claim}}
    vector = ["vector", [v], [str(value**2), "one"]]
    if way == "refutation":
        data["refutation"] = {"at": {}, "because": vector}
    else:
        data["proof"] = ["gram", [[q(1), None, [v]]]] if way == "gram" else vector
    found = check_all([data], one)[0]
    assert found["ok"] == (value > 0)
    assert value > 0 or "vector" in found["reason"]


@pytest.mark.parametrize(
    "box",
    [
        {"x": "junk"},
        {"x": [q(1), q(0), False, False]},
        {"x": [q(0), q(0), True, False]},
        {"x": [q(0), ["log", q(-1)], False, False]},
        {"x y": [q(0), q(1), False, False]},
        {"x": [q(0), q(1), 0, 0]},
        [],
    ],
)
def test_the_domain_is_read_even_if_no_lemma_needs_it(box: Any) -> None:
    """On an empty domain every claim would hold."""
    good = item(numbers([1]), "psd", {"proof": ["numbers"]}, {"x": [q(0), q(1), False, False]})
    bad = item(numbers([1]), "psd", {"proof": ["numbers"]}, box)
    assert check_all([good], {})[0]["ok"]
    assert not check_all([bad], {})[0]["ok"]

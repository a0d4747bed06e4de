"""At least five changes that are rejected for every rule of matrices, semidefinite statements, identities and tails.

The rules are read from the kernel, so that a new one without changes fails here. (Theorems and scalar inequalities
count theirs in test_corpus and test_scalar_corpus.) The changes are those of the files of each kind, and those below.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.kernel import test_matrix_kind as mx
from tests.kernel import test_semidefinite_kind as sd
from tests.kernel.test_matrix_kind import ONE, A, B, M, N, item, mul, proof, square
from verify.kernel.identity.proof import RULES
from verify.kernel.matrix.replay import Proof
from verify.kernel.matrix.replay import check_all as matrices
from verify.kernel.semidefinite.replay import Statement as Semidefinite
from verify.kernel.semidefinite.replay import check_all as semidefinite

from .corpus import change
from .test_identity_corpus import CHANGES, TAIL_CHANGES
from .test_identity_corpus import TWINS as IDENTITIES

Json = Any
S0 = ("proof", "steps", 0)
WHY = (*S0, "because")
NM = {"letters": {"A": {"shape": [N, N]}, "B": {"shape": [M, M]}}}
SIZE = ["tr", ["I", N]]
MORE: dict[str, Json] = {
    "defined": item(
        square("A", "B"),
        [mul(["inv", A], A), ONE],
        proof([["1", None, "a.l"]], {"id": "a", "invertible": A, "because": ["defined", 0, 0]}),
        hyps=[[mul(["inv", A], B), ONE]],
    ),
    "natural": item(
        square("A"),
        [mul(["inv", SIZE], SIZE, A), A],
        proof([["1", mul(["hole"], A), "a.l"]], {"id": "a", "invertible": SIZE, "because": ["natural"]}),
    ),
    "kron-det": item(
        {"A": {"shape": [[{"1": 2}], [{"1": 2}]]}, "B": {"shape": [[{"1": 3}], [{"1": 3}]]}},
        [["det", ["kron", A, B]], mul(["pow", ["det", A], 3], ["pow", ["det", B], 2])],
        proof([["1", None, ["kron-det", A, B]]]),
    ),
    "newton": item(
        {"A": {"shape": [[{"1": 2}], [{"1": 2}]]}},
        [["det", A], ["+", mul(["q", "1/2"], ["tr", A], ["tr", A]), mul(["q", "-1/2"], ["tr", mul(A, A)])]],
        proof([["1", None, ["newton", A]]]),
    ),
}  # fmt: skip
TWINS = {**mx.TWINS, **MORE}
BAD: list[tuple[str, tuple[Any, ...], Json, str]] = [
    ("defined", WHY, ["defined", 0, 1], "no such item"),
    ("defined", WHY, ["defined", 1, 0], "no such item"),
    ("defined", ("statement", "hyps", 0, 0), mul(A, B), "no such item"),
    ("defined", ("statement", "hyps", 0, 0), mul(["inv", B], A), "another expression"),
    ("defined", (*S0, "invertible"), B, "another expression"),
    ("defined", WHY, ["defined", -1, 0], "no such item"),
    ("natural", (*S0, "invertible"), ["tr", A], "not a polynomial in the dimensions"),
    ("natural", (*S0, "invertible"), mul(["q", "-1"], SIZE), "not a polynomial in the dimensions"),
    ("natural", (*S0, "invertible"), ["+", SIZE, ["q", "-1"]], "not a polynomial in the dimensions"),
    ("natural", (*S0, "invertible"), A, "not a polynomial in the dimensions"),
    ("natural", (*S0, "invertible"), ["+", SIZE, mul(["q", "-1"], SIZE)], "not a polynomial in the dimensions"),
    ("natural", ("proof", "steps"), [], "no equation"),
    ("kron-det", ("proof", "by", 0, 2), ["kron-det", B, A], "do not add up"),
    ("kron-det", ("statement", "goal", 1), mul(["pow", ["det", A], 2], ["pow", ["det", B], 3]), "do not add up"),
    ("kron-det", ("statement", "goal", 1), mul(["det", A], ["det", B]), "do not add up"),
    ("kron-det", ("statement", "letters", "B", "shape"), [[{"1": 3}], [{"1": 2}]], "square"),
    ("kron-det", ("proof", "by", 0, 2), ["kron-det", A, A], "do not add up"),
    ("kron-det", ("proof", "by"), [], "do not add up"),
    ("newton", ("statement", "goal", 1, 2, 1), ["q", "1/2"], "do not add up"),
    ("newton", ("statement", "letters", "A", "shape"), [[{"1": 3}], [{"1": 3}]], "do not add up"),
    ("newton", ("statement", "letters", "A", "shape"), [N, N], "of a fixed order"),
    ("newton", ("statement", "letters", "A", "shape"), [[{"1": 6}], [{"1": 6}]], "of a fixed order"),
    ("newton", ("proof", "by", 0, 2), ["newton", mul(A, A)], "do not add up"),
    ("cayley", ("statement", "goal", 0, 1), mul(A, ["T", A]), "do not add up"),
    ("cayley", ("statement", "letters", "A", "shape"), [[{"1": 3}], [{"1": 3}]], "different shapes"),
    ("cayley", ("proof", "by", 1, 2), ["newton", ["T", mul(A, A)]], "do not add up"),
    ("determinant", ("statement", "letters", "B", "shape"), [N, M], "square"),
    ("determinant", ("statement", "goal", 1), ["det", mul(A, A)], "do not add up"),
    ("determinant", ("proof", "by", 1, 0), "1", "do not add up"),
    ("sylvester", ("statement", "goal", 1), ["det", ["+", ONE, mul(B, A), mul(B, A)]], "do not add up"),
    ("sylvester", ("proof", "by"), [], "do not add up"),
    ("given", (*S0, "because", 1), -1, "no such item"),
    ("given", (*S0, "invertible"), ["+", A, A], "another expression"),
    ("given", (*S0, "because", 1), 1, "no such item"),
    ("two-sided", (*S0, "because", 1), A, "do not add up"),
    ("two-sided", ("statement", "hyps"), [], "no equation"),
    ("vanishing", (*S0, "by"), [], "do not add up"),
    ("vanishing", (*S0, "by", 0, 0), "-1", "do not add up"),
    ("vanishing", ("statement", "hyps", 0, 1), A, "do not add up"),
    ("sum", (*S0, "plus", 0, 1), A, "do not add up"),
    ("entries", ("statement", "goal", 0, 2, 1), ["q", "1"], "differ as polynomials"),
    ("entries", ("statement", "letters", "A", "shape"), [N, N], "fixed sizes"),
    ("entries", ("entries",), False, "entries"),
    ("entries", ("statement", "goal", 1), ["I", [{"1": 2}]], "differ as polynomials"),
]  # fmt: skip
EVERY_BAD = [*mx.BAD, *BAD]
SD_BAD: list[tuple[str, tuple[Any, ...], Json, str]] = [
    ("schur", ("proof", 2), ["-1", "f"], "positive factor"),
    ("schur", ("proof", 3, 1, 0), None, "not of the sign"),
    ("blocks", ("proof", 1, 0, 0), [1], "each row once"),
    ("blocks", ("proof", 1, 1, 1, 1, 0), None, "not of the sign"),
    ("blocks", ("statement", "matrix", 0, 0), sd.q(-1), "not PSD"),
    ("dominant", ("proof", 1, 0, 1, 1, 1), "g", "another expression"),
    ("dominant", ("statement", "matrix", 0, 0), sd.q(1), "another expression"),
    ("near", ("proof", 3, 1, 0, 0, 1), "g", "another expression"),
    ("near", ("statement", "matrix", 1, 1), sd.q(1), "not of the sign"),
    ("never", ("proof", 2), ["-1", "f"], "positive factor"),
    ("never", ("statement", "matrix", 0, 0), sd.q(2), "another expression"),
    ("never", ("proof", 0), "vector", "begins with a word"),
    ("point", ("refutation", "because", 1), [sd.q(1), sd.q(1)], "not of the sign"),
    ("rest", ("proof", 1, 0, 0), sd.q(-1), "not of the sign"),
]


@pytest.mark.parametrize("name", MORE)
def test_more_twins_are_accepted(name: str) -> None:
    (found,) = matrices([MORE[name]])
    assert found["ok"], found


@pytest.mark.parametrize(("name", "path", "new", "reason"), BAD)
def test_more_changed_matrices_are_rejected(name: str, path: tuple[Any, ...], new: Json, reason: str) -> None:
    (found,) = matrices([change(TWINS[name], path, new)])
    assert not found["ok"], "accepted"
    assert reason in found["reason"], found


@pytest.mark.parametrize(("name", "path", "new", "reason"), SD_BAD)
def test_more_changed_forms_are_rejected(name: str, path: tuple[Any, ...], new: Json, reason: str) -> None:
    data, lemmas = sd.TWINS[name]
    (found,) = semidefinite([change(data, path, new)], lemmas)
    assert not found["ok"], "accepted"
    assert reason in found["reason"], found


def heads(x: Json) -> set[str]:
    """Words that begin a list, and keys of objects."""
    if isinstance(x, dict):
        return set(x).union(*map(heads, x.values())) if x else set()
    if isinstance(x, list) and x:
        return set().union({x[0]} if isinstance(x[0], str) else set(), *map(heads, x))
    return set()


def count(rules: set[str], used: dict[str, set[str]], changed: list[str]) -> dict[str, int]:
    """Rules with fewer than five changes of twins that use them, and how many they have."""
    found: Counter[str] = Counter()
    for name in changed:
        found.update(used[name] & rules)
    return {r: found[r] for r in sorted(rules) if found[r] < 5}


def test_matrices_have_five_changes_for_each_rule() -> None:
    spelled = {"det": "det*", "kron_det": "kron-det"}
    laws = {spelled.get(n, n) for m in dir(Proof) if (n := m.removeprefix("_law_")) != m}
    reasons = {m.removeprefix("_because_") for m in dir(Proof) if m.startswith("_because_")}
    used = {name: heads({k: v for k, v in data.items() if k != "statement"}) for name, data in TWINS.items()}
    assert count(laws | reasons | {"zero", "psd", "plus", "entries", "instance"}, used, [b[0] for b in EVERY_BAD]) == {}


def test_forms_have_five_changes_for_each_rule() -> None:
    rules = {n for m in dir(Semidefinite) if (n := m.removeprefix("_by_")) != m} | {"minor", "vector", "refutation"}
    used = {name: heads({k: v for k, v in data.items() if k != "statement"}) for name, (data, _) in sd.TWINS.items()}
    assert count(rules, used, [b[0] for b in (*sd.BAD, *SD_BAD)]) == {}


def test_identities_have_five_changes_for_each_rule() -> None:
    ways = {"antiderivative", "telescope", "binomial", "limit"}
    used = {name: set(json.dumps(row).split('"')) for name, row in IDENTITIES.items()}
    assert count({*RULES, *ways, "refutation"}, used, [c[0] for c in CHANGES]) == {}


def test_tails_have_five_changes_for_each_way() -> None:
    assert Counter("refuted" if c[0] == "false" else "proved" for c in TAIL_CHANGES).most_common()[-1][1] >= 5

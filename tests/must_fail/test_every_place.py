"""Checks that look at more than one place: the first is right, a later one is not, or a bound is met exactly.

Each case is one item with a part left open. What is put there makes it a valid twin or something false, which has to be
rejected for the reason that is given. With the first place alone examined the false one would be accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.kernel.test_matrix_kind import ONE, A, B, N, item, mul, proof, square
from tests.kernel.test_semidefinite_kind import LOG, SQUARE, lemma, numbers, q
from tests.kernel.test_semidefinite_kind import A as X
from tests.kernel.test_semidefinite_kind import item as definite
from verify.kernel.matrix.replay import check_all as matrices
from verify.kernel.probability.replay import check_all as tails
from verify.kernel.semidefinite.replay import check_all as semidefinite

from .test_identity_corpus import COIN, tail

Json = Any
TWO = [{"1": 2}]
HALF = {"a": [q("-1/2"), q("1/2"), False, False]}
PLANE = {"a": [q(0), q(2), False, False], "b": [q(0), q(1), False, False]}
ROWS = {"I": [["1", "0"], ["0", "1"]], "J": [["0", "1"], ["1", "0"]], "turn": [["0", "1"], ["-1", "0"]],
        "edge": [["1", "0"], ["0", "0"]], "saddle": [["1", "2"], ["2", "1"]]}  # fmt: skip


def letter(flags: tuple[str, ...], value: str) -> Json:
    """A is not the zero matrix, at an instance."""
    at = {"instance": {"dims": {"n": 2}, "letters": {"A": ROWS[value]}}}
    return item(square("A", flags=flags), [A, ["Z", N, N]], at)


def invertible(*names: str) -> Json:
    """Steps that say so of letters declared invertible."""
    return proof((), *({"id": n, "invertible": ["v", n], "because": ["letter", n]} for n in names))


def sums(names: tuple[str, ...]) -> Json:
    both = ["+", ["inv", A], ["inv", B]]
    return item(square("A", "B", flags=("invertible",)), [both, both], invertible(*names))


def network(names: tuple[str, ...]) -> Json:
    inside = ["net", ["i"], ["k"], [[["inv", A], ["i"], ["k"]]]]
    return item(square("A", flags=("invertible",)), [inside, inside], invertible(*names))


def unit(form: Json) -> Json:
    size = [{"n": 1}, form]
    return item(square("A"), [["tr", ["I", size]], ["n", size]], proof())


def squares(weight: str) -> Json:
    """A = 0 from tr(A^T A) + tr(B^T B) + weight tr(B^T B) = 0."""
    parts = [["1", B, None], [weight, B, None]]
    left = ["+", mul(["T", A], A), mul(["T", B], B), mul(["q", weight], ["T", B], B)]
    return item(
        square("A", "B"), [A, ["Z", N, N]],
        proof([["1", None, "z"]], {"id": "z", "zero": A, "plus": parts, "by": [["1", ["tr", ["hole"]], "h0"]]}),
        hyps=[[left, ["Z", N, N]]],
    )  # fmt: skip


def regular(second: str) -> Json:
    """1 + P + Q is invertible for positive semidefinite P and Q."""
    m = ["+", ONE, ["v", "P"], ["v", "Q"]]
    step = {"id": "i", "invertible": m, "because": ["positive", "1", [["1", ONE, "P"], [second, ONE, "Q"]]]}
    return item(square("P", "Q", flags=("psd",)), [mul(["inv", m], m), ONE], proof([["1", None, "i.l"]], step))


def entrywise(mask: str) -> Json:
    mine = {"ones": ["ones", TWO, TWO], "I": ["I", TWO]}[mask]
    return item({"A": {"shape": [TWO, TWO]}}, [["had", A, mine], A], {"entries": True})


MATRICES: list[tuple[Callable[..., Json], Json, Json, str]] = [
    (lambda x: letter(("symmetric",), x), "J", "turn", "not symmetric"),
    (lambda x: letter(("psd",), x), "I", "saddle", "not positive semidefinite"),
    (lambda x: letter(("symmetric", "invertible"), x), "J", "edge", "not invertible"),
    (lambda x: letter(("invertible", "symmetric"), x), "J", "turn", "not symmetric"),
    (sums, ("A", "B"), ("A",), "shown to exist"),
    (sums, ("A", "B"), ("B",), "shown to exist"),
    (network, ("A",), (), "shown to exist"),
    (unit, {"n": 1, "1": 1}, {"n": 1, "1": -1}, "not positive for all sizes"),
    (squares, "2", "-1", "q >= 0"),
    (regular, "1", "-1", "q >= 0"),
    (entrywise, "ones", "I", "differ as polynomials"),
]


@pytest.mark.parametrize(("build", "good", "bad", "reason"), MATRICES)
def test_matrices(build: Callable[..., Json], good: Json, bad: Json, reason: str) -> None:
    judged(matrices([build(good)]), matrices([build(bad)]), reason)


def judged(good: list[Json], bad: list[Json], reason: str) -> None:
    assert good[0]["ok"], good
    assert not bad[0]["ok"], "accepted"
    assert reason in bad[0]["reason"], bad


def facts(rows: Json, claim: str, how: Json, box: Json, *lemmas: Json) -> tuple[Json, Json]:
    return definite(rows, claim, how, box), {name: {**row, "id": name} for name, row in zip("fg", lemmas, strict=False)}


def scaled(factor: str) -> Any:
    """factor (1 - a^2) > 0 by the factor and 1 - a^2 > 0."""
    how = {"proof": ["minors", [[factor, "f"]]]}
    return facts([[["*", q(factor), SQUARE]]], "pd", how, HALF, lemma(SQUARE, ">", HALF))


def related(rel: str) -> Any:
    return facts([[SQUARE]], "psd", {"proof": ["minors", [["1", "f"]]]}, HALF, lemma(SQUARE, rel, HALF))


def turned(rel: str) -> Any:
    fact = {**lemma(q(0), rel, HALF), "rhs": SQUARE}
    return facts([[SQUARE]], "pd", {"proof": ["minors", [["1", "f"]]]}, HALF, fact)


def moved(constant: int) -> Any:
    """a + constant >= 0 by a >= -1."""
    fact = {**lemma(X), "rhs": q(-1)}
    rows = [[["+", X, q(constant)]]]
    return facts(rows, "psd", {"proof": ["minors", [["1", "f"]]]}, {"a": [q(-1), q(1), False, False]}, fact)


def corner(entry: Json) -> Any:
    rows = numbers([2, 1, 0], [1, 2, 1], [0, 1, 2])
    rows[2][1] = q(entry)
    return facts(rows, "psd", {"proof": ["numbers"]}, {})


def third(entry: str) -> Any:
    rows = numbers([2, 1, 0], [1, 2, 1], [0, 1, 2])
    rows[2][2] = q(entry)
    return facts(rows, "pd", {"proof": ["minors", [None, None, None]]}, {})


def around(diagonal: str, claim: str = "psd") -> Any:
    """Entries 5/4 beside the diagonal are within 1/4 of 1."""
    middle = [[diagonal, "1"], ["1", diagonal]]
    none = [[[None, None]], [[None, None], [None, None]]]
    return facts(numbers([diagonal, "5/4"], ["5/4", diagonal]), claim, {"proof": ["near", middle, "1/4", none]}, {})


def second(entry: Json) -> Any:
    """The entry is multiplied by 0; it has to have a value all the same."""
    rows = [[LOG, q(0)], [q(0), ["*", q(0), entry]]]
    how = {"proof": ["blocks", [[[0], ["minors", [["1", "f"]]]], [[1], ["numbers"]]]]}
    return facts(rows, "psd", how, {"a": [q(-1), q(1), False, False]}, lemma(LOG))


def point(b: str) -> Any:
    """1 - a b is not positive everywhere."""
    rows = [[["+", q(1), ["*", q(-1), X, ["var", "b"]]]]]
    return facts(rows, "pd", {"refutation": {"at": {"a": "1", "b": b}, "because": ["minor", [0], None]}}, PLANE)


def value(text: str) -> Any:
    """`not psd` fails at a point where the matrix has a value."""
    how = {"refutation": {"at": {"a": text}, "because": ["numbers"]}}
    return facts([[["*", q(0), ["log", X]]]], "not psd", how, {"a": [q(-1), q(1), False, False]})


SEMIDEFINITE: list[tuple[Callable[..., Any], Json, Json, str]] = [
    (scaled, "1/2", "0", "positive factor"),
    (scaled, "1/2", "-1/2", "positive factor"),
    (related, ">", "!=", "an inequality"),
    (turned, "<", "<=", "strict inequality"),
    (moved, 1, -1, "another expression"),
    (corner, 1, 2, "not symmetric"),
    (third, "2", "1/2", "not of the sign"),
    (around, "3/2", "1", "not definite enough"),
    (lambda d: around(d, "pd"), "7/4", "3/2", "not definite enough"),
    (second, ["exp", X], ["log", X], "have a value"),
    (second, ["log", ["pow", ["exp", X], q(2)]], ["log", ["pow", X, q(2)]], "have a value"),
    (second, ["log", ["+", ["exp", X], ["exp", X]]], ["log", ["+", ["exp", X], X]], "have a value"),
    (point, "1", "2", "in the domain"),
    (value, "1/2", "-1/2", "have a value"),
]


@pytest.mark.parametrize(("build", "good", "bad", "reason"), SEMIDEFINITE)
def test_semidefinite(build: Callable[..., Any], good: Json, bad: Json, reason: str) -> None:
    (valid, facts_of_valid), (false, facts_of_false) = build(good), build(bad)
    judged(semidefinite([valid], facts_of_valid), semidefinite([false], facts_of_false), reason)


@pytest.mark.parametrize(("part", "good", "bad"), [("p", "1/2", "-1/2"), ("low", "0", "-1"), ("n", 1, True)])
def test_laws(part: str, good: Json, bad: Json) -> None:
    found = [tails([tail("exp(-4*n*t**2)", {**COIN, part: x})]) for x in (good, bad)]
    judged(found[0], found[1], "law on two points")

"""Certificates made to fool the kernel: something false next to something true, with the same proof.

Each false one was tried because a rule or a normal form might let it pass; some of them did once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kernel.test_matrix_kind import A, N, item, proof, square, v
from verify.kernel import kinds, replay

from .scalar_twins import EVAL, UNIT
from .scalar_twins import item as scalar
from .test_identity_corpus import NORMAL, row

Json = Any
SCALAR: Json = {"shape": [[], []]}
LESS, LESSER = [{"n": 1, "1": -1}], [{"n": 1, "1": -2}]
HOLE, NOUGHT = ["hole"], ["q", "0"]


def matrix(goal: Json, context: Json, size: Json) -> Json:
    """From x = 0, by a context that may speak of unit matrices of a size that may be 0."""
    letters = {"x": SCALAR, "A": {"shape": [N, N]}, **({"B": {"shape": [size, size]}} if size != LESS else {})}
    return item(letters, goal, proof([["1", context, "h0"]]), hyps=[[v("x"), NOUGHT]])


def identity(lhs: str, rhs: str, **kinds_of: Json) -> Json:
    return row(lhs, rhs, NORMAL, **kinds_of)


def refuted(lhs: str, rhs: str, kind: Json) -> Json:
    return row(lhs, rhs, {"at": {"x": ["q", "1"]}}, x=kind)


def inequality(text: str) -> Json:
    return scalar(text, EVAL, x=UNIT)


PAIRS: dict[str, tuple[str, Json, Json, str]] = {
    # exp(log(p)**k) is p for k = 1 only
    "square of a logarithm": ("identities", identity("exp(log(2))", "2"), identity("exp(log(2)**2)", "2"),
                              "normal form"),
    "inverse of a logarithm": ("identities", identity("exp(log(2)*1)", "2"), identity("exp(1/log(2))", "2"),
                               "normal form"),
    "power by a logarithm": ("identities", identity("2**log(2)", "exp(log(2)**2)"), identity("2**log(2)", "2"),
                             "normal form"),
    "part of a logarithm": ("identities", identity("exp(3*log(2)/2)", "2*sqrt(2)"),
                            identity("exp(3*log(2)**2/2)", "2*sqrt(2)"), "normal form"),
    "product of logarithms": ("identities", identity("exp(log(2)*log(3))", "3**log(2)"),
                              identity("exp(log(2)*log(3))", "2*3"), "normal form"),
    "cube root by a logarithm": ("identities", identity("exp(log(8)/3)", "2"), identity("exp(log(8)**2/9)", "2"),
                                 "normal form"),
    # a root of a number that all terms share is taken out of a sum with its whole part
    "shared root": ("scalars", inequality("1/(sqrt(2)*x+sqrt(2)) <= sqrt(2)/(2*(x+1))"),
                    inequality("1/(sqrt(2)*x+sqrt(2)) <= sqrt(2)/(4*(x+1))"), "boxes are not enough"),
    "shared cube root": ("scalars", inequality("1/(3**(1/3)*x+3**(1/3)) <= 3**(2/3)/(3*(x+1))"),
                         inequality("1/(3**(1/3)*x+3**(1/3)) <= 3**(2/3)/(9*(x+1))"), "boxes are not enough"),
    "shared root in a square": ("scalars", inequality("1/(sqrt(2)*x+sqrt(2))**2 <= 1/(2*(x+1)**2)"),
                                inequality("1/(sqrt(2)*x+sqrt(2))**2 <= 1/(8*(x+1)**2)"), "boxes are not enough"),
    "shared inverse root": ("scalars", inequality("1/(x/sqrt(2)+1/sqrt(2)) <= sqrt(2)/(x+1)"),
                            inequality("1/(x/sqrt(2)+1/sqrt(2)) <= sqrt(2)/(2*(x+1))"), "boxes are not enough"),
    "shared root of six": ("scalars", inequality("1/(sqrt(6)*x+sqrt(6)) <= sqrt(6)/(6*(x+1))"),
                           inequality("1/(sqrt(6)*x+sqrt(6)) <= sqrt(6)/(36*(x+1))"), "boxes are not enough"),
    # the variables of a statement are read before it is refuted
    "kind of a variable": ("identities", refuted("x", "x+1", "real"), refuted("x", "x+1", "quaternion"),
                           "unknown kind"),
    "kind that is a function": ("identities", refuted("x", "x+1", "complex"), refuted("x", "x+1", "sin"),
                                "unknown kind"),
    "kind of an integer": ("identities", refuted("x", "x+1", "integer"), refuted("x", "x+1", "integers"),
                           "unknown kind"),
    "odd number": ("identities", refuted("x", "x+1", "odd_integer"), refuted("x", "x+1", "even_integer"),
                   "unknown kind"),
    "empty range": ("identities", refuted("x", "x+1", [["q", "0"], ["q", "2"], False, False]),
                    refuted("x", "x+1", [["q", "2"], ["q", "0"], False, False]), "empty"),
    # a unit matrix of size n - 1 has the determinant 1 at n = 1, also of 0 times it
    "determinant without rows": (
        "matrices", matrix([["pow", v("x"), N], NOUGHT], ["det", ["*", HOLE, ["I", N]]], LESS),
        matrix([["pow", v("x"), LESS], NOUGHT], ["det", ["*", HOLE, ["I", LESS]]], LESS), "not positive for all sizes"),
    "determinant of less than no rows": (
        "matrices",
        matrix([["pow", v("x"), [{"n": 1, "1": 1}]], NOUGHT], ["*", HOLE, ["det", ["*", HOLE, ["I", N]]]], LESS),
        matrix([["pow", v("x"), LESS], NOUGHT], ["*", HOLE, ["det", ["*", HOLE, ["I", LESSER]]]], LESS),
        "not positive for all sizes"),
    "declared size": (
        "matrices",
        matrix([["pow", v("x"), LESS], NOUGHT], ["det", ["*", HOLE, ["I", LESS]]], [{"n": 1, "1": -1}, *N]),
        matrix([["pow", v("x"), LESS], NOUGHT], ["det", ["*", HOLE, ["I", LESS]]], LESSER),
        "not positive for all sizes"),
    "zero without rows": (
        "matrices", item(square("A"), [["det", ["Z", N, N]], NOUGHT], proof()),
        item(square("A"), [["det", ["Z", LESS, LESS]], NOUGHT], proof()), "not positive for all sizes"),
    "trace of less than no rows": (
        "matrices", item(square("A"), [["tr", ["I", N]], ["n", N]], proof()),
        item(square("A"), [["tr", ["I", LESSER]], ["n", LESSER]], proof()), "not positive for all sizes"),
    "ones without rows": (
        "matrices", item(square("A"), [["tr", ["ones", N, N]], ["n", N]], proof()),
        item(square("A"), [["tr", ["ones", LESS, LESS]], ["n", LESS]], proof()), "not positive for all sizes"),
    # sides of different shapes are no equation that an instance could refute
    "shapes at an instance": (
        "matrices",
        item({"x": {"shape": [N, N]}}, [v("x"), ["T", v("x")]],
             {"instance": {"dims": {"n": 2}, "letters": {"x": [["1", "2"], ["3", "4"]]}}}),
        item({"x": {"shape": [N, []]}}, [v("x"), ["T", v("x")]],
             {"instance": {"dims": {"n": 2}, "letters": {"x": [["1"], ["2"]]}}}), "different shapes"),
    "inverse of something else": (
        "matrices",
        item(square("A", flags=("invertible",)), [["*", ["inv", A], A], ["I", N]],
             proof([["1", None, "s.l"]], {"id": "s", "invertible": A, "because": ["letter", "A"]})),
        item(square("A", flags=("symmetric",)), [["*", ["inv", A], A], ["I", N]],
             proof([["1", None, "s.l"]], {"id": "s", "invertible": A, "because": ["letter", "A"]})),
        "not declared invertible"),
}  # fmt: skip


def outcome(kind: str, data: Json) -> Json:
    return kinds.check_file(replay.load(json.dumps({kind: [data]})))[kind][0]


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_true_is_accepted(name: str) -> None:
    kind, true, _, _ = PAIRS[name]
    assert outcome(kind, true)["ok"], outcome(kind, true)


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_false_is_rejected(name: str) -> None:
    kind, _, false, reason = PAIRS[name]
    found = outcome(kind, false)
    assert not found["ok"], "accepted"
    assert reason in found["reason"], found
    assert not found["reason"].startswith("malformed"), found


def long_sum(count: int) -> Json:
    """Fractions whose common denominator is longer with every term: exact sums take time that grows as its square."""
    return ["+", ["var", "x"], *(["q", f"1/{10**3900 + 2 * k + 1}"] for k in range(count))]


def long_items(count: int) -> dict[str, Json]:
    law = {"low": "0", "high": "1", "p": f"1/{3**(8 * count)}", "n": 60, "t": "1/2"}
    number = ["+", *long_sum(count)[2:]]
    matrix_sum = ["+", v("x"), *number[1:]]
    return {
        "scalars": {"id": "i", "vars": {"x": UNIT}, "lhs": long_sum(count), "rel": "<=", "rhs": ["q", "2"],
                    "proof": EVAL},
        "identities": {"id": "i", "vars": {"x": "real"}, "conditions": [], "lhs": long_sum(count),
                       "rhs": long_sum(count), "proof": NORMAL},
        "matrices": item({"x": SCALAR}, [matrix_sum, matrix_sum], proof()),
        "semidefinite": {"id": "i", "statement": {"matrix": [[number]], "vars": {}, "claim": "psd"},
                         "proof": ["numbers"]},
        "tails": {"id": "i", "range": ["0", "1"], "sides": 1, "bound": ["q", "0"], "refutation": law},
    }  # fmt: skip


@pytest.mark.parametrize("kind", long_items(1))
def test_long_numbers_are_refused_before_they_take_time(kind: str) -> None:
    short, long = outcome(kind, long_items(1)[kind]), outcome(kind, long_items(400)[kind])
    assert short["ok"], short
    assert not long["ok"] and any(word in long["reason"] for word in ("too long", "size limit", "are short")), long

"""Section 2 of rules.md, identity by identity: terms with one normal form, their neighbours with another, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from verify.kernel.checker import Checker
from verify.kernel.errors import Budget, Reject
from verify.kernel.signature import parse

from .terms import accepted, alg, fact, hyp, neg, q, sub, theorem, tr, v

Json = Any
N, ONE, ZERO, n, m, k, i = {"N": 1}, {"1": 1}, {}, {"n": 1}, {"m": 1}, {"k": 1}, {"i": 1}
below, above = {"N": 1, "1": -1}, {"N": 1, "1": 1}
COIN = {"kind": "finite", "values": [["1/2", "0"], ["1/2", "1"]]}
SQUARE = {"shape": [n, n]}


def signature(time: str = "none") -> Json:
    moves: Json = {"dep": "smooth"} if time == "flow" else {}
    laws: Json = {
        "w": {"shape": [n, ONE], "law": {"kind": "gauss"}},
        "Y": {"law": COIN},
        "Z": {"law": COIN},
        "C": {"index": [["k", ZERO, N]], "law": {"kind": "bounded"}},
        "U": {"law": {"kind": "angle"}},
    }
    return {
        "time": time,
        "nat": {"N": 1, "n": 1, "m": 0},
        "dims": {"d": [ZERO, N]},
        "letters": {
            "a": moves,
            "b": {},
            "x": {"index": [["k", ZERO, N]], **moves},
            "y": {"index": [["i", ZERO, N], ["k", ZERO, i]]},
            "A": {**SQUARE, **moves},
            "B": SQUARE,
            "H": {**SQUARE, "sym": True},
            "Q": {**SQUARE, "index": [["k", ZERO, N]]},
            "W": {
                "index": [["j", ONE, N]],
                "shape": [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]],
                "chain": True,
                **moves,
            },
            **(laws if time == "none" else {}),
        },
    }


a, b, A, B, H, w, Y, Z, U = (v(name) for name in "abABHwYZU")
x, X = v("x", k), v("x", i)
one = ["one", n]
pi = ["pi"]


def plus(*terms: Json) -> Json:
    return ["+", *terms]


def times(*terms: Json) -> Json:
    return ["*", *terms]


def power(t: Json, e: Json) -> Json:
    return ["pow", t, e]


def total(t: Json, lo: Json = ZERO, hi: Json = N, name: str = "k") -> Json:
    return ["sum", name, lo, hi, t]


def every(t: Json, lo: Json = ZERO, hi: Json = N, name: str = "k") -> Json:
    return ["prod", name, lo, hi, t]


def exp(t: Json) -> Json:
    return ["exp", t]


def inv(t: Json) -> Json:
    return ["inv", t]


def cos(t: Json) -> Json:
    return ["cos", t]


def ind(t: Json) -> Json:
    return ["ind", t]


def E(t: Json) -> Json:
    return ["E", t]


def trace(*factors: Json) -> Json:
    return ["tr", times(*factors) if len(factors) > 1 else factors[0]]


def kr(s: Json, t: Json) -> Json:
    return ["kr", s, t]


def vec(t: Json) -> Json:
    return ["vec", t]


def nat(e: Json) -> Json:
    return ["n", e]


def read(t: Json, time: str = "none") -> Any:
    c = Checker(parse(signature(time)), Budget(10**6))
    p = c.read(t, c.top())
    return p.sort, p.terms


EQUAL: dict[str, tuple[Json, Json]] = {
    "difference of squares": (times(plus(a, b), sub(a, b)), sub(times(a, a), times(b, b))),
    "cancellation": (plus(a, neg(a)), q(0)),
    "halves": (plus(times(q("1/2"), a), times(q("1/2"), a)), a),
    "thirds of a matrix": (plus(times(q("1/3"), A), times(A, q("2/3"))), A),
    "scalars commute": (times(a, A, b, B), times(b, a, A, B)),
    "naturals": (nat({"N": 2, "1": -1}), plus(nat(N), nat(N), q(-1))),
    "no natural": (nat(ZERO), q(0)),
    "size": (nat(["dim", "d", N]), nat(["dim", "d", N])),
    "n inv n": (times(nat(N), inv(nat(N))), q(1)),
    "n n inv n": (times(nat(N), nat(N), inv(nat(N))), nat(N)),
    "n inv n inv n": (times(nat(N), inv(nat(N)), inv(nat(N))), inv(nat(N))),
    "n^3 inv(n)^2": (times(power(nat(N), {"1": 3}), power(inv(nat(N)), {"1": 2})), nat(N)),
    "a n inv n": (times(a, nat(n), inv(nat(n))), a),
    "inv of an inverse": (inv(inv(a)), a),
    "inv of a product": (inv(times(a, b)), times(inv(a), inv(b))),
    "inv of a multiple": (inv(times(q(2), a)), times(q("1/2"), inv(a))),
    "inv of zero": (inv(q(0)), q(0)),
    "inv of a number": (inv(q("-3/2")), q("-2/3")),
    "inv of a square": (inv(times(a, a)), times(inv(a), inv(a))),
    "inv of a power": (inv(power(a, N)), power(inv(a), N)),
    "inv of inv of a sum": (inv(inv(plus(a, b))), plus(a, b)),
    "inv of an exponential": (inv(exp(a)), exp(neg(a))),
    "inv of a mixed product": (inv(times(q(2), exp(a), inv(b))), times(q("1/2"), exp(neg(a)), b)),
    "inv by the order of a sum": (inv(plus(a, b)), inv(plus(b, a))),
    "exp adds": (times(exp(a), exp(b)), exp(plus(a, b))),
    "exp cancels": (times(exp(a), b, exp(neg(a))), b),
    "exp of zero": (exp(q(0)), q(1)),
    "exp squared": (times(exp(a), exp(a)), exp(times(q(2), a))),
    "power of exp": (power(exp(a), N), exp(times(nat(N), a))),
    "exp times a matrix": (times(exp(a), A, exp(b)), times(exp(plus(a, b)), A)),
    "exps in a sum": (times(exp(a), plus(b, exp(b))), plus(times(b, exp(a)), exp(plus(a, b)))),
    "log of one": (["log", q(1)], q(0)),
    "cos of zero": (cos(q(0)), q(1)),
    "cos is even": (cos(neg(a)), cos(a)),
    "cos of a difference": (cos(sub(a, b)), cos(sub(b, a))),
    "cos shifted by pi": (cos(plus(a, pi)), neg(cos(a))),
    "cos shifted by minus pi": (cos(sub(a, pi)), neg(cos(a))),
    "cos shifted by 2 pi": (cos(plus(a, times(q(2), pi))), cos(a)),
    "cos reflected": (cos(sub(pi, a)), neg(cos(a))),
    "cos of pi": (cos(pi), q(-1)),
    "cos of half pi": (cos(times(q("1/2"), pi)), q(0)),
    "cos of 3/2 pi": (cos(times(q("3/2"), pi)), q(0)),
    "cos of -5/2 pi": (cos(times(q("-5/2"), pi)), q(0)),
    "cos of 4/3 pi": (cos(times(q("4/3"), pi)), neg(cos(times(q("1/3"), pi)))),
    "sin is odd": (cos(sub(neg(a), times(q("1/2"), pi))), neg(cos(sub(a, times(q("1/2"), pi))))),
    "product of cosines": (times(cos(a), cos(b)), times(q("1/2"), plus(cos(sub(a, b)), cos(plus(a, b))))),
    "square of a cosine": (times(cos(a), cos(a)), times(q("1/2"), plus(q(1), cos(times(q(2), a))))),
    "cube of a cosine": (
        power(cos(a), {"1": 3}),
        plus(times(q("1/4"), cos(times(q(3), a))), times(q("3/4"), cos(a))),
    ),
    "cosines with a factor": (
        times(q(3), b, cos(a), cos(a)),
        plus(times(q("3/2"), b), times(q("3/2"), b, cos(times(q(2), a)))),
    ),
    "cosines with a matrix": (
        times(cos(a), A, cos(a)),
        plus(times(q("1/2"), A), times(q("1/2"), cos(times(q(2), a)), A)),
    ),
    "cosines under a sum": (
        total(times(cos(x), cos(x))),
        plus(times(q("1/2"), nat(above)), times(q("1/2"), total(cos(times(q(2), x))))),
    ),
    "sum times cosine twice": (
        times(total(times(x, cos(a))), cos(a)),
        plus(times(q("1/2"), total(x)), times(q("1/2"), cos(times(q(2), a)), total(x))),
    ),
    "ind scales": (ind(times(q(3), a)), ind(a)),
    "ind of a scaled sum": (ind(plus(times(q(2), a), times(q(4), b))), ind(plus(a, times(q(2), b)))),
    "ind squared": (times(ind(a), ind(a)), ind(a)),
    "ind cubed with a factor": (times(ind(a), b, power(ind(a), {"1": 2})), times(b, ind(a))),
    "ind of a positive number": (ind(q(3)), q(1)),
    "ind of zero": (ind(q(0)), q(1)),
    "ind of a negative number": (ind(q("-1/9")), q(0)),
    "sum of ones": (total(q(1)), nat(above)),
    "sum of a constant": (total(times(a, A), ONE, N), times(nat(N), a, A)),
    "sum from one": (total(nat(k), ONE, N), total(nat({"k": 1, "1": 1}), ZERO, below)),
    "sum renamed": (total(x), total(X, name="i")),
    "sum of few": (total(nat(k), ONE, {"1": 3}), q(6)),
    "sum of one": (total(x, N, N), v("x", N)),
    "sum of none": (total(times(x, x), ONE, ZERO), q(0)),
    "sum of few matrices": (total(times(nat(k), A), ZERO, {"1": 2}), times(q(3), A)),
    "sum with a gap to N": (total(x, below, N), plus(v("x", below), v("x", N))),
    "sum is linear": (
        total(plus(times(a, x), times(b, x, x))),
        plus(times(a, total(x)), times(b, total(times(x, x)))),
    ),
    "sum of a matrix": (total(times(x, A)), times(total(x), A)),
    "sum left and right": (times(A, total(v("Q", k)), B), total(times(A, v("Q", k), B))),
    "square of a sum": (times(total(x), total(x)), total(total(times(X, x), name="i"))),
    "sums exchanged": (
        total(total(times(exp(X), cos(x)), name="i")),
        total(total(times(exp(X), cos(x))), name="i"),
    ),
    "triangular sum": (total(total(v("y", i, k), ZERO, i), name="i"), total(total(v("y", i, k), ZERO, i), name="i")),
    "three sums": (
        times(total(x), total(times(X, X), name="i"), total(exp(x))),
        times(total(exp(X), name="i"), total(x), total(times(x, x))),
    ),
    "product of ones": (every(q(1)), q(1)),
    "product of a number": (every(q(2)), times(q(2), power(q(2), N))),
    "product of a constant": (every(a), power(a, above)),
    "product of exps": (every(exp(x)), exp(total(x))),
    "product of multiples": (every(times(q(2), x)), times(power(q(2), above), every(x))),
    "product of a factor": (every(times(a, x, x)), times(power(a, above), every(times(x, x)))),
    "product with an exp": (every(times(x, exp(x))), times(every(x), exp(total(x)))),
    "product of few": (every(plus(nat(k), q(1)), ZERO, {"1": 2}), q(6)),
    "product of none": (every(x, ONE, ZERO), q(1)),
    "product of one": (every(x, N, N), v("x", N)),
    "product from one": (every(x, ONE, N), every(v("x", {"k": 1, "1": 1}), ZERO, below)),
    "product renamed": (every(plus(x, a)), every(plus(a, X), name="i")),
    "product in a sum": (total(every(v("y", i, k), ZERO, i), name="i"), total(every(v("y", i, k), ZERO, i), name="i")),
    "product of squares": (every(power(x, {"1": 2})), every(times(x, x))),
    "power of nothing": (power(q(0), N), q(0)),
    "power zero": (power(a, ZERO), q(1)),
    "power one": (power(plus(a, b), ONE), plus(a, b)),
    "power two": (
        power(plus(a, b), {"1": 2}),
        plus(times(a, a), times(q(2), a, b), times(b, b)),
    ),
    "powers add": (times(power(a, N), power(a, {"N": 2, "1": -1}), a), power(a, {"N": 3})),
    "power of a product": (power(times(q(2), a, b), N), times(power(q(2), N), power(a, N), power(b, N))),
    "power of a number": (power(q(2), {"N": 1, "1": 3}), times(q(8), power(q(2), N))),
    "power of a half": (power(q("1/2"), {"N": 1, "1": -1}), times(q(2), power(q("1/2"), N))),
    "power of one": (power(q(1), N), q(1)),
    "power of a power": (power(power(a, {"1": 2}), N), power(a, {"N": 2})),
    "power of a sum": (times(power(plus(a, b), N), power(plus(b, a), N)), power(plus(a, b), {"N": 2})),
    "power of a trace": (power(["tr", A], N), power(["tr", tr(A)], N)),
    "power of a matrix": (power(times(q(2), a, A), N), times(power(q(2), N), power(a, N), power(A, N))),
    "power of no matrix": (power(A, ZERO), one),
    "power of the unit": (power(one, N), one),
    "power of zero": (power(["zero", n, n], N), ["zero", n, n]),
    "powers of words": (times(A, power(times(B, A), N), B), power(times(A, B), above)),
    "unit": (times(one, A, one), A),
    "zero": (plus(["zero", n, n], A), A),
    "transposed product": (tr(times(A, B)), times(tr(B), tr(A))),
    "transposed scalar": (tr(a), a),
    "transposed twice": (tr(tr(A)), A),
    "symmetric": (tr(H), H),
    "transposed sum": (tr(total(times(x, v("Q", k)))), total(times(x, tr(v("Q", k))))),
    "transposed tensor": (tr(kr(A, B)), kr(tr(A), tr(B))),
    "transposed column": (tr(tr(vec(A))), vec(A)),
    "cyclic": (trace(A, B, H), trace(H, A, B)),
    "trace transposed": (trace(A, B), trace(tr(A), tr(B))),
    "trace of the unit": (trace(one), nat(n)),
    "trace of the unit of a layer": (trace(["one", ["dim", "d", N]]), nat(["dim", "d", N])),
    "trace is linear": (trace(plus(times(a, A), neg(B))), sub(times(a, trace(A)), trace(B))),
    "trace of a sum": (trace(total(times(x, v("Q", k)))), total(times(x, trace(v("Q", k))))),
    "trace of a tensor": (trace(kr(A, B)), times(trace(A), trace(B))),
    "trace of a tensor with units": (trace(kr(one, A)), times(nat(n), trace(A))),
    "trace of a tensor sum": (trace(total(kr(v("Q", k), A))), times(total(trace(v("Q", k))), trace(A))),
    "tensor is bilinear": (kr(plus(A, times(a, B)), H), plus(kr(A, H), times(a, kr(B, H)))),
    "tensor of sums": (kr(total(times(x, A)), plus(B, H)), times(total(x), plus(kr(A, B), kr(A, H)))),
    "tensor of two sums": (
        kr(total(v("Q", k)), total(times(x, v("Q", k)))),
        total(total(times(x, kr(v("Q", i), v("Q", k))), name="i")),
    ),
    "tensors": (times(kr(A, B), kr(B, H)), kr(times(A, B), times(B, H))),
    "tensor on a column": (times(kr(A, B), vec(H)), vec(times(B, H, tr(A)))),
    "row on a tensor": (times(tr(vec(H)), kr(A, B)), tr(vec(times(tr(B), H, A)))),
    "row on a column": (times(tr(vec(A)), vec(B)), trace(tr(A), B)),
    "row, tensor, column": (times(tr(vec(A)), kr(H, B), vec(B)), trace(tr(A), B, B, H)),
    "row on a column of units": (times(tr(vec(one)), vec(one)), nat(n)),
    "columns are linear": (vec(plus(times(a, A), total(times(x, B)))), plus(times(a, vec(A)), times(total(x), vec(B)))),
    "chains": (times(["ch", "W", N, {"N": 1}, ""], ["ch", "W", below, ONE, ""]), ["ch", "W", N, ONE, ""]),
    "transposed chain": (tr(["ch", "W", N, N, ""]), tr(v("W", N))),
    "empty chain": (["ch", "W", ZERO, ONE, ""], ["one", ["dim", "d", ZERO]]),
    "chain from the left": (times(v("W", N), ["ch", "W", below, ONE, ""]), ["ch", "W", N, ONE, ""]),
    "rows of a chain": (
        times(["ch", "W", N, ONE, ""], tr(["ch", "W", N, ONE, ""])),
        times(v("W", N), ["ch", "W", below, ONE, ""], tr(["ch", "W", below, ONE, ""]), tr(v("W", N))),
    ),
    "root of a transpose": (tr(["root", H, N]), ["root", H, N]),
    "roots": (times(["root", plus(H, one), N], ["root", plus(one, H), N]), power(["root", plus(H, one), N], {"1": 2})),
    "scalar root": (["root", plus(a, b), N], ["root", plus(b, a), N]),
    "acos by order": (["acos", plus(a, b)], ["acos", plus(b, a)]),
    "nested functions": (exp(cos(["log", plus(a, inv(b))])), exp(cos(["log", plus(inv(b), a)]))),
    "sum in a function": (exp(total(x)), exp(total(X, name="i"))),
    "sum in a sum of functions": (
        total(exp(total(times(x, v("x", i)), name="i"))),
        total(exp(total(times(v("x", i), x))), name="i"),
    ),
    "product in a function": (["log", every(plus(x, a))], ["log", every(plus(a, X), name="i")]),
    "trace in a function": (exp(trace(A, B)), exp(trace(B, A))),
    "expectation of a constant": (E(times(a, exp(b))), times(a, exp(b))),
    "expectation is linear": (E(plus(times(a, Y), times(q(2), Z), b)), plus(times(a, E(Y)), times(q(2), E(Z)), b)),
    "expectation twice": (E(E(times(Y, Z))), E(times(Z, Y))),
    "expectation of a sum": (E(total(times(x, v("C", k)))), total(times(x, E(v("C", k))))),
    "expectation of an exp": (E(exp(plus(a, times(b, Y)))), times(exp(a), E(exp(times(b, Y))))),
    "expectation of exps": (E(times(exp(plus(a, Y)), exp(Z))), times(exp(a), E(exp(plus(Y, Z))))),
    "expectation of an event": (E(times(a, ind(Y), ind(Y))), times(a, E(ind(Y)))),
    "expectation of a wave": (E(times(cos(U), cos(U))), times(q("1/2"), plus(q(1), E(cos(times(q(2), U)))))),
    "expectation of a square": (E(trace(w, tr(w))), E(trace(tr(w), w))),
    "expectation of a product": (E(every(v("C", k))), E(every(v("C", i), name="i"))),
    "expectation of a far power": (E(power(plus(Y, a), N)), E(power(plus(a, Y), N))),
}



@pytest.mark.parametrize("name", EQUAL)
def test_one_normal_form(name: str) -> None:
    left, right = EQUAL[name]
    assert read(left) == read(right)


DIFFERENT: dict[str, tuple[Json, Json]] = {
    "m may be zero": (times(nat(m), inv(nat(m))), q(1)),
    "n + 1 is not one symbol": (times(nat(above), inv(nat(above))), q(1)),
    "a may be zero": (times(a, inv(a)), q(1)),
    "a size is not divided out": (times(nat(["dim", "d", N]), inv(nat(["dim", "d", N]))), q(1)),
    "two n over one": (times(nat(N), inv(times(nat(N), nat(N)))), q(1)),
    "words": (times(A, B), times(B, A)),
    "a transpose": (trace(A, tr(B)), trace(A, B)),
    "tensors do not commute": (kr(A, B), kr(B, A)),
    "rows and columns": (times(kr(A, B), vec(H)), vec(times(A, H, tr(B)))),
    "ind of the negative": (ind(neg(a)), ind(a)),
    "ind of a shift": (ind(plus(a, q(1))), ind(a)),
    "ind squared": (times(a, a), a),
    "cos shifted by half pi": (cos(plus(a, times(q("1/2"), pi))), cos(a)),
    "cos by another third": (cos(times(q("1/3"), pi)), cos(times(q("2/3"), pi))),
    "exp multiplied": (exp(times(a, b)), times(exp(a), exp(b))),
    "sum shifted": (total(x, ONE, N), total(x, ZERO, below)),
    "other sum": (total(x, ONE, N), total(x, ZERO, N)),
    "triangle and square": (
        total(total(times(X, x), ZERO, i), name="i"),
        total(total(times(X, x), ZERO, N), name="i"),
    ),
    "product of powers": (every(x), power(v("x", N), above)),
    "expectation of a product": (E(times(Y, Z)), times(E(Y), E(Z))),
    "expectation of an exp": (E(exp(Y)), exp(E(Y))),
    "random and not": (E(Y), Y),
    "power": (power(a, N), power(a, above)),
    "power of a number": (power(q(2), N), power(q(3), N)),
    "roots": (["root", a, N], ["root", a, above]),
    "root of another": (["root", H, N], ["root", plus(H, H), N]),
    "log": (["log", q(2)], q(0)),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_another_normal_form(name: str) -> None:
    left, right = DIFFERENT[name]
    assert read(left) != read(right)


def deep_sum(count: int) -> Json:
    t: Json = times(*(v("x", {f"k{j}": 1}) for j in range(count)))
    for j in range(count):
        t = total(t, name=f"k{j}")
    return t


REFUSED: dict[str, tuple[Json, str]] = {
    "sum of sorts": (plus(a, A), "different sorts"),
    "product of shapes": (times(A, ["one", ONE]), "cannot multiply"),
    "product of columns": (times(vec(A), vec(A)), "cannot multiply"),
    "tensor and matrix": (times(kr(A, B), A), "cannot multiply"),
    "row and matrix": (times(tr(vec(A)), A), "cannot multiply"),
    "trace of a column": (trace(vec(A)), "trace of the stacked"),
    "trace of a wide matrix": (trace(v("W", N)), "trace of a d[N]"),
    "trace of a wide tensor": (trace(kr(v("W", N), A)), "trace of a tensor"),
    "trace of a number": (trace(a), "trace of a scalar"),
    "tensor of numbers": (kr(a, A), "not a matrix"),
    "tensor with numbers": (kr(A, a), "not a matrix"),
    "columns of a number": (vec(a), "vec of"),
    "columns of columns": (vec(vec(A)), "vec of"),
    "power of columns": (power(vec(A), {"1": 2}), "power of"),
    "power of a wide matrix": (power(v("W", N), {"1": 2}), "power of"),
    "power of a wide matrix, symbolic": (power(v("W", N), N), "power of"),
    "root of a wide matrix": (["root", v("W", N), N], "root of"),
    "root of columns": (["root", vec(A), N], "root of"),
    "large power": (power(plus(a, b), {"1": 65}), "outside 0..64"),
    "large power of a matrix": (power(A, {"1": 65}), "outside 0..64"),
    "large power of a number": (power(q(2), {"N": 1, "1": 65}), "too large"),
    "power of nothing": (power(q(0), below), "may be zero"),
    "power of no matrix": (power(["zero", n, n], m), "may be zero"),
    "power of a sum of matrices": (power(plus(A, B), N), "power of a sum"),
    "power of a cosine": (power(cos(a), N), "cosine with a symbolic"),
    "cosine to a power in a product": (times(power(plus(a, b), N), power(cos(b), N)), "cosine with a symbolic"),
    "long sum": (total(nat(k), ZERO, {"1": 65}), "66 terms"),
    "long product": (every(nat(k), ZERO, {"1": 65}), "66 factors"),
    "product of matrices": (every(A), "not a scalar"),
    "product of columns of a sum": (every(vec(A)), "not a scalar"),
    "sum of sizes": (total(["one", ["dim", "d", k]]), "depends on the index"),
    "expectation of a matrix": (E(A), "a scalar is needed"),
    "expectation of a logarithm": (E(["log", Y]), "not guaranteed"),
    "expectation of a root": (E(["root", Y, N]), "not guaranteed"),
    "expectation of an inverse": (E(inv(Y)), "not guaranteed"),
    "expectation of a growing exp": (E(exp(trace(w, tr(w)))), "not guaranteed"),
    "expectation of a growing product": (E(every(plus(v("C", k), trace(w, tr(w))))), "not guaranteed"),
    "expectation of a root of a square": (E(trace(["root", times(w, tr(w)), N])), "not guaranteed"),
    "huge number": (power(q("1" + "0" * 3999), {"1": 64}), "size limit"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    t, reason = REFUSED[name]
    with pytest.raises(Reject) as caught:
        read(t)
    assert reason in str(caught.value)


def test_limits_are_reached() -> None:
    """65 terms, 65 factors and exponent 64 are still expanded."""
    assert read(total(nat(k), ZERO, {"1": 64})) == read(q(64 * 65 // 2))
    assert read(every(q(1), ZERO, {"1": 64})) == read(q(1))
    assert read(power(a, {"1": 64})) == read(times(power(a, {"1": 32}), power(a, {"1": 32})))
    assert read(power(q(2), {"N": 1, "1": 64})) == read(times(power(q(2), N), q(2**64)))


def test_many_nested_sums_keep_their_order() -> None:
    assert read(deep_sum(4)) == read(power(total(v("x", k)), {"1": 4}))
    assert read(deep_sum(5)) == read(deep_sum(5))


# ---- substitution -------------------------------------------------------------------------------------------------

INSIDE: dict[str, Json] = {
    "itself": a,
    "sum": plus(a, b),
    "square": times(a, a),
    "power": power(a, N),
    "power of a sum": power(plus(a, b), N),
    "exp": exp(times(b, a)),
    "log": ["log", plus(a, b)],
    "inv": inv(a),
    "inv of a sum": inv(plus(a, b)),
    "cos": cos(plus(a, b)),
    "acos": ["acos", a],
    "ind": ind(a),
    "root": ["root", plus(a, b), N],
    "expectation": E(times(Y, ind(plus(a, Y)))),
    "sum over an index": total(times(x, exp(times(a, x)))),
    "product over an index": every(plus(v("x", k), a)),
    "nested": total(exp(cos(plus(a, total(times(X, v("x", k)), name="i"))))),
    "times a matrix": times(a, A),
    "in a trace": trace(times(a, A), B),
    "in a tensor": kr(times(a, A), B),
    "in a column": times(a, vec(A)),
    "in a row": times(a, tr(vec(A))),
    "naturals": times(a, nat(N), nat(["dim", "d", N]), pi),
    "matrix root": ["root", times(plus(a, b), H), N],
    "power of a matrix": times(a, power(A, N)),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_letter_is_replaced_inside(name: str) -> None:
    """a = b + 1, read with the replacement in place."""
    new = plus(b, q(1))
    before = INSIDE[name]
    after = _put(before, a, new)
    hyps = [hyp("is", ["eq", a, new])]
    accepted(theorem(signature(), hyps, [alg("s", ["eq", before, after], ["rw", before, ["is"]])]))


def _put(t: Json, old: Json, new: Json) -> Json:
    if t == old:
        return new
    return [_put(y, old, new) for y in t] if isinstance(t, list) else t


MATRIX_INSIDE: dict[str, Json] = {
    "itself": A,
    "transposed": tr(A),
    "word": times(B, A, H, tr(A)),
    "power": power(times(A, B), N),
    "sum": total(times(x, A, v("Q", k))),
    "trace": trace(A, B),
    "trace in a function": exp(trace(A, tr(A))),
    "tensor": kr(A, B),
    "tensor, second": kr(one, A),
    "column": vec(times(A, B)),
    "row": tr(vec(times(B, A))),
    "root": ["root", times(tr(A), A), N],
    "power of a transpose": power(tr(A), N),
}


@pytest.mark.parametrize("name", MATRIX_INSIDE)
def test_a_matrix_is_replaced_inside(name: str) -> None:
    before = MATRIX_INSIDE[name]
    new = times(B, H)
    hyps = [hyp("is", ["eq", A, new])]
    accepted(theorem(signature(), hyps, [alg("s", ["eq", before, _put(before, A, new)], ["rw", before, ["is"]])]))


def test_a_chain_member_is_replaced_only_alone() -> None:
    member, new = v("W", N), times(q(2), v("W", N))
    hyps = [hyp("is", ["eq", member, new])]
    whole = ["ch", "W", N, ONE, ""]
    accepted(
        theorem(
            signature(),
            hyps,
            [
                alg("alone", ["eq", tr(member), tr(new)], ["rw", tr(member), ["is"]]),
                alg("in a product", ["eq", whole, whole], ["rw", whole, ["is"]]),
            ],
        )
    )


def test_an_index_is_substituted_everywhere() -> None:
    """A fact about every index, at one: the names of its sums do not capture it."""
    body = plus(
        total(times(v("y", i, k), X), ZERO, i),
        every(plus(v("y", i, k), nat(i)), ZERO, i),
        exp(times(nat(["dim", "d", i]), X)),
        power(X, i),
        trace(power(v("Q", i), i), v("Q", i)),
        ["root", X, {"i": 1, "1": 1}],
    )
    prefix = [["i", ONE, N]]
    hyps = [hyp("h", ["eq", body, b], prefix)]
    at = _swap(body, N)
    accepted(theorem(signature(), hyps, [alg("s", ["eq", at, b], fact("h", N))]))


def _swap(t: Json, new: Json) -> Json:
    if isinstance(t, dict):
        c = t.get("i", 0)
        out = {s: e for s, e in t.items() if s != "i"}
        for s, e in new.items():
            out[s] = out.get(s, 0) + c * e
        return {s: e for s, e in out.items() if e}
    return [_swap(y, new) for y in t] if isinstance(t, list) else t


# ---- derivatives that are refused ---------------------------------------------------------------------------------

NOT_DERIVED: dict[str, tuple[Json, str]] = {
    "log": (["log", a], "derivative of log"),
    "inv": (inv(a), "derivative of inv"),
    "acos": (["acos", a], "derivative of acos"),
    "ind": (ind(a), "derivative of ind"),
    "root": (["root", a, N], "derivative of root"),
    "product": (every(plus(a, v("x", k))), "symbolic product"),
    "matrix root": (["root", times(tr(A), A), N], "derivative of a root"),
    "power that may be none": (power(a, below), "may be zero"),
    "twice": (["D", a], "time derivative of a time derivative"),
    "twice the time": (["D", ["t"]], "time derivative of a time derivative"),
    "twice inside": (plus(a, times(b, ["D", ["t"]])), "time derivative of a time derivative"),
    "twice a matrix": (["D", A], "time derivative of a time derivative"),
    "twice a chain": (["D", v("W", N)], "time derivative of a time derivative"),
}


@pytest.mark.parametrize("name", NOT_DERIVED)
def test_derivatives_that_are_refused(name: str) -> None:
    t, reason = NOT_DERIVED[name]
    with pytest.raises(Reject) as caught:
        read(["D", t], "flow")
    assert reason in str(caught.value)


@pytest.mark.parametrize("t", [["log", b], inv(b), ["acos", b], ind(b), ["root", b, N]])
def test_functions_of_what_rests_have_no_derivative(t: Json) -> None:
    assert read(["D", t], "flow") == read(q(0), "flow")
    assert read(["D", times(a, t)], "flow") == read(times(["D", a], t), "flow")

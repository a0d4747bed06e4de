"""Normal forms of random expressions have the values of the expressions, by ball arithmetic that is not the kernel's.

Logs and roots of small numbers are drawn often: there a form has rules of its own, and two of them were once wrong."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import flint
import pytest

from verify.kernel.errors import Budget, Reject
from verify.kernel.identity.plane import Plane
from verify.kernel.scalar.normal import Normal
from verify.second import complexes as cx
from verify.second import reals
from verify.second.errors import Cannot, Undefined, Unsure
from verify.second.terms import constant, q, show

Term = tuple[Any, ...]
NOTHING = (Undefined, Unsure, Cannot, OverflowError)
WHOLE = [q(n) for n in (2, 3, -1, 1, 4, 6, 8, -2, 12)]
BROKEN = [q(Fraction(x)) for x in ("1/2", "-1/3", "3/2", "5/4")]
ROOTS = [("log", q(n)) for n in (2, 3, 6)] + [("pow", q(n), q(Fraction(1, 2))) for n in (2, 6, 12)]
POWERS = [q(Fraction(x)) for x in ("2", "-1", "1/2", "-1/2", "1/3", "3", "2/3")]
BOTH = ["exp", "exp", "log", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "abs"]
KINDS = {"z": "complex", "x": "real", "p": "real", "n": "integer"}


def drawn(r: Random, depth: int, leaves: list[Term], functions: list[str]) -> Term:
    if depth == 0 or r.random() < 0.15:
        return r.choice(leaves)
    kind = r.random()
    if kind < 0.42:
        parts = (drawn(r, depth - 1, leaves, functions) for _ in range(2))
        return ("+" if kind < 0.2 else "*", *parts)
    if kind < 0.5:  # terms that share a factor
        root, a, b = r.choice(ROOTS), *(drawn(r, depth - 1, leaves, functions) for _ in range(2))
        return ("pow", ("+", ("*", root, a), ("*", root, b)), r.choice(POWERS))
    if kind < 0.66:
        exponent = r.choice([*POWERS, drawn(r, depth - 1, leaves, functions)])
        return ("pow", drawn(r, depth - 1, leaves, functions), exponent)
    return (r.choice(functions), drawn(r, depth - 1, leaves, functions))


# ---- real numbers ---------------------------------------------------------------------------------------------------


def real_form(n: Normal, form: Mapping[Any, Fraction], at: Mapping[str, Any]) -> Any:
    total = flint.arb(0)
    for mono, c in form.items():
        term = reals.ball(Fraction(c))
        for x, e in mono:
            term = term * real_atom(n, x, Fraction(e), at)
        total = total + term
    return total


def real_atom(n: Normal, x: int, e: Fraction, at: Mapping[str, Any]) -> Any:
    key = n.atoms[x]
    if key[0] == "exp":
        return (real_form(n, {key[1]: Fraction(1)}, at) * reals.ball(e)).exp()
    if key[0] == "var":
        base = at[key[1]]
    elif key[0] == "prime":
        base = Fraction(key[1])
    elif key[0] == "pi":
        base = flint.arb.pi()
    elif key[0] == "sum":
        base = real_form(n, dict(key[1]), at)
    elif key[0] == "pow":
        base = reals.general_power(real_form(n, dict(key[1]), at), real_form(n, dict(key[2]), at))
    else:
        base = reals.function(key[0], real_form(n, dict(key[1]), at))
    assert not (n.positive[x] and base < 0)
    return reals.ball(reals.fixed_power(base, e))


@pytest.mark.parametrize("seed", range(2))
def test_scalar_forms(seed: int) -> None:
    r = Random(seed)
    leaves = [*WHOLE, *BROKEN, *ROOTS, ("pi",), ("var", "x"), ("var", "x"), ("var", "y")]
    compared = 0
    with reals.bits(300):
        for _ in range(1_200):
            e = drawn(r, r.choice((2, 3, 3)), leaves, [*BOTH, "sign", "asinh", "acosh", "atanh", "erf"])
            at = {x: Fraction(r.choice((-3, -1, 1, 2, 5)), r.choice((1, 2, 3))) for x in "xy"}
            n = Normal(Budget(10_000))
            try:
                form = n.of(e)
                here, there = reals.ball(reals.value(e, at)), real_form(n, form, at)
            except (Reject, *NOTHING):
                continue
            if here.is_finite() and there.is_finite():
                assert (here - there).contains(0), (show(e), at)
                compared += 1
    assert compared > 50


# ---- complex numbers ------------------------------------------------------------------------------------------------


def sign(e: Term) -> int:
    """What a prover could see of p > 0: numbers, and products and sums of positive parts."""
    if e[0] == "q":
        return int(e[1] > 0) - int(e[1] < 0)
    if e[0] in ("+", "*"):
        signs = [sign(x) for x in e[1:]]
        if e[0] == "+":
            return signs[0] if len(set(signs)) == 1 else 0
        return signs[0] * signs[1] if len(signs) == 2 else 0
    return int(e in (("pi",), ("var", "p")))


class Form:
    """Values of forms at a point; a tiny imaginary part of what is real by its form is dropped, to stay off cuts."""

    def __init__(self, plane: Plane, at: Mapping[str, Any]) -> None:
        self.plane, self.at = plane, at

    def of(self, form: Mapping[Any, Fraction]) -> Any:
        total = flint.acb(0)
        for mono, c in form.items():
            total = total + self.mono(mono) * cx.ball(Fraction(c))
        return total

    def mono(self, mono: Any) -> Any:
        out = flint.acb(1)
        for x, e in mono:
            out = out * self.power(x, Fraction(e))
        return out

    def power(self, x: int, e: Fraction) -> Any:
        key = self.plane.atoms[x]
        if key[0] == "turn":
            return (flint.acb(0, 2) * flint.acb.pi() * cx.ball(e)).exp()
        if key[0] == "exp":
            return (self.mono(key[1]) * cx.ball(e)).exp()
        base = self.base(x, key)
        assert not (self.plane.real[x] and not base.imag.contains(0))
        assert e.denominator == 1 or self.plane.positive[x]
        return base ** int(e) if e.denominator == 1 else (base.log() * cx.ball(e)).exp()

    def base(self, x: int, key: Any) -> Any:
        if key[0] == "pi":
            return flint.acb.pi()
        if key[0] == "var":
            return cx.ball(self.at[key[1]])
        if key[0] == "logprime":
            return flint.acb(key[1]).log()
        if key[0] == "sum":
            return self.of(dict(key[1]))
        if key[0] == "conj":
            return self.power(key[1], Fraction(1)).conjugate()
        return cx.ball(cx.function(key[0], snapped(self.of(dict(key[1])))))


def snapped(x: Any) -> Any:
    if isinstance(x, Fraction) or not (x.imag.contains(0) and x.imag.rad() < 1e-60):
        return x
    return flint.acb(x.real)


def complex_value(e: Term, at: Mapping[str, Any]) -> Any:
    if e[0] in ("q", "var", "pi", "I"):
        return cx.value(e, at)
    args = [snapped(complex_value(x, at)) for x in e[1:]]
    if e[0] == "pow":
        c = constant(e[2])
        return cx.power(args[0], args[1] if c is None else c)
    return cx.value((e[0], *(("var", str(i)) for i in range(len(args)))), {str(i): x for i, x in enumerate(args)})


@pytest.mark.parametrize("seed", range(2))
def test_complex_forms(seed: int) -> None:
    r = Random(seed)
    leaves = [*WHOLE, *BROKEN, *ROOTS, ("pi",), ("I",), *(("var", x) for x in KINDS)]
    compared = 0
    with reals.bits(300):
        for _ in range(2_000):
            e = drawn(r, r.choice((2, 3, 3)), leaves, [*BOTH, "conjugate", "re", "im", "arg"])
            z = r.choice((flint.acb(1.5, -1), flint.acb(-1, 2), flint.acb(0, -1), Fraction(-2), Fraction(3, 2)))
            at = {"z": z, "x": Fraction(r.choice((-3, 1, 2)), 2), "p": Fraction(r.choice((1, 2, 7)), 3),
                  "n": Fraction(r.randint(-3, 4))}  # fmt: skip
            plane = Plane(Budget(10_000), KINDS.__getitem__, sign)
            try:
                form = plane.of(e)
                here, there = cx.ball(complex_value(e, at)), Form(plane, at).of(form)
            except (Reject, *NOTHING):
                continue
            if here.is_finite() and there.is_finite():
                gap = abs(here - there)
                assert (here - there).contains(0) or gap < 1e-40 * (1 + abs(here)), (show(e), at)
                compared += 1
    assert compared > 50

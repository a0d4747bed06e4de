"""Scalar inequalities at the prompt: textbook ones proved, near misses refuted, the rest left open."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from verify.check.prompt import problem
from verify.check.scalar import stands
from verify.check.settle import settle

TRUE = [
    ("1+x <= exp(x)", "x real"), ("1-x <= exp(-x)", "x in [0,1]"), ("sin(x) <= x", "x >= 0"),
    ("log(1+x) <= x", "x > -1"), ("2*x/pi <= sin(x)", "x in [0, pi/2]"), ("x <= tan(x)", "x in [0, pi/2)"),
    ("x*log(x) >= -1/E", "x > 0"), ("sqrt(1+x) <= 1+x/2", "x >= -1"), ("x**10 < exp(x)", "x >= 40"),
    ("abs(sin(x)) <= abs(x)", "x real"), ("max(x, 0) <= log(1+exp(x))", "x real"),
    ("(a*c+b*d)**2 <= (a**2+b**2)*(c**2+d**2)", "a real, b real, c real, d real"),
    ("x**3+y**3+z**3 >= 3*x*y*z", "x >= 0, y >= 0, z >= 0"), ("x/y+y/x >= 2", "x > 0, y > 0"),
    ("x*log(x/y) >= x-y", "x > 0, y > 0"), ("erf(r/sqrt(2)) <= 2*r/sqrt(2*pi)", "r >= 0"),
]  # fmt: skip
FALSE = [
    ("1-x <= exp(-x)-1/1000000", "x in [0,1]"), ("cosh(t) <= exp(49*t**2/100)", "t in [-3,3]"),
    ("(x-1/3)**2 >= 10**(-16)", "x in [0,1]"), ("(x-1/3)*(x-1/3-1/10**8) >= 0", "x in [0,1]"),
    ("log(x) < x**(1/10)", "x >= 1"), ("log(x) <= x", "x in [0,1]"), ("1/x <= 10**9", "x in (0,1]"),
    ("exp(x) > E*x", "x real"), ("2*x/pi < sin(x)", "x in [0,pi/2]"), ("sin(x) < x", "x >= 0"),
    ("x**(1/3) >= 0", "x in [-1,1]"), ("x*y <= (x**2+y**2)/2 - 10**(-6)", "x real, y real"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where"), TRUE, ids=[text for text, _ in TRUE])
def test_true_ones_are_proved(text: str, where: str) -> None:
    p = problem(text, [where], budget=20.0)
    answer = settle(p)
    assert answer.verdict == "PROVED", answer.text()
    assert answer.footprint == () and answer.steps and answer.certificate is not None


@pytest.mark.parametrize(("text", "where"), FALSE, ids=[text for text, _ in FALSE])
def test_false_ones_are_refuted(text: str, where: str) -> None:
    answer = settle(problem(text, [where], budget=20.0))
    assert answer.verdict == "REFUTED", answer.text()
    assert answer.counterexample is not None and answer.counterexample.values


def test_the_certificate_must_state_the_problem() -> None:
    p = problem("sin(x) <= x", ["x >= 0"])
    answer = settle(p)
    certificate = json.loads(json.dumps(dict(answer.certificate or {})))
    assert stands(p, "PROVED", certificate) is None
    assert stands(problem("sin(x) < x", ["x >= 0"]), "PROVED", certificate) == "the statements differ"
    assert stands(problem("sin(x) <= x", ["x > -1"]), "PROVED", certificate) == "the statements differ"
    assert stands(p, "REFUTED", certificate) is not None
    assert stands(p, "PROVED", {**certificate, "rests": ["other"]}) is not None


def test_an_open_answer_says_what_was_tried() -> None:
    p = problem("floor(x) <= x", ["x real"])
    answer = settle(replace(p, hints=replace(p.hints, budget=2.0)))
    assert answer.verdict == "OPEN" and answer.tried


def test_same_input_same_certificate() -> None:
    p = problem("x*log(x) >= x-1", ["x > 0"])
    assert settle(p).certificate == settle(p).certificate


@pytest.mark.parametrize(
    "hints", [{"split": ["x=1"]}, {"substitute": ["x=exp(s)"]}, {"monotone_in": ["x"]}, {"precision": 100}]
)
def test_hints_do_not_change_the_claim(hints: dict[str, object]) -> None:
    p = problem("x*log(x) >= x-1", ["x > 0"], **hints)  # type: ignore[arg-type]
    assert settle(p).verdict == "PROVED"

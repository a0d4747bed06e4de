"""What stands in the place of the calls in `test_libraries.py`: it is right there, or refuses."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import flint
import pytest

from tests.kernel.terms import accepted, alg, neg, q, rejected, sub, theorem, tr, v
from verify.evidence.trials import check_witness
from verify.kernel import kinds
from verify.numeric.enclosure import Enclosure, InvalidInput, NotEvidence, exact_fraction, precision
from verify.numeric.quadrature import entire, integrate, off_negative_axis

Json = Any
n = {"n": 1}
SQUARE = {"shape": [n, n]}
MOVING = {**SQUARE, "dep": "smooth"}


def trace(*factors: Json) -> Json:
    return ["tr", ["*", *factors]]


def derivative(value: Json, rate: Json, **letters: Json) -> None:
    """The kernel derives d/dt value = rate from the rules of differentiation alone."""
    sig = {"time": "flow", "nat": {"n": 1}, "letters": letters}
    accepted(theorem(sig, [], [alg("rate", ["eq", ["D", value], rate], ["null", q(0)])]))


def test_gradients_of_traces() -> None:
    """26585, 27406, 30527, 23492."""
    A, B, U, V = (v(name) for name in "ABUV")
    error = sub(["*", U, V], A)
    dU, dA = ["D", U], ["D", A]
    value = ["+", ["*", q("1/2"), trace(tr(error), error)], ["*", q("1/2"), trace(tr(U), U)]]
    derivative(value, trace(tr(["+", ["*", error, tr(V)], U]), dU), A=SQUARE, U=MOVING, V=SQUARE)
    derivative(["+", trace(tr(A), A), trace(tr(B), B)], ["*", q(2), trace(tr(A), dA)], A=MOVING, B=SQUARE)
    gap = ["tr", sub(["one", n], A)]
    derivative(["*", gap, gap], ["*", q(2), sub(["tr", A], ["n", n]), ["tr", dA]], A=MOVING)
    derivative(["+", ["tr", A], trace(A, A)], trace(["+", ["one", n], ["*", q(2), A]], dA), A=MOVING)


def equation(a: Json, b: Json, fixing: Json, **letters: Json) -> Json:
    sig = {"nat": {"n": 1}, "letters": letters}
    return theorem(sig, [], [alg("same", ["eq", a, b], ["null", fixing])])


def test_words() -> None:
    """28001 and 25554: transposes are kept apart, equal words are equal."""
    W = v("W")
    rejected(equation(["*", W, tr(W), tr(W), W], ["pow", W, {"1": 4}], W, W=SQUARE), reason="another formula")
    gram = ["*", tr(W), W]
    accepted(equation(["pow", gram, {"1": 2}], ["*", tr(W), W, tr(W), W], W, W=SQUARE))


def test_division_needs_a_proof() -> None:
    x = v("x")
    step = alg("one", ["eq", ["*", x, ["inv", x]], q(1)], ["inv", x, ["sq", x]])
    rejected(theorem({"letters": {"x": {}}}, [], [step]), reason="not proved to be non-zero")
    accepted(equation(["*", q(0), ["inv", q(0)]], q(0), q(0)))


def test_sums_are_expanded_exactly() -> None:
    """13902: 1 + 2 at k = 0, 1 with weights k^2 times binom(2, k)."""
    term = ["*", ["+", q(1), ["n", {"k": 1}]], ["pow", ["n", {"k": 1}], {"1": 2}]]
    accepted(equation(["sum", "k", {}, {"1": 1}, term], q(2), q(0)))


def test_arc_cosines_near_one() -> None:
    """23086, 24390: certain to be positive, and 0.041 degrees."""
    with precision(60):
        for digits in range(1, 40, 6):
            angle = Enclosure.from_exact(1 - Fraction(1, 10**digits)).acos(domain_proved=True)
            assert angle.certainly_gt(0) and abs(angle).certainly_gt(0)
        degrees = Enclosure.from_exact(Fraction(7823207, 7823209)).acos() * 180 / Enclosure.pi()
        assert degrees.certainly_gt(Fraction(4, 100)) and degrees.certainly_lt(Fraction(5, 100))


def test_integrals() -> None:
    """29072 piece by piece, 29792 and the square root across its branch."""
    with precision(30):
        quarter = integrate(lambda z: z.sin() * z.cos(), 0, Enclosure.pi() / 2, analytic=entire)
        assert (quarter * 4).contains(2)
        one = integrate(
            lambda z: (2 - z).sqrt() * (1 / (2 - z)).sqrt(), 0, 1, analytic=lambda z: off_negative_axis(2 - z)
        )
        assert one.contains(1)
        root = integrate(lambda z: z.sqrt(), 1, 4, analytic=off_negative_axis)
        assert root.contains(Fraction(14, 3))


def test_integrals_with_branches_and_cancellation() -> None:
    """30404 up to a tail below 1e-8, 22487 on a large part of the line, 30484: real, near -0.97547."""
    with precision(30):
        near = 1 - Fraction(1, 10**6)
        most = integrate(
            lambda z: (1 - z).sqrt() * (1 - z).log(), 0, near, analytic=lambda z: off_negative_axis(1 - z)
        )
        assert abs(most + Fraction(4, 9)).certainly_lt(Fraction(1, 10**7))
        part = integrate(lambda z: ((z * z).cos() - z.cos()) / (z * z), Fraction(1, 100), 8, analytic=entire)
        assert part.is_finite() and part.certainly_gt(-10) and part.certainly_lt(10)
        real = integrate(
            lambda z: 0 - (1 / (z + 1)).sqrt() / (z * (1 - z).sqrt()),
            Fraction(1, 5), Fraction(1, 2), analytic=lambda z: off_negative_axis(1 - z) and off_negative_axis(z + 1),
        )  # fmt: skip
        assert real.certainly_lt(Fraction(-97546, 10**5)) and real.certainly_gt(Fraction(-97548, 10**5))


def test_sums_of_many_small_terms() -> None:
    """20932: the mean of sin(K/64), term by term."""
    with precision(30):
        total = Enclosure.from_exact(0)
        for k in range(52):
            weight = Fraction(comb(51, k) * comb(77, 64 - k), comb(128, 64))
            total = total + Enclosure.from_exact(Fraction(k, 64)).sin() * weight
        assert total.certainly_gt(Fraction(387, 1000)) and total.certainly_lt(Fraction(388, 1000))


def test_zeros_of_waves() -> None:
    """30401: whether a number is a zero is decided from its normal form."""
    item = {"id": "i", "vars": {}, "conditions": [], "rhs": q(0), "proof": {"rule": "normal"}}
    for times, good in ((3, True), (Fraction(7, 2), False)):
        waves = [["sin", ["*", q(c), ["pi"]]] for c in (4, times)]
        (found,) = kinds.check_file({"identities": [{**item, "lhs": ["+", *waves]}]})["identities"]
        assert found["ok"] is good


def test_analytic_is_not_optional() -> None:
    with pytest.raises(TypeError):
        integrate(lambda z: z.sqrt(), 1, 4)  # type: ignore[call-arg]


def test_an_instance_must_meet_the_hypotheses() -> None:
    """A positive letter does not take the value -1."""
    positive = {"id": "positive", "all": [], "concl": ["gt", v("x"), q(0)]}
    goals = [{"all": [], "concl": ["ge", v("x"), q(0)]}]
    statement = {"sig": {"time": "none", "letters": {"x": {}}}, "hyps": [positive], "goals": goals}
    assert check_witness(statement, {"values": {"x": "1"}}) is None
    assert check_witness(statement, {"values": {"x": "-1"}}) is not None


def test_text_is_not_executed() -> None:
    for text in ("[].__class__", "__import__('os')", "1+1", "pi", "0x10"):
        with pytest.raises(InvalidInput):
            exact_fraction(text)
    rejected(equation(["q", "1+1"], q(2), q(0)), reason="rational expected")


def test_enclosures_have_no_comparison_by_accident() -> None:
    with precision(30):
        around, tenth = Enclosure.from_bounds(-1, 1), Enclosure.from_exact("0.1")
        assert not around.certainly_lt(0) and not around.certainly_ge(0)
        for bad in (lambda: bool(around), lambda: tenth == tenth, lambda: around < 0, lambda: float(tenth)):
            with pytest.raises(TypeError):
                bad()
        assert tenth.contains(Fraction(1, 10)) and Enclosure.from_exact(Fraction(1, 3)).contains(Fraction(1, 3))
        with pytest.raises(InvalidInput):
            Enclosure.from_exact(0.1)  # type: ignore[arg-type]
        undefined = Enclosure.from_exact(-1).log()
        assert not undefined.is_finite() and not undefined.certainly_ge(0)
        with pytest.raises(NotEvidence):
            undefined.contains(5)


def test_precision_is_restored() -> None:
    before = flint.ctx.prec
    with precision(200):
        assert flint.ctx.prec > 600
    assert flint.ctx.prec == before


def test_exponential_where_interval_arithmetic_fails() -> None:
    """mpmath 1181: the same point, against twice the precision."""
    point = Fraction(-7381185261406992041057283972377929, 2**115)
    with precision(34):
        coarse = Enclosure.from_exact(point).exp()
    with precision(150):
        fine = Enclosure.from_exact(point).exp()
        assert coarse.certainly_le(coarse.upper()) and fine.overlaps(coarse)
        assert coarse.lower() <= fine.lower() and fine.upper() <= coarse.upper()


def test_signs_are_proved_not_assumed() -> None:
    x = v("x")
    rejected(theorem({"letters": {"x": {}}}, [], [alg("s", ["ge", x, q(0)], ["sq", x])]), reason="another formula")
    rejected(
        theorem({"letters": {"x": {}}}, [], [alg("s", ["ge", neg(x), q(0)], ["q", "0"])]), reason="another formula"
    )

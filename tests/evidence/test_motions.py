"""Paths that are written down: exponential polynomials, hypotheses at all times, and what is refused."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from verify.evidence.counterexample import failing
from verify.evidence.exponential import Motion, at_least, read, sign
from verify.evidence.values import Unsupported
from verify.numeric.enclosure import Enclosure, precision

T = ["t"]


def v(name: str, stage: str = "") -> list[Any]:
    return ["v", name, [], stage]


def minus(x: Any) -> list[Any]:
    return ["*", ["q", "-1"], x]


def statement(hyps: dict[str, Any], goal: Any, **letters: Any) -> dict[str, Any]:
    rows = [{"id": name, "all": [], "concl": concl} for name, concl in hyps.items()]
    return {"sig": {"time": "flow", "letters": letters}, "hyps": rows, "goals": [{"all": [], "concl": goal}]}


DECAY = statement(
    {"flow": ["eq", ["D", v("x")], minus(v("x"))], "start": ["eq", v("x", "0"), ["q", "1"]]},
    ["gt", v("x"), ["q", "1/2"]],
    x={"dep": "smooth"},
)


def path(until: str = "2", where: str = "time 1", **letters: Any) -> dict[str, Any]:
    return {"values": {}, "motion": {"until": until, "letters": letters}, "where": where}


def test_identities_are_decided() -> None:
    assert read("cos(t)**2 + sin(t)**2") == 1
    assert read("exp(t)*exp(-t) - 1") == 0
    assert read("(1+t)*(1-t) - 1 + t**2") == 0
    assert isinstance(read("exp(t) - exp(2*t)"), Motion)


def test_values_and_slopes() -> None:
    x = read("t**2*exp(-t/2)*cos(3*t) - sin(2*t)/7")

    def f(t: float) -> float:
        return t**2 * math.exp(-t / 2) * math.cos(3 * t) - math.sin(2 * t) / 7

    with precision(30):
        for k in range(8):
            t = Fraction(k, 3)
            assert abs(float(x.over(Enclosure.from_exact(t)).midpoint()) - f(float(t))) < 1e-12
            slope = (f(float(t) + 1e-6) - f(float(t) - 1e-6)) / 2e-6
            assert abs(float(x.slope().over(Enclosure.from_exact(t)).midpoint()) - slope) < 1e-6
    assert x.first() == 0


def test_signs() -> None:
    with precision(30):
        assert sign(read("exp(-t)"), Fraction(3)) == 1
        assert sign(read("1 - t"), Fraction(2)) is None
        assert at_least(read("1 - exp(-t)"), Fraction(5))  # 0 at the start
        assert not at_least(read("1 - exp(-t)"), Fraction(5), strict=True)
        assert at_least(read("t - sin(t)"), Fraction(2))  # three derivatives are 0 or more
        assert not at_least(read("sin(t)"), Fraction(4))


@pytest.mark.parametrize(
    "text", ["1/t", "exp(t**2)", "x", "exp(1)", "t**100", "__import__('os')", "t if t else 1", "1.5"]
)
def test_what_is_no_exponential_polynomial(text: str) -> None:
    with pytest.raises((ValueError, Unsupported)):
        read(text)


def test_a_path_breaks_the_conclusion() -> None:
    found = failing(DECAY, path(x="exp(-t)"))
    assert not isinstance(found, str)
    assert (found.status, found.where) == ("fails", "time 1")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (path(x="1 - t"), "flow"),  # another motion
        (path(x="exp(-t) + t**9/1000000000"), "flow"),  # almost the motion
        (path(x="2*exp(-t)"), "start"),
        (path(x="exp(-t)", where="time 1/2"), "does not certainly fail"),
        (path(x="exp(-t)", where="time 2"), "does not certainly fail"),  # the path ends there
        (path(x="exp(-t)", where="start"), "names its time"),
        (path(x="exp(-t)", until="0"), "needs a time"),
        (path(x=[["exp(-t)"]]), "shape of x"),
        (path(y="exp(-t)"), "does not move"),
        ({**path(x="exp(-t)"), "values": {"x": "1"}}, "does not move"),
        ({**path(x="exp(-t)"), "values": {"D x": "1"}}, "stages"),
        ({**path(x="exp(-t)"), "margin": ["0", "0"]}, "the margin is"),
    ],
)
def test_what_is_no_counterexample(data: dict[str, Any], said: str) -> None:
    found = failing(DECAY, data)
    assert isinstance(found, str) and said in found


def test_a_hypothesis_must_hold_before_the_end_not_only_at_the_time() -> None:
    """x >= 1/4 stops to hold after the conclusion has failed: a shorter path stands, a longer one does not."""
    bounded = {**DECAY, "hyps": [*DECAY["hyps"], {"id": "floor", "all": [], "concl": ["ge", v("x"), ["q", "1/4"]]}]}
    assert not isinstance(failing(bounded, path(until="5/4", x="exp(-t)")), str)
    assert "floor" in str(failing(bounded, path(until="2", x="exp(-t)")))


def test_a_hypothesis_that_fails_in_between() -> None:
    wave = statement({"above": ["ge", v("x"), ["q", "0"]]}, ["gt", ["q", "1/2"], v("x")], x={"dep": "smooth"})
    assert not isinstance(failing(wave, path(until="5/4", x="t")), str)
    assert "above" in str(failing(wave, path(until="4", where="time 3", x="(t-1)*(t-2)")))


def test_an_indicator_that_jumps() -> None:
    """An equation counts only if it holds whatever the indicator is; nothing is derived through a jump."""
    gate = ["ind", ["+", ["q", "1"], minus(v("x"))]]
    rests = statement(
        {"flow": ["eq", ["D", v("y")], ["*", gate, v("y")]]},
        ["ge", ["q", "1"], v("x")],
        x={"dep": "smooth"},
        y={"dep": "smooth"},
    )
    assert not isinstance(failing(rests, path(until="3", where="time 2", x="t", y="0")), str)
    assert "flow" in str(failing(rests, path(until="3", where="time 2", x="t", y="exp(t)")))
    through = statement({"flow": ["eq", ["D", gate], ["q", "0"]]}, ["ge", ["q", "1"], v("x")], x={"dep": "smooth"})
    assert "flow" in str(failing(through, path(until="3", where="time 2", x="t")))


def test_indicators_that_jump_together() -> None:
    """Indicators of one function, up to a positive factor, are one indicator; others jump on their own."""
    together = statement(
        {"same": ["eq", ["ind", v("x")], ["ind", v("y")]]},
        ["ge", ["q", "1/2"], ["ind", v("x")]],
        x={"dep": "smooth"},
        y={"dep": "smooth"},
    )
    jumps = "t - 1 + (t-1)*exp(-t)"
    assert not isinstance(failing(together, path(until="4", where="time 3", x=jumps, y=f"3/2*({jumps})")), str)
    for other in (f"-({jumps})", "t - 1", "t - 2", "2*t - 1"):
        assert "same" in str(failing(together, path(until="4", where="time 3", x=jumps, y=other)))


def test_roots_and_inverses_of_one_exponential() -> None:
    rooted = statement(
        {"size": ["eq", v("y"), ["*", ["root", v("x"), {"1": 2}], ["inv", v("x")]]]},
        ["ge", ["q", "1"], v("y")],
        x={"dep": "smooth"},
        y={"dep": "smooth"},
    )
    assert not isinstance(failing(rooted, path(x="4*exp(-2*t)", y="exp(t)/2")), str)
    assert "size" in str(failing(rooted, path(x="4*exp(-2*t)", y="exp(t)")))
    assert "size" in str(failing(rooted, path(x="1+t", y="1")))


def test_matrices_are_semidefinite_by_their_minors() -> None:
    matrix = {"shape": [{"1": 2}, {"1": 2}], "sym": True, "dep": "smooth"}
    psd = statement({"psd": ["psd", v("H")]}, ["ge", ["q", "1"], ["tr", v("H")]], H=matrix)
    assert not isinstance(failing(psd, path(H=[["1", "exp(-t)"], ["exp(-t)", "1"]])), str)
    assert "psd" in str(failing(psd, path(H=[["1", "exp(t)"], ["exp(t)", "1"]])))
    assert "symmetric" in str(failing(psd, path(H=[["1", "t/9"], ["0", "1"]])))


def test_a_bound_that_is_no_exponential_polynomial() -> None:
    bound = statement(
        {"small": ["ge", ["exp", ["exp", T]], v("x")]}, ["ge", ["q", "1"], v("x")], x={"dep": "smooth"}
    )
    assert not isinstance(failing(bound, path(x="1 + t")), str)
    assert "small" in str(failing(bound, path(x="3 + t")))


def test_another_clock() -> None:
    """x' = -x^2 from 1 is 1 / (1 + time), an exponential of the logarithm of 1 + time."""
    square = statement(
        {"flow": ["eq", ["D", v("x")], minus(["pow", v("x"), {"1": 2}])], "start": ["eq", v("x", "0"), ["q", "1"]]},
        ["gt", ["*", v("x"), ["+", ["q", "1"], T]], ["q", "1"]],
        x={"dep": "smooth"},
    )
    data = path(x="exp(-t)", where="time 0")

    def clocked(clock: str) -> str:
        return str(failing(square, {**data, "motion": {**data["motion"], "clock": clock}}))

    assert "status='fails'" in clocked("exp(t) - 1")
    assert "flow" in clocked("t")
    assert "flow" in clocked("2*exp(t) - 2")
    assert "begins at 0" in clocked("exp(t)")
    assert "goes on" in clocked("1 - exp(t)")
    assert "goes on" in clocked("0")
    assert "inverse of a sum" in clocked("exp(t) - 1 + t")


def test_a_path_at_its_own_pace() -> None:
    """x' = -x - x^3 from 1, whose solution is no exponential polynomial: x = 1 - t at the pace x + x^3."""
    cubic = statement(
        {
            "flow": ["eq", ["D", v("x")], minus(["+", v("x"), ["pow", v("x"), {"1": 3}]])],
            "start": ["eq", v("x", "0"), ["q", "1"]],
        },
        ["gt", v("x"), ["q", "3/4"]],
        x={"dep": "smooth"},
    )
    data = path(x="1 - t", where="time 1/2")

    def paced(change: dict[str, str], of: dict[str, Any] = cubic) -> str:
        return str(failing(of, {**data, "motion": {**data["motion"], "until": "3/4", **change}}))

    right = {"pace": "(1 - t) + (1 - t)**3"}
    assert "status='fails'" in paced(right)
    assert "flow" in paced({"pace": "1 - t"})
    assert "flow" in paced({})
    assert "positive" in paced({**right, "until": "1"})
    assert "positive" in paced({"pace": "0"})
    assert "stands in for a clock" in paced({**right, "clock": "t"})
    timed = {**cubic, "goals": [{"all": [], "concl": ["gt", v("x"), ["+", ["q", "3/4"], minus(T)]]}]}
    assert "the time itself" in paced(right, timed)

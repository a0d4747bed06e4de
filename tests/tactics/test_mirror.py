"""A theorem with the signs of some letters turned, and statements that are not even in them."""

from __future__ import annotations

from typing import Any

import pytest

from verify.evidence.consequences import Consequences
from verify.evidence.necessity import redundant
from verify.tactics.mirror import mirrored

X, Y, W, B = ["v", "x", [], ""], ["v", "y", [], ""], ["v", "w", [], ""], ["v", "B", [], ""]
ZERO, ONE = ["q", "0"], ["q", "1"]
COLUMN = {"shape": [{"n": 1}, {"1": 1}]}


def stated(goal: Any, *hyps: Any, time: str = "none", moving: str = "const") -> dict[str, Any]:
    letters = {"x": {"dep": moving}, "y": {"dep": moving}, "w": COLUMN, "B": {"shape": [{"n": 1}, {"n": 1}]}}
    if time == "none":
        letters = {n: {k: v for k, v in d.items() if k != "dep"} for n, d in letters.items()}
    return {
        "sig": {"time": time, "nat": {"n": 1}, "letters": letters},
        "hyps": [{"id": f"h{k}", "all": [], "concl": f} for k, f in enumerate(hyps)],
        "goals": [{"all": [], "concl": goal}],
    }


def turned(s: dict[str, Any], letter: str = "x") -> bool:
    """Whether the statement with h0 the other way round follows from the statement."""
    first, *rest = s["hyps"]
    relation, a, b = first["concl"]
    changed = {**s, "hyps": [{**first, "concl": [relation, b, a]}, *rest]}
    found = mirrored(s, changed, letter)
    asked = Consequences(s, proved=True).elsewhere(changed, "h0")
    assert (asked == ("proved", "the derivation, with other signs of letters")) is (found is not None)
    assert Consequences(s).elsewhere(changed, "h0") is None  # not if the statement is not proved
    return found is not None


SQUARE, CUBE = ["pow", X, {"1": 2}], ["pow", X, {"1": 3}]
POSITIVE = ["gt", X, ZERO]


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (stated(["ge", Y, SQUARE], POSITIVE), stated(["ge", Y, CUBE], POSITIVE)),
        (
            stated(["ge", Y, SQUARE], POSITIVE, ["ge", Y, ["pow", X, {"1": 4}]]),
            stated(["ge", Y, SQUARE], POSITIVE, ["ge", Y, X]),
        ),
        (  # together with y
            stated(["ge", ONE, ["*", X, Y]], POSITIVE, ["eq", ["*", X, Y], ["q", "1/2"]]),
            stated(["ge", ONE, ["*", X, Y]], POSITIVE, ["ge", ["*", X, Y], Y]),
        ),
        (  # together with w: B w = x w is a statement about -w too, so this is about x w alone
            stated(["ge", ONE, SQUARE], POSITIVE, ["eq", ["*", B, W], ["*", X, W]]),
            stated(["ge", ONE, X], POSITIVE, ["eq", ["*", B, W], ["*", X, W]]),
        ),
    ],
)
def test_even_statements(true: dict[str, Any], false: dict[str, Any]) -> None:
    assert turned(true)
    assert not turned(false)


def test_paths_are_turned_as_a_whole() -> None:
    start = ["gt", ["v", "x", [], "0"], ZERO]
    decay = ["eq", ["D", X], ["*", ["q", "-1"], X]]
    assert turned(stated(["ge", Y, SQUARE], start, decay, time="flow", moving="smooth"))
    shifted = ["eq", ["D", X], ["+", ONE, ["*", ["q", "-1"], X]]]
    assert not turned(stated(["ge", Y, SQUARE], start, shifted, time="flow", moving="smooth"))


def test_a_sign_is_dropped_where_the_statement_is_even_and_holds_at_zero() -> None:
    s = stated(["ge", Y, SQUARE], POSITIVE, ["ge", Y, ["pow", X, {"1": 2}]])
    even = stated(["ge", ["*", Y, SQUARE], ["*", SQUARE, SQUARE]], POSITIVE, ["ge", ["inv", Y], ["inv", SQUARE]])
    assert redundant(s, "h0", proved=True) is not None
    said = redundant(even, "h0", proved=True)
    assert said is not None and "other signs of letters" in said
    assert redundant(even, "h0") is None
    odd = stated(["ge", ["*", Y, SQUARE], ["*", SQUARE, CUBE]], POSITIVE, ["ge", ["inv", Y], ["inv", SQUARE]])
    assert redundant(odd, "h0", proved=True) is None

"""Axioms: published theorems in full generality; a derivation that uses one is CONDITIONAL on it."""

from __future__ import annotations

from typing import Any

from .base import _fact

_Z: list[Any] = ["v", "Z", [], ""]
_a: list[Any] = ["v", "a", [], ""]
_b: list[Any] = ["v", "b", [], ""]
_s: list[Any] = ["v", "s", [], ""]
_WIDTH = ["+", _b, ["*", ["q", "-1"], _a]]
_CENTRED = ["+", _Z, ["*", ["q", "-1"], ["E", _Z]]]

AXIOMS: dict[str, dict[str, Any]] = {
    "hoeffding-lemma": {
        "text": "A random variable in [a, b] satisfies E exp(s (Z - E Z)) <= exp(s^2 (b - a)^2 / 8).",
        "citation": "Hoeffding, Probability inequalities for sums of bounded random variables, JASA 58 (1963), (4.16)",
        "falsifier": "tests/axioms/test_falsifiers.py::test_hoeffding_lemma",
        "statement": {
            "sig": {"time": "none", "letters": {"Z": {"law": {"kind": "bounded"}}, "a": {}, "b": {}, "s": {}}},
            "hyps": [_fact(["ge", _Z, _a], "low"), _fact(["ge", _b, _Z], "high")],
            "goals": [_fact(["ge", ["exp", ["*", ["q", "1/8"], _s, _s, _WIDTH, _WIDTH]],
                             ["E", ["exp", ["*", _s, _CENTRED]]]])]}},
}

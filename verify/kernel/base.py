"""Base facts: the textbook facts a PROVED verdict may rest on, fixed here; at most twelve.

Those with a statement are theorems without a derivation, usable through the rule `use`; those without one are
built into a rule and recorded whenever the rule is applied.
"""

from __future__ import annotations

from typing import Any

_N = {"n": 1}
_K = {"N": 1}
_A: list[Any] = ["v", "A", [], ""]
_B: list[Any] = ["v", "B", [], ""]
_X: list[Any] = ["v", "x", [], ""]
_a: list[Any] = ["v", "a", [], ""]
_SQUARE = {"shape": [_N, _N], "sym": True}
_ZERO = ["q", "0"]


def _fact(concl: Any, name: str = "") -> dict[str, Any]:
    return {"id": name, "all": [], "concl": concl} if name else {"all": [], "concl": concl}


def _minus(x: Any, y: Any) -> list[Any]:
    return ["+", x, ["*", ["q", "-1"], y]]


BASE_FACTS: dict[str, dict[str, Any]] = {
    "psd-root": {
        "text": "A PSD matrix has a PSD N-th root.",
        "citation": "Horn and Johnson, Matrix Analysis, 2nd ed., Theorem 7.2.6",
        "falsifier": "tests/axioms/test_falsifiers.py::test_psd_root",
        "statement": {
            "sig": {"time": "none", "nat": {"n": 0, "N": 1}, "letters": {"A": _SQUARE}},
            "hyps": [_fact(["psd", _A], "psd")],
            "goals": [_fact(["psd", ["root", _A, _K]]), _fact(["eq", ["pow", ["root", _A, _K], _K], _A])]}},
    "psd-root-unique": {
        "text": "PSD matrices with equal N-th powers are equal.",
        "citation": "Horn and Johnson, Matrix Analysis, 2nd ed., Theorem 7.2.6",
        "falsifier": "tests/axioms/test_falsifiers.py::test_psd_root_unique",
        "statement": {
            "sig": {"time": "none", "nat": {"n": 0, "N": 1}, "letters": {"A": _SQUARE, "B": _SQUARE}},
            "hyps": [_fact(["psd", _A], "first"), _fact(["psd", _B], "second"),
                     _fact(["eq", ["pow", _A, _K], ["pow", _B, _K]], "powers")],
            "goals": [_fact(["eq", _A, _B])]}},
    "psd-root-monotone": {
        "text": "For PSD A and a >= 0, A^N >= a^N I implies A >= a I (eigenvalues of A^N are the N-th powers).",
        "citation": "Horn and Johnson, Matrix Analysis, 2nd ed., Theorem 2.4.2 (spectral mapping)",
        "falsifier": "tests/axioms/test_falsifiers.py::test_psd_root_monotone",
        "statement": {
            "sig": {"time": "none", "nat": {"n": 0, "N": 1}, "letters": {"A": _SQUARE, "a": {}}},
            "hyps": [_fact(["psd", _A], "psd"), _fact(["ge", _a, _ZERO], "sign"),
                     _fact(["psd", _minus(["pow", _A, _K], ["*", ["pow", _a, _K], ["one", _N]])], "powers")],
            "goals": [_fact(["psd", _minus(_A, ["*", _a, ["one", _N]])])]}},
    "real-root": {
        "text": "A non-negative number has a non-negative N-th root.",
        "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorem 1.21",
        "falsifier": "tests/axioms/test_falsifiers.py::test_real_root",
        "statement": {
            "sig": {"time": "none", "nat": {"N": 1}, "letters": {"x": {}}},
            "hyps": [_fact(["ge", _X, _ZERO], "sign")],
            "goals": [_fact(["ge", ["root", _X, _K], _ZERO]), _fact(["eq", ["pow", ["root", _X, _K], _K], _X])]}},
    "real-root-monotone": {
        "text": "For a, x >= 0, a^N <= x^N implies a <= x.",
        "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorem 1.21",
        "falsifier": "tests/axioms/test_falsifiers.py::test_real_root_monotone",
        "statement": {
            "sig": {"time": "none", "nat": {"N": 1}, "letters": {"x": {}, "a": {}}},
            "hyps": [_fact(["ge", _X, _ZERO], "first"), _fact(["ge", _a, _ZERO], "second"),
                     _fact(["ge", ["pow", _X, _K], ["pow", _a, _K]], "powers")],
            "goals": [_fact(["ge", _X, _a])]}},
    "arccos": {
        "text": "For -1 <= x <= 1, acos x lies in [0, pi] and its cosine is x.",
        "citation": "definition of the inverse cosine",
        "falsifier": "tests/axioms/test_falsifiers.py::test_arccos",
        "statement": {
            "sig": {"time": "none", "letters": {"x": {}}},
            "hyps": [_fact(["ge", _X, ["q", "-1"]], "low"), _fact(["ge", ["q", "1"], _X], "high")],
            "goals": [_fact(["eq", ["cos", ["acos", _X]], _X]), _fact(["ge", ["acos", _X], _ZERO]),
                      _fact(["ge", ["pi"], ["acos", _X]])]}},
    "mean-value": {
        "text": "A differentiable function of time is continuous; with zero (non-positive) derivative it is constant "
                "(does not increase).",
        "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorems 5.2, 5.11",
        "falsifier": "tests/axioms/test_falsifiers.py::test_mean_value"},
    "chain-rule": {
        "text": "A differentiable function of a matrix composed with a differentiable map has the derivative "
                "tr(G^T dX); the gradient of 1/2 ||X - Phi||^2 is X - Phi.",
        "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorem 9.15",
        "falsifier": "tests/axioms/test_falsifiers.py::test_chain_rule"},
    "exp-tangent": {
        "text": "e^x >= 1 + x for real x.",
        "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorem 8.6 (convexity of exp)",
        "falsifier": "tests/axioms/test_falsifiers.py::test_exp_tangent"},
    "cosine-sign": {
        "text": "cos is non-negative on [-pi/2, pi/2] (positive inside) and changes sign under a shift by pi.",
        "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorem 8.7",
        "falsifier": "tests/axioms/test_falsifiers.py::test_cosine_sign"},
    "uniform-sector": {
        "text": "For phi uniform on [-pi, pi], the expectation of F' over a <= phi <= b is (F(b) - F(a)) / (2 pi).",
        "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorem 6.21",
        "falsifier": "tests/axioms/test_falsifiers.py::test_uniform_sector"},
    "gaussian-polar": {
        "text": "The projection of a standard normal vector on a unit vector has the density exp(-z^2/2) / sqrt(2 pi); "
                "those on two unit vectors at angle theta are distributed as (r cos phi, r cos(phi - theta)) with phi "
                "uniform and r^2 independent of phi, with moments 2 and 8.",
        "citation": "Vershynin, High-Dimensional Probability, Section 3.3 (rotation invariance)",
        "falsifier": "tests/axioms/test_falsifiers.py::test_gaussian_polar"},
}

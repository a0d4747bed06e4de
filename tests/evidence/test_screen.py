"""Screening: the batched values agree with the exact ones, and only settled violations are reported."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from verify.evidence.batch import Batch
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan, draw_many
from verify.evidence.screen import _floats, screen
from verify.evidence.values import Mat
from verify.numeric.enclosure import precision

D1, D2 = {"d": 1}, {"e": 1}
A, B, C = (["v", x, [], ""] for x in "ABc")


def statement(goal: Any, *hyps: Any) -> dict[str, Any]:
    return {
        "sig": {
            "time": "none",
            "nat": {"d": 1, "e": 1, "N": 2},
            "letters": {"A": {"shape": [D1, D2]}, "B": {"shape": [D1, D2]}, "c": {}},
        },
        "hyps": [{"id": f"h{i}", "all": [], "concl": h} for i, h in enumerate(hyps)],
        "goals": [{"all": [], "concl": goal}],
    }


GRAM = ["*", ["T", A], A]
TERMS = [
    ["+", A, ["*", ["q", "-2/3"], B]],
    ["*", C, A, ["T", B]],
    ["tr", ["*", A, ["T", B]]],
    ["kr", A, B],
    ["vec", A],
    ["pow", GRAM, {"N": 1}],
    ["root", GRAM, {"N": 1}],
    ["sum", "i", {"1": 1}, {"N": 1}, ["*", ["n", {"i": 1}], A]],
    ["prod", "i", {"1": 1}, {"N": 1}, ["+", C, ["n", {"i": 1}]]],
    ["exp", C],
    ["log", ["*", C, C]],
    ["inv", C],
    ["cos", C],
    ["acos", ["inv", ["+", ["q", "1"], ["*", C, C]]]],
    ["ind", C],
    ["one", D1],
    ["zero", D1, D2],
    ["pi"],
    ["root", ["*", C, C], {"1": 2}],
]


@pytest.mark.parametrize("term", TERMS, ids=lambda t: str(t[0]))
def test_batches_agree_with_exact_values(term: Any) -> None:
    plan = Plan.of(statement(["ge", C, C]))
    for instance in draw_many(plan, 8, 3).instances:
        batch = Batch(plan.sig, instance.nat, {}, {k: _floats(v) for k, v in instance.letters.items()})
        with precision(30):
            exact = Evaluator(plan.sig, instance).value(term, {})
        cells = exact.entries() if isinstance(exact, Mat) else (exact,)
        mid = [float(x if isinstance(x, Fraction) else (x.lower() + x.upper()) / 2) for x in cells]
        found = batch.value(term, {})[0]
        assert np.allclose(np.ravel(found), mid, rtol=1e-9, atol=1e-7)


def test_a_true_statement_survives_and_its_contact_is_settled() -> None:
    seen = screen(statement(["psd", GRAM]), seed=1, sizes=4, batch=300)
    assert seen.found is None
    assert seen.instances == 4 * 300
    assert seen.settled == seen.suspects > 0  # rank-deficient ones touch 0


def test_a_rare_violation_is_found_down_the_gradient() -> None:
    # tr A^T A + c^2 >= 1/1000 fails only close to the origin
    norm = ["+", ["tr", GRAM], ["*", C, C]]
    found = screen(statement(["ge", norm, ["q", "1/1000"]]), seed=5, sizes=8, batch=50).found
    assert found is not None
    instance, outcome = found
    assert outcome.status == "fails"
    assert instance.letters["c", (), ""] ** 2 < Fraction(1, 1000)  # type: ignore[operator]


def test_hypotheses_hold_at_what_is_found() -> None:
    found = screen(statement(["ge", ["q", "2"], C], ["gt", C, ["q", "1"]]), seed=2, sizes=4, batch=100).found
    assert found is not None
    assert found[0].letters["c", (), ""] > 2  # type: ignore[operator]
    assert screen(statement(["ge", C, ["q", "1"]], ["gt", C, ["q", "1"]]), seed=2, sizes=4, batch=100).found is None


def test_random_letters_are_left_to_the_draws() -> None:
    random = statement(["ge", C, C])
    random["sig"]["letters"]["c"]["law"] = {"kind": "gauss"}
    assert screen(random, seed=1).skipped == ("random letters are not screened",)

"""Every sort is drawn with its special positions; statements that nothing satisfies end in a message, not in a loop."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest

from verify.evidence.gather import Hints, Settings, gather
from verify.evidence.generate import Drawn, Plan, draw_many
from verify.evidence.instance import Instance
from verify.evidence.values import Mat, psd_exact

C, ETA, X = (["v", x, [], ""] for x in ("c", "eta", "x"))
A = ["v", "A", [], ""]
NOTHING = Settings(trials=4, search=2, necessity=2, mutant_search=1, mutant_draws=1, mutant_work=2_000, work=3_000)


def made(letters: dict[str, Any], *hyps: Any, goal: Any = None, **more: Any) -> dict[str, Any]:
    sig = {"time": "none", "letters": letters, **more}
    facts = [{"id": f"h{k}", "all": [], "concl": f} for k, f in enumerate(hyps)]
    return {"sig": sig, "hyps": facts, "goals": [{"all": [], "concl": goal or ["ge", ["q", "1"], ["q", "0"]]}]}


def drawn(s: dict[str, Any], count: int = 60) -> Drawn:
    return draw_many(Plan.of(s), count, 5)


def exact(instance: Instance, name: str) -> Mat:
    value = instance.letters[name, (), ""]
    assert isinstance(value, Mat)
    return value


SYMMETRIC = {"shape": [{"n": 1}, {"n": 1}], "sym": True}


def test_symmetric_matrices_of_every_rank() -> None:
    corners = drawn(made({"A": SYMMETRIC}, ["psd", A], nat={"n": 1})).corners
    assert {"gram: full", "gram: rank one", "gram: zero", "gram: scalar", "gram: repeated"} <= set(corners)


def test_a_prescribed_smallest_eigenvalue_is_met_and_sometimes_attained() -> None:
    floor = ["psd", ["+", A, ["*", ["q", "-1"], C, ["one", {"n": 1}]]]]
    found = drawn(made({"A": SYMMETRIC, "c": {}}, ["gt", C, ["q", "0"]], floor, nat={"n": 1})).instances
    assert len(found) > 20
    rest = []
    for i in found:
        c = i.letters["c", (), ""]
        assert isinstance(c, F)
        rest.append(exact(i, "A").sub(Mat.unit(i.nat["n"]).scale(c)))
    assert any(a.rows > 1 for a in rest) and all(psd_exact(a) for a in rest)
    assert any(not psd_exact(a.sub(Mat.unit(a.rows).scale(F(1, 10**9)))) for a in rest)


def test_step_sizes_inside_and_at_the_edge() -> None:
    some = made({"eta": {}}, ["gt", ETA, ["q", "0"]], ["ge", ["q", "3/7"], ETA])
    steps = {i.letters["eta", (), ""] for i in drawn(some).instances}
    assert F(3, 7) in steps and len(steps) >= 3  # the edge and others inside
    assert all(isinstance(x, F) and 0 < x <= F(3, 7) for x in steps)


def test_losses_of_every_kind(statement: Any) -> None:
    corners = draw_many(Plan.of(statement("balancedness.conserved")), 60, 5).corners
    assert {"loss: half_square", "loss: linear", "loss: quadratic", "loss: quartic"} <= set(corners)


EMPTY = [
    ("contradictory", made({"x": {}}, ["gt", X, ["q", "0"]], ["gt", ["q", "0"], X])),
    ("empty domain", made({"x": {}}, ["ge", X, ["q", "2"]], ["ge", ["q", "1"], X])),
    ("no root", made({"x": {}}, ["eq", ["pow", X, {"1": 2}], ["q", "-1"]])),
    ("assumption", made({"x": {}}, nat={"n": 1}, assume=[{"n": -1, "1": 0}])),
]


@pytest.mark.parametrize(("what", "s"), EMPTY, ids=[k for k, _ in EMPTY])
def test_what_nothing_satisfies_has_no_witness_and_does_not_pass(what: str, s: dict[str, Any]) -> None:
    evidence = gather(s, Hints(), NOTHING)
    assert evidence["witness"] is None and evidence["trials"]["status"] == "unknown"
    told = evidence["trials"]
    assert told["discarded"] == told["drawn"] > 0 and sum(told["reasons"].values()) == told["discarded"]
    assert all(x["status"] != "necessary" or x["counterexample"] for x in evidence.get("necessity", {}).values())


def test_dimension_zero_is_not_drawn() -> None:
    """A size that may be 0 is drawn as at least 1: an empty matrix has no form in JSON."""
    found = drawn(made({"A": {"shape": [{"n": 1}, {"n": 1}]}}, nat={"n": 0}), 20).instances
    assert found and all(i.nat["n"] >= 1 for i in found)


@pytest.mark.parametrize("number", ["nan", "inf", "-Infinity", "1e400x"])
def test_numbers_that_are_not_finite_are_no_instance(number: str) -> None:
    s = made({"x": {}}, ["ge", X, ["q", "0"]])
    evidence = gather(s, Hints(holds_at=[{"values": {"x": number}}]), NOTHING)
    assert any("not an instance" in row["reason"] or "x" in row["reason"] for row in evidence["rejected"])

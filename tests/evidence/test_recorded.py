"""Neighbours of instances, and instances that are kept beside a claim: they count only if they stand."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest

from verify.evidence.check import Prepared
from verify.evidence.generate import Plan, validate
from verify.evidence.instance import Instance
from verify.evidence.judge import run
from verify.evidence.mutants import mutants
from verify.evidence.necessity import necessity
from verify.evidence.neighbours import afterwards, around, walk
from verify.evidence.recorded import Recorded, beside, read, write
from verify.evidence.work import metered


def v(name: str, stage: str = "") -> Any:
    return ["v", name, [], stage]


def q(x: object) -> Any:
    return ["q", str(x)]


def statement(goal: Any, *hyps: Any, letters: dict[str, Any] | None = None, time: str = "none") -> dict[str, Any]:
    return {
        "sig": {"time": time, "letters": letters or {"x": {}, "y": {}}},
        "hyps": [{"id": f"h{k}", "all": [], "concl": f} for k, f in enumerate(hyps)],
        "goals": [{"all": [], "concl": goal}],
    }


def at(**values: Any) -> Instance:
    return Instance({}, {}, {(name, (), ""): F(value) for name, value in values.items()})


POSITIVE = ["ge", v("x"), q(0)]
TWICE = ["eq", v("y"), ["*", q(2), v("x")]]
BOUND = statement(["ge", v("y"), v("x")], POSITIVE, TWICE)


def test_neighbours_meet_every_hypothesis_and_follow_its_equations() -> None:
    plan = Plan.of(BOUND)
    found = list(around(plan, at(x=1, y=2)))
    assert len(found) > 5
    assert all(validate(plan, i) is None and i.letters["y", (), ""] == 2 * i.letters["x", (), ""] for i in found)  # type: ignore[operator]


def test_a_walk_finds_a_violation_two_steps_away() -> None:
    """x^2 <= 2 is true at 0 and 1, false at 10 and 100: from 1/100 no instance of the statement says so at once."""
    square = statement(["ge", q(2), ["pow", v("x"), {"1": 2}]], POSITIVE, letters={"x": {}})
    went = walk(Plan.of(square), [at(x=F(1, 100))])
    assert went.found is not None and went.found[1].status == "fails"
    true = statement(["ge", ["pow", v("x"), {"1": 2}], q(0)], POSITIVE, letters={"x": {}})
    assert walk(Plan.of(true), [at(x=F(1, 100))]).found is None


def test_a_walk_ends_with_its_budget() -> None:
    with metered(45):
        went = walk(Plan.of(BOUND), [at(x=1, y=2)])
    assert went.found is None and went.met <= 2


def test_a_letter_without_motion_goes_straight_on_and_breaks_a_goal_later() -> None:
    moves, limit = {"x": {"dep": "smooth"}}, ["ge", q("31/10"), v("x")]
    rises = statement(limit, ["ge", q(3), v("x", "0")], letters=moves, time="flow")
    start = Instance({}, {}, {("x", (), ""): F(3), ("x", (), "D"): F(0)})
    found = afterwards(Plan.of(rises), [start])
    assert found is not None and found[1].where.startswith("time ")
    still = ["eq", ["D", v("x")], q(0)]
    rests = statement(limit, still, ["ge", q(3), v("x", "0")], letters=moves, time="flow")
    assert afterwards(Plan.of(rests), [start]) is None


def test_what_is_recorded_counts_only_if_it_stands() -> None:
    sides = next(m.label() for m in mutants(BOUND) if m.goal() == 0 and m.change == "sides exchanged")
    good, wrong = at(x=1, y=2).to_json(), at(x=1, y=3).to_json()
    below = at(x=-1, y=-2).to_json()
    kept = Recorded((good, wrong, below), {sides: 0}, {"h0": 2})
    known = necessity(BOUND, seed=1, recorded=kept)
    assert known["h0"]["source"] == "recorded" and known["h1"]["source"] == "search"
    for record, expected in ((kept, "killed"), (Recorded((wrong,), {sides: 0}), "not tried")):
        told = run(BOUND, [], seed=1, recorded=record, work=0)
        (row,) = (r for r in told["mutants"] if r["change"] == "sides exchanged" and r["part"] == "goal 0")
        assert row["status"] == expected
    assert necessity(BOUND, seed=1, recorded=Recorded((good,), {}, {"h0": 0}))["h0"]["source"] == "search"


def test_files(tmp_path: Path) -> None:
    claim = tmp_path / "small.py"
    assert read(claim) == {}
    kept = Recorded((at(x=1, y=2).to_json(),), {"a": 0}, {"h": 0})
    write(claim, {"one": (kept, Recorded())})
    assert read(claim) == {"one": (kept, Recorded())}
    write(claim, {"one": (Recorded(),)})
    assert not beside(claim).exists()


BROKEN = ["", "[]", '{"one": 3}', '{"one": [{"instances": 1, "mutants": {"a": "b"}}]}', "\udcff"]


@pytest.mark.parametrize("text", BROKEN)
def test_what_cannot_be_read_is_no_record(tmp_path: Path, text: str) -> None:
    claim = tmp_path / "small.py"
    beside(claim).write_text(text, encoding="utf-8", errors="surrogateescape")
    assert all(r.mutant("a") is None for rows in read(claim).values() for r in rows)


def test_a_number_out_of_range_is_nothing() -> None:
    assert Recorded((), {"a": 0}, {"h": -1}).mutant("a") is None
    assert Recorded(({},), {"a": 0}, {"h": -1}).hypothesis("h") is None


def test_prepared_agrees_with_the_walk() -> None:
    assert Prepared(Plan.of(BOUND), at(x=1, y=2)).check().status == "holds"

"""Neighbours of instances, and instances that are kept beside a claim: they count only if they stand."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest

from verify.evidence.campaign import begun, campaign
from verify.evidence.check import Prepared
from verify.evidence.counterexample import failing
from verify.evidence.gather import _met
from verify.evidence.generate import Plan, validate
from verify.evidence.instance import Instance
from verify.evidence.judge import run, selected
from verify.evidence.mutants import mutants
from verify.evidence.necessity import necessity
from verify.evidence.neighbours import afterwards, around
from verify.evidence.offers import offer
from verify.evidence.recorded import Recorded, beside, read, write


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


def searched(data: dict[str, Any], *starts: Instance, work: int = 60_000) -> Recorded:
    return campaign(data, selected(mutants(data), 1, 60), starts, known=Recorded(), work=work)


def test_a_campaign_finds_what_is_two_steps_away() -> None:
    """x^2 <= y needs x <= 1 and y >= 1: to miss one of them both must be left."""
    square = statement(["ge", v("y"), ["pow", v("x"), {"1": 2}]], ["ge", q(1), v("x")], ["ge", v("y"), q(1)], POSITIVE)
    found = searched(square, at(x=F(1, 100), y=50))
    assert set(found.necessity) == {"h0", "h1", "h2"}
    for name, number in found.necessity.items():
        reduced = {**square, "hyps": [h for h in square["hyps"] if h["id"] != name]}
        assert not isinstance(failing(reduced, found.instances[number]), str)


def test_a_campaign_rejects_mutants_of_goals_and_of_equations() -> None:
    found = searched(BOUND, at(x=1, y=2))
    assert {"h0", "h1"} == set(found.necessity)
    assert any(m.startswith("relation: goal 0") for m in found.mutants)
    assert any(m.startswith("relation: hyp h1") for m in found.mutants)
    half = statement(["ge", v("y"), v("x")], POSITIVE, ["eq", v("y"), ["*", q(3), v("x")]])
    half["goals"][0]["concl"] = ["ge", v("y"), ["*", q(2), v("x")]]
    assert any(m.endswith("3 becomes 3/2") for m in searched(half, at(x=1, y=3)).mutants)  # a search of its own
    for m in mutants(BOUND):
        if m.label() in found.mutants:
            assert not isinstance(failing(m.statement, found.instances[found.mutants[m.label()]]), str)


def test_a_campaign_finds_nothing_against_what_is_true() -> None:
    """x^2 >= 0 needs no hypothesis; and without instances or budget there is nothing to start from."""
    true = statement(["ge", ["pow", v("x"), {"1": 2}], q(0)], POSITIVE, letters={"x": {}})
    assert not searched(true, at(x=1)).necessity
    assert searched(BOUND) == Recorded() == searched(BOUND, at(x=1, y=2), work=0)


def test_an_instance_that_breaks_a_hypothesis_is_no_start() -> None:
    assert not searched(statement(["ge", v("x"), q(5)], ["ge", v("x"), q(7)], letters={"x": {}}), at(x=1)).mutants


def test_what_is_settled_or_open_is_not_searched_again() -> None:
    weaker = next(m.label() for m in mutants(BOUND) if m.hypothesis() == "h0" and m.operator == "relation")
    told = run(BOUND, [], seed=1, recorded=Recorded(open=frozenset({weaker})))
    (row,) = (r for r in told["mutants"] if f"{r['operator']}: {r['part']}" == weaker.split(" at ")[0])
    assert row["status"] == "survived" and row["tried"] == 0
    searched_for = run(BOUND, [], seed=1)
    (row,) = (r for r in searched_for["mutants"] if f"{r['operator']}: {r['part']}" == weaker.split(" at ")[0])
    assert row["status"] == "killed"
    lie = Recorded(settled=frozenset({weaker}))  # the kernel is asked, and does not settle what is false
    (row,) = (
        r
        for r in run(BOUND, [], seed=1, recorded=lie)["mutants"]
        if f"{r['operator']}: {r['part']}" == weaker.split(" at ")[0]
    )
    assert row["status"] == "killed"
    known = necessity(BOUND, seed=1, recorded=Recorded(open=frozenset({"h0"})))
    assert known["h0"]["status"] == "necessary" or known["h0"]["attempt"]["draws"] == 6


def test_a_letter_without_motion_goes_straight_on_and_breaks_a_goal_later() -> None:
    moves, limit = {"x": {"dep": "smooth"}}, ["ge", q("31/10"), v("x")]
    rises = statement(limit, ["ge", q(3), v("x", "0")], letters=moves, time="flow")
    start = Instance({}, {}, {("x", (), ""): F(3), ("x", (), "D"): F(0)})
    found = afterwards(Plan.of(rises), [start])
    assert found is not None and found[1].where.startswith("time ")
    still = ["eq", ["D", v("x")], q(0)]
    rests = statement(limit, still, ["ge", q(3), v("x", "0")], letters=moves, time="flow")
    assert afterwards(Plan.of(rests), [start]) is None


def test_an_offer_that_names_a_time_is_followed_to_it() -> None:
    """x' = x from 1 is at most 3 at time 1, more than 3 / 2, and a start above 1 is more than 3 there."""
    grows = statement(
        ["ge", q(3), v("x")],
        ["eq", ["D", v("x")], v("x")],
        ["ge", q(1), v("x", "0")],
        letters={"x": {"dep": "smooth"}},
        time="flow",
    )
    here = begun(grows, selected(mutants(grows), 1, 60))
    one, more = {"values": {"x": "1"}}, {"values": {"x": "2"}}
    assert offer(here, [one, more]) == [[], ["h1"]] and not here.killed.get("constant: goal 0 at 1: 3 becomes 3/2")
    assert "h1" in here.dropped
    assert offer(here, [{**one, "where": "time 1"}, {**more, "where": "time 1"}]) == [[], ["h1"]]
    assert "constant: goal 0 at 1: 3 becomes 3/2" in here.killed and here.necessary.keys() == {"h1"}
    assert "constant: goal 0 at 1: 3 becomes 6" not in here.killed


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


def test_draws_start_near_recorded_points_and_not_near_recorded_paths() -> None:
    """However many paths are recorded, and although all their values but the moving ones satisfy the hypotheses."""
    hyps = ["eq", ["D", v("x")], ["*", q(-1), v("x")]], ["ge", v("y"), v("x")]
    falls = statement(["ge", v("y"), v("x")], *hyps, letters={"x": {"dep": "smooth"}, "y": {}}, time="flow")
    path = {"values": {"y": "1"}, "motion": {"until": "1", "letters": {"x": "exp(-t)"}}, "where": "time 1"}
    whole = {**path, "values": {"y": "1", "x": "1", "D x": "-1"}}
    long = F(10**90 + 1, 10**90)  # so that the paths are shorter
    point = Instance({}, {}, {("x", (), ""): F(1), ("x", (), "D"): F(-1), ("y", (), ""): long}).to_json()
    (found,) = _met(falls, Recorded((*[path] * 20, whole, point)))
    assert found.letters["y", (), ""] == long
    assert _met(falls, Recorded((path, whole))) == []


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

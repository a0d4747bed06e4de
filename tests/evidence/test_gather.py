"""Evidence of every kind, and each kind seen failing on a false statement."""

import json
from fractions import Fraction as F

import pytest

from verify.evidence.counterexample import find, record, revalidate
from verify.evidence.enclosures import enclosures
from verify.evidence.gather import Hints, Settings, gather
from verify.evidence.generate import Plan, draw_many
from verify.evidence.hunt import Budget
from verify.evidence.judge import run as run_mutants
from verify.evidence.mutants import mutants
from verify.evidence.necessity import necessity
from verify.evidence.sharpness import sharpness
from verify.evidence.sorts import well_sorted
from verify.evidence.trajectories import trajectories, trajectory_trials
from verify.evidence.trials import check_witness, trials, witness

FALSE = ("balancedness.as_printed", "hoeffding_width.as_printed", "tangent_kernel.any_norm")
TRUE = (
    "balancedness.conserved",
    "balancedness.drift",
    "deep_linear_rate.margin_bound",
    "deep_linear_rate.rate",
    "exponential_bound.sharp",
    "hoeffding_width.samples",
    "preconditioner.end_to_end_balanced",
    "preconditioner.definite",
    "tangent_kernel.orthant",
)


def pool(s, count=25, seed=6):
    return draw_many(Plan.of(s), count, seed)


@pytest.mark.parametrize("name", TRUE)
def test_trials_pass_on_true_statements(statement, name):
    found = trials(statement(name), pool(statement(name), 15))
    assert found["status"] == "passed" and found["violated"] == 0
    assert found["exact"] + found["ball"] + found["agree"] + found["unknown"] == 15


@pytest.mark.parametrize("name", FALSE)
def test_false_statements_have_validated_counterexamples(statement, name):
    s = statement(name)
    found = find(s, seed=1)
    assert found is not None
    data = json.loads(json.dumps(record(s, *found)))
    assert revalidate(s, data) is None
    assert trials(s, pool(s, 40))["status"] == "violated"


def test_the_counterexample_to_descent_is_the_smallest_one(statement):
    s = statement("balancedness.as_printed")
    data = record(s, *find(s, seed=1))
    assert sorted(data["dims"]["d"]) == [1, 1, 2]
    assert data["exact"] and data["where"].startswith("iterate")
    assert data["kernel"]["iterate"] >= 1 and set(data["kernel"]["letters"]) == {"W", "eta"}


def test_a_changed_counterexample_is_rejected(statement):
    s = statement("balancedness.as_printed")
    data = record(s, *find(s, seed=1))
    assert revalidate(s, {**data, "margin": ["-1/7", "-1/7"]}) is not None
    assert revalidate(s, {**data, "values": {**data["values"], "eta": "0"}}) is not None
    assert revalidate(s, {**data, "values": {**data["values"], "W[2]": [["5"]]}}) is not None
    assert revalidate(s, {**data, "values": {**data["values"], "N": "1"}}) is not None
    assert revalidate(statement("balancedness.drift"), data) is not None
    assert revalidate(s, {"values": {"eta": "x"}}) is not None


def test_a_wrong_witness_is_rejected(statement):
    s = statement("deep_linear_rate.rate")
    data = witness(s, pool(s))
    assert data is not None and check_witness(s, data) is None
    assert check_witness(
        s, {**data, "values": {**data["values"], "c": "-1"}}
    ) == "hypothesis" or check_witness(s, {**data, "values": {**data["values"], "c": "-1"}})


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("balancedness.conserved", {"flow", "equal_rates"}),
        ("balancedness.drift", {"descent"}),
        ("deep_linear_rate.margin_bound", {"margin.1", "margin.2", "sigma_min_Phi.floor"}),
        ("exponential_bound.sharp", {"u.chain", "flow", "kernel"}),
        ("hoeffding_width.samples", {"size", "Z.above", "Z.below"}),
        ("preconditioner.end_to_end_balanced", {"flow", "balanced"}),
        ("preconditioner.definite", {"full_rank"}),
        ("tangent_kernel.orthant", {"x1.unit", "x2.unit"}),
    ],
)
def test_needed_hypotheses_are_shown_to_be(statement, name, needed):
    s = statement(name)
    found = necessity(s, seed=20, budget=Budget(draws=60))
    assert {h for h, v in found.items() if v["status"] == "necessary"} >= needed
    for h, v in found.items():
        if v["status"] == "necessary":
            reduced = {**s, "hyps": [x for x in s["hyps"] if x["id"] != h]}
            assert revalidate(reduced, v["counterexample"]) is None
            assert revalidate(s, v["counterexample"]) is not None


def test_unused_and_unknown_are_told_apart(statement):
    s = statement("balancedness.drift")
    found = necessity(s, seed=1, budget=Budget(draws=10, sizes=0), uses={"eta.positive": [], "descent": ["s1"]})
    assert found["eta.positive"]["status"] == "unused"
    found = necessity(s, seed=1, budget=Budget(draws=10, sizes=0), uses={"eta.positive": ["s1"]})
    assert found["eta.positive"]["status"] == "unknown" and found["eta.positive"]["attempt"]["draws"] == 10


def test_given_instances_are_validated(statement):
    s = statement("tangent_kernel.orthant")
    good = {"values": {"d": "1", "x1": [["-2"]], "x2": [["1"]]}}
    bad = {"values": {"d": "1", "x1": [["1"]], "x2": [["1"]]}}
    found = necessity(s, seed=1, budget=Budget(draws=0, sizes=0), given={"x1.unit": [bad, good]})
    assert found["x1.unit"]["source"] == "given"
    found = necessity(s, seed=1, budget=Budget(draws=0, sizes=0), given={"x1.unit": [bad]})
    assert found["x1.unit"]["status"] == "unknown" and found["x1.unit"]["rejected"]


def goal_rates(found):
    out = {}
    for m in found["mutants"]:
        if m["part"].startswith("goal") and m["status"] in ("killed", "survived"):
            out.setdefault(m["operator"], []).append(m["status"] == "killed")
    return {k: sum(v) / len(v) for k, v in out.items()}


@pytest.mark.parametrize(
    "name", ["balancedness.drift", "balancedness.swap", "balancedness.conserved", "preconditioner.as_roots"]
)
def test_mutants_of_exact_identities_are_killed(statement, name):
    s = statement(name)
    found = run_mutants(s, pool(s, 40).instances, seed=2, max_hypothesis=0)
    rates = goal_rates(found)
    for operator in ("relation", "index", "transpose", "sign", "constant", "exponent", "summand"):
        assert rates.get(operator, 1) >= 0.95, (
            operator,
            [m for m in found["mutants"] if m["status"] == "survived"],
        )


def test_the_sharp_rate_cannot_be_improved_and_the_printed_one_can(statement):
    s = statement("exponential_bound.sharp")
    found = run_mutants(s, pool(s, 30).instances, seed=2, max_hypothesis=0)
    assert {"-2 becomes -4": "killed"}.items() <= {m["change"]: m["status"] for m in found["mutants"]}.items()
    s = statement("exponential_bound.theorem")  # -1 becomes -2: the sharp rate, true
    found = find(
        json.loads(json.dumps(s).replace('["*",["q","-1"],["v","lam_0"', '["*",["q","-2"],["v","lam_0"')),
        seed=1,
    )
    assert found is None


def test_mutants_that_the_same_derivation_proves_are_told_from_survivors(statement):
    s = statement("tangent_kernel.orthant")
    found = run_mutants(s, pool(s, 8).instances, seed=2, max_hypothesis=0, reproves=lambda m: True)
    statuses = {m["status"] for m in found["mutants"]}
    assert "survived" not in statuses and "proved" in statuses


def test_ill_sorted_mutants_are_told_from_false_ones(statement):
    s = statement("balancedness.swap")
    assert well_sorted(s)
    dropped = [m for m in mutants(s) if m.change == "transpose dropped"]
    assert dropped and not any(well_sorted(m.statement) for m in dropped)


def test_sharpness_separates_the_sharp_exponent_from_the_printed_one(statement):
    s = statement("exponential_bound.sharp")
    (tight,) = sharpness(s, pool(s).instances)
    assert tight["status"] == "Tight" and tight["order"] == 1
    s = statement("exponential_bound.theorem")
    (loose,) = sharpness(s, pool(s).instances)
    assert loose["status"] == "Upper" and F(loose["ratio"]) == F(1, 2)


def test_enclosures_at_fifty_and_two_hundred_digits(statement):
    s = statement("tangent_kernel.orthant")
    rows = enclosures(s, pool(s, 6).instances[:3])
    assert {r["digits"] for r in rows} == {50, 200}
    for r in rows:
        assert r["status"] in ("agrees", "holds") and r.get("agree_digits", 999) >= r["digits"] - 8
    s["goals"][0]["concl"][2] = ["q", "1/3"]
    assert {r["status"] for r in enclosures(s, pool(s, 6).instances[:3])} == {"fails"}


def test_trajectories_carry_proved_balls(statement):
    s = statement("exponential_bound.sharp")
    plan = Plan.of(s)
    along = trajectories(plan, pool(s).instances, count=4)
    found = trajectory_trials(plan, along)
    assert found["starts"] == 4 and found["fails"] == 0 and found["unknown"] == 0
    assert found["holds"] + found["agrees"] == 8 and F(found["error"]) < F(1, 10**20)
    faster = json.loads(json.dumps(s).replace('"-2"', '"-21/10"'))
    assert trajectory_trials(Plan.of(faster), along)["fails"] > 0


def test_conservation_along_trajectories(statement):
    s = statement("balancedness.conserved")
    plan = Plan.of(s)
    along = trajectories(plan, pool(s).instances, count=3)
    found = trajectory_trials(plan, along)
    assert found["agrees"] + found["holds"] == 6 and found.get("agree_digits", 99) >= 20


SMALL = Settings(
    trials=12, search=12, necessity=12, mutant_draws=2, hypothesis_mutants=4, trajectories=1, enclosed=1
)


@pytest.mark.parametrize("name", ["balancedness.drift", "exponential_bound.sharp", "hoeffding_width.samples"])
def test_gather_is_deterministic_json(statement, name):
    first, second = (json.dumps(gather(statement(name), None, SMALL), sort_keys=True) for _ in range(2))
    assert first == second
    data = json.loads(first)
    assert data["counterexample"] is None and data["witness"] is not None
    assert set(data) >= {"trials", "witness", "enclosures", "sharpness", "necessity", "mutants"}


def test_gather_reports_refuted_statements_and_rejected_hints(statement):
    s = statement("tangent_kernel.any_norm")
    good = {"values": {"d": "1", "z1": [["2"]], "z2": [["-1"]]}}
    equal = {"values": {"d": "1", "z1": [["2"]], "z2": [["1/2"]]}}
    data = gather(s, Hints(fails_at=[equal, good]), SMALL)
    assert data["counterexample"]["source"] == "given" and data["counterexample"]["values"]["z2"] == [["-1"]]
    assert [r["instance"] for r in data["rejected"]] == [equal]
    wrong = gather(statement("tangent_kernel.orthant"), Hints(fails_at=[good]), SMALL)
    assert wrong["counterexample"] is None and wrong["rejected"]


def test_a_failure_counts_only_where_the_hypotheses_go_on_to_hold(statement):
    s = statement("balancedness.conserved")
    del s["hyps"][2]
    assert find(s, seed=1, draws=30) is not None
    # layers that stay as they are: hardly any start satisfies this for a while
    frozen = ["eq", ["v", "W", [{"j1": 1}], ""], ["v", "W", [{"j1": 1}], "0"]]
    s["hyps"].append({"id": "frozen", "all": [["j1", {"1": 1}, {"N": 1}]], "concl": frozen})
    assert find(s, seed=1, draws=30) is None
    d = statement("balancedness.as_printed")
    ever = ["ge", ["q", "1"], ["v", "ell", [], ""]]
    d["hyps"].append({"id": "ever", "all": [], "concl": ever})
    assert find(d, seed=1, draws=40) is None

"""Instances satisfy the hypotheses by construction, corners included, and are the same everywhere."""

import hashlib
import json
import os
import subprocess
import sys
from fractions import Fraction as F

import pytest
from conftest import STATEMENTS
from hypothesis import HealthCheck, given, settings

from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Plan, draw_many, validate
from verify.evidence.strategies import from_statement
from verify.numeric.enclosure import precision


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_every_instance_satisfies_every_hypothesis(name):
    plan = Plan.of(STATEMENTS[name])
    drawn = draw_many(plan, 12, 3)
    assert len(drawn.instances) == 12, drawn.reasons
    with precision(60):
        assert all(validate(plan, i) is None for i in drawn.instances)


def test_corners_are_drawn_on_purpose(statement):
    corners = draw_many(Plan.of(statement("preconditioner.as_roots")), 150, 1, max_size=5).corners
    for wanted in (
        "W: rank-deficient",
        "W: repeated singular values",
        "W: zero",
        "widths: bottleneck",
        "depth 6",
    ):
        assert corners.get(wanted, 0) > 0, wanted
    vectors = draw_many(Plan.of(statement("tangent_kernel.orthant")), 80, 1).corners
    for wanted in ("equal", "antipodal", "orthogonal", "near equal", "near antipodal"):
        assert vectors.get(f"vectors: {wanted}", 0) > 0, wanted


def test_unequal_widths_and_depths_occur(statement):
    drawn = draw_many(Plan.of(statement("preconditioner.as_roots")), 80, 2, max_size=5)
    assert {i.nat["N"] for i in drawn.instances} >= {1, 2, 3, 4, 5, 6}
    assert any(len(set(i.dims["d"].values())) > 2 for i in drawn.instances)


def test_contradictory_hypotheses_end_in_discards_not_in_silence(statement):
    s = statement("exponential_bound.sharp")
    s["hyps"].append({"id": "never", "all": [], "concl": ["gt", ["q", "0"], ["v", "lam_0", [], ""]]})
    drawn = draw_many(Plan.of(s), 5, 1)
    assert not drawn.instances
    assert drawn.discarded == drawn.drawn > 0
    assert sum(drawn.reasons.values()) == drawn.discarded


def test_flows_and_descents_come_with_their_motion(statement):
    for name, stage in (("balancedness.conserved", "D"), ("balancedness.drift", "+")):
        for instance in draw_many(Plan.of(statement(name)), 6, 4).instances:
            assert any(k[2] == stage for k in instance.letters)


SCRIPT = """
import json, sys
from verify.evidence.generate import Plan, draw_many
s = json.load(open(sys.argv[1]))
out = [
    [i.to_json() for i in draw_many(Plan.of(s[n]), 6, 9).instances]
    for n in ("balancedness.conserved", "deep_linear_rate.rate", "hoeffding_width.samples")
]
sys.stdout.write(json.dumps(out, sort_keys=True))
"""


def test_draws_do_not_depend_on_the_hash_seed(request):
    path = request.path.parent / "statements.json"
    found = set()
    for seed in ("0", "4711"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(path)], env=env, capture_output=True, check=True
        )
        found.add(hashlib.sha256(run.stdout).hexdigest())
        assert json.loads(run.stdout)
    assert len(found) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(from_statement(STATEMENTS["balancedness.swap"]))
def test_strategies_draw_instances_for_which_the_lemma_holds(instance):
    s = STATEMENTS["balancedness.swap"]
    with precision(30):
        assert Evaluator(s["sig"], instance).fact(s["goals"][0]).status == "holds"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(from_statement(STATEMENTS["tangent_kernel.orthant"]))
def test_strategies_draw_unit_vectors(instance):
    assert instance.letters["x1", (), ""].inner(instance.letters["x1", (), ""]) == F(1)

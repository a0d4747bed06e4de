"""The table of verdicts, row by row, and what cannot raise a verdict."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from audit_fakes import kernel, theorem
from hypothesis import given
from hypothesis import strategies as st

from verify.audit.verdict import (
    EXPECTATIONS,
    Facts,
    Footprint,
    Standing,
    Verdict,
    contradiction,
    contradicts,
    gather_facts,
    is_false,
    judge,
    standing,
    states,
    was_enclosed,
    was_tested,
)

CLEAN = Footprint(base_facts=("mean-value",), scope="all")
AXIOM = Footprint(axioms=("hoeffding-lemma",))
ORACLE = Footprint(oracles=("arb",))
PROOFS = (None, CLEAN, AXIOM, ORACLE)
FLAGS = (False, True)


def expected(f: Facts) -> str:
    """The table once more, written another way: conditions, not branches."""
    replayed, refuted, vacuous = f.proof is not None, f.refutation is not None, f.vacuity is not None
    rows = {
        "ERROR": (replayed and (f.counterexample or refuted))
        or (vacuous and (f.witness or f.counterexample or refuted))
        or f.crash is not None
        or (f.sort_error is not None and not (f.role == "printed" and f.has_corrected)),
        "ILL-SORTED": f.sort_error is not None,
        "REFUTED": f.counterexample or f.refutation == CLEAN,
        "VACUOUS": f.vacuity == CLEAN,
        "PROVED": f.proof == CLEAN and f.witness,
        "CONDITIONAL": f.proof in (AXIOM, ORACLE) and f.witness,
        "ENCLOSED": f.enclosed,
        "TESTED": f.tested,
        "OPEN": True,
    }
    return next(word for word, holds in rows.items() if holds)


def test_every_combination() -> None:
    seen = set()
    proofs = itertools.product(PROOFS, (None, CLEAN, AXIOM), (None, CLEAN, AXIOM))
    rest = list(itertools.product((None, "boom"), (None, "sorts"), ("printed", "corrected", "lemma"), *[FLAGS] * 5))
    for proof, refutation, vacuity in proofs:
        for crash, sorts, role, corrected, counterexample, witness, enclosed, tested in rest:
            f = Facts(
                crash, sorts, role, corrected, proof, refutation, vacuity, counterexample, witness, enclosed, tested
            )
            found = judge(f)
            assert found.verdict == expected(f), f
            assert found.contradiction == (contradiction(f) is not None)
            assert found.reason
            seen.add(found.verdict)
    assert seen == set(Verdict)


def test_nothing_known_is_open() -> None:
    assert judge(Facts()).verdict is Verdict.OPEN


def test_standing() -> None:
    for verdict, expects in itertools.product(Verdict, EXPECTATIONS):
        found = standing(verdict, expects)
        if expects is None:
            green = verdict in ("PROVED", "CONDITIONAL")
            assert found is (Standing.EXPECTED if green else Standing.UNEXPECTED)
        elif expects == "OPEN":
            assert found is (Standing.OPEN if verdict == "OPEN" else Standing.UNEXPECTED)
        else:
            assert found is (Standing.EXPECTED if verdict == expects else Standing.UNEXPECTED)
    for bogus in ("PROVED", "ERROR", "VACUOUS", "CONDITIONAL", "", "anything"):
        assert all(standing(verdict, bogus) is Standing.UNEXPECTED for verdict in Verdict)


# From a certificate.


def certificate(**changes: Any) -> dict[str, Any]:
    statement = {
        "label": "x",
        "role": "corrected",
        "expects": None,
        "reading": None,
        "ast": {},
        "sort_error": None,
        "kernel": [kernel()],
        "theorems": ["x"],
        "refutation": None,
        "evidence": {},
    }
    return {"statements": [{**statement, **changes}], "derivation": [theorem("x", kernel())], "refutations": []}


ACCEPTED = {"theorems": {"x": {"id": "x", "ok": True, "axioms": [], "oracles": [], "base_facts": [], "scope": "all"}}}
CHECKS = {"kernel": [kernel()], "sort_error": None, "witness": True}


def verdict(data: dict[str, Any], answers: Any = ACCEPTED, checks: Any = CHECKS) -> str:
    return judge(gather_facts(data["statements"][0], data, answers, checks)).verdict


def test_proved_needs_every_part() -> None:
    assert verdict(certificate()) == "PROVED"
    assert verdict(certificate(), {}) == "OPEN"
    rejected = {"theorems": {"x": {"id": "x", "ok": False, "step": "s", "rule": "alg", "reason": "no"}}}
    assert verdict(certificate(), rejected) == "OPEN"
    for truthy in (1, "true", [True], None):
        assert verdict(certificate(), {"theorems": {"x": {**ACCEPTED["theorems"]["x"], "ok": truthy}}}) == "OPEN"
        assert verdict(certificate(), checks={**CHECKS, "witness": truthy}) == "OPEN"
    assert verdict(certificate(theorems=[])) == "OPEN"
    assert verdict(certificate(theorems=["y"])) == "OPEN"
    assert verdict(certificate(theorems=["x", "x"])) == "OPEN"
    assert verdict(certificate(), checks={**CHECKS, "kernel": [kernel("y")]}) == "OPEN"
    assert verdict(certificate(), checks={**CHECKS, "kernel": []}) == "OPEN"
    assert verdict(certificate(), checks={}) == "OPEN"
    two = {**CHECKS, "kernel": [kernel(), kernel("y")]}
    assert verdict(certificate(), checks=two) == "OPEN"  # one half of an equivalence
    with_axiom = {"theorems": {"x": {**ACCEPTED["theorems"]["x"], "axioms": ["a"]}}}
    assert verdict(certificate(), with_axiom) == "CONDITIONAL"


def test_a_refutation_must_refute_the_compiled_statement() -> None:
    data = certificate(theorems=[], refutation="r")
    answers = {"refutations": {"r": {"id": "r", "ok": True}}}
    data["refutations"] = [{"id": "r", "statement": kernel(), "kind": "evaluate"}]
    assert verdict(data, answers) == "REFUTED"
    assert verdict(data, {"refutations": {"r": {"id": "r", "ok": False, "reason": "no"}}}) == "OPEN"
    data["refutations"] = [{"id": "r", "statement": kernel("y"), "kind": "evaluate"}]
    assert verdict(data, answers) == "OPEN"


def test_auxiliary_letters_that_occur_nowhere_do_not_change_a_statement() -> None:
    square = {"shape": [{"1": 2}, {"1": 2}]}

    def with_letters(base: dict[str, Any] | None = None, /, **rows: Any) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(json.dumps(base or kernel()))
        data["sig"]["letters"].update(rows)
        return data

    base = with_letters(A=square)
    assert states(base, base)
    for row in ({}, {"law": {"kind": "angle"}}, {**square, "free": True}):
        more = with_letters(base, F=row)
        assert states(more, base)
        assert states(more, more)
        assert not states(base, more)
        goal = {"all": [], "concl": ["ge", ["v", "F", [], ""], ["q", "0"]]}
        assert not states({**more, "goals": [goal]}, base)
        assert not states({**more, "hyps": [*more["hyps"], {"id": "f", **goal}]}, base)
        loss = json.loads(json.dumps(more))
        loss["sig"]["losses"] = {"L": {"at": ["v", "F", [], ""], "grad": "F"}}
        assert not states(loss, base)
    for row in (
        square,  # not free
        {"free": True, "shape": [{"1": 3}, {"N": 1, "1": -9}]},  # may have no value
        {"law": {"kind": "finite", "values": []}},
        {"law": {"kind": "gauss"}},
        {**square, "free": True, "sym": True},
        {"dep": "any"},
        None,
    ):
        assert not states(with_letters(base, F=row), base)
    assert not states(kernel(), {**kernel(), "exists": ["c"]})


def test_vacuity_is_a_falsehood_from_the_same_hypotheses() -> None:
    false = [{"all": [], "concl": ["eq", ["q", "0"], ["q", "1"]]}]
    assert contradicts({**kernel(), "goals": false}, kernel())
    assert not contradicts({**kernel(), "goals": false, "hyps": []}, kernel())
    assert not contradicts(kernel(), kernel())
    assert is_false(false[0])
    for goal in (
        {"all": [["k", {"1": 1}, {}]], "concl": ["eq", ["q", "0"], ["q", "1"]]},
        {"all": [], "concl": ["eq", ["q", "1/2"], ["q", "2/4"]]},
        {"all": [], "concl": ["ge", ["q", "1"], ["q", "1"]]},
        {"all": [], "concl": ["ge", ["v", "x", [], ""], ["q", "1"]]},
        {"all": [], "concl": ["eq", ["q", "1/0"], ["q", "x"]]},
        {"all": [], "concl": ["ne", ["q", "1"], ["q", "1"]]},
        None,
    ):
        assert not is_false(goal)


PASSED = {"exact": 3, "ball": 0, "agree": 0, "unknown": 0, "violated": 0, "status": "passed"}


@pytest.mark.parametrize(
    ("trials", "counts"),
    [
        (PASSED, True),
        ({**PASSED, "exact": 0}, False),
        ({**PASSED, "exact": 0, "agree": 2}, True),
        ({**PASSED, "violated": 1}, False),
        ({**PASSED, "exact": -1}, False),
        ({**PASSED, "status": "unknown"}, False),
        ({**PASSED, "status": "violated"}, False),
        ({**PASSED, "exact": True}, False),
        ({**PASSED, "exact": "3"}, False),
        ({**PASSED, "violated": False}, False),
        ({"status": "passed"}, False),
        ([], False),
        (None, False),
    ],
)
def test_trials(trials: Any, counts: bool) -> None:
    assert was_tested({"trials": trials}) is counts
    assert not was_tested({"trials": PASSED, "others": [{}]})


# No field of a claim can raise a verdict.

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([*map(str, Verdict), "x", "ok", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "ok", "witness"]), inner, max_size=3)
    ),
    max_leaves=5,
)
FIELDS = [
    "label",
    "expects",
    "reading",
    "ast",
    "verdict",
    "status",
    "ok",
    "witness",
    "counterexample",
    "proof",
    "checks",
]
EVIDENCE = ["witness", "counterexample", "enclosures", "necessity", "mutants", "sharpness", "verdict", "notes"]
DECISIVE = {"ILL-SORTED", "REFUTED", "VACUOUS", "PROVED", "CONDITIONAL", "ENCLOSED"}


@given(
    st.dictionaries(st.sampled_from(FIELDS), values, max_size=6),
    st.dictionaries(st.sampled_from(EVIDENCE), values, max_size=5),
    st.sampled_from(["printed", "corrected", "lemma"]),
    st.sampled_from([{}, ACCEPTED]),
    st.sampled_from([{}, {"kernel": [kernel()]}, CHECKS, {**CHECKS, "enclosures": True}]),
)
def test_no_field_raises_a_verdict(fields: Any, evidence: Any, role: str, answers: Any, checks: Any) -> None:
    plain = verdict(certificate(), answers, checks)
    dressed = certificate(**fields, evidence=evidence)
    dressed["statements"][0]["role"] = role
    dressed["verdict"] = "PROVED"
    assert verdict(dressed, answers, checks) == plain


@given(
    st.fixed_dictionaries(
        {}, optional={key: values for key in [*FIELDS, "sort_error", "kernel", "theorems", "refutation"]}
    )
)
def test_without_kernel_and_checks_nothing_is_decisive(fields: Any) -> None:
    data = certificate()
    data["statements"][0].update(fields)
    assert verdict(data, {}, {}) not in DECISIVE


@given(
    st.builds(
        Facts,
        crash=st.none() | st.just("boom"),
        sort_error=st.none() | st.just("sorts"),
        role=st.sampled_from(["printed", "corrected", "lemma"]),
        has_corrected=st.booleans(),
        proof=st.sampled_from(PROOFS),
        counterexample=st.booleans(),
        witness=st.booleans(),
        enclosed=st.booleans(),
        tested=st.booleans(),
        notes=st.lists(st.text(), max_size=2).map(tuple),
    ),
    st.sampled_from([*EXPECTATIONS, "PROVED", "x"]),
)
def test_an_expectation_never_changes_a_verdict(f: Facts, expects: str | None) -> None:
    found = judge(f).verdict
    assert standing(found, expects) is Standing.UNEXPECTED or judge(f).verdict == found
    if found in (Verdict.ERROR, Verdict.VACUOUS) or (found in (Verdict.ENCLOSED, Verdict.TESTED) and expects != found):
        assert standing(found, expects) is Standing.UNEXPECTED


def test_a_few_points_enclose_nothing() -> None:
    rows = [{"instance": {"values": {"x": str(k)}}} for k in range(20)]
    passed = {"status": "passed", "exact": 30, "ball": 0, "agree": 0, "violated": 0}
    assert was_enclosed({"enclosures": rows})
    assert not was_enclosed({"enclosures": rows[:19]})
    assert not was_enclosed({"enclosures": rows[:1] * 30})
    assert was_enclosed({"enclosures": rows[:2], "trials": passed})
    assert not was_enclosed({"enclosures": rows[:2], "trials": {**passed, "status": "unknown"}})
    assert not was_enclosed({"enclosures": rows, "others": [{"enclosures": rows[:3]}]})

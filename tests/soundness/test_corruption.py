"""Random corruptions and tampered certificates; the full runs are commands in benchmarks/soundness."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from benchmarks.soundness import corruptions, tampering
from benchmarks.soundness.corrupt import KINDS
from tests.kernel.terms import FALSE, goal, q, v
from verify.kernel import replay

Json = Any


def test_a_sample_of_corruptions() -> None:
    result = corruptions.campaign(150, seed=20, only="twin")
    assert result["wrong"] == [], result["wrong"]
    assert result["corruptions"] == 150 and result["outcomes"]["rejected"] >= 100


def test_a_wrong_fact_would_be_seen() -> None:
    """The trial of accepted facts fails for a false one and passes for a true one."""
    theorem = {"sig": {"time": "none", "letters": {"x": {}}}, "hyps": []}
    square = goal(["ge", ["*", v("x"), v("x")], q(0)])
    assert corruptions.tried(theorem, [square], 1) == "holds"
    assert corruptions.tried(theorem, [square, goal(FALSE)], 1) == "violated"
    assert corruptions.tried(theorem, [goal(["ge", v("x"), q(0)])], 1) == "violated"


def test_a_kernel_that_accepts_everything_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from verify.kernel.rules import Rules

    monkeypatch.setattr(Rules, "step", lambda self, s: None)
    assert corruptions.campaign(20, seed=3, only="twin numbers")["wrong"]


def test_a_kernel_that_crashes_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from verify.kernel import checker

    def crash(*_: Any) -> Any:
        raise SystemError("not a rejection")

    plain = replay.check_all
    calls = Counter[str]()

    def check_all(*args: Any) -> Any:
        calls["n"] += 1
        if calls["n"] == 10:
            monkeypatch.setattr(checker.Checker, "formula", crash)
        return plain(*args)

    monkeypatch.setattr(replay, "check_all", check_all)
    result = corruptions.campaign(20, seed=3, only="twin numbers")
    assert any("crash" in w["what"] for w in result["wrong"])


def test_a_sample_of_tampered_certificates() -> None:
    """Sealed again after one change: reported with its place, or the claim's own statements are still proved."""
    names = ["lemmas/fair_coin_hoeffding", "linear_networks/balancedness"]
    found = tampering.outcomes(tampering.draw(2, 31, names))
    assert {change.kind for change, _ in found} == set(KINDS)
    assert [(c, what) for c, what in found if what not in ("reported", "reported where it is used", "stands")] == []
    assert sum(what == "reported" for _, what in found) >= len(found) // 2


def test_an_untouched_certificate_stands() -> None:
    name = "lemmas/fair_coin_hoeffding"
    text = json.dumps(tampering.certificates()[name])
    assert [w for _, w in tampering.outcomes([tampering.Change(name, "none", ("derivation", 0), text)])] == ["stands"]


def test_items_that_stand_alone() -> None:
    ready = corruptions.lone_ready("scalar ")
    result = corruptions.lone_campaign(40, 5, ready)
    assert result["wrong"] == [] and result["corruptions"] == 40
    assert sum(n for k, n in result["outcomes"].items() if "kernel rejects" in k) >= 25


def test_a_kernel_that_accepts_every_item_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from verify.kernel.scalar.proof import Prover

    monkeypatch.setattr(Prover, "prove", lambda *_: None)
    assert corruptions.lone_campaign(40, 5, corruptions.lone_ready("scalar "))["wrong"]

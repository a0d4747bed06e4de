"""The closing figures of a document: ids by outcome, shares by verdict and size, citations apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from verify.audit.closing import closings, is_cited
from verify.audit.sources import Entry
from verify.audit.verdict import Verdict

AXIOM = {"id": "s1", "rule": "use", "theorem": "axiom:weyl"}
RESTATED = {"id": "s2", "rule": "alg", "proof": ["fact", "s1", []]}
ARGUED = {"id": "s2", "rule": "alg", "proof": ["add", ["fact", "s1", []], ["sq", ["q", "1"]]]}


def theorem(name: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "steps": list(steps)}


@pytest.mark.parametrize(
    ("steps", "cited"),
    [((AXIOM,), True), ((AXIOM, RESTATED), True), ((AXIOM, ARGUED), False), ((ARGUED,), False), ((), False)],
)
def test_one_citation_and_nothing_else(steps: Any, cited: bool) -> None:
    certificate = {"derivation": [theorem("c.s", *steps)]}
    assert is_cited({"theorems": ["c.s"]}, certificate) is cited


def test_a_citation_behind_a_lemma_is_one() -> None:
    used = {"id": "s1", "rule": "use", "theorem": "c.lemma"}
    certificate = {"derivation": [theorem("c.lemma", AXIOM), theorem("c.s", used, RESTATED)]}
    assert is_cited({"theorems": ["c.s"]}, certificate)
    assert not is_cited({"theorems": []}, certificate)
    loop = {"derivation": [theorem("c.s", {**used, "theorem": "c.s"})]}
    assert not is_cited({"theorems": ["c.s"]}, loop)


def statement(role: str, verdict: Verdict, *ids: str, scope: str = "all dimensions", **record: Any) -> Any:
    return SimpleNamespace(
        role=role,
        verdict=verdict,
        footprint=SimpleNamespace(scope=scope),
        record={"ids": list(ids), "theorems": [], "consequence": None, **record},
    )


def test_counts_of_a_document() -> None:
    certificate = {"derivation": [theorem("c.t", AXIOM)], "claim": {"citations": [{"ids": ["X-01", "X-02", "X-03"]}]}}
    claim: Any = SimpleNamespace(
        certificate=certificate,
        statements=(
            statement("printed", Verdict.REFUTED, "X-01"),
            statement("corrected", Verdict.PROVED, "X-01", scope="depth 1 only, all widths"),
            statement("printed", Verdict.PROVED, "X-02"),
            statement("printed", Verdict.REFUTED, "X-02", consequence="caution"),
            statement("corrected", Verdict.CONDITIONAL, "X-03", scope="all values"),
            statement("corrected", Verdict.CONDITIONAL, "X-03", theorems=["c.t"]),
            statement("lemma", Verdict.PROVED),
            statement("corrected", Verdict.OPEN, "X-03"),
        ),
    )
    other: Any = SimpleNamespace(certificate=None, statements=())
    entries = [Entry(f"X-0{k}", "doc", "covered") for k in (1, 2, 3)] + [Entry("X-04", "doc", "out of scope", "taste")]
    (found,) = closings([claim, other], entries)
    assert (found.wrong, found.right, found.restated) == (1, 1, 1)
    assert (found.statements, found.cited) == (4, 1)
    assert (found.general, found.sizeless, found.fixed) == (1, 1, 1)
    assert found.verdicts == {Verdict.PROVED: 2, Verdict.CONDITIONAL: 1, Verdict.OPEN: 1}
    assert found.lines()[0] == "ids: 1 with an erratum, 1 stand as printed, 1 only as corrected"
    assert "PROVED 2 (50 %)" in found.lines()[2]


def test_a_statement_of_two_documents_counts_once_in_the_sum() -> None:
    certificate = {"derivation": [], "claim": {"citations": [{"ids": ["X-01"]}, {"ids": ["Y-01"]}]}}
    claim: Any = SimpleNamespace(certificate=certificate, statements=(statement("corrected", Verdict.PROVED),))
    found = closings([claim], [Entry("X-01", "one", "covered"), Entry("Y-01", "two", "covered")])
    assert [(c.source, c.statements) for c in found] == [("one", 1), ("two", 1), ("all documents", 1)]


@pytest.mark.parametrize("verdict", [Verdict.OPEN, Verdict.ENCLOSED, Verdict.TESTED, Verdict.VACUOUS, Verdict.ERROR])
def test_what_is_not_proved_does_not_stand(verdict: Verdict) -> None:
    certificate = {"derivation": [], "claim": {"citations": [{"ids": ["X-01"]}]}}
    claim: Any = SimpleNamespace(certificate=certificate, statements=(statement("printed", verdict),))
    (found,) = closings([claim], [Entry("X-01", "doc", "covered"), Entry("X-02", "doc", "covered")])
    assert (found.wrong, found.right, found.undecided, found.restated) == (0, 0, 2, 0)
    assert found.lines()[0].endswith("2 neither proved nor refuted as printed")

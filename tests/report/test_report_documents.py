"""Document pages and errata sheets: coverage, order, and the kind of each erratum."""

from __future__ import annotations

from typing import Any

import pytest
import report_example as example

from verify.report.errata import change
from verify.report.site import render
from verify.report.words import natural_order

X, Y, ONE, TWO = ["sym", {"ref": "x"}], ["sym", {"ref": "y"}], ["num", "1"], ["num", "2"]


def ast(conclusion: Any, **hypotheses: Any) -> dict[str, Any]:
    return {"conclusion": conclusion, "hypotheses": [[k, v] for k, v in hypotheses.items()]}


@pytest.mark.parametrize(
    ("printed", "corrected", "kind"),
    [
        (ast(["le", X, Y]), ast(["le", Y, X]), "conclusion"),
        (ast(["le", X, Y]), ast(["le", X, Y], small=["le", X, ONE]), "hypothesis"),
        (ast(["le", X, Y], small=["le", X, ONE]), ast(["le", X, Y], small=["le", X, TWO]), "constant"),
        (ast(["le", X, Y]), ast(["le", X, ["mul", TWO, Y]]), "constant"),
        (ast(["le", X, ["mul", ONE, Y]]), ast(["le", X, ["mul", TWO, Y]]), "constant"),
        (ast(["lt", X, Y]), ast(["le", X, Y]), "strictness"),
        (ast(["lt", X, Y]), ast(["le", X, Y], small=["le", X, ONE]), "hypothesis"),
        (ast(["eq", X, Y]), ast(["le", X, Y]), "conclusion"),
        (None, ast(["le", X, Y]), "conclusion"),
    ],
)
def test_the_kind_is_the_least_change(printed: Any, corrected: Any, kind: str) -> None:
    assert change(printed, corrected) == kind


def test_ids_are_ordered_as_numbers() -> None:
    assert sorted(["K-10", "K-9", "D-2"], key=natural_order) == ["D-2", "K-9", "K-10"]


def test_pages_of_a_document() -> None:
    claim = example.balancedness()
    assert claim.certificate is not None
    key = claim.certificate["claim"]["citations"][0]["source"]
    covered = claim.certificate["claim"]["citations"][0]["ids"][0]
    register = [
        {"id": covered, "source": key, "at": "equation (8)", "status": "covered", "reason": ""},
        {"id": "Z-02", "source": key, "at": "end", "status": "pending", "reason": "needs a limit"},
        {"id": "Z-01", "source": key, "at": "preface", "status": "out of scope", "reason": "an opinion"},
    ]
    pages = render([claim], example.REGISTRY, example.SOURCES, None, register)
    page = pages[f"documents/{key}.html"].decode()
    assert page.index("Z-01") < page.index("Z-02")
    for text in ("an opinion", "needs a limit", "equation (8)", "REFUTED"):
        assert text in page
    sheet = pages[f"documents/{key}-errata.html"].decode()
    assert "What breaks it" in sheet
    assert "The conclusion is wrong" in sheet or "A hypothesis is missing" in sheet
    assert f'href="documents/{key}-errata.html"' in pages["index.html"].decode()


def two_places(**printed: Any) -> Any:
    """The page of balancedness with a register of two ids, and statements that name theirs."""
    claim = example.balancedness()
    assert claim.certificate is not None
    key = claim.certificate["claim"]["citations"][0]["source"]
    claim.certificate["claim"]["citations"] = [{"source": key, "at": "here", "ids": ["Z-01", "Z-02"]}]
    for s in claim.certificate["statements"]:
        if s["role"] == "printed":
            s.update(printed)
    register = [
        {"id": name, "source": key, "at": f"place {name}", "status": "covered", "reason": "", "says": f"words {name}"}
        for name in ("Z-01", "Z-02")
    ]
    pages = render([claim], example.REGISTRY, example.SOURCES, None, register)
    return pages[f"documents/{key}-errata.html"].decode(), pages[f"documents/{key}.html"].decode()


def test_an_erratum_stands_where_its_statement_does() -> None:
    sheet, page = two_places(ids=["Z-02"])
    assert "words Z-02" in sheet and "place Z-02" in sheet
    assert "Z-01" not in sheet
    first, second = page[page.index('id="Z-01"') : page.index('id="Z-02"')], page[page.index('id="Z-02"') :]
    assert "REFUTED" not in first and "REFUTED" in second
    sheet, _ = two_places()
    assert "place Z-01" in sheet and "place Z-02" in sheet


def test_the_author_may_name_the_consequence() -> None:
    sheet, _ = two_places(consequence="notation")
    assert "A slip of notation" in sheet and "A hypothesis is missing" not in sheet
    sheet, page = two_places(consequence="caution")
    assert "Not printed, but easily read into the text" in sheet and "0 statements" in sheet
    assert "Not printed, and false" in page
    sheet, _ = two_places(consequence="contrary")
    assert "What breaks it" not in sheet

"""Certificates that were made from the present files are validated; whatever changed is audited from nothing."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from audit_fakes import claims, settings, write_claim

from verify.audit import run
from verify.audit.certificate import canonical, sealed
from verify.audit.provenance import Provenance
from verify.audit.run import Settings, audit
from verify.audit.sources import discover


def made_and_kept(folder: Path) -> tuple[Settings, Settings]:
    """Settings of an audit that writes certificates, and of one that validates them."""
    makes = settings(folder, provenance=folder / "reports" / "provenance.json", cache=None)
    return makes, dataclasses.replace(makes, certificates=None, kept=makes.certificates)


def go(makes: Settings, s: Settings) -> run.Audit:
    return audit(discover(claims(makes)), s)


def kept(makes: Settings, s: Settings) -> dict[str, bool]:
    return {c.record.slug: c.record.kept for c in go(makes, s).claims}


@pytest.fixture
def library(tmp_path: Path) -> tuple[Settings, Settings]:
    both = made_and_kept(tmp_path)
    table = tmp_path / "claims" / "a" / "table.txt"
    before = f"import pathlib; DATA = pathlib.Path({str(table)!r}).read_text()"
    write_claim(tmp_path / "claims", "a/one", {"label": "x"}, before=before)
    table.write_text("1")
    open_ = {"label": "x", "expects": "OPEN", "derive": "give up", "evidence": {}}
    write_claim(tmp_path / "claims", "a/two", open_)
    go(both[0], both[0])
    return both


def test_current_certificates_are_validated_with_the_same_result(library: tuple[Settings, Settings]) -> None:
    makes, keeps = library

    def told(result: run.Audit) -> Any:
        return [{k: v for k, v in c.items() if k != "seconds"} for c in result.to_json()["claims"]]

    validated = go(makes, keeps)
    assert [c.record.kept for c in validated.claims] == [True, True]
    assert told(validated) == told(go(makes, dataclasses.replace(makes, provenance=None)))
    assert validated.claims[1].statements[0].facts.notes  # why it is open is told without another search


@pytest.mark.parametrize("name", ["table.txt", "two.py", "one.py", "one.instances.json"])
def test_what_changed_is_audited_from_nothing(library: tuple[Settings, Settings], name: str) -> None:
    makes, keeps = library
    path = claims(makes) / "a" / name
    path.write_text((path.read_text() if path.is_file() else "") + "\n")
    touched = "two" if name == "two.py" else "one"
    assert kept(makes, keeps) == {slug: slug != touched for slug in ("one", "two")}


def test_another_engine_or_other_settings_make_nothing_current(library: tuple[Settings, Settings]) -> None:
    makes, keeps = library
    assert not any(kept(makes, dataclasses.replace(keeps, evidence={"draws": 7})).values())
    assert not any(kept(makes, dataclasses.replace(keeps, kept=None)).values())


@pytest.mark.parametrize("text", ["", "{}", '{"claims": 3}', '{"claims": {"a/one": {"hash": "0"}}}', "[1"])
def test_damaged_notes_make_nothing_current(library: tuple[Settings, Settings], text: str) -> None:
    makes, keeps = library
    assert keeps.provenance is not None
    keeps.provenance.write_text(text)
    assert not any(kept(makes, keeps).values())


def forged(makes: Settings, change: Any) -> None:
    """A changed certificate of a/one whose hash and provenance were made to fit."""
    assert makes.certificates is not None and makes.provenance is not None
    path = makes.certificates / "a" / "one.json"
    data = json.loads(path.read_text())
    change(data)
    text = canonical(sealed(data))
    path.write_text(text)
    source = discover(claims(makes))[0]
    notes = Provenance(makes.provenance, makes.salt(libraries=False))
    reads = {str(claims(makes).resolve() / name): None for name in ("a/one.py", "a/table.txt")}
    notes.note(source, text, {}, reads)
    notes.write()


def test_a_certificate_alone_is_not_changed_unnoticed(library: tuple[Settings, Settings]) -> None:
    makes, keeps = library
    assert makes.certificates is not None
    path = makes.certificates / "a" / "one.json"
    path.write_text(path.read_text() + " ")
    assert kept(makes, keeps) == {"one": False, "two": True}


def test_a_forged_note_does_not_help_a_certificate_that_says_something_else(library: tuple[Settings, Settings]) -> None:
    makes, keeps = library
    forged(makes, lambda data: None)
    assert kept(makes, keeps) == {"one": True, "two": True}
    forged(makes, lambda data: data["claim"].update(title="Another claim"))
    assert kept(makes, keeps) == {"one": False, "two": True}


def test_a_forged_note_does_not_help_a_derivation_or_evidence_that_does_not_stand(
    library: tuple[Settings, Settings],
) -> None:
    makes, keeps = library
    forged(makes, lambda data: data["derivation"][0].update(fake="reject"))
    result = go(makes, keeps)
    assert result.claims[0].record.kept and str(result.claims[0].statements[0].verdict) != "PROVED"
    assert result.exit_code == run.EXIT_UNEXPECTED


def test_a_claim_in_error_is_not_current(library: tuple[Settings, Settings]) -> None:
    makes, keeps = library
    write_claim(claims(makes), "a/two", {"label": "x", "derive": "raise"})
    go(makes, makes)
    assert kept(makes, keeps) == {"one": True, "two": False}


def test_notes_of_an_audit_of_one_claim_leave_the_others(library: tuple[Settings, Settings]) -> None:
    makes, keeps = library
    audit(discover(claims(makes))[:1], makes)
    assert kept(makes, keeps) == {"one": True, "two": True}
    assert makes.provenance is not None
    before = makes.provenance.read_bytes()
    go(makes, makes)
    assert makes.provenance.read_bytes() == before

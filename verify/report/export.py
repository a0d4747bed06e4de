"""The report as JSON and as JUnit XML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from .model import Claim, Statement

SCHEMA = "report/1"


def canonical(data: object) -> str:
    """The canonical JSON of `data`, with a newline at the end."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"


def recorded(certificate: Mapping[str, Any], text: str | None) -> str:
    """The `text` of a certificate if it is what its hash says, else its canonical JSON."""
    digest = str(certificate.get("hash"))
    if text is not None:
        rest = text.replace(f',"hash":"{digest}"', "", 1)
        if rest != text and hashlib.sha256(rest.encode()).hexdigest() == digest:
            return text
    return canonical(certificate)


def report(claims: Sequence[Claim], counts: Mapping[str, int], files: Sequence[str]) -> dict[str, Any]:
    """The content of `report.json`: the `claims`, the `counts` by verdict, and the `files` of the site."""
    return {
        "schema": SCHEMA,
        "counts": dict(counts),
        "claims": [
            {
                "id": c.id,
                "title": c.title,
                "page": c.page,
                "standing": c.standing,
                "erratum": c.erratum,
                "error": c.error,
                "hash": c.hash,
                "citations": [{"source": x.source, "at": x.at, "ids": list(x.ids)} for x in c.citations],
                "statements": [
                    {
                        "label": s.label,
                        "role": s.role,
                        "verdict": s.verdict,
                        "expects": s.expects,
                        "standing": s.standing,
                        "withheld": s.withheld or None,
                        "scope": s.scope or None,
                        "base_facts": list(s.base_facts),
                        "axioms": list(s.axioms),
                        "oracles": list(s.oracles),
                    }
                    for s in c.statements
                ],
            }
            for c in claims
        ],
        "files": list(files),
    }


def junit(claims: Sequence[Claim]) -> str:
    """One test case for each statement; an expected OPEN is skipped, never passed."""
    suites = ElementTree.Element("testsuites", name="verify")
    for c in claims:
        cases = [_case(c, s) for s in c.statements] or [_broken(c)]
        tally = {kind: sum(case.find(kind) is not None for case in cases) for kind in ("failure", "error", "skipped")}
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=c.id,
            tests=str(len(cases)),
            failures=str(tally["failure"]),
            errors=str(tally["error"]),
            skipped=str(tally["skipped"]),
        )
        suite.extend(cases)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _case(c: Claim, s: Statement) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=c.id.replace("/", "."), name=s.label)
    properties = ElementTree.SubElement(case, "properties")
    for name, value in (("verdict", s.verdict), ("role", s.role), ("expects", s.expects or "PROVED or CONDITIONAL")):
        ElementTree.SubElement(properties, "property", name=name, value=value)
    if s.standing == "unexpected":
        kind = "error" if s.verdict == "ERROR" else "failure"
        message = f"{s.verdict}, expected {s.expects or 'PROVED or CONDITIONAL'}"
        ElementTree.SubElement(case, kind, message=message).text = s.withheld or s.reason or None
    elif s.standing == "open":
        ElementTree.SubElement(case, "skipped", message="expected to be open, and open")
    return case


def _broken(c: Claim) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=c.id.replace("/", "."), name="claim")
    ElementTree.SubElement(case, "error", message=c.error or "the claim has no statement")
    return case

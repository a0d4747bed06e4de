"""The committed certificates with the kernel's answers, for benchmarks and tests of the pages.

Evidence is not validated again: a verdict is the one the author expects, or what the replay allows. The report still
withholds what the certificates and answers do not bear out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from verify.audit.certificate import parse
from verify.audit.replay import replay
from verify.report import CertificateAndVerdicts
from verify.statement.claims import read_sources

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "reports" / "certificates"
SOURCES = read_sources(ROOT / "claims" / "sources.json")["sources"]


def certificates() -> Iterator[Any]:
    """What the committed certificates say, without the kernel."""
    for file in sorted(FOLDER.glob("*/*.json")):
        yield parse(file.read_text(encoding="utf-8"))


@cache
def items(name: str = "*/*") -> tuple[CertificateAndVerdicts, ...]:
    """The certificates whose topic and slug match, with the kernel's answers."""
    files = sorted(FOLDER.glob(f"{name}.json"))
    out = []
    for file, answer in zip(files, replay(files), strict=True):
        assert answer.error is None and answer.crash is None, answer
        certificate = file.read_text(encoding="utf-8")
        data: Any = parse(certificate)
        answers = {**answer.theorems, **answer.refutations}
        statements = [_judged(s, answers) for s in data["statements"]]
        source = ROOT / "claims" / file.parent.name / f"{file.stem}.py"
        text = source.read_text(encoding="utf-8") if source.is_file() else None
        audit = {"id": f"{file.parent.name}/{file.stem}", **data["claim"], "statements": statements, "error": None}
        out.append(CertificateAndVerdicts(data, audit, answers, text, certificate))
    return tuple(out)


def _judged(s: Any, answers: Any) -> dict[str, Any]:
    outcomes = [answers[t] for t in s["theorems"] if t in answers]
    rests = {key: sorted({n for o in outcomes for n in o.get(key, ())}) for key in ("base_facts", "axioms", "oracles")}
    met = all(part.get("witness") for part in (s["evidence"], *s["evidence"].get("others", ())))
    verdict = s["expects"] or ("OPEN" if not met else "CONDITIONAL" if rests["axioms"] else "PROVED")
    return {"label": s["label"], "role": s["role"], "expects": s["expects"], "verdict": verdict, "reason": "", **rests}

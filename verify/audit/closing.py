"""What an audit says of each document: its ids by outcome, and how much of what is true was proved, for which sizes.

Counted are true and corrected statements: corrected ones, and printed ones that were not found to fail; lemmas are not.
A statement is *cited* if the only substantive step of its derivation is one axiom; it stands outside all shares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .run import ClaimResult, StatementResult
from .sources import Entry
from .verdict import Verdict

Json = Any
FAILED = (Verdict.REFUTED, Verdict.ILL_SORTED)
SETTLED = (Verdict.PROVED, Verdict.CONDITIONAL)
UNPRINTED = ("caution", "contrary")
ALL = "all documents"


@dataclass(frozen=True)
class Closing:
    """Counts for one document. `statements`: the true and corrected ones that are not cited."""

    source: str
    wrong: int  # ids with an erratum
    right: int  # ids with a printed statement that is proved, and no erratum
    undecided: int  # other ids with a printed statement that is neither proved nor found to fail, or with none at all
    restated: int  # ids whose covering claims state only corrections
    statements: int
    verdicts: Mapping[Verdict, int]
    cited: int
    general: int  # proved or conditional for all sizes
    sizeless: int  # proved or conditional, and nothing in them has a size
    fixed: int  # proved or conditional for some size only

    def lines(self) -> tuple[str, ...]:
        """The figures in lines, as an audit prints them."""
        found = ", ".join(f"{n} {v}" for v, n in sorted(self.verdicts.items(), key=lambda x: -x[1]) if n)
        ids = f"{self.wrong} with an erratum, {self.right} stand as printed, {self.restated} only as corrected"
        rest = f", {self.undecided} neither proved nor refuted as printed" if self.undecided else ""
        return (
            f"ids: {ids}{rest}",
            f"true or corrected statements: {self.statements}: {found or 'none'}; {self.cited} more are cited",
            f"proved or conditional: {self._share(self.general)} for all sizes, {self._share(self.sizeless)} without "
            f"sizes, {self._share(self.fixed)} for fixed sizes; PROVED {self._share(self.verdicts[Verdict.PROVED])}",
        )

    def _share(self, n: int) -> str:
        return f"{n} ({100 * n / self.statements:.0f} %)" if self.statements else str(n)


def closings(claims: Sequence[ClaimResult], entries: Sequence[Entry]) -> tuple[Closing, ...]:
    """One for each document of the register, then one for all of them, in which a shared statement counts once."""
    sources = tuple(dict.fromkeys(entry.source for entry in entries))
    covered = [entry for entry in entries if entry.status == "covered"]
    each = [_closing(source, claims, [e.id for e in covered if e.source == source]) for source in sources]
    return (*each, _closing(ALL, claims, [e.id for e in covered])) if len(each) > 1 else tuple(each)


def _closing(source: str, claims: Sequence[ClaimResult], ids: Sequence[str]) -> Closing:
    by_id: dict[str, list[StatementResult]] = {item: [] for item in ids}
    counted: list[tuple[StatementResult, bool]] = []
    for claim in claims:
        certificate = claim.certificate
        if certificate is None:
            continue
        mine = [i for citation in certificate["claim"]["citations"] for i in citation["ids"] if i in by_id]
        for s in claim.statements:
            named = s.record.get("ids") or mine
            speaks_of = [item for item in mine if item in named]
            for item in speaks_of:
                by_id[item].append(s)
            if speaks_of and (s.role == "corrected" or (s.role == "printed" and s.verdict not in FAILED)):
                counted.append((s, is_cited(s.record, certificate)))
    wrong = {i for i, found in by_id.items() if any(_faulty(s) for s in found)}
    right = _printed(by_id, SETTLED) - wrong
    open_ = _printed(by_id, [v for v in Verdict if v not in (*SETTLED, *FAILED)])
    undecided = (open_ | {i for i, found in by_id.items() if not found}) - wrong - right
    own = [s for s, cited in counted if not cited]
    scopes = Counter(_sizes(s.footprint.scope or "") for s in own if s.verdict in SETTLED)
    return Closing(
        source,
        len(wrong),
        len(right),
        len(undecided),
        len(by_id) - len(wrong | right | undecided),
        len(own),
        Counter(s.verdict for s in own),
        sum(cited for _, cited in counted),
        scopes["all"],
        scopes["none"],
        scopes["fixed"],
    )


def _printed(by_id: Mapping[str, Sequence[StatementResult]], verdicts: Collection[Verdict]) -> set[str]:
    """The ids with a printed statement of one of these verdicts."""
    return {i for i, found in by_id.items() if any(s.role == "printed" and s.verdict in verdicts for s in found)}


def _faulty(s: StatementResult) -> bool:
    return s.role == "printed" and s.verdict in FAILED and s.record.get("consequence") not in UNPRINTED


def _sizes(scope: str) -> str:
    """Whether a scope in words fixes a size, has none, or holds for all."""
    return "fixed" if " only" in scope else "none" if scope in ("", "all values") else "all"


def is_cited(statement: Mapping[str, Json], certificate: Mapping[str, Json]) -> bool:
    """Whether each of its theorems takes over one axiom and adds nothing but a restatement."""
    theorems = {str(theorem["id"]): theorem for theorem in certificate["derivation"]}
    own = [str(name) for name in statement["theorems"] if name in theorems]
    return bool(own) and all(_takes_over(name, theorems) for name in own)


def _takes_over(name: str, theorems: Mapping[str, Mapping[str, Json]]) -> bool:
    """Through theorems of the same claim, each of which has one substantive step."""
    for _ in range(len(theorems)):
        substantive = [step for step in theorems[name].get("steps") or () if not _restates(step)]
        if len(substantive) != 1:
            return False
        name = str(substantive[0].get("theorem", ""))
        if name not in theorems:
            return name.startswith("axiom:")
    return False


def _restates(step: Mapping[str, Json]) -> bool:
    """An algebra step whose proof is another fact as it stands."""
    proof = step.get("proof")
    return step.get("rule") == "alg" and isinstance(proof, list) and proof[:1] == ["fact"]

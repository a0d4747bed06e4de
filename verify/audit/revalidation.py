"""What is written in a certificate, evaluated again: instances, enclosures, exact tails, necessity, sharpness."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from verify.audit.certificate import canonical

Data = Mapping[str, Any]


def validate(
    kernel: Sequence[Data],
    evidence: Data,
    needs: Sequence[Sequence[Data]] = (),
    spares: Sequence[Callable[[str], bool]] = (),
) -> dict[str, Any]:
    """Which kinds of evidence stand, and what is wrong with those that do not.

    A witness is needed for every kernel statement, a counterexample for one. A counterexample to a statement about
    hidden constants speaks of some constants only and does not count here, nor does one that refutes what the kernel
    statement says beyond the author's: `needs` has, for each kernel statement, what must hold at it besides. `spares`
    tells for each which hypotheses its derivation does without; none if there is no derivation.
    """
    problems: list[dict[str, str]] = []
    parts = [evidence, *(evidence.get("others") or [])]
    if len(parts) != len(kernel):
        problems.append({"where": "evidence", "reason": f"{len(parts)} parts for {len(kernel)} kernel statements"})
        return {"witness": False, "counterexample": False, "enclosures": False, "problems": problems}
    besides = needs or [()] * len(kernel)
    without = [*spares, *[_none] * len(kernel)][: len(kernel)]
    found = [_part(*each, problems) for each in zip(kernel, parts, besides, without, strict=True)]
    return {
        "witness": all(f["witness"] for f in found),
        "counterexample": any(f["counterexample"] for f in found),
        "enclosures": all(f["enclosures"] for f in found),
        "problems": problems,
    }


def _none(hypothesis: str) -> bool:
    """No hypothesis is spared."""
    return False


def _part(
    statement: Data,
    part: Data,
    needs: Sequence[Data],
    spares: Callable[[str], bool],
    problems: list[dict[str, str]],
) -> dict[str, bool]:
    from verify.evidence import check_witness, revalidate
    from verify.evidence.consequences import SPARED
    from verify.evidence.faithful import unfaithful
    from verify.evidence.necessity import redundant

    def stands(where: str, instance: object, test: Callable[[Data, Data], str | None], of: Data = statement) -> bool:
        if not isinstance(instance, Mapping):
            return False
        wrong = test(of, instance)
        if wrong is not None:
            problems.append({"where": where, "reason": wrong})
        return wrong is None

    refuted = stands("counterexample", part.get("counterexample"), revalidate) and stands(
        "counterexample", part["counterexample"], lambda of, instance: unfaithful(of, instance, needs)
    )
    for name, entry in sorted((part.get("necessity") or {}).items()):
        if isinstance(entry, Mapping):
            reduced = {**statement, "hyps": [h for h in statement["hyps"] if h["id"] != name]}
            stands(f"necessity[{name}]", entry.get("counterexample"), revalidate, reduced)
            # by cases takes the derivation for the case in which the hypothesis holds, which the kernel replays itself
            by = entry.get("by")
            asked = entry.get("status") == "redundant"
            if asked and not (spares(name) if by == SPARED else redundant(statement, name, proved=True) == by):
                reason = "the kernel does not say that it is redundant"
                problems.append({"where": f"necessity[{name}]", "reason": reason})
    for where, instance in _sharp(part.get("sharpness")):
        stands(where, instance, check_witness)
    _tails(statement, part.get("tails"), problems)
    return {
        "witness": stands("witness", part.get("witness"), check_witness),
        "counterexample": refuted and not statement.get("exists"),
        "enclosures": _enclosures(statement, part.get("enclosures"), problems),
    }


def _sharp(found: object) -> Iterator[tuple[str, object]]:
    for k, entry in enumerate(found if isinstance(found, list) else []):
        for key in ("attained_at", "met_at"):
            if isinstance(entry, Mapping) and key in entry:
                yield f"sharpness[{k}].{key}", entry[key]


def _tails(statement: Data, rows: object, problems: list[dict[str, str]]) -> None:
    """Every row of exact tails comes out again and is at most delta."""
    from verify.evidence.tails import exact_tails

    if not isinstance(rows, list) or not rows:
        return
    sizes = [row.get("n") if isinstance(row, Mapping) else None for row in rows]
    largest = max((n for n in sizes if type(n) is int), default=0)
    again = [canonical(row) for row in exact_tails(statement, min(largest, 20_000))]
    for k, row in enumerate(rows):
        if not isinstance(row, Mapping) or canonical(row) not in again:
            problems.append({"where": f"tails[{k}]", "reason": "it does not come out again"})
        elif row.get("holds") is not True:
            problems.append({"where": f"tails[{k}]", "reason": "the exact tail is above delta"})


def _enclosures(statement: Data, rows: object, problems: list[dict[str, str]]) -> bool:
    """Every row comes out again, and in every one the conclusion certainly holds where the hypotheses do."""
    from verify.evidence import Instance, check_witness
    from verify.evidence.enclosures import enclosures

    if not isinstance(rows, list) or not rows:
        return False
    again: dict[str, list[str]] = {}
    before = len(problems)
    for k, row in enumerate(rows):
        where = f"enclosures[{k}]"
        if not isinstance(row, Mapping) or not isinstance(row.get("instance"), Mapping):
            problems.append({"where": where, "reason": "it has no instance"})
            continue
        digits = row.get("digits")
        if type(digits) is not int or not 1 <= digits <= 2000:
            problems.append({"where": where, "reason": "its number of digits is missing or out of range"})
            continue
        key = canonical([row["instance"], digits])
        if key not in again:
            wrong = check_witness(statement, row["instance"])
            if wrong is not None:
                problems.append({"where": where, "reason": wrong})
            instance = Instance.from_json(row["instance"], statement["sig"].get("nat", {}))
            again[key] = [canonical(r) for r in enclosures(statement, [instance], digits=[digits])]
        if canonical(row) not in again[key]:
            problems.append({"where": where, "reason": "it does not come out again"})
    return len(problems) == before and all(row.get("status") == "holds" for row in rows)

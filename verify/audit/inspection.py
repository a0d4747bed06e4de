"""Reading certificates: the steps of a derivation in words, who uses what, what changed between two sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Any
Certificate = Mapping[str, Json]


@dataclass(frozen=True)
class Line:
    """One step: its number over the whole certificate, the theorem it belongs to, and how it is justified."""

    number: int
    theorem: str
    step: str
    rule: str
    formula: str
    premises: tuple[str, ...]
    certificate: Mapping[str, Json]


def lines(certificate: Certificate, answers: Mapping[str, Json] | None = None) -> Iterator[Line]:
    """The steps of all theorems in order. `answers` are the kernel's results, from which premises come."""
    from verify.statement.render import kernel_text

    number = 0
    for theorem in certificate.get("derivation") or ():
        premises = ((answers or {}).get(theorem["id"]) or {}).get("premises") or {}
        places: dict[str, int] = {}
        for step in theorem["steps"]:
            number += 1
            named = [p for p in premises.get(step["id"], ()) if p not in (step["id"], "IH")]
            found = [f"step {places[p]}" if p in places else p for p in named]
            places[step["id"]] = number
            if step["rule"] == "use":
                found.append(str(step.get("theorem")))
            yield Line(
                number,
                theorem["id"],
                step["id"],
                step["rule"],
                kernel_text({"all": step["all"], "concl": step["concl"]}),
                tuple(found),
                {k: v for k, v in step.items() if k not in ("id", "rule", "all", "concl")},
            )


@dataclass(frozen=True)
class Use:
    """A step that uses a theorem, base fact or axiom, or applies a rule."""

    claim: str
    theorem: str
    step: str


def uses(certificates: Sequence[Certificate], name: str) -> tuple[Use, ...]:
    """Steps that use `name`: a theorem (`balancedness.conserved`), `base:..`, `axiom:..`, or a rule.

    A theorem proved in its own claim and copied into another as a lemma is listed once, where it is used.
    """
    found: dict[Use, None] = {}
    for certificate in certificates:
        claim = f"{certificate['claim']['topic']}/{certificate['claim']['slug']}"
        for theorem in certificate.get("derivation") or ():
            for step in theorem["steps"]:
                used = step.get("theorem") if step["rule"] == "use" else None
                if step["rule"] == name or (used is not None and _is(str(used), name)):
                    found[Use(claim, theorem["id"], step["id"])] = None
    return tuple(found)


def known_names(certificates: Sequence[Certificate]) -> set[str]:
    """The theorems, facts and rules that the derivations of `certificates` name."""
    names: set[str] = set()
    for certificate in certificates:
        for theorem in certificate.get("derivation") or ():
            names.add(theorem["id"])
            names |= {str(s["theorem"]) if s["rule"] == "use" else str(s["rule"]) for s in theorem["steps"]}
    return names


def _is(used: str, name: str) -> bool:
    return used == name or used.partition(":")[2] == name


@dataclass(frozen=True)
class Change:
    """What differs between two audits: a claim or statement that came, went, or changed in `what`."""

    claim: str
    label: str
    what: str
    before: str
    after: str


def changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> tuple[Change, ...]:
    """Differences between two results of `verify audit --json`, by claim and label."""
    before, after = _rows(old), _rows(new)
    found = []
    for key in sorted(before.keys() | after.keys()):
        a, b = before.get(key), after.get(key)
        if a is None or b is None:
            found.append(Change(*key, "statement", _word(a), _word(b)))
            continue
        for what in ("verdict", "expects", "scope", "sharpness", "base_facts", "axioms", "oracles"):
            if a.get(what) != b.get(what):
                found.append(Change(*key, what, _text(a.get(what)), _text(b.get(what))))
    return tuple(found)


def _rows(audit: Mapping[str, Json]) -> dict[tuple[str, str], Mapping[str, Json]]:
    return {
        (f"{claim['topic']}/{claim['slug']}", str(s.get("label", k))): s
        for claim in audit["claims"]
        for k, s in enumerate(claim["statements"])
    }


def _word(row: Mapping[str, Json] | None) -> str:
    return "absent" if row is None else str(row.get("verdict"))


def _text(value: Json) -> str:
    if value is None:
        return "nothing"
    return (", ".join(map(str, value)) or "nothing") if isinstance(value, list) else str(value)

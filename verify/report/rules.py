"""How often the derivations of a library use each rule, each kind of refutation and each proof term, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify.kernel.axioms import AXIOMS
from verify.kernel.base import BASE_FACTS

from .model import Claim

Json = Any
_SHELF: dict[str, Mapping[str, Json]] = {
    f"{kind}:{name}": entry["statement"]
    for kind, table in (("base", BASE_FACTS), ("axiom", AXIOMS))
    for name, entry in table.items()
    if "statement" in entry
}

# Where the arguments of a proof term hold proofs: of an equation (Z), an inequality (P) or semidefiniteness (S).
# A dot is anything else; a star repeats the letter before it. By what the term itself proves.
_ARGUMENTS: dict[str, dict[str, str]] = {
    "Z": {
        "null": ".", "fact": "..", "add": "Z*", "mul": ".Z.", "T": "Z", "tr": "Z", "vec": "Z", "kron": "Z.",
        "kronr": ".Z", "sum": "...Z", "E": "Z", "D": "Z", "split": ".....", "psplit": ".....", "reverse": "....",
        "cong": "...Z.", "congprod": ".....Z", "inv": ".P", "explog": ".P", "logexp": ".", "ind1": ".P", "ind0": ".P",
        "gram": ".Z", "single": ".", "anti": "PP", "absurd": ".P", "case": "..ZZ", "rw": "..", "rwz": "Z.",
    },
    "P": {
        "fact": "..", "z": "Z", "q": ".", "pi": "", "time": "", "nat": ".", "sq": ".", "add": "P*", "mul": "PP",
        "pow": "P.", "sum": "...P", "prod": "...P", "prodmono": "...PP", "trace": "S", "trace2": "SS", "E": "P",
        "inv": "P", "exp": ".", "exp1": ".", "ind": ".", "notind": ".", "indx": ".", "notindx": ".",
        "union": "...PP", "cos": "..PP", "angle": "...", "law": "...", "case": "..PP", "rw": "P.", "ne": "..",
    },
    "S": {
        "fact": "..", "z": "Z", "one": ".", "gram": ".", "congruence": ".S", "add": "S*", "scale": "PS", "kron": "SS",
        "sum": "...S", "pow": "S.", "dominate": "S", "case": "..SS", "rw": "S.",
    },
}  # fmt: skip
_WANTED = {"eq": "Z", "ge": "P", "gt": "P", "ne": "P", "psd": "S"}
_FIELDS = {
    "constant": {"proof": "Z"}, "antitone": {"proof": "P"}, "comparison": {"proof": "P", "start": "P"},
    "nondegenerate": {"proof": "Z"}, "sector": {"proofs": "P"}, "polar": {"proofs": "Z"},
}  # fmt: skip
NAMES = {"Z": "equations", "P": "inequalities", "S": "semidefinite"}


@dataclass(frozen=True)
class Use:
    """How many steps (or refutations) of a claim use something, and the place of the first."""

    claim: Claim
    count: int
    anchor: str


@dataclass(frozen=True)
class Usage:
    """By name: rules and kinds of refutations with the claims that use them, items by kind, proof terms by family."""

    rules: Mapping[str, tuple[Use, ...]]
    refutations: Mapping[str, tuple[Use, ...]]
    kinds: Mapping[str, tuple[Use, ...]]
    terms: Mapping[str, Mapping[str, int]]

    @staticmethod
    def total(uses: Sequence[Use]) -> int:
        """How often `uses` are, all together."""
        return sum(use.count for use in uses)


Terms = Mapping[tuple[str, str], int]  # how often a proof term occurs, by family and name


def usage(claims: Sequence[Claim], kinds: Sequence[str], terms: Iterable[Terms]) -> Usage:
    """Counts over certificates as they are; a theorem that several certificates carry counts in each.

    `terms` holds what `terms_of` finds in each certificate.
    """
    rules: dict[str, list[Use]] = {}
    refutations: dict[str, list[Use]] = {}
    items: dict[str, list[Use]] = {}
    for c in claims:
        places: dict[str, list[str]] = {}
        for t in c.theorems:
            for s in t.steps:
                places.setdefault(s.rule, []).append(s.anchor)
        for rule, found in places.items():
            rules.setdefault(rule, []).append(Use(c, len(found), found[0]))
        data: Mapping[str, Json] = c.certificate or {}
        fates = Counter(str(r.get("kind")) for r in data.get("refutations") or ())
        for kind, n in fates.items():
            refutations.setdefault(kind, []).append(Use(c, n, ""))
        for kind in kinds:
            if data.get(kind):
                items.setdefault(kind, []).append(Use(c, len(data[kind]), ""))
    total: Counter[tuple[str, str]] = Counter()
    for some in terms:
        total.update(some)
    return Usage(
        {name: tuple(uses) for name, uses in rules.items()},
        {name: tuple(uses) for name, uses in refutations.items()},
        {name: tuple(uses) for name, uses in items.items()},
        {family: Counter({name: n for (own, name), n in total.items() if own == family}) for family in NAMES},
    )


def terms_of(certificate: Mapping[str, Json] | None) -> Terms:
    """How often each proof term occurs in the derivations of a certificate."""
    data = certificate or {}
    known = {str(t["id"]): t for t in data.get("derivation") or ()}
    derived = [r["theorem"] for r in data.get("refutations") or () if isinstance(r.get("theorem"), Mapping)]
    return Counter(term for t in (*known.values(), *derived) for s in t["steps"] for term in step_terms(s, known))


def step_terms(s: Mapping[str, Json], known: Mapping[str, Mapping[str, Json]]) -> Iterator[tuple[str, str]]:
    """The proof terms in a step, each with its family; `known` are the theorems it may use."""
    rule = str(s.get("rule"))
    own = _WANTED.get(str((s.get("concl") or [""])[0]), "Z")
    if rule in ("alg", "induct"):
        proofs = [s.get("proof")] if rule == "alg" else [*(s.get("base") or ()), s.get("step")]
        for proof in proofs:
            yield from proof_terms(proof, own)
    elif rule == "use":
        name = str(s.get("theorem"))
        used = known.get(name) or _SHELF.get(name) or {}
        given = {str(h["id"]): str(h["concl"][0]) for h in used.get("hyps") or ()}
        for hypothesis, row in (s.get("hyps") or {}).items():
            if isinstance(row, Mapping):
                yield from proof_terms(row.get("proof"), _WANTED.get(given.get(hypothesis, ""), "Z"))
    else:
        for name, family in _FIELDS.get(rule, {}).items():
            found = s.get(name)
            listed = found.values() if isinstance(found, Mapping) else found if name == "proofs" else [found]
            for proof in listed or ():
                yield from proof_terms(proof, family)


def proof_terms(proof: Json, family: str) -> Iterator[tuple[str, str]]:
    """A proof term and those inside of it."""
    if not isinstance(proof, list) or not proof or not isinstance(proof[0], str):
        return
    head, arguments = proof[0], proof[1:]
    yield family, head
    pattern = _ARGUMENTS[family].get(head, "")
    if pattern.endswith("*"):
        pattern = pattern[0] * len(arguments)
    for argument, inner in zip(arguments, pattern, strict=False):
        if inner != ".":
            yield from proof_terms(argument, inner)

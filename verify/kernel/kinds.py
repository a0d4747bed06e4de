"""All kinds of items a certificate file may hold, each with its own checker.

Theorems and refutations belong together (a refutation may use a theorem); the other kinds stand alone: a list of
objects with an `id`, each accepted or rejected by itself.
"""

from __future__ import annotations

import importlib
from typing import Any

from .errors import Reject
from .replay import Outcome, Seen, check_all

KINDS = {
    "scalars": "scalar.replay",
    "identities": "identity.replay",
    "tails": "probability.replay",
    "matrices": "matrix.replay",
    "semidefinite": "semidefinite.replay",
}  # key in the file -> module with check_all(items) -> list of outcomes
LEMMAS = {"semidefinite": "scalars"}  # kinds that may use accepted items of an earlier kind


def check_file(data: Any, seen: Seen | None = None) -> dict[str, list[Outcome]]:
    """Outcomes by kind; raises `Reject` if the file holds nothing to check."""
    if type(data) is not dict or not ({"derivation", *KINDS} & data.keys()):
        raise Reject("no list `derivation` in the file")
    if type(data.get("derivation", [])) is not list:
        raise Reject("no list `derivation` in the file")
    theorems, refutations = check_all(data.get("derivation", []), data.get("refutations", []), seen)
    out: dict[str, list[Outcome]] = {"theorems": theorems, "refutations": refutations}
    for key, module in KINDS.items():
        if key in data:
            if type(data[key]) is not list:
                raise Reject(f"{key} must be a list")
            try:
                checker = importlib.import_module(f"{__package__}.{module}")
            except ModuleNotFoundError:
                raise Reject(f"this version has no checker for {key}") from None
            if key in LEMMAS:
                before = zip(data.get(LEMMAS[key], []), out.get(LEMMAS[key], []), strict=True)
                out[key] = checker.check_all(data[key], {item["id"]: item for item, found in before if found["ok"]})
            else:
                out[key] = checker.check_all(data[key])
    return out

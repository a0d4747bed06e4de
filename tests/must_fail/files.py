"""All valid twins as certificate files, by name, and what the kernel says of a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.kernel.test_matrix_kind import TWINS as MATRICES
from tests.kernel.test_semidefinite_kind import TWINS as SEMIDEFINITE
from verify.kernel import kinds, replay
from verify.kernel.semidefinite.replay import check_all as semidefinite

from . import scalar_twins, wide_twins  # noqa: F401  (registers the wide twins)
from .test_identity_corpus import TAILS
from .test_identity_corpus import TWINS as IDENTITIES
from .twins import TWINS as THEOREMS

Json = Any
TEXT = 60  # characters of a reason that count
FOUND = Path(__file__).with_name("found.json")  # certificates that searches found, with rules in other combinations


def _alone(key: str, build: Callable[[], Json]) -> Json:
    return {key: [build()]}


def _given(item: Json, lemmas: Json) -> Json:
    return {"semidefinite": [item], "lemmas": lemmas}


def _all() -> dict[str, Callable[[], Json]]:
    out: dict[str, Callable[[], Json]] = dict(THEOREMS)
    for name, build in scalar_twins.TWINS.items():
        out[f"scalar {name}"] = partial(_alone, "scalars", build)
    for key, kind, table in (
        ("identities", "identity", IDENTITIES),
        ("tails", "tail", TAILS),
        ("matrices", "matrix", MATRICES),
    ):
        for name, item in table.items():
            out[f"{kind} {name}"] = partial(_alone, key, partial(json.loads, json.dumps(item)))
    for name, (item, lemmas) in SEMIDEFINITE.items():
        out[f"semidefinite {name}"] = partial(_given, item, lemmas)
    for name, text in json.loads(FOUND.read_text(encoding="utf-8")).items():
        out[f"found {name}"] = partial(json.loads, json.dumps(text))
    return out


FILES = _all()


def answer(certificate: Json) -> list[Json]:
    """What the kernel says of each part: where and why it is rejected, or what the accepted part rests on."""
    try:
        data = replay.load(json.dumps(certificate))
        if "lemmas" in data:  # as they are after another kind has accepted them
            return [said(r) for r in semidefinite(data["semidefinite"], data["lemmas"])]
        if "derivation" in data:
            theorems, refutations = replay.check_all(data["derivation"], data["refutations"])
            return [said(r) for r in (*theorems, *refutations)]
        return [said(r) for rows in kinds.check_file(data).values() for r in rows]
    except replay.Reject as e:
        return ["file", str(e)[:TEXT]]


KEPT = ("base_facts", "axioms", "lemmas", "hyp_uses", "premises", "goal", "iterate", "kind", "rules", "margin", "fails",
        "side", "what", "scope", "value", "method")  # fmt: skip


def said(r: Json) -> Json:
    if r["ok"]:
        kept = KEPT if "steps" not in r else KEPT[:7]
        return {k: r[k] for k in kept if r.get(k)}
    reason = r["reason"]
    if reason.startswith("malformed"):
        reason = "malformed"  # which error Python raises is not ours to pin
    return [r.get("step"), reason[:TEXT]]

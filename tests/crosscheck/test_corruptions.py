"""Random corruptions of steps through both checkers: what the kernel accepts the second one accepts."""

from __future__ import annotations

import json
import random

from tests.must_fail import wide_twins  # noqa: F401  (adds its twins: the draw must not depend on who was imported)
from tests.must_fail.test_corruptions import corrupted
from tests.must_fail.twins import TWINS
from verify.crosscheck.files import Library, check
from verify.kernel import replay

ROUNDS = 120
TRUE_ANYWAY = 0.02  # identities that the kernel's normal form does not see are true without their proof


def test_corruptions_divide_the_checkers_only_over_identities() -> None:
    rng, library = random.Random("corruptions"), Library()
    names = [name for name in TWINS if not TWINS[name]()["refutations"]]
    both = more = 0
    for _ in range(ROUNDS):
        *before, last = TWINS[rng.choice(names)]()["derivation"]
        k = rng.randrange(len(last["steps"]))
        new = corrupted(last["steps"][k], rng)
        goals = [{"all": new["all"], "concl": new["concl"]}]
        theorem = {**last, "steps": [*last["steps"][:k], new], "qed": [new["id"]], "goals": goals}
        kernel = replay.check([*before, theorem])[-1]
        text = json.dumps({"derivation": [*before, theorem], "refutations": []})
        second = check(text, library)["theorems"][-1]
        if kernel["ok"]:
            assert second["ok"] or second["unable"], (new, second)
            both += 1
        elif second["ok"]:
            more += 1
    assert both > 5 and more <= TRUE_ANYWAY * ROUNDS

"""The items of these tests before the kernel: what is refused here is refused there, each with a reason of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kernel.test_semidefinite_kind import LOG, SQUARE, lemma
from tests.second import test_identities, test_matrices, test_scalars, test_semidefinite
from verify.kernel import kinds
from verify.kernel.semidefinite.replay import check_all

Json = Any
Case = tuple[str, Json, dict[str, Json]]

# what this checker does not contradict and the kernel does not see
UNSEEN = {
    "identities good part of a cut", "identities good point not seen", "identities good closed end",
    "identities good end not there", "identities good a cut in a case", "identities good have of complex numbers",
    "identities good limits in a scalar proof", "identities good an end on a cut", "identities good a limit on a cut",
    "identities good a condition not decided", "scalars good large power", "semidefinite good no value",
}  # fmt: skip
# what the kernel sees and this checker cannot evaluate, or samples at too few sizes
SEEN = {
    "identities bad nothing evaluated", "identities bad sides not decided", "matrices shape too large",
    "matrices shape no sizes",
}  # fmt: skip


def cases() -> dict[str, Case]:
    out: dict[str, Case] = {}
    for kind, module in (("identities", test_identities), ("scalars", test_scalars)):
        out |= {f"{kind} good {n}": (kind, item, {}) for n, item in module.GOOD.items()}
        out |= {f"{kind} bad {n}": (kind, item, {}) for n, (item, _) in module.BAD.items()}
    for n, (item, _) in test_matrices.SHAPES.items():
        out[f"matrices shape {n}"] = "matrices", item, {}
    for n, (true, false, _) in test_matrices.PROOFS.items():
        out[f"matrices good {n}"] = "matrices", true, {}
        out[f"matrices bad {n}"] = "matrices", false, {}
    for n, (item, _, _) in test_matrices.INSTANCES.items():
        out[f"matrices instance {n}"] = "matrices", item, {}
    for n, item in test_semidefinite.GOOD.items():
        out[f"semidefinite good {n}"] = "semidefinite", item, {"f": lemma(LOG)}
    for n, (item, _) in test_semidefinite.BAD.items():
        out[f"semidefinite bad {n}"] = "semidefinite", item, {"f": lemma(SQUARE)}
    return out


CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_the_kernel_on_the_same_items(name: str) -> None:
    kind, item, lemmas = CASES[name]
    item = json.loads(json.dumps(item))
    if kind == "semidefinite":
        (found,) = check_all([item], lemmas)
    else:
        (found,) = kinds.check_file({kind: [item]})[kind]
    assert found["ok"] is ((" good " in name and name not in UNSEEN) or name in SEEN), found
    if not found["ok"]:
        assert found["reason"]

"""The second checker on the corpora of the kernel: valid items pass, changed ones do not; the exceptions are listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.kernel import test_matrix_kind as matrix_corpus
from tests.kernel import test_semidefinite_kind as psd_corpus
from tests.must_fail import test_hostile
from tests.must_fail import test_identity_corpus as identity_corpus
from tests.must_fail.scalar_corpus import CHANGES as SCALAR_CHANGES
from tests.must_fail.scalar_twins import TWINS as SCALAR_TWINS
from tests.must_fail.test_scalar_corpus import applied
from verify.second import files, identities, matrices, scalars, semidefinite, tails

Json = Any
Check = Callable[[Json], dict[str, Any]]


def outcome(check: Check, item: Json) -> dict[str, Any]:
    return files.answer(json.loads(json.dumps(item)), check, set())


def definite(lemmas: dict[str, Json]) -> Check:
    return lambda item: semidefinite.check(item, semidefinite.Facts(lemmas, {}))


VALID: dict[str, tuple[Check, Json]] = {
    **{f"scalar {n}": (scalars.check, build()) for n, build in SCALAR_TWINS.items()},
    **{f"identity {n}": (identities.check, item) for n, item in identity_corpus.TWINS.items()},
    **{f"tail {n}": (tails.check, item) for n, item in identity_corpus.TAILS.items()},
    **{f"matrix {n}": (matrices.check, item) for n, item in matrix_corpus.TWINS.items()},
    **{f"psd {n}": (definite(lemmas), item) for n, (item, lemmas) in psd_corpus.TWINS.items()},
}


@pytest.mark.parametrize("name", VALID)
def test_valid_items_pass(name: str) -> None:
    check, item = VALID[name]
    found = outcome(check, item)
    assert found["ok"], found


Changed = tuple[Check, Json, str]


def changed() -> dict[str, list[Changed]]:
    out: dict[str, list[Changed]] = {"scalars": [], "identities": [], "tails": [], "matrices": [], "semidefinite": []}
    for c in SCALAR_CHANGES:
        out["scalars"].append((scalars.check, applied(c), f"{c.twin}: {c.reason}"))
    for name, path, new, reason in identity_corpus.CHANGES:
        item = identity_corpus.changed(identity_corpus.TWINS[name], path, new)
        out["identities"].append((identities.check, item, f"{name}: {reason}"))
    for name, path, new, reason in identity_corpus.TAIL_CHANGES:
        item = identity_corpus.changed(identity_corpus.TAILS[name], path, new)
        out["tails"].append((tails.check, item, f"{name}: {reason}"))
    for name, path, new, reason in matrix_corpus.BAD:
        out["matrices"].append((matrices.check, matrix_corpus.changed(matrix_corpus.TWINS[name], path, new),
                                f"{name}: {reason}"))  # fmt: skip
    for name, path, new, reason in psd_corpus.BAD:
        item, lemmas = psd_corpus.TWINS[name]
        out["semidefinite"].append((definite(lemmas), psd_corpus.changed(item, path, new), f"{name}: {reason}"))
    return out


UNSEEN = {
    "scalars": {
        # equality at a point that is no rational number, which balls never decide
        "eval-strict: boxes are not enough": 2, "eval-constant: another sign": 1, "eval-constant: not seen": 1,
        "have: another sign": 1,
        # the changed statement is true, its proof is not one of the kernel's
        "seen: not seen": 1, "poly: not a polynomial": 1,
        # a part without a real value, by the meaning of the statement; the kernel asks that the side is not real
        "refutation-branch: not decided": 3,
    },
    "identities": {
        # true: on the cut of asin, where this checker says nothing; injectivity, and an equal part, that hold
        "real: which asin needs": 1, "inject: real normal form": 1, "equal: same normal form": 1,
    },
    "tails": {},
    # true: determinants are multiplicative, so an instance of that theorem too many or another one makes no difference
    "matrices": {"determinant: do not add up": 1, "sylvester: do not add up": 1, "cayley: do not add up": 1},
    "semidefinite": {},
}  # fmt: skip
ALL = changed()


@pytest.mark.parametrize("kind", ALL)
def test_changed_items_are_rejected_but_for_those_listed(kind: str) -> None:
    unseen: dict[str, int] = {}
    for check, item, name in ALL[kind]:
        found = outcome(check, item)
        if found["ok"] or found.get("unable"):
            unseen[name] = unseen.get(name, 0) + 1
    assert unseen == UNSEEN[kind]


@pytest.mark.parametrize("name", test_hostile.PAIRS)
def test_attacks_on_the_kernel_are_rejected_here_too(name: str) -> None:
    kind, true, false, _ = test_hostile.PAIRS[name]
    check = {"identities": identities.check, "matrices": matrices.check, "scalars": scalars.check,
             "tails": tails.check, "semidefinite": definite({})}[kind]  # fmt: skip
    assert outcome(check, true)["ok"]
    assert not outcome(check, false)["ok"]


def test_a_refutation_that_is_confirmed_says_so() -> None:
    assert outcome(scalars.check, SCALAR_TWINS["refutation"]())["how"] == "confirmed"
    assert outcome(tails.check, identity_corpus.TAILS["false"])["how"] == "confirmed"
    assert outcome(matrices.check, matrix_corpus.TWINS["counterexample"])["how"] == "confirmed"
    assert outcome(identities.check, identity_corpus.TWINS["differs"])["how"] == "confirmed"
    assert outcome(definite({}), psd_corpus.TWINS["point"][0])["how"] == "confirmed"

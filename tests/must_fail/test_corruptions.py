"""Random corruptions of steps, the goal following the step: what is accepted says the same as before."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from verify.kernel import replay
from verify.kernel.checker import Checker
from verify.kernel.errors import Budget
from verify.kernel.signature import parse

from . import wide_twins  # noqa: F401  (adds its twins)
from .twins import TWINS

Json = Any
ROUNDS = 150


def nodes(x: Json, path: tuple[Any, ...] = ()) -> Any:
    yield path, x
    items = x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, list) else ()
    for k, y in items:
        yield from nodes(y, (*path, k))


def put(x: Json, path: tuple[Any, ...], new: Json) -> Json:
    if not path:
        return new
    x = copy.copy(x)
    x[path[0]] = put(x[path[0]], path[1:], new)
    return x


def corrupted(step: Json, rng: random.Random) -> Json:
    """The prefix kept: a node replaced by another, a number changed, a name swapped, or two arguments exchanged."""
    parts = [p for p in nodes(step) if p[0] and p[0][0] not in ("id", "rule", "all")]
    (path, x), (_, y) = rng.choice(parts), rng.choice(parts)
    new = y
    if rng.random() < 0.5:
        if isinstance(x, dict) and x and all(isinstance(c, int) for c in x.values()):
            k = rng.choice(list(x))
            new = {s: c for s, c in {**x, k: x[k] + rng.choice((-1, 1))}.items() if c}
        elif isinstance(x, str):
            new = rng.choice([z for _, z in parts if isinstance(z, str)])
        elif isinstance(x, list) and len(x) > 2:
            i, k = rng.sample(range(1, len(x)), 2)
            new = list(x)
            new[i], new[k] = new[k], new[i]
    return put(step, path, new)


def meaning(sig: Json, step: Json) -> Any:
    c = Checker(parse(sig), Budget(10**6))
    kind, p = c.formula(step["concl"], c.enter(c.prefix(step["all"]), c.top()))
    terms = frozenset(p.terms.items())
    opposite = frozenset((m, -x) for m, x in p.terms.items())
    return step["all"], "ge" if kind == "gt" else kind, p.sort, {terms, opposite} if kind in ("eq", "ne") else terms


@pytest.mark.parametrize("name", [k for k in TWINS if not TWINS[k]()["refutations"]])
def test_corruptions(name: str) -> None:
    rng = random.Random(name)
    *before, last = TWINS[name]()["derivation"]
    for _ in range(ROUNDS):
        k = rng.randrange(len(last["steps"]))
        old = last["steps"][k]
        new = corrupted(old, rng)
        steps = [*last["steps"][:k], new]
        result = replay.check(
            [
                *before,
                {**last, "steps": steps, "qed": [new["id"]], "goals": [{"all": new["all"], "concl": new["concl"]}]},
            ]
        )[-1]
        if result["ok"]:
            assert meaning(last["sig"], new) == meaning(last["sig"], old), new
        else:
            assert result["reason"]

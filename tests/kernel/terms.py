"""Short ways to write kernel JSON in tests."""

from __future__ import annotations

from typing import Any

from verify.kernel import replay

Json = Any


def v(name: str, *index: Json, stage: str = "") -> Json:
    return ["v", name, list(index), stage]


def q(x: object) -> Json:
    return ["q", str(x)]


def neg(x: Json) -> Json:
    return ["*", q(-1), x]


def sub(a: Json, b: Json) -> Json:
    return ["+", a, neg(b)]


def tr(a: Json) -> Json:
    return ["T", a]


def fact(name: str, *at: Json) -> Json:
    return ["fact", name, list(at)]


def hyp(name: str, concl: Json, prefix: Json = ()) -> Json:
    return {"id": name, "all": list(prefix), "concl": concl}


def goal(concl: Json, prefix: Json = ()) -> Json:
    return {"all": list(prefix), "concl": concl}


def step(name: str, rule: str, concl: Json, prefix: Json = (), **fields: Json) -> Json:
    return {"id": name, "rule": rule, "all": list(prefix), "concl": concl, **fields}


def alg(name: str, concl: Json, proof: Json, prefix: Json = ()) -> Json:
    return step(name, "alg", concl, prefix, proof=proof)


def theorem(
    sig: Json, hyps: list[Json], steps: list[Json], name: str = "theorem", qed: list[str] | None = None
) -> Json:
    """A theorem whose goals are the conclusions of the steps in `qed` (the last step unless told)."""
    qed = qed or [steps[-1]["id"]]
    at = {s["id"]: s for s in [*hyps, *steps]}
    return {
        "id": name,
        "sig": {"time": "none", **sig},
        "hyps": hyps,
        "steps": steps,
        "qed": qed,
        "goals": [goal(at[x]["concl"], at[x]["all"]) for x in qed],
    }


def check(*theorems: Json) -> list[Json]:
    return [dict(r) for r in replay.check(list(theorems))]


def accepted(*theorems: Json) -> None:
    for r in check(*theorems):
        assert r["ok"], r


def rejected(*theorems: Json, reason: str, step: str | None = None) -> None:
    """The last theorem is rejected for the reason; the others are accepted."""
    *before, last = check(*theorems)
    assert all(r["ok"] for r in before), before
    assert not last["ok"], "accepted"
    assert reason in last["reason"], last["reason"]
    if step is not None:
        assert last["step"] == step, last


def refute(statement: Json, theorems: list[Json] = (), **fields: Json) -> Json:
    data = {"id": "refutation", "statement": {**statement, "sig": {"time": "none", **statement["sig"]}}, **fields}
    return dict(replay.check_all(list(theorems), [data])[1][0])


FALSE = ["ge", q(0), q(1)]
UNIT = [{"1": 1}, {"1": 1}]

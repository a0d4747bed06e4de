"""What the kernel statement says is what is written: false twins of words that are compiled one way only."""

from __future__ import annotations

from typing import Any

import pytest

from verify.audit.engine import ENGINE
from verify.audit.verdict import Verdict, gather_facts, judge
from verify.kernel import replay
from verify.statement import *
from verify.statement.errors import NotExpressible
from verify.statement.statements import Statement

Json = Any
k, d, n, N = nat("k"), nat("d"), nat("n"), nat("N")
j, q = index("j", N), nat("q", at_least=1)
W, S, Phi = matrix("W", k, d), matrix("S", n, n), matrix("Phi", k, d)
A, B = matrices("A", n, n, count=N), matrices("B", k, d, count=N)
c, x = real("c"), real("x")
w, v = curve("w"), curve("v")
z = iid("z", law=bounded(-1, 1))
G = iid("G", count=N, law=gaussian(n))
I2, ONE = [["1", "0"], ["0", "1"]], [["1"]]


def answer(statement: Statement, case: int, values: Json, **dims: str) -> tuple[bool, str]:
    """Whether a counterexample to one kernel statement counts, and the verdict if the kernel refutes that statement."""
    compiled = ENGINE.compile(statement.ast())
    parts: list[Json] = [{} for _ in compiled["kernel"]]
    parts[case] = {"counterexample": {"values": {**dims, **values}}}
    evidence = {**parts[0], **({"others": parts[1:]} if parts[1:] else {})}
    checks = {**compiled, **ENGINE.validate(compiled["kernel"], evidence, compiled["needs"])}
    refutation = {"id": "r", "statement": compiled["kernel"][case]}
    record = {"role": "lemma", "kernel": compiled["kernel"], "refutation": "r", "evidence": evidence}
    certificate = {"refutations": [refutation], "statements": [record]}
    facts = gather_facts(record, certificate, {"refutations": {"r": {"ok": True}}}, checks)
    return checks["counterexample"], judge(facts).verdict


ISOMETRY = {"iso": W.T @ W == I}
REFUTED = [
    # a true statement; its neighbour that is false; the instance at which the kernel statement fails
    (lemma(**ISOMETRY, then=sigma_min(W) >= 1), 0, {"W": [["1"], ["0"]]}, {"k": "2", "d": "1"}, False),
    (lemma(**ISOMETRY, then=sigma_min(W) >= 2), 1, {"W": [["1"], ["0"]]}, {"k": "2", "d": "1"}, True),
    (lemma(then=sigma_min(S) >= -1), 0, {"S": [["0"]]}, {"n": "1"}, False),
    (lemma(then=sigma_min(S) >= 1), 0, {"S": [["0"]]}, {"n": "1"}, True),
    (lemma(unit=S == I, then=2 * sigma_min(S) >= 1), 0, {"S": I2, "sigma_min_S": "0"}, {"n": "2"}, False),
    (lemma(unit=S == I, then=2 * sigma_min(S) >= 3), 0, {"S": I2, "sigma_min_S": "0"}, {"n": "2"}, False),
    (lemma(unit=S == I, then=2 * sigma_min(S) >= 3), 0, {"S": I2, "sigma_min_S": "1"}, {"n": "2"}, True),
    (lemma(low=psd(S - I), then=pd(S, witness=real("b"))), 0, {"S": ONE, "b": "2"}, {"n": "1"}, False),
]


@pytest.mark.parametrize(("statement", "case", "values", "dims", "counts"), REFUTED)
def test_a_counterexample_to_what_the_kernel_statement_says_besides_refutes_nothing(
    statement: Statement, case: int, values: Json, dims: dict[str, str], counts: bool
) -> None:
    found, verdict = answer(statement, case, values, **dims)
    assert found is counts
    assert (verdict == Verdict.REFUTED) is counts


REFUSED = [
    (lemma(r=forall(j, rank(A[j]) == minimum(n, n)), then=n >= 0), "bound index j"),
    (lemma(r=rank(S) == minimum(n, n), then=n >= 0), None),
    (lemma(r=rank(G[1] @ G[1].T) == minimum(n, n), then=n >= 0), "random matrix"),
    (lemma(r=forall(j, 2 * sigma_min(B[j]) >= 1), then=n >= 0), "bound index j"),
    (lemma(r=forall(j, sigma_min(B[j]) >= 1), then=n >= 0), None),
    (lemma(r=2 * sigma_min(G[1] @ G[1].T) >= z, then=n >= 0), "random matrix"),
    (lemma(r=pd(G[1] @ G[1].T), then=n >= 0), "random matrix"),
    (lemma(r=pd(S), then=n >= 0), None),
    (lemma(r=pd(S, witness=c), then=n >= 0), "for conclusions"),
    (lemma(r=forall(q, pd(S - x**q * identity(n))), then=n >= 0), "without end"),
    (lemma(r=forall(j, pd(A[j])), then=n >= 0), None),
    (lemma(clock=clock(), then=implies(w >= 0, v >= 0)), "premise moves"),
    (lemma(clock=clock(), then=implies(t >= 1, v >= 0)), "premise moves"),
    (lemma(clock=clock(), then=iff(x >= 0, v >= 0)), "premise moves"),
    (lemma(clock=clock(), then=implies(start(w) >= 0, v >= 0)), None),
    (lemma(clock=clock(), then=implies(x >= 0, v >= 0)), None),
    (lemma(then=implies(z >= 0, z >= 1)), "between random terms"),
    (lemma(then=implies(E(z) >= 0, x >= 1)), None),
]


@pytest.mark.parametrize(("statement", "reason"), REFUSED)
def test_one_letter_for_many_values_is_refused(statement: Statement, reason: str | None) -> None:
    assert statement.sort_error is None
    if reason is None:
        assert statement.kernel()
    else:
        with pytest.raises(NotExpressible, match=reason):
            statement.kernel()


# Derivations by the kernel: the false statement had each of these proofs, its true twin has one still.

M, u = matrix("M", n, n), curve("u")
AT_ONCE: Json = [{"id": "s", "rule": "alg", "proof": ["fact", "h", []]}]
DROP: Json = ["mul", ["*", ["q", "-1"], ["exp", ["t"]]], ["fact", "s0", []], None]


def from_the_start(first: Json) -> Json:
    """e^t X = 1 for a constant X: X = 1 by the start, so e^t = 1."""
    return [
        {"id": "s0", "rule": "at0", "fact": "h.1", "at": [], "concl": ["eq", first, ["one", {"n": 1}]]},
        {"id": "s", "rule": "alg", "proof": ["add", DROP, ["fact", "h.1", []]]},
    ]


def proved(statement: Statement, steps: list[Json]) -> bool:
    (compiled,) = statement.kernel()
    (goal,) = compiled["goals"]
    whole = [{"concl": goal["concl"], **s, "all": goal["all"]} for s in steps]
    (answer,) = replay.check([{"id": "false", **compiled, "steps": whole, "qed": ["s"]}])
    return bool(answer["ok"])


GROWING = exp(t) * identity(n) == identity(n)
MOVED: Json = ["*", ["v", "M", [], ""], ["v", "inverse_1", [], ""]]
KEPT: Json = ["*", ["v", "M", [], ""], ["v", "S", [], ""]]


@pytest.mark.parametrize(
    ("statement", "steps", "true"),
    [
        (lemma(clock=clock(), h=start(w * I) == M, then=w * I == M), AT_ONCE, False),
        (lemma(clock=clock(), h=w * I == M, then=w * I == M), AT_ONCE, True),
        (lemma(clock=clock(), h=start(w * I) == M, then=start(w * I) == M), AT_ONCE, True),
        (lemma(clock=clock(), h=psd(start(u * I) - M @ M.T), then=psd(u * I - M @ M.T)), AT_ONCE, False),
        (lemma(clock=clock(), h=rank(exp(t) * M) == minimum(n, n), then=GROWING), from_the_start(MOVED), False),
        # the same proof of the same conclusion is right where the hypothesis speaks of one matrix for all times
        (lemma(clock=clock(), h=both(exp(t) * M @ S == I, S == S), then=GROWING), from_the_start(KEPT), True),
    ],
)  # fmt: skip
def test_what_is_said_of_one_time_is_not_known_of_another(statement: Statement, steps: list[Json], true: bool) -> None:
    assert proved(statement, steps) is true


@pytest.mark.parametrize("word", [lambda x: rank(x) == minimum(n, n), lambda x: 2 * sigma_min(x) >= 1, pd])
def test_a_letter_for_a_word_about_the_time_moves_with_it(word: Any) -> None:
    for matrix_, moves in ((M, False), (exp(-t) * M, True), (t * M, True), (w * M, True)):
        (compiled,) = lemma(clock=clock(), h=word(matrix_), then=n >= 0).kernel()
        (new,) = {x: d for x, d in compiled["sig"]["letters"].items() if x not in ("M", "w")}.values()
        assert (new.get("dep") == "any") is moves


def test_the_next_iterate_of_a_multiple_of_the_unit_matrix() -> None:
    net = linear_network("W", depth=q)
    ell = function("ell", on=net.end)
    following = lemma(down=gradient_descent(net, ell, step=c), h=after(ell(net.end) * I) == M, then=n >= 0)
    assert ["v", "ell", [], "+"] in following.kernel()[0]["hyps"][-1]["concl"][1]


def test_events_between_absolute_values() -> None:
    one, other = iid("one", law=bounded(-1, 1)), iid("other", law=bounded(-1, 1))
    ((goal,),) = (s["goals"] for s in lemma(then=P(absolute(one) >= absolute(other)) >= 0).kernel())
    assert goal["concl"][1][0] == "E"

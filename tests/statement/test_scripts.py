"""Scripts are recorded as data."""

from __future__ import annotations

import pytest

from verify.statement import *
from verify.statement import StatementError

x, y = real("x", positive=True), real("y")


def test_steps_hints_and_facts() -> None:
    n = nat("n", at_least=1)
    i = index("i", n)
    v = reals("v", count=n)
    item = corrected(signs=forall(i, v[i] >= 0), then=total(i, v[i]) >= 0)
    other = lemma(then=x * x >= 0)
    with proof(item) as p:
        first = p.have(v[1] >= 0, by.algebra(p.signs(1), other, weight=2 * p.signs(i) + p.signs(n).T))
        p.conclude(by.induction(n, base=first), by.lemma("name"))
    assert item.script is not None
    one, two = item.script.steps
    assert (one.kind, one.label, two.kind) == ("have", "s1", "conclude") and two.goal is None
    at, used = one.hint.args
    assert at.op == "at" and at.args[0].args == ("signs",) and used is other
    assert one.hint.option("weight").op == "add"
    assert [h.name for h in two.hints] == ["induction", "lemma"]
    assert two.hint.option("base").args == ("s1",)


def test_facts_are_multiplied_from_both_sides() -> None:
    n = nat("n", at_least=1)
    a, b = matrix("A", n, n), matrix("B", n, n)
    item = corrected(zero=a == 0, then=b @ a @ b == 0)
    with proof(item) as p:
        p.conclude(by.algebra(b @ p.zero @ b - 2 * p.zero))
    assert item.script is not None
    (expression,) = item.script.steps[0].hint.args
    left = expression.args[0]
    assert left.op == "mul" and left.args[0].op == "mul" and left.args[0].args[0] is b


def test_domain_facts_have_names() -> None:
    item = corrected(then=x + 1 > 0)
    with proof(item) as p:
        p.conclude(by.linear(p.hypothesis("x.positive")))
    assert item.script is not None


def test_misuse() -> None:
    item = corrected(h=y >= 0, then=y + 1 > 0)
    with pytest.raises(StatementError, match="the hypotheses are: h"), proof(item) as p:
        p.conclude(by.algebra(p.nothing))
    assert item.script is None
    with pytest.raises(StatementError, match="not a relation"), proof(item) as p:
        p.have(y, by.algebra())  # type: ignore[arg-type]
    with proof(item) as p:
        p.conclude(by.algebra(p.h))
    with pytest.raises(StatementError, match="two proofs"), proof(item) as p:
        p.conclude(by.algebra(p.h))
    with pytest.raises(StatementError, match="closed"):
        p.conclude(by.algebra())


def test_refutation_is_its_own_kind() -> None:
    item = printed(then=y >= 0, expect=REFUTED)
    item.fails_at(y=-1)
    with refutation(item) as p:
        p.have(p.at(y) <= -1, by.evaluate())
        p.conclude(by.evaluate())
    assert item.script is not None and item.script.kind == "refutation"

"""Scripts for statements that come without one: the proofs a reader would call immediate.

Each candidate is an ordinary script of one step. What it lists are ingredients that the terms of the statement suggest:
hypotheses and their products, squares of scalars and of their sums and differences, tangents of exponentials, Gram
matrices. The weights are found by linear programming, so useless ingredients do no harm; nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verify.statement.forms import SCALAR, Matrix
from verify.statement.scripts import Fact, Hint, Script, Step, by
from verify.statement.statements import Statement
from verify.statement.terms import Node, Term, same

MAX_TERMS = 6
RELATIONS = ("le", "lt", "ge", "gt")


def scripts(statement: Statement) -> Iterator[Script]:
    """Candidates, simple ones first. The statement is well sorted."""
    facts = [Fact("hyp", name) for name, _ in statement.hypotheses]
    yield _one(by.algebra(*facts))
    formulas = [f for _, f in statement.hypotheses] + [statement.conclusion]
    if statement.conclusion.op in RELATIONS:
        yield _one(by.positive())
        yield _one(by.algebra(*facts, *_scalar(statement, formulas)))
    elif statement.conclusion.op == "psd":
        yield _one(by.psd(*facts))
        matrices = _terms(formulas, lambda t: isinstance(t.sort, Matrix) and t.op in ("sym", "layer"))
        yield _one(by.psd(*facts, *(by.gram(m) for m in matrices), *(by.gram(m.T) for m in matrices)))


def _one(hint: Hint) -> Script:
    return Script("proof", (Step("s1", "conclude", None, hint, (hint,)),))


def _scalar(statement: Statement, formulas: list[Any]) -> Iterator[Hint]:
    letters = _terms(formulas, lambda t: t.sort == SCALAR and t.op == "sym")
    for k, x in enumerate(letters):
        yield by.square(x)
        for y in letters[:k]:
            yield by.square(x - y)
            yield by.square(x + y)
    for x in letters:
        yield by.square(x - 1)
        yield by.square(x + 1)
    ordered = [Fact("hyp", name) for name, f in statement.hypotheses if f.op in RELATIONS]
    domain = [x for x in letters if _signed(x)]
    known = [*ordered, *domain]
    for k, first in enumerate(known[:MAX_TERMS]):
        for second in known[k:MAX_TERMS]:
            yield by.times(first, second)
    for t in _terms(formulas, lambda t: t.op == "exp"):
        (argument,) = t.children()
        if isinstance(argument, Term):
            yield by.tangent(argument)
            yield by.tangent(-argument)


def _signed(x: Term) -> bool:
    fields = getattr(x.args[0], "fields", {}) if x.args else {}
    return bool(fields.get("positive") or fields.get("nonnegative"))


def _terms(formulas: list[Any], wanted: Any) -> list[Term]:
    """The first few different terms of a kind, in the order of their occurrence."""
    found: list[Term] = []

    def visit(node: Node) -> None:
        if isinstance(node, Term) and wanted(node) and not any(same(node, x) for x in found):
            found.append(node)
        for child in node.children():
            visit(child)

    for formula in formulas:
        visit(formula)
    return found[:MAX_TERMS]

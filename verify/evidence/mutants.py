"""Mutants: deliberately false neighbours of a statement, one operator at one position at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.evidence.terms import BINDERS, Formula, Statement, Term, is_scalar, key, places, replace

OPERATORS = (
    "relation",
    "constant",
    "exponent",
    "transpose",
    "index",
    "sign",
    "summand",
    "stage",
    "swap",
    "hypothesis",
)


@dataclass(frozen=True)
class Mutant:
    """`part` is `goal 0` or `hyp name`; `path` leads to the changed place in the formula."""

    operator: str
    part: str
    path: tuple[int, ...]
    change: str
    statement: Statement

    def goal(self) -> int | None:
        """The number of the changed goal, if it is one."""
        return int(self.part[5:]) if self.part.startswith("goal ") else None

    def hypothesis(self) -> str | None:
        """The name of the changed or dropped hypothesis, if it is one."""
        return self.part[4:] if self.part.startswith("hyp ") else None

    def label(self) -> str:
        """The operator, the part, the place in it, and the change, in one line; unique within a statement."""
        return f"{self.operator}: {self.part} at {'.'.join(map(str, self.path)) or 'top'}: {self.change}"


def _shift(e: Any, by: int) -> Any:
    if isinstance(e, list):
        return [e[0], e[1], _shift(e[2], by)]
    c = e.get("1", 0) + by
    rest = {s: x for s, x in e.items() if s != "1"}
    return {**rest, "1": c} if c else rest


def changes(formula: Formula, sig: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, ...], str, Formula]]:
    """Operator, place, description and result of every single change."""
    for path, x in places(formula):
        head = x[0]

        def make(new: Term, path: tuple[int, ...] = path) -> Formula:
            return replace(formula, path, new)

        if head in ("ge", "gt"):
            yield "relation", path, "sides exchanged", make([head, x[2], x[1]])
        elif head == "eq":
            yield "relation", path, "= becomes !=", make(["ne", x[1], x[2]])
        elif head == "ne":
            yield "relation", path, "!= becomes =", make(["eq", x[1], x[2]])
        elif head == "psd":
            yield "relation", path, "PSD becomes NSD", make(["psd", ["*", ["q", "-1"], x[1]]])
        elif head == "q" and x[1] not in ("0", "-1"):
            value = Fraction(x[1])
            for factor in (Fraction(2), Fraction(1, 2)):
                yield "constant", path, f"{value} becomes {value * factor}", make(["q", str(value * factor)])
        elif head == "q" and x[1] == "-1":
            yield "sign", path, "-1 becomes 1", make(["q", "1"])
        elif head in ("pow", "root"):
            for by in (1, -1):
                yield "exponent", path, f"exponent {by:+d}", make([head, x[1], _shift(x[2], by)])
        elif head == "T":
            yield "transpose", path, "transpose dropped", make(x[1])
        elif head in BINDERS:
            yield "index", path, "lower end +1", make([head, x[1], _shift(x[2], 1), *x[3:]])
            yield "index", path, "upper end -1", make([*x[:3], _shift(x[3], -1), x[4]])
        elif head == "v":
            for i, e in enumerate(x[2]):
                for by in (1, -1):
                    index = [*x[2][:i], _shift(e, by), *x[2][i + 1 :]]
                    yield "index", path, f"index {by:+d}", make([head, x[1], index, x[3]])
            yield from _swaps(x, path, sig, make)
        elif head == "ch":
            yield "index", path, "upper end -1", make([head, x[1], _shift(x[2], -1), *x[3:]])
            yield "index", path, "lower end +1", make([*x[:3], _shift(x[3], 1), x[4]])
        elif head == "kr" and key(x[1]) != key(x[2]):
            yield "swap", path, "factors exchanged", make(["kr", x[2], x[1]])
        elif head == "+" and len(x) > 2:
            for i in range(1, len(x)):
                rest = x[1:i] + x[i + 1 :]
                yield (
                    "summand",
                    path,
                    f"summand {i} dropped",
                    make(rest[0] if len(rest) == 1 else ["+", *rest]),
                )
        if head == "*":
            yield from _slips(x, path, sig, make)
        stage = x[3] if head == "v" else x[4] if head == "ch" else None
        if stage == "0":
            yield "stage", path, "start becomes now", make([*x[:-1], ""])
        if stage == "" and sig.get("time") == "flow" and sig["letters"][x[1]].get("dep", "const") != "const":
            yield "stage", path, "now becomes start", make([*x[:-1], "0"])


def _swaps(
    x: Term, path: tuple[int, ...], sig: Mapping[str, Any], make: Callable[[Term], Formula]
) -> Iterator[tuple[str, tuple[int, ...], str, Formula]]:
    mine = sig["letters"].get(x[1], {})
    for other, decl in sorted(sig["letters"].items()):
        same = all(decl.get(k) == mine.get(k) for k in ("shape", "law")) and len(
            decl.get("index", [])
        ) == len(x[2])
        if other != x[1] and same and decl.get("dep", "const") == mine.get("dep", "const"):
            yield "swap", path, f"{x[1]} becomes {other}", make([x[0], other, *x[2:]])


def _slips(
    x: Term, path: tuple[int, ...], sig: Mapping[str, Any], make: Callable[[Term], Formula]
) -> Iterator[tuple[str, tuple[int, ...], str, Formula]]:
    """A transpose moved to the neighbouring factor."""
    for i in range(1, len(x) - 1):
        a, b = x[i], x[i + 1]
        if is_scalar(a, sig) or is_scalar(b, sig):
            continue
        if (a[0] == "T") != (b[0] == "T"):
            pair = [a[1], ["T", b]] if a[0] == "T" else [["T", a], b[1]]
            yield "transpose", path, f"transpose slipped at {i}", make([*x[:i], *pair, *x[i + 2 :]])


def mutants(statement: Statement) -> list[Mutant]:
    """All mutants of all goals and hypotheses, each once."""
    out: list[Mutant] = []
    seen = {key([statement.get("hyps", []), statement["goals"]])}
    sig = statement["sig"]

    def add(operator: str, part: str, path: tuple[int, ...], change: str, hyps: Any, goals: Any) -> None:
        text = key([hyps, goals])
        if text not in seen:
            seen.add(text)
            out.append(Mutant(operator, part, path, change, {**statement, "hyps": hyps, "goals": goals}))

    hyps, goals = list(statement.get("hyps", [])), list(statement["goals"])
    for n, g in enumerate(goals):
        for operator, path, change, formula in changes(g["concl"], sig):
            changed = [*goals[:n], {**g, "concl": formula}, *goals[n + 1 :]]
            add(operator, f"goal {n}", path, change, hyps, changed)
    for n, h in enumerate(hyps):
        add("hypothesis", f"hyp {h['id']}", (), "dropped", hyps[:n] + hyps[n + 1 :], goals)
    for n, h in enumerate(hyps):
        for operator, path, change, formula in changes(h["concl"], sig):
            changed = [*hyps[:n], {**h, "concl": formula}, *hyps[n + 1 :]]
            add(operator, f"hyp {h['id']}", path, change, changed, goals)
    return out

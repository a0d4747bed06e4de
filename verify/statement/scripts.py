"""Proof scripts as data: steps with their goals and hints. Nothing is interpreted here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import StatementError
from .forms import Bad
from .statements import Statement, exact
from .terms import Formula, Node, Term, as_term


class Fact:
    """A fact in a proof script: a hypothesis, a step, a lemma, or an expression made of these.

    `op` is "hyp", "step", "lemma" (leaves, the reference is in `args`) or "at", "T", "mul", "add", "neg".
    """

    __slots__ = ("args", "op")
    is_fact = True

    def __init__(self, op: str, *args: Any) -> None:
        object.__setattr__(self, "op", op)
        object.__setattr__(self, "args", args)

    op: str
    args: tuple[Any, ...]

    def __setattr__(self, name: str, value: object) -> None:
        raise StatementError("facts cannot be changed")

    def __repr__(self) -> str:
        return f"<fact {self.op} {', '.join(map(repr, self.args))}>"

    def __call__(self, *indices: object, **named: object) -> Fact:
        """The fact at index expressions, in the order of its quantified indices or by name."""
        return Fact("at", self, tuple(map(as_term, indices)), tuple((k, as_term(v)) for k, v in named.items()))

    @property
    def T(self) -> Fact:
        """The transpose of an equation between matrices."""
        return Fact("T", self)

    def _times(self, other: object, left: bool) -> Fact:
        pair = (other if isinstance(other, Fact) else as_term(other), self)
        return Fact("mul", *(pair if left else reversed(pair)))

    def __mul__(self, other: object) -> Fact:
        return self._times(other, False)

    def __rmul__(self, other: object) -> Fact:
        return self._times(other, True)

    def __matmul__(self, other: object) -> Fact:
        return self._times(other, False)

    def __rmatmul__(self, other: object) -> Fact:
        return self._times(other, True)

    def __add__(self, other: Fact) -> Fact:
        return Fact("add", self, as_fact(other))

    def __sub__(self, other: Fact) -> Fact:
        return Fact("add", self, Fact("neg", as_fact(other)))

    def __neg__(self) -> Fact:
        return Fact("neg", self)

    def __bool__(self) -> bool:
        raise StatementError("a fact has no truth value in Python")


CASE = Fact("case")  # the relation of the case, in by.cases
IH = Fact("ih")  # the induction hypothesis, in the step of by.induction


def as_fact(item: object) -> Fact:
    """A step, a hypothesis, or a statement as an ingredient; StatementError for anything else as `item`."""
    if isinstance(item, Fact):
        return item
    if isinstance(item, Statement):
        return Fact("lemma", item)
    raise StatementError(f"{item!r} is not a fact", next="use a step, a hypothesis p.name, or a statement")


@dataclass(frozen=True)
class Hint:
    """How the author suggests to prove a step: a name and its arguments, not trusted."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()

    def option(self, name: str, default: Any = None) -> Any:
        """The named argument `name` of the hint, or `default`."""
        return dict(self.kwargs).get(name, default)


class _By:
    """`by.anything(..)` records a hint."""

    def __getattr__(self, name: str) -> Callable[..., Hint]:
        if name.startswith("_"):
            raise AttributeError(name)

        def record(*args: object, **kwargs: object) -> Hint:
            kept = tuple(_argument(a, f"by.{name}") for a in args)
            return Hint(name, kept, tuple((k, _argument(v, f"by.{name}, {k}=")) for k, v in kwargs.items()))

        return record


by = _By()


def _argument(value: object, where: str) -> Any:
    if isinstance(value, Node) and isinstance(value.sort, Bad):
        raise StatementError(value.sort.message, where=f"{where}: {value.sort.place}")
    if isinstance(value, Fact | Hint | Node):
        return value
    if isinstance(value, list | tuple):
        return tuple(_argument(v, where) for v in value)
    if isinstance(value, dict):
        return {str(k): _argument(v, where) for k, v in value.items()}
    if callable(value) and getattr(value, "__module__", "").startswith(__package__ or "verify"):
        return getattr(value, "__name__", str(value))
    if hasattr(value, "symbol"):
        return value
    return exact(value, where)


@dataclass(frozen=True)
class Step:
    """One line of a script. `kind`: have, conclude, cases, obtain."""

    label: str
    kind: str
    goal: Formula | None
    hint: Hint
    hints: tuple[Hint, ...] = ()
    cases: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Script:
    """A proof or refutation: its `kind`, and its steps in order."""

    kind: str  # "proof" or "refutation"
    steps: tuple[Step, ...]


class Proof:
    """The recorder that `with proof(statement) as p:` gives."""

    def __init__(self, statement: Statement, kind: str, case: str = "") -> None:
        self._statement, self._kind, self._case = statement, kind, case
        self._steps: list[Step] = []
        self._closed = False

    def __enter__(self) -> Proof:
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        if kind is None:
            self._closed = True
            self._statement.set_script(Script(self._kind, tuple(self._steps)), self._case)

    def __getattr__(self, name: str) -> Fact:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.hypothesis(name)

    def hypothesis(self, name: str) -> Fact:
        """A hypothesis by name, or a fact of a declaration such as "c.positive". Raises StatementError if there
        is none.
        """
        names = [n for n, _ in self._statement.hypotheses]
        if name not in names and name != "premise" and not self._known(name):
            near = ", ".join(names) or "none"
            raise StatementError(f"there is no hypothesis {name!r}", next=f"the hypotheses are: {near}")
        return Fact("hyp", name)

    def _known(self, name: str) -> bool:
        if self._statement.sort_error is not None:
            return False
        return any(fact["id"] == name for c in self._statement.compilers() for fact in c.hypotheses)

    def _record(
        self, kind: str, goal: Formula | None, hints: tuple[object, ...], cases: tuple[Formula, ...] = ()
    ) -> Step:
        if self._closed:
            raise StatementError("the proof is closed")
        if self._steps and self._steps[-1].kind == "conclude":
            raise StatementError("nothing follows the conclusion")
        if goal is not None:
            if not isinstance(goal, Formula):
                raise StatementError(f"{goal!r} is not a relation")
            if isinstance(goal.sort, Bad):
                raise StatementError(goal.sort.message, where=goal.sort.place)
        for hint in hints:
            if not isinstance(hint, Hint):
                raise StatementError(f"{hint!r} is not a hint", next="write by.algebra(..), by.constant(..), ..")
        kept = tuple(h for h in hints if isinstance(h, Hint))
        step = Step(f"s{len(self._steps) + 1}", kind, goal, kept[0] if kept else Hint("auto"), kept, cases)
        self._steps.append(step)
        return step

    def have(self, goal: Formula, *hints: Hint) -> Fact:
        """An intermediate fact. `hints` say how to get it."""
        return Fact("step", self._record("have", goal, hints).label)

    def conclude(self, *hints: Hint) -> None:
        """The conclusion of the statement. `hints` say how to get it, one for each goal or one for all."""
        self._record("conclude", None, hints)

    def cases(self, *alternatives: Formula) -> None:
        """Split on relations of which one always holds. `alternatives` are the relations."""
        self._record("cases", None, (), tuple(alternatives))

    def obtain(self, name: str, *hints: Hint) -> Fact:
        """A letter from an existence fact. It is called `name`; `hints` say how to get it."""
        self._record("obtain", None, (Hint("letter", (name,)), *hints))
        return Fact("step", self._steps[-1].label)

    def use(self, statement: Statement) -> Fact:
        """A lemma of this file as a fact; its indices can be given: p.use(lemma)(N - 1)."""
        return as_fact(_statement(statement))

    def letter(self, item: Any) -> Any:
        """Introduce a further letter for the proof, such as p.letter(iid("g", law=gaussian(d))). `item` is what
        declares it.
        """
        symbol = item.symbol if hasattr(item, "symbol") else item.args[0]
        self._record("letter", None, (Hint("letter", (symbol,)),))
        return item

    def let(self, item: Any) -> Any:
        """An abbreviation: the same term. `item` is what it stands for."""
        return item if isinstance(item, Node) else as_term(item)

    def at(self, item: Term | Formula) -> Any:
        """In a refutation: the expression at the counterexample."""
        return item


def proof(statement: Statement, *, case: str = "") -> Proof:
    """Record a proof; `case` names one of `statement.cases()` if they need different proofs."""
    return Proof(_statement(statement), "proof", case)


def refutation(statement: Statement) -> Proof:
    """Records why a statement fails at the instance that `fails_at` gives: `with refutation(s) as p:`."""
    return Proof(_statement(statement), "refutation")


def _statement(item: object) -> Statement:
    if not isinstance(item, Statement):
        raise StatementError(f"{item!r} is not a statement", next="write proof(s) with s = corrected(..)")
    return item

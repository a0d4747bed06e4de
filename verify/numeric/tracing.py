"""Straight-line programs of analytic maps between matrices.

A callable written with `+`, `-`, `@`, `.T`, `hadamard`, `apply` and multiplication by exact numbers is run once on
`Node` objects; the recorded `Tape` is then evaluated on power series, on balls and on derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from verify.numeric.analytic import FUNCTIONS
from verify.numeric.enclosure import InvalidInput, exact_fraction
from verify.numeric.matrices import BallMatrix, RationalMatrix

Shape = tuple[int, int]
Constant = RationalMatrix | BallMatrix


@dataclass(frozen=True)
class Op:
    """One instruction: kind, positions of its arguments, shape of its value, and a constant, factor or name if any.

    Kinds: `input`, `const`, `add`, `sub`, `scale`, `T`, `matmul`, `hadamard`, and `apply` for an analytic function of
    every entry.
    """

    kind: str
    args: tuple[int, ...]
    shape: Shape
    data: Any = None


@dataclass
class Tape:
    """Instructions in order of evaluation; the inputs come first; `outputs` are positions."""

    ops: list[Op] = field(default_factory=list)
    inputs: int = 0
    outputs: list[int] = field(default_factory=list)
    _known: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def emit(self, op: Op) -> int:
        """Position of the instruction, which is added unless the same one is there already."""
        data: Any = op.data if isinstance(op.data, Fraction | str | None) else id(op.data)
        if isinstance(op.data, RationalMatrix):  # often made anew: nothing is computed twice
            data = op.shape, tuple(map(tuple, op.data.rows()))
        key = (op.kind, op.args, data)
        if op.kind != "input" and key in self._known:
            return self._known[key]
        self.ops.append(op)
        self._known[key] = len(self.ops) - 1
        return len(self.ops) - 1

    @property
    def polynomial(self) -> bool:
        """Whether no analytic function occurs."""
        return all(op.kind != "apply" for op in self.ops)

    def prune(self) -> None:
        """Drop the instructions that no output needs (inputs stay)."""
        needed = set(range(self.inputs)) | set(self.outputs)
        for i in range(len(self.ops) - 1, -1, -1):
            if i in needed:
                needed.update(self.ops[i].args)
        place = {old: new for new, old in enumerate(sorted(needed))}
        self.ops = [
            Op(op.kind, tuple(place[a] for a in op.args), op.shape, op.data)
            for i, op in enumerate(self.ops)
            if i in place
        ]
        self.outputs = [place[o] for o in self.outputs]
        self._known = {}


class Node:
    """A matrix whose operations are recorded; `shape` is (rows, columns)."""

    __array_ufunc__ = None
    __slots__ = ("place", "tape")
    tape: Tape
    place: int

    def __init__(self, tape: Tape, place: int) -> None:
        self.tape = tape
        self.place = place

    @property
    def shape(self) -> Shape:
        """Rows and columns of the matrix this node stands for."""
        return self.tape.ops[self.place].shape

    @property
    def T(self) -> Node:
        """The transpose; twice is nothing, so no operation is recorded for it."""
        op = self.tape.ops[self.place]
        if op.kind == "T":
            return Node(self.tape, op.args[0])
        return self._emit("T", (self.place,), (self.shape[1], self.shape[0]))

    def __add__(self, other: Node | Constant) -> Node:
        return self._linear("add", self, other)

    def __radd__(self, other: Constant) -> Node:
        return self._linear("add", self, other)

    def __sub__(self, other: Node | Constant) -> Node:
        return self._linear("sub", self, other)

    def __rsub__(self, other: Constant) -> Node:
        return -self + other

    def __neg__(self) -> Node:
        return self * -1

    def __mul__(self, factor: int | Fraction) -> Node:
        return self._emit("scale", (self.place,), self.shape, exact_fraction(factor))

    __rmul__ = __mul__

    def __matmul__(self, other: Node | Constant) -> Node:
        return self._matmul(self, self._lift(other))

    def __rmatmul__(self, other: Constant) -> Node:
        return self._matmul(self._lift(other), self)

    def hadamard(self, other: Node | Constant) -> Node:
        """The entrywise product with `other`. Raises InvalidInput if the shapes differ."""
        second = self._lift(other)
        if self.shape != second.shape:
            raise InvalidInput(f"hadamard needs equal shapes, not {self.shape} and {second.shape}")
        return self._emit("hadamard", (self.place, second.place), self.shape)

    def apply(self, function: str) -> Node:
        """An analytic `function` of every entry; the names are those of `analytic.FUNCTIONS`. Raises InvalidInput
        for another name.
        """
        if function not in FUNCTIONS:
            raise InvalidInput(f"no function {function!r}; there are {', '.join(FUNCTIONS)}")
        return self._emit("apply", (self.place,), self.shape, function)

    def positive_part(self) -> Node:
        """Not analytic: raises InvalidInput."""
        raise InvalidInput("the positive part is not analytic; relu_flow follows ReLU networks from event to event")

    def _matmul(self, a: Node, b: Node) -> Node:
        if a.shape[1] != b.shape[0]:
            raise InvalidInput(f"cannot multiply shapes {a.shape} and {b.shape}")
        return self._emit("matmul", (a.place, b.place), (a.shape[0], b.shape[1]))

    def _linear(self, kind: str, a: Node, other: Node | Constant) -> Node:
        b = self._lift(other)
        if a.shape != b.shape:
            raise InvalidInput(f"cannot add shapes {a.shape} and {b.shape}")
        return self._emit(kind, (a.place, b.place), a.shape)

    def _lift(self, value: Node | Constant) -> Node:
        if isinstance(value, Node):
            if value.tape is not self.tape:
                raise InvalidInput("matrices of two different fields were mixed")
            return value
        if isinstance(value, RationalMatrix | BallMatrix):
            return self._emit("const", (), value.shape, value)
        raise InvalidInput(f"{type(value).__name__} is not a matrix; fields are built from matrices")

    def _emit(self, kind: str, args: tuple[int, ...], shape: Shape, data: Any = None) -> Node:
        return Node(self.tape, self.tape.emit(Op(kind, args, shape, data)))


def trace(function: Callable[[tuple[Any, ...]], Sequence[Any]], shapes: Sequence[Shape]) -> Tape:
    """Record `function` on matrices of the given shapes. Its results must have the same shapes (vector field).
    Raises InvalidInput if they have not, or if there are none.
    """
    tape = Tape()
    nodes = tuple(Node(tape, tape.emit(Op("input", (), shape))) for shape in shapes)
    tape.inputs = len(nodes)
    if not nodes:
        raise InvalidInput("a vector field needs at least one matrix")
    results = [nodes[0]._lift(value) for value in function(nodes)]
    if [r.shape for r in results] != list(shapes):
        raise InvalidInput(f"the field maps shapes {list(shapes)} to {[r.shape for r in results]}")
    tape.outputs = [r.place for r in results]
    tape.prune()
    return tape



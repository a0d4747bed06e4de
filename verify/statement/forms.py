"""Index expressions (integer linear forms in natural symbols), dimensions and sorts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Json = object


@dataclass(frozen=True)
class Form:
    """A linear form; `coefficients` are sorted pairs without zeros, the constant has the key "1"."""

    coefficients: tuple[tuple[str, int], ...] = ()

    @staticmethod
    def of(values: Mapping[str, int]) -> Form:
        """The linear form with these `values` by symbol (the constant under "1"); zeros are dropped."""
        return Form(tuple(sorted((k, v) for k, v in values.items() if v)))

    @staticmethod
    def constant(value: int) -> Form:
        """The form that is the integer `value`."""
        return Form.of({"1": value})

    @staticmethod
    def symbol(name: str) -> Form:
        """The form that is the natural symbol `name`."""
        return Form.of({name: 1})

    def __add__(self, other: Form) -> Form:
        values = dict(self.coefficients)
        for key, value in other.coefficients:
            values[key] = values.get(key, 0) + value
        return Form.of(values)

    def __neg__(self) -> Form:
        return self.times(-1)

    def __sub__(self, other: Form) -> Form:
        return self + (-other)

    def times(self, factor: int) -> Form:
        """The form times an integer `factor`."""
        return Form.of({k: v * factor for k, v in self.coefficients})

    def value(self) -> int | None:
        """The integer, when the form is constant."""
        if not self.coefficients:
            return 0
        if len(self.coefficients) == 1 and self.coefficients[0][0] == "1":
            return self.coefficients[0][1]
        return None

    def substitute(self, values: Mapping[str, Form]) -> Form:
        """The form with symbols replaced by the forms in `values`."""
        result = Form()
        for key, factor in self.coefficients:
            result = result + values.get(key, Form.of({key: 1})).times(factor)
        return result

    def json(self) -> dict[str, int]:
        """Integer coefficients by symbol, the constant under "1"."""
        return dict(self.coefficients)

    def text(self) -> str:
        """The form as it is written, such as N-1 or 2k+1."""
        out = ""
        ordered = [(k, v) for k, v in self.coefficients if k != "1"]
        ordered += [(k, v) for k, v in self.coefficients if k == "1"]
        for key, factor in ordered:
            sign = "-" if factor < 0 else ("+" if out else "")
            size = abs(factor)
            body = str(size) if key == "1" else (key if size == 1 else f"{size}{key}")
            out += f"{sign}{body}"
        return out or "0"


@dataclass(frozen=True)
class Width:
    """The value of a dimension family at an index, such as the width d_j of layer j."""

    family: str
    at: Form

    def text(self) -> str:
        """The width as it is written, such as d_{j+1}."""
        return f"{self.family}_{{{self.at.text()}}}"

    def json(self) -> list[object]:
        """The kernel's form of a layer width."""
        return ["dim", self.family, self.at.json()]

    def substitute(self, values: Mapping[str, Form]) -> Width:
        """The same family, with natural symbols in the index replaced by the forms in `values`."""
        return Width(self.family, self.at.substitute(values))


Dim = Form | Width
ONE = Form.constant(1)


@dataclass(frozen=True)
class Scalar:
    """A number; `dim` is set when it is visibly a natural number: an index expression or a dimension."""

    dim: Dim | None = None

    def text(self) -> str:
        """The sort in words."""
        return "a scalar"


@dataclass(frozen=True)
class Matrix:
    """The sort of matrices with `rows` rows and `cols` columns, each a linear form or a layer width."""

    rows: Dim
    cols: Dim

    def text(self) -> str:
        """The sort in words, with its shape."""
        return f"a {self.rows.text()} x {self.cols.text()} matrix"


@dataclass(frozen=True)
class Vec:
    """Stacked columns of a rows x cols matrix (or, with `row`, the transpose of such a column)."""

    rows: Dim
    cols: Dim
    row: bool = False

    def text(self) -> str:
        """The sort in words, with the shape of the matrix that is stacked."""
        kind = "the transposed vec" if self.row else "the vec"
        return f"{kind} of a {self.rows.text()} x {self.cols.text()} matrix"


@dataclass(frozen=True)
class Tensor:
    """The sort of a Kronecker product of a `left` and a `right` matrix."""

    left: Matrix
    right: Matrix

    def text(self) -> str:
        """The sort in words, with both shapes."""
        return f"a Kronecker product of {self.left.text()} and {self.right.text()}"


@dataclass(frozen=True)
class Unit:
    """A multiple of the unit matrix whose size is fixed by its surroundings."""

    def text(self) -> str:
        """The sort in words."""
        return "a multiple of the unit matrix"


@dataclass(frozen=True)
class Truth:
    """The sort of formulas."""

    def text(self) -> str:
        """The sort in words."""
        return "a relation"


@dataclass(frozen=True)
class Bad:
    """No sort: why, and the smallest expression that has none."""

    message: str
    place: str

    def text(self) -> str:
        """The sort in words, with what is wrong."""
        return f"ill-sorted ({self.message})"


Sort = Scalar | Matrix | Vec | Tensor | Unit | Truth | Bad
SCALAR = Scalar()
TRUTH = Truth()

"""Exact values at one instance given in rational numbers: nothing is rounded, nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from .errors import Cannot, Ill, Work
from .evaluate import Env, Evaluator, Source, Term
from .signature import Signature
from .values import Mat, Value, transpose

BITS = 1 << 20  # a numerator or denominator longer than this is too much


class Exact(Source):
    """Letters by name, indices and stage; values of losses are worked out from their points."""

    def __init__(
        self, sig: Signature, nat: Mapping[str, int], dims: Mapping[str, Mapping[int, int]], work: Work
    ) -> None:
        super().__init__()
        self.sig, self.nat, self.dims, self.work = sig, dict(nat), dims, work
        self.given: dict[tuple[str, tuple[int, ...], str], Value] = {}
        self.targets: dict[str, Callable[[Evaluator], Value]] = {}
        self.loss_of = {
            x: (loss, part)
            for loss in sig.losses.values()
            for x, part in ((loss.value, "value"), (loss.grad, "grad"), (loss.pgrad, "pgrad"))
            if x is not None
        }

    def make(self, level: Any, outcome: int) -> Evaluator:
        return Rational(self, level, outcome)

    def dim(self, family: str, i: int) -> int:
        """The size with index `i` of a family of dimensions. Raises Ill if sorts do not fit."""
        try:
            return self.dims[family][i]
        except KeyError:
            raise Ill(f"there is no dimension {family} at {i}") from None

    def letter(self, ev: Evaluator, name: str, at: tuple[int, ...], stage: str) -> Value:
        """The value of the letter `name` at the index `at` and `stage`, as `ev` needs it. Raises Cannot if this
        model has no value for it.
        """
        if not self.sig.letters[name].moves:
            stage = ""
        if name in self.loss_of:
            return self.loss(name, at, stage)
        found = self.given.get((name, at, stage))
        if found is None:
            raise Cannot(f"{name} at {list(at)} has no value at this stage")
        return found

    def staged(self, stage: str) -> Evaluator:
        """The evaluator of the same instance at `stage`."""
        from .changes import Stage

        return self.at(0, -1) if stage == "" else Stage(stage).apply(self, {}).at(0, -1)

    def loss(self, name: str, at: tuple[int, ...], stage: str) -> Value:
        """1/2 ||X - target||^2, its gradient, or its gradient in one member of the parameters. Raises Cannot if
        this model has no value for it.
        """
        loss, part = self.loss_of[name]
        if name not in self.targets and loss.value not in self.targets:
            raise Cannot(f"the loss {loss.value} has no target")
        ev = self.staged(stage)
        point, target = ev.value(loss.at, {}), self.targets[loss.value](self.at(0, -1))
        gap = _minus(point, target)
        if part == "value":
            cells = [x for row in gap.data for x in row] if isinstance(gap, Mat) else [gap]
            return sum((x * x for x in cells), Fraction(0)) / 2
        if part == "grad":
            return gap
        return self.layer(ev, loss, gap, at[0])

    def layer(self, ev: Evaluator, loss: Any, gap: Value, i: int) -> Mat:
        """Where the point is the whole product of the parameters: (above)^T gap (below)^T. Raises Cannot if this
        model has no value for it.
        """
        _, first, last = self.sig.letters[loss.params].index[0]
        whole = ["ch", loss.params, last, first, ""]
        if loss.at != whole or not isinstance(gap, Mat):
            raise Cannot("a layer gradient of a loss that is not taken at the whole product of the layers")
        low, high = self.index(first, {}), self.index(last, {})
        above, below = ev.links(loss.params, high, i + 1, ""), ev.links(loss.params, i - 1, low, "")
        found: Mat = ev.product([transpose(above), gap, transpose(below)])
        return found

    def slope(self, ev: Evaluator, name: str, at: tuple[int, ...]) -> Value | None:
        raise Cannot("a derivative in exact evaluation")

    def time(self, ev: Evaluator) -> tuple[Value, bool]:
        """The value of t, and whether it moves. Raises Cannot if this model has no value for it."""
        raise Cannot("the time of a flow in exact evaluation")


def _minus(a: Value, b: Value) -> Value:
    if isinstance(a, Mat) != isinstance(b, Mat) or (isinstance(a, Mat) and a.sort != b.sort):
        raise Ill("the target of a loss has another size than its point")
    if isinstance(a, Mat):
        rows = [[x - y for x, y in zip(p, q, strict=True)] for p, q in zip(a.data, b.data, strict=True)]
        return Mat(a.rows, a.cols, rows, a.stack)
    return a - b


class Rational(Evaluator):
    """Evaluation in the rational numbers."""

    one, nought = Fraction(1), Fraction(0)

    def red(self, x: Any) -> Any:
        """`x` reduced to its representative in the ring. Raises Cannot if this model has no value for it."""
        if isinstance(x, Fraction) and (x.numerator.bit_length() > BITS or x.denominator.bit_length() > BITS):
            raise Cannot("a number grows beyond a million bits")
        return x if isinstance(x, Fraction) else Fraction(x)

    def number(self, x: Fraction) -> Any:
        return x

    def pi(self) -> Any:
        """The value of pi in the ring. Raises Cannot if this model has no value for it."""
        raise Cannot("pi is not rational")

    def function(self, head: str, x: Any, term: Term, env: Env) -> Any:
        """The value of the function `head` of `x`, the value of the argument of `term` in `env`. Raises Cannot if
        this model has no value for it.
        """
        if head == "inv":
            return 1 / x if x else Fraction(0)
        if head == "ind":
            return Fraction(int(x >= 0))
        if head in ("exp", "cos") and x == 0:
            return Fraction(1)
        if head == "log" and (x <= 0 or x == 1):
            return Fraction(0)
        if head == "acos" and (x == 1 or abs(x) > 1):
            return Fraction(0)
        raise Cannot(f"{head} of {x} is not rational, or not known to be")

    def mean(self, term: Term, env: Env) -> Any:
        """The expectation of the scalar `term` in `env`. Raises Cannot if this model has no value for it."""
        raise Cannot("an expectation in exact evaluation")

    def root(self, a: Value, e: int) -> Value:
        """The root of `a` with exponent 1/2^e. Raises Cannot if this model has no value for it, Ill if sorts do
        not fit.
        """
        if isinstance(a, Mat):
            if e == 1 and semidefinite(a):
                return a
            raise Cannot("the root of a matrix")
        if e < 1:
            raise Ill("a root of exponent 0")
        if a < 0:
            return Fraction(0)
        top, bottom = whole_root(a.numerator, e), whole_root(a.denominator, e)
        if top is None or bottom is None:
            raise Cannot("a root that is not rational")
        return Fraction(top, bottom)


def whole_root(n: int, e: int) -> int | None:
    """The integer whose power with exponent `e` is `n`, or None."""
    low, high = 0, 1 << (n.bit_length() // e + 1)
    while low < high:
        mid = (low + high + 1) // 2
        if mid**e <= n:
            low = mid
        else:
            high = mid - 1
    return low if low**e == n else None


def semidefinite(a: Value) -> bool:
    """Symmetric, and every pivot of elimination is positive or heads a zero row (an exact decision). Raises Ill
    if sorts do not fit.
    """
    if not isinstance(a, Mat) or a.rows != a.cols:
        raise Ill("psd of something that is no square matrix")
    n, rows = a.rows, [list(row) for row in a.data]
    if any(rows[i][j] != rows[j][i] for i in range(n) for j in range(i)):
        return False
    for k in range(n):
        pivot = rows[k][k]
        if pivot < 0 or (pivot == 0 and any(rows[k][j] for j in range(k + 1, n))):
            return False
        if pivot:
            for i in range(k + 1, n):
                factor = rows[i][k] / pivot
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return True


def holds(formula: Term, ev: Evaluator, env: Env) -> bool:
    """Whether a formula is true at the instance. Raises Cannot if that is not decided in rationals. Raises Ill if
    sorts do not fit.
    """
    values = [ev.value(side, env) for side in formula[1:]]
    if formula[0] == "psd":
        return semidefinite(values[0])
    a, b = values
    if isinstance(a, Mat) != isinstance(b, Mat) or (isinstance(a, Mat) and a.sort != b.sort):
        raise Ill("the two sides have different sizes")
    equal = a.data == b.data if isinstance(a, Mat) else a == b
    if formula[0] in ("eq", "ne"):
        return bool(equal) is (formula[0] == "eq")
    if isinstance(a, Mat):
        raise Ill("an inequality between matrices")
    return bool(a > b) or (formula[0] == "ge" and bool(equal))

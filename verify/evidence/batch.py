"""Values of kernel terms at many instances of the same sizes at once, in float64.

Nothing here is evidence: the numbers only say where to look. `screen.py` settles what they point at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.evidence.instance import Key
from verify.evidence.terms import Env, Formula, Term
from verify.evidence.values import ShapeError, Unsupported

Array = NDArray[np.float64]

STEP = 1e-5
"""Half-width of the difference quotients that stand for time derivatives."""


class Batch:
    """Letters as arrays of shape (B,) for scalars and (B, rows, columns) for matrices."""

    def __init__(
        self,
        sig: Mapping[str, Any],
        nat: Mapping[str, int],
        dims: Mapping[str, Mapping[int, int]],
        letters: Mapping[Key, Array],
        targets: Mapping[str, Array] | None = None,
        start: Batch | None = None,
        time: float = 0.0,
    ) -> None:
        self.sig, self.nat, self.dims, self.letters = sig, nat, dims, letters
        self.targets, self.start, self.time = targets or {}, start, time
        self.parts: dict[str, tuple[str, str]] = {}
        for name, row in sig.get("losses", {}).items():
            self.parts[name] = (name, "value")
            self.parts[row["grad"]] = (name, "grad")
            if "pgrad" in row:
                self.parts[row["pgrad"]] = (name, "pgrad")

    # -- indices -----------------------------------------------------------------------------------------

    def index(self, e: Any, env: Env) -> int:
        """The value of the index expression or dimension `e` in `env`; ShapeError if it does not exist. Raises
        Unsupported where there is no way to evaluate.
        """
        if isinstance(e, list):
            try:
                return self.dims[e[1]][self.index(e[2], env)]
            except KeyError:
                raise ShapeError(f"dimension {e[1]} does not exist there") from None
        try:
            return sum(c if s == "1" else c * (env[s] if s in env else self.nat[s]) for s, c in e.items())
        except KeyError as missing:
            raise Unsupported(f"natural number {missing} has no value") from None

    def range(self, lo: Any, hi: Any, env: Env) -> range:
        """The indices from `lo` to `hi` in `env`; Unsupported without an upper end."""
        if hi is None:
            raise Unsupported("an unbounded index range cannot be run through")
        return range(self.index(lo, env), self.index(hi, env) + 1)

    # -- letters -----------------------------------------------------------------------------------------

    def letter(self, name: str, index: tuple[int, ...], stage: str) -> Array:
        """Values of the letter `name` at `index` and `stage`: instances x rows x columns, or instances.
        ShapeError if it has none. Raises Unsupported where there is no way to evaluate.
        """
        if name in self.parts:
            if stage == "+":
                return self.next()._loss(name, index)
            return (self.start if stage == "0" and self.start is not None else self)._loss(name, index)
        found = self.letters.get((name, index, stage))
        if found is None and stage == "0":
            found = self.letters.get((name, index, ""))
        if found is None and stage == "+" and self.sig["letters"][name].get("dep", "const") == "const":
            found = self.letters.get((name, index, ""))
        if found is None:
            raise Unsupported(f"letter {name} has no value")
        return found

    def chain(self, name: str, hi: int, lo: int, stage: str) -> Array:
        """The product of layers `hi` down to `lo` of the chain `name`; the identity if it is empty. Raises
        ShapeError if shapes do not fit.
        """
        if hi < lo - 1:
            raise ShapeError(f"chain {name} from {lo} to {hi}")
        if hi == lo - 1:
            return np.eye(self._unit(name, lo))[None]
        total = self.letter(name, (hi,), stage)
        for i in range(hi - 1, lo - 1, -1):
            total = total @ self.letter(name, (i,), stage)
        return total

    def _unit(self, name: str, lo: int) -> int:
        decl = self.sig["letters"][name]
        variable = decl["index"][0][0]
        try:
            return self.index(decl["shape"][1], {variable: lo})
        except ShapeError:
            return self.index(decl["shape"][0], {variable: lo - 1})

    def _loss(self, name: str, index: tuple[int, ...]) -> Array:
        loss, part = self.parts[name]
        row = self.sig["losses"][loss]
        if "target" in row:
            target = self.value(row["target"], {})
        elif loss in self.targets:
            target = self.targets[loss]
        else:
            raise Unsupported(f"the loss {loss} is not half a squared distance")
        gap = self.value(row["at"], {}) - target
        if part == "value":
            return np.sum(gap * gap, axis=tuple(range(1, gap.ndim))) / 2 if gap.ndim > 1 else gap * gap / 2
        if part == "grad":
            return gap
        at = row["at"]
        if at[0] != "ch":
            raise Unsupported("a parameter gradient of something else than a product of layers")
        hi, lo, (j,) = self.index(at[2], {}), self.index(at[3], {}), index
        if j < hi:
            gap = _t(self.chain(row["params"], hi, j + 1, "")) @ gap
        return gap @ _t(self.chain(row["params"], j - 1, lo, "")) if j > lo else gap

    # -- terms -------------------------------------------------------------------------------------------

    def value(self, term: Term, env: Env) -> Array:
        """Raises Unsupported or ShapeError. An array with one row stands for equal rows."""
        head = term[0]
        if head == "q":
            top, _, bottom = str(term[1]).partition("/")
            return np.array([int(top) / int(bottom or 1)])
        if head == "n":
            return np.array([float(self.index(term[1], env))])
        if head == "v":
            return self.letter(term[1], tuple(self.index(i, env) for i in term[2]), term[3])
        if head == "ch":
            return self.chain(term[1], self.index(term[2], env), self.index(term[3], env), term[4])
        if head in ("+", "*"):
            total = self.value(term[1], env)
            for x in term[2:]:
                total = _add(total, self.value(x, env)) if head == "+" else _mul(total, self.value(x, env))
            return total
        if head == "T":
            x = self.value(term[1], env)
            return _t(x) if x.ndim == 3 else x
        if head == "tr":
            diagonal: Array = np.einsum("bii->b", self.matrix(term[1], env))
            return diagonal
        if head == "kr":
            return _kron(*_rows(self.matrix(term[1], env), self.matrix(term[2], env)))
        if head == "vec":
            x = self.matrix(term[1], env)
            return _t(x).reshape(len(x), -1, 1)
        if head == "pow":
            return _power(self.value(term[1], env), self.index(term[2], env))
        if head == "root":
            return _root(self.value(term[1], env), self.index(term[2], env))
        if head in ("sum", "prod"):
            return self._fold(head, term, env)
        if head in _FUNCTIONS:
            return _FUNCTIONS[head](self.value(term[1], env))
        if head == "one":
            return np.eye(self.index(term[1], env))[None]
        if head == "zero":
            return np.zeros((1, self.index(term[1], env), self.index(term[2], env)))
        if head == "pi":
            return np.array([np.pi])
        if head == "t":
            return np.array([self.time])
        if head == "D":
            if term[1][0] == "v" and term[1][3] == "" and term[1][1] not in self.parts:
                return self.letter(term[1][1], tuple(self.index(i, env) for i in term[1][2]), "D")
            ahead, behind = self.later(STEP), self.later(-STEP)
            return (ahead.value(term[1], env) - behind.value(term[1], env)) / (2 * STEP)
        raise Unsupported(f"constructor {head!r}")

    def matrix(self, term: Term, env: Env) -> Array:
        """The values of `term` in `env`: instances x rows x columns; ShapeError for a scalar."""
        x = self.value(term, env)
        if x.ndim != 3:
            raise ShapeError("a matrix is expected here, not a scalar")
        return x

    def _fold(self, head: str, term: Term, env: Env) -> Array:
        total: Array | None = None
        for i in self.range(term[2], term[3], env):
            x = self.value(term[4], {**env, term[1]: i})
            total = x if total is None else _add(total, x) if head == "sum" else _mul(total, x)
        if total is None:
            if head == "sum":
                raise Unsupported("an empty sum, whose size is not known here")
            return np.ones(1)
        return total

    def later(self, step: float) -> Batch:
        """The letters a short time later, to first order; a letter without a known derivative stays."""
        moved = {k: v for k, v in self.letters.items() if k[2] in ("", "0")}
        for (name, index, stage), rate in self.letters.items():
            if stage == "D":
                now = self.letters[name, index, ""]
                moved[name, index, ""] = now + step * rate
                moved.setdefault((name, index, "0"), now)
        return Batch(self.sig, self.nat, self.dims, moved, self.targets, self.start or self, self.time + step)

    def next(self) -> Batch:
        """The letters at the next iterate."""
        moved = {k: v for k, v in self.letters.items() if k[2] in ("", "0")}
        for (name, index, stage), now in self.letters.items():
            if stage == "+":
                moved.setdefault((name, index, "0"), self.letters.get((name, index, ""), now))
        moved.update(((name, index, ""), v) for (name, index, stage), v in self.letters.items() if stage == "+")
        return Batch(self.sig, self.nat, self.dims, moved, self.targets, self.start or self)

    # -- formulas ----------------------------------------------------------------------------------------

    def environments(self, prefix: list[Any], env: Env) -> Iterator[Env]:
        """`env` with every value of the indices that `prefix` binds."""
        if not prefix:
            yield env
            return
        variable, lo, hi = prefix[0]
        for i in self.range(lo, hi, env):
            yield from self.environments(prefix[1:], {**env, variable: i})

    def margin(self, fact: Mapping[str, Any], size: int) -> Array:
        """Relative margin of a fact at each of `size` instances: negative where it seems to fail. Raises
        Unsupported where there is no way to evaluate.
        """
        worst = np.full(size, np.inf)
        with np.errstate(all="ignore"):
            for env in self.environments(fact.get("all", []), {}):
                found = self._margin(fact["concl"], env)
                if found.ndim != 1:
                    raise Unsupported("sides that are no numbers")
                found = np.broadcast_to(found, (size,))
                worst = np.minimum(worst, np.where(np.isnan(found), np.inf, found))
        return worst

    def _margin(self, formula: Formula, env: Env) -> Array:
        if formula[0] == "psd":
            a = self.matrix(formula[1], env)
            scale = 1e-300 + np.abs(a).max(axis=(1, 2))
            safe = np.where(np.isfinite(a), a, 0.0)
            low = np.linalg.eigvalsh((safe + _t(safe)) / 2)[:, 0]
            skew = np.abs(safe - _t(safe)).max(axis=(1, 2))
            out: Array = np.where(np.isfinite(a).all(axis=(1, 2)), np.minimum(low, -skew) / scale, np.nan)
            return np.where(skew <= 1e-12 * scale, low / scale, out)
        a, b = self.value(formula[1], env), self.value(formula[2], env)
        if formula[0] in ("ge", "gt"):
            return (a - b) / (1e-300 + np.abs(a) + np.abs(b))
        gap, scale = np.abs(_add(a, -b)), 1e-300 + np.maximum(np.abs(a), np.abs(b))
        axes = tuple(range(1, gap.ndim))
        relative = gap.max(axis=axes) / scale.max(axis=axes) if axes else gap / scale
        return relative if formula[0] == "ne" else -relative


def _t(x: Array) -> Array:
    return np.swapaxes(x, 1, 2)


def _rows(a: Array, b: Array) -> tuple[Array, Array]:
    n = max(len(a), len(b))
    return np.broadcast_to(a, (n, *a.shape[1:])), np.broadcast_to(b, (n, *b.shape[1:]))


def _add(a: Array, b: Array) -> Array:
    if a.shape[1:] != b.shape[1:]:
        raise ShapeError("a sum of different shapes")
    return a + b


def _mul(a: Array, b: Array) -> Array:
    if a.ndim == b.ndim == 3:
        if a.shape[2] != b.shape[1]:
            raise ShapeError("a product of shapes that do not fit")
        return a @ b
    if a.ndim == 3:
        return a * b[:, None, None]
    return a[:, None, None] * b if b.ndim == 3 else a * b


def _kron(a: Array, b: Array) -> Array:
    (n, p, q), (_, r, s) = a.shape, b.shape
    out: Array = np.einsum("bij,bkl->bikjl", a, b).reshape(n, p * r, q * s)
    return out


def _power(a: Array, e: int) -> Array:
    if e < 0:
        raise ShapeError("negative exponent")
    if a.ndim == 1:
        raised: Array = a**e
        return raised
    if a.shape[1] != a.shape[2]:
        raise ShapeError("a power of a matrix that is not square")
    return np.linalg.matrix_power(a, e)


def _root(a: Array, e: int) -> Array:
    if e < 1:
        raise ShapeError("root of exponent 0")
    if a.ndim == 1:
        return np.where(a > 0, np.abs(a) ** (1.0 / e), 0.0)
    values, vectors = np.linalg.eigh((a + _t(a)) / 2)
    values = np.maximum(values, 0.0) ** (1.0 / e)
    out: Array = (vectors * values[:, None, :]) @ _t(vectors)
    return out


_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "exp": np.exp,
    "log": lambda x: np.where(x > 0, np.log(np.maximum(x, 1e-300)), 0.0),
    "inv": lambda x: np.where(x != 0, 1.0 / np.where(x == 0, 1.0, x), 0.0),
    "cos": np.cos,
    "acos": lambda x: np.arccos(np.clip(x, -1.0, 1.0)),
    "ind": lambda x: (x >= 0).astype(np.float64),
}

"""Values of kernel terms and three-valued verdicts of kernel formulas at an instance.

Rational wherever the term allows it, enclosures at a stated precision otherwise. `D` is computed forwards, by
dual numbers, from the derivatives of the letters stored in the instance; gradients of a loss are directional
derivatives along the unit directions. Neither quotes a formula of the statement, so both are independent of
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.in_pi import angle, cosine, in_pi
from verify.evidence.instance import Instance, Key, Loss, key_text
from verify.evidence.terms import (
    BINDERS,
    Env,
    Formula,
    Statement,
    Term,
    children,
    contracts,
    free_symbols,
    has_random,
    is_scalar,
    key,
    random_names,
    symmetric,
    walk,
)
from verify.evidence.values import Mat, Scalar, ShapeError, Unsupported, Value
from verify.evidence.work import spend
from verify.numeric.enclosure import Enclosure, NotEvidence, precision
from verify.numeric.matrices import BallMatrix, lambda_min_lower

Dual = tuple[Value, Value | None]
Tangent = Callable[[str, tuple[int, ...]], Value | None]

MAX_RANGE = 20000

SHARED = frozenset(("tr", "*", "+", "pow", "root", "sum", "prod", "exp", "log", "inv", "E", "D", "ind", "kr"))
"""Constructors whose values are worth keeping, if an evaluator keeps values (`closed`)."""


@dataclass(frozen=True)
class Verdict:
    """`holds`, `fails` or `unknown`, with a margin: the statement holds iff the margin is >= 0 (`gt`: > 0).

    Margins: a - b for `ge` and `gt`; minus the largest entry of |a - b| for `eq`; the largest one for `ne`;
    the smallest eigenvalue (or minus the asymmetry) for `psd`. `digits` counts the decimal digits to which
    two enclosures of an equation agree: agreement is `unknown`, not a pass.
    """

    status: str
    low: Fraction | None = None
    high: Fraction | None = None
    exact: bool = True
    digits: int | None = None
    note: str = ""

    def margin(self) -> list[str] | None:
        """Lower and upper bound of the margin as exact strings; None if there is none."""
        return None if self.low is None or self.high is None else [str(self.low), str(self.high)]


class Evaluator:
    """Evaluates terms at one instance; caches products of chains and loss gradients.

    With `closed = {}` it keeps the values of closed terms, by object, as long as instance and precision stay: formulas
    that differ in one place share all others.
    """

    def __init__(self, sig: Mapping[str, Any], instance: Instance, shift: str = "") -> None:
        self.sig, self.instance, self.shift = sig, instance, shift
        self.decl: Mapping[str, Any] = sig["letters"]
        self.over: dict[Key, Value] = {}
        self.random = random_names(sig)
        self.loss_of: dict[str, tuple[str, str]] = {}
        for name, row in sig.get("losses", {}).items():
            self.loss_of[name] = (name, "value")
            self.loss_of[row["grad"]] = (name, "grad")
            if "pgrad" in row:
                self.loss_of[row["pgrad"]] = (name, "pgrad")
        self._chains: dict[tuple[str, int, int, str], Mat] = {}
        self._loss_cache: dict[tuple[str, str, tuple[int, ...]], Value] = {}
        self.memo: dict[int, tuple[Term, Value | None]] | None = None
        self.closed: dict[int, tuple[Term, Value]] | None = None
        self.patterns: dict[tuple[Any, ...], Any] = {}
        self._touched: dict[int, tuple[Term, bool]] = {}
        self._texts: dict[int, tuple[Term, str]] = {}
        self.means: dict[tuple[Any, ...], Value] = {}
        self.sums: dict[tuple[Any, ...], Any] = {}
        self._staged: dict[str, Evaluator] = {}
        self._roots: dict[tuple[Any, ...], Value] = {}

    def text(self, term: Term) -> str:
        """Canonical text of a term, computed once a term object."""
        known = self._texts.get(id(term))
        if known is None:
            known = self._texts[id(term)] = (term, key(term))  # keeps the object, so its id stays its own
        return known[1]

    def touched(self, term: Term) -> bool:
        """Whether a random letter occurs in a term (inside expectations, too)."""
        known = self._touched.get(id(term))
        if known is None:
            known = term, any(x[0] == "v" and x[1] in self.random for x in walk(term))
            self._touched[id(term)] = known
        return known[1]

    # -- indices, letters --------------------------------------------------------------------------------

    def index(self, e: Any, env: Env) -> int:
        """Value of an index expression or dimension. Raises ShapeError where a dimension does not exist. Raises
        Unsupported where there is no way to evaluate.
        """
        if isinstance(e, list):
            family, i = e[1], self.index(e[2], env)
            try:
                return self.instance.dims[family][i]
            except KeyError:
                raise ShapeError(f"dimension {family}[{i}] does not exist") from None
        total = 0
        for s, c in e.items():
            if s == "1":
                total += c
            elif s in env:
                total += c * env[s]
            elif s in self.instance.nat:
                total += c * self.instance.nat[s]
            else:
                raise Unsupported(f"natural number {s} has no value")
        return total

    def range(self, lo: Any, hi: Any, env: Env) -> range:
        """The indices from `lo` to `hi` in `env`; Unsupported without an upper end or if there are too many."""
        if hi is None:
            raise Unsupported("an unbounded index range cannot be run through")
        a, b = self.index(lo, env), self.index(hi, env)
        if b - a > MAX_RANGE:
            raise Unsupported(f"index range of {b - a + 1} values is too long")
        return range(a, b + 1)

    def shape(self, name: str, index: tuple[int, ...]) -> tuple[int, int] | None:
        """Rows and columns of the letter `name` at `index`; None for a scalar."""
        decl = self.decl[name]
        if decl.get("shape") is None:
            return None
        env = {row[0]: i for row, i in zip(decl.get("index", []), index, strict=True)}
        r, c = (self.index(e, env) for e in decl["shape"])
        return r, c

    def letter(self, name: str, index: tuple[int, ...], stage: str) -> Value:
        """The value of the letter `name` at `index` and `stage`; ShapeError or Unsupported if it has none."""
        stage = stage or self.shift
        if self.over:
            hit = self.over.get((name, index, stage))
            if hit is not None:
                return hit
        if name in self.loss_of:
            return self.staged(stage)._loss_letter(name, index)
        found = self.instance.letters.get((name, index, stage))
        if found is None and stage in ("0", "+") and (stage == "0" or not self._moves(name)):
            found = self.instance.letters.get((name, index, ""))
        if found is None:
            self._inside(name, index)
            raise Unsupported(f"letter {key_text((name, index, stage))} has no value")
        return found

    def _inside(self, name: str, index: tuple[int, ...]) -> None:
        """Raises ShapeError for a member of a family that does not exist."""
        for (_, lo, hi), i in zip(self.decl.get(name, {}).get("index", []), index, strict=False):
            if not self.index(lo, {}) <= i <= self.index(hi, {}):
                raise ShapeError(f"{key_text((name, index, ''))} does not exist")

    def _moves(self, name: str) -> bool:
        return bool(self.decl.get(name, {}).get("dep", "const") != "const")

    def staged(self, stage: str) -> Evaluator:
        """The evaluator of the same instance at another `stage`."""
        if stage == self.shift:
            return self
        if stage not in self._staged:
            self._staged[stage] = Evaluator(self.sig, self.instance, stage)
        return self._staged[stage]

    def chain(self, name: str, hi: int, lo: int, stage: str) -> Mat:
        """The product of layers `hi` down to `lo` of the chain `name`; the identity if it is empty. Raises
        ShapeError if shapes do not fit.
        """
        stage = stage or self.shift
        at = (name, hi, lo, stage)
        if at in self._chains:
            return self._chains[at]
        if hi == lo - 1:
            shape = self._unit_size(name, lo)
            result = Mat.unit(shape)
        elif hi < lo - 1:
            raise ShapeError(f"chain {name} from {lo} to {hi}")
        else:
            first = self.letter(name, (hi,), stage)
            assert isinstance(first, Mat)
            result = first if hi == lo else first.mul(self.chain(name, hi - 1, lo, stage))
        self._chains[at] = result
        return result

    def _unit_size(self, name: str, lo: int) -> int:
        decl = self.decl[name]
        variable = decl["index"][0][0]
        try:
            return self.index(decl["shape"][1], {variable: lo})
        except ShapeError:
            return self.index(decl["shape"][0], {variable: lo - 1})

    # -- terms -------------------------------------------------------------------------------------------

    def value(self, term: Term, env: Env) -> Value:
        """Value of a term. Raises Unsupported or ShapeError; must run inside `precision`."""
        spend()
        head = term[0]
        if self.closed is not None and not env and not self.over and head in SHARED:
            held = self.closed.get(id(term))
            if held is None:
                held = self.closed[id(term)] = (term, self._value(term, env))  # an id is one as long as its object
            return held[1]
        if self.memo is not None and head in ("tr", "*", "+"):
            known = self.memo.get(id(term))
            if known is None:
                self.memo[id(term)] = known = (term, None)
                if self._still(term):
                    known = (term, self._value(term, env))
                    self.memo[id(term)] = known
            if known[1] is not None:
                return known[1]
        return self._value(term, env)

    def _still(self, term: Term) -> bool:
        """Whether a term reads matrices and natural numbers of the instance only."""
        return free_symbols(term) <= set(self.instance.nat) and not any(
            x[0] in ("E", "t", "D")
            or (x[0] == "v" and (x[1] in self.loss_of or self.decl.get(x[1], {}).get("shape") is None))
            or (x[0] == "v" and x[1] in self.random)
            for x in walk(term)
        )

    def _value(self, term: Term, env: Env) -> Value:
        head = term[0]
        if head == "q":
            return vl.rational(term[1])
        if head == "n":
            return Fraction(self.index(term[1], env))
        if head == "v":
            return self.letter(term[1], tuple(self.index(i, env) for i in term[2]), term[3])
        if head == "ch":
            return self.chain(term[1], self.index(term[2], env), self.index(term[3], env), term[4])
        if head == "+":
            total = self.value(term[1], env)
            for x in term[2:]:
                total = vl.add(total, self.value(x, env))
            return total
        if head == "*":
            total = self.value(term[1], env)
            for x in term[2:]:
                if self.over and isinstance(total, Fraction) and total == 0 and is_scalar(term, self.sig):
                    return total
                total = vl.mul(total, self.value(x, env))
            return _number(total) if contracts(term) else total
        if head == "T":
            return vl.transpose(self.value(term[1], env))
        if head == "tr":
            return self.matrix(term[1], env).trace()
        if head == "kr":
            return self.matrix(term[1], env).kron(self.matrix(term[2], env))
        if head == "vec":
            return self.matrix(term[1], env).vec()
        if head == "pow":
            return power(self.value(term[1], env), self.index(term[2], env))
        if head == "root":
            return self._root(self.value(term[1], env), self.index(term[2], env))
        if head == "sum":
            return self._sum(term, env)
        if head == "prod":
            product: Value = vl.ONE
            for i in self.range(term[2], term[3], env):
                if self.over and isinstance(product, Fraction) and product == 0:
                    break
                product = vl.mul(product, self.value(term[4], {**env, term[1]: i}))
            return product
        if head == "exp":
            return self._exponential(term[1], env)
        if head in FUNCTIONS:
            return FUNCTIONS[head](self.scalar(term[1], env))
        if head == "E":
            from verify.evidence.expectation import expect

            return expect(self, term[1], env)
        if head == "D":
            value, slope = self.dual(term[1], env, self._rate)
            return vl.zero_like(value) if slope is None else slope
        if head == "one":
            return Mat.unit(self.index(term[1], env))
        if head == "zero":
            return Mat.zero(self.index(term[1], env), self.index(term[2], env))
        if head == "pi":
            return in_pi({1: vl.ONE})  # type: ignore[no-any-return]
        if head == "t":
            return self._time()
        raise Unsupported(f"constructor {head!r}")

    def _exponential(self, term: Term, env: Env) -> Scalar:
        """exp of the value of `term`; exp(c log x) is the power x^c, exact where that is rational."""
        factors = term[1:] if term[0] == "*" else [term]
        logs = [x for x in factors if x[0] == "log"]
        if len(logs) != 1 or not all(is_scalar(x, self.sig) for x in factors):
            return _exp(self.scalar(term, env))
        coefficient: Scalar = vl.ONE
        for x in factors:
            if x is not logs[0]:
                coefficient = coefficient * self.scalar(x, env)
        base = self.scalar(logs[0][1], env)
        if isinstance(base, Fraction) and isinstance(coefficient, Fraction):
            exact = _rational_power(base, coefficient)
            if exact is not None:
                return exact
        return _exp(coefficient * _log(base))

    def scalar(self, term: Term, env: Env) -> Scalar:
        """The value of the scalar `term` in `env`; ShapeError for a matrix."""
        value = self.value(term, env)
        if isinstance(value, Mat):
            raise ShapeError("a scalar is expected here, not a matrix")
        return value

    def matrix(self, term: Term, env: Env) -> Mat:
        """The value of the matrix `term` in `env`; ShapeError for a scalar."""
        value = self.value(term, env)
        if not isinstance(value, Mat):
            raise ShapeError("a matrix is expected here, not a scalar")
        return value

    def _time(self) -> Scalar:
        return vl.ZERO if self.instance.time is None else self.instance.time

    def _sum(self, term: Term, env: Env) -> Value:
        total: Value | None = None
        for i in self.range(term[2], term[3], env):
            x = self.value(term[4], {**env, term[1]: i})
            total = x if total is None else vl.add(total, x)
        if total is None:
            return self._empty(term[4], {**env, term[1]: self.index(term[2], env)})
        return total

    def _empty(self, body: Term, env: Env) -> Value:
        shape = self.shape_of(body, env)
        return vl.ZERO if shape is None else Mat.zero(*shape)

    def shape_of(self, term: Term, env: Env) -> tuple[int, int] | None:
        """Shape of a term without its value (for empty sums); None for scalars. Raises Unsupported where there is
        no way to evaluate.
        """
        head = term[0]
        if head in ("q", "n", "pi", "t", "tr", "exp", "log", "inv", "cos", "acos", "ind", "E", "prod"):
            return None
        if head == "v":
            return self.shape(term[1], tuple(self.index(i, env) for i in term[2]))
        if head == "ch":
            hi, lo = self.index(term[2], env), self.index(term[3], env)
            cols = self._unit_size(term[1], lo)
            top = self.shape(term[1], (hi,)) if hi >= lo else None
            return (top[0] if top else cols), cols
        if head in ("+", "pow", "root", "D"):
            return self.shape_of(term[1], env)
        if head == "sum":
            return self.shape_of(term[4], {**env, term[1]: self.index(term[2], env)})
        if head == "*":
            shapes = [s for s in (self.shape_of(x, env) for x in term[1:]) if s is not None]
            return (shapes[0][0], shapes[-1][1]) if shapes else None
        if head == "T":
            s = self.shape_of(term[1], env)
            return None if s is None else (s[1], s[0])
        if head == "vec":
            s = self.shape_of(term[1], env)
            return None if s is None else (s[0] * s[1], 1)
        if head == "kr":
            a, b = self.shape_of(term[1], env), self.shape_of(term[2], env)
            return None if a is None or b is None else (a[0] * b[0], a[1] * b[1])
        if head == "one":
            n = self.index(term[1], env)
            return n, n
        if head == "zero":
            return self.index(term[1], env), self.index(term[2], env)
        raise Unsupported(f"constructor {head!r}")

    def _root(self, a: Value, e: int) -> Value:
        if e < 1:
            raise ShapeError("root of exponent 0")
        if isinstance(a, Mat):
            if a.rows != a.cols:
                raise ShapeError(f"root of a {a.rows} x {a.cols} matrix")
            if a.num is None:
                raise Unsupported("root of a matrix of enclosures")
            at = (a.num, a.den, e)
            if at not in self._roots:
                self._roots[at] = vl.psd_root(a, e) if vl.psd_exact(a) else Mat.zero(*a.shape)
            return self._roots[at]
        return scalar_root(a, e)

    # -- derivatives -------------------------------------------------------------------------------------

    def _rate(self, name: str, index: tuple[int, ...]) -> Value | None:
        if not self._moves(name):
            return None
        found = self.instance.letters.get((name, index, "D"))
        if found is None and self.decl[name].get("dep") == "any":
            raise Unsupported(f"letter {name} need not have a derivative")
        if found is None:
            raise Unsupported(f"the derivative of {key_text((name, index, ''))} is not determined")
        return found

    def dual(self, term: Term, env: Env, tangent: Tangent) -> Dual:
        """Value and derivative; `None` as derivative means exactly zero. Raises ShapeError if shapes do not fit."""
        head = term[0]
        if head in ("q", "n", "pi", "one", "zero"):
            return self.value(term, env), None
        if head == "t":
            return self._time(), vl.ONE if tangent == self._rate else None
        if head == "v":
            name, index = term[1], tuple(self.index(i, env) for i in term[2])
            value = self.letter(name, index, term[3])
            if (term[3] or self.shift) != "":
                return value, None
            if name in self.loss_of:
                return value, self._loss_rate(name, index, tangent)
            return value, tangent(name, index)
        if head == "ch":
            return self._chain_dual(term, env, tangent)
        if head == "+":
            total, slope = self.dual(term[1], env, tangent)
            for x in term[2:]:
                v, d = self.dual(x, env, tangent)
                total, slope = vl.add(total, v), _plus(slope, d)
            return total, slope
        if head == "*":
            total, slope = self.dual(term[1], env, tangent)
            for x in term[2:]:
                total, slope = _product((total, slope), self.dual(x, env, tangent))
            if contracts(term):
                return _number(total), None if slope is None else _number(slope)
            return total, slope
        if head == "T":
            v, d = self.dual(term[1], env, tangent)
            return vl.transpose(v), None if d is None else vl.transpose(d)
        if head in ("tr", "vec"):
            v, d = self.dual(term[1], env, tangent)
            if not isinstance(v, Mat) or isinstance(d, Fraction | Enclosure):
                raise ShapeError("a matrix is expected here, not a scalar")
            if head == "tr":
                return v.trace(), None if d is None else d.trace()
            return v.vec(), None if d is None else d.vec()
        if head == "kr":
            (a, da), (b, db) = self.dual(term[1], env, tangent), self.dual(term[2], env, tangent)
            assert isinstance(a, Mat) and isinstance(b, Mat)
            left = da.kron(b) if isinstance(da, Mat) else None
            right = a.kron(db) if isinstance(db, Mat) else None
            return a.kron(b), _plus(left, right)
        if head == "pow":
            base = self.dual(term[1], env, tangent)
            e = self.index(term[2], env)
            if e == 0:
                return power(base[0], 0), None
            raised = base
            for _ in range(e - 1):
                raised = _product(raised, base)
            return raised
        if head == "sum":
            return self._sum_dual(term, env, tangent)
        if head == "prod":
            running: Dual = (vl.ONE, None)
            for i in self.range(term[2], term[3], env):
                running = _product(running, self.dual(term[4], {**env, term[1]: i}, tangent))
            return running
        if head in DERIVATIVES:
            v, d = self.dual(term[1], env, tangent)
            if isinstance(v, Mat):
                raise ShapeError("a scalar is expected here, not a matrix")
            value = FUNCTIONS[head](v)
            return value, None if d is None else vl.mul(DERIVATIVES[head](v), d)
        if head == "ind":
            v, _ = self.dual(term[1], env, tangent)  # raises unless the argument has a derivative, so it is continuous
            if isinstance(v, Mat):
                raise ShapeError("a scalar is expected here, not a matrix")
            ends = vl.ends(v)
            if ends is not None and (ends[0] > 0 or ends[1] < 0):
                return _ind(v), None
        # root, E, D, an indicator at its jump: constant terms only
        return self._dual_constant(term, env, tangent)

    def _dual_constant(self, term: Term, env: Env, tangent: Tangent) -> Dual:
        for x in walk(term):
            if x[0] in ("v", "ch") and (x[3] if x[0] == "v" else x[4]) == "" and self._moves(x[1]):
                raise Unsupported(f"derivative of {term[0]}")
            if x[0] == "t":
                raise Unsupported(f"derivative of {term[0]}")
        return self.value(term, env), None

    def _chain_dual(self, term: Term, env: Env, tangent: Tangent) -> Dual:
        name, hi, lo, stage = term[1], self.index(term[2], env), self.index(term[3], env), term[4]
        value = self.chain(name, hi, lo, stage)
        if (stage or self.shift) != "":
            return value, None
        slope: Value | None = None
        for k in range(lo, hi + 1):
            d = tangent(name, (k,))
            if d is None:
                continue
            assert isinstance(d, Mat)
            part = self.chain(name, hi, k + 1, "").mul(d) if k < hi else d
            slope = _plus(slope, part.mul(self.chain(name, k - 1, lo, "")) if k > lo else part)
        return value, slope

    def _sum_dual(self, term: Term, env: Env, tangent: Tangent) -> Dual:
        total: Dual | None = None
        for i in self.range(term[2], term[3], env):
            v, d = self.dual(term[4], {**env, term[1]: i}, tangent)
            total = (v, d) if total is None else (vl.add(total[0], v), _plus(total[1], d))
        return (self._sum(term, env), None) if total is None else total

    # -- losses ------------------------------------------------------------------------------------------

    def loss_function(self, name: str) -> Loss:
        """The loss that stands for `name` at the instance; Unsupported if it has none."""
        row = self.sig["losses"][name]
        if "target" in row:
            target = self.value(row["target"], {})
            return Loss("half_square", _as_matrix(target))
        if name not in self.instance.losses:
            raise Unsupported(f"the loss {name} has no instance")
        return self.instance.losses[name]

    def _loss_letter(self, name: str, index: tuple[int, ...]) -> Value:
        at = (name, self.shift, index)
        if at not in self._loss_cache:
            loss, part = self.loss_of[name]
            row = self.sig["losses"][loss]
            function = self.loss_function(loss)
            if part == "pgrad":
                self._inside(name, index)
                result: Value = self._parameter_gradient(row, function, index)
            else:
                x = self.value(row["at"], {})
                point = _as_matrix(x)
                if part == "value":
                    result = loss_dual(function, point, None)[0]
                else:
                    gradient = loss_gradient(function, point)
                    result = gradient if isinstance(x, Mat) else gradient.at(0, 0)
            self._loss_cache[at] = result
        return self._loss_cache[at]

    def _parameter_gradient(self, row: Mapping[str, Any], function: Loss, index: tuple[int, ...]) -> Mat:
        """Entry by entry: the derivative of the loss along each unit direction of one layer."""
        family = row["params"]
        shape = self.shape(family, index)
        assert shape is not None
        still = self if self.shift == "" else Evaluator(self.sig, _moved(self.instance, self.shift))
        slopes = loss_gradient(function, _as_matrix(still.value(row["at"], {})))
        cells: list[Scalar] = []
        for i in range(shape[0]):
            for j in range(shape[1]):
                direction = Mat.single(*shape, i, j)

                def tangent(name: str, at: tuple[int, ...], direction: Mat = direction) -> Value | None:
                    return direction if name == family and at == index else None

                moved = still.dual(row["at"], {}, tangent)[1]
                cells.append(vl.ZERO if moved is None else slopes.inner(_as_matrix(moved)))
        return Mat.of(*shape, cells)

    def _loss_rate(self, name: str, index: tuple[int, ...], tangent: Tangent) -> Value | None:
        loss, part = self.loss_of[name]
        row = self.sig["losses"][loss]
        x, dx = self.dual(row["at"], {}, tangent)
        if "target" in row:
            dt = self.dual(row["target"], {}, tangent)[1]
            if dt is not None:
                dx = vl.sub(vl.zero_like(x) if dx is None else dx, dt)
        if dx is None:
            return None
        function = self.loss_function(loss)
        if part == "value":
            return loss_dual(function, _as_matrix(x), _as_matrix(dx))[1]
        if part == "grad":
            rate = loss_hessian(function, _as_matrix(x), _as_matrix(dx))
            return rate if isinstance(x, Mat) else rate.at(0, 0)
        raise Unsupported("derivative of a parameter gradient")

    # -- formulas ----------------------------------------------------------------------------------------

    def judge(self, formula: Formula, env: Env) -> Verdict:
        """Verdict of a formula; never raises for values that cannot be computed (ShapeError passes)."""
        if self.random and has_random(formula, self.random):
            return self._judge_random(formula, env)
        return self._judge(formula, env)

    def _judge(self, formula: Formula, env: Env) -> Verdict:
        try:
            head = formula[0]
            if head == "psd":
                return judge_psd(self.matrix(formula[1], env), lambda: symmetric(formula[1], self.sig))
            a, b = self.value(formula[1], env), self.value(formula[2], env)
            return compare(head, a, b)
        except (Unsupported, NotEvidence, OverflowError) as reason:
            return Verdict("unknown", note=str(reason))

    def _judge_random(self, formula: Formula, env: Env) -> Verdict:
        """A fact about random letters holds almost surely: run through the support of finite laws."""
        from verify.evidence.expectation import support

        worst: Verdict | None = None
        try:
            for assignment in support(self, formula, env):
                self.over.update(assignment)
                try:
                    verdict = self._judge(formula, env)
                finally:
                    for k in assignment:
                        del self.over[k]
                worst = verdict if worst is None else _worse(worst, verdict)
                if worst.status == "fails":
                    break
        except Unsupported as reason:
            return Verdict("unknown", note=str(reason))
        return worst or Verdict("holds")

    def environments(self, prefix: list[Any], env: Env) -> Iterator[Env]:
        """`env` with every value of the indices that `prefix` binds."""
        if not prefix:
            yield env
            return
        variable, lo, hi = prefix[0]
        for i in self.range(lo, hi, env):
            yield from self.environments(prefix[1:], {**env, variable: i})

    def fact(self, fact: Mapping[str, Any]) -> Verdict:
        """Verdict of a fact: the worst over its index ranges (an empty range holds)."""
        worst = Verdict("holds", note="empty range")
        first = True
        try:
            for env in self.environments(fact.get("all", []), {}):
                verdict = self.judge(fact["concl"], env)
                if verdict.status != "holds" and env:
                    verdict = replace(
                        verdict,
                        note=(verdict.note + " at " + ", ".join(f"{k}={v}" for k, v in env.items())).strip(),
                    )
                worst, first = (verdict if first else _worse(worst, verdict)), False
                if worst.status == "fails":
                    break
        except Unsupported as reason:
            return Verdict("unknown", note=str(reason))
        return worst


_RANK = {"fails": 0, "unknown": 1, "holds": 2}


def _worse(a: Verdict, b: Verdict) -> Verdict:
    if _RANK[a.status] != _RANK[b.status]:
        return a if _RANK[a.status] < _RANK[b.status] else b
    if a.status == "unknown":
        if a.digits is None or b.digits is None:
            return a if a.digits is None else b
        return a if a.digits <= b.digits else b
    if a.low is None or b.low is None:
        return a if b.low is None else b
    return a if a.low <= b.low else b


def _plus(a: Value | None, b: Value | None) -> Value | None:
    if a is None:
        return b
    return a if b is None else vl.add(a, b)


def _product(a: Dual, b: Dual) -> Dual:
    left = None if a[1] is None else vl.mul(a[1], b[0])
    right = None if b[1] is None else vl.mul(a[0], b[1])
    return vl.mul(a[0], b[0]), _plus(left, right)


def _as_matrix(x: Value) -> Mat:
    return x if isinstance(x, Mat) else Mat.of(1, 1, [x])


def _moved(instance: Instance, stage: str) -> Instance:
    """The instance seen at another stage: its letters become the present ones."""
    letters = {k: v for k, v in instance.letters.items() if k[2] == ""}
    letters.update({(n, i, ""): v for (n, i, s), v in instance.letters.items() if s == stage})
    return Instance(instance.nat, instance.dims, letters, instance.losses, instance.laws)


# -- scalar functions ------------------------------------------------------------------------------------


def power(a: Value, e: int) -> Value:
    """`a` to the power `e`; ShapeError for a negative exponent or a matrix that is not square."""
    if e < 0:
        raise ShapeError("negative exponent")
    if isinstance(a, Mat):
        return a.power(e)
    return a**e


def _exp(x: Scalar) -> Scalar:
    return vl.ONE if isinstance(x, Fraction) and x == 0 else vl.ball(x).exp()


POWER_BITS = 4096
"""Powers with rational values are exact up to this many bits."""


def _rational_power(x: Fraction, c: Fraction) -> Fraction | None:
    """exp(c log x), where log is 0 up to 0, if it is rational and not too long."""
    if x <= 0:
        return vl.ONE
    if c.denominator > POWER_BITS or abs(c.numerator) * (x.numerator * x.denominator).bit_length() > POWER_BITS:
        return None
    root = vl.fraction_root(x, c.denominator)
    return None if root is None else root**c.numerator


def _log(x: Scalar) -> Scalar:
    if isinstance(x, Fraction):
        if x <= 0 or x == 1:
            return vl.ZERO
        return vl.ball(x).log()
    if x.certainly_le(0):
        return vl.ZERO
    return x.log()


def _inv(x: Scalar) -> Scalar:
    if isinstance(x, Fraction):
        return 1 / x if x else vl.ZERO
    return 1 / x


def _cos(x: Scalar) -> Scalar:
    known = cosine(x)
    if known is not None:
        return known
    return vl.ONE if isinstance(x, Fraction) and x == 0 else vl.ball(x).cos()


def _acos(x: Scalar) -> Scalar:
    if isinstance(x, Fraction):
        if abs(x) > 1:
            return vl.ZERO
        known = angle(x)
        if known is not None:
            return known  # type: ignore[no-any-return]
        # near the ends through the half-angle: exact 1 - x keeps every digit
        if x > 0:
            return 2 * Enclosure.from_exact((1 - x) / 2).sqrt().asin()
        return Enclosure.pi() - 2 * Enclosure.from_exact((1 + x) / 2).sqrt().asin()
    return vl.ZERO if x.certainly_gt(1) or x.certainly_lt(-1) else x.acos()


def _ind(x: Scalar) -> Scalar:
    e = vl.ends(x)
    if e is None or e[0] < 0 <= e[1]:
        raise Unsupported("the sign inside an indicator is not decided")
    return vl.ONE if e[0] >= 0 else vl.ZERO


def scalar_root(x: Scalar, e: int) -> Scalar:
    """The `e`-th root of `x`, exact where it is rational; 0 below 0, as in the kernel language. Raises
    Unsupported where there is no way to evaluate.
    """
    if isinstance(x, Fraction):
        if x < 0:
            return vl.ZERO
        exact = vl.fraction_root(x, e)
        if exact is not None:
            return exact
    b = vl.ball(x)
    if e == 1:
        return b
    if e == 2:
        return b.sqrt()
    if not b.certainly_gt(0):
        raise Unsupported("root of a number that may be 0")
    return (b.log() / e).exp()


FUNCTIONS: dict[str, Callable[[Scalar], Scalar]] = {
    "exp": _exp,
    "log": _log,
    "inv": _inv,
    "cos": _cos,
    "acos": _acos,
    "ind": _ind,
}


def _dinv(x: Scalar) -> Scalar:
    if isinstance(x, Fraction) and x == 0:
        raise Unsupported("derivative of inv at 0")
    return -_inv(x * x)


def _dcos(x: Scalar) -> Scalar:
    return -vl.ball(x).sin()


def _number(value: Value) -> Value:
    """The entry of a 1 x 1 matrix."""
    return value.at(0, 0) if isinstance(value, Mat) and (value.rows, value.cols) == (1, 1) else value


DERIVATIVES: dict[str, Callable[[Scalar], Scalar]] = {"exp": _exp, "log": _inv, "inv": _dinv, "cos": _dcos}


# -- losses ----------------------------------------------------------------------------------------------


def loss_dual(loss: Loss, x: Mat, dx: Mat | None) -> tuple[Scalar, Scalar]:
    """Value of the loss at x and its derivative along dx. Raises ShapeError if shapes do not fit."""
    if loss.target is not None:
        gap = x.sub(loss.target)
        value = gap.inner(gap) * Fraction(1, 2)
        return value, vl.ZERO if dx is None else gap.inner(dx)
    value, slope = vl.ZERO, vl.ZERO
    total: Scalar = value
    change: Scalar = slope
    for c, factors in loss.terms:
        v: Scalar = c
        d: Scalar = vl.ZERO
        for i, j, p in factors:
            if i >= x.rows or j >= x.cols:
                raise ShapeError("the loss speaks of an entry outside the matrix")
            entry = x.at(i, j)
            slope_of = vl.ZERO if dx is None else dx.at(i, j)
            for _ in range(p):
                v, d = v * entry, d * entry + v * slope_of
        total, change = total + v, change + d
    return total, change


def loss_gradient(loss: Loss, x: Mat) -> Mat:
    """The matrix of partial derivatives of the loss at x. Raises ShapeError if shapes do not fit."""
    if loss.target is not None:
        return x.sub(loss.target)
    cells: list[Scalar] = [vl.ZERO] * (x.rows * x.cols)
    for c, factors in loss.terms:
        for i, j, part in _partials(c, factors):
            if i >= x.rows or j >= x.cols:
                raise ShapeError("the loss speaks of an entry outside the matrix")
            cells[i * x.cols + j] = cells[i * x.cols + j] + loss_dual(Loss("polynomial", None, (part,)), x, None)[0]
    return Mat.of(x.rows, x.cols, cells)


def loss_hessian(loss: Loss, x: Mat, dx: Mat) -> Mat:
    """Derivative of the gradient along dx, from the partial derivatives of the polynomial."""
    if loss.target is not None:
        return dx
    cells: list[Scalar] = [vl.ZERO] * (x.rows * x.cols)
    for c, factors in loss.terms:
        for i, j, part in _partials(c, factors):
            cells[i * x.cols + j] = cells[i * x.cols + j] + loss_dual(Loss("polynomial", None, (part,)), x, dx)[1]
    return Mat.of(x.rows, x.cols, cells)


Monomial = tuple[Fraction, tuple[tuple[int, int, int], ...]]


def _partials(c: Fraction, factors: tuple[tuple[int, int, int], ...]) -> Iterator[tuple[int, int, Monomial]]:
    """The non-zero partial derivatives of a monomial: row, column, derivative; product rule over its factors."""
    for k, (i, j, p) in enumerate(factors):
        if p > 0:
            rest = ((i, j, p - 1),) if p > 1 else ()
            yield i, j, (c * p, (*factors[:k], *rest, *factors[k + 1 :]))


# -- comparisons -----------------------------------------------------------------------------------------


def compare(relation: str, a: Value, b: Value) -> Verdict:
    """Verdict of a relation between two values. Raises ShapeError if shapes do not fit, Unsupported where there
    is no way to evaluate.
    """
    gap = vl.sub(a, b)
    if relation in ("ge", "gt"):
        if isinstance(gap, Fraction):
            sign = gap.numerator
            return Verdict("holds" if sign > 0 or (sign == 0 and relation == "ge") else "fails", gap, gap)
        if isinstance(gap, Mat):
            raise ShapeError("matrices are not ordered")
        bounds = vl.ends(gap)
        if bounds is None:
            return Verdict("unknown", exact=False, note="not finite")
        low, high = bounds
        if low > 0 or (low == 0 and relation == "ge"):
            return Verdict("holds", low, high, False)
        if high < 0 or (high == 0 and relation == "gt"):
            return Verdict("fails", low, high, False)
        return Verdict("unknown", low, high, False, digits=_agreement(gap, a, b))
    low, high, exact = vl.ZERO, vl.ZERO, True
    if isinstance(gap, Mat) and gap.num is not None:
        low = high = Fraction(max(map(abs, gap.num), default=0), gap.den)
        cells: tuple[Scalar, ...] = ()
    else:
        cells = gap.entries() if isinstance(gap, Mat) else (gap,)
    for x in cells:
        bounds = vl.ends(x)
        if bounds is None:
            return Verdict("unknown", exact=False, note="not finite")
        exact = exact and isinstance(x, Fraction)
        small = vl.ZERO if bounds[0] <= 0 <= bounds[1] else min(abs(bounds[0]), abs(bounds[1]))
        low, high = max(low, small), max(high, abs(bounds[0]), abs(bounds[1]))
    if relation == "eq":
        if high == 0:
            return Verdict("holds", vl.ZERO, vl.ZERO, exact)
        if low > 0:
            return Verdict("fails", -high, -low, exact)
        return Verdict("unknown", -high, -low, exact, digits=_agreement(gap, a, b))
    if relation == "ne":
        if low > 0:
            return Verdict("holds", low, high, exact)
        if high == 0:
            return Verdict("fails", low, high, exact)
        return Verdict("unknown", low, high, exact)
    raise Unsupported(f"relation {relation!r}")


def _agreement(gap: Value, a: Value, b: Value) -> int:
    """Decimal digits to which a and b agree, relative to the largest of them and 1."""

    def size(x: Value) -> Fraction:
        total = vl.ZERO
        for c in x.entries() if isinstance(x, Mat) else (x,):
            bounds = vl.ends(c)
            if bounds is not None:
                total = max(total, abs(bounds[0]), abs(bounds[1]))
        return total

    scale, error = max(size(a), size(b), vl.ONE), size(gap)
    if error == 0:
        return 10**6
    ratio = scale / error
    return max(0, len(str(int(ratio))) - 1)


def judge_psd(a: Mat, known_symmetric: Callable[[], bool] = lambda: False) -> Verdict:
    """Verdict of psd; `known_symmetric` tells if the term is symmetric by its form. Raises ShapeError if shapes
    do not fit.
    """
    if a.rows != a.cols:
        raise ShapeError(f"psd of a {a.rows} x {a.cols} matrix")
    if a.is_exact:
        if not a.same(a.t()):
            gap = a.sub(a.t())
            worst = max(abs(x) for x in gap.entries() if isinstance(x, Fraction))
            return Verdict("fails", -worst, -worst, note="not symmetric")
        return Verdict("holds" if vl.psd_exact(a) else "fails")
    gap = a.sub(a.t())
    for x in gap.entries():
        bounds = vl.ends(x)
        if bounds is None:
            return Verdict("unknown", exact=False, note="not finite")
        if bounds[0] > 0 or bounds[1] < 0:
            return Verdict("fails", exact=False, note="not symmetric")
    for i in range(a.rows):  # then it is not PSD, symmetric or not
        bounds = vl.ends(a.at(i, i))
        if bounds is not None and bounds[1] < 0:
            return Verdict("fails", None, bounds[1], False)
    if a.rows > 1 and not known_symmetric():
        return Verdict("unknown", exact=False, note="symmetry of a matrix of enclosures is not decided")
    balls = BallMatrix.from_rows([[a.at(i, j) for j in range(a.cols)] for i in range(a.rows)])
    try:
        low = lambda_min_lower(balls)
    except (NotEvidence, ArithmeticError):
        return Verdict("unknown", exact=False, note="not finite")
    if low >= 0:
        return Verdict("holds", low, None, False)
    return Verdict("unknown", low, None, False)


def psd_margin(
    sig: Mapping[str, Any], instance: Instance, formula: Formula, env: Env
) -> tuple[Fraction, Fraction] | None:
    """Exact bounds of the smallest eigenvalue in a `psd` formula, if the matrix is exact and symmetric."""
    a = Evaluator(sig, instance).matrix(formula[1], env)
    if not a.is_exact or not a.same(a.t()):
        return None
    return vl.smallest_eigenvalue(a)


# -- public ----------------------------------------------------------------------------------------------


def evaluate(
    sig: Mapping[str, Any], term: Term, instance: Instance, *, env: Env | None = None, digits: int = 50
) -> Value:
    """Value of a kernel term: a Fraction or exact matrix if possible, enclosures at `digits` digits
    otherwise.

    Raises ShapeError if sizes do not fit and Unsupported if there is no rule for a part of the term.
    """
    with precision(digits):
        return Evaluator(sig, instance).value(term, env or {})


def verdict(
    sig: Mapping[str, Any], fact: Mapping[str, Any], instance: Instance, *, digits: int = 50
) -> Verdict:
    """Verdict of a fact (`{"all", "concl"}`) at an instance; facts about time at its present state."""
    with precision(digits):
        return Evaluator(sig, instance).fact(fact)


def binders(term: Term) -> set[str]:
    """The letters that `term` binds."""
    return {x[1] for x in walk(term) if x[0] in BINDERS}


def uses(term: Term, head: str) -> bool:
    """Whether `head` occurs in `term`."""
    return term[0] == head or any(uses(term[i], head) for i in children(term))


def statement_uses(statement: Statement, head: str) -> bool:
    """Whether `head` occurs in a hypothesis or goal of `statement`."""
    return any(uses(f["concl"], head) for f in (*statement.get("hyps", []), *statement["goals"]))

"""Counterexamples to statements about flows along paths that are written down.

A path gives every letter that moves as an exponential polynomial of time (`exponential.py`), `{"until": T, "letters":
{name: text or rows of texts}}`; all other letters rest. With a `clock`, an increasing exponential polynomial whose
derivative is one exponential, t is a parameter and the time is what the clock says: `exp(t) - 1` makes powers of
1 + time of exponentials. With a `pace`, a positive exponential polynomial, t is a parameter whose derivative by time
is the pace; what the time is need not be known, so the statement must not read it. A scalar equation x' = f(x) thus
has the path x = x_0 + t at the pace f(x_0 + t). It counts if every hypothesis surely holds at all times of [0, T]:
equations are identities of exponential polynomials, inequalities are settled by enclosures on pieces of the interval,
and where both sides are equal at the start by derivatives. Nothing is integrated and nothing is said of uniqueness:
the path itself satisfies what the statement assumes, and its conclusion fails there at a time before T.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

from verify.evidence import values as vl
from verify.evidence.check import Outcome, outcome_of, worst
from verify.evidence.evaluate import Evaluator
from verify.evidence.exponential import Motion, at, at_least, cos, direction, exp, inverse, read, root, sign
from verify.evidence.generate import Fact, Plan
from verify.evidence.instance import Instance, Key, key_of
from verify.evidence.terms import Env, Formula, Term
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.numeric.enclosure import Enclosure, NotEvidence, precision

SPLITS = 6
"""Indicators in one formula that may jump."""
PIECES = 6
"""How often the interval is halved for a formula that is no exponential polynomial."""
MINORS = 3
"""Matrices up to this size are PSD by their principal minors."""


class Undecided(Unsupported):
    """An indicator that need not be the same at all times; `key` tells which."""

    def __init__(self, key: str) -> None:
        super().__init__("an indicator that may jump")
        self.key = key


class Path:
    """A path over [0, until] of everything an instance leaves open."""

    def __init__(self, plan: Plan, rest: Instance, data: Mapping[str, Any]) -> None:
        """Raises ValueError or KeyError if `data` is no path of the letters that move."""
        self.plan, self.rest = plan, rest
        self.until = Fraction(data["until"])
        if self.until <= 0:
            raise ValueError("a path needs a time")
        self.clock, self.pace = _clock(plan, data, self.until)
        self.moving: dict[Key, Value] = {}
        for text, raw in data["letters"].items():
            k = key_of(text)
            declared = plan.sig["letters"].get(k[0], {})
            if k[2] != "" or declared.get("dep", "const") == "const" or k[0] in plan.derived or k in rest.letters:
                raise ValueError(f"{text} does not move")
            self.moving[k] = _read(raw)
        for k, value in {**rest.letters, **self.moving}.items():
            if plan.sig["letters"].get(k[0], {}).get("sym") and isinstance(value, Mat) and not _same(value, value.t()):
                raise ValueError(f"{k[0]} is not symmetric")
        if any(k[2] != "" for k in rest.letters):
            raise ValueError("the stages of a path follow from the path")
        self.whole = self._symbolic()

    def now(self) -> Instance:
        """The path as values that depend on time."""
        return self._instance(lambda x: x, self.clock)

    def over(self, low: Fraction, high: Fraction) -> Instance:
        """Enclosures of the values at all times of an interval; at time 0 alone the exact values."""
        if high == 0:
            return self._instance(lambda x: at(x, vl.ZERO), None if self.clock is None else vl.ZERO)
        time = Enclosure.from_bounds(low, high)

        def take(x: Any) -> Any:
            return x.over(time) if isinstance(x, Motion) else x

        return self._instance(take, take(self.clock))

    def _instance(self, take: Callable[[Any], Any], time: Any) -> Instance:
        letters: dict[Key, Value] = {}
        for k, value in {**self.rest.letters, **self.moving}.items():
            letters[k] = _each(value, take)
            if self.plan.sig["letters"].get(k[0], {}).get("dep", "const") != "const":
                letters[k[0], k[1], "0"] = _each(value, lambda x: at(x, vl.ZERO))
                letters[k[0], k[1], "D"] = _each(_each(value, self.rate), take)
        return Instance(self.rest.nat, self.rest.dims, letters, self.rest.losses, {}, time)

    def _symbolic(self) -> Symbolic:
        return Symbolic(self.plan.sig, self.now(), self)

    def rate(self, x: Any) -> Any:
        """The derivative by time."""
        return x.slope() * self.pace if isinstance(x, Motion) else vl.ZERO

    # -- hypotheses --------------------------------------------------------------------------------------

    def broken(self, hyps: Any) -> Iterator[str]:
        """Names of hypotheses that do not surely hold at all times."""
        for h in hyps:
            if not self.holds(h):
                yield str(h["id"])

    def holds(self, fact: Fact) -> bool:
        """Whether a fact surely holds at all times of [0, until]."""
        try:
            return all(self._holds(fact["concl"], env) for env in self.whole.environments(fact.get("all", []), {}))
        except (Unsupported, ShapeError, NotEvidence, OverflowError, ZeroDivisionError):
            return False

    def _holds(self, formula: Formula, env: Env, splits: int = SPLITS) -> bool:
        try:
            return self._exactly(formula, env)
        except Undecided as gate:  # 0 or 1 at each time: what holds for both holds
            if splits:
                return self._both(formula, env, gate.key, splits - 1)
        except (Unsupported, NotEvidence):
            pass
        return formula[0] != "eq" and self._piecewise(formula, env, vl.ZERO, self.until, PIECES)

    def _both(self, formula: Formula, env: Env, gate: str, splits: int) -> bool:
        try:
            for value in (vl.ZERO, vl.ONE):
                self.whole.gates[gate] = value
                self.whole._loss_cache.clear()
                if not self._holds(formula, env, splits):
                    return False
            return True
        finally:
            del self.whole.gates[gate]
            self.whole._loss_cache.clear()

    def _exactly(self, formula: Formula, env: Env) -> bool:
        ev, head = self.whole, formula[0]
        if head == "psd":
            return self._psd(ev.matrix(formula[1], env))
        gap = vl.sub(ev.value(formula[1], env), ev.value(formula[2], env))
        cells = gap.entries() if isinstance(gap, Mat) else (gap,)
        if head == "eq":
            return all(isinstance(x, Fraction) and x == 0 for x in cells)
        if head == "ne":
            return any(sign(x, self.until) in (1, -1) for x in cells)
        if isinstance(gap, Mat):
            raise ShapeError("matrices are not ordered")
        return at_least(gap, self.until, strict=head == "gt")

    def _psd(self, a: Mat) -> bool:
        if a.rows != a.cols or not _same(a, a.t()):
            return False
        if a.is_exact:
            return vl.psd_exact(a)
        if a.rows > MINORS:
            raise Unsupported("a large matrix")
        return all(
            at_least(_determinant(a, rows), self.until)
            for size in range(1, a.rows + 1)
            for rows in combinations(range(a.rows), size)
        )

    def _piecewise(self, formula: Formula, env: Env, low: Fraction, high: Fraction, halvings: int) -> bool:
        verdict = Evaluator(self.plan.sig, self.over(low, high)).judge(formula, env)
        if verdict.status == "holds":
            return True
        if verdict.status == "fails" or not halvings:
            return False
        middle = (low + high) / 2
        return self._piecewise(formula, env, low, middle, halvings - 1) and self._piecewise(
            formula, env, middle, high, halvings - 1
        )

    # -- conclusions -------------------------------------------------------------------------------------

    def outcome(self, time: Fraction) -> Outcome:
        """The worst outcome of the goals at a time before the end."""
        if not 0 <= time < self.until:
            return Outcome("unknown", note="the path does not reach that time")
        ev = Evaluator(self.plan.sig, self.over(time, time))
        where = f"time {time}"
        return worst(outcome_of(ev.fact(goal), n, where) for n, goal in enumerate(self.plan.statement["goals"]))


class Symbolic(Evaluator):
    """Values for all times of a path at once: exponential polynomials."""

    def __init__(self, sig: Mapping[str, Any], instance: Instance, path: Path, shift: str = "") -> None:
        super().__init__(sig, instance, shift)
        self.path = path
        self.gates: dict[str, Fraction] = {}
        self._under = 0  # derivatives, in which nothing may jump

    def staged(self, stage: str) -> Evaluator:
        """See `Evaluator`."""
        if stage == self.shift:
            return self
        if stage not in self._staged:
            self._staged[stage] = Symbolic(self.sig, self.instance, self.path, stage)  # where nothing jumps
        return self._staged[stage]

    def _value(self, term: Term, env: Env) -> Value:
        head = term[0]
        if head == "D":
            self._under += 1
            try:
                return _each(self.value(term[1], env), self.path.rate)
            finally:
                self._under -= 1
        if head == "exp":
            return exp(self.value(term[1], env))  # type: ignore[no-any-return]
        if head == "cos":
            return cos(self.value(term[1], env))  # type: ignore[no-any-return]
        if head == "inv":
            return inverse(self.value(term[1], env))  # type: ignore[no-any-return]
        if head == "root":
            x = self.value(term[1], env)
            return super()._value(term, env) if isinstance(x, Mat) else root(x, self.index(term[2], env))
        if head == "ind":
            x = self.value(term[1], env)
            found = sign(x, self.path.until)
            if found is not None:
                return vl.ONE if found >= 0 else vl.ZERO
            if self._under:
                raise Unsupported("the derivative of an indicator that may jump")
            gate = direction(x)  # indicators of one function, up to a positive factor, jump together
            if gate not in self.gates:
                raise Undecided(gate)
            return self.gates[gate]
        if head == "log":
            x = self.value(term[1], env)
            if isinstance(x, Fraction) and (x <= 0 or x == 1):
                return vl.ZERO
        if head in ("E", "pi", "acos", "log"):
            raise Unsupported(f"{head} is no exponential polynomial")
        return super()._value(term, env)


def failing(
    plan: Plan, rest: Instance, data: Mapping[str, Any], sizes: Callable[[Plan, Instance], str | None]
) -> Outcome | str:
    """How the conclusion fails along the path of a written counterexample, or what is wrong with it.

    `data["motion"]` is the path, `data["where"]` the time; `rest` holds what does not move. `sizes` says what is wrong
    with the sizes of an instance.
    """
    if plan.time != "flow" or plan.random:
        return "not a path: nothing flows"
    try:
        with precision(50):
            path = Path(plan, rest, data["motion"])
            wrong = sizes(plan, path.now())
            if wrong is not None:
                return f"{wrong} does not hold"
            for name in path.broken(plan.statement.get("hyps", [])):
                return f"hypothesis {name} does not certainly hold along the path"
            outcome = path.outcome(_time(data.get("where")))
    except (ShapeError, NotEvidence, Unsupported, ValueError, KeyError, TypeError, AttributeError) as reason:
        return f"not a path: {reason}"
    return outcome if outcome.status == "fails" else f"the conclusion does not certainly fail ({outcome.status})"


def _clock(plan: Plan, data: Mapping[str, Any], until: Fraction) -> tuple[Any, Any]:
    """The time as a function of the parameter (None if it is not known), and the derivative of the parameter by time.
    Raises ValueError if there is none.
    """
    if "pace" in data:
        pace = read(str(data["pace"]))
        if "clock" in data or sign(pace, until) != 1:
            raise ValueError("a pace is positive, and stands in for a clock")
        if _reads_time(plan.statement):
            raise ValueError("a path with a pace says nothing about the time itself")
        return None, pace
    clock = read(str(data.get("clock", "t")))
    slope = clock.slope() if isinstance(clock, Motion) else vl.ZERO
    if at(clock, vl.ZERO) != 0 or sign(slope, until) != 1:
        raise ValueError("a clock begins at 0 and goes on")
    return clock, inverse(slope)


def _reads_time(data: Any) -> bool:
    """Whether the term `t` occurs anywhere."""
    if isinstance(data, Mapping):
        return any(_reads_time(x) for x in data.values())
    return isinstance(data, list) and (data == ["t"] or any(_reads_time(x) for x in data))


def _time(where: object) -> Fraction:
    text = str(where)
    if not text.startswith("time "):
        raise ValueError("a counterexample along a path names its time")
    return Fraction(text[5:])


def _read(raw: Any) -> Value:
    if isinstance(raw, list):
        return Mat.of(len(raw), len(raw[0]), [read(str(x)) for row in raw for x in row])
    return read(str(raw))  # type: ignore[no-any-return]


def _each(value: Value, f: Callable[[Any], Any]) -> Value:
    return value.map(f) if isinstance(value, Mat) else f(value)


def _same(a: Mat, b: Mat) -> bool:
    return a.sub(b).is_zero()


def _determinant(a: Mat, rows: tuple[int, ...]) -> Any:
    if len(rows) == 1:
        return a.at(rows[0], rows[0])
    total: Any = vl.ZERO
    for sign_of, order in _permutations(len(rows)):
        part: Any = Fraction(sign_of)
        for i, j in enumerate(order):
            part = part * a.at(rows[i], rows[j])
        total = total + part
    return total


def _permutations(n: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    if n == 1:
        yield 1, (0,)
        return
    for s, rest in _permutations(n - 1):
        for at_ in range(n):
            yield s * (-1) ** (n - 1 - at_), (*rest[:at_], n - 1, *rest[at_:])

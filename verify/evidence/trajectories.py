"""States of a flow at later times, in balls with a proved error.

The hypotheses of the form D(letter) = term are compiled to a polynomial vector field on matrices (a letter without one
goes straight on, with the derivative that the instance gives it), compared
with the exact derivatives at the start, and integrated by the validated Taylor method of
`verify.numeric.flow`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.check import Outcome, outcome_of, short
from verify.evidence.continuation import steady
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Fact, Plan
from verify.evidence.instance import Instance, Key, Loss
from verify.evidence.terms import Env, Term, is_scalar, letters
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.numeric.enclosure import InvalidInput, precision
from verify.numeric.flow import FlowFailure, integrate_flow
from verify.numeric.matrices import BallMatrix, RationalMatrix


@dataclass(frozen=True)
class State:
    """The instance at a time, and a proved bound of the Euclidean distance of the state from the balls'
    centres.
    """

    time: Fraction
    instance: Instance
    error: Fraction


MAX_STEPS = 60
MAX_ENTRIES = 14


def follow(
    plan: Plan, start: Instance, times: Sequence[Fraction], *, digits: int = 30, max_steps: int = MAX_STEPS
) -> list[State]:
    """States at the given times. Raises Unsupported if the hypotheses do not fix a polynomial field.

    Raises FlowFailure (blow-up, stiffness) from the integrator, with the last proved time.
    """
    field = _Field(plan, start)
    exact = [_rational(start.letters[k]) for k in field.keys]
    with precision(digits):
        field.agrees_at_start(exact)
    try:
        flow = integrate_flow(field, exact, list(times), digits, max_steps=max_steps)
    except InvalidInput as reason:
        raise Unsupported(f"no polynomial vector field: {reason}") from None
    out: list[State] = []
    with precision(digits):
        for found in flow.states:
            moved: dict[Key, Value] = {}
            for k, v in start.letters.items():
                if k[2] == "" and k in field.keys:
                    moved[k[0], k[1], "0"] = v
                elif k[2] == "":
                    moved[k] = v
            for k, m in zip(field.keys, found.state, strict=True):
                value = _balls(m)
                moved[k] = value.at(0, 0) if k in field.scalars else value
            inst = Instance(start.nat, start.dims, moved, start.losses, start.laws, found.time, start.corners)
            rates: dict[Key, Value] = {}
            ev = Evaluator(plan.sig, inst)
            for k, rate in field.straight.items():
                if rate is not None:
                    rates[k[0], k[1], "D"] = rate
            for k, (term, env) in field.equations.items():
                if not any(x == "D" for x in _heads(term)):
                    rates[k[0], k[1], "D"] = ev.value(term, env)
            out.append(State(found.time, inst.with_letters(rates), found.error))
    return out


def check_along(
    plan: Plan, states: Sequence[State], goals: Sequence[Fact] | None = None, *, digits: int = 30
) -> list[Outcome]:
    """Outcomes of the goals at later states; `unknown` where a hypothesis about the present is not certain
    there.
    """
    wanted = plan.statement["goals"] if goals is None else goals
    out: list[Outcome] = []
    with precision(digits):
        for state in states:
            ev = Evaluator(plan.sig, state.instance)
            where = f"time {state.time}"
            broken = next((h["id"] for h in plan.static if ev.fact(h).status != "holds"), None)
            for n, goal in enumerate(wanted):
                if broken is not None:
                    out.append(Outcome("unknown", goal=n, where=where, note=f"{broken} is not certain there"))
                    continue
                outcome = outcome_of(ev.fact(goal), n, where)
                if outcome.status == "fails" and not steady(plan, state.instance.nat):
                    outcome = replace(outcome, status="unknown", note="a hypothesis may fail in between")
                out.append(outcome)
    return out


@dataclass(frozen=True)
class Along:
    """States of several trajectories, and what stopped the others."""

    states: tuple[State, ...]
    starts: tuple[Instance, ...]
    stopped: Mapping[str, int]


def trajectories(
    plan: Plan,
    pool: Sequence[Instance],
    *,
    count: int = 6,
    times: Sequence[Fraction] = (Fraction(1, 4), Fraction(1)),
    digits: int = 30,
) -> Along:
    """Trajectories from up to `count` small instances that move."""
    states: list[State] = []
    starts: list[Instance] = []
    stopped: dict[str, int] = {}
    if plan.time != "flow":
        return Along((), (), {})
    for instance in _spread(sorted(pool, key=lambda i: i.size()), count):
        if len(starts) >= count:
            break
        rates = [v for k, v in instance.letters.items() if k[2] == "D"]
        still = all(v.is_zero() if isinstance(v, Mat) else isinstance(v, Fraction) and v == 0 for v in rates)
        if still:
            continue
        try:
            found = follow(plan, instance, times, digits=digits)
        except (Unsupported, FlowFailure, ShapeError) as reason:
            text = "blow-up or stiff" if isinstance(reason, FlowFailure) else str(reason)
            stopped[text] = stopped.get(text, 0) + 1
            if sum(stopped.values()) > 2 * count:
                break
            continue
        states += found
        starts += [instance]
    return Along(tuple(states), tuple(starts), stopped)


def _spread(pool: Sequence[Instance], count: int) -> list[Instance]:
    """The pool in an order that visits all sizes early: every k-th first, then the rest."""
    eligible = [i for i in pool if i.size()[0] <= MAX_ENTRIES]
    step = max(1, len(eligible) // max(1, count))
    first = eligible[step - 1 :: step]
    return first + [i for i in eligible if not any(i is x for x in first)]


def trajectory_trials(plan: Plan, along: Along) -> dict[str, Any]:
    """Outcomes of the goals at the later states of trajectories, as JSON."""
    counts = {"holds": 0, "agrees": 0, "unknown": 0, "fails": 0}
    digits: int | None = None
    for o in check_along(plan, along.states):
        counts[o.status] += 1
        if o.status == "agrees" and o.digits is not None:
            digits = o.digits if digits is None else min(digits, o.digits)
    error = max((s.error for s in along.states), default=vl.ZERO)
    out: dict[str, Any] = {
        "kind": "trajectories",
        "starts": len(along.starts),
        "times": sorted({str(s.time) for s in along.states}),
        "error": short(error, up=True),
        "stopped": dict(sorted(along.stopped.items())),
        **counts,
    }
    if digits is not None:
        out["agree_digits"] = digits
    return out


def _driven(side: Term, time: str) -> Term | None:
    """The letter x of `D x` in a flow, of `x at the next iterate` in a descent."""
    if time == "flow":
        return side[1] if side[0] == "D" and side[1][0] == "v" and side[1][3] == "" else None
    return side if side[0] == "v" and side[3] == "+" else None


def _heads(term: Term) -> list[str]:
    from verify.evidence.terms import walk

    return [x[0] for x in walk(term)]


class _Field:
    """The vector field as a callable on tuples of matrices (rational, ball or traced)."""

    def __init__(self, plan: Plan, start: Instance) -> None:
        self.plan, self.start = plan, start
        self.ev = Evaluator(plan.sig, start)
        self.equations: dict[Key, tuple[Term, Env]] = {}
        for h in plan.dynamic:
            formula = h["concl"]
            if formula[0] != "eq":
                raise Unsupported("a motion that is not an equation")
            for env in self.ev.environments(h.get("all", []), {}):
                for side, other in ((1, 2), (2, 1)):
                    left = _driven(formula[side], plan.time)
                    if left is not None:
                        k: Key = (left[1], tuple(self.ev.index(i, env) for i in left[2]), "")
                        if k in self.equations:
                            raise Unsupported(f"two equations of motion for {k[0]}")
                        self.equations[k] = (formula[other], env)
                        break
                else:
                    raise Unsupported("an equation of motion that is not solved for what moves")
        kinds = ("smooth",) if plan.time == "flow" else ("smooth", "any")
        moving = {
            k for k in start.letters if k[2] == "" and plan.sig["letters"][k[0]].get("dep", "const") in kinds
        }
        self.straight = {k: start.letters.get((k[0], k[1], "D")) for k in moving - set(self.equations)}
        if self.straight and (plan.time != "flow" or None in self.straight.values()):
            raise Unsupported("a letter whose motion is not determined")
        self.keys = sorted([*self.equations, *self.straight])
        self.scalars = {k for k in self.keys if not isinstance(start.letters[k], Mat)}
        if not self.keys:
            raise Unsupported("nothing moves")

    def agrees_at_start(self, exact: Sequence[RationalMatrix]) -> None:
        """The compiled field must give the derivatives that dual numbers gave (the next iterates of a descent)."""
        for k, value in zip(self.keys, self(tuple(exact)), strict=True):
            rate = self.start.letters.get((k[0], k[1], "D" if self.plan.time == "flow" else "+"))
            if rate is not None and not _rational(rate).is_equal(value):
                raise Unsupported(f"the vector field and the derivative of {k[0]} disagree")

    def __call__(self, state: tuple[Any, ...]) -> list[Any]:
        here = dict(zip(self.keys, state, strict=True))
        return [self.rate(k, here) for k in self.keys]

    def rate(self, k: Key, here: Mapping[Key, Any]) -> Any:
        """The right side of an equation of motion; a letter without one goes straight on."""
        straight = self.straight.get(k)
        return self.build(*self.equations[k], here) if straight is None else _rational(straight)

    def build(self, term: Term, env: Env, here: Mapping[Key, Any]) -> Any:
        """A matrix expression (scalars are 1 x 1) for a term."""
        head = term[0]
        if not self.varies(term):
            return _rational(self.ev.value(term, env))
        if head in ("v", "ch") and term[3 if head == "v" else 4] != "":
            raise Unsupported("an equation of motion that speaks of another time")
        if head == "v":
            k: Key = (term[1], tuple(self.ev.index(i, env) for i in term[2]), "")
            if k in here:
                return here[k]
            if term[1] in self.ev.loss_of:
                return self.loss(term[1], k[1], here)
        if head == "ch":
            return self.chain(term[1], self.ev.index(term[2], env), self.ev.index(term[3], env), here)
        if head == "+":
            total = self.build(term[1], env, here)
            for x in term[2:]:
                total = self.build(x, env, here) + total
            return total
        if head == "*":
            return self.product([(x, env) for x in term[1:]], here)
        if head == "T":
            return self.build(term[1], env, here).T
        if head == "D" and term[1][0] == "v":
            k = (term[1][1], tuple(self.ev.index(i, env) for i in term[1][2]), "")
            return self.rate(k, here)
        if head == "pow":
            e = self.ev.index(term[2], env)
            return self.product([(term[1], env)] * e, here)
        if head == "sum":
            parts = [
                self.build(term[4], {**env, term[1]: i}, here) for i in self.ev.range(term[2], term[3], env)
            ]
            total = parts[0]
            for x in parts[1:]:
                total = total + x
            return total
        raise Unsupported(f"{head!r} in a vector field")

    def varies(self, term: Term) -> bool:
        names = letters(term)
        derived = names & set(self.ev.loss_of)
        return bool(names & {k[0] for k in self.keys}) or bool(derived) or "t" in _heads(term)

    def product(self, factors: Sequence[tuple[Term, Env]], here: Mapping[Key, Any]) -> Any:
        scale = Fraction(1)
        scalar: Any = None
        total: Any = None
        for x, env in factors:
            if is_scalar(x, self.plan.sig):
                if not self.varies(x):
                    value = self.ev.scalar(x, env)
                    if not isinstance(value, Fraction):
                        raise Unsupported("a coefficient that is not rational")
                    scale *= value
                else:
                    y = self.build(x, env, here)
                    scalar = y if scalar is None else scalar @ y
            else:
                y = self.build(x, env, here)
                total = y if total is None else total @ y
        if total is None:
            total = scalar
        elif scalar is not None:
            if total.shape[1] != 1:
                raise Unsupported("a matrix times a scalar that moves")
            total = total @ scalar
        if total is None:
            return RationalMatrix.from_rows([[scale]])
        return total if scale == 1 else total * scale

    def chain(self, name: str, hi: int, lo: int, here: Mapping[Key, Any]) -> Any:
        if hi < lo:
            return RationalMatrix.identity(self.ev._unit_size(name, lo))
        total = here[name, (hi,), ""]
        for i in range(hi - 1, lo - 1, -1):
            total = total @ here[name, (i,), ""]
        return total

    def loss(self, name: str, index: tuple[int, ...], here: Mapping[Key, Any]) -> Any:
        """Gradient at the end of the chain, and the gradient of one layer from it."""
        loss, part = self.ev.loss_of[name]
        row = self.plan.sig["losses"][loss]
        if part == "value":
            raise Unsupported("the value of a loss in a vector field")
        x = self.build(row["at"], {}, here)
        gradient = _gradient(self.ev.loss_function(loss), x)
        if part == "grad":
            return gradient
        at = row["at"]
        if at[0] != "ch":
            raise Unsupported("a parameter gradient of something else than a product of layers")
        hi, lo = self.ev.index(at[2], {}), self.ev.index(at[3], {})
        (j,) = index
        if j < hi:
            gradient = self.chain(row["params"], hi, j + 1, here).T @ gradient
        if j > lo:
            gradient = gradient @ self.chain(row["params"], j - 1, lo, here).T
        return gradient


def _gradient(loss: Loss, x: Any) -> Any:
    """Gradient of a loss as a matrix expression."""
    if loss.target is not None:
        return x - _rational(loss.target)
    rows, cols = x.shape

    def entry(i: int, j: int) -> Any:
        return _rational(Mat.single(1, rows, 0, i)) @ x @ _rational(Mat.single(cols, 1, j, 0))

    total: Any = _rational(Mat.zero(rows, cols))
    for c, factors in loss.terms:
        for k, (i, j, p) in enumerate(factors):
            rest = [(a, b) for n, (a, b, q) in enumerate(factors) for _ in range(q - (n == k))]
            value: Any = RationalMatrix.from_rows([[c * p]])
            for a, b in rest:
                value = value @ entry(a, b)
            total = total + _rational(Mat.single(rows, 1, i, 0)) @ value @ _rational(
                Mat.single(1, cols, 0, j)
            )
    return total


def _rational(value: Value) -> RationalMatrix:
    if isinstance(value, Mat):
        return RationalMatrix.from_rows(value.fractions())
    if isinstance(value, Fraction):
        return RationalMatrix.from_rows([[value]])
    raise Unsupported("an exact value is needed")


def _balls(m: BallMatrix) -> Mat:
    return Mat.from_rows([list(row) for row in m.rows()])

"""Validated gradient flow of two-layer ReLU networks, from event to event, with Filippov's convention.

As long as the signs of all preactivations z = W X stay the same, the field is polynomial and `flow.py` follows it.
Where some z_ri reaches 0 the field is the convex hull of both sides (A. F. Filippov, Differential Equations with
Discontinuous Righthand Sides, 1988). Such an event is enclosed in a short interval [t1, t2]: before t1 all signs are
proved; on a box that the solution cannot leave until t2, every velocity of z_ri in the hull points across; and at t2
the new sign is proved. So each surface is crossed exactly once, there is no other Filippov solution, and the state at
t2 is known up to (t2 - t1) times the size of the field.

A unit that loses its last active input comes to rest on the surface: on the inactive side z_ri does not move at all,
and the active side pushes back as long as a_r (u_i - y_i) > 0, so z_ri = 0 is the only solution and the unit stays
inactive. Solutions that slide along a surface in any other way, or only touch it, are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import flint

from verify.numeric.enclosure import Enclosure, Exact, InvalidInput, dyadic_fraction, exact_fraction, precision, to_arb
from verify.numeric.flow import GUARD_DIGITS, FlowFailure, FlowState, Piece, StepLimit, Walk, output_times
from verify.numeric.matrices import BallMatrix, RationalMatrix
from verify.numeric.networks import Activation, TwoLayer, two_layer
from verify.numeric.taylor import LOW_BITS, joint_norm
from verify.numeric.tracing import trace

EVENT_DIGITS = 6
LONGER = 6
FINEST = 2**10
"""Signs are examined on parts of a step down to this fraction of it."""

Place = tuple[int, int]
"""Unit and input of a preactivation."""


class AmbiguousEvent(FlowFailure):
    """A preactivation comes so close to 0 that the balls do not tell whether and how it crosses."""


class Sliding(FlowFailure):
    """Both sides of a surface push towards it: the solution stays on the surface, where it is not followed."""


@dataclass(frozen=True)
class Event:
    """Unit `unit` (row of W) changes its activity on input `sample` (column of X) at a time inside `time`.

    With `rests` its preactivation stays at 0 from then on.
    """

    time: Enclosure
    unit: int
    sample: int
    active: bool
    rests: bool = False


@dataclass(frozen=True)
class ReluFlow:
    """States at the requested times, events in order, and the number of steps."""

    states: tuple[FlowState, ...]
    events: tuple[Event, ...]
    steps: int

    def at(self, time: Exact) -> FlowState:
        """State at a requested time. Raises InvalidInput for any other time."""
        wanted = exact_fraction(time)
        for state in self.states:
            if state.time == wanted:
                return state
        raise InvalidInput(f"time {wanted} was not requested")


def relu_flow(
    inputs: RationalMatrix,
    labels: RationalMatrix,
    start: Sequence[RationalMatrix],
    times: Sequence[Exact],
    digits: int,
    *,
    outer: RationalMatrix | None = None,
    scale: Enclosure | Exact = 1,
    max_steps: int = 10_000,
    floor: Fraction = Fraction(1, 10**7),
) -> ReluFlow:
    """Gradient flow of 1/2 ||scale a relu(W X) - y||^2 from exact `start`, in balls at the given times.

    `start` is (W,) with fixed output weights `outer` (1 x m), or (W, a). X is d x n, y is 1 x n; see `two_layer`.
    About `digits` digits are carried, and each event costs a few; the proved error is in each `FlowState`.

    Raises InvalidInput for inexact input, wrong shapes, dimension 0; AmbiguousEvent, Sliding, StepSizeFloor and
    StepLimit (all FlowFailure, with the last proved time and state) where the flow cannot be followed. `inputs`
    are X, `labels` are y; `max_steps` and `floor` as in `integrate_flow`.
    """
    if not start or not all(isinstance(x, RationalMatrix) for x in start):
        raise InvalidInput("the start must be (W,) or (W, a), each a RationalMatrix")
    net = two_layer("relu", inputs, labels, outer=outer, scale=scale)
    _check_start(net, start)
    moments = output_times(times, digits)
    with precision(digits + GUARD_DIGITS + EVENT_DIGITS):
        run = _Run(net, digits + EVENT_DIGITS, floor * max(moments, default=Fraction(1)))
        run.begin(tuple(start))
        found = [run.walk.output(Fraction(0), flint.arb(0), None) for t in moments if t == 0]
        pending = [t for t in moments if t > 0]
        while pending:
            if run.steps >= max_steps:
                message = f"{max_steps} steps, {len(run.events)} events reached t = {float(run.walk.time):.6g} only"
                raise StepLimit(message, run.walk.time, run.walk.here())
            pending = run.advance(pending, found)
    return ReluFlow(tuple(found), tuple(run.events), run.steps)


def _check_start(net: TwoLayer, start: Sequence[RationalMatrix]) -> None:
    (d, _), both = net.inputs.shape, net.outer is None
    if len(start) != 1 + both:
        raise InvalidInput("the start is (W,) if the output weights are given, (W, a) if they are trained")
    outer = start[1] if both else net.outer
    assert outer is not None
    if 0 in start[0].shape or start[0].shape != (outer.shape[1], d) or outer.shape[0] != 1:
        shapes = f"W of shape {start[0].shape} and a of shape {outer.shape}"
        raise InvalidInput(f"{shapes} do not fit inputs of dimension {d}")


class _Run:
    """The current walk, the signs that hold on it, and the events so far."""

    def __init__(self, net: TwoLayer, digits: int, floor: Fraction) -> None:
        self.net = net
        self.digits = digits
        self.floor = floor
        self.order = max(12, digits * 13 // 10 + 4)
        self.events: list[Event] = []
        self.steps = 0
        self.signs: dict[Place, int] = {}  # 0: at rest on the surface
        self.walk: Walk

    # -- fields of a pattern ---------------------------------------------------------------------------------

    def network(self, free: Sequence[Place] = ()) -> TwoLayer:
        """The network with the current pattern instead of ReLU; entries in `free` are anything in [0, 1]."""
        units, samples = 1 + max(r for r, _ in self.signs), 1 + max(i for _, i in self.signs)
        either = Enclosure.from_bounds(0, 1)
        rows: list[list[Any]] = [[int(self.signs[r, i] > 0) for i in range(samples)] for r in range(units)]
        for r, i in free:
            rows[r][i] = either
        pattern: Any = BallMatrix.from_rows(rows) if free else RationalMatrix.from_rows(rows)
        return replace(self.net, activation=Activation(lambda z: z.hadamard(pattern), lambda _: pattern))

    def velocities(self, box: tuple[Any, ...], free: Sequence[Place] = ()) -> BallMatrix:
        """Enclosures of z' = W' X on a box of states."""
        return _balls(self.network(free).flow(box)[0]) @ self.net.inputs

    def enter(self, balls: Sequence[BallMatrix], time: Fraction) -> None:
        """Start a walk with the current pattern."""
        shapes = [b.shape for b in balls]
        tape = trace(self.network().flow, shapes)
        self.walk = Walk(tape, [b._m for b in balls], self.order, self.digits, self.floor)
        self.walk.time = time

    def begin(self, start: tuple[RationalMatrix, ...]) -> None:
        """Signs at time 0; where a preactivation is 0 the sign of its velocity, if both sides agree about it."""
        before = start[0] @ self.net.inputs
        rows, columns = before.shape
        places = [(r, i) for r in range(rows) for i in range(columns)]
        self.signs = {p: 1 if before[p] > 0 else -1 for p in places}
        zero = [p for p in places if before[p] == 0]
        balls = tuple(x.to_balls() for x in start)
        for p in zero:
            self.signs[p] = 0
        if not all(self.rests(p, balls) for p in zero):
            speed = self.velocities(balls, zero)
            for p in zero:
                self.signs[p] = _sign(speed[p])
                if not self.signs[p]:
                    raise AmbiguousEvent(
                        f"{_name(p)} is 0 at the start, and the sides do not agree on where it goes: start off the "
                        "surface",
                        Fraction(0),
                        balls,
                    )
        self.enter(balls, Fraction(0))

    def rests(self, place: Place, box: tuple[BallMatrix, ...], free: Sequence[Place] = ()) -> bool:
        """Whether a preactivation that is 0 certainly stays there on a box: it does not move while it is inactive, and
        is pushed back where it is active.
        """
        still = self.velocities(box, free)[place]._ball
        network = self.network(free)
        outer = network.outer if network.outer is not None else box[1]
        residual = _balls(network.scale) @ (network.outputs(box) - network.labels)
        return bool(still == 0) and _sign((_balls(outer).T @ residual)[place]) > 0

    # -- steps -----------------------------------------------------------------------------------------------

    def advance(self, pending: list[Fraction], found: list[FlowState]) -> list[Fraction]:
        """One step, up to the first event if there is one, and across it."""
        self.steps += 1
        piece = self.walk.propose(pending[-1] - self.walk.time)
        doubt = self.first_doubt(piece, Fraction(0), piece.length)
        if doubt is None:
            return self.walk.commit(piece, pending, found)
        low, high, places = doubt
        bracket = self.bracket(piece, low, high, places)
        if bracket is None:
            if low == 0:
                raise AmbiguousEvent(
                    f"{', '.join(map(_name, places))} may touch or cross 0 near t = {float(self.walk.time):.9g} with a "
                    "velocity close to 0: ask for more digits or another start",
                    self.walk.time,
                    self.walk.here(),
                )
            return self.walk.commit(piece.cut(low), pending, found)
        first, last, crossing = bracket
        if first > 0:
            pending = self.walk.commit(piece.cut(first), pending, found)
        return self.cross(last - first, crossing, pending, found) if pending else pending

    def box(self, piece: Piece, low: Fraction, high: Fraction) -> tuple[BallMatrix, ...]:
        """Balls for the states on [low, high] of a step."""
        span = to_arb(low) if low == high else to_arb(low).union(to_arb(high))
        ball = flint.arb(0, piece.largest)
        return tuple(
            BallMatrix._wrap(flint.arb_mat(m.nrows(), m.ncols(), [x + ball for x in m.entries()]))
            for m in piece.expansion.value(span)
        )

    def doubts(self, piece: Piece, low: Fraction, high: Fraction) -> list[Place]:
        """Preactivations whose sign is not proved on [low, high], given that it is at `low`.

        A sign holds if the ball of z has it, or if z' has a sign and z moves away from 0 or still has its sign at the
        end.
        """
        box = self.box(piece, low, high)
        before = box[0] @ self.net.inputs
        restless = [p for p, s in self.signs.items() if s == 0 and not self.rests(p, box)]
        open_ = [p for p, s in self.signs.items() if s and _sign(before[p]) != s]
        if not open_:
            return restless
        speed = self.velocities(box)
        end = self.box(piece, high, high)[0] @ self.net.inputs
        away = {p: _sign(speed[p]) * self.signs[p] for p in open_}
        held = [p for p in open_ if away[p] > 0 or (away[p] < 0 and _sign(end[p]) == self.signs[p])]
        return restless + [p for p in open_ if p not in held]

    def first_doubt(
        self, piece: Piece, low: Fraction, high: Fraction
    ) -> tuple[Fraction, Fraction, list[Place]] | None:
        """The first part of [low, high] with a doubt, down to the finest parts; None if there is none."""
        finest = (high - low) / FINEST
        parts = [(low, high)]
        while parts:
            a, b = parts.pop()
            doubts = self.doubts(piece, a, b)
            if doubts:
                if b - a <= finest:
                    return a, b, doubts
                middle = (a + b) / 2
                parts += [(middle, b), (a, middle)]
        return None

    def bracket(
        self, piece: Piece, low: Fraction, high: Fraction, places: Sequence[Place]
    ) -> tuple[Fraction, Fraction, list[Place]] | None:
        """[t1, t2] around the first crossing, with the preactivations that seem to cross in it, or None.

        All signs are proved up to t1. That t2 is late enough is proved by `cross`.
        """
        seen: dict[Place, tuple[Fraction, Fraction]] = {}
        for p in places:
            root = self.root(piece, p, low, high)
            if root is None:
                continue
            box = self.box(piece, root, root)
            speed = self.velocities(box)[p]
            if not _sign(speed):
                continue
            seen[p] = root, 2 * _quotient((box[0] @ self.net.inputs)[p], speed)
        if not seen:
            return None
        first = min(root - reach for root, reach in seen.values())
        last = min(root + reach for root, reach in seen.values())
        crossing: list[Place] = []
        for p, (root, reach) in sorted(seen.items(), key=lambda item: item[1][0]):
            if root - reach <= last:
                crossing.append(p)
                last = max(last, root + reach)
        first = max(low, first)
        if first > piece.length or (first > low and self.first_doubt(piece, low, first) is not None):
            return None
        return first, last, crossing

    def root(self, piece: Piece, place: Place, low: Fraction, high: Fraction) -> Fraction | None:
        """A zero of the polynomial of z by Newton's method, near [low, high]; a guess, proved by others."""
        r, i = place
        column = [self.net.inputs[k, i] for k in range(self.net.inputs.shape[0])]
        inputs = flint.arb_mat(len(column), 1, [to_arb(x) for x in column])
        series = []
        for m in piece.expansion.coefficients[0]:
            row = flint.arb_mat(1, m.ncols(), m.tolist()[r])
            series.append((row * inputs)[0, 0].mid())
        at = to_arb((low + high) / 2).mid()
        for _ in range(40):
            value, slope = flint.arb(0), flint.arb(0)
            for c in reversed(series):
                slope = slope * at + value
                value = value * at + c
            if not bool(slope != 0):
                return None
            change = (value / slope).mid()
            at = (at - change).mid()
            if not bool(abs(change) > flint.arb(2) ** (8 - flint.ctx.prec)):
                break
        found = dyadic_fraction(at)
        slack = high - low
        return found if low - slack <= found <= high + slack else None

    # -- events ----------------------------------------------------------------------------------------------

    def cross(
        self, length: Fraction, crossing: list[Place], pending: list[Fraction], found: list[FlowState]
    ) -> list[Fraction]:
        """From the walk's time t1 to t2 = t1 + length, across the surfaces of `crossing`."""
        here, time = self.walk.here(), self.walk.time
        before = here[0] @ self.net.inputs
        for _ in range(LONGER):
            box = self.trap(here, to_arb(length), crossing)
            slopes = tuple(_balls(x) for x in self.network(crossing).flow(box))
            speed = slopes[0] @ self.net.inputs
            resting = self.comes_to_rest(crossing, box)
            approach = self.velocities(box) if resting else speed
            for p in crossing:
                if _sign(approach[p]) != -self.signs[p]:
                    self.refuse(p, box, time, here)
            needed = max(_quotient(before[p], approach[p]) for p in crossing)
            if needed < length:
                break
            length = 2 * needed
        during = box[0] @ self.net.inputs
        elapsed = Enclosure.from_exact(length)
        for p, s in self.signs.items():
            if p not in crossing:
                if not (self.rests(p, box, crossing) if s == 0 else s in (_sign(during[p]), _sign(speed[p]))):
                    raise AmbiguousEvent(f"{_name(p)} may cross 0 at the same time as others", time, here)
                continue
            if _sign(before[p] + approach[p] * elapsed) != -s:
                raise AmbiguousEvent(f"{_name(p)} does not certainly cross 0: ask for more digits", time, here)
        end = time + length
        later = []
        for moment in pending:
            if moment <= end:
                with flint.ctx.workprec(LOW_BITS):
                    error = joint_norm([b._m - b._m.mid() for b in box])
                found.append(FlowState(moment, box, dyadic_fraction(error)))
            else:
                later.append(moment)
        for p in sorted(crossing):
            self.signs[p] = 0 if resting else -self.signs[p]
            self.events.append(Event(Enclosure.from_bounds(time, end), *p, self.signs[p] > 0, resting))
        self.enter([x + v * elapsed for x, v in zip(here, slopes, strict=True)], end)
        return later

    def comes_to_rest(self, crossing: list[Place], box: tuple[BallMatrix, ...]) -> bool:
        """Whether a single preactivation falls to 0 on a box and rests there."""
        (place, *others) = crossing
        if others or self.signs[place] < 0 or _sign(self.velocities(box)[place]) >= 0:
            return False
        self.signs[place] = 0
        rests = self.rests(place, box)
        self.signs[place] = 1
        return rests

    def trap(self, here: tuple[BallMatrix, ...], span: Any, free: Sequence[Place]) -> tuple[BallMatrix, ...]:
        """A box that no solution of the hull leaves within `span`: entries move less than their margin."""
        network = self.network(free)
        margin = flint.arb(0)
        for _ in range(8):
            ball = flint.arb(0, margin)
            box = tuple(
                BallMatrix._wrap(flint.arb_mat(*b.shape, [x + ball for x in b._m.entries()])) for b in here
            )
            moved = flint.arb(0)
            for slope in network.flow(box):
                for x in _balls(slope)._m.entries():
                    moved = moved.max((abs(x) * span).abs_upper())
            if bool(moved < margin) or bool(moved == 0):
                return box
            margin = (2 * moved).abs_upper()
        message = "the state cannot be enclosed across an event: ask for more digits"
        raise AmbiguousEvent(message, self.walk.time, here)

    def refuse(
        self, place: Place, box: tuple[BallMatrix, ...], time: Fraction, here: tuple[BallMatrix, ...]
    ) -> None:
        """A surface that is not crossed for sure: sliding, or not known."""
        s = self.signs[place]
        self.signs[place] = -s
        other = self.velocities(box)[place]
        self.signs[place] = s
        if _sign(self.velocities(box)[place]) == -s and _sign(other) == s:
            raise Sliding(
                f"at t = {float(time):.9g} both sides push {_name(place)} to 0, so the solution slides along that "
                "surface: this is not followed; ask for earlier times",
                time,
                here,
            )
        raise AmbiguousEvent(
            f"at t = {float(time):.9g} {_name(place)} reaches 0 with a velocity that may be 0 on one side: ask for "
            "more digits or another start",
            time,
            here,
        )


def _sign(ball: Enclosure) -> int:
    """1 or -1 if the ball is on one side of 0, else 0."""
    raw = ball._ball
    return 1 if bool(raw > 0) else -1 if bool(raw < 0) else 0


def _quotient(size: Enclosure, speed: Enclosure) -> Fraction:
    """Upper bound of |size| / |speed|, for a speed that is certainly not 0."""
    return dyadic_fraction((size._ball.abs_upper() / speed._ball.abs_lower()).abs_upper())


def _balls(matrix: Any) -> BallMatrix:
    return matrix.to_balls() if isinstance(matrix, RationalMatrix) else matrix


def _name(place: Place) -> str:
    return f"the preactivation of unit {place[0]} on input {place[1]}"

"""Validated integration of x' = F(x) for analytic fields F on tuples of matrices.

One step from an exact centre c, when the true state is within Euclidean distance r of c:

1. a Taylor polynomial p with exact coefficients and a bound d of its defect |p' - F(p)| on [0, h]
(`taylor.py`); 2. a tube of radius R around p([0, h]) and an upper bound mu of the logarithmic norm of F's
Jacobian on it; 3. while the true solution stays in the tube, e = x - p obeys D+|e| <= mu |e| + d, hence
   |e(s)| <= (r + d s) max(1, exp(mu s)). If that bound is below R on the whole step the solution cannot
   leave the tube, so it exists up to h and the bound holds (G. Dahlquist 1959; E. Hairer, S. Norsett and G.
   Wanner, Solving Ordinary Differential Equations I, section I.10).

Errors are one Euclidean ball, not a box, so rotations do not blow them up and contraction shrinks them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log
from typing import Any

import flint

from verify.numeric.blow_up import blow_up_interval
from verify.numeric.enclosure import Exact, InvalidInput, dyadic_fraction, exact_fraction, precision, to_arb
from verify.numeric.lognorm import log_norm_upper
from verify.numeric.matrices import BallMatrix, RationalMatrix
from verify.numeric.networks import Field, linear_network_flow
from verify.numeric.taylor import LOW_BITS, Expansion, defect_bound, expand, joint_norm
from verify.numeric.tracing import Tape, trace

GUARD_DIGITS = 6
PIECES = 3


class FlowFailure(ArithmeticError):
    """The flow could not be followed any further.

    `time` (exact) is the last time up to which existence and enclosure are proved, `state` the balls there.
    """

    def __init__(self, message: str, time: Fraction, state: tuple[BallMatrix, ...]) -> None:
        super().__init__(message)
        self.time = time
        self.state = state


class StepSizeFloor(FlowFailure):
    """The step size fell below the floor: the solution blows up or is too stiff for this method."""


class BlowUp(StepSizeFloor):
    """The solution is proved to leave every bounded set at a time inside `interval` (exact bounds)."""

    def __init__(
        self, message: str, time: Fraction, state: tuple[BallMatrix, ...], interval: tuple[Fraction, Fraction]
    ) -> None:
        super().__init__(message, time, state)
        self.interval = interval


class StepLimit(FlowFailure):
    """The number of steps was used up."""


class OutsideDomain(FlowFailure):
    """A function of the field (log, sqrt, reciprocal) is not analytic at the state, as far as the balls tell."""


@dataclass(frozen=True)
class FlowState:
    """State at an exact time: balls that contain the solution, and a bound of the Euclidean distance."""

    time: Fraction
    state: tuple[BallMatrix, ...]
    error: Fraction


@dataclass(frozen=True)
class Flow:
    """States at the requested times, in order, and what it took."""

    states: tuple[FlowState, ...]
    steps: int
    order: int

    def at(self, time: Exact) -> FlowState:
        """State at a requested time. Raises InvalidInput for any other time."""
        wanted = exact_fraction(time)
        for state in self.states:
            if state.time == wanted:
                return state
        raise InvalidInput(f"time {wanted} was not requested")


def integrate_flow(
    field: Field,
    start: Sequence[RationalMatrix | BallMatrix],
    times: Sequence[Exact],
    digits: int,
    *,
    order: int | None = None,
    max_steps: int = 10_000,
    floor: Fraction = Fraction(1, 10**7),
) -> Flow:
    """Balls for the solution of x' = field(x), x(0) = start, at the given times.

    `field` maps a tuple of matrices to matrices of the same shapes, written with `+`, `-`, `@`, `.T`, `hadamard`,
    `apply` (tanh, erf, exp, ..., see `analytic.py`) and exact factors (see `tracing.py`); a `start` of balls
    means every start inside them. `times` are exact, non-negative and increasing. About `digits` digits are
    carried; the proved error is in each `FlowState`.

    Raises InvalidInput for inexact input, StepSizeFloor when a step would be shorter than `floor` times the last
    requested time (blow-up in finite time, stiffness) and its case BlowUp, with an enclosure of the time, where
    the blow-up of a polynomial field is proved (`blow_up.py`), StepLimit after `max_steps` steps, OutsideDomain
    where the field is not analytic. `order` is that of the Taylor polynomials, chosen from `digits` if left out.
    """
    moments = output_times(times, digits)
    if not start or not all(isinstance(x, RationalMatrix | BallMatrix) for x in start):
        raise InvalidInput("the start must be a non-empty sequence of RationalMatrix or BallMatrix")
    if all(0 in x.shape for x in start):
        raise InvalidInput("the state has no entries: in dimension 0 there is nothing to follow")
    tape = trace(field, [x.shape for x in start])
    with precision(digits + GUARD_DIGITS):
        balls = [(x if isinstance(x, BallMatrix) else x.to_balls())._m for x in start]
        if not all(x.is_finite() for matrix in balls for x in matrix.entries()):
            raise InvalidInput("the start is not finite")
        degree = order or max(12, digits * 13 // 10 + 4)
        walk = Walk(tape, balls, degree, digits, floor * max(moments, default=Fraction(1)))
        found = [walk.output(Fraction(0), flint.arb(0), None) for t in moments if t == 0]
        pending = [t for t in moments if t > 0]
        while pending:
            if walk.steps >= max_steps:
                message = f"{max_steps} steps reached t = {float(walk.time):.6g} only"
                raise StepLimit(message, walk.time, walk.here())
            try:
                piece = walk.propose(pending[-1] - walk.time)
            except StepSizeFloor as failure:
                raise _blown_up(tape, failure) from None
            pending = walk.commit(piece, pending, found)
    return Flow(tuple(found), walk.steps, degree)


def _blown_up(tape: Tape, failure: StepSizeFloor) -> StepSizeFloor:
    """The failure as BlowUp, if that is what it is."""
    bounds = blow_up_interval(tape, [m._m for m in failure.state])
    if bounds is None:
        return failure
    low, high = (failure.time + b for b in bounds)
    message = (
        f"the solution leaves every bounded set (blow-up) between t = {float(low):.12g} and {float(high):.12g}; "
        "ask for earlier times"
    )
    return BlowUp(message, failure.time, failure.state, (low, high))


def output_times(times: Sequence[Exact], digits: int) -> list[Fraction]:
    """The requested times, exactly. Raises InvalidInput unless they increase from 0 on and `digits` is positive."""
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise InvalidInput(f"precision must be a positive number of digits, not {digits!r}")
    moments = [exact_fraction(t) for t in times]
    if any(t < 0 for t in moments) or any(s >= t for s, t in itertools.pairwise(moments)):
        raise InvalidInput("times must be non-negative and strictly increasing")
    return moments


def linear_network_trajectory(
    weights: Sequence[RationalMatrix | BallMatrix],
    target: RationalMatrix,
    times: Sequence[Exact],
    digits: int,
    *,
    max_steps: int = 10_000,
) -> Flow:
    """Gradient flow of 1/2 ||W_N ... W_1 - target||_F^2 from `weights` (W_1, ..., W_N); `times`, `digits`,
    `max_steps` and errors as in `integrate_flow`.
    """
    return integrate_flow(linear_network_flow(target), weights, times, digits, max_steps=max_steps)


@dataclass(frozen=True)
class Piece:
    """A proved step: on [0, length] from the walk's time the solution exists, and it is at most `largest` away from
    the polynomials of `expansion`; at the end at most `final`."""

    expansion: Expansion
    length: Fraction
    final: Any
    largest: Any

    def cut(self, length: Fraction) -> Piece:
        """The first part of the step, of this `length`."""
        return self if length == self.length else Piece(self.expansion, length, self.largest, self.largest)


class Walk:
    """The moving part: exact time, exact centre and radius; every method keeps the enclosure true."""

    def __init__(self, tape: Tape, balls: list[Any], order: int, digits: int, floor: Fraction) -> None:
        self.tape = tape
        self.order = order
        self.floor = floor
        self.time = Fraction(0)
        self.steps = 0
        self.tolerance = Fraction(1, 10 ** (digits + 2))
        self.centre: list[Any] = []
        self.radius: Any = flint.arb(0)
        self.recentre(balls, flint.arb(0))

    def recentre(self, balls: list[Any], error: Any) -> None:
        """New exact centre inside `balls`, from which the state has at most the distance `error`; its rounding
        goes into the radius.
        """
        self.centre = [matrix.mid() for matrix in balls]
        with flint.ctx.workprec(LOW_BITS):
            moved = joint_norm([b - c for b, c in zip(balls, self.centre, strict=True)])
            self.radius = (error + moved).abs_upper()

    def here(self) -> tuple[BallMatrix, ...]:
        """The state now: one ball matrix for each matrix of the state, each entry within `radius` of the centre."""
        return _inflate(self.centre, self.radius)

    def output(self, time: Fraction, error: Any, balls: list[Any] | None) -> FlowState:
        """Balls around the polynomial's values `balls` at an output time, widened by the error bound there."""
        if balls is None:
            return FlowState(time, self.here(), dyadic_fraction(self.radius))
        state = _inflate(balls, error)
        with flint.ctx.workprec(LOW_BITS):
            rounding = joint_norm([b - b.mid() for b in balls])
            total = (rounding + error).abs_upper()
        return FlowState(time, state, dyadic_fraction(total))

    def propose(self, left: Fraction) -> Piece:
        """A proved step of length at most `left`. Raises StepSizeFloor or OutsideDomain."""
        expansion = expand(self.tape, self.centre, self.order)
        if not all(gap.is_finite() for gap in expansion.gaps):
            raise OutsideDomain(
                f"the field is not analytic at t = {float(self.time):.9g}: an argument of log, sqrt or reciprocal "
                "is not certainly inside its domain; start elsewhere or ask for earlier times",
                self.time,
                self.here(),
            )
        size = max(1.0, float(joint_norm(self.centre)))
        allowed = to_arb(self.tolerance) * flint.arb(size)
        step = min(left, _first_guess(expansion, self.tolerance, size))
        while True:
            if step < self.floor and step < left:
                raise StepSizeFloor(
                    f"step size below {float(self.floor):.3g} at t = {float(self.time):.9g}: "
                    "blow-up in finite time or a stiff field; ask for earlier times or allow shorter steps (floor)",
                    self.time,
                    self.here(),
                )
            length = to_arb(step)
            defect = defect_bound(self.tape, expansion, length)
            if bool(defect * length <= allowed):
                bounds = self.tube(expansion, step, defect)
                if bounds is not None:
                    return Piece(expansion, step, *bounds)
                step = _dyadic(step * Fraction(1, 2))
            else:
                step = _dyadic(step * Fraction(9, 10))

    def commit(self, piece: Piece, pending: list[Fraction], found: list[FlowState]) -> list[Fraction]:
        """Walk a proved step; appends outputs inside it to `found` and returns those of the `pending` times that
        are still to come.
        """
        end = self.time + piece.length
        later = []
        for moment in pending:
            if moment <= end:
                balls = piece.expansion.value(to_arb(moment - self.time))
                found.append(self.output(moment, piece.final if moment == end else piece.largest, balls))
            else:
                later.append(moment)
        self.recentre(piece.expansion.value(to_arb(piece.length)), piece.final)
        self.time = end
        self.steps += 1
        return later

    def tube(self, expansion: Expansion, step: Fraction, defect: Any) -> tuple[Any, Any] | None:
        """Error bounds (at the end, on the whole step) from a bound of the `defect`, or None if the tube cannot
        be closed.
        """
        with flint.ctx.workprec(LOW_BITS):
            piece = to_arb(step / PIECES)
            error, largest = self.radius, self.radius
            for i in range(PIECES):
                span = to_arb(step * i / PIECES).union(to_arb(step * (i + 1) / PIECES))
                middle = expansion.value(span)
                width = ((error + defect * piece) * 4 + flint.arb(2) ** -40).abs_upper()
                for _ in range(3):
                    box = [_widen(m, width) for m in middle]
                    rate = log_norm_upper(self.tape, box)
                    growth = (rate * piece).exp().abs_upper()
                    pushed = (error + defect * piece).abs_upper()
                    peak = (pushed * growth.max(flint.arb(1))).abs_upper()
                    if bool(peak < width):
                        break
                    width = (width * 8).abs_upper()
                else:
                    return None
                if not growth.is_finite() or not peak.is_finite():
                    return None
                # |e(s)| <= e^(mu s) |e(0)| + d * integral of e^(mu (s - u)) du over [0, s]
                error = (error * growth + defect * piece * growth.max(flint.arb(1))).abs_upper()
                largest = largest.max(peak).abs_upper()
            return error, largest


def _first_guess(expansion: Expansion, tolerance: Fraction, size: float) -> Fraction:
    """Step length at which the last two terms are about the tolerance; a guess, proved or shortened later."""
    goal = -log(10) * (len(str(tolerance.denominator)) - 1) + log(size)
    lengths = []
    for degree in (expansion.order, expansion.order - 1):
        norm = joint_norm([series[degree] for series in expansion.coefficients])
        if bool(norm > 0):
            lengths.append((goal - float(norm.log())) / degree)
    if not lengths:
        return Fraction(1)
    return _dyadic(Fraction(exp(max(-700.0, min([*lengths, 50.0])))))


def _dyadic(value: Fraction) -> Fraction:
    """Round down to about 12 significant bits, to keep times short."""
    shift = max(0, value.denominator.bit_length() - value.numerator.bit_length() + 12)
    return Fraction((value.numerator << shift) // value.denominator, 1 << shift)


def _widen(matrix: Any, width: Any) -> Any:
    ball = flint.arb(0, width)
    return flint.arb_mat(matrix.nrows(), matrix.ncols(), [x + ball for x in matrix.entries()])


def _inflate(matrices: list[Any], error: Any) -> tuple[BallMatrix, ...]:
    return tuple(BallMatrix._wrap(_widen(m, error)) for m in matrices)

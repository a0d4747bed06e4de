"""Gradient descent in exact rationals, continued in balls when the rationals become too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.numeric.enclosure import Exact, InvalidInput, NotEvidence, exact_fraction, precision
from verify.numeric.matrices import BallMatrix, RationalMatrix
from verify.numeric.networks import Field, linear_network_gradient

State = tuple[RationalMatrix, ...] | tuple[BallMatrix, ...]

BIT_LIMIT = 10**6


@dataclass(frozen=True)
class Descent:
    """Iterates x_0, ..., x_steps; the first `exact_steps + 1` are rational, the others are balls."""

    states: tuple[State, ...]
    rate: Fraction
    exact_steps: int

    def __len__(self) -> int:
        return len(self.states)


def descend(
    gradient: Field,
    start: Sequence[RationalMatrix],
    rate: Exact,
    steps: int,
    *,
    digits: int = 50,
    bit_limit: int = BIT_LIMIT,
) -> Descent:
    """x <- x - rate * gradient(x), `steps` times, from exact matrices.

    `gradient` maps a tuple of matrices to matrices of the same shapes and works on RationalMatrix and BallMatrix.
    As soon as the numerators and denominators of an iterate have more than `bit_limit` bits in all, the descent
    goes on in balls with `digits` digits. Raises InvalidInput for inexact input or wrong shapes, NotEvidence if a
    ball is not finite any more. `start` is a tuple of exact matrices, `rate` an exact number.
    """
    step_size = exact_fraction(rate)
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise InvalidInput(f"the number of steps must be a natural number, not {steps!r}")
    if not start or not all(isinstance(x, RationalMatrix) for x in start):
        raise InvalidInput("the start must be a non-empty sequence of RationalMatrix")
    state: State = tuple(start)
    states = [state]
    exact_steps = 0
    with precision(digits):
        for step in range(1, steps + 1):
            if isinstance(state[0], RationalMatrix) and sum(_bits(x) for x in state) > bit_limit:
                state = tuple(x.to_balls() for x in state if isinstance(x, RationalMatrix))
            slopes = list(gradient(state))
            if [g.shape for g in slopes] != [x.shape for x in state]:
                raise InvalidInput("the gradient has other shapes than the state")
            state = tuple(x - g * step_size for x, g in zip(state, slopes, strict=True))
            if isinstance(state[0], RationalMatrix):
                exact_steps = step
            elif not all(x.is_finite() for x in state if isinstance(x, BallMatrix)):
                raise NotEvidence(f"the balls of iterate {step} are not finite; use more digits")
            states.append(state)
    return Descent(tuple(states), step_size, exact_steps)


def linear_network_descent(
    weights: Sequence[RationalMatrix],
    target: RationalMatrix,
    rate: Exact,
    steps: int,
    *,
    digits: int = 50,
    bit_limit: int = BIT_LIMIT,
) -> Descent:
    """Descent on 1/2 ||W_N ... W_1 - target||_F^2 from weights (W_1, ..., W_N), any depth and shapes. `target`
    has the shape of the product; `rate`, `steps`, `digits`, `bit_limit` and errors as in `descend`.
    """
    gradient = linear_network_gradient(target)
    return descend(gradient, weights, rate, steps, digits=digits, bit_limit=bit_limit)


def _bits(matrix: RationalMatrix | BallMatrix) -> int:
    return matrix.bits() if isinstance(matrix, RationalMatrix) else 0

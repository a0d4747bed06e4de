"""Fast flows in float64, for figures and first looks. Nothing here is rigorous, and nothing here settles a claim.

Adaptive Runge-Kutta steps of order 5(4) (J. R. Dormand and P. J. Prince, J. Comput. Appl. Math. 6, 1980). ReLU fields
are followed through their jumps by ever shorter steps; near a sliding surface that takes many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from verify.numeric.enclosure import InvalidInput
from verify.numeric.gram import Array

FloatField = Callable[[Array], Array]
"""Velocity of a state, one array of any shape."""

_NODES = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


class FloatFlowStopped(ArithmeticError):
    """The steps were used up or the state is not finite any more; `time` and `state` are the last good ones."""

    def __init__(self, message: str, time: float, state: Array) -> None:
        super().__init__(message)
        self.time = time
        self.state = state


def float_flow(
    field: FloatField, start: Array, times: Sequence[float], *, tolerance: float = 1e-9, max_steps: int = 100_000
) -> list[Array]:
    """States at increasing times from `start` at time 0, with a local error of about `tolerance` a step.

    Raises InvalidInput for a start or times that are not finite, empty starts, times that do not increase from 0
    on or a tolerance outside (0, 1); FloatFlowStopped at a blow-up or after `max_steps`. `field` maps a state to
    its velocity.
    """
    state = np.array(start, dtype=np.float64)
    if state.size == 0 or not np.isfinite(state).all():
        raise InvalidInput("the start must be a non-empty array of finite numbers")
    moments = [float(t) for t in times]
    steps_up = all(b > a for a, b in zip([-1e-300, *moments], moments, strict=False))
    if not steps_up or not all(np.isfinite(t) for t in moments):
        raise InvalidInput("times must be finite, non-negative and strictly increasing")
    if not 0 < tolerance < 1:
        raise InvalidInput(f"the tolerance must lie between 0 and 1, not {tolerance!r}")
    now, step, steps = 0.0, 1e-3 * (moments[-1] if moments else 1.0) + 1e-300, 0
    slope = _velocity(field, state)
    out: list[Array] = []
    for moment in moments:
        while now < moment:
            last = now + step >= moment
            length = moment - now if last else step
            moved, after, error = _step(field, state, slope, length)
            steps += 1
            size = float(np.max(np.abs(error) / (tolerance * (1 + np.abs(state)))))
            if not np.isfinite(moved).all() or not np.isfinite(size):
                size = np.inf
            if size <= 1:
                now, state, slope = (moment if last else now + length), moved, after
            if steps >= max_steps or (size > 1 and length < 1e-14 * max(1.0, abs(now))):
                what = "the steps are used up" if steps >= max_steps else "blow-up or a step size of 0"
                raise FloatFlowStopped(f"{what} at t = {now:.6g}", now, state)
            if size > 1 or not last:
                step = length * min(5.0, max(0.2, 0.9 * max(size, 1e-10) ** -0.2))
        out.append(state.copy())
    return out


def _step(field: FloatField, state: Array, slope: Array, length: float) -> tuple[Array, Array, Array]:
    """The state after a step, its velocity there, and the estimated error."""
    slopes = [slope]
    with np.errstate(all="ignore"):
        for row in _NODES[1:]:
            point = state + length * sum(c * k for c, k in zip(row, slopes, strict=True))
            slopes.append(_velocity(field, point))
        error = length * sum(c * k for c, k in zip(_ERROR, slopes, strict=True))
    return point, slopes[-1], np.asarray(error)


def _velocity(field: FloatField, state: Array) -> Array:
    value: Array = np.asarray(field(state), dtype=np.float64)
    if value.shape != state.shape:
        raise InvalidInput(f"the field maps shape {state.shape} to {value.shape}")
    return value


_VALUE: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
    "quadratic": lambda z: z * z,
}
_SLOPE: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: (z >= 0).astype(np.float64),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "quadratic": lambda z: 2 * z,
}


def two_layer_float_field(activation: str, inputs: Array, labels: Array, outer: Array) -> FloatField:
    """Velocity of W (m x d) under gradient flow of 1/2 |a sigma(W X) - y|^2; X is d x n, y has n and a has m
    entries.

    `activation` is relu (with slope 1 at 0), tanh or quadratic. Raises InvalidInput for other names and shapes.
    `inputs` are X, `labels` y and `outer` a.
    """
    if activation not in _VALUE:
        raise InvalidInput(f"no activation {activation!r} in floats; there are {', '.join(_VALUE)}")
    if inputs.ndim != 2 or labels.shape != (inputs.shape[1],) or outer.ndim != 1 or 0 in (*inputs.shape, *outer.shape):
        raise InvalidInput(f"inputs {inputs.shape}, labels {labels.shape} and output weights {outer.shape} do not fit")

    def field(weights: Array) -> Array:
        before = weights @ inputs
        residual = outer @ _VALUE[activation](before) - labels
        velocity: Array = -(np.outer(outer, residual) * _SLOPE[activation](before)) @ inputs.T
        return velocity

    return field

"""Deep linear networks as callables on any matrices with `+`, `-`, `@` and `.T`.

Weights are a tuple (W_1, ..., W_N); the end-to-end matrix is W_N ... W_1. The same callables serve exact
rational descent, descent in balls and the Taylor integrator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from verify.numeric.enclosure import InvalidInput
from verify.numeric.matrices import RationalMatrix

Field = Callable[[tuple[Any, ...]], Sequence[Any]]
"""A map from a tuple of matrices to matrices of the same shapes."""


def end_to_end(weights: Sequence[Any]) -> Any:
    """W_N ... W_1. Raises InvalidInput without layers."""
    if not weights:
        raise InvalidInput("a network needs at least one layer")
    product = weights[0]
    for weight in weights[1:]:
        product = weight @ product
    return product


def linear_network_gradient(target: RationalMatrix) -> Field:
    """Gradients of 1/2 ||W_N ... W_1 - target||_F^2 with respect to W_1, ..., W_N, any depth and shapes.

    Backpropagation: with E the error, P_j = W_j ... W_1 and D_j = W_(j+1)^T ... W_N^T E, the j-th gradient is
    D_j P_(j-1)^T; 3 (N - 1) products.
    """

    def gradient(weights: tuple[Any, ...]) -> list[Any]:
        if not weights:
            raise InvalidInput("a network needs at least one layer")
        below = [weights[0]]
        for weight in weights[1:]:
            below.append(weight @ below[-1])
        delta = below[-1] - target
        result: list[Any] = []
        for j in range(len(weights) - 1, 0, -1):
            result.append(delta @ below[j - 1].T)
            delta = weights[j].T @ delta
        result.append(delta)
        return result[::-1]

    return gradient


def linear_network_flow(target: RationalMatrix) -> Field:
    """The vector field of gradient flow, minus `linear_network_gradient`."""
    gradient = linear_network_gradient(target)
    return lambda weights: [-g for g in gradient(weights)]

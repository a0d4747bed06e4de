"""Gradients of networks as callables on any matrices with `+`, `-`, `@`, `.T`, `hadamard` and `apply`.

Deep linear networks: weights are a tuple (W_1, ..., W_N), the end-to-end matrix is W_N ... W_1. Two-layer networks:
u = scale a sigma(W X) with W of shape m x d, a of shape 1 x m, n inputs in the columns of X (d x n), labels y (1 x n).
The same callables serve exact rational descent, descent in balls and the Taylor integrator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from verify.numeric.enclosure import Enclosure, Exact, InvalidInput, exact_fraction
from verify.numeric.matrices import BallMatrix, RationalMatrix

Field = Callable[[tuple[Any, ...]], Sequence[Any]]
"""A map from a tuple of matrices to matrices of the same shapes."""

Trained = Literal["first", "both"]


def end_to_end(weights: Sequence[Any]) -> Any:
    """The product W_N ... W_1 of `weights` (W_1, ..., W_N). Raises InvalidInput without layers."""
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
    """The vector field of gradient flow, minus `linear_network_gradient`. `target` has the shape of the product."""
    return _downhill(linear_network_gradient(target))


@dataclass(frozen=True)
class Activation:
    """An activation and its derivative, entrywise on matrices."""

    value: Callable[[Any], Any]
    slope: Callable[[Any], Any]


def _tanh_slope(z: Any) -> Any:
    height = z.apply("tanh")
    rows, columns = z.shape
    return RationalMatrix.from_rows([[1] * columns] * rows, columns) - height.hadamard(height)


def _no_slope(_: Any) -> Any:
    raise InvalidInput("the derivative of ReLU jumps; relu_flow follows ReLU networks from event to event")


ACTIVATIONS = {
    "tanh": Activation(lambda z: z.apply("tanh"), _tanh_slope),
    "erf": Activation(lambda z: z.apply("erf"), lambda z: z.apply("erf_slope")),
    "quadratic": Activation(lambda z: z.hadamard(z), lambda z: z * 2),
    "relu": Activation(lambda z: z.positive_part(), _no_slope),
}


@dataclass(frozen=True)
class TwoLayer:
    """The loss 1/2 ||u - y||^2 of a two-layer network u = scale a sigma(W X).

    `trained` "first": the state is (W,) and a is `outer`, fixed. "both": the state is (W, a), `outer` is None. Build it
    with `two_layer`.
    """

    activation: Activation
    inputs: RationalMatrix
    labels: RationalMatrix
    outer: RationalMatrix | None
    scale: RationalMatrix | BallMatrix

    def outputs(self, state: tuple[Any, ...]) -> Any:
        """u, 1 x n, at the `state` (W,) or (W, a)."""
        first, outer = self._layers(state)
        return self.scale @ (outer @ self.activation.value(first @ self.inputs))

    def loss(self, state: tuple[Any, ...]) -> Any:
        """1/2 ||u - y||^2 at the `state`, as a 1 x 1 matrix."""
        residual = self.outputs(state) - self.labels
        return (residual @ residual.T) * exact_fraction("1/2")

    def gradient(self, state: tuple[Any, ...]) -> list[Any]:
        """Gradients with respect to the matrices of the state."""
        first, outer = self._layers(state)
        before = first @ self.inputs
        after = self.activation.value(before)
        residual = self.scale @ (self.scale @ (outer @ after) - self.labels)
        result = [(outer.T @ residual).hadamard(self.activation.slope(before)) @ self.inputs.T]
        return result if self.outer is not None else [*result, residual @ after.T]

    def flow(self, state: tuple[Any, ...]) -> list[Any]:
        """The vector field of gradient flow at the `state`."""
        return [-g for g in self.gradient(state)]

    def _layers(self, state: tuple[Any, ...]) -> tuple[Any, Any]:
        if len(state) != (2 if self.outer is None else 1):
            raise InvalidInput("the state is (W,) if the first layer is trained, (W, a) if both are")
        return state[0], state[1] if self.outer is None else self.outer


def two_layer(
    activation: str,
    inputs: RationalMatrix,
    labels: RationalMatrix,
    *,
    outer: RationalMatrix | None = None,
    scale: Enclosure | Exact = 1,
) -> TwoLayer:
    """A two-layer network with activation `tanh`, `erf`, `quadratic` or `relu`; see `TwoLayer`.

    For `relu` there are outputs and loss, but no gradient; flows are followed by `relu_flow`.

    `inputs` d x n and `labels` 1 x n; with `outer` (1 x m) only the first layer is trained. `scale` is exact or an
    enclosure (such as 1 / sqrt(m)). Raises InvalidInput for other names, shapes that do not fit, and dimension 0.
    """
    if activation not in ACTIVATIONS:
        raise InvalidInput(f"no activation {activation!r}; there are {', '.join(ACTIVATIONS)}")
    check_data(inputs, labels, outer)
    factor: RationalMatrix | BallMatrix
    if isinstance(scale, Enclosure):
        factor = BallMatrix.from_rows([[scale]])
        if not factor.is_finite():
            raise InvalidInput("the scale is not finite")
    else:
        factor = RationalMatrix.from_rows([[scale]])
    return TwoLayer(ACTIVATIONS[activation], inputs, labels, outer, factor)


def check_data(inputs: RationalMatrix, labels: RationalMatrix, outer: RationalMatrix | None) -> None:
    """Raises InvalidInput unless X is d x n, y is 1 x n and a is 1 x m with d, n, m >= 1."""
    for what, matrix in (("inputs", inputs), ("labels", labels), ("output weights", outer)):
        if matrix is None:
            continue
        if not isinstance(matrix, RationalMatrix):
            raise InvalidInput(f"the {what} must be a RationalMatrix, not {type(matrix).__name__}")
        if 0 in matrix.shape:
            raise InvalidInput(f"the {what} have shape {matrix.shape}: there is no network of dimension 0")
        if what != "inputs" and matrix.shape[0] != 1:
            raise InvalidInput(f"the {what} must be one row, not of shape {matrix.shape}")
    if labels.shape[1] != inputs.shape[1]:
        raise InvalidInput(f"{inputs.shape[1]} inputs (columns) but {labels.shape[1]} labels")


def linear_model_flow(inputs: RationalMatrix, labels: RationalMatrix) -> Field:
    """Gradient flow of 1/2 ||theta X - y||^2 for a state (theta,) of shape 1 x d: `inputs` X are d x n, `labels`
    y are 1 x n.
    """
    check_data(inputs, labels, None)
    return _downhill(lambda state: [(state[0] @ inputs - labels) @ inputs.T])


def kernel_flow(kernel: RationalMatrix | BallMatrix, labels: RationalMatrix) -> Field:
    """u' = -(u - y) K for predictions (u,) of shape 1 x n and a kernel matrix K (n x n). `labels` y are 1 x n.
    Raises InvalidInput if the shapes do not fit or the kernel is not finite.
    """
    rows, columns = kernel.shape
    if rows == 0 or rows != columns or labels.shape != (1, rows):
        raise InvalidInput(f"a kernel of shape {kernel.shape} does not fit labels of shape {labels.shape}")
    if isinstance(kernel, BallMatrix) and not kernel.is_finite():
        raise InvalidInput("the kernel matrix is not finite")
    return _downhill(lambda state: [(state[0] - labels) @ kernel])


def _downhill(gradient: Field) -> Field:
    return lambda state: [-g for g in gradient(state)]

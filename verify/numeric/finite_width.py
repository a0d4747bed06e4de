"""Networks of finite width: their Gram matrices, how far these are from the limit, and laws that hold at every width.

Weights are standard normal, output weights random signs, so the first-layer tangent kernel of m units is

    H_m(x, z) = x.z * (share of units active on x and z),    E H_m(x, z) = x.z kappa_0 / 2.

The number of units active on both inputs is binomial, so its confidence intervals are exact (C. Clopper and E. Pearson,
Biometrika 26, 1934); that the weights come from a float generator is the only approximation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.numeric.binomial import confidence_interval
from verify.numeric.enclosure import Exact, InvalidInput, exact_fraction
from verify.numeric.gram import Array
from verify.numeric.matrices import RationalMatrix
from verify.numeric.wide import kappa_0

CHUNK = 1 << 22


def active_together(x: Array, weights: Array) -> NDArray[np.int64]:
    """Number of rows w of `weights` (m x d) with w.x_i >= 0 and w.x_j >= 0, for all pairs of rows of x: n x n."""
    _check(x, weights)
    count = np.zeros((len(x), len(x)))
    step = max(1, CHUNK // len(x))
    for start in range(0, len(weights), step):
        active = (x @ weights[start : start + step].T >= 0).astype(np.float64)
        count += active @ active.T
    return np.rint(count).astype(np.int64)


def finite_width_gram(x: Array, weights: Array, *, second_layer: bool = False) -> Array:
    """Tangent kernel matrix n x n of m^(-1/2) sum_r a_r relu(w_r . x) with signs a_r, at given first-layer weights.

    Gradients with respect to the first layer, and with `second_layer` also to the output weights. Rows of x (n x d),
    weights m x d, m >= 1. Raises InvalidInput for other shapes and values that are not finite.
    """
    gram: Array = (x @ x.T) * active_together(x, weights) / len(weights)
    if second_layer:
        outer = np.maximum(x @ weights.T, 0.0)
        gram = gram + outer @ outer.T / len(weights)
    return gram


def finite_width_gram_exact(x: RationalMatrix, weights: RationalMatrix) -> RationalMatrix:
    """The first-layer part of `finite_width_gram` in exact arithmetic: x is n x d, one input a row; `weights` is
    m x d, one unit a row. Raises InvalidInput if the shapes do not fit or one is empty.
    """
    if x.shape[1] != weights.shape[1] or 0 in weights.shape or 0 in x.shape:
        raise InvalidInput(f"inputs {x.shape} and weights {weights.shape} do not fit, or one is empty")
    before = (x @ weights.T).rows()
    active = RationalMatrix.from_rows([[int(z >= 0) for z in row] for row in before])
    gram: RationalMatrix = (x @ x.T).hadamard(active @ active.T)
    return gram * Fraction(1, weights.shape[0])


@dataclass(frozen=True)
class Width:
    """One width of a sweep: share of units active together, exact limits of its mean, and distance from the limit.

    `share` and the ends `low`, `high` belong to the pairs (i, j), i < j, in order; `distance` is the spectral norm of
    H_m minus the limit kernel; `inside` tells whether kappa_0 / 2 lies in all intervals of this width.
    """

    width: int
    share: tuple[Fraction, ...]
    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]
    distance: float
    inside: bool


def width_sweep(x: Array, widths: Sequence[int], *, seed: int, confidence: Exact = "0.999") -> tuple[Width, ...]:
    """Finite-width kernels of the rows of x (n x d, n >= 2) with independent weights at each width.

    With probability at least `confidence` all intervals of all pairs and all widths contain kappa_0 / 2 at once
    (union bound over exact intervals). Raises InvalidInput for bad shapes, widths or levels. The same `seed`
    gives the same weights.
    """
    level = exact_fraction(confidence)
    if not 0 < level < 1:
        raise InvalidInput(f"the confidence must lie between 0 and 1, not {level}")
    if not widths or any(isinstance(m, bool) or not isinstance(m, int) or m < 1 for m in widths):
        raise InvalidInput(f"widths must be positive numbers of units, not {list(widths)!r}")
    limit = kappa_0(x) / 2
    n = len(x)
    if n < 2:
        raise InvalidInput("a sweep needs at least two inputs")
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    level = (1 - level) / (len(pairs) * len(widths))
    out = []
    for number, m in enumerate(widths):
        weights = np.random.Generator(np.random.PCG64([seed, number, m])).standard_normal((m, x.shape[1]))
        count = active_together(x, weights)
        known: dict[int, tuple[Fraction, Fraction]] = {}
        for i, j in pairs:
            hits = int(count[i, j])
            if hits not in known:
                known[hits] = confidence_interval(hits, m, level)
        ends = [known[int(count[p])] for p in pairs]
        out.append(
            Width(
                m,
                tuple(Fraction(int(count[p]), m) for p in pairs),
                tuple(low for low, _ in ends),
                tuple(high for _, high in ends),
                float(np.linalg.norm((x @ x.T) * (count / m - limit), 2)),
                all(low <= Fraction(float(limit[p])) <= high for p, (low, high) in zip(pairs, ends, strict=True)),
            )
        )
    return tuple(out)


def one_sample_failure(width: int) -> Fraction:
    """Probability that first-layer gradient flow of m ReLU units never fits one sample (x, y), x != 0, y != 0.

    A unit helps if its output sign is that of y and it is active on x, which has probability 1 / 4 for standard
    normal weights and random signs; helping units grow until the label is reached, and without one the output
    cannot take the sign of y. So the flow fails with probability (3 / 4)^m, exactly. `width` is m; raises
    InvalidInput unless it is a positive integer.
    """
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise InvalidInput(f"the width must be a positive number of units, not {width!r}")
    return Fraction(3, 4) ** width


def _check(x: Any, weights: Any) -> None:
    for what, a in (("inputs", x), ("weights", weights)):
        if not isinstance(a, np.ndarray) or a.ndim != 2 or a.dtype != np.float64 or 0 in a.shape:
            raise InvalidInput(f"the {what} must be a non-empty matrix of float64")
        if not np.isfinite(a).all():
            raise InvalidInput(f"the {what} are not finite")
    if x.shape[1] != weights.shape[1]:
        raise InvalidInput(f"inputs of dimension {x.shape[1]} and weights of dimension {weights.shape[1]}")

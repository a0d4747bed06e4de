"""Arc-cosine and tangent kernels of deep wide ReLU networks, float64 and enclosed.

One layer maps the correlation rho of two inputs to kappa_1(rho) (rectifier, order 1) or kappa_0(rho) (step, order 0),
scaled so that the norm of an input is kept (Y. Cho and L. Saul, NeurIPS 2009). With rho_0 the cosine of the inputs and
rho_l = kappa_1(rho_(l-1)), the tangent kernel of unit vectors after l hidden layers is

    Theta_0 = rho_0,    Theta_l = Theta_(l-1) kappa_0(rho_(l-1)) + rho_l

(A. Jacot, F. Gabriel and C. Hongler, NeurIPS 2018). After one hidden layer it is twice `wide.tangent_kernel`, which
does not rescale. In float64 a layer is followed by the angle theta, not by its cosine: 1 - kappa_1 is

    (2 pi sin(theta / 2)^2 - (sin theta - theta cos theta)) / pi,

which keeps its digits for nearly parallel inputs, and the angle of the next layer is 2 asin(sqrt((1 - kappa_1) / 2)).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from verify.numeric.enclosure import Enclosure, Exact, InvalidInput
from verify.numeric.gram import Array, sine_minus
from verify.numeric.wide import kappa_0_enclosure, kappa_1_enclosure, supplement_angles

Order = Literal[0, 1]


def deep_arc_cosine(x: Array, y: Array | None = None, *, depth: int, order: Order = 1) -> Array:
    """rho_depth for all pairs of rows of x (n x d) and y (m x d, default x): n x m float64 in [-1, 1].

    `order` 0 or 1 in every layer; `depth` 0 gives the cosines. Errors as in `wide.supplement_angles`.
    """
    return _followed(x, y, depth, order)[0]


def deep_tangent_kernel(x: Array, y: Array | None = None, *, depth: int) -> Array:
    """|x||y| Theta_depth for all pairs of rows, n x m float64; `depth` hidden layers, 0 gives the dot products."""
    tangent = _followed(x, y, depth, 1)[1]
    second = x if y is None else y
    out: Array = tangent * np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(second, axis=1)[None, :]
    return out


def deep_arc_cosine_enclosure(
    rho: Enclosure | Exact, *, depth: int, order: Order = 1, domain_proved: bool = False
) -> Enclosure:
    """rho_depth of two unit vectors with inner product rho in [-1, 1]; errors as in `wide.kappa_0_enclosure`.

    Relative accuracy falls with the depth near rho = 1, where the derivative of kappa_0 is unbounded: use more
    digits. `order` is that of the kernel; `domain_proved` as there.
    """
    return _enclosed(rho, depth, order, domain_proved)[0]


def deep_tangent_kernel_enclosure(rho: Enclosure | Exact, *, depth: int, domain_proved: bool = False) -> Enclosure:
    """Theta_depth of two unit vectors with inner product rho; `depth`, `domain_proved` and errors as in
    `deep_arc_cosine_enclosure`.
    """
    return _enclosed(rho, depth, 1, domain_proved)[1]


def _enclosed(rho: Enclosure | Exact, depth: int, order: Order, proved: bool) -> tuple[Enclosure, Enclosure]:
    _check(depth, order)
    step = kappa_1_enclosure if order == 1 else kappa_0_enclosure
    now: Enclosure | Exact = rho
    tangent = rho if isinstance(rho, Enclosure) else Enclosure.from_exact(rho)
    step(rho, domain_proved=proved)  # refuses what is no correlation, also at depth 0
    for _ in range(depth):
        factor = kappa_0_enclosure(now, domain_proved=proved)
        now = step(now, domain_proved=proved)
        tangent = tangent * factor + now
        proved = True  # a correlation again, whatever the rounding of its ball
    return now if isinstance(now, Enclosure) else Enclosure.from_exact(now), tangent


def _followed(x: Array, y: Array | None, depth: int, order: Order) -> tuple[Array, Array]:
    """rho_depth and, for order 1, Theta_depth of the directions."""
    _check(depth, order)
    second = x if y is None else y
    phi = supplement_angles(x, y)
    theta = supplement_angles(x, -second)
    if y is None:
        np.fill_diagonal(theta, 0.0)
    correlation = np.where(phi < theta, -np.cos(phi), np.cos(theta))
    tangent = correlation.copy()
    for _ in range(depth):
        factor = phi / np.pi
        if order == 0:
            correlation, gap = factor, theta / np.pi
        else:
            correlation = _order_one(phi)
            gap = (2 * np.pi * np.sin(theta / 2) ** 2 - _order_one(theta) * np.pi) / np.pi
        tangent = tangent * factor + correlation
        theta = 2 * np.arcsin(np.sqrt(np.clip(gap, 0.0, 1.0) / 2))  # correlations are >= 0 from here on
        phi = np.pi - theta
    return correlation, tangent


def _order_one(angle: Array) -> Array:
    flat = angle.ravel()
    result: Array = (sine_minus(flat, np.cos(flat)) / np.pi).reshape(angle.shape)
    return result


def _check(depth: int, order: int) -> None:
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 0:
        raise InvalidInput(f"the depth must be a natural number of hidden layers, not {depth!r}")
    if order not in (0, 1) or isinstance(order, bool):
        raise InvalidInput(f"the order must be 0 or 1, not {order!r}")

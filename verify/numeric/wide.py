"""Arc-cosine kernels and tangent kernels of wide two-layer ReLU networks, float64 and enclosed.

With theta the angle between x and y and phi = pi - theta (Y. Cho and L. Saul, "Kernel methods for deep
learning", NeurIPS 2009):

    kappa_0 = phi / pi,    kappa_1 = (sin phi - phi cos phi) / pi,

so that for a standard normal w, E[1{w.x >= 0} 1{w.y >= 0}] = kappa_0 / 2 and E[relu(w.x) relu(w.y)] =
|x| |y| kappa_1 / 2. The supplement phi is what must be accurate: theta from the inverse cosine of a dot
product loses half of the digits near collinear and all of them near antipodal inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal

import flint
import numpy as np

from verify.numeric.enclosure import Enclosure, Exact, InvalidInput, exact_fraction, to_arb
from verify.numeric.gram import Array, assemble, even_kernel, odd_kernel, sine_minus

Layers = Literal["first", "second", "both"]


def supplement_angles(x: Array, y: Array | None = None) -> Array:
    """phi = pi - angle(x_i, y_j) in [0, pi]: n x m float64 for rows of x (n x d) and y (m x d, default x).

    Relative error a few units in the last place times sqrt(d), also for antipodal pairs. Raises
    InvalidInput for other shapes, rows that are zero or not finite, and norms whose squares overflow or
    underflow.
    """
    return assemble(x, y, _PHI)


def kappa_0(x: Array, y: Array | None = None) -> Array:
    """Arc-cosine kernel of order 0 of the rows of x and `y` (those of x if left out), n x m, in [0, 1]; domain
    and errors as in `supplement_angles`.
    """
    return assemble(x, y, _KAPPA_0)


def kappa_1(x: Array, y: Array | None = None) -> Array:
    """Arc-cosine kernel of order 1 of the directions of the rows of x and `y` (those of x if left out), n x m, in
    [0, 1]; see `supplement_angles`.
    """
    return assemble(x, y, _KAPPA_1)


def tangent_kernel(x: Array, y: Array | None = None, *, layers: Layers = "both") -> Array:
    """Tangent kernel of m^(-1/2) sum_r a_r relu(w_r . x), m to infinity, at standard normal w_r and signs a_r.

    `first`: gradients with respect to w, x.y kappa_0 / 2. `second`: with respect to a, |x||y| kappa_1 / 2.
    `both`: their sum. Shapes and errors as in `supplement_angles`; the dot products x.y have an absolute error of
    a few units in the last place of |x||y|. `layers` says which part; InvalidInput for another word.
    """
    if layers not in _LAYERS:
        raise InvalidInput(f"layers must be first, second or both, not {layers!r}")
    return assemble(x, y, _LAYERS[layers], lengths=True)


def kappa_0_enclosure(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """(pi - acos rho) / pi on [-1, 1], full relative accuracy for an exact rho, the ends included.

    Balls are handled by their end points (kappa_0 increases). Raises InvalidInput if rho leaves [-1, 1],
    unless `domain_proved` asserts that the value lies inside; NotEvidence if the ball is not finite.
    """
    return _over_ball(rho, lambda phi: phi / flint.arb.pi(), domain_proved)


def kappa_1_enclosure(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """(sqrt(1 - rho^2) + rho (pi - acos rho)) / pi on [-1, 1]; domain, `domain_proved` and errors as
    `kappa_0_enclosure`.
    """
    return _over_ball(rho, lambda phi: (phi.sin() - phi * phi.cos()) / flint.arb.pi(), domain_proved)


def tangent_kernel_enclosure(
    rho: Enclosure | Exact, *, layers: Layers = "both", domain_proved: bool = False
) -> Enclosure:
    """`tangent_kernel` of two unit vectors with inner product rho. `layers` as there, `domain_proved` as in
    `kappa_0_enclosure`. Raises InvalidInput for another word.
    """
    if layers not in ("first", "second", "both"):
        raise InvalidInput(f"layers must be first, second or both, not {layers!r}")
    total = Enclosure.from_exact(0)
    if layers != "second":
        factor = rho if isinstance(rho, Enclosure) else Enclosure.from_exact(rho)
        total = total + factor * kappa_0_enclosure(rho, domain_proved=domain_proved) / 2
    if layers != "first":
        total = total + kappa_1_enclosure(rho, domain_proved=domain_proved) / 2
    return total


def _over_ball(rho: Enclosure | Exact, function: Callable[[Any], Any], domain_proved: bool) -> Enclosure:
    if isinstance(rho, Enclosure):
        low, high = rho.lower(), rho.upper()
        if domain_proved:
            low, high = max(low, Fraction(-1)), min(high, Fraction(1))
    else:
        low = high = exact_fraction(rho)
    if not -1 <= low <= high <= 1:
        raise InvalidInput(f"correlation {rho!r} is not inside [-1, 1]")
    first = _at_point(low, function)
    return first if low == high else first.hull(_at_point(high, function))


def _at_point(rho: Fraction, function: Callable[[Any], Any]) -> Enclosure:
    """function(phi) with phi = 2 asin(sqrt((1 + rho) / 2)); extra bits against the cancellation at phi =
    0."""
    if abs(rho) == 1:  # exactly, so that compositions lose nothing at the ends
        return Enclosure.from_exact(int(rho == 1))
    gap = (1 + rho) / 2
    extra = 2 * max(0, gap.denominator.bit_length() - gap.numerator.bit_length()) + 16
    bits = int(flint.ctx.prec)
    with flint.ctx.workprec(bits + extra):
        # atan2 of the half-angle form keeps full relative accuracy at both ends
        phi = 2 * flint.arb.atan2(to_arb(gap).sqrt(), to_arb(1 - gap).sqrt())
        value = function(phi)
    return Enclosure._wrap(+value)


def _pi() -> Any:
    return flint.arb.pi()


# s = sqrt(1 - c^2): phi = pi / 2 + arcsin c, kappa_0 = 1 / 2 + arcsin c / pi,
# kappa_1 = c / 2 + (s + c arcsin c) / pi
_PHI = odd_kernel(lambda c, arc: arc / c, lambda phi, _: phi, np.pi / 2)
_KAPPA_0 = odd_kernel(lambda c, arc: arc / c / _pi(), lambda phi, _: phi / np.pi, 0.5)
_KAPPA_1 = even_kernel(
    lambda c, arc: 2 * (arc.cos() + c * arc) / _pi(), lambda phi, cosine: sine_minus(phi, cosine) / np.pi, 0.5
)
_LAYERS = {
    "first": even_kernel(
        lambda c, arc: 2 * c * arc / _pi(), lambda phi, cosine: phi * cosine * (-0.5 / np.pi), 0.25
    ),
    "second": even_kernel(
        lambda c, arc: 2 * (arc.cos() + c * arc) / _pi(),
        lambda phi, cosine: sine_minus(phi, cosine) * (0.5 / np.pi),
        0.25,
    ),
    "both": even_kernel(
        lambda c, arc: (arc.cos() + 2 * c * arc) / _pi(),
        lambda phi, cosine: (sine_minus(phi, cosine) - phi * cosine) * (0.5 / np.pi),
        0.5,
    ),
}

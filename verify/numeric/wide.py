"""Arc-cosine kernels and tangent kernels of wide two-layer ReLU networks, float64 and enclosed.

With theta the angle between x and y and phi = pi - theta (Y. Cho and L. Saul, "Kernel methods for deep
learning", NeurIPS 2009):

    kappa_0 = phi / pi,    kappa_1 = (sin phi - phi cos phi) / pi,

so that for a standard normal w, E[1{w.x >= 0} 1{w.y >= 0}] = kappa_0 / 2 and E[relu(w.x) relu(w.y)] =
|x| |y| kappa_1 / 2. The supplement phi is what must be accurate: theta from the inverse cosine of a dot
product loses half of the digits near collinear and all of them near antipodal inputs.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any, Literal

import flint
import numpy as np
from numpy.typing import NDArray

from verify.numeric.enclosure import Enclosure, Exact, InvalidInput, exact_fraction, to_arb

Array = NDArray[np.float64]
Layers = Literal["first", "second", "both"]

NEAR = 0.9
"""Pairs with |cosine| above this are recomputed from the component of y orthogonal to x."""

_SERIES_BELOW = 1.0
_SERIES_TERMS = 14


def supplement_angles(x: Array, y: Array | None = None) -> Array:
    """phi = pi - angle(x_i, y_j) in [0, pi]: n x m float64 for rows of x (n x d) and y (m x d, default x).

    Relative error a few units in the last place times sqrt(d), also for antipodal pairs. Raises
    InvalidInput for other shapes, rows that are zero or not finite, and norms whose squares overflow or
    underflow.
    """
    return _assemble(x, y, _phi)


def kappa_0(x: Array, y: Array | None = None) -> Array:
    """Arc-cosine kernel of order 0, n x m, in [0, 1]; domain and errors as in `supplement_angles`."""
    return _assemble(x, y, _order_zero)


def kappa_1(x: Array, y: Array | None = None) -> Array:
    """Arc-cosine kernel of order 1 of the directions, n x m, in [0, 1]; see `supplement_angles`."""
    return _assemble(x, y, _order_one)


def tangent_kernel(x: Array, y: Array | None = None, *, layers: Layers = "both") -> Array:
    """Tangent kernel of m^(-1/2) sum_r a_r relu(w_r . x), m to infinity, at standard normal w_r and signs
    a_r.

    `first`: gradients with respect to w, x.y kappa_0 / 2. `second`: with respect to a, |x||y| kappa_1 / 2.
    `both`: their sum. Shapes and errors as in `supplement_angles`; the dot products x.y have an absolute
    error of a few units in the last place of |x||y|.
    """
    if layers not in _LAYERS:
        raise InvalidInput(f"layers must be first, second or both, not {layers!r}")
    return _assemble(x, y, _LAYERS[layers], lengths=True)


def kappa_0_enclosure(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """(pi - acos rho) / pi on [-1, 1], full relative accuracy for an exact rho, the ends included.

    Balls are handled by their end points (kappa_0 increases). Raises InvalidInput if rho leaves [-1, 1],
    unless `domain_proved` asserts that the value lies inside; NotEvidence if the ball is not finite.
    """
    return _over_ball(rho, lambda phi: phi / flint.arb.pi(), domain_proved)


def kappa_1_enclosure(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """(sqrt(1 - rho^2) + rho (pi - acos rho)) / pi on [-1, 1]; domain and errors as `kappa_0_enclosure`."""
    return _over_ball(rho, lambda phi: (phi.sin() - phi * phi.cos()) / flint.arb.pi(), domain_proved)


def tangent_kernel_enclosure(
    rho: Enclosure | Exact, *, layers: Layers = "both", domain_proved: bool = False
) -> Enclosure:
    """`tangent_kernel` of two unit vectors with inner product rho."""
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
    if rho == -1:
        return Enclosure.from_exact(0)
    gap = (1 + rho) / 2
    extra = 2 * max(0, gap.denominator.bit_length() - gap.numerator.bit_length()) + 16
    bits = int(flint.ctx.prec)
    with flint.ctx.workprec(bits + extra):
        # atan2 of the half-angle form keeps full relative accuracy at both ends
        phi = 2 * flint.arb.atan2(to_arb(gap).sqrt(), to_arb(1 - gap).sqrt())
        value = function(phi)
    return Enclosure._wrap(+value)


# -- assembling matrices, tile by tile -------------------------------------------------------------------

Entry = Callable[[Array, Array, Array, Array], Array]
"""phi, sin phi, cos phi and a scratch array of one shape to the entries; all of them may be overwritten."""


def _phi(phi: Array, sine: Array, cosine: Array, scratch: Array) -> Array:
    return phi


def _order_zero(phi: Array, sine: Array, cosine: Array, scratch: Array) -> Array:
    return np.multiply(phi, 1 / np.pi, out=phi)


def _order_one(phi: Array, sine: Array, cosine: Array, scratch: Array) -> Array:
    out = _sine_minus(phi, sine, cosine, scratch)
    return np.multiply(out, 1 / np.pi, out=out)


def _first_layer(phi: Array, sine: Array, cosine: Array, scratch: Array) -> Array:
    np.multiply(phi, cosine, out=phi)
    return np.multiply(phi, -0.5 / np.pi, out=phi)


def _second_layer(phi: Array, sine: Array, cosine: Array, scratch: Array) -> Array:
    out = _sine_minus(phi, sine, cosine, scratch)
    return np.multiply(out, 0.5 / np.pi, out=out)


def _both_layers(phi: Array, sine: Array, cosine: Array, scratch: Array) -> Array:
    out = _sine_minus(phi, sine, cosine, scratch)
    np.multiply(phi, cosine, out=phi)
    np.subtract(out, phi, out=out)
    return np.multiply(out, 0.5 / np.pi, out=out)


_LAYERS: dict[str, Entry] = {"first": _first_layer, "second": _second_layer, "both": _both_layers}


def _assemble(x: Array, y: Array | None, entry: Entry, *, lengths: bool = False) -> Array:
    """The matrix of an entry function over all pairs of rows; half of the tiles if y is x.

    Tiles are independent of each other, so the result does not depend on the number of threads.
    """
    a = _rows(x)
    b = a if y is None else _rows(y)
    if a.shape[1] != b.shape[1]:
        raise InvalidInput(f"rows of lengths {a.shape[1]} and {b.shape[1]}")
    left, right = _norms(a), _norms(b)
    unit = a / left[:, None]
    other = unit if y is None else b / right[:, None]
    n, m = len(a), len(b)
    out: Array = np.empty((n, m))
    for i in range(0, n, TILE):
        first = i if y is None else 0  # the tiles below the diagonal are mirrored later
        out[i : i + TILE, first:] = unit[i : i + TILE] @ other[first:].T
    places = [(i, j) for i in range(0, n, TILE) for j in range(0, m, TILE) if y is not None or j >= i]

    def run(mine: list[tuple[int, int]]) -> None:
        work = np.empty((4, TILE * TILE))  # fresh memory for each tile would cost more than the arithmetic
        for i, j in mine:
            rows, columns = slice(i, min(n, i + TILE)), slice(j, min(m, j + TILE))
            shape = (rows.stop - i, columns.stop - j)
            parts = [row[: shape[0] * shape[1]].reshape(shape) for row in work]
            diagonal = y is None and i == j
            found = _tile(out[rows, columns], a[rows], b[columns], entry, parts, diagonal=diagonal)
            if lengths:
                found *= left[rows, None]
                found *= right[None, columns]
            out[rows, columns] = found
            if y is None and i != j:
                out[columns, rows] = found.T

    workers = min(len(places), os.cpu_count() or 1)
    if workers == 1:
        run(places)
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            for _ in pool.map(run, [places[k::workers] for k in range(workers)]):
                pass
    return out


def _tile(c: Array, a: Array, b: Array, entry: Entry, work: list[Array], *, diagonal: bool) -> Array:
    """Entries of one tile from the cosines c of its angles; c = -cos phi."""
    phi, sine, cosine, scratch = work
    largest = max(float(c.max(initial=0.0)), -float(c.min(initial=0.0)))
    square = np.multiply(c, c, out=sine)
    _arc_sine(c, square, phi)
    if largest > ARC_SINE:
        far = np.nonzero(np.abs(c) > ARC_SINE)
        phi[far] = np.arcsin(np.clip(c[far], -1.0, 1.0))
    phi += np.pi / 2
    np.subtract(1.0, square, out=square)
    if largest > NEAR:
        np.maximum(square, 0.0, out=square)
    np.sqrt(square, out=sine)
    np.negative(c, out=cosine)
    if largest > NEAR:
        i, j = np.nonzero(np.abs(c) > NEAR)
        chunk = max(1, 2**20 // a.shape[1])
        for start in range(0, len(i), chunk):
            near = i[start : start + chunk], j[start : start + chunk]
            phi[near] = _near_collinear(a[near[0]], b[near[1]])
        if diagonal:
            phi[i, j] = np.where(i == j, np.pi, phi[i, j])
        sine[i, j], cosine[i, j] = np.sin(phi[i, j]), np.cos(phi[i, j])
    return entry(phi, sine, cosine, scratch)


def _arc_sine(c: Array, square: Array, out: Array) -> None:
    """arcsin on |c| <= ARC_SINE by its Chebyshev interpolant, c + c^3 p(c^2): error below 2 units in the last place."""
    np.multiply(square, _ARC_SINE[-1], out=out)
    for k in _ARC_SINE[-2::-1]:
        out += k
        out *= square
    out *= c
    out += c


ARC_SINE = 0.5
TILE = 256


def _arc_sine_coefficients(terms: int = 14) -> list[float]:
    """Interpolant of (arcsin(c) / c - 1) / c^2 in c^2 on [0, 1/4] at Chebyshev points, in 60 digits."""
    with flint.ctx.workdps(60):
        quarter = flint.arb(1) / 4
        nodes = [
            (1 + (flint.arb(2 * k + 1) * flint.arb.pi() / (2 * terms)).cos()) / 2 * quarter for k in range(terms)
        ]
        rows = flint.arb_mat(terms, terms, [node**k for node in nodes for k in range(terms)])
        values = [((node.sqrt().asin() / node.sqrt()) - 1) / node for node in nodes]
        solved = rows.solve(flint.arb_mat(terms, 1, values))
        return [float(solved[k, 0].mid()) for k in range(terms)]


def _rows(x: Array) -> Array:
    array = np.asarray(x)
    if array.ndim != 2 or array.dtype != np.float64:
        raise InvalidInput(f"rows of float64 are needed, not {array.dtype} of shape {array.shape}")
    if array.shape[1] == 0:
        raise InvalidInput("vectors of dimension 0 have no angle")
    if not np.isfinite(array).all():
        raise InvalidInput("an input is NaN or infinite")
    norms = _norms(array)
    if not ((norms > 1e-140) & (norms < 1e140)).all():
        raise InvalidInput("a vector is zero, or its norm is outside 1e-140 to 1e140")
    return array


def _norms(a: Array) -> Array:
    result: Array = np.sqrt(np.einsum("ij,ij->i", a, a))
    return result


def _product_error(a: Array, b: Array, product: Array) -> Array:
    """a * b - fl(a * b), exactly (T. Dekker, Numer. Math. 18, 1971)."""
    big = 134217729.0
    a_high = a * big - (a * big - a)
    b_high = b * big - (b * big - b)
    a_low, b_low = a - a_high, b - b_high
    result: Array = a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)
    return result


def _near_collinear(x: Array, y: Array) -> Array:
    """phi for pairs of rows that are nearly parallel or antiparallel.

    y = t x + r with t a float and r rounded only once (the product is split without error), then the small
    part of r along x moves to t: tan(angle) = |r| / (t |x|).
    """
    square = np.einsum("ij,ij->i", x, x)
    t = np.einsum("ij,ij->i", x, y) / square
    scaled = np.broadcast_to(t[:, None], x.shape)
    product = scaled * x
    r = (y - product) - _product_error(scaled, x, product)
    along = np.einsum("ij,ij->i", x, r) / square
    r = r - along[:, None] * x
    size = np.sqrt(np.einsum("ij,ij->i", r, r))
    along_x = (t + along) * np.sqrt(square)
    phi: Array = np.arctan2(size, -along_x)
    return phi


def _sine_minus(phi: Array, sine: Array, cosine: Array, out: Array) -> Array:
    """sin phi - phi cos phi on [0, pi], with a power series where the difference cancels."""
    np.multiply(phi, cosine, out=out)
    np.subtract(sine, out, out=out)
    if phi.min(initial=_SERIES_BELOW) < _SERIES_BELOW:
        small = phi < _SERIES_BELOW
        p = phi[small]
        square = p * p
        # sum over k >= 1 of (-1)^(k+1) 2k p^(2k+1) / (2k+1)!
        total = np.zeros_like(p)
        coefficient = [Fraction(1, 3)]
        for k in range(2, _SERIES_TERMS):
            coefficient.append(-coefficient[-1] * Fraction(k, (k - 1) * (2 * k) * (2 * k + 1)))
        for c in reversed(coefficient):
            total = total * square + float(c)
        out[small] = total * square * p
    return out


_ARC_SINE = _arc_sine_coefficients()

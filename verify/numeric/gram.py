"""Matrices of kernels of the angle between vectors, float64, accurate to the last digits, tile by tile.

A kernel is given twice. For cosines c of at most `NEAR_ZERO` in absolute value it is

    scale (c + p(c^2))     or     constant + c p(c^2)

with a polynomial p, evaluated in place on tiles that stay in the cache. For all other pairs it is a function of the
supplement phi = pi - angle; beyond `NEAR_COLLINEAR` phi comes from the component of one vector orthogonal to the other,
because a dot product has lost its digits there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from verify.numeric.enclosure import InvalidInput

Array = NDArray[np.float64]

NEAR_ZERO = 0.45
NEAR_COLLINEAR = 0.9
TILE = 250
"""Smaller tiles cost more calls, larger ones leave the cache. Threads gained nothing here: each waits for the
interpreter lock between operations of some microseconds (measured on two cores)."""
PANEL = 512

_DIGITS = 60
_SERIES_BELOW = 1.0
_SERIES_TERMS = 14


@dataclass(frozen=True)
class AngleKernel:
    """A function of the angle between two vectors, in the two forms of this module.

    `odd` chooses the second form. `of_angle` maps phi and cos phi = -c (one-dimensional arrays) to values.
    """

    odd: bool
    constant: float
    scale: float
    coefficients: tuple[float, ...]
    of_angle: Callable[[Array, Array], Array]


def even_kernel(
    part: Callable[[Any, Any], Any], of_angle: Callable[[Array, Array], Array], scale: float
) -> AngleKernel:
    """The kernel scale * (c + part), where part is an even function of the balls c and arcsin c, analytic on |c|
    < 1.

    `scale` is a power of two, so that no digit is lost with it. `of_angle` gives the same from cosine and angle
    away from c = 0.
    """
    return AngleKernel(False, 0.0, scale, _interpolant(part, 11), of_angle)


def odd_kernel(
    part: Callable[[Any, Any], Any], of_angle: Callable[[Array, Array], Array], constant: float
) -> AngleKernel:
    """The kernel constant + c * part, with part as in `even_kernel`. `of_angle` gives the same from cosine and
    angle away from c = 0.
    """
    return AngleKernel(True, constant, 1.0, _interpolant(part, 12), of_angle)


def _interpolant(part: Callable[[Any, Any], Any], terms: int) -> tuple[float, ...]:
    """Coefficients of the interpolant in c^2 at Chebyshev points of [0, NEAR_ZERO^2], solved for in 60 digits.

    The nearest singularity is c^2 = 1, so each term gains a factor of 17 or more; the numbers of terms above leave
    errors below 1e-16 for parts of size 1.
    """
    with flint.ctx.workdps(_DIGITS):
        pi, end = flint.arb.pi(), flint.arb(NEAR_ZERO) ** 2
        nodes = [(1 + (flint.arb(2 * k + 1) * pi / (2 * terms)).cos()) / 2 * end for k in range(terms)]
        powers = flint.arb_mat(terms, terms, [node**k for node in nodes for k in range(terms)])
        values = [part(node.sqrt(), node.sqrt().asin()) for node in nodes]
        solved = powers.solve(flint.arb_mat(terms, 1, values))
        return tuple(float(solved[k, 0].mid()) for k in range(terms))


def assemble(x: Array, y: Array | None, kernel: AngleKernel, *, lengths: bool = False) -> Array:
    """The n x m matrix of a kernel over all pairs of rows, times the product of their norms if `lengths`.

    With y = None (the rows of x with themselves) half of the tiles are computed, and the result is symmetric.
    Raises InvalidInput for wrong shapes, rows that are zero or not finite, and norms outside 1e-140 to 1e140.
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
    for i in range(0, n, PANEL):
        first = i if y is None else 0  # the tiles below the diagonal are mirrored later
        np.matmul(unit[i : i + PANEL], other[first:].T, out=out[i : i + PANEL, first:])
    left, right = (left * kernel.scale, right) if lengths else (np.full(n, kernel.scale), np.ones(m))
    at_zero = float(kernel.of_angle(np.array([np.pi]), np.array([-1.0]))[0]) / kernel.scale
    below = np.tri(TILE, TILE, -1, dtype=bool)
    work = np.empty((2, TILE * TILE))  # fresh memory for each tile would cost more than the arithmetic
    for i in range(0, n, TILE):
        for j in range(i if y is None else 0, m, TILE):
            rows, columns = slice(i, min(n, i + TILE)), slice(j, min(m, j + TILE))
            tile = out[rows, columns]
            square, value = (row[: tile.size].reshape(tile.shape) for row in work)
            diagonal = y is None and i == j
            if diagonal:
                np.fill_diagonal(tile, 0.0)  # angle 0 is set below, not computed
            _tile(tile, a[rows], b[columns], kernel, square, value)
            if diagonal:
                np.fill_diagonal(value, at_zero)
            if lengths:
                value *= right[None, columns]
            value *= left[rows, None]
            if diagonal:
                np.copyto(value, value.T.copy(), where=below[: len(tile), : len(tile)])
            elif y is None:
                out[columns, rows] = value.T
            tile[...] = value
    return out


def _tile(c: Array, a: Array, b: Array, kernel: AngleKernel, square: Array, value: Array) -> None:
    """Values of a kernel, without its scale, on one tile from the cosines c; `square` and `value` are written."""
    np.multiply(c, c, out=square)
    np.multiply(square, kernel.coefficients[-1], out=value)
    for k in kernel.coefficients[-2:0:-1]:
        value += k
        value *= square
    value += kernel.coefficients[0]
    if kernel.odd:
        value *= c
        value += kernel.constant
    else:
        value += c
    if square.size and float(square.max()) > NEAR_ZERO**2:
        places = np.nonzero(square > NEAR_ZERO**2)
        phi, cosine = _far(c, a, b, places)
        value[places] = kernel.of_angle(phi, cosine) / kernel.scale


def _far(c: Array, a: Array, b: Array, places: tuple[NDArray[np.intp], ...]) -> tuple[Array, Array]:
    """phi and cos phi of the pairs of a tile at `places`, one-dimensional."""
    cosine = -c[places]
    phi: Array = np.arcsin(np.clip(-cosine, -1.0, 1.0)) + np.pi / 2
    near = np.nonzero(np.abs(cosine) > NEAR_COLLINEAR)[0]
    if near.size:
        i, j = places[0][near], places[1][near]
        chunk = max(1, 2**20 // a.shape[1])
        for start in range(0, len(near), chunk):
            piece = slice(start, start + chunk)
            phi[near[piece]] = _near_collinear(a[i[piece]], b[j[piece]])
        cosine[near] = np.cos(phi[near])
    return phi, cosine


def sine_minus(phi: Array, cosine: Array) -> Array:
    """sin phi - phi cos phi on [0, pi], with `cosine` = cos phi and a power series where the difference cancels."""
    out: Array = np.sin(phi) - phi * cosine
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

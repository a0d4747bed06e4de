"""Matrices of kernels of the angle between vectors, float64, accurate to the last digits, some rows at a time.

A kernel is given twice. For cosines c of at most `NEAR_ZERO` in absolute value it is

    scale (c + p(c^2))     or     constant + c p(c^2)

with a polynomial p, evaluated in place on pieces that stay in the cache. For all other pairs it is a function of the
supplement phi = pi - angle; beyond `NEAR_COLLINEAR` phi comes from the component of one vector orthogonal to the other,
because a dot product has lost its digits there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from queue import Empty, SimpleQueue
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from verify.numeric.enclosure import InvalidInput

Array = NDArray[np.float64]
Places = NDArray[np.intp]

NEAR_ZERO = 0.45
NEAR_COLLINEAR = 0.9
STRIP = 64
"""Rows that a thread takes at a time."""
PANEL = 512
"""Rows of one matrix product where dimensions are large."""
PIECE = 100_000
"""Entries that pass through the polynomial together. Fewer cost more calls, and threads then wait for the interpreter
lock between operations of some microseconds; more leave the cache."""
SMALL_PRODUCT = 2**19
"""Matrix products of at most this many multiplications stay in the calling thread. For larger ones OpenBLAS wakes
threads of its own, which afterwards wait actively for a tenth of a second and take the processors from ours."""
MOST_THREADS = 4

_DIGITS = 60
_TERMS = 11
_SERIES_BELOW = 1.0
_SERIES_TERMS = 14


def _series() -> tuple[float, ...]:
    """Coefficients, the last first, of sin p - p cos p = sum over k >= 1 of (-1)^(k+1) 2k p^(2k+1) / (2k+1)!."""
    coefficient = [Fraction(1, 3)]
    for k in range(2, _SERIES_TERMS):
        coefficient.append(-coefficient[-1] * Fraction(k, (k - 1) * (2 * k) * (2 * k + 1)))
    return tuple(map(float, reversed(coefficient)))


_SERIES = _series()


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
    return AngleKernel(False, 0.0, scale, _interpolant(part), of_angle)


def odd_kernel(
    part: Callable[[Any, Any], Any], of_angle: Callable[[Array, Array], Array], constant: float
) -> AngleKernel:
    """The kernel constant + c * part, with part as in `even_kernel`. `of_angle` gives the same from cosine and
    angle away from c = 0.
    """
    return AngleKernel(True, constant, 1.0, _interpolant(part), of_angle)


def _interpolant(part: Callable[[Any, Any], Any]) -> tuple[float, ...]:
    """Coefficients of the interpolant in c^2 at Chebyshev points of [0, NEAR_ZERO^2], solved for in 60 digits.

    The nearest singularity is c^2 = 1, so each term gains a factor of 17 or more; `_TERMS` leave errors of about 1e-16
    for parts of size 1.
    """
    terms = _TERMS
    with flint.ctx.workdps(_DIGITS):
        pi, end = flint.arb.pi(), flint.arb(NEAR_ZERO) ** 2
        nodes = [(1 + (flint.arb(2 * k + 1) * pi / (2 * terms)).cos()) / 2 * end for k in range(terms)]
        powers = flint.arb_mat(terms, terms, [node**k for node in nodes for k in range(terms)])
        values = [part(node.sqrt(), node.sqrt().asin()) for node in nodes]
        solved = powers.solve(flint.arb_mat(terms, 1, values))
        return tuple(float(solved[k, 0].mid()) for k in range(terms))


def assemble(x: Array, y: Array | None, kernel: AngleKernel, *, lengths: bool = False) -> Array:
    """The n x m matrix of a kernel over all pairs of rows, times the product of their norms if `lengths`.

    With y = None (the rows of x with themselves) half of the entries are computed, and the result is symmetric.
    Raises InvalidInput for wrong shapes, rows that are zero or not finite, and norms outside 1e-140 to 1e140.
    """
    a = _rows(x)
    b = a if y is None else _rows(y)
    if a.shape[1] != b.shape[1]:
        raise InvalidInput(f"rows of lengths {a.shape[1]} and {b.shape[1]}")
    left, right = _norms(a), _norms(b)
    unit = a / left[:, None]
    other = unit if y is None else b / right[:, None]
    job = _Job(a, b, unit, np.ascontiguousarray(other.T), left * kernel.scale, right, kernel, lengths, y is None,
               np.empty((len(a), len(b))))
    if not _block(a.shape[1]):
        for i in range(0, len(a), PANEL):
            first = i if y is None else 0
            np.matmul(unit[i : i + PANEL], job.other[:, first:], out=job.out[i : i + PANEL, first:])
    starts: SimpleQueue[int] = SimpleQueue()  # each thread takes the next strip
    for i in range(0, len(a), STRIP):
        starts.put(i)
    threads = min(MOST_THREADS, _processors(), -(-job.out.size // PIECE))
    if threads <= 1:
        _strips(job, starts)
    else:
        with ThreadPoolExecutor(threads) as pool:
            for task in [pool.submit(_strips, job, starts) for _ in range(threads)]:
                task.result()
    return job.out


@dataclass(frozen=True)
class _Job:
    """One matrix: rows, their directions (those of b as columns), row factors, column factors, and where it goes."""

    a: Array
    b: Array
    unit: Array
    other: Array
    left: Array
    right: Array
    kernel: AngleKernel
    lengths: bool
    symmetric: bool
    out: Array


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _strips(job: _Job, starts: SimpleQueue[int]) -> None:
    """Computes strips until no start is left."""
    n, m = job.out.shape
    # fresh memory for each piece would cost more than the arithmetic
    cosines, work = np.empty(min(STRIP, n) * m), np.empty((2, max(PIECE, m)))
    kernel = job.kernel
    at_zero = float(kernel.of_angle(np.array([np.pi]), np.array([-1.0]))[0]) / kernel.scale
    while True:
        try:
            i = starts.get_nowait()
        except Empty:
            return
        end, first = min(n, i + STRIP), i if job.symmetric else 0
        width = m - first
        strip = cosines[: (end - i) * width]
        c = strip.reshape(end - i, width)
        if _block(job.a.shape[1]):
            _product(job.unit[i:end], job.other[:, first:], c)
        else:
            c[...] = job.out[i:end, first:]
        step = max(1, PIECE // max(1, width))
        for top in range(i, end, step):
            rows = slice(top, min(end, top + step))
            c = strip[(top - i) * width : (rows.stop - i) * width]
            square, value = work[:, : c.size]
            # the entries of the diagonal in this piece, none if x meets another y
            same = slice(top - i, c.size if job.symmetric else 0, width + 1)
            c[same] = 0.0  # angle 0 is set below, not computed
            _values(c, job.a[rows], job.b[first:], kernel, square, value)
            value[same] = at_zero
            piece = value.reshape(rows.stop - top, width)
            if job.lengths:
                piece *= job.left[rows, None]
            np.multiply(piece, job.right[first:] if job.lengths else kernel.scale, out=job.out[rows, first:])
        if job.symmetric:
            _mirror(job.out, slice(i, end))


def _block(dimension: int) -> int:
    """Columns of a product of a strip that is small in the sense of `SMALL_PRODUCT`; 0 if that is too few."""
    width = SMALL_PRODUCT // (STRIP * dimension) // 8 * 8
    return width if width >= 24 else 0


def _product(a: Array, b: Array, out: Array) -> None:
    """out = a b for the rows a of a strip, by small products."""
    width = _block(len(b))
    blocks = b.shape[1] // width
    whole = blocks * width
    np.matmul(
        a,
        b[:, :whole].reshape(len(b), blocks, width).transpose(1, 0, 2),
        out=out[:, :whole].reshape(len(out), blocks, width).transpose(1, 0, 2),
    )
    np.matmul(a, b[:, whole:], out=out[:, whole:])


def _mirror(out: Array, rows: slice) -> None:
    """Copies out[i, j] to out[j, i] for i in `rows` and j > i."""
    block = out[rows, rows]
    np.copyto(block, block.T.copy(), where=np.tri(len(block), k=-1, dtype=bool))
    side = 520
    for j in range(rows.stop, len(out), side):
        # By way of a compact copy: the entries of a column compete for the same places of the cache if rows are a
        # large power of two apart, in `out` or in the copy.
        out[j : j + side, rows] = out[rows, j : j + side].copy().T


def _values(c: Array, a: Array, b: Array, kernel: AngleKernel, square: Array, value: Array) -> None:
    """Values of a kernel, without its scale, from the cosines c of the rows of a with those of b, one row after the
    other; `square` and `value` are written, one-dimensional as c."""
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
        places = np.flatnonzero(square > NEAR_ZERO**2)
        phi, cosine = _far(c[places], a, b, *np.divmod(places, len(b)))
        value[places] = kernel.of_angle(phi, cosine) / kernel.scale


def _far(c: Array, a: Array, b: Array, row: Places, column: Places) -> tuple[Array, Array]:
    """phi and cos phi of the pairs (a[row], b[column]) with the cosines c, one-dimensional."""
    cosine = -c
    phi: Array = np.arcsin(np.clip(c, -1.0, 1.0)) + np.pi / 2
    near = np.nonzero(np.abs(cosine) > NEAR_COLLINEAR)[0]
    if near.size:
        i, j = row[near], column[near]
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
    total = np.zeros_like(p)
    for c in _SERIES:
        total = total * square + c
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

"""Analytic functions of one variable, as a Taylor integrator needs them.

For u = f(a(t)) the chain rule u' = f'(a) a' gives the coefficients

    u_k = (1 / k) * sum over j = 1 .. k of j a_j g_(k-j),    g = f'(a),

and g follows from an equation of its own, such as g = 1 - u^2 for tanh (A. Griewank and A. Walther, Evaluating
Derivatives, chapter 13). Every function also maps complex balls, for Cauchy's estimate; the image is not finite unless
the function is analytic on the whole ball.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import flint

Row = list[Any]
"""The coefficients of one entry: raw balls."""


@dataclass
class Composition:
    """Coefficients of f(a(t)) for one real series a, computed one after the other.

    `inner` are a_0, a_1, ...; `weighted` j a_j; `values` u; `slopes` g; `squares` what erf needs besides.
    """

    function: Analytic
    inner: Row = field(default_factory=list)
    weighted: Row = field(default_factory=list)
    values: Row = field(default_factory=list)
    slopes: Row = field(default_factory=list)
    squares: Row = field(default_factory=list)

    def extend(self, coefficient: Any) -> Any:
        """u_k from a_k, at the current precision. Not finite if f is not analytic at a_0. `coefficient` is a_k."""
        k = len(self.inner)
        self.inner.append(coefficient)
        self.weighted.append(coefficient * k)
        if k == 0:
            self.values.append(self.function.value(coefficient))
            self.slopes.append(self.function.derivative(coefficient))
        else:
            self.values.append(convolve(self.weighted[1:], self.slopes, k - 1) / k)
            self.slopes.append(None)  # the rules below read earlier slopes only
            self.slopes[k] = self.function.slope(self, k)
        return self.values[k]


@dataclass(frozen=True)
class Analytic:
    """f and f' on real balls, f on complex balls, and the k-th coefficient of f'(a) once u_k is known."""

    value: Callable[[Any], Any]
    derivative: Callable[[Any], Any]
    on_disc: Callable[[Any], Any]
    slope: Callable[[Composition, int], Any]


def convolve(a: Row, b: Row, k: int) -> Any:
    """Sum of a_i b_(k-i) over i = 0 .. k."""
    return (flint.arb_mat(1, k + 1, a[: k + 1]) * flint.arb_mat(k + 1, 1, b[k::-1]))[0, 0]


def _times_minus_inner(c: Composition, k: int) -> Any:
    """g' = -u a', for the sine and the cosine."""
    return -convolve(c.weighted[1:], c.values, k - 1) / k


def _minus_square(c: Composition, k: int) -> Any:
    """g = constant - u^2, for tanh and the reciprocal."""
    return -convolve(c.values, c.values, k)


def _gauss(c: Composition, k: int) -> Any:
    """g' = -(a^2)' g, for erf; `squares` holds j (a^2)_j."""
    while len(c.squares) <= k:
        j = len(c.squares)
        c.squares.append(convolve(c.inner, c.inner, j) * j)
    return -convolve(c.squares[1:], c.slopes, k - 1) / k


def _reciprocal_of(row: Callable[[Composition], Row]) -> Callable[[Composition, int], Any]:
    """g = 1 / (c r) for a series r and a constant c: r_0 g_k is minus the rest of the k-th coefficient of r g."""

    def rule(c: Composition, k: int) -> Any:
        series = row(c)
        return -convolve(series[1:], c.slopes, k - 1) / series[0]

    return rule


def _right_half_plane(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def on_disc(z: Any) -> Any:
        return function(z) if bool(z.real > 0) else flint.acb(flint.arb.nan(), flint.arb.nan())

    return on_disc


def _erf_slope(x: Any) -> Any:
    """Derivative of erf, on real or complex balls."""
    return 2 * (-(x * x)).exp() / flint.arb.pi().sqrt()


FUNCTIONS: dict[str, Analytic] = {
    "exp": Analytic(flint.arb.exp, flint.arb.exp, flint.acb.exp, lambda c, k: c.values[k]),
    "sin": Analytic(flint.arb.sin, flint.arb.cos, flint.acb.sin, _times_minus_inner),
    "cos": Analytic(flint.arb.cos, lambda x: -x.sin(), flint.acb.cos, _times_minus_inner),
    "tanh": Analytic(flint.arb.tanh, lambda x: x.sech() ** 2, flint.acb.tanh, _minus_square),
    "erf": Analytic(flint.arb.erf, _erf_slope, flint.acb.erf, _gauss),
    "erf_slope": Analytic(
        _erf_slope,
        lambda x: -2 * x * _erf_slope(x),
        _erf_slope,
        lambda c, k: -2 * convolve(c.inner, c.values, k),
    ),
    "reciprocal": Analytic(lambda x: 1 / x, lambda x: -1 / (x * x), lambda z: 1 / z, _minus_square),
    "sqrt": Analytic(
        flint.arb.sqrt,
        lambda x: 1 / (2 * x.sqrt()),
        _right_half_plane(flint.acb.sqrt),
        _reciprocal_of(lambda c: c.values),
    ),
    "log": Analytic(
        flint.arb.log, lambda x: 1 / x, _right_half_plane(flint.acb.log), _reciprocal_of(lambda c: c.inner)
    ),
}
"""Functions by name; `erf_slope` is 2 exp(-x^2) / sqrt(pi).

Domains: `reciprocal` away from 0, `sqrt` and `log` on positive numbers."""

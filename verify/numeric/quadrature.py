"""Rigorous integrals: Arb's adaptive Gauss-Legendre quadrature with proved error bounds.

Method: F. Johansson, "Numerical integration in arbitrary-precision ball arithmetic", ICMS 2018. It is sound
only if the integrand says where it is analytic; that question is a required argument here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint

from verify.numeric.enclosure import Enclosure, InvalidInput, NotEvidence, ball_of

ComplexBall = Any
"""A rectangular complex ball with methods `exp`, `log`, `sqrt`, `sin`, `cos`, `erf`, `erfc`, `real`,
`imag`, ..."""


def entire(_: ComplexBall) -> bool:
    """The `analytic` callback of functions that are analytic on the whole plane."""
    return True


def off_negative_axis(z: ComplexBall) -> bool:
    """The `analytic` callback of principal branches of log, sqrt and powers: z avoids (-oo, 0]."""
    return bool(z.real > 0) or not bool(z.imag.contains(0))


def integrate(
    f: Callable[[ComplexBall], ComplexBall],
    a: Enclosure | int | Fraction,
    b: Enclosure | int | Fraction,
    *,
    analytic: Callable[[ComplexBall], bool],
) -> Enclosure:
    """Enclosure of the integral of a real function f over [a, b], at the current precision.

    `f` maps a complex ball z to a ball that contains f(z) and may use the ball's own methods. `analytic(z)` must
    be True only if f is analytic on all of z, and f must contain the principal values otherwise; use `entire` for
    entire functions and `off_negative_axis` for principal branches. Raises NotEvidence if the result is not
    finite. Raises InvalidInput if `analytic` cannot be called.
    """
    if not callable(analytic):
        raise InvalidInput("analytic must be a callable that tells where the integrand is analytic")
    undefined = flint.acb(flint.arb.nan(), flint.arb.nan())

    def integrand(z: Any, must_be_analytic: bool) -> Any:
        if must_be_analytic and not analytic(z):
            return undefined
        return f(z)

    result = flint.acb.integral(integrand, flint.acb(ball_of(a)), flint.acb(ball_of(b)))
    if not result.is_finite():
        raise NotEvidence("the integral could not be enclosed by a finite ball")
    return Enclosure._wrap(result.real)

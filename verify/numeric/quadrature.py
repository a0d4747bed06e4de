"""Rigorous integrals: Arb's adaptive Gauss-Legendre quadrature with proved error bounds.

Method: F. Johansson, "Numerical integration in arbitrary-precision ball arithmetic", ICMS 2018. It is sound
only if the integrand says where it is analytic; that question is a required argument here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint

from verify.numeric.enclosure import (
    Enclosure,
    Exact,
    InvalidInput,
    NotEvidence,
    ball_of,
    dyadic_fraction,
    exact_fraction,
    to_arb,
)

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

    `f` maps a complex ball z to a ball that contains f(z) and may use the ball's own methods. `analytic(z)`
    must be True only if f is analytic on all of z, and f must contain the principal values otherwise; use
    `entire` for entire functions and `off_negative_axis` for principal branches. Raises NotEvidence if the
    result is not finite.
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


def orthant_probability(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """P(U >= 0, V >= 0) for standard normal U, V with correlation rho in [-1, 1], from the density.

    For r = |rho| and s = sqrt(1 - r^2), given U = u > 0 the event V >= 0 has, at correlation -r, probability
    Phi(-r u / s). With u = s x the probability at -r is

        q(r) = s * integral over x > 0 of phi(s x) Phi(-r x) dx,

    whose integrand is entire in x and at most exp(-x^2 / 2) / (2 sqrt(2 pi)), uniformly in r: no end point of
    [-1, 1] is special. The part beyond x = L is at most s erfc(L / sqrt 2) / 4. The probability at +r is
    1/2 - q(r), because V and -V split the event U >= 0. The inverse cosine is not used anywhere.

    An exact rational rho gives full relative accuracy of the smaller of the probability and its complement
    to 1/2. A ball is handled by its two end points, as the probability increases with rho (q decreases with
    r). A ball that leaves [-1, 1] raises InvalidInput unless `domain_proved`, which asserts that the value
    lies inside.
    """
    return _over_ball(rho, _orthant_at, domain_proved)


def relu_product_mean(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """E[max(U, 0) max(V, 0)] for standard normal U, V with correlation rho in [-1, 1], from the density.

    With r = |rho|, s = sqrt(1 - r^2) and u = s x as in `orthant_probability`, the mean at -r is

        j(r) = s^3 * integral over x > 0 of x phi(s x) (phi(r x) - r x Phi(-r x)) dx,

    because E[max(m + s W, 0)] = m Phi(m / s) + s phi(m / s). The integrand is entire; as the bracket lies
    between 0 and phi(r x), the part beyond L is at most s^3 exp(-L^2 / 2) / (2 pi). The mean at +r is r / 2
    + j(r), because max(V, 0) - max(-V, 0) = V and E[max(U, 0) V] = r / 2. Balls and errors as in
    `orthant_probability`; the mean increases with rho.
    """
    return _over_ball(rho, _relu_mean_at, domain_proved)


def _over_ball(
    rho: Enclosure | Exact, at_point: Callable[[Fraction], Enclosure], domain_proved: bool
) -> Enclosure:
    if not isinstance(rho, Enclosure):
        point = exact_fraction(rho)
        if not -1 <= point <= 1:
            raise InvalidInput(f"correlation {point} is outside [-1, 1]")
        return at_point(point)
    low, high = rho.lower(), rho.upper()
    if low > 1 or high < -1 or (not domain_proved and (low < -1 or high > 1)):
        raise InvalidInput(f"correlation {rho!r} is not inside [-1, 1]")
    low, high = max(low, Fraction(-1)), min(high, Fraction(1))
    if low == high:
        return at_point(low)
    return at_point(low).hull(at_point(high))


def _split(rho: Fraction) -> tuple[Any, Any]:
    """|rho| and sqrt(1 - rho^2) as raw balls, the latter with full relative accuracy."""
    return to_arb(abs(rho)), to_arb(1 - rho * rho).sqrt()


def _cut_off() -> Any:
    """A point L with exp(-L^2 / 2) below the working precision, as an exact raw ball."""
    bits = int(flint.ctx.prec)
    return flint.arb(flint.fmpz(2 * bits).isqrt() * 84 // 100 + 2)


def _orthant_at(rho: Fraction) -> Enclosure:
    if abs(rho) == 1:
        return Enclosure.from_exact(Fraction(1, 2) if rho == 1 else 0)
    r, s = _split(rho)
    cut = _cut_off()
    gauss = s * s / 2
    slope = r / flint.arb(2).sqrt()
    body = flint.acb.integral(lambda x, _: (-(x * x) * gauss).exp() * (x * slope).erfc(), 0, cut).real
    density = s / (8 * flint.arb.pi()).sqrt()  # phi(0) = 1 / sqrt(2 pi), Phi(-y) = erfc(y / sqrt 2) / 2
    tail = s * (cut / flint.arb(2).sqrt()).erfc() / 4
    return _finish(rho, density * body + _between_zero_and(tail), Enclosure.from_exact(Fraction(1, 2)), -1)


def _relu_mean_at(rho: Fraction) -> Enclosure:
    if abs(rho) == 1:
        return Enclosure.from_exact(Fraction(1, 2) if rho == 1 else 0)
    r, s = _split(rho)
    cut = _cut_off()
    slope = r / flint.arb(2).sqrt()
    root = (flint.arb.pi() / 2).sqrt()
    gauss = s * s / 2

    def integrand(x: Any, _: bool) -> Any:
        y = x * slope
        return x * (-(x * x) * gauss).exp() * ((-(y * y)).exp() - (x * r) * y.erfc() * root)

    body = flint.acb.integral(integrand, 0, cut).real
    scale = s**3 / (2 * flint.arb.pi())
    tail = scale * (-cut * cut / 2).exp()
    return _finish(rho, scale * body + _between_zero_and(tail), Enclosure.from_exact(abs(rho) / 2), 1)


def _between_zero_and(bound: Any) -> Any:
    return flint.arb(0).union(bound.abs_upper())


def _finish(rho: Fraction, negative: Any, reference: Enclosure, sign: int) -> Enclosure:
    """The value at rho from the one at -|rho|: itself, or `reference` plus or minus it."""
    if not negative.is_finite():
        raise NotEvidence("the integral could not be enclosed by a finite ball")
    dyadic_fraction(negative.mid())
    at_minus = Enclosure._wrap(negative)
    if rho <= 0:
        return at_minus
    return reference + at_minus if sign > 0 else reference - at_minus

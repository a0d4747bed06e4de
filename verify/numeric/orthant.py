"""Probabilities and moments of two correlated Gaussians on the orthant, by rigorous quadrature of their density.

The density of (U, V), standard normal with correlation -r, is exp(-(u^2 + 2 r u v + v^2) / (2 s^2)) / (2 pi s) with
s = sqrt(1 - r^2). Two ways lead to the orthant u, v > 0 from there:

- along rays (`orthant_probability`, `relu_product_mean`): the radial integral is elementary, and with t = v / u and the
  symmetry t -> 1 / t a rational function of t in [0, 1] is left whose poles -r +- i s lie on the unit circle, in the
  left half plane, for every r in [0, 1). Its quadrature is equally easy everywhere.
- line by line (`orthant_probability_cartesian`, `relu_product_mean_cartesian`): the integral over v at fixed u is a
  complementary error function. Slower, and independent: it is the reference where polar coordinates are what is
  examined.

The probability is 1/4 + arcsin(rho) / (2 pi) (W. F. Sheppard, Phil. Trans. R. Soc. A 192, 1899), which is what is
examined: the inverse cosine is used by neither way. The value at +r follows from the one at -r by a symmetry, so an
exact rational correlation gives full relative accuracy of the probability or of its complement to 1/2, whichever is
smaller.
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
    dyadic_fraction,
    exact_fraction,
    to_arb,
)


def orthant_probability(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """P(U >= 0, V >= 0) for standard normal U, V with correlation rho in [-1, 1], from the density along rays.

    With q = 1 + 2 r t + t^2 the probability at -r is (s / pi) * integral of dt / q over [0, 1]; at +r it is 1/2 minus
    that, because V and -V split the event U >= 0.

    A ball is handled by its two end points, as the probability increases with rho. A ball that leaves [-1, 1] raises
    InvalidInput unless `domain_proved`, which asserts that the value lies inside; a ball that is not finite raises
    NotEvidence.
    """
    return _over_ball(rho, _probability, domain_proved)


def relu_product_mean(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """E[max(U, 0) max(V, 0)] for standard normal U, V with correlation rho in [-1, 1], from the density along
    rays.

    The mean at -r is (2 s^3 / pi) * integral of t / q^2 over [0, 1], q = 1 + 2 r t + t^2. The mean at +r is r / 2
    more, because max(V, 0) - max(-V, 0) = V and E[max(U, 0) V] = r / 2. Balls and errors as in
    `orthant_probability`; the mean increases with rho. `domain_proved` says that rho is known to lie in [-1, 1].
    """
    return _over_ball(rho, _mean, domain_proved)


def orthant_probability_cartesian(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """The same as `orthant_probability`, line by line.

    Given U = u > 0 the event V >= 0 has, at correlation -r, probability Phi(-r u / s). With u = s x the probability at
    -r is

        s * integral over x > 0 of phi(s x) Phi(-r x) dx,

    whose integrand is entire in x and at most exp(-x^2 / 2) / (2 sqrt(2 pi)), uniformly in r. The part beyond x =
    L is at most s erfc(L / sqrt 2) / 4. `rho`, `domain_proved` and errors are the same as well.
    """
    return _over_ball(rho, _probability_cartesian, domain_proved)


def relu_product_mean_cartesian(rho: Enclosure | Exact, *, domain_proved: bool = False) -> Enclosure:
    """The same as `relu_product_mean`, line by line.

    With u = s x as in `orthant_probability_cartesian`, the mean at -r is

        s^3 * integral over x > 0 of x phi(s x) (phi(r x) - r x Phi(-r x)) dx,

    because E[max(m + s W, 0)] = m Phi(m / s) + s phi(m / s). The integrand is entire; as the bracket lies between
    0 and phi(r x), the part beyond L is at most s^3 exp(-L^2 / 2) / (2 pi). `rho`, `domain_proved` and errors are
    the same as well.
    """
    return _over_ball(rho, _mean_cartesian, domain_proved)


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


def _probability(rho: Fraction) -> Enclosure:
    if abs(rho) == 1:
        return Enclosure.from_exact(Fraction(1, 2) if rho == 1 else 0)
    r, s = _split(rho)
    body = _over_slopes(lambda t: 1 / (1 + t * (2 * r + t)))
    return _finish(rho, s * body / flint.arb.pi(), Enclosure.from_exact(Fraction(1, 2)), -1)


def _mean(rho: Fraction) -> Enclosure:
    if abs(rho) == 1:
        return Enclosure.from_exact(Fraction(1, 2) if rho == 1 else 0)
    r, s = _split(rho)
    body = _over_slopes(lambda t: t / (1 + t * (2 * r + t)) ** 2)
    return _finish(rho, 2 * s**3 * body / flint.arb.pi(), Enclosure.from_exact(abs(rho) / 2), 1)


def _over_slopes(integrand: Callable[[Any], Any]) -> Any:
    """Integral over [0, 1] of a rational function; it is analytic wherever its ball is finite, as division by a ball
    around 0 gives one that is not."""
    return flint.acb.integral(lambda t, _: integrand(t), 0, 1).real


def _probability_cartesian(rho: Fraction) -> Enclosure:
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


def _mean_cartesian(rho: Fraction) -> Enclosure:
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

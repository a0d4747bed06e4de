"""Exact and enclosed tails of the binomial distribution, and confidence intervals from them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint

from verify.numeric.enclosure import Enclosure, Exact, InvalidInput, exact_fraction, to_arb


def deviation_tail(n: int, p: Exact, eps: Exact, *, strict: bool = True) -> Fraction:
    """P(|X / n - p| > eps) for X binomial(n, p), exactly; with `strict=False` P(|X / n - p| >= eps).

    Domain: n >= 1, 0 <= p <= 1, eps >= 0, all exact; otherwise InvalidInput. Sums of exact integers
    C(n, k) a^k (b - a)^(n - k) with p = a / b, each obtained from its neighbour.
    """
    size, prob, low, high = _split(n, p, eps, strict)
    a, b = prob.numerator, prob.denominator
    if a == 0 or a == b:
        at = 0 if a == 0 else size
        return Fraction(int(at <= low or at >= high))
    c = b - a
    total = flint.fmpz(0)
    term = flint.fmpz(c) ** size
    for k in range(low + 1):  # k = 0 .. low
        total += term
        term = term * ((size - k) * a) // ((k + 1) * c)
    term = flint.fmpz(a) ** size
    for k in range(size, high - 1, -1):  # k = size .. high
        total += term
        term = term * (k * c) // ((size - k + 1) * a)
    value = flint.fmpq(total, flint.fmpz(b) ** size)
    return Fraction(int(value.p), int(value.q))


def deviation_tail_enclosure(n: int, p: Exact, eps: Exact, *, strict: bool = True) -> Enclosure:
    """Enclosure of `deviation_tail` at the current precision, also for n in the millions.

    Starts at the first term of each tail and adds terms away from the mean until the rest, at most a geometric
    series because the ratio of neighbours falls away from the mean, is below the working precision. `p`, `eps`
    and `strict` as in `deviation_tail`.
    """
    size, prob, low, high = _split(n, p, eps, strict)
    if prob in (0, 1) or low >= high - 1:
        return Enclosure.from_exact(deviation_tail(n, p, eps, strict=strict))
    total = flint.arb(0)
    if low >= 0:
        total += _one_tail(size, 1 - prob, size - low)
    if high <= size:
        total += _one_tail(size, prob, high)
    return Enclosure._wrap(total)


INTERVAL_BITS = 40
"""Ends of confidence intervals are multiples of 2^(-INTERVAL_BITS)."""


def confidence_interval(hits: int, n: int, error: Exact) -> tuple[Fraction, Fraction]:
    """Interval that contains p with probability at least 1 - error, from `hits` of n independent trials.

    The ends are those of Clopper and Pearson (Biometrika 26, 1934), where the tail is error / 2, rounded outwards:
    every p below `low` makes `hits` or more successes less likely than error / 2, and every p above `high` makes `hits`
    or fewer. Raises InvalidInput unless 0 <= hits <= n, n >= 1 and 0 < error < 1.
    """
    bound = exact_fraction(error) / 2
    if any(isinstance(k, bool) or not isinstance(k, int) for k in (hits, n)) or not 0 <= hits <= n or n < 1:
        raise InvalidInput(f"{hits!r} of {n!r} is no number of successes")
    if not 0 < bound < Fraction(1, 2):
        raise InvalidInput(f"the error probability must lie between 0 and 1, not {error}")
    return _lower_end(hits, n, bound), 1 - _lower_end(n - hits, n, bound)


def _lower_end(hits: int, n: int, bound: Fraction) -> Fraction:
    """The largest multiple p of 2^(-INTERVAL_BITS) found with P(X >= hits) < bound at p; 0 if there is none."""
    low, high = 0, hits * 2**INTERVAL_BITS // n  # P(X >= hits) is about 1 / 2 at hits / n and grows with p
    limit = to_arb(bound)
    while high - low > 1:
        middle = (low + high) // 2
        if bool(_one_tail(n, Fraction(middle, 2**INTERVAL_BITS), hits, INTERVAL_BITS) < limit):
            low = middle
        else:
            high = middle
    return Fraction(low, 2**INTERVAL_BITS)


def _split(n: int, p: Exact, eps: Exact, strict: bool) -> tuple[int, Fraction, int, int]:
    """n, p and the tails as k <= low or k >= high, with low < high unless every k belongs to them."""
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise InvalidInput(f"the number of trials must be a positive int, not {n!r}")
    prob, margin = exact_fraction(p), exact_fraction(eps)
    if not 0 <= prob <= 1:
        raise InvalidInput(f"probability {prob} is outside [0, 1]")
    if margin < 0:
        raise InvalidInput(f"deviation {margin} is negative")
    left, right = n * (prob - margin), n * (prob + margin)
    if strict:
        low, high = -((-left).__floor__()) - 1, right.__floor__() + 1
    else:
        low, high = left.__floor__(), -((-right).__floor__())
    if high <= low:  # only for a deviation of 0 that is attained
        high = low + 1
    return n, prob, max(low, -1), min(high, n + 1)


def _one_tail(n: int, p: Fraction, start: int, stop_bits: int | None = None) -> Any:
    """Ball around sum_{k >= start} C(n, k) p^k (1 - p)^(n - k), for start >= n p.

    Terms are added one by one until they are below 2^(-stop_bits) of the first (default: the precision).
    """
    prob, rest = to_arb(p), to_arb(1 - p)
    odds = prob / rest
    term = flint.arb.bin_uiui(n, start) * prob**start * rest ** (n - start)
    first, total, k = term, flint.arb(0), start
    bits = int(flint.ctx.prec) if stop_bits is None else stop_bits
    threshold = first.abs_upper() / (1 << bits)
    while k <= n:
        total += term
        ratio = odds * (n - k) / (k + 1)
        term = term * ratio
        k += 1
        if term < threshold and ratio < 1:
            # later ratios are smaller, so the rest is at most term / (1 - ratio)
            return total + flint.arb(0).union((term / (1 - ratio)).abs_upper())
    return total

"""Directed rounding and values of elementary functions at binary fractions.

A number is a pair (m, e) of integers, meaning m * 2**e. Every function takes a number and a precision in bits and
returns two numbers between which the true value lies. Series are summed in integers with `w` binary places; each
truncation loses less than one unit of the last place, and the bound on all of them is added at the end.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt

from ..errors import Reject

Dyadic = tuple[int, int]
Pair = tuple[Dyadic, Dyadic]
ZERO: Dyadic = (0, 0)
ONE: Dyadic = (1, 0)
HUGE = 1 << 16  # exponents of 2 beyond this are replaced by bounds
MAX_BITS = 4096


def down(m: int, e: int, bits: int) -> Dyadic:
    """Largest number with that many bits not above m * 2**e."""
    n = m.bit_length() - bits
    return (m >> n, e + n) if n > 0 else (m, e)


def up(m: int, e: int, bits: int) -> Dyadic:
    n = m.bit_length() - bits
    return (-((-m) >> n), e + n) if n > 0 else (m, e)


def sign(a: Dyadic) -> int:
    return (a[0] > 0) - (a[0] < 0)


def compare(a: Dyadic, b: Dyadic) -> int:
    """Sign of a - b."""
    (m, e), (n, f) = a, b
    if m == 0 or n == 0 or (m > 0) != (n > 0):
        return (m > n) - (m < n) if m == 0 or n == 0 else (1 if m > 0 else -1)
    x, y = m.bit_length() + e, n.bit_length() + f
    if x != y:
        return (1 if m > 0 else -1) * (1 if x > y else -1)
    if e >= f:
        m <<= e - f
    else:
        n <<= f - e
    return (m > n) - (m < n)


def add(a: Dyadic, b: Dyadic) -> Dyadic:
    (m, e), (n, f) = a, b
    if m == 0:
        return b
    if n == 0:
        return a
    if e >= f:
        return ((m << _near(e - f)) + n, f)
    return (m + (n << _near(f - e)), e)


def _near(shift: int) -> int:
    if shift > 4 * HUGE:
        raise Reject("numbers of too different size")
    return shift


def fraction(a: Dyadic) -> Fraction:
    m, e = a
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def rational(q: Fraction, bits: int) -> Pair:
    """Bounds of a rational number; equal if it is a binary fraction of that size."""
    n, d = q.numerator, q.denominator
    if d & (d - 1) == 0:
        e = 1 - d.bit_length()
        return down(n, e, bits), up(n, e, bits)
    k = max(0, bits + d.bit_length() - n.bit_length() + 2)
    low = (n << k) // d
    return down(low, -k, bits), up(low + 1, -k, bits)


def fixed(a: Dyadic, w: int) -> int:
    """Largest integer not above a * 2**w."""
    m, e = a
    s = e + w
    return m << s if s >= 0 else m >> -s


def ball(v: int, error: int, w: int, bits: int) -> Pair:
    """Bounds from an integer with w places and an error in units of the last place."""
    return down(v - error, -w, bits), up(v + error, -w, bits)


@lru_cache(maxsize=64)
def ln2(w: int) -> int:
    """floor-like value v with |v - ln(2) 2**w| <= 4 w: ln 2 = sum over odd k of 2 / (k 3**k)."""
    total, power, k = 0, (2 << w) // 3, 1
    while power:
        total += power // k
        power //= 9
        k += 2
    return total


@lru_cache(maxsize=64)
def pi(w: int) -> int:
    """v with |v - pi 2**w| <= 8 w + 64: Machin's formula 16 atan(1/5) - 4 atan(1/239)."""

    def arc(n: int) -> int:
        total, power, k, s = 0, (1 << w) // n, 1, 1
        while power:
            total += s * (power // k)
            power //= n * n
            k, s = k + 2, -s
        return total

    return 16 * arc(5) - 4 * arc(239)


PI_ERROR = 40  # in units of (w + 1): |pi(w) - pi 2**w| <= PI_ERROR (w + 1), and the same for ln2


def pi_bounds(bits: int) -> Pair:
    w = bits + 20
    return ball(pi(w), PI_ERROR * (w + 1), w, bits)


def exp(a: Dyadic, bits: int) -> Pair:
    """e**a = 2**k e**r with r = a - k ln 2; e**(r / 2**s) by its series, then s squarings."""
    m, e = a
    if m == 0:
        return ONE, ONE
    if m.bit_length() + e > 16:
        if m > 0:
            raise Reject("exp of a number above 65536")  # the interval version answers with an open bound
        return ZERO, (1, -HUGE)
    s = 8
    w = bits + 40 + max(0, m.bit_length() + e) + 2 * s
    v = fixed(a, w)
    two = ln2(w)
    k = v // two
    r = v - k * two  # 0 <= r < ln 2 (1 + tiny), error at most 1 + |k| PI_ERROR (w + 1) < 2**17 * PI_ERROR * (w + 1)
    error = 1 + (abs(k) + 1) * PI_ERROR * (w + 1)
    low, high = _exp_small(r - error, w, s), _exp_small(r + error, w, s)
    return down(low[0], k - w, bits), up(high[1], k - w, bits)


def _exp_small(r: int, w: int, s: int) -> tuple[int, int]:
    """Bounds of e**(r 2**-w) in units 2**-w, for -1 < r 2**-w < 1."""
    x = r >> s
    term = total = 1 << w
    n = 0
    while term not in (0, -1):
        n += 1
        term = (term * x >> w) // n
        total += term
    # each term is off by at most 3 (x by 1, two floors, previous errors shrink by |x| < 2**-8); tail below 2
    error = 4 * (n + 2)
    low, high = total - error, total + error
    for _ in range(s):
        low, high = low * low >> w, -((-high * high) >> w)
    return low, high


def log(a: Dyadic, bits: int) -> Pair:
    """log a = k ln 2 + 2 atanh z, z = (y - 1) / (y + 1), y = a 2**-k in [1/2, 1) or [1, 2): |z| <= 1/3."""
    m, e = a
    if m <= 0:
        raise Reject("log of a number that is not positive")
    if m == 1 and e == 0:
        return ZERO, ZERO
    n = m.bit_length()
    k = n + e
    if 3 * m < 2 << n:  # y = m 2**-n < 2/3: take 2 y instead
        k -= 1
        n -= 1
    w = bits + 40 + max(8, k.bit_length()) + _cancel(m, n, k)
    z = ((m - (1 << n)) << w) // (m + (1 << n))
    square = z * z >> w
    total, power, j = 0, z, 1
    while power not in (0, -1):
        total += power // j
        power = power * square >> w
        j += 2
    # every power is off by at most 2 + |z| previous, so by 3; floors 1; tail below 2 units; times 2
    error = 2 * (4 * j + 8)
    v = 2 * total + k * ln2(w)
    return ball(v, error + (abs(k) * PI_ERROR * (w + 1) if k else 0), w, bits)


def _cancel(m: int, n: int, k: int) -> int:
    """Bits that are lost when the number is near 1."""
    gap = abs(m - (1 << n))
    return n - gap.bit_length() + 1 if k == 0 and gap else 0


def _sine_cosine(r: int, w: int) -> tuple[int, int, int]:
    """sin and cos of r 2**-w in units 2**-w for |r 2**-w| <= 1, and a bound on the error of both."""
    square = r * r >> w
    s, c, n = 0, 0, 0
    term = 1 << w
    while term:
        # term = r**(2 j) / (2 j)! with alternating sign kept apart
        sgn = -1 if n & 1 else 1
        c += sgn * term
        odd = term * r >> w
        s += sgn * (odd // (2 * n + 1))
        term = (term * square >> w) // ((2 * n + 1) * (2 * n + 2))
        n += 1
    return s, c, 4 * (n + 2)


def sine_cosine(a: Dyadic, bits: int) -> tuple[Pair, Pair, int]:
    """Bounds of sin and cos, and the number k of quarter turns next to a: a = k pi/2 + r with |r| <= pi/4 + tiny."""
    m, e = a
    if m == 0:
        return (ZERO, ZERO), (ONE, ONE), 0
    size = m.bit_length() + e
    if size > 2 * bits + 200:
        raise Reject("the argument of a trigonometric function is too large")
    w = bits + 40 + max(0, size) + max(0, min(-size, 4 * bits))
    v = fixed(a, w)
    p = pi(w)
    k = (2 * v + p // 2) // p
    r = v - k * p // 2
    error = 2 + (abs(k) + 1) * PI_ERROR * (w + 1) if k else 1
    s, c, off = _sine_cosine(r, w)
    off += error  # sin and cos change by at most the error of r
    s, c = ((s, c), (c, -s), (-s, -c), (-c, s))[k & 3]
    one = 1 << w
    bounds = []
    for value in (s, c):
        bounds.append((down(max(value - off, -one), -w, bits), up(min(value + off, one), -w, bits)))
    return bounds[0], bounds[1], k


def atan(a: Dyadic, bits: int) -> Pair:
    """atan a = 8 atan(tan(atan(a) / 8)), halving by t / (1 + sqrt(1 + t**2)); above 1, pi/2 - atan(1/a)."""
    m, e = a
    if m == 0:
        return ZERO, ZERO
    if m < 0:
        low, high = atan((-m, e), bits)
        return (-high[0], high[1]), (-low[0], low[1])
    size = m.bit_length() + e
    w = bits + 40 + max(0, min(-size, 8 * bits))
    if size > 0:
        k = m.bit_length() + abs(e) + w
        inverse = (1 << (w + k)) // (m << (e + k))
        x, y = _atan_small(inverse, w)[0], _atan_small(inverse + 1, w)[1]
        half, off = pi(w) // 2, PI_ERROR * (w + 1) + 1
        return down(half - off - y, -w, bits), up(half + off - x, -w, bits)
    v = fixed(a, w)
    return down(_atan_small(v, w)[0], -w, bits), up(_atan_small(v + 1, w)[1], -w, bits)


def _atan_small(v: int, w: int) -> tuple[int, int]:
    """Bounds of atan(v 2**-w) in units 2**-w, for 0 <= v 2**-w <= 1 + tiny."""
    low = high = v
    one = 1 << w
    for _ in range(3):
        root_high = isqrt((one * one) + low * low) + 1
        root_low = isqrt((one * one) + high * high)
        low, high = (low << w) // (one + root_high), (high << w) // (one + root_low) + 1
    return _atan_series(low, w)[0] << 3, _atan_series(high, w)[1] << 3


def _atan_series(v: int, w: int) -> tuple[int, int]:
    square = v * v >> w
    total, power, j, s = 0, v, 1, 1
    while power:
        total += s * (power // j)
        power = power * square >> w
        j, s = j + 2, -s
    error = 2 * j + 8  # two truncations a term, errors of powers shrink by the square; tail below one unit
    return max(0, total - error), total + error


def root(a: Dyadic, bits: int) -> Pair:
    """Square root of a >= 0."""
    m, e = a
    if m < 0:
        raise Reject("square root of a negative number")
    if m == 0:
        return ZERO, ZERO
    k = max(0, 2 * bits + 4 - m.bit_length())
    k += (e - k) & 1
    v = isqrt(m << k)
    e = (e - k) // 2
    exact = v * v == m << k
    return down(v, e, bits), up(v if exact else v + 1, e, bits)


def erf_series(a: Dyadic, w: int) -> tuple[int, int]:
    """Bounds in units 2**-w of sum over n of 2**n a**(2n+1) / (1 3 .. (2n+1)) for a >= 0; erf is this times
    2 exp(-a**2) / sqrt(pi)."""
    x = fixed(a, w)
    low = _erf_sum(x, w, 0)
    high = _erf_sum(x + 1, w, 1)
    return low, high


def _erf_sum(x: int, w: int, upward: int) -> int:
    """All terms are positive: sums of terms rounded down, or up with a bound on the tail."""
    double = 2 * x * x
    double = -((-double) >> w) if upward else double >> w
    term = total = x
    n = 0
    while term > upward or double > (2 * n + 3) << (w - 1):
        n += 1
        if n > 100_000:
            raise Reject("the series of erf is too long")
        term = term * double
        term = -((-term) >> w) if upward else term >> w
        term = -(-term // (2 * n + 1)) if upward else term // (2 * n + 1)
        total += term
    # when the loop ends the ratio of terms is at most 1/2, so the tail is at most the last term
    return total + (term + 1) * upward


def erfc_tail(a: Dyadic, bits: int) -> tuple[Fraction, Fraction] | None:
    """Bounds of erfc(a) a sqrt(pi) exp(a**2) by its asymptotic series, which lies between successive partial sums.

    None if they do not come close enough at this a > 0."""
    q = fraction(a)
    inverse = 1 / (2 * q * q)
    w = bits + 20
    step_low = (inverse.numerator << w) // inverse.denominator
    total, term, n = 1 << w, 1 << w, 0
    while term > 16:
        n += 1
        new = term * (step_low + 1) * (2 * n - 1)
        new = (new >> w) + 1
        if new >= term:
            return None
        term = new
        total += term if n % 2 == 0 else -term
        if n > 4 * bits:
            return None
    # term is an upper bound of the last term; each differs from the true one by less than the accumulated factor
    error = term + 4 * (n + 2) ** 3 + 16
    return Fraction(total - error, 1 << w), Fraction(total + error, 1 << w)

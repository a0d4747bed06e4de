"""Words: products of matrix letters, chains and powers, in normal form.

A factor is one of
    ("c", name, stage, d, hi, lo, T)     chain W_hi ... W_lo of a family; d = 1 marks a time derivative (then hi = lo)
    ("l", name, idx, stage, d, T)        any other matrix letter; symmetric letters always carry T = 0
    ("r", key, e)                        PSD root of a matrix (always symmetric)
    ("p", word, e)                       power of a square word
Every rewriting below is an identity of matrices of all sizes; equality of normal forms is therefore sufficient
for equality, never claimed to be necessary.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from . import linear as ln
from .errors import Reject

Factor = tuple[Any, ...]
Word = tuple[Factor, ...]

MAX_EXPAND = 64
MAX_WORD = 400


def transpose(word: Word) -> Word:
    return normal(tuple(_flip(f) for f in reversed(word)))


def _flip(f: Factor) -> Factor:
    if f[0] == "c":
        return (*f[:6], 1 - f[6])
    if f[0] == "l":
        return (*f[:5], 1 - f[5]) if f[5] != "s" else f
    if f[0] == "p":
        return ("p", transpose(f[1]), f[2])
    return f


def _power(base: Word, e: ln.Lin) -> Word:
    """Normal form of base^e as a list of factors."""
    base = normal(base)
    fixed = ln.value(e)
    if not base or fixed == 0:
        return ()
    n = len(base)
    for k in range(1, n):
        if n % k == 0 and base == base[:k] * (n // k):
            base, e = base[:k], ln.scaled(e, n // k)
            fixed = ln.value(e)
            break
    if fixed is not None:
        if fixed < 0:
            raise Reject("negative exponent of a matrix word")
        if fixed > MAX_EXPAND:
            raise Reject(f"constant exponent {fixed} is larger than {MAX_EXPAND}")
        return base * fixed
    if len(base) == 1 and base[0][0] == "p":
        inner = ln.value(base[0][2])
        if inner is not None:
            return (("p", base[0][1], ln.scaled(e, inner)),)
    return (("p", base, e),)


def _merge(a: Factor, b: Factor) -> Factor | None:
    """One factor equal to the product a b, if there is one by the rules for chains and powers."""
    if a[0] == "c" and b[0] == "c" and a[1] == b[1] and a[2] == b[2] and a[6] == b[6] and not a[3] and not b[3]:
        if a[6] == 0 and a[5] == ln.add(b[4], ln.const(1)):
            return ("c", a[1], a[2], 0, a[4], b[5], 0)
        if a[6] == 1 and b[5] == ln.add(a[4], ln.const(1)):
            return ("c", a[1], a[2], 0, b[4], a[5], 1)
    if a[0] == "p" and b[0] == "p" and a[1] == b[1]:
        return ("p", a[1], ln.add(a[2], b[2]))
    return None


def _trivial(f: Factor) -> bool:
    return bool(f[0] == "c" and f[4] == ln.sub(f[5], ln.const(1)))


@lru_cache(maxsize=100_000)
def normal(factors: Word) -> Word:
    """Normal form: no empty chains, neighbours merged, powers moved left and absorbing what they can."""
    out: list[Factor] = []
    for f in factors:
        out.extend(_power(f[1], f[2]) if f[0] == "p" else (f,))
        if len(out) > MAX_WORD:
            raise Reject(f"a product of more than {MAX_WORD} factors")
    changed = True
    while changed:
        changed = False
        out = [f for f in out if not _trivial(f)]
        for i in range(len(out) - 1):
            a, b = out[i], out[i + 1]
            merged = _merge(a, b)
            if merged is not None:
                out[i : i + 2] = [merged]
                changed = True
                break
            if b[0] == "p" and a[0] != "p" and b[1][-1] == a:
                # x (s x)^m = (x s)^m x
                out[i : i + 2] = [*_power((a, *b[1][:-1]), b[2]), a]
                changed = True
                break
            if a[0] == "p" and tuple(out[i + 1 : i + 1 + len(a[1])]) == a[1]:
                out[i : i + 1 + len(a[1])] = list(_power(a[1], ln.add(a[2], ln.const(1))))
                changed = True
                break
    return tuple(out)


@lru_cache(maxsize=100_000)
def cyclic(word: Word) -> Word:
    """Representative of the word under rotation and transposition (both leave the trace unchanged)."""
    word = normal(word)
    best: Word | None = None
    for w in (word, transpose(word)):
        i = 0
        while i < max(len(w), 1):
            r = normal(w[i:] + w[:i])
            if len(r) < len(w):
                w, i = r, 0
                continue
            if best is None or (len(r), repr(r)) < (len(best), repr(best)):
                best = r
            i += 1
    return best if best is not None else ()

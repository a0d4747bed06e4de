"""Normal forms of complex expressions as sums of products of exponentials and other atoms.

An atom stands for one complex number at each point: a variable, pi, exp of a product, log of a form, a power of a
sum (`sum`, with whole exponents), or a function of a form. An exponent c of an atom exp(m) means exp(c m), so rational
exponents add. Roots of unity are the atom `turn`: turn**r = exp(2 pi i r); i is turn**(1/4). Circular and hyperbolic
functions are written with exp, and a**b is exp(b log a). All rewriting steps are true of principal values.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

from ..errors import Budget, Reject
from ..scalar.terms import Expr, long

Mono = tuple[tuple[int, Fraction], ...]
Poly = dict[Mono, Fraction]
MAX_TERMS = 3_000
MAX_POWER = 40
HALF = Fraction(1, 2)
ONE = Fraction(1)


def factors(n: int) -> list[tuple[int, int]]:
    """Trial division to 1000; what is left counts as one factor."""
    out, p = [], 2
    while p * p <= n and p < 1_000:
        k = 0
        while n % p == 0:
            n, k = n // p, k + 1
        if k:
            out.append((p, k))
        p += 1 if p == 2 else 2
    return [*out, (n, 1)] if n > 1 else out


class Plane:
    """`kind(name)` is real, integer or complex; `sign(e)` the sign 1 or -1 of a real expression, or 0 if unknown."""

    def __init__(self, budget: Budget, kind: Callable[[str], str], sign: Callable[[Expr], int]) -> None:
        self.budget, self.kind, self.sign = budget, kind, sign
        self.ids: dict[Any, int] = {}
        self.atoms: list[Any] = []
        self.real: list[bool] = []
        self.positive: list[bool] = []
        self.known: dict[Expr, Poly] = {}
        self.turn = self.atom(("turn",))
        self.pi = self.atom(("pi",), True, True)

    def atom(self, key: Any, real: bool = False, positive: bool = False) -> int:
        if key not in self.ids:
            self.ids[key] = len(self.atoms)
            self.atoms.append(key)
            self.real.append(real or positive)
            self.positive.append(positive)
        return self.ids[key]

    # ---- arithmetic --------------------------------------------------------------------------------------

    @staticmethod
    def const(value: Fraction | int) -> Poly:
        return {(): Fraction(value)} if value else {}

    @staticmethod
    def key(p: Poly) -> Any:
        return tuple(sorted(p.items()))

    def single(self, x: int, e: Fraction | int = 1) -> Poly:
        return self._collect({x: Fraction(e)})

    def add(self, a: Poly, b: Poly, factor: Fraction | int = 1) -> Poly:
        out = dict(a)
        for m, c in b.items():
            new = out.get(m, Fraction(0)) + c * factor
            if long(new):
                raise Reject("a coefficient is too long")
            if new:
                out[m] = new
            else:
                out.pop(m, None)
        if len(out) > MAX_TERMS:
            raise Reject("a normal form has too many terms")
        return out

    def scale(self, a: Poly, c: Fraction | int) -> Poly:
        return {m: x * c for m, x in a.items()} if c else {}

    def mul(self, a: Poly, b: Poly) -> Poly:
        self.budget.spend(1 + len(a) * len(b))
        if len(a) * len(b) > 20 * MAX_TERMS:
            raise Reject("a product has too many terms")
        out: Poly = {}
        for m, c in a.items():
            for n, d in b.items():
                exps = dict(m)
                for x, e in n:
                    exps[x] = exps.get(x, Fraction(0)) + e
                out = self._put(out, self._collect(exps), c * d)
        return out

    def _put(self, out: Poly, p: Poly, factor: Fraction) -> Poly:
        for m, c in p.items():
            new = out.get(m, Fraction(0)) + c * factor
            if long(new):
                raise Reject("a coefficient is too long")
            if new:
                out[m] = new
            else:
                out.pop(m, None)
        return out

    def _collect(self, exps: dict[int, Fraction]) -> Poly:
        """A product of powers of atoms: turns modulo 1, whole powers of primes as numbers, signs of whole turns."""
        c = ONE
        rows = []
        for x in sorted(exps):
            e, key = exps[x], self.atoms[x]
            if key[0] == "turn":
                e %= 1
                if e >= HALF:
                    e, c = e - HALF, -c
            elif key[0] == "exp" and (prime := self._prime(key[1])) is not None:
                whole = e.numerator // e.denominator
                if abs(whole) > 4_000:
                    raise Reject("a power of a number is too large")
                c, e = c * Fraction(prime) ** whole, e - whole
            elif key[0] == "exp" and self._whole_turns(key[1]):
                e %= 2  # exp(2 pi i n) = 1 for whole n
            if e:
                rows.append((x, e))
        return {tuple(rows): c}

    def _prime(self, m: Mono) -> int | None:
        """p if the monomial is log p itself, no other power of it."""
        if len(m) != 1 or m[0][1] != 1 or self.atoms[m[0][0]][0] != "logprime":
            return None
        p: int = self.atoms[m[0][0]][1]
        return p

    def _whole_turns(self, m: Mono) -> bool:
        """Is the monomial i pi times integers?"""
        exps = dict(m)
        if exps.pop(self.turn, None) != Fraction(1, 4) or exps.pop(self.pi, None) != 1 or not exps:
            return False
        return all(self._integer(x) and e.denominator == 1 and e > 0 for x, e in exps.items())

    def _integer(self, x: int) -> bool:
        key = self.atoms[x]
        return bool(key[0] == "var" and self.kind(key[1]) == "integer")

    def power(self, a: Poly, n: int) -> Poly:
        """Whole power; where it is negative, a is not zero."""
        if n == 0:
            return self.const(1)
        if not a:
            if n < 0:
                raise Reject("a negative power of zero")
            return {}
        if len(a) == 1:
            ((m, c),) = a.items()
            if (c.numerator.bit_length() + c.denominator.bit_length()) * abs(n) > 100_000:
                raise Reject("a power of a number is too large")
            return self.scale(self._collect({x: e * n for x, e in m}), c**n)
        if 0 < n <= MAX_POWER:
            out = a
            for _ in range(n - 1):
                out = self.mul(out, a)
            return out
        lead = a[min(a)]
        inner = self.scale(a, 1 / lead)
        return self.scale(self.single(self.atom(("sum", self.key(inner))), n), lead**n)

    # ---- expressions -------------------------------------------------------------------------------------

    def of(self, e: Expr) -> Poly:
        if e not in self.known:
            self.budget.spend()
            self.known[e] = self._of(e)
        return self.known[e]

    def _of(self, e: Expr) -> Poly:
        head = e[0]
        if head == "q":
            return self.const(e[1])
        if head == "var":
            kind = self.kind(e[1])
            return self.single(self.atom(("var", e[1]), kind != "complex", kind != "complex" and self.sign(e) > 0))
        if head == "pi":
            return self.single(self.pi)
        if head == "I":
            return self.single(self.turn, Fraction(1, 4))
        if head in ("sum", "product", "integral", "limit", "oo"):
            raise Reject(f"{head} has no normal form: replace it by its value first")
        args = [self.of(p) for p in e[1:]]
        if head in ("+", "*"):
            out = args[0]
            for p in args[1:]:
                out = self.add(out, p) if head == "+" else self.mul(out, p)
            return out
        if head == "pow":
            return self._pow(e, args[0], args[1])
        if head == "binomial":
            return self._binomial(args[0], args[1])
        if head in ("min", "max"):
            return self._fresh(head, *args, real=True)
        method = getattr(self, f"_{head}", None)
        if method is not None:
            found: Poly = method(e, args[0])
            return found
        if head not in ("asin", "atan", "asinh", "acosh", "atanh", "erf", "sign", "floor", "ceiling"):
            raise Reject(f"no normal form for {head}")
        return self._fresh(head, args[0], real=head in ("sign", "floor", "ceiling") and self.is_real(args[0]))

    def _fresh(self, f: str, *args: Poly, real: bool = False, positive: bool = False) -> Poly:
        return self.single(self.atom((f, *(self.key(p) for p in args)), real, positive))

    def constant(self, p: Poly) -> Fraction | None:
        return Fraction(0) if not p else p.get(()) if len(p) == 1 else None

    def is_real(self, p: Poly) -> bool:
        return all(self.real[x] and (self.positive[x] or e.denominator == 1) for m in p for x, e in m)

    def exp(self, u: Poly) -> Poly:
        out = self.const(1)
        for m, c in u.items():
            exps = dict(m)
            if exps.get(self.turn) == Fraction(1, 4) and exps.get(self.pi) == 1 and len(m) == 2:
                out = self.mul(out, self.single(self.turn, c / 2))
                continue
            if len(m) == 1 and m[0][1] == 1 and self.atoms[m[0][0]][0] == "log" and c.denominator == 1:
                out = self.mul(out, self.power(dict(self.atoms[m[0][0]][1]), c.numerator))
                continue
            if self._whole_turns(m) and c.denominator == 1:
                m = tuple((x, ONE if self._integer(x) else e) for x, e in m)  # n**k is odd with n
            real = all(self.real[x] and e.denominator == 1 for x, e in m)
            out = self.mul(out, self.single(self.atom(("exp", m), real, real), c))
        return out

    def log(self, e: Expr | None, u: Poly) -> Poly:
        """log of a product: positive factors apart, the rest as one atom."""
        if not u:
            raise Reject("log of zero")
        if len(u) > 1:
            lead = abs(u[min(u)])
            u = self.scale(u, 1 / lead)
            s = self.sign(e) if e is not None and self.is_real(u) else 0
            return self.add(self._log_number(lead), self._log_rest(u, s))
        ((m, c),) = u.items()
        out = self._log_number(abs(c))
        rest = []
        for x, k in m:
            if self.positive[x]:
                key = self.atoms[x]
                inner = self.atom(("log", self.key({((x, ONE),): ONE})), True) if key[0] != "exp" else None
                out = self.add(out, {key[1]: ONE} if inner is None else self.single(inner), k)
            else:
                rest.append((x, k))
        if not rest and c > 0:
            return out
        if not rest or (len(rest) == 1 and rest[0][0] == self.turn):
            angle = (rest[0][1] if rest else Fraction(0)) + (HALF if c < 0 else 0)
            angle = angle - 1 if angle > HALF else angle
            return self.add(out, self.mul(self.single(self.turn, Fraction(1, 4)), self.single(self.pi)), 2 * angle)
        w: Poly = {tuple(rest): Fraction(1 if c > 0 else -1)}
        return self.add(out, self._log_rest(w, self.sign(e) if e is not None and self.is_real(w) else 0))

    def _log_rest(self, w: Poly, s: int) -> Poly:
        if s < 0:
            w = self.scale(w, -1)
            turn = self.mul(self.single(self.turn, Fraction(1, 4)), self.single(self.pi))
            return self.add(self._log_rest(w, 1), turn)
        return self.single(self.atom(("log", self.key(w)), s > 0))

    def _log_number(self, c: Fraction) -> Poly:
        out: Poly = {}
        for n, s in ((c.numerator, 1), (c.denominator, -1)):
            for p, k in factors(n):
                out = self.add(out, self.single(self.atom(("logprime", p), True, True)), s * k)
        return out

    def _pow(self, e: Expr, a: Poly, b: Poly) -> Poly:
        r = self.constant(b)
        if r is not None and r.denominator == 1:
            return self.power(a, r.numerator)
        if not a:
            if r is not None and r > 0:
                return {}
            raise Reject("a power of zero")
        return self.exp(self.mul(b, self.log(e[1], a)))

    def _exp(self, e: Expr, u: Poly) -> Poly:
        return self.exp(u)

    def _log(self, e: Expr, u: Poly) -> Poly:
        return self.log(e[1], u)

    # ---- circular and hyperbolic functions ---------------------------------------------------------------

    def _waves(self, u: Poly) -> tuple[Poly, Poly]:
        """sinh and cosh."""
        up, down = self.exp(u), self.exp(self.scale(u, -1))
        return self.scale(self.add(up, down, -1), HALF), self.scale(self.add(up, down), HALF)

    def _sinh(self, e: Expr, u: Poly) -> Poly:
        return self._waves(u)[0]

    def _cosh(self, e: Expr, u: Poly) -> Poly:
        return self._waves(u)[1]

    def _tanh(self, e: Expr, u: Poly) -> Poly:
        s, c = self._waves(u)
        return self.mul(s, self.power(c, -1))

    def _turned(self, u: Poly) -> Poly:
        return self.mul(u, self.single(self.turn, Fraction(1, 4)))

    def _sin(self, e: Expr, u: Poly) -> Poly:
        return self.mul(self._waves(self._turned(u))[0], self.single(self.turn, Fraction(-1, 4)))

    def _cos(self, e: Expr, u: Poly) -> Poly:
        return self._waves(self._turned(u))[1]

    def _tan(self, e: Expr, u: Poly) -> Poly:
        s, c = self._sin(e, u), self._cos(e, u)
        return self.mul(s, self.power(c, -1))

    def _acos(self, e: Expr, u: Poly) -> Poly:
        return self.add(self.scale(self.single(self.pi), HALF), self._fresh("asin", u), -1)

    def _erfc(self, e: Expr, u: Poly) -> Poly:
        return self.add(self.const(1), self._fresh("erf", u), -1)

    # ---- complex parts -----------------------------------------------------------------------------------

    def conj(self, p: Poly) -> Poly:
        out: Poly = {}
        for m, c in p.items():
            term = self.const(c)
            for x, e in m:
                term = self.mul(term, self._conj_atom(x, e))
            out = self.add(out, term)
        return out

    def _conj_atom(self, x: int, e: Fraction) -> Poly:
        key = self.atoms[x]
        if key[0] == "turn":
            return self.single(x, -e)
        if self.real[x]:
            return self.single(x, e)
        if key[0] == "conj":
            return self.single(key[1], e)
        if key[0] == "exp" and all(self.atoms[y][0] in ("turn", "pi", "var", "conj", "logprime") for y, _ in key[1]):
            return self.exp(self.scale(self.conj({key[1]: ONE}), e))
        if e.denominator != 1:
            raise Reject("a conjugate of a power")
        if key[0] == "sum":
            return self.power(self.conj(dict(key[1])), e.numerator)
        return self.single(self.atom(("conj", x)), e)

    def _conjugate(self, e: Expr, u: Poly) -> Poly:
        return self.conj(u)

    def _re(self, e: Expr, u: Poly) -> Poly:
        return self.scale(self.add(u, self.conj(u)), HALF)

    def _im(self, e: Expr, u: Poly) -> Poly:
        return self.scale(self.mul(self.add(u, self.conj(u), -1), self.single(self.turn, Fraction(-1, 4))), HALF)

    def _arg(self, e: Expr, u: Poly) -> Poly:
        return self._im(e, self.log(e[1], u))

    def _abs(self, e: Expr, u: Poly) -> Poly:
        if self.is_real(u):
            s = self.sign(e[1])
            if s:
                return self.scale(u, s)
        c = self.constant(u)
        if c is not None:
            return self.const(abs(c))
        return self._fresh("abs", u, real=True)

    # ---- counting ----------------------------------------------------------------------------------------

    def _factorial(self, e: Expr, u: Poly) -> Poly:
        return self._gamma(e, self.add(u, self.const(1)))

    def _gamma(self, e: Expr, u: Poly) -> Poly:
        c = self.constant(u)
        if c is not None and c.denominator == 1 and 1 <= c <= 400:
            out = Fraction(1)
            for k in range(1, c.numerator):
                out *= k
            return self.const(out)
        return self._fresh("gamma", u, real=self.is_real(u))

    def _binomial(self, n: Poly, k: Poly) -> Poly:
        c = self.constant(k)
        if c is None or c.denominator != 1 or not 0 <= c <= MAX_POWER:
            return self._fresh("binomial", n, k, real=self.is_real(n) and self.is_real(k))
        out = self.const(1)
        for j in range(c.numerator):
            out = self.scale(self.mul(out, self.add(n, self.const(-j))), Fraction(1, j + 1))
        return out

    # ---- zero --------------------------------------------------------------------------------------------

    def equal(self, a: Expr, b: Expr) -> bool:
        return self.is_zero(self.add(self.of(a), self.of(b), -1))

    def is_zero(self, p: Poly) -> bool:
        """Certainly zero wherever every part is defined? False says only that it was not seen."""
        for _ in range(60):
            p = self._cyclotomic(p)
            if not p:
                return True
            after = self._step(p)
            if after is None:
                return False
            p = after
        raise Reject("a normal form does not come to an end")

    def _step(self, p: Poly) -> Poly | None:
        """Multiply by a power of an atom that is not zero, or use what an atom is."""
        low: dict[int, Fraction] = {}
        for m in p:
            for x, e in m:
                low[x] = min(low.get(x, Fraction(0)), e)
        shift = {}
        for x, e in low.items():
            inverted = self.atoms[x][0] in ("sum", "gamma", "abs", "conj", "var", "pi")
            if e < 0 and (inverted or self._square(x) is not None or self._root(x)):
                shift[x] = Fraction(-(e.numerator // e.denominator))
        if shift:
            return self.mul(p, self._collect(shift))
        for m in p:
            for x, e in m:
                key = self.atoms[x]
                if key[0] == "sum" and e >= 1:
                    return self._expand(p, x, 1, dict(key[1]))
                root = self._root(x)
                if root is not None and e >= 1:
                    return self._expand(p, x, 1, root)
                square = self._square(x)
                if square is not None and e >= 2:
                    return self._expand(p, x, 2, square)
                if key[0] == "abs" and e >= 2:
                    u = dict(key[1])
                    return self._expand(p, x, 2, self.mul(u, self.conj(u)))
                if key[0] == "gamma":
                    lower = self._lower(p, dict(key[1]))
                    if lower is not None:
                        return self._expand(p, x, 1, lower)
        return None

    def _root(self, x: int) -> Poly | None:
        """w for the atom exp(log w)."""
        key = self.atoms[x]
        if key[0] == "exp" and len(key[1]) == 1 and key[1][0][1] == 1:
            inner = self.atoms[key[1][0][0]]
            if inner[0] == "log":
                return dict(inner[1])
        return None

    def _square(self, x: int) -> Poly | None:
        """The square of s = exp(i asin w), where s - 1/s = 2 i w; and of others of this kind."""
        key = self.atoms[x]
        if key[0] != "exp":
            return None
        exps = dict(key[1])
        turned = exps.pop(self.turn, None) == Fraction(1, 4)
        if len(exps) != 1 or len(key[1]) != 1 + turned or set(exps.values()) != {ONE}:
            return None
        f = self.atoms[next(iter(exps))]
        if f[0] not in (("asin", "atan") if turned else ("asinh", "acosh", "atanh")):
            return None
        w = dict(f[1])
        if turned:
            w = self._turned(w)
        if f[0] in ("atan", "atanh"):
            one = self.const(1)
            return self.mul(self.add(one, w), self.power(self.add(one, w, -1), -1))
        linear = self.scale(self.mul(w, self.single(x)), 2)
        return self.add(linear, self.const(-1 if f[0] == "acosh" else 1))

    def _lower(self, p: Poly, u: Poly) -> Poly | None:
        """gamma(u) as (u-1) .. (u-k) gamma(u-k), if gamma(u-k) occurs too."""
        for m in p:
            for x, _ in m:
                key = self.atoms[x]
                if key[0] == "gamma":
                    k = self.constant(self.add(u, dict(key[1]), -1))
                    if k is not None and k.denominator == 1 and 0 < k <= MAX_POWER:
                        out = self.single(x)
                        for j in range(1, k.numerator + 1):
                            out = self.mul(out, self.add(u, self.const(-j)))
                        return out
        return None

    def _expand(self, p: Poly, x: int, unit: int, value: Poly) -> Poly:
        """x**unit replaced by its value in every term."""
        out: Poly = {}
        powers = [self.const(1)]
        for m, c in p.items():
            e = dict(m).get(x, Fraction(0))
            n = int(e // unit) if e > 0 else 0
            if n > MAX_POWER:
                raise Reject("an exponent is too large to multiply out")
            while len(powers) <= n:
                powers.append(self.mul(powers[-1], value))
            rest = self._collect({y: (k if y != x else k - n * unit) for y, k in m})
            out = self.add(out, self.mul(self.scale(rest, c), powers[n]))
        return out

    def _cyclotomic(self, p: Poly) -> Poly:
        """Coefficients are polynomials in a primitive root of unity of order n: reduce them modulo its polynomial."""
        order = 2
        for m in p:
            order = lcm(order, dict(m).get(self.turn, Fraction(0)).denominator)
        if order > 720:
            raise Reject("a root of unity of too high an order")
        if order <= 4:
            return p
        groups: dict[Mono, list[Fraction]] = {}
        for m, c in p.items():
            r = dict(m).get(self.turn, Fraction(0))
            row = groups.setdefault(tuple(y for y in m if y[0] != self.turn), [Fraction(0)] * order)
            row[int(r * order)] += c
        modulus = cyclotomic(order)
        out: Poly = {}
        for rest, row in groups.items():
            for k, c in enumerate(remainder(row, modulus)):
                if c:
                    exps = {**dict(rest), self.turn: Fraction(k, order)}
                    out = self._put(out, self._collect(exps), c)
        return out


def remainder(a: list[Fraction], b: list[int]) -> list[Fraction]:
    """Remainder of a polynomial modulo a monic one, constant first."""
    a, n = list(a), len(b) - 1
    for k in range(len(a) - 1, n - 1, -1):
        c = a[k]
        if c:
            for j in range(n + 1):
                a[k - n + j] -= c * b[j]
    return a[:n]


@lru_cache(maxsize=512)
def cyclotomic(n: int) -> list[int]:
    """The polynomial of the primitive n-th roots of unity: x**n - 1 divided by those of the proper divisors of n."""
    out = [-1] + [0] * (n - 1) + [1]
    for d in range(1, n):
        if n % d == 0:
            out = divided(out, cyclotomic(d))
    return out


def divided(a: list[int], b: list[int]) -> list[int]:
    a, n = list(a), len(b) - 1
    out = [0] * (len(a) - n)
    for k in range(len(out) - 1, -1, -1):
        c = out[k] = a[k + n]
        for j in range(n + 1):
            a[k + j] -= c * b[j]
    return out

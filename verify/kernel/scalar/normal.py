"""Normal forms: sums of products of atoms with rational exponents, and when such a sum is identically zero.

Two expressions with the same normal form have the same value wherever both are defined (as real numbers, with all
their parts). Atoms are variables, pi, primes (in roots), exp of a product, log, sin, cos and the other functions of a
normal form, and a sum in a power that is not a whole positive number.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

from ..errors import Budget, Reject
from . import terms as t
from .terms import Expr, value_of

Mono = tuple[tuple[int, Any], ...]  # ((atom, exponent), ..) by atom; exponents are int or Fraction, never 0
Poly = dict[Mono, Fraction]
MAX_TERMS = 4_000
MAX_POWER = 64


def _exponent(e: Any) -> Any:
    return e.numerator if e.denominator == 1 else e


class Normal:
    """Normal forms over one table of atoms. `budget` counts products of monomials."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.ids: dict[Any, int] = {}
        self.atoms: list[Any] = []
        self.positive: list[bool] = []  # positive wherever defined
        self.known: dict[Expr, Poly] = {}

    def atom(self, key: Any, positive: bool = False) -> int:
        if key not in self.ids:
            self.ids[key] = len(self.atoms)
            self.atoms.append(key)
            self.positive.append(positive)
        return self.ids[key]

    @staticmethod
    def key(p: Poly) -> Any:
        return tuple(sorted(p.items()))

    # ---- arithmetic --------------------------------------------------------------------------------------

    @staticmethod
    def const(value: Fraction | int) -> Poly:
        return {(): Fraction(value)} if value else {}

    def single(self, atom: int, exponent: Any = 1) -> Poly:
        return {((atom, exponent),): Fraction(1)}

    @staticmethod
    def constant(p: Poly) -> Fraction | None:
        if not p:
            return Fraction(0)
        return p.get(()) if len(p) == 1 else None

    def add(self, a: Poly, b: Poly, factor: Fraction | int = 1) -> Poly:
        out = dict(a)
        for m, c in b.items():
            new = out.get(m, 0) + c * factor
            if new:
                out[m] = _sized(Fraction(new))
            else:
                out.pop(m, None)
        return out

    def scale(self, a: Poly, c: Fraction | int) -> Poly:
        return {m: x * c for m, x in a.items()} if c else {}

    def _mono(self, a: Mono, b: Mono) -> tuple[Mono, Fraction]:
        """Product of monomials; whole powers of primes become numbers."""
        if not a:
            return b, Fraction(1)
        if not b:
            return a, Fraction(1)
        exps = dict(a)
        for atom, e in b:
            exps[atom] = exps.get(atom, 0) + e
        return self._collect(exps)

    def _collect(self, exps: dict[int, Any]) -> tuple[Mono, Fraction]:
        c = Fraction(1)
        rows = []
        for atom in sorted(exps):
            e = exps[atom]
            key = self.atoms[atom]
            if key[0] == "prime":
                whole = e.numerator // e.denominator
                if whole:
                    if abs(whole) > 4_000:
                        raise Reject("a power of a number is too large")
                    c *= Fraction(key[1]) ** whole
                    e -= whole
            if e:
                rows.append((atom, _exponent(e)))
        return tuple(rows), c

    def mul(self, a: Poly, b: Poly) -> Poly:
        if len(a) * len(b) > 50 * MAX_TERMS:
            raise Reject("a product has too many terms")
        self.budget.spend(1 + len(a) * len(b))
        out: Poly = {}
        for m, c in a.items():
            for n, d in b.items():
                k, f = self._mono(m, n)
                new = out.get(k, 0) + c * d * f
                if new:
                    out[k] = _sized(Fraction(new))
                else:
                    out.pop(k, None)
        if len(out) > MAX_TERMS:
            raise Reject("a normal form has too many terms")
        return out

    def whole(self, a: Poly, n: int) -> Poly:
        out = self.const(1)
        base = a
        while n:
            if n & 1:
                out = self.mul(out, base)
            n >>= 1
            if n:
                base = self.mul(base, base)
        return out

    def number_power(self, c: Fraction, r: Fraction) -> Poly:
        """c**r for c > 0."""
        exps: dict[int, Any] = {}
        for n, s in ((c.numerator, 1), (c.denominator, -1)):
            for p, k in _factors(n):
                atom = self.atom(("prime", p), True)
                exps[atom] = exps.get(atom, 0) + s * k * r
        mono, f = self._collect(exps)
        return {mono: f}

    def _sure(self, m: Mono, roots: bool) -> tuple[Mono, Mono]:
        """Factors that are positive wherever they are defined, and the rest; atoms under a root are not negative."""
        good = tuple((a, e) for a, e in m if self.positive[a] or (roots and Fraction(e).denominator != 1))
        return good, tuple(x for x in m if x not in good)

    def power(self, a: Poly, r: Fraction) -> Poly:
        """a**r, for a constant r, where it is defined."""
        if r == 0:
            return self.const(1)
        if not a:
            if r < 0:
                raise Reject("a negative power of zero")
            return {}
        if r == 1:
            return a
        whole = r.denominator == 1
        if len(a) == 1:
            ((m, c),) = a.items()
            if whole:
                mono, f = self._collect({x: e * r.numerator for x, e in m})
                return {mono: f * self._int_power(c, r.numerator)}
            sign = 1 if c > 0 else -1
            good, rest = self._sure(m, True)
            if rest or sign < 0:
                good, rest = self._sure(m, False)
            out = self.number_power(abs(c), r)
            mono, f = self._collect({x: e * r for x, e in good})
            out = self.mul(out, {mono: f})
            if not rest and sign > 0:
                return out
            if sign > 0 and len(rest) == 1 and rest[0][1] == 1:
                return self.mul(out, self.single(rest[0][0], _exponent(r)))
            base = self.atom(("sum", ((rest, Fraction(sign)),)))
            return self.mul(out, self.single(base, _exponent(r)))
        if whole and 0 < r <= MAX_POWER and len(a) ** int(r) < 10**7:
            return self.whole(a, r.numerator)
        common, inner = self._common(a) if whole else ((), a)
        lead = inner[min(inner)]
        c = lead if whole else abs(lead)
        inner = self.scale(inner, 1 / c)
        base = self.atom(("sum", self.key(inner)))
        out = self.single(base, _exponent(r))
        if whole:
            mono, f = self._collect({x: e * r.numerator for x, e in common})
            return self.mul(self.scale(out, f * self._int_power(c, r.numerator)), {mono: Fraction(1)})
        return self.mul(self.number_power(c, r), out)

    @staticmethod
    def _int_power(c: Fraction, n: int) -> Fraction:
        if (c.numerator.bit_length() + c.denominator.bit_length()) * abs(n) > 200_000:
            raise Reject("a power of a number is too large")
        return Fraction(c**n)

    def _common(self, a: Poly) -> tuple[Mono, Poly]:
        """The largest monomial that divides every term, by exponents, and the quotient."""
        rows = [dict(m) for m in a]
        shared = {x: min(r.get(x, 0) for r in rows) for x in rows[0]}
        for r in rows[1:]:
            for x in r.keys() - shared.keys():
                shared[x] = min(q.get(x, 0) for q in rows)
        shared = {x: e for x, e in shared.items() if e}
        if not shared:
            return (), a
        back, f = self._collect({x: -e for x, e in shared.items()})
        return tuple(sorted(shared.items())), self.mul(a, {back: f})

    # ---- functions ---------------------------------------------------------------------------------------

    def of(self, e: Expr) -> Poly:
        """Normal form of an expression."""
        if e in self.known:
            return self.known[e]
        out = self._of(e)
        self.known[e] = out
        return out

    def _of(self, e: Expr) -> Poly:
        head = e[0]
        if head == "q":
            return self.const(e[1])
        if head == "var":
            return self.single(self.atom(("var", e[1])))
        if head == "pi":
            return self.single(self.atom(("pi",), True))
        args = [self.of(p) for p in e[1:]]
        if head == "+":
            out = args[0]
            for p in args[1:]:
                out = self.add(out, p)
            return out
        if head == "*":
            out = args[0]
            for p in args[1:]:
                out = self.mul(out, p)
            return out
        if head == "pow":
            r = value_of(e[2])
            return self.general_power(args[0], args[1] if r is None else self.const(r))
        if head in ("min", "max"):
            out = args[0]
            for p in args[1:]:
                gap = self.function("abs", self.add(out, p, -1))
                out = self.scale(self.add(self.add(out, p), gap, 1 if head == "max" else -1), Fraction(1, 2))
            return out
        return self.function(head, args[0])

    def general_power(self, a: Poly, b: Poly) -> Poly:
        r = self.constant(b)
        if r is not None:
            return self.power(a, r)
        if len(a) == 1:
            ((m, c),) = a.items()
            if c > 0 and all(self.positive[x] for x, _ in m):
                return self.function("exp", self.mul(b, self.function("log", a)))
        return self.single(self.atom(("pow", self.key(a), self.key(b))))

    def function(self, f: str, u: Poly) -> Poly:
        method = getattr(self, f"_{f}", None)
        if method is None:
            raise Reject(f"no normal form for {f}")
        out: Poly = method(u)
        return out

    def _fresh(self, f: str, u: Poly, positive: bool = False) -> Poly:
        return self.single(self.atom((f, self.key(u)), positive))

    def _exp(self, u: Poly) -> Poly:
        out = self.const(1)
        for m, c in u.items():
            if len(m) == 1 and m[0][1] == 1 and self.atoms[m[0][0]][0] == "log":
                inner = dict(self.atoms[m[0][0]][1])
                out = self.mul(out, self.power(inner, c))
            else:
                out = self.mul(out, self.single(self.atom(("exp", m), True), _exponent(c)))
        return out

    def _log(self, u: Poly) -> Poly:
        if not u:
            raise Reject("log of zero")
        if len(u) == 1:
            ((m, c),) = u.items()
            if c > 0:
                return self._log_product(m, c)
            out = self._log_number(-c)
            return self.add(out, self._fresh("log", {m: Fraction(-1)}))
        lead = abs(u[min(u)])
        return self.add(self._log_number(lead), self._fresh("log", self.scale(u, 1 / lead)))

    def _log_number(self, c: Fraction) -> Poly:
        out: Poly = {}
        for n, s in ((c.numerator, 1), (c.denominator, -1)):
            for p, k in _factors(n):
                out = self.add(out, self.single(self.atom(("log", self.key(self.const(p))))), s * k)
        return out

    def _log_product(self, m: Mono, c: Fraction) -> Poly:
        out = self._log_number(c)
        good, rest = self._sure(m, True)
        for x, e in good:
            out = self.add(out, self._log_atom(x), Fraction(e))
        if len(rest) == 1 and rest[0][1] % 2 == 1:
            return self.add(out, self._log_atom(rest[0][0]), Fraction(rest[0][1]))
        return self.add(out, self._fresh("log", {rest: Fraction(1)})) if rest else out

    def _log_atom(self, x: int) -> Poly:
        """log of an atom that is positive where the whole is defined."""
        key = self.atoms[x]
        if key[0] == "exp":
            return {key[1]: Fraction(1)}
        if key[0] == "prime":
            return self._log_number(Fraction(key[1]))
        if key[0] == "sum":
            return self._fresh("log", dict(key[1])) if len(key[1]) > 1 else self._log(dict(key[1]))
        return self._fresh("log", self.single(x))

    # ---- circle ------------------------------------------------------------------------------------------

    def _split_pi(self, u: Poly) -> tuple[Fraction, Poly]:
        """Coefficient of pi, and the rest."""
        m = ((self.atom(("pi",), True), 1),)
        return u.get(m, Fraction(0)), {k: c for k, c in u.items() if k != m}

    def _sin(self, u: Poly) -> Poly:
        return self._circle(u)[0]

    def _cos(self, u: Poly) -> Poly:
        return self._circle(u)[1]

    def _tan(self, u: Poly) -> Poly:
        s, c = self._circle(u)
        return self.mul(s, self.power(c, Fraction(-1)))

    def _circle(self, u: Poly) -> tuple[Poly, Poly]:
        """sin and cos of a sum, by the addition theorem."""
        turn, rest = self._split_pi(u)
        s, c = self._turn(turn)
        for m, k in sorted(rest.items()):
            x, y = self._circle_term(m, k)
            s, c = (self.add(self.mul(s, y), self.mul(c, x)), self.add(self.mul(c, y), self.mul(s, x), -1))
        return s, c

    def _turn(self, t: Fraction) -> tuple[Poly, Poly]:
        """sin and cos of t pi."""
        t %= 2
        half = Fraction(1, 2)
        quarter = int(t / half)
        r = t - quarter * half  # in [0, 1/2)
        root2, root3 = self.number_power(Fraction(2), half), self.number_power(Fraction(3), half)
        table = {
            Fraction(0): (self.const(0), self.const(1)),
            Fraction(1, 6): (self.const(half), self.scale(root3, half)),
            Fraction(1, 4): (self.scale(root2, half), self.scale(root2, half)),
            Fraction(1, 3): (self.scale(root3, half), self.const(half)),
        }
        if r in table:
            s, c = table[r]
        else:
            pi = ((self.atom(("pi",), True), 1),)
            s, c = self._circle_term(pi, r)
        for _ in range(quarter):
            s, c = c, self.scale(s, -1)
        return s, c

    def _circle_term(self, m: Mono, k: Fraction) -> tuple[Poly, Poly]:
        """sin and cos of k m, as polynomials in those of m / denominator of k."""
        if len(m) == 1 and m[0][1] == 1 and abs(k) == 1:
            key = self.atoms[m[0][0]]
            if key[0] in ("asin", "atan"):
                w = dict(key[1])
                square = self.mul(w, w)
                if key[0] == "asin":
                    x, y = w, self.power(self.add(self.const(1), square, -1), Fraction(1, 2))
                else:
                    y = self.power(self.add(self.const(1), square), Fraction(-1, 2))
                    x = self.mul(w, y)
                return self.scale(x, k), y
        n, d = abs(k.numerator), k.denominator
        if n > 24:
            n, d = 1, 0
            base: Poly = {m: abs(k)}
        else:
            base = {m: Fraction(1, d)}
        s1, c1 = self._fresh("sin", base), self._fresh("cos", base)
        s, c = self.const(0), self.const(1)
        for _ in range(n):
            s, c = (self.add(self.mul(s, c1), self.mul(c, s1)), self.add(self.mul(c, c1), self.mul(s, s1), -1))
        return (s if k > 0 else self.scale(s, -1)), c

    # ---- hyperbolic functions and inverses -----------------------------------------------------------------

    def _sinh(self, u: Poly) -> Poly:
        e = self._exp(u)
        return self.scale(self.add(e, self.power(e, Fraction(-1)), -1), Fraction(1, 2))

    def _cosh(self, u: Poly) -> Poly:
        e = self._exp(u)
        return self.scale(self.add(e, self.power(e, Fraction(-1))), Fraction(1, 2))

    def _tanh(self, u: Poly) -> Poly:
        e = self._exp(self.scale(u, 2))
        return self.add(self.const(1), self.power(self.add(e, self.const(1)), Fraction(-1)), -2)

    def _asinh(self, u: Poly) -> Poly:
        s, u = self._odd(u)
        out = self._log(self.add(u, self.power(self.add(self.const(1), self.mul(u, u)), Fraction(1, 2))))
        return self.scale(out, s)

    def _acosh(self, u: Poly) -> Poly:
        return self._log(self.add(u, self.power(self.add(self.mul(u, u), self.const(1), -1), Fraction(1, 2))))

    def _atanh(self, u: Poly) -> Poly:
        one = self.const(1)
        return self.scale(self.add(self._log(self.add(one, u)), self._log(self.add(one, u, -1)), -1), Fraction(1, 2))

    def _odd(self, u: Poly) -> tuple[int, Poly]:
        """A sign and a form whose first coefficient is positive."""
        return (-1, self.scale(u, -1)) if u and u[min(u)] < 0 else (1, u)

    def _asin(self, u: Poly) -> Poly:
        s, u = self._odd(u)
        half = Fraction(1, 2)
        pi = self.single(self.atom(("pi",), True))
        for value, turn in (
            (self.const(0), Fraction(0)), (self.const(half), Fraction(1, 6)), (self.const(1), half),
            (self.scale(self.number_power(Fraction(2), half), half), Fraction(1, 4)),
            (self.scale(self.number_power(Fraction(3), half), half), Fraction(1, 3)),
        ):  # fmt: skip
            if u == value:
                return self.scale(pi, s * turn)
        return self.scale(self._fresh("asin", u), s)

    def _acos(self, u: Poly) -> Poly:
        pi = self.single(self.atom(("pi",), True))
        return self.add(self.scale(pi, Fraction(1, 2)), self._asin(u), -1)

    def _atan(self, u: Poly) -> Poly:
        s, u = self._odd(u)
        pi = self.single(self.atom(("pi",), True))
        root3 = self.number_power(Fraction(3), Fraction(1, 2))
        for value, turn in (
            (self.const(0), Fraction(0)), (self.const(1), Fraction(1, 4)), (root3, Fraction(1, 3)),
            (self.scale(root3, Fraction(1, 3)), Fraction(1, 6)),
        ):  # fmt: skip
            if u == value:
                return self.scale(pi, s * turn)
        return self.scale(self._fresh("atan", u), s)

    def _erf(self, u: Poly) -> Poly:
        s, u = self._odd(u)
        return self.scale(self._fresh("erf", u), s) if u else {}

    def _erfc(self, u: Poly) -> Poly:
        return self.add(self.const(1), self._erf(u), -1)

    def _abs(self, u: Poly) -> Poly:
        if not u:
            return {}
        if len(u) == 1:
            ((m, c),) = u.items()
            even = tuple((x, e) for x, e in m if self.positive[x] or Fraction(e).denominator != 1 or e % 2 == 0)
            rest = tuple(y for y in m if y not in even)
            out: Poly = {even: abs(c)}
            for x, e in rest:
                out = self.mul(out, self.power(self._fresh("abs", self.single(x)), Fraction(e)))
            return out
        _, u = self._odd(u)
        lead = u[min(u)]
        return self.scale(self._fresh("abs", self.scale(u, 1 / lead)), lead)

    def _sign(self, u: Poly) -> Poly:
        if not u:
            return {}
        s, u = self._odd(u)
        c = self.constant(u)
        if c is not None:
            return self.const(s)
        return self.scale(self._fresh("sign", self.scale(u, 1 / u[min(u)])), s)

    # ---- zero --------------------------------------------------------------------------------------------

    def is_zero(self, p: Poly) -> bool:
        """Is the form zero wherever it is defined? True is certain; False says only that it was not seen."""
        return not self.cleared(p)

    def equal(self, a: Expr, b: Expr) -> bool:
        return self.is_zero(self.add(self.of(a), self.of(b), -1))

    def cleared(self, p: Poly) -> Poly:
        """The form times powers of its denominators, with sums multiplied out and sin**2 = 1 - cos**2,
        abs(u)**2 = u**2 applied; zero at a point where it is defined exactly if p is."""
        for _ in range(400):
            if not p:
                return p
            after = self._step(p)
            if after is None:
                return p
            p = after
        raise Reject("a normal form does not come to an end")

    def _step(self, p: Poly) -> Poly | None:
        low: dict[int, Any] = {}
        for m in p:
            for x, e in m:
                low[x] = min(low.get(x, 0), e)
        shift = {x: -e for x, e in low.items() if e < 0 and self.atoms[x][0] not in ("exp", "prime")}
        if shift:
            mono, f = self._collect(shift)
            return self.mul(p, {mono: f})
        for m in p:
            for x, e in m:
                key = self.atoms[x][0]
                if key == "sum" and e >= 1:
                    return self._expand(p, x, 1, dict(self.atoms[x][1]))
                if key == "sin" and e >= 2:
                    u = self.atoms[x][1]
                    cos = self.single(self.atom(("cos", u)))
                    return self._expand(p, x, 2, self.add(self.const(1), self.mul(cos, cos), -1))
                if key == "abs" and e >= 2:
                    u = dict(self.atoms[x][1])
                    return self._expand(p, x, 2, self.mul(u, u))
        return None

    def _expand(self, p: Poly, x: int, unit: int, value: Poly) -> Poly:
        """Powers of the atom x replaced: x**unit is value."""
        out: Poly = {}
        powers = [self.const(1)]
        for m, c in p.items():
            e = dict(m).get(x, 0)
            n = int(e // unit)
            if n <= 0:
                out = self.add(out, {m: c})
                continue
            while len(powers) <= n:
                if n > MAX_POWER:
                    raise Reject("an exponent is too large to multiply out")
                powers.append(self.mul(powers[-1], value))
            rest, f = self._collect({y: (k if y != x else k - n * unit) for y, k in m})
            out = self.add(out, self.mul({rest: c * f}, powers[n]))
        return out

    def expression(self, p: Poly) -> Expr:
        """An expression with this normal form."""
        return t.add(*(t.times(t.q(c), *(self._written(x, e) for x, e in m)) for m, c in p.items()))

    def _written(self, x: int, e: Any) -> Expr:
        key = self.atoms[x]
        head = key[0]
        if head == "exp":
            return ("exp", self.expression({key[1]: Fraction(e)}))
        if head == "prime":
            base: Expr = t.q(key[1])
        elif head in ("var", "pi"):
            base = key
        elif head == "sum":
            base = self.expression(dict(key[1]))
        else:
            base = (head, *(self.expression(dict(part)) for part in key[1:]))
        return t.power(base, Fraction(e))

    # ---- polynomials ---------------------------------------------------------------------------------------

    def univariate(self, p: Poly, x: str) -> list[Fraction] | None:
        """Coefficients (constant first) if the form is a polynomial in x alone with rational coefficients."""
        atom = self.atom(("var", x))
        out: dict[int, Fraction] = {}
        for m, c in p.items():
            if m and (len(m) > 1 or m[0][0] != atom or type(m[0][1]) is not int or m[0][1] < 0):
                return None
            out[m[0][1] if m else 0] = c
        top = max(out, default=0)
        if top > 400:
            return None
        return [out.get(k, Fraction(0)) for k in range(top + 1)]


def _sized(c: Fraction) -> Fraction:
    if t.long(c):
        raise Reject("a coefficient is too long")
    return c


def _factors(n: int) -> list[tuple[int, int]]:
    """Factors of n > 0 by trial division to 1000; what is left counts as one factor."""
    out = []
    p = 2
    while p * p <= n and p < 1_000:
        k = 0
        while n % p == 0:
            n //= p
            k += 1
        if k:
            out.append((p, k))
        p += 1 if p == 2 else 2
    if n > 1:
        out.append((n, 1))
    return out


def common_denominator(p: Poly) -> int:
    return lcm(*(c.denominator for c in p.values())) if p else 1

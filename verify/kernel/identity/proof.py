"""Replay of proofs that two expressions are defined and equal at every point of a domain.

A `Scope` is the set of values of the variables: a complex variable z is a pair of real ones, `z.re` and `z.im`.
Signs of real expressions are decided by the prover of scalar inequalities. Rules:
docs/reference/identity-certificates.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..errors import Budget, Reject
from ..scalar import limits
from ..scalar import terms as t
from ..scalar.domain import Domain, Side
from ..scalar.identities import rewritten
from ..scalar.proof import Prover, fields
from ..scalar.terms import ONE, ZERO, Expr
from .plane import Plane
from .terms import IMAGINARY, MINUS_OO, OO, Reader, bound

Json = Any
Pair = tuple[Expr, Expr]
WORK = 20_000_000
MAX_DEPTH = 60
REAL_ONLY = ("erf", "erfc", "sign", "floor", "ceiling", "min", "max")
ENTIRE = ("q", "pi", "I", "var", "+", "*", "exp", "sin", "cos", "sinh", "cosh")


@dataclass(frozen=True)
class Scope:
    """`kinds`: name -> real, integer or complex; `nonzero`: expressions known not to be zero anywhere."""

    kinds: tuple[tuple[str, str], ...]
    domain: Domain
    nonzero: tuple[Expr, ...] = ()

    def kind(self, name: str) -> str:
        for n, k in self.kinds:
            if n == name:
                return k
        raise Reject(f"there is no variable {name!r:.40} here")

    def without(self, name: str) -> Scope:
        d = self.domain
        for x in ((f"{name}.re", f"{name}.im") if self.kind(name) == "complex" else (name,)):
            d = d.without(x)
        rest = tuple(w for w in self.nonzero if name not in t.free(w))
        return Scope(tuple(row for row in self.kinds if row[0] != name), d, rest)


class Work:
    """Normal forms and signs on one scope."""

    def __init__(self, s: Scope, p: Prover) -> None:
        self.s, self.p = s, p
        self.plane = Plane(p.budget, s.kind, self.sign)
        self.split: dict[Expr, Pair] = {}
        self.fine: set[Expr] = set()

    # ---- real and imaginary parts ------------------------------------------------------------------------

    def parts(self, e: Expr) -> Pair:
        """Real expressions whose values are the real and the imaginary part, where they are defined."""
        if e not in self.split:
            self.split[e] = self._parts(e)
        return self.split[e]

    def real(self, e: Expr) -> Expr:
        u, v = self.parts(e)
        if v != ZERO:
            raise Reject(f"{e[0]} is not seen to be real")
        return u

    def _parts(self, e: Expr) -> Pair:
        head = e[0]
        if head in ("q", "pi"):
            return e, ZERO
        if head == "I":
            return ZERO, ONE
        if head == "var":
            if self.s.kind(e[1]) == "complex":
                return ("var", f"{e[1]}.re"), ("var", f"{e[1]}.im")
            return e, ZERO
        if head == "+":
            rows = [self.parts(p) for p in e[1:]]
            return t.add(*(u for u, _ in rows)), t.add(*(v for _, v in rows))
        if head == "*":
            out = self.parts(e[1])
            for p in e[2:]:
                out = _times(out, self.parts(p))
            return out
        if head == "pow":
            return self._power(e)
        if head in ("re", "im", "conjugate"):
            u, v = self.parts(e[1])
            return {"re": (u, ZERO), "im": (v, ZERO), "conjugate": (u, t.negative(v) if v != ZERO else v)}[head]
        if head == "abs":
            u, v = self.parts(e[1])
            return (("abs", u) if v == ZERO else ("pow", _size(u, v), t.q(Fraction(1, 2)))), ZERO
        if head in ("exp", "sin", "cos", "sinh", "cosh"):
            return _wave(head, *self.parts(e[1]))
        if head in ("min", "max"):
            return (head, *(self.real(p) for p in e[1:])), ZERO
        if head in t.UNARY:
            out_real = (head, self.real(e[1]))
            self.p.defined(self.s.domain, out_real)
            return out_real, ZERO
        raise Reject(f"{head} has no real and imaginary parts here")

    def _power(self, e: Expr) -> Pair:
        r = t.value_of(e[2])
        if r is None or r.denominator != 1:
            root: Expr = ("pow", self.real(e[1]), self.real(e[2]))
            self.p.defined(self.s.domain, root)
            return root, ZERO
        u, v = self.parts(e[1])
        if v == ZERO:
            return ("pow", u, e[2]), ZERO
        n = abs(r.numerator)
        if n > 12:
            raise Reject("a power of a complex number is too large")
        out: Pair = (ONE, ZERO)
        for _ in range(n):
            out = _times(out, (u, v))
        if r >= 0:
            return out
        size = ("pow", _size(u, v), t.q(r))
        return t.times(out[0], size), t.times(t.q(-1), out[1], size)

    # ---- signs -------------------------------------------------------------------------------------------

    def quick(self, u: Expr, rel: str) -> bool:
        """A relation of a real expression to zero, seen at once; it is shown to be defined first."""
        try:
            d = self.p.defined(self.s.domain, u)
        except Reject:
            return False
        return self.p.quick(d, u, rel)

    def sign(self, e: Expr) -> int:
        try:
            u = self.real(e)
        except Reject:
            return 0
        return 1 if self.quick(u, ">") else -1 if self.quick(t.negative(u), ">") else 0

    def nonzero(self, w: Expr) -> bool:
        value = t.value_of(w)
        if value is not None:
            return value != 0
        if w[0] == "*":
            return all(self.nonzero(p) for p in w[1:]) or self._known_nonzero(w)
        if w[0] == "pow" and self.nonzero(w[1]):
            return True
        return w[0] in ("exp", "pi", "I") or self._known_nonzero(w)

    def _known_nonzero(self, w: Expr) -> bool:
        try:
            form = self.plane.of(w)
            for known in self.s.nonzero:
                other = self.plane.of(known)
                if form and form.keys() == other.keys():
                    m = min(form)
                    if all(form[k] * other[m] == other[k] * form[m] for k in form):
                        return True
            c = self.plane.constant(form)
            if c is not None:
                return c != 0
        except Reject:
            pass
        try:
            u, v = self.parts(w)
        except Reject:
            return False
        return self.quick(u, "!=") or (v != ZERO and (self.quick(v, "!=") or self.quick(_size(u, v), ">")))

    def off_cut(self, w: Expr) -> bool:
        """Is w never a real number <= 0?"""
        try:
            u, v = self.parts(w)
        except Reject:
            return False
        if self.quick(u, ">") or (v != ZERO and self.quick(v, "!=")):
            return True
        for name in sorted(t.free(v)):  # where one coordinate is zero, w is positive; elsewhere it is not real
            side = self.s.domain.side(name)
            away = Work(replace(self.s, domain=self.s.domain.told((("var", name), "!="), True)), self.p)
            if side.lo is None and side.hi is None and away.quick(v, "!="):
                here = Work(self.s, self.p)
                if here.quick(t.substitute(u, {name: ZERO}), ">"):
                    return True
        return False

    # ---- definedness -------------------------------------------------------------------------------------

    def defined(self, e: Expr) -> None:
        """Show that e and its parts have values at every point; raises `Reject`."""
        for p in t.parts(e):
            if p in self.fine:
                continue
            if not self._defined(p):
                raise Reject(f"it is not seen that {p[0]} is defined everywhere")
            self.fine.add(p)

    def _defined(self, e: Expr) -> bool:
        head = e[0]
        if head in ENTIRE or head in ("re", "im", "conjugate", "abs", "asin", "acos", "asinh", "acosh"):
            return True
        if head in ("log", "arg"):
            return self.nonzero(e[1])
        if head == "pow":
            r = t.value_of(e[2])
            return (r is not None and r >= 0) or self.nonzero(e[1])
        if head in ("tan", "tanh"):
            below = ("cos" if head == "tan" else "cosh", e[1])
            return self.nonzero(below)
        if head in ("atan", "atanh"):
            if head == "atan" and self._is_real(e[1]):
                return True
            square = ("pow", e[1], t.q(2))
            return self.nonzero(t.add(ONE, square) if head == "atan" else t.minus(ONE, square))
        if head in REAL_ONLY:
            return all(self._is_real(p) for p in e[1:])
        if head in ("gamma", "factorial"):
            return self._is_real(e[1]) and self.quick(t.add(self.real(e[1]), t.q(head == "factorial")), ">")
        if head == "binomial":
            k = t.value_of(e[2])
            if k is not None and k.denominator == 1 and k >= 0:
                return True
            return all(self.whole(x) and self.quick(self.real(x), ">=") for x in (e[2], t.minus(e[1], e[2])))
        return False

    def _is_real(self, e: Expr) -> bool:
        try:
            return self.parts(e)[1] == ZERO
        except Reject:
            try:
                return self.plane.is_real(self.plane.of(e))
            except Reject:
                return False

    def whole(self, e: Expr) -> bool:
        """Is it a polynomial with whole coefficients in integers?"""
        if e[0] == "q":
            return bool(e[1].denominator == 1)
        if e[0] == "var":
            return self.s.kind(e[1]) == "integer"
        if e[0] == "pow":
            r = t.value_of(e[2])
            return r is not None and r.denominator == 1 and r >= 0 and self.whole(e[1])
        return e[0] in ("+", "*") and all(self.whole(p) for p in e[1:])

    def analytic(self, e: Expr, x: str) -> None:
        """Show that e is analytic in the variable x: no cut is met. Raises `Reject`."""
        for p in t.parts(e):
            if x not in t.free(p) or p[0] in ENTIRE:
                continue
            if p[0] in ("tan", "tanh"):
                continue  # analytic where it is defined
            if p[0] == "pow":
                r = t.value_of(p[2])
                if r is not None and r.denominator == 1:
                    continue
            if p[0] in ("log", "pow") and (self.off_cut(p[1]) or self.sign(p[1])):
                continue  # for a real variable, a base of one sign stays on one side of the cut
            raise Reject(f"{p[0]} is not seen to be analytic")


def _times(a: Pair, b: Pair) -> Pair:
    (u, v), (x, y) = a, b
    if a == b and v != ZERO:
        return t.minus(t.power(u, 2), t.power(v, 2)), t.times(t.q(2), u, v)
    return t.minus(t.times(u, x), t.times(v, y)), t.add(t.times(u, y), t.times(v, x))


def _size(u: Expr, v: Expr) -> Expr:
    return t.add(t.power(u, 2), t.power(v, 2))


def _wave(head: str, u: Expr, v: Expr) -> Pair:
    if v == ZERO:
        return (head, u), ZERO
    c: dict[str, tuple[str, str, str, str, int]] = {
        "sin": ("sin", "cosh", "cos", "sinh", 1), "cos": ("cos", "cosh", "sin", "sinh", -1),
        "sinh": ("sinh", "cos", "cosh", "sin", 1), "cosh": ("cosh", "cos", "sinh", "sin", 1),
    }  # fmt: skip
    if head == "exp":
        return t.times((head, u), ("cos", v)), t.times((head, u), ("sin", v))
    a, b, f, g, s = c[head]
    if u == ZERO and a in ("sin", "sinh"):
        return ZERO, t.times(t.q(s), (g, v))
    if u == ZERO:
        return (b, v), ZERO
    return t.times((a, u), (b, v)), t.times(t.q(s), (f, u), (g, v))


class Identities:
    """Proofs; `reader` reads the expressions in nodes."""

    def __init__(self, budget: Budget, names: frozenset[str]) -> None:
        self.p = Prover(budget)
        self.reader = Reader(names)
        self.depth = 0
        self.rules: dict[str, int] = {}

    def read(self, data: Json, s: Scope) -> Expr:
        return self.reader.read(data, frozenset(n for n, _ in s.kinds))

    def prove(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """a and b are defined and equal at every point of the scope, or `Reject`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Reject("a proof is too deep")
        self.p.budget.spend(10)
        name = node.get("rule") if type(node) is dict else None
        rule = RULES.get(name) if type(name) is str else None
        if rule is None:
            raise Reject(f"unknown rule {name!r:.40}")
        if name != "replace" and (bound(a) or bound(b)):
            raise Reject("sums, integrals and limits are replaced by their values first")
        self.rules[str(name)] = self.rules.get(str(name), 0) + 1
        rule(self, s, a, b, node)
        self.depth -= 1

    # ---- normal forms ------------------------------------------------------------------------------------

    def normal(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """Equal normal forms over exponentials."""
        fields(node, ("rule",))
        w = Work(s, self.p)
        w.defined(a)
        w.defined(b)
        if not w.plane.equal(a, b):
            raise Reject("the sides do not have the same normal form")

    def real(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """Equal normal forms of real and imaginary parts, as real expressions."""
        fields(node, ("rule",))
        w = Work(s, self.p)
        for e in (a, b):
            w.defined(e)
        for x, y in zip(w.parts(a), w.parts(b), strict=True):
            self.p.defined(s.domain, t.minus(x, y))
            if not self.p.normal.equal(x, y):
                raise Reject("the sides do not have the same real normal form")

    # ---- calculus ----------------------------------------------------------------------------------------

    def derivative(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """Equal derivatives in one variable on a connected set, and equal values at one point of it."""
        fields(node, ("rule", "var", "at", "prime", "value"))
        x = node["var"]
        if type(x) is not str:
            raise Reject("var is a name")
        kind = s.kind(x)
        if kind == "integer":
            raise Reject("an integer variable has no derivative")
        mine = {f"{x}.re", f"{x}.im"} if kind == "complex" else {x}
        if any(t.free(u) & mine for u, _ in s.domain.cuts) or any(x in t.free(w) for w in s.nonzero):
            raise Reject("a condition speaks of the variable: the set may not be connected")
        w = Work(s, self.p)
        for e in (a, b):
            w.defined(e)
        centre = self.read(node["at"], s)
        if x in t.free(centre):
            raise Reject("the point speaks of the variable")
        if kind == "complex":
            for name in mine:
                side = s.domain.side(name)
                if (side.lo is not None and not side.lo_open) or (side.hi is not None and not side.hi_open):
                    raise Reject("the set of a complex variable is not open")
            inner = s
            for e in (a, b):
                w.analytic(e, x)
        else:
            inner = self._along(s, w, (a, b), x)
        self._inside(s, w, x, centre)
        self.prove(inner, t.derivative(a, x), t.derivative(b, x), node["prime"])
        fixed = s.without(x)
        there = {x: centre}
        self.prove(fixed, t.substitute(a, there), t.substitute(b, there), node["value"])

    def _along(self, s: Scope, w: Work, sides: tuple[Expr, Expr], x: str) -> Scope:
        """Both sides are continuous on the range of x and have derivatives inside of it; the scope inside."""
        side = s.domain.side(x)
        inside = replace(s, domain=s.domain.smaller(x, side.interior()))
        for e in sides:
            try:
                u = w.real(e)
            except Reject:
                if side != side.interior():
                    raise
                w.analytic(e, x)
                continue
            d = self.p.defined(s.domain, u)
            self.p.continuous(d, u, x)
            inner = self.p.defined(inside.domain, u)
            self.p.smooth(inner, u, x)
        return inside

    def _inside(self, s: Scope, w: Work, x: str, centre: Expr) -> None:
        """The point lies in the range of the variable, for all values of the others."""
        w.defined(centre)
        values = w.parts(centre)
        names = (f"{x}.re", f"{x}.im") if s.kind(x) == "complex" else (x,)
        if len(names) == 1 and values[1] != ZERO:
            raise Reject("the point is not real")
        for name, value in zip(names, values, strict=False):
            side = s.domain.side(name)
            for end, opened, gap in (
                (side.lo, side.lo_open, None if side.lo is None else t.minus(value, side.lo)),
                (side.hi, side.hi_open, None if side.hi is None else t.minus(side.hi, value)),
            ):
                if end is not None and gap is not None and not self._shows(w, gap, opened):
                    raise Reject(f"the point is not seen to lie in the range of {x}")

    def _shows(self, w: Work, gap: Expr, strict: bool) -> bool:
        if not t.free(gap):
            sign = self.p.constant(gap)
            return sign > 0 or (sign == 0 and not strict)
        return w.quick(gap, ">" if strict else ">=")

    # ---- cases -------------------------------------------------------------------------------------------

    def cases(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """By the sign of a real expression: below, at and above zero. A case may be null if it is seen not to occur."""
        fields(node, ("rule", "on", "negative", "zero", "positive"))
        w = Work(s, self.p)
        on = self.read(node["on"], s)
        w.defined(on)
        u = w.real(on)
        self.p.defined(s.domain, u)
        for key, v, rel, never in (
            ("negative", t.negative(u), ">", (u, ">=")), ("positive", u, ">", (t.negative(u), ">=")),
        ):  # fmt: skip
            if node[key] is None:
                if not w.quick(*never):
                    raise Reject(f"the case {key} is not excluded")
            else:
                self.prove(replace(s, domain=s.domain.told((v, rel), True)), a, b, node[key])
        if node["zero"] is None:
            if not w.quick(u, "!="):
                raise Reject("the case zero is not excluded")
        else:
            zero = s.domain.told((u, ">="), True).told((t.negative(u), ">="), True)
            self.prove(replace(s, domain=zero), a, b, node["zero"])

    def split(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """The range of a real coordinate is cut at a constant: below, here, above. Null: no such values."""
        fields(node, ("rule", "var", "at", "below", "here", "above"))
        name = node["var"]
        side = s.domain.side(name)
        c = t.read(node["at"], frozenset())
        self.p.defined(Domain(()), c)
        low = 1 if side.lo is None else self.p.constant(t.minus(c, side.lo))
        high = 1 if side.hi is None else self.p.constant(t.minus(side.hi, c))
        ranges = {
            "below": (low > 0, Side(side.lo, c, side.lo_open, True) if high > 0 else side),
            "above": (high > 0, Side(c, side.hi, True, side.hi_open) if low > 0 else side),
        }
        if high == 0:
            ranges["below"] = (low > 0, Side(side.lo, side.hi, side.lo_open, True))
        if low == 0:
            ranges["above"] = (high > 0, Side(side.lo, side.hi, True, side.hi_open))
        if low < 0 or high < 0:
            raise Reject("the range is not cut by the point")
        for key, (occurs, part) in ranges.items():
            if node[key] is not None:
                self.prove(self._lighter(replace(s, domain=s.domain.smaller(name, part))), a, b, node[key])
            elif occurs:
                raise Reject(f"the case {key} is missing")
        if node["here"] is not None:
            self._here(s, a, b, name, c, node["here"])
        elif not (
            (low == 0 and side.lo_open)
            or (high == 0 and side.hi_open)
            or Work(s, self.p).nonzero(t.minus(("var", name), c))
        ):
            raise Reject("the case here is missing")

    def _lighter(self, s: Scope) -> Scope:
        """Without the conditions that hold on the whole box."""
        box = Domain(s.domain.box)
        cuts = []
        for u, rel in s.domain.cuts:
            try:
                if self.p.quick(self.p.defined(box, u), u, rel):
                    continue
            except Reject:
                pass
            cuts.append((u, rel))
        bare = Scope(s.kinds, Domain(s.domain.box, tuple(cuts), tuple(cuts)))
        w = Work(bare, self.p)
        return replace(bare, nonzero=tuple(e for e in s.nonzero if not w.nonzero(e)))

    def _here(self, s: Scope, a: Expr, b: Expr, name: str, c: Expr, node: Json) -> None:
        base, _, part = name.partition(".")
        if not part:
            nonzero = tuple(t.substitute(w, {name: c}) for w in s.nonzero)
            fixed = replace(s.without(name), nonzero=nonzero)
            return self.prove(fixed, t.substitute(a, {name: c}), t.substitute(b, {name: c}), node)
        other = f"{base}.{'im' if part == 're' else 're'}"
        rest: Expr = ("var", other)
        value = t.add(c, t.times(IMAGINARY, rest)) if part == "re" else t.add(rest, t.times(c, IMAGINARY))
        kinds = tuple((other, "real") if n == base else (n, k) for n, k in s.kinds)
        there = {base: value}
        if any(name in t.free(u) for u, _ in s.domain.cuts):
            raise Reject("a condition speaks of the variable")
        fixed = Scope(kinds, s.domain.without(name), tuple(t.substitute(w, there) for w in s.nonzero))
        return self.prove(fixed, t.substitute(a, there), t.substitute(b, there), node)

    # ---- other steps -------------------------------------------------------------------------------------

    def inject(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """f(a) = f(b), for f that takes no value twice on a set that holds a and b."""
        fields(node, ("rule", "function", "then"), ("exponent",))
        f = node["function"]
        w = Work(s, self.p)
        for e in (a, b):
            w.defined(e)
            u = w.real(e)
            half = t.times(t.q(Fraction(1, 2)), t.PI)
            low, high, opened = {
                "power": (ZERO, None, False), "sin": (t.negative(half), half, False), "cos": (ZERO, t.PI, False),
                "tan": (t.negative(half), half, True), "exp": (None, None, False),
            }.get(f, (ZERO, ZERO, True))  # fmt: skip
            for gap in (None if low is None else t.minus(u, low), None if high is None else t.minus(high, u)):
                if gap is not None and not self._shows(w, gap, opened):
                    raise Reject("a side is not seen to lie where the function takes no value twice")
        if f == "power":
            r = t.number(node.get("exponent"))
            if r <= 0 or r.denominator != 1:
                raise Reject("the exponent is a positive whole number")
            image = [t.power(a, r), t.power(b, r)]
        elif f in ("sin", "cos", "tan", "exp"):
            image = [(f, a), (f, b)]
        else:
            raise Reject("the functions are power, sin, cos, tan and exp")
        self.prove(s, image[0], image[1], node["then"])

    def rewrite(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """A real part is replaced by an equal one, by an identity of the scalar prover whose conditions are seen."""
        fields(node, ("rule", "part", "name", "then"))
        part = self.read(node["part"], s)
        w = Work(s, self.p)
        w.defined(part)
        for p in part[1:]:
            w.real(p)
        new, needs = rewritten(node["name"], part)
        for u, rel in needs:
            if not w.quick(w.real(u), rel):
                raise Reject("a condition of the identity is not seen")
        self.prove(s, t.replace(a, part, new), t.replace(b, part, new), node["then"])

    def have(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """A relation of a real expression to zero, with a proof of the scalar prover, is a fact from here on."""
        fields(node, ("rule", "of", "rel", "proof", "then"))
        of = self.read(node["of"], s)
        if node["rel"] not in (">", ">=", "!="):
            raise Reject("the relation is >, >= or !=")
        w = Work(s, self.p)
        w.defined(of)
        u = w.real(of)
        self.p.prove(s.domain, u, node["rel"], node["proof"])
        self.prove(replace(s, domain=s.domain.told((u, node["rel"]))), a, b, node["then"])

    def equal(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """A part is replaced by an expression that is proved to be equal to it."""
        fields(node, ("rule", "part", "value", "proof", "then"))
        part, value = self.read(node["part"], s), self.read(node["value"], s)
        self.prove(s, part, value, node["proof"])
        self.prove(s, t.replace(a, part, value), t.replace(b, part, value), node["then"])

    def root(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """w**(1/n) is v if v**n = w and v is real and >= 0, or n = 2 and the real part of v is positive."""
        fields(node, ("rule", "part", "value", "power", "then"))
        part, value = self.read(node["part"], s), self.read(node["value"], s)
        r = t.value_of(part[2]) if part[0] == "pow" else None
        if r is None or r.numerator != 1 or not 2 <= r.denominator <= 20:
            raise Reject("the part is a root")
        w = Work(s, self.p)
        w.defined(value)
        u, v = w.parts(value)
        if not (v == ZERO and w.quick(u, ">=")) and not (r.denominator == 2 and w.quick(u, ">")):
            raise Reject("the value is not seen to be the principal root")
        self.prove(s, t.power(value, r.denominator), part[1], node["power"])
        self.prove(s, t.replace(a, part, value), t.replace(b, part, value), node["then"])

    def replace(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """An integral, sum or limit is replaced by its value."""
        fields(node, ("rule", "part", "value", "because", "then"))
        part, value = self.value(s, node)
        self.prove(s, t.replace(a, part, value), t.replace(b, part, value), node["then"])

    def value(self, s: Scope, node: Json) -> Pair:
        """The part and its value, which is shown."""
        part, value = (self.read(node[k], s) for k in ("part", "value"))
        because = node["because"]
        rule = because.get("rule") if type(because) is dict else None
        method: Callable[..., None] | None = {
            "antiderivative": self._antiderivative, "telescope": self._telescope, "limit": self._limit,
            "binomial": self._binomial,
        }.get(rule if type(rule) is str else "")  # fmt: skip
        if method is None or bound(value) or any(isinstance(x, tuple) and bound(x) for x in part[2:]):
            raise Reject("a value is shown by antiderivative, telescope, limit or binomial")
        Work(s, self.p).defined(value)
        method(s, part, value, because)
        return part, value

    def _extended(self, s: Scope, name: str, side: Side, kind: str = "real") -> Scope:
        if name in dict(s.kinds) or "." in name:
            raise Reject("a bound name is in use")
        d = s.domain
        return Scope((*s.kinds, (name, kind)), replace(d, box=(*d.box, (name, side))), s.nonzero)

    def _antiderivative(self, s: Scope, part: Expr, value: Expr, node: Json) -> None:
        """F' = f inside the range, F continuous on it: the integral is the difference of the values of F.

        At an infinite end, F tends to the given limit."""
        fields(node, ("rule", "function", "range", "prime", "ends"), ("low", "high"))
        if part[0] != "integral":
            raise Reject("an antiderivative is for integrals")
        x = part[1][1]
        side = self.p.range(node["range"])
        wide = self._extended(s, x, side)
        f = part[4]
        big = self.reader.read(node["function"], frozenset(n for n, _ in wide.kinds))
        w = Work(wide, self.p)
        w.defined(big)
        u = w.real(big)
        d = self.p.defined(wide.domain, u)
        self.p.continuous(d, u, x)
        inside = self._extended(s, x, side.interior())
        self.p.smooth(self.p.defined(inside.domain, u), u, x)
        self.p.continuous(inside.domain, Work(inside, self.p).real(f), x)
        self.prove(inside, t.derivative(big, x), f, node["prime"])
        outer = Work(s, self.p)
        total: list[Expr] = []
        for end, key in ((part[3], "high"), (part[2], "low")):
            if end in (OO, MINUS_OO):
                if (side.hi if end == OO else side.lo) is not None:
                    raise Reject("the range does not reach the infinite end")
                limit = t.read(node.get(key), frozenset())
                self._tends(u, x, None, "high" if end == OO else "low", limit)
                total.append(limit)
                continue
            outer.defined(end)
            c = outer.real(end)
            for bound_, opened, gap in (
                (side.lo, side.lo_open, None if side.lo is None else t.minus(c, side.lo)),
                (side.hi, side.hi_open, None if side.hi is None else t.minus(side.hi, c)),
            ):
                if bound_ is not None and gap is not None and not self._shows(outer, gap, opened):
                    raise Reject("an end of the integral is not seen to lie in the range")
            total.append(t.substitute(big, {x: end}))
        self.prove(s, value, t.minus(total[0], total[1]), node["ends"])

    def _tends(self, u: Expr, x: str, end: Expr | None, start: str, limit: Expr) -> None:
        """The real function u of x alone tends to a constant at an end of its range."""
        if t.free(u) - {x} or t.free(limit):
            raise Reject("a limit with parameters")
        self.p.defined(Domain(()), limit)
        for gap in (t.minus(u, limit), t.minus(limit, u)):
            if not limits.nonnegative(self.p, gap, x, end, start):
                raise Reject("the limit is not seen to be this number")

    def _limit(self, s: Scope, part: Expr, value: Expr, node: Json) -> None:
        """The function is defined near the point, on the sides asked for, and tends to the value there."""
        fields(node, ("rule",), ("near",))
        if part[0] != "limit" or t.free(part[4]) - {part[1][1]}:
            raise Reject("a limit of a function of one variable")
        x, point, body = part[1][1], part[2], part[4]
        ends: list[tuple[Expr | None, str, Side]] = []
        near = t.number(node.get("near", "1"))
        if near <= 0:
            raise Reject("near is a positive number")
        if point == OO:
            ends.append((None, "high", Side(t.q(near), None, True, True)))
        elif point == MINUS_OO:
            ends.append((None, "low", Side(None, t.q(-near), True, True)))
        else:
            self.p.defined(Domain(()), point)
            if part[3][1] >= 0:
                ends.append((point, "low", Side(point, t.add(point, t.q(near)), True, True)))
            if part[3][1] <= 0:
                ends.append((point, "high", Side(t.minus(point, t.q(near)), point, True, True)))
        for end, start, side in ends:
            wide = self._extended(s, x, side)
            w = Work(wide, self.p)
            w.defined(body)
            u = w.real(body)
            self.p.defined(wide.domain, u)
            self._tends(u, x, end, start, Work(s, self.p).real(value))

    def _telescope(self, s: Scope, part: Expr, value: Expr, node: Json) -> None:
        """body(k) = G(k+1) - G(k) for whole k from lo on; the sum up to hi is G(hi+1) - G(lo)."""
        fields(node, ("rule", "function", "step", "ends"))
        if part[0] != "sum":
            raise Reject("telescoping is for sums")
        k, lo, hi, body = part[1][1], part[2], part[3], part[4]
        start = t.value_of(lo)
        w = Work(s, self.p)
        if start is None or start.denominator != 1 or not w.whole(hi):
            raise Reject("the sum begins at a number and ends at a whole one")
        if not w.quick(t.minus(w.real(hi), t.q(start)), ">="):
            raise Reject("the sum is not seen to have a term")
        wide = self._extended(s, k, Side(lo, None, False, True), "integer")
        g = self.reader.read(node["function"], frozenset(n for n, _ in wide.kinds))
        step = t.minus(t.substitute(g, {k: t.add(("var", k), ONE)}), g)
        self.prove(wide, body, step, node["step"])
        total = t.minus(t.substitute(g, {k: t.add(hi, ONE)}), t.substitute(g, {k: lo}))
        self.prove(s, value, total, node["ends"])

    def _binomial(self, s: Scope, part: Expr, value: Expr, node: Json) -> None:
        """sum over k from 0 to n of binomial(n, k) a**k b**(n-k) is (a + b)**n."""
        fields(node, ("rule", "a", "b", "step", "ends"))
        if part[0] != "sum" or part[2] != ZERO:
            raise Reject("the binomial theorem is about sums from 0")
        k, n = ("var", part[1][1]), part[3]
        w = Work(s, self.p)
        if not w.whole(n) or not w.quick(w.real(n), ">="):
            raise Reject("the exponent is not seen to be a whole number >= 0")
        a, b = self.read(node["a"], s), self.read(node["b"], s)
        wide = self._extended(s, k[1], Side(ZERO, None, False, True), "integer")
        above = t.minus(w.real(n), k)
        wide = replace(wide, domain=wide.domain.told((above, ">="), True))
        for e in (a, b):
            w.defined(e)
            if not w.nonzero(e):
                raise Reject("a and b are not seen to be other than zero")
        term = t.times(("binomial", n, k), ("pow", a, k), ("pow", b, t.minus(n, k)))
        self.prove(wide, part[4], term, node["step"])
        self.prove(s, value, ("pow", t.add(a, b), n), node["ends"])


RULES: Mapping[str, Callable[..., None]] = {
    name: getattr(Identities, name)
    for name in (
        "normal", "real", "derivative", "cases", "split", "inject", "rewrite", "replace", "have", "equal", "root",
    )
}  # fmt: skip


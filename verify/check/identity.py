"""Identities: normal forms, derivatives, cases and closed values, or an exact point where the sides differ.

`settle` searches; the kernel replays what it finds (verify/kernel/identity). `compiled` is the statement in the
kernel's language, and part of what a verdict rests on.
"""

from __future__ import annotations

import cmath
import itertools
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from verify.kernel.errors import Budget as Effort
from verify.kernel.errors import Reject
from verify.kernel.identity import replay as kernel
from verify.kernel.identity import terms as it
from verify.kernel.identity.enclose import Missing, Values
from verify.kernel.identity.proof import WORK, Identities, Scope, Work
from verify.kernel.items import MALFORMED
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.proof import Prover

from . import expression as ex
from .answer import Answer, Counterexample
from .closed_forms import antiderivative, limit_value
from .expression import Expr
from .problem import Identity, Interval, Problem
from .settle import Budget

Json = Any
POINTS = 900
TRIES = 40
DEPTH = 4
BINDERS = ("sum", "product", "integral", "limit")


# ---- the statement -----------------------------------------------------------------------------------------------


def plain(e: Expr, names: frozenset[str]) -> Json:
    """An expression as the kernel reads it: bound names become new ones, each used once."""
    fresh = (f"b{n}" for n in itertools.count() if f"b{n}" not in names)

    def walk(x: Expr, renamed: Mapping[str, str]) -> Json:
        if x[0] == "var":
            return ["var", renamed.get(x[1], x[1])]
        if x[0] in BINDERS:
            new = next(fresh)
            inner = walk(x[4], {**renamed, x[1]: new})
            third = x[3] if x[0] == "limit" else walk(x[3], renamed)
            return [x[0], new, walk(x[2], renamed), third, inner]
        return [x[0], *(walk(p, renamed) if isinstance(p, tuple) else p for p in x[1:])]

    return walk(e, {})


def side(i: Interval) -> Json:
    """The interval `i` as kernel JSON: two ends, and whether each is left out."""
    ends = [None if e in (ex.INFINITY, ex.MINUS_INFINITY) else plain(e, frozenset()) for e in (i.low, i.high)]
    return [*ends, i.open_low, i.open_high]


def compiled(s: Identity) -> dict[str, Json]:
    """The identity `s` in the kernel's language."""
    names = frozenset(n for n, _ in s.vars)
    return {
        "vars": {n: k if isinstance(k, str) else side(k) for n, k in s.vars},
        "conditions": [[op, plain(a, names), plain(b, names)] for op, a, b in s.conditions],
        "lhs": plain(s.lhs, names),
        "rhs": plain(s.rhs, names),
    }


def stands(problem: Problem, verdict: str, certificate: Mapping[str, Json]) -> str | None:
    """Does the certificate prove or refute this very statement?"""
    assert isinstance(problem.statement, Identity)
    items = certificate.get("identities")
    if not isinstance(items, list) or len(items) != 1 or certificate.get("rests") != [items[0]["id"]]:
        return "one item of the kind `identities` is needed"
    return says(items[0], compiled(problem.statement), verdict)


def says(item: Json, statement: Json, verdict: str) -> str | None:
    """Why a kernel `item` does not state `statement` with this `verdict`; None if it does."""
    if {"PROVED": "proof", "REFUTED": "refutation"}[verdict] not in item:
        return f"its item does not say {verdict}"
    if any(item.get(k) != v for k, v in statement.items()):
        return "its statement is not that of the problem"
    return None


# ---- values as floats, to choose points --------------------------------------------------------------------------


def near(e: Expr, at: Mapping[str, complex]) -> complex:
    """A number near the value; raises ArithmeticError, ValueError or LookupError where there is none."""
    v = _near(e, at)
    return complex(v.real + 0.0, v.imag + 0.0)  # no negative zeros, which would choose a side of a cut


def _near(e: Expr, at: Mapping[str, complex]) -> complex:
    head = e[0]
    if head == "q":
        return complex(float(e[1]))
    if head == "var":
        return at[e[1]]
    if head in ("pi", "I", "oo"):
        return {"pi": complex(math.pi), "I": 1j, "oo": complex(math.inf)}[head]
    if head in ("sum", "product"):
        lo, hi = round(near(e[2], at).real), round(near(e[3], at).real)
        rows = [near(e[4], {**at, e[1][1]: complex(k)}) for k in range(lo, min(hi, lo + 300) + 1)]
        return sum(rows) if head == "sum" else math.prod(rows)
    args = [near(p, at) for p in e[1:]]
    x = args[0]
    if head == "+":
        return sum(args)
    if head == "*":
        return math.prod(args)
    if head == "pow":
        if args[1] == 0:
            return 1 + 0j
        k = args[1]
        return x ** int(k.real) if k.imag == 0 and k.real == int(k.real) and abs(k.real) < 1000 else cmath.exp(
            k * cmath.log(x))  # fmt: skip
    if head in ("re", "im"):
        return complex(getattr(x, "real" if head == "re" else "imag"))
    if head == "binomial":
        out = 1.0
        for j in range(round(args[1].real)):
            out *= (x.real - j) / (j + 1)
        return complex(out)
    if head in ("min", "max"):
        return complex((min if head == "min" else max)(a.real for a in args))
    if head in ("erf", "erfc", "floor", "ceiling", "gamma", "factorial"):
        f = {"ceiling": math.ceil, "factorial": lambda v: math.gamma(v + 1)}.get(head) or getattr(math, head)
        return complex(f(x.real))
    if head == "sign":
        return complex((x.real > 0) - (x.real < 0))
    if head == "abs":
        return complex(abs(x))
    if head == "conjugate":
        return x.conjugate()
    if head == "arg":
        return complex(cmath.phase(x))
    return complex(getattr(cmath, head)(x))


FAILS = (ArithmeticError, ValueError, LookupError, AttributeError, TypeError)
REALS = ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3", "1/3", "-2/3", "5/2", "-7/3", "10", "-10", "1/10", "7/2")
WHOLE = ("0", "1", "2", "3", "-1", "4", "5", "-2", "7", "-3", "10", "6")


def choices(kind: Json) -> list[Expr]:
    """Exact values to try for a variable."""
    if isinstance(kind, list):
        lo, hi = (None if e is None else kernel_read(e) for e in kind[:2])
        if lo is None and hi is None:
            return choices("real")
        out: list[Expr] = []
        if lo is not None and hi is not None:
            mix = ("1/2", "1/3", "9/10", "1/10", "3/4", "1/100", "99/100", "2/7")
            out = [t.add(lo, t.times(t.q(Fraction(c)), t.minus(hi, lo))) for c in mix]
        elif lo is not None:
            out = [t.add(lo, t.q(Fraction(c))) for c in ("1", "1/2", "2", "10", "1/10", "1000")]
        elif hi is not None:
            out = [t.minus(hi, t.q(Fraction(c))) for c in ("1", "1/2", "2", "10", "1/10", "1000")]
        return [*([lo] if lo is not None else []), *([hi] if hi is not None else []), *out]
    if "integer" in kind:
        return [t.q(Fraction(c)) for c in WHOLE]
    reals = [t.q(Fraction(c)) for c in REALS]
    turns = [t.times(t.q(Fraction(c)), t.PI) for c in ("1/2", "-1/2", "1", "1/4", "-3/4", "2")]
    if kind != "complex":
        return reals + turns
    some = [Fraction(c) for c in ("1", "-1", "2", "-2", "1/2", "4", "-4")]
    unit = [t.times(t.q(c), it.IMAGINARY) for c in some]
    mixed = [t.add(t.q(a), t.times(t.q(b), it.IMAGINARY)) for a in some[:5] for b in some[:4]]
    return [t.q(-1), t.q(-2), *unit, *mixed, *reals, *turns, t.times(t.q(Fraction(1, 2)), t.PI, it.IMAGINARY),
            t.times(t.q(3), t.PI, it.IMAGINARY)]  # fmt: skip


def kernel_read(data: Json) -> Expr:
    """The kernel's expression for the JSON `data`; the kernel's Reject if it is none."""
    return it.Reader(frozenset()).read(data)


# ---- the search --------------------------------------------------------------------------------------------------


class Hole:
    """A proof that is still to be found, at most so deep."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.found: Json = None


def filled(node: Json) -> Json:
    """The proof `node` with what was found put into its holes."""
    if isinstance(node, Hole):
        return filled(node.found)
    if isinstance(node, dict):
        return {k: filled(v) for k, v in node.items()}
    return [filled(x) for x in node] if isinstance(node, list) else node


class Search(Identities):
    """The rules of the kernel, with holes that are filled on the way."""

    def __init__(self, names: frozenset[str], budget: Budget) -> None:
        super().__init__(Effort(WORK), names)
        self.clock = budget

    def prove(self, s: Scope, a: Expr, b: Expr, node: Json) -> None:
        """Check a proof `node` of a = b in scope `s`, or find one if it is a hole; Reject if there is none."""
        if isinstance(node, Hole):
            node.found = self.find(s, a, b, node.depth)
            if node.found is None:
                raise Reject("no proof was found")
            return
        super().prove(s, a, b, node)

    def attempt(self, s: Scope, a: Expr, b: Expr, node: Json) -> Json:
        """The node with its holes filled if it proves the equation, else None."""
        self.clock.check()
        depth, path = self.depth, list(self.p.path)
        try:
            self.prove(s, a, b, node)
            return filled(node)
        except (Reject, Missing, *MALFORMED):
            return None
        finally:
            self.depth, self.p.depth = depth, 0
            self.p.path[:] = path

    def find(self, s: Scope, a: Expr, b: Expr, depth: int) -> Json:
        """A proof of a = b in scope `s` with at most `depth` nested steps, or None."""
        for node in self.nodes(s, a, b, depth):
            self.clock.check()
            found = self.attempt(s, a, b, node)
            if found is not None:
                return found
        return None

    def nodes(self, s: Scope, a: Expr, b: Expr, depth: int) -> Iterator[Json]:
        """Proof steps to try for a = b in scope `s`, cheap ones first."""
        if it.bound(a) or it.bound(b):
            yield from self.values(s, a, b, depth)
            return
        yield {"rule": "normal"}
        yield {"rule": "real"}
        fact = self.missing(s, a, b)
        if fact is not None:
            yield {**fact, "then": Hole(depth)}
            return
        if depth <= 0:
            return
        names = sorted(t.free(a) | t.free(b))
        below = depth - 1
        for x in names:
            if s.kind(x) == "integer":
                continue
            for c in self.centres(s, x):
                if self.agree(a, b, x, c):
                    yield {"rule": "derivative", "var": x, "at": t.to_json(c), "prime": Hole(below),
                           "value": Hole(below)}  # fmt: skip
        for f in ("tan", "sin", "cos"):
            if it.heads(a) & {"asin", "acos", "atan"} or it.heads(b) & {"asin", "acos", "atan"}:
                yield {"rule": "inject", "function": f, "then": Hole(0)}
        powers = [p for e in (a, b) for p in t.parts(e) if p[0] == "pow"]
        if any((t.value_of(p[2]) or Fraction(1)).denominator == 2 for p in powers):
            yield {"rule": "inject", "function": "power", "exponent": "2", "then": Hole(below)}
        for part in self.rewritable(a, b):
            yield {**part, "then": Hole(below)}
        for part in self.roots(a, b):
            yield {**part, "power": Hole(0), "then": Hole(below)}
        for part in self.logs(s, a, b):
            again = part.pop("again", None)
            if again is None:
                yield {**part, "proof": {"rule": "derivative", **self.one_step(s, a, b)}, "then": Hole(0)}
                continue
            log, total = again
            inner = {"rule": "equal", "part": t.to_json(log), "value": t.to_json(total), "then": Hole(0),
                     "proof": {"rule": "derivative", **self.one_step(s, log, total)}}  # fmt: skip
            yield {**part, "proof": {"rule": "normal"}, "then": inner}
        for name, row in s.domain.box:
            if row.lo is None and row.hi is None and dict(s.kinds).get(name) != "integer":
                empty = self.zero_excluded(s, name)
                yield {"rule": "split", "var": name, "at": ["q", "0"], "below": Hole(below), "above": Hole(below),
                       "here": None if empty else Hole(below)}  # fmt: skip
            elif row.lo is not None and not row.lo_open:
                yield {"rule": "split", "var": name, "at": t.to_json(row.lo), "below": None, "here": Hole(below),
                       "above": Hole(below)}  # fmt: skip

    def missing(self, s: Scope, a: Expr, b: Expr) -> Json:
        """A fact that the sides need to be defined, which is not seen at once, with a proof; or None."""
        from verify.check.scalar.search import Search as Scalars
        from verify.check.scalar.search import Timeout

        w = Work(s, self.p)
        for p in [x for e in (a, b) for x in t.parts(e)]:
            wanted: Expr | None = None
            divides = p[0] == "pow" and (t.value_of(p[2]) or Fraction(0)) < 0
            if (p[0] == "log" or divides) and not w.nonzero(p[1]):
                wanted = p[1]
            elif p[0] == "tan" and not w.nonzero(("cos", p[1])):
                wanted = ("cos", p[1])
            elif p[0] == "pow" and (t.value_of(p[2]) or Fraction(0)).denominator == 2:
                wanted = p[1]
            if wanted is None or not t.free(wanted):
                continue
            try:
                u = w.real(wanted)
                if w.quick(u, ">") or w.quick(u, ">=") or w.quick(u, "!="):
                    continue
                self.p.defined(s.domain, u)
            except Reject:
                continue
            for of, v in ((wanted, u), (t.negative(wanted), t.negative(u))):
                search = Scalars(min(1.0, self.clock.left / 4), [], 64)
                try:
                    node = search.goal(s.domain, v, ">", 3)
                except (Reject, Timeout, Missing, *MALFORMED):
                    node = None
                if node is not None:
                    return {"rule": "have", "of": t.to_json(of), "rel": ">", "proof": node}
        return None

    def logs(self, s: Scope, a: Expr, b: Expr) -> Iterator[Json]:
        """Powers as exponentials of logs, and logs of products and powers as sums; each is to be proved."""
        w = Work(s, self.p)
        for p in dict.fromkeys(x for e in (a, b) for x in t.parts(e)):
            if p[0] != "pow" and p[0] != "log":
                continue
            r = t.value_of(p[2]) if p[0] == "pow" else None
            base = p[1]
            if p[0] == "pow" and (r is None or r.denominator == 1):
                continue
            rows = self.product(base)
            if rows is None or not all(w.nonzero(x) for x, _ in rows):
                continue
            total = t.add(*(t.times(t.q(k), ("log", x)) for x, k in rows))
            if p[0] == "log":
                yield {"rule": "equal", "part": t.to_json(p), "value": t.to_json(total)}
            elif r is not None:
                new: Expr = ("exp", t.times(t.q(r), ("log", base)))
                yield {"rule": "equal", "part": t.to_json(p), "value": t.to_json(new), "again": [("log", base), total]}

    def product(self, e: Expr) -> list[tuple[Expr, Fraction]] | None:
        """Factors and their whole powers, if e is a product or a whole power; 1 - z**2 is one too."""
        if e[0] == "pow":
            r = t.value_of(e[2])
            return [(e[1], r)] if r is not None and r.denominator == 1 else None
        if e[0] == "*":
            rows = []
            for p in e[1:]:
                rows += self.product(p) or [(p, Fraction(1))]
            return rows
        if e[0] == "+" and len(e) == 3 and len(t.free(e)) == 1:
            (x,) = t.free(e)
            one = ("var", x)
            for c in (t.ONE, t.q(-1)):
                up, down = t.add(c, one), t.minus(c, one)
                w = Work(self.scope_of(x), self.p)
                for pair in ((up, down), (t.add(one, c), t.minus(one, c))):
                    if w.plane.equal(e, t.times(*pair)):
                        return [(p, Fraction(1)) for p in pair]
        return None

    def scope_of(self, x: str) -> Scope:
        """The scope in which `x` is any complex number."""
        from verify.kernel.scalar.domain import Domain

        line = kernel.LINE
        return Scope(((x, "complex"),), Domain(((f"{x}.re", line), (f"{x}.im", line))))

    def roots(self, a: Expr, b: Expr) -> Iterator[Json]:
        """Steps that name the value of a root in `a` or `b`."""
        for p in dict.fromkeys(x for e in (a, b) for x in t.parts(e)):
            r = t.value_of(p[2]) if p[0] == "pow" else None
            if r is None or r.numerator != 1 or not 2 <= r.denominator <= 6:
                continue
            if p[1][0] == "pow" and t.value_of(p[1][2]) == r.denominator:
                yield {"rule": "root", "part": t.to_json(p), "value": t.to_json(p[1][1])}
            if not t.free(p) and r.denominator in (2, 3):
                for v in self.surds(p):
                    yield {"rule": "root", "part": t.to_json(p), "value": t.to_json(v)}

    def surds(self, p: Expr) -> Iterator[Expr]:
        """x + y sqrt(m) near the value, for the roots sqrt(m) inside, and sums of two roots."""
        inner = dict.fromkeys(x for x in t.parts(p[1]) if x[0] == "pow" and t.value_of(x[2]) == Fraction(1, 2))
        try:
            value = near(p, {}).real
        except FAILS:
            return
        for root in inner:
            size = near(root, {}).real
            for d in (1, 2, 3, 4, 6):
                for n in range(-12, 13):
                    x = Fraction(round((value - n / d * size) * d), d)
                    if n and abs(float(x) + n / d * size - value) < 1e-10:
                        yield t.add(t.q(x), t.times(t.q(Fraction(n, d)), root))
        for m in range(2, 60):
            k = round((value - math.sqrt(m)) ** 2)
            for sign in (1, -1):
                if 0 < k < 60 and abs(math.sqrt(m) + sign * math.sqrt(k) - value) < 1e-10:
                    half = t.q(Fraction(1, 2))
                    yield t.add(("pow", t.q(m), half), t.times(t.q(sign), ("pow", t.q(k), half)))

    def one_step(self, s: Scope, a: Expr, b: Expr) -> Json:
        """The proof that a and b have equal derivatives and one value in common; Reject without a real or complex
        variable.
        """
        names = sorted(t.free(a) | t.free(b))
        if not names or s.kind(names[0]) == "integer":
            raise Reject("no variable to differentiate in")
        x = names[0]
        return {"var": x, "at": t.to_json(self.centres(s, x)[0]), "prime": Hole(0), "value": Hole(0)}

    def zero_excluded(self, s: Scope, name: str) -> bool:
        """Whether the variable `name` is known not to be 0."""
        return Work(s, self.p).nonzero(("var", name)) if "." not in name else False

    def centres(self, s: Scope, x: str) -> list[Expr]:
        """Points of the domain of `x` at which to compare values."""
        if s.kind(x) == "complex":
            re, im = s.domain.side(f"{x}.re"), s.domain.side(f"{x}.im")
            a = t.ZERO if re.lo is None and re.hi is None else t.ONE if re.hi is None else t.q(-1)
            b = t.ZERO if im.lo is None and im.hi is None else t.ONE if im.hi is None else t.q(-1)
            return [t.add(a, t.times(b, it.IMAGINARY))]
        row = s.domain.side(x)
        if row.lo is None and row.hi is None:
            return [t.ZERO, t.ONE]
        if row.lo is not None and row.hi is not None:
            middle = t.times(t.q(Fraction(1, 2)), t.add(row.lo, row.hi))
            value = t.value_of(middle)
            out = [t.q(value) if value is not None else middle]
            low, high = t.value_of(row.lo), t.value_of(row.hi)
            if low is not None and high is not None and low < 0 < high:
                out.insert(0, t.ZERO)
            return [*([] if row.lo_open else [row.lo]), *([] if row.hi_open else [row.hi]), *out]
        if row.lo is not None:
            return [*([] if row.lo_open else [row.lo]), t.add(row.lo, t.ONE)]
        assert row.hi is not None
        return [*([] if row.hi_open else [row.hi]), t.minus(row.hi, t.ONE)]

    def agree(self, a: Expr, b: Expr, x: str, c: Expr) -> bool:
        """Do the sides seem to agree at the point? (Only if there are no other variables.)"""
        if (t.free(a) | t.free(b)) != {x}:
            return True
        try:
            v, w = (near(t.substitute(e, {x: c}), {}) for e in (a, b))
        except FAILS:
            return False
        return abs(v - w) <= 1e-9 * (1 + abs(v))

    def rewritable(self, a: Expr, b: Expr) -> Iterator[Json]:
        """Steps that merge powers and logarithms in `a` or `b`, as far as the domain allows."""
        seen = []
        for e in (a, b):
            for p in t.parts(e):
                name = None
                if p[0] == "pow" and p[1][0] == "pow":
                    square = t.value_of(p[2]) == Fraction(1, 2) and t.value_of(p[1][2]) == 2
                    name = "root-square" if square else "power-power"
                elif p[0] == "pow" and p[1][0] == "*" and (t.value_of(p[2]) or Fraction(1, 2)).denominator != 1:
                    name = "power-product"
                elif p[0] == "abs":
                    name = "abs-positive"
                if name and (name, p) not in seen:
                    seen.append((name, p))
                    yield {"rule": "rewrite", "part": t.to_json(p), "name": name}
                    if name == "abs-positive":
                        yield {"rule": "rewrite", "part": t.to_json(p), "name": "abs-negative"}

    # ---- sums, integrals, limits -----------------------------------------------------------------------------

    def values(self, s: Scope, a: Expr, b: Expr, depth: int) -> Iterator[Json]:
        """Steps that replace a sum, integral or limit in `a` or `b` by a closed form."""
        part = next(p for e in (a, b) for p in t.parts(e) if p[0] in BINDERS and not any(
            isinstance(x, tuple) and it.bound(x) for x in p[2:]))  # fmt: skip
        other = b if part == a and not it.bound(b) else a if part == b and not it.bound(a) else None
        for value, because in self.becauses(s, part, other):
            yield {"rule": "replace", "part": named(part), "value": t.to_json(value), "because": because,
                   "then": Hole(depth)}  # fmt: skip

    def becauses(self, s: Scope, part: Expr, other: Expr | None) -> Iterator[tuple[Expr, Json]]:
        """Closed forms of `part` and the reasons for them; the `other` side of the equation is the first guess."""
        head, name = part[0], part[1][1]
        if head == "sum":
            yield from self.sums(part, other)
        elif head == "limit":
            for value in ([other] if other is not None else []) + limit_value(part):
                for close in ("1", "1/10", "100"):
                    yield value, {"rule": "limit", "near": close}
        elif head == "integral":
            for f in antiderivative(part[4], name):
                yield from self.integrals(part, f)

    def integrals(self, part: Expr, f: Expr) -> Iterator[tuple[Expr, Json]]:
        """The value of the integral `part` from the antiderivative `f`, at both ends or by limits, with the reason."""
        name, lo, hi = part[1][1], part[2], part[3]
        known = [None if e in (it.OO, it.MINUS_OO) else e for e in (lo, hi)]
        because: dict[str, Json] = {"rule": "antiderivative", "function": t.to_json(f)}
        because |= {"prime": Hole(2), "ends": Hole(1)}
        ends: list[Expr] = []
        for e, key in zip(known, ("low", "high"), strict=True):
            if e is None:
                infinite = ("limit", ("var", name), lo if key == "low" else hi, t.q(-1), f)
                found = limit_value(infinite)
                if not found:
                    return
                because[key] = t.to_json(found[0])
                ends.append(found[0])
            else:
                ends.append(t.substitute(f, {name: e}))
        value = t.minus(ends[1], ends[0])
        free = [e for e in known if e is not None and t.free(e)]
        if not free:
            low, high = (None if e is None else t.to_json(e) for e in known)
            yield value, {**because, "range": [low, high, low is None, high is None]}
            return
        yield value, {**because, "range": [None, None, True, True]}
        yield value, {**because, "range": [["q", "0"], None, True, True]}
        yield value, {**because, "range": [["q", "0"], None, False, True]}

    def sums(self, part: Expr, other: Expr | None) -> Iterator[tuple[Expr, Json]]:
        """Closed forms of the sum `part` by telescoping (with the `other` side as the guess) or the binomial
        theorem.
        """
        k, lo, hi, body = part[1][1], part[2], part[3], part[4]
        tops = sorted(t.free(hi))
        if other is not None and hi[0] == "var" and tops[0] not in t.free(body):
            g = t.substitute(other, {tops[0]: t.add(("var", k), t.q(-1))})
            value = t.minus(t.substitute(g, {k: t.add(hi, t.ONE)}), t.substitute(g, {k: lo}))
            yield value, {"rule": "telescope", "function": t.to_json(g), "step": Hole(1), "ends": Hole(0)}
        if any(p[0] == "binomial" for p in t.parts(body)):
            a, b = t.ONE, t.ONE
            for p in t.parts(body):
                if p[0] == "pow" and k in t.free(p[2]) and k not in t.free(p[1]):
                    if p[2] == ("var", k):
                        a = p[1] if a == t.ONE else t.times(a, p[1])
                    else:
                        b = p[1]
            yield ("pow", t.add(a, b), hi), {"rule": "binomial", "a": t.to_json(a), "b": t.to_json(b),
                                             "step": Hole(0), "ends": Hole(0)}  # fmt: skip


def named(e: Expr) -> Json:
    """A sum, integral or limit as it is written in a file."""
    if e[0] in BINDERS:
        third = {1: "+", -1: "-", 0: "+-"}[int(e[3][1])] if e[0] == "limit" else named(e[3])
        return [e[0], e[1][1], named(e[2]), third, named(e[4])]
    if e[0] == "q":
        return ["q", str(e[1])]
    return [named(p) if isinstance(p, tuple) else p for p in e]


def points(st: kernel.Statement) -> Iterator[dict[str, Expr]]:
    """Exact points, those with special values first."""
    lists = [choices(st.rows[name]) for name in st.rows]
    if not lists:
        yield {}
        return
    if len(lists) > 2:
        lists = [xs[: 12 if len(lists) == 3 else 6] for xs in lists]
    longest = max(map(len, lists))
    count = 0
    for size in range(1, longest + 1):  # every combination of the first values, then of more
        for row in itertools.product(*(xs[:size] for xs in lists)):
            if any(len(xs) >= size and x == xs[size - 1] for x, xs in zip(row, lists, strict=True)):
                yield dict(zip(st.rows, row, strict=True))
                count += 1
                if count >= POINTS:
                    return


def refutation(st: kernel.Statement, values: list[Json], sides: tuple[Expr, Expr], budget: Budget) -> Json:
    """A point that the kernel accepts as a counterexample, or None. `sides` are free of integrals and limits."""
    tries = 0
    odd = {n for n, k in st.rows.items() if k == "odd_integer"}
    for point in points(st):
        budget.check()
        try:
            floats = {n: near(e, {}) for n, e in point.items()}
            inner = {n: (v - 1) / 2 if n in odd else v for n, v in floats.items()}
            if not all(_met(op, near(a, inner), near(b, inner)) for op, a, b in st.conditions):
                continue
        except FAILS:
            continue
        try:
            v, w = (near(e, inner) for e in sides)
            suspect = not abs(v - w) <= 1e-10 * (1 + abs(v))
        except FAILS:
            suspect = True
        if suspect:
            tries += 1
            data: dict[str, Json] = {"at": {n: named(e) for n, e in point.items()}}
            if values:
                data["values"] = values
            try:
                found = kernel.refute(st, data)
                return data, found
            except (Reject, Missing, *MALFORMED):
                if tries >= TRIES:
                    return None
    return None


def _met(op: str, a: complex, b: complex) -> bool:
    if op in ("!=", "="):
        return (a != b) == (op == "!=")
    x, y = a.real, b.real
    return {"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[op]


def witness(st: kernel.Statement) -> Json:
    """A point that meets the conditions, as the kernel sees it."""
    for point in points(st):
        data = {n: named(e) for n, e in point.items()}
        try:
            kernel.located(st, data, Values(96, Work(kernel.NOWHERE, st.prover).plane))
            return data
        except (Reject, Missing, *MALFORMED):
            continue
    return None


def settle(problem: Problem, budget: Budget) -> Answer:
    """Prove or refute the identity of `problem` within `budget`; OPEN if neither is found."""
    s = problem.statement
    assert isinstance(s, Identity)
    return settled(compiled(s), budget)


def settled(statement: dict[str, Json], budget: Budget, name: str = "identity") -> Answer:
    """The answer for a statement in the kernel's language."""
    st = kernel.Statement(statement, Prover(Effort(WORK)))
    tried = []
    constant_parts = not (it.heads(st.lhs) | it.heads(st.rhs)) & {"integral", "limit"}
    if constant_parts:
        found = refutation(st, [], (st.lhs, st.rhs), budget)
        if found is not None:
            return refuted(statement, found, name)
        tried.append("no point was found at which the sides differ")
    elif not st.rows:
        closed = closed_values(st, budget)
        if closed is not None:
            found = refutation(st, closed[0], closed[1], budget)
            if found is not None:
                return refuted(statement, found, name)
    seen = witness(st) if st.conditions else None
    if st.conditions and seen is None:
        return Answer("OPEN", tried=("no point was found that meets the conditions",))
    search = Search(st.names, budget)
    for depth in range(DEPTH + 1):
        node = search.find(st.scope(), st.lhs, st.rhs, depth)
        if node is not None:
            item = {"id": name, **statement, "proof": node}
            if st.conditions:
                item["witness"] = seen
            return Answer(
                "PROVED", scope="all values of the variables" if st.rows else "constants",
                method=" + ".join(sorted(rules(node))), steps=tuple(words(node)),
                certificate={"identities": [item], "rests": [name]},
            )  # fmt: skip
    tried.append("normal forms, derivatives, cases and closed values gave no proof")
    return Answer("OPEN", tried=tuple(tried), advice="state it on a smaller domain, or add conditions")


def closed_values(st: kernel.Statement, budget: Budget) -> tuple[list[Json], tuple[Expr, Expr]] | None:
    """Values of the integrals and limits of a statement without variables, and the sides with them."""
    search = Search(st.names, budget)
    rows: list[Json] = []
    a, b = st.lhs, st.rhs
    while it.bound(a) or it.bound(b):
        for node in search.values(st.scope(), a, b, 0):
            row = {k: node[k] for k in ("part", "value", "because")}
            try:
                part, value = search.value(kernel.NOWHERE, row)
            except (Reject, Missing, *MALFORMED):
                search.depth = search.p.depth = 0
                continue
            rows.append(filled(row))
            a, b = t.replace(a, part, value), t.replace(b, part, value)
            break
        else:
            return None
    return rows, (a, b)


def refuted(statement: dict[str, Json], found: tuple[Json, Json], name: str) -> Answer:
    """The answer REFUTED for a `statement`, from the point and the kernel's answer in `found`, named `name`."""
    data, outcome = found
    undefined = outcome["fails"] == "undefined"
    shown = {n: ex.show(_shown(v)) for n, v in data["at"].items()}
    reason = f"the {outcome['side']} side has no value: {outcome['what']}" if undefined else "the sides differ"
    if not undefined:
        re, im = outcome["margin"]
        reason += f": left - right has real part in {re} and imaginary part in {im}"[:300]
    return Answer(
        "REFUTED", scope="one point", method="enclosure at an exact point",
        counterexample=Counterexample(shown, None, reason, undefined),
        certificate={"identities": [{"id": name, **statement, "refutation": data}], "rests": [name]},
    )  # fmt: skip


def _shown(data: Json) -> Expr:
    return tuple(_shown(x) if isinstance(x, list) else x for x in data)


def rules(node: Json) -> set[str]:
    """The names of the rules that a proof `node` uses."""
    if isinstance(node, dict):
        mine = {node["rule"]} if "rule" in node else set()
        return mine.union(*(rules(v) for v in node.values()))
    return set()


def words(node: Json, level: int = 0) -> Iterator[str]:
    """What the proof does, in sentences."""
    rule = node["rule"]
    if rule in ("normal", "real"):
        how = "over exponentials" if rule == "normal" else "of real expressions"
        yield f"both sides have the same normal form {how}"
    elif rule == "derivative":
        at = ex.show(_shown(node["at"]))
        yield f"the derivatives in {node['var']} agree, and so do the values at {node['var']} = {at}"
        yield from words(node["prime"], level + 1)
        yield from words(node["value"], level + 1)
    elif rule in ("split", "cases"):
        yield f"cases by the sign of {node.get('var') or ex.show(_shown(node['on']))}"
        for key in ("below", "here", "above", "negative", "zero", "positive"):
            if node.get(key) is not None:
                yield from words(node[key], level + 1)
    elif rule == "inject":
        yield f"both sides lie where {node['function']} takes no value twice; its values agree"
        yield from words(node["then"], level)
    elif rule == "rewrite":
        yield f"rewrite by {node['name']}"
        yield from words(node["then"], level)
    elif rule in ("have", "equal", "root"):
        old = ex.show(_shown(node["of" if rule == "have" else "part"]))
        yield f"{old} {node['rel']} 0" if rule == "have" else f"{old} is {ex.show(_shown(node['value']))}"
        yield from words(node["then"], level)
    else:
        kind = node["because"]["rule"]
        yield {
            "antiderivative": "the integral is the difference of an antiderivative, whose derivative is the integrand",
            "telescope": "the terms of the sum are differences, so it telescopes",
            "limit": "the limit is found from the largest terms",
            "binomial": "the sum is a power, by the binomial theorem",
        }[kind]
        yield from words(node["then"], level)

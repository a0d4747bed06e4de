"""Reading terms and evaluating proof terms.

A proof term is rebuilt in normal form with known facts at its leaves. `zero` returns a polynomial known to be 0,
`nonneg` one known to be >= 0 (and whether strictly), `psd` a symmetric matrix known to be PSD. A step is accepted
when the normal form it asks for equals the one its proof term yields.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from . import linear as ln
from . import normal as nm
from .errors import Budget, Reject
from .normal import SCALAR, Algebra, Poly
from .signature import Letter, Signature, name_of, rational

Json = Any
TEXT = 100  # characters of a remembered term that count as one operation


@dataclass(frozen=True)
class Fact:
    """For all values of the prefix variables the formula holds (at all times, almost surely)."""

    prefix: tuple[tuple[str, Json, Json], ...]
    concl: Json
    env: dict[str, ln.Lin]
    pointwise: bool = False  # holds only at one instant or outcome: the hypothesis of a case


@dataclass(frozen=True)
class Scope:
    env: dict[str, ln.Lin]
    known: tuple[ln.Lin, ...]
    local: dict[str, Fact] = field(default_factory=dict)
    pointwise: bool = False
    start: bool = False


def node(data: Json, what: str, *arity: int) -> str:
    """Head of an array with the right number of arguments."""
    if type(data) is not list or not data or type(data[0]) is not str:
        raise Reject(f"{what} expected, not {data!r:.60}")
    if arity and len(data) - 1 not in arity:
        raise Reject(f"{what} {data[0]!r} takes {' or '.join(map(str, arity))} arguments, not {len(data) - 1}")
    return data[0]


def holds_node(data: Json, head: str) -> bool:
    """Does an array with this head occur in the term?"""
    return type(data) is list and (data[:1] == [head] or any(holds_node(x, head) for x in data))


class Checker:
    """Terms, facts and proof terms over one signature."""

    def __init__(self, sig: Signature, budget: Budget) -> None:
        self.sig, self.alg = sig, Algebra(sig, budget)
        self.facts: dict[str, Fact] = {}
        self.memory: dict[Any, Poly] = {}
        self.touched: set[str] = set()
        self.base: set[str] = set()

    # ---- scopes and conditions -------------------------------------------------------------------------

    def top(self) -> Scope:
        return Scope(dict(self.sig.nat), self.sig.known)

    def demand(self, form: ln.Lin, scope: Scope, what: str) -> None:
        self.alg.budget.spend(1 + len(scope.known) // 4)
        if not ln.nonnegative(form, scope.known):
            raise Reject(f"index condition not implied by the ranges in scope: {what}")

    def within(self, i: ln.Lin, lo: ln.Lin, hi: ln.Lin | None, scope: Scope, what: str) -> None:
        self.demand(ln.sub(i, lo), scope, f"{what} below its range")
        if hi is not None:
            self.demand(ln.sub(hi, i), scope, f"{what} above its range")

    def enter(self, prefix: tuple[tuple[str, Json, Json], ...], scope: Scope) -> Scope:
        """Add universally quantified index variables under their own names."""
        for v, lo_data, hi_data in prefix:
            name_of(v)
            if v in scope.env or v in self.sig.letters or v in self.sig.dims:
                raise Reject(f"index variable {v!r} shadows another name")
            lo = ln.parse(lo_data, scope.env)
            self.demand(lo, scope, f"range of {v} may start below zero")
            known = [ln.sub(ln.var(v), lo)]
            if hi_data is not None:
                known.append(ln.sub(ln.parse(hi_data, scope.env), ln.var(v)))
            scope = replace(scope, env={**scope.env, v: ln.var(v)}, known=(*scope.known, *known))
        return scope

    @staticmethod
    def prefix(data: Json) -> tuple[tuple[str, Json, Json], ...]:
        if type(data) is not list or any(type(r) is not list or len(r) != 3 for r in data):
            raise Reject("the prefix `all` must be a list of [variable, low, high]")
        return tuple((r[0], r[1], r[2]) for r in data)

    # ---- terms -----------------------------------------------------------------------------------------

    def read(self, t: Json, scope: Scope) -> Poly:
        """Normal form of a term; terms that were read before in the same scope are remembered."""
        text = repr(t)
        self.alg.budget.spend(len(text) // TEXT)
        key = (text, tuple(sorted(scope.env.items())), scope.known, scope.start)
        known = self.memory.get(key)
        if known is None:
            known = self.memory[key] = self._read(t, scope)
        return known

    def _read(self, t: Json, scope: Scope) -> Poly:
        head = node(t, "term")
        method = getattr(self, f"_read_{_TERMS[head][0]}", None) if head in _TERMS else None
        if method is None:
            raise Reject(f"unknown term constructor {head!r:.40}")
        arity = _TERMS[head][1]
        if arity:
            node(t, "term", *arity)
        self.alg.budget.spend()
        out: Poly = method(t, scope)
        return out

    def _read_q(self, t: Json, scope: Scope) -> Poly:
        return self.alg.rational(rational(t[1]))

    def _read_n(self, t: Json, scope: Scope) -> Poly:
        return self.alg.dimension(self.dim(t[1], scope))

    def _read_pi(self, t: Json, scope: Scope) -> Poly:
        return self.alg.atom(("pi",))

    def _read_t(self, t: Json, scope: Scope) -> Poly:
        if self.sig.time != "flow":
            raise Reject("the current time stands in a statement that is not about a flow")
        return self.alg.zero(SCALAR) if scope.start else self.alg.atom(("t",))

    def dim(self, data: Json, scope: Scope) -> Any:
        d = nm.dim(data, scope.env)
        if d[0] == "d":
            lo, hi = self.sig.family(d[1])
            self.within(d[2], lo, hi, scope, f"index of the dimension {d[1]}")
        else:
            self.demand(d[1], scope, "a dimension may be negative")
        return d

    def stage(self, name: str, stage: Json, scope: Scope) -> str:
        if stage not in ("", "0", "+") or type(stage) is not str:
            raise Reject(f"unknown stage {stage!r:.20} of letter {name}")
        if self.sig.letter(name).dep == "const":
            if stage:
                raise Reject(f"letter {name} is constant and has no stages")
            return ""
        if stage == "+" and (self.sig.time != "descent" or scope.start):
            raise Reject(f"the next iterate of {name} is not defined here")
        return "0" if scope.start else stage

    def places(self, decl: Letter, name: str, idx: Json, scope: Scope) -> tuple[ln.Lin, ...]:
        """One form for each index of a letter; their ranges are not looked at."""
        if type(idx) is not list or len(idx) != len(decl.index):
            raise Reject(f"letter {name} takes {len(decl.index)} index expressions")
        return tuple(ln.parse(i, scope.env) for i in idx)

    def index(self, name: str, idx: Json, scope: Scope) -> tuple[ln.Lin, ...]:
        decl = self.sig.letter(name)
        forms = self.places(decl, name, idx, scope)
        env = dict(self.sig.nat)
        for (v, lo, hi), i in zip(decl.index, forms, strict=True):
            self.within(i, ln.parse(lo, env), ln.parse(hi, env), scope, f"index of {name}")
            env[v] = i
        if decl.shape is not None:
            for side in decl.shape:
                d = nm.dim(side, env)
                if d[0] == "d":
                    lo_d, hi_d = self.sig.family(d[1])
                    self.within(d[2], lo_d, hi_d, scope, f"index of the dimension {d[1]}")
        return forms

    def _read_v(self, t: Json, scope: Scope) -> Poly:
        decl = self.sig.letter(t[1])
        stage = self.stage(t[1], t[3], scope)
        forms = self.index(t[1], t[2], scope)
        return self.alg.chain(t[1], forms[0], forms[0], stage) if decl.chain else (
            self.alg.letter(t[1], forms, stage, 0))

    def chain(self, name: Json) -> Letter:
        decl = self.sig.letter(name)
        if not decl.chain:
            raise Reject(f"letter {name} is not a chain family")
        return decl

    def _read_ch(self, t: Json, scope: Scope) -> Poly:
        decl = self.chain(t[1])
        hi, lo = ln.parse(t[2], scope.env), ln.parse(t[3], scope.env)
        stage = self.stage(t[1], t[4], scope)
        first, last = ln.parse(decl.index[0][1], self.sig.nat), ln.parse(decl.index[0][2], self.sig.nat)
        self.demand(ln.sub(lo, first), scope, f"chain of {t[1]} starts below its range")
        self.demand(ln.sub(last, hi), scope, f"chain of {t[1]} ends above its range")
        self.demand(ln.add(ln.sub(hi, lo), nm.LIN_ONE), scope, f"chain of {t[1]} has negative length")
        return self.alg.chain(t[1], hi, lo, stage)

    def _read_one(self, t: Json, scope: Scope) -> Poly:
        return self.alg.one(self.dim(t[1], scope))

    def _read_zero(self, t: Json, scope: Scope) -> Poly:
        return self.alg.zero(("m", self.dim(t[1], scope), self.dim(t[2], scope)))

    def _read_add(self, t: Json, scope: Scope) -> Poly:
        if len(t) < 2:
            raise Reject("empty sum")
        out = self.read(t[1], scope)
        for x in t[2:]:
            out = self.alg.add(out, self.read(x, scope))
        return out

    def _read_mul(self, t: Json, scope: Scope) -> Poly:
        if len(t) < 2:
            raise Reject("empty product")
        out = self.read(t[1], scope)
        for x in t[2:]:
            out = self.alg.mul(out, self.read(x, scope))
        return out

    def _read_T(self, t: Json, scope: Scope) -> Poly:
        return self.alg.transpose(self.read(t[1], scope))

    def _read_tr(self, t: Json, scope: Scope) -> Poly:
        return self.alg.trace(self.read(t[1], scope))

    def _read_kr(self, t: Json, scope: Scope) -> Poly:
        return self.alg.kron(self.read(t[1], scope), self.read(t[2], scope))

    def _read_vec(self, t: Json, scope: Scope) -> Poly:
        return self.alg.vec(self.read(t[1], scope))

    def exponent(self, data: Json, scope: Scope, least: int) -> ln.Lin:
        e = ln.parse(data, scope.env)
        self.demand(ln.sub(e, ln.const(least)), scope, f"exponent may be below {least}")
        return e

    def _read_pow(self, t: Json, scope: Scope) -> Poly:
        e = self.exponent(t[2], scope, 0)
        return self.alg.power(self.read(t[1], scope), e, ln.nonnegative(ln.sub(e, nm.LIN_ONE), scope.known))

    def _read_root(self, t: Json, scope: Scope) -> Poly:
        return self.alg.root(self.read(t[1], scope), self.exponent(t[2], scope, 1))

    def binder(self, v: Json, lo_data: Json, hi_data: Json, scope: Scope) -> tuple[str, ln.Lin, ln.Lin, Scope]:
        name_of(v)
        if v in self.sig.letters or v in self.sig.dims or v in self.sig.nat:
            raise Reject(f"bound index {v!r} shadows a name of the signature")
        lo, hi = ln.parse(lo_data, scope.env), ln.parse(hi_data, scope.env)
        self.demand(lo, scope, f"range of {v} may start below zero")
        self.demand(ln.add(ln.sub(hi, lo), nm.LIN_ONE), scope, f"range of {v} may have negative length")
        x = self.alg.fresh()
        known = (*scope.known, ln.sub(ln.var(x), lo), ln.sub(hi, ln.var(x)))
        return x, lo, hi, replace(scope, env={**scope.env, v: ln.var(x)}, known=known)

    def _read_sum(self, t: Json, scope: Scope) -> Poly:
        x, lo, hi, inner = self.binder(t[1], t[2], t[3], scope)
        return self.alg.bind(self.read(t[4], inner), x, lo, hi)

    def _read_prod(self, t: Json, scope: Scope) -> Poly:
        x, lo, hi, inner = self.binder(t[1], t[2], t[3], scope)
        return self.alg.product(self.read(t[4], inner), x, lo, hi)

    def scalar(self, t: Json, scope: Scope) -> Poly:
        p = self.read(t, scope)
        if p.sort != SCALAR:
            raise Reject(f"a scalar is needed, not {nm.show_sort(p.sort)}")
        return p

    def _read_function(self, t: Json, scope: Scope) -> Poly:
        a = self.alg
        build = {"exp": a.exp, "log": a.log, "inv": a.inv, "cos": a.cos, "acos": a.acos, "ind": a.ind, "E": a.expect}
        return build[t[0]](self.scalar(t[1], scope))

    def _read_D(self, t: Json, scope: Scope) -> Poly:
        if scope.start:
            raise Reject("time derivative at the start")
        if holds_node(t[1], "D"):
            raise Reject("time derivative of a time derivative")
        return self.ddt(self.read(t[1], scope), scope)

    # ---- time derivative -------------------------------------------------------------------------------

    def ddt(self, p: Poly, scope: Scope) -> Poly:
        if self.sig.time != "flow":
            raise Reject("time derivative in a statement that is not about a flow")
        return self.alg.derive(p, self._letter_rate, self._chain_rate, True, scope.known)

    def _moving(self, name: str, stage: str, d: int) -> bool:
        decl = self.sig.letter(name)
        if decl.dep == "const" or stage == "0":
            return False
        if decl.dep == "any":
            raise Reject(f"derivative of {name}, which is not known to be differentiable")
        if d:
            raise Reject(f"second derivative of {name}")
        return True

    def _letter_rate(self, name: str, idx: tuple[ln.Lin, ...], stage: str, d: int) -> Poly | None:
        if not self._moving(name, stage, d):
            return None
        if name in self.sig.losses:
            self.base.add("chain-rule")
            row, top = self.sig.losses[name], self.top()
            grad = self.read(["v", row["grad"], [], ""], top)
            return self.alg.trace(self.alg.mul(self.alg.transpose(grad), self.ddt(self.read(row["at"], top), top)))
        return self.alg.letter(name, idx, stage, 1)

    def _chain_rate(self, name: str, hi: ln.Lin, lo: ln.Lin, stage: str, d: int,
                    known: tuple[ln.Lin, ...]) -> Poly | None:
        if not self._moving(name, stage, d):
            return None
        if hi == lo:
            return self.alg.chain(name, hi, hi, stage, 1)
        v = self.alg.fresh()
        x = ln.var(v)
        left = self.alg.chain(name, hi, ln.add(x, nm.LIN_ONE), stage)
        right = self.alg.chain(name, ln.sub(x, nm.LIN_ONE), lo, stage)
        return self.alg.bind(self.alg.mul(self.alg.mul(left, self.alg.chain(name, x, x, stage, 1)), right), v, lo, hi)

    # ---- formulas and facts ----------------------------------------------------------------------------

    def formula(self, f: Json, scope: Scope) -> tuple[str, Poly]:
        """Kind and normal form of a formula: lhs - rhs, or the matrix of `psd`."""
        kind = node(f, "formula")
        if kind == "psd":
            node(f, "formula", 1)
            p = self.read(f[1], scope)
            if p.sort[0] not in ("m", "k"):
                raise Reject(f"psd of {nm.show_sort(p.sort)}")
            if self.alg.sub(p, self.alg.transpose(p)).terms:
                raise Reject("psd of a matrix that is not symmetric in normal form")
            return kind, p
        if kind not in ("eq", "ge", "gt", "ne"):
            raise Reject(f"unknown formula {kind!r:.40}")
        node(f, "formula", 2)
        p = self.alg.sub(self.read(f[1], scope), self.read(f[2], scope))
        if kind in ("ge", "gt") and p.sort != SCALAR:
            raise Reject(f"inequality between {nm.show_sort(p.sort)}")
        return kind, p

    def declare(self, data: Json, env: dict[str, ln.Lin], **kwargs: Any) -> Fact:
        """A closed fact, checked to be well-sorted over its whole range."""
        prefix = self.prefix(data["all"])
        self.formula(data["concl"], self.enter(prefix, self.top()))
        return Fact(prefix, data["concl"], env, **kwargs)

    def look(self, name: Json, scope: Scope) -> Fact:
        if type(name) is str:
            if name in scope.local:
                return scope.local[name]
            if name in self.facts:
                self.touched.add(name)
                return self.facts[name]
        raise Reject(f"no fact {name!r:.60} before this step")

    def instance(self, name: Json, at: Json, scope: Scope, start: bool = False) -> tuple[str, Poly]:
        """Kind and normal form of a fact at the given index expressions."""
        fact = self.look(name, scope)
        if type(at) is not list or len(at) != len(fact.prefix):
            raise Reject(f"fact {name!r} is for all of {[r[0] for r in fact.prefix]}: give one index expression each")
        env = dict(fact.env)
        for (v, lo, hi), i in zip(fact.prefix, at, strict=True):
            form = ln.parse(i, scope.env)
            self.within(form, ln.parse(lo, env), None if hi is None else ln.parse(hi, env), scope,
                        f"{v} in fact {name!r}")
            env[v] = form
        return self.formula(fact.concl, replace(scope, env=env, start=start))

    # ---- proof terms: equations ------------------------------------------------------------------------

    def zero(self, p: Json, scope: Scope) -> Poly:
        head = node(p, "proof of an equation")
        a = self.alg
        a.budget.spend()
        if head == "fact":
            node(p, head, 2)
            kind, q = self.instance(p[1], p[2], scope)
            if kind != "eq":
                raise Reject(f"fact {p[1]!r} is not an equation")
            return q
        if head == "add":
            if len(p) < 2:
                raise Reject("empty sum of proofs")
            out = self.zero(p[1], scope)
            for x in p[2:]:
                out = a.add(out, self.zero(x, scope))
            return out
        if head == "mul":
            node(p, head, 3)
            out = self.zero(p[2], scope)
            if p[1] is not None:
                out = a.mul(self.read(p[1], scope), out)
            return out if p[3] is None else a.mul(out, self.read(p[3], scope))
        if head in ("T", "tr", "vec", "E", "D"):
            node(p, head, 1)
            q = self.zero(p[1], scope)
            if head in ("E", "D") and scope.pointwise:
                raise Reject(f"{head} of an equation that holds only in the present case")
            if head == "D":
                return self.ddt(q, scope)
            return {"T": a.transpose, "tr": a.trace, "vec": a.vec, "E": a.expect}[head](q)
        if head == "kron":
            node(p, head, 2)
            return a.kron(self.zero(p[1], scope), self.read(p[2], scope))
        if head == "kronr":
            node(p, head, 2)
            return a.kron(self.read(p[1], scope), self.zero(p[2], scope))
        if head == "sum":
            node(p, head, 4)
            x, lo, hi, inner = self.binder(p[1], p[2], p[3], scope)
            return a.bind(self.zero(p[4], inner), x, lo, hi)
        if head in _ZERO:
            node(p, head, _ZERO[head])
            out = getattr(self, f"_zero_{head}")(p, scope)
            assert isinstance(out, Poly)
            return out
        raise Reject(f"unknown proof of an equation {head!r:.40}")

    def _zero_null(self, p: Json, scope: Scope) -> Poly:
        """t - t = 0; fixes the sort."""
        return self.alg.zero(self.read(p[1], scope).sort)

    def _halves(self, p: Json, scope: Scope) -> tuple[Poly, str, ln.Lin, ln.Lin, ln.Lin]:
        """Body and bounds of a range lo..hi cut after mid, p = [rule, v, lo, mid, hi, body]."""
        x, lo, hi, inner = self.binder(p[1], p[2], p[4], scope)
        mid = ln.parse(p[3], scope.env)
        self.demand(ln.add(ln.sub(mid, lo), nm.LIN_ONE), scope, "the first part may have negative length")
        self.demand(ln.sub(hi, mid), scope, "the second part may have negative length")
        return self.read(p[5], inner), x, lo, mid, hi

    def _zero_split(self, p: Json, scope: Scope) -> Poly:
        """sum over lo..hi = sum over lo..mid + sum over mid+1..hi."""
        body, x, lo, mid, hi = self._halves(p, scope)
        first, second = self.alg.bind(body, x, lo, mid), self.alg.bind(body, x, ln.add(mid, nm.LIN_ONE), hi)
        return self.alg.sub(self.alg.sub(self.alg.bind(body, x, lo, hi), first), second)

    def _zero_psplit(self, p: Json, scope: Scope) -> Poly:
        """product over lo..hi = product over lo..mid times product over mid+1..hi."""
        body, x, lo, mid, hi = self._halves(p, scope)
        first, second = self.alg.product(body, x, lo, mid), self.alg.product(body, x, ln.add(mid, nm.LIN_ONE), hi)
        return self.alg.sub(self.alg.product(body, x, lo, hi), self.alg.mul(first, second))

    def _zero_reverse(self, p: Json, scope: Scope) -> Poly:
        """A sum equals the sum of its terms in the opposite order."""
        x, lo, hi, inner = self.binder(p[1], p[2], p[3], scope)
        body = self.read(p[4], inner)
        back = self.alg.rebuild(body, {x: ln.sub(ln.add(lo, hi), ln.var(x))}, None, inner.known)
        return self.alg.sub(self.alg.bind(body, x, lo, hi), self.alg.bind(back, x, lo, hi))

    def _zero_cong(self, p: Json, scope: Scope) -> Poly:
        """f(a) - f(b) = 0 from a - b = 0; p = [cong, f, a, b, proof, exponent or null]."""
        f, s, t, proof, e = p[1:]
        difference = self.alg.sub(self.read(s, scope), self.read(t, scope))
        if self.alg.sub(difference, self.zero(proof, scope)).terms:
            raise Reject("the proof of a congruence is about other terms")
        if f in ("pow", "root"):
            return self.alg.sub(self.read([f, s, e], scope), self.read([f, t, e], scope))
        if f not in ("exp", "log", "inv", "cos", "acos", "ind") or e is not None:
            raise Reject(f"no congruence for {f!r:.40}")
        return self.alg.sub(self.read([f, s], scope), self.read([f, t], scope))

    def _zero_congprod(self, p: Json, scope: Scope) -> Poly:
        """Products of factors that are equal for every index."""
        x, lo, hi, inner = self.binder(p[1], p[2], p[3], scope)
        s, t = self.scalar(p[4], inner), self.scalar(p[5], inner)
        if self.alg.sub(self.alg.sub(s, t), self.zero(p[6], inner)).terms:
            raise Reject("the proof of a congruence is about other terms")
        return self.alg.sub(self.alg.product(s, x, lo, hi), self.alg.product(t, x, lo, hi))

    def _zero_inv(self, p: Json, scope: Scope) -> Poly:
        """x inv(x) - 1 = 0 for x > 0 or x < 0."""
        x = self.scalar(p[1], scope)
        self._nonzero(x, p[2], scope)
        return self.alg.sub(self.alg.mul(x, self.alg.inv(x)), self.alg.rational(1))

    def _nonzero(self, x: Poly, proof: Json, scope: Scope) -> None:
        """`proof` is a strict inequality for x or -x, or ["ne", fact, at] for an inequation x != 0."""
        if node(proof, "proof that a divisor is not zero") == "ne":
            node(proof, "ne", 2)
            kind, q = self.instance(proof[1], proof[2], scope)
            if kind != "ne" or (self.alg.sub(q, x).terms and self.alg.add(q, x).terms):
                raise Reject("the fact does not say that the divisor is not zero")
            return
        q, strict = self.nonneg(proof, scope)
        if not strict or (self.alg.sub(q, x).terms and self.alg.add(q, x).terms):
            raise Reject("the divisor is not proved to be non-zero")

    def _zero_explog(self, p: Json, scope: Scope) -> Poly:
        """exp(log x) - x = 0 for x > 0."""
        x = self.scalar(p[1], scope)
        q, strict = self.nonneg(p[2], scope)
        if not strict or self.alg.sub(q, x).terms:
            raise Reject("the argument of the logarithm is not proved to be positive")
        return self.alg.sub(self.alg.exp(self.alg.log(x)), x)

    def _zero_logexp(self, p: Json, scope: Scope) -> Poly:
        x = self.scalar(p[1], scope)
        return self.alg.sub(self.alg.log(self.alg.exp(x)), x)

    def _zero_ind1(self, p: Json, scope: Scope) -> Poly:
        """1{x >= 0} - 1 = 0 for x >= 0."""
        x = self.scalar(p[1], scope)
        if self.alg.sub(self.nonneg(p[2], scope)[0], x).terms:
            raise Reject("the argument of the indicator is not proved to be non-negative")
        return self.alg.sub(self.alg.ind(x), self.alg.rational(1))

    def _zero_ind0(self, p: Json, scope: Scope) -> Poly:
        """1{x >= 0} = 0 for x < 0."""
        x = self.scalar(p[1], scope)
        q, strict = self.nonneg(p[2], scope)
        if not strict or self.alg.add(q, x).terms:
            raise Reject("the argument of the indicator is not proved to be negative")
        return self.alg.ind(x)

    def _zero_gram(self, p: Json, scope: Scope) -> Poly:
        """A = 0 from tr(A^T A) = 0."""
        m = self.read(p[1], scope)
        if m.sort[0] != "m":
            raise Reject("the rule for a vanishing Gram trace needs a matrix")
        square = self.alg.trace(self.alg.mul(self.alg.transpose(m), m))
        if self.alg.sub(square, self.zero(p[2], scope)).terms:
            raise Reject("the proof is not about the trace of A^T A")
        return m

    def _zero_single(self, p: Json, scope: Scope) -> Poly:
        """A - tr(A) 1 for a 1 x 1 matrix A."""
        m = self.read(p[1], scope)
        one = ("n", nm.LIN_ONE)
        if m.sort != ("m", one, one):
            raise Reject(f"{nm.show_sort(m.sort)} where a 1 x 1 matrix is needed")
        return self.alg.sub(m, self.alg.mul(self.alg.trace(m), self.alg.one(one)))

    def _zero_anti(self, p: Json, scope: Scope) -> Poly:
        """x = 0 from x >= 0 and -x >= 0."""
        x, y = self.nonneg(p[1], scope)[0], self.nonneg(p[2], scope)[0]
        if self.alg.add(x, y).terms:
            raise Reject("the two inequalities do not bound the same quantity")
        return x

    def _zero_absurd(self, p: Json, scope: Scope) -> Poly:
        """Anything from 0 > 0: in a case that cannot occur every term is zero; p = [absurd, term, proof]."""
        q, strict = self.nonneg(p[2], scope)
        value = q.rational()
        if value is None or value > 0 or (value == 0 and not strict):
            raise Reject("the inequality is not absurd")
        return self.read(p[1], scope)

    def _zero_case(self, p: Json, scope: Scope) -> Poly:
        one, two = (self.zero(q, s) for q, s in self.branches(p, scope))
        if one.sort != two.sort or self.alg.sub(one, two).terms:
            raise Reject("the two cases prove different equations")
        return one

    def _zero_rw(self, p: Json, scope: Scope) -> Poly:
        """t minus t with letters replaced by what equations `letter = term` say they are."""
        first = self.read(p[1], scope)
        return self.alg.sub(first, self._rewritten(first, p[2], scope))

    def _zero_rwz(self, p: Json, scope: Scope) -> Poly:
        """A proved equation with letters replaced by what equations say they are; p = [rwz, proof, facts]."""
        return self._rewritten(self.zero(p[1], scope), p[2], scope)

    def _rewrite(self, p: Poly, name: Json, scope: Scope) -> Poly:
        fact = self.look(name, scope)
        if node(fact.concl, "formula") != "eq":
            raise Reject(f"fact {name!r} is not an equation")
        pattern, d = fact.concl[1], 0
        if node(pattern, "term") == "D":
            pattern, d = pattern[1], 1
        if node(pattern, "term") != "v":
            raise Reject(f"fact {name!r} does not say what one letter is")
        variables = [r[0] for r in fact.prefix]
        slots = [next(iter(i)) if type(i) is dict and len(i) == 1 and next(iter(i.values())) == 1 else None
                 for i in pattern[2]]
        if sorted(s for s in slots if s in variables) != sorted(variables):
            raise Reject(f"the letter in fact {name!r} must carry each variable of the fact once")

        def image(letter: str, idx: tuple[ln.Lin, ...], stage: str, dd: int, known: tuple[ln.Lin, ...]) -> Poly | None:
            if letter != pattern[1] or stage != pattern[3] or dd != d:
                return None
            at = {s: i for s, i in zip(slots, idx, strict=True) if s in variables}
            env, here = dict(fact.env), replace(scope, known=known)
            for s, i, form in zip(slots, idx, pattern[2], strict=True):
                if s not in variables and ln.parse(form, env) != i:
                    return None
            for v, lo, hi in fact.prefix:
                form = at[v]
                low, high = ln.parse(lo, env), None if hi is None else ln.parse(hi, env)
                if not ln.nonnegative(ln.sub(form, low), known):
                    return None
                if high is not None and not ln.nonnegative(ln.sub(high, form), known):
                    return None
                env[v] = form
            return self.read(fact.concl[2], replace(here, env=env, start=False))

        return self.alg.rebuild(p, {}, image, scope.known)

    # ---- proof terms: inequalities ---------------------------------------------------------------------

    def nonneg(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        head = node(p, "proof of an inequality")
        if head not in _NONNEG:
            raise Reject(f"unknown proof of an inequality {head!r:.40}")
        if _NONNEG[head] is not None:
            node(p, head, _NONNEG[head])
        self.alg.budget.spend()
        out: tuple[Poly, bool] = getattr(self, f"_nonneg_{head}")(p, scope)
        if out[0].sort != SCALAR:
            raise Reject("an inequality between things that are not scalars")
        return out

    def _nonneg_fact(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        kind, q = self.instance(p[1], p[2], scope)
        if kind not in ("ge", "gt"):
            raise Reject(f"fact {p[1]!r} is not an inequality")
        return q, kind == "gt"

    def _nonneg_z(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        return self.zero(p[1], scope), False

    def _nonneg_rw(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """A proved inequality with letters replaced by what equations say they are; p = [rw, proof, facts]."""
        q, strict = self.nonneg(p[1], scope)
        return self._rewritten(q, p[2], scope), strict

    def _rewritten(self, p: Poly, names: Json, scope: Scope) -> Poly:
        if type(names) is not list:
            raise Reject("a rewriting needs a list of facts")
        for name in names:
            p = self._rewrite(p, name, scope)
        return p

    def _nonneg_q(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        c = rational(p[1])
        if c < 0:
            raise Reject("a negative number used as a non-negative one")
        return self.alg.rational(c), c > 0

    def _nonneg_pi(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        return self.alg.atom(("pi",)), True

    def _nonneg_time(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        return self.read(["t"], scope), False

    def _nonneg_nat(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        d = self.dim(p[1], scope)
        return self.alg.dimension(d), d[0] == "n" and ln.nonnegative(ln.sub(d[1], nm.LIN_ONE), scope.known)

    def _nonneg_sq(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        x = self.scalar(p[1], scope)
        return self.alg.mul(x, x), False

    def _nonneg_add(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        if len(p) < 2:
            raise Reject("empty sum of proofs")
        out, strict = self.nonneg(p[1], scope)
        for x in p[2:]:
            q, s = self.nonneg(x, scope)
            out, strict = self.alg.add(out, q), strict or s
        return out, strict

    def _nonneg_mul(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        x, s = self.nonneg(p[1], scope)
        y, t = self.nonneg(p[2], scope)
        return self.alg.mul(x, y), s and t

    def _nonneg_pow(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        x, strict = self.nonneg(p[1], scope)
        e = self.exponent(p[2], scope, 0)
        return self.alg.power(x, e, ln.nonnegative(ln.sub(e, nm.LIN_ONE), scope.known)), strict

    def _nonneg_sum(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        x, lo, hi, inner = self.binder(p[1], p[2], p[3], scope)
        q, strict = self.nonneg(p[4], inner)
        return self.alg.bind(q, x, lo, hi), strict and ln.nonnegative(ln.sub(hi, lo), scope.known)

    def _nonneg_prod(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        x, lo, hi, inner = self.binder(p[1], p[2], p[3], scope)
        q, strict = self.nonneg(p[4], inner)
        return self.alg.product(q, x, lo, hi), strict

    def _nonneg_prodmono(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """prod y - prod x >= 0 for 0 <= x_v <= y_v; p = [prodmono, v, lo, hi, x >= 0, y - x >= 0]."""
        x, lo, hi, inner = self.binder(p[1], p[2], p[3], scope)
        low, gap = self.nonneg(p[4], inner)[0], self.nonneg(p[5], inner)[0]
        more = self.alg.product(self.alg.add(low, gap), x, lo, hi)
        return self.alg.sub(more, self.alg.product(low, x, lo, hi)), False

    def _nonneg_trace(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """tr P >= 0."""
        return self.alg.trace(self.psd(p[1], scope)), False

    def _nonneg_trace2(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """tr(P Q) >= 0."""
        return self.alg.trace(self.alg.mul(self.psd(p[1], scope), self.psd(p[2], scope))), False

    def _nonneg_E(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        if scope.pointwise:
            raise Reject("expectation of an inequality that holds only in the present case")
        return self.alg.expect(self.nonneg(p[1], scope)[0]), False

    def _nonneg_inv(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        x, strict = self.nonneg(p[1], scope)
        return self.alg.inv(x), strict

    def _nonneg_exp(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        return self.alg.exp(self.scalar(p[1], scope)), True

    def _nonneg_exp1(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """e^x - 1 - x >= 0."""
        self.base.add("exp-tangent")
        x = self.scalar(p[1], scope)
        return self.alg.sub(self.alg.sub(self.alg.exp(x), self.alg.rational(1)), x), False

    def _nonneg_ind(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        return self.alg.ind(self.scalar(p[1], scope)), False

    def _nonneg_notind(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """1 - 1{x >= 0} >= 0."""
        return self.alg.sub(self.alg.rational(1), self.alg.ind(self.scalar(p[1], scope))), False

    def _nonneg_indx(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """1{x >= 0} x >= 0."""
        x = self.scalar(p[1], scope)
        return self.alg.mul(self.alg.ind(x), x), False

    def _nonneg_notindx(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """(1{x >= 0} - 1) x >= 0."""
        x = self.scalar(p[1], scope)
        return self.alg.sub(self.alg.mul(self.alg.ind(x), x), x), False

    def _nonneg_union(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """sum (1 - x_v) - (1 - prod x_v) >= 0 for 0 <= x_v <= 1; p = [union, v, lo, hi, x >= 0, 1 - x >= 0]."""
        v, lo, hi, inner = self.binder(p[1], p[2], p[3], scope)
        x, gap = self.nonneg(p[4], inner)[0], self.nonneg(p[5], inner)[0]
        one = self.alg.rational(1)
        if self.alg.sub(self.alg.add(x, gap), one).terms:
            raise Reject("the union bound needs proofs of x >= 0 and 1 - x >= 0 for the same x")
        product = self.alg.product(x, v, lo, hi)
        return self.alg.sub(self.alg.bind(gap, v, lo, hi), self.alg.sub(one, product)), False

    def _nonneg_cos(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """(-1)^k cos x >= 0 for (k - 1/2) pi <= x <= (k + 1/2) pi; p = [cos, x, k, proof below, proof above]."""
        self.base.add("cosine-sign")
        x, k = self.scalar(p[1], scope), p[2]
        if type(k) is not int or abs(k) > ln.MAX_COEFFICIENT:
            raise Reject("the number of the interval must be an integer")
        low, s = self.nonneg(p[3], scope)
        high, t = self.nonneg(p[4], scope)
        pi = self.alg.atom(("pi",))
        bottom = self.alg.sub(x, self.alg.scale(pi, Fraction(2 * k - 1, 2)))
        top = self.alg.sub(self.alg.scale(pi, Fraction(2 * k + 1, 2)), x)
        if self.alg.sub(low, bottom).terms or self.alg.sub(high, top).terms:
            raise Reject("the angle is not proved to lie in the interval")
        return self.alg.scale(self.alg.cos(x), -1 if k % 2 else 1), s and t

    def _nonneg_angle(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """A letter of uniform angle lies in [-pi, pi]; p = [angle, letter, index, sign] gives pi + sign * letter."""
        decl = self.sig.letter(p[1])
        if decl.law is None or decl.law["kind"] != "angle" or p[3] not in (1, -1) or type(p[3]) is not int:
            raise Reject("not a uniform angle")
        phi = self.read(["v", p[1], p[2], ""], scope)
        return self.alg.add(self.alg.atom(("pi",)), phi, p[3]), False

    def _plain(self, p: Poly) -> None:
        """No expectation inside p: a substitution for random letters must not reach into one."""
        if nm.has_expectation(self.alg.key(p)):
            raise Reject("an expectation stands inside an expression in which a random letter is replaced")

    def _nonneg_law(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        """x >= 0 where x is >= 0 at every value of a letter with a finite law; p = [law, letter, index, x]."""
        decl = self.sig.letter(p[1])
        if decl.law is None or decl.law["kind"] != "finite":
            raise Reject("the letter has no finite law")
        forms, x = self.index(p[1], p[2], scope), self.scalar(p[3], scope)
        self._plain(x)
        if any((n, i) != (p[1], forms) for n, i in self.alg.letters(self.alg.key(x))):
            raise Reject("another random letter occurs")
        strict = True
        for _, z in decl.law["values"]:
            value = self.alg.rational(rational(z))
            q = self.alg.rebuild(x, {}, lambda n, *_, v=value: v if n == p[1] else None, scope.known).rational()
            if q is None or q < 0:
                raise Reject("the expression is negative or undecided at a value of the letter")
            strict = strict and q > 0
        return x, strict

    def _nonneg_case(self, p: Json, scope: Scope) -> tuple[Poly, bool]:
        (x, s), (y, t) = (self.nonneg(q, sc) for q, sc in self.branches(p, scope))
        if self.alg.sub(x, y).terms:
            raise Reject("the two cases prove different inequalities")
        return x, s and t

    def branches(self, p: Json, scope: Scope) -> tuple[tuple[Json, Scope], tuple[Json, Scope]]:
        """p = [case, name, x, proof, proof]: x >= 0 or x < 0, or for naturals ["nat", i, k]: i >= k or i <= k - 1."""
        name = name_of(p[1])
        if name in scope.local or name in self.facts:
            raise Reject(f"the name {name!r} of a case is in use")
        if type(p[2]) is list and p[2] and p[2][0] == "nat":
            node(p[2], "case on naturals", 2)
            gap = ln.sub(ln.parse(p[2][1], scope.env), ln.parse(p[2][2], scope.env))
            other = ln.sub(ln.scaled(gap, -1), nm.LIN_ONE)
            return ((p[3], replace(scope, known=(*scope.known, gap))),
                    (p[4], replace(scope, known=(*scope.known, other))))
        x = p[2]
        self.scalar(x, scope)
        env = dict(scope.env)

        def branch(f: Json) -> Scope:
            fact = Fact((), f, env, pointwise=True)
            return replace(scope, local={**scope.local, name: fact}, pointwise=True)

        return (p[3], branch(["ge", x, ["q", "0"]])), (p[4], branch(["gt", ["q", "0"], x]))

    # ---- proof terms: PSD ------------------------------------------------------------------------------

    def psd(self, p: Json, scope: Scope) -> Poly:
        head = node(p, "proof that a matrix is PSD")
        if head not in _PSD:
            raise Reject(f"unknown proof that a matrix is PSD {head!r:.40}")
        if _PSD[head] is not None:
            node(p, head, _PSD[head])
        self.alg.budget.spend()
        out: Poly = getattr(self, f"_psd_{head}")(p, scope)
        if out.sort[0] not in ("m", "k"):
            raise Reject("a proof about something that is not a matrix")
        return out

    def _psd_fact(self, p: Json, scope: Scope) -> Poly:
        kind, q = self.instance(p[1], p[2], scope)
        if kind != "psd":
            raise Reject(f"fact {p[1]!r} does not say that a matrix is PSD")
        return q

    def _psd_z(self, p: Json, scope: Scope) -> Poly:
        q = self.zero(p[1], scope)
        if self.alg.sub(q, self.alg.transpose(q)).terms:
            raise Reject("a zero matrix whose normal form is not symmetric")
        return q

    def _psd_rw(self, p: Json, scope: Scope) -> Poly:
        return self._rewritten(self.psd(p[1], scope), p[2], scope)

    def _psd_one(self, p: Json, scope: Scope) -> Poly:
        return self.read(["one", p[1]], scope)

    def _psd_gram(self, p: Json, scope: Scope) -> Poly:
        m = self.read(p[1], scope)
        return self.alg.mul(self.alg.transpose(m), m)

    def _psd_congruence(self, p: Json, scope: Scope) -> Poly:
        m = self.read(p[1], scope)
        return self.alg.mul(self.alg.mul(self.alg.transpose(m), self.psd(p[2], scope)), m)

    def _psd_add(self, p: Json, scope: Scope) -> Poly:
        if len(p) < 2:
            raise Reject("empty sum of proofs")
        out = self.psd(p[1], scope)
        for x in p[2:]:
            out = self.alg.add(out, self.psd(x, scope))
        return out

    def _psd_scale(self, p: Json, scope: Scope) -> Poly:
        return self.alg.mul(self.nonneg(p[1], scope)[0], self.psd(p[2], scope))

    def _psd_kron(self, p: Json, scope: Scope) -> Poly:
        return self.alg.kron(self.psd(p[1], scope), self.psd(p[2], scope))

    def _psd_sum(self, p: Json, scope: Scope) -> Poly:
        x, lo, hi, inner = self.binder(p[1], p[2], p[3], scope)
        return self.alg.bind(self.psd(p[4], inner), x, lo, hi)

    def _psd_pow(self, p: Json, scope: Scope) -> Poly:
        q = self.psd(p[1], scope)
        e = self.exponent(p[2], scope, 0)
        return self.alg.power(q, e, ln.nonnegative(ln.sub(e, nm.LIN_ONE), scope.known))

    def _psd_dominate(self, p: Json, scope: Scope) -> Poly:
        """tr(P) I - P is PSD for PSD P: its eigenvalues are sums of the other eigenvalues of P."""
        q = self.psd(p[1], scope)
        if q.sort[0] != "m":
            raise Reject("trace domination is for matrices")
        return self.alg.sub(self.alg.mul(self.alg.trace(q), self.alg.one(q.sort[1])), q)

    def _psd_case(self, p: Json, scope: Scope) -> Poly:
        one, two = (self.psd(q, s) for q, s in self.branches(p, scope))
        if one.sort != two.sort or self.alg.sub(one, two).terms:
            raise Reject("the two cases prove different matrices PSD")
        return one


_TERMS: dict[str, tuple[str, tuple[int, ...]]] = {
    "q": ("q", (1,)), "n": ("n", (1,)), "pi": ("pi", (0,)), "t": ("t", (0,)), "v": ("v", (3,)), "ch": ("ch", (4,)),
    "one": ("one", (1,)), "zero": ("zero", (2,)), "+": ("add", ()), "*": ("mul", ()), "T": ("T", (1,)),
    "tr": ("tr", (1,)), "kr": ("kr", (2,)), "vec": ("vec", (1,)), "pow": ("pow", (2,)), "root": ("root", (2,)),
    "sum": ("sum", (4,)), "prod": ("prod", (4,)), "D": ("D", (1,)),
    **{f: ("function", (1,)) for f in ("exp", "log", "inv", "cos", "acos", "ind", "E")},
}
_ZERO = {"null": 1, "split": 5, "psplit": 5, "reverse": 4, "cong": 5, "congprod": 6, "inv": 2, "explog": 2, "logexp": 1,
         "ind1": 2, "ind0": 2, "gram": 2, "single": 1, "anti": 2, "case": 4, "absurd": 2, "rw": 2, "rwz": 2}
_NONNEG: dict[str, Any] = {
    "fact": 2, "z": 1, "rw": 2, "q": 1, "pi": 0, "time": 0, "nat": 1, "sq": 1, "add": None, "mul": 2,
    "pow": 2, "sum": 4, "prod": 4,
    "prodmono": 5, "trace": 1, "trace2": 2, "E": 1, "inv": 1, "exp": 1, "exp1": 1, "ind": 1, "notind": 1, "indx": 1,
    "notindx": 1, "union": 5, "cos": 4, "angle": 3, "law": 3, "case": 4}
_PSD: dict[str, Any] = {"fact": 2, "z": 1, "rw": 2, "one": 1, "gram": 1, "congruence": 2, "add": None, "scale": 2,
                        "kron": 2, "sum": 4, "pow": 2, "dominate": 1, "case": 4}

"""Refutations: a proof that a statement is false.

`evaluate`: a finite rational instance at which every hypothesis holds and a goal fails, by exact evaluation. For a
descent the instance gives the start; the iterates follow from the hypotheses that define the next one, and later
iterates always exist because those hypotheses are explicit recursions.
`derive`: a derivation, over a signature of its own, that the hypotheses hold and a goal fails at an instance given by
terms. A statement that claims the existence of constants (`exists`) is refuted only if they stay arbitrary.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from . import evaluate as ev
from .checker import Json
from .errors import Budget, Reject
from .imports import Imported
from .rules import Rules
from .signature import Signature, fields, rational

MAX_ITERATES = 50


def _matrix(rows: Json) -> Any:
    if type(rows) is str:
        return rational(rows)
    if type(rows) is not list or any(type(r) is not list or len(r) != len(rows[0]) for r in rows):
        raise Reject("a value is a rational string or a list of rows of equal length")
    return [[rational(x) for x in r] for r in rows]


class Instance:
    """Values of all letters of a statement at every iterate."""

    def __init__(self, parts: dict[str, Any], data: Json, budget: Budget) -> None:
        fields(data, ("nat", "dims", "letters", "losses", "iterate", "index", "goal"), ("letters",), "instance")
        self.sig: Signature = parts["parsed"]
        self.parts, self.budget = parts, budget
        self.nat: dict[str, int] = fields(data.get("nat", {}), tuple(self.sig.nat), tuple(self.sig.nat), "nat")
        self.dims = fields(data.get("dims", {}), tuple(self.sig.dims), tuple(self.sig.dims), "dims")
        self.k = data.get("iterate", 0)
        self.letters, self.losses = data["letters"], data.get("losses", {})
        if type(self.k) is not int or not 0 <= self.k <= MAX_ITERATES:
            raise Reject("the iterate must be a small natural number")
        if any(d.random or d.free for d in self.sig.letters.values()) or self.sig.time == "flow":
            raise Reject("random letters and flows have no finite exact instance")
        self._naturals(data)
        self.rules = self._recursions()
        self.cache: dict[tuple[str, tuple[int, ...], int], Any] = {}

    def _naturals(self, data: Json) -> None:
        for s, least in self.sig.data.get("nat", {}).items():
            if type(self.nat[s]) is not int or self.nat[s] < least:
                raise Reject(f"{s} must be a natural number of at least {least}")
        for f in self.sig.data.get("assume", []):
            if ev.form(f, self.nat) < 0:
                raise Reject("an index assumption fails at the instance")
        for d, (lo, hi) in self.sig.data.get("dims", {}).items():
            size = ev.form(hi, self.nat) - ev.form(lo, self.nat) + 1
            if type(self.dims[d]) is not list or len(self.dims[d]) != size or any(
                    type(x) is not int or not 1 <= x <= ev.MAX_SIZE for x in self.dims[d]):
                raise Reject(f"dimension family {d!r:.40} needs {size} small positive integers")

    def _recursions(self) -> dict[str, Json]:
        """Hypotheses that say what the next iterate of a letter is."""
        found: dict[str, Json] = {}
        for h in self.parts["hyps"]:
            f = h["concl"]
            if f[0] == "eq" and type(f[1]) is list and f[1][0] == "v" and f[1][3] == "+":
                decl = self.sig.letter(f[1][1])
                want = [[v, lo, hi] for v, lo, hi in decl.index]
                names = {v: p[0] for (v, _, _), p in zip(decl.index, h["all"], strict=True)}
                given = any(f[1][1] in (n, row["grad"], row.get("pgrad")) for n, row in self.sig.losses.items())
                if [{p[0]: 1} for p in h["all"]] != f[1][2] or f[1][1] in found or decl.sym or given or [
                        [p[1], p[2]] for p in h["all"]] != [[w[1], w[2]] for w in want] or _stages(f[2]) & {"+", "0"}:
                    raise Reject(f"hypothesis {h['id']!r} is not a recursion for a whole family")
                found[f[1][1]] = (h["id"], [names[v] for v, _, _ in decl.index], f[2])
        return found

    def state(self, k: int, index: dict[str, int]) -> ev.State:
        def get(name: str, idx: tuple[int, ...], stage: str) -> Any:
            step = {"": k, "0": 0, "+": k + 1}[stage]
            return self.value(name, idx, step)

        return ev.State(self.sig, {**self.nat, **index}, self.dims, get, self.budget)

    def value(self, name: str, idx: tuple[int, ...], k: int) -> Any:
        decl = self.sig.letter(name)
        if decl.dep == "const":
            k = 0
        key = (name, idx, k)
        if key not in self.cache:
            self.cache[key] = self._value(name, idx, k)
        return self.cache[key]

    def _value(self, name: str, idx: tuple[int, ...], k: int) -> Any:
        decl = self.sig.letter(name)
        env = {**self.nat, **{v: i for (v, _, _), i in zip(decl.index, idx, strict=True)}}
        for loss, row in self.sig.losses.items():
            if name in (loss, row["grad"]) or name == row.get("pgrad"):
                out = self._loss(loss, row, name, idx, k)
                break
        else:
            if k and name in self.rules:
                _, names, term = self.rules[name]
                out = ev.value(term, self.state(k - 1, dict(zip(names, idx, strict=True))))
            elif k:
                raise Reject(f"nothing says how {name} goes on")
            else:
                out = self._given(name, idx)
        self._shape(decl, out, env)
        return out

    def _given(self, name: str, idx: tuple[int, ...]) -> Any:
        """Nested lists, one level for each index, from the lower end of its range on."""
        data = self.letters.get(name)
        for (_, lo, _), i in zip(self.sig.letter(name).index, idx, strict=True):
            data = dict(enumerate(data, ev.form(lo, self.nat))).get(i) if type(data) is list else None
        if data is None:
            raise Reject(f"the instance gives no value for {name}")
        return _matrix(data)

    def _shape(self, decl: Any, out: Any, env: dict[str, int]) -> None:
        if decl.shape is None:
            fine = isinstance(out, Fraction)
        else:
            st = ev.State(self.sig, env, self.dims, lambda *_: None, self.budget)
            rows, cols = (ev.dimension(d, st) for d in decl.shape)
            fine = not isinstance(out, Fraction) and len(out) == rows and all(len(r) == cols for r in out)
        if not fine or (decl.sym and any(out[i][j] != out[j][i] for i in range(len(out)) for j in range(i))):
            raise Reject("a value has another shape than its letter")

    def _loss(self, loss: str, row: dict[str, Any], name: str, idx: tuple[int, ...], k: int) -> Any:
        """ell(X) = 1/2 ||X - target||^2, its gradient X - target, and B_j^T (X - target) A_j^T."""
        st = self.state(k, {})
        x = ev.value(row["at"], st)
        if "target" in row:
            target = ev.value(row["target"], st)
        else:
            given = fields(self.losses.get(loss), ("target",), ("target",), f"instance of the loss {loss}")
            target = _matrix(given["target"])
        gap = ev.add(x, ev.mul(Fraction(-1), target, st))
        if name == loss:
            return sum((v * v for r in gap for v in r), Fraction(0)) / 2
        if name == row["grad"]:
            return gap
        decl = self.sig.letter(row["params"])
        lo, hi = ev.form(decl.index[0][1], self.nat), ev.form(decl.index[0][2], self.nat)
        at = row["at"]
        if at[0] != "ch" or at[1] != row["params"] or at[4] or (
                ev.form(at[2], self.nat) != hi or ev.form(at[3], self.nat) != lo):
            raise Reject("the gradient in a layer is evaluated for the whole product only")
        out = gap
        for i in range(hi, idx[0], -1):
            w = self.value(row["params"], (i,), k)
            out = ev.mul(ev.transpose(w, len(w[0])), out, st)
        for i in range(lo, idx[0]):
            w = self.value(row["params"], (i,), k)
            out = ev.mul(out, ev.transpose(w, len(w[0])), st)
        return out

    def check(self, prefix: Json, concl: Json, k: int) -> bool:
        """Does the formula hold for all values of the prefix?"""
        return all(ev.holds(concl, self.state(k, env)) for env in self.ranges(prefix))

    def ranges(self, prefix: Json) -> list[dict[str, int]]:
        envs: list[dict[str, int]] = [{}]
        for v, lo, hi in prefix:
            if hi is None:
                raise Reject("an unbounded range cannot be evaluated")
            ends = [(e, ev.form(lo, {**self.nat, **e}), ev.form(hi, {**self.nat, **e})) for e in envs]
            if sum(max(0, b - a + 1) for _, a, b in ends) > ev.MAX_RANGE:
                raise Reject("a range too long to evaluate")
            envs = [{**e, v: i} for e, a, b in ends for i in range(a, b + 1)]
        return envs


def _stages(data: Json) -> set[str]:
    """Stages of the letters in a term, "now" for the present."""
    if type(data) is not list or not data:
        return set()
    if data[0] in ("v", "ch"):
        return {data[-1] or "now"}
    if data[0] == "D":
        return {"D"}
    return set().union(*(_stages(x) for x in data[1:]))


def _dynamic(data: Json, sig: Signature) -> set[str]:
    """Stages of the letters in a term or formula that depend on time, "now" for the present."""
    if type(data) is not list or not data:
        return set()
    if data[0] in ("v", "ch"):
        return set() if sig.letter(data[1]).dep == "const" else {data[-1] or "now"}
    return set().union(*(_dynamic(x, sig) for x in data[1:]))


def by_evaluation(parts: dict[str, Any], data: Json, budget: Budget) -> dict[str, Any]:
    if parts["exists"]:
        raise Reject("a claim that constants exist is not refuted by one instance")
    inst = Instance(parts, data, budget)
    recursions = {row[0] for row in inst.rules.values()}
    for name in inst.sig.letters:
        decl = inst.sig.letter(name)
        spans = [range(ev.form(lo, inst.nat), ev.form(hi, inst.nat) + 1) for _, lo, hi in decl.index]
        if prod(map(len, spans)) > ev.MAX_RANGE:
            raise Reject("an index range too long to evaluate")
        for idx in product(*spans):
            inst.value(name, idx, 0)
    for h in parts["hyps"]:
        if h["id"] in recursions:
            continue
        if _dynamic(h["concl"], inst.sig) - {"0"}:
            raise Reject(f"hypothesis {h['id']!r} speaks of every iterate and is not a recursion")
        if not inst.check(h["all"], h["concl"], 0):
            raise Reject(f"hypothesis {h['id']!r} fails at the instance")
    number = data.get("goal", 0)
    if type(number) is not int or not 0 <= number < len(parts["goals"]):
        raise Reject("no such goal")
    goal = parts["goals"][number]
    if inst.check(goal["all"], goal["concl"], inst.k):
        raise Reject("the goal holds at the instance")
    return {"goal": number, "iterate": inst.k}


def by_derivation(parts: dict[str, Any], data: Json, r: Rules) -> dict[str, Any]:
    """`r` holds the replayed steps of the refutation's own theorem."""
    fields(data, ("map", "hyps", "goal", "at", "negation"), ("map", "hyps", "goal", "at", "negation"), "refutation")
    scope = r.top()
    im = Imported(parts["parsed"], data["map"], r, scope)
    for c in parts["exists"]:
        if c in parts["parsed"].nat:
            _arbitrary(c, parts["parsed"], data["map"], r)
            continue
        decl = r.sig.letter(c)
        if data["map"]["letters"].get(c) != c or decl.dep != "const" or decl.shape is not None or c in r.sig.losses:
            raise Reject(f"the constant {c} must stay arbitrary")
    domain = [h["concl"] for h in parts["hyps"] if not h["all"] and is_domain(h["concl"], set(parts["exists"]))]
    for h in r.hypotheses:
        if h["all"] or h["concl"] not in domain:
            raise Reject("the refutation assumes more than the domain of the constants")
    ids = tuple(h["id"] for h in parts["hyps"])
    proofs = fields(data["hyps"], ids, ids, "proofs")
    for h in parts["hyps"]:
        r.prove_hypothesis(h, proofs[h["id"]], im, scope)
    number = data["goal"]
    if type(number) is not int or not 0 <= number < len(parts["goals"]):
        raise Reject("no such goal")
    goal = parts["goals"][number]
    kind, p = im.formula(goal["concl"], r.goal_scope(goal, data["at"], im, scope))
    opposite = {"ge": "gt", "gt": "ge", "eq": "ne"}.get(kind)
    if opposite is None:
        raise Reject(f"the failure of {kind} is not derived, only evaluated")
    r.prove(None, data["negation"], scope, (opposite, p if kind == "eq" else r.alg.scale(p, -1)))
    return {"goal": number}


def _arbitrary(c: str, sig: Signature, mapping: Json, r: Rules) -> None:
    """The natural number c stands for itself, and the refutation's own signature restricts it no more."""
    own = r.sig.data
    if mapping.get("nat", {}).get(c) != {c: 1} or c not in r.sig.nat:
        raise Reject(f"the number {c} must stay arbitrary")
    if own["nat"][c] > sig.data["nat"][c] or any(c in form for form in own.get("assume", [])):
        raise Reject(f"the refutation restricts the number {c}")


def is_domain(concl: Json, constants: set[str]) -> bool:
    """Does a formula speak of these constants and of nothing else: no other letter, natural or time?"""
    names: set[str] = set()
    return bool(_closed(concl, names) and names and names <= constants)


def _closed(data: Json, names: set[str]) -> bool:
    if type(data) is dict:
        return set(data) <= {"1"}
    if type(data) is not list or not data:
        return True
    if data[0] in ("v", "ch"):
        names.add(data[1])
    return data[0] not in ("t", "dim", "sum", "prod") and all(_closed(x, names) for x in data[1:])

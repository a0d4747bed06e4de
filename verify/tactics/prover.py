"""Search for kernel proof terms over one signature. Nothing found here is trusted: the kernel replays it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import Any

from verify.kernel.checker import Fact, Scope
from verify.kernel.errors import Budget, Reject
from verify.kernel.imports import Imported
from verify.kernel.normal import SCALAR, Poly
from verify.kernel.replay import WORK, entry, shelves
from verify.kernel.replay import statement as read_statement
from verify.kernel.rules import Rules

from .errors import TacticFailed
from .solve import Vector, combine

Json = Any
Solver = Callable[
    [Vector, Sequence[Vector], Sequence[Vector]], tuple[list[Fraction], list[Fraction]] | None
]
"""Weights of a combination: target, columns with weights >= 0, columns with any weights."""

ZERO, ONE = ["q", "0"], ["q", "1"]


def minus(a: Json, b: Json) -> Json:
    """The kernel term for `a` - `b`."""
    return a if b == ZERO else ["+", a, ["*", ["q", "-1"], b]]


def rational(c: Fraction) -> Json:
    """The kernel term for the constant `c`."""
    return ["q", str(c)]


@dataclass(frozen=True)
class Known:
    """An ingredient: a proof node of one kind ("eq", "ge", "psd") with its normal form."""

    kind: str
    proof: Json
    poly: Poly
    strict: bool = False


def shelved(theorems: dict[str, Json], entries: dict[str, Json]) -> dict[str, Json]:
    """The `theorems` as later ones see them, by id; what `entries` has already is not made again."""
    for name, theorem in theorems.items():
        if name not in entries:
            entries[name] = entry(theorem)
    return {name: entries[name] for name in theorems}


class Prover:
    """Facts and steps of one theorem under construction; every step is checked as it is added."""

    def __init__(
        self,
        statement: Json,
        name: str,
        library: dict[str, Json] | None = None,
        rules: Rules | None = None,
        entries: dict[str, Json] | None = None,
    ) -> None:
        """`library` are theorems by id. `rules` is a checker over the signature, for a statement that is known to be
        well-formed. `entries` keeps what later theorems see of those in the library, for other provers, too."""
        self.statement, self.name = statement, name
        self.theorems: dict[str, Json] = dict(library or {})
        self.rules = rules or Rules(read_statement(statement)["parsed"], Budget(10 * WORK))
        self.rules.library = {**shelves(), **shelved(self.theorems, {} if entries is None else entries)}
        self.rules.used_theorems, self.rules.hypotheses = set(), statement["hyps"]
        self.steps: list[Json] = []
        self.facts: dict[str, Json] = {}
        for h in statement["hyps"]:
            self._register(h["id"], h["all"], h["concl"])

    def _register(self, name: str, prefix: Json, concl: Json) -> None:
        self.facts[name] = {"all": prefix, "concl": concl}
        self.rules.facts[name] = Fact(self.rules.prefix(prefix), concl, dict(self.rules.sig.nat))

    def fresh(self, wish: str) -> str:
        """An id for a step that is not taken, near `wish`."""
        name, k = wish, 1
        while name in self.facts or name == "IH":
            k += 1
            name = f"{wish}.{k}"
        return name

    def scope(self, prefix: Json) -> Scope:
        """The scope in which the quantifiers of `prefix` are bound."""
        return self.rules.enter(self.rules.prefix(prefix), self.rules.top())

    def step(self, wish: str, rule: str, prefix: Json, concl: Json, **fields: Json) -> str:
        """Add a step called like `wish`, for `concl` under `prefix`, with these `fields`; raises TacticFailed
        with the kernel's reason if the rule does not yield it.
        """
        name = self.fresh(wish)
        data = {"id": name, "rule": rule, "all": prefix, "concl": concl, **fields}
        try:
            self.rules.step(data)
        except Reject as e:
            raise TacticFailed(f"the rule {rule!r} does not yield this step", where=wish, why=str(e)) from None
        self.steps.append(data)
        self._register(name, prefix, concl)
        return name

    # ---- facts -----------------------------------------------------------------------------------------

    def leaf(self, name: str, at: Json, scope: Scope) -> Known:
        """The fact `name`, instantiated by `at`, as an ingredient. Raises TacticFailed for an inequation."""
        fact = self.rules.look(name, scope)
        kind = fact.concl[0]
        proof = ["fact", name, at]
        if kind == "eq":
            return Known("eq", proof, self.rules.zero(proof, scope))
        if kind == "psd":
            return Known("psd", proof, self.rules.psd(proof, scope))
        if kind in ("ge", "gt"):
            poly, strict = self.rules.nonneg(proof, scope)
            return Known("ge", proof, poly, strict)
        raise TacticFailed(f"the fact {name!r} is an inequation", next="use it as a condition on a divisor")

    def rewrites(self, name: str) -> bool:
        """Can the fact `name` be used to replace a letter (or its derivative)?"""
        f = self.facts[name]
        c = f["concl"]
        if c[0] != "eq":
            return False
        lhs = c[1][1] if c[1][0] == "D" else c[1]
        if lhs[0] != "v" or _occurs(c[2], c[1]):
            return False
        variables = [p[0] for p in f["all"]]
        slots = [next(iter(i)) for i in lhs[2] if len(i) == 1 and next(iter(i.values())) == 1]
        return sorted(s for s in slots if s in variables) == sorted(variables)

    # ---- closing goals ---------------------------------------------------------------------------------

    def close(
        self,
        prefix: Json,
        concl: Json,
        known: Sequence[Known],
        rules: Sequence[str],
        scope: Scope | None = None,
        goal: tuple[str, Poly] | None = None,
        solver: Solver = combine,
    ) -> Json:
        """A proof node of `concl` as a combination of ingredients, modulo rewriting with `rules`. Raises
        TacticFailed if there is none. `prefix` binds its indices, `solver` finds the weights.
        """
        scope = scope or self.scope(prefix)
        kind, poly = goal or self.rules.formula(concl, scope)
        names = self._rounds(list(rules), [poly, *(k.poly for k in known)], scope)
        want = self.rewritten(poly, names, scope)
        signed = [k for k in known if k.kind != "eq" and self._fits(k, kind, poly)]
        free = [k for k in known if k.kind == "eq" and k.poly.sort == poly.sort]
        if kind == "eq":
            signed = []
        columns = [self.rewritten(k.poly, names, scope).terms for k in signed]
        zeros = [self.rewritten(k.poly, names, scope).terms for k in free]
        found = solver(want.terms, columns, zeros)
        if found is None and kind in ("ge", "gt") and poly.sort == SCALAR:  # a positive number may be left over
            one = Known("ge", ["q", "1"], *self.rules.nonneg(["q", "1"], scope))
            signed, columns = [*signed, one], [*columns, one.poly.terms]
            found = solver(want.terms, columns, zeros)
        if found is None:
            raise TacticFailed(
                "the ingredients do not combine to the goal",
                why=self._why(want, [*columns, *zeros]),
                next="add the facts that speak of these terms, or an intermediate step",
            )
        parts: list[Json] = []
        zs: list[Json] = []
        if want.terms != poly.terms:
            zs.append(["rw", self._difference(concl, kind, goal), names])
        for c, k in zip(found[1], free, strict=True):
            if c:
                zs.append(["mul", rational(c), self._reworked(k, names, scope), None])
        if kind == "eq":
            return zs[0] if len(zs) == 1 else ["add", *zs] if zs else ["null", concl[1]]
        for c, k in zip(found[0], signed, strict=True):
            if c:
                node = self._reworked(k, names, scope)
                weight = "scale" if kind == "psd" else "mul"
                parts.append(node if c == 1 else [weight, ["q", str(c)], node])
        if zs:  # one equation: its parts need not be symmetric by themselves
            parts.append(["z", zs[0] if len(zs) == 1 else ["add", *zs]])
        if not parts:
            parts = [["q", "0"]] if kind != "psd" else [["z", ["null", concl[1]]]]
        return parts[0] if len(parts) == 1 else ["add", *parts]

    def _rounds(self, rules: list[str], polys: Sequence[Poly], scope: Scope) -> list[str]:
        """The rewriting facts, repeated until nothing changes (one may bring up a letter that another replaces).

        One that replaces nothing is left out: a proof that names it would seem to use a hypothesis that it does not.
        """
        names: list[str] = []
        now, used = list(polys), set[str]()
        for _ in range(5):
            before = now
            for name in rules:
                after = [self.rules._rewrite(q, name, scope) for q in now]
                if any(x.terms != y.terms for x, y in zip(now, after, strict=True)):
                    used.add(name)
                now = after
            if names and all(x.terms == y.terms for x, y in zip(before, now, strict=True)):
                break
            names = names + list(rules)
        return [name for name in names if name in used]

    def _fits(self, k: Known, kind: str, poly: Poly) -> bool:
        return (k.kind == "psd") == (kind == "psd") and k.poly.sort == poly.sort

    def _difference(self, concl: Json, kind: str, goal: tuple[str, Poly] | None) -> Json:
        if goal is not None:
            raise TacticFailed("rewriting inside an induction step", next="prove the rewritten form as a step before")
        return concl[1] if kind == "psd" else minus(concl[1], concl[2])

    def _reworked(self, k: Known, names: list[str], scope: Scope) -> Json:
        if self.rewritten(k.poly, names, scope).terms == k.poly.terms:
            return k.proof
        return ["rwz" if k.kind == "eq" else "rw", k.proof, names]

    def rewritten(self, p: Poly, names: Sequence[str], scope: Scope) -> Poly:
        """The normal form `p` after rewriting with the equations `names`, in order."""
        for name in names:
            p = self.rules._rewrite(p, name, scope)
        return p

    @staticmethod
    def _why(want: Poly, columns: Sequence[Any]) -> str:
        covered = {m for c in columns for m in c}
        rest = [m for m in want.terms if m not in covered]
        from .show import monomial

        names = ", ".join(monomial(m) for m in (rest or list(want.terms))[:4])
        return f"no ingredient contains {names}" if rest else f"left over: {names}"

    def prove(
        self, wish: str, prefix: Json, concl: Json, known: Sequence[Known] = (), rules: Sequence[str] = ()
    ) -> str:
        """Record an algebraic step that derives `concl` from the facts `known`, after rewriting with `rules`: its
        id. Raises TacticFailed if they do not combine to it. `wish` is the id wished for, `prefix` binds the
        indices.
        """
        return self.step(wish, "alg", prefix, concl, proof=self.close(prefix, concl, known, rules))

    # ---- earlier theorems ------------------------------------------------------------------------------

    def use(
        self,
        wish: str,
        theorem: str,
        mapping: Json,
        *,
        prefix: Json,
        concl: Json,
        goal: int = 0,
        at: Json = (),
    ) -> str:
        """Apply an earlier theorem; its hypotheses are looked up among the facts or proved by visible positivity.
        The step is called like `wish`; `mapping` gives the images, `goal` and `at` which conclusion of the
        theorem is `concl` under `prefix`.
        """
        thm = self.rules.library[theorem]
        scope = self.scope(prefix)
        im = Imported(thm["parsed"], mapping, self.rules, scope)
        proofs = {h["id"]: self.hypothesis(h, im, scope, theorem) for h in thm["hyps"]}
        return self.step(wish, "use", prefix, concl, theorem=theorem, map=mapping, hyps=proofs, goal=goal, at=list(at))

    def hypothesis(self, h: Json, im: Imported, scope: Scope, theorem: str) -> Json:
        """A proof of the hypothesis `h` of an earlier theorem for its images. Raises TacticFailed if it is not
        among the facts.
        """
        from dataclasses import replace

        import verify.kernel.linear as ln

        names = []
        theirs, mine = im.scope(), scope
        for v, lo_data, hi_data in h["all"]:
            new = v
            while new in mine.env or new in self.rules.sig.letters or new in self.rules.sig.dims:
                new += "'"
            names.append(new)
            known = [ln.sub(ln.var(new), ln.parse(lo_data, theirs.env))]
            if hi_data is not None:
                known.append(ln.sub(ln.parse(hi_data, theirs.env), ln.var(new)))
            mine = replace(mine, env={**mine.env, new: ln.var(new)}, known=(*mine.known, *known))
            theirs = replace(theirs, env={**theirs.env, v: ln.var(new)}, known=mine.known)
        im.outer = mine
        kind, poly = im.formula(h["concl"], theirs)
        im.outer = scope
        proof = self.find(kind, poly, mine, names) or self._visible(kind, poly, mine)
        if proof is None:
            raise TacticFailed(
                f"the hypothesis {h['id']!r} of {theorem} is not among the facts",
                next="prove it as a step before, with `have`",
            )
        return {"vars": names, "proof": proof}

    def find(self, kind: str, poly: Poly, scope: Scope, names: Sequence[str] = ()) -> Json | None:
        """A proof node of a formula of this `kind` from one of the facts `names`, or from what is visibly
        non-negative or PSD.
        """
        a = self.rules.alg
        if kind == "eq" and not poly.terms:
            from .show import zero_term

            return ["null", zero_term(poly.sort)]
        value = poly.rational()
        if value is not None and (value > 0 or (value == 0 and kind == "ge")) and kind in ("ge", "gt"):
            return ["q", str(value)]
        local = {n: {"all": [list(r) for r in f.prefix], "concl": f.concl} for n, f in scope.local.items()}
        seen = _indices(a.key(poly))
        for name, fact in [*local.items(), *reversed(self.facts.items())]:
            for at in self._instances(fact, scope, names, seen):
                try:
                    have, q = self.rules.instance(name, at, scope)
                except Reject:
                    continue
                if q.sort != poly.sort:
                    continue
                if kind == "eq" == have and (not a.sub(q, poly).terms or not a.add(q, poly).terms):
                    node = ["fact", name, at]
                    return node if not a.sub(q, poly).terms else ["mul", ["q", "-1"], node, None]
                if (have == kind or (have, kind) == ("gt", "ge")) and have != "eq" and not a.sub(q, poly).terms:
                    return ["fact", name, at]
                if have == "eq" and kind in ("ge", "psd") and not a.sub(q, poly).terms:
                    return ["z", ["fact", name, at]]
        return None

    def _visible(self, kind: str, poly: Poly, scope: Scope) -> Json | None:
        from . import back
        from .positivity import nonneg, psd

        if kind in ("ge", "gt"):
            for name, idx in sorted(self.rules.alg.letters(self.rules.alg.key(poly))):
                law = self.rules.sig.letter(name).law
                if law is not None and law["kind"] == "finite":
                    node = ["law", name, [dict(i) for i in idx], back.term(poly)]
                    try:
                        self.rules.prove(None, node, scope, (kind, poly))
                        return node
                    except Reject:
                        continue

        try:
            t = back.term(poly)
            seen = nonneg(self, t, scope) if kind in ("ge", "gt") else psd(self, t, scope) if kind == "psd" else None
            if seen is not None:
                self.rules.prove(None, seen, scope, (kind, poly))
            return seen
        except Reject:
            return None

    def _instances(self, fact: Json, scope: Scope, names: Sequence[str], seen: Sequence[Json] = ()) -> list[Json]:
        prefix = fact["all"]
        if not prefix:
            return [[]]
        out = []
        if len(prefix) == len(names):
            out.append([{n: 1} for n in names])
        if all(p[0] in scope.env for p in prefix):
            out.append([{p[0]: 1} for p in prefix])
        own = [v for v in scope.env if v not in self.rules.sig.nat]
        out += [[{v: 1} for v in choice] for choice in permutations(own, len(prefix))] if len(own) <= 4 else []
        if len(prefix) == 1:
            out += [[form] for form in seen if [form] not in out]
        return out


def _indices(obj: Any) -> list[Json]:
    """Index expressions of the letters in a normal form, at most eight."""
    found: list[Json] = []

    def walk(x: Any) -> None:
        if type(x) is tuple and x:
            here = x[2] if x[0] == "l" and len(x) >= 5 else (x[4], x[5]) if x[0] == "c" and len(x) == 7 else ()
            for form in here:
                if dict(form) not in found and not any(s.startswith("%") for s, _ in form):
                    found.append(dict(form))
            for y in x:
                walk(y)

    walk(obj)
    return found[:8]


def _occurs(data: Json, item: Json) -> bool:
    return data == item or (isinstance(data, list) and any(_occurs(x, item) for x in data))


__all__ = ["ONE", "SCALAR", "ZERO", "Known", "Prover", "minus", "rational"]

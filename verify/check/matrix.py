"""Matrix identities for all dimensions: a proof by rewriting, or an exact small counterexample.

`settle` searches; the kernel replays what it finds (verify/kernel/matrix). `compiled` is the statement in the kernel's
language, and part of what a verdict rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.kernel.errors import Budget as Work
from verify.kernel.errors import Reject
from verify.kernel.matrix.networks import Net, ordered
from verify.kernel.matrix.replay import Proof, Statement
from verify.kernel.matrix.terms import inverses

from . import matrices as mx
from .answer import Answer, Counterexample
from .matrices import Tree
from .problem import MatrixIdentity, Problem
from .rewriting import Rewriter, Terms, dim_json, word_of
from .settle import Budget

Json = Any
SEARCH_WORK = 10**9
SCOPE = "all dimensions"


# ---- the statement -----------------------------------------------------------------------------------------------


def term(t: Tree) -> Json:
    """A tree as the kernel reads it."""
    head = t[0]
    if head in ("v", "q"):
        return list(t)
    if head in ("n", "I", "Z", "ones"):
        return [head, *(dim_json(d) for d in t[1:])]
    if head == "pow":
        return [head, term(t[1]), t[2] if isinstance(t[2], int) else dim_json(t[2])]
    return [head, *(term(x) for x in t[1:])]


def compiled(s: MatrixIdentity) -> Json:
    """The matrix statement `s` in the kernel's language."""
    flags = dict(s.flags)
    return {
        "letters": {
            name: {"shape": [dim_json(d) for d in shape], "flags": sorted(set(flags.get(name, ())))}
            for name, shape in s.shapes
        },
        "invertible": [term(t) for t in s.invertible],
        "hyps": [[term(a), term(b)] for a, b in s.hypotheses],
        "goal": [term(s.lhs), term(s.rhs)],
    }


def stands(problem: Problem, verdict: str, certificate: Mapping[str, Json]) -> str | None:
    """Does the certificate prove or refute this very statement?"""
    assert isinstance(problem.statement, MatrixIdentity)
    rests, items = certificate.get("rests"), certificate.get("matrices")
    if not isinstance(items, list) or len(items) != 1 or rests != [items[0]["id"]]:
        return "one item of the kind `matrices` is needed"
    kinds = {"PROVED": {"proof", "entries"}, "REFUTED": {"instance"}}[verdict]
    if not kinds & set(items[0]):
        return f"its item does not say {verdict}"
    if items[0]["statement"] != compiled(problem.statement):
        return "its statement is not that of the problem"
    return None


# ---- search for a proof --------------------------------------------------------------------------------------------


@dataclass
class Found:
    """A proof for the kernel, its steps in words, how it was found, and whether the hypotheses contradict each
    other.
    """

    proof: Json
    steps: tuple[str, ...]
    method: str
    contradiction: bool = False


class Search:
    """One search for a proof; `left` is a clock."""

    def __init__(self, data: Json, budget: Budget, share: float) -> None:
        self.data = data
        self.statement = Statement(data, Work(SEARCH_WORK))
        self.a, self.r = self.statement.algebra, self.statement.reader
        self.proof = Proof(self.statement)
        self.terms = Terms(self.statement)
        self.rest: Net | None = None
        self.budget, self.reserve = budget, max(0.0, budget.left - share)
        for t in [*data["invertible"], *(x for h in data["hyps"] for x in h), *data["goal"]]:
            self.terms.learn(t)
        self.rewriter = Rewriter(self.proof, self.terms, lambda: self.budget.left <= self.reserve)
        self.regular: list[str] = []
        self.why: list[str] = []

    # ---- invertible expressions ---------------------------------------------------------------------------------

    def invertibles(self) -> None:
        """Register what can be shown to be invertible, inner expressions first."""
        for name, flags in self.statement.letters.flags.items():
            if {"invertible", "orthogonal"} & set(flags):
                self.register(["v", name], ["letter", name])
        for k, t in enumerate(self.data["invertible"]):
            self.defined_in(len(self.data["hyps"]) + k, [t])
            self.register(t, ["given", k])
        for k, h in enumerate(self.data["hyps"]):
            self.defined_in(k, h)

    def defined_in(self, k: int, terms: list[Json]) -> None:
        """Register the matrices that the `terms` of hypothesis `k` invert."""
        for n, m in enumerate(x for t in terms for x in inverses(t)):
            if not self.known(m):
                self.register(m, ["defined", k, n])

    def goal_inverses(self) -> None:
        """Justify the inverses that the goal takes."""
        for side in self.data["goal"]:
            for m in inverses(side):
                if not self.known(m):
                    self.justify(m)

    def known(self, m: Json) -> bool:
        """Whether the matrix `m` is known to be invertible."""
        net = self.r.read(m)
        return any(self.proof._multiple(net, x) for x in self.proof.regular) or self.proof._number(net)

    def register(self, m: Json, because: Json) -> bool:
        """Record that `m` is invertible, `because` of a reference; False if the kernel does not take the reason."""
        net = self.r.read(m)
        if any(
            (net.rows, net.cols) == (x.rows, x.cols) and not self.a.add(net, x, -1).terms for x in self.proof.regular
        ) or net.rational():
            return True
        name = f"i{len(self.regular)}"
        step = {"id": name, "invertible": m, "because": because}
        try:
            self.proof.step(step)
        except Reject:
            return False
        self.rewriter.steps.append(step)
        self.regular.append(name)
        self.terms.learn(["inv", m])
        self.rewriter.add(f"{name}.l")
        self.rewriter.add(f"{name}.r")
        return True

    def justify(self, m: Json) -> bool:
        """Show that an expression is invertible: positive definite, a number, or by an inverse built from its parts."""
        if self.register(m, ["natural"]):
            return True
        if m[0] == "det":
            inner = self.inverse_term(m[1])
            if inner is not None and not self.r.read(inner).scalar:
                self.determinant(self.r.read(inner))
                if self.known(m):
                    return True
        positive = self.positive(m)
        if positive is not None and self.register(m, positive):
            return True
        return any(self.by_inverse(m, candidate) for candidate in self.candidates(m))

    def by_inverse(self, m: Json, candidate: Json) -> bool:
        """Show `m` invertible by multiplying it with `candidate`; whether that worked."""
        try:
            net = self.r.read(m)
            gap = self.a.add(self.a.mul(net, self.r.read(candidate)), self.a.one(net.rows), -1)
        except Reject:
            return False
        rest, parts = self.rewriter.reduce(gap)
        return not rest.terms and self.register(m, ["inverse", candidate, parts])

    def positive(self, m: Json) -> Json | None:
        """c 1 + sum of q C^T P C, read off the terms of a sum."""
        parts: list[Json] = []
        c = Fraction(0)
        for x in _summands(m):
            q, factors = self.weighted(x)
            if not factors or (len(factors) == 1 and factors[0][0] == "I"):
                c += q
                continue
            square = self.squared(factors)
            if q < 0 or square is None:
                return None
            parts.append([str(q), *square])
        return ["positive", str(c), parts] if c > 0 else None

    def weighted(self, t: Json) -> tuple[Fraction, list[Json]]:
        """A rational factor and the other factors."""
        if t[0] == "q":
            return Fraction(t[1]), []
        if t[0] == "*":
            q = Fraction(1)
            factors: list[Json] = []
            for x in t[1:]:
                k, more = self.weighted(x)
                q, factors = q * k, factors + more
            return q, factors
        if t[0] == "pow" and type(t[2]) is int and t[2] <= 4:
            q, factors = self.weighted(t[1])
            return q ** t[2], factors * t[2]
        return Fraction(1), [t]

    def squared(self, factors: list[Json]) -> list[Json] | None:
        """[C, null] for C^T C, [C, P] for C^T P C with P declared PSD."""
        n = len(factors)
        right = factors[(n + 1) // 2 :]
        c = right[0] if len(right) == 1 else ["*", *right]
        if n % 2 == 0:
            left = factors[: n // 2]
            same = self.equal(["T", c], left[0] if n == 2 else ["*", *left])
            return [c, None] if same else None
        middle = factors[n // 2]
        if middle[0] != "v" or "psd" not in self.statement.letters.flags[middle[1]]:
            return None
        if n == 1:
            rows = self.statement.letters.shapes[middle[1]][0]
            return [["I", dim_json(rows)] if rows else ["q", "1"], middle[1]]
        left = factors[: n // 2]
        return [c, middle[1]] if self.equal(["T", c], left[0] if n == 3 else ["*", *left]) else None

    def equal(self, x: Json, y: Json) -> bool:
        """Whether `x` and `y` have the same normal form."""
        try:
            return not self.statement.difference(x, y).terms
        except Reject:
            return False

    def candidates(self, m: Json) -> list[Json]:
        """Expressions that may be the inverse."""
        out = []
        built = self.inverse_term(m)
        if built is not None:
            out.append(built)
        out += self.from_hypotheses(m)
        a, b = self.data["goal"]
        for x, y in ((a, b), (b, a)):
            if x[0] == "inv" and self.equal(x[1], m):
                out.append(y)
        return out

    def inverse_term(self, t: Json) -> Json | None:
        """A term for the inverse of `t`, factor by factor, or None."""
        head = t[0]
        if head == "q":
            return ["q", str(1 / Fraction(t[1]))] if Fraction(t[1]) else None
        if head == "n" or self.known(t):
            return ["inv", t]
        if head == "I":
            return t
        if head == "inv":
            return t[1]
        if head in ("*", "kron"):
            parts = [self.inverse_term(x) for x in t[1:]]
            if None in parts:
                return None
            return [head, *(reversed(parts) if head == "*" else parts)]
        if head in ("T", "pow", "det"):
            inner = self.inverse_term(t[1])
            return None if inner is None else [head, inner, *t[2:]]
        return None

    def from_hypotheses(self, m: Json) -> list[Json]:
        """If a hypothesis reads M N = c 1, then N / c."""
        net = self.r.read(m)
        if len(net.terms) != 1:
            return []
        ((mono, c),) = net.terms.items()
        word = word_of(mono, net.rows, net.cols)
        if not word:
            return []
        out = []
        for x, y in self.statement.hyps:
            gap = self.statement.difference(x, y)
            for flip in (False, True):
                g = self.a.transpose(gap) if flip else gap
                unit = Fraction(0)
                rest: list[Json] = []
                for k, q in g.terms.items():
                    w = word_of(k, g.rows, g.cols)
                    if w is None or k[0]:
                        break
                    if not w:
                        unit = q
                        continue
                    if w[: len(word)] != word:
                        break
                    tail = [["T", self.terms.atom(a)] if f else self.terms.atom(a) for a, f in w[len(word) :]]
                    inner: Json = ["*", *tail] if len(tail) > 1 else tail[0] if tail else ["I", dim_json(net.rows)]
                    rest.append(["*", ["q", str(q / c)], inner])
                else:
                    if unit and rest:
                        total = rest[0] if len(rest) == 1 else ["+", *rest]
                        out.append(["*", ["q", str(-1 / unit)], total])
        return out

    # ---- determinants -----------------------------------------------------------------------------------------------

    def determinants(self) -> None:
        """Equations for the determinants in goal and hypotheses, by the product rule and Sylvester's theorem."""
        if "'det'" not in repr([self.data["goal"], self.data["hyps"]]):
            return
        said: list[tuple[str, Net]] = []
        for k, (x, y) in enumerate(self.statement.hyps):
            if self.r.read(x).square and not self.r.read(x).scalar:
                name = self.equation([["det", x], ["det", y]], [["1", ["det", ["hole"]], f"h{k}"]], use=False)
                if name is not None:
                    said.append((name, self.a.add(*self.proof.facts[name], -1)))
        for name, flags in self.statement.letters.flags.items():
            if "orthogonal" in flags:
                q = ["v", name]
                parts = [["-1", None, ["det*", ["T", q], q]], ["1", ["det", ["hole"]], f"{name}.l"]]
                self.equation([["pow", ["det", q], 2], ["q", "1"]], parts)
        for t in [x for pair in [self.data["goal"], *self.data["hyps"]] for x in pair]:
            self.kron_determinants(t)
        for name, flags in self.statement.letters.flags.items():
            if "invertible" in flags:
                self.justify(["det", ["v", name]])
        done: set[Any] = set()
        for _ in range(4):
            nets = [self.statement.difference(*self.statement.goal), *(r.net for r in self.rewriter.rules)]
            nets += [net for _, net in said]
            atoms = {a for net in nets for m in net.terms for a, _ in m[0] if a[0] == "det"} - done
            atoms |= {
                inner for net in nets for m in net.terms for a, _ in m[0] if a[0] == "inv"
                for k, _ in a[1][2] for inner, _ in k[0] if inner[0] == "det" and inner not in done
            }  # fmt: skip
            for atom in ordered(atoms):
                done.add(atom)
                k = atom[1]
                try:
                    self.determinant(Net(k[0], k[1], dict(k[2])))
                except Reject:
                    continue
        for name, net in said:
            rest, less = self.rewriter.reduce(net)
            if rest.terms:
                both = [["1", None, name], *([str(-Fraction(q)), c, ref] for q, c, ref in less)]
                self.rewriter.orient(self.rewriter.derived(rest, both), rest)

    def kron_determinants(self, t: Json) -> None:
        """Register the rule for the determinant of each Kronecker product in `t`."""
        if type(t) is not list or not t:
            return
        for x in t[1:]:
            if type(x) is list:
                self.kron_determinants(x)
        if t[0] == "det" and t[1][0] == "kron":
            self.law(["kron-det", *t[1][1:]])

    def law(self, ref: Json) -> None:
        """Add the equation that the law `ref` gives as a rule."""
        try:
            if ref[0] == "sylvester":
                net = self.a.add(*self.proof.equation(ref), -1)
                if net.terms:
                    self.rewriter.force(ref, net, max(net.terms, key=self.rewriter.rank))
            else:
                self.rewriter.add(ref, both=False, forced=ref[0] in ("det*", "kron-det"))
        except Reject:
            return

    def equation(self, pair: Json, parts: list[Json], forced: bool = False, use: bool = True) -> str | None:
        """Derive the equation `pair` from `parts` as a step: its id, or None if it does not check. It becomes a
        rule with `use`, in the direction given if `forced`.
        """
        name = f"d{len(self.rewriter.steps)}"
        step = {"id": name, "equal": pair, "by": parts}
        try:
            self.proof.step(step)
        except Reject:
            return None
        self.rewriter.steps.append(step)
        for side in pair:
            self.terms.learn(side)
        if use:
            self.rewriter.add(name, forced=forced)
        return name

    def determinant(self, m: Net) -> None:
        """Add the rules by which the determinant of a product in `m` splits."""
        whole = self.terms.net(m)
        if m.rows and len(m.terms) == 1:
            ((mono, _),) = m.terms.items()
            word = word_of(mono, m.rows, m.cols)
            if word and len(word) > 1:
                for k in range(1, len(word)):
                    u, v = (self.word(w) for w in (word[:k], word[k:]))
                    if self.r.read(u).square:
                        self.law(["det*", u, v])
                        break
            elif word and word[0][0][0] == "inv":
                inner = self.terms.atom(word[0][0])[1]
                want = self.r.read(inner)
                name = next((n for n, x in zip(self.regular, self.proof.regular, strict=True)
                             if (x.rows, x.cols, x.terms) == (want.rows, want.cols, want.terms)), None)  # fmt: skip
                if name is not None:
                    parts = [["-1", None, ["det*", whole, inner]], ["1", ["det", ["hole"]], f"{name}.l"]]
                    one = self.equation([["*", ["det", whole], ["det", inner]], ["q", "1"]], parts)
                    if one and self.register(["det", inner], ["inverse", ["det", whole], [["1", None, one]]]):
                        unit = self.regular[-1] + ".l"
                        context = ["*", ["inv", ["det", inner]], ["hole"]]
                        both = [["1", context, one], ["-1", ["*", ["det", whole], ["hole"]], unit]]
                        self.equation([["det", whole], ["inv", ["det", inner]]], both, forced=True)
            return
        self.sylvester(m)
        self.factored(m, whole)

    def word(self, w: Any) -> Json:
        """The product of the factors of `w` as a term."""
        factors = [["T", self.terms.atom(a)] if flip else self.terms.atom(a) for a, flip in w]
        return factors[0] if len(factors) == 1 else ["*", *factors]

    def sylvester(self, m: Net) -> None:
        """det(c 1 + U V): both orders."""
        unit = next((c for k, c in m.terms.items() if k == self.unit_mono(m)), None)
        others = [(k, c) for k, c in m.terms.items() if k != self.unit_mono(m)]
        if not unit:
            return
        if len(others) == 1:
            k, c = others[0]
            word = word_of(k, m.rows, m.cols)
            q = ["q", str(c / unit)]
            if word and not k[0]:
                for n in range(1, len(word)):
                    self.law(["sylvester", ["*", q, self.word(word[:n])], self.word(word[n:])])
            elif k[2] == (0, 1):
                cut = self.columns(k, m)
                if cut:
                    factors = [f for a, e in k[0] for f in self.terms.scalar(a, e)]
                    self.law(["sylvester", ["*", q, *factors, cut[0]], cut[1]])
            return
        words = [(word_of(k, m.rows, m.cols), c) for k, c in others]
        if all(w for w, _ in words):
            for side in (0, -1):
                letters = {w[side] for w, _ in words if w}
                if len(letters) == 1:
                    common = self.word([next(iter(letters))])
                    rest = []
                    for w, c in words:
                        assert w is not None
                        inner = w[1:] if side == 0 else w[:-1]
                        outer = dim_json(m.rows)
                        rest.append(["*", ["q", str(c / unit)], self.word(inner) if inner else ["I", outer]])
                    u, v = (common, ["+", *rest]) if side == 0 else (["+", *rest], common)
                    self.law(["sylvester", u, v])

    def columns(self, k: Any, m: Net) -> list[Json] | None:
        """u, v^T for a monomial u v^T."""
        out: list[Json] = [None, None]
        for component in k[1]:
            ends = {i for _, r, c in component for i in (*r, *c) if i < 0}
            if ends == {-1}:
                net = Net(m.rows, (), {((), (component,), (0,)): Fraction(1)})
                out[0] = self.terms.net(net)
            elif ends == {-2}:
                shifted = tuple(
                    (a, *(tuple(-1 if i == -2 else i for i in s) for s in (r, c))) for a, r, c in component
                )
                net = Net((), m.cols, {((), (shifted,), (0,)): Fraction(1)})
                out[1] = self.terms.net(net)
            else:
                return None
        if out[0] is None:
            out[0] = ["ones", dim_json(m.rows), []]
        if out[1] is None:
            out[1] = ["ones", [], dim_json(m.cols)]
        return out

    def unit_mono(self, m: Net) -> Any:
        """The monomial of the identity of the size of `m`."""
        return next(iter(self.a.one(m.rows).terms))

    def factored(self, m: Net, whole: Json) -> None:
        """det M = det A det(1 + A^-1 R) for M = A + R with an invertible word A."""
        for k, c in m.terms.items():
            word = word_of(k, m.rows, m.cols)
            if not word or len(word) > 2 or k[0]:
                continue
            x = self.word(word)
            if not self.known(x) and not (self.inverse_term(x) and self.justify(x)):
                continue
            inverse = self.inverse_term(x)
            if inverse is None:
                continue
            rest = self.terms.net(Net(m.rows, m.cols, {j: q for j, q in m.terms.items() if j != k}))
            n = ["+", ["*", ["q", str(c)], ["I", dim_json(m.rows)]], ["*", inverse, rest]]
            rest_gap, parts = self.rewriter.reduce(self.statement.difference(["*", x, n], whole))
            if rest_gap.terms:
                continue
            name = self.equation([["*", x, n], whole], parts)
            both = [["1", None, ["det*", x, n]], ["-1", ["det", ["hole"]], name]]
            self.equation([["det", whole], ["*", ["det", x], ["det", n]]], both, forced=True)
            self.determinant(self.r.read(n))
            return

    # ---- the goal --------------------------------------------------------------------------------------------

    def run(self) -> Found | None:
        """A proof, or None: definitions, completion, then each method in turn."""
        direct = self.statement.difference(*self.statement.goal)
        if not direct.terms and not any(inverses(t) for t in self.data["goal"]):
            return self.found([], "both sides have the same normal form in index notation")
        self.definitions()
        for k in range(len(self.data["hyps"])):
            self.rewriter.add(f"h{k}")
        for name, flags in self.statement.letters.flags.items():
            if "orthogonal" in flags:
                self.rewriter.add(f"{name}.l")
                self.rewriter.add(f"{name}.r")
        self.invertibles()
        for k, (x, y) in enumerate(self.statement.hyps):
            net = self.statement.difference(x, y)
            if net.square and not net.scalar:
                t = self.a.trace(net)
                if len(t.terms) == 1 and self.rewriter.never_zero(next(iter(t.terms))):
                    self.rewriter.contradiction = f"h{k}"
        self.semidefinite()
        self.vanishing_sums()
        self.hidden_inverses()
        self.factored_hypotheses()
        self.goal_inverses()
        self.determinants()
        self.goal_inverses()
        self.fixed_sizes()
        result = self.attempt("rewriting with the hypotheses")
        if result:
            return result
        done: list[Found | None] = [None]

        def goal() -> bool:
            done[0] = self.attempt("rewriting with the hypotheses and their consequences")
            return done[0] is not None

        for side in (self.by_multiplication, lambda: self.by_square(goal)):
            result = side()
            if result:
                return result
        self.rewriter.complete(goal)
        return done[0] or self.by_multiplication() or self.by_turning()

    def by_turning(self) -> Found | None:
        """Use an equation once from a single letter to the rest; if that gives c times the goal, c not 1, it is 0."""
        net = self.statement.difference(*self.statement.goal)
        start, first = self.rewriter.reduce(net)
        for rule in self.rewriter.turned():
            now, parts = start, list(first)
            for _ in range(12):
                step = self.rewriter.rewrite_once(now, [rule])
                if step is None:
                    break
                now, part = step
                parts.append(part)
                rest, more = self.rewriter.reduce(now)
                factor = _multiple(rest, start)
                if factor is not None and factor != 1:
                    scaled = [[str(Fraction(q) / (1 - factor)), c, ref] for q, c, ref in [*parts[len(first) :], *more]]
                    if all(self.known(m) or self.justify(m) for side in self.data["goal"] for m in inverses(side)):
                        return self.found([*first, *scaled], "rewriting a letter by what an equation says it is")
        return None

    def factored_hypotheses(self) -> None:
        """A hypothesis a X Y + b X + c Y + d = 0 says that X + c/a and Y + b/a are inverse up to a number."""
        for x, y in self.statement.hyps:
            net = self.statement.difference(x, y)
            words = {word_of(m, net.rows, net.cols): c for m, c in net.terms.items() if not m[0]}
            if len(words) < len(net.terms) or None in words or not net.square:
                continue
            long = [w for w in words if w and len(w) == 2]
            if len(long) != 1 or any(w and len(w) > 2 for w in words):
                continue
            left, right = long[0][:1], long[0][1:]
            a, b, c, d = (words.get(w, Fraction(0)) for w in (long[0], left, right, ()))
            rest = b * c / a - d
            if not rest or not (b or c) or {left, right, long[0], ()} < set(words):
                continue
            unit = ["I", dim_json(net.rows)]
            m = ["+", self.word(left), ["*", ["q", str(c / a)], unit]]
            other = ["*", ["q", str(a / rest)], ["+", self.word(right), ["*", ["q", str(b / a)], unit]]]
            self.by_inverse(m, other)

    def vanishing_sums(self) -> None:
        """A hypothesis that a sum of squares is zero: each of them is."""
        for k, (x, y) in enumerate(self.data["hyps"]):
            for one, other in ((x, y), (y, x)):
                if self.r.read(other).terms or not self.r.read(one).square:
                    continue
                whole = one[1] if one[0] == "tr" else one
                found = self.positive(["+", ["I", dim_json(self.r.read(whole).rows)], whole])
                if found is None or found[1] != "1":
                    continue
                for j, (q, c, p) in enumerate(found[2]):
                    rest = [[str(Fraction(r[0]) / Fraction(q)), *r[1:]] for i, r in enumerate(found[2]) if i != j]
                    context = ["hole"] if one[0] == "tr" or self.r.read(one).scalar else ["tr", ["hole"]]
                    sign = 1 if one is x else -1
                    by = [[str(sign / Fraction(q)), context, f"h{k}"]]
                    step = {"id": f"zero{k}.{j}", "zero": c, "plus": rest, "by": by}
                    if p is not None:
                        step["psd"] = p
                    try:
                        self.proof.step(step)
                    except Reject:
                        continue
                    self.rewriter.steps.append(step)
                    self.rewriter.add(step["id"])

    def semidefinite(self) -> None:
        """P = 0 for a letter that is PSD and has trace 0."""
        for name, flags in self.statement.letters.flags.items():
            if "psd" not in flags or not self.data["hyps"]:
                continue
            p = ["v", name]
            rest, parts = self.rewriter.reduce(self.a.trace(self.r.read(p)))
            if rest.terms or not parts:
                continue
            unit = ["I", dim_json(self.statement.letters.shapes[name][0])]
            step = {"id": f"zero.{name}", "zero": unit, "psd": name, "by": parts}
            try:
                self.proof.step(step)
            except Reject:
                continue
            self.rewriter.steps.append(step)
            self.rewriter.add(step["id"])

    def definitions(self) -> None:
        """Hypotheses X = .. for a letter X that the other side does not mention."""
        taken: set[str] = set()
        for x, y in self.data["hyps"]:
            for one, other in ((x, y), (y, x)):
                if one[0] == "v" and one[1] not in _letters(other) and not taken & ({one[1]} | _letters(other)):
                    taken.add(one[1])
                    self.rewriter.define(("v", one[1]))
                    break

    def hidden_inverses(self) -> None:
        """Square letters that a hypothesis shows to be invertible, although no inverse is written."""
        for name, (rows, cols) in self.statement.letters.shapes.items():
            if rows == cols and not self.known(["v", name]):
                for candidate in self.from_hypotheses(["v", name]):
                    if self.by_inverse(["v", name], candidate):
                        break

    def fixed_sizes(self) -> None:
        """Cayley-Hamilton and Newton's identities for letters of a fixed order."""
        for name, (rows, cols) in self.statement.letters.shapes.items():
            if rows == cols and len(rows) == 1 and len(rows[0]) == 1 and rows[0][0][0] == "1" and rows[0][0][1] <= 3:
                law: Json = ["newton", ["v", name]]
                net = self.a.add(*self.proof.equation(law), -1)
                longest = max(net.terms, key=lambda m: max((len(a[1]) for a, _ in m[0] if a[0] == "net"), default=0))
                self.rewriter.orient(law, net, longest)
                self.law(["cayley", ["v", name]])

    def attempt(self, method: str) -> Found | None:
        """A proof by the rules known now, called `method`, or None with what is left in `rest`."""
        net = self.statement.difference(*self.statement.goal)
        rest, parts = self.rewriter.reduce(net)
        if rest.terms:
            self.rest = rest
            return None
        for side in self.data["goal"]:
            if not all(self.known(m) or self.justify(m) for m in inverses(side)):
                return None
        return self.found(parts, method)

    def by_multiplication(self) -> Found | None:
        """D = 0 from M D = 0 or D M = 0 for an invertible M."""
        net = self.statement.difference(*self.statement.goal)
        whole: Json = ["+", self.data["goal"][0], ["*", ["q", "-1"], self.data["goal"][1]]]
        for name, m in zip(self.regular, list(self.proof.regular), strict=True):
            mt = self.terms.net(m)
            for left in (True, False):
                try:
                    product = self.a.mul(m, net) if left else self.a.mul(net, m)
                except Reject:
                    continue
                rest, parts = self.rewriter.reduce(product)
                if rest.terms:
                    continue
                inverse = ["inv", mt]
                outer = [
                    [q, _in(["*", inverse, ["hole"]] if left else ["*", ["hole"], inverse], c), ref]
                    for q, c, ref in parts
                ]
                fact = f"{name}.l" if left else f"{name}.r"
                back = ["*", ["hole"], whole] if left else ["*", whole, ["hole"]]
                outer.append(["-1", back, fact])
                try:
                    self.proof.proves(net, outer)
                except Reject:
                    continue
                if all(self.known(x) or self.justify(x) for side in self.data["goal"] for x in inverses(side)):
                    return self.found(outer, "multiplying by an invertible expression, then rewriting")
        return None

    def by_square(self, goal: Any) -> Found | None:
        """D = 0 from tr(D^T D) = 0."""
        net = self.statement.difference(*self.statement.goal)
        if net.scalar or len(net.terms) > 6 or not self.data["hyps"]:
            return None
        square = self.a.trace(self.a.mul(self.a.transpose(net), net))
        rest, parts = self.rewriter.reduce(square)
        if rest.terms:
            return None
        whole: Json = ["+", self.data["goal"][0], ["*", ["q", "-1"], self.data["goal"][1]]]
        step = {"id": "square", "zero": whole, "by": parts}
        self.proof.step(step)
        self.rewriter.steps.append(step)
        return self.found([["1", None, "square"]], "the squared norm of the difference vanishes")

    def found(self, parts: list[Json], method: str) -> Found | None:
        """The proof that needs `parts`, found by `method`, without the steps that it does not use."""
        steps = self.pruned(parts)
        proof = {"steps": steps, "by": parts}
        return Found(proof, tuple(self.words(steps, parts)), method)

    def pruned(self, parts: list[Json]) -> list[Json]:
        """Only the steps that are used, directly or by others; what shows an inverse to exist stays."""
        steps = {s["id"]: s for s in self.rewriter.steps}
        needed: set[str] = set()

        def visit(refs: list[Any]) -> None:
            stack = list(refs)
            while stack:
                ref = stack.pop()
                if type(ref) is not str:
                    continue
                name = ref if ref in steps else ref.rpartition(".")[0]
                if name in steps and name not in needed:
                    needed.add(name)
                    stack += _references(steps[name])

        visit([p[2] for p in parts])
        for side in self.data["goal"]:
            for m in inverses(side):
                net = self.r.read(m)
                visit([n for n, x in zip(self.regular, self.proof.regular, strict=True)
                       if self.proof._multiple(net, x)][:1])  # fmt: skip
        return [s for s in self.rewriter.steps if s["id"] in needed]

    def words(self, steps: list[Json], parts: list[Json]) -> list[str]:
        """The proof for a reader."""
        names = {f"h{k}": f"{show(x)} = {show(y)}" for k, (x, y) in enumerate(self.data["hyps"])}
        for name, flags in self.statement.letters.flags.items():
            if "orthogonal" in flags:
                names[f"{name}.l"], names[f"{name}.r"] = f"T({name})*{name} = I", f"{name}*T({name}) = I"
        out = []
        for s in steps:
            if "invertible" in s:
                m = show(s["invertible"])
                out.append(f"{m} is invertible: {_REASONS[s['because'][0]]}")
                names[s["id"] + ".l"], names[s["id"] + ".r"] = f"inv({m})*({m}) = I", f"({m})*inv({m}) = I"
            elif "psd" in s:
                names[s["id"]] = f"{s['psd']}*{show(s['zero'])} = 0"
                out.append(f"{names[s['id']]}, because {s['psd']} is positive semidefinite and the trace vanishes")
            elif "zero" in s:
                names[s["id"]] = f"{show(s['zero'])} = 0"
                out.append(f"{names[s['id']]}, because the trace of its square tr(T(X)*X) vanishes")
            else:
                x, y = s["equal"]
                names[s["id"]] = f"{show(x)} = {'0' if y[0] == 'Z' else show(y)}"
                out.append(f"{names[s['id']]}, from {_listed(s['by'], names)}")
        if parts:
            out.append(f"left side - right side is the sum of {_listed(parts, names)}")
        else:
            out.append("both sides are the same sum of products of entries, for all sizes")
        return out


_REASONS = {
    "given": "as assumed", "letter": "as assumed", "defined": "it is inverted in an assumption",
    "natural": "it is a positive number", "positive": "it is the unit matrix plus positive semidefinite terms",
    "inverse": "its inverse is written down and multiplied out",
}  # fmt: skip


def _multiple(p: Net, q: Net) -> Fraction | None:
    """c with p = c q, or None; 0 for p = 0."""
    if not p.terms:
        return Fraction(0)
    if p.terms.keys() != q.terms.keys():
        return None
    found = {p.terms[m] / q.terms[m] for m in p.terms}
    return found.pop() if len(found) == 1 else None


def _summands(t: Json) -> list[Json]:
    return [y for x in t[1:] for y in _summands(x)] if t[0] == "+" else [t]


def _letters(t: Json) -> set[str]:
    if type(t) is not list or not t:
        return set()
    return {t[1]} if t[0] == "v" else set().union(*(_letters(x) for x in t[1:]))


def _references(s: Json) -> list[Any]:
    if "by" in s:
        return [p[2] for p in s["by"]]
    why = s["because"]
    return [p[2] for p in why[2]] if why[0] == "inverse" else []


def _in(outer: Json, inner: Json | None) -> Json:
    """A context inside a context."""
    if inner is None or inner == ["hole"]:
        return outer
    if outer == ["hole"]:
        return inner
    if type(outer) is list:
        return [_in(x, inner) if type(x) is list else x for x in outer]
    return outer


def _listed(parts: list[Json], names: Mapping[str, str]) -> str:
    out = []
    for q, context, ref in parts[:8]:
        equation = names.get(ref, ref) if type(ref) is str else f"{_LAWS[ref[0]]}({', '.join(map(show, ref[1:]))})"
        text = f"[{equation}]"
        if context is not None and context != ["hole"]:
            text = show(context).replace("HOLE", text)
        out.append(text if q == "1" else f"-{text}" if q == "-1" else f"{q}*{text}")
    more = f" and {len(parts) - 8} more" if len(parts) > 8 else ""
    return "; ".join(out) + more


_LAWS = {
    "det*": "det(XY) = det X det Y at ", "sylvester": "det(1 + XY) = det(1 + YX) at ",
    "kron-det": "determinant of a Kronecker product at ", "newton": "Newton's identities at ",
    "cayley": "Cayley-Hamilton at ",
}  # fmt: skip


def show(t: Json) -> str:
    """A kernel term in the language of the parser; networks in index notation."""
    return mx.show(_tree(t))


def _tree(t: Json) -> Tree:
    head = t[0]
    if head in ("n", "I", "Z", "ones"):
        return (head, *(tuple(tuple(sorted(f.items())) for f in d) for d in t[1:]))
    if head == "pow":
        return (head, _tree(t[1]), t[2] if type(t[2]) is int else tuple(tuple(sorted(f.items())) for f in t[2]))
    if head == "hole":
        return ("v", "HOLE")
    if head == "net":
        parts = [f"{show(x)}[{','.join((*r, *c))}]" for x, r, c in t[3]]
        return ("v", "sum(" + " ".join(parts) + ")")
    if head in ("v", "q"):
        return tuple(t)
    return (head, *(_tree(x) for x in t[1:]))


# ---- settle ------------------------------------------------------------------------------------------------------


def settle(problem: Problem, budget: Budget) -> Answer:
    """Prove for all dimensions, or refute at an exact instance."""
    from .instances import Hunt

    assert isinstance(problem.statement, MatrixIdentity)
    data = compiled(problem.statement)
    tried: list[str] = []
    total = budget.left
    found, expressible = _entries(data), True
    if found is None:
        try:
            found = _search(data, budget, 0.1 * total)
        except Reject as error:
            expressible = False
            tried.append(f"no proof is possible here, because the statement has no normal form for all sizes: {error}")
    hunt = Hunt(data, problem.id)
    if found is None:
        instance = hunt.run(min(budget.left, 0.25 * total))
        if instance is None and expressible:
            found = _search(data, budget, 0.1 * total, 2) or _search(data, budget, 0.4 * total)
            if found is None:
                tried.append("rewriting with the hypotheses and their consequences, completed as far as time allows")
        if found is None and instance is None:
            instance = hunt.run(max(0.0, budget.left - 0.2))
        if instance is not None:
            return _refuted(data, instance, hunt)
    if found is None:
        sizes = ", ".join(hunt.described()) or "no instance that satisfies the hypotheses"
        tried.append(f"counterexamples: {hunt.count} instances that satisfy the assumptions ({sizes})")
        return Answer(
            "OPEN", tried=tuple(tried), advice="state the missing hypothesis or an intermediate identity with --given"
        )
    if found.contradiction and not hunt.run(min(0.5, budget.left)) and not hunt.count:
        return Answer("VACUOUS", message="the hypotheses contradict each other: nothing satisfies them all")
    item = {"id": "identity", "statement": data, **found.proof}
    return Answer(
        "PROVED",
        scope=SCOPE if any(mx.symbols(d) for _, shape in problem.statement.shapes for d in shape) else "these sizes",
        method=found.method,
        steps=found.steps,
        certificate={"matrices": [item], "rests": ["identity"]},
    )


def _search(data: Json, budget: Budget, share: float, scalar_weight: int = 1) -> Found | None:
    search = Search(data, budget, share)
    search.rewriter.scalar_weight = scalar_weight
    found = search.run()
    bad = search.rewriter.contradiction is not None
    if found is None:
        return Found({}, (), "", True) if bad else None
    return Found({"proof": found.proof}, found.steps, found.method, bad)


def _entries(data: Json) -> Found | None:
    """All sizes are numbers: compare the entries as polynomials."""
    from verify.kernel.matrix.replay import expand

    try:
        statement = Statement(data, Work(SEARCH_WORK), symbolic=False)
        if statement.letters.symbols or any(inverses(t) for t in data["goal"]):
            return None
        expand(statement, Work(300_000))
    except Reject:
        return None
    text = "both sides have the same entries, as polynomials in the entries of the matrices"
    return Found({"entries": True}, (text,), "expansion into entries")


def _refuted(data: Json, instance: Any, hunt: Any) -> Answer:
    from .instances import describe

    item = {"id": "identity", "statement": data, "instance": instance}
    found: Counterexample = describe(data, instance)
    return Answer(
        "REFUTED",
        scope="these sizes",
        method="an exact instance that satisfies every assumption",
        counterexample=found,
        certificate={"matrices": [item], "rests": ["identity"]},
    )

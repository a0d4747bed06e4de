"""Tactics for expectations: sign cases of indicators, sectors, polar coordinates, independence, union bounds."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from verify.kernel.checker import Scope
from verify.kernel.errors import Reject
from verify.statement.scripts import Hint

from .back import term
from .errors import TacticFailed
from .positivity import nonneg
from .prover import Known, minus

if TYPE_CHECKING:
    from .author import Interpreter
else:
    Interpreter = object  # the class below is mixed into it

Json = Any
ONE, ZERO = ["q", "1"], ["q", "0"]
MAX_LEAVES = 200


def replaced(data: Json, old: Json, new: Json) -> Json:
    """`data` with every occurrence of `old` replaced by `new`."""
    if data == old:
        return new
    return [replaced(x, old, new) for x in data] if isinstance(data, list) else data


def subterms(data: Json, head: str) -> list[Json]:
    """Subterms of `data` with this head, innermost first, each once; not inside expectations."""
    found: list[Json] = []
    if isinstance(data, list) and data and data[0] != "E":
        for x in data[1:]:
            found += [y for y in subterms(x, head) if y not in found]
        if data[0] == head and data not in found:
            found.append(data)
    return found


class Signs:
    """Linear reasoning about real quantities from the facts in scope, to evaluate indicators."""

    def __init__(self, author: Interpreter, extra: list[Known]) -> None:
        self.author, self.prover, self.extra = author, author.prover, extra
        self.scalars: list[Json] = []
        self.leaves = 0

    def known(self, scope: Scope) -> list[Known]:
        """The facts of known sign that are available in `scope`."""
        r = self.prover.rules
        out = list(self.extra)
        for name in [*scope.local, *self.prover.facts]:
            fact = r.look(name, scope)
            if not fact.prefix and fact.concl[0] in ("ge", "gt"):
                poly, strict = r.nonneg(["fact", name, []], scope)
                out.append(Known("ge", ["fact", name, []], poly, strict))
        for name, decl in r.sig.letters.items():
            if decl.law is not None and decl.law["kind"] == "angle" and not decl.index:
                for sign in (1, -1):
                    node: Json = ["angle", name, [], sign]
                    out.append(Known("ge", node, r.nonneg(node, scope)[0]))
        out.append(Known("ge", ["pi"], r.nonneg(["pi"], scope)[0], True))
        out.append(Known("ge", ["q", "1"], r.alg.rational(1), True))
        return out

    def sign(self, t: Json, scope: Scope, strict: bool) -> Json | None:
        """A proof of t >= 0 (t > 0 if `strict`), by linear combination or from the quadrant of a cosine."""
        node = self._linear(t, scope, strict)
        if node is not None:
            return node
        factor = Fraction(1)
        if t[0] == "*" and len(t) == 3 and t[1][0] == "q":
            factor, t = Fraction(t[1][1]), t[2]
        if t[0] != "cos":
            return None
        for k in (-2, -1, 0, 1, 2):
            if (factor < 0) == (k % 2 == 0):
                continue
            low = minus(t[1], ["*", ["q", str(Fraction(2 * k - 1, 2))], ["pi"]])
            high = minus(["*", ["q", str(Fraction(2 * k + 1, 2))], ["pi"]], t[1])
            a, b = self._linear(low, scope, strict), self._linear(high, scope, strict)
            if a is not None and b is not None:
                node = ["cos", t[1], k, a, b]
                return node if abs(factor) == 1 else ["mul", ["q", str(abs(factor))], node]
        return None

    def _linear(self, t: Json, scope: Scope, strict: bool) -> Json | None:
        r = self.prover.rules
        try:
            want = r.scalar(t, scope)
        except Reject:
            return None
        known = self.known(scope)
        from .solve import positive_combination

        found = positive_combination(want.terms, [k.poly.terms for k in known], [k.strict for k in known], strict)
        if found is None:
            return None
        parts = [k.proof if c == 1 else ["mul", ["q", str(c)], k.proof] for c, k in zip(found, known, strict=True) if c]
        if not parts:
            return ["q", "0"]
        return parts[0] if len(parts) == 1 else ["add", *parts]

    def evaluate(self, t: Json, scope: Scope) -> tuple[Json, list[Json]]:
        """t with every decided indicator replaced by its value, and zero proofs that add up to the difference."""
        zeros: list[Json] = []
        for ind in subterms(t, "ind"):
            if ind not in subterms(t, "ind"):
                continue
            x = ind[1]
            for value, rule, proof in (
                (ONE, "ind1", self.sign(x, scope, False)),
                (ZERO, "ind0", self.sign(_negative(x), scope, True)),
            ):
                if proof is not None:
                    slope = minus(replaced(t, ind, ONE), replaced(t, ind, ZERO))
                    zeros.append(["mul", slope, [rule, x, proof], None])
                    t = replaced(t, ind, value)
                    break
        return t, zeros

    def _pinned(self, scope: Scope) -> list[Known]:
        """Scalars that facts hold at zero, x >= 0 and -x >= 0, also times the scalars of the other cases."""
        r, out = self.prover.rules, []
        local = [(["fact", n, []], r.nonneg(["fact", n, []], scope)[0]) for n in scope.local]
        for t in self.scalars:  # what the quadrant of a cosine says
            if t[0] == "cos" and (node := self.sign(t, scope, False)) is not None:
                local.append((node, r.nonneg(node, scope)[0]))
        for k, (a, x) in enumerate(local):
            for b, y in local[k + 1 :]:
                if not r.alg.add(x, y).terms:
                    zero = ["anti", a, b]
                    out.append(Known("eq", zero, r.zero(zero, scope)))
                    for t in self.scalars:
                        node = ["mul", t, zero, None]
                        out.append(Known("eq", node, r.zero(node, scope)))
        return out

    def close(self, prefix: Json, concl: Json, cases: list[Json], scope: Scope, items: Any) -> Json:
        """A kernel proof of `concl` by splitting into `cases` of signs until each is linear; TacticFailed when
        there are too many. `prefix` binds its indices, `items` are the ingredients.
        """
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise TacticFailed("too many sign cases")
        kind = concl[0]
        t = minus(concl[1], concl[2])
        absurd = self._linear(["q", "0"], scope, True) if kind in ("eq", "ge") and scope.local else None
        if absurd is not None:  # the case cannot occur
            zero = ["absurd", t, absurd]
            return zero if kind == "eq" else ["z", zero]
        now, zeros = self.evaluate(t, scope)
        known, rules = self.author._split(items, scope) if items else ([], [])
        known += [Known("eq", z, self.prover.rules.zero(z, scope)) for z in zeros]
        known += self._pinned(scope)
        if kind in ("ge", "gt"):
            node = nonneg(self.prover, term(self.prover.rules.scalar(now, scope)), scope)
            if node is not None:
                known.append(Known("ge", node, *self.prover.rules.nonneg(node, scope)))
        try:
            return self.prover.close(prefix, concl, known, [*rules, *self.author.auto], scope)
        except TacticFailed:
            if not cases:
                raise
        x, rest = cases[0], cases[1:]
        name = f"case{len(scope.local)}"
        (_, yes), (_, no) = self.prover.rules.branches(["case", name, x, None, None], scope)
        return [
            "case",
            name,
            x,
            self.close(prefix, concl, rest, yes, items),
            self.close(prefix, concl, rest, no, items),
        ]


def _negative(t: Json) -> Json:
    return ["*", ["q", "-1"], t] if not (t[0] == "*" and len(t) == 3 and t[1] == ["q", "-1"]) else t[2]


class ProbabilityTactics(Interpreter):
    """Mixed into the author's interpreter."""

    def _by_signs(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """Case distinction on the signs of scalars; indicators take their values: by.signs(x, y, .., using=..)."""
        scope = self.prover.scope(prefix)
        using = h.option("using", ())
        items = using if isinstance(using, tuple) else (using,)
        signs = Signs(self, [])
        signs.scalars = [self.term(x) for x in h.args]
        node = signs.close(prefix, concl, signs.scalars, scope, items)
        return self.prover.step(wish, "alg", prefix, concl, proof=node)

    def indicators(self, concl: Json, scope: Scope) -> list[Known]:
        """Equations for the indicators of the formula `concl` whose arguments have a sign here."""
        if concl[0] not in ("eq", "ge", "gt"):
            return []
        _, zeros = Signs(self, []).evaluate(minus(concl[1], concl[2]), scope)
        return [self._made("eq", z, scope) for z in zeros]

    def _with_sign(self, h: Hint, scope: Scope) -> Known:
        """x >= 0 (x > 0 with strict=1) by linear reasoning, or by the quadrant of a cosine: by.sign(x)."""
        node = Signs(self, []).sign(self.term(h.args[0]), scope, bool(h.option("strict", False)))
        if node is None:
            raise TacticFailed(f"the sign of {h.args[0]!r} does not follow from the facts", next="prove bounds before")
        return self._made("ge", node, scope)

    def _by_sector(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """E 1{a <= phi <= b} F'(phi) = (F(b) - F(a)) / (2 pi): by.sector(phi, a, b, primitive=F)."""
        scope = self.prover.scope(prefix)
        phi, low, high = (self.term(x) for x in h.args[:3])
        primitive = self.term(h.option("primitive", h.args[0]))
        signs = Signs(self, [])
        proofs = []
        for t in (["+", low, ["pi"]], minus(high, low), minus(["pi"], high)):
            node = signs.sign(t, scope, False)
            if node is None:
                raise TacticFailed(
                    "the ends of the sector are not known to be ordered within [-pi, pi]",
                    next="prove bounds of the angle before",
                )
            proofs.append(node)
        return self.prover.step(
            wish,
            "sector",
            prefix,
            concl,
            letter=phi[1],
            at=phi[2],
            low=low,
            high=high,
            primitive=primitive,
            proofs=proofs,
        )

    def _by_polar(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """E g(w.x, w.y) in polar coordinates: by.polar(w, x, y, phi, theta, using=(unit x, unit y, cosine)).

        With also=((w', x', y'), ..) the projections are w.x + w'.x' + .. and w.y + w'.y' + ..
        """
        scope = self.prover.scope(prefix)
        w, x, y, phi, theta = (self.term(a) for a in h.args[:5])
        columns = [[w[1], w[2], x, y]]
        for row in h.option("also", ()):
            more = [self.term(a) for a in row]
            columns.append([more[0][1], more[0][2], more[1], more[2]])
        if concl[0] != "eq" or concl[1][0] != "E":
            raise TacticFailed("polar coordinates prove an equation whose left-hand side is an expectation")
        u, v = ["v", "polar.u", [], ""], ["v", "polar.v", [], ""]
        body = concl[1][1]
        if len(columns) == 1:
            for column, letter in ((x, u), (y, v)):
                for dot in (["tr", ["*", ["T", w], column]], ["tr", ["*", ["T", column], w]]):
                    body = replaced(body, dot, letter)
        else:
            body = replaced(replaced(body, self.term(h.option("first")), u), self.term(h.option("second")), v)
        known, rules = self._split(h.option("using", ()), scope)
        proofs = []
        for i, j, value in ((2, 2, ONE), (3, 3, ONE), (2, 3, ["cos", theta])):
            dots = [["tr", ["*", ["T", c[i]], c[j]]] for c in columns]
            goal = ["eq", dots[0] if len(dots) == 1 else ["+", *dots], value]
            proofs.append(self.prover.close(prefix, goal, known, rules, scope))
        return self.prover.step(
            wish,
            "polar",
            prefix,
            concl,
            letter=w[1],
            at=w[2],
            x=x,
            y=y,
            **({"also": columns[1:]} if columns[1:] else {}),
            angle=phi[1],
            angle_at=phi[2],
            theta=theta,
            u="polar.u",
            v="polar.v",
            body=body,
            proofs=proofs,
        )

    def _by_interval(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """E 1{a <= z <= b} (F'(z) - z F(z)) for z = w.x: by.interval(w, x, a, b, primitive=F(z), using=(unit x,))."""
        scope = self.prover.scope(prefix)
        w, x, low, high = (self.term(a) for a in h.args[:4])
        primitive = self.term(h.option("primitive", 1))
        for dot in (["tr", ["*", ["T", w], x]], ["tr", ["*", ["T", x], w]]):
            primitive = replaced(primitive, dot, ["v", "polar.u", [], ""])
        given = h.option("using", ())
        known, rules = self._split(given if isinstance(given, tuple) else (given,), scope)
        goals = (["eq", ["tr", ["*", ["T", x], x]], ONE], ["ge", high, low])
        proofs = [self.prover.close(prefix, goal, known, rules, scope) for goal in goals]
        return self.prover.step(
            wish,
            "interval",
            prefix,
            concl,
            letter=w[1],
            at=w[2],
            x=x,
            u="polar.u",
            low=low,
            high=high,
            primitive=primitive,
            proofs=proofs,
        )

    def _by_independent(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """E prod_i f_i = prod_i E f_i: by.independent(i, lo, hi, f)."""
        v, lo, hi = self._index(h.args[0]), self.lin(h.args[1]), self.lin(h.args[2])
        return self.prover.step(wish, "independent", prefix, concl, over=[v, lo, hi], body=self.term(h.args[3]))

    def _by_factor(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """E (f g) = E f E g for f and g without a common random letter: by.factor(f, g)."""
        first, second = (self.term(x) for x in h.args)
        return self.prover.step(wish, "factor", prefix, concl, first=first, second=second)

    def _by_finite(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """E f as a sum over the values of a letter with a finite law: by.finite(Z, f)."""
        z = self.term(h.args[0])
        return self.prover.step(wish, "finite", prefix, concl, letter=z[1], at=z[2], body=self.term(h.args[1]))

    def _by_identical(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """E f_i does not depend on i: by.identical(i, f, here, there)."""
        return self.prover.step(
            wish,
            "identical",
            prefix,
            concl,
            var=self._index(h.args[0]),
            body=self.term(h.args[1]),
            here=self.lin(h.args[2]),
            there=self.lin(h.args[3]),
        )

    def _with_below(self, h: Hint, scope: Scope) -> Known:
        """(1{x >= 0} - 1) x >= 0."""
        return self._made("ge", ["notindx", self.term(h.args[0])], scope)

    def _with_reaches(self, h: Hint, scope: Scope) -> Known:
        """1{x >= 0} x >= 0."""
        return self._made("ge", ["indx", self.term(h.args[0])], scope)

    def _with_decided(self, h: Hint, scope: Scope) -> Known:
        """1{x >= 0} = 1, or 1{x >= 0} = 0, by the sign of x from the facts: by.decided(x)."""
        x, signs = self.term(self._arg(h)), Signs(self, [])
        for rule, node in (("ind1", signs.sign(x, scope, False)), ("ind0", signs.sign(_negative(x), scope, True))):
            if node is not None:
                return self._made("eq", [rule, x, node], scope)
        raise TacticFailed(f"the sign of {h.args[0]!r} does not follow from the facts", next="prove it before")

    def _with_chernoff(self, h: Hint, scope: Scope) -> Known:
        """1{x < 0} <= exp(-s x) for s >= 0: by.chernoff(x, s)."""
        x, s = self.term(h.args[0]), self.term(h.args[1])
        weight = nonneg(self.prover, s, scope)
        if weight is None:
            raise TacticFailed(f"the factor {h.args[1]!r} is not visibly non-negative")
        down = ["*", ["q", "-1"], s, x]
        node = [
            "add",
            ["mul", ["ind", x], ["exp", down]],
            ["mul", ["notind", x], ["exp1", down]],
            ["mul", weight, ["notindx", x]],
        ]
        return self._made("ge", node, scope)

    def _with_products(self, h: Hint, scope: Scope) -> Known:
        """prod y_i - prod x_i >= 0 from 0 <= x_i <= y_i: by.products(i, lo, hi, x_i, fact y_i - x_i >= 0)."""
        v, lo, hi = self._index(h.args[0]), self.lin(h.args[1]), self.lin(h.args[2])
        _, _, _, inner = self.prover.rules.binder(v, lo, hi, scope)
        low = self._proof(h.args[3], "ge", inner)
        gap = self._proof(h.args[4], "ge", inner)
        return self._made("ge", ["prodmono", v, lo, hi, low, gap], scope)

    def _with_union(self, h: Hint, scope: Scope) -> Known:
        """sum (1 - x_i) - (1 - prod x_i) >= 0 for 0 <= x_i <= 1: by.union(i, lo, hi, x_i)."""
        v, lo, hi = self._index(h.args[0]), self.lin(h.args[1]), self.lin(h.args[2])
        _, _, _, inner = self.prover.rules.binder(v, lo, hi, scope)
        x = self.term(h.args[3])
        return self._made("ge", ["union", v, lo, hi, self._unit_interval(x, inner), self._gap(x, inner)], scope)

    def _unit_interval(self, x: Json, scope: Scope) -> Json:
        node = nonneg(self.prover, x, scope)
        if node is None:
            raise TacticFailed("the event is not visibly non-negative")
        return node

    def _gap(self, x: Json, scope: Scope) -> Json:
        """A proof of 1 - x >= 0 for a product of indicators (also over indices), or by a fact x <= 1."""
        if x[0] == "ind":
            return ["notind", x[1]]
        if x[0] == "prod":
            _, _, _, inner = self.prover.rules.binder(x[1], x[2], x[3], scope)
            return ["prodmono", x[1], x[2], x[3], self._unit_interval(x[4], inner), self._gap(x[4], inner)]
        if x[0] == "*" and len(x) == 2:
            return self._gap(x[1], scope)
        if x[0] == "*":
            # 1 - a b = (1 - a) + a (1 - b)
            a, b = x[1], x[2] if len(x) == 3 else ["*", *x[2:]]
            return ["add", self._gap(a, scope), ["mul", self._unit_interval(a, scope), self._gap(b, scope)]]
        node = nonneg(self.prover, ["+", ["q", "1"], ["*", ["q", "-1"], x]], scope)
        if node is None:
            raise TacticFailed("not visibly at most one", next="prove that it is at most 1 as a step before")
        return node

    def _with_at_most_one(self, h: Hint, scope: Scope) -> Known:
        """1 - x >= 0 for a product of indicators."""
        return self._made("ge", self._gap(self.term(h.args[0]), scope), scope)

    def _with_index_case(self, h: Hint, scope: Scope) -> Known:
        """by.index_case(i, k, first, second): first for i >= k, second for i <= k - 1."""
        head = ["nat", self.lin(h.args[0]), self.lin(h.args[1])]
        name = f"case{len(scope.local)}.n"
        (_, one), (_, two) = self.prover.rules.branches(["case", name, head, None, None], scope)
        a, b = self.ingredient(h.args[2], one), self.ingredient(h.args[3], two)
        return self._made(a.kind, ["case", name, head, a.proof, b.proof], scope)

    def _with_law(self, h: Hint, scope: Scope) -> Known:
        """x >= 0 because it is at every value of a letter with a finite law: by.law(Z, x)."""
        z = self.term(h.args[0])
        return self._made("ge", ["law", z[1], z[2], self.term(h.args[1])], scope)

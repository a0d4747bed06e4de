"""The rules for steps. Each method checks one step and raises `Reject` unless its conclusion follows.

docs/reference/rules.md states for every rule what it concludes, its obligations, and why it is sound.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from . import linear as ln
from . import normal as nm
from .checker import Checker, Fact, Json, Scope, node
from .errors import Reject
from .imports import Imported
from .normal import SCALAR, Poly
from .signature import fields, name_of, rational

RULES: dict[str, tuple[str, ...]] = {
    "alg": ("proof",),
    "induct": ("var", "base", "step"),
    "use": ("theorem", "map", "hyps", "goal", "at"),
    "at0": ("fact", "at"),
    "constant": ("proof",),
    "antitone": ("proof",),
    "comparison": ("rate", "proof", "start"),
    "continuation": ("theorem", "map", "hyps", "goal", "at", "start", "margin"),
    "variation": ("loss", "letter"),
    "nondegenerate": ("letter", "at", "proof"),
    "loss": ("loss", "what"),
    "independent": ("over", "body"),
    "factor": ("first", "second"),
    "identical": ("var", "body", "here", "there"),
    "finite": ("letter", "at", "body"),
    "sector": ("letter", "at", "low", "high", "primitive", "proofs"),
    "interval": ("letter", "at", "x", "u", "low", "high", "primitive", "proofs"),
    "polar": ("letter", "at", "x", "y", "angle", "angle_at", "theta", "u", "v", "body", "proofs"),
}
OPTIONAL: dict[str, tuple[str, ...]] = {"polar": ("also",)}


class Rules(Checker):
    """Steps over one signature; `library` maps the ids of earlier theorems to their statements."""

    library: dict[str, Any]
    used_theorems: set[str]
    hypotheses: list[Any]

    def step(self, s: Json) -> None:
        if s.get("rule") not in RULES:
            raise Reject(f"unknown rule {s.get('rule')!r:.40}")
        names = ("id", "rule", "all", "concl", *RULES[s["rule"]])
        fields(s, (*names, *OPTIONAL.get(s["rule"], ())), names, f"step by {s['rule']}")
        prefix = self.prefix(s["all"])
        scope = self.enter(prefix, self.top())
        getattr(self, f"_rule_{s['rule']}")(s, scope)

    def conclude(self, s: Json, scope: Scope, kind: str, p: Poly) -> None:
        """The step's formula must be of this kind with this normal form."""
        have, q = self.formula(s["concl"], scope)
        if have != kind or q.sort != p.sort or self.alg.sub(p, q).terms:
            raise Reject("the rule yields another conclusion than the step claims")

    def prove(self, concl: Json, proof: Json, scope: Scope, other: tuple[str, Poly] | None = None) -> None:
        """The proof term must yield the formula (given as JSON, or already read)."""
        kind, p = other if other is not None else self.formula(concl, scope)
        if kind == "eq":
            q, fine = self.zero(proof, scope), True
        elif kind in ("ge", "gt"):
            q, strict = self.nonneg(proof, scope)
            fine = strict or kind == "ge"
        elif kind == "psd":
            q, fine = self.psd(proof, scope), True
        else:
            q, fine = self.nonneg(proof, scope)
            if self.alg.sub(p, q).terms:
                q = self.alg.scale(q, -1)
        if not fine:
            raise Reject("the proof term yields a weak inequality where a strict one is claimed")
        if p.sort != q.sort or self.alg.sub(p, q).terms:
            raise Reject("the proof term yields another formula than is claimed: they differ by "
                         + _show(self.alg.sub(p, q)) if p.sort == q.sort else
                         "the proof term yields a formula of another sort")

    def _rule_alg(self, s: Json, scope: Scope) -> None:
        self.prove(s["concl"], s["proof"], scope)

    # ---- structure -------------------------------------------------------------------------------------

    def _rule_induct(self, s: Json, scope: Scope) -> None:
        """Bases at lo, .., lo + k - 1 and a step from i to i + k, for a prefix whose last variable is i."""
        if not s["all"] or s["all"][-1][0] != s["var"]:
            raise Reject("induction runs over the last variable of the prefix")
        v, lo_data, hi_data = s["all"][-1]
        if type(s["base"]) is not list or not s["base"]:
            raise Reject("induction needs at least one base")
        outer = self.enter(self.prefix(s["all"][:-1]), self.top())
        lo = ln.parse(lo_data, outer.env)
        hi = None if hi_data is None else ln.parse(hi_data, outer.env)
        stride = len(s["base"])

        def at(form: ln.Lin, known: tuple[ln.Lin, ...]) -> Scope:
            return replace(outer, env={**outer.env, v: form}, known=(*outer.known, *known))

        self.formula(s["concl"], scope)
        for r, proof in enumerate(s["base"]):
            here = ln.add(lo, ln.const(r))
            inner = at(here, () if hi is None else (ln.sub(hi, here),))
            self.prove(s["concl"], proof, inner)
        i, after = ln.var(v), ln.add(ln.var(v), ln.const(stride))
        known = (ln.sub(i, lo), *(() if hi is None else (ln.sub(hi, after),)))
        if "IH" in self.facts:
            raise Reject("the name IH is reserved for the induction hypothesis")
        scope_now = at(i, known)
        hypothesis = Fact((), s["concl"], dict(scope_now.env))
        inner = replace(scope_now, local={"IH": hypothesis})
        goal = self.formula(s["concl"], at(after, known))
        self.prove(None, s["step"], inner, goal)

    def _rule_at0(self, s: Json, scope: Scope) -> None:
        kind, p = self.instance(s["fact"], s["at"], scope, start=True)
        self.conclude(s, scope, kind, p)

    def _rule_use(self, s: Json, scope: Scope) -> None:
        im, goal = self.imported(s, scope)
        theirs = self.goal_scope(goal, s["at"], im, scope)
        self.conclude(s, scope, *im.formula(goal["concl"], theirs))

    def imported(self, s: Json, scope: Scope) -> tuple[Imported, Json]:
        """An earlier theorem with its letters mapped and its hypotheses proved, and the goal that is used."""
        if type(s["theorem"]) is not str or s["theorem"] not in self.library:
            raise Reject(f"no earlier theorem {s['theorem']!r:.60}")
        thm = self.library[s["theorem"]]
        self.used_theorems.add(s["theorem"])
        im = Imported(thm["parsed"], s["map"], self, scope)
        proofs = fields(s["hyps"], tuple(h["id"] for h in thm["hyps"]), tuple(h["id"] for h in thm["hyps"]),
                        "proofs of the theorem's hypotheses")
        for h in thm["hyps"]:
            self.prove_hypothesis(h, proofs[h["id"]], im, scope)
        if type(s["goal"]) is not int or not 0 <= s["goal"] < len(thm["goals"]):
            raise Reject("the theorem has no such goal")
        return im, thm["goals"][s["goal"]]

    def prove_hypothesis(self, h: Json, data: Json, im: Imported, scope: Scope) -> None:
        """Prove one hypothesis of a theorem for its images."""
        row = fields(data, ("vars", "proof"), ("vars", "proof"), f"proof of {h['id']}")
        if type(row["vars"]) is not list or len(row["vars"]) != len(h["all"]):
            raise Reject(f"the proof of {h['id']} must name its {len(h['all'])} variables")
        theirs, mine = im.scope(), scope
        for new, (v, lo_data, hi_data) in zip(row["vars"], h["all"], strict=True):
            lo = ln.parse(lo_data, theirs.env)
            if name_of(new) in mine.env or new in self.sig.letters or new in self.sig.dims:
                raise Reject(f"variable {new!r:.40} in the proof of {h['id']} shadows another name")
            known = [ln.sub(ln.var(new), lo)]
            if hi_data is not None:
                known.append(ln.sub(ln.parse(hi_data, theirs.env), ln.var(new)))
            mine = replace(mine, env={**mine.env, new: ln.var(new)}, known=(*mine.known, *known))
            theirs = replace(theirs, env={**theirs.env, v: ln.var(new)}, known=mine.known)
        im.outer = mine
        self.prove(None, row["proof"], mine, im.formula(h["concl"], theirs))
        im.outer = scope

    def goal_scope(self, goal: Json, at: Json, im: Imported, scope: Scope) -> Scope:
        """Scope of a theorem's goal at the given index expressions."""
        if type(at) is not list or len(at) != len(goal["all"]):
            raise Reject("give one index expression for each variable of the theorem's goal")
        theirs = im.scope()
        for (v, lo_data, hi_data), i in zip(goal["all"], at, strict=True):
            form = ln.parse(i, scope.env)
            self.within(form, ln.parse(lo_data, theirs.env),
                        None if hi_data is None else ln.parse(hi_data, theirs.env), scope, f"{v} of the theorem's goal")
            theirs = replace(theirs, env={**theirs.env, v: form})
        return theirs

    # ---- time ------------------------------------------------------------------------------------------

    def _from_start(self, later: Json, first: Json, scope: Scope) -> Poly:
        """The quantity `later`, after checking that `first` is its value at the start."""
        p = self.read(later, scope)
        if self.alg.sub(self.read(later, replace(scope, start=True)), self.read(first, scope)).terms:
            raise Reject("the other side is not the value at the start")
        return p

    def _rule_constant(self, s: Json, scope: Scope) -> None:
        """u = u(0) from Du = 0."""
        self.base.add("mean-value")
        node(s["concl"], "formula", 2)
        if s["concl"][0] != "eq":
            raise Reject("the rule `constant` concludes an equation")
        p = self._from_start(s["concl"][1], s["concl"][2], scope)
        self.prove(None, s["proof"], scope, ("eq", self.ddt(p, scope)))

    def _rule_antitone(self, s: Json, scope: Scope) -> None:
        """u(0) >= u from -Du >= 0."""
        self.base.add("mean-value")
        node(s["concl"], "formula", 2)
        if s["concl"][0] != "ge":
            raise Reject("the rule `antitone` concludes a weak inequality")
        p = self._from_start(s["concl"][2], s["concl"][1], scope)
        if p.sort != SCALAR:
            raise Reject("the rule `antitone` is for scalars")
        self.prove(None, s["proof"], scope, ("ge", self.alg.scale(self.ddt(p, scope), -1)))

    def _rule_comparison(self, s: Json, scope: Scope) -> None:
        """u >= v (u > v) from the same at the start and D(u - v) >= a (u - v), for a differentiable rate a."""
        self.base.add("mean-value")
        kind, p = self.formula(s["concl"], scope)
        if kind not in ("ge", "gt") or p.sort != SCALAR:
            raise Reject("the rule `comparison` concludes an inequality between scalars")
        rate = self.read(s["rate"], scope)
        if rate.sort != SCALAR:
            raise Reject("the rate is not a scalar")
        self.ddt(rate, scope)  # formed only to know that the rate is continuous
        slope = self.alg.sub(self.ddt(p, scope), self.alg.mul(rate, p))
        self.prove(None, s["proof"], scope, ("ge", slope))
        self.prove(None, s["start"], scope, self.formula(s["concl"], replace(scope, start=True)))

    def _rule_continuation(self, s: Json, scope: Scope) -> None:
        """f > 0 at all times, if it is so at the start and if an earlier theorem gives f >= m, for some m > 0, on every
        interval [0, s) on which f > 0: then there is no first time at which f is not positive."""
        self.base.add("mean-value")
        if any(row[2] is None for row in s["all"]):
            raise Reject("the rule `continuation` is for finitely many indices: give every range an end")
        kind, f = self.formula(s["concl"], scope)
        if kind != "gt" or f.sort != SCALAR:
            raise Reject("the rule `continuation` concludes a strict inequality between scalars")
        if "IH" in self.facts:
            raise Reject("the name IH is reserved for what holds at all earlier times")
        self.ddt(f, scope)  # formed only to know that f is continuous
        self.prove(None, s["start"], scope, self.formula(s["concl"], replace(scope, start=True)))
        top = self.top()
        before = Fact(self.prefix(s["all"]), s["concl"], dict(top.env))
        im, goal = self.imported(s, replace(top, local={"IH": before}))
        im.outer = scope
        have, g = im.formula(goal["concl"], self.goal_scope(goal, s["at"], im, scope))
        if have not in ("ge", "gt") or g.sort != SCALAR:
            raise Reject("the goal of the theorem is not an inequality between scalars")
        margin = self.alg.sub(f, g)  # the goal is f - margin >= 0
        self.ddt(margin, scope)
        self.prove(None, s["margin"], scope, ("gt", margin))

    # ---- gradients -------------------------------------------------------------------------------------

    def _loss(self, name: Json) -> dict[str, Any]:
        if type(name) is not str or name not in self.sig.losses:
            raise Reject(f"no loss {name!r:.40} in the signature")
        return self.sig.losses[name]

    def _rule_variation(self, s: Json, scope: Scope) -> None:
        """tr(g_j^T V_j) = tr(G^T dX[V_j]): the derivative of ell(X(W)) in the direction V_j of the layer j."""
        self.base.add("chain-rule")
        row, free = self._loss(s["loss"]), self.sig.letter(s["letter"])
        if "params" not in row:
            raise Reject("the loss has no parameters")
        family = self.sig.letter(row["params"])
        if not free.free or free.index != family.index or free.shape != family.shape:
            raise Reject("the direction must be a free letter of the shape and range of the parameters")
        if len(s["all"]) != 1:
            raise Reject("a variation is for one layer index")
        j, a, jv = ln.var(s["all"][0][0]), self.alg, {s["all"][0][0]: 1}
        direction = self.read(["v", s["letter"], [jv], ""], scope)

        def chain(name: str, hi: ln.Lin, lo: ln.Lin, stage: str, d: int, known: tuple[ln.Lin, ...]) -> Poly | None:
            if name != row["params"]:
                return None
            if stage or d:
                raise Reject("variation of a letter at another time")
            if ln.nonnegative(ln.sub(ln.sub(lo, j), nm.LIN_ONE), known) or (
                    ln.nonnegative(ln.sub(ln.sub(j, hi), nm.LIN_ONE), known)):
                return None
            if not (ln.nonnegative(ln.sub(j, lo), known) and ln.nonnegative(ln.sub(hi, j), known)):
                raise Reject("it is not decided whether the layer belongs to the product")
            left = a.chain(name, hi, ln.add(j, nm.LIN_ONE), stage)
            return a.mul(a.mul(left, direction), a.chain(name, ln.sub(j, nm.LIN_ONE), lo, stage))

        at = self.read(row["at"], scope)
        change = a.derive(at, lambda *_: None, chain, False, scope.known)
        grad = self.read(["v", row["grad"], [], ""], scope)
        mine = self.read(["v", row["pgrad"], [jv], ""], scope)
        left = a.trace(a.mul(a.transpose(mine), direction))
        self.conclude(s, scope, "eq", a.sub(left, a.trace(a.mul(a.transpose(grad), change))))

    def _rule_nondegenerate(self, s: Json, scope: Scope) -> None:
        """M = N from tr(M^T V) = tr(N^T V) for an arbitrary V."""
        if not self.sig.letter(s["letter"]).free:
            raise Reject("the direction must be a free letter")
        node(s["concl"], "formula", 2)
        a = self.alg
        kind, difference = self.formula(s["concl"], scope)
        if kind != "eq" or nm.mentions(a.key(difference), s["letter"]):
            raise Reject("the conclusion must be an equation without the free letter")
        v = self.read(["v", s["letter"], s["at"], ""], scope)
        self.prove(None, s["proof"], scope, ("eq", a.trace(a.mul(a.transpose(difference), v))))

    def _rule_loss(self, s: Json, scope: Scope) -> None:
        """The squared distance 1/2 ||X - Phi||^2 and its gradient X - Phi."""
        self.base.add("chain-rule")
        row, a = self._loss(s["loss"]), self.alg
        if "target" not in row:
            raise Reject("the loss is not a squared distance")
        gap = a.sub(self.read(row["at"], scope), self.read(row["target"], scope))
        if s["what"] == "gradient":
            self.conclude(s, scope, "eq", a.sub(self.read(["v", row["grad"], [], ""], scope), gap))
        elif s["what"] == "value":
            square = a.scale(a.trace(a.mul(a.transpose(gap), gap)), Fraction(1, 2))
            self.conclude(s, scope, "eq", a.sub(self.read(["v", s["loss"], [], ""], scope), square))
        else:
            raise Reject("a loss has a value and a gradient")

    # ---- probability -----------------------------------------------------------------------------------

    def _indices(self, p: Poly, scope: Scope) -> set[tuple[str, tuple[ln.Lin, ...]]]:
        """Random letter instances of p; none may stand under a sum or product inside p."""
        found = self.alg.letters(self.alg.key(p))
        for name, idx in found:
            inside = {s for i in idx for s in ln.symbols(i) if s.startswith(("%", "~"))}
            if any(ln.var(s) not in scope.env.values() for s in inside):
                raise Reject(f"the random letter {name} stands under a sum or product")
        return found

    def _over(self, p: Poly, x: str, scope: Scope) -> None:
        """Every random letter in p carries the variable x as an index, the others do not depend on it."""
        rows: dict[str, tuple[ln.Lin, ...]] = {}
        for name, idx in self._indices(p, scope):
            if ln.var(x) not in idx or sum(nm.mentions(i, x) for i in idx) != 1:
                raise Reject(f"the random letter {name} is not indexed by the variable of the product")
            if rows.setdefault(name, idx) != idx:
                raise Reject(f"the random letter {name} occurs with two indices")

    def _rule_independent(self, s: Json, scope: Scope) -> None:
        """E prod_v f_v = prod_v E f_v for f_v that reads only the v-th members of independent families."""
        if type(s["over"]) is not list or len(s["over"]) != 3:
            raise Reject("`over` must be [variable, low, high]")
        x, lo, hi, inner = self.binder(s["over"][0], s["over"][1], s["over"][2], scope)
        f = self.scalar(s["body"], inner)
        self._over(f, x, inner)
        self.alg.expect(f)
        left = self.alg.expect(self.alg.product(f, x, lo, hi))
        self.conclude(s, scope, "eq", self.alg.sub(left, self.alg.product(self.alg.expect(f), x, lo, hi)))

    def _rule_factor(self, s: Json, scope: Scope) -> None:
        """E(f g) = E f E g for f and g that read different independent letters."""
        f, g = self.scalar(s["first"], scope), self.scalar(s["second"], scope)
        for n1, i1 in self._indices(f, scope):
            for n2, i2 in self._indices(g, scope):
                if n1 == n2 and not any(self._apart(a, b, scope) for a, b in zip(i1, i2, strict=True)):
                    raise Reject(f"both factors may read the same member of {n1}")
        left = self.alg.expect(self.alg.mul(f, g))
        self.conclude(s, scope, "eq", self.alg.sub(left, self.alg.mul(self.alg.expect(f), self.alg.expect(g))))

    def _apart(self, a: ln.Lin, b: ln.Lin, scope: Scope) -> bool:
        gap = ln.sub(a, b)
        return ln.nonnegative(ln.sub(gap, nm.LIN_ONE), scope.known) or (
            ln.nonnegative(ln.sub(ln.scaled(gap, -1), nm.LIN_ONE), scope.known))

    def _rule_identical(self, s: Json, scope: Scope) -> None:
        """E f_v is the same for every v if f depends on v only through the v-th members of iid families."""
        name_of(s["var"])
        values = []
        for i in (s["here"], s["there"]):
            form = ln.parse(i, scope.env)
            x = self.alg.fresh()
            inner = replace(scope, env={**scope.env, s["var"]: form})
            self.scalar(s["body"], inner)
            general = replace(scope, env={**scope.env, s["var"]: ln.var(x)},
                              known=(*scope.known, ln.sub(ln.var(x), form), ln.sub(form, ln.var(x))))
            f = self.scalar(s["body"], general)
            self._over(f, x, general)
            self._plain(f)

            def image(name: str, idx: tuple[ln.Lin, ...], stage: str, d: int, known: tuple[ln.Lin, ...],
                      x: str = x, form: ln.Lin = form) -> Poly | None:
                if not self.sig.letter(name).random:
                    return None
                return self.alg.letter(name, tuple(ln.substitute(k, {x: form}) for k in idx), stage, d)

            g = self.alg.rebuild(f, {}, image, general.known)
            if nm.mentions(self.alg.key(g), x):
                raise Reject("the expression depends on the index other than through random letters")
            values.append(self.alg.expect(g))
        self.conclude(s, scope, "eq", self.alg.sub(*values))

    def _rule_finite(self, s: Json, scope: Scope) -> None:
        """E f = sum of p_i E f(z_i) for a letter with a finite law."""
        decl = self.sig.letter(s["letter"])
        if decl.law is None or decl.law["kind"] != "finite":
            raise Reject("the letter has no finite law")
        forms = self.index(s["letter"], s["at"], scope)
        f = self.scalar(s["body"], scope)
        self._plain(f)
        if any(n == s["letter"] and i != forms for n, i in self.alg.letters(self.alg.key(f))):
            raise Reject("the letter also occurs with another index")
        total = self.alg.zero(SCALAR)
        for prob, value in decl.law["values"]:
            z = self.alg.rational(rational(value))
            g = self.alg.rebuild(f, {}, lambda n, *_, z=z: z if n == s["letter"] else None, scope.known)
            total = self.alg.add(total, self.alg.expect(g), rational(prob))
        self.conclude(s, scope, "eq", self.alg.sub(self.alg.expect(f), total))

    def _rule_sector(self, s: Json, scope: Scope) -> None:
        """E 1{a <= phi <= b} F'(phi) = (F(b) - F(a)) / (2 pi) for phi uniform on [-pi, pi] and -pi <= a <= b <= pi."""
        self.base.add("uniform-sector")
        decl, alg = self.sig.letter(s["letter"]), self.alg
        if decl.law is None or decl.law["kind"] != "angle":
            raise Reject("the letter is not a uniform angle")
        forms = self.index(s["letter"], s["at"], scope)
        phi = alg.letter(s["letter"], forms, "", 0)
        low, high = self.scalar(s["low"], scope), self.scalar(s["high"], scope)
        primitive = self.scalar(s["primitive"], scope)
        self._plain(primitive)
        if alg.letters(alg.key(low)) or alg.letters(alg.key(high)):
            raise Reject("the ends of a sector must not be random")
        if alg.letters(alg.key(primitive)) - {(s["letter"], forms)}:
            raise Reject("the primitive may depend on no other random letter")
        if type(s["proofs"]) is not list or len(s["proofs"]) != 3:
            raise Reject("a sector needs proofs of a + pi >= 0, b - a >= 0 and pi - b >= 0")
        pi = alg.atom(("pi",))
        for want, proof in zip((alg.add(low, pi), alg.sub(high, low), alg.sub(pi, high)), s["proofs"], strict=True):
            self.prove(None, proof, scope, ("ge", want))

        def rate(name: str, idx: tuple[ln.Lin, ...], stage: str, d: int) -> Poly | None:
            return alg.rational(1) if (name, idx) == (s["letter"], forms) else None

        slope = alg.derive(primitive, rate, lambda *_: None, False, scope.known)

        def at(value: Poly) -> Poly:
            return alg.rebuild(primitive, {}, lambda n, i, *_: value if (n, i) == (s["letter"], forms) else None,
                               scope.known)

        inside = alg.mul(alg.ind(alg.sub(phi, low)), alg.ind(alg.sub(high, phi)))
        left = alg.expect(alg.mul(inside, slope))
        right = alg.mul(alg.sub(at(high), at(low)), alg.inv(alg.scale(pi, 2)))
        self.conclude(s, scope, "eq", alg.sub(left, right))

    def _rule_interval(self, s: Json, scope: Scope) -> None:
        """E 1{a <= z <= b} (F'(z) - z F(z)) = (F(b) e^(-b^2/2) - F(a) e^(-a^2/2)) / sqrt(2 pi) for z = w.x with a
        standard normal column w, a unit column x and a <= b: the right side is the integral of (F e^(-z^2/2))'."""
        self.base.add("gaussian-polar")
        alg = self.alg
        decl, plain = self.sig.letter(s["letter"]), self.sig.letter(s["u"])
        if decl.law is None or decl.law["kind"] != "gauss":
            raise Reject("the letter is not a Gaussian column")
        if plain.index or plain.shape is not None or plain.random or plain.free or plain.dep != "const":
            raise Reject("the projection must be named by a plain scalar letter")
        w = self.read(["v", s["letter"], s["at"], ""], scope)
        x, low, high = self.read(s["x"], scope), self.scalar(s["low"], scope), self.scalar(s["high"], scope)
        primitive = self.scalar(s["primitive"], scope)
        if x.sort != w.sort:
            raise Reject("the direction must be a column of the length of the Gaussian column")
        self._plain(primitive)
        for p in (x, low, high, primitive):
            if alg.letters(alg.key(p)):
                raise Reject("direction, ends and primitive must not be random")
        if any(nm.mentions(alg.key(p), s["u"]) for p in (x, low, high)):
            raise Reject("the name of the projection occurs in the direction or in the ends")
        if type(s["proofs"]) is not list or len(s["proofs"]) != 2:
            raise Reject("an interval needs proofs of |x|^2 = 1 and b - a >= 0")
        square = alg.trace(alg.mul(alg.transpose(x), x))
        self.prove(None, s["proofs"][0], scope, ("eq", alg.sub(square, alg.rational(1))))
        self.prove(None, s["proofs"][1], scope, ("ge", alg.sub(high, low)))

        def rate(name: str, idx: tuple[ln.Lin, ...], stage: str, d: int) -> Poly | None:
            return alg.rational(1) if name == s["u"] else None

        def put(p: Poly, value: Poly) -> Poly:
            return alg.rebuild(p, {}, lambda n, *_: value if n == s["u"] else None, scope.known)

        def end(value: Poly) -> Poly:
            return alg.mul(put(primitive, value), alg.exp(alg.scale(alg.mul(value, value), Fraction(-1, 2))))

        z = alg.trace(alg.mul(alg.transpose(w), x))
        slope = put(alg.derive(primitive, rate, lambda *_: None, False, scope.known), z)
        inside = alg.mul(alg.ind(alg.sub(z, low)), alg.ind(alg.sub(high, z)))
        left = alg.expect(alg.mul(inside, alg.sub(slope, alg.mul(z, put(primitive, z)))))
        density = alg.inv(alg.root(alg.scale(alg.atom(("pi",)), 2), ln.const(2)))
        self.conclude(s, scope, "eq", alg.sub(left, alg.mul(alg.sub(end(high), end(low)), density)))

    def _degree(self, p: Poly, names: tuple[str, str]) -> int:
        """Degree of positive homogeneity of p in the two named scalars."""
        found: set[int] = set()
        for m, _ in p.terms.items():
            if m[0]:
                raise Reject("a sum inside a homogeneous function")
            degree = 0
            for a, e in m[1]:
                if not any(nm.mentions(a, n) for n in names):
                    continue
                k = ln.value(e)
                if a[0] == "l" and k is not None:
                    degree += k
                elif a[0] == "ind":
                    self._degree(self.alg.from_key(a[1]), names)
                else:
                    raise Reject("the function of the two projections is not visibly homogeneous")
            found.add(degree)
        if len(found) != 1:
            raise Reject("the function of the two projections is not homogeneous")
        return found.pop()

    def _columns(self, s: Json, scope: Scope) -> list[tuple[Poly, Poly, Poly]]:
        """Independent Gaussian columns with two directions each."""
        also = s.get("also", [])
        if type(also) is not list or any(type(r) is not list or len(r) != 4 for r in also):
            raise Reject("`also` must be a list of [letter, index, x, y]")
        out: list[tuple[Poly, Poly, Poly]] = []
        members: list[tuple[str, tuple[ln.Lin, ...]]] = []
        for name, at, x_data, y_data in [[s["letter"], s["at"], s["x"], s["y"]], *also]:
            decl = self.sig.letter(name)
            if decl.law is None or decl.law["kind"] != "gauss":
                raise Reject("polar coordinates need a Gaussian column")
            forms = self.index(name, at, scope)
            for n, other in members:
                if n == name and not any(self._apart(a, b, scope) for a, b in zip(forms, other, strict=True)):
                    raise Reject(f"two columns may be the same member of {name}")
            members.append((name, forms))
            w = self.read(["v", name, at, ""], scope)
            x, y = self.read(x_data, scope), self.read(y_data, scope)
            if x.sort != w.sort or y.sort != w.sort:
                raise Reject("the two directions must be columns of the length of the Gaussian column")
            out.append((w, x, y))
        return out

    def _rule_polar(self, s: Json, scope: Scope) -> None:
        """E g(X, Y) = c_k E g(cos phi, cos(phi - theta)) for X = sum w_i.x_i, Y = sum w_i.y_i with sum |x_i|^2 = 1,
        sum |y_i|^2 = 1, sum x_i.y_i = cos theta, independent Gaussian columns w_i and g homogeneous of degree
        k = 0, 2, 4, where c_k = 1, 2, 8 is the k-th moment of the length of a planar Gaussian vector."""
        self.base.add("gaussian-polar")
        alg = self.alg
        angle = self.sig.letter(s["angle"])
        if angle.law is None or angle.law["kind"] != "angle":
            raise Reject("polar coordinates need a uniform angle")
        names = (s["u"], s["v"])
        for n in names:
            if self.sig.letter(n) != self.sig.letter(names[0]) or self.sig.letter(n).index or (
                    self.sig.letter(n).shape is not None or self.sig.letter(n).random):
                raise Reject("the two projections must be named by plain scalar letters")
        if names[0] == names[1]:
            raise Reject("the two projections need two names")
        phi = self.read(["v", s["angle"], s["angle_at"], ""], scope)
        theta, body = self.scalar(s["theta"], scope), self.scalar(s["body"], scope)
        columns = self._columns(s, scope)
        directions = [p for _, x, y in columns for p in (x, y)]
        for p in (*directions, theta, body):
            if alg.letters(alg.key(p)):
                raise Reject("directions, angle and function must not be random")
        for p in (*directions, theta):
            if any(nm.mentions(alg.key(p), n) for n in names):
                raise Reject("the names of the projections occur in the directions")

        def total(pairs: list[tuple[Poly, Poly]]) -> Poly:
            out = alg.zero(SCALAR)
            for p, q in pairs:
                out = alg.add(out, alg.trace(alg.mul(alg.transpose(p), q)))
            return out

        if type(s["proofs"]) is not list or len(s["proofs"]) != 3:
            raise Reject("polar coordinates need proofs of |x|^2 = 1, |y|^2 = 1 and x.y = cos theta")
        tr = [total([(c[i], c[j]) for c in columns]) for i, j in ((1, 1), (2, 2), (1, 2))]
        one = alg.rational(1)
        wants = (alg.sub(tr[0], one), alg.sub(tr[1], one), alg.sub(tr[2], alg.cos(theta)))
        for want, proof in zip(wants, s["proofs"], strict=True):
            self.prove(None, proof, scope, ("eq", want))
        moment = {0: 1, 2: 2, 4: 8}.get(self._degree(body, names))
        if moment is None:
            raise Reject("only degrees 0, 2 and 4 are supported")

        def put(first: Poly, second: Poly) -> Poly:
            return alg.expect(alg.rebuild(body, {}, lambda n, *_: {s["u"]: first, s["v"]: second}.get(n), scope.known))

        left = put(total([(w, x) for w, x, _ in columns]), total([(w, y) for w, _, y in columns]))
        right = put(alg.cos(phi), alg.cos(alg.sub(phi, theta)))
        self.conclude(s, scope, "eq", alg.sub(left, alg.scale(right, moment)))


def _show(p: Poly) -> str:
    """A short text of a difference, for messages."""
    text = "; ".join(f"{c} * {m[1:]}" for m, c in sorted(p.terms.items(), key=repr)[:3])
    return text[:400]

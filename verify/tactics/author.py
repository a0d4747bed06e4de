"""From an author's proof script to kernel theorems."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verify.kernel.checker import Scope
from verify.kernel.errors import Reject
from verify.statement.claims import Claim
from verify.statement.errors import StatementError
from verify.statement.scripts import Fact, Hint, Script, Step
from verify.statement.statements import Statement
from verify.statement.terms import Node, Term

from .errors import TacticFailed
from .positivity import nonneg, psd
from .probability import ProbabilityTactics
from .prover import Known, Prover, minus, shelved
from .show import dim_term

Json = Any


@dataclass
class Context:
    """What a claim's derivation has established so far."""

    claim: Claim
    theorems: dict[str, Json] = field(default_factory=dict)  # by id, dependencies first
    done: dict[str, list[str]] = field(default_factory=dict)  # statement label -> theorem ids
    load: Callable[[str], Claim] | None = None
    entries: dict[str, Json] = field(default_factory=dict)  # the theorems as later ones see them


def derive(claim: Claim, statement: Statement, context: Context | None = None) -> tuple[list[Json], list[str]]:
    """Theorems (dependencies first) and the ids of those that prove the kernel statements of a `statement` of
    `claim`.

    `context` holds what was derived before. Raises TacticFailed, which says where and what to do next.
    """
    context = context or Context(claim)
    ids = ensure(context, claim, statement)
    return list(context.theorems.values()), ids


def ensure(context: Context, claim: Claim, statement: Statement) -> list[str]:
    """The ids of the theorems that prove a `statement` of `claim`, derived now or before in this `context`.

    Raises TacticFailed.
    """
    key = f"{claim.slug}.{statement.label}"
    if key in context.done:
        if not context.done[key]:
            raise TacticFailed("the proof uses itself", where=key)
        return context.done[key]
    context.done[key] = []
    searching = statement.script is None and statement.expects is None
    if not searching and (statement.script is None or statement.script.kind != "proof"):
        del context.done[key]
        raise TacticFailed("no proof script", where=key, next=f"write `with proof({statement.label}) as p:`")
    ids = []
    try:
        for case, kernel in enumerate(statement.kernel()):
            label = statement.cases()[case]
            name = key if not label else f"{key}.{label}"
            if searching:
                theorem = _searched(context, claim, statement, case, name, kernel)
            else:
                theorem = Author(context, claim, statement, case, name, kernel).theorem()
            context.theorems[name] = theorem
            context.entries.pop(name, None)
            ids.append(name)
    except TacticFailed as e:
        del context.done[key]
        raise e.at(key) from None
    except (Reject, StatementError) as e:
        del context.done[key]
        raise TacticFailed(str(e), where=key) from None
    context.done[key] = ids
    return ids


def anew(context: Context, claim: Claim, statement: Statement, case: int, kernel: Json) -> Json | None:
    """The theorem that the script of a `statement` of `claim` gives for `kernel`, over the signature of its `case`.

    `context` holds the lemmas. None if the script does not fit.
    """
    name = f"{claim.slug}.{statement.label}.changed"
    try:
        return Author(context, claim, statement, case, name, kernel).theorem()
    except (TacticFailed, Reject, StatementError):
        return None


def _searched(
    context: Context, claim: Claim, statement: Statement, case: int, name: str, kernel: Json
) -> Json:
    """The theorem by the first candidate script that works."""
    from .search import scripts

    tried = 0
    refused: set[str] = set()  # what the kernel says of the statement itself, whatever the script
    for script in scripts(statement):
        tried += 1
        try:
            return Author(context, claim, statement, case, name, kernel, script).theorem()
        except Reject as error:
            refused.add(str(error))
        except (TacticFailed, StatementError):
            refused.add("")
    if len(refused) == 1 and "" not in refused:
        raise TacticFailed(f"the kernel does not read the statement: {refused.pop()}")
    raise TacticFailed(
        f"no proof script, and none of {tried} immediate ones works",
        next=f"write `with proof({statement.label}) as p:`",
    )


class Interpreter:
    """One theorem under construction."""

    def __init__(
        self,
        context: Context,
        claim: Claim,
        statement: Statement,
        case: int,
        name: str,
        kernel: Json,
        script: Script | None = None,
    ) -> None:
        self.context, self.claim, self.statement, self.name = context, claim, statement, name
        self.case = statement.cases()[case]
        self.script = script or statement.script_for(self.case)
        self.compiler = statement.compiler(case)
        self.kernel = {**kernel, "sig": {**kernel["sig"], "letters": dict(kernel["sig"]["letters"])}}
        self._free_letters()
        self._auxiliary()
        self.prover = Prover(self.kernel, name, context.theorems, entries=context.entries)
        self.labels: dict[str, list[str]] = {}
        self.lemmas: dict[str, list[str]] = {}
        self.auto: list[str] = []
        self.here = self.prover.rules.top()

    def _free_letters(self) -> None:
        """Directions for the gradients of losses in layers."""
        self.directions: dict[str, str] = {}
        for loss, row in self.kernel["sig"].get("losses", {}).items():
            if "params" in row:
                name = f"{row['params']}.direction"
                decl = self.kernel["sig"]["letters"][row["params"]]
                self.kernel["sig"]["letters"][name] = {"index": decl["index"], "shape": decl["shape"], "free": True}
                self.directions[loss] = name

    def _auxiliary(self) -> None:
        """Letters that the script introduces: they occur in no hypothesis and no goal."""
        letters = self.kernel["sig"]["letters"]
        script = self.script
        for step in script.steps if script is not None else ():
            if step.kind == "letter":
                symbol = step.hint.args[0]
                letters.update(self.compiler.auxiliary(symbol))
        if self.kernel["sig"]["time"] == "none" and any(d.get("law") for d in letters.values()):
            letters.update({"polar.u": {}, "polar.v": {}})

    def theorem(self) -> Json:
        """The kernel theorem that the script describes; TacticFailed if there is none or a step fails."""
        self._losses()
        self.auto = [
            h["id"] for h in self.kernel["hyps"] if "." in h["id"] and self.prover.rewrites(h["id"])
        ] + self.auto
        script = self.script
        if script is None:
            raise TacticFailed(
                f"the case {self.case!r} has no proof", next=f"write `with proof(.., case={self.case!r})`"
            )
        qed: list[str] = []
        for step in script.steps:
            try:
                if step.kind == "have":
                    assert step.goal is not None
                    goals = self.compiler.formula(step.goal)
                    self.labels[step.label] = [self.run(step, g["all"], g["concl"], k) for k, g in enumerate(goals)]
                elif step.kind == "letter":
                    continue
                elif step.kind == "conclude":
                    qed = [self.run(step, g["all"], g["concl"], k) for k, g in enumerate(self.kernel["goals"])]
                else:
                    raise TacticFailed(f"a step of kind {step.kind!r} is not available in a proof")
            except TacticFailed as e:
                raise e.at(f"step {step.label}") from None
            except Reject as e:
                raise TacticFailed(str(e), where=f"step {step.label}") from None
        if not qed:
            raise TacticFailed("the script has no conclusion", next="end it with p.conclude(..)")
        return {
            "id": self.name,
            "sig": self.kernel["sig"],
            "hyps": self.kernel["hyps"],
            "goals": self.kernel["goals"],
            "steps": self.prover.steps,
            "qed": qed,
        }

    # ---- facts that come with a loss --------------------------------------------------------------------

    def _losses(self) -> None:
        """Gradients in the layers and the value and gradient of a squared distance, as rewriting facts."""
        for loss, row in self.kernel["sig"].get("losses", {}).items():
            if "target" in row:
                x, phi = row["at"], row["target"]
                gap = minus(x, phi)
                self.auto.append(
                    self.prover.step(
                        f"{row['grad']} is",
                        "loss",
                        [],
                        ["eq", ["v", row["grad"], [], ""], gap],
                        loss=loss,
                        what="gradient",
                    )
                )
                square = ["*", ["q", "1/2"], ["tr", ["*", ["T", gap], gap]]]
                value = self.prover.step(
                    f"{loss} is", "loss", [], ["eq", ["v", loss, [], ""], square], loss=loss, what="value"
                )
                self.auto.append(value)
                if self.kernel["sig"]["letters"][loss].get("dep", "const") != "const":
                    first = ["eq", ["v", loss, [], "0"], at_start(square, self.kernel["sig"])]
                    self.auto.append(self.prover.step(f"{loss} was", "at0", [], first, fact=value, at=[]))
            if "params" in row:
                self.auto.insert(0, self._gradient(loss, row))

    def _gradient(self, loss: str, row: Json) -> str:
        family = self.kernel["sig"]["letters"][row["params"]]
        v, lo, hi = family["index"][0]
        j, below = {v: 1}, {v: 1, "1": -1}
        while v in self.kernel["sig"]["nat"] or v in self.kernel["sig"]["letters"]:
            v += "'"
            j, below = {v: 1}, {v: 1, "1": -1}
        above = {v: 1, "1": 1}
        w, prefix = row["params"], [[v, lo, hi]]
        a, b = ["ch", w, below, lo, ""], ["ch", w, hi, above, ""]
        g, direction = ["v", row["pgrad"], [j], ""], ["v", self.directions[loss], [j], ""]
        grad = ["v", row["grad"], [], ""]
        first = self.prover.step(
            f"variation of {loss}",
            "variation",
            prefix,
            ["eq", ["tr", ["*", ["T", g], direction]], ["tr", ["*", ["T", grad], b, direction, a]]],
            loss=loss,
            letter=self.directions[loss],
        )
        return self.prover.step(
            f"gradient of {loss}",
            "nondegenerate",
            prefix,
            ["eq", g, ["*", ["T", b], grad, ["T", a]]],
            letter=self.directions[loss],
            at=[j],
            proof=["fact", first, [j]],
        )

    # ---- steps ------------------------------------------------------------------------------------------

    def run(self, step: Step, prefix: Json, concl: Json, number: int) -> str:
        """Carry out one hint of `step` under the quantifiers `prefix` for the goal `concl`: the id of the kernel
        step that states it. Raises TacticFailed for a tactic that does not exist. `number` says which goal it
        is.
        """
        several = step.kind == "conclude" and len(step.hints) == len(self.kernel["goals"]) > 1
        hint = step.hints[number] if several else step.hint
        method = getattr(self, f"_by_{hint.name}", None)
        if method is None:
            known = [n.removeprefix("_by_") for n in dir(self) if n.startswith("_by_")]
            raise TacticFailed(f"there is no tactic {hint.name!r}", next=_nearest(hint.name, known, "tactics"))
        wish = step.label if number == 0 else f"{step.label}.{number + 1}"
        out: str = method(wish, prefix, concl, hint)
        return out

    def _split(self, items: Any, scope: Scope) -> tuple[list[Known], list[str]]:
        """Ingredients, and names of facts to rewrite with."""
        known: list[Known] = []
        rules: list[str] = []
        for item in items:
            if isinstance(item, Fact) and item.op in ("hyp", "step", "lemma"):
                for name in self.names(item):
                    if self.prover.rewrites(name):
                        rules.append(name)
                    else:
                        known.append(self.prover.leaf(name, self._here(name, scope), scope))
            elif isinstance(item, Fact | Node | Hint):
                known.append(self.ingredient(item, scope))
            elif isinstance(item, Statement):
                more, others = self._split([Fact("lemma", item)], scope)
                known, rules = [*known, *more], [*rules, *others]
            else:
                raise TacticFailed(f"{item!r} is not an ingredient of a proof")
        return known, rules

    def _here(self, name: str, scope: Scope) -> Json:
        """A fact's own variables, if they are in scope."""
        prefix = self.prover.facts[name]["all"]
        own = [v for v in scope.env if v not in self.kernel["sig"].get("nat", {})]
        if any(p[0] not in scope.env for p in prefix):
            if len(prefix) == len(own):
                return [{v: 1} for v in own]
            raise TacticFailed(
                f"the fact {name!r} is for all of {[p[0] for p in prefix]}", next="say where it is used: fact(i)"
            )
        return [{p[0]: 1} for p in prefix]

    def names(self, item: Fact) -> list[str]:
        """Names of the facts behind a leaf. Raises TacticFailed if there is none."""
        if item.op == "hyp":
            name = item.args[0]
            found = [
                f for f in self.prover.facts if f == name or (f.startswith(f"{name}.") and f[len(name) + 1 :].isdigit())
            ]
            if not found:
                raise TacticFailed(f"there is no hypothesis {name!r} in the case {self.case!r}")
            return found
        if item.op == "step":
            if item.args[0] not in self.labels:
                raise TacticFailed(f"there is no step {item.args[0]!r} before this one")
            return self.labels[item.args[0]]
        if item.op == "lemma":
            return self._lemma(item.args[0], {})
        raise TacticFailed("a fact without a name")

    # ---- ingredients ------------------------------------------------------------------------------------

    def term(self, node: Any) -> Json:
        """The kernel term of the author's `node`; a number becomes a constant."""
        return self.compiler.term(node) if isinstance(node, Term) else ["q", str(node)]

    def lin(self, item: Any) -> Json:
        """The index expression `item`, a term or a number, as a linear form."""
        if isinstance(item, Term):
            return self.compiler.index(item)
        value = int(item)
        return {"1": value} if value else {}

    def ingredient(self, item: Any, scope: Scope) -> Known:
        """What `item` contributes to a linear combination, in `scope`; TacticFailed for what is no ingredient."""
        r = self.prover.rules
        if isinstance(item, Statement):
            item = Fact("lemma", item)
        if isinstance(item, Fact):
            return self._fact(item, scope)
        if isinstance(item, Hint):
            method = getattr(self, f"_with_{item.name}", None)
            if method is None:
                names = [n.removeprefix("_with_") for n in dir(self) if n.startswith("_with_")]
                nearest = _nearest(item.name, names, "ingredients")
                raise TacticFailed(f"by.{item.name} is not an ingredient", next=nearest)
            out: Known = method(item, scope)
            return out
        t = self.term(item)
        poly = r.read(t, scope)
        if poly.sort == ("s",):
            node = nonneg(self.prover, t, scope)
            if node is None:
                raise TacticFailed(f"{item!r} is not visibly non-negative", next="prove it as a step before")
            return Known("ge", node, *r.nonneg(node, scope))
        node = psd(self.prover, t, scope)
        if node is None:
            raise TacticFailed(f"{item!r} is not visibly PSD", next="prove it as a step before")
        return Known("psd", node, r.psd(node, scope))

    def _made(self, kind: str, proof: Json, scope: Scope) -> Known:
        r = self.prover.rules
        if kind == "eq":
            return Known("eq", proof, r.zero(proof, scope))
        if kind == "psd":
            return Known("psd", proof, r.psd(proof, scope))
        return Known("ge", proof, *r.nonneg(proof, scope))

    def _fact(self, f: Fact, scope: Scope) -> Known:
        if f.op in ("hyp", "step", "lemma"):
            names = self.names(f)
            if len(names) != 1:
                raise TacticFailed(f"{f!r} stands for {len(names)} facts", next="pass it alone, or its parts")
            return self.prover.leaf(names[0], self._here(names[0], scope), scope)
        if f.op == "at":
            inner, indices, named = f.args
            names = self.names(inner)
            if len(names) != 1:
                raise TacticFailed(f"{inner!r} stands for {len(names)} facts")
            prefix = self.prover.facts[names[0]]["all"]
            given = dict(zip([p[0] for p in prefix], indices, strict=False)) | dict(named)
            at = [self.lin(given[p[0]]) if p[0] in given else {p[0]: 1} for p in prefix]
            return self.prover.leaf(names[0], at, scope)
        if f.op == "ih":
            return self.prover.leaf("IH", [], scope)
        if f.op == "case":
            if not any(n.startswith("case") for n in scope.local):
                raise TacticFailed("CASE stands for the relation of a case", next="use it inside by.cases(..)")
            return self.prover.leaf(max(n for n in scope.local if n.startswith("case")), [], scope)
        if f.op == "T":
            k = self._fact(f.args[0], scope)
            return self._made("eq", ["T", k.proof], scope) if k.kind == "eq" else k
        if f.op == "neg":
            k = self._fact(f.args[0], scope)
            if k.kind != "eq":
                raise TacticFailed("an inequality cannot be negated")
            return self._made("eq", ["mul", ["q", "-1"], k.proof, None], scope)
        if f.op == "add":
            a, b = (self._fact(x, scope) for x in f.args)
            return self._sum([a, b], scope)
        left, right = f.args
        if isinstance(left, Fact):
            return self._times(left, right, scope, False)
        return self._times(right, left, scope, True)

    def _sum(self, parts: list[Known], scope: Scope) -> Known:
        kinds = {k.kind for k in parts}
        if len(kinds) == 1:
            return self._made(kinds.pop(), ["add", *(k.proof for k in parts)], scope)
        kind = "psd" if "psd" in kinds else "ge"
        return self._made(kind, ["add", *(["z", k.proof] if k.kind == "eq" else k.proof for k in parts)], scope)

    def _times(self, fact: Fact, other: Any, scope: Scope, left: bool) -> Known:
        k = self._fact(fact, scope)
        if isinstance(other, Fact):
            return self._made("ge", ["mul", k.proof, self._fact(other, scope).proof], scope)
        t = self.term(other)
        if k.kind == "eq":
            return self._made("eq", ["mul", t, k.proof, None] if left else ["mul", None, k.proof, t], scope)
        weight = nonneg(self.prover, t, scope)
        if weight is None:
            raise TacticFailed(f"the factor {other!r} is not visibly non-negative", next="prove it as a step before")
        return self._made(k.kind, ["scale" if k.kind == "psd" else "mul", weight, k.proof], scope)

    def _arg(self, h: Hint, i: int = 0) -> Any:
        if len(h.args) <= i:
            raise TacticFailed(f"by.{h.name} needs {i + 1} arguments")
        return h.args[i]

    def _proof(self, item: Any, kind: str, scope: Scope) -> Json:
        k = self.ingredient(item, scope)
        if k.kind == kind:
            return k.proof
        if k.kind == "eq":
            return ["z", k.proof]
        raise TacticFailed(f"{item!r} is not of the kind that is needed here")

    def _with_natural(self, h: Hint, scope: Scope) -> Known:
        """An index expression is not negative: by.natural(N - 1)."""
        return self._made("ge", ["nat", self.lin(self._arg(h))], scope)

    def _with_square(self, h: Hint, scope: Scope) -> Known:
        return self._made("ge", ["sq", self.term(self._arg(h))], scope)

    def _with_tangent(self, h: Hint, scope: Scope) -> Known:
        """e^x - 1 - x >= 0."""
        return self._made("ge", ["exp1", self.term(self._arg(h))], scope)

    def _with_gram(self, h: Hint, scope: Scope) -> Known:
        return self._made("psd", ["gram", self.term(self._arg(h))], scope)

    def _with_congruence(self, h: Hint, scope: Scope) -> Known:
        """A^T P A for PSD P: by.congruence(A, P)."""
        return self._made("psd", ["congruence", self.term(self._arg(h)), self._proof(h.args[1], "psd", scope)], scope)

    def _with_kron(self, h: Hint, scope: Scope) -> Known:
        a, b = self._arg(h, 0), self._arg(h, 1)
        left, right = self.ingredient(a, scope) if not isinstance(a, Node) else None, None
        if left is not None and left.kind == "eq":
            return self._made("eq", ["kron", left.proof, self.term(b)], scope)
        if not isinstance(b, Node):
            right = self.ingredient(b, scope)
            if right.kind == "eq":
                return self._made("eq", ["kronr", self.term(a), right.proof], scope)
        return self._made("psd", ["kron", self._proof(a, "psd", scope), self._proof(b, "psd", scope)], scope)

    def _with_dominate(self, h: Hint, scope: Scope) -> Known:
        """tr(P) I - P for PSD P."""
        return self._made("psd", ["dominate", self._proof(self._arg(h), "psd", scope)], scope)

    def _with_trace(self, h: Hint, scope: Scope) -> Known:
        k = self.ingredient(self._arg(h), scope)
        if k.kind == "eq":
            return self._made("eq", ["tr", k.proof], scope)
        if len(h.args) == 2:
            return self._made("ge", ["trace2", k.proof, self._proof(h.args[1], "psd", scope)], scope)
        return self._made("ge", ["trace", k.proof], scope)

    def _with_times(self, h: Hint, scope: Scope) -> Known:
        """Product of non-negative ingredients, or a non-negative one times a PSD one."""
        out = self.ingredient(self._arg(h), scope)
        for x in h.args[1:]:
            k = self.ingredient(x, scope)
            if out.kind == "ge" and k.kind == "psd":
                out = self._made("psd", ["scale", out.proof, k.proof], scope)
            else:
                out = self._made("ge", ["mul", out.proof, k.proof], scope)
        return out

    def _with_plus(self, h: Hint, scope: Scope) -> Known:
        return self._sum([self.ingredient(x, scope) for x in h.args], scope)

    def _with_expectation(self, h: Hint, scope: Scope) -> Known:
        k = self.ingredient(self._arg(h), scope)
        return self._made(k.kind, ["E", k.proof], scope)

    def _with_total(self, h: Hint, scope: Scope) -> Known:
        """Sum of ingredients over an index: by.total(i, lo, hi, ingredient)."""
        v, lo, hi = self._index(self._arg(h)), self.lin(h.args[1]), self.lin(h.args[2])
        _, _, _, inner = self.prover.rules.binder(v, lo, hi, scope)
        k = self.ingredient(h.args[3], inner)
        return self._made(k.kind, ["sum", v, lo, hi, k.proof], scope)

    def _index(self, item: Any) -> str:
        form = self.lin(item)
        if len(form) != 1:
            raise TacticFailed(f"{item!r} is not an index")
        return str(next(iter(form)))

    def _with_power(self, h: Hint, scope: Scope) -> Known:
        """a^e = b^e from a = b: by.power(fact, e); a^e >= 0 from a >= 0."""
        f, e = self._arg(h), self.lin(h.args[1])
        k = self.ingredient(f, scope)
        if k.kind == "eq":
            a, b = self._sides(f, scope)
            return self._made("eq", ["cong", "pow", a, b, k.proof, e], scope)
        return self._made(k.kind, ["pow", k.proof, e], scope)

    def _with_same(self, h: Hint, scope: Scope) -> Known:
        """f(a) = f(b) from a = b, for exp, log, inverse, cos, acos, ind: by.same("exp", fact).

        The sides of an equation that is an ingredient and no fact are given: by.same("cos", equation, a, b).
        """
        k = self.ingredient(h.args[1], scope)
        a, b = (self.term(x) for x in h.args[2:4]) if len(h.args) == 4 else self._sides(h.args[1], scope)
        return self._made("eq", ["cong", str(h.args[0]), a, b, k.proof, None], scope)

    def _sides(self, f: Any, scope: Scope) -> tuple[Json, Json]:
        """The two sides of an equation given by a fact (possibly at an index)."""
        if isinstance(f, Statement):
            f = Fact("lemma", f)
        if isinstance(f, Fact) and f.op == "at":
            inner, indices, named = f.args
            name = self.names(inner)[0]
            fact = self.prover.facts[name]
            given = dict(zip([p[0] for p in fact["all"]], indices, strict=False)) | dict(named)
            image = {k: self.lin(v) for k, v in given.items()}
            return _shift(fact["concl"][1], image), _shift(fact["concl"][2], image)
        if isinstance(f, Fact) and f.op in ("hyp", "step", "lemma"):
            fact = self.prover.facts[self.names(f)[0]]
            return fact["concl"][1], fact["concl"][2]
        raise TacticFailed(f"{f!r} does not have two sides", next="state the equation as a step before")

    def _with_within(self, h: Hint, scope: Scope) -> Known:
        """A x B for an equation x: by.within(A, x, B), or A x: by.within(A, x)."""
        left, x, right = (*h.args, None)[:3]
        k = self.ingredient(x, scope)
        return self._made("eq", ["mul", self.term(left), k.proof, None if right is None else self.term(right)], scope)

    def _with_scaled(self, h: Hint, scope: Scope) -> Known:
        """An equation between scalars times a term, or an equation times a scalar term: by.scaled(t, x)."""
        k = self.ingredient(h.args[1], scope)
        return self._made("eq", ["mul", self.term(h.args[0]), k.proof, None], scope)

    def _with_vec(self, h: Hint, scope: Scope) -> Known:
        """The stacked columns of an equation between matrices."""
        return self._made("eq", ["vec", self.ingredient(self._arg(h), scope).proof], scope)

    def _with_transposed(self, h: Hint, scope: Scope) -> Known:
        return self._made("eq", ["T", self.ingredient(self._arg(h), scope).proof], scope)

    def _with_split(self, h: Hint, scope: Scope) -> Known:
        """A sum over lo..hi is the sum over lo..mid and the one over mid+1..hi: by.split(i, lo, mid, hi, body)."""
        v, (lo, mid, hi) = self._index(self._arg(h)), map(self.lin, h.args[1:4])
        return self._made("eq", ["split", v, lo, mid, hi, self.term(h.args[4])], scope)

    def _with_split_product(self, h: Hint, scope: Scope) -> Known:
        """A product over lo..hi is the product over lo..mid times the rest: by.split_product(i, lo, mid, hi, body)."""
        v, (lo, mid, hi) = self._index(self._arg(h)), map(self.lin, h.args[1:4])
        return self._made("eq", ["psplit", v, lo, mid, hi, self.term(h.args[4])], scope)

    def _with_inverse(self, h: Hint, scope: Scope) -> Known:
        """x * (1/x) = 1 for x visibly positive, or negative, or different from zero by a fact."""
        t = self.term(self._arg(h))
        poly = self.prover.rules.scalar(t, scope)
        node = self.prover.find("gt", poly, scope)
        if node is None:
            fact = self.prover.find("ne", poly, scope)
            node = None if fact is None else ["ne", *fact[1:]]
        if node is None:
            node = nonneg(self.prover, t, scope) or nonneg(self.prover, ["*", ["q", "-1"], t], scope)
        if node is None:
            raise TacticFailed(
                f"{h.args[0]!r} is not visibly different from zero", next="prove its sign as a step before"
            )
        return self._made("eq", ["inv", t, node], scope)

    def _with_logexp(self, h: Hint, scope: Scope) -> Known:
        """log(exp x) = x."""
        return self._made("eq", ["logexp", self.term(self._arg(h))], scope)

    def _with_explog(self, h: Hint, scope: Scope) -> Known:
        """exp(log x) = x for x visibly positive."""
        t = self.term(self._arg(h))
        node = nonneg(self.prover, t, scope)
        if node is None:
            raise TacticFailed(f"{h.args[0]!r} is not visibly positive", next="prove it as a step before")
        return self._made("eq", ["explog", t, node], scope)

    # ---- tactics ----------------------------------------------------------------------------------------

    def _by_algebra(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """Combination of the given facts, after rewriting with those that say what a letter is."""
        scope = self.prover.scope(prefix)
        known, rules = self._split(h.args, scope)
        return self.prover.prove(wish, prefix, concl, known, [*rules, *self.auto])

    _by_linear = _by_algebra
    _by_combine = _by_algebra

    def _by_psd(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """PSD by shape, or as a combination of PSD ingredients."""
        scope = self.prover.scope(prefix)
        known, rules = self._split(h.args, scope)
        if concl[0] == "psd":
            node = psd(self.prover, concl[1], scope)
            if node is not None:
                return self.prover.step(wish, "alg", prefix, concl, proof=node)
        return self.prover.prove(wish, prefix, concl, known, [*rules, *self.auto])

    _by_gram = _by_psd

    def _by_positive(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """The difference of the two sides is non-negative by its shape."""
        scope = self.prover.scope(prefix)
        if concl[0] not in ("ge", "gt"):
            raise TacticFailed("by.positive() is for inequalities")
        node = nonneg(self.prover, minus(concl[1], concl[2]), scope)
        if node is None:
            raise TacticFailed("the difference of the two sides is not visibly non-negative")
        return self.prover.step(wish, "alg", prefix, concl, proof=node)

    def _by_constant(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        scope = self.prover.scope(prefix)
        k = self.ingredient(self._arg(h), scope)
        return self.prover.step(wish, "constant", prefix, concl, proof=k.proof)

    def _by_antitone(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """u <= v where v - u is zero at the start and its time derivative is the given non-negative quantity."""
        scope = self.prover.scope(prefix)
        k = self.ingredient(self._arg(h), scope)
        gap = minus(concl[1], concl[2])
        down = ["*", ["q", "-1"], gap]
        held = self.prover.step(f"{wish} moves", "antitone", prefix, ["ge", ["q", "0"], down], proof=k.proof)
        return self.prover.step(wish, "alg", prefix, concl, proof=["fact", held, [{p[0]: 1} for p in prefix]])

    _by_monotone = _by_antitone

    def _by_comparison(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """u >= v from D(u - v) >= a (u - v) and the same at the start: by.comparison(a, slope=.., start=..).

        The options are ingredients: of D(u - v) - a (u - v) >= 0, and of the inequality at the start.
        """
        scope = self.prover.scope(prefix)
        rate = self.term(self._arg(h))
        gap = minus(concl[1], concl[2])
        goals = {
            "slope": ["ge", ["+", ["D", gap], ["*", ["q", "-1"], rate, gap]], ["q", "0"]],
            "start": at_start(concl, self.kernel["sig"]),
        }
        nodes = {}
        for option, goal in goals.items():
            given = h.option(option, ())
            known, rules = self._split(given if isinstance(given, tuple) else (given,), scope)
            try:
                nodes[option] = self.prover.close(prefix, goal, known, [*rules, *self.auto], scope)
            except TacticFailed as e:
                raise e.at(option) from None
        return self.prover.step(
            wish, "comparison", prefix, concl, rate=rate, proof=nodes["slope"], start=nodes["start"]
        )

    def _by_gronwall(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """u <= u(0) exp(A) from D(u) <= D(A) u: the quantity exp(-A) u does not increase."""
        scope = self.prover.scope(prefix)
        if concl[0] not in ("ge", "le") or concl[1][0] != "*":
            raise TacticFailed("gronwall proves bounds of the form u <= start(u) * exp(..)")
        factors = concl[1][1:]
        growth = [x for x in factors if x[0] == "exp"]
        if len(growth) != 1:
            raise TacticFailed("gronwall needs one exponential factor on the right-hand side")
        rest = [x for x in factors if x[0] != "exp"]
        u, first = concl[2], rest[0] if len(rest) == 1 else ["*", *rest]
        down = ["exp", ["*", ["q", "-1"], growth[0][1]]]
        k = self.ingredient(self._arg(h), scope)
        try:
            held = self.prover.step(
                f"{wish} scaled",
                "antitone",
                prefix,
                ["ge", first, ["*", down, u]],
                proof=["mul", ["exp", down[1]], k.proof],
            )
        except TacticFailed as e:
            raise TacticFailed(
                "the differential inequality does not fit the bound",
                why=e.why,
                next="state it as D(u) <= -c * u with the c of the exponent",
            ) from None
        at = [{p[0]: 1} for p in prefix]
        return self.prover.step(wish, "alg", prefix, concl, proof=["mul", ["exp", growth[0][1]], ["fact", held, at]])

    def _by_start(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """A fact that holds at all times, at the start: by.start(fact), by.start(fact(i))."""
        item = self._arg(h)
        inner, indices, named = item.args if item.op == "at" else (item, (), ())
        name = self.names(inner)[0]
        own = [p[0] for p in self.prover.facts[name]["all"]]
        given = dict(zip(own, indices, strict=False)) | dict(named)
        at = [self.lin(given[v]) if v in given else {v: 1} for v in own]
        return self.prover.step(wish, "at0", prefix, concl, fact=name, at=at)

    def _by_induction(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """by.induction(i, base=.., step=..): ingredients of the base and of the step; IH is the hypothesis."""
        from dataclasses import replace

        import verify.kernel.linear as ln
        from verify.kernel.checker import Fact as KernelFact

        r = self.prover.rules
        v = self._index(self._arg(h))
        if not any(p[0] == v for p in prefix):
            raise TacticFailed(
                f"the goal is not for all {v}", next="state it for an index that the statement does not declare"
            )
        prefix = [*(p for p in prefix if p[0] != v), *(p for p in prefix if p[0] == v)]
        stride = int(str(h.option("stride", 1)))
        outer = r.enter(r.prefix(prefix[:-1]), r.top())
        lo = ln.parse(prefix[-1][1], outer.env)
        hi = None if prefix[-1][2] is None else ln.parse(prefix[-1][2], outer.env)

        def listed(x: Any) -> tuple[Any, ...]:
            return () if x is None else x if isinstance(x, tuple) else (x,)

        def closed(form: ln.Lin, known: tuple[ln.Lin, ...], items: tuple[Any, ...], ih: bool) -> Json:
            here = replace(outer, env={**outer.env, v: form}, known=(*outer.known, *known))
            inner = replace(outer, env={**outer.env, v: ln.var(v) if ih else form}, known=here.known)
            if ih:
                inner = replace(inner, local={"IH": KernelFact((), concl, dict(inner.env))})
            goal = r.formula(concl, here)
            ingredients, rules = self._split(items, inner)
            return self.prover.close(prefix, concl, ingredients, rules, inner, goal)

        bases = []
        for k in range(stride):
            here = ln.add(lo, ln.const(k))
            known = () if hi is None else (ln.sub(hi, here),)
            bases.append(closed(here, known, listed(h.option("base")), False))
        after = ln.add(ln.var(v), ln.const(stride))
        known = (ln.sub(ln.var(v), lo), *(() if hi is None else (ln.sub(hi, after),)))
        node = closed(after, known, listed(h.option("step")), True)
        return self.prover.step(wish, "induct", prefix, concl, var=v, base=bases, step=node)

    def _by_cases(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """by.cases(x, at_least_zero=.., negative=..): ingredients for x >= 0 and for x < 0; CASE is the relation."""
        r = self.prover.rules
        scope = self.prover.scope(prefix)
        x = self.term(self._arg(h))
        name = f"case{len(scope.local)}"
        nodes = []
        branches = r.branches(["case", name, x, None, None], scope)
        for option, (_, branch) in zip(("at_least_zero", "negative"), branches, strict=True):
            given = h.option(option, ())
            known, rules = self._split(given if isinstance(given, tuple) else (given,), branch)
            try:
                node = self.prover.close(prefix, concl, known, [*rules, *self.auto], branch)
            except TacticFailed:
                more = self.indicators(concl, branch)
                if not more:
                    raise
                node = self.prover.close(prefix, concl, [*known, *more], [*rules, *self.auto], branch)
            nodes.append(node)
        return self.prover.step(wish, "alg", prefix, concl, proof=["case", name, x, *nodes])

    def indicators(self, concl: Json, scope: Scope) -> list[Known]:
        """Equations for the indicators of the formula `concl` whose arguments have a sign here."""
        return []

    def _with_anti(self, h: Hint, scope: Scope) -> Known:
        """x = 0 from x >= 0 and -x >= 0."""
        a, b = (self._proof(x, "ge", scope) for x in h.args)
        return self._made("eq", ["anti", a, b], scope)

    def _with_absurd(self, h: Hint, scope: Scope) -> Known:
        """t = 0 where an ingredient says that 0 > 0 or that a negative number is >= 0: by.absurd(t, ingredient)."""
        return self._made("eq", ["absurd", self.term(h.args[0]), self._proof(h.args[1], "ge", scope)], scope)

    def _with_vanish(self, h: Hint, scope: Scope) -> Known:
        """A = 0 from tr(A^T A) = 0: by.vanish(A, equation)."""
        return self._made("eq", ["gram", self.term(h.args[0]), self.ingredient(h.args[1], scope).proof], scope)

    def _with_derivative(self, h: Hint, scope: Scope) -> Known:
        """The time derivative of an equation that holds at all times."""
        return self._made("eq", ["D", self._proof(self._arg(h), "eq", scope)], scope)

    def _with_single(self, h: Hint, scope: Scope) -> Known:
        """A = tr(A) 1 for a 1 x 1 matrix: by.single(x.T @ y)."""
        return self._made("eq", ["single", self.term(self._arg(h))], scope)

    # ---- lemmas ------------------------------------------------------------------------------------------

    def _by_lemma(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """The goal is (an instance of) an earlier theorem: by.lemma(statement, letter=term, ..)."""
        last: TacticFailed | None = None
        self.here = self.prover.scope(prefix)
        target = self._arg(h)
        for theorem in self._theorems(target):
            thm = self.prover.rules.library[theorem]
            for k, goal in enumerate(thm["goals"]):
                try:
                    mapping = self._map(thm, dict(h.kwargs))
                    at = self._at(goal, dict(h.kwargs), prefix)
                    return self.prover.use(wish, theorem, mapping, prefix=prefix, concl=concl, goal=k, at=at)
                except TacticFailed as e:
                    last = e
                except Reject as e:
                    last = TacticFailed(str(e), where=theorem)
        raise last or TacticFailed("the lemma has no theorem")

    _by_cite = _by_lemma

    def _by_continuation(self, wish: str, prefix: Json, concl: Json, h: Hint) -> str:
        """f > g at all times, because it holds at the start and a lemma that assumes it gives f >= g + margin.

        by.continuation(lemma, start=.., margin=.., letter=term, ..): the lemma has the conclusion among its hypotheses
        and a bound on f - g among its goals; the options are ingredients, of the conclusion at the start and of
        margin > 0.
        """
        from dataclasses import replace

        from verify.kernel.checker import Fact as KernelFact
        from verify.kernel.imports import Imported

        r = self.prover.rules
        scope, top = self.prover.scope(prefix), r.top()
        given = {k: x for k, x in h.kwargs if k not in ("start", "margin")}

        def closed(option: str, goal: Json, normal: Any = None) -> Json:
            items = h.option(option, ())
            known, rules = self._split(items if isinstance(items, tuple) else (items,), scope)
            try:
                return self.prover.close(prefix, goal, known, [*rules, *([] if normal else self.auto)], scope, normal)
            except TacticFailed as e:
                raise e.at(option) from None

        start = closed("start", at_start(concl, self.kernel["sig"]))
        before = replace(top, local={"IH": KernelFact(r.prefix(prefix), concl, dict(top.env))})
        _, f = r.formula(concl, scope)
        last: TacticFailed | None = None
        for theorem in self._theorems(self._arg(h)):
            thm = r.library[theorem]
            self.here = top
            mapping = self._map(thm, given)
            im = Imported(thm["parsed"], mapping, r, before)
            proofs = {x["id"]: self.prover.hypothesis(x, im, before, theorem) for x in thm["hyps"]}
            for k, goal in enumerate(thm["goals"]):
                try:
                    at = self._at(goal, given, prefix)
                    im.outer = scope
                    kind, g = im.formula(goal["concl"], r.goal_scope(goal, at, im, scope))
                    if kind not in ("ge", "gt") or g.sort != f.sort:
                        continue
                    margin = closed("margin", concl, ("gt", r.alg.sub(f, g)))
                    return self.prover.step(
                        wish, "continuation", prefix, concl,
                        theorem=theorem, map=mapping, hyps=proofs, goal=k, at=at, start=start, margin=margin,
                    )  # fmt: skip
                except (TacticFailed, Reject) as e:
                    last = e if isinstance(e, TacticFailed) else TacticFailed(str(e), where=theorem)
        raise last or TacticFailed("no goal of the lemma is an inequality", next="state the bound with its margin")

    def _theorems(self, target: Any) -> list[str]:
        if isinstance(target, Fact) and target.op == "lemma":
            target = target.args[0]
        if isinstance(target, Statement):
            ids = ensure(self.context, self.claim, target)
        elif isinstance(target, str) and target.startswith(("base:", "axiom:")):
            return [target]
        elif isinstance(target, str):
            ids = self._elsewhere(target)
        else:
            raise TacticFailed(f"{target!r} is not a lemma")
        self._know(ids)
        matching = [i for i in ids if self.case and i.endswith(f".{self.case}")]
        return matching + [i for i in ids if i not in matching]

    def _elsewhere(self, target: str) -> list[str]:
        slug, _, label = target.partition(".")
        if self.context.load is None:
            raise TacticFailed(f"the claim {slug!r} cannot be loaded here")
        claim = self.context.load(slug)
        for s in claim.statements:
            if s.label == label or (not label and s.role != "printed"):
                return ensure(self.context, claim, s)
        raise TacticFailed(f"the claim {slug!r} has no statement {label!r}")

    def _know(self, ids: list[str]) -> None:
        new = {i: self.context.theorems[i] for i in ids if i not in self.prover.rules.library}
        self.prover.rules.library.update(shelved(new, self.context.entries))

    def _map(self, thm: Json, given: Mapping[str, Any]) -> Json:
        """Images of the theorem's symbols: those given, others by their own names."""
        mine, sig = self.kernel["sig"], thm["sig"]
        sizes = self._sizes(sig, given)
        nat = {s: self._size(given[s]) if s in given else sizes.get(s) or self._own_nat(s) for s in sig.get("nat", {})}
        dims = {d: str(given.get(d, d)) for d in sig.get("dims", {})}
        letters: Json = {}
        for n, decl in sig.get("letters", {}).items():
            image = given.get(n)
            variables = [f"i{k}" for k in range(len(decl.get("index", [])))]
            if image is None:
                if n not in mine["letters"]:
                    raise TacticFailed(f"the lemma speaks of {n}", next=f"say what it is: {n}=..")
                letters[n] = (
                    n
                    if decl.get("chain") or decl.get("law") or n in sig.get("losses", {}) or self._plain(n, decl)
                    else {"vars": variables, "term": ["v", n, [{v: 1} for v in variables], ""]}
                )
            elif isinstance(image, str):
                letters[n] = image
            elif isinstance(image, Node):
                letters[n] = {"vars": variables, "term": self.term(image)}
            elif hasattr(image, "stage"):  # a family at the start
                at = [{v: 1} for v in variables]
                letters[n] = {"vars": variables, "term": ["v", image.symbol.name, at, image.stage]}
            elif hasattr(image, "symbol"):
                letters[n] = image.symbol.name
            else:
                letters[n] = {"vars": variables, "term": ["q", str(image)]}
        return {"nat": nat, "dims": dims, "letters": letters}

    def _plain(self, n: str, decl: Json) -> bool:
        """Is the present letter of the same declaration (so that it can be its own image)?"""
        mine = self.kernel["sig"]["letters"][n]
        return len(mine.get("index", [])) == len(decl.get("index", []))

    def _own_nat(self, s: str) -> Json:
        if s in self.here.env:
            return {s: 1}
        raise TacticFailed(f"the lemma speaks of the number {s}", next=f"say what it is: {s}=..")

    def _general(self, thm: Json) -> Json:
        """Prefix for the indices of a lemma that the present statement does not have."""
        own = self.kernel["sig"].get("nat", {})
        new = [s for s in thm["sig"].get("nat", {}) if s not in own]
        ranges: dict[str, Json] = {}
        for s in new:
            least = thm["sig"]["nat"][s]
            lo: Json = {"1": least} if least else {}
            hi: Json = None
            for form in thm["sig"].get("assume", []):
                rest = {k: c for k, c in form.items() if k != s}
                if form.get(s) == -1:
                    hi = rest
                elif form.get(s) == 1 and set(rest) - {"1"} and not set(rest) & set(new):
                    lo = {k: -c for k, c in rest.items()}
            ranges[s] = [s, lo, hi]
        prefix: Json = []
        while ranges:  # a range speaks of earlier indices only
            ready = [s for s, (_, lo, hi) in ranges.items() if not (set(lo) | set(hi or {})) & set(ranges)]
            if not ready:
                raise TacticFailed("the ranges of the lemma's indices depend on each other in a circle")
            prefix += [ranges.pop(s) for s in ready]
        return prefix

    def _size(self, item: Any) -> Json:
        if isinstance(item, _Own):
            return {item.name: 1}
        if isinstance(item, Term):
            t = self.compiler.term(item)
            return t[1] if t[0] == "n" else self.lin(item)
        return self.lin(item)

    def _sizes(self, sig: Json, given: Mapping[str, Any]) -> Json:
        """Dimensions of a lemma's letters, read off from the images they are given."""
        found: Json = {}
        for n, decl in sig.get("letters", {}).items():
            if isinstance(given.get(n), Node) and decl.get("shape") and not decl.get("index"):
                sort = self.prover.rules.read(self.term(given[n]), self.here).sort
                for side, d in zip(decl["shape"], sort[1:], strict=True):
                    if isinstance(side, dict) and len(side) == 1 and next(iter(side.values())) == 1 and sort[0] == "m":
                        found.setdefault(next(iter(side)), dim_term(d))
        return found

    def _at(self, goal: Json, given: Mapping[str, Any], prefix: Json) -> Json:
        own = {p[0] for p in prefix} | set(self.kernel["sig"].get("nat", {}))
        out = []
        for v, _, _ in goal["all"]:
            if v in given:
                out.append(self.lin(given[v]))
            elif v in own:
                out.append({v: 1})
            else:
                raise TacticFailed(f"the lemma is for all {v}", next=f"say where it is used: {v}=..")
        return out

    def _lemma(self, statement: Statement, given: Mapping[str, Any]) -> list[str]:
        """All goals of a lemma with its own letters, as facts of this theorem."""
        key = f"{statement.label}"
        if not given and key in self.lemmas:
            return self.lemmas[key]
        out = []
        for theorem in self._theorems(Fact("lemma", statement)):
            thm = self.prover.rules.library[theorem]
            try:
                general = self._general(thm)
                self.here = self.prover.scope(general)
                mapping = self._map(thm, {**given, **{p[0]: _Own(p[0]) for p in general}})
                for k, goal in enumerate(thm["goals"]):
                    at = [{p[0]: 1} for p in goal["all"]]
                    out.append(
                        self.prover.use(
                            f"lemma {statement.label}",
                            theorem,
                            mapping,
                            prefix=[*general, *goal["all"]],
                            concl=goal["concl"],
                            goal=k,
                            at=at,
                        )
                    )
            except TacticFailed as e:
                if len(self.context.done.get(f"{self.claim.slug}.{statement.label}", [])) < 2:
                    raise e.at(f"lemma {statement.label}") from None
        if not out:
            raise TacticFailed(f"the lemma {statement.label} does not apply here")
        if not given:
            self.lemmas[key] = out
        return out


class Author(ProbabilityTactics, Interpreter):
    """The interpreter with all tactics."""


@dataclass(frozen=True)
class _Own:
    """An index of a lemma that becomes a quantified index of the fact it gives."""

    name: str


def at_start(data: Json, sig: Json) -> Json:
    """The term `data` over `sig` at time zero."""
    if not isinstance(data, list):
        return data
    if data and data[0] in ("v", "ch"):
        moving = sig["letters"][data[1]].get("dep", "const") != "const"
        return [*data[:-1], "0"] if moving else data
    if data == ["t"]:
        return ["q", "0"]
    return [at_start(x, sig) for x in data]


def _nearest(name: str, known: Sequence[str], what: str) -> str:
    """What to do about a name that is not known."""
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean by.{close[0]}?" if close else f"the {what} are {', '.join(sorted(known))}"


def _shift(data: Json, image: Mapping[str, Json]) -> Json:
    """Substitute index expressions for variables in a term (no binder in it may use them)."""
    if isinstance(data, list):
        return [_shift(x, image) for x in data]
    if isinstance(data, dict):
        out: dict[str, int] = {}
        for s, c in data.items():
            for k, x in (image.get(s, {s: 1})).items():
                out[k] = out.get(k, 0) + c * x
        return {k: x for k, x in out.items() if x}
    return data


__all__ = ["Author", "Context", "derive", "ensure"]

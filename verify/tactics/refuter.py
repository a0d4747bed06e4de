"""Refutations: from an author's instance, or a script that shows the failure, to what the kernel replays."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from verify.kernel.checker import Scope
from verify.kernel.errors import Reject
from verify.kernel.imports import Imported
from verify.kernel.refute import is_domain
from verify.kernel.replay import check_all
from verify.kernel.replay import statement as read_statement
from verify.statement.claims import Claim
from verify.statement.errors import StatementError
from verify.statement.language import Law
from verify.statement.statements import Data, Statement
from verify.statement.terms import Formula, Term, form_of

from .author import Author, Context
from .errors import TacticFailed
from .prover import Prover

Json = Any


def refute(
    claim: Claim, statement: Statement, evidence: Sequence[Json] = (), context: Context | None = None
) -> Json | None:
    """A refutation of a kernel statement of `statement` in `claim`, or None.

    From the author's `fails_at`, else from a counterexample in `evidence`; `context` holds what was derived
    before.
    """
    data = next((d for d in statement.data if d.kind == "fails_at"), None)
    name = f"{claim.slug}.{statement.label} fails"
    kernels = statement.kernel()
    try:
        if data is not None and statement.script is not None and statement.script.kind == "refutation":
            return Refuter(context or Context(claim), claim, statement, name, kernels[0], data).refutation()
        if data is not None and _finite(kernels[0]):
            return _replayable(name, kernels[0], exact_instance(kernels[0], data))
        for kernel, found in zip(kernels, evidence, strict=False):
            if found.get("counterexample"):
                instance = found["counterexample"].get("kernel")  # there if it is finite and exact
                if instance is not None:
                    return _replayable(name, kernel, instance)
    except (Reject, StatementError) as e:
        raise TacticFailed(str(e), where=name) from None
    except TacticFailed as e:
        raise e.at(name) from None
    return None


NO_VALUE = "root has no exact value"


def _replayable(name: str, kernel: Json, instance: Json) -> Json | None:
    """The refutation by evaluation; None where the kernel cannot evaluate it, because a root is not rational.

    Such a counterexample counts by its enclosures. Any other rejection is left for the audit to see."""
    found = {"id": name, "statement": kernel, "kind": "evaluate", "instance": instance}
    (outcome,) = check_all([], [found])[1]
    return None if not outcome["ok"] and outcome["reason"] == NO_VALUE else found


def exact_instance(kernel: Json, data: Data) -> Json:
    """Author data such as N=2, widths=(2, 1, 1), W=[..], ell=half_square(..) as an instance for the kernel.
    Raises TacticFailed if a value is missing or belongs to nothing.
    """
    sig, given = kernel["sig"], dict(data.values)
    out: Json = {"nat": {}, "dims": {}, "letters": {}, "losses": {}, "iterate": 0}
    if sig["time"] == "descent":
        out["iterate"] = int(given.pop("iterate", 1))
    for s in sig.get("nat", {}):
        if s not in given:
            raise TacticFailed(f"the instance does not say what {s} is", next=f"give {s}=..")
        out["nat"][s] = int(given.pop(s))
    for d in sig.get("dims", {}):
        widths = given.pop("widths", given.pop(d, None))
        if widths is None:
            raise TacticFailed("the instance does not give the layer widths", next="give widths=(..)")
        out["dims"][d] = [int(x) for x in widths]
    for name, value in given.items():
        if name in sig.get("losses", {}):
            out["losses"][name] = {"target": plain(value)}
        elif name in sig["letters"]:
            out["letters"][name] = plain(value)
        else:
            raise TacticFailed(f"the statement has no symbol {name}")
    return {k: v for k, v in out.items() if v or k == "letters"}


def plain(value: Any) -> Json:
    """The exact data `value` as strings and rows. Raises TacticFailed for anything else."""
    if isinstance(value, Fraction | int):
        return str(value)
    if isinstance(value, tuple | list):
        return [plain(x) for x in value]
    if isinstance(value, str):
        return str(Fraction(value))
    raise TacticFailed(f"{value!r} is not a number or rows of numbers")


class Refuter(Author):
    """The theorem of a refutation: its letters are the hidden constants and what the instance leaves random."""

    def __init__(
        self, context: Context, claim: Claim, statement: Statement, name: str, kernel: Json, data: Data
    ) -> None:
        self.context, self.claim, self.statement, self.name, self.case = context, claim, statement, name, ""
        self.compiler = statement.compiler()
        self.target, self.given = kernel, dict(data.values)
        self.nat: dict[str, Json] = {}
        self.values: dict[str, Json] = {}
        letters: Json = {}
        hidden = kernel.get("exists", [])
        own_nat = {s: least for s, least in kernel["sig"].get("nat", {}).items() if s in hidden}
        for s in kernel["sig"].get("nat", {}):
            if s in hidden:
                self.nat[s] = {s: 1}
            elif s not in self.given:
                raise TacticFailed(f"the instance does not say what {s} is")
            else:
                self.nat[s] = self.compiler_index(self.given[s])
        self.indexed: dict[str, str] = {}  # letters of a family, with the index their values speak of
        for n, decl in kernel["sig"]["letters"].items():
            value = self.given.get(n)
            if n in hidden:
                letters[n] = {}
            elif isinstance(value, Law) and value.kind == "gauss":
                index = [[v, self.lins(lo), self.lins(hi)] for v, lo, hi in decl.get("index", [])]
                shape = [self.lins(side) for side in decl["shape"]]
                letters[n] = {**({"index": index} if index else {}), "shape": shape, "law": decl["law"]}
                letters.update({"polar.u": {}, "polar.v": {}})
            elif isinstance(value, Law):
                index = [[v, self.lins(lo), self.lins(hi)] for v, lo, hi in decl["index"]]
                letters[n] = {"index": index, "law": {"kind": "finite", "values": [["1/2", "-1"], ["1/2", "1"]]}}
            elif value is None:
                raise TacticFailed(f"the instance does not say what {n} is")
            elif isinstance(value, tuple):
                if decl.get("shape") is not None:
                    raise TacticFailed(
                        f"{n} is a matrix, and a refutation by a script takes numbers and terms",
                        next="leave out the script: an instance of a flow counts by its enclosures",
                    )
                at, body = value if len(value) == 2 else (None, None)
                form = form_of(at) if isinstance(at, Term) else None
                if form is None:
                    raise TacticFailed(f"the values of {n} need an index", next=f"write {n}=(i, term in i)")
                self.indexed[n] = next(iter(form.json()))
                self.values[n] = self.compiler.term(body) if isinstance(body, Term) else ["q", str(body)]
            else:
                self.values[n] = self.compiler.term(value) if isinstance(value, Term) else ["q", str(value)]
        own = [h for h in kernel["hyps"] if not h["all"] and is_domain(h["concl"], set(hidden))]
        self.kernel = {
            "sig": {"time": self._time(kernel), "letters": letters, **({"nat": own_nat} if own_nat else {})},
            "hyps": own,
            "goals": [{"all": [], "concl": ["ge", ["q", "0"], ["q", "0"]]}],
        }
        self.directions, self.auto, self.labels, self.lemmas = {}, [], {}, {}
        self.prover = Prover(self.kernel, name, context.theorems, entries=context.entries)
        self.here = self.prover.rules.top()

    def _variables(self, n: str, declaration: Json) -> list[str]:
        given = [self.indexed[n]] if n in self.indexed else []
        return given or [f"i{k}" for k in range(len(declaration.get("index", [])))]

    def compiler_index(self, item: Any) -> Json:
        """The value of `item`: a number, or an index expression in the hidden naturals."""
        if isinstance(item, Term):
            return self.compiler.index(item)
        number = int(item)
        return {"1": number} if number else {}

    @staticmethod
    def _time(kernel: Json) -> str:
        """A flow is refuted along a path that is given by terms in t, so the refutation has time as well."""
        return "flow" if kernel["sig"]["time"] == "flow" else "none"

    # ---- expressions of the statement, at the instance ---------------------------------------------------

    def lins(self, form: Json) -> Json:
        """The linear form `form` with natural symbols replaced by their values at the instance."""
        out: dict[str, int] = {}
        for s, c in form.items():
            for k, x in (self.nat.get(s, {s: 1})).items():
                out[k] = out.get(k, 0) + c * x
        return {k: x for k, x in out.items() if x}

    def at_instance(self, data: Json) -> Json:
        """Kernel `data` (a term, a formula, or a part) with letters replaced by their values at the instance."""
        if isinstance(data, dict):
            return self.lins(data)
        if not isinstance(data, list):
            return data
        if data and data[0] == "v" and data[1] in self.values:
            value = self.values[data[1]]
            if data[1] not in self.indexed:
                return value
            return substituted(value, self.indexed[data[1]], self.lins(data[2][0]))
        return [self.at_instance(x) for x in data]

    def term(self, node: Any) -> Json:
        """The kernel term of the author's `node` at the instance."""
        return self.at_instance(super().term(node))

    def lin(self, item: Any) -> Json:
        """The linear form of the index expression `item` at the instance."""
        return self.lins(super().lin(item))

    def formulas(self, item: Formula) -> list[Json]:
        """The kernel formulas of the author's `item` at the instance."""
        return [
            {
                "all": [[v, self.lins(lo), None if hi is None else self.lins(hi)] for v, lo, hi in f["all"]],
                "concl": self.at_instance(f["concl"]),
            }
            for f in self.compiler.formula(item)
        ]

    # ---- the refutation ----------------------------------------------------------------------------------

    def refutation(self) -> Json:
        """The refutation for the kernel: the instance, the negated goal, and the theorem that derives it."""
        script = self.statement.script
        assert script is not None
        negation: Json = None
        mapping = {
            "nat": self.nat,
            "dims": {},
            "letters": {
                n: {"vars": self._variables(n, d), "term": self.values[n]}
                if n in self.values
                else n
                for n, d in self.target["sig"]["letters"].items()
            },
        }
        parts = read_statement(self.target)
        number = int(self.given.get("goal", 0))
        goal = self.target["goals"][number]
        for step in script.steps:
            try:
                if step.kind == "have":
                    assert step.goal is not None
                    self.labels[step.label] = [
                        self.run(step, g["all"], g["concl"], k) for k, g in enumerate(self.formulas(step.goal))
                    ]
                elif step.kind == "conclude":
                    negation = self._negation(step.hint.args, goal)
            except TacticFailed as e:
                raise e.at(f"step {step.label}") from None
            except Reject as e:
                raise TacticFailed(str(e), where=f"step {step.label}") from None
        scope = self.prover.rules.top()
        im = Imported(parts["parsed"], mapping, self.prover.rules, scope)
        hyps = {h["id"]: self.prover.hypothesis(h, im, scope, "the statement") for h in parts["hyps"]}
        at = {"map": mapping, "hyps": hyps, "goal": number, "at": [], "negation": negation}
        theorem = {"sig": self.kernel["sig"], "hyps": self.kernel["hyps"], "steps": self.prover.steps}
        return {"id": self.name, "statement": self.target, "kind": "derive", "theorem": theorem, "at": at}

    def _negation(self, items: Any, goal: Json) -> Json:
        kind, left, right = self.at_instance(goal["concl"])
        wanted = {
            "ge": [["gt", right, left]],
            "gt": [["ge", right, left]],
            "eq": [["gt", left, right], ["gt", right, left]],
        }.get(kind, [])
        if goal["all"] or not wanted:
            raise TacticFailed("only the failure of a single equality or inequality of numbers is derived")
        scope: Scope = self.prover.rules.top()
        known, rules = self._split(items, scope)
        for opposite in wanted[:-1]:
            try:
                return self.prover.close([], opposite, known, rules, scope)
            except TacticFailed:
                continue
        return self.prover.close([], wanted[-1], known, rules, scope)


def _finite(kernel: Json) -> bool:
    """Whether the kernel can evaluate an instance: numbers only, no path in time and nothing random."""
    sig = kernel["sig"]
    return sig["time"] != "flow" and not any(d.get("law") or d.get("free") for d in sig["letters"].values())


def substituted(data: Json, name: str, form: Json) -> Json:
    """The term `data` with the index expression `form` in place of the index symbol `name` (no binder in it may
    use it).
    """
    if isinstance(data, dict):
        out = {s: c for s, c in data.items() if s != name}
        for s, c in form.items():
            out[s] = out.get(s, 0) + c * data.get(name, 0)
        return {s: c for s, c in out.items() if c}
    return [substituted(x, name, form) for x in data] if isinstance(data, list) else data


__all__ = ["exact_instance", "refute"]

"""Proofs of kernel statements that need no script: one step, its ingredients read off the statement.

For a kernel statement alone, without the claim it comes from. Ingredients are the hypotheses (also transposed, and
multiplied with each other), naturals and dimensions, and the monomials of the statement that are visibly
non-negative or PSD; the weights are found by linear programming. Nothing found is trusted: the kernel replays it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from verify.kernel.checker import Scope
from verify.kernel.errors import Budget, Reject
from verify.kernel.normal import Poly
from verify.kernel.replay import WORK as READING
from verify.kernel.replay import shelves, statement, theorem
from verify.kernel.signature import fields

from . import back
from .contradiction import falsehood
from .errors import TacticFailed
from .monotone import attempt
from .positivity import nonneg, psd
from .prover import Known, Prover, minus
from .readings import Readings
from .solve import Vector, positive_combination

Json = Any
WORK = 20_000
"""Budget of counted kernel operations for reading one formula."""

PROOF_WORK = 8_000
"""The same for one search."""

INSTANCES = 3
"""Instances of one fact with index variables that are offered."""

PAIRS = 8
"""Inequalities whose products are offered."""

COLUMNS = 60
"""Ingredients for one linear program."""

MONOMIALS = 40
"""Monomials whose signs are looked at."""

TERMS = 400
"""Terms of a normal form, and no more, in which a combination is looked for."""

MALFORMED = (Reject, TacticFailed, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)


TRUE = {"all": [], "concl": ["ge", ["q", "0"], ["q", "0"]]}
FALSE = {"all": [], "concl": ["ge", ["q", "-1"], ["q", "0"]]}


def readings(sig: Json) -> Readings:
    """What several sets of premises over one signature share. Raises one of `MALFORMED` if it is none. `sig` is
    the signature.
    """
    return Readings(statement({"sig": sig, "hyps": [], "goals": [TRUE]})["parsed"])


class Premises:
    """Facts over one signature, read once, from which many formulas are to follow.

    Raises one of `MALFORMED` if the kernel does not take them as hypotheses. What `shared` has read over the same
    signature is not worked out again; it changes no answer.
    """

    def __init__(self, sig: Json, hyps: Sequence[Json], shared: Readings | None = None) -> None:
        self.sig, self.hyps = sig, list(hyps)
        shared = shared or readings(sig)
        self.free = {name for name, decl in sig["letters"].items() if decl.get("free")}
        reader, keys = shared.rules(Budget(READING)), ("id", "all", "concl")
        for h in self.hyps:
            fields(h, keys, keys, "hyps")
            reader.declare(h, dict(reader.sig.nat))
            if any(name in self.free for name in _names(h["concl"])):
                raise Reject("a hypothesis speaks of a free letter")
        rules = shared.rules(Budget(10 * READING))
        self.prover = Prover({"sig": sig, "hyps": self.hyps, "goals": [TRUE]}, "immediate", rules=rules)

    def refuses(self, fact: Json, *, hypothesis: bool = False) -> str | None:
        """Why the kernel does not take a formula as a goal (a hypothesis) over the signature, or None, also where it is
        too long to be read within the budget. `fact` is the formula.
        """
        self.prover.rules.alg.budget.left = WORK
        try:
            self.prover.rules.declare({"all": fact["all"], "concl": fact["concl"]}, dict(self.prover.rules.sig.nat))
        except MALFORMED as reason:
            if self.prover.rules.alg.budget.left < 0:
                return None
            return str(reason) or type(reason).__name__
        if hypothesis and any(name in self.free for name in _names(fact["concl"])):
            return "a hypothesis speaks of a free letter"
        return None

    def near(self, name: str, goal: Json) -> Json | None:
        """A theorem with these premises and one goal, which differs from the premise `name` in one place and follows
        from it because a part of it grows or falls with this place; replayed by the kernel, or None."""

        p = self.prover
        known = dict(p.facts), dict(p.rules.facts)
        p.rules.alg.budget.left = READING
        try:
            with suppress(*MALFORMED):
                _distances(p, self.sig)
            proof = attempt(p, name, goal["all"], goal["concl"])
            before = list(p.steps)
        except MALFORMED:
            return None
        finally:
            p.facts, p.rules.facts = known
            p.steps.clear()
        if proof is None:
            return None
        used = set(_names(proof))
        steps = before if any(step["id"] in used for step in before) else []
        step = {"id": "goal 0", "rule": "alg", **goal, "proof": proof}
        found = {"id": "near", "sig": self.sig, "hyps": [h for h in self.hyps if h["id"] in used], "goals": [goal]}
        found = {**found, "steps": [*steps, step], "qed": ["goal 0"]}
        return found if theorem(found, shelves(), {})["ok"] else None

    def contradiction(self) -> Json | None:
        """A theorem with these premises and a false goal that the kernel has replayed, or None if none was found."""
        p = self.prover
        p.rules.alg.budget.left = PROOF_WORK
        try:
            proof = falsehood(p)
        except MALFORMED:
            return None
        if proof is None:
            return None
        step = {"id": "goal 0", "rule": "alg", **FALSE, "proof": proof}
        found = {"id": "contradiction", "sig": self.sig, "hyps": self.hyps, "goals": [FALSE]}
        found = {**found, "steps": [step], "qed": ["goal 0"]}
        return found if theorem(found, shelves(), {})["ok"] else None

    def prove(self, goals: Sequence[Json], *, work: int = PROOF_WORK, rewriting: bool = True) -> Json | None:
        """A theorem with these premises and goals that the kernel has replayed, or None if none was found. `work`
        is the budget of kernel operations; with `rewriting` hypotheses also replace letters.
        """
        p = self.prover
        known = dict(p.facts), dict(p.rules.facts)
        p.rules.alg.budget.left = work
        try:
            qed = []
            for number, goal in enumerate(goals):
                step = _goal(p, f"goal {number}", goal["all"], goal["concl"], rewriting)
                if step is None:
                    return None
                qed.append(step)
            found = {"id": "immediate", "sig": self.sig, "hyps": self.hyps, "goals": list(goals)}
            found = {**found, "steps": list(p.steps), "qed": qed}
        except MALFORMED:
            return None
        finally:
            p.facts, p.rules.facts = known
            p.steps.clear()
        return found if theorem(found, shelves(), {})["ok"] else None


def immediate(stated: Json, *, work: int = PROOF_WORK, rewriting: bool = True) -> Json | None:
    """A theorem of the statement that the kernel has replayed, or None if no immediate proof was found.

    With `rewriting`, hypotheses that say what a letter is are also used to replace it. `stated` is the statement,
    `work` the budget of kernel operations.
    """
    try:
        premises = Premises(stated["sig"], stated["hyps"])
    except MALFORMED:
        return None
    return premises.prove(stated["goals"], work=work, rewriting=rewriting)


def _names(data: Json) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for x in data:
            yield from _names(x)


def _distances(p: Prover, sig: Json) -> None:
    """Steps which say that a loss is half a squared distance, and so at least 0, now and at the start."""
    for loss, row in sig.get("losses", {}).items():
        if "target" not in row:
            continue
        letter, gap = ["v", loss, [], ""], minus(row["at"], row["target"])
        square = ["*", ["q", "1/2"], ["tr", ["*", ["T", gap], gap]]]
        value = p.step(f"{loss} is", "loss", [], ["eq", letter, square], loss=loss, what="value")
        sign = ["add", nonneg(p, square, p.scope([])), ["z", ["fact", value, []]]]
        bound = p.step(f"{loss} now", "alg", [], ["ge", letter, ["q", "0"]], proof=sign)
        if sig["letters"][loss].get("dep", "const") != "const":
            first = ["ge", ["v", loss, [], "0"], ["q", "0"]]
            p.step(f"{loss} first", "at0", [], first, fact=bound, at=[])


def _goal(p: Prover, wish: str, prefix: Json, concl: Json, rewriting: bool) -> str | None:
    scope = p.scope(prefix)
    for proof in _proofs(p, prefix, concl, scope, rewriting):
        try:
            return p.step(wish, "alg", prefix, concl, proof=proof)
        except TacticFailed:
            continue
    return None


def _proofs(p: Prover, prefix: Json, concl: Json, scope: Scope, rewriting: bool) -> Iterator[Json]:
    """Candidates, cheap ones first."""
    kind, poly = p.rules.formula(concl, scope)
    names = [v for v, _, _ in prefix]
    alone = p.find(kind, poly, scope, names)
    if alone is not None:
        yield alone
    if kind == "ne":
        yield from _apart(p, prefix, concl, scope, rewriting)
        return
    if len(poly.terms) > TERMS:
        return
    shaped = _shaped(p, kind, concl, scope)
    if shaped is not None:
        yield shaped
    known = list(_facts(p, scope, names))
    formulas = [concl, *(f["concl"] for f in p.facts.values() if not f["all"])]
    for signs in (False, True):
        more = _more(p, kind, [poly, *(k.poly for k in known)], known, formulas, scope) if signs else []
        try:
            yield p.close(prefix, concl, [*known, *more][:COLUMNS], [], scope, solver=_weights)
        except TacticFailed:
            continue
    rules = [f for f in p.facts if p.rewrites(f)] if rewriting else []
    if rules:
        try:
            yield p.close(prefix, concl, known[:COLUMNS], rules, scope, solver=_weights)
        except TacticFailed:
            return


def _apart(p: Prover, prefix: Json, concl: Json, scope: Scope, rewriting: bool) -> Iterator[Json]:
    """Two scalars differ if one is greater."""
    for a, b in ((concl[1], concl[2]), (concl[2], concl[1])):
        yield from _proofs(p, prefix, ["gt", a, b], scope, rewriting)


def _shaped(p: Prover, kind: str, concl: Json, scope: Scope) -> Json | None:
    try:
        if kind in ("ge", "gt"):
            return nonneg(p, minus(concl[1], concl[2]), scope)
        return psd(p, concl[1], scope) if kind == "psd" else None
    except Reject:
        return None


def _facts(p: Prover, scope: Scope, names: Sequence[str]) -> Iterator[Known]:
    for name, fact in p.facts.items():
        offered = 0
        for at in p._instances(fact, scope, names):
            if offered >= INSTANCES:
                break
            try:
                known = p.leaf(name, at, scope)
            except (Reject, TacticFailed):
                continue
            offered += 1
            yield known
            sort = known.poly.sort
            if known.kind == "eq" and sort[0] == "m":
                proof = ["T", known.proof]
                turned = p.rules.zero(proof, scope)
                if turned.sort == sort and turned.terms != known.poly.terms:
                    yield Known("eq", proof, turned)
                yield from _traced(p, known, scope)


def _traced(p: Prover, known: Known, scope: Scope) -> Iterator[Known]:
    """Equal square matrices have equal traces."""
    proof = ["tr", known.proof]
    try:
        yield Known("eq", proof, p.rules.zero(proof, scope))
    except Reject:
        return


def _more(
    p: Prover, kind: str, polys: Sequence[Poly], known: Sequence[Known], formulas: Sequence[Json], scope: Scope
) -> list[Known]:
    """Visible signs of summands and monomials, and products of inequalities."""
    out = list(_summands(p, kind, formulas, scope))
    seen: set[Any] = set()
    for poly in polys:
        scalar = poly.sort == ("s",)
        if (kind == "psd") == scalar:
            continue
        for m in sorted(poly.terms, key=repr)[:MONOMIALS]:
            if m in seen or len(seen) >= MONOMIALS:
                continue
            seen.add(m)
            term = back.term(Poly(poly.sort, {m: 1}))
            try:
                node = nonneg(p, term, scope) if scalar else psd(p, term, scope)
                if node is not None and scalar:
                    out.append(Known("ge", node, *p.rules.nonneg(node, scope)))
                elif node is not None:
                    out.append(Known("psd", node, p.rules.psd(node, scope)))
            except Reject:
                continue
    if kind in ("ge", "gt"):
        signed = [k for k in known if k.kind == "ge"][:PAIRS]
        for i, a in enumerate(signed):
            for b in signed[i:]:
                node = ["mul", a.proof, b.proof]
                try:
                    out.append(Known("ge", node, *p.rules.nonneg(node, scope)))
                except Reject:
                    continue
    return out


def _summands(p: Prover, kind: str, formulas: Sequence[Json], scope: Scope) -> Iterator[Known]:
    """Summands of both sides that are visibly non-negative or PSD as they are written, such as squares of sums."""
    seen: list[Json] = []
    for formula in formulas:
        for side in formula[1:]:
            for term in side[1:] if side[0] == "+" else [side]:
                while term[0] == "*" and term[1][0] == "q":
                    term = term[2] if len(term) == 3 else ["*", *term[2:]]
                if term in seen:
                    continue
                seen.append(term)
                try:
                    scalar = p.rules.read(term, scope).sort == ("s",)
                    if (kind == "psd") == scalar:
                        continue
                    node = nonneg(p, term, scope) if scalar else psd(p, term, scope)
                    if node is not None and scalar:
                        yield Known("ge", node, *p.rules.nonneg(node, scope))
                    elif node is not None:
                        yield Known("psd", node, p.rules.psd(node, scope))
                except Reject:
                    continue


def _weights(
    target: Vector, signed: Sequence[Vector], free: Sequence[Vector]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """target = sum a_k signed[k] + sum b_k free[k] with a_k >= 0; as many signed columns as possible are left out."""
    covered = {k for c in (*signed, *free) for k in c}
    if any(k not in covered for k in target):
        return None
    n, m = len(signed), len(free)
    turned = [{k: -x for k, x in c.items()} for c in free]
    columns = [*signed, *free, *turned]
    useful = _useful(target, columns)
    found = positive_combination(target, [columns[i] for i in useful], [False] * len(useful), False)
    if found is None:
        return None
    weights = dict(zip(useful, found, strict=True))
    full = [weights.get(i, Fraction(0)) for i in range(len(columns))]
    return full[:n], [full[n + i] - full[n + m + i] for i in range(m)]


def _useful(target: Vector, columns: Sequence[Vector]) -> list[int]:
    """Columns that can have a weight: each of their terms is cancelled by another column or wanted."""
    left = list(range(len(columns)))
    while True:
        signs: dict[Any, set[bool]] = {k: {x < 0} for k, x in target.items()}
        for i in left:
            for k, x in columns[i].items():
                signs.setdefault(k, set()).add(x > 0)
        kept = [i for i in left if all(len(signs[k]) == 2 or k in target for k in columns[i])]
        if len(kept) == len(left):
            return left
        left = kept

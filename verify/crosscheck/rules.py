"""The rules: what a step concludes, and what it demands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import forms, reading, terms
from .changes import START, Rewriting, Towards
from .errors import Rejected
from .evaluate import changed, let
from .images import Instance, Statement
from .proofs import Prover
from .signature import Fact, Letter, Loss, Scope
from .terms import difference, minus

Json = Any
Term = list[Any]


@dataclass
class Step:
    """A step being checked: its fields, its formula, and the scope under its prefix."""

    data: dict[str, Json]
    concl: Term
    prefix: Any
    scope: Scope
    prover: Prover
    theorems: Mapping[str, Statement]

    def equals(self, left: Term, right: Term) -> None:
        """The conclusion is the equation left = right. Raises Rejected if a demand is not met."""
        if self.concl[0] != "eq":
            raise Rejected("the rule concludes an equation")
        self.prover.agree(difference(self.concl), minus(left, right), self.scope, "the rule gives another conclusion")

    def equation(self) -> Term:
        """Left minus right of the conclusion; Rejected if it is no equation."""
        if self.concl[0] != "eq":
            raise Rejected("the rule concludes an equation")
        return difference(self.concl)

    def letter(self, key: str) -> Letter:
        """The letter that the field `key` names; Rejected if it is none."""
        name = self.data[key]
        if not isinstance(name, str) or name not in self.scope.sig.letters:
            raise Rejected(f"{key} is no letter")
        return self.scope.sig.letters[name]

    def member(self, letter: Letter, at: Json) -> Term:
        """The member of the family `letter` at the index `at`."""
        return terms.check(["v", letter.name, at, ""], self.scope)

    def loss(self) -> Loss:
        """The loss that the step names; Rejected if it is none."""
        name = self.data["loss"]
        if not isinstance(name, str) or name not in self.scope.sig.losses:
            raise Rejected("no loss of this name")
        return self.scope.sig.losses[name]

    def random(self, term: Term) -> list[Term]:
        """Random letters outside expectations."""
        sig = self.scope.sig
        return [
            x
            for x, deep in terms.walk(terms.expanded(term))
            if x[0] == "v" and not deep and sig.letters[x[1]].law is not None
        ]


RULES: dict[str, tuple[tuple[str, ...], Callable[[Step], None]]] = {}
OPTIONAL: dict[str, tuple[str, ...]] = {"polar": ("also",)}


def rule(name: str, *fields: str) -> Callable[[Callable[[Step], None]], Callable[[Step], None]]:
    """Register the decorated function as the rule `name` with these `fields`."""
    def put(f: Callable[[Step], None]) -> Callable[[Step], None]:
        RULES[name] = fields, f
        return f

    return put


@rule("alg", "proof")
def alg(s: Step) -> None:
    """The rule alg: the conclusion follows from a proof term."""
    s.prover.proves(s.concl, s.data["proof"], s.scope)


@rule("induct", "var", "base", "step")
def induct(s: Step) -> None:
    """The rule induct: the last index of the prefix, from its first values and a step. Rejected if they do not
    cover it.
    """
    if not s.prefix or s.data["var"] != s.prefix[-1][0]:
        raise Rejected("induction is over the last index of the prefix")
    var, low, high = s.prefix[-1]
    bases = reading.items(s.data["base"], "base")
    k = len(bases)
    if not bases:
        raise Rejected("induction needs a base")
    for r, proof in enumerate(bases):
        here = forms.plus({var: 1}, forms.shifted(low, r), -1)
        s.prover.proves(s.concl, proof, s.scope.assuming(here, forms.plus({}, here, -1)))
    later = forms.shifted({var: 1}, k)
    scope = s.scope if high is None else s.scope.assuming(forms.plus(high, later, -1))
    outer = tuple(v for v, _, _ in s.prefix)
    scope = scope.having(scope.new_name("IH"), Fact((), s.concl, outer))
    names: dict[str, forms.Form] = {v: {v: 1} for v in outer} | {var: later}
    there = [s.concl[0], *(let(side, names) for side in s.concl[1:])]
    s.prover.proves(there, s.data["step"], scope)


@rule("use", "theorem", "map", "hyps", "goal", "at")
def use(s: Step) -> None:
    """The rule use: an instance of a theorem proved before, of a base fact, or of an axiom. Raises Rejected if a
    demand is not met.
    """
    name = s.data["theorem"]
    if not isinstance(name, str) or name not in s.theorems:
        raise Rejected("there is no theorem of this name before")
    instance = Instance(s.theorems[name], s.data["map"], s.scope, s.prover)
    instance.hypotheses(s.data["hyps"])
    formula = instance.goal(s.data["goal"], s.data["at"])
    if formula[0] != s.concl[0]:
        raise Rejected("the goal is of another kind")
    s.prover.agree(difference(s.concl), difference(formula), s.scope, "the goal is another one")


@rule("at0", "fact", "at")
def at0(s: Step) -> None:
    """The rule at0: a fact that holds at all times, read at the start. Raises Rejected if a demand is not met."""
    if s.scope.sig.time == "none":
        raise Rejected("a start in a statement without time")
    formula = s.prover.instance(s.scope, s.data["fact"], s.data["at"])
    for side in formula[1:]:
        if terms.has(side, "D") or any(x[0] in ("v", "ch") and x[-1] == "+" for x, _ in terms.walk(side)):
            raise Rejected("a fact with a derivative or a next iterate cannot be read at the start")
    if s.concl[0] != formula[0]:
        raise Rejected("the fact is of another kind")
    there = changed(START, difference(formula))
    s.prover.agree(difference(s.concl), there, s.scope, "the fact at the start is another one")


def falls_from_zero(s: Step, what: Term) -> None:
    """`what` is u at the start minus u, for u = -what + constants: it is 0 at the start. Raises Rejected if a
    demand is not met.
    """
    if s.scope.sig.time != "flow":
        raise Rejected("this rule is about flows")
    if terms.has(what, "D"):
        raise Rejected("a derivative cannot be read at the start")
    if not s.prover.sampler.vanishes(changed(START, what), s.scope):
        raise Rejected("the two sides do not agree at the start")


@rule("constant", "proof")
def constant(s: Step) -> None:
    """The rule constant: what has derivative 0 along a flow is what it was at the start (mean value theorem)."""
    what = s.equation()
    falls_from_zero(s, what)
    found = s.prover.zero(s.data["proof"], s.scope)
    s.prover.agree(found, ["D", what], s.scope, "the proof is not of the derivative")
    s.prover.uses.add("mean-value")


@rule("antitone", "proof")
def antitone(s: Step) -> None:
    """The rule antitone: what has a derivative <= 0 along a flow is at most what it was at the start. Raises
    Rejected if a demand is not met.
    """
    if s.concl[0] != "ge":
        raise Rejected("the rule concludes a weak inequality")
    what = difference(s.concl)
    s.prover.sampler.scalar(what, s.scope, "the inequality")
    falls_from_zero(s, what)
    s.prover.agree(
        s.prover.positive(s.data["proof"], s.scope)[0], ["D", what], s.scope, "the proof is not of the derivative"
    )
    s.prover.uses.add("mean-value")


@rule("comparison", "rate", "proof", "start")
def comparison(s: Step) -> None:
    """The rule comparison: a bound from a linear differential inequality (T. H. Gronwall, Ann. of Math. 20,
    1919). Raises Rejected if a demand is not met.
    """
    if s.concl[0] not in ("ge", "gt"):
        raise Rejected("the rule concludes an inequality")
    if s.scope.sig.time != "flow":
        raise Rejected("this rule is about flows")
    f, prover = difference(s.concl), s.prover
    if terms.has(f, "D"):
        raise Rejected("a derivative cannot be read at the start")
    rate = prover.scalar(s.data["rate"], s.scope)
    if terms.has(rate, "D"):
        raise Rejected("a second derivative")
    prover.sampler.scalar(f, s.scope, "the inequality")
    for _ in prover.sampler.rough(["D", rate], s.scope):
        pass  # raises where the rate has no derivative
    found, _ = prover.positive(s.data["proof"], s.scope)
    prover.agree(found, minus(["D", f], ["*", rate, f]), s.scope, "the proof is not of D f - a f >= 0")
    at_start = [s.concl[0], *(changed(START, side) for side in s.concl[1:])]
    prover.proves(at_start, s.data["start"], s.scope)
    prover.uses.add("mean-value")


@rule("continuation", "theorem", "map", "hyps", "goal", "at", "start", "margin")
def continuation(s: Step) -> None:
    """The rule continuation: what is positive at the start and wherever it was positive before stays so. Raises
    Rejected if a demand is not met.
    """
    f, prover, sig = difference(s.concl), s.prover, s.scope.sig
    if s.concl[0] != "gt":
        raise Rejected("the rule concludes a strict inequality")
    if sig.time != "flow":
        raise Rejected("this rule is about flows")
    if any(high is None for _, _, high in s.prefix):
        raise Rejected("the rule is for finitely many indices")
    prover.sampler.scalar(f, s.scope, "the inequality")
    differentiable(s, f)
    at_start = [s.concl[0], *(changed(START, side) for side in s.concl[1:])]
    prover.proves(at_start, s.data["start"], s.scope)
    # what is used of the theorem may speak of the conclusion at all earlier times, for all indices at once
    whole = replace(s.scope, symbols=frozenset(sig.nat), known=sig.known(), locals=())
    name = s.data["theorem"]
    if not isinstance(name, str) or name not in s.theorems:
        raise Rejected("there is no theorem of this name before")
    earlier = whole.having(whole.new_name("IH"), Fact(s.prefix, s.concl))
    instance = Instance(s.theorems[name], s.data["map"], earlier, prover)
    instance.hypotheses(s.data["hyps"])
    instance.scope = s.scope  # the goal is taken at the indices of the conclusion, which no image mentions
    formula = instance.goal(s.data["goal"], s.data["at"])
    if formula[0] not in ("ge", "gt"):
        raise Rejected("the goal is no inequality")
    margin = minus(f, difference(formula))
    differentiable(s, margin)
    found, strict = prover.positive(s.data["margin"], s.scope)
    if not strict:
        raise Rejected("the margin is not shown to be positive")
    prover.agree(found, margin, s.scope, "the goal leaves another margin")
    prover.uses.add("mean-value")


def differentiable(s: Step, term: Term) -> None:
    """Raises where the term has no time derivative. Raises Rejected if a demand is not met."""
    if terms.has(term, "D"):
        raise Rejected("a second derivative")
    for _ in s.prover.sampler.rough(["D", term], s.scope):
        pass


@rule("variation", "loss", "letter")
def variation(s: Step) -> None:
    """The rule variation: the chain rule for a loss and one direction of its parameters. Raises Rejected if a
    demand is not met.
    """
    loss, letter, sig = s.loss(), s.letter("letter"), s.scope.sig
    if loss.params is None or loss.pgrad is None:
        raise Rejected("the loss has no parameters")
    params = sig.letters[loss.params]
    if not letter.free:
        raise Rejected("the direction must be a free letter")
    if len(s.prefix) != 1 or len(params.index) != 1 or len(letter.index) != 1:
        raise Rejected("a layer index is the only index of the prefix")
    j, (_, first, last) = s.prefix[0][0], params.index[0]
    assert last is not None
    terms.within({j: 1}, first, last, s.scope, "the layer index")
    direction, gradient = (terms.check(["v", name, [{j: 1}], ""], s.scope) for name in (letter.name, loss.pgrad))
    member = terms.check(["v", loss.params, [{j: 1}], ""], s.scope)
    s.prover.sampler.kind(["+", direction, member], s.scope)
    slope = changed(Towards(loss.params, j, letter.name), ["D", loss.at])
    g = ["v", loss.grad, [], ""]
    right = ["*", g, slope] if sig.letters[loss.grad].shape is None else ["tr", ["*", ["T", g], slope]]
    s.equals(["tr", ["*", ["T", gradient], direction]], right)
    s.prover.uses.add("chain-rule")


@rule("nondegenerate", "letter", "at", "proof")
def nondegenerate(s: Step) -> None:
    """The rule nondegenerate: a vector whose inner product with every vector vanishes is 0. Raises Rejected if a
    demand is not met.
    """
    letter, what = s.letter("letter"), s.equation()
    if not letter.free:
        raise Rejected("the letter must be free")
    if letter.name in terms.letters(what, s.scope.sig):
        raise Rejected("the free letter occurs in the conclusion")
    direction = s.member(letter, s.data["at"])
    s.prover.sampler.kind(["+", direction, what], s.scope)
    found = s.prover.zero(s.data["proof"], s.scope)
    s.prover.agree(found, ["tr", ["*", ["T", what], direction]], s.scope, "the proof gives another equation")


@rule("loss", "loss", "what")
def loss(s: Step) -> None:
    """The rule loss: value and gradient of the square loss of a target. Raises Rejected if a demand is not met."""
    row, what = s.loss(), s.data["what"]
    if row.target is None:
        raise Rejected("the loss has no target")
    error = minus(row.at, row.target)
    if what == "gradient":
        s.equals(["v", row.grad, [], ""], error)
    elif what == "value":
        scalar = s.scope.sig.letters[row.grad].shape is None
        square = ["*", error, error] if scalar else ["tr", ["*", ["T", error], error]]
        s.equals(["v", row.value, [], ""], ["*", ["q", "1/2"], square])
    else:
        raise Rejected("what is value or gradient")
    s.prover.uses.add("chain-rule")


# probability -------------------------------------------------------------------------------------------------


def carried(s: Step, body: Term, v: str) -> None:
    """Every random letter carries v itself as exactly one index, and occurs with one index only. Raises Rejected
    if a demand is not met.
    """
    seen: dict[str, Json] = {}
    for x in s.random(body):
        if [form for form in x[2] if v in form] != [{v: 1}]:
            raise Rejected(f"the random letter {x[1]} does not carry {v} as exactly one index")
        if seen.setdefault(x[1], x[2]) != x[2]:
            raise Rejected(f"the random letter {x[1]} occurs with two indices")


def mean(s: Step, term: Term, scope: Scope | None = None) -> Term:
    """The expectation of `term`, well formed in `scope`."""
    return terms.check(["E", term], scope or s.scope)


@rule("independent", "over", "body")
def independent(s: Step) -> None:
    """The rule independent: the mean of a product over independent members is the product of the means."""
    v, low, high = reading.items(s.data["over"], "over", 3)
    inner = s.prover.bind(v, low, high, s.scope)
    body = s.prover.scalar(s.data["body"], inner)
    carried(s, body, v)
    s.equals(mean(s, ["prod", v, low, high, body]), ["prod", v, low, high, mean(s, body, inner)])


@rule("factor", "first", "second")
def factor(s: Step) -> None:
    """The rule factor: the mean of a product of terms in different random letters is the product of the means.
    Raises Rejected if a demand is not met.
    """
    f, g = (s.prover.scalar(s.data[key], s.scope) for key in ("first", "second"))
    bound = {x[1] for side in (f, g) for x, _ in terms.walk(terms.expanded(side)) if x[0] in ("sum", "prod")}
    for x in s.random(f):
        for y in s.random(g):
            if x[1] != y[1]:
                continue
            if any(set(form) & bound for form in (*x[2], *y[2])):
                raise Rejected(f"the random letter {x[1]} stands under a sum or product on both sides")
            if not any(differ(a, b, s.scope) for a, b in zip(x[2], y[2], strict=True)):
                raise Rejected(f"the random letter {x[1]} occurs on both sides")
    s.equals(mean(s, ["*", f, g]), ["*", mean(s, f), mean(s, g)])


def differ(a: forms.Form, b: forms.Form, scope: Scope) -> bool:
    """Whether the forms `a` and `b` are surely different in `scope`."""
    gap = forms.plus(a, b, -1)
    return scope.proves(forms.shifted(gap, -1)) or scope.proves(forms.shifted(forms.plus({}, gap, -1), -1))


@rule("identical", "var", "body", "here", "there")
def identical(s: Step) -> None:
    """The rule identical: members of a family have the same law. Raises Rejected if a demand is not met."""
    # the index is bound here: its name may be that of an index of the prefix
    outer, v = reading.name(s.data["var"], "var"), "identical'"
    places = [s.scope.form(s.data[key]) for key in ("here", "there")]
    body = terms.substituted(s.data["body"], {outer: {v: 1}})
    inner = replace(s.scope, symbols=s.scope.symbols | {v})
    if outer in s.scope.sig.nat or outer in s.scope.sig.letters:
        raise Rejected(f"the index {outer} shadows another name")
    sides = []
    names: dict[str, forms.Form] = {x: {x: 1} for x, _, _ in s.scope.locals}
    for place in places:
        if not s.scope.proves(place):
            raise Rejected("an index may be negative")
        here = inner.assuming(forms.plus({v: 1}, place, -1), forms.plus(place, {v: 1}, -1))
        here = replace(here, locals=(*s.scope.locals, (v, place, place)))
        s.prover.scalar(body, here)
        sides.append(["E", let(body, {**names, v: place})])
        mean(s, body, here)
    if terms.has(body, "E"):
        raise Rejected("an expectation in the body")
    carried(s, body, v)
    for x, _ in terms.walk(body):
        if x[0] in ("v", "ch") and not (x[0] == "v" and s.scope.sig.letters[x[1]].law is not None):
            used = any(v in form for form in (x[2] if x[0] == "v" else x[2:4]))
        else:
            used = x[0] in ("n", "one", "zero", "pow", "root", "sum", "prod") and mentions(x, v)
        if used:
            raise Rejected(f"the body depends on {v} otherwise than through random letters")
    s.equals(*sides)


def mentions(node: Term, v: str) -> bool:
    """Whether the index expressions of this node itself mention v."""
    spots = {"n": node[1:], "one": node[1:], "zero": node[1:], "pow": node[2:], "root": node[2:]}
    found = spots.get(node[0], node[2:4])
    return any(v in (e if isinstance(e, dict) else e[2]) for e in found)


@rule("finite", "letter", "at", "body")
def finite(s: Step) -> None:
    """The rule finite: the mean over a law on finitely many values is a sum. Raises Rejected if a demand is not
    met.
    """
    letter = s.letter("letter")
    if letter.law is None or letter.law["kind"] != "finite":
        raise Rejected("the letter has no finite law")
    member, body = s.member(letter, s.data["at"]), s.prover.scalar(s.data["body"], s.scope)
    if terms.has(body, "E"):
        raise Rejected("an expectation in the body")
    if any(x[1] == letter.name and x[2] != member[2] for x in s.random(body)):
        raise Rejected(f"{letter.name} occurs with another index")
    outer = tuple(v for v, _, _ in s.scope.locals)
    parts: list[Term] = [["q", "0"]]
    left = mean(s, body)
    for probability, value in letter.law["values"]:
        there = changed(Rewriting(Fact((), ["eq", member, ["q", value]], outer)), body)
        parts.append(["*", ["q", probability], ["E", there]])
    s.equals(left, ["+", *parts])


@rule("sector", "letter", "at", "low", "high", "primitive", "proofs")
def sector(s: Step) -> None:
    """The rule sector: the mean over an angle between two bounds is the difference of a primitive. Raises
    Rejected if a demand is not met.
    """
    letter = s.letter("letter")
    if letter.law is None or letter.law["kind"] != "angle":
        raise Rejected("the letter is no uniform angle")
    member = s.member(letter, s.data["at"])
    a, b = (s.prover.scalar(s.data[key], s.scope) for key in ("low", "high"))
    body = s.prover.scalar(s.data["primitive"], s.scope)
    if s.random(a) or s.random(b):
        raise Rejected("the ends of the sector are random")
    if terms.has(body, "E"):
        raise Rejected("an expectation in the primitive")
    if any(x[1:3] != member[1:3] for x in s.random(body)):
        raise Rejected("another random letter in the primitive")
    proofs = reading.items(s.data["proofs"], "proofs", 3)
    wanted = [["+", a, ["pi"]], minus(b, a), minus(["pi"], b)]
    for proof, what in zip(proofs, wanted, strict=True):
        s.prover.agree(s.prover.positive(proof, s.scope)[0], what, s.scope, "a proof is not of the order of the ends")
    outer = tuple(v for v, _, _ in s.scope.locals)
    slope = changed(Turning(letter.name, member[2], outer), ["D", body])
    event = ["*", ["ind", minus(member, a)], ["ind", minus(b, member)], slope]
    if not terms.integrable(["*", *event[1:3], body], s.scope.sig):
        raise Rejected("an expectation of something that need not be integrable")
    at_ends = [changed(Rewriting(Fact((), ["eq", member, end], outer)), body) for end in (b, a)]
    width = ["*", minus(*at_ends), ["inv", ["*", ["q", "2"], ["pi"]]]]
    s.equals(["E", event], width)
    s.prover.uses.add("uniform-sector")


class Turning(Towards):
    """The derivative in one letter."""

    def __init__(self, name: str, at: Any, outer: tuple[str, ...]) -> None:
        self.name, self.at, self.symbols = name, at, outer

    def apply(self, source: Any, env: Any) -> Any:
        """The source in which the angle has turned."""
        from .changes import Behind

        at = tuple(source.index(form, env) for form in self.at)
        name = self.name

        class Turned(Behind):
            def slope(self, ev: Any, other: str, there: tuple[int, ...]) -> Any:
                return ev.one if other == name and there == at else None

            def time(self, ev: Any) -> Any:
                return self.inner.time(ev)[0], False

        return Turned(source)


@rule("interval", "letter", "at", "x", "u", "low", "high", "primitive", "proofs")
def interval(s: Step) -> None:
    """The rule interval: the mass that a Gaussian projection gives to an interval is at most its length over
    sqrt(2 pi). Raises Rejected if a demand is not met.
    """
    letter, plain = s.letter("letter"), s.letter("u")
    if letter.law is None or letter.law["kind"] != "gauss":
        raise Rejected("the letter is no Gaussian column")
    if plain.index or plain.shape is not None or plain.law is not None or plain.moves or plain.free:
        raise Rejected("u must be a plain constant scalar")
    w, x = s.member(letter, s.data["at"]), s.prover.term(s.data["x"], s.scope)
    a, b, body = (s.prover.scalar(s.data[key], s.scope) for key in ("low", "high", "primitive"))
    if any(s.random(t) for t in (x, a, b, body)):
        raise Rejected("only the column may be random")
    if terms.has(body, "E"):
        raise Rejected("an expectation in the primitive")
    if any(plain.name in terms.letters(t, s.scope.sig) for t in (x, a, b)):
        raise Rejected("the direction and the ends must not mention u")
    s.prover.sampler.kind(["+", x, w], s.scope)
    unit, order = reading.items(s.data["proofs"], "proofs", 2)
    length = minus(["tr", ["*", ["T", x], x]], ["q", "1"])
    s.prover.agree(s.prover.zero(unit, s.scope), length, s.scope, "the proof is not of a unit vector")
    s.prover.agree(
        s.prover.positive(order, s.scope)[0], minus(b, a), s.scope, "the proof is not of the order of the ends"
    )
    outer = tuple(v for v, _, _ in s.scope.locals)
    u: Term = ["v", plain.name, [], ""]

    def at(term: Term, value: Term) -> Term:
        return changed(Rewriting(Fact((), ["eq", u, value], outer)), term)

    def weighted(end: Term) -> Term:
        return ["*", at(body, end), ["exp", ["*", ["q", "-1/2"], end, end]]]

    z: Term = ["tr", ["*", ["T", w], x]]
    event = ["*", ["ind", minus(z, a)], ["ind", minus(b, z)]]
    slope = minus(changed(Turning(plain.name, [], outer), ["D", body]), ["*", u, body])
    # the mean exists: what has a derivative is bounded on the interval outside of which the event is 0
    density = ["inv", ["root", ["*", ["q", "2"], ["pi"]], {"1": 2}]]
    s.equals(["E", ["*", event, at(slope, z)]], ["*", minus(weighted(b), weighted(a)), density])
    s.prover.uses.add("gaussian-polar")


@rule("polar", "letter", "at", "x", "y", "angle", "angle_at", "theta", "u", "v", "body", "proofs")
def polar(s: Step) -> None:
    """The rule polar: a plane Gaussian mean of a term without scale, as a mean over the angle. Raises Rejected if
    a demand is not met.
    """
    angle = s.letter("angle")
    if angle.law is None or angle.law["kind"] != "angle":
        raise Rejected("the letter is no uniform angle")
    turn = s.member(angle, s.data["angle_at"])
    columns = gaussian_columns(s)
    theta, body = (s.prover.scalar(s.data[key], s.scope) for key in ("theta", "body"))
    plain = [s.letter(key) for key in ("u", "v")]
    if any(p.index or p.shape is not None or p.law is not None or p.moves for p in plain) or plain[0] == plain[1]:
        raise Rejected("u and v must be two plain constant scalars")
    directions = [side for column in columns for side in column[1:]]
    if any(s.random(t) for t in (*directions, theta, body)):
        raise Rejected("only the columns and the angle may be random")
    names = {p.name for p in plain}
    if any(names & terms.letters(t, s.scope.sig) for t in (*directions, theta)):
        raise Rejected("the directions and theta must not mention u and v")
    proofs = reading.items(s.data["proofs"], "proofs", 3)

    def inner(i: int, j: int) -> Term:
        return ["+", *(["tr", ["*", ["T", c[i]], c[j]]] for c in columns)]

    wanted = [minus(inner(1, 1), ["q", "1"]), minus(inner(2, 2), ["q", "1"]), minus(inner(1, 2), ["cos", theta])]
    for proof, what in zip(proofs, wanted, strict=True):
        s.prover.agree(s.prover.zero(proof, s.scope), what, s.scope, "a proof is not of a unit vector or of the angle")
    order = homogeneity(body, names)
    if order not in (0, 2, 4):
        raise Rejected(f"the body is homogeneous of degree {order}, not 0, 2 or 4")
    outer = tuple(v for v, _, _ in s.scope.locals)

    def at(first: Term, second: Term) -> Term:
        term = body
        for p, image in zip(plain, (first, second), strict=True):
            term = changed(Rewriting(Fact((), ["eq", ["v", p.name, [], ""], image], outer)), term)
        return term

    left = at(inner(0, 1), inner(0, 2))
    right = at(["cos", turn], ["cos", minus(turn, theta)])
    if terms.has(body, "E"):
        raise Rejected("an expectation in the body")
    s.equals(["E", left], ["*", ["q", {0: "1", 2: "2", 4: "8"}[order]], ["E", right]])
    s.prover.uses.add("gaussian-polar")


def gaussian_columns(s: Step) -> list[tuple[Term, Term, Term]]:
    """Members of Gaussian letters, surely different ones, each with two directions of its shape. Raises Rejected
    if a demand is not met.
    """
    out: list[tuple[Term, Term, Term]] = []
    first = [s.data[key] for key in ("letter", "at", "x", "y")]
    for row in [first, *reading.items(s.data.get("also", []), "also")]:
        name, index, *sides = reading.items(row, "column", 4)
        letter = s.scope.sig.letters.get(name) if isinstance(name, str) else None
        if letter is None or letter.law is None or letter.law["kind"] != "gauss":
            raise Rejected("not a Gaussian column")
        w = s.member(letter, index)
        for other, _, _ in out:
            pairs = zip(w[2], other[2], strict=True) if other[1] == w[1] else ()
            if other[1] == w[1] and not any(differ(a, b, s.scope) for a, b in pairs):
                raise Rejected("two columns may be the same random letter")
        x, y = (s.prover.term(side, s.scope) for side in sides)
        for side in (x, y):
            s.prover.sampler.kind(["+", side, w], s.scope)
        out.append((w, x, y))
    return out


def homogeneity(term: Term, names: set[str]) -> int:
    """The degree in the names, every part of a sum having the same one; indicators count 0. Raises Rejected if a
    demand is not met.
    """
    head = term[0]
    if head == "v":
        return int(term[1] in names)
    if head == "*":
        return sum(homogeneity(part, names) for part in term[1:])
    if head == "+":
        found = {homogeneity(part, names) for part in term[1:] if part not in (["q", "0"],)}
        if len(found) > 1:
            raise Rejected("the body is not homogeneous")
        return found.pop() if found else 0
    if head == "pow":
        inner = homogeneity(term[1], names)
        if inner and set(term[2]) - {"1"}:
            raise Rejected("a symbolic power in the body")
        return inner * int(term[2].get("1", 0))
    if head == "sum":
        return homogeneity(term[4], names)
    if head == "ind":
        homogeneity(term[1], names)
        return 0
    if any(part[0] == "v" and part[1] in names for part, _ in terms.walk(term)):
        raise Rejected(f"the body is no polynomial times indicators: {head}")
    return 0

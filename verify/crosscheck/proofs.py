"""What a proof term concludes, worked out again as a term, and the side conditions decided at random points.

`zero` gives a term that is 0, `positive` one that is >= 0 (and whether it is > 0), `semidefinite` one that is PSD.
Nothing is put into a normal form: a conclusion is a term as it grows, and conclusions are compared by their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from . import forms, reading, terms
from .changes import Rewriting
from .compare import Sampler
from .errors import Rejected
from .evaluate import changed, let
from .signature import Fact, Scope, rational
from .terms import minus, negative
from .values import Mat

Term = list[Any]
Json = Any
HEADS: dict[str, dict[str, tuple[int, Callable[..., Any]]]] = {"zero": {}, "positive": {}, "semidefinite": {}}


def node(kind: str, name: str, count: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register how a proof term of a kind is read; `count` arguments, or -1 for one or more."""

    def put(f: Callable[..., Any]) -> Callable[..., Any]:
        HEADS[kind][name] = count, f
        return f

    return put


class Prover:
    """Reads the proof terms of one theorem."""

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler
        self.uses: set[str] = set()  # built-in facts met on the way

    def zero(self, proof: Json, scope: Scope) -> Term:
        """A term that `proof` shows to be zero in `scope`; Rejected if it shows none."""
        result: Term = self._read("zero", proof, scope)
        return result

    def positive(self, proof: Json, scope: Scope) -> tuple[Term, bool]:
        """A term that `proof` shows to be >= 0 in `scope`, and whether it shows > 0; Rejected if it shows none."""
        result: tuple[Term, bool] = self._read("positive", proof, scope)
        return result

    def semidefinite(self, proof: Json, scope: Scope) -> Term:
        """A matrix that `proof` shows to be positive semidefinite in `scope`; Rejected if it shows none."""
        result: Term = self._read("semidefinite", proof, scope)
        return result

    def _read(self, kind: str, proof: Json, scope: Scope) -> Any:
        if not isinstance(proof, list) or not proof or not isinstance(proof[0], str):
            raise Rejected("a proof term must be a list that begins with its constructor")
        found = HEADS[kind].get(proof[0])
        if found is None:
            raise Rejected(f"{proof[0][:30]} is no proof term of this kind ({kind})")
        count, read = found
        if (count >= 0 and len(proof) != count + 1) or (count < 0 and len(proof) < 2):
            raise Rejected(f"{proof[0]} has {len(proof) - 1} arguments")
        self.sampler.work.spend(1)
        return read(self, scope, *proof[1:])

    # what is asked of a proof
    def proves(self, formula: Term, proof: Json, scope: Scope) -> None:
        """The proof term proves the formula. Raises Rejected."""
        relation, goal = formula[0], terms.difference(formula)
        if relation == "psd":
            self.agree(self.semidefinite(proof, scope), goal, scope)
        elif relation == "eq":
            self.agree(self.zero(proof, scope), goal, scope)
        else:
            found, strict = self.positive(proof, scope)
            if relation != "ge" and not strict:
                raise Rejected("the proof is not of a strict inequality")
            if relation == "ne":
                if not self.sampler.equal_up_to_sign(found, goal, scope):
                    raise Rejected("the proof term gives another conclusion")
            else:
                self.agree(found, goal, scope)

    def agree(self, a: Term, b: Term, scope: Scope, what: str = "the proof term gives another conclusion") -> None:
        """Raise Rejected with the sentence `what` unless `a` and `b` are equal in `scope`."""
        if not self.sampler.same(a, b, scope):
            raise Rejected(what)

    # facts
    def fact(self, scope: Scope, name: Json) -> Fact:
        """The fact `name` of `scope`; Rejected if there is none."""
        if not isinstance(name, str) or name not in scope.facts:
            raise Rejected(f"there is no fact {name!r} before this step")
        return scope.facts[name]

    def instance(self, scope: Scope, name: Json, at: Json) -> Term:
        """The formula of a fact at indices, its sides wrapped so that they need no renaming."""
        fact = self.fact(scope, name)
        bindings: dict[str, forms.Form] = {s: {s: 1} for s in fact.outer} | dict(fact.images)
        bindings |= terms.arguments(at, fact.prefix, scope, str(name))
        return [fact.concl[0], *(let(side, bindings) for side in fact.concl[1:])]

    def strict(self, x: Term, proof: Json, scope: Scope) -> None:
        """The proof shows that x is not 0: x > 0, x < 0, or a fact x != 0. Raises Rejected if a demand is not
        met.
        """
        if isinstance(proof, list) and proof[:1] == ["ne"]:
            _, name, at = reading.items(proof, "ne", 3)
            formula = self.instance(scope, name, at)
            if formula[0] != "ne":
                raise Rejected("the fact is not of the form x != 0")
            found = terms.difference(formula)
        else:
            found, strict = self.positive(proof, scope)
            if not strict:
                raise Rejected("the proof is not of a strict inequality")
        if not self.sampler.equal_up_to_sign(found, x, scope):
            raise Rejected("the proof speaks of another term")

    def rewritten(self, scope: Scope, names: Json, term: Term) -> Term:
        """`term` after rewriting with the facts `names`, in order."""
        for name in reading.items(names, "the facts to rewrite with"):
            term = changed(Rewriting(self.fact(scope, name)), term)
        return term

    def term(self, data: Json, scope: Scope) -> Term:
        """A term of the certificate, well formed and with sizes that fit."""
        found = terms.check(data, scope)
        self.sampler.kind(found, scope)
        return found

    def scalar(self, data: Json, scope: Scope) -> Term:
        """The scalar term that `data` is; Ill for a matrix."""
        found = terms.check(data, scope)
        self.sampler.scalar(found, scope, "the term")
        return found

    def bind(self, v: Json, lo: Json, hi: Json, scope: Scope) -> Scope:
        """`scope` with the index `v` from `lo` to `hi`."""
        return terms.binder(["sum", v, lo, hi], scope)

    def mean(self, term: Term, scope: Scope) -> Term:
        """The expectation of `term`; Rejected where none may be taken, or if it need not exist."""
        if scope.pointwise:
            raise Rejected("an expectation inside a case on a sign")
        if not scope.sig.random:
            raise Rejected("an expectation in a statement without random letters")
        if not terms.integrable(term, scope.sig):
            raise Rejected("an expectation of something that need not be integrable")
        return ["E", term]

    def cases(self, scope: Scope, name: Json, at: Json) -> Iterator[Scope]:
        """The two scopes of a case."""
        if isinstance(at, list) and at[:1] == ["nat"]:
            _, i, k = reading.items(at, "a case on a natural", 3)
            reading.text(name, "the name of a case")
            left = scope.form({i: 1} if isinstance(i, str) else i)
            right = scope.form({"1": k} if isinstance(k, int) and k else ({} if k == 0 else k))
            yield scope.assuming(forms.plus(left, right, -1))
            yield scope.assuming(forms.shifted(forms.plus(right, left, -1), -1))
            return
        x = self.scalar(at, scope)
        name = scope.new_name(name)
        inside = replace(scope, pointwise=True)
        outer = tuple(v for v, _, _ in scope.locals)
        yield inside.having(name, Fact((), ["ge", x, ["q", "0"]], outer))
        yield inside.having(name, Fact((), ["gt", ["q", "0"], x], outer))


# of any kind -------------------------------------------------------------------------------------------------


def joined(p: Prover, scope: Scope, at: Json, a: Term, b: Term) -> Term:
    """What both cases conclude. Where naturals decide the case, each conclusion need only make sense in its own."""
    if at[0] == "nat":
        first, _ = p.cases(scope, "", at)
        return ["@if", first.known[-1], a, b]
    p.agree(a, b, scope, "the two cases give different conclusions")
    return a


@node("zero", "case", 4)
def _(p: Prover, scope: Scope, name: Json, at: Json, one: Json, other: Json) -> Term:
    first, second = p.cases(scope, name, at)
    a, b = p.zero(one, first), p.zero(other, second)
    return joined(p, scope, at, a, b)


@node("positive", "case", 4)
def _(p: Prover, scope: Scope, name: Json, at: Json, one: Json, other: Json) -> tuple[Term, bool]:
    first, second = p.cases(scope, name, at)
    (a, s), (b, t) = p.positive(one, first), p.positive(other, second)
    return joined(p, scope, at, a, b), s and t


@node("semidefinite", "case", 4)
def _(p: Prover, scope: Scope, name: Json, at: Json, one: Json, other: Json) -> Term:
    first, second = p.cases(scope, name, at)
    a, b = p.semidefinite(one, first), p.semidefinite(other, second)
    return joined(p, scope, at, a, b)


# equations ---------------------------------------------------------------------------------------------------


@node("zero", "null", 1)
def _(p: Prover, scope: Scope, t: Json) -> Term:
    return ["*", ["q", "0"], p.term(t, scope)]


@node("zero", "fact", 2)
def _(p: Prover, scope: Scope, name: Json, at: Json) -> Term:
    formula = p.instance(scope, name, at)
    if formula[0] != "eq":
        raise Rejected(f"the fact {name} is no equation")
    return terms.difference(formula)


@node("zero", "add", -1)
def _(p: Prover, scope: Scope, *parts: Json) -> Term:
    return ["+", *(p.zero(part, scope) for part in parts)]


@node("zero", "mul", 3)
def _(p: Prover, scope: Scope, a: Json, proof: Json, b: Json) -> Term:
    left = [] if a is None else [p.term(a, scope)]
    right = [] if b is None else [p.term(b, scope)]
    return ["*", *left, p.zero(proof, scope), *right]


def _linear(head: str) -> None:
    @node("zero", head, 1)
    def _(p: Prover, scope: Scope, proof: Json) -> Term:
        return [head, p.zero(proof, scope)]


for _head in ("T", "tr", "vec"):
    _linear(_head)


@node("zero", "kron", 2)
def _(p: Prover, scope: Scope, proof: Json, b: Json) -> Term:
    return ["kr", p.zero(proof, scope), p.term(b, scope)]


@node("zero", "kronr", 2)
def _(p: Prover, scope: Scope, a: Json, proof: Json) -> Term:
    return ["kr", p.term(a, scope), p.zero(proof, scope)]


@node("zero", "sum", 4)
def _(p: Prover, scope: Scope, v: Json, lo: Json, hi: Json, proof: Json) -> Term:
    return ["sum", v, lo, hi, p.zero(proof, p.bind(v, lo, hi, scope))]


@node("zero", "E", 1)
def _(p: Prover, scope: Scope, proof: Json) -> Term:
    return p.mean(p.zero(proof, scope), scope)


@node("zero", "D", 1)
def _(p: Prover, scope: Scope, proof: Json) -> Term:
    if scope.pointwise:
        raise Rejected("a derivative inside a case on a sign")
    if scope.sig.time != "flow":
        raise Rejected("a time derivative; this statement is not about a flow")
    found = p.zero(proof, scope)
    if terms.has(found, "D"):
        raise Rejected("a second derivative")
    return ["D", found]


def _split(head: str) -> Callable[..., Term]:
    def read(p: Prover, scope: Scope, v: Json, lo: Json, mid: Json, hi: Json, t: Json) -> Term:
        inner = p.bind(v, lo, hi, scope)
        terms.check(t, inner)
        middle = scope.form(mid)
        if not scope.proves(forms.shifted(forms.plus(middle, lo, -1), 1)) or not scope.proves(
            forms.plus(hi, middle, -1)
        ):
            raise Rejected("the place of the split is not inside the range")
        first, second = [head, v, lo, mid, t], [head, v, forms.shifted(middle, 1), hi, t]
        parts = ["+", first, second] if head == "sum" else ["*", first, second]
        return minus([head, v, lo, hi, t], parts)

    return read


node("zero", "split", 5)(_split("sum"))
node("zero", "psplit", 5)(_split("prod"))


@node("zero", "reverse", 4)
def _(p: Prover, scope: Scope, v: Json, lo: Json, hi: Json, t: Json) -> Term:
    inner = p.bind(v, lo, hi, scope)
    terms.check(t, inner)
    back = forms.plus(forms.plus(lo, hi), {v: 1}, -1)
    names = {name: {name: 1} for name, _, _ in scope.locals}
    return minus(["sum", v, lo, hi, t], ["sum", v, lo, hi, let(t, {**names, v: back})])


@node("zero", "cong", 5)
def _(p: Prover, scope: Scope, f: Json, a: Json, b: Json, proof: Json, e: Json) -> Term:
    a, b = p.term(a, scope), p.term(b, scope)
    p.agree(p.zero(proof, scope), minus(a, b), scope)
    if f in ("pow", "root"):
        sides = [f, a, e], [f, b, e]
    elif f in terms.FUNCTIONS and e is None:
        sides = [f, a], [f, b]
    else:
        raise Rejected("no function of this name")
    for side in sides:
        p.term(side, scope)
    return minus(*sides)


@node("zero", "congprod", 6)
def _(p: Prover, scope: Scope, v: Json, lo: Json, hi: Json, a: Json, b: Json, proof: Json) -> Term:
    inner = p.bind(v, lo, hi, scope)
    a, b = p.scalar(a, inner), p.scalar(b, inner)
    p.agree(p.zero(proof, inner), minus(a, b), inner)
    return minus(["prod", v, lo, hi, a], ["prod", v, lo, hi, b])


@node("zero", "inv", 2)
def _(p: Prover, scope: Scope, x: Json, proof: Json) -> Term:
    x = p.scalar(x, scope)
    p.strict(x, proof, scope)
    return minus(["*", x, ["inv", x]], ["q", "1"])


@node("zero", "explog", 2)
def _(p: Prover, scope: Scope, x: Json, proof: Json) -> Term:
    x = p.scalar(x, scope)
    _strictly(p, scope, x, proof)
    return minus(["exp", ["log", x]], x)


def _strictly(p: Prover, scope: Scope, x: Term, proof: Json) -> None:
    found, strict = p.positive(proof, scope)
    if not strict:
        raise Rejected("the proof is not of a strict inequality")
    p.agree(found, x, scope, "the proof speaks of another term")


@node("zero", "logexp", 1)
def _(p: Prover, scope: Scope, x: Json) -> Term:
    x = p.scalar(x, scope)
    return minus(["log", ["exp", x]], x)


@node("zero", "ind1", 2)
def _(p: Prover, scope: Scope, x: Json, proof: Json) -> Term:
    x = p.scalar(x, scope)
    p.agree(p.positive(proof, scope)[0], x, scope, "the proof speaks of another term")
    return minus(["ind", x], ["q", "1"])


@node("zero", "ind0", 2)
def _(p: Prover, scope: Scope, x: Json, proof: Json) -> Term:
    x = p.scalar(x, scope)
    _strictly(p, scope, negative(x), proof)
    return ["ind", x]


@node("zero", "gram", 2)
def _(p: Prover, scope: Scope, a: Json, proof: Json) -> Term:
    root: Term = p.term(a, scope)
    p.agree(p.zero(proof, scope), ["tr", ["*", ["T", root], root]], scope)
    return root


@node("zero", "single", 1)
def _(p: Prover, scope: Scope, a: Json) -> Term:
    entry: Term = p.term(a, scope)
    for x in p.sampler.rough(entry, scope):
        if not isinstance(x, Mat) or (x.rows, x.cols) != (1, 1):
            raise Rejected("single is for 1 x 1 matrices")
    return minus(entry, ["*", ["tr", entry], ["one", {"1": 1}]])


@node("zero", "anti", 2)
def _(p: Prover, scope: Scope, one: Json, other: Json) -> Term:
    x, y = p.positive(one, scope)[0], p.positive(other, scope)[0]
    p.agree(negative(x), y, scope, "the two inequalities are not opposite")
    return x


@node("zero", "absurd", 2)
def _(p: Prover, scope: Scope, t: Json, proof: Json) -> Term:
    claimed: Term = p.term(t, scope)
    found, strict = p.positive(proof, scope)
    value = p.sampler.constant(found, scope)
    if value is None or value > 0 or (value == 0 and not strict):
        raise Rejected("the case is not shown to be impossible")
    return claimed


@node("zero", "rw", 2)
def _(p: Prover, scope: Scope, t: Json, names: Json) -> Term:
    t = p.term(t, scope)
    return minus(t, p.rewritten(scope, names, t))


@node("zero", "rwz", 2)
def _(p: Prover, scope: Scope, proof: Json, names: Json) -> Term:
    return p.rewritten(scope, names, p.zero(proof, scope))


# inequalities ------------------------------------------------------------------------------------------------


@node("positive", "fact", 2)
def _(p: Prover, scope: Scope, name: Json, at: Json) -> tuple[Term, bool]:
    formula = p.instance(scope, name, at)
    if formula[0] not in ("ge", "gt"):
        raise Rejected(f"the fact {name} is no inequality")
    return terms.difference(formula), formula[0] == "gt"


@node("positive", "z", 1)
def _(p: Prover, scope: Scope, proof: Json) -> tuple[Term, bool]:
    found = p.zero(proof, scope)
    p.sampler.scalar(found, scope, "the equation")
    return found, False


@node("positive", "q", 1)
def _(p: Prover, scope: Scope, c: Json) -> tuple[Term, bool]:
    value = rational(c)
    if value < 0:
        raise Rejected("the number is negative")
    return ["q", c], value > 0


@node("positive", "pi", 0)
def _(p: Prover, scope: Scope) -> tuple[Term, bool]:
    return ["pi"], True


@node("positive", "time", 0)
def _(p: Prover, scope: Scope) -> tuple[Term, bool]:
    return terms.check(["t"], scope), False


@node("positive", "nat", 1)
def _(p: Prover, scope: Scope, d: Json) -> tuple[Term, bool]:
    found = terms.check(["n", d], scope)
    return found, isinstance(d, dict) and scope.proves(forms.shifted(d, -1))


@node("positive", "sq", 1)
def _(p: Prover, scope: Scope, x: Json) -> tuple[Term, bool]:
    x = p.scalar(x, scope)
    return ["*", x, x], False


@node("positive", "add", -1)
def _(p: Prover, scope: Scope, *parts: Json) -> tuple[Term, bool]:
    found = [p.positive(part, scope) for part in parts]
    return ["+", *(x for x, _ in found)], any(strict for _, strict in found)


@node("positive", "mul", 2)
def _(p: Prover, scope: Scope, one: Json, other: Json) -> tuple[Term, bool]:
    (a, s), (b, t) = p.positive(one, scope), p.positive(other, scope)
    return ["*", a, b], s and t


@node("positive", "pow", 2)
def _(p: Prover, scope: Scope, proof: Json, e: Json) -> tuple[Term, bool]:
    found, strict = p.positive(proof, scope)
    scope.natural(e, "an exponent")
    return ["pow", found, e], strict


@node("positive", "sum", 4)
def _(p: Prover, scope: Scope, v: Json, lo: Json, hi: Json, proof: Json) -> tuple[Term, bool]:
    found, strict = p.positive(proof, p.bind(v, lo, hi, scope))
    return ["sum", v, lo, hi, found], strict and scope.proves(forms.plus(hi, lo, -1))


@node("positive", "prod", 4)
def _(p: Prover, scope: Scope, v: Json, lo: Json, hi: Json, proof: Json) -> tuple[Term, bool]:
    found, strict = p.positive(proof, p.bind(v, lo, hi, scope))
    return ["prod", v, lo, hi, found], strict


@node("positive", "prodmono", 5)
def _(p: Prover, scope: Scope, v: Json, lo: Json, hi: Json, one: Json, other: Json) -> tuple[Term, bool]:
    inner = p.bind(v, lo, hi, scope)
    x, y = p.positive(one, inner)[0], p.positive(other, inner)[0]
    return minus(["prod", v, lo, hi, ["+", x, y]], ["prod", v, lo, hi, x]), False


@node("positive", "trace", 1)
def _(p: Prover, scope: Scope, proof: Json) -> tuple[Term, bool]:
    return ["tr", p.semidefinite(proof, scope)], False


@node("positive", "trace2", 2)
def _(p: Prover, scope: Scope, one: Json, other: Json) -> tuple[Term, bool]:
    return ["tr", ["*", p.semidefinite(one, scope), p.semidefinite(other, scope)]], False


@node("positive", "E", 1)
def _(p: Prover, scope: Scope, proof: Json) -> tuple[Term, bool]:
    return p.mean(p.positive(proof, scope)[0], scope), False


@node("positive", "inv", 1)
def _(p: Prover, scope: Scope, proof: Json) -> tuple[Term, bool]:
    found, strict = p.positive(proof, scope)
    return ["inv", found], strict


@node("positive", "exp", 1)
def _(p: Prover, scope: Scope, x: Json) -> tuple[Term, bool]:
    return ["exp", p.scalar(x, scope)], True


@node("positive", "exp1", 1)
def _(p: Prover, scope: Scope, x: Json) -> tuple[Term, bool]:
    x = p.scalar(x, scope)
    p.uses.add("exp-tangent")
    return ["+", ["exp", x], ["q", "-1"], negative(x)], False


def _indicator(head: str, build: Callable[[Term], Term]) -> None:
    @node("positive", head, 1)
    def _(p: Prover, scope: Scope, x: Json) -> tuple[Term, bool]:
        return build(p.scalar(x, scope)), False


_indicator("ind", lambda x: ["ind", x])
_indicator("notind", lambda x: minus(["q", "1"], ["ind", x]))
_indicator("indx", lambda x: ["*", ["ind", x], x])
_indicator("notindx", lambda x: ["*", ["+", ["ind", x], ["q", "-1"]], x])


@node("positive", "union", 5)
def _(p: Prover, scope: Scope, v: Json, lo: Json, hi: Json, one: Json, other: Json) -> tuple[Term, bool]:
    inner = p.bind(v, lo, hi, scope)
    x, rest = p.positive(one, inner)[0], p.positive(other, inner)[0]
    missing = minus(["q", "1"], x)
    p.agree(rest, missing, inner, "the two inequalities are not x >= 0 and 1 - x >= 0")
    return minus(["sum", v, lo, hi, missing], minus(["q", "1"], ["prod", v, lo, hi, x])), False


@node("positive", "cos", 4)
def _(p: Prover, scope: Scope, x: Json, k: Json, one: Json, other: Json) -> tuple[Term, bool]:
    x = p.scalar(x, scope)
    k = reading.whole(k, "the number of the half wave")
    low = ["*", ["q", f"{2 * k - 1}/2"], ["pi"]]
    high = ["*", ["q", f"{2 * k + 1}/2"], ["pi"]]
    (a, s), (b, t) = p.positive(one, scope), p.positive(other, scope)
    p.agree(a, minus(x, low), scope, "the lower end is another one")
    p.agree(b, minus(high, x), scope, "the upper end is another one")
    p.uses.add("cosine-sign")
    return ["*", ["q", "-1" if k % 2 else "1"], ["cos", x]], s and t


@node("positive", "angle", 3)
def _(p: Prover, scope: Scope, name: Json, at: Json, sign: Json) -> tuple[Term, bool]:
    letter = terms.check(["v", name, at, ""], scope)
    law = scope.sig.letters[letter[1]].law
    if law is None or law["kind"] != "angle" or isinstance(sign, bool) or sign not in (1, -1):
        raise Rejected("no uniform angle, or no sign")
    return ["+", ["pi"], ["*", ["q", str(sign)], letter]], False


@node("positive", "law", 3)
def _(p: Prover, scope: Scope, name: Json, at: Json, x: Json) -> tuple[Term, bool]:
    letter = terms.check(["v", name, at, ""], scope)
    law = scope.sig.letters[letter[1]].law
    if law is None or law["kind"] != "finite":
        raise Rejected("the letter has no finite law")
    x = p.scalar(x, scope)
    if terms.has(x, "E"):
        raise Rejected("an expectation in a term at each value of a law")
    for part, _ in terms.walk(x):
        if part[0] == "v" and scope.sig.letters[part[1]].law is not None and part[1:3] != letter[1:3]:
            raise Rejected("another random letter")
    strict = True
    for _, value in law["values"]:
        here = Fact((), ["eq", letter, ["q", value]], tuple(v for v, _, _ in scope.locals))
        found = p.sampler.constant(changed(Rewriting(here), x), scope)
        if found is None or found < 0:
            raise Rejected("the term is not a rational number >= 0 at each value of the law")
        strict = strict and found > 0
    return x, strict


@node("positive", "rw", 2)
def _(p: Prover, scope: Scope, proof: Json, names: Json) -> tuple[Term, bool]:
    found, strict = p.positive(proof, scope)
    return p.rewritten(scope, names, found), strict


# semidefinite ------------------------------------------------------------------------------------------------


@node("semidefinite", "fact", 2)
def _(p: Prover, scope: Scope, name: Json, at: Json) -> Term:
    formula = p.instance(scope, name, at)
    if formula[0] != "psd":
        raise Rejected(f"the fact {name} does not say that a matrix is PSD")
    found: Term = formula[1]
    return found


@node("semidefinite", "z", 1)
def _(p: Prover, scope: Scope, proof: Json) -> Term:
    found = p.zero(proof, scope)
    p.sampler.square(found, scope, "the equation")
    p.agree(found, ["T", found], scope, "the matrix is not symmetric")
    return found


@node("semidefinite", "one", 1)
def _(p: Prover, scope: Scope, d: Json) -> Term:
    return p.term(["one", d], scope)


@node("semidefinite", "gram", 1)
def _(p: Prover, scope: Scope, a: Json) -> Term:
    a = p.term(a, scope)
    found = ["*", ["T", a], a]
    p.sampler.square(found, scope, "a Gram matrix")
    return found


@node("semidefinite", "congruence", 2)
def _(p: Prover, scope: Scope, a: Json, proof: Json) -> Term:
    a = p.term(a, scope)
    return ["*", ["T", a], p.semidefinite(proof, scope), a]


@node("semidefinite", "add", -1)
def _(p: Prover, scope: Scope, *parts: Json) -> Term:
    return ["+", *(p.semidefinite(part, scope) for part in parts)]


@node("semidefinite", "scale", 2)
def _(p: Prover, scope: Scope, one: Json, other: Json) -> Term:
    return ["*", p.positive(one, scope)[0], p.semidefinite(other, scope)]


@node("semidefinite", "kron", 2)
def _(p: Prover, scope: Scope, one: Json, other: Json) -> Term:
    return ["kr", p.semidefinite(one, scope), p.semidefinite(other, scope)]


@node("semidefinite", "sum", 4)
def _(p: Prover, scope: Scope, v: Json, lo: Json, hi: Json, proof: Json) -> Term:
    return ["sum", v, lo, hi, p.semidefinite(proof, p.bind(v, lo, hi, scope))]


@node("semidefinite", "pow", 2)
def _(p: Prover, scope: Scope, proof: Json, e: Json) -> Term:
    found = p.semidefinite(proof, scope)
    scope.natural(e, "an exponent")
    return ["pow", found, e]


@node("semidefinite", "dominate", 1)
def _(p: Prover, scope: Scope, proof: Json) -> Term:
    found = p.semidefinite(proof, scope)
    return minus(["*", ["tr", found], ["@unit", found]], found)


@node("semidefinite", "rw", 2)
def _(p: Prover, scope: Scope, proof: Json, names: Json) -> Term:
    return p.rewritten(scope, names, p.semidefinite(proof, scope))

"""Well-formed terms and formulas, and questions about what occurs in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import forms, reading
from .errors import Rejected
from .signature import Fact, Scope, Signature, dimension, rational

Term = list[Any]
UNARY = ("T", "tr", "vec", "exp", "log", "inv", "cos", "acos", "ind", "E", "D")
FUNCTIONS = ("exp", "log", "inv", "cos", "acos", "ind")
RELATIONS = ("eq", "ge", "gt", "ne")


def check(term: Any, scope: Scope) -> Term:
    """A term of the language whose index conditions all hold in the scope. Raises Rejected."""
    if not isinstance(term, list) or not term or not isinstance(term[0], str):
        raise Rejected("a term must be a list that begins with its constructor")
    head, sig = term[0], scope.sig
    count = {"q": 1, "n": 1, "pi": 0, "t": 0, "v": 3, "ch": 4, "one": 1, "zero": 2, "kr": 2, "pow": 2, "root": 2}
    count |= {"sum": 4, "prod": 4} | dict.fromkeys(UNARY, 1)
    if head in ("+", "*"):
        if len(term) < 2:
            raise Rejected(f"{head} needs arguments")
        for part in term[1:]:
            check(part, scope)
        return term
    if head not in count:
        raise Rejected(f"unknown term {head[:30]}")
    if len(term) != count[head] + 1:
        raise Rejected(f"{head} has {len(term) - 1} arguments instead of {count[head]}")
    if head == "q":
        rational(term[1])
    elif head in ("n", "one", "zero"):
        for size in term[1:]:
            dimension(size, scope, sig.dims)
    elif head == "t":
        if sig.time != "flow":
            raise Rejected("t is the time of a flow; this statement is not about a flow")
    elif head == "v":
        _letter(term, scope)
    elif head == "ch":
        _chain(term, scope)
    elif head in ("pow", "root"):
        check(term[1], scope)
        exponent = scope.form(term[2], "an exponent")
        least = 0 if head == "pow" else 1
        if not scope.proves(forms.shifted(exponent, -least)):
            raise Rejected(f"the exponent may be below {least}")
    elif head in ("sum", "prod"):
        check(term[4], binder(term, scope))
    elif head == "kr":
        check(term[1], scope)
        check(term[2], scope)
    elif head != "pi":
        if head == "E" and not sig.random:
            raise Rejected("an expectation in a statement without random letters")
        if head == "D" and sig.time != "flow":
            raise Rejected("a time derivative; this statement is not about a flow")
        check(term[1], scope)
        if head == "D" and has(term[1], "D"):
            raise Rejected("a second derivative")
        if head == "E" and not integrable(term[1], sig):
            raise Rejected("an expectation of something that need not be integrable")
    return term


def binder(term: Term, scope: Scope) -> Scope:
    """The scope inside `[.., v, lo, hi, ..]`, the range being a possibly empty one. Raises Rejected if a demand
    is not met.
    """
    name = reading.name(term[1], "a bound index")
    low = scope.natural(term[2], "the lower end of a range")
    high = scope.form(term[3])
    if not scope.proves(forms.shifted(forms.plus(high, low, -1), 1)):
        raise Rejected("a range may end before it begins")
    return scope.enter(name, low, high)


def within(form: forms.Form, low: forms.Form, high: forms.Form | None, scope: Scope, what: str) -> None:
    """Raise Rejected, naming `what`, unless `form` surely lies between `low` and `high`."""
    if not scope.proves(forms.plus(form, low, -1)):
        raise Rejected(f"{what} may be below its range")
    if high is not None and not scope.proves(forms.plus(high, form, -1)):
        raise Rejected(f"{what} may be above its range")


def arguments(at: Any, prefix: Any, scope: Scope, what: str) -> dict[str, forms.Form]:
    """Index expressions for a prefix, each inside its range."""
    given = reading.items(at, f"the indices of {what}", len(prefix))
    images: dict[str, forms.Form] = {}
    for e, (name, low, high) in zip(given, prefix, strict=True):
        form = scope.form(e)
        within(form, forms.put(low, images), None if high is None else forms.put(high, images), scope, what)
        images[name] = form
    return images


def _letter(term: Term, scope: Scope) -> None:
    _, name, at, stage = term
    if not isinstance(name, str) or name not in scope.sig.letters:
        raise Rejected(f"{name!r} is not in the signature")
    letter = scope.sig.letters[name]
    arguments(at, letter.index, scope, name)
    _stage(stage, scope, letter.moves)


def _stage(stage: Any, scope: Scope, moves: bool) -> None:
    allowed = {"none": ("",), "flow": ("", "0"), "descent": ("", "0", "+")}[scope.sig.time]
    if stage not in allowed or (stage and not moves):
        raise Rejected(f"no stage {stage!r} here")


def _chain(term: Term, scope: Scope) -> None:
    _, name, high, low, stage = term
    letter = scope.sig.letters.get(name) if isinstance(name, str) else None
    if letter is None or not letter.chain:
        raise Rejected(f"{name!r} is no chain family")
    high, low = scope.form(high), scope.form(low)
    _, first, last = letter.index[0]
    assert last is not None
    if not scope.proves(forms.plus(low, first, -1)) or not scope.proves(forms.plus(last, high, -1)):
        raise Rejected(f"a product of {name} leaves its range")
    if not scope.proves(forms.shifted(forms.plus(high, low, -1), 1)):
        raise Rejected(f"a product of {name} may have negative length")
    _stage(stage, scope, letter.moves)


def formula(data: Any, scope: Scope) -> Term:
    """A formula whose terms are well formed. Raises Rejected if a demand is not met."""
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        raise Rejected("a formula must be a list that begins with its relation")
    if data[0] == "psd":
        check(reading.items(data, "psd", 2)[1], scope)
    elif data[0] in RELATIONS:
        reading.items(data, data[0], 3)
        check(data[1], scope)
        check(data[2], scope)
    else:
        raise Rejected(f"unknown relation {data[0][:30]}")
    return data


def fact(data: Any, scope: Scope, what: str, extra: tuple[str, ...] = ()) -> tuple[Fact, Scope]:
    """A prefix and a formula; also the scope under the prefix."""
    reading.fields(data, ("all", "concl", *extra), (), what)
    inner, prefix = scope.prefix(data["all"])
    return Fact(prefix, formula(data["concl"], inner)), inner


def difference(relation: Term) -> Term:
    """What is 0, >= 0 or PSD when the formula holds."""
    if relation[0] == "psd":
        found: Term = relation[1]
        return found
    return minus(relation[1], relation[2])


def minus(a: Term, b: Term) -> Term:
    """The term for `a` - `b`."""
    return ["+", a, ["*", ["q", "-1"], b]]


def negative(a: Term) -> Term:
    """The term for -`a`."""
    return ["*", ["q", "-1"], a]


# what occurs -------------------------------------------------------------------------------------------------


def children(term: Term) -> list[Term]:
    """The subterms directly below `term`."""
    head = term[0]
    if head in ("sum", "prod"):
        return [term[4]]
    if head in ("pow", "root"):
        return [term[1]]
    if head == "@if":
        return term[2:]
    if head == "@in":
        return [*(term[1].terms() if term[1] is not None else ()), term[3]]
    if head in ("q", "n", "pi", "t", "v", "ch", "one", "zero"):
        return []
    return term[1:]


def walk(term: Term, inside: bool = False) -> Iterator[tuple[Term, bool]]:
    """All parts, and whether each stands inside an expectation."""
    stack = [(term, inside)]
    while stack:
        node, deep = stack.pop()
        yield node, deep
        stack += [(child, deep or node[0] == "E") for child in children(node)]


def letters(term: Term, sig: Signature) -> set[str]:
    """The letters that occur in `term`."""
    return {node[1] for node, _ in walk(term) if node[0] in ("v", "ch")}


def is_random(term: Term, sig: Signature) -> bool:
    """Whether a random letter occurs outside expectations."""
    return any(
        node[0] == "v" and not deep and node[1] in sig.letters and sig.letters[node[1]].law is not None
        for node, deep in walk(term)
    )


def has(term: Term, *heads: str) -> bool:
    """Whether one of `heads` occurs in `term`."""
    return any(node[0] in heads for node, _ in walk(term))


def moves(term: Term, sig: Signature) -> bool:
    """Whether something depends on time now: moving letters without the stage of the start, t, D, next iterates."""
    for node, _ in walk(term):
        if node[0] in ("t", "D"):
            return True
        if node[0] in ("v", "ch"):
            stage = node[3] if node[0] == "v" else node[4]
            if stage != "0" and sig.letters[node[1]].moves:
                return True
    return False


def bounded(term: Term, sig: Signature) -> bool:
    """Whether a term is bounded by something that is not random."""
    if not is_random(term, sig):
        return True
    head = term[0]
    if head == "v":
        return bool(sig.letters[term[1]].law["kind"] != "gauss")
    if head in ("ind", "cos", "E"):
        return True
    if head in ("+", "*", "exp", "sum", "prod", "pow", "@in", "@if"):
        return all(bounded(child, sig) for child in children(term))
    return False


def integrable(term: Term, sig: Signature) -> bool:
    """Whether a term is a sum of products of bounded things and polynomials in Gaussian letters."""
    if bounded(term, sig) or term[0] == "v":
        return True
    if term[0] in ("+", "*", "T", "tr", "vec", "kr", "sum", "pow", "@in", "@if"):
        return all(integrable(child, sig) for child in children(term))
    return False


MOST_EXPANDED = 65


def expanded(term: Term) -> Term:
    """Sums and products over a range of constant length written out, so that each letter shows its index."""
    head = term[0]
    if head in ("sum", "prod"):
        length = forms.shifted(forms.plus(term[3], term[2], -1), 1)
        if set(length) <= {"1"} and length.get("1", 0) <= MOST_EXPANDED:
            parts = [substituted(term[4], {term[1]: forms.shifted(term[2], k)}) for k in range(length.get("1", 0))]
            return ["+" if head == "sum" else "*", ["q", "0" if head == "sum" else "1"], *map(expanded, parts)]
        return [*term[:4], expanded(term[4])]
    if head in ("pow", "root"):
        return [head, expanded(term[1]), term[2]]
    if head in ("q", "n", "pi", "t", "v", "ch", "one", "zero"):
        return term
    return [head, *map(expanded, term[1:])]


def substituted(term: Any, images: dict[str, forms.Form]) -> Any:
    """Index symbols replaced in a term as written; no binder shadows, so none captures."""
    if isinstance(term, dict):
        return forms.put(term, images)
    if isinstance(term, list):
        return [substituted(part, images) for part in term]
    return term

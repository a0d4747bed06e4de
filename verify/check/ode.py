"""Claims along the solutions of x' = f(x), reduced to inequalities and identities on their states.

With L q = sum of f_i dq/dx_i, the derivative of q along a solution: q is conserved if L q = 0, and does not increase if
L q <= 0, on a set that no solution leaves. If q >= 0 and L q + k q <= 0 there, then q <= q(0) exp(-k t), by Gronwall's
lemma; the same with q**2 in place of q. The set is all states, or the states with some coordinates positive whose rate
is x_i g(x): these keep their sign. A claim fails at once at a start where L q has the wrong sign, or where q(0) is C
and falls slower than C exp(-k t). The items of a certificate have the ids of `reduction`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verify.kernel.errors import Budget as Work
from verify.kernel.scalar import terms as t
from verify.kernel.scalar.normal import Normal

from . import expression as ex
from . import identity, scalar
from .answer import Answer, Counterexample
from .expression import Expr
from .problem import Flow, Hints, Identity, Inequality, Interval, Problem
from .settle import Budget

Json = Any
Box = tuple[tuple[str, Interval], ...]
SMOOTH = {"q", "var", "pi", "+", "*", "pow", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "atan", "asinh",
          "erf", "erfc"}  # fmt: skip
TOTAL = SMOOTH - {"log", "tan"}
LINE = Interval(ex.MINUS_INFINITY, ex.INFINITY, True, True)
POSITIVE = Interval(ex.ZERO, ex.INFINITY, True, True)


def kernel_tree(e: Expr) -> Expr:
    """The same expression with numbers instead of their texts."""
    if e[0] == "q":
        return ("q", Fraction(e[1]))
    return tuple(kernel_tree(p) if isinstance(p, tuple) else p for p in e)


def parser_tree(e: Expr) -> Expr:
    """The kernel expression `e` in the form of the parser."""
    if e[0] == "q":
        return ex.rational(e[1])
    return tuple(parser_tree(p) if isinstance(p, tuple) else p for p in e)


def lie(s: Flow) -> Expr:
    """Derivative of the quantity along the field."""
    q = kernel_tree(s.quantity)
    parts = [t.times(t.derivative(q, name), kernel_tree(rate)) for name, rate in s.field]
    return parser_tree(t.add(*parts))


def smooth(e: Expr) -> bool:
    """Built from functions that are smooth wherever they and their derivatives are defined?"""
    if e[0] not in SMOOTH:
        return False
    if e[0] == "pow" and (ex.constant(e[2]) is None or Fraction(e[2][1]).denominator != 1):
        return False
    return all(smooth(p) for p in e[1:] if isinstance(p, tuple))


def whole(e: Expr) -> bool:
    """Are all its powers whole and not negative?"""
    if e[0] == "pow" and ((ex.constant(e[2]) or Fraction(0)) < 0 or not smooth(e)):
        return False
    return all(whole(p) for p in e[1:] if isinstance(p, tuple))


def keeps_sign(rate: Expr, name: str) -> bool:
    """Is the rate of a coordinate the coordinate times a polynomial?"""
    n = Normal(Work(100_000))
    form = n.of(kernel_tree(rate))
    mine = n.atom(("var", name))
    return all(
        dict(m).get(mine, 0) >= 1
        and all(n.atoms[x][0] == "var" and type(e) is int and e > 0 for x, e in m)
        for m in form
    )


def region(s: Flow) -> Box:
    """A set of states that holds all starts and that no solution leaves."""
    rows = []
    start = dict(s.init or ())
    domain = dict(s.init_domain)
    for name, rate in s.field:
        positive = False
        if name in start:
            value = ex.constant(start[name])
            positive = value is not None and value > 0
        else:
            low = ex.constant(domain[name].low)
            positive = low is not None and (low > 0 or (low == 0 and domain[name].open_low))
        try:
            positive = positive and keeps_sign(rate, name)
        except Exception:  # no normal form: no claim about the sign
            positive = False
        rows.append((name, POSITIVE if positive else LINE))
    return tuple(rows)


def total(rate: Expr) -> bool:
    """Is it seen by its form to be real and defined at all states?"""
    return ex.heads(rate) <= TOTAL and whole(rate)


def begins(s: Flow) -> dict[str, Inequality | Identity]:
    """Claims that show a solution from every start: the rates are real there, so that the field is smooth around it.

    Only where this is not seen by form. The box itself is part of each claim, and must not be empty."""
    box = starts(s)
    found: dict[str, Inequality | Identity] = {
        f"rate {name}": Inequality(box, rate, "<=", rate) for name, rate in s.field if not total(rate)
    }
    ends = (e for _, i in s.init_domain for e in (i.low, i.high))
    if not found and any(ex.constant(e) is None and e not in (ex.INFINITY, ex.MINUS_INFINITY) for e in ends):
        found["starts"] = Inequality(box, ex.ZERO, "<=", ex.ZERO)
    return found


def starts(s: Flow) -> Box:
    """The starts as a box; a fixed start is a box of one point."""
    if s.init is not None:
        return tuple((name, Interval(value, value)) for name, value in s.init)
    return s.init_domain


def reduction(s: Flow, way: str) -> dict[str, Inequality | Identity]:
    """The claims, by id, that together prove or refute the claim about solutions; raises ValueError if there are none.

    Ways: `conserved`, `falls`, `decay` (q >= 0), `decay-square`; and to refute `moves`, `rises`, `start`, `slower+`,
    `slower-`."""
    kind = s.claim[0]
    q, here, box = s.quantity, region(s), starts(s)
    if not smooth(q) or not all(smooth(rate) for _, rate in s.field):
        raise ValueError("the quantity and the field are not seen to be smooth")
    rate = lie(s)
    real = Inequality(here, q, "<=", q)
    if way in WAYS["REFUTED"] and not all(total(rate) for _, rate in s.field):
        raise ValueError("no such way")  # a solution from the start is not seen to exist
    if (kind, way) == ("conserved", "conserved"):
        return {"real": real, **begins(s), "conserved": Identity(here, (), rate, ex.ZERO)}
    if (kind, way) == ("conserved", "moves"):
        return {"moves": Identity(box, (), rate, ex.ZERO)}
    if (kind, way) == ("nonincreasing", "falls"):
        return {"real": real, **begins(s), "falls": Inequality(here, rate, "<=", ex.ZERO)}
    if (kind, way) == ("nonincreasing", "rises"):
        return {"rises": Inequality(box, rate, "<=", ex.ZERO)}
    if kind != "bounded":
        raise ValueError("no such way")
    c, k = s.claim[1], s.claim[2]
    if ex.free(c) or ex.free(k):
        raise ValueError("C and k are numbers")
    size = Inequality(box, ("abs", q), "<=", c)
    if way == "decay":
        down = ex.add(rate, ex.times(k, q))
        return {
            "real": real, **begins(s), "start": size, "sign": Inequality(here, ex.ZERO, "<=", q),
            "decay": Inequality(here, down, "<=", ex.ZERO),
        }  # fmt: skip
    if way == "decay-square":
        down = ex.add(ex.times(q, rate), ex.times(k, ex.power(q, ("q", "2"))))
        return {"real": real, **begins(s), "start": size, "decay": Inequality(here, down, "<=", ex.ZERO)}
    if way == "start":
        return {"start": size}
    if way in ("slower+", "slower-") and s.init is not None:
        one = ex.ONE if way == "slower+" else ex.MINUS
        at = {name: kernel_tree(value) for name, value in s.init}
        q0, rate0 = (parser_tree(t.substitute(kernel_tree(e), at)) for e in (q, rate))
        return {
            "equal": Identity((), (), q0, ex.times(one, c)),
            "slower": Inequality((), ex.times(one, rate0), "<=", ex.negative(ex.times(k, c))),
        }
    raise ValueError("no such way")


WAYS = {"PROVED": ("conserved", "falls", "decay", "decay-square"),
        "REFUTED": ("moves", "rises", "start", "slower+", "slower-")}  # fmt: skip
FAILING = ("moves", "rises", "start", "slower")  # ids of the items that refute


def stands(problem: Problem, verdict: str, certificate: Mapping[str, Json]) -> str | None:
    """Are the items exactly those of a way to prove or refute this claim?"""
    s = problem.statement
    assert isinstance(s, Flow)
    items = {i["id"]: ("scalars", i) for i in certificate.get("scalars", [])}
    items |= {i["id"]: ("identities", i) for i in certificate.get("identities", [])}
    if sorted(certificate.get("rests", ())) != sorted(items) or not items:
        return "it rests on something else"
    for way in WAYS[verdict]:
        try:
            needed = reduction(s, way)
        except ValueError:
            continue
        if set(needed) == set(items) and all(
            _says(items[name], claim, verdict if name in FAILING and verdict == "REFUTED" else "PROVED")
            for name, claim in needed.items()
        ):
            return None
    return "its items are not those of a proof or refutation of this claim"


def _says(found: tuple[str, Json], claim: Inequality | Identity, verdict: str) -> bool:
    kind, item = found
    if isinstance(claim, Identity):
        return kind == "identities" and identity.says(item, identity.compiled(claim), verdict) is None
    said = scalar.statement_json(claim)
    wanted = {"PROVED": "proof", "REFUTED": "refutation"}[verdict]
    return kind == "scalars" and wanted in item and all(item.get(k) == v for k, v in said.items())


def settle(problem: Problem, budget: Budget) -> Answer:
    """Prove or refute the claim of `problem` about solutions within `budget`; OPEN if neither is found."""
    s = problem.statement
    assert isinstance(s, Flow)
    tried: list[str] = []
    for verdict in ("REFUTED", "PROVED"):
        for way in WAYS[verdict]:
            try:
                needed = reduction(s, way)
            except ValueError as error:
                if str(error) != "no such way":
                    return Answer("OPEN", tried=(str(error),))
                continue
            answer = attempt(s, way, verdict, needed, problem.hints, budget)
            if answer is not None:
                return answer
            tried.append(f"{way}: {', '.join(needed)} not all settled")
    advice = "the claim may need a smaller set of states or the solution itself"
    return Answer("OPEN", tried=tuple(tried), advice=advice)


def attempt(
    s: Flow, way: str, verdict: str, needed: Mapping[str, Inequality | Identity], hints: Hints, budget: Budget
) -> Answer | None:
    """Settle `s` in one `way` with this `verdict`, if all `needed` statements can be settled; else None.

    `hints` and the rest of `budget` go to the searches for inequalities and identities.
    """
    lists: dict[str, list[Json]] = {}
    steps: list[str] = []
    point: Counterexample | None = None
    share = budget.left / 3
    for name, claim in needed.items():
        wanted = verdict if name in FAILING and verdict == "REFUTED" else "PROVED"
        if isinstance(claim, Identity):
            kind, answer = "identities", identity.settled(identity.compiled(claim), Budget(share), name)
        else:
            kind, answer = "scalars", scalar.settled(claim, hints, share)
        if answer.verdict != wanted or answer.certificate is None:
            return None
        if point is None or name in FAILING:
            point = answer.counterexample or point
        lists.setdefault(kind, []).append({**answer.certificate[kind][0], "id": name})
        rel = "=" if isinstance(claim, Identity) else claim.rel
        steps.append(f"{'not ' if wanted == 'REFUTED' else ''}{ex.show(claim.lhs)} {rel} {ex.show(claim.rhs)}"[:300])
    words = {
        "conserved": "the derivative along solutions is zero",
        "falls": "the derivative along solutions is at most zero",
        "decay": "Gronwall's lemma", "decay-square": "Gronwall's lemma for the square",
    }  # fmt: skip
    if verdict == "REFUTED" and s.init is not None:
        point = Counterexample({n: ex.show(v) for n, v in s.init}, None, "the claim fails at once from this start")
    return Answer(
        verdict, scope="all starts and all times" if verdict == "PROVED" else "one start",
        method=words.get(way, "derivative at the start" if way != "start" else "value at the start"),
        steps=tuple(steps), counterexample=point if verdict == "REFUTED" else None,
        certificate={**lists, "rests": sorted(needed)},
    )  # fmt: skip

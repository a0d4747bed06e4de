"""Expectations of kernel terms.

Exact for finite laws (a sum of independent copies is convolved, not enumerated); exact moments of Gaussian columns by
pairings (L. Isserlis, Biometrika 12, 1918); orthant probabilities of two Gaussian forms by rigorous quadrature of the
density, of three by inclusion and exclusion; piecewise polynomials of one Gaussian form by its intervals (`line.py`);
arcs of the uniform angle. A product of events without a rule lies between bounds from its factors. Everything else is
Unsupported: Monte Carlo is separate evidence.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING

from verify.evidence import half_spaces, line
from verify.evidence import values as vl
from verify.evidence.instance import Key, Law
from verify.evidence.terms import (
    BINDERS,
    Env,
    Term,
    children,
    free_symbols,
    index_symbols,
    is_scalar,
    key,
    term_indices,
    walk,
)
from verify.evidence.values import Mat, Scalar, Unsupported, Value
from verify.numeric.enclosure import Enclosure
from verify.numeric.orthant import orthant_probability, relu_product_mean

if TYPE_CHECKING:
    from verify.evidence.evaluate import Evaluator

MAX_SUPPORT = 512
MAX_MULTISETS = 120
MAX_JOINT = 36
MAX_TERMS = 4000
PLACEHOLDER = "%sum"


@contextmanager
def _with(ev: Evaluator, k: Key, v: Value) -> Iterator[None]:
    """Give a letter a value inside the block; what it was before is put back."""
    missing = k not in ev.over
    before = ev.over.get(k)
    ev.over[k] = v
    try:
        yield
    finally:
        if missing:
            ev.over.pop(k, None)
        else:
            assert before is not None
            ev.over[k] = before


def atoms(ev: Evaluator, term: Term, env: Env, *, inside: bool = True) -> set[Key]:
    """The random letters, with their indices, that a term reads; `inside` follows expectations as well."""
    head = term[0]
    if head == "E" and not inside:
        return set()
    if head == "v":
        if term[1] in ev.random:
            k: Key = (term[1], tuple(ev.index(i, env) for i in term[2]), "")
            ev._inside(k[0], k[1])
            return {k}
        return set()
    if not ev.touched(term):
        return set()
    if head in BINDERS:
        out: set[Key] = set()
        for i in ev.range(term[2], term[3], env):
            out |= atoms(ev, term[4], {**env, term[1]: i}, inside=inside)
        return out
    return set().union(*(atoms(ev, term[i], env, inside=inside) for i in children(term)))


def support(ev: Evaluator, formula: Term, env: Env) -> Iterator[dict[Key, Value]]:
    """All joint values, of positive probability, of the random letters outside expectations. Raises Unsupported
    where there is no way to evaluate.
    """
    found = sorted(set().union(*(atoms(ev, formula[i], env, inside=False) for i in children(formula))))
    tables = _tables(ev, formula, found, env)
    if math.prod(len(x) for x in tables) > MAX_JOINT:
        raise Unsupported("too many joint values of the random letters")
    for row in product(*tables):
        yield {k: v for _, part in row for k, v in part.items()}


def _tables(ev: Evaluator, body: Term, keys: Collection[Key], env: Env) -> list[list[Row]]:
    """Joint values of random letters, a table for each family whose members may be renumbered, for families that may be
    renumbered together, and for each letter that is left.
    """
    tables: list[list[Row]] = []
    left: dict[tuple[tuple[int, ...], ...], list[str]] = {}
    for name in sorted({k[0] for k in keys}):
        members = [k for k in keys if k[0] == name]
        if len(members) > 1 and _interchangeable(ev, body, frozenset((name,)), members, env):
            law = [(p, (v,)) for p, v in _law(ev, body, env, members[0])]
            tables.append(_multisets([(k,) for k in members], law))
        else:
            left.setdefault(tuple(k[1] for k in members), []).append(name)
    for at, names in left.items():
        together = [(n, at[0], "") for n in names]
        units = [tuple((n, i, "") for n in names) for i in at]
        if len(at) > 1 and len(names) > 1 and _interchangeable(ev, body, frozenset(names), [u[0] for u in units], env):
            laws = [_law(ev, body, env, k) for k in together]
            tables.append(_multisets(units, [(_times(row), tuple(v for _, v in row)) for row in product(*laws)]))
            continue
        tables += [[(p, {k: v}) for p, v in _law(ev, body, env, k)] for unit in units for k in unit]
    return tables


def _times(row: Sequence[tuple[Scalar, Value]]) -> Scalar:
    weight: Scalar = vl.ONE
    for p, _ in row:
        weight = weight * p
    return weight


def _law(ev: Evaluator, body: Term, env: Env, k: Key) -> list[tuple[Scalar, Value]]:
    """Probabilities and values; a Gaussian column that is read in indicators only has one value a pattern of them."""
    name = k[0]
    if ev.decl[name]["law"]["kind"] != "gauss":
        return [(p, v) for p, v in _finite_law(ev, name)]
    at = (ev.text(body), k, tuple(sorted(env.items())))
    if at not in ev.patterns:
        try:
            rows = _patterns(ev, name, body, env)
        except Unsupported:
            rows = line.law(ev, k, list(_indicators(ev, body, env, k)))
        if _reads_scalars(ev, body):
            return rows
        ev.patterns[at] = rows
    found: list[tuple[Scalar, Value]] = ev.patterns[at]
    return found


def _indicators(ev: Evaluator, term: Term, env: Env, k: Key) -> Iterator[tuple[Term, Env]]:
    """The outermost indicators that read the column `k` and no other random letter. Raises Unsupported if the column
    is read elsewhere.
    """
    found = atoms(ev, term, env, inside=False)
    if k not in found:
        return
    if term[0] == "ind" and found == {k}:
        yield term, env
    elif term[0] in BINDERS:
        for i in ev.range(term[2], term[3], env):
            yield from _indicators(ev, term[4], {**env, term[1]: i}, k)
    elif term[0] == "v":
        raise Unsupported("a Gaussian letter outside an indicator")
    else:
        for i in children(term):
            yield from _indicators(ev, term[i], env, k)


def _finite_law(ev: Evaluator, name: str) -> Law:
    declared = ev.decl[name]["law"]
    if declared["kind"] == "finite":
        return tuple((Fraction(p), Fraction(v)) for p, v in declared["values"])
    if name in ev.instance.laws:
        return ev.instance.laws[name]
    raise Unsupported(f"letter {name} has no finite law here")


def _reads_scalars(ev: Evaluator, body: Term) -> bool:
    """Whether an indicator of a random form reads a scalar letter."""
    return any(
        y[0] == "v" and y[1] not in ev.random and ev.decl[y[1]].get("shape") is None
        for x in walk(body)
        if x[0] == "ind" and not any(z[0] in BINDERS for z in walk(x))
        for y in walk(x[1])
    )


def _patterns(ev: Evaluator, name: str, body: Term, env: Env) -> list[tuple[Scalar, Value]]:
    """One representative column for each sign pattern of the forms in indicators, with its probability."""
    directions: list[Mat] = []
    for form in _forms(ev, body, name, env):
        if not form.is_zero() and not any(_collinear(form, v) for v in directions):
            directions.append(form)
    if not directions or len(directions) > 3:
        raise Unsupported("sign patterns of more than three Gaussian forms")
    gram = Mat.of(len(directions), len(directions), [v.inner(w) for v in directions for w in directions])
    rows: list[tuple[Scalar, Value]] = []
    for signs in product((1, -1), repeat=len(directions)):
        weights = solve_exact(gram, [Fraction(s) for s in signs])
        if weights is None:
            raise Unsupported("sign patterns of dependent Gaussian forms")
        column = Mat.zero(directions[0].rows, 1)
        for v, c in zip(directions, weights, strict=True):
            column = column.add(v.scale(c))
        rows.append(
            (_cone([v.scale(Fraction(s)) for v, s in zip(directions, signs, strict=True)], []), column)
        )
    return rows


def _forms(ev: Evaluator, term: Term, name: str, env: Env) -> list[Mat]:
    """Coefficient columns of all indicators of the letter. Raises Unsupported if it is read otherwise."""
    head = term[0]
    if not any(x[0] == "v" and x[1] == name for x in walk(term)) or head == "E":
        return []
    if head in BINDERS:
        return [
            f
            for i in _some(ev.range(term[2], term[3], env), term[4], name, term[1])
            for f in _forms(ev, term[4], name, {**env, term[1]: i})
        ]
    if head == "ind" and degree(ev, term[1], name) == 1:
        members = atoms(ev, term[1], env)
        if len(members) != 1:
            raise Unsupported("an indicator of several random letters")
        (k,) = members
        constant, form = linear(ev, term[1], env, k)
        if not _is_zero(constant) or not form.is_exact:
            raise Unsupported("an indicator with an offset")
        return [form]
    if head == "v":
        raise Unsupported("a Gaussian letter outside an indicator")
    return [f for i in children(term) for f in _forms(ev, term[i], name, env)]


def _some(span: range, body: Term, name: str, variable: str) -> range:
    """One value is enough for an index that only numbers the copies of the letter."""
    return span[:1] if _only_numbers(body, variable, {name}) else span


def solve_exact(a: Mat, b: list[Fraction]) -> list[Fraction] | None:
    """The solution of a square exact system, or None if it is singular."""
    n = a.rows
    rows = [[*row, x] for row, x in zip(a.fractions(), b, strict=True)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k] != 0), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                factor = rows[i][k]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]


def expect(ev: Evaluator, body: Term, env: Env) -> Value:
    """E[body]. Raises Unsupported where none of the exact or rigorous rules applies."""
    names = {x[1] for x in walk(body) if x[0] == "v" and x[1] in ev.random}
    kinds = {ev.decl[n]["law"]["kind"] for n in names}
    if not names:
        return ev.value(body, env)
    at = (ev.text(body), tuple(sorted((s, i) for s, i in env.items())))
    if at not in ev.means:
        ev.means[at] = _expect(ev, body, env, kinds)
    return ev.means[at]


def _expect(ev: Evaluator, body: Term, env: Env, kinds: set[str]) -> Value:
    if kinds <= {"finite", "bounded"}:
        return _finite(ev, body, env)
    ways = [_moments] if "angle" in kinds else [_moments, _on_one_line, _finite, _signs_together, _together]
    reason = Unsupported("no rule for the expectation")
    for way in ways:
        try:
            return way(ev, body, env)
        except Unsupported as said:
            reason = said
    raise reason


def _on_one_line(ev: Evaluator, body: Term, env: Env) -> Value:
    """One Gaussian column on a line, for all values of the other letters."""
    found = sorted(atoms(ev, body, env, inside=False))
    columns = [k for k in found if ev.decl[k[0]]["law"]["kind"] == "gauss"]
    if len(columns) != 1:
        raise Unsupported("several Gaussian columns inside an indicator")
    tables = _tables(ev, body, [k for k in found if k != columns[0]], env)
    if math.prod(len(t) for t in tables) > MAX_JOINT:
        raise Unsupported("too many joint values of the random letters")
    total: Scalar = vl.ZERO
    saved = dict(ev.over)
    try:
        for row in product(*tables):
            weight: Scalar = vl.ONE
            for w, assignment in row:
                weight = weight * w
                ev.over.update(assignment)
            total = total + weight * line.mean(ev, columns[0], [(body, env)])
    finally:
        ev.over.clear()
        ev.over.update(saved)
    return total


def _signs_together(ev: Evaluator, body: Term, env: Env) -> Value:
    """Products of indicators of linear forms that read several Gaussian columns."""
    total: Scalar = vl.ZERO
    for coefficient, factors in _expand(ev, body, env):
        if any(what != "ind" for what, _, _ in factors):
            raise Unsupported("a Gaussian letter outside an indicator")
        total = total + coefficient * half_spaces.probability([half_spaces.form(ev, x, at) for _, x, at in factors])
    return total


def _together(ev: Evaluator, body: Term, env: Env) -> Value:
    """Bounds for the mean of a product of factors in [0, 1] by the means of each (M. Fréchet, Fund. Math. 25, 1935):
    it is at most the least of them, and misses 1 by no more than they do together. A factor without a rule counts as
    a number in [0, 1].
    """
    factors = _shares(ev, body, env)
    if factors is None or len(factors) < 2:
        raise Unsupported("no rule for the expectation")
    least, missing, known = vl.ONE, vl.ZERO, False
    for factor, at in factors:
        try:
            bounds = vl.ends(ev.scalar(["E", factor], at))
        except Unsupported:
            bounds = None
        known = known or bounds is not None
        low, high = bounds or (vl.ZERO, vl.ONE)
        least, missing = min(least, high), missing + 1 - max(vl.ZERO, low)
    if not known:
        raise Unsupported("no rule for the expectation")
    return Enclosure.from_bounds(max(vl.ZERO, min(least, 1 - missing)), max(vl.ZERO, least))


def _shares(ev: Evaluator, term: Term, env: Env) -> list[tuple[Term, Env]] | None:
    """The factors of a term, if all of them are in [0, 1] by their form."""
    head = term[0]
    if head == "*":
        parts = [_shares(ev, x, env) for x in term[1:]]
    elif head == "prod":
        parts = [_shares(ev, term[4], {**env, term[1]: i}) for i in ev.range(term[2], term[3], env)]
    elif head == "ind":
        return [(term, env)]
    elif head == "+" and len(term) == 3 and term[1] == ["q", "1"] and term[2][:2] == ["*", ["q", "-1"]]:
        return None if _shares(ev, ["*", *term[2][2:]], env) is None else [(term, env)]
    else:
        return None
    found: list[tuple[Term, Env]] = []
    for part in parts:
        if part is None:
            return None
        found += part
    return found


# -- finite laws -----------------------------------------------------------------------------------------

Row = tuple[Scalar, dict[Key, Value]]


def _finite(ev: Evaluator, body: Term, env: Env) -> Value:
    """Sum over joint values: convolved sums, then multisets of interchangeable members, then products."""
    body, sums = _collapse(ev, body, env)
    rest = sorted(k for k in atoms(ev, body, env, inside=False) if not k[0].startswith(PLACEHOLDER))
    tables = _tables(ev, body, rest, env)
    for k, (rows, den) in sums.items():
        tables.append([(Fraction(w, den), {k: v}) for v, w in sorted(rows.items())])
    if math.prod(len(t) for t in tables) > MAX_SUPPORT:
        raise Unsupported("too many joint values of the random letters")
    total: Value | None = None
    mass: Scalar = vl.ZERO
    saved = dict(ev.over)
    grouped: dict[Fraction, list[Fraction]] = {}
    try:
        for row in product(*tables):
            weight: Scalar = vl.ONE
            for w, assignment in row:
                weight = weight * w
                ev.over.update(assignment)
            if isinstance(weight, Fraction) and weight == 0:
                continue
            x = ev.value(body, env)
            if isinstance(x, Fraction) and isinstance(weight, Fraction):
                grouped.setdefault(x, []).append(weight)
            else:
                part = vl.mul(x, weight)
                total = part if total is None else vl.add(total, part)
            mass = mass + weight if not isinstance(weight, Fraction) else mass
    finally:
        ev.over.clear()
        ev.over.update(saved)
    exact = vl.ZERO
    known = vl.ZERO
    for x, weights in grouped.items():
        part_sum = _add_up(weights)
        known += part_sum
        exact += x * part_sum
    if isinstance(mass, Fraction) and known != 1:
        raise Unsupported("the probabilities of a law do not add up to 1")
    if total is None:
        return exact
    return vl.add(total, exact) if grouped else total


def _add_up(weights: list[Fraction]) -> Fraction:
    den = math.lcm(*(w.denominator for w in weights))
    return Fraction(sum(w.numerator * (den // w.denominator) for w in weights), den)


def _interchangeable(ev: Evaluator, body: Term, names: frozenset[str], members: list[Key], env: Env) -> bool:
    """Whether the members of the families `names` may be renumbered, all of them alike: every occurrence runs over the
    whole family under a sum or product of its own, whose index numbers nothing else.
    """
    wanted = {k[1][0] for k in members if len(k[1]) == 1}

    def fine(term: Term, whole: frozenset[str]) -> bool:
        if term[0] == "v" and term[1] in names:
            return len(term[2]) == 1 and len(term[2][0]) == 1 and next(iter(term[2][0])) in whole
        if term[0] == "E":
            return True
        if term[0] in BINDERS:
            try:
                span = set(ev.range(term[2], term[3], env))
            except Unsupported:
                span = set()
            only = span == wanted and _only_numbers(term[4], term[1], names)
            inner = whole | {term[1]} if only else whole - {term[1]}
            return fine(term[4], inner)
        return all(fine(term[i], whole) for i in children(term))

    return fine(body, frozenset())


def _only_numbers(body: Term, variable: str, names: Collection[str]) -> bool:
    """Whether an index stands in `body` as the number of a member of the families `names` and nowhere else."""
    return all(
        (x[0] == "v" and x[1] in names) or variable not in set().union(*map(index_symbols, term_indices(x)), set())
        for x in walk(body)
    )


def _multisets(units: Sequence[tuple[Key, ...]], law: Sequence[tuple[Scalar, tuple[Value, ...]]]) -> list[Row]:
    """Values of interchangeable units (letters of one number) up to order, with multinomial weights."""
    n, size = len(units), len(law)
    if math.comb(n + size - 1, size - 1) > MAX_MULTISETS:
        raise Unsupported("too many joint values of the random letters")
    out: list[Row] = []
    for picks in combinations_with_replacement(range(size), n):
        counts = [picks.count(i) for i in range(size)]
        weight: Scalar = Fraction(math.factorial(n) // math.prod(math.factorial(c) for c in counts))
        for c, (p, _) in zip(counts, law, strict=True):
            if c:
                weight = weight * p**c
        chosen = {k: v for unit, i in zip(units, picks, strict=True) for k, v in zip(unit, law[i][1], strict=True)}
        out.append((weight, chosen))
    return out


def _collapse(ev: Evaluator, body: Term, env: Env) -> tuple[Term, dict[Key, tuple[dict[Fraction, int], int]]]:
    """Replace sums of i.i.d. members that occur only as that sum by one letter with the convolved law."""
    found: dict[Key, tuple[dict[Fraction, int], int]] = {}
    candidates: dict[str, Term] = {}
    for x in _outside(body):
        if x[0] == "sum":
            candidates.setdefault(key(x), x)
    for n, (text, term) in enumerate(sorted(candidates.items())):
        names = {y[1] for y in walk(term) if y[0] == "v" and y[1] in ev.random}
        if len(names) != 1 or not free_symbols(term) <= set(env) | set(ev.instance.nat):
            continue
        (name,) = names
        if ev.decl[name]["law"]["kind"] == "gauss":
            continue
        members = [y for y in walk(term[4]) if y[0] == "v" and y[1] == name]
        if any(y[2] != [{term[1]: 1}] for y in members) or any(
            y[0] in (*BINDERS, "E") for y in walk(term[4])
        ):
            continue
        stripped = _substitute(body, text, ["q", "0"])
        if any(y[0] == "v" and y[1] == name for y in _outside(stripped)):
            continue
        placeholder = f"{PLACEHOLDER}{n}"
        at = (text, tuple(sorted(env.items())))
        if at not in ev.sums:
            ev.sums[at] = _convolved(ev, term, name, env)
        rows = ev.sums[at]
        if rows is None:
            continue
        body = _substitute(body, text, ["v", placeholder, [], ""])
        found[(placeholder, (), "")] = rows
    return body, found


def _outside(term: Term) -> Iterator[Term]:
    """Sub-terms outside nested expectations."""
    if term[0] != "E":
        yield term
        for i in children(term):
            yield from _outside(term[i])


def _substitute(term: Term, text: str, new: Term) -> Term:
    if key(term) == text:
        return new
    if term[0] == "E":
        return term
    out = list(term)
    for i in children(term):
        out[i] = _substitute(term[i], text, new)
    return out


def _convolved(ev: Evaluator, term: Term, name: str, env: Env) -> tuple[dict[Fraction, int], int] | None:
    law = _finite_law(ev, name)
    indices = list(ev.range(term[2], term[3], env))
    if not _only_numbers(term[4], term[1], {name}):
        return None
    one: dict[Fraction, int] = {}
    den = math.lcm(*(p.denominator for p, _ in law))
    for p, v in law:
        k: Key = (name, (indices[0],) if indices else (0,), "")
        with _with(ev, k, v):
            x = ev.value(term[4], {**env, term[1]: k[1][0]})
        if not isinstance(x, Fraction):
            return None
        one[x] = one.get(x, 0) + int(p * den)
    n = len(indices)
    values = [x for x in one if one[x]]
    if len(values) <= 2:
        a, b = values[0], values[-1]
        first = one[a]
        if b == a:
            return {a * n: first**n}, den**n
        second = one[b]
        rows = {a * (n - k) + b * k: math.comb(n, k) * first ** (n - k) * second**k for k in range(n + 1)}
        return rows, den**n
    total: dict[Fraction, int] = {vl.ZERO: 1}
    for _ in range(n):
        fresh: dict[Fraction, int] = {}
        for x, w in total.items():
            for y, u in one.items():
                fresh[x + y] = fresh.get(x + y, 0) + w * u
        total = fresh
        if len(total) > MAX_TERMS:
            raise Unsupported("too many values of a sum of independent letters")
    return total, den**n


# -- Gaussian columns and angles -------------------------------------------------------------------------

Factor = tuple[str, Term, Env]
Monomial = tuple[Scalar, tuple[Factor, ...]]


def _expand(ev: Evaluator, term: Term, env: Env) -> list[Monomial]:
    """The term as a sum of coefficients times products of indicators and random forms."""
    if not ev.touched(term):
        return [(ev.scalar(term, env), ())]
    head = term[0]
    if head == "E":
        return [(ev.scalar(term, env), ())]
    if head == "+":
        return [m for x in term[1:] for m in _expand(ev, x, env)]
    if head == "*":
        out: list[Monomial] = [(vl.ONE, ())]
        for x in term[1:]:
            out = [(a * b, f + g) for a, f in out for b, g in _expand(ev, x, env)]
            _small(out)
        return out
    if head == "pow":
        out = [(vl.ONE, ())]
        base = _expand(ev, term[1], env)
        for _ in range(ev.index(term[2], env)):
            out = [(a * b, f + g) for a, f in out for b, g in base]
            _small(out)
        return out
    if head == "sum":
        return [m for i in ev.range(term[2], term[3], env) for m in _expand(ev, term[4], {**env, term[1]: i})]
    if head == "prod":
        out = [(vl.ONE, ())]
        for i in ev.range(term[2], term[3], env):
            out = [(a * b, f + g) for a, f in out for b, g in _expand(ev, term[4], {**env, term[1]: i})]
            _small(out)
        return out
    if head == "ind":
        return [(vl.ONE, (("ind", term[1], env),))]
    if head in ("tr", "v") and is_scalar(term, ev.sig):
        return [(vl.ONE, (("form", term, env),))]
    raise Unsupported(f"expectation of {head!r} of random letters")


def _small(monomials: list[Monomial]) -> None:
    if len(monomials) > MAX_TERMS:
        raise Unsupported("the expectation has too many terms")


def _moments(ev: Evaluator, body: Term, env: Env) -> Scalar:
    total: Scalar = vl.ZERO
    cache: dict[str, Scalar] = {}
    for coefficient, factors in _expand(ev, body, env):
        groups: dict[Key, list[Factor]] = {}
        for factor in factors:
            found = atoms(ev, factor[1], factor[2])
            if len(found) != 1:
                raise Unsupported("a factor reads several random letters")
            groups.setdefault(next(iter(found)), []).append(factor)
        value = coefficient
        for k, members in sorted(groups.items()):
            text = f"{k[0]} " + key([[f[0], f[1], dict(f[2])] for f in members])
            if text not in cache:
                cache[text] = _one_letter(ev, k, members)
            value = value * cache[text]
        total = total + value
    return total


def _one_letter(ev: Evaluator, k: Key, factors: list[Factor]) -> Scalar:
    kind = ev.decl[k[0]]["law"]["kind"]
    if kind in ("finite", "bounded"):
        total: Scalar = vl.ZERO
        for p, v in _finite_law(ev, k[0]):
            with _with(ev, k, v):
                x: Scalar = p
                for what, term, env in factors:
                    y = ev.scalar(term, env)
                    x = x * (_indicator(y) if what == "ind" else y)
            total = total + x
        return total
    if kind == "angle":
        return _arcs(ev, k, factors)
    try:
        return _gaussian(ev, k, factors)
    except Unsupported:
        return line.mean(ev, k, [(["ind", x] if what == "ind" else x, env) for what, x, env in factors])


def _gaussian(ev: Evaluator, k: Key, factors: list[Factor]) -> Scalar:
    """E of a product of indicators and forms of one Gaussian column, where a closed form or a quadrature is known."""
    signs: list[tuple[Scalar, Mat]] = []
    forms: list[tuple[Scalar, Mat]] = []
    for what, term, env in factors:
        form = linear(ev, term, env, k)
        (signs if what == "ind" else forms).append(form)
    if not signs:
        return _pairings(forms)
    if any(not _is_zero(c) for c, _ in signs):
        return _half_line(signs, forms)
    return _cone([v for _, v in signs], forms)


def _indicator(x: Scalar) -> Scalar:
    bounds = vl.ends(x)
    if bounds is None or bounds[0] < 0 <= bounds[1]:
        raise Unsupported("the sign inside an indicator is not decided")
    return vl.ONE if bounds[0] >= 0 else vl.ZERO


def linear(ev: Evaluator, term: Term, env: Env, k: Key) -> tuple[Scalar, Mat]:
    """Constant and coefficient column of a form that is affine in the letter k. Raises Unsupported for another."""
    if degree(ev, term, k[0]) != 1:
        raise Unsupported("a random form is not affine")
    shape = ev.shape(k[0], k[1])
    assert shape is not None
    with _with(ev, k, Mat.zero(*shape)):
        constant = ev.scalar(term, env)
    cells = []
    for i in range(shape[0]):
        with _with(ev, k, Mat.single(*shape, i, 0)):
            cells.append(ev.scalar(term, env) - constant)
    return constant, Mat.of(shape[0], 1, cells)


def values_at(ev: Evaluator, term: Term, env: Env, k: Key, columns: Sequence[Mat]) -> list[Scalar]:
    """The values of a scalar term where the letter k is each of these columns."""
    out: list[Scalar] = []
    for column in columns:
        with _with(ev, k, column):
            out.append(ev.scalar(term, env))
    return out


def degree(ev: Evaluator, term: Term, *names: str) -> int:
    """A bound for the degree of a polynomial in the letters `names` together; 99 if the term need not be one."""
    head = term[0]
    if head == "v":
        return int(term[1] in names)
    parts = [degree(ev, term[i], *names) for i in children(term)]
    if not any(parts):
        return 0
    if head == "*":
        return sum(parts)
    if head in ("+", "T", "tr", "vec", "kr", "sum"):
        return max(parts) if head != "kr" else sum(parts)
    return 99


def _is_zero(x: Scalar) -> bool:
    return isinstance(x, Fraction) and x == 0


def _pairings(forms: list[tuple[Scalar, Mat]]) -> Scalar:
    """E of a product of affine forms of a standard Gaussian column (Isserlis, with constants)."""
    if not forms:
        return vl.ONE
    if len(forms) > 8:
        raise Unsupported("moment of order above 8")
    (c, v), rest = forms[0], forms[1:]
    total = c * _pairings(rest)
    for i, (_, w) in enumerate(rest):
        total = total + v.inner(w) * _pairings(rest[:i] + rest[i + 1 :])
    return total


def _half_line(signs: list[tuple[Scalar, Mat]], forms: list[tuple[Scalar, Mat]]) -> Scalar:
    if len(signs) != 1 or forms:
        raise Unsupported("several indicators with offsets")
    c, v = signs[0]
    norm = v.inner(v)
    if _is_zero(norm):
        return _indicator(c)
    return (-vl.ball(c) / (2 * vl.ball(norm)).sqrt()).erfc() / 2


def _cone(columns: list[Mat], forms: list[tuple[Scalar, Mat]]) -> Scalar:
    """E of indicators of homogeneous half-spaces times linear forms."""
    distinct: list[Mat] = []
    for v in columns:
        if v.is_zero():
            continue
        if not v.is_exact:
            raise Unsupported("an indicator of a form with enclosures")
        for w in distinct:
            if _collinear(v, w):
                if _sign(v.inner(w)) < 0:
                    if forms and not all(_collinear(f, v) for _, f in forms):
                        raise Unsupported("forms on a null event")
                    return vl.ZERO
                break
        else:
            distinct.append(v)
    if not forms:
        if len(distinct) == 0:
            return vl.ONE
        if len(distinct) == 1:
            return Fraction(1, 2)
        pairs = [
            _pair(distinct[i], distinct[j]) for i in range(len(distinct)) for j in range(i + 1, len(distinct))
        ]
        if len(distinct) == 2:
            return pairs[0]
        if len(distinct) == 3:
            return (pairs[0] + pairs[1] + pairs[2]) / 2 - Fraction(1, 4)
        raise Unsupported("more than three indicators of one Gaussian column")
    if not distinct:
        return _pairings(forms)
    if len(distinct) == 1 and all(_is_zero(c) for c, _ in forms) and len(forms) == 2:
        return forms[0][1].inner(forms[1][1]) * Fraction(1, 2)  # w -> -w keeps the product
    if len(distinct) == 2 and len(forms) == 2 and all(_is_zero(c) for c, _ in forms):
        (a, b), (f, g) = distinct, (forms[0][1], forms[1][1])
        if (f.same(a) and g.same(b)) or (f.same(b) and g.same(a)):
            rho, scale = _correlation(a, b)
            return relu_product_mean(rho) * scale
    raise Unsupported("indicators and forms of a Gaussian column")


def _sign(x: Scalar) -> int:
    assert isinstance(x, Fraction)
    return (x > 0) - (x < 0)


def _collinear(v: Mat, w: Mat) -> bool:
    inner = v.inner(w)
    return inner * inner == v.inner(v) * w.inner(w) if isinstance(inner, Fraction) else False


def _correlation(v: Mat, w: Mat) -> tuple[Fraction | Enclosure, Scalar]:
    """Correlation and product of norms of two exact non-zero columns."""
    from verify.evidence.evaluate import scalar_root

    inner, square = v.inner(w), v.inner(v) * w.inner(w)
    assert isinstance(inner, Fraction) and isinstance(square, Fraction)
    norm = scalar_root(square, 2)
    rho = inner / norm
    return rho, norm


def _pair(v: Mat, w: Mat) -> Scalar:
    inner = v.inner(w)
    if _is_zero(inner):
        return Fraction(1, 4)
    rho, _ = _correlation(v, w)
    if isinstance(rho, Fraction):
        return _orthant(rho, Enclosure.pi().radius())
    return orthant_probability(rho, domain_proved=True)


@lru_cache(maxsize=4096)
def _orthant(rho: Fraction, _: Fraction) -> Scalar:
    """Kept for each correlation and working precision (the radius of pi stands for it)."""
    return orthant_probability(rho)


def _arcs(ev: Evaluator, k: Key, factors: list[Factor]) -> Scalar:
    """Products of 1{cos(phi + c) >= 0} for a uniform angle: one or two half circles."""
    offsets: list[Scalar] = []
    for what, term, env in factors:
        if what != "ind" or term[0] != "cos" or degree(ev, term[1], k[0]) != 1:
            raise Unsupported("a function of an angle")
        with _with(ev, k, vl.ZERO):
            offset = ev.scalar(term[1], env)
        with _with(ev, k, vl.ONE):
            slope = ev.scalar(term[1], env) - offset
        if not isinstance(slope, Fraction) or abs(slope) != 1:
            raise Unsupported("a multiple of an angle")
        offsets.append(offset * slope)
    if len(offsets) == 1:
        return Fraction(1, 2)
    if len(offsets) != 2:
        raise Unsupported("more than two half circles")
    gap = offsets[0] - offsets[1]
    if _is_zero(gap):
        return Fraction(1, 2)
    pi = Enclosure.pi()
    bounds = vl.ends(gap)
    if bounds is None:
        raise Unsupported("an angle that is not bounded")
    turns = int((bounds[0] + bounds[1]) / 2 / Fraction(710, 113))
    reduced = abs(gap - 2 * turns * pi)
    # overlap of two half circles at distance d in [0, 2 pi] is |pi - d|; continuous and periodic
    if not reduced.certainly_le(2 * pi.lower()):
        raise Unsupported("angle not reduced")
    return abs(pi - reduced) / (2 * pi)

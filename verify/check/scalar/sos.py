"""Polynomials in several variables as sums of squares, with factors that are not negative on the domain.

The Gram matrix comes from alternating projections and Newton steps in floating point, is rounded to rational numbers,
and is divided into squares exactly (H. Peyrl and P. A. Parrilo, Computing sum of squares decompositions with rational
coefficients, 2008). The kernel checks the identity.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from typing import TYPE_CHECKING, Any

from verify.kernel.scalar import terms as t
from verify.kernel.scalar.domain import Domain
from verify.kernel.scalar.normal import Poly
from verify.kernel.scalar.terms import Expr

if TYPE_CHECKING:
    from .search import Search

Json = Any
Exponents = tuple[int, ...]
Form = dict[Exponents, Fraction]
MAX_BASIS = 36
MAX_DEGREE = 12


def certificate(s: Search, d: Domain, u: Expr, rel: str) -> Json | None:
    """A node `combine` for a polynomial in atoms, or None."""
    p = s.n.of(u)
    read = polynomial(s, p)
    if read is None:
        return None
    atoms, form = read
    atoms, form = completed(s, atoms, form)
    degree = max(sum(e) for e in form)
    if degree > MAX_DEGREE or len(atoms) > 6:
        return None
    written = [s.n._written(x, 1) for x in atoms]
    factors = multipliers(s, d, written, atoms)
    circles = relations(s, atoms)
    for limit in (0, 1, 2, 3):
        s.tick()
        if limit == 3 and (degree > 3 or len(atoms) > 3):
            break
        chosen = products(factors, degree, limit)
        if limit and len(chosen) == 1:
            break
        if limit == 1 and len(products(factors, degree, 0)) == len(chosen):
            continue
        found = solve(s, form, chosen, len(atoms), rel, circles)
        if found is not None:
            return {"rule": "combine", "terms": node_terms(found, written, chosen)}
    if 4 <= degree <= 8 and len(atoms) <= 3 and degree % 2 == 0 and not circles:
        return multiplied(s, u, form, written, rel)
    return None


def multiplied(s: Search, u: Expr, form: Form, written: list[Expr], rel: str) -> Json | None:
    """The form times 1 + sum of squares of the atoms (Reznick: some power of it helps positive forms)."""
    n = len(written)
    square: Form = {(0,) * n: Fraction(1)}
    for k in range(n):
        square[tuple(2 * int(i == k) for i in range(n))] = Fraction(1)
    product_form = multiply(form, square)
    chosen: list[tuple[Form, list[Expr], int]] = [({(0,) * n: Fraction(1)}, [], 0)]
    found = solve(s, product_form, chosen, n, rel, [])
    if found is None:
        return None
    by = t.add(t.ONE, *(t.power(e, 2) for e in written))
    rows = node_terms(found, written, chosen)
    to = t.add(
        *(
            t.times(t.q(c), *(t.power(written[i], k) for i, k in enumerate(e) if k))
            for e, c in product_form.items()
        )
    )
    return {"rule": "scale", "by": t.to_json(by), "to": t.to_json(to), "then": {"rule": "combine", "terms": rows}}


def relations(s: Search, atoms: list[int]) -> list[Form]:
    """sin**2 + cos**2 - 1 for pairs of atoms of the same argument."""
    n = len(atoms)
    out = []
    for i, x in enumerate(atoms):
        for k, y in enumerate(atoms):
            a, b = s.n.atoms[x], s.n.atoms[y]
            if a[0] == "sin" and b[0] == "cos" and a[1] == b[1]:
                out.append({
                    tuple(2 * int(j == i) for j in range(n)): Fraction(1),
                    tuple(2 * int(j == k) for j in range(n)): Fraction(1), (0,) * n: Fraction(-1),
                })  # fmt: skip
    return out


def completed(s: Search, atoms: list[int], form: Form) -> tuple[list[int], Form]:
    """With sin of an argument also its cos, and the reverse, as atoms."""
    extra = []
    for x in atoms:
        key = s.n.atoms[x]
        if key[0] in ("sin", "cos"):
            twin = s.n.atom(("cos" if key[0] == "sin" else "sin", key[1]))
            if twin not in atoms and twin not in extra:
                extra.append(twin)
    return [*atoms, *extra], {(*e, *(0 for _ in extra)): c for e, c in form.items()}


def polynomial(s: Search, p: Poly) -> tuple[list[int], Form] | None:
    """Atoms and exponents, if all exponents are whole and not negative; halves are doubled."""
    atoms = sorted({x for m in p for x, _ in m})
    form: Form = {}
    for m, c in p.items():
        row = dict(m)
        if any(type(e) is not int or e < 0 for e in row.values()):
            return None
        form[tuple(row.get(x, 0) for x in atoms)] = c
    return (atoms, form) if form else None


def multipliers(s: Search, d: Domain, written: list[Expr], atoms: list[int]) -> list[tuple[Form, Expr]]:
    """Forms that are not negative on the domain: atoms with a sign, distances to finite ends, facts."""
    n = len(atoms)
    unit = [tuple(int(i == k) for i in range(n)) for k in range(n)]
    none = (0,) * n
    out: list[tuple[Form, Expr]] = []
    for k, e in enumerate(written):
        if s.p.quick(d, e, ">="):
            out.append(({unit[k]: Fraction(1)}, e))
        if e[0] == "var":
            side = d.side(e[1])
            for end, sign in ((side.lo, 1), (side.hi, -1)):
                value = None if end is None else t.value_of(end)
                if value is None or (sign == 1 and value == 0):
                    continue
                gap = t.minus(e, t.q(value)) if sign == 1 else t.minus(t.q(value), e)
                form = {unit[k]: Fraction(sign), none: -sign * value}
                out.append(({m: c for m, c in form.items() if c}, gap))
    for v, rel in d.facts:
        if rel == "!=":
            continue
        row = dict_form(s, v, atoms)
        if row is not None:
            out.append((row, v))
    return out


def dict_form(s: Search, v: Expr, atoms: list[int]) -> Form | None:
    """The polynomial `v` in these `atoms`: coefficients by exponents; None if it has other atoms or powers."""
    place = {x: i for i, x in enumerate(atoms)}
    out: Form = {}
    for m, c in s.n.of(v).items():
        row = [0] * len(atoms)
        for x, e in m:
            if x not in place or type(e) is not int or e < 0:
                return None
            row[place[x]] = e
        out[tuple(row)] = c
    return out


def products(factors: list[tuple[Form, Expr]], degree: int, limit: int) -> list[tuple[Form, list[Expr], int]]:
    """1 and products of at most `limit` factors, with their degrees."""
    zero = (0,) * (len(next(iter(factors[0][0]))) if factors else 0)  # set by `solve` without factors
    out: list[tuple[Form, list[Expr], int]] = [({zero: Fraction(1)}, [], 0)]
    for k in range(1, limit + 1):
        for pick in combinations(factors, k):
            form: Form = {zero: Fraction(1)}
            for f, _ in pick:
                form = multiply(form, f)
            top = max(sum(e) for e in form)
            if top <= degree + degree % 2:
                out.append((form, [e for _, e in pick], top))
    return out[:40]


def multiply(a: Form, b: Form) -> Form:
    """The product of the polynomials `a` and `b`."""
    out: Form = {}
    for m, c in a.items():
        for n, d in b.items():
            k = tuple(x + y for x, y in zip(m, n, strict=True))
            out[k] = out.get(k, Fraction(0)) + c * d
    return {k: c for k, c in out.items() if c}


def basis(form: Form, n: int, degree: int, lowest: int) -> list[Exponents]:
    """Monomials whose squares can occur: half of the box, of the degrees, and of many random weights of the form."""
    half = degree // 2
    tops = [max(e[i] for e in form) for i in range(n)]
    out = []
    for e in product(*(range(x // 2 + 1) for x in tops)):
        if lowest // 2 + lowest % 2 <= sum(e) <= half:
            out.append(e)
    weights = [w for w in product((-1, 0, 1, 2), repeat=n) if any(w)]
    for w in weights[:300]:
        high = max(sum(x * y for x, y in zip(w, e, strict=True)) for e in form)
        out = [e for e in out if 2 * sum(x * y for x, y in zip(w, e, strict=True)) <= high]
    return out


def solve(s: Search, form: Form, chosen: list[tuple[Form, list[Expr], int]], n: int, rel: str,
          circles: list[Form]) -> Any | None:  # fmt: skip
    """Gram matrices with form = sum of multiplier times quadratic form, split into squares."""
    import numpy as np

    zero = (0,) * n
    chosen[0] = ({zero: Fraction(1)}, [], 0)
    degree = max(sum(e) for e in form)
    lowest = min(sum(e) for e in form)
    blocks: list[list[Exponents]] = []
    for f, _, top in chosen:
        if top == 0 and circles:
            half = (degree + 1) // 2
            rows = [e for e in product(*(range(half + 1) for _ in range(n))) if sum(e) <= half]
        elif top == 0:
            rows = basis(form, n, degree, lowest)
        else:
            rest = (degree + degree % 2 - top) // 2
            low = max(0, (lowest - min(sum(e) for e in f) + 1) // 2)
            tops = [max(e[i] for e in form) for i in range(n)]
            rows = [e for e in product(*(range(rest + 1) for _ in range(n))) if low <= sum(e) <= rest]
            rows = [e for e in rows if all(x <= y for x, y in zip(e, tops, strict=True))]
        blocks.append(rows)
    if not blocks[0] and len(blocks) == 1:
        return None
    if sum(map(len, blocks)) > 3 * MAX_BASIS or max(map(len, blocks)) > MAX_BASIS:
        return None
    entries: list[tuple[int, int, int]] = []
    columns: list[dict[Exponents, Fraction]] = []
    for b, (rows, (f, _, _)) in enumerate(zip(blocks, chosen, strict=True)):
        for i, j in combinations_with_replacement(range(len(rows)), 2):
            m = tuple(x + y for x, y in zip(rows[i], rows[j], strict=True))
            entries.append((b, i, j))
            columns.append(
                {tuple(x + y for x, y in zip(m, e, strict=True)): c * (1 if i == j else 2) for e, c in f.items()}
            )
    for circle in circles:  # a multiple of what is zero may be added
        for e in product(*(range(degree + 1) for _ in range(n))):
            if sum(e) <= degree + degree % 2 - 2:
                entries.append((-1, 0, 0))
                columns.append(multiply(circle, {e: Fraction(1)}))
    keys = sorted(set(form).union(*columns) if columns else set(form))
    index = {k: i for i, k in enumerate(keys)}
    a = np.zeros((len(keys), len(columns)))
    for k, col in enumerate(columns):
        for m, c in col.items():
            a[index[m], k] += float(c)
    target = np.array([float(form.get(k, 0)) for k in keys])
    gram = _feasible(a, target, entries, [len(r) for r in blocks], s)
    if gram is None:
        return None
    return _exact(gram, columns, form, keys, index, entries, blocks, rel)


def _feasible(a: Any, target: Any, entries: list[tuple[int, int, int]], sizes: list[int], s: Search) -> Any | None:
    """A point of the affine space with positive semidefinite blocks, of large least eigenvalue where possible:
    minimise -t - mu log det(G + ..) by Newton steps on the affine space."""
    import numpy as np

    weights = np.array([1.0 if i == j else 2.0**0.5 for _, i, j in entries])
    scaled = a / weights
    u, sv, vt = np.linalg.svd(scaled, full_matrices=True)
    rank = int((sv > 1e-9 * max(1.0, sv[0])).sum())
    if np.linalg.norm(u[:, rank:].T @ target) > 1e-8 * (1 + np.linalg.norm(target)):
        return None
    x0 = vt[:rank].T @ ((u[:, :rank].T @ target) / sv[:rank])
    null = vt[rank:].T

    def matrices(x: Any) -> list[Any]:
        out = [np.zeros((k, k)) for k in sizes]
        for v, w, (b, i, j) in zip(x, weights, entries, strict=True):
            if b >= 0:
                out[b][i, j] = out[b][j, i] = v / w
        return out

    def vector(rows: list[Any]) -> Any:
        return np.array([rows[b][i, j] * w if b >= 0 else 0.0 for w, (b, i, j) in zip(weights, entries, strict=True)])

    eye = vector([np.eye(k) for k in sizes])
    # maximise t with G(x) - t I >= 0: barrier with t as a variable
    x = x0
    low = min((np.linalg.eigvalsh(m)[0] for m in matrices(x) if len(m)), default=0.0)
    level = low - 1.0
    mu = 1.0
    free = np.hstack([null, -eye[:, None]])  # directions of (x, t) in the slack G - t I
    if free.shape[1] == 1:
        return x if low >= -1e-7 else None
    for _ in range(60):
        s.tick()
        slack = [m - level * np.eye(len(m)) for m in matrices(x)]
        try:
            inverses = [np.linalg.inv(m) if len(m) else m for m in slack]
        except np.linalg.LinAlgError:
            return None
        grad = -vector(inverses) * mu
        gradient = free.T @ grad
        gradient[-1] -= 1.0
        columns = [matrices(free[:, k]) for k in range(free.shape[1])]
        images = np.array(
            [vector([v @ c @ v for v, c in zip(inverses, col, strict=True)]) for col in columns]
        ).T
        hessian = mu * (free.T @ images) + 1e-12 * np.eye(free.shape[1])
        try:
            step = -np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return None
        size = 1.0
        while size > 1e-10:
            nx, nl = x + size * (null @ step[:-1]), level + size * step[-1]
            if all(np.linalg.eigvalsh(m - nl * np.eye(len(m)))[0] > 0 for m in matrices(nx) if len(m)):
                break
            size /= 2
        else:
            break
        if size < 1:
            nx, nl = x + 0.9 * size * (null @ step[:-1]), level + 0.9 * size * step[-1]
        x, level = nx, nl
        if level > 1e3:
            break
        if float(-gradient @ step) < 1e-2 * mu or size == 1:
            mu *= 0.3
        if mu < 1e-11:
            break
    return x / weights if level > -1e-6 else None


def _exact(
    values: Any, columns: list[Form], form: Form, keys: list[Exponents], index: dict[Exponents, int],
    entries: list[tuple[int, int, int]], blocks: list[list[Exponents]], rel: str,
) -> Any | None:  # fmt: skip
    """Rational Gram matrices near the found ones that satisfy the equations exactly."""
    for digits in (1, 2, 3, 4, 6, 8, 12, 24, 60, 1000, 10**6):
        rounded = [Fraction(float(v)).limit_denominator(digits) for v in values]
        exact = _projected(rounded, columns, form, keys, index, digits)
        if exact is None:
            continue
        squares = []
        for b, rows in enumerate(blocks):
            g = [[Fraction(0)] * len(rows) for _ in rows]
            for v, (k, i, j) in zip(exact, entries, strict=True):
                if k == b:
                    g[i][j] = g[j][i] = v
            part = ldl(g)
            if part is None:
                break
            squares.append([(c, {rows[i]: w for i, w in row.items()}) for c, row in part])
        else:
            if rel == ">" and not any(len(q) == 1 and not any(next(iter(q))) for part in squares for _, q in part):
                continue
            return squares
    return None


def _projected(
    rounded: list[Fraction], columns: list[Form], form: Form, keys: list[Exponents],
    index: dict[Exponents, int], digits: int,
) -> list[Fraction] | None:  # fmt: skip
    """Distribute what is missing in each equation; exact if every entry serves one equation, else by elimination."""
    missing = {k: form.get(k, Fraction(0)) for k in keys}
    for v, col in zip(rounded, columns, strict=True):
        for m, c in col.items():
            missing[m] -= c * v
    if not any(missing.values()):
        return rounded
    if all(len(col) == 1 for col in columns):
        serving: dict[Exponents, list[int]] = {}
        for k, col in enumerate(columns):
            serving.setdefault(next(iter(col)), []).append(k)
        out = list(rounded)
        for m, gap in missing.items():
            if gap:
                rows = serving.get(m)
                if not rows:
                    return None
                for k in rows:
                    out[k] += gap / len(rows) / columns[k][m]
        return out
    return _eliminated(rounded, columns, missing, index)


def _eliminated(
    rounded: list[Fraction], columns: list[Form], missing: dict[Exponents, Fraction], index: dict[Exponents, int]
) -> list[Fraction] | None:
    """A small change that satisfies the equations exactly: elimination over the rationals, sparse solution."""
    size = len(index)
    rows: list[dict[int, Fraction]] = [{} for _ in range(size)]
    for k, col in enumerate(columns):
        for m, c in col.items():
            rows[index[m]][k] = c
    right = [Fraction(0)] * size
    for m, gap in missing.items():
        right[index[m]] = gap
    used: list[tuple[int, int]] = []
    order = sorted(range(size), key=lambda i: len(rows[i]))
    for i in order:
        if not rows[i]:
            if right[i]:
                return None
            continue
        k = max(rows[i], key=lambda x: abs(rows[i][x]))
        pivot = rows[i][k]
        for j in range(size):
            if j != i and k in rows[j]:
                f = rows[j][k] / pivot
                for x, c in rows[i].items():
                    new = rows[j].get(x, Fraction(0)) - f * c
                    if new:
                        rows[j][x] = new
                    else:
                        rows[j].pop(x, None)
                right[j] -= f * right[i]
        used.append((i, k))
    out = list(rounded)
    for i, k in used:
        out[k] += right[i] / rows[i][k]
    return out


def ldl(g: list[list[Fraction]]) -> list[tuple[Fraction, dict[int, Fraction]]] | None:
    """Weights and linear forms with g = sum of weight times square, or None if g is not positive semidefinite."""
    n = len(g)
    g = [list(row) for row in g]
    out = []
    for i in range(n):
        pivot = g[i][i]
        if pivot < 0:
            return None
        if pivot == 0:
            if any(g[i][j] for j in range(i, n)):
                return None
            continue
        row = {j: g[i][j] / pivot for j in range(i, n) if g[i][j]}
        out.append((pivot, row))
        for j in row:
            if j == i:
                continue
            for k in row:
                if k != i:
                    g[j][k] -= pivot * row[j] * row[k]
    return out


def node_terms(squares: Any, written: list[Expr], chosen: list[tuple[Form, list[Expr], int]]) -> Json:
    """The proof terms: squares by the factors they were `chosen` with, in the atoms as `written`."""
    rows = []
    for part, (_, factors, _) in zip(squares, chosen, strict=True):
        for c, form in part:
            total = t.add(
                *(
                    t.times(t.q(w), *(t.power(written[i], k) for i, k in enumerate(e) if k))
                    for e, w in form.items()
                )
            )
            rows.append([str(c), [t.to_json(f) for f in factors], [t.to_json(total)]])
    return rows

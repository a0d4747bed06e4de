"""Positive semidefinite matrices: numbers exactly, expressions over a box by inequalities between scalars.

`settle` searches for a decomposition into scalar inequalities, which the scalar search proves; the kernel replays
both (verify/kernel/semidefinite). `compiled` is the statement in the kernel's language. Minors decide by Sylvester's
criterion (R. A. Horn and C. R. Johnson, Matrix Analysis, Theorem 7.2.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from verify.kernel.errors import Budget as Work
from verify.kernel.errors import Reject
from verify.kernel.scalar import terms
from verify.kernel.scalar.normal import Normal
from verify.kernel.semidefinite.exact import Matrix, is_pd, is_psd, pivots

from . import expression as ex
from .answer import Answer, Counterexample
from .expression import Expr
from .polynomials import Poly, expression, plus, poly, times
from .problem import Hints, Inequality, Interval, Problem, Semidefinite
from .settle import Budget

Json = Any
Box = tuple[tuple[str, Interval], ...]
WORK = 10**7
MAX_POINTS = 400
MAX_MINORS = 3  # order up to which all principal minors are tried
WORD = {"psd": "positive semidefinite", "pd": "positive definite"}


def tuples(e: Expr) -> Json:
    """The expression `e` as JSON."""
    return [tuples(p) if isinstance(p, tuple) else p for p in e]


def range_json(i: Interval) -> Json:
    """The interval `i` as kernel JSON: two ends (None if infinite), and whether each is left out."""
    low = None if i.low == ex.MINUS_INFINITY else tuples(i.low)
    high = None if i.high == ex.INFINITY else tuples(i.high)
    return [low, high, i.open_low or low is None, i.open_high or high is None]


def compiled(s: Semidefinite) -> Json:
    """The statement `s` in the kernel's language."""
    return {
        "matrix": [[tuples(x) for x in r] for r in s.rows],
        "vars": {name: range_json(i) for name, i in s.vars},
        "claim": s.claim,
    }


def stands(problem: Problem, verdict: str, certificate: Mapping[str, Json]) -> str | None:
    """Does the certificate prove or refute this very statement?"""
    assert isinstance(problem.statement, Semidefinite)
    rests, items = certificate.get("rests"), certificate.get("semidefinite")
    if not isinstance(items, list) or len(items) != 1 or not isinstance(rests, list) or items[0]["id"] not in rests:
        return "one item of the kind `semidefinite` is needed"
    if {"PROVED": "proof", "REFUTED": "refutation"}[verdict] not in items[0]:
        return f"its item does not say {verdict}"
    if set(rests) != {items[0]["id"], *(x["id"] for x in certificate.get("scalars", []))}:
        return "the verdict rests on all its items"
    if items[0]["statement"] != compiled(problem.statement):
        return "its statement is not that of the problem"
    return None


# ---- matrices of polynomials -----------------------------------------------------------------------------------


def determinant(m: list[list[Poly]]) -> Poly:
    """The determinant of the square matrix `m` of polynomials, by expansion along the first row."""
    if not m:
        return {(): Fraction(1)}
    out: Poly = {}
    for k, p in enumerate(m[0]):
        if p:
            minor = [row[:k] + row[k + 1 :] for row in m[1:]]
            out = plus(out, times(p, determinant(minor)), (-1) ** k)
    return out


# ---- exact matrices of numbers -------------------------------------------------------------------------------------


def value(e: Expr) -> Fraction | None:
    """The rational value of a constant, if its normal form is one."""
    try:
        n = Normal(Work(WORK))
        return n.constant(n.of(terms.read(tuples(e), frozenset())))
    except Reject:
        return None


def numbers(rows: Iterable[Iterable[Expr]]) -> Matrix | None:
    """The entries of `rows` as fractions, or None if some are not rational."""
    out = []
    for r in rows:
        row = [value(x) for x in r]
        if any(x is None for x in row):
            return None
        out.append([x for x in row if x is not None])
    return out


def same(a: Expr, b: Expr) -> bool:
    """Equal in normal form."""
    try:
        names = ex.free(a) | ex.free(b)
        return Normal(Work(WORK)).equal(terms.read(tuples(a), names), terms.read(tuples(b), names))
    except Reject:
        return False


def substituted(e: Expr, point: Mapping[str, Fraction]) -> Expr:
    """The expression `e` with variables replaced by their values at `point`."""
    if e[0] == "var":
        return ex.rational(point[e[1]]) if e[1] in point else e
    return tuple(substituted(p, point) if isinstance(p, tuple) else p for p in e)


def direction(m: Matrix, strict: bool) -> list[Fraction] | None:
    """x with x^T M x < 0 (or, if `strict` is False, x other than 0 with x^T M x <= 0), by symmetric elimination."""
    n = len(m)
    a = [row[:] for row in m]
    back = [[Fraction(int(i == k)) for k in range(n)] for i in range(n)]  # row i: the vector of coordinate i
    for i in range(n):
        if a[i][i] < 0 or (a[i][i] == 0 and not strict):
            return back[i]
        if a[i][i] == 0:
            k = next((k for k in range(i + 1, n) if a[i][k]), None)
            if k is None:
                continue
            t = -(a[k][k] + 1) / (2 * a[i][k])
            return [t * x + y for x, y in zip(back[i], back[k], strict=True)]
        for r in range(i + 1, n):
            f = a[r][i] / a[i][i]
            if f:
                for k in range(i, n):
                    a[r][k] -= f * a[i][k]
                back[r] = [x - f * y for x, y in zip(back[r], back[i], strict=True)]
    return None


# ---- scalar facts ---------------------------------------------------------------------------------------------


class Facts:
    """Scalar inequalities proved on the way."""

    def __init__(self, budget: Budget, hints: Hints) -> None:
        self.budget, self.hints = budget, hints
        self.items: list[Json] = []
        self.said: list[str] = []
        self.known: dict[Any, Json] = {}
        self.tried: list[str] = []
        self.points: list[dict[str, Fraction]] = []  # where an inequality was refuted

    def show(self, p: Poly, rows: Box, strict: bool, seconds: float) -> Any:
        """A fact that p >= 0 (> 0) on the box; False if none was found."""
        e = expression(p)
        number = value(e) if not ex.free(e) else None
        if number is not None:
            return None if number > 0 or (number == 0 and not strict) else False
        key = (e, rows, strict)
        if key not in self.known:
            self.known[key] = self._shown(e, rows, strict, seconds)
        return self.known[key]

    def _shown(self, e: Expr, rows: Box, strict: bool, seconds: float) -> Any:
        from . import scalar

        seconds = min(seconds, self.budget.left)
        if seconds <= 0.05:
            return False
        used = tuple((n, i) for n, i in rows)
        rel = ">" if strict else ">="
        try:
            answer = scalar.settled(Inequality(used, e, rel, ex.ZERO), self.hints, seconds)
        except Reject:
            return False
        text = f"{ex.show(e)} {rel} 0"
        if answer.verdict == "PROVED" and answer.certificate is not None:
            name = f"fact{len(self.items) + 1}"
            self.items.append({**answer.certificate["scalars"][0], "id": name})
            self.said.append(text + _for(rows) + (f" ({answer.method})" if answer.method else ""))
            return ["1", name]
        if answer.verdict == "REFUTED" and answer.counterexample is not None:
            self._remember(answer.counterexample)
        self.tried.append(f"{text}: {answer.verdict}")
        return False

    def _remember(self, c: Counterexample) -> None:
        point = {}
        for name, text in c.values.items():
            try:
                point[name] = Fraction(str(text))
            except (ValueError, ZeroDivisionError):
                return
        self.points.append(point)


def _for(rows: Box) -> str:
    return " for " + ", ".join(f"{n} in {i}" for n, i in rows) if rows else ""


# ---- search ---------------------------------------------------------------------------------------------------


class Search:
    """The search for a decomposition of one semidefinite statement, and for a point where it fails."""

    def __init__(self, s: Semidefinite, hints: Hints, budget: Budget) -> None:
        self.s, self.budget = s, budget
        self.facts = Facts(budget, hints)
        self.polys = [[poly(x) for x in r] for r in s.rows]
        self.steps: list[str] = []

    def prove(self, m: list[list[Poly]], rows: Any, strict: bool, seconds: float) -> Json | None:
        """A proof that m is PSD (PD) on the box."""
        flat = [[next(iter(p.values()), Fraction(0)) if set(p) <= {()} else None for p in r] for r in m]
        if all(x is not None for r in flat for x in r):
            exact = [[x for x in r if x is not None] for r in flat]
            if is_pd(exact) if strict else is_psd(exact):
                shown = ", ".join(map(_short, pivots(exact) or []))
                self.steps.append(f"elimination L D L^T with pivots {shown}")
                return ["numbers"]
            return None
        n = len(m)
        groups = _groups(m)
        if len(groups) > 1:
            parts = []
            for g in groups:
                inner = self.prove([[m[i][k] for k in g] for i in g], rows, strict, seconds / len(groups))
                if inner is None:
                    return None
                parts.append([g, inner])
            self.steps.append("the matrix falls into blocks: rows " + "; ".join(_rows(g) for g in groups))
            return ["blocks", parts]
        if strict:
            return self.leading(m, rows, seconds) or (self.near(m) if not rows else None)
        if n <= MAX_MINORS:
            found = self.minors(m, rows, seconds)
            if found is not None:
                return found
        return self.schur(m, rows, strict, seconds) or (self.near(m) if not rows and n > 2 else None)

    def leading(self, m: list[list[Poly]], rows: Any, seconds: float) -> Json | None:
        """Definiteness of `m` by its leading minors (Sylvester's criterion), over the variables of `rows`; None
        if one is not settled in `seconds`.
        """
        facts = []
        for k in range(1, len(m) + 1):
            if k > 6:
                return self.schur(m, rows, True, seconds)
            fact = self.facts.show(determinant([r[:k] for r in m[:k]]), rows, True, seconds / 2)
            if fact is False:
                return None
            facts.append(fact)
        self.steps.append("all leading principal minors are positive (Sylvester)")
        return ["minors", facts]

    def minors(self, m: list[list[Poly]], rows: Any, seconds: float) -> Json | None:
        """Semidefiniteness of `m` by all principal minors, over the variables of `rows`; None if one is not
        settled in `seconds`.
        """
        facts = []
        n = len(m)
        chosen = [s for k in range(1, n + 1) for s in combinations(range(n), k)]
        for s in chosen:
            fact = self.facts.show(determinant([[m[i][k] for k in s] for i in s]), rows, False, seconds / 2)
            if fact is False:
                return None
            facts.append(fact)
        self.steps.append("all principal minors are non-negative")
        return ["minors", facts]

    def schur(self, m: list[list[Poly]], rows: Any, strict: bool, seconds: float) -> Json | None:
        """Eliminate a row with a positive diagonal entry."""
        n = len(m)
        if n == 1:
            fact = self.facts.show(m[0][0], rows, strict, seconds)
            return None if fact is False else ["minors", [fact]]
        order = sorted(range(n), key=lambda i: (len(m[i][i]), i))
        for row in order[:2]:
            if self.budget.left < 0.1:
                return None
            fact = self.facts.show(m[row][row], rows, True, seconds / 4)
            if fact is False:
                continue
            left = [i for i in range(n) if i != row]
            d = m[row][row]
            inner = [[plus(times(d, m[i][k]), times(m[i][row], m[row][k]), -1) for k in left] for i in left]
            rest = self.prove(inner, rows, strict, seconds / 2)
            if rest is not None:
                self.steps.append(f"Schur complement of the positive entry ({row + 1}, {row + 1})")
                return ["schur", row, fact, rest]
        return None

    def near(self, m: list[list[Poly]]) -> Json | None:
        """Numbers near the entries, far enough from the boundary."""
        n = len(m)
        digits = 10**9
        rows: list[list[str]] = []
        facts: list[list[Json]] = []
        radius = Fraction(1, digits)
        middle = [[Fraction(0)] * n for _ in range(n)]
        for i in range(n):
            for k in range(n):
                x = ex.approximate(expression(m[i][k]))
                if x is None or abs(x) > 10**6:
                    return None
                middle[i][k] = middle[k][i] = Fraction(round(x * digits), digits)
        if not is_pd([[middle[i][k] - (n * radius if i == k else 0) for k in range(n)] for i in range(n)]):
            return None
        for i in range(n):
            row = []
            for k in range(i + 1):
                gap = plus(m[i][k], {(): -middle[i][k]})
                pair = [
                    self.facts.show(plus({(): radius}, gap, sign), (), False, 1.0) for sign in (1, -1)
                ]  # entry within the radius
                if False in pair:
                    return None
                row.append(pair)
            facts.append(row)
            rows.append([str(x) for x in middle[i]])
        self.steps.append(f"the entries are within {radius} of rational numbers, and L D L^T of these leaves room")
        return ["near", rows, str(radius), facts]

    # ---- points ------------------------------------------------------------------------------------------------

    def points(self) -> Iterator[dict[str, Fraction]]:
        """Rational points of the domain: ends, middles, and where the smallest eigenvalue is smallest."""
        names = [n for n, _ in self.s.vars]
        yield from (p for p in self.facts.points if set(p) == set(names))
        axes = [_axis(i) for _, i in self.s.vars]
        chosen = []
        for choice in product(*axes):
            p = dict(zip(names, choice, strict=True))
            chosen.append(p)
            if len(chosen) >= MAX_POINTS:
                break
        scored = []
        for p in chosen:
            low = self.lowest({n: float(x) for n, x in p.items()})
            scored.append((low if low is not None else 0.0, repr(p), p))
        scored.sort(key=lambda row: row[:2])
        for _, _, p in scored[:12]:
            yield p
        if names and scored:
            yield from self.descended(scored[0][2])

    def descended(self, start: dict[str, Fraction]) -> Iterator[dict[str, Fraction]]:
        """Coordinate descent on the smallest eigenvalue, rounded to simple rationals."""
        p = {n: float(x) for n, x in start.items()}
        ends = {n: (_float(i.low), _float(i.high)) for n, i in self.s.vars}
        best = self.lowest(p)
        if best is None:
            return
        step = {n: (min(b - a, 4.0) if b - a < 1e9 else 1.0) / 8 for n, (a, b) in ends.items()}
        for _ in range(60):
            moved = False
            for n in p:
                for sign in (1, -1):
                    q = {**p, n: min(max(p[n] + sign * step[n], ends[n][0]), ends[n][1])}
                    low = self.lowest(q)
                    if low is not None and low < best - 1e-15:
                        p, best, moved = q, low, True
            if not moved:
                step = {n: h / 2 for n, h in step.items()}
        for digits in (10, 1000, 10**6, 10**9):
            yield {n: Fraction(x).limit_denominator(digits) for n, x in p.items()}

    def lowest(self, point: Mapping[str, float]) -> float | None:
        """An estimate of the least eigenvalue at `point`, or None."""
        found = self.eigen(point)
        return None if found is None else found[0]

    def eigen(self, point: Mapping[str, float]) -> tuple[float, list[float]] | None:
        """Smallest eigenvalue and its vector, in floats."""
        import numpy as np

        rows = [[ex.approximate(x, dict(point)) for x in r] for r in self.s.rows]
        if any(x is None for r in rows for x in r):
            return None
        try:
            values, vectors = np.linalg.eigh(np.array(rows, dtype=float))
        except (np.linalg.LinAlgError, ValueError):
            return None
        return float(values[0]), [float(x) for x in vectors[:, 0]]

    def inside(self, p: Mapping[str, Fraction]) -> bool:
        """Whether the point `p` lies in the box."""
        for name, i in self.s.vars:
            x = p[name]
            for end, is_open, side in ((i.low, i.open_low, 1), (i.high, i.open_high, -1)):
                if end in (ex.INFINITY, ex.MINUS_INFINITY):
                    continue
                c = value(end)
                if c is None or side * (x - c) < 0 or (x == c and is_open):
                    return False
        return True

    def failure(self, strict: bool) -> tuple[Json, Counterexample] | None:
        """A point and a direction where the form is negative (`strict`) or not positive."""
        for p in self.points():
            if self.budget.left < 0.1:
                return None
            if not self.inside(p):
                continue
            rows = [[substituted(x, p) for x in r] for r in self.s.rows]
            exact = numbers(rows)
            if exact is not None:
                v = direction(exact, strict)
                if v is not None:
                    return self.failed(p, v, exact)
                continue
            if not strict:
                vanishing = self.vanishing(rows)
                if vanishing is not None:
                    reason = f"the principal minor of rows {_rows(vanishing[0])} is {vanishing[1]}"
                    how = {"at": _texts(p), "because": ["minor", list(vanishing[0]), None]}
                    return how, Counterexample(_texts(p), (str(-vanishing[1]),) * 2, reason)
            found = self.eigen({n: float(x) for n, x in p.items()})
            if found is None or found[0] > -1e-13:
                continue
            v = [Fraction(x).limit_denominator(1000) for x in found[1]]
            total = self.form([[poly(x) for x in r] for r in rows], v)
            fact = self.facts.show(plus({}, total, -1), (), strict, 2.0)
            if fact is not False:
                size = found[0] * float(sum(x * x for x in v))
                about = f"x^T M x = {ex.show(expression(total))} is about {size:.3g}, below 0"
                values = {**_texts(p), "x": [[str(x)] for x in v]}
                how = {"at": _texts(p), "because": ["vector", _vector(v), fact]}
                return how, Counterexample(values, None, about)
        return None

    @staticmethod
    def vanishing(rows: list[list[Expr]]) -> tuple[tuple[int, ...], Fraction] | None:
        """A principal minor that is a number <= 0."""
        n = len(rows)
        for k in range(1, min(n, 4) + 1):
            for s in combinations(range(n), k):
                c = value(expression(determinant([[poly(rows[i][j]) for j in s] for i in s])))
                if c is not None and c <= 0:
                    return s, c
        return None

    @staticmethod
    def form(m: list[list[Poly]], v: list[Fraction]) -> Poly:
        """The polynomial v^T m v."""
        total: Poly = {}
        for i, x in enumerate(v):
            for k, y in enumerate(v):
                if x and y:
                    total = plus(total, m[i][k], x * y)
        return total

    def failed(self, p: Mapping[str, Fraction], v: list[Fraction], m: Matrix) -> tuple[Json, Counterexample]:
        """The refutation by the point `p` and the vector `v`, where v^T m v has the wrong sign; `v` is made integer."""
        scale = 1
        for x in v:
            scale = scale * x.denominator // _gcd(scale, x.denominator)
        v = [x * scale for x in v]
        total = sum((v[i] * m[i][k] * v[k] for i in range(len(v)) for k in range(len(v))), Fraction(0))
        sign = "negative" if total < 0 else "zero, and x is not 0"
        reason = f"x^T M x = {total}, which is {sign}"
        values = {**_texts(p), "x": [[str(x)] for x in v]}
        return {"at": _texts(p), "because": ["vector", _vector(v), None]}, Counterexample(
            values, (str(-total), str(-total)), reason
        )

    def nowhere(self, seconds: float) -> Json | None:
        """A minor or a form that is negative on the whole box."""
        n = len(self.polys)
        for k in range(1, min(n, 3) + 1):
            for s in combinations(range(n), k):
                minor = determinant([[self.polys[i][j] for j in s] for i in s])
                if not self.plausible(minor):
                    continue
                fact = self.facts.show(plus({}, minor, -1), self.s.vars, True, seconds / 4)
                if fact is not False:
                    self.steps.append(f"the principal minor of rows {_rows(s)} is negative")
                    return ["minor", list(s), fact]
        for p in self.points():
            if self.budget.left < 0.2:
                break
            found = self.eigen({m: float(x) for m, x in p.items()})
            if found is None or found[0] >= 0:
                continue
            for digits in (1, 10, 1000):
                v = [Fraction(x / max(map(abs, found[1]))).limit_denominator(digits) for x in found[1]]
                total = self.form(self.polys, v)
                if any(v) and self.plausible(total):
                    fact = self.facts.show(plus({}, total, -1), self.s.vars, True, seconds / 4)
                    if fact is not False:
                        shown = ", ".join(map(str, v))
                        self.steps.append(f"the quadratic form at x = ({shown}) is negative")
                        return ["vector", _vector(v), fact]
        return None

    def plausible(self, p: Poly) -> bool:
        """Is the value negative at a few points of the box, in floats?"""
        e = expression(p)
        names = [n for n, _ in self.s.vars]
        for count, choice in enumerate(product(*(_axis(i) for _, i in self.s.vars))):
            x = ex.approximate(e, {n: float(c) for n, c in zip(names, choice, strict=True)})
            if x is None or x > 1e-12:
                return False
            if count > 40:
                break
        return True

    def somewhere(self) -> tuple[Json, Counterexample] | None:
        """A point at which the matrix is PSD."""
        ranked = []
        names = [n for n, _ in self.s.vars]
        for count, choice in enumerate(product(*(_axis(i) for _, i in self.s.vars))):
            if count > MAX_POINTS:
                break
            p = dict(zip(names, choice, strict=True))
            low = self.lowest({n: float(x) for n, x in p.items()})
            if low is not None and low > -1e-9:
                ranked.append((-low, repr(p), p))
        for _, _, p in sorted(ranked, key=lambda r: r[:2])[:6]:
            if not self.inside(p):
                continue
            rows = [[poly(substituted(x, p)) for x in r] for r in self.s.rows]
            node = self.prove(rows, (), False, 2.0)
            if node is not None:
                return {"at": _texts(p), "because": node}, Counterexample(
                    _texts(p), None, "there the matrix is positive semidefinite"
                )
        return None


def _groups(m: list[list[Poly]]) -> list[list[int]]:
    """Rows joined by entries that are not zero."""
    left, out = set(range(len(m))), []
    while left:
        group, new = set(), {min(left)}
        while new:
            group |= new
            new = {k for i in new for k in left if m[i][k] and k not in group}
        left -= group
        out.append(sorted(group))
    return out


def _rows(g: Iterable[int]) -> str:
    return ", ".join(str(i + 1) for i in g)


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def _short(x: Fraction) -> str:
    text = str(x)
    return text if len(text) <= 30 else f"about {float(x):.6g}"


def _texts(p: Mapping[str, Fraction]) -> dict[str, str]:
    return {n: str(x) for n, x in p.items()}


def _vector(v: list[Fraction]) -> Json:
    return [["q", str(x)] for x in v]


def _float(e: Expr) -> float:
    if e == ex.INFINITY:
        return 1e4
    if e == ex.MINUS_INFINITY:
        return -1e4
    x = ex.approximate(e)
    return 0.0 if x is None else x


def _axis(i: Interval) -> list[Fraction]:
    """A few rational values of an interval, ends first."""
    a, b = value(i.low), value(i.high)
    low, high = _float(i.low), _float(i.high)
    out: list[Fraction] = []
    for end, is_open in ((a, i.open_low), (b, i.open_high)):
        if end is not None and not is_open:
            out.append(end)
    if a is None and b is None and low <= -1e4 and high >= 1e4:
        return [Fraction(x) for x in (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2), 5, -5, 100)]
    if high >= 1e4:
        start = a if a is not None else Fraction(low).limit_denominator(1000)
        return [*out, *(start + x for x in (1, 2, Fraction(1, 2), Fraction(1, 100), 5, 10, 100, 1000))]
    if low <= -1e4:
        start = b if b is not None else Fraction(high).limit_denominator(1000)
        return [*out, *(start - x for x in (1, 2, Fraction(1, 2), Fraction(1, 100), 5, 10, 100, 1000))]
    width = high - low
    for k in (1, 2, 3, 5, 7):
        out.append(Fraction(low + width * k / 8).limit_denominator(64))
    for small in (1e-3, 1e-6):
        out += [Fraction(x).limit_denominator(10**9) for x in (low + width * small, high - width * small)]
    inside = [x for x in out if low <= float(x) <= high]
    return list(dict.fromkeys(inside)) or [Fraction((low + high) / 2)]


def settle(problem: Problem, budget: Budget) -> Answer:
    """Prove or refute psd, pd, not psd."""
    assert isinstance(problem.statement, Semidefinite)
    s = problem.statement
    for i, r in enumerate(s.rows):
        for k in range(i):
            if not same(r[k], s.rows[k][i]):
                text = f"entries ({i + 1}, {k + 1}) and ({k + 1}, {i + 1}) do not look the same"
                return Answer("OPEN", message=f"the matrix should be symmetric; {text}")
    search = Search(s, problem.hints, budget)
    constant = numbers(s.rows) if not s.vars else None
    if constant is not None:
        return _numbers(s, search, constant)
    if s.claim == "not psd":
        refuted = search.somewhere()
        if refuted is None:
            node = search.nowhere(0.7 * budget.left)
            if node is not None:
                return _answer(s, search, "PROVED", {"proof": node}, "a negative minor or form on the whole box", None)
    else:
        refuted = search.failure(s.claim == "psd")
        if refuted is None:
            search.steps.clear()
            node = search.prove(search.polys, s.vars, s.claim == "pd", 0.8 * budget.left)
            if node is not None:
                return _answer(s, search, "PROVED", {"proof": node}, _METHOD[node[0]], None)
            refuted = search.failure(s.claim == "psd")
    if refuted is not None:
        return _answer(s, search, "REFUTED", {"refutation": refuted[0]}, "an exact point and direction", refuted[1])
    tried = tuple(dict.fromkeys(search.facts.tried))[:6] or ("minors and Schur complements",)
    return Answer("OPEN", tried=tried, advice="a narrower box, or --split at a point where a minor vanishes")


_METHOD = {
    "numbers": "exact elimination", "minors": "principal minors", "schur": "Schur complement",
    "near": "enclosed entries", "blocks": "blocks",
}  # fmt: skip


def _numbers(s: Semidefinite, search: Search, m: Matrix) -> Answer:
    """A matrix of rational numbers: decided."""
    holds = is_pd(m) if s.claim == "pd" else is_psd(m)
    if s.claim == "not psd":
        v = direction(m, True)
        if v is None:
            refutation = {"at": {}, "because": ["numbers"]}
            reason = f"the matrix is positive semidefinite: pivots {', '.join(map(_short, pivots(m) or []))}"
            found = Counterexample({}, None, reason)
            return _answer(s, search, "REFUTED", {"refutation": refutation}, "exact elimination", found)
        node, found = search.failed({}, v, m)
        search.steps.append(found.reason + f" for x = ({', '.join(str(x) for x in v)})")
        return _answer(s, search, "PROVED", {"proof": node["because"]}, "exact elimination", None)
    if holds:
        node = search.prove([[poly(ex.rational(x)) for x in r] for r in m], (), s.claim == "pd", 1.0)
        return _answer(s, search, "PROVED", {"proof": node}, "exact elimination", None)
    v = direction(m, s.claim == "psd")
    assert v is not None
    node, found = search.failed({}, v, m)
    return _answer(s, search, "REFUTED", {"refutation": node}, "exact elimination", found)


def _answer(
    s: Semidefinite, search: Search, verdict: str, how: Json, method: str, found: Counterexample | None
) -> Answer:
    used = {x[1] for x in _facts(how)}
    items = [x for x in search.facts.items if x["id"] in used]
    certificate: dict[str, Json] = {
        "semidefinite": [{"id": "definite", "statement": compiled(s), **how}],
        "rests": ["definite", *(x["id"] for x in items)],
    }
    if items:
        certificate["scalars"] = items
    said = [t for x, t in zip(search.facts.items, search.facts.said, strict=True) if x["id"] in used]
    scope = "this matrix" if not s.vars else "all values of " + ", ".join(n for n, _ in s.vars)
    return Answer(
        verdict,
        scope=scope if verdict == "PROVED" else "this point",
        method=method,
        steps=(*search.steps, *said) if verdict == "PROVED" else tuple(said),
        counterexample=found,
        certificate=certificate,
    )


def _facts(node: Json) -> list[Json]:
    """All pairs [factor, name of a scalar item] in a proof."""
    if isinstance(node, dict):
        return [y for x in node.values() for y in _facts(x)]
    if not isinstance(node, list):
        return []
    if len(node) == 2 and isinstance(node[1], str) and node[1].startswith("fact"):
        return [node]
    return [y for x in node for y in _facts(x)]

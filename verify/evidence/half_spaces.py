"""Probabilities that Gaussian forms over several columns are not negative.

Independent standard Gaussian columns, one below the other, are one standard Gaussian column; so a form that reads many
of them is c^T w for the column w of all, and one, two or three forms are read by the angles between their columns c.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from verify.evidence import values as vl
from verify.evidence.instance import Key
from verify.evidence.terms import Env, Term
from verify.evidence.values import Mat, Scalar, Unsupported
from verify.numeric.orthant import orthant_probability

if TYPE_CHECKING:
    from verify.evidence.evaluate import Evaluator

Form = Mapping[Key, Mat]
"""For each Gaussian column its coefficients."""


def form(ev: Evaluator, term: Term, env: Env) -> Form:
    """A linear form of Gaussian columns. Raises Unsupported for anything else."""
    from verify.evidence.expectation import atoms, degree, values_at

    keys = sorted(atoms(ev, term, env, inside=False))
    names = tuple(sorted({k[0] for k in keys}))
    if any(ev.decl[n]["law"]["kind"] != "gauss" for n in names) or degree(ev, term, *names) != 1:
        raise Unsupported("no linear form of Gaussian columns")
    still = {k: Mat.zero(*_shape(ev, k)) for k in keys}
    out: dict[Key, Mat] = {}
    saved = dict(ev.over)
    try:
        ev.over.update(still)
        if not _zero(ev.scalar(term, env)):
            raise Unsupported("an indicator with an offset")
        for k in keys:
            rows, _ = _shape(ev, k)
            cells = values_at(ev, term, env, k, [Mat.single(rows, 1, i, 0) for i in range(rows)])
            out[k] = Mat.of(rows, 1, cells)
    finally:
        ev.over.clear()
        ev.over.update(saved)
    return out


def probability(forms: Sequence[Form]) -> Scalar:
    """P(all forms are >= 0). Raises Unsupported for more than three of them, or if one may be 0 and need not be."""
    left = [f for f in forms if not all(_zero(x) for x in _cells(f))]
    squares = [_inner(f, f) for f in left]
    if any(not vl.ball(x).certainly_gt(0) for x in squares):
        raise Unsupported("a Gaussian form that may be 0")
    if len(left) > 3:
        raise Unsupported("more than three indicators of Gaussian forms")
    if len(left) < 2:
        return Fraction(1, 2) if left else vl.ONE
    pairs: list[Scalar] = []
    for i, j in combinations(range(len(left)), 2):
        rho = vl.ball(_inner(left[i], left[j])) / vl.ball(squares[i] * squares[j]).sqrt()
        pairs.append(orthant_probability(rho, domain_proved=True))
    if len(pairs) == 1:
        return pairs[0]
    return (pairs[0] + pairs[1] + pairs[2]) / 2 - Fraction(1, 4)  # inclusion and exclusion: w and -w have one law


def _shape(ev: Evaluator, k: Key) -> tuple[int, int]:
    shape = ev.shape(k[0], k[1])
    if shape is None or shape[1] != 1:
        raise Unsupported("a Gaussian letter that is no column")
    return shape


def _cells(f: Form) -> Iterator[Scalar]:
    for column in f.values():
        yield from column.entries()


def _inner(f: Form, g: Form) -> Scalar:
    total: Scalar = vl.ZERO
    for k in sorted(f.keys() & g.keys()):
        total = total + f[k].inner(g[k])
    return total


def _zero(x: Scalar) -> bool:
    return isinstance(x, Fraction) and x == 0

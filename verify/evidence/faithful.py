"""Whether an instance at which a kernel statement fails is one at which the author's statement fails.

Some words are compiled one way only: the kernel statement implies what the author wrote, and says more. A least
singular value becomes any s with X X^T >= s^2 I, the case of a wide matrix is stated for matrices of every shape. A
proof of the kernel statement is a proof of the author's; a counterexample need not be one. The compiler lists what
must hold besides (`Compiler.needs`):

    {"shape": [d, e]}            the dimension d is at most e
    {"least": s, "of": M}        s^2 is an eigenvalue of the symmetric matrix M, of which it is a lower bound
    {"never": reason}            nothing that is checked here would do
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from verify.evidence.evaluate import Evaluator
from verify.evidence.instance import Instance
from verify.evidence.terms import Statement
from verify.evidence.values import Mat, ShapeError, Unsupported
from verify.numeric.enclosure import NotEvidence

Need = Mapping[str, Any]


def unfaithful(statement: Statement, data: Mapping[str, Any], needs: Sequence[Need]) -> str | None:
    """Why a written instance says nothing about the author's statement; None if it does."""
    if not needs:
        return None
    try:
        instance = Instance.from_json(data, statement["sig"].get("nat", {}))
        ev = Evaluator(statement["sig"], instance)
        found = [_missing(ev, need) for need in needs]
    except (ShapeError, NotEvidence, Unsupported, ValueError, KeyError, TypeError) as reason:
        return f"not an instance: {reason}"
    return next((reason for reason in found if reason is not None), None)


def _missing(ev: Evaluator, need: Need) -> str | None:
    if "shape" in need:
        small, large = (ev.index(d, {}) for d in need["shape"])
        return None if small <= large else "the matrix has not the shape of this case"
    if "least" in need:
        s, m = ev.scalar(["v", need["least"], [], ""], {}), ev.matrix(need["of"], {})
        if isinstance(s, Fraction) and m.is_exact and singular(m, s * s):
            return None
        return f"{need['least']} is not seen to be the least singular value: give its exact value"
    return str(need["never"])


def singular(m: Mat, shift: Fraction) -> bool:
    """Is an exact square matrix minus a multiple of the unit singular? By elimination."""
    n = m.rows
    rows = [[Fraction(m.at(i, j)) - (shift if i == j else 0) for j in range(n)] for i in range(n)]  # type: ignore[arg-type]
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k]), None)
        if pivot is None:
            return True
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return False

"""A validated flow against a float one: balanced depth 3, 3 x 3, to t = 5."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from benchmarks.timing import in_turn, once
from verify.evidence.rng import Rng
from verify.numeric.flow import linear_network_trajectory
from verify.numeric.matrices import RationalMatrix

END = 5
DEPTH = 3


def problem() -> tuple[list[list[list[Fraction]]], list[list[Fraction]]]:
    """Weights and target with entries k / 10, |k| <= 9."""
    rng = Rng(1)
    matrices = [[[Fraction(rng.between(-9, 9), 10) for _ in range(3)] for _ in range(3)] for _ in range(DEPTH + 1)]
    return matrices[:DEPTH], matrices[DEPTH]


def validated() -> Fraction:
    """The proved error of the state at the end, with 50 digits."""
    weights, target = problem()
    flow = linear_network_trajectory(
        [RationalMatrix.from_rows(w) for w in weights], RationalMatrix.from_rows(target), [Fraction(END)], 50
    )
    return flow.states[-1].error


def odefun() -> Any:
    """The same with mpmath's Taylor integrator at 30 digits, which proves nothing."""
    import mpmath as mp

    weights, target = problem()
    with mp.workdps(30):
        goal = mp.matrix([[mp.mpf(x.numerator) / x.denominator for x in row] for row in target])

        def field(_: Any, y: list[Any]) -> list[Any]:
            a, b, c = (mp.matrix(3, 3) for _ in range(3))
            for k, m in enumerate((a, b, c)):
                for i in range(3):
                    for j in range(3):
                        m[i, j] = y[9 * k + 3 * i + j]
            gap = c * b * a - goal
            parts = [(c * b).T * gap, c.T * gap * a.T, gap * (b * a).T]
            return [-g[i, j] for g in parts for i in range(3) for j in range(3)]

        start = [mp.mpf(x.numerator) / x.denominator for w in weights for row in w for x in row]
        return mp.odefun(field, 0, start)(END)


def measure(repeats: int) -> dict[str, Any]:
    error = validated()
    ours, theirs, ratio = in_turn(lambda: once(validated), lambda: once(odefun), repeats)
    return {
        "what": "depth 3, 3 x 3, to t = 5: validated at 50 digits against mpmath.odefun at 30",
        "proved_error": f"{float(error):.1e}",
        "seconds": ours,
        "peer_seconds": theirs,
        "ratio": round(ratio, 2),
        "must": "error below 1e-40, ratio above 2",
        "holds": error < Fraction(1, 10**40) and ratio > 2,
    }

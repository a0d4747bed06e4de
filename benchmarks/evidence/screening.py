"""Screening the assembled preconditioner of 4 x 4 matrices at depth 3 against Hypothesis with mpmath."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from benchmarks.timing import in_turn
from verify.evidence.batch import Batch
from verify.evidence.instance import Instance
from verify.evidence.screen import screen

DEPTH, SIZE, BATCH = 3, 4, 10_000
W = ["v", "W", [], ""]
N = {"N": 1}
LEFT, RIGHT = ["root", ["*", W, ["T", W]], N], ["root", ["*", ["T", W], W], N]
SUM = ["sum", "j", {"1": 1}, N, ["kr", ["pow", RIGHT, {"j": 1, "1": -1}], ["pow", LEFT, {"N": 1, "j": -1}]]]


def statement(floor: str) -> dict[str, Any]:
    """lambda_min(P_W) >= floor for the sum of Kronecker products, without any formula for the spectrum."""
    unit = ["kr", ["one", {"d": 1}], ["one", {"d": 1}]]
    return {
        "sig": {
            "time": "none",
            "nat": {"N": DEPTH, "d": SIZE},
            "assume": [{"1": DEPTH, "N": -1}, {"1": SIZE, "d": -1}],
            "letters": {"W": {"shape": [{"d": 1}, {"d": 1}]}},
        },
        "hyps": [],
        "goals": [{"all": [], "concl": ["psd", ["+", SUM, ["*", ["q", floor], unit]]]}],
    }


def batched() -> float:
    """Instances a second, drawing included."""
    rng = np.random.Generator(np.random.PCG64(1))
    goal = statement("0")["goals"][0]
    start = time.perf_counter()
    letters = {("W", (), ""): rng.standard_normal((BATCH, SIZE, SIZE))}
    margin = Batch(statement("0")["sig"], {"N": DEPTH, "d": SIZE}, {}, letters).margin(goal, BATCH)
    assert margin.shape == (BATCH,)
    return BATCH / (time.perf_counter() - start)


def one_at_a_time(examples: int = 40) -> float:
    """Instances a second of a Hypothesis test that assembles the matrix with mpmath."""
    import mpmath as mp
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    entries = st.lists(st.integers(-100, 100), min_size=SIZE * SIZE, max_size=SIZE * SIZE)

    def root(a: Any) -> Any:
        values, vectors = mp.eigsy(a)
        scale = mp.diag([mp.cbrt(max(v, 0)) for v in values])
        return vectors * scale * vectors.T

    def kron(a: Any, b: Any) -> Any:
        out = mp.matrix(SIZE * SIZE, SIZE * SIZE)
        for i in range(SIZE * SIZE):
            for j in range(SIZE * SIZE):
                out[i, j] = a[i // SIZE, j // SIZE] * b[i % SIZE, j % SIZE]
        return out

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(entries)
    def test(cells: list[int]) -> None:
        with mp.workdps(30):
            w = mp.matrix([[mp.mpf(cells[SIZE * i + j]) / 50 for j in range(SIZE)] for i in range(SIZE)])
            left, right = root(w * w.T), root(w.T * w)
            total = mp.matrix(SIZE * SIZE, SIZE * SIZE)
            for j in range(1, DEPTH + 1):
                total += kron(right ** (j - 1), left ** (DEPTH - j))
            assert min(mp.eigsy(total, eigvals_only=True)) > -mp.mpf(10) ** -20

    start = time.perf_counter()
    test()
    return examples / (time.perf_counter() - start)


def measure(repeats: int) -> dict[str, Any]:
    batched()
    theirs, ours, ratio = in_turn(one_at_a_time, batched, repeats)
    true = screen(statement("0"), seed=1, sizes=2, batch=BATCH)
    false = screen(statement("-1/1000"), seed=1, sizes=4, batch=BATCH)  # wrong near matrices of low rank only
    found: Instance | None = None if false.found is None else false.found[0]
    return {
        "what": "lambda_min of the assembled P_W, 4 x 4, depth 3: batches against Hypothesis + mpmath",
        "per_second": {k: round(v) for k, v in ours.items()},
        "peer_per_second": {k: round(v, 1) for k, v in theirs.items()},
        "ratio": round(ratio),
        "screened": true.instances,
        "suspects": true.suspects,
        "settled": true.settled,
        "seeded_violation": None if found is None else found.to_json()["values"],
        "must": "ratio at least 500, every suspect settled, the seeded violation found",
        "holds": ratio >= 500 and true.found is None and true.settled == true.suspects and found is not None,
    }



"""Kernel matrices, n = 4000, d = 100, against neural-tangents; accuracy near collinear and antipodal pairs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import numpy as np

from benchmarks.timing import in_turn, seconds
from verify.numeric.wide import kappa_0, kappa_1, tangent_kernel

ROWS, COLUMNS = 4000, 100
ANGLES = ("1e-9", "1e-6", "1e-3", "1/2", "3/2", "5/2", "pi-1e-3", "pi-1e-6", "pi-1e-9")
LIMIT = 1e-14
KERNELS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "kappa_0": (kappa_0, "ntk"),
    "kappa_1": (kappa_1, "nngp"),
    "sum": (tangent_kernel, "ntk"),
}
"""The function, and what neural-tangents is asked for: it has order 0 only within the tangent kernel."""


def inputs() -> Any:
    x = np.random.Generator(np.random.PCG64(0)).standard_normal((ROWS, COLUMNS))
    return x / np.linalg.norm(x, axis=1)[:, None]


def pair(angle: str) -> tuple[Any, Any]:
    """Two exact float vectors at about this angle, in COLUMNS dimensions."""
    sign = -1.0 if angle.startswith("pi-") else 1.0
    value = float(Fraction(angle.removeprefix("pi-")))
    x = np.random.Generator(np.random.PCG64(3)).standard_normal(COLUMNS)
    z = np.random.Generator(np.random.PCG64(4)).standard_normal(COLUMNS)
    z -= (z @ x) / (x @ x) * x
    z *= np.linalg.norm(x) / np.linalg.norm(z)
    return x, sign * (np.cos(value) * x + np.sin(value) * z)


def truth(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """rho, kappa_0 and kappa_1 of the two float vectors, enclosed at 60 digits."""
    with flint.ctx.workdps(60):
        a, b = ([flint.arb(float(v)) for v in row] for row in (x, y))
        dot = sum((p * q for p, q in zip(a, b, strict=True)), flint.arb(0))
        na = sum((p * p for p in a), flint.arb(0)).sqrt()
        nb = sum((q * q for q in b), flint.arb(0)).sqrt()
        u, v = [p / na for p in a], [q / nb for q in b]
        plus = sum(((p + q) ** 2 for p, q in zip(u, v, strict=True)), flint.arb(0)).sqrt()
        minus = sum(((p - q) ** 2 for p, q in zip(u, v, strict=True)), flint.arb(0)).sqrt()
        phi = 2 * flint.arb.atan2(plus, minus)
        return dot / (na * nb), phi / flint.arb.pi(), (phi.sin() - phi * phi.cos()) / flint.arb.pi()


def accuracy() -> list[dict[str, Any]]:
    rows = []
    for angle in ANGLES:
        x, y = pair(angle)
        rho, zero, one = truth(x, y)
        a, b = x[None, :], y[None, :]
        both = tangent_kernel(a, b)[0, 0] / (np.linalg.norm(x) * np.linalg.norm(y))
        scale = abs(one) + abs(rho * zero)
        errors = {
            "kappa_0": float(abs(kappa_0(a, b)[0, 0] - zero) / zero),
            "kappa_1": float(abs(kappa_1(a, b)[0, 0] - one) / one),
            "sum": float(abs(2 * float(both) - (rho * zero + one)) / scale),
        }
        clipped = np.clip((x @ y) / np.sqrt((x @ x) * (y @ y)), -1, 1)
        naive = float(abs(np.arccos(clipped) - (1 - zero) * flint.arb.pi()))
        rows.append({"angle": angle, **{k: f"{v:.1e}" for k, v in errors.items()}, "acos_absolute": f"{naive:.1e}",
                     "holds": max(errors.values()) < LIMIT})
    return rows


def peer(python: Path, repeats: int, kernel: str) -> dict[str, float]:
    """Seconds of neural-tangents for "nngp" or "ntk", in an environment of its own."""
    script = Path(__file__).with_name("neural_tangents_peer.py")
    done = subprocess.run(
        [python, script, str(ROWS), str(COLUMNS), str(repeats), kernel], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(repeats: int, python: Path | None) -> dict[str, Any]:
    rows = accuracy()
    out: dict[str, Any] = {
        "what": f"kernel matrices of order 0 and 1 and their sum, n = {ROWS}, d = {COLUMNS}, float64",
        "accuracy": rows,
        "must": "2.5 times as fast as neural-tangents; relative errors below 1e-14",
        "kernels": {name: against(run, python, kernel, repeats) for name, (run, kernel) in KERNELS.items()},
    }
    ratios = [row.get("ratio") for row in out["kernels"].values()]
    accurate = all(row["holds"] for row in rows)
    out["holds"] = None if accurate and None in ratios else accurate and min(ratios) >= 2.5
    return out


def against(run: Callable[[Any], Any], python: Path | None, kernel: str, repeats: int) -> dict[str, Any]:
    """Seconds of one kernel here and there, in turn, and the ratio."""
    x, inner = inputs(), 5
    if python is None:
        run(x)
        return {"seconds": seconds(lambda: run(x), repeats), "peer": "not measured: give --neural-tangents PYTHON"}

    def mine() -> float:
        run(x)  # the peer's process warms up, too
        return seconds(lambda: run(x), inner)["median"]

    ours, theirs, ratio = in_turn(mine, lambda: peer(python, inner, kernel)["median"], repeats)
    return {"seconds": ours, "peer": kernel, "peer_seconds": theirs, "ratio": round(ratio, 2)}

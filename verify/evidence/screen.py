"""Screening: very many instances in float64, the suspicious ones settled exactly or in balls.

A draw of the generator fixes the sizes and what equations hold fast; the other letters are then varied in large
batches, those that an equation gives are computed from them (`ties.py`), and those nearest to a violation are pushed
further down the gradient of the margin. What is suspicious
is rounded to rationals, completed, and has to meet every hypothesis and fail the conclusion rigorously before it
counts. A screen that finds nothing is no evidence for the statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from verify.evidence.batch import Array, Batch
from verify.evidence.check import Outcome, complete
from verify.evidence.counterexample import fails
from verify.evidence.evaluate import Evaluator
from verify.evidence.generate import Discard, Plan, draw_one, validate
from verify.evidence.instance import Instance, Key, Loss
from verify.evidence.rng import Rng
from verify.evidence.terms import Env, Statement, Term
from verify.evidence.ties import exact, follow, ties
from verify.evidence.trajectories import _driven
from verify.evidence.values import Mat, ShapeError, Unsupported, Value
from verify.numeric.enclosure import NotEvidence, precision

SUSPICIOUS = 1e-9
"""Relative margins below this are settled rigorously."""

DENOMINATORS = (1, 4, 60, 10**3, 10**6, 10**12)
SHORT = 1e-4
"""A flow is looked at once more this long after the start, where both sides of a bound may still agree."""

TARGET = "target"
"""The stage that marks the target of a loss among the letters that are varied."""

CLIMBS = 12
STEPS = (1.0, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-6)
MAX_COORDINATES = 80


@dataclass(frozen=True)
class Screened:
    """What a screen saw: instances that met the hypotheses, at how many sizes, how many were settled."""

    instances: int = 0
    sizes: int = 0
    suspects: int = 0
    settled: int = 0
    lowest: float = float("inf")
    skipped: tuple[str, ...] = ()
    found: tuple[Instance, Outcome] | None = None


def screen(
    statement: Statement, *, seed: int, sizes: int = 12, batch: int = 2_000, max_size: int = 3, keep: int = 4
) -> Screened:
    """Screen up to `sizes` templates with `batch` instances each; stops at the first certified counterexample."""
    plan = Plan.of(statement)
    rng = Rng(seed)
    total, skipped = Screened(), dict[str, None]()
    if plan.random:
        return replace(total, skipped=("random letters are not screened",))
    for n in range(4 * sizes):
        if total.sizes >= sizes or total.found is not None:
            break
        try:
            template = draw_one(plan, rng.next(), n % (max_size + 1), "wild" if n % 2 else None)
            part = _Template(plan, template).screen(rng.next(), batch, keep)
        except (Discard, ShapeError, Unsupported, NotEvidence) as reason:
            skipped[str(reason)] = None
            continue
        total = replace(
            total,
            instances=total.instances + part.instances,
            sizes=total.sizes + 1,
            suspects=total.suspects + part.suspects,
            settled=total.settled + part.settled,
            lowest=min(total.lowest, part.lowest),
            found=part.found,
        )
    return replace(total, skipped=tuple(skipped)[:5])


class _Template:
    """One valid instance, whose free letters are varied."""

    def __init__(self, plan: Plan, instance: Instance) -> None:
        self.plan, self.instance = plan, _half_squares(plan, instance)
        instance, sig = self.instance, plan.sig
        self.ties, held = ties(plan, instance)
        given = {t.key for t in self.ties if t.kind != "length"}
        self.free = sorted(
            k
            for k in instance.letters
            if k[2] == "" and k[0] not in held and k[0] not in plan.derived and k not in given
        )
        if not self.free and not instance.losses:
            raise Unsupported("every letter is tied down by an equation")
        self.symmetric = {k for k in self.free if sig["letters"][k[0]].get("sym")}
        self.fixed = {k: _floats(v) for k, v in instance.letters.items() if k[2] == "" and k not in self.free}
        self.base = {k: _floats(instance.letters[k])[0] for k in self.free}
        for name, loss in instance.losses.items():
            self.base[name, (), TARGET] = _floats(loss.target)[0]
        self.width = sum(x.size for x in self.base.values())

    # -- evaluation --------------------------------------------------------------------------------------

    def batch(self, letters: Mapping[Key, Array]) -> Batch:
        inst = self.instance
        here = {**self.fixed, **{k: x for k, x in letters.items() if k[2] != TARGET}}
        targets = {k[0]: x for k, x in letters.items() if k[2] == TARGET}
        return self.moving(follow(Batch(self.plan.sig, inst.nat, inst.dims, here, targets), self.ties))

    def moving(self, found: Batch) -> Batch:
        """With the derivatives or next iterates that the equations of motion give."""
        plan, stage = self.plan, "D" if self.plan.time == "flow" else "+"
        if plan.time == "none":
            return found
        here = dict(found.letters)
        found = Batch(found.sig, found.nat, found.dims, here, found.targets, found.start, found.time)
        waiting = [
            (driven, formula[other], env)
            for formula, rows in ((h["concl"], h.get("all", [])) for h in plan.dynamic)
            for side, other in ((1, 2), (2, 1))
            if formula[0] == "eq" and (driven := _driven(formula[side], plan.time)) is not None
            for env in found.environments(rows, {})
        ]
        while waiting:  # one motion may be given by another
            later: list[tuple[Term, Term, Env]] = []
            problem = ""
            for driven, term, env in waiting:
                try:
                    here[driven[1], tuple(found.index(i, env) for i in driven[2]), stage] = found.value(term, env)
                except Unsupported as reason:
                    later.append((driven, term, env))
                    problem = str(reason)
            if len(later) == len(waiting):
                raise Unsupported(problem)
            waiting = later
        return found

    def judge(self, letters: Mapping[Key, Array], size: int) -> tuple[Array, Array]:
        """Margin of the worst goal, infinite where a hypothesis fails; and which rows meet the hypotheses."""
        found = self.batch(letters)
        allowed = np.ones(size, dtype=bool)
        for h in (*self.plan.static, *(h for _, h in self.plan.counts), *self.plan.sizes):
            if h["concl"][0] == "eq":
                continue  # it ties a letter that was computed, or holds exactly in the template
            margin = found.margin(h, size)
            strict = h["concl"][0] in ("gt", "ne")
            slack = 1e-13 if h["concl"][0] == "psd" else 0.0
            allowed &= (margin > 0) if strict else (margin >= -slack)
        worst = np.full(size, np.inf)
        states = [(found, 1.0)]
        if self.plan.time == "flow":
            states.append((found.later(SHORT), SHORT))
        elif self.plan.time == "descent":
            states.append((self.moving(found.next()), 1.0))
        for state, scale in states:
            for goal in self.plan.statement["goals"]:
                worst = np.minimum(worst, state.margin(goal, size) / scale)
        return np.where(allowed, worst, np.inf), allowed

    # -- drawing -----------------------------------------------------------------------------------------

    def draw(self, rng: np.random.Generator, size: int) -> dict[Key, Array]:
        """Several distributions side by side: dense, small and large, sparse, of rank one, near the template."""
        out: dict[Key, Array] = {}
        for k, base in self.base.items():
            shape = (size, *base.shape)
            x = rng.standard_normal(shape)
            kind = rng.integers(0, 6, size)
            scale = 10.0 ** rng.uniform(-3, 1.5, size)
            pick = kind.reshape(size, *([1] * base.ndim))
            x = np.where(pick == 1, x * scale.reshape(pick.shape), x)
            x = np.where(pick == 2, np.round(2 * x), x)
            x = np.where(pick == 3, x * (rng.random(shape) < 0.4), x)
            near = base + x * scale.reshape(pick.shape) * 0.1
            x = np.where(pick == 4, near, x)
            if base.ndim == 2:
                thin = rng.standard_normal((size, base.shape[0], 1)) @ rng.standard_normal((size, 1, base.shape[1]))
                x = np.where(pick == 5, thin + x * 1e-3, x)
            if k in self.symmetric:
                x = (x + np.swapaxes(x, 1, 2)) / 2
            out[k] = x
        return out

    def screen(self, seed: int, size: int, keep: int) -> Screened:
        rng = np.random.Generator(np.random.PCG64(seed))
        letters = self.draw(rng, size)
        margin, allowed = self.judge(letters, size)
        order = np.argsort(margin, kind="stable")[:keep]
        suspects = settled = 0
        lowest = float(margin[order[0]])
        for row in order:
            if not np.isfinite(margin[row]):
                break
            point = {k: x[row] for k, x in letters.items()}
            low = float(margin[row])
            if low >= SUSPICIOUS and self.width <= MAX_COORDINATES:
                point, low = self.descend(point, low)
                lowest = min(lowest, low)
            if low >= SUSPICIOUS:
                continue
            suspects += 1
            found, decided = self.settle(point)
            settled += decided
            if found is not None:
                return Screened(int(allowed.sum()), 1, suspects, settled, lowest, (), found)
        return Screened(int(allowed.sum()), 1, suspects, settled, lowest)

    def descend(self, point: dict[Key, Array], low: float) -> tuple[dict[Key, Array], float]:
        """Lower the margin along its gradient, by difference quotients, while the hypotheses hold."""
        for _ in range(CLIMBS):
            flat = np.concatenate([x.ravel() for x in point.values()])
            h = 1e-6 * (1 + np.abs(flat))
            shifted = np.concatenate([flat + np.diag(h), flat - np.diag(h)])
            margin, _ = self.judge(self._unflat(shifted), len(shifted))
            up, down = np.split(margin, 2)
            with np.errstate(invalid="ignore"):
                slope = np.where(np.isfinite(up) & np.isfinite(down), (up - down) / (2 * h), 0.0)
            norm = float(np.linalg.norm(slope))
            if norm == 0:
                break
            length = (1 + float(np.linalg.norm(flat))) / norm
            tries = np.stack([flat - step * length * slope for step in STEPS])
            margin, _ = self.judge(self._unflat(tries), len(tries))
            best = int(np.argmin(margin))
            if not margin[best] < low:
                break
            low, point = float(margin[best]), {k: x[0] for k, x in self._unflat(tries[best : best + 1]).items()}
            if low < -1e-6:
                break
        return point, low

    def _unflat(self, rows: Array) -> dict[Key, Array]:
        out: dict[Key, Array] = {}
        place = 0
        for k, base in self.base.items():
            x = rows[:, place : place + base.size].reshape(len(rows), *base.shape)
            out[k] = (x + np.swapaxes(x, 1, 2)) / 2 if k in self.symmetric else x
            place += base.size
        return out

    # -- settling ----------------------------------------------------------------------------------------

    def settle(self, point: Mapping[Key, Array]) -> tuple[tuple[Instance, Outcome] | None, bool]:
        """A certified counterexample near a point, and whether all roundings were decided either way."""
        decided = True
        for instance in self.rounded(point):
            try:
                with precision(30):
                    tied = exact(self.plan, instance, self.ties)
                    if tied is None:
                        continue
                    instance = tied
                    whole = complete(self.plan, instance, instance.letters, "screen")
                    if validate(self.plan, whole) is not None:
                        continue
                outcome = fails(self.plan, whole)
            except (Discard, ShapeError, Unsupported, NotEvidence):
                decided = False
                continue
            if outcome is not None:
                return (whole, outcome), True
        return None, decided

    def rounded(self, point: Mapping[Key, Array]) -> Iterator[Instance]:
        still = {k: v for k, v in self.instance.letters.items() if k[2] == ""}
        for q in DENOMINATORS:
            new: dict[Key, Value] = {k: _exact(x, q) for k, x in point.items() if k[2] != TARGET}
            losses = {k[0]: Loss("half_square", _matrix(_exact(x, q))) for k, x in point.items() if k[2] == TARGET}
            yield Instance(
                self.instance.nat,
                self.instance.dims,
                {**still, **new},
                {**self.instance.losses, **losses},
                self.instance.laws,
                None,
                self.instance.corners,
            )


def _half_squares(plan: Plan, instance: Instance) -> Instance:
    """The instance with half a squared distance for every loss that the statement leaves open."""
    losses = dict(instance.losses)
    for name, loss in instance.losses.items():
        if loss.target is None:
            x = Evaluator(plan.sig, instance).value(plan.sig["losses"][name]["at"], {})
            shape = x.shape if isinstance(x, Mat) else (1, 1)
            cells = [Fraction(k % 3 - 1) for k in range(shape[0] * shape[1])]
            losses[name] = Loss("half_square", Mat.of(*shape, cells))
    return replace(instance, losses=losses)


def _floats(value: Value | None) -> Array:
    if isinstance(value, Mat):
        return np.array([[[float(x) for x in row] for row in value.fractions()]])
    if isinstance(value, Fraction):
        return np.array([float(value)])
    raise Unsupported("an exact template is needed")


def _matrix(x: Value) -> Mat:
    return x if isinstance(x, Mat) else Mat.of(1, 1, [x])


def _exact(x: Array, q: int) -> Value:
    if x.ndim == 0:
        return Fraction(round(float(x) * q), q)
    return Mat.from_rows([[Fraction(round(float(y) * q), q) for y in row] for row in x])
